/*
 * regex.c: compiling and matching regular expressions with PCRE2.
 *
 * PCRE2 finds the leftmost match, but of those the first that backtracking comes to; PostgreSQL
 * wants the longest. The two can differ where an expression has choices: then the end of the
 * longest match is found by PCRE2's other matcher, which follows all choices at once, and its
 * groups by a match that must end there.
 *
 * Time and memory of a match are bounded (MATCH_STEPS_MAX, MATCH_HEAP_KB): an expression that
 * explodes is an error, not a server that hangs.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "type/regex.h"

#include "base/mem.h"
#include "base/raise.h"
#include "type/generic.h"
#include "type/regex_translate.h"
#include "type/utf8.h"
#include <pcre2.h>

#define MATCH_STEPS_MAX 20000000
#define MATCH_HEAP_KB 65536
#define WORKSPACE_INTS 4096
#define USES_BEFORE_JIT 50

struct regex {
    pcre2_code *code;
    pcre2_match_data *data;
    pcre2_match_context *limits;
    bool wants_longest;
    uint32_t group_count, use_count;
    int *workspace; /* of the longest match's search; null until needed */
    struct arena *arena;
};

struct regex_options
regex_options_of(struct slice letters)
{
    struct regex_options options = {.is_global = false};
    for (size_t i = 0; i < letters.bytes; i++) {
        switch (letters.data[i]) {
        case 'g':
            options.is_global = true;
            break;
        case 'i':
            options.ignores_case = true;
            break;
        case 'c':
            options.ignores_case = false;
            break;
        case 'n':
        case 'm':
            options.stops_at_line = options.anchors_lines = true;
            break;
        case 'p':
            options.stops_at_line = true;
            options.anchors_lines = false;
            break;
        case 'w':
            options.stops_at_line = false;
            options.anchors_lines = true;
            break;
        case 's':
            options.stops_at_line = options.anchors_lines = false;
            break;
        case 'x':
            options.is_expanded = true;
            break;
        case 'q':
            options.is_literal = true;
            break;
        case 't':
            options.is_expanded = false;
            break;
        case 'e':
            break;
        case 'b':
            raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "basic regular expressions are not supported");
        default: {
            size_t bytes = utf8_bytes(letters.data[i]);
            bytes = bytes > letters.bytes - i ? letters.bytes - i : bytes;
            raise(SQLSTATE_INVALID_PARAMETER_VALUE, "invalid regular expression option: \"%.*s\"",
                  (int)bytes, (const char *)letters.data + i);
        }
        }
    }
    return options;
}

/* ---- compiling ---- */

static void *
allocate(size_t bytes, void *object)
{
    (void)object;
    return mem_alloc(bytes);
}

static void
release(void *p, void *object)
{
    (void)object;
    mem_free(p);
}

static void
regex_free(void *object)
{
    struct regex *regex = object;
    pcre2_match_data_free(regex->data);
    pcre2_match_context_free(regex->limits);
    pcre2_code_free(regex->code);
    *regex = (struct regex){.code = NULL};
}

static _Noreturn void
raise_no_memory(void)
{
    raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
}

/* PCRE2's complaint in PostgreSQL's words, where it has some. */
static _Noreturn void
raise_compile(int error)
{
    char text[256];
    switch (error) {
    case PCRE2_ERROR_MISSING_CLOSING_PARENTHESIS:
    case PCRE2_ERROR_UNMATCHED_CLOSING_PARENTHESIS:
        regex_raise("parentheses () not balanced");
    case PCRE2_ERROR_MISSING_SQUARE_BRACKET:
        regex_raise("brackets [] not balanced");
    case PCRE2_ERROR_CLASS_RANGE_ORDER:
    case PCRE2_ERROR_CLASS_INVALID_RANGE:
        regex_raise("invalid character range");
    case PCRE2_ERROR_UNKNOWN_POSIX_CLASS:
        regex_raise("invalid character class");
    case PCRE2_ERROR_QUANTIFIER_OUT_OF_ORDER:
    case PCRE2_ERROR_QUANTIFIER_TOO_BIG:
        regex_raise("invalid repetition count(s)");
    case PCRE2_ERROR_QUANTIFIER_INVALID:
        regex_raise("quantifier operand invalid");
    case PCRE2_ERROR_BAD_SUBPATTERN_REFERENCE:
        regex_raise("invalid backreference number");
    case PCRE2_ERROR_HEAP_FAILED:
        raise_no_memory();
    default:
        pcre2_get_error_message(error, (PCRE2_UCHAR *)text, sizeof text);
        regex_raise(text);
    }
}

