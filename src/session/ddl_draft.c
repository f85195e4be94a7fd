/*
 * ddl_draft.c: drafts of tables, and what columns and constraints bring to them.
 */
#include "session/ddl_draft.h"

#include "base/check.h"
#include "base/raise.h"
#include "session/ddl_partition.h"
#include "session/ddl_sequence.h"
#include "session/scope.h"

tree_no
ddl_new_tree(struct session *session, oid schema)
{
    tree_no tree = catalog_new_oid_in(session->catalog, schema);
    enum status st = txn_tree_create(session->txn, tree);
    if (st != ST_OK)
        raise_status(st, "could not make storage for a relation");
    return tree;
}

const struct table *
ddl_lock_table(struct session *session, const struct table *table, enum table_lock mode)
{
    oid number = table->table;
    const char *name = table->name;
    if (table->kind == TABLE_PARTITIONED)
        return table; /* it has no rows of its own */
    for (tree_no locked = 0; locked != table->tree;) {
        locked = table->tree;
        enum status st = txn_lock_table(session->txn, locked, mode, LOCK_WAIT);
        if (st == ST_OK)
            st = txn_statement_renew(session->txn, locked);
        if (st == ST_CONFLICT)
            raise(SQLSTATE_SERIALIZATION_FAILURE,
                  "could not serialize access due to concurrent update");
        if (st != ST_OK)
            raise_status(st, "could not lock table \"%s\"", name);
        catalog_refresh(session->catalog);
        table = catalog_table(session->catalog, number);
        if (table == NULL)
            raise(SQLSTATE_UNDEFINED_TABLE, "relation \"%s\" does not exist", name);
    }
    return table;
}

/* ---- the copy ---- */

void
draft_new(struct draft *draft, struct session *session, const struct schema_def *schema,
          const char *name, char persistence)
{
    *draft = (struct draft){.session = session};
    draft->table = (struct table){.table = catalog_new_oid_in(session->catalog, schema->schema),
                                  .schema = schema->schema,
                                  .owner = 10,
                                  .name = name,
                                  .schema_name = schema->name,
                                  .kind = TABLE_PLAIN,
                                  .persistence = schema->schema == SCHEMA_TEMP ? 't' : persistence};
    draft->table.row_type = catalog_new_oid_in(session->catalog, schema->schema);
    draft->table.array_type = catalog_new_oid_in(session->catalog, schema->schema);
}

static void *
copy_array(struct session *session, const void *from, uint32_t count, size_t bytes, uint32_t *room)
{
    *room = count + 4;
    void *to = arena_alloc_array(session->statement_arena, *room, bytes);
    if (count != 0)
        memcpy(to, from, count * bytes);
    return to;
}

void
draft_of(struct draft *draft, struct session *session, const struct table *table)
{
    *draft = (struct draft){.session = session, .old = table, .table = *table};
    draft->columns = copy_array(session, table->columns, table->column_count,
                                sizeof *draft->columns, &draft->column_room);
    draft->constraints = copy_array(session, table->constraints, table->constraint_count,
                                    sizeof *draft->constraints, &draft->constraint_room);
    draft->indexes = copy_array(session, table->indexes, table->index_count, sizeof *draft->indexes,
                                &draft->index_room);
    for (uint16_t i = 0; i < table->index_count; i++) {
        struct index_def *index = arena_alloc(session->statement_arena, sizeof *index);
        *index = *table->indexes[i];
        draft->indexes[i] = index;
        if (index->is_primary)
            draft->table.primary = index;
    }
}

/* Room for one more element. */
static void *
grow(struct draft *draft, void *array, uint32_t count, uint32_t *room, size_t bytes)
{
    if (count < *room)
        return array;
    uint32_t larger = *room == 0 ? 8 : *room * 2;
    array = arena_resize(draft->session->statement_arena, array, *room * bytes, larger * bytes);
    *room = larger;
    return array;
}

