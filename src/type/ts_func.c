/*
 * ts_func.c: the functions and operators of tsvector and tsquery that need no dictionary.
 */
#include "base/raise.h"
#include "type/array.h"
#include "type/generic.h"
#include "type/tables.h"
#include "type/tsquery.h"

/* ---- vectors ---- */

static union datum
tsvector_length(struct func_call *call, const union datum *args)
{
    return i32_datum((int32_t)datum_tsvector(call->arena, &args[0]).count);
}

static union datum
tsvector_strip(struct func_call *call, const union datum *args)
{
    struct tsvector vector = datum_tsvector(call->arena, &args[0]);
    for (uint32_t i = 0; i < vector.count; i++)
        vector.lexemes[i].place_count = 0;
    return tsvector_datum(call->arena, &vector);
}

static void
set_weight(struct lexeme *lexeme, uint32_t weight)
{
    for (uint32_t i = 0; i < lexeme->place_count; i++)
        lexeme->places[i] = place_of(place_position(lexeme->places[i]), weight);
}

static union datum
tsvector_setweight(struct func_call *call, const union datum *args)
{
    uint32_t weight = ts_weight_of(args[1]);
    struct tsvector vector = datum_tsvector(call->arena, &args[0]);
    for (uint32_t i = 0; i < vector.count; i++)
        set_weight(&vector.lexemes[i], weight);
    return tsvector_datum(call->arena, &vector);
}

static _Noreturn void
raise_null_in_array(const char *what)
{
    raise(SQLSTATE_NULL_VALUE_NOT_ALLOWED, "%s array may not contain nulls", what);
}

/* An array's texts. A null raises 22004 if `what` it is one of is said, else it is passed over. */
static struct slice *
texts_of(struct func_call *call, const union datum *value, const char *what, uint32_t *count)
{
    struct array array = array_read(value);
    struct slice *texts = arena_alloc_array(call->arena, array.count + 1u, sizeof *texts);
    *count = 0;
    for (uint32_t i = 0; i < array.count; i++) {
        if (array_is_null(&array, i) && what != NULL)
            raise_null_in_array(what);
        if (array_is_null(&array, i))
            continue;
        union datum element = array_get(&array, i);
        texts[(*count)++] = arena_slice(call->arena, datum_slice(&element));
    }
    return texts;
}

static union datum
tsvector_setweight_by_filter(struct func_call *call, const union datum *args)
{
    uint32_t weight = ts_weight_of(args[1]), count;
    struct tsvector vector = datum_tsvector(call->arena, &args[0]);
    const struct slice *texts = texts_of(call, &args[2], NULL, &count);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = tsvector_find(&vector, texts[i]);
        if (at < vector.count)
            set_weight(&vector.lexemes[at], weight);
    }
    return tsvector_datum(call->arena, &vector);
}

static union datum
delete_texts(struct func_call *call, const union datum *value, const struct slice *texts,
             uint32_t count)
{
    struct tsvector vector = datum_tsvector(call->arena, value);
    bool *is_gone = arena_alloc_zero(call->arena, vector.count + 1);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++)
        is_gone[tsvector_find(&vector, texts[i])] = true;
    for (uint32_t i = 0; i < vector.count; i++) {
        if (!is_gone[i])
            vector.lexemes[kept++] = vector.lexemes[i];
    }
    vector.count = kept;
    return tsvector_datum(call->arena, &vector);
}

static union datum
tsvector_delete_str(struct func_call *call, const union datum *args)
{
    struct slice text = datum_slice(&args[1]);
    return delete_texts(call, &args[0], &text, 1);
}

static union datum
tsvector_delete_arr(struct func_call *call, const union datum *args)
{
    uint32_t count;
    const struct slice *texts = texts_of(call, &args[1], NULL, &count);
    return delete_texts(call, &args[0], texts, count);
}

