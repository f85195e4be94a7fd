/*
 * tsquery.c: the type tsquery: its value, reading and printing it, order and keys.
 *
 * Operators bind from ! over the phrase operator and & to |. A value orders by the number of its
 * nodes, its size in PostgreSQL, then node by node, lexemes by a checksum first.
 */
#include "type/tsquery.h"

#include "base/hash.h"
#include "base/raise.h"
#include "type/digits.h"
#include "type/generic.h"
#include "type/input.h"
#include "type/tables.h"
#include "type/utf8.h"

/* ---- values ---- */

struct decoder {
    struct arena *arena;
    const uint8_t *at;
};

static struct ts_node *
decode_node(struct decoder *d)
{
    struct ts_node *node = arena_alloc_zero(d->arena, sizeof *node);
    node->op = (enum ts_op)(*d->at++ - 1);
    if (node->op == TS_LEXEME) {
        node->weights = d->at[0];
        node->is_prefix = d->at[1] != 0;
        node->text = slice_of(d->at + 4, (size_t)(d->at[2] | d->at[3] << 8));
        d->at += 4 + node->text.bytes;
        return node;
    }
    if (node->op == TS_PHRASE) {
        node->distance = (uint16_t)(d->at[0] | d->at[1] << 8);
        d->at += 2;
    }
    node->right = decode_node(d);
    if (node->op != TS_NOT)
        node->left = decode_node(d);
    return node;
}

struct ts_node *
datum_tsquery(struct arena *arena, const union datum *value)
{
    struct slice bytes = datum_slice(value);
    if (le32_get(bytes.data) == 0)
        return NULL;
    /* The texts of a short value lie in the datum itself, which need not outlive the tree. */
    struct decoder d = {arena, arena_slice(arena, bytes).data + 4};
    return decode_node(&d);
}

uint32_t
ts_node_count(const struct ts_node *node)
{
    return node == NULL ? 0 : 1 + ts_node_count(node->left) + ts_node_count(node->right);
}

static void
encode_node(const struct ts_node *node, struct buf *to, uint32_t depth)
{
    if (depth > TSQUERY_DEPTH_MAX)
        raise(SQLSTATE_STATEMENT_TOO_COMPLEX, "stack depth limit exceeded");
    buf_put_u8(to, (uint8_t)(node->op + 1));
    if (node->op == TS_LEXEME) {
        buf_put_u8(to, node->weights);
        buf_put_u8(to, node->is_prefix);
        buf_put_u16(to, (uint16_t)node->text.bytes);
        buf_put_slice(to, node->text);
        return;
    }
    if (node->op == TS_PHRASE)
        buf_put_u16(to, node->distance);
    encode_node(node->right, to, depth + 1);
    if (node->left != NULL)
        encode_node(node->left, to, depth + 1);
}

union datum
tsquery_datum(struct arena *arena, const struct ts_node *root)
{
    struct buf *bytes = buf_new(arena);
    buf_put_u32(bytes, ts_node_count(root));
    if (root != NULL)
        encode_node(root, bytes, 0);
    return generic_buf_datum(arena, bytes);
}

struct ts_node *
ts_lexeme_node(struct arena *arena, struct slice text, uint8_t weights, bool is_prefix)
{
    if (text.bytes > LEXEME_BYTES_MAX)
        raise(SQLSTATE_PROGRAM_LIMIT_EXCEEDED, "word is too long in tsquery: \"%.*s\"",
              (int)text.bytes, (const char *)text.data);
    struct ts_node *node = arena_alloc_zero(arena, sizeof *node);
    *node =
        (struct ts_node){.op = TS_LEXEME, .text = text, .weights = weights, .is_prefix = is_prefix};
    return node;
}

struct ts_node *
ts_op_node(struct arena *arena, enum ts_op op, struct ts_node *left, struct ts_node *right,
           uint16_t distance)
{
    struct ts_node *node = arena_alloc_zero(arena, sizeof *node);
    *node = (struct ts_node){.op = op, .left = left, .right = right, .distance = distance};
    return node;
}

