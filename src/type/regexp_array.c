/*
 * regexp_array.c: functions of regular expressions that give arrays or rows: regexp_match,
 * regexp_matches, regexp_split_to_array, regexp_split_to_table.
 *
 * Splitting leaves out empty matches at the ends of the text and right behind a match, as
 * PostgreSQL does, so that an expression that matches nothing at all splits into characters.
 */
#include "base/raise.h"
#include "type/array.h"
#include "type/generic.h"
#include "type/regex.h"
#include "type/tables.h"
#include "type/text.h"
#include "type/utf8.h"

static struct regex_options
options_of(struct func_call *call, const union datum *args)
{
    return call->arg_count == 3 ? regex_options_of(datum_slice(&args[2]))
                                : (struct regex_options){.is_global = false};
}

static void
refuse_global(const struct func_call *call, struct regex_options options, const char *hint)
{
    if (options.is_global)
        raise_error(.code = SQLSTATE_INVALID_PARAMETER_VALUE,
                    .message =
                        raise_text("%s() does not support the \"global\" option", call->func->name),
                    .hint = hint);
}

static union datum
part_datum(struct slice text, size_t first, size_t end)
{
    return slice_datum(slice_of(text.data + first, end - first));
}

/* The groups of a match as text[]; the whole match if there are none. */
static union datum
groups_array(struct func_call *call, struct slice text, const struct regex_match *found,
             uint32_t group_count)
{
    struct array_builder builder;
    array_builder_init(&builder, call->env, call->arena, TYPE_TEXT);
    if (group_count == 0)
        array_builder_add(&builder, part_datum(text, found[0].first, found[0].end), false);
    for (uint32_t i = 1; i <= group_count; i++) {
        bool is_null = found[i].first == REGEX_NONE;
        union datum part = is_null ? (union datum){.words = {0, 0}}
                                   : part_datum(text, found[i].first, found[i].end);
        array_builder_add(&builder, part, is_null);
    }
    return array_builder_finish(&builder);
}

static union datum
regexp_match(struct func_call *call, const union datum *args)
{
    struct regex_options options = options_of(call, args);
    refuse_global(call, options, "Use the regexp_matches function instead.");
    struct slice text = datum_slice(&args[0]);
    struct regex *regex = regex_of_call(call, datum_slice(&args[1]), options);
    uint32_t group_count = regex_group_count(regex);
    struct regex_match *found = arena_alloc_array(call->arena, group_count + 1, sizeof *found);
    call->result_is_null = !regex_find(regex, text, 0, found);
    return call->result_is_null ? (union datum){.words = {0, 0}}
                                : groups_array(call, text, found, group_count);
}

/* ---- rows ---- */

/* Where a set-returning call has got to. */
struct walk {
    struct regex *regex;
    struct regex_match *found;
    size_t from; /* of the next search */
    size_t end;  /* of the match before */
    bool is_global, is_done;
};

static struct walk *
walk_of(struct func_call *call, const union datum *args, struct regex_options options)
{
    if (call->state == NULL) {
        struct walk *walk = arena_alloc_zero(call->state_arena, sizeof *walk);
        walk->regex = regex_compile(call->state_arena, datum_slice(&args[1]), options);
        walk->found = arena_alloc_array(call->state_arena, regex_group_count(walk->regex) + 1,
                                        sizeof *walk->found);
        walk->is_global = options.is_global;
        call->state = walk;
    }
    return call->state;
}

static bool
regexp_matches(struct func_call *call, const union datum *args, union datum *values, bool *nulls)
{
    struct walk *walk = walk_of(call, args, options_of(call, args));
    struct slice text = datum_slice(&args[0]);
    if (walk->is_done || walk->from > text.bytes ||
        !regex_find(walk->regex, text, walk->from, walk->found))
        return false;
    walk->from = regex_next(text, walk->found[0]);
    walk->is_done = !walk->is_global;
    values[0] = groups_array(call, text, walk->found, regex_group_count(walk->regex));
    nulls[0] = false;
    return true;
}

/* The next piece of the text; false after the last. */
static bool
next_piece(struct walk *walk, struct slice text, union datum *piece)
{
    if (walk->is_done)
        return false;
    size_t first = walk->end;
    while (walk->from <= text.bytes && regex_find(walk->regex, text, walk->from, walk->found)) {
        struct regex_match match = walk->found[0];
        walk->from = regex_next(text, match);
        if (match.first < text.bytes && match.end > walk->end) {
            *piece = part_datum(text, first, match.first);
            walk->end = match.end;
            return true;
        }
    }
    *piece = part_datum(text, first, text.bytes);
    walk->is_done = true;
    return true;
}

static bool
regexp_split_to_table(struct func_call *call, const union datum *args, union datum *values,
                      bool *nulls)
{
    struct regex_options options = options_of(call, args);
    refuse_global(call, options, NULL);
    nulls[0] = false;
    return next_piece(walk_of(call, args, options), datum_slice(&args[0]), &values[0]);
}

static union datum
regexp_split_to_array(struct func_call *call, const union datum *args)
{
    struct regex_options options = options_of(call, args);
    refuse_global(call, options, NULL);
    struct regex *regex = regex_of_call(call, datum_slice(&args[1]), options);
    struct walk walk = {.regex = regex};
    walk.found = arena_alloc_array(call->arena, regex_group_count(regex) + 1, sizeof *walk.found);
    struct array_builder builder;
    array_builder_init(&builder, call->env, call->arena, TYPE_TEXT);
    union datum piece;
    while (next_piece(&walk, datum_slice(&args[0]), &piece))
        array_builder_add(&builder, piece, false);
    return array_builder_finish(&builder);
}

/* ---- what this file brings ---- */

static const struct func_info funcs[] = {
    {FUNC(2763, "regexp_matches", TYPE_TEXT_ARRAY, NULL, TYPE_TEXT, TYPE_TEXT),
     .set = regexp_matches, .is_set = true},
    {FUNC(2764, "regexp_matches", TYPE_TEXT_ARRAY, NULL, TYPE_TEXT, TYPE_TEXT, TYPE_TEXT),
     .set = regexp_matches, .is_set = true},
    {FUNC(2765, "regexp_split_to_table", TYPE_TEXT, NULL, TYPE_TEXT, TYPE_TEXT),
     .set = regexp_split_to_table, .is_set = true},
    {FUNC(2766, "regexp_split_to_table", TYPE_TEXT, NULL, TYPE_TEXT, TYPE_TEXT, TYPE_TEXT),
     .set = regexp_split_to_table, .is_set = true},
    {FUNC(2767, "regexp_split_to_array", TYPE_TEXT_ARRAY, regexp_split_to_array, TYPE_TEXT,
          TYPE_TEXT)},
    {FUNC(2768, "regexp_split_to_array", TYPE_TEXT_ARRAY, regexp_split_to_array, TYPE_TEXT,
          TYPE_TEXT, TYPE_TEXT)},
    {FUNC(3396, "regexp_match", TYPE_TEXT_ARRAY, regexp_match, TYPE_TEXT, TYPE_TEXT)},
    {FUNC(3397, "regexp_match", TYPE_TEXT_ARRAY, regexp_match, TYPE_TEXT, TYPE_TEXT, TYPE_TEXT)},
};

const struct type_tables regexp_array_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
};
