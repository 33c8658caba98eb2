/* The ledger: what services/ledger/submit.c and reader.c do, on the real writer and store. */
#include "proto/forward.h"
#include "tests/support/flow.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#define MESSAGE_BYTES (16u << 20)

static const uint8_t ministry_key[32] = {0x41};
static const uint8_t service_key[32] = {0x42};

static void open_store(struct flow *flow)
{
    struct flow_ledger *ledger = &flow->ledger;
    const char *why = NULL;

    cr_assert_eq(mp_store_open(&ledger->options, &ledger->store, &why), 0, "%s", why);
    cr_assert_eq(writer_new(ledger->store, &flow->clock, 0, &ledger->writer), 0);
    cr_assert_eq(mp_reading_open(ledger->store, &ledger->reading), 0);
    ledger->life++;
}

void flow_ledger_close(struct flow_ledger *ledger)
{
    mp_reading_close(mp_take(ledger->reading));
    writer_free(mp_take(ledger->writer));
    mp_store_close(mp_take(ledger->store));
}

static void add_project(struct mp_change *change, const char *id)
{
    mp_change_init(change, MP_CHANGE_PROJECT);
    change->project.id = id;
    change->project.programme = "cpec-2.0";
    change->project.title.en = id;
    change->project.status = MP_PROJECT_IMPLEMENTATION;
}

static void add_milestone(struct mp_change *change, const char *id)
{
    mp_change_init(change, MP_CHANGE_MILESTONE);
    change->milestone.id = id;
    change->milestone.title.en = id;
    change->milestone.type = MP_TYPE_DELIVERY;
    change->milestone.code = "completion";
}

static void add_agency(struct mp_change *changes, const char *id, const struct mp_list *grants,
                       uint8_t byte)
{
    mp_change_init(&changes[0], MP_CHANGE_AGENCY);
    changes[0].agency.id = id;
    changes[0].agency.title.en = id;
    changes[0].agency.role = MP_ROLE_AGENCY;
    changes[0].agency.grants = *grants;
    mp_change_init(&changes[1], MP_CHANGE_KEY_ADDED);
    changes[1].key.agency = id;
    memset(changes[1].key.public_key, byte, 32);
}

/* The ministry's first submission, before anything else lives. */
static void define(struct flow *flow)
{
    static const char *rails[] = {"ml-1/", "ml-10/"}, *port[] = {"gwadar/"};
    struct mp_change changes[11];
    struct mp_submission submission = {
        .id = mp_uuid_v8(mp_span_text("definitions")), .changes = changes, .change_count = 11};
    struct mp_answer answer;
    struct mp_buffer bytes;

    mp_change_init(&changes[0], MP_CHANGE_TERM);
    changes[0].term.scheme = MP_SCHEME_PROGRAMME;
    changes[0].term.code = "cpec-2.0";
    changes[0].term.title.en = "CPEC 2.0";
    add_project(&changes[1], "ml-1");
    add_project(&changes[2], "ml-10");
    add_project(&changes[3], "gwadar");
    add_milestone(&changes[4], "ml-1:completion");
    add_milestone(&changes[5], "ml-10:completion");
    add_milestone(&changes[6], "gwadar:opening");
    add_agency(&changes[7], "railways", &(struct mp_list){rails, 2}, 0x51);
    add_agency(&changes[9], "port", &(struct mp_list){port, 1}, 0x52);
    mp_buffer_init(&bytes, MP_SUBMISSION_MOST);
    cr_assert_eq(mp_submission_encode(&submission, flow->arena, &bytes), 0);
    cr_assert_eq(writer_begin(flow->ledger.writer), 0);
    cr_assert_eq(writer_take(flow->ledger.writer, ministry_key, mp_buffer_span(&bytes), &answer),
                 0);
    cr_assert_eq(answer.outcome, MP_OUTCOME_ACCEPTED, "%s",
                 answer.outcome == MP_OUTCOME_REJECTED ? answer.rejection.message : "");
    cr_assert_eq(writer_commit(flow->ledger.writer), 0);
    mp_buffer_done(&bytes);
}