/* ---- printing ---- */

static int
priority(enum ts_op op)
{
    static const int priorities[] = {[TS_NOT] = 4, [TS_PHRASE] = 3, [TS_AND] = 2, [TS_OR] = 1};
    return priorities[op];
}

static void
print_lexeme(struct buf *to, const struct ts_node *node)
{
    ts_put_quoted(to, node->text);
    if (node->weights == 0 && !node->is_prefix)
        return;
    buf_put_u8(to, ':');
    if (node->is_prefix)
        buf_put_u8(to, '*');
    for (int weight = 3; weight >= 0; weight--) {
        if ((node->weights & 1 << weight) != 0)
            buf_put_u8(to, (uint8_t)('D' - weight));
    }
}

static void
print_node(struct buf *to, const struct ts_node *node, int outer, bool is_right_of_phrase)
{
    if (node->op == TS_LEXEME) {
        print_lexeme(to, node);
        return;
    }
    int own = priority(node->op);
    bool is_nested = own < outer || (node->op == TS_PHRASE && is_right_of_phrase);
    if (is_nested)
        buf_put_text(to, "( ");
    if (node->op == TS_NOT) {
        buf_put_u8(to, '!');
        print_node(to, node->right, own, false);
    } else {
        print_node(to, node->left, own, false);
        if (node->op == TS_PHRASE && node->distance != 1)
            buf_format(to, " <%u> ", node->distance);
        else
            buf_put_text(to, node->op == TS_PHRASE ? " <-> " : node->op == TS_AND ? " & " : " | ");
        print_node(to, node->right, own, node->op == TS_PHRASE);
    }
    if (is_nested)
        buf_put_text(to, " )");
}

void
tsquery_print(struct buf *to, const struct ts_node *root)
{
    if (root != NULL)
        print_node(to, root, -1, false);
}

/* ---- reading ---- */

struct pending_op {
    enum ts_op op;
    uint16_t distance;
};

struct parser {
    struct ts_words words;
    struct arena *arena;
    ts_word_maker make;
    void *object;
    struct ts_node **operands;
    struct pending_op *ops;
    uint32_t operand_count, operand_capacity, op_count, op_capacity, depth;
    bool in_quotes, has_any; /* web */
    uint32_t quote_floor;    /* the operators before the quoted words */
};

static _Noreturn void
fail(const struct parser *p)
{
    ts_raise_syntax(p->words.whole, true);
}

static void
push_operand(struct parser *p, struct ts_node *node)
{
    if (p->operand_count == p->operand_capacity) {
        p->operand_capacity = p->operand_capacity == 0 ? 16 : p->operand_capacity * 2;
        struct ts_node **more = arena_alloc_array(p->arena, p->operand_capacity, sizeof *more);
        if (p->operand_count != 0)
            memcpy(more, p->operands, p->operand_count * sizeof *more);
        p->operands = more;
    }
    p->operands[p->operand_count++] = node;
}

static void
apply_op(struct parser *p)
{
    struct pending_op op = p->ops[--p->op_count];
    uint32_t wanted = op.op == TS_NOT ? 1 : 2;
    if (p->operand_count < wanted)
        fail(p);
    struct ts_node *right = p->operands[--p->operand_count];
    struct ts_node *left = wanted == 2 ? p->operands[--p->operand_count] : NULL;
    push_operand(p, ts_op_node(p->arena, op.op, left, right, op.distance));
}

/* Applies the operators above `floor` that bind at least as tightly as `op`. */
static void
apply_ops(struct parser *p, enum ts_op op, uint32_t floor)
{
    while (p->op_count > floor) {
        int own = priority(op), top = priority(p->ops[p->op_count - 1].op);
        if ((op != TS_NOT && own > top) || (op == TS_NOT && own >= top))
            return;
        apply_op(p);
    }
}

