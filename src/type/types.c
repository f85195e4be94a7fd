/*
 * types.c: the registry: collects the const tables of this folder into look-up maps.
 *
 * All maps are made once, in one allocation each, and never change. Those by number are open
 * addressing tables of pointers into the const tables; those by name lead to runs of pointers that
 * a null ends, so that overload resolution walks all candidates of a name without a copy. A map is
 * at most half full, so a look-up is one or two probes.
 *
 * The rows themselves stay where the compiler put them: making a registry copies no row, and a
 * row's address is the same in every registry of a process.
 */
#include "type/types.h"

#include "base/hash.h"
#include "base/mem.h"
#include "base/raise.h"
#include "type/tables.h"
#include "type/timezone.h"

/* One a line, so that parallel changes merge. */
/* clang-format off */
static const struct type_tables *const all_tables[] = {
    &accumulate_tables,
    &aggregate_tables,
    &aggregate_float_tables,
    &aggregate_minmax_tables,
    &aggregate_numeric_tables,
    &aggregate_text_tables,
    &array_func_tables,
    &array_set_tables,
    &array_types_tables,
    &bit_tables,
    &bit_func_tables,
    &bool_tables,
    &bytea_tables,
    &catalog_func_tables,
    &catalog_types_tables,
    &date_tables,
    &datetime_compare_tables,
    &datetime_extract_tables,
    &datetime_now_tables,
    &datetime_range_tables,
    &datetime_trunc_tables,
    &digest_tables,
    &encode_tables,
    &enum_tables,
    &composite_tables,
    &domain_tables,
    &float_math_tables,
    &float_tables,
    &format_date_tables,
    &format_input_tables,
    &format_number_tables,
    &format_number_input_tables,
    &geo_box_tables,
    &geo_circle_tables,
    &geo_path_tables,
    &geo_point_tables,
    &geo_polygon_tables,
    &hash_value_tables,
    &ident_tables,
    &inet_tables,
    &int_tables,
    &int_ops_tables,
    &interval_tables,
    &interval_ops_tables,
    &json_tables,
    &json_agg_tables,
    &json_get_tables,
    &json_record_tables,
    &json_value_tables,
    &jsonb_ops_tables,
    &jsonb_set_tables,
    &jsonpath_tables,
    &like_tables,
    &lsn_tables,
    &macaddr_tables,
    &money_tables,
    &numeric_tables,
    &numeric_cast_tables,
    &numeric_math_tables,
    &numeric_ops_tables,
    &oid_tables,
    &ordered_set_tables,
    &partition_func_tables,
    &privilege_tables,
    &pseudo_tables,
    &quote_tables,
    &range_agg_tables,
    &range_func_tables,
    &range_types_tables,
    &record_tables,
    &reg_tables,
    &regexp_tables,
    &regexp_array_tables,
    &series_tables,
    &server_func_tables,
    &session_func_tables,
    &similar_tables,
    &size_tables,
    &snapshot_tables,
    &system_tables,
    &text_tables,
    &text_case_tables,
    &text_func_tables,
    &text_ops_tables,
    &time_tables,
    &timestamp_tables,
    &timestamp_ops_tables,
    &timetz_tables,
    &ts_func_tables,
    &ts_text_tables,
    &tsquery_tables,
    &tsvector_tables,
    &uuid_tables,
    &window_func_tables,
};
/* clang-format on */

/* Pointers to rows by a 64-bit key; a free place is null. */
struct key_map {
    uint32_t mask;
    struct key_entry {
        uint64_t key;
        const void *row;
    } * entries;
};

/* Runs of rows that share a name. */
struct name_map {
    uint32_t mask;
    struct name_entry {
        const char *name; /* null: free */
        uint32_t first, count;
    } * entries;
    const void **rows; /* each run ends with null */
};

struct types {
    struct timezones *timezones;
    struct key_map type_by_oid, func_by_oid, operator_by_oid, cast_by_pair, btree_by_pair,
        btree_by_oid;
    struct name_map types_by_name, funcs_by_name, operators_by_name;
    const struct type_info **types;
    const struct func_info **funcs;
    const struct operator_info **operators;
    const struct cast_info **casts;
    uint32_t type_count, func_count, operator_count, cast_count;
};

static const void *const no_rows[] = {NULL};

