/* The client's writing side: outbox and sender. */
#include "clients/lib/client_private.h"
#include "core/base/clock.h"

#include <stdio.h>
#include <string.h>

#define ARENA_BYTES ((size_t)4 << 20)

static bool is_until(const struct mp_client *client)
{
    return client->until != NULL && !mp_uuid_is_nil(client->until);
}

static void on_answered(void *context, const struct mp_answer *answer)
{
    struct mp_client *client = context;

    if (is_until(client) && mp_uuid_equal(client->until, &answer->id))
        client->sent = true;
    if (client->watch != NULL && client->watch->answered != NULL)
        client->watch->answered(client->watch->context, answer);
}

static void on_idle(void *context)
{
    struct mp_client *client = context;

    client->sent = true;
    if (client->watch != NULL && client->watch->idle != NULL)
        client->watch->idle(client->watch->context);
}

static void on_note(void *context, const char *sentence)
{
    struct mp_client *client = context;

    (void)mp_client_fail(client, 0, sentence);
    if (client->watch != NULL && client->watch->note != NULL)
        client->watch->note(client->watch->context, sentence);
}

/* What the outbox itself says, whoever sends: *ret_sent when the entry has its answer, or nothing
 * waits. */
static int look(struct mp_client *client, struct mp_arena *arena, bool *ret_sent)
{
    struct mp_outbox_counts counts;
    struct mp_outbox_entry entry;
    int error;

    if (!is_until(client)) {
        error = mp_outbox_count(client->outbox, &counts);
        if (error == 0)
            *ret_sent = counts.waiting + counts.sent == 0;
        return error;
    }
    mp_arena_reset(arena);
    error = mp_outbox_find(client->outbox, client->until, arena, &entry);
    if (error == 0)
        *ret_sent = entry.state == MP_OUTBOX_ACCEPTED || entry.state == MP_OUTBOX_REJECTED;
    return error;
}

/* Until the lock is ours, or whoever has it has done the work. */
static int wait_for_lock(struct mp_client *client, int64_t deadline_ms, struct mp_arena *arena)
{
    for (;;) {
        int error = look(client, arena, &client->sent);

        if (error < 0 || client->sent)
            return error;
        error = mp_outbox_lock(client->outbox, 0);
        if (error != MP_EBUSY)
            return error;
        if (mp_client_left_ms(deadline_ms, MP_CLIENT_STEP_MS) == 0)
            return mp_client_fail(client, MP_ETIMEDOUT, "another process is sending this outbox");
        error = mp_loop_step(client->loop, mp_client_left_ms(deadline_ms, MP_CLIENT_STEP_MS));
        if (error < 0)
            return error;
    }
}

static int start_sender(struct mp_client *client)
{
    const struct mp_sender_effects effects = {
        .context = client,
        .answered = on_answered,
        .idle = on_idle,
        .note = on_note,
    };
    struct mp_endpoint ingest;
    int error;

    if (client->sender == NULL) {
        error = mp_client_endpoint(client, client->submit, &ingest);
        if (error == 0)
            error = mp_sender_open(client->bus, client->loop, &ingest, client->outbox, &effects,
                                   &client->sender);
        if (error < 0)
            return error;
    }
    mp_sender_wake(client->sender);
    return 0;
}

/* With the lock. The timeout is looked at after a step, so that even a short one sends. */
static int run_sender(struct mp_client *client, int64_t deadline_ms)
{
    int error = mp_outbox_clean(client->outbox, mp_clock_wall_us(&mp_clock_system));

    if (error == 0)
        error = start_sender(client);
    while (error == 0 && !client->sent) {
        error = mp_loop_step(client->loop, mp_client_left_ms(deadline_ms, MP_CLIENT_STEP_MS));
        if (error == 0)
            error = mp_sender_error(client->sender);
        if (error == 0 && !client->sent && mp_client_left_ms(deadline_ms, 1) == 0)
            error = MP_ETIMEDOUT;
    }
    if (client->sender == NULL)
        return error;
    if (mp_sender_error(client->sender) == 0) {
        mp_sender_pause(client->sender);
    } else {
        mp_sender_close(client->sender); /* the next call tries with a new one */
        client->sender = NULL;
    }
    return error;
}

