#include "services/ingest/service.h"

#include "clients/lib/registry.h"
#include "core/base/log.h"
#include "core/bus/control.h"
#include "core/bus/peers.h"
#include "core/bus/zap.h"
#include "services/ingest/intake.h"

#include <inttypes.h>
#include <stdlib.h>

#define DOMAIN           "milepost-submit"
#define MESSAGES_A_ROUND 2048
#define TICK_MS          500
#define DRAIN_MS         3000
#define FRAME_MOST_BYTES (1 << 20) /* above MP_SUBMISSION_MOST, so that the refusal has a name */
/* On the way from one agency and not taken yet: a client's whole window of the largest submissions
 * (16 MiB) must fit. */
#define UNSEEN_MOST       ((size_t)24 << 20)
#define UNSEEN_TOTAL_MOST ((size_t)128 << 20)
/* Answers that it does not read; those to a client's whole window are far less. */
#define UNSENT_MOST       ((size_t)8 << 20)
#define UNSENT_TOTAL_MOST ((size_t)64 << 20)

struct ingest {
    struct mp_bus *bus;
    struct mp_loop *loop;
    struct mp_zap *zap;
    struct mp_peers *peers;
    struct mp_registry *registry;
    struct mp_control *control;
    struct mp_key_pair keys;
    struct intake *intake;
    struct mp_buffer answer;
    void *agencies; /* ROUTER */
    void *ledger;   /* DEALER */
    size_t connections_most;
    int64_t stop_by_ms; /* 0: not stopping */
    uint64_t received, refused, busy, answered, unreachable;
};

static enum mp_zap_verdict check_key(void *context, const char *domain,
                                     const uint8_t key[static MP_KEY_BYTES])
{
    struct ingest *ingest = context;
    (void)domain;

    switch (mp_registry_look_up(ingest->registry, key).state) {
    case MP_KEY_VALID:
        return MP_ZAP_ALLOW;
    case MP_KEY_UNDECIDED:
        return MP_ZAP_LATER;
    default:
        return MP_ZAP_REFUSE;
    }
}

static void send_answer(void *context, struct mp_span peer, struct mp_span answer)
{
    struct ingest *ingest = context;
    struct mp_message message;

    mp_message_init(&message);
    int error = mp_message_add(&message, peer);
    if (error == 0)
        error = mp_message_add(&message, answer);
    if (error == 0)
        error = mp_peers_send(ingest->peers, &message);
    if (error != 0)
        ingest->unreachable++; /* it will ask again */
    else
        ingest->answered++;
    mp_message_done(&message);
}

static void send_own_answer(struct ingest *ingest, struct mp_span peer,
                            const struct mp_answer *answer)
{
    mp_buffer_clear(&ingest->answer);
    if (mp_answer_encode(answer, &ingest->answer) == 0)
        send_answer(ingest, peer, mp_buffer_span(&ingest->answer));
}

static void forward(struct ingest *ingest)
{
    struct mp_message message;

    if (intake_is_empty(ingest->intake))
        return;
    mp_message_init(&message);
    int error = mp_message_add(&message, intake_batch(ingest->intake));
    if (error == 0)
        error = mp_message_send(&message, ingest->ledger);
    if (error == 0)
        intake_sent(ingest->intake, mp_loop_now_ms(ingest->loop));
    else
        intake_give_up(ingest->intake, send_answer, ingest);
    mp_message_done(&message);
}

/* One message of an agency: routing id and a submission; anything else is thrown away. */
static void take(struct ingest *ingest, const struct mp_message *message)
{
    struct mp_answer answer;
    uint8_t key[MP_KEY_BYTES];

    ingest->received++;
    if (message->count != 2 || !mp_message_peer_key(message, key)) {
        ingest->refused++;
        mp_peers_drop(ingest->peers, message); /* no client of ours */
        return;
    }
    mp_peers_seen(ingest->peers, message, 1, key);
    struct mp_span peer = mp_message_frame(message, 0);
    struct mp_span bytes = mp_message_frame(message, 1);
    switch (mp_registry_look_up(ingest->registry, key).state) {
    case MP_KEY_VALID:
        if (intake_take(ingest->intake, peer, key, bytes, &answer) == 0)
            return;
        break;
    case MP_KEY_REVOKED:
        intake_refuse(ingest->intake, bytes, MP_REJECT_KEY_REVOKED, &answer);
        break;
    case MP_KEY_UNKNOWN:
        intake_refuse(ingest->intake, bytes, MP_REJECT_KEY_UNKNOWN, &answer);
        break;
    case MP_KEY_UNDECIDED:
        intake_busy(ingest->intake, bytes, MP_BUSY_NO_LEDGER, &answer);
        break;
    }
    if (answer.outcome == MP_OUTCOME_BUSY)
        ingest->busy++;
    else
        ingest->refused++;
    send_own_answer(ingest, peer, &answer);
}

