/*
 * group.c: gathering, sealing and publishing the changes of one moment.
 *
 *   B1  nothing of a group is seen before group_publish, which cannot fail; until then group_drop
 *       leaves no trace
 *   B2  a page that a branch's edit retired is freed if its birth is after the moment of the node
 *       above the branch, else that node still reaches it: it goes to the branch's dead list
 *       A head's moment is that of the branch's own last change. In a group of many records
 *       (replay.c) it may be less than the group's, and must not be more than it was when the log
 *       was written: pages that a record names were born in moments between records, and would
 *       count as a fork's that never reached them.
 *   B3  heads are published before db->published reaches their moment, and pages are retired after
 *
 * Dead pages of a branch are kept in memory and written to the file's tree when there are many of
 * them, at a checkpoint, and before anything happens to the branch's lineage. Losing them in a
 * crash loses nothing: replay from the checkpoint finds them again.
 */
#include "txn/group.h"
#include "base/check.h"
#include "base/mem.h"
#include "store/space.h"

#define DEAD_IN_MEMORY_MAX 4096u

bool
array_grow(void **array, uint32_t *capacity, uint32_t count, size_t element_bytes)
{
    if (count < *capacity)
        return true;
    uint32_t wanted = *capacity == 0 ? 8 : 2 * *capacity;
    void *grown = mem_resize(*array, wanted * element_bytes);
    if (grown == NULL)
        return false;
    *array = grown;
    *capacity = wanted;
    return true;
}

enum status
page_list_reserve(struct page_list *list, uint32_t more)
{
    if (more <= list->capacity - list->count)
        return ST_OK;
    uint32_t wanted = list->count + more;
    if (wanted < 2 * list->capacity)
        wanted = 2 * list->capacity;
    struct page_ref *grown = mem_resize(list->refs, wanted * sizeof *grown);
    if (grown == NULL)
        return ST_NO_MEMORY;
    list->refs = grown;
    list->capacity = wanted;
    return ST_OK;
}

enum status
page_list_add(struct page_list *list, struct page_ref ref)
{
    TRY(page_list_reserve(list, 1));
    list->refs[list->count++] = ref;
    return ST_OK;
}

void
page_list_deinit(struct page_list *list)
{
    mem_free(list->refs);
    *list = (struct page_list){0};
}

enum status
group_init(struct group *group, struct db *db)
{
    *group = (struct group){.db = db};
    buf_init(&group->record);
    return reader_new(db->store, &group->reader);
}

void
group_deinit(struct group *group)
{
    for (uint32_t i = 0; i < group->branch_capacity; i++)
        mem_free(group->branches[i].trees);
    mem_free(group->branches);
    mem_free(group->refs);
    page_list_deinit(&group->freed);
    buf_deinit(&group->record);
    if (group->reader != NULL)
        reader_free(group->reader);
}

void
group_begin(struct group *group, birth_seq moment)
{
    struct db *db = group->db;
    reader_enter(group->reader);
    group->is_entered = true;
    group->birth = moment;
    group->moment = moment;
    group->branch_count = 0;
    group->ref_count = 0;
    group->change_count = 0;
    group->freed.count = 0;
    group->adoptions = NULL;
    group->is_file_changed = false;
    group->has_jobs = false;
    group->has_claim = false;
    group->has_written_dead = false;
    group->published = NULL;
    group->file = (struct file_tree){.store = db->store,
                                     .reader = group->reader,
                                     .edit = &group->file_edit,
                                     .root = head_read(&db->file_head).root};
    edit_init(&group->file_edit, db->store, group->reader, moment);
    buf_clear(&group->record);
}

/* Waiting for the log must not keep pages from being evicted. */
static void
epoch_leave(struct group *group)
{
    if (group->is_entered)
        reader_leave(group->reader);
    group->is_entered = false;
}

static void
group_end(struct group *group)
{
    for (uint32_t i = 0; i < group->branch_count; i++)
        edit_deinit(&group->branches[i].edit);
    edit_deinit(&group->file_edit);
    epoch_leave(group);
    if (group->has_claim) {
        mutex_lock(&group->db->branches_mutex);
        group->db->dropping = 0;
        mutex_unlock(&group->db->branches_mutex);
    }
}

