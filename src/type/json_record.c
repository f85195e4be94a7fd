/*
 * json_record.c: JSON as values of SQL types: json_populate_record, json_populate_recordset,
 * json_to_record, json_to_recordset and those of jsonb.
 *
 * What the rows look like comes from the query's column definition list, the composite type that
 * is asked for, or the row given as first argument. Lists become arrays and rows member by member;
 * all else goes through the type's input function.
 */
#include "base/raise.h"
#include "type/access.h"
#include "type/array.h"
#include "type/composite.h"
#include "type/domain.h"
#include "type/json_ref.h"
#include "type/record.h"
#include "type/tables.h"

#include <stdio.h>

/* Where a value that is being read lies, for messages. */
struct place {
    const char *column;
    uint32_t dim_count; /* of the array being read; sizes below */
    int32_t *sizes;     /* -1: not known yet */
    uint32_t *indexes;
    const union datum *base; /* the row to start from, for composite types; null: none */
};

static union datum read_value(struct func_call *call, oid type, int32_t typmod,
                              const struct json_ref *ref, const struct place *place, bool *is_null);

static union datum
null_datum(void)
{
    return (union datum){.words = {0, 0}};
}

/* ---- rows ---- */

static const char *
name_of(const struct record_shape *shape, uint32_t i)
{
    return shape->names == NULL ? "" : shape->names[i];
}

/* `base`: what the columns are that the object does not name; null: nulls. */
static union datum
read_row(struct func_call *call, const struct record_shape *shape, const struct json_ref *object,
         const struct record *base)
{
    union datum *values = arena_alloc_array(call->arena, shape->count + 1, sizeof *values);
    bool *nulls = arena_alloc_array(call->arena, shape->count + 1, sizeof *nulls);
    for (uint32_t i = 0; i < shape->count; i++) {
        struct place place = {.column = name_of(shape, i)};
        struct json_ref member;
        bool is_found = shape->types[i] != OID_NONE &&
                        json_ref_member(call->arena, object, slice_text(place.column), &member);
        values[i] = null_datum();
        nulls[i] = true;
        bool is_kept = !is_found && base != NULL, has_old = base != NULL && i < base->count;
        union datum old = null_datum();
        if (has_old) {
            old = record_get(base, i, &nulls[i]);
            has_old = !nulls[i];
            nulls[i] = true;
        }
        if (has_old)
            place.base = arena_copy(call->arena, &old, sizeof old);
        if (is_found) {
            values[i] =
                read_value(call, shape->types[i], shape->typmods == NULL ? -1 : shape->typmods[i],
                           &member, &place, &nulls[i]);
        } else if (has_old) {
            values[i] = old;
            nulls[i] = false;
        }
        if (!is_found && !is_kept && shape->types[i] != OID_NONE)
            domain_check(call->env, type_get(call->env, shape->types[i]), values[i], true);
    }
    return record_make(call->env, call->arena, shape, values, nulls);
}

static bool
shape_of_type(struct func_call *call, oid type, struct record_shape *shape)
{
    const struct record_shape *found = composite_shape(call->env, type);
    if (found != NULL)
        *shape = *found;
    return found != NULL;
}

static void
require_object(const struct json_ref *ref)
{
    if (json_ref_kind(ref) != JSONB_OBJECT)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "cannot call populate_composite on %s",
              json_ref_is_list(ref) ? "an array" : "a scalar");
}

static union datum
read_composite(struct func_call *call, oid type, const struct json_ref *ref,
               const union datum *base)
{
    struct record_shape shape;
    if (!shape_of_type(call, type, &shape))
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "type %s has no columns known here",
              type_format(call->env->types, call->arena, type, -1));
    require_object(ref);
    if (base == NULL)
        return read_row(call, &shape, ref, NULL);
    struct record record = record_read(base);
    return read_row(call, &shape, ref, &record);
}

/* ---- arrays ---- */

struct array_reader {
    struct func_call *call;
    struct place place;
    oid element;
    int32_t typmod;
    struct array_builder builder;
};

