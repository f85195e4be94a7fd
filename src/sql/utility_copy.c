/*
 * utility_copy.c: COPY: its columns and options.
 */
#include "sql/deparse.h"
#include "sql/utility_int.h"

struct copy_bind {
    struct analysis *an;
    const PgQuery__CopyStmt *stmt;
    struct copy *copy;
    bool has_format, has_header, has_freeze, has_delimiter, has_null, has_quote, has_escape,
        has_force_quote, has_force_not_null, has_force_null;
    const char *delimiter, *quote, *escape;
    const PgQuery__Node *force_quote, *force_not_null, *force_null;
};

static _Noreturn void
fail_option(const struct copy_bind *bind, const char *message)
{
    fail(bind->an, -1, SQLSTATE_INVALID_PARAMETER_VALUE, "%s", message);
}

static void
once(const struct copy_bind *bind, bool *has, const PgQuery__DefElem *def)
{
    if (*has)
        fail(bind->an, def->location, SQLSTATE_SYNTAX_ERROR, "conflicting or redundant options");
    *has = true;
}

static void
take_format(struct copy_bind *bind, const PgQuery__DefElem *def)
{
    static const char *const names[] = {"text", "csv", "binary"};
    const char *text = def_text(bind->an, def);
    once(bind, &bind->has_format, def);
    for (int i = 0; text != NULL && i < 3; i++) {
        if (strcmp(text, names[i]) == 0) {
            bind->copy->format = (enum copy_format)i;
            return;
        }
    }
    fail(bind->an, def->location, SQLSTATE_INVALID_PARAMETER_VALUE,
         "COPY format \"%s\" not recognized", text == NULL ? "" : text);
}

static void
take_header(struct copy_bind *bind, const PgQuery__DefElem *def)
{
    const char *text = def_text(bind->an, def);
    once(bind, &bind->has_header, def);
    if (text != NULL && strcasecmp(text, "match") == 0) {
        if (!bind->copy->is_from)
            fail(bind->an, -1, SQLSTATE_FEATURE_NOT_SUPPORTED,
                 "cannot use \"%s\" with HEADER in COPY TO", text);
        bind->copy->header = COPY_HEADER_MATCH;
        return;
    }
    static const char *const yes[] = {"true", "on", "1"}, *const no[] = {"false", "off", "0"};
    if (text == NULL)
        bind->copy->header = COPY_HEADER_YES;
    for (int i = 0; text != NULL && i < 3; i++) {
        if (strcasecmp(text, yes[i]) == 0) {
            bind->copy->header = COPY_HEADER_YES;
            return;
        }
        if (strcasecmp(text, no[i]) == 0)
            return;
    }
    if (text != NULL)
        fail(bind->an, -1, SQLSTATE_SYNTAX_ERROR, "header requires a Boolean value or \"match\"");
}

/* A list of columns, or * for FORCE_QUOTE. */
static void
take_columns(struct copy_bind *bind, const PgQuery__DefElem *def, bool *has,
             const PgQuery__Node **node)
{
    once(bind, has, def);
    bool is_star = def->arg != NULL && def->arg->node_case == PG_QUERY__NODE__NODE_A_STAR;
    bool is_list = def->arg != NULL && def->arg->node_case == PG_QUERY__NODE__NODE_LIST;
    if (!is_list && !(is_star && node == &bind->force_quote))
        fail(bind->an, def->location, SQLSTATE_INVALID_PARAMETER_VALUE,
             "argument to option \"%s\" must be a list of column names", def->defname);
    if (is_star)
        bind->copy->force_quote_all = true;
    else
        *node = def->arg;
}

