/*
 * ddl_partition.c: keys and bounds of partitions; making, attaching and detaching partitions.
 */
#include "session/ddl_partition.h"

#include "base/raise.h"
#include "catalog/partition.h"
#include "session/constraints.h"
#include "session/ddl_alter.h"
#include "session/ddl_inherit.h"
#include "session/definition.h"
#include "session/run_query.h"
#include "session/scope.h"
#include "type/values.h"

static const struct table *
find_table(void *object, oid table)
{
    return catalog_table(((struct session *)object)->catalog, table);
}

struct partition_source
partition_source_of(struct session *session)
{
    return (struct partition_source){.env = &session->env, .table = find_table, .object = session};
}

/* ---- keys ---- */

void
partition_take_key(struct draft *draft, const struct partition_spec *spec)
{
    struct arena *arena = draft->session->statement_arena;
    struct partition_key *key = arena_alloc_zero(arena, sizeof *key);
    attr_no *attrs = arena_alloc_zero(arena, spec->count * sizeof *attrs);
    const char **exprs = arena_alloc_zero(arena, spec->count * sizeof *exprs);
    oid *types = arena_alloc_array(arena, spec->count, sizeof *types);
    oid *collations = arena_alloc_array(arena, spec->count, sizeof *collations);
    for (uint32_t i = 0; i < spec->count; i++) {
        const struct partition_elem *elem = &spec->elems[i];
        if (elem->column != NULL)
            attrs[i] = draft_get_column(draft, elem->column)->attr;
        exprs[i] = elem->expr.sql;
        types[i] = elem->type;
        collations[i] = elem->collation;
    }
    *key = (struct partition_key){.strategy = spec->strategy,
                                  .count = (uint16_t)spec->count,
                                  .attrs = attrs,
                                  .expr_sql = exprs,
                                  .types = types,
                                  .collations = collations};
    draft->table.kind = TABLE_PARTITIONED;
    draft->table.partition_key = key;
}

void
partition_check_key(struct draft *draft, const char *kind, const struct index_key *keys,
                    uint16_t count)
{
    const struct partition_key *key = draft->table.partition_key;
    for (uint16_t i = 0; key != NULL && i < key->count; i++) {
        if (key->attrs[i] == 0)
            raise_error(.code = SQLSTATE_FEATURE_NOT_SUPPORTED,
                        .message = raise_text(
                            "unsupported %s constraint with partition key definition", kind),
                        .detail = raise_text("%s constraints cannot be used when partition keys "
                                             "include expressions.",
                                             kind));
        bool is_there = false;
        for (uint16_t k = 0; k < count; k++)
            is_there |= keys[k].attr == key->attrs[i];
        if (!is_there)
            raise_error(.code = SQLSTATE_FEATURE_NOT_SUPPORTED,
                        .message = "unique constraint on partitioned table must include all "
                                   "partitioning columns",
                        .detail = raise_text(
                            "%s constraint on table \"%s\" lacks column \"%s\" which is part of "
                            "the partition key.",
                            kind, draft->table.name, draft->columns[key->attrs[i] - 1].name));
    }
}

void
partition_refuse_column(struct session *session, const struct table *table, attr_no attr,
                        const char *what)
{
    const struct partition_key *key = table->partition_key;
    bool is_used = false;
    for (uint16_t i = 0; key != NULL && i < key->count; i++)
        is_used |= key->attrs[i] == attr ||
                   (key->attrs[i] == 0 && alter_text_reads(session, table, key->expr_sql[i], attr));
    if (is_used)
        raise(SQLSTATE_INVALID_TABLE_DEFINITION,
              "cannot %s column \"%s\" because it is part of the partition key of relation \"%s\"",
              what, table->columns[attr - 1].name, table->name);
}

/* ---- bounds ---- */

