/*
 * ddl_partition_index.c: indexes, keys and foreign keys of partitioned tables and their copies in
 * partitions.
 *
 * An index of a partitioned table holds nothing; each partition has an index of its own whose
 * `parent` is that one, down to the partitions that have rows. A key is an index with a constraint;
 * the partition's constraint names the parent's likewise.
 */
#include "session/ddl_partition.h"

#include "base/check.h"
#include "base/raise.h"
#include "session/definition.h"
#include "session/scope.h"

/* ---- names ---- */

static bool
is_taken(struct session *session, const struct table *table, const char *name)
{
    if (catalog_find_relation(session->catalog, table->schema, name) != NULL)
        return true;
    for (uint16_t i = 0; i < table->constraint_count; i++)
        if (strcmp(table->constraints[i].name, name) == 0)
            return true;
    return false;
}

/* base_columns_label, cut to fit, numbered until it is free. */
static const char *
choose_name(struct session *session, const struct table *table, const char *columns,
            const char *label)
{
    struct arena *arena = session->statement_arena;
    for (int pass = 0;; pass++) {
        const char *end = pass == 0 ? label : arena_format(arena, "%s%d", label, pass);
        size_t base = strlen(table->name), middle = columns == NULL ? 0 : strlen(columns);
        size_t room = NAME_BYTES_MAX - strlen(end) - (columns == NULL ? 1 : 2);
        while (base + middle > room) {
            if (base > middle)
                base--;
            else
                middle--;
        }
        const char *name = columns == NULL
                               ? arena_format(arena, "%.*s_%s", (int)base, table->name, end)
                               : arena_format(arena, "%.*s_%.*s_%s", (int)base, table->name,
                                              (int)middle, columns, end);
        if (!is_taken(session, table, name))
            return name;
    }
}

static const char *
index_columns(struct session *session, const struct table *table, const struct index_def *index)
{
    const char *text = "";
    uint32_t exprs = 0;
    for (uint16_t i = 0; i < index->key_count; i++) {
        const char *name = "expr";
        if (index->keys[i].attr != 0)
            name = table->columns[index->keys[i].attr - 1].name;
        else if (exprs++ != 0)
            name = arena_format(session->statement_arena, "expr%u", exprs - 1);
        text = arena_format(session->statement_arena, "%s%s%s", text, i == 0 ? "" : "_", name);
    }
    return text;
}

/* ---- one table's columns in another ---- */

static attr_no
map_attr(const struct table *from, const struct table *to, attr_no attr)
{
    const char *name = attr <= 0 ? "" : from->columns[attr - 1].name;
    for (uint16_t i = 0; attr > 0 && i < to->column_count; i++)
        if (!to->columns[i].is_dropped && strcmp(to->columns[i].name, name) == 0)
            return to->columns[i].attr;
    return 0;
}

static const attr_no *
map_attrs(struct session *session, const struct table *from, const struct table *to,
          const attr_no *attrs, uint16_t count)
{
    attr_no *mapped = arena_alloc_array(session->statement_arena, count + 1u, sizeof *mapped);
    for (uint16_t i = 0; i < count; i++)
        mapped[i] = map_attr(from, to, attrs[i]);
    return mapped;
}

static bool
same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* ---- indexes that correspond ---- */

static const struct constraint_def *
constraint_of(const struct table *table, oid constraint)
{
    for (uint16_t i = 0; constraint != OID_NONE && i < table->constraint_count; i++)
        if (table->constraints[i].constraint == constraint)
            return &table->constraints[i];
    return NULL;
}

static bool
same_index(const struct table *parent, const struct index_def *a, const struct table *partition,
           const struct index_def *b)
{
    if (a->method != b->method || a->is_unique != b->is_unique ||
        a->is_nulls_distinct != b->is_nulls_distinct || a->key_count != b->key_count ||
        a->include_count != b->include_count || !same_text(a->predicate_sql, b->predicate_sql))
        return false;
    for (uint16_t i = 0; i < a->key_count; i++)
        if (map_attr(parent, partition, a->keys[i].attr) != b->keys[i].attr ||
            a->keys[i].collation != b->keys[i].collation ||
            !same_text(a->keys[i].expr_sql, b->keys[i].expr_sql))
            return false;
    for (uint16_t i = 0; i < a->include_count; i++)
        if (map_attr(parent, partition, a->include[i]) != b->include[i])
            return false;
    return true;
}

