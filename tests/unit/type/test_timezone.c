/*
 * test_timezone.c: zones show what PostgreSQL 15 shows (the expected offsets are its answers),
 * broken tables are refused without harm, and no allocation that fails leaves anything behind.
 */
#include "base/fault.h"
#include "base/file.h"
#include "base/mem.h"
#include "type/timezone_int.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct expectation {
    const char *zone;
    int64_t seconds;
    int32_t seconds_east;
};

static const struct expectation instants[] = {
    {"America/New_York", INT64_C(-5000000000), -17762},
    {"europe/rome", INT64_C(-5000000000), 2996},
    {"Africa/Casablanca", INT64_C(-5000000000), -1820},
    {"EST5EDT", INT64_C(-5000000000), -18000},
    {"AAA-10BBB,M10.1.0,M4.1.0/3", INT64_C(-1000000000), 36000},
    {"Pacific/Apia", INT64_C(-1000000000), -41400},
    {"America/New_York", INT64_C(1710053999), -18000},
    {"America/New_York", INT64_C(1710054000), -14400},
    {"Australia/Lord_Howe", INT64_C(1710054000), 39600},
    {"Australia/Lord_Howe", INT64_C(1720000000), 37800},
    {"Asia/Kolkata", INT64_C(1720000000), 19800},
    {"Europe/Dublin", INT64_C(1720000000), 3600},
    {"AAA-10BBB,M10.1.0,M4.1.0/3", INT64_C(1720000000), 36000},
    {"<+05>-5", INT64_C(1325339200), 18000},
    {"UTC", INT64_C(1325339200), 0},
    {"America/New_York", INT64_C(20000000000), -14400},
    {"Europe/Rome", INT64_C(20000000000), 7200},
    {"Australia/Lord_Howe", INT64_C(20000000000), 39600},
};

/* Around changes, in the zone's own time: skipped, shown twice, a day that never was. */
static const struct expectation locals[] = {
    {"America/New_York", INT64_C(1710037800), -18000},
    {"America/New_York", INT64_C(1710041400), -14400},
    {"America/New_York", INT64_C(1730597400), -18000},
    {"America/New_York", INT64_C(1730601000), -18000},
    {"America/New_York", INT64_C(1729996200), -14400},
    {"Europe/Rome", INT64_C(1711852200), 3600},
    {"Europe/Rome", INT64_C(1711855800), 7200},
    {"Australia/Lord_Howe", INT64_C(1712456000), 37800},
    {"Pacific/Apia", INT64_C(1325203200), -36000},
};

static const struct timezone *
find(struct timezones *zones, const char *name)
{
    const struct timezone *zone = NULL;
    assert_int_equal(timezones_find(zones, slice_text(name), &zone), ST_OK);
    return zone;
}

static void
zones_show_what_postgresql_shows(void **state)
{
    (void)state;
    struct timezones *zones = timezones_new();
    for (size_t i = 0; i < sizeof instants / sizeof instants[0]; i++) {
        struct timezone_span span = timezone_at(find(zones, instants[i].zone), instants[i].seconds);
        assert_int_equal(span.seconds_east, instants[i].seconds_east);
    }
    for (size_t i = 0; i < sizeof locals / sizeof locals[0]; i++) {
        struct timezone_span span = timezone_local(find(zones, locals[i].zone), locals[i].seconds);
        assert_int_equal(span.seconds_east, locals[i].seconds_east);
    }
    struct timezone_span summer = timezone_at(find(zones, "America/New_York"), 1720000000);
    assert_true(summer.is_dst);
    assert_string_equal(summer.abbrev, "EDT");
    timezones_free(zones);
}

