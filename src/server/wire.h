/*
 * wire.h: PostgreSQL's protocol, version 3: reading messages from bytes, writing messages into a
 * buffer.
 *
 * Reading never trusts a length: a message is handed out when all of it is there, and its fields
 * are read by a struct message_reader that goes empty (is_broken) instead of past the end. Writing
 * puts whole messages into a struct buf.
 */
#pragma once

#include "base/buf.h"
#include "base/raise.h"
#include "session/session.h"

#define MESSAGE_BYTES_MAX (1u << 30)
#define STARTUP_BYTES_MAX 10000u

enum wire_code {
    WIRE_VERSION_3 = 196608,
    WIRE_CANCEL = 80877102,
    WIRE_SSL = 80877103,
    WIRE_GSS = 80877104
};

enum framing { FRAME_WHOLE, FRAME_PARTIAL, FRAME_BROKEN };

/* One message within a buffer: its body lies in the buffer. */
struct message {
    char type; /* 0: a start-up packet */
    struct slice body;
    size_t bytes; /* of the whole message */
};

/* Looks at the first message of `input`. FRAME_BROKEN: a length that no honest client sends. */
enum framing message_frame(struct slice input, struct message *message);
enum framing startup_frame(struct slice input, struct message *message);

struct message_reader {
    const uint8_t *at, *end;
    bool is_broken;
};

void reader_init(struct message_reader *reader, struct slice body);
uint8_t reader_u8(struct message_reader *reader);
uint16_t reader_u16(struct message_reader *reader);
uint32_t reader_u32(struct message_reader *reader);
/* A zero-terminated text within the body; "" if broken. */
const char *reader_text(struct message_reader *reader);
struct slice reader_bytes(struct message_reader *reader, uint32_t bytes);
/* True if all was read and nothing was missing. */
bool reader_is_done(const struct message_reader *reader);

/* ---- writing ---- */

/* Begins a message; message_end fills in its length. */
size_t message_begin(struct buf *out, char type);
void message_end(struct buf *out, size_t begin);
void put_text0(struct buf *out, const char *text);

void write_ready(struct buf *out, char state);
void write_empty_message(struct buf *out, char type); /* '1' '2' '3' 'n' 's' 'I' 'c' */
void write_complete(struct buf *out, const char *tag);
void write_error(struct buf *out, const struct error *error, bool is_notice);
void write_parameter(struct buf *out, const char *name, const char *value);
void write_key_data(struct buf *out, uint32_t pid, uint32_t secret);
void write_param_types(struct buf *out, uint32_t count, const oid *types);
void write_notification(struct buf *out, uint32_t pid, const char *channel, const char *payload);
void write_copy_begin(struct buf *out, char type, bool is_binary, uint32_t column_count);
void write_copy_data(struct buf *out, struct slice data);

/* Result formats as Bind gave them: none (all text), one for all, or one a column. */
struct formats {
    uint32_t count;
    uint16_t *codes;
};

static inline bool
formats_binary(const struct formats *formats, uint32_t column)
{
    if (formats->count == 0)
        return false;
    return formats->codes[formats->count == 1 ? 0 : column] == 1;
}

void write_row_description(struct buf *out, const struct result_column *columns, uint32_t count,
                           const struct formats *formats);
/* DataRow messages of a batch. May raise (a type's output function): *row_at is where the
 * unfinished message begins, SIZE_MAX else. */
void write_rows(struct buf *out, const struct type_env *env, struct arena *arena,
                const struct batch *batch, const struct result_column *columns,
                const struct formats *formats, size_t *row_at);
