/*
 * branch.c: `rowan branch`: branches by their SQL.
 */
#include "cli/client.h"
#include "cli/commands.h"
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: rowan branch VERB FILE|URL [NAME]...\n"
    "\n"
    "  list FILE|URL                     the branches\n"
    "  create FILE|URL NAME [SOURCE]     make one from SOURCE (main)\n"
    "  drop FILE|URL NAME                drop it\n"
    "  diff FILE|URL FROM TO [TABLE]     what differs: tables, or the rows of one\n"
    "  merge FILE|URL SOURCE [TARGET]    merge SOURCE into TARGET (main), or show the conflicts\n";

static void
on_rows(void *object, const struct result *result)
{
    const struct print_style style = {.null_text = ""};
    (void)object;
    result_print(result, &style, stdout);
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
    fputs(text, stderr);
}

static void
on_notice(void *object, const char *text)
{
    (void)object;
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

/* `name` between quotes of the given kind, in memory of malloc. */
static char *
quoted(const char *name, char quote)
{
    char *to = malloc(2 * strlen(name) + 3), *p = to;
    if (to == NULL)
        exit(1);
    *p++ = quote;
    for (; *name != '\0'; name++) {
        if (*name == quote)
            *p++ = quote;
        *p++ = *name;
    }
    *p++ = quote;
    *p = '\0';
    return to;
}

/* The verb's SQL, in `sql`; false: the arguments do not fit it. *branch: where it runs. */
static bool
make_sql(int count, char **words, char *sql, size_t sql_bytes, const char **branch)
{
    const char *verb = words[0];
    const char *first = count > 2 ? words[2] : NULL, *second = count > 3 ? words[3] : NULL;
    char *a = quoted(first == NULL ? "" : first, '\''),
         *b = quoted(second == NULL ? "" : second, '\'');
    char *name = quoted(first == NULL ? "" : first, '"');
    char *source = quoted(second == NULL ? "main" : second, '"');
    bool is_good = true;
    if (strcmp(verb, "list") == 0 && count == 2) {
        snprintf(sql, sql_bytes, "SELECT * FROM rowan.branches ORDER BY name");
    } else if (strcmp(verb, "create") == 0 && (count == 3 || count == 4)) {
        snprintf(sql, sql_bytes, "CREATE DATABASE %s TEMPLATE %s", name, source);
    } else if (strcmp(verb, "drop") == 0 && count == 3) {
        snprintf(sql, sql_bytes, "DROP DATABASE %s", name);
    } else if (strcmp(verb, "diff") == 0 && count == 4) {
        snprintf(sql, sql_bytes, "SELECT * FROM rowan.diff_summary(%s, %s)", a, b);
    } else if (strcmp(verb, "diff") == 0 && count == 5) {
        char *table = quoted(words[4], '\'');
        snprintf(sql, sql_bytes, "SELECT * FROM rowan.diff(%s, %s, %s)", a, b, table);
        free(table);
    } else if (strcmp(verb, "merge") == 0 && (count == 3 || count == 4)) {
        snprintf(sql, sql_bytes, "SELECT * FROM rowan.merge(%s)", a);
        *branch = second;
    } else {
        is_good = false;
    }
    free(a);
    free(b);
    free(name);
    free(source);
    return is_good;
}

int
command_branch(int argc, char **argv)
{
    char sql[2048], message[1024];
    const char *branch = NULL;
    bool is_help = argc > 1 && strcmp(argv[1], "--help") == 0;
    if (is_help || argc < 3 || !make_sql(argc - 1, argv + 1, sql, sizeof sql, &branch)) {
        fputs(usage, is_help ? stdout : stderr);
        return is_help ? 0 : 2;
    }
    struct client_output output = {.rows = on_rows,
                                   .tag = on_tag,
                                   .error = on_error,
                                   .notice = on_notice,
                                   .copy_in = on_copy_in,
                                   .copy_out = on_copy_out};
    bool creates = strcmp(argv[1], "create") == 0 || strcmp(argv[1], "drop") == 0;
    struct client *client =
        client_open(argv[2], creates && branch == NULL ? "postgres" : branch, &output, message);
    if (client == NULL) {
        fprintf(stderr, "rowan: %s\n", message);
        return 2;
    }
    bool is_lost;
    bool is_good = client_run(client, sql, &is_lost);
    client_close(client);
    return is_good ? 0 : 1;
}
