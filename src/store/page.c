/*
 * page.c: one slotted B+tree page: making, searching and changing it.
 *
 *   byte 0 +-------------------------------------------+
 *          | checksum 8 | page 8 | birth 8             |  checksum: xxh3 of every byte after it
 *       24 | kind 1 | level 1 | slot_count 2           |  level 0 is a leaf
 *       28 | heap_start 2 | prefix_bytes 2             |
 *       32 | heap_bytes 2 | last_idx 2 | rising 2 | 0  |  of rows; where rows have been put lately
 *       40 | hint 0 | hint 1 | ... | hint 15           |  key heads, 4 bytes each
 *      104 +-------------------------------------------+
 *          | prefix, filled up to a multiple of 8      |  the bytes that all keys here begin with
 *          +-------------------------------------------+
 *          | slot 0 | slot 1 | ...                     |  8 bytes: key head 4, offset 2, bytes 2
 *          +-------------------------------------------+
 *          |                  free                     |
 *          +-------------------------------------------+  <- heap_start
 *          |           ... | row 1 | row 0             |  in order of arrival, not of key
 *          +-------------------------------------------+  <- PAGE_BYTES
 *
 * Integers are little-endian. Invariants, kept by every function here and tested by page_check:
 *
 *   P1  104 + prefix_bytes (rounded up to 8) + 8 * slot_count <= heap_start <= PAGE_BYTES
 *   P2  slots are in strictly rising key order; a head is the key's next 4 bytes after the prefix;
 *       an inner page's slot 0 has no key and stands before all others
 *   P3  each row lies within [heap_start, PAGE_BYTES), no two rows overlap, and heap_bytes is the
 *       sum of their sizes
 *   P4  page and birth equal those of the child pointer that led here; the checksum covers both,
 *       so a write that was lost or went astray is seen by the first reader
 *   P5  a page whose birth is before the batch being built is never written to again (but by
 *       tree_place.c, where nobody can stand in it)
 *   P6  a child pointer is not PAGE_NONE, and its birth is at most the birth of this page
 *   P7  hint k is the head of slot (k + 1) * (slot_count / 17), if slot_count is at least 34
 *
 * The slots hold key heads so that a search reads few cache lines and seldom touches a row (after
 * Graefe, "Modern B-Tree Techniques", 2011); the hints hold every 17th head or so beside the
 * header, so that a search in a cold page misses once for header and hints, once for the slots that
 * count and once for the row. A row that is removed leaves garbage, which a rebuild takes out when
 * the room is needed; a rebuild also finds the longest prefix. Neighbours: page_check.c judges
 * bytes from a device, leaf.c and inner.c give rows their meaning, tree_*.c walk from page to page,
 * cache.c brings pages in.
 */
#include "store/page.h"
#include "base/check.h"
#include "store/leaf.h"
#include "store/tree.h"
#include <stdalign.h>

/* A page being put together beside the one that it will replace. */
struct scratch {
    alignas(64) uint8_t bytes[PAGE_BYTES];
};

static struct page_slot *
page_slots_own(struct page *page)
{
    return (struct page_slot *)((uint8_t *)page + page_slots_at(page->prefix_bytes));
}

/* Slots from this one on have keys. */
static inline uint32_t
first_keyed(const struct page *page)
{
    return page->level == 0 ? 0 : 1;
}

static inline uint32_t
head_of(const uint8_t *suffix, size_t bytes)
{
    if (LIKELY(bytes >= 4))
        return be32_get(suffix);
    uint32_t head = 0;
    for (size_t i = 0; i < bytes; i++)
        head |= (uint32_t)suffix[i] << (24 - 8 * i);
    return head;
}

struct slice
page_key(const struct page *page, uint32_t idx, uint8_t *to)
{
    struct slice suffix = page_suffix(page, idx);
    if (page->level != 0 && idx == 0)
        return slice_of(to, 0);
    memcpy(to, page->body, page->prefix_bytes);
    memcpy(to + page->prefix_bytes, suffix.data, suffix.bytes);
    return slice_of(to, page->prefix_bytes + suffix.bytes);
}

