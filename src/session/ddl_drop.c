/*
 * ddl_drop.c: DROP with what depends on it.
 *
 * A drop first gathers all that goes, following dependencies; without CASCADE anything that is
 * found that way and is not the object's own part refuses it. Then all goes, dependents first.
 */
#include "base/raise.h"
#include "session/ddl_draft.h"
#include "session/ddl_inherit.h"
#include "session/ddl_partition.h"
#include "session/ddl_routine.h"
#include "session/ddl_sequence.h"
#include "session/definition.h"
#include "session/scope.h"
#include "session/type_use.h"
#include "session/utility_run.h"

/* One object that goes. */
struct doomed_object {
    struct object_ref ref;
    /* It is no part of what it depends on, and not named itself: CASCADE takes it, and says so. */
    bool is_foreign;
    struct object_ref on; /* what it was found by */
};

struct doomed {
    struct doomed_object *objects;
    uint32_t count, room;
    /* What the statement names: it may depend on other things that are named. */
    const struct table **named;
    uint32_t named_count;
};

static bool
is_doomed(const struct doomed *doomed, struct object_ref ref)
{
    for (uint32_t i = 0; i < doomed->count; i++) {
        const struct object_ref *one = &doomed->objects[i].ref;
        if (one->class_oid == ref.class_oid && one->object == ref.object && one->sub == ref.sub)
            return true;
    }
    return false;
}

static struct doomed_object *
doom(struct session *session, struct doomed *doomed, struct object_ref ref)
{
    if (doomed->count == doomed->room) {
        uint32_t room = doomed->room == 0 ? 16 : doomed->room * 2;
        doomed->objects =
            arena_resize(session->statement_arena, doomed->objects,
                         doomed->room * sizeof *doomed->objects, room * sizeof *doomed->objects);
        doomed->room = room;
    }
    struct doomed_object *object = &doomed->objects[doomed->count++];
    *object = (struct doomed_object){.ref = ref};
    return object;
}

/* The constraint's table and place in it; null: it is gone. */
static const struct table *
find_constraint(struct session *session, oid constraint, uint16_t *place)
{
    uint32_t count;
    const struct table **tables =
        catalog_relations(session->catalog, session->statement_arena, &count);
    for (uint32_t i = 0; i < count; i++)
        for (uint16_t k = 0; k < tables[i]->constraint_count; k++)
            if (tables[i]->constraints[k].constraint == constraint) {
                *place = k;
                return tables[i];
            }
    return NULL;
}

static const char *
describe_ref(struct session *session, struct object_ref ref)
{
    struct arena *arena = session->statement_arena;
    if (ref.class_oid == CLASS_SCHEMA) {
        const struct schema_def *schema = catalog_schema(session->catalog, ref.object);
        return arena_format(arena, "schema %s", schema == NULL ? "?" : schema->name);
    }
    if (ref.class_oid == CLASS_TYPE) {
        const struct user_type *type = catalog_user_type(session->catalog, ref.object);
        return arena_format(arena, "type %s",
                            type == NULL ? "?"
                                         : session->access.type_name(session, ref.object, arena));
    }
    if (ref.class_oid == CLASS_CONSTRAINT) {
        uint16_t place;
        const struct table *table = find_constraint(session, ref.object, &place);
        return table == NULL ? "a constraint"
                             : arena_format(arena, "constraint %s on table %s",
                                            table->constraints[place].name,
                                            definition_relation_name(session, table, arena));
    }
    const struct routine *routine =
        ref.class_oid == CLASS_PROC ? catalog_routine(session->catalog, ref.object) : NULL;
    if (routine != NULL)
        return routine_kind_text(session, routine, arena);
    if (ref.class_oid == CLASS_OPERATOR) {
        const struct user_operator *op = catalog_operator(session->catalog, ref.object);
        return op == NULL ? "an operator" : operator_text(session, op);
    }
    if (ref.class_oid == CLASS_CAST) {
        const struct user_cast *cast = ddl_cast_numbered(session, ref.object);
        return cast == NULL ? "a cast" : cast_text(session, &cast->info);
    }
    const struct index_def *index =
        ref.class_oid == CLASS_RELATION ? catalog_index(session->catalog, ref.object) : NULL;
    if (index != NULL)
        return arena_format(arena, "index %s", definition_name(index->name, arena));
    const struct table *table = catalog_table(session->catalog, ref.object);
    if (table == NULL)
        return "an object";
    if (ref.class_oid == CLASS_ATTRDEF)
        return arena_format(arena, "default value for column %s of table %s",
                            table->columns[ref.sub - 1].name,
                            definition_relation_name(session, table, arena));
    bool is_type = table->kind == TABLE_COMPOSITE;
    const char *kind = table->kind == TABLE_VIEW           ? "view"
                       : table->kind == TABLE_MATERIALISED ? "materialized view"
                       : table->kind == TABLE_SEQUENCE     ? "sequence"
                       : is_type ? (ref.sub != 0 ? "composite type" : "type")
                                 : "table";
    const char *name = definition_relation_name(session, table, arena);
    if (ref.sub != 0)
        return arena_format(arena, "column %s of %s %s", table->columns[ref.sub - 1].name, kind,
                            name);
    return arena_format(arena, "%s %s", kind, name);
}

