/*
 * object.c: catalog objects to and from bytes (object.h has the form).
 *
 * A writer and its reader stand side by side and name the fields in the same order. The reader is a
 * cursor that goes empty at the first missing byte, so it needs no check after each field.
 */
#include "catalog/object.h"

#include "type/domain.h"
#include "type/range_user.h"

#define OBJECT_VERSION 1
/* 1: nothing of inheritance and partitions; 2: no options; 3: no properties of columns */
#define TABLE_VERSION 4

struct object_reader {
    const uint8_t *at, *end;
    bool is_broken;
    uint8_t version; /* tables: of the row */
    struct arena *arena;
};

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

static const uint8_t *
take(struct object_reader *reader, size_t bytes)
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
get_u8(struct object_reader *reader)
{
    const uint8_t *p = take(reader, 1);
    return p == NULL ? 0 : *p;
}

static uint16_t
get_u16(struct object_reader *reader)
{
    const uint8_t *p = take(reader, 2);
    return p == NULL ? 0 : le16_get(p);
}

static uint32_t
get_u32(struct object_reader *reader)
{
    const uint8_t *p = take(reader, 4);
    return p == NULL ? 0 : le32_get(p);
}

static uint64_t
get_u64(struct object_reader *reader)
{
    const uint8_t *p = take(reader, 8);
    return p == NULL ? 0 : le64_get(p);
}

