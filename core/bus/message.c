#include "core/bus/bus.h"
#include "core/bus/internal.h"

#include <errno.h>
#include <string.h>

#define KEYS_KNOWN 256

void mp_message_init(struct mp_message *message)
{
    message->count = 0; /* frames beyond the count are not initialised */
}

void mp_message_done(struct mp_message *message)
{
    if (message == NULL)
        return;
    while (message->count > 0)
        (void)zmq_msg_close(&message->frames[--message->count]);
}

static int receive_frame(zmq_msg_t *frame, void *socket)
{
    int got;
    do
        got = zmq_msg_recv(frame, socket, ZMQ_DONTWAIT);
    while (got < 0 && errno == EINTR);
    return got >= 0 ? 0 : mp_bus_error(errno);
}

/* The size limit is per frame, so a peer can send frames without end: one at a time is held. */
static int throw_rest(void *socket)
{
    zmq_msg_t frame;
    (void)zmq_msg_init(&frame);
    int result;
    do
        result = receive_frame(&frame, socket);
    while (result == 0 && zmq_msg_more(&frame));
    (void)zmq_msg_close(&frame);
    return result == MP_ECANCELLED ? result : MP_ETOOBIG;
}

int mp_message_receive(struct mp_message *message, void *socket)
{
    mp_message_done(message);
    mp_loop_touched(socket);
    while (message->count < MP_FRAMES_MOST) {
        zmq_msg_t *frame = &message->frames[message->count];
        (void)zmq_msg_init(frame);
        int result = receive_frame(frame, socket);
        if (result != 0) {
            if (result == MP_EAGAIN && message->count == 0)
                mp_loop_emptied(socket);
            (void)zmq_msg_close(frame);
            mp_message_done(message);
            return result;
        }
        message->count++;
        if (!zmq_msg_more(frame))
            return 0;
    }
    return throw_rest(socket);
}

static int send_frame(zmq_msg_t *frame, void *socket, int flags)
{
    int sent;
    do
        sent = zmq_msg_send(frame, socket, flags | ZMQ_DONTWAIT);
    while (sent < 0 && errno == EINTR);
    return sent >= 0 ? 0 : mp_bus_error(errno);
}

/* A shared reference goes out, so that the frame is still ours if a later one fails. */
static int send_reference(zmq_msg_t *frame, void *socket)
{
    zmq_msg_t reference;
    (void)zmq_msg_init(&reference);
    if (zmq_msg_copy(&reference, frame) != 0) {
        int result = mp_bus_error(errno);
        (void)zmq_msg_close(&reference);
        return result;
    }
    int result = send_frame(&reference, socket, ZMQ_SNDMORE);
    if (result != 0)
        (void)zmq_msg_close(&reference);
    return result;
}

/* The peer went away between two frames. A dealer then drops all frames up to the last one of the
 * message: without this end it would drop the start of the next message. */
static void end_broken_message(void *socket)
{
    int type = 0;
    size_t size = sizeof type;
    if (zmq_getsockopt(socket, ZMQ_TYPE, &type, &size) != 0)
        return;
    if (type == ZMQ_DEALER || type == ZMQ_REQ)
        (void)zmq_send(socket, "", 0, ZMQ_DONTWAIT);
}

int mp_message_send(struct mp_message *message, void *socket)
{
    if (message->count == 0)
        return MP_EINVAL;
    mp_loop_touched(socket);
    size_t last = message->count - 1;
    for (size_t i = 0; i < last; i++) {
        int result = send_reference(&message->frames[i], socket);
        if (result != 0) {
            if (i > 0 && result != MP_ECANCELLED)
                end_broken_message(socket);
            return result;
        }
    }
    int result = send_frame(&message->frames[last], socket, 0);
    if (result == 0)
        mp_message_done(message);
    return result;
}

uint8_t *mp_message_reserve(struct mp_message *message, size_t size_bytes)
{
    if (message->count == MP_FRAMES_MOST)
        return NULL;
    zmq_msg_t *frame = &message->frames[message->count];
    if (zmq_msg_init_size(frame, size_bytes) != 0)
        return NULL;
    message->count++;
    return zmq_msg_data(frame);
}

int mp_message_add(struct mp_message *message, struct mp_span bytes)
{
    if (message->count == MP_FRAMES_MOST)
        return MP_ETOOBIG;
    uint8_t *data = mp_message_reserve(message, bytes.size);
    if (data == NULL)
        return MP_ENOMEM;
    if (bytes.size > 0)
        memcpy(data, bytes.data, bytes.size);
    return 0;
}

int mp_message_move(struct mp_message *message, zmq_msg_t *frame)
{
    if (message->count == MP_FRAMES_MOST)
        return MP_ETOOBIG;
    zmq_msg_t *place = &message->frames[message->count];
    (void)zmq_msg_init(place);
    if (zmq_msg_move(place, frame) != 0)
        return MP_EINVAL;
    message->count++;
    return 0;
}

struct mp_span mp_message_frame(const struct mp_message *message, size_t index)
{
    if (index >= message->count)
        return mp_span_make(NULL, 0);
    const zmq_msg_t *frame = &message->frames[index];
    /* libzmq's reader is not const, but only reads. */
    return mp_span_make(zmq_msg_data((zmq_msg_t *)frame), zmq_msg_size(frame));
}

/* The key as text comes with every message, and a connection's is always the same: those read last
 * are kept. Found by text alone, so that it cannot be another connection's. */
bool mp_message_read_key(const char *text, uint8_t key[static MP_KEY_BYTES])
{
    static _Thread_local struct {
        char text[MP_KEY_TEXT];
        uint8_t key[MP_KEY_BYTES];
    } known[KEYS_KNOWN];
    uint32_t start;
    if (strnlen(text, MP_KEY_TEXT) != MP_KEY_TEXT - 1)
        return false;
    memcpy(&start, text, sizeof start);
    size_t place = (start ^ start >> 16) % KEYS_KNOWN;
    if (memcmp(known[place].text, text, MP_KEY_TEXT) != 0) {
        if (mp_key_parse(text, key) != 0)
            return false;
        memcpy(known[place].text, text, MP_KEY_TEXT);
        memcpy(known[place].key, key, MP_KEY_BYTES);
    }
    memcpy(key, known[place].key, MP_KEY_BYTES);
    return true;
}

bool mp_message_peer_key(const struct mp_message *message, uint8_t key[static MP_KEY_BYTES])
{
    /* On a routing id frame the property may be missing after a poll: the payload is last. */
    if (message->count == 0)
        return false;
    const char *text = zmq_msg_gets(&message->frames[message->count - 1], "User-Id");
    return text != NULL && mp_message_read_key(text, key);
}
