/*
 * server_int.h: the server's structures: lanes of connections, the threads that serve them,
 * connections.
 *
 * A *lane* is an epoll set with the connections that were dealt to it; at any time at most one
 * thread, its driver, serves it. When the driver is about to block (a lock, a slow client), or is
 * seen to be busy for long, the lane is given to another thread; the one that blocked finishes its
 * connection and joins the spare threads. So an idle connection costs memory only, and a blocked
 * one costs a thread only while it is blocked.
 *
 *   W1  a connection is used by one thread at a time: the one that made it busy
 *   W2  a busy connection that shows new input to the lane's driver is disarmed in epoll, and armed
 * again by the thread that ends being busy with it W3  server.mutex guards lanes' drivers, spare
 * threads and the list of connections; a lane's mutex its wake list
 */
#pragma once

#include "base/log.h"
#include "base/thread.h"
#include "server/wire.h"
#include "session/engine.h"
#include "session/session.h"
#include <stdatomic.h>

#define LANE_COUNT_MAX 16
#define LANE_EVENTS_MAX 64
#define OUTPUT_FLUSH_BYTES (64 * 1024)

struct lane;
struct serve_shared;
struct server;

/* Busy with one thread; and the driver, who saw more input, has told epoll to keep still. */
enum connection_use { USE_IDLE, USE_BUSY, USE_DISARMED };

/* Why a connection is to end. */
enum ending { ENDING_NOT, ENDING_STOP, ENDING_STARTUP, ENDING_IDLE };

enum connection_phase { PHASE_STARTUP, PHASE_AUTH, PHASE_READY, PHASE_CLOSING };

/* The result formats of one portal, as Bind gave them. */
struct portal_formats {
    struct portal_formats *next;
    char *name;
    struct formats formats;
};

struct connection {
    struct server *server;
    struct lane *lane;
    struct connection *next, *prev; /* server->connections */
    struct connection *wake_next;   /* lane->wakes */
    int fd;
    bool is_local;               /* Unix socket, or loopback */
    struct worker *worker;       /* that serves it, or did last */
    _Atomic int park;            /* enum park_state, while its commit is under way */
    _Atomic int use;             /* enum connection_use: W1, W2 */
    _Atomic int ending;          /* enum ending: close as soon as it is not busy */
    _Atomic int64_t idle_end_us; /* it waits for its client until then; 0: for ever, or is busy */
    _Atomic int phase;           /* enum connection_phase; the listener looks at it */
    bool skips_to_sync;          /* after an error in the extended protocol */
    bool is_committing;          /* SESSION_COMMITS: no message is looked at until it is resumed */
    bool is_copying;             /* COPY FROM STDIN under way */
    bool copy_is_simple;         /* ... in a simple query: ReadyForQuery follows */
    bool ready_is_due;           /* ReadyForQuery once the commit is done */
    bool is_lost;                /* writing failed, or the client has gone */
    bool has_failed;             /* an error was told in the call under way */
    struct buf in, out;
    size_t in_at;  /* bytes of `in` already handled */
    size_t row_at; /* see write_rows */
    struct session *session;
    uint32_t pid, secret;
    const struct formats *formats; /* of the portal under way */
    const struct result_column *columns;
    uint32_t column_count;
    struct portal_formats *portal_formats;
    struct arena *row_arena;
    int64_t accepted_us;
    struct auth *auth;     /* while authenticating */
    char *user, *database; /* from the start-up packet, until the session is there */
    struct startup_setting *settings;
    char peer[64], own[64]; /* addresses; empty: a socket file */
    uint16_t peer_port, own_port;
};

struct startup_setting {
    struct startup_setting *next;
    char *name, *value;
};

/* Who has the lane: its driver, or nobody after the driver lost it while it served a connection. */
enum worker_state { WORKER_DRIVING, WORKER_SERVING, WORKER_LOST };
enum park_state { PARK_RUNNING, PARK_PARKED, PARK_WOKEN };

/* A thread that serves lanes. */
struct worker {
    struct server *server;
    struct worker *next; /* spare list */
    struct thread thread;
    struct lane *lane; /* that it drives; null: none. server->mutex */
    struct condition wake;
    _Atomic int state; /* enum worker_state */
};