static void
push_op(struct parser *p, enum ts_op op, uint16_t distance, uint32_t floor)
{
    apply_ops(p, op, floor);
    if (p->op_count == p->op_capacity) {
        p->op_capacity = p->op_capacity == 0 ? 16 : p->op_capacity * 2;
        struct pending_op *more = arena_alloc_array(p->arena, p->op_capacity, sizeof *more);
        if (p->op_count != 0)
            memcpy(more, p->ops, p->op_count * sizeof *more);
        p->ops = more;
    }
    p->ops[p->op_count++] = (struct pending_op){op, distance};
}

static void
skip_blanks(struct parser *p)
{
    while (p->words.at < p->words.end && is_space(*p->words.at))
        p->words.at++;
}

/* :*AB after a word. */
static void
take_modifiers(struct parser *p, uint8_t *weights, bool *is_prefix)
{
    *weights = 0;
    *is_prefix = false;
    if (p->words.at == p->words.end || *p->words.at != ':')
        return;
    for (p->words.at++; p->words.at < p->words.end; p->words.at++) {
        uint8_t c = *p->words.at, letter = c | 0x20;
        if (c == '*')
            *is_prefix = true;
        else if (letter >= 'a' && letter <= 'd' && c != letter - 0x40)
            *weights |= (uint8_t)(1 << ('d' - letter));
        else
            return;
    }
}

static void
take_word(struct parser *p, bool is_first)
{
    if (p->words.at < p->words.end && *p->words.at == ':')
        fail(p);
    if (!ts_words_next(&p->words)) {
        if (is_first)
            return;
        raise(SQLSTATE_SYNTAX_ERROR, "no operand in tsquery: \"%.*s\"", (int)p->words.whole.bytes,
              (const char *)p->words.whole.data);
    }
    struct slice word = arena_slice(p->arena, buf_slice(p->words.word));
    uint8_t weights = 0;
    bool is_prefix = false;
    if (!p->words.is_web)
        take_modifiers(p, &weights, &is_prefix);
    push_operand(p, p->make(p->object, word, weights, is_prefix));
}

/* <-> and <5>; false, and nothing taken: it is none. */
static bool
take_phrase(struct parser *p, uint16_t *distance)
{
    const uint8_t *at = p->words.at + 1, *end = p->words.end;
    int64_t number = 1;
    if (at < end && *at == '-') {
        at++;
    } else {
        const uint8_t *start = at;
        for (number = 0; at < end && is_digit(*at); at++)
            number = number > TS_DISTANCE_MAX ? number : number * 10 + (*at - '0');
        if (at == start)
            return false;
        if (number > TS_DISTANCE_MAX)
            raise(SQLSTATE_INVALID_PARAMETER_VALUE,
                  "distance in phrase operator must be an integer value between zero and %d "
                  "inclusive",
                  TS_DISTANCE_MAX);
    }
    if (end - at < 2 || *at != '>') /* at the end of the text it is none */
        return false;
    p->words.at = at + 1;
    *distance = (uint16_t)number;
    return true;
}

static void parse_level(struct parser *p, bool is_first);

/* An operand with what stands before it. */
static void
parse_operand(struct parser *p, bool is_first, uint32_t floor)
{
    for (;;) {
        skip_blanks(p);
        uint8_t c = p->words.at < p->words.end ? *p->words.at : 0;
        if (c == '!') {
            p->words.at++;
            push_op(p, TS_NOT, 0, floor);
            is_first = false;
        } else if (c == '(') {
            p->words.at++;
            parse_level(p, false);
            if (p->words.at == p->words.end)
                fail(p);
            p->words.at++;
            return;
        } else {
            take_word(p, is_first);
            return;
        }
    }
}

