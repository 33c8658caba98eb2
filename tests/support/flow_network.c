/* What is on its way. On one link nothing overtakes anything, as on a TCP connection: a delay holds
 * up all behind it. */
#include "tests/support/flow.h"

#include <criterion/criterion.h>
#include <stdlib.h>

void flow_fault(struct flow *flow, struct flow_fault fault)
{
    cr_assert_lt(flow->fault_count, MP_LENGTH(flow->faults));
    flow->faults[flow->fault_count++] = fault;
}

uint64_t flow_roll(struct flow *flow, uint64_t sides)
{
    flow->random ^= flow->random << 13;
    flow->random ^= flow->random >> 7;
    flow->random ^= flow->random << 17;
    return (flow->random >> 11) % sides;
}

static struct flow_fault random_fault(struct flow *flow)
{
    uint64_t roll = flow_roll(flow, 100);

    if (roll < 6)
        return (struct flow_fault){.kind = FLOW_LOSE};
    if (roll < 12)
        return (struct flow_fault){.kind = FLOW_DELAY, .delay_ms = (int64_t)flow_roll(flow, 400)};
    if (roll < 16)
        return (struct flow_fault){.kind = FLOW_DOUBLE};
    return (struct flow_fault){0};
}

static struct flow_fault scripted_fault(struct flow *flow, enum flow_hop hop)
{
    for (size_t i = 0; i < flow->fault_count; i++) {
        struct flow_fault *fault = &flow->faults[i];
        if (fault->hop != hop || fault->times == 0)
            continue;
        if (fault->skip > 0) {
            fault->skip--;
            continue;
        }
        fault->times--;
        return *fault;
    }
    return (struct flow_fault){0};
}

static bool is_heartbeat(enum flow_hop hop, const char *topic)
{
    return (hop == FLOW_FEED || hop == FLOW_FANOUT) && topic[0] == 'h';
}

static int64_t last_due(const struct flow *flow, enum flow_hop hop, size_t peer)
{
    int64_t due_ms = 0;

    for (size_t i = 0; i < flow->packet_count; i++) {
        const struct flow_packet *packet = &flow->packets[i];
        if (packet->hop == hop && packet->peer == peer && packet->due_ms > due_ms)
            due_ms = packet->due_ms;
    }
    return due_ms;
}

static void put(struct flow *flow, enum flow_hop hop, size_t peer, const char *topic,
                struct mp_span bytes, int64_t delay_ms)
{
    cr_assert_lt(flow->packet_count, FLOW_PACKETS_MOST, "the network is full");
    int64_t due_ms = flow->now_ms + FLOW_LATENCY_MS + delay_ms, behind_ms;
    behind_ms = last_due(flow, hop, peer);
    struct flow_packet *packet = &flow->packets[flow->packet_count++];
    *packet = (struct flow_packet){
        .hop = hop,
        .peer = peer,
        .is_heartbeat = is_heartbeat(hop, topic),
        .life = hop == FLOW_ASK || hop == FLOW_PAGE || hop == FLOW_FORWARD || hop == FLOW_RETURN
                    ? flow->ledger.life
                    : flow->publish.life,
        .due_ms = due_ms > behind_ms ? due_ms : behind_ms,
        .number = ++flow->packet_number,
    };
    mp_buffer_init(&packet->topic, 512);
    mp_buffer_init(&packet->bytes, 16u << 20);
    mp_buffer_put_text(&packet->topic, topic);
    mp_buffer_put_span(&packet->bytes, bytes);
    cr_assert_eq(packet->topic.error | packet->bytes.error, 0);
}

void flow_post(struct flow *flow, enum flow_hop hop, size_t peer, const char *topic,
               struct mp_span bytes)
{
    struct flow_fault fault = {0};

    if (!is_heartbeat(hop, topic))
        fault = scripted_fault(flow, hop);
    if (fault.kind == FLOW_NO_FAULT && flow->random != 0)
        fault = random_fault(flow);
    if (fault.kind == FLOW_LOSE)
        return;
    put(flow, hop, peer, topic, bytes, fault.delay_ms);
    if (fault.kind == FLOW_DOUBLE)
        put(flow, hop, peer, topic, bytes, 0);
}

int64_t flow_next_due(const struct flow *flow)
{
    int64_t due_ms = INT64_MAX;

    for (size_t i = 0; i < flow->packet_count; i++)
        if (flow->packets[i].due_ms < due_ms)
            due_ms = flow->packets[i].due_ms;
    return due_ms;
}

