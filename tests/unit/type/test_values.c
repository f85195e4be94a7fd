/*
 * test_values.c: what every type promises of its values, on values of many kinds and random ones:
 *
 *   text and binary forms give the value back; broken binary forms raise and nothing else
 *   compare is an order; keys order as the values do and none begins another; key_get undoes
 * key_put equal values hash equal, across the integers and across the character types a conversion
 * whose n-th allocation fails raises 53200, for every n
 *
 * Method: the values of a type are its texts in `samples` and as many random ones made from them.
 */
#include "base/arena.h"
#include "base/fault.h"
#include "base/raise.h"
#include "type/types.h"
#include "type/values.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define VALUES_MAX 160
#define RANDOM_PER_TYPE 60

struct sample {
    oid type;
    const char *texts[40];
};

static const struct sample samples[] = {
    {TYPE_BOOL, {"t", "f"}},
    {TYPE_INT2, {"0", "1", "-1", "32767", "-32768", "300"}},
    {TYPE_INT4, {"0", "1", "-1", "2147483647", "-2147483648", "65536", "255", "256"}},
    {TYPE_INT8,
     {"0", "1", "-1", "9223372036854775807", "-9223372036854775808", "4294967296", "255"}},
    {TYPE_OID, {"0", "1", "4294967295", "2147483648", "255"}},
    {TYPE_FLOAT4,
     {"0", "-0", "1", "-1", "0.1", "3.4028235e38", "1e-45", "NaN", "Infinity", "-Infinity"}},
    {TYPE_FLOAT8,
     {"0", "-0", "1", "-1", "0.1", "1.7976931348623157e308", "5e-324", "NaN", "Infinity",
      "-Infinity", "123456.789", "-123456.789"}},
    {TYPE_NUMERIC,
     {"0",
      "0.00",
      "1",
      "1.0",
      "-1",
      "-1.00",
      "0.1",
      "0.10",
      "10",
      "100",
      "99",
      "99.9",
      "-99.9",
      "123456789012345678",
      "1234567890123456789012345678901234567890",
      "1e-30",
      "1e30",
      "-1e30",
      "NaN",
      "Infinity",
      "-Infinity",
      "9223372036854775807",
      "9223372036854775808",
      "1e1000",
      "1e-1000",
      "-1e-1000",
      "12345678901234567890.5",
      "12345678901234567890.50",
      "0.5",
      "0.05"}},
    {TYPE_TEXT,
     {"", "a", "ab", "abc", "abcdefghijkl", "abcdefghijklm", "ä", "z", " ", "a ",
      "abcdefghijklmnopqrstuvwxyz", "\x01", "\x7f"}},
    {TYPE_VARCHAR, {"", "a", "ab", "a ", "abcdefghijklmnop"}},
    {TYPE_BPCHAR, {"", "a", "a  ", "ab", "ab   ", "a\tb", "a b", "abcdefghijklmnop  "}},
    {TYPE_NAME, {"", "a", "ab", "pg_class"}},
    {TYPE_CHAR, {"", "a", "b", "\\200", "\\377"}},
    {TYPE_BYTEA,
     {"", "\\x00", "\\x0000", "\\x00ff", "\\x01", "\\xff", "\\x6100", "\\x61",
      "\\x000102030405060708090a0b0c0d0e0f"}},
    {TYPE_UUID,
     {"00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff",
      "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12"}},
    {TYPE_DATE, {"2000-01-01", "1999-12-31", "infinity", "-infinity", "0001-01-01", "9999-12-31"}},
    {TYPE_TIMESTAMP,
     {"2000-01-01 00:00:00", "1999-12-31 23:59:59.999999", "infinity", "-infinity",
      "2026-11-22 17:40:55.123456"}},
    {TYPE_INTERVAL, {"0", "1 day", "24 hours", "1 mon", "30 days", "-1 day", "1 year 2 mons"}},
};

struct fixture {
    struct types *types;
    struct arena *arena;
    struct type_env env;
    struct random random;
};