struct lane {
    struct server *server;
    int epoll_fd, wake_fd;
    struct worker *driver;       /* server->mutex */
    _Atomic uint64_t step_count; /* connections served; the watcher compares */
    _Atomic bool is_sleeping;    /* the driver is about to sleep: a waker must write to wake_fd */
    /* The watcher's: the step under way as it saw it first, when, and the driver's CPU time then */
    uint64_t seen_count;
    const struct worker *seen_driver; /* null: no step was under way */
    int64_t seen_us, seen_cpu_us;
    struct mutex mutex;               /* for changes of what follows; looks need no lock */
    struct connection *_Atomic wakes; /* whose commits are done */
    struct connection *_Atomic dead;  /* ended, to be freed by the driver */
};

enum stop_mode { STOP_NOT, STOP_SMART, STOP_FAST, STOP_IMMEDIATE };

struct server_options {
    const char *host;       /* null: 127.0.0.1; "": no TCP */
    uint16_t port;          /* 0: any free one */
    const char *socket_dir; /* null: none */
    uint32_t connection_max;
    int64_t startup_us; /* a client has that long to say who it is */
    const struct log_sink *log;
    const struct password *password; /* null: none is set: local trust */
    struct serve_shared *shared;     /* is told when clients are accepted, and where */
};

struct server {
    struct engine *engine;
    struct server_options options;
    int tcp_fd, unix_fd, stop_fd, listen_epoll_fd;
    char socket_path[108], lock_path[116];
    uint16_t port;
    struct lane lanes[LANE_COUNT_MAX];
    uint32_t lane_count, next_lane;
    struct mutex mutex;
    struct condition ended; /* connection_count or worker_count has fallen */
    struct worker *spares;
    uint32_t worker_count, spare_count;
    struct connection *connections;
    uint32_t connection_count;
    uint32_t next_pid;
    _Atomic int stop;       /* enum stop_mode */
    bool is_refused;        /* it could not start: do not try again */
    _Atomic bool lanes_end; /* drivers and spares are to return */
};

/* ---- connection.c ---- */
struct connection *connection_new(struct server *server, int fd, bool is_local, const char *peer);
/* Ends the session and frees all but what other threads may still look at. */
void connection_close(struct connection *connection);
void connection_free(struct connection *connection); /* closes the socket */
/* Serves what has come in; the connection is busy. False: it is over and must be freed. */
bool connection_serve(struct connection *connection, bool is_woken);
/* Writes out all of `out`; false: the client is gone. May block: the lane is handed over first. */
bool connection_flush(struct connection *connection, bool may_block);
/* An error outside any session, as the last message. */
void connection_refuse(struct connection *connection, sqlstate code, const char *message);
struct session_sink connection_sink(struct connection *connection);
void connection_set_formats(struct connection *connection, const char *portal,
                            struct formats formats);

/* ---- startup.c ---- */
/* Handles one start-up packet or authentication message. False: the connection is over. */
bool startup_message(struct connection *connection, const struct message *message);
/* The session, once the user is known to be who it says. */
bool startup_finish(struct connection *connection);
void startup_free(struct connection *connection);

/* ---- extended.c of the protocol: one message in PHASE_READY. False: the connection is over ----
 */
bool protocol_message(struct connection *connection, const struct message *message);
/* After a call that may have committed: says what is due, or waits. */
void protocol_after(struct connection *connection, enum session_state state, bool ready_is_due);

/* ---- workers.c ---- */
MUST_CHECK enum status workers_start(struct server *server);
/* The calling worker is about to block (begins), or has done so: its lane goes to another thread.
 */
void worker_blocks(struct connection *connection);
/* A commit is done: the connection is to be resumed by its lane's driver. Any thread. */
void lane_wake(struct connection *connection);
MUST_CHECK enum status lane_add(struct server *server, struct connection *connection);
/* Gives lanes whose drivers are stuck to spare threads; false: nothing is being served. */
bool workers_watch(struct server *server);
void workers_stop(struct server *server);