/* The value's text; null: it is NULL. */
static const char *
compute(struct session *session, const struct bound_value *value)
{
    struct arena *arena = session->statement_arena;
    const struct expr *e = value->value.expr;
    if (value->is_null)
        return NULL;
    if (e->kind == EXPR_CONST)
        return type_output_text(&session->env, arena, e->type, e->constant.value);
    struct inner_query *query =
        inner_query_open(session, arena,
                         arena_format(arena, "SELECT (%s)::%s", value->value.sql,
                                      scope_type_text(&session->scope, arena, e->type, e->typmod)));
    struct batch batch;
    const char *text = NULL;
    if (inner_query_next(query, &batch) && batch.count != 0) {
        uint32_t row = batch.sel == NULL ? 0 : batch.sel[0];
        if (!column_is_null(&batch.columns[0], row))
            text = type_output_text(
                &session->env, arena, e->type,
                column_get(&batch.columns[0], batch.columns[0].is_const ? 0 : row));
    }
    inner_query_close(query);
    return text;
}

static const struct partition_datum *
compute_end(struct session *session, const struct bound_value *values, uint32_t count)
{
    struct partition_datum *data = arena_alloc_zero(session->statement_arena, count * sizeof *data);
    for (uint32_t i = 0; i < count; i++) {
        data[i].kind = values[i].kind;
        if (values[i].kind != PARTITION_VALUE)
            continue;
        data[i].text = compute(session, &values[i]);
        if (data[i].text == NULL)
            raise(SQLSTATE_INVALID_TABLE_DEFINITION, "cannot specify NULL in range bound");
    }
    return data;
}

static void
compute_list(struct session *session, const struct bound_spec *spec, struct partition_bound *bound)
{
    struct partition_datum *data =
        arena_alloc_zero(session->statement_arena, (spec->count + 1) * sizeof *data);
    if (spec->count > UINT16_MAX)
        raise(SQLSTATE_PROGRAM_LIMIT_EXCEEDED, "a partition cannot have more than %d values",
              UINT16_MAX);
    for (uint32_t i = 0; i < spec->count; i++) {
        const char *text = compute(session, &spec->values[i]);
        bool is_known = text == NULL && bound->has_null;
        for (uint16_t k = 0; k < bound->count && !is_known && text != NULL; k++)
            is_known = data[k].text != NULL && strcmp(data[k].text, text) == 0;
        bound->has_null |= text == NULL;
        if (!is_known)
            data[bound->count++] = (struct partition_datum){
                text == NULL ? PARTITION_LIST_NULL : PARTITION_VALUE, text};
    }
    bound->values = data;
}

/* A modulus divides the next greater one: so two partitions share all rows of a remainder or none.
 */
static void
check_modulus(const struct partition_map *map, const struct partition_bound *bound)
{
    const struct table *below = NULL, *above = NULL;
    for (uint32_t i = 0; i < map->count; i++) {
        int32_t modulus = map->partitions[i]->bound->modulus;
        if (modulus <= bound->modulus)
            below = map->partitions[i];
        else if (above == NULL)
            above = map->partitions[i];
    }
    const char *detail = NULL;
    if (below != NULL && bound->modulus % below->bound->modulus != 0)
        detail = raise_text("The new modulus %d is not divisible by %d, the modulus of existing "
                            "partition \"%s\".",
                            bound->modulus, below->bound->modulus, below->name);
    else if (above != NULL && above->bound->modulus % bound->modulus != 0)
        detail = raise_text("The new modulus %d is not a factor of %d, the modulus of existing "
                            "partition \"%s\".",
                            bound->modulus, above->bound->modulus, above->name);
    if (detail != NULL)
        raise_error(.code = SQLSTATE_INVALID_OBJECT_DEFINITION,
                    .message = "every hash partition modulus must be a factor of the next larger "
                               "modulus",
                    .detail = detail);
}

/* The first column in which the ends differ; 0 if in none. */
static uint16_t
differing(const struct partition_map *map, const struct partition_end *a,
          const struct partition_end *b)
{
    for (uint16_t i = 0; i < map->key->count; i++)
        if (a->kinds[i] != b->kinds[i] || (a->kinds[i] == PARTITION_VALUE &&
                                           map->types[i]->compare(a->values[i], b->values[i]) != 0))
            return i;
    return 0;
}