static double
get_f64(struct object_reader *reader)
{
    uint64_t bits = get_u64(reader);
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

static void
put_f64(struct buf *to, double v)
{
    buf_put(to, &v, sizeof v);
}

static const char *
get_text(struct object_reader *reader)
{
    uint32_t bytes = get_u32(reader);
    if (bytes == OBJECT_TEXT_NONE)
        return NULL;
    const uint8_t *p = take(reader, bytes);
    if (p == NULL)
        return NULL;
    return (const char *)arena_slice(reader->arena, slice_of(p, bytes)).data;
}

/* Room for `count` elements that the row still has at least `least_bytes` each for; null if not. */
static void *
get_array(struct object_reader *reader, uint32_t count, size_t least_bytes, size_t element_bytes)
{
    if (count > (size_t)(reader->end - reader->at) / least_bytes) {
        reader->is_broken = true;
        return NULL;
    }
    return arena_alloc_array(reader->arena, count + (count == 0), element_bytes);
}

static bool
reader_begin(struct object_reader *reader, struct slice row, struct arena *arena)
{
    *reader = (struct object_reader){.at = row.data, .end = row.data + row.bytes, .arena = arena};
    return get_u8(reader) == OBJECT_VERSION;
}

/* A table's row, of any version. */
static bool
reader_begin_table(struct object_reader *reader, struct slice row, struct arena *arena)
{
    *reader = (struct object_reader){.at = row.data, .end = row.data + row.bytes, .arena = arena};
    reader->version = get_u8(reader);
    return reader->version >= OBJECT_VERSION && reader->version <= TABLE_VERSION;
}

static bool
reader_is_good(const struct object_reader *reader)
{
    return !reader->is_broken && reader->at == reader->end;
}

void
object_write_schema(const struct schema_def *schema, struct buf *to)
{
    buf_put_u8(to, OBJECT_VERSION);
    buf_put_u32(to, schema->schema);
    buf_put_u32(to, schema->owner);
    put_text(to, schema->name);
    put_text(to, schema->comment);
}

struct schema_def *
object_read_schema(struct slice row, struct arena *arena)
{
    struct object_reader reader;
    if (!reader_begin(&reader, row, arena))
        return NULL;
    struct schema_def *schema = arena_alloc_zero(arena, sizeof *schema);
    schema->schema = get_u32(&reader);
    schema->owner = get_u32(&reader);
    schema->name = get_text(&reader);
    schema->comment = get_text(&reader);
    return reader_is_good(&reader) && schema->name != NULL ? schema : NULL;
}

void
object_write_sequence(const struct sequence_def *sequence, struct buf *to)
{
    buf_put_u8(to, OBJECT_VERSION);
    buf_put_u32(to, sequence->sequence);
    buf_put_u32(to, sequence->schema);
    buf_put_u32(to, sequence->owner);
    put_text(to, sequence->name);
    buf_put_u32(to, sequence->type);
    buf_put_u64(to, (uint64_t)sequence->start);
    buf_put_u64(to, (uint64_t)sequence->increment);
    buf_put_u64(to, (uint64_t)sequence->min);
    buf_put_u64(to, (uint64_t)sequence->max);
    buf_put_u64(to, (uint64_t)sequence->cache);
    buf_put_u8(to, sequence->can_cycle);
    buf_put_u32(to, sequence->owner_table);
    buf_put_u16(to, (uint16_t)sequence->owner_attr);
    put_text(to, sequence->comment);
}

struct sequence_def *
object_read_sequence(struct slice row, struct arena *arena)
{
    struct object_reader reader;
    if (!reader_begin(&reader, row, arena))
        return NULL;
    struct sequence_def *sequence = arena_alloc_zero(arena, sizeof *sequence);
    sequence->sequence = get_u32(&reader);
    sequence->schema = get_u32(&reader);
    sequence->owner = get_u32(&reader);
    sequence->name = get_text(&reader);
    sequence->type = get_u32(&reader);
    sequence->start = (int64_t)get_u64(&reader);
    sequence->increment = (int64_t)get_u64(&reader);
    sequence->min = (int64_t)get_u64(&reader);
    sequence->max = (int64_t)get_u64(&reader);
    sequence->cache = (int64_t)get_u64(&reader);
    sequence->can_cycle = get_u8(&reader) != 0;
    sequence->owner_table = get_u32(&reader);
    sequence->owner_attr = (attr_no)get_u16(&reader);
    sequence->comment = get_text(&reader);
    return reader_is_good(&reader) && sequence->name != NULL ? sequence : NULL;
}

/* ---- types of users: what all have, then the part of the kind ---- */

static void
write_enum(const struct enum_part *part, struct buf *to)
{
    buf_put_u32(to, part->label_count);
    for (uint32_t i = 0; i < part->label_count; i++) {
        const struct enum_label *label = &part->labels[i];
        buf_put_u32(to, label->label);
        put_f64(to, (double)label->order);
        put_text(to, label->name);
    }
}

static void
read_enum(struct object_reader *reader, struct enum_part *part)
{
    part->label_count = get_u32(reader);
    struct enum_label *labels = get_array(reader, part->label_count, 16, sizeof *labels);
    for (uint32_t i = 0; labels != NULL && i < part->label_count; i++) {
        labels[i].label = get_u32(reader);
        labels[i].order = (float)get_f64(reader);
        labels[i].name = get_text(reader);
        reader->is_broken |= labels[i].name == NULL;
    }
    part->labels = labels;
}

static void
write_range(const struct user_type *type, struct buf *to)
{
    const struct range_part *part = &type->range;
    buf_put_u8(to, (uint8_t)type->info.align);
    buf_put_u32(to, part->type.range);
    buf_put_u32(to, part->type.multirange);
    buf_put_u32(to, part->type.subtype);
    buf_put_u32(to, part->type.diff);
    buf_put_u32(to, part->type.collation);
    buf_put_u32(to, part->type.opclass);
    buf_put_u32(to, part->range_array);
    for (uint32_t i = 0; i < part->constructor_count; i++)
        buf_put_u32(to, part->constructor_oids[i]);
}

/* Returns the alignment. */
static char
read_range(struct object_reader *reader, char kind, struct range_part *part)
{
    char align = (char)get_u8(reader);
    part->type.range = get_u32(reader);
    part->type.multirange = get_u32(reader);
    part->type.subtype = get_u32(reader);
    part->type.diff = get_u32(reader);
    part->type.collation = get_u32(reader);
    part->type.opclass = get_u32(reader);
    part->range_array = get_u32(reader);
    for (uint32_t i = 0; i < range_constructor_count(kind); i++)
        part->constructor_oids[i] = get_u32(reader);
    return align;
}

/* What is taken from the base stands first. */
static void
write_domain(const struct user_type *type, struct buf *to)
{
    const struct domain_part *part = &type->domain;
    buf_put_u32(to, type->contract);
    buf_put_u16(to, (uint16_t)type->info.length);
    buf_put_u8(to, (uint8_t)(type->info.is_by_value | type->info.is_collatable << 1 |
                             part->is_not_null << 2));
    buf_put_u8(to, (uint8_t)type->info.align);
    buf_put_u8(to, (uint8_t)type->info.category);
    buf_put_u8(to, (uint8_t)type->info.storage);
    buf_put_u8(to, (uint8_t)type->info.delimiter);
    buf_put_u32(to, part->base);
    buf_put_u32(to, (uint32_t)part->typmod);
    buf_put_u32(to, part->collation);
    buf_put_u32(to, part->dim_count);
    put_text(to, part->default_sql);
    buf_put_u32(to, part->check_count);
    for (uint32_t i = 0; i < part->check_count; i++) {
        buf_put_u32(to, part->checks[i].constraint);
        put_text(to, part->checks[i].name);
        put_text(to, part->checks[i].sql);
        buf_put_u8(to, part->checks[i].is_validated);
        put_text(to, part->checks[i].comment);
    }
}

static void
read_domain(struct object_reader *reader, struct domain_traits *traits, struct domain_part *part)
{
    traits->contract = get_u32(reader);
    traits->length = (int16_t)get_u16(reader);
    uint8_t flags = get_u8(reader);
    traits->is_by_value = (flags & 1) != 0;
    traits->is_collatable = (flags & 2) != 0;
    part->is_not_null = (flags & 4) != 0;
    traits->align = (char)get_u8(reader);
    traits->category = (char)get_u8(reader);
    traits->storage = (char)get_u8(reader);
    traits->delimiter = (char)get_u8(reader);
    part->base = get_u32(reader);
    part->typmod = (int32_t)get_u32(reader);
    part->collation = get_u32(reader);
    part->dim_count = get_u32(reader);
    part->default_sql = get_text(reader);
    part->check_count = get_u32(reader);
    struct domain_check *checks = get_array(reader, part->check_count, 17, sizeof *checks);
    for (uint32_t i = 0; checks != NULL && i < part->check_count; i++) {
        checks[i].constraint = get_u32(reader);
        checks[i].name = get_text(reader);
        checks[i].sql = get_text(reader);
        checks[i].is_validated = get_u8(reader) != 0;
        checks[i].comment = get_text(reader);
        reader->is_broken |= checks[i].name == NULL || checks[i].sql == NULL;
    }
    part->checks = checks;
    reader->is_broken |= types_builtin(traits->contract) == NULL;
}

void
object_write_type(const struct user_type *type, struct buf *to)
{
    buf_put_u8(to, OBJECT_VERSION);
    buf_put_u32(to, type->info.type);
    buf_put_u32(to, type->schema);
    buf_put_u32(to, type->owner);
    buf_put_u32(to, type->info.array);
    buf_put_u8(to, (uint8_t)type->info.kind);
    put_text(to, type->info.name);
    put_text(to, type->array.name);
    put_text(to, type->comment);
    if (type->info.kind == 'e')
        write_enum(&type->enumeration, to);
    else if (type->info.kind == 'r' || type->info.kind == 'm')
        write_range(type, to);
    else if (type->info.kind == 'd')
        write_domain(type, to);
}

struct user_type *
object_read_type(struct slice row, struct arena *arena)
{
    struct object_reader reader;
    if (!reader_begin(&reader, row, arena))
        return NULL;
    struct user_type *type = arena_alloc_zero(arena, sizeof *type);
    oid number = get_u32(&reader);
    type->schema = get_u32(&reader);
    type->owner = get_u32(&reader);
    oid array = get_u32(&reader);
    char kind = (char)get_u8(&reader);
    const char *name = get_text(&reader), *array_name = get_text(&reader);
    type->comment = get_text(&reader);
    struct domain_traits traits;
    struct domain_part domain = {0};
    switch (kind) {
    case 'e':
        read_enum(&reader, &type->enumeration);
        enum_type_init(type, number, array, name, array_name);
        break;
    case 'r':
    case 'm':
        range_type_init(type, kind, array, name, array_name,
                        read_range(&reader, kind, &type->range), arena);
        break;
    case 'd':
        read_domain(&reader, &traits, &domain);
        if (reader.is_broken)
            return NULL;
        domain_type_init(type, number, array, name, array_name, &traits, &domain);
        break;
    default:
        return NULL;
    }
    bool is_named = name != NULL && (array_name != NULL || array == OID_NONE);
    return is_named && reader_is_good(&reader) ? type : NULL;
}

/* Whether something is a table's own, and how many parents have it. */
static void
write_origin(bool is_local, uint16_t inherit_count, struct buf *to)
{
    buf_put_u8(to, is_local);
    buf_put_u16(to, inherit_count);
}

static void
read_origin(struct object_reader *reader, bool *is_local, uint16_t *inherit_count)
{
    bool is_there = reader->version >= 2;
    *is_local = is_there ? get_u8(reader) != 0 : true;
    *inherit_count = is_there ? get_u16(reader) : 0;
}

static void
write_column(const struct column_def *column, struct buf *to)
{
    buf_put_u16(to, (uint16_t)column->attr);
    put_text(to, column->name);
    buf_put_u32(to, column->type);
    buf_put_u32(to, (uint32_t)column->typmod);
    buf_put_u32(to, column->collation);
    buf_put_u8(to, (uint8_t)(column->is_not_null | column->is_dropped << 1 |
                             column->has_missing << 2 | column->missing_is_null << 3));
    buf_put_u8(to, (uint8_t)column->identity);
    buf_put_u32(to, column->sequence);
    put_text(to, column->default_sql);
    put_text(to, column->generated_sql);
    put_text(to, column->missing_text);
    put_text(to, column->comment);
    write_origin(column->is_local, column->inherit_count, to);
    buf_put_u16(to, column->statistics);
    buf_put_u8(to, (uint8_t)column->storage);
    buf_put_u8(to, (uint8_t)column->compression);
}

static void
read_column(struct object_reader *reader, struct column_def *column)
{
    *column = (struct column_def){.attr = (attr_no)get_u16(reader)};
    column->name = get_text(reader);
    column->type = get_u32(reader);
    column->typmod = (int32_t)get_u32(reader);
    column->collation = get_u32(reader);
    uint8_t flags = get_u8(reader);
    column->is_not_null = (flags & 1) != 0;
    column->is_dropped = (flags & 2) != 0;
    column->has_missing = (flags & 4) != 0;
    column->missing_is_null = (flags & 8) != 0;
    column->identity = get_u8(reader);
    column->sequence = get_u32(reader);
    column->default_sql = get_text(reader);
    column->generated_sql = get_text(reader);
    column->missing_text = get_text(reader);
    column->comment = get_text(reader);
    read_origin(reader, &column->is_local, &column->inherit_count);
    if (reader->version >= 4) {
        column->statistics = get_u16(reader);
        column->storage = (char)get_u8(reader);
        column->compression = (char)get_u8(reader);
    }
    if (column->name == NULL)
        reader->is_broken = true;
}

static void
write_attrs(const attr_no *attrs, uint16_t count, struct buf *to)
{
    for (uint16_t i = 0; i < count; i++)
        buf_put_u16(to, (uint16_t)attrs[i]);
}

static const attr_no *
read_attrs(struct object_reader *reader, uint16_t count)
{
    attr_no *attrs = get_array(reader, count, sizeof *attrs, sizeof *attrs);
    for (uint16_t i = 0; attrs != NULL && i < count; i++)
        attrs[i] = (attr_no)get_u16(reader);
    return attrs;
}

static void
write_index(const struct index_def *index, struct buf *to)
{
    buf_put_u32(to, index->index);
    buf_put_u64(to, index->tree);
    put_text(to, index->name);
    buf_put_u8(to, (uint8_t)(index->is_unique | index->is_primary << 1 |
                             index->is_nulls_distinct << 2 | index->method << 3));
    buf_put_u16(to, index->key_count);
    for (uint16_t i = 0; i < index->key_count; i++) {
        const struct index_key *key = &index->keys[i];
        buf_put_u16(to, (uint16_t)key->attr);
        put_text(to, key->expr_sql);
        buf_put_u32(to, key->type);
        buf_put_u32(to, key->collation);
        buf_put_u8(to, (uint8_t)(key->is_descending | key->is_nulls_first << 1 |
                                 (key->opclass != NULL) << 2));
        if (key->opclass != NULL)
            put_text(to, key->opclass);
    }
    buf_put_u16(to, index->include_count);
    write_attrs(index->include, index->include_count, to);
    put_text(to, index->predicate_sql);
    buf_put_u32(to, index->constraint);
    put_text(to, index->comment);
    buf_put_u32(to, index->parent);
}

static struct index_def *
read_index(struct object_reader *reader, oid table)
{
    struct index_def *index = arena_alloc_zero(reader->arena, sizeof *index);
    index->table = table;
    index->index = get_u32(reader);
    index->tree = get_u64(reader);
    index->name = get_text(reader);
    uint8_t flags = get_u8(reader);
    index->is_unique = (flags & 1) != 0;
    index->is_primary = (flags & 2) != 0;
    index->is_nulls_distinct = (flags & 4) != 0;
    index->method = flags >> 3;
    index->key_count = get_u16(reader);
    struct index_key *keys = get_array(reader, index->key_count, 15, sizeof *keys);
    for (uint16_t i = 0; keys != NULL && i < index->key_count; i++) {
        keys[i].attr = (attr_no)get_u16(reader);
        keys[i].expr_sql = get_text(reader);
        keys[i].type = get_u32(reader);
        keys[i].collation = get_u32(reader);
        uint8_t order = get_u8(reader);
        keys[i].is_descending = (order & 1) != 0;
        keys[i].is_nulls_first = (order & 2) != 0;
        keys[i].opclass = (order & 4) != 0 ? get_text(reader) : NULL;
    }
    index->keys = keys;
    index->include_count = get_u16(reader);
    index->include = read_attrs(reader, index->include_count);
    index->predicate_sql = get_text(reader);
    index->constraint = get_u32(reader);
    index->comment = get_text(reader);
    index->parent = reader->version >= 2 ? get_u32(reader) : OID_NONE;
    if (index->name == NULL || index->method >= INDEX_METHODS)
        reader->is_broken = true;
    return index;
}

static void
write_constraint(const struct constraint_def *constraint, struct buf *to)
{
    bool is_foreign = constraint->kind == CONSTRAINT_FOREIGN;
    buf_put_u32(to, constraint->constraint);
    put_text(to, constraint->name);
    buf_put_u8(to, (uint8_t)constraint->kind);
    buf_put_u16(to, constraint->attr_count);
    write_attrs(constraint->attrs, constraint->attr_count, to);
    put_text(to, constraint->check_sql);
    buf_put_u32(to, constraint->index);
    buf_put_u32(to, constraint->foreign_table);
    write_attrs(constraint->foreign_attrs, is_foreign ? constraint->attr_count : 0, to);
    buf_put_u8(to, (uint8_t)constraint->on_update);
    buf_put_u8(to, (uint8_t)constraint->on_delete);
    buf_put_u8(to, (uint8_t)constraint->match);
    buf_put_u8(to, (uint8_t)(constraint->is_deferrable | constraint->is_deferred << 1 |
                             constraint->is_validated << 2 | constraint->is_no_inherit << 3));
    put_text(to, constraint->comment);
    write_origin(constraint->is_local, constraint->inherit_count, to);
    buf_put_u32(to, constraint->parent);
}

static void
read_constraint(struct object_reader *reader, struct constraint_def *constraint)
{
    *constraint = (struct constraint_def){.constraint = get_u32(reader)};
    constraint->name = get_text(reader);
    constraint->kind = get_u8(reader);
    constraint->attr_count = get_u16(reader);
    constraint->attrs = read_attrs(reader, constraint->attr_count);
    constraint->check_sql = get_text(reader);
    constraint->index = get_u32(reader);
    constraint->foreign_table = get_u32(reader);
    bool is_foreign = constraint->kind == CONSTRAINT_FOREIGN;
    constraint->foreign_attrs = read_attrs(reader, is_foreign ? constraint->attr_count : 0);
    constraint->on_update = (char)get_u8(reader);
    constraint->on_delete = (char)get_u8(reader);
    constraint->match = (char)get_u8(reader);
    uint8_t flags = get_u8(reader);
    constraint->is_deferrable = (flags & 1) != 0;
    constraint->is_deferred = (flags & 2) != 0;
    constraint->is_validated = (flags & 4) != 0;
    constraint->is_no_inherit = (flags & 8) != 0;
    constraint->comment = get_text(reader);
    read_origin(reader, &constraint->is_local, &constraint->inherit_count);
    constraint->parent = reader->version >= 2 ? get_u32(reader) : OID_NONE;
    if (constraint->name == NULL)
        reader->is_broken = true;
}

/* ---- inheritance and partitions ---- */

static void
write_oids(const oid *oids, uint32_t count, struct buf *to)
{
    buf_put_u32(to, count);
    for (uint32_t i = 0; i < count; i++)
        buf_put_u32(to, oids[i]);
}

static const oid *
read_oids(struct object_reader *reader, uint32_t *count)
{
    *count = get_u32(reader);
    oid *oids = get_array(reader, *count, 4, sizeof *oids);
    if (oids == NULL)
        *count = 0;
    for (uint32_t i = 0; i < *count; i++)
        oids[i] = get_u32(reader);
    return oids;
}

static void
write_partition_key(const struct partition_key *key, struct buf *to)
{
    buf_put_u8(to, (uint8_t)key->strategy);
    buf_put_u16(to, key->count);
    for (uint16_t i = 0; i < key->count; i++) {
        buf_put_u16(to, (uint16_t)key->attrs[i]);
        put_text(to, key->expr_sql[i]);
        buf_put_u32(to, key->types[i]);
        buf_put_u32(to, key->collations[i]);
    }
}

static const struct partition_key *
read_partition_key(struct object_reader *reader, char strategy)
{
    struct partition_key *key = arena_alloc_zero(reader->arena, sizeof *key);
    key->strategy = strategy;
    uint16_t count = get_u16(reader);
    attr_no *attrs = get_array(reader, count, 14, sizeof *attrs);
    const char **sql = get_array(reader, count, 14, sizeof *sql);
    oid *types = get_array(reader, count, 14, sizeof *types);
    oid *collations = get_array(reader, count, 14, sizeof *collations);
    if (collations == NULL)
        return NULL;
    for (uint16_t i = 0; i < count; i++) {
        attrs[i] = (attr_no)get_u16(reader);
        sql[i] = get_text(reader);
        types[i] = get_u32(reader);
        collations[i] = get_u32(reader);
    }
    key->count = count;
    key->attrs = attrs;
    key->expr_sql = sql;
    key->types = types;
    key->collations = collations;
    return key;
}

static void
write_partition_data(const struct partition_datum *data, uint16_t count, struct buf *to)
{
    for (uint16_t i = 0; i < count; i++) {
        buf_put_u8(to, (uint8_t)data[i].kind);
        put_text(to, data[i].text);
    }
}

static const struct partition_datum *
read_partition_data(struct object_reader *reader, uint16_t count)
{
    struct partition_datum *data = get_array(reader, count, 5, sizeof *data);
    for (uint16_t i = 0; data != NULL && i < count; i++) {
        data[i].kind = get_u8(reader);
        data[i].text = get_text(reader);
        if ((data[i].kind == PARTITION_VALUE) != (data[i].text != NULL))
            reader->is_broken = true;
    }
    return data;
}

static void
write_partition_bound(const struct partition_bound *bound, struct buf *to)
{
    bool is_range = bound->strategy == 'r' && !bound->is_default;
    bool is_list = bound->strategy == 'l' && !bound->is_default;
    buf_put_u8(to, (uint8_t)bound->strategy);
    buf_put_u8(to, (uint8_t)(bound->is_default | bound->has_null << 1));
    buf_put_u16(to, bound->count);
    write_partition_data(bound->values, is_list ? bound->count : 0, to);
    write_partition_data(bound->from, is_range ? bound->count : 0, to);
    write_partition_data(bound->to, is_range ? bound->count : 0, to);
    buf_put_u32(to, (uint32_t)bound->modulus);
    buf_put_u32(to, (uint32_t)bound->remainder);
}

static const struct partition_bound *
read_partition_bound(struct object_reader *reader, char strategy)
{
    struct partition_bound *bound = arena_alloc_zero(reader->arena, sizeof *bound);
    bound->strategy = strategy;
    uint8_t flags = get_u8(reader);
    bound->is_default = (flags & 1) != 0;
    bound->has_null = (flags & 2) != 0;
    bound->count = get_u16(reader);
    bool is_range = strategy == 'r' && !bound->is_default;
    bool is_list = strategy == 'l' && !bound->is_default;
    bound->values = read_partition_data(reader, is_list ? bound->count : 0);
    bound->from = read_partition_data(reader, is_range ? bound->count : 0);
    bound->to = read_partition_data(reader, is_range ? bound->count : 0);
    bound->modulus = (int32_t)get_u32(reader);
    bound->remainder = (int32_t)get_u32(reader);
    return bound;
}

static void
write_links(const struct table *table, struct buf *to)
{
    write_oids(table->parents, table->parent_count, to);
    write_oids(table->children, table->child_count, to);
    if (table->partition_key != NULL)
        write_partition_key(table->partition_key, to);
    else
        buf_put_u8(to, 0);
    if (table->bound != NULL)
        write_partition_bound(table->bound, to);
    else
        buf_put_u8(to, 0);
}

static void
read_links(struct object_reader *reader, struct table *table)
{
    uint32_t parent_count;
    table->parents = read_oids(reader, &parent_count);
    if (parent_count > UINT16_MAX)
        reader->is_broken = true;
    table->parent_count = (uint16_t)parent_count;
    table->children = read_oids(reader, &table->child_count);
    char strategy = (char)get_u8(reader);
    if (strategy != 0)
        table->partition_key = read_partition_key(reader, strategy);
    strategy = (char)get_u8(reader);
    if (strategy != 0)
        table->bound = read_partition_bound(reader, strategy);
}

/* ---- tables ---- */

void
object_write_table(const struct table *table, struct buf *to)
{
    buf_put_u8(to, TABLE_VERSION);
    buf_put_u32(to, table->table);
    buf_put_u32(to, table->schema);
    buf_put_u32(to, table->owner);
    buf_put_u64(to, table->tree);
    put_text(to, table->name);
    buf_put_u8(to, (uint8_t)table->kind);
    buf_put_u8(to, (uint8_t)table->persistence);
    buf_put_u16(to, table->column_count);
    for (uint16_t i = 0; i < table->column_count; i++)
        write_column(&table->columns[i], to);
    buf_put_u16(to, table->index_count);
    for (uint16_t i = 0; i < table->index_count; i++)
        write_index(table->indexes[i], to);
    buf_put_u16(to, table->constraint_count);
    for (uint16_t i = 0; i < table->constraint_count; i++)
        write_constraint(&table->constraints[i], to);
    buf_put_u16(to, table->referenced_count);
    for (uint16_t i = 0; i < table->referenced_count; i++)
        buf_put_u32(to, table->referencing[i]);
    put_text(to, table->view_sql);
    buf_put_u32(to, table->row_type);
    buf_put_u32(to, table->array_type);
    put_text(to, table->comment);
    buf_put_u8(to, table->is_unpopulated);
    buf_put_u8(to, (uint8_t)table->check_option);
    write_links(table, to);
    buf_put_u8(to, table->is_security_barrier);
    put_text(to, table->options);
    if (table->of_type != OID_NONE) /* few have it */
        buf_put_u32(to, table->of_type);
}

static void
read_table_indexes(struct object_reader *reader, struct table *table)
{
    table->index_count = get_u16(reader);
    const struct index_def **indexes = get_array(reader, table->index_count, 20, sizeof *indexes);
    for (uint16_t i = 0; indexes != NULL && i < table->index_count; i++) {
        indexes[i] = read_index(reader, table->table);
        if (indexes[i]->is_primary)
            table->primary = indexes[i];
    }
    table->indexes = indexes;
}

struct table *
object_read_table(struct slice row, struct arena *arena)
{
    struct object_reader reader;
    if (!reader_begin_table(&reader, row, arena))
        return NULL;
    struct table *table = arena_alloc_zero(arena, sizeof *table);
    table->table = get_u32(&reader);
    table->schema = get_u32(&reader);
    table->owner = get_u32(&reader);
    table->tree = get_u64(&reader);
    table->name = get_text(&reader);
    table->kind = get_u8(&reader);
    table->persistence = (char)get_u8(&reader);
    table->column_count = get_u16(&reader);
    struct column_def *columns = get_array(&reader, table->column_count, 30, sizeof *columns);
    for (uint16_t i = 0; columns != NULL && i < table->column_count; i++)
        read_column(&reader, &columns[i]);
    table->columns = columns;
    read_table_indexes(&reader, table);
    table->constraint_count = get_u16(&reader);
    struct constraint_def *constraints =
        get_array(&reader, table->constraint_count, 20, sizeof *constraints);
    for (uint16_t i = 0; constraints != NULL && i < table->constraint_count; i++)
        read_constraint(&reader, &constraints[i]);
    table->constraints = constraints;
    table->referenced_count = get_u16(&reader);
    oid *referencing = get_array(&reader, table->referenced_count, 4, sizeof *referencing);
    for (uint16_t i = 0; referencing != NULL && i < table->referenced_count; i++)
        referencing[i] = get_u32(&reader);
    table->referencing = referencing;
    table->view_sql = get_text(&reader);
    table->row_type = get_u32(&reader);
    table->array_type = get_u32(&reader);
    table->comment = get_text(&reader);
    if (reader.at != reader.end) { /* few relations of version 1 have these */
        table->is_unpopulated = get_u8(&reader) != 0;
        table->check_option = (char)get_u8(&reader);
    }
    if (reader.version >= 2)
        read_links(&reader, table);
    if (reader.version >= 3) {
        table->is_security_barrier = get_u8(&reader) != 0;
        table->options = get_text(&reader);
    }
    if (reader.version >= 2 && reader.at != reader.end)
        table->of_type = get_u32(&reader);
    return reader_is_good(&reader) && table->name != NULL ? table : NULL;
}

/* The type in whose binary form values are kept: an enum's are numbers. */
static const struct type_info *
stats_type(const struct types *types, oid type)
{
    const struct type_info *info = types_find(types, type);
    return info != NULL ? info : types_find(types, TYPE_INT8);
}

/* Values are kept in their type's binary form, which depends on no setting. */
static void
write_values(const struct types *types, const struct column_def *column, const union datum *values,
             uint32_t count, struct arena *arena, struct buf *to)
{
    const struct type_info *type = stats_type(types, column->type);
    struct type_env env = {.types = (struct types *)(uintptr_t)types};
    for (uint32_t i = 0; i < count; i++) {
        size_t length_at = to->bytes;
        buf_put_u32(to, 0);
        struct type_call call = {.arena = arena,
                                 .env = &env,
                                 .type = type,
                                 .typmod = column->typmod,
                                 .element = type->element};
        type->send(&call, values[i], to);
        if (!to->is_failed)
            le32_set(to->data + length_at, (uint32_t)(to->bytes - length_at - 4));
    }
}

static const union datum *
read_values(struct object_reader *reader, const struct types *types,
            const struct column_def *column, uint32_t count)
{
    const struct type_info *type = stats_type(types, column->type);
    struct type_env env = {.types = (struct types *)(uintptr_t)types};
    union datum *values = get_array(reader, count, 4, sizeof *values);
    for (uint32_t i = 0; values != NULL && i < count; i++) {
        uint32_t bytes = get_u32(reader);
        const uint8_t *p = take(reader, bytes);
        if (p == NULL)
            return NULL;
        struct type_call call = {.arena = reader->arena,
                                 .env = &env,
                                 .type = type,
                                 .typmod = column->typmod,
                                 .element = type->element};
        values[i] = type->recv(&call, arena_slice(reader->arena, slice_of(p, bytes)));
    }
    return values;
}

void
object_write_stats(const struct types *types, const struct table *table,
                   const struct table_stats *stats, struct arena *arena, struct buf *to)
{
    buf_put_u8(to, OBJECT_VERSION);
    put_f64(to, stats->rows);
    buf_put_u16(to, stats->column_count);
    for (uint16_t i = 0; i < stats->column_count; i++) {
        const struct column_stats *column = &stats->columns[i];
        const struct column_def *def = &table->columns[column->attr - 1];
        buf_put_u16(to, (uint16_t)column->attr);
        buf_put_u32(to, def->type);
        put_f64(to, column->null_fraction);
        put_f64(to, column->distinct);
        put_f64(to, column->width);
        put_f64(to, column->correlation);
        buf_put_u32(to, column->common_count);
        for (uint32_t k = 0; k < column->common_count; k++)
            put_f64(to, column->common_fraction[k]);
        write_values(types, def, column->common, column->common_count, arena, to);
        buf_put_u32(to, column->bound_count);
        write_values(types, def, column->bounds, column->bound_count, arena, to);
    }
}

/* False if the column is not what it was when the statistics were made: the rest is not readable
 * then. */
static bool
read_column_stats(struct object_reader *reader, const struct types *types,
                  const struct table *table, struct column_stats *column)
{
    *column = (struct column_stats){.attr = (attr_no)get_u16(reader)};
    oid type = get_u32(reader);
    if (column->attr < 1 || column->attr > table->column_count)
        return false;
    const struct column_def *def = &table->columns[column->attr - 1];
    if (def->type != type)
        return false;
    column->null_fraction = get_f64(reader);
    column->distinct = get_f64(reader);
    column->width = get_f64(reader);
    column->correlation = get_f64(reader);
    column->common_count = get_u32(reader);
    double *fractions = get_array(reader, column->common_count, 8, sizeof *fractions);
    for (uint32_t k = 0; fractions != NULL && k < column->common_count; k++)
        fractions[k] = get_f64(reader);
    column->common_fraction = fractions;
    column->common = read_values(reader, types, def, column->common_count);
    column->bound_count = get_u32(reader);
    column->bounds = read_values(reader, types, def, column->bound_count);
    return !reader->is_broken;
}

struct table_stats *
object_read_stats(const struct types *types, const struct table *table, struct slice row,
                  struct arena *arena)
{
    struct object_reader reader;
    if (!reader_begin(&reader, row, arena))
        return NULL;
    struct table_stats *stats = arena_alloc_zero(arena, sizeof *stats);
    stats->rows = get_f64(&reader);
    stats->column_count = get_u16(&reader);
    struct column_stats *columns = get_array(&reader, stats->column_count, 46, sizeof *columns);
    if (columns == NULL)
        return NULL;
    for (uint16_t i = 0; i < stats->column_count; i++)
        if (!read_column_stats(&reader, types, table, &columns[i]))
            return NULL;
    stats->columns = columns;
    return reader_is_good(&reader) ? stats : NULL;
}
