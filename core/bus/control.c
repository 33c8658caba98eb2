#include "core/bus/control.h"
#include "core/bus/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MOST_BYTES   1100
#define ANSWER_MOST_BYTES (64 * 1024)
#define QUESTIONS_A_ROUND 16

struct mp_control {
    struct mp_loop *loop;
    void *socket;
    mp_control_answer answer;
    void *context;
    struct mp_buffer buffer;
};

/* A word of small letters, alone or with an argument after a space. */
static bool is_line(struct mp_span bytes)
{
    size_t word = 0;

    if (bytes.size > LINE_MOST_BYTES)
        return false;
    while (word < bytes.size && bytes.data[word] >= 'a' && bytes.data[word] <= 'z')
        word++;
    for (size_t i = word; i < bytes.size; i++)
        if (bytes.data[i] < ' ' || bytes.data[i] == 0x7f)
            return false;
    return word > 0 && (word == bytes.size || bytes.data[word] == ' ');
}

static void fail_answer(struct mp_control *control, const char *why)
{
    mp_buffer_clear(&control->buffer);
    mp_buffer_printf(&control->buffer, "failing: %s\n", why);
}

static void make_answer(struct mp_control *control, const struct mp_message *question)
{
    mp_buffer_clear(&control->buffer);
    struct mp_span bytes = mp_message_frame(question, 0);
    if (question->count != 1 || !is_line(bytes)) {
        fail_answer(control, "a word is expected, and at most one argument");
        return;
    }
    char line[LINE_MOST_BYTES + 1] = {0};
    memcpy(line, bytes.data, bytes.size);
    int result = control->answer(control->context, line, &control->buffer);
    if (result == MP_ENOTFOUND)
        fail_answer(control, "unknown word");
    else if (result != 0)
        fail_answer(control, mp_error_text(result));
    else if (control->buffer.error != 0)
        fail_answer(control, mp_error_text(control->buffer.error));
}

/* A REP that does not answer never receives again: when memory is short, an empty answer. */
static void send_answer(struct mp_control *control)
{
    struct mp_message message;
    mp_message_init(&message);
    int result = control->buffer.error;
    if (result == 0)
        result = mp_message_add(&message, mp_buffer_span(&control->buffer));
    if (result == 0)
        result = mp_message_send(&message, control->socket);
    if (result != 0)
        (void)zmq_send(control->socket, "", 0, ZMQ_DONTWAIT);
    mp_message_done(&message);
}

static void serve(void *context)
{
    struct mp_control *control = context;
    struct mp_message question;
    mp_message_init(&question);
    for (int i = 0; i < QUESTIONS_A_ROUND; i++) {
        int result = mp_message_receive(&question, control->socket);
        if (result != 0 && result != MP_ETOOBIG)
            break;
        make_answer(control, &question);
        send_answer(control);
    }
    mp_message_done(&question);
}

int mp_control_open(struct mp_bus *bus, struct mp_loop *loop, const char *address,
                    mp_control_answer answer, void *context, struct mp_control **ret_control)
{
    struct mp_socket_options options = {.kind = MP_SOCKET_REP, .frame_most_bytes = 2048};
    MP_AUTO(mp_control_close) struct mp_control *control = calloc(1, sizeof *control);
    if (control == NULL)
        return MP_ENOMEM;
    control->loop = loop;
    control->answer = answer;
    control->context = context;
    mp_buffer_init(&control->buffer, ANSWER_MOST_BYTES);
    int result = mp_socket_open(bus, &options, &control->socket);
    if (result == 0)
        result = mp_socket_bind(control->socket, address);
    if (result == 0)
        result = mp_loop_add_socket(loop, control->socket, serve, control);
    if (result == 0)
        *ret_control = mp_take(control);
    return result;
}

void mp_control_close(struct mp_control *control)
{
    if (control == NULL)
        return;
    mp_loop_remove_socket(control->loop, control->socket);
    mp_socket_close(control->socket);
    mp_buffer_done(&control->buffer);
    free(control);
}

/* Until the socket is ready for the event: 0 or MP_ETIMEDOUT. */
static int wait_ready(void *socket, short event, int64_t deadline_ms)
{
    for (;;) {
        int64_t left = deadline_ms - mp_clock_monotonic_ms(&mp_clock_system);
        zmq_pollitem_t item = {.socket = socket, .events = event};
        int ready = zmq_poll(&item, 1, left > 0 ? (long)left : 0);
        if (ready > 0)
            return 0;
        if (ready < 0 && errno != EINTR)
            return mp_bus_error(errno);
        if (left <= 0)
            return MP_ETIMEDOUT;
    }
}

static int exchange(void *socket, const char *word, int64_t deadline_ms, struct mp_message *message)
{
    /* Ready to send means connected: ZMQ_IMMEDIATE. */
    int result = wait_ready(socket, ZMQ_POLLOUT, deadline_ms);
    if (result != 0)
        return result == MP_ETIMEDOUT ? MP_EUNREACHABLE : result;
    result = mp_message_add(message, mp_span_text(word));
    if (result == 0)
        result = mp_message_send(message, socket);
    if (result == 0)
        result = wait_ready(socket, ZMQ_POLLIN, deadline_ms);
    if (result == 0)
        result = mp_message_receive(message, socket);
    return result;
}

int mp_control_ask(struct mp_bus *bus, const char *address, const char *word, int64_t timeout_ms,
                   struct mp_buffer *answer)
{
    if (!is_line(mp_span_text(word)) || timeout_ms < 0 || timeout_ms > INT32_MAX)
        return MP_EINVAL;
    /* A process that is not there is known at once. */
    const char *path = mp_ipc_path(address);
    int found = path != NULL ? mp_ipc_probe(path) : 0;
    if (found != 0)
        return found == MP_ENOTFOUND || found == MP_EEXIST ? MP_EUNREACHABLE : found;
    struct mp_socket_options options = {.kind = MP_SOCKET_REQ};
    MP_AUTO(mp_socket_close) void *socket = NULL;
    int result = mp_socket_open(bus, &options, &socket);
    if (result == 0)
        result = mp_socket_connect(socket, address);
    if (result != 0)
        return result;
    struct mp_message message;
    mp_message_init(&message);
    result = exchange(socket, word, mp_clock_monotonic_ms(&mp_clock_system) + timeout_ms, &message);
    if (result == 0 && message.count != 1)
        result = MP_EMALFORMED;
    if (result == 0) {
        mp_buffer_put_span(answer, mp_message_frame(&message, 0));
        result = answer->error;
    }
    mp_message_done(&message);
    return result;
}
