/*
 * meta.c: the shell's backslash commands.
 */
#include "cli/shell.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "  \\q              leave              \\d [NAME]    tables, or one of them\n"
    "  \\c BRANCH       connect to it      \\dt \\di \\ds \\dv \\dn\n"
    "  \\l              list branches      \\x           a column a line, on and off\n"
    "  \\i FILE         run a file         \\timing      times, on and off\n"
    "  \\copy T from FILE [OPTIONS], \\copy T to FILE, \\copy (QUERY) to FILE\n"
    "  \\echo TEXT      print it           \\?           this help\n";

/* The next word of *at, in place: quotes taken off. Null: there is none. */
static char *
next_word(char **at)
{
    char *p = *at;
    while (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r')
        p++;
    if (*p == '\0')
        return NULL;
    char stop = *p == '\'' || *p == '"' ? *p : '\0';
    char *word = stop == '\0' ? p : ++p;
    while (*p != '\0' && (stop != '\0' ? *p != stop : *p != ' ' && *p != '\t' && *p != '\n'))
        p++;
    if (*p != '\0')
        *p++ = '\0';
    *at = p;
    return word;
}

/* ---- \d and kin: questions to the catalog ---- */

#define RELATIONS                                                                                  \
    "SELECT n.nspname AS \"Schema\", c.relname AS \"Name\", CASE c.relkind WHEN 'r' THEN 'table' " \
    "WHEN 'v' THEN 'view' WHEN 'i' THEN 'index' WHEN 'S' THEN 'sequence' END AS \"Type\" "         \
    "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "         \
    "WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'rowan') AND c.relkind IN (%s) "  \
    "ORDER BY 1, 2"

static void
list_relations(struct shell *shell, const char *kinds)
{
    char sql[1024];
    snprintf(sql, sizeof sql, RELATIONS, kinds);
    shell_run(shell, sql);
}

/* `name` as an SQL string, in `to`. */
static void
quote_literal(const char *name, char *to, size_t to_bytes)
{
    size_t n = 0;
    to[n++] = '\'';
    for (; *name != '\0' && n + 3 < to_bytes; name++) {
        if (*name == '\'')
            to[n++] = '\'';
        to[n++] = *name;
    }
    to[n++] = '\'';
    to[n] = '\0';
}

static void
describe(struct shell *shell, const char *name)
{
    char literal[300], sql[2048];
    quote_literal(name, literal, sizeof literal);
    snprintf(
        sql, sizeof sql,
        "SELECT a.attname AS \"Column\", pg_catalog.format_type(a.atttypid, a.atttypmod) AS "
        "\"Type\", CASE WHEN a.attnotnull THEN 'not null' ELSE '' END AS \"Nullable\", "
        "pg_catalog.pg_get_expr(d.adbin, d.adrelid) AS \"Default\" FROM pg_catalog.pg_attribute a "
        "LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum "
        "WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped "
        "ORDER BY a.attnum",
        literal);
    shell_run(shell, sql);
    snprintf(sql, sizeof sql,
             "SELECT c.relname AS \"Index\", pg_catalog.pg_get_indexdef(i.indexrelid) AS "
             "\"Definition\" FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = "
             "i.indexrelid WHERE i.indrelid = %s::regclass ORDER BY i.indisprimary DESC, c.relname",
             literal);
    shell_run(shell, sql);
}

/* ---- \copy ---- */

/* The first word `from` or `to`, in any case, outside of quotes and parentheses; null: neither. */
static const char *
copy_direction(const char *text)
{
    char quote = '\0';
    int depth = 0;
    for (const char *p = text; *p != '\0'; p++) {
        if (quote != '\0') {
            if (*p == quote)
                quote = '\0';
        } else if (*p == '\'' || *p == '"') {
            quote = *p;
        } else if (*p == '(' || *p == ')') {
            depth += *p == '(' ? 1 : -1;
        } else if (depth == 0 && isspace((unsigned char)*p)) {
            if (strncasecmp(p + 1, "from", 4) == 0 && isspace((unsigned char)p[5]))
                return p + 1;
            if (strncasecmp(p + 1, "to", 2) == 0 && isspace((unsigned char)p[3]))
                return p + 1;
        }
    }
    return NULL;
}

/* \copy WHAT from|to FILE [OPTIONS]: SQL's COPY with the client's file in between. */
static void
copy(struct shell *shell, const char *arguments)
{
    const char *direction = copy_direction(arguments);
    if (direction == NULL) {
        fprintf(stderr, "\\copy: give a table, from or to, and a file\n");
        shell->status = SHELL_FAILED;
        return;
    }
    bool is_from = tolower((unsigned char)*direction) == 'f';
    char *rest = strdup(direction + (is_from ? 4 : 2)), *at = rest;
    char *path = next_word(&at);
    char *sql = malloc(strlen(arguments) + strlen(at) + 64);
    bool is_std = path != NULL && (strcmp(path, "stdin") == 0 || strcmp(path, "stdout") == 0 ||
                                   strcmp(path, "pstdin") == 0 || strcmp(path, "pstdout") == 0);
    FILE *file = path == NULL || is_std ? NULL : fopen(path, is_from ? "re" : "we");
    if (path == NULL || (file == NULL && !is_std)) {
        fprintf(stderr, "%s: could not be opened\n", path == NULL ? "\\copy" : path);
        shell->status = SHELL_FAILED;
    } else {
        (void)snprintf(sql, strlen(arguments) + strlen(at) + 64, "COPY %.*s %s %s",
                       (int)(direction - arguments), arguments,
                       is_from ? "FROM STDIN" : "TO STDOUT", at);
        shell->copy_file = file;
        shell_run(shell, sql);
        shell->copy_file = NULL;
        if (file != NULL && fclose(file) != 0)
            fprintf(stderr, "%s: could not be written\n", path);
    }
    free(rest);
    free(sql);
}

/* ---- dispatch ---- */

static void
toggle(bool *flag, const char *argument, const char *what)
{
    *flag = argument == NULL ? !*flag : strcmp(argument, "on") == 0;
    printf("%s is %s.\n", what, *flag ? "on" : "off");
}

static void
run_word(struct shell *shell, const char *command, char *at)
{
    char *argument = next_word(&at);
    if (strcmp(command, "q") == 0 || strcmp(command, "quit") == 0) {
        shell->wants_quit = true;
    } else if (strcmp(command, "?") == 0) {
        fputs(help, stdout);
    } else if (strcmp(command, "x") == 0) {
        toggle(&shell->style.is_expanded, argument, "Expanded display");
    } else if (strcmp(command, "timing") == 0) {
        toggle(&shell->has_timing, argument, "Timing");
    } else if (strcmp(command, "c") == 0 || strcmp(command, "connect") == 0) {
        (void)shell_connect(shell, argument);
    } else if (strcmp(command, "i") == 0) {
        if (argument == NULL || !shell_read_file(shell, argument))
            fprintf(stderr, "%s: could not be read\n", argument == NULL ? "\\i" : argument);
    } else if (strcmp(command, "l") == 0) {
        shell_run(shell, "SELECT datname AS \"Name\" FROM pg_catalog.pg_database ORDER BY 1");
    } else if (strcmp(command, "d") == 0 && argument != NULL) {
        describe(shell, argument);
    } else if (strcmp(command, "d") == 0) {
        list_relations(shell, "'r', 'v', 'S'");
    } else if (strcmp(command, "dt") == 0) {
        list_relations(shell, "'r'");
    } else if (strcmp(command, "di") == 0) {
        list_relations(shell, "'i'");
    } else if (strcmp(command, "ds") == 0) {
        list_relations(shell, "'S'");
    } else if (strcmp(command, "dv") == 0) {
        list_relations(shell, "'v'");
    } else if (strcmp(command, "dn") == 0) {
        shell_run(shell, "SELECT nspname AS \"Name\" FROM pg_catalog.pg_namespace ORDER BY 1");
    } else {
        fprintf(stderr, "invalid command \\%s; try \\? for help\n", command);
        shell->status = SHELL_FAILED;
    }
}

void
shell_command(struct shell *shell, const char *line)
{
    if (strncmp(line, "\\copy ", 6) == 0) {
        copy(shell, line + 6);
        return;
    }
    if (strncmp(line, "\\echo", 5) == 0) {
        puts(line[5] == ' ' ? line + 6 : line + 5);
        return;
    }
    char *text = strdup(line + 1), *at = text;
    char *command = next_word(&at);
    if (command != NULL)
        run_word(shell, command, at);
    free(text);
}