/* Whether the object goes anyway: it is named, or a constraint of a table that is. */
static bool
is_named(struct session *session, const struct doomed *doomed, struct object_ref object)
{
    oid relation = object.class_oid == CLASS_RELATION ? object.object : OID_NONE;
    if (object.class_oid == CLASS_CONSTRAINT) {
        uint16_t place;
        const struct table *table = find_constraint(session, object.object, &place);
        relation = table == NULL ? OID_NONE : table->table;
    }
    for (uint32_t i = 0; relation != OID_NONE && i < doomed->named_count; i++)
        if (doomed->named[i]->table == relation)
            return true;
    return false;
}

static int
compare_dependencies(const void *a, const void *b)
{
    const struct dependency *x = a, *y = b;
    return (x->object.object > y->object.object) - (x->object.object < y->object.object);
}

static void gather(struct session *session, struct doomed *doomed, struct object_ref ref);

/* The type that a use of it has: itself or arrays of it. */
static oid
used_type(struct session *session, const struct user_type *type, struct object_ref use)
{
    const struct table *table = use.class_oid == CLASS_RELATION && use.sub != 0
                                    ? catalog_table(session->catalog, use.object)
                                    : NULL;
    return table == NULL ? type->info.type : table->columns[use.sub - 1].type;
}

/* Whether a relation goes with its schema anyway. */
static bool
is_in_doomed_schema(struct session *session, const struct doomed *doomed, struct object_ref ref)
{
    const struct table *table =
        ref.class_oid == CLASS_RELATION ? catalog_table(session->catalog, ref.object) : NULL;
    return table != NULL && is_doomed(doomed, (struct object_ref){.class_oid = CLASS_SCHEMA,
                                                                  .object = table->schema});
}

/* Gathers what has the type, or the row type of the relation. */
static void
gather_uses(struct session *session, struct doomed *doomed, struct object_ref ref)
{
    oid number = ref.class_oid == CLASS_TYPE ? ref.object : OID_NONE;
    const struct table *table = ref.class_oid == CLASS_RELATION && ref.sub == 0
                                    ? catalog_table(session->catalog, ref.object)
                                    : NULL;
    if (table != NULL)
        number = table->row_type;
    const struct user_type *type =
        number == OID_NONE ? NULL : catalog_user_type(session->catalog, number);
    uint32_t count = 0;
    struct object_ref *uses = type == NULL ? NULL : type_uses(session, type, &count);
    for (uint32_t i = 0; i < count; i++) {
        struct object_ref whole = uses[i];
        whole.sub = 0;
        if (is_doomed(doomed, uses[i]) || is_doomed(doomed, whole) ||
            is_in_doomed_schema(session, doomed, uses[i]))
            continue;
        struct doomed_object *object = doom(session, doomed, uses[i]);
        object->is_foreign = !is_named(session, doomed, uses[i]);
        object->on = (struct object_ref){.class_oid = CLASS_TYPE,
                                         .object = used_type(session, type, uses[i])};
        gather(session, doomed, uses[i]);
    }
}