static void
take_option(struct copy_bind *bind, const PgQuery__DefElem *def)
{
    const char *name = def->defname;
    if (strcmp(name, "format") == 0) {
        take_format(bind, def);
    } else if (strcmp(name, "freeze") == 0) {
        once(bind, &bind->has_freeze, def);
        bind->copy->is_freeze = def_bool(bind->an, def);
    } else if (strcmp(name, "delimiter") == 0) {
        once(bind, &bind->has_delimiter, def);
        bind->delimiter = def_text(bind->an, def);
    } else if (strcmp(name, "null") == 0) {
        once(bind, &bind->has_null, def);
        bind->copy->null_text = def_text(bind->an, def);
    } else if (strcmp(name, "header") == 0) {
        take_header(bind, def);
    } else if (strcmp(name, "quote") == 0) {
        once(bind, &bind->has_quote, def);
        bind->quote = def_text(bind->an, def);
    } else if (strcmp(name, "escape") == 0) {
        once(bind, &bind->has_escape, def);
        bind->escape = def_text(bind->an, def);
    } else if (strcmp(name, "force_quote") == 0) {
        take_columns(bind, def, &bind->has_force_quote, &bind->force_quote);
    } else if (strcmp(name, "force_not_null") == 0) {
        take_columns(bind, def, &bind->has_force_not_null, &bind->force_not_null);
    } else if (strcmp(name, "force_null") == 0) {
        take_columns(bind, def, &bind->has_force_null, &bind->force_null);
    } else if (strcmp(name, "encoding") == 0) {
        bind->copy->encoding = def_text(bind->an, def);
    } else {
        fail(bind->an, def->location, SQLSTATE_SYNTAX_ERROR, "option \"%s\" not recognized", name);
    }
}

static void
check_text_options(struct copy_bind *bind)
{
    struct copy *copy = bind->copy;
    bool is_csv = copy->format == COPY_CSV;
    if (copy->format == COPY_BINARY && bind->has_delimiter)
        fail(bind->an, -1, SQLSTATE_SYNTAX_ERROR, "cannot specify DELIMITER in BINARY mode");
    if (copy->format == COPY_BINARY && bind->has_null)
        fail(bind->an, -1, SQLSTATE_SYNTAX_ERROR, "cannot specify NULL in BINARY mode");
    if (copy->format == COPY_BINARY && copy->header != COPY_HEADER_NONE)
        fail(bind->an, -1, SQLSTATE_FEATURE_NOT_SUPPORTED, "cannot specify HEADER in BINARY mode");
    if (bind->delimiter != NULL && strlen(bind->delimiter) != 1)
        fail(bind->an, -1, SQLSTATE_FEATURE_NOT_SUPPORTED,
             "COPY delimiter must be a single one-byte character");
    copy->delimiter = bind->delimiter != NULL ? bind->delimiter[0] : is_csv ? ',' : '\t';
    if (copy->null_text == NULL)
        copy->null_text = is_csv ? "" : "\\N";
    if (copy->delimiter == '\r' || copy->delimiter == '\n')
        fail_option(bind, "COPY delimiter cannot be newline or carriage return");
    if (strpbrk(copy->null_text, "\r\n") != NULL)
        fail_option(bind, "COPY null representation cannot use newline or carriage return");
    if (!is_csv && strchr("\\.abcdefghijklmnopqrstuvwxyz0123456789", copy->delimiter) != NULL)
        fail(bind->an, -1, SQLSTATE_INVALID_PARAMETER_VALUE, "COPY delimiter cannot be \"%c\"",
             copy->delimiter);
    if (strchr(copy->null_text, copy->delimiter) != NULL)
        fail(bind->an, -1, SQLSTATE_FEATURE_NOT_SUPPORTED,
             "COPY delimiter must not appear in the NULL specification");
}