static const struct index_def *
part_of_index(const struct table *partition, oid parent_index)
{
    for (uint16_t i = 0; i < partition->index_count; i++)
        if (partition->indexes[i]->parent == parent_index)
            return partition->indexes[i];
    return NULL;
}

/* An index that can be taken for the parent's; null: none. */
static const struct index_def *
find_match(const struct table *parent, const struct index_def *index, const struct table *partition)
{
    for (uint16_t i = 0; i < partition->index_count; i++) {
        const struct index_def *other = partition->indexes[i];
        bool has_key = other->constraint != OID_NONE;
        if (other->parent == OID_NONE && (index->constraint == OID_NONE || has_key) &&
            index->is_primary == other->is_primary && same_index(parent, index, partition, other))
            return other;
    }
    for (uint16_t i = 0; i < partition->index_count && index->constraint == OID_NONE; i++)
        if (partition->indexes[i]->parent == OID_NONE &&
            same_index(parent, index, partition, partition->indexes[i]))
            return partition->indexes[i];
    return NULL;
}

static struct index_def *
draft_index(struct draft *draft, oid index)
{
    for (uint16_t i = 0; i < draft->table.index_count; i++)
        if (draft->indexes[i]->index == index)
            return draft->indexes[i];
    return NULL;
}

/* The partition's index becomes a part of the parent's. */
static void
adopt_index(struct session *session, const struct index_def *index, oid partition, oid part)
{
    struct draft draft;
    draft_of(&draft, session, catalog_table(session->catalog, partition));
    struct index_def *own = draft_index(&draft, part);
    own->parent = index->index;
    for (uint16_t i = 0; i < draft.table.constraint_count && index->constraint != OID_NONE; i++) {
        struct constraint_def *constraint = &draft.constraints[i];
        if (constraint->constraint != own->constraint)
            continue;
        constraint->parent = index->constraint;
        constraint->is_local = false;
        constraint->inherit_count = 1;
    }
    (void)draft_put(&draft);
}

/* ---- a partition's own copy ---- */

static bool
is_empty(struct session *session, const struct table *table)
{
    uint64_t rows = 0;
    if (table->kind == TABLE_PARTITIONED)
        return true;
    enum status st = txn_row_count(session->txn, table->tree, &rows);
    if (st != ST_OK)
        raise_status(st, "could not read table \"%s\"", table->name);
    return rows == 0;
}

static void
copy_constraint(struct draft *draft, const struct table *parent, const struct index_def *index,
                struct index_def *copy)
{
    const struct constraint_def *from = constraint_of(parent, index->constraint);
    if (from == NULL)
        return;
    struct constraint_def *made = draft_add_constraint(draft);
    oid number = made->constraint;
    *made = *from;
    made->constraint = number;
    made->name = copy->name;
    made->attrs = map_attrs(draft->session, parent, &draft->table, from->attrs, from->attr_count);
    made->index = copy->index;
    made->parent = from->constraint;
    made->is_local = false;
    made->inherit_count = 1;
    made->comment = NULL;
    copy->constraint = number;
}

static void
refuse_nulls(struct session *session, const struct table *table, const struct index_def *index)
{
    for (uint16_t i = 0; i < index->key_count; i++)
        if (!table->columns[index->keys[i].attr - 1].is_not_null)
            ddl_validate_not_null(session, table, table->columns[index->keys[i].attr - 1].name);
}

