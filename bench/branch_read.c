/*
 * branch_read.c: point reads in process, on two branches of a file in turns, so that what the
 * machine does meanwhile falls on both.
 *
 *     branch_read FILE BRANCH BRANCH ROWS READS
 *
 * Prints the nanoseconds of CPU a read, one number a branch: the least of ROUNDS rounds.
 */
#include <rowan.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define ROUNDS 9

static double
cpu_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* One round; negative: an error. */
static double
read_rows(rowan_connection *connection, rowan_statement *select, long rows, long reads)
{
    uint64_t state = 88172645463325252u;
    double start = cpu_ns();
    for (long i = 0; i < reads; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        rowan_bind_int64(select, 1, (int64_t)(state % (uint64_t)rows) + 1);
        if (rowan_step(select) != ROWAN_ROW) {
            fprintf(stderr, "branch_read: %s\n", rowan_error(connection));
            return -1;
        }
        rowan_reset(select);
    }
    return (cpu_ns() - start) / (double)reads;
}

int
main(int argc, char **argv)
{
    rowan_db *db;
    rowan_connection *connections[2];
    rowan_statement *selects[2];
    double best[2] = {0, 0};
    if (argc != 6 || rowan_open(argv[1], 0, &db) != ROWAN_OK)
        return 2;
    for (int i = 0; i < 2; i++) {
        if (rowan_connect(db, argv[2 + i], &connections[i]) != ROWAN_OK ||
            rowan_prepare(connections[i], "SELECT v FROM t WHERE id = $1", &selects[i]) != ROWAN_OK)
            return 2;
    }
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < 2; i++) {
            double ns = read_rows(connections[i], selects[i], atol(argv[4]), atol(argv[5]));
            if (ns < 0)
                return 1;
            best[i] = best[i] == 0 || ns < best[i] ? ns : best[i];
        }
    printf("%.0f %.0f\n", best[0], best[1]);
    for (int i = 0; i < 2; i++) {
        rowan_finalize(selects[i]);
        rowan_disconnect(connections[i]);
    }
    return rowan_close(db) == ROWAN_OK ? 0 : 1;
}