static void
check_range(struct session *session, const struct partition_map *map, const struct bound_spec *spec,
            const struct partition_bound *bound, const char *name)
{
    struct arena *arena = session->statement_arena;
    struct partition_end from = partition_end_read(map, &session->env, arena, bound->from);
    struct partition_end to = partition_end_read(map, &session->env, arena, bound->to);
    if (partition_compare_ends(map, &from, &to) < 0)
        return;
    raise_error(.code = SQLSTATE_INVALID_OBJECT_DEFINITION,
                .message = raise_text("empty range bound specified for partition \"%s\"", name),
                .detail = raise_text(
                    "Specified lower bound %s is greater than or equal to upper bound %s.",
                    partition_end_text(arena, map->key, bound->from),
                    partition_end_text(arena, map->key, bound->to)),
                .position = spec->values[differing(map, &from, &to)].position);
}

/* The value that reaches into the other range: of the lower end if that lies in it. */
static uint32_t
overlap_position(struct session *session, const struct partition_map *map,
                 const struct bound_spec *spec, const struct partition_bound *bound, uint32_t other)
{
    struct arena *arena = session->statement_arena;
    struct partition_end from = partition_end_read(map, &session->env, arena, bound->from);
    struct partition_end to = partition_end_read(map, &session->env, arena, bound->to);
    const struct partition_end *theirs = &map->from[other];
    if (partition_compare_ends(map, theirs, &from) <= 0)
        return spec->values[differing(map, theirs, &from)].position;
    return spec->to[differing(map, theirs, &to)].position;
}

static void
check_bound(struct session *session, const struct table *parent, const struct bound_spec *spec,
            const struct partition_bound *bound, const char *name)
{
    struct partition_source source = partition_source_of(session);
    const struct partition_map *map =
        partition_map_make(&source, session->statement_arena, parent, OID_NONE);
    if (bound->is_default) {
        if (map->default_partition == PARTITION_NONE)
            return;
        raise_error(.code = SQLSTATE_INVALID_OBJECT_DEFINITION,
                    .message = raise_text(
                        "partition \"%s\" conflicts with existing default partition \"%s\"", name,
                        map->partitions[map->default_partition]->name),
                    .position = spec->position);
    }
    if (bound->strategy == 'h')
        check_modulus(map, bound);
    else if (bound->strategy == 'r')
        check_range(session, map, spec, bound, name);
    uint32_t value;
    uint32_t other = partition_overlap(map, &session->env, session->statement_arena, bound, &value);
    if (other == PARTITION_NONE)
        return;
    uint32_t position = spec->position;
    if (bound->strategy == 'r')
        position = overlap_position(session, map, spec, bound, other);
    else if (bound->strategy == 'l' && spec->count != 0)
        position = spec->values[value < spec->count ? value : spec->count - 1].position;
    raise_error(.code = SQLSTATE_INVALID_OBJECT_DEFINITION,
                .message = raise_text("partition \"%s\" would overlap partition \"%s\"", name,
                                      map->partitions[other]->name),
                .position = position);
}

const struct partition_bound *
partition_take_bound(struct session *session, const struct table *parent,
                     const struct bound_spec *spec, const char *partition)
{
    struct partition_bound *bound = arena_alloc_zero(session->statement_arena, sizeof *bound);
    bound->strategy = spec->strategy;
    bound->is_default = spec->is_default;
    bound->modulus = spec->modulus;
    bound->remainder = spec->remainder;
    if (!spec->is_default && spec->strategy == 'l') {
        compute_list(session, spec, bound);
    } else if (!spec->is_default && spec->strategy == 'r') {
        bound->count = (uint16_t)spec->count;
        bound->from = compute_end(session, spec->values, spec->count);
        bound->to = compute_end(session, spec->to, spec->count);
    }
    check_bound(session, parent, spec, bound, partition);
    return bound;
}

/* ---- links ---- */

void
partition_become(struct draft *draft, const struct table *parent,
                 const struct partition_bound *bound)
{
    oid *parents = arena_alloc_array(draft->session->statement_arena, 1, sizeof *parents);
    parents[0] = parent->table;
    draft->table.parents = parents;
    draft->table.parent_count = 1;
    draft->table.bound = bound;
}

static bool
has_row(struct session *session, const struct table *table, const char *condition)
{
    struct arena *arena = session->statement_arena;
    return ddl_finds_row(session, arena_format(arena, "SELECT 1 FROM %s WHERE %s LIMIT 1",
                                               definition_qualified_name(table, arena), condition));
}

