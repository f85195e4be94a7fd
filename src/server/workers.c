/*
 * workers.c: lanes and the threads that drive them (server_int.h has the rules W1 to W3).
 *
 * Each lane's epoll set is level-triggered, so serving a request takes one epoll_wait for many
 * connections, one recv and one send. A driver that blocks gives its lane away first and serves its
 * connection to the end without one.
 */
#include "base/clock.h"
#include "base/mem.h"
#include "server/server_int.h"
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define WORKER_STACK_BYTES (8u << 20)
#define WORKERS_MAX 16384
#define SPARES_MAX 64
#define STEP_CPU_US 2000 /* a step that has used so much is long, and loses its lane */
#define STEP_US 50000    /* ... or that has taken so long without */

static void worker_main(void *object);

/* ---- threads ---- */

/* A spare thread, or a new one, drives the lane. The mutex is held. */
static void
lane_give(struct server *server, struct lane *lane)
{
    struct worker *worker = server->spares;
    if (worker != NULL) {
        server->spares = worker->next;
        server->spare_count--;
        worker->lane = lane;
        lane->driver = worker;
        condition_signal(&worker->wake);
        return;
    }
    lane->driver = NULL;
    if (server->worker_count >= WORKERS_MAX)
        return; /* the watcher tries again */
    worker = mem_alloc_zero(sizeof *worker);
    if (worker == NULL)
        return;
    worker->server = server;
    worker->lane = lane;
    condition_init(&worker->wake);
    lane->driver = worker;
    server->worker_count++;
    if (thread_start(&worker->thread, "worker", WORKER_STACK_BYTES, worker_main, worker) != ST_OK) {
        server->worker_count--;
        lane->driver = NULL;
        condition_deinit(&worker->wake);
        mem_free(worker);
        return;
    }
    pthread_detach(worker->thread.os);
}

void
worker_blocks(struct connection *connection)
{
    struct worker *worker = connection->worker;
    int serving = WORKER_SERVING;
    if (!atomic_compare_exchange_strong(&worker->state, &serving, WORKER_LOST))
        return; /* given away before */
    struct server *server = connection->server;
    mutex_lock(&server->mutex);
    worker->lane = NULL;
    lane_give(server, connection->lane);
    mutex_unlock(&server->mutex);
}

/* Waits for a lane to drive. Null: the thread is to end. */
static struct lane *
worker_rest(struct worker *worker)
{
    struct server *server = worker->server;
    mutex_lock(&server->mutex);
    if (worker->lane == NULL && (server->lanes_end || server->spare_count >= SPARES_MAX)) {
        mutex_unlock(&server->mutex);
        return NULL;
    }
    if (worker->lane == NULL) {
        worker->next = server->spares;
        server->spares = worker;
        server->spare_count++;
        while (worker->lane == NULL && !server->lanes_end)
            condition_wait(&worker->wake, &server->mutex);
    }
    struct lane *lane = worker->lane;
    mutex_unlock(&server->mutex);
    return lane;
}

/* ---- connections ---- */

static void
connection_arm(struct connection *connection, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = connection};
    (void)epoll_ctl(connection->lane->epoll_fd, EPOLL_CTL_MOD, connection->fd, &event);
}

/* Makes the lane's driver look at its lists. */
static void
lane_alert(struct lane *lane)
{
    if (!atomic_exchange(&lane->is_sleeping, false))
        return;
    uint64_t one = 1;
    (void)!write(lane->wake_fd, &one, sizeof one);
}

/*
 * The session ends now; the socket's number and the memory stay until the lane's driver has no
 * events in hand that may name them (lane_bury).
 */
static void
connection_end(struct connection *connection)
{
    struct lane *lane = connection->lane;
    struct epoll_event event = {0};
    (void)epoll_ctl(lane->epoll_fd, EPOLL_CTL_DEL, connection->fd, &event);
    connection_close(connection);
    mutex_lock(&lane->mutex);
    connection->wake_next = lane->dead;
    lane->dead = connection;
    mutex_unlock(&lane->mutex);
    lane_alert(lane);
}

/* Frees the connections that have ended. The driver alone calls it, with no events in hand. */
static void
lane_bury(struct lane *lane)
{
    struct server *server = lane->server;
    if (lane->dead == NULL)
        return;
    mutex_lock(&lane->mutex);
    struct connection *dead = lane->dead;
    lane->dead = NULL;
    mutex_unlock(&lane->mutex);
    while (dead != NULL) {
        struct connection *connection = dead;
        dead = connection->wake_next;
        mutex_lock(&server->mutex);
        *(connection->prev != NULL ? &connection->prev->next : &server->connections) =
            connection->next;
        if (connection->next != NULL)
            connection->next->prev = connection->prev;
        server->connection_count--;
        condition_broadcast(&server->ended);
        mutex_unlock(&server->mutex);
        connection_free(connection);
    }
}

