/*
 * file_tree.c: keys and values of the file's own tree.
 *
 * Rows are of fixed width but for a branch's name, which comes last. A row of another length than
 * expected is corrupt: formats change with the file's version, never by guessing.
 */
#include "branch/file_tree.h"
#include "base/bytes.h"
#include "base/check.h"
#include "store/store.h"

#define FILE_KEY_MAX 80
#define REF_FIXED_BYTES (4 + 8 + 8 + 8 + 8 + 8 + 8 + 8 + ROOT_BYTES)
#define NODE_BYTES (8 * 4 + ROOT_BYTES)
#define JOB_BYTES (1 + 8 + ROOT_BYTES + 8 + 8)
#define COUNTERS_BYTES 12

/* A key being put together. */
struct file_key {
    size_t bytes;
    uint8_t data[FILE_KEY_MAX];
};

static struct file_key
key_of(char kind)
{
    struct file_key key = {.bytes = 1};
    key.data[0] = (uint8_t)kind;
    return key;
}

static void
key_add32(struct file_key *key, uint32_t v)
{
    be32_set(key->data + key->bytes, v);
    key->bytes += 4;
}

static void
key_add64(struct file_key *key, uint64_t v)
{
    be64_set(key->data + key->bytes, v);
    key->bytes += 8;
}

static void
key_add_slice(struct file_key *key, struct slice slice)
{
    check(key->bytes + slice.bytes <= FILE_KEY_MAX);
    memcpy(key->data + key->bytes, slice.data, slice.bytes);
    key->bytes += slice.bytes;
}

static struct slice
key_slice(const struct file_key *key)
{
    return slice_of(key->data, key->bytes);
}

static enum status
row_get(const struct file_tree *file, const struct file_key *key, struct slice *value)
{
    return tree_get(file->store, file->reader, &file->root, key_slice(key), NULL, value);
}

static enum status
row_put(struct file_tree *file, const struct file_key *key, const void *value, size_t bytes)
{
    return tree_put(file->edit, &file->root, key_slice(key), slice_of(value, bytes), PUT_UPSERT);
}

static enum status
row_delete(struct file_tree *file, const struct file_key *key)
{
    return tree_delete(file->edit, &file->root, key_slice(key));
}

static enum status
row_broken(const struct file_tree *file, const char *what, size_t bytes)
{
    return store_corrupt(file->store, PAGE_NONE, "%s in the file's tree has %zu bytes", what,
                         bytes);
}

/*
 * Calls visit for the rows from `from` on whose keys begin with the first `prefix_bytes` of it,
 * until it returns something else than ST_OK.
 */
typedef enum status (*row_visit)(void *object, struct slice key, struct slice value);

static enum status
row_each(const struct file_tree *file, const struct file_key *from, size_t prefix_bytes,
         row_visit visit, void *object)
{
    struct cursor cursor;
    cursor_init(&cursor, file->store, file->reader, &file->root);
    enum status st = cursor_seek(&cursor, key_slice(from));
    while (st == ST_OK && !cursor.is_at_end) {
        struct slice key, value;
        st = cursor_key(&cursor, &key);
        if (st == ST_OK)
            st = cursor_value(&cursor, &value);
        if (st != ST_OK || key.bytes < prefix_bytes ||
            memcmp(key.data, from->data, prefix_bytes) != 0)
            break;
        st = visit(object, key, value);
        if (st == ST_OK)
            st = cursor_next(&cursor);
    }
    cursor_deinit(&cursor);
    return st;
}

/* ---- counters ---- */

enum status
file_counters_get(const struct file_tree *file, struct file_counters *counters)
{
    struct file_key key = key_of('C');
    struct slice value;
    TRY(row_get(file, &key, &value));
    if (value.bytes != COUNTERS_BYTES)
        return row_broken(file, "the row of counters", value.bytes);
    counters->next_number = le64_get(value.data);
    counters->next_branch = le32_get(value.data + 8);
    return ST_OK;
}

