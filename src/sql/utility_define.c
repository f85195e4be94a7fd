/*
 * utility_define.c: CREATE AGGREGATE, OPERATOR and CAST: their options read, their functions
 * found.
 */
#include "sql/routine.h"
#include "sql/utility_int.h"

#include <stddef.h>
#include <strings.h>

/* ---- functions that a definition names ---- */

static struct object_name
func_name_of(struct analysis *an, const PgQuery__DefElem *def)
{
    const PgQuery__Node *arg = def->arg;
    if (arg != NULL && arg->node_case == PG_QUERY__NODE__NODE_TYPE_NAME)
        return object_name(an, NODES(arg->type_name, names), arg->type_name->location);
    if (arg != NULL && arg->node_case == PG_QUERY__NODE__NODE_LIST)
        return object_name(an, tree_list(arg), -1);
    return (struct object_name){.name = def_text(an, def), .at = -1};
}

static _Noreturn void
fail_no_function(struct analysis *an, struct object_name name, uint32_t count, const oid *types)
{
    fail(an, -1, SQLSTATE_UNDEFINED_FUNCTION, "function %s does not exist",
         func_signature_text(an, name, count, types, NULL));
}

/* Whether a value of the one type is one of the other, byte for byte. */
static bool
is_same_binary(struct analysis *an, oid from, oid to)
{
    if (from == to || to == TYPE_ANY || type_is_polymorphic(to))
        return true;
    return path_find(an, to, from, CAST_IMPLICIT).kind == PATH_RELABEL;
}

/* A function of these arguments; *result what it returns for them. */
static const struct func_info *
agg_function(struct analysis *an, struct object_name name, uint32_t count, const oid *types,
             oid *result)
{
    struct func_use use = {.name = name, .arg_count = count, .types = types, .is_variadic = true};
    struct func_choice choice = func_choose(an, &use);
    if (choice.kind != CHOICE_FUNC)
        fail_no_function(an, name, count, types);
    const struct func_info *func = choice.candidate->func;
    oid *declared = arena_copy(an->arena, choice.candidate->types, count * sizeof(oid));
    *result = generic_resolve(an, types, declared, count, func->result);
    const char *text = func_signature_text(an, name, count, declared, NULL);
    if (func->is_set)
        fail(an, -1, SQLSTATE_DATATYPE_MISMATCH, "function %s returns a set", text);
    for (uint32_t i = 0; i < count; i++)
        if (!is_same_binary(an, types[i], declared[i]))
            fail(an, -1, SQLSTATE_DATATYPE_MISMATCH, "function %s requires run-time type coercion",
                 text);
    return func;
}

/* ---- CREATE AGGREGATE ---- */

struct aggregate_words {
    struct object_name step, finish, combine, serial, deserial, moving_step, moving_inverse,
        moving_finish, sort_operator;
    const PgQuery__TypeName *base, *state, *moving_state;
    bool is_hypothetical;
    char parallel;
};

struct function_word {
    const char *name;
    size_t offset;
};

#define WORD(field) offsetof(struct aggregate_words, field)
static const struct function_word function_words[] = {
    {"sfunc", WORD(step)},
    {"sfunc1", WORD(step)},
    {"finalfunc", WORD(finish)},
    {"combinefunc", WORD(combine)},
    {"serialfunc", WORD(serial)},
    {"deserialfunc", WORD(deserial)},
    {"msfunc", WORD(moving_step)},
    {"minvfunc", WORD(moving_inverse)},
    {"mfinalfunc", WORD(moving_finish)},
    {"sortop", WORD(sort_operator)},
};

static char
modify_of(struct analysis *an, const PgQuery__DefElem *def)
{
    const char *text = def_text(an, def);
    if (text != NULL && strcmp(text, "read_only") == 0)
        return 'r';
    if (text != NULL && strcmp(text, "shareable") == 0)
        return 's';
    if (text != NULL && strcmp(text, "read_write") == 0)
        return 'w';
    fail(an, -1, SQLSTATE_SYNTAX_ERROR,
         "parameter \"%s\" must be READ_ONLY, SHAREABLE, or READ_WRITE", def->defname);
}

