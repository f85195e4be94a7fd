/*
 * system_class.c: pg_class, pg_attribute, pg_index and the like: what there is in the branch.
 *
 * Defaults and rewrite rules have no numbers of their own here. Theirs are made from the relation's
 * (and the column's), above all numbers that the catalog gives away, so that they are unique.
 */
#include "session/system_class.h"

#include "catalog/partition.h"
#include "session/ddl_partition.h"
#include "session/definition.h"
#include "session/system_int.h"
#include "session/system_opclass.h"
#include "type/values.h"

static const struct table **
all_relations(struct system_rows *rows, uint32_t *count)
{
    return catalog_relations(rows->catalog, rows->arena, count);
}

static char
relation_kind(const struct table *table)
{
    return table->kind == TABLE_VIRTUAL ? 'r' : (char)table->kind;
}

/* ---- pg_namespace ---- */

static const char namespace_columns[] = "oid oid, nspname name, nspowner oid, nspacl aclitem[]";

static void
fill_namespace(struct system_rows *rows)
{
    uint32_t count;
    const struct schema_def **schemas = catalog_schemas(rows->catalog, rows->arena, &count);
    for (uint32_t i = 0; i < count; i++) {
        row_begin(rows);
        put_oid(rows, schemas[i]->schema);
        put_text(rows, schemas[i]->name);
        put_oid(rows, 10);
    }
}

/* ---- pg_class ---- */

static const char class_columns[] =
    "oid oid, relname name, relnamespace oid, reltype oid, reloftype oid, relowner oid, "
    "relam oid, relfilenode oid, reltablespace oid, relpages int4, reltuples float4, "
    "relallvisible int4, reltoastrelid oid, relhasindex bool, relisshared bool, "
    "relpersistence char, relkind char, relnatts int2, relchecks int2, relhasrules bool, "
    "relhastriggers bool, relhassubclass bool, relrowsecurity bool, relforcerowsecurity bool, "
    "relispopulated bool, relreplident char, relispartition bool, relrewrite oid, "
    "relfrozenxid xid, relminmxid xid, relacl aclitem[], reloptions text[], "
    "relpartbound pg_node_tree";

struct class_row {
    oid relation, type, of_type, access_method;
    oid schema;
    const char *name;
    char kind, persistence;
    double rows;
    int64_t pages;
    uint16_t column_count, check_count;
    const char *options; /* "a=1,b=2"; null: none */
    const char *bound;   /* a partition's; else null */
    bool has_index, has_rules, has_triggers, is_unpopulated, has_children, is_partition;
};

static void
put_options(struct system_rows *rows, const char *options)
{
    const char *items[8];
    uint32_t count = 0;
    if (options == NULL) {
        put_null(rows);
        return;
    }
    for (; *options != '\0' && count < sizeof items / sizeof items[0]; count++) {
        size_t bytes = strcspn(options, ",");
        items[count] = arena_format(rows->arena, "%.*s", (int)bytes, options);
        options += bytes + (options[bytes] == ',');
    }
    put_texts(rows, items, count);
}

static void
put_class(struct system_rows *rows, const struct class_row *row)
{
    bool has_rows = row->kind == 'r' || row->kind == 'i' || row->kind == 'm';
    row_begin(rows);
    put_oid(rows, row->relation);
    put_text(rows, row->name);
    put_oid(rows, row->schema);
    put_oid(rows, row->type);
    put_oid(rows, row->of_type);
    put_oid(rows, ROLE_OWNER);
    put_oid(rows, row->access_method);
    put_oid(rows, has_rows || row->kind == 'S' ? row->relation : OID_NONE);
    put_oid(rows, OID_NONE);
    put_i32(rows, (int32_t)row->pages);
    put_f32(rows, (float)row->rows);
    put_i32(rows, 0);
    put_oid(rows, OID_NONE);
    put_bool(rows, row->has_index);
    put_bool(rows, false);
    put_char(rows, row->persistence);
    put_char(rows, row->kind);
    put_i16(rows, (int16_t)row->column_count);
    put_i16(rows, (int16_t)row->check_count);
    put_bool(rows, row->has_rules);
    put_bool(rows, row->has_triggers);
    put_bool(rows, row->has_children);
    put_zeros(rows, 2); /* row security twice */
    put_bool(rows, !row->is_unpopulated);
    put_char(rows, row->kind == 'r' || row->kind == 'm' ? 'd' : 'n');
    put_bool(rows, row->is_partition);
    put_zeros(rows, 3); /* a rewrite under way, transaction numbers */
    put_null(rows);
    put_options(rows, row->options);
    put_text(rows, row->bound);
}

