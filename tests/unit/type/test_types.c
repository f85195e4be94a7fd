/*
 * test_types.c: the registry says of every type, function, operator and cast what PostgreSQL 15's
 * catalog says, finds each of its rows by number and by name, and has none twice.
 *
 * What PostgreSQL has and the registry has not is listed with its reason in catalog/missing.tsv.
 *
 * catalog/ holds PostgreSQL's rows (catalog.py wrote them). Every row of the registry must be among
 * them with the same properties; objects of Rowan's own have numbers from OID_OWN_FIRST on.
 */
#include "base/arena.h"
#include "base/fault.h"
#include "base/raise.h"
#include "type/types.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define OID_OWN_FIRST 8000
#define OID_OWN_END 16384
#define FIELDS_MAX 24
#define TEXT_BYTES_MAX 4096

/* One catalog table, by the number that begins a line. */
struct catalog {
    char *text;
    char **lines;
    uint32_t count;
};

static uint32_t failures;

static void
differ(const char *what, oid object, const char *got, const char *expected)
{
    failures++;
    print_error("%s %u: the registry has \"%s\", PostgreSQL \"%s\"\n", what, object, got, expected);
}

static struct catalog
read_catalog(const char *name)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s.tsv", CATALOG_FOLDER, name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    size_t bytes = (size_t)ftell(file);
    rewind(file);
    struct catalog catalog = {.text = malloc(bytes + 1)};
    assert_int_equal(fread(catalog.text, 1, bytes, file), bytes);
    catalog.text[bytes] = 0;
    fclose(file);
    catalog.lines = malloc((bytes / 8 + 1) * sizeof *catalog.lines);
    for (char *rest = catalog.text, *line; (line = strsep(&rest, "\n")) != NULL;) {
        if (*line != 0)
            catalog.lines[catalog.count++] = line;
    }
    return catalog;
}

static void
free_catalog(struct catalog *catalog)
{
    free(catalog->lines);
    free(catalog->text);
}

/* The line that begins with the key and a tab; null if there is none. */
static const char *
find_line(const struct catalog *catalog, const char *key)
{
    size_t bytes = strlen(key);
    for (uint32_t i = 0; i < catalog->count; i++) {
        if (strncmp(catalog->lines[i], key, bytes) == 0 && catalog->lines[i][bytes] == '\t')
            return catalog->lines[i];
    }
    return NULL;
}

/* Rows that differ from PostgreSQL's on purpose. */
static bool
is_exempt(const char *what, oid object)
{
    static const struct {
        const char *what;
        oid object;
    } exempt[] = {
        {"type", TYPE_RECORD_ARRAY}, /* an array as others are; PostgreSQL calls it a pseudo-type */
    };
    for (size_t i = 0; i < sizeof exempt / sizeof exempt[0]; i++) {
        if (strcmp(exempt[i].what, what) == 0 && exempt[i].object == object)
            return true;
    }
    return false;
}

static void
compare_row(const struct catalog *catalog, const char *what, oid object, const char *key,
            const char *row)
{
    const char *line = find_line(catalog, key);
    if (object >= OID_OWN_FIRST && object < OID_OWN_END && line == NULL)
        return;
    if ((line == NULL || strcmp(line, row) != 0) && !is_exempt(what, object))
        differ(what, object, row, line == NULL ? "(no row)" : line);
}

static char
yes_no(bool yes)
{
    return yes ? 't' : 'f';
}

static void
types_are_postgresqls(void **state)
{
    struct types *types = *state;
    struct catalog catalog = read_catalog("types");
    char row[TEXT_BYTES_MAX], key[16];
    const struct type_info *type;
    failures = 0;
    for (uint32_t i = 0; (type = types_at(types, i)) != NULL; i++) {
        snprintf(key, sizeof key, "%u", type->type);
        snprintf(row, sizeof row,
                 "%u\t%s\t%s\t%d\t%c\t%c\t%c\t%c\t%c\t%c\t%c\t%c\t%u\t%u\t%u\t%u\t%u\t%u\t%u\t%u",
                 type->type, type->name, type->sql_name, type->length, yes_no(type->is_by_value),
                 type->align, type->category, type->kind, type->storage, yes_no(type->is_preferred),
                 yes_no(type->is_collatable), type->delimiter, type->array, type->element,
                 type->input_oid, type->output_oid, type->recv_oid, type->send_oid,
                 type->typmod_in_oid, type->typmod_out_oid);
        compare_row(&catalog, "type", type->type, key, row);
        assert_non_null(type->input);
        assert_non_null(type->output);
        assert_ptr_equal(types_find(types, type->type), type);
        assert_ptr_equal(types_find_name(types, type->name), type);
    }
    free_catalog(&catalog);
    assert_int_equal(failures, 0);
}

