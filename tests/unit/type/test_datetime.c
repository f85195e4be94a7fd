/*
 * test_datetime.c: what the cases cannot say of dates and times: keys are ordered as their values
 * and lead back to them, binary forms do too and survive any bytes, the present is the
 * transaction's, aggregates, and no allocation that fails leaves anything behind.
 */
#include "fixture.h"

#include "base/raise.h"
#include "type/timestamp.h"

#define ROUNDS 20000

static const oid family[] = {TYPE_DATE,      TYPE_TIME,        TYPE_TIMETZ,
                             TYPE_TIMESTAMP, TYPE_TIMESTAMPTZ, TYPE_INTERVAL};

/* Small numbers mostly, so that values meet. */
static int64_t
some_number(struct fixture *f, int64_t low, int64_t high)
{
    if (random_below(&f->random, 3) != 0)
        return (int64_t)random_below(&f->random, 5) - (low < 0 ? 2 : 0);
    return low + (int64_t)random_below(&f->random, (uint64_t)(high - low));
}

static union datum
some_value(struct fixture *f, oid type)
{
    switch (type) {
    case TYPE_DATE:
        if (random_below(&f->random, 20) == 0)
            return i32_datum(random_below(&f->random, 2) == 0 ? DATE_MIN : DATE_MAX);
        return i32_datum((int32_t)some_number(f, DAY_FIRST, DAY_DATE_END));
    case TYPE_TIME:
        return i64_datum(some_number(f, 0, US_PER_DAY));
    case TYPE_TIMETZ:
        return timetz_datum(some_number(f, 0, US_PER_DAY), (int32_t)some_number(f, -57599, 57599));
    case TYPE_INTERVAL:
        return interval_datum((struct interval){
            .us = some_number(f, INT64_MIN / 2, INT64_MAX / 2) * 2,
            .days = (int32_t)some_number(f, INT32_MIN, INT32_MAX),
            .months = (int32_t)some_number(f, INT32_MIN, INT32_MAX),
        });
    default:
        if (random_below(&f->random, 20) == 0)
            return i64_datum(random_below(&f->random, 2) == 0 ? TIMESTAMP_MIN : TIMESTAMP_MAX);
        return i64_datum(some_number(f, TIMESTAMP_FIRST / 2, TIMESTAMP_END / 2));
    }
}

static int
sign(int order)
{
    return (order > 0) - (order < 0);
}

static void
keys_are_ordered_as_values(void **state)
{
    struct fixture *f = *state;
    struct buf a, b;
    buf_init(&a);
    buf_init(&b);
    for (size_t i = 0; i < sizeof family / sizeof family[0]; i++) {
        const struct type_info *info = types_find(f->types, family[i]);
        for (uint32_t round = 0; round < ROUNDS; round++) {
            union datum x = some_value(f, family[i]), y = some_value(f, family[i]);
            buf_clear(&a);
            buf_clear(&b);
            assert_true(info->key_put(x, &a));
            assert_true(info->key_put(y, &b));
            int order = sign(info->compare(x, y));
            assert_int_equal(order, sign(slice_compare(buf_slice(&a), buf_slice(&b))));
            assert_int_equal(order, -sign(info->compare(y, x)));
            if (order == 0)
                assert_true(info->hash(x) == info->hash(y));
            if (info->key_get == NULL)
                continue;
            const uint8_t *at = a.data;
            union datum back;
            assert_true(info->key_get(&at, a.data + a.bytes, f->arena, &back));
            assert_ptr_equal(at, a.data + a.bytes);
            assert_memory_equal(&back, &x, sizeof x);
            at = a.data;
            assert_false(info->key_get(&at, a.data + a.bytes - 1, f->arena, &back));
        }
    }
    buf_deinit(&a);
    buf_deinit(&b);
}

static union datum
receive(struct fixture *f, const struct type_info *info, struct slice bytes, sqlstate *code)
{
    struct type_call call = {.arena = f->arena, .env = &f->env, .type = info, .typmod = -1};
    union datum value = {.words = {0, 0}};
    struct catch frame;
    if (catch_begin(&frame, f->arena)) {
        union datum got = info->recv(&call, bytes);
        catch_end(&frame);
        *code = 0;
        return got;
    }
    *code = frame.error->code;
    return value;
}

static void
binary_forms_lead_back(void **state)
{
    struct fixture *f = *state;
    struct buf bytes;
    buf_init(&bytes);
    for (size_t i = 0; i < sizeof family / sizeof family[0]; i++) {
        const struct type_info *info = types_find(f->types, family[i]);
        struct type_call call = {.arena = f->arena, .env = &f->env, .type = info, .typmod = -1};
        sqlstate code;
        for (uint32_t round = 0; round < 1000; round++) {
            union datum x = some_value(f, family[i]);
            buf_clear(&bytes);
            info->send(&call, x, &bytes);
            union datum back = receive(f, info, buf_slice(&bytes), &code);
            assert_int_equal(code, 0);
            assert_memory_equal(&back, &x, sizeof x);
            receive(f, info, slice_of(bytes.data, bytes.bytes - 1), &code);
            assert_int_not_equal(code, 0);
        }
        for (uint32_t round = 0; round < 1000; round++) {
            for (size_t k = 0; k < bytes.bytes; k++)
                bytes.data[k] = (uint8_t)random_next(&f->random);
            union datum value = receive(f, info, buf_slice(&bytes), &code);
            if (code == 0)
                assert_non_null(type_output_text(&f->env, f->arena, family[i], value));
        }
    }
    buf_deinit(&bytes);
}

