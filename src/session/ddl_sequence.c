/*
 * ddl_sequence.c: CREATE and ALTER SEQUENCE; the sequences of serial and identity columns.
 */
#include "session/ddl_sequence.h"

#include "base/raise.h"
#include "session/scope.h"
#include "session/utility_run.h"

static int64_t
type_max(oid type)
{
    return type == TYPE_INT2 ? INT16_MAX : type == TYPE_INT4 ? INT32_MAX : INT64_MAX;
}

static int64_t
type_min(oid type)
{
    return type == TYPE_INT2 ? INT16_MIN : type == TYPE_INT4 ? INT32_MIN : INT64_MIN;
}

static void
take_type(struct sequence_def *def, const struct sequence_options *options, bool is_new)
{
    oid old = def->type;
    if (options->type != OID_NONE)
        def->type = options->type;
    if (def->type != TYPE_INT2 && def->type != TYPE_INT4 && def->type != TYPE_INT8)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE,
              "sequence type must be smallint, integer, or bigint");
    if (is_new || old == def->type)
        return;
    if (def->max == type_max(old))
        def->max = type_max(def->type);
    if (def->min == type_min(old))
        def->min = type_min(def->type);
}

/* Applies the options to a definition and checks it as a whole. */
static void
take_options(struct sequence_def *def, const struct sequence_options *options, bool is_new)
{
    take_type(def, options, is_new);
    if (options->has_increment)
        def->increment = options->increment;
    if (def->increment == 0)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "INCREMENT must not be zero");
    bool is_rising = def->increment > 0;
    if (options->has_max && !options->no_max)
        def->max = options->max;
    else if (is_new || options->no_max)
        def->max = is_rising ? type_max(def->type) : -1;
    if (options->has_min && !options->no_min)
        def->min = options->min;
    else if (is_new || options->no_min)
        def->min = is_rising ? 1 : type_min(def->type);
    if (def->max > type_max(def->type) || def->max < type_min(def->type))
        raise(SQLSTATE_INVALID_PARAMETER_VALUE,
              "MAXVALUE (%lld) is out of range for sequence data type %s", (long long)def->max,
              def->type == TYPE_INT2   ? "smallint"
              : def->type == TYPE_INT4 ? "integer"
                                       : "bigint");
    if (def->min < type_min(def->type) || def->min > type_max(def->type))
        raise(SQLSTATE_INVALID_PARAMETER_VALUE,
              "MINVALUE (%lld) is out of range for sequence data type %s", (long long)def->min,
              def->type == TYPE_INT2   ? "smallint"
              : def->type == TYPE_INT4 ? "integer"
                                       : "bigint");
    if (def->min >= def->max)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "MINVALUE (%lld) must be less than MAXVALUE (%lld)",
              (long long)def->min, (long long)def->max);
    if (options->has_start)
        def->start = options->start;
    else if (is_new)
        def->start = is_rising ? def->min : def->max;
    if (def->start < def->min)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE,
              "START value (%lld) cannot be less than MINVALUE (%lld)", (long long)def->start,
              (long long)def->min);
    if (def->start > def->max)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE,
              "START value (%lld) cannot be greater than MAXVALUE (%lld)", (long long)def->start,
              (long long)def->max);
    if (options->has_cache)
        def->cache = options->cache;
    if (def->cache < 1)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "CACHE (%lld) must be greater than zero",
              (long long)def->cache);
    if (options->has_cycle)
        def->can_cycle = options->can_cycle;
}

static void
put_state(struct session *session, const struct sequence_def *def, int64_t last, bool is_called)
{
    struct sequence_state state = {.last_value = last,
                                   .start = def->start,
                                   .increment = def->increment,
                                   .min = def->min,
                                   .max = def->max,
                                   .cache = def->cache,
                                   .is_called = is_called,
                                   .can_cycle = def->can_cycle};
    enum status st = sequence_put(session->txn, def->sequence, &state);
    if (st != ST_OK)
        raise_status(st, "could not change sequence \"%s\"", def->name);
}

oid
sequence_make(struct session *session, const struct object_name *name,
              const struct sequence_options *options, oid type, oid owner_table, attr_no owner_attr)
{
    const struct schema_def *schema = session_target_schema(session, name);
    if (catalog_find_relation(session->catalog, schema->schema, name->name) != NULL)
        raise(SQLSTATE_DUPLICATE_TABLE, "relation \"%s\" already exists", name->name);
    struct sequence_def def = {.sequence = catalog_new_oid_in(session->catalog, schema->schema),
                               .schema = schema->schema,
                               .owner = 10,
                               .name = name->name,
                               .schema_name = schema->name,
                               .type = type,
                               .increment = 1,
                               .cache = 1,
                               .owner_table = owner_table,
                               .owner_attr = owner_attr};
    take_options(&def, options, true);
    catalog_put_sequence(session->catalog, &def);
    put_state(session, &def, def.start, false);
    return def.sequence;
}

