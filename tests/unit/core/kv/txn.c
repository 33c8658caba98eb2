#include "tests/unit/core/kv/fixture.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

static struct kv_fixture fixture;

static void set_up(void)
{
    kv_fixture_init(&fixture, 0);
}

static void set_up_tiny(void)
{
    kv_fixture_init(&fixture, (uint64_t)256 << 10);
}

static void tear_down(void)
{
    kv_fixture_done(&fixture);
}

static struct mp_kv_txn *begin(bool write)
{
    struct mp_kv_txn *txn = NULL;

    cr_assert_eq(mp_kv_begin(fixture.kv, write, &txn), 0);
    return txn;
}

static bool has(const char *key)
{
    struct mp_kv_txn *txn = begin(false);
    struct mp_span value;
    bool found = mp_kv_get(txn, fixture.table, mp_span_text(key), &value);

    cr_assert_eq(mp_kv_commit(txn), 0);
    return found;
}

Test(kv_txn, what_is_committed_is_read_and_what_is_aborted_is_not, .init = set_up,
     .fini = tear_down)
{
    struct mp_kv_txn *txn = begin(true);
    struct mp_span value;
    uint8_t *room;

    mp_kv_put(txn, fixture.table, mp_span_text("a"), mp_span_text("1"));
    mp_kv_put(txn, fixture.table, mp_span_text("a"), mp_span_text("2"));
    mp_kv_put(txn, fixture.table, mp_span_text("b"), mp_span_make(NULL, 0));
    room = mp_kv_reserve(txn, fixture.table, mp_span_text("c"), 3, true);
    memcpy(room, "333", 3);
    cr_assert(mp_kv_delete(txn, fixture.table, mp_span_text("b")));
    cr_assert_not(mp_kv_delete(txn, fixture.table, mp_span_text("b")));
    cr_assert_eq(mp_kv_commit(txn), 0);

    txn = begin(true);
    cr_assert(mp_kv_delete(txn, fixture.table, mp_span_text("a")));
    cr_assert_not(mp_kv_get(txn, fixture.table, mp_span_text("a"), &value));
    mp_kv_abort(txn);

    txn = begin(false);
    cr_assert(mp_kv_get(txn, fixture.table, mp_span_text("a"), &value));
    cr_assert(mp_span_equal(value, mp_span_text("2")));
    cr_assert(mp_kv_get(txn, fixture.table, mp_span_text("c"), &value));
    cr_assert(mp_span_equal(value, mp_span_text("333")));
    cr_assert_eq(mp_kv_commit(txn), 0);
    cr_assert_not(has("b"));
}

Test(kv_txn, a_failed_put_is_sticky_and_commit_aborts, .init = set_up, .fini = tear_down)
{
    struct mp_kv_txn *txn = begin(true);
    struct mp_span value = mp_span_text("untouched");
    char long_key[MP_KV_KEY_MOST + 1];

    memset(long_key, 'k', sizeof(long_key));
    mp_kv_put(txn, fixture.table, mp_span_text("good"), mp_span_text("1"));
    mp_kv_put(txn, fixture.table, mp_span_make(long_key, sizeof(long_key)), mp_span_text("1"));
    cr_assert_eq(mp_kv_error(txn), MP_EINVAL);
    mp_kv_put(txn, fixture.table, mp_span_text("later"), mp_span_text("1"));
    mp_kv_fail(txn, MP_EIO);
    cr_assert_null(mp_kv_reserve(txn, fixture.table, mp_span_text("r"), 1, false));
    cr_assert_not(mp_kv_get(txn, fixture.table, mp_span_text("good"), &value));
    cr_assert(mp_span_equal(value, mp_span_text("untouched")));
    cr_assert_not(mp_kv_delete(txn, fixture.table, mp_span_text("good")));
    cr_assert_null(mp_kv_cursor_open(txn, fixture.table));
    cr_assert_not(mp_kv_seek(NULL, mp_span_text("")));
    cr_assert_eq(mp_kv_commit(txn), MP_EINVAL);
    cr_assert_not(has("good"));
    cr_assert_not(has("later"));
}

Test(kv_txn, an_error_set_by_hand_aborts_too, .init = set_up, .fini = tear_down)
{
    struct mp_kv_txn *txn = begin(true);

    mp_kv_put(txn, fixture.table, mp_span_text("good"), mp_span_text("1"));
    mp_kv_fail(txn, MP_ECORRUPT);
    cr_assert_eq(mp_kv_commit(txn), MP_ECORRUPT);
    cr_assert_not(has("good"));
}

