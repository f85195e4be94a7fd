/*
 * regexp.c: the operators ~ ~* !~ !~* and the functions of regular expressions that give one value.
 *
 * Positions and counts are in characters, from 1. The expression of a call site is kept compiled
 * (regex_of_call).
 */
#include "base/raise.h"
#include "type/generic.h"
#include "type/regex.h"
#include "type/similar.h"
#include "type/tables.h"
#include "type/text.h"
#include "type/utf8.h"

/* ---- operators ---- */

static bool
matches(struct func_call *call, const union datum *args, bool ignores_case)
{
    struct regex_options options = {.ignores_case = ignores_case};
    struct regex *regex = regex_of_call(call, datum_slice(&args[1]), options);
    return regex_find(regex, datum_slice(&args[0]), 0, NULL);
}

static union datum
regexp_match_op(struct func_call *call, const union datum *args)
{
    return bool_datum(matches(call, args, false));
}

static union datum
regexp_no_match_op(struct func_call *call, const union datum *args)
{
    return bool_datum(!matches(call, args, false));
}

static union datum
regexp_imatch_op(struct func_call *call, const union datum *args)
{
    return bool_datum(matches(call, args, true));
}

static union datum
regexp_no_imatch_op(struct func_call *call, const union datum *args)
{
    return bool_datum(!matches(call, args, true));
}

/* ---- arguments ---- */

/* Flags of a function that looks at one match, or counts them itself. */
static struct regex_options
options_without_global(struct func_call *call, const union datum *args, uint32_t arg)
{
    if (call->arg_count <= arg)
        return (struct regex_options){.is_global = false};
    struct regex_options options = regex_options_of(datum_slice(&args[arg]));
    if (options.is_global)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "%s() does not support the \"global\" option",
              call->func->name);
    return options;
}

/* An integer argument that must be at least `min`, or `absent` if it was not given. */
static int32_t
int_argument(struct func_call *call, const union datum *args, uint32_t arg, const char *name,
             int32_t min, int32_t absent)
{
    if (call->arg_count <= arg)
        return absent;
    if (args[arg].i32 < min)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "invalid value for parameter \"%s\": %d", name,
              args[arg].i32);
    return args[arg].i32;
}

/* The byte offset of the start position; past the text's end: one more than its bytes. */
static size_t
start_offset(struct slice text, int32_t start)
{
    size_t offset = utf8_offset(text, (size_t)start - 1);
    bool is_past = offset == text.bytes && utf8_count(text) < (size_t)start - 1;
    return is_past ? text.bytes + 1 : offset;
}

static struct regex_match *
room_for_matches(struct func_call *call, const struct regex *regex)
{
    return arena_alloc_array(call->arena, regex_group_count(regex) + 1, sizeof(struct regex_match));
}

/* The n-th match from the byte offset on; false if there are fewer. */
static bool
find_nth(struct regex *regex, struct slice text, size_t from, int32_t n, struct regex_match *found)
{
    while (from <= text.bytes && regex_find(regex, text, from, found)) {
        if (--n == 0)
            return true;
        from = regex_next(text, found[0]);
    }
    return false;
}

static union datum
part_datum(struct slice text, struct regex_match match)
{
    return slice_datum(slice_of(text.data + match.first, match.end - match.first));
}

/* ---- one value about matches ---- */

static union datum
regexp_like(struct func_call *call, const union datum *args)
{
    struct regex_options options = options_without_global(call, args, 2);
    struct regex *regex = regex_of_call(call, datum_slice(&args[1]), options);
    return bool_datum(regex_find(regex, datum_slice(&args[0]), 0, NULL));
}

static union datum
regexp_count(struct func_call *call, const union datum *args)
{
    int32_t start = int_argument(call, args, 2, "start", 1, 1);
    struct regex_options options = options_without_global(call, args, 3);
    struct slice text = datum_slice(&args[0]);
    struct regex *regex = regex_of_call(call, datum_slice(&args[1]), options);
    struct regex_match *found = room_for_matches(call, regex);
    int32_t count = 0;
    size_t from = start_offset(text, start);
    while (from <= text.bytes && regex_find(regex, text, from, found)) {
        count++;
        from = regex_next(text, found[0]);
    }
    return i32_datum(count);
}

