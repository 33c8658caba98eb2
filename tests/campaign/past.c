/* What the ledger answered at a moment it answers again when asked for that moment later, whatever
 * was said, withdrawn, said late or killed since. */
#include "core/base/clock.h"
#include "core/base/hash.h"
#include "tests/support/campaign_peer.h"
#include "tests/support/random.h"
#include "tests/support/system_record.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SEED         UINT64_C(8)
#define STEPS        160
#define KILL_EVERY   50
#define MOMENTS_MOST 64
#define BUSY_MOST    64
#define QUESTIONS    7
#define ASK_MS       60000
#define EVENTS_MOST  20000
#define DAY_FIRST    20000 /* 2024-10-04 */
#define DAYS_SAID    700

static struct system_instance instance;
static struct campaign_peer sender;
static struct mp_client *authority;
static uint64_t random_state;
static uint64_t said[STEPS]; /* sequences that can be withdrawn */
static size_t said_count, withdrawn_count;

/* Asked of a ledger at rest, by the command line. */
static struct {
    char time[28];
    const char *answers[QUESTIONS];
} moments[MOMENTS_MOST];
static size_t moment_count;

/* Asked in the middle of commits, by the library: the answer names the head it was given at. */
static struct busy {
    enum mp_ask_kind kind;
    uint64_t head;
    uint32_t hash;
    size_t rows;
} busy[BUSY_MOST];
static size_t busy_count;
static int64_t recorded_us[EVENTS_MOST]; /* by sequence */

static uint64_t draw(uint64_t below)
{
    return test_random(&random_state) % below;
}

static const char *draw_milestone(void)
{
    return draw(2) == 0 ? "ml-1:completion" : "gwadar:completion";
}

static void draw_dated(struct mp_change *change)
{
    static const enum mp_change_kind kinds[] = {MP_CHANGE_FORECAST,   MP_CHANGE_BASELINE,
                                                MP_CHANGE_MET,        MP_CHANGE_CONFIRMED,
                                                MP_CHANGE_SUSPENSION, MP_CHANGE_RESUMPTION};

    mp_change_init(change, kinds[draw(MP_LENGTH(kinds))]);
    change->dated.milestone = draw_milestone();
    change->dated.reason = MP_REASON_FINANCING;
    change->dated.date.day = (int32_t)(DAY_FIRST + draw(DAYS_SAID));
    if (change->kind == MP_CHANGE_FORECAST || change->kind == MP_CHANGE_BASELINE)
        change->dated.date.day += 3 * DAYS_SAID;
    change->dated.date.precision = MP_PRECISION_DAY;
}

/* A statement, a definition anew or a withdrawal; late ones among them. */
static struct mp_change draw_change(void)
{
    struct mp_change change;

    switch (draw(8)) {
    case 0:
        mp_change_init(&change, MP_CHANGE_PROJECT);
        change.project.id = draw(2) == 0 ? "ml-1" : "gwadar";
        change.project.title.en = system_text("Title %" PRIu64, draw(1000));
        change.project.programme = "cpec-2.0";
        change.project.lead_agency = "railways";
        change.project.status = MP_PROJECT_IMPLEMENTATION;
        return change;
    case 1:
        mp_change_init(&change, MP_CHANGE_MILESTONE);
        change.milestone.id = draw_milestone();
        change.milestone.title.en = system_text("Title %" PRIu64, draw(1000));
        change.milestone.type = MP_TYPE_DELIVERY;
        return change;
    case 2:
    case 3:
        mp_change_init(&change, MP_CHANGE_WITHDRAWAL);
        change.withdrawal.seq = said_count == 0 ? 1 : said[draw(said_count)];
        change.note = "a mistake";
        return change;
    case 4:
        change = system_progress(draw_milestone(), system_text("note %" PRIu64, draw(1000)));
        change.progress.percent.unscaled = (int64_t)draw(101);
        break;
    default:
        draw_dated(&change);
        break;
    }
    if (draw(2) == 0)
        change.stated_on = (int32_t)(DAY_FIRST + draw(DAYS_SAID));
    return change;
}

static void step(void)
{
    struct mp_change change = draw_change();
    struct mp_submit_result result;

    cr_assert_eq(mp_client_submit(authority, &change, 1, ASK_MS, &result), 0, "%s",
                 mp_client_why(authority));
    cr_assert_neq(result.outcome, MP_SUBMIT_QUEUED);
    if (result.outcome != MP_SUBMIT_ACCEPTED)
        return; /* the rules decide; what they refuse changes nothing */
    if (change.kind == MP_CHANGE_WITHDRAWAL)
        withdrawn_count++;
    else if (mp_change_is_statement(change.kind))
        said[said_count++] = result.first_seq;
}

static const char *question(size_t number, const char *time)
{
    static const char *const words[QUESTIONS][2] = {{"get", "ml-1:completion"},
                                                    {"get", "gwadar:completion"},
                                                    {"get", "gwadar"},
                                                    {"list", "milestones"},
                                                    {"list", "projects"},
                                                    {"history", "ml-1:completion"},
                                                    {"history", "gwadar:completion"}};
    struct system_said answer =
        time == NULL ? system_cli(&instance, words[number][0], words[number][1], "-o", "json")
                     : system_cli(&instance, words[number][0], words[number][1], "-o", "json",
                                  "--as-recorded", time);

    system_expect(answer, 0);
    return answer.out;
}

