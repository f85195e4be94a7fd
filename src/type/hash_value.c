/*
 * hash_value.c: see hash_value.h.
 *
 * The mixing is that of Bob Jenkins' lookup3 (2006, public domain), started with the length and a
 * constant. A hash of 32 bits is the third word of the state, an extended one the second and third;
 * an extended one with seed 0 has the same low half as the short one. What each type feeds into it
 * follows from the rule that equal values hash equal: 2, 4 and 8 byte integers alike, floats as
 * float8, numerics by their digits in base 10,000 without zeros at either end.
 */
#include "type/hash_value.h"

#include "base/bytes.h"
#include "base/raise.h"
#include "type/array.h"
#include "type/numeric.h"
#include "type/range.h"
#include "type/record.h"
#include "type/tables.h"
#include "type/values.h"
#include <math.h>

struct mixer {
    uint32_t a, b, c;
};

static inline uint32_t
rotate(uint32_t x, int bits)
{
    return x << bits | x >> (32 - bits);
}

static inline void
step(uint32_t *changed, uint32_t *grown, uint32_t from, uint32_t other, int bits)
{
    *changed = (*changed - from) ^ rotate(from, bits);
    *grown += other;
}

static void
mix(struct mixer *m)
{
    step(&m->a, &m->c, m->c, m->b, 4);
    step(&m->b, &m->a, m->a, m->c, 6);
    step(&m->c, &m->b, m->b, m->a, 8);
    step(&m->a, &m->c, m->c, m->b, 16);
    step(&m->b, &m->a, m->a, m->c, 19);
    step(&m->c, &m->b, m->b, m->a, 4);
}

static inline void
last(uint32_t *changed, uint32_t from, int bits)
{
    *changed = (*changed ^ from) - rotate(from, bits);
}

static void
finish(struct mixer *m)
{
    last(&m->c, m->b, 14);
    last(&m->a, m->c, 11);
    last(&m->b, m->a, 25);
    last(&m->c, m->b, 16);
    last(&m->a, m->c, 4);
    last(&m->b, m->a, 14);
    last(&m->c, m->b, 24);
}

static struct mixer
mixer_begin(uint32_t bytes, uint64_t seed)
{
    uint32_t start = UINT32_C(0x9e3779b9) + bytes + 3923095;
    struct mixer m = {start, start, start};
    if (seed != 0) {
        m.a += (uint32_t)(seed >> 32);
        m.b += (uint32_t)seed;
        mix(&m);
    }
    return m;
}

/* The last 0 to 11 bytes; the lowest byte of c is the length's. */
static void
take_tail(struct mixer *m, const uint8_t *at, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes; i++) {
        if (i < 4)
            m->a += (uint32_t)at[i] << 8 * i;
        else if (i < 8)
            m->b += (uint32_t)at[i] << 8 * (i - 4);
        else
            m->c += (uint32_t)at[i] << 8 * (i - 7);
    }
}

static struct mixer
mix_bytes(struct slice bytes, uint64_t seed)
{
    struct mixer m = mixer_begin((uint32_t)bytes.bytes, seed);
    const uint8_t *at = bytes.data;
    size_t left = bytes.bytes;
    for (; left >= 12; left -= 12, at += 12) {
        m.a += le32_get(at);
        m.b += le32_get(at + 4);
        m.c += le32_get(at + 8);
        mix(&m);
    }
    take_tail(&m, at, (uint32_t)left);
    finish(&m);
    return m;
}

uint32_t
hash_bytes_short(struct slice bytes)
{
    return mix_bytes(bytes, 0).c;
}

uint64_t
hash_bytes_extended(struct slice bytes, uint64_t seed)
{
    struct mixer m = mix_bytes(bytes, seed);
    return (uint64_t)m.b << 32 | m.c;
}

/* ---- a type's values; the short hash is the low half of that of seed 0 ---- */

static uint64_t
hash_u32(uint32_t value, uint64_t seed)
{
    struct mixer m = mixer_begin(4, seed);
    m.a += value;
    finish(&m);
    return (uint64_t)m.b << 32 | m.c;
}

