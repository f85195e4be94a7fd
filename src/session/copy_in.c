/*
 * copy_in.c: COPY FROM: lines in PostgreSQL's text or CSV form, into batches for a feed.
 *
 * Data comes in pieces of any size. Lines that lie in a piece as a whole are read where they are;
 * the beginning of one that does not waits in `pending`. A batch goes to the feed when it has its
 * rows, or when its values have grown large.
 *
 * Errors say where they happened as PostgreSQL does: with the column and its value while a value is
 * converted, with the line's text while the line is taken apart, with the line's number alone when
 * its row meets one that is there already.
 */
#include "base/mem.h"
#include "base/raise.h"
#include "exec/vector.h"
#include "session/copy_file.h"
#include "session/copy_scan.h"
#include "session/feed.h"
#include "session/scope.h"
#include "session/utility_run.h"
#include "type/digits.h"
#include "type/domain.h"
#include "type/utf8.h"

#define LINE_BYTES_MAX (1u << 30)
#define BATCH_BYTES_MAX (4u << 20)
#define SHOWN_BYTES_MAX 100u

/* What an error is about. */
enum copy_at { AT_LINE, AT_LINE_TEXT, AT_COLUMN, AT_VALUE, AT_NULL, AT_BATCH };

struct copy_in {
    const struct copy *copy;
    struct session *session;
    struct feed *feed;
    struct arena *arena; /* the statement's */
    struct arena *chunk; /* of the rows gathered */
    struct column *columns;
    struct type_call *calls;
    uint32_t column_count, row_count;
    size_t batch_bytes; /* of the lines of the rows gathered */
    struct copy_scanner scanner;
    struct buf pending, field;
    size_t null_bytes;
    uint64_t line_number;
    uint64_t *row_lines;          /* [COLUMN_ROWS_MAX]: the lines of the rows gathered */
    bool *is_required;            /* [column_count]: null is an error */
    struct slice *row_texts;      /* [COLUMN_ROWS_MAX]: and their texts; null: nobody asks */
    bool is_in_line;              /* line_number counts the line at hand */
    bool is_binary, has_head;     /* has_head: binary data's has been read */
    bool skips_header, is_at_end; /* a line \. has come */
    enum copy_at error_at;
    uint32_t error_column;
    struct slice line, error_value; /* null data: null */
};

/* ---- beginning and end ---- */

static void
refuse_options(const struct copy *copy)
{
    if (copy->is_program)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "COPY from or to a program is not supported");
}

static struct copy_in *
copy_in_new(struct session *session, const struct copy *copy)
{
    refuse_options(copy);
    if (copy->table->kind != TABLE_PLAIN && copy->table->kind != TABLE_PARTITIONED)
        raise(SQLSTATE_WRONG_OBJECT_TYPE, "cannot copy to \"%s\": it is not a table",
              copy->table->name);
    struct arena *arena = session->statement_arena;
    struct copy_in *in = arena_alloc_zero(arena, sizeof *in);
    in->copy = copy;
    in->arena = arena;
    in->column_count = copy->column_count;
    in->is_binary = copy->format == COPY_BINARY;
    in->skips_header = copy->header != COPY_HEADER_NONE;
    in->session = session;
    in->null_bytes = strlen(copy->null_text);
    struct copy_field *fields =
        arena_alloc_array(arena, in->column_count + 1u, sizeof(struct copy_field));
    copy_scanner_init(&in->scanner, copy, fields, in->column_count + 1);
    in->row_lines = arena_alloc_array(arena, COLUMN_ROWS_MAX, sizeof *in->row_lines);
    in->is_required = arena_alloc_zero(arena, in->column_count + 1u);
    for (uint16_t i = 0; i < copy->table->constraint_count; i++)
        if (copy->table->constraints[i].kind == CONSTRAINT_CHECK && in->row_texts == NULL &&
            !in->is_binary)
            in->row_texts = arena_alloc_array(arena, COLUMN_ROWS_MAX, sizeof *in->row_texts);
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
        in->is_required[i] = def->is_not_null;
        in->columns[i] = (struct column){.phys = type->phys};
        in->columns[i].nulls = arena_alloc(arena, COLUMN_ROWS_MAX);
        in->columns[i].data =
            arena_alloc(arena, (size_t)COLUMN_ROWS_MAX * phys_bytes(type->phys) + 1);
        in->calls[i] = (struct type_call){.arena = in->chunk,
                                          .env = &session->env,
                                          .type = type,
                                          .typmod = def->typmod,
                                          .element = type->element};
        if (in->is_binary && type->recv == NULL)
            raise(SQLSTATE_UNDEFINED_FUNCTION, "no binary input function available for type %s",
                  type->sql_name);
    }
    in->feed = feed_open_where(session, copy->table, copy->columns, in->column_count, &copy->where);
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
    enum copy_at at = in->error_at;
    in->error_at = AT_BATCH;
    feed_put(in->feed, &batch);
    in->error_at = at;
    in->row_count = 0;
    in->batch_bytes = 0;
    for (uint32_t i = 0; i < in->column_count; i++)
        in->columns[i].has_nulls = false;
    arena_reset(in->chunk);
}

