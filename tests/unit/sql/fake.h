/*
 * fake.h: a scope over a few tables in C, and running a statement through analysis to one line of
 * text: the bound tree, or "SQLSTATE @position: message".
 *
 *   t(a int not null primary key, b text, c numeric(10,2) default 1.5, d bool)
 *   u(a bigint, x text, y int)        a unique index on y
 *   w(id int generated always as identity primary key, v varchar(3) check (v <> ''),
 *     twice int generated always as (id * 2) stored, "Odd" date)
 *   v: view over t: select a, b as bb from t where a > 0
 */
#pragma once

#include "base/buf.h"
#include "base/raise.h"
#include "sql/analyze.h"
#include "sql/print.h"
#include "sql/utility.h"

struct fake {
    struct arena *arena;
    struct types *types;
    struct type_env env;
    struct name_scope scope;
};

static const struct column_def fake_t_columns[] = {
    {.attr = 1, .name = "a", .type = TYPE_INT4, .typmod = -1, .is_not_null = true},
    {.attr = 2, .name = "b", .type = TYPE_TEXT, .typmod = -1, .collation = 100},
    {.attr = 3, .name = "c", .type = TYPE_NUMERIC, .typmod = 655366, .default_sql = "1.5"},
    {.attr = 4, .name = "d", .type = TYPE_BOOL, .typmod = -1},
};
static const struct index_key fake_t_keys[] = {{.attr = 1, .type = TYPE_INT4}};
static const struct index_def fake_t_pkey = {.index = 20001,
                                             .table = 20000,
                                             .name = "t_pkey",
                                             .is_unique = true,
                                             .is_primary = true,
                                             .key_count = 1,
                                             .keys = fake_t_keys,
                                             .constraint = 20002};
static const struct index_def *const fake_t_indexes[] = {&fake_t_pkey};
static const attr_no fake_one[] = {1};
static const struct constraint_def fake_t_constraints[] = {
    {.constraint = 20002,
     .name = "t_pkey",
     .kind = CONSTRAINT_PRIMARY,
     .attr_count = 1,
     .attrs = fake_one,
     .index = 20001},
};

static const struct column_def fake_u_columns[] = {
    {.attr = 1, .name = "a", .type = TYPE_INT8, .typmod = -1},
    {.attr = 2, .name = "x", .type = TYPE_TEXT, .typmod = -1, .collation = 100},
    {.attr = 3, .name = "y", .type = TYPE_INT4, .typmod = -1},
};
static const struct index_key fake_u_keys[] = {{.attr = 3, .type = TYPE_INT4}};
static const struct index_def fake_u_y = {.index = 20011,
                                          .table = 20010,
                                          .name = "u_y_idx",
                                          .is_unique = true,
                                          .key_count = 1,
                                          .keys = fake_u_keys};
static const struct index_def *const fake_u_indexes[] = {&fake_u_y};

static const struct column_def fake_w_columns[] = {
    {.attr = 1,
     .name = "id",
     .type = TYPE_INT4,
     .typmod = -1,
     .is_not_null = true,
     .identity = IDENTITY_ALWAYS,
     .sequence = 20025},
    {.attr = 2, .name = "v", .type = TYPE_VARCHAR, .typmod = 7, .collation = 100},
    {.attr = 3, .name = "twice", .type = TYPE_INT4, .typmod = -1, .generated_sql = "(id * 2)"},
    {.attr = 4, .name = "gone", .type = TYPE_INT4, .typmod = -1, .is_dropped = true},
    {.attr = 5, .name = "Odd", .type = TYPE_DATE, .typmod = -1},
};
static const struct constraint_def fake_w_constraints[] = {
    {.constraint = 20021, .name = "w_v_check", .kind = CONSTRAINT_CHECK, .check_sql = "(v <> '')"},
};

static const struct column_def fake_v_columns[] = {
    {.attr = 1, .name = "a", .type = TYPE_INT4, .typmod = -1},
    {.attr = 2, .name = "bb", .type = TYPE_TEXT, .typmod = -1, .collation = 100},
};

static const struct table fake_tables[] = {
    {.table = 20000,
     .schema = SCHEMA_PUBLIC,
     .name = "t",
     .schema_name = "public",
     .kind = TABLE_PLAIN,
     .persistence = 'p',
     .column_count = 4,
     .columns = fake_t_columns,
     .primary = &fake_t_pkey,
     .index_count = 1,
     .indexes = fake_t_indexes,
     .constraint_count = 1,
     .constraints = fake_t_constraints,
     .row_type = 20003},
    {.table = 20010,
     .schema = SCHEMA_PUBLIC,
     .name = "u",
     .schema_name = "public",
     .kind = TABLE_PLAIN,
     .persistence = 'p',
     .column_count = 3,
     .columns = fake_u_columns,
     .index_count = 1,
     .indexes = fake_u_indexes},
    {.table = 20020,
     .schema = SCHEMA_PUBLIC,
     .name = "w",
     .schema_name = "public",
     .kind = TABLE_PLAIN,
     .persistence = 'p',
     .column_count = 5,
     .columns = fake_w_columns,
     .constraint_count = 1,
     .constraints = fake_w_constraints},
    {.table = 20030,
     .schema = SCHEMA_PUBLIC,
     .name = "v",
     .schema_name = "public",
     .kind = TABLE_VIEW,
     .persistence = 'p',
     .column_count = 2,
     .columns = fake_v_columns,
     .view_sql = "SELECT a, b AS bb FROM public.t WHERE a > 0"},
};

