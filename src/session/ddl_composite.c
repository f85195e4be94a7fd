/*
 * ddl_composite.c: CREATE TYPE ... AS (...). The type is the row type of a relation without rows;
 * ALTER TYPE changes that as ALTER TABLE does (ddl_alter.c).
 */
#include "base/raise.h"
#include "session/ddl_draft.h"
#include "session/ddl_type.h"
#include "session/scope.h"
#include "session/utility_run.h"

void
ddl_create_composite(struct session *session, const struct create_table *create)
{
    const struct schema_def *schema = session_target_schema(session, &create->name);
    const char *name = create->name.name;
    if (ddl_type_exists(session, schema->schema, name))
        raise(SQLSTATE_DUPLICATE_OBJECT, "type \"%s\" already exists", name);
    struct draft draft;
    draft_new(&draft, session, schema, name, create->persistence);
    draft.table.kind = TABLE_COMPOSITE;
    for (uint32_t i = 0; i < create->column_count; i++)
        draft_take_column(&draft, &create->columns[i]);
    (void)draft_put(&draft);
}
