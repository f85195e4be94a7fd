/*
 * ddl_routine.c: CREATE, ALTER and RENAME of functions and procedures, and finding the one that a
 * statement names.
 */
#include "session/ddl_routine.h"

#include "base/raise.h"
#include "session/ddl_draft.h"
#include "session/definition.h"
#include "session/routine_run.h"
#include "session/scope.h"
#include "session/utility_run.h"

/* ---- texts ---- */

static bool
is_visible(struct session *session, const struct routine *routine)
{
    uint32_t count;
    const oid *types = routine_signature(routine, session->statement_arena, &count);
    for (const oid *path = session_search_path(session); *path != OID_NONE; path++) {
        const struct routine *found =
            catalog_find_routine(session->catalog, *path, routine->info.name, count, types);
        if (found != NULL)
            return found->info.func == routine->info.func;
    }
    return false;
}

const char *
routine_text(struct session *session, const struct routine *routine, struct arena *arena)
{
    uint32_t count;
    const oid *types = routine_signature(routine, arena, &count);
    const char *text = "";
    for (uint32_t i = 0; i < count; i++)
        text = arena_format(arena, "%s%s%s", text, i == 0 ? "" : ",",
                            scope_type_text(&session->scope, arena, types[i], -1));
    const char *name = definition_name(routine->info.name, arena);
    if (!is_visible(session, routine)) {
        const struct schema_def *schema = catalog_schema(session->catalog, routine->schema);
        name = arena_format(arena, "%s.%s",
                            schema == NULL ? "?" : definition_name(schema->name, arena), name);
    }
    return arena_format(arena, "%s(%s)", name, text);
}

static const char *
kind_word(char kind)
{
    return kind == 'p' ? "procedure" : kind == 'a' ? "aggregate" : "function";
}

const char *
routine_kind_text(struct session *session, const struct routine *routine, struct arena *arena)
{
    return arena_format(arena, "function %s", routine_text(session, routine, arena));
}

/* ---- naming ---- */

bool
ddl_is_routine_kind(enum object_kind object)
{
    return object == OBJECT_KIND_FUNCTION || object == OBJECT_KIND_PROCEDURE ||
           object == OBJECT_KIND_ROUTINE || object == OBJECT_KIND_AGGREGATE;
}

static const char *
object_word(enum object_kind object)
{
    return object == OBJECT_KIND_PROCEDURE   ? "procedure"
           : object == OBJECT_KIND_AGGREGATE ? "aggregate"
           : object == OBJECT_KIND_ROUTINE   ? "routine"
                                             : "function";
}

static const char *
item_name(const struct object_item *item, struct arena *arena)
{
    return item->name.schema == NULL
               ? item->name.name
               : arena_format(arena, "%s.%s", item->name.schema, item->name.name);
}

static const char *
item_text(struct session *session, const struct object_item *item)
{
    struct arena *arena = session->statement_arena;
    const char *text = "";
    for (uint32_t i = 0; i < item->signature.arg_count; i++)
        text = arena_format(arena, "%s%s%s", text, i == 0 ? "" : ", ",
                            scope_type_text(&session->scope, arena, item->signature.args[i], -1));
    return arena_format(arena, "%s(%s)", item_name(item, arena), text);
}

/* The schemas to look in: the one named, or those of search_path. */
static const oid *
schemas_of(struct session *session, const struct object_item *item)
{
    if (item->name.schema == NULL)
        return session_search_path(session);
    oid *path = arena_alloc_zero(session->statement_arena, 2 * sizeof *path);
    const struct schema_def *schema = session_find_schema(session, item->name.schema);
    path[0] = schema == NULL ? OID_NONE : schema->schema;
    return path;
}

static bool
fits_kind(enum object_kind object, const struct func_info *info)
{
    switch (object) {
    case OBJECT_KIND_FUNCTION:
        return info->kind != FUNC_PROCEDURE;
    case OBJECT_KIND_PROCEDURE:
        return info->kind == FUNC_PROCEDURE;
    case OBJECT_KIND_AGGREGATE:
        return info->kind == FUNC_AGGREGATE;
    default:
        return true;
    }
}

