/*
 * space_map.c: the bitmap of used and live pages, searched and grown.
 *
 * The bitmap is cut into chunks, each as large as one page of the saved map. Three levels make the
 * search for the lowest free page short: a count of free pages a chunk, a bit a word that tells
 * full words, and the word. Runs are searched within a chunk, guided by an upper bound on the
 * longest run there: a search that fails makes the bound exact, each page that becomes free makes
 * it unknown again. Runs longer than a chunk are cut from the end of the file.
 *
 * The file grows in steps of an eighth of its size, so that appending does not change its length
 * for every page. Bits past the end are used, so that no search has to know where the end is.
 */
#include "store/space_int.h"

#include "base/check.h"
#include "base/mem.h"

static struct chunk *chunk_of(const struct space *space, page_no page, uint32_t *bit);
static enum status add_chunk(struct space *space);
static void clear_used_range(struct space *space, page_no from, page_no to);
static void clear_used_bits(struct chunk *chunk, uint32_t from, uint32_t to);
static uint32_t find_run_in_chunk(struct chunk *chunk, uint32_t count);

bool
map_is_used(const struct space *space, page_no page)
{
    uint32_t bit;
    const struct chunk *chunk = chunk_of(space, page, &bit);
    return chunk == NULL || (chunk->bits->used[bit / 64] >> (bit % 64) & 1) != 0;
}

bool
map_is_live(const struct space *space, page_no page)
{
    uint32_t bit;
    const struct chunk *chunk = chunk_of(space, page, &bit);
    return chunk != NULL && (chunk->bits->live[bit / 64] >> (bit % 64) & 1) != 0;
}

void
map_set_used(struct space *space, page_no page, bool is_used)
{
    uint32_t bit;
    struct chunk *chunk = chunk_of(space, page, &bit);
    check(chunk != NULL && page < space->capacity);
    uint32_t word = bit / 64;
    uint64_t mask = (uint64_t)1 << (bit % 64);
    uint64_t *used = &chunk->bits->used[word];
    check(((*used & mask) != 0) != is_used);

    *used ^= mask;
    uint64_t *full = &chunk->bits->full[word / 64];
    uint64_t full_mask = (uint64_t)1 << (word % 64);
    if (is_used) {
        if (*used == UINT64_MAX)
            *full |= full_mask;
        chunk->free_count--;
        space->free_count--;
    } else {
        check((chunk->bits->live[word] & mask) == 0); /* S1 */
        *full &= ~full_mask;
        chunk->free_count++;
        space->free_count++;
        chunk->run_max = chunk->free_count;
        uint32_t chunk_idx = (uint32_t)(page / CHUNK_PAGES);
        if (chunk_idx < space->lowest_idx)
            space->lowest_idx = chunk_idx;
    }
}

void
map_set_live(struct space *space, page_no page, bool is_live)
{
    uint32_t bit;
    struct chunk *chunk = chunk_of(space, page, &bit);
    check(chunk != NULL && page < space->capacity);
    uint64_t mask = (uint64_t)1 << (bit % 64);
    uint64_t *live = &chunk->bits->live[bit / 64];
    check(((*live & mask) != 0) != is_live);
    check((chunk->bits->used[bit / 64] & mask) != 0); /* S1 */

    *live ^= mask;
    chunk->is_changed = true;
    if (is_live)
        space->live_count++;
    else
        space->live_count--;
}

page_no
map_find_page(struct space *space)
{
    while (space->lowest_idx < space->chunk_count &&
           space->chunks[space->lowest_idx].free_count == 0)
        space->lowest_idx++;
    if (space->lowest_idx == space->chunk_count)
        return PAGE_NONE;

    const struct chunk_bits *bits = space->chunks[space->lowest_idx].bits;
    uint32_t i = 0;
    while (i < CHUNK_FULL_WORDS && bits->full[i] == UINT64_MAX)
        i++;
    check(i < CHUNK_FULL_WORDS); /* free_count said so */
    uint32_t word = i * 64 + (uint32_t)__builtin_ctzll(~bits->full[i]);
    uint32_t bit = (uint32_t)__builtin_ctzll(~bits->used[word]);
    return (page_no)space->lowest_idx * CHUNK_PAGES + word * 64 + bit;
}

