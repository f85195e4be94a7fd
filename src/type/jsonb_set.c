/*
 * jsonb_set.c: jsonb_set, jsonb_set_lax, jsonb_insert, #-, and assignment to subscripts: walks
 * along a path and builds the value anew, copying what lies beside it.
 */
#include "type/jsonb_set.h"

#include "base/raise.h"
#include "type/array.h"
#include "type/json_ref.h"
#include "type/tables.h"

#define ADDS (JSONB_CREATE | JSONB_INSERT_BEFORE | JSONB_INSERT_AFTER)

struct changer {
    struct jsonb_builder *to;
    const struct jsonb_path *path;
    const struct jsonb *value;
    unsigned changes;
};

static void change_value(const struct changer *c, const struct jsonb *node, uint32_t level);

static bool
is_last(const struct changer *c, uint32_t level)
{
    return level + 1 == c->path->count;
}

static const char *
step_text(const struct changer *c, uint32_t level)
{
    struct slice step = c->path->steps[level];
    return raise_text("%.*s", (int)step.bytes, (const char *)step.data);
}

static void
put_nulls(struct jsonb_builder *to, int64_t count)
{
    if (count > (int64_t)JSONB_BYTES_MAX / 8)
        raise(SQLSTATE_PROGRAM_LIMIT_EXCEEDED,
              "total size of jsonb array elements exceeds the maximum of %u bytes",
              JSONB_BYTES_MAX);
    for (int64_t i = 0; i < count; i++)
        jsonb_put_null(to);
}

/* The lists that the path's steps after `level` name, the value inside. */
static void
put_chain(const struct changer *c, uint32_t level)
{
    if (is_last(c, level) || c->path->steps[level + 1].data == NULL) {
        jsonb_put_node(c->to, c->value);
        return;
    }
    int32_t index;
    struct slice step = c->path->steps[level + 1];
    bool is_array = json_read_index(step, &index);
    jsonb_begin(c->to, !is_array);
    if (is_array)
        put_nulls(c->to, index);
    else
        jsonb_put_key(c->to, step);
    put_chain(c, level + 1);
    jsonb_end(c->to);
}

static void
change_member(const struct changer *c, const struct jsonb *object, uint32_t i, uint32_t level)
{
    struct jsonb item = jsonb_item(object, i);
    if (is_last(c, level)) {
        if (c->changes & (JSONB_INSERT_BEFORE | JSONB_INSERT_AFTER))
            raise_error(.code = SQLSTATE_INVALID_PARAMETER_VALUE,
                        .message = "cannot replace existing key",
                        .hint = "Try using the function jsonb_set to replace key value.");
        if (c->changes & JSONB_DELETE)
            return;
    }
    jsonb_put_key(c->to, jsonb_key(object, i));
    if (is_last(c, level))
        jsonb_put_node(c->to, c->value);
    else
        change_value(c, &item, level + 1);
}

static void
change_object(const struct changer *c, const struct jsonb *object, uint32_t level)
{
    struct slice step = c->path->steps[level];
    uint32_t at;
    bool is_found = jsonb_find(object, step, &at);
    jsonb_begin(c->to, true);
    for (uint32_t i = 0; i < object->count; i++) {
        if (is_found && i == at) {
            change_member(c, object, i, level);
            continue;
        }
        struct jsonb item = jsonb_item(object, i);
        jsonb_put_key(c->to, jsonb_key(object, i));
        jsonb_put_node(c->to, &item);
    }
    if (!is_found && (is_last(c, level) ? c->changes & ADDS : c->changes & JSONB_FILL_GAPS)) {
        jsonb_put_key(c->to, step);
        put_chain(c, level);
    }
    jsonb_end(c->to);
}

/* The place that a step means in an array of `count`; INT32_MIN: before its front. */
static int32_t
array_place(const struct changer *c, uint32_t count, uint32_t level)
{
    int32_t index;
    if (!json_read_index(c->path->steps[level], &index))
        raise(SQLSTATE_INVALID_TEXT_REPRESENTATION,
              "path element at position %u is not an integer: \"%s\"", level + 1,
              step_text(c, level));
    if (index < 0 && -(int64_t)index > count) {
        if (c->changes & JSONB_KEEP_PLACES)
            raise(SQLSTATE_INVALID_PARAMETER_VALUE,
                  "path element at position %u is out of range: %d", level + 1, index);
        return INT32_MIN;
    }
    if (index < 0)
        index += (int32_t)count;
    if (!(c->changes & JSONB_FILL_GAPS) && index > (int32_t)count)
        index = (int32_t)count;
    return index;
}