/* Those of the name that fit the kind; how many. */
static uint32_t
find_by_name(struct session *session, enum object_kind object, const struct object_item *item,
             const struct func_info **one)
{
    uint32_t count = 0;
    for (const oid *path = schemas_of(session, item); *path != OID_NONE; path++) {
        const struct func_info *const *list =
            catalog_routines_named(session->catalog, *path, item->name.name);
        for (; *list != NULL; list++) {
            if (!fits_kind(object, *list))
                continue;
            *one = *list;
            count++;
        }
    }
    const struct func_info *const *list =
        scope_funcs_builtin(&session->scope, item->name.schema, item->name.name);
    for (; *list != NULL; list++) {
        if (!fits_kind(object, *list))
            continue;
        *one = *list;
        count++;
    }
    return count;
}

static bool
has_all_args(const struct func_info *info, const struct func_signature *signature)
{
    return info->kind == FUNC_PROCEDURE && info->arg_count == signature->all_count &&
           memcmp(info->args, signature->all, signature->all_count * sizeof(oid)) == 0;
}

/* A procedure of the schema all of whose arguments have the types. */
static const struct func_info *
find_whole(struct session *session, oid schema, const struct object_item *item)
{
    const struct func_signature *signature = &item->signature;
    const struct func_info *const *list =
        catalog_routines_named(session->catalog, schema, item->name.name);
    for (; *list != NULL; list++) {
        bool is_whole =
            (*list)->kind == FUNC_PROCEDURE && (*list)->arg_count == signature->arg_count &&
            memcmp((*list)->args, signature->args, signature->arg_count * sizeof(oid)) == 0;
        if (signature->all_count > 0 ? has_all_args(*list, signature) : is_whole)
            return *list;
    }
    return NULL;
}

static const struct func_info *
find_by_signature(struct session *session, enum object_kind object, const struct object_item *item)
{
    const struct func_signature *signature = &item->signature;
    for (const oid *path = schemas_of(session, item); *path != OID_NONE; path++) {
        const struct routine *routine = catalog_find_routine(
            session->catalog, *path, item->name.name, signature->arg_count, signature->args);
        const struct func_info *whole = find_whole(session, *path, item);
        bool both = routine != NULL && whole != NULL && whole != &routine->info &&
                    signature->all_count == 0;
        if (both && (object == OBJECT_KIND_PROCEDURE || object == OBJECT_KIND_ROUTINE))
            raise(SQLSTATE_AMBIGUOUS_FUNCTION, "%s name \"%s\" is not unique", object_word(object),
                  item_name(item, session->statement_arena));
        if (routine != NULL && signature->all_count == 0)
            return &routine->info;
        if (whole != NULL)
            return whole;
    }
    const struct func_info *const *list =
        scope_funcs_builtin(&session->scope, item->name.schema, item->name.name);
    for (; *list != NULL; list++)
        if ((*list)->arg_count == signature->arg_count &&
            memcmp((*list)->args, signature->args, signature->arg_count * sizeof(oid)) == 0)
            return *list;
    return NULL;
}

/* A notice that tells why there is none; false: there might be. */
static bool
skip_missing(struct session *session, const struct object_item *item)
{
    const char *schema = item->name.schema;
    if (schema != NULL && session_find_schema(session, schema) == NULL) {
        notice(SEVERITY_NOTICE, SQLSTATE_SUCCESSFUL_COMPLETION,
               "schema \"%s\" does not exist, skipping", schema);
        return true;
    }
    if (item->signature.missing == NULL)
        return false;
    notice(SEVERITY_NOTICE, SQLSTATE_SUCCESSFUL_COMPLETION, "%s", item->signature.missing);
    return true;
}

