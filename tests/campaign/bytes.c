/* Bytes that no program of ours would send get an answer with a name that says what to change, and
 * change nothing. */
#include "tests/support/campaign_shape.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static struct system_instance instance;
static struct mp_client *authority;

static void begin(void)
{
    system_begin_world(&instance);
    authority = system_client(&instance, "authority");
}

static void end(void)
{
    mp_client_close(authority);
    system_end();
}

#define BYTES_TEST(name) Test(bytes, name, .init = begin, .fini = end)

static struct mp_change raw_changes[MP_CHANGES_MOST + 1];

/* One good change, which a row then spoils. */
static struct mp_submission good(void)
{
    for (size_t i = 0; i < MP_LENGTH(raw_changes); i++)
        raw_changes[i] = system_progress("ml-1:completion", "ABCDEFGH");
    return (struct mp_submission){.id = mp_uuid_v7(1), .changes = raw_changes, .change_count = 1};
}

static void no_id(struct mp_submission *submission)
{
    submission->id = (struct mp_uuid){{0}};
}
static void no_changes(struct mp_submission *submission)
{
    submission->change_count = 0;
}
static void too_many(struct mp_submission *submission)
{
    submission->change_count = MP_CHANGES_MOST + 1;
}
static void long_note(struct mp_submission *submission)
{
    submission->changes[0].note = system_text("%01001d", 0);
}
static void no_milestone(struct mp_submission *submission)
{
    submission->changes[0].progress.milestone = "";
}
static void odd_milestone(struct mp_submission *submission)
{
    submission->changes[0].progress.milestone = "../ml-1:x";
}
static void over_all(struct mp_submission *submission)
{
    submission->changes[0].progress.percent.unscaled = INT64_MAX;
}
static void no_such_date(struct mp_submission *submission)
{
    mp_change_init(&submission->changes[0], MP_CHANGE_FORECAST);
    submission->changes[0].dated.milestone = "ml-1:completion";
    submission->changes[0].dated.date =
        (struct mp_date){.day = INT32_MAX, .precision = MP_PRECISION_DAY};
}
static void no_date(struct mp_submission *submission)
{
    mp_change_init(&submission->changes[0], MP_CHANGE_FORECAST);
    submission->changes[0].dated.milestone = "ml-1:completion";
}
static void epoch(struct mp_submission *submission)
{
    mp_change_init(&submission->changes[0], MP_CHANGE_EPOCH_STARTED);
    submission->changes[0].epoch.epoch = 9;
    submission->changes[0].epoch.by = "me";
    submission->changes[0].epoch.why = "I can";
}
static void stale_view(struct mp_submission *submission)
{
    submission->changes[0].has_expected = true;
    submission->changes[0].expected = (struct mp_revision){1, 1};
}
static void second_bad(struct mp_submission *submission)
{
    submission->change_count = 2;
    submission->changes[1].progress.milestone = "gwadar:completion";
}
static void period(struct mp_submission *submission)
{
    struct mp_change *change = &submission->changes[0];

    mp_change_init(change, MP_CHANGE_OBSERVATION);
    change->observation.indicator = "dust";
    change->observation.project = "ml-1";
    change->observation.kind = MP_OBSERVATION_ACTUAL;
    change->observation.period_start = 20100;
    change->observation.period_end = 20000;
}
static void far_future(struct mp_submission *submission)
{
    submission->changes[0].stated_on = 40000;
}

static void garbage(struct mp_buffer *bytes)
{
    memset(bytes->data, 0xff, bytes->size);
}
static void nothing(struct mp_buffer *bytes)
{
    bytes->size = 0;
}
static void cut(struct mp_buffer *bytes)
{
    bytes->size -= 3;
}
static void not_utf8(struct mp_buffer *bytes)
{
    uint8_t *at = memmem(bytes->data, bytes->size, "ABCDEFGH", 8);

    cr_assert_not_null(at);
    at[3] = 0xff;
}
static void with_nul(struct mp_buffer *bytes)
{
    uint8_t *at = memmem(bytes->data, bytes->size, "ABCDEFGH", 8);

    cr_assert_not_null(at);
    at[3] = 0;
}
static void large(struct mp_buffer *bytes)
{
    mp_buffer_put_text(bytes, system_text("%0*d", MP_SUBMISSION_MOST, 0));
    cr_assert_eq(bytes->error, 0);
}

static const struct raw_row {
    const char *what;
    void (*spoil)(struct mp_submission *submission);
    void (*spoil_bytes)(struct mp_buffer *bytes);
    enum mp_reject code;
} raw_rows[] = {
    {"garbage", NULL, garbage, MP_REJECT_MALFORMED},
    {"nothing", NULL, nothing, MP_REJECT_ID_INVALID},
    {"cut short", NULL, cut, MP_REJECT_MALFORMED},
    {"too large", NULL, large, MP_REJECT_TOO_LARGE},
    {"not UTF-8", NULL, not_utf8, MP_REJECT_TEXT_INVALID},
    {"with a NUL", NULL, with_nul, MP_REJECT_TEXT_INVALID},
    {"no id", no_id, NULL, MP_REJECT_ID_INVALID},
    {"no changes", no_changes, NULL, MP_REJECT_NO_CHANGES},
    {"65 changes", too_many, NULL, MP_REJECT_TOO_MANY},
    {"a long note", long_note, NULL, MP_REJECT_TEXT_TOO_LONG},
    {"no milestone", no_milestone, NULL, MP_REJECT_REQUIRED},
    {"no milestone's id", odd_milestone, NULL, MP_REJECT_ID_INVALID},
    {"over 100", over_all, NULL, MP_REJECT_OUT_OF_RANGE},
    {"no such date", no_such_date, NULL, MP_REJECT_DATE_IMPOSSIBLE},
    {"no date", no_date, NULL, MP_REJECT_REQUIRED},
    {"an epoch", epoch, NULL, MP_REJECT_NOT_SUBMITTABLE},
    {"not what was seen", stale_view, NULL, MP_REJECT_CONFLICT},
    {"a good change and a bad one", second_bad, NULL, MP_REJECT_NOT_GRANTED},
    {"a period that ends before it begins", period, NULL, MP_REJECT_PERIOD_INVALID},
    {"said in the future", far_future, NULL, MP_REJECT_STATED_IN_FUTURE},
};

