/*
 * replay.c: recovery: the records of the log become groups.
 *
 * Commits of many records in a row are one group, however long the row: it begins in the moment of
 * the first and is published in that of the last. Its pages are its own after the first change, so
 * that most changes are made in place. Within the group commits are gathered in runs
 * (replay_run.c), which are applied tree by tree; in a database with threads one run is read from
 * the log while another is applied.
 *
 *   R1  what a fork, a drop, a rename or a freeze sees is what was published before it: such a
 *       record is a group of its own, between two others
 *   R2  so is a commit with trees whose pages the log names: those were born in moments of their
 *       own, which may lie between records, and a parent's birth is not before its child's. And so
 *       is one with merge points
 *   R3  a commit that replaces or drops a tree is applied in its place between two runs
 *   R4  a branch's head has the moment of the last record that changed it, as it had when the log
 *       was written (B2 in group.c)
 *
 * If a group cannot be applied, its records are replayed one by one, so that the file is as the
 * last good one left it.
 */
#include "txn/replay.h"
#include "base/mem.h"
#include "store/space.h"
#include "txn/merge_point.h"
#include "txn/write_set.h"
#include "txn/writer.h"

#define RUN_BYTES ((uint64_t)64 << 20)
#define RUN_BYTES_MIN ((uint64_t)64 << 10)
#define RUN_BYTES_MAX ((uint64_t)128 << 20)
#define THREAD_STACK_BYTES ((size_t)1 << 20)

/* What the scan has noted about a commit. */
enum record_place { PLACE_OF_RUN, PLACE_BETWEEN_RUNS, PLACE_ALONE };

/* A record that is applied as it stands. */
struct single {
    struct replay *replay;
    enum record_kind kind;
    struct record_reader body;
};

static void applier_main(void *object);

void
replay_init(struct replay *replay, struct db *db)
{
    uint64_t bytes = db->options.store.cache_bytes / 2;
    bytes = bytes == 0 ? RUN_BYTES : bytes;
    bytes = bytes < RUN_BYTES_MIN ? RUN_BYTES_MIN : bytes;
    bytes = bytes > RUN_BYTES_MAX ? RUN_BYTES_MAX : bytes;
    *replay = (struct replay){.db = db, .gathering = &replay->runs[0]};
    buf_init(&replay->noted);
    mutex_init(&replay->mutex);
    condition_init(&replay->wake);
    for (uint32_t i = 0; i < 2; i++)
        replay_run_init(&replay->runs[i], bytes);
}

/* ---- branches ---- */

/* Opens a branch, which stays until the group is over. */
static enum status
replay_hold(void *object, branch_no no, struct branch **branch)
{
    struct replay *replay = object;
    for (uint32_t i = replay->held_count; i > 0 && replay->held_count - i < HELD_LOOKED_AT; i--) {
        if (replay->held[i - 1]->no == no) {
            *branch = replay->held[i - 1];
            return ST_OK;
        }
    }
    void *array = replay->held;
    if (!array_grow(&array, &replay->held_capacity, replay->held_count, sizeof(*replay->held)))
        return ST_NO_MEMORY;
    replay->held = array;
    enum status st = branch_open_no(replay->db, no, branch);
    if (st != ST_OK)
        return st == ST_NOT_FOUND ? ST_CORRUPT : st;
    replay->held[replay->held_count++] = *branch;
    return ST_OK;
}

static void
held_release(struct replay *replay)
{
    for (uint32_t i = 0; i < replay->held_count; i++)
        branch_release(replay->held[i]);
    replay->held_count = 0;
}

/* ---- the thread that applies ---- */

static enum status
run_apply(struct replay *replay, struct replay_run *run)
{
    return replay_run_apply(run, replay->group, replay_hold, replay);
}

static void
applier_main(void *object)
{
    struct replay *replay = object;
    mutex_lock(&replay->mutex);
    for (;;) {
        while (replay->handed == NULL && !replay->is_stopping)
            condition_wait(&replay->wake, &replay->mutex);
        if (replay->handed == NULL)
            break;
        struct replay_run *run = replay->handed;
        mutex_unlock(&replay->mutex);
        enum status st = run_apply(replay, run);
        mutex_lock(&replay->mutex);
        if (replay->applied_st == ST_OK)
            replay->applied_st = st;
        replay->handed = NULL;
        condition_broadcast(&replay->wake);
    }
    mutex_unlock(&replay->mutex);
}

/* Waits until what was handed over has been applied; returns how that went. */
static enum status
applier_wait(struct replay *replay)
{
    mutex_lock(&replay->mutex);
    while (replay->handed != NULL)
        condition_wait(&replay->wake, &replay->mutex);
    enum status st = replay->applied_st;
    replay->applied_st = ST_OK;
    mutex_unlock(&replay->mutex);
    return st;
}

