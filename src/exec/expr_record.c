/*
 * expr_record.c: row constructors, fields of records, IS NULL of rows, casts between row types.
 */
#include "exec/exec_int.h"
#include "exec/expr_build.h"
#include "type/record.h"
#include "type/user_type.h"

/* The columns of a composite type. */
static void
shape_of_type(struct code_builder *b, oid type, struct record_shape *shape)
{
    const struct type_info *info = compiler_type(b->compiler, type);

    while (info->kind == 'd')
        info = compiler_type(b->compiler, user_type_of(info)->domain.base);
    if (info->kind != 'c')
        raise(SQLSTATE_WRONG_OBJECT_TYPE, "type %s is not composite", info->name);
    *shape = *user_type_of(info)->composite.shape;
}

static void
shape_of_args(struct code_builder *b, const struct expr *e, struct record_shape *shape)
{
    if (e->type != TYPE_RECORD) {
        shape_of_type(b, e->type, shape);
        return;
    }
    oid *types = arena_alloc_array(b->arena, e->arg_count, sizeof *types);

    for (uint32_t i = 0; i < e->arg_count; i++)
        types[i] = e->args[i]->type;
    *shape = (struct record_shape){
        .type = e->type, .count = e->arg_count, .types = types, .names = e->row.names};
}

static union datum
make_row(struct expr_state *state, const struct row_site *site, const union datum *args,
         const bool *nulls, bool *is_null)
{
    (void)is_null;
    return record_make(state->exec->context.env, state->arena, site->data, args, nulls);
}

static reg_no
build_row(struct code_builder *b, const struct expr *e, sel_no sel)
{
    struct record_shape *shape = arena_alloc_zero(b->arena, sizeof *shape);
    struct row_site *site = build_row_site(b, e, make_row, e->args, e->arg_count, sel);

    shape_of_args(b, e, shape);
    site->data = shape;
    site->is_const_foldable = true;
    return build_rows(b, site, sel);
}

static union datum
field_row(struct expr_state *state, const struct row_site *site, const union datum *args,
          const bool *nulls, bool *is_null)
{
    uint32_t number = (uint32_t)site->expr->field.number;
    union datum result = {.words = {0, 0}};

    if (nulls[0]) {
        *is_null = true;
        return result;
    }
    struct record record = record_read(&args[0]);
    if (number == 0 || number > record.count) {
        *is_null = true;
        return result;
    }
    result = record_get(&record, number - 1, is_null);
    /* It points into the record, whose inline bytes may lie in `args`. */
    return *is_null || site->data == NULL ? result : datum_copy(PHYS_VIEW, result, state->arena);
}

static reg_no
build_field(struct code_builder *b, const struct expr *e, sel_no sel)
{
    struct row_site *site = build_row_site(b, e, field_row, e->args, 1, sel);

    if (compiler_type(b->compiler, e->type)->phys == PHYS_VIEW)
        site->data = e;
    site->is_const_foldable = true;
    return build_rows(b, site, sel);
}

/* Storing into fields of a composite value: the record, then the new values. */
static union datum
field_assign_row(struct expr_state *state, const struct row_site *site, const union datum *args,
                 const bool *nulls, bool *is_null)
{
    const struct record_shape *shape = site->data;
    const struct expr *e = site->expr;
    union datum *values = arena_alloc_array(state->arena, shape->count, sizeof *values);
    bool *value_nulls = arena_alloc_array(state->arena, shape->count, sizeof *value_nulls);
    struct record record = {.count = 0};

    (void)is_null;
    if (!nulls[0])
        record = record_read(&args[0]);
    for (uint32_t i = 0; i < shape->count; i++) {
        value_nulls[i] = true;
        values[i] = (union datum){.words = {0, 0}};
        if (i < record.count)
            values[i] = record_get(&record, i, &value_nulls[i]);
    }
    for (uint32_t i = 0; i < e->field_assign.count; i++) {
        uint32_t column = (uint32_t)e->field_assign.numbers[i] - 1;
        values[column] = args[1 + i];
        value_nulls[column] = nulls[1 + i];
    }
    return record_make(state->exec->context.env, state->arena, shape, values, value_nulls);
}

