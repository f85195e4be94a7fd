/*
 * test_object.c: tables to bytes and back.
 *
 * Method: a table with every kind of link is written and read: all fields are the same; each prefix
 * of its bytes is refused; a row of version 1, put together by hand, is read as a table that has
 * nothing of inheritance.
 */
#include "catalog/object.h"
#include "unit/unit.h"

static struct arena *
new_arena(void)
{
    struct arena *arena = arena_new(&(struct arena_options){.name = "test"});
    assert_non_null(arena);
    return arena;
}

static const struct partition_datum data[] = {{.kind = PARTITION_MINVALUE},
                                              {.kind = PARTITION_VALUE, .text = "7"},
                                              {.kind = PARTITION_MAXVALUE}};

static struct table
linked_table(void)
{
    static const oid parents[] = {41, 42}, children[] = {51, 52, 53};
    static const attr_no attrs[] = {1, 0};
    static const char *const sql[] = {NULL, "(a + 1)"};
    static const oid types[] = {23, 20}, collations[] = {0, 100};
    static const struct partition_key key = {.strategy = 'r',
                                             .count = 2,
                                             .attrs = attrs,
                                             .expr_sql = sql,
                                             .types = types,
                                             .collations = collations};
    static const struct partition_bound bound = {
        .strategy = 'r', .count = 2, .from = data, .to = data + 1};
    static const struct column_def columns[] = {
        {.attr = 1, .name = "a", .type = 23, .typmod = -1, .inherit_count = 2},
        {.attr = 2, .name = "b", .type = 25, .typmod = -1, .is_local = true, .comment = "c"}};
    static const struct constraint_def constraints[] = {{.constraint = 60,
                                                         .name = "k",
                                                         .kind = CONSTRAINT_CHECK,
                                                         .check_sql = "a > 0",
                                                         .inherit_count = 1,
                                                         .parent = 61}};
    static const struct index_key keys[] = {{.attr = 1, .type = 23}};
    static const struct index_def index = {
        .index = 70, .table = 40, .name = "i", .key_count = 1, .keys = keys, .parent = 71};
    static const struct index_def *const indexes[] = {&index};
    return (struct table){.table = 40,
                          .schema = 2200,
                          .name = "t",
                          .kind = TABLE_PARTITIONED,
                          .persistence = 'p',
                          .column_count = 2,
                          .columns = columns,
                          .index_count = 1,
                          .indexes = indexes,
                          .constraint_count = 1,
                          .constraints = constraints,
                          .parent_count = 2,
                          .parents = parents,
                          .child_count = 3,
                          .children = children,
                          .partition_key = &key,
                          .bound = &bound};
}

static void
test_links_come_back(void **state)
{
    (void)state;
    struct table table = linked_table();
    struct arena *arena = new_arena();
    struct buf row;
    buf_init(&row);
    object_write_table(&table, &row);
    struct table *back = object_read_table(buf_slice(&row), arena);
    assert_non_null(back);
    assert_int_equal(back->parent_count, 2);
    assert_int_equal(back->parents[1], 42);
    assert_int_equal(back->child_count, 3);
    assert_int_equal(back->children[2], 53);
    assert_false(back->columns[0].is_local);
    assert_int_equal(back->columns[0].inherit_count, 2);
    assert_true(back->columns[1].is_local);
    assert_int_equal(back->constraints[0].parent, 61);
    assert_int_equal(back->constraints[0].inherit_count, 1);
    assert_int_equal(back->indexes[0]->parent, 71);
    assert_int_equal(back->partition_key->strategy, 'r');
    assert_null(back->partition_key->expr_sql[0]);
    assert_string_equal(back->partition_key->expr_sql[1], "(a + 1)");
    assert_int_equal(back->partition_key->collations[1], 100);
    assert_int_equal(back->bound->from[0].kind, PARTITION_MINVALUE);
    assert_string_equal(back->bound->to[0].text, "7");
    assert_int_equal(back->bound->to[1].kind, PARTITION_MAXVALUE);
    for (size_t bytes = 0; bytes < row.bytes; bytes++)
        assert_null(object_read_table(slice_of(row.data, bytes), arena));
    buf_deinit(&row);
    arena_free(arena);
}

