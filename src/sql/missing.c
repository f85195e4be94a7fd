/*
 * missing.c: errors about names that are not there, with the hints PostgreSQL gives: a name that is
 * out of reach here, or one spelled much the same.
 */
#include "sql/analysis_int.h"

#define DISTANCE_MAX 3
#define NAME_MAX_COMPARED 63

/* Levenshtein distance by bytes, up to DISTANCE_MAX + 1. */
static uint32_t
distance(const char *a, const char *b)
{
    size_t a_bytes = strlen(a), b_bytes = strlen(b);
    if (a_bytes > NAME_MAX_COMPARED || b_bytes > NAME_MAX_COMPARED)
        return DISTANCE_MAX + 1;
    uint32_t row[NAME_MAX_COMPARED + 1];
    for (size_t j = 0; j <= b_bytes; j++)
        row[j] = (uint32_t)j;
    for (size_t i = 1; i <= a_bytes; i++) {
        uint32_t diagonal = row[0];
        row[0] = (uint32_t)i;
        for (size_t j = 1; j <= b_bytes; j++) {
            uint32_t replace = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            uint32_t best = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;
            row[j] = replace < best ? replace : best;
        }
    }
    return row[b_bytes] > DISTANCE_MAX ? DISTANCE_MAX + 1 : row[b_bytes];
}

void
fail_missing_item(struct level *level, const char *schema, const char *name, int32_t at)
{
    struct analysis *an = level->an;
    for (struct level *around = level; around != NULL; around = around->parent) {
        for (uint32_t i = 0; i < around->ranges.count; i++) {
            const struct range *range = around->ranges.items[i];
            if (range->kind == RANGE_JOIN && !range->is_alias)
                continue;
            bool is_by_alias = strcmp(range->name, name) == 0;
            bool is_by_table = range->kind == RANGE_TABLE && range->is_alias &&
                               strcmp(range->table.table->name, name) == 0;
            if (!is_by_alias && !is_by_table)
                continue;
            uint32_t levels_up;
            bool is_visible =
                is_by_table && item_find(level, NULL, range->name, at, &levels_up) != NULL;
            const char *hint =
                is_visible ? arena_format(an->arena,
                                          "Perhaps you meant to reference the table alias \"%s\".",
                                          range->name)
                           : arena_format(an->arena,
                                          "There is an entry for table \"%s\", but it cannot be "
                                          "referenced from this part of the query.",
                                          range->name);
            fail_hint(an, at, SQLSTATE_UNDEFINED_TABLE, hint,
                      "invalid reference to FROM-clause entry for table \"%s\"", name);
        }
    }
    fail(an, at, SQLSTATE_UNDEFINED_TABLE, "missing FROM-clause entry for table \"%s\"",
         dotted_name(an, schema, name));
}

struct guess {
    uint32_t distance, count;
    const struct range *ranges[2];
    const char *columns[2];
};

static void
consider(struct guess *guess, const struct range *range, const char *column, uint32_t far)
{
    if (far < guess->distance) {
        guess->distance = far;
        guess->count = 0;
    } else if (far > guess->distance) {
        return;
    }
    if (guess->count < 2) {
        guess->ranges[guess->count] = range;
        guess->columns[guess->count] = column;
    }
    guess->count++;
}

static void
consider_range(struct guess *guess, const struct range *range, const char *table,
               const char *column)
{
    if (range->kind == RANGE_JOIN)
        return;
    uint32_t table_far = table == NULL ? 0 : distance(table, range->name);
    for (uint32_t i = 0; i < range->column_count; i++) {
        const char *name = range->columns[i].name;
        if (range->columns[i].is_dropped)
            continue;
        uint32_t far = distance(column, name);
        if (far > DISTANCE_MAX || far > strlen(column) / 2)
            continue;
        if (far + table_far <= DISTANCE_MAX)
            consider(guess, range, name, far + table_far);
    }
}

void
fail_missing_column(struct level *level, const char *table, const char *column, int32_t at)
{
    struct analysis *an = level->an;
    struct guess guess = {.distance = DISTANCE_MAX + 1};
    for (struct level *around = level; around != NULL; around = around->parent) {
        for (uint32_t i = 0; i < around->ranges.count; i++)
            consider_range(&guess, around->ranges.items[i], table, column);
    }
    const char *hint = NULL;
    if (guess.count == 1 && guess.distance == 0)
        hint = arena_format(an->arena,
                            "There is a column named \"%s\" in table \"%s\", but it cannot be "
                            "referenced from this part of the query.",
                            guess.columns[0], guess.ranges[0]->name);
    else if (guess.count == 1)
        hint = arena_format(an->arena, "Perhaps you meant to reference the column \"%s.%s\".",
                            guess.ranges[0]->name, guess.columns[0]);
    else if (guess.count == 2 && guess.distance > 0)
        hint = arena_format(an->arena,
                            "Perhaps you meant to reference the column \"%s.%s\" or the column "
                            "\"%s.%s\".",
                            guess.ranges[0]->name, guess.columns[0], guess.ranges[1]->name,
                            guess.columns[1]);
    const char *name = table == NULL ? arena_format(an->arena, "\"%s\"", column)
                                     : arena_format(an->arena, "%s.%s", table, column);
    fail_hint(an, at, SQLSTATE_UNDEFINED_COLUMN, hint, "column %s does not exist", name);
}
