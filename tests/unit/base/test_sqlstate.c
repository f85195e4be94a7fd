/*
 * Goal: codes survive the way to text and back, and are packed as PostgreSQL packs them. Method:
 * examples, and all codes of two classes of characters.
 */
#include "base/sqlstate.h"
#include "unit/unit.h"

static void
codes_read_as_text(void **state)
{
    (void)state;
    char text[6];
    sqlstate_text(SQLSTATE_UNIQUE_VIOLATION, text);
    assert_string_equal(text, "23505");
    sqlstate_text(SQLSTATE_UNDEFINED_TABLE, text);
    assert_string_equal(text, "42P01");
    sqlstate_text(SQLSTATE_SUCCESSFUL_COMPLETION, text);
    assert_string_equal(text, "00000");
    sqlstate_text(SQLSTATE_FDW_OPTION_NAME_NOT_FOUND, text);
    assert_string_equal(text, "HV00J");
    sqlstate_text(sqlstate_class(SQLSTATE_UNIQUE_VIOLATION), text);
    assert_string_equal(text, "23000");
    /* 42P01 as PostgreSQL's integer. */
    assert_int_equal(SQLSTATE_UNDEFINED_TABLE, 4 + (2 << 6) + (32 << 12) + (0 << 18) + (1 << 24));
}

static void
text_reads_as_codes(void **state)
{
    (void)state;
    static const char characters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    for (int place = 0; place < 5; place++) {
        for (const char *c = characters; *c != '\0'; c++) {
            char text[6] = "00000", again[6];
            text[place] = *c;
            sqlstate code;
            assert_true(sqlstate_parse(slice_text(text), &code));
            sqlstate_text(code, again);
            assert_string_equal(again, text);
        }
    }
    sqlstate code = 99;
    assert_false(sqlstate_parse(slice_text("2350"), &code));
    assert_false(sqlstate_parse(slice_text("235055"), &code));
    assert_false(sqlstate_parse(slice_text("42p01"), &code));
    assert_false(sqlstate_parse(slice_text("42 01"), &code));
    assert_int_equal(code, 99);
}

static void
conditions_are_found_by_name(void **state)
{
    (void)state;
    sqlstate code = 99;
    assert_true(sqlstate_find(slice_text("unique_violation"), &code));
    assert_int_equal(code, SQLSTATE_UNIQUE_VIOLATION);
    assert_true(sqlstate_find(slice_text("Division_By_Zero"), &code));
    assert_int_equal(code, SQLSTATE_DIVISION_BY_ZERO);
    assert_true(sqlstate_find(slice_text("null_value_not_allowed"), &code));
    assert_int_equal(code, SQLSTATE_OF('2', '2', '0', '0', '4'));
    assert_false(sqlstate_find(slice_text("unique_violatio"), &code));
    assert_false(sqlstate_find(slice_text(""), &code));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_read_as_text),
        cmocka_unit_test(text_reads_as_codes),
        cmocka_unit_test(conditions_are_found_by_name),
    };
    return cmocka_run_group_tests_name("sqlstate", tests, NULL, NULL);
}