/* The values of one sample, with random ones between them. */
struct values {
    const struct type_info *type;
    union datum values[VALUES_MAX];
    uint32_t count;
};

static struct type_call
call_of(struct fixture *f, const struct type_info *type)
{
    return (struct type_call){.arena = f->arena, .env = &f->env, .type = type, .typmod = -1};
}

static struct slice
sent(struct fixture *f, const struct type_info *type, union datum value)
{
    struct type_call call = call_of(f, type);
    struct buf buf;
    buf_init(&buf);
    type->send(&call, value, &buf);
    struct slice bytes = arena_slice(f->arena, buf_slice(&buf));
    buf_deinit(&buf);
    return bytes;
}

/* A random value of a type that any bytes are the binary form of; else a changed sample's text. */
static bool
random_value(struct fixture *f, const struct type_info *type, const char *text, union datum *value)
{
    char changed[128];
    uint8_t bytes[16];
    struct catch frame;
    struct type_call call = call_of(f, type);
    volatile bool ok = false;
    if (catch_begin(&frame, f->arena)) {
        if (type->length > 0 && type->type != TYPE_NAME && type->type != TYPE_TIMESTAMP &&
            type->type != TYPE_DATE && type->type != TYPE_INTERVAL) {
            for (size_t i = 0; i < sizeof bytes; i++)
                bytes[i] = (uint8_t)random_below(&f->random, i == 0 ? 256 : 7);
            *value = type->recv(&call, slice_of(bytes, (size_t)type->length));
        } else {
            size_t count = strlen(text) < sizeof changed ? strlen(text) : 0;
            memcpy(changed, text, count);
            for (size_t i = 0; i < count; i++) {
                if (changed[i] >= '0' && changed[i] <= '9')
                    changed[i] = (char)('0' + random_below(&f->random, 10));
                else if (changed[i] >= 'a' && type->category == 'S')
                    changed[i] = (char)('a' + random_below(&f->random, 3));
            }
            *value = type->input(&call, slice_of(changed, count));
        }
        ok = true;
        catch_end(&frame);
    }
    return ok;
}

static void
make_values(struct fixture *f, const struct sample *sample, struct values *values)
{
    values->type = types_find(f->types, sample->type);
    values->count = 0;
    assert_non_null(values->type);
    struct type_call call = call_of(f, values->type);
    uint32_t text_count = 0;
    for (; sample->texts[text_count] != NULL; text_count++)
        values->values[values->count++] =
            values->type->input(&call, slice_text(sample->texts[text_count]));
    for (uint32_t i = 0; i < RANDOM_PER_TYPE; i++) {
        const char *text = sample->texts[random_below(&f->random, text_count)];
        if (random_value(f, values->type, text, &values->values[values->count]))
            values->count++;
    }
    assert_true(values->count <= VALUES_MAX);
}

typedef void (*check_fn)(struct fixture *f, const struct values *values);

static void
for_each_type(struct fixture *f, check_fn check_values)
{
    struct values values;
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        make_values(f, &samples[i], &values);
        check_values(f, &values);
        arena_reset(f->arena);
    }
}

static void
check_forms(struct fixture *f, const struct values *values)
{
    const struct type_info *type = values->type;
    struct type_call call = call_of(f, type);
    for (uint32_t i = 0; i < values->count; i++) {
        const char *text = type_output_text(&f->env, f->arena, type->type, values->values[i]);
        union datum again = type->input(&call, slice_text(text));
        assert_string_equal(type_output_text(&f->env, f->arena, type->type, again), text);
        struct slice bytes = sent(f, type, values->values[i]);
        again = type->recv(&call, bytes);
        assert_string_equal(type_output_text(&f->env, f->arena, type->type, again), text);
        struct slice bytes_again = sent(f, type, again);
        assert_true(slice_equal(bytes, bytes_again));
    }
}

static void
forms_give_the_value_back(void **state)
{
    for_each_type(*state, check_forms);
}