static const PgQuery__TypeName *
type_of(struct analysis *an, const PgQuery__DefElem *def)
{
    if (def->arg != NULL && def->arg->node_case == PG_QUERY__NODE__NODE_TYPE_NAME)
        return def->arg->type_name;
    if (def->arg != NULL && def->arg->node_case == PG_QUERY__NODE__NODE_STRING) {
        /* 'ANY': no arguments, in the old syntax. */
        PgQuery__TypeName *name = arena_alloc(an->arena, sizeof *name);
        PgQuery__Node **names = arena_alloc(an->arena, sizeof *names);
        pg_query__type_name__init(name);
        names[0] = def->arg;
        name->n_names = 1;
        name->names = names;
        name->location = -1;
        return name;
    }
    fail(an, -1, SQLSTATE_SYNTAX_ERROR, "argument of %s must be a type name", def->defname);
}

/* Values of the definition; false: the word is of another kind, or none. */
static bool
take_value(struct analysis *an, const PgQuery__DefElem *def, struct aggregate_def *agg,
           struct aggregate_words *words)
{
    const char *name = def->defname;
    if (strcmp(name, "stype") == 0 || strcmp(name, "stype1") == 0)
        words->state = type_of(an, def);
    else if (strcmp(name, "mstype") == 0)
        words->moving_state = type_of(an, def);
    else if (strcmp(name, "basetype") == 0)
        words->base = type_of(an, def);
    else if (strcmp(name, "initcond") == 0 || strcmp(name, "initcond1") == 0)
        agg->init = def_text(an, def);
    else if (strcmp(name, "minitcond") == 0)
        agg->moving_init = def_text(an, def);
    else if (strcmp(name, "sspace") == 0)
        agg->state_bytes = (int32_t)def_int(an, def);
    else if (strcmp(name, "msspace") == 0)
        agg->moving_state_bytes = (int32_t)def_int(an, def);
    else if (strcmp(name, "finalfunc_extra") == 0)
        agg->finish_extra = def_bool(an, def);
    else if (strcmp(name, "mfinalfunc_extra") == 0)
        agg->moving_finish_extra = def_bool(an, def);
    else if (strcmp(name, "finalfunc_modify") == 0)
        agg->finish_modify = modify_of(an, def);
    else if (strcmp(name, "mfinalfunc_modify") == 0)
        agg->moving_finish_modify = modify_of(an, def);
    else if (strcmp(name, "hypothetical") == 0)
        words->is_hypothetical = def_bool(an, def);
    else if (strcmp(name, "parallel") == 0)
        words->parallel = def_text(an, def)[0];
    else
        return false;
    return true;
}

static void
take_words(struct analysis *an, struct nodes definition, struct aggregate_def *agg,
           struct aggregate_words *words)
{
    for (size_t i = 0; i < definition.count; i++) {
        const PgQuery__DefElem *def = definition.items[i]->def_elem;
        bool is_known = take_value(an, def, agg, words);
        for (size_t k = 0; !is_known && k < sizeof function_words / sizeof *function_words; k++) {
            if (strcmp(def->defname, function_words[k].name) != 0)
                continue;
            *(struct object_name *)((char *)words + function_words[k].offset) =
                func_name_of(an, def);
            is_known = true;
        }
        if (!is_known)
            notice(SEVERITY_WARNING, SQLSTATE_SYNTAX_ERROR,
                   "aggregate attribute \"%s\" not recognized", def->defname);
        if (strcmp(def->defname, "parallel") == 0) {
            const char *text = def_text(an, def);
            if (strcmp(text, "safe") != 0 && strcmp(text, "restricted") != 0 &&
                strcmp(text, "unsafe") != 0)
                fail(an, -1, SQLSTATE_SYNTAX_ERROR,
                     "parameter \"parallel\" must be SAFE, RESTRICTED, or UNSAFE");
        }
    }
}

struct aggregate_making {
    struct analysis *an;
    struct create_routine *create;
    struct routine *routine;
    struct aggregate_def *agg;
    struct aggregate_words words;
    uint32_t arg_count;
    oid *types; /* the state, then the arguments */
};

static _Noreturn void
fail_aggregate(struct aggregate_making *m, const char *message)
{
    fail(m->an, -1, SQLSTATE_INVALID_FUNCTION_DEFINITION, "%s", message);
}

static oid
state_type(struct aggregate_making *m, const PgQuery__TypeName *name)
{
    int32_t typmod;
    oid type = typename_get(m->an, name, &typmod);
    const struct type_info *info = scope_type(m->an->scope, type);
    if (info != NULL && info->kind == 'p' && !type_is_polymorphic(type) && type != TYPE_INTERNAL)
        fail_aggregate(m, arena_format(m->an->arena, "aggregate transition data type cannot be %s",
                                       type_text(m->an, type, -1)));
    return type;
}