static void
names_are_found_in_any_case(void **state)
{
    (void)state;
    struct timezones *zones = timezones_new();
    assert_string_equal(timezone_name(find(zones, "aMERICA/new_york")), "America/New_York");
    assert_string_equal(timezone_name(find(zones, "est5")), "EST5");
    assert_ptr_equal(find(zones, "Europe/Rome"), find(zones, "EUROPE/ROME"));
    const struct timezone *zone;
    assert_int_equal(timezones_fixed(zones, -12600, &zone), ST_OK);
    assert_string_equal(timezone_name(zone), "<-03:30>+03:30");
    assert_int_equal(timezone_at(zone, 0).seconds_east, -12600);
    static const char *const bad[] = {"",
                                      "Nowhere",
                                      "America/",
                                      "/",
                                      "../passwd",
                                      "America/../UTC",
                                      "America",
                                      "FOO",
                                      "EST5EDT,M3.2.0",
                                      "EST5EDT,M13.2.0,M11.1.0",
                                      "EST5X,",
                                      "EST200"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(timezones_find(zones, slice_text(bad[i]), &zone), ST_NOT_FOUND);
    timezones_free(zones);
}

static void
zones_are_bounded(void **state)
{
    (void)state;
    struct timezones *zones = timezones_new();
    enum status st = ST_OK;
    const struct timezone *zone;
    for (int32_t i = 0; i < 5000 && st == ST_OK; i++)
        st = timezones_fixed(zones, i + 1, &zone);
    assert_int_equal(st, ST_LIMIT);
    timezones_free(zones);
}

static void
abbreviations_are_found(void **state)
{
    (void)state;
    assert_int_equal(timezone_abbrev_find(slice_text("pst"))->seconds_east, -28800);
    assert_true(timezone_abbrev_find(slice_text("pdt"))->is_dst);
    assert_string_equal(timezone_abbrev_find(slice_text("msk"))->zone, "Europe/Moscow");
    assert_null(timezone_abbrev_find(slice_text("foo")));
    const struct timezone_abbrev *abbrev;
    uint32_t count = 0;
    for (; (abbrev = timezone_abbrev_at(count)) != NULL; count++)
        assert_ptr_equal(timezone_abbrev_find(slice_text(abbrev->name)), abbrev);
    assert_int_equal(count, 195);
}

static bool
draft_is_sound(const struct zone_draft *draft)
{
    for (uint32_t i = 0; i < draft->change_count; i++) {
        if (draft->change_types[i] >= draft->type_count ||
            (i > 0 && draft->changes[i] <= draft->changes[i - 1]))
            return false;
    }
    return draft->type_count > 0;
}

/* Every prefix of a table, and every byte of it changed, is refused or makes a sound zone. */
static void
broken_tables_do_no_harm(void **state)
{
    (void)state;
    struct buf bytes;
    buf_init(&bytes);
    assert_int_equal(file_read("/usr/share/zoneinfo/Europe/Rome", 100000, &bytes), ST_OK);
    struct zone_draft *draft = mem_alloc(sizeof *draft);
    uint32_t good = 0;
    for (size_t i = 0; i < 2 * bytes.bytes; i++) {
        size_t at = i / 2;
        struct slice part = slice_of(bytes.data, i % 2 == 0 ? at : bytes.bytes);
        uint8_t before = bytes.data[at];
        if (i % 2 == 1)
            bytes.data[at] ^= (uint8_t)(0x5a + i);
        uint8_t *copy = mem_alloc(part.bytes);
        memcpy(copy, part.data, part.bytes);
        memset(draft, 0, sizeof *draft);
        if (zone_draft_file(draft, slice_of(copy, part.bytes))) {
            good++;
            assert_true(draft_is_sound(draft));
        }
        mem_free(copy);
        bytes.data[at] = before;
    }
    memset(draft, 0, sizeof *draft);
    assert_true(zone_draft_file(draft, buf_slice(&bytes)));
    assert_true(good > 0);
    mem_free(draft);
    buf_deinit(&bytes);
}

static bool
count_name(void *object, const char *name)
{
    uint32_t *count = object;
    (*count)++;
    assert_true(name[0] != '\0');
    return true;
}

static void
the_system_lists_its_zones(void **state)
{
    (void)state;
    uint32_t count = 0;
    assert_int_equal(timezones_list(count_name, &count), ST_OK);
    assert_true(count > 300);
}

#ifdef ROWAN_FAULTS
static void
no_memory_is_told(void **state)
{
    (void)state;
    bool was_hit = true;
    for (uint64_t nth = 1; was_hit; nth++) {
        fault_arm(FAULT_ALLOC, nth);
        struct timezones *zones = timezones_new();
        const struct timezone *zone = NULL;
        enum status st = ST_OK;
        if (zones != NULL)
            st = timezones_find(zones, slice_text("Europe/Rome"), &zone);
        was_hit = fault_was_hit(FAULT_ALLOC);
        fault_arm(FAULT_ALLOC, 0);
        if (was_hit)
            assert_true(zones == NULL || st == ST_NO_MEMORY);
        else
            assert_int_equal(st, ST_OK);
        if (zones != NULL)
            assert_int_equal(timezones_find(zones, slice_text("Europe/Rome"), &zone), ST_OK);
        timezones_free(zones);
    }
}
#endif

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zones_show_what_postgresql_shows),
        cmocka_unit_test(names_are_found_in_any_case),
        cmocka_unit_test(zones_are_bounded),
        cmocka_unit_test(abbreviations_are_found),
        cmocka_unit_test(broken_tables_do_no_harm),
        cmocka_unit_test(the_system_lists_its_zones),
#ifdef ROWAN_FAULTS
        cmocka_unit_test(no_memory_is_told),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
