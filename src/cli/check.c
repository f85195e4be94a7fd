/*
 * check.c: `rowan check FILE`.
 */
#include "base/arena.h"
#include "cli/commands.h"
#include "session/engine.h"
#include "txn/db_check.h"
#include <stdio.h>
#include <string.h>

static const char usage[] =
    "usage: rowan check FILE\n"
    "\n"
    "Reads every page of a database file that nobody has open: checksums, births, order, and that\n"
    "each page is accounted for once. Exit status: 0 good, 1 damaged, 2 it could not be opened.\n";

static void
log_write(void *object, enum log_level level, const char *line)
{
    (void)object;
    if (level >= LOG_WARN)
        fprintf(stderr, "%s\n", line);
}

static void
print_report(const struct db_check_report *report)
{
    const struct check_report *pages = &report->pages;
    printf("pages       %llu\n", (unsigned long long)pages->page_count);
    printf("in trees    %llu\n", (unsigned long long)pages->tree_pages);
    printf("to be freed %llu\n", (unsigned long long)pages->dead_pages);
    printf("map         %llu\n", (unsigned long long)pages->map_pages);
    printf("free        %llu\n", (unsigned long long)pages->free_pages);
    if (pages->corrupt_count + pages->lost_pages + pages->stolen_pages != 0)
        printf("broken      %llu\nlost        %llu\nstolen      %llu\n",
               (unsigned long long)pages->corrupt_count, (unsigned long long)pages->lost_pages,
               (unsigned long long)pages->stolen_pages);
    printf("trees       %llu\n", (unsigned long long)pages->tree_count);
    printf("rows        %llu\n", (unsigned long long)pages->row_count);
    printf("branches    %llu\n", (unsigned long long)report->branch_count);
    if (report->first_problem[0] != '\0')
        printf("problem     %s\n", report->first_problem);
}

int
command_check(int argc, char **argv)
{
    if (argc != 2 || strcmp(argv[1], "--help") == 0) {
        fputs(usage, argc == 2 ? stdout : stderr);
        return argc == 2 ? 0 : 2;
    }
    const struct log_sink log = {.write = log_write};
    struct arena *arena = arena_new(&(struct arena_options){.name = "check"});
    struct engine_options options = {.path = argv[1], .is_read_only = true, .log = &log};
    struct engine *engine;
    struct error *error;
    if (arena == NULL || !engine_open(&options, arena, &engine, &error)) {
        fprintf(stderr, "rowan: %s\n", arena == NULL ? "out of memory" : error->message);
        if (arena != NULL && error->hint != NULL)
            fprintf(stderr, "%s\n", error->hint);
        bool is_damaged = arena != NULL && error->code == SQLSTATE_DATA_CORRUPTED;
        arena_free(arena);
        return is_damaged ? 1 : 2;
    }
    struct db_check_report report;
    enum status st = db_check(engine_db(engine), &report);
    print_report(&report);
    printf("%s: %s\n", argv[1], st == ST_OK ? "good" : status_name(st));
    engine_abandon(engine);
    arena_free(arena);
    return st == ST_OK ? 0 : st == ST_CORRUPT ? 1 : 2;
}