/* A polymorphic type that no argument tells. */
static void
check_told(struct aggregate_making *m, oid type, const char *message)
{
    bool is_told = !type_is_polymorphic(type);
    for (uint32_t i = 0; i < m->arg_count; i++)
        is_told |= type_is_polymorphic(m->types[i + 1]);
    if (is_told)
        return;
    fail_detail(m->an, -1, SQLSTATE_INVALID_FUNCTION_DEFINITION,
                arena_format(m->an->arena,
                             "A result of type %s requires at least one input of type anyelement, "
                             "anyarray, anynonarray, anyenum, anyrange, or anymultirange.",
                             type_text(m->an, type, -1)),
                "%s", message);
}

static void
check_strict_step(struct aggregate_making *m, const struct func_info *func, oid state,
                  const char *init)
{
    bool starts_null = func->is_strict && init == NULL;
    if (starts_null && (m->arg_count == 0 || !is_same_binary(m->an, m->types[1], state)))
        fail_aggregate(m, "must not omit initial value when transition function is strict and "
                          "transition type is not compatible with input type");
}

static oid
step_function(struct aggregate_making *m, struct object_name name, oid state, const char *init,
              const char *what, bool *is_strict)
{
    struct analysis *an = m->an;
    oid result;
    m->types[0] = state;
    const struct func_info *func = agg_function(an, name, m->arg_count + 1, m->types, &result);
    if (result != state)
        fail(an, -1, SQLSTATE_DATATYPE_MISMATCH, "return type of %s function %s is not %s", what,
             dotted_name(an, name.schema, name.name), type_text(an, state, -1));
    if (what[0] == 't')
        check_strict_step(m, func, state, init);
    *is_strict = func->is_strict;
    return func->func;
}

static oid
finish_function(struct aggregate_making *m, struct object_name name, oid state, bool has_extra,
                oid *result)
{
    m->types[0] = state;
    const struct func_info *func =
        agg_function(m->an, name, has_extra ? m->arg_count + 1 : 1, m->types, result);
    if (has_extra && func->is_strict)
        fail_aggregate(m, "final function with extra arguments must not be declared STRICT");
    return func->func;
}

static void
take_combine(struct aggregate_making *m)
{
    struct analysis *an = m->an;
    struct aggregate_def *agg = m->agg;
    oid types[] = {agg->state_type, agg->state_type}, result;
    if (m->words.combine.name == NULL)
        return;
    const struct func_info *func = agg_function(an, m->words.combine, 2, types, &result);
    if (result != agg->state_type)
        fail(an, -1, SQLSTATE_DATATYPE_MISMATCH, "return type of combine function %s is not %s",
             m->words.combine.name, type_text(an, agg->state_type, -1));
    if (agg->state_type == TYPE_INTERNAL && func->is_strict)
        fail_aggregate(m, arena_format(an->arena,
                                       "combine function with transition type %s must not be "
                                       "declared STRICT",
                                       type_text(an, agg->state_type, -1)));
    agg->combine = func->func;
}

static void
take_serial(struct aggregate_making *m)
{
    struct analysis *an = m->an;
    if (m->words.serial.name == NULL && m->words.deserial.name == NULL)
        return;
    if (m->agg->state_type != TYPE_INTERNAL)
        fail_aggregate(m, "serialization functions may be specified only when the aggregate "
                          "transition data type is internal");
    if (m->words.serial.name == NULL || m->words.deserial.name == NULL)
        fail_aggregate(m, "must specify both or neither of serialization and deserialization "
                          "functions");
    oid types[] = {TYPE_INTERNAL}, result;
    (void)agg_function(an, m->words.serial, 1, types, &result);
}

