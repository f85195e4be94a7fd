/*
 * test_file_tree.c: rows of the file's tree and of directories come back as they were put.
 *
 * One edit on a store in memory; every kind of row is put, found, listed and deleted, and a loop
 * fails each allocation on the way.
 */
#include "unit/unit.h"

#include "branch/file_tree.h"
#include "branch/head.h"
#include "store/store.h"
#include <stdio.h>

struct fixture {
    struct store *store;
    struct reader *reader;
    struct edit edit;
    struct file_tree file;
};

static void
setup(struct fixture *f)
{
    struct store_options options = {.cache_bytes = 0};
    assert_int_equal(store_open(NULL, &options, &f->store), ST_OK);
    assert_int_equal(reader_new(f->store, &f->reader), ST_OK);
    reader_enter(f->reader);
    edit_init(&f->edit, f->store, f->reader, 1);
    f->file = (struct file_tree){.store = f->store, .reader = f->reader, .edit = &f->edit};
}

static void
teardown(struct fixture *f)
{
    edit_drop(&f->edit);
    edit_deinit(&f->edit);
    reader_leave(f->reader);
    reader_free(f->reader);
    store_close(f->store);
}

static struct branch_ref
some_ref(uint32_t branch)
{
    struct branch_ref ref = {.branch = branch,
                             .parent = branch / 2,
                             .fork = 3,
                             .created_us = -77,
                             .own_commits = 5,
                             .node = branch + 100,
                             .lineage = branch + 200,
                             .since = 8,
                             .moment = 9,
                             .root = {.ref = {.page = 10, .birth = 7}, .row_count = 12}};
    snprintf(ref.name, sizeof ref.name, "name %c%u", 'z' - (char)(branch % 20), branch);
    return ref;
}

static enum status
count_ref(void *object, const struct branch_ref *ref)
{
    uint32_t *count = object;
    struct branch_ref expected = some_ref(ref->branch);
    assert_memory_equal(ref->name, expected.name, sizeof expected.name);
    ++*count;
    return ST_OK;
}

static void
branches_are_found_by_name_and_number(void **state)
{
    (void)state;
    struct fixture f;
    struct branch_ref got;
    uint32_t no, count = 0;
    setup(&f);
    for (uint32_t i = 1; i <= 300; i++) {
        struct branch_ref ref = some_ref(i);
        assert_int_equal(branch_ref_put(&f.file, &ref), ST_OK);
        assert_int_equal(file_name_put(&f.file, slice_text(ref.name), i), ST_OK);
    }
    for (uint32_t i = 1; i <= 300; i++) {
        struct branch_ref ref = some_ref(i);
        assert_int_equal(branch_ref_find(&f.file, slice_text(ref.name), &no), ST_OK);
        assert_int_equal(no, i);
        assert_int_equal(branch_ref_get(&f.file, i, &got), ST_OK);
        assert_string_equal(got.name, ref.name);
        assert_int_equal(got.created_us, -77);
        assert_int_equal(got.lineage, ref.lineage);
        assert_true(page_ref_equal(got.root.ref, ref.root.ref));
        assert_int_equal(got.root.row_count, 12);
    }
    assert_int_equal(branch_ref_each(&f.file, count_ref, &count), ST_OK);
    assert_int_equal(count, 300);
    assert_int_equal(branch_ref_delete(&f.file, 7), ST_OK);
    assert_int_equal(branch_ref_get(&f.file, 7, &got), ST_NOT_FOUND);
    assert_int_equal(branch_ref_next(&f.file, 7, &got), ST_OK);
    assert_int_equal(got.branch, 8);
    assert_int_equal(branch_ref_next(&f.file, 301, &got), ST_NOT_FOUND);
    assert_int_equal(branch_ref_find(&f.file, slice_text("nobody"), &no), ST_NOT_FOUND);
    teardown(&f);
}