/* The socket is always drained, whatever the ledger does: a ROUTER that is not read loses its
 * peers. */
static void on_agencies(void *context)
{
    struct ingest *ingest = context;
    struct mp_message message;

    mp_message_init(&message);
    for (int i = 0; i < MESSAGES_A_ROUND; i++) {
        int error = mp_message_receive(&message, ingest->agencies);
        if (error == MP_ETOOBIG) {
            ingest->refused++;
            mp_peers_drop(ingest->peers, &message);
            continue;
        }
        if (error != 0)
            break;
        take(ingest, &message);
        if (intake_is_full(ingest->intake))
            forward(ingest);
    }
    mp_message_done(&message);
    forward(ingest);
}

/* Nothing new is taken any more; what is under way is answered first, for DRAIN_MS at most. */
static void stop_when_drained(struct ingest *ingest)
{
    if (ingest->stop_by_ms != 0 && (intake_in_flight(ingest->intake) == 0 ||
                                    mp_loop_now_ms(ingest->loop) >= ingest->stop_by_ms))
        mp_loop_stop(ingest->loop);
}

static void on_ledger(void *context)
{
    struct ingest *ingest = context;
    struct mp_message message;

    mp_message_init(&message);
    while (mp_message_receive(&message, ingest->ledger) == 0)
        if (intake_answers(ingest->intake, mp_message_frame(&message, 0), send_answer, ingest) != 0)
            mp_log(MP_LOG_ERROR, "the ledger's answer is not well-formed", NULL);
    mp_message_done(&message);
    stop_when_drained(ingest);
}

static void on_tick(void *context)
{
    struct ingest *ingest = context;

    intake_expire(ingest->intake, mp_loop_now_ms(ingest->loop));
    mp_notify("WATCHDOG=1");
    stop_when_drained(ingest);
}

static void on_stop(void *context)
{
    struct ingest *ingest = context;

    mp_log(MP_LOG_INFO, "stopping", NULL);
    mp_notify("STOPPING=1");
    mp_loop_remove_socket(ingest->loop, ingest->agencies);
    ingest->stop_by_ms = mp_loop_now_ms(ingest->loop) + DRAIN_MS;
    stop_when_drained(ingest);
}

static void on_reload(void *context)
{
    (void)context;
    mp_conf_on_hangup(&ingest_table);
}

static const char *ill(const struct ingest *ingest)
{
    struct mp_feed_status status = mp_registry_status(ingest->registry);

    if (!mp_registry_is_ready(ingest->registry))
        return "the registry is not complete: no ledger";
    return status.state == MP_FEED_STALE ? "no heartbeat from the ledger" : NULL;
}

static int on_control(void *context, const char *word, struct mp_buffer *answer)
{
    struct ingest *ingest = context;
    const char *why = ill(ingest);

    if (strcmp(word, "health") != 0 && strcmp(word, "stats") != 0)
        return MP_ENOTFOUND;
    if (why != NULL && strcmp(word, "health") == 0)
        mp_buffer_printf(answer, "failing: %s\n", why);
    else
        mp_buffer_put_text(answer, "ok\n");
    mp_buffer_printf(answer, "connections=%zu\nin_flight=%zu\n", mp_peers_count(ingest->peers),
                     intake_in_flight(ingest->intake));
    if (strcmp(word, "stats") == 0)
        mp_buffer_printf(
            answer,
            "received=%" PRIu64 "\nrefused=%" PRIu64 "\nbusy=%" PRIu64 "\nanswered=%" PRIu64
            "\nunreachable=%" PRIu64 "\nhandshakes_allowed=%" PRIu64 "\nhandshakes_refused=%" PRIu64
            "\ndropped=%" PRIu64 "\nkeys=%zu\n",
            ingest->received, ingest->refused, ingest->busy, ingest->answered, ingest->unreachable,
            mp_zap_allowed(ingest->zap), mp_zap_refused(ingest->zap),
            mp_peers_dropped(ingest->peers), mp_registry_key_count(ingest->registry));
    return 0;
}

