/*
 * listener.c: accepting clients, and the few things that need a clock: clients that take too
 * long, lanes whose drivers are stuck, statements past their timeout.
 *
 * While anything is served the loop wakes every TICK_MS; when nothing is, it sleeps until a client
 * comes. A lane that starts to serve after that has woken nobody, so the loop looks again after
 * IDLE_TICKS.
 */
#include "server/listener.h"

#include "base/clock.h"
#include "base/mem.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define TICK_MS 5
#define IDLE_TICK_MS 20
#define SCAN_US 250000LL
#define ACCEPT_BURST 64

/* ---- opening ---- */

static bool
is_loopback(const char *host)
{
    return strcmp(host, "localhost") == 0 || strncmp(host, "127.", 4) == 0;
}

static bool
open_tcp(struct server *server, char message[256])
{
    const char *host = server->options.host == NULL ? "127.0.0.1" : server->options.host;
    if (*host == '\0')
        return true;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(server->options.port)};
    const char *number = strcmp(host, "localhost") == 0 ? "127.0.0.1"
                         : strcmp(host, "*") == 0       ? "0.0.0.0"
                                                        : host;
    if (inet_pton(AF_INET, number, &address.sin_addr) != 1) {
        snprintf(message, 256, "cannot listen on \"%s\": give an IPv4 address, localhost or *",
                 host);
        return false;
    }
    if (!is_loopback(host) && server->options.password == NULL) {
        snprintf(message, 256,
                 "will not listen on \"%s\" without a password: set ROWAN_PASSWORD or "
                 "ROWAN_PASSWORD_FILE first",
                 host);
        return false;
    }
    int one = 1;
    server->tcp_fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (server->tcp_fd >= 0)
        (void)setsockopt(server->tcp_fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (server->tcp_fd < 0 ||
        bind(server->tcp_fd, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(server->tcp_fd, 4096) != 0) {
        snprintf(message, 256, "could not listen on %s:%u: %s%s", number, server->options.port,
                 strerror(errno),
                 errno == EADDRINUSE ? "; is another server running there? Choose a port with -p"
                                     : "");
        return false;
    }
    socklen_t bytes = sizeof address;
    (void)getsockname(server->tcp_fd, (struct sockaddr *)&address, &bytes);
    server->port = ntohs(address.sin_port);
    return true;
}

/* A socket file that nobody answers on is a dead server's: it is taken away. */
static bool
socket_is_alive(const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return true;
    bool is_alive = connect(fd, (const struct sockaddr *)address, sizeof *address) == 0;
    close(fd);
    return is_alive;
}

static bool
open_unix(struct server *server, char message[256])
{
    const char *dir = server->options.socket_dir;
    if (dir == NULL || *dir == '\0')
        return true;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    uint16_t port = server->port != 0 ? server->port : server->options.port;
    int bytes = snprintf(address.sun_path, sizeof address.sun_path, "%s/.s.PGSQL.%u", dir, port);
    if (bytes >= (int)sizeof address.sun_path) {
        snprintf(message, 256, "the path of the socket directory \"%.150s\" is too long", dir);
        return false;
    }
    if (socket_is_alive(&address)) {
        snprintf(message, 256, "another server answers on \"%s\"; choose a port with -p",
                 address.sun_path);
        return false;
    }
    (void)unlink(address.sun_path);
    server->unix_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (server->unix_fd < 0 ||
        bind(server->unix_fd, (struct sockaddr *)&address, sizeof address) != 0 ||
        chmod(address.sun_path, 0777) != 0 || listen(server->unix_fd, 4096) != 0) {
        snprintf(message, 256, "could not listen on \"%s\": %s", address.sun_path, strerror(errno));
        return false;
    }
    snprintf(server->socket_path, sizeof server->socket_path, "%s", address.sun_path);
    server->port = port;
    return true;
}

bool
listener_open(struct server *server, char message[256])
{
    server->tcp_fd = server->unix_fd = -1;
    server->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    server->listen_epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (!open_tcp(server, message) || !open_unix(server, message))
        return false;
    int fds[] = {server->tcp_fd, server->unix_fd, server->stop_fd};
    for (int i = 0; i < 3; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.fd = fds[i]};
        if (fds[i] >= 0 && epoll_ctl(server->listen_epoll_fd, EPOLL_CTL_ADD, fds[i], &event) != 0) {
            snprintf(message, 256, "could not watch the sockets: %s", strerror(errno));
            return false;
        }
    }
    return true;
}

