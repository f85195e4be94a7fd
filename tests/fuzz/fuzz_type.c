/*
 * fuzz_type.c: values as clients send them, and keys as files hold them, in any bytes.
 *
 *   byte 0   which type, by its place in `names` (which is only ever appended to)
 *   byte 1   which reader: text, binary, key
 *   rest     what it reads
 *
 * A reader may refuse its input, with an error that blames the input. What it accepts is a value,
 * and so survives each way out and in again: text, binary and key give the same value back.
 */
#include "base/arena.h"
#include "base/check.h"
#include "base/raise.h"
#include "fuzz/fuzz.h"
#include "type/types.h"
#include "type/utf8.h"
#include "type/values.h"
#include <stdio.h>
#include <stdlib.h>

static const char *const names[] = {
    "bool",      "int2",        "int4",     "int8",     "float4",   "float8", "numeric",
    "text",      "varchar",     "bpchar",   "bytea",    "date",     "time",   "timetz",
    "timestamp", "timestamptz", "interval", "uuid",     "name",     "oid",    "char",
    "json",      "jsonb",       "_int4",    "_text",    "_numeric", "inet",   "cidr",
    "macaddr",   "bit",         "varbit",   "money",    "xid",      "tid",    "int2vector",
    "oidvector", "regclass",    "record",   "jsonpath",
};

enum reader { READ_TEXT, READ_BINARY, READ_KEY, READER_COUNT };

static struct type_call
call_of(const struct type_env *env, struct arena *arena, const struct type_info *type)
{
    return (struct type_call){
        .arena = arena, .env = env, .type = type, .typmod = -1, .element = type->element};
}

/* Errors that a reader of foreign bytes may raise: of data, of syntax, of limits, unsupported. */
static bool
error_blames_input(const struct error *error)
{
    sqlstate class = sqlstate_class(error->code);
    return class == sqlstate_class(SQLSTATE_DATA_EXCEPTION) ||
           class == sqlstate_class(SQLSTATE_SYNTAX_ERROR) ||
           class == sqlstate_class(SQLSTATE_PROTOCOL_VIOLATION) ||
           class == sqlstate_class(SQLSTATE_PROGRAM_LIMIT_EXCEEDED) ||
           class == sqlstate_class(SQLSTATE_INSUFFICIENT_RESOURCES) ||
           class == sqlstate_class(SQLSTATE_FEATURE_NOT_SUPPORTED);
}

/* A value that was accepted once is accepted again. */
static void
error_judge(const struct type_info *type, const struct error *error, bool is_accepted)
{
    if (!is_accepted && error_blames_input(error))
        return;
    fprintf(stderr, "%s: %s\n", type->name, error->message);
    check(!is_accepted);
    check(error_blames_input(error));
}

static void
same_value(const struct type_info *type, union datum a, union datum b)
{
    if (type->compare != NULL) {
        check(type->compare(a, b) == 0);
        check(type->compare(b, a) == 0);
    }
    if (type->hash != NULL)
        check(type->hash(a) == type->hash(b));
}

/*
 * PostgreSQL takes zones of POSIX's form as far as a day away ("04:05 XYZ30"), and does not read
 * again what it writes for them; no more do we.
 */
static bool
value_is_legible(struct type_call *call, union datum value)
{
    if (call->type->type != TYPE_TIMETZ)
        return true;
    struct buf bytes;
    buf_init(&bytes);
    call->type->send(call, value, &bytes);
    int32_t west = (int32_t)be32_get(bytes.data + 8);
    buf_deinit(&bytes);
    return abs(west) < 16 * 3600;
}

/* Out and in again, each way that the type has. */
static void
value_travel(struct type_call *call, union datum value)
{
    if (!value_is_legible(call, value))
        return;
    const struct type_info *type = call->type;
    struct buf out;
    buf_init(&out);
    type->output(call, value, &out);
    struct slice text = arena_slice(call->arena, buf_slice(&out));
    same_value(type, value, type->input(call, text));

    if (type->send != NULL && type->recv != NULL) {
        buf_clear(&out);
        type->send(call, value, &out);
        struct slice bytes = arena_slice(call->arena, buf_slice(&out));
        same_value(type, value, type->recv(call, bytes));
    }
    buf_clear(&out);
    if (type->key_put != NULL && type->key_put(value, &out) && type->key_get != NULL) {
        struct slice key = arena_slice(call->arena, buf_slice(&out));
        const uint8_t *at = key.data;
        union datum again;
        check(type->key_get(&at, key.data + key.bytes, call->arena, &again));
        check(at == key.data + key.bytes);
        same_value(type, value, again);
    }
    buf_deinit(&out);
}

static void
run(const struct type_env *env, struct arena *arena, const struct type_info *type,
    enum reader reader, struct slice bytes)
{
    struct type_call call = call_of(env, arena, type);
    union datum value;
    volatile bool is_read = false;
    struct catch frame;
    if (catch_begin(&frame, arena)) {
        switch (reader) {
        case READ_TEXT:
            utf8_require(bytes); /* as whoever takes text from outside does, before any input */
            value = type->input(&call, bytes);
            break;
        case READ_BINARY:
            if (type->recv == NULL)
                goto done;
            value = type->recv(&call, bytes);
            break;
        default: {
            const uint8_t *at = bytes.data, *end = at + bytes.bytes;
            if (type->key_get == NULL || !type->key_get(&at, end, arena, &value))
                goto done;
            check(at >= bytes.data && at <= end);
            /* A key of no value that can be is refused by the type's own writers, not here. */
            goto done;
        }
        }
        is_read = true;
        value_travel(&call, value);
    done:
        catch_end(&frame);
    } else {
        error_judge(type, frame.error, is_read);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    if (bytes < 2)
        return 0;
    struct arena *arena =
        arena_new(&(struct arena_options){.name = "fuzz", .on_full = raise_arena_full});
    static struct types *types; /* made once: it costs more than most inputs */
    if (types == NULL)
        types = types_new();
    check(arena != NULL && types != NULL);
    arena_limit(arena, (size_t)64 << 20);
    struct type_env env = {.types = types,
                           .extra_float_digits = 1,
                           .standard_conforming_strings = true,
                           .date_order = DATE_ORDER_MDY};
    const char *name = names[data[0] % (sizeof names / sizeof names[0])];
    const struct type_info *type = types_find_name(types, name);
    /* Text is terminated, as from a message; readers are told the length all the same. */
    if (type != NULL && type->input != NULL && type->output != NULL)
        run(&env, arena, type, data[1] % READER_COUNT,
            arena_slice(arena, slice_of(data + 2, bytes - 2)));
    arena_free(arena);
    return 0;
}