void flow_ledger_found(struct flow *flow)
{
    struct flow_ledger *ledger = &flow->ledger;
    const struct mp_store_founding founding = {.authority_id = "ministry",
                                               .authority_title = "Ministry of Planning",
                                               .authority_key = ministry_key,
                                               .service_id = "services",
                                               .service_key = service_key};

    char folder[sizeof(ledger->folder)];

    (void)snprintf(folder, sizeof(folder), "%s/store", flow->root);
    memcpy(ledger->folder, folder, sizeof(folder));
    ledger->options =
        (struct mp_store_options){.folder = ledger->folder, .map_bytes = UINT64_C(64) << 20};
    cr_assert_eq(mp_store_create(&ledger->options, &founding, mp_clock_wall_us(&flow->clock)), 0);
    open_store(flow);
    define(flow);
}

void flow_ledger_kill(struct flow *flow, int64_t for_ms)
{
    if (flow->ledger.store == NULL)
        return;
    flow_log(flow, "ledger", "is killed");
    flow_ledger_close(&flow->ledger);
    flow->ledger.death = FLOW_LIVES;
    flow->ledger.back_ms = flow->now_ms + for_ms;
    flow_lose_all(flow, FLOW_FORWARD, FLOW_ANYBODY);
    flow_lose_all(flow, FLOW_RETURN, FLOW_ANYBODY);
    flow_lose_all(flow, FLOW_FEED, FLOW_ANYBODY);
    flow_lose_all(flow, FLOW_ASK, FLOW_ANYBODY);
    flow_lose_all(flow, FLOW_PAGE, FLOW_ANYBODY);
}

static void log_opened(struct flow *flow)
{
    struct mp_head head = mp_store_head(flow->ledger.store);

    flow_log(flow, "ledger", "opens its record: %lu events", (unsigned long)head.seq);
}

void flow_ledger_tick(struct flow *flow)
{
    if (flow->ledger.store != NULL || flow->now_ms < flow->ledger.back_ms)
        return;
    open_store(flow);
    log_opened(flow);
}

void flow_ledger_restore(struct flow *flow, const char *backup)
{
    struct flow_ledger *ledger = &flow->ledger;
    struct mp_head before = mp_store_head(ledger->store), head;
    char folder[sizeof(ledger->folder)];

    flow_ledger_kill(flow, 0);
    (void)snprintf(folder, sizeof(folder), "%s/store-%lu", flow->root, (unsigned long)ledger->life);
    memcpy(ledger->folder, folder, sizeof(folder));
    cr_assert_eq(mp_store_restore(backup, &ledger->options, before.epoch, "ministry", "disk lost",
                                  mp_clock_wall_us(&flow->clock), &head),
                 0);
    flow_log(flow, "ledger", "is restored: %lu of %lu events are left",
             (unsigned long)head.restored_head, (unsigned long)before.seq);
    open_store(flow);
    log_opened(flow);
}

static void send_events(struct flow *flow)
{
    struct mp_batch_events events = writer_events(flow->ledger.writer);
    struct mp_head head = mp_store_head(flow->ledger.store);
    struct mp_buffer message;

    if (events.count == 0)
        return;
    mp_buffer_init(&message, MESSAGE_BYTES);
    cr_assert_eq(mp_feed_events_begin(&message, head.epoch, head.seq), 0);
    for (size_t i = 0; i < events.count; i++)
        cr_assert_eq(mp_feed_events_add(&message, events.items[i]), 0);
    flow_post(flow, FLOW_FEED, 0, MP_FEED_WHOLE, mp_buffer_span(&message));
    mp_buffer_done(&message);
}

static void decide(struct flow *flow, struct mp_span batch, struct mp_buffer *answers)
{
    struct mp_reader reader = mp_reader_make(batch);
    struct mp_forward_item item;
    struct mp_answer answer;
    struct mp_buffer bytes;

    mp_buffer_init(&bytes, MP_SUBMISSION_MOST);
    mp_forward_begin(answers, mp_forward_number(&reader));
    while (mp_forward_next(&reader, false, &item)) {
        cr_assert_eq(writer_take(flow->ledger.writer, item.key.data, item.bytes, &answer), 0);
        mp_buffer_clear(&bytes);
        cr_assert_eq(mp_answer_encode(&answer, &bytes), 0);
        mp_forward_add_answer(answers, item.peer, mp_buffer_span(&bytes));
    }
    cr_assert_eq(reader.error, 0);
    mp_buffer_done(&bytes);
}

