/*
 * db_check.c: walks all that the file's tree leads to.
 *
 * Trees are checked page by page by the store (check_file.h). Here: which trees there are, that
 * every branch has a name and every name a branch, that edges and nodes know one another, that
 * births of shared pages are not after the moment of the node above (T1), and that nothing that a
 * job will free is counted lost.
 */
#include "txn/db_check.h"
#include "store/store.h"
#include "txn/checkpointer.h"
#include "txn/db_int.h"
#include "txn/writer.h"
#include <stdio.h>

#define DEAD_CHUNK 256u
#define EDGES_MAX 64u

struct db_check {
    struct db *db;
    struct db_check_report *report;
    struct reader *reader;
    struct file_tree file;
    struct file_check *pages;
};

static void problem(struct db_check *check, const char *format, ...) PRINTF_LIKE(2, 3);

static void
problem(struct db_check *check, const char *format, ...)
{
    char text[sizeof check->report->first_problem];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (check->report->problem_count++ == 0)
        memcpy(check->report->first_problem, text, sizeof text);
    log_line(check->db->options.store.log, LOG_ERROR, "check: %s", text);
}

/* ---- what branches and nodes reach ---- */

/* The trees of a directory, one by one: no epoch is held while one of them is walked. */
static enum status
check_directory(struct db_check *check, const char *name, const struct tree_root *directory)
{
    TRY(check_tree(check->pages, name, directory));
    tree_no tree = 0;
    for (;;) {
        struct tree_root root;
        reader_enter(check->reader);
        enum status st =
            directory_next(check->db->store, check->reader, directory, tree, &tree, &root);
        reader_leave(check->reader);
        /* A directory that cannot be read has been counted. */
        if (st == ST_NOT_FOUND || st == ST_CORRUPT)
            return ST_OK;
        TRY(st);
        char text[32];
        snprintf(text, sizeof text, "tree %llu", (unsigned long long)tree);
        TRY(check_tree(check->pages, text, &root));
        tree++;
    }
}

/* The pages of a dead list: none is after the moment of the node above (T1). */
static enum status
check_lineage(struct db_check *check, lineage_id lineage, birth_seq since)
{
    struct page_ref refs[DEAD_CHUNK];
    uint32_t count;
    birth_seq from = 0;
    TRY(dead_list(&check->file, lineage, since + 1, refs, 1, &count));
    if (count != 0)
        problem(check, "page %llu is dead to lineage %llu, but born after its fork",
                (unsigned long long)refs[0].page, (unsigned long long)lineage);
    struct page_ref last = {0};
    do {
        TRY(dead_list(&check->file, lineage, from, refs, DEAD_CHUNK, &count));
        uint32_t fresh = 0;
        for (uint32_t i = 0; i < count; i++) {
            bool is_seen = refs[i].birth < last.birth ||
                           (refs[i].birth == last.birth && refs[i].page <= last.page);
            if (is_seen)
                continue;
            TRY(check_dead(check->pages, refs[i]));
            check->report->dead_count++;
            last = refs[i];
            fresh++;
        }
        from = last.birth;
        /* More pages of one birth than fit are looked at as far as they fit. */
        if (count == DEAD_CHUNK && fresh == 0)
            from++;
    } while (count == DEAD_CHUNK);
    return ST_OK;
}

static enum status
check_edge(struct db_check *check, node_id node, struct edge wanted)
{
    struct edge edges[EDGES_MAX];
    uint32_t count;
    if (node == 0)
        return ST_OK;
    struct fork_node above;
    enum status st = fork_node_get(&check->file, node, &above);
    if (st == ST_NOT_FOUND) {
        problem(check, "node %llu is not there", (unsigned long long)node);
        return ST_OK;
    }
    TRY(st);
    TRY(edge_list(&check->file, node, edges, EDGES_MAX, &count));
    for (uint32_t i = 0; i < count; i++) {
        if (edges[i].kind == wanted.kind && edges[i].id == wanted.id)
            return ST_OK;
    }
    if (count < EDGES_MAX)
        problem(check, "node %llu does not know %c %llu", (unsigned long long)node,
                (char)wanted.kind, (unsigned long long)wanted.id);
    return ST_OK;
}

/* What the file's tree says of a branch; its pages are check_directory's. */
static enum status
check_branch_rows(struct db_check *check, const struct branch_ref *row, struct tree_root *root)
{
    const struct branch_ref ref = *row;
    check->report->branch_count++;
    *root = ref.root;
    uint32_t named;
    enum status st = branch_ref_find(&check->file, slice_text(ref.name), &named);
    if (st == ST_NOT_FOUND || (st == ST_OK && named != ref.branch))
        problem(check, "branch %u is not found by its name", ref.branch);
    else
        TRY(st);
    /* An open branch is ahead of its row. */
    const struct branch *open = branch_lookup(check->db, ref.branch);
    if (open != NULL) {
        struct head_state head = head_read(&open->head);
        *root = head.root;
        for (uint32_t i = 0; i < open->dead.count; i++) {
            if (open->dead.refs[i].birth > ref.since)
                problem(check, "a page dead to branch %u was born after its fork", ref.branch);
            TRY(check_dead(check->pages, open->dead.refs[i]));
        }
    }
    TRY(check_edge(check, ref.node, (struct edge){EDGE_BRANCH, ref.branch}));
    return check_lineage(check, ref.lineage, ref.since);
}

