/*
 * space_save.c: the map of live pages in the file: captured, written and loaded.
 *
 * A chunk page holds the live bits of CHUNK_PAGES pages. Directory pages, linked from the one that
 * the superblock names, list the chunk pages in order:
 *
 *   directory +------------------------------------+   chunk +------------------------------------+
 *           0 | page header 32, kind 17, slot_count|       0 | page header 32, kind 18            |
 *          28 | number of the directory 4          |      28 | number of the chunk 4              |
 *          32 | next: page 8 | birth 8             |      32 | 1,020 words of 64 bits:            |
 *          48 | slot_count times: page 8 | birth 8 |         | bit i of word w tells whether page |
 *             | page 0: nothing in the chunk lives |         | 65,280 * chunk + 64 * w + i lives  |
 *             +------------------------------------+         +------------------------------------+
 *
 * A checkpoint writes the chunks that have changed since the one before, and all directories, to
 * pages of their own, so that the map before stays whole until the new one is durable. The map's
 * pages are live pages too, and the map must tell so. Taking a page for a chunk, or giving up its
 * old one, may change further chunks; so capturing goes on until no chunk is left that has changed
 * and has no new page yet. It ends because each chunk gets one page at most, and it ends soon
 * because free pages are handed out close together. Only then are the bits copied.
 *
 *   M1  the bits of all pages of the map, and of pages 0 and 1, are set in it
 *   M2  pages of the map that was durable before stay used, but not live, until space_capture_done
 *   M3  a page whose bit is clear may hold anything
 */
#include "store/space_int.h"

#include "base/check.h"
#include "base/mem.h"
#include "store/store.h"

static_assert(PAGE_MAP_DIRECTORY == 17, "the file's format");

#define DIRECTORY_ENTRIES_AT (PAGE_HEADER_BYTES + 16u)
#define DIRECTORY_ENTRIES ((PAGE_BYTES - DIRECTORY_ENTRIES_AT) / 16u)
static_assert(DIRECTORY_ENTRIES == 509, "the file's format");
#define NUMBER_AT 28u

static enum status take_all(struct space *space, birth_seq moment);
static enum status capture_chunk(struct space *space, uint32_t chunk_idx, birth_seq moment);
static enum status capture_directory(struct space *space, birth_seq moment);
static enum status take_page(struct space *space, birth_seq moment, enum map_page_kind kind,
                             struct captured_chunk *item);
static enum status give_up(struct space *space, page_no page);
static bool has_room(void **items, uint32_t count, uint32_t *capacity, size_t item_bytes);
static void undo(struct space *space);
static void fill_images(struct space *space, birth_seq moment);
static void fill_directory(const struct space *space, uint32_t number);
static const struct captured_chunk *written_item(const struct capture *capture, uint32_t i);
static void free_images(struct capture *capture);
static enum status load_directory(struct space *space, uint32_t number, struct page *page,
                                  struct page_ref *next);
static enum status load_chunk(struct space *space, uint32_t chunk_idx, struct page *page);
static enum status read_page(struct space *space, struct page_ref ref, enum map_page_kind kind,
                             uint32_t number, struct page *page);
static enum status check_loaded(struct space *space);

enum status
space_capture(struct space *space, birth_seq moment)
{
    struct capture *capture = &space->capture;
    mutex_lock(&space->lock);
    check(!capture->is_active);
    space->publish_count++;
    capture->chunk_count = capture->directory_count = capture->old_count = capture->written = 0;
    enum status st = take_all(space, moment);
    if (st != ST_OK) {
        undo(space);
        mutex_unlock(&space->lock);
        return st;
    }
    /* Nothing can fail from here on. */
    fill_images(space, moment);
    capture->moment = moment;
    capture->is_active = true;
    map_names_captured(space);
    mutex_unlock(&space->lock);
    return ST_OK;
}

