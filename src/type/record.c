/*
 * record.c: record values: reading and making them, their order, hash and keys, text and binary
 * forms. record.h has the format.
 *
 * A key is, for each column, 1 and its own key, or 2 for a null, nulls at the end left out; then 3.
 * It does not lead back.
 */
#include "type/record.h"

#include "base/hash.h"
#include "base/raise.h"
#include "type/composite.h"
#include "type/domain.h"
#include "type/generic.h"
#include "type/tables.h"

#define HEAD_BYTES 12
#define COLUMN_BYTES 12
#define END_NULL 0x80000000u
#define CONTRACT_MASK 0xffffffu /* above it: the kind */

struct record
record_read(const union datum *value)
{
    const uint8_t *start = view_data(&value->view);
    uint32_t names = le32_get(start + 8);
    return (struct record){
        .type = le32_get(start),
        .count = le32_get(start + 4),
        .start = start,
        .names = names == 0 ? NULL : (const char *)start + names,
    };
}

static const uint8_t *
column_at(const struct record *record, uint32_t column_idx)
{
    return record->start + HEAD_BYTES + (size_t)column_idx * COLUMN_BYTES;
}

oid
record_column_type(const struct record *record, uint32_t column_idx)
{
    return le32_get(column_at(record, column_idx));
}

static oid
column_contract(const struct record *record, uint32_t column_idx)
{
    return le32_get(column_at(record, column_idx) + 4) & CONTRACT_MASK;
}

/* The bytes of a column's value; false for a null. */
static bool
column_bytes(const struct record *record, uint32_t column_idx, struct slice *bytes)
{
    const uint8_t *at = column_at(record, column_idx);
    uint32_t first = HEAD_BYTES + record->count * COLUMN_BYTES;
    uint32_t start = column_idx == 0 ? first : le32_get(at - 4) & ~END_NULL;
    uint32_t end = le32_get(at + 8);
    *bytes = slice_of(record->start + start, (end & ~END_NULL) - start);
    return (end & END_NULL) == 0;
}

union datum
record_get(const struct record *record, uint32_t column_idx, bool *is_null)
{
    union datum value = {.words = {0, 0}};
    struct slice bytes;
    *is_null = !column_bytes(record, column_idx, &bytes);
    if (*is_null)
        return value;
    enum phys phys = (enum phys)(le32_get(column_at(record, column_idx) + 4) >> 24);
    if (phys == PHYS_VIEW)
        value.view = view_of(bytes.data, bytes.bytes);
    else
        memcpy(&value, bytes.data, bytes.bytes);
    return value;
}

const char *
record_column_name(const struct record *record, uint32_t column_idx, struct arena *arena)
{
    const char *name = record->names;
    if (name == NULL)
        return arena_format(arena, "f%u", column_idx + 1);
    for (uint32_t i = 0; i < column_idx; i++)
        name += strlen(name) + 1;
    return name;
}

struct record_walk
record_walk_begin(const struct type_env *env, struct arena *arena, const union datum *value)
{
    struct record record = record_read(value);
    return (struct record_walk){
        .record = record,
        .shape = record.type == TYPE_RECORD ? NULL : composite_shape(env, record.type),
        .arena = arena};
}

bool
record_walk_next(struct record_walk *walk, struct record_column *column)
{
    uint32_t count = walk->shape == NULL ? walk->record.count : walk->shape->count;
    for (; walk->next < count; walk->next++) {
        uint32_t i = walk->next;
        oid type =
            walk->shape != NULL ? walk->shape->types[i] : record_column_type(&walk->record, i);
        if (type == OID_NONE)
            continue;
        *column = (struct record_column){.type = type, .column_idx = i, .is_null = true};
        if (i < walk->record.count)
            column->value = record_get(&walk->record, i, &column->is_null);
        walk->next++;
        return true;
    }
    return false;
}

const char *
record_walk_name(const struct record_walk *walk, const struct record_column *column)
{
    return walk->shape != NULL ? walk->shape->names[column->column_idx]
                               : record_column_name(&walk->record, column->column_idx, walk->arena);
}

