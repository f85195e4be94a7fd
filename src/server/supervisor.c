/*
 * supervisor.c: `rowan serve`: options, the log's lines, and the process that watches the engine's.
 *
 * The supervisor starts the engine process, passes signals on, and starts it again when it has
 * crashed: recovery is then a start like any other. It gives up when the engine has crashed
 * FAILED_STARTS_MAX times in a row without having accepted clients: what a client did to it is no
 * reason to leave the others without a server. A database in memory is gone with its process, so
 * that is not started again.
 */
#include "base/clock.h"
#include "server/engine_process.h"
#include "server/server.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FAILED_STARTS_MAX 5
#define EARLY_US 1000000LL /* a crash sooner than this is followed by a pause */
#define RESTART_PAUSE_US 100000LL

extern char **environ;

/* ---- the log ---- */

static void
log_write(void *object, enum log_level level, const char *line)
{
    (void)object;
    static const char *const names[] = {"DEBUG", "INFO", "WARNING", "ERROR"};
    int64_t now_us = clock_wall_us();
    time_t seconds = (time_t)(now_us / 1000000);
    struct tm parts;
    char stamp[32] = "";
    if (gmtime_r(&seconds, &parts) != NULL)
        (void)strftime(stamp, sizeof stamp, "%Y-%m-%d %H:%M:%S", &parts);
    if (level >= LOG_INFO)
        fprintf(stderr, "%s.%03d UTC [%d] %s: %s\n", stamp, (int)(now_us / 1000 % 1000),
                (int)getpid(), names[level], line);
}

static const struct log_sink log_to_stderr = {.write = log_write};

/* ---- options ---- */

static const char usage[] =
    "usage: rowan serve FILE|:memory: [-h HOST] [-p PORT] [-k SOCKET_DIR] [-c NAME=VALUE]...\n"
    "                   [--config FILE]\n"
    "\n"
    "Serves the database in FILE, which is made if there is none, to PostgreSQL clients.\n"
    "\n"
    "  -h HOST         listen on this IPv4 address (127.0.0.1); \"\" for no TCP\n"
    "  -p PORT         ... and port (5432); 0 takes a free one\n"
    "  -k SOCKET_DIR   listen on a Unix socket in this directory too\n"
    "  -c NAME=VALUE   a setting, such as shared_buffers=1GB\n"
    "  --config FILE   settings from a file, one NAME = VALUE a line\n"
    "\n"
    "Settings come from the file, then ROWAN_NAME environment variables, then -c. A password for\n"
    "clients from elsewhere: ROWAN_PASSWORD or ROWAN_PASSWORD_FILE.\n"
    "SIGTERM waits for sessions to end, SIGINT ends them, SIGQUIT stops at once.\n";

/* Keeps a copy of both texts. */
static bool
add_setting(struct serve_options *options, const char *name, size_t name_bytes, const char *value)
{
    if (options->setting_count == SERVE_SETTINGS_MAX) {
        fprintf(stderr, "rowan: too many settings\n");
        return false;
    }
    size_t value_bytes = strlen(value) + 1, bytes = name_bytes + 1 + value_bytes;
    if (bytes > sizeof options->texts - options->text_bytes) {
        fprintf(stderr, "rowan: the settings are too long\n");
        return false;
    }
    char *copy = options->texts + options->text_bytes;
    options->text_bytes += bytes;
    memcpy(copy, name, name_bytes);
    copy[name_bytes] = '\0';
    memcpy(copy + name_bytes + 1, value, value_bytes);
    options->settings[options->setting_count++] =
        (struct setting_text){.name = copy, .value = copy + name_bytes + 1};
    return true;
}

static bool
add_assignment(struct serve_options *options, const char *text)
{
    const char *equals = strchr(text, '=');
    if (equals == NULL) {
        fprintf(stderr, "rowan: \"%s\" is not NAME=VALUE\n", text);
        return false;
    }
    return add_setting(options, text, (size_t)(equals - text), equals + 1);
}

static char *
trim(char *text)
{
    while (*text == ' ' || *text == '\t')
        text++;
    size_t bytes = strlen(text);
    while (bytes > 0 && strchr(" \t\r\n", text[bytes - 1]) != NULL)
        text[--bytes] = '\0';
    if (bytes >= 2 && text[0] == '\'' && text[bytes - 1] == '\'') {
        text[bytes - 1] = '\0';
        text++;
    }
    return text;
}

static bool
read_config(struct serve_options *options, const char *path)
{
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        fprintf(stderr, "rowan: could not read \"%s\": %s\n", path, strerror(errno));
        return false;
    }
    char line[4096];
    bool is_good = true;
    while (is_good && fgets(line, sizeof line, file) != NULL) {
        char *text = trim(line);
        if (*text == '\0' || *text == '#')
            continue;
        char *equals = strchr(text, '=');
        if (equals == NULL) {
            fprintf(stderr, "rowan: %s: \"%s\" is not NAME = VALUE\n", path, text);
            is_good = false;
            break;
        }
        *equals = '\0';
        char *name = trim(text);
        is_good = add_setting(options, name, strlen(name), trim(equals + 1));
    }
    fclose(file);
    return is_good;
}

static bool
read_environment(struct serve_options *options)
{
    for (char **entry = environ; *entry != NULL; entry++) {
        if (strncmp(*entry, "ROWAN_", 6) != 0 || strncmp(*entry, "ROWAN_PASSWORD", 14) == 0)
            continue;
        const char *text = *entry + 6;
        size_t bytes = strcspn(text, "=");
        if (text[bytes] == '\0')
            continue;
        if (!add_setting(options, text, bytes, text + bytes + 1))
            return false;
        for (char *p = (char *)options->settings[options->setting_count - 1].name; *p != '\0'; p++)
            *p = (char)(*p >= 'A' && *p <= 'Z' ? *p + 32 : *p);
    }
    return true;
}