static void
change_element(const struct changer *c, const struct jsonb *item, uint32_t level)
{
    if (!is_last(c, level)) {
        change_value(c, item, level + 1);
        return;
    }
    if (c->changes & (JSONB_INSERT_BEFORE | JSONB_CREATE))
        jsonb_put_node(c->to, c->value);
    if (c->changes & (JSONB_INSERT_AFTER | JSONB_INSERT_BEFORE))
        jsonb_put_node(c->to, item);
    if (c->changes & (JSONB_INSERT_AFTER | JSONB_REPLACE))
        jsonb_put_node(c->to, c->value);
}

static void
change_array(const struct changer *c, const struct jsonb *array, uint32_t level)
{
    int32_t place = array_place(c, array->count, level), count = (int32_t)array->count;
    bool adds = is_last(c, level) && (c->changes & ADDS);
    bool is_done = place >= 0 && place < count;
    jsonb_begin(c->to, false);
    if (adds && place == INT32_MIN) {
        jsonb_put_node(c->to, c->value);
        is_done = true;
    }
    for (int32_t i = 0; i < count; i++) {
        struct jsonb item = jsonb_item(array, (uint32_t)i);
        if (i == place)
            change_element(c, &item, level);
        else
            jsonb_put_node(c->to, &item);
    }
    bool makes_chain = !is_last(c, level) && (c->changes & JSONB_FILL_GAPS);
    if (!is_done && (adds || makes_chain)) {
        if (c->changes & JSONB_FILL_GAPS)
            put_nulls(c->to, (int64_t)place - count);
        put_chain(c, level);
    }
    jsonb_end(c->to);
}

static void
change_value(const struct changer *c, const struct jsonb *node, uint32_t level)
{
    if (c->path->steps[level].data == NULL)
        raise(SQLSTATE_NULL_VALUE_NOT_ALLOWED, "path element at position %u is null", level + 1);
    if (node->kind == JSONB_OBJECT) {
        change_object(c, node, level);
    } else if (node->kind == JSONB_ARRAY) {
        change_array(c, node, level);
    } else {
        if (c->changes & JSONB_FILL_GAPS)
            raise_error(.code = SQLSTATE_INVALID_PARAMETER_VALUE,
                        .message = "cannot replace existing key",
                        .detail = "The path assumes key is a composite object, but it is a scalar "
                                  "value.");
        jsonb_put_node(c->to, node);
    }
}

union datum
jsonb_change(struct arena *arena, const struct jsonb *root, const struct jsonb_path *path,
             const struct jsonb *value, unsigned changes)
{
    struct changer c = {.to = jsonb_build(arena), .path = path, .value = value, .changes = changes};
    change_value(&c, root, 0);
    return jsonb_finish(c.to);
}

bool
jsonb_fetch(const struct jsonb *root, const struct jsonb_path *path, struct jsonb *value)
{
    struct json_ref ref = {.node = *root};
    for (uint32_t i = 0; i < path->count; i++) {
        if (!json_ref_step(NULL, &ref, path->steps[i]))
            return false;
    }
    *value = ref.node;
    return true;
}

union datum
jsonb_empty(struct arena *arena, bool is_object)
{
    struct jsonb_builder *builder = jsonb_build(arena);
    jsonb_begin(builder, is_object);
    jsonb_end(builder);
    return jsonb_finish(builder);
}

/* ---- the functions ---- */

static struct jsonb_path
path_of(struct func_call *call, const union datum *arg)
{
    struct array array = array_read(arg);
    if (array.dim_count > 1)
        raise(SQLSTATE_ARRAY_SUBSCRIPT_ERROR, "wrong number of array subscripts");
    struct slice *steps = arena_alloc_array(call->arena, array.count + 1, sizeof *steps);
    for (uint32_t i = 0; i < array.count; i++) {
        union datum step = array_get(&array, i);
        steps[i] = array_is_null(&array, i) ? slice_of(NULL, 0)
                                            : arena_slice(call->arena, datum_slice(&step));
    }
    return (struct jsonb_path){.count = array.count, .steps = steps};
}

