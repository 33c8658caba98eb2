/* What is filed about a subject, in order or not, against a plain list of it. */
#include "tests/unit/store/fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#define MILESTONE "ml-1:opening"
#define SAID_MOST 1500
#define FIRST_DAY 19000

/* Everything said of the milestone's forecast, as a list. */
struct said {
    struct fixture fixture;
    struct mp_store_item items[SAID_MOST];
    bool withdrawn[SAID_MOST];
    size_t count;
    uint64_t state;
};

static uint32_t pick(struct said *said, uint32_t most)
{
    said->state = said->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(said->state >> 33) % most;
}

static void open_said(struct said *said, uint64_t seed)
{
    fixture_open(&said->fixture, 0);
    said->count = 0;
    said->state = seed;
    fixture_put_one(&said->fixture, fixture_project("ml-1"));
    fixture_put_one(&said->fixture, fixture_milestone(MILESTONE));
}

/* Mostly in order, now and then of an earlier day. */
static int32_t next_day(struct said *said)
{
    int32_t day = FIRST_DAY + (int32_t)said->count / 3;

    return pick(said, 5) == 0 ? day - (int32_t)pick(said, 400) : day;
}

static void apply(struct mp_batch *batch, struct mp_change change, const struct mp_uuid *id,
                  uint32_t index)
{
    cr_assert_eq(fixture_apply(batch, &change, id, index), 0);
}

/* A submission of some forecasts; one in six is undone instead of kept. */
static void say_some(struct said *said, struct mp_batch *batch)
{
    struct mp_uuid id = fixture_id(&said->fixture);
    uint32_t wanted = 1 + pick(said, MP_CHANGES_MOST);
    size_t before = said->count;
    bool is_kept = pick(said, 6) != 0;

    if (said->count == SAID_MOST)
        return;
    mp_batch_mark(batch);
    for (uint32_t i = 0; i < wanted && said->count < SAID_MOST; i++) {
        int32_t day = next_day(said);

        said->withdrawn[said->count] = false;
        said->items[said->count++] =
            (struct mp_store_item){.day = day, .seq = mp_batch_next_seq(batch)};
        apply(batch, fixture_forecast(MILESTONE, day + 500, day), &id, i);
    }
    if (is_kept) {
        cr_assert_eq(fixture_keep(batch, &id, said->count - before), 0);
        return;
    }
    mp_batch_undo(batch);
    said->count = before;
}

static void withdraw_one(struct said *said, struct mp_batch *batch)
{
    struct mp_uuid id = fixture_id(&said->fixture);
    uint32_t at;

    if (said->count == 0 || said->withdrawn[at = pick(said, (uint32_t)said->count)])
        return;
    mp_batch_mark(batch);
    apply(batch, fixture_withdrawal(said->items[at].seq), &id, 0);
    cr_assert_eq(fixture_keep(batch, &id, 1), 0);
    said->withdrawn[at] = true;
}

static size_t expect_latest(const struct said *said, struct mp_store_item bound)
{
    size_t best = SAID_MOST;

    for (size_t i = 0; i < said->count; i++) {
        if (!said->withdrawn[i] && mp_store_item_before(said->items[i], bound) &&
            (best == SAID_MOST || mp_store_item_before(said->items[best], said->items[i])))
            best = i;
    }
    return best;
}

static void check_latest(struct said *said, const struct mp_view *view)
{
    struct mp_subject subject = {MP_KIND_MILESTONE, "ml-1/", "opening"};

    for (int i = 0; i < 200; i++) {
        struct mp_store_item bound = {.day = FIRST_DAY - 500 + (int32_t)pick(said, 1200),
                                      .seq = pick(said, SAID_MOST + 100)};
        size_t best = expect_latest(said, bound);
        struct mp_entry entry = {.seq = 0};
        int found =
            view->latest(view->context, &subject, MP_CHANGE_FORECAST, bound.day, bound.seq, &entry);

        cr_assert_eq(found, best != SAID_MOST, "before day %d, event %llu", bound.day,
                     (unsigned long long)bound.seq);
        cr_assert(found == 0 || entry.seq == said->items[best].seq, "%llu, expected %llu",
                  (unsigned long long)entry.seq, (unsigned long long)said->items[best].seq);
        cr_assert(found == 0 || entry.date.day == said->items[best].day + 500);
    }
}

static int compare_items(const void *left, const void *right)
{
    struct mp_store_item a = *(const struct mp_store_item *)left,
                         b = *(const struct mp_store_item *)right;

    return mp_store_item_before(a, b) ? -1 : mp_store_item_before(b, a);
}

/* Every forecast is in the history once, in order, whatever the pages. */
static void check_history(struct said *said, uint32_t limit)
{
    struct mp_store_item *sorted = calloc(SAID_MOST, sizeof(*sorted));
    struct mp_ask ask = fixture_question(MP_ASK_HISTORY);
    size_t seen = 0;
    bool is_over = false;

    memcpy(sorted, said->items, said->count * sizeof(*sorted));
    qsort(sorted, said->count, sizeof(*sorted), compare_items);
    ask.record_kind = MP_KIND_MILESTONE;
    ask.id = MILESTONE;
    ask.limit = limit;
    while (!is_over) {
        struct mp_page page = fixture_ask(&said->fixture, &ask);

        cr_assert_eq(page.error, MP_ASK_OK);
        for (size_t i = 0; i < page.history_count; i++) {
            struct mp_event event;

            cr_assert_eq(mp_event_decode(page.history[i].event, said->fixture.arena, &event), 0);
            if (event.change.kind == MP_CHANGE_FORECAST)
                cr_assert_eq(event.seq, sorted[seen++].seq);
        }
        ask.cursor = page.cursor;
        is_over = page.cursor.size == 0;
    }
    cr_assert_eq(seen, said->count);
    free(sorted);
    fixture_forget(&said->fixture);
}