static _Noreturn void
fail_no_array(const struct place *place)
{
    const char *hint = NULL;
    if (place->dim_count == 0) {
        hint = raise_text("See the value of key \"%s\".", place->column);
    } else {
        char indexes[ARRAY_DIMS_MAX * 16];
        size_t used = 0;
        for (uint32_t i = 0; i < place->dim_count; i++)
            used +=
                (size_t)snprintf(indexes + used, sizeof indexes - used, "[%u]", place->indexes[i]);
        hint = raise_text("See the array element %s of key \"%s\".", indexes, place->column);
    }
    raise_error(.code = SQLSTATE_INVALID_TEXT_REPRESENTATION, .message = "expected JSON array",
                .hint = hint);
}

static void
check_size(const struct place *place, uint32_t dim, uint32_t count)
{
    if (place->sizes[dim] == -1)
        place->sizes[dim] = (int32_t)count;
    else if (place->sizes[dim] != (int32_t)count)
        raise_error(.code = SQLSTATE_INVALID_TEXT_REPRESENTATION, .message = "malformed JSON array",
                    .detail = "Multidimensional arrays must have sub-arrays with matching "
                              "dimensions.");
}

/* The elements of the list at depth `dim`; the first that is no list ends the dimensions. */
static void
read_dimension(struct array_reader *r, const struct json_ref *list, uint32_t dim)
{
    struct json_iter iter;
    struct slice key;
    struct json_ref item;
    uint32_t count = 0;
    if (json_ref_kind(list) != JSONB_ARRAY) {
        r->place.dim_count = dim;
        fail_no_array(&r->place);
    }
    json_iter_begin(&iter, r->call->arena, list);
    while (json_iter_next(&iter, &key, &item)) {
        bool is_list = json_ref_kind(&item) == JSONB_ARRAY;
        r->place.indexes[dim] = count++;
        if (r->place.dim_count == 0 && !is_list)
            r->place.dim_count = dim + 1;
        if (r->place.dim_count == 0 && dim + 1 == ARRAY_DIMS_MAX)
            raise(SQLSTATE_PROGRAM_LIMIT_EXCEEDED,
                  "number of array dimensions (%d) exceeds the maximum allowed (%d)",
                  ARRAY_DIMS_MAX + 1, ARRAY_DIMS_MAX);
        if (r->place.dim_count == 0 || dim + 1 < r->place.dim_count) {
            read_dimension(r, &item, dim + 1);
            continue;
        }
        struct place place = {.column = r->place.column};
        bool is_null;
        union datum value = read_value(r->call, r->element, r->typmod, &item, &place, &is_null);
        array_builder_add(&r->builder, value, is_null);
    }
    if (r->place.dim_count == 0 && count == 0)
        r->place.dim_count = dim + 1;
    check_size(&r->place, dim, count);
}

static union datum
read_array(struct func_call *call, const struct type_info *info, int32_t typmod,
           const struct json_ref *ref, const struct place *place)
{
    int32_t sizes[ARRAY_DIMS_MAX] = {-1, -1, -1, -1, -1, -1};
    uint32_t indexes[ARRAY_DIMS_MAX] = {0};
    if (json_ref_kind(ref) != JSONB_ARRAY)
        fail_no_array(place);
    struct array_reader r = {
        .call = call,
        .place = {.column = place->column, .sizes = sizes, .indexes = indexes},
        .element = info->element,
        .typmod = typmod,
    };
    array_builder_init(&r.builder, call->env, call->arena, info->element);
    read_dimension(&r, ref, 0);
    struct array_dim dims[ARRAY_DIMS_MAX];
    uint32_t dim_count = r.builder.count == 0 ? 0 : r.place.dim_count;
    for (uint32_t i = 0; i < dim_count; i++)
        dims[i] = (struct array_dim){.length = sizes[i], .lower = 1};
    return array_make(call->env, call->arena, info->element, r.builder.values, r.builder.nulls,
                      dim_count, dims);
}

/* ---- values ---- */

static union datum
read_json(struct func_call *call, oid type, const struct json_ref *ref)
{
    if (type == TYPE_JSONB && !ref->is_text)
        return jsonb_datum(&ref->node);
    struct slice source = json_ref_source(call->arena, ref);
    return type == TYPE_JSONB ? jsonb_parse(call->arena, source)
                              : slice_datum(arena_slice(call->arena, source));
}

