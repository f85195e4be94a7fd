/*
 * expr_array.c: array constructors, subscripts, scalar op ANY and ALL (array), casts of arrays.
 */
#include "exec/exec_int.h"
#include "exec/expr_build.h"
#include "type/array.h"
#include "type/jsonb_set.h"
#include <stdlib.h>

/* ---- ARRAY[...] ---- */

static union datum
array_row(struct expr_state *state, const struct row_site *site, const union datum *args,
          const bool *nulls, bool *is_null)
{
    const struct type_env *env = state->exec->context.env;
    const struct expr *e = site->expr;

    (void)is_null;
    if (e->array.is_nested)
        return array_make_nested(env, state->arena, e->array.element, args, nulls, site->arg_count);
    return array_make_flat(env, state->arena, e->array.element, args, nulls, site->arg_count);
}

static reg_no
build_array(struct code_builder *b, const struct expr *e, sel_no sel)
{
    struct row_site *site = build_row_site(b, e, array_row, e->args, e->arg_count, sel);

    site->is_const_foldable = true;
    return build_rows(b, site, sel);
}

/* ---- scalar op ANY (array) ---- */

/* A constant array as a sorted list of its elements, for looking up equality. */
struct any_list {
    uint32_t count;
    bool has_null;
    const struct type_info *type;
    union datum *values;
};

#define ANY_LIST_MIN 9u /* shorter arrays are gone through */

struct any_data {
    const struct func_info *func;
    const struct type_info *sorted; /* = ANY or <> ALL of one type: its order; else null */
};

static int
compare_elements(const void *a, const void *b, void *object)
{
    const struct type_info *type = object;

    return type->compare(*(const union datum *)a, *(const union datum *)b);
}

static struct any_list *
make_list(struct expr_state *state, const struct array *array, const struct type_info *type)
{
    struct arena *arena = state->exec->arena;
    struct any_list *list = arena_alloc_zero(arena, sizeof *list);

    list->type = type;
    list->values = arena_alloc_array(arena, array->count, sizeof *list->values);
    for (uint32_t i = 0; i < array->count; i++) {
        if (array_is_null(array, i))
            list->has_null = true;
        else
            list->values[list->count++] = datum_copy(array->phys, array_get(array, i), arena);
    }
    qsort_r(list->values, list->count, sizeof *list->values, compare_elements,
            (void *)(uintptr_t)type);
    return list;
}