static int
sign(int order)
{
    return (order > 0) - (order < 0);
}

static void
check_order(struct fixture *f, const struct values *values)
{
    (void)f;
    const struct type_info *type = values->type;
    for (uint32_t a = 0; a < values->count; a++) {
        for (uint32_t b = 0; b < values->count; b++) {
            int order = sign(type->compare(values->values[a], values->values[b]));
            assert_int_equal(order, -sign(type->compare(values->values[b], values->values[a])));
            if (order == 0)
                assert_int_equal(type->hash(values->values[a]), type->hash(values->values[b]));
            for (uint32_t c = 0; c < values->count; c += 7) {
                if (order <= 0 && type->compare(values->values[b], values->values[c]) <= 0)
                    assert_true(type->compare(values->values[a], values->values[c]) <= 0);
            }
        }
        assert_int_equal(type->compare(values->values[a], values->values[a]), 0);
    }
}

static void
compare_is_an_order_and_hash_follows(void **state)
{
    for_each_type(*state, check_order);
}

static void
check_keys(struct fixture *f, const struct values *values)
{
    const struct type_info *type = values->type;
    struct slice keys[VALUES_MAX];
    for (uint32_t i = 0; i < values->count; i++) {
        struct buf key;
        buf_init(&key);
        assert_true(type->key_put(values->values[i], &key));
        keys[i] = arena_slice(f->arena, buf_slice(&key));
        buf_deinit(&key);
    }
    for (uint32_t a = 0; a < values->count; a++) {
        for (uint32_t b = 0; b < values->count; b++) {
            int order = sign(type->compare(values->values[a], values->values[b]));
            assert_int_equal(sign(slice_compare(keys[a], keys[b])), order);
            bool begins = keys[a].bytes < keys[b].bytes &&
                          memcmp(keys[a].data, keys[b].data, keys[a].bytes) == 0;
            assert_false(begins);
        }
        if (type->key_get == NULL)
            continue;
        const uint8_t *at = keys[a].data, *end = at + keys[a].bytes;
        union datum value;
        assert_true(type->key_get(&at, end, f->arena, &value));
        assert_ptr_equal(at, end);
        assert_string_equal(type_output_text(&f->env, f->arena, type->type, value),
                            type_output_text(&f->env, f->arena, type->type, values->values[a]));
        /* Cut short, it is no key. */
        at = keys[a].data;
        assert_false(type->key_get(&at, end - 1, f->arena, &value));
    }
}

static void
keys_order_as_values(void **state)
{
    for_each_type(*state, check_keys);
}

/* Bytes as a value that can be shown, or one of the errors of foreign bytes. */
static void
receive(struct fixture *f, const struct type_info *type, struct slice bytes)
{
    struct type_call call = call_of(f, type);
    struct catch frame;
    if (catch_begin(&frame, f->arena)) {
        union datum value = type->recv(&call, bytes);
        type_output_text(&f->env, f->arena, type->type, value);
        catch_end(&frame);
    } else {
        sqlstate code = frame.error->code;
        assert_true(code == SQLSTATE_PROTOCOL_VIOLATION ||
                    code == SQLSTATE_INVALID_BINARY_REPRESENTATION ||
                    code == SQLSTATE_CHARACTER_NOT_IN_REPERTOIRE ||
                    code == SQLSTATE_NAME_TOO_LONG || code == SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE ||
                    code == SQLSTATE_DATETIME_FIELD_OVERFLOW);
    }
}

static void
check_broken(struct fixture *f, const struct values *values)
{
    for (uint32_t i = 0; i < values->count; i++) {
        struct slice bytes = sent(f, values->type, values->values[i]);
        for (int round = 0; round < 20; round++) {
            uint8_t *broken = arena_copy(f->arena, bytes.data, bytes.bytes + 1);
            size_t count = random_below(&f->random, bytes.bytes + 2);
            if (count > 0)
                broken[random_below(&f->random, count)] ^= (uint8_t)random_below(&f->random, 256);
            receive(f, values->type, slice_of(broken, count));
        }
    }
}

