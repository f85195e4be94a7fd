/*
 * statement_cache.h: analysed and planned statements, shared by all sessions of an engine.
 *
 * An entry is immutable but for its counts, and any number of executions may run it at once. It
 * holds for one catalog version and one analysis context (search_path and the settings that
 * literals depend on), which are part of its key. Entries past STATEMENT_CACHE_MAX leave, least
 * recently used first; one that is held lives until it is let go.
 */
#pragma once

#include "catalog/catalog.h"
#include "exec/exec.h"
#include "plan/plan.h"
#include "session/session.h"
#include "sql/query.h"

#define STATEMENT_CACHE_MAX 2048

struct statement_cache;

struct cache_key {
    uint64_t catalog_version; /* 0: never cached */
    uint64_t path_version;    /* hash of search_path and other settings that analysis depends on */
    struct slice text;
    uint32_t param_count; /* types as the client gave them */
    const oid *param_types;
    bool is_lifted; /* the text is a fingerprint's key, the types are those of its literals */
};

/*
 * A planned query. All in `arena`, which the entry owns. One without a program stands for a
 * fingerprint's key whose texts are better planned as they are.
 */
struct cache_entry {
    struct cache_entry *hash_next, *newer, *older; /* the cache's */
    uint64_t hash;
    _Atomic uint32_t refs; /* 1 is the cache's own while listed */
    bool is_listed;
    struct cache_key key;
    struct arena *arena;
    struct catalog_kept
        *kept; /* null for an entry of a private catalog: it dies with the transaction */
    struct cache_entry *base; /* whose query it is, held; null: its own */
    struct query *query;
    struct plan *plan;
    struct program *program;
    struct statement_info info;
    const char *verb; /* the command tag's first word(s) */
    enum command command;
    bool is_read_only, has_returning;
    uint32_t table_count; /* row counts that the plan was made for: */
    tree_no *trees;
    uint64_t *row_counts;
    _Atomic int64_t checked_us; /* when they were last compared */
};

struct statement_cache *statement_cache_new(void); /* null: no memory */
void statement_cache_free(struct statement_cache *cache);
void statement_cache_clear(struct statement_cache *cache);

/* Held for the caller; null: there is none. */
struct cache_entry *statement_cache_find(struct statement_cache *cache,
                                         const struct cache_key *key);
/* Lists a new entry (refs 1, the caller's). Another of the same key is unlisted. */
void statement_cache_add(struct statement_cache *cache, struct cache_entry *entry);
void statement_cache_hold(struct statement_cache *cache, struct cache_entry *entry);
void statement_cache_release(struct statement_cache *cache, struct cache_entry *entry);
/* Nobody finds it from now on. */
void statement_cache_unlist(struct statement_cache *cache, struct cache_entry *entry);
