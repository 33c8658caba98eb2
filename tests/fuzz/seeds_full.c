/* Seeds as large as the decoders take, and larger: a target that begins with them reaches the
 * limits, which it would not come to from small ones. */
#include "tests/fuzz/seeds.h"

#include "proto/ask.h"
#include "proto/forward.h"
#include "tests/unit/proto/samples.h"

#define BYTES_MOST ((size_t)8 << 20)
#define NOTE_BYTES 900
#define ID_FIELD   (2 + MP_UUID_BYTES) /* of a submission, its first */
#define FULL_BATCH 63                  /* submissions of the full size */

static struct mp_arena *arena;
static struct mp_buffer bytes;

static void must(int result)
{
    mp_assert(result == 0);
}

/* Many changes, and the last one's note so long that it has exactly this many bytes. */
static void put_submission_of(size_t size)
{
    struct mp_change changes[MP_CHANGES_MOST];
    struct mp_submission submission = {
        .id = sample_uuid(1), .changes = changes, .change_count = size / (NOTE_BYTES + 200)};
    char *note = mp_arena_array(arena, size, 1), *longer = mp_arena_array(arena, size, 1);
    size_t before = bytes.size, missing;

    mp_assert(note != NULL && longer != NULL);
    memset(note, 'n', NOTE_BYTES);
    memset(longer, 'n', size - 1);
    for (size_t i = 0; i < submission.change_count; i++) {
        changes[i] = sample_change(MP_CHANGE_PROGRESS);
        changes[i].note = note;
    }
    must(mp_submission_encode(&submission, arena, &bytes));
    missing = size - (bytes.size - before);
    bytes.size = before;
    longer[NOTE_BYTES + missing] = '\0';
    changes[submission.change_count - 1].note = longer;
    must(mp_submission_encode(&submission, arena, &bytes));
    mp_assert(bytes.size == before + size);
}

/* What no encoder writes: fields of a second submission go on where those of the first end. */
static void put_one_change_more(void)
{
    struct mp_change change = sample_change(MP_CHANGE_PROGRESS);
    struct mp_submission submission = {.id = sample_uuid(1), .changes = &change, .change_count = 1};
    struct mp_buffer more;

    mp_buffer_init(&more, BYTES_MOST);
    must(mp_submission_encode(&submission, arena, &more));
    mp_buffer_put(&bytes, more.data + ID_FIELD, more.size - ID_FIELD);
    mp_buffer_done(&more);
}

/* At the limit, and one change beyond. */
static void write_submissions(void)
{
    put_submission_of(MP_SUBMISSION_MOST);
    seed_write("submission", "full", &bytes);
    put_submission_of(MP_SUBMISSION_MOST);
    put_one_change_more();
    seed_write("submission", "too-long", &bytes);
    mp_buffer_put_u8(&bytes, 4 | 1); /* a body with its CRC: see outbox.c */
    put_submission_of(MP_SUBMISSION_MOST);
    seed_write("outbox", "body-full", &bytes);
}

/* An agency with as many keys as one may ever have. */
static void write_record(void)
{
    struct mp_record record = {.subject = {MP_KIND_AGENCY, "@agency/railways/", ""}};

    record.agency.definition = sample_change(MP_CHANGE_AGENCY).agency;
    record.agency.keys = mp_arena_array(arena, MP_KEYS_MOST, sizeof *record.agency.keys);
    mp_assert(record.agency.keys != NULL);
    record.agency.key_count = MP_KEYS_MOST;
    must(mp_record_encode(&record, arena, &bytes));
    seed_write("record", "full", &bytes);
}

/* Events until no other has room in so many bytes. */
static void put_page_of(size_t most)
{
    struct mp_event event = sample_event(MP_CHANGE_PROGRESS);
    struct mp_buffer one;

    mp_buffer_init(&one, BYTES_MOST);
    must(mp_event_encode(&event, arena, &one));
    must(mp_page_begin(&bytes, 1, 100000, 0));
    while (bytes.size + one.size + 8 <= most)
        must(mp_page_add_event(&bytes, mp_buffer_span(&one)));
    mp_buffer_done(&one);
}

/* At the limit, beyond it, and of one row too many. */
static void write_pages(void)
{
    put_page_of(MP_PAGE_MOST);
    seed_write_alone("page", "full", &bytes);
    put_page_of(MP_PAGE_MOST + 1024);
    mp_assert(bytes.size > MP_PAGE_MOST);
    seed_write_alone("page", "too-long", &bytes);
    must(mp_page_begin(&bytes, 1, 100000, 0));
    for (size_t i = 0; i <= MP_PAGE_ROWS_MOST; i++)
        must(mp_page_add_record(&bytes, mp_span_text("r")));
    seed_write_alone("page", "rows-too-many", &bytes);
}

/* The largest submissions, about as many as go into one batch. */
static void write_batch(void)
{
    static const uint8_t key[32] = {1};
    struct mp_buffer batch;

    mp_buffer_init(&batch, BYTES_MOST);
    put_submission_of(MP_SUBMISSION_MOST);
    mp_forward_begin(&batch, 45);
    for (int i = 0; i < FULL_BATCH; i++) {
        struct mp_forward_item item = {.peer = mp_span_text("peer1"),
                                       .key = mp_span_make(key, sizeof key),
                                       .bytes = mp_buffer_span(&bytes)};

        mp_forward_add(&batch, &item);
    }
    mp_buffer_clear(&bytes);
    mp_assert(batch.size < MP_FORWARD_BATCH_MOST);
    seed_write("forward", "full", &batch);
    mp_buffer_done(&batch);
}

void seed_full(void)
{
    arena = mp_arena_new((size_t)16 << 20);
    mp_assert(arena != NULL);
    mp_buffer_init(&bytes, BYTES_MOST);
    write_submissions();
    write_record();
    write_pages();
    write_batch();
    mp_buffer_done(&bytes);
    mp_arena_free(arena);
}