/* regexp_instr(text, pattern, start, n, end option, flags, group) */
static union datum
regexp_instr(struct func_call *call, const union datum *args)
{
    int32_t start = int_argument(call, args, 2, "start", 1, 1);
    int32_t n = int_argument(call, args, 3, "n", 1, 1);
    int32_t wants_end = int_argument(call, args, 4, "endoption", 0, 0);
    if (wants_end > 1)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "invalid value for parameter \"%s\": %d",
              "endoption", wants_end);
    int32_t group = int_argument(call, args, 6, "subexpr", 0, 0);
    struct regex_options options = options_without_global(call, args, 5);
    struct slice text = datum_slice(&args[0]);
    struct regex *regex = regex_of_call(call, datum_slice(&args[1]), options);
    struct regex_match *found = room_for_matches(call, regex);
    if ((uint32_t)group > regex_group_count(regex) ||
        !find_nth(regex, text, start_offset(text, start), n, found) ||
        found[group].first == REGEX_NONE)
        return i32_datum(0);
    size_t offset = wants_end == 1 ? found[group].end : found[group].first;
    return i32_datum((int32_t)utf8_count(slice_of(text.data, offset)) + 1);
}

/* regexp_substr(text, pattern, start, n, flags, group) */
static union datum
regexp_substr(struct func_call *call, const union datum *args)
{
    int32_t start = int_argument(call, args, 2, "start", 1, 1);
    int32_t n = int_argument(call, args, 3, "n", 1, 1);
    int32_t group = int_argument(call, args, 5, "subexpr", 0, 0);
    struct regex_options options = options_without_global(call, args, 4);
    struct slice text = datum_slice(&args[0]);
    struct regex *regex = regex_of_call(call, datum_slice(&args[1]), options);
    struct regex_match *found = room_for_matches(call, regex);
    call->result_is_null = (uint32_t)group > regex_group_count(regex) ||
                           !find_nth(regex, text, start_offset(text, start), n, found) ||
                           found[group].first == REGEX_NONE;
    return call->result_is_null ? (union datum){.words = {0, 0}} : part_datum(text, found[group]);
}

/* The first group if the expression has one, else the whole match. */
static union datum
first_part(struct func_call *call, struct slice text, struct slice pattern)
{
    struct regex *regex = regex_of_call(call, pattern, (struct regex_options){.is_global = false});
    struct regex_match *found = room_for_matches(call, regex);
    uint32_t group = regex_group_count(regex) > 0;
    call->result_is_null = !regex_find(regex, text, 0, found) || found[group].first == REGEX_NONE;
    return call->result_is_null ? (union datum){.words = {0, 0}} : part_datum(text, found[group]);
}

static union datum
regexp_substring(struct func_call *call, const union datum *args)
{
    return first_part(call, datum_slice(&args[0]), datum_slice(&args[1]));
}

/* substring(text similar pattern escape escape) */
static union datum
similar_substring(struct func_call *call, const union datum *args)
{
    struct slice pattern =
        similar_regex(call->arena, datum_slice(&args[1]), datum_slice(&args[2]), true);
    return first_part(call, datum_slice(&args[0]), pattern);
}

/* ---- replacing ---- */

/* Appends the replacement: \1 to \9 are groups, \& the whole match, \\ a backslash. */
static void
put_replacement(struct buf *to, struct slice text, struct slice with,
                const struct regex_match *found, uint32_t group_count)
{
    for (size_t at = 0; at < with.bytes; at++) {
        uint8_t c = with.data[at], next = at + 1 < with.bytes ? with.data[at + 1] : 0;
        if (c != '\\' || !(next == '&' || next == '\\' || (next >= '1' && next <= '9'))) {
            buf_put_u8(to, c);
            continue;
        }
        at++;
        if (next == '\\') {
            buf_put_u8(to, next);
            continue;
        }
        uint32_t group = next == '&' ? 0 : (uint32_t)(next - '0');
        if (group <= group_count && found[group].first != REGEX_NONE)
            buf_put_slice(to, slice_of(text.data + found[group].first,
                                       found[group].end - found[group].first));
    }
}

