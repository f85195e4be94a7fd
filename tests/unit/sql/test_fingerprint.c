/*
 * test_fingerprint.c: literals are lifted where they may be, and nothing else is touched.
 *
 * Method: texts with the key and values expected; and, for every statement of trees.inc, that the
 * key is analysed to a tree of the same shape: the same but for what the literals are.
 */
#include "unit/unit.h"

#include "fake.h"
#include "sql/fingerprint.h"

struct example {
    const char *sql, *expected;
};

#include "trees.inc"

/* The key, then each literal as {type:value}; "refused". */
static const char *
lift(struct arena *arena, const char *sql)
{
    struct buf key;
    struct fingerprint print;
    buf_init(&key);
    const char *text = "refused";
    if (fingerprint_make(slice_text(sql), &key, &print)) {
        text = (const char *)arena_slice(arena, buf_slice(&key)).data;
        for (uint32_t i = 0; i < print.count; i++) {
            struct slice value = literal_value(arena, slice_text(sql), &print.literals[i]);
            text = arena_format(arena, "%s {%u:%.*s}", text, print.literals[i].type,
                                (int)value.bytes, (const char *)value.data);
        }
    }
    buf_deinit(&key);
    return text;
}

static void
literals_are_lifted_with_care(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"select * from t where a = 5 and b='it''s' and c > -1.5e-3",
         "select * from t where a = $1 and b=$2 and c > $3 {23:5} {705:it's} {1700:-1.5e-3}"},
        {"select'x',1::numeric(10,2),-5::int2,- 7 from t order by 1 limit 5",
         "select $1,$2::numeric(10,2),-$3::int2,$4 from t order by 1 limit 5 {705:x} {23:1} "
         "{23:5} {23:-7}"},
        {"select a+1, count(*) from t where b = 3 group by a+1 having count(*) > 2",
         "select a+1, count(*) from t where b = $1 group by a+1 having count(*) > 2 {23:3}"},
        {"insert into t values (1,'a',null),(2,'b',3000000000);",
         "insert into t values ($1,$2,null),($3,$4,$5); {23:1} {705:a} {23:2} {705:b} "
         "{20:3000000000}"},
        {"update t set a = a - 1, b='x\\y' where id = 7",
         "update t set a = a - $1, b='x\\y' where id = $2 {23:1} {23:7}"},
        {"select date '2020-01-01', x at time zone 'utc' from t where d > '2020-01-01'",
         "select date '2020-01-01', x at time zone 'utc' from t where d > $1 {705:2020-01-01}"},
        {"select extract('year' from y), cast('5' as varchar(3)), a[1], \"x'1\" from t -- 5",
         "select extract('year' from y), cast($1 as varchar(3)), a[1], \"x'1\" from t -- 5 "
         "{705:5}"},
        {"insert into t (a) values (5) on conflict (a) where b > 5 do update set c = 6",
         "insert into t (a) values ($1) on conflict (a) where b > 5 do update set c = 6 {23:5}"},
        {"select -2147483648, 99999999999999999999", "select -2147483648, 99999999999999999999"},
        {"select 'a'\n'b', e'c', $$d$$", "select 'a'\n'b', e'c', $$d$$"},
        {"select a.order, 5", "select a.order, $1 {23:5}"},
        {"select 1; select 2", "refused"},
        {"select $1, 2", "refused"},
        {"begin", "refused"},
        {"select 'x", "refused"},
        {"select (1", "refused"},
        {"", "refused"},
    };
    struct fake fake;
    fake_init(&fake);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(lift(fake.arena, cases[i][0]), cases[i][1]);
    fake_deinit(&fake);
}

/* What print.h shows, constants and parameters replaced by a mark, and their casts left. */
static const char *
shape_of(struct arena *arena, const char *tree)
{
    char *out = arena_text(arena, tree);
    char *to = out;
    for (const char *at = tree; *at != '\0';) {
        const char *before = at == tree ? " " : at - 1;
        bool begins = *before == ' ' || *before == '=' || *before == '(';
        bool is_literal = begins && (*at == '$' || *at == '\'' || (*at >= '0' && *at <= '9') ||
                                     (*at == '-' && at[1] >= '0' && at[1] <= '9'));
        const char *end = at;
        if (is_literal && *at == '\'') {
            for (end++; *end != '\0' && !(*end == '\'' && end[1] == ':'); end++)
                ;
        }
        while (is_literal && *end != '\0' && *end != ' ' && *end != ')')
            end++;
        if (is_literal && memchr(at, ':', (size_t)(end - at)) != NULL) {
            *to++ = '?';
            at = end;
        } else {
            *to++ = *at++;
        }
    }
    *to = '\0';
    return out;
}

static void
keys_mean_what_the_texts_mean(void **state)
{
    (void)state;
    struct fake fake;
    fake_init(&fake);
    uint32_t lifted = 0;
    for (size_t i = 0; i < sizeof trees / sizeof trees[0]; i++) {
        struct buf key;
        struct fingerprint print;
        buf_init(&key);
        if (fingerprint_make(slice_text(trees[i].sql), &key, &print) && print.count > 0) {
            struct param_types params = {.count = print.count,
                                         .types = fingerprint_types(fake.arena, &print),
                                         .can_infer = true};
            buf_put_u8(&key, 0);
            const char *got = fake_analyze_lifted(&fake, (const char *)key.data, &params);
            assert_string_equal(shape_of(fake.arena, got), shape_of(fake.arena, trees[i].expected));
            lifted++;
        }
        buf_deinit(&key);
    }
    assert_true(lifted > 20);
    fake_deinit(&fake);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(literals_are_lifted_with_care),
        cmocka_unit_test(keys_mean_what_the_texts_mean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
