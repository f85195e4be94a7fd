/*
 * utility_sequence.c: CREATE and ALTER SEQUENCE, and the sequence options of identity columns.
 */
#include "sql/utility_int.h"

struct sequence_bind {
    struct analysis *an;
    struct sequence_options *options;
    bool is_identity;
};

static _Noreturn void
fail_repeated(const struct sequence_bind *bind, const PgQuery__DefElem *def)
{
    fail(bind->an, def->location, SQLSTATE_SYNTAX_ERROR, "conflicting or redundant options");
}

static void
take_type(struct sequence_bind *bind, const PgQuery__DefElem *def)
{
    struct analysis *an = bind->an;
    int32_t typmod;
    oid type = typename_get(an, def->arg->type_name, &typmod);
    if (bind->is_identity)
        fail(an, def->location, SQLSTATE_SYNTAX_ERROR,
             "identity column type must be smallint, integer, or bigint");
    if (type != TYPE_INT2 && type != TYPE_INT4 && type != TYPE_INT8)
        fail(an, -1, SQLSTATE_INVALID_PARAMETER_VALUE,
             "sequence type must be smallint, integer, or bigint");
    bind->options->type = type;
}

static void
take_owner(struct sequence_bind *bind, const PgQuery__DefElem *def)
{
    struct analysis *an = bind->an;
    struct nodes names = tree_list(def->arg);
    struct sequence_options *options = bind->options;
    if (bind->is_identity)
        fail(an, def->location, SQLSTATE_SYNTAX_ERROR,
             "cannot change ownership of identity sequence");
    options->has_owned = true;
    options->owned_table.at = -1;
    if (names.count == 1) {
        if (strcmp(tree_string(names.items[0]), "none") != 0)
            fail_hint(an, -1, SQLSTATE_SYNTAX_ERROR,
                      "Specify OWNED BY table.column or OWNED BY NONE.", "invalid OWNED BY option");
        return;
    }
    options->owned_column = tree_string(names.items[names.count - 1]);
    names.count--;
    options->owned_table = object_name(an, names, -1);
}

static void
take_number(struct sequence_bind *bind, const PgQuery__DefElem *def, bool *has, int64_t *value)
{
    if (*has)
        fail_repeated(bind, def);
    *has = true;
    *value = def_int(bind->an, def);
}

static void
take_bound(struct sequence_bind *bind, const PgQuery__DefElem *def, bool *has, bool *none,
           int64_t *value)
{
    if (*has || *none)
        fail_repeated(bind, def);
    if (def->arg == NULL)
        *none = true;
    else
        take_number(bind, def, has, value);
}

static void
take_option(struct sequence_bind *bind, const PgQuery__DefElem *def)
{
    struct sequence_options *o = bind->options;
    const char *name = def->defname;
    if (strcmp(name, "as") == 0) {
        if (o->type != OID_NONE)
            fail_repeated(bind, def);
        take_type(bind, def);
    } else if (strcmp(name, "increment") == 0) {
        take_number(bind, def, &o->has_increment, &o->increment);
    } else if (strcmp(name, "start") == 0) {
        take_number(bind, def, &o->has_start, &o->start);
    } else if (strcmp(name, "restart") == 0) {
        if (o->has_restart)
            fail_repeated(bind, def);
        o->has_restart = true;
        o->restart_at_start = def->arg == NULL;
        o->restart = def->arg == NULL ? 0 : def_int(bind->an, def);
    } else if (strcmp(name, "maxvalue") == 0) {
        take_bound(bind, def, &o->has_max, &o->no_max, &o->max);
    } else if (strcmp(name, "minvalue") == 0) {
        take_bound(bind, def, &o->has_min, &o->no_min, &o->min);
    } else if (strcmp(name, "cache") == 0) {
        take_number(bind, def, &o->has_cache, &o->cache);
    } else if (strcmp(name, "cycle") == 0) {
        if (o->has_cycle)
            fail_repeated(bind, def);
        o->has_cycle = true;
        o->can_cycle = def_bool(bind->an, def);
    } else if (strcmp(name, "owned_by") == 0) {
        if (o->has_owned)
            fail_repeated(bind, def);
        take_owner(bind, def);
    } else if (strcmp(name, "sequence_name") == 0 && bind->is_identity) {
        o->name = object_name(bind->an, tree_list(def->arg), def->location);
    } else if (strcmp(name, "logged") == 0 || strcmp(name, "unlogged") == 0) {
        /* A sequence is as durable as the commit that follows, either way. */
        return;
    } else {
        fail(bind->an, def->location, SQLSTATE_SYNTAX_ERROR,
             "invalid sequence option SEQUENCE NAME");
    }
}

void
bind_sequence_options(struct analysis *an, struct nodes nodes, bool is_identity,
                      struct sequence_options *options)
{
    struct sequence_bind bind = {an, options, is_identity};
    for (size_t i = 0; i < nodes.count; i++)
        take_option(&bind, nodes.items[i]->def_elem);
    if (options->has_increment && options->increment == 0)
        fail(an, -1, SQLSTATE_INVALID_PARAMETER_VALUE, "INCREMENT must not be zero");
    if (options->has_cache && options->cache <= 0)
        fail(an, -1, SQLSTATE_INVALID_PARAMETER_VALUE, "CACHE (%lld) must be greater than zero",
             (long long)options->cache);
}

void
bind_create_sequence(struct analysis *an, struct utility *u, const PgQuery__CreateSeqStmt *stmt)
{
    u->kind = UTILITY_CREATE_SEQUENCE;
    u->tag = "CREATE SEQUENCE";
    struct create_sequence *create = &u->create_sequence;
    create->name = range_name(an, stmt->sequence);
    create->persistence = stmt->sequence->relpersistence[0];
    create->if_not_exists = stmt->if_not_exists;
    create->name.schema = create_schema_for(an, &create->name, create->persistence);
    bind_sequence_options(an, NODES(stmt, options), false, &create->options);
}

void
bind_alter_sequence(struct analysis *an, struct utility *u, const PgQuery__AlterSeqStmt *stmt)
{
    u->kind = UTILITY_ALTER_SEQUENCE;
    u->tag = "ALTER SEQUENCE";
    u->alter_sequence.name = range_name(an, stmt->sequence);
    u->alter_sequence.if_exists = stmt->missing_ok;
    bind_sequence_options(an, NODES(stmt, options), false, &u->alter_sequence.options);
}
