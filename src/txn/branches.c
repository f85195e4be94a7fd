/*
 * branches.c: branches by name: opening, listing, making, dropping, renaming.
 *
 * An open branch is in a hash table by number while somebody holds it, or while its head is newer
 * than its row in the file's tree; all others are rows. Names are looked up in the file's tree,
 * which the writer publishes under branches_mutex together with what open branches must know.
 */
#include "base/check.h"
#include "base/clock.h"
#include "base/mem.h"
#include "txn/fork.h"
#include "txn/record.h"
#include "txn/replay.h"
#include "txn/sequence.h"
#include "txn/writer.h"

static_assert(BRANCH_REF_NAME_BYTES == BRANCH_NAME_BYTES_MAX, "one bound on names");

struct file_tree
file_read_begin(struct db *db)
{
    reader_enter(db->admin_reader);
    struct head_state head;
    do {
        db->admin_pin = reader_pin(db->admin_reader, &db->published);
        head = head_read(&db->file_head);
    } while (head.moment > db->admin_pin);
    return (struct file_tree){.store = db->store, .reader = db->admin_reader, .root = head.root};
}

void
file_read_end(struct db *db)
{
    reader_unpin(db->admin_reader);
    reader_leave(db->admin_reader);
}

/* ---- open branches; branches_mutex is held ---- */

struct branch *
branch_lookup(struct db *db, branch_no no)
{
    struct branch *branch = db->buckets[no % BRANCH_BUCKETS];
    while (branch != NULL && branch->no != no)
        branch = branch->next;
    return branch;
}

enum status
branch_load(struct db *db, const struct branch_ref *ref, struct branch **out)
{
    struct branch *branch = mem_alloc_zero(sizeof *branch);
    if (branch == NULL)
        return ST_NO_MEMORY;
    branch->db = db;
    branch->no = ref->branch;
    branch->ref = *ref;
    struct head_state head = {.moment = ref->moment, .root = ref->root};
    head_publish(&branch->head, &head);
    atomic_store(&branch->own_commits, ref->own_commits);
    mutex_init(&branch->counters_mutex);
    map_init(&branch->sequences);
    map_init(&branch->row_ids);
    struct branch **bucket = &db->buckets[branch->no % BRANCH_BUCKETS];
    branch->next = *bucket;
    *bucket = branch;
    *out = branch;
    return ST_OK;
}

static void
branch_free(struct branch *branch)
{
    struct branch **at = &branch->db->buckets[branch->no % BRANCH_BUCKETS];
    while (*at != branch)
        at = &(*at)->next;
    *at = branch->next;
    counters_free(branch);
    mutex_deinit(&branch->counters_mutex);
    page_list_deinit(&branch->dead);
    mem_free(branch);
}

void
branch_unload_idle(struct branch *branch)
{
    if (branch->holders == 0 && branch->work_count == 0 && !atomic_load(&branch->is_changed))
        branch_free(branch);
}

void
branches_free(struct db *db)
{
    for (uint32_t i = 0; i < BRANCH_BUCKETS; i++) {
        while (db->buckets[i] != NULL)
            branch_free(db->buckets[i]);
    }
}

/* Holds the branch of that number, opened if need be. */
static enum status
branch_hold_no(struct db *db, const struct file_tree *file, branch_no no, struct branch **out)
{
    struct branch *branch = branch_lookup(db, no);
    if (no == db->dropping || (branch != NULL && branch->is_gone))
        return ST_NOT_FOUND;
    if (branch == NULL) {
        struct branch_ref ref;
        TRY(branch_ref_get(file, no, &ref));
        TRY(branch_load(db, &ref, &branch));
    }
    branch->holders++;
    *out = branch;
    return ST_OK;
}

enum status
branch_open(struct db *db, const char *name, struct branch **branch)
{
    mutex_lock(&db->branches_mutex);
    struct file_tree file = file_read_begin(db);
    branch_no no;
    enum status st = branch_ref_find(&file, slice_text(name), &no);
    if (st == ST_OK)
        st = branch_hold_no(db, &file, no, branch);
    file_read_end(db);
    mutex_unlock(&db->branches_mutex);
    return st;
}

enum status
branch_open_no(struct db *db, branch_no no, struct branch **branch)
{
    mutex_lock(&db->branches_mutex);
    struct file_tree file = file_read_begin(db);
    enum status st = branch_hold_no(db, &file, no, branch);
    file_read_end(db);
    mutex_unlock(&db->branches_mutex);
    return st;
}