enum status
space_capture_write(struct space *space, uint32_t pages_max, uint32_t *written, bool *is_done)
{
    struct capture *capture = &space->capture;
    struct device *device = space->store->device;
    uint32_t total = capture->chunk_count + capture->directory_count;
    for (*written = 0; *written < pages_max && capture->written < total; ++*written) {
        const struct captured_chunk *item = written_item(capture, capture->written);
        TRY(device->ops->write(device, item->ref.page, 1, item->image));
        capture->written++;
    }
    *is_done = capture->written == total;
    return ST_OK;
}

enum status
space_capture_verify(struct space *space, uint64_t *mismatch_count)
{
    struct capture *capture = &space->capture;
    struct device *device = space->store->device;
    struct page *page = mem_alloc(PAGE_BYTES);
    if (page == NULL)
        return ST_NO_MEMORY;
    enum status st = ST_OK;
    for (uint32_t i = 0; st == ST_OK && i < capture->written; i++) {
        const struct captured_chunk *item = written_item(capture, i);
        st = device->ops->read(device, item->ref.page, 1, page);
        if (st == ST_OK && memcmp(page, item->image, PAGE_BYTES) != 0) {
            ++*mismatch_count;
            (void)store_corrupt(space->store, item->ref.page, "the space map reads back otherwise");
        }
    }
    mem_free(page);
    return st;
}

void
space_capture_done(struct space *space)
{
    struct capture *capture = &space->capture;
    mutex_lock(&space->lock);
    check(capture->is_active);
    capture->is_active = false;
    space->durable = capture->moment;
    free_images(capture);
    for (uint32_t i = 0; i < capture->old_count; i++)
        space_release(space, capture->old_pages[i]);
    capture->old_count = 0;
    map_names_durable(space);
    pending_names_durable(space, space->durable);
    pending_look(space);
    mutex_unlock(&space->lock);
}

enum status
space_load(struct space *space, struct map_root root, birth_seq moment)
{
    space->durable = moment;
    space->saved = root;
    if (root.root.page == PAGE_NONE)
        return ST_OK;
    if (root.page_count > space->capacity_max ||
        root.chunk_count > space->capacity_max / CHUNK_PAGES + 1 ||
        (uint64_t)root.chunk_count * CHUNK_PAGES < root.page_count)
        return store_corrupt(space->store, 0, "the superblock's map of %llu pages cannot be",
                             (unsigned long long)root.page_count);
    TRY(map_extend(space, root.page_count));
    TRY(map_add_chunks(space, root.chunk_count));
    uint32_t count = (space->chunk_count + DIRECTORY_ENTRIES - 1) / DIRECTORY_ENTRIES;
    space->directories = mem_alloc_zero(count * sizeof *space->directories);
    if (space->directories == NULL)
        return ST_NO_MEMORY;
    space->directory_count = space->directory_capacity = count;
    struct page *page = mem_alloc(PAGE_BYTES);
    if (page == NULL)
        return ST_NO_MEMORY;

    enum status st = ST_OK;
    struct page_ref next = root.root;
    for (uint32_t i = 0; st == ST_OK && i < count; i++) {
        space->directories[i] = next;
        st = load_directory(space, i, page, &next);
    }
    for (uint32_t i = 0; st == ST_OK && i < space->chunk_count; i++)
        st = load_chunk(space, i, page);
    mem_free(page);
    return st == ST_OK ? check_loaded(space) : st;
}

void
space_save_deinit(struct space *space)
{
    struct capture *capture = &space->capture;
    if (capture->is_active)
        free_images(capture);
    mem_free(capture->chunks);
    mem_free(capture->directories);
    mem_free(capture->old_pages);
    mem_free(space->directories);
}

/* Takes pages for all changed chunks and for the directories, and gives up the old ones. */
static enum status
take_all(struct space *space, birth_seq moment)
{
    struct capture *capture = &space->capture;
    for (uint32_t i = 0; i < space->directory_count; i++)
        TRY(give_up(space, space->directories[i].page));

    bool is_settled = false;
    while (!is_settled) {
        is_settled = true;
        for (uint32_t i = 0; i < space->chunk_count; i++) {
            if (space->chunks[i].is_changed && !space->chunks[i].is_captured) {
                TRY(capture_chunk(space, i, moment));
                is_settled = false;
            }
        }
        while (capture->directory_count * DIRECTORY_ENTRIES < space->chunk_count) {
            TRY(capture_directory(space, moment));
            is_settled = false;
        }
    }
    return ST_OK;
}

