/*
 * partition_text.c: keys, bounds and constraints of partitions as SQL.
 */
#include "base/raise.h"
#include "catalog/partition.h"
#include "type/access.h"
#include "type/quote.h"

static const char *
text_of(struct arena *arena, const struct buf *buf)
{
    if (buf->is_failed)
        raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
    return (const char *)arena_slice(arena, buf_slice(buf)).data;
}

static const char *
quoted_name(struct arena *arena, const char *name)
{
    struct buf *buf = buf_new(arena);
    quote_ident(buf, slice_text(name));
    return text_of(arena, buf);
}

static const char *
quoted_text(struct arena *arena, const char *text)
{
    struct buf *buf = buf_new(arena);
    quote_literal(buf, slice_text(text));
    return text_of(arena, buf);
}

/* ---- keys ---- */

/* Whether the text, from its first parenthesis on, is one in parentheses, and a name before it. */
static bool
is_enclosed(const char *sql)
{
    size_t bytes = strcspn(sql, " ('\"");
    if (sql[bytes] != '(')
        return false;
    int depth = 0;
    char quote = 0;
    for (const char *at = sql + bytes; *at != '\0'; at++) {
        if (quote != 0 || *at == '\'' || *at == '"') {
            quote = quote == 0 ? *at : quote == *at ? 0 : quote;
            continue;
        }
        depth += (*at == '(') - (*at == ')');
        if (depth == 0)
            return at[1] == '\0';
    }
    return false;
}

const char *
partition_column_text(struct arena *arena, const struct table *table, uint16_t column)
{
    const struct partition_key *key = table->partition_key;
    if (key->attrs[column] != 0)
        return quoted_name(arena, table->columns[key->attrs[column] - 1].name);
    const char *sql = key->expr_sql[column];
    return is_enclosed(sql) ? sql : arena_format(arena, "(%s)", sql);
}

const char *
partition_columns_text(struct arena *arena, const struct table *table)
{
    const struct partition_key *key = table->partition_key;
    const char *columns = "";
    for (uint16_t i = 0; i < key->count; i++) {
        columns = arena_format(arena, "%s%s%s", columns, i == 0 ? "" : ", ",
                               partition_column_text(arena, table, i));
    }
    return columns;
}

const char *
partition_key_column_text(struct arena *arena, const struct table *table, uint16_t column)
{
    const char *sql = table->partition_key->expr_sql[column];
    bool is_operator = sql != NULL && sql[0] == '(' && is_enclosed(sql);
    const char *text = partition_column_text(arena, table, column);
    return is_operator ? arena_format(arena, "(%s)", text) : text;
}

/* ---- bounds ---- */

/* Whether a constant of the type stands without quotes. */
static bool
is_bare(oid type, const char *text)
{
    bool is_digit = text[0] >= '0' && text[0] <= '9';
    if (type == TYPE_INT4)
        return text[0] != '-';
    return type == TYPE_NUMERIC && is_digit && strpbrk(text, "eE.") != NULL;
}

static const char *
bound_value(struct arena *arena, oid type, const char *text)
{
    if (type == TYPE_BOOL)
        return text[0] == 't' ? "true" : "false";
    return is_bare(type, text) ? text : quoted_text(arena, text);
}

const char *
partition_end_text(struct arena *arena, const struct partition_key *key,
                   const struct partition_datum *data)
{
    const char *text = "(";
    for (uint16_t i = 0; i < key->count; i++) {
        const char *one = data[i].kind == PARTITION_MINVALUE ? "MINVALUE"
                          : data[i].kind == PARTITION_MAXVALUE
                              ? "MAXVALUE"
                              : bound_value(arena, key->types[i], data[i].text);
        text = arena_format(arena, "%s%s%s", text, i == 0 ? "" : ", ", one);
    }
    return arena_format(arena, "%s)", text);
}

const char *
partition_bound_text(struct arena *arena, const struct partition_key *key,
                     const struct partition_bound *bound)
{
    if (bound->is_default)
        return "DEFAULT";
    if (key->strategy == 'h')
        return arena_format(arena, "FOR VALUES WITH (modulus %d, remainder %d)", bound->modulus,
                            bound->remainder);
    if (key->strategy == 'r')
        return arena_format(arena, "FOR VALUES FROM %s TO %s",
                            partition_end_text(arena, key, bound->from),
                            partition_end_text(arena, key, bound->to));
    struct buf *text = buf_new(arena);
    for (uint16_t i = 0; i < bound->count; i++)
        buf_format(text, "%s%s", i == 0 ? "FOR VALUES IN (" : ", ",
                   bound->values[i].kind == PARTITION_LIST_NULL
                       ? "NULL"
                       : bound_value(arena, key->types[0], bound->values[i].text));
    buf_format(text, ")");
    return text_of(arena, text);
}

