/*
 * jsonpath_parse.c: reading jsonpath: a scanner and a parser by recursive descent.
 *
 * PostgreSQL tells apart expressions (which give items) and predicates (which are true, false or
 * unknown): a predicate is allowed as a whole path, in parentheses with a step behind it, in
 * filters and after "!". Here one function reads each level of precedence and the result knows what
 * it is.
 */
#include "base/raise.h"
#include "type/digits.h"
#include "type/jsonpath.h"
#include "type/numeric.h"
#include "type/utf8.h"

#define DEPTH_MAX 1000
#define SPECIAL "?%$.[]{}()|&!=<>@#,*:-+/"

enum token {
    T_END,
    T_STRING,   /* quoted */
    T_NAME,     /* a word */
    T_VARIABLE, /* $name */
    T_INTEGER,
    T_NUMBER,
    T_EQ,
    T_NE,
    T_LT,
    T_GT,
    T_LE,
    T_GE,
    T_AND,
    T_OR,
    T_ANY_PATH,
    T_CHAR, /* itself */
};

struct parser {
    struct arena *arena;
    const uint8_t *at, *end;
    enum token token;
    uint8_t character;         /* of T_CHAR */
    bool is_bare;              /* a name without escapes: may be a keyword */
    struct slice text, source; /* what the token means, and how it is written */
    uint32_t depth, filter_depth, index_depth;
};

static struct path_node *parse_or(struct parser *p);
static struct path_node *parse_sum(struct parser *p);

/* ---- scanning ---- */

static bool
is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

/* PostgreSQL names what ended a word or a string, not the word: a blank, a quote, or the end. */
static _Noreturn void
fail_syntax(struct parser *p)
{
    bool is_word = p->token == T_NAME || (p->token == T_VARIABLE && p->at[-1] != '"');
    if (p->token == T_STRING || (p->token == T_VARIABLE && !is_word))
        p->source = slice_text("\"");
    if (is_word && p->at < p->end && is_blank(*p->at))
        p->source = slice_of(p->at, 1);
    else if (is_word)
        p->token = T_END;
    if (p->token == T_END)
        raise(SQLSTATE_SYNTAX_ERROR, "syntax error at end of jsonpath input");
    raise(SQLSTATE_SYNTAX_ERROR, "syntax error at or near \"%.*s\" of jsonpath input",
          (int)p->source.bytes, (const char *)p->source.data);
}

static _Noreturn void
fail_near(const struct parser *p, const char *what, const uint8_t *start)
{
    if (p->at >= p->end && start == p->end)
        raise(SQLSTATE_SYNTAX_ERROR, "%s at end of jsonpath input", what);
    raise(SQLSTATE_SYNTAX_ERROR, "%s at or near \"%.*s\" of jsonpath input", what,
          (int)(p->at - start), (const char *)start);
}

static bool
is_other(uint8_t c)
{
    return c != '\0' && c != '"' && c != '\\' && !is_blank(c) && strchr(SPECIAL, c) == NULL;
}

/* Up to `most` hexadecimal digits; false without at least `least`. */
static bool
read_hex(struct parser *p, int least, int most, uint32_t *code)
{
    int count = 0;
    for (*code = 0; count < most && p->at < p->end && hex_value(*p->at) >= 0; count++)
        *code = *code * 16 + (uint32_t)hex_value(*p->at++);
    return count >= least;
}

static void
put_code(struct buf *to, uint32_t code)
{
    if (code == 0)
        raise_error(.code = SQLSTATE_UNTRANSLATABLE_CHARACTER,
                    .message = "unsupported Unicode escape sequence",
                    .detail = "\\u0000 cannot be converted to text.");
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
        raise_error(.code = SQLSTATE_INVALID_TEXT_REPRESENTATION,
                    .message = "invalid input syntax for type jsonpath",
                    .detail = "Unicode low surrogate must follow a high surrogate.");
    uint8_t bytes[4];
    buf_put(to, bytes, utf8_put(bytes, code));
}

/* The code of four digits, or of up to six in braces; `at` behind the u. */
static uint32_t
read_unicode(struct parser *p, const uint8_t *start)
{
    uint32_t code;
    if (p->at < p->end && *p->at == '{') {
        p->at++;
        if (!read_hex(p, 1, 6, &code) || p->at >= p->end || *p->at != '}')
            fail_near(p, "invalid unicode sequence", start);
        p->at++;
        return code;
    }
    if (!read_hex(p, 4, 4, &code))
        fail_near(p, "invalid unicode sequence", start);
    return code;
}

