/*
 * cache.c: generations of catalog objects, shared by all who see the same trees.
 *
 * A branch's catalog is two trees; a pair of equal roots is an equal catalog, in whichever branch
 * or transaction. The cache keeps the generations of the newest pairs seen. A transaction that has
 * changed its catalog gets a private generation, and another after each further change; the earlier
 * ones are kept until it ends because its statement may still hold their objects.
 */
#include "base/check.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/raise.h"
#include "catalog/catalog_int.h"

static void catalog_put_aside(struct catalog *catalog);

struct generation *
generation_new(uint64_t version)
{
    struct generation *generation = mem_alloc_zero(sizeof *generation);
    if (generation == NULL)
        return NULL;
    generation->arena = arena_new(
        &(struct arena_options){.name = "catalog generation", .on_full = raise_arena_full});
    if (generation->arena == NULL) {
        mem_free(generation);
        return NULL;
    }
    mutex_init(&generation->mutex);
    generation->version = version;
    generation->refs = 1;
    return generation;
}

void
generation_free(struct generation *generation)
{
    map_deinit(&generation->relations);
    map_deinit(&generation->indexes);
    map_deinit(&generation->sequences);
    map_deinit(&generation->schemas);
    map_deinit(&generation->user_types);
    map_deinit(&generation->names_by_hash);
    map_deinit(&generation->routines);
    map_deinit(&generation->operators);
    map_deinit(&generation->casts);
    map_deinit(&generation->overloads);
    mutex_deinit(&generation->mutex);
    arena_free(generation->arena);
    mem_free(generation);
}

struct catalog_cache *
catalog_cache_new(struct types *types)
{
    struct catalog_cache *cache = mem_alloc_zero(sizeof *cache);
    if (cache == NULL)
        return NULL;
    cache->arena = arena_new(
        &(struct arena_options){.name = "built-in relations", .on_full = raise_arena_full});
    if (cache->arena == NULL) {
        mem_free(cache);
        return NULL;
    }
    mutex_init(&cache->mutex);
    cache->types = types;
    cache->next_version = 1;
    return cache;
}

void
catalog_cache_free(struct catalog_cache *cache)
{
    if (cache == NULL)
        return;
    while (cache->newest != NULL) {
        struct generation *generation = cache->newest;
        cache->newest = generation->next;
        check(generation->refs == 1);
        generation_free(generation);
    }
    map_deinit(&cache->virtuals);
    map_deinit(&cache->virtual_names);
    mutex_deinit(&cache->mutex);
    arena_free(cache->arena);
    mem_free(cache);
}

void
catalog_cache_set_sequence_rows(struct catalog_cache *cache, const struct virtual_table *rows)
{
    cache->sequence_rows = rows;
}

struct arena *
catalog_cache_arena(struct catalog_cache *cache)
{
    return cache->arena;
}

void
catalog_cache_add_virtual(struct catalog_cache *cache, const struct table *const *tables,
                          uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct table *table = tables[i];
        uint64_t hash = name_hash(table->schema, table->name);
        struct name_entry *entry = arena_alloc(cache->arena, sizeof *entry);
        *entry = (struct name_entry){.next = map_find(&cache->virtual_names, hash),
                                     .schema = table->schema,
                                     .name = table->name,
                                     .table = table};
        enum status st = map_put(&cache->virtual_names, hash, entry);
        if (st == ST_OK)
            st = map_put(&cache->virtuals, table->table, (void *)(uintptr_t)table);
        if (st != ST_OK)
            raise_status(st, "could not add built-in relation \"%s\"", table->name);
    }
}

static bool
generation_is_of(const struct generation *generation, const struct generation *roots)
{
    return generation->source == roots->source &&
           page_ref_equal(generation->objects.ref, roots->objects.ref) &&
           page_ref_equal(generation->names.ref, roots->names.ref) &&
           page_ref_equal(generation->stats_root.ref, roots->stats_root.ref);
}

/* Drops the oldest generations that nobody but the cache holds, past GENERATIONS_KEPT_MAX. */
static void
cache_trim(struct catalog_cache *cache)
{
    struct generation **link = &cache->newest;
    for (uint32_t i = 0; *link != NULL; i++) {
        struct generation *generation = *link;
        if (i >= GENERATIONS_KEPT_MAX && generation->refs == 1) {
            *link = generation->next;
            cache->generation_count--;
            generation_free(generation);
        } else {
            link = &generation->next;
        }
    }
}

/* The shared generation of a pair of roots, held for the caller. Null: no memory. */
static struct generation *
cache_find(struct catalog_cache *cache, const struct generation *roots)
{
    mutex_lock(&cache->mutex);
    struct generation *found = NULL;
    for (struct generation **link = &cache->newest; *link != NULL; link = &(*link)->next) {
        struct generation *generation = *link;
        if (generation_is_of(generation, roots)) {
            found = generation;
            *link = generation->next; /* to the front */
            break;
        }
    }
    if (found == NULL) {
        found = generation_new(cache->next_version);
        if (found != NULL) {
            cache->next_version++;
            cache->generation_count++;
            found->source = roots->source;
            found->objects = roots->objects;
            found->names = roots->names;
            found->stats_root = roots->stats_root;
        }
    }
    if (found != NULL) {
        found->next = cache->newest;
        cache->newest = found;
        found->refs++;
        if (cache->generation_count > GENERATIONS_KEPT_MAX)
            cache_trim(cache);
    }
    mutex_unlock(&cache->mutex);
    return found;
}

void
generation_release(struct catalog_cache *cache, struct generation *generation)
{
    mutex_lock(&cache->mutex);
    check(generation->refs > 0);
    bool is_last = --generation->refs == 0;
    mutex_unlock(&cache->mutex);
    if (is_last)
        generation_free(generation);
}

