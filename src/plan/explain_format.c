/*
 * explain_format.c: see explain_format.h.
 */
#include "plan/explain_format.h"
#include "base/check.h"
#include "base/raise.h"

void
explain_spaces(struct explain_writer *w, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        buf_put_u8(w->to, ' ');
}

static void
put_quoted(struct explain_writer *w, struct slice text)
{
    static const char letters[] = "\b\f\n\r\t\"\\", names[] = "bfnrt\"\\";

    buf_put_u8(w->to, '"');
    for (size_t i = 0; i < text.bytes; i++) {
        uint8_t c = text.data[i];
        const char *letter = c == 0 ? NULL : strchr(letters, c);
        if (letter != NULL)
            buf_format(w->to, "\\%c", names[letter - letters]);
        else if (c < 0x20)
            buf_format(w->to, "\\u%04x", c);
        else
            buf_put_u8(w->to, c);
    }
    buf_put_u8(w->to, '"');
}

static void
put_escaped(struct explain_writer *w, struct slice text)
{
    for (size_t i = 0; i < text.bytes; i++) {
        uint8_t c = text.data[i];
        if (c == '&')
            buf_put_text(w->to, "&amp;");
        else if (c == '<')
            buf_put_text(w->to, "&lt;");
        else if (c == '>')
            buf_put_text(w->to, "&gt;");
        else if (c == '\r')
            buf_put_text(w->to, "&#x0d;");
        else
            buf_put_u8(w->to, c);
    }
}

/* What XML does not let be in a name is a hyphen. */
static void
put_tag(struct explain_writer *w, const char *name, const char *open, const char *close)
{
    buf_put_text(w->to, open);
    for (const char *c = name; *c != '\0'; c++) {
        bool is_good = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
                       (*c >= '0' && *c <= '9') || *c == '-' || *c == '_' || *c == '.';
        buf_put_u8(w->to, is_good ? (uint8_t)*c : '-');
    }
    buf_put_text(w->to, close);
}

/* Where a member of the innermost group begins: the end of the line before it, and its indent. */
static void
begin_member(struct explain_writer *w)
{
    bool *has_member = &w->has_member[w->depth];

    if (w->format == EXPLAIN_XML) {
        explain_spaces(w, 2 * w->indent);
        return;
    }
    if (w->format == EXPLAIN_JSON)
        buf_put_text(w->to, *has_member ? ",\n" : "\n");
    else if (*has_member)
        buf_put_u8(w->to, '\n');
    /* The first of an unlabeled member of a YAML list stands behind its hyphen. */
    if (w->format == EXPLAIN_JSON || *has_member)
        explain_spaces(w, 2 * w->indent);
    *has_member = true;
}

static void
push(struct explain_writer *w, bool has_member)
{
    if (w->depth + 1 == EXPLAIN_DEPTH_MAX)
        raise(SQLSTATE_STATEMENT_TOO_COMPLEX, "the plan is nested too deep to be shown");
    w->has_member[++w->depth] = has_member;
    w->indent++;
}

void
explain_begin(struct explain_writer *w)
{
    w->depth = 0;
    w->has_member[0] = false;
    if (w->format == EXPLAIN_XML) {
        buf_put_text(w->to, "<explain xmlns=\"http://www.postgresql.org/2009/explain\">\n");
        w->indent++;
    } else if (w->format == EXPLAIN_JSON) {
        buf_put_u8(w->to, '[');
        w->indent++;
    }
}

void
explain_end(struct explain_writer *w)
{
    if (w->format == EXPLAIN_XML)
        buf_put_text(w->to, "</explain>");
    else if (w->format == EXPLAIN_JSON)
        buf_put_text(w->to, "\n]");
}