struct branch *
branch_hold(struct branch *branch)
{
    mutex_lock(&branch->db->branches_mutex);
    branch->holders++;
    mutex_unlock(&branch->db->branches_mutex);
    return branch;
}

void
branch_release(struct branch *branch)
{
    struct db *db = branch->db;
    mutex_lock(&db->branches_mutex);
    check(branch->holders != 0);
    bool is_last = branch->holders == 1;
    mutex_unlock(&db->branches_mutex);
    /* Its sequences must not leave gaps behind; the rows queued hold the branch a little longer. */
    if (is_last)
        sequences_settle(branch);
    mutex_lock(&db->branches_mutex);
    branch->holders--;
    branch_unload_idle(branch);
    mutex_unlock(&db->branches_mutex);
}

struct branch *
branch_work_begin(struct branch *branch)
{
    mutex_lock(&branch->db->branches_mutex);
    branch->work_count++;
    mutex_unlock(&branch->db->branches_mutex);
    return branch;
}

void
branch_work_end(struct branch *branch)
{
    struct db *db = branch->db;
    mutex_lock(&db->branches_mutex);
    branch->work_count--;
    branch_unload_idle(branch);
    mutex_unlock(&db->branches_mutex);
}

static void
info_fill(struct branch_info *info, const struct branch_ref *ref)
{
    *info = (struct branch_info){.branch = ref->branch,
                                 .parent = ref->parent,
                                 .fork = ref->fork,
                                 .head = ref->moment,
                                 .created_us = ref->created_us,
                                 .own_commits = ref->own_commits};
    memcpy(info->name, ref->name, sizeof info->name);
}

/* What the open branch's head says over its row. */
static void
info_update(struct branch_info *info, const struct branch *branch)
{
    info->head = head_read(&branch->head).moment;
    info->own_commits = atomic_load(&branch->own_commits);
}

void
branch_describe(struct branch *branch, struct branch_info *info)
{
    mutex_lock(&branch->db->branches_mutex);
    info_fill(info, &branch->ref);
    info_update(info, branch);
    mutex_unlock(&branch->db->branches_mutex);
}

struct list {
    struct db *db;
    struct arena *arena;
    struct branch_info *infos;
    uint32_t count, capacity;
};

static enum status
list_add(void *object, const struct branch_ref *ref)
{
    struct list *list = object;
    if (list->count == list->capacity) {
        uint32_t wanted = list->capacity == 0 ? 16 : 2 * list->capacity;
        void *grown = arena_try_resize(list->arena, list->infos, list->count * sizeof *list->infos,
                                       wanted * sizeof *list->infos);
        if (grown == NULL)
            return ST_NO_MEMORY;
        list->infos = grown;
        list->capacity = wanted;
    }
    struct branch_info *info = &list->infos[list->count++];
    info_fill(info, ref);
    const struct branch *open = branch_lookup(list->db, ref->branch);
    if (open != NULL)
        info_update(info, open);
    return ST_OK;
}

enum status
branch_list(struct db *db, struct arena *arena, struct branch_info **infos, uint32_t *count)
{
    struct list list = {.db = db, .arena = arena};
    mutex_lock(&db->branches_mutex);
    struct file_tree file = file_read_begin(db);
    enum status st = branch_ref_each(&file, list_add, &list);
    file_read_end(db);
    mutex_unlock(&db->branches_mutex);
    *infos = list.infos;
    *count = list.count;
    return st;
}

/* ---- making ---- */

static bool
name_is_good(const char *name)
{
    size_t bytes = strlen(name);
    return bytes >= 1 && bytes <= BRANCH_NAME_BYTES_MAX;
}

struct create {
    const char *name, *source;
};

/* body: source 4 | child 4 | node 8 | is_new 1 | source_lineage 8 | child_lineage 8 | created 8 |
 * name */
static void
fork_record(struct group *group, const struct fork_plan *plan)
{
    struct buf *to = &group->record;
    record_put_head(to, RECORD_FORK, group->moment);
    record_put_u32(to, plan->source);
    record_put_u32(to, plan->child);
    record_put_u64(to, plan->node);
    buf_put_u8(to, plan->is_new_node);
    record_put_u64(to, plan->source_lineage);
    record_put_u64(to, plan->child_lineage);
    record_put_u64(to, (uint64_t)plan->created_us);
    buf_put_text(to, plan->name);
}

