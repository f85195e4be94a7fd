/*
 * parse.c: SQL text to the parser's tree, by libpg_query, whatever the text is.
 *
 * libpg_query gives its tree as packed protobuf, which is unpacked here into the caller's arena.
 * Packing and unpacking recurse, some 1.6 KB of stack a level of the tree, and do not guard
 * themselves. So the depth is bounded first (nesting.h): shallow texts, nearly all, are parsed
 * right here; deeper ones on a thread of their own with a large stack; the rest is refused.
 *
 * libpg_query reports errors by message alone: their SQLSTATE and hint are found again by the
 * message, as the grammar raises few others than 42601.
 */
#include "base/raise.h"
#include "base/thread.h"
#include "sql/analyze.h"
#include "sql/lexer.h"
#include "sql/nesting.h"
#include "sql/tree.h"
#include <pg_query.h>

#define TEXT_BYTES_MAX ((size_t)256 << 20)
#define TOKENS_MAX 4000000
#define DEPTH_HERE_MAX 400    /* parsed on the caller's stack: under 1 MiB of it */
#define DEPTH_MAX 20000       /* the parser's own stack holds no more than half of that */
#define SHALLOW_BYTES_MAX 400 /* a text this short is no deeper than DEPTH_HERE_MAX */
#define COMMENTS_MAX 64       /* texts with more are parsed without them */
#define DEEP_STACK_BYTES ((size_t)256 << 20)

struct parse {
    struct arena *arena;
    const char *text;
    const char *bare; /* the text as the parser gets it: perhaps without comments */
    PgQuery__ParseResult *tree;
    struct catch frame;  /* of the other thread's errors, if it parses: outlives that thread */
    struct error *error; /* raised there */
};

/* ---- errors ---- */

struct parser_error {
    const char *message; /* how the parser's message begins */
    sqlstate code;
    const char *hint;
};

static const struct parser_error parser_errors[] = {
    {"VALUES in FROM must have an alias", SQLSTATE_SYNTAX_ERROR,
     "For example, FROM (VALUES ...) [AS] foo."},
    {"subquery in FROM must have an alias", SQLSTATE_SYNTAX_ERROR,
     "For example, FROM (SELECT ...) [AS] foo."},
    {"frame start", SQLSTATE_WINDOWING_ERROR, NULL},
    {"frame end", SQLSTATE_WINDOWING_ERROR, NULL},
    {"frame starting", SQLSTATE_WINDOWING_ERROR, NULL},
    {"precision for type float", SQLSTATE_INVALID_PARAMETER_VALUE, NULL},
    {"invalid Unicode", SQLSTATE_SYNTAX_ERROR, NULL},
    {"invalid byte sequence", SQLSTATE_CHARACTER_NOT_IN_REPERTOIRE, NULL},
    {"unsafe use of \\'", SQLSTATE_NONSTANDARD_USE_OF_ESCAPE_CHARACTER,
     "Use '' to write quotes in strings. \\' is insecure in client-only encodings."},
    {"CREATE ASSERTION is not yet implemented", SQLSTATE_FEATURE_NOT_SUPPORTED, NULL},
    {"MATCH PARTIAL not yet implemented", SQLSTATE_FEATURE_NOT_SUPPORTED, NULL},
    {"current database cannot be changed", SQLSTATE_FEATURE_NOT_SUPPORTED, NULL},
    {"SET TIME ZONE ... is not supported", SQLSTATE_FEATURE_NOT_SUPPORTED, NULL},
    {"CREATE EXTENSION ... FROM is no longer supported", SQLSTATE_FEATURE_NOT_SUPPORTED, NULL},
    {"UNENCRYPTED PASSWORD is no longer supported", SQLSTATE_FEATURE_NOT_SUPPORTED,
     "Remove UNENCRYPTED to store the password in encrypted form instead."},
    {"WITH CHECK OPTION not supported on recursive views", SQLSTATE_FEATURE_NOT_SUPPORTED, NULL},
    {"REVOKE ADMIN OPTION FOR", SQLSTATE_FEATURE_NOT_SUPPORTED, NULL},
    {"OLD TABLE", SQLSTATE_FEATURE_NOT_SUPPORTED, NULL},
    {"missing argument", SQLSTATE_SYNTAX_ERROR,
     "Use NONE to denote the missing argument of a unary operator."},
    {"out of memory", SQLSTATE_OUT_OF_MEMORY, NULL},
    {"invalid memory alloc request size", SQLSTATE_PROGRAM_LIMIT_EXCEEDED, NULL},
};