struct replacing {
    struct slice text, with;
    size_t from; /* byte offset at which the search begins */
    int32_t n;   /* which match; 0: all */
};

static union datum
replace(struct func_call *call, struct regex *regex, struct replacing replacing)
{
    struct slice text = replacing.text;
    struct regex_match *found = room_for_matches(call, regex);
    struct buf *to = buf_new(call->arena);
    size_t from = replacing.from, copied = 0;
    int32_t seen = 0;
    while (from <= text.bytes && regex_find(regex, text, from, found)) {
        from = regex_next(text, found[0]);
        seen++;
        if (replacing.n > 0 && seen != replacing.n)
            continue;
        buf_put_slice(to, slice_of(text.data + copied, found[0].first - copied));
        put_replacement(to, text, replacing.with, found, regex_group_count(regex));
        copied = found[0].end;
        if (replacing.n > 0)
            break;
    }
    buf_put_slice(to, slice_of(text.data + copied, text.bytes - copied));
    return generic_buf_datum(call->arena, to);
}

/* regexp_replace(text, pattern, with [, flags]) */
static union datum
regexp_replace(struct func_call *call, const union datum *args)
{
    struct regex_options options = {.is_global = false};
    if (call->arg_count == 4) {
        struct slice flags = datum_slice(&args[3]);
        if (flags.bytes > 0 && flags.data[0] >= '0' && flags.data[0] <= '9')
            raise_error(.code = SQLSTATE_INVALID_PARAMETER_VALUE,
                        .message =
                            raise_text("invalid regular expression option: \"%c\"", flags.data[0]),
                        .hint = "If you meant to use regexp_replace() with a start parameter, cast "
                                "the fourth argument to integer explicitly.");
        options = regex_options_of(flags);
    }
    struct regex *regex = regex_of_call(call, datum_slice(&args[1]), options);
    return replace(call, regex,
                   (struct replacing){.text = datum_slice(&args[0]),
                                      .with = datum_slice(&args[2]),
                                      .n = options.is_global ? 0 : 1});
}

/* regexp_replace(text, pattern, with, start [, n [, flags]]) */
static union datum
regexp_replace_from(struct func_call *call, const union datum *args)
{
    int32_t start = int_argument(call, args, 3, "start", 1, 1);
    int32_t n = int_argument(call, args, 4, "n", 0, 1);
    struct regex_options options = {.is_global = false};
    if (call->arg_count == 6)
        options = regex_options_of(datum_slice(&args[5]));
    struct slice text = datum_slice(&args[0]);
    struct regex *regex = regex_of_call(call, datum_slice(&args[1]), options);
    return replace(call, regex,
                   (struct replacing){.text = text,
                                      .with = datum_slice(&args[2]),
                                      .from = start_offset(text, start),
                                      .n = n});
}

/* ---- what this file brings ---- */

