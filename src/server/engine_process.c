/*
 * engine_process.c: the engine process: opening, serving, and the three ways to stop.
 *
 * SIGTERM (smart) lets sessions end by themselves, SIGINT (fast) ends them, SIGQUIT (immediate)
 * leaves everything as a crash would. A signal only writes its number to a pipe-like descriptor;
 * the main thread, which is the listener, acts on it.
 */
#include "server/engine_process.h"

#include "base/clock.h"
#include "server/auth.h"
#include "server/listener.h"
#include "server/server_int.h"
#include <errno.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define STOP_POLL_US 20000

static void
raise_file_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/* ---- signals: a thread of their own ---- */

static void
signal_main(void *object)
{
    struct server *server = object;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGQUIT);
    sigaddset(&set, SIGUSR1); /* the server's own: end this thread */
    for (;;) {
        int number = 0;
        if (sigwait(&set, &number) != 0)
            continue;
        if (number == SIGQUIT)
            _exit(2); /* as a crash: the log has all that was acknowledged */
        if (number == SIGUSR1)
            return;
        int mode = number == SIGTERM ? STOP_SMART : STOP_FAST;
        if (server->stop < mode)
            server->stop = mode;
        listener_alert(server);
    }
}

/* ---- stopping ---- */

/* Tells every session to end; idle ones see their socket end, busy ones are cancelled. */
static void
end_connections(struct server *server)
{
    mutex_lock(&server->mutex);
    for (struct connection *c = server->connections; c != NULL; c = c->next) {
        c->ending = ENDING_STOP;
        if (c->pid != 0)
            (void)engine_cancel(server->engine, c->pid, true);
        (void)shutdown(c->fd, SHUT_RD);
    }
    mutex_unlock(&server->mutex);
}

static void
wait_for_connections(struct server *server)
{
    int told = STOP_SMART;
    for (;;) {
        mutex_lock(&server->mutex);
        uint32_t left = server->connection_count;
        mutex_unlock(&server->mutex);
        if (left == 0)
            return;
        if (server->stop >= STOP_FAST && told < STOP_FAST) {
            log_line(server->options.log, LOG_INFO, "ending %u connections", left);
            told = STOP_FAST;
        }
        if (server->stop >= STOP_FAST)
            end_connections(server);
        (void)workers_watch(server);
        (void)engine_tick(server->engine);
        clock_sleep_us(STOP_POLL_US);
    }
}

/* ---- running ---- */

static void
say_ready(const struct server *server)
{
    const char *host = server->options.host == NULL ? "127.0.0.1" : server->options.host;
    if (server->tcp_fd >= 0)
        fprintf(stderr, "ready: postgresql://%s:%u/main\n",
                strcmp(host, "*") == 0 ? "0.0.0.0" : host, server->port);
    else
        fprintf(stderr, "ready: postgresql:///main?host=%s&port=%u\n", server->options.socket_dir,
                server->port);
    fflush(stderr);
    server->options.shared->port = server->port;
    server->options.shared->is_ready = true;
}

static void
serve(struct server *server)
{
    struct thread signals;
    char message[256];
    if (!listener_open(server, message)) {
        log_line(server->options.log, LOG_ERROR, "%s", message);
        server->stop = STOP_FAST;
        server->is_refused = true;
    } else if (workers_start(server) != ST_OK) {
        log_line(server->options.log, LOG_ERROR, "could not start the workers");
        server->stop = STOP_FAST;
        server->is_refused = true;
    }
    if (!server->is_refused &&
        thread_start(&signals, "signals", 256 * 1024, signal_main, server) == ST_OK) {
        say_ready(server);
        listener_run(server);
        log_line(server->options.log, LOG_INFO, "stopping");
        wait_for_connections(server);
        pthread_kill(signals.os, SIGUSR1);
        thread_join(&signals);
    }
    if (server->lane_count != 0)
        workers_stop(server);
    listener_close(server);
}

static const char *
option_text(struct engine *engine, const char *name, struct arena *arena)
{
    const char *text = engine_setting(engine, name, arena);
    return text == NULL || *text == '\0' ? NULL : text;
}

static int
serve_engine(struct engine *engine, const struct serve_options *options, struct arena *arena,
             const struct log_sink *log)
{
    struct password *password = NULL;
    if (options->password != NULL) {
        password = password_new(options->password);
        if (password == NULL) {
            log_line(log, LOG_ERROR, "could not derive the password's keys");
            return ENGINE_REFUSED;
        }
    }
    struct server *server = arena_alloc_zero(arena, sizeof *server);
    server->engine = engine;
    server->next_pid = 1000;
    mutex_init(&server->mutex);
    condition_init(&server->ended);
    const char *port = option_text(engine, "port", arena);
    const char *connections = option_text(engine, "max_connections", arena);
    server->options = (struct server_options){
        .host =
            options->host != NULL ? options->host : option_text(engine, "listen_addresses", arena),
        .port = options->has_port ? options->port : (uint16_t)strtoul(port, NULL, 10),
        .socket_dir = options->socket_dir != NULL
                          ? options->socket_dir
                          : option_text(engine, "unix_socket_directories", arena),
        .connection_max = (uint32_t)strtoul(connections, NULL, 10),
        .startup_us = engine_setting_number(engine, "authentication_timeout") * 1000000,
        .log = log,
        .password = password,
        .shared = options->shared};
    if (server->options.port == 0) /* clients know the one that an engine before this one had */
        server->options.port = options->shared->port;
    pthread_setname_np(pthread_self(), "listener");
    serve(server);
    bool is_refused = server->is_refused;
    condition_deinit(&server->ended);
    mutex_deinit(&server->mutex);
    password_free(password);
    return is_refused ? ENGINE_REFUSED : ENGINE_ENDED;
}

int
engine_process_run(const struct serve_options *options, const struct log_sink *log)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGQUIT);
    sigaddset(&set, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    raise_file_limit();
    struct arena *arena = arena_new(&(struct arena_options){.name = "serve"});
    if (arena == NULL)
        return ENGINE_REFUSED;
    struct engine_options engine_options = {.path = options->path,
                                            .can_create = true,
                                            .has_threads = true,
                                            .log = log,
                                            .setting_count = options->setting_count,
                                            .settings = options->settings};
    struct engine *engine;
    struct error *error;
    if (!engine_open(&engine_options, arena, &engine, &error)) {
        log_line(log, LOG_ERROR, "%s%s%s", error->message, error->hint == NULL ? "" : ". ",
                 error->hint == NULL ? "" : error->hint);
        arena_free(arena);
        return ENGINE_REFUSED;
    }
    int status = serve_engine(engine, options, arena, log);
    engine_close(engine);
    arena_free(arena);
    return status;
}
