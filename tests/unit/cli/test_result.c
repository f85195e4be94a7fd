/*
 * test_result.c: results print as psql prints them, whatever is in them.
 */
#include "unit/unit.h"

#include "cli/result.h"
#include <locale.h>
#include <stdlib.h>
#include <string.h>

static const struct print_style aligned = {.null_text = "", .separator = "|"};

static char *
printed(const struct result *result, const struct print_style *style)
{
    char *text = NULL;
    size_t bytes;
    FILE *to = open_memstream(&text, &bytes);
    assert_non_null(to);
    result_print(result, style, to);
    assert_int_equal(fclose(to), 0);
    return text;
}

static void
must_print(const struct result *result, const struct print_style *style, const char *expected)
{
    char *text = printed(result, style);
    assert_string_equal(text, expected);
    free(text);
}

static void
put(struct result *result, uint32_t column, const char *text)
{
    result_cell(result, column, text, strlen(text));
}

/* A number and a text column. */
static void
begin(struct result *result)
{
    result_init(result);
    result_begin(result, 2);
    result_column(result, 0, "n", true);
    result_column(result, 1, "name", false);
}

static void
columns_are_aligned(void **state)
{
    (void)state;
    struct result result;
    begin(&result);
    result_row(&result);
    put(&result, 0, "1");
    put(&result, 1, "a longer one");
    result_row(&result);
    put(&result, 0, "1000");
    must_print(&result, &aligned,
               "  n   |     name     \n"
               "------+--------------\n"
               "    1 | a longer one\n"
               " 1000 | \n"
               "(2 rows)\n\n");
    struct print_style bare = aligned;
    bare.tuples_only = true;
    bare.null_text = "(null)";
    must_print(&result, &bare, "    1 | a longer one\n 1000 | (null)\n\n");
    result_deinit(&result);
}

static void
lines_and_wide_characters_keep_their_columns(void **state)
{
    (void)state;
    struct result result;
    begin(&result);
    result_row(&result);
    put(&result, 0, "1\n23");
    put(&result, 1, "x");
    result_row(&result);
    put(&result, 1, "\xe6\xbc\xa2\xe5\xad\x97");
    result_row(&result);
    put(&result, 1, "\xff\xfe");
    must_print(&result, &aligned,
               " n  | name \n"
               "----+------\n"
               "  1+| x\n"
               " 23 | \n"
               "    | \xe6\xbc\xa2\xe5\xad\x97\n"
               "    | \xff\xfe\n"
               "(3 rows)\n\n");
    result_deinit(&result);
}

static void
other_forms(void **state)
{
    (void)state;
    struct result result;
    begin(&result);
    result_row(&result);
    put(&result, 0, "1");
    struct print_style style = aligned;
    style.is_unaligned = true;
    style.null_text = "-";
    must_print(&result, &style, "n|name\n1|-\n(1 row)\n");
    style.tuples_only = true;
    must_print(&result, &style, "1|-\n");
    style.is_expanded = true;
    must_print(&result, &style, "-[ RECORD 1 ]\nn    | 1\nname | -\n\n");
    result_deinit(&result);
}

static void
results_without_columns_or_rows(void **state)
{
    (void)state;
    struct result result;
    begin(&result);
    must_print(&result, &aligned, " n | name \n---+------\n(0 rows)\n\n");
    result_begin(&result, 0);
    result_row(&result);
    char *text = printed(&result, &aligned);
    assert_non_null(strstr(text, "(1 row)"));
    free(text);
    result_deinit(&result);
}

static void
many_rows_are_all_there(void **state)
{
    (void)state;
    struct result result;
    struct print_style style = aligned;
    char number[16];
    begin(&result);
    for (int i = 0; i < 5000; i++) {
        result_row(&result);
        snprintf(number, sizeof number, "%d", i);
        put(&result, 0, number);
        put(&result, 1, number);
    }
    style.is_unaligned = style.tuples_only = true;
    char *text = printed(&result, &style), *at = text;
    for (int i = 0; i < 5000; i++) {
        snprintf(number, sizeof number, "%d|", i);
        assert_memory_equal(at, number, strlen(number));
        at = strchr(at, '\n') + 1;
    }
    assert_int_equal(*at, '\0');
    free(text);
    result_deinit(&result);
}

int
main(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_aligned),
        cmocka_unit_test(lines_and_wide_characters_keep_their_columns),
        cmocka_unit_test(other_forms),
        cmocka_unit_test(results_without_columns_or_rows),
        cmocka_unit_test(many_rows_are_all_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