/* The list, and what calls a function or an operator in expressions of tables. Parts of an index go
 * with it. */
static struct dependency *
add_stored_uses(struct session *session, struct object_ref ref, struct dependency *list,
                uint32_t *count)
{
    if (ref.class_oid != CLASS_PROC && ref.class_oid != CLASS_OPERATOR)
        return list;
    uint32_t more;
    const struct dependency *uses = routine_stored_uses(session, ref, &more);
    struct dependency *all =
        arena_alloc_array(session->statement_arena, *count + more + 1u, sizeof *all);
    memcpy(all, list, *count * sizeof *all);
    for (uint32_t i = 0; i < more; i++) {
        const struct index_def *index = uses[i].object.class_oid == CLASS_RELATION
                                            ? catalog_index(session->catalog, uses[i].object.object)
                                            : NULL;
        if (index == NULL || index->parent == OID_NONE)
            all[(*count)++] = uses[i];
    }
    return all;
}

/* Gathers what goes with `ref`, older objects first. */
static void
gather(struct session *session, struct doomed *doomed, struct object_ref ref)
{
    if (!is_doomed(doomed, ref))
        (void)doom(session, doomed, ref);
    uint32_t count;
    struct dependency *list =
        catalog_dependents(session->catalog, ref, session->statement_arena, &count);
    list = add_stored_uses(session, ref, list, &count);
    qsort(list, count, sizeof *list, compare_dependencies);
    for (uint32_t i = 0; i < count; i++) {
        if (is_doomed(doomed, list[i].object))
            continue;
        struct doomed_object *object = doom(session, doomed, list[i].object);
        object->is_foreign = list[i].kind == 'n' && !is_named(session, doomed, list[i].object);
        object->on = ref;
        gather(session, doomed, list[i].object);
    }
    gather_uses(session, doomed, ref);
}

#define REPORTED_MAX 100 /* lines; more are counted */

/* Refuses the drop if it takes what was not named, or tells of it. `what` is what was named. */
static void
report(struct session *session, const struct doomed *doomed, bool is_cascade, const char *what)
{
    struct arena *arena = session->statement_arena;
    struct buf text;
    buf_init(&text);
    uint32_t count = 0;
    const char *only = NULL;
    for (uint32_t i = 0; i < doomed->count; i++) {
        const struct doomed_object *object = &doomed->objects[i];
        if (!object->is_foreign || count++ >= REPORTED_MAX)
            continue;
        only = describe_ref(session, object->ref);
        const char *line = is_cascade ? arena_format(arena, "drop cascades to %s", only)
                                      : arena_format(arena, "%s depends on %s", only,
                                                     describe_ref(session, object->on));
        buf_format(&text, "%s%s", count == 1 ? "" : "\n", line);
    }
    if (count > REPORTED_MAX)
        buf_format(&text, "\nand %u other objects (see server log for list)", count - REPORTED_MAX);
    const char *detail = (const char *)arena_slice(arena, buf_slice(&text)).data;
    bool is_failed = text.is_failed;
    buf_deinit(&text);
    if (is_failed)
        raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
    if (count == 0)
        return;
    if (!is_cascade)
        raise_error(.code = SQLSTATE_DEPENDENT_OBJECTS_STILL_EXIST,
                    .message =
                        what == NULL
                            ? "cannot drop desired object(s) because other objects depend "
                              "on them"
                            : raise_text("cannot drop %s because other objects depend on it", what),
                    .detail = detail,
                    .hint = "Use DROP ... CASCADE to drop the dependent objects too.");
    if (count == 1)
        notice(SEVERITY_NOTICE, SQLSTATE_SUCCESSFUL_COMPLETION, "drop cascades to %s", only);
    else
        notice_fields(&(struct error){
            .severity = SEVERITY_NOTICE,
            .code = SQLSTATE_SUCCESSFUL_COMPLETION,
            .message = arena_format(arena, "drop cascades to %u other objects", count),
            .detail = detail});
}

/* ---- one object goes ---- */