static bool is_sent(void *context)
{
    const struct campaign_page *page = sender.page;

    (void)context;
    return atomic_load(&page->put) == atomic_load(&page->wanted) &&
           atomic_load(&page->idle) == atomic_load(&page->put);
}

static void ask_at_rest(void)
{
    cr_assert(system_until(is_sent, NULL, SYSTEM_DEADLINE_MS));
    cr_assert_lt(moment_count, (size_t)MOMENTS_MOST);
    mp_clock_format_utc(mp_clock_wall_us(&mp_clock_system), moments[moment_count].time);
    for (size_t i = 0; i < QUESTIONS; i++)
        moments[moment_count].answers[i] = question(i, NULL);
    moment_count++;
}

static int take_rows(void *context, const struct mp_page *page)
{
    struct busy *answer = context;

    for (size_t i = 0; i < page->row_count; i++)
        answer->hash = mp_crc32c(answer->hash, page->rows[i].record);
    answer->rows += page->row_count;
    answer->head = page->head;
    cr_assert_eq(page->cursor.size, 0u, "one page, so one snapshot");
    return 0;
}

static struct busy ask_rows(enum mp_ask_kind kind, int64_t time_us)
{
    struct busy answer = {.kind = kind};
    struct mp_ask ask;
    int error;

    mp_ask_init(&ask, kind);
    ask.record_kind = MP_KIND_MILESTONE;
    if (kind == MP_ASK_GET)
        ask.id = "ml-1:completion";
    if (time_us != 0) {
        ask.as_of.mode = MP_AS_RECORDED;
        ask.as_of.recorded_us = time_us;
    }
    error = mp_client_ask(authority, &ask, ASK_MS, take_rows, &answer);
    cr_assert_eq(error, 0, "%s", mp_client_why(authority));
    cr_assert_gt(answer.rows, 0u);
    return answer;
}

static void kill_ledger(void)
{
    system_kill(&instance, SYSTEM_LEDGER);
    system_launch(&instance, SYSTEM_LEDGER);
    for (int i = 0; i < SYSTEM_SERVICES; i++)
        system_await_healthy(&instance, (enum system_service)i);
}

static int take_times(void *context, const struct mp_page *page)
{
    struct mp_arena *arena = context;

    for (size_t i = 0; i < page->event_count; i++) {
        struct mp_event event;
        int error;

        mp_arena_reset(arena);
        error = mp_event_decode(page->events[i], arena, &event);
        if (error < 0)
            return error;
        cr_assert_lt(event.seq, (uint64_t)EVENTS_MOST);
        recorded_us[event.seq] = event.recorded_at_us;
    }
    return 0;
}

static void expect_the_past(void)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(MP_SUBMISSION_ARENA);
    struct mp_ask ask;

    mp_ask_init(&ask, MP_ASK_REPLAY);
    ask.prefix = "";
    cr_assert_eq(mp_client_ask(authority, &ask, ASK_MS, take_times, arena), 0, "%s",
                 mp_client_why(authority));
    for (size_t i = 0; i < moment_count; i++) {
        for (size_t j = 0; j < QUESTIONS; j++) {
            const char *now = question(j, moments[i].time);

            cr_assert_str_eq(now, moments[i].answers[j], "as recorded %s, question %zu",
                             moments[i].time, j);
        }
    }
    for (size_t i = 0; i < busy_count; i++) {
        struct busy now = ask_rows(busy[i].kind, recorded_us[busy[i].head]);

        cr_assert(now.rows == busy[i].rows && now.hash == busy[i].hash,
                  "as recorded with seq %" PRIu64, busy[i].head);
    }
}

static void begin(void)
{
    const char *seed = getenv("MILEPOST_SEED");

    random_state = seed == NULL ? SEED : strtoull(seed, NULL, 10);
    (void)fprintf(stderr, "past: MILEPOST_SEED=%" PRIu64 "\n", random_state);
    system_begin_world(&instance);
    authority = system_client(&instance, "authority");
    campaign_peer_make(&sender, &instance, CAMPAIGN_SENDER, CAMPAIGN_SENDER_IDENTITY, "-");
    campaign_peer_start(&sender);
}

static void end(void)
{
    mp_client_close(authority);
    campaign_peer_done(&sender);
    system_end();
}

Test(past, as_recorded_gives_what_was_answered_then, .init = begin, .fini = end)
{
    for (size_t i = 1; i <= STEPS; i++) {
        step();
        if (draw(8) == 0 && moment_count < MOMENTS_MOST)
            ask_at_rest();
        if (draw(4) == 0 && busy_count < BUSY_MOST) {
            (void)atomic_fetch_add(&sender.page->wanted, 1 + draw(60));
            busy[busy_count++] = ask_rows(draw(2) == 0 ? MP_ASK_GET : MP_ASK_LIST, 0);
        }
        if (i % KILL_EVERY == 0)
            kill_ledger();
    }
    cr_assert(system_until(is_sent, NULL, SYSTEM_DEADLINE_MS));
    cr_assert(said_count > STEPS / 8 && withdrawn_count > 2 && moment_count > 5 && busy_count > 5,
              "%zu statements, %zu withdrawals, %zu moments at rest, %zu busy", said_count,
              withdrawn_count, moment_count, busy_count);
    expect_the_past();
    kill_ledger();
    expect_the_past();
}
