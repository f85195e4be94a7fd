/*
 * timezones.c: the cache of zones, and the look-up of names in the system's tables.
 *
 * Zones are made outside the lock and entered under it; when two threads make the same one the
 * second is thrown away. Nothing is ever taken out, since sessions point at zones, so the number
 * of zones is bounded.
 */
#include "base/buf.h"
#include "base/check.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/thread.h"
#include "type/timezone_int.h"
#include <stdio.h>
#include <strings.h>

#define ZONE_FOLDER "/usr/share/zoneinfo"
#define ZONE_PATH_BYTES_MAX (sizeof ZONE_FOLDER + TIMEZONE_NAME_BYTES_MAX + 2)
#define ZONE_FILE_BYTES_MAX ((size_t)256 * 1024)
#define ZONE_DEPTH_MAX 4
#define ZONES_MAX 4096 /* PostgreSQL's list has 1,200 names; the rest is for specifications */
#define ZONE_SLOTS (2 * ZONES_MAX)

struct zone_slot {
    struct timezone *zone; /* null: free */
    char *key;             /* the name that was asked for, in upper case; the slot's */
};

struct timezones {
    struct mutex lock; /* guards all below but gmt */
    uint32_t count;
    struct zone_slot slots[ZONE_SLOTS];
    struct timezone *gmt;
};

static char
upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* ---- names in the system's tables ---- */

struct name_search {
    struct slice wanted;
    char found[TIMEZONE_NAME_BYTES_MAX + 1];
};

static bool
search_visit(void *object, const char *name)
{
    struct name_search *search = object;
    if (strlen(name) != search->wanted.bytes || name[0] == '.' ||
        strncasecmp(name, (const char *)search->wanted.data, search->wanted.bytes) != 0)
        return true;
    memcpy(search->found, name, search->wanted.bytes + 1);
    return false;
}

/*
 * Finds the file of a zone's name in any case and writes its path, whose end is the name as the
 * system spells it.
 */
static enum status
zone_path(struct slice name, char *path, size_t *path_bytes)
{
    size_t used = sizeof ZONE_FOLDER - 1;
    memcpy(path, ZONE_FOLDER, used + 1);
    while (name.bytes != 0) {
        const uint8_t *slash = memchr(name.data, '/', name.bytes);
        size_t part = slash == NULL ? name.bytes : (size_t)(slash - name.data);
        struct name_search search = {.wanted = slice_of(name.data, part), .found = ""};
        TRY(file_list(path, search_visit, &search));
        if (part == 0 || search.found[0] == '\0')
            return ST_NOT_FOUND;
        path[used++] = '/';
        memcpy(path + used, search.found, part + 1);
        used += part;
        size_t taken = slash == NULL ? part : part + 1;
        if (slash != NULL && taken == name.bytes)
            return ST_NOT_FOUND;
        name = slice_of(name.data + taken, name.bytes - taken);
    }
    *path_bytes = used;
    return used == sizeof ZONE_FOLDER - 1 ? ST_NOT_FOUND : ST_OK;
}

/* ---- making zones ---- */

static enum status
zone_build(struct zone_draft *draft, bool is_good, struct slice name, struct timezone **zone)
{
    if (!is_good)
        return ST_NOT_FOUND;
    *zone = zone_from_draft(draft, name);
    return *zone == NULL ? ST_NO_MEMORY : ST_OK;
}

static enum status
zone_read_file(struct zone_draft *draft, struct slice name, struct timezone **zone)
{
    char path[ZONE_PATH_BYTES_MAX];
    size_t path_bytes = 0;
    TRY(zone_path(name, path, &path_bytes));
    struct buf bytes;
    buf_init(&bytes);
    enum status st = file_read(path, ZONE_FILE_BYTES_MAX, &bytes);
    if (st == ST_OK) {
        size_t start = sizeof ZONE_FOLDER;
        st = zone_build(draft, zone_draft_file(draft, buf_slice(&bytes)),
                        slice_of(path + start, path_bytes - start), zone);
    }
    buf_deinit(&bytes);
    return st;
}