static void
broken_bytes_are_survived(void **state)
{
    for_each_type(*state, check_broken);
}

/* The same number, or text, in several types hashes alike. */
static void
families_hash_alike(void **state)
{
    struct fixture *f = *state;
    static const oid ints[] = {TYPE_INT2, TYPE_INT4, TYPE_INT8};
    static const oid texts[] = {TYPE_TEXT, TYPE_VARCHAR, TYPE_BPCHAR, TYPE_NAME};
    static const oid floats[] = {TYPE_FLOAT4, TYPE_FLOAT8};
    const struct {
        const oid *types;
        size_t count;
        const char *texts[4];
    } families[] = {{ints, 3, {"0", "-1", "32767", "-32768"}},
                    {texts, 4, {"", "a", "a longer text than fits", "ä"}},
                    {floats, 2, {"0.5", "-0", "NaN", "-Infinity"}}};
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
        for (size_t t = 0; t < 4; t++) {
            uint64_t first = 0;
            for (size_t k = 0; k < families[i].count; k++) {
                const struct type_info *type = types_find(f->types, families[i].types[k]);
                struct type_call call = call_of(f, type);
                uint64_t hash = type->hash(type->input(&call, slice_text(families[i].texts[t])));
                first = k == 0 ? hash : first;
                assert_int_equal(hash, first);
            }
        }
    }
}

/* Text in, text out, binary out, key: with the n-th allocation failing. */
static void
convert_with_fault(struct fixture *f, const struct type_info *type, const char *text, uint64_t nth,
                   bool *was_hit)
{
    struct arena *arena =
        arena_new(&(struct arena_options){.name = "fault", .on_full = raise_arena_full});
    assert_non_null(arena);
    struct type_call call = {.arena = arena, .env = &f->env, .type = type, .typmod = -1};
    struct buf buf;
    buf_init(&buf);
    buf.raise_on_full = true;
    struct catch frame;
    fault_arm(FAULT_ALLOC, nth);
    if (catch_begin(&frame, arena)) {
        union datum value = type->input(&call, slice_text(text));
        type->output(&call, value, &buf);
        type->send(&call, value, &buf);
        type->key_put(value, &buf);
        type->hash(value);
        catch_end(&frame);
    } else {
        assert_int_equal(frame.error->code, SQLSTATE_OUT_OF_MEMORY);
    }
    *was_hit = fault_was_hit(FAULT_ALLOC);
    fault_arm(FAULT_ALLOC, 0);
    buf_deinit(&buf);
    arena_free(arena);
}

static void
no_memory_raises(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        const struct type_info *type = types_find(f->types, samples[i].type);
        for (size_t t = 0; samples[i].texts[t] != NULL; t++) {
            bool was_hit = true;
            for (uint64_t nth = 1; was_hit; nth++) {
                assert_true(nth < 200);
                convert_with_fault(f, type, samples[i].texts[t], nth, &was_hit);
            }
        }
    }
}

static int
set_up(void **state)
{
    static struct fixture fixture;
    struct fixture *f = &fixture;
    f->types = types_new();
    f->arena = arena_new(&(struct arena_options){.name = "test", .on_full = raise_arena_full});
    random_init(&f->random, 20);
    f->env = (struct type_env){.types = f->types, .extra_float_digits = 1};
    *state = f;
    return f->types == NULL || f->arena == NULL;
}

static int
tear_down(void **state)
{
    struct fixture *f = *state;
    arena_free(f->arena);
    types_free(f->types);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms_give_the_value_back),
        cmocka_unit_test(compare_is_an_order_and_hash_follows),
        cmocka_unit_test(keys_order_as_values),
        cmocka_unit_test(broken_bytes_are_survived),
        cmocka_unit_test(families_hash_alike),
        cmocka_unit_test(no_memory_raises),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
