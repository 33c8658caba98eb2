#include "proto/ask.h"
#include "tests/bench/load.h"
#include "tests/bench/measure.h"

#include <errno.h>
#include <stdlib.h>

#define LANES_MOST   16
#define CHUNK_EVENTS 32768 /* of a lane, when there are several */
#define PATIENCE_MS  10000
#define PAGE_ARENA   ((size_t)8 << 20)

/* One question under way. */
struct lane {
    struct mp_ask ask;
    uint8_t cursor[MP_CURSOR_MOST];
};

struct replay {
    void *socket;
    struct mp_arena *arena;
    struct lane lanes[LANES_MOST];
    unsigned count;
    uint64_t next; /* not yet asked for: after this */
    uint64_t head;
    uint64_t events, bytes, pages;
};

static void ask(struct replay *replay, unsigned number)
{
    uint8_t correlation[8] = {(uint8_t)number};
    struct mp_buffer bytes;

    mp_buffer_init(&bytes, MP_ASK_MOST);
    errno = 0;
    bench_need(mp_ask_encode(&replay->lanes[number].ask, &bytes) == 0, "a question");
    raw_send(replay->socket, mp_span_make(correlation, sizeof(correlation)), ZMQ_SNDMORE);
    raw_send(replay->socket, mp_buffer_span(&bytes), 0);
    mp_buffer_done(&bytes);
}

/* The next part of the record; from its beginning again after its end. */
static void ask_chunk(struct replay *replay, unsigned number)
{
    struct mp_ask *question = &replay->lanes[number].ask;

    if (replay->next >= replay->head)
        replay->next = 0;
    mp_ask_init(question, MP_ASK_REPLAY);
    question->limit = MP_PAGE_ROWS_MOST;
    question->from = replay->next;
    question->to = replay->count == 1 ? 0 : replay->next + CHUNK_EVENTS;
    if (question->to > replay->head)
        question->to = 0;
    replay->next = question->to == 0 ? replay->head : question->to;
    ask(replay, number);
}

static void take_page(struct replay *replay)
{
    zmq_msg_t correlation, payload;
    struct mp_page page;
    struct lane *lane;
    unsigned number;

    errno = 0;
    bench_need(raw_receive(replay->socket, &correlation, PATIENCE_MS) &&
                   raw_receive(replay->socket, &payload, -1) && zmq_msg_size(&correlation) == 8,
               "no page");
    number = raw_span(&correlation).data[0];
    lane = &replay->lanes[number % LANES_MOST];
    mp_arena_reset(replay->arena);
    bench_need(mp_page_decode(raw_span(&payload), replay->arena, &page) == 0, "a bad page");
    bench_need(page.error == MP_ASK_OK, "replay: %s", page.message);
    replay->events += page.event_count;
    replay->bytes += zmq_msg_size(&payload);
    replay->pages++;
    replay->head = page.head;
    if (page.cursor.size > 0 && page.cursor.size <= sizeof(lane->cursor)) {
        memcpy(lane->cursor, page.cursor.data, page.cursor.size);
        lane->ask.cursor = mp_span_make(lane->cursor, page.cursor.size);
        ask(replay, number);
    } else {
        ask_chunk(replay, number);
    }
    (void)zmq_msg_close(&correlation);
    (void)zmq_msg_close(&payload);
}

void load_replay(const struct target *target)
{
    int64_t run_ns = (int64_t)(bench_number(target->argv, "seconds", 1) * BENCH_SECOND_NS);
    struct replay *replay = bench_allocate(1, sizeof(*replay));
    void *context = raw_context();
    int64_t start;
    double seconds;

    replay->arena = mp_arena_new(PAGE_ARENA);
    replay->socket = target_open(target, context, ZMQ_DEALER, "ask", "bench-00");
    replay->count = (unsigned)bench_number(target->argv, "lanes", 1);
    bench_need(replay->arena != NULL && replay->count <= LANES_MOST, "--lanes");
    ask_chunk(replay, 0);
    take_page(replay); /* the head is known from here on; lane 0 goes on */
    for (unsigned i = 1; i < replay->count; i++)
        ask_chunk(replay, i);
    replay->events = replay->bytes = replay->pages = 0;
    start = bench_now_ns();
    while (bench_now_ns() < start + run_ns)
        take_page(replay);
    seconds = (double)(bench_now_ns() - start) / 1e9;
    bench_say("events_per_s", (double)replay->events / seconds);
    bench_say("page_bytes", (double)replay->bytes / (double)replay->pages);
    bench_say("events_per_page", (double)replay->events / (double)replay->pages);
    (void)zmq_close(replay->socket);
    (void)zmq_ctx_term(context);
    mp_arena_free(replay->arena);
    free(replay);
}
