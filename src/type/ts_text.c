/*
 * ts_text.c: documents into vectors and queries, and what is told of parser and dictionaries.
 */
#include "base/raise.h"
#include "type/array.h"
#include "type/generic.h"
#include "type/jsonb.h"
#include "type/tables.h"
#include "type/ts_config.h"
#include "type/tsquery.h"

#define TYPE_REGCONFIG 3734
#define TYPE_REGDICTIONARY 3769

/* ---- vectors ---- */

struct document {
    struct arena *arena;
    const struct ts_config *config;
    struct tsvector vector;
    uint32_t capacity, position;
};

static void
add_lexeme(struct document *d, struct slice text, uint32_t position)
{
    if (d->vector.count == d->capacity) {
        uint32_t capacity = d->capacity == 0 ? 32 : d->capacity * 2;
        struct lexeme *more = arena_alloc_array(d->arena, capacity, sizeof *more);
        if (d->vector.count != 0)
            memcpy(more, d->vector.lexemes, d->vector.count * sizeof *more);
        d->vector.lexemes = more;
        d->capacity = capacity;
    }
    uint16_t place = place_of(position, 0);
    d->vector.lexemes[d->vector.count++] =
        (struct lexeme){text, 1, arena_copy(d->arena, &place, sizeof place)};
}

/* Each token that has a dictionary takes a position, stop words too. */
static void
add_document(struct document *d, struct slice text)
{
    struct ts_tokens tokens = {.arena = d->arena};
    ts_tokenize(text, &tokens);
    for (uint32_t i = 0; i < tokens.count; i++) {
        const struct ts_token *token = &tokens.items[i];
        const struct ts_dict *dict = ts_config_dict(d->config, token->type);
        struct slice lexeme;
        if (dict == NULL)
            continue;
        if (token->text.bytes > LEXEME_BYTES_MAX) {
            notice(SEVERITY_NOTICE, SQLSTATE_PROGRAM_LIMIT_EXCEEDED,
                   "word is too long to be indexed");
            continue;
        }
        d->position++;
        if (ts_dict_lexeme(dict, d->arena, token->text, &lexeme) && lexeme.bytes != 0)
            add_lexeme(d, lexeme, d->position);
    }
}

static union datum
vector_of(struct func_call *call, const struct ts_config *config, struct slice text)
{
    struct document d = {.arena = call->arena, .config = config};
    add_document(&d, text);
    return tsvector_make(call->arena, &d.vector);
}

static union datum
to_tsvector_byid(struct func_call *call, const union datum *args)
{
    return vector_of(call, ts_config_get((oid)args[0].i32), datum_slice(&args[1]));
}

static union datum
to_tsvector(struct func_call *call, const union datum *args)
{
    return vector_of(call, ts_config_default(call->env, call->arena), datum_slice(&args[0]));
}

/* ---- vectors of json ---- */

enum { WANT_KEYS = 1, WANT_STRINGS = 2, WANT_NUMBERS = 4, WANT_BOOLS = 8 };

static void
add_text(struct document *d, struct slice text)
{
    uint32_t before = d->vector.count;
    add_document(d, text);
    if (d->vector.count != before)
        d->position++; /* phrases do not reach from one value into the next */
}

static void
add_json(struct document *d, const struct jsonb *node, uint32_t wanted, uint32_t depth)
{
    jsonb_check_depth(depth);
    if (jsonb_is_list(node)) {
        for (uint32_t i = 0; i < node->count; i++) {
            struct jsonb item = jsonb_item(node, i);
            if (node->kind == JSONB_OBJECT && (wanted & WANT_KEYS) != 0)
                add_text(d, jsonb_key(node, i));
            add_json(d, &item, wanted, depth + 1);
        }
        return;
    }
    uint32_t kind = node->kind == JSONB_STRING   ? WANT_STRINGS
                    : node->kind == JSONB_NUMBER ? WANT_NUMBERS
                    : jsonb_is_bool(node)        ? WANT_BOOLS
                                                 : 0;
    if ((wanted & kind) != 0)
        add_text(d, jsonb_text(d->arena, node));
}

static union datum
json_vector(struct func_call *call, const struct ts_config *config, const union datum *value,
            uint32_t wanted)
{
    struct document d = {.arena = call->arena, .config = config};
    union datum *parsed = arena_copy(call->arena, value, sizeof *value);
    if (call->arg_types[call->func->args[0] == TYPE_REGCONFIG] == TYPE_JSON)
        *parsed = jsonb_parse(call->arena, datum_slice(value));
    struct jsonb root = jsonb_read(parsed);
    add_json(&d, &root, wanted, 0);
    return tsvector_make(call->arena, &d.vector);
}