/* ---- making ---- */

static size_t
value_bytes(const struct type_info *info, const union datum *value, bool is_null)
{
    if (is_null || info == NULL)
        return 0;
    return info->phys == PHYS_VIEW ? value->view.bytes : phys_bytes(info->phys);
}

union datum
record_make(const struct type_env *env, struct arena *arena, const struct record_shape *shape,
            const union datum *values, const bool *nulls)
{
    uint32_t count = shape->count;
    if (count > RECORD_COLUMNS_MAX)
        raise(SQLSTATE_TOO_MANY_COLUMNS, "ROW expressions can have at most %d entries",
              RECORD_COLUMNS_MAX);
    const struct type_info **infos = arena_alloc_array(arena, count + 1, sizeof *infos);
    size_t data = HEAD_BYTES + (size_t)count * COLUMN_BYTES, names = 0;
    bool has_names = shape->names != NULL && shape->type == TYPE_RECORD;
    for (uint32_t i = 0; i < count; i++) {
        infos[i] = shape->types[i] == OID_NONE ? NULL : type_get(env, shape->types[i]);
        data += value_bytes(infos[i], &values[i], nulls != NULL && nulls[i]);
        names += has_names ? strlen(shape->names[i]) + 1 : 0;
    }
    if (data + names >= END_NULL)
        raise(SQLSTATE_PROGRAM_LIMIT_EXCEEDED, "row is too big");

    uint8_t *start = arena_alloc(arena, data + names + 1);
    le32_set(start, shape->type);
    le32_set(start + 4, count);
    le32_set(start + 8, names == 0 ? 0 : (uint32_t)data);
    uint8_t *column = start + HEAD_BYTES, *at = column + (size_t)count * COLUMN_BYTES;
    char *name = (char *)start + data;
    for (uint32_t i = 0; i < count; i++, column += COLUMN_BYTES) {
        bool is_null = infos[i] == NULL || (nulls != NULL && nulls[i]);
        size_t bytes = value_bytes(infos[i], &values[i], is_null);
        if (bytes != 0)
            memcpy(at,
                   infos[i]->phys == PHYS_VIEW ? (const void *)view_data(&values[i].view)
                                               : &values[i],
                   bytes);
        at += bytes;
        le32_set(column, shape->types[i]);
        le32_set(column + 4, infos[i] == NULL
                                 ? 0
                                 : type_contract(env, infos[i]) | (uint32_t)infos[i]->phys << 24);
        le32_set(column + 8, (uint32_t)(at - start) | (is_null ? END_NULL : 0));
        if (names != 0) {
            size_t name_bytes = strlen(shape->names[i]) + 1;
            memcpy(name, shape->names[i], name_bytes);
            name += name_bytes;
        }
    }
    return (union datum){.view = view_of(start, data + names)};
}

/* ---- order ---- */

static void
check_alike(const struct record *a, const struct record *b, uint32_t column_idx)
{
    if (record_column_type(a, column_idx) == record_column_type(b, column_idx))
        return;
    const struct type_info *info = types_builtin(column_contract(a, column_idx));
    const struct type_info *other = types_builtin(column_contract(b, column_idx));
    raise(SQLSTATE_DATATYPE_MISMATCH,
          "cannot compare dissimilar column types %s and %s at record column %u",
          info == NULL ? "???" : info->sql_name, other == NULL ? "???" : other->sql_name,
          column_idx + 1);
}

/* The contract that the columns share; raises if they have none. */
static const struct type_info *
shared_contract(const struct record *a, const struct record *b, uint32_t column_idx,
                const char *what)
{
    check_alike(a, b, column_idx);
    const struct type_info *info = types_builtin(column_contract(a, column_idx));
    if (info == NULL || info->compare == NULL)
        raise(SQLSTATE_UNDEFINED_FUNCTION, "could not identify %s for type %s", what,
              info == NULL ? "???" : info->sql_name);
    return info;
}

