/*
 * routine.c: functions, operators and casts of users: found, loaded, put and dropped.
 *
 * Of one name in a schema there may be many. Their keys in TREE_NAMES are the name's, a zero
 * byte, and the types that tell them apart (4 bytes each, big-endian), so a signature is taken
 * once, and all of a name stand together. A cast's key has no name. What a name stands for is
 * gathered when it is first asked for, and kept with the generation.
 */
#include "catalog/routine.h"

#include "base/check.h"
#include "base/hash.h"
#include "base/raise.h"
#include "catalog/catalog_int.h"
#include "catalog/routine_row.h"

#define OVERLOAD_KEY_BYTES_MAX (NAME_KEY_BYTES_MAX + 1 + 4 * FUNC_ARGS_MAX)

/* What a name of a schema stands for. */
struct overloads {
    struct overloads *next; /* of the same hash */
    enum row_kind kind;
    oid schema;
    const char *name;
    const void **infos; /* null-terminated */
};

static struct slice
overload_key(uint8_t to[OVERLOAD_KEY_BYTES_MAX], enum row_kind kind, oid schema, const char *name,
             const oid *types, uint32_t count)
{
    check(count <= FUNC_ARGS_MAX);
    size_t bytes = name_key(to, kind, schema, name).bytes;
    to[bytes++] = 0;
    for (uint32_t i = 0; i < count; i++, bytes += 4)
        be32_set(to + bytes, types[i]);
    return slice_of(to, bytes);
}

oid *
routine_signature(const struct routine *routine, struct arena *arena, uint32_t *count)
{
    oid *types = arena_alloc_array(arena, routine->arg_count + 1u, sizeof *types);
    *count = 0;
    for (uint16_t i = 0; i < routine->arg_count; i++)
        if (routine_arg_is_given(routine->args[i].mode))
            types[(*count)++] = routine->args[i].type;
    return types;
}

/* ---- loading ---- */

static const void *
load_routine(struct catalog *catalog, oid object, struct slice row)
{
    struct generation *generation = catalog->generation;
    struct routine *routine = routine_read(row, generation->arena);
    if (routine == NULL)
        catalog_raise_broken("function", object);
    routine_derive(routine, catalog->cache->types, generation->arena);
    catalog_remember(&generation->routines, object, routine);
    return routine;
}

static const void *
load_operator(struct catalog *catalog, oid object, struct slice row)
{
    struct user_operator *op = operator_read(row, catalog->generation->arena);
    if (op == NULL)
        catalog_raise_broken("operator", object);
    catalog_remember(&catalog->generation->operators, object, op);
    return op;
}

static const void *
load_cast(struct catalog *catalog, oid object, struct slice row)
{
    struct user_cast *cast = cast_read(row, catalog->generation->arena);
    if (cast == NULL)
        catalog_raise_broken("cast", object);
    catalog_remember(&catalog->generation->casts, object, cast);
    return cast;
}

/* Whether the catalog has an object of the kind at all: most databases have none. */
static bool
has_kind(struct catalog *catalog, enum row_kind kind)
{
    struct generation *generation = catalog->generation;
    enum kind_known *known = kind == ROW_ROUTINE    ? &generation->has_routines
                             : kind == ROW_OPERATOR ? &generation->has_operators
                                                    : &generation->has_casts;
    mutex_lock(&generation->mutex);
    enum kind_known now = *known;
    mutex_unlock(&generation->mutex);
    if (now != KIND_NOT_ASKED)
        return now == KIND_SOME;
    uint32_t count;
    (void)catalog_list_rows(catalog, kind, &count);
    mutex_lock(&generation->mutex);
    *known = count == 0 ? KIND_NONE : KIND_SOME;
    mutex_unlock(&generation->mutex);
    return count != 0;
}

const struct routine *
catalog_routine(struct catalog *catalog, oid routine)
{
    catalog = catalog_for(catalog, routine);
    if (routine < OID_USER_FIRST || !has_kind(catalog, ROW_ROUTINE))
        return NULL;
    return catalog_load(catalog, &catalog->generation->routines, ROW_ROUTINE, routine,
                        load_routine);
}

const struct user_operator *
catalog_operator(struct catalog *catalog, oid op)
{
    catalog = catalog_for(catalog, op);
    if (op < OID_USER_FIRST || !has_kind(catalog, ROW_OPERATOR))
        return NULL;
    return catalog_load(catalog, &catalog->generation->operators, ROW_OPERATOR, op, load_operator);
}