static int64_t
relation_pages(struct system_rows *rows, oid relation)
{
    return definition_relation_bytes(rows->session, relation, false) / PAGE_BYTES;
}

static bool
has_parts(struct system_rows *rows, const struct table *table, const struct index_def *index)
{
    for (uint32_t i = 0; i < table->child_count && table->kind == TABLE_PARTITIONED; i++) {
        const struct table *child = catalog_table(rows->catalog, table->children[i]);
        for (uint16_t k = 0; child != NULL && k < child->index_count; k++)
            if (child->indexes[k]->parent == index->index)
                return true;
    }
    return false;
}

static const char *
bound_of(struct system_rows *rows, const struct table *table)
{
    const struct table *parent =
        table->bound == NULL ? NULL : catalog_table(rows->catalog, table->parents[0]);
    return parent == NULL || parent->partition_key == NULL
               ? NULL
               : partition_bound_text(rows->arena, parent->partition_key, table->bound);
}

static void
put_indexes(struct system_rows *rows, const struct table *table, double row_count)
{
    for (uint16_t k = 0; k < table->index_count; k++) {
        const struct index_def *index = table->indexes[k];
        put_class(rows, &(struct class_row){
                            .relation = index->index,
                            .schema = table->schema,
                            .name = index->name,
                            .kind = table->kind == TABLE_PARTITIONED ? 'I' : 'i',
                            .is_partition = index->parent != OID_NONE,
                            .has_children = has_parts(rows, table, index),
                            .persistence = table->persistence,
                            .access_method = index_method_oid(index->method),
                            .rows = row_count,
                            .pages = relation_pages(rows, index->index),
                            .column_count = (uint16_t)(index->key_count + index->include_count)});
    }
}

static void
fill_class(struct system_rows *rows)
{
    uint32_t count;
    const struct table **tables = all_relations(rows, &count);
    for (uint32_t i = 0; i < count; i++) {
        const struct table *table = tables[i];
        uint64_t live = 0;
        if (table_is_stored(table))
            (void)!txn_row_count(catalog_txn(rows->catalog), table->tree, &live);
        struct class_row row = {
            .relation = table->table,
            .type = table->row_type,
            .of_type = table->of_type,
            .schema = table->schema,
            .name = table->name,
            .kind = relation_kind(table),
            .persistence = table->persistence,
            .access_method =
                table_is_stored(table) || relation_kind(table) == 'r' ? HEAP_METHOD : 0,
            .rows = (double)live,
            .pages = table_is_stored(table) ? relation_pages(rows, table->table) : 0,
            .column_count = table->column_count,
            .has_index = table->index_count != 0,
            .has_rules = table->view_sql != NULL,
            .is_unpopulated = table->is_unpopulated,
            .has_children = table->child_count != 0,
            .is_partition = table->bound != NULL,
            .options = table->options,
            .bound = bound_of(rows, table),
            .has_triggers = table->referenced_count != 0};
        for (uint16_t k = 0; k < table->constraint_count; k++) {
            row.check_count += table->constraints[k].kind == CONSTRAINT_CHECK;
            row.has_triggers |= table->constraints[k].kind == CONSTRAINT_FOREIGN;
        }
        put_class(rows, &row);
        put_indexes(rows, table, (double)live);
    }
}

/* ---- pg_attribute, pg_attrdef ---- */

static const char attribute_columns[] =
    "attrelid oid, attname name, atttypid oid, attstattarget int4, attlen int2, attnum int2, "
    "attndims int4, attcacheoff int4, atttypmod int4, attbyval bool, attalign char, "
    "attstorage char, attcompression char, attnotnull bool, atthasdef bool, atthasmissing bool, "
    "attidentity char, attgenerated char, attisdropped bool, attislocal bool, attinhcount int4, "
    "attcollation oid, attacl aclitem[], attoptions text[], attfdwoptions text[], "
    "attmissingval anyarray";