static union datum
read_value(struct func_call *call, oid type, int32_t typmod, const struct json_ref *ref,
           const struct place *place, bool *is_null)
{
    enum jsonb_kind kind = json_ref_kind(ref);
    *is_null = kind == JSONB_NULL;
    if (type == TYPE_JSON || type == TYPE_JSONB)
        return *is_null ? null_datum() : read_json(call, type, ref);
    const struct type_info *info = type_get(call->env, type);
    if (info->kind == 'd') {
        const struct domain_part *domain = &user_type_of(info)->domain;
        union datum value = read_value(call, domain->base, domain->typmod, ref, place, is_null);
        domain_check(call->env, info, value, *is_null);
        return value;
    }
    if (*is_null)
        return null_datum();
    if (kind != JSONB_STRING && info->element != OID_NONE && info->length == -1)
        return read_array(call, info, typmod, ref, place);
    if (kind != JSONB_STRING && info->kind == 'c')
        return read_composite(call, type, ref, place->base);
    struct slice text;
    *is_null = !json_ref_text(call->arena, ref, &text);
    return type_input(call->env, call->arena, type, typmod, arena_slice(call->arena, text));
}

/* ---- the functions ---- */

/* What a call makes rows of. */
struct source {
    bool has_base; /* the first argument is a row to start from */
    bool base_is_null;
    const union datum *base, *json;
    bool json_is_null, is_text;
    struct record_shape shape;
};

static _Noreturn void
fail_shape(const struct func_call *call)
{
    raise_error(.code = SQLSTATE_FEATURE_NOT_SUPPORTED,
                .message =
                    raise_text("could not determine row type for result of %s", call->func->name),
                .hint = "Provide a non-null record argument, or call the function in the FROM "
                        "clause using a column definition list.");
}

static void
shape_of_record(struct func_call *call, const union datum *value, struct record_shape *shape)
{
    struct record record = record_read(value);
    oid *types = arena_alloc_array(call->arena, record.count + 1, sizeof *types);
    const char **names = arena_alloc_array(call->arena, record.count + 1, sizeof *names);
    for (uint32_t i = 0; i < record.count; i++) {
        types[i] = record_column_type(&record, i);
        names[i] = record_column_name(&record, i, call->arena);
    }
    *shape = (struct record_shape){
        .type = record.type, .count = record.count, .types = types, .names = names};
}

/* The columns that the query wants must be those of the row that is given. */
static void
check_columns(struct func_call *call, const struct source *source)
{
    static const char message[] = "function return row and query-specified return row do not match";
    struct record base = record_read(source->base);
    if (base.count != source->shape.count)
        raise_error(.code = SQLSTATE_DATATYPE_MISMATCH, .message = message,
                    .detail =
                        raise_text("Returned row contains %u attribute%s, but query expects "
                                   "%u.",
                                   base.count, base.count == 1 ? "" : "s", source->shape.count));
    for (uint32_t i = 0; i < base.count; i++) {
        oid type = record_column_type(&base, i);
        if (type != source->shape.types[i])
            raise_error(.code = SQLSTATE_DATATYPE_MISMATCH, .message = message,
                        .detail = raise_text(
                            "Returned type %s at ordinal position %u, but query expects %s.",
                            type_format(call->env->types, call->arena, type, -1), i + 1,
                            type_format(call->env->types, call->arena, source->shape.types[i],
                                        -1)));
    }
}

static struct source
source_of(struct func_call *call, const union datum *args)
{
    uint32_t json_at = call->func->result == TYPE_ANYELEMENT;
    struct source source = {.has_base = json_at == 1,
                            .base_is_null = json_at == 0 || func_arg_is_null(call, 0),
                            .base = &args[0],
                            .json = &args[json_at],
                            .json_is_null = func_arg_is_null(call, json_at),
                            .is_text = call->func->args[json_at] == TYPE_JSON};
    if (source.has_base && call->arg_types[0] != TYPE_RECORD &&
        domain_root(call->env, type_get(call->env, call->arg_types[0]))->kind != 'c')
        raise(SQLSTATE_DATATYPE_MISMATCH, "first argument of %s must be a row type",
              call->func->name);
    if (call->columns != NULL)
        source.shape = *call->columns;
    else if (source.has_base && call->arg_types[0] != TYPE_RECORD &&
             shape_of_type(call, call->arg_types[0], &source.shape))
        return source;
    else if (!source.base_is_null)
        shape_of_record(call, source.base, &source.shape);
    else
        fail_shape(call);
    if (call->columns != NULL && !source.base_is_null)
        check_columns(call, &source);
    return source;
}

