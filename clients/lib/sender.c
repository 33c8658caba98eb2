#include "clients/lib/sender.h"
#include "clients/lib/sender_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TICK_MS          2 /* also how soon a full queue is tried again */
#define PATIENCE_MOST_MS 30000

void mp_sender_note(const struct mp_sender *sender, const char *format, ...)
{
    char text[512];
    va_list arguments;

    if (sender->effects.note == NULL)
        return;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    sender->effects.note(sender->effects.context, text);
}

static void fail(struct mp_sender *sender, int error)
{
    sender->error = error;
    mp_sender_note(sender, "the outbox failed: %s", mp_error_text(error));
}

void mp_sender_restart(struct mp_sender *sender)
{
    sender->count = 0;
    sender->next_place = 0;
}

/* 0, MP_EAGAIN: the queue is full, or an error of the outbox. */
static int send_one(struct mp_sender *sender, uint64_t place)
{
    struct mp_outbox_entry entry;
    struct mp_message message;
    int error;

    mp_arena_reset(sender->arena);
    error = mp_outbox_next(sender->outbox, place, 1u << MP_OUTBOX_SENT, sender->arena, &entry);
    if (error == MP_ENOTFOUND || (error == 0 && entry.place != place))
        return 0; /* dropped meanwhile */
    if (error < 0)
        return error;
    mp_message_init(&message);
    error = mp_message_add(&message, entry.submission);
    if (error == 0)
        error = mp_message_send(&message, sender->socket);
    mp_message_done(&message);
    if (error != 0)
        return MP_EAGAIN;
    if (sender->count == 0)
        sender->heard_ms = mp_loop_now_ms(sender->loop);
    sender->window[sender->count++] = (struct mp_sender_item){.place = place, .id = entry.id};
    return 0;
}

static int send_places(struct mp_sender *sender, const uint64_t *places, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int error = send_one(sender, places[i]);

        if (error < 0)
            return error == MP_EAGAIN ? 0 : error;
        sender->next_place = places[i] + 1;
    }
    return 0;
}

/* Nothing behind next_place: something before it may wait again, put there by another process. */
static int look_for_end(struct mp_sender *sender)
{
    uint64_t place;
    size_t count = 0;
    int error = mp_outbox_unanswered(sender->outbox, 0, 1, &place, &count);

    if (error < 0)
        return error;
    if (count > 0) {
        mp_sender_restart(sender);
        return 0;
    }
    sender->idle = true;
    if (sender->effects.idle != NULL)
        sender->effects.idle(sender->effects.context);
    return 0;
}

static int fill_window(struct mp_sender *sender)
{
    uint64_t places[MP_SENDER_WINDOW];
    size_t count = 0;
    int error = mp_outbox_unanswered(sender->outbox, sender->next_place,
                                     MP_SENDER_WINDOW - sender->count, places, &count);

    if (error < 0)
        return error;
    if (count == 0)
        return sender->count == 0 ? look_for_end(sender) : 0;
    /* Without this check entries would be marked as sent that never left. */
    if (!sender->stands || !mp_socket_can_send(sender->socket))
        return 0;
    error = mp_outbox_mark_sent(sender->outbox, places, count);
    return error < 0 ? error : send_places(sender, places, count);
}

/* Half of the window at least: one synced transaction for each small piece would cost more than it
 * brings. */
static void pump(struct mp_sender *sender)
{
    int error;

    if (sender->error != 0 || sender->idle || sender->inside ||
        sender->count > MP_SENDER_WINDOW / 2 ||
        mp_loop_now_ms(sender->loop) < sender->wait_until_ms)
        return;
    sender->inside = true;
    error = fill_window(sender);
    sender->inside = false;
    if (error < 0)
        fail(sender, error);
}

static void check_silence(struct mp_sender *sender)
{
    int64_t now_ms = mp_loop_now_ms(sender->loop);

    if (sender->error != 0 || sender->idle || now_ms < sender->wait_until_ms ||
        now_ms - sender->heard_ms < sender->patience_ms)
        return;
    if (!sender->silent)
        mp_sender_note(sender, "no answer from %s", sender->address);
    sender->silent = true;
    sender->heard_ms = now_ms;
    sender->patience_ms =
        sender->patience_ms * 2 < PATIENCE_MOST_MS ? sender->patience_ms * 2 : PATIENCE_MOST_MS;
    mp_sender_restart(sender);
}