static void
drop_tree(struct session *session, tree_no tree, const char *name)
{
    enum status st = txn_tree_drop(session->txn, tree);
    if (st != ST_OK)
        raise_status(st, "could not drop the storage of \"%s\"", name);
}

/* Tables that the table refers to do not know of it any more. */
static void
unlink_foreign(struct session *session, const struct table *table)
{
    for (uint16_t i = 0; i < table->constraint_count; i++) {
        const struct constraint_def *constraint = &table->constraints[i];
        if (constraint->kind == CONSTRAINT_FOREIGN && constraint->foreign_table != table->table)
            ddl_forget_referencing(session, constraint->foreign_table, table->table);
    }
}

void
ddl_forget_referencing(struct session *session, oid target_oid, oid referencing)
{
    const struct table *target = catalog_table(session->catalog, target_oid);
    if (target == NULL)
        return;
    struct draft draft;
    draft_of(&draft, session, target);
    oid *left =
        arena_alloc_array(session->statement_arena, target->referenced_count + 1u, sizeof *left);
    draft.table.referenced_count = 0;
    for (uint16_t i = 0; i < target->referenced_count; i++)
        if (target->referencing[i] != referencing)
            left[draft.table.referenced_count++] = target->referencing[i];
    draft.table.referencing = left;
    (void)draft_put(&draft);
}

void
ddl_forget_foreign(struct session *session, oid target, oid referencing)
{
    const struct table *table = catalog_table(session->catalog, referencing);
    for (uint16_t i = 0; table != NULL && i < table->constraint_count; i++)
        if (table->constraints[i].kind == CONSTRAINT_FOREIGN &&
            table->constraints[i].foreign_table == target)
            return;
    ddl_forget_referencing(session, target, referencing);
}

static void
drop_relation(struct session *session, oid relation)
{
    const struct table *table = catalog_table(session->catalog, relation);
    if (table == NULL)
        return;
    if (table->kind == TABLE_SEQUENCE) {
        sequence_remove(session, relation);
        return;
    }
    unlink_foreign(session, table);
    if (table_is_stored(table)) {
        enum status st =
            txn_lock_table(session->txn, table->tree, TABLE_ACCESS_EXCLUSIVE, LOCK_WAIT);
        if (st != ST_OK)
            raise_status(st, "could not lock table \"%s\"", table->name);
        drop_tree(session, table->tree, table->name);
        for (uint16_t i = 0; i < table->index_count; i++)
            if (!table->indexes[i]->is_primary)
                drop_tree(session, table->indexes[i]->tree, table->indexes[i]->name);
    }
    for (uint16_t i = 0; i < table->parent_count; i++)
        ddl_forget_child(session, table->parents[i], relation);
    for (uint16_t i = 0; i < table->constraint_count; i++)
        catalog_forget_dependencies(
            session->catalog, (struct object_ref){.class_oid = CLASS_CONSTRAINT,
                                                  .object = table->constraints[i].constraint});
    catalog_forget_dependencies(
        session->catalog, (struct object_ref){.class_oid = CLASS_RELATION, .object = relation});
    catalog_drop_table(session->catalog, relation);
}

/* A constraint of a table that stays. */
static void
drop_constraint(struct session *session, oid constraint)
{
    uint16_t place;
    const struct table *table = find_constraint(session, constraint, &place);
    catalog_forget_dependencies(
        session->catalog, (struct object_ref){.class_oid = CLASS_CONSTRAINT, .object = constraint});
    if (table == NULL)
        return;
    oid foreign = table->constraints[place].foreign_table;
    struct draft draft;
    draft_of(&draft, session, table);
    draft_remove_constraint(&draft, constraint);
    bool is_last = true;
    for (uint16_t i = 0; i < draft.table.constraint_count; i++)
        is_last &= draft.constraints[i].foreign_table != foreign;
    (void)draft_put(&draft);
    if (is_last && foreign != OID_NONE)
        ddl_forget_referencing(session, foreign, table->table);
}