/* The parts for moving frames: what they say is checked and shown. */
static void
take_moving(struct aggregate_making *m, oid result)
{
    struct aggregate_def *agg = m->agg;
    const struct aggregate_words *words = &m->words;
    bool is_strict, is_inverse_strict;
    if (words->moving_state == NULL) {
        if (words->moving_step.name != NULL)
            fail_aggregate(m, "aggregate msfunc must not be specified without mstype");
        if (words->moving_inverse.name != NULL)
            fail_aggregate(m, "aggregate minvfunc must not be specified without mstype");
        if (words->moving_finish.name != NULL)
            fail_aggregate(m, "aggregate mfinalfunc must not be specified without mstype");
        return;
    }
    if (words->moving_step.name == NULL)
        fail_aggregate(m, "aggregate msfunc must be specified when mstype is specified");
    if (words->moving_inverse.name == NULL)
        fail_aggregate(m, "aggregate minvfunc must be specified when mstype is specified");
    oid state = agg->moving_state_type = state_type(m, words->moving_state), moving = state;
    agg->moving_step =
        step_function(m, words->moving_step, state, agg->moving_init, "transition", &is_strict);
    agg->moving_inverse = step_function(m, words->moving_inverse, state, NULL, "inverse transition",
                                        &is_inverse_strict);
    if (is_strict != is_inverse_strict)
        fail_aggregate(m, "strictness of aggregate's forward and inverse transition functions "
                          "must match");
    if (words->moving_finish.name != NULL)
        agg->moving_finish =
            finish_function(m, words->moving_finish, state, agg->moving_finish_extra, &moving);
    if (moving != result)
        fail_aggregate(m, arena_format(m->an->arena,
                                       "moving-aggregate implementation returns type %s, but "
                                       "plain implementation returns type %s",
                                       type_text(m->an, moving, -1), type_text(m->an, result, -1)));
}

/* One of the built-in ordered-set aggregates by another name, told by its final function. */
static const struct func_info *
ordered_set_like(struct aggregate_making *m)
{
    static const struct {
        const char *finish, *name;
    } known[] = {{"percentile_disc_final", "percentile_disc"},
                 {"percentile_cont_float8_final", "percentile_cont"},
                 {"mode_final", "mode"},
                 {"rank_final", "rank"},
                 {"dense_rank_final", "dense_rank"},
                 {"percent_rank_final", "percent_rank"},
                 {"cume_dist_final", "cume_dist"}};
    const char *step = m->words.step.name, *finish = m->words.finish.name;
    bool is_set =
        step != NULL && finish != NULL && strncmp(step, "ordered_set_transition", 22) == 0;
    for (size_t i = 0; is_set && i < sizeof known / sizeof *known; i++) {
        if (strcmp(known[i].finish, finish) != 0)
            continue;
        const struct func_info *const *list = types_funcs_named(m->an->types, known[i].name);
        for (; *list != NULL; list++)
            if ((*list)->aggregate != NULL && (*list)->arg_count == m->arg_count)
                return *list;
    }
    fail_unsupported(m->an, -1, "an ordered-set aggregate of one's own functions");
}

static void
take_functions(struct aggregate_making *m)
{
    struct aggregate_def *agg = m->agg;
    if (m->words.state == NULL)
        fail_aggregate(m, "aggregate stype must be specified");
    if (m->words.step.name == NULL)
        fail_aggregate(m, "aggregate sfunc must be specified");
    agg->state_type = state_type(m, m->words.state);
    if (agg->kind != 'n') {
        const struct func_info *like = ordered_set_like(m);
        agg->step = like->func;
        m->routine->info.result = like->result;
        return;
    }
    check_told(m, agg->state_type, "cannot determine transition data type");
    bool is_strict;
    oid result = agg->state_type;
    agg->step =
        step_function(m, m->words.step, agg->state_type, agg->init, "transition", &is_strict);
    if (m->words.finish.name != NULL)
        agg->finish =
            finish_function(m, m->words.finish, agg->state_type, agg->finish_extra, &result);
    check_told(m, result, "cannot determine result data type");
    if (result == TYPE_INTERNAL)
        fail_detail(m->an, -1, SQLSTATE_INVALID_FUNCTION_DEFINITION,
                    "A function returning \"internal\" must have at least one \"internal\" "
                    "argument.",
                    "unsafe use of pseudo-type \"internal\"");
    take_combine(m);
    take_serial(m);
    take_moving(m, result);
    m->routine->info.result = result;
    if (m->words.sort_operator.name != NULL) {
        oid type = m->arg_count == 1 ? m->types[1] : OID_NONE;
        if (m->arg_count != 1)
            fail_aggregate(m, "sort operator can only be specified for single-argument "
                              "aggregates");
        agg->sort_operator = operator_choose(m->an, m->words.sort_operator, type, type, false)->op;
    }
}

static void
old_arguments(struct aggregate_making *m)
{
    struct analysis *an = m->an;
    if (m->words.state == NULL)
        fail_aggregate(m, "aggregate stype must be specified");
    if (m->words.base == NULL)
        fail_aggregate(m, "aggregate input type must be specified");
    struct routine_arg *arg = arena_alloc_zero(an->arena, sizeof *arg);
    const char *name = tree_dotted(an->arena, NODES(m->words.base, names));
    m->routine->args = arg;
    if (strcasecmp(name, "any") == 0 || strcasecmp(name, "pg_catalog.any") == 0)
        return;
    int32_t typmod;
    *arg = (struct routine_arg){.type = typename_get(an, m->words.base, &typmod), .mode = ARG_IN};
    m->routine->arg_count = 1;
}