static void
check_csv_options(struct copy_bind *bind)
{
    struct copy *copy = bind->copy;
    struct analysis *an = bind->an;
    bool is_csv = copy->format == COPY_CSV;
    if (!is_csv && bind->has_quote)
        fail(an, -1, SQLSTATE_FEATURE_NOT_SUPPORTED, "COPY quote available only in CSV mode");
    if (bind->quote != NULL && strlen(bind->quote) != 1)
        fail(an, -1, SQLSTATE_FEATURE_NOT_SUPPORTED,
             "COPY quote must be a single one-byte character");
    copy->quote = bind->quote != NULL ? bind->quote[0] : '"';
    if (copy->quote == '\n' || copy->quote == '\r')
        fail_option(bind, "COPY quote cannot be newline or carriage return");
    if (is_csv && copy->quote == copy->delimiter)
        fail_option(bind, "COPY delimiter and quote must be different");
    if (!is_csv && bind->has_escape)
        fail(an, -1, SQLSTATE_FEATURE_NOT_SUPPORTED, "COPY escape available only in CSV mode");
    if (bind->escape != NULL && strlen(bind->escape) != 1)
        fail(an, -1, SQLSTATE_FEATURE_NOT_SUPPORTED,
             "COPY escape must be a single one-byte character");
    copy->escape = bind->escape != NULL ? bind->escape[0] : copy->quote;
    if (!is_csv && bind->has_force_quote)
        fail(an, -1, SQLSTATE_FEATURE_NOT_SUPPORTED, "COPY force quote available only in CSV mode");
    if (bind->has_force_quote && copy->is_from)
        fail(an, -1, SQLSTATE_FEATURE_NOT_SUPPORTED,
             "COPY force quote only available using COPY TO");
    if (!is_csv && bind->has_force_not_null)
        fail(an, -1, SQLSTATE_FEATURE_NOT_SUPPORTED,
             "COPY force not null available only in CSV mode");
    if (bind->has_force_not_null && !copy->is_from)
        fail(an, -1, SQLSTATE_FEATURE_NOT_SUPPORTED,
             "COPY force not null only available using COPY FROM");
    if (!is_csv && bind->has_force_null)
        fail(an, -1, SQLSTATE_FEATURE_NOT_SUPPORTED, "COPY force null available only in CSV mode");
    if (bind->has_force_null && !copy->is_from)
        fail(an, -1, SQLSTATE_FEATURE_NOT_SUPPORTED,
             "COPY force null only available using COPY FROM");
    if (is_csv && strchr(copy->null_text, copy->quote) != NULL)
        fail(an, -1, SQLSTATE_FEATURE_NOT_SUPPORTED,
             "CSV quote character must not appear in the NULL specification");
}

/* ---- columns ---- */

static void
table_columns(struct copy_bind *bind)
{
    struct analysis *an = bind->an;
    const PgQuery__CopyStmt *stmt = bind->stmt;
    struct copy *copy = bind->copy;
    const struct table *table = copy->table;
    size_t room = stmt->n_attlist > 0 ? stmt->n_attlist : table->column_count;
    copy->columns = arena_alloc_array(an->arena, room, sizeof *copy->columns);
    for (uint16_t i = 0; stmt->n_attlist == 0 && i < table->column_count; i++) {
        const struct column_def *column = &table->columns[i];
        if (!column->is_dropped && column->generated_sql == NULL)
            copy->columns[copy->column_count++] = (int16_t)(i + 1);
    }
    for (size_t i = 0; i < stmt->n_attlist; i++) {
        const char *name = tree_string(stmt->attlist[i]);
        int16_t number = column_number_get(an, table, name, -1);
        if (table->columns[number - 1].generated_sql != NULL)
            fail_detail(an, -1, SQLSTATE_INVALID_COLUMN_REFERENCE,
                        "Generated columns cannot be used in COPY.",
                        "column \"%s\" is a generated column", name);
        for (uint32_t j = 0; j < copy->column_count; j++) {
            if (copy->columns[j] == number)
                fail(an, -1, SQLSTATE_DUPLICATE_COLUMN, "column \"%s\" specified more than once",
                     name);
        }
        copy->columns[copy->column_count++] = number;
    }
}

static bool
is_listed(const struct copy *copy, int16_t number)
{
    for (uint32_t i = 0; i < copy->column_count; i++) {
        if (copy->columns[i] == number)
            return true;
    }
    return false;
}

