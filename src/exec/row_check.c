/*
 * row_check.c: generated columns, NOT NULL and CHECK of rows to be written; errors that show a row.
 */
#include "exec/table_writer.h"

#define SHOWN_BYTES_MAX 64 /* of one value in an error's detail */

void
value_text_put(struct exec *exec, const struct type_info *type, union datum value, struct buf *to)
{
    struct arena_mark mark = arena_mark(exec->arena);
    struct type_call call = {.arena = exec->arena,
                             .env = exec->context.env,
                             .type = type,
                             .typmod = -1,
                             .element = type->element};
    size_t start = to->bytes;

    type->output(&call, value, to);
    if (to->bytes - start > SHOWN_BYTES_MAX) {
        to->bytes = start + SHOWN_BYTES_MAX;
        /* Not in the middle of a character. */
        while (to->bytes > start && (to->data[to->bytes] & 0xc0) == 0x80)
            to->bytes--;
        buf_put_text(to, "...");
    }
    arena_rewind(exec->arena, mark);
}

const char *
row_text(const struct table_writer *writer, const struct batch *rows, uint32_t row)
{
    struct exec *exec = writer->exec;
    const struct table_code *code = writer->code;
    uint32_t count = writer->shown != NULL ? writer->shown_count : code->table->column_count;
    struct buf *text = buf_new(exec->arena);
    bool is_first = true;

    buf_put_text(text, "(");
    for (uint32_t k = 0; k < count; k++) {
        uint32_t i = writer->shown != NULL ? writer->shown[k] : k;
        if (i >= code->table->column_count || code->table->columns[i].is_dropped)
            continue;
        if (!is_first)
            buf_put_text(text, ", ");
        is_first = false;
        if (column_is_null(&rows->columns[i], row))
            buf_put_text(text, "null");
        else
            value_text_put(exec, code->types[i], vector_get(&rows->columns[i], row), text);
    }
    buf_put_text(text, ")");
    buf_put_u8(text, 0);
    return (const char *)text->data;
}

static _Noreturn void
raise_null(struct table_writer *writer, const struct batch *rows, uint32_t row, uint32_t column)
{
    const struct table *table = writer->code->table;
    const char *name = table->columns[column].name;

    writer->exec->fault_row = row;
    raise_error(.code = SQLSTATE_NOT_NULL_VIOLATION,
                .message = raise_text("null value in column \"%s\" of relation \"%s\" violates "
                                      "not-null constraint",
                                      name, table->name),
                .detail = raise_text("Failing row contains %s.", row_text(writer, rows, row)),
                .schema_name = table->schema_name, .table_name = table->name, .column_name = name);
}

static void
check_nulls(struct table_writer *writer, const struct batch *rows)
{
    const struct table *table = writer->code->table;

    for (uint32_t c = 0; c < table->column_count; c++) {
        const struct column *column = &rows->columns[c];
        if (!column->has_nulls || !table->columns[c].is_not_null || table->columns[c].is_dropped)
            continue;
        for (uint32_t i = 0; i < rows->count; i++) {
            uint32_t row = sel_row(rows->sel, i);
            if (column_is_null(column, row))
                raise_null(writer, rows, row, c);
        }
    }
}

/* A check without a name is the partition's own. */
static _Noreturn void
raise_partition(struct table_writer *writer, const struct batch *rows, uint32_t row)
{
    const struct table *table = writer->code->table;

    raise_error(.code = SQLSTATE_CHECK_VIOLATION,
                .message = raise_text("new row for relation \"%s\" violates partition constraint",
                                      table->name),
                .detail = raise_text("Failing row contains %s.", row_text(writer, rows, row)),
                .schema_name = table->schema_name, .table_name = table->name);
}

static void
check_rules(struct table_writer *writer, const struct batch *rows)
{
    const struct table_code *code = writer->code;

    expr_run(writer->checks, rows);
    for (uint32_t k = 0; k < code->check_count; k++) {
        for (uint32_t i = 0; i < rows->count; i++) {
            uint32_t row = sel_row(rows->sel, i);
            bool is_null;
            union datum passes = expr_value(writer->checks, k, row, &is_null);
            if (is_null || passes.b)
                continue;
            writer->exec->fault_row = row;
            if (code->check_names[k] == NULL)
                raise_partition(writer, rows, row);
            raise_error(.code = SQLSTATE_CHECK_VIOLATION,
                        .message = raise_text(
                            "new row for relation \"%s\" violates check constraint \"%s\"",
                            code->table->name, code->check_names[k]),
                        .detail =
                            raise_text("Failing row contains %s.", row_text(writer, rows, row)),
                        .schema_name = code->table->schema_name, .table_name = code->table->name,
                        .constraint_name = code->check_names[k]);
        }
    }
}

