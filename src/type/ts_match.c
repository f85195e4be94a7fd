/*
 * ts_match.c: whether a vector has what a query asks.
 *
 * Under a phrase operator an operand is the set of positions where it ends and how wide it is
 * before that; or the set where it does not ("negated": everywhere but there). A vector without
 * places cannot tell: then the phrase is not found.
 */
#include "type/tsquery.h"
#include <stdlib.h>

enum answer { NO, YES, MAYBE };

struct places {
    uint32_t count;
    uint32_t *at; /* positions, rising */
    bool is_negated;
    int32_t width;
};

struct matcher {
    struct arena *arena;
    const struct tsvector *vector;
};

static bool
has_weight(const struct ts_node *node, uint16_t place)
{
    return node->weights == 0 || (node->weights & 1 << place_weight(place)) != 0;
}

/* One lexeme of the vector that the node means; its positions go to *found if that is given. */
static enum answer
match_lexeme(struct matcher *m, const struct ts_node *node, const struct lexeme *lexeme,
             struct places *found)
{
    if (lexeme->place_count == 0)
        return found != NULL ? MAYBE : YES;
    if (found == NULL && node->weights == 0)
        return YES;
    enum answer answer = NO;
    uint32_t *all = NULL;
    if (found != NULL) {
        all = arena_alloc_array(m->arena, found->count + lexeme->place_count, sizeof *all);
        if (found->count != 0)
            memcpy(all, found->at, found->count * sizeof *all);
        found->at = all;
    }
    for (uint32_t i = 0; i < lexeme->place_count; i++) {
        if (!has_weight(node, lexeme->places[i]))
            continue;
        answer = YES;
        if (found != NULL)
            all[found->count++] = place_position(lexeme->places[i]);
    }
    return answer;
}

