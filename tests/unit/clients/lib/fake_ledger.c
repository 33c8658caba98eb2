#include "tests/unit/clients/lib/fake_ledger.h"
#include "core/base/clock.h"

#include <criterion/criterion.h>
#include <sched.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define CLOSE_MS    10000
#define ARENA_BYTES ((size_t)4 << 20)

void fake_ledger_init(struct fake_ledger *fake, struct mp_bus *bus, const char *folder)
{
    *fake = (struct fake_ledger){.bus = bus, .epoch = 1, .retry_after_ms = 20};
    (void)snprintf(fake->address, sizeof fake->address, "ipc://%s/ingest", folder);
    fake->arena = mp_arena_new(ARENA_BYTES);
    cr_assert_not_null(fake->arena);
}

void fake_ledger_done(struct fake_ledger *fake)
{
    fake_ledger_stop(fake);
    mp_arena_free(fake->arena);
}

void fake_ledger_start(struct fake_ledger *fake)
{
    const struct mp_socket_options options = {.kind = MP_SOCKET_ROUTER};

    cr_assert_null(fake->router);
    cr_assert_eq(mp_socket_open(fake->bus, &options, &fake->router), 0);
    cr_assert_eq(mp_socket_bind(fake->router, fake->address), 0);
}

static bool is_listening(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool connected;

    cr_assert_geq(file, 0);
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    connected = connect(file, (const struct sockaddr *)&address, sizeof address) == 0;
    (void)close(file);
    return connected;
}

void fake_ledger_stop(struct fake_ledger *fake)
{
    int64_t deadline_ms = mp_clock_monotonic_ms(&mp_clock_system) + CLOSE_MS;

    if (fake->router == NULL)
        return;
    mp_socket_close(fake->router);
    fake->router = NULL;
    /* libzmq closes later, in its own thread. */
    while (is_listening(fake->address + strlen("ipc://"))) {
        cr_assert_lt(mp_clock_monotonic_ms(&mp_clock_system), deadline_ms);
        (void)sched_yield();
    }
}

void fake_ledger_restore(struct fake_ledger *fake, size_t kept)
{
    fake->count = kept;
    fake->head = 0;
    for (size_t i = 0; i < kept; i++) {
        if (fake->outcomes[i].seq > fake->head)
            fake->head = fake->outcomes[i].seq;
    }
    fake->epoch++;
    fake->restored_head = fake->head;
    fake->head++; /* epoch-started */
}

static const struct fake_outcome *find(const struct fake_ledger *fake, const struct mp_uuid *id)
{
    for (size_t i = 0; i < fake->count; i++) {
        if (mp_uuid_equal(&fake->outcomes[i].id, id))
            return &fake->outcomes[i];
    }
    return NULL;
}

static bool count_down(size_t *counter)
{
    if (*counter == 0)
        return false;
    --*counter;
    return true;
}

static void put_outcome(const struct fake_outcome *outcome, struct mp_answer *answer)
{
    if (outcome->seq == 0) {
        answer->outcome = MP_OUTCOME_REJECTED;
        answer->rejection = (struct mp_rejection){MP_REJECT_REASON_MISSING, "changes[0].reason",
                                                  "a later date needs a reason"};
        return;
    }
    answer->outcome = MP_OUTCOME_ACCEPTED;
    answer->first_seq = outcome->seq;
    answer->last_seq = outcome->seq;
}

static void decide(struct fake_ledger *fake, const struct mp_submission *submission,
                   const struct mp_hash *hash, struct mp_answer *answer)
{
    const struct fake_outcome *outcome = find(fake, &submission->id);

    *answer = (struct mp_answer){
        .id = submission->id, .epoch = fake->epoch, .restored_head = fake->restored_head};
    if (outcome != NULL) {
        if (memcmp(outcome->bytes.bytes, hash->bytes, sizeof hash->bytes) != 0)
            fake->after_other++;
        put_outcome(outcome, answer);
        return;
    }
    answer->outcome = MP_OUTCOME_BUSY;
    answer->retry_after_ms = fake->retry_after_ms;
    answer->why = MP_BUSY_FULL;
    if (count_down(&fake->busy))
        return;
    answer->why = MP_BUSY_AFTER_UNKNOWN;
    if (!mp_uuid_is_nil(&submission->after) && find(fake, &submission->after) == NULL)
        return;
    cr_assert_lt(fake->count, FAKE_MOST);
    fake->outcomes[fake->count] = (struct fake_outcome){
        .id = submission->id,
        .bytes = *hash,
        .seq = count_down(&fake->reject) ? 0 : ++fake->head,
    };
    put_outcome(&fake->outcomes[fake->count++], answer);
}

static void send_bytes(struct fake_ledger *fake, struct mp_span peer, struct mp_span bytes)
{
    struct mp_message message;

    mp_message_init(&message);
    cr_assert_eq(mp_message_add(&message, peer), 0);
    cr_assert_eq(mp_message_add(&message, bytes), 0);
    /* The peer may be gone: then it asks again. */
    if (mp_message_send(&message, fake->router) != 0)
        mp_message_done(&message);
}

static void send_answer(struct fake_ledger *fake, struct mp_span peer,
                        const struct mp_answer *answer)
{
    struct mp_buffer buffer;

    mp_buffer_init(&buffer, 4096);
    cr_assert_eq(mp_answer_encode(answer, &buffer), 0);
    send_bytes(fake, peer, mp_buffer_span(&buffer));
    mp_buffer_done(&buffer);
}

static void send_noise(struct fake_ledger *fake, struct mp_span peer)
{
    const struct mp_answer stranger = {
        .id = mp_uuid_v8(mp_span_text("somebody else's")),
        .epoch = fake->epoch,
        .outcome = MP_OUTCOME_ACCEPTED,
        .first_seq = 1,
        .last_seq = 1,
    };

    send_bytes(fake, peer, mp_span_text("\xff\xff\xff no answer"));
    send_bytes(fake, peer, mp_span_make("", 0));
    send_answer(fake, peer, &stranger);
}

static void serve_one(struct fake_ledger *fake, struct mp_span peer, struct mp_span bytes)
{
    struct mp_hash hash = mp_hash_of(bytes);
    struct mp_submission submission;
    struct mp_rejection rejection;
    struct mp_answer answer;

    fake->received++;
    if (count_down(&fake->deaf))
        return;
    mp_arena_reset(fake->arena);
    cr_assert_eq(mp_submission_decode(bytes, fake->arena, &submission, &rejection), 0);
    decide(fake, &submission, &hash, &answer);
    if (count_down(&fake->silent))
        return;
    if (fake->noise)
        send_noise(fake, peer);
    send_answer(fake, peer, &answer);
    if (fake->twice)
        send_answer(fake, peer, &answer);
}

void fake_ledger_await(struct fake_ledger *fake, long timeout_ms)
{
    zmq_pollitem_t item = {.socket = fake->router, .events = ZMQ_POLLIN};

    if (fake->router != NULL)
        (void)zmq_poll(&item, 1, timeout_ms);
}

void fake_ledger_serve(struct fake_ledger *fake)
{
    struct mp_message message;
    size_t waiting = 0;

    if (fake->router == NULL)
        return;
    mp_message_init(&message);
    while (mp_message_receive(&message, fake->router) == 0) {
        cr_assert_eq(message.count, 2, "one frame a submission");
        serve_one(fake, mp_message_frame(&message, 0), mp_message_frame(&message, 1));
        waiting++;
    }
    if (waiting > fake->most_waiting)
        fake->most_waiting = waiting;
    mp_message_done(&message);
}
