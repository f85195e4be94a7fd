/*
 * replay.c: recovery: the records of the log become the groups that they were, and larger ones.
 *
 * Most of what applying a small commit costs is making new copies of the pages on its way. So the
 * commits of many records in a row are applied as one group, whose pages are born in the moment of
 * the first record, and which is published in that of the last. Alone go
 *
 *   - records of other kinds: a fork's moment divides pages into shared and own ones
 *   - commits with trees whose pages the log names: those pages were born in moments of their own,
 *     which may be after the first record's, and a parent's birth is not before its child's
 *   - commits with merge points
 *
 * If a record of many cannot be applied, each is applied alone, so that the file is as the last
 * good one left it.
 */
#include "txn/replay.h"
#include "base/bytes.h"
#include "base/mem.h"
#include "store/space.h"
#include "txn/merge_point.h"
#include "txn/write_set.h"
#include "txn/writer.h"

#define GATHERED_BYTES_MIN ((uint64_t)64 << 10)
#define GATHERED_BYTES_MAX ((uint64_t)4 << 20)
/* A small commit changes a page for some hundred bytes: a part of the cache is enough for all. */
#define CACHE_BYTES_A_BYTE 64u
#define GATHERED_BRANCHES_MAX 64u

/* What one group is made of. */
struct portion {
    struct db *db;
    enum record_kind kind;
    struct slice bodies; /* of records one after another: position 8, bytes 4, then as many */
    log_pos at;          /* of the record at hand */
    /* Held until the group is published, so that nobody unloads them. */
    struct branch **held;
    uint32_t held_count, held_capacity;
};

static enum status
replay_hold(struct portion *portion, branch_no no, struct branch **branch)
{
    for (uint32_t i = 0; i < portion->held_count && i < GATHERED_BRANCHES_MAX; i++) {
        if (portion->held[i]->no == no) {
            *branch = portion->held[i];
            return ST_OK;
        }
    }
    if (portion->held_count == portion->held_capacity) {
        uint32_t wanted = portion->held_capacity == 0 ? 8 : 2 * portion->held_capacity;
        struct branch **grown = mem_resize(portion->held, wanted * sizeof(*grown));
        if (grown == NULL)
            return ST_NO_MEMORY;
        portion->held = grown;
        portion->held_capacity = wanted;
    }
    TRY(branch_open_no(portion->db, no, branch));
    portion->held[portion->held_count++] = *branch;
    return ST_OK;
}

static enum status
replay_commits(struct portion *portion, struct group *group, struct record_reader *body)
{
    while (record_left(body) != 0) {
        branch_no no = record_get_u32(body);
        struct slice changes = record_get_slice(body, record_get_u32(body));
        if (body->is_bad)
            return ST_CORRUPT;
        struct branch *branch;
        enum status st = replay_hold(portion, no, &branch);
        if (st == ST_NOT_FOUND)
            return ST_CORRUPT;
        if (st != ST_OK)
            return st;
        TRY(group_apply(group, branch, changes));
    }
    return ST_OK;
}

static enum status
replay_ids(struct db *db, struct group *group, struct record_reader *body)
{
    struct file_tree *file;
    uint64_t next = record_get_u64(body);
    if (body->is_bad)
        return ST_CORRUPT;
    if (db->next_id < next) {
        db->next_id = next;
        db->ids_end = next;
        db->ids_logged = next;
    }
    return group_file(group, &file);
}

static enum status
replay_one(struct portion *portion, struct group *group, struct record_reader *body)
{
    switch (portion->kind) {
    case RECORD_COMMIT:
        return replay_commits(portion, group, body);
    case RECORD_FORK:
        return replay_fork(group, body);
    case RECORD_DROP:
        return replay_drop(group, body);
    case RECORD_RENAME:
        return replay_rename(group, body);
    case RECORD_IDS:
        return replay_ids(portion->db, group, body);
    case RECORD_FREEZE:
        return replay_freeze(group, body);
    }
    return ST_CORRUPT;
}

static enum status
replay_fill(struct group *group, void *object)
{
    struct portion *portion = object;
    struct record_reader reader = record_reader_of(portion->bodies);
    while (record_left(&reader) != 0) {
        portion->at = record_get_u64(&reader);
        struct record_reader body =
            record_reader_of(record_get_slice(&reader, record_get_u32(&reader)));
        TRY(replay_one(portion, group, &body));
        reader_refresh(group->reader);
    }
    return ST_OK;
}

static enum status
portion_apply(struct portion *portion, struct moments moments)
{
    enum status st = writer_replay(portion->db->writer, moments, replay_fill, portion);
    for (uint32_t i = 0; i < portion->held_count; i++)
        branch_release(portion->held[i]);
    mem_free(portion->held);
    return st;
}

/* ---- gathering ---- */

void
replay_init(struct replay *replay, struct db *db)
{
    uint64_t bytes = db->options.store.cache_bytes / CACHE_BYTES_A_BYTE;
    bytes = bytes < GATHERED_BYTES_MIN ? GATHERED_BYTES_MIN : bytes;
    bytes = bytes > GATHERED_BYTES_MAX ? GATHERED_BYTES_MAX : bytes;
    *replay = (struct replay){.db = db, .gathered_bytes_max = bytes};
    buf_init(&replay->bodies);
    buf_init(&replay->moments);
    buf_init(&replay->alone);
}

