/*
 * main.c: the `rowan` command: which of its commands is meant.
 */
#include "cli/commands.h"
#include "server/server.h"
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char usage[] =
    "usage: rowan COMMAND [ARGUMENT]...\n"
    "\n"
    "  serve FILE|:memory:        serve a database to PostgreSQL clients\n"
    "  sql [FILE|:memory:|URL]    ask a database, in a shell or with -c and -f\n"
    "  branch VERB ...            list, create, diff, merge and drop branches\n"
    "  check FILE                 check a database file, page by page\n"
    "  version                    print the version\n"
    "\n"
    "rowan COMMAND --help tells more.\n";

int
main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(int argc, char **argv);
    } commands[] = {
        {"serve", server_main},
        {"sql", command_sql},
        {"branch", command_branch},
        {"check", command_check},
    };
    const char *name = argc > 1 ? argv[1] : "";
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(name, commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    if (strcmp(name, "version") == 0 || strcmp(name, "--version") == 0) {
        puts("rowan 0.1.0");
        return 0;
    }
    bool is_help = strcmp(name, "help") == 0 || strcmp(name, "--help") == 0;
    fputs(usage, is_help ? stdout : stderr);
    return is_help ? 0 : 2;
}
