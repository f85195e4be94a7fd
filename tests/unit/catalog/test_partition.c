/*
 * test_partition.c: bounds of partitions: a row's partition, overlaps, what conditions leave.
 *
 * Goal: a row is found where its bound says, and no condition that holds for a row leaves its
 * partition out. Method: random partitions of small numbers, and all rows of them: each function
 * against a look at every bound. Hashes are compared with numbers that PostgreSQL 15 gave.
 */
#include "base/random.h"
#include "catalog/partition.h"
#include "type/hash_value.h"
#include "type/values.h"
#include "unit/unit.h"

#define TABLES_MAX 12
#define LIMIT 8 /* values of keys: 0 to LIMIT - 1, bounds a little beyond */
#define ROUNDS 400

struct world {
    struct types *types;
    struct type_env env;
    struct arena *arena;
    struct random random;
    struct table parent, children[TABLES_MAX];
    struct partition_bound bounds[TABLES_MAX];
    oid child_oids[TABLES_MAX];
    uint32_t count;
    struct partition_source source;
};

static const attr_no attrs[] = {1, 2};
static const char *const no_sql[] = {NULL, NULL};
static const oid int_types[] = {TYPE_INT4, TYPE_INT4}, no_collations[] = {0, 0};

static const struct table *
find_table(void *object, oid number)
{
    struct world *w = object;
    for (uint32_t i = 0; i < w->count; i++)
        if (w->child_oids[i] == number)
            return &w->children[i];
    return NULL;
}

static void
world_begin(struct world *w, uint64_t seed)
{
    *w = (struct world){.types = types_new()};
    assert_non_null(w->types);
    w->env = (struct type_env){.types = w->types};
    w->arena = arena_new(&(struct arena_options){.name = "test"});
    assert_non_null(w->arena);
    w->source = (struct partition_source){.env = &w->env, .table = find_table, .object = w};
    random_init(&w->random, seed);
}

static void
world_end(struct world *w)
{
    arena_free(w->arena);
    types_free(w->types);
}

static uint32_t
below(struct world *w, uint32_t n)
{
    return (uint32_t)random_below(&w->random, n);
}

static void
begin_table(struct world *w, char strategy, uint16_t key_count)
{
    struct partition_key *key = arena_alloc_zero(w->arena, sizeof *key);
    *key = (struct partition_key){.strategy = strategy,
                                  .count = key_count,
                                  .attrs = attrs,
                                  .expr_sql = no_sql,
                                  .types = int_types,
                                  .collations = no_collations};
    w->count = 0;
    w->parent = (struct table){.table = 100,
                               .name = "p",
                               .kind = TABLE_PARTITIONED,
                               .partition_key = key,
                               .children = w->child_oids};
}

static const struct partition_map *
make_map(struct world *w)
{
    w->parent.child_count = w->count;
    return partition_map_make(&w->source, w->arena, &w->parent, OID_NONE);
}

/* Adds the partition if it overlaps none; its own answer is the look at every bound's. */
static void
offer(struct world *w, struct partition_bound bound, bool overlaps)
{
    const struct partition_map *map = make_map(w);
    uint32_t value;
    bool told = partition_overlap(map, &w->env, w->arena, &bound, &value) != PARTITION_NONE;
    assert_int_equal(told, overlaps);
    if (overlaps || w->count == TABLES_MAX - 1)
        return;
    w->bounds[w->count] = bound;
    w->child_oids[w->count] = 200 + w->count;
    w->children[w->count] =
        (struct table){.table = 200 + w->count, .name = "c", .bound = &w->bounds[w->count]};
    w->count++;
}

static void
add_default(struct world *w, char strategy)
{
    w->bounds[w->count] = (struct partition_bound){.strategy = strategy, .is_default = true};
    w->child_oids[w->count] = 200 + w->count;
    w->children[w->count] =
        (struct table){.table = 200 + w->count, .name = "d", .bound = &w->bounds[w->count]};
    w->count++;
}