static enum status
capture_chunk(struct space *space, uint32_t chunk_idx, birth_seq moment)
{
    struct capture *capture = &space->capture;
    if (!has_room((void **)&capture->chunks, capture->chunk_count, &capture->chunk_capacity,
                  sizeof *capture->chunks))
        return ST_NO_MEMORY;
    struct captured_chunk item = {.chunk_idx = chunk_idx};
    TRY(take_page(space, moment, PAGE_MAP_CHUNK, &item));
    capture->chunks[capture->chunk_count++] = item;
    space->chunks[chunk_idx].is_captured = true;
    page_no old = space->chunks[chunk_idx].saved.page;
    return old == PAGE_NONE ? ST_OK : give_up(space, old);
}

static enum status
capture_directory(struct space *space, birth_seq moment)
{
    struct capture *capture = &space->capture;
    if (!has_room((void **)&capture->directories, capture->directory_count,
                  &capture->directory_capacity, sizeof *capture->directories) ||
        !has_room((void **)&space->directories, capture->directory_count,
                  &space->directory_capacity, sizeof *space->directories))
        return ST_NO_MEMORY;
    struct captured_chunk item = {.chunk_idx = capture->directory_count};
    TRY(take_page(space, moment, PAGE_MAP_DIRECTORY, &item));
    capture->directories[capture->directory_count++] = item;
    return ST_OK;
}

/* A page of the new map: live from now on, with a cleared image whose header lacks the checksum. */
static enum status
take_page(struct space *space, birth_seq moment, enum map_page_kind kind,
          struct captured_chunk *item)
{
    item->image = mem_alloc_zero(PAGE_BYTES);
    if (item->image == NULL)
        return ST_NO_MEMORY;
    item->ref.birth = moment;
    enum status st = space_take_locked(space, &item->ref.page);
    if (st != ST_OK) {
        mem_free(item->image);
        return st;
    }
    map_set_live(space, item->ref.page, true);
    item->image->page = item->ref.page;
    item->image->birth = moment;
    item->image->kind = (uint8_t)kind;
    le32_set((uint8_t *)item->image + NUMBER_AT, item->chunk_idx);
    return ST_OK;
}

/* M2: a page of the map before is not live any more, and stays used. */
static enum status
give_up(struct space *space, page_no page)
{
    struct capture *capture = &space->capture;
    if (!has_room((void **)&capture->old_pages, capture->old_count, &capture->old_capacity,
                  sizeof *capture->old_pages))
        return ST_NO_MEMORY;
    capture->old_pages[capture->old_count++] = page;
    map_set_live(space, page, false);
    return ST_OK;
}

/* Makes an array larger if it is full. */
static bool
has_room(void **items, uint32_t count, uint32_t *capacity, size_t item_bytes)
{
    if (count < *capacity)
        return true;
    uint32_t wanted = *capacity == 0 ? 16 : *capacity * 2;
    void *larger = mem_resize(*items, wanted * item_bytes);
    if (larger == NULL)
        return false;
    *items = larger;
    *capacity = wanted;
    return true;
}

/* Everything is as before space_capture; that more chunks count as changed does no harm (S4). */
static void
undo(struct space *space)
{
    struct capture *capture = &space->capture;
    for (uint32_t i = 0; i < capture->chunk_count; i++) {
        space->chunks[capture->chunks[i].chunk_idx].is_captured = false;
        map_set_live(space, capture->chunks[i].ref.page, false);
        space_release(space, capture->chunks[i].ref.page);
    }
    for (uint32_t i = 0; i < capture->directory_count; i++) {
        map_set_live(space, capture->directories[i].ref.page, false);
        space_release(space, capture->directories[i].ref.page);
    }
    for (uint32_t i = 0; i < capture->old_count; i++)
        map_set_live(space, capture->old_pages[i], true);
    free_images(capture);
}