uint32_t
page_row_bytes(const struct page *page, uint32_t idx)
{
    const struct page_slot *slot = &page_slots(page)[idx];
    if (page->level != 0)
        return INNER_ROW_HEAD + slot->key_bytes;
    uint32_t value = le16_get((const uint8_t *)page + slot->offset) & ~LEAF_IS_OVERFLOW;
    return LEAF_ROW_HEAD + slot->key_bytes + value;
}

/* ---- searching ---- */

/* memcmp for runs that are mostly short: a call costs more than the comparison. */
static inline int
bytes_compare(const uint8_t *a, const uint8_t *b, uint32_t bytes)
{
    for (; bytes >= 8; a += 8, b += 8, bytes -= 8) {
        uint64_t x = be64_get(a), y = be64_get(b);
        if (x != y)
            return x < y ? -1 : 1;
    }
    if ((bytes & 4) != 0) {
        uint32_t x = be32_get(a), y = be32_get(b);
        if (x != y)
            return x < y ? -1 : 1;
        a += 4;
        b += 4;
    }
    for (uint32_t i = 0; i < (bytes & 3); i++) {
        if (a[i] != b[i])
            return a[i] < b[i] ? -1 : 1;
    }
    return 0;
}

/* Narrows [*lo, *hi], which holds the first slot whose head is not less, by the hints (P7). */
static inline void
hints_narrow(const struct page *page, uint32_t head, uint32_t *lo, uint32_t *hi)
{
    uint32_t distance = page->slot_count / (PAGE_HINTS + 1);
    if (distance < 2)
        return;
    uint32_t less = 0;
    for (uint32_t i = 0; i < PAGE_HINTS; i++)
        less += page->hints[i] < head;
    if (less > 0)
        *lo = less * distance + 1;
    if (less < PAGE_HINTS)
        *hi = (less + 1) * distance;
}

/* How a key's suffix compares with slot idx's, whose head is the same. */
static inline int
compare_behind_head(const struct page *page, uint32_t idx, struct slice suffix)
{
    const struct page_slot *slot = &page_slots(page)[idx];
    uint32_t a = (uint32_t)suffix.bytes, b = slot->key_bytes, common = a < b ? a : b;
    if (common > 4) {
        const uint8_t *own = (const uint8_t *)page + slot->offset + page_row_head(page);
        int order = bytes_compare(suffix.data + 4, own + 4, common - 4);
        if (order != 0)
            return order;
    }
    return (a > b) - (a < b);
}

/* Of slots in [lo, hi) that may share the key's head: the first whose key is not less. */
static uint32_t
find_among_equal_heads(const struct page *page, struct slice suffix, uint32_t head, uint32_t lo,
                       uint32_t hi, bool *is_equal)
{
    const struct page_slot *slots = page_slots(page);
    *is_equal = false;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        int order = -1; /* no head in this range is less */
        if (slots[mid].head == head)
            order = compare_behind_head(page, mid, suffix);
        if (order > 0) {
            lo = mid + 1;
        } else {
            hi = mid;
            *is_equal = order == 0;
        }
    }
    return lo;
}

uint32_t
page_find(const struct page *page, struct slice key, uint32_t first, bool *is_equal)
{
    uint32_t count = page->slot_count, prefix_bytes = page->prefix_bytes;
    *is_equal = false;
    uint32_t common = key.bytes < prefix_bytes ? (uint32_t)key.bytes : prefix_bytes;
    int order = bytes_compare(key.data, page->body, common);
    if (UNLIKELY(order != 0))
        return order < 0 || count < first ? first : count;
    if (UNLIKELY(key.bytes < prefix_bytes))
        return first;

    struct slice suffix = slice_of(key.data + prefix_bytes, key.bytes - prefix_bytes);
    uint32_t head = head_of(suffix.data, suffix.bytes);
    uint32_t lo = first, hi = count;
    hints_narrow(page, head, &lo, &hi);
    const struct page_slot *slots = page_slots(page);
    uint32_t length = hi > lo ? hi - lo : 0;
    while (length > 0) {
        uint32_t half = length / 2;
        bool is_less = slots[lo + half].head < head;
        lo = is_less ? lo + half + 1 : lo;
        length = is_less ? length - half - 1 : half;
    }
    if (lo >= count || slots[lo].head != head)
        return lo;

    /* Seldom does more than one slot share a head: look at the first before the others. */
    order = compare_behind_head(page, lo, suffix);
    if (order <= 0) {
        *is_equal = order == 0;
        return lo;
    }
    return find_among_equal_heads(page, suffix, head, lo + 1, count, is_equal);
}