static void
bind_create_aggregate(struct analysis *an, struct utility *u, const PgQuery__DefineStmt *stmt)
{
    struct create_routine *create = arena_alloc_zero(an->arena, sizeof *create);
    struct aggregate_def *agg = arena_alloc_zero(an->arena, sizeof *agg);
    struct routine *routine = &create->routine;
    struct aggregate_making m = {.an = an, .create = create, .routine = routine, .agg = agg};
    u->kind = UTILITY_CREATE_FUNCTION;
    u->tag = "CREATE AGGREGATE";
    u->create_routine = create;
    create->name = object_name(an, NODES(stmt, defnames), -1);
    create->or_replace = stmt->replace;
    create->body_at = -1;
    *agg = (struct aggregate_def){.kind = 'n'};
    m.words.parallel = 'u';
    take_words(an, NODES(stmt, definition), agg, &m.words);
    if (stmt->oldstyle) {
        old_arguments(&m);
    } else {
        int64_t direct = stmt->n_args > 1 ? stmt->args[1]->integer->ival : -1;
        if (m.words.base != NULL)
            fail_aggregate(&m, "basetype is redundant with aggregate input type specification");
        bind_routine_args(an, create, tree_list(stmt->args[0]));
        agg->kind = direct < 0 ? 'n' : m.words.is_hypothetical ? 'h' : 'o';
        agg->direct_count = direct < 0 ? 0 : (uint16_t)direct;
    }
    const oid *signature = routine_signature(routine, an->arena, &m.arg_count);
    m.types = arena_alloc_array(an->arena, m.arg_count + 2u, sizeof *m.types);
    memcpy(m.types + 1, signature, m.arg_count * sizeof *m.types);
    routine->kind = 'a';
    routine->language = LANGUAGE_INTERNAL;
    routine->body = BODY_TEXT;
    routine->source = "aggregate_dummy";
    routine->parallel = m.words.parallel;
    routine->cost = 1;
    routine->aggregate = agg;
    routine->info.name = create->name.name;
    routine->info.volatility = FUNC_IMMUTABLE;
    take_functions(&m);
    if (agg->finish_modify == 0)
        agg->finish_modify = agg->kind == 'n' ? 'r' : 'w';
    if (agg->moving_finish_modify == 0)
        agg->moving_finish_modify = agg->finish_modify;
}

/* ---- CREATE OPERATOR ---- */

static oid
operand(struct analysis *an, const PgQuery__DefElem *def)
{
    const PgQuery__TypeName *name = type_of(an, def);
    int32_t typmod;
    if (name->setof)
        fail(an, -1, SQLSTATE_INVALID_FUNCTION_DEFINITION,
             "SETOF type not allowed for operator argument");
    return typename_get(an, name, &typmod);
}

static struct object_name
operator_word(struct analysis *an, const PgQuery__DefElem *def)
{
    if (def->arg != NULL && def->arg->node_case == PG_QUERY__NODE__NODE_LIST)
        return operator_name(an, tree_list(def->arg), -1);
    return func_name_of(an, def);
}

/* An estimator: the built-in ones are all there are. */
static const char *
estimator(struct analysis *an, const PgQuery__DefElem *def, bool is_join)
{
    static const char *const known[] = {
        "eqsel",        "neqsel",       "scalarltsel", "scalarlesel", "scalargtsel",  "scalargesel",
        "contsel",      "areasel",      "positionsel", "matchingsel", "likesel",      "regexeqsel",
        "icregexeqsel", "arraycontsel", "rangesel",    "networksel",  "multirangesel"};
    const char *name = func_name_of(an, def).name;
    size_t bytes = name == NULL ? 0 : strlen(name);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        size_t stem = strlen(known[i]) - 3; /* eqsel, eqjoinsel */
        bool is_same = is_join ? bytes == stem + 7 && strncmp(name, known[i], stem) == 0 &&
                                     strcmp(name + stem, "joinsel") == 0
                               : name != NULL && strcmp(name, known[i]) == 0;
        if (is_same)
            return name;
    }
    fail(an, -1, SQLSTATE_UNDEFINED_FUNCTION,
         "function %s(internal, oid, internal, %s) does not exist", name,
         is_join ? "smallint, internal" : "integer");
}