/* Lets what has gathered be applied; another run gathers from here on. */
static enum status
run_hand_over(struct replay *replay)
{
    struct replay_run *run = replay->gathering;
    if (replay_run_is_empty(run))
        return ST_OK;
    if (!replay->has_thread)
        return run_apply(replay, run);
    TRY(applier_wait(replay));
    mutex_lock(&replay->mutex);
    replay->handed = run;
    condition_broadcast(&replay->wake);
    mutex_unlock(&replay->mutex);
    replay->gathering = &replay->runs[run == &replay->runs[0] ? 1 : 0];
    return ST_OK;
}

/* The log is longer than a run, and the database has threads: starts one that applies runs. */
static void
applier_start(struct replay *replay)
{
    if (replay->has_thread || !replay->db->options.has_threads)
        return;
    /* Without it all goes on, only slower. */
    replay->has_thread =
        thread_start(&replay->thread, "replay", THREAD_STACK_BYTES, applier_main, replay) == ST_OK;
}

static void
applier_stop(struct replay *replay)
{
    if (!replay->has_thread)
        return;
    mutex_lock(&replay->mutex);
    replay->is_stopping = true;
    condition_broadcast(&replay->wake);
    mutex_unlock(&replay->mutex);
    thread_join(&replay->thread);
    replay->has_thread = false;
}

/* ---- the group ---- */

static enum status
group_open(struct replay *replay, birth_seq moment)
{
    if (replay->group != NULL)
        return ST_OK;
    return writer_replay_begin(replay->db->writer, moment, &replay->group);
}

/* All that was gathered goes into the group. */
static enum status
runs_settle(struct replay *replay)
{
    enum status st = applier_wait(replay);
    if (st == ST_OK && !replay_run_is_empty(replay->gathering))
        st = run_apply(replay, replay->gathering);
    return st;
}

static enum status
group_close(struct replay *replay, enum status st)
{
    if (replay->group == NULL)
        return st;
    if (st == ST_OK)
        st = runs_settle(replay);
    else
        (void)applier_wait(replay);
    replay->group->moment = replay->moment;
    replay->group = NULL;
    st = writer_replay_end(replay->db->writer, st);
    held_release(replay);
    return st;
}

void
replay_deinit(struct replay *replay)
{
    /* What is not published by now has failed. */
    if (replay->group != NULL)
        (void)group_close(replay, ST_CORRUPT);
    applier_stop(replay);
    for (uint32_t i = 0; i < 2; i++)
        replay_run_deinit(&replay->runs[i]);
    mem_free(replay->held);
    buf_deinit(&replay->noted);
    condition_deinit(&replay->wake);
    mutex_deinit(&replay->mutex);
}

enum status
replay_finish(void *object)
{
    return group_close(object, ST_OK);
}

bool
replay_resume(void *object, log_pos *from)
{
    struct replay *replay = object;
    if (replay->is_one_by_one)
        return false;
    (void)group_close(replay, ST_CORRUPT);
    applier_stop(replay);
    replay->is_one_by_one = true;
    replay->noted_next = 0;
    *from = replay->from;
    return true;
}

/* ---- records ---- */

static enum status
single_commits(struct single *single, struct group *group)
{
    struct record_reader *body = &single->body;
    while (record_left(body) != 0) {
        branch_no no = record_get_u32(body);
        struct slice changes = record_get_slice(body, record_get_u32(body));
        if (body->is_bad)
            return ST_CORRUPT;
        struct branch *branch;
        TRY(replay_hold(single->replay, no, &branch));
        TRY(group_apply(group, branch, changes));
    }
    return ST_OK;
}

static enum status
single_ids(struct single *single, struct group *group)
{
    struct db *db = single->replay->db;
    struct file_tree *file;
    uint64_t next = record_get_u64(&single->body);
    if (single->body.is_bad)
        return ST_CORRUPT;
    if (db->next_id < next) {
        db->next_id = next;
        db->ids_end = next;
        db->ids_logged = next;
    }
    return group_file(group, &file);
}

static enum status
single_fill(struct group *group, void *object)
{
    struct single *single = object;
    switch (single->kind) {
    case RECORD_COMMIT:
        return single_commits(single, group);
    case RECORD_FORK:
        return replay_fork(group, &single->body);
    case RECORD_DROP:
        return replay_drop(group, &single->body);
    case RECORD_RENAME:
        return replay_rename(group, &single->body);
    case RECORD_IDS:
        return single_ids(single, group);
    case RECORD_FREEZE:
        return replay_freeze(group, &single->body);
    }
    return ST_CORRUPT;
}

/* Alone in a group (R1, R2). */
static enum status
single_alone(struct single *single, birth_seq moment, log_pos at)
{
    struct replay *replay = single->replay;
    TRY(group_close(replay, ST_OK));
    replay->from = at;
    replay->moment = moment;
    enum status st = writer_replay(replay->db->writer, moment, single_fill, single);
    held_release(replay);
    return st;
}

/* Between two runs of a group (R3). */
static enum status
single_between(struct single *single, birth_seq moment)
{
    struct replay *replay = single->replay;
    TRY(group_open(replay, moment));
    TRY(runs_settle(replay));
    replay->moment = moment;
    replay->group->moment = moment;
    return single_fill(replay->group, single);
}