void
replay_deinit(struct replay *replay)
{
    buf_deinit(&replay->bodies);
    buf_deinit(&replay->moments);
    buf_deinit(&replay->alone);
}

static enum status
tell_corrupt(struct replay *replay, enum status st, log_pos at)
{
    if (st != ST_CORRUPT && st != ST_NOT_FOUND)
        return st;
    return store_corrupt(replay->db->store, PAGE_NONE, "the log record at %llu cannot be applied",
                         (unsigned long long)at);
}

/* Applies each gathered record as a group of its own. */
static enum status
gathered_apply_each(struct replay *replay)
{
    struct record_reader bodies = record_reader_of(buf_slice(&replay->bodies));
    struct record_reader moments = record_reader_of(buf_slice(&replay->moments));
    while (record_left(&bodies) != 0) {
        const uint8_t *from = bodies.at;
        log_pos at = record_get_u64(&bodies);
        (void)record_get_slice(&bodies, record_get_u32(&bodies));
        birth_seq moment = record_get_u64(&moments);
        struct portion portion = {.db = replay->db,
                                  .kind = RECORD_COMMIT,
                                  .bodies = slice_of(from, (size_t)(bodies.at - from))};
        enum status st = portion_apply(&portion, (struct moments){moment, moment});
        if (st != ST_OK)
            return tell_corrupt(replay, st, at);
    }
    return ST_OK;
}

/* Applies what has gathered, and forgets it. */
static enum status
gathered_apply(struct replay *replay)
{
    if (replay->bodies.bytes == 0)
        return ST_OK;
    size_t count = replay->moments.bytes / 8;
    struct moments moments = {le64_get(replay->moments.data),
                              le64_get(replay->moments.data + 8 * (count - 1))};
    struct portion portion = {
        .db = replay->db, .kind = RECORD_COMMIT, .bodies = buf_slice(&replay->bodies)};
    enum status st = portion_apply(&portion, moments);
    if (st == ST_CORRUPT || st == ST_NOT_FOUND)
        st = gathered_apply_each(replay);
    buf_clear(&replay->bodies);
    buf_clear(&replay->moments);
    return st;
}

/* Whether the scan has noted that the record goes alone. */
static bool
is_alone(struct replay *replay, log_pos at)
{
    size_t next = replay->alone_next;
    if (next == replay->alone.bytes || le64_get(replay->alone.data + next) != at)
        return false;
    replay->alone_next += 8;
    return true;
}

static enum status
gather(struct replay *replay, log_pos at, birth_seq moment, struct slice body)
{
    record_put_u64(&replay->bodies, at);
    record_put_u32(&replay->bodies, (uint32_t)body.bytes);
    buf_put(&replay->bodies, body.data, body.bytes);
    record_put_u64(&replay->moments, moment);
    return replay->bodies.is_failed || replay->moments.is_failed ? ST_NO_MEMORY : ST_OK;
}

enum status
replay_record(void *object, log_pos at, struct slice record)
{
    struct replay *replay = object;
    TRY(db_init_file(replay->db));
    struct record_reader reader = record_reader_of(record);
    enum record_kind kind = (enum record_kind)record_get_u8(&reader);
    birth_seq moment = record_get_u64(&reader);
    if (reader.is_bad)
        return tell_corrupt(replay, ST_CORRUPT, at);
    struct slice body = slice_of(reader.at, record_left(&reader));
    /* Not short-circuited: it steps on in what the scan has noted. */
    bool has_own_group = is_alone(replay, at) || kind != RECORD_COMMIT;
    if (has_own_group || moment <= replay->last_moment)
        TRY(gathered_apply(replay));
    replay->last_moment = moment;
    TRY(gather(replay, at, moment, body));
    if (!has_own_group) {
        bool is_full = replay->bodies.bytes >= replay->gathered_bytes_max;
        return is_full || at == replay->last_at ? gathered_apply(replay) : ST_OK;
    }
    struct portion portion = {.db = replay->db, .kind = kind, .bodies = buf_slice(&replay->bodies)};
    enum status st = portion_apply(&portion, (struct moments){moment, moment});
    buf_clear(&replay->bodies);
    buf_clear(&replay->moments);
    return tell_corrupt(replay, st, at);
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

enum status
replay_scan(void *object, log_pos at, struct slice record)
{
    struct replay *replay = object;
    struct db *db = replay->db;
    bool is_noted = false;
    replay->last_at = at;
    struct record_reader reader = record_reader_of(record);
    uint8_t kind = record_get_u8(&reader);
    (void)record_get_u64(&reader);
    while (kind == RECORD_COMMIT && record_left(&reader) != 0) {
        (void)record_get_u32(&reader); /* the branch */
        struct record_reader parts =
            record_reader_of(record_get_slice(&reader, record_get_u32(&reader)));
        while (record_left(&parts) != 0) {
            if (record_get_u64(&parts) == TREE_MERGES) {
                (void)record_get_slice(&parts, 12);
                is_noted = true;
            } else if (record_get_u8(&parts) == BASE_PRIVATE) {
                TRY(claim_extents(db, &parts));
                is_noted = true;
            } else {
                skip_changes(&parts);
            }
        }
    }
    if (is_noted)
        record_put_u64(&replay->alone, at);
    /* What makes no sense is told when it is applied. */
    return replay->alone.is_failed ? ST_NO_MEMORY : ST_OK;
}