/* After dead pages went to the file's tree: forgets them in memory, or that they went there. */
static void
dead_settle(struct group *group, bool is_published)
{
    if (!group->has_written_dead)
        return;
    for (struct branch *b = group->db->changed; b != NULL; b = b->next_changed) {
        if (b->is_dead_written && is_published)
            b->dead.count = 0;
        b->is_dead_written = false;
    }
}

void
group_drop(struct group *group)
{
    dead_settle(group, false);
    for (uint32_t i = 0; i < group->branch_count; i++)
        edit_drop(&group->branches[i].edit);
    edit_drop(&group->file_edit);
    group_end(group);
}

bool
group_is_empty(const struct group *group)
{
    return group->branch_count == 0 && !group->is_file_changed && group->ref_count == 0;
}

/* ---- parts ---- */

enum status
group_branch_get(struct group *group, struct branch *branch, struct group_branch **part)
{
    for (uint32_t i = 0; i < group->branch_count; i++) {
        if (group->branches[i].branch == branch) {
            *part = &group->branches[i];
            return ST_OK;
        }
    }
    uint32_t capacity = group->branch_capacity;
    void *array = group->branches;
    if (!array_grow(&array, &group->branch_capacity, group->branch_count, sizeof **part))
        return ST_NO_MEMORY;
    group->branches = array;
    for (uint32_t i = capacity; i < group->branch_capacity; i++)
        group->branches[i] = (struct group_branch){0};

    struct group_branch *made = &group->branches[group->branch_count++];
    struct group_tree *trees = made->trees;
    uint32_t tree_capacity = made->tree_capacity;
    *made = (struct group_branch){.branch = branch,
                                  .directory = head_read(&branch->head).root,
                                  .moment = group->moment,
                                  .trees = trees,
                                  .tree_capacity = tree_capacity};
    edit_init(&made->edit, group->db->store, group->reader, group->birth);
    *part = made;
    return ST_OK;
}

enum status
group_tree_get(struct group *group, struct group_branch *part, tree_no tree,
               struct group_tree **found)
{
    for (uint32_t i = 0; i < part->tree_count; i++) {
        if (part->trees[i].tree == tree) {
            *found = &part->trees[i];
            return ST_OK;
        }
    }
    void *array = part->trees;
    if (!array_grow(&array, &part->tree_capacity, part->tree_count, sizeof **found))
        return ST_NO_MEMORY;
    part->trees = array;

    struct group_tree made = {.tree = tree};
    enum status st =
        directory_find(group->db->store, group->reader, &part->directory, tree, &made.root);
    if (st != ST_OK && st != ST_NOT_FOUND)
        return st;
    made.exists = st == ST_OK;
    part->trees[part->tree_count] = made;
    *found = &part->trees[part->tree_count++];
    return ST_OK;
}

enum status
group_file(struct group *group, struct file_tree **file)
{
    *file = &group->file;
    if (group->is_file_changed)
        return ST_OK;
    enum status st = file_counters_get(&group->file, &group->counters);
    if (st == ST_NOT_FOUND) {
        group->counters = (struct file_counters){.next_number = 1, .next_branch = 1};
        st = ST_OK;
    }
    group->is_file_changed = st == ST_OK;
    return st;
}

uint64_t
group_new_number(struct group *group)
{
    check(group->is_file_changed);
    return group->counters.next_number++;
}

/* ---- branch rows ---- */

enum status
group_ref_get(struct group *group, uint32_t branch, struct branch_ref *ref)
{
    for (uint32_t i = 0; i < group->ref_count; i++) {
        if (group->refs[i].ref.branch == branch) {
            *ref = group->refs[i].ref;
            return group->refs[i].is_gone ? ST_NOT_FOUND : ST_OK;
        }
    }
    struct db *db = group->db;
    mutex_lock(&db->branches_mutex);
    struct branch *open = branch_lookup(db, branch);
    if (open != NULL) {
        struct head_state head = head_read(&open->head);
        *ref = open->ref;
        ref->moment = head.moment;
        ref->root = head.root;
        ref->own_commits = atomic_load_explicit(&open->own_commits, memory_order_relaxed);
    }
    mutex_unlock(&db->branches_mutex);
    return open != NULL ? ST_OK : branch_ref_get(&group->file, branch, ref);
}

