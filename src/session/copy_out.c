/*
 * copy_out.c: COPY TO: a query's rows as lines in PostgreSQL's text or CSV form, to the client or
 * to a file. In the binary form a line is a row: a count, then a length and bytes for each field.
 */
#include "base/mem.h"
#include "base/raise.h"
#include "exec/vector.h"
#include "session/copy_file.h"
#include "session/planned.h"
#include "session/query.h"
#include "session/scope.h"
#include "session/utility_run.h"

struct copy_out {
    struct session *session;
    const struct copy *copy;
    struct copy_file *file; /* null: the client */
    uint32_t column_count;
    struct type_call *calls;
    struct arena *values;   /* what outputs allocate, for a batch */
    bool is_special[256];   /* text: bytes to be escaped; CSV: bytes that ask for quotes */
    struct buf line, value; /* value: of a field that is not written as it is */
    size_t null_bytes;
    uint64_t row_count;
};

static void
end_bufs(void *object)
{
    struct copy_out *out = object;
    buf_deinit(&out->line);
    buf_deinit(&out->value);
    arena_free(out->values);
}

static void
send_data(struct copy_out *out)
{
    if (out->line.is_failed)
        raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
    if (out->file != NULL)
        copy_file_write(out->file, buf_slice(&out->line));
    else if (!out->session->sink.copy_data(out->session->sink.object, buf_slice(&out->line)))
        raise(SQLSTATE_CONNECTION_FAILURE, "the client has gone");
    buf_clear(&out->line);
}

static void
send_line(struct copy_out *out)
{
    buf_put_u8(&out->line, '\n');
    send_data(out);
}

/* ---- binary ---- */

static void
put_binary_row(struct copy_out *out, const struct batch *batch, uint32_t row)
{
    buf_put_be16(&out->line, (uint16_t)out->column_count);
    for (uint32_t c = 0; c < out->column_count; c++) {
        const struct column *column = &batch->columns[c];
        if (column_is_null(column, row)) {
            buf_put_be32(&out->line, UINT32_MAX);
            continue;
        }
        size_t begin = out->line.bytes;
        buf_put_be32(&out->line, 0);
        out->calls[c].type->send(&out->calls[c], vector_get(column, row), &out->line);
        if (out->line.is_failed)
            raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
        be32_set(out->line.data + begin, (uint32_t)(out->line.bytes - begin - 4));
    }
    send_data(out);
}

static void
put_binary_head(struct copy_out *out)
{
    buf_put(&out->line, COPY_SIGNATURE, COPY_SIGNATURE_BYTES);
    buf_put_be32(&out->line, 0); /* flags */
    buf_put_be32(&out->line, 0); /* bytes of extensions */
}

/* ---- fields ---- */

static void
special_init(struct copy_out *out)
{
    const struct copy *copy = out->copy;
    const char *text = copy->format == COPY_CSV ? "\n\r" : "\b\f\n\r\t\v\\";
    for (; *text != '\0'; text++)
        out->is_special[(uint8_t)*text] = true;
    out->is_special[(uint8_t)copy->delimiter] = true;
    if (copy->format == COPY_CSV)
        out->is_special[(uint8_t)copy->quote] = true;
}

/* The first special byte from `at` on; `bytes` if there is none. */
static inline size_t
find_special(const struct copy_out *out, const uint8_t *data, size_t at, size_t bytes)
{
    while (at < bytes && !out->is_special[data[at]])
        at++;
    return at;
}

static void
put_text_field(struct copy_out *out, struct slice text)
{
    static const char from[] = "\b\f\n\r\t\v", to[] = "bfnrtv";
    for (size_t at = 0;;) {
        size_t stop = find_special(out, text.data, at, text.bytes);
        buf_put(&out->line, text.data + at, stop - at);
        if (stop == text.bytes)
            return;
        /* A delimiter that has a letter of its own would be read as that. */
        const char *named = strchr(from, text.data[stop]);
        buf_put_u8(&out->line, '\\');
        buf_put_u8(&out->line, named != NULL ? (uint8_t)to[named - from] : text.data[stop]);
        at = stop + 1;
    }
}

#define HEADER_FIELD UINT32_MAX

static bool
is_quote_forced(const struct copy_out *out, uint32_t column)
{
    const struct copy *copy = out->copy;
    if (column == HEADER_FIELD) /* the header is quoted only where it must be */
        return false;
    if (copy->force_quote == NULL)
        return copy->force_quote_all;
    bool is_place = copy->table != NULL && copy->columns != NULL;
    return copy->force_quote_all ||
           copy->force_quote[is_place ? (uint32_t)copy->columns[column] - 1 : column];
}

static bool
csv_needs_quotes(const struct copy_out *out, uint32_t column, struct slice text)
{
    if (find_special(out, text.data, 0, text.bytes) != text.bytes || is_quote_forced(out, column))
        return true;
    if (text.bytes == out->null_bytes && memcmp(text.data, out->copy->null_text, text.bytes) == 0)
        return true;
    return text.bytes == 2 && memcmp(text.data, "\\.", 2) == 0 && out->column_count == 1;
}

