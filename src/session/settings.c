/*
 * settings.c: values of settings: parsing with units, canonical text, undo.
 *
 * The undo list holds, newest first, the text that a setting had before each change in the open
 * transaction, with the savepoint depth of the change. Rolling back to a depth puts back what was
 * changed at that depth or deeper; a commit puts back only what SET LOCAL changed, oldest value
 * last, so that the value of before the transaction wins.
 */
#include "session/settings.h"

#include "base/buf.h"
#include "base/check.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/raise.h"
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

struct setting_undo {
    struct setting_undo *older;
    int id;            /* -1: a custom one */
    char *name, *text; /* custom's name; text null: the default, or none */
    bool is_local;
    uint32_t level;
};

struct custom_setting {
    char *name, *value;
};

/* False: no memory. */
static bool
text_keep(const char *text, char **copy)
{
    *copy = NULL;
    if (text == NULL)
        return true;
    size_t bytes = strlen(text) + 1;
    *copy = mem_alloc(bytes);
    if (*copy != NULL)
        memcpy(*copy, text, bytes);
    return *copy != NULL;
}

static char *
text_copy(const char *text)
{
    char *copy;
    if (!text_keep(text, &copy))
        raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
    return copy;
}

int
setting_find(const char *name)
{
    for (int id = 0; id < SETTING_COUNT; id++)
        if (strcasecmp(setting_defs[id].name, name) == 0)
            return id;
    static const struct {
        const char *name;
        enum setting_id id;
    } others[] = {{"session characteristics", SETTING_DEFAULT_TRANSACTION_ISOLATION},
                  {"time zone", SETTING_TIMEZONE}};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcasecmp(others[i].name, name) == 0)
            return (int)others[i].id;
    return -1;
}

static uint64_t
custom_hash(const char *name)
{
    char lower[256];
    size_t bytes = strnlen(name, sizeof lower);
    for (size_t i = 0; i < bytes; i++)
        lower[i] = (char)tolower((unsigned char)name[i]);
    return hash_bytes(lower, bytes);
}

/* ---- numbers with units ---- */

struct unit_name {
    const char *name;
    double base; /* in bytes, or microseconds */
    bool is_time;
};

static const struct unit_name unit_names[] = {
    {"B", 1, false},
    {"kB", 1024.0, false},
    {"MB", 1048576.0, false},
    {"GB", 1073741824.0, false},
    {"TB", 1099511627776.0, false},
    {"us", 1, true},
    {"ms", 1e3, true},
    {"s", 1e6, true},
    {"min", 60e6, true},
    {"h", 3600e6, true},
    {"d", 86400e6, true},
};

static double
unit_base(enum setting_unit unit)
{
    static const double bases[] = {
        [UNIT_NONE] = 1,     [UNIT_BYTE] = 1, [UNIT_KB] = 1024, [UNIT_8KB] = 8192,
        [UNIT_MB] = 1048576, [UNIT_MS] = 1e3, [UNIT_S] = 1e6,   [UNIT_US] = 1};
    return bases[unit];
}

static const char *const unit_suffixes[] = {
    [UNIT_NONE] = "",  [UNIT_BYTE] = " B", [UNIT_KB] = " kB", [UNIT_8KB] = " 8kB",
    [UNIT_MB] = " MB", [UNIT_MS] = " ms",  [UNIT_S] = " s",   [UNIT_US] = " us"};

static bool
unit_is_time(enum setting_unit unit)
{
    return unit == UNIT_MS || unit == UNIT_S || unit == UNIT_US;
}

static _Noreturn void
raise_value(const struct setting_def *def, const char *value, const char *hint)
{
    raise_error(.code = SQLSTATE_INVALID_PARAMETER_VALUE,
                .message =
                    raise_text("invalid value for parameter \"%s\": \"%s\"", def->name, value),
                .hint = hint);
}

