/* The proxy's own faults, on streams that can be read: each does what proxy.h says of it, wherever
 * the pieces end in which the bytes come. */
#include "tests/support/proxy_stream.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define STREAM_MOST ((size_t)4096)
#define GREETING    64

/* The greeting, two commands, then frames of the given sizes: their first byte of content is their
 * number. */
struct sample {
    uint8_t bytes[STREAM_MOST];
    size_t size;
    size_t starts[16]; /* of each unit; the last is the end */
    size_t count;
};

static void add(struct sample *sample, uint8_t flags, size_t body)
{
    uint8_t *at = &sample->bytes[sample->size];
    size_t head = body > 255 ? 9 : 2;

    at[0] = body > 255 ? flags | 2 : flags;
    for (size_t i = 1; i < head; i++)
        at[i] = (uint8_t)(body >> 8 * (head - 1 - i));
    for (size_t i = 0; i < body; i++)
        at[head + i] = (uint8_t)(sample->count + i);
    sample->size += head + body;
    sample->starts[++sample->count] = sample->size;
}

static struct sample make(void)
{
    struct sample sample = {.size = GREETING};

    memset(sample.bytes, 0xff, GREETING);
    sample.starts[++sample.count] = GREETING;
    add(&sample, 4, 200);
    add(&sample, 4, 300);
    for (int i = 0; i < 3; i++) { /* an event, a heartbeat, an event */
        add(&sample, 0, 40);
        add(&sample, 0, i == 1 ? 50 : 600);
    }
    return sample;
}

struct outcome {
    uint8_t bytes[STREAM_MOST];
    size_t size, held;
    bool is_cut;
    struct proxy_counts counts;
};

static void send_through(const struct proxy_fault *fault, size_t piece, struct outcome *outcome)
{
    struct sample sample = make();
    struct proxy_stream stream;

    *outcome = (struct outcome){.size = 0};
    proxy_stream_init(&stream, &outcome->counts);
    proxy_stream_plan(&stream, fault);
    for (size_t at = 0; at < sample.size; at += piece) {
        size_t size = sample.size - at < piece ? sample.size - at : piece;

        proxy_stream_take(&stream, mp_span_make(&sample.bytes[at], size));
    }
    outcome->size = stream.out.size;
    memcpy(outcome->bytes, stream.out.data, stream.out.size);
    outcome->held = stream.held.size;
    outcome->is_cut = stream.is_cut;
    proxy_stream_done(&stream);
}

/* The first bytes of the sample, in every division into pieces. */
static void expect_start(struct proxy_fault fault, size_t size, bool is_cut)
{
    static const size_t pieces[] = {1, 2, 3, 7, 64, 65, 1000, STREAM_MOST};
    const struct sample sample = make();

    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        struct outcome outcome;

        send_through(&fault, pieces[i], &outcome);
        cr_assert_eq(outcome.size, size, "%zu bytes instead of %zu in pieces of %zu", outcome.size,
                     size, pieces[i]);
        cr_assert_eq(memcmp(outcome.bytes, sample.bytes, size), 0);
        cr_assert_eq(outcome.is_cut, is_cut);
    }
}

Test(proxy, passes_everything_unchanged)
{
    expect_start((struct proxy_fault){.kind = PROXY_PASS}, make().size, false);
}

Test(proxy, cuts_within_the_unit_it_was_told)
{
    const struct sample sample = make();

    expect_start((struct proxy_fault){.kind = PROXY_CUT, .bytes = 10}, 10, true);
    expect_start((struct proxy_fault){.kind = PROXY_CUT, .after = 1, .bytes = 5},
                 sample.starts[1] + 5, true);
    expect_start((struct proxy_fault){.kind = PROXY_CUT, .after = PROXY_TRAFFIC},
                 sample.starts[PROXY_TRAFFIC], true);
    expect_start((struct proxy_fault){.kind = PROXY_CUT, .after = PROXY_TRAFFIC, .bytes = 1000},
                 sample.starts[PROXY_TRAFFIC + 1] - 1, true);
    expect_start((struct proxy_fault){.kind = PROXY_CUT, .after = 100}, sample.size, false);
}

Test(proxy, swallows_for_ever_or_for_some_units)
{
    const struct sample sample = make();

    expect_start((struct proxy_fault){.kind = PROXY_SWALLOW, .after = 4, .bytes = 3},
                 sample.starts[4] + 3, false);
    expect_start((struct proxy_fault){.kind = PROXY_SWALLOW, .after = 4, .units = 2},
                 sample.starts[4], true);
}

Test(proxy, holds_and_lets_go_in_order)
{
    const struct sample sample = make();
    struct outcome outcome;

    expect_start((struct proxy_fault){.kind = PROXY_HOLD, .after = 4, .bytes = 3, .units = 2},
                 sample.size, false);
    send_through(&(struct proxy_fault){.kind = PROXY_HOLD, .after = 4, .units = 100}, 10, &outcome);
    cr_expect_eq(outcome.size, sample.starts[4]);
    cr_expect_eq(outcome.held, sample.size - sample.starts[4]);
}

Test(proxy, leaves_out_whole_events_and_no_heartbeat)
{
    const struct sample sample = make();
    const struct proxy_fault fault = {
        .kind = PROXY_DROP, .after = PROXY_TRAFFIC, .units = 1, .least_bytes = 100};
    struct proxy_fault second = fault;
    struct outcome outcome;

    for (size_t piece = 1; piece < 200; piece += 11) {
        send_through(&fault, piece, &outcome);
        cr_assert_eq(outcome.counts.dropped, 1u);
        cr_assert_eq(outcome.size, sample.size - (sample.starts[5] - sample.starts[3]));
        cr_assert_eq(memcmp(&outcome.bytes[sample.starts[3]], &sample.bytes[sample.starts[5]],
                            sample.size - sample.starts[5]),
                     0);
    }
    second.after++; /* the first frame of that message has passed: it is whole, the next one not */
    send_through(&second, 10, &outcome);
    cr_assert_eq(outcome.counts.dropped, 1u);
    cr_assert_eq(outcome.size, sample.starts[7]);
    cr_assert_eq(memcmp(outcome.bytes, sample.bytes, outcome.size), 0);
}
