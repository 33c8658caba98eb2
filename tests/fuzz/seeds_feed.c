/* Seeds of what follows the feed: a record with a restore in it, told as a server tells it. */
#include "tests/fuzz/seeds.h"

#include "tests/support/fake_record.h"
#include "tests/unit/proto/samples.h"

#include <stdio.h>

#define BYTES_MOST ((size_t)1 << 20)

/* What the targets subscription.c and stranger.c read. */
enum message { EVENTS, HEARTBEAT, ANSWER, REFUSAL, PASS };
#define OPTIONS 64

static void put_message(struct mp_buffer *seed, enum message what, struct mp_buffer *bytes)
{
    mp_assert(bytes->error == 0 && bytes->size <= UINT16_MAX);
    mp_buffer_put_u8(seed, (uint8_t)what);
    mp_buffer_put_u16(seed, (uint16_t)bytes->size);
    mp_buffer_put_span(seed, mp_buffer_span(bytes));
    mp_buffer_clear(bytes);
}

static void put_page(struct mp_buffer *seed, const struct fake_record *record, const char *prefix,
                     enum mp_ask_kind kind, uint64_t from)
{
    struct mp_buffer bytes;
    struct mp_ask ask;

    mp_buffer_init(&bytes, BYTES_MOST);
    mp_ask_init(&ask, kind);
    ask.prefix = prefix;
    ask.from = from;
    fake_record_page(record, &ask, &bytes);
    if (seed == NULL) {
        char name[32];

        (void)snprintf(name, sizeof name, "kind-%d-%d", (int)kind, (int)from);
        seed_write("page", name, &bytes);
    } else {
        put_message(seed, ANSWER, &bytes);
    }
    mp_buffer_done(&bytes);
}

/* Everything that was asked for, in the order in which a subscriber asks. */
static void put_synchronising(struct mp_buffer *seed, const struct fake_record *record,
                              const char *prefix, bool has_restore)
{
    struct mp_buffer bytes;

    mp_buffer_init(&bytes, BYTES_MOST);
    fake_record_heartbeat(record, prefix, record->head, &bytes);
    put_message(seed, HEARTBEAT, &bytes);
    if (has_restore)
        put_page(seed, record, prefix, MP_ASK_EPOCHS, 0);
    put_page(seed, record, prefix, MP_ASK_TOPICS, 0);
    put_page(seed, record, prefix, MP_ASK_REPLAY, 0);
    fake_record_heartbeat(record, prefix, record->head, &bytes);
    put_message(seed, HEARTBEAT, &bytes);
    mp_buffer_done(&bytes);
}

static void put_events(struct mp_buffer *seed, const struct fake_record *record, uint64_t first)
{
    struct mp_buffer bytes;
    uint64_t seqs[8];
    size_t count = 0;

    for (uint64_t seq = first; seq <= record->head && count < MP_LENGTH(seqs); seq++)
        seqs[count++] = seq;
    mp_buffer_init(&bytes, BYTES_MOST);
    fake_record_message(record, seqs, count, record->head, &bytes);
    if (seed == NULL)
        seed_write("feed", "events", &bytes);
    else
        put_message(seed, EVENTS, &bytes);
    mp_buffer_done(&bytes);
}

static void write_stranger(uint8_t options)
{
    static const char *const prefixes[] = {"", "ml-1/", "gwadar/", "@ledger/"};
    MP_AUTO(fake_record_free) struct fake_record *record = fake_record_new(100, 100);
    const char *prefix = prefixes[options % MP_LENGTH(prefixes)];
    struct mp_buffer seed;
    char name[32];

    mp_buffer_init(&seed, BYTES_MOST);
    mp_buffer_put_u8(&seed, options);
    for (int i = 0; i < 3; i++)
        (void)fake_record_add(record, i == 1 ? "gwadar/" : "ml-1/");
    put_synchronising(&seed, record, prefix, false);
    (void)fake_record_add(record, "ml-1/");
    (void)fake_record_add(record, "gwadar/");
    put_events(&seed, record, 4);
    (void)fake_record_add(record, "ml-1/x/");
    (void)fake_record_add(record, "ml-1/");
    put_events(&seed, record, 7); /* one was lost */
    put_page(&seed, record, prefix, MP_ASK_REPLAY, 5);
    fake_record_restore(record, 3, 101);
    put_synchronising(&seed, record, prefix, true);
    (void)snprintf(name, sizeof name, "options-%u", options);
    seed_write("stranger", name, &seed);
    mp_buffer_done(&seed);
}

static void write_pages(void)
{
    MP_AUTO(fake_record_free) struct fake_record *record = fake_record_new(100, 4);
    struct mp_buffer bytes;

    for (int i = 0; i < 6; i++)
        (void)fake_record_add(record, i % 3 == 1 ? "gwadar/" : "ml-1/");
    fake_record_restore(record, 5, 101);
    put_page(NULL, record, "", MP_ASK_TOPICS, 0);
    put_page(NULL, record, "", MP_ASK_EPOCHS, 0);
    put_page(NULL, record, "", MP_ASK_REPLAY, 0);
    put_page(NULL, record, "ml-1/", MP_ASK_REPLAY, 4);
    put_page(NULL, record, "", MP_ASK_REPLAY, 99);
    put_page(NULL, record, "", MP_ASK_LIST, 0);
    put_events(NULL, record, 2);
    mp_buffer_init(&bytes, BYTES_MOST);
    mp_assert(mp_page_begin(&bytes, 1, 2, 0) == 0);
    struct mp_history_row history = {mp_span_text("event"), 9, true};
    struct mp_record_row row = {mp_span_text("record"), true};
    mp_assert(mp_page_add_history(&bytes, &history) == 0 && mp_page_add_row(&bytes, &row) == 0);
    mp_assert(mp_page_set_outcome(&bytes, true, mp_span_text("answer")) == 0);
    seed_write("page", "rows", &bytes);
    fake_record_heartbeat(record, "ml-1/", record->head, &bytes);
    seed_write("feed", "heartbeat", &bytes);
    mp_buffer_done(&bytes);
}

/* Steps by a generator: a good start for each set of options. */
static void write_subscription(uint8_t options)
{
    uint64_t state = options;
    struct mp_buffer seed;
    char name[32];

    mp_buffer_init(&seed, BYTES_MOST);
    mp_buffer_put_u8(&seed, options);
    for (int i = 0; i < 120; i++)
        mp_buffer_put_u8(&seed, (uint8_t)test_random(&state));
    (void)snprintf(name, sizeof name, "options-%u", options);
    seed_write("subscription", name, &seed);
    mp_buffer_done(&seed);
}

void seed_feeds(void)
{
    for (uint8_t i = 0; i < 16; i++)
        write_subscription(i * 5 % OPTIONS);
    for (uint8_t options = 0; options < 32; options++)
        write_stranger(options);
    write_pages();
}