/* To the end, or to the parenthesis that closes it. */
static void
parse_level(struct parser *p, bool is_first)
{
    uint32_t floor = p->op_count;
    if (++p->depth > TSQUERY_DEPTH_MAX)
        raise(SQLSTATE_STATEMENT_TOO_COMPLEX, "stack depth limit exceeded");
    parse_operand(p, is_first, floor);
    for (;;) {
        skip_blanks(p);
        if (p->words.at == p->words.end || (*p->words.at == ')' && p->depth > 1))
            break;
        uint8_t c = *p->words.at;
        uint16_t distance = 0;
        enum ts_op op = c == '&' ? TS_AND : c == '|' ? TS_OR : TS_PHRASE;
        if (op == TS_PHRASE && (c != '<' || !take_phrase(p, &distance)))
            fail(p);
        if (op != TS_PHRASE)
            p->words.at++;
        push_op(p, op, distance, floor);
        parse_operand(p, false, floor);
    }
    apply_ops(p, TS_OR, floor);
    p->depth--;
}

static void
parser_init(struct parser *p, struct arena *arena, struct slice text, ts_word_maker make,
            void *object)
{
    *p = (struct parser){.arena = arena, .make = make, .object = object};
    ts_words_init(&p->words, arena, text, true);
}

static struct ts_node *
finish(struct parser *p)
{
    if (p->operand_count == 0) {
        notice(SEVERITY_NOTICE, SQLSTATE_SUCCESSFUL_COMPLETION,
               "text-search query doesn't contain lexemes: \"%.*s\"", (int)p->words.whole.bytes,
               (const char *)p->words.whole.data);
        return NULL;
    }
    if (p->operand_count != 1)
        fail(p);
    return p->operands[0];
}

struct ts_node *
tsquery_parse(struct arena *arena, struct slice text, ts_word_maker make, void *object)
{
    struct parser p;
    parser_init(&p, arena, text, make, object);
    parse_level(&p, true);
    return finish(&p);
}

/* "or" as a word of its own. */
static bool
at_or(const struct parser *p)
{
    const uint8_t *at = p->words.at;
    if (p->in_quotes || p->words.end - at < 2 || (at[0] | 0x20) != 'o' || (at[1] | 0x20) != 'r')
        return false;
    at += 2;
    /* It is the operator only if more words follow. */
    if (at < p->words.end && (*at == '-' || *at == '_' || *at >= 0x80 || is_digit(*at) ||
                              ((*at | 0x20) >= 'a' && (*at | 0x20) <= 'z')))
        return false;
    for (; at < p->words.end; at++) {
        if (!is_space(*at) && *at != '"' && *at != '!' && *at != '&' && *at != '|' && *at != '(' &&
            *at != ')' && *at != ':')
            return true;
    }
    return false;
}

/* Operators between words, and what is passed over before one. False: the end. */
static bool
web_to_operand(struct parser *p, enum ts_op *join, bool *is_not)
{
    *is_not = false;
    while (p->words.at < p->words.end) {
        uint8_t c = *p->words.at;
        if (c == '"') {
            p->in_quotes = !p->in_quotes;
            p->words.at++;
            if (p->in_quotes && *join == TS_PHRASE)
                *join = TS_AND;
        } else if (!p->in_quotes && c == '-' && p->words.at + 1 < p->words.end) {
            /* A minus right before a word or a quote. */
            *is_not = !*is_not;
            p->words.at++;
        } else if (is_space(c) || c == '!' || c == '&' || c == '|' || c == '(' || c == ')' ||
                   c == ':' || c == '<') {
            p->words.at++;
        } else if (p->has_any && *join != TS_OR && !*is_not && at_or(p)) {
            *join = TS_OR;
            p->words.at += 2;
        } else {
            return true;
        }
    }
    return false;
}

