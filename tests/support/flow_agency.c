/* An agency: a real outbox, and what clients/lib/sender does with one, over the network in memory.
 */
#include "tests/support/flow.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define PATIENCE_MS 2000

struct flow_agency *flow_agency_add(struct flow *flow, const char *name, const uint8_t key[32])
{
    cr_assert_lt(flow->agency_count, FLOW_AGENCIES_MOST);
    struct flow_agency *agency = &flow->agencies[flow->agency_count++];
    agency->flow = flow;
    agency->name = name;
    memcpy(agency->key, key, 32);
    char folder[sizeof(agency->folder)];
    (void)snprintf(folder, sizeof(folder), "%s/outbox-%s", flow->root, name);
    memcpy(agency->folder, folder, sizeof(folder));
    cr_assert_eq(mp_outbox_open(agency->folder, &agency->outbox), 0);
    cr_assert_eq(mp_outbox_lock(agency->outbox, 0), 0);
    return agency;
}

void flow_agency_done(struct flow_agency *agency)
{
    mp_outbox_close(mp_take(agency->outbox));
}

const char *flow_submission_name(struct flow *flow, const struct mp_uuid *id)
{
    for (size_t i = 0; i < flow->agency_count; i++) {
        struct flow_agency *agency = &flow->agencies[i];
        for (size_t j = 0; j < agency->id_count; j++)
            if (mp_uuid_equal(&agency->ids[j], id))
                return mp_arena_printf(flow->arena, "%s#%zu", agency->name, j + 1);
    }
    return "founding";
}

static void restart(struct flow_agency *agency)
{
    agency->under_way = 0;
    agency->next_place = 0;
}

void flow_agency_put(struct flow_agency *agency, struct mp_change *changes, size_t count)
{
    struct flow *flow = agency->flow;
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1u << 20);
    char text[64];

    cr_assert_lt(agency->id_count, MP_LENGTH(agency->ids));
    (void)snprintf(text, sizeof(text), "%s/%zu", agency->name, agency->id_count + 1);
    struct mp_submission submission = {
        .id = mp_uuid_v8(mp_span_text(text)), .changes = changes, .change_count = count};
    agency->ids[agency->id_count++] = submission.id;
    cr_assert_eq(mp_outbox_put(agency->outbox, &submission, mp_clock_wall_us(&flow->clock), arena),
                 0);
    flow_log(flow, agency->name, "queues #%zu", agency->id_count);
}

static void note_again(struct flow_agency *agency, size_t again)
{
    if (again == 0)
        return;
    flow_log(agency->flow, agency->name, "%zu recorded before the restore will be sent again",
             again);
    restart(agency);
}

static size_t find(const struct flow_agency *agency, const struct mp_uuid *id)
{
    size_t at = 0;

    while (at < agency->under_way && !mp_uuid_equal(&agency->window[at].id, id))
        at++;
    return at;
}

static void take_busy(struct flow_agency *agency, const struct mp_answer *answer)
{
    size_t at = find(agency, &answer->id), again = 0;

    if (at == agency->under_way)
        return;
    agency->next_place = agency->window[at].place;
    agency->under_way = at;
    agency->wait_until_ms = agency->flow->now_ms + answer->retry_after_ms;
    if (at > 0)
        return;
    agency->heard_ms = agency->wait_until_ms;
    if (answer->why != MP_BUSY_AFTER_UNKNOWN)
        return;
    cr_assert_eq(mp_outbox_rechain(agency->outbox, answer->epoch, answer->restored_head, &again),
                 0);
    restart(agency);
    note_again(agency, again);
}