static union datum
tsvector_filter(struct func_call *call, const union datum *args)
{
    struct tsvector vector = datum_tsvector(call->arena, &args[0]);
    struct array weights = array_read(&args[1]);
    uint32_t wanted = 0, kept = 0;
    for (uint32_t i = 0; i < weights.count; i++) {
        if (array_is_null(&weights, i))
            raise_null_in_array("weight");
        wanted |= 1U << ts_weight_of(array_get(&weights, i));
    }
    for (uint32_t i = 0; i < vector.count; i++) {
        struct lexeme lexeme = vector.lexemes[i];
        uint32_t places = 0;
        for (uint32_t k = 0; k < lexeme.place_count; k++) {
            if ((wanted & 1U << place_weight(lexeme.places[k])) != 0)
                lexeme.places[places++] = lexeme.places[k];
        }
        lexeme.place_count = places;
        if (places != 0)
            vector.lexemes[kept++] = lexeme;
    }
    vector.count = kept;
    return tsvector_datum(call->arena, &vector);
}

/* The second document follows the first: its positions go on from the first's last. */
static union datum
tsvector_concat(struct func_call *call, const union datum *args)
{
    struct tsvector a = datum_tsvector(call->arena, &args[0]);
    struct tsvector b = datum_tsvector(call->arena, &args[1]);
    struct tsvector both = {.count = a.count + b.count};
    uint32_t last = 0;
    for (uint32_t i = 0; i < a.count; i++) {
        uint32_t places = a.lexemes[i].place_count;
        if (places != 0 && place_position(a.lexemes[i].places[places - 1]) > last)
            last = place_position(a.lexemes[i].places[places - 1]);
    }
    for (uint32_t i = 0; i < b.count; i++) {
        struct lexeme *lexeme = &b.lexemes[i];
        uint32_t kept = 0;
        for (; kept < lexeme->place_count; kept++) {
            uint16_t place = lexeme->places[kept];
            if (kept > 0 && place_position(lexeme->places[kept - 1]) == TS_POSITION_MAX)
                break;
            lexeme->places[kept] = place_of(place_position(place) + last, place_weight(place));
        }
        lexeme->place_count = kept;
        /* Nothing follows the last position that there is. */
        uint32_t same = tsvector_find(&a, lexeme->text);
        const struct lexeme *first = same < a.count ? &a.lexemes[same] : NULL;
        if (first != NULL && first->place_count != 0 &&
            place_position(first->places[first->place_count - 1]) == TS_POSITION_MAX)
            lexeme->place_count = 0;
    }
    both.lexemes = arena_alloc_array(call->arena, both.count + 1u, sizeof *both.lexemes);
    memcpy(both.lexemes, a.lexemes, a.count * sizeof *a.lexemes);
    memcpy(both.lexemes + a.count, b.lexemes, b.count * sizeof *b.lexemes);
    return tsvector_make(call->arena, &both);
}

static union datum
array_to_tsvector(struct func_call *call, const union datum *args)
{
    struct tsvector vector = {0};
    const struct slice *texts = texts_of(call, &args[0], "lexeme", &vector.count);
    vector.lexemes = arena_alloc_zero(call->arena, (vector.count + 1) * sizeof *vector.lexemes);
    for (uint32_t i = 0; i < vector.count; i++) {
        if (texts[i].bytes == 0)
            raise(SQLSTATE_ZERO_LENGTH_CHARACTER_STRING,
                  "lexeme array may not contain empty strings");
        if (texts[i].bytes > LEXEME_BYTES_MAX)
            raise(SQLSTATE_PROGRAM_LIMIT_EXCEEDED, "word is too long (%zu bytes, max %d bytes)",
                  texts[i].bytes, LEXEME_BYTES_MAX);
        vector.lexemes[i].text = texts[i];
    }
    return tsvector_make(call->arena, &vector);
}

static union datum
tsvector_to_array(struct func_call *call, const union datum *args)
{
    struct tsvector vector = datum_tsvector(call->arena, &args[0]);
    struct array_builder builder;
    array_builder_init(&builder, call->env, call->arena, TYPE_TEXT);
    for (uint32_t i = 0; i < vector.count; i++)
        array_builder_add(&builder, slice_datum(vector.lexemes[i].text), false);
    return array_builder_finish(&builder);
}

struct unnest {
    struct tsvector vector;
    uint32_t at;
};