static reg_no
build_field_assign(struct code_builder *b, const struct expr *e, sel_no sel)
{
    struct record_shape *shape = arena_alloc_zero(b->arena, sizeof *shape);
    struct row_site *site = build_row_site(b, e, field_assign_row, e->args, e->arg_count, sel);

    shape_of_type(b, e->type, shape);
    site->data = shape;
    return build_rows(b, site, sel);
}

/* IS NULL of a row: all its columns are; IS NOT NULL: none is. */
static union datum
null_test_row(struct expr_state *state, const struct row_site *site, const union datum *args,
              const bool *nulls, bool *is_null)
{
    bool is_not = site->expr->null_test.is_not;
    union datum result = {.words = {0, 0}};

    (void)state;
    (void)is_null;
    if (nulls[0]) {
        result.b = !is_not;
        return result;
    }
    struct record record = record_read(&args[0]);
    result.b = true;
    for (uint32_t i = 0; i < record.count; i++) {
        bool column_null;
        record_get(&record, i, &column_null);
        if (column_null == is_not)
            result.b = false;
    }
    return result;
}

static reg_no
build_null_test(struct code_builder *b, const struct expr *e, sel_no sel)
{
    struct row_site *site = build_row_site(b, e, null_test_row, e->args, 1, sel);

    site->is_const_foldable = true;
    return build_rows(b, site, sel);
}

/* A row as one of another type, whose columns it has under the same names. */
struct cast_row_data {
    struct record_shape shape;
    uint32_t *sources; /* for each column its place in the argument; UINT32_MAX: none */
};

static union datum
cast_row(struct expr_state *state, const struct row_site *site, const union datum *args,
         const bool *nulls, bool *is_null)
{
    const struct cast_row_data *data = site->data;
    uint32_t count = data->shape.count;
    union datum *values = arena_alloc_array(state->arena, count + 1u, sizeof *values);
    bool *value_nulls = arena_alloc_array(state->arena, count + 1u, sizeof *value_nulls);

    if (nulls[0]) {
        *is_null = true;
        return args[0];
    }
    struct record record = record_read(&args[0]);
    for (uint32_t i = 0; i < count; i++) {
        values[i] = (union datum){.words = {0, 0}};
        value_nulls[i] = true;
        if (data->sources[i] < record.count)
            values[i] = record_get(&record, data->sources[i], &value_nulls[i]);
    }
    return record_make(state->exec->context.env, state->arena, &data->shape, values, value_nulls);
}

static reg_no
build_cast_row(struct code_builder *b, const struct expr *e, sel_no sel)
{
    struct cast_row_data *data = arena_alloc_zero(b->arena, sizeof *data);
    struct row_site *site = build_row_site(b, e, cast_row, e->args, 1, sel);
    struct record_shape from;

    shape_of_type(b, e->args[0]->type, &from);
    shape_of_type(b, e->type, &data->shape);
    data->sources = arena_alloc_array(b->arena, data->shape.count + 1u, sizeof *data->sources);
    for (uint32_t i = 0; i < data->shape.count; i++) {
        data->sources[i] = UINT32_MAX;
        for (uint32_t k = 0; k < from.count && data->shape.types[i] != OID_NONE; k++)
            if (from.types[k] != OID_NONE && strcmp(from.names[k], data->shape.names[i]) == 0)
                data->sources[i] = k;
    }
    site->data = data;
    return build_rows(b, site, sel);
}

reg_no
build_record_kind(struct code_builder *b, const struct expr *e, sel_no sel)
{
    switch (e->kind) {
    case EXPR_ROW:
        return build_row(b, e, sel);
    case EXPR_FIELD:
        return build_field(b, e, sel);
    case EXPR_FIELD_ASSIGN:
        return build_field_assign(b, e, sel);
    case EXPR_NULL_TEST:
        return build_null_test(b, e, sel);
    default:
        return build_cast_row(b, e, sel);
    }
}