struct column_def *
draft_add_column(struct draft *draft)
{
    if (draft->table.column_count >= TABLE_COLUMNS_MAX)
        raise(SQLSTATE_TOO_MANY_COLUMNS, "tables can have at most %d columns", TABLE_COLUMNS_MAX);
    draft->columns = grow(draft, draft->columns, draft->table.column_count, &draft->column_room,
                          sizeof *draft->columns);
    struct column_def *column = &draft->columns[draft->table.column_count++];
    *column = (struct column_def){
        .attr = (attr_no)draft->table.column_count, .typmod = -1, .is_local = true};
    return column;
}

struct index_def *
draft_add_index(struct draft *draft)
{
    draft->indexes = grow(draft, draft->indexes, draft->table.index_count, &draft->index_room,
                          sizeof *draft->indexes);
    struct index_def *index = arena_alloc_zero(draft->session->statement_arena, sizeof *index);
    index->index = catalog_new_oid_in(draft->session->catalog, draft->table.schema);
    index->table = draft->table.table;
    index->is_nulls_distinct = true;
    draft->indexes[draft->table.index_count++] = index;
    return index;
}

struct constraint_def *
draft_add_constraint(struct draft *draft)
{
    draft->constraints = grow(draft, draft->constraints, draft->table.constraint_count,
                              &draft->constraint_room, sizeof *draft->constraints);
    struct constraint_def *constraint = &draft->constraints[draft->table.constraint_count++];
    *constraint = (struct constraint_def){
        .constraint = catalog_new_oid_in(draft->session->catalog, draft->table.schema),
        .is_validated = true,
        .is_local = true};
    return constraint;
}

void
draft_remove_index(struct draft *draft, oid index)
{
    for (uint16_t i = 0; i < draft->table.index_count; i++) {
        if (draft->indexes[i]->index != index)
            continue;
        if (draft->indexes[i]->is_primary)
            draft->table.primary = NULL;
        memmove(&draft->indexes[i], &draft->indexes[i + 1],
                (size_t)(draft->table.index_count - i - 1) * sizeof *draft->indexes);
        draft->table.index_count--;
        return;
    }
}

void
draft_remove_constraint(struct draft *draft, oid constraint)
{
    for (uint16_t i = 0; i < draft->table.constraint_count; i++) {
        if (draft->constraints[i].constraint != constraint)
            continue;
        memmove(&draft->constraints[i], &draft->constraints[i + 1],
                (size_t)(draft->table.constraint_count - i - 1) * sizeof *draft->constraints);
        draft->table.constraint_count--;
        return;
    }
}

struct column_def *
draft_column(struct draft *draft, const char *name)
{
    for (uint16_t i = 0; i < draft->table.column_count; i++)
        if (!draft->columns[i].is_dropped && strcmp(draft->columns[i].name, name) == 0)
            return &draft->columns[i];
    return NULL;
}

struct column_def *
draft_get_column(struct draft *draft, const char *name)
{
    struct column_def *column = draft_column(draft, name);
    if (column == NULL)
        raise(SQLSTATE_UNDEFINED_COLUMN, "column \"%s\" of relation \"%s\" does not exist", name,
              draft->table.name);
    return column;
}

struct constraint_def *
draft_constraint(struct draft *draft, const char *name)
{
    for (uint16_t i = 0; i < draft->table.constraint_count; i++)
        if (strcmp(draft->constraints[i].name, name) == 0)
            return &draft->constraints[i];
    return NULL;
}

const struct table *
draft_put(struct draft *draft)
{
    struct table *table = &draft->table;
    table->columns = draft->columns;
    table->constraints = draft->constraints;
    /* The primary key's index stands first. */
    for (uint16_t i = 1; i < table->index_count; i++) {
        struct index_def *index = draft->indexes[i];
        if (!index->is_primary)
            continue;
        memmove(&draft->indexes[1], &draft->indexes[0], i * sizeof *draft->indexes);
        draft->indexes[0] = index;
    }
    table->indexes = (const struct index_def *const *)draft->indexes;
    catalog_put_table(draft->session->catalog, table);
    const struct table *now = catalog_table(draft->session->catalog, table->table);
    check(now != NULL);
    ddl_write_dependencies(draft->session, now);
    return now;
}

