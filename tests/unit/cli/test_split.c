/*
 * test_split.c: a script is cut into statements where SQL ends them, however its lines arrive.
 *
 * Examples first; then the property that the shell rests on: a statement that is typed byte by byte
 * is complete at its semicolon and at no byte before.
 */
#include "unit/unit.h"

#include "cli/split.h"
#include <string.h>

/* Each ends with the one semicolon that ends it. */
static const char *const statements[] = {
    "select 1;",
    ";",
    "select ';', \"a;b\", 'it''s;';",
    "select e'\\';', E'a\\\\';",
    "select 'a\\';",
    "select name';';",
    "select $$;$$, $tag$ ; $$ ; $tag$;",
    "select a$1$, $1;",
    "select 1 -- not here;\n;",
    "select /* nor ; /* here; */ ; */ 1;",
    "create rule r as on insert to t do (select 1; select 2);",
    "select '\n;\n' ;",
    "select 1 - - 1, 4 / 2;",
    "create function f() returns int begin atomic select 1; select case when true then 1 end; end;",
    "Create Or Replace Procedure p() Begin Atomic insert into t values (1); End;",
    "begin;",
    "create table begin_atomic (a int);",
};

static void
statements_end_at_their_semicolon(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++) {
        bool is_open;
        size_t bytes = strlen(statements[i]);
        for (size_t n = 0; n < bytes; n++)
            assert_int_equal(statement_bytes(statements[i], n, &is_open), 0);
        assert_int_equal(statement_bytes(statements[i], bytes, &is_open), bytes);
        assert_false(is_open);
    }
}

static void
what_follows_does_not_matter(void **state)
{
    (void)state;
    bool is_open;
    const char text[] = "select 1; select ';";
    assert_int_equal(statement_bytes(text, strlen(text), &is_open), 9);
    assert_false(is_open);
}

static void
open_ends_are_told(void **state)
{
    (void)state;
    static const char *const open[] = {"select 'a",
                                       "select \"a",
                                       "select $x$ $y$",
                                       "/* a /* b */",
                                       "select (1;",
                                       "select e'\\'",
                                       "create function f() returns int begin atomic select 1;"};
    static const char *const closed[] = {"select 1", "", "select $", "a -- '", "select )"};
    bool is_open;
    for (size_t i = 0; i < sizeof open / sizeof *open; i++) {
        assert_int_equal(statement_bytes(open[i], strlen(open[i]), &is_open), 0);
        assert_true(is_open);
    }
    for (size_t i = 0; i < sizeof closed / sizeof *closed; i++) {
        assert_int_equal(statement_bytes(closed[i], strlen(closed[i]), &is_open), 0);
        assert_false(is_open);
    }
}

static void
blanks_and_comments_are_nothing(void **state)
{
    (void)state;
    static const char *const blank[] = {"", " \n\t", "-- select", ";;", "/* a */ -- b\n ", "/* a"};
    static const char *const full[] = {"1", "-- a\nb", "/* a */ b", "-", "/", "'"};
    for (size_t i = 0; i < sizeof blank / sizeof *blank; i++)
        assert_true(text_is_blank(blank[i], strlen(blank[i])));
    for (size_t i = 0; i < sizeof full / sizeof *full; i++)
        assert_false(text_is_blank(full[i], strlen(full[i])));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statements_end_at_their_semicolon),
        cmocka_unit_test(what_follows_does_not_matter),
        cmocka_unit_test(open_ends_are_told),
        cmocka_unit_test(blanks_and_comments_are_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