/* `at` behind a backslash. */
static void
read_escape(struct parser *p, struct buf *to)
{
    static const char letters[] = "bfnrtv", meanings[] = "\b\f\n\r\t\v";
    const uint8_t *start = p->at - 1;
    if (p->at == p->end)
        fail_near(p, "unexpected end after backslash", p->end);
    uint8_t c = *p->at++;
    const char *letter = memchr(letters, c, sizeof letters - 1);
    uint32_t code;
    if (letter != NULL) {
        buf_put_u8(to, (uint8_t)meanings[letter - letters]);
    } else if (c == 'x') {
        if (!read_hex(p, 2, 2, &code))
            fail_near(p, "invalid hex character sequence", start);
        put_code(to, code);
    } else if (c == 'u') {
        code = read_unicode(p, start);
        if (code >= 0xd800 && code <= 0xdbff && p->end - p->at >= 2 && p->at[0] == '\\' &&
            p->at[1] == 'u') {
            p->at += 2;
            uint32_t low = read_unicode(p, start);
            if (low >= 0xdc00 && low <= 0xdfff)
                code = 0x10000 + ((code & 0x3ff) << 10 | (low & 0x3ff));
        }
        put_code(to, code);
    } else {
        buf_put_u8(to, c);
    }
}

/* At a quote. */
static struct slice
read_quoted(struct parser *p)
{
    struct buf *text = buf_new(p->arena);
    p->at++;
    while (p->at < p->end && *p->at != '"') {
        if (*p->at == '\\') {
            p->at++;
            read_escape(p, text);
        } else {
            buf_put_u8(text, *p->at++);
        }
    }
    if (p->at == p->end)
        raise(SQLSTATE_SYNTAX_ERROR, "unterminated quoted string at end of jsonpath input");
    p->at++;
    return buf_take(text, p->arena);
}

static struct slice
read_word(struct parser *p)
{
    struct buf *text = buf_new(p->arena);
    p->is_bare = true;
    while (p->at < p->end && (is_other(*p->at) || *p->at == '\\')) {
        if (*p->at++ == '\\') {
            p->is_bare = false;
            read_escape(p, text);
        } else {
            buf_put_u8(text, p->at[-1]);
        }
    }
    return buf_take(text, p->arena);
}

static const uint8_t *
digits_end(const struct parser *p, const uint8_t *at)
{
    while (at < p->end && *at >= '0' && *at <= '9')
        at++;
    return at;
}

/* At a digit, or at a point with a digit behind it. */
static void
read_number(struct parser *p)
{
    const uint8_t *start = p->at;
    bool is_zero = *p->at == '0';
    p->token = T_INTEGER;
    p->at = is_zero ? p->at + 1 : digits_end(p, p->at);
    if (p->at < p->end && *p->at == '.') {
        p->token = T_NUMBER;
        p->at = digits_end(p, p->at + 1);
    }
    if (p->at < p->end && (*p->at | 32) == 'e') {
        const uint8_t *mark = ++p->at;
        if (p->at < p->end && (*p->at == '+' || *p->at == '-'))
            p->at++;
        const uint8_t *digits = p->at;
        p->at = digits_end(p, p->at);
        if (p->at == digits)
            fail_near(
                p, p->at > mark ? "invalid numeric literal" : "trailing junk after numeric literal",
                start);
        p->token = T_NUMBER;
    }
    if (p->at < p->end && is_other(*p->at)) {
        p->at++;
        fail_near(p, "trailing junk after numeric literal", start);
    }
    p->text = slice_of(start, (size_t)(p->at - start));
}

static void
skip_blanks(struct parser *p)
{
    for (;;) {
        while (p->at < p->end && is_blank(*p->at))
            p->at++;
        if (p->end - p->at < 2 || p->at[0] != '/' || p->at[1] != '*')
            return;
        for (p->at += 2; p->end - p->at >= 2 && !(p->at[0] == '*' && p->at[1] == '/');)
            p->at++;
        if (p->end - p->at < 2) {
            p->at = p->end;
            raise(SQLSTATE_SYNTAX_ERROR, "unexpected end of comment at end of jsonpath input");
        }
        p->at += 2;
    }
}