static void
take_operator_word(struct analysis *an, const PgQuery__DefElem *def, struct create_operator *create,
                   struct object_name *function)
{
    const char *name = def->defname;
    struct operator_info *info = &create->info;
    if (strcmp(name, "leftarg") == 0)
        info->left = operand(an, def);
    else if (strcmp(name, "rightarg") == 0)
        info->right = operand(an, def);
    else if (strcmp(name, "function") == 0 || strcmp(name, "procedure") == 0)
        *function = func_name_of(an, def);
    else if (strcmp(name, "commutator") == 0)
        create->commutator = operator_word(an, def);
    else if (strcmp(name, "negator") == 0)
        create->negator = operator_word(an, def);
    else if (strcmp(name, "restrict") == 0)
        info->restrict_est = estimator(an, def, false);
    else if (strcmp(name, "join") == 0)
        info->join_est = estimator(an, def, true);
    else if (strcmp(name, "hashes") == 0)
        info->can_hash = def_bool(an, def);
    else if (strcmp(name, "merges") == 0)
        info->can_merge = def_bool(an, def);
    else if (strcmp(name, "sort1") == 0 || strcmp(name, "sort2") == 0 ||
             strcmp(name, "ltcmp") == 0 || strcmp(name, "gtcmp") == 0)
        info->can_merge = true;
    else
        notice(SEVERITY_WARNING, SQLSTATE_SYNTAX_ERROR, "operator attribute \"%s\" not recognized",
               name);
}

static const char *
operator_fault(const struct create_operator *create)
{
    const struct operator_info *info = &create->info;
    bool is_binary = info->left != OID_NONE, is_boolean = info->result == TYPE_BOOL;
    if (!is_binary && create->commutator.name != NULL)
        return "only binary operators can have commutators";
    if (!is_binary && info->join_est != NULL)
        return "only binary operators can have join selectivity";
    if (!is_binary && info->can_merge)
        return "only binary operators can merge join";
    if (!is_binary && info->can_hash)
        return "only binary operators can hash";
    if (!is_boolean && create->negator.name != NULL)
        return "only boolean operators can have negators";
    if (!is_boolean && info->restrict_est != NULL)
        return "only boolean operators can have restriction selectivity";
    if (!is_boolean && info->join_est != NULL)
        return "only boolean operators can have join selectivity";
    if (!is_boolean && info->can_merge)
        return "only boolean operators can merge join";
    return !is_boolean && info->can_hash ? "only boolean operators can hash" : NULL;
}

static void
bind_create_operator(struct analysis *an, struct utility *u, const PgQuery__DefineStmt *stmt)
{
    struct create_operator *create = arena_alloc_zero(an->arena, sizeof *create);
    struct object_name function = {.name = NULL};
    struct operator_info *info = &create->info;
    u->kind = UTILITY_CREATE_OPERATOR;
    u->tag = "CREATE OPERATOR";
    u->create_operator = create;
    create->name = operator_name(an, NODES(stmt, defnames), -1);
    info->name = create->name.name;
    for (size_t i = 0; i < stmt->n_definition; i++)
        take_operator_word(an, stmt->definition[i]->def_elem, create, &function);
    if (function.name == NULL)
        fail(an, -1, SQLSTATE_INVALID_FUNCTION_DEFINITION, "operator function must be specified");
    if (info->left == OID_NONE && info->right == OID_NONE)
        fail(an, -1, SQLSTATE_INVALID_FUNCTION_DEFINITION,
             "operator argument types must be specified");
    if (info->right == OID_NONE)
        fail_detail(an, -1, SQLSTATE_INVALID_FUNCTION_DEFINITION,
                    "Postfix operators are not supported.",
                    "operator right argument type must be specified");
    oid types[] = {info->left == OID_NONE ? info->right : info->left, info->right};
    uint32_t count = info->left == OID_NONE ? 1 : 2;
    struct func_use use = {.name = function, .arg_count = count, .types = types};
    struct func_choice choice = func_choose(an, &use);
    bool is_exact = choice.kind == CHOICE_FUNC && choice.candidate->func->arg_count == count &&
                    memcmp(choice.candidate->func->args, types, count * sizeof *types) == 0;
    if (!is_exact)
        fail_no_function(an, function, count, types);
    info->func = choice.candidate->func->func;
    info->result = choice.candidate->func->result;
    const char *fault = operator_fault(create);
    if (fault != NULL)
        fail(an, -1, SQLSTATE_INVALID_FUNCTION_DEFINITION, "%s", fault);
}