/* `name` in upper case, which is also the name that the zone of a specification gets. */
static enum status
zone_make(struct slice name, struct timezone **zone)
{
    struct zone_draft *draft = mem_alloc_zero(sizeof *draft);
    if (draft == NULL)
        return ST_NO_MEMORY;
    enum status st = zone_read_file(draft, name, zone);
    if (st == ST_NOT_FOUND || st == ST_IO || st == ST_LIMIT) {
        struct zone_spec spec;
        memset(draft, 0, sizeof *draft);
        /* UTC is known where a system has no tables at all. */
        bool is_utc = slice_equal(name, slice_text("UTC"));
        bool is_good = zone_spec_parse(is_utc ? slice_text("UTC0") : name, &spec) &&
                       zone_draft_spec(draft, &spec);
        st = zone_build(draft, is_good, name, zone);
    }
    mem_free(draft);
    return st;
}

/* ---- the cache ---- */

struct timezones *
timezones_new(void)
{
    struct timezones *zones = mem_alloc_zero(sizeof *zones);
    struct zone_draft *draft = mem_alloc_zero(sizeof *draft);
    struct zone_spec spec = {.std_name = slice_text("GMT")};
    if (zones == NULL || draft == NULL)
        goto drop;
    check(zone_draft_spec(draft, &spec));
    zones->gmt = zone_from_draft(draft, slice_text("GMT"));
    if (zones->gmt == NULL)
        goto drop;
    mem_free(draft);
    mutex_init(&zones->lock);
    return zones;

drop:
    mem_free(draft);
    mem_free(zones);
    return NULL;
}

void
timezones_free(struct timezones *zones)
{
    if (zones == NULL)
        return;
    for (uint32_t i = 0; i < ZONE_SLOTS; i++) {
        mem_free(zones->slots[i].zone);
        mem_free(zones->slots[i].key);
    }
    mem_free(zones->gmt);
    mutex_deinit(&zones->lock);
    mem_free(zones);
}

const struct timezone *
timezones_gmt(const struct timezones *zones)
{
    return zones->gmt;
}

/* The key's slot, or the free one where it belongs. Under the lock. */
static struct zone_slot *
cache_slot(struct timezones *zones, const char *key, size_t key_bytes)
{
    uint64_t slot_idx = hash_bytes(key, key_bytes) % ZONE_SLOTS;
    while (zones->slots[slot_idx].zone != NULL && strcmp(zones->slots[slot_idx].key, key) != 0)
        slot_idx = (slot_idx + 1) % ZONE_SLOTS;
    return &zones->slots[slot_idx];
}

static const struct timezone *
cache_find(struct timezones *zones, const char *key, size_t key_bytes)
{
    mutex_lock(&zones->lock);
    const struct timezone *zone = cache_slot(zones, key, key_bytes)->zone;
    mutex_unlock(&zones->lock);
    return zone;
}

/* Enters a zone, which is the cache's from then on; gives the one of the name that is in it now. */
static enum status
cache_add(struct timezones *zones, const char *key, size_t key_bytes, struct timezone *made,
          const struct timezone **zone)
{
    char *own_key = mem_alloc(key_bytes + 1);
    if (own_key == NULL) {
        mem_free(made);
        return ST_NO_MEMORY;
    }
    memcpy(own_key, key, key_bytes + 1);

    enum status st = ST_OK;
    mutex_lock(&zones->lock);
    struct zone_slot *slot = cache_slot(zones, key, key_bytes);
    if (slot->zone == NULL && zones->count == ZONES_MAX) {
        st = ST_LIMIT;
    } else if (slot->zone == NULL) {
        *slot = (struct zone_slot){.zone = made, .key = own_key};
        zones->count++;
        made = NULL;
        own_key = NULL;
    }
    if (st == ST_OK)
        *zone = slot->zone;
    mutex_unlock(&zones->lock);
    mem_free(made);
    mem_free(own_key);
    return st;
}

