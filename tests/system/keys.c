/* Who may come in, and for how long. */
#include "tests/support/system_record.h"

#include <string.h>
#include <sys/stat.h>

#define RAILWAYS_SAYS "progress", "ml-1:completion", "50", "--as", "railways", "--note"
#define MONITOR_EVENTS                                                                             \
    (ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |                        \
     ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH |                       \
     ZMQ_EVENT_DISCONNECTED)

static struct system_instance instance;

static void begin(void)
{
    system_begin_world(&instance);
}

#define KEYS_TEST(name) Test(keys, name, .init = begin, .fini = system_end)

/* The first that happens to a connection. */
static uint16_t first_event(void *monitor)
{
    struct mp_message message;
    uint16_t number = 0;
    zmq_pollitem_t item = {.socket = monitor, .events = ZMQ_POLLIN};

    cr_assert_gt(zmq_poll(&item, 1, SYSTEM_DEADLINE_MS), 0, "nothing happens to the connection");
    mp_message_init(&message);
    cr_assert_eq(mp_message_receive(&message, monitor), 0);
    memcpy(&number, mp_message_frame(&message, 0).data, sizeof number);
    mp_message_done(&message);
    return number;
}

/* Connects as the library alone would, without a key, to one of the ports. */
static void expect_shut_out(void *context, int type, int port, struct mp_span message)
{
    void *socket = zmq_socket(context, type), *monitor = zmq_socket(context, ZMQ_PAIR);
    const char *events = system_text("inproc://events-%d", port);
    char byte;

    cr_assert_eq(zmq_socket_monitor(socket, events, MONITOR_EVENTS), 0);
    cr_assert_eq(zmq_connect(monitor, events), 0);
    if (type == ZMQ_SUB)
        cr_assert_eq(zmq_setsockopt(socket, ZMQ_SUBSCRIBE, "", 0), 0);
    cr_assert_eq(zmq_connect(socket, system_text("tcp://127.0.0.1:%d", port)), 0);
    if (type != ZMQ_SUB)
        cr_assert_eq(zmq_send(socket, message.data, message.size, ZMQ_DONTWAIT), (int)message.size);
    cr_assert_neq(first_event(monitor), ZMQ_EVENT_HANDSHAKE_SUCCEEDED, "port %d lets us in", port);
    cr_assert_neq(first_event(monitor), ZMQ_EVENT_HANDSHAKE_SUCCEEDED, "port %d lets us in", port);
    cr_assert_eq(zmq_recv(socket, &byte, 1, ZMQ_DONTWAIT), -1, "an answer from port %d", port);
    (void)zmq_close(monitor);
    (void)zmq_setsockopt(socket, ZMQ_LINGER, &(int){0}, sizeof(int));
    (void)zmq_close(socket);
}

KEYS_TEST(a_client_without_a_key_cannot_submit_subscribe_or_ask)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(MP_SUBMISSION_ARENA);
    struct mp_change change = system_progress("ml-1:completion", "from nobody");
    struct mp_submission submission = {
        .id = mp_uuid_v8(mp_span_text("nobody")), .changes = &change, .change_count = 1};
    struct mp_buffer bytes, question;
    struct system_events events;
    struct mp_ask ask;
    void *context = zmq_ctx_new();

    mp_buffer_init(&bytes, MP_SUBMISSION_MOST);
    mp_buffer_init(&question, MP_ASK_MOST);
    mp_ask_init(&ask, MP_ASK_TOPICS);
    ask.prefix = "";
    cr_assert_eq(mp_submission_encode(&submission, arena, &bytes), 0);
    cr_assert_eq(mp_ask_encode(&ask, &question), 0);
    expect_shut_out(context, ZMQ_DEALER, instance.port, mp_buffer_span(&bytes));
    expect_shut_out(context, ZMQ_SUB, instance.port + 1, mp_span_text(""));
    expect_shut_out(context, ZMQ_DEALER, instance.port + 2, mp_buffer_span(&question));
    (void)zmq_ctx_term(context);
    mp_buffer_done(&bytes);
    mp_buffer_done(&question);
    events = system_read(&instance, "", 0);
    cr_assert_eq(system_count_note(&events, "from nobody"), 0u);
}

KEYS_TEST(a_key_that_nobody_registered_is_refused_in_words)
{
    struct system_said said;
    struct system_events events;

    system_do(&instance, "key", "new", "stranger");
    said = system_cli(&instance, "progress", "ml-1:completion", "50", "--as", "stranger",
                      "--timeout", "4", "--note", "from a stranger");
    cr_assert(said.status == 6 || said.status == 5, "exit %d: %s", said.status, said.err);
    cr_assert_gt(strlen(said.err), 20u, "it says why: %s", said.err);
    said = system_cli(&instance, "get", "ml-1:completion", "--as", "stranger", "--timeout", "4");
    cr_assert(said.status == 6 || said.status == 5, "exit %d: %s", said.status, said.err);
    cr_assert_gt(strlen(said.err), 20u, "it says why: %s", said.err);
    said = system_cli(&instance, "watch", "ml-1/", "--as", "stranger", "--timeout", "20");
    system_expect(said, 6);
    cr_assert_not_null(strstr(said.err, "refused"), "%s", said.err);
    events = system_read(&instance, "", 0);
    cr_assert_eq(system_count_note(&events, "from a stranger"), 0u);
}