static bool
list_has(const struct any_list *list, union datum value)
{
    uint32_t low = 0, high = list->count;

    while (low < high) {
        uint32_t middle = (low + high) / 2;
        int order = list->type->compare(list->values[middle], value);
        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

/* One row: goes through the elements. */
static union datum
any_row(struct expr_state *state, const struct row_site *site, const union datum *args,
        const bool *nulls, bool *is_null)
{
    const struct any_data *data = site->data;
    struct func_call *call = &state->calls[site->call_idx];
    bool decides = !site->expr->array_compare.is_all;
    union datum result = {.words = {0, 0}};

    result.b = !decides;
    if (nulls[1]) {
        *is_null = true;
        return result;
    }
    struct array array = array_read(&args[1]);
    if (array.count == 0)
        return result;
    if (nulls[0] && data->func->is_strict) {
        *is_null = true;
        return result;
    }
    for (uint32_t i = 0; i < array.count; i++) {
        bool element_null = array_is_null(&array, i);
        union datum pair[2] = {args[0], array_get(&array, i)};
        bool pair_nulls[2] = {nulls[0], element_null};
        if (element_null && data->func->is_strict) {
            *is_null = true;
            continue;
        }
        call->arg_nulls = data->func->is_strict ? NULL : pair_nulls;
        call->result_is_null = false;
        union datum value = data->func->scalar(call, pair);
        if (call->result_is_null) {
            *is_null = true;
        } else if (value.b == decides) {
            *is_null = false;
            result.b = decides;
            return result;
        }
    }
    return result;
}

/* The same by a list made at the first row: the array is constant. */
static union datum
any_list_row(struct expr_state *state, const struct row_site *site, const union datum *args,
             const bool *nulls, bool *is_null)
{
    const struct any_data *data = site->data;
    struct any_list *list = state->pointers[site->slot_idx];
    union datum result = {.words = {0, 0}};

    if (nulls[1]) {
        *is_null = true;
        return result;
    }
    if (list == NULL) {
        struct array array = array_read(&args[1]);
        if (array.count < ANY_LIST_MIN)
            return any_row(state, site, args, nulls, is_null);
        list = make_list(state, &array, data->sorted);
        state->pointers[site->slot_idx] = list;
    }
    if (nulls[0]) {
        *is_null = true;
        return result;
    }
    bool has = list_has(list, args[0]);
    *is_null = !has && list->has_null;
    result.b = has != site->expr->array_compare.is_all;
    return result;
}

static reg_no
build_any(struct code_builder *b, const struct expr *e, sel_no sel)
{
    const struct func_info *func = e->array_compare.ref.func;
    const struct operator_info *op = e->array_compare.ref.op;
    struct any_data *data = arena_alloc_zero(b->arena, sizeof *data);
    struct row_site *site = build_row_site(b, e, any_row, e->args, 2, sel);
    struct call_site *call = build_call_site(b, func, 2);
    const struct expr *array = e->args[1];
    bool is_fixed = array->kind == EXPR_CONST ||
                    (array->kind == EXPR_PARAM && array->param.kind == PARAM_EXTERNAL);

    call->collation = e->array_compare.ref.input_collation;
    site->call = call;
    site->call_idx = call->call_idx;
    site->is_const_foldable = func->volatility != FUNC_VOLATILE;
    data->func = func;
    oid equality = op == NULL ? OID_NONE : e->array_compare.is_all ? op->negator : op->op;
    if (is_fixed && equality != OID_NONE && op->left == op->right &&
        types_btree_strategy(b->compiler->types, equality) == BTREE_EQ) {
        data->sorted = compiler_type(b->compiler, op->left);
        if (data->sorted->compare != NULL)
            site->fn = any_list_row;
    }
    site->data = data;
    return build_rows(b, site, sel);
}

/* ---- subscripts ---- */

struct subscript_data {
    uint32_t dim_count;
    /* Places among the arguments; UINT32_MAX: left out. */
    uint32_t lower_at[ARRAY_DIMS_MAX], upper_at[ARRAY_DIMS_MAX], assign_at;
    bool element_is_view;
};

static bool
read_ranges(const struct subscript_data *data, const union datum *args, const bool *nulls,
            struct array_range *ranges)
{
    for (uint32_t i = 0; i < data->dim_count; i++) {
        uint32_t lower = data->lower_at[i], upper = data->upper_at[i];
        ranges[i] = (struct array_range){.has_lower = lower != UINT32_MAX,
                                         .has_upper = upper != UINT32_MAX};
        if ((ranges[i].has_lower && nulls[lower]) || (ranges[i].has_upper && nulls[upper]))
            return false;
        if (ranges[i].has_lower)
            ranges[i].lower = args[lower].i32;
        if (ranges[i].has_upper)
            ranges[i].upper = args[upper].i32;
    }
    return true;
}

static union datum
store_row(struct expr_state *state, const struct expr *e, const struct subscript_data *data,
          const struct array *array, const struct array_range *ranges, union datum value,
          bool value_null)
{
    const struct type_env *env = state->exec->context.env;
    int32_t subscripts[ARRAY_DIMS_MAX];

    if (e->subscript.is_slice) {
        struct array source = array_read(&value);
        return array_store_slice(env, state->arena, e->subscript.element, array, data->dim_count,
                                 ranges, &source);
    }
    for (uint32_t i = 0; i < data->dim_count; i++)
        subscripts[i] = ranges[i].upper;
    return array_store(env, state->arena, e->subscript.element, array, data->dim_count, subscripts,
                       value, value_null);
}

static union datum
subscript_row(struct expr_state *state, const struct row_site *site, const union datum *args,
              const bool *nulls, bool *is_null)
{
    const struct subscript_data *data = site->data;
    const struct expr *e = site->expr;
    struct array_range ranges[ARRAY_DIMS_MAX];
    union datum result = {.words = {0, 0}};
    struct array array;
    bool has_ranges = read_ranges(data, args, nulls, ranges);

    if (!nulls[0])
        array = array_read(&args[0]);
    if (data->assign_at != UINT32_MAX) {
        if (!has_ranges)
            raise(SQLSTATE_NULL_VALUE_NOT_ALLOWED,
                  "array subscript in assignment must not be null");
        if (e->subscript.is_slice && nulls[data->assign_at]) {
            *is_null = nulls[0];
            return args[0];
        }
        return store_row(state, e, data, nulls[0] ? NULL : &array, ranges, args[data->assign_at],
                         nulls[data->assign_at]);
    }
    if (nulls[0] || !has_ranges) {
        *is_null = true;
        return result;
    }
    if (e->subscript.is_slice)
        return array_slice(state->exec->context.env, state->arena, &array, data->dim_count, ranges);
    int32_t subscripts[ARRAY_DIMS_MAX];
    for (uint32_t i = 0; i < data->dim_count; i++)
        subscripts[i] = ranges[i].upper;
    *is_null = !array_fetch(&array, data->dim_count, subscripts, &result);
    return *is_null || !data->element_is_view ? result
                                              : datum_copy(PHYS_VIEW, result, state->arena);
}

/* The same of a jsonb: a path of integers and texts; the last argument may be what is assigned. */
static union datum
jsonb_subscript_row(struct expr_state *state, const struct row_site *site, const union datum *args,
                    const bool *nulls, bool *is_null)
{
    const struct expr *e = site->expr;
    uint32_t count = e->subscript.part_count;
    bool assigns = e->subscript.assign != NULL;
    struct slice *steps = arena_alloc_array(state->arena, count, sizeof *steps);
    for (uint32_t i = 0; i < count; i++) {
        const union datum *step = &args[1 + i];
        if (nulls[1 + i] && assigns)
            raise(SQLSTATE_NULL_VALUE_NOT_ALLOWED,
                  "jsonb subscript in assignment must not be null");
        if (nulls[1 + i] || (nulls[0] && !assigns)) {
            *is_null = true;
            return args[0];
        }
        steps[i] = e->subscript.parts[i].upper->type == TYPE_INT4
                       ? slice_text(arena_format(state->arena, "%d", step->i32))
                       : arena_slice(state->arena, datum_slice(step));
    }
    struct jsonb_path path = {.count = count, .steps = steps};
    union datum *root = arena_copy(state->arena, &args[0], sizeof args[0]);
    if (!assigns) {
        struct jsonb node = jsonb_read(root), value;
        *is_null = !jsonb_fetch(&node, &path, &value);
        return *is_null ? args[0] : slice_datum(arena_slice(state->arena, value.bytes));
    }
    if (nulls[0])
        *root = jsonb_empty(state->arena, e->subscript.parts[0].upper->type != TYPE_INT4);
    union datum value = args[1 + count];
    if (nulls[1 + count])
        value = jsonb_parse(state->arena, slice_text("null"));
    struct jsonb node = jsonb_read(root), new_value = jsonb_read(&value);
    return jsonb_change(state->arena, &node, &path, &new_value,
                        JSONB_CREATE | JSONB_FILL_GAPS | JSONB_KEEP_PLACES);
}

static reg_no
build_jsonb_subscript(struct code_builder *b, const struct expr *e, sel_no sel)
{
    uint32_t count = e->subscript.part_count;
    struct expr **args = arena_alloc_array(b->arena, count + 2, sizeof *args);
    args[0] = e->args[0];
    for (uint32_t i = 0; i < count; i++)
        args[1 + i] = e->subscript.parts[i].upper;
    args[1 + count] = e->subscript.assign;
    struct row_site *site = build_row_site(b, e, jsonb_subscript_row, args,
                                           1 + count + (e->subscript.assign != NULL), sel);
    site->is_const_foldable = true;
    return build_rows(b, site, sel);
}

/* ---- subscripts of types of a fixed length: rows of numbers or bytes, counted from 0 ---- */

struct fixed_data {
    enum phys container, element;
    uint32_t bytes, element_bytes; /* as the catalog counts them */
};

/* The container with the element at `offset` replaced. */
static union datum
fixed_store(struct expr_state *state, const struct fixed_data *data, const union datum *container,
            uint32_t offset, const union datum *value)
{
    union datum result = *container;
    uint8_t *to = result.wide;
    if (data->container == PHYS_VIEW) {
        to = arena_alloc_zero(state->arena, data->bytes);
        memcpy(to, view_data(&container->view), container->view.bytes);
    }
    if (data->element == PHYS_VIEW)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "cannot assign to an element of type name");
    memcpy(to + offset, value, data->element_bytes);
    return data->container == PHYS_VIEW ? slice_datum(slice_of(to, data->bytes)) : result;
}

static union datum
fixed_subscript_row(struct expr_state *state, const struct row_site *site, const union datum *args,
                    const bool *nulls, bool *is_null)
{
    const struct expr *e = site->expr;
    const struct fixed_data *data = site->data;
    bool assigns = e->subscript.assign != NULL, is_single = e->subscript.part_count == 1;
    if (nulls[1] && assigns)
        raise(SQLSTATE_NULL_VALUE_NOT_ALLOWED, "array subscript in assignment must not be null");
    *is_null = nulls[0] || (nulls[1] && !assigns);
    if (*is_null || (assigns && nulls[2]))
        return args[0]; /* an assignment of or into null does nothing */
    uint32_t place = (uint32_t)args[1].i32, count = data->bytes / data->element_bytes;
    bool is_there = place < count && is_single;
    if (assigns && !is_there)
        raise(SQLSTATE_ARRAY_SUBSCRIPT_ERROR,
              is_single ? "array subscript out of range" : "wrong number of array subscripts");
    uint32_t offset = place * data->element_bytes;
    if (assigns)
        return fixed_store(state, data, &args[0], offset, &args[2]);
    union datum result = {.words = {0, 0}};
    *is_null = !is_there;
    if (!is_there)
        return result;
    const uint8_t *from = data->container == PHYS_VIEW ? view_data(&args[0].view) : args[0].wide;
    if (data->element != PHYS_VIEW)
        memcpy(&result, from + offset, data->element_bytes);
    else if (place < args[0].view.bytes)
        result = slice_datum(slice_of(from + place, 1));
    return result;
}

static reg_no
build_fixed_subscript(struct code_builder *b, const struct expr *e, const struct type_info *type,
                      sel_no sel)
{
    bool assigns = e->subscript.assign != NULL;
    if (e->subscript.is_slice)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED,
              assigns ? "updates on slices of fixed-length arrays not implemented"
                      : "slices of fixed-length arrays not implemented");
    const struct type_info *element = compiler_type(b->compiler, e->subscript.element);
    struct fixed_data *data = arena_alloc_zero(b->arena, sizeof *data);
    *data = (struct fixed_data){.container = type->phys,
                                .element = element->phys,
                                .bytes = (uint32_t)type->length,
                                .element_bytes = (uint32_t)element->length};
    struct expr *args[] = {e->args[0], e->subscript.parts[0].upper, e->subscript.assign};
    struct row_site *site = build_row_site(b, e, fixed_subscript_row, args, 2 + assigns, sel);
    site->data = data;
    site->is_const_foldable = true;
    return build_rows(b, site, sel);
}

