/*
 * test_analyze.c: statements become the bound trees that they should, wrong ones PostgreSQL's
 * errors.
 *
 * Method: tables of statements over the scope of fake.h. trees.inc holds trees as print.h shows
 * them; errors.inc holds errors that were compared, to the position and the hint, with those of
 * PostgreSQL 15.
 */
#include "unit/unit.h"

#include "fake.h"

struct example {
    const char *sql, *expected;
};

#include "errors.inc"
#include "trees.inc"

static void
check_examples(const struct example *examples, size_t count)
{
    struct fake fake;
    fake_init(&fake);
    size_t wrong = 0;
    for (size_t i = 0; i < count; i++) {
        struct param_types params = {.can_infer = true};
        const char *got = fake_analyze(&fake, examples[i].sql, &params, true, NULL);
        if (strcmp(got, examples[i].expected) == 0)
            continue;
        wrong++;
        print_error("%s\n  expected: %s\n  got:      %s\n", examples[i].sql, examples[i].expected,
                    got);
    }
    assert_int_equal(wrong, 0);
    assert_true(count > 50);
    fake_deinit(&fake);
}

static void
statements_become_trees(void **state)
{
    (void)state;
    check_examples(trees, sizeof trees / sizeof trees[0]);
}

static void
wrong_statements_are_told(void **state)
{
    (void)state;
    check_examples(errors, sizeof errors / sizeof errors[0]);
}

static void
parameters_take_types_from_context(void **state)
{
    (void)state;
    struct fake fake;
    fake_init(&fake);
    struct param_types params = {.can_infer = true};
    fake_analyze(&fake, "select * from t where a = $1 and b like $2 and c in ($3, 1.5) limit $4",
                 &params, false, NULL);
    assert_int_equal(params.count, 4);
    const oid expected[] = {TYPE_INT4, TYPE_TEXT, TYPE_NUMERIC, TYPE_INT8};
    assert_memory_equal(params.types, expected, sizeof expected);

    /* Types given stand, and must fit. */
    oid given[] = {TYPE_INT8};
    struct param_types fixed = {.count = 1, .types = given};
    assert_string_equal(fake_analyze(&fake, "select $1 + 1", &fixed, false, NULL),
                        "(select (targets ?column?=(int84pl $1:int8 1:int4)))");
    assert_string_equal(fake_analyze(&fake, "select $2", &fixed, false, NULL),
                        "42P02 @8: there is no parameter $2");
    struct param_types two = {.can_infer = true};
    assert_string_equal(fake_analyze(&fake, "select $1 = 1, $1 = 'x'::text", &two, true, NULL),
                        "42883 @19: operator does not exist: integer = text | No operator matches "
                        "the given name and argument types. You might need to add explicit type "
                        "casts.");
    struct param_types none = {.can_infer = true};
    assert_string_equal(fake_analyze(&fake, "select $2 + 1", &none, false, NULL),
                        "42P18 @0: could not determine data type of parameter $1");
    fake_deinit(&fake);
}

static void
result_columns_know_their_origin(void **state)
{
    (void)state;
    struct fake fake;
    fake_init(&fake);
    struct query *q = NULL;
    fake_analyze(&fake, "select s.a, s.n, v.bb from (select a, a + 1 as n from t) s, v", NULL,
                 false, &q);
    assert_non_null(q);
    const struct target *targets;
    assert_int_equal(query_result_columns(q, &targets), 3);
    assert_int_equal(targets[0].origin_table, 20000);
    assert_int_equal(targets[0].origin_column, 1);
    assert_int_equal(targets[1].origin_table, OID_NONE);
    assert_int_equal(targets[2].origin_table, 20030);
    assert_int_equal(targets[2].origin_column, 2);
    fake_deinit(&fake);
}

static void
reading_is_told_from_writing(void **state)
{
    (void)state;
    static const struct {
        const char *sql;
        bool is_read_only;
        const char *tag;
    } cases[] = {
        {"select 1", true, "SELECT"},
        {"select * from t for update", false, "SELECT"},
        {"with q as (insert into u values (1) returning a) select * from q", false, "SELECT"},
        {"insert into t (a) values (1)", false, "INSERT"},
        {"explain insert into t (a) values (1)", true, "EXPLAIN"},
        {"explain analyze insert into t (a) values (1)", false, "EXPLAIN"},
        {"copy t to stdout", true, "COPY"},
        {"copy t from stdin", false, "COPY"},
        {"create table x (a int)", false, "CREATE TABLE"},
        {"begin", true, "BEGIN"},
        {"show all", true, "SHOW"},
    };
    struct fake fake;
    fake_init(&fake);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct query *q = NULL;
        fake_analyze(&fake, cases[i].sql, NULL, false, &q);
        assert_non_null(q);
        assert_int_equal(query_is_read_only(q), cases[i].is_read_only);
        assert_string_equal(query_tag(q), cases[i].tag);
    }
    fake_deinit(&fake);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statements_become_trees),
        cmocka_unit_test(wrong_statements_are_told),
        cmocka_unit_test(parameters_take_types_from_context),
        cmocka_unit_test(result_columns_know_their_origin),
        cmocka_unit_test(reading_is_told_from_writing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