static void
put_attribute(struct system_rows *rows, oid relation, const struct column_def *column,
              attr_no number)
{
    const struct type_info *type = types_find(catalog_types(rows->catalog), column->type);
    if (type == NULL)
        type = catalog_type_info(rows->catalog, column->type);
    row_begin(rows);
    put_oid(rows, relation);
    put_text(rows, column->is_dropped
                       ? arena_format(rows->arena, "........pg.dropped.%d........", number)
                       : column->name);
    put_oid(rows, column->is_dropped ? 0 : column->type);
    put_i32(rows, (int32_t)column->statistics - 1);
    put_i16(rows, type == NULL ? -1 : type->length);
    put_i16(rows, number);
    put_i32(rows, 0);
    put_i32(rows, -1);
    put_i32(rows, column->typmod);
    put_bool(rows, type != NULL && type->is_by_value);
    put_char(rows, type == NULL ? 'i' : type->align);
    put_char(rows, column->storage != 0 ? column->storage : type == NULL ? 'p' : type->storage);
    put_char(rows, column->compression);
    put_bool(rows, column->is_not_null || column->identity != IDENTITY_NONE);
    put_bool(rows, column->default_sql != NULL || column->generated_sql != NULL);
    put_bool(rows, column->has_missing && !column->missing_is_null);
    put_char(rows, (char)column->identity);
    put_char(rows, column->generated_sql != NULL ? 's' : '\0');
    put_bool(rows, column->is_dropped);
    put_bool(rows, column->is_local || column->inherit_count == 0);
    put_i32(rows, column->inherit_count);
    put_oid(rows, column->collation);
}

static void
put_index_attributes(struct system_rows *rows, const struct table *table,
                     const struct index_def *index)
{
    uint16_t expr_count = 0;
    for (uint16_t c = 0; c < index->key_count + index->include_count; c++) {
        bool is_key = c < index->key_count;
        attr_no attr = is_key ? index->keys[c].attr : index->include[c - index->key_count];
        struct column_def column = {.typmod = -1};
        if (attr != 0) {
            column.name = table->columns[attr - 1].name;
            column.type = table->columns[attr - 1].type;
            column.typmod = table->columns[attr - 1].typmod;
            column.collation = table->columns[attr - 1].collation;
        } else {
            column.name =
                expr_count == 0 ? "expr" : arena_format(rows->arena, "expr%d", expr_count);
            column.type = index->keys[c].type;
            column.collation = index->keys[c].collation;
            expr_count++;
        }
        put_attribute(rows, index->index, &column, (attr_no)(c + 1));
    }
}

static void
fill_attribute(struct system_rows *rows)
{
    uint32_t count;
    const struct table **tables = all_relations(rows, &count);
    for (uint32_t i = 0; i < count; i++) {
        const struct table *table = tables[i];
        for (uint16_t c = 0; c < table->column_count; c++)
            put_attribute(rows, table->table, &table->columns[c], table->columns[c].attr);
        for (uint16_t k = 0; k < table->index_count; k++)
            put_index_attributes(rows, table, table->indexes[k]);
    }
}

static const char attrdef_columns[] = "oid oid, adrelid oid, adnum int2, adbin pg_node_tree";

static void
fill_attrdef(struct system_rows *rows)
{
    uint32_t count;
    const struct table **tables = all_relations(rows, &count);
    for (uint32_t i = 0; i < count; i++)
        for (uint16_t c = 0; c < tables[i]->column_count; c++) {
            const struct column_def *column = &tables[i]->columns[c];
            const char *sql =
                column->default_sql != NULL ? column->default_sql : column->generated_sql;
            if (sql == NULL || column->is_dropped)
                continue;
            row_begin(rows);
            put_oid(rows, system_default_oid(tables[i]->table, column->attr));
            put_oid(rows, tables[i]->table);
            put_i16(rows, column->attr);
            put_text(rows, sql);
        }
}

/* ---- pg_index ---- */

static const char index_columns[] =
    "indexrelid oid, indrelid oid, indnatts int2, indnkeyatts int2, indisunique bool, "
    "indnullsnotdistinct bool, indisprimary bool, indisexclusion bool, indimmediate bool, "
    "indisclustered bool, indisvalid bool, indcheckxmin bool, indisready bool, indislive bool, "
    "indisreplident bool, indkey int2vector, indcollation oidvector, indclass oidvector, "
    "indoption int2vector, indexprs pg_node_tree, indpred pg_node_tree";

/* The texts of an index's expressions, separated by commas; null: it has none. */
static const char *
expressions_of(struct system_rows *rows, const struct index_def *index)
{
    const char *text = NULL;
    for (uint16_t c = 0; c < index->key_count; c++)
        if (index->keys[c].attr == 0)
            text = text == NULL
                       ? index->keys[c].expr_sql
                       : arena_format(rows->arena, "%s, %s", text, index->keys[c].expr_sql);
    return text;
}

