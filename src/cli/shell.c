/*
 * shell.c: `rowan sql`: arguments, the loop over lines, and what is printed.
 */
#include "cli/shell.h"

#include "base/clock.h"
#include "base/thread.h"
#include "cli/commands.h"
#include "cli/split.h"
#include <histedit.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INCLUDE_DEPTH_MAX 32

static const char usage[] =
    "usage: rowan sql [FILE|:memory:|URL] [-d BRANCH] [-c SQL]... [-f FILE]... [OPTION]...\n"
    "\n"
    "Asks a database: a file (made if there is none), one in memory, or a server at a\n"
    "postgresql:// URL. Without -c and -f it reads from the terminal or standard input.\n"
    "\n"
    "  -d BRANCH   the branch (main)          -A   unaligned output\n"
    "  -c SQL      run this and leave         -t   rows only\n"
    "  -f FILE     run a file and leave       -x   expanded output\n"
    "  -q          no tags                    -v ON_ERROR_STOP=1   stop at the first error\n"
    "  -F TEXT     separator of unaligned output (|)\n"
    "\n"
    "Exit status: 0; 1 a fatal error of its own; 2 the connection was lost; 3 an error in a "
    "script\n"
    "with ON_ERROR_STOP.\n";

/* ---- what comes back ---- */

static void
on_rows(void *object, const struct result *result)
{
    struct shell *shell = object;
    shell->row_count = result->row_count;
    if (shell->rows_wanted == ROWS_SHOWN ||
        (shell->rows_wanted == ROWS_IF_ANY && result->row_count != 0))
        result_print(result, &shell->style, stdout);
}

static void
on_tag(void *object, const char *tag)
{
    struct shell *shell = object;
    bool has_rows = strncmp(tag, "SELECT", 6) == 0 || strncmp(tag, "FETCH", 5) == 0 ||
                    strcmp(tag, "SHOW") == 0 || strcmp(tag, "EXPLAIN") == 0;
    if (!shell->is_quiet && !has_rows && !shell->style.tuples_only)
        puts(tag);
}

static void
on_error(void *object, const char *text, bool is_fatal)
{
    struct shell *shell = object;
    (void)is_fatal;
    fflush(stdout);
    if (!shell->is_interactive && shell->input != NULL && shell->input_name != NULL)
        fprintf(stderr, "rowan:%s: ", shell->input_name);
    fputs(text, stderr);
}

static void
on_notice(void *object, const char *text)
{
    (void)object;
    fflush(stdout);
    fputs(text, stderr);
}

/* COPY FROM STDIN reads on from the script, up to a line \. */
static bool
on_copy_in(void *object, const char **data, size_t *bytes)
{
    struct shell *shell = object;
    FILE *from = shell->copy_file != NULL ? shell->copy_file
                 : shell->input != NULL   ? shell->input
                                          : stdin;
    ssize_t n = getline(&shell->copy_line, &shell->copy_room, from);
    if (n <= 0 || (shell->copy_file == NULL && strncmp(shell->copy_line, "\\.", 2) == 0))
        return false;
    *data = shell->copy_line;
    *bytes = (size_t)n;
    return true;
}

static void
on_copy_out(void *object, const char *data, size_t bytes)
{
    struct shell *shell = object;
    fwrite(data, 1, bytes, shell->copy_file != NULL ? shell->copy_file : stdout);
}

/* ---- running ---- */

void
shell_run(struct shell *shell, const char *sql)
{
    int64_t began_us = clock_monotonic_us();
    bool is_lost;
    bool is_good = client_run(shell->client, sql, &is_lost);
    if (shell->has_timing && shell->rows_wanted == ROWS_SHOWN)
        printf("Time: %.3f ms\n", (double)(clock_monotonic_us() - began_us) / 1000);
    fflush(stdout);
    if (is_lost) {
        shell->status = SHELL_LOST;
        shell->wants_quit = true;
    } else if (!is_good) {
        shell->status = SHELL_FAILED;
    }
}

bool
shell_connect(struct shell *shell, const char *branch)
{
    char message[1024];
    struct client *old = shell->client;
    char *name = strdup(branch == NULL ? client_database(old) : branch);
    if (client_is_local(old)) { /* the database stays open: one in memory goes when it is closed */
        bool is_good = name != NULL && client_change_branch(old, name, message);
        if (is_good)
            printf("You are now connected to database \"%s\".\n", name);
        else
            fprintf(stderr, "%s\n", name == NULL ? "out of memory" : message);
        free(name);
        return is_good;
    }
    client_close(old);
    shell->client = client_open(shell->target, name, &shell->output, message);
    if (shell->client == NULL) {
        fprintf(stderr, "%s\n", message);
        shell->client = client_open(shell->target, NULL, &shell->output, message);
    } else {
        printf("You are now connected to database \"%s\".\n", name);
    }
    free(name);
    if (shell->client == NULL) {
        shell->status = SHELL_LOST;
        shell->wants_quit = true;
    }
    return shell->client != NULL;
}

