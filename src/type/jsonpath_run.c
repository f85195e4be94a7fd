/*
 * jsonpath_run.c: running paths, by the rules of SQL/JSON as PostgreSQL has them.
 *
 * A step takes one item and gives its items to the step behind it; where no list is asked for, the
 * walk ends at the first one. In lax mode a step for members applied to an array goes through its
 * elements, a step for elements takes anything else as an array of it, and what is not there gives
 * nothing; in strict mode each of these is an error. Errors of steps are PATH_FAILED where the
 * caller only wants to know (predicates, silent calls), else raised.
 */
#include "base/raise.h"
#include "type/float_text.h"
#include "type/jsonpath_time.h"
#include "type/numeric.h"
#include "type/regex.h"

#include <math.h>

#define DEPTH_MAX 10000

enum truth { IS_FALSE, IS_TRUE, IS_UNKNOWN };

struct runner {
    struct arena *arena;
    const struct path_options *options;
    struct path_item root, current;
    bool is_lax, ignores_structure, raises;
    int64_t array_count; /* of the innermost subscript: for LAST */
    uint32_t depth;
    struct regex *regex; /* of the like_regex that ran last */
    const struct path_node *regex_node;
};

static enum path_result run_step(struct runner *r, const struct path_node *step,
                                 const struct path_item *item, struct path_items *found,
                                 bool unwraps);
static enum truth run_predicate(struct runner *r, const struct path_node *node,
                                const struct path_item *item);

/* ---- items ---- */

static void
items_add(struct path_items *items, const struct path_item *item)
{
    if (items->count == items->capacity) {
        uint32_t capacity = items->capacity == 0 ? 8 : items->capacity * 2;
        struct path_item *more = arena_alloc_array(items->arena, capacity, sizeof *more);
        if (items->count != 0)
            memcpy(more, items->items, items->count * sizeof *more);
        items->items = more;
        items->capacity = capacity;
    }
    items->items[items->count++] = *item;
}

/* What has been built, as an item. */
static struct path_item
finished(struct runner *r, struct jsonb_builder *builder)
{
    union datum *value = arena_alloc(r->arena, sizeof *value);
    *value = jsonb_finish(builder);
    return (struct path_item){.node = jsonb_read(value)};
}

static struct path_item
number_item(struct runner *r, union datum number)
{
    struct jsonb_builder *builder = jsonb_build(r->arena);
    jsonb_put_number(builder, number);
    return finished(r, builder);
}

static struct path_item
string_item(struct runner *r, struct slice text)
{
    struct jsonb_builder *builder = jsonb_build(r->arena);
    jsonb_put_string(builder, text);
    return finished(r, builder);
}

static struct path_item
truth_item(struct runner *r, enum truth truth)
{
    struct jsonb_builder *builder = jsonb_build(r->arena);
    if (truth == IS_UNKNOWN)
        jsonb_put_null(builder);
    else
        jsonb_put_bool(builder, truth == IS_TRUE);
    return finished(r, builder);
}

static bool
is_array(const struct path_item *item)
{
    return item->node.kind == JSONB_ARRAY;
}

/* The step behind `step`, or the end: the item is found. */
static enum path_result
run_next(struct runner *r, const struct path_node *step, const struct path_item *item,
         struct path_items *found)
{
    if (step->next != NULL)
        return run_step(r, step->next, item, found, r->is_lax);
    if (found != NULL)
        items_add(found, item);
    return PATH_FOUND;
}

/* Whether a walk over several items ends with the one that gave `result`. */
static bool
is_over(enum path_result result, const struct path_items *found)
{
    return result == PATH_FAILED || (result == PATH_FOUND && found == NULL);
}

/* The message is made only where it is raised: steps fail often and quietly. */
static enum path_result PRINTF_LIKE(3, 4)
    step_error(struct runner *r, sqlstate code, const char *format, ...)
{
    if (!r->raises)
        return PATH_FAILED;
    va_list args;
    va_start(args, format);
    const char *message = arena_vformat(r->arena, format, args);
    va_end(args);
    raise(code, "%s", message);
}

/* An error of a step that lax mode overlooks. */
#define structure_error(r, ...)                                                                    \
    ((r)->ignores_structure ? PATH_NOTHING : step_error((r), __VA_ARGS__))

/* ---- lists ---- */