/* Composite types go with their relation. */
static void
drop_type(struct session *session, struct object_ref ref)
{
    const struct user_type *type = catalog_user_type(session->catalog, ref.object);
    catalog_forget_dependencies(session->catalog, ref);
    if (type != NULL && type->info.kind == 'c')
        drop_relation(session, type->composite.relation);
    else if (type != NULL) {
        if (type->info.kind == 'r')
            catalog_drop_user_type(session->catalog, type->range.type.multirange);
        catalog_drop_user_type(session->catalog, ref.object);
    }
}

/* A default of a column that stays. */
static void
drop_default(struct session *session, struct object_ref ref)
{
    const struct table *table = catalog_table(session->catalog, ref.object);
    if (table == NULL)
        return;
    struct draft draft;
    draft_of(&draft, session, table);
    if (draft.columns[ref.sub - 1].generated_sql != NULL)
        raise_error(.code = SQLSTATE_FEATURE_NOT_SUPPORTED,
                    .message = raise_text("cannot drop what generated column \"%s\" of table "
                                          "\"%s\" is computed by yet",
                                          draft.columns[ref.sub - 1].name, table->name),
                    .hint = "Drop the column first.");
    draft.columns[ref.sub - 1].default_sql = NULL;
    (void)draft_put(&draft);
}

/* An index of a table that stays, with its parts in partitions. */
static void
drop_one_index(struct session *session, oid number)
{
    const struct index_def *index = catalog_index(session->catalog, number);
    const struct table *table = catalog_table(session->catalog, index->table);
    partition_drop_parts(session, table, number);
    table = ddl_lock_table(session, table, TABLE_SHARE);
    if (table->kind != TABLE_PARTITIONED)
        drop_tree(session, index->tree, index->name);
    struct draft draft;
    draft_of(&draft, session, table);
    draft_remove_index(&draft, number);
    (void)draft_put(&draft);
}

static void
drop_all(struct session *session, const struct doomed *doomed)
{
    for (uint32_t i = doomed->count; i-- > 0;) {
        struct object_ref ref = doomed->objects[i].ref;
        if (ref.class_oid == CLASS_CONSTRAINT)
            drop_constraint(session, ref.object);
        else if (ref.class_oid == CLASS_PROC)
            ddl_remove_routine(session, ref.object);
        else if (ref.class_oid == CLASS_OPERATOR)
            ddl_remove_operator(session, ref.object);
        else if (ref.class_oid == CLASS_CAST)
            ddl_remove_cast(session, ref.object);
        else if (ref.class_oid == CLASS_ATTRDEF)
            drop_default(session, ref);
        else if (ref.class_oid == CLASS_RELATION &&
                 catalog_index(session->catalog, ref.object) != NULL)
            drop_one_index(session, ref.object);
        else if (ref.class_oid == CLASS_RELATION && ref.sub == 0)
            drop_relation(session, ref.object);
        else if (ref.class_oid == CLASS_RELATION && doomed->objects[i].is_foreign)
            ddl_drop_column(session, ref.object, (attr_no)ref.sub);
        else if (ref.class_oid == CLASS_TYPE)
            drop_type(session, ref);
        else if (ref.class_oid == CLASS_SCHEMA)
            catalog_drop_schema(session->catalog, ref.object);
    }
}

void
ddl_drop_dependents(struct session *session, struct object_ref ref, bool is_cascade,
                    const char *what)
{
    struct doomed doomed = {0};
    gather(session, &doomed, ref);
    report(session, &doomed, is_cascade, what);
    for (uint32_t i = doomed.count; i-- > 1;) { /* all but the object itself */
        struct doomed one = {.objects = &doomed.objects[i], .count = 1};
        drop_all(session, &one);
    }
}

void
ddl_drop_quietly(struct session *session, const struct table *table)
{
    struct doomed doomed = {0};
    gather(session, &doomed,
           (struct object_ref){.class_oid = CLASS_RELATION, .object = table->table});
    drop_all(session, &doomed);
}

/* ---- DROP ---- */

static const char *const kind_names[] = {[OBJECT_KIND_TABLE] = "table",
                                         [OBJECT_KIND_INDEX] = "index",
                                         [OBJECT_KIND_SEQUENCE] = "sequence",
                                         [OBJECT_KIND_VIEW] = "view",
                                         [OBJECT_KIND_MATVIEW] = "materialized view"};