Test(kv_txn, an_append_out_of_order_is_refused, .init = set_up, .fini = tear_down)
{
    static const char *const keys[] = {"a", "b"};
    struct mp_kv_txn *txn = begin(true);

    cr_assert_not_null(mp_kv_reserve(txn, fixture.table, mp_span_text("b"), 0, true));
    cr_assert_eq(mp_kv_commit(txn), 0);
    for (size_t i = 0; i < 2; i++) {
        txn = begin(true);
        cr_assert_null(mp_kv_reserve(txn, fixture.table, mp_span_text(keys[i]), 1, true));
        cr_assert_eq(mp_kv_commit(txn), MP_EEXIST, "%s", keys[i]);
    }
    cr_assert_not(has("a"));
}

Test(kv_txn, impossible_keys_are_just_not_there, .init = set_up, .fini = tear_down)
{
    struct mp_kv_txn *txn = begin(true);
    struct mp_span value;
    char long_key[MP_KV_KEY_MOST + 100];

    memset(long_key, 'k', sizeof(long_key));
    cr_assert_not(mp_kv_get(txn, fixture.table, mp_span_make(NULL, 0), &value));
    cr_assert_not(mp_kv_get(txn, fixture.table, mp_span_make(long_key, sizeof(long_key)), &value));
    cr_assert_not(mp_kv_delete(txn, fixture.table, mp_span_make(long_key, sizeof(long_key))));
    mp_kv_put(txn, fixture.table, mp_span_make(long_key, MP_KV_KEY_MOST), mp_span_text("1"));
    cr_assert_eq(mp_kv_commit(txn), 0);
}

Test(kv_txn, a_read_transaction_refuses_writes, .init = set_up, .fini = tear_down)
{
    struct mp_kv_txn *txn = begin(false);

    mp_kv_put(txn, fixture.table, mp_span_text("a"), mp_span_text("1"));
    cr_assert_eq(mp_kv_commit(txn), MP_EPERM);
}

Test(kv_txn, a_full_map_is_enospc_and_smaller_work_goes_on, .init = set_up_tiny, .fini = tear_down)
{
    static uint8_t large[200 << 10];
    struct mp_kv_txn *txn;

    kv_fixture_fill(&fixture, 100);
    for (int round = 0; round < 3; round++) {
        txn = begin(true);
        mp_kv_put(txn, fixture.table, mp_span_text("first"), mp_span_make(large, sizeof(large)));
        mp_kv_put(txn, fixture.table, mp_span_text("second"), mp_span_make(large, sizeof(large)));
        cr_assert_eq(mp_kv_commit(txn), MP_ENOSPC);
        cr_assert_not(has("first"));
        txn = begin(true);
        mp_kv_put(txn, fixture.table, mp_span_text("small"), mp_span_make(&round, sizeof(round)));
        cr_assert_eq(mp_kv_commit(txn), 0);
        cr_assert(has("small"));
        cr_assert(has("key-0099"));
    }
}

/* A limit on the size of files stands for the full disk: a part is written, as there. */
Test(kv_txn, a_write_that_is_cut_short_is_enospc_and_readers_go_on, .init = set_up,
     .fini = tear_down)
{
    static uint8_t large[1 << 20];
    struct rlimit old, low = {.rlim_cur = 256 << 10};
    struct mp_kv_txn *txn;

    kv_fixture_fill(&fixture, 100);
    signal(SIGXFSZ, SIG_IGN);
    cr_assert_eq(getrlimit(RLIMIT_FSIZE, &old), 0);
    low.rlim_max = old.rlim_max;
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &low), 0);
    txn = begin(true);
    mp_kv_put(txn, fixture.table, mp_span_text("large"), mp_span_make(large, sizeof(large)));
    cr_assert_eq(mp_kv_commit(txn), MP_ENOSPC);
    cr_assert(has("key-0099"));
    cr_assert_not(has("large"));
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &old), 0);
    txn = begin(true);
    mp_kv_put(txn, fixture.table, mp_span_text("large"), mp_span_make(large, sizeof(large)));
    cr_assert_eq(mp_kv_commit(txn), 0);
    cr_assert(has("large"));
}