/* ---- names ---- */

static struct overloads *
overloads_known(struct generation *generation, uint64_t hash, enum row_kind kind, oid schema,
                const char *name)
{
    struct overloads *entry = map_find(&generation->overloads, hash);
    while (entry != NULL &&
           (entry->kind != kind || entry->schema != schema || strcmp(entry->name, name) != 0))
        entry = entry->next;
    return entry;
}

/* The objects whose keys begin with the name's, in the order of their numbers. */
static oid *
list_named(struct catalog *catalog, enum row_kind kind, oid schema, const char *name,
           uint32_t *count)
{
    uint8_t from[OVERLOAD_KEY_BYTES_MAX], to[OVERLOAD_KEY_BYTES_MAX];
    struct slice first = overload_key(from, kind, schema, name, NULL, 0);
    struct slice last = overload_key(to, kind, schema, name, NULL, 0);
    to[last.bytes - 1] = 1;
    struct txn_cursor *cursor;
    enum status st =
        txn_cursor_open(catalog->txn, TREE_NAMES, (struct key_range){.from = first, .to = last},
                        false, catalog->arena, &cursor);
    uint32_t room = 8;
    oid *oids = arena_alloc_array(catalog->arena, room, sizeof *oids);
    *count = 0;
    while (st == ST_OK) {
        struct slice key, value;
        st = txn_cursor_next(cursor, &key, &value);
        if (st != ST_OK || value.bytes != 4)
            continue;
        if (*count == room) {
            oids = arena_resize(catalog->arena, oids, room * sizeof *oids, 2 * room * sizeof *oids);
            room *= 2;
        }
        oid object = le32_get(value.data);
        uint32_t at = (*count)++;
        for (; at > 0 && oids[at - 1] > object; at--)
            oids[at] = oids[at - 1];
        oids[at] = object;
    }
    if (st != ST_NOT_FOUND)
        raise_status(st, "could not read the catalog");
    txn_cursor_close(cursor);
    return oids;
}

static const void *
info_of(struct catalog *catalog, enum row_kind kind, oid object)
{
    if (kind == ROW_ROUTINE) {
        const struct routine *routine = catalog_routine(catalog, object);
        return routine == NULL ? NULL : &routine->info;
    }
    const struct user_operator *op = catalog_operator(catalog, object);
    return op == NULL || op->is_shell ? NULL : &op->info;
}

/* Keeps a name's list with the generation. */
static const void *const *
keep_overloads(struct catalog *catalog, uint64_t hash, const struct overloads *made, uint32_t count)
{
    struct generation *generation = catalog->generation;
    struct catch frame;
    mutex_lock(&generation->mutex);
    if (catch_begin(&frame, catalog->arena)) {
        struct overloads *entry = arena_alloc(generation->arena, sizeof *entry);
        *entry = *made;
        entry->name = arena_text(generation->arena, made->name);
        entry->infos = arena_copy(generation->arena, made->infos, (count + 1) * sizeof(void *));
        entry->next = map_find(&generation->overloads, hash);
        catalog_remember(&generation->overloads, hash, entry);
        catch_end(&frame);
        mutex_unlock(&generation->mutex);
        return entry->infos;
    }
    mutex_unlock(&generation->mutex);
    raise_again(frame.error);
}

static const void *const *
find_overloads(struct catalog *catalog, enum row_kind kind, oid schema, const char *name)
{
    static const void *const none[] = {NULL};
    catalog = catalog_for(catalog, schema);
    if (!has_kind(catalog, kind))
        return none;
    struct generation *generation = catalog->generation;
    uint64_t hash = name_hash(schema ^ (uint32_t)kind << 24, name);
    mutex_lock(&generation->mutex);
    const struct overloads *known = overloads_known(generation, hash, kind, schema, name);
    mutex_unlock(&generation->mutex);
    if (known != NULL)
        return known->infos;

    uint32_t count, kept = 0;
    const oid *oids = list_named(catalog, kind, schema, name, &count);
    const void **infos = arena_alloc_array(catalog->arena, count + 1, sizeof *infos);
    for (uint32_t i = 0; i < count; i++) {
        const void *info = info_of(catalog, kind, oids[i]);
        if (info != NULL)
            infos[kept++] = info;
    }
    infos[kept] = NULL;
    struct overloads made = {.kind = kind, .schema = schema, .name = name, .infos = infos};
    return keep_overloads(catalog, hash, &made, kept);
}

