/*
 * result.c: results kept and printed.
 */
#include "cli/result.h"

#include "base/check.h"
#include <stdlib.h>
#include <wchar.h>

void
result_init(struct result *result)
{
    *result = (struct result){0};
    result->arena = arena_new(&(struct arena_options){.name = "result"});
    check(result->arena != NULL);
}

void
result_deinit(struct result *result)
{
    arena_free(result->arena);
}

static void *
room(struct arena *arena, size_t bytes)
{
    void *p = arena_alloc_zero(arena, bytes + 1);
    if (p == NULL) {
        fprintf(stderr, "rowan: out of memory for the result\n");
        exit(1);
    }
    return p;
}

void
result_begin(struct result *result, uint32_t count)
{
    arena_reset(result->arena);
    result->column_count = count;
    result->row_count = result->cell_room = 0;
    result->cells = NULL;
    result->names = room(result->arena, count * sizeof *result->names);
    result->is_right = room(result->arena, count * sizeof *result->is_right);
}

void
result_column(struct result *result, uint32_t column, const char *name, bool is_right)
{
    char *copy = room(result->arena, strlen(name));
    memcpy(copy, name, strlen(name));
    result->names[column] = copy;
    result->is_right[column] = is_right;
}

void
result_row(struct result *result)
{
    uint64_t used = result->row_count * result->column_count;
    if (used + result->column_count > result->cell_room) {
        uint64_t larger = (result->cell_room + result->column_count) * 2;
        const char **cells = room(result->arena, larger * sizeof *cells);
        if (used != 0)
            memcpy(cells, result->cells, used * sizeof *cells);
        result->cells = cells;
        result->cell_room = larger;
    }
    for (uint32_t i = 0; i < result->column_count; i++)
        result->cells[used + i] = NULL;
    result->row_count++;
}

void
result_cell(struct result *result, uint32_t column, const char *text, size_t bytes)
{
    char *copy = room(result->arena, bytes);
    memcpy(copy, text, bytes);
    result->cells[(result->row_count - 1) * result->column_count + column] = copy;
}

/* ---- widths ---- */

/* Columns that a line takes on a terminal: UTF-8 characters, wide ones twice. */
static int
text_width(const char *text, size_t bytes)
{
    int width = 0;
    mbstate_t state = {0};
    for (size_t i = 0; i < bytes;) {
        wchar_t c;
        size_t n = mbrtowc(&c, text + i, bytes - i, &state);
        if (n == (size_t)-1 || n == (size_t)-2 || n == 0) {
            n = 1;
            width++;
            memset(&state, 0, sizeof state);
        } else {
            int w = wcwidth(c);
            width += w < 0 ? 1 : w;
        }
        i += n;
    }
    return width;
}

/* The length of the line that begins at text. */
static size_t
line_bytes(const char *text)
{
    return strcspn(text, "\n");
}

static int
widest_line(const char *text)
{
    int width = 0;
    for (;;) {
        size_t bytes = line_bytes(text);
        int w = text_width(text, bytes);
        width = w > width ? w : width;
        if (text[bytes] == '\0')
            return width;
        text += bytes + 1;
    }
}

static const char *
cell_text(const struct result *result, uint64_t row, uint32_t column,
          const struct print_style *style)
{
    const char *text = result->cells[row * result->column_count + column];
    return text != NULL ? text : style->null_text;
}

/* ---- aligned ---- */

static void
put_spaces(int count, FILE *to)
{
    for (int i = 0; i < count; i++)
        fputc(' ', to);
}

static void
print_heading(const struct result *result, const int *widths, FILE *to)
{
    for (uint32_t c = 0; c < result->column_count; c++) {
        int left = widths[c] - text_width(result->names[c], strlen(result->names[c]));
        fputs(c == 0 ? " " : "| ", to);
        put_spaces(left / 2, to);
        fputs(result->names[c], to);
        put_spaces(left - left / 2, to);
        fputc(' ', to);
    }
    fputc('\n', to);
    for (uint32_t c = 0; c < result->column_count; c++) {
        if (c != 0)
            fputc('+', to);
        for (int i = 0; i < widths[c] + 2; i++)
            fputc('-', to);
    }
    fputc('\n', to);
}