static reg_no
build_subscript(struct code_builder *b, const struct expr *e, sel_no sel)
{
    struct subscript_data *data = arena_alloc_zero(b->arena, sizeof *data);
    struct expr *args[2 * ARRAY_DIMS_MAX + 2];
    uint32_t count = 0;

    if (e->subscript.element == TYPE_JSONB && !e->subscript.is_slice &&
        compiler_type(b->compiler, e->subscript.container)->element == OID_NONE)
        return build_jsonb_subscript(b, e, sel);
    const struct type_info *container = compiler_type(b->compiler, e->subscript.container);
    if (container->length > 0)
        return build_fixed_subscript(b, e, container, sel);
    if (e->subscript.part_count > ARRAY_DIMS_MAX)
        raise(SQLSTATE_PROGRAM_LIMIT_EXCEEDED,
              "number of array dimensions (%u) exceeds the maximum allowed (%d)",
              e->subscript.part_count, ARRAY_DIMS_MAX);
    args[count++] = e->args[0];
    data->dim_count = e->subscript.part_count;
    for (uint32_t i = 0; i < data->dim_count; i++) {
        const struct subscript_part *part = &e->subscript.parts[i];
        data->lower_at[i] = data->upper_at[i] = UINT32_MAX;
        if (part->lower != NULL) {
            data->lower_at[i] = count;
            args[count++] = part->lower;
        }
        if (part->upper != NULL) {
            data->upper_at[i] = count;
            args[count++] = part->upper;
        }
    }
    data->assign_at = UINT32_MAX;
    if (e->subscript.assign != NULL) {
        data->assign_at = count;
        args[count++] = e->subscript.assign;
    }
    data->element_is_view = compiler_type(b->compiler, e->subscript.element)->phys == PHYS_VIEW;
    struct row_site *site = build_row_site(b, e, subscript_row, args, count, sel);
    site->data = data;
    site->is_const_foldable = true;
    return build_rows(b, site, sel);
}