static bool
tsvector_unnest(struct func_call *call, const union datum *args, union datum *values, bool *nulls)
{
    static const char weights[] = "DCBA";
    struct unnest *state = call->state;
    if (state == NULL) {
        state = call->state = arena_alloc_zero(call->state_arena, sizeof *state);
        union datum *copy = arena_copy(call->state_arena, &args[0], sizeof args[0]);
        *copy = slice_datum(arena_slice(call->state_arena, datum_slice(&args[0])));
        state->vector = datum_tsvector(call->state_arena, copy);
    }
    if (state->at == state->vector.count)
        return false;
    const struct lexeme *lexeme = &state->vector.lexemes[state->at++];
    struct array_builder positions, letters;
    array_builder_init(&positions, call->env, call->arena, TYPE_INT2);
    array_builder_init(&letters, call->env, call->arena, TYPE_TEXT);
    for (uint32_t i = 0; i < lexeme->place_count; i++) {
        array_builder_add(&positions, i16_datum((int16_t)place_position(lexeme->places[i])), false);
        array_builder_add(
            &letters, slice_datum(slice_of(&weights[place_weight(lexeme->places[i])], 1)), false);
    }
    nulls[0] = false;
    nulls[1] = nulls[2] = lexeme->place_count == 0;
    values[0] = slice_datum(lexeme->text);
    if (lexeme->place_count != 0) {
        values[1] = array_builder_finish(&positions);
        values[2] = array_builder_finish(&letters);
    }
    return true;
}

/* ---- queries ---- */

static union datum
tsquery_numnode(struct func_call *call, const union datum *args)
{
    return i32_datum((int32_t)ts_node_count(datum_tsquery(call->arena, &args[0])));
}

static union datum
join(struct func_call *call, const union datum *args, enum ts_op op, uint16_t distance)
{
    struct ts_node *left = datum_tsquery(call->arena, &args[0]);
    struct ts_node *right = datum_tsquery(call->arena, &args[1]);
    if (left == NULL || right == NULL)
        return args[left == NULL ? 1 : 0];
    return tsquery_datum(call->arena, ts_op_node(call->arena, op, left, right, distance));
}

static union datum
tsquery_and(struct func_call *call, const union datum *args)
{
    return join(call, args, TS_AND, 0);
}

static union datum
tsquery_or(struct func_call *call, const union datum *args)
{
    return join(call, args, TS_OR, 0);
}

static union datum
tsquery_phrase(struct func_call *call, const union datum *args)
{
    return join(call, args, TS_PHRASE, 1);
}

static union datum
tsquery_phrase_distance(struct func_call *call, const union datum *args)
{
    if (args[2].i32 < 0 || args[2].i32 > TS_DISTANCE_MAX)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE,
              "distance in phrase operator must be an integer value between zero and %d inclusive",
              TS_DISTANCE_MAX);
    return join(call, args, TS_PHRASE, (uint16_t)args[2].i32);
}

static union datum
tsquery_not(struct func_call *call, const union datum *args)
{
    struct ts_node *root = datum_tsquery(call->arena, &args[0]);
    if (root == NULL)
        return args[0];
    return tsquery_datum(call->arena, ts_op_node(call->arena, TS_NOT, NULL, root, 0));
}

/* What an index can search for: the query without negations; null where that is everything. */
static struct ts_node *
without_nots(struct arena *arena, struct ts_node *node)
{
    if (node->op == TS_LEXEME)
        return node;
    if (node->op == TS_NOT)
        return NULL;
    struct ts_node *left = without_nots(arena, node->left);
    struct ts_node *right = without_nots(arena, node->right);
    if (node->op == TS_OR && (left == NULL || right == NULL))
        return NULL;
    if (left == NULL || right == NULL)
        return left == NULL ? right : left;
    return ts_op_node(arena, node->op, left, right, node->distance);
}

static union datum
tsquerytree(struct func_call *call, const union datum *args)
{
    struct ts_node *root = datum_tsquery(call->arena, &args[0]);
    if (root == NULL)
        return generic_text(call->arena, "");
    root = without_nots(call->arena, root);
    if (root == NULL)
        return generic_text(call->arena, "T");
    struct buf *text = buf_new(call->arena);
    tsquery_print(text, root);
    return generic_buf_datum(call->arena, text);
}