static enum status
check_branches(struct db_check *check)
{
    struct branch_ref ref = {.branch = 0};
    for (;; ref.branch++) {
        struct tree_root root;
        reader_enter(check->reader);
        enum status st = branch_ref_next(&check->file, ref.branch, &ref);
        if (st == ST_OK)
            st = check_branch_rows(check, &ref, &root);
        reader_leave(check->reader);
        if (st == ST_NOT_FOUND)
            return ST_OK;
        TRY(st);
        TRY(check_directory(check, ref.name, &root));
    }
}

static enum status
check_node_rows(struct db_check *check, const struct fork_node *node)
{
    check->report->node_count++;
    /* Of one moment they may be: replay makes nodes before it takes needless ones out. */
    if (node->moment < node->since)
        problem(check, "node %llu is older than the one above", (unsigned long long)node->id);
    TRY(check_edge(check, node->parent, (struct edge){EDGE_NODE, node->id}));
    return check_lineage(check, node->lineage, node->since);
}

static enum status
check_nodes(struct db_check *check)
{
    struct fork_node node = {.id = 0};
    for (;; node.id++) {
        reader_enter(check->reader);
        enum status st = fork_node_next(&check->file, node.id, &node);
        if (st == ST_OK)
            st = check_node_rows(check, &node);
        reader_leave(check->reader);
        if (st == ST_NOT_FOUND)
            return ST_OK;
        TRY(st);
        TRY(check_directory(check, "a node's directory", &node.root));
    }
}

/* ---- what jobs will free ---- */

static enum status
check_job_page(void *object, struct page_ref ref, uint32_t level)
{
    (void)level;
    struct db_check *check = object;
    return check_dead(check->pages, ref);
}

static enum status
check_job(struct db_check *check, const struct job *job)
{
    struct store *store = check->db->store;
    birth_seq since = job->lineage == 0 ? job->since : 0;
    check->report->job_count++;
    reader_enter(check->reader);
    enum status st = ST_OK;
    if (job->kind == JOB_FREE_DIRECTORY)
        st = directory_walk(store, check->reader, &job->root, since, check_job_page, check);
    else if (job->kind == JOB_FREE_TREE)
        st = tree_walk(store, check->reader, &job->root, since, check_job_page, check);
    reader_leave(check->reader);
    if (st == ST_CORRUPT) {
        problem(check, "what job %llu is to free cannot be read", (unsigned long long)job->id);
        st = ST_OK;
    }
    return st;
}

static enum status
check_jobs(struct db_check *check)
{
    struct job job;
    lineage_id lineage = 0;
    uint64_t id = 0;
    for (;;) {
        reader_enter(check->reader);
        enum status st = job_next(&check->file, lineage, id, &job);
        reader_leave(check->reader);
        if (st != ST_OK)
            return st == ST_NOT_FOUND ? ST_OK : st;
        TRY(check_job(check, &job));
        lineage = job.lineage;
        id = job.id + 1;
    }
}

/* ---- all of it ---- */

static enum status
check_sources_all(void *object, struct file_check *pages)
{
    struct db_check *check = object;
    check->pages = pages;
    TRY(check_tree(pages, "the file's tree", &check->file.root));
    TRY(check_branches(check));
    TRY(check_nodes(check));
    return check_jobs(check);
}

enum status
db_check(struct db *db, struct db_check_report *report)
{
    *report = (struct db_check_report){.problem_count = 0};
    struct db_check check = {.db = db, .report = report};
    TRY(reader_new(db->store, &check.reader));
    checkpointer_pause(db->checkpointer);
    writer_pause(db->writer);
    mutex_lock(&db->branches_mutex);
    check.file = (struct file_tree){
        .store = db->store, .reader = check.reader, .root = head_read(&db->file_head).root};
    enum status st =
        store_check(db->store, check.reader, check_sources_all, &check, &report->pages);
    mutex_unlock(&db->branches_mutex);
    writer_resume(db->writer);
    checkpointer_resume(db->checkpointer);
    reader_free(check.reader);
    if (st == ST_OK && report->problem_count != 0)
        st = ST_CORRUPT;
    if (st == ST_CORRUPT && report->first_problem[0] == 0 && report->pages.is_log_damaged)
        snprintf(report->first_problem, sizeof report->first_problem,
                 "the log is damaged: commits are lost");
    else if (st == ST_CORRUPT && report->first_problem[0] == 0)
        snprintf(report->first_problem, sizeof report->first_problem,
                 "%llu broken, %llu lost and %llu stolen pages",
                 (unsigned long long)report->pages.corrupt_count,
                 (unsigned long long)report->pages.lost_pages,
                 (unsigned long long)report->pages.stolen_pages);
    return st;
}