/* ---- ends of ranges as numbers: an infinite column counts as beyond all values ---- */

struct ends {
    int from[2], to[2];
};

static int
compare_pairs(const int *a, const int *b)
{
    return a[0] != b[0] ? (a[0] > b[0]) - (a[0] < b[0]) : (a[1] > b[1]) - (a[1] < b[1]);
}

static const struct partition_datum *
random_end(struct world *w, int *numbers)
{
    struct partition_datum *data = arena_alloc_zero(w->arena, 2 * sizeof *data);
    enum partition_datum_kind infinite = PARTITION_VALUE;
    for (int i = 0; i < 2; i++) {
        uint32_t pick = below(w, LIMIT + 4);
        if (infinite == PARTITION_VALUE && pick >= LIMIT + 2)
            infinite = pick == LIMIT + 2 ? PARTITION_MINVALUE : PARTITION_MAXVALUE;
        data[i].kind = infinite;
        numbers[i] = infinite == PARTITION_MINVALUE ? -1000 : 1000;
        if (infinite != PARTITION_VALUE)
            continue;
        numbers[i] = (int)pick - 1;
        data[i].text = arena_format(w->arena, "%d", numbers[i]);
    }
    return data;
}

static bool
holds(int a, enum btree_op op, int b)
{
    return op == BTREE_LT   ? a < b
           : op == BTREE_LE ? a <= b
           : op == BTREE_GE ? a >= b
           : op == BTREE_GT ? a > b
                            : a == b;
}

/* Every row for which a condition holds must be in a partition that is left. */
static void
check_conditions(struct world *w, const struct partition_map *map, uint16_t key_count)
{
    static const bool no_nulls[2];
    for (int round = 0; round < 40; round++) {
        int asked[2] = {(int)below(w, LIMIT + 2) - 1, (int)below(w, LIMIT + 2) - 1};
        union datum values[2] = {i32_datum(asked[0]), i32_datum(asked[1])};
        struct partition_probe probe = {.op = (enum btree_op)(BTREE_LT + below(w, 5)),
                                        .count = (uint16_t)(1 + below(w, key_count)),
                                        .values = values};
        uint64_t slots[8] = {0}, left[2] = {0};
        partition_match(map, &w->env, w->arena, &probe, slots);
        partition_of_slots(map, slots, left);
        for (int a = 0; a < LIMIT; a++) {
            for (int b = 0; b < LIMIT; b++) {
                int row[2] = {a, b};
                bool fits = holds(row[probe.count - 1], probe.op, asked[probe.count - 1]) &&
                            (probe.count == 1 || a == asked[0]);
                union datum key[2] = {i32_datum(a), i32_datum(b)};
                uint32_t found = partition_find(map, &w->env, w->arena, key, no_nulls);
                if (fits && found != PARTITION_NONE)
                    assert_true(partition_bit(left, found));
            }
        }
    }
}

static void
ranges_are_found(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        struct world w;
        struct ends ends[TABLES_MAX];
        static const bool no_nulls[2];
        world_begin(&w, seed);
        begin_table(&w, 'r', 2);
        for (int i = 0; i < 20; i++) {
            struct ends one;
            struct partition_bound bound = {.strategy = 'r', .count = 2};
            bound.from = random_end(&w, one.from);
            bound.to = random_end(&w, one.to);
            if (compare_pairs(one.from, one.to) >= 0)
                continue;
            bool overlaps = false;
            for (uint32_t k = 0; k < w.count; k++)
                overlaps |= compare_pairs(one.from, ends[k].to) < 0 &&
                            compare_pairs(ends[k].from, one.to) < 0;
            uint32_t before = w.count;
            offer(&w, bound, overlaps);
            if (w.count != before)
                ends[before] = one;
        }
        uint32_t range_count = w.count;
        if (seed % 2 == 0)
            add_default(&w, 'r');
        const struct partition_map *map = make_map(&w);
        for (int a = 0; a < LIMIT; a++) {
            for (int b = 0; b < LIMIT; b++) {
                int row[2] = {a, b};
                oid wanted = seed % 2 == 0 ? w.child_oids[range_count] : OID_NONE;
                for (uint32_t k = 0; k < range_count; k++)
                    if (compare_pairs(ends[k].from, row) <= 0 && compare_pairs(row, ends[k].to) < 0)
                        wanted = w.child_oids[k];
                union datum key[2] = {i32_datum(a), i32_datum(b)};
                uint32_t found = partition_find(map, &w.env, w.arena, key, no_nulls);
                assert_int_equal(found == PARTITION_NONE ? OID_NONE : map->partitions[found]->table,
                                 wanted);
            }
        }
        check_conditions(&w, map, 2);
        world_end(&w);
    }
}

