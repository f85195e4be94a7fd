/*
 * utility_type.c: CREATE TYPE of composite types.
 */
#include "sql/utility_int.h"

void
bind_create_composite(struct analysis *an, struct utility *u,
                      const PgQuery__CompositeTypeStmt *stmt)
{
    u->kind = UTILITY_CREATE_COMPOSITE;
    u->tag = "CREATE TYPE";
    struct object_name name = range_name(an, stmt->typevar);
    const char *schema = create_schema(an, &name);
    struct sketch sketch = {
        .an = an, .persistence = 'p', .schema = schema, .name = {schema, name.name, name.at}};
    for (size_t i = 0; i < stmt->n_coldeflist; i++) {
        const PgQuery__ColumnDef *def = stmt->coldeflist[i]->column_def;
        (void)sketch_column(&sketch, def);
    }
    struct create_table *create = &u->create_table;
    create->name = sketch.name;
    create->persistence = 'p';
    create->column_count = sketch.specs.count;
    create->columns = list_flatten(an->arena, &sketch.specs, sizeof(struct column_spec));
}