static enum status
run_add(struct replay *replay, birth_seq moment, struct record_reader *body)
{
    struct slice bytes = slice_of(body->at, record_left(body));
    if (replay_run_is_full(replay->gathering, bytes.bytes)) {
        applier_start(replay);
        TRY(run_hand_over(replay));
    }
    TRY(group_open(replay, moment));
    replay->moment = moment;
    return replay_run_add(replay->gathering, moment, bytes);
}

/* What the scan has noted about the commit's record at `at`. Asked once for each, in order. */
static enum record_place
noted_place(struct replay *replay, log_pos at)
{
    const struct buf *noted = &replay->noted;
    while (replay->noted_next < noted->bytes && le64_get(noted->data + replay->noted_next) < at)
        replay->noted_next += NOTE_BYTES;
    const uint8_t *next = noted->data + replay->noted_next;
    if (replay->noted_next == noted->bytes || le64_get(next) != at)
        return PLACE_OF_RUN;
    return (enum record_place)next[8];
}

static enum status
record_apply(struct replay *replay, log_pos at, struct slice record)
{
    TRY(db_init_file(replay->db));
    if (replay->group == NULL)
        replay->from = at;
    struct record_reader reader = record_reader_of(record);
    struct single single = {.replay = replay, .kind = (enum record_kind)record_get_u8(&reader)};
    birth_seq moment = record_get_u64(&reader);
    single.body = reader;
    if (reader.is_bad || (replay->group != NULL && moment <= replay->moment))
        return ST_CORRUPT;
    enum record_place place = single.kind == RECORD_COMMIT ? noted_place(replay, at) : PLACE_ALONE;
    if (replay->is_one_by_one || place == PLACE_ALONE)
        return single_alone(&single, moment, at);
    if (place == PLACE_BETWEEN_RUNS)
        return single_between(&single, moment);
    return run_add(replay, moment, &reader);
}

enum status
replay_record(void *object, log_pos at, struct slice record)
{
    struct replay *replay = object;
    enum status st = record_apply(replay, at, record);
    if (st == ST_NOT_FOUND)
        st = ST_CORRUPT;
    if (st == ST_CORRUPT && replay->is_one_by_one)
        return store_corrupt(replay->db->store, PAGE_NONE,
                             "the log record at %llu cannot be applied", (unsigned long long)at);
    return st;
}

/* ---- the scan ---- */

static void
skip_changes(struct record_reader *reader)
{
    uint32_t count = record_get_u32(reader);
    for (uint32_t i = 0; i < count && !reader->is_bad; i++) {
        uint64_t head = record_get_varint(reader);
        (void)record_get_slice(reader, head >> 1);
        if ((head & 1) == 0)
            (void)record_get_slice(reader, record_get_varint(reader));
    }
}

static enum status
claim_extents(struct db *db, struct record_reader *reader)
{
    (void)record_get_slice(reader, ROOT_BYTES);
    uint32_t count = record_get_u32(reader);
    for (uint32_t i = 0; i < count && !reader->is_bad; i++) {
        page_no first = record_get_u64(reader);
        uint32_t pages = record_get_u32(reader);
        if (!reader->is_bad)
            TRY(space_claim(db->store, first, pages));
    }
    return ST_OK;
}

/* Claims the pages that a commit's parts name, and tells where its record is to be applied. */
static enum status
parts_scan(struct db *db, struct record_reader *parts, enum record_place *place)
{
    while (record_left(parts) != 0) {
        if (record_get_u64(parts) == TREE_MERGES) {
            (void)record_get_slice(parts, 12);
            *place = PLACE_ALONE;
            continue;
        }
        uint8_t base = record_get_u8(parts);
        if (base == BASE_PRIVATE) {
            *place = PLACE_ALONE;
            TRY(claim_extents(db, parts));
            continue;
        }
        if (base != BASE_SNAPSHOT && *place == PLACE_OF_RUN)
            *place = PLACE_BETWEEN_RUNS;
        skip_changes(parts);
    }
    return ST_OK;
}

enum status
replay_scan(void *object, log_pos at, struct slice record)
{
    struct replay *replay = object;
    enum record_place place = PLACE_OF_RUN;
    struct record_reader reader = record_reader_of(record);
    uint8_t kind = record_get_u8(&reader);
    (void)record_get_u64(&reader);
    while (kind == RECORD_COMMIT && record_left(&reader) != 0) {
        (void)record_get_u32(&reader); /* the branch */
        struct record_reader parts =
            record_reader_of(record_get_slice(&reader, record_get_u32(&reader)));
        TRY(parts_scan(replay->db, &parts, &place));
    }
    if (place != PLACE_OF_RUN) {
        record_put_u64(&replay->noted, at);
        buf_put_u8(&replay->noted, (uint8_t)place);
    }
    /* What makes no sense is told when it is applied. */
    return replay->noted.is_failed ? ST_NO_MEMORY : ST_OK;
}