static void
nodes_edges_jobs_and_dead_pages_are_listed_in_order(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f);
    struct fork_node node = {.id = 5, .parent = 4, .lineage = 9, .since = 2, .moment = 6}, got;
    assert_int_equal(fork_node_put(&f.file, &node), ST_OK);
    assert_int_equal(fork_node_next(&f.file, 1, &got), ST_OK);
    assert_memory_equal(&got, &node, sizeof node);
    assert_int_equal(fork_node_next(&f.file, 6, &got), ST_NOT_FOUND);

    struct edge edges[3];
    uint32_t count;
    assert_int_equal(edge_put(&f.file, 5, (struct edge){EDGE_NODE, 8}), ST_OK);
    assert_int_equal(edge_put(&f.file, 5, (struct edge){EDGE_BRANCH, 3}), ST_OK);
    assert_int_equal(edge_put(&f.file, 6, (struct edge){EDGE_BRANCH, 4}), ST_OK);
    assert_int_equal(edge_list(&f.file, 5, edges, 3, &count), ST_OK);
    assert_int_equal(count, 2);
    assert_int_equal(edges[0].kind, EDGE_BRANCH);
    assert_int_equal(edges[1].id, 8);

    struct page_ref refs[4];
    for (uint64_t birth = 9; birth > 0; birth--)
        assert_int_equal(dead_put(&f.file, 70, (struct page_ref){.page = 1000 - birth, birth}),
                         ST_OK);
    assert_int_equal(dead_list(&f.file, 70, 4, refs, 4, &count), ST_OK);
    assert_int_equal(count, 4);
    assert_int_equal(refs[0].birth, 4);
    assert_int_equal(refs[3].page, 1000 - 7);
    assert_int_equal(dead_delete(&f.file, 70, refs[0]), ST_OK);
    assert_int_equal(dead_list(&f.file, 71, 0, refs, 4, &count), ST_OK);
    assert_int_equal(count, 0);

    struct job job = {.lineage = 3, .id = 12, .kind = JOB_FREE_TREE, .since = 4, .dead = 1}, next;
    assert_int_equal(job_put(&f.file, &job), ST_OK);
    assert_int_equal(job_next(&f.file, 0, 0, &next), ST_OK);
    assert_memory_equal(&next, &job, sizeof job);
    assert_int_equal(job_next(&f.file, 3, 13, &next), ST_NOT_FOUND);
    assert_int_equal(job_get(&f.file, 3, 12, &next), ST_OK);
    assert_int_equal(job_delete(&f.file, &job), ST_OK);
    assert_int_equal(job_get(&f.file, 3, 12, &next), ST_NOT_FOUND);

    uint32_t target = 0, source = 0;
    node_id at;
    assert_int_equal(merge_point_put(&f.file, 2, 1, 55), ST_OK);
    assert_int_equal(merge_point_get(&f.file, 2, 1, &at), ST_OK);
    assert_int_equal(at, 55);
    assert_int_equal(merge_point_next(&f.file, &target, &source, &at), ST_OK);
    assert_int_equal(target, 2);
    teardown(&f);
}

static bool
counters_attempt(void *object, uint64_t nth)
{
    (void)nth;
    struct fixture *f = object;
    struct file_tree file = f->file;
    struct file_counters counters = {.next_number = 8, .next_branch = 9}, got;
    bool is_done = file_counters_put(&file, &counters) == ST_OK;
    for (uint32_t i = 0; i < 400 && is_done; i++) {
        struct branch_ref ref = some_ref(i);
        is_done = branch_ref_put(&file, &ref) == ST_OK;
    }
    if (is_done)
        is_done = file_counters_get(&file, &got) == ST_OK && got.next_branch == 9;
    edit_drop(&f->edit);
    edit_deinit(&f->edit);
    edit_init(&f->edit, f->store, f->reader, 1);
    return is_done;
}

static void
each_allocation_may_fail(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f);
    f.file.root = (struct tree_root){0};
    (void)counters_attempt(&f, 0); /* what the store keeps once made is not counted */
    assert_true(fault_loop(FAULT_ALLOC, counters_attempt, &f) > 0);
    teardown(&f);
}

static void
a_head_is_read_as_published(void **state)
{
    (void)state;
    struct head head = {0};
    struct head_state now = {.moment = 4,
                             .root = {.ref = {.page = 9, .birth = 3}, .row_count = 11}};
    head_publish(&head, &now);
    struct head_state got = head_read(&head);
    assert_memory_equal(&got, &now, sizeof now);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(branches_are_found_by_name_and_number),
        cmocka_unit_test(nodes_edges_jobs_and_dead_pages_are_listed_in_order),
        cmocka_unit_test(each_allocation_may_fail),
        cmocka_unit_test(a_head_is_read_as_published),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
