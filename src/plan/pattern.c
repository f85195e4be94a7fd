/*
 * pattern.c: what LIKE says about the beginning of a text.
 *
 * x LIKE 'abc%' holds only for texts from 'abc' up to before 'abd'; in the order of bytes, which
 * all indexes have, that is a range.
 */
#include "plan/path.h"
#include "type/utf8.h"
#include "type/values.h"

enum pattern_func { FUNC_TEXTLIKE = 850, FUNC_STARTS_WITH = 3696 }; /* pg_proc's */

bool
pattern_read(const struct expr *e, struct pattern *pattern)
{
    if (e->kind != EXPR_FUNC || e->arg_count != 2 || e->args[1]->kind != EXPR_CONST ||
        e->args[1]->constant.is_null)
        return false;
    bool is_like = e->func.func->func == FUNC_TEXTLIKE;
    if (!is_like && e->func.func->func != FUNC_STARTS_WITH)
        return false;
    struct slice text = datum_slice(&e->args[1]->constant.value);
    *pattern = (struct pattern){.text = e->args[0], .rest_share = 1, .is_cut = !is_like};
    uint8_t *prefix = pattern->prefix;
    for (size_t at = 0; at < text.bytes; at++) {
        uint8_t c = text.data[at];
        bool is_wild = is_like && (c == '%' || c == '_');
        if (is_like && (is_wild || pattern->is_cut)) {
            /* PostgreSQL's guesses: what a character after the prefix costs. */
            pattern->is_cut = true;
            pattern->rest_share *= c == '%' ? 5 : c == '_' ? 0.9 : 0.2;
            continue;
        }
        if (is_like && c == '\\' && at + 1 < text.bytes)
            c = text.data[++at];
        if (pattern->bytes == PATTERN_PREFIX_MAX) {
            pattern->is_cut = true;
            continue;
        }
        prefix[pattern->bytes++] = c;
    }
    /* A cut within a character: what is left of it goes. */
    pattern->bytes = (uint32_t)utf8_clip(slice_of(prefix, pattern->bytes), pattern->bytes);
    if (pattern->rest_share > 1)
        pattern->rest_share = 1;
    return pattern->bytes != 0;
}

bool
pattern_is_param(const struct expr *e)
{
    return e->kind == EXPR_FUNC && e->arg_count == 2 && e->args[1]->kind == EXPR_PARAM &&
           e->args[1]->param.kind == PARAM_EXTERNAL &&
           (e->func.func->func == FUNC_TEXTLIKE || e->func.func->func == FUNC_STARTS_WITH);
}

uint32_t
pattern_end(const struct pattern *pattern, uint8_t *end)
{
    uint32_t bytes = pattern->bytes;

    memcpy(end, pattern->prefix, bytes);
    while (bytes > 0) {
        uint32_t start = bytes - 1;
        while (start > 0 && !utf8_is_lead(end[start]))
            start--;
        size_t at = start;
        uint32_t code = utf8_next(slice_of(end, bytes), &at);
        if (code < 0x10ffff)
            return start + utf8_put(end + start, code + 1 == 0xd800 ? 0xe000 : code + 1);
        bytes = start;
    }
    return 0;
}
