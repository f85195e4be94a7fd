/*
 * typename.c: a type as written ("numeric(10,2)[]", "my.enum", "t.c%TYPE") to OID and typmod.
 */
#include "sql/analysis_int.h"
#include "type/user_type.h"

#define TYPMODS_MAX 8

/* Schema and name of a dotted name; more than three parts is an error. */
static void
split_name(struct analysis *an, struct nodes names, int32_t at, const char **schema,
           const char **name)
{
    *schema = NULL;
    switch (names.count) {
    case 1:
        *name = tree_string(names.items[0]);
        return;
    case 2:
        *schema = tree_string(names.items[0]);
        *name = tree_string(names.items[1]);
        return;
    case 3:
        check_database(an, tree_string(names.items[0]), tree_dotted(an->arena, names), at);
        *schema = tree_string(names.items[1]);
        *name = tree_string(names.items[2]);
        return;
    default:
        fail(an, at, SQLSTATE_SYNTAX_ERROR, "improper qualified name (too many dotted names): %s",
             tree_dotted(an->arena, names));
    }
}

void
check_database(struct analysis *an, const char *database, const char *full_name, int32_t at)
{
    const char *own =
        an->scope->database_name == NULL ? NULL : an->scope->database_name(an->scope->object);
    if (own != NULL && strcmp(own, database) != 0)
        fail(an, at, SQLSTATE_FEATURE_NOT_SUPPORTED,
             "cross-database references are not implemented: %s", full_name);
}

struct object_name
object_name(struct analysis *an, struct nodes names, int32_t at)
{
    struct object_name object = {.at = at};
    split_name(an, names, at, &object.schema, &object.name);
    return object;
}

struct object_name
range_name(struct analysis *an, const PgQuery__RangeVar *name)
{
    if (tree_text(name->catalogname) != NULL)
        check_database(an, name->catalogname,
                       arena_format(an->arena, "\"%s.%s.%s\"", name->catalogname, name->schemaname,
                                    name->relname),
                       name->location);
    return (struct object_name){tree_text(name->schemaname), name->relname, name->location};
}

static const char *
typename_text(struct analysis *an, const PgQuery__TypeName *type)
{
    const char *text = tree_dotted(an->arena, NODES(type, names));
    if (type->pct_type)
        text = arena_format(an->arena, "%s%%TYPE", text);
    return type->n_array_bounds == 0 ? text : arena_format(an->arena, "%s[]", text);
}

/* t.c%TYPE: the type of the column. */
static const struct type_info *
column_type(struct analysis *an, const PgQuery__TypeName *type, int32_t *typmod)
{
    struct nodes names = NODES(type, names);
    if (names.count < 2)
        fail(an, type->location, SQLSTATE_SYNTAX_ERROR,
             "improper %%TYPE reference (too few dotted names): %s", tree_dotted(an->arena, names));
    const char *column = tree_string(names.items[names.count - 1]);
    names.count--;
    struct object_name table_name = object_name(an, names, type->location);
    const struct table *table =
        an->scope->relation == NULL
            ? NULL
            : an->scope->relation(an->scope->object, table_name.schema, table_name.name);
    if (table == NULL)
        fail(an, type->location, SQLSTATE_UNDEFINED_TABLE, "relation \"%s\" does not exist",
             dotted_name(an, table_name.schema, table_name.name));
    for (uint16_t i = 0; i < table->column_count; i++) {
        if (!table->columns[i].is_dropped && strcmp(table->columns[i].name, column) == 0) {
            *typmod = table->columns[i].typmod;
            return scope_type(an->scope, table->columns[i].type);
        }
    }
    fail(an, type->location, SQLSTATE_UNDEFINED_COLUMN,
         "column \"%s\" of relation \"%s\" does not exist", column, table_name.name);
}

static int64_t
typmod_value(struct analysis *an, const PgQuery__Node *node, const PgQuery__TypeName *type)
{
    if (node->node_case == PG_QUERY__NODE__NODE_A_CONST &&
        node->a_const->val_case == PG_QUERY__A__CONST__VAL_IVAL)
        return node->a_const->ival->ival;
    if (node->node_case == PG_QUERY__NODE__NODE_INTEGER)
        return node->integer->ival;
    if (node->node_case == PG_QUERY__NODE__NODE_A_CONST)
        fail(an, type->location, SQLSTATE_INVALID_TEXT_REPRESENTATION,
             "invalid input syntax for type integer: \"%s\"",
             node->a_const->val_case == PG_QUERY__A__CONST__VAL_SVAL   ? node->a_const->sval->sval
             : node->a_const->val_case == PG_QUERY__A__CONST__VAL_FVAL ? node->a_const->fval->fval
                                                                       : "");
    fail(an, type->location, SQLSTATE_SYNTAX_ERROR,
         "type modifiers must be simple constants or identifiers");
}