static void
put_quoted(struct copy_out *out, struct slice text)
{
    const struct copy *copy = out->copy;
    buf_put_u8(&out->line, (uint8_t)copy->quote);
    for (size_t i = 0; i < text.bytes; i++) {
        uint8_t c = text.data[i];
        if (c == (uint8_t)copy->quote || c == (uint8_t)copy->escape)
            buf_put_u8(&out->line, (uint8_t)copy->escape);
        buf_put_u8(&out->line, c);
    }
    buf_put_u8(&out->line, (uint8_t)copy->quote);
}

static void
put_csv_field(struct copy_out *out, uint32_t column, struct slice text)
{
    if (csv_needs_quotes(out, column, text))
        put_quoted(out, text);
    else
        buf_put_slice(&out->line, text);
}

/* A value, written straight into the line; it is taken out again if it cannot stay as it is. */
static void
put_value(struct copy_out *out, uint32_t c, union datum datum)
{
    bool is_csv = out->copy->format == COPY_CSV;
    size_t begin = out->line.bytes;
    out->calls[c].type->output(&out->calls[c], datum, &out->line);
    if (out->line.is_failed)
        raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
    struct slice text = slice_of(out->line.data + begin, out->line.bytes - begin);
    bool can_stay = is_csv ? !csv_needs_quotes(out, c, text)
                           : find_special(out, text.data, 0, text.bytes) == text.bytes;
    if (can_stay)
        return;
    buf_clear(&out->value);
    buf_put_slice(&out->value, text);
    if (out->value.is_failed)
        raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
    out->line.bytes = begin;
    if (is_csv)
        put_quoted(out, buf_slice(&out->value));
    else
        put_text_field(out, buf_slice(&out->value));
}

static void
put_row(struct copy_out *out, const struct batch *batch, uint32_t row)
{
    for (uint32_t c = 0; c < out->column_count; c++) {
        if (c != 0)
            buf_put_u8(&out->line, (uint8_t)out->copy->delimiter);
        const struct column *column = &batch->columns[c];
        if (column_is_null(column, row))
            buf_put(&out->line, out->copy->null_text, out->null_bytes);
        else
            put_value(out, c, vector_get(column, row));
    }
    send_line(out);
}

static void
put_header(struct copy_out *out, const struct result_column *columns)
{
    for (uint32_t c = 0; c < out->column_count; c++) {
        if (c != 0)
            buf_put_u8(&out->line, (uint8_t)out->copy->delimiter);
        if (out->copy->format == COPY_CSV)
            put_csv_field(out, HEADER_FIELD, slice_text(columns[c].name));
        else
            put_text_field(out, slice_text(columns[c].name));
    }
    send_line(out);
}

/* ---- the whole ---- */

static void
run(struct copy_out *out, struct cache_entry *entry)
{
    struct session *session = out->session;
    struct arena *arena = session->statement_arena;
    bool is_binary = out->copy->format == COPY_BINARY;
    out->column_count = entry->info.column_count;
    out->calls = arena_alloc_zero(arena, (out->column_count + 1) * sizeof *out->calls);
    for (uint32_t c = 0; c < out->column_count; c++) {
        const struct type_info *type = scope_type(&session->scope, entry->info.columns[c].type);
        out->calls[c] = (struct type_call){.arena = out->values,
                                           .env = &session->env,
                                           .type = type,
                                           .typmod = entry->info.columns[c].typmod,
                                           .element = type->element};
        if (is_binary && type->send == NULL)
            raise(SQLSTATE_UNDEFINED_FUNCTION, "no binary output function available for type %s",
                  type->sql_name);
    }
    if (out->file == NULL)
        session->sink.copy_begin(session->sink.object, false, is_binary, out->column_count);
    if (is_binary)
        put_binary_head(out);
    if (out->copy->header != COPY_HEADER_NONE)
        put_header(out, entry->info.columns);
    struct exec_context context = session_exec_context(session, arena);
    struct exec *exec = exec_open(entry->program, &context);
    struct batch batch;
    while (exec_next(exec, &batch)) {
        for (uint32_t i = 0; i < batch.count; i++) {
            uint32_t row = batch.sel != NULL ? batch.sel[i] : i;
            if (is_binary)
                put_binary_row(out, &batch, row);
            else
                put_row(out, &batch, row);
        }
        out->row_count += batch.count;
        arena_reset(out->values);
    }
    exec_close(exec);
    if (is_binary) {
        buf_put_be16(&out->line, UINT16_MAX);
        send_data(out);
    }
    if (out->file == NULL)
        session->sink.copy_end(session->sink.object);
    else
        copy_file_close(out->file);
}

uint64_t
copy_run(struct session *session, const struct copy *copy)
{
    if (copy->is_program)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "COPY from or to a program is not supported");
    if (copy->is_from)
        return copy_in_file(session, copy);
    struct arena *arena = session->statement_arena;
    struct copy_out *out = arena_alloc_zero(arena, sizeof *out);
    out->session = session;
    out->copy = copy;
    out->null_bytes = strlen(copy->null_text);
    arena_on_end(arena, end_bufs, out);
    out->values =
        arena_new(&(struct arena_options){.name = "copied values", .on_full = raise_arena_full});
    if (out->values == NULL)
        raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
    special_init(out);
    if (copy->file != NULL)
        out->file = copy_file_open(arena, copy->file, true);
    struct cache_entry *entry = planned_make(session, copy->query, NULL);
    session_release_later(session, entry);
    run(out, entry);
    return out->row_count;
}