static _Noreturn void
fail_ambiguous(struct session *session, enum object_kind object, const struct object_item *item)
{
    raise_error(.code = SQLSTATE_AMBIGUOUS_FUNCTION,
                .message = raise_text("%s name \"%s\" is not unique", object_word(object),
                                      item_name(item, session->statement_arena)),
                .hint = raise_text("Specify the argument list to select the %s unambiguously.",
                                   object_word(object)));
}

static _Noreturn void
fail_none(struct session *session, enum object_kind object, const struct object_item *item)
{
    const char *word = object_word(object);
    const char *schema = item->name.schema;
    if (schema != NULL && session_find_schema(session, schema) == NULL)
        raise(SQLSTATE_UNDEFINED_SCHEMA, "schema \"%s\" does not exist", schema);
    if (!item->signature.has_args)
        raise(SQLSTATE_UNDEFINED_FUNCTION, "could not find %s %s named \"%s\"",
              object == OBJECT_KIND_AGGREGATE ? "an" : "a", word,
              item_name(item, session->statement_arena));
    if (object == OBJECT_KIND_AGGREGATE && item->signature.arg_count == 0)
        raise(SQLSTATE_UNDEFINED_FUNCTION, "aggregate %s(*) does not exist",
              item_name(item, session->statement_arena));
    raise(SQLSTATE_UNDEFINED_FUNCTION, "%s %s does not exist", word, item_text(session, item));
}

static void
check_kind(struct session *session, enum object_kind object, const struct object_item *item,
           const struct func_info *found)
{
    const char *text = item->signature.has_args ? item_text(session, item)
                                                : item_name(item, session->statement_arena);
    bool fits = fits_kind(object, found);
    if (!fits)
        raise(SQLSTATE_WRONG_OBJECT_TYPE, "%s is not %s %s", text,
              object == OBJECT_KIND_AGGREGATE ? "an" : "a", object_word(object));
}

const struct routine *
ddl_find_routine(struct session *session, enum object_kind object, const struct object_item *item,
                 bool may_miss)
{
    const struct func_info *found = NULL;
    if (may_miss && skip_missing(session, item))
        return NULL;
    if (item->signature.has_args)
        found = find_by_signature(session, object, item);
    else if (find_by_name(session, object, item, &found) > 1)
        fail_ambiguous(session, object, item);
    if (found == NULL && may_miss) {
        notice(SEVERITY_NOTICE, SQLSTATE_SUCCESSFUL_COMPLETION,
               "%s %s(%s) does not exist, skipping", object_word(object),
               item_name(item, session->statement_arena),
               item->signature.text == NULL ? "" : item->signature.text);
        return NULL;
    }
    if (found == NULL)
        fail_none(session, object, item);
    check_kind(session, object, item, found);
    if (found->routine == NULL)
        raise(SQLSTATE_DEPENDENT_OBJECTS_STILL_EXIST,
              "cannot drop function %s because it is required by the database system",
              item_text(session, item));
    return found->routine;
}

/* ---- CREATE ---- */

static const char *
set_value(const struct set *set, struct arena *arena)
{
    const char *text = "";
    for (uint32_t i = 0; i < set->values.count; i++)
        text = arena_format(arena, "%s%s%s", text, i == 0 ? "" : ", ", set->values.names[i]);
    return text;
}

static bool
is_config_of(const char *config, const char *name)
{
    size_t bytes = strlen(name);
    return strncmp(config, name, bytes) == 0 && config[bytes] == '=';
}

