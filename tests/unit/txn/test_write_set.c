/*
 * test_write_set.c: a write set is an ordered map with versions, savepoints and generations.
 *
 * Random changes are made to a write set and to a plain model (an array of all versions a key has
 * had); look-ups, walks in both directions and rollbacks must agree. A loop fails each allocation.
 */
#include "unit/unit.h"

#include <stdlib.h>

#include "base/bytes.h"
#include "base/random.h"
#include "txn/write_set.h"

#define KEYS 200
#define COMMANDS 60

struct model {
    /* [command][key]: the value put by it, 0: not touched, -1: deleted */
    int32_t made[COMMANDS + 1][KEYS];
};

static struct slice
key_of(uint32_t n, uint8_t bytes[12])
{
    /* Half of the keys share their first 8 bytes. */
    memset(bytes, 'k', 8);
    if ((n & 1) != 0)
        be32_set(bytes, n);
    be32_set(bytes + 8, n);
    return slice_of(bytes, 12);
}

/* What is visible before command `visible`: 0 nothing changed. */
static int32_t
model_get(const struct model *model, uint32_t key, uint32_t visible)
{
    for (uint32_t c = visible; c-- > 1;) {
        if (model->made[c][key] != 0)
            return model->made[c][key];
    }
    return 0;
}

static int32_t
value_of(const struct change *change)
{
    if (change == NULL)
        return 0;
    if (change->kind == CHANGE_DELETE)
        return -1;
    assert_int_equal(change->bytes, 4);
    return (int32_t)le32_get(change->value);
}

static void
check_all(struct write_set *set, const struct model *model, uint32_t visible)
{
    struct changed_tree *tree = write_set_find(set, 7);
    struct generation *generation = tree == NULL ? NULL : tree->newest;
    for (uint32_t n = 0; n < KEYS; n++) {
        uint8_t bytes[12];
        struct change_key *found =
            generation == NULL ? NULL : generation_find(generation, key_of(n, bytes));
        int32_t got = found == NULL ? 0 : value_of(change_visible(found, visible));
        assert_int_equal(got, model_get(model, n, visible));
    }
    if (generation == NULL)
        return;
    struct change_key *prev = NULL;
    uint64_t count = 0;
    for (struct change_key *key = generation->first; key != NULL; key = key->next) {
        assert_ptr_equal(key->prev, prev);
        if (prev != NULL)
            assert_true(slice_compare(change_key_slice(prev), change_key_slice(key)) < 0);
        assert_ptr_equal(generation_seek(generation, change_key_slice(key)), key);
        assert_ptr_equal(generation_seek_before(generation, change_key_slice(key)), prev);
        prev = key;
        count++;
    }
    assert_ptr_equal(generation->last, prev);
    assert_int_equal(generation->key_count, count);
}

static void
random_changes(uint64_t seed, struct arena *arena, struct model *model)
{
    struct random random;
    struct write_set set;
    struct {
        struct change *mark;
        uint32_t command;
    } savepoints[COMMANDS];
    uint32_t savepoint_count = 0;
    random_init(&random, seed);
    write_set_init(&set, arena);
    memset(model, 0, sizeof *model);

    for (uint32_t command = 1; command <= COMMANDS; command++) {
        if (random_below(&random, 4) == 0) {
            savepoints[savepoint_count].mark = set.newest;
            savepoints[savepoint_count++].command = command;
        } else if (savepoint_count != 0 && random_below(&random, 6) == 0) {
            uint32_t to = (uint32_t)random_below(&random, savepoint_count);
            write_set_rollback(&set, savepoints[to].mark);
            for (uint32_t c = savepoints[to].command; c < command; c++)
                memset(model->made[c], 0, sizeof model->made[c]);
            savepoint_count = to;
        }
        for (uint32_t i = 0; i < 10; i++) {
            uint32_t n = (uint32_t)random_below(&random, KEYS);
            uint8_t bytes[12], value[4];
            int32_t v = (int32_t)random_below(&random, 1000) + 1;
            le32_set(value, (uint32_t)v);
            if (random_below(&random, 4) == 0) {
                assert_int_equal(write_set_delete(&set, 7, key_of(n, bytes), command), ST_OK);
                v = -1;
            } else {
                assert_int_equal(
                    write_set_put(&set, 7, key_of(n, bytes), slice_of(value, 4), command), ST_OK);
            }
            model->made[command][n] = v;
        }
        check_all(&set, model, command);
        check_all(&set, model, command + 1);
        check_all(&set, model, command / 2);
    }
}

static void
changes_are_seen_by_later_commands_only(void **state)
{
    (void)state;
    struct model *model = malloc(sizeof *model);
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct arena *arena = arena_new(&(struct arena_options){.name = "test"});
        random_changes(seed, arena, model);
        arena_free(arena);
    }
    free(model);
}

