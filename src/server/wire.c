/*
 * wire.c: messages in and out (wire.h), but rows: see wire_rows.c.
 */
#include "server/wire.h"

#include "base/sqlstate.h"
#include <stdio.h>

/* ---- reading ---- */

enum framing
message_frame(struct slice input, struct message *message)
{
    if (input.bytes < 5)
        return FRAME_PARTIAL;
    uint32_t length = be32_get(input.data + 1);
    if (length < 4 || length > MESSAGE_BYTES_MAX)
        return FRAME_BROKEN;
    if (input.bytes < (size_t)length + 1)
        return FRAME_PARTIAL;
    *message = (struct message){.type = (char)input.data[0],
                                .body = slice_of(input.data + 5, length - 4),
                                .bytes = (size_t)length + 1};
    return FRAME_WHOLE;
}

enum framing
startup_frame(struct slice input, struct message *message)
{
    if (input.bytes < 4)
        return FRAME_PARTIAL;
    uint32_t length = be32_get(input.data);
    if (length < 8 || length > STARTUP_BYTES_MAX)
        return FRAME_BROKEN;
    if (input.bytes < length)
        return FRAME_PARTIAL;
    *message = (struct message){.body = slice_of(input.data + 4, length - 4), .bytes = length};
    return FRAME_WHOLE;
}

void
reader_init(struct message_reader *reader, struct slice body)
{
    *reader = (struct message_reader){.at = body.data, .end = body.data + body.bytes};
}

struct slice
reader_bytes(struct message_reader *reader, uint32_t bytes)
{
    if ((size_t)(reader->end - reader->at) < bytes) {
        reader->is_broken = true;
        reader->at = reader->end;
        return slice_of("", 0);
    }
    struct slice slice = slice_of(reader->at, bytes);
    reader->at += bytes;
    return slice;
}

uint8_t
reader_u8(struct message_reader *reader)
{
    struct slice slice = reader_bytes(reader, 1);
    return slice.bytes == 0 ? 0 : slice.data[0];
}

uint16_t
reader_u16(struct message_reader *reader)
{
    struct slice slice = reader_bytes(reader, 2);
    return slice.bytes == 0 ? 0 : be16_get(slice.data);
}

uint32_t
reader_u32(struct message_reader *reader)
{
    struct slice slice = reader_bytes(reader, 4);
    return slice.bytes == 0 ? 0 : be32_get(slice.data);
}

const char *
reader_text(struct message_reader *reader)
{
    const uint8_t *end = memchr(reader->at, 0, (size_t)(reader->end - reader->at));
    if (end == NULL) {
        reader->is_broken = true;
        reader->at = reader->end;
        return "";
    }
    const char *text = (const char *)reader->at;
    reader->at = end + 1;
    return text;
}

bool
reader_is_done(const struct message_reader *reader)
{
    return !reader->is_broken && reader->at == reader->end;
}

/* ---- writing ---- */

size_t
message_begin(struct buf *out, char type)
{
    size_t begin = out->bytes;
    buf_put_u8(out, (uint8_t)type);
    buf_put_be32(out, 0);
    return begin;
}

void
message_end(struct buf *out, size_t begin)
{
    if (!out->is_failed)
        be32_set(out->data + begin + 1, (uint32_t)(out->bytes - begin - 1));
}

void
put_text0(struct buf *out, const char *text)
{
    buf_put(out, text, strlen(text) + 1);
}

void
write_ready(struct buf *out, char state)
{
    uint8_t message[] = {'Z', 0, 0, 0, 5, (uint8_t)state};
    buf_put(out, message, sizeof message);
}

void
write_empty_message(struct buf *out, char type)
{
    uint8_t message[] = {(uint8_t)type, 0, 0, 0, 4};
    buf_put(out, message, sizeof message);
}

void
write_complete(struct buf *out, const char *tag)
{
    size_t begin = message_begin(out, 'C');
    put_text0(out, tag);
    message_end(out, begin);
}

