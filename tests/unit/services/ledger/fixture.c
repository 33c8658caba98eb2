#include "tests/unit/services/ledger/fixture.h"

#include <criterion/criterion.h>

const uint8_t ministry_key[32] = {0x41}, railways_key[32] = {0x51}, stranger_key[32] = {0x61};
static const uint8_t service_key[32] = {0x42};

static int64_t wall_us(void *context)
{
    return ((struct fixture *)context)->now_us;
}

static int64_t monotonic_ms(void *context)
{
    return ((struct fixture *)context)->now_us / 1000;
}

static void define(struct fixture *fixture)
{
    static const char *ml1 = "ml-1/";
    struct mp_change changes[5];

    mp_change_init(&changes[0], MP_CHANGE_TERM);
    changes[0].term.scheme = MP_SCHEME_PROGRAMME;
    changes[0].term.code = "cpec-2.0";
    changes[0].term.title.en = "CPEC 2.0";
    changes[1] = change_project("ml-1");
    changes[2] = change_milestone("ml-1:completion");
    changes[3] = change_agency("railways", MP_ROLE_AGENCY, &(struct mp_list){&ml1, 1});
    changes[4] = change_key(MP_CHANGE_KEY_ADDED, "railways", railways_key);
    cr_assert_eq(writer_begin(fixture->writer), 0);
    struct mp_answer answer = fixture_take(fixture, ministry_key, 9000, 0, changes, 5);
    cr_assert_eq(answer.outcome, MP_OUTCOME_ACCEPTED);
    cr_assert_eq(writer_commit(fixture->writer), 0);
    cr_assert_eq(writer_file(fixture->writer), 0);
}

static void open_both(struct fixture *fixture)
{
    const char *why = NULL;

    cr_assert_eq(mp_store_open(&fixture->options, &fixture->store, &why), 0, "%s", why);
    cr_assert_eq(writer_new(fixture->store, &fixture->clock, 0, &fixture->writer), 0);
}

void fixture_open(struct fixture *fixture, uint64_t map_bytes)
{
    const struct mp_store_founding founding = {.authority_id = "ministry",
                                               .authority_title = "Ministry",
                                               .authority_key = ministry_key,
                                               .service_id = "services",
                                               .service_key = service_key};

    *fixture = (struct fixture){.now_us = INT64_C(1795305600000000)};
    fixture->clock =
        (struct mp_clock){.wall_us = wall_us, .monotonic_ms = monotonic_ms, .context = fixture};
    folder_make(fixture->folder);
    fixture->arena = mp_arena_new(64u << 20);
    mp_buffer_init(&fixture->bytes, 1u << 20);
    fixture->options = (struct mp_store_options){
        .folder = fixture->folder, .map_bytes = map_bytes != 0 ? map_bytes : UINT64_C(64) << 20};
    cr_assert_eq(mp_store_create(&fixture->options, &founding, fixture->now_us), 0);
    open_both(fixture);
    define(fixture);
}

static void close_both(struct fixture *fixture)
{
    writer_free(mp_take(fixture->writer));
    mp_store_close(mp_take(fixture->store));
}

void fixture_close(struct fixture *fixture)
{
    close_both(fixture);
    mp_arena_free(fixture->arena);
    mp_buffer_done(&fixture->bytes);
    folder_remove(fixture->folder);
}

void fixture_reopen(struct fixture *fixture)
{
    close_both(fixture);
    open_both(fixture);
}

struct mp_uuid fixture_id(unsigned number)
{
    return mp_uuid_v8(mp_span_make(&number, sizeof(number)));
}

struct mp_span fixture_submission(struct fixture *fixture, unsigned number, unsigned after,
                                  struct mp_change *changes, size_t count)
{
    struct mp_submission submission = {
        .id = fixture_id(number), .changes = changes, .change_count = count};

    if (after != 0)
        submission.after = fixture_id(after);
    mp_buffer_clear(&fixture->bytes);
    cr_assert_eq(mp_submission_encode(&submission, fixture->arena, &fixture->bytes), 0);
    return mp_buffer_span(&fixture->bytes);
}

