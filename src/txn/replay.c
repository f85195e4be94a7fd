/*
 * replay.c: recovery: each record of the log becomes the group that it was.
 */
#include "txn/replay.h"
#include "base/mem.h"
#include "store/space.h"
#include "txn/merge_point.h"
#include "txn/write_set.h"
#include "txn/writer.h"

struct replay {
    struct db *db;
    enum record_kind kind;
    struct record_reader body;
    /* Held until the group is published, so that nobody unloads them. */
    struct branch **held;
    uint32_t held_count, held_capacity;
};

static enum status
replay_hold(struct replay *replay, branch_no no, struct branch **branch)
{
    if (replay->held_count == replay->held_capacity) {
        uint32_t wanted = replay->held_capacity == 0 ? 8 : 2 * replay->held_capacity;
        struct branch **grown = mem_resize(replay->held, wanted * sizeof(*grown));
        if (grown == NULL)
            return ST_NO_MEMORY;
        replay->held = grown;
        replay->held_capacity = wanted;
    }
    TRY(branch_open_no(replay->db, no, branch));
    replay->held[replay->held_count++] = *branch;
    return ST_OK;
}

static enum status
replay_commits(struct replay *replay, struct group *group)
{
    struct record_reader *body = &replay->body;
    while (record_left(body) != 0) {
        branch_no no = record_get_u32(body);
        struct slice changes = record_get_slice(body, record_get_u32(body));
        if (body->is_bad)
            return ST_CORRUPT;
        struct branch *branch;
        enum status st = replay_hold(replay, no, &branch);
        if (st == ST_NOT_FOUND)
            return ST_CORRUPT;
        if (st != ST_OK)
            return st;
        TRY(group_apply(group, branch, changes));
    }
    return ST_OK;
}

static enum status
replay_ids(struct replay *replay, struct group *group)
{
    struct file_tree *file;
    uint64_t next = record_get_u64(&replay->body);
    if (replay->body.is_bad)
        return ST_CORRUPT;
    if (replay->db->next_id < next) {
        replay->db->next_id = next;
        replay->db->ids_end = next;
        replay->db->ids_logged = next;
    }
    return group_file(group, &file);
}

static enum status
replay_fill(struct group *group, void *object)
{
    struct replay *replay = object;
    switch (replay->kind) {
    case RECORD_COMMIT:
        return replay_commits(replay, group);
    case RECORD_FORK:
        return replay_fork(group, &replay->body);
    case RECORD_DROP:
        return replay_drop(group, &replay->body);
    case RECORD_RENAME:
        return replay_rename(group, &replay->body);
    case RECORD_IDS:
        return replay_ids(replay, group);
    case RECORD_FREEZE:
        return replay_freeze(group, &replay->body);
    }
    return ST_CORRUPT;
}

enum status
replay_record(void *object, log_pos at, struct slice record)
{
    struct db *db = object;
    TRY(db_init_file(db));
    struct record_reader reader = record_reader_of(record);
    uint8_t kind = record_get_u8(&reader);
    birth_seq moment = record_get_u64(&reader);
    struct replay replay = {.db = db, .kind = (enum record_kind)kind, .body = reader};
    enum status st =
        reader.is_bad ? ST_CORRUPT : writer_replay(db->writer, moment, replay_fill, &replay);
    for (uint32_t i = 0; i < replay.held_count; i++)
        branch_release(replay.held[i]);
    mem_free(replay.held);
    if (st == ST_CORRUPT || st == ST_NOT_FOUND)
        return store_corrupt(db->store, PAGE_NONE, "the log record at %llu cannot be applied",
                             (unsigned long long)at);
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

enum status
replay_scan(void *object, log_pos at, struct slice record)
{
    (void)at;
    struct db *db = object;
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
                continue;
            }
            if (record_get_u8(&parts) == BASE_PRIVATE)
                TRY(claim_extents(db, &parts));
            else
                skip_changes(&parts);
        }
    }
    /* What makes no sense is told when it is applied. */
    return ST_OK;
}