struct any_walk {
    const struct path_node *step; /* for each; null: each is found */
    struct path_items *found;
    uint32_t first, last; /* levels */
    bool ignores_structure, unwraps;
};

static enum path_result
run_one_of(struct runner *r, const struct any_walk *walk, const struct path_item *item)
{
    if (walk->step == NULL) {
        if (walk->found != NULL)
            items_add(walk->found, item);
        return PATH_FOUND;
    }
    bool before = r->ignores_structure;
    r->ignores_structure |= walk->ignores_structure;
    enum path_result result = run_step(r, walk->step, item, walk->found, walk->unwraps);
    r->ignores_structure = before;
    return result;
}

/* The members of a list, and of the lists in it down to the last level. */
static enum path_result
run_any(struct runner *r, const struct any_walk *walk, const struct jsonb *list, uint32_t level)
{
    enum path_result result = PATH_NOTHING;
    if (level > walk->last || !jsonb_is_list(list))
        return PATH_NOTHING;
    jsonb_check_depth(level);
    bool wants_leaves = walk->first == PATH_LEVEL_LAST && walk->last == PATH_LEVEL_LAST;
    for (uint32_t i = 0; i < list->count; i++) {
        struct path_item item = {.node = jsonb_item(list, i)};
        bool is_list = jsonb_is_list(&item.node);
        if (level >= walk->first || (wants_leaves && !is_list)) {
            result = run_one_of(r, walk, &item);
            if (is_over(result, walk->found))
                return result;
        }
        if (level < walk->last && is_list) {
            result = run_any(r, walk, &item.node, level + 1);
            if (is_over(result, walk->found))
                return result;
        }
    }
    return result;
}

/* The step for each element of an array, without unwrapping further. */
static enum path_result
run_unwrapped(struct runner *r, const struct path_node *step, const struct path_item *array,
              struct path_items *found)
{
    struct any_walk walk = {.step = step, .found = found, .first = 1, .last = 1};
    return run_any(r, &walk, &array->node, 1);
}

static enum path_result
run_members(struct runner *r, const struct path_node *step, const struct path_item *item,
            struct path_items *found)
{
    struct any_walk walk = {
        .step = step->next, .found = found, .first = 1, .last = 1, .unwraps = r->is_lax};
    return run_any(r, &walk, &item->node, 1);
}

/* ---- operands ---- */

/* All items of an operand, arrays taken apart in lax mode if `unwraps`. */
static enum path_result
run_operand(struct runner *r, const struct path_node *node, const struct path_item *item,
            bool unwraps, struct path_items *found)
{
    if (!unwraps || !r->is_lax || found == NULL)
        return run_step(r, node, item, found, r->is_lax);
    struct path_items raw = {.arena = r->arena};
    enum path_result result = run_step(r, node, item, &raw, r->is_lax);
    if (result == PATH_FAILED)
        return result;
    for (uint32_t i = 0; i < raw.count; i++) {
        if (is_array(&raw.items[i]))
            run_unwrapped(r, NULL, &raw.items[i], found);
        else
            items_add(found, &raw.items[i]);
    }
    return PATH_FOUND;
}

static enum path_result
run_operand_quietly(struct runner *r, const struct path_node *node, const struct path_item *item,
                    bool unwraps, struct path_items *found)
{
    bool before = r->raises;
    r->raises = false;
    enum path_result result = run_operand(r, node, item, unwraps, found);
    r->raises = before;
    return result;
}

/* ---- subscripts ---- */

static enum path_result
read_index(struct runner *r, const struct path_node *node, const struct path_item *item,
           int32_t *index)
{
    struct path_items found = {.arena = r->arena};
    enum path_result result = run_step(r, node, item, &found, r->is_lax);
    if (result == PATH_FAILED)
        return result;
    if (found.count != 1 || found.items[0].node.kind != JSONB_NUMBER)
        return step_error(r, SQLSTATE_INVALID_SQL_JSON_SUBSCRIPT,
                          "jsonpath array subscript is not a single numeric value");
    union datum whole =
        numeric_round(r->arena, jsonb_number(&found.items[0].node), 0, NATURAL_TRUNCATE);
    double value = numeric_f64(r->arena, whole);
    if (value < INT32_MIN || value > INT32_MAX)
        return step_error(r, SQLSTATE_INVALID_SQL_JSON_SUBSCRIPT,
                          "jsonpath array subscript is out of integer range");
    *index = (int32_t)value;
    return PATH_FOUND;
}

