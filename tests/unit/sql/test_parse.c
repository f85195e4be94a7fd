/*
 * test_parse.c: any text is parsed or refused, however deep, long or broken it is.
 *
 * Method: texts of each way to nest, shallow and 10,000 deep; a literal of many megabytes; errors
 * with their codes and places; several statements in one text.
 */
#include "unit/unit.h"

#include "fake.h"

#define DEEP 10000

/* `before` repeated, the middle, `after` repeated. */
static struct slice
repeated(struct buf *buf, const char *head, const char *before, const char *middle,
         const char *after, uint32_t times)
{
    buf_clear(buf);
    buf_put_text(buf, head);
    for (uint32_t i = 0; i < times; i++)
        buf_put_text(buf, before);
    buf_put_text(buf, middle);
    for (uint32_t i = 0; i < times; i++)
        buf_put_text(buf, after);
    buf_put_u8(buf, 0);
    return slice_of(buf->data, buf->bytes - 1);
}

static const struct {
    const char *head, *before, *middle, *after;
} shapes[] = {
    {"select ", "(", "1", ")"},
    {"select ", "1 + ", "1", ""},
    {"select ", "", "1", " + 1"},
    {"select ", "not ", "true", ""},
    {"select ", "- ", "1", ""},
    {"select ", "case when true then ", "1", " end"},
    {"select ", "abs(", "1", ")"},
    {"select ", "(select ", "1", ")"},
    {"select ", "", "1", "::int"},
    {"select ", "", "1", " is null"},
    {"select ", "true and ", "true", ""},
    {"select ", "true or (", "true", ")"},
    {"", "select 1 union all ", "select 1", ""},
    {"select * from ", "(select * from ", "t", ") x"},
    {"select * from t ", "", "", " cross join u"},
    {"select array", "[", "1", "]"},
    {"", "explain ", "select 1", ""},
};

static void
deep_texts_are_answered(void **state)
{
    (void)state;
    struct fake fake;
    fake_init(&fake);
    struct buf buf;
    buf_init(&buf);
    uint32_t refused = 0;
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        for (uint32_t times = 10; times <= DEEP; times *= 10) {
            struct slice text = repeated(&buf, shapes[i].head, shapes[i].before, shapes[i].middle,
                                         shapes[i].after, times);
            const char *got = fake_analyze(&fake, (const char *)text.data, NULL, false, NULL);
            bool is_refused = strncmp(got, "54001", 5) == 0;
            refused += is_refused;
            /* Little depth is never too much. */
            assert_false(is_refused && times == 10);
            arena_reset(fake.arena);
        }
    }
    assert_true(refused > 0);
    buf_deinit(&buf);
    fake_deinit(&fake);
}

static void
long_lists_are_not_deep(void **state)
{
    (void)state;
    struct fake fake;
    fake_init(&fake);
    struct buf buf;
    buf_init(&buf);
    static const struct {
        const char *head, *before, *middle;
    } lists[] = {
        {"select coalesce(", "1, ", "1)"},
        {"select 1 where ", "1 = 2 or ", "true"},
        {"select 1 where ", "true and 1 < 2 and ", "true"},
        {"values ", "(1, 'x'), ", "(2, null)"},
        {"select 1 in (", "1, ", "1)"},
        {"select case ", "when false then 1 ", "else 2 end"},
    };
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        struct slice text =
            repeated(&buf, lists[i].head, lists[i].before, lists[i].middle, "", 20000);
        const char *got = fake_analyze(&fake, (const char *)text.data, NULL, false, NULL);
        assert_int_equal(got[0], '(');
        arena_reset(fake.arena);
    }
    buf_deinit(&buf);
    fake_deinit(&fake);
}

static void
a_literal_may_be_huge(void **state)
{
    (void)state;
    struct fake fake;
    fake_init(&fake);
    struct buf buf;
    buf_init(&buf);
    size_t bytes = (size_t)20 << 20;
    buf_put_text(&buf, "select length('");
    memset(buf_reserve(&buf, bytes), 'x', bytes);
    buf.bytes += bytes;
    buf_put_text(&buf, "')");
    buf_put_u8(&buf, 0);
    struct query *q = NULL;
    fake_analyze(&fake, (const char *)buf.data, NULL, false, &q);
    assert_non_null(q);
    const struct expr *call = q->targets[0].expr;
    assert_int_equal(call->args[0]->constant.value.view.bytes, bytes);
    buf_deinit(&buf);
    fake_deinit(&fake);
}

static void
errors_have_places_in_characters(void **state)
{
    (void)state;
    struct fake fake;
    fake_init(&fake);
    static const char *const cases[][2] = {
        {"select 'é', foo bar baz", "42601 @21: syntax error at or near \"baz\""},
        {"select 'ééé', nosuch", "42703 @15: column \"nosuch\" does not exist"},
        {"select 'abc", "42601 @8: unterminated quoted string at or near \"'abc\""},
        {"select 1; select nosuch", "42703 @18: column \"nosuch\" does not exist"},
        {"select * from (select 1)",
         "42601 @15: subquery in FROM must have an alias | For example, FROM (SELECT ...) [AS] "
         "foo."},
        {"select E'\\uxyz'", "42601 @10: invalid Unicode escape | Unicode escapes must be \\uXXXX "
                             "or \\UXXXXXXXX."},
        {"select sum(a) over (rows between unbounded following and current row) from t",
         "42P20 @34: frame start cannot be UNBOUNDED FOLLOWING"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(fake_analyze(&fake, cases[i][0], NULL, true, NULL), cases[i][1]);
    fake_deinit(&fake);
}

static void
a_text_is_cut_into_statements(void **state)
{
    (void)state;
    struct fake fake;
    fake_init(&fake);
    struct raw_list *list = parse_sql(fake.arena, slice_text(" select 1 ;; select ';' -- end\n; "));
    assert_int_equal(list->count, 2);
    assert_true(slice_equal(list->statements[0].source, slice_text("select 1")));
    assert_true(slice_equal(list->statements[1].source, slice_text("select ';' -- end")));
    assert_int_equal(parse_sql(fake.arena, slice_text(" -- nothing"))->count, 0);
    assert_int_equal(parse_sql(fake.arena, slice_text(""))->count, 0);
    fake_deinit(&fake);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(deep_texts_are_answered),
        cmocka_unit_test(long_lists_are_not_deep),
        cmocka_unit_test(a_literal_may_be_huge),
        cmocka_unit_test(errors_have_places_in_characters),
        cmocka_unit_test(a_text_is_cut_into_statements),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