static const struct table *
fake_relation(void *object, const char *schema, const char *name)
{
    (void)object;
    if (schema != NULL && strcmp(schema, "public") != 0)
        return NULL;
    for (size_t i = 0; i < sizeof fake_tables / sizeof fake_tables[0]; i++) {
        if (strcmp(fake_tables[i].name, name) == 0)
            return &fake_tables[i];
    }
    return NULL;
}

static const struct table *
fake_relation_oid(void *object, oid table)
{
    (void)object;
    for (size_t i = 0; i < sizeof fake_tables / sizeof fake_tables[0]; i++) {
        if (fake_tables[i].table == table)
            return &fake_tables[i];
    }
    return NULL;
}

static bool
fake_has_schema(void *object, const char *schema)
{
    (void)object;
    return strcmp(schema, "public") == 0;
}

static const char *
fake_create_schema(void *object)
{
    (void)object;
    return "public";
}

static oid
fake_collation(void *object, const char *schema, const char *name)
{
    (void)object;
    (void)schema;
    return strcmp(name, "C") == 0 ? 950 : strcmp(name, "POSIX") == 0 ? 951 : OID_NONE;
}

static const char *
fake_collation_name(void *object, oid collation)
{
    (void)object;
    return collation == 950 ? "C" : collation == 951 ? "POSIX" : "default";
}

static const char *
fake_database_name(void *object)
{
    (void)object;
    return "main";
}

static void
fake_init(struct fake *fake)
{
    memset(fake, 0, sizeof *fake);
    fake->arena = arena_new(&(struct arena_options){.name = "test", .on_full = raise_arena_full});
    fake->types = types_new();
    fake->env = (struct type_env){
        .types = fake->types, .extra_float_digits = 1, .standard_conforming_strings = true};
    fake->scope = (struct name_scope){.types = fake->types,
                                      .env = &fake->env,
                                      .relation = fake_relation,
                                      .relation_oid = fake_relation_oid,
                                      .has_schema = fake_has_schema,
                                      .create_schema = fake_create_schema,
                                      .collation = fake_collation,
                                      .collation_name = fake_collation_name,
                                      .database_name = fake_database_name};
}

static void
fake_deinit(struct fake *fake)
{
    types_free(fake->types);
    arena_free(fake->arena);
}

/* The error as one line, in the arena. */
static const char *
fake_error(struct fake *fake, const struct error *error, bool with_hint)
{
    char code[6];
    sqlstate_text(error->code, code);
    const char *text =
        arena_format(fake->arena, "%s @%u: %s", code, error->position, error->message);
    if (with_hint && error->detail != NULL)
        text = arena_format(fake->arena, "%s | %s", text, error->detail);
    if (with_hint && error->hint != NULL)
        text = arena_format(fake->arena, "%s | %s", text, error->hint);
    return text;
}

/* The last statement of the text, analysed; the tree or the error as text in the arena. */
static const char *
fake_analyze_with(struct fake *fake, const char *sql, struct param_types *params, bool is_lifted,
                  bool with_hint, struct query **out)
{
    struct catch frame;
    const char *volatile text = NULL;
    if (catch_begin(&frame, fake->arena)) {
        struct raw_list *list = parse_sql(fake->arena, slice_text(sql));
        struct analyze_options options = {
            .arena = fake->arena, .scope = &fake->scope, .params = params, .is_lifted = is_lifted};
        struct query *q = analyze(&options, &list->statements[list->count - 1]);
        if (out != NULL)
            *out = q;
        struct buf buf;
        buf_init(&buf);
        print_query(&buf, &fake->env, q);
        text = (const char *)arena_slice(fake->arena, buf_slice(&buf)).data;
        buf_deinit(&buf);
        catch_end(&frame);
    } else {
        text = fake_error(fake, frame.error, with_hint);
    }
    return text;
}

static inline const char *
fake_analyze(struct fake *fake, const char *sql, struct param_types *params, bool with_hint,
             struct query **out)
{
    return fake_analyze_with(fake, sql, params, false, with_hint, out);
}

/* The key of a statement whose literals were lifted. */
static inline const char *
fake_analyze_lifted(struct fake *fake, const char *sql, struct param_types *params)
{
    return fake_analyze_with(fake, sql, params, true, true, NULL);
}
