/*
 * wire_rows.c: DataRow messages straight from column vectors.
 *
 * How a column is written is settled once a batch; integers, booleans and plain text, which most
 * results are made of, then go without a call through the type.
 */
#include "base/check.h"
#include "server/wire.h"

enum value_form { FORM_TEXT_INT, FORM_TEXT_BOOL, FORM_BYTES, FORM_BIN_INT, FORM_OUTPUT, FORM_SEND };

struct column_form {
    enum value_form form;
    uint8_t bytes; /* of integers */
    const struct column *column;
    struct type_call call;
};

static bool
type_is_plain_text(oid type)
{
    switch (type) {
    case TYPE_TEXT:
    case TYPE_VARCHAR:
    case TYPE_BPCHAR:
    case TYPE_NAME:
    case TYPE_JSON:
    case TYPE_UNKNOWN:
        return true;
    default:
        return false;
    }
}

static struct column_form
form_of(const struct type_env *env, struct arena *arena, const struct column *column,
        const struct result_column *result, bool is_binary)
{
    const struct type_info *type = type_get(env, result->type);
    struct column_form form = {.column = column,
                               .bytes = (uint8_t)phys_bytes(column->phys),
                               .call = {.arena = arena,
                                        .env = env,
                                        .type = type,
                                        .typmod = result->typmod,
                                        .element = type->element}};
    bool is_int =
        result->type == TYPE_INT2 || result->type == TYPE_INT4 || result->type == TYPE_INT8;
    if (type_is_plain_text(result->type) && column->phys == PHYS_VIEW)
        form.form = FORM_BYTES;
    else if (is_int)
        form.form = is_binary ? FORM_BIN_INT : FORM_TEXT_INT;
    else if (result->type == TYPE_BOOL && !is_binary)
        form.form = FORM_TEXT_BOOL;
    else
        form.form = is_binary ? FORM_SEND : FORM_OUTPUT;
    if (form.form == FORM_SEND && type->send == NULL)
        raise(SQLSTATE_UNDEFINED_FUNCTION, "no binary output function available for type %s",
              type->sql_name);
    return form;
}

/* Decimal digits of `v` at the end of to[20]; returns where they begin. */
static const char *
format_int(int64_t v, char to[20])
{
    uint64_t magnitude = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    char *p = to + 20;
    do {
        *--p = (char)('0' + magnitude % 10);
        magnitude /= 10;
    } while (magnitude != 0);
    if (v < 0)
        *--p = '-';
    return p;
}

static int64_t
int_value(const struct column_form *form, union datum value)
{
    return form->bytes == 2 ? value.i16 : form->bytes == 4 ? value.i32 : value.i64;
}

static void
put_int_text(struct buf *out, int64_t v)
{
    char text[20];
    const char *begin = format_int(v, text);
    uint32_t bytes = (uint32_t)(text + 20 - begin);
    uint8_t *to = buf_reserve(out, 4 + bytes);
    if (to == NULL)
        return;
    be32_set(to, bytes);
    memcpy(to + 4, begin, bytes);
    out->bytes += 4 + bytes;
}

static void
put_int_binary(struct buf *out, const struct column_form *form, union datum value)
{
    buf_put_be32(out, form->bytes);
    if (form->bytes == 2)
        buf_put_be16(out, (uint16_t)value.i16);
    else if (form->bytes == 4)
        buf_put_be32(out, (uint32_t)value.i32);
    else
        buf_put_be64(out, (uint64_t)value.i64);
}

/* A value whose length is known only once it is written. */
static void
put_through_type(struct buf *out, struct column_form *form, union datum value)
{
    size_t at = out->bytes;
    buf_put_be32(out, 0);
    if (form->form == FORM_SEND)
        form->call.type->send(&form->call, value, out);
    else
        form->call.type->output(&form->call, value, out);
    if (!out->is_failed)
        be32_set(out->data + at, (uint32_t)(out->bytes - at - 4));
}

static void
put_value(struct buf *out, struct column_form *form, uint32_t row)
{
    if (column_is_null(form->column, row)) {
        buf_put_be32(out, UINT32_MAX);
        return;
    }
    union datum value = column_get(form->column, row);
    switch (form->form) {
    case FORM_TEXT_INT:
        put_int_text(out, int_value(form, value));
        break;
    case FORM_TEXT_BOOL:
        buf_put_be32(out, 1);
        buf_put_u8(out, value.b ? 't' : 'f');
        break;
    case FORM_BYTES:
        buf_put_be32(out, value.view.bytes);
        buf_put(out, view_data(&value.view), value.view.bytes);
        break;
    case FORM_BIN_INT:
        put_int_binary(out, form, value);
        break;
    case FORM_OUTPUT:
    case FORM_SEND:
        put_through_type(out, form, value);
        break;
    }
}

void
write_rows(struct buf *out, const struct type_env *env, struct arena *arena,
           const struct batch *batch, const struct result_column *columns,
           const struct formats *formats, size_t *row_at)
{
    uint32_t column_count = batch->column_count;
    struct column_form *forms = arena_alloc_array(arena, column_count + 1, sizeof *forms);
    for (uint32_t i = 0; i < column_count; i++)
        forms[i] = form_of(env, arena, &batch->columns[i], &columns[i], formats_binary(formats, i));
    for (uint32_t i = 0; i < batch->count; i++) {
        uint32_t row = batch->sel != NULL ? batch->sel[i] : i;
        *row_at = out->bytes;
        size_t begin = message_begin(out, 'D');
        buf_put_be16(out, (uint16_t)column_count);
        for (uint32_t c = 0; c < column_count; c++)
            put_value(out, &forms[c], row);
        message_end(out, begin);
    }
    *row_at = SIZE_MAX;
}