void
explain_open(struct explain_writer *w, const char *kind, const char *label, bool is_object)
{
    if (w->format == EXPLAIN_TEXT)
        return;
    begin_member(w);
    if (w->format == EXPLAIN_XML) {
        put_tag(w, kind, "<", ">\n");
    } else if (w->format == EXPLAIN_JSON) {
        if (label != NULL) {
            put_quoted(w, slice_text(label));
            buf_put_text(w->to, ": ");
        }
        buf_put_u8(w->to, is_object ? '{' : '[');
    } else if (label != NULL) {
        buf_format(w->to, "%s: ", label);
    } else {
        buf_put_text(w->to, "- ");
    }
    push(w, w->format == EXPLAIN_YAML && label != NULL);
}

void
explain_close(struct explain_writer *w, const char *kind, bool is_object)
{
    if (w->format == EXPLAIN_TEXT)
        return;
    check(w->depth != 0);
    w->depth--;
    w->indent--;
    if (w->format == EXPLAIN_XML) {
        explain_spaces(w, 2 * w->indent);
        put_tag(w, kind, "</", ">\n");
    } else if (w->format == EXPLAIN_JSON) {
        buf_put_u8(w->to, '\n');
        explain_spaces(w, 2 * w->indent);
        buf_put_u8(w->to, is_object ? '}' : ']');
    }
}

static void
put_property(struct explain_writer *w, const char *label, struct slice value, bool is_bare)
{
    if (w->format == EXPLAIN_TEXT) {
        explain_spaces(w, w->indent);
        buf_format(w->to, "%s: ", label);
        buf_put_slice(w->to, value);
        buf_put_u8(w->to, '\n');
        return;
    }
    begin_member(w);
    if (w->format == EXPLAIN_XML) {
        put_tag(w, label, "<", ">");
        put_escaped(w, value);
        put_tag(w, label, "</", ">\n");
        return;
    }
    if (w->format == EXPLAIN_JSON)
        put_quoted(w, slice_text(label));
    else
        buf_put_text(w->to, label);
    buf_put_text(w->to, ": ");
    if (is_bare)
        buf_put_slice(w->to, value);
    else
        put_quoted(w, value);
}

void
explain_text(struct explain_writer *w, const char *label, struct slice value)
{
    put_property(w, label, value, false);
}

void
explain_number(struct explain_writer *w, const char *label, double value, int digits)
{
    put_property(w, label, slice_text(arena_format(w->arena, "%.*f", digits, value)), true);
}

void
explain_bool(struct explain_writer *w, const char *label, bool value)
{
    put_property(w, label, slice_text(value ? "true" : "false"), true);
}

static void
put_items(struct explain_writer *w, const struct slice *items, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        switch (w->format) {
        case EXPLAIN_XML:
            explain_spaces(w, 2 * w->indent + 2);
            buf_put_text(w->to, "<Item>");
            put_escaped(w, items[i]);
            buf_put_text(w->to, "</Item>\n");
            break;
        case EXPLAIN_YAML:
            buf_put_u8(w->to, '\n');
            explain_spaces(w, 2 * w->indent + 2);
            buf_put_text(w->to, "- ");
            put_quoted(w, items[i]);
            break;
        case EXPLAIN_JSON:
            buf_put_text(w->to, i == 0 ? "" : ", ");
            put_quoted(w, items[i]);
            break;
        default:
            buf_put_text(w->to, i == 0 ? "" : ", ");
            buf_put_slice(w->to, items[i]);
        }
    }
}

void
explain_list(struct explain_writer *w, const char *label, const struct slice *items, uint32_t count)
{
    if (w->format == EXPLAIN_TEXT)
        explain_spaces(w, w->indent);
    else
        begin_member(w);
    switch (w->format) {
    case EXPLAIN_XML:
        put_tag(w, label, "<", ">\n");
        put_items(w, items, count);
        explain_spaces(w, 2 * w->indent);
        put_tag(w, label, "</", ">\n");
        break;
    case EXPLAIN_JSON:
        put_quoted(w, slice_text(label));
        buf_put_text(w->to, ": [");
        put_items(w, items, count);
        buf_put_u8(w->to, ']');
        break;
    default:
        buf_format(w->to, "%s: ", label);
        put_items(w, items, count);
        buf_put_text(w->to, w->format == EXPLAIN_TEXT ? "\n" : "");
    }
}