static void settle(struct flow_agency *agency, const struct mp_answer *answer)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1u << 20);
    struct mp_outbox_entry entry;

    if (answer->outcome == MP_OUTCOME_BUSY) {
        take_busy(agency, answer);
        return;
    }
    cr_assert_eq(
        mp_outbox_answer(agency->outbox, answer, 1, mp_clock_wall_us(&agency->flow->clock)), 0);
    cr_assert_eq(mp_outbox_find(agency->outbox, &answer->id, arena, &entry), 0);
    size_t at = find(agency, &answer->id);
    if (at == agency->under_way || entry.state < MP_OUTBOX_ACCEPTED)
        return;
    agency->under_way--;
    memmove(&agency->window[at], &agency->window[at + 1],
            (agency->under_way - at) * sizeof(agency->window[0]));
    if (at == 0)
        agency->heard_ms = agency->flow->now_ms;
}

static void log_answer(struct flow_agency *agency, const struct mp_answer *answer)
{
    static const char *const why[] = {"", "ingest is full", "the one before is not recorded",
                                      "stopping", "no ledger"};
    struct flow *flow = agency->flow;
    const char *name = flow_submission_name(flow, &answer->id);

    if (answer->outcome == MP_OUTCOME_ACCEPTED)
        flow_log(flow, agency->name, "hears %s accepted, %lu to %lu", name,
                 (unsigned long)answer->first_seq, (unsigned long)answer->last_seq);
    else if (answer->outcome == MP_OUTCOME_REJECTED)
        flow_log(flow, agency->name, "hears %s rejected: %s at %s: %s", name,
                 mp_reject_name(answer->rejection.code), answer->rejection.field,
                 answer->rejection.message);
    else
        flow_log(flow, agency->name, "hears %s busy: %s", name, why[answer->why]);
}

void flow_agency_hear(struct flow_agency *agency, struct mp_span bytes)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1u << 20);
    struct mp_answer answer;
    size_t again = 0;

    cr_assert_eq(mp_answer_decode(bytes, arena, &answer), 0);
    log_answer(agency, &answer);
    if (answer.epoch > agency->epoch) {
        cr_assert_eq(mp_outbox_epoch(agency->outbox, answer.epoch, answer.restored_head, &again),
                     0);
        agency->epoch = answer.epoch;
        note_again(agency, again);
    }
    settle(agency, &answer);
}

static void send_one(struct flow_agency *agency, uint64_t place)
{
    struct flow *flow = agency->flow;
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1u << 20);
    struct mp_outbox_entry entry;

    cr_assert_eq(mp_outbox_next(agency->outbox, place, 1u << MP_OUTBOX_SENT, arena, &entry), 0);
    cr_assert_eq(entry.place, place);
    if (agency->under_way == 0)
        agency->heard_ms = flow->now_ms;
    agency->window[agency->under_way].place = place;
    agency->window[agency->under_way++].id = entry.id;
    agency->next_place = place + 1;
    flow_log(flow, agency->name, "sends %s", flow_submission_name(flow, &entry.id));
    flow_post(flow, FLOW_SUBMIT, (size_t)(agency - flow->agencies), "", entry.submission);
}

void flow_agency_tick(struct flow_agency *agency)
{
    struct flow *flow = agency->flow;
    uint64_t places[FLOW_WINDOW];
    size_t count = 0;

    if (flow->now_ms < agency->wait_until_ms)
        return;
    if (agency->under_way > 0 && flow->now_ms - agency->heard_ms >= PATIENCE_MS) {
        flow_log(flow, agency->name, "hears nothing");
        restart(agency);
    }
    if (agency->under_way == FLOW_WINDOW)
        return;
    cr_assert_eq(mp_outbox_unanswered(agency->outbox, agency->next_place,
                                      FLOW_WINDOW - agency->under_way, places, &count),
                 0);
    if (count == 0 && agency->under_way == 0)
        agency->next_place = 0;
    cr_assert_eq(mp_outbox_mark_sent(agency->outbox, places, count), 0);
    for (size_t i = 0; i < count; i++)
        send_one(agency, places[i]);
}

struct mp_outbox_counts flow_agency_counts(struct flow_agency *agency)
{
    struct mp_outbox_counts counts;

    cr_assert_eq(mp_outbox_count(agency->outbox, &counts), 0);
    return counts;
}
