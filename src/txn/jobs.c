/*
 * jobs.c: walking what is to be freed, and freeing it in a group.
 *
 * The pages of a job's tree are nobody's to change and stay until the job's group is published, so
 * they are collected without holding anybody up. The group then reads the job's row again: the
 * branch may have been forked or dropped meanwhile, which gives the job to another lineage, and the
 * next try finds it there.
 */
#include "txn/jobs.h"
#include "txn/fork.h"
#include "txn/writer.h"

#define DEAD_CHUNK 512u

struct job_work {
    struct work work;
    struct job job;
    struct page_list pages;
};

static enum status
pages_add(void *object, struct page_ref ref, uint32_t level)
{
    (void)level;
    return page_list_add(object, ref);
}

/* All pages that the job may free. */
static enum status
job_collect(struct db *db, struct reader *reader, struct job_work *job)
{
    const struct job *row = &job->job;
    birth_seq since = row->lineage == 0 ? row->since : 0;
    reader_enter(reader);
    enum status st = ST_OK;
    if (row->kind == JOB_FREE_DIRECTORY)
        st = directory_walk(db->store, reader, &row->root, since, pages_add, &job->pages);
    else if (row->kind == JOB_FREE_TREE && row->root.ref.birth > since)
        st = tree_walk(db->store, reader, &row->root, since, pages_add, &job->pages);
    reader_leave(reader);
    return st;
}

/* Forgets the dead list of a line that is gone: its pages are others' business. */
static enum status
dead_forget(struct file_tree *file, lineage_id lineage)
{
    for (;;) {
        struct page_ref refs[DEAD_CHUNK];
        uint32_t count;
        TRY(dead_list(file, lineage, 0, refs, DEAD_CHUNK, &count));
        if (count == 0)
            return ST_OK;
        for (uint32_t i = 0; i < count; i++)
            TRY(dead_delete(file, lineage, refs[i]));
    }
}

static enum status
job_run(struct group *group, struct work *work)
{
    struct job_work *todo = work->object;
    struct file_tree *file;
    struct job job;
    TRY(group_file(group, &file));
    enum status st = job_get(file, todo->job.lineage, todo->job.id, &job);
    if (st != ST_OK)
        return st == ST_NOT_FOUND ? ST_OK : st;
    TRY(job_delete(file, &job));
    if (job.kind == JOB_COLLAPSE)
        return fork_collapse(group, job.node);
    for (uint32_t i = 0; i < todo->pages.count; i++) {
        if (todo->pages.refs[i].birth > job.since)
            TRY(page_list_add(&group->freed, todo->pages.refs[i]));
        else if (job.lineage != 0)
            TRY(dead_put(file, job.lineage, todo->pages.refs[i]));
    }
    return job.dead != 0 ? dead_forget(file, job.dead) : ST_OK;
}

enum status
jobs_step(struct db *db, struct reader *reader, bool *has_done)
{
    struct job_work job = {.work = {.run = job_run, .is_async = true}};
    job.work.object = &job;
    *has_done = false;
    if (!atomic_exchange(&db->has_jobs, false))
        return ST_OK;
    mutex_lock(&db->branches_mutex);
    struct file_tree file = file_read_begin(db);
    enum status st = job_next(&file, 0, 0, &job.job);
    file_read_end(db);
    mutex_unlock(&db->branches_mutex);
    if (st != ST_OK)
        return st == ST_NOT_FOUND ? ST_OK : st;

    st = job_collect(db, reader, &job);
    if (st == ST_OK)
        st = writer_call(db->writer, &job.work);
    page_list_deinit(&job.pages);
    if (st == ST_OK) {
        atomic_store(&db->has_jobs, true);
        *has_done = true;
    }
    return st;
}