static enum token
operator_token(struct parser *p)
{
    static const struct {
        char text[3];
        enum token token;
    } operators[] = {{"&&", T_AND}, {"||", T_OR}, {"**", T_ANY_PATH}, {"<=", T_LE},
                     {">=", T_GE},  {"==", T_EQ}, {"<>", T_NE},       {"!=", T_NE},
                     {"<", T_LT},   {">", T_GT},  {"=", T_EQ}};
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        size_t bytes = strlen(operators[i].text);
        if ((size_t)(p->end - p->at) >= bytes && memcmp(p->at, operators[i].text, bytes) == 0) {
            p->at += bytes;
            return operators[i].token;
        }
    }
    p->character = *p->at++;
    return T_CHAR;
}

static void
advance(struct parser *p)
{
    skip_blanks(p);
    const uint8_t *start = p->at;
    p->is_bare = false;
    if (p->at == p->end) {
        p->token = T_END;
    } else if (*p->at == '"') {
        p->text = read_quoted(p);
        p->token = T_STRING;
    } else if (*p->at == '$' && p->at + 1 < p->end &&
               (p->at[1] == '"' || is_other(p->at[1]) || p->at[1] == '\\')) {
        p->at++;
        p->text = *p->at == '"' ? read_quoted(p) : read_word(p);
        p->is_bare = false;
        p->token = T_VARIABLE;
    } else if ((*p->at >= '0' && *p->at <= '9') ||
               (*p->at == '.' && p->at + 1 < p->end && p->at[1] >= '0' && p->at[1] <= '9')) {
        read_number(p);
    } else if (is_other(*p->at) || *p->at == '\\') {
        p->text = read_word(p);
        p->token = T_NAME;
    } else {
        p->token = operator_token(p);
    }
    p->source = slice_of(start, (size_t)(p->at - start));
}

static bool
is_char(const struct parser *p, char c)
{
    return p->token == T_CHAR && p->character == (uint8_t)c;
}

static bool
take_char(struct parser *p, char c)
{
    if (!is_char(p, c))
        return false;
    advance(p);
    return true;
}

static void
expect_char(struct parser *p, char c)
{
    if (!take_char(p, c))
        fail_syntax(p);
}

/* Keywords may be written in any case, but true, false and null. */
static bool
is_word(const struct parser *p, const char *word)
{
    if (p->token != T_NAME || !p->is_bare || p->text.bytes != strlen(word))
        return false;
    for (size_t i = 0; i < p->text.bytes; i++) {
        uint8_t c = p->text.data[i];
        if ((c >= 'A' && c <= 'Z' ? c | 32 : c) != (uint8_t)word[i])
            return false;
    }
    return true;
}

static bool
take_word(struct parser *p, const char *word)
{
    if (!is_word(p, word))
        return false;
    advance(p);
    return true;
}

static bool
is_literal_word(const struct parser *p, const char *word)
{
    return is_word(p, word) && memcmp(p->text.data, word, p->text.bytes) == 0;
}

/* ---- nodes ---- */

static struct path_node *
node_new(struct parser *p, enum path_kind kind)
{
    struct path_node *node = arena_alloc_zero(p->arena, sizeof *node);
    node->kind = kind;
    return node;
}

static struct path_node *
node_binary(struct parser *p, enum path_kind kind, struct path_node *left, struct path_node *right)
{
    struct path_node *node = node_new(p, kind);
    node->left = left;
    node->right = right;
    return node;
}

static bool
is_predicate(const struct path_node *node)
{
    return node->kind >= PATH_OR && node->kind <= PATH_LIKE_REGEX && node->next == NULL;
}

/* Raises a syntax error at the token unless the node is of the wanted sort. */
static struct path_node *
require_items(struct parser *p, struct path_node *node)
{
    if (is_predicate(node))
        fail_syntax(p);
    return node;
}

static struct path_node *
require_predicate(struct parser *p, struct path_node *node)
{
    if (!is_predicate(node))
        fail_syntax(p);
    return node;
}

static void
enter(struct parser *p)
{
    if (++p->depth > DEPTH_MAX)
        raise(SQLSTATE_STATEMENT_TOO_COMPLEX, "stack depth limit exceeded");
}

/* ---- steps ---- */