/* ---- columns ---- */

void
draft_take_column(struct draft *draft, const struct column_spec *spec)
{
    struct session *session = draft->session;
    if (draft_column(draft, spec->name) != NULL)
        raise(SQLSTATE_DUPLICATE_COLUMN, "column \"%s\" %s", spec->name,
              draft->old == NULL
                  ? "specified more than once"
                  : raise_text("of relation \"%s\" already exists", draft->table.name));
    struct column_def *column = draft_add_column(draft);
    column->name = spec->name;
    column->type = spec->type;
    column->typmod = spec->typmod;
    column->collation = spec->collation;
    column->is_not_null = spec->is_not_null;
    column->identity = spec->identity;
    column->default_sql = spec->default_expr.sql;
    column->generated_sql = spec->generated.sql;
    column->is_local = !spec->is_inherited;
    column->inherit_count = spec->inherit_count;
    if (spec->serial == SERIAL_NONE)
        return;
    struct object_name name = {.schema = draft->table.schema_name, .name = spec->sequence_name};
    if (spec->sequence.name.name != NULL)
        name = spec->sequence.name;
    column->is_not_null = true;
    column->sequence = sequence_make(session, &name, &spec->sequence, spec->type,
                                     draft->table.table, column->attr);
}

/* ---- constraints ---- */

static attr_no *
take_columns(struct draft *draft, const struct name_list *names)
{
    attr_no *attrs =
        arena_alloc_array(draft->session->statement_arena, names->count + 1, sizeof *attrs);
    for (uint32_t i = 0; i < names->count; i++) {
        struct column_def *column = draft_column(draft, names->names[i]);
        if (column == NULL)
            raise(SQLSTATE_UNDEFINED_COLUMN, "column \"%s\" named in key does not exist",
                  names->names[i]);
        attrs[i] = column->attr;
    }
    return attrs;
}

/* The index of a PRIMARY KEY or UNIQUE, its tree made unless it is the table's own. */
static struct index_def *
take_key_index(struct draft *draft, const struct constraint_spec *spec,
               const struct constraint_def *constraint)
{
    struct session *session = draft->session;
    bool is_primary = spec->kind == CONSTRAINT_PRIMARY;
    if (constraint->attr_count > INDEX_COLUMNS_MAX)
        raise(SQLSTATE_TOO_MANY_COLUMNS, "cannot use more than %d columns in an index",
              INDEX_COLUMNS_MAX);
    if (is_primary && draft->table.primary != NULL)
        raise(SQLSTATE_INVALID_TABLE_DEFINITION,
              "multiple primary keys for table \"%s\" are not allowed", draft->table.name);
    struct index_def *index = draft_add_index(draft);
    struct index_key *keys =
        arena_alloc_zero(session->statement_arena, (constraint->attr_count + 1) * sizeof *keys);
    for (uint16_t i = 0; i < constraint->attr_count; i++) {
        struct column_def *column = &draft->columns[constraint->attrs[i] - 1];
        keys[i] = (struct index_key){
            .attr = column->attr, .type = column->type, .collation = column->collation};
        const struct type_info *type = scope_type(&session->scope, column->type);
        if (type == NULL || type->key_put == NULL)
            raise_error(.code = SQLSTATE_UNDEFINED_OBJECT,
                        .message = raise_text("data type %s has no default operator class for "
                                              "access method \"btree\"",
                                              type == NULL ? "???" : type->sql_name));
        if (is_primary)
            column->is_not_null = true;
    }
    index->name = constraint->name;
    index->is_unique = true;
    index->is_primary = is_primary;
    index->is_nulls_distinct = !spec->nulls_not_distinct;
    index->keys = keys;
    index->key_count = constraint->attr_count;
    index->constraint = constraint->constraint;
    index->include = take_columns(draft, &spec->include);
    index->include_count = (uint16_t)spec->include.count;
    partition_check_key(draft, is_primary ? "PRIMARY KEY" : "UNIQUE", keys, index->key_count);
    if (is_primary)
        draft->table.primary = index;
    if (draft->table.kind != TABLE_PARTITIONED)
        index->tree = is_primary ? draft->table.tree : ddl_new_tree(session, draft->table.schema);
    return index;
}

