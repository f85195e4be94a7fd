/*
 * fuzz_wire.c: what a client sends, from its first byte on.
 *
 * Goal: whatever comes, the connection answers or ends; nothing leaks, and the next one is served.
 * Method: the bytes go through a socket into a connection of a server without threads, over a
 * database in memory. If the first byte is odd a good start-up packet goes ahead, so that the rest
 * is messages; then the client ends its side, and the connection is served until it is over.
 */
#include "base/check.h"
#include "base/mem.h"
#include "base/thread.h"
#include "fuzz/fuzz.h"
#include "server/server_int.h"
#include <sys/socket.h>
#include <unistd.h>

#define BYTES_MAX 8192
#define ROUNDS_MAX 64

/* Made once: the fuzzer has no other place to keep them in. */
static struct server server;
static struct worker worker;

static const uint8_t start_up[] = "\0\0\0\x25\0\3\0\0user\0postgres\0database\0main\0";

static void
server_open(void)
{
    static const struct setting_text settings[] = {{"statement_timeout", "1000"}};
    struct arena *arena = arena_new(&(struct arena_options){.name = "fuzz"});
    struct error *error;
    struct engine_options options = {.path = ":memory:", .setting_count = 1, .settings = settings};
    bool is_open = engine_open(&options, arena, &server.engine, &error);
    check(is_open);
    arena_free(arena);
    mutex_init(&server.mutex);
    condition_init(&server.ended);
    server.options.connection_max = 10;
    server.next_pid = 1;
    worker.server = &server;
    worker.state = WORKER_LOST; /* has no lane to give away when it blocks */
}

static void
send_all(int fd, const uint8_t *data, size_t bytes)
{
    if (bytes > BYTES_MAX)
        bytes = BYTES_MAX;
    ssize_t sent = send(fd, data, bytes, MSG_NOSIGNAL);
    check(sent == (ssize_t)bytes);
}

/* Takes what the server has said, so that it never waits for room. */
static void
drain(int fd)
{
    uint8_t room[65536];
    while (recv(fd, room, sizeof room, MSG_DONTWAIT) > 0) {
    }
}

static void
serve(struct connection *connection, int client_fd)
{
    bool goes_on = true;
    for (int i = 0; i < ROUNDS_MAX && goes_on; i++) {
        bool is_woken = connection->is_committing;
        connection->park = PARK_RUNNING;
        goes_on = connection_serve(connection, is_woken);
        drain(client_fd);
        (void)engine_tick(server.engine);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    if (server.engine == NULL)
        server_open();
    int fds[2];
    int error = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds);
    check(error == 0);
    struct connection *connection = connection_new(&server, fds[0], true, "fuzz");
    check(connection != NULL);
    connection->worker = &worker;
    connection->lane = &server.lanes[0];
    if (bytes > 0 && data[0] % 2 == 1)
        send_all(fds[1], start_up, sizeof start_up);
    if (bytes > 1)
        send_all(fds[1], data + 1, bytes - 1);
    (void)shutdown(fds[1], SHUT_WR);
    serve(connection, fds[1]);
    connection_close(connection);
    connection_free(connection);
    close(fds[1]);
    return 0;
}
