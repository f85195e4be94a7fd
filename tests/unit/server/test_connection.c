/*
 * test_connection.c: a client's conversation whose n-th allocation fails, for every n.
 *
 * Goal: a connection without memory tells its client so or ends, keeps nothing, and harms nobody:
 * the next one is served. Method: the bytes of a client go through a socket into a connection of a
 * server without threads; each conversation is repeated with a later allocation failing until none
 * does, and a good one follows each.
 */
#include "unit/unit.h"

#include "base/arena.h"
#include "server/server_int.h"
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ROUNDS_MAX 16

struct world {
    struct server server;
    struct worker worker;
    struct arena *arena;
};

/* ---- what a client sends ---- */

static void
put_message(struct buf *to, char type, const void *body, size_t bytes)
{
    buf_put_u8(to, (uint8_t)type);
    buf_put_be32(to, (uint32_t)bytes + 4);
    buf_put(to, body, bytes);
}

static void
put_startup(struct buf *to)
{
    static const char body[] = "\0\3\0\0user\0postgres\0database\0main\0"
                               "application_name\0test\0options\0-c work_mem=1MB\0";
    buf_put_be32(to, sizeof body + 4);
    buf_put(to, body, sizeof body);
}

static void
talk_simple(struct buf *to)
{
    static const char query[] = "create table if not exists t (a int primary key, b text);"
                                " insert into t values (1, 'x') on conflict do nothing;"
                                " select * from t; select 1 / 0";
    put_message(to, 'Q', query, sizeof query);
}

static void
talk_extended(struct buf *to)
{
    static const char parse[] = "s\0select $1::int + 1, $2::text\0\0\0";
    static const char bind[] = "p\0s\0\0\0\0\2\0\0\0\1"
                               "7"
                               "\0\0\0\1"
                               "x"
                               "\0\1\0\1";
    put_message(to, 'P', parse, sizeof parse - 1);
    put_message(to, 'D', "Ss\0", 3);
    put_message(to, 'B', bind, sizeof bind - 1);
    put_message(to, 'D', "Pp\0", 3);
    put_message(to, 'E', "p\0\0\0\0\1", 6);
    put_message(to, 'C', "Pp\0", 3);
    put_message(to, 'S', "", 0);
}

static void
talk_copy(struct buf *to)
{
    static const char query[] = "create table if not exists c (a int, b text)";
    static const char copy[] = "copy c from stdin";
    put_message(to, 'Q', query, sizeof query);
    put_message(to, 'Q', copy, sizeof copy);
    put_message(to, 'd', "1\tx\n2\ty\n", 8);
    put_message(to, 'c', "", 0);
}

static void (*const talks[])(struct buf *to) = {talk_simple, talk_extended, talk_copy};

/* ---- a conversation ---- */

/* All that the server has said is read; *has_ready: ReadyForQuery was the last of it. */
static void
read_answers(int fd, bool *has_ready)
{
    static uint8_t room[1 << 16];
    ssize_t got = recv(fd, room, sizeof room, MSG_DONTWAIT);
    *has_ready = got >= 6 && room[got - 6] == 'Z';
    struct slice rest = slice_of(room, got < 0 ? 0 : (size_t)got);
    struct message message;
    while (rest.bytes > 0) {
        assert_int_equal(message_frame(rest, &message), FRAME_WHOLE);
        rest = slice_of(rest.data + message.bytes, rest.bytes - message.bytes);
    }
}

/* True: it was served to its end. */
static bool
converse(struct world *world, void (*talk)(struct buf *to), uint64_t nth)
{
    int fds[2];
    struct buf said;
    buf_init(&said);
    put_startup(&said);
    talk(&said);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    assert_int_equal(send(fds[1], said.data, said.bytes, MSG_NOSIGNAL), said.bytes);
    buf_deinit(&said);

    bool has_ready = false, goes_on = true;
    fault_arm(FAULT_ALLOC, nth);
    struct connection *connection = connection_new(&world->server, fds[0], true, "test");
    if (connection != NULL) {
        connection->worker = &world->worker;
        connection->lane = &world->server.lanes[0];
        for (int i = 0; i < ROUNDS_MAX && goes_on; i++) {
            bool is_woken = connection->is_committing;
            connection->park = PARK_RUNNING;
            goes_on = connection_serve(connection, is_woken);
        }
        connection_close(connection);
        read_answers(fds[1], &has_ready);
        connection_free(connection);
    } else {
        close(fds[0]);
    }
    close(fds[1]);
    return has_ready;
}

static void
clients_without_memory_harm_nobody(void **state)
{
    struct world *world = *state;
    for (size_t t = 0; t < sizeof talks / sizeof *talks; t++) {
        assert_true(converse(world, talks[t], 0));
        bool was_hit = true;
        uint64_t nth = 0;
        while (was_hit) {
            nth++;
            (void)converse(world, talks[t], nth);
            was_hit = fault_was_hit(FAULT_ALLOC);
            fault_arm(FAULT_ALLOC, 0);
            assert_true(converse(world, talks[t], 0));
        }
        assert_true(nth > 20);
    }
}

/* ---- the server ---- */

static int
open_world(void **state)
{
    static struct world world;
    struct error *error;
    struct engine_options options = {.path = ":memory:"};
    world.arena = arena_new(&(struct arena_options){.name = "test"});
    if (world.arena == NULL || !engine_open(&options, world.arena, &world.server.engine, &error))
        return -1;
    mutex_init(&world.server.mutex);
    condition_init(&world.server.ended);
    world.server.options.connection_max = 10;
    world.server.next_pid = 1;
    world.worker.server = &world.server;
    world.worker.state = WORKER_LOST; /* has no lane to give away when it blocks */
    *state = &world;
    return 0;
}

static int
close_world(void **state)
{
    struct world *world = *state;
    engine_close(world->server.engine);
    condition_deinit(&world->server.ended);
    mutex_deinit(&world->server.mutex);
    arena_free(world->arena);
    return fault_live_count() == 0 ? 0 : -1;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(clients_without_memory_harm_nobody)};
    return cmocka_run_group_tests(tests, open_world, close_world);
}
