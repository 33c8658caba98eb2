/* Order holds: on the wire by `after`, and in an outbox through days without a network. */
#include "core/bus/bus.h"
#include "tests/support/system_record.h"

#include <string.h>

#define SAYS "--as", "railways", "--note"

static struct system_instance instance;

static void begin(void)
{
    system_begin_world(&instance);
}

#define ORDER_TEST(name) Test(order, name, .init = begin, .fini = system_end)

/* A connection of railways, nothing but the wire. */
struct wire {
    struct mp_bus *bus;
    void *socket;
    struct mp_arena *arena;
};

static void open_wire(struct wire *wire, const char *identity)
{
    struct mp_key_pair pair, services;
    const struct mp_socket_options options = {
        .kind = MP_SOCKET_DEALER, .keys = &pair, .server_key = services.public_key};

    cr_assert_eq(mp_key_load(system_text("%s/keys/%s.key", instance.folder, identity), &pair), 0);
    cr_assert_eq(mp_key_load(system_text("%s/keys/services.key", instance.folder), &services), 0);
    wire->arena = mp_arena_new((size_t)4 << 20);
    cr_assert_not_null(wire->arena);
    cr_assert_eq(mp_bus_open(1, &wire->bus), 0);
    cr_assert_eq(mp_socket_open(wire->bus, &options, &wire->socket), 0);
    cr_assert_eq(mp_socket_connect(wire->socket, system_text("tcp://127.0.0.1:%d", instance.port)),
                 0);
}

static void close_wire(struct wire *wire)
{
    mp_socket_close(wire->socket);
    mp_bus_close(wire->bus);
    mp_arena_free(wire->arena);
}

static void await(struct wire *wire, short events)
{
    zmq_pollitem_t item = {.socket = wire->socket, .events = events};

    cr_assert_eq(zmq_poll(&item, 1, SYSTEM_DEADLINE_MS), 1, "nothing comes");
}

static void send(struct wire *wire, const struct mp_submission *submission)
{
    struct mp_message message;
    struct mp_buffer bytes;

    mp_buffer_init(&bytes, MP_SUBMISSION_MOST);
    mp_message_init(&message);
    cr_assert_eq(mp_submission_encode(submission, wire->arena, &bytes), 0);
    cr_assert_eq(mp_message_add(&message, mp_buffer_span(&bytes)), 0);
    await(wire, ZMQ_POLLOUT);
    cr_assert_eq(mp_message_send(&message, wire->socket), 0);
    mp_message_done(&message);
    mp_buffer_done(&bytes);
}

static struct mp_answer receive(struct wire *wire)
{
    struct mp_message message;
    struct mp_answer answer;

    mp_message_init(&message);
    await(wire, ZMQ_POLLIN);
    cr_assert_eq(mp_message_receive(&message, wire->socket), 0);
    cr_assert_eq(mp_answer_decode(mp_message_frame(&message, 0), wire->arena, &answer), 0);
    mp_message_done(&message);
    return answer;
}

static void expect_busy(struct wire *wire, const struct mp_submission *submission)
{
    struct mp_answer answer = receive(wire);

    cr_assert(mp_uuid_equal(&answer.id, &submission->id));
    cr_assert_eq(answer.outcome, MP_OUTCOME_BUSY, "outcome %d", (int)answer.outcome);
    cr_assert_eq(answer.why, MP_BUSY_AFTER_UNKNOWN);
}

static uint64_t expect_accepted(struct wire *wire, const struct mp_submission *submission)
{
    struct mp_answer answer = receive(wire);

    cr_assert(mp_uuid_equal(&answer.id, &submission->id));
    cr_assert_eq(answer.outcome, MP_OUTCOME_ACCEPTED, "outcome %d: %s", (int)answer.outcome,
                 answer.outcome == MP_OUTCOME_REJECTED ? answer.rejection.message : "");
    return answer.first_seq;
}

