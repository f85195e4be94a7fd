/*
 * copy_in.c: COPY FROM: lines in PostgreSQL's text or CSV form, into batches for a feed.
 *
 * Data comes in pieces of any size; what is left of an unfinished line waits in `pending`. Lines
 * end with \n, \r\n or \r, as the first one does. In text form a backslash takes the next character
 * with it; in CSV a quoted field may hold line ends.
 */
#include "base/mem.h"
#include "base/raise.h"
#include "session/copy_file.h"
#include "session/feed.h"
#include "session/scope.h"
#include "session/utility_run.h"

#define LINE_BYTES_MAX (1u << 30)

struct copy_in {
    const struct copy *copy;
    struct feed *feed;
    struct arena *arena; /* the statement's */
    struct arena *chunk; /* of the rows gathered */
    struct column *columns;
    struct type_call *calls;
    uint32_t column_count, row_count;
    struct buf pending, field;
    uint64_t line_number;
    bool skips_header, is_at_end; /* a line \. has come */
    size_t scanned;               /* bytes of pending known to hold no line end */
    bool is_in_quotes;            /* CSV: at `scanned` */
    int32_t error_column;         /* being converted; -1: none */
    const char *error_value;
};

/* ---- beginning and end ---- */

static void
refuse_options(const struct copy *copy)
{
    if (copy->format == COPY_BINARY)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "COPY in binary format is not supported yet");
    if (copy->is_program)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "COPY from or to a program is not supported");
}

static struct copy_in *
copy_in_new(struct session *session, const struct copy *copy)
{
    refuse_options(copy);
    if (copy->where != NULL)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "COPY FROM ... WHERE is not supported yet");
    if (copy->table->kind != TABLE_PLAIN)
        raise(SQLSTATE_WRONG_OBJECT_TYPE, "cannot copy to \"%s\": it is not a table",
              copy->table->name);
    struct arena *arena = session->statement_arena;
    struct copy_in *in = arena_alloc_zero(arena, sizeof *in);
    in->copy = copy;
    in->arena = arena;
    in->column_count = copy->column_count;
    in->skips_header = copy->header != COPY_HEADER_NONE;
    in->error_column = -1;
    in->columns = arena_alloc_zero(arena, (in->column_count + 1) * sizeof *in->columns);
    in->calls = arena_alloc_zero(arena, (in->column_count + 1) * sizeof *in->calls);
    in->chunk =
        arena_new(&(struct arena_options){.name = "copied rows", .on_full = raise_arena_full});
    if (in->chunk == NULL)
        raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
    session->copy_in = in;
    for (uint32_t i = 0; i < in->column_count; i++) {
        const struct column_def *def = &copy->table->columns[copy->columns[i] - 1];
        const struct type_info *type = scope_type(&session->scope, def->type);
        in->columns[i] = (struct column){.phys = type->phys, .has_nulls = true};
        in->columns[i].nulls = arena_alloc(arena, COLUMN_ROWS_MAX);
        in->columns[i].data =
            arena_alloc(arena, (size_t)COLUMN_ROWS_MAX * phys_bytes(type->phys) + 1);
        in->calls[i] = (struct type_call){.arena = in->chunk,
                                          .env = &session->env,
                                          .type = type,
                                          .typmod = def->typmod,
                                          .element = type->element};
    }
    in->feed = feed_open(session, copy->table, copy->columns, in->column_count);
    return in;
}

void
copy_in_free(struct session *session)
{
    struct copy_in *in = session->copy_in;
    session->copy_in = NULL;
    if (in == NULL)
        return;
    buf_deinit(&in->pending);
    buf_deinit(&in->field);
    arena_free(in->chunk);
}

static void
flush_rows(struct copy_in *in)
{
    if (in->row_count == 0)
        return;
    struct batch batch = {
        .count = in->row_count, .column_count = in->column_count, .columns = in->columns};
    feed_put(in->feed, &batch);
    in->row_count = 0;
    arena_reset(in->chunk);
}

