/*
 * statement_cache.c: the hash table and the recency list of statement_cache.h, under one mutex that
 * is held for a few pointer changes only.
 */
#include "session/statement_cache.h"

#include "base/check.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/thread.h"

#define BUCKET_COUNT 4096u

struct statement_cache {
    struct mutex mutex;
    struct cache_entry *buckets[BUCKET_COUNT];
    struct cache_entry *newest, *oldest;
    uint32_t count;
};

struct statement_cache *
statement_cache_new(void)
{
    struct statement_cache *cache = mem_alloc_zero(sizeof *cache);
    if (cache != NULL)
        mutex_init(&cache->mutex);
    return cache;
}

static void
entry_free(struct cache_entry *entry)
{
    struct catalog_kept *kept = entry->kept;
    struct cache_entry *base = entry->base;
    arena_free(entry->arena); /* the entry itself lies in it */
    catalog_unkeep(kept);
    statement_cache_release(NULL, base);
}

static uint64_t
key_hash(const struct cache_key *key)
{
    uint64_t hash = hash_bytes_seed(key->text.data, key->text.bytes,
                                    hash_combine(key->catalog_version, key->path_version));
    if (key->param_count != 0)
        hash = hash_bytes_seed(key->param_types, key->param_count * sizeof *key->param_types, hash);
    return hash;
}

static bool
key_equal(const struct cache_key *a, const struct cache_key *b)
{
    return a->catalog_version == b->catalog_version && a->path_version == b->path_version &&
           a->param_count == b->param_count && a->is_lifted == b->is_lifted &&
           slice_equal(a->text, b->text) &&
           (a->param_count == 0 ||
            memcmp(a->param_types, b->param_types, a->param_count * sizeof *a->param_types) == 0);
}

/* ---- the list and the table; the mutex is held ---- */

static void
list_remove(struct statement_cache *cache, struct cache_entry *entry)
{
    *(entry->newer != NULL ? &entry->newer->older : &cache->newest) = entry->older;
    *(entry->older != NULL ? &entry->older->newer : &cache->oldest) = entry->newer;
    entry->newer = entry->older = NULL;
}

static void
list_push(struct statement_cache *cache, struct cache_entry *entry)
{
    entry->older = cache->newest;
    *(cache->newest != NULL ? &cache->newest->newer : &cache->oldest) = entry;
    cache->newest = entry;
}

static struct cache_entry *
table_find(struct statement_cache *cache, const struct cache_key *key, uint64_t hash)
{
    struct cache_entry *entry = cache->buckets[hash % BUCKET_COUNT];
    while (entry != NULL && (entry->hash != hash || !key_equal(&entry->key, key)))
        entry = entry->hash_next;
    return entry;
}

/* Takes the entry out; true if nobody holds it any more, so the caller frees it without the mutex.
 */
static bool
unlist(struct statement_cache *cache, struct cache_entry *entry)
{
    if (!entry->is_listed)
        return false;
    struct cache_entry **link = &cache->buckets[entry->hash % BUCKET_COUNT];
    while (*link != entry)
        link = &(*link)->hash_next;
    *link = entry->hash_next;
    list_remove(cache, entry);
    cache->count--;
    entry->is_listed = false;
    return --entry->refs == 0;
}

/* ---- public ---- */

struct cache_entry *
statement_cache_find(struct statement_cache *cache, const struct cache_key *key)
{
    uint64_t hash = key_hash(key);
    mutex_lock(&cache->mutex);
    struct cache_entry *entry = table_find(cache, key, hash);
    if (entry != NULL) {
        entry->refs++;
        if (cache->newest != entry) {
            list_remove(cache, entry);
            list_push(cache, entry);
        }
    }
    mutex_unlock(&cache->mutex);
    return entry;
}

void
statement_cache_add(struct statement_cache *cache, struct cache_entry *entry)
{
    check(!entry->is_listed && entry->key.catalog_version != 0);
    entry->hash = key_hash(&entry->key);
    struct cache_entry *gone[2] = {0};
    mutex_lock(&cache->mutex);
    struct cache_entry *same = table_find(cache, &entry->key, entry->hash);
    if (same != NULL && unlist(cache, same))
        gone[0] = same;
    struct cache_entry *oldest = cache->oldest;
    if (cache->count >= STATEMENT_CACHE_MAX && oldest != NULL && unlist(cache, oldest))
        gone[1] = oldest;
    entry->hash_next = cache->buckets[entry->hash % BUCKET_COUNT];
    cache->buckets[entry->hash % BUCKET_COUNT] = entry;
    list_push(cache, entry);
    cache->count++;
    entry->is_listed = true;
    entry->refs++;
    mutex_unlock(&cache->mutex);
    for (int i = 0; i < 2; i++)
        if (gone[i] != NULL)
            entry_free(gone[i]);
}

void
statement_cache_hold(struct statement_cache *cache, struct cache_entry *entry)
{
    (void)cache;
    entry->refs++;
}

void
statement_cache_release(struct statement_cache *cache, struct cache_entry *entry)
{
    if (entry == NULL)
        return;
    (void)cache; /* an entry that is listed is held by the cache: the last holder has it alone */
    uint32_t refs = entry->refs--;
    check(refs > 0);
    if (refs == 1)
        entry_free(entry);
}

void
statement_cache_unlist(struct statement_cache *cache, struct cache_entry *entry)
{
    mutex_lock(&cache->mutex);
    bool is_last = unlist(cache, entry);
    mutex_unlock(&cache->mutex);
    if (is_last)
        entry_free(entry);
}

void
statement_cache_clear(struct statement_cache *cache)
{
    if (cache == NULL)
        return;
    while (cache->newest != NULL)
        statement_cache_unlist(cache, cache->newest);
}

void
statement_cache_free(struct statement_cache *cache)
{
    if (cache == NULL)
        return;
    statement_cache_clear(cache);
    mutex_deinit(&cache->mutex);
    mem_free(cache);
}