/* The unique index of `table` on exactly these columns, in any order; null: none. */
static const struct index_def *
find_referenced_index(const struct table *table, const attr_no *attrs, uint16_t count)
{
    for (uint16_t i = 0; i < table->index_count; i++) {
        const struct index_def *index = table->indexes[i];
        uint16_t matches = 0;
        for (uint16_t k = 0; k < index->key_count; k++)
            for (uint16_t a = 0; a < count; a++)
                matches += index->keys[k].attr == attrs[a];
        if (index->is_unique && index->predicate_sql == NULL && index->key_count == count &&
            matches == count)
            return index;
    }
    return NULL;
}

/* The draft as other constraints of it may refer to it. */
static const struct table *
draft_as_table(struct draft *draft)
{
    draft->table.columns = draft->columns;
    draft->table.indexes = (const struct index_def *const *)draft->indexes;
    return &draft->table;
}

const char **
draft_partition_texts(struct draft *draft)
{
    struct arena *arena = draft->session->statement_arena;
    if (draft->table.partition_key == NULL)
        return NULL;
    struct partition_key *key = arena_copy(arena, draft->table.partition_key, sizeof *key);
    const char **texts = arena_copy(arena, key->expr_sql, key->count * sizeof *texts);
    key->expr_sql = texts;
    draft->table.partition_key = key;
    return texts;
}

/* The keys' types can be compared: by an operator of their own, or as the referenced one's. */
static void
check_foreign_types(struct draft *draft, const struct constraint_spec *spec,
                    const struct constraint_def *constraint, const struct table *target,
                    const attr_no *attrs)
{
    struct session *session = draft->session;
    const struct name_scope *scope = &session->scope;
    for (uint16_t i = 0; i < constraint->attr_count; i++) {
        const struct column_def *from = &draft->columns[constraint->attrs[i] - 1];
        const struct column_def *to = &target->columns[attrs[i] - 1];
        oid fk = from->type == TYPE_VARCHAR ? TYPE_TEXT : from->type;
        oid pk = to->type == TYPE_VARCHAR ? TYPE_TEXT : to->type;
        const struct type_info *info = scope_type(scope, fk);
        const struct cast_info *cast = scope_cast(scope, fk, pk);
        if (fk == pk || fk >= OID_USER_FIRST || pk >= OID_USER_FIRST ||
            (info != NULL && info->element != OID_NONE) ||
            types_btree_operator(scope->types, pk, fk, BTREE_EQ) != NULL ||
            (cast != NULL && cast->context == CAST_IMPLICIT))
            continue;
        struct arena *arena = session->statement_arena;
        raise_error(.code = SQLSTATE_DATATYPE_MISMATCH,
                    .message = raise_text("foreign key constraint \"%s\" cannot be implemented",
                                          spec->name),
                    .detail = raise_text(
                        "Key columns \"%s\" and \"%s\" are of incompatible types: %s and %s.",
                        from->name, to->name,
                        scope_type_text(scope, arena, from->type, from->typmod),
                        scope_type_text(scope, arena, to->type, to->typmod)));
    }
}