enum status
replay_fork(struct group *group, struct record_reader *body)
{
    struct fork_plan plan = {.source = record_get_u32(body),
                             .child = record_get_u32(body),
                             .node = record_get_u64(body),
                             .is_new_node = record_get_u8(body) != 0,
                             .source_lineage = record_get_u64(body),
                             .child_lineage = record_get_u64(body),
                             .created_us = (int64_t)record_get_u64(body)};
    size_t bytes = record_left(body);
    if (body->is_bad || bytes == 0 || bytes > BRANCH_NAME_BYTES_MAX)
        return ST_CORRUPT;
    memcpy(plan.name, body->at, bytes);
    return fork_create(group, &plan);
}

static enum status
create_run(struct group *group, struct work *work)
{
    const struct create *create = work->object;
    struct file_tree *file;
    uint32_t no;
    struct branch_ref source;
    TRY(group_file(group, &file));
    enum status st = branch_ref_find(file, slice_text(create->name), &no);
    if (st != ST_NOT_FOUND)
        return st == ST_OK ? ST_EXISTS : st;
    TRY(branch_ref_find(file, slice_text(create->source), &no));
    TRY(group_ref_get(group, no, &source));

    struct fork_plan plan = {.created_us = clock_wall_us()};
    TRY(fork_freeze_plan(group, &source, &plan));
    plan.child = group->counters.next_branch++;
    plan.child_lineage = group_new_number(group);
    memcpy(plan.name, create->name, strlen(create->name));
    TRY(fork_create(group, &plan));
    fork_record(group, &plan);
    return ST_OK;
}

enum status
branch_create(struct db *db, const char *name, const char *source)
{
    if (!name_is_good(name))
        return ST_INVALID;
    struct branch *from;
    TRY(branch_open(db, source, &from));
    sequences_settle(from);
    struct create create = {.name = name, .source = source};
    struct work work = {.run = create_run, .object = &create};
    enum status st = writer_call(db->writer, &work);
    branch_release(from);
    return st;
}

/* ---- dropping and renaming ---- */

struct change_name {
    const char *name, *new_name;
};

/* Marks the branch as being dropped, unless somebody has it open. */
static enum status
drop_claim(struct db *db, branch_no no)
{
    mutex_lock(&db->branches_mutex);
    const struct branch *open = branch_lookup(db, no);
    bool is_free = open == NULL || open->holders == 0;
    if (is_free)
        db->dropping = no;
    mutex_unlock(&db->branches_mutex);
    return is_free ? ST_OK : ST_IN_USE;
}

static enum status
drop_run(struct group *group, struct work *work)
{
    const struct change_name *drop = work->object;
    struct file_tree *file;
    uint32_t no;
    TRY(group_file(group, &file));
    TRY(branch_ref_find(file, slice_text(drop->name), &no));
    TRY(drop_claim(group->db, no));
    group->has_claim = true;
    TRY(fork_drop(group, no));
    record_put_head(&group->record, RECORD_DROP, group->moment);
    record_put_u32(&group->record, no);
    return ST_OK;
}

enum status
replay_drop(struct group *group, struct record_reader *body)
{
    uint32_t no = record_get_u32(body);
    return body->is_bad ? ST_CORRUPT : fork_drop(group, no);
}

enum status
branch_drop(struct db *db, const char *name)
{
    struct change_name drop = {.name = name};
    struct work work = {.run = drop_run, .object = &drop};
    return writer_call(db->writer, &work);
}

static enum status
rename_run(struct group *group, struct work *work)
{
    const struct change_name *change = work->object;
    struct file_tree *file;
    uint32_t no, other;
    TRY(group_file(group, &file));
    TRY(branch_ref_find(file, slice_text(change->name), &no));
    enum status st = branch_ref_find(file, slice_text(change->new_name), &other);
    if (st != ST_NOT_FOUND)
        return st == ST_OK ? ST_EXISTS : st;
    TRY(fork_rename(group, no, change->new_name));
    record_put_head(&group->record, RECORD_RENAME, group->moment);
    record_put_u32(&group->record, no);
    buf_put_text(&group->record, change->new_name);
    return ST_OK;
}

enum status
replay_rename(struct group *group, struct record_reader *body)
{
    uint32_t no = record_get_u32(body);
    size_t bytes = record_left(body);
    if (body->is_bad || bytes == 0 || bytes > BRANCH_NAME_BYTES_MAX)
        return ST_CORRUPT;
    char name[BRANCH_NAME_BYTES_MAX + 1] = {0};
    memcpy(name, body->at, bytes);
    return fork_rename(group, no, name);
}

enum status
branch_rename(struct db *db, const char *name, const char *new_name)
{
    if (!name_is_good(new_name))
        return ST_INVALID;
    struct change_name change = {.name = name, .new_name = new_name};
    struct work work = {.run = rename_run, .object = &change};
    return writer_call(db->writer, &work);
}
