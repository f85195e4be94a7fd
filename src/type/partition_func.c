/*
 * partition_func.c: functions that look at partitioned tables: their keys, constraints and trees,
 * and whether a row falls into a partition of a hash.
 */
#include "base/raise.h"
#include "type/access.h"
#include "type/array.h"
#include "type/hash_value.h"
#include "type/tables.h"
#include "type/values.h"

static const struct db_access *
access_of(struct func_call *call)
{
    if (call->env->access == NULL)
        raise(SQLSTATE_OBJECT_NOT_IN_PREREQUISITE_STATE,
              "this function needs a session of a database");
    return call->env->access;
}

static union datum
partition_text(struct func_call *call, oid relation, enum partition_text what)
{
    const struct db_access *access = access_of(call);
    const char *text = access->partition_text(access->object, relation, what, call->arena);
    call->result_is_null = text == NULL;
    return slice_datum(text == NULL ? (struct slice){NULL, 0} : slice_text(text));
}

static union datum
pg_get_partkeydef(struct func_call *call, const union datum *args)
{
    return partition_text(call, (oid)args[0].i32, PARTITION_TEXT_KEY);
}

static union datum
pg_get_partition_constraintdef(struct func_call *call, const union datum *args)
{
    return partition_text(call, (oid)args[0].i32, PARTITION_TEXT_CONSTRAINT);
}

/* ---- trees ---- */

/* The rows of a call, made at its first. */
struct places {
    struct partition_place *places;
    uint32_t count, at;
};

static struct places *
places_of(struct func_call *call, oid relation, bool is_upwards)
{
    struct places *places = call->state;
    if (places != NULL)
        return places;
    const struct db_access *access = access_of(call);
    places = call->state = arena_alloc_zero(call->state_arena, sizeof *places);
    places->places = access->partition_places(access->object, relation, is_upwards,
                                              call->state_arena, &places->count);
    return places;
}

static bool
pg_partition_tree(struct func_call *call, const union datum *args, union datum *values, bool *nulls)
{
    struct places *places = places_of(call, (oid)args[0].i32, false);
    if (places->at == places->count)
        return false;
    const struct partition_place *place = &places->places[places->at++];
    values[0] = i32_datum((int32_t)place->relation);
    values[1] = i32_datum((int32_t)place->parent);
    values[2] = bool_datum(place->is_leaf);
    values[3] = i32_datum(place->level);
    nulls[0] = nulls[2] = nulls[3] = false;
    nulls[1] = place->parent == OID_NONE;
    return true;
}

static bool
pg_partition_ancestors(struct func_call *call, const union datum *args, union datum *values,
                       bool *nulls)
{
    struct places *places = places_of(call, (oid)args[0].i32, true);
    if (places->at == places->count)
        return false;
    values[0] = i32_datum((int32_t)places->places[places->at++].relation);
    nulls[0] = false;
    return true;
}

static union datum
pg_partition_root(struct func_call *call, const union datum *args)
{
    const struct db_access *access = access_of(call);
    uint32_t count;
    struct partition_place *places =
        access->partition_places(access->object, (oid)args[0].i32, true, call->arena, &count);
    call->result_is_null = count == 0;
    return i32_datum(count == 0 ? 0 : (int32_t)places[count - 1].relation);
}

/* ---- hashes ---- */

static void
check_remainder(int32_t modulus, int32_t remainder)
{
    if (modulus <= 0)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE,
              "modulus for hash partition must be an integer value greater than zero");
    if (remainder < 0)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE,
              "remainder for hash partition must be an integer value greater than or equal to "
              "zero");
    if (remainder >= modulus)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE,
              "remainder for hash partition must be less than modulus");
}

static void
check_count(uint32_t wanted, uint32_t given)
{
    if (wanted != given)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE,
              "number of partitioning columns (%u) does not match number of partition keys "
              "provided (%u)",
              wanted, given);
}

static const char *
type_text(struct func_call *call, oid type)
{
    const struct db_access *access = access_of(call);
    return type >= OID_USER_FIRST ? access->type_name(access->object, type, call->arena)
                                  : type_format(call->env->types, call->arena, type, -1);
}