struct ts_node *
tsquery_parse_web(struct arena *arena, struct slice text, ts_word_maker make, void *object)
{
    struct parser p;
    parser_init(&p, arena, text, make, object);
    p.words.is_web = true;
    for (;;) {
        enum ts_op join = p.in_quotes ? TS_PHRASE : TS_AND;
        bool was_quoted = p.in_quotes, is_not;
        if (!web_to_operand(&p, &join, &is_not))
            break;
        if (!was_quoted || !p.in_quotes)
            join = join == TS_PHRASE ? TS_AND : join;
        if (was_quoted && join != TS_PHRASE)
            apply_ops(&p, TS_OR, p.quote_floor);
        if (p.has_any)
            push_op(&p, join, join == TS_PHRASE, join == TS_PHRASE ? p.quote_floor : 0);
        if (is_not)
            push_op(&p, TS_NOT, 0, 0);
        if (p.in_quotes && !was_quoted)
            p.quote_floor = p.op_count;
        take_word(&p, true);
        p.has_any = true;
    }
    apply_ops(&p, TS_OR, 0);
    return finish(&p);
}

/* ---- stop words ---- */

/* A subtree without stop words; *add is by how much a phrase around it grows. */
struct cleaned {
    struct ts_node *node; /* null: nothing is left */
    uint32_t left_add, right_add;
};

static struct cleaned
clean(struct arena *arena, struct ts_node *node)
{
    if (node->op == TS_LEXEME)
        return (struct cleaned){node->is_stop ? NULL : node, 0, 0};
    if (node->op == TS_NOT) {
        struct cleaned inner = clean(arena, node->right);
        node->right = inner.node;
        return (struct cleaned){inner.node == NULL ? NULL : node, inner.left_add, inner.right_add};
    }
    struct cleaned left = clean(arena, node->left), right = clean(arena, node->right);
    bool is_phrase = node->op == TS_PHRASE;
    if (left.node == NULL && right.node == NULL) {
        /* Both are gone: around it the larger way across remains. */
        uint32_t across = is_phrase ? left.left_add + node->distance + right.left_add
                          : left.left_add > right.left_add ? left.left_add
                                                           : right.left_add;
        return (struct cleaned){NULL, across, across};
    }
    if (left.node == NULL)
        return (struct cleaned){right.node,
                                is_phrase ? left.left_add + node->distance + right.left_add
                                          : right.left_add,
                                right.right_add};
    if (right.node == NULL)
        return (struct cleaned){left.node, left.left_add,
                                is_phrase ? left.right_add + node->distance + right.right_add
                                          : left.right_add};
    node->left = left.node;
    node->right = right.node;
    if (is_phrase)
        node->distance = (uint16_t)(node->distance + left.right_add + right.left_add);
    return (struct cleaned){node, is_phrase ? left.left_add : 0, is_phrase ? right.right_add : 0};
}

struct ts_node *
ts_without_stops(struct arena *arena, struct ts_node *root)
{
    if (root == NULL)
        return NULL;
    struct ts_node *left = clean(arena, root).node;
    if (left == NULL)
        notice(SEVERITY_NOTICE, SQLSTATE_SUCCESSFUL_COMPLETION,
               "text-search query contains only stop words or doesn't contain lexemes, ignored");
    return left;
}

/* ---- text and binary ---- */

static struct ts_node *
as_it_is(void *object, struct slice word, uint8_t weights, bool is_prefix)
{
    return ts_lexeme_node(object, word, weights, is_prefix);
}

static union datum
tsquery_input(struct type_call *call, struct slice text)
{
    return tsquery_datum(call->arena, tsquery_parse(call->arena, text, as_it_is, call->arena));
}

static void
tsquery_output(struct type_call *call, union datum value, struct buf *to)
{
    tsquery_print(to, datum_tsquery(call->arena, &value));
}