static void
lists_are_found(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        struct world w;
        uint32_t owner[LIMIT + 1]; /* the last is NULL's */
        memset(owner, 0xff, sizeof owner);
        world_begin(&w, seed);
        begin_table(&w, 'l', 1);
        for (int i = 0; i < 12; i++) {
            struct partition_datum *data = arena_alloc_zero(w.arena, 3 * sizeof *data);
            struct partition_bound bound = {.strategy = 'l', .count = (uint16_t)(1 + below(&w, 3))};
            uint32_t numbers[3];
            bool overlaps = false;
            for (uint16_t k = 0; k < bound.count; k++) {
                numbers[k] = below(&w, LIMIT + 1);
                bound.has_null |= numbers[k] == LIMIT;
                data[k].kind = numbers[k] == LIMIT ? PARTITION_LIST_NULL : PARTITION_VALUE;
                if (numbers[k] != LIMIT)
                    data[k].text = arena_format(w.arena, "%u", numbers[k]);
                overlaps |= owner[numbers[k]] != UINT32_MAX;
            }
            bound.values = data;
            uint32_t before = w.count;
            offer(&w, bound, overlaps);
            for (uint16_t k = 0; k < bound.count && w.count != before; k++)
                owner[numbers[k]] = w.child_oids[before];
        }
        const struct partition_map *map = make_map(&w);
        for (uint32_t a = 0; a <= LIMIT; a++) {
            union datum key = i32_datum((int32_t)a);
            bool is_null = a == LIMIT;
            uint32_t found = partition_find(map, &w.env, w.arena, &key, &is_null);
            assert_int_equal(found == PARTITION_NONE ? UINT32_MAX : map->partitions[found]->table,
                             owner[a]);
        }
        check_conditions(&w, map, 1);
        world_end(&w);
    }
}

static void
hashes_are_postgresqls(void **state)
{
    static const bool none[2];
    struct world w;
    (void)state;
    world_begin(&w, 1);
    const struct type_info *info = type_get(&w.env, TYPE_INT4);
    assert_int_equal((int32_t)value_hash_extended(&w.env, w.arena, info, i32_datum(1), 0),
                     -1905060026);
    assert_int_equal(hash_bytes_short(slice_text("abc")), (uint32_t)-785388649);
    begin_table(&w, 'h', 1);
    for (int32_t r = 0; r < 4; r++)
        offer(&w, (struct partition_bound){.strategy = 'h', .modulus = 4, .remainder = r}, false);
    offer(&w, (struct partition_bound){.strategy = 'h', .modulus = 8, .remainder = 5}, true);
    const struct partition_map *map = make_map(&w);
    static const uint32_t wanted[] = {0, 2, 1, 3, 1, 3, 3, 1};
    for (int32_t i = 1; i <= 8; i++) {
        union datum key = i32_datum(i);
        assert_int_equal(partition_find(map, &w.env, w.arena, &key, none), wanted[i - 1]);
    }
    world_end(&w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_are_found),
        cmocka_unit_test(lists_are_found),
        cmocka_unit_test(hashes_are_postgresqls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
