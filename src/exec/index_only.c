/*
 * index_only.c: see index_only.h.
 */
#include "exec/index_only.h"
#include "base/bytes.h"
#include "exec/index_key.h"

#define PART_NONE UINT32_MAX

static uint32_t
place_of(const struct plan_scan *scan, attr_no attr)
{
    for (uint32_t i = 0; i < scan->node.column_count; i++) {
        if (scan->reads[i] == attr)
            return i;
    }
    return PART_NONE;
}

/* The parts of some columns up to the last that is wanted and not taken yet; returns how many. */
static uint32_t
make_parts(struct compiler *compiler, const struct plan_scan *scan, const struct index_key *keys,
           uint32_t count, bool *is_taken, struct index_only_part **parts)
{
    uint32_t wanted = 0;

    *parts = arena_alloc_array(compiler->arena, count, sizeof **parts);
    for (uint32_t k = 0; k < count; k++) {
        uint32_t output = keys[k].attr == 0 ? PART_NONE : place_of(scan, keys[k].attr);
        const struct type_info *type = compiler_type(compiler, keys[k].type);
        if (output != PART_NONE && (is_taken[output] || type->key_get == NULL))
            output = PART_NONE;
        (*parts)[k] = (struct index_only_part){type, output};
        if (output != PART_NONE) {
            is_taken[output] = true;
            wanted = k + 1;
        }
    }
    return wanted;
}

void
index_only_compile(struct compiler *compiler, struct index_only_code *code,
                   const struct plan_index_scan *plan)
{
    const struct index_def *primary = plan->scan.table->primary;
    bool *is_taken = arena_alloc_zero(compiler->arena, plan->scan.node.column_count + 1);

    *code = (struct index_only_code){.row_id_output = PART_NONE};
    if (primary != NULL)
        code->primary_count = make_parts(compiler, &plan->scan, primary->keys, primary->key_count,
                                         is_taken, &code->primary);
    else
        code->row_id_output = place_of(&plan->scan, READ_ROW_ID);
    code->key_count = make_parts(compiler, &plan->scan, plan->index->keys, plan->index->key_count,
                                 is_taken, &code->keys);
}

static void
put(struct column *column, uint32_t row, union datum value, bool is_null)
{
    if (is_null && !column->has_nulls) {
        column->has_nulls = true;
        memset(column->nulls, 0, row);
    }
    if (column->has_nulls)
        column->nulls[row] = is_null;
    vector_set(column, row, value);
}

/* One column's bytes, marker and all; a value that nobody wants is read into nothing. */
static bool
take_part(const struct index_only_part *part, bool has_marker, const uint8_t **at,
          const uint8_t *end, struct column *stored, uint32_t row, struct arena *arena)
{
    union datum value = {.words = {0, 0}};
    bool is_null = false;

    if (has_marker) {
        if (*at == end)
            return false;
        is_null = *(*at)++ != INDEX_MARK_VALUE;
    }
    if (!is_null && !part->type->key_get(at, end, arena, &value))
        return false;
    if (part->output != PART_NONE)
        put(&stored[part->output], row, value, is_null);
    return true;
}

bool
index_only_put(const struct index_only_code *code, struct slice key, struct slice primary,
               struct column *stored, uint32_t row, struct arena *arena)
{
    const uint8_t *at = key.data, *end = key.data + key.bytes;

    for (uint32_t k = 0; k < code->key_count; k++) {
        if (!take_part(&code->keys[k], true, &at, end, stored, row, arena))
            return false;
    }
    at = primary.data;
    end = primary.data + primary.bytes;
    for (uint32_t k = 0; k < code->primary_count; k++) {
        if (!take_part(&code->primary[k], false, &at, end, stored, row, arena))
            return false;
    }
    if (code->row_id_output != PART_NONE) {
        if (primary.bytes != 8)
            return false;
        uint64_t row_id = be64_get(primary.data);
        union datum shown = {.i64 = (int64_t)(row_id ^ (UINT64_C(1) << 63))};
        put(&stored[code->row_id_output], row, shown, false);
    }
    return true;
}