struct typmod_call {
    struct type_call call;
    const struct type_info *info;
    const int64_t *args;
    uint32_t count;
    int32_t typmod;
};

static void
typmod_call(void *object)
{
    struct typmod_call *call = object;
    call->typmod = call->info->typmod_in(&call->call, call->args, call->count);
}

static int32_t
typename_typmod(struct analysis *an, const PgQuery__TypeName *type, const struct type_info *info)
{
    if (type->n_typmods == 0)
        return type->typemod;
    if (info->typmod_in == NULL)
        fail(an, type->location, SQLSTATE_SYNTAX_ERROR,
             "type modifier is not allowed for type \"%s\"", typename_text(an, type));
    if (type->n_typmods > TYPMODS_MAX)
        fail(an, type->location, SQLSTATE_INVALID_PARAMETER_VALUE, "invalid type modifier");
    int64_t args[TYPMODS_MAX];
    for (size_t i = 0; i < type->n_typmods; i++)
        args[i] = typmod_value(an, type->typmods[i], type);

    struct typmod_call call = {.info = info, .args = args, .count = (uint32_t)type->n_typmods};
    call.call = (struct type_call){.arena = an->arena, .env = an->env, .type = info, .typmod = -1};
    located(an, type->location, typmod_call, &call);
    return call.typmod;
}

bool
typename_find(struct analysis *an, const PgQuery__TypeName *type, oid *found, int32_t *typmod)
{
    const struct type_info *info;
    int32_t column_typmod = -1;
    if (type->n_names == 0) {
        info = scope_type(an->scope, type->type_oid);
    } else if (type->pct_type) {
        info = column_type(an, type, &column_typmod);
    } else {
        struct object_name name = object_name(an, NODES(type, names), type->location);
        info = scope_type_named(an->scope, name.schema, name.name);
    }
    if (info == NULL)
        return false;
    *typmod = type->pct_type ? column_typmod : typename_typmod(an, type, info);
    if (type->n_array_bounds != 0 && info->array != OID_NONE)
        info = scope_type(an->scope, info->array);
    else if (type->n_array_bounds != 0 && info->element == OID_NONE)
        return false;
    if (info == NULL)
        return false;
    *found = info->type;
    return true;
}

oid
column_collation(struct analysis *an, const PgQuery__ColumnDef *def, oid type)
{
    const struct type_info *info = scope_type(an->scope, type);
    bool is_collatable = info != NULL && info->is_collatable;
    if (def->coll_clause == NULL && type_is_domain(an, type))
        return user_type_of(info)->domain.collation;
    if (def->coll_clause == NULL)
        return is_collatable ? COLLATION_DEFAULT : OID_NONE;
    if (!is_collatable)
        fail(an, def->coll_clause->location, SQLSTATE_DATATYPE_MISMATCH,
             "collations are not supported by type %s", type_text(an, type, -1));
    return collation_get(an, NODES(def->coll_clause, collname), def->coll_clause->location);
}

oid
typename_get(struct analysis *an, const PgQuery__TypeName *type, int32_t *typmod)
{
    oid found;
    if (type->setof)
        fail(an, type->location, SQLSTATE_DATATYPE_MISMATCH,
             "type reference \"%s\" cannot be a set", typename_text(an, type));
    if (!typename_find(an, type, &found, typmod))
        fail(an, type->location, SQLSTATE_UNDEFINED_OBJECT, "type \"%s\" does not exist",
             typename_text(an, type));
    return found;
}

bool
analyze_type_name(const struct analyze_options *options, const char *text, oid *type,
                  int32_t *typmod)
{
    struct analysis an = analysis_begin(options, NULL);
    const char *sql = arena_format(an.arena, "SELECT NULL::%s", text);
    struct raw_list *list = parse_sql(an.arena, slice_text(sql));
    const PgQuery__Node *node = list->count == 1 ? list->statements[0].node : NULL;
    const PgQuery__SelectStmt *select =
        node != NULL && node->node_case == PG_QUERY__NODE__NODE_SELECT_STMT ? node->select_stmt
                                                                            : NULL;
    const PgQuery__Node *value =
        select != NULL && select->n_target_list == 1 && select->n_from_clause == 0
            ? select->target_list[0]->res_target->val
            : NULL;
    if (value == NULL || value->node_case != PG_QUERY__NODE__NODE_TYPE_CAST)
        raise(SQLSTATE_SYNTAX_ERROR, "invalid type name \"%s\"", text);
    return typename_find(&an, value->type_cast->type_name, type, typmod);
}
