/*
 * fingerprint.c: see fingerprint.h.
 *
 * One pass over the tokens with a stack of what each open bracket allows. In a query (the statement
 * or a bracket that begins with SELECT) the clause being read decides; any other bracket takes over
 * from the one around it, but for type modifiers and the calls whose grammar wants constants.
 * Whether a statement groups is known only when its GROUP BY is met, after its select list; so
 * literals outside WHERE are noted as such, and if anything that groups was seen anywhere, the key
 * is made again with WHERE's literals alone.
 */
#include "sql/fingerprint.h"

#include "sql/lexer.h"

#define BRACKETS_MAX 64

enum place {
    PLACE_ANY,   /* select list, VALUES, SET, ON, ... */
    PLACE_WHERE, /* literals here are safe whatever else the statement does */
    PLACE_NONE,  /* nothing is lifted */
};

struct reader {
    struct lexer lexer;
    struct slice text;
    struct buf *key;
    struct fingerprint *out;
    bool where_only;
    bool is_grouped; /* GROUP BY, DISTINCT, OVER, UNION, ... was seen */
    uint32_t open;
    enum place places[BRACKETS_MAX];
    uint32_t copied;        /* of the text, into the key */
    struct token before[2]; /* the tokens before the current one, nearest first */
    bool is_after_conflict;
};

static bool
is_any_word(const struct reader *r, const struct token *token, const char *const *words)
{
    for (; *words != NULL; words++) {
        if (token_is_word(&r->lexer, token, *words))
            return true;
    }
    return false;
}

/* Words after which an expression begins. */
static const char *const before_value[] = {"and",  "or",    "not",    "then",    "else",
                                           "when", "like",  "ilike",  "between", "select",
                                           "on",   "where", "offset", "case",    NULL};
/* Words whose presence means that expressions are compared with each other as written. */
static const char *const grouping_words[] = {
    "group",    "distinct", "over", "partition", "window",    "union",  "except", "intersect",
    "grouping", "rollup",   "cube", "within",    "recursive", "having", NULL};
/* Words that end WHERE, and begin what is not lifted. */
static const char *const no_lift_words[] = {"group",     "order",  "limit",       "fetch",
                                            "window",    "for",    "having",      "union",
                                            "intersect", "except", "tablesample", NULL};
/* Before a bracket: type names with modifiers, and calls with constants in their grammar. */
static const char *const constant_calls[] = {"numeric",
                                             "decimal",
                                             "dec",
                                             "varchar",
                                             "char",
                                             "character",
                                             "varying",
                                             "bpchar",
                                             "nchar",
                                             "bit",
                                             "varbit",
                                             "float",
                                             "time",
                                             "timestamp",
                                             "interval",
                                             "timetz",
                                             "timestamptz",
                                             "current_time",
                                             "current_timestamp",
                                             "localtime",
                                             "localtimestamp",
                                             "extract",
                                             "normalize",
                                             "trim",
                                             "overlay",
                                             "substring",
                                             "position",
                                             "xmlserialize",
                                             "xmlelement",
                                             "within",
                                             NULL};

static void
copy_until(struct reader *r, uint32_t end)
{
    buf_put(r->key, r->text.data + r->copied, end - r->copied);
    r->copied = end;
}

/* ---- what a bracket allows ---- */

static enum place
place_of_bracket(const struct reader *r)
{
    const struct token *opener = &r->before[0], *earlier = &r->before[1];
    enum place outer = r->places[r->open];
    if (opener->kind != TOKEN_WORD)
        return outer;
    if (is_any_word(r, opener, constant_calls) || token_is(&r->lexer, earlier, "::") ||
        token_is_word(&r->lexer, earlier, "as"))
        return PLACE_NONE;
    return outer;
}

static bool
open_bracket(struct reader *r, bool is_square)
{
    if (r->open + 1 == BRACKETS_MAX)
        return false;
    enum place place = place_of_bracket(r);
    if (is_square && !token_is_word(&r->lexer, &r->before[0], "array"))
        place = PLACE_NONE;
    r->places[++r->open] = place;
    return true;
}

static void
read_word(struct reader *r, const struct token *token)
{
    enum place *place = &r->places[r->open];
    if (token_is(&r->lexer, &r->before[0], "."))
        return; /* a column that is named like a keyword */
    if (is_any_word(r, token, grouping_words))
        r->is_grouped = true;
    if (token_is_word(&r->lexer, token, "conflict"))
        r->is_after_conflict = true;
    if (is_any_word(r, token, no_lift_words))
        *place = PLACE_NONE;
    else if (token_is_word(&r->lexer, token, "where"))
        *place = PLACE_WHERE;
    else if (token_is_word(&r->lexer, token, "select") || token_is_word(&r->lexer, token, "set") ||
             token_is_word(&r->lexer, token, "returning") ||
             token_is_word(&r->lexer, token, "values"))
        *place = PLACE_ANY;
    else if (token_is_word(&r->lexer, token, "offset"))
        *place = PLACE_WHERE;
}