static struct path_node *
parse_index_list(struct parser *p)
{
    struct path_node *node = node_new(p, PATH_INDEX);
    uint32_t capacity = 0;
    p->index_depth++;
    do {
        if (node->range_count == capacity) {
            uint32_t more = capacity == 0 ? 4 : capacity * 2;
            struct path_range *ranges = arena_alloc_array(p->arena, more, sizeof *ranges);
            if (capacity != 0)
                memcpy(ranges, node->ranges, capacity * sizeof *ranges);
            node->ranges = ranges;
            capacity = more;
        }
        struct path_range *range = &node->ranges[node->range_count++];
        range->from = require_items(p, parse_sum(p));
        range->to = take_word(p, "to") ? require_items(p, parse_sum(p)) : NULL;
    } while (take_char(p, ','));
    p->index_depth--;
    expect_char(p, ']');
    return node;
}

static uint32_t
parse_level(struct parser *p)
{
    if (take_word(p, "last"))
        return PATH_LEVEL_LAST;
    if (p->token != T_INTEGER)
        fail_syntax(p);
    uint64_t level = 0;
    for (size_t i = 0; i < p->text.bytes && level <= UINT32_MAX; i++)
        level = level * 10 + (uint64_t)(p->text.data[i] - '0');
    if (level > INT32_MAX)
        raise(SQLSTATE_INVALID_TEXT_REPRESENTATION,
              "value \"%.*s\" is out of range for type integer", (int)p->text.bytes,
              (const char *)p->text.data);
    advance(p);
    return (uint32_t)level;
}

static struct path_node *
parse_any_path(struct parser *p)
{
    struct path_node *node = node_new(p, PATH_ANY);
    node->last = PATH_LEVEL_LAST;
    if (!take_char(p, '{'))
        return node;
    node->first = node->last = parse_level(p);
    if (take_word(p, "to"))
        node->last = parse_level(p);
    expect_char(p, '}');
    return node;
}

static const char *const method_names[] = {
    [METHOD_ABS] = "abs",           [METHOD_SIZE] = "size",        [METHOD_TYPE] = "type",
    [METHOD_FLOOR] = "floor",       [METHOD_DOUBLE] = "double",    [METHOD_CEILING] = "ceiling",
    [METHOD_KEYVALUE] = "keyvalue", [METHOD_DATETIME] = "datetime"};

const char *
path_method_name(enum path_method method)
{
    return method_names[method];
}

/* A key, or a method if parentheses follow its name. */
static struct path_node *
parse_key(struct parser *p)
{
    struct path_node *node = node_new(p, PATH_KEY);
    struct parser before = *p;
    if (p->token != T_NAME && p->token != T_STRING)
        fail_syntax(p);
    node->text = p->text;
    advance(p);
    if (!is_char(p, '('))
        return node;
    for (size_t i = 0; i < sizeof method_names / sizeof *method_names; i++) {
        if (!is_word(&before, method_names[i]))
            continue;
        node->kind = PATH_METHOD;
        node->method = (enum path_method)i;
        advance(p);
        if (i == METHOD_DATETIME && p->token == T_STRING) {
            node->left = node_new(p, PATH_STRING);
            node->left->text = p->text;
            advance(p);
        }
        expect_char(p, ')');
        return node;
    }
    fail_syntax(p);
}

/* The next step behind an item; null: there is none. */
static struct path_node *
parse_step(struct parser *p)
{
    if (take_char(p, '.')) {
        if (take_char(p, '*'))
            return node_new(p, PATH_ANY_KEY);
        if (p->token == T_ANY_PATH) {
            advance(p);
            return parse_any_path(p);
        }
        return parse_key(p);
    }
    if (take_char(p, '[')) {
        if (!take_char(p, '*'))
            return parse_index_list(p);
        expect_char(p, ']');
        return node_new(p, PATH_ANY_ELEMENT);
    }
    if (!take_char(p, '?'))
        return NULL;
    struct path_node *node = node_new(p, PATH_FILTER);
    expect_char(p, '(');
    p->filter_depth++;
    node->left = require_predicate(p, parse_or(p));
    p->filter_depth--;
    expect_char(p, ')');
    return node;
}

static struct path_node *
parse_steps(struct parser *p, struct path_node *item)
{
    struct path_node *tail = item, *step;
    while (tail->next != NULL)
        tail = tail->next;
    while ((step = parse_step(p)) != NULL) {
        tail->next = step;
        tail = step;
    }
    return item;
}

static bool
begins_step(const struct parser *p)
{
    return is_char(p, '.') || is_char(p, '[') || is_char(p, '?');
}