static uint32_t
flag_of(const struct jsonb *node)
{
    static const char *const names[] = {"key", "string", "numeric", "boolean"};
    if (node->kind != JSONB_STRING)
        raise_error(.code = SQLSTATE_INVALID_PARAMETER_VALUE,
                    .message = "flag array element is not a string",
                    .hint = "Possible values are: \"string\", \"numeric\", \"boolean\", \"key\", "
                            "and \"all\".");
    struct slice text = jsonb_string(node);
    for (uint32_t i = 0; i < COUNT_OF(names); i++) {
        if (slice_equal(text, slice_text(names[i])))
            return 1U << i;
    }
    if (slice_equal(text, slice_text("all")))
        return WANT_KEYS | WANT_STRINGS | WANT_NUMBERS | WANT_BOOLS;
    raise_error(.code = SQLSTATE_INVALID_PARAMETER_VALUE,
                .message = raise_text("wrong flag in flag array: \"%.*s\"", (int)text.bytes,
                                      (const char *)text.data),
                .hint = "Possible values are: \"string\", \"numeric\", \"boolean\", \"key\", and "
                        "\"all\".");
}

static uint32_t
flags_of(const union datum *value)
{
    struct jsonb root = jsonb_read(value);
    uint32_t flags = 0;
    if (root.kind == JSONB_OBJECT)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE,
              "wrong flag type, only arrays and scalars are allowed");
    if (root.kind != JSONB_ARRAY)
        return flag_of(&root);
    for (uint32_t i = 0; i < root.count; i++) {
        struct jsonb item = jsonb_item(&root, i);
        flags |= flag_of(&item);
    }
    return flags;
}

static union datum
string_vector_byid(struct func_call *call, const union datum *args)
{
    return json_vector(call, ts_config_get((oid)args[0].i32), &args[1], WANT_STRINGS);
}

static union datum
string_vector(struct func_call *call, const union datum *args)
{
    return json_vector(call, ts_config_default(call->env, call->arena), &args[0], WANT_STRINGS);
}

static union datum
flagged_vector_byid(struct func_call *call, const union datum *args)
{
    return json_vector(call, ts_config_get((oid)args[0].i32), &args[1], flags_of(&args[2]));
}

static union datum
flagged_vector(struct func_call *call, const union datum *args)
{
    return json_vector(call, ts_config_default(call->env, call->arena), &args[0],
                       flags_of(&args[1]));
}

/* ---- queries ---- */

struct query_maker {
    struct arena *arena;
    const struct ts_config *config;
    enum ts_op join; /* between the lexemes of one word */
};

/* The lexemes of a word; stop words are marked. Tokens without a dictionary count for nothing. */
static struct ts_node *
make_lexemes(void *object, struct slice word, uint8_t weights, bool is_prefix)
{
    const struct query_maker *maker = object;
    struct ts_tokens tokens = {.arena = maker->arena};
    struct ts_node *root = NULL;
    ts_tokenize(word, &tokens);
    for (uint32_t i = 0; i < tokens.count; i++) {
        const struct ts_dict *dict = ts_config_dict(maker->config, tokens.items[i].type);
        struct slice text;
        if (dict == NULL)
            continue;
        bool is_word = ts_dict_lexeme(dict, maker->arena, tokens.items[i].text, &text);
        struct ts_node *node = ts_lexeme_node(maker->arena, text, weights, is_prefix);
        node->is_stop = !is_word;
        root = root == NULL ? node : ts_op_node(maker->arena, maker->join, root, node, 1);
    }
    if (root == NULL) {
        root = ts_lexeme_node(maker->arena, word, 0, false);
        root->is_stop = true;
    }
    return root;
}

enum query_form { FORM_QUERY, FORM_PLAIN, FORM_PHRASE, FORM_WEB };

static union datum
query_of(struct func_call *call, const struct ts_config *config, enum query_form form,
         struct slice text)
{
    struct query_maker maker = {call->arena, config, form == FORM_PLAIN ? TS_AND : TS_PHRASE};
    struct ts_node *root =
        form == FORM_QUERY ? tsquery_parse(call->arena, text, make_lexemes, &maker)
        : form == FORM_WEB ? tsquery_parse_web(call->arena, text, make_lexemes, &maker)
                           : make_lexemes(&maker, text, 0, false);
    return tsquery_datum(call->arena, ts_without_stops(call->arena, root));
}

#define QUERY(name_, form_)                                                                        \
    static union datum name_##_byid(struct func_call *call, const union datum *args)               \
    {                                                                                              \
        const struct ts_config *config = ts_config_get((oid)args[0].i32);                          \
        return query_of(call, config, form_, datum_slice(&args[1]));                               \
    }                                                                                              \
    static union datum name_(struct func_call *call, const union datum *args)                      \
    {                                                                                              \
        return query_of(call, ts_config_default(call->env, call->arena), form_,                    \
                        datum_slice(&args[0]));                                                    \
    }