static char
kind_letter(enum func_kind kind)
{
    return "fawp"[kind];
}

static void
functions_are_postgresqls(void **state)
{
    struct types *types = *state;
    struct catalog catalog = read_catalog("funcs");
    char row[TEXT_BYTES_MAX], key[16], args[1024];
    const struct func_info *func;
    failures = 0;
    for (uint32_t i = 0; (func = types_func_at(types, i)) != NULL; i++) {
        int used = 0;
        args[0] = 0;
        for (uint32_t k = 0; k < func->arg_count; k++)
            used += snprintf(args + used, sizeof args - (size_t)used, "%s%u", k > 0 ? "," : "",
                             func->args[k]);
        const struct aggregate_info *aggregate = func->aggregate;
        snprintf(key, sizeof key, "%u", func->func);
        snprintf(row, sizeof row, "%u\t%s\t%u\t%c\t%c\t%c\t%u\t%c\t%u\t%s\t%c\t%u", func->func,
                 func->name, func->result, "isv"[func->volatility], yes_no(func->is_strict),
                 yes_no(func->is_set), func -> variadic, kind_letter(func->kind),
                 func -> default_count, args, aggregate == NULL ? '-' : aggregate->agg_kind,
                 aggregate == NULL ? 0 : aggregate->sort_operator);
        compare_row(&catalog, "function", func->func, key, row);
        assert_ptr_equal(types_func(types, func->func), func);
        const struct func_info *const *named = types_funcs_named(types, func->name);
        while (*named != NULL && *named != func)
            named++;
        assert_ptr_equal(*named, func);
    }
    free_catalog(&catalog);
    assert_int_equal(failures, 0);
}

static void
operators_are_postgresqls(void **state)
{
    struct types *types = *state;
    struct catalog catalog = read_catalog("operators");
    char row[TEXT_BYTES_MAX], key[16];
    const struct operator_info *op;
    failures = 0;
    for (uint32_t i = 0; (op = types_operator_at(types, i)) != NULL; i++) {
        snprintf(key, sizeof key, "%u", op->op);
        snprintf(row, sizeof row, "%u\t%s\t%u\t%u\t%u\t%u\t%u\t%u\t%c\t%c\t%s\t%s", op->op,
                 op->name, op->left, op->right, op->result, op->func, op->commutator, op->negator,
                 yes_no(op->can_hash), yes_no(op->can_merge),
                 op->restrict_est == NULL ? "-" : op->restrict_est,
                 op->join_est == NULL ? "-" : op->join_est);
        compare_row(&catalog, "operator", op->op, key, row);
        assert_ptr_equal(types_operator(types, op->op), op);
        assert_non_null(types_func(types, op->func));
    }
    free_catalog(&catalog);
    assert_int_equal(failures, 0);
}

/* A table of a file that is named twice makes every use of its operators ambiguous. */
static void
operators_are_there_once(void **state)
{
    struct types *types = *state;
    const struct operator_info *op;
    for (uint32_t i = 0; (op = types_operator_at(types, i)) != NULL; i++) {
        uint32_t count = 0;
        const struct operator_info *const *named = types_operators_named(types, op->name);
        for (uint32_t k = 0; named[k] != NULL; k++)
            count += named[k] == op;
        assert_int_equal(count, 1);
    }
}

static void
casts_are_postgresqls(void **state)
{
    struct types *types = *state;
    struct catalog catalog = read_catalog("casts");
    char row[TEXT_BYTES_MAX], key[32];
    const struct cast_info *cast;
    failures = 0;
    for (uint32_t i = 0; (cast = types_cast_at(types, i)) != NULL; i++) {
        snprintf(key, sizeof key, "%u\t%u", cast->source, cast->target);
        snprintf(row, sizeof row, "%u\t%u\t%u\t%c\t%c", cast->source, cast->target, cast->func,
                 "eai"[cast->context], "fbi"[cast->method]);
        compare_row(&catalog, "cast of", cast->source, key, row);
        assert_ptr_equal(types_cast(types, cast->source, cast->target), cast);
        assert_true(cast->method != CAST_FUNC || types_func(types, cast->func) != NULL);
    }
    free_catalog(&catalog);
    assert_int_equal(failures, 0);
}