static int open_ledger_side(struct ingest *ingest, const struct ingest_config *config)
{
    struct mp_endpoint feed = {.address = config->ledger_feed};
    struct mp_endpoint ask = {.address = config->ledger_ask};
    struct mp_socket_options options = {.kind = MP_SOCKET_DEALER,
                                        .send_most = 64,
                                        .receive_most = INTAKE_FLIGHTS_MOST,
                                        .frame_most_bytes = 64 << 20,
                                        .linger_ms = 1000};

    int error =
        mp_registry_open(ingest->bus, ingest->loop, &feed, &ask, NULL, NULL, &ingest->registry);
    if (error == 0)
        error = mp_socket_open(ingest->bus, &options, &ingest->ledger);
    if (error == 0)
        error = mp_socket_connect(ingest->ledger, config->ledger_submit);
    if (error == 0)
        error = mp_loop_add_socket(ingest->loop, ingest->ledger, on_ledger, ingest);
    return error;
}

static int open_agency_side(struct ingest *ingest, const struct ingest_config *config)
{
    struct mp_socket_options options = {.kind = MP_SOCKET_ROUTER,
                                        .server = true,
                                        .keys = &ingest->keys,
                                        .zap_domain = DOMAIN,
                                        .send_most = 10000,
                                        .frame_most_bytes = FRAME_MOST_BYTES,
                                        .linger_ms = 1000};
    struct mp_peers_limits limits = {.connections_most = ingest->connections_most,
                                     .unseen_most_bytes = UNSEEN_MOST,
                                     .unseen_total_most_bytes = UNSEEN_TOTAL_MOST,
                                     .unsent_most_bytes = UNSENT_MOST,
                                     .unsent_total_most_bytes = UNSENT_TOTAL_MOST};

    int error = mp_socket_open(ingest->bus, &options, &ingest->agencies);
    if (error == 0)
        error = mp_peers_open(ingest->bus, ingest->agencies, &limits, &ingest->peers);
    if (error == 0)
        error = mp_socket_bind(ingest->agencies, config->listen);
    if (error == 0)
        error = mp_loop_add_socket(ingest->loop, ingest->agencies, on_agencies, ingest);
    return error;
}

/* The ZAP handler before any other socket; the registry before the door opens. */
static int ingest_open(struct ingest *ingest, const struct ingest_config *config)
{
    ingest->connections_most = (size_t)config->connections_most;
    mp_buffer_init(&ingest->answer, MP_SUBMISSION_MOST);
    int error = mp_zap_self_test();
    if (error == 0)
        error = mp_peers_reserve_files(ingest->connections_most);
    if (error == 0)
        error = mp_key_load(config->key_file, &ingest->keys);
    if (error == 0)
        error = intake_new((size_t)config->in_flight_most, &ingest->intake);
    if (error == 0)
        error = mp_bus_open(1, &ingest->bus);
    if (error == 0)
        error = mp_loop_open(&mp_clock_system, &ingest->loop);
    if (error == 0)
        error = mp_loop_watch_signals(ingest->loop, on_stop, on_reload, ingest);
    if (error == 0)
        error = mp_zap_open(ingest->bus, ingest->loop, check_key, ingest, &ingest->zap);
    if (error == 0)
        error = open_ledger_side(ingest, config);
    if (error == 0)
        error = open_agency_side(ingest, config);
    if (error == 0)
        error = mp_control_open(ingest->bus, ingest->loop, config->control, on_control, ingest,
                                &ingest->control);
    if (error == 0)
        error = mp_loop_add_timer(ingest->loop, TICK_MS, on_tick, ingest);
    return error < 0 ? error : 0;
}

static void ingest_close(struct ingest *ingest)
{
    mp_control_close(ingest->control);
    mp_peers_close(ingest->peers);
    mp_socket_close(ingest->agencies);
    mp_socket_close(ingest->ledger);
    mp_registry_close(ingest->registry);
    mp_zap_close(ingest->zap);
    mp_loop_close(ingest->loop);
    mp_bus_close(ingest->bus);
    intake_free(ingest->intake);
    mp_buffer_done(&ingest->answer);
    mp_key_forget(&ingest->keys);
}

int ingest_run(const struct ingest_config *config)
{
    struct ingest ingest = {0};
    int error = mp_signals_block();
    if (error == 0)
        error = ingest_open(&ingest, config);
    if (error == 0) {
        mp_log(MP_LOG_INFO, "ready", "listen", config->listen, NULL);
        mp_notify("READY=1");
        error = mp_loop_run(ingest.loop);
    }
    if (error != 0)
        mp_log(MP_LOG_ERROR, "cannot go on", "error", mp_error_text(error), "listen",
               config->listen, "key-file", config->key_file, NULL);
    ingest_close(&ingest);
    return error == 0 ? 0 : 1;
}