static void
send_node(struct buf *to, const struct ts_node *node)
{
    if (node->op == TS_LEXEME) {
        buf_put_u8(to, 1);
        buf_put_u8(to, node->weights);
        buf_put_u8(to, node->is_prefix);
        buf_put_slice(to, node->text);
        buf_put_u8(to, 0);
        return;
    }
    buf_put_u8(to, 2);
    buf_put_u8(to, (uint8_t)node->op);
    if (node->op == TS_PHRASE)
        buf_put_be16(to, node->distance);
    send_node(to, node->right);
    if (node->left != NULL)
        send_node(to, node->left);
}

static void
tsquery_send(struct type_call *call, union datum value, struct buf *to)
{
    const struct ts_node *root = datum_tsquery(call->arena, &value);
    buf_put_be32(to, ts_node_count(root));
    if (root != NULL)
        send_node(to, root);
}

struct receiver {
    struct arena *arena;
    const uint8_t *at, *end;
    uint32_t left; /* nodes still to come */
};

static uint8_t
recv_byte(struct receiver *r)
{
    if (r->at == r->end)
        raise(SQLSTATE_PROTOCOL_VIOLATION, "insufficient data left in message");
    return *r->at++;
}

static _Noreturn void
raise_bad_query(const char *what)
{
    raise(SQLSTATE_INVALID_BINARY_REPRESENTATION, "invalid tsquery: %s", what);
}

static struct ts_node *
recv_lexeme(struct receiver *r)
{
    uint8_t weights = recv_byte(r), is_prefix = recv_byte(r);
    const uint8_t *zero = r->at == r->end ? NULL : memchr(r->at, 0, (size_t)(r->end - r->at));
    if (zero == NULL)
        raise(SQLSTATE_PROTOCOL_VIOLATION, "insufficient data left in message");
    struct slice text = slice_of(r->at, (size_t)(zero - r->at));
    utf8_require(text);
    r->at = zero + 1;
    if (weights > 0xf)
        raise_bad_query("invalid weight bitmap");
    if (text.bytes > LEXEME_BYTES_MAX)
        raise_bad_query("operand too long");
    return ts_lexeme_node(r->arena, text, weights, is_prefix != 0);
}

static struct ts_node *
recv_node(struct receiver *r, uint32_t depth)
{
    if (depth > TSQUERY_DEPTH_MAX)
        raise(SQLSTATE_STATEMENT_TOO_COMPLEX, "stack depth limit exceeded");
    if (r->left-- == 0)
        raise_bad_query("incorrect number of nodes");
    uint8_t kind = recv_byte(r);
    if (kind == 1)
        return recv_lexeme(r);
    if (kind != 2)
        raise(SQLSTATE_INVALID_BINARY_REPRESENTATION, "unrecognized tsquery node type: %d", kind);
    uint8_t op = recv_byte(r);
    if (op < TS_NOT || op > TS_PHRASE)
        raise(SQLSTATE_INVALID_BINARY_REPRESENTATION,
              "invalid tsquery: unrecognized operator type %d", op);
    uint16_t distance = 0;
    if (op == TS_PHRASE) {
        distance = (uint16_t)(recv_byte(r) << 8);
        distance |= recv_byte(r);
    }
    struct ts_node *right = recv_node(r, depth + 1);
    struct ts_node *left = op == TS_NOT ? NULL : recv_node(r, depth + 1);
    return ts_op_node(r->arena, (enum ts_op)op, left, right, distance);
}

static union datum
tsquery_recv(struct type_call *call, struct slice bytes)
{
    if (bytes.bytes < 4)
        raise(SQLSTATE_PROTOCOL_VIOLATION, "insufficient data left in message");
    struct receiver r = {call->arena, bytes.data + 4, bytes.data + bytes.bytes,
                         be32_get(bytes.data)};
    struct ts_node *root = r.left == 0 ? NULL : recv_node(&r, 0);
    if (r.left != 0)
        raise_bad_query("incorrect number of nodes");
    recv_expect(slice_of(r.at, (size_t)(r.end - r.at)), 0);
    return tsquery_datum(call->arena, root);
}

/* ---- order, hash, keys ---- */

