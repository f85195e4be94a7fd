/*
 * emb_main.c: the embedded benchmark: one table, driven in this process.
 *
 *     emb_ENGINE [-n ROWS] [-d TRANSACTIONS] [-m full|off] [-c] [PATH]
 *
 * Rows inserted in one transaction; point reads, alone and in one transaction; full scans; updates
 * in one transaction; transactions of one insert each. Without PATH in memory. One figure a line:
 * place, engine, work, nanoseconds. -c: of the process's CPU time, which says more than the clock
 * on a machine that others use too. Every answer is checked.
 */
#include "emb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TEXT_BYTES 32

struct bench {
    int64_t rows, transactions;
    const char *path, *mode;
    clockid_t clock;
    uint64_t random;
    double began;
};

static double
now_ns(const struct bench *b)
{
    struct timespec t;
    clock_gettime(b->clock, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static uint64_t
next_random(struct bench *b)
{
    b->random ^= b->random << 13;
    b->random ^= b->random >> 7;
    b->random ^= b->random << 17;
    return b->random;
}

static void
begin(struct bench *b)
{
    b->began = now_ns(b);
}

static void
tell(struct bench *b, const char *what, int64_t count)
{
    double each = (now_ns(b) - b->began) / (double)count;
    printf("%s-%s %s %s %.5g\n", b->path == NULL ? "memory" : "file", b->mode, E.name, what, each);
    fflush(stdout);
}

static void
need(int failure, const char *what)
{
    if (failure) {
        fprintf(stderr, "%s: %s failed\n", E.name, what);
        exit(1);
    }
}

static void
run_inserts(struct bench *b)
{
    char text[TEXT_BYTES + 1];
    memset(text, 'x', TEXT_BYTES);
    begin(b);
    need(E.begin(), "begin");
    for (int64_t id = 1; id <= b->rows; id++) {
        uint64_t word = next_random(b);
        memcpy(text, &word, sizeof word);
        for (size_t i = 0; i < sizeof word; i++)
            text[i] = (char)('a' + (text[i] & 15));
        need(E.insert(id, id % 1000, text, TEXT_BYTES), "insert");
    }
    need(E.commit(), "commit");
    tell(b, "insert", b->rows);
}

static void
run_gets(struct bench *b)
{
    for (int64_t i = 0; i < b->rows; i++) {
        int64_t id = 1 + (int64_t)(next_random(b) % (uint64_t)b->rows), v;
        need(E.get(id, &v) != 0 || v != id % 1000, "get");
    }
}

static void
run_reads(struct bench *b)
{
    int64_t sum, expected = 0;
    begin(b);
    run_gets(b);
    tell(b, "get", b->rows);
    begin(b);
    need(E.begin(), "begin");
    run_gets(b);
    need(E.commit(), "commit");
    tell(b, "get_in_transaction", b->rows);
    for (int64_t id = 1; id <= b->rows; id++)
        expected += id % 1000;
    begin(b);
    for (int i = 0; i < 3; i++)
        need(E.scan(&sum) != 0 || sum != expected, "scan");
    tell(b, "scan_row", 3 * b->rows);
}

static void
run_writes(struct bench *b)
{
    char text[TEXT_BYTES];
    int64_t updates = b->rows / 10;
    memset(text, 'y', TEXT_BYTES);
    begin(b);
    need(E.begin(), "begin");
    for (int64_t i = 0; i < updates; i++)
        need(E.update(1 + (int64_t)(next_random(b) % (uint64_t)b->rows), i), "update");
    need(E.commit(), "commit");
    tell(b, "update", updates);
    begin(b);
    for (int64_t i = 1; i <= b->transactions; i++) {
        need(E.begin(), "begin");
        need(E.insert(b->rows + i, i, text, TEXT_BYTES), "insert");
        need(E.commit(), "commit");
    }
    tell(b, "small_transaction", b->transactions);
}

int
main(int argc, char **argv)
{
    struct bench b = {.rows = 1000000,
                      .transactions = 10000,
                      .mode = "full",
                      .clock = CLOCK_MONOTONIC,
                      .random = 88172645463325252u};
    for (int option; (option = getopt(argc, argv, "n:d:m:c")) != -1;) {
        if (option == 'n')
            b.rows = strtoll(optarg, NULL, 10);
        else if (option == 'd')
            b.transactions = strtoll(optarg, NULL, 10);
        else if (option == 'm')
            b.mode = optarg;
        else if (option == 'c')
            b.clock = CLOCK_PROCESS_CPUTIME_ID;
        else
            return 2;
    }
    b.path = argv[optind];
    if (b.rows < 10 || b.transactions < 1)
        return 2;
    need(E.open(b.path, b.mode), "open");
    need(E.setup(), "setup");
    run_inserts(&b);
    run_reads(&b);
    run_writes(&b);
    E.close();
    return 0;
}
