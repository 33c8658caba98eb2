#include "services/publish/fanout.h"

#include "tests/unit/services/publish/fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

static struct fixture fixture;

static void open_fixture(void)
{
    fixture_open(&fixture, 1000, 100);
}

static void close_fixture(void)
{
    fixture_close(&fixture);
}

TestSuite(publish_fanout, .init = open_fixture, .fini = close_fixture);

static const char *const topics[] = {
    "ml-1/",
    "ml-10/",
    "ml-1/south/",
    "ml-1/south/a/",
    "ml-1/south/a/b/c/d/e/f/",
    "ml-1/southern/",
    "gwadar/",
    "gwadar/port/",
    "m/",
    "@agency/",
    "@term/",
    "@ledger/",
};
static const char *const prefixes[] = {
    "",        "ml-1/",        "ml-10/", "ml-1/south/", "ml-1/south/a/", "ml-1/south/a/b/",
    "gwadar/", "gwadar/port/", "m/",     "@agency/",    "@term/",        "nowhere/",
};

Test(publish_fanout, counts_are_those_of_a_naive_count_for_every_prefix)
{
    uint64_t naive[MP_LENGTH(prefixes)] = {0}, random = 88172645463325252;

    for (size_t round = 0; round < 3000; round++) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        const char *topic = topics[(random >> 11) % MP_LENGTH(topics)];
        fixture_event(&fixture, topic);
        for (size_t i = 0; i < MP_LENGTH(prefixes); i++)
            naive[i] += strncmp(topic, prefixes[i], strlen(prefixes[i])) == 0;
        if (round % 100 == 0)
            fixture_flush(&fixture);
    }
    for (size_t i = 0; i < MP_LENGTH(prefixes); i++)
        cr_expect_eq(fixture_count_under(&fixture, prefixes[i]), naive[i], "\"%s\"", prefixes[i]);
    cr_expect_eq(naive[0], 3000);
    cr_expect_eq(fanout_head(fixture.fanout), 3000);
}

Test(publish_fanout, a_prefix_never_takes_in_its_namesake)
{
    cr_assert_null(fixture_join(&fixture, 1, "e/ml-1/"));
    fixture_event(&fixture, "ml-10/");
    fixture_event(&fixture, "ml-1/south/");
    fixture_event(&fixture, "ml-1/");
    fixture_flush(&fixture);
    cr_expect_eq(fixture_count(&fixture, "e/ml-10/"), 0);
    cr_expect_eq(fixture_count(&fixture, "e/ml-1/"), 1);
    cr_expect_eq(fixture_count(&fixture, "e/ml-1/south/"), 1);
    cr_expect_eq(fixture_count_under(&fixture, "ml-1/"), 2);
    cr_expect_eq(fixture_count_under(&fixture, "ml-10/"), 1);
}

Test(publish_fanout, a_round_is_one_message_a_topic_and_one_for_everything)
{
    cr_assert_null(fixture_join(&fixture, 1, "f/"));
    cr_assert_null(fixture_join(&fixture, 2, "e/"));
    fixture_event(&fixture, "ml-1/");
    fixture_event(&fixture, "gwadar/");
    fixture_event(&fixture, "ml-1/");
    cr_expect_eq(fixture.sent_count, 0, "nothing leaves before the flush");
    fixture_flush(&fixture);
    cr_expect_eq(fixture.sent_count, 3);
    size_t whole = fixture_only(&fixture, "f/"), rails = fixture_only(&fixture, "e/ml-1/");
    size_t port = fixture_only(&fixture, "e/gwadar/");
    cr_expect_eq(fixture.sent[whole].events.count, 3);
    for (uint64_t i = 0; i < 3; i++)
        cr_expect_eq(fixture.sent[whole].seqs[i], i + 1);
    cr_expect_eq(fixture.sent[rails].events.count, 2);
    cr_expect_eq(fixture.sent[rails].seqs[0], 1);
    cr_expect_eq(fixture.sent[rails].seqs[1], 3);
    cr_expect_eq(fixture.sent[port].events.count, 1);
    cr_expect_eq(fixture.sent[port].events.head, 3);
    cr_expect_eq(fixture.sent[port].events.epoch, 7);
    fixture_forget(&fixture);
    fixture_flush(&fixture);
    cr_expect_eq(fixture.sent_count, 0, "each event leaves once");
    fixture_event(&fixture, "ml-1/");
    fixture_flush(&fixture);
    cr_expect_eq(fixture.sent[fixture_only(&fixture, "e/ml-1/")].events.count, 1);
}

Test(publish_fanout, a_round_that_waits_leaves_before_the_heartbeat_that_counts_it)
{
    bool all[] = {true, false};

    cr_assert_null(fixture_join(&fixture, 1, "e/"));
    cr_assert_null(fixture_join(&fixture, 1, "h/!"));
    for (size_t i = 0; i < MP_LENGTH(all); i++) {
        fixture_forget(&fixture);
        fixture_event(&fixture, "ml-1/");
        if (all[i])
            fixture_beat(&fixture);
        else
            fixture_beat_of(&fixture, "h/!");
        cr_assert_eq(fixture.sent_count, 2);
        cr_expect_str_eq(fixture.sent[0].topic, "e/ml-1/");
        cr_expect_eq(fixture.sent[1].beat.count, i + 1);
    }
}