/* ---- literals ---- */

/* True if an expression may begin after the token. */
static bool
begins_value(const struct reader *r, const struct token *token)
{
    if (token->kind == TOKEN_OPERATOR)
        return true;
    if (token->kind == TOKEN_PUNCT)
        return token_is(&r->lexer, token, "(") || token_is(&r->lexer, token, ",") ||
               token_is(&r->lexer, token, "[");
    return is_any_word(r, token, before_value);
}

/* The value of up to 19 digits; false if it does not fit. */
static bool
parse_integer(const struct reader *r, const struct token *token, int64_t *value)
{
    uint64_t sum = 0;
    if (token->bytes > 19)
        return false;
    for (uint32_t i = 0; i < token->bytes; i++)
        sum = sum * 10 + (r->text.data[token->at + i] - '0');
    *value = (int64_t)sum;
    return sum <= INT64_MAX;
}

static bool
has_byte(const struct reader *r, const struct token *token, uint8_t byte)
{
    return memchr(r->text.data + token->at, byte, token->bytes) != NULL;
}

/* A minus that can only be a sign, and belongs to the number alone: not in -1::int2. */
static bool
is_sign(const struct reader *r)
{
    if (!token_is(&r->lexer, &r->before[0], "-") || !begins_value(r, &r->before[1]))
        return false;
    struct lexer ahead = r->lexer;
    struct token next = lexer_next(&ahead);
    return !token_is(&ahead, &next, "::") && !token_is(&ahead, &next, "[") &&
           !token_is(&ahead, &next, ".");
}

static bool
measure(const struct reader *r, const struct token *token, struct literal *literal)
{
    *literal = (struct literal){.at = token->at, .bytes = token->bytes};
    switch (token->kind) {
    case TOKEN_STRING:
        literal->type = TYPE_UNKNOWN;
        return !token->is_joined && !has_byte(r, token, '\\') && !has_byte(r, token, 0);
    case TOKEN_INTEGER:
        if (!parse_integer(r, token, &literal->integer))
            return false;
        literal->type = literal->integer > INT32_MAX ? TYPE_INT8 : TYPE_INT4;
        break;
    case TOKEN_DECIMAL:
        literal->type = TYPE_NUMERIC;
        break;
    default:
        return false;
    }
    /* -2147483648 is an int4, though 2147483648 is none. */
    bool is_edge = token->kind == TOKEN_INTEGER && literal->integer == (int64_t)INT32_MAX + 1;
    if (is_edge && token_is(&r->lexer, &r->before[0], "-"))
        return false;
    if (is_sign(r)) {
        literal->sign_bytes = token->at - r->before[0].at;
        literal->integer = -literal->integer;
        literal->bytes += literal->sign_bytes;
        literal->at = r->before[0].at;
    }
    return true;
}

/* A pattern decides the plan: an index serves those that begin with something fixed. */
static bool
is_pattern(const struct reader *r)
{
    const struct token *before = &r->before[0];
    return token_is_word(&r->lexer, before, "like") || token_is(&r->lexer, before, "~~") ||
           token_is(&r->lexer, before, "^@");
}

static bool
may_lift(const struct reader *r)
{
    enum place place = r->places[r->open];
    if (place == PLACE_NONE || r->is_after_conflict || is_pattern(r))
        return false;
    if (r->where_only && place != PLACE_WHERE)
        return false;
    return r->out->count < LITERALS_MAX && begins_value(r, &r->before[0]);
}

/* A literal glued to the next token ("1x") or followed by a string is none of ours. */
static bool
is_apart(const struct reader *r, const struct token *token)
{
    struct lexer ahead = r->lexer;
    struct token next = lexer_next(&ahead);
    if (next.kind == TOKEN_STRING || next.kind == TOKEN_ESCAPED || next.kind == TOKEN_DOLLAR)
        return false;
    bool is_word = next.kind == TOKEN_WORD || next.kind == TOKEN_INTEGER ||
                   next.kind == TOKEN_DECIMAL || next.kind == TOKEN_PARAM;
    return !is_word || next.at > token->at + token->bytes;
}

