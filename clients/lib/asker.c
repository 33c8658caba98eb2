#include "clients/lib/asker.h"

#include "core/bus/link.h"

#include <stdlib.h>

#define RESEND_MS          2000
#define TIMER_MS           20 /* runs only while something waits */
#define PAGES_A_ROUND      64
#define ARENA_BUDGET_BYTES (8u << 20)

struct question {
    uint64_t correlation; /* 0: a free place */
    struct mp_buffer bytes;
    int64_t deadline_ms;
    int64_t send_ms; /* when to send it next */
    bool sent;
    mp_asker_done done;
    void *context;
};

struct mp_asker {
    struct mp_loop *loop;
    void *socket;
    struct mp_link *link;
    struct mp_arena *arena;
    int timer; /* -1: none */
    uint64_t last_correlation;
    size_t waiting;
    struct question questions[MP_ASKS_MOST];
};

static void receive(void *context);
static void on_news(void *context, const struct mp_link_news *news);

int mp_asker_open(struct mp_bus *bus, struct mp_loop *loop, const struct mp_endpoint *endpoint,
                  struct mp_asker **ret_asker)
{
    struct mp_socket_options options = {
        .kind = MP_SOCKET_DEALER,
        .keys = endpoint->keys,
        .server_key = endpoint->keys == NULL ? NULL : endpoint->server_key,
        .frame_most_bytes = MP_PAGE_MOST,
    };
    MP_AUTO(mp_asker_close) struct mp_asker *asker = calloc(1, sizeof *asker);
    if (asker == NULL)
        return MP_ENOMEM;
    asker->loop = loop;
    asker->timer = -1;
    asker->arena = mp_arena_new(ARENA_BUDGET_BYTES);
    if (asker->arena == NULL)
        return MP_ENOMEM;
    int result = mp_socket_open(bus, &options, &asker->socket);
    if (result == 0)
        result = mp_link_open(bus, loop, asker->socket, on_news, asker, &asker->link);
    if (result == 0)
        result = mp_socket_connect(asker->socket, endpoint->address);
    if (result == 0)
        result = mp_loop_add_socket(loop, asker->socket, receive, asker);
    if (result != 0)
        return result;
    *ret_asker = mp_take(asker);
    return 0;
}

void mp_asker_close(struct mp_asker *asker)
{
    if (asker == NULL)
        return;
    if (asker->timer >= 0)
        mp_loop_remove_timer(asker->loop, asker->timer);
    mp_loop_remove_socket(asker->loop, asker->socket);
    mp_link_close(asker->link);
    mp_socket_close(asker->socket);
    for (size_t i = 0; i < MP_ASKS_MOST; i++)
        mp_buffer_done(&asker->questions[i].bytes);
    mp_arena_free(asker->arena);
    free(asker);
}

static struct question *find(struct mp_asker *asker, uint64_t correlation)
{
    for (size_t i = 0; i < MP_ASKS_MOST; i++) {
        if (asker->questions[i].correlation == correlation)
            return &asker->questions[i];
    }
    return NULL;
}

/* The place is free before the callback, which may ask again. */
static void answer(struct mp_asker *asker, struct question *question, int error,
                   const struct mp_page *page, struct mp_span raw)
{
    mp_asker_done done = question->done;
    void *context = question->context;
    mp_buffer_done(&question->bytes);
    *question = (struct question){0};
    asker->waiting--;
    done(context, error, page, raw);
}

static int post(struct mp_asker *asker, const struct question *question)
{
    struct mp_buffer correlation;
    mp_buffer_init(&correlation, sizeof question->correlation);
    mp_buffer_put_u64(&correlation, question->correlation);
    struct mp_message message;
    mp_message_init(&message);
    int result = correlation.error;
    if (result == 0)
        result = mp_message_add(&message, mp_buffer_span(&correlation));
    if (result == 0)
        result = mp_message_add(&message, mp_buffer_span(&question->bytes));
    if (result == 0)
        result = mp_message_send(&message, asker->socket);
    mp_message_done(&message);
    mp_buffer_done(&correlation);
    return result;
}

/* Not connected yet, or the queue is full: it stays due, and the timer tries again. */
static void send_due(struct mp_asker *asker, struct question *question, int64_t now_ms)
{
    if (now_ms < question->send_ms || post(asker, question) != 0)
        return;
    question->sent = true;
    question->send_ms = now_ms + RESEND_MS;
}