KEYS_TEST(a_key_file_that_others_can_read_is_refused)
{
    const char *path = system_text("%s/keys/railways.key", instance.folder);
    struct system_said said;

    cr_assert_eq(chmod(path, 0640), 0);
    said = system_cli(&instance, RAILWAYS_SAYS, "careless");
    system_expect(said, 6);
    cr_assert_not_null(strstr(said.err, "chmod 600"), "%s", said.err);
    cr_assert_eq(chmod(path, 0600), 0);
    system_do(&instance, RAILWAYS_SAYS, "careful");
    system_stop(&instance, SYSTEM_INGEST);
    cr_assert_eq(chmod(system_text("%s/keys/services.key", instance.folder), 0644), 0);
    system_launch(&instance, SYSTEM_INGEST);
    cr_assert_neq(system_wait(instance.services[SYSTEM_INGEST], SYSTEM_DEADLINE_MS), 0);
    (void)system_await(instance.services[SYSTEM_INGEST], SYSTEM_ERR, "chmod 600");
}

KEYS_TEST(an_agency_writes_only_under_its_grants)
{
    size_t before = system_read(&instance, "", 0).count;
    struct system_said said = system_cli(&instance, "progress", "gwadar:completion", "50", "--as",
                                         "railways", "--note", "foreign");

    system_expect(said, 4);
    cr_assert_not_null(strstr(said.err, "not_granted"), "%s", said.err);
    cr_assert_eq(system_read(&instance, "", 0).count, before, "something was recorded");
    said = system_cli(&instance, "progress", "gwadar:completion", "50", "--as", "north");
    system_expect(said, 4);
    cr_assert_not_null(strstr(said.err, "not_granted"), "%s", said.err);
    cr_assert_eq(system_read(&instance, "", 0).count, before, "something was recorded");
}

struct answering {
    enum mp_reject code;
    size_t accepted, rejected;
};

static void on_answered(void *context, const struct mp_answer *answer)
{
    struct answering *answering = context;

    answering->accepted += answer->outcome == MP_OUTCOME_ACCEPTED;
    answering->rejected += answer->outcome == MP_OUTCOME_REJECTED;
    if (answer->outcome == MP_OUTCOME_REJECTED)
        answering->code = answer->rejection.code;
}

KEYS_TEST(a_revoked_agency_is_refused_on_the_connection_that_it_has)
{
    struct mp_client *client = system_client(&instance, "railways");
    struct answering answering = {.code = MP_REJECT_NONE};
    const struct mp_sender_effects effects = {.context = &answering, .answered = on_answered};
    struct system_events events;
    struct system_said said;

    system_queue(client, "ml-1:completion", "before", 1, 1, 0);
    cr_assert_eq(mp_client_send(client, NULL, SYSTEM_DEADLINE_MS, &effects), 0);
    cr_assert_eq(answering.accepted, 1u);
    system_do(&instance, "key", "revoke", "railways", "own", "--note", "laptop lost");
    system_queue(client, "ml-1:completion", "after", 1, 1, 0);
    cr_assert_eq(mp_client_send(client, NULL, SYSTEM_DEADLINE_MS, &effects), 0);
    mp_client_close(client);
    cr_assert_eq(answering.rejected, 1u);
    cr_assert_eq(answering.code, MP_REJECT_KEY_REVOKED, "%s", mp_reject_name(answering.code));

    said = system_cli(&instance, RAILWAYS_SAYS, "anew", "--timeout", "4");
    cr_assert(said.status == 6 || said.status == 5 || said.status == 4, "exit %d: %s", said.status,
              said.err);
    events = system_read(&instance, "ml-1/", 0);
    cr_assert_eq(system_count_note(&events, "before-0"), 1u);
    cr_assert_eq(system_count_note(&events, "after-0"), 0u);
    cr_assert_eq(system_count_note(&events, "anew"), 0u);
}

KEYS_TEST(a_revoked_reader_sees_nothing_more_and_the_others_miss_nothing)
{
    uint64_t head = 0;
    struct system_process *north = system_watch(&instance, "ml-1/", "north", NULL);
    struct system_process *south = system_watch(&instance, "ml-1/", "south", &head);
    struct system_events events;

    system_do(&instance, RAILWAYS_SAYS, "to both");
    (void)system_await(north, SYSTEM_OUT, "to both");
    (void)system_await(south, SYSTEM_OUT, "to both");
    system_do(&instance, "key", "revoke", "north", "own", "--note", "has left");
    system_do(&instance, RAILWAYS_SAYS, "to one");
    (void)system_await(south, SYSTEM_OUT, "to one");
    system_do(&instance, RAILWAYS_SAYS, "to one again");
    (void)system_await(south, SYSTEM_OUT, "to one again");
    /* It ends, says why, and has seen one event. */
    cr_assert_eq(system_wait(north, SYSTEM_DEADLINE_MS), 6, "%s", system_output(north, SYSTEM_ERR));
    cr_assert_not_null(strstr(system_output(north, SYSTEM_ERR), "refused"), "%s",
                       system_output(north, SYSTEM_ERR));
    cr_assert_eq(system_count_lines(system_output(north, SYSTEM_OUT)), 1u, "%s",
                 system_output(north, SYSTEM_OUT));
    events = system_read(&instance, "ml-1/", head);
    cr_assert_eq(events.count, 3u);
    system_expect_watched(south, &events);
    cr_assert_neq(
        system_cli(&instance, "get", "ml-1:completion", "--as", "north", "--timeout", "4").status,
        0);
}