/* U&'\0061' or E'\u0061'? By the character after the backslash that the error points to. */
static const char *
unicode_hint(const char *text, int position)
{
    const char *at = text;
    for (int i = 1; i < position && *at != '\0'; i++) {
        at++;
        while (((uint8_t)*at & 0xc0) == 0x80)
            at++;
    }
    bool is_escape = *at == '\\' && (at[1] == 'u' || at[1] == 'U');
    return is_escape ? "Unicode escapes must be \\uXXXX or \\UXXXXXXXX."
                     : "Unicode escapes must be \\XXXX or \\+XXXXXX.";
}

static void
fields_of(const PgQueryError *from, const char *text, struct error *fields)
{
    fields->code = SQLSTATE_SYNTAX_ERROR;
    for (size_t i = 0; i < sizeof parser_errors / sizeof parser_errors[0]; i++) {
        const struct parser_error *known = &parser_errors[i];
        if (strncmp(from->message, known->message, strlen(known->message)) == 0) {
            fields->code = known->code;
            fields->hint = known->hint;
            break;
        }
    }
    if (strcmp(from->message, "invalid Unicode escape") == 0)
        fields->hint = unicode_hint(text, from->cursorpos);
    const char *end = strstr(from->message, "must be marked");
    if (end == NULL)
        end = strstr(from->message, "cannot be marked");
    if (end != NULL && strstr(from->message, "constraints ") != NULL)
        fields->code = SQLSTATE_FEATURE_NOT_SUPPORTED;
    fields->message = raise_text("%s", from->message);
    fields->position = from->cursorpos > 0 ? (uint32_t)from->cursorpos : 0;
}

/* ---- unpacking ---- */

static void *
unpack_alloc(void *arena, size_t bytes)
{
    return arena_alloc(arena, bytes);
}

static void
unpack_free(void *arena, void *p)
{
    (void)arena;
    (void)p; /* the arena's end frees it */
}

static void
unpack(struct parse *parse, const PgQueryProtobuf *packed)
{
    ProtobufCAllocator allocator = {
        .alloc = unpack_alloc, .free = unpack_free, .allocator_data = parse->arena};
    parse->tree =
        pg_query__parse_result__unpack(&allocator, packed->len, (const uint8_t *)packed->data);
    if (parse->tree == NULL)
        raise(SQLSTATE_INTERNAL_ERROR, "could not read the parse tree");
}

/* Raises what is wrong, with the parser's memory freed. */
static void
parse_text(struct parse *parse)
{
    PgQueryProtobufParseResult result = pg_query_parse_protobuf(parse->bare);
    struct error fields = {.message = NULL};
    struct catch frame;
    if (catch_begin(&frame, parse->arena)) {
        if (result.error != NULL)
            fields_of(result.error, parse->text, &fields);
        else
            unpack(parse, &result.parse_tree);
        catch_end(&frame);
    } else {
        pg_query_free_protobuf_parse_result(result);
        raise_again(frame.error);
    }
    pg_query_free_protobuf_parse_result(result);
    if (fields.message != NULL)
        raise_error(.code = fields.code, .message = fields.message, .hint = fields.hint,
                    .position = fields.position);
}

/* ---- on a larger stack ---- */

static void
parse_on_thread(void *object)
{
    struct parse *parse = object;
    if (catch_begin(&parse->frame, parse->arena)) {
        parse_text(parse);
        catch_end(&parse->frame);
    } else {
        parse->error = parse->frame.error;
    }
    /* The parser's own memory of this thread goes with the thread. */
}

static _Noreturn void
raise_too_deep(void)
{
    raise_error(.code = SQLSTATE_STATEMENT_TOO_COMPLEX, .message = "stack depth limit exceeded",
                .hint = "The statement nests too deep; break it up.");
}