static void
fill_images(struct space *space, birth_seq moment)
{
    struct capture *capture = &space->capture;
    for (uint32_t i = 0; i < capture->chunk_count; i++) {
        struct captured_chunk *item = &capture->chunks[i];
        struct chunk *chunk = &space->chunks[item->chunk_idx];
        memcpy((uint8_t *)item->image + PAGE_HEADER_BYTES, chunk->bits->live,
               sizeof chunk->bits->live);
        page_seal(item->image);
        chunk->saved = item->ref;
        chunk->is_changed = chunk->is_captured = false;
    }
    space->directory_count = capture->directory_count;
    for (uint32_t i = 0; i < capture->directory_count; i++) {
        fill_directory(space, i);
        space->directories[i] = capture->directories[i].ref;
    }
    /* The last chunk that has a live page tells where the file may end. */
    uint64_t page_count = 0;
    for (uint32_t i = space->chunk_count; i > 0 && page_count == 0; i--) {
        const uint64_t *live = space->chunks[i - 1].bits->live;
        for (uint32_t w = CHUNK_WORDS; w > 0 && page_count == 0; w--) {
            if (live[w - 1] != 0)
                page_count = (uint64_t)(i - 1) * CHUNK_PAGES + w * 64 -
                             (uint64_t)__builtin_clzll(live[w - 1]);
        }
    }
    space->saved = (struct map_root){.root = {.page = space->directories[0].page, .birth = moment},
                                     .page_count = page_count,
                                     .live_count = space->live_count,
                                     .chunk_count = space->chunk_count};
}

static void
fill_directory(const struct space *space, uint32_t number)
{
    const struct capture *capture = &space->capture;
    struct page *image = capture->directories[number].image;
    uint8_t *bytes = (uint8_t *)image;
    if (number + 1 < capture->directory_count) {
        le64_set(bytes + PAGE_HEADER_BYTES, capture->directories[number + 1].ref.page);
        le64_set(bytes + PAGE_HEADER_BYTES + 8, capture->directories[number + 1].ref.birth);
    }
    uint32_t first = number * DIRECTORY_ENTRIES;
    uint32_t rest = first < space->chunk_count ? space->chunk_count - first : 0;
    uint32_t count = rest < DIRECTORY_ENTRIES ? rest : DIRECTORY_ENTRIES;
    image->slot_count = (uint16_t)count;
    for (uint32_t i = 0; i < count; i++) {
        uint8_t *entry = bytes + DIRECTORY_ENTRIES_AT + (size_t)i * 16;
        le64_set(entry, space->chunks[first + i].saved.page);
        le64_set(entry + 8, space->chunks[first + i].saved.birth);
    }
    page_seal(image);
}

/* In the order of writing. */
static const struct captured_chunk *
written_item(const struct capture *capture, uint32_t i)
{
    return i < capture->chunk_count ? &capture->chunks[i]
                                    : &capture->directories[i - capture->chunk_count];
}

static void
free_images(struct capture *capture)
{
    for (uint32_t i = 0; i < capture->chunk_count; i++)
        mem_free(capture->chunks[i].image);
    for (uint32_t i = 0; i < capture->directory_count; i++)
        mem_free(capture->directories[i].image);
    capture->chunk_count = capture->directory_count = 0;
}

/* Fills in where the chunks of a directory are. */
static enum status
load_directory(struct space *space, uint32_t number, struct page *page, struct page_ref *next)
{
    struct page_ref ref = *next;
    TRY(read_page(space, ref, PAGE_MAP_DIRECTORY, number, page));
    const uint8_t *bytes = (const uint8_t *)page;
    next->page = le64_get(bytes + PAGE_HEADER_BYTES);
    next->birth = le64_get(bytes + PAGE_HEADER_BYTES + 8);
    uint32_t first = number * DIRECTORY_ENTRIES;
    for (uint32_t i = 0; i < DIRECTORY_ENTRIES && first + i < space->chunk_count; i++) {
        if (i >= page->slot_count)
            return store_corrupt(space->store, ref.page, "the map's directory %u ends at entry %u",
                                 number, i);
        const uint8_t *entry = bytes + DIRECTORY_ENTRIES_AT + (size_t)i * 16;
        space->chunks[first + i].saved =
            (struct page_ref){.page = le64_get(entry), .birth = le64_get(entry + 8)};
    }
    return ST_OK;
}