/* The authority defines a milestone after something that the ledger does not have, and gives it a
 * baseline right behind: without the first the second would be refused for ever. */
ORDER_TEST(the_second_of_two_pipelined_submissions_waits_for_the_first_that_was_told_busy)
{
    struct mp_change term, milestone, baseline;
    struct mp_submission before = {.id = mp_uuid_v8(mp_span_text("before")), .changes = &term},
                         first = {.id = mp_uuid_v8(mp_span_text("first")), .changes = &milestone},
                         second = {.id = mp_uuid_v8(mp_span_text("second")), .changes = &baseline};
    struct wire wire;
    uint64_t seq;

    before.change_count = first.change_count = second.change_count = 1;
    first.after = before.id;
    second.after = first.id;
    mp_change_init(&term, MP_CHANGE_TERM);
    term.term.scheme = MP_SCHEME_REGION;
    term.term.code = "sindh";
    term.term.title.en = "Sindh";
    mp_change_init(&milestone, MP_CHANGE_MILESTONE);
    milestone.milestone.id = "ml-1:start";
    milestone.milestone.title.en = "Start";
    milestone.milestone.type = MP_TYPE_DELIVERY;
    mp_change_init(&baseline, MP_CHANGE_BASELINE);
    baseline.dated.milestone = "ml-1:start";
    cr_assert_eq(mp_date_parse("2027-06-30", &baseline.dated.date), 0);

    open_wire(&wire, "authority");
    send(&wire, &first);
    send(&wire, &second);
    expect_busy(&wire, &first);
    expect_busy(&wire, &second);
    cr_assert_eq(system_cli(&instance, "get", "ml-1:start").status, 3, "nothing was kept");
    send(&wire, &before);
    send(&wire, &first);
    send(&wire, &second);
    seq = expect_accepted(&wire, &before);
    cr_assert_eq(expect_accepted(&wire, &first), seq + 1);
    cr_assert_eq(expect_accepted(&wire, &second), seq + 2);
    send(&wire, &second);
    cr_assert_eq(expect_accepted(&wire, &second), seq + 2, "the same id, the same answer");
    close_wire(&wire);
    cr_assert_eq(system_read(&instance, "", seq - 1).count, 3u);
    system_verify(&instance);
}

ORDER_TEST(what_was_said_while_nothing_ran_is_recorded_later_in_its_order)
{
    static const char *const notes[] = {"said first", "said second", "said third"};
    uint64_t head = system_read(&instance, "", 0).count;
    struct system_events events;
    struct system_said said;

    system_stop_all(&instance);
    for (size_t i = 0; i < 3; i++) {
        said =
            system_cli(&instance, "forecast", "ml-1:completion", system_text("20%zu-06-30", 29 + i),
                       "--reason", "financing", "--timeout", "1", SAYS, notes[i]);
        system_expect(said, 5);
        cr_assert_not_null(strstr(said.err, "queued, not yet recorded"), "%s", said.err);
    }
    said = system_cli(&instance, "outbox", "list", "-o", "ndjson");
    system_expect(said, 0);
    cr_assert_eq(system_count_lines(said.out), 3u, "%s", said.out);
    system_expect(system_cli(&instance, "outbox", "retry", "--timeout", "1"), 5);

    system_start(&instance);
    said = system_cli(&instance, "get", "ml-1:completion");
    system_expect(said, 0);
    cr_assert_not_null(strstr(said.err, "3 of railways not yet recorded"), "%s", said.err);
    system_do(&instance, "outbox", "retry", "--timeout", "60");
    events = system_read(&instance, "", head);
    cr_assert_eq(events.count, 3u);
    for (size_t i = 0; i < 3; i++)
        cr_assert_str_eq(events.items[i].note, notes[i]);
    system_do(&instance, "outbox", "retry");
    cr_assert_eq(system_read(&instance, "", head).count, 3u, "never twice");
    system_expect_no_outbox(&instance, "railways");
}