QUERY(to_tsquery, FORM_QUERY)
QUERY(plainto_tsquery, FORM_PLAIN)
QUERY(phraseto_tsquery, FORM_PHRASE)
QUERY(websearch_to_tsquery, FORM_WEB)

static union datum
match_texts(struct func_call *call, const union datum *args, bool is_query)
{
    union datum value = to_tsvector(call, args), query = args[1];
    if (!is_query)
        query = plainto_tsquery(call, &args[1]);
    struct tsvector vector = datum_tsvector(call->arena, &value);
    return bool_datum(ts_matches(call->arena, datum_tsquery(call->arena, &query), &vector));
}

static union datum
ts_match_tq(struct func_call *call, const union datum *args)
{
    return match_texts(call, args, true);
}

static union datum
ts_match_tt(struct func_call *call, const union datum *args)
{
    return match_texts(call, args, false);
}

/* ---- parser, dictionaries, configuration ---- */

static union datum
get_current_ts_config(struct func_call *call, const union datum *args)
{
    (void)args;
    return i32_datum((int32_t)ts_config_default(call->env, call->arena)->config);
}

static union datum
ts_lexize(struct func_call *call, const union datum *args)
{
    const struct ts_dict *dict = ts_dict_get((oid)args[0].i32);
    struct slice lexeme;
    struct array_builder builder;
    array_builder_init(&builder, call->env, call->arena, TYPE_TEXT);
    if (ts_dict_lexeme(dict, call->arena, datum_slice(&args[1]), &lexeme))
        array_builder_add(&builder, slice_datum(lexeme), false);
    return array_builder_finish(&builder);
}

#define PARSER_DEFAULT 3722

/* The parser by its number or name; raises 42704. */
static void
check_parser(struct func_call *call, const union datum *parser)
{
    if (call->func->args[0] == TYPE_OID) {
        if (parser->i32 != PARSER_DEFAULT)
            raise(SQLSTATE_UNDEFINED_OBJECT, "text search parser with OID %u does not exist",
                  (oid)parser->i32);
        return;
    }
    struct slice name = datum_slice(parser);
    if (!slice_equal(name, slice_text("default")) &&
        !slice_equal(name, slice_text("pg_catalog.default")))
        raise(SQLSTATE_UNDEFINED_OBJECT, "text search parser \"%.*s\" does not exist",
              (int)name.bytes, (const char *)name.data);
}

static bool
ts_token_type(struct func_call *call, const union datum *args, union datum *values, bool *nulls)
{
    uint32_t *at = call->state;
    if (at == NULL) {
        check_parser(call, &args[0]);
        at = call->state = arena_alloc_zero(call->state_arena, sizeof *at);
    }
    if (*at == TOKEN_TYPES)
        return false;
    const struct ts_token_kind *kind = ts_token_kind(++*at);
    values[0] = i32_datum((int32_t)*at);
    values[1] = slice_datum(slice_text(kind->alias));
    values[2] = slice_datum(slice_text(kind->description));
    nulls[0] = nulls[1] = nulls[2] = false;
    return true;
}

struct parse_state {
    struct ts_tokens tokens;
    uint32_t at;
};

static bool
ts_parse(struct func_call *call, const union datum *args, union datum *values, bool *nulls)
{
    struct parse_state *state = call->state;
    if (state == NULL) {
        check_parser(call, &args[0]);
        state = call->state = arena_alloc_zero(call->state_arena, sizeof *state);
        state->tokens.arena = call->state_arena;
        ts_tokenize(arena_slice(call->state_arena, datum_slice(&args[1])), &state->tokens);
    }
    if (state->at == state->tokens.count)
        return false;
    const struct ts_token *token = &state->tokens.items[state->at++];
    values[0] = i32_datum((int32_t)token->type);
    values[1] = slice_datum(token->text);
    nulls[0] = nulls[1] = false;
    return true;
}

/* ---- what this file brings ---- */

#define STABLE .volatility = FUNC_STABLE
#define TOKEN_TYPE_SET(oid_, arg_)                                                                 \
    .func = oid_, .name = "ts_token_type", .result = TYPE_RECORD, .is_strict = true,               \
    .is_set = true, .set = ts_token_type, ARGS(arg_), .out_count = 3,                              \
    .out_types = (const oid[]){TYPE_INT4, TYPE_TEXT, TYPE_TEXT},                                   \
    .out_names = (const char *const[])                                                             \
    {                                                                                              \
        "tokid", "alias", "description"                                                            \
    }
