#include "clients/lib/backlog.h"

#include <criterion/criterion.h>

static void put(struct mp_backlog *backlog, enum mp_backlog_kind kind, const char *text)
{
    cr_assert_eq(mp_backlog_put(backlog, kind, mp_span_text(text)), 0);
}

static void take(struct mp_backlog *backlog, enum mp_backlog_kind kind, const char *text)
{
    enum mp_backlog_kind got;
    struct mp_span message;
    cr_assert(mp_backlog_first(backlog, &got, &message));
    cr_assert_eq(got, kind);
    cr_assert(mp_span_equal(message, mp_span_text(text)));
    mp_backlog_drop(backlog);
}

Test(backlog, messages_come_out_as_they_went_in)
{
    struct mp_backlog backlog;
    enum mp_backlog_kind kind;
    struct mp_span message;
    mp_backlog_init(&backlog, 1u << 20);
    for (int round = 0; round < 2000; round++) {
        put(&backlog, MP_BACKLOG_EVENTS, "one");
        put(&backlog, MP_BACKLOG_HEARTBEAT, "");
        put(&backlog, MP_BACKLOG_EVENTS, "three");
        if (round % 2 == 0)
            take(&backlog, MP_BACKLOG_EVENTS, "one");
        if (round % 2 == 0)
            take(&backlog, MP_BACKLOG_HEARTBEAT, "");
        if (round % 2 == 0)
            take(&backlog, MP_BACKLOG_EVENTS, "three");
        for (int i = 0; i < 3 && round % 2 == 1; i++)
            mp_backlog_drop(&backlog);
        cr_assert(!mp_backlog_first(&backlog, &kind, &message));
    }
    mp_backlog_drop(&backlog);
    cr_assert_null(backlog.data, "an empty one holds no memory");
}

Test(backlog, beyond_its_bound_it_refuses_and_keeps_what_it_has)
{
    struct mp_backlog backlog;
    mp_backlog_init(&backlog, 64);
    size_t count = 0;
    while (mp_backlog_put(&backlog, MP_BACKLOG_EVENTS, mp_span_text("0123456789")) == 0)
        count++;
    cr_assert_gt(count, 0);
    cr_assert_lt(count, 7);
    cr_assert_eq(mp_backlog_put(&backlog, MP_BACKLOG_EVENTS, mp_span_text("0123456789")),
                 MP_ETOOBIG);
    take(&backlog, MP_BACKLOG_EVENTS, "0123456789");
    put(&backlog, MP_BACKLOG_EVENTS, "abcdefghij"); /* moves the rest to the front */
    for (size_t i = 1; i < count; i++)
        take(&backlog, MP_BACKLOG_EVENTS, "0123456789");
    take(&backlog, MP_BACKLOG_EVENTS, "abcdefghij");
    mp_backlog_clear(&backlog);
}