/* ---- constraints ---- */

static const char *
type_text(const struct partition_source *source, struct arena *arena, oid type)
{
    const struct db_access *access = source->env->access;
    if (type >= OID_USER_FIRST && access != NULL)
        return access->type_name(access->object, type, arena);
    return type_format(source->env->types, arena, type, -1);
}

static const char *
typed_value(const struct partition_source *source, struct arena *arena, oid type, const char *text)
{
    if (type == TYPE_INT4 && text[0] != '-')
        return text;
    return arena_format(arena, "%s::%s", quoted_text(arena, text), type_text(source, arena, type));
}

static const char *
join(struct arena *arena, const char *before, const char *word, const char *next)
{
    return before == NULL ? next : arena_format(arena, "%s %s %s", before, word, next);
}

static const char *
list_condition(const struct partition_source *source, struct arena *arena,
               const struct table *parent, const struct partition_bound *const *bounds,
               uint32_t count)
{
    const char *column = partition_column_text(arena, parent, 0);
    struct buf *list = buf_new(arena);
    oid type = parent->partition_key->types[0];
    uint32_t value_count = 0;
    bool has_null = false;
    for (uint32_t b = 0; b < count; b++) {
        has_null |= bounds[b]->has_null;
        for (uint16_t i = 0; i < bounds[b]->count; i++) {
            if (bounds[b]->values[i].kind == PARTITION_LIST_NULL)
                continue;
            buf_format(list, "%s%s", value_count++ == 0 ? "" : ", ",
                       typed_value(source, arena, type, bounds[b]->values[i].text));
        }
    }
    const char *is_value = NULL, *values = text_of(arena, list);
    if (value_count == 1)
        is_value = arena_format(arena, "(%s = %s)", column, values);
    else if (value_count > 1)
        is_value = arena_format(arena, "(%s = ANY (ARRAY[%s]))", column, values);
    if (!has_null)
        return arena_format(arena, "(%s IS NOT NULL) AND %s", column, is_value);
    if (is_value == NULL)
        return arena_format(arena, "(%s IS NULL)", column);
    return arena_format(arena, "((%s IS NULL) OR %s)", column, is_value);
}

/*
 * Rows at or above (is_lower), or below, an end from column `first` on: OR of (a > 1), ((a = 1) AND
 * (b >= 2)). Null: all rows.
 */
static const char *
end_condition(const struct partition_source *source, struct arena *arena,
              const struct table *parent, const struct partition_datum *end, uint16_t first,
              bool is_lower)
{
    const struct partition_key *key = parent->partition_key;
    const char *any = NULL, *equal = NULL;
    uint32_t arms = 0;
    for (uint16_t i = first; i < key->count; i++) {
        const char *column = partition_column_text(arena, parent, i);
        bool is_infinite = end[i].kind != PARTITION_VALUE;
        if (is_infinite && (end[i].kind == PARTITION_MINVALUE) != is_lower)
            break; /* nothing lies beyond it: the columns before must differ */
        if (is_infinite) {
            if (equal == NULL)
                return NULL;
            any = join(arena, any, "OR",
                       strstr(equal, " AND ") != NULL ? arena_format(arena, "(%s)", equal) : equal);
            arms++;
            break;
        }
        const char *value = typed_value(source, arena, key->types[i], end[i].text);
        bool is_last = i + 1 == key->count || end[i + 1].kind != PARTITION_VALUE;
        bool ends_open = i + 1 < key->count && end[i + 1].kind != PARTITION_VALUE &&
                         (end[i + 1].kind == PARTITION_MINVALUE) == is_lower;
        const char *op = is_lower ? (is_last && (i + 1 == key->count || ends_open) ? ">=" : ">")
                                  : (is_last && ends_open ? "<=" : "<");
        const char *arm = arena_format(arena, "(%s %s %s)", column, op, value);
        if (equal != NULL)
            arm = arena_format(arena, "(%s AND %s)", equal, arm);
        any = join(arena, any, "OR", arm);
        arms++;
        equal = join(arena, equal, "AND", arena_format(arena, "(%s = %s)", column, value));
        if (is_last)
            break;
    }
    return arms > 1 ? arena_format(arena, "(%s)", any) : any;
}

