/*
 * vector.c: see vector.h.
 */
#include "exec/vector.h"
#include "base/check.h"

void
vector_init(struct column *column, enum phys phys, uint32_t capacity, struct arena *arena)
{
    /* One allocation: data, aligned, then the nulls. A single row needs no alignment. */
    size_t data_bytes = (size_t)phys_bytes(phys) * capacity;
    size_t slack = capacity > 4 ? 48 : 0;
    uint8_t *memory = arena_alloc(arena, data_bytes + slack + capacity);

    if (slack != 0)
        memory = (uint8_t *)(((uintptr_t)memory + 48) & ~(uintptr_t)63);
    *column = (struct column){.phys = phys, .data = memory, .nulls = memory + data_bytes};
}

void
vector_begin_nulls(struct column *column, uint32_t count, const uint16_t *sel)
{
    column->has_nulls = true;
    if (sel == NULL) {
        memset(column->nulls, 0, count);
        return;
    }
    for (uint32_t i = 0; i < count; i++)
        column->nulls[sel[i]] = 0;
}

#define KERNEL_TYPE uint8_t
#define KERNEL_NAME(name) name##_8
#include "exec/vector_kernel.inc"
#define KERNEL_TYPE uint16_t
#define KERNEL_NAME(name) name##_16
#include "exec/vector_kernel.inc"
#define KERNEL_TYPE uint32_t
#define KERNEL_NAME(name) name##_32
#include "exec/vector_kernel.inc"
#define KERNEL_TYPE uint64_t
#define KERNEL_NAME(name) name##_64
#include "exec/vector_kernel.inc"
#define KERNEL_TYPE struct view
#define KERNEL_NAME(name) name##_128
#include "exec/vector_kernel.inc"

/* Nulls of `from` at the rows of a selection, to the same rows of `to`. */
static void
move_nulls(struct column *to, const struct column *from, uint32_t count, const uint16_t *sel)
{
    if (from->has_nulls) {
        check(to->has_nulls);
        for (uint32_t i = 0; i < count; i++) {
            uint32_t row = sel_row(sel, i);
            to->nulls[row] = from->nulls[from->is_const ? 0 : row];
        }
    } else if (to->has_nulls) {
        for (uint32_t i = 0; i < count; i++)
            to->nulls[sel_row(sel, i)] = 0;
    }
}

void
vector_move(struct column *to, const struct column *from, uint32_t count, const uint16_t *sel)
{
    switch (phys_bytes(to->phys)) {
    case 1:
        move_8(to->data, from->data, from->is_const, count, sel);
        break;
    case 2:
        move_16(to->data, from->data, from->is_const, count, sel);
        break;
    case 4:
        move_32(to->data, from->data, from->is_const, count, sel);
        break;
    case 8:
        move_64(to->data, from->data, from->is_const, count, sel);
        break;
    case 16:
        move_128(to->data, from->data, from->is_const, count, sel);
        break;
    default:
        break;
    }
    move_nulls(to, from, count, sel);
}

static void
gather_nulls(struct column *to, uint32_t at, const struct column *from, uint32_t count,
             const uint16_t *rows)
{
    if (from->has_nulls) {
        if (!to->has_nulls)
            memset(to->nulls, 0, at);
        to->has_nulls = true;
        for (uint32_t i = 0; i < count; i++)
            to->nulls[at + i] = from->nulls[from->is_const ? 0 : sel_row(rows, i)];
    } else if (to->has_nulls) {
        memset(to->nulls + at, 0, count);
    }
}

void
vector_gather(struct column *to, uint32_t at, const struct column *from, uint32_t count,
              const uint16_t *rows)
{
    void *data = (uint8_t *)to->data + (size_t)at * phys_bytes(to->phys);

    switch (phys_bytes(to->phys)) {
    case 1:
        gather_8(data, from->data, from->is_const, count, rows);
        break;
    case 2:
        gather_16(data, from->data, from->is_const, count, rows);
        break;
    case 4:
        gather_32(data, from->data, from->is_const, count, rows);
        break;
    case 8:
        gather_64(data, from->data, from->is_const, count, rows);
        break;
    case 16:
        gather_128(data, from->data, from->is_const, count, rows);
        break;
    default:
        break;
    }
    gather_nulls(to, at, from, count, rows);
}

void
vector_deepen(struct column *column, uint32_t count, const uint16_t *sel, struct arena *arena)
{
    if (column->phys != PHYS_VIEW)
        return;
    struct view *views = column->data;
    if (column->is_const)
        count = count != 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t row = column->is_const ? 0 : sel_row(sel, i);
        if (column->has_nulls && column->nulls[row])
            views[row] = view_of(NULL, 0);
        else if (views[row].bytes > VIEW_INLINE_BYTES)
            views[row].far.data = arena_copy(arena, views[row].far.data, views[row].bytes);
    }
}