static enum path_result
run_range(struct runner *r, const struct path_node *step, const struct path_range *range,
          const struct path_item *item, struct path_items *found)
{
    int32_t from, to, count = (int32_t)r->array_count;
    enum path_result result = read_index(r, range->from, item, &from);
    if (result == PATH_FAILED)
        return result;
    to = from;
    if (range->to != NULL && read_index(r, range->to, item, &to) == PATH_FAILED)
        return PATH_FAILED;
    if (!r->ignores_structure && (from < 0 || from > to || to >= count))
        return step_error(r, SQLSTATE_INVALID_SQL_JSON_SUBSCRIPT,
                          "jsonpath array subscript is out of bounds");
    from = from < 0 ? 0 : from;
    to = to >= count ? count - 1 : to;
    result = PATH_NOTHING;
    for (int32_t i = from; i <= to; i++) {
        struct path_item element = *item;
        if (is_array(item))
            element = (struct path_item){.node = jsonb_item(&item->node, (uint32_t)i)};
        result = run_next(r, step, &element, found);
        if (is_over(result, found))
            break;
    }
    return result;
}

static enum path_result
run_index(struct runner *r, const struct path_node *step, const struct path_item *item,
          struct path_items *found)
{
    if (!is_array(item) && !r->is_lax)
        return structure_error(r, SQLSTATE_SQL_JSON_ARRAY_NOT_FOUND,
                               "jsonpath array accessor can only be applied to an array");
    int64_t before = r->array_count;
    enum path_result result = PATH_NOTHING;
    for (uint32_t i = 0; i < step->range_count; i++) {
        r->array_count = is_array(item) ? item->node.count : 1;
        result = run_range(r, step, &step->ranges[i], item, found);
        if (is_over(result, found))
            break;
    }
    r->array_count = before;
    return result;
}

/* ---- steps of structure ---- */

static enum path_result
run_key(struct runner *r, const struct path_node *step, const struct path_item *item,
        struct path_items *found)
{
    uint32_t at;
    if (item->node.kind != JSONB_OBJECT)
        return structure_error(r, SQLSTATE_SQL_JSON_MEMBER_NOT_FOUND,
                               "jsonpath member accessor can only be applied to an object");
    if (!jsonb_find(&item->node, step->text, &at))
        return structure_error(r, SQLSTATE_SQL_JSON_MEMBER_NOT_FOUND,
                               "JSON object does not contain key \"%.*s\"", (int)step->text.bytes,
                               (const char *)step->text.data);
    struct path_item member = {.node = jsonb_item(&item->node, at)};
    return run_next(r, step, &member, found);
}

static enum path_result
run_any_element(struct runner *r, const struct path_node *step, const struct path_item *item,
                struct path_items *found)
{
    if (is_array(item))
        return run_members(r, step, item, found);
    if (r->is_lax)
        return run_next(r, step, item, found);
    return structure_error(r, SQLSTATE_SQL_JSON_ARRAY_NOT_FOUND,
                           "jsonpath wildcard array accessor can only be applied to an array");
}

static enum path_result
run_any_key(struct runner *r, const struct path_node *step, const struct path_item *item,
            struct path_items *found)
{
    if (item->node.kind == JSONB_OBJECT)
        return run_members(r, step, item, found);
    return structure_error(r, SQLSTATE_SQL_JSON_OBJECT_NOT_FOUND,
                           "jsonpath wildcard member accessor can only be applied to an object");
}

static enum path_result
run_any_path(struct runner *r, const struct path_node *step, const struct path_item *item,
             struct path_items *found)
{
    enum path_result result = PATH_NOTHING;
    if (step->first == 0) {
        bool before = r->ignores_structure;
        r->ignores_structure = true;
        result = run_next(r, step, item, found);
        r->ignores_structure = before;
        if (result == PATH_FOUND && found == NULL)
            return result;
    }
    if (!jsonb_is_list(&item->node))
        return result;
    struct any_walk walk = {.step = step->next,
                            .found = found,
                            .first = step->first,
                            .last = step->last,
                            .ignores_structure = true,
                            .unwraps = r->is_lax};
    return run_any(r, &walk, &item->node, 1);
}