static uint64_t
hash_i64(int64_t value, uint64_t seed)
{
    uint32_t high = (uint32_t)((uint64_t)value >> 32);
    return hash_u32((uint32_t)value ^ (value >= 0 ? high : ~high), seed);
}

static uint64_t
hash_f64(double value, uint64_t seed)
{
    if (value == 0)
        return seed; /* both zeros */
    if (isnan(value))
        value = NAN; /* all of them */
    uint8_t bytes[sizeof value];
    memcpy(bytes, &value, sizeof value);
    return hash_bytes_extended(slice_of(bytes, sizeof bytes), seed);
}

static uint64_t
hash_blank_padded(struct slice text, uint64_t seed)
{
    while (text.bytes > 0 && text.data[text.bytes - 1] == ' ')
        text.bytes--;
    return hash_bytes_extended(text, seed);
}

static uint64_t
hash_interval(union datum value, uint64_t seed)
{
    struct interval span = datum_interval(value);
    __int128 days = (__int128)span.months * 30 + span.days;
    return hash_i64((int64_t)(days * US_PER_DAY + span.us), seed);
}

static uint64_t
hash_timetz(union datum value, uint64_t seed)
{
    struct timetz time = datum_timetz(value);
    return hash_i64(time.us, seed) ^ hash_u32((uint32_t)time.seconds_west, seed);
}

/*
 * The digits in base 10,000 between the first and the last that are not zero, and the place of the
 * first: read off the number's text.
 */
static uint64_t
hash_numeric(struct arena *arena, union datum value, uint64_t seed)
{
    enum numeric_kind kind = numeric_kind(value);
    if (kind == NUMERIC_NAN || kind == NUMERIC_INFINITY || kind == NUMERIC_MINUS_INFINITY)
        return seed;
    struct buf text, digits;
    buf_init(&text);
    buf_init(&digits);
    numeric_write(arena, value, &text);
    const char *at = (const char *)text.data, *end = at + text.bytes;
    if (at < end && *at == '-')
        at++;
    const char *point = memchr(at, '.', (size_t)(end - at));
    int32_t before = (int32_t)((point == NULL ? end : point) - at);
    int32_t after = point == NULL ? 0 : (int32_t)(end - point - 1);
    int32_t first = (before + 3) / 4, count = first + (after + 3) / 4;
    int32_t weight = first - 1, kept = 0;
    for (int32_t i = 0; i < count; i++) {
        int32_t digit = 0;
        for (int32_t k = 0; k < 4; k++) {
            int32_t place = (i - first) * 4 + k; /* 0: the first behind the point */
            int32_t at_place = place < 0 ? before + place : place;
            char c = '0';
            if (place < 0 && at_place >= 0)
                c = at[at_place];
            else if (place >= 0 && at_place < after)
                c = point[1 + at_place];
            digit = digit * 10 + (c - '0');
        }
        if (digit == 0 && digits.bytes == 0) {
            weight--;
            continue;
        }
        uint8_t two[2] = {(uint8_t)digit, (uint8_t)(digit >> 8)};
        buf_put(&digits, two, 2);
        if (digit != 0)
            kept = (int32_t)digits.bytes;
    }
    bool is_zero = kept == 0, is_failed = text.is_failed || digits.is_failed;
    uint64_t hash = hash_bytes_extended(slice_of(digits.data, (size_t)kept), seed);
    buf_deinit(&text);
    buf_deinit(&digits);
    if (is_failed)
        raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
    return is_zero ? seed - 1 : hash ^ (uint64_t)(int64_t)weight;
}

static uint64_t
hash_elements(const struct type_env *env, struct arena *arena, union datum value, uint64_t seed)
{
    struct array array = array_read(&value);
    const struct type_info *element = type_get(env, array.element);
    uint64_t hash = 1;
    for (uint32_t i = 0; i < array.count; i++) {
        uint64_t one = array_is_null(&array, i)
                           ? 0
                           : value_hash_extended(env, arena, element, array_get(&array, i), seed);
        hash = (hash << 5) - hash + one;
    }
    return hash;
}