struct lexemes {
    struct arena *arena;
    uint32_t count;
    struct slice *texts;
};

static void
collect(struct lexemes *lexemes, const struct ts_node *node)
{
    if (node == NULL)
        return;
    if (node->op == TS_LEXEME)
        lexemes->texts[lexemes->count++] = node->text;
    collect(lexemes, node->left);
    collect(lexemes, node->right);
}

/* Whether the lexemes of `inner` are all in `outer`, whatever the operators. */
static bool
query_holds(struct func_call *call, const union datum *outer, const union datum *inner)
{
    const struct ts_node *roots[] = {datum_tsquery(call->arena, outer),
                                     datum_tsquery(call->arena, inner)};
    struct lexemes lists[2];
    for (int i = 0; i < 2; i++) {
        lists[i] = (struct lexemes){.arena = call->arena};
        lists[i].texts =
            arena_alloc_array(call->arena, ts_node_count(roots[i]) + 1u, sizeof *lists[i].texts);
        collect(&lists[i], roots[i]);
    }
    for (uint32_t i = 0; i < lists[1].count; i++) {
        uint32_t k = 0;
        while (k < lists[0].count && !slice_equal(lists[0].texts[k], lists[1].texts[i]))
            k++;
        if (k == lists[0].count)
            return false;
    }
    return true;
}

static union datum
tsq_mcontains(struct func_call *call, const union datum *args)
{
    return bool_datum(query_holds(call, &args[0], &args[1]));
}

static union datum
tsq_mcontained(struct func_call *call, const union datum *args)
{
    return bool_datum(query_holds(call, &args[1], &args[0]));
}

/* ---- matching ---- */

static union datum
ts_match_vq(struct func_call *call, const union datum *args)
{
    struct tsvector vector = datum_tsvector(call->arena, &args[0]);
    return bool_datum(ts_matches(call->arena, datum_tsquery(call->arena, &args[1]), &vector));
}

static union datum
ts_match_qv(struct func_call *call, const union datum *args)
{
    return ts_match_vq(call, (union datum[]){args[1], args[0]});
}

/* ---- what this file brings ---- */

