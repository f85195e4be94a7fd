/*
 * shell.h: the state of `rowan sql`: what it reads, how it prints, where it stands.
 */
#pragma once

#include "cli/client.h"
#include "cli/result.h"

enum shell_status { SHELL_GOOD = 0, SHELL_FAILED = 1, SHELL_LOST = 2, SHELL_SCRIPT_ERROR = 3 };

/* Which answers are printed: the user's, the shell's own if they have rows, none. */
enum rows_wanted { ROWS_SHOWN, ROWS_IF_ANY, ROWS_COUNTED };

struct shell {
    struct client *client;
    char *target;
    struct client_output output;
    struct print_style style;
    bool is_interactive, stops_on_error, has_timing, is_quiet, wants_quit;
    int status; /* enum shell_status */
    /* The script being read, for COPY FROM STDIN and error lines. */
    FILE *input;
    const char *input_name;
    int input_depth;
    char prompt[160];
    FILE *copy_file; /* \copy's; null: input and standard output */
    char *copy_line;
    size_t copy_room;
    enum rows_wanted rows_wanted;
    uint64_t row_count; /* of the last answer */
    struct buf query;   /* what has been typed of the statement under way */
};

/* Runs one text of SQL, with timing if it is on. */
void shell_run(struct shell *shell, const char *sql);
/* A line that begins with a backslash. */
void shell_command(struct shell *shell, const char *line);
/* Reads and runs a file; "-" is standard input. False: it cannot be read. */
bool shell_read_file(struct shell *shell, const char *path);
/* Connects anew, to another branch. */
bool shell_connect(struct shell *shell, const char *branch);