/* True if the column was dropped before one of the values was made. */
static bool
is_dropped(const struct record *a, const struct record *b, uint32_t column_idx)
{
    return record_column_type(a, column_idx) == OID_NONE ||
           record_column_type(b, column_idx) == OID_NONE;
}

/* The order of what one has more columns than the other: columns that are missing are null. */
static int
order_of_rest(const struct record *a, const struct record *b, uint32_t common)
{
    if (a->type != b->type || a->type == TYPE_RECORD)
        raise(SQLSTATE_DATATYPE_MISMATCH,
              "cannot compare record types with different numbers of columns");
    const struct record *longer = a->count > b->count ? a : b;
    for (uint32_t i = common; i < longer->count; i++) {
        bool is_null;
        record_get(longer, i, &is_null);
        if (!is_null)
            return longer == a ? -1 : 1;
    }
    return 0;
}

static int
compare(union datum a, union datum b, const char *what)
{
    struct record x = record_read(&a), y = record_read(&b);
    uint32_t common = x.count < y.count ? x.count : y.count;
    for (uint32_t i = 0; i < common; i++) {
        if (is_dropped(&x, &y, i))
            continue;
        const struct type_info *info = shared_contract(&x, &y, i, what);
        bool x_null, y_null;
        union datum v = record_get(&x, i, &x_null), w = record_get(&y, i, &y_null);
        if (x_null && y_null)
            continue;
        if (x_null || y_null)
            return x_null ? 1 : -1;
        int order = info->compare(v, w);
        if (order != 0)
            return order < 0 ? -1 : 1;
    }
    return x.count == y.count ? 0 : order_of_rest(&x, &y, common);
}

int
record_order(union datum a, union datum b)
{
    return compare(a, b, "a comparison function");
}

static union datum
record_eq(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(compare(args[0], args[1], "an equality operator") == 0);
}

static union datum
record_ne(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(compare(args[0], args[1], "an equality operator") != 0);
}

/* How many columns there are up to the last that is not null. */
static uint32_t
count_to_last(const struct record *record)
{
    uint32_t count = record->count;
    for (bool is_null = true; count > 0; count--) {
        record_get(record, count - 1, &is_null);
        if (!is_null)
            break;
    }
    return count;
}

uint64_t
record_hash(union datum value)
{
    struct record record = record_read(&value);
    uint32_t count = count_to_last(&record);
    uint64_t hash = count;
    for (uint32_t i = 0; i < record.count; i++) {
        if (record_column_type(&record, i) == OID_NONE)
            continue;
        const struct type_info *info = types_builtin(column_contract(&record, i));
        if (info == NULL || info->hash == NULL)
            raise(SQLSTATE_UNDEFINED_FUNCTION, "could not identify a hash function for type %s",
                  info == NULL ? "???" : info->sql_name);
        bool is_null;
        union datum column = record_get(&record, i, &is_null);
        if (i < count)
            hash = hash_combine(hash, is_null ? 0 : info->hash(column));
    }
    return hash;
}

bool
record_key_put(union datum value, struct buf *to)
{
    struct record record = record_read(&value);
    uint32_t count = count_to_last(&record);
    for (uint32_t i = 0; i < count; i++) {
        const struct type_info *info = types_builtin(column_contract(&record, i));
        bool is_null;
        union datum column = record_get(&record, i, &is_null);
        buf_put_u8(to, is_null ? 2 : 1);
        if (!is_null && (info == NULL || info->key_put == NULL || !info->key_put(column, to)))
            return false;
    }
    buf_put_u8(to, 3);
    return true;
}

/* ---- text ---- */

static bool
is_special(uint8_t c)
{
    return c == '"' || c == '\\' || c == '(' || c == ')' || c == ',' || c == ' ' ||
           (c >= '\t' && c <= '\r');
}