static const char *
range_condition(const struct partition_source *source, struct arena *arena,
                const struct table *parent, const struct partition_bound *bound, bool with_nulls)
{
    const struct partition_key *key = parent->partition_key;
    const char *all = NULL;
    for (uint16_t i = 0; with_nulls && i < key->count; i++)
        all =
            join(arena, all, "AND",
                 arena_format(arena, "(%s IS NOT NULL)", partition_column_text(arena, parent, i)));
    uint16_t first = 0;
    while (first + 1 < key->count && bound->from[first].kind == PARTITION_VALUE &&
           bound->to[first].kind == PARTITION_VALUE &&
           strcmp(bound->from[first].text, bound->to[first].text) == 0) {
        const char *value = typed_value(source, arena, key->types[first], bound->from[first].text);
        all = join(
            arena, all, "AND",
            arena_format(arena, "(%s = %s)", partition_column_text(arena, parent, first), value));
        first++;
    }
    const char *low = end_condition(source, arena, parent, bound->from, first, true);
    const char *high = end_condition(source, arena, parent, bound->to, first, false);
    if (low != NULL)
        all = join(arena, all, "AND", low);
    if (high != NULL)
        all = join(arena, all, "AND", high);
    return all == NULL ? "true" : all;
}

static const char *
default_condition(const struct partition_source *source, struct arena *arena,
                  const struct table *parent, oid without)
{
    const struct partition_key *key = parent->partition_key;
    const struct partition_map *map = partition_map_make(source, arena, parent, without);
    const struct partition_bound **bounds = arena_alloc_array(arena, map->count, sizeof *bounds);
    uint32_t count = 0;
    for (uint32_t i = 0; i < map->count; i++)
        if (i != map->default_partition)
            bounds[count++] = map->partitions[i]->bound;
    if (count == 0)
        return NULL;
    if (key->strategy == 'l')
        return arena_format(arena, "(NOT (%s))",
                            list_condition(source, arena, parent, bounds, count));
    const char *all = NULL;
    struct buf *any = buf_new(arena);
    for (uint32_t i = 0; i < count; i++) {
        const char *one = range_condition(source, arena, parent, bounds[i], false);
        bool is_joined = strstr(one, " AND ") != NULL;
        buf_format(any, is_joined ? "%s(%s)" : "%s%s", i == 0 ? "" : " OR ", one);
    }
    for (uint16_t i = 0; i < key->count; i++)
        all =
            join(arena, all, "AND",
                 arena_format(arena, "(%s IS NOT NULL)", partition_column_text(arena, parent, i)));
    return arena_format(arena, count == 1 ? "(NOT (%s AND %s))" : "(NOT (%s AND (%s)))", all,
                        text_of(arena, any));
}

const char *
partition_condition(const struct partition_source *source, struct arena *arena,
                    const struct table *parent, const struct partition_bound *bound, oid without)
{
    const struct partition_key *key = parent->partition_key;
    if (bound->is_default)
        return default_condition(source, arena, parent, without);
    if (key->strategy == 'l')
        return list_condition(source, arena, parent, &bound, 1);
    if (key->strategy == 'r')
        return range_condition(source, arena, parent, bound, true);
    const char *columns = "";
    for (uint16_t i = 0; i < key->count; i++)
        columns = arena_format(arena, "%s, %s", columns, partition_column_text(arena, parent, i));
    return arena_format(arena, "satisfies_hash_partition('%u'::oid, %d, %d%s)", parent->table,
                        bound->modulus, bound->remainder, columns);
}

const char *
partition_constraint_text(const struct partition_source *source, struct arena *arena,
                          const struct table *table)
{
    const char *all = NULL;
    for (const struct table *at = table; at != NULL && at->bound != NULL;) {
        const struct table *parent = source->table(source->object, at->parents[0]);
        if (parent == NULL)
            break;
        const char *one = partition_condition(source, arena, parent, at->bound, at->table);
        if (one != NULL)
            all = all == NULL ? one : arena_format(arena, "%s AND %s", one, all);
        at = parent;
    }
    return all;
}
