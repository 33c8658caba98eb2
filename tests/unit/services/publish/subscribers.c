#include "services/publish/fanout.h"

#include "tests/unit/services/publish/fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

static struct fixture fixture;

static void open_fixture(void)
{
    fixture_open(&fixture, 8, 4);
}

static void close_fixture(void)
{
    fixture_close(&fixture);
}

TestSuite(publish_subscribers, .init = open_fixture, .fini = close_fixture);

Test(publish_subscribers, these_are_topics_of_the_feed)
{
    static const char *const good[] = {
        "f/",     "e/",       "h/!",           "e/ml-1/",     "h/ml-1/!",
        "e/a/b/", "h/a/b/!",  "e/@agency/",    "h/@agency/!", "e/@ledger/",
        "h/m/!",  "e/a.b-c/", "h/gwadar/x.1/!"};

    for (size_t i = 0; i < MP_LENGTH(good); i++) {
        const char *why = fixture_join(&fixture, 1, good[i]);
        cr_expect_null(why, "%s: %s", good[i], why);
        cr_expect(fixture_leave(&fixture, 1, good[i]), "%s", good[i]);
    }
    cr_expect_eq(fanout_subscriptions(fixture.fanout), 0);
}

Test(publish_subscribers, these_are_not)
{
    static const char *const bad[] = {"",           "f",         "f/x",     "F/",
                                      "e",          "h",         "h/",      "x/ml-1/",
                                      "e/ml-1",     "h/ml-1/",   "h/ml-1!", "h/ml-1/!!",
                                      "e/ml-1/!",   "e//",       "h//!",    "e/ml-1//",
                                      "e//ml-1/",   "e/ML-1/",   "e/ml 1/", "e/../",
                                      "e/ml-1/\n/", "e/@agency", "h/@!",    "e/@\x01/",
                                      "e/ml_1/",    "e/-ml/",    "e/\xff/", "e/a/b/c/d/e/f/g/h/i/",
                                      "h/ml-1/! ",  "e/ml-1/\t", "e/!/",    "h/!!",
                                      "e/@a\x7f/"};
    char longer[600];

    for (size_t i = 0; i < MP_LENGTH(bad); i++) {
        cr_expect_not_null(fixture_join(&fixture, 1, bad[i]), "\"%s\" was admitted", bad[i]);
        cr_expect(!fixture_leave(&fixture, 1, bad[i]), "\"%s\"", bad[i]);
    }
    for (size_t size = 110; size < sizeof(longer) - 1; size += 7) {
        memset(longer, 'a', size);
        memcpy(longer, "e/", 2);
        longer[size - 1] = '/';
        longer[size] = '\0';
        cr_expect(size - 2 <= 121 || fixture_join(&fixture, 1, longer) != NULL, "%zu bytes", size);
    }
    cr_expect_leq(fanout_subscriptions(fixture.fanout), 2);
}

/* NUL bytes, and messages shorter than any topic. */
Test(publish_subscribers, bytes_that_no_text_can_hold_are_refused_too)
{
    static const struct {
        const char *bytes;
        size_t size;
    } bad[] = {{"", 0},       {"\1", 1},    {"\1e/a\0b/", 7}, {"\1h/\0!", 5}, {"\1e/ml-1/\0", 9},
               {"\1f/\0", 4}, {"\1\0/", 3}, {"\1e/@a\0/", 7}};
    static const uint8_t key[32] = {1};

    for (size_t i = 0; i < MP_LENGTH(bad); i++) {
        const char *why = NULL;
        bool heartbeat = true;
        cr_expect(!fanout_subscription(fixture.fanout, key, mp_span_make(bad[i].bytes, bad[i].size),
                                       &heartbeat, &why),
                  "%zu", i);
        cr_expect(!heartbeat);
        cr_expect_not_null(why);
    }
    cr_expect_eq(fanout_subscriptions(fixture.fanout), 0);
}