bool
bind_define(struct analysis *an, struct utility *u, const PgQuery__DefineStmt *stmt)
{
    switch (stmt->kind) {
    case PG_QUERY__OBJECT_TYPE__OBJECT_AGGREGATE:
        bind_create_aggregate(an, u, stmt);
        return true;
    case PG_QUERY__OBJECT_TYPE__OBJECT_OPERATOR:
        bind_create_operator(an, u, stmt);
        return true;
    default:
        return false;
    }
}

void
bind_alter_operator(struct analysis *an, struct utility *u, const PgQuery__AlterOperatorStmt *stmt)
{
    struct alter_operator *alter = arena_alloc_zero(an->arena, sizeof *alter);
    u->kind = UTILITY_ALTER_OPERATOR;
    u->tag = "ALTER OPERATOR";
    u->alter_operator = alter;
    alter->item = routine_item(an, stmt->opername, false);
    for (size_t i = 0; i < stmt->n_options; i++) {
        const PgQuery__DefElem *def = stmt->options[i]->def_elem;
        bool is_join = strcmp(def->defname, "join") == 0;
        if (!is_join && strcmp(def->defname, "restrict") != 0) {
            bool is_fixed =
                strcmp(def->defname, "commutator") == 0 || strcmp(def->defname, "negator") == 0 ||
                strcmp(def->defname, "hashes") == 0 || strcmp(def->defname, "merges") == 0;
            fail(an, -1, SQLSTATE_SYNTAX_ERROR,
                 is_fixed ? "operator attribute \"%s\" cannot be changed"
                          : "operator attribute \"%s\" not recognized",
                 def->defname);
        }
        const char *name = def->arg == NULL ? NULL : estimator(an, def, is_join);
        alter->sets_join |= is_join;
        alter->sets_restrict |= !is_join;
        if (is_join)
            alter->join_est = name;
        else
            alter->restrict_est = name;
    }
}

/* ---- casts ---- */

static void
check_cast_function(struct analysis *an, const struct func_info *func, oid source, oid target)
{
    sqlstate code = SQLSTATE_INVALID_OBJECT_DEFINITION;
    if (func->arg_count < 1 || func->arg_count > 3)
        fail(an, -1, code, "cast function must take one to three arguments");
    if (!is_same_binary(an, source, func->args[0]))
        fail(an, -1, code,
             "argument of cast function must match or be binary-coercible from source data type");
    if (func->arg_count > 1 && func->args[1] != TYPE_INT4)
        fail(an, -1, code, "second argument of cast function must be type %s", "integer");
    if (func->arg_count > 2 && func->args[2] != TYPE_BOOL)
        fail(an, -1, code, "third argument of cast function must be type %s", "boolean");
    if (!is_same_binary(an, func->result, target))
        fail(an, -1, code,
             "return data type of cast function must match or be binary-coercible to target data "
             "type");
    if (func->kind != FUNC_PLAIN)
        fail(an, -1, code, "cast function must be a normal function");
    if (func->is_set)
        fail(an, -1, code, "cast function must not return a set");
}

static void
check_binary(struct analysis *an, oid source, oid target)
{
    const struct type_info *from = scope_type(an->scope, source);
    const struct type_info *to = scope_type(an->scope, target);
    static const struct {
        char kind;
        const char *message;
    } kinds[] = {{'c', "composite data types are not binary-compatible"},
                 {'e', "enum data types are not binary-compatible"},
                 {'d', "domain data types must not be marked binary-compatible"}};
    bool is_alike = from->length == to->length && from->is_by_value == to->is_by_value;
    bool has_kind = from->kind != 'b' || to->kind != 'b';
    if (!is_alike || (from->phys != to->phys && !has_kind))
        fail(an, -1, SQLSTATE_INVALID_OBJECT_DEFINITION,
             "source and target data types are not physically compatible");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (from->kind == kinds[i].kind || to->kind == kinds[i].kind)
            fail(an, -1, SQLSTATE_INVALID_OBJECT_DEFINITION, "%s", kinds[i].message);
    if (array_element(an, source) != OID_NONE || array_element(an, target) != OID_NONE)
        fail(an, -1, SQLSTATE_INVALID_OBJECT_DEFINITION,
             "array data types are not binary-compatible");
}

