/*
 * routine_row.c: see routine_row.h. A writer and its reader name the fields in the same order; a
 * reader goes empty at the first missing byte.
 */
#include "catalog/routine_row.h"

#include "type/values.h"

#define ROUTINE_VERSION 1

struct row_reader {
    const uint8_t *at, *end;
    bool is_broken;
    struct arena *arena;
};

static const uint8_t *
take(struct row_reader *reader, size_t bytes)
{
    if ((size_t)(reader->end - reader->at) < bytes) {
        reader->is_broken = true;
        reader->at = reader->end;
        return NULL;
    }
    const uint8_t *p = reader->at;
    reader->at += bytes;
    return p;
}

static uint8_t
get_u8(struct row_reader *reader)
{
    const uint8_t *p = take(reader, 1);
    return p == NULL ? 0 : *p;
}

static uint16_t
get_u16(struct row_reader *reader)
{
    const uint8_t *p = take(reader, 2);
    return p == NULL ? 0 : le16_get(p);
}

static uint32_t
get_u32(struct row_reader *reader)
{
    const uint8_t *p = take(reader, 4);
    return p == NULL ? 0 : le32_get(p);
}

static const char *
get_text(struct row_reader *reader)
{
    uint32_t bytes = get_u32(reader);
    if (bytes == OBJECT_TEXT_NONE)
        return NULL;
    const uint8_t *p = take(reader, bytes);
    return p == NULL ? NULL : (const char *)arena_slice(reader->arena, slice_of(p, bytes)).data;
}