enum status
file_counters_put(struct file_tree *file, const struct file_counters *counters)
{
    struct file_key key = key_of('C');
    uint8_t value[COUNTERS_BYTES];
    le64_set(value, counters->next_number);
    le32_set(value + 8, counters->next_branch);
    return row_put(file, &key, value, sizeof value);
}

/* ---- branches ---- */

static size_t
ref_encode(const struct branch_ref *ref, uint8_t *to)
{
    size_t name_bytes = strlen(ref->name);
    le32_set(to, ref->parent);
    le64_set(to + 4, ref->fork);
    le64_set(to + 12, (uint64_t)ref->created_us);
    le64_set(to + 20, ref->own_commits);
    le64_set(to + 28, ref->node);
    le64_set(to + 36, ref->lineage);
    le64_set(to + 44, ref->since);
    le64_set(to + 52, ref->moment);
    root_encode(&ref->root, to + 60);
    memcpy(to + REF_FIXED_BYTES, ref->name, name_bytes);
    return REF_FIXED_BYTES + name_bytes;
}

static enum status
ref_decode(const struct file_tree *file, uint32_t branch, struct slice value,
           struct branch_ref *ref)
{
    if (value.bytes < REF_FIXED_BYTES || value.bytes > REF_FIXED_BYTES + BRANCH_REF_NAME_BYTES)
        return row_broken(file, "the row of a branch", value.bytes);
    const uint8_t *from = value.data;
    *ref = (struct branch_ref){.branch = branch,
                               .parent = le32_get(from),
                               .fork = le64_get(from + 4),
                               .created_us = (int64_t)le64_get(from + 12),
                               .own_commits = le64_get(from + 20),
                               .node = le64_get(from + 28),
                               .lineage = le64_get(from + 36),
                               .since = le64_get(from + 44),
                               .moment = le64_get(from + 52)};
    root_decode(from + 60, &ref->root);
    memcpy(ref->name, from + REF_FIXED_BYTES, value.bytes - REF_FIXED_BYTES);
    return ST_OK;
}

enum status
branch_ref_get(const struct file_tree *file, uint32_t branch, struct branch_ref *ref)
{
    struct file_key key = key_of('B');
    key_add32(&key, branch);
    struct slice value;
    TRY(row_get(file, &key, &value));
    return ref_decode(file, branch, value, ref);
}

enum status
branch_ref_put(struct file_tree *file, const struct branch_ref *ref)
{
    struct file_key key = key_of('B');
    key_add32(&key, ref->branch);
    uint8_t value[REF_FIXED_BYTES + BRANCH_REF_NAME_BYTES];
    size_t bytes = ref_encode(ref, value);
    return row_put(file, &key, value, bytes);
}

enum status
branch_ref_delete(struct file_tree *file, uint32_t branch)
{
    struct file_key key = key_of('B');
    key_add32(&key, branch);
    return row_delete(file, &key);
}

enum status
branch_ref_find(const struct file_tree *file, struct slice name, uint32_t *branch)
{
    if (name.bytes == 0 || name.bytes > BRANCH_REF_NAME_BYTES)
        return ST_NOT_FOUND;
    struct file_key key = key_of('N');
    key_add_slice(&key, name);
    struct slice value;
    TRY(row_get(file, &key, &value));
    if (value.bytes != 4)
        return row_broken(file, "a branch's name", value.bytes);
    *branch = le32_get(value.data);
    return ST_OK;
}

enum status
file_name_put(struct file_tree *file, struct slice name, uint32_t branch)
{
    struct file_key key = key_of('N');
    key_add_slice(&key, name);
    uint8_t value[4];
    le32_set(value, branch);
    return row_put(file, &key, value, sizeof value);
}

enum status
file_name_delete(struct file_tree *file, struct slice name)
{
    struct file_key key = key_of('N');
    key_add_slice(&key, name);
    return row_delete(file, &key);
}

struct ref_next {
    const struct file_tree *file;
    struct branch_ref *ref;
    bool is_found;
};