static void
take_foreign(struct draft *draft, const struct constraint_spec *spec,
             struct constraint_def *constraint)
{
    struct session *session = draft->session;
    bool is_self = strcmp(spec->foreign_table.name, draft->table.name) == 0 &&
                   (spec->foreign_table.schema == NULL ||
                    strcmp(spec->foreign_table.schema, draft->table.schema_name) == 0);
    const struct table *target =
        is_self ? draft_as_table(draft) : session_find_table(session, &spec->foreign_table);
    if (target->kind != TABLE_PLAIN && target->kind != TABLE_PARTITIONED)
        raise(SQLSTATE_WRONG_OBJECT_TYPE, "referenced relation \"%s\" is not a table",
              target->name);
    if ((target->persistence == 't') != (draft->table.persistence == 't'))
        raise(SQLSTATE_INVALID_TABLE_DEFINITION,
              "constraints on %s tables may reference only %s tables",
              draft->table.persistence == 't' ? "temporary" : "permanent",
              draft->table.persistence == 't' ? "temporary" : "permanent");
    /* Who is deleting rows of it knows nothing of the new key yet, and must come to an end. */
    if (!is_self)
        target = ddl_lock_table(session, target, TABLE_SHARE_ROW_EXCLUSIVE);
    uint16_t count = constraint->attr_count;
    attr_no *attrs = arena_alloc_array(session->statement_arena, count + 1, sizeof *attrs);
    if (spec->foreign_columns.count == 0) {
        if (target->primary == NULL)
            raise(SQLSTATE_UNDEFINED_OBJECT, "there is no primary key for referenced table \"%s\"",
                  target->name);
        if (target->primary->key_count != count)
            raise(SQLSTATE_INVALID_FOREIGN_KEY,
                  "number of referencing and referenced columns for foreign key disagree");
        for (uint16_t i = 0; i < count; i++)
            attrs[i] = target->primary->keys[i].attr;
    } else if (spec->foreign_columns.count != count) {
        raise(SQLSTATE_INVALID_FOREIGN_KEY,
              "number of referencing and referenced columns for foreign key disagree");
    }
    for (uint32_t i = 0; i < spec->foreign_columns.count; i++) {
        attrs[i] = 0;
        for (uint16_t c = 0; c < target->column_count; c++)
            if (!target->columns[c].is_dropped &&
                strcmp(target->columns[c].name, spec->foreign_columns.names[i]) == 0)
                attrs[i] = target->columns[c].attr;
        if (attrs[i] == 0)
            raise(SQLSTATE_UNDEFINED_COLUMN,
                  "column \"%s\" referenced in foreign key constraint does not exist",
                  spec->foreign_columns.names[i]);
    }
    const struct index_def *index = find_referenced_index(target, attrs, count);
    if (index == NULL)
        raise(SQLSTATE_INVALID_FOREIGN_KEY,
              "there is no unique constraint matching given keys for referenced table \"%s\"",
              target->name);
    check_foreign_types(draft, spec, constraint, target, attrs);
    constraint->index = index->index;
    constraint->foreign_table = target->table;
    constraint->foreign_attrs = attrs;
    constraint->on_update = spec->on_update;
    constraint->on_delete = spec->on_delete;
    constraint->match = spec->match;
}

struct constraint_def *
draft_take_constraint(struct draft *draft, const struct constraint_spec *spec)
{
    if (spec->is_named && draft_constraint(draft, spec->name) != NULL)
        raise(SQLSTATE_DUPLICATE_OBJECT, "constraint \"%s\" for relation \"%s\" already exists",
              spec->name, draft->table.name);
    if (spec->using_index != NULL || spec->set_columns.count != 0 ||
        spec->kind == CONSTRAINT_EXCLUSION)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "this form of constraint is not supported yet");
    if (spec->is_deferrable && spec->kind != CONSTRAINT_FOREIGN)
        raise_error(.code = SQLSTATE_FEATURE_NOT_SUPPORTED,
                    .message = "deferrable unique constraints are not supported yet",
                    .hint =
                        "Leave DEFERRABLE out: the constraint is then checked at each statement.");
    if (draft->table.kind == TABLE_PARTITIONED && spec->is_no_inherit)
        raise(SQLSTATE_INVALID_TABLE_DEFINITION,
              "cannot add NO INHERIT constraint to partitioned table \"%s\"", draft->table.name);
    struct constraint_def *constraint = draft_add_constraint(draft);
    constraint->name = spec->name;
    constraint->kind = spec->kind;
    constraint->attr_count = (uint16_t)spec->columns.count;
    constraint->attrs = take_columns(draft, &spec->columns);
    constraint->is_validated = !spec->is_not_valid;
    constraint->is_no_inherit = spec->is_no_inherit;
    constraint->is_deferrable = spec->is_deferrable;
    constraint->is_deferred = spec->is_deferred;
    constraint->check_sql = spec->check.sql;
    constraint->is_local = !spec->is_inherited;
    constraint->inherit_count = spec->inherit_count;
    if (spec->kind == CONSTRAINT_PRIMARY || spec->kind == CONSTRAINT_UNIQUE)
        constraint->index = take_key_index(draft, spec, constraint)->index;
    else if (spec->kind == CONSTRAINT_FOREIGN)
        take_foreign(draft, spec, constraint);
    return constraint;
}