static union datum
populate_row(struct func_call *call, const struct source *source, const struct json_ref *object)
{
    if (source->base_is_null)
        return read_row(call, &source->shape, object, NULL);
    struct record base = record_read(source->base);
    return read_row(call, &source->shape, object, &base);
}

/* What the query asks for may be a domain. */
static void
check_populated(struct func_call *call, const struct source *source, union datum value,
                bool is_null)
{
    if (source->has_base && call->arg_types[0] >= OID_USER_FIRST)
        domain_check(call->env, type_get(call->env, call->arg_types[0]), value, is_null);
}

static union datum
populate_record(struct func_call *call, const union datum *args)
{
    struct source source = source_of(call, args);
    if (source.json_is_null) {
        call->result_is_null = source.base_is_null;
        return source.base_is_null ? null_datum() : *source.base;
    }
    struct json_ref ref = json_ref_of(call->arena, source.json, source.is_text);
    require_object(&ref);
    union datum *row = arena_alloc(call->arena, sizeof *row);
    *row = populate_row(call, &source, &ref);
    check_populated(call, &source, *row, false);
    return *row;
}

struct recordset {
    struct source source;
    struct json_iter iter;
};

static bool
populate_recordset(struct func_call *call, const union datum *args, union datum *values,
                   bool *nulls)
{
    struct recordset *set = call->state;
    if (set == NULL) {
        struct func_call kept = *call;
        kept.arena = call->state_arena;
        set = arena_alloc_zero(call->state_arena, sizeof *set);
        set->source = source_of(&kept, args);
        if (set->source.json_is_null)
            return false;
        struct json_ref list = json_ref_of(kept.arena, set->source.json, set->source.is_text);
        if (json_ref_kind(&list) != JSONB_ARRAY)
            raise(SQLSTATE_INVALID_PARAMETER_VALUE, "cannot call %s on %s", call->func->name,
                  !json_ref_is_list(&list) ? "a scalar"
                  : set->source.is_text    ? "an object"
                                           : "a non-array");
        json_iter_begin(&set->iter, kept.arena, &list);
        call->state = set;
    }
    struct slice key;
    struct json_ref item;
    if (!json_iter_next(&set->iter, &key, &item))
        return false;
    if (json_ref_kind(&item) != JSONB_OBJECT)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "argument of %s must be an array of objects",
              call->func->name);
    values[0] = populate_row(call, &set->source, &item);
    check_populated(call, &set->source, values[0], false);
    nulls[0] = false;
    return true;
}

/* ---- what this file brings ---- */

#define JSON_NAMES                                                                                 \
    .arg_names = (const char *const[]){"base", "from_json", "use_json_as_text"},                   \
    .default_count = 1, .defaults = (const char *const[])                                          \
    {                                                                                              \
        "false"                                                                                    \
    }
#define STABLE .volatility = FUNC_STABLE
#define SET .is_set = true, .set = populate_recordset

static const struct func_info funcs[] = {
    {FUNC_NULLS(3960, "json_populate_record", TYPE_ANYELEMENT, populate_record, TYPE_ANYELEMENT,
                TYPE_JSON, TYPE_BOOL),
     STABLE, JSON_NAMES},
    {FUNC_NULLS(3209, "jsonb_populate_record", TYPE_ANYELEMENT, populate_record, TYPE_ANYELEMENT,
                TYPE_JSONB),
     STABLE},
    {FUNC(3204, "json_to_record", TYPE_RECORD, populate_record, TYPE_JSON), STABLE},
    {FUNC(3490, "jsonb_to_record", TYPE_RECORD, populate_record, TYPE_JSONB), STABLE},
    {FUNC_NULLS(3961, "json_populate_recordset", TYPE_ANYELEMENT, NULL, TYPE_ANYELEMENT, TYPE_JSON,
                TYPE_BOOL),
     STABLE, SET, JSON_NAMES},
    {FUNC_NULLS(3475, "jsonb_populate_recordset", TYPE_ANYELEMENT, NULL, TYPE_ANYELEMENT,
                TYPE_JSONB),
     STABLE, SET},
    {FUNC_NULLS(3205, "json_to_recordset", TYPE_RECORD, NULL, TYPE_JSON), STABLE, SET},
    {FUNC_NULLS(3491, "jsonb_to_recordset", TYPE_RECORD, NULL, TYPE_JSONB), STABLE, SET},
};

const struct type_tables json_record_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
};