static void
put_column(struct slice text, struct buf *to)
{
    bool has_quotes = text.bytes == 0;
    for (size_t i = 0; i < text.bytes && !has_quotes; i++)
        has_quotes = is_special(text.data[i]);
    if (!has_quotes) {
        buf_put_slice(to, text);
        return;
    }
    buf_put_u8(to, '"');
    for (size_t i = 0; i < text.bytes; i++) {
        if (text.data[i] == '"' || text.data[i] == '\\')
            buf_put_u8(to, text.data[i]);
        buf_put_u8(to, text.data[i]);
    }
    buf_put_u8(to, '"');
}

void
record_output(struct type_call *call, union datum value, struct buf *to)
{
    struct record_walk walk = record_walk_begin(call->env, call->arena, &value);
    struct record_column column;
    struct buf *text = buf_new(call->arena);
    buf_put_u8(to, '(');
    for (bool is_first = true; record_walk_next(&walk, &column); is_first = false) {
        if (!is_first)
            buf_put_u8(to, ',');
        if (column.is_null)
            continue;
        buf_clear(text);
        type_output(call->env, call->arena, column.type, column.value, text);
        put_column(buf_slice(text), to);
    }
    buf_put_u8(to, ')');
    buf_deinit(text);
    buf_init(text);
}

struct record_reader {
    struct arena *arena;
    struct slice text;
    const char *at, *end;
};

_Noreturn static void
fail_literal(const struct record_reader *r, const char *detail)
{
    raise_error(.code = SQLSTATE_INVALID_TEXT_REPRESENTATION,
                .message = raise_text("malformed record literal: \"%.*s\"", (int)r->text.bytes,
                                      (const char *)r->text.data),
                .detail = detail);
}

static void
skip_blanks(struct record_reader *r)
{
    while (r->at < r->end && (*r->at == ' ' || (*r->at >= '\t' && *r->at <= '\r')))
        r->at++;
}

/* One column's text up to "," or ")"; false for a null: nothing at all. */
static bool
read_column(struct record_reader *r, struct slice *column)
{
    if (r->at < r->end && (*r->at == ',' || *r->at == ')'))
        return false;
    char *to = arena_alloc(r->arena, (size_t)(r->end - r->at) + 1);
    size_t used = 0;
    bool is_quoted = false;
    while (is_quoted || r->at == r->end || (*r->at != ',' && *r->at != ')')) {
        if (r->at == r->end)
            fail_literal(r, "Unexpected end of input.");
        char c = *r->at++;
        if (c == '\\') {
            if (r->at == r->end)
                fail_literal(r, "Unexpected end of input.");
            to[used++] = *r->at++;
        } else if (c == '"' && is_quoted && r->at < r->end && *r->at == '"') {
            to[used++] = *r->at++;
        } else if (c == '"') {
            is_quoted = !is_quoted;
        } else {
            to[used++] = c;
        }
    }
    to[used] = '\0';
    *column = slice_of(to, used);
    return true;
}

union datum
record_parse(const struct type_env *env, struct arena *arena, const struct record_shape *shape,
             struct slice text)
{
    struct record_reader r = {.arena = arena,
                              .text = text,
                              .at = (const char *)text.data,
                              .end = (const char *)text.data + text.bytes};
    union datum *values = arena_alloc_array(arena, shape->count + 1, sizeof *values);
    bool *nulls = arena_alloc_zero(arena, shape->count + 1);
    skip_blanks(&r);
    if (r.at == r.end || *r.at++ != '(')
        fail_literal(&r, "Missing left parenthesis.");
    bool is_first = true;
    for (uint32_t i = 0; i < shape->count; i++) {
        struct slice column;
        values[i] = (union datum){.words = {0, 0}};
        nulls[i] = true;
        if (shape->types[i] == OID_NONE)
            continue;
        if (env->pads_records && !is_first && r.at < r.end && *r.at == ')')
            continue;
        if (!is_first && (r.at == r.end || *r.at++ != ','))
            fail_literal(&r, "Too few columns.");
        is_first = false;
        nulls[i] = !read_column(&r, &column);
        int32_t typmod = shape->typmods == NULL ? -1 : shape->typmods[i];
        if (!nulls[i])
            values[i] = type_input(env, arena, shape->types[i], typmod, column);
        else if (shape->types[i] >= OID_USER_FIRST)
            domain_check(env, type_get(env, shape->types[i]), values[i], true);
    }
    if (r.at == r.end || *r.at++ != ')')
        fail_literal(&r, "Too many columns.");
    skip_blanks(&r);
    if (r.at != r.end)
        fail_literal(&r, "Junk after right parenthesis.");
    return record_make(env, arena, shape, values, nulls);
}