static uint64_t
hash_arguments(struct func_call *call, const union datum *args, const oid *types, uint32_t count)
{
    uint64_t hash = 0;
    for (uint32_t i = 0; i < count; i++) {
        oid given = call->arg_types[3 + i];
        if (given != types[i])
            raise(SQLSTATE_INVALID_PARAMETER_VALUE,
                  "column %u of the partition key has type %s, but supplied value is of type %s",
                  i + 1, type_text(call, types[i]), type_text(call, given));
        if (call->arg_nulls[3 + i])
            continue;
        hash = hash_combine(hash, value_hash_extended(call->env, call->arena,
                                                      type_get(call->env, types[i]), args[3 + i],
                                                      HASH_PARTITION_SEED));
    }
    return hash;
}

static uint64_t
hash_array_elements(struct func_call *call, union datum value, const oid *types, uint32_t count)
{
    struct array array = array_read(&value);
    uint64_t hash = 0;
    check_count(count, array.count);
    for (uint32_t i = 0; i < count; i++) {
        if (array.element != types[i])
            raise(SQLSTATE_INVALID_PARAMETER_VALUE,
                  "column %u of the partition key has type \"%s\", but supplied value is of type "
                  "\"%s\"",
                  i + 1, type_text(call, types[i]), type_text(call, array.element));
        if (!array_is_null(&array, i))
            hash = hash_combine(
                hash, value_hash_extended(call->env, call->arena, type_get(call->env, types[i]),
                                          array_get(&array, i), HASH_PARTITION_SEED));
    }
    return hash;
}

static union datum
satisfies_hash_partition(struct func_call *call, const union datum *args)
{
    const struct db_access *access = access_of(call);
    uint32_t given = call->arg_count - 3, count;
    call->result_is_null = call->arg_nulls[0] || call->arg_nulls[1] || call->arg_nulls[2] ||
                           (call->is_variadic_array && call->arg_nulls[3]);
    if (call->result_is_null)
        return bool_datum(false);
    /* Raises if it is not partitioned by hash. */
    const oid *types =
        access->hash_key(access->object, (oid)args[0].i32, args[1].i32, call->arena, &count);
    check_remainder(args[1].i32, args[2].i32);
    uint64_t hash;
    if (call->is_variadic_array) {
        hash = hash_array_elements(call, args[3], types, count);
    } else {
        check_count(count, given);
        hash = hash_arguments(call, args, types, count);
    }
    return bool_datum(hash % (uint32_t)args[1].i32 == (uint32_t)args[2].i32);
}

/* ---- what this file brings ---- */

static const oid tree_types[] = {TYPE_REGCLASS, TYPE_REGCLASS, TYPE_BOOL, TYPE_INT4};
static const char *const tree_names[] = {"relid", "parentrelid", "isleaf", "level"};
static const oid relation_types[] = {TYPE_REGCLASS};

static const struct func_info funcs[] = {
    {FUNC(3352, "pg_get_partkeydef", TYPE_TEXT, pg_get_partkeydef, TYPE_OID),
     .volatility = FUNC_STABLE},
    {FUNC(3408, "pg_get_partition_constraintdef", TYPE_TEXT, pg_get_partition_constraintdef,
          TYPE_OID),
     .volatility = FUNC_STABLE},
    {FUNC(3423, "pg_partition_tree", TYPE_RECORD, NULL, TYPE_REGCLASS), .volatility = FUNC_VOLATILE,
     .is_set = true, .set = pg_partition_tree, .out_types = tree_types, .out_names = tree_names,
     .out_count = COUNT_OF(tree_types)},
    {FUNC(3424, "pg_partition_root", TYPE_REGCLASS, pg_partition_root, TYPE_REGCLASS)},
    {FUNC(3425, "pg_partition_ancestors", TYPE_REGCLASS, NULL, TYPE_REGCLASS),
     .volatility = FUNC_VOLATILE, .is_set = true, .set = pg_partition_ancestors,
     .out_types = relation_types, .out_names = tree_names, .out_count = COUNT_OF(relation_types)},
    {FUNC_NULLS(5028, "satisfies_hash_partition", TYPE_BOOL, satisfies_hash_partition, TYPE_OID,
                TYPE_INT4, TYPE_INT4, TYPE_ANY),
     .variadic = TYPE_ANY},
};

const struct type_tables partition_func_tables = {.funcs = funcs, .func_count = COUNT_OF(funcs)};