/* Applies SET and RESET clauses to what the routine has. */
static void
apply_sets(struct session *session, struct routine *routine, uint32_t count, const struct set *sets)
{
    struct arena *arena = session->statement_arena;
    const char **config =
        arena_alloc_array(arena, routine->config_count + count + 1u, sizeof *config);
    uint16_t kept = 0;
    for (uint16_t i = 0; i < routine->config_count; i++)
        config[kept++] = routine->config[i];
    for (uint32_t s = 0; s < count; s++) {
        const struct set *set = &sets[s];
        if (set->kind == SET_RESET_ALL) {
            kept = 0;
            continue;
        }
        uint16_t left = 0;
        for (uint16_t i = 0; i < kept; i++)
            if (!is_config_of(config[i], set->name))
                config[left++] = config[i];
        kept = left;
        if (set->kind == SET_RESET || set->kind == SET_DEFAULT)
            continue;
        const char *value = set->kind == SET_FROM_CURRENT
                                ? settings_show(&session->settings, set->name, arena)
                                : set_value(set, arena);
        if (value == NULL || (setting_find(set->name) < 0 && strchr(set->name, '.') == NULL))
            raise(SQLSTATE_UNDEFINED_OBJECT, "unrecognized configuration parameter \"%s\"",
                  set->name);
        config[kept++] = arena_format(arena, "%s=%s", set->name, value);
    }
    routine->config = config;
    routine->config_count = kept;
}

static bool
same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static _Noreturn void
fail_replace(struct session *session, const struct routine *old, const char *message,
             const char *detail)
{
    raise_error(.code = SQLSTATE_INVALID_FUNCTION_DEFINITION, .message = message, .detail = detail,
                .hint = raise_text("Use DROP %s %s first.",
                                   old->kind == 'p'   ? "PROCEDURE"
                                   : old->kind == 'a' ? "AGGREGATE"
                                                      : "FUNCTION",
                                   routine_text(session, old, session->statement_arena)));
}

static void
check_replaced_args(struct session *session, const struct routine *old, const struct routine *new)
{
    const struct func_info *was = &old->info, *is = &new->info;
    for (uint16_t i = 0; was->arg_names != NULL && i < was->arg_count; i++) {
        const char *name = is->arg_names == NULL ? NULL : is->arg_names[i];
        if (was->arg_names[i] != NULL && !same_text(was->arg_names[i], name))
            fail_replace(
                session, old,
                raise_text("cannot change name of input parameter \"%s\"", was->arg_names[i]),
                NULL);
    }
    if (is->default_count < was->default_count)
        fail_replace(session, old, "cannot remove parameter defaults from existing function", NULL);
}

static void
check_replaced(struct session *session, const struct routine *old, const struct routine *new)
{
    const struct func_info *was = &old->info, *is = &new->info;
    if (old->kind != new->kind)
        raise_error(.code = SQLSTATE_WRONG_OBJECT_TYPE, .message = "cannot change routine kind",
                    .detail =
                        raise_text("\"%s\" is %s %s.", was->name, old->kind == 'a' ? "an" : "a",
                                   old->kind == 'a' ? "aggregate function" : kind_word(old->kind)));
    if (was->result != is->result || was->is_set != is->is_set)
        fail_replace(session, old,
                     old->kind == 'p' ? "cannot change whether a procedure has output parameters"
                                      : "cannot change return type of existing function",
                     NULL);
    bool same_outs = was->out_count == is->out_count;
    for (uint16_t i = 0; same_outs && is->result == TYPE_RECORD && i < was->out_count; i++)
        same_outs =
            was->out_types[i] == is->out_types[i] && same_text(was->out_names[i], is->out_names[i]);
    if (!same_outs && is->result == TYPE_RECORD)
        fail_replace(session, old, "cannot change return type of existing function",
                     "Row type defined by OUT parameters is different.");
    check_replaced_args(session, old, new);
}

static uint32_t
characters(const char *text, size_t bytes)
{
    uint32_t count = 0;
    for (size_t i = 0; i < bytes; i++)
        count += ((unsigned char)text[i] & 0xc0) != 0x80;
    return count;
}

/* An error in the body: its place in the statement, if the body stands there as it is. */
static _Noreturn void
raise_in_create(const struct error *error, const struct create_routine *create,
                const struct raw_statement *raw)
{
    struct error told = *error;
    const char *source = create->routine.source;
    if (told.position == 0) {
        const char *line = raise_text("SQL function \"%s\"", create->name.name);
        told.context = told.context == NULL ? line : raise_text("%s\n%s", told.context, line);
        raise_again(&told);
    }
    const char *from = create->body_at < 0 ? NULL : strstr(raw->text + create->body_at, source);
    if (from != NULL) {
        told.position += characters(raw->text, (size_t)(from - raw->text));
    } else {
        told.internal_position = told.position;
        told.internal_query = source;
        told.position = 0;
    }
    raise_again(&told);
}

