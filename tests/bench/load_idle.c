#include "tests/bench/load.h"
#include "tests/bench/measure.h"

#include <stdio.h>

/* Prefixes that one key follows: each is two subscriptions, events and heartbeat. */
#define PREFIXES 500
#define AT_ONCE  1000

static void *open_follower(const struct target *target, void *context, struct mp_arena *arena,
                           unsigned number, unsigned prefixes)
{
    void *socket = target_open(target, context, ZMQ_SUB, "feed", work_agency(arena, number));

    for (unsigned i = 0; i < prefixes; i++) {
        char topic[64];

        (void)snprintf(topic, sizeof(topic), "e/idle/k%02u-%u/", number, i);
        raw_subscribe(socket, topic);
        (void)snprintf(topic, sizeof(topic), "h/idle/k%02u-%u/!", number, i);
        raw_subscribe(socket, topic);
    }
    return socket;
}

static void drain(void *socket)
{
    zmq_msg_t frame;

    for (int i = 0; i < AT_ONCE && raw_receive(socket, &frame, 0); i++)
        (void)zmq_msg_close(&frame);
}

void load_idle(const struct target *target)
{
    unsigned left = (unsigned)bench_number(target->argv, "subscriptions", 10000) / 2;
    struct mp_arena *arena = mp_arena_new((size_t)1 << 20);
    zmq_pollitem_t items[WORK_AGENCIES];
    void *context = raw_context();
    unsigned count = 0;

    bench_need(arena != NULL && left <= WORK_AGENCIES * PREFIXES, "--subscriptions");
    for (; left > 0; count++) {
        unsigned prefixes = left < PREFIXES ? left : PREFIXES;

        items[count] = (zmq_pollitem_t){
            .socket = open_follower(target, context, arena, count, prefixes), .events = ZMQ_POLLIN};
        left -= prefixes;
    }
    for (;;) {
        (void)zmq_poll(items, (int)count, -1);
        for (unsigned i = 0; i < count; i++)
            drain(items[i].socket);
    }
}