static void
copy_index(struct session *session, const struct table *parent, const struct index_def *index,
           const struct table *partition)
{
    struct draft draft;
    draft_of(&draft, session, partition);
    if (index->is_primary && partition->primary != NULL)
        raise(SQLSTATE_INVALID_TABLE_DEFINITION,
              "multiple primary keys for table \"%s\" are not allowed", partition->name);
    struct index_def *copy = draft_add_index(&draft);
    oid number = copy->index;
    draft.table.columns = draft.columns;
    *copy = *index;
    copy->index = number;
    copy->table = partition->table;
    copy->parent = index->index;
    copy->constraint = OID_NONE;
    copy->comment = NULL;
    struct index_key *keys =
        arena_copy(session->statement_arena, index->keys, index->key_count * sizeof *keys);
    for (uint16_t i = 0; i < index->key_count; i++)
        keys[i].attr = map_attr(parent, partition, keys[i].attr);
    copy->keys = keys;
    copy->include = map_attrs(session, parent, partition, index->include, index->include_count);
    const char *columns = index->is_primary ? NULL : index_columns(session, partition, copy);
    copy->name = choose_name(session, partition, columns,
                             index->is_primary               ? "pkey"
                             : index->constraint != OID_NONE ? "key"
                                                             : "idx");
    copy_constraint(&draft, parent, index, copy);
    if (index->is_primary) {
        draft.table.primary = copy;
        refuse_nulls(session, partition, copy);
        for (uint16_t i = 0; i < copy->key_count; i++)
            draft.columns[copy->keys[i].attr - 1].is_not_null = true;
    }
    if (partition->kind == TABLE_PARTITIONED) {
        copy->tree = 0;
        (void)draft_put(&draft);
        partition_spread_index(session, partition->table, number);
    } else if (!index->is_primary) {
        ddl_build_index(session, &draft, copy);
    } else if (is_empty(session, partition)) {
        copy->tree = draft.table.tree;
        (void)draft_put(&draft);
    } else {
        ddl_rebuild(session, partition, &draft);
    }
}

static void
ensure_index(struct session *session, oid parent_oid, oid index_oid, oid partition_oid)
{
    const struct table *parent = catalog_table(session->catalog, parent_oid);
    const struct table *partition = catalog_table(session->catalog, partition_oid);
    const struct index_def *index = NULL;
    for (uint16_t i = 0; i < parent->index_count; i++)
        if (parent->indexes[i]->index == index_oid)
            index = parent->indexes[i];
    if (index == NULL || part_of_index(partition, index_oid) != NULL)
        return;
    const struct index_def *match = find_match(parent, index, partition);
    if (match != NULL)
        adopt_index(session, index, partition_oid, match->index);
    else
        copy_index(session, parent, index, partition);
}

void
partition_match_indexes(struct session *session, oid parent, oid partition)
{
    const struct table *table = catalog_table(session->catalog, parent);
    for (uint16_t i = 0; i < table->index_count; i++)
        ensure_index(session, parent, table->indexes[i]->index, partition);
}

void
partition_spread_index(struct session *session, oid table_oid, oid index)
{
    const struct table *table = catalog_table(session->catalog, table_oid);
    for (uint32_t i = 0; i < table->child_count; i++)
        ensure_index(session, table_oid, index, table->children[i]);
}

bool
partition_index_is_valid(struct session *session, const struct table *table,
                         const struct index_def *index)
{
    for (uint32_t i = 0; i < table->child_count; i++) {
        const struct table *child = catalog_table(session->catalog, table->children[i]);
        const struct index_def *part = child == NULL ? NULL : part_of_index(child, index->index);
        if (part == NULL ||
            (child->kind == TABLE_PARTITIONED && !partition_index_is_valid(session, child, part)))
            return false;
    }
    return true;
}

/* ---- foreign keys ---- */

static bool
same_foreign(const struct table *parent, const struct constraint_def *a,
             const struct table *partition, const struct constraint_def *b)
{
    if (b->kind != CONSTRAINT_FOREIGN || b->parent != OID_NONE ||
        a->foreign_table != b->foreign_table || a->attr_count != b->attr_count ||
        a->on_update != b->on_update || a->on_delete != b->on_delete || a->match != b->match ||
        a->is_deferrable != b->is_deferrable || a->is_deferred != b->is_deferred ||
        !b->is_validated)
        return false;
    for (uint16_t i = 0; i < a->attr_count; i++)
        if (map_attr(parent, partition, a->attrs[i]) != b->attrs[i] ||
            a->foreign_attrs[i] != b->foreign_attrs[i])
            return false;
    return true;
}