static enum status
ref_next_visit(void *object, struct slice key, struct slice value)
{
    struct ref_next *next = object;
    if (key.bytes != 5)
        return row_broken(next->file, "a branch's key", key.bytes);
    TRY(ref_decode(next->file, be32_get(key.data + 1), value, next->ref));
    next->is_found = true;
    return ST_LIMIT;
}

enum status
branch_ref_next(const struct file_tree *file, uint32_t branch, struct branch_ref *ref)
{
    struct file_key key = key_of('B');
    key_add32(&key, branch);
    struct ref_next next = {.file = file, .ref = ref};
    enum status st = row_each(file, &key, 1, ref_next_visit, &next);
    if (st != ST_OK && st != ST_LIMIT)
        return st;
    return next.is_found ? ST_OK : ST_NOT_FOUND;
}

struct ref_each {
    const struct file_tree *file;
    branch_ref_visit visit;
    void *object;
};

static enum status
ref_each_visit(void *object, struct slice key, struct slice value)
{
    (void)key;
    const struct ref_each *each = object;
    if (value.bytes != 4)
        return row_broken(each->file, "a branch's name", value.bytes);
    struct branch_ref ref;
    TRY(branch_ref_get(each->file, le32_get(value.data), &ref));
    return each->visit(each->object, &ref);
}

enum status
branch_ref_each(const struct file_tree *file, branch_ref_visit visit, void *object)
{
    struct file_key key = key_of('N');
    struct ref_each each = {file, visit, object};
    return row_each(file, &key, 1, ref_each_visit, &each);
}

/* ---- nodes and their edges ---- */

static enum status
node_decode(const struct file_tree *file, node_id id, struct slice value, struct fork_node *node)
{
    if (value.bytes != NODE_BYTES)
        return row_broken(file, "a node", value.bytes);
    *node = (struct fork_node){.id = id,
                               .parent = le64_get(value.data),
                               .lineage = le64_get(value.data + 8),
                               .since = le64_get(value.data + 16),
                               .moment = le64_get(value.data + 24)};
    root_decode(value.data + 32, &node->root);
    return ST_OK;
}

enum status
fork_node_get(const struct file_tree *file, node_id id, struct fork_node *node)
{
    struct file_key key = key_of('F');
    key_add64(&key, id);
    struct slice value;
    TRY(row_get(file, &key, &value));
    return node_decode(file, id, value, node);
}

enum status
fork_node_put(struct file_tree *file, const struct fork_node *node)
{
    struct file_key key = key_of('F');
    key_add64(&key, node->id);
    uint8_t value[NODE_BYTES];
    le64_set(value, node->parent);
    le64_set(value + 8, node->lineage);
    le64_set(value + 16, node->since);
    le64_set(value + 24, node->moment);
    root_encode(&node->root, value + 32);
    return row_put(file, &key, value, sizeof value);
}

enum status
fork_node_delete(struct file_tree *file, node_id id)
{
    struct file_key key = key_of('F');
    key_add64(&key, id);
    return row_delete(file, &key);
}

struct node_next {
    const struct file_tree *file;
    struct fork_node *node;
    bool is_found;
};

static enum status
node_next_visit(void *object, struct slice key, struct slice value)
{
    struct node_next *next = object;
    if (key.bytes != 9)
        return row_broken(next->file, "a node's key", key.bytes);
    TRY(node_decode(next->file, be64_get(key.data + 1), value, next->node));
    next->is_found = true;
    return ST_LIMIT;
}

enum status
fork_node_next(const struct file_tree *file, node_id id, struct fork_node *node)
{
    struct file_key key = key_of('F');
    key_add64(&key, id);
    struct node_next next = {.file = file, .node = node};
    enum status st = row_each(file, &key, 1, node_next_visit, &next);
    if (st != ST_OK && st != ST_LIMIT)
        return st;
    return next.is_found ? ST_OK : ST_NOT_FOUND;
}

