/*
 * Goal: the small services keep their contracts: heap, clock, chance, hashes, log, checks, names of
 * statuses. Method: examples; known answers of the published algorithms; a child process that dies.
 */
#include "base/check.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/random.h"
#include "unit/unit.h"
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void
heap_counts_and_fails_on_request(void **state)
{
    (void)state;
    int64_t live = fault_live_count();
    uint8_t *p = mem_alloc_zero(100);
    assert_int_equal(p[0] | p[99], 0);
    void *empty = mem_alloc(0), *page = mem_map(10);
    assert_true(empty != NULL && page != NULL);
    assert_int_equal(fault_live_count(), live + 3);
    memset(p, 5, 100);
    p = mem_resize(p, 200);
    assert_int_equal(p[99], 5);
    for (uint64_t nth = 1; nth <= 4; nth++) {
        fault_arm(FAULT_ALLOC, nth);
        void *got[4] = {mem_alloc(1), mem_alloc_zero(1), mem_resize(NULL, 1), mem_map(1)};
        assert_true(fault_was_hit(FAULT_ALLOC));
        for (uint64_t i = 0; i < 4; i++)
            assert_int_equal(got[i] == NULL, i + 1 == nth);
        for (int i = 0; i < 3; i++)
            mem_free(got[i]);
        mem_unmap(got[3], 1);
    }
    fault_arm(FAULT_ALLOC, 0);
    mem_free(p);
    mem_free(empty);
    mem_free(NULL);
    mem_unmap(page, 10);
    assert_int_equal(fault_live_count(), live);
}

static void
clocks_run_forwards(void **state)
{
    (void)state;
    int64_t before = clock_monotonic_us();
    clock_sleep_us(2000);
    clock_sleep_us(0);
    clock_sleep_us(-5);
    assert_true(clock_monotonic_us() >= before + 2000);
    assert_true(clock_monotonic_ns() / 1000 >= before + 2000);
    assert_true(clock_wall_us() > INT64_C(1700000000) * 1000000);
}

static void
seeds_repeat_and_bounds_hold(void **state)
{
    (void)state;
    struct random a, b;
    random_init(&a, 42);
    random_init(&b, 42);
    int counts[7] = {0};
    for (int i = 0; i < 70000; i++) {
        uint64_t v = random_below(&a, 7);
        assert_int_equal(v, random_below(&b, 7));
        counts[v]++;
        double unit = random_unit(&a);
        assert_true(unit >= 0 && unit < 1);
        random_next(&b);
    }
    for (int i = 0; i < 7; i++)
        assert_in_range(counts[i], 9500, 10500);
    assert_int_equal(random_below(&a, 1), 0);

    /* The published generator's first value from the state 1, 2, 3, 4. */
    struct random known = {.state = {1, 2, 3, 4}};
    assert_int_equal(random_next(&known), 41943041);

    uint8_t secret[2][32] = {{0}};
    random_secret(secret[0], 32);
    random_secret(secret[1], 32);
    assert_memory_not_equal(secret[0], secret[1], 32);
}

static void
hashes_are_those_of_xxh3(void **state)
{
    (void)state;
    assert_int_equal(hash_bytes("", 0), 0x2d06800538d394c2u);
    assert_int_equal(hash_bytes("abc", 3), hash_bytes_seed("abc", 3, 0));
    assert_int_not_equal(hash_bytes("abc", 3), hash_bytes_seed("abc", 3, 1));
    assert_int_not_equal(hash_u64(1), hash_u64(2));
    assert_int_not_equal(hash_combine(1, 2), hash_combine(2, 1));
}

struct lines {
    int count;
    enum log_level level;
    char last[4096];
};

static void
keep_line(void *object, enum log_level level, const char *line)
{
    struct lines *lines = object;
    lines->count++;
    lines->level = level;
    snprintf(lines->last, sizeof lines->last, "%s", line);
}

static void
log_is_one_line_a_message(void **state)
{
    (void)state;
    struct lines lines = {.count = 0};
    struct log_sink sink = {keep_line, &lines};
    log_line(&sink, LOG_DEBUG, "page %d\nrowan: error: forged", 7);
    assert_string_equal(lines.last, "page 7 rowan: error: forged");
    assert_int_equal(lines.level, LOG_DEBUG);
    log_line(&sink, LOG_ERROR, "%4000d", 1);
    assert_int_equal(strlen(lines.last), 2047);
    assert_string_equal(lines.last + 2044, "...");
    assert_int_equal(lines.count, 2);
}

static int
status_of_child(void (*run)(void), char *output, size_t output_bytes)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        signal(SIGABRT, SIG_DFL);
        run();
        _exit(0);
    }
    close(ends[1]);
    ssize_t got = read(ends[0], output, output_bytes - 1);
    output[got < 0 ? 0 : got] = '\0';
    close(ends[0]);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void
break_promise(void)
{
    volatile int one = 1;
    check(one == 2);
}

static void
warn_without_sink(void)
{
    log_line(NULL, LOG_INFO, "not shown");
    log_line(NULL, LOG_WARN, "shown");
}

static void
broken_promise_ends_the_process(void **state)
{
    (void)state;
    char output[512];
    int status = status_of_child(break_promise, output, sizeof output);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    assert_non_null(strstr(output, "one == 2"));

    status = status_of_child(warn_without_sink, output, sizeof output);
    assert_int_equal(status, 0);
    assert_string_equal(output, "rowan: warning: shown\n");
}

static void
statuses_have_names(void **state)
{
    (void)state;
    assert_string_equal(status_name(ST_OK), "ST_OK");
    assert_string_equal(status_name(ST_CORRUPT), "ST_CORRUPT");
    for (int st = ST_OK; st <= ST_INVALID; st++)
        assert_string_not_equal(status_name((enum status)st), "ST_UNKNOWN");
    assert_string_equal(status_name((enum status)(ST_INVALID + 1)), "ST_UNKNOWN");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heap_counts_and_fails_on_request),
        cmocka_unit_test(clocks_run_forwards),
        cmocka_unit_test(seeds_repeat_and_bounds_hold),
        cmocka_unit_test(hashes_are_those_of_xxh3),
        cmocka_unit_test(log_is_one_line_a_message),
        cmocka_unit_test(broken_promise_ends_the_process),
        cmocka_unit_test(statuses_have_names),
    };
    return cmocka_run_group_tests_name("system", tests, NULL, NULL);
}
