/*
 * space_pending.c: dead pages that somebody may still look at.
 *
 * A page of birth b that died at d is needed by a moment m with b <= m < d. Moments are needed by
 * readers' pins, by the durable checkpoint and by the one being written. A page waits in the bucket
 * of the smallest such moment (S5): old moments tend to last longest, so a page is seldom looked at
 * before it can go. A moment needed from now on is at least as new as every death here, so the
 * moments that matter to a pending page only ever become fewer: a bucket is looked at again when
 * its moment has ended, and not before.
 *
 * Looking costs O(readers + buckets) and happens once a commit; placing the pages of an ended
 * bucket anew is done in slices, because a checkpoint may free millions at once.
 *
 * Nodes come from blocks and are linked by number, so that filing a page needs no memory beyond the
 * node that pending_reserve made sure of.
 */
#include "store/space_int.h"

#include "base/check.h"
#include "base/mem.h"
#include <stdlib.h>

static struct pending_node *node_at(const struct pending *pending, uint32_t node_idx);
static void list_append(struct pending *pending, struct pending_list *list, uint32_t node_idx);
static uint32_t list_pop(struct pending *pending, struct pending_list *list);
static void list_join(struct pending *pending, struct pending_list *list,
                      struct pending_list *other);
static void file_node(struct space *space, uint32_t node_idx);
static void sort_moments(birth_seq *moments, uint32_t *count);
static uint32_t first_at_least(const birth_seq *moments, uint32_t count, birth_seq moment);
static struct pending_list *bucket_list(struct pending *pending, birth_seq moment);

#define LIST_EMPTY ((struct pending_list){.head = NODE_NONE, .tail = NODE_NONE})

enum status
pending_init(struct pending *pending)
{
    *pending =
        (struct pending){.first_free = NODE_NONE, .recheck = LIST_EMPTY, .named = LIST_EMPTY};
    /* Address space mostly: only what is used becomes memory. */
    pending->needed = mem_map(MOMENTS_MAX * sizeof *pending->needed);
    pending->buckets = mem_map(MOMENTS_MAX * sizeof *pending->buckets);
    if (pending->needed == NULL || pending->buckets == NULL) {
        pending_deinit(pending);
        return ST_NO_MEMORY;
    }
    return ST_OK;
}

void
pending_deinit(struct pending *pending)
{
    for (uint32_t i = 0; i < pending->block_count; i++)
        mem_free(pending->blocks[i]);
    mem_free(pending->blocks);
    if (pending->needed != NULL)
        mem_unmap(pending->needed, MOMENTS_MAX * sizeof *pending->needed);
    if (pending->buckets != NULL)
        mem_unmap(pending->buckets, MOMENTS_MAX * sizeof *pending->buckets);
    *pending = (struct pending){0};
}

enum status
pending_reserve(struct pending *pending, uint64_t count)
{
    while (pending->free_count < count) {
        if (pending->block_count == NODE_NONE / NODES_A_BLOCK)
            return ST_NO_MEMORY;
        if (pending->block_count == pending->block_capacity) {
            uint32_t capacity = pending->block_capacity == 0 ? 16 : pending->block_capacity * 2;
            struct pending_node **blocks = mem_resize(pending->blocks, capacity * sizeof *blocks);
            if (blocks == NULL)
                return ST_NO_MEMORY;
            pending->blocks = blocks;
            pending->block_capacity = capacity;
        }
        struct pending_node *block = mem_alloc(NODES_A_BLOCK * sizeof *block);
        if (block == NULL)
            return ST_NO_MEMORY;
        uint32_t first = pending->block_count * NODES_A_BLOCK;
        for (uint32_t i = 0; i < NODES_A_BLOCK; i++)
            block[i].next = i + 1 < NODES_A_BLOCK ? first + i + 1 : pending->first_free;
        pending->blocks[pending->block_count++] = block;
        pending->first_free = first;
        pending->free_count += NODES_A_BLOCK;
    }
    return ST_OK;
}

void
pending_add(struct space *space, struct page_ref ref, birth_seq death)
{
    struct pending *pending = &space->pending;
    bool is_named = map_is_named(space, ref.page) && death > space->durable;
    if (!is_named) {
        uint32_t at = first_at_least(pending->needed, pending->needed_count, ref.birth);
        if (at == pending->needed_count || pending->needed[at] >= death) {
            space_release(space, ref.page);
            return;
        }
    }
    check(pending->free_count > 0); /* pending_reserve */
    uint32_t node_idx = pending->first_free;
    struct pending_node *node = node_at(pending, node_idx);
    pending->first_free = node->next;
    pending->free_count--;
    *node = (struct pending_node){
        .page = ref.page, .birth = ref.birth, .death = death, .next = NODE_NONE};
    pending->page_count++;
    if (is_named)
        list_append(pending, &pending->named, node_idx);
    else
        file_node(space, node_idx);
}