/* The checksum by which PostgreSQL orders lexemes: CRC-32's table, shifted the other way. */
static int32_t
checksum(struct slice text)
{
    uint32_t crc = 0xffffffff;
    for (size_t i = 0; i < text.bytes; i++) {
        uint32_t entry = (crc >> 24 ^ text.data[i]) & 0xff;
        for (int bit = 0; bit < 8; bit++)
            entry = (entry & 1) != 0 ? entry >> 1 ^ 0xedb88320 : entry >> 1;
        crc = entry ^ crc << 8;
    }
    return (int32_t)~crc;
}

static int
compare_numbers(int64_t a, int64_t b)
{
    return a > b ? -1 : a < b;
}

/* The larger number is the smaller query. */
int
ts_node_compare(const struct ts_node *a, const struct ts_node *b)
{
    int order = compare_numbers(a->op != TS_LEXEME, b->op != TS_LEXEME);
    if (order != 0)
        return order;
    if (a->op == TS_LEXEME) {
        order = compare_numbers(checksum(a->text), checksum(b->text));
        return order != 0 ? order : slice_compare(a->text, b->text);
    }
    order = compare_numbers(a->op, b->op);
    if (order == 0)
        order = ts_node_compare(a->right, b->right);
    if (order == 0 && a->left != NULL)
        order = ts_node_compare(a->left, b->left);
    return order != 0 ? order : compare_numbers(a->distance, b->distance);
}

static void
put_inverted(struct buf *to, int64_t number)
{
    buf_put_be64(to, ~((uint64_t)number ^ UINT64_C(1) << 63));
}

/* From a node as it lies in a value; moves behind it, and adds up the bytes of lexemes. */
static void
put_node_key(const uint8_t **at, struct buf *to, uint32_t *text_bytes)
{
    enum ts_op op = (enum ts_op)(*(*at)++ - 1);
    buf_put_u8(to, op == TS_LEXEME);
    if (op == TS_LEXEME) {
        struct slice text = slice_of(*at + 4, (size_t)((*at)[2] | (*at)[3] << 8));
        put_inverted(to, checksum(text));
        buf_put_slice(to, text);
        buf_put_u8(to, 0);
        *text_bytes += (uint32_t)text.bytes + 1;
        *at = text.data + text.bytes;
        return;
    }
    uint16_t distance = 0;
    if (op == TS_PHRASE) {
        distance = (uint16_t)((*at)[0] | (*at)[1] << 8);
        *at += 2;
    }
    buf_put_u8(to, (uint8_t)~op);
    put_node_key(at, to, text_bytes);
    if (op != TS_NOT)
        put_node_key(at, to, text_bytes);
    buf_put_be16(to, (uint16_t)~distance);
}

/* Weights and prefixes do not count. */
static bool
tsquery_key_put(union datum value, struct buf *to)
{
    struct slice bytes = datum_slice(&value);
    uint32_t count = le32_get(bytes.data), text_bytes = 0;
    size_t start = to->bytes;
    buf_put_be32(to, count);
    buf_put_be32(to, 0);
    const uint8_t *at = bytes.data + 4;
    if (count != 0)
        put_node_key(&at, to, &text_bytes);
    uint32_t swapped = __builtin_bswap32(text_bytes);
    if (!to->is_failed)
        memcpy(to->data + start + 4, &swapped, sizeof swapped);
    return true;
}

static int
tsquery_compare(union datum a, union datum b)
{
    struct buf x, y;
    buf_init(&x);
    buf_init(&y);
    tsquery_key_put(a, &x);
    tsquery_key_put(b, &y);
    int order = slice_compare(buf_slice(&x), buf_slice(&y));
    buf_deinit(&x);
    buf_deinit(&y);
    return order;
}

static uint64_t
tsquery_hash(union datum value)
{
    struct buf key;
    buf_init(&key);
    tsquery_key_put(value, &key);
    uint64_t hash = hash_bytes(key.data, key.bytes);
    buf_deinit(&key);
    return hash;
}