static enum status
ref_note(struct group *group, const struct branch_ref *ref, bool is_gone)
{
    for (uint32_t i = 0; i < group->ref_count; i++) {
        if (group->refs[i].ref.branch == ref->branch) {
            group->refs[i] = (struct group_ref){.ref = *ref, .is_gone = is_gone};
            return ST_OK;
        }
    }
    void *array = group->refs;
    if (!array_grow(&array, &group->ref_capacity, group->ref_count, sizeof *group->refs))
        return ST_NO_MEMORY;
    group->refs = array;
    group->refs[group->ref_count++] = (struct group_ref){.ref = *ref, .is_gone = is_gone};
    return ST_OK;
}

enum status
group_ref_put(struct group *group, const struct branch_ref *ref)
{
    struct file_tree *file;
    TRY(group_file(group, &file));
    TRY(branch_ref_put(file, ref));
    return ref_note(group, ref, false);
}

enum status
group_ref_delete(struct group *group, const struct branch_ref *ref)
{
    struct file_tree *file;
    TRY(group_file(group, &file));
    TRY(branch_ref_delete(file, ref->branch));
    return ref_note(group, ref, true);
}

enum status
group_flush_dead(struct group *group, uint32_t branch)
{
    struct db *db = group->db;
    mutex_lock(&db->branches_mutex);
    struct branch *open = branch_lookup(db, branch);
    /* With dead pages in memory only the writer closes it; without, whoever holds the mutex. */
    bool has_dead = open != NULL && open->dead.count != 0;
    mutex_unlock(&db->branches_mutex);
    if (!has_dead)
        return ST_OK;
    struct file_tree *file;
    TRY(group_file(group, &file));
    for (uint32_t i = 0; i < open->dead.count; i++)
        TRY(dead_put(file, open->ref.lineage, open->dead.refs[i]));
    open->is_dead_written = true;
    group->has_written_dead = true;
    return ST_OK;
}

enum status
group_job_put(struct group *group, struct job *job)
{
    struct file_tree *file;
    TRY(group_file(group, &file));
    job->id = group_new_number(group);
    group->has_jobs = true;
    return job_put(file, job);
}

enum status
group_free_tree(struct group *group, const struct branch *branch, const struct tree_root *root)
{
    if (root->ref.page == PAGE_NONE)
        return ST_OK;
    struct job job = {.kind = JOB_FREE_TREE,
                      .lineage = branch->ref.lineage,
                      .since = branch->ref.since,
                      .root = *root};
    return group_job_put(group, &job);
}

/* ---- sealing ---- */

/* Writes the roots of the branch's changed trees to its directory. */
static enum status
directory_write(struct group_branch *part)
{
    for (uint32_t i = 0; i < part->tree_count; i++) {
        const struct group_tree *tree = &part->trees[i];
        if (!tree->is_changed)
            continue;
        if (tree->exists) {
            TRY(directory_put(&part->edit, &part->directory, tree->tree, &tree->root));
        } else {
            enum status st = directory_delete(&part->edit, &part->directory, tree->tree);
            if (st != ST_OK && st != ST_NOT_FOUND)
                return st;
        }
    }
    return ST_OK;
}

/* Puts those of the retired pages that become free (B2) before those that are dead to the branch.
 */
static void
retired_part(struct branch *branch, struct page_refs *retired, uint32_t *free_count)
{
    struct page_ref *refs = retired->refs;
    birth_seq since = branch->ref.since;
    uint32_t count = 0;
    for (uint32_t i = 0; i < retired->count; i++) {
        if (refs[i].birth <= since)
            continue;
        struct page_ref free = refs[i];
        refs[i] = refs[count];
        refs[count++] = free;
    }
    *free_count = count;
}