static union datum
anonymous_input(struct type_call *call, struct slice text)
{
    (void)call;
    (void)text;
    raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "input of anonymous composite types is not implemented");
}

/* ---- binary ---- */

static void
send_column(struct type_call *call, const struct record_column *column, struct buf *to)
{
    const struct type_info *info = type_get(call->env, column->type);
    buf_put_be32(to, column->type);
    if (column->is_null) {
        buf_put_be32(to, UINT32_MAX);
        return;
    }
    if (info->send == NULL)
        raise(SQLSTATE_UNDEFINED_FUNCTION, "no binary output function available for type %s",
              info->sql_name);
    struct type_call of_column = {.arena = call->arena,
                                  .env = call->env,
                                  .type = info,
                                  .typmod = -1,
                                  .element = info->element};
    size_t start = to->bytes;
    buf_put_be32(to, 0);
    info->send(&of_column, column->value, to);
    if (!to->is_failed)
        be32_set(to->data + start, (uint32_t)(to->bytes - start - 4));
}

void
record_send(struct type_call *call, union datum value, struct buf *to)
{
    struct record_walk walk = record_walk_begin(call->env, call->arena, &value);
    struct record_column column;
    uint32_t count = 0;
    size_t start = to->bytes;
    buf_put_be32(to, 0);
    for (; record_walk_next(&walk, &column); count++)
        send_column(call, &column, to);
    if (!to->is_failed)
        be32_set(to->data + start, count);
}

static const uint8_t *
take(struct slice *from, size_t bytes)
{
    if (from->bytes < bytes)
        raise(SQLSTATE_PROTOCOL_VIOLATION, "insufficient data left in message");
    const uint8_t *at = from->data;
    from->data += bytes;
    from->bytes -= bytes;
    return at;
}

/* A column of the binary form: its type, its length, its bytes. */
static union datum
receive_column(const struct type_env *env, struct arena *arena, const struct record_shape *shape,
               uint32_t column_idx, struct slice *bytes, bool *is_null)
{
    const uint8_t *head = take(bytes, 8);
    oid type = be32_get(head), expected = shape->types[column_idx];
    int32_t length = (int32_t)be32_get(head + 4);
    const struct type_info *info = type_get(env, expected);
    if (type != expected)
        raise(SQLSTATE_DATATYPE_MISMATCH,
              "binary data has type %u (%s) instead of expected %u (%s) in record column %u", type,
              type_format(env->types, arena, type, -1), expected, info->sql_name, column_idx + 1);
    *is_null = length == -1;
    if (*is_null) {
        domain_check(env, info, (union datum){.words = {0, 0}}, true);
        return (union datum){.words = {0, 0}};
    }
    if (length < 0)
        raise(SQLSTATE_INVALID_BINARY_REPRESENTATION, "insufficient data left in message");
    if (info->recv == NULL)
        raise(SQLSTATE_UNDEFINED_FUNCTION, "no binary input function available for type %s",
              info->sql_name);
    struct type_call call = {.arena = arena,
                             .env = env,
                             .type = info,
                             .typmod = shape->typmods == NULL ? -1 : shape->typmods[column_idx],
                             .element = info->element};
    const uint8_t *column = take(bytes, (size_t)length);
    return info->recv(&call, slice_of(column, (size_t)length));
}