/* ---- reading ---- */

/* Runs the statements that are whole in the buffer; the rest stays. */
static void
run_whole(struct shell *shell)
{
    bool is_open;
    size_t bytes;
    while (!shell->wants_quit && (bytes = statement_bytes((const char *)shell->query.data,
                                                          shell->query.bytes, &is_open)) != 0) {
        char *sql = strndup((const char *)shell->query.data, bytes);
        memmove(shell->query.data, shell->query.data + bytes, shell->query.bytes - bytes);
        shell->query.bytes -= bytes;
        if (!text_is_blank(sql, bytes))
            shell_run(shell, sql);
        free(sql);
        if (shell->status != SHELL_GOOD && shell->stops_on_error) {
            shell->status = shell->status == SHELL_LOST ? SHELL_LOST : SHELL_SCRIPT_ERROR;
            shell->wants_quit = true;
        }
    }
    if (text_is_blank((const char *)shell->query.data, shell->query.bytes))
        buf_clear(&shell->query);
}

static void
take_line(struct shell *shell, const char *line)
{
    bool is_open;
    (void)statement_bytes((const char *)shell->query.data, shell->query.bytes, &is_open);
    if (*line == '\\' && !is_open) {
        shell_command(shell, line);
        return;
    }
    buf_put_text(&shell->query, line);
    buf_put_u8(&shell->query, '\n');
    run_whole(shell);
}

static void
read_stream(struct shell *shell, FILE *stream)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t bytes;
    while (!shell->wants_quit && (bytes = getline(&line, &room, stream)) > 0) {
        if (line[bytes - 1] == '\n')
            line[bytes - 1] = '\0';
        take_line(shell, line);
    }
    free(line);
    if (shell->query.bytes != 0 && !shell->wants_quit) { /* the last one needs no semicolon */
        buf_put_u8(&shell->query, 0);
        shell_run(shell, (const char *)shell->query.data);
        buf_clear(&shell->query);
    }
}

bool
shell_read_file(struct shell *shell, const char *path)
{
    bool is_stdin = strcmp(path, "-") == 0;
    if (shell->input_depth >= INCLUDE_DEPTH_MAX)
        return false;
    FILE *stream = is_stdin ? stdin : fopen(path, "re");
    if (stream == NULL)
        return false;
    FILE *outer = shell->input;
    const char *outer_name = shell->input_name;
    shell->input = stream;
    shell->input_name = is_stdin ? "<stdin>" : path;
    shell->input_depth++;
    read_stream(shell, stream);
    shell->input_depth--;
    shell->input = outer;
    shell->input_name = outer_name;
    if (!is_stdin)
        fclose(stream);
    return true;
}

/* ---- the terminal ---- */

static char *
prompt_text(EditLine *edit)
{
    void *object;
    el_get(edit, EL_CLIENTDATA, &object);
    struct shell *shell = object;
    bool is_open;
    bool goes_on = shell->query.bytes != 0;
    (void)statement_bytes((const char *)shell->query.data, shell->query.bytes, &is_open);
    snprintf(shell->prompt, sizeof shell->prompt, "%.100s%s%c ", client_database(shell->client),
             goes_on ? (is_open ? "(" : "-") : "=",
             client_transaction(shell->client) == ' ' ? '>' : client_transaction(shell->client));
    return shell->prompt;
}

static void
read_terminal(struct shell *shell)
{
    EditLine *edit = el_init("rowan", stdin, stdout, stderr);
    History *past = history_init();
    HistEvent event;
    char path[1024] = "";
    const char *home = getenv("HOME");
    if (home != NULL)
        snprintf(path, sizeof path, "%s/.rowan_history", home);
    history(past, &event, H_SETSIZE, 1000);
    if (*path != '\0')
        (void)history(past, &event, H_LOAD, path);
    el_set(edit, EL_CLIENTDATA, shell);
    el_set(edit, EL_PROMPT, prompt_text);
    el_set(edit, EL_EDITOR, "emacs");
    el_set(edit, EL_HIST, history, past);
    el_source(edit, NULL);
    printf("rowan 0.1.0. Type \\? for help, \\q to leave.\n");
    const char *line;
    int count;
    while (!shell->wants_quit && (line = el_gets(edit, &count)) != NULL && count > 0) {
        char *copy = strdup(line);
        copy[strcspn(copy, "\n")] = '\0';
        if (*copy != '\0')
            (void)history(past, &event, H_ENTER, line);
        take_line(shell, copy);
        free(copy);
        shell->status = shell->status == SHELL_LOST ? SHELL_LOST : SHELL_GOOD;
    }
    if (*path != '\0')
        (void)history(past, &event, H_SAVE, path);
    history_end(past);
    el_end(edit);
}

/* ---- the command ---- */

struct arguments {
    const char *target, *branch;
    const char **texts; /* of -c and -f, in order */
    bool *is_file;
    int text_count;
};