const struct func_info *const *
catalog_routines_named(struct catalog *catalog, oid schema, const char *name)
{
    return (const struct func_info *const *)find_overloads(catalog, ROW_ROUTINE, schema, name);
}

const struct operator_info *const *
catalog_operators_named(struct catalog *catalog, oid schema, const char *name)
{
    return (const struct operator_info *const *)find_overloads(catalog, ROW_OPERATOR, schema, name);
}

const struct routine *
catalog_find_routine(struct catalog *catalog, oid schema, const char *name, uint32_t arg_count,
                     const oid *args)
{
    uint8_t key[OVERLOAD_KEY_BYTES_MAX];
    oid found = catalog_read_name(catalog_for(catalog, schema),
                                  overload_key(key, ROW_ROUTINE, schema, name, args, arg_count));
    return found == OID_NONE ? NULL : catalog_routine(catalog, found);
}

const struct user_operator *
catalog_find_operator(struct catalog *catalog, oid schema, const char *name, oid left, oid right)
{
    uint8_t key[OVERLOAD_KEY_BYTES_MAX];
    const oid types[] = {left, right};
    oid found = catalog_read_name(catalog_for(catalog, schema),
                                  overload_key(key, ROW_OPERATOR, schema, name, types, 2));
    return found == OID_NONE ? NULL : catalog_operator(catalog, found);
}

static struct slice
cast_key(uint8_t to[OVERLOAD_KEY_BYTES_MAX], oid source, oid target)
{
    const oid types[] = {source, target};
    return overload_key(to, ROW_CAST, OID_NONE, "", types, 2);
}

const struct user_cast *
catalog_cast(struct catalog *catalog, oid source, oid target)
{
    if (!has_kind(catalog, ROW_CAST))
        return NULL;
    uint8_t key[OVERLOAD_KEY_BYTES_MAX];
    oid found = catalog_read_name(catalog, cast_key(key, source, target));
    return found == OID_NONE
               ? NULL
               : catalog_load(catalog, &catalog->generation->casts, ROW_CAST, found, load_cast);
}

/* ---- all of a kind ---- */

const struct routine **
catalog_routines(struct catalog *catalog, struct arena *arena, uint32_t *count)
{
    uint32_t own_count, temp_count = 0;
    const oid *own = catalog_list_rows(catalog, ROW_ROUTINE, &own_count);
    const oid *temps =
        catalog->temp == NULL ? NULL : catalog_list_rows(catalog->temp, ROW_ROUTINE, &temp_count);
    const struct routine **list =
        arena_alloc_array(arena, (size_t)own_count + temp_count + 1, sizeof *list);
    *count = 0;
    for (uint32_t i = 0; i < own_count + temp_count; i++) {
        oid object = i < own_count ? own[i] : temps[i - own_count];
        const struct routine *routine = catalog_routine(catalog, object);
        if (routine != NULL)
            list[(*count)++] = routine;
    }
    return list;
}

const struct user_operator **
catalog_operators(struct catalog *catalog, struct arena *arena, uint32_t *count)
{
    uint32_t row_count;
    const oid *oids = catalog_list_rows(catalog, ROW_OPERATOR, &row_count);
    const struct user_operator **list = arena_alloc_array(arena, row_count + 1u, sizeof *list);
    *count = 0;
    for (uint32_t i = 0; i < row_count; i++) {
        const struct user_operator *op = catalog_operator(catalog, oids[i]);
        if (op != NULL)
            list[(*count)++] = op;
    }
    return list;
}

const struct user_cast **
catalog_casts(struct catalog *catalog, struct arena *arena, uint32_t *count)
{
    uint32_t row_count;
    const oid *oids = catalog_list_rows(catalog, ROW_CAST, &row_count);
    const struct user_cast **list = arena_alloc_array(arena, row_count + 1u, sizeof *list);
    *count = 0;
    for (uint32_t i = 0; i < row_count; i++) {
        const struct user_cast *cast =
            catalog_load(catalog, &catalog->generation->casts, ROW_CAST, oids[i], load_cast);
        if (cast != NULL)
            list[(*count)++] = cast;
    }
    return list;
}

/* ---- changing ---- */

