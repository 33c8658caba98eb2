#include "services/ledger/reader.h"

#include "core/base/log.h"
#include "core/bus/loop.h"

#include <stdlib.h>

#define QUESTIONS_A_ROUND 64
/* That wait for one process, a page being 256 KiB at its usual most: publish has so many questions
 * under way. What is more is not kept, and asked for again. */
#define PAGES_MOST     256
#define QUESTIONS_MOST 1024
#define ARENA_BYTES    (32u << 20)

struct reader {
    struct mp_loop *loop;
    void *socket;
    const struct mp_clock *clock;
    int offset_minutes;
    struct mp_store *store;
    struct mp_reading *reading;
    struct mp_arena *arena;
    struct mp_buffer page;
    struct reader_stats *stats;
    struct mp_log_brake unanswered, unsent;
};

static int write_failure(struct reader *reader, enum mp_ask_error why, const char *message)
{
    struct mp_head head = mp_store_head(reader->store);

    mp_buffer_clear(&reader->page);
    int error = mp_page_begin(&reader->page, head.epoch, head.seq, head.restored_head);
    return error != 0 ? error : mp_page_set_error(&reader->page, why, message);
}

static int answer(struct reader *reader, struct mp_span question)
{
    struct mp_ask ask;

    mp_buffer_clear(&reader->page);
    mp_arena_reset(reader->arena);
    if (mp_ask_decode(question, reader->arena, &ask) != 0)
        return write_failure(reader, MP_ASK_MALFORMED,
                             "the question is not well-formed: see proto/GRAMMAR.md");
    int32_t today = mp_clock_civil_day(mp_clock_wall_us(reader->clock), reader->offset_minutes);
    int error = mp_reading_answer(reader->reading, &ask, today, reader->arena, &reader->page);
    if (error == 0)
        return 0;
    atomic_fetch_add(&reader->stats->failed, 1);
    if (mp_log_may(&reader->unanswered, mp_clock_monotonic_ms(reader->clock)))
        mp_log(MP_LOG_ERROR, "question not answered", "error", mp_error_text(error), NULL);
    return write_failure(reader, MP_ASK_FAILED, mp_error_text(error));
}

/* Every frame before the last is the way back, opaque here. */
static void serve(struct reader *reader, struct mp_message *message)
{
    struct mp_message reply;
    size_t last = message->count - 1;

    mp_message_init(&reply);
    int error = answer(reader, mp_message_frame(message, last));
    for (size_t i = 0; error == 0 && i < last; i++)
        error = mp_message_move(&reply, &message->frames[i]);
    if (error == 0)
        error = mp_message_add(&reply, mp_buffer_span(&reader->page));
    if (error == 0)
        error = mp_message_send(&reply, reader->socket);
    if (error != 0 && error != MP_EUNREACHABLE &&
        mp_log_may(&reader->unsent, mp_clock_monotonic_ms(reader->clock)))
        mp_log(MP_LOG_WARN, "page not sent", "error", mp_error_text(error), NULL);
    mp_message_done(&reply);
    atomic_fetch_add(&reader->stats->questions, 1);
}

static void on_ask(void *context)
{
    struct reader *reader = context;
    struct mp_message message;

    mp_message_init(&message);
    for (int i = 0; i < QUESTIONS_A_ROUND; i++) {
        int error = mp_message_receive(&message, reader->socket);
        if (error == MP_ETOOBIG)
            continue;
        if (error != 0)
            break;
        if (message.count >= 2)
            serve(reader, &message);
    }
    mp_message_done(&message);
}

static void on_stop(void *context)
{
    mp_loop_stop(((struct reader *)context)->loop);
}

int reader_open(struct mp_bus *bus, const struct ledger_config *config, struct mp_store *store,
                const struct mp_clock *clock, struct reader_stats *stats,
                struct reader **ret_reader)
{
    struct mp_socket_options options = {.kind = MP_SOCKET_ROUTER,
                                        .send_most = PAGES_MOST,
                                        .receive_most = QUESTIONS_MOST,
                                        .frame_most_bytes = 64 << 10,
                                        .linger_ms = 1000};
    struct reader *reader = calloc(1, sizeof(*reader));
    if (reader == NULL)
        return MP_ENOMEM;
    reader->clock = clock;
    reader->offset_minutes = (int)config->zone_minutes;
    reader->store = store;
    reader->stats = stats;
    mp_buffer_init(&reader->page, 4 * MP_PAGE_MOST);
    reader->arena = mp_arena_new(ARENA_BYTES);
    int error = reader->arena == NULL ? MP_ENOMEM : mp_reading_open(store, &reader->reading);
    if (error == 0)
        error = mp_loop_open(clock, &reader->loop);
    if (error == 0)
        error = mp_socket_open(bus, &options, &reader->socket);
    if (error == 0)
        error = mp_socket_bind(reader->socket, config->ask);
    if (error == 0)
        error = mp_loop_add_socket(reader->loop, reader->socket, on_ask, reader);
    if (error != 0) {
        reader_close(reader);
        return error;
    }
    *ret_reader = reader;
    return 0;
}

void reader_close(struct reader *reader)
{
    if (reader == NULL)
        return;
    mp_socket_close(reader->socket);
    mp_loop_close(reader->loop);
    mp_reading_close(reader->reading);
    mp_arena_free(reader->arena);
    mp_buffer_done(&reader->page);
    free(reader);
}

int reader_run(struct reader *reader, int stop_fd)
{
    int error = mp_loop_add_fd(reader->loop, stop_fd, on_stop, reader);
    return error != 0 ? error : mp_loop_run(reader->loop);
}
