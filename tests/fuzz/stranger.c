/* A subscriber whose publisher sends it anything: messages, heartbeats and pages made of the input.
 * It never fails an assertion, asks one question at a time, and delivers what it delivers in the
 * order of its topic, never twice within an epoch. First byte: the options; then messages of one
 * byte for what it is, two for its size, and its bytes. */
#include "tests/fuzz/fuzz.h"

#include "clients/lib/subscription.h"
#include "core/base/table.h"

enum input { EVENTS, HEARTBEAT, ANSWER, REFUSAL, PASS, INPUTS };

static const char *const prefixes[] = {"", "ml-1/", "gwadar/", "@ledger/"};

struct stranger {
    struct mp_subscription *subscription;
    struct mp_subscription_options options;
    struct mp_table *last; /* topic → sequence delivered last */
    uint64_t whole_last;
    int64_t now_ms;
    bool asked;
};

static void on_deliver(void *context, const struct mp_event_place *place, struct mp_span event)
{
    struct stranger *stranger = context;
    union mp_table_value *slot;
    bool is_new;

    fuzz_touch(event);
    mp_assert(mp_span_starts_with(place->topic, mp_span_text(stranger->options.prefix)));
    mp_assert(mp_table_put(stranger->last, place->topic, &slot, &is_new) == 0);
    mp_assert(place->seq > slot->number);
    slot->number = place->seq;
    if (!stranger->options.whole)
        return;
    mp_assert(stranger->whole_last == 0 || place->seq == stranger->whole_last + 1);
    stranger->whole_last = place->seq;
}

static void on_epoch(void *context, uint64_t epoch, uint64_t restored_head)
{
    struct stranger *stranger = context;
    union mp_table_value *slot;
    struct mp_span topic;
    size_t at = 0;

    (void)epoch;
    while (mp_table_next(stranger->last, &at, &topic, &slot)) {
        if (slot->number > restored_head)
            slot->number = restored_head;
    }
    if (stranger->whole_last > restored_head)
        stranger->whole_last = restored_head;
}

static void on_status(void *context, const struct mp_feed_status *status)
{
    (void)context;
    fuzz_check_text(status->why);
    mp_assert(status->done <= status->total);
}

static void on_positions(void *context, const struct mp_topic_position *topics, size_t count)
{
    (void)context;
    for (size_t i = 0; i < count; i++)
        fuzz_check_text(topics[i].topic);
}

static void on_ask(void *context, const struct mp_ask *ask)
{
    struct stranger *stranger = context;
    MP_AUTO(fuzz_buffer_done) struct mp_buffer bytes = fuzz_buffer();

    mp_assert(!stranger->asked);
    mp_assert(mp_ask_encode(ask, &bytes) == 0 && bytes.error == 0);
    mp_assert(bytes.size <= MP_ASK_MOST);
    stranger->asked = true;
}

static void answer(struct stranger *stranger, struct mp_span bytes)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = fuzz_arena(FUZZ_ARENA_BYTES);
    struct mp_page page;
    int result = mp_page_decode(bytes, arena, &page);

    stranger->asked = false;
    mp_subscription_answer(stranger->subscription, result, result == 0 ? &page : NULL,
                           stranger->now_ms);
}

static void take(struct stranger *stranger, enum input input, struct mp_span bytes)
{
    int result = 0;

    switch (input) {
    case EVENTS:
        result = mp_subscription_events(stranger->subscription, bytes, stranger->now_ms);
        break;
    case HEARTBEAT:
        result = mp_subscription_heartbeat(stranger->subscription, bytes, stranger->now_ms);
        break;
    case ANSWER:
        answer(stranger, bytes);
        break;
    case REFUSAL:
        stranger->asked = false;
        mp_subscription_answer(stranger->subscription, MP_ETIMEDOUT, NULL, stranger->now_ms);
        break;
    default:
        stranger->now_ms += (int64_t)bytes.size * 500;
        mp_subscription_tick(stranger->subscription, stranger->now_ms);
        break;
    }
    mp_assert(result == 0 || result == MP_EMALFORMED || result == MP_ENOMEM ||
              result == MP_ETOOBIG);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {.left = mp_span_make(data, size)};
    uint8_t options = fuzz_u8(&input);
    struct stranger stranger = {.last = mp_table_new(1u << 20)};
    const struct mp_subscription_effects effects = {.context = &stranger,
                                                    .deliver = on_deliver,
                                                    .status = on_status,
                                                    .ask = on_ask,
                                                    .positions =
                                                        (options & 16) != 0 ? on_positions : NULL,
                                                    .epoch = on_epoch};

    mp_assert(stranger.last != NULL);
    stranger.options.prefix = prefixes[options % MP_LENGTH(prefixes)];
    stranger.options.whole = stranger.options.prefix[0] == '\0' && (options & 4) != 0;
    stranger.options.from_now = (options & 8) != 0;
    stranger.options.buffer_bytes = 4096;
    mp_assert(mp_subscription_new(&stranger.options, &effects, 0, &stranger.subscription) == 0);
    while (input.left.size > 0) {
        enum input what = (enum input)(fuzz_u8(&input) % INPUTS);
        size_t high = fuzz_u8(&input), low = fuzz_u8(&input);

        take(&stranger, what, fuzz_bytes(&input, high << 8 | low));
    }
    mp_subscription_free(stranger.subscription);
    mp_table_free(stranger.last);
    return 0;
}