/* ---- fields ---- */

static void
put_null(struct copy_in *in, uint32_t column)
{
    struct column *to = &in->columns[column];
    if (!to->has_nulls) {
        to->has_nulls = true;
        memset(to->nulls, 0, in->row_count);
    }
    to->nulls[in->row_count] = true;
    if (in->calls[column].type->kind == 'd') {
        in->error_column = column;
        in->error_at = AT_NULL;
        domain_check(in->calls[column].env, in->calls[column].type, (union datum){.words = {0, 0}},
                     true);
    }
    column_set(to, in->row_count, (union datum){.words = {0, 0}});
}

static inline void
put_value(struct copy_in *in, uint32_t column, struct slice text)
{
    struct column *to = &in->columns[column];
    if (to->has_nulls)
        to->nulls[in->row_count] = false;
    in->error_column = column;
    in->error_value = text;
    struct type_call *call = &in->calls[column];
    vector_set(to, in->row_count, call->type->input(call, text));
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
    } else if (c == 'x' && p < end && hex_value(*p) >= 0) {
        int v = hex_value(*p++);
        if (p < end && hex_value(*p) >= 0)
            v = v * 16 + hex_value(*p++);
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

/* A text field with its escapes taken. */
static struct slice
text_unescape(struct copy_in *in, struct slice raw)
{
    const uint8_t *at = raw.data, *end = at + raw.bytes;
    buf_clear(&in->field);
    while (at < end) {
        const uint8_t *stop = memchr(at, '\\', (size_t)(end - at));
        const uint8_t *plain = stop == NULL || stop + 1 == end ? end : stop;
        buf_put(&in->field, at, (size_t)(plain - at));
        at = plain;
        if (at < end) {
            at++;
            take_escape(&in->field, &at, end);
        }
    }
    struct slice text = field_text(&in->field);
    if (!utf8_is_ascii(text) || memchr(text.data, 0, text.bytes) != NULL)
        utf8_require(text);
    return text;
}

/* A CSV field without its quotes. */
static struct slice
csv_unquote(struct copy_in *in, struct slice raw)
{
    const struct copy *copy = in->copy;
    uint8_t quote = (uint8_t)copy->quote, escape = (uint8_t)copy->escape;
    bool is_quoted = false;
    buf_clear(&in->field);
    for (const uint8_t *p = raw.data, *end = p + raw.bytes; p < end; p++) {
        if (is_quoted && *p == escape && p + 1 < end && (p[1] == quote || p[1] == escape)) {
            buf_put_u8(&in->field, *++p);
        } else if (*p == quote) {
            is_quoted = !is_quoted;
        } else {
            buf_put_u8(&in->field, *p);
        }
    }
    if (is_quoted)
        raise(SQLSTATE_BAD_COPY_FILE_FORMAT, "unterminated CSV quoted field");
    return field_text(&in->field);
}

static bool
is_null_text(const struct copy_in *in, struct slice text)
{
    return text.bytes == in->null_bytes &&
           memcmp(text.data, in->copy->null_text, in->null_bytes) == 0;
}

/* The field as it was before it was written to the file; false: it is null. */
static inline bool
field_read(struct copy_in *in, uint32_t column, struct slice *text)
{
    const struct copy *copy = in->copy;
    const struct copy_field *field = &in->scanner.fields[column];
    bool is_null;
    *text = slice_of(in->line.data + field->at, field->bytes);
    if (!in->scanner.is_csv) {
        is_null = is_null_text(in, *text);
        if (field->is_marked && !is_null)
            *text = text_unescape(in, *text);
        return !is_null;
    }
    int16_t number = copy->columns[column];
    if (field->is_marked) {
        *text = csv_unquote(in, *text);
        is_null = copy->force_null != NULL && copy->force_null[number - 1];
    } else {
        is_null = copy->force_not_null == NULL || !copy->force_not_null[number - 1];
    }
    return !is_null || !is_null_text(in, *text);
}

/* The line at hand, as a row. */
static void
take_row(struct copy_in *in)
{
    const struct copy *copy = in->copy;
    uint32_t count = in->scanner.field_count;
    bool lacks_value = false;
    if (in->column_count == 0 && in->line.bytes == 0)
        count = 0;
    if (count > in->column_count)
        raise(SQLSTATE_BAD_COPY_FILE_FORMAT, "extra data after last expected column");
    for (uint32_t c = 0; c < in->column_count; c++) {
        struct slice text;
        in->error_at = AT_LINE_TEXT;
        if (c == count)
            raise(SQLSTATE_BAD_COPY_FILE_FORMAT, "missing data for column \"%s\"",
                  copy->table->columns[copy->columns[c] - 1].name);
        if (field_read(in, c, &text)) {
            in->error_at = AT_VALUE;
            put_value(in, c, text);
        } else {
            put_null(in, c);
            lacks_value |= in->is_required[c];
        }
    }
    in->error_at = AT_LINE_TEXT;
    if (in->row_texts != NULL)
        in->row_texts[in->row_count] = arena_slice(in->chunk, in->line);
    in->row_lines[in->row_count++] = in->line_number;
    in->batch_bytes += in->line.bytes;
    /* The very first row goes alone: what is wrong with all of them is told of its line. */
    if (in->row_count == COLUMN_ROWS_MAX || in->batch_bytes >= BATCH_BYTES_MAX || lacks_value ||
        feed_count(in->feed) == 0)
        flush_rows(in);
}

/* The header must name the columns, if it was asked to. */
static void
check_header(struct copy_in *in)
{
    const struct copy *copy = in->copy;
    if (copy->header != COPY_HEADER_MATCH)
        return;
    if (in->scanner.field_count != in->column_count)
        raise(SQLSTATE_BAD_COPY_FILE_FORMAT,
              "wrong number of fields in header line: got %u, expected %u", in->scanner.field_count,
              in->column_count);
    for (uint32_t i = 0; i < in->column_count; i++) {
        const char *name = copy->table->columns[copy->columns[i] - 1].name;
        struct slice text;
        if (!field_read(in, i, &text))
            raise(SQLSTATE_BAD_COPY_FILE_FORMAT,
                  "column name mismatch in header line field %u: got null value (\"%s\"), "
                  "expected \"%s\"",
                  i + 1, copy->null_text, name);
        if (!slice_equal(text, slice_text(name)))
            raise(SQLSTATE_BAD_COPY_FILE_FORMAT,
                  "column name mismatch in header line field %u: got \"%.*s\", expected \"%s\"",
                  i + 1, (int)text.bytes, (const char *)text.data, name);
    }
}

/* ---- lines ---- */

/* The line that the scanner has found. */
static void
take_line(struct copy_in *in, const uint8_t *line)
{
    const struct copy_scanner *scanner = &in->scanner;
    in->line = slice_of(line, scanner->line_bytes);
    if (scanner->is_odd)
        utf8_require(in->line);
    in->line_number += scanner->line_breaks;
    in->error_at = AT_LINE_TEXT;
    bool is_mark = scanner->is_csv && in->line.bytes == 2 && memcmp(line, "\\.", 2) == 0;
    in->is_at_end = scanner->is_end || is_mark;
    if (is_mark || (scanner->is_end && in->line.bytes == 0))
        return;
    if (in->skips_header) {
        in->skips_header = false;
        check_header(in);
    } else {
        take_row(in);
    }
}

/* Reads the lines that begin in `data`; returns how many bytes of it that were. */
static size_t
take_lines(struct copy_in *in, struct slice data, bool is_last)
{
    struct copy_scanner *scanner = &in->scanner;
    size_t at = 0;
    while (at < data.bytes && !in->is_at_end) {
        in->error_at = AT_LINE;
        in->line_number += !in->is_in_line;
        in->is_in_line = true;
        if (!copy_scan(scanner, data.data + at, data.bytes - at, is_last))
            return at;
        take_line(in, data.data + at);
        at += scanner->next_at;
        copy_scan_begin(scanner);
        in->is_in_line = false;
    }
    return data.bytes;
}

/* ---- binary ---- */

/* The head, once it is there whole; its length, 0: it is not. */
static size_t
take_head(struct copy_in *in, struct slice data, bool is_last)
{
    size_t known = data.bytes < COPY_SIGNATURE_BYTES ? data.bytes : COPY_SIGNATURE_BYTES;
    if (memcmp(data.data, COPY_SIGNATURE, known) != 0 || (is_last && known < COPY_SIGNATURE_BYTES))
        raise(SQLSTATE_BAD_COPY_FILE_FORMAT, "COPY file signature not recognized");
    if (data.bytes < COPY_HEAD_BYTES) {
        if (is_last)
            raise(SQLSTATE_BAD_COPY_FILE_FORMAT, "invalid COPY file header (missing length)");
        return 0;
    }
    uint32_t flags = be32_get(data.data + COPY_SIGNATURE_BYTES);
    uint32_t extension_bytes = be32_get(data.data + COPY_SIGNATURE_BYTES + 4);
    if ((flags & 1u << 16) != 0)
        raise(SQLSTATE_BAD_COPY_FILE_FORMAT, "invalid COPY file header (WITH OIDS)");
    if (flags >> 16 != 0)
        raise(SQLSTATE_BAD_COPY_FILE_FORMAT, "unrecognized critical flags in COPY file header");
    if (data.bytes - COPY_HEAD_BYTES < extension_bytes) {
        if (is_last || extension_bytes > LINE_BYTES_MAX)
            raise(SQLSTATE_BAD_COPY_FILE_FORMAT, "invalid COPY file header (wrong length)");
        return 0;
    }
    in->has_head = true;
    return COPY_HEAD_BYTES + extension_bytes;
}

/* The bytes of the row that begins at data; 0: it is not there whole. */
static size_t
row_bytes(const struct copy_in *in, struct slice data)
{
    size_t at = 2;
    for (uint32_t c = 0; c < in->column_count; c++) {
        if (data.bytes - at < 4)
            return 0;
        int32_t bytes = (int32_t)be32_get(data.data + at);
        if (bytes < -1)
            raise(SQLSTATE_BAD_COPY_FILE_FORMAT, "invalid field size");
        at += 4;
        if (bytes > 0 && data.bytes - at < (size_t)bytes)
            return 0;
        at += bytes > 0 ? (size_t)bytes : 0;
    }
    return at;
}

static void
take_fields(struct copy_in *in, const uint8_t *p)
{
    for (uint32_t c = 0; c < in->column_count; c++) {
        int32_t bytes = (int32_t)be32_get(p);
        p += 4;
        if (bytes < 0) {
            put_null(in, c);
            continue;
        }
        struct column *to = &in->columns[c];
        if (to->has_nulls)
            to->nulls[in->row_count] = false;
        in->error_column = c;
        in->error_at = AT_COLUMN;
        struct type_call *call = &in->calls[c];
        vector_set(to, in->row_count, call->type->recv(call, slice_of(p, (size_t)bytes)));
        p += bytes;
    }
}

/* Takes what begins at data: a row, or the mark of the end. Its bytes; 0: it is not there whole. */
static size_t
take_binary_row(struct copy_in *in, struct slice data)
{
    if (data.bytes < 2)
        return 0;
    int16_t count = (int16_t)be16_get(data.data);
    in->error_at = AT_LINE;
    if (count == -1) {
        if (data.bytes > 2)
            raise(SQLSTATE_BAD_COPY_FILE_FORMAT, "received copy data after EOF marker");
        in->is_at_end = true;
        return 2;
    }
    if (count < 0 || (uint32_t)count != in->column_count)
        raise(SQLSTATE_BAD_COPY_FILE_FORMAT, "row field count is %d, expected %u", count,
              in->column_count);
    size_t bytes = row_bytes(in, data);
    if (bytes == 0)
        return 0;
    take_fields(in, data.data + 2);
    in->error_at = AT_LINE;
    in->row_lines[in->row_count++] = in->line_number;
    in->batch_bytes += bytes;
    if (in->row_count == COLUMN_ROWS_MAX || in->batch_bytes >= BATCH_BYTES_MAX ||
        feed_count(in->feed) == 0)
        flush_rows(in);
    return bytes;
}

/* Reads the rows that are whole in `data`; returns how many bytes of it that were. */
static size_t
take_binary(struct copy_in *in, struct slice data, bool is_last)
{
    size_t at = 0;
    in->error_at = AT_LINE;
    if (!in->has_head)
        at = take_head(in, data, is_last);
    while (in->has_head && at < data.bytes && !in->is_at_end) {
        in->line_number += !in->is_in_line;
        in->is_in_line = true;
        size_t taken = take_binary_row(in, slice_of(data.data + at, data.bytes - at));
        if (taken == 0)
            break;
        in->is_in_line = false;
        at += taken;
    }
    /* The mark of the end may be left out, but no part of a row. */
    if (is_last && !in->is_at_end && at < data.bytes)
        raise(SQLSTATE_BAD_COPY_FILE_FORMAT, "unexpected EOF in COPY data");
    return at;
}

static size_t
take_pieces(struct copy_in *in, struct slice data, bool is_last)
{
    return in->is_binary ? take_binary(in, data, is_last) : take_lines(in, data, is_last);
}

static void
keep_pending(struct copy_in *in, struct slice data)
{
    buf_put_slice(&in->pending, data);
    if (in->pending.is_failed)
        raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
    if (in->pending.bytes > LINE_BYTES_MAX)
        raise(SQLSTATE_PROGRAM_LIMIT_EXCEEDED, "a line of COPY data is longer than 1 GB");
}

static void
take_data(struct copy_in *in, struct slice data, bool is_last)
{
    if (in->pending.bytes != 0) {
        /* Lines are read from `pending` until the one that ends in `data` is through. */
        keep_pending(in, data);
        size_t taken = take_pieces(in, buf_slice(&in->pending), is_last);
        memmove(in->pending.data, in->pending.data + taken, in->pending.bytes - taken);
        in->pending.bytes -= taken;
        return;
    }
    size_t taken = take_pieces(in, data, is_last);
    keep_pending(in, slice_of(data.data + taken, data.bytes - taken));
}

/* ---- errors ---- */

/* Text of the data, as a context shows it. */
static const char *
shown_text(struct slice text)
{
    bool is_long = text.bytes > SHOWN_BYTES_MAX;
    size_t bytes = is_long ? utf8_clip(text, SHOWN_BYTES_MAX) : text.bytes;
    return raise_text("%.*s%s", (int)bytes, (const char *)text.data, is_long ? "..." : "");
}

/* Adds where it happened to an error of the data, and raises it on. */
static _Noreturn void
raise_with_place(struct copy_in *in, struct error *error)
{
    const struct copy *copy = in->copy;
    const char *table = copy->table->name;
    unsigned long long line = in->line_number;
    struct error placed = *error;
    uint32_t row = in->error_at == AT_BATCH ? feed_fault_row(in->feed) : UINT32_MAX;
    if (row < in->row_count) {
        line = in->row_lines[row];
        if (row + 1 == in->row_count && error->code == SQLSTATE_NOT_NULL_VIOLATION &&
            !in->is_binary)
            in->error_at = AT_LINE_TEXT;
        if (in->row_texts != NULL && error->code == SQLSTATE_CHECK_VIOLATION) {
            in->error_at = AT_LINE_TEXT;
            in->line = in->row_texts[row];
        }
    }
    if (in->error_at == AT_VALUE)
        placed.context = raise_text("COPY %s, line %llu, column %s: \"%s\"", table, line,
                                    copy->table->columns[copy->columns[in->error_column] - 1].name,
                                    shown_text(in->error_value));
    else if (in->error_at == AT_NULL)
        placed.context = raise_text("COPY %s, line %llu, column %s: null input", table, line,
                                    copy->table->columns[copy->columns[in->error_column] - 1].name);
    else if (in->error_at == AT_COLUMN)
        placed.context = raise_text("COPY %s, line %llu, column %s", table, line,
                                    copy->table->columns[copy->columns[in->error_column] - 1].name);
    else if (in->error_at == AT_LINE_TEXT)
        placed.context =
            raise_text("COPY %s, line %llu: \"%s\"", table, line, shown_text(in->line));
    else if (!in->is_binary || in->has_head)
        placed.context = raise_text("COPY %s, line %llu", table, line);
    raise_again(&placed);
}

static void
copy_in_feed(struct copy_in *in, struct slice data, bool is_last)
{
    struct catch frame;
    in->error_at = AT_LINE;
    if (catch_begin(&frame, in->arena)) {
        if (in->session->cancel)
            raise(SQLSTATE_QUERY_CANCELED, "canceling statement due to user request");
        if (!in->is_at_end)
            take_data(in, data, is_last);
        else if (in->is_binary && data.bytes != 0)
            raise(SQLSTATE_BAD_COPY_FILE_FORMAT, "received copy data after EOF marker");
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
    session->sink.copy_begin(session->sink.object, true, copy->format == COPY_BINARY,
                             copy->column_count);
}

void
copy_in_data(struct session *session, struct slice data)
{
    if (session->copy_in != NULL)
        copy_in_feed(session->copy_in, data, false);
}

uint64_t
copy_in_finish(struct session *session)
{
    copy_in_feed(session->copy_in, slice_of("", 0), true);
    return feed_count(session->copy_in->feed);
}

void
copy_in_fail(const struct session *session, const char *reason)
{
    const struct copy_in *in = session->copy_in;
    unsigned long long line = in->line_number + !in->is_in_line;
    raise_error(.code = SQLSTATE_QUERY_CANCELED,
                .message = raise_text("COPY from stdin failed: %s", reason),
                .context = raise_text("COPY %s, line %llu", in->copy->table->name, line));
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