static enum path_result
run_filter(struct runner *r, const struct path_node *step, const struct path_item *item,
           struct path_items *found)
{
    struct path_item before = r->current;
    r->current = *item;
    enum truth truth = run_predicate(r, step->left, item);
    r->current = before;
    return truth == IS_TRUE ? run_next(r, step, item, found) : PATH_NOTHING;
}

/* ---- arithmetic ---- */

static union datum
modulo(struct arena *arena, union datum a, union datum b)
{
    struct number x = number_of(arena, a), y = number_of(arena, b);
    if (natural_is_zero(y.magnitude))
        raise(SQLSTATE_DIVISION_BY_ZERO, "division by zero");
    struct number whole = number_divide(arena, x, y, 0, NATURAL_TRUNCATE);
    return number_datum(arena, number_subtract(arena, x, number_multiply(arena, y, whole)));
}

static union datum
calculate(struct arena *arena, enum path_kind kind, union datum a, union datum b)
{
    switch (kind) {
    case PATH_ADD:
        return numeric_add(arena, a, b);
    case PATH_SUB:
        return numeric_subtract(arena, a, b);
    case PATH_MUL:
        return numeric_multiply(arena, a, b);
    case PATH_DIV:
        return numeric_divide(arena, a, b);
    default:
        return modulo(arena, a, b);
    }
}

/* False: it cannot be calculated, and errors are not raised. */
static bool
calculate_quietly(struct runner *r, enum path_kind kind, union datum a, union datum b,
                  union datum *result)
{
    if (r->raises) {
        *result = calculate(r->arena, kind, a, b);
        return true;
    }
    struct catch frame;
    if (catch_begin(&frame, r->arena)) {
        *result = calculate(r->arena, kind, a, b);
        catch_end(&frame);
        return true;
    }
    sqlstate code = frame.error->code;
    if (code != SQLSTATE_DIVISION_BY_ZERO && code != SQLSTATE_NUMERIC_VALUE_OUT_OF_RANGE)
        raise_again(frame.error);
    return false;
}

static bool
is_single_number(const struct path_items *items)
{
    return items->count == 1 && items->items[0].node.kind == JSONB_NUMBER;
}

static enum path_result
run_arithmetic(struct runner *r, const struct path_node *step, const struct path_item *item,
               struct path_items *found)
{
    struct path_items left = {.arena = r->arena}, right = {.arena = r->arena};
    if (run_operand(r, step->left, item, true, &left) == PATH_FAILED ||
        run_operand(r, step->right, item, true, &right) == PATH_FAILED)
        return PATH_FAILED;
    if (!is_single_number(&left) || !is_single_number(&right))
        return step_error(r, SQLSTATE_SINGLETON_SQL_JSON_ITEM_REQUIRED,
                          "%s operand of jsonpath operator %s is not a single numeric value",
                          is_single_number(&left) ? "right" : "left",
                          path_operator_name(step->kind));
    union datum result;
    if (!calculate_quietly(r, step->kind, jsonb_number(&left.items[0].node),
                           jsonb_number(&right.items[0].node), &result))
        return PATH_FAILED;
    struct path_item number = number_item(r, result);
    return run_next(r, step, &number, found);
}

static enum path_result
run_sign(struct runner *r, const struct path_node *step, const struct path_item *item,
         struct path_items *found)
{
    struct path_items operands = {.arena = r->arena};
    enum path_result result = PATH_NOTHING;
    if (run_operand(r, step->left, item, true, &operands) == PATH_FAILED)
        return PATH_FAILED;
    for (uint32_t i = 0; i < operands.count; i++) {
        struct path_item number = operands.items[i];
        bool is_number = number.node.kind == JSONB_NUMBER;
        if (found == NULL && step->next == NULL) {
            if (is_number)
                return PATH_FOUND;
            continue;
        }
        if (!is_number)
            return step_error(r, SQLSTATE_SQL_JSON_NUMBER_NOT_FOUND,
                              "operand of unary jsonpath operator %s is not a numeric value",
                              path_operator_name(step->kind));
        if (step->kind == PATH_MINUS)
            number = number_item(r, numeric_negate(r->arena, jsonb_number(&number.node)));
        enum path_result one = run_next(r, step, &number, found);
        if (is_over(one, found))
            return one;
        if (one == PATH_FOUND)
            result = one;
    }
    return result;
}

/* ---- methods ---- */

