/*
 * fuzz_copy.c: COPY data of any bytes, under any options.
 *
 *   byte 0   bit 0: csv; bits 1, 2: header none, yes, match; bit 3: a quote is given;
 *            bit 4: an escape is given; bit 5: a null string is given; bit 6: a delimiter is given;
 *            bit 7: columns of text alone
 *   bytes 1 to 3   delimiter, quote, escape
 *   bytes 4 and 5  the null string
 *   byte 6   bytes in a piece; 0: all at once
 *   rest     the data
 *
 * It is taken, or refused with an error that blames it. In what pieces it comes makes no
 * difference. What was taken goes out and in again, and is the same then.
 */
#include "base/buf.h"
#include "base/check.h"
#include "fuzz/database.h"
#include "fuzz/fuzz.h"
#include <stdio.h>
#include <string.h>

#define HEAD_BYTES 7u
#define TAKEN_BYTES_MAX ((size_t)1 << 20)

enum {
    BIT_CSV = 1,
    BIT_QUOTE = 8,
    BIT_ESCAPE = 16,
    BIT_NULL = 32,
    BIT_DELIMITER = 64,
    BIT_TEXT = 128
};

/* A literal of a few bytes. */
static void
put_literal(struct buf *sql, const char *option, const uint8_t *bytes, size_t count)
{
    buf_format(sql, ", %s '", option);
    for (size_t i = 0; i < count && bytes[i] != '\0'; i++) {
        if (bytes[i] == '\'')
            buf_put_u8(sql, '\'');
        buf_put_u8(sql, bytes[i]);
    }
    buf_put_u8(sql, '\'');
}

static void
put_options(struct buf *sql, const uint8_t *head)
{
    static const char *const headers[] = {"off", "on", "match", "off"};
    unsigned bits = head[0];
    buf_format(sql, " (format %s", bits & BIT_CSV ? "csv" : "text");
    if (bits & BIT_DELIMITER)
        put_literal(sql, "delimiter", head + 1, 1);
    if (bits & BIT_QUOTE)
        put_literal(sql, "quote", head + 2, 1);
    if (bits & BIT_ESCAPE)
        put_literal(sql, "escape", head + 3, 1);
    if (bits & BIT_NULL)
        put_literal(sql, "null", head + 4, 2);
    buf_format(sql, ", header %s)", headers[bits / 2 % 4]);
    buf_put_u8(sql, '\0');
}

static void
judge_error(const struct client *client)
{
    static const char *const classes[] = {"08", "0A", "22", "23", "42", "53", "54", "57"};
    bool is_fair = client->state[0] == '\0';
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        is_fair = is_fair || strncmp(client->state, classes[i], 2) == 0;
    if (!is_fair)
        fprintf(stderr, "%s %s\n", client->state, client->message);
    check(is_fair);
}

static void
must_run(struct client *client, const char *sql)
{
    bool is_done = client_run(client, sql);
    if (!is_done)
        fprintf(stderr, "%s: %s %s\n", sql, client->state, client->message);
    check(is_done);
}

/* What was taken goes out as it came, and in again. */
static void
travel(struct client *client, const struct buf *options, const char *columns)
{
    struct buf sql;
    buf_init(&sql);
    must_run(client, "copy (select * from into1 order by n) to stdout");
    uint64_t hash = client->hash, count = client->row_count;

    buf_format(&sql, "copy into1 (%s) to stdout%s", columns, (const char *)options->data);
    buf_put_u8(&sql, '\0');
    struct buf out;
    buf_init(&out);
    client->copy_out = &out;
    bool is_out = client_run(client, (const char *)sql.data);
    client->copy_out = NULL;
    if (is_out && out.bytes < TAKEN_BYTES_MAX) {
        must_run(client, "truncate into1 restart identity");
        buf_clear(&sql);
        buf_format(&sql, "copy into1 (%s) from stdin%s", columns, (const char *)options->data);
        buf_put_u8(&sql, '\0');
        client->copy_bytes = buf_slice(&out);
        client->copy_piece = 0;
        must_run(client, (const char *)sql.data);
        must_run(client, "copy (select * from into1 order by n) to stdout");
        check(client->row_count == count && client->hash == hash);
    }
    buf_deinit(&out);
    buf_deinit(&sql);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    if (bytes < HEAD_BYTES)
        return 0;
    const char *columns = (data[0] & BIT_TEXT) != 0 ? "a, b, c" : "i, f, d, t, l";
    struct client *client = fuzz_client();
    must_run(client, "create table into1 (n int generated always as identity, i int, f float8,"
                     " d date, t text, l int[], a text, b text, c text)");
    struct buf sql, options;
    buf_init(&sql);
    buf_init(&options);
    put_options(&options, data);
    buf_format(&sql, "copy into1 (%s) from stdin%s", columns, (const char *)options.data);
    buf_put_u8(&sql, '\0');

    client->copy_bytes = slice_of(data + HEAD_BYTES, bytes - HEAD_BYTES);
    client->copy_piece = data[6];
    bool is_taken = client_run(client, (const char *)sql.data);
    judge_error(client);
    uint64_t count = client->row_count;
    char state[6];
    memcpy(state, client->state, sizeof state);
    /* In text form a value that looks like the null string becomes null, as in PostgreSQL. */
    bool is_faithful = (data[0] & BIT_CSV) != 0 || (data[0] & BIT_NULL) == 0;
    if (is_taken && is_faithful)
        travel(client, &options, columns);

    must_run(client, "truncate into1 restart identity");
    client->copy_bytes = slice_of(data + HEAD_BYTES, bytes - HEAD_BYTES);
    client->copy_piece = data[6] == 1 ? 0 : 1;
    bool is_taken_again = client_run(client, (const char *)sql.data);
    check(is_taken_again == is_taken && strcmp(state, client->state) == 0);
    check(client->row_count == count);
    fuzz_client_judge(client, slice_text((const char *)sql.data));
    buf_deinit(&options);
    buf_deinit(&sql);
    return 0;
}
