/*
 * io_faults.c: SQL on a disk whose n-th read, write, sync or grant of space fails, for every n.
 *
 *     io_faults [-k KIND] [-n NTH] [-s STEP] [-S SEED] [-c] [-t] [-v] [-x]
 *
 *   -k  read, damage, write, sync or space alone        -n  only the NTH call fails
 *   -s  every STEP-th call on average (default 1: all)  -S  the seed of steps and crashes
 *   -c  all calls fail from the n-th to the end of the script
 *   -t  with a writer and a checkpointer of their own   -v  say what each fault did
 *   -x  crash at the end of each run, not of each other one
 *
 * Goal: a fault gives the statement it hits an error that names it, and nothing else changes:
 * nothing acknowledged is lost, nothing refused is there, the file opens again and is whole, no
 * memory is kept. Method: a script of statements of every kind runs beside a second database, in
 * memory, where nothing fails, and which is told only what the first has acknowledged; so each
 * statement after a fault has one right answer. At the end the first database is closed or crashes
 * (by turns), is opened again without faults, checked to the page and compared with the second. A
 * statement that failed may have become durable all the same, but only as a whole.
 */
#include "base/check.h"
#include "base/fault.h"
#include "base/random.h"
#include "faults/fault_device.h"
#include "faults/script.h"
#include "store/device_sim.h"
#include "txn/db_check.h"
#include "unit/session/client.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Bounds a loop; a script makes some thousand calls. */
#define ROUNDS_MAX 1000000u
#define TRIES_MAX 3

struct options {
    int kind; /* -1: each in turn */
    uint64_t nth, step, seed;
    bool goes_on, has_threads, must_crash, is_loud;
};

/* One database under test beside the one that knows what is right. */
struct trial {
    const struct options *options;
    uint64_t nth;
    struct fault_plan plan;
    struct sim_disk *disk;
    struct arena *arena;
    struct client tried, right;
    int doubt; /* the step that failed and may be there all the same; -1: none */
    bool was_made, has_failed;
    int64_t live_before;
};

static void
fail(struct trial *trial, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    printf("FAIL -k %s -n %llu -S %llu%s%s: ", fault_kind_names[trial->plan.kind],
           (unsigned long long)trial->nth, (unsigned long long)trial->options->seed,
           trial->options->goes_on ? " -c" : "", trial->options->has_threads ? " -t" : "");
    vprintf(format, args);
    putchar('\n');
    va_end(args);
    trial->has_failed = true;
}

static void
say(const struct trial *trial, const char *sql, const struct client *client)
{
    if (trial->options->is_loud)
        printf("  %s %s: %.60s\n", client->state, client->message, sql);
}

/* ---- what an error may be ---- */

/* Errors that speak of the disk, or of a file that a fault has made read-only. */
static bool
blames_disk(const struct trial *trial, const char *state)
{
    static const char *const own[] = {
        [FAULTY_READ] = "58030", [FAULTY_DAMAGE] = "XX001", [FAULTY_WRITE] = "58030",
        [FAULTY_SYNC] = "58030", [FAULTY_SPACE] = "53100",
    };
    return strcmp(state, own[trial->plan.kind]) == 0;
}

static bool
is_read_only(const struct trial *trial)
{
    const char *reason;
    return db_is_read_only(engine_db(trial->tried.engine), &reason) && reason[0] != '\0';
}

static bool
error_is_fair(const struct trial *trial)
{
    const char *state = trial->tried.state;
    if (!atomic_load(&trial->plan.was_hit))
        return false;
    return blames_disk(trial, state) ||
           (is_read_only(trial) && (strcmp(state, "25006") == 0 || strcmp(state, "58030") == 0));
}

/* ---- opening and closing ---- */

static bool
open_once(struct trial *trial)
{
    static const struct setting_text settings[] = {
        {"shared_buffers", "1MB"}, {"max_wal_size", "2MB"}, {"rowan.query_memory", "4MB"}};
    struct device *sim;
    struct error *error;
    struct engine_options options = {.path = "tried",
                                     .has_threads = trial->options->has_threads,
                                     .settings = settings,
                                     .setting_count = sizeof settings / sizeof settings[0]};
    check(device_sim_open(trial->disk, &sim) == ST_OK);
    check(fault_device_open(sim, &trial->plan, &options.device) == ST_OK);
    trial->tried.state[0] = '\0';
    if (!engine_open(&options, trial->arena, &trial->tried.engine, &error)) {
        sqlstate_text(error->code, trial->tried.state);
        snprintf(trial->tried.message, sizeof trial->tried.message, "%s", error->message);
        return false;
    }
    return client_connect(&trial->tried, "main");
}

