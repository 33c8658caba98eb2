#include "tests/unit/core/kv/fixture.h"

#include <criterion/criterion.h>

static struct kv_fixture fixture;
static struct mp_kv_txn *txn;
static struct mp_kv_cursor *cursor;

static void set_up(void)
{
    kv_fixture_init(&fixture, 0);
}

static void set_up_filled(void)
{
    kv_fixture_init(&fixture, 0);
    kv_fixture_fill(&fixture, 500);
    cr_assert_eq(mp_kv_begin(fixture.kv, false, &txn), 0);
    cursor = mp_kv_cursor_open(txn, fixture.table);
    cr_assert_not_null(cursor);
}

static void tear_down(void)
{
    mp_kv_cursor_close(cursor);
    mp_kv_abort(txn);
    kv_fixture_done(&fixture);
}

static void expect_key(bool found, const char *key, const char *asked)
{
    cr_expect_eq(found, key != NULL, "after '%s'", asked);
    if (found && key != NULL)
        cr_expect(mp_span_equal(mp_kv_key(cursor), mp_span_text(key)), "after '%s'", asked);
}

Test(kv_cursor, seeks_find_the_neighbours, .init = set_up_filled, .fini = tear_down)
{
    static const struct {
        const char *asked, *from, *before;
    } rows[] = {
        {"", "key-0000", "key-0499"},         {"a", "key-0000", NULL},
        {"key-0000", "key-0000", NULL},       {"key-0000x", "key-0001", "key-0000"},
        {"key-0250", "key-0250", "key-0249"}, {"key-0499", "key-0499", "key-0498"},
        {"key-0499x", NULL, "key-0499"},      {"z", NULL, "key-0499"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        expect_key(mp_kv_seek(cursor, mp_span_text(rows[i].asked)), rows[i].from, rows[i].asked);
        expect_key(mp_kv_seek_before(cursor, mp_span_text(rows[i].asked)), rows[i].before,
                   rows[i].asked);
    }
    cr_assert_eq(mp_kv_error(txn), 0);
}

Test(kv_cursor, walks_both_ways_and_stops_at_the_ends, .init = set_up_filled, .fini = tear_down)
{
    unsigned count = 0;

    for (bool found = mp_kv_seek(cursor, mp_span_text("")); found; found = mp_kv_next(cursor))
        count++;
    cr_assert_eq(count, 500);
    cr_assert_eq(mp_kv_key(cursor).size, 0);
    cr_assert_not(mp_kv_next(cursor));
    for (bool found = mp_kv_seek_before(cursor, mp_span_text("")); found;
         found = mp_kv_previous(cursor))
        count--;
    cr_assert_eq(count, 0);
    cr_assert_not(mp_kv_previous(cursor));
    cr_assert(mp_kv_seek(cursor, mp_span_text("key-0123")));
    cr_assert(mp_span_equal(mp_kv_value(cursor), mp_span_text("value-0123")));
}

Test(kv_cursor, an_empty_table_has_no_entry, .init = set_up, .fini = tear_down)
{
    cr_assert_eq(mp_kv_begin(fixture.kv, false, &txn), 0);
    cursor = mp_kv_cursor_open(txn, fixture.table);
    cr_assert_not(mp_kv_seek(cursor, mp_span_text("")));
    cr_assert_not(mp_kv_seek_before(cursor, mp_span_text("")));
    cr_assert_not(mp_kv_seek_before(cursor, mp_span_text("a")));
    cr_assert_not(mp_kv_next(cursor));
    cr_assert_eq(mp_kv_error(txn), 0);
}

Test(kv_cursor, a_walk_may_delete_what_it_stands_on, .init = set_up, .fini = tear_down)
{
    unsigned count = 0;

    kv_fixture_fill(&fixture, 500);
    cr_assert_eq(mp_kv_begin(fixture.kv, true, &txn), 0);
    cursor = mp_kv_cursor_open(txn, fixture.table);
    for (bool found = mp_kv_seek(cursor, mp_span_text("")); found; found = mp_kv_next(cursor)) {
        cr_assert(mp_kv_delete(txn, fixture.table, mp_kv_key(cursor)));
        count++;
    }
    cr_assert_eq(count, 500);
    cr_assert_eq(mp_kv_commit(mp_take(txn)), 0);
}

Test(kv_cursor, may_be_closed_after_its_transaction, .init = set_up, .fini = tear_down)
{
    struct mp_kv_cursor *other;

    kv_fixture_fill(&fixture, 3);
    for (int write = 0; write < 2; write++) {
        cr_assert_eq(mp_kv_begin(fixture.kv, write == 1, &txn), 0);
        cursor = mp_kv_cursor_open(txn, fixture.table);
        other = mp_kv_cursor_open(txn, fixture.table);
        cr_assert(mp_kv_seek(cursor, mp_span_text("")));
        cr_assert(mp_kv_seek(other, mp_span_text("")));
        if (write == 1)
            mp_kv_put(txn, fixture.table, mp_span_text("new"), mp_span_text("1"));
        mp_kv_cursor_close(other);
        cr_assert_eq(mp_kv_commit(mp_take(txn)), 0);
        cr_assert_not(mp_kv_next(cursor));
        cr_assert_eq(mp_kv_key(cursor).size, 0);
        mp_kv_cursor_close(mp_take(cursor));
    }
}