page_no
map_find_run(struct space *space, uint32_t count)
{
    if (count <= CHUNK_PAGES) {
        for (uint32_t i = space->lowest_idx; i < space->chunk_count; i++) {
            struct chunk *chunk = &space->chunks[i];
            if (chunk->run_max < count)
                continue;
            uint32_t bit = find_run_in_chunk(chunk, count);
            if (bit != UINT32_MAX)
                return (page_no)i * CHUNK_PAGES + bit;
        }
    }
    page_no tail = map_find_tail(space);
    return space->capacity - tail >= count ? tail : PAGE_NONE;
}

page_no
map_find_tail(const struct space *space)
{
    page_no tail = space->capacity;
    while (tail > 0) {
        const struct chunk *chunk = &space->chunks[(tail - 1) / CHUNK_PAGES];
        if (tail % CHUNK_PAGES == 0 && chunk->free_count == CHUNK_PAGES) {
            tail -= CHUNK_PAGES;
            continue;
        }
        uint32_t bit = (uint32_t)((tail - 1) % CHUNK_PAGES);
        /* The word's bits up to and with this one, at the top. */
        uint64_t upper = chunk->bits->used[bit / 64] << (63 - bit % 64);
        if (upper != 0)
            return tail - (page_no)__builtin_clzll(upper);
        tail -= bit % 64 + 1;
    }
    return tail;
}

enum status
map_grow(struct space *space, uint64_t count)
{
    uint64_t step = space->capacity / 8;
    step = step < GROWTH_PAGES_MIN ? GROWTH_PAGES_MIN : step;
    step = step > GROWTH_PAGES_MAX ? GROWTH_PAGES_MAX : step;
    step = step < count ? count : step;
    uint64_t room = space->capacity_max - space->capacity;
    if (count > room)
        return ST_NO_SPACE;
    step = step > room ? room : step;

    struct device *device = space->store->device;
    if (device != NULL && !space->is_file_fixed) {
        enum status st = device->ops->truncate(device, space->capacity + step);
        if (st == ST_NO_SPACE && step > count) {
            step = count;
            st = device->ops->truncate(device, space->capacity + step);
        }
        if (st != ST_OK)
            return st;
    }
    return map_extend(space, space->capacity + step);
}

enum status
map_extend(struct space *space, uint64_t capacity)
{
    if (capacity > space->capacity_max)
        return ST_NO_SPACE;
    TRY(map_add_chunks(space, (uint32_t)((capacity + CHUNK_PAGES - 1) / CHUNK_PAGES)));
    if (capacity > space->capacity) {
        clear_used_range(space, space->capacity, capacity);
        space->capacity = capacity;
    }
    return ST_OK;
}

enum status
map_add_chunks(struct space *space, uint32_t chunk_count)
{
    while (space->chunk_count < chunk_count)
        TRY(add_chunk(space));
    return ST_OK;
}

void
map_free(struct space *space)
{
    for (uint32_t i = 0; i < space->chunk_count; i++) {
        mem_free(space->chunks[i].bits->named[0]);
        mem_free(space->chunks[i].bits->named[1]);
        mem_free(space->chunks[i].bits);
    }
    mem_free(space->chunks);
}

bool
map_is_named(const struct space *space, page_no page)
{
    uint32_t bit;
    const struct chunk *chunk = chunk_of(space, page, &bit);
    for (int i = 0; chunk != NULL && i < 2; i++) {
        const uint64_t *named = chunk->bits->named[i];
        if (named != NULL && (named[bit / 64] >> (bit % 64) & 1) != 0)
            return true;
    }
    return false;
}

enum status
map_set_named(struct space *space, page_no page)
{
    uint32_t bit;
    struct chunk *chunk = chunk_of(space, page, &bit);
    check(chunk != NULL);
    uint64_t **named = &chunk->bits->named[0];
    if (*named == NULL) {
        *named = mem_alloc_zero(CHUNK_WORDS * sizeof **named);
        if (*named == NULL)
            return ST_NO_MEMORY;
    }
    (*named)[bit / 64] |= (uint64_t)1 << (bit % 64);
    return ST_OK;
}