/* ---- casts, element by element ---- */

struct cast_array_data {
    enum phys from, to; /* of elements */
    oid element;
};

static union datum
cast_array_row(struct expr_state *state, const struct row_site *site, const union datum *args,
               const bool *nulls, bool *is_null)
{
    const struct cast_array_data *data = site->data;
    struct exec *exec = state->exec;
    union datum result = {.words = {0, 0}};
    struct array_dim dims[ARRAY_DIMS_MAX];

    if (nulls[0]) {
        *is_null = true;
        return result;
    }
    if (state->inners[site->inner_idx] == NULL)
        state->inners[site->inner_idx] = expr_open(exec, site->inner, 1, state->arena);
    struct expr_state *inner = state->inners[site->inner_idx];
    struct array array = array_read(&args[0]);
    union datum *values = arena_alloc_array(state->arena, array.count, sizeof *values);
    bool *value_nulls = arena_alloc_array(state->arena, array.count, sizeof *value_nulls);
    for (uint32_t i = 0; i < array.count; i++) {
        union datum element = array_get(&array, i);
        uint8_t null = array_is_null(&array, i);
        struct column column = {.phys = data->from,
                                .is_const = true,
                                .has_nulls = null,
                                .nulls = &null,
                                .data = &element};
        struct batch one = {.count = 1, .column_count = 1, .columns = &column};
        expr_run(inner, &one);
        bool one_null;
        values[i] = datum_copy(data->to, expr_value(inner, 0, 0, &one_null), state->arena);
        value_nulls[i] = one_null;
    }
    for (uint32_t i = 0; i < array.dim_count; i++)
        dims[i] = array_dim(&array, i);
    return array_make(exec->context.env, state->arena, data->element, values, value_nulls,
                      array.dim_count, dims);
}