static uint64_t
hash_fields(const struct type_env *env, struct arena *arena, union datum value, uint64_t seed)
{
    struct record record = record_read(&value);
    uint64_t hash = 0;
    for (uint32_t i = 0; i < record.count; i++) {
        bool is_null;
        union datum field = record_get(&record, i, &is_null);
        const struct type_info *info = type_get(env, record_column_type(&record, i));
        uint64_t one = is_null ? 0 : value_hash_extended(env, arena, info, field, seed);
        hash = (hash << 5) - hash + one;
    }
    return hash;
}

/* Each half of a hash turned by one bit, so that both bounds of a range count. */
static uint64_t
turn_halves(uint64_t hash)
{
    return (hash << 1 & UINT64_C(0xfffffffefffffffe)) | (hash >> 31 & UINT64_C(0x100000001));
}

static uint64_t
hash_bound(const struct type_env *env, struct arena *arena, const struct range_value *range,
           const struct range_bound *bound, const struct type_info *subtype, uint64_t seed)
{
    bool is_there = !range->is_empty && !bound->is_infinite;
    return is_there ? value_hash_extended(env, arena, subtype, bound->value, seed) : 0;
}

static uint64_t
hash_range(const struct type_env *env, struct arena *arena, union datum value, uint64_t seed)
{
    const uint8_t *head = view_data(&value.view);
    const struct type_info *subtype = type_get(env, type_get(env, le32_get(head))->range->subtype);
    struct range_value range = range_read(&value);
    uint64_t hash = hash_u32(head[8], seed);
    hash ^= hash_bound(env, arena, &range, &range.lower, subtype, seed);
    return turn_halves(hash) ^ hash_bound(env, arena, &range, &range.upper, subtype, seed);
}

static uint64_t
hash_multirange(const struct type_env *env, struct arena *arena, union datum value, uint64_t seed)
{
    struct multirange multirange = multirange_read(&value);
    uint64_t hash = 1;
    for (uint32_t i = 0; i < multirange.count; i++)
        hash = (hash << 5) - hash + hash_range(env, arena, multirange_at(&multirange, i), seed);
    return hash;
}

/* How values of a type are hashed. */
enum hash_way {
    HASH_NONE,
    HASH_BOOL,
    HASH_I16,
    HASH_I32,
    HASH_I64,
    HASH_F32,
    HASH_F64,
    HASH_BYTES,
    HASH_CHAR,
    HASH_BLANK_PADDED,
    HASH_WIDE,
    HASH_ENUM,
    HASH_NUMERIC,
    HASH_INTERVAL,
    HASH_TIMETZ,
    HASH_ARRAY,
    HASH_RECORD,
    HASH_RANGE,
    HASH_MULTIRANGE,
};

static enum hash_way
builtin_way(oid type)
{
    switch (type) {
    case TYPE_BOOL:
        return HASH_BOOL;
    case TYPE_INT2:
        return HASH_I16;
    case TYPE_INT4:
    case TYPE_DATE:
    case TYPE_OID:
        return HASH_I32;
    case TYPE_INT8:
    case TYPE_TIME:
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMPTZ:
    case TYPE_PG_LSN:
    case TYPE_XID8:
        return HASH_I64;
    case TYPE_FLOAT4:
        return HASH_F32;
    case TYPE_FLOAT8:
        return HASH_F64;
    case TYPE_TEXT:
    case TYPE_VARCHAR:
    case TYPE_NAME:
    case TYPE_BYTEA:
    case TYPE_INET:
    case TYPE_CIDR:
    case TYPE_MACADDR:
    case TYPE_MACADDR8:
        return HASH_BYTES;
    case TYPE_CHAR:
        return HASH_CHAR;
    case TYPE_BPCHAR:
        return HASH_BLANK_PADDED;
    case TYPE_UUID:
        return HASH_WIDE;
    case TYPE_NUMERIC:
        return HASH_NUMERIC;
    case TYPE_INTERVAL:
        return HASH_INTERVAL;
    case TYPE_TIMETZ:
        return HASH_TIMETZ;
    default:
        return HASH_NONE;
    }
}