static enum path_result
method_error(struct runner *r, const struct path_node *step, sqlstate code, const char *wanted)
{
    return step_error(r, code, "jsonpath item method .%s() can only be applied to %s",
                      path_method_name(step->method), wanted);
}

static enum path_result
run_rounding(struct runner *r, const struct path_node *step, const struct path_item *item,
             struct path_items *found)
{
    if (item->node.kind != JSONB_NUMBER)
        return method_error(r, step, SQLSTATE_NON_NUMERIC_SQL_JSON_ITEM, "a numeric value");
    union datum number = jsonb_number(&item->node), zero = numeric_of_i64(r->arena, 0);
    bool is_negative = numeric_compare(number, zero) < 0;
    if (step->method == METHOD_ABS) {
        number = is_negative ? numeric_negate(r->arena, number) : number;
    } else {
        union datum whole = numeric_round(r->arena, number, 0, NATURAL_TRUNCATE);
        bool is_changed = numeric_compare(whole, number) != 0;
        if (is_changed && (step->method == METHOD_FLOOR) == is_negative)
            whole = numeric_add(r->arena, whole, numeric_of_i64(r->arena, is_negative ? -1 : 1));
        number = whole;
    }
    struct path_item result = number_item(r, number);
    return run_next(r, step, &result, found);
}

/* The double that a text is; false: it is none, or not finite. */
static bool
read_double(struct slice text, double *value)
{
    struct slice number;
    return float_text_read64(text, value, &number) == FLOAT_TEXT_OK && isfinite(*value);
}

static enum path_result
run_double(struct runner *r, const struct path_node *step, const struct path_item *item,
           struct path_items *found)
{
    bool is_string = item->node.kind == JSONB_STRING && item->time_type == OID_NONE;
    double value;
    if (!is_string && item->node.kind != JSONB_NUMBER)
        return method_error(r, step, SQLSTATE_NON_NUMERIC_SQL_JSON_ITEM,
                            "a string or numeric value");
    if (!read_double(jsonb_text(r->arena, &item->node), &value))
        return step_error(r, SQLSTATE_NON_NUMERIC_SQL_JSON_ITEM, "%s",
                          is_string ? "string argument of jsonpath item method .double() is not a "
                                      "valid representation of a double precision number"
                                    : "numeric argument of jsonpath item method .double() is out "
                                      "of range for type double precision");
    if (!is_string)
        return run_next(r, step, item, found);
    struct path_item result = number_item(r, numeric_of_f64(r->arena, value, 15));
    return run_next(r, step, &result, found);
}

static enum path_result
run_datetime(struct runner *r, const struct path_node *step, const struct path_item *item,
             struct path_items *found)
{
    struct path_item time;
    if (item->node.kind != JSONB_STRING || item->time_type != OID_NONE)
        return method_error(r, step, SQLSTATE_INVALID_ARGUMENT_FOR_SQL_JSON_DATETIME_FUNCTION,
                            "a string");
    if (step->left != NULL)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED,
              "jsonpath item method .datetime() with a template is not supported yet");
    struct slice text = jsonb_string(&item->node);
    if (path_time_read(r->arena, r->options->env, text, &time))
        return run_next(r, step, &time, found);
    if (!r->raises)
        return PATH_FAILED;
    raise_error(.code = SQLSTATE_INVALID_ARGUMENT_FOR_SQL_JSON_DATETIME_FUNCTION,
                .message = raise_text("datetime format is not recognized: \"%.*s\"",
                                      (int)text.bytes, (const char *)text.data),
                .hint = "Use a datetime template argument to specify the input data format.");
}

