/*
 * test_deparse.c: bound trees come back as SQL, and that SQL means the same.
 *
 * Method: every SELECT of trees.inc is printed and analysed again: the tree must be the same; and
 * expressions are printed as pg_get_expr would.
 */
#include "unit/unit.h"

#include "fake.h"
#include "sql/deparse.h"

struct example {
    const char *sql, *expected;
};

#include "trees.inc"

static void
queries_survive_the_round_trip(void **state)
{
    (void)state;
    struct fake fake;
    fake_init(&fake);
    struct deparse_options options = {
        .arena = fake.arena, .scope = &fake.scope, .qualify_all = true};
    uint32_t compared = 0;
    for (size_t i = 0; i < sizeof trees / sizeof trees[0]; i++) {
        struct param_types params = {.can_infer = true};
        struct query *q = NULL;
        fake_analyze(&fake, trees[i].sql, &params, false, &q);
        if (q->command != COMMAND_SELECT || q->row_mark_count > 0)
            continue;
        const char *sql = deparse_query(&options, q);
        struct query *again = NULL;
        const char *got = fake_analyze(&fake, sql, &params, true, &again);
        if (again == NULL || strcmp(deparse_query(&options, again), sql) != 0)
            fail_msg("%s\n  printed: %s\n  again:   %s", trees[i].sql, sql, got);
        compared++;
    }
    assert_true(compared > 25);
    fake_deinit(&fake);
}

static void
expressions_print_as_stored(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"a > 0 and b <> 'x' or not d", "(((a > 0) AND (b <> 'x'::text)) OR (NOT d))"},
        {"a + c * 2", "((a)::numeric + (c * (2)::numeric))"},
        {"b::varchar(3) like 'x%'", "(((b)::character varying(3))::text ~~ 'x%'::text)"},
        {"coalesce(b, 'z') || lower(b)", "(COALESCE(b, 'z'::text) || lower(b))"},
        {"case when a is null then 1 else a end", "CASE WHEN (a IS NULL) THEN 1 ELSE a END"},
        {"c = -5 or c = 1.5", "((c = ('-5'::integer)::numeric) OR (c = 1.5))"},
        {"d is not true", "(d IS NOT TRUE)"},
        {"a is distinct from 3", "(a IS DISTINCT FROM 3)"},
        {"greatest(a, 1)", "GREATEST(a, 1)"},
        {"'it''s'", "'it''s'"},
        {"current_date", "CURRENT_DATE"},
        {"(a, b) < (1, 'x')", "(ROW(a, b) < ROW(1, 'x'::text))"},
    };
    struct fake fake;
    fake_init(&fake);
    const struct table *t = fake_relation(NULL, NULL, "t");
    struct analyze_options analyze_options = {.arena = fake.arena, .scope = &fake.scope};
    struct deparse_options options = {.arena = fake.arena, .scope = &fake.scope};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct expr *e = analyze_expr(&analyze_options, t, cases[i][0], OID_NONE, -1);
        assert_string_equal(deparse_expr(&options, t, e), cases[i][1]);
    }
    assert_string_equal(deparse_name(fake.arena, "plain_1"), "plain_1");
    assert_string_equal(deparse_name(fake.arena, "Mixed"), "\"Mixed\"");
    assert_string_equal(deparse_name(fake.arena, "select"), "\"select\"");
    assert_string_equal(deparse_name(fake.arena, "a\"b"), "\"a\"\"b\"");
    fake_deinit(&fake);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(queries_survive_the_round_trip),
        cmocka_unit_test(expressions_print_as_stored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