static const struct func_info *
cast_function(struct analysis *an, const PgQuery__ObjectWithArgs *node)
{
    struct object_item item = routine_item(an, node, false);
    struct func_use use = {
        .name = item.name, .arg_count = item.signature.arg_count, .types = item.signature.args};
    struct func_choice choice = func_choose(an, &use);
    if (choice.kind != CHOICE_FUNC)
        fail_no_function(an, item.name, use.arg_count, use.types);
    return choice.candidate->func;
}

void
bind_create_cast(struct analysis *an, struct utility *u, const PgQuery__CreateCastStmt *stmt)
{
    struct cast_statement *cast = arena_alloc_zero(an->arena, sizeof *cast);
    struct cast_info *info = &cast->info;
    int32_t typmod;
    u->kind = UTILITY_CREATE_CAST;
    u->tag = "CREATE CAST";
    u->cast = cast;
    info->source = typename_get(an, stmt->sourcetype, &typmod);
    info->target = typename_get(an, stmt->targettype, &typmod);
    const oid ends[] = {info->source, info->target};
    for (int i = 0; i < 2; i++) {
        const struct type_info *type = scope_type(an->scope, ends[i]);
        const char *end = i == 0 ? "source" : "target";
        if (type->kind == 'p')
            fail(an, -1, SQLSTATE_WRONG_OBJECT_TYPE, "%s data type %s is a pseudo-type", end,
                 type_text(an, ends[i], -1));
        if (type->kind == 'd')
            notice(SEVERITY_WARNING, SQLSTATE_WRONG_OBJECT_TYPE,
                   "cast will be ignored because the %s data type is a domain", end);
    }
    info->context = stmt->context == PG_QUERY__COERCION_CONTEXT__COERCION_IMPLICIT ? CAST_IMPLICIT
                    : stmt->context == PG_QUERY__COERCION_CONTEXT__COERCION_ASSIGNMENT
                        ? CAST_ASSIGNMENT
                        : CAST_EXPLICIT;
    info->method = stmt->inout ? CAST_INOUT : stmt->func != NULL ? CAST_FUNC : CAST_BINARY;
    if (info->method == CAST_FUNC) {
        const struct func_info *func = cast_function(an, stmt->func);
        check_cast_function(an, func, info->source, info->target);
        info->func = func->func;
    }
    if (info->method == CAST_BINARY)
        check_binary(an, info->source, info->target);
    if (info->source == info->target && info->method != CAST_FUNC)
        fail(an, -1, SQLSTATE_INVALID_OBJECT_DEFINITION,
             "source data type and target data type are the same");
}

/* Why there is no such type. */
static const char *
missing_type(struct analysis *an, const PgQuery__TypeName *name)
{
    struct object_name object = object_name(an, NODES(name, names), name->location);
    if (object.schema != NULL && an->scope->has_schema != NULL &&
        !an->scope->has_schema(an->scope->object, object.schema))
        return arena_format(an->arena, "schema \"%s\" does not exist, skipping", object.schema);
    return arena_format(an->arena, "type \"%s\" does not exist, skipping",
                        tree_dotted(an->arena, NODES(name, names)));
}

static struct cast_statement *
cast_of(struct analysis *an, const PgQuery__Node *pair, bool may_miss)
{
    struct cast_statement *cast = arena_alloc_zero(an->arena, sizeof *cast);
    struct nodes types = tree_list(pair);
    oid *const ends[] = {&cast->info.source, &cast->info.target};
    for (int i = 0; i < 2; i++) {
        const PgQuery__TypeName *name = types.items[i]->type_name;
        int32_t typmod;
        if (!may_miss)
            *ends[i] = typename_get(an, name, &typmod);
        else if (!typename_find(an, name, ends[i], &typmod) && cast->missing == NULL)
            cast->missing = missing_type(an, name);
    }
    return cast;
}

void
bind_drop_cast(struct analysis *an, struct utility *u, const PgQuery__DropStmt *stmt)
{
    u->kind = UTILITY_DROP_CAST;
    u->tag = "DROP CAST";
    u->cast = cast_of(an, stmt->objects[0], stmt->missing_ok);
    u->cast->if_exists = stmt->missing_ok;
    u->cast->is_cascade = stmt->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE;
}

void
bind_comment_cast(struct analysis *an, struct utility *u, const PgQuery__CommentStmt *stmt)
{
    u->kind = UTILITY_COMMENT_CAST;
    u->tag = "COMMENT";
    u->cast = cast_of(an, stmt->object, false);
    u->cast->comment = tree_text(stmt->comment);
}