static bool
key_map_init(struct key_map *map, uint32_t count)
{
    uint32_t size = 16;
    while (size < 2 * count)
        size *= 2;
    map->mask = size - 1;
    map->entries = mem_alloc_zero(size * sizeof *map->entries);
    return map->entries != NULL;
}

/* The first row of a key stays: there are no duplicates but in tables that are wrong. */
static void
key_map_add(struct key_map *map, uint64_t key, const void *row)
{
    uint32_t at = (uint32_t)hash_u64(key) & map->mask;
    while (map->entries[at].row != NULL) {
        if (map->entries[at].key == key)
            return;
        at = (at + 1) & map->mask;
    }
    map->entries[at] = (struct key_entry){.key = key, .row = row};
}

static const void *
key_map_find(const struct key_map *map, uint64_t key)
{
    uint32_t at = (uint32_t)hash_u64(key) & map->mask;
    for (; map->entries[at].row != NULL; at = (at + 1) & map->mask) {
        if (map->entries[at].key == key)
            return map->entries[at].row;
    }
    return NULL;
}

static struct name_entry *
name_map_place(const struct name_map *map, const char *name)
{
    uint32_t at = (uint32_t)hash_bytes(name, strlen(name)) & map->mask;
    while (map->entries[at].name != NULL && strcmp(map->entries[at].name, name) != 0)
        at = (at + 1) & map->mask;
    return &map->entries[at];
}

/*
 * Builds the map of `count` rows; each row's name is the char pointer `name_offset` bytes into it.
 * Three passes: count the rows of each name, give each run its place, fill the runs.
 */
static bool
name_map_init(struct name_map *map, const void *const *rows, uint32_t count, size_t name_offset)
{
    uint32_t size = 16;
    while (size < 2 * count)
        size *= 2;
    map->mask = size - 1;
    map->entries = mem_alloc_zero(size * sizeof *map->entries);
    map->rows = mem_alloc_zero((2 * (size_t)count + 1) * sizeof *map->rows);
    uint32_t *places = mem_alloc(((size_t)count + 1) * sizeof *places);
    if (map->entries == NULL || map->rows == NULL || places == NULL) {
        mem_free(places);
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        const char *name;
        memcpy(&name, (const char *)rows[i] + name_offset, sizeof name);
        struct name_entry *entry = name_map_place(map, name);
        entry->name = name;
        entry->count++;
        places[i] = (uint32_t)(entry - map->entries);
    }
    uint32_t next = 0;
    for (uint32_t i = 0; i < size; i++) {
        map->entries[i].first = next;
        if (map->entries[i].name != NULL)
            next += map->entries[i].count + 1;
        map->entries[i].count = 0;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct name_entry *entry = &map->entries[places[i]];
        map->rows[entry->first + entry->count++] = rows[i];
    }
    mem_free(places);
    return true;
}

static const void *const *
name_map_find(const struct name_map *map, const char *name)
{
    const struct name_entry *entry = name_map_place(map, name);
    return entry->name == NULL ? no_rows : (const void *const *)map->rows + entry->first;
}

static uint64_t
pair_key(oid left, oid right)
{
    return (uint64_t)left << 32 | right;
}

/* 0 for an operator that is none of the five by name. */
static int
btree_strategy_of(const struct operator_info *op)
{
    static const char *const names[] = {"", "<", "<=", "=", ">=", ">"};
    if (op->result != TYPE_BOOL || op->left == OID_NONE)
        return 0;
    for (int strategy = BTREE_LT; strategy <= BTREE_GT; strategy++) {
        if (strcmp(op->name, names[strategy]) == 0)
            return strategy;
    }
    return 0;
}

static uint64_t
btree_key(oid left, oid right, int strategy)
{
    return pair_key(left, right) * 8 + (uint64_t)strategy;
}

/*
 * The default btree families, by PostgreSQL's own regularity: a pair of types is in one if its "="
 * can merge and it has "<"; the family's operators are then the five with those names.
 */