/*
 * Not busy any more: what came in meanwhile is seen by epoll again. Armed while it is still busy,
 * and not looked at once it is idle, for the driver may serve, end and free it from then on.
 */
static void
connection_rest(struct connection *connection)
{
    int busy = USE_BUSY;
    while (!atomic_compare_exchange_strong(&connection->use, &busy, USE_IDLE)) {
        connection->use = busy = USE_BUSY;
        connection_arm(connection, EPOLLIN | EPOLLRDHUP);
    }
}

/* Leaves a committing connection to the writer's call of lane_wake; false if that has come already.
 */
static bool
connection_park(struct connection *connection)
{
    int running = PARK_RUNNING;
    if (atomic_compare_exchange_strong(&connection->park, &running, PARK_PARKED))
        return true;
    connection->park = PARK_RUNNING;
    return false;
}

void
lane_wake(struct connection *connection)
{
    struct lane *lane = connection->lane;
    if (atomic_exchange(&connection->park, PARK_WOKEN) != PARK_PARKED)
        return; /* its thread is still on the way to parking, and will see it */
    connection->park = PARK_RUNNING;
    mutex_lock(&lane->mutex);
    connection->wake_next = lane->wakes;
    lane->wakes = connection;
    mutex_unlock(&lane->mutex);
    lane_alert(lane);
}

/*
 * Serves one connection, which is busy. True if the worker still drives the lane. A connection that
 * was parked may be another thread's by then: it is not looked at again.
 */
static bool
worker_serve(struct worker *worker, struct connection *connection, bool is_woken)
{
    connection->lane->step_count++;
    worker->state = WORKER_SERVING;
    connection->worker = worker;
    bool goes_on = connection_serve(connection, is_woken);
    bool is_parked = false;
    while (!is_parked && goes_on && connection->is_committing) {
        is_parked = connection_park(connection);
        if (!is_parked)
            goes_on = connection_serve(connection, true);
    }
    if (!goes_on)
        connection_end(connection);
    else if (!is_parked)
        connection_rest(connection);
    int serving = WORKER_SERVING;
    return atomic_compare_exchange_strong(&worker->state, &serving, WORKER_DRIVING);
}

/* Input on a connection. True if the worker still drives the lane. */
static bool
on_input(struct worker *worker, struct connection *connection)
{
    int idle = USE_IDLE;
    if (atomic_compare_exchange_strong(&connection->use, &idle, USE_BUSY))
        return worker_serve(worker, connection, false);
    /* W2. If the other thread has ended being busy in between, it is armed again here. */
    connection_arm(connection, 0);
    int busy = USE_BUSY;
    if (!atomic_compare_exchange_strong(&connection->use, &busy, USE_DISARMED) &&
        busy == USE_IDLE) {
        connection->use = USE_DISARMED;
        connection_rest(connection);
    }
    return true;
}

static struct connection *
take_wakes(struct lane *lane)
{
    if (lane->wakes == NULL)
        return NULL;
    mutex_lock(&lane->mutex);
    struct connection *wakes = lane->wakes;
    lane->wakes = NULL;
    mutex_unlock(&lane->mutex);
    return wakes;
}

/* Connections whose commits are done. What is left when the lane is lost goes back on the list. */
static bool
serve_wakes(struct worker *worker, struct lane *lane)
{
    struct connection *wakes = take_wakes(lane);
    while (wakes != NULL) {
        struct connection *connection = wakes;
        wakes = connection->wake_next;
        if (worker_serve(worker, connection, true))
            continue;
        mutex_lock(&lane->mutex);
        while (wakes != NULL) {
            struct connection *next = wakes->wake_next;
            wakes->wake_next = lane->wakes;
            lane->wakes = wakes;
            wakes = next;
        }
        mutex_unlock(&lane->mutex);
        lane_alert(lane);
        return false;
    }
    return true;
}

/* Waits for events; announces that it sleeps, and looks once more before it does. */
static int
lane_wait(struct lane *lane, struct epoll_event *events)
{
    lane->is_sleeping = true;
    bool has_work = lane->wakes != NULL || lane->dead != NULL;
    int count = epoll_wait(lane->epoll_fd, events, LANE_EVENTS_MAX, has_work ? 0 : -1);
    lane->is_sleeping = false;
    return count;
}

static void
drive(struct worker *worker, struct lane *lane)
{
    struct epoll_event events[LANE_EVENTS_MAX];
    struct server *server = lane->server;
    worker->state = WORKER_DRIVING;
    while (!server->lanes_end) {
        lane_bury(lane);
        if (!serve_wakes(worker, lane))
            return;
        int count = lane_wait(lane, events);
        for (int i = 0; i < count; i++) {
            if (events[i].data.ptr == NULL) {
                uint64_t ignored;
                (void)!read(lane->wake_fd, &ignored, sizeof ignored);
                continue;
            }
            if (!on_input(worker, events[i].data.ptr))
                return;
        }
    }
    lane_bury(lane);
}