/* Marks the columns named in a FORCE option. */
static bool *
forced(struct copy_bind *bind, const PgQuery__Node *list, const char *option)
{
    struct analysis *an = bind->an;
    if (list == NULL)
        return NULL;
    const struct target *targets = NULL;
    uint32_t count = bind->copy->table != NULL ? bind->copy->table->column_count
                                               : query_result_columns(bind->copy->query, &targets);
    bool *flags = arena_alloc_zero(an->arena, count + 1);
    struct nodes names = tree_list(list);
    for (size_t i = 0; i < names.count; i++) {
        const char *name = tree_string(names.items[i]);
        int16_t number = 0;
        if (bind->copy->table != NULL)
            number = column_number_get(an, bind->copy->table, name, -1);
        for (uint32_t j = 0; bind->copy->table == NULL && j < count; j++) {
            if (strcmp(targets[j].name, name) == 0)
                number = (int16_t)(j + 1);
        }
        if (number == 0)
            fail(an, -1, SQLSTATE_UNDEFINED_COLUMN, "column \"%s\" does not exist", name);
        if (bind->copy->table != NULL && !is_listed(bind->copy, number))
            fail(an, -1, SQLSTATE_INVALID_COLUMN_REFERENCE,
                 "%s column \"%s\" not referenced by COPY", option, name);
        flags[number - 1] = true;
    }
    return flags;
}

/* The condition is asked before generated columns are made. */
static bool
refuse_generated(void *object, const struct expr *e)
{
    struct copy_bind *bind = object;
    const struct table *table = bind->copy->table;
    if (e->kind == EXPR_COLUMN && e->column.number > 0 &&
        table->columns[e->column.number - 1].generated_sql != NULL)
        fail_detail(bind->an, -1, SQLSTATE_INVALID_COLUMN_REFERENCE,
                    raise_text("Column \"%s\" is a generated column.",
                               table->columns[e->column.number - 1].name),
                    "generated columns are not supported in COPY FROM WHERE conditions");
    return expr_walk(e, refuse_generated, object);
}

static void
bind_from_side(struct copy_bind *bind)
{
    struct analysis *an = bind->an;
    struct copy *copy = bind->copy;
    const struct table *table = copy->table;
    copy->defaults =
        arena_alloc_zero(an->arena, (table->column_count + 1) * sizeof *copy->defaults);
    for (uint16_t i = 0; i < table->column_count; i++) {
        const struct column_def *column = &table->columns[i];
        if (!column->is_dropped && column->generated_sql == NULL &&
            !is_listed(copy, (int16_t)(i + 1)))
            copy->defaults[i] = bind_default(an, column);
    }
    copy->rules = bind_direct_rules(an, table, 0);
    struct level *level = level_of_table(an, table, 0);
    copy->where.expr = bind_where(level, bind->stmt->where_clause, CLAUSE_COPY_WHERE);
    if (copy->where.expr == NULL)
        return;
    struct deparse_options options = {.arena = an->arena, .scope = an->scope, .qualify_all = true};
    copy->where.sql = deparse_expr(&options, table, copy->where.expr);
    (void)refuse_generated(bind, copy->where.expr);
}

/* COPY table TO reads what SELECT columns FROM ONLY table would. */
static struct query *
table_query(struct copy_bind *bind)
{
    struct analysis *an = bind->an;
    const struct copy *copy = bind->copy;
    struct level *level = level_new(an, NULL, COMMAND_SELECT);
    uint32_t number = range_add_table(level, copy->table, NULL, -1);
    range_get(level, number)->table.is_only = true;
    struct join_tree *leaf = arena_alloc_zero(an->arena, sizeof *leaf);
    leaf->range = number;
    level->query->from_count = 1;
    level->query->from = arena_copy(an->arena, &leaf, sizeof leaf);
    for (uint32_t i = 0; i < copy->column_count; i++) {
        uint32_t column = (uint32_t)copy->columns[i] - 1;
        target_add(level, &level->targets, range_column_expr(level, number, column, -1),
                   copy->table->columns[column].name, false);
    }
    targets_finish(level, &level->targets, &level->query->targets, &level->query->target_count);
    level_finish(level);
    return level->query;
}

