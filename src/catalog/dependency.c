/*
 * dependency.c: which object needs which: rows of TREE_DEPENDENCIES, found from either end.
 *
 *   'o' object on kind   by the object that needs: to forget them with it
 *   'r' on object kind   by what is needed: to know what a DROP takes along
 *
 * Refs are twelve bytes, big-endian, so those of an object stand together, its columns after the
 * whole.
 */
#include "base/raise.h"
#include "catalog/catalog_int.h"

#define REF_BYTES 12
#define DEPENDENCY_KEY_BYTES (1 + 2 * REF_BYTES)

static void
ref_put(uint8_t *to, struct object_ref ref)
{
    be32_set(to, ref.class_oid);
    be32_set(to + 4, ref.object);
    be32_set(to + 8, (uint32_t)ref.sub);
}

static struct object_ref
ref_get(const uint8_t *from)
{
    return (struct object_ref){.class_oid = be32_get(from),
                               .object = be32_get(from + 4),
                               .sub = (int32_t)be32_get(from + 8)};
}

static struct slice
dependency_key(uint8_t to[DEPENDENCY_KEY_BYTES], char direction, struct object_ref first,
               struct object_ref second)
{
    to[0] = (uint8_t)direction;
    ref_put(to + 1, first);
    ref_put(to + 1 + REF_BYTES, second);
    return slice_of(to, DEPENDENCY_KEY_BYTES);
}

void
catalog_depend(struct catalog *catalog, const struct dependency *dependency)
{
    catalog = catalog_for(catalog, dependency->object.object);
    uint8_t key[DEPENDENCY_KEY_BYTES];
    uint8_t kind = (uint8_t)dependency->kind;
    struct slice value = slice_of(&kind, 1);
    enum status st = txn_put(catalog->txn, TREE_DEPENDENCIES,
                             dependency_key(key, 'o', dependency->object, dependency->on), value);
    if (st == ST_OK)
        st = txn_put(catalog->txn, TREE_DEPENDENCIES,
                     dependency_key(key, 'r', dependency->on, dependency->object), value);
    if (st != ST_OK)
        raise_status(st, "could not record a dependency");
    txn_step(catalog->txn);
}

/* All dependencies whose key begins with direction and ref (its columns too if sub is 0). */
static struct dependency *
list_dependencies(struct catalog *catalog, char direction, struct object_ref ref,
                  struct arena *arena, uint32_t *count)
{
    uint8_t from[1 + REF_BYTES], to[1 + REF_BYTES];
    from[0] = to[0] = (uint8_t)direction;
    ref_put(from + 1, ref);
    struct object_ref past = ref;
    if (ref.sub == 0)
        past.object++;
    else
        past.sub++;
    if (ref.sub == 0)
        past.sub = 0;
    ref_put(to + 1, past);
    struct key_range range = {.from = slice_of(from, sizeof from), .to = slice_of(to, sizeof to)};
    struct txn_cursor *cursor;
    enum status st =
        txn_cursor_open(catalog->txn, TREE_DEPENDENCIES, range, false, catalog->arena, &cursor);
    uint32_t capacity = 16;
    struct dependency *list = arena_alloc_array(arena, capacity, sizeof *list);
    *count = 0;
    while (st == ST_OK) {
        struct slice key, value;
        st = txn_cursor_next(cursor, &key, &value);
        if (st != ST_OK || key.bytes != DEPENDENCY_KEY_BYTES || value.bytes != 1)
            continue;
        if (*count == capacity) {
            list = arena_resize(arena, list, capacity * sizeof *list, 2 * capacity * sizeof *list);
            capacity *= 2;
        }
        struct object_ref first = ref_get(key.data + 1), second = ref_get(key.data + 1 + REF_BYTES);
        list[(*count)++] = (struct dependency){.object = direction == 'o' ? first : second,
                                               .on = direction == 'o' ? second : first,
                                               .kind = (char)value.data[0]};
    }
    if (st != ST_NOT_FOUND)
        raise_status(st, "could not read dependencies");
    txn_cursor_close(cursor);
    return list;
}

struct dependency *
catalog_dependents(struct catalog *catalog, struct object_ref on, struct arena *arena,
                   uint32_t *count)
{
    struct dependency *list = list_dependencies(catalog, 'r', on, arena, count);
    if (catalog->temp == NULL)
        return list;
    uint32_t more;
    const struct dependency *temps = list_dependencies(catalog->temp, 'r', on, arena, &more);
    struct dependency *all = arena_alloc_array(arena, *count + more + 1u, sizeof *all);
    memcpy(all, list, *count * sizeof *all);
    memcpy(all + *count, temps, more * sizeof *all);
    *count += more;
    return all;
}

void
catalog_forget_dependency(struct catalog *catalog, struct object_ref object, struct object_ref on)
{
    uint8_t key[DEPENDENCY_KEY_BYTES];
    catalog = catalog_for(catalog, object.object);
    enum status st =
        txn_delete(catalog->txn, TREE_DEPENDENCIES, dependency_key(key, 'o', object, on));
    if (st == ST_OK)
        st = txn_delete(catalog->txn, TREE_DEPENDENCIES, dependency_key(key, 'r', on, object));
    if (st != ST_OK && st != ST_NOT_FOUND)
        raise_status(st, "could not forget a dependency");
    txn_step(catalog->txn);
}

void
catalog_forget_dependencies(struct catalog *catalog, struct object_ref object)
{
    catalog = catalog_for(catalog, object.object);
    uint32_t count;
    struct dependency *list = list_dependencies(catalog, 'o', object, catalog->arena, &count);
    for (uint32_t i = 0; i < count; i++) {
        uint8_t key[DEPENDENCY_KEY_BYTES];
        enum status st = txn_delete(catalog->txn, TREE_DEPENDENCIES,
                                    dependency_key(key, 'o', list[i].object, list[i].on));
        if (st == ST_OK)
            st = txn_delete(catalog->txn, TREE_DEPENDENCIES,
                            dependency_key(key, 'r', list[i].on, list[i].object));
        if (st != ST_OK && st != ST_NOT_FOUND)
            raise_status(st, "could not forget a dependency");
    }
    txn_step(catalog->txn);
}