/* An object of key, value and id for each member. The id tells objects of one root apart. */
static enum path_result
run_keyvalue(struct runner *r, const struct path_node *step, const struct path_item *item,
             struct path_items *found)
{
    enum path_result result = PATH_NOTHING;
    if (item->node.kind != JSONB_OBJECT)
        return method_error(r, step, SQLSTATE_SQL_JSON_OBJECT_NOT_FOUND, "an object");
    if (item->node.count > 0 && step->next == NULL && found == NULL)
        return PATH_FOUND;
    struct slice root = r->root.node.bytes;
    const uint8_t *at = item->node.bytes.data;
    bool is_in_root = at >= root.data && at < root.data + root.bytes;
    for (uint32_t i = 0; i < item->node.count; i++) {
        struct jsonb_builder *builder = jsonb_build(r->arena);
        struct jsonb value = jsonb_item(&item->node, i);
        jsonb_begin(builder, true);
        jsonb_put_key(builder, slice_text("key"));
        jsonb_put_string(builder, jsonb_key(&item->node, i));
        jsonb_put_key(builder, slice_text("value"));
        jsonb_put_node(builder, &value);
        jsonb_put_key(builder, slice_text("id"));
        jsonb_put_number(builder, numeric_of_i64(r->arena, is_in_root ? at - root.data : 0));
        jsonb_end(builder);
        struct path_item pair = finished(r, builder);
        result = run_next(r, step, &pair, found);
        if (is_over(result, found))
            break;
    }
    return result;
}

static enum path_result
run_size(struct runner *r, const struct path_node *step, const struct path_item *item,
         struct path_items *found)
{
    if (!is_array(item) && !r->is_lax)
        return r->ignores_structure
                   ? PATH_NOTHING
                   : method_error(r, step, SQLSTATE_SQL_JSON_ARRAY_NOT_FOUND, "an array");
    struct path_item size =
        number_item(r, numeric_of_i64(r->arena, is_array(item) ? item->node.count : 1));
    return run_next(r, step, &size, found);
}

static enum path_result
run_method(struct runner *r, const struct path_node *step, const struct path_item *item,
           struct path_items *found)
{
    switch (step->method) {
    case METHOD_TYPE: {
        const char *name = item->time_type != OID_NONE ? path_time_name(item->time_type)
                                                       : jsonb_kind_name(&item->node);
        struct path_item type = string_item(r, slice_text(name));
        return run_next(r, step, &type, found);
    }
    case METHOD_SIZE:
        return run_size(r, step, item, found);
    case METHOD_DOUBLE:
        return run_double(r, step, item, found);
    case METHOD_DATETIME:
        return run_datetime(r, step, item, found);
    case METHOD_KEYVALUE:
        return run_keyvalue(r, step, item, found);
    default:
        return run_rounding(r, step, item, found);
    }
}

/* ---- constants ---- */

static struct path_item
variable_item(struct runner *r, const struct path_node *node)
{
    uint32_t at;
    if (!jsonb_find(&r->options->vars, node->text, &at))
        raise(SQLSTATE_UNDEFINED_OBJECT, "could not find jsonpath variable \"%.*s\"",
              (int)node->text.bytes, (const char *)node->text.data);
    return (struct path_item){.node = jsonb_item(&r->options->vars, at)};
}

static struct path_item
constant_item(struct runner *r, const struct path_node *node)
{
    switch (node->kind) {
    case PATH_NULL:
        return truth_item(r, IS_UNKNOWN);
    case PATH_BOOL:
        return truth_item(r, node->boolean ? IS_TRUE : IS_FALSE);
    case PATH_NUMBER:
        return number_item(r, node->number);
    case PATH_STRING:
        return string_item(r, node->text);
    default:
        return variable_item(r, node);
    }
}

/* ---- predicates ---- */

static enum truth
compare_items(struct runner *r, enum path_kind kind, const struct path_item *a,
              const struct path_item *b)
{
    int order = 0;
    bool a_time = a->time_type != OID_NONE, b_time = b->time_type != OID_NONE;
    bool same = (a->node.kind == b->node.kind && a_time == b_time) ||
                (jsonb_is_bool(&a->node) && jsonb_is_bool(&b->node));
    if (!same) {
        bool has_null = a->node.kind == JSONB_NULL || b->node.kind == JSONB_NULL;
        return !has_null ? IS_UNKNOWN : kind == PATH_NE ? IS_TRUE : IS_FALSE;
    }
    if (jsonb_is_list(&a->node))
        return IS_UNKNOWN;
    if (a_time) {
        if (!path_time_compare(r->options, a, b, &order))
            return IS_UNKNOWN;
    } else if (a->node.kind == JSONB_STRING) {
        order = slice_compare(jsonb_string(&a->node), jsonb_string(&b->node));
    } else if (a->node.kind == JSONB_NUMBER) {
        order = numeric_compare(jsonb_number(&a->node), jsonb_number(&b->node));
    } else {
        order = (int)a->node.kind - (int)b->node.kind;
    }
    bool holds = kind == PATH_EQ   ? order == 0
                 : kind == PATH_NE ? order != 0
                 : kind == PATH_LT ? order < 0
                 : kind == PATH_GT ? order > 0
                 : kind == PATH_LE ? order <= 0
                                   : order >= 0;
    return holds ? IS_TRUE : IS_FALSE;
}