static void
add_btree_operators(struct types *types)
{
    for (uint32_t i = 0; i < types->operator_count; i++) {
        const struct operator_info *op = types->operators[i];
        if (btree_strategy_of(op) == BTREE_EQ && op->can_merge)
            key_map_add(&types->btree_by_pair, btree_key(op->left, op->right, BTREE_EQ), op);
    }
    for (uint32_t i = 0; i < types->operator_count; i++) {
        const struct operator_info *op = types->operators[i];
        int strategy = btree_strategy_of(op);
        if (strategy == 0 ||
            key_map_find(&types->btree_by_pair, btree_key(op->left, op->right, BTREE_EQ)) == NULL)
            continue;
        key_map_add(&types->btree_by_pair, btree_key(op->left, op->right, strategy), op);
        key_map_add(&types->btree_by_oid, op->op, op);
    }
}

static bool
maps_init(struct types *types)
{
    return key_map_init(&types->type_by_oid, types->type_count) &&
           key_map_init(&types->func_by_oid, types->func_count) &&
           key_map_init(&types->operator_by_oid, types->operator_count) &&
           key_map_init(&types->cast_by_pair, types->cast_count) &&
           key_map_init(&types->btree_by_pair, types->operator_count) &&
           key_map_init(&types->btree_by_oid, types->operator_count) &&
           name_map_init(&types->types_by_name, (const void *const *)types->types,
                         types->type_count, offsetof(struct type_info, name)) &&
           name_map_init(&types->funcs_by_name, (const void *const *)types->funcs,
                         types->func_count, offsetof(struct func_info, name)) &&
           name_map_init(&types->operators_by_name, (const void *const *)types->operators,
                         types->operator_count, offsetof(struct operator_info, name));
}

/* Lists every row of every table; the lists have room for them. */
static void
collect(struct types *types)
{
    uint32_t type_idx = 0, func_idx = 0, operator_idx = 0, cast_idx = 0;
    for (size_t i = 0; i < COUNT_OF(all_tables); i++) {
        const struct type_tables *tables = all_tables[i];
        for (uint32_t k = 0; k < tables->type_count; k++)
            types->types[type_idx++] = &tables->types[k];
        for (uint32_t k = 0; k < tables->func_count; k++)
            types->funcs[func_idx++] = &tables->funcs[k];
        for (uint32_t k = 0; k < tables->operator_count; k++)
            types->operators[operator_idx++] = &tables->operators[k];
        for (uint32_t k = 0; k < tables->cast_count; k++)
            types->casts[cast_idx++] = &tables->casts[k];
    }
}

static void
fill_key_maps(struct types *types)
{
    for (uint32_t i = 0; i < types->type_count; i++)
        key_map_add(&types->type_by_oid, types->types[i]->type, types->types[i]);
    for (uint32_t i = 0; i < types->func_count; i++)
        key_map_add(&types->func_by_oid, types->funcs[i]->func, types->funcs[i]);
    for (uint32_t i = 0; i < types->operator_count; i++)
        key_map_add(&types->operator_by_oid, types->operators[i]->op, types->operators[i]);
    for (uint32_t i = 0; i < types->cast_count; i++) {
        const struct cast_info *cast = types->casts[i];
        key_map_add(&types->cast_by_pair, pair_key(cast->source, cast->target), cast);
    }
    add_btree_operators(types);
}

struct types *
types_new(void)
{
    struct types *types = mem_alloc_zero(sizeof *types);
    if (types == NULL)
        return NULL;
    for (size_t i = 0; i < COUNT_OF(all_tables); i++) {
        types->type_count += all_tables[i]->type_count;
        types->func_count += all_tables[i]->func_count;
        types->operator_count += all_tables[i]->operator_count;
        types->cast_count += all_tables[i]->cast_count;
    }
    types->timezones = timezones_new();
    types->types = mem_alloc((types->type_count + 1) * sizeof(void *));
    types->funcs = mem_alloc((types->func_count + 1) * sizeof(void *));
    types->operators = mem_alloc((types->operator_count + 1) * sizeof(void *));
    types->casts = mem_alloc((types->cast_count + 1) * sizeof(void *));
    if (types->timezones == NULL || types->types == NULL || types->funcs == NULL ||
        types->operators == NULL || types->casts == NULL)
        goto drop;
    collect(types);
    if (!maps_init(types))
        goto drop;
    fill_key_maps(types);
    return types;

drop:
    types_free(types);
    return NULL;
}