/* Opens the file, again if a fault prevents it; false: it does not open. */
static bool
open_tried(struct trial *trial)
{
    trial->tried.arena = trial->arena;
    for (int i = 0; i < TRIES_MAX; i++) {
        if (open_once(trial)) {
            trial->was_made = true;
            return true;
        }
        say(trial, "open", &trial->tried);
        bool is_fair = atomic_load(&trial->plan.was_hit) && blames_disk(trial, trial->tried.state);
        if (trial->tried.engine != NULL)
            engine_close(trial->tried.engine);
        if (!is_fair)
            break;
        if (trial->plan.goes_on) /* space was made, the cable is in again */
            trial->plan.nth = 0;
        if (!trial->was_made &&
            trial->plan.goes_on) { /* nothing was in it yet: its owner removes what is left of it */
            sim_disk_free(trial->disk);
            check(sim_disk_new(trial->options->seed + trial->nth, &trial->disk) == ST_OK);
        }
    }
    fail(trial, "the file does not open: %s %s", trial->tried.state, trial->tried.message);
    trial->tried.engine = NULL;
    return false;
}

static void
close_tried(struct trial *trial, bool is_crash)
{
    client_disconnect(&trial->tried);
    if (is_crash) {
        sim_disk_crash(trial->disk);
        engine_abandon(trial->tried.engine);
    } else {
        engine_close(trial->tried.engine);
    }
    trial->tried.engine = NULL;
}

static void
open_right(struct trial *trial)
{
    struct error *error;
    struct engine_options options = {.path = ":memory:"};
    check(engine_open(&options, trial->arena, &trial->right.engine, &error));
    trial->right.arena = trial->arena;
    check(client_connect(&trial->right, "main"));
}

/* ---- what is left ---- */

/* True: both databases hold the same. Else *sql is a query that tells them apart. */
static bool
same_content(struct trial *trial, const char **sql)
{
    for (int b = 0; b < script_branch_count; b++) {
        struct client tried = {.engine = trial->tried.engine, .arena = trial->arena};
        struct client right = {.engine = trial->right.engine, .arena = trial->arena};
        bool is_tried = client_connect(&tried, script_branches[b]);
        bool is_right = client_connect(&right, script_branches[b]);
        bool is_same = is_tried == is_right;
        *sql = script_branches[b];
        for (int q = 0; is_same && is_tried && q < script_query_count; q++) {
            *sql = script_queries[q];
            (void)client_run(&tried, *sql);
            (void)client_run(&right, *sql);
            is_same = strcmp(tried.state, right.state) == 0 && tried.hash == right.hash;
        }
        if (is_tried)
            client_disconnect(&tried);
        if (is_right)
            client_disconnect(&right);
        if (!is_same)
            return false;
    }
    return true;
}

static void
roll_back(struct trial *trial, struct client *client)
{
    if (session_transaction(client->session) != TRANSACTION_NONE && !client_run(client, "rollback"))
        fail(trial, "rollback: %s %s", client->state, client->message);
}

static void
run_right(struct trial *trial, const struct step *step)
{
    trial->right.copy_data = step->copy_data;
    (void)client_run(&trial->right, step->sql);
}

/*
 * The file was opened again: the step that failed before is there as a whole or not at all.
 */
static void
settle_doubt(struct trial *trial)
{
    const char *sql = "";
    uint64_t nth = trial->plan.nth;
    trial->plan.nth = 0;
    bool is_same = same_content(trial, &sql);
    if (!is_same && trial->doubt >= 0) {
        run_right(trial, &script_steps[trial->doubt]);
        roll_back(trial, &trial->right);
        is_same = same_content(trial, &sql);
    }
    if (!is_same)
        fail(trial, "opened again it gives other rows than were acknowledged (failed: %.60s): %s",
             trial->doubt < 0 ? "none" : script_steps[trial->doubt].sql, sql);
    trial->doubt = -1;
    trial->plan.nth = nth;
}

/* ---- the script ---- */

static bool
answers_alike(const struct trial *trial)
{
    return strcmp(trial->tried.state, trial->right.state) == 0 &&
           trial->tried.row_count == trial->right.row_count &&
           trial->tried.hash == trial->right.hash;
}

static bool
run_step(struct trial *trial, int i)
{
    const struct step *step = &script_steps[i];
    if (strcmp(step->sql, "reopen") == 0) {
        close_tried(trial, false);
        if (!open_tried(trial))
            return false;
        if (trial->doubt >= 0)
            settle_doubt(trial);
        return true;
    }
    trial->tried.copy_data = step->copy_data;
    bool was_hit = atomic_load(&trial->plan.was_hit);
    bool is_done = client_run(&trial->tried, step->sql);
    bool is_of_fault = !is_done && error_is_fair(trial);
    if (atomic_load(&trial->plan.was_hit) && (!was_hit || trial->options->is_loud))
        say(trial, step->sql, &trial->tried);
    if (is_of_fault) {
        char state[6], message[200];
        memcpy(state, trial->tried.state, sizeof state);
        memcpy(message, trial->tried.message, sizeof message);
        if (strchr(message, '\n') != NULL || message[0] == '\0')
            fail(trial, "%.60s: no clear message: %s %s", step->sql, state, message);
        if (trial->doubt < 0)
            trial->doubt = i;
    } else {
        run_right(trial, step);
        if (!answers_alike(trial))
            fail(trial, "%.60s: %s %s, %llu rows; without faults: %s %s, %llu rows", step->sql,
                 trial->tried.state, trial->tried.message,
                 (unsigned long long)trial->tried.row_count, trial->right.state,
                 trial->right.message, (unsigned long long)trial->right.row_count);
    }
    roll_back(trial, &trial->tried);
    roll_back(trial, &trial->right);
    return true;
}