enum status
group_seal(struct group *group)
{
    struct file_tree *file;
    uint32_t retire_count = group->freed.count;
    for (uint32_t i = 0; i < group->branch_count; i++) {
        struct group_branch *part = &group->branches[i];
        TRY(directory_write(part));
        if (part->branch->dead.count >= DEAD_IN_MEMORY_MAX)
            TRY(group_flush_dead(group, part->branch->no));
        uint32_t more = 0;
        for (struct adoption *a = group->adoptions; a != NULL; a = a->next_in_group)
            more += a->branch == part->branch ? a->edit->retired.count : 0;
        TRY(page_list_reserve(&part->branch->dead, more + part->edit.retired.count));
        retired_part(part->branch, &part->edit.retired, &part->free_count);
        retire_count += part->free_count;
    }
    for (struct adoption *a = group->adoptions; a != NULL; a = a->next_in_group) {
        retired_part(a->branch, &a->edit->retired, &a->free_count);
        retire_count += a->free_count;
    }
    if (group->is_file_changed) {
        TRY(group_file(group, &file));
        TRY(file_counters_put(file, &group->counters));
    }
    retire_count += group->file_edit.retired.count;
    epoch_leave(group);
    return space_retire_reserve(group->db->store, retire_count);
}

/* ---- publishing ---- */

/* Room was made when the group was sealed. */
static void
dead_add(struct branch *branch, const struct page_refs *retired, uint32_t first)
{
    for (uint32_t i = first; i < retired->count; i++)
        branch->dead.refs[branch->dead.count++] = retired->refs[i];
}

void
branch_head_publish(struct branch *branch, const struct head_state *head, uint64_t commit_count)
{
    struct db *db = branch->db;
    head_publish(&branch->head, head);
    atomic_fetch_add_explicit(&branch->own_commits, commit_count, memory_order_relaxed);
    if (!atomic_load_explicit(&branch->is_changed, memory_order_relaxed)) {
        atomic_store_explicit(&branch->is_changed, true, memory_order_relaxed);
        branch->next_changed = db->changed;
        db->changed = branch;
    }
}

static void
part_publish(struct group_branch *part)
{
    struct branch *branch = part->branch;
    struct head_state head = {.moment = part->moment, .root = part->directory};
    branch_head_publish(branch, &head, part->commit_count);
    dead_add(branch, &part->edit.retired, part->free_count);
}

/* The adopted trees' pages are published with the heads that reach them. */
static void
adoptions_publish(struct group *group)
{
    for (struct adoption *a = group->adoptions; a != NULL; a = a->next_in_group) {
        space_publish(group->db->store, a->edit);
        dead_add(a->branch, &a->edit->retired, a->free_count);
        a->is_adopted = true;
    }
}

/* Tells the open branches what their rows say now. */
static void
refs_publish(struct group *group)
{
    for (uint32_t i = 0; i < group->ref_count; i++) {
        const struct group_ref *changed = &group->refs[i];
        struct branch *open = branch_lookup(group->db, changed->ref.branch);
        if (open == NULL)
            continue;
        open->ref = changed->ref;
        open->is_gone = changed->is_gone;
        if (open->is_gone)
            open->dead.count = 0;
    }
}

void
group_publish(struct group *group)
{
    struct db *db = group->db;
    for (uint32_t i = 0; i < group->branch_count; i++)
        space_publish(db->store, &group->branches[i].edit);
    dead_settle(group, true);
    adoptions_publish(group);
    for (uint32_t i = 0; i < group->branch_count; i++)
        part_publish(&group->branches[i]);
    if (group->is_file_changed) {
        space_publish(db->store, &group->file_edit);
        struct head_state head = {.moment = group->moment, .root = group->file.root};
        mutex_lock(&db->branches_mutex);
        head_publish(&db->file_head, &head);
        refs_publish(group);
        mutex_unlock(&db->branches_mutex);
    }
    atomic_store(&db->published, group->moment);
    atomic_fetch_add_explicit(&db->change_count, group->change_count, memory_order_relaxed);

    for (uint32_t i = 0; i < group->branch_count; i++) {
        const struct group_branch *part = &group->branches[i];
        space_retire(db->store, part->edit.retired.refs, part->free_count, group->moment);
    }
    for (struct adoption *a = group->adoptions; a != NULL; a = a->next_in_group)
        space_retire(db->store, a->edit->retired.refs, a->free_count, group->moment);
    space_retire(db->store, group->file_edit.retired.refs, group->file_edit.retired.count,
                 group->moment);
    space_retire(db->store, group->freed.refs, group->freed.count, group->moment);
    if (group->has_jobs)
        atomic_store(&db->has_jobs, true);
    if (group->published != NULL)
        group->published(group, group->published_object);
    group_end(group);
}
