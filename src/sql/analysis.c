/*
 * analysis.c: what all of analysis stands on: lists, errors with their place, depth, levels.
 */
#include "sql/analysis_int.h"

#define LIST_ROOM_FIRST 8

/* ---- lists ---- */

void
list_add(struct arena *arena, struct list *list, void *item)
{
    if (list->count == list->room) {
        uint32_t room = list->room == 0 ? LIST_ROOM_FIRST : list->room * 2;
        list->items = arena_resize(arena, list->items, list->room * sizeof(void *),
                                   (size_t)room * sizeof(void *));
        list->room = room;
    }
    list->items[list->count++] = item;
}

void *
list_flatten(struct arena *arena, const struct list *list, size_t bytes)
{
    uint8_t *flat = arena_alloc_array(arena, list->count, bytes);
    for (uint32_t i = 0; i < list->count; i++)
        memcpy(flat + i * bytes, list->items[i], bytes);
    return flat;
}

/* ---- errors ---- */

uint32_t
place_of(const struct analysis *an, int32_t at)
{
    if (at < 0 || an->text == NULL)
        return 0;
    uint32_t chars = 1;
    for (int32_t i = 0; i < at && an->text[i] != '\0'; i++)
        chars += ((uint8_t)an->text[i] & 0xc0) != 0x80;
    return chars;
}

void
fail(const struct analysis *an, int32_t at, sqlstate code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *message = arena_vformat(an->arena, format, args);
    va_end(args);
    raise_error(.code = code, .message = message, .position = place_of(an, at));
}

void
fail_hint(const struct analysis *an, int32_t at, sqlstate code, const char *hint,
          const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *message = arena_vformat(an->arena, format, args);
    va_end(args);
    raise_error(.code = code, .message = message, .hint = hint, .position = place_of(an, at));
}

void
fail_detail(const struct analysis *an, int32_t at, sqlstate code, const char *detail,
            const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *message = arena_vformat(an->arena, format, args);
    va_end(args);
    raise_error(.code = code, .message = message, .detail = detail, .position = place_of(an, at));
}

void
fail_unsupported(const struct analysis *an, int32_t at, const char *what)
{
    fail(an, at, SQLSTATE_FEATURE_NOT_SUPPORTED, "%s is not supported yet", what);
}

void
located(const struct analysis *an, int32_t at, void (*call)(void *object), void *object)
{
    struct catch frame;
    if (catch_begin(&frame, an->arena)) {
        call(object);
        catch_end(&frame);
    } else {
        if (frame.error->position == 0)
            frame.error->position = place_of(an, at);
        raise_again(frame.error);
    }
}

/* ---- depth ---- */

void
depth_enter(struct analysis *an, uint32_t weight)
{
    an->depth += weight;
    if (an->depth > EXPR_DEPTH_MAX)
        raise_error(.code = SQLSTATE_STATEMENT_TOO_COMPLEX, .message = "stack depth limit exceeded",
                    .hint = "The statement nests too deep; break it up.");
}

void
depth_leave(struct analysis *an, uint32_t weight)
{
    an->depth -= weight;
}

/* ---- levels ---- */

struct level *
level_new(struct analysis *an, struct level *parent, enum command command)
{
    struct level *level = arena_alloc_zero(an->arena, sizeof *level);
    level->an = an;
    level->parent = parent;
    level->query = arena_alloc_zero(an->arena, sizeof *level->query);
    level->query->command = command;
    level->query->result = RANGE_NONE;
    return level;
}

void
level_finish(struct level *level)
{
    struct query *q = level->query;
    q->range_count = level->ranges.count;
    q->ranges = (struct range **)level->ranges.items;
    q->row_mark_count = level->row_marks.count;
    q->row_marks = list_flatten(level->an->arena, &level->row_marks, sizeof(struct row_mark));
    q->cte_count = level->ctes.count;
    q->ctes = list_flatten(level->an->arena, &level->ctes, sizeof(struct cte));
}

/* ---- names ---- */

const char *
type_text(const struct analysis *an, oid type, int32_t typmod)
{
    return scope_type_text(an->scope, an->arena, type, typmod);
}

const char *
dotted_name(const struct analysis *an, const char *schema, const char *name)
{
    return schema == NULL ? name : arena_format(an->arena, "%s.%s", schema, name);
}
