/*
 * merge_point.c: freezing what is merged, and finding where two branches have last been one.
 *
 *   RECORD_FREEZE body: source 4 | node 8 | source_lineage 8
 *
 * A freeze is logged and not waited for. Replay cannot know whether the transaction behind it will
 * commit, so it queues a look at the node (fork_collapse), which leaves alone what a later record
 * holds.
 */
#include "txn/merge_point.h"
#include "base/mem.h"
#include "store/store.h"
#include "txn/fork.h"
#include "txn/record.h"
#include "txn/txn_int.h"

/* ---- freezing ---- */

struct freeze {
    uint32_t source;
    struct fork_node node;
};

static enum status
freeze_run(struct group *group, struct work *work)
{
    struct freeze *freeze = work->object;
    struct branch_ref source;
    struct fork_plan plan = {.child = 0};
    TRY(group_ref_get(group, freeze->source, &source));
    TRY(fork_freeze_plan(group, &source, &plan));
    TRY(fork_freeze(group, &plan, &freeze->node));
    if (!plan.is_new_node)
        return ST_OK;
    record_put_head(&group->record, RECORD_FREEZE, group->moment);
    record_put_u32(&group->record, plan.source);
    record_put_u64(&group->record, plan.node);
    record_put_u64(&group->record, plan.source_lineage);
    return ST_OK;
}

enum status
replay_freeze(struct group *group, struct record_reader *body)
{
    struct fork_plan plan = {.source = record_get_u32(body),
                             .node = record_get_u64(body),
                             .is_new_node = true,
                             .source_lineage = record_get_u64(body)};
    struct fork_node node;
    if (body->is_bad)
        return ST_CORRUPT;
    TRY(fork_freeze(group, &plan, &node));
    return fork_release_node(group, plan.node);
}

struct release {
    struct work work;
    node_id node;
};

static enum status
release_run(struct group *group, struct work *work)
{
    const struct release *release = work->object;
    return fork_release_node(group, release->node);
}

static void
release_done(struct work *work)
{
    mem_free(work->object);
}

/* Queues a look at a node that is perhaps not needed. Without memory it stays until the next look,
 * which costs pages and breaks nothing. */
static void
node_release(struct db *db, node_id node)
{
    struct release *release = mem_alloc_zero(sizeof *release);
    if (release == NULL)
        return;
    *release = (struct release){
        .work = {.run = release_run, .done = release_done, .is_async = true}, .node = node};
    release->work.object = release;
    writer_queue(db->writer, &release->work);
}

/* ---- where two branches have last been one ---- */

/* Takes `node` as the base if it is newer than what was found. */
static enum status
base_try(const struct file_tree *file, node_id id, struct fork_node *best)
{
    struct fork_node node;
    enum status st = fork_node_get(file, id, &node);
    if (st == ST_OK && (best->id == 0 || node.moment > best->moment))
        *best = node;
    return st == ST_NOT_FOUND ? ST_OK : st;
}

/* The nearest node above both. On the way up moments fall, or stay and ids fall. */
static enum status
base_above(const struct file_tree *file, node_id a, node_id b, struct fork_node *best)
{
    while (a != b && a != 0 && b != 0) {
        struct fork_node of_a, of_b;
        TRY(fork_node_get(file, a, &of_a));
        TRY(fork_node_get(file, b, &of_b));
        if (of_a.moment > of_b.moment || (of_a.moment == of_b.moment && a > b))
            a = of_a.parent;
        else
            b = of_b.parent;
    }
    return a != b || a == 0 ? ST_OK : base_try(file, a, best);
}

static enum status
base_find(const struct file_tree *file, const struct branch *target, const struct branch *source,
          struct fork_node *best)
{
    node_id node;
    *best = (struct fork_node){0};
    TRY(base_above(file, target->ref.node, source->ref.node, best));
    enum status st = merge_point_get(file, target->no, source->no, &node);
    if (st == ST_OK)
        st = base_try(file, node, best);
    if (st != ST_OK && st != ST_NOT_FOUND)
        return st;
    st = merge_point_get(file, source->no, target->no, &node);
    if (st == ST_OK)
        st = base_try(file, node, best);
    if (st != ST_OK && st != ST_NOT_FOUND)
        return st;
    return best->id == 0 ? ST_INVALID : ST_OK;
}

/* ---- notes ---- */