static uint32_t
compile_flags(const struct regex_options *options)
{
    uint32_t flags = PCRE2_UTF | PCRE2_UCP | PCRE2_NO_UTF_CHECK;
    if (options->is_literal)
        flags = PCRE2_UTF | PCRE2_NO_UTF_CHECK | PCRE2_LITERAL;
    else
        flags |= (options->is_expanded ? PCRE2_EXTENDED : 0u) |
                 (options->anchors_lines ? PCRE2_MULTILINE : PCRE2_DOLLAR_ENDONLY) |
                 (options->stops_at_line ? 0u : PCRE2_DOTALL);
    return flags | (options->ignores_case ? PCRE2_CASELESS : 0u);
}

/* Makes the compiled form; what is made is the regex's, whose arena frees it. */
static void
compile_code(struct regex *regex, struct slice source, const struct regex_options *options)
{
    pcre2_general_context *general = pcre2_general_context_create(allocate, release, NULL);
    if (general == NULL)
        raise_no_memory();
    pcre2_compile_context *context = pcre2_compile_context_create(general);
    if (context == NULL) {
        pcre2_general_context_free(general);
        raise_no_memory();
    }
    pcre2_set_newline(context, PCRE2_NEWLINE_LF);
    int error = 0;
    size_t offset;
    const uint8_t *text = source.data != NULL ? source.data : (const uint8_t *)"";
    regex->code =
        pcre2_compile(text, source.bytes, compile_flags(options), &error, &offset, context);
    regex->limits = pcre2_match_context_create(general);
    if (regex->code != NULL)
        regex->data = pcre2_match_data_create_from_pattern(regex->code, general);
    pcre2_compile_context_free(context);
    pcre2_general_context_free(general);
    if (regex->code == NULL)
        raise_compile(error);
    if (regex->limits == NULL || regex->data == NULL)
        raise_no_memory();
    pcre2_set_match_limit(regex->limits, MATCH_STEPS_MAX);
    pcre2_set_heap_limit(regex->limits, MATCH_HEAP_KB);
    pcre2_pattern_info(regex->code, PCRE2_INFO_CAPTURECOUNT, &regex->group_count);
}

struct regex *
regex_compile(struct arena *arena, struct slice pattern, struct regex_options options)
{
    struct regex *regex = arena_alloc_zero(arena, sizeof *regex);
    regex->arena = arena;
    arena_on_end(arena, regex_free, regex);
    struct regex_syntax syntax = {.options = options};
    struct buf *source = buf_new(arena);
    regex_translate(source, pattern, &syntax);
    compile_code(regex, buf_slice(source), &syntax.options);
    regex->wants_longest = syntax.choice_count > 1 && !syntax.is_lazy && !syntax.has_backreference;
    return regex;
}

/* What a call site remembers. */
struct site {
    struct arena *arena; /* of the expression alone: reset where it changes */
    struct slice pattern;
    struct regex_options options;
    struct regex *regex;
};

static void
free_arena(void *object)
{
    arena_free(object);
}

static struct site *
site_of(struct func_call *call)
{
    if (call->state == NULL) {
        struct site *site = arena_alloc_zero(call->state_arena, sizeof *site);
        site->arena =
            arena_new(&(struct arena_options){.name = "regex", .on_full = raise_arena_full});
        if (site->arena == NULL)
            raise_no_memory();
        arena_on_end(call->state_arena, free_arena, site->arena);
        call->state = site;
    }
    return call->state;
}