static bool
is_string(const struct path_item *item)
{
    return item->node.kind == JSONB_STRING && item->time_type == OID_NONE;
}

static enum truth
starts_with(const struct path_item *whole, const struct path_item *start)
{
    if (!is_string(whole) || !is_string(start))
        return IS_UNKNOWN;
    struct slice text = jsonb_string(&whole->node), head = jsonb_string(&start->node);
    bool holds = text.bytes >= head.bytes &&
                 (head.bytes == 0 || memcmp(text.data, head.data, head.bytes) == 0);
    return holds ? IS_TRUE : IS_FALSE;
}

static bool
has_flag(const struct path_node *node, char flag)
{
    return node->flags.bytes > 0 && memchr(node->flags.data, flag, node->flags.bytes) != NULL;
}

struct regex *
path_regex(struct arena *arena, const struct path_node *node)
{
    bool is_literal = has_flag(node, 'q');
    struct regex_options options = {
        .ignores_case = has_flag(node, 'i'),
        .is_literal = is_literal,
        .stops_at_line = !is_literal && !has_flag(node, 's'),
        .anchors_lines = !is_literal && has_flag(node, 'm'),
    };
    return regex_compile(arena, node->text, options);
}

/* Compiled once a predicate, not once an item. */
static enum truth
like_regex(struct runner *r, const struct path_node *node, const struct path_item *item)
{
    if (!is_string(item))
        return IS_UNKNOWN;
    if (r->regex_node != node) {
        r->regex = path_regex(r->arena, node);
        r->regex_node = node;
    }
    return regex_find(r->regex, jsonb_string(&item->node), 0, NULL) ? IS_TRUE : IS_FALSE;
}

static enum truth
test_pair(struct runner *r, const struct path_node *node, const struct path_item *left,
          const struct path_item *right)
{
    if (node->kind == PATH_STARTS_WITH)
        return starts_with(left, right);
    if (node->kind == PATH_LIKE_REGEX)
        return like_regex(r, node, left);
    return compare_items(r, node->kind, left, right);
}

/* Whether some pair of the operands' items passes the test. */
static enum truth
run_test(struct runner *r, const struct path_node *node, const struct path_item *item)
{
    struct path_items left = {.arena = r->arena}, right = {.arena = r->arena};
    bool has_right = node->kind != PATH_LIKE_REGEX, is_found = false, is_unknown = false;
    if (run_operand_quietly(r, node->left, item, true, &left) == PATH_FAILED)
        return IS_UNKNOWN;
    if (has_right && run_operand_quietly(r, node->right, item, node->kind != PATH_STARTS_WITH,
                                         &right) == PATH_FAILED)
        return IS_UNKNOWN;
    for (uint32_t i = 0; i < left.count; i++) {
        for (uint32_t j = 0; j < (has_right ? right.count : 1); j++) {
            enum truth truth =
                test_pair(r, node, &left.items[i], has_right ? &right.items[j] : NULL);
            if (truth == IS_UNKNOWN && !r->is_lax)
                return IS_UNKNOWN;
            if (truth == IS_TRUE && r->is_lax)
                return IS_TRUE;
            is_unknown |= truth == IS_UNKNOWN;
            is_found |= truth == IS_TRUE;
        }
    }
    return is_found ? IS_TRUE : is_unknown ? IS_UNKNOWN : IS_FALSE;
}

static enum truth
run_exists(struct runner *r, const struct path_node *node, const struct path_item *item)
{
    struct path_items found = {.arena = r->arena};
    enum path_result result =
        run_operand_quietly(r, node->left, item, false, r->is_lax ? NULL : &found);
    if (result == PATH_FAILED)
        return IS_UNKNOWN;
    if (!r->is_lax)
        return found.count > 0 ? IS_TRUE : IS_FALSE;
    return result == PATH_FOUND ? IS_TRUE : IS_FALSE;
}