static void
check_body(struct session *session, const struct routine *routine,
           const struct create_routine *create, const struct raw_statement *raw)
{
    const struct language *language = language_find(routine->language);
    bool wants_check = settings_bool(&session->settings, SETTING_CHECK_FUNCTION_BODIES) ||
                       routine->body != BODY_TEXT;
    if (language == NULL || !wants_check)
        return;
    struct catch frame;
    if (catch_begin(&frame, session->statement_arena)) {
        language->check(session, routine);
        catch_end(&frame);
        return;
    }
    if (routine->body != BODY_TEXT)
        raise_again(frame.error);
    raise_in_create(frame.error, create, raw);
}

static void
write_dependencies(struct session *session, const struct routine *routine,
                   const struct create_routine *create)
{
    struct object_ref self = {.class_oid = CLASS_PROC, .object = routine->info.func};
    catalog_forget_dependencies(session->catalog, self);
    for (uint32_t i = 0; i <= routine->arg_count; i++) {
        oid type = i < routine->arg_count ? routine->args[i].type : routine->info.result;
        const struct user_type *user = catalog_user_type(session->catalog, type);
        if (user != NULL)
            catalog_depend(session->catalog, &(struct dependency){.object = self,
                                                                  .on = {.class_oid = CLASS_TYPE,
                                                                         .object = user->info.type},
                                                                  .kind = 'n'});
    }
    for (uint32_t i = 0; i < create->query_count; i++)
        ddl_depend_on_query(session, self, create->queries[i]);
    for (uint32_t i = 0; i < create->default_count; i++)
        routine_depend_on_expr(session, self, create->defaults[i]);
    const struct aggregate_def *agg = routine->aggregate;
    if (agg == NULL)
        return;
    const oid functions[] = {agg->step,        agg->finish,         agg->combine,
                             agg->moving_step, agg->moving_inverse, agg->moving_finish};
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (functions[i] >= OID_USER_FIRST)
            catalog_depend(session->catalog, &(struct dependency){.object = self,
                                                                  .on = {.class_oid = CLASS_PROC,
                                                                         .object = functions[i]},
                                                                  .kind = 'n'});
}

void
ddl_create_routine(struct session *session, const struct create_routine *create,
                   const struct raw_statement *raw)
{
    struct arena *arena = session->statement_arena;
    const struct schema_def *schema = session_target_schema(session, &create->name);
    struct routine routine = create->routine;
    routine.schema = schema->schema;
    routine.owner = ROLE_OWNER;
    apply_sets(session, &routine, create->set_count, create->sets);
    routine_derive(&routine, session->engine->types, arena);
    if (routine.kind != 'a' && routine.language == LANGUAGE_INTERNAL &&
        routine.info.scalar == NULL && routine.info.set == NULL)
        raise(SQLSTATE_UNDEFINED_FUNCTION, "there is no built-in function named \"%s\"",
              routine.source);
    uint32_t count;
    const oid *types = routine_signature(&routine, arena, &count);
    const struct routine *old =
        catalog_find_routine(session->catalog, schema->schema, create->name.name, count, types);
    if (old != NULL && !create->or_replace)
        raise(SQLSTATE_DUPLICATE_FUNCTION,
              "function \"%s\" already exists with same argument types", create->name.name);
    if (old != NULL)
        check_replaced(session, old, &routine);
    routine.info.func =
        old != NULL ? old->info.func : catalog_new_oid_in(session->catalog, schema->schema);
    routine.comment = old == NULL ? NULL : old->comment;
    catalog_put_routine(session->catalog, &routine);
    const struct routine *made = catalog_routine(session->catalog, routine.info.func);
    check_body(session, made, create, raw);
    write_dependencies(session, made, create);
}