/* No row of the default partition may belong to the new partition. */
static void
check_default(struct session *session, const struct table *parent, const struct table *partition)
{
    if (partition->bound->is_default || partition->bound->strategy == 'h')
        return;
    struct partition_source source = partition_source_of(session);
    const struct table *other = NULL;
    for (uint32_t i = 0; i < parent->child_count; i++) {
        const struct table *child = catalog_table(session->catalog, parent->children[i]);
        if (child != NULL && child->bound != NULL && child->bound->is_default)
            other = child;
    }
    if (other == NULL)
        return;
    const char *condition =
        partition_condition(&source, session->statement_arena, parent, partition->bound, OID_NONE);
    if (has_row(session, other, condition))
        raise(SQLSTATE_CHECK_VIOLATION,
              "updated partition constraint for default partition \"%s\" would be violated by some "
              "row",
              other->name);
}

void
partition_link(struct session *session, oid parent, oid partition)
{
    check_default(session, catalog_table(session->catalog, parent),
                  catalog_table(session->catalog, partition));
    ddl_add_child(session, parent, partition);
    partition_match_indexes(session, parent, partition);
    partition_match_foreign(session, parent, partition);
}

/* ---- ATTACH ---- */

static bool
is_above(struct session *session, const struct table *table, oid wanted)
{
    for (const struct table *at = table; at != NULL;) {
        if (at->table == wanted)
            return true;
        at = at->parent_count == 0 ? NULL : catalog_table(session->catalog, at->parents[0]);
    }
    return false;
}

static void
check_attached(struct session *session, const struct table *parent, const struct table *partition)
{
    if (partition->kind != TABLE_PLAIN && partition->kind != TABLE_PARTITIONED)
        raise(SQLSTATE_WRONG_OBJECT_TYPE, "\"%s\" is not a table", partition->name);
    if (partition->bound != NULL)
        raise(SQLSTATE_WRONG_OBJECT_TYPE, "\"%s\" is already a partition", partition->name);
    if (partition->parent_count != 0)
        raise(SQLSTATE_WRONG_OBJECT_TYPE, "cannot attach inheritance child as partition");
    if (partition->kind == TABLE_PLAIN && partition->child_count != 0)
        raise(SQLSTATE_WRONG_OBJECT_TYPE, "cannot attach inheritance parent as partition");
    if (is_above(session, parent, partition->table))
        raise_error(.code = SQLSTATE_DUPLICATE_TABLE, .message = "circular inheritance not allowed",
                    .detail = raise_text("\"%s\" is already a child of \"%s\".", parent->name,
                                         partition->name));
    if (parent->persistence != 't' && partition->persistence == 't')
        raise(SQLSTATE_WRONG_OBJECT_TYPE,
              "cannot attach a temporary relation as partition of permanent relation \"%s\"",
              parent->name);
    if (parent->persistence == 't' && partition->persistence != 't')
        raise(SQLSTATE_WRONG_OBJECT_TYPE,
              "cannot attach a permanent relation as partition of temporary relation \"%s\"",
              parent->name);
    for (uint16_t i = 0; i < partition->column_count; i++) {
        const struct column_def *column = &partition->columns[i];
        bool is_there = column->is_dropped;
        for (uint16_t k = 0; k < parent->column_count && !is_there; k++)
            is_there = !parent->columns[k].is_dropped &&
                       strcmp(parent->columns[k].name, column->name) == 0;
        if (!is_there)
            raise_error(.code = SQLSTATE_DATATYPE_MISMATCH,
                        .message = raise_text(
                            "table \"%s\" contains column \"%s\" not found in parent \"%s\"",
                            partition->name, column->name, parent->name),
                        .detail = "The new partition may contain only the columns present in "
                                  "parent.");
    }
}

/* The partition has what the parent has, and has it from there alone. */
static void
match_parent(struct draft *draft, const struct table *parent)
{
    ddl_take_inherited(draft, parent);
    for (uint16_t i = 0; i < parent->column_count; i++) {
        const struct column_def *from = &parent->columns[i];
        if (!from->is_dropped && from->generated_sql == NULL &&
            draft_column(draft, from->name)->generated_sql != NULL)
            raise(SQLSTATE_DATATYPE_MISMATCH,
                  "column \"%s\" in child table must not be a generated column", from->name);
    }
    for (uint16_t i = 0; i < draft->table.column_count; i++)
        draft->columns[i].is_local = draft->columns[i].inherit_count == 0;
    for (uint16_t i = 0; i < draft->table.constraint_count; i++)
        draft->constraints[i].is_local = draft->constraints[i].inherit_count == 0;
}

