/*
 * fork.c: the tree of nodes that branches hang on.
 *
 * When node S with its only child C goes away, the node above, P, becomes the one above C:
 *
 *        P                 P         pages in C's dead list born in (P.moment, S.moment] were
 *        |                 |         reached by S alone: they are free now
 *        S       ->        C         those born earlier, and S's own dead list, are pages that P
 *        |                           still reaches though C does not: C's new dead list
 *        C
 *
 * S's lineage lives on as C's, so only the rows of C's dead list are touched (after ZFS's clones
 * and snapshot deletion; Ahrens and Bonwick, "Deleting snapshots", 2005).
 */
#include "txn/fork.h"
#include "base/check.h"

#define DEAD_CHUNK 512u

enum status
fork_release_node(struct group *group, node_id node)
{
    if (node == 0)
        return ST_OK;
    struct job job = {.kind = JOB_COLLAPSE, .node = node};
    return group_job_put(group, &job);
}

/* ---- making ---- */

enum status
fork_freeze_plan(struct group *group, const struct branch_ref *source, struct fork_plan *plan)
{
    struct file_tree *file;
    TRY(group_file(group, &file));
    plan->source = source->branch;
    plan->is_new_node = source->node == 0 || source->moment > source->since;
    plan->node = plan->is_new_node ? group_new_number(group) : source->node;
    plan->source_lineage = plan->is_new_node ? group_new_number(group) : source->lineage;
    return ST_OK;
}

/* Replay must not give numbers that the plan has taken. */
static void
numbers_skip(struct group *group, const struct fork_plan *plan)
{
    const uint64_t taken[] = {plan->node, plan->source_lineage, plan->child_lineage};
    for (uint32_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
        if (group->counters.next_number <= taken[i])
            group->counters.next_number = taken[i] + 1;
    }
    if (group->counters.next_branch <= plan->child)
        group->counters.next_branch = plan->child + 1;
}

/* Moves the edge of `child` from one node to another; either may be none. */
static enum status
edge_move(struct file_tree *file, node_id from, node_id to, struct edge child)
{
    if (from != 0)
        TRY(edge_delete(file, from, child));
    return to != 0 ? edge_put(file, to, child) : ST_OK;
}

enum status
fork_freeze(struct group *group, const struct fork_plan *plan, struct fork_node *node)
{
    struct file_tree *file;
    struct branch_ref source;
    TRY(group_file(group, &file));
    TRY(group_ref_get(group, plan->source, &source));
    numbers_skip(group, plan);
    if (!plan->is_new_node)
        return fork_node_get(file, plan->node, node);

    *node = (struct fork_node){.id = plan->node,
                               .parent = source.node,
                               .lineage = source.lineage,
                               .since = source.since,
                               .moment = source.moment,
                               .root = source.root};
    TRY(group_flush_dead(group, source.branch));
    TRY(fork_node_put(file, node));
    struct edge leaf = {EDGE_BRANCH, source.branch};
    TRY(edge_move(file, source.node, node->id, leaf));
    TRY(edge_move(file, 0, source.node, (struct edge){EDGE_NODE, node->id}));
    source.node = node->id;
    source.lineage = plan->source_lineage;
    source.since = node->moment;
    return group_ref_put(group, &source);
}

static enum status
branch_make(struct group *group, const struct branch_ref *ref)
{
    struct file_tree *file;
    TRY(group_file(group, &file));
    TRY(file_name_put(file, slice_text(ref->name), ref->branch));
    if (ref->node != 0)
        TRY(edge_put(file, ref->node, (struct edge){EDGE_BRANCH, ref->branch}));
    return group_ref_put(group, ref);
}

enum status
fork_create(struct group *group, const struct fork_plan *plan)
{
    struct fork_node node;
    TRY(fork_freeze(group, plan, &node));
    struct branch_ref child = {.branch = plan->child,
                               .parent = plan->source,
                               .fork = node.moment,
                               .created_us = plan->created_us,
                               .node = node.id,
                               .lineage = plan->child_lineage,
                               .since = node.moment,
                               .moment = node.moment,
                               .root = node.root};
    memcpy(child.name, plan->name, sizeof child.name);
    return branch_make(group, &child);
}

enum status
fork_create_root(struct group *group, const char *name, int64_t created_us)
{
    struct file_tree *file;
    TRY(group_file(group, &file));
    struct branch_ref ref = {.branch = group->counters.next_branch++,
                             .created_us = created_us,
                             .lineage = group_new_number(group),
                             .moment = group->moment};
    size_t bytes = strlen(name);
    check(bytes <= BRANCH_REF_NAME_BYTES);
    memcpy(ref.name, name, bytes);
    return branch_make(group, &ref);
}

enum status
fork_rename(struct group *group, uint32_t branch, const char *name)
{
    struct file_tree *file;
    struct branch_ref ref;
    TRY(group_file(group, &file));
    TRY(group_ref_get(group, branch, &ref));
    TRY(file_name_delete(file, slice_text(ref.name)));
    memset(ref.name, 0, sizeof ref.name);
    memcpy(ref.name, name, strlen(name));
    TRY(file_name_put(file, slice_text(ref.name), branch));
    return group_ref_put(group, &ref);
}

/* ---- dropping ---- */