/* Every event of the topic is replayed once, in order. */
static void check_replay(struct said *said, uint32_t limit)
{
    uint64_t last = 0, head = mp_store_head(said->fixture.store).seq;
    struct mp_ask ask = fixture_question(MP_ASK_REPLAY);
    bool is_over = false;

    ask.prefix = "ml-1/";
    ask.limit = limit;
    ask.from = pick(said, (uint32_t)head);
    while (!is_over) {
        struct mp_page page = fixture_ask(&said->fixture, &ask);

        cr_assert_eq(page.error, MP_ASK_OK);
        for (size_t i = 0; i < page.event_count; i++) {
            struct mp_event_place place;

            cr_assert_eq(mp_event_peek(page.events[i], &place), 0);
            cr_assert(last == 0 ? place.seq > ask.from : place.prev == last,
                      "event %llu after %llu", (unsigned long long)place.seq,
                      (unsigned long long)last);
            last = place.seq;
        }
        ask.cursor = page.cursor;
        is_over = page.cursor.size == 0;
    }
    cr_assert_eq(last, head);
    fixture_forget(&said->fixture);
}

static void tell_finding(void *context, const char *sentence)
{
    (void)context;
    fprintf(stderr, "%s\n", sentence);
}

static void check_verify(struct said *said)
{
    struct mp_verify_report report = {.finding = tell_finding};

    mp_store_close(mp_take(said->fixture.store));
    cr_assert_eq(
        mp_store_verify(&said->fixture.options, fixture_path(&said->fixture, "scratch"), &report),
        0);
    cr_assert_eq(report.findings, 0);
    cr_assert_eq(report.events, report.head.seq);
}

Test(store_run, what_is_filed_in_and_out_of_order_is_found_as_in_a_plain_list)
{
    static struct said said;

    for (uint64_t seed = 1; seed <= 4; seed++) {
        open_said(&said, seed);
        while (said.count < SAID_MOST) {
            struct mp_batch *batch = fixture_begin(&said.fixture);

            for (uint32_t i = pick(&said, 6); i > 0; i--) {
                say_some(&said, batch);
                if (pick(&said, 3) == 0)
                    withdraw_one(&said, batch);
            }
            check_latest(&said, mp_batch_view(batch));
            cr_assert_eq(mp_batch_commit(batch), 0);
            if (pick(&said, 8) == 0)
                fixture_reopen(&said.fixture);
        }
        check_history(&said, 0);
        check_history(&said, 7);
        check_replay(&said, 0);
        check_replay(&said, 13);
        check_verify(&said);
        fixture_close(&said.fixture);
    }
}

/* What waits to be kept counts at once, in order or not, and no more once it is taken back. */
Test(store_run, what_waits_is_found_and_what_is_undone_is_not)
{
    static struct said said;
    struct mp_batch *batch;
    struct mp_uuid id;

    open_said(&said, 7);
    batch = fixture_begin(&said.fixture);
    id = fixture_id(&said.fixture);
    mp_batch_mark(batch);
    for (uint32_t i = 0; i < MP_CHANGES_MOST; i++) {
        int32_t day = i % 4 == 3 ? FIRST_DAY - (int32_t)i : FIRST_DAY + (int32_t)i;

        said.items[said.count++] =
            (struct mp_store_item){.day = day, .seq = mp_batch_next_seq(batch)};
        apply(batch, fixture_forecast(MILESTONE, day + 500, day), &id, i);
    }
    check_latest(&said, mp_batch_view(batch));
    mp_batch_undo(batch);
    said.count = 0;
    check_latest(&said, mp_batch_view(batch));
    mp_batch_abort(batch);
    fixture_close(&said.fixture);
}

/* A row that cannot be is damage, not an endless walk or a wrong answer. */
Test(store_run, an_open_end_or_a_piece_that_cannot_be_is_damage)
{
    static const struct {
        const char *what;
        uint8_t bytes[20];
        size_t size;
    } cases[] = {
        {"nothing", {0}, 0},
        {"cut in the middle", {9, 2, 0, 2, 128, 0}, 6},
        {"more items than are ever left open", {9, 32, 0, 0, 128}, 16},
        {"steps beyond its end", {9, 2, 0, 9, 128}, 16},
    };
    struct mp_store_walk walk = {.kind = MP_CHANGE_NONE};
    struct mp_store_run run;

    for (size_t i = 0; i < MP_LENGTH(cases); i++) {
        struct mp_reader reader = mp_reader_make(mp_span_make(cases[i].bytes, cases[i].size));

        cr_expect_eq(mp_store_run_read(&reader, &run), MP_ECORRUPT, "%s", cases[i].what);
    }
    /* A varint without an end; and steps that are left over. */
    run = (struct mp_store_run){.count = 2, .size = 12, .last = {.seq = 9}};
    run.bytes = (uint8_t[12]){255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
    walk.open = &run;
    cr_expect_eq(mp_store_walk_before(&walk, run.last), MP_ECORRUPT);
    run.bytes = (uint8_t[12]){0, 1};
    cr_expect_eq(mp_store_walk_before(&walk, run.last), MP_ECORRUPT);
}