/* How many bytes `key` has in common with slot idx's key. */
static uint32_t
common_with_slot(const struct page *page, uint32_t idx, struct slice key)
{
    struct slice prefix = page_prefix(page);
    uint32_t common = key_common_bytes(prefix, key);
    if (common < prefix.bytes)
        return common;
    struct slice rest = slice_of(key.data + common, key.bytes - common);
    return common + key_common_bytes(page_suffix(page, idx), rest);
}

/* How many bytes all keys of the page and `key` have in common. */
static uint32_t
common_with_all(const struct page *page, struct slice key)
{
    uint32_t first = first_keyed(page);
    if (page->slot_count <= first)
        return 0;
    uint32_t low = common_with_slot(page, first, key);
    uint32_t high = common_with_slot(page, page->slot_count - 1u, key);
    return low < high ? low : high;
}

/* Bytes that are in use when the page's prefix is `prefix_bytes` of its first key. */
static uint32_t
used_bytes_with_prefix(const struct page *page, uint32_t prefix_bytes)
{
    uint32_t keyed =
        page->slot_count > first_keyed(page) ? page->slot_count - first_keyed(page) : 0;
    int32_t growth = ((int32_t)page->prefix_bytes - (int32_t)prefix_bytes) * (int32_t)keyed;
    return page_slots_at(prefix_bytes) - PAGE_BODY_AT + PAGE_SLOT_BYTES * page->slot_count +
           (uint32_t)((int32_t)page->heap_bytes + growth);
}

static bool
has_room_with_prefix(const struct page *page, uint32_t prefix_bytes, struct slice key,
                     uint32_t extra)
{
    uint32_t row = PAGE_SLOT_BYTES + extra + (uint32_t)key.bytes - prefix_bytes;
    return used_bytes_with_prefix(page, prefix_bytes) + row <= PAGE_BODY_BYTES;
}

/*
 * The prefix with which a row fits, UINT32_MAX if there is none: the one that the page has, or a
 * shorter one that the key asks for, or the longest.
 */
static uint32_t
prefix_for_room(const struct page *page, struct slice key, uint32_t extra)
{
    uint32_t shared = key_common_bytes(page_prefix(page), key);
    if (has_room_with_prefix(page, shared, key, extra))
        return shared;
    uint32_t best = common_with_all(page, key);
    if (best > page->prefix_bytes && has_room_with_prefix(page, best, key, extra))
        return best;
    return UINT32_MAX;
}

bool
page_has_room(const struct page *page, struct slice key, uint32_t extra)
{
    return prefix_for_room(page, key, extra) != UINT32_MAX;
}

bool
page_has_room_for_any(const struct page *page)
{
    return used_bytes_with_prefix(page, 0) + PAGE_ROW_BYTES_MAX <= PAGE_BODY_BYTES;
}

/* ---- changing ---- */

/* Sets the hints again after slots from idx on have changed; there were `before` slots. */
static void
hints_update(struct page *page, uint32_t idx, uint32_t before)
{
    uint32_t distance = page->slot_count / (PAGE_HINTS + 1);
    if (distance < 2)
        return;
    if (before / (PAGE_HINTS + 1) != distance)
        idx = 0;
    const struct page_slot *slots = page_slots(page);
    for (uint32_t k = PAGE_HINTS; k > 0 && k * distance >= idx; k--)
        page->hints[k - 1] = slots[k * distance].head;
}