struct line {
    struct mp_bus *bus;
    void *socket;
    struct mp_key_pair keys, server;
    struct mp_arena *arena;
};

static void open_line(struct line *line)
{
    struct mp_socket_options options = {.kind = MP_SOCKET_DEALER, .frame_most_bytes = 1 << 20};

    *line = (struct line){.arena = mp_arena_new(MP_SUBMISSION_ARENA)};
    cr_assert_not_null(line->arena);
    cr_assert_eq(mp_key_load(system_text("%s/keys/railways.key", instance.folder), &line->keys), 0);
    cr_assert_eq(mp_key_load(system_text("%s/keys/services.key", instance.folder), &line->server),
                 0);
    cr_assert_eq(mp_bus_open(1, &line->bus), 0);
    options.keys = &line->keys;
    options.server_key = line->server.public_key;
    cr_assert_eq(mp_socket_open(line->bus, &options, &line->socket), 0);
    cr_assert_eq(mp_socket_connect(line->socket, system_text("tcp://127.0.0.1:%d", instance.port)),
                 0);
}

static void close_line(struct line *line)
{
    mp_socket_close(line->socket);
    mp_bus_close(line->bus);
    mp_arena_free(line->arena);
}

/* The socket is IMMEDIATE: it takes nothing before there is a connection. */
static struct mp_answer exchange(struct line *line, struct mp_span bytes)
{
    int64_t deadline_ms = system_now_ms() + SYSTEM_DEADLINE_MS;
    struct mp_message message;
    struct mp_answer answer;
    int error;

    mp_message_init(&message);
    do {
        cr_assert_eq(mp_message_add(&message, bytes), 0);
        error = mp_message_send(&message, line->socket);
        mp_message_done(&message);
        system_pump(error == 0 ? 0 : 10);
    } while (error != 0 && system_now_ms() < deadline_ms);
    cr_assert_eq(error, 0);
    while ((error = mp_message_receive(&message, line->socket)) == MP_EAGAIN &&
           system_now_ms() < deadline_ms)
        system_pump(1);
    cr_assert_eq(error, 0, "no answer");
    mp_arena_reset(line->arena);
    cr_assert_eq(mp_answer_decode(mp_message_frame(&message, 0), line->arena, &answer), 0);
    mp_message_done(&message);
    return answer;
}

static struct mp_answer submit(struct line *line, const struct mp_submission *submission,
                               void (*spoil_bytes)(struct mp_buffer *bytes))
{
    struct mp_buffer bytes;
    struct mp_answer answer;

    mp_buffer_init(&bytes, (size_t)4 * MP_SUBMISSION_MOST);
    mp_arena_reset(line->arena);
    cr_assert_eq(mp_submission_encode(submission, line->arena, &bytes), 0);
    if (spoil_bytes != NULL)
        spoil_bytes(&bytes);
    answer = exchange(line, mp_buffer_span(&bytes));
    mp_buffer_done(&bytes);
    return answer;
}

static void expect_refused(const struct mp_answer *answer, enum mp_reject code, const char *what)
{
    cr_assert_eq(answer->outcome, MP_OUTCOME_REJECTED, "%s was not refused", what);
    cr_assert_eq(answer->rejection.code, code, "%s: %s (%s): %s", what,
                 mp_reject_name(answer->rejection.code), answer->rejection.field,
                 answer->rejection.message);
    campaign_expect_advice(answer->rejection.message, what);
}

BYTES_TEST(whatever_bytes_come_the_answer_has_a_name_and_the_record_stays_as_it_is)
{
    struct campaign_shape before = campaign_look(authority);
    struct line line;

    open_line(&line);
    for (size_t i = 0; i < MP_LENGTH(raw_rows); i++) {
        const struct raw_row *row = &raw_rows[i];
        struct mp_submission submission = good();
        struct mp_answer answer;

        if (row->spoil != NULL)
            row->spoil(&submission);
        for (int again = 0; again < 2; again++) {
            answer = submit(&line, &submission, row->spoil_bytes);
            expect_refused(&answer, row->code, row->what);
            campaign_expect_unchanged(authority, &before, row->what);
        }
    }
    close_line(&line);
}

BYTES_TEST(an_id_that_was_used_takes_nothing_else_and_is_recorded_once)
{
    struct mp_submission submission = good();
    struct mp_answer first, again;
    struct campaign_shape before;
    struct line line;

    open_line(&line);
    first = submit(&line, &submission, NULL);
    cr_assert_eq(first.outcome, MP_OUTCOME_ACCEPTED);
    before = campaign_look(authority);
    again = submit(&line, &submission, NULL);
    cr_assert_eq(again.outcome, MP_OUTCOME_ACCEPTED);
    cr_assert_eq(again.first_seq, first.first_seq);
    submission.changes[0].note = "something else";
    again = submit(&line, &submission, NULL);
    expect_refused(&again, MP_REJECT_ID_REUSED, "an id used again");
    campaign_expect_unchanged(authority, &before, "an id used again");
    close_line(&line);
}