Test(publish_subscribers, a_key_holds_so_many_and_no_more)
{
    static const char *const topics[] = {"e/a/", "h/a/!", "e/b/", "h/b/!"};

    for (size_t i = 0; i < 4; i++)
        cr_assert_null(fixture_join(&fixture, 1, topics[i]));
    cr_expect_str_eq(fixture_join(&fixture, 1, "e/c/"),
                     "this key holds subscriptions-each already");
    cr_expect_null(fixture_join(&fixture, 2, "e/c/"), "another key has its own");
    cr_expect_null(fixture_join(&fixture, 1, "e/a/"), "a topic it has costs nothing more");
    cr_expect(fixture_leave(&fixture, 1, "e/b/"));
    cr_expect_null(fixture_join(&fixture, 1, "e/c/"));
    cr_expect(!fanout_is_worn(fixture.fanout));
}

Test(publish_subscribers, all_together_hold_so_many_and_no_more)
{
    char topic[16];

    for (int i = 0; i < 8; i++) {
        (void)snprintf(topic, sizeof(topic), "e/p-%d/", i);
        cr_assert_null(fixture_join(&fixture, (uint8_t)(1 + i / 3), topic));
    }
    cr_expect_str_eq(fixture_join(&fixture, 9, "e/more/"), "subscriptions-most is reached");
    cr_expect_eq(fanout_subscriptions(fixture.fanout), 8);
    cr_expect(fixture_leave(&fixture, 1, "e/p-0/"));
    cr_expect_null(fixture_join(&fixture, 9, "e/more/"));
}

Test(publish_subscribers, who_has_left_is_sent_nothing)
{
    cr_assert_null(fixture_join(&fixture, 1, "e/ml-1/"));
    cr_assert_null(fixture_join(&fixture, 1, "h/ml-1/!"));
    cr_assert_null(fixture_join(&fixture, 2, "e/ml-1/"));
    cr_assert_null(fixture_join(&fixture, 1, "f/"));
    cr_expect(fixture_leave(&fixture, 1, "e/ml-1/"));
    cr_expect(fixture_leave(&fixture, 1, "f/"));
    fixture_event(&fixture, "ml-1/");
    fixture_flush(&fixture);
    cr_expect_eq(fixture_count(&fixture, "e/ml-1/"), 1, "the second still follows");
    cr_expect_eq(fixture_count(&fixture, "f/"), 0);
    cr_expect(fixture_leave(&fixture, 2, "e/ml-1/"));
    cr_expect(fixture_leave(&fixture, 1, "h/ml-1/!"));
    fixture_forget(&fixture);
    fixture_event(&fixture, "ml-1/");
    fixture_flush(&fixture);
    fixture_beat(&fixture);
    cr_expect_eq(fixture.sent_count, 0);
    cr_expect_eq(fanout_subscriptions(fixture.fanout), 0);
}

/* Two consoles of one key: the first to go takes nothing from the other. */
Test(publish_subscribers, a_topic_is_followed_until_the_last_connection_of_a_key_has_left)
{
    cr_assert_null(fixture_join(&fixture, 1, "e/ml-1/"));
    cr_assert_null(fixture_join(&fixture, 1, "e/ml-1/"));
    cr_expect_eq(fanout_subscriptions(fixture.fanout), 1);
    cr_expect(fixture_leave(&fixture, 1, "e/ml-1/"));
    fixture_event(&fixture, "ml-1/");
    fixture_flush(&fixture);
    cr_expect_eq(fixture_count(&fixture, "e/ml-1/"), 1);
    cr_expect(fixture_leave(&fixture, 1, "e/ml-1/"));
    cr_expect(!fixture_leave(&fixture, 1, "e/ml-1/"));
    cr_expect_eq(fanout_subscriptions(fixture.fanout), 0);
}

/* libzmq announces the end of a refused subscription too. Were it counted, a key over its cap could
 * take a topic away from everybody who follows it. */