/* pg_index's vectors: the columns, and of the keys collation, class and order. */
static void
put_index_vectors(struct system_rows *rows, const struct index_def *index)
{
    int16_t numbers[INDEX_COLUMNS_MAX], options[INDEX_COLUMNS_MAX];
    oid collations[INDEX_COLUMNS_MAX], classes[INDEX_COLUMNS_MAX];
    uint16_t count = index->key_count;
    for (uint16_t c = 0; c < count; c++) {
        const struct index_key *key = &index->keys[c];
        numbers[c] = key->attr;
        options[c] = (int16_t)((key->is_descending ? 1 : 0) | (key->is_nulls_first ? 2 : 0));
        collations[c] = key->collation;
        classes[c] = system_default_opclass(catalog_types(rows->catalog), key->type);
    }
    for (uint16_t c = 0; c < index->include_count && count < INDEX_COLUMNS_MAX; c++)
        numbers[count++] = index->include[c];
    put_numbers(rows, numbers, count);
    put_oids(rows, collations, index->key_count);
    put_oids(rows, classes, index->key_count);
    put_numbers(rows, options, index->key_count);
}

static void
fill_index(struct system_rows *rows)
{
    uint32_t count;
    const struct table **tables = all_relations(rows, &count);
    for (uint32_t i = 0; i < count; i++)
        for (uint16_t k = 0; k < tables[i]->index_count; k++) {
            const struct index_def *index = tables[i]->indexes[k];
            row_begin(rows);
            put_oid(rows, index->index);
            put_oid(rows, tables[i]->table);
            put_i16(rows, (int16_t)(index->key_count + index->include_count));
            put_i16(rows, (int16_t)index->key_count);
            put_bool(rows, index->is_unique);
            put_bool(rows, !index->is_nulls_distinct);
            put_bool(rows, index->is_primary);
            put_bool(rows, false);
            put_bool(rows, true);
            put_bool(rows, false);
            put_bool(rows, tables[i]->kind != TABLE_PARTITIONED ||
                               partition_index_is_valid(rows->session, tables[i], index));
            put_bool(rows, false);
            put_bool(rows, true);
            put_bool(rows, true);
            put_bool(rows, false);
            put_index_vectors(rows, index);
            put_text(rows, expressions_of(rows, index));
            put_text(rows, index->predicate_sql);
        }
}

/* ---- pg_constraint ---- */

static const char constraint_columns[] =
    "oid oid, conname name, connamespace oid, contype char, condeferrable bool, "
    "condeferred bool, convalidated bool, conrelid oid, contypid oid, conindid oid, "
    "conparentid oid, confrelid oid, confupdtype char, confdeltype char, confmatchtype char, "
    "conislocal bool, coninhcount int4, connoinherit bool, conkey int2[], confkey int2[], "
    "conpfeqop oid[], conppeqop oid[], conffeqop oid[], confdelsetcols int2[], conexclop oid[], "
    "conbin pg_node_tree";

/* The equality operators that a foreign key compares with, one a column. */
static void
put_foreign_operators(struct system_rows *rows, const struct table *table,
                      const struct constraint_def *constraint)
{
    const struct types *types = catalog_types(rows->catalog);
    oid ops[INDEX_COLUMNS_MAX];
    uint16_t count = constraint->attr_count;
    for (uint16_t c = 0; c < count; c++) {
        oid type = table->columns[constraint->attrs[c] - 1].type;
        const struct operator_info *op = types_btree_operator(types, type, type, BTREE_EQ);
        if (op == NULL)
            op = types_btree_operator(types, TYPE_TEXT, TYPE_TEXT, BTREE_EQ);
        ops[c] = op->op;
    }
    for (int i = 0; i < 3; i++)
        put_oids(rows, ops, count);
}

static void
put_constraint(struct system_rows *rows, const struct table *table,
               const struct constraint_def *constraint)
{
    bool is_foreign = constraint->kind == CONSTRAINT_FOREIGN;
    row_begin(rows);
    put_oid(rows, constraint->constraint);
    put_text(rows, constraint->name);
    put_oid(rows, table->schema);
    put_char(rows, (char)constraint->kind);
    put_bool(rows, constraint->is_deferrable);
    put_bool(rows, constraint->is_deferred);
    put_bool(rows, constraint->is_validated);
    put_oid(rows, table->table);
    put_oid(rows, OID_NONE);
    put_oid(rows, constraint->index);
    put_oid(rows, constraint->parent);
    put_oid(rows, constraint->foreign_table);
    put_char(rows, is_foreign ? constraint->on_update : ' ');
    put_char(rows, is_foreign ? constraint->on_delete : ' ');
    put_char(rows, is_foreign ? constraint->match : ' ');
    put_bool(rows, constraint->is_local || constraint->inherit_count == 0);
    put_i32(rows, constraint->inherit_count);
    put_bool(rows, constraint->kind == CONSTRAINT_CHECK ? constraint->is_no_inherit
                                                        : table->kind != TABLE_PARTITIONED);
    put_numbers(rows, constraint->attrs, constraint->attr_count);
    if (is_foreign) {
        put_numbers(rows, constraint->foreign_attrs, constraint->attr_count);
        put_foreign_operators(rows, table, constraint);
    } else {
        put_nulls(rows, 4);
    }
    put_nulls(rows, 2);
    put_text(rows, constraint->check_sql);
}