void
map_names_captured(struct space *space)
{
    for (uint32_t i = 0; i < space->chunk_count; i++) {
        uint64_t **named = space->chunks[i].bits->named;
        check(named[1] == NULL); /* one capture at a time, and map_names_durable ended the last */
        named[1] = named[0];
        named[0] = NULL;
    }
}

void
map_names_durable(struct space *space)
{
    for (uint32_t i = 0; i < space->chunk_count; i++) {
        uint64_t **named = space->chunks[i].bits->named;
        mem_free(named[1]);
        named[1] = NULL;
    }
}

/* The page's chunk and its place in there; null past the last chunk. */
static struct chunk *
chunk_of(const struct space *space, page_no page, uint32_t *bit)
{
    uint64_t chunk_idx = page / CHUNK_PAGES;
    if (chunk_idx >= space->chunk_count)
        return NULL;
    *bit = (uint32_t)(page % CHUNK_PAGES);
    return &space->chunks[chunk_idx];
}

/* A further chunk, all of it past the end of the file. */
static enum status
add_chunk(struct space *space)
{
    if (space->chunk_count == space->chunk_capacity) {
        uint32_t capacity = space->chunk_capacity == 0 ? 8 : space->chunk_capacity * 2;
        struct chunk *chunks = mem_resize(space->chunks, capacity * sizeof *chunks);
        if (chunks == NULL)
            return ST_NO_MEMORY;
        space->chunks = chunks;
        space->chunk_capacity = capacity;
    }
    struct chunk_bits *bits = mem_alloc_zero(sizeof *bits);
    if (bits == NULL)
        return ST_NO_MEMORY;
    memset(bits->used, 0xff, sizeof bits->used);
    memset(bits->full, 0xff, sizeof bits->full);
    space->chunks[space->chunk_count++] = (struct chunk){.bits = bits};
    return ST_OK;
}

static void
clear_used_range(struct space *space, page_no from, page_no to)
{
    while (from < to) {
        struct chunk *chunk = map_chunk(space, from);
        page_no chunk_end = from - from % CHUNK_PAGES + CHUNK_PAGES;
        page_no end = to < chunk_end ? to : chunk_end;
        uint32_t count = (uint32_t)(end - from);
        uint32_t first = (uint32_t)(from % CHUNK_PAGES);
        clear_used_bits(chunk, first, first + count);
        chunk->free_count += count;
        chunk->run_max = chunk->free_count;
        space->free_count += count;
        uint32_t chunk_idx = (uint32_t)(from / CHUNK_PAGES);
        if (chunk_idx < space->lowest_idx)
            space->lowest_idx = chunk_idx;
        from = end;
    }
}

static void
clear_used_bits(struct chunk *chunk, uint32_t from, uint32_t to)
{
    while (from < to) {
        uint32_t word = from / 64;
        uint32_t end = (word + 1) * 64 < to ? (word + 1) * 64 : to;
        uint32_t count = end - from;
        uint64_t mask = (count == 64 ? UINT64_MAX : ((uint64_t)1 << count) - 1) << (from % 64);
        chunk->bits->used[word] &= ~mask;
        chunk->bits->full[word / 64] &= ~((uint64_t)1 << (word % 64));
        from = end;
    }
}

/* The first bit of a free run of `count`; UINT32_MAX, and run_max made exact, if there is none. */
static uint32_t
find_run_in_chunk(struct chunk *chunk, uint32_t count)
{
    uint32_t longest = 0, run = 0;
    for (uint32_t word = 0; word < CHUNK_WORDS; word++) {
        uint64_t used = chunk->bits->used[word];
        uint32_t bit = 0;
        while (bit < 64) {
            uint64_t rest = used >> bit;
            if ((rest & 1) != 0) {
                uint64_t free_bits = ~rest;
                bit += free_bits == 0 ? 64 : (uint32_t)__builtin_ctzll(free_bits);
                run = 0;
                continue;
            }
            uint32_t free_here = rest == 0 ? 64 - bit : (uint32_t)__builtin_ctzll(rest);
            run += free_here;
            bit += free_here;
            longest = run > longest ? run : longest;
            if (run >= count)
                return word * 64 + bit - run;
        }
    }
    chunk->run_max = longest;
    return UINT32_MAX;
}