static bool
same_options(const struct regex_options *a, const struct regex_options *b)
{
    return a->ignores_case == b->ignores_case && a->stops_at_line == b->stops_at_line &&
           a->anchors_lines == b->anchors_lines && a->is_expanded == b->is_expanded &&
           a->is_literal == b->is_literal;
}

struct regex *
regex_of_call(struct func_call *call, struct slice pattern, struct regex_options options)
{
    struct site *site = site_of(call);
    if (site->regex != NULL && slice_equal(site->pattern, pattern) &&
        same_options(&site->options, &options))
        return site->regex;
    site->regex = NULL;
    arena_reset(site->arena);
    site->pattern = arena_slice(site->arena, pattern);
    site->options = options;
    site->regex = regex_compile(site->arena, pattern, options);
    return site->regex;
}

uint32_t
regex_group_count(const struct regex *regex)
{
    return regex->group_count;
}

/* ---- matching ---- */

static _Noreturn void
raise_match(int error)
{
    char text[256];
    if (error == PCRE2_ERROR_NOMEMORY)
        raise_no_memory();
    if (error == PCRE2_ERROR_MATCHLIMIT || error == PCRE2_ERROR_HEAPLIMIT ||
        error == PCRE2_ERROR_DEPTHLIMIT)
        raise(SQLSTATE_INVALID_REGULAR_EXPRESSION,
              "regular expression failed: regular expression is too complex");
    pcre2_get_error_message(error, (PCRE2_UCHAR *)text, sizeof text);
    raise(SQLSTATE_INVALID_REGULAR_EXPRESSION, "regular expression failed: %s", text);
}

static bool
run(struct regex *regex, struct slice text, size_t from, uint32_t flags)
{
    /* Machine code pays after some tens of matches. */
    if (++regex->use_count == USES_BEFORE_JIT)
        pcre2_jit_compile(regex->code, PCRE2_JIT_COMPLETE);
    const uint8_t *subject = text.data != NULL ? text.data : (const uint8_t *)"";
    int result = pcre2_match(regex->code, subject, text.bytes, from, flags | PCRE2_NO_UTF_CHECK,
                             regex->data, regex->limits);
    if (result < 0 && result != PCRE2_ERROR_NOMATCH)
        raise_match(result);
    return result >= 0;
}

/* The end of the longest match that begins at `first`; `end` if it cannot be told. */
static size_t
longest_end(struct regex *regex, struct slice text, size_t first, size_t end)
{
    if (regex->workspace == NULL)
        regex->workspace = arena_alloc(regex->arena, WORKSPACE_INTS * sizeof(int));
    int result = pcre2_dfa_match(regex->code, text.data, text.bytes, first,
                                 PCRE2_ANCHORED | PCRE2_NO_UTF_CHECK, regex->data, regex->limits,
                                 regex->workspace, WORKSPACE_INTS);
    if (result < 0)
        return end;
    return pcre2_get_ovector_pointer(regex->data)[1];
}

bool
regex_find(struct regex *regex, struct slice text, size_t from, struct regex_match *matches)
{
    if (!run(regex, text, from, 0))
        return false;
    if (matches == NULL)
        return true;
    const size_t *ends = pcre2_get_ovector_pointer(regex->data);
    size_t first = ends[0], end = ends[1];
    if (regex->wants_longest) {
        size_t longest = text.bytes == 0 ? 0 : longest_end(regex, text, first, end);
        /* The groups, again or as they are when the match ends there. */
        struct slice cut = slice_of(text.data, longest);
        if (longest == end || !run(regex, cut, first, PCRE2_ANCHORED | PCRE2_ENDANCHORED))
            run(regex, text, from, 0);
    }
    for (uint32_t i = 0; i <= regex->group_count; i++) {
        matches[i].first = ends[2 * i] == PCRE2_UNSET ? REGEX_NONE : ends[2 * i];
        matches[i].end = ends[2 * i + 1];
    }
    return true;
}

size_t
regex_next(struct slice text, struct regex_match match)
{
    if (match.first != match.end)
        return match.end;
    return match.end >= text.bytes ? match.end + 1 : match.end + utf8_bytes(text.data[match.end]);
}