/* Every cast of PostgreSQL between two types that the registry has must be there. */
static void
casts_are_complete(void **state)
{
    struct types *types = *state;
    struct catalog catalog = read_catalog("casts");
    failures = 0;
    for (uint32_t i = 0; i < catalog.count; i++) {
        unsigned source, target;
        assert_int_equal(sscanf(catalog.lines[i], "%u\t%u", &source, &target), 2);
        const struct type_info *from = types_find(types, source), *to = types_find(types, target);
        if (from != NULL && to != NULL && types_cast(types, source, target) == NULL)
            differ("cast", source, "(none)", catalog.lines[i]);
    }
    free_catalog(&catalog);
    assert_int_equal(failures, 0);
}

/* The fields of a line between tabs. */
static uint32_t
split(char *line, char **fields)
{
    uint32_t count = 0;
    for (char *rest = line, *field; count < FIELDS_MAX && (field = strsep(&rest, "\t")) != NULL;)
        fields[count++] = field;
    return count;
}

/* Whether SQL can call a function of these types: all are there, none is for the server alone. */
static bool
has_all_types(const struct types *types, const char *result, char *args)
{
    oid type = (oid)strtoul(result, NULL, 10);
    if (type == TYPE_INTERNAL || types_find(types, type) == NULL)
        return false;
    for (char *rest = args, *arg; (arg = strsep(&rest, ",")) != NULL;) {
        type = (oid)strtoul(arg, NULL, 10);
        if (*arg != 0 && (type == TYPE_INTERNAL || types_find(types, type) == NULL))
            return false;
    }
    return true;
}

/*
 * Of PostgreSQL's functions over types that are there, those that are not are listed, with the
 * reason, in missing.tsv; and nothing else is. missing.py writes the list anew.
 */
static void
missing_functions_are_listed(void **state)
{
    struct types *types = *state;
    struct catalog catalog = read_catalog("funcs"), listed = read_catalog("missing");
    failures = 0;
    for (uint32_t i = 0; i < catalog.count; i++) {
        char line[TEXT_BYTES_MAX], *fields[FIELDS_MAX];
        snprintf(line, sizeof line, "%s", catalog.lines[i]);
        assert_true(split(line, fields) >= 10);
        oid func = (oid)strtoul(fields[0], NULL, 10);
        bool is_there = types_func(types, func) != NULL;
        bool is_wanted = has_all_types(types, fields[2], fields[9]);
        const char *reason = find_line(&listed, fields[0]);
        if (is_wanted && !is_there && reason == NULL)
            differ("function", func, "(none, and not in missing.tsv)", catalog.lines[i]);
        if (reason != NULL && (is_there || !is_wanted))
            differ("function", func, is_there ? "it" : "not its types", reason);
    }
    for (uint32_t i = 0; i < listed.count; i++) {
        char line[TEXT_BYTES_MAX], *fields[FIELDS_MAX];
        snprintf(line, sizeof line, "%s", listed.lines[i]);
        assert_int_equal(split(line, fields), 3);
        if (find_line(&catalog, fields[0]) == NULL)
            differ("function", (oid)strtoul(fields[0], NULL, 10), listed.lines[i], "(no row)");
    }
    free_catalog(&listed);
    free_catalog(&catalog);
    assert_int_equal(failures, 0);
}

/* Every operator of PostgreSQL whose types and function the registry has must be there. */
static void
operators_are_complete(void **state)
{
    struct types *types = *state;
    struct catalog catalog = read_catalog("operators");
    failures = 0;
    for (uint32_t i = 0; i < catalog.count; i++) {
        char line[TEXT_BYTES_MAX], *fields[FIELDS_MAX];
        snprintf(line, sizeof line, "%s", catalog.lines[i]);
        assert_true(split(line, fields) >= 6);
        oid op = (oid)strtoul(fields[0], NULL, 10);
        if (types_operator(types, op) == NULL &&
            types_func(types, (oid)strtoul(fields[5], NULL, 10)) != NULL)
            differ("operator", op, "(none)", catalog.lines[i]);
    }
    free_catalog(&catalog);
    assert_int_equal(failures, 0);
}