static void
put_field(struct buf *out, char field, const char *text)
{
    if (text == NULL)
        return;
    buf_put_u8(out, (uint8_t)field);
    put_text0(out, text);
}

static void
put_number_field(struct buf *out, char field, uint32_t number)
{
    char text[16];
    if (number == 0)
        return;
    snprintf(text, sizeof text, "%u", number);
    put_field(out, field, text);
}

void
write_error(struct buf *out, const struct error *error, bool is_notice)
{
    static const char *const severities[] = {"DEBUG",   "LOG",   "INFO",  "NOTICE",
                                             "WARNING", "ERROR", "FATAL", "PANIC"};
    char code[6];
    sqlstate_text(error->code, code);
    const char *severity = severities[error->severity];
    size_t begin = message_begin(out, is_notice ? 'N' : 'E');
    put_field(out, 'S', severity);
    put_field(out, 'V', severity);
    put_field(out, 'C', code);
    put_field(out, 'M', error->message == NULL ? "" : error->message);
    put_field(out, 'D', error->detail);
    put_field(out, 'H', error->hint);
    put_number_field(out, 'P', error->position);
    put_number_field(out, 'p', error->internal_position);
    put_field(out, 'q', error->internal_query);
    put_field(out, 'W', error->context);
    put_field(out, 's', error->schema_name);
    put_field(out, 't', error->table_name);
    put_field(out, 'c', error->column_name);
    put_field(out, 'd', error->type_name);
    put_field(out, 'n', error->constraint_name);
    put_field(out, 'F', error->file);
    put_number_field(out, 'L', (uint32_t)error->line);
    put_field(out, 'R', error->function);
    buf_put_u8(out, 0);
    message_end(out, begin);
}

void
write_parameter(struct buf *out, const char *name, const char *value)
{
    size_t begin = message_begin(out, 'S');
    put_text0(out, name);
    put_text0(out, value);
    message_end(out, begin);
}

void
write_key_data(struct buf *out, uint32_t pid, uint32_t secret)
{
    size_t begin = message_begin(out, 'K');
    buf_put_be32(out, pid);
    buf_put_be32(out, secret);
    message_end(out, begin);
}

void
write_param_types(struct buf *out, uint32_t count, const oid *types)
{
    size_t begin = message_begin(out, 't');
    buf_put_be16(out, (uint16_t)count);
    for (uint32_t i = 0; i < count; i++)
        buf_put_be32(out, types[i]);
    message_end(out, begin);
}

void
write_notification(struct buf *out, uint32_t pid, const char *channel, const char *payload)
{
    size_t begin = message_begin(out, 'A');
    buf_put_be32(out, pid);
    put_text0(out, channel);
    put_text0(out, payload);
    message_end(out, begin);
}

void
write_copy_begin(struct buf *out, char type, bool is_binary, uint32_t column_count)
{
    size_t begin = message_begin(out, type);
    buf_put_u8(out, is_binary);
    buf_put_be16(out, (uint16_t)column_count);
    for (uint32_t i = 0; i < column_count; i++)
        buf_put_be16(out, is_binary);
    message_end(out, begin);
}

void
write_copy_data(struct buf *out, struct slice data)
{
    size_t begin = message_begin(out, 'd');
    buf_put_slice(out, data);
    message_end(out, begin);
}

void
write_row_description(struct buf *out, const struct result_column *columns, uint32_t count,
                      const struct formats *formats)
{
    size_t begin = message_begin(out, 'T');
    buf_put_be16(out, (uint16_t)count);
    for (uint32_t i = 0; i < count; i++) {
        put_text0(out, columns[i].name);
        buf_put_be32(out, columns[i].table);
        buf_put_be16(out, (uint16_t)columns[i].attr);
        buf_put_be32(out, columns[i].type);
        buf_put_be16(out, (uint16_t)columns[i].length);
        buf_put_be32(out, (uint32_t)columns[i].typmod);
        buf_put_be16(out, formats_binary(formats, i));
    }
    message_end(out, begin);
}