void
pending_look(struct space *space)
{
    struct pending *pending = &space->pending;
    uint32_t count = readers_pins(space->store, pending->needed, READERS_MAX);
    check(count <= READERS_MAX);
    if (space->durable != 0)
        pending->needed[count++] = space->durable;
    if (space->capture.is_active)
        pending->needed[count++] = space->capture.moment;
    sort_moments(pending->needed, &count);
    pending->needed_count = count;

    /* Both are sorted: buckets whose moment is not among the needed ones are emptied. */
    uint32_t kept = 0, at = 0;
    for (uint32_t i = 0; i < pending->bucket_count; i++) {
        struct pending_bucket bucket = pending->buckets[i];
        while (at < count && pending->needed[at] < bucket.moment)
            at++;
        if (at < count && pending->needed[at] == bucket.moment)
            pending->buckets[kept++] = bucket;
        else
            list_join(pending, &pending->recheck, &bucket.list);
    }
    pending->bucket_count = kept;
}

void
pending_place(struct space *space, uint32_t budget)
{
    struct pending *pending = &space->pending;
    for (; budget > 0 && pending->recheck.count > 0; budget--)
        file_node(space, list_pop(pending, &pending->recheck));
}

void
pending_names_durable(struct space *space, birth_seq durable)
{
    struct pending *pending = &space->pending;
    struct pending_list waiting = pending->named;
    pending->named = LIST_EMPTY;
    while (waiting.count > 0) {
        uint32_t node_idx = list_pop(pending, &waiting);
        bool is_over = node_at(pending, node_idx)->death <= durable;
        list_append(pending, is_over ? &pending->recheck : &pending->named, node_idx);
    }
}

static struct pending_node *
node_at(const struct pending *pending, uint32_t node_idx)
{
    return &pending->blocks[node_idx / NODES_A_BLOCK][node_idx % NODES_A_BLOCK];
}

static void
list_append(struct pending *pending, struct pending_list *list, uint32_t node_idx)
{
    node_at(pending, node_idx)->next = NODE_NONE;
    if (list->count == 0)
        list->head = node_idx;
    else
        node_at(pending, list->tail)->next = node_idx;
    list->tail = node_idx;
    list->count++;
}

static uint32_t
list_pop(struct pending *pending, struct pending_list *list)
{
    uint32_t node_idx = list->head;
    list->head = node_at(pending, node_idx)->next;
    list->count--;
    return node_idx;
}

/* Moves all of `other` to the end of `list`. */
static void
list_join(struct pending *pending, struct pending_list *list, struct pending_list *other)
{
    if (other->count == 0)
        return;
    if (list->count == 0)
        list->head = other->head;
    else
        node_at(pending, list->tail)->next = other->head;
    list->tail = other->tail;
    list->count += other->count;
    *other = LIST_EMPTY;
}

/* Files a node that is in no list under the moment that needs it, or frees the page and the node.
 */
static void
file_node(struct space *space, uint32_t node_idx)
{
    struct pending *pending = &space->pending;
    struct pending_node *node = node_at(pending, node_idx);
    uint32_t at = first_at_least(pending->needed, pending->needed_count, node->birth);
    if (at < pending->needed_count && pending->needed[at] < node->death) {
        list_append(pending, bucket_list(pending, pending->needed[at]), node_idx);
        return;
    }
    page_no page = node->page;
    node->next = pending->first_free;
    pending->first_free = node_idx;
    pending->free_count++;
    pending->page_count--;
    space_release(space, page);
}

static int
compare_moments(const void *a, const void *b)
{
    birth_seq x = *(const birth_seq *)a, y = *(const birth_seq *)b;
    return (x > y) - (x < y);
}

/* Sorts, each once. Few as a rule, and nearly all equal: each reader holds the newest moment. */
static void
sort_moments(birth_seq *moments, uint32_t *count)
{
    uint32_t unique = 0;
    for (uint32_t i = 0; i < *count; i++) {
        if (unique == 0 || moments[i] != moments[unique - 1])
            moments[unique++] = moments[i];
    }
    qsort(moments, unique, sizeof *moments, compare_moments);
    *count = unique;
    unique = 0;
    for (uint32_t i = 0; i < *count; i++) {
        if (unique == 0 || moments[i] != moments[unique - 1])
            moments[unique++] = moments[i];
    }
    *count = unique;
}

static uint32_t
first_at_least(const birth_seq *moments, uint32_t count, birth_seq moment)
{
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (moments[middle] < moment)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The bucket of a needed moment, made if there is none. */
static struct pending_list *
bucket_list(struct pending *pending, birth_seq moment)
{
    uint32_t low = 0, high = pending->bucket_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (pending->buckets[middle].moment < moment)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < pending->bucket_count && pending->buckets[low].moment == moment)
        return &pending->buckets[low].list;
    /* pending_look leaves no more buckets than there are needed moments. */
    check(pending->bucket_count < MOMENTS_MAX);
    memmove(&pending->buckets[low + 1], &pending->buckets[low],
            (pending->bucket_count - low) * sizeof pending->buckets[0]);
    pending->bucket_count++;
    pending->buckets[low] = (struct pending_bucket){.moment = moment, .list = LIST_EMPTY};
    return &pending->buckets[low].list;
}