void
page_init(struct page *page, struct page_ref ref, uint32_t level)
{
    memset(page, 0, PAGE_BODY_AT);
    page->page = ref.page;
    page->birth = ref.birth;
    page->kind = level == 0 ? PAGE_LEAF : PAGE_INNER;
    page->level = (uint8_t)level;
    page->heap_start = PAGE_BYTES;
}

void
page_copy(struct page *to, const struct page *from, struct page_ref ref)
{
    uint32_t front = PAGE_BYTES, heap_start = PAGE_BYTES;
    if (from->kind == PAGE_LEAF || from->kind == PAGE_INNER) {
        /* What is free between slots and rows means nothing. */
        front = page_slots_at(from->prefix_bytes) + PAGE_SLOT_BYTES * from->slot_count;
        heap_start = from->heap_start;
    }
    memcpy((uint8_t *)to + sizeof to->checksum, (const uint8_t *)from + sizeof from->checksum,
           front - sizeof from->checksum);
    memcpy((uint8_t *)to + heap_start, (const uint8_t *)from + heap_start, PAGE_BYTES - heap_start);
    to->page = ref.page;
    to->birth = ref.birth;
}

void
page_set_prefix(struct page *page, struct slice prefix)
{
    check(page->slot_count == 0);
    memset(page->body, 0, page_slots_at((uint32_t)prefix.bytes) - PAGE_BODY_AT);
    memcpy(page->body, prefix.data, prefix.bytes);
    page->prefix_bytes = (uint16_t)prefix.bytes;
}

/* Appends a row whose key behind the prefix is a, then b; hints are not touched. */
static uint8_t *
append_row(struct page *page, struct slice a, struct slice b, uint32_t extra)
{
    uint32_t key_bytes = (uint32_t)(a.bytes + b.bytes);
    uint32_t row_bytes = key_bytes + extra;
    page->heap_start = (uint16_t)(page->heap_start - row_bytes);
    page->heap_bytes = (uint16_t)(page->heap_bytes + row_bytes);
    uint8_t *row = (uint8_t *)page + page->heap_start;
    uint8_t *key = row + page_row_head(page);
    memcpy(key, a.data, a.bytes);
    memcpy(key + a.bytes, b.data, b.bytes);
    page_slots_own(page)[page->slot_count++] = (struct page_slot){.head = head_of(key, key_bytes),
                                                                  .offset = page->heap_start,
                                                                  .key_bytes = (uint16_t)key_bytes};
    return row;
}

/* Appends row idx of `from`, whose key begins with the prefix of `to`; without the key if so asked.
 */
static void
append_copy(struct page *to, const struct page *from, uint32_t idx, bool has_key)
{
    struct slice a = slice_of("", 0), b = page_suffix(from, idx);
    uint32_t row_bytes = page_row_bytes(from, idx), suffix_bytes = (uint32_t)b.bytes;
    uint32_t extra = row_bytes - suffix_bytes;
    if (!has_key) {
        b.bytes = 0;
    } else if (to->prefix_bytes <= from->prefix_bytes) {
        a = slice_of(from->body + to->prefix_bytes, from->prefix_bytes - to->prefix_bytes);
    } else {
        b.data += to->prefix_bytes - from->prefix_bytes;
        b.bytes -= to->prefix_bytes - from->prefix_bytes;
    }
    const uint8_t *old = page_row(from, idx);
    uint8_t *row = append_row(to, a, b, extra);
    uint32_t before = page_row_head(from);
    memcpy(row, old, before);
    memcpy(row + before + a.bytes + b.bytes, old + before + suffix_bytes, extra - before);
}

/* An empty page in `scratch` with the header of `like`. */
static struct page *
scratch_page(struct scratch *scratch, const struct page *like, struct slice prefix)
{
    struct page *page = (struct page *)scratch->bytes;
    page_init(page, (struct page_ref){like->page, like->birth}, like->level);
    page_set_prefix(page, prefix);
    return page;
}