/* Reads a number with an optional unit into the setting's own unit. */
static double
parse_number(const struct setting_def *def, const char *value)
{
    char *end;
    errno = 0;
    double v = def->kind == SETTING_INT && strncasecmp(value, "0x", 2) == 0
                   ? (double)strtoll(value, &end, 16)
                   : strtod(value, &end);
    if (end == value || errno != 0 || isnan(v))
        raise_value(def, value, NULL);
    while (isspace((unsigned char)*end))
        end++;
    if (*end != '\0') {
        const struct unit_name *unit = NULL;
        for (size_t i = 0; i < sizeof unit_names / sizeof *unit_names; i++)
            if (strcmp(unit_names[i].name, end) == 0 && def->unit != UNIT_NONE &&
                unit_names[i].is_time == unit_is_time(def->unit))
                unit = &unit_names[i];
        if (unit == NULL)
            raise_value(def, value,
                        def->unit == UNIT_NONE    ? NULL
                        : unit_is_time(def->unit) ? "Valid units for this parameter are \"us\", "
                                                    "\"ms\", \"s\", \"min\", \"h\", and \"d\"."
                                                  : "Valid units for this parameter are \"B\", "
                                                    "\"kB\", \"MB\", \"GB\", and \"TB\".");
        v = v * unit->base / unit_base(def->unit);
    }
    if (def->kind == SETTING_INT)
        v = rint(v);
    if (v < def->min || v > def->max)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE,
              "%.15g%s is outside the valid range for parameter \"%s\" (%.15g .. %.15g)", v,
              unit_suffixes[def->unit], def->name, def->min, def->max);
    return v;
}

/* The number as SHOW prints it: in the largest unit that divides it. */
static const char *
number_text(const struct setting_def *def, double v, char to[64])
{
    const struct unit_name *best = NULL;
    double base = v * unit_base(def->unit);
    for (size_t i = 0; i < sizeof unit_names / sizeof *unit_names; i++) {
        const struct unit_name *unit = &unit_names[i];
        if (def->unit == UNIT_NONE || unit->is_time != unit_is_time(def->unit) || v <= 0)
            continue;
        if (fmod(base, unit->base) == 0 && (best == NULL || unit->base > best->base))
            best = unit;
    }
    if (best == NULL)
        snprintf(to, 64, "%.15g", v);
    else
        snprintf(to, 64, "%.15g%s", base / best->base, best->name);
    return to;
}

/* ---- other kinds ---- */

static bool
parse_bool(const struct setting_def *def, const char *value)
{
    static const char *const truths[] = {"on", "true", "yes", "1", "t", "y"};
    static const char *const lies[] = {"off", "false", "no", "0", "f", "n"};
    for (size_t i = 0; i < 6; i++) {
        if (strcasecmp(value, truths[i]) == 0)
            return true;
        if (strcasecmp(value, lies[i]) == 0)
            return false;
    }
    raise(SQLSTATE_INVALID_PARAMETER_VALUE, "parameter \"%s\" requires a Boolean value", def->name);
}

/* The place of the value among the choices; its canonical text goes to `to`. */
static int64_t
parse_choice(const struct setting_def *def, const char *value, char to[64])
{
    int64_t place = 0;
    for (const char *at = def->choices;; place++) {
        size_t bytes = strcspn(at, ",");
        if (strlen(value) == bytes && strncasecmp(at, value, bytes) == 0) {
            snprintf(to, 64, "%.*s", (int)bytes, at);
            return place;
        }
        if (at[bytes] == '\0')
            break;
        at += bytes + 1;
    }
    /* Booleans stand for on and off where those are choices. */
    if (strstr(def->choices, "on,off") != NULL &&
        (strcasecmp(value, "true") == 0 || strcasecmp(value, "yes") == 0 ||
         strcmp(value, "1") == 0))
        return parse_choice(def, "on", to);
    if (strstr(def->choices, "on,off") != NULL &&
        (strcasecmp(value, "false") == 0 || strcasecmp(value, "no") == 0 ||
         strcmp(value, "0") == 0))
        return parse_choice(def, "off", to);
    raise_error(.code = SQLSTATE_INVALID_PARAMETER_VALUE,
                .message =
                    raise_text("invalid value for parameter \"%s\": \"%s\"", def->name, value),
                .hint = raise_text("Available values: %s.", def->choices));
}