static bool
kind_fits(enum object_kind wanted, enum table_kind kind)
{
    return (wanted == OBJECT_KIND_TABLE && (kind == TABLE_PLAIN || kind == TABLE_PARTITIONED)) ||
           (wanted == OBJECT_KIND_VIEW && kind == TABLE_VIEW) ||
           (wanted == OBJECT_KIND_MATVIEW && kind == TABLE_MATERIALISED) ||
           (wanted == OBJECT_KIND_SEQUENCE && kind == TABLE_SEQUENCE) ||
           (wanted == OBJECT_KIND_INDEX && kind == TABLE_INDEX);
}

static void
drop_index(struct session *session, const struct table *relation, bool is_concurrent)
{
    const struct index_def *index = catalog_index(session->catalog, relation->table);
    const struct table *table = catalog_table(session->catalog, index->table);
    if (index->constraint != OID_NONE)
        raise_error(.code = SQLSTATE_DEPENDENT_OBJECTS_STILL_EXIST,
                    .message = raise_text("cannot drop index %s because constraint %s on table %s "
                                          "requires it",
                                          index->name, index->name, table->name),
                    .hint = raise_text("You can drop constraint %s on table %s instead.",
                                       index->name, table->name));
    if (index->parent != OID_NONE) {
        const char *above = catalog_index(session->catalog, index->parent)->name;
        raise_error(.code = SQLSTATE_DEPENDENT_OBJECTS_STILL_EXIST,
                    .message = raise_text("cannot drop index %s because index %s requires it",
                                          index->name, above),
                    .hint = raise_text("You can drop index %s instead.", above));
    }
    if (table->kind == TABLE_PARTITIONED && is_concurrent)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "cannot drop partitioned index \"%s\" concurrently",
              index->name);
    drop_one_index(session, index->index);
}

/* The relation that an item names; null, with a notice, if there is none and that is all right. */
static const struct table *
find_item(struct session *session, const struct drop *drop, const struct object_item *item)
{
    const char *kind = kind_names[drop->object];
    const struct table *table =
        session->scope.relation(session, item->name.schema, item->name.name);
    const char *schema_name = table == NULL ? item->name.schema : NULL;
    if (schema_name != NULL && session_find_schema(session, schema_name) == NULL) {
        if (!drop->if_exists)
            raise(SQLSTATE_UNDEFINED_SCHEMA, "schema \"%s\" does not exist", schema_name);
        notice(SEVERITY_NOTICE, SQLSTATE_SUCCESSFUL_COMPLETION,
               "schema \"%s\" does not exist, skipping", schema_name);
        return NULL;
    }
    if (table == NULL && drop->if_exists) {
        notice(SEVERITY_NOTICE, SQLSTATE_SUCCESSFUL_COMPLETION,
               "%s \"%s\" does not exist, skipping", kind, item->name.name);
        return NULL;
    }
    if (table == NULL)
        raise(drop->object == OBJECT_KIND_INDEX ? SQLSTATE_UNDEFINED_OBJECT
                                                : SQLSTATE_UNDEFINED_TABLE,
              "%s \"%s\" does not exist", kind, item->name.name);
    if (table->table < OID_USER_FIRST)
        raise(SQLSTATE_INSUFFICIENT_PRIVILEGE, "permission denied: \"%s\" is a system catalog",
              table->name);
    if (!kind_fits(drop->object, table->kind)) {
        const char *real = kind_fits(OBJECT_KIND_TABLE, table->kind) ? "TABLE to remove a table"
                           : table->kind == TABLE_VIEW               ? "VIEW to remove a view"
                           : table->kind == TABLE_MATERIALISED ? "MATERIALIZED VIEW to remove a "
                                                                 "materialized view"
                           : table->kind == TABLE_SEQUENCE     ? "SEQUENCE to remove a sequence"
                                                               : "INDEX to remove an index";
        raise_error(.code = SQLSTATE_WRONG_OBJECT_TYPE,
                    .message = raise_text("\"%s\" is not %s %s", table->name,
                                          drop->object == OBJECT_KIND_INDEX ? "an" : "a", kind),
                    .hint = raise_text("Use DROP %s.", real));
    }
    return table;
}