static int
compare_positions(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void
sort_positions(struct places *places)
{
    uint32_t kept = 0;
    qsort(places->at, places->count, sizeof *places->at, compare_positions);
    for (uint32_t i = 0; i < places->count; i++) {
        if (kept == 0 || places->at[kept - 1] != places->at[i])
            places->at[kept++] = places->at[i];
    }
    places->count = kept;
}

static bool
begins_with(struct slice text, struct slice prefix)
{
    return text.bytes >= prefix.bytes && memcmp(text.data, prefix.data, prefix.bytes) == 0;
}

static enum answer
match_word(struct matcher *m, const struct ts_node *node, struct places *found)
{
    uint32_t at = tsvector_first_from(m->vector, node->text);
    enum answer answer = NO;
    for (; at < m->vector->count; at++) {
        const struct lexeme *lexeme = &m->vector->lexemes[at];
        bool is_same = slice_equal(lexeme->text, node->text);
        if (!is_same && !(node->is_prefix && begins_with(lexeme->text, node->text)))
            break;
        enum answer one = match_lexeme(m, node, lexeme, found);
        if (one == MAYBE) {
            found->count = 0;
            return MAYBE;
        }
        if (one == YES)
            answer = YES;
        if (!node->is_prefix || (answer == YES && found == NULL))
            break;
    }
    if (found != NULL && node->is_prefix && found->count > 1)
        sort_positions(found);
    return answer;
}

enum emit { EMIT_BOTH = 1, EMIT_LEFT = 2, EMIT_RIGHT = 4 };

/* Positions that are in both, in the left only, in the right only, each moved by its offset. */
static enum answer
merge_places(struct matcher *m, const struct places *left, const struct places *right, int emit,
             const int32_t *offsets, struct places *out)
{
    uint32_t i = 0, k = 0;
    out->at = arena_alloc_array(m->arena, left->count + right->count + 1u, sizeof *out->at);
    out->count = 0;
    while (i < left->count || k < right->count) {
        if ((i == left->count && (emit & EMIT_RIGHT) == 0) ||
            (k == right->count && (emit & EMIT_LEFT) == 0))
            break;
        int64_t x = i == left->count ? INT64_MAX : (int64_t)left->at[i] + offsets[0];
        int64_t y = k == right->count ? INT64_MAX : (int64_t)right->at[k] + offsets[1];
        int kind = x < y ? EMIT_LEFT : x == y ? EMIT_BOTH : EMIT_RIGHT;
        int64_t position = x < y ? x : y;
        i += x <= y;
        k += y <= x;
        if ((emit & kind) != 0 && position > 0)
            out->at[out->count++] = (uint32_t)position;
    }
    return out->count > 0 ? YES : NO;
}

static enum answer match_places(struct matcher *m, const struct ts_node *node, struct places *out);

static int32_t
larger(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

static enum answer
match_and(struct matcher *m, const struct ts_node *node, struct places *out)
{
    struct places left = {0}, right = {0};
    enum answer l = match_places(m, node->left, &left);
    if (l == NO)
        return NO;
    enum answer r = match_places(m, node->right, &right);
    if (r == NO)
        return NO;
    if (l == MAYBE || r == MAYBE)
        return MAYBE;
    int32_t offsets[2];
    if (node->op == TS_PHRASE) {
        offsets[0] = node->distance + right.width;
        offsets[1] = 0;
        out->width = node->distance + left.width + right.width;
    } else {
        out->width = larger(left.width, right.width);
        offsets[0] = out->width - left.width;
        offsets[1] = out->width - right.width;
    }
    if (left.is_negated && right.is_negated) {
        merge_places(m, &left, &right, EMIT_BOTH | EMIT_LEFT | EMIT_RIGHT, offsets, out);
        out->is_negated = true;
        return YES;
    }
    int emit = left.is_negated ? EMIT_RIGHT : right.is_negated ? EMIT_LEFT : EMIT_BOTH;
    return merge_places(m, &left, &right, emit, offsets, out);
}

static enum answer
match_or(struct matcher *m, const struct ts_node *node, struct places *out)
{
    struct places left = {0}, right = {0};
    enum answer l = match_places(m, node->left, &left), r = match_places(m, node->right, &right);
    if (l == NO && r == NO)
        return NO;
    if (l == MAYBE || r == MAYBE)
        return MAYBE;
    if (l == NO)
        left.width = 0;
    if (r == NO)
        right.width = 0;
    out->width = larger(left.width, right.width);
    const int32_t offsets[2] = {out->width - left.width, out->width - right.width};
    if (!left.is_negated && !right.is_negated)
        return merge_places(m, &left, &right, EMIT_BOTH | EMIT_LEFT | EMIT_RIGHT, offsets, out);
    int emit = left.is_negated && right.is_negated ? EMIT_BOTH
               : left.is_negated                   ? EMIT_LEFT
                                                   : EMIT_RIGHT;
    merge_places(m, &left, &right, emit, offsets, out);
    out->is_negated = true;
    return YES;
}

static enum answer
match_places(struct matcher *m, const struct ts_node *node, struct places *out)
{
    enum answer answer;
    switch (node->op) {
    case TS_LEXEME:
        return match_word(m, node, out);
    case TS_NOT:
        answer = match_places(m, node->right, out);
        if (answer == NO) {
            *out = (struct places){.is_negated = true};
            return YES;
        }
        if (answer == YES && out->count == 0) { /* everywhere becomes nowhere */
            out->is_negated = false;
            return NO;
        }
        out->is_negated = !out->is_negated;
        return answer;
    case TS_OR:
        return match_or(m, node, out);
    default:
        return match_and(m, node, out);
    }
}

static bool
matches(struct matcher *m, const struct ts_node *node)
{
    struct places places = {0};
    switch (node->op) {
    case TS_LEXEME:
        return match_word(m, node, NULL) == YES;
    case TS_NOT:
        return !matches(m, node->right);
    case TS_AND:
        return matches(m, node->left) && matches(m, node->right);
    case TS_OR:
        return matches(m, node->left) || matches(m, node->right);
    case TS_PHRASE:
        break;
    }
    return match_and(m, node, &places) == YES;
}

bool
ts_matches(struct arena *arena, const struct ts_node *root, const struct tsvector *vector)
{
    struct matcher m = {arena, vector};
    return root != NULL && matches(&m, root);
}
