/* Readers with a valid key who want more of the feed than there is. */
#include "tests/hostile/scene.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MIB           ((size_t)1 << 20)
#define SUBSCRIPTIONS 1000000
#define ROUNDS        30
#define CUT_MS        20000
/* A thousand refused topics of 500 bytes (25 kB each in libzmq's tree), half a MiB of others that
 * were sent before the door closed, and the allocator's slack. */
#define GROWTH_MOST     (192 * MIB)
#define FEED_TEST(name) Test(feed, name, .init = scene_begin, .fini = system_end)

enum topics { SHORT_TOPICS, LONG_TOPICS, ENDS_ONLY, COMMANDS };

/* The next subscription message, as one frame; its flags in *ret_flags. */
static size_t write_topic(enum topics topics, size_t number, uint8_t *bytes, unsigned *ret_flags)
{
    static const char hex[] = "0123456789abcdef";
    uint8_t random[240];

    *ret_flags = topics == COMMANDS ? ZMTP_COMMAND : 0;
    switch (topics) {
    case SHORT_TOPICS:
        return (size_t)snprintf((char *)bytes, 64, "\1e/p%zu/", number);
    case COMMANDS:
        return (size_t)snprintf((char *)bytes, 64, "\11SUBSCRIBEe/c%zu/", number);
    case ENDS_ONLY:
        bytes[0] = 0;
        return 1 + (size_t)snprintf((char *)bytes + 1, 64, "e/p%zu/", number);
    default:
        break;
    }
    randombytes_buf(random, sizeof random);
    memcpy(bytes, "\1e/", 3);
    for (size_t i = 0; i < sizeof random; i++)
        bytes[3 + i] = (uint8_t)hex[random[i] & 15];
    return 3 + sizeof random;
}

/* Whether the server put an end to it. */
static bool subscribe_once(struct zmtp *peer, enum topics topics)
{
    size_t count = 0;
    bool goes_on = true;

    while (goes_on && count < SUBSCRIPTIONS) {
        uint8_t bytes[512];
        unsigned flags;
        size_t size = write_topic(topics, count++, bytes, &flags);

        goes_on = zmtp_send(peer, flags, mp_span_make(bytes, size));
    }
    return !goes_on;
}

/* Again and again, until it is not let in any more. (Whether the first connection ends because too
 * much of it is refused, or because it sends faster than that is noticed, depends on the machine.)
 */
static bool subscribe_to_much(void *context, const char **ret_why)
{
    struct zmtp_options options = scene_peer(FEED, &scene.north);
    struct zmtp *peer = malloc(sizeof *peer);
    bool is_in = true, is_ended = true;

    for (int i = 0; is_in && is_ended && i < ROUNDS; i++) {
        is_in = zmtp_open(peer, &options);
        if (is_in)
            is_ended = subscribe_once(peer, *(enum topics *)context);
        zmtp_close(peer);
    }
    free(peer);
    *ret_why = is_ended ? "it is let in every time" : "everything was taken";
    return !is_in;
}

static bool is_shut_out(void)
{
    struct zmtp_options options = scene_peer(FEED, &scene.north);
    struct zmtp *peer = malloc(sizeof *peer);
    bool is_in = zmtp_open(peer, &options);

    zmtp_close(peer);
    free(peer);
    return !is_in;
}

FEED_TEST(a_million_subscriptions_end_their_connection_and_shut_the_key_out)
{
    enum topics topics = SHORT_TOPICS;

    scene_attack("a million subscriptions", subscribe_to_much, &topics, GROWTH_MOST);
    cr_assert(is_shut_out(), "the key may come again at once");
    cr_assert_eq(scene_stat(SYSTEM_PUBLISH, "banned"), 1u);
    cr_assert_eq(scene_stat(SYSTEM_PUBLISH, "rebinds"), 0u, "others had to connect anew");
    scene_finish();
}

FEED_TEST(long_topics_end_their_connection_and_shut_the_key_out)
{
    enum topics topics = LONG_TOPICS;

    scene_attack("long topics", subscribe_to_much, &topics, GROWTH_MOST);
    cr_assert(is_shut_out(), "the key may come again at once");
    cr_assert_eq(scene_stat(SYSTEM_PUBLISH, "rebinds"), 0u, "others had to connect anew");
    scene_finish();
}

FEED_TEST(subscriptions_by_command_are_counted_too)
{
    enum topics topics = COMMANDS;

    scene_attack("subscribe commands", subscribe_to_much, &topics, GROWTH_MOST);
    cr_assert(is_shut_out(), "the key may come again at once");
    scene_finish();
}

/* These cost nothing that stays, so nobody has to mind. */
static bool unsubscribe_for_ever(void *context, const char **ret_why)
{
    struct zmtp_options options = scene_peer(FEED, &scene.north);
    struct zmtp *peer = malloc(sizeof *peer);
    bool is_in = zmtp_open(peer, &options);
    (void)context;

    *ret_why = "no handshake";
    if (is_in)
        (void)subscribe_once(peer, ENDS_ONLY);
    zmtp_close(peer);
    free(peer);
    return is_in;
}

FEED_TEST(ends_of_what_was_never_subscribed_cost_nothing)
{
    scene_attack("unsubscriptions", unsubscribe_for_ever, NULL, 64 * MIB);
    scene_finish();
}

/* What is no subscription at all: the feed cannot tell afterwards whose subscription it admits, so
 * everybody connects anew, once, and the culprit stays outside. */
static bool say_something_else(void *context, const char **ret_why)
{
    struct zmtp_options options = scene_peer(FEED, &scene.north);
    struct zmtp *peer = malloc(sizeof *peer);
    size_t frames = *(size_t *)context;
    bool is_over = false;

    *ret_why = "no handshake";
    if (zmtp_open(peer, &options)) {
        *ret_why = "nobody minds";
        is_over = true;
        for (size_t i = 0; is_over && i < frames; i++)
            is_over = zmtp_send(peer, i + 1 < frames ? ZMTP_MORE : 0, mp_span_text("\7speech"));
        is_over = is_over && zmtp_flush(peer) && zmtp_is_cut(peer, CUT_MS);
    }
    zmtp_close(peer);
    for (int i = 0; is_over && i < 2; i++) {
        is_over = !zmtp_open(peer, &options);
        *ret_why = "it is let in again";
        zmtp_close(peer);
    }
    free(peer);
    return is_over;
}

FEED_TEST(speech_at_the_feed_is_heard_once_and_never_again)
{
    size_t frames = 1;

    scene_attack("speech at the feed", say_something_else, &frames, 32 * MIB);
    cr_assert_eq(scene_stat(SYSTEM_PUBLISH, "rebinds"), 1u);
    cr_assert_eq(scene_stat(SYSTEM_PUBLISH, "banned"), 1u);
    scene_finish();
}

FEED_TEST(long_speech_at_the_feed_is_heard_once_and_never_again)
{
    size_t frames = 40;

    scene_attack("long speech at the feed", say_something_else, &frames, 32 * MIB);
    cr_assert_eq(scene_stat(SYSTEM_PUBLISH, "rebinds"), 1u);
    cr_assert_eq(scene_stat(SYSTEM_PUBLISH, "banned"), 1u);
    scene_finish();
}