static void
judge(struct trial *trial)
{
    settle_doubt(trial);
    struct db_check_report report;
    enum status st = db_check(engine_db(trial->tried.engine), &report);
    if (st != ST_OK)
        fail(trial, "opened again: %s %s", status_name(st), report.first_problem);
    if (!client_run(&trial->tried, "create table after_all (a int primary key);"
                                   " insert into after_all values (1); checkpoint"))
        fail(trial, "opened again it takes no writes: %s %s", trial->tried.state,
             trial->tried.message);
}

/* One run of the script. False: it did not get to the n-th call, or it cannot go on. */
static bool
run_trial(struct trial *trial, bool is_crash)
{
    trial->live_before = fault_live_count();
    trial->arena = arena_new(&(struct arena_options){.name = "faults"});
    trial->doubt = -1;
    check(trial->arena != NULL);
    check(sim_disk_new(trial->options->seed + trial->nth, &trial->disk) == ST_OK);
    open_right(trial);
    bool is_open = open_tried(trial);
    for (int i = 0; is_open && i < script_step_count; i++)
        is_open = run_step(trial, i);
    bool was_hit = atomic_load(&trial->plan.was_hit);
    if (is_open) {
        close_tried(trial, is_crash);
        was_hit = atomic_load(&trial->plan.was_hit);
        trial->plan.nth = 0;
        if (open_tried(trial)) {
            judge(trial);
            close_tried(trial, false);
        }
    }
    client_disconnect(&trial->right);
    engine_close(trial->right.engine);
    sim_disk_free(trial->disk);
    arena_free(trial->arena);
    if (fault_live_count() != trial->live_before)
        fail(trial, "%lld blocks of memory are kept",
             (long long)(fault_live_count() - trial->live_before));
    return was_hit;
}

/* ---- the loop ---- */

struct tally {
    uint64_t run_count, failed_count;
};

static void
loop(const struct options *options, enum fault_kind kind, struct tally *tally)
{
    struct random random;
    random_init(&random, options->seed);
    uint64_t nth = options->nth != 0 ? options->nth : 1, count = 0;
    for (uint64_t round = 0; round < ROUNDS_MAX; round++) {
        struct trial trial = {.options = options, .nth = nth};
        trial.plan.kind = kind;
        trial.plan.goes_on = options->goes_on;
        fault_plan_arm(&trial.plan, nth);
        bool was_hit = run_trial(&trial, options->must_crash || round % 2 == 1);
        count += was_hit;
        tally->failed_count += trial.has_failed;
        if (!was_hit || options->nth != 0)
            break;
        nth += options->step <= 1 ? 1 : 1 + random_below(&random, 2 * options->step - 1);
    }
    printf("%s: %llu of %llu calls failed\n", fault_kind_names[kind], (unsigned long long)count,
           (unsigned long long)nth);
    fflush(stdout);
    tally->run_count += count;
}

static int
kind_of(const char *name)
{
    for (int i = 0; i < FAULTY_KIND_COUNT; i++) {
        if (strcmp(fault_kind_names[i], name) == 0)
            return i;
    }
    fprintf(stderr, "io_faults: no kind \"%s\"\n", name);
    exit(2);
}

int
main(int argc, char **argv)
{
    struct options options = {.kind = -1, .step = 1, .seed = 1};
    int option;
    while ((option = getopt(argc, argv, "k:n:s:S:ctvx")) != -1) {
        switch (option) {
        case 'k':
            options.kind = kind_of(optarg);
            break;
        case 'n':
            options.nth = strtoull(optarg, NULL, 10);
            break;
        case 's':
            options.step = strtoull(optarg, NULL, 10);
            break;
        case 'S':
            options.seed = strtoull(optarg, NULL, 10);
            break;
        case 'c':
            options.goes_on = true;
            break;
        case 't':
            options.has_threads = true;
            break;
        case 'x':
            options.must_crash = true;
            break;
        case 'v':
            options.is_loud = true;
            break;
        default:
            return 2;
        }
    }
    struct tally tally = {0};
    for (int kind = 0; kind < FAULTY_KIND_COUNT; kind++) {
        if (options.kind < 0 || options.kind == kind)
            loop(&options, (enum fault_kind)kind, &tally);
    }
    printf("%llu passed, %llu failed, 0 skipped\n",
           (unsigned long long)(tally.run_count - tally.failed_count),
           (unsigned long long)tally.failed_count);
    return tally.failed_count != 0 || tally.run_count == 0;
}