/* Gives the jobs of a lineage to another; 0: to nobody, what they free is bounded by `since`. */
static enum status
jobs_move(struct group *group, lineage_id from, lineage_id to, birth_seq since)
{
    struct file_tree *file;
    TRY(group_file(group, &file));
    for (;;) {
        struct job job;
        enum status st = job_next(file, from, 0, &job);
        if (st == ST_NOT_FOUND || (st == ST_OK && job.lineage != from))
            return ST_OK;
        if (st != ST_OK)
            return st;
        TRY(job_delete(file, &job));
        job.lineage = to;
        job.since = since;
        TRY(job_put(file, &job));
    }
}

/* What a line of changes leaves behind when its leaf or node goes: its own pages, its dead list. */
static enum status
line_end(struct group *group, lineage_id lineage, birth_seq since, const struct tree_root *root)
{
    TRY(jobs_move(group, lineage, 0, since));
    struct job job = {.kind = JOB_FREE_DIRECTORY, .since = since, .root = *root, .dead = lineage};
    return group_job_put(group, &job);
}

/* Forgets the merge points of a branch that goes. */
static enum status
merge_points_end(struct group *group, uint32_t branch)
{
    struct file_tree *file;
    uint32_t target = 0, source = 0;
    node_id node;
    TRY(group_file(group, &file));
    for (;;) {
        enum status st = merge_point_next(file, &target, &source, &node);
        if (st != ST_OK)
            return st == ST_NOT_FOUND ? ST_OK : st;
        if (target == branch || source == branch) {
            struct edge edge = {EDGE_MERGE, (uint64_t)target << 32 | source};
            TRY(merge_point_delete(file, target, source));
            TRY(edge_delete(file, node, edge));
            TRY(fork_release_node(group, node));
        }
        if (++source == 0)
            target++;
    }
}

enum status
fork_drop(struct group *group, uint32_t branch)
{
    struct file_tree *file;
    struct branch_ref ref;
    TRY(group_file(group, &file));
    TRY(group_ref_get(group, branch, &ref));
    TRY(merge_points_end(group, branch));
    TRY(file_name_delete(file, slice_text(ref.name)));
    TRY(edge_move(file, ref.node, 0, (struct edge){EDGE_BRANCH, branch}));
    TRY(line_end(group, ref.lineage, ref.since, &ref.root));
    TRY(fork_release_node(group, ref.node));
    return group_ref_delete(group, &ref);
}

/* ---- nodes that go ---- */

/* Frees what only S reached and gives the rest of C's dead list to S's lineage. */
static enum status
dead_merge(struct group *group, lineage_id from, const struct fork_node *node)
{
    struct file_tree *file;
    TRY(group_file(group, &file));
    for (;;) {
        struct page_ref refs[DEAD_CHUNK];
        uint32_t count;
        TRY(dead_list(file, from, 0, refs, DEAD_CHUNK, &count));
        if (count == 0)
            return ST_OK;
        for (uint32_t i = 0; i < count; i++) {
            TRY(dead_delete(file, from, refs[i]));
            if (refs[i].birth > node->since)
                TRY(page_list_add(&group->freed, refs[i]));
            else
                TRY(dead_put(file, node->lineage, refs[i]));
        }
    }
}

/* Hangs the only child, a branch, on the node above. */
static enum status
collapse_branch(struct group *group, const struct fork_node *node, uint32_t branch)
{
    struct branch_ref ref;
    TRY(group_ref_get(group, branch, &ref));
    TRY(group_flush_dead(group, branch));
    TRY(dead_merge(group, ref.lineage, node));
    TRY(jobs_move(group, ref.lineage, node->lineage, node->since));
    ref.node = node->parent;
    ref.lineage = node->lineage;
    ref.since = node->since;
    return group_ref_put(group, &ref);
}

static enum status
collapse_node(struct group *group, const struct fork_node *node, node_id id)
{
    struct file_tree *file;
    struct fork_node child;
    TRY(group_file(group, &file));
    TRY(fork_node_get(file, id, &child));
    TRY(dead_merge(group, child.lineage, node));
    TRY(jobs_move(group, child.lineage, node->lineage, node->since));
    child.parent = node->parent;
    child.lineage = node->lineage;
    child.since = node->since;
    return fork_node_put(file, &child);
}

enum status
fork_collapse(struct group *group, node_id id)
{
    struct file_tree *file;
    struct fork_node node;
    struct edge edges[2];
    uint32_t count;
    TRY(group_file(group, &file));
    enum status st = fork_node_get(file, id, &node);
    if (st != ST_OK)
        return st == ST_NOT_FOUND ? ST_OK : st;
    TRY(edge_list(file, id, edges, 2, &count));
    if (count == 2 || (count == 1 && edges[0].kind == EDGE_MERGE))
        return ST_OK;

    struct edge self = {EDGE_NODE, id};
    if (count == 1) {
        TRY(edge_delete(file, id, edges[0]));
        TRY(edge_move(file, node.parent, 0, self));
        TRY(edge_move(file, 0, node.parent, edges[0]));
        TRY(edges[0].kind == EDGE_BRANCH ? collapse_branch(group, &node, (uint32_t)edges[0].id)
                                         : collapse_node(group, &node, edges[0].id));
    } else {
        TRY(edge_move(file, node.parent, 0, self));
        TRY(line_end(group, node.lineage, node.since, &node.root));
        TRY(fork_release_node(group, node.parent));
    }
    return fork_node_delete(file, id);
}