static void on_timer(void *context)
{
    struct mp_sender *sender = context;

    check_silence(sender);
    pump(sender);
}

static void receive(struct mp_sender *sender)
{
    int error;

    if (sender->error != 0)
        return;
    sender->inside = true;
    error = mp_sender_receive(sender);
    sender->inside = false;
    if (error < 0)
        fail(sender, error);
}

static void on_readable(void *context)
{
    receive(context);
    pump(context);
}

/* What was under way when the connection broke is lost, but for answers that had come already: the
 * rest is sent again as soon as the next one stands. What the server has taken of it gets the same
 * answer. */
static void on_news(void *context, const struct mp_link_news *news)
{
    struct mp_sender *sender = context;

    sender->stands = news->stands;
    if (sender->timer < 0)
        return;
    if (news->broke && sender->count > 0) {
        receive(sender);
        mp_sender_note(sender, "the connection to %s broke", sender->address);
        mp_sender_restart(sender);
    }
    pump(sender);
}

static int open_socket(struct mp_sender *sender, struct mp_bus *bus,
                       const struct mp_endpoint *ingest)
{
    const struct mp_socket_options options = {
        .kind = MP_SOCKET_DEALER,
        .keys = ingest->keys,
        .server_key = ingest->server_key,
        .frame_most_bytes = (int64_t)MP_SENDER_ANSWER_MOST,
    };
    int error = mp_socket_open(bus, &options, &sender->socket);

    if (error == 0)
        error = mp_link_open(bus, sender->loop, sender->socket, on_news, sender, &sender->link);
    if (error == 0)
        error = mp_socket_connect(sender->socket, ingest->address);
    return error;
}

static int join_loop(struct mp_sender *sender)
{
    int timer, error = mp_loop_add_socket(sender->loop, sender->socket, on_readable, sender);

    if (error < 0)
        return error;
    timer = mp_loop_add_timer(sender->loop, TICK_MS, on_timer, sender);
    if (timer < 0) {
        mp_loop_remove_socket(sender->loop, sender->socket);
        return timer;
    }
    sender->timer = timer;
    sender->heard_ms = mp_loop_now_ms(sender->loop);
    sender->patience_ms = MP_SENDER_PATIENCE_MS;
    return 0;
}

int mp_sender_open(struct mp_bus *bus, struct mp_loop *loop, const struct mp_endpoint *ingest,
                   struct mp_outbox *outbox, const struct mp_sender_effects *effects,
                   struct mp_sender **ret_sender)
{
    MP_AUTO(mp_sender_close) struct mp_sender *sender = calloc(1, sizeof *sender);
    int error;

    if (sender == NULL)
        return MP_ENOMEM;
    sender->timer = -1;
    sender->loop = loop;
    sender->outbox = outbox;
    sender->effects = *effects;
    sender->address = strdup(ingest->address);
    sender->arena = mp_arena_new(MP_SENDER_ARENA_BYTES);
    if (sender->address == NULL || sender->arena == NULL)
        return MP_ENOMEM;
    error = open_socket(sender, bus, ingest);
    if (error == 0)
        error = join_loop(sender);
    if (error != 0)
        return error;
    *ret_sender = mp_take(sender);
    return 0;
}

void mp_sender_pause(struct mp_sender *sender)
{
    if (sender->timer < 0)
        return;
    mp_loop_remove_timer(sender->loop, sender->timer);
    mp_loop_remove_socket(sender->loop, sender->socket);
    sender->timer = -1;
    mp_sender_restart(sender);
}

void mp_sender_wake(struct mp_sender *sender)
{
    if (sender->timer < 0) {
        int error = join_loop(sender);

        if (error < 0)
            fail(sender, error);
        mp_sender_restart(sender);
        mp_link_read(sender->link);
    }
    if (sender->idle) {
        sender->idle = false;
        sender->heard_ms = mp_loop_now_ms(sender->loop);
    }
    pump(sender);
}

int mp_sender_error(const struct mp_sender *sender)
{
    return sender->error;
}

void mp_sender_close(struct mp_sender *sender)
{
    if (sender == NULL)
        return;
    mp_sender_pause(sender);
    mp_link_close(sender->link);
    mp_socket_close(sender->socket);
    mp_arena_free(sender->arena);
    free(sender->address);
    free(sender);
}