int mp_client_send(struct mp_client *client, const struct mp_uuid *until, int64_t timeout_ms,
                   const struct mp_sender_effects *watch)
{
    int64_t deadline_ms = mp_client_deadline_ms(timeout_ms);
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(ARENA_BYTES);
    int error;

    if (arena == NULL)
        return MP_ENOMEM;
    if (client->outbox == NULL)
        return mp_client_fail(client, MP_EINVAL, "this client was opened without an outbox");
    client->why[0] = '\0';
    client->until = until;
    client->watch = watch;
    client->sent = false;
    error = wait_for_lock(client, deadline_ms, arena);
    if (error == 0 && !client->sent) {
        error = run_sender(client, deadline_ms);
        mp_outbox_unlock(client->outbox);
    }
    client->until = NULL;
    client->watch = NULL;
    return error < 0 && client->why[0] == '\0' ? mp_client_fail(client, error, NULL) : error;
}

int mp_client_flush(struct mp_client *client, int64_t timeout_ms)
{
    return mp_client_send(client, NULL, timeout_ms, NULL);
}

static void fill_result(const struct mp_outbox_entry *entry, struct mp_submit_result *result)
{
    const struct mp_answer *answer = &entry->answer;

    if (entry->state == MP_OUTBOX_ACCEPTED) {
        result->outcome = MP_SUBMIT_ACCEPTED;
        result->epoch = answer->epoch;
        result->first_seq = answer->first_seq;
        result->last_seq = answer->last_seq;
    } else if (entry->state == MP_OUTBOX_REJECTED) {
        result->outcome = MP_SUBMIT_REJECTED;
        result->epoch = answer->epoch;
        result->code = answer->rejection.code;
        (void)snprintf(result->field, sizeof result->field, "%s", answer->rejection.field);
        (void)snprintf(result->message, sizeof result->message, "%s", answer->rejection.message);
    }
}

/* It is in the outbox and stays there: whatever fails from here on is not the caller's to repeat.
 */
static void send_and_look(struct mp_client *client, int64_t timeout_ms, struct mp_arena *arena,
                          struct mp_submit_result *result)
{
    struct mp_outbox_entry entry;
    int error = mp_client_send(client, &result->id, timeout_ms, NULL);

    mp_arena_reset(arena);
    if (mp_outbox_find(client->outbox, &result->id, arena, &entry) == 0)
        fill_result(&entry, result);
    if (result->outcome == MP_SUBMIT_REJECTED)
        error = mp_outbox_mark_seen(client->outbox, &result->id);
    if (result->outcome == MP_SUBMIT_QUEUED)
        (void)snprintf(result->message, sizeof result->message, "%s", error < 0 ? client->why : "");
}

int mp_client_submit(struct mp_client *client, const struct mp_change *changes, size_t count,
                     int64_t timeout_ms, struct mp_submit_result *ret_result)
{
    struct mp_submission submission = {
        .changes = (struct mp_change *)changes,
        .change_count = count,
    };
    struct mp_submit_result result = {.outcome = MP_SUBMIT_QUEUED};
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(ARENA_BYTES);
    int error;

    if (arena == NULL)
        return MP_ENOMEM;
    if (client->outbox == NULL)
        return mp_client_fail(client, MP_EINVAL, "this client was opened without an outbox");
    error = mp_outbox_put(client->outbox, &submission, mp_clock_wall_us(&mp_clock_system), arena);
    if (error < 0)
        return mp_client_fail(client, error, NULL);
    result.id = submission.id;
    if (timeout_ms != 0)
        send_and_look(client, timeout_ms, arena, &result);
    *ret_result = result;
    return 0;
}