static void
orders_have_their_operators(void **state)
{
    struct types *types = *state;
    static const oid pairs[][2] = {
        {TYPE_INT4, TYPE_INT8},       {TYPE_INT2, TYPE_INT2},     {TYPE_TEXT, TYPE_TEXT},
        {TYPE_VARCHAR, TYPE_VARCHAR}, {TYPE_NAME, TYPE_TEXT},     {TYPE_NUMERIC, TYPE_NUMERIC},
        {TYPE_BPCHAR, TYPE_BPCHAR},   {TYPE_FLOAT4, TYPE_FLOAT8}, {TYPE_BOOL, TYPE_BOOL},
        {TYPE_UUID, TYPE_UUID},       {TYPE_BYTEA, TYPE_BYTEA},   {TYPE_OID, TYPE_OID}};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        for (int strategy = BTREE_LT; strategy <= BTREE_GT; strategy++) {
            const struct operator_info *op =
                types_btree_operator(types, pairs[i][0], pairs[i][1], (enum btree_op)strategy);
            assert_non_null(op);
            assert_int_equal(types_btree_strategy(types, op->op), strategy);
        }
    }
    assert_null(types_btree_operator(types, TYPE_INT4, TYPE_TEXT, BTREE_EQ));
    assert_int_equal(types_btree_strategy(types, 518), 0); /* int4 <> int4 */
    assert_int_equal(types_btree_operator(types, TYPE_INT4, TYPE_INT4, BTREE_LT)->op, 97);
}

static void
what_is_not_there_is_not_found(void **state)
{
    struct types *types = *state;
    assert_null(types_find(types, OID_NONE));
    assert_null(types_find(types, OID_USER_FIRST));
    assert_null(types_find_name(types, "nothing"));
    assert_null(types_func(types, OID_USER_FIRST));
    assert_null(types_operator(types, OID_USER_FIRST));
    assert_null(types_cast(types, TYPE_UUID, TYPE_INT4));
    assert_null(types_funcs_named(types, "nothing")[0]);
    assert_null(types_operators_named(types, "nothing")[0]);
    assert_null(types_length_cast(types, TYPE_TEXT));
    assert_non_null(types_length_cast(types, TYPE_VARCHAR));
}

static void
type_names_are_as_users_write_them(void **state)
{
    struct types *types = *state;
    struct arena *arena = arena_new(&(struct arena_options){.name = "test"});
    static const struct {
        oid type;
        int32_t typmod;
        const char *name;
    } names[] = {{TYPE_VARCHAR, 14, "character varying(10)"},
                 {TYPE_VARCHAR, -1, "character varying"},
                 {TYPE_BPCHAR, 7, "character(3)"},
                 {TYPE_NUMERIC, ((10 << 16) | 2) + 4, "numeric(10,2)"},
                 {TYPE_NUMERIC, ((3 << 16) | (-2 & 0x7ff)) + 4, "numeric(3,-2)"},
                 {TYPE_INT4, -1, "integer"},
                 {TYPE_FLOAT8, -1, "double precision"},
                 {TYPE_CHAR, -1, "\"char\""},
                 {OID_NONE, -1, "-"}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_string_equal(type_format(types, arena, names[i].type, names[i].typmod),
                            names[i].name);
    arena_free(arena);
}

/* The n-th allocation fails, for every n: no registry, and nothing leaks (the sanitizers look). */
static void
no_memory_makes_no_registry(void **state)
{
    (void)state;
    for (uint64_t nth = 1;; nth++) {
        assert_true(nth < 1000);
        fault_arm(FAULT_ALLOC, nth);
        struct types *types = types_new();
        bool was_hit = fault_was_hit(FAULT_ALLOC);
        fault_arm(FAULT_ALLOC, 0);
        types_free(types);
        if (!was_hit) {
            assert_non_null(types);
            return;
        }
        assert_null(types);
    }
}

static int
set_up(void **state)
{
    *state = types_new();
    return *state == NULL;
}

static int
tear_down(void **state)
{
    types_free(*state);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types_are_postgresqls),
        cmocka_unit_test(functions_are_postgresqls),
        cmocka_unit_test(operators_are_postgresqls),
        cmocka_unit_test(operators_are_there_once),
        cmocka_unit_test(casts_are_postgresqls),
        cmocka_unit_test(casts_are_complete),
        cmocka_unit_test(missing_functions_are_listed),
        cmocka_unit_test(operators_are_complete),
        cmocka_unit_test(orders_have_their_operators),
        cmocka_unit_test(what_is_not_there_is_not_found),
        cmocka_unit_test(type_names_are_as_users_write_them),
        cmocka_unit_test(no_memory_makes_no_registry),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