static bool
read_password(struct serve_options *options)
{
    options->password = getenv("ROWAN_PASSWORD");
    const char *path = getenv("ROWAN_PASSWORD_FILE");
    if (options->password != NULL || path == NULL)
        return true;
    FILE *file = fopen(path, "re");
    char *line = options->password_text;
    if (file == NULL || fgets(line, sizeof options->password_text, file) == NULL) {
        fprintf(stderr, "rowan: could not read a password from \"%s\"\n", path);
        if (file != NULL)
            fclose(file);
        return false;
    }
    fclose(file);
    line[strcspn(line, "\r\n")] = '\0';
    options->password = line;
    return true;
}

static bool
take_port(struct serve_options *options, const char *text)
{
    char *end;
    unsigned long port = strtoul(text, &end, 10);
    if (*text == '\0' || *end != '\0' || port > 65535) {
        fprintf(stderr, "rowan: \"%s\" is not a port\n", text);
        return false;
    }
    options->port = (uint16_t)port;
    options->has_port = true;
    return true;
}

/* Exit status 0 to go on, 1 for help that was asked for, 2 for a wrong call. */
static int
read_arguments(struct serve_options *options, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) /* the file's settings come first, whatever the order */
        if (strcmp(argv[i], "--config") == 0 && i + 1 < argc && !read_config(options, argv[i + 1]))
            return 2;
    if (!read_environment(options) || !read_password(options))
        return 2;
    for (int i = 1; i < argc; i++) {
        const char *argument = argv[i];
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;
        if (strcmp(argument, "--help") == 0)
            return 1;
        if (argument[0] != '-') {
            if (options->path != NULL) {
                fprintf(stderr, "rowan: one database at a time: \"%s\"\n", argument);
                return 2;
            }
            options->path = argument;
            continue;
        }
        if (value == NULL) {
            fprintf(stderr, "rowan: %s needs a value\n", argument);
            return 2;
        }
        i++;
        bool is_good = true;
        if (strcmp(argument, "-h") == 0)
            options->host = value;
        else if (strcmp(argument, "-k") == 0)
            options->socket_dir = value;
        else if (strcmp(argument, "-p") == 0)
            is_good = take_port(options, value);
        else if (strcmp(argument, "-c") == 0)
            is_good = add_assignment(options, value);
        else if (strcmp(argument, "--config") != 0)
            is_good = fprintf(stderr, "rowan: unknown option %s\n", argument) < 0;
        if (!is_good)
            return 2;
    }
    return options->path == NULL ? 2 : 0;
}

/* ---- watching ---- */

static pid_t
start_engine(const struct serve_options *options)
{
    pid_t supervisor = getpid();
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != supervisor)
        _exit(ENGINE_REFUSED);
    (void)prctl(PR_SET_NAME, "rowan-engine");
    exit(engine_process_run(options, &log_to_stderr));
}

/* Waits for the engine to end, passing signals on. Returns its wait status; *was_asked: it was told
 * to stop. */
static int
watch_engine(pid_t engine, const sigset_t *signals, bool *was_asked)
{
    for (;;) {
        int number = 0, status = 0;
        if (sigwait(signals, &number) != 0)
            continue;
        if (number != SIGCHLD) {
            *was_asked = true;
            (void)kill(engine, number);
            continue;
        }
        if (waitpid(engine, &status, WNOHANG) == engine)
            return status;
    }
}

static void
log_crash(int status)
{
    log_line(&log_to_stderr, LOG_ERROR, "the engine process was ended by %s %d",
             WIFSIGNALED(status) ? "signal" : "status",
             WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

/* Runs engine processes until one has ended as it was asked to. Returns the exit status. */
static int
supervise(const struct serve_options *options)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGQUIT);
    sigaddset(&signals, SIGHUP);
    sigaddset(&signals, SIGCHLD);
    (void)sigprocmask(SIG_BLOCK, &signals, NULL);
    bool was_asked = false;
    for (int failed_starts = 0; failed_starts < FAILED_STARTS_MAX;) {
        int64_t started_us = clock_monotonic_us();
        options->shared->is_ready = false;
        pid_t engine = start_engine(options);
        if (engine < 0) {
            log_line(&log_to_stderr, LOG_ERROR, "could not start a process: %s", strerror(errno));
            return 1;
        }
        int status = watch_engine(engine, &signals, &was_asked);
        if (WIFEXITED(status) && (WEXITSTATUS(status) <= ENGINE_REFUSED || was_asked))
            return WEXITSTATUS(status) == 2 ? 0 : WEXITSTATUS(status);
        if (was_asked)
            return 1;
        log_crash(status);
        if (strcmp(options->path, ":memory:") == 0) {
            log_line(&log_to_stderr, LOG_ERROR, "the database was in memory and is gone with it");
            return 1;
        }
        failed_starts = options->shared->is_ready ? 0 : failed_starts + 1;
        if (clock_monotonic_us() - started_us < EARLY_US)
            clock_sleep_us(RESTART_PAUSE_US);
    }
    log_line(&log_to_stderr, LOG_ERROR,
             "the engine process crashed %d times at its start: giving up", FAILED_STARTS_MAX);
    return 1;
}

int
server_main(int argc, char **argv)
{
    struct serve_options options = {.path = NULL};
    int status = read_arguments(&options, argc, argv);
    if (status != 0) {
        fputs(usage, status == 1 ? stdout : stderr);
        return status == 1 ? 0 : 2;
    }
    options.shared = mmap(NULL, sizeof *options.shared, PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (options.shared == MAP_FAILED) {
        fprintf(stderr, "rowan: out of memory\n");
        return 1;
    }
    return supervise(&options);
}
