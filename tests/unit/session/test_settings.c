/*
 * test_settings.c: values are what SET, SET LOCAL, RESET, savepoints and rollbacks make them.
 *
 * Method: random changes in nested savepoints beside a model that copies all values at each
 * savepoint; and a failing n-th allocation of each change, after which the value is the old one or
 * the new one, and nothing leaks.
 */
#include "unit/unit.h"

#include "base/arena.h"
#include "base/raise.h"
#include "base/random.h"
#include "session/settings.h"
#include <stdio.h>
#include <string.h>

#define DEPTH_MAX 5

static const char *const names[] = {"work_mem", "datestyle", "enable_sort", "app.custom"};
static const char *const values[][3] = {{"1MB", "64kB", "2GB"},
                                        {"ISO, DMY", "German, YMD", "SQL, MDY"},
                                        {"on", "off", "on"},
                                        {"one", "two", "x y"}};
#define NAME_COUNT (sizeof names / sizeof *names)

struct bench {
    struct settings settings;
    struct arena *arena;
};

/* Null: it was set; else the SQLSTATE. */
static sqlstate
try_set(struct bench *bench, const char *name, const char *value, bool is_local, uint32_t level)
{
    struct catch frame;
    if (catch_begin(&frame, bench->arena)) {
        settings_set(&bench->settings, name, value, SETTING_FROM_SQL, is_local, level);
        catch_end(&frame);
        return 0;
    }
    return frame.error->code;
}

static const char *
shown(struct bench *bench, const char *name)
{
    const char *text = settings_show(&bench->settings, name, bench->arena);
    return text == NULL ? "(none)" : text;
}

static int
open_bench(void **state)
{
    static struct bench bench;
    bench.arena = arena_new(&(struct arena_options){.name = "test", .on_full = raise_arena_full});
    settings_init(&bench.settings);
    *state = &bench;
    return bench.arena == NULL ? -1 : 0;
}

static int
close_bench(void **state)
{
    struct bench *bench = *state;
    settings_deinit(&bench->settings);
    arena_free(bench->arena);
    return fault_live_count() == 0 ? 0 : -1;
}

