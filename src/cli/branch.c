/*
 * branch.c: `rowan branch`: branches by their SQL.
 */
#include "base/buf.h"
#include "cli/client.h"
#include "cli/commands.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
    "usage: rowan branch VERB FILE|URL [NAME]...\n"
    "\n"
    "  list FILE|URL                     the branches\n"
    "  create FILE|URL NAME [SOURCE]     make one from SOURCE (main)\n"
    "  drop FILE|URL NAME                drop it\n"
    "  diff FILE|URL FROM TO [TABLE]     what differs: tables, or the rows of one\n"
    "  merge FILE|URL SOURCE [TARGET]    merge SOURCE into TARGET (main), or show the conflicts\n"
    "\n"
    "Exit status: 0 done, 1 an error or a merge with conflicts, 2 wrong use or no connection.\n";

/* What a verb does with its words: the names that follow FILE|URL. */
struct verb {
    const char *name;
    int names_min, names_max;
    void (*put_sql)(struct buf *sql, char **names, int count);
    const char *(*branch)(char **names, int count); /* where it runs */
    const char *empty;                              /* said if there are no rows; null: nothing */
    bool is_failed_by_rows;                         /* rows are conflicts */
};

struct task {
    const struct verb *verb;
    uint64_t row_count;
};

/* ---- SQL ---- */

static void
put_quoted(struct buf *sql, const char *name, char quote)
{
    buf_put_u8(sql, (uint8_t)quote);
    for (; *name != '\0'; name++) {
        if (*name == quote)
            buf_put_u8(sql, (uint8_t)quote);
        buf_put_u8(sql, (uint8_t)*name);
    }
    buf_put_u8(sql, (uint8_t)quote);
}

/* "name('a', 'b')" */
static void
put_call(struct buf *sql, const char *function, char **names, int count)
{
    buf_format(sql, "%s(", function);
    for (int i = 0; i < count; i++) {
        buf_put_text(sql, i == 0 ? "" : ", ");
        put_quoted(sql, names[i], '\'');
    }
    buf_put_text(sql, ")");
}

static void
put_list(struct buf *sql, char **names, int count)
{
    (void)names;
    (void)count;
    buf_put_text(sql, "SELECT name, parent, date_trunc('second', created) AS created, own_commits "
                      "AS commits FROM rowan.branches ORDER BY name");
}

static void
put_create(struct buf *sql, char **names, int count)
{
    buf_put_text(sql, "CREATE DATABASE ");
    put_quoted(sql, names[0], '"');
    buf_put_text(sql, " TEMPLATE ");
    put_quoted(sql, count > 1 ? names[1] : "main", '"');
}

static void
put_drop(struct buf *sql, char **names, int count)
{
    (void)count;
    buf_put_text(sql, "DROP DATABASE ");
    put_quoted(sql, names[0], '"');
}

static void
put_diff(struct buf *sql, char **names, int count)
{
    buf_put_text(sql, "SELECT * FROM ");
    put_call(sql, count == 3 ? "rowan.diff" : "rowan.diff_summary", names, count);
}

static void
put_merge(struct buf *sql, char **names, int count)
{
    (void)count;
    buf_put_text(sql, "SELECT * FROM ");
    put_call(sql, "rowan.merge", names, 1);
}

/* A branch that the verb does not touch. */
static const char *
on_main(char **names, int count)
{
    return count > 0 && strcmp(names[0], "main") == 0 ? "postgres" : "main";
}

static const char *
on_second(char **names, int count)
{
    return count > 1 ? names[1] : "main";
}

static const struct verb verbs[] = {
    {"list", 0, 0, put_list, on_main, NULL, false},
    {"create", 1, 2, put_create, on_main, NULL, false},
    {"drop", 1, 1, put_drop, on_main, NULL, false},
    {"diff", 2, 3, put_diff, on_second, "no differences", false},
    {"merge", 1, 2, put_merge, on_second, NULL, true},
};

static const struct verb *
find_verb(const char *name, int count)
{
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(verbs[i].name, name) == 0 && count >= verbs[i].names_min &&
            count <= verbs[i].names_max)
            return &verbs[i];
    return NULL;
}

/* ---- output ---- */

static void
on_rows(void *object, const struct result *result)
{
    struct task *task = object;
    /* A conflict shows three versions of a row: a line each. */
    const struct print_style style = {.null_text = "",
                                      .is_expanded = task->verb->is_failed_by_rows};
    task->row_count += result->row_count;
    if (result->row_count != 0)
        result_print(result, &style, stdout);
    else if (task->verb->empty != NULL)
        puts(task->verb->empty);
}

static void
on_tag(void *object, const char *tag)
{
    (void)object;
    if (strncmp(tag, "SELECT", 6) != 0)
        puts(tag);
}

static void
on_error(void *object, const char *text, bool is_fatal)
{
    (void)object;
    (void)is_fatal;
    fflush(stdout);
    fputs(text, stderr);
}

/* How a merge went is its answer: what went well is no message about something else. */
static void
on_notice(void *object, const char *text)
{
    (void)object;
    if (strncmp(text, "NOTICE:  ", 9) == 0) {
        fputs(text + 9, stdout);
        return;
    }
    fflush(stdout);
    fputs(text, stderr);
}

static bool
on_copy_in(void *object, const char **data, size_t *bytes)
{
    (void)object;
    (void)data;
    (void)bytes;
    return false;
}

static void
on_copy_out(void *object, const char *data, size_t bytes)
{
    (void)object;
    fwrite(data, 1, bytes, stdout);
}

int
command_branch(int argc, char **argv)
{
    bool is_help = argc > 1 && strcmp(argv[1], "--help") == 0;
    struct task task = {.verb = argc < 3 || is_help ? NULL : find_verb(argv[1], argc - 3)};
    if (task.verb == NULL) {
        fputs(usage, is_help ? stdout : stderr);
        return is_help ? 0 : 2;
    }
    const char *target = argv[2];
    char **names = argv + 3, message[1024];
    int count = argc - 3;
    if (strstr(target, "://") == NULL && access(target, F_OK) != 0) {
        fprintf(stderr, "rowan: there is no file \"%s\"\n", target);
        return 2;
    }
    struct client_output output = {.object = &task,
                                   .rows = on_rows,
                                   .tag = on_tag,
                                   .error = on_error,
                                   .notice = on_notice,
                                   .copy_in = on_copy_in,
                                   .copy_out = on_copy_out};
    struct client *client = client_open(target, task.verb->branch(names, count), &output, message);
    if (client == NULL) {
        fprintf(stderr, "rowan: %s\n", message);
        return 2;
    }
    struct buf sql;
    buf_init(&sql);
    task.verb->put_sql(&sql, names, count);
    buf_put_u8(&sql, 0);
    bool is_lost;
    bool is_good = !sql.is_failed && client_run(client, (const char *)sql.data, &is_lost);
    buf_deinit(&sql);
    client_close(client);
    return is_good && !(task.verb->is_failed_by_rows && task.row_count != 0) ? 0 : 1;
}