void
table_writer_check(struct table_writer *writer, struct batch *rows)
{
    const struct table_code *code = writer->code;

    if (rows->count == 0)
        return;
    if (code->generated != NULL) {
        expr_run(writer->generated, rows);
        for (uint32_t i = 0; i < code->generated_count; i++)
            rows->columns[code->generated_columns[i]] = writer->generated->outputs[i];
    }
    check_nulls(writer, rows);
    if (code->checks != NULL)
        check_rules(writer, rows);
}

/* "Key (a, b)=(1, x) ", for a row of an index. */
static const char *
key_text(struct table_writer *writer, const struct index_def *index, const struct batch *rows,
         uint32_t row)
{
    const struct table *table = writer->code->table;
    struct exec *exec = writer->exec;
    struct buf *names = buf_new(exec->arena), *values = buf_new(exec->arena);

    for (uint32_t i = 0; i < index->key_count; i++) {
        attr_no attr = index->keys[i].attr;
        buf_put_text(names, i == 0 ? "" : ", ");
        buf_put_text(values, i == 0 ? "" : ", ");
        if (attr == 0) {
            buf_put_text(names, index->keys[i].expr_sql);
            buf_put_text(values, "...");
            continue;
        }
        buf_put_text(names, table->columns[attr - 1].name);
        if (column_is_null(&rows->columns[attr - 1], row))
            buf_put_text(values, "null");
        else
            value_text_put(exec, writer->code->types[attr - 1],
                           vector_get(&rows->columns[attr - 1], row), values);
    }
    const char *text =
        arena_format(exec->arena, "Key (%.*s)=(%.*s)", (int)names->bytes, (const char *)names->data,
                     (int)values->bytes, (const char *)values->data);
    return text;
}

_Noreturn void
raise_duplicate(struct table_writer *writer, const struct index_def *index,
                const struct batch *rows, uint32_t row)
{
    const struct table *table = writer->code->table;

    if (writer->exec->context.is_build)
        raise_duplicate_built(writer, index, rows, row);
    writer->exec->fault_row = row;
    const char *key = key_text(writer, index, rows, row);
    raise_error(.code = SQLSTATE_UNIQUE_VIOLATION,
                .message = raise_text("duplicate key value violates unique constraint \"%s\"",
                                      index->name),
                .detail = raise_text("%s already exists.", key), .schema_name = table->schema_name,
                .table_name = table->name, .constraint_name = index->name);
}

_Noreturn void
raise_duplicate_built(struct table_writer *writer, const struct index_def *index,
                      const struct batch *rows, uint32_t row)
{
    const struct table *table = writer->code->table;
    const char *key = key_text(writer, index, rows, row);

    raise_error(.code = SQLSTATE_UNIQUE_VIOLATION,
                .message = raise_text("could not create unique index \"%s\"", index->name),
                .detail = raise_text("%s is duplicated.", key), .schema_name = table->schema_name,
                .table_name = table->name, .constraint_name = index->name);
}

_Noreturn void
raise_write_status(enum status st, const char *table)
{
    switch (st) {
    case ST_LOCK_BUSY:
        raise(SQLSTATE_LOCK_NOT_AVAILABLE, "could not obtain lock on row in relation \"%s\"",
              table);
    case ST_LOCK_TIMEOUT:
        raise(SQLSTATE_LOCK_NOT_AVAILABLE, "canceling statement due to lock timeout");
    case ST_DEADLOCK:
        raise(SQLSTATE_DEADLOCK_DETECTED, "deadlock detected");
    case ST_CONFLICT:
        raise(SQLSTATE_SERIALIZATION_FAILURE,
              "could not serialize access due to concurrent update");
    case ST_CANCELED:
        raise(SQLSTATE_QUERY_CANCELED, "canceling statement due to user request");
    case ST_READ_ONLY:
        raise(SQLSTATE_READ_ONLY_SQL_TRANSACTION,
              "cannot write to table \"%s\" in a read-only transaction", table);
    default:
        raise_status(st, "could not write to table \"%s\"", table);
    }
}