static void
test_bounds_of_each_strategy_come_back(void **state)
{
    (void)state;
    static const struct partition_bound bounds[] = {
        {.strategy = 'l', .has_null = true, .count = 1, .values = data + 1},
        {.strategy = 'h', .modulus = 8, .remainder = 5},
        {.strategy = 'r', .is_default = true}};
    for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
        struct table table = {.table = 40, .name = "t", .kind = TABLE_PLAIN, .bound = &bounds[i]};
        struct arena *arena = new_arena();
        struct buf row;
        buf_init(&row);
        object_write_table(&table, &row);
        struct table *back = object_read_table(buf_slice(&row), arena);
        assert_non_null(back);
        assert_int_equal(back->bound->strategy, bounds[i].strategy);
        assert_int_equal(back->bound->is_default, bounds[i].is_default);
        assert_int_equal(back->bound->has_null, bounds[i].has_null);
        assert_int_equal(back->bound->modulus, bounds[i].modulus);
        assert_int_equal(back->bound->remainder, bounds[i].remainder);
        if (bounds[i].values != NULL)
            assert_string_equal(back->bound->values[0].text, "7");
        buf_deinit(&row);
        arena_free(arena);
    }
}

static void
put_name(struct buf *to, const char *name)
{
    buf_put_u32(to, (uint32_t)strlen(name));
    buf_put(to, name, strlen(name));
}

/* What version 1 wrote for: CREATE TABLE old (a int NOT NULL), as its writer was. */
static void
put_old_table(struct buf *to)
{
    buf_put_u8(to, 1);
    buf_put_u32(to, 40);
    buf_put_u32(to, 2200);
    buf_put_u32(to, 10);
    buf_put_u64(to, 77);
    put_name(to, "old");
    buf_put_u8(to, 'r');
    buf_put_u8(to, 'p');
    buf_put_u16(to, 1);
    buf_put_u16(to, 1); /* the column */
    put_name(to, "a");
    buf_put_u32(to, 23);
    buf_put_u32(to, (uint32_t)-1);
    buf_put_u32(to, 0);
    buf_put_u8(to, 1);
    buf_put_u8(to, 0);
    buf_put_u32(to, 0);
    for (int i = 0; i < 4; i++)
        buf_put_u32(to, OBJECT_TEXT_NONE);
    buf_put_u16(to, 0); /* indexes, constraints, referencing */
    buf_put_u16(to, 0);
    buf_put_u16(to, 0);
    buf_put_u32(to, OBJECT_TEXT_NONE);
    buf_put_u32(to, 43);
    buf_put_u32(to, 44);
    buf_put_u32(to, OBJECT_TEXT_NONE);
}

static void
test_version_1_is_read(void **state)
{
    (void)state;
    struct arena *arena = new_arena();
    struct buf row;
    buf_init(&row);
    put_old_table(&row);
    struct table *table = object_read_table(buf_slice(&row), arena);
    assert_non_null(table);
    assert_string_equal(table->name, "old");
    assert_int_equal(table->array_type, 44);
    assert_true(table->columns[0].is_not_null);
    assert_true(table->columns[0].is_local);
    assert_int_equal(table->columns[0].inherit_count, 0);
    assert_int_equal(table->parent_count, 0);
    assert_int_equal(table->child_count, 0);
    assert_null(table->partition_key);
    assert_null(table->bound);
    buf_deinit(&row);
    arena_free(arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_links_come_back),
        cmocka_unit_test(test_bounds_of_each_strategy_come_back),
        cmocka_unit_test(test_version_1_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