void
draft_link_foreign(struct draft *draft)
{
    struct session *session = draft->session;
    for (uint16_t i = 0; i < draft->table.constraint_count; i++) {
        const struct constraint_def *constraint = &draft->constraints[i];
        if (constraint->kind != CONSTRAINT_FOREIGN)
            continue;
        const struct table *target = catalog_table(session->catalog, constraint->foreign_table);
        bool is_known = false;
        for (uint16_t k = 0; k < target->referenced_count; k++)
            is_known |= target->referencing[k] == draft->table.table;
        if (is_known)
            continue;
        struct draft other;
        draft_of(&other, session, target);
        oid *referencing = arena_alloc_array(session->statement_arena,
                                             target->referenced_count + 1u, sizeof *referencing);
        if (target->referenced_count != 0)
            memcpy(referencing, target->referencing,
                   target->referenced_count * sizeof *referencing);
        referencing[target->referenced_count] = draft->table.table;
        other.table.referencing = referencing;
        other.table.referenced_count = (uint16_t)(target->referenced_count + 1);
        (void)draft_put(&other);
    }
}

/* ---- dependencies ---- */

static void
depend(struct session *session, struct object_ref object, struct object_ref on, char kind)
{
    catalog_depend(session->catalog,
                   &(struct dependency){.object = object, .on = on, .kind = kind});
}

void
ddl_write_dependencies(struct session *session, const struct table *table)
{
    struct object_ref self = {.class_oid = CLASS_RELATION, .object = table->table};
    for (uint16_t i = 0; i < table->constraint_count; i++) {
        const struct constraint_def *constraint = &table->constraints[i];
        if (constraint->kind != CONSTRAINT_FOREIGN || constraint->foreign_table == table->table)
            continue;
        struct object_ref on = {.class_oid = CLASS_RELATION, .object = constraint->foreign_table};
        struct object_ref object = {
            .class_oid = CLASS_CONSTRAINT, .object = constraint->constraint, .sub = 0};
        /* A partition's goes with that which it is a part of. */
        struct object_ref above = {.class_oid = CLASS_CONSTRAINT, .object = constraint->parent};
        if (constraint->parent != OID_NONE)
            depend(session, object, above, 'a');
        else
            depend(session, object, on, 'n');
        depend(session, object, self, 'a');
    }
    for (uint16_t i = 0; i < table->parent_count; i++)
        depend(session, self,
               (struct object_ref){.class_oid = CLASS_RELATION, .object = table->parents[i]},
               table->bound != NULL ? 'a' : 'n');
    for (uint16_t i = 0; i < table->column_count; i++) {
        const struct column_def *column = &table->columns[i];
        if (column->sequence == OID_NONE || column->is_dropped)
            continue;
        struct object_ref sequence = {.class_oid = CLASS_RELATION, .object = column->sequence};
        struct object_ref on = {
            .class_oid = CLASS_RELATION, .object = table->table, .sub = column->attr};
        depend(session, sequence, on, 'a');
    }
}