static struct file_key
edge_key(node_id node, struct edge edge)
{
    struct file_key key = key_of('E');
    uint8_t kind = (uint8_t)edge.kind;
    key_add64(&key, node);
    key_add_slice(&key, slice_of(&kind, 1));
    key_add64(&key, edge.id);
    return key;
}

enum status
edge_put(struct file_tree *file, node_id node, struct edge edge)
{
    struct file_key key = edge_key(node, edge);
    return row_put(file, &key, NULL, 0);
}

enum status
edge_delete(struct file_tree *file, node_id node, struct edge edge)
{
    struct file_key key = edge_key(node, edge);
    return row_delete(file, &key);
}

struct edge_list {
    const struct file_tree *file;
    struct edge *edges;
    uint32_t max, count;
};

static enum status
edge_list_visit(void *object, struct slice key, struct slice value)
{
    struct edge_list *list = object;
    if (list->count == list->max)
        return ST_LIMIT;
    if (key.bytes != 18 || value.bytes != 0)
        return row_broken(list->file, "an edge", key.bytes);
    list->edges[list->count++] =
        (struct edge){.kind = (enum edge_kind)key.data[9], .id = be64_get(key.data + 10)};
    return ST_OK;
}

enum status
edge_list(const struct file_tree *file, node_id node, struct edge *edges, uint32_t max,
          uint32_t *count)
{
    struct file_key key = key_of('E');
    key_add64(&key, node);
    struct edge_list list = {.file = file, .edges = edges, .max = max};
    enum status st = row_each(file, &key, key.bytes, edge_list_visit, &list);
    *count = list.count;
    return st == ST_LIMIT ? ST_OK : st;
}

/* ---- dead lists ---- */

static struct file_key
dead_key(lineage_id lineage, struct page_ref ref)
{
    struct file_key key = key_of('D');
    key_add64(&key, lineage);
    key_add64(&key, ref.birth);
    key_add64(&key, ref.page);
    return key;
}

enum status
dead_put(struct file_tree *file, lineage_id lineage, struct page_ref ref)
{
    struct file_key key = dead_key(lineage, ref);
    return row_put(file, &key, NULL, 0);
}

enum status
dead_delete(struct file_tree *file, lineage_id lineage, struct page_ref ref)
{
    struct file_key key = dead_key(lineage, ref);
    return row_delete(file, &key);
}

struct dead_list {
    const struct file_tree *file;
    struct page_ref *refs;
    uint32_t max, count;
};

static enum status
dead_list_visit(void *object, struct slice key, struct slice value)
{
    struct dead_list *list = object;
    if (list->count == list->max)
        return ST_LIMIT;
    if (key.bytes != 25 || value.bytes != 0)
        return row_broken(list->file, "a row of a dead list", key.bytes);
    list->refs[list->count++] =
        (struct page_ref){.birth = be64_get(key.data + 9), .page = be64_get(key.data + 17)};
    return ST_OK;
}

enum status
dead_list(const struct file_tree *file, lineage_id lineage, birth_seq from, struct page_ref *refs,
          uint32_t max, uint32_t *count)
{
    struct file_key key = dead_key(lineage, (struct page_ref){.birth = from});
    struct dead_list list = {.file = file, .refs = refs, .max = max};
    enum status st = row_each(file, &key, 9, dead_list_visit, &list);
    *count = list.count;
    return st == ST_LIMIT ? ST_OK : st;
}

/* ---- jobs ---- */

static struct file_key
job_key(lineage_id lineage, uint64_t id)
{
    struct file_key key = key_of('J');
    key_add64(&key, lineage);
    key_add64(&key, id);
    return key;
}

static enum status
job_decode(const struct file_tree *file, struct slice key, struct slice value, struct job *job)
{
    if (key.bytes != 17 || value.bytes != JOB_BYTES || value.data[0] > JOB_COLLAPSE)
        return row_broken(file, "a job", value.bytes);
    *job = (struct job){.lineage = be64_get(key.data + 1),
                        .id = be64_get(key.data + 9),
                        .kind = (enum job_kind)value.data[0],
                        .since = le64_get(value.data + 1),
                        .dead = le64_get(value.data + 9 + ROOT_BYTES),
                        .node = le64_get(value.data + 17 + ROOT_BYTES)};
    root_decode(value.data + 9, &job->root);
    return ST_OK;
}