static void
ensure_foreign(struct session *session, const struct table *parent,
               const struct constraint_def *from, oid partition_oid)
{
    const struct table *partition = catalog_table(session->catalog, partition_oid);
    struct draft draft;
    draft_of(&draft, session, partition);
    struct constraint_def *made = NULL;
    for (uint16_t i = 0; i < draft.table.constraint_count; i++) {
        if (draft.constraints[i].parent == from->constraint)
            return;
        if (made == NULL && same_foreign(parent, from, partition, &draft.constraints[i]))
            made = &draft.constraints[i];
    }
    bool is_new = made == NULL;
    if (is_new) {
        attr_no first = map_attr(parent, partition, from->attrs[0]);
        const char *name = from->name;
        if (draft_constraint(&draft, name) != NULL)
            name = choose_name(session, partition, partition->columns[first - 1].name, "fkey");
        made = draft_add_constraint(&draft);
        oid number = made->constraint;
        *made = *from;
        made->constraint = number;
        made->name = name;
        made->comment = NULL;
        made->attrs = map_attrs(session, parent, partition, from->attrs, from->attr_count);
    }
    made->parent = from->constraint;
    made->is_local = false;
    made->inherit_count = 1;
    const struct constraint_def copy = *made;
    (void)draft_put(&draft);
    draft_link_foreign(&draft);
    partition = catalog_table(session->catalog, partition_oid);
    if (is_new && copy.is_validated && !is_empty(session, partition))
        ddl_validate_foreign(session, partition, &copy);
    if (partition->kind == TABLE_PARTITIONED)
        partition_spread_foreign(session, partition_oid, copy.constraint);
}

void
partition_match_foreign(struct session *session, oid parent_oid, oid partition)
{
    const struct table *parent = catalog_table(session->catalog, parent_oid);
    for (uint16_t i = 0; i < parent->constraint_count; i++)
        if (parent->constraints[i].kind == CONSTRAINT_FOREIGN)
            ensure_foreign(session, parent, &parent->constraints[i], partition);
}

void
partition_spread_foreign(struct session *session, oid table_oid, oid constraint)
{
    const struct table *table = catalog_table(session->catalog, table_oid);
    const struct constraint_def *from = constraint_of(table, constraint);
    for (uint32_t i = 0; from != NULL && i < table->child_count; i++)
        ensure_foreign(session, table, from, table->children[i]);
}

/* ---- parts that go ---- */

static void
drop_part(struct session *session, const struct table *partition, const struct index_def *part)
{
    bool is_primary = part->is_primary, is_stored = partition->kind != TABLE_PARTITIONED;
    struct draft draft;
    draft_of(&draft, session, partition);
    if (part->constraint != OID_NONE)
        draft_remove_constraint(&draft, part->constraint);
    draft_remove_index(&draft, part->index);
    if (is_primary && is_stored) {
        ddl_rebuild(session, partition, &draft);
        return;
    }
    if (is_stored) {
        enum status st = txn_tree_drop(session->txn, part->tree);
        if (st != ST_OK)
            raise_status(st, "could not drop the storage of \"%s\"", part->name);
    }
    (void)draft_put(&draft);
}

void
partition_drop_parts(struct session *session, const struct table *table, oid index)
{
    for (uint32_t i = 0; table->kind == TABLE_PARTITIONED && i < table->child_count; i++) {
        const struct table *child = catalog_table(session->catalog, table->children[i]);
        const struct index_def *part = child == NULL ? NULL : part_of_index(child, index);
        if (part == NULL)
            continue;
        partition_drop_parts(session, child, part->index);
        child = ddl_lock_table(session, catalog_table(session->catalog, table->children[i]),
                               TABLE_ACCESS_EXCLUSIVE);
        drop_part(session, child, part_of_index(child, index));
    }
}