static void
parse_deep(struct parse *parse)
{
    struct thread thread;
    if (thread_start(&thread, "parse", DEEP_STACK_BYTES, parse_on_thread, parse) != ST_OK)
        raise_too_deep();
    thread_join(&thread);
    if (parse->error != NULL)
        raise_again(parse->error);
}

/*
 * The text with blanks for its comments, newlines kept, if it has many: the parser's lexer looks at
 * a comment's rest anew for each further one that is nested in it. One that never ends stays open.
 */
static const char *
without_comments(struct arena *arena, struct slice text)
{
    const uint8_t *end = text.data + text.bytes;
    uint32_t count = 0;

    for (const uint8_t *at = text.data; at < end && count <= COMMENTS_MAX; count++) {
        at = memmem(at, (size_t)(end - at), "/*", 2);
        if (at == NULL)
            return (const char *)text.data;
        at += 2;
    }
    if (count <= COMMENTS_MAX)
        return (const char *)text.data;
    char *bare = arena_alloc(arena, text.bytes + 1);
    struct lexer lexer;
    struct token token;
    for (size_t i = 0; i < text.bytes; i++)
        bare[i] = text.data[i] == '\n' ? '\n' : ' ';
    bare[text.bytes] = '\0';
    lexer_init(&lexer, text);
    while ((token = lexer_next(&lexer)).kind != TOKEN_END) {
        bool is_open = token.kind == TOKEN_BAD && token.bytes >= 2 &&
                       memcmp(text.data + token.at, "/*", 2) == 0;
        memcpy(bare + token.at, text.data + token.at, is_open ? 2 : token.bytes);
    }
    return bare;
}

static void
parse_bounded(struct parse *parse, struct slice text)
{
    if (text.bytes <= SHALLOW_BYTES_MAX) {
        parse_text(parse);
        return;
    }
    parse->bare = without_comments(parse->arena, text);
    struct nesting nesting = nesting_measure(text);
    if (nesting.token_count > TOKENS_MAX)
        raise(SQLSTATE_PROGRAM_LIMIT_EXCEEDED, "statement is too long");
    if (nesting.depth > DEPTH_MAX)
        raise_too_deep();
    if (nesting.depth > DEPTH_HERE_MAX)
        parse_deep(parse);
    else
        parse_text(parse);
}

/* ---- the statements ---- */

static bool
is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static struct slice
source_of(const char *text, size_t bytes, const PgQuery__RawStmt *stmt)
{
    size_t start = stmt->stmt_location > 0 ? (size_t)stmt->stmt_location : 0;
    size_t end = stmt->stmt_len > 0 ? start + (size_t)stmt->stmt_len : bytes;
    while (start < end && is_blank(text[start]))
        start++;
    while (end > start && (is_blank(text[end - 1]) || text[end - 1] == ';'))
        end--;
    return slice_of(text + start, end - start);
}

struct raw_list *
parse_sql(struct arena *arena, struct slice text)
{
    if (text.bytes > TEXT_BYTES_MAX)
        raise(SQLSTATE_PROGRAM_LIMIT_EXCEEDED, "statement is too long");
    if (text.bytes != 0 && memchr(text.data, 0, text.bytes) != NULL)
        raise(SQLSTATE_CHARACTER_NOT_IN_REPERTOIRE,
              "invalid byte sequence for encoding \"UTF8\": 0x00");

    struct slice copy = arena_slice(arena, text);
    struct parse parse = {
        .arena = arena, .text = (const char *)copy.data, .bare = (const char *)copy.data};
    parse_bounded(&parse, copy);

    struct raw_list *list = arena_alloc_zero(arena, sizeof *list);
    list->statements = arena_alloc_array(arena, parse.tree->n_stmts, sizeof *list->statements);
    for (size_t i = 0; i < parse.tree->n_stmts; i++) {
        const PgQuery__RawStmt *stmt = parse.tree->stmts[i];
        if (stmt->stmt == NULL)
            continue;
        list->statements[list->count++] =
            (struct raw_statement){.node = stmt->stmt,
                                   .text = parse.text,
                                   .source = source_of(parse.text, copy.bytes, stmt)};
    }
    return list;
}