/* ---- fields ---- */

static void
put_value(struct copy_in *in, uint32_t column, struct slice text, bool is_null)
{
    struct column *to = &in->columns[column];
    to->nulls[in->row_count] = is_null;
    if (is_null) {
        column_set(to, in->row_count, (union datum){.words = {0, 0}});
        return;
    }
    in->error_column = (int32_t)column;
    in->error_value = (const char *)text.data;
    struct type_call *call = &in->calls[column];
    column_set(to, in->row_count, call->type->input(call, text));
    in->error_column = -1;
}

static _Noreturn void
raise_missing(const struct copy_in *in, uint32_t column)
{
    const struct copy *copy = in->copy;
    raise(SQLSTATE_BAD_COPY_FILE_FORMAT, "missing data for column \"%s\"",
          copy->table->columns[copy->columns[column] - 1].name);
}

static int
hex_digit(uint8_t c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* The escape after a backslash at *at, appended to the field. */
static void
take_escape(struct buf *field, const uint8_t **at, const uint8_t *end)
{
    static const char names[] = "bfnrtv", values[] = "\b\f\n\r\t\v";
    const uint8_t *p = *at;
    uint8_t c = *p++;
    const char *named = c == '\0' ? NULL : strchr(names, c);
    if (named != NULL) {
        buf_put_u8(field, (uint8_t)values[named - names]);
    } else if (c >= '0' && c <= '7') {
        int v = c - '0';
        for (int i = 0; i < 2 && p < end && *p >= '0' && *p <= '7'; i++)
            v = v * 8 + (*p++ - '0');
        buf_put_u8(field, (uint8_t)v);
    } else if (c == 'x' && p < end && hex_digit(*p) >= 0) {
        int v = hex_digit(*p++);
        if (p < end && hex_digit(*p) >= 0)
            v = v * 16 + hex_digit(*p++);
        buf_put_u8(field, (uint8_t)v);
    } else {
        buf_put_u8(field, c);
    }
    *at = p;
}

static struct slice
field_text(struct buf *field)
{
    buf_put_u8(field, 0);
    field->bytes -= !field->is_failed;
    if (field->is_failed)
        raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
    return buf_slice(field);
}

/* One line in text form. */
static void
text_line(struct copy_in *in, const uint8_t *at, const uint8_t *end)
{
    const struct copy *copy = in->copy;
    uint8_t delimiter = (uint8_t)copy->delimiter;
    size_t null_bytes = strlen(copy->null_text);
    uint32_t column = 0;
    if (in->column_count == 0 && at == end) {
        in->row_count++;
        return;
    }
    for (bool has_more = true; has_more; column++) {
        if (column == in->column_count)
            raise(SQLSTATE_BAD_COPY_FILE_FORMAT, "extra data after last expected column");
        const uint8_t *begin = at;
        bool has_escape = false;
        while (at < end && *at != delimiter) {
            has_escape |= *at == '\\';
            at += *at == '\\' && at + 1 < end ? 2 : 1;
        }
        size_t raw_bytes = (size_t)(at - begin);
        has_more = at < end;
        bool is_null = raw_bytes == null_bytes && memcmp(begin, copy->null_text, raw_bytes) == 0;
        struct slice text = slice_of(begin, raw_bytes);
        if (has_escape && !is_null) {
            buf_clear(&in->field);
            for (const uint8_t *p = begin; p < at;) {
                if (*p == '\\' && p + 1 < at) {
                    p++;
                    take_escape(&in->field, &p, at);
                } else {
                    buf_put_u8(&in->field, *p++);
                }
            }
            text = field_text(&in->field);
        }
        put_value(in, column, text, is_null);
        at++;
    }
    if (column < in->column_count)
        raise_missing(in, column);
    in->row_count++;
}

/* One CSV field from *at; true if a delimiter follows. *was_quoted: part of it was. */
static bool
csv_field(struct copy_in *in, const uint8_t **at, const uint8_t *end, bool *was_quoted)
{
    const struct copy *copy = in->copy;
    uint8_t quote = (uint8_t)copy->quote, escape = (uint8_t)copy->escape;
    const uint8_t *p = *at;
    bool is_quoted = false;
    *was_quoted = false;
    buf_clear(&in->field);
    for (; p < end; p++) {
        if (!is_quoted && *p == (uint8_t)copy->delimiter) {
            *at = p + 1;
            return true;
        }
        if (is_quoted && *p == escape && p + 1 < end && (p[1] == quote || p[1] == escape)) {
            buf_put_u8(&in->field, *++p);
        } else if (*p == quote) {
            is_quoted = !is_quoted;
            *was_quoted = true;
        } else {
            buf_put_u8(&in->field, *p);
        }
    }
    if (is_quoted)
        raise(SQLSTATE_BAD_COPY_FILE_FORMAT, "unterminated CSV quoted field");
    *at = p;
    return false;
}

static void
csv_line(struct copy_in *in, const uint8_t *at, const uint8_t *end)
{
    const struct copy *copy = in->copy;
    uint32_t column = 0;
    for (bool has_more = true; has_more; column++) {
        bool was_quoted;
        if (column == in->column_count)
            raise(SQLSTATE_BAD_COPY_FILE_FORMAT, "extra data after last expected column");
        has_more = csv_field(in, &at, end, &was_quoted);
        struct slice text = field_text(&in->field);
        int16_t number = copy->columns[column];
        bool is_null = text.bytes == strlen(copy->null_text) &&
                       memcmp(text.data, copy->null_text, text.bytes) == 0;
        if (was_quoted)
            is_null &= copy->force_null != NULL && copy->force_null[number - 1];
        else if (copy->force_not_null != NULL && copy->force_not_null[number - 1])
            is_null = false;
        put_value(in, column, text, is_null);
    }
    if (column < in->column_count)
        raise_missing(in, column);
    in->row_count++;
}

/* The header must name the columns, if it was asked to. */
static void
check_header(struct copy_in *in, const uint8_t *at, const uint8_t *end)
{
    const struct copy *copy = in->copy;
    if (copy->header != COPY_HEADER_MATCH)
        return;
    for (uint32_t i = 0; i < in->column_count; i++) {
        bool was_quoted;
        const char *name = copy->table->columns[copy->columns[i] - 1].name;
        bool has_more;
        if (copy->format == COPY_CSV) {
            has_more = csv_field(in, &at, end, &was_quoted);
        } else {
            const uint8_t *stop = memchr(at, copy->delimiter, (size_t)(end - at));
            has_more = stop != NULL;
            buf_clear(&in->field);
            buf_put(&in->field, at, (size_t)((has_more ? stop : end) - at));
            at = has_more ? stop + 1 : end;
        }
        struct slice text = field_text(&in->field);
        if (!slice_equal(text, slice_text(name)))
            raise(SQLSTATE_BAD_COPY_FILE_FORMAT,
                  "column name mismatch in header line field %u: got \"%.*s\", expected \"%s\"",
                  i + 1, (int)text.bytes, (const char *)text.data, name);
        if (has_more != (i + 1 < in->column_count))
            raise(SQLSTATE_BAD_COPY_FILE_FORMAT,
                  "wrong number of fields in header line: got %u, expected %u", i + 1 + has_more,
                  in->column_count);
    }
}

/* ---- lines ---- */

static void
take_line(struct copy_in *in, const uint8_t *at, const uint8_t *end)
{
    in->line_number++;
    if (end > at && end[-1] == '\r')
        end--;
    if (in->skips_header) {
        in->skips_header = false;
        check_header(in, at, end);
        return;
    }
    if (end - at == 2 && at[0] == '\\' && at[1] == '.') {
        in->is_at_end = true;
        return;
    }
    if (in->copy->format == COPY_CSV)
        csv_line(in, at, end);
    else
        text_line(in, at, end);
    if (in->row_count == COLUMN_ROWS_MAX)
        flush_rows(in);
}

/* The end of the line that begins at `from`, looking from in->scanned on; null: it is not there
 * yet. */
static const uint8_t *
line_end(struct copy_in *in, const uint8_t *from, const uint8_t *end)
{
    const struct copy *copy = in->copy;
    const uint8_t *p = from + in->scanned;
    if (copy->format == COPY_CSV) {
        for (; p < end; p++) {
            if (*p == (uint8_t)copy->quote)
                in->is_in_quotes = !in->is_in_quotes;
            else if (in->is_in_quotes && *p == (uint8_t)copy->escape && p + 1 < end)
                p++;
            else if (*p == '\n' && !in->is_in_quotes)
                return p;
        }
    } else {
        for (; p < end; p++) {
            if (*p == '\\' && p + 1 < end)
                p++;
            else if (*p == '\\')
                break; /* its character is still to come */
            else if (*p == '\n')
                return p;
        }
    }
    in->scanned = (size_t)(p - from);
    return NULL;
}

static void
take_lines(struct copy_in *in)
{
    const uint8_t *at = in->pending.data, *end = at + in->pending.bytes;
    while (!in->is_at_end) {
        const uint8_t *stop = line_end(in, at, end);
        if (stop == NULL)
            break;
        in->scanned = 0;
        take_line(in, at, stop);
        at = stop + 1;
    }
    if (in->is_at_end)
        at = end;
    size_t left = (size_t)(end - at);
    if (left > LINE_BYTES_MAX)
        raise(SQLSTATE_PROGRAM_LIMIT_EXCEEDED, "a line of COPY data is longer than 1 GB");
    if (left != 0)
        memmove(in->pending.data, at, left);
    in->pending.bytes = left;
}

/* Adds where it happened to an error of the data, and raises it on. */
static _Noreturn void
raise_with_place(struct copy_in *in, struct error *error)
{
    const struct copy *copy = in->copy;
    const char *table = copy->table->name;
    unsigned long long line = in->line_number;
    struct error placed = *error;
    if (in->error_column >= 0)
        placed.context = raise_text("COPY %s, line %llu, column %s: \"%.100s\"", table, line,
                                    copy->table->columns[copy->columns[in->error_column] - 1].name,
                                    in->error_value);
    else
        placed.context = raise_text("COPY %s, line %llu", table, line);
    raise_again(&placed);
}

static void
copy_in_feed(struct copy_in *in, struct slice data, bool is_last)
{
    struct catch frame;
    if (catch_begin(&frame, in->arena)) {
        buf_put_slice(&in->pending, data);
        if (in->pending.is_failed)
            raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
        take_lines(in);
        if (is_last && in->pending.bytes != 0 && !in->is_at_end)
            take_line(in, in->pending.data, in->pending.data + in->pending.bytes);
        if (is_last)
            flush_rows(in);
        catch_end(&frame);
        return;
    }
    raise_with_place(in, frame.error);
}

void
copy_in_begin(struct session *session, const struct copy *copy)
{
    (void)copy_in_new(session, copy);
    session->sink.copy_begin(session->sink.object, true, false, copy->column_count);
}

void
copy_in_data(struct session *session, struct slice data)
{
    if (session->copy_in != NULL && !session->copy_in->is_at_end)
        copy_in_feed(session->copy_in, data, false);
}

uint64_t
copy_in_finish(struct session *session)
{
    copy_in_feed(session->copy_in, slice_of("", 0), true);
    return feed_count(session->copy_in->feed);
}

uint64_t
copy_in_file(struct session *session, const struct copy *copy)
{
    struct copy_file *file = copy_file_open(session->statement_arena, copy->file, false);
    (void)copy_in_new(session, copy);
    struct slice piece;
    while (copy_file_read(file, &piece))
        copy_in_data(session, piece);
    uint64_t count = copy_in_finish(session);
    copy_in_free(session);
    copy_file_close(file);
    return count;
}