static const char *
canonical_encoding(const struct setting_def *def, const char *value)
{
    if (strcasecmp(value, "utf8") == 0 || strcasecmp(value, "utf-8") == 0 ||
        strcasecmp(value, "unicode") == 0)
        return "UTF8";
    if (strcasecmp(value, "sql_ascii") == 0)
        return "SQL_ASCII";
    raise_value(def, value, "Rowan speaks UTF8; let the client convert.");
}

/* DateStyle is a list of a style and an order, either of which may be left as it is. */
static const char *
canonical_date_style(const struct setting_def *def, const char *value, const char *now, char to[64])
{
    char style[16], order[8], list[64];
    if (sscanf(now, "%15[^,], %7s", style, order) != 2)
        raise_value(def, now, NULL);
    snprintf(list, sizeof list, "%s", value);
    char *rest = list, *word;
    while ((word = strsep(&rest, ", ")) != NULL) {
        if (*word == '\0')
            continue;
        if (strcasecmp(word, "iso") == 0)
            snprintf(style, sizeof style, "ISO");
        else if (strcasecmp(word, "sql") == 0)
            snprintf(style, sizeof style, "SQL");
        else if (strncasecmp(word, "postgres", 8) == 0)
            snprintf(style, sizeof style, "Postgres");
        else if (strcasecmp(word, "german") == 0)
            snprintf(style, sizeof style, "German"), snprintf(order, sizeof order, "DMY");
        else if (strcasecmp(word, "ymd") == 0)
            snprintf(order, sizeof order, "YMD");
        else if (strcasecmp(word, "dmy") == 0 || strncasecmp(word, "euro", 4) == 0)
            snprintf(order, sizeof order, "DMY");
        else if (strcasecmp(word, "mdy") == 0 || strcasecmp(word, "us") == 0 ||
                 strncasecmp(word, "noneuro", 7) == 0)
            snprintf(order, sizeof order, "MDY");
        else
            raise_value(def, value, NULL);
    }
    snprintf(to, 64, "%s, %s", style, order);
    return to;
}

/* There is one user: the one that connected. */
static void
check_user(const struct settings *settings, enum setting_id id, const char *value)
{
    bool is_none = id == SETTING_ROLE && strcasecmp(value, "none") == 0;
    if (!is_none && strcmp(value, settings_text(settings, SETTING_SESSION_AUTHORIZATION)) != 0)
        raise(SQLSTATE_INVALID_PARAMETER_VALUE, "role \"%s\" does not exist", value);
}

/* Checks `value` and gives its canonical text (in `to` or static or `value` itself) and parsed
 * form. */
static const char *
setting_parse(const struct settings *settings, enum setting_id id, const char *value, char to[64],
              union setting_value *parsed)
{
    const struct setting_def *def = &setting_defs[id];
    parsed->i = 0;
    switch (def->kind) {
    case SETTING_BOOL:
        parsed->b = parse_bool(def, value);
        return parsed->b ? "on" : "off";
    case SETTING_INT:
        parsed->i = (int64_t)parse_number(def, value);
        return number_text(def, (double)parsed->i, to);
    case SETTING_REAL:
        parsed->f = parse_number(def, value);
        return number_text(def, parsed->f, to);
    case SETTING_ENUM:
        parsed->i = parse_choice(def, value, to);
        return to;
    case SETTING_STRING:
        break;
    }
    if (id == SETTING_CLIENT_ENCODING)
        return canonical_encoding(def, value);
    if (id == SETTING_DATESTYLE)
        return canonical_date_style(def, value, settings_text(settings, id), to);
    return value;
}

/* ---- life ---- */

void
settings_init(struct settings *settings)
{
    memset(settings, 0, sizeof *settings);
    map_init(&settings->custom);
    for (int id = 0; id < SETTING_COUNT; id++) {
        char to[64];
        if (setting_defs[id].kind != SETTING_STRING)
            setting_parse(settings, (enum setting_id)id, setting_defs[id].start, to,
                          &settings->value[id]);
    }
}