static void
bind_table(struct copy_bind *bind)
{
    struct analysis *an = bind->an;
    struct copy *copy = bind->copy;
    copy->table = relation_get(an, bind->stmt->relation);
    const char *name = copy->table->name;
    const char *verb = copy->is_from ? "copy to" : "copy from";
    switch (copy->table->kind) {
    case TABLE_PARTITIONED:
        if (!copy->is_from)
            fail_hint(an, -1, SQLSTATE_WRONG_OBJECT_TYPE, "Try the COPY (SELECT ...) TO variant.",
                      "cannot copy from partitioned table \"%s\"", name);
        break;
    case TABLE_PLAIN:
        break;
    case TABLE_VIEW:
        fail_hint(an, -1, SQLSTATE_WRONG_OBJECT_TYPE,
                  copy->is_from
                      ? "To enable copying to a view, provide an INSTEAD OF INSERT trigger."
                      : "Try the COPY (SELECT ...) TO variant.",
                  "cannot %s view \"%s\"", verb, name);
    case TABLE_MATERIALISED:
        fail(an, -1, SQLSTATE_WRONG_OBJECT_TYPE, "cannot %s materialized view \"%s\"", verb, name);
    case TABLE_SEQUENCE:
        fail(an, -1, SQLSTATE_WRONG_OBJECT_TYPE, "cannot %s sequence \"%s\"", verb, name);
    case TABLE_VIRTUAL:
        if (!copy->is_from)
            break;
        fail(an, -1, SQLSTATE_INSUFFICIENT_PRIVILEGE,
             "permission denied: \"%s\" is a system catalog", name);
    default:
        fail(an, -1, SQLSTATE_WRONG_OBJECT_TYPE, "cannot %s non-table relation \"%s\"", verb, name);
    }
    table_columns(bind);
    if (copy->is_from)
        bind_from_side(bind);
    else
        copy->query = table_query(bind);
}

void
bind_copy(struct analysis *an, struct utility *u, const PgQuery__CopyStmt *stmt)
{
    u->kind = UTILITY_COPY;
    u->tag = "COPY";
    struct copy *copy = &u->copy;
    struct copy_bind bind = {.an = an, .stmt = stmt, .copy = copy};
    copy->is_from = stmt->is_from;
    copy->file = tree_text(stmt->filename);
    copy->is_program = stmt->is_program;
    for (size_t i = 0; i < stmt->n_options; i++)
        take_option(&bind, stmt->options[i]->def_elem);
    check_text_options(&bind);
    check_csv_options(&bind);
    if (stmt->relation != NULL) {
        bind_table(&bind);
    } else {
        if (stmt->query->node_case == PG_QUERY__NODE__NODE_MERGE_STMT)
            fail(an, -1, SQLSTATE_FEATURE_NOT_SUPPORTED, "MERGE not supported in COPY");
        copy->query = bind_query_node(an, NULL, stmt->query, NULL);
        if (copy->query->command != COMMAND_SELECT && copy->query->returning_count == 0)
            fail(an, -1, SQLSTATE_FEATURE_NOT_SUPPORTED, "COPY query must have a RETURNING clause");
    }
    if (stmt->where_clause != NULL && !copy->is_from)
        fail(an, -1, SQLSTATE_FEATURE_NOT_SUPPORTED, "WHERE clause not allowed with COPY TO");
    copy->force_quote = forced(&bind, bind.force_quote, "FORCE_QUOTE");
    copy->force_not_null = forced(&bind, bind.force_not_null, "FORCE_NOT_NULL");
    copy->force_null = forced(&bind, bind.force_null, "FORCE_NULL");
}
