/*
 * cost.c: how many rows pass a condition, and what evaluating one costs.
 *
 * Distinct counts, common values and histograms come from ANALYZE; without them PostgreSQL's
 * default guesses stand in.
 */
#include "catalog/catalog.h"
#include "plan/path.h"
#include "type/array.h"
#include "type/values.h"

#define DEFAULT_EQUAL 0.005
#define DEFAULT_RANGE 0.3333
#define DEFAULT_RANGE_PAIR 0.005
#define DEFAULT_MATCH 0.005
#define DEFAULT_DISTINCT 200.0
#define SKEW_MIN 20.0         /* times as common as the average value */
#define SKEW_ROWS_MIN 10000.0 /* rows: below this any plan is fast */

double
cost_clamp_rows(double rows)
{
    return rows < 1 ? 1 : rows;
}

struct cost_walk {
    const struct planner *planner;
    double cost;
};

static bool
cost_visit(void *object, const struct expr *e)
{
    struct cost_walk *walk = object;

    if (e->kind == EXPR_SUBPLAN)
        walk->cost += walk->planner->plan->subplans[e->subplan].root->total_cost;
    else if (e->kind != EXPR_COLUMN && e->kind != EXPR_CONST && e->kind != EXPR_PARAM)
        walk->cost += walk->planner->settings->cpu_operator_cost;
    return expr_walk(e, cost_visit, object);
}

double
expr_cost(const struct planner *planner, const struct expr *e)
{
    struct cost_walk walk = {planner, 0};

    cost_visit(&walk, e);
    return walk.cost;
}

/* The rel's column behind `e`, with its statistics; null rel: not a plain column. */
struct column_known {
    const struct rel *rel;
    const struct column_stats *stats; /* may be null */
    int16_t number;
};

static struct column_known
known_column(const struct level *level, const struct expr *e)
{
    struct column_known known = {NULL, NULL, 0};

    while (e->kind == EXPR_RELABEL)
        e = e->args[0];
    if (e->kind != EXPR_COLUMN || e->column.levels_up != 0 ||
        level->rel_of_range[e->column.range] >= LEVEL_RELS_MAX)
        return known;
    known.rel = &level->rels[level->rel_of_range[e->column.range]];
    if (level->member != NULL && level->member->idx == known.rel->idx)
        known.rel = level->member;
    known.number = rel_attr(known.rel, e->column.number);
    for (uint32_t i = 0; known.rel->stats != NULL && i < known.rel->stats->column_count; i++) {
        if (known.rel->stats->columns[i].attr == known.number)
            known.stats = &known.rel->stats->columns[i];
    }
    return known;
}

static bool
is_unique_column(const struct column_known *known)
{
    const struct table *table = known->rel->table;

    for (uint32_t i = 0; table != NULL && !known->rel->is_tree && i < table->index_count; i++) {
        const struct index_def *index = table->indexes[i];
        if (index->is_unique && index->key_count == 1 && index->predicate_sql == NULL &&
            index->keys[0].attr == known->number)
            return true;
    }
    return false;
}

double
distinct_of(struct level *level, const struct expr *e)
{
    struct column_known known = known_column(level, e);

    if (known.rel == NULL)
        return DEFAULT_DISTINCT;
    if (is_unique_column(&known))
        return known.rel->table_rows;
    if (known.stats != NULL) {
        double distinct = known.stats->distinct;
        return cost_clamp_rows(distinct < 0 ? -distinct * known.rel->table_rows : distinct);
    }
    if (e->type == TYPE_BOOL)
        return 2;
    double rows = known.rel->table_rows;
    return rows < DEFAULT_DISTINCT ? cost_clamp_rows(rows) : DEFAULT_DISTINCT;
}

/* A parameter that stands for a common value is better planned for by itself. */
static void
note_skew(struct level *level, const struct column_known *known, const struct expr *value,
          double average)
{
    if (value->kind == EXPR_PARAM && value->param.kind == PARAM_EXTERNAL &&
        known->stats->common_count != 0 && known->rel->table_rows > SKEW_ROWS_MIN &&
        known->stats->common_fraction[0] > SKEW_MIN * average)
        level->planner->plan->wants_values = true;
}

static double
equal_share(struct level *level, const struct column_known *known, const struct expr *column,
            const struct expr *value)
{
    const struct column_stats *stats = known->stats;

    if (is_unique_column(known))
        return 1 / known->rel->table_rows;
    if (stats == NULL)
        return known->rel->table == NULL ? DEFAULT_EQUAL : 1 / distinct_of(level, column);
    double rest = 1 - stats->null_fraction;
    const struct type_info *type = plan_type(level->planner, column->type);
    for (uint32_t i = 0; i < stats->common_count; i++) {
        if (value->kind == EXPR_CONST && !value->constant.is_null && value->type == column->type &&
            type->compare(stats->common[i], value->constant.value) == 0)
            return stats->common_fraction[i];
        rest -= stats->common_fraction[i];
    }
    double others = distinct_of(level, column) - stats->common_count;
    if (value->kind != EXPR_CONST) {
        double share = (1 - stats->null_fraction) / distinct_of(level, column);
        note_skew(level, known, value, share);
        return share;
    }
    return rest <= 0 ? 1e-6 : rest / cost_clamp_rows(others);
}