/* jsonb_set and jsonb_insert: what `change` says with the value args[2]. */
static union datum
set_at(struct func_call *call, const union datum *args, unsigned change)
{
    struct jsonb root = jsonb_read(&args[0]), value = jsonb_read(&args[2]);
    struct jsonb_path path = path_of(call, &args[1]);
    if (!jsonb_is_list(&root))
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "cannot set path in scalar");
    if ((root.count == 0 && change == JSONB_REPLACE) || path.count == 0)
        return args[0];
    return jsonb_change(call->arena, &root, &path, &value, change);
}

static union datum
jsonb_set(struct func_call *call, const union datum *args)
{
    return set_at(call, args, args[3].b ? JSONB_CREATE : JSONB_REPLACE);
}

static union datum
jsonb_insert(struct func_call *call, const union datum *args)
{
    return set_at(call, args, args[3].b ? JSONB_INSERT_AFTER : JSONB_INSERT_BEFORE);
}

static union datum
delete_path(struct func_call *call, const union datum *args)
{
    struct jsonb root = jsonb_read(&args[0]);
    struct jsonb_path path = path_of(call, &args[1]);
    if (!jsonb_is_list(&root))
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "cannot delete path in scalar");
    if (root.count == 0 || path.count == 0)
        return args[0];
    return jsonb_change(call->arena, &root, &path, NULL, JSONB_DELETE);
}

static _Noreturn void
fail_treatment(void)
{
    raise(SQLSTATE_INVALID_PARAMETER_VALUE,
          "null_value_treatment must be \"delete_key\", \"return_target\", \"use_json_null\", or "
          "\"raise_exception\"");
}

static union datum
jsonb_set_lax(struct func_call *call, const union datum *args)
{
    const bool *nulls = call->arg_nulls;
    if (nulls[0] || nulls[1] || nulls[3]) {
        call->result_is_null = true;
        return args[0];
    }
    if (nulls[4])
        fail_treatment();
    if (!nulls[2])
        return jsonb_set(call, args);
    struct slice treatment = datum_slice(&args[4]);
    if (slice_equal(treatment, slice_text("raise_exception")))
        raise_error(.code = SQLSTATE_NULL_VALUE_NOT_ALLOWED,
                    .message = "JSON value must not be null",
                    .detail = "Exception was raised because null_value_treatment is "
                              "\"raise_exception\".",
                    .hint = "To avoid, either change the null_value_treatment argument or ensure "
                            "that an SQL NULL is not passed.");
    if (slice_equal(treatment, slice_text("return_target")))
        return args[0];
    if (slice_equal(treatment, slice_text("delete_key")))
        return delete_path(call, args);
    if (!slice_equal(treatment, slice_text("use_json_null")))
        fail_treatment();
    union datum with_null[4] = {args[0], args[1], jsonb_parse(call->arena, slice_text("null")),
                                args[3]};
    return jsonb_set(call, with_null);
}

/* ---- what this file brings ---- */

#define SET(oid_, name_, scalar_, option_, default_)                                               \
    FUNC(oid_, name_, TYPE_JSONB, scalar_, TYPE_JSONB, TYPE_TEXT_ARRAY, TYPE_JSONB, TYPE_BOOL),    \
        .arg_names = (const char *const[]){"jsonb_in", "path", "replacement", option_},            \
        .default_count = 1, .defaults = (const char *const[])                                      \
    {                                                                                              \
        default_                                                                                   \
    }

static const struct func_info funcs[] = {
    {SET(3305, "jsonb_set", jsonb_set, "create_if_missing", "true")},
    {SET(3579, "jsonb_insert", jsonb_insert, "insert_after", "false")},
    {FUNC_NULLS(5054, "jsonb_set_lax", TYPE_JSONB, jsonb_set_lax, TYPE_JSONB, TYPE_TEXT_ARRAY,
                TYPE_JSONB, TYPE_BOOL, TYPE_TEXT),
     .arg_names = (const char *const[]){"jsonb_in", "path", "replacement", "create_if_missing",
                                        "null_value_treatment"},
     .default_count = 2, .defaults = (const char *const[]){"true", "'use_json_null'"}},
    {FUNC(3304, "jsonb_delete_path", TYPE_JSONB, delete_path, TYPE_JSONB, TYPE_TEXT_ARRAY)},
};

static const struct operator_info operators[] = {
    {3287, "#-", TYPE_JSONB, TYPE_TEXT_ARRAY, TYPE_JSONB, 3304, 0, 0, false, false, NULL, NULL},
};

const struct type_tables jsonb_set_tables = {
    .funcs = funcs,
    .func_count = COUNT_OF(funcs),
    .operators = operators,
    .operator_count = COUNT_OF(operators),
};