static enum status
load_chunk(struct space *space, uint32_t chunk_idx, struct page *page)
{
    struct chunk *chunk = &space->chunks[chunk_idx];
    struct page_ref ref = chunk->saved;
    if (ref.page == PAGE_NONE)
        return chunk_idx > 0 ? ST_OK : store_corrupt(space->store, 0, "the map has no first chunk");
    TRY(read_page(space, ref, PAGE_MAP_CHUNK, chunk_idx, page));

    struct chunk_bits *bits = chunk->bits;
    if (chunk_idx == 0) /* pages 0 and 1 have been set since space_new */
        space->live_count -= 2;
    memcpy(bits->live, (const uint8_t *)page + PAGE_HEADER_BYTES, sizeof bits->live);
    uint64_t first = (uint64_t)chunk_idx * CHUNK_PAGES;
    uint32_t free_count = 0;
    for (uint32_t w = 0; w < CHUNK_WORDS; w++) {
        uint64_t start = first + (uint64_t)w * 64;
        uint64_t count = space->capacity > start ? space->capacity - start : 0;
        uint64_t inside = count >= 64 ? UINT64_MAX : ((uint64_t)1 << count) - 1;
        if ((bits->live[w] & ~inside) != 0)
            return store_corrupt(space->store, ref.page, "the map has pages past the file's end");
        space->live_count += (uint32_t)__builtin_popcountll(bits->live[w]);
        bits->used[w] = bits->live[w] | ~inside;
        free_count += 64 - (uint32_t)__builtin_popcountll(bits->used[w]);
        if (bits->used[w] == UINT64_MAX)
            bits->full[w / 64] |= (uint64_t)1 << (w % 64);
        else
            bits->full[w / 64] &= ~((uint64_t)1 << (w % 64));
    }
    space->free_count = space->free_count - chunk->free_count + free_count;
    chunk->free_count = chunk->run_max = free_count;
    chunk->is_changed = false;
    return ST_OK;
}

static enum status
read_page(struct space *space, struct page_ref ref, enum map_page_kind kind, uint32_t number,
          struct page *page)
{
    if (ref.page < 2 || ref.page >= space->capacity)
        return store_corrupt(space->store, ref.page, "the map leads to a page outside the file");
    struct device *device = space->store->device;
    TRY(device->ops->read(device, ref.page, 1, page));
    if (!page_is_sealed(page, ref) || page->kind != kind ||
        le32_get((const uint8_t *)page + NUMBER_AT) != number)
        return store_corrupt(space->store, ref.page, "this is not page %u of the space map",
                             number);
    return ST_OK;
}

/* M1, and the number of live pages that the superblock told. */
static enum status
check_loaded(struct space *space)
{
    struct store *store = space->store;
    if (!map_is_live(space, 0) || !map_is_live(space, 1))
        return store_corrupt(store, 0, "the map counts a superblock as free");
    for (uint32_t i = 0; i < space->directory_count; i++) {
        if (!map_is_live(space, space->directories[i].page))
            return store_corrupt(store, space->directories[i].page,
                                 "the map counts itself as free");
    }
    for (uint32_t i = 0; i < space->chunk_count; i++) {
        page_no page = space->chunks[i].saved.page;
        if (page != PAGE_NONE && !map_is_live(space, page))
            return store_corrupt(store, page, "the map counts itself as free");
    }
    if (space->live_count != space->saved.live_count)
        return store_corrupt(store, 0, "the map has %llu live pages, the superblock told %llu",
                             (unsigned long long)space->live_count,
                             (unsigned long long)space->saved.live_count);
    return ST_OK;
}