/* The share of the column's rows that are below `value`. */
static double
below_share(struct level *level, const struct column_stats *stats, const struct expr *column,
            union datum value)
{
    const struct type_info *type = plan_type(level->planner, column->type);
    double common_below = 0, common_total = 0;
    uint32_t low = 0, high = stats->bound_count;

    for (uint32_t i = 0; i < stats->common_count; i++) {
        common_total += stats->common_fraction[i];
        if (type->compare(stats->common[i], value) < 0)
            common_below += stats->common_fraction[i];
    }
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (type->compare(stats->bounds[middle], value) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    double histogram = stats->bound_count < 2
                           ? 0.5
                           : (low == 0 ? 0 : ((double)low - 0.5) / (stats->bound_count - 1));
    if (histogram > 1)
        histogram = 1;
    return common_below + (1 - stats->null_fraction - common_total) * histogram;
}

static double
range_share(struct level *level, const struct column_known *known, const struct expr *column,
            const struct expr *value, enum btree_op op)
{
    if (known->stats == NULL || value->kind != EXPR_CONST || value->constant.is_null ||
        value->type != column->type ||
        (known->stats->bound_count < 2 && known->stats->common_count == 0))
        return DEFAULT_RANGE;
    double below = below_share(level, known->stats, column, value->constant.value);
    double share =
        op == BTREE_LT || op == BTREE_LE ? below : 1 - known->stats->null_fraction - below;
    return share < 1e-6 ? 1e-6 : share > 1 ? 1 : share;
}

/* x LIKE 'abc%': the texts with the prefix, and a guess at the rest. */
static double
pattern_share(struct level *level, const struct expr *e, const struct pattern *pattern)
{
    struct column_known known = known_column(level, pattern->text);
    uint8_t end[PATTERN_PREFIX_MAX + 4];

    if (known.rel == NULL || known.stats == NULL || known.stats->bound_count < 2)
        return DEFAULT_MATCH;
    const struct expr *column = pattern->text;
    while (column->kind == EXPR_RELABEL)
        column = column->args[0];
    if (!pattern->is_cut)
        return equal_share(level, &known, column, e->args[1]);
    union datum low = slice_datum(slice_of(pattern->prefix, pattern->bytes));
    uint32_t bytes = pattern_end(pattern, end);
    double above = below_share(level, known.stats, column, low);
    double below =
        bytes == 0 ? 1 : below_share(level, known.stats, column, slice_datum(slice_of(end, bytes)));
    /* No narrower than a bucket of the histogram can tell. */
    double least = 0.1 / known.stats->bound_count;
    double share = below - above < least ? least : below - above;
    return share * pattern->rest_share;
}

static double
operator_share(struct level *level, const struct expr *e)
{
    struct pattern pattern;
    const struct operator_info *op = e->func.op;
    int strategy =
        op == NULL || e->arg_count != 2 ? 0 : types_btree_strategy(level->planner->types, op->op);

    if (strategy == 0) {
        if (pattern_read(e, &pattern))
            return pattern_share(level, e, &pattern);
        if (op != NULL && op->name[0] == '<' && op->name[1] == '>')
            return 1 - DEFAULT_EQUAL;
        return op != NULL && op->restrict_est != NULL ? DEFAULT_MATCH * 10 : DEFAULT_RANGE;
    }
    struct column_known left = known_column(level, e->args[0]);
    struct column_known right = known_column(level, e->args[1]);
    if (left.rel != NULL && right.rel != NULL && left.rel != right.rel) {
        if (strategy != BTREE_EQ)
            return DEFAULT_RANGE;
        double a = distinct_of(level, e->args[0]), b = distinct_of(level, e->args[1]);
        return 1 / (a > b ? a : b);
    }
    if (left.rel == NULL && right.rel == NULL)
        return strategy == BTREE_EQ ? DEFAULT_EQUAL : DEFAULT_RANGE;
    bool is_left = left.rel != NULL;
    const struct column_known *known = is_left ? &left : &right;
    const struct expr *column = e->args[is_left ? 0 : 1], *value = e->args[is_left ? 1 : 0];
    if (strategy == BTREE_EQ)
        return equal_share(level, known, column, value);
    return range_share(level, known, column, value,
                       is_left ? (enum btree_op)strategy : btree_mirrored((enum btree_op)strategy));
}

static double
any_share(struct level *level, const struct expr *e)
{
    double each = DEFAULT_EQUAL, count = 10;
    struct column_known known = known_column(level, e->args[0]);

    if (e->args[1]->kind == EXPR_ARRAY)
        count = e->args[1]->arg_count;
    else if (e->args[1]->kind == EXPR_CONST && !e->args[1]->constant.is_null)
        count = array_read(&e->args[1]->constant.value).count;
    if (known.rel != NULL)
        each = 1 / distinct_of(level, e->args[0]);
    double share = each * count;
    if (e->array_compare.is_all)
        share = 1 - share;
    return share < 0 ? 0 : share > 1 ? 1 : share;
}

/* The share among rows that parts of an OR have let through already. */
static double
without_implied(const struct level *level, const struct expr *whole, double share)
{
    for (const struct implied *i = level->implied; i != NULL; i = i->next) {
        if (i->expr == whole && i->share > 0)
            share /= i->share;
    }
    return share < 1 ? share : 1;
}

double
selectivity_of(struct level *level, const struct expr *e)
{
    double share;

    switch (e->kind) {
    case EXPR_CONST:
        return expr_is_true(e) ? 1 : 0;
    case EXPR_AND:
        share = 1;
        for (uint32_t i = 0; i < e->arg_count; i++)
            share *= selectivity_of(level, e->args[i]);
        return share;
    case EXPR_OR:
        share = 0;
        for (uint32_t i = 0; i < e->arg_count; i++) {
            double one = selectivity_of(level, e->args[i]);
            share = share + one - share * one;
        }
        return without_implied(level, e, share);
    case EXPR_NOT:
        return 1 - selectivity_of(level, e->args[0]);
    case EXPR_NULL_TEST: {
        struct column_known known = known_column(level, e->args[0]);
        share = known.stats != NULL ? known.stats->null_fraction : DEFAULT_EQUAL;
        return e->null_test.is_not ? 1 - share : share;
    }
    case EXPR_FUNC:
        return operator_share(level, e);
    case EXPR_ARRAY_COMPARE:
        return any_share(level, e);
    case EXPR_COLUMN:
    case EXPR_SUBPLAN:
        return 0.5;
    default:
        return DEFAULT_RANGE;
    }
}

/* A column bounded on one side by an inequality. */
struct half {
    struct column_known known;
    bool is_low;
    double share;
};

static bool
read_half(struct level *level, const struct expr *e, struct half *half)
{
    if (e->kind != EXPR_FUNC || e->func.op == NULL || e->arg_count != 2)
        return false;
    int strategy = types_btree_strategy(level->planner->types, e->func.op->op);
    if (strategy == 0 || strategy == BTREE_EQ)
        return false;
    half->known = known_column(level, e->args[0]);
    struct column_known other = known_column(level, e->args[1]);
    bool is_left = half->known.rel != NULL;
    if (is_left == (other.rel != NULL))
        return false;
    if (!is_left)
        half->known = other;
    half->is_low = (strategy == BTREE_GT || strategy == BTREE_GE) == is_left;
    half->share = operator_share(level, e);
    return true;
}

/* What both sides of a range leave, of what each leaves alone. */
static double
pair_share(const struct half *a, const struct half *b)
{
    if (a->share == DEFAULT_RANGE || b->share == DEFAULT_RANGE)
        return DEFAULT_RANGE_PAIR;
    double nulls = a->known.stats == NULL ? 0 : a->known.stats->null_fraction;
    double share = a->share + b->share - 1 + nulls;
    double least = a->known.stats == NULL || a->known.stats->bound_count == 0
                       ? DEFAULT_RANGE_PAIR
                       : 0.1 / a->known.stats->bound_count;
    return share < least ? least : share;
}

/* The place of a condition on the other side of the same column; UINT32_MAX: none. */
static uint32_t
other_half(struct level *level, const struct expr_list *conditions, const bool *is_used,
           uint32_t from, const struct half *half, struct half *found)
{
    for (uint32_t i = from; i < conditions->count; i++) {
        if (!is_used[i] && read_half(level, conditions->items[i], found) &&
            found->known.rel == half->known.rel && found->known.number == half->known.number &&
            found->is_low != half->is_low)
            return i;
    }
    return UINT32_MAX;
}

double
selectivity_of_list(struct level *level, const struct expr_list *conditions)
{
    bool *is_used = arena_alloc_zero(level->arena, conditions->count + 1);
    double share = 1;

    for (uint32_t i = 0; i < conditions->count; i++) {
        struct half half, other;
        uint32_t pair = UINT32_MAX;
        if (is_used[i])
            continue;
        if (read_half(level, conditions->items[i], &half))
            pair = other_half(level, conditions, is_used, i + 1, &half, &other);
        if (pair != UINT32_MAX) {
            is_used[pair] = true;
            share *= pair_share(&half, &other);
        } else {
            share *= selectivity_of(level, conditions->items[i]);
        }
    }
    return share;
}