static enum hash_way
way_of(const struct type_env *env, const struct type_info *info)
{
    if (info->element != OID_NONE && info->category == 'A')
        return HASH_ARRAY;
    if (info->type == TYPE_RECORD || info->kind == 'c')
        return HASH_RECORD;
    if (info->kind == 'e')
        return HASH_ENUM;
    if (info->range != NULL)
        return info->kind == 'm' ? HASH_MULTIRANGE : HASH_RANGE;
    if (info->kind == 'p')
        return HASH_NONE;
    enum hash_way way = builtin_way(info->type);
    return way != HASH_NONE || info->type < OID_USER_FIRST ? way
                                                           : builtin_way(type_contract(env, info));
}

bool
value_can_hash(const struct type_env *env, const struct type_info *info)
{
    enum hash_way way = way_of(env, info);
    return way == HASH_ARRAY ? value_can_hash(env, type_get(env, info->element)) : way != HASH_NONE;
}

static uint64_t
hash_by(const struct type_env *env, struct arena *arena, enum hash_way way, union datum value,
        uint64_t seed)
{
    switch (way) {
    case HASH_BOOL:
        return hash_u32(value.b, seed);
    case HASH_I16:
        return hash_u32((uint32_t)(int32_t)value.i16, seed);
    case HASH_I32:
        return hash_u32((uint32_t)value.i32, seed);
    case HASH_I64:
        return hash_i64(value.i64, seed);
    case HASH_F32:
        return hash_f64(value.f32, seed);
    case HASH_F64:
        return hash_f64(value.f64, seed);
    case HASH_BYTES:
        return hash_bytes_extended(datum_slice(&value), seed);
    case HASH_CHAR: {
        struct slice bytes = datum_slice(&value);
        return hash_u32(bytes.bytes == 0 ? 0 : (uint32_t)(int32_t)(int8_t)bytes.data[0], seed);
    }
    case HASH_BLANK_PADDED:
        return hash_blank_padded(datum_slice(&value), seed);
    case HASH_WIDE:
        return hash_bytes_extended(slice_of(value.wide, sizeof value.wide), seed);
    case HASH_ENUM:
        return hash_u32((uint32_t)value.i64, seed);
    case HASH_NUMERIC:
        return hash_numeric(arena, value, seed);
    case HASH_INTERVAL:
        return hash_interval(value, seed);
    case HASH_TIMETZ:
        return hash_timetz(value, seed);
    case HASH_ARRAY:
        return hash_elements(env, arena, value, seed);
    case HASH_RECORD:
        return hash_fields(env, arena, value, seed);
    case HASH_RANGE:
        return hash_range(env, arena, value, seed);
    case HASH_MULTIRANGE:
        return hash_multirange(env, arena, value, seed);
    default:
        raise(SQLSTATE_UNDEFINED_FUNCTION, "could not identify an extended hash function");
    }
}

uint64_t
value_hash_extended(const struct type_env *env, struct arena *arena, const struct type_info *info,
                    union datum value, uint64_t seed)
{
    enum hash_way way = way_of(env, info);
    if (way == HASH_NONE)
        raise(SQLSTATE_UNDEFINED_FUNCTION,
              "could not identify an extended hash function for type %s", info->sql_name);
    return hash_by(env, arena, way, value, seed);
}

/* ---- the functions ---- */

static const struct type_info *
argument_type(const struct func_call *call)
{
    return type_get(call->env, call->arg_types[0]);
}

/* Told by the type, so that an empty array of what cannot be hashed fails too. */
static void
need_hash(const struct func_call *call, const struct type_info *info, const char *kind)
{
    while (way_of(call->env, info) == HASH_ARRAY)
        info = type_get(call->env, info->element);
    if (way_of(call->env, info) == HASH_NONE)
        raise(SQLSTATE_UNDEFINED_FUNCTION, "could not identify %s function for type %s", kind,
              info->sql_name);
}