void
sequence_remove(struct session *session, oid sequence)
{
    catalog_forget_dependencies(
        session->catalog, (struct object_ref){.class_oid = CLASS_RELATION, .object = sequence});
    catalog_drop_sequence(session->catalog, sequence);
}

void
sequence_restart(struct session *session, oid sequence)
{
    const struct sequence_def *def = catalog_sequence(session->catalog, sequence);
    if (def != NULL)
        put_state(session, def, def->start, false);
}

/* OWNED BY table.column, as written. */
static void
take_owner(struct session *session, struct sequence_def *def,
           const struct sequence_options *options)
{
    if (!options->has_owned)
        return;
    struct object_ref self = {.class_oid = CLASS_RELATION, .object = def->sequence};
    catalog_forget_dependencies(session->catalog, self);
    def->owner_table = OID_NONE;
    def->owner_attr = 0;
    if (options->owned_table.name == NULL)
        return;
    const struct table *table = session_find_table(session, &options->owned_table);
    for (uint16_t i = 0; i < table->column_count; i++)
        if (!table->columns[i].is_dropped &&
            strcmp(table->columns[i].name, options->owned_column) == 0)
            def->owner_attr = table->columns[i].attr;
    if (def->owner_attr == 0)
        raise(SQLSTATE_UNDEFINED_COLUMN, "column \"%s\" of relation \"%s\" does not exist",
              options->owned_column, table->name);
    def->owner_table = table->table;
    catalog_depend(session->catalog, &(struct dependency){.object = self,
                                                          .on = {.class_oid = CLASS_RELATION,
                                                                 .object = table->table,
                                                                 .sub = def->owner_attr},
                                                          .kind = 'a'});
}

void
ddl_create_sequence(struct session *session, const struct create_sequence *create)
{
    const struct schema_def *schema = session_target_schema(session, &create->name);
    if (create->if_not_exists &&
        catalog_find_relation(session->catalog, schema->schema, create->name.name) != NULL) {
        notice(SEVERITY_NOTICE, SQLSTATE_DUPLICATE_TABLE,
               "relation \"%s\" already exists, skipping", create->name.name);
        return;
    }
    oid sequence = sequence_make(session, &create->name, &create->options, TYPE_INT8, OID_NONE, 0);
    if (!create->options.has_owned)
        return;
    struct sequence_def def = *catalog_sequence(session->catalog, sequence);
    take_owner(session, &def, &create->options);
    catalog_put_sequence(session->catalog, &def);
}

void
ddl_alter_sequence(struct session *session, const struct alter_sequence *alter)
{
    const struct table *table =
        session->scope.relation(session, alter->name.schema, alter->name.name);
    if (table == NULL && alter->if_exists) {
        notice(SEVERITY_NOTICE, SQLSTATE_UNDEFINED_TABLE,
               "relation \"%s\" does not exist, skipping", alter->name.name);
        return;
    }
    table = session_find_table(session, &alter->name);
    if (table->kind != TABLE_SEQUENCE)
        raise(SQLSTATE_WRONG_OBJECT_TYPE, "\"%s\" is not a sequence", table->name);
    sequence_alter(session, table->table, &alter->options);
}

void
sequence_alter(struct session *session, oid sequence, const struct sequence_options *options)
{
    struct sequence_def def = *catalog_sequence(session->catalog, sequence);
    take_options(&def, options, false);
    struct sequence_state state;
    enum status st = sequence_get(session->txn, def.sequence, &state);
    if (st != ST_OK)
        raise_status(st, "could not read sequence \"%s\"", def.name);
    int64_t last = state.last_value;
    bool is_called = state.is_called;
    if (options->has_restart) {
        last = options->restart_at_start ? def.start : options->restart;
        is_called = false;
    }
    if (last < def.min || last > def.max)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "RESTART value (%lld) cannot be %s %s (%lld)",
              (long long)last, last < def.min ? "less than" : "greater than",
              last < def.min ? "MINVALUE" : "MAXVALUE",
              (long long)(last < def.min ? def.min : def.max));
    take_owner(session, &def, options);
    catalog_put_sequence(session->catalog, &def);
    put_state(session, &def, last, is_called);
}