union datum
record_receive(const struct type_env *env, struct arena *arena, const struct record_shape *shape,
               struct slice bytes)
{
    uint32_t count = be32_get(take(&bytes, 4)), expected = 0;
    for (uint32_t i = 0; i < shape->count; i++)
        expected += shape->types[i] != OID_NONE;
    if (count != expected)
        raise(SQLSTATE_DATATYPE_MISMATCH, "wrong number of columns: %d, expected %d", (int)count,
              (int)expected);
    union datum *values = arena_alloc_zero(arena, (shape->count + 1) * sizeof *values);
    bool *nulls = arena_alloc_zero(arena, (size_t)shape->count + 1);
    for (uint32_t i = 0; i < shape->count; i++) {
        nulls[i] = true;
        if (shape->types[i] != OID_NONE)
            values[i] = receive_column(env, arena, shape, i, &bytes, &nulls[i]);
    }
    if (bytes.bytes != 0)
        raise(SQLSTATE_INVALID_BINARY_REPRESENTATION, "improper binary format in record");
    return record_make(env, arena, shape, values, nulls);
}

/* ---- images: equal only byte by byte ---- */

static int
image_order(const union datum *args)
{
    struct record x = record_read(&args[0]), y = record_read(&args[1]);
    uint32_t common = x.count < y.count ? x.count : y.count;
    for (uint32_t i = 0; i < common; i++) {
        if (is_dropped(&x, &y, i))
            continue;
        check_alike(&x, &y, i);
        struct slice v, w;
        bool x_null = !column_bytes(&x, i, &v), y_null = !column_bytes(&y, i, &w);
        if (x_null && y_null)
            continue;
        if (x_null || y_null)
            return x_null ? 1 : -1;
        int order = slice_compare(v, w);
        if (order != 0)
            return order < 0 ? -1 : 1;
    }
    return x.count == y.count ? 0 : order_of_rest(&x, &y, common);
}

static union datum
image_eq(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(image_order(args) == 0);
}

static union datum
image_ne(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(image_order(args) != 0);
}

static union datum
image_lt(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(image_order(args) < 0);
}

static union datum
image_le(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(image_order(args) <= 0);
}

static union datum
image_gt(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(image_order(args) > 0);
}

static union datum
image_ge(struct func_call *call, const union datum *args)
{
    (void)call;
    return bool_datum(image_order(args) >= 0);
}

static union datum
image_cmp(struct func_call *call, const union datum *args)
{
    (void)call;
    return i32_datum(image_order(args));
}

/* ---- what this file brings ---- */

static const struct type_info types[] = {
    {.type = TYPE_RECORD,
     .array = TYPE_RECORD_ARRAY,
     .name = "record",
     .sql_name = "record",
     .length = -1,
     .align = 'd',
     .category = 'P',
     .kind = 'p',
     .storage = 'x',
     .delimiter = ',',
     .phys = PHYS_VIEW,
     .input_oid = 2290,
     .output_oid = 2291,
     .recv_oid = 2402,
     .send_oid = 2403,
     .input = anonymous_input,
     .output = record_output,
     .recv = anonymous_input,
     .send = record_send,
     .compare = record_order,
     .hash = record_hash,
     .key_put = record_key_put},
};