static void log_commit(struct flow *flow, const struct writer_counts *before)
{
    struct writer_counts now = writer_counts(flow->ledger.writer);

    flow_log(
        flow, "ledger", "commits: accepted %lu, rejected %lu, repeated %lu, busy %lu; head %lu",
        (unsigned long)(now.accepted - before->accepted),
        (unsigned long)(now.rejected - before->rejected),
        (unsigned long)(now.repeated - before->repeated), (unsigned long)(now.busy - before->busy),
        (unsigned long)mp_store_head(flow->ledger.store).seq);
}

/* A group of one batch. */
void flow_ledger_take(struct flow *flow, struct mp_span batch)
{
    struct flow_ledger *ledger = &flow->ledger;
    enum flow_death death = ledger->death;
    struct mp_buffer answers;

    if (ledger->store == NULL)
        return;
    mp_buffer_init(&answers, 64u << 20);
    cr_assert_eq(writer_begin(ledger->writer), 0);
    struct writer_counts before = writer_counts(ledger->writer);
    decide(flow, batch, &answers);
    if (death == FLOW_BEFORE_COMMIT) {
        flow_ledger_kill(flow, 1000);
    } else {
        cr_assert_eq(writer_commit(ledger->writer), 0);
        log_commit(flow, &before);
        if (death == FLOW_AFTER_COMMIT) {
            flow_ledger_kill(flow, 1000);
        } else {
            flow_post(flow, FLOW_RETURN, 0, "", mp_buffer_span(&answers));
            send_events(flow);
        }
    }
    mp_buffer_done(&answers);
}

void flow_ledger_heartbeat(struct flow *flow)
{
    struct mp_buffer bytes;

    if (flow->ledger.store == NULL)
        return;
    struct mp_head head = mp_store_head(flow->ledger.store);
    const struct mp_heartbeat beat = {.epoch = head.epoch,
                                      .head = head.seq,
                                      .count = head.seq,
                                      .restored_head = head.restored_head};
    mp_buffer_init(&bytes, 256);
    cr_assert_eq(mp_heartbeat_encode(&beat, &bytes), 0);
    flow_post(flow, FLOW_FEED, 0, MP_FEED_WHOLE_HEARTBEAT, mp_buffer_span(&bytes));
    mp_buffer_done(&bytes);
}

void flow_ledger_answer(struct flow *flow, const struct flow_packet *question)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(64u << 20);
    struct mp_buffer page;
    struct mp_ask ask;
    char number[32] = "";

    if (flow->ledger.store == NULL)
        return;
    cr_assert_lt(question->topic.size, sizeof(number));
    memcpy(number, question->topic.data, question->topic.size);
    mp_buffer_init(&page, 8u << 20);
    cr_assert_eq(mp_ask_decode(mp_buffer_span(&question->bytes), arena, &ask), 0);
    cr_assert_eq(writer_file(flow->ledger.writer), 0);
    cr_assert_eq(mp_reading_answer(flow->ledger.reading, &ask, FLOW_TODAY, arena, &page), 0);
    flow_post(flow, FLOW_PAGE, question->peer, number, mp_buffer_span(&page));
    mp_buffer_done(&page);
}

void flow_ledger_read(struct flow *flow, const struct mp_ask *ask, struct mp_arena *arena,
                      struct mp_buffer *bytes, struct mp_page *ret_page)
{
    mp_buffer_clear(bytes);
    cr_assert_eq(writer_file(flow->ledger.writer), 0);
    cr_assert_eq(mp_reading_answer(flow->ledger.reading, ask, FLOW_TODAY, arena, bytes), 0);
    cr_assert_eq(mp_page_decode(mp_buffer_span(bytes), arena, ret_page), 0);
    cr_assert_eq(ret_page->error, MP_ASK_OK, "%s", ret_page->message);
}