/* ---- items ---- */

static struct path_node *
parse_word(struct parser *p)
{
    struct path_node *node = NULL;
    if (is_literal_word(p, "null")) {
        node = node_new(p, PATH_NULL);
    } else if (is_literal_word(p, "true") || is_literal_word(p, "false")) {
        node = node_new(p, PATH_BOOL);
        node->boolean = *p->text.data == 't';
    } else if (is_word(p, "last")) {
        if (p->index_depth == 0)
            raise(SQLSTATE_SYNTAX_ERROR, "LAST is allowed only in array subscripts");
        node = node_new(p, PATH_LAST);
    } else {
        fail_syntax(p);
    }
    advance(p);
    return node;
}

static struct path_node *
parse_primary(struct parser *p)
{
    struct path_node *node;
    if (p->token == T_NAME)
        return parse_word(p);
    if (p->token == T_STRING || p->token == T_VARIABLE) {
        node = node_new(p, p->token == T_STRING ? PATH_STRING : PATH_VARIABLE);
        node->text = p->text;
    } else if (p->token == T_INTEGER || p->token == T_NUMBER) {
        node = node_new(p, PATH_NUMBER);
        node->number = numeric_read(p->arena, p->text);
    } else if (is_char(p, '$')) {
        node = node_new(p, PATH_ROOT);
    } else if (is_char(p, '@')) {
        if (p->filter_depth == 0)
            raise(SQLSTATE_SYNTAX_ERROR, "@ is not allowed in root expressions");
        node = node_new(p, PATH_CURRENT);
    } else {
        fail_syntax(p);
    }
    advance(p);
    return node;
}

/* In parentheses: items or a predicate. */
static struct path_node *
parse_group(struct parser *p)
{
    enter(p);
    struct path_node *node = parse_or(p);
    p->depth--;
    expect_char(p, ')');
    if (is_predicate(node) && take_word(p, "is")) {
        if (!take_word(p, "unknown"))
            fail_syntax(p);
        struct path_node *test = node_new(p, PATH_IS_UNKNOWN);
        test->left = node;
        return test;
    }
    return begins_step(p) ? parse_steps(p, node) : node;
}

static struct path_node *
parse_exists(struct parser *p)
{
    struct path_node *node = node_new(p, PATH_EXISTS);
    expect_char(p, '(');
    node->left = require_items(p, parse_sum(p));
    expect_char(p, ')');
    return node;
}

static struct path_node *
parse_sign(struct parser *p, bool is_minus)
{
    enter(p);
    struct path_node *operand;
    bool has_sign = is_char(p, '+') || is_char(p, '-');
    if (has_sign) {
        bool inner_minus = is_char(p, '-');
        advance(p);
        operand = parse_sign(p, inner_minus);
    } else if (take_char(p, '(')) {
        operand = parse_group(p);
    } else {
        operand = parse_steps(p, parse_primary(p));
    }
    p->depth--;
    require_items(p, operand);
    if (operand->kind == PATH_NUMBER && operand->next == NULL) {
        if (is_minus)
            operand->number = numeric_negate(p->arena, operand->number);
        return operand;
    }
    struct path_node *node = node_new(p, is_minus ? PATH_MINUS : PATH_PLUS);
    node->left = operand;
    return node;
}

static struct path_node *
parse_unary(struct parser *p)
{
    if (is_char(p, '-') || is_char(p, '+')) {
        bool is_minus = is_char(p, '-');
        advance(p);
        return parse_sign(p, is_minus);
    }
    if (take_char(p, '!')) {
        struct path_node *node = node_new(p, PATH_NOT);
        enter(p);
        if (take_word(p, "exists")) {
            node->left = parse_exists(p);
        } else {
            expect_char(p, '(');
            node->left = require_predicate(p, parse_or(p));
            expect_char(p, ')');
        }
        p->depth--;
        return node;
    }
    if (is_word(p, "exists")) {
        advance(p);
        return parse_exists(p);
    }
    if (take_char(p, '('))
        return parse_group(p);
    return parse_steps(p, parse_primary(p));
}

static struct path_node *
parse_product(struct parser *p)
{
    struct path_node *left = parse_unary(p);
    while (is_char(p, '*') || is_char(p, '/') || is_char(p, '%')) {
        enum path_kind kind = is_char(p, '*') ? PATH_MUL : is_char(p, '/') ? PATH_DIV : PATH_MOD;
        require_items(p, left);
        advance(p);
        left = node_binary(p, kind, left, require_items(p, parse_unary(p)));
    }
    return left;
}