static void
generation_let_go(struct catalog_cache *cache, struct generation *generation)
{
    if (generation->version == 0)
        generation_free(generation);
    else
        generation_release(cache, generation);
}

static void
catalog_end(void *object)
{
    struct catalog *catalog = object;
    if (catalog->temp != NULL)
        catalog_end(catalog->temp);
    for (struct past *past = catalog->past; past != NULL; past = past->next)
        generation_let_go(catalog->cache, past->generation);
    if (catalog->generation != NULL)
        generation_let_go(catalog->cache, catalog->generation);
}

struct catalog *
catalog_begin(struct catalog_cache *cache, struct txn *txn, struct arena *txn_arena)
{
    struct catalog *catalog = arena_alloc_zero(txn_arena, sizeof *catalog);
    catalog->cache = cache;
    catalog->txn = txn;
    catalog->arena = txn_arena;
    arena_on_end(txn_arena, catalog_end, catalog);
    catalog_refresh(catalog);
    return catalog;
}

uint64_t
catalog_new_source(struct catalog_cache *cache)
{
    mutex_lock(&cache->mutex);
    uint64_t source = ++cache->last_source;
    mutex_unlock(&cache->mutex);
    return source;
}

void
catalog_attach_temp(struct catalog *catalog, struct txn *temp, uint64_t source)
{
    check(catalog->temp == NULL);
    struct catalog *own = arena_alloc_zero(catalog->arena, sizeof *own);
    own->cache = catalog->cache;
    own->txn = temp;
    own->arena = catalog->arena;
    own->source = source;
    catalog->temp = own; /* its generations go with the catalog's */
    catalog_refresh(own);
}

void
catalog_refresh(struct catalog *catalog)
{
    if (catalog->temp != NULL)
        catalog_refresh(catalog->temp);
    struct generation roots = {.source = catalog->source};
    struct trees_stamp stamp = txn_trees_stamp(catalog->txn);
    if (catalog->generation != NULL && page_ref_equal(stamp.head, catalog->stamp.head) &&
        stamp.changed == catalog->stamp.changed &&
        stamp.rollback_count == catalog->stamp.rollback_count)
        return;
    catalog->stamp = stamp;
    bool is_shared = txn_tree_root(catalog->txn, TREE_OBJECTS, &roots.objects);
    is_shared &= txn_tree_root(catalog->txn, TREE_NAMES, &roots.names);
    is_shared &= txn_tree_root(catalog->txn, TREE_STATISTICS, &roots.stats_root);

    struct generation *held = catalog->generation;
    if (held != NULL && is_shared && held->version != 0 && generation_is_of(held, &roots))
        return;
    /* A private generation stays right until the next change, unless the snapshot has moved. */
    if (held != NULL && !is_shared && held->version == 0 && generation_is_of(held, &roots))
        return;

    struct generation *next = is_shared ? cache_find(catalog->cache, &roots) : generation_new(0);
    if (next == NULL)
        raise_status(ST_NO_MEMORY, "could not read the catalog");
    if (!is_shared) {
        next->source = roots.source;
        next->objects = roots.objects;
        next->names = roots.names;
        next->stats_root = roots.stats_root;
    }
    catalog_put_aside(catalog);
    catalog->generation = next;
}

/* What was handed out stays readable: the generation is kept until the catalog ends. */
static void
catalog_put_aside(struct catalog *catalog)
{
    struct generation *held = catalog->generation;
    if (held == NULL)
        return;
    struct past *past = arena_alloc(catalog->arena, sizeof *past);
    *past = (struct past){.generation = held, .next = catalog->past};
    catalog->past = past;
    catalog->generation = NULL;
}

void
catalog_changed(struct catalog *catalog)
{
    txn_step(catalog->txn);
    catalog_put_aside(catalog);
    catalog_refresh(catalog);
}

struct txn *
catalog_txn(const struct catalog *catalog)
{
    return catalog->txn;
}

const struct types *
catalog_types(const struct catalog *catalog)
{
    return catalog->cache->types;
}

const void *
catalog_contents(const struct catalog *catalog)
{
    return catalog->generation;
}

uint64_t
catalog_version(const struct catalog *catalog)
{
    uint64_t version = catalog->generation->version;
    const struct catalog *temp = catalog->temp;
    if (temp == NULL || version == 0)
        return version;
    /* Versions count generations: two of them fit one number. */
    check(version <= UINT32_MAX && temp->generation->version <= UINT32_MAX);
    return temp->generation->version == 0 ? 0 : temp->generation->version << 32 | version;
}

struct catalog_kept {
    struct catalog_cache *cache;
    struct generation *generation, *temp; /* temp: null if there was none */
};

struct catalog_kept *
catalog_keep(struct catalog *catalog)
{
    check(catalog_version(catalog) != 0);
    struct catalog_kept *kept = mem_alloc(sizeof *kept);
    if (kept == NULL)
        raise_status(ST_NO_MEMORY, "could not keep the catalog");
    *kept = (struct catalog_kept){.cache = catalog->cache,
                                  .generation = catalog->generation,
                                  .temp = catalog->temp == NULL ? NULL : catalog->temp->generation};
    mutex_lock(&catalog->cache->mutex);
    catalog->generation->refs++;
    if (kept->temp != NULL)
        kept->temp->refs++;
    mutex_unlock(&catalog->cache->mutex);
    return kept;
}

void
catalog_unkeep(struct catalog_kept *kept)
{
    if (kept == NULL)
        return;
    generation_release(kept->cache, kept->generation);
    if (kept->temp != NULL)
        generation_release(kept->cache, kept->temp);
    mem_free(kept);
}
