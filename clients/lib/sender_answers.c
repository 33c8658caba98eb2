#include "clients/lib/sender_private.h"

#include <string.h>

#define BUSY_LEAST_MS 1
#define BUSY_MOST_MS  60000
#define ARENA_RESERVE (MP_SENDER_ARENA_BYTES / 4)

static size_t find_under_way(const struct mp_sender *sender, const struct mp_uuid *id)
{
    size_t at = 0;

    while (at < sender->count && !mp_uuid_equal(&sender->window[at].id, id))
        at++;
    return at;
}

/* Of the oldest under way. Answers to those behind it do not count: what was lost on the way would
 * wait as long as they come. */
static void heard(struct mp_sender *sender, int64_t since_ms)
{
    sender->heard_ms = since_ms;
    sender->patience_ms = MP_SENDER_PATIENCE_MS;
    sender->silent = false;
}

static void forget(struct mp_sender *sender, const struct mp_uuid *id)
{
    size_t at = find_under_way(sender, id);

    if (at == sender->count)
        return;
    sender->count--;
    memmove(&sender->window[at], &sender->window[at + 1],
            (sender->count - at) * sizeof sender->window[0]);
    if (at == 0)
        heard(sender, mp_loop_now_ms(sender->loop));
}

static const char *busy_text(enum mp_busy_why why)
{
    switch (why) {
    case MP_BUSY_FULL:
        return "its queues are full";
    case MP_BUSY_AFTER_UNKNOWN:
        return "the one before is not recorded yet";
    case MP_BUSY_STOPPING:
        return "it is stopping";
    case MP_BUSY_NO_LEDGER:
        return "the ledger is not there";
    default:
        return "asked to wait";
    }
}

/* That entry and all behind it are sent again later. Only for the oldest is it sure that what it
 * comes after is lost: a later one may just have overtaken. */
static int take_busy(struct mp_sender *sender, const struct mp_answer *answer)
{
    size_t at = find_under_way(sender, &answer->id), again = 0;
    int64_t wait_ms = answer->retry_after_ms;

    if (at == sender->count)
        return 0;
    if (wait_ms < BUSY_LEAST_MS)
        wait_ms = BUSY_LEAST_MS;
    if (wait_ms > BUSY_MOST_MS)
        wait_ms = BUSY_MOST_MS;
    sender->next_place = sender->window[at].place;
    sender->count = at;
    sender->wait_until_ms = mp_loop_now_ms(sender->loop) + wait_ms;
    if (at == 0)
        heard(sender, sender->wait_until_ms);
    mp_sender_note(sender, "busy: %s", busy_text(answer->why));
    if (at > 0 || answer->why != MP_BUSY_AFTER_UNKNOWN)
        return 0;
    int error = mp_outbox_rechain(sender->outbox, answer->epoch, answer->restored_head, &again);
    if (error < 0)
        return error;
    mp_sender_restart(sender);
    if (again > 0)
        mp_sender_note(sender, "sending again after a restore: %zu", again);
    return 0;
}

static int take_epoch(struct mp_sender *sender, const struct mp_answer *answer)
{
    size_t again = 0;
    int error = mp_outbox_epoch(sender->outbox, answer->epoch, answer->restored_head, &again);

    if (error < 0)
        return error;
    sender->epoch = answer->epoch;
    if (again > 0) {
        mp_sender_note(sender, "sending again after a restore: %zu", again);
        mp_sender_restart(sender);
    }
    return 0;
}

/* Whether the answer is the first for an entry of the outbox. */
static int check_fresh(struct mp_sender *sender, size_t index)
{
    const struct mp_answer *answer = &sender->answers[index];
    struct mp_arena_mark mark = mp_arena_mark(sender->arena);
    struct mp_outbox_entry entry;
    int error;

    sender->fresh[index] = false;
    if (answer->outcome != MP_OUTCOME_ACCEPTED && answer->outcome != MP_OUTCOME_REJECTED)
        return 0;
    for (size_t i = 0; i < index; i++) {
        if (sender->fresh[i] && mp_uuid_equal(&sender->answers[i].id, &answer->id))
            return 0;
    }
    error = mp_outbox_find(sender->outbox, &answer->id, sender->arena, &entry);
    mp_arena_release(sender->arena, mark);
    if (error == MP_ENOTFOUND)
        return 0;
    if (error == 0)
        sender->fresh[index] = entry.state == MP_OUTBOX_WAITING || entry.state == MP_OUTBOX_SENT;
    return error;
}

/* An entry that has an answer leaves the window, also when the answer was known before; one whose
 * answer the outbox refused (undone by a restore) waits on. */
static int settle(struct mp_sender *sender, size_t index)
{
    const struct mp_answer *answer = &sender->answers[index];
    struct mp_arena_mark mark = mp_arena_mark(sender->arena);
    struct mp_outbox_entry entry;
    int error;

    if (answer->outcome == MP_OUTCOME_BUSY)
        return take_busy(sender, answer);
    error = mp_outbox_find(sender->outbox, &answer->id, sender->arena, &entry);
    mp_arena_release(sender->arena, mark);
    if (error < 0)
        return error == MP_ENOTFOUND ? 0 : error;
    if (entry.state != MP_OUTBOX_ACCEPTED && entry.state != MP_OUTBOX_REJECTED)
        return 0;
    forget(sender, &answer->id);
    if (sender->fresh[index] && sender->effects.answered != NULL)
        sender->effects.answered(sender->effects.context, answer);
    return 0;
}

static int take_answers(struct mp_sender *sender, size_t count)
{
    int64_t now_us = mp_clock_wall_us(&mp_clock_system);
    int error = 0;

    for (size_t i = 0; i < count && error == 0; i++) {
        if (sender->answers[i].epoch > sender->epoch)
            error = take_epoch(sender, &sender->answers[i]);
        if (error == 0)
            error = check_fresh(sender, i);
    }
    if (error == 0)
        error = mp_outbox_answer(sender->outbox, sender->answers, count, now_us);
    for (size_t i = 0; i < count && error == 0; i++)
        error = settle(sender, i);
    return error;
}

/* All that has come, up to a bound; bytes that are no answer are passed over. */
static size_t gather(struct mp_sender *sender)
{
    struct mp_message message;
    size_t count = 0;

    mp_message_init(&message);
    mp_arena_reset(sender->arena);
    for (size_t i = 0; i < MP_SENDER_ANSWERS_AT_ONCE &&
                       mp_arena_used_bytes(sender->arena) < MP_SENDER_ARENA_BYTES - ARENA_RESERVE;
         i++) {
        int error = mp_message_receive(&message, sender->socket);

        if (error == MP_ETOOBIG)
            continue;
        if (error < 0)
            break;
        struct mp_span bytes = mp_message_frame(&message, 0);
        if (message.count == 1 && bytes.size <= MP_SENDER_ANSWER_MOST &&
            mp_answer_decode(bytes, sender->arena, &sender->answers[count]) == 0)
            count++;
    }
    mp_message_done(&message);
    return count;
}

int mp_sender_receive(struct mp_sender *sender)
{
    size_t count = gather(sender);

    return count == 0 ? 0 : take_answers(sender, count);
}