Test(publish_fanout, what_nobody_follows_is_counted_and_not_sent)
{
    cr_assert_null(fixture_join(&fixture, 1, "e/gwadar/"));
    cr_assert_null(fixture_join(&fixture, 1, "h/ml-1/!"));
    fixture_event(&fixture, "ml-1/");
    fixture_flush(&fixture);
    cr_expect_eq(fixture.sent_count, 0);
    fixture_beat(&fixture);
    cr_expect_eq(fixture.sent[fixture_only(&fixture, "h/ml-1/!")].beat.count, 1);
}

/* Positions that were read later than the first page know more events; they come by the feed too.
 */
Test(publish_fanout, what_a_loaded_position_covers_is_sent_and_not_counted_again)
{
    cr_assert_null(fixture_join(&fixture, 1, "e/"));
    cr_assert_eq(fanout_load(fixture.fanout, "ml-1/", 12, 5), 0);
    cr_assert_eq(fanout_load(fixture.fanout, "gwadar/", 9, 4), 0);
    fanout_set_head(fixture.fanout, 7, 0, 10);
    cr_expect_eq(fanout_head(fixture.fanout), 10);
    cr_expect_eq(fixture_count_under(&fixture, ""), 9);
    fixture_event_at(&fixture, 11, "gwadar/");
    fixture_event_at(&fixture, 12, "ml-1/");
    fixture_event_at(&fixture, 13, "ml-1/");
    fixture_event_at(&fixture, 14, "gwadar/port/");
    fixture_flush(&fixture);
    cr_expect_eq(fixture.sent[fixture_only(&fixture, "e/ml-1/")].events.count, 2);
    cr_expect_eq(fixture_count_under(&fixture, "ml-1/"), 6);
    cr_expect_eq(fixture_count_under(&fixture, "gwadar/"), 6);
    cr_expect_eq(fixture_count_under(&fixture, ""), 12);
    cr_expect_eq(fanout_head(fixture.fanout), 14);
}

Test(publish_fanout, a_heartbeat_says_epoch_head_and_count)
{
    fanout_set_head(fixture.fanout, 9, 4, 4);
    cr_assert_eq(fanout_load(fixture.fanout, "ml-1/", 3, 2), 0);
    cr_assert_null(fixture_join(&fixture, 1, "h/ml-1/!"));
    cr_assert_null(fixture_join(&fixture, 1, "h/!"));
    cr_assert_null(fixture_join(&fixture, 1, "h/never/seen/!"));
    fixture_event_at(&fixture, 5, "ml-1/");
    fixture_beat(&fixture);
    cr_expect_eq(fixture.sent_count, 3);
    struct mp_heartbeat beat = fixture.sent[fixture_only(&fixture, "h/ml-1/!")].beat;
    cr_expect_eq(beat.epoch, 9);
    cr_expect_eq(beat.restored_head, 4);
    cr_expect_eq(beat.head, 5);
    cr_expect_eq(beat.count, 3);
    cr_expect_eq(fixture.sent[fixture_only(&fixture, "h/never/seen/!")].beat.count, 0);
    cr_expect_eq(fixture.sent[fixture_only(&fixture, "h/!")].beat.count, 3);
}

Test(publish_fanout, a_reset_forgets_counts_and_keeps_who_follows)
{
    cr_assert_null(fixture_join(&fixture, 1, "e/ml-1/"));
    cr_assert_null(fixture_join(&fixture, 1, "h/ml-1/!"));
    fixture_event(&fixture, "ml-1/");
    fixture_event(&fixture, "ml-1/");
    fanout_reset(fixture.fanout);
    fixture_flush(&fixture);
    cr_expect_eq(fixture.sent_count, 0, "the round went with it");
    cr_assert_eq(fanout_load(fixture.fanout, "ml-1/", 1, 1), 0);
    fanout_set_head(fixture.fanout, 8, 1, 1);
    fixture_event_at(&fixture, 2, "ml-1/");
    fixture_flush(&fixture);
    fixture_beat(&fixture);
    cr_expect_eq(fixture.sent[fixture_only(&fixture, "e/ml-1/")].events.epoch, 8);
    cr_expect_eq(fixture.sent[fixture_only(&fixture, "h/ml-1/!")].beat.count, 2);
}

Test(publish_fanout, a_round_has_a_bound_and_nothing_is_lost_at_it)
{
    uint64_t seen = 0;

    cr_assert_null(fixture_join(&fixture, 1, "f/"));
    while (!fanout_is_full(fixture.fanout))
        fixture_event(&fixture, "ml-1/");
    cr_expect_lt(fixture.seq, 100000);
    fixture_flush(&fixture);
    cr_expect(!fanout_is_full(fixture.fanout));
    for (size_t i = 0; i < fixture.sent_count; i++)
        for (size_t j = 0; j < fixture.sent[i].events.count; j++) {
            struct mp_event_place place;
            cr_assert_eq(mp_event_peek(fixture.sent[i].events.events[j], &place), 0);
            cr_assert_eq(place.seq, ++seen);
        }
    cr_expect_eq(seen, fixture.seq);
}
