/*
 * partition_access.c: what functions of partitions ask of the session's catalog.
 */
#include "session/access.h"

#include "base/raise.h"
#include "catalog/partition.h"
#include "session/ddl_partition.h"
#include "session/definition.h"
#include "sql/deparse.h"

/* ---- texts ---- */

static const char *
key_text(struct session *session, const struct table *table, struct arena *arena)
{
    const struct partition_key *key = table->partition_key;
    const char *text = key->strategy == 'r'   ? "RANGE ("
                       : key->strategy == 'l' ? "LIST ("
                                              : "HASH (";
    for (uint16_t i = 0; i < key->count; i++) {
        oid own = key->attrs[i] != 0 ? table->columns[key->attrs[i] - 1].collation : OID_NONE;
        const char *column = partition_key_column_text(arena, table, i);
        text = arena_format(arena, "%s%s%s", text, i == 0 ? "" : ", ", column);
        if (key->attrs[i] != 0 && key->collations[i] != OID_NONE && key->collations[i] != own)
            text = arena_format(
                arena, "%s COLLATE %s", text,
                definition_name(session->scope.collation_name(session, key->collations[i]), arena));
    }
    return arena_format(arena, "%s)", text);
}

static const char *
constraint_text(struct session *session, const struct table *table, struct arena *arena)
{
    struct partition_source source = partition_source_of(session);
    const char *sql = partition_constraint_text(&source, arena, table);
    if (sql == NULL)
        return NULL;
    struct analyze_options options = {.arena = arena, .scope = &session->scope};
    struct deparse_options deparse = {.arena = arena, .scope = &session->scope};
    return deparse_expr(&deparse, table, analyze_expr(&options, table, sql, OID_NONE, -1));
}

const char *
access_partition_text(void *object, oid relation, enum partition_text what, struct arena *arena)
{
    struct session *session = object;
    const struct table *table = catalog_table(session->catalog, relation);
    if (table == NULL)
        return NULL;
    if (what == PARTITION_TEXT_KEY)
        return table->partition_key == NULL ? NULL : key_text(session, table, arena);
    return table->bound == NULL ? NULL : constraint_text(session, table, arena);
}

/* ---- trees of tables and of indexes ---- */

struct collector {
    struct session *session;
    struct arena *arena;
    struct partition_place *places;
    uint32_t count, room;
};

static void
add(struct collector *c, oid relation, oid parent, bool is_leaf, int32_t level)
{
    if (c->count == c->room) {
        uint32_t room = c->room == 0 ? 16 : c->room * 2;
        c->places = arena_resize(c->arena, c->places, c->room * sizeof *c->places,
                                 room * sizeof *c->places);
        c->room = room;
    }
    c->places[c->count++] = (struct partition_place){relation, parent, is_leaf, level};
}

/* The index of a partition that is a part of the given one; OID_NONE: it has none. */
static oid
part_of(const struct table *table, oid index)
{
    for (uint16_t i = 0; i < table->index_count; i++)
        if (table->indexes[i]->parent == index)
            return table->indexes[i]->index;
    return OID_NONE;
}

/* Each generation before the next. */
static void
collect_down(struct collector *c, const struct table *table, oid index)
{
    bool is_index = index != OID_NONE;
    add(c, is_index ? index : table->table,
        is_index               ? catalog_index(c->session->catalog, index)->parent
        : table->bound != NULL ? table->parents[0]
                               : OID_NONE,
        table->kind != TABLE_PARTITIONED, 0);
    for (uint32_t at = 0; at < c->count; at++) {
        struct partition_place from = c->places[at];
        const struct index_def *above =
            is_index ? catalog_index(c->session->catalog, from.relation) : NULL;
        const struct table *owner =
            catalog_table(c->session->catalog, is_index ? above->table : from.relation);
        for (uint32_t i = 0; i < owner->child_count; i++) {
            const struct table *child = catalog_table(c->session->catalog, owner->children[i]);
            oid relation = child == NULL ? OID_NONE
                           : is_index    ? part_of(child, from.relation)
                                         : child->table;
            if (relation != OID_NONE)
                add(c, relation, from.relation, child->kind != TABLE_PARTITIONED, from.level + 1);
        }
    }
}

static void
collect_up(struct collector *c, const struct table *table, const struct index_def *index)
{
    int32_t level = 0;
    while (index != NULL) {
        add(c, index->index, index->parent, level == 0, level);
        level++;
        index =
            index->parent == OID_NONE ? NULL : catalog_index(c->session->catalog, index->parent);
    }
    while (table != NULL) {
        oid parent = table->bound != NULL ? table->parents[0] : OID_NONE;
        add(c, table->table, parent, level == 0, level);
        level++;
        table = parent == OID_NONE ? NULL : catalog_table(c->session->catalog, parent);
    }
}

struct partition_place *
access_partition_places(void *object, oid relation, bool is_upwards, struct arena *arena,
                        uint32_t *count)
{
    struct session *session = object;
    struct collector c = {.session = session, .arena = arena};
    const struct index_def *index = catalog_index(session->catalog, relation);
    const struct table *table =
        catalog_table(session->catalog, index != NULL ? index->table : relation);
    *count = 0;
    if (table == NULL)
        return NULL;
    bool is_part = index != NULL ? index->parent != OID_NONE || table->kind == TABLE_PARTITIONED
                                 : table->bound != NULL || table->kind == TABLE_PARTITIONED;
    if (!is_part)
        return NULL;
    if (is_upwards)
        collect_up(&c, index != NULL ? NULL : table, index);
    else
        collect_down(&c, table, index != NULL ? index->index : OID_NONE);
    *count = c.count;
    return c.places;
}

/* ---- hashes ---- */

const oid *
access_hash_key(void *object, oid relation, int32_t modulus, struct arena *arena, uint32_t *count)
{
    struct session *session = object;
    const struct table *table = catalog_table(session->catalog, relation);
    (void)modulus;
    if (table == NULL)
        raise(SQLSTATE_UNDEFINED_TABLE, "could not open relation with OID %u", relation);
    if (table->partition_key == NULL || table->partition_key->strategy != 'h')
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "\"%s\" is not a hash partitioned table",
              table->name);
    *count = table->partition_key->count;
    return arena_copy(arena, table->partition_key->types, *count * sizeof(oid));
}