void
partition_drop_foreign(struct session *session, const struct table *table, oid constraint)
{
    for (uint32_t i = 0; table->kind == TABLE_PARTITIONED && i < table->child_count; i++) {
        const struct table *child = catalog_table(session->catalog, table->children[i]);
        struct draft draft;
        draft_of(&draft, session, child);
        for (uint16_t k = 0; k < draft.table.constraint_count; k++) {
            const struct constraint_def part = draft.constraints[k];
            if (part.kind != CONSTRAINT_FOREIGN || part.parent != constraint)
                continue;
            partition_drop_foreign(session, child, part.constraint);
            catalog_forget_dependencies(
                session->catalog,
                (struct object_ref){.class_oid = CLASS_CONSTRAINT, .object = part.constraint});
            draft_remove_constraint(&draft, part.constraint);
            (void)draft_put(&draft);
            ddl_forget_foreign(session, part.foreign_table, child->table);
            break;
        }
    }
}

/* ---- parts that become independent ---- */

void
partition_release(struct session *session, oid partition)
{
    struct draft draft;
    draft_of(&draft, session, catalog_table(session->catalog, partition));
    for (uint16_t i = 0; i < draft.table.index_count; i++)
        draft.indexes[i]->parent = OID_NONE;
    for (uint16_t i = 0; i < draft.table.constraint_count; i++) {
        draft.constraints[i].parent = OID_NONE;
        draft.constraints[i].is_local = true;
        draft.constraints[i].inherit_count = 0;
    }
    (void)draft_put(&draft);
}

/* ---- ALTER INDEX ... ATTACH PARTITION ---- */

static _Noreturn void
refuse_attach(const struct index_def *part, const struct index_def *index, const char *detail)
{
    raise_error(.code = SQLSTATE_INVALID_OBJECT_DEFINITION,
                .message = raise_text("cannot attach index \"%s\" as a partition of index \"%s\"",
                                      part->name, index->name),
                .detail = detail);
}

void
partition_attach_index(struct session *session, const struct table *relation,
                       const struct alter_command *command)
{
    const struct index_def *index = catalog_index(session->catalog, relation->table);
    const struct table *table = catalog_table(session->catalog, index->table);
    const struct table *other =
        session->scope.relation(session, command->partition.schema, command->partition.name);
    if (other == NULL)
        raise(SQLSTATE_UNDEFINED_TABLE, "relation \"%s\" does not exist", command->partition.name);
    if (other->kind != TABLE_INDEX)
        raise(SQLSTATE_WRONG_OBJECT_TYPE, "\"%s\" is not an index", other->name);
    if (table->kind != TABLE_PARTITIONED)
        raise(SQLSTATE_WRONG_OBJECT_TYPE, "\"%s\" is not a partitioned index", index->name);
    const struct index_def *part = catalog_index(session->catalog, other->table);
    const struct table *partition = catalog_table(session->catalog, part->table);
    if (part->parent == index->index)
        return;
    if (part->parent != OID_NONE)
        refuse_attach(part, index,
                      raise_text("Index \"%s\" is already attached to another index.", part->name));
    if (partition->parent_count != 1 || partition->parents[0] != table->table)
        refuse_attach(part, index,
                      raise_text("Index \"%s\" is not an index on any partition of table \"%s\".",
                                 part->name, table->name));
    if (!same_index(table, index, partition, part))
        refuse_attach(part, index, "The index definitions do not match.");
    if (index->constraint != OID_NONE && part->constraint == OID_NONE)
        refuse_attach(part, index,
                      raise_text("The index \"%s\" belongs to a constraint in table \"%s\" but no "
                                 "constraint exists for index \"%s\".",
                                 index->name, table->name, part->name));
    if (part_of_index(partition, index->index) != NULL)
        refuse_attach(
            part, index,
            raise_text("Another index is already attached for partition \"%s\".", partition->name));
    adopt_index(session, index, partition->table, part->index);
}