static void
read_literal(struct reader *r, const struct token *token)
{
    struct literal literal;
    /* ORDER BY a + 1: an expression that one in the select list may be equal to. */
    if (r->places[r->open] == PLACE_NONE && r->before[0].kind == TOKEN_OPERATOR)
        r->is_grouped = true;
    if (!may_lift(r) || !is_apart(r, token) || !measure(r, token, &literal))
        return;
    copy_until(r, literal.at);
    r->out->literals[r->out->count++] = literal;
    /* A dollar sign goes on with a word: select'x'. */
    uint8_t last = r->key->bytes > 0 ? r->key->data[r->key->bytes - 1] : ' ';
    if (last >= 0x80 || last == '_' || last == '$' || (last >= '0' && last <= '9') ||
        ((last | 0x20) >= 'a' && (last | 0x20) <= 'z'))
        buf_put_u8(r->key, ' ');
    buf_format(r->key, "$%u", r->out->count);
    r->copied = token->at + token->bytes;
}

/* ---- the pass ---- */

enum outcome { OUTCOME_ON, OUTCOME_END, OUTCOME_REFUSED };

static enum outcome
read_token(struct reader *r, const struct token *token)
{
    switch (token->kind) {
    case TOKEN_END:
        return OUTCOME_END;
    case TOKEN_BAD:
    case TOKEN_PARAM:
        return OUTCOME_REFUSED;
    case TOKEN_WORD:
        read_word(r, token);
        return OUTCOME_ON;
    case TOKEN_INTEGER:
    case TOKEN_DECIMAL:
    case TOKEN_STRING:
        read_literal(r, token);
        return OUTCOME_ON;
    case TOKEN_PUNCT:
        if (token_is(&r->lexer, token, "(") || token_is(&r->lexer, token, "["))
            return open_bracket(r, token_is(&r->lexer, token, "[")) ? OUTCOME_ON : OUTCOME_REFUSED;
        if (token_is(&r->lexer, token, ")") || token_is(&r->lexer, token, "]")) {
            if (r->open == 0)
                return OUTCOME_REFUSED;
            r->open--;
        } else if (token_is(&r->lexer, token, ";")) {
            struct token next = lexer_next(&r->lexer);
            return next.kind == TOKEN_END ? OUTCOME_END : OUTCOME_REFUSED;
        }
        return OUTCOME_ON;
    default:
        return OUTCOME_ON;
    }
}

static bool
is_verb(const struct reader *r, const struct token *token)
{
    static const char *const verbs[] = {"select", "insert", "update", "delete", NULL};
    return is_any_word(r, token, verbs);
}

static bool
read_all(struct reader *r)
{
    bool is_first = true;
    lexer_init(&r->lexer, r->text);
    r->places[0] = PLACE_ANY;
    r->out->count = 0;
    for (;;) {
        struct token token = lexer_next(&r->lexer);
        if (is_first && !is_verb(r, &token))
            return false;
        is_first = false;
        switch (read_token(r, &token)) {
        case OUTCOME_REFUSED:
            return false;
        case OUTCOME_END:
            copy_until(r, (uint32_t)r->text.bytes);
            return r->open == 0 && !r->key->is_failed;
        case OUTCOME_ON:
            break;
        }
        r->before[1] = r->before[0];
        r->before[0] = token;
    }
}

bool
fingerprint_make(struct slice text, struct buf *key, struct fingerprint *out)
{
    if (text.bytes > INT32_MAX)
        return false;
    size_t before = key->bytes;
    struct reader r = {.text = text, .key = key, .out = out};
    if (!read_all(&r))
        return false;
    if (!r.is_grouped)
        return true;
    key->bytes = before;
    r = (struct reader){.text = text, .key = key, .out = out, .where_only = true};
    return read_all(&r);
}

struct slice
literal_value(struct arena *arena, struct slice text, const struct literal *literal)
{
    const uint8_t *from = text.data + literal->at;
    uint8_t *to = arena_alloc(arena, literal->bytes + 1);
    uint32_t bytes = 0;
    if (literal->type == TYPE_UNKNOWN) {
        for (uint32_t i = 1; i + 1 < literal->bytes; i++) {
            to[bytes++] = from[i];
            i += from[i] == '\'';
        }
    } else {
        if (literal->sign_bytes > 0)
            to[bytes++] = '-';
        memcpy(to + bytes, from + literal->sign_bytes, literal->bytes - literal->sign_bytes);
        bytes += literal->bytes - literal->sign_bytes;
    }
    to[bytes] = 0;
    return slice_of(to, bytes);
}

oid *
fingerprint_types(struct arena *arena, const struct fingerprint *fingerprint)
{
    oid *types = arena_alloc_array(arena, fingerprint->count, sizeof *types);
    for (uint32_t i = 0; i < fingerprint->count; i++)
        types[i] = fingerprint->literals[i].type;
    return types;
}