static void
values_are_checked(void **state)
{
    struct bench *bench = *state;
    static const struct {
        const char *name, *value;
        sqlstate code;
    } wrong[] = {
        {"no_such_setting", "1", SQLSTATE_UNDEFINED_OBJECT},
        {"work_mem", "1 parsec", SQLSTATE_INVALID_PARAMETER_VALUE},
        {"work_mem", "-5", SQLSTATE_INVALID_PARAMETER_VALUE},
        {"work_mem", "", SQLSTATE_INVALID_PARAMETER_VALUE},
        {"work_mem", "nan", SQLSTATE_INVALID_PARAMETER_VALUE},
        {"work_mem", "1e300", SQLSTATE_INVALID_PARAMETER_VALUE},
        {"enable_sort", "maybe", SQLSTATE_INVALID_PARAMETER_VALUE},
        {"server_version", "16", SQLSTATE_CANT_CHANGE_RUNTIME_PARAM},
        {"shared_buffers", "1MB", SQLSTATE_CANT_CHANGE_RUNTIME_PARAM},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(try_set(bench, wrong[i].name, wrong[i].value, false, 0), wrong[i].code);
    assert_string_equal(shown(bench, "work_mem"), "4MB");
}

static void
numbers_have_units(void **state)
{
    struct bench *bench = *state;
    static const char *const given[][2] = {{"1024", "1MB"}, {"2048kB", "2MB"}, {"0.5GB", "512MB"},
                                           {"65", "65kB"},  {"1 MB", "1MB"},   {"0x100", "256kB"}};
    for (size_t i = 0; i < sizeof given / sizeof *given; i++) {
        assert_int_equal(try_set(bench, "work_mem", given[i][0], false, 0), 0);
        assert_string_equal(shown(bench, "work_mem"), given[i][1]);
    }
    assert_int_equal(try_set(bench, "statement_timeout", "1.5min", false, 0), 0);
    assert_int_equal(settings_int(&bench->settings, SETTING_STATEMENT_TIMEOUT), 90000);
    assert_string_equal(shown(bench, "STATEMENT_TIMEOUT"), "90s");
}

/* ---- against a model ---- */

struct model {
    const char *session[NAME_COUNT]; /* what a commit leaves */
    const char *now[NAME_COUNT];
};

static void
random_step(struct bench *bench, struct model stack[], uint32_t *depth, struct random *random)
{
    size_t i = random_below(random, NAME_COUNT);
    const char *value = values[i][random_below(random, 3)];
    bool is_local = random_below(random, 3) == 0;
    struct model *model = &stack[*depth];
    switch (random_below(random, 6)) {
    case 0:
        if (*depth + 1 < DEPTH_MAX) {
            stack[*depth + 1] = *model;
            ++*depth;
        }
        break;
    case 1: /* back to where the savepoint was made */
        if (*depth > 0)
            settings_rollback(&bench->settings, (*depth)--);
        break;
    case 2: /* released: what was changed counts as changed outside */
        if (*depth > 0) {
            stack[*depth - 1] = *model;
            settings_commit(&bench->settings, *depth);
            --*depth;
        }
        break;
    default:
        assert_int_equal(try_set(bench, names[i], value, is_local, *depth), 0);
        model->now[i] = value;
        if (!is_local)
            model->session[i] = value;
        break;
    }
}

static void
must_match(struct bench *bench, const char *const expected[])
{
    for (size_t i = 0; i < NAME_COUNT; i++)
        assert_string_equal(shown(bench, names[i]), expected[i]);
    arena_reset(bench->arena);
}

static void
transactions_leave_what_the_model_says(void **state)
{
    struct bench *bench = *state;
    struct model stack[DEPTH_MAX];
    struct random random;
    random_init(&random, 7);
    for (size_t i = 0; i < NAME_COUNT; i++) {
        assert_int_equal(try_set(bench, names[i], values[i][0], false, 0), 0);
        stack[0].now[i] = stack[0].session[i] = values[i][0];
    }
    settings_commit(&bench->settings, 0);
    for (int round = 0; round < 3000; round++) {
        const struct model before = stack[0];
        uint32_t depth = 0;
        for (uint64_t steps = random_below(&random, 12); steps > 0; steps--) {
            random_step(bench, stack, &depth, &random);
            must_match(bench, stack[depth].now);
        }
        if (random_below(&random, 3) == 0) {
            settings_rollback(&bench->settings, 0);
            stack[0] = before;
        } else {
            stack[0] = stack[depth]; /* a commit releases every savepoint */
            settings_commit(&bench->settings, 0);
        }
        for (size_t i = 0; i < NAME_COUNT; i++)
            stack[0].now[i] = stack[0].session[i];
        must_match(bench, stack[0].now);
    }
}

/* ---- without memory ---- */

struct attempt {
    struct bench *bench;
    const char *name;
};

static bool
set_and_undo(void *object, uint64_t nth)
{
    struct attempt *attempt = object;
    struct bench *bench = attempt->bench;
    char before[64], after[64];
    fault_arm(FAULT_ALLOC, 0);
    snprintf(before, sizeof before, "%s", shown(bench, attempt->name));
    arena_reset(bench->arena);
    fault_arm(FAULT_ALLOC, nth);
    sqlstate code = try_set(bench, attempt->name, "2GB", false, 1);
    bool was_hit = fault_was_hit(FAULT_ALLOC);
    assert_int_equal(code, was_hit ? SQLSTATE_OUT_OF_MEMORY : 0);
    settings_rollback(&bench->settings, 1);
    fault_arm(FAULT_ALLOC, 0);
    snprintf(after, sizeof after, "%s", shown(bench, attempt->name));
    arena_reset(bench->arena);
    assert_string_equal(before, after);
    if (was_hit) { /* as the loop expects it */
        fault_arm(FAULT_ALLOC, 1);
        (void)fault_hit(FAULT_ALLOC);
    }
    return !was_hit;
}

static void
a_failed_change_changes_nothing(void **state)
{
    struct attempt attempt = {.bench = *state, .name = "work_mem"};
    assert_int_equal(try_set(attempt.bench, "app.custom", "one", false, 0), 0);
    (void)shown(attempt.bench, "work_mem"); /* the arena has its first block */
    arena_reset(attempt.bench->arena);
    assert_true(fault_loop(FAULT_ALLOC, set_and_undo, &attempt) > 0);
    attempt.name = "app.custom";
    assert_true(fault_loop(FAULT_ALLOC, set_and_undo, &attempt) > 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(values_are_checked, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(numbers_have_units, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(transactions_leave_what_the_model_says, open_bench,
                                        close_bench),
        cmocka_unit_test_setup_teardown(a_failed_change_changes_nothing, open_bench, close_bench),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