void
listener_close(struct server *server)
{
    int *fds[] = {&server->tcp_fd, &server->unix_fd, &server->stop_fd, &server->listen_epoll_fd};
    for (int i = 0; i < 4; i++) {
        if (*fds[i] >= 0)
            close(*fds[i]);
        *fds[i] = -1;
    }
    if (server->socket_path[0] != '\0')
        (void)unlink(server->socket_path);
}

void
listener_alert(struct server *server)
{
    uint64_t one = 1;
    (void)!write(server->stop_fd, &one, sizeof one);
}

/* ---- accepting ---- */

static void
note_addresses(struct connection *connection, const struct sockaddr_in *client)
{
    struct sockaddr_in own;
    socklen_t bytes = sizeof own;
    connection->peer_port = ntohs(client->sin_port);
    if (getsockname(connection->fd, (struct sockaddr *)&own, &bytes) != 0)
        return;
    (void)inet_ntop(AF_INET, &own.sin_addr, connection->own, sizeof connection->own);
    connection->own_port = ntohs(own.sin_port);
}

static void
accept_clients(struct server *server, int listen_fd)
{
    for (int i = 0; i < ACCEPT_BURST; i++) {
        struct sockaddr_storage address;
        socklen_t bytes = sizeof address;
        int fd =
            accept4(listen_fd, (struct sockaddr *)&address, &bytes, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) {
            if (errno == EMFILE || errno == ENFILE || errno == ENOMEM) {
                log_line(server->options.log, LOG_WARN, "could not accept a client: %s",
                         strerror(errno));
                clock_sleep_us(10000); /* room comes when a client goes */
            }
            return;
        }
        bool is_local = listen_fd == server->unix_fd;
        char peer[64] = "";
        if (!is_local) {
            struct sockaddr_in *in = (struct sockaddr_in *)&address;
            int one = 1;
            (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
            (void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one);
            (void)inet_ntop(AF_INET, &in->sin_addr, peer, sizeof peer);
            is_local = is_loopback(peer);
        }
        struct connection *connection = connection_new(server, fd, is_local, peer);
        if (connection != NULL && listen_fd != server->unix_fd)
            note_addresses(connection, (struct sockaddr_in *)&address);
        if (connection == NULL)
            close(fd);
        else if (lane_add(server, connection) != ST_OK)
            log_line(server->options.log, LOG_WARN, "could not watch a new client's socket");
    }
}

static enum ending
overdue(const struct server *server, const struct connection *connection, int64_t now_us)
{
    if (connection->phase < PHASE_READY &&
        now_us - connection->accepted_us > server->options.startup_us)
        return ENDING_STARTUP;
    int64_t idle_end_us = connection->idle_end_us;
    return idle_end_us != 0 && now_us > idle_end_us ? ENDING_IDLE : ENDING_NOT;
}

/* Clients that have not said who they are, or anything else, within their limits are shut out. */
static void
drop_overdue(struct server *server, int64_t now_us)
{
    mutex_lock(&server->mutex);
    for (struct connection *c = server->connections; c != NULL; c = c->next) {
        int not_yet = ENDING_NOT;
        enum ending ending = overdue(server, c, now_us);
        if (ending != ENDING_NOT && atomic_compare_exchange_strong(&c->ending, &not_yet, ending))
            (void)shutdown(c->fd, SHUT_RD); /* its lane sees it */
    }
    mutex_unlock(&server->mutex);
}

void
listener_run(struct server *server)
{
    int64_t next_scan_us = 0;
    bool is_active = true;
    while (server->stop == STOP_NOT) {
        struct epoll_event events[4];
        int count =
            epoll_wait(server->listen_epoll_fd, events, 4, is_active ? TICK_MS : IDLE_TICK_MS);
        for (int i = 0; i < count; i++)
            if (events[i].data.fd != server->stop_fd)
                accept_clients(server, events[i].data.fd);
        is_active = workers_watch(server);
        is_active |= engine_tick(server->engine);
        int64_t now_us = clock_monotonic_us();
        if (now_us >= next_scan_us) {
            drop_overdue(server, now_us);
            next_scan_us = now_us + SCAN_US;
        }
    }
}