static void look_after(void *context)
{
    struct mp_asker *asker = context;
    int64_t now_ms = mp_loop_now_ms(asker->loop);
    for (size_t i = 0; i < MP_ASKS_MOST; i++) {
        struct question *question = &asker->questions[i];
        if (question->correlation == 0)
            continue;
        if (now_ms >= question->deadline_ms)
            answer(asker, question, question->sent ? MP_ETIMEDOUT : MP_EUNREACHABLE, NULL,
                   mp_span_make(NULL, 0));
        else
            send_due(asker, question, now_ms);
    }
    if (asker->waiting == 0) {
        mp_loop_remove_timer(asker->loop, asker->timer);
        asker->timer = -1;
    }
}

void mp_asker_push(struct mp_asker *asker)
{
    int64_t now_ms = mp_loop_now_ms(asker->loop);

    for (size_t i = 0; i < MP_ASKS_MOST && asker->waiting > 0; i++) {
        struct question *question = &asker->questions[i];

        if (question->correlation != 0)
            send_due(asker, question, now_ms);
    }
}

/* What was under way when the connection broke is lost, but for pages that had come already: the
 * rest is asked again as soon as the next one stands. */
static void on_news(void *context, const struct mp_link_news *news)
{
    struct mp_asker *asker = context;

    if (news->broke) {
        receive(asker);
        for (size_t i = 0; i < MP_ASKS_MOST; i++)
            asker->questions[i].send_ms = 0;
    }
    if (news->stands)
        mp_asker_push(asker);
}

static int start_timer(struct mp_asker *asker)
{
    if (asker->timer >= 0)
        return 0;
    int id = mp_loop_add_timer(asker->loop, TIMER_MS, look_after, asker);
    if (id < 0)
        return id;
    asker->timer = id;
    return 0;
}

int mp_asker_ask(struct mp_asker *asker, const struct mp_ask *ask, int64_t timeout_ms,
                 mp_asker_done done, void *context)
{
    struct question *question = find(asker, 0);
    if (question == NULL)
        return MP_EAGAIN;
    struct mp_buffer bytes;
    mp_buffer_init(&bytes, MP_ASK_MOST);
    int result = mp_ask_encode(ask, &bytes);
    if (result == 0)
        result = start_timer(asker);
    if (result != 0) {
        mp_buffer_done(&bytes);
        return result;
    }
    int64_t now_ms = mp_loop_now_ms(asker->loop);
    *question = (struct question){
        .correlation = ++asker->last_correlation,
        .bytes = bytes,
        .deadline_ms = now_ms + timeout_ms,
        .send_ms = now_ms,
        .done = done,
        .context = context,
    };
    asker->waiting++;
    send_due(asker, question, now_ms);
    return 0;
}

/* Frames: correlation, page. What nobody waits for is dropped: a second answer to a question that
 * was sent twice, or nonsense. */
static void take(struct mp_asker *asker, const struct mp_message *message)
{
    struct mp_span name = mp_message_frame(message, 0), raw = mp_message_frame(message, 1);
    if (message->count != 2 || name.size != sizeof(uint64_t))
        return;
    struct mp_reader reader = mp_reader_make(name);
    uint64_t correlation = mp_reader_u64(&reader);
    struct question *question = correlation == 0 ? NULL : find(asker, correlation);
    if (question == NULL)
        return;
    struct mp_page page;
    mp_arena_reset(asker->arena);
    int result = raw.size > MP_PAGE_MOST ? MP_EMALFORMED : mp_page_decode(raw, asker->arena, &page);
    if (result == 0)
        answer(asker, question, 0, &page, raw);
    else
        answer(asker, question, MP_EMALFORMED, NULL, mp_span_make(NULL, 0));
}

static void receive(void *context)
{
    struct mp_asker *asker = context;
    struct mp_message message;
    mp_message_init(&message);
    for (int i = 0; i < PAGES_A_ROUND; i++) {
        int result = mp_message_receive(&message, asker->socket);
        if (result == MP_ETOOBIG)
            continue;
        if (result != 0)
            break;
        take(asker, &message);
    }
    mp_message_done(&message);
}