void
types_free(struct types *types)
{
    if (types == NULL)
        return;
    struct key_map *key_maps[] = {&types->type_by_oid,     &types->func_by_oid,
                                  &types->operator_by_oid, &types->cast_by_pair,
                                  &types->btree_by_pair,   &types->btree_by_oid};
    for (size_t i = 0; i < COUNT_OF(key_maps); i++)
        mem_free(key_maps[i]->entries);
    struct name_map *name_maps[] = {&types->types_by_name, &types->funcs_by_name,
                                    &types->operators_by_name};
    for (size_t i = 0; i < COUNT_OF(name_maps); i++) {
        mem_free(name_maps[i]->entries);
        mem_free(name_maps[i]->rows);
    }
    mem_free(types->types);
    mem_free(types->funcs);
    mem_free(types->operators);
    mem_free(types->casts);
    timezones_free(types->timezones);
    mem_free(types);
}

const struct type_info *
types_builtin(oid type)
{
    for (size_t i = 0; i < COUNT_OF(all_tables); i++) {
        const struct type_tables *tables = all_tables[i];
        for (uint32_t k = 0; k < tables->type_count; k++) {
            if (tables->types[k].type == type)
                return &tables->types[k];
        }
    }
    return NULL;
}

struct timezones *
types_timezones(const struct types *types)
{
    return types->timezones;
}

const struct type_info *
types_find(const struct types *types, oid type)
{
    return key_map_find(&types->type_by_oid, type);
}

const struct type_info *
types_find_name(const struct types *types, const char *name)
{
    return name_map_find(&types->types_by_name, name)[0];
}

const struct func_info *
types_func(const struct types *types, oid func)
{
    return key_map_find(&types->func_by_oid, func);
}

const struct operator_info *
types_operator(const struct types *types, oid op)
{
    return key_map_find(&types->operator_by_oid, op);
}

const struct cast_info *
types_cast(const struct types *types, oid source, oid target)
{
    return key_map_find(&types->cast_by_pair, pair_key(source, target));
}

const struct cast_info *
types_length_cast(const struct types *types, oid type)
{
    return types_cast(types, type, type);
}

const struct func_info *const *
types_funcs_named(const struct types *types, const char *name)
{
    return (const struct func_info *const *)name_map_find(&types->funcs_by_name, name);
}

const struct operator_info *const *
types_operators_named(const struct types *types, const char *name)
{
    return (const struct operator_info *const *)name_map_find(&types->operators_by_name, name);
}

/* The type whose operators order `type`: itself, or what stands for its kind. */
static oid
btree_type(const struct types *types, oid type)
{
    if (type == TYPE_VARCHAR)
        return TYPE_TEXT;
    if (type == TYPE_CIDR)
        return TYPE_INET;
    const struct type_info *info = types_find(types, type);
    if (info != NULL && info->element != OID_NONE && info->category == 'A')
        return TYPE_ANYARRAY;
    if (info != NULL && info->range != NULL)
        return info->kind == 'm' ? TYPE_ANYMULTIRANGE : TYPE_ANYRANGE;
    /* The reg* types are numbers that are written as names. */
    const struct cast_info *cast = types_cast(types, type, TYPE_OID);
    if (cast != NULL && cast->method == CAST_BINARY && cast->context == CAST_IMPLICIT)
        return TYPE_OID;
    return type;
}

const struct operator_info *
types_btree_operator(const struct types *types, oid left, oid right, enum btree_op op)
{
    const void *found = key_map_find(&types->btree_by_pair, btree_key(left, right, op));
    if (found != NULL)
        return found;
    left = btree_type(types, left);
    right = btree_type(types, right);
    return key_map_find(&types->btree_by_pair, btree_key(left, right, op));
}

int
types_btree_strategy(const struct types *types, oid op)
{
    const struct operator_info *found = key_map_find(&types->btree_by_oid, op);
    return found == NULL ? 0 : btree_strategy_of(found);
}

const struct type_info *
types_at(const struct types *types, uint32_t type_idx)
{
    return type_idx < types->type_count ? types->types[type_idx] : NULL;
}

const struct func_info *
types_func_at(const struct types *types, uint32_t func_idx)
{
    return func_idx < types->func_count ? types->funcs[func_idx] : NULL;
}

const struct operator_info *
types_operator_at(const struct types *types, uint32_t operator_idx)
{
    return operator_idx < types->operator_count ? types->operators[operator_idx] : NULL;
}

const struct cast_info *
types_cast_at(const struct types *types, uint32_t cast_idx)
{
    return cast_idx < types->cast_count ? types->casts[cast_idx] : NULL;
}