/* Moves what was put together in scratch to where it belongs. */
static void
scratch_take(struct page *page, struct page *from)
{
    hints_update(from, 0, 0);
    uint32_t slots_end = page_slots_at(from->prefix_bytes) + PAGE_SLOT_BYTES * from->slot_count;
    memcpy((uint8_t *)page + sizeof page->checksum, (uint8_t *)from + sizeof from->checksum,
           slots_end - sizeof page->checksum);
    memcpy((uint8_t *)page + from->heap_start, (uint8_t *)from + from->heap_start,
           PAGE_BYTES - from->heap_start);
}

/* Takes the garbage out and gives the page another prefix, which all its keys begin with. */
static void
page_rebuild(struct page *page, struct slice prefix)
{
    struct scratch scratch;
    struct page *to = scratch_page(&scratch, page, prefix);
    for (uint32_t i = 0; i < page->slot_count; i++)
        append_copy(to, page, i, page->level == 0 || i > 0);
    to->last_idx = page->last_idx;
    to->rising = page->rising;
    scratch_take(page, to);
}

uint8_t *
page_insert(struct page *page, uint32_t idx, struct slice key, uint32_t extra)
{
    uint32_t prefix_bytes = page->prefix_bytes;
    uint32_t row_bytes = extra + (uint32_t)key.bytes - prefix_bytes;
    uint32_t slots_end = page_slots_at(prefix_bytes) + PAGE_SLOT_BYTES * page->slot_count;
    if (UNLIKELY(key.bytes < prefix_bytes || memcmp(key.data, page->body, prefix_bytes) != 0 ||
                 slots_end + PAGE_SLOT_BYTES + row_bytes > page->heap_start)) {
        prefix_bytes = prefix_for_room(page, key, extra);
        check(prefix_bytes != UINT32_MAX);
        page_rebuild(page, slice_of(key.data, prefix_bytes));
        row_bytes = extra + (uint32_t)key.bytes - prefix_bytes;
    }

    page->heap_start = (uint16_t)(page->heap_start - row_bytes);
    page->heap_bytes = (uint16_t)(page->heap_bytes + row_bytes);
    uint8_t *row = (uint8_t *)page + page->heap_start;
    uint32_t suffix_bytes = (uint32_t)key.bytes - prefix_bytes;
    memcpy(row + page_row_head(page), key.data + prefix_bytes, suffix_bytes);

    struct page_slot *slots = page_slots_own(page);
    uint32_t count = page->slot_count;
    if (idx < count)
        memmove(slots + idx + 1, slots + idx, (count - idx) * sizeof *slots);
    slots[idx] = (struct page_slot){.head = head_of(key.data + prefix_bytes, suffix_bytes),
                                    .offset = page->heap_start,
                                    .key_bytes = (uint16_t)suffix_bytes};
    page->slot_count = (uint16_t)(count + 1);
    page->rising = idx == page->last_idx + 1u ? (uint16_t)(page->rising + 1u) : 0;
    page->last_idx = (uint16_t)idx;
    hints_update(page, idx, count);
    return row;
}

void
page_remove(struct page *page, uint32_t idx)
{
    struct page_slot *slots = page_slots_own(page);
    uint32_t count = page->slot_count, row_bytes = page_row_bytes(page, idx);
    page->heap_bytes = (uint16_t)(page->heap_bytes - row_bytes);
    if (slots[idx].offset == page->heap_start)
        page->heap_start = (uint16_t)(page->heap_start + row_bytes);
    memmove(slots + idx, slots + idx + 1, (count - idx - 1) * sizeof *slots);
    page->slot_count = (uint16_t)(count - 1);
    if (page->slot_count == 0)
        page->heap_start = PAGE_BYTES;
    page->rising = 0;
    page->last_idx = 0;
    hints_update(page, idx, count);
}

/* ---- cutting in two ---- */

/* A full page and the row that is to come, seen as one run of slot_count + 1 rows. */
struct run {
    const struct page *page;
    uint32_t idx; /* of the new row */
    struct slice key;
    uint32_t extra;
};