enum status
timezones_find(struct timezones *zones, struct slice name, const struct timezone **zone)
{
    char key[TIMEZONE_NAME_BYTES_MAX + 1];
    if (name.bytes == 0 || name.bytes > TIMEZONE_NAME_BYTES_MAX ||
        memchr(name.data, '\0', name.bytes) != NULL)
        return ST_NOT_FOUND;
    for (size_t i = 0; i < name.bytes; i++)
        key[i] = upper((char)name.data[i]);
    key[name.bytes] = '\0';
    if (strcmp(key, "GMT") == 0) {
        *zone = zones->gmt;
        return ST_OK;
    }

    const struct timezone *known = cache_find(zones, key, name.bytes);
    if (known != NULL) {
        *zone = known;
        return ST_OK;
    }
    struct timezone *made;
    TRY(zone_make(slice_of(key, name.bytes), &made));
    return cache_add(zones, key, name.bytes, made, zone);
}

enum status
timezones_fixed(struct timezones *zones, int32_t seconds_east, const struct timezone **zone)
{
    int32_t size = seconds_east < 0 ? -seconds_east : seconds_east;
    char clock[16];
    int bytes = snprintf(clock, sizeof clock, "%02d", size / 3600);
    if (size % 3600 != 0)
        bytes += snprintf(clock + bytes, sizeof clock - (size_t)bytes, ":%02d", size / 60 % 60);
    if (size % 60 != 0)
        snprintf(clock + bytes, sizeof clock - (size_t)bytes, ":%02d", size % 60);
    char name[48];
    bytes = snprintf(name, sizeof name, "<%c%s>%c%s", seconds_east < 0 ? '-' : '+', clock,
                     seconds_east < 0 ? '+' : '-', clock);
    return timezones_find(zones, slice_of(name, (size_t)bytes), zone);
}

/* ---- the list of names ---- */

struct name_list {
    bool (*visit)(void *object, const char *name);
    void *object;
    char prefix[TIMEZONE_NAME_BYTES_MAX + 1]; /* "America/" */
    uint32_t depth;
    bool is_done;
    enum status st;
};

static enum status list_folder(struct name_list *list);

static bool
list_visit(void *object, const char *name)
{
    struct name_list *list = object;
    size_t prefix = strlen(list->prefix), bytes = strlen(name);
    if (name[0] == '.' || prefix + bytes + 1 > TIMEZONE_NAME_BYTES_MAX)
        return true;
    memcpy(list->prefix + prefix, name, bytes + 1);

    char path[ZONE_PATH_BYTES_MAX];
    snprintf(path, sizeof path, "%s/%s", ZONE_FOLDER, list->prefix);
    struct buf head;
    buf_init(&head);
    enum status st = file_read(path, ZONE_FILE_BYTES_MAX, &head);
    if (st == ST_NOT_FOUND && list->depth < ZONE_DEPTH_MAX) {
        memcpy(list->prefix + prefix + bytes, "/", 2);
        list->depth++;
        st = list_folder(list);
        list->depth--;
    } else if (st == ST_OK && head.bytes > 4 && memcmp(head.data, "TZif", 4) == 0) {
        list->is_done = !list->visit(list->object, list->prefix);
    }
    buf_deinit(&head);
    list->prefix[prefix] = '\0';
    if (st == ST_NO_MEMORY)
        list->st = st;
    return !list->is_done && list->st == ST_OK;
}

static enum status
list_folder(struct name_list *list)
{
    char path[ZONE_PATH_BYTES_MAX];
    snprintf(path, sizeof path, "%s/%s", ZONE_FOLDER, list->prefix);
    return file_list(path, list_visit, list);
}

enum status
timezones_list(bool (*visit)(void *object, const char *name), void *object)
{
    struct name_list list = {.visit = visit, .object = object, .st = ST_OK};
    TRY(list_folder(&list));
    return list.st;
}