static void
settings_take(struct settings *settings, enum setting_id id, char *text)
{
    char to[64];
    union setting_value parsed;
    const char *value = text != NULL ? text : setting_defs[id].start;
    setting_parse(settings, id, value, to, &parsed);
    settings->value[id] = parsed;
    if (settings->text[id] != text)
        mem_free(settings->text[id]);
    settings->text[id] = text;
}

static void
custom_put(struct settings *settings, const char *name, const char *value)
{
    uint64_t hash = custom_hash(name);
    struct custom_setting *custom = map_find(&settings->custom, hash);
    if (custom == NULL) {
        custom = mem_alloc_zero(sizeof *custom);
        if (custom == NULL || !text_keep(name, &custom->name) ||
            map_put(&settings->custom, hash, custom) != ST_OK) {
            if (custom != NULL)
                mem_free(custom->name);
            mem_free(custom);
            raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
        }
    }
    char *copy = text_copy(value);
    mem_free(custom->value);
    custom->value = copy;
}

void
settings_copy(struct settings *settings, const struct settings *from)
{
    settings_init(settings);
    for (int id = 0; id < SETTING_COUNT; id++) {
        settings->start_text[id] = text_copy(from->text[id]);
        settings->text[id] = text_copy(from->text[id]);
        settings->value[id] = from->value[id];
    }
    for (uint32_t i = 0; i < from->custom.capacity; i++) {
        const struct custom_setting *custom = from->custom.entries[i].value;
        if (custom != NULL)
            custom_put(settings, custom->name, custom->value);
    }
}

void
settings_keep_as_start(struct settings *settings)
{
    for (int id = 0; id < SETTING_COUNT; id++) {
        char *copy = text_copy(settings->text[id]);
        mem_free(settings->start_text[id]);
        settings->start_text[id] = copy;
    }
}

static void
undo_free(struct setting_undo *undo)
{
    mem_free(undo->name);
    mem_free(undo->text);
    mem_free(undo);
}

void
settings_deinit(struct settings *settings)
{
    for (int id = 0; id < SETTING_COUNT; id++) {
        mem_free(settings->text[id]);
        mem_free(settings->start_text[id]);
    }
    for (uint32_t i = 0; i < settings->custom.capacity; i++) {
        struct custom_setting *custom = settings->custom.entries[i].value;
        if (custom == NULL)
            continue;
        mem_free(custom->name);
        mem_free(custom->value);
        mem_free(custom);
    }
    map_deinit(&settings->custom);
    while (settings->undo != NULL) {
        struct setting_undo *undo = settings->undo;
        settings->undo = undo->older;
        undo_free(undo);
    }
}

/* ---- asking and setting ---- */

const char *
settings_show(const struct settings *settings, const char *name, struct arena *arena)
{
    int id = setting_find(name);
    if (id >= 0)
        return arena_text(arena, settings_text(settings, (enum setting_id)id));
    const struct custom_setting *custom = map_find(&settings->custom, custom_hash(name));
    return custom == NULL ? NULL : arena_text(arena, custom->value == NULL ? "" : custom->value);
}

static void
settings_remember(struct settings *settings, int id, const char *name, const char *text,
                  bool is_local, uint32_t level)
{
    struct setting_undo *undo = mem_alloc_zero(sizeof *undo);
    if (undo == NULL)
        raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
    undo->id = id;
    undo->is_local = is_local;
    undo->level = level;
    /* Linked when it is whole: half a note would undo to something else. */
    if (!text_keep(name, &undo->name) || !text_keep(text, &undo->text)) {
        mem_free(undo->name);
        mem_free(undo);
        raise(SQLSTATE_OUT_OF_MEMORY, "out of memory");
    }
    undo->older = settings->undo;
    settings->undo = undo;
}

/* Two or more identifiers with dots between them. */
static bool
custom_name_is_valid(const char *name)
{
    bool is_first = true;
    for (const char *at = name; *at != '\0'; at++) {
        unsigned char c = (unsigned char)*at;
        if (c == '.'
                ? is_first
                : !(isalpha(c) || c == '_' || c >= 0x80) && (is_first || !(isdigit(c) || c == '$')))
            return false;
        is_first = c == '.';
    }
    return !is_first;
}