/* The conversion is code of its own over one column: the element. */
static reg_no
build_cast_array(struct code_builder *b, const struct expr *e, sel_no sel)
{
    struct cast_array_data *data = arena_alloc_zero(b->arena, sizeof *data);
    struct row_site *site = build_row_site(b, e, cast_array_row, e->args, 1, sel);
    const struct type_info *from = compiler_type(b->compiler, e->args[0]->type);
    const struct type_info *to = compiler_type(b->compiler, e->type);
    struct code_builder inner;

    data->from = compiler_type(b->compiler, from->element)->phys;
    data->to = compiler_type(b->compiler, to->element)->phys;
    data->element = to->element;
    build_begin(&inner, b->compiler);
    inner.placeholder = build_input(&inner, 0, data->from);
    reg_no *output = arena_alloc_array(b->arena, 1, sizeof *output);
    output[0] = build_expr(&inner, e->args[1], 0);
    build_instr(&inner, OP_DONE, 0);
    struct expr_code *code = build_end(&inner);
    code->outputs = output;
    code->output_count = 1;
    site->inner = code;
    site->inner_idx = build_inner(b, code);
    site->data = data;
    return build_rows(b, site, sel);
}

reg_no
build_array_kind(struct code_builder *b, const struct expr *e, sel_no sel)
{
    switch (e->kind) {
    case EXPR_ARRAY:
        return build_array(b, e, sel);
    case EXPR_ARRAY_COMPARE:
        return build_any(b, e, sel);
    case EXPR_SUBSCRIPT:
        return build_subscript(b, e, sel);
    default:
        return build_cast_array(b, e, sel);
    }
}
