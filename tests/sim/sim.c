/*
 * sim.c: the simulator: seeded runs of the storage and commit code on a disk that fails.
 *
 *   sim [--seeds N] [--seed S] [-v]
 *
 * Runs seeds S, S + 1, ... (N of them; 1 each by default). Each failing seed is told in one line
 * and fails again when it is run alone; -v tells each step. Exit status 1 if one failed.
 */
#include "sim/world.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
main(int argc, char **argv)
{
    uint64_t seed = 1, count = 1, failed = 0;
    bool is_loud = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--seeds") == 0 && i + 1 < argc) {
            count = strtoull(argv[++i], NULL, 10);
        } else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc) {
            seed = strtoull(argv[++i], NULL, 10);
        } else if (strcmp(argv[i], "-v") == 0) {
            is_loud = true;
        } else {
            fprintf(stderr, "usage: sim [--seeds N] [--seed S] [-v]\n");
            return 2;
        }
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (uint64_t i = 0; i < count; i++)
        failed += !world_run(seed + i, is_loud);
    printf("%llu passed, %llu failed, 0 skipped\n", (unsigned long long)(count - failed),
           (unsigned long long)failed);
    return failed != 0 || count == 0;
}
