#include "tests/bench/crowd.h"

#include "tests/bench/measure.h"

#include <stdlib.h>

#define AT_ONCE 64

struct crowd {
    struct crowd_counts *counts;
    zmq_pollitem_t items[CROWD_MOST];
    bool ready[CROWD_MOST];
    uint64_t messages, bytes, events; /* not yet in counts */
};

static size_t read_varint(struct mp_span bytes, size_t at, uint64_t *ret_value)
{
    unsigned shift = 0;

    *ret_value = 0;
    while (at < bytes.size) {
        *ret_value |= (uint64_t)(bytes.data[at] & 0x7f) << shift;
        shift += 7;
        if ((bytes.data[at++] & 0x80) == 0)
            break;
    }
    return at;
}

/* Entries of `repeated bytes events = 3` in an Events message; 1 for bytes that are none. */
static uint64_t count_events(struct mp_span bytes)
{
    uint64_t count = 0, tag, value;
    size_t at = 0;

    while (at < bytes.size) {
        at = read_varint(bytes, at, &tag);
        at = read_varint(bytes, at, &value);
        if ((tag & 7) == 2)
            at += value;
        count += tag == (3 << 3 | 2);
    }
    return count > 0 ? count : 1;
}

/* One message of two frames, the topic before the payload. */
static bool take(struct crowd *crowd, size_t at)
{
    void *socket = crowd->items[at].socket;
    zmq_msg_t topic, payload;

    if (!raw_receive(socket, &topic, 0))
        return false;
    bench_need(raw_receive(socket, &payload, -1), "half a message");
    if (mp_span_starts_with(raw_span(&topic), mp_span_text("h/"))) {
        if (!crowd->ready[at])
            atomic_fetch_add(&crowd->counts->ready, 1);
        crowd->ready[at] = true;
    } else {
        crowd->messages++;
        crowd->bytes += zmq_msg_size(&payload);
        crowd->events += count_events(raw_span(&payload));
    }
    (void)zmq_msg_close(&topic);
    (void)zmq_msg_close(&payload);
    return true;
}

static void drain(struct crowd *crowd, size_t at)
{
    for (int n = 0; n < AT_ONCE && take(crowd, at); n++)
        ;
    atomic_fetch_add(&crowd->counts->messages, crowd->messages);
    atomic_fetch_add(&crowd->counts->bytes, crowd->bytes);
    atomic_fetch_add(&crowd->counts->events, crowd->events);
    crowd->messages = crowd->bytes = crowd->events = 0;
}

void crowd_run(const struct crowd_options *options, struct crowd_counts *counts)
{
    struct crowd *crowd = bench_allocate(1, sizeof(*crowd));
    void *context = raw_context();
    struct raw_options raw = {
        .type = ZMQ_SUB, .keys = options->keys, .server_key = options->server_key};

    bench_need(options->subscribers <= CROWD_MOST, "at most %d subscribers", CROWD_MOST);
    crowd->counts = counts;
    for (unsigned i = 0; i < options->subscribers; i++) {
        void *socket = raw_open(context, &raw);

        raw_connect(socket, options->address);
        raw_subscribe(socket, options->topic);
        raw_subscribe(socket, options->heartbeat);
        crowd->items[i] = (zmq_pollitem_t){.socket = socket, .events = ZMQ_POLLIN};
    }
    while (!atomic_load(&counts->stop)) {
        (void)zmq_poll(crowd->items, (int)options->subscribers, 20);
        for (unsigned i = 0; i < options->subscribers; i++) {
            if (crowd->items[i].revents != 0)
                drain(crowd, i);
        }
    }
    for (unsigned i = 0; i < options->subscribers; i++)
        (void)zmq_close(crowd->items[i].socket);
    (void)zmq_ctx_term(context);
    free(crowd);
}