/* A sequence that goes with a column. */
static bool
is_part_of_table(struct session *session, const struct table *table)
{
    const struct sequence_def *sequence =
        table->kind != TABLE_SEQUENCE ? NULL : catalog_sequence(session->catalog, table->table);
    return sequence != NULL && sequence->owner_table != OID_NONE;
}

/* The types of a schema. */
static void
doom_types(struct session *session, struct doomed *doomed, struct object_ref schema)
{
    uint32_t count;
    const struct user_type **types =
        catalog_user_types(session->catalog, session->statement_arena, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (types[i]->schema != schema.object || types[i]->info.kind == 'm')
            continue;
        struct object_ref ref = {.class_oid = CLASS_TYPE, .object = types[i]->info.type};
        struct doomed_object *object = doom(session, doomed, ref);
        object->is_foreign = true;
        object->on = schema;
        gather(session, doomed, ref);
    }
}

/* The routines of a schema. */
static void
doom_routines(struct session *session, struct doomed *doomed, struct object_ref schema)
{
    uint32_t count;
    const struct routine **routines =
        catalog_routines(session->catalog, session->statement_arena, &count);
    for (uint32_t i = 0; i < count; i++) {
        struct object_ref ref = {.class_oid = CLASS_PROC, .object = routines[i]->info.func};
        if (routines[i]->schema != schema.object || is_doomed(doomed, ref))
            continue;
        struct doomed_object *object = doom(session, doomed, ref);
        object->is_foreign = true;
        object->on = schema;
        gather(session, doomed, ref);
    }
}

/* The operators of a schema. */
static void
doom_operators(struct session *session, struct doomed *doomed, struct object_ref schema)
{
    uint32_t count;
    const struct user_operator **ops =
        catalog_operators(session->catalog, session->statement_arena, &count);
    for (uint32_t i = 0; i < count; i++) {
        struct object_ref ref = {.class_oid = CLASS_OPERATOR, .object = ops[i]->info.op};
        if (ops[i]->schema != schema.object || is_doomed(doomed, ref))
            continue;
        struct doomed_object *object = doom(session, doomed, ref);
        object->is_foreign = true;
        object->on = schema;
        gather(session, doomed, ref);
    }
}

static void
drop_schema(struct session *session, const struct drop *drop, const struct object_item *item,
            struct doomed *doomed)
{
    const char *name = item->name.name;
    const struct schema_def *schema = catalog_find_schema(session->catalog, name);
    if (schema == NULL && drop->if_exists) {
        notice(SEVERITY_NOTICE, SQLSTATE_SUCCESSFUL_COMPLETION,
               "schema \"%s\" does not exist, skipping", name);
        return;
    }
    if (schema == NULL)
        raise(SQLSTATE_UNDEFINED_SCHEMA, "schema \"%s\" does not exist", name);
    if (schema->schema < OID_USER_FIRST && schema->schema != SCHEMA_PUBLIC)
        raise(SQLSTATE_DEPENDENT_OBJECTS_STILL_EXIST,
              "cannot drop schema %s because it is required by the database system", name);
    struct object_ref self = {.class_oid = CLASS_SCHEMA, .object = schema->schema};
    (void)doom(session, doomed, self);
    doom_types(session, doomed, self); /* before the tables here: what comes later goes first */
    uint32_t count;
    const struct table **tables =
        catalog_relations(session->catalog, session->statement_arena, &count);
    for (uint32_t i = 0; i < count; i++) {
        struct object_ref ref = {.class_oid = CLASS_RELATION, .object = tables[i]->table};
        if (tables[i]->schema != schema->schema || is_doomed(doomed, ref))
            continue;
        if (!is_part_of_table(session, tables[i])) {
            struct doomed_object *object = doom(session, doomed, ref);
            object->is_foreign = true;
            object->on = self;
        }
        gather(session, doomed, ref);
    }
    doom_routines(session, doomed, self);
    doom_operators(session, doomed, self);
}