static struct slice
routine_key(struct catalog *catalog, const struct routine *routine,
            uint8_t to[OVERLOAD_KEY_BYTES_MAX])
{
    uint32_t count;
    const oid *types = routine_signature(routine, catalog->arena, &count);
    return overload_key(to, ROW_ROUTINE, routine->schema, routine->info.name, types, count);
}

void
catalog_put_routine(struct catalog *catalog, const struct routine *routine)
{
    catalog = catalog_for(catalog, routine->schema);
    uint8_t old_key[OVERLOAD_KEY_BYTES_MAX], key[OVERLOAD_KEY_BYTES_MAX];
    const char *name = routine->info.name;
    const struct routine *old = catalog_routine(catalog, routine->info.func);
    struct slice is = routine_key(catalog, routine, key);
    struct slice was = old == NULL ? slice_of(NULL, 0) : routine_key(catalog, old, old_key);
    bool is_moved =
        old == NULL || was.bytes != is.bytes || memcmp(was.data, is.data, is.bytes) != 0;
    if (old != NULL && is_moved)
        catalog_delete_name(catalog, was, old->info.name);
    if (is_moved)
        catalog_put_name(catalog, is, routine->info.func, name);
    struct buf *row = catalog_row_buf(catalog);
    routine_write(routine, row);
    catalog_put_object(catalog, ROW_ROUTINE, routine->info.func, row, name);
    catalog_changed(catalog);
}

void
catalog_drop_routine(struct catalog *catalog, oid routine)
{
    catalog = catalog_for(catalog, routine);
    uint8_t key[OVERLOAD_KEY_BYTES_MAX];
    const struct routine *old = catalog_routine(catalog, routine);
    check(old != NULL);
    catalog_delete_name(catalog, routine_key(catalog, old, key), old->info.name);
    catalog_delete_object(catalog, ROW_ROUTINE, routine, old->info.name);
    catalog_changed(catalog);
}

static struct slice
operator_key(const struct user_operator *op, uint8_t to[OVERLOAD_KEY_BYTES_MAX])
{
    const oid types[] = {op->info.left, op->info.right};
    return overload_key(to, ROW_OPERATOR, op->schema, op->info.name, types, 2);
}

void
catalog_put_operator(struct catalog *catalog, const struct user_operator *op)
{
    uint8_t old_key[OVERLOAD_KEY_BYTES_MAX], key[OVERLOAD_KEY_BYTES_MAX];
    const char *name = op->info.name;
    const struct user_operator *old = catalog_operator(catalog, op->info.op);
    bool is_moved = old == NULL || old->schema != op->schema;
    if (old != NULL && is_moved)
        catalog_delete_name(catalog, operator_key(old, old_key), name);
    if (is_moved)
        catalog_put_name(catalog, operator_key(op, key), op->info.op, name);
    struct buf *row = catalog_row_buf(catalog);
    operator_write(op, row);
    catalog_put_object(catalog, ROW_OPERATOR, op->info.op, row, name);
    catalog_changed(catalog);
}

void
catalog_drop_operator(struct catalog *catalog, oid op)
{
    uint8_t key[OVERLOAD_KEY_BYTES_MAX];
    const struct user_operator *old = catalog_operator(catalog, op);
    check(old != NULL);
    catalog_delete_name(catalog, operator_key(old, key), old->info.name);
    catalog_delete_object(catalog, ROW_OPERATOR, op, old->info.name);
    catalog_changed(catalog);
}

void
catalog_put_cast(struct catalog *catalog, const struct user_cast *cast)
{
    uint8_t key[OVERLOAD_KEY_BYTES_MAX];
    if (catalog_cast(catalog, cast->info.source, cast->info.target) == NULL)
        catalog_put_name(catalog, cast_key(key, cast->info.source, cast->info.target), cast->cast,
                         "cast");
    struct buf *row = catalog_row_buf(catalog);
    cast_write(cast, row);
    catalog_put_object(catalog, ROW_CAST, cast->cast, row, "cast");
    catalog_changed(catalog);
}

void
catalog_drop_cast(struct catalog *catalog, oid source, oid target)
{
    uint8_t key[OVERLOAD_KEY_BYTES_MAX];
    const struct user_cast *old = catalog_cast(catalog, source, target);
    check(old != NULL);
    catalog_delete_name(catalog, cast_key(key, source, target), "cast");
    catalog_delete_object(catalog, ROW_CAST, old->cast, "cast");
    catalog_changed(catalog);
}