static const struct func_info funcs[] = {
    {FUNC(3319, "ts_filter", TYPE_TSVECTOR, tsvector_filter, TYPE_TSVECTOR, TYPE_CHAR_ARRAY)},
    {FUNC(3320, "setweight", TYPE_TSVECTOR, tsvector_setweight_by_filter, TYPE_TSVECTOR, TYPE_CHAR,
          TYPE_TEXT_ARRAY)},
    {FUNC(3321, "ts_delete", TYPE_TSVECTOR, tsvector_delete_str, TYPE_TSVECTOR, TYPE_TEXT)},
    {FUNC(3322, "unnest", TYPE_RECORD, NULL, TYPE_TSVECTOR), .is_set = true, .set = tsvector_unnest,
     .out_count = 3, .out_types = (const oid[]){TYPE_TEXT, TYPE_INT2_ARRAY, TYPE_TEXT_ARRAY},
     .out_names = (const char *const[]){"lexeme", "positions", "weights"}},
    {FUNC(3323, "ts_delete", TYPE_TSVECTOR, tsvector_delete_arr, TYPE_TSVECTOR, TYPE_TEXT_ARRAY)},
    {FUNC(3326, "tsvector_to_array", TYPE_TEXT_ARRAY, tsvector_to_array, TYPE_TSVECTOR)},
    {FUNC(3327, "array_to_tsvector", TYPE_TSVECTOR, array_to_tsvector, TYPE_TEXT_ARRAY)},
    {FUNC(3623, "strip", TYPE_TSVECTOR, tsvector_strip, TYPE_TSVECTOR)},
    {FUNC(3624, "setweight", TYPE_TSVECTOR, tsvector_setweight, TYPE_TSVECTOR, TYPE_CHAR)},
    {FUNC(3625, "tsvector_concat", TYPE_TSVECTOR, tsvector_concat, TYPE_TSVECTOR, TYPE_TSVECTOR)},
    {FUNC(3634, "ts_match_vq", TYPE_BOOL, ts_match_vq, TYPE_TSVECTOR, TYPE_TSQUERY)},
    {FUNC(3635, "ts_match_qv", TYPE_BOOL, ts_match_qv, TYPE_TSQUERY, TYPE_TSVECTOR)},
    {FUNC(3669, "tsquery_and", TYPE_TSQUERY, tsquery_and, TYPE_TSQUERY, TYPE_TSQUERY)},
    {FUNC(3670, "tsquery_or", TYPE_TSQUERY, tsquery_or, TYPE_TSQUERY, TYPE_TSQUERY)},
    {FUNC(3671, "tsquery_not", TYPE_TSQUERY, tsquery_not, TYPE_TSQUERY)},
    {FUNC(3672, "numnode", TYPE_INT4, tsquery_numnode, TYPE_TSQUERY)},
    {FUNC(3673, "querytree", TYPE_TEXT, tsquerytree, TYPE_TSQUERY)},
    {FUNC(3691, "tsq_mcontains", TYPE_BOOL, tsq_mcontains, TYPE_TSQUERY, TYPE_TSQUERY)},
    {FUNC(3692, "tsq_mcontained", TYPE_BOOL, tsq_mcontained, TYPE_TSQUERY, TYPE_TSQUERY)},
    {FUNC(3711, "length", TYPE_INT4, tsvector_length, TYPE_TSVECTOR)},
    {FUNC(5003, "tsquery_phrase", TYPE_TSQUERY, tsquery_phrase, TYPE_TSQUERY, TYPE_TSQUERY)},
    {FUNC(5004, "tsquery_phrase", TYPE_TSQUERY, tsquery_phrase_distance, TYPE_TSQUERY, TYPE_TSQUERY,
          TYPE_INT4)},
};

static const struct operator_info operators[] = {
    {3633, "||", TYPE_TSVECTOR, TYPE_TSVECTOR, TYPE_TSVECTOR, 3625, 0, 0, false, false, NULL, NULL},
    {3636, "@@", TYPE_TSVECTOR, TYPE_TSQUERY, TYPE_BOOL, 3634, 3637, 0, false, false, "tsmatchsel",
     "tsmatchjoinsel"},
    {3637, "@@", TYPE_TSQUERY, TYPE_TSVECTOR, TYPE_BOOL, 3635, 3636, 0, false, false, "tsmatchsel",
     "tsmatchjoinsel"},
    {3660, "@@@", TYPE_TSVECTOR, TYPE_TSQUERY, TYPE_BOOL, 3634, 3661, 0, false, false, "tsmatchsel",
     "tsmatchjoinsel"},
    {3661, "@@@", TYPE_TSQUERY, TYPE_TSVECTOR, TYPE_BOOL, 3635, 3660, 0, false, false, "tsmatchsel",
     "tsmatchjoinsel"},
    {3680, "&&", TYPE_TSQUERY, TYPE_TSQUERY, TYPE_TSQUERY, 3669, 0, 0, false, false, NULL, NULL},
    {3681, "||", TYPE_TSQUERY, TYPE_TSQUERY, TYPE_TSQUERY, 3670, 0, 0, false, false, NULL, NULL},
    {3682, "!!", OID_NONE, TYPE_TSQUERY, TYPE_TSQUERY, 3671, 0, 0, false, false, NULL, NULL},
    {3693, "@>", TYPE_TSQUERY, TYPE_TSQUERY, TYPE_BOOL, 3691, 3694, 0, false, false, "matchingsel",
     "matchingjoinsel"},
    {3694, "<@", TYPE_TSQUERY, TYPE_TSQUERY, TYPE_BOOL, 3692, 3693, 0, false, false, "matchingsel",
     "matchingjoinsel"},
    {5005, "<->", TYPE_TSQUERY, TYPE_TSQUERY, TYPE_TSQUERY, 5003, 0, 0, false, false, NULL, NULL},
};

const struct type_tables ts_func_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .operators = operators,
    .operator_count = COUNT_OF(operators),
};