static enum truth
run_predicate(struct runner *r, const struct path_node *node, const struct path_item *item)
{
    enum truth left, right;
    switch (node->kind) {
    case PATH_AND:
        left = run_predicate(r, node->left, item);
        if (left == IS_FALSE)
            return IS_FALSE;
        right = run_predicate(r, node->right, item);
        return right == IS_TRUE ? left : right;
    case PATH_OR:
        left = run_predicate(r, node->left, item);
        if (left == IS_TRUE)
            return IS_TRUE;
        right = run_predicate(r, node->right, item);
        return right == IS_FALSE ? left : right;
    case PATH_NOT:
        left = run_predicate(r, node->left, item);
        return left == IS_UNKNOWN ? IS_UNKNOWN : left == IS_TRUE ? IS_FALSE : IS_TRUE;
    case PATH_IS_UNKNOWN:
        return run_predicate(r, node->left, item) == IS_UNKNOWN ? IS_TRUE : IS_FALSE;
    case PATH_EXISTS:
        return run_exists(r, node, item);
    default:
        return run_test(r, node, item);
    }
}

/* ---- one step ---- */

/* Steps that in lax mode go through the elements of an array that they are given. */
static bool
step_unwraps(const struct path_node *step)
{
    if (step->kind == PATH_METHOD)
        return step->method != METHOD_TYPE && step->method != METHOD_SIZE;
    return step->kind == PATH_KEY || step->kind == PATH_ANY_KEY || step->kind == PATH_FILTER;
}

static enum path_result
run_kind(struct runner *r, const struct path_node *step, const struct path_item *item,
         struct path_items *found)
{
    switch (step->kind) {
    case PATH_KEY:
        return run_key(r, step, item, found);
    case PATH_ANY_KEY:
        return run_any_key(r, step, item, found);
    case PATH_ANY_ELEMENT:
        return run_any_element(r, step, item, found);
    case PATH_INDEX:
        return run_index(r, step, item, found);
    case PATH_ANY:
        return run_any_path(r, step, item, found);
    case PATH_FILTER:
        return run_filter(r, step, item, found);
    case PATH_METHOD:
        return run_method(r, step, item, found);
    case PATH_ROOT:
        return run_next(r, step, &r->root, found);
    case PATH_CURRENT:
        return run_next(r, step, &r->current, found);
    case PATH_LAST: {
        struct path_item last = number_item(r, numeric_of_i64(r->arena, r->array_count - 1));
        return run_next(r, step, &last, found);
    }
    case PATH_PLUS:
    case PATH_MINUS:
        return run_sign(r, step, item, found);
    default:
        return run_arithmetic(r, step, item, found);
    }
}

static enum path_result
run_step(struct runner *r, const struct path_node *step, const struct path_item *item,
         struct path_items *found, bool unwraps)
{
    enum path_result result;
    if (++r->depth > DEPTH_MAX)
        json_raise_depth();
    if (step->kind < PATH_ROOT) {
        struct path_item constant;
        if (step->next != NULL || found != NULL)
            constant = constant_item(r, step);
        result =
            step->next == NULL && found == NULL ? PATH_FOUND : run_next(r, step, &constant, found);
    } else if (step->kind >= PATH_OR && step->kind <= PATH_LIKE_REGEX) {
        enum truth truth = run_predicate(r, step, item);
        struct path_item value = truth_item(r, truth);
        result = run_next(r, step, &value, found);
    } else if (unwraps && is_array(item) && step_unwraps(step)) {
        result = run_unwrapped(r, step, item, found);
    } else {
        result = run_kind(r, step, item, found);
    }
    r->depth--;
    return result;
}

enum path_result
jsonpath_run(struct arena *arena, const struct jsonpath *path, const struct path_options *options,
             const struct jsonb *root, struct path_items *found)
{
    struct path_item item = {.node = *root};
    struct runner r = {.arena = arena,
                       .options = options,
                       .root = item,
                       .current = item,
                       .is_lax = path->is_lax,
                       .ignores_structure = path->is_lax,
                       .raises = !options->is_silent,
                       .array_count = -1};
    if (path->is_lax || found != NULL)
        return run_step(&r, path->root, &item, found, path->is_lax);
    /* In strict mode the rest may hold an error. */
    struct path_items all = {.arena = arena};
    enum path_result result = run_step(&r, path->root, &item, &all, false);
    if (result == PATH_FAILED)
        return result;
    return all.count > 0 ? PATH_FOUND : PATH_NOTHING;
}