/*
 * Stands at the source as frozen, and finds the base. Both nodes are there at the moment of the
 * file's tree that is read, so pinning that moment keeps their pages, whatever becomes of them.
 */
static enum status
note_fill(struct txn *txn, struct merge_note *note)
{
    struct freeze freeze = {.source = note->source->no};
    struct work work = {.run = freeze_run, .object = &freeze, .is_async = true};
    struct db *db = txn->db;
    TRY(txn_snapshot_spare(txn, &note->at));
    note->at->holders++;
    snapshot_take(note->at, note->source);
    enum status st = writer_call(db->writer, &work);
    if (st != ST_OK)
        return st;
    note->node = freeze.node.id;
    note->at->head = (struct head_state){.moment = freeze.node.moment, .root = freeze.node.root};
    note->at->roots_of = freeze.node.root.ref;
    note->at->roots_moment = freeze.node.moment;
    note->at->root_count = 0;
    note->at->root_next = 0;

    struct fork_node base, frozen;
    mutex_lock(&db->branches_mutex);
    struct file_tree file = file_read_begin(db);
    reader_pin_at(note->at->reader, db->admin_pin);
    st = fork_node_get(&file, note->node, &frozen);
    if (st == ST_OK)
        st = base_find(&file, txn->branch, note->source, &base);
    else if (st == ST_NOT_FOUND)
        st = ST_CONFLICT; /* gone already: what else hung on it was dropped meanwhile */
    file_read_end(db);
    mutex_unlock(&db->branches_mutex);
    if (st == ST_OK)
        note->base = base.root;
    return st;
}

enum status
merge_note_get(struct txn *txn, struct branch *source, struct merge_note **out)
{
    for (struct merge_note *note = txn->merges; note != NULL; note = note->next) {
        if (note->source == source) {
            *out = note;
            return ST_OK;
        }
    }
    if (source == txn->branch)
        return ST_INVALID;
    struct merge_note *note = arena_alloc_zero(txn->arena, sizeof *note);
    if (note == NULL)
        return ST_NO_MEMORY;
    note->source = branch_hold(source);
    note->next = txn->merges;
    txn->merges = note;
    enum status st = note_fill(txn, note);
    if (st != ST_OK) {
        txn->merges = note->next;
        if (note->node != 0)
            node_release(txn->db, note->node);
        if (note->at != NULL) {
            note->at->holders--;
            snapshot_unpin(note->at);
        }
        branch_release(source);
        return st;
    }
    *out = note;
    return ST_OK;
}

bool
merge_notes_have_done(const struct txn *txn)
{
    for (const struct merge_note *note = txn->merges; note != NULL; note = note->next) {
        if (note->is_done)
            return true;
    }
    return false;
}

enum status
merge_notes_put(struct buf *to, const struct txn *txn)
{
    for (const struct merge_note *note = txn->merges; note != NULL; note = note->next) {
        if (!note->is_done)
            continue;
        record_put_u64(to, TREE_MERGES);
        record_put_u32(to, note->source->no);
        record_put_u64(to, note->node);
    }
    return to->is_failed ? ST_NO_MEMORY : ST_OK;
}

void
merge_notes_end(struct txn *txn, bool is_committed)
{
    for (const struct merge_note *note = txn->merges; note != NULL; note = note->next) {
        if (!is_committed || !note->is_done)
            node_release(txn->db, note->node);
        branch_release(note->source);
    }
    txn->merges = NULL;
}

enum status
merge_point_apply(struct group *group, struct branch *target, struct record_reader *reader)
{
    uint32_t source = record_get_u32(reader);
    node_id node = record_get_u64(reader), old;
    struct fork_node frozen;
    struct file_tree *file;
    if (reader->is_bad)
        return ST_CORRUPT;
    TRY(group_file(group, &file));
    enum status st = fork_node_get(file, node, &frozen);
    if (st != ST_OK)
        return st == ST_NOT_FOUND ? ST_CONFLICT : st;
    struct edge edge = {EDGE_MERGE, (uint64_t)target->no << 32 | source};
    st = merge_point_get(file, target->no, source, &old);
    if (st == ST_OK) {
        TRY(edge_delete(file, old, edge));
        TRY(fork_release_node(group, old));
    } else if (st != ST_NOT_FOUND) {
        return st;
    }
    TRY(merge_point_put(file, target->no, source, node));
    return edge_put(file, node, edge);
}