/* ---- ALTER ---- */

void
ddl_alter_routine(struct session *session, const struct alter_routine *alter)
{
    const struct routine *old = ddl_find_routine(session, alter->object, &alter->item, false);
    const struct routine *new = &alter->routine;
    struct routine changed = *old;
    if (old->kind == 'a')
        raise(SQLSTATE_WRONG_OBJECT_TYPE, "\"%s\" is an aggregate function", old->info.name);
    if (old->kind == 'p' && (alter->given & ~(uint32_t)OPTION_SECURITY) != 0)
        raise(SQLSTATE_INVALID_FUNCTION_DEFINITION, "invalid attribute in procedure definition");
    if (alter->given & OPTION_VOLATILITY)
        changed.info.volatility = new->info.volatility;
    if (alter->given & OPTION_STRICT)
        changed.info.is_strict = new->info.is_strict;
    if (alter->given & OPTION_SECURITY)
        changed.is_security_definer = new->is_security_definer;
    if (alter->given & OPTION_LEAKPROOF)
        changed.is_leakproof = new->is_leakproof;
    if (alter->given & OPTION_COST)
        changed.cost = new->cost;
    if ((alter->given & OPTION_ROWS) && !old->info.is_set)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE,
              "ROWS is not applicable when function does not return a set");
    if (alter->given & OPTION_ROWS)
        changed.rows = new->rows;
    if (alter->given & OPTION_PARALLEL)
        changed.parallel = new->parallel;
    apply_sets(session, &changed, alter->set_count, alter->sets);
    catalog_put_routine(session->catalog, &changed);
}

/* The routine with another name or schema, if that signature is free there. */
static void
move_routine(struct session *session, const struct routine *old, oid schema, const char *name)
{
    uint32_t count;
    const oid *types = routine_signature(old, session->statement_arena, &count);
    if (catalog_find_routine(session->catalog, schema, name, count, types) != NULL) {
        const struct schema_def *def = catalog_schema(session->catalog, schema);
        struct object_item item = {.name = {.name = name},
                                   .signature = {.arg_count = count, .args = (oid *)types}};
        raise(SQLSTATE_DUPLICATE_FUNCTION, "function %s already exists in schema \"%s\"",
              item_text(session, &item), def == NULL ? "?" : def->name);
    }
    struct routine moved = *old;
    moved.info.name = name;
    moved.schema = schema;
    catalog_put_routine(session->catalog, &moved);
}

void
ddl_rename_routine(struct session *session, const struct rename *rename)
{
    const struct routine *old = ddl_find_routine(session, rename->object, &rename->item, false);
    move_routine(session, old, old->schema, rename->new_name);
}

void
ddl_set_routine_schema(struct session *session, const struct alter_object *alter)
{
    const struct routine *old = ddl_find_routine(session, alter->object, &alter->item, false);
    struct object_name target = {.schema = alter->value, .name = old->info.name};
    const struct schema_def *schema = session_target_schema(session, &target);
    if (schema->schema == old->schema)
        return;
    if (schema->schema == SCHEMA_TEMP || old->schema == SCHEMA_TEMP)
        raise(SQLSTATE_FEATURE_NOT_SUPPORTED,
              "cannot move objects into or out of temporary schemas");
    move_routine(session, old, schema->schema, old->info.name);
}

void
ddl_comment_routine(struct session *session, const struct comment *comment)
{
    struct routine changed = *ddl_find_routine(session, comment->object, &comment->item, false);
    changed.comment = comment->text;
    catalog_put_routine(session->catalog, &changed);
}

void
ddl_remove_routine(struct session *session, oid routine)
{
    if (catalog_routine(session->catalog, routine) == NULL)
        return;
    catalog_forget_dependencies(session->catalog,
                                (struct object_ref){.class_oid = CLASS_PROC, .object = routine});
    catalog_drop_routine(session->catalog, routine);
}