static const struct func_info funcs[] = {
    {FUNC(79, "nameregexeq", TYPE_BOOL, regexp_match_op, TYPE_NAME, TYPE_TEXT)},
    {FUNC(1238, "texticregexeq", TYPE_BOOL, regexp_imatch_op, TYPE_TEXT, TYPE_TEXT)},
    {FUNC(1239, "texticregexne", TYPE_BOOL, regexp_no_imatch_op, TYPE_TEXT, TYPE_TEXT)},
    {FUNC(1240, "nameicregexeq", TYPE_BOOL, regexp_imatch_op, TYPE_NAME, TYPE_TEXT)},
    {FUNC(1241, "nameicregexne", TYPE_BOOL, regexp_no_imatch_op, TYPE_NAME, TYPE_TEXT)},
    {FUNC(1252, "nameregexne", TYPE_BOOL, regexp_no_match_op, TYPE_NAME, TYPE_TEXT)},
    {FUNC(1254, "textregexeq", TYPE_BOOL, regexp_match_op, TYPE_TEXT, TYPE_TEXT)},
    {FUNC(1256, "textregexne", TYPE_BOOL, regexp_no_match_op, TYPE_TEXT, TYPE_TEXT)},
    {FUNC(1656, "bpcharicregexeq", TYPE_BOOL, regexp_imatch_op, TYPE_BPCHAR, TYPE_TEXT)},
    {FUNC(1657, "bpcharicregexne", TYPE_BOOL, regexp_no_imatch_op, TYPE_BPCHAR, TYPE_TEXT)},
    {FUNC(1658, "bpcharregexeq", TYPE_BOOL, regexp_match_op, TYPE_BPCHAR, TYPE_TEXT)},
    {FUNC(1659, "bpcharregexne", TYPE_BOOL, regexp_no_match_op, TYPE_BPCHAR, TYPE_TEXT)},
    {FUNC(2073, "substring", TYPE_TEXT, regexp_substring, TYPE_TEXT, TYPE_TEXT)},
    {FUNC(2074, "substring", TYPE_TEXT, similar_substring, TYPE_TEXT, TYPE_TEXT, TYPE_TEXT)},
    {FUNC(2284, "regexp_replace", TYPE_TEXT, regexp_replace, TYPE_TEXT, TYPE_TEXT, TYPE_TEXT)},
    {FUNC(2285, "regexp_replace", TYPE_TEXT, regexp_replace, TYPE_TEXT, TYPE_TEXT, TYPE_TEXT,
          TYPE_TEXT)},
    {FUNC(6251, "regexp_replace", TYPE_TEXT, regexp_replace_from, TYPE_TEXT, TYPE_TEXT, TYPE_TEXT,
          TYPE_INT4, TYPE_INT4, TYPE_TEXT)},
    {FUNC(6252, "regexp_replace", TYPE_TEXT, regexp_replace_from, TYPE_TEXT, TYPE_TEXT, TYPE_TEXT,
          TYPE_INT4, TYPE_INT4)},
    {FUNC(6253, "regexp_replace", TYPE_TEXT, regexp_replace_from, TYPE_TEXT, TYPE_TEXT, TYPE_TEXT,
          TYPE_INT4)},
    {FUNC(6254, "regexp_count", TYPE_INT4, regexp_count, TYPE_TEXT, TYPE_TEXT)},
    {FUNC(6255, "regexp_count", TYPE_INT4, regexp_count, TYPE_TEXT, TYPE_TEXT, TYPE_INT4)},
    {FUNC(6256, "regexp_count", TYPE_INT4, regexp_count, TYPE_TEXT, TYPE_TEXT, TYPE_INT4,
          TYPE_TEXT)},
    {FUNC(6257, "regexp_instr", TYPE_INT4, regexp_instr, TYPE_TEXT, TYPE_TEXT)},
    {FUNC(6258, "regexp_instr", TYPE_INT4, regexp_instr, TYPE_TEXT, TYPE_TEXT, TYPE_INT4)},
    {FUNC(6259, "regexp_instr", TYPE_INT4, regexp_instr, TYPE_TEXT, TYPE_TEXT, TYPE_INT4,
          TYPE_INT4)},
    {FUNC(6260, "regexp_instr", TYPE_INT4, regexp_instr, TYPE_TEXT, TYPE_TEXT, TYPE_INT4, TYPE_INT4,
          TYPE_INT4)},
    {FUNC(6261, "regexp_instr", TYPE_INT4, regexp_instr, TYPE_TEXT, TYPE_TEXT, TYPE_INT4, TYPE_INT4,
          TYPE_INT4, TYPE_TEXT)},
    {FUNC(6262, "regexp_instr", TYPE_INT4, regexp_instr, TYPE_TEXT, TYPE_TEXT, TYPE_INT4, TYPE_INT4,
          TYPE_INT4, TYPE_TEXT, TYPE_INT4)},
    {FUNC(6263, "regexp_like", TYPE_BOOL, regexp_like, TYPE_TEXT, TYPE_TEXT)},
    {FUNC(6264, "regexp_like", TYPE_BOOL, regexp_like, TYPE_TEXT, TYPE_TEXT, TYPE_TEXT)},
    {FUNC(6265, "regexp_substr", TYPE_TEXT, regexp_substr, TYPE_TEXT, TYPE_TEXT)},
    {FUNC(6266, "regexp_substr", TYPE_TEXT, regexp_substr, TYPE_TEXT, TYPE_TEXT, TYPE_INT4)},
    {FUNC(6267, "regexp_substr", TYPE_TEXT, regexp_substr, TYPE_TEXT, TYPE_TEXT, TYPE_INT4,
          TYPE_INT4)},
    {FUNC(6268, "regexp_substr", TYPE_TEXT, regexp_substr, TYPE_TEXT, TYPE_TEXT, TYPE_INT4,
          TYPE_INT4, TYPE_TEXT)},
    {FUNC(6269, "regexp_substr", TYPE_TEXT, regexp_substr, TYPE_TEXT, TYPE_TEXT, TYPE_INT4,
          TYPE_INT4, TYPE_TEXT, TYPE_INT4)},
};