/* ---- what this file brings ---- */

static const struct type_info types[] = {
    {.type = TYPE_TSQUERY,
     .array = TYPE_TSQUERY_ARRAY,
     .name = "tsquery",
     .sql_name = "tsquery",
     .length = -1,
     .align = 'i',
     .category = 'U',
     .kind = 'b',
     .storage = 'p',
     .delimiter = ',',
     .phys = PHYS_VIEW,
     .input_oid = 3612,
     .output_oid = 3613,
     .recv_oid = 3641,
     .send_oid = 3640,
     .input = tsquery_input,
     .output = tsquery_output,
     .recv = tsquery_recv,
     .send = tsquery_send,
     .compare = tsquery_compare,
     .hash = tsquery_hash,
     .key_put = tsquery_key_put},
};

static const struct func_info funcs[] = {
    {FUNC(3612, "tsqueryin", TYPE_TSQUERY, generic_in, TYPE_CSTRING)},
    {FUNC(3613, "tsqueryout", TYPE_CSTRING, generic_out, TYPE_TSQUERY)},
    {FUNC(3640, "tsquerysend", TYPE_BYTEA, generic_send, TYPE_TSQUERY)},
    {FUNC(3641, "tsqueryrecv", TYPE_TSQUERY, generic_recv, TYPE_INTERNAL)},
    {FUNC(3662, "tsquery_lt", TYPE_BOOL, generic_lt, TYPE_TSQUERY, TYPE_TSQUERY)},
    {FUNC(3663, "tsquery_le", TYPE_BOOL, generic_le, TYPE_TSQUERY, TYPE_TSQUERY)},
    {FUNC(3664, "tsquery_eq", TYPE_BOOL, generic_eq, TYPE_TSQUERY, TYPE_TSQUERY)},
    {FUNC(3665, "tsquery_ne", TYPE_BOOL, generic_ne, TYPE_TSQUERY, TYPE_TSQUERY)},
    {FUNC(3666, "tsquery_ge", TYPE_BOOL, generic_ge, TYPE_TSQUERY, TYPE_TSQUERY)},
    {FUNC(3667, "tsquery_gt", TYPE_BOOL, generic_gt, TYPE_TSQUERY, TYPE_TSQUERY)},
    {FUNC(3668, "tsquery_cmp", TYPE_INT4, generic_compare, TYPE_TSQUERY, TYPE_TSQUERY)},
};

static const struct operator_info operators[] = {
    {3674, "<", TYPE_TSQUERY, TYPE_TSQUERY, TYPE_BOOL, 3662, 3679, 3678, false, false,
     "scalarltsel", "scalarltjoinsel"},
    {3675, "<=", TYPE_TSQUERY, TYPE_TSQUERY, TYPE_BOOL, 3663, 3678, 3679, false, false,
     "scalarlesel", "scalarlejoinsel"},
    {3676, "=", TYPE_TSQUERY, TYPE_TSQUERY, TYPE_BOOL, 3664, 3676, 3677, false, true, "eqsel",
     "eqjoinsel"},
    {3677, "<>", TYPE_TSQUERY, TYPE_TSQUERY, TYPE_BOOL, 3665, 3677, 3676, false, false, "neqsel",
     "neqjoinsel"},
    {3678, ">=", TYPE_TSQUERY, TYPE_TSQUERY, TYPE_BOOL, 3666, 3675, 3674, false, false,
     "scalargesel", "scalargejoinsel"},
    {3679, ">", TYPE_TSQUERY, TYPE_TSQUERY, TYPE_BOOL, 3667, 3674, 3675, false, false,
     "scalargtsel", "scalargtjoinsel"},
};

const struct type_tables tsquery_tables = {
    .types = types,
    .type_count = COUNT_OF(types),
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .operators = operators,
    .operator_count = COUNT_OF(operators),
};