static void
put_domain_check(struct system_rows *rows, const struct user_type *domain,
                 const struct domain_check *check)
{
    row_begin(rows);
    put_oid(rows, check->constraint);
    put_text(rows, check->name);
    put_oid(rows, domain->schema);
    put_char(rows, 'c');
    put_bool(rows, false);
    put_bool(rows, false);
    put_bool(rows, check->is_validated);
    put_oid(rows, OID_NONE);
    put_oid(rows, domain->info.type);
    for (int i = 0; i < 3; i++)
        put_oid(rows, OID_NONE);
    for (int i = 0; i < 3; i++)
        put_char(rows, ' ');
    put_bool(rows, true);
    put_i32(rows, 0);
    put_bool(rows, false);
    put_nulls(rows, 7);
    put_text(rows, check->sql);
}

static void
fill_constraint(struct system_rows *rows)
{
    uint32_t count;
    const struct user_type **types = catalog_user_types(rows->catalog, rows->arena, &count);
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t k = 0; types[i]->info.kind == 'd' && k < types[i]->domain.check_count; k++)
            put_domain_check(rows, types[i], &types[i]->domain.checks[k]);
    const struct table **tables = all_relations(rows, &count);
    for (uint32_t i = 0; i < count; i++)
        for (uint16_t k = 0; k < tables[i]->constraint_count; k++)
            put_constraint(rows, tables[i], &tables[i]->constraints[k]);
}

/* ---- pg_sequence, pg_rewrite ---- */

static const char sequence_columns[] =
    "seqrelid oid, seqtypid oid, seqstart int8, seqincrement int8, seqmax int8, seqmin int8, "
    "seqcache int8, seqcycle bool";

static void
fill_sequence(struct system_rows *rows)
{
    uint32_t count;
    const struct table **tables = all_relations(rows, &count);
    for (uint32_t i = 0; i < count; i++) {
        const struct sequence_def *sequence =
            tables[i]->kind == TABLE_SEQUENCE ? catalog_sequence(rows->catalog, tables[i]->table)
                                              : NULL;
        if (sequence == NULL)
            continue;
        row_begin(rows);
        put_oid(rows, sequence->sequence);
        put_oid(rows, sequence->type);
        put_i64(rows, sequence->start);
        put_i64(rows, sequence->increment);
        put_i64(rows, sequence->max);
        put_i64(rows, sequence->min);
        put_i64(rows, sequence->cache);
        put_bool(rows, sequence->can_cycle);
    }
}

static const char rewrite_columns[] =
    "oid oid, rulename name, ev_class oid, ev_type char, ev_enabled char, is_instead bool, "
    "ev_qual pg_node_tree, ev_action pg_node_tree";

static void
fill_rewrite(struct system_rows *rows)
{
    uint32_t count;
    const struct table **tables = all_relations(rows, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (tables[i]->view_sql == NULL || tables[i]->table < OID_USER_FIRST)
            continue;
        row_begin(rows);
        put_oid(rows, system_rule_oid(tables[i]->table));
        put_fixed(rows, "_RETURN");
        put_oid(rows, tables[i]->table);
        put_char(rows, '1');
        put_char(rows, 'O');
        put_bool(rows, true);
        put_fixed(rows, "<>");
        put_text(rows, tables[i]->view_sql);
    }
}

const struct system_source system_class_sources[] = {
    SYSTEM_RELATION(2615, "pg_namespace", namespace_columns, fill_namespace),
    SYSTEM_RELATION(1259, "pg_class", class_columns, fill_class),
    SYSTEM_RELATION(1249, "pg_attribute", attribute_columns, fill_attribute),
    SYSTEM_RELATION(2604, "pg_attrdef", attrdef_columns, fill_attrdef),
    SYSTEM_RELATION(2610, "pg_index", index_columns, fill_index),
    SYSTEM_RELATION(2606, "pg_constraint", constraint_columns, fill_constraint),
    SYSTEM_RELATION(2224, "pg_sequence", sequence_columns, fill_sequence),
    SYSTEM_RELATION(2618, "pg_rewrite", rewrite_columns, fill_rewrite),
};
const uint32_t system_class_source_count =
    sizeof system_class_sources / sizeof *system_class_sources;