/* The table, or that of its partitions, which has a row that fits; null: none. */
static const struct table *
find_violating(struct session *session, const struct table *table, const char *condition)
{
    if (table->kind != TABLE_PARTITIONED)
        return has_row(session, table, condition) ? table : NULL;
    for (uint32_t i = 0; i < table->child_count; i++) {
        const struct table *found =
            find_violating(session, catalog_table(session->catalog, table->children[i]), condition);
        if (found != NULL)
            return found;
    }
    return NULL;
}

/* All rows of the new partition must belong to it. */
static void
validate_rows(struct session *session, const struct table *partition)
{
    struct partition_source source = partition_source_of(session);
    struct arena *arena = session->statement_arena;
    const char *condition = partition_constraint_text(&source, arena, partition);
    bool is_default = partition->bound->is_default;
    if (condition == NULL)
        return;
    condition = arena_format(arena, "NOT (%s)", condition);
    partition = find_violating(session, partition, condition);
    if (partition == NULL)
        return;
    if (is_default)
        raise(SQLSTATE_CHECK_VIOLATION,
              "updated partition constraint for default partition \"%s\" would be violated by some "
              "row",
              partition->name);
    raise(SQLSTATE_CHECK_VIOLATION,
          "partition constraint of relation \"%s\" is violated by some row", partition->name);
}

void
partition_attach(struct session *session, const struct table *parent,
                 const struct alter_command *command)
{
    const struct table *partition = session_find_table(session, &command->partition);
    check_attached(session, parent, partition);
    partition = ddl_lock_table(session, partition, TABLE_ACCESS_EXCLUSIVE);
    constraints_refuse_pending(session, partition, "ALTER TABLE");
    struct draft draft;
    draft_of(&draft, session, partition);
    match_parent(&draft, parent);
    const struct partition_bound *bound =
        partition_take_bound(session, parent, command->bound, partition->name);
    partition_become(&draft, parent, bound);
    partition = draft_put(&draft);
    oid number = partition->table;
    validate_rows(session, partition);
    partition_link(session, parent->table, number);
}

/* ---- DETACH ---- */

void
partition_detach(struct session *session, const struct table *parent,
                 const struct alter_command *command)
{
    const struct table *partition = session_find_table(session, &command->partition);
    if (partition->bound == NULL || partition->parents[0] != parent->table)
        raise(SQLSTATE_UNDEFINED_TABLE, "relation \"%s\" is not a partition of relation \"%s\"",
              partition->name, parent->name);
    if (command->kind == ALTER_FINALIZE_DETACH)
        raise_error(.code = SQLSTATE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                    .message =
                        raise_text("cannot complete detaching partition \"%s\"", partition->name),
                    .detail = "There's no pending concurrent detach.");
    if (command->is_concurrent) {
        for (uint32_t i = 0; i < parent->child_count; i++) {
            const struct table *child = catalog_table(session->catalog, parent->children[i]);
            if (child != NULL && child->bound != NULL && child->bound->is_default)
                raise(SQLSTATE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                      "cannot detach partitions concurrently when a default partition exists");
        }
    }
    partition = ddl_lock_table(session, partition, TABLE_ACCESS_EXCLUSIVE);
    struct draft draft;
    draft_of(&draft, session, partition);
    draft.table.parents = NULL;
    draft.table.parent_count = 0;
    draft.table.bound = NULL;
    for (uint16_t i = 0; i < draft.table.column_count; i++) {
        draft.columns[i].is_local = true;
        draft.columns[i].inherit_count = 0;
    }
    catalog_forget_dependencies(session->catalog, (struct object_ref){.class_oid = CLASS_RELATION,
                                                                      .object = partition->table});
    oid number = draft_put(&draft)->table;
    ddl_forget_child(session, parent->table, number);
    partition_release(session, number);
}