Test(publish_subscribers, the_end_of_a_refused_subscription_takes_nothing_from_others)
{
    static const char *const topics[] = {"e/a/", "e/b/", "e/c/", "e/d/"};

    cr_assert_null(fixture_join(&fixture, 2, "e/ml-1/"));
    cr_assert_null(fixture_join(&fixture, 2, "h/ml-1/!"));
    for (size_t i = 0; i < 4; i++)
        cr_assert_null(fixture_join(&fixture, 1, topics[i]));
    for (int i = 0; i < 5; i++) {
        cr_assert_not_null(fixture_join(&fixture, 1, "e/ml-1/"));
        cr_assert_not_null(fixture_join(&fixture, 1, "h/ml-1/!"));
        cr_expect(!fixture_leave(&fixture, 1, "e/ml-1/"));
        cr_expect(!fixture_leave(&fixture, 0, "e/ml-1/"), "a connection that broke");
        cr_expect(!fixture_leave(&fixture, 1, "h/ml-1/!"));
    }
    fixture_event(&fixture, "ml-1/");
    fixture_flush(&fixture);
    fixture_beat(&fixture);
    cr_expect_eq(fixture_count(&fixture, "e/ml-1/"), 1);
    cr_expect_eq(fixture_count(&fixture, "h/ml-1/!"), 1);
    cr_expect_eq(fanout_subscriptions(fixture.fanout), 6);
}

/* When a connection breaks nobody is named. A console that comes back a thousand times with its
 * filters is not locked out by those it had before. */
Test(publish_subscribers, coming_back_costs_nothing)
{
    for (int i = 0; i < 1000; i++) {
        cr_assert_null(fixture_join(&fixture, 1, "e/ml-1/"), "time %d", i);
        cr_assert_null(fixture_join(&fixture, 1, "h/ml-1/!"), "time %d", i);
        (void)fixture_leave(&fixture, 0, "e/ml-1/");
        (void)fixture_leave(&fixture, 0, "h/ml-1/!");
    }
    cr_expect_eq(fanout_subscriptions(fixture.fanout), 2);
}

Test(publish_subscribers, places_of_broken_connections_are_worn_when_they_are_missed)
{
    static const char *const topics[] = {"e/a/", "e/b/", "e/c/", "e/d/"};

    for (size_t i = 0; i < 4; i++) {
        cr_assert_null(fixture_join(&fixture, 1, topics[i]));
        (void)fixture_leave(&fixture, 0, topics[i]);
    }
    cr_expect(!fanout_is_worn(fixture.fanout));
    cr_assert_not_null(fixture_join(&fixture, 1, "e/e/"));
    cr_expect(fanout_is_worn(fixture.fanout));
    fanout_forget_subscriptions(fixture.fanout);
    cr_expect(!fanout_is_worn(fixture.fanout));
    cr_expect_null(fixture_join(&fixture, 1, "e/e/"));
}

Test(publish_subscribers, forgetting_leaves_counts_and_nobody)
{
    cr_assert_null(fixture_join(&fixture, 1, "e/ml-1/"));
    cr_assert_null(fixture_join(&fixture, 1, "h/ml-1/!"));
    cr_assert_null(fixture_join(&fixture, 1, "f/"));
    fixture_event(&fixture, "ml-1/");
    fanout_forget_subscriptions(fixture.fanout);
    fixture_flush(&fixture);
    fixture_beat(&fixture);
    cr_expect_eq(fixture.sent_count, 0);
    cr_expect_eq(fanout_subscriptions(fixture.fanout), 0);
    cr_expect_eq(fixture_count_under(&fixture, "ml-1/"), 1);
    cr_assert_null(fixture_join(&fixture, 1, "h/ml-1/!"));
    fixture_beat(&fixture);
    cr_expect_eq(fixture_only(&fixture, "h/ml-1/!"), 0);
}