static const struct operator_info operators[] = {
    {639, "~", TYPE_NAME, TYPE_TEXT, TYPE_BOOL, 79, 0, 640, false, false, "regexeqsel",
     "regexeqjoinsel"},
    {640, "!~", TYPE_NAME, TYPE_TEXT, TYPE_BOOL, 1252, 0, 639, false, false, "regexnesel",
     "regexnejoinsel"},
    {641, "~", TYPE_TEXT, TYPE_TEXT, TYPE_BOOL, 1254, 0, 642, false, false, "regexeqsel",
     "regexeqjoinsel"},
    {642, "!~", TYPE_TEXT, TYPE_TEXT, TYPE_BOOL, 1256, 0, 641, false, false, "regexnesel",
     "regexnejoinsel"},
    {1055, "~", TYPE_BPCHAR, TYPE_TEXT, TYPE_BOOL, 1658, 0, 1056, false, false, "regexeqsel",
     "regexeqjoinsel"},
    {1056, "!~", TYPE_BPCHAR, TYPE_TEXT, TYPE_BOOL, 1659, 0, 1055, false, false, "regexnesel",
     "regexnejoinsel"},
    {1226, "~*", TYPE_NAME, TYPE_TEXT, TYPE_BOOL, 1240, 0, 1227, false, false, "icregexeqsel",
     "icregexeqjoinsel"},
    {1227, "!~*", TYPE_NAME, TYPE_TEXT, TYPE_BOOL, 1241, 0, 1226, false, false, "icregexnesel",
     "icregexnejoinsel"},
    {1228, "~*", TYPE_TEXT, TYPE_TEXT, TYPE_BOOL, 1238, 0, 1229, false, false, "icregexeqsel",
     "icregexeqjoinsel"},
    {1229, "!~*", TYPE_TEXT, TYPE_TEXT, TYPE_BOOL, 1239, 0, 1228, false, false, "icregexnesel",
     "icregexnejoinsel"},
    {1234, "~*", TYPE_BPCHAR, TYPE_TEXT, TYPE_BOOL, 1656, 0, 1235, false, false, "icregexeqsel",
     "icregexeqjoinsel"},
    {1235, "!~*", TYPE_BPCHAR, TYPE_TEXT, TYPE_BOOL, 1657, 0, 1234, false, false, "icregexnesel",
     "icregexnejoinsel"},
};

const struct type_tables regexp_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .operators = operators,
    .operator_count = COUNT_OF(operators),
};