static void drop(struct flow *flow, size_t index)
{
    mp_buffer_done(&flow->packets[index].topic);
    mp_buffer_done(&flow->packets[index].bytes);
    flow->packets[index] = flow->packets[--flow->packet_count];
}

void flow_lose_all(struct flow *flow, enum flow_hop hop, size_t peer)
{
    for (size_t i = flow->packet_count; i-- > 0;)
        if (flow->packets[i].hop == hop && (peer == FLOW_ANYBODY || flow->packets[i].peer == peer))
            drop(flow, i);
}

static void take_submission(struct flow *flow, const struct flow_packet *packet)
{
    struct flow_agency *agency = &flow->agencies[packet->peer];
    struct mp_answer answer;
    struct mp_buffer bytes;
    uint8_t peer = (uint8_t)packet->peer;

    flow->intake_dirty = true;
    if (intake_take(flow->intake, mp_span_make(&peer, 1), agency->key,
                    mp_buffer_span(&packet->bytes), &answer) == 0)
        return;
    flow_log(flow, "ingest", "%s: %s", flow_submission_name(flow, &answer.id),
             answer.outcome == MP_OUTCOME_BUSY ? "busy, too many under way" : "refused");
    mp_buffer_init(&bytes, MP_SUBMISSION_MOST);
    cr_assert_eq(mp_answer_encode(&answer, &bytes), 0);
    flow_post(flow, FLOW_ANSWER, packet->peer, "", mp_buffer_span(&bytes));
    mp_buffer_done(&bytes);
}

static void pass_answer(void *context, struct mp_span peer, struct mp_span answer)
{
    cr_assert_eq(peer.size, 1);
    flow_post(context, FLOW_ANSWER, peer.data[0], "", answer);
}

static void hand_over(struct flow *flow, const struct flow_packet *packet)
{
    switch (packet->hop) {
    case FLOW_SUBMIT:
        take_submission(flow, packet);
        break;
    case FLOW_ANSWER:
        flow_agency_hear(&flow->agencies[packet->peer], mp_buffer_span(&packet->bytes));
        break;
    case FLOW_FORWARD:
        if (packet->life == flow->ledger.life)
            flow_ledger_take(flow, mp_buffer_span(&packet->bytes));
        break;
    case FLOW_RETURN:
        cr_assert_eq(
            intake_answers(flow->intake, mp_buffer_span(&packet->bytes), pass_answer, flow), 0);
        break;
    case FLOW_FEED:
        flow_publish_hear(flow, packet);
        break;
    case FLOW_FANOUT:
        flow_watcher_hear(&flow->watchers[packet->peer], packet);
        break;
    case FLOW_JOIN:
        flow_publish_join(flow, packet);
        break;
    case FLOW_ASK:
        if (packet->life == flow->ledger.life)
            flow_ledger_answer(flow, packet);
        break;
    default:
        if (packet->peer == FLOW_PUBLISH)
            flow_publish_page(flow, packet);
        else
            flow_watcher_page(&flow->watchers[packet->peer], packet);
    }
}

/* Of those that are due, the one sent first. */
static bool next_packet(struct flow *flow, struct flow_packet *ret_packet)
{
    size_t best = flow->packet_count;

    for (size_t i = 0; i < flow->packet_count; i++)
        if (flow->packets[i].due_ms <= flow->now_ms &&
            (best == flow->packet_count || flow->packets[i].number < flow->packets[best].number))
            best = i;
    if (best == flow->packet_count)
        return false;
    *ret_packet = flow->packets[best];
    flow->packets[best] = flow->packets[--flow->packet_count];
    return true;
}

static void forward(struct flow *flow)
{
    flow->intake_dirty = false;
    if (intake_is_empty(flow->intake))
        return;
    if (flow->ledger.store == NULL) {
        flow_log(flow, "ingest", "no ledger: busy to all that wait");
        intake_give_up(flow->intake, pass_answer, flow);
        return;
    }
    flow_post(flow, FLOW_FORWARD, 0, "", intake_batch(flow->intake));
    intake_sent(flow->intake, flow->now_ms);
}

void flow_deliver(struct flow *flow)
{
    struct flow_packet packet;

    while (next_packet(flow, &packet)) {
        hand_over(flow, &packet);
        mp_buffer_done(&packet.topic);
        mp_buffer_done(&packet.bytes);
    }
    if (flow->intake_dirty)
        forward(flow);
}