static void
drop_operators(struct session *session, const struct drop *drop)
{
    struct doomed doomed = {0};
    const char *what = NULL;
    for (uint32_t i = 0; i < drop->item_count; i++) {
        const struct user_operator *op =
            ddl_find_operator(session, &drop->items[i], drop->if_exists);
        if (op == NULL)
            continue;
        what = operator_text(session, op);
        gather(session, &doomed,
               (struct object_ref){.class_oid = CLASS_OPERATOR, .object = op->info.op});
    }
    report(session, &doomed, drop->is_cascade, drop->item_count == 1 ? what : NULL);
    drop_all(session, &doomed);
}

static void
drop_routines(struct session *session, const struct drop *drop)
{
    struct doomed doomed = {0};
    const char *what = NULL;
    for (uint32_t i = 0; i < drop->item_count; i++) {
        const struct routine *routine =
            ddl_find_routine(session, drop->object, &drop->items[i], drop->if_exists);
        if (routine == NULL)
            continue;
        if (drop->object == OBJECT_KIND_FUNCTION && routine->kind == 'a')
            raise_error(.code = SQLSTATE_WRONG_OBJECT_TYPE,
                        .message =
                            raise_text("\"%s\" is an aggregate function", routine->info.name),
                        .hint = "Use DROP AGGREGATE to drop aggregate functions.");
        struct object_ref ref = {.class_oid = CLASS_PROC, .object = routine->info.func};
        what = routine_kind_text(session, routine, session->statement_arena);
        gather(session, &doomed, ref);
    }
    report(session, &doomed, drop->is_cascade, drop->item_count == 1 ? what : NULL);
    drop_all(session, &doomed);
}

static void
drop_types(struct session *session, const struct drop *drop)
{
    struct doomed doomed = {0};
    for (uint32_t i = 0; i < drop->item_count; i++) {
        const struct user_type *type = ddl_find_droppable(session, drop, &drop->items[i].name);
        if (type == NULL)
            continue;
        struct object_ref ref = {.class_oid = CLASS_TYPE, .object = type->info.type};
        if (!is_doomed(&doomed, ref))
            (void)doom(session, &doomed, ref);
    }
    uint32_t named_count = doomed.count;
    for (uint32_t i = 0; i < named_count; i++)
        gather(session, &doomed, doomed.objects[i].ref);
    const char *what = drop->item_count == 1 && doomed.count != 0
                           ? describe_ref(session, doomed.objects[0].ref)
                           : NULL;
    report(session, &doomed, drop->is_cascade, what);
    drop_all(session, &doomed);
}

void
ddl_drop(struct session *session, const struct drop *drop)
{
    struct doomed doomed = {0};
    if (ddl_is_routine_kind(drop->object) || drop->object == OBJECT_KIND_OPERATOR) {
        (drop->object == OBJECT_KIND_OPERATOR ? drop_operators : drop_routines)(session, drop);
        return;
    }
    if (drop->object == OBJECT_KIND_TYPE || drop->object == OBJECT_KIND_DOMAIN) {
        drop_types(session, drop);
        return;
    }
    if (drop->object > OBJECT_KIND_MATVIEW && drop->object != OBJECT_KIND_SCHEMA)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED, "this form of DROP is not supported yet");
    doomed.named =
        arena_alloc_array(session->statement_arena, drop->item_count, sizeof(struct table *));
    for (uint32_t i = 0; i < drop->item_count; i++) {
        const struct object_item *item = &drop->items[i];
        if (drop->object == OBJECT_KIND_SCHEMA) {
            drop_schema(session, drop, item, &doomed);
            continue;
        }
        const struct table *table = find_item(session, drop, item);
        if (table == NULL)
            continue;
        if (table->kind == TABLE_INDEX)
            drop_index(session, table, drop->is_concurrent);
        else
            doomed.named[doomed.named_count++] = table;
    }
    const char *what = NULL;
    for (uint32_t i = 0; i < doomed.named_count; i++)
        gather(session, &doomed,
               (struct object_ref){.class_oid = CLASS_RELATION, .object = doomed.named[i]->table});
    if (drop->item_count == 1 && doomed.count != 0)
        what = describe_ref(session, doomed.objects[0].ref);
    report(session, &doomed, drop->is_cascade, what);
    drop_all(session, &doomed);
}