static bool
take_flag(struct shell *shell, char flag)
{
    switch (flag) {
    case 'A':
        shell->style.is_unaligned = true;
        return true;
    case 't':
        shell->style.tuples_only = true;
        return true;
    case 'x':
        shell->style.is_expanded = true;
        return true;
    case 'q':
        shell->is_quiet = true;
        return true;
    case 'X':
        return true; /* there is no start-up file to leave out */
    default:
        return false;
    }
}

static void
take_text(struct arguments *to, const char *text, bool is_file)
{
    to->texts[to->text_count] = text;
    to->is_file[to->text_count++] = is_file;
}

static bool
read_arguments(struct shell *shell, struct arguments *to, int argc, char **argv)
{
    int option;
    while ((option = getopt(argc, argv, "AtxqXd:c:f:F:v:")) != -1) {
        switch (option) {
        case 'd':
            to->branch = optarg;
            break;
        case 'c':
        case 'f':
            take_text(to, optarg, option == 'f');
            break;
        case 'F':
            shell->style.separator = optarg;
            break;
        case 'v':
            shell->stops_on_error |=
                strcmp(optarg, "ON_ERROR_STOP=1") == 0 || strcmp(optarg, "ON_ERROR_STOP=on") == 0;
            break;
        default:
            if (!take_flag(shell, (char)option))
                return false;
        }
    }
    if (optind < argc)
        to->target = argv[optind++];
    return optind == argc;
}

static void
run_texts(struct shell *shell, const struct arguments *arguments)
{
    for (int i = 0; i < arguments->text_count && !shell->wants_quit; i++) {
        const char *text = arguments->texts[i];
        if (arguments->is_file[i]) {
            if (!shell_read_file(shell, text)) {
                fprintf(stderr, "%s: could not be read\n", text);
                shell->status = SHELL_FAILED;
                return;
            }
            if (shell->status == SHELL_FAILED)
                shell->status = SHELL_GOOD; /* a script goes on after errors, as psql's does */
        } else if (*text == '\\') {
            shell_command(shell, text);
        } else {
            shell_run(shell, text);
        }
        if (shell->status == SHELL_FAILED && shell->stops_on_error)
            return;
    }
}

/* Waits for SIGINT, which every other thread has blocked, and cancels what runs. */
static void
interrupt_main(void *object)
{
    struct shell *shell = object;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGUSR1);
    for (;;) {
        int number = 0;
        if (sigwait(&set, &number) == 0 && number == SIGUSR1)
            return;
        if (shell->client != NULL)
            client_cancel(shell->client);
    }
}

/* Asks the open client what the arguments, the terminal or standard input say. */
static void
ask(struct shell *shell, const struct arguments *arguments)
{
    struct thread interrupts;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGUSR1);
    (void)pthread_sigmask(SIG_BLOCK, &set, NULL);
    bool has_thread =
        thread_start(&interrupts, "interrupts", 256 * 1024, interrupt_main, shell) == ST_OK;
    if (arguments->text_count != 0) {
        run_texts(shell, arguments);
    } else if (isatty(STDIN_FILENO)) {
        shell->is_interactive = true;
        read_terminal(shell);
    } else {
        (void)shell_read_file(shell, "-");
        if (shell->status == SHELL_FAILED)
            shell->status = SHELL_GOOD;
    }
    if (has_thread) {
        pthread_kill(interrupts.os, SIGUSR1);
        thread_join(&interrupts);
    }
}

static int
run_shell(struct shell *shell, const struct arguments *arguments)
{
    shell->output = (struct client_output){.object = shell,
                                           .rows = on_rows,
                                           .tag = on_tag,
                                           .error = on_error,
                                           .notice = on_notice,
                                           .copy_in = on_copy_in,
                                           .copy_out = on_copy_out};
    char message[1024];
    shell->target = strdup(arguments->target == NULL ? ":memory:" : arguments->target);
    shell->client = client_open(shell->target, arguments->branch, &shell->output, message);
    if (shell->client == NULL) {
        fprintf(stderr, "rowan: %s\n", message);
        free(shell->target);
        return SHELL_LOST;
    }
    buf_init(&shell->query);
    ask(shell, arguments);
    if (shell->client != NULL)
        client_close(shell->client);
    buf_deinit(&shell->query);
    free(shell->copy_line);
    free(shell->target);
    return shell->status;
}

int
command_sql(int argc, char **argv)
{
    setlocale(LC_CTYPE, "");
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0) {
            fputs(usage, stdout);
            return 0;
        }
    struct shell shell = {.style = {.null_text = "", .separator = "|"}};
    struct arguments arguments = {.texts = calloc((size_t)argc, sizeof *arguments.texts),
                                  .is_file = calloc((size_t)argc, sizeof *arguments.is_file)};
    int status = SHELL_FAILED;
    if (arguments.texts != NULL && arguments.is_file != NULL &&
        read_arguments(&shell, &arguments, argc, argv))
        status = run_shell(&shell, &arguments);
    else
        fputs(usage, stderr);
    free(arguments.texts);
    free(arguments.is_file);
    return status;
}