static float
get_f32(struct row_reader *reader)
{
    uint32_t bits = get_u32(reader);
    float v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

/* Room for elements of which the row has at least four bytes each; null if it has not. */
static void *
get_array(struct row_reader *reader, uint32_t count, size_t element_bytes)
{
    if (count > (size_t)(reader->end - reader->at) / 4) {
        reader->is_broken = true;
        return NULL;
    }
    return arena_alloc_zero(reader->arena, (count + 1u) * element_bytes);
}

static void
put_text(struct buf *to, const char *text)
{
    if (text == NULL) {
        buf_put_u32(to, OBJECT_TEXT_NONE);
        return;
    }
    size_t bytes = strlen(text);
    buf_put_u32(to, (uint32_t)bytes);
    buf_put(to, text, bytes);
}

static void
put_f32(struct buf *to, float v)
{
    uint32_t bits;
    memcpy(&bits, &v, sizeof bits);
    buf_put_u32(to, bits);
}

static void
head_write(oid object, oid schema, struct buf *to)
{
    buf_put_u8(to, ROUTINE_VERSION);
    buf_put_u32(to, object);
    buf_put_u32(to, schema);
}

static bool
head_read(struct row_reader *reader, struct slice row, struct arena *arena, oid *object,
          oid *schema)
{
    *reader = (struct row_reader){.at = row.data, .end = row.data + row.bytes, .arena = arena};
    bool is_known = get_u8(reader) == ROUTINE_VERSION;
    *object = get_u32(reader);
    *schema = get_u32(reader);
    return is_known;
}

static bool
is_whole(const struct row_reader *reader)
{
    return !reader->is_broken && reader->at == reader->end;
}

/* ---- aggregates ---- */

static void
aggregate_write(const struct aggregate_def *def, struct buf *to)
{
    const oid oids[] = {def->step,           def->finish,
                        def->combine,        def->serial,
                        def->deserial,       def->moving_step,
                        def->moving_inverse, def->moving_finish,
                        def->state_type,     def->moving_state_type,
                        def->sort_operator};
    buf_put_u8(to, (uint8_t)def->kind);
    buf_put_u16(to, def->direct_count);
    for (size_t i = 0; i < sizeof oids / sizeof *oids; i++)
        buf_put_u32(to, oids[i]);
    buf_put_u8(to, (uint8_t)(def->finish_extra | def->moving_finish_extra << 1));
    buf_put_u8(to, (uint8_t)def->finish_modify);
    buf_put_u8(to, (uint8_t)def->moving_finish_modify);
    buf_put_u32(to, (uint32_t)def->state_bytes);
    buf_put_u32(to, (uint32_t)def->moving_state_bytes);
    put_text(to, def->init);
    put_text(to, def->moving_init);
}

static const struct aggregate_def *
aggregate_read(struct row_reader *reader)
{
    struct aggregate_def *def = arena_alloc_zero(reader->arena, sizeof *def);
    oid *const oids[] = {&def->step,           &def->finish,
                         &def->combine,        &def->serial,
                         &def->deserial,       &def->moving_step,
                         &def->moving_inverse, &def->moving_finish,
                         &def->state_type,     &def->moving_state_type,
                         &def->sort_operator};
    def->kind = (char)get_u8(reader);
    def->direct_count = get_u16(reader);
    for (size_t i = 0; i < sizeof oids / sizeof *oids; i++)
        *oids[i] = get_u32(reader);
    uint8_t extras = get_u8(reader);
    def->finish_extra = extras & 1;
    def->moving_finish_extra = extras & 2;
    def->finish_modify = (char)get_u8(reader);
    def->moving_finish_modify = (char)get_u8(reader);
    def->state_bytes = (int32_t)get_u32(reader);
    def->moving_state_bytes = (int32_t)get_u32(reader);
    def->init = get_text(reader);
    def->moving_init = get_text(reader);
    aggregate_def_derive(def);
    return def;
}

/* ---- routines ---- */

static void
args_write(const struct routine *routine, struct buf *to)
{
    buf_put_u16(to, routine->arg_count);
    for (uint16_t i = 0; i < routine->arg_count; i++) {
        const struct routine_arg *arg = &routine->args[i];
        put_text(to, arg->name);
        buf_put_u32(to, arg->type);
        buf_put_u8(to, (uint8_t)arg->mode);
        put_text(to, arg->default_sql);
    }
}

static void
args_read(struct row_reader *reader, struct routine *routine)
{
    routine->arg_count = get_u16(reader);
    struct routine_arg *args = get_array(reader, routine->arg_count, sizeof *args);
    for (uint16_t i = 0; args != NULL && i < routine->arg_count; i++) {
        args[i].name = get_text(reader);
        args[i].type = get_u32(reader);
        args[i].mode = (enum routine_arg_mode)get_u8(reader);
        args[i].default_sql = get_text(reader);
    }
    routine->args = args;
}

void
routine_write(const struct routine *routine, struct buf *to)
{
    const struct func_info *info = &routine->info;
    head_write(info->func, routine->schema, to);
    buf_put_u32(to, routine->owner);
    put_text(to, info->name);
    buf_put_u32(to, (uint32_t)routine->language);
    buf_put_u8(to, (uint8_t)routine->kind);
    buf_put_u8(to, (uint8_t)routine->body);
    put_text(to, routine->source);
    args_write(routine, to);
    buf_put_u32(to, info->result);
    buf_put_u32(to, info->variadic);
    buf_put_u8(to, (uint8_t)(info->is_set | info->is_strict << 1 |
                             routine->is_security_definer << 2 | routine->is_leakproof << 3));
    buf_put_u8(to, (uint8_t)info->volatility);
    buf_put_u8(to, (uint8_t)routine->parallel);
    put_f32(to, routine->cost);
    put_f32(to, routine->rows);
    buf_put_u16(to, routine->config_count);
    for (uint16_t i = 0; i < routine->config_count; i++)
        put_text(to, routine->config[i]);
    put_text(to, routine->comment);
    if (routine->aggregate != NULL)
        aggregate_write(routine->aggregate, to);
}

struct routine *
routine_read(struct slice row, struct arena *arena)
{
    struct row_reader reader;
    struct routine *routine = arena_alloc_zero(arena, sizeof *routine);
    struct func_info *info = &routine->info;
    if (!head_read(&reader, row, arena, &info->func, &routine->schema))
        return NULL;
    routine->owner = get_u32(&reader);
    info->name = get_text(&reader);
    routine->language = (enum routine_language)get_u32(&reader);
    routine->kind = (char)get_u8(&reader);
    routine->body = (enum routine_body_kind)get_u8(&reader);
    routine->source = get_text(&reader);
    args_read(&reader, routine);
    info->result = get_u32(&reader);
    info->variadic = get_u32(&reader);
    uint8_t flags = get_u8(&reader);
    info->is_set = flags & 1;
    info->is_strict = flags & 2;
    routine->is_security_definer = flags & 4;
    routine->is_leakproof = flags & 8;
    info->volatility = (enum func_volatility)get_u8(&reader);
    routine->parallel = (char)get_u8(&reader);
    routine->cost = get_f32(&reader);
    routine->rows = get_f32(&reader);
    routine->config_count = get_u16(&reader);
    const char **config = get_array(&reader, routine->config_count, sizeof *config);
    for (uint16_t i = 0; config != NULL && i < routine->config_count; i++)
        config[i] = get_text(&reader);
    routine->config = config;
    routine->comment = get_text(&reader);
    if (routine->kind == 'a')
        routine->aggregate = aggregate_read(&reader);
    return is_whole(&reader) && info->name != NULL ? routine : NULL;
}

/* ---- operators ---- */

void
operator_write(const struct user_operator *op, struct buf *to)
{
    const struct operator_info *info = &op->info;
    head_write(info->op, op->schema, to);
    buf_put_u32(to, op->owner);
    put_text(to, info->name);
    buf_put_u32(to, info->left);
    buf_put_u32(to, info->right);
    buf_put_u32(to, info->result);
    buf_put_u32(to, info->func);
    buf_put_u32(to, info->commutator);
    buf_put_u32(to, info->negator);
    buf_put_u8(to, (uint8_t)(info->can_hash | info->can_merge << 1 | op->is_shell << 2));
    put_text(to, info->restrict_est);
    put_text(to, info->join_est);
    put_text(to, op->comment);
}

struct user_operator *
operator_read(struct slice row, struct arena *arena)
{
    struct row_reader reader;
    struct user_operator *op = arena_alloc_zero(arena, sizeof *op);
    struct operator_info *info = &op->info;
    if (!head_read(&reader, row, arena, &info->op, &op->schema))
        return NULL;
    op->owner = get_u32(&reader);
    info->name = get_text(&reader);
    info->left = get_u32(&reader);
    info->right = get_u32(&reader);
    info->result = get_u32(&reader);
    info->func = get_u32(&reader);
    info->commutator = get_u32(&reader);
    info->negator = get_u32(&reader);
    uint8_t flags = get_u8(&reader);
    info->can_hash = flags & 1;
    info->can_merge = flags & 2;
    op->is_shell = flags & 4;
    info->restrict_est = get_text(&reader);
    info->join_est = get_text(&reader);
    op->comment = get_text(&reader);
    return is_whole(&reader) && info->name != NULL ? op : NULL;
}

/* ---- casts ---- */

void
cast_write(const struct user_cast *cast, struct buf *to)
{
    head_write(cast->cast, OID_NONE, to);
    buf_put_u32(to, cast->info.source);
    buf_put_u32(to, cast->info.target);
    buf_put_u32(to, cast->info.func);
    buf_put_u8(to, (uint8_t)cast->info.context);
    buf_put_u8(to, (uint8_t)cast->info.method);
    put_text(to, cast->comment);
}

struct user_cast *
cast_read(struct slice row, struct arena *arena)
{
    struct row_reader reader;
    struct user_cast *cast = arena_alloc_zero(arena, sizeof *cast);
    oid schema;
    if (!head_read(&reader, row, arena, &cast->cast, &schema))
        return NULL;
    cast->info.source = get_u32(&reader);
    cast->info.target = get_u32(&reader);
    cast->info.func = get_u32(&reader);
    cast->info.context = (enum cast_context)get_u8(&reader);
    cast->info.method = (enum cast_method)get_u8(&reader);
    cast->comment = get_text(&reader);
    return is_whole(&reader) ? cast : NULL;
}