static void
worker_main(void *object)
{
    struct worker *worker = object;
    struct server *server = worker->server;
    struct lane *lane;
    while ((lane = worker_rest(worker)) != NULL) {
        drive(worker, lane);
        mutex_lock(&server->mutex);
        if (worker->lane == lane)
            worker->lane = NULL;
        bool is_end = server->lanes_end;
        mutex_unlock(&server->mutex);
        if (is_end)
            break;
    }
    mutex_lock(&server->mutex);
    server->worker_count--;
    condition_broadcast(&server->ended);
    mutex_unlock(&server->mutex);
    condition_deinit(&worker->wake);
    mem_free(worker);
}

/* ---- for the listener ---- */

enum status
workers_start(struct server *server)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    server->lane_count = cores < 1 ? 1 : cores > LANE_COUNT_MAX ? LANE_COUNT_MAX : (uint32_t)cores;
    for (uint32_t i = 0; i < server->lane_count; i++) {
        struct lane *lane = &server->lanes[i];
        lane->server = server;
        mutex_init(&lane->mutex);
        lane->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
        lane->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
        if (lane->epoll_fd < 0 || lane->wake_fd < 0 ||
            epoll_ctl(lane->epoll_fd, EPOLL_CTL_ADD, lane->wake_fd, &event) != 0)
            return ST_LIMIT;
        mutex_lock(&server->mutex);
        lane_give(server, lane);
        bool is_driven = lane->driver != NULL;
        mutex_unlock(&server->mutex);
        if (!is_driven)
            return ST_NO_MEMORY;
    }
    return ST_OK;
}

enum status
lane_add(struct server *server, struct connection *connection)
{
    mutex_lock(&server->mutex);
    connection->lane = &server->lanes[server->next_lane++ % server->lane_count];
    connection->next = server->connections;
    if (connection->next != NULL)
        connection->next->prev = connection;
    server->connections = connection;
    server->connection_count++;
    mutex_unlock(&server->mutex);
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP, .data.ptr = connection};
    if (epoll_ctl(connection->lane->epoll_fd, EPOLL_CTL_ADD, connection->fd, &event) == 0)
        return ST_OK;
    connection_end(connection);
    return ST_LIMIT;
}

/*
 * Whether the step under way has taken long: its CPU time tells, for a driver that only waits for a
 * processor would have others wait beside it. One that got nowhere for long may be blocked.
 */
static bool
step_is_long(struct lane *lane, uint64_t steps)
{
    struct worker *driver = lane->driver;
    int64_t now_us = clock_monotonic_us();
    if (driver->state != WORKER_SERVING) {
        lane->seen_driver = NULL;
        return false;
    }
    int64_t cpu_us = clock_thread_us(&driver->thread);
    if (lane->seen_driver == driver && lane->seen_count == steps)
        return cpu_us - lane->seen_cpu_us >= STEP_CPU_US || now_us - lane->seen_us >= STEP_US;
    lane->seen_driver = driver;
    lane->seen_us = now_us;
    lane->seen_cpu_us = cpu_us;
    return false;
}

bool
workers_watch(struct server *server)
{
    bool is_active = false;
    for (uint32_t i = 0; i < server->lane_count; i++) {
        struct lane *lane = &server->lanes[i];
        mutex_lock(&server->mutex);
        struct worker *driver = lane->driver;
        uint64_t steps = lane->step_count;
        if (driver == NULL) {
            lane_give(server, lane);
        } else if (step_is_long(lane, steps)) {
            int serving = WORKER_SERVING;
            if (atomic_compare_exchange_strong(&driver->state, &serving, WORKER_LOST)) {
                driver->lane = NULL;
                lane_give(server, lane);
            }
        }
        is_active |=
            steps != lane->seen_count || (driver != NULL && driver->state == WORKER_SERVING);
        lane->seen_count = steps;
        mutex_unlock(&server->mutex);
    }
    return is_active;
}

void
workers_stop(struct server *server)
{
    mutex_lock(&server->mutex);
    server->lanes_end = true;
    for (struct worker *spare = server->spares; spare != NULL; spare = spare->next)
        condition_signal(&spare->wake);
    mutex_unlock(&server->mutex);
    for (uint32_t i = 0; i < server->lane_count; i++) {
        uint64_t one = 1;
        (void)!write(server->lanes[i].wake_fd, &one, sizeof one);
    }
    mutex_lock(&server->mutex);
    while (server->worker_count > 0)
        condition_wait(&server->ended, &server->mutex);
    mutex_unlock(&server->mutex);
    for (uint32_t i = 0; i < server->lane_count; i++) {
        lane_bury(&server->lanes[i]);
        close(server->lanes[i].epoll_fd);
        close(server->lanes[i].wake_fd);
        mutex_deinit(&server->lanes[i].mutex);
    }
}