/* Key of the run's row i; `to` is used if it must be put together. */
static struct slice
run_key(const struct run *run, uint32_t i, uint8_t *to)
{
    return i == run->idx ? run->key : page_key(run->page, i - (i > run->idx), to);
}

/* Bytes of row i, slot included, under the page's own prefix, which the key begins with. */
static uint32_t
run_row_bytes(const struct run *run, uint32_t i)
{
    if (i == run->idx)
        return PAGE_SLOT_BYTES + run->extra + (uint32_t)run->key.bytes - run->page->prefix_bytes;
    return PAGE_SLOT_BYTES + page_row_bytes(run->page, i - (i > run->idx));
}

uint32_t
page_choose_cut(const struct page *page, uint32_t idx, struct slice key, uint32_t extra)
{
    struct run run = {page, idx, key, extra};
    uint32_t count = page->slot_count, first = first_keyed(page);
    /* At either end the new row starts a page of its own: rows that come in order fill pages. */
    if (idx == count)
        return count;
    if (idx == first)
        return 1;
    /* A key in the midst begins with the page's prefix, so the sizes below are upper bounds. */
    uint32_t prefix_room = page_slots_at(page->prefix_bytes) - PAGE_BODY_AT;
    if (page->rising >= 4 && idx == page->last_idx + 1u) {
        /* Rows rise within a group of keys: leave behind what is complete. */
        uint32_t bytes = prefix_room;
        for (uint32_t i = idx; i <= count; i++)
            bytes += run_row_bytes(&run, i);
        if (bytes <= PAGE_BODY_BYTES / 2)
            return idx;
    }
    uint32_t total = page_used_bytes(page) - prefix_room + run_row_bytes(&run, idx);
    uint32_t cut = 0, before = 0;
    while (before < total / 2)
        before += run_row_bytes(&run, cut++);
    check(cut >= 1 && cut <= count);
    return cut;
}

struct slice
page_cut_separator(const struct page *page, uint32_t cut, uint32_t idx, struct slice key,
                   uint8_t *to)
{
    struct run run = {page, idx, key, 0};
    uint8_t before[KEY_BYTES_MAX];
    struct slice from = run_key(&run, cut, to);
    if (from.data != to) {
        memcpy(to, from.data, from.bytes);
        from.data = to;
    }
    return page->level != 0 ? from : key_between(run_key(&run, cut - 1, before), from);
}

/*
 * Puts rows [begin, end) of the run into `to`, an empty page, under their longest prefix. Returns
 * the new row if it is among them.
 */
static uint8_t *
run_fill(const struct run *run, uint32_t begin, uint32_t end, struct page *to)
{
    uint8_t low[KEY_BYTES_MAX], high[KEY_BYTES_MAX];
    uint32_t keyed = begin + first_keyed(to);
    if (keyed < end) {
        struct slice first = run_key(run, keyed, low);
        uint32_t common = key_common_bytes(first, run_key(run, end - 1, high));
        page_set_prefix(to, slice_of(first.data, common));
    }
    uint8_t *row = NULL;
    for (uint32_t i = begin; i < end; i++) {
        if (i != run->idx) {
            append_copy(to, run->page, i - (i > run->idx), i >= keyed);
            continue;
        }
        struct slice rest = slice_of("", 0);
        if (i >= keyed)
            rest = slice_of(run->key.data + to->prefix_bytes, run->key.bytes - to->prefix_bytes);
        row = append_row(to, rest, slice_of("", 0), run->extra);
    }
    return row;
}

uint8_t *
page_split(struct page *page, uint32_t cut, uint32_t idx, struct slice key, uint32_t extra,
           struct page_ref right_ref, struct page *right, bool *is_right)
{
    struct run run = {page, idx, key, extra};
    uint32_t count = page->slot_count;
    *is_right = idx >= cut;
    page_init(right, right_ref, page->level);
    if (idx == count && cut == count && page->level == 0) {
        /* An append: `page` stays as it is. Its last key is a good guess at the next ones. */
        uint32_t common = common_with_slot(page, count - 1, key);
        page_set_prefix(right, slice_of(key.data, common));
        return page_insert(right, 0, key, extra);
    }
    uint8_t *row = run_fill(&run, cut, count + 1, right);
    hints_update(right, 0, 0);
    if (*is_right) {
        right->last_idx = (uint16_t)(idx - cut);
        right->rising = page->rising;
    }