#define PARSE_SET(oid_, arg_)                                                                      \
    .func = oid_, .name = "ts_parse", .result = TYPE_RECORD, .is_strict = true, .is_set = true,    \
    .set = ts_parse, ARGS(arg_, TYPE_TEXT), .out_count = 2,                                        \
    .out_types = (const oid[]){TYPE_INT4, TYPE_TEXT}, .out_names = (const char *const[])           \
    {                                                                                              \
        "tokid", "token"                                                                           \
    }

static const struct func_info funcs[] = {
    {TOKEN_TYPE_SET(3713, TYPE_OID)},
    {TOKEN_TYPE_SET(3714, TYPE_TEXT), STABLE},
    {PARSE_SET(3715, TYPE_OID)},
    {PARSE_SET(3716, TYPE_TEXT), STABLE},
    {FUNC(3723, "ts_lexize", TYPE_TEXT_ARRAY, ts_lexize, TYPE_REGDICTIONARY, TYPE_TEXT)},
    {FUNC(3745, "to_tsvector", TYPE_TSVECTOR, to_tsvector_byid, TYPE_REGCONFIG, TYPE_TEXT)},
    {FUNC(3746, "to_tsquery", TYPE_TSQUERY, to_tsquery_byid, TYPE_REGCONFIG, TYPE_TEXT)},
    {FUNC(3747, "plainto_tsquery", TYPE_TSQUERY, plainto_tsquery_byid, TYPE_REGCONFIG, TYPE_TEXT)},
    {FUNC(5006, "phraseto_tsquery", TYPE_TSQUERY, phraseto_tsquery_byid, TYPE_REGCONFIG,
          TYPE_TEXT)},
    {FUNC(5007, "websearch_to_tsquery", TYPE_TSQUERY, websearch_to_tsquery_byid, TYPE_REGCONFIG,
          TYPE_TEXT)},
    {FUNC(3749, "to_tsvector", TYPE_TSVECTOR, to_tsvector, TYPE_TEXT), STABLE},
    {FUNC(3750, "to_tsquery", TYPE_TSQUERY, to_tsquery, TYPE_TEXT), STABLE},
    {FUNC(3751, "plainto_tsquery", TYPE_TSQUERY, plainto_tsquery, TYPE_TEXT), STABLE},
    {FUNC(5001, "phraseto_tsquery", TYPE_TSQUERY, phraseto_tsquery, TYPE_TEXT), STABLE},
    {FUNC(5009, "websearch_to_tsquery", TYPE_TSQUERY, websearch_to_tsquery, TYPE_TEXT), STABLE},
    {.func = 3759,
     .name = "get_current_ts_config",
     .result = TYPE_REGCONFIG,
     .is_strict = true,
     .scalar = get_current_ts_config,
     STABLE},
    {FUNC(3760, "ts_match_tt", TYPE_BOOL, ts_match_tt, TYPE_TEXT, TYPE_TEXT), STABLE},
    {FUNC(3761, "ts_match_tq", TYPE_BOOL, ts_match_tq, TYPE_TEXT, TYPE_TSQUERY), STABLE},
    {FUNC(4209, "to_tsvector", TYPE_TSVECTOR, string_vector, TYPE_JSONB), STABLE},
    {FUNC(4210, "to_tsvector", TYPE_TSVECTOR, string_vector, TYPE_JSON), STABLE},
    {FUNC(4211, "to_tsvector", TYPE_TSVECTOR, string_vector_byid, TYPE_REGCONFIG, TYPE_JSONB)},
    {FUNC(4212, "to_tsvector", TYPE_TSVECTOR, string_vector_byid, TYPE_REGCONFIG, TYPE_JSON)},
    {FUNC(4213, "jsonb_to_tsvector", TYPE_TSVECTOR, flagged_vector, TYPE_JSONB, TYPE_JSONB),
     STABLE},
    {FUNC(4214, "jsonb_to_tsvector", TYPE_TSVECTOR, flagged_vector_byid, TYPE_REGCONFIG, TYPE_JSONB,
          TYPE_JSONB)},
    {FUNC(4215, "json_to_tsvector", TYPE_TSVECTOR, flagged_vector, TYPE_JSON, TYPE_JSONB), STABLE},
    {FUNC(4216, "json_to_tsvector", TYPE_TSVECTOR, flagged_vector_byid, TYPE_REGCONFIG, TYPE_JSON,
          TYPE_JSONB)},
};

static const struct operator_info operators[] = {
    {3762, "@@", TYPE_TEXT, TYPE_TEXT, TYPE_BOOL, 3760, 0, 0, false, false, "matchingsel",
     "matchingjoinsel"},
    {3763, "@@", TYPE_TEXT, TYPE_TSQUERY, TYPE_BOOL, 3761, 0, 0, false, false, "matchingsel",
     "matchingjoinsel"},
};

const struct type_tables ts_text_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .operators = operators,
    .operator_count = COUNT_OF(operators),
};