static void
rising_keys_append(void **state)
{
    (void)state;
    struct arena *arena = arena_new(&(struct arena_options){.name = "test"});
    struct write_set set;
    write_set_init(&set, arena);
    for (uint64_t i = 0; i < 20000; i++) {
        uint8_t key[8];
        be64_set(key, i);
        assert_int_equal(write_set_put(&set, 1, slice_of(key, 8), slice_of(key, 8), 1), ST_OK);
    }
    struct generation *generation = write_set_generation(&set, 1, 2);
    uint64_t i = 0;
    for (struct change_key *key = generation->first; key != NULL; key = key->next)
        assert_int_equal(be64_get(change_key_slice(key).data), i++);
    assert_int_equal(i, 20000);
    for (i = 0; i < 20000; i += 7) {
        uint8_t key[8];
        be64_set(key, i);
        assert_non_null(generation_find(generation, slice_of(key, 8)));
    }
    assert_null(write_set_generation(&set, 1, 1));
    arena_free(arena);
}

/* Which of `count` keys is put as the i-th: falling, or inwards from both ends, or any. */
static uint64_t
nth_key(uint32_t order, uint64_t i, uint64_t count)
{
    switch (order) {
    case 0:
        return count - 1 - i;
    case 1:
        return i % 2 == 0 ? i / 2 : count - 1 - i / 2;
    default:
        return i * 7919 % count;
    }
}

/* In whatever order keys come, each is found and the list is in order. */
static void
long_maps_are_in_order(void **state)
{
    (void)state;
    const uint64_t count = 100003;
    for (uint32_t order = 0; order < 3; order++) {
        struct arena *arena = arena_new(&(struct arena_options){.name = "test"});
        struct write_set set;
        uint8_t key[16] = "a prefix";
        write_set_init(&set, arena);
        for (uint64_t i = 0; i < count; i++) {
            be64_set(key + 8, 2 * nth_key(order, i, count));
            assert_int_equal(write_set_put(&set, 1, slice_of(key, 16), slice_of(key, 4), 1), ST_OK);
        }
        const struct generation *generation = write_set_generation(&set, 1, 2);
        struct change_key *node = generation->first, *before = NULL;
        for (uint64_t i = 0; i < count; i++, node = node->next) {
            be64_set(key + 8, 2 * i);
            assert_memory_equal(change_key_slice(node).data, key, 16);
            assert_ptr_equal(generation_find(generation, slice_of(key, 16)), node);
            assert_ptr_equal(generation_seek_before(generation, slice_of(key, 16)), before);
            be64_set(key + 8, 2 * i + 1);
            assert_null(generation_find(generation, slice_of(key, 16)));
            assert_ptr_equal(generation_seek(generation, slice_of(key, 16)), node->next);
            before = node;
        }
        assert_null(node);
        arena_free(arena);
    }
}

static void
generations_hide_and_come_back(void **state)
{
    (void)state;
    struct arena *arena = arena_new(&(struct arena_options){.name = "test"});
    struct write_set set;
    write_set_init(&set, arena);
    struct slice a = slice_text("a"), b = slice_text("b");
    assert_int_equal(write_set_put(&set, 3, a, a, 1), ST_OK);
    struct change *mark = set.newest;
    assert_int_equal(write_set_begin(&set, 3, BASE_EMPTY, NULL, 2), ST_OK);
    assert_int_equal(write_set_put(&set, 3, b, b, 3), ST_OK);

    struct generation *generation = write_set_generation(&set, 3, 4);
    assert_int_equal(generation->base, BASE_EMPTY);
    assert_null(generation_find(generation, a));
    assert_non_null(generation_find(generation, b));
    generation = write_set_generation(&set, 3, 2);
    assert_int_equal(generation->base, BASE_SNAPSHOT);
    assert_non_null(generation_find(generation, a));

    write_set_rollback(&set, mark);
    generation = write_set_generation(&set, 3, 9);
    assert_int_equal(generation->base, BASE_SNAPSHOT);
    assert_non_null(generation_find(generation, a));
    write_set_rollback(&set, NULL);
    assert_null(write_set_generation(&set, 3, 9));
    arena_free(arena);
}

/* Fails the n-th allocation, for every n: what failed left nothing behind. */
static void
survives_each_failed_allocation(void **state)
{
    (void)state;
    for (uint64_t n = 1;; n++) {
        struct arena *arena = arena_new(&(struct arena_options){.name = "test"});
        struct write_set set;
        write_set_init(&set, arena);
        fault_arm(FAULT_ALLOC, n);
        uint32_t good = 0;
        for (; good < 3000; good++) {
            uint8_t key[12];
            if (write_set_put(&set, 1, key_of(good, key), slice_of(key, 12), 1) != ST_OK)
                break;
        }
        bool was_hit = fault_was_hit(FAULT_ALLOC);
        fault_arm(FAULT_ALLOC, 0);
        struct generation *generation = write_set_generation(&set, 1, 2);
        uint32_t count = 0;
        for (struct change_key *k = generation == NULL ? NULL : generation->first; k != NULL;
             k = k->next)
            count += k->newest != NULL;
        assert_int_equal(count, good);
        arena_free(arena);
        if (!was_hit) {
            assert_int_equal(good, 3000);
            break;
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changes_are_seen_by_later_commands_only),
        cmocka_unit_test(rising_keys_append),
        cmocka_unit_test(long_maps_are_in_order),
        cmocka_unit_test(generations_hide_and_come_back),
        cmocka_unit_test(survives_each_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