enum status
job_put(struct file_tree *file, const struct job *job)
{
    struct file_key key = job_key(job->lineage, job->id);
    uint8_t value[JOB_BYTES];
    value[0] = (uint8_t)job->kind;
    le64_set(value + 1, job->since);
    root_encode(&job->root, value + 9);
    le64_set(value + 9 + ROOT_BYTES, job->dead);
    le64_set(value + 17 + ROOT_BYTES, job->node);
    return row_put(file, &key, value, sizeof value);
}

enum status
job_delete(struct file_tree *file, const struct job *job)
{
    struct file_key key = job_key(job->lineage, job->id);
    return row_delete(file, &key);
}

struct job_next {
    const struct file_tree *file;
    struct job *job;
    bool is_found;
};

static enum status
job_next_visit(void *object, struct slice key, struct slice value)
{
    struct job_next *next = object;
    TRY(job_decode(next->file, key, value, next->job));
    next->is_found = true;
    return ST_LIMIT;
}

enum status
job_next(const struct file_tree *file, lineage_id lineage, uint64_t id, struct job *job)
{
    struct file_key key = job_key(lineage, id);
    struct job_next next = {.file = file, .job = job};
    enum status st = row_each(file, &key, 1, job_next_visit, &next);
    if (st != ST_OK && st != ST_LIMIT)
        return st;
    return next.is_found ? ST_OK : ST_NOT_FOUND;
}

enum status
job_get(const struct file_tree *file, lineage_id lineage, uint64_t id, struct job *job)
{
    struct file_key key = job_key(lineage, id);
    struct slice value;
    TRY(row_get(file, &key, &value));
    return job_decode(file, key_slice(&key), value, job);
}

/* ---- merge points ---- */

static struct file_key
merge_key(uint32_t target, uint32_t source)
{
    struct file_key key = key_of('M');
    key_add32(&key, target);
    key_add32(&key, source);
    return key;
}

enum status
merge_point_get(const struct file_tree *file, uint32_t target, uint32_t source, node_id *node)
{
    struct file_key key = merge_key(target, source);
    struct slice value;
    TRY(row_get(file, &key, &value));
    if (value.bytes != 8)
        return row_broken(file, "a merge point", value.bytes);
    *node = le64_get(value.data);
    return ST_OK;
}

enum status
merge_point_put(struct file_tree *file, uint32_t target, uint32_t source, node_id node)
{
    struct file_key key = merge_key(target, source);
    uint8_t value[8];
    le64_set(value, node);
    return row_put(file, &key, value, sizeof value);
}

enum status
merge_point_delete(struct file_tree *file, uint32_t target, uint32_t source)
{
    struct file_key key = merge_key(target, source);
    return row_delete(file, &key);
}

struct merge_next {
    const struct file_tree *file;
    uint32_t *target, *source;
    node_id *node;
    bool is_found;
};

static enum status
merge_next_visit(void *object, struct slice key, struct slice value)
{
    struct merge_next *next = object;
    if (key.bytes != 9 || value.bytes != 8)
        return row_broken(next->file, "a merge point", value.bytes);
    *next->target = be32_get(key.data + 1);
    *next->source = be32_get(key.data + 5);
    *next->node = le64_get(value.data);
    next->is_found = true;
    return ST_LIMIT;
}

enum status
merge_point_next(const struct file_tree *file, uint32_t *target, uint32_t *source, node_id *node)
{
    struct file_key key = merge_key(*target, *source);
    struct merge_next next = {file, target, source, node, false};
    enum status st = row_each(file, &key, 1, merge_next_visit, &next);
    if (st != ST_OK && st != ST_LIMIT)
        return st;
    return next.is_found ? ST_OK : ST_NOT_FOUND;
}