    struct scratch scratch;
    struct page *left = scratch_page(&scratch, page, slice_of("", 0));
    uint8_t *row_left = run_fill(&run, 0, cut, left);
    if (!*is_right) {
        left->last_idx = (uint16_t)idx;
        row = (uint8_t *)page + (row_left - scratch.bytes);
    }
    scratch_take(page, left);
    return row;
}

/* ---- merging ---- */

/* The lowest and the highest key that two neighbours will have together; false if none. */
static bool
merged_keys(const struct page *left, const struct page *right, struct slice separator, uint8_t *low,
            uint8_t *high, struct slice *first, struct slice *last)
{
    if (left->level != 0) {
        *first = left->slot_count > 1 ? page_key(left, 1, low) : separator;
        *last = right->slot_count > 1 ? page_key(right, right->slot_count - 1u, high) : separator;
        return true;
    }
    const struct page *with_first = left->slot_count > 0 ? left : right;
    const struct page *with_last = right->slot_count > 0 ? right : left;
    if (with_first->slot_count == 0)
        return false;
    *first = page_key(with_first, 0, low);
    *last = page_key(with_last, with_last->slot_count - 1u, high);
    return true;
}

bool
page_is_within(const struct page *page, struct slice low, struct slice high)
{
    uint8_t room[KEY_BYTES_MAX];
    uint32_t first = first_keyed(page);
    if (page->slot_count <= first)
        return true;
    /* Keys rise, so two of them tell for all. */
    if (low.data != NULL && slice_compare(page_key(page, first, room), low) < 0)
        return false;
    return high.data == NULL ||
           slice_compare(page_key(page, page->slot_count - 1u, room), high) < 0;
}

bool
page_can_merge(const struct page *left, const struct page *right, struct slice separator)
{
    uint8_t low[KEY_BYTES_MAX], high[KEY_BYTES_MAX];
    struct slice first, last, none = {.data = NULL};
    /* Each page is in order by itself (P2); that one is before the other, nobody has checked. */
    if (!page_is_within(left, none, separator) || !page_is_within(right, separator, none))
        return false;
    if (!merged_keys(left, right, separator, low, high, &first, &last))
        return true;
    uint32_t prefix = key_common_bytes(first, last);
    uint32_t bytes = used_bytes_with_prefix(left, prefix) + used_bytes_with_prefix(right, prefix);
    if (left->level != 0)
        bytes += (uint32_t)separator.bytes;
    /* Not brim-full, or the next row would split it again. */
    return bytes <= PAGE_BODY_BYTES / 8 * 7;
}

void
page_merge(struct page *to, const struct page *left, const struct page *right,
           struct slice separator)
{
    uint8_t low[KEY_BYTES_MAX], high[KEY_BYTES_MAX];
    struct slice first, last, prefix = slice_of("", 0);
    if (merged_keys(left, right, separator, low, high, &first, &last))
        prefix = slice_of(first.data, key_common_bytes(first, last));
    struct scratch scratch;
    struct page *both = scratch_page(&scratch, to, prefix);
    bool is_leaf = left->level == 0;
    for (uint32_t i = 0; i < left->slot_count; i++)
        append_copy(both, left, i, is_leaf || i > 0);
    uint32_t i = 0;
    if (!is_leaf) {
        /* What was the right page's first child gets the key that stood above it. */
        struct slice rest = slice_of(separator.data + prefix.bytes, separator.bytes - prefix.bytes);
        uint8_t *row = append_row(both, rest, slice_of("", 0), INNER_ROW_HEAD);
        memcpy(row, page_row(right, 0), INNER_ROW_HEAD);
        i = 1;
    }
    for (; i < right->slot_count; i++)
        append_copy(both, right, i, true);
    scratch_take(to, both);
}