/* One row; values of several lines go on below, marked as psql marks them. */
static void
print_row(const struct result *result, uint64_t row, const struct print_style *style,
          const int *widths, const char **rests, FILE *to)
{
    for (uint32_t c = 0; c < result->column_count; c++)
        rests[c] = cell_text(result, row, c, style);
    bool has_more = true;
    while (has_more) {
        has_more = false;
        for (uint32_t c = 0; c < result->column_count; c++) {
            const char *text = rests[c] == NULL ? "" : rests[c];
            size_t bytes = line_bytes(text);
            int left = widths[c] - text_width(text, bytes);
            bool goes_on = text[bytes] == '\n';
            bool is_last = c + 1 == result->column_count;
            fputs(c == 0 ? " " : "| ", to);
            if (result->is_right[c])
                put_spaces(left, to);
            fwrite(text, 1, bytes, to);
            if (!result->is_right[c] && (!is_last || goes_on))
                put_spaces(left, to);
            if (goes_on)
                fputc('+', to);
            else if (!is_last)
                fputc(' ', to);
            rests[c] = goes_on ? text + bytes + 1 : NULL;
            has_more |= goes_on;
        }
        fputc('\n', to);
    }
}

static void
print_count(const struct result *result, const struct print_style *style, FILE *to)
{
    if (!style->tuples_only)
        fprintf(to, "(%llu row%s)\n", (unsigned long long)result->row_count,
                result->row_count == 1 ? "" : "s");
}

static void
print_aligned(const struct result *result, const struct print_style *style, FILE *to)
{
    int *widths = room(result->arena, result->column_count * sizeof *widths);
    const char **rests = room(result->arena, result->column_count * sizeof *rests);
    for (uint32_t c = 0; c < result->column_count; c++) {
        widths[c] = style->tuples_only ? 0 : widest_line(result->names[c]);
        for (uint64_t r = 0; r < result->row_count; r++) {
            int w = widest_line(cell_text(result, r, c, style));
            widths[c] = w > widths[c] ? w : widths[c];
        }
    }
    if (!style->tuples_only)
        print_heading(result, widths, to);
    for (uint64_t r = 0; r < result->row_count; r++)
        print_row(result, r, style, widths, rests, to);
    print_count(result, style, to);
    fputc('\n', to);
}

static void
print_unaligned(const struct result *result, const struct print_style *style, FILE *to)
{
    for (uint32_t c = 0; !style->tuples_only && c < result->column_count; c++)
        fprintf(to, "%s%s", c == 0 ? "" : style->separator, result->names[c]);
    if (!style->tuples_only)
        fputc('\n', to);
    for (uint64_t r = 0; r < result->row_count; r++) {
        for (uint32_t c = 0; c < result->column_count; c++)
            fprintf(to, "%s%s", c == 0 ? "" : style->separator, cell_text(result, r, c, style));
        fputc('\n', to);
    }
    print_count(result, style, to);
}

/* ---- expanded: a column a line ---- */

static void
print_expanded(const struct result *result, const struct print_style *style, FILE *to)
{
    int name_width = 0, value_width = 0;
    for (uint32_t c = 0; c < result->column_count; c++) {
        int w = widest_line(result->names[c]);
        name_width = w > name_width ? w : name_width;
        for (uint64_t r = 0; r < result->row_count; r++) {
            w = widest_line(cell_text(result, r, c, style));
            value_width = w > value_width ? w : value_width;
        }
    }
    for (uint64_t r = 0; r < result->row_count; r++) {
        int used = fprintf(to, "-[ RECORD %llu ]", (unsigned long long)r + 1);
        for (int i = used; i < name_width + value_width + 3; i++)
            fputc(i == name_width + 1 ? '+' : '-', to);
        fputc('\n', to);
        for (uint32_t c = 0; c < result->column_count; c++) {
            fputs(result->names[c], to);
            put_spaces(name_width - widest_line(result->names[c]), to);
            fprintf(to, " | %s\n", cell_text(result, r, c, style));
        }
    }
    if (result->row_count == 0)
        print_count(result, style, to);
    else
        fputc('\n', to);
}

void
result_print(const struct result *result, const struct print_style *style, FILE *to)
{
    if (style->is_expanded)
        print_expanded(result, style, to);
    else if (style->is_unaligned)
        print_unaligned(result, style, to);
    else
        print_aligned(result, style, to);
}