/* As ingest would get it: through its bytes, so that nothing points into the writer any more. */
static struct mp_answer copy_of(struct fixture *fixture, const struct mp_answer *answer)
{
    struct mp_answer copy;

    mp_buffer_clear(&fixture->bytes);
    cr_assert_eq(mp_answer_encode(answer, &fixture->bytes), 0);
    cr_assert_eq(mp_answer_decode(mp_buffer_span(&fixture->bytes), fixture->arena, &copy), 0);
    return copy;
}

struct mp_answer fixture_take(struct fixture *fixture, const uint8_t key[static 32],
                              unsigned number, unsigned after, struct mp_change *changes,
                              size_t count)
{
    struct mp_answer answer;
    struct mp_uuid id = fixture_id(number);

    int error = writer_take(fixture->writer, key,
                            fixture_submission(fixture, number, after, changes, count), &answer);
    cr_assert_eq(error, 0, "%s", mp_error_text(error));
    cr_assert(mp_uuid_equal(&answer.id, &id));
    return copy_of(fixture, &answer);
}

struct mp_answer fixture_submit(struct fixture *fixture, const uint8_t key[static 32],
                                unsigned number, unsigned after, struct mp_change change)
{
    cr_assert_eq(writer_begin(fixture->writer), 0);
    struct mp_answer answer = fixture_take(fixture, key, number, after, &change, 1);
    cr_assert_eq(writer_commit(fixture->writer), 0);
    return answer;
}

uint64_t fixture_head(const struct fixture *fixture)
{
    return mp_store_head(fixture->store).seq;
}

bool fixture_is_kept(struct fixture *fixture, const char *agency, unsigned number)
{
    MP_AUTO(mp_reading_close) struct mp_reading *reading = NULL;
    struct mp_ask ask;
    struct mp_page page;
    struct mp_buffer bytes;

    cr_assert_eq(writer_file(fixture->writer), 0);
    cr_assert_eq(mp_reading_open(fixture->store, &reading), 0);
    mp_buffer_init(&bytes, 1u << 20);
    mp_ask_init(&ask, MP_ASK_OUTCOME);
    ask.agency = agency;
    ask.submission = fixture_id(number);
    cr_assert_eq(mp_reading_answer(reading, &ask, 0, fixture->arena, &bytes), 0);
    cr_assert_eq(mp_page_decode(mp_buffer_span(&bytes), fixture->arena, &page), 0);
    cr_assert_eq(page.error, MP_ASK_OK, "%s", page.message);
    mp_buffer_done(&bytes);
    return page.outcome_known;
}

struct mp_change change_progress(int64_t percent)
{
    struct mp_change change;

    mp_change_init(&change, MP_CHANGE_PROGRESS);
    change.progress.milestone = "ml-1:completion";
    change.progress.percent = (struct mp_decimal){.unscaled = percent, .scale = 0};
    return change;
}

struct mp_change change_agency(const char *id, enum mp_role role, const struct mp_list *grants)
{
    struct mp_change change;

    mp_change_init(&change, MP_CHANGE_AGENCY);
    change.agency.id = id;
    change.agency.title.en = id;
    change.agency.role = role;
    change.agency.grants = *grants;
    return change;
}

struct mp_change change_key(enum mp_change_kind kind, const char *agency,
                            const uint8_t key[static 32])
{
    struct mp_change change;

    mp_change_init(&change, kind);
    change.key.agency = agency;
    memcpy(change.key.public_key, key, 32);
    return change;
}

struct mp_change change_project(const char *id)
{
    struct mp_change change;

    mp_change_init(&change, MP_CHANGE_PROJECT);
    change.project.id = id;
    change.project.programme = "cpec-2.0";
    change.project.title.en = id;
    change.project.status = MP_PROJECT_IMPLEMENTATION;
    return change;
}

struct mp_change change_milestone(const char *id)
{
    struct mp_change change;

    mp_change_init(&change, MP_CHANGE_MILESTONE);
    change.milestone.id = id;
    change.milestone.title.en = id;
    change.milestone.type = MP_TYPE_DELIVERY;
    change.milestone.code = "completion";
    return change;
}