static const struct func_info funcs[] = {
    {FUNC(2290, "record_in", TYPE_RECORD, generic_in, TYPE_CSTRING, TYPE_OID, TYPE_INT4),
     .volatility = FUNC_STABLE},
    {FUNC(2291, "record_out", TYPE_CSTRING, generic_out, TYPE_RECORD), .volatility = FUNC_STABLE},
    {FUNC(2402, "record_recv", TYPE_RECORD, generic_recv, TYPE_INTERNAL, TYPE_OID, TYPE_INT4),
     .volatility = FUNC_STABLE},
    {FUNC(2403, "record_send", TYPE_BYTEA, generic_send, TYPE_RECORD), .volatility = FUNC_STABLE},
    {FUNC(2981, "record_eq", TYPE_BOOL, record_eq, TYPE_RECORD, TYPE_RECORD)},
    {FUNC(2982, "record_ne", TYPE_BOOL, record_ne, TYPE_RECORD, TYPE_RECORD)},
    {FUNC(2983, "record_lt", TYPE_BOOL, generic_lt, TYPE_RECORD, TYPE_RECORD)},
    {FUNC(2984, "record_gt", TYPE_BOOL, generic_gt, TYPE_RECORD, TYPE_RECORD)},
    {FUNC(2985, "record_le", TYPE_BOOL, generic_le, TYPE_RECORD, TYPE_RECORD)},
    {FUNC(2986, "record_ge", TYPE_BOOL, generic_ge, TYPE_RECORD, TYPE_RECORD)},
    {FUNC(2987, "btrecordcmp", TYPE_INT4, generic_compare, TYPE_RECORD, TYPE_RECORD)},
    {FUNC(3181, "record_image_eq", TYPE_BOOL, image_eq, TYPE_RECORD, TYPE_RECORD)},
    {FUNC(3182, "record_image_ne", TYPE_BOOL, image_ne, TYPE_RECORD, TYPE_RECORD)},
    {FUNC(3183, "record_image_lt", TYPE_BOOL, image_lt, TYPE_RECORD, TYPE_RECORD)},
    {FUNC(3184, "record_image_gt", TYPE_BOOL, image_gt, TYPE_RECORD, TYPE_RECORD)},
    {FUNC(3185, "record_image_le", TYPE_BOOL, image_le, TYPE_RECORD, TYPE_RECORD)},
    {FUNC(3186, "record_image_ge", TYPE_BOOL, image_ge, TYPE_RECORD, TYPE_RECORD)},
    {FUNC(3187, "btrecordimagecmp", TYPE_INT4, image_cmp, TYPE_RECORD, TYPE_RECORD)},
};

static const struct operator_info operators[] = {
    {2988, "=", TYPE_RECORD, TYPE_RECORD, TYPE_BOOL, 2981, 2988, 2989, true, true, "eqsel",
     "eqjoinsel"},
    {2989, "<>", TYPE_RECORD, TYPE_RECORD, TYPE_BOOL, 2982, 2989, 2988, false, false, "neqsel",
     "neqjoinsel"},
    {2990, "<", TYPE_RECORD, TYPE_RECORD, TYPE_BOOL, 2983, 2991, 2993, false, false, "scalarltsel",
     "scalarltjoinsel"},
    {2991, ">", TYPE_RECORD, TYPE_RECORD, TYPE_BOOL, 2984, 2990, 2992, false, false, "scalargtsel",
     "scalargtjoinsel"},
    {2992, "<=", TYPE_RECORD, TYPE_RECORD, TYPE_BOOL, 2985, 2993, 2991, false, false, "scalarlesel",
     "scalarlejoinsel"},
    {2993, ">=", TYPE_RECORD, TYPE_RECORD, TYPE_BOOL, 2986, 2992, 2990, false, false, "scalargesel",
     "scalargejoinsel"},
    {3188, "*=", TYPE_RECORD, TYPE_RECORD, TYPE_BOOL, 3181, 3188, 3189, false, true, "eqsel",
     "eqjoinsel"},
    {3189, "*<>", TYPE_RECORD, TYPE_RECORD, TYPE_BOOL, 3182, 3189, 3188, false, false, "neqsel",
     "neqjoinsel"},
    {3190, "*<", TYPE_RECORD, TYPE_RECORD, TYPE_BOOL, 3183, 3191, 3193, false, false, "scalarltsel",
     "scalarltjoinsel"},
    {3191, "*>", TYPE_RECORD, TYPE_RECORD, TYPE_BOOL, 3184, 3190, 3192, false, false, "scalargtsel",
     "scalargtjoinsel"},
    {3192, "*<=", TYPE_RECORD, TYPE_RECORD, TYPE_BOOL, 3185, 3193, 3191, false, false,
     "scalarlesel", "scalarlejoinsel"},
    {3193, "*>=", TYPE_RECORD, TYPE_RECORD, TYPE_BOOL, 3186, 3192, 3190, false, false,
     "scalargesel", "scalargejoinsel"},
};

const struct type_tables record_tables = {
    .types = types,
    .type_count = COUNT_OF(types),
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .operators = operators,
    .operator_count = COUNT_OF(operators),
};