static const char *
text_of(struct fixture *f, oid type, const char *input)
{
    union datum value = type_input(&f->env, f->arena, type, -1, slice_text(input));
    return type_output_text(&f->env, f->arena, type, value);
}

static void
words_mean_the_transactions_time(void **state)
{
    struct fixture *f = *state;
    const struct timezone *zone;
    assert_int_equal(
        timezones_find(types_timezones(f->types), slice_text("America/New_York"), &zone), ST_OK);
    f->env.timezone = zone;
    /* 2024-07-01 03:04:05.5 in Greenwich; the evening before in New York. */
    union datum now =
        type_input(&f->env, f->arena, TYPE_TIMESTAMPTZ, -1, slice_text("2024-07-01 03:04:05.5+00"));
    f->env.transaction_us = now.i64;
    assert_string_equal(text_of(f, TYPE_DATE, "today"), "2024-06-30");
    assert_string_equal(text_of(f, TYPE_DATE, "tomorrow"), "2024-07-01");
    assert_string_equal(text_of(f, TYPE_DATE, "yesterday"), "2024-06-29");
    assert_string_equal(text_of(f, TYPE_DATE, "now"), "2024-06-30");
    assert_string_equal(text_of(f, TYPE_TIMESTAMP, "now"), "2024-06-30 23:04:05.5");
    assert_string_equal(text_of(f, TYPE_TIMESTAMPTZ, "now"), "2024-06-30 23:04:05.5-04");
    assert_string_equal(text_of(f, TYPE_TIMESTAMP, "today 10:00"), "2024-06-30 10:00:00");
    assert_string_equal(text_of(f, TYPE_TIME, "now"), "23:04:05.5");
    assert_string_equal(text_of(f, TYPE_TIMETZ, "10:00"), "10:00:00-04");
    assert_int_equal(timetz_current(&f->env, 0).seconds_west, 4 * 3600);
    assert_int_equal(timestamptz_current(&f->env, 0), now.i64 + 500000);
    assert_int_equal(time_current(&f->env, -1) % 1000000, 500000);
    assert_int_equal(date_current(&f->env), timestamptz_to_date(&f->env, now.i64));
}

static union datum
aggregate(struct fixture *f, oid func, const char *const *inputs, uint32_t count, bool *is_null)
{
    const struct func_info *info = types_func(f->types, func);
    const struct aggregate_info *aggregate = info->aggregate;
    struct func_call call = {
        .arena = f->arena, .env = &f->env, .func = info, .state_arena = f->arena};
    uint64_t state[2][8] = {{0}};
    assert_true(aggregate->state_bytes <= sizeof state[0]);
    for (uint32_t i = 0; i < count; i++) {
        union datum value = type_input(&f->env, f->arena, TYPE_INTERVAL, -1, slice_text(inputs[i]));
        aggregate->step(&call, state[i % 2], &value);
    }
    aggregate->combine(&call, state[0], state[1]);
    union datum result = aggregate->finish(&call, state[0]);
    *is_null = call.result_is_null;
    return result;
}

static void
intervals_are_summed(void **state)
{
    struct fixture *f = *state;
    static const char *const inputs[] = {"1 mon", "1 day 02:00", "-00:30", "1 year"};
    bool is_null;
    union datum sum = aggregate(f, 2113, inputs, 4, &is_null);
    assert_false(is_null);
    assert_string_equal(type_output_text(&f->env, f->arena, TYPE_INTERVAL, sum),
                        "1 year 1 mon 1 day 01:30:00");
    union datum avg = aggregate(f, 2106, inputs, 4, &is_null);
    assert_false(is_null);
    assert_string_equal(type_output_text(&f->env, f->arena, TYPE_INTERVAL, avg),
                        "3 mons 7 days 18:22:30");
    aggregate(f, 2113, inputs, 0, &is_null);
    assert_true(is_null);
    aggregate(f, 2106, inputs, 0, &is_null);
    assert_true(is_null);
}

#ifdef ROWAN_FAULTS
static void
free_types(void *object)
{
    struct types **types = object;
    types_free(*types);
}

/* The whole way of a value from text to text; with types that know no zone yet. */
static void
read_and_write(struct fixture *f, struct arena *arena)
{
    struct types **types = arena_alloc_zero(arena, sizeof *types);
    arena_on_end(arena, free_types, types);
    *types = types_new();
    if (*types == NULL)
        raise_arena_full(arena, 0);
    struct type_env env = f->env;
    env.types = *types;
    union datum value = type_input(&env, arena, TYPE_TIMESTAMPTZ, -1,
                                   slice_text("2024-07-01 10:00:00 Europe/Rome"));
    assert_string_equal(type_output_text(&env, arena, TYPE_TIMESTAMPTZ, value),
                        "2024-07-01 08:00:00+00");
}

static void
no_memory_is_an_error(void **state)
{
    fixture_fail_allocations(*state, 4, read_and_write);
}
#endif

int
main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(keys_are_ordered_as_values),
        FIXTURE_TEST(binary_forms_lead_back),
        FIXTURE_TEST(words_mean_the_transactions_time),
        FIXTURE_TEST(intervals_are_summed),
#ifdef ROWAN_FAULTS
        FIXTURE_TEST(no_memory_is_an_error),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