static union datum
hash_short(struct func_call *call, const union datum *args)
{
    const struct type_info *info = argument_type(call);
    need_hash(call, info, "a hash");
    return i32_datum((int32_t)hash_by(call->env, call->arena, way_of(call->env, info), args[0], 0));
}

static union datum
hash_extended(struct func_call *call, const union datum *args)
{
    const struct type_info *info = argument_type(call);
    need_hash(call, info, "an extended hash");
    return i64_datum(
        (int64_t)value_hash_extended(call->env, call->arena, info, args[0], (uint64_t)args[1].i64));
}

#define HASH_PAIR(oid_, name_, oid_extended, name_extended, type)                                  \
    {FUNC(oid_, name_, TYPE_INT4, hash_short, type)},                                              \
    {                                                                                              \
        FUNC(oid_extended, name_extended, TYPE_INT8, hash_extended, type, TYPE_INT8)               \
    }

static const struct func_info funcs[] = {
    HASH_PAIR(626, "hash_array", 782, "hash_array_extended", TYPE_ANYARRAY),
    HASH_PAIR(432, "hash_numeric", 780, "hash_numeric_extended", TYPE_NUMERIC),
    HASH_PAIR(6192, "hash_record", 6193, "hash_record_extended", TYPE_RECORD),
    HASH_PAIR(1080, "hashbpchar", 972, "hashbpcharextended", TYPE_BPCHAR),
    HASH_PAIR(454, "hashchar", 446, "hashcharextended", TYPE_CHAR),
    HASH_PAIR(3515, "hashenum", 3414, "hashenumextended", TYPE_ANYENUM),
    HASH_PAIR(451, "hashfloat4", 443, "hashfloat4extended", TYPE_FLOAT4),
    HASH_PAIR(452, "hashfloat8", 444, "hashfloat8extended", TYPE_FLOAT8),
    HASH_PAIR(449, "hashint2", 441, "hashint2extended", TYPE_INT2),
    HASH_PAIR(450, "hashint4", 425, "hashint4extended", TYPE_INT4),
    HASH_PAIR(949, "hashint8", 442, "hashint8extended", TYPE_INT8),
    HASH_PAIR(422, "hashinet", 779, "hashinetextended", TYPE_INET),
    HASH_PAIR(399, "hashmacaddr", 778, "hashmacaddrextended", TYPE_MACADDR),
    HASH_PAIR(328, "hashmacaddr8", 781, "hashmacaddr8extended", TYPE_MACADDR8),
    HASH_PAIR(455, "hashname", 447, "hashnameextended", TYPE_NAME),
    HASH_PAIR(453, "hashoid", 445, "hashoidextended", TYPE_OID),
    HASH_PAIR(400, "hashtext", 448, "hashtextextended", TYPE_TEXT),
    HASH_PAIR(1697, "interval_hash", 3418, "interval_hash_extended", TYPE_INTERVAL),
    HASH_PAIR(1688, "time_hash", 3409, "time_hash_extended", TYPE_TIME),
    HASH_PAIR(2039, "timestamp_hash", 3411, "timestamp_hash_extended", TYPE_TIMESTAMP),
    HASH_PAIR(1696, "timetz_hash", 3410, "timetz_hash_extended", TYPE_TIMETZ),
    HASH_PAIR(3252, "pg_lsn_hash", 3413, "pg_lsn_hash_extended", TYPE_PG_LSN),
    HASH_PAIR(3902, "hash_range", 3417, "hash_range_extended", TYPE_ANYRANGE),
    HASH_PAIR(4278, "hash_multirange", 4279, "hash_multirange_extended", TYPE_ANYMULTIRANGE),
    HASH_PAIR(2963, "uuid_hash", 3412, "uuid_hash_extended", TYPE_UUID),
};

const struct type_tables hash_value_tables = {.funcs = funcs, .func_count = COUNT_OF(funcs)};