static void
custom_set(struct settings *settings, const char *name, const char *value, bool is_local,
           uint32_t level)
{
    if (strchr(name, '.') == NULL)
        raise(SQLSTATE_UNDEFINED_OBJECT, "unrecognized configuration parameter \"%s\"", name);
    if (!custom_name_is_valid(name))
        raise_error(.code = SQLSTATE_INVALID_NAME,
                    .message = raise_text("invalid configuration parameter name \"%s\"", name),
                    .detail = "Custom parameter names must be two or more simple identifiers "
                              "separated by dots.");
    const struct custom_setting *custom = map_find(&settings->custom, custom_hash(name));
    settings_remember(settings, -1, name, custom == NULL ? NULL : custom->value, is_local, level);
    custom_put(settings, name, value == NULL ? "" : value);
}

void
settings_set(struct settings *settings, const char *name, const char *value,
             enum setting_source source, bool is_local, uint32_t level)
{
    int found = setting_find(name);
    if (found < 0) {
        custom_set(settings, name, value, is_local, level);
        return;
    }
    enum setting_id id = (enum setting_id)found;
    const struct setting_def *def = &setting_defs[id];
    if (def->context == SETTING_INTERNAL && source != SETTING_FROM_INSIDE)
        raise(SQLSTATE_CANT_CHANGE_RUNTIME_PARAM, "parameter \"%s\" cannot be changed", def->name);
    if (def->context == SETTING_AT_START && source == SETTING_FROM_SQL)
        raise(SQLSTATE_CANT_CHANGE_RUNTIME_PARAM,
              "parameter \"%s\" cannot be changed without restarting the server", def->name);

    if ((id == SETTING_ROLE || id == SETTING_SESSION_AUTHORIZATION) && value != NULL &&
        source != SETTING_FROM_INSIDE)
        check_user(settings, id, value);

    char to[64];
    union setting_value parsed;
    const char *text = value;
    if (value == NULL)
        text = settings->start_text[id];
    else
        text = setting_parse(settings, id, value, to, &parsed);
    if (source == SETTING_FROM_SQL)
        settings_remember(settings, found, NULL, settings->text[id], is_local, level);
    settings_take(settings, id, text_copy(text));
}

/* Cannot fail: a roll-back comes here. */
static void
undo_apply(struct settings *settings, struct setting_undo *undo)
{
    if (undo->id >= 0) {
        settings_take(settings, (enum setting_id)undo->id, undo->text);
        undo->text = NULL;
        return;
    }
    struct custom_setting *custom = map_find(&settings->custom, custom_hash(undo->name));
    if (custom == NULL)
        return; /* it was about to be made when memory ran out */
    mem_free(custom->value);
    custom->value = undo->text;
    undo->text = NULL;
}

void
settings_rollback(struct settings *settings, uint32_t level)
{
    while (settings->undo != NULL && settings->undo->level >= level) {
        struct setting_undo *undo = settings->undo;
        settings->undo = undo->older;
        undo_apply(settings, undo);
        undo_free(undo);
    }
}

void
settings_commit(struct settings *settings, uint32_t level)
{
    if (level > 0) { /* a savepoint is released: its changes are its parent's now */
        for (struct setting_undo *undo = settings->undo; undo != NULL && undo->level >= level;
             undo = undo->older)
            undo->level = level - 1;
        return;
    }
    /* A plain SET after a SET LOCAL stays; a SET LOCAL after it goes back to what it found. */
    for (struct setting_undo *undo = settings->undo; undo != NULL; undo = undo->older) {
        bool is_overruled = false;
        for (struct setting_undo *later = settings->undo; later != undo; later = later->older)
            is_overruled |= !later->is_local && later->id == undo->id &&
                            (undo->id >= 0 || strcasecmp(later->name, undo->name) == 0);
        if (undo->is_local && !is_overruled)
            undo_apply(settings, undo);
    }
    while (settings->undo != NULL) {
        struct setting_undo *undo = settings->undo;
        settings->undo = undo->older;
        undo_free(undo);
    }
}
