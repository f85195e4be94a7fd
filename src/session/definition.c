/*
 * definition.c: stored objects as SQL text, as PostgreSQL's pg_get_* functions print them.
 */
#include "session/definition.h"

#include "base/raise.h"
#include "session/scope.h"
#include "sql/deparse.h"
#include "type/quote.h"

/* ---- names ---- */

static bool
is_plain(const char *name)
{
    if (!((*name >= 'a' && *name <= 'z') || *name == '_'))
        return false;
    for (const char *p = name; *p != '\0'; p++)
        if (!((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') || *p == '_'))
            return false;
    return true;
}

static const char *
quote(const char *name, struct arena *arena)
{
    char *to = arena_alloc(arena, 2 * strlen(name) + 3);
    char *p = to;
    *p++ = '"';
    for (; *name != '\0'; name++) {
        if (*name == '"')
            *p++ = '"';
        *p++ = *name;
    }
    *p++ = '"';
    *p = '\0';
    return to;
}

const char *
definition_name(const char *name, struct arena *arena)
{
    return quote_ident_needed(slice_text(name)) ? quote(name, arena) : name;
}

const char *
definition_name_in_list(const char *name, struct arena *arena)
{
    return is_plain(name) ? name : quote(name, arena);
}

const char *
definition_qualified_name(const struct table *table, struct arena *arena)
{
    return arena_format(arena, "%s.%s", definition_name(table->schema_name, arena),
                        definition_name(table->name, arena));
}

const char *
definition_relation_name(struct session *session, const struct table *table, struct arena *arena)
{
    const char *name = definition_name(table->name, arena);
    if (session->scope.is_visible(session, table))
        return arena_text(arena, name);
    return arena_format(arena, "%s.%s", definition_name(table->schema_name, arena), name);
}

/* ---- lists of columns ---- */

static const char *
column_list(const struct table *table, const attr_no *attrs, uint16_t count, struct arena *arena)
{
    const char *text = "";
    for (uint16_t i = 0; i < count; i++)
        text = arena_format(arena, "%s%s%s", text, i == 0 ? "" : ", ",
                            definition_name(table->columns[attrs[i] - 1].name, arena));
    return text;
}

/* An expression kept with the table as PostgreSQL shows it; *is_call: it looks like a call. */
static const char *
expr_text(struct session *session, const struct table *table, const char *sql, bool is_pretty,
          struct arena *arena, bool *is_call)
{
    struct analyze_options options = {.arena = arena, .scope = &session->scope};
    struct deparse_options print = {
        .arena = arena, .scope = &session->scope, .is_pretty = is_pretty};
    const struct expr *e = analyze_expr(&options, table, sql, OID_NONE, -1);
    if (is_call != NULL)
        *is_call = (e->kind == EXPR_FUNC && e->func.form != FORM_OPERATOR &&
                    e->func.form != FORM_CAST_EXPLICIT && e->func.form != FORM_CAST_IMPLICIT) ||
                   e->kind == EXPR_COALESCE || e->kind == EXPR_MINMAX || e->kind == EXPR_NULLIF ||
                   e->kind == EXPR_VALUE_FUNC;
    return deparse_expr(&print, table, e);
}

static const char *
key_expr_text(struct session *session, const struct table *table, const struct index_key *key,
              bool is_pretty, struct arena *arena)
{
    bool is_call;
    const char *text = expr_text(session, table, key->expr_sql, is_pretty, arena, &is_call);
    return is_call ? text : arena_format(arena, "(%s)", text);
}

static const char *
key_text(struct session *session, const struct table *table, const struct index_def *index,
         uint16_t key_idx, bool is_pretty, struct arena *arena)
{
    const struct index_key *key = &index->keys[key_idx];
    const char *text = key->attr != 0 ? definition_name(table->columns[key->attr - 1].name, arena)
                                      : key_expr_text(session, table, key, is_pretty, arena);
    if (key->opclass != NULL && !index_is_default_opclass(index->method, key->type, key->opclass))
        text = arena_format(arena, "%s %s", text, definition_name(key->opclass, arena));
    const char *nulls = key->is_nulls_first == key->is_descending ? ""
                        : key->is_nulls_first                     ? " NULLS FIRST"
                                                                  : " NULLS LAST";
    return arena_format(arena, "%s%s%s", text, key->is_descending ? " DESC" : "", nulls);
}

/* ---- indexes ---- */

const char *
definition_index(void *object, oid index_oid, int column, bool is_pretty, struct arena *arena)
{
    struct session *session = object;
    const struct index_def *index = catalog_index(session->catalog, index_oid);
    if (index == NULL)
        return NULL;
    const struct table *table = catalog_table(session->catalog, index->table);
    if (column > 0) {
        if (column <= index->key_count) {
            const struct index_key *key = &index->keys[column - 1];
            return key->attr != 0
                       ? arena_text(arena,
                                    definition_name(table->columns[key->attr - 1].name, arena))
                       : key_expr_text(session, table, key, is_pretty, arena);
        }
        column -= index->key_count;
        return column <= index->include_count
                   ? arena_text(arena, table->columns[index->include[column - 1] - 1].name)
                   : arena_text(arena, "");
    }
    const char *keys = "";
    for (uint16_t i = 0; i < index->key_count; i++)
        keys = arena_format(arena, "%s%s%s", keys, i == 0 ? "" : ", ",
                            key_text(session, table, index, i, is_pretty, arena));
    const char *include =
        index->include_count == 0
            ? ""
            : arena_format(arena, " INCLUDE (%s)",
                           column_list(table, index->include, index->include_count, arena));
    const char *table_name = is_pretty ? definition_relation_name(session, table, arena)
                                       : definition_qualified_name(table, arena);
    return arena_format(
        arena, "CREATE %sINDEX %s ON %s%s USING %s (%s)%s%s%s%s", index->is_unique ? "UNIQUE " : "",
        definition_name(index->name, arena), table->kind == TABLE_PARTITIONED ? "ONLY " : "",
        table_name, index_method_name(index->method), keys, include,
        index->is_nulls_distinct ? "" : " NULLS NOT DISTINCT",
        index->predicate_sql == NULL ? "" : " WHERE ",
        index->predicate_sql == NULL
            ? ""
            : expr_text(session, table, index->predicate_sql, is_pretty, arena, NULL));
}

/* ---- constraints ---- */

static const char *
action_text(const char *event, char action, struct arena *arena)
{
    const char *name = action == 'c'   ? "CASCADE"
                       : action == 'n' ? "SET NULL"
                       : action == 'd' ? "SET DEFAULT"
                       : action == 'r' ? "RESTRICT"
                                       : NULL;
    return name == NULL ? "" : arena_format(arena, " ON %s %s", event, name);
}

static const char *
foreign_text(struct session *session, const struct table *table,
             const struct constraint_def *constraint, struct arena *arena)
{
    const struct table *target = catalog_table(session->catalog, constraint->foreign_table);
    return arena_format(
        arena, "FOREIGN KEY (%s) REFERENCES %s(%s)%s%s%s",
        column_list(table, constraint->attrs, constraint->attr_count, arena),
        definition_relation_name(session, target, arena),
        column_list(target, constraint->foreign_attrs, constraint->attr_count, arena),
        constraint->match == 'f' ? " MATCH FULL" : "",
        action_text("UPDATE", constraint->on_update, arena),
        action_text("DELETE", constraint->on_delete, arena));
}

static const char *
constraint_text(struct session *session, const struct table *table,
                const struct constraint_def *constraint, bool is_pretty, struct arena *arena)
{
    const char *text;
    switch (constraint->kind) {
    case CONSTRAINT_CHECK:
        text =
            arena_format(arena, "CHECK (%s)%s",
                         expr_text(session, table, constraint->check_sql, is_pretty, arena, NULL),
                         constraint->is_no_inherit ? " NO INHERIT" : "");
        break;
    case CONSTRAINT_PRIMARY:
    case CONSTRAINT_UNIQUE:
        text = arena_format(arena, "%s (%s)",
                            constraint->kind == CONSTRAINT_PRIMARY ? "PRIMARY KEY" : "UNIQUE",
                            column_list(table, constraint->attrs, constraint->attr_count, arena));
        break;
    case CONSTRAINT_FOREIGN:
        text = foreign_text(session, table, constraint, arena);
        break;
    default:
        return NULL;
    }
    return arena_format(arena, "%s%s%s%s", text, constraint->is_deferrable ? " DEFERRABLE" : "",
                        constraint->is_deferred ? " INITIALLY DEFERRED" : "",
                        constraint->is_validated ? "" : " NOT VALID");
}

/* A pretty one has no parentheses around the whole beside CHECK's own. */
static const char *
domain_check_text(const struct domain_check *check, bool is_pretty, struct arena *arena)
{
    bool is_enclosed = false;
    int depth = 0;
    for (const char *p = check->sql; *p != '\0'; p++) {
        depth += (*p == '(') - (*p == ')');
        is_enclosed = depth == 0 && p[1] == '\0' && check->sql[0] == '(';
        if (depth == 0)
            break;
    }
    return arena_format(arena, is_pretty && is_enclosed ? "CHECK %s%s" : "CHECK (%s)%s", check->sql,
                        check->is_validated ? "" : " NOT VALID");
}

const char *
definition_constraint(void *object, oid constraint, bool is_pretty, struct arena *arena)
{
    struct session *session = object;
    uint32_t count;
    const struct user_type **types = catalog_user_types(session->catalog, arena, &count);
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t k = 0; types[i]->info.kind == 'd' && k < types[i]->domain.check_count; k++)
            if (types[i]->domain.checks[k].constraint == constraint)
                return domain_check_text(&types[i]->domain.checks[k], is_pretty, arena);
    const struct table **tables = catalog_relations(session->catalog, arena, &count);
    for (uint32_t i = 0; i < count; i++)
        for (uint16_t k = 0; k < tables[i]->constraint_count; k++)
            if (tables[i]->constraints[k].constraint == constraint)
                return constraint_text(session, tables[i], &tables[i]->constraints[k], is_pretty,
                                       arena);
    return NULL;
}

/* ---- views, defaults, comments ---- */

const char *
definition_view(void *object, oid view, bool is_pretty, struct arena *arena)
{
    struct session *session = object;
    const struct table *table = catalog_table(session->catalog, view);
    if (table == NULL || (table->kind != TABLE_VIEW && table->kind != TABLE_MATERIALISED))
        return NULL;
    if (table->table < OID_USER_FIRST)
        return arena_format(arena, " %s;", table->view_sql);
    struct analyze_options analysis = {.arena = arena, .scope = &session->scope};
    struct raw_list *list = parse_sql(arena, slice_text(table->view_sql));
    struct query *query = analyze(&analysis, &list->statements[0]);
    for (uint16_t i = 0; i < table->column_count && i < query->target_count; i++)
        query->targets[i].name = table->columns[i].name;
    struct deparse_options options = {
        .arena = arena, .scope = &session->scope, .is_pretty = is_pretty, .is_laid_out = true};
    return arena_format(arena, "%s;", deparse_query(&options, query));
}

const char *
definition_expr(void *object, const char *sql, oid relation, bool is_pretty, struct arena *arena)
{
    struct session *session = object;
    const struct table *table =
        relation == OID_NONE ? NULL : catalog_table(session->catalog, relation);
    return expr_text(session, table, sql, is_pretty, arena, NULL);
}

const char *
definition_comment(void *object, oid object_oid, oid class_oid, int sub, struct arena *arena)
{
    struct session *session = object;
    const char *comment = NULL;
    if (class_oid == CLASS_SCHEMA) {
        const struct schema_def *schema = catalog_schema(session->catalog, object_oid);
        comment = schema == NULL ? NULL : schema->comment;
    } else if (class_oid == CLASS_CONSTRAINT) {
        uint32_t count;
        const struct table **tables = catalog_relations(session->catalog, arena, &count);
        for (uint32_t i = 0; i < count; i++)
            for (uint16_t k = 0; k < tables[i]->constraint_count; k++)
                if (tables[i]->constraints[k].constraint == object_oid)
                    comment = tables[i]->constraints[k].comment;
    } else if (class_oid == CLASS_TYPE) {
        const struct user_type *type = catalog_user_type(session->catalog, object_oid);
        bool is_row = type != NULL && type->info.kind == 'c';
        const struct table *table =
            is_row ? catalog_table(session->catalog, type->composite.relation) : NULL;
        if (type != NULL && type->info.type == object_oid)
            comment = !is_row                          ? type->comment
                      : table->kind == TABLE_COMPOSITE ? table->comment
                                                       : NULL;
    } else if (class_oid == CLASS_RELATION) {
        const struct table *table = catalog_table(session->catalog, object_oid);
        const struct index_def *index = catalog_index(session->catalog, object_oid);
        if (table != NULL && sub > 0 && sub <= table->column_count)
            comment = table->columns[sub - 1].comment;
        else if (table != NULL)
            comment = table->comment;
        else if (index != NULL)
            comment = index->comment;
    }
    return comment == NULL ? NULL : arena_text(arena, comment);
}

const char *
definition_serial_sequence(void *object, const char *table_name, const char *column,
                           struct arena *arena)
{
    struct session *session = object;
    oid relation = session->access.relation_named(session, table_name);
    if (relation == OID_NONE)
        raise(SQLSTATE_UNDEFINED_TABLE, "relation \"%s\" does not exist", table_name);
    const struct table *table = catalog_table(session->catalog, relation);
    for (uint16_t i = 0; i < table->column_count; i++) {
        const struct column_def *def = &table->columns[i];
        if (def->is_dropped || strcmp(def->name, column) != 0)
            continue;
        const struct sequence_def *sequence =
            def->sequence == OID_NONE ? NULL : catalog_sequence(session->catalog, def->sequence);
        return sequence == NULL
                   ? NULL
                   : arena_format(arena, "%s.%s", definition_name(sequence->schema_name, arena),
                                  definition_name(sequence->name, arena));
    }
    raise(SQLSTATE_UNDEFINED_COLUMN, "column \"%s\" of relation \"%s\" does not exist", column,
          table->name);
}

/* ---- sizes ---- */

/* An estimate: rows times the width that ANALYZE found, or 64 bytes, over pages two thirds full. */
static int64_t
tree_bytes(struct session *session, tree_no tree, double width)
{
    uint64_t rows;
    if (txn_row_count(session->txn, tree, &rows) != ST_OK || rows == 0)
        return 0;
    double pages = (double)rows * width * 1.5 / PAGE_BYTES + 1;
    return (int64_t)pages * PAGE_BYTES;
}

int64_t
definition_relation_bytes(void *object, oid relation, bool with_indexes)
{
    struct session *session = object;
    const struct index_def *index = catalog_index(session->catalog, relation);
    if (index != NULL && !index->is_primary)
        return tree_bytes(session, index->tree, 24);
    const struct table *table = catalog_table(session->catalog, relation);
    if (table == NULL || !table_is_stored(table))
        return 0;
    double width = 64;
    const struct table_stats *stats = catalog_stats(session->catalog, relation);
    if (stats != NULL) {
        width = 8;
        for (uint16_t i = 0; i < stats->column_count; i++)
            width += stats->columns[i].width;
    }
    int64_t bytes = tree_bytes(session, table->tree, width);
    for (uint16_t i = 0; with_indexes && i < table->index_count; i++)
        if (!table->indexes[i]->is_primary)
            bytes += tree_bytes(session, table->indexes[i]->tree, 24);
    return bytes;
}