static struct path_node *
parse_sum(struct parser *p)
{
    struct path_node *left = parse_product(p);
    while (is_char(p, '+') || is_char(p, '-')) {
        enum path_kind kind = is_char(p, '+') ? PATH_ADD : PATH_SUB;
        require_items(p, left);
        advance(p);
        left = node_binary(p, kind, left, require_items(p, parse_product(p)));
    }
    return left;
}

/* ---- predicates ---- */

static void
read_flags(struct parser *p, struct path_node *node)
{
    uint8_t *flags = arena_alloc(p->arena, 8);
    size_t count = 0;
    for (size_t i = 0; i < p->text.bytes; i++) {
        uint8_t c = p->text.data[i];
        if (strchr("ismxq", c) == NULL || c == '\0')
            raise_error(.code = SQLSTATE_SYNTAX_ERROR,
                        .message = "invalid input syntax for type jsonpath",
                        .detail = raise_text("Unrecognized flag character \"%c\" in LIKE_REGEX "
                                             "predicate.",
                                             c));
        if (memchr(flags, c, count) == NULL)
            flags[count++] = c;
    }
    node->flags = slice_of(flags, count);
    if (memchr(flags, 'x', count) != NULL && memchr(flags, 'q', count) == NULL)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED,
              "XQuery \"x\" flag (expanded regular expressions) is not implemented");
    advance(p);
}

static struct path_node *
parse_like_regex(struct parser *p, struct path_node *left)
{
    struct path_node *node = node_new(p, PATH_LIKE_REGEX);
    node->left = require_items(p, left);
    if (p->token != T_STRING)
        fail_syntax(p);
    node->text = p->text;
    advance(p);
    if (take_word(p, "flag")) {
        if (p->token != T_STRING)
            fail_syntax(p);
        read_flags(p, node);
    }
    (void)path_regex(p->arena, node); /* a wrong pattern is told now */
    return node;
}

static struct path_node *
parse_comparison(struct parser *p)
{
    struct path_node *left = parse_sum(p);
    if (p->token >= T_EQ && p->token <= T_GE) {
        enum path_kind kind = (enum path_kind)(PATH_EQ + (p->token - T_EQ));
        require_items(p, left);
        advance(p);
        return node_binary(p, kind, left, require_items(p, parse_sum(p)));
    }
    if (is_word(p, "like_regex")) {
        require_items(p, left);
        advance(p);
        return parse_like_regex(p, left);
    }
    if (!is_word(p, "starts"))
        return left;
    require_items(p, left);
    advance(p);
    if (!take_word(p, "with") || (p->token != T_STRING && p->token != T_VARIABLE))
        fail_syntax(p);
    return node_binary(p, PATH_STARTS_WITH, left, parse_primary(p));
}

static struct path_node *
parse_and(struct parser *p)
{
    struct path_node *left = parse_comparison(p);
    while (p->token == T_AND) {
        require_predicate(p, left);
        advance(p);
        left = node_binary(p, PATH_AND, left, require_predicate(p, parse_comparison(p)));
    }
    return left;
}

static struct path_node *
parse_or(struct parser *p)
{
    enter(p);
    struct path_node *left = parse_and(p);
    while (p->token == T_OR) {
        require_predicate(p, left);
        advance(p);
        left = node_binary(p, PATH_OR, left, require_predicate(p, parse_and(p)));
    }
    p->depth--;
    return left;
}

struct jsonpath *
jsonpath_parse(struct arena *arena, struct slice text)
{
    struct parser p = {.arena = arena, .at = text.data, .end = text.data + text.bytes};
    struct jsonpath *path = arena_alloc_zero(arena, sizeof *path);
    advance(&p);
    if (p.token == T_END)
        raise(SQLSTATE_INVALID_TEXT_REPRESENTATION,
              "invalid input syntax for type jsonpath: \"%.*s\"", (int)text.bytes,
              (const char *)text.data);
    path->is_lax = !is_word(&p, "strict");
    if (is_word(&p, "strict") || is_word(&p, "lax"))
        advance(&p);
    path->root = parse_or(&p);
    if (p.token != T_END)
        fail_syntax(&p);
    return path;
}
