/* The chain from the first event to the last, and the store rebuilt along it. */
#include "store/verify.h"

#define BATCH_EVENTS   4096
#define PROGRESS_EVERY 1024

static void give_up_rebuilding(struct mp_store_verifying *verifying, const char *why)
{
    if (verifying->given_up == NULL)
        verifying->given_up = why;
}

/* The event at its place in the second store. */
static int rebuild(struct mp_store_verifying *verifying, const struct mp_event *event,
                   struct mp_span bytes, const struct mp_subject *subject)
{
    struct mp_batch *batch = verifying->batch;
    int error;

    if (verifying->given_up != NULL)
        return 0;
    mp_batch_mark(batch);
    error = mp_store_batch_take(batch, event, bytes, subject);
    if (error == MP_ECORRUPT || error == MP_EMALFORMED) {
        mp_batch_undo(batch);
        mp_store_verify_finding(verifying, "event %llu cannot follow what was there before it",
                                (unsigned long long)event->seq);
        give_up_rebuilding(verifying, "an event cannot follow");
        return 0;
    }
    return error < 0 ? error : mp_store_batch_settle(batch);
}

/* prev must be the event before it on the same topic. */
static int check_prev(struct mp_store_verifying *verifying, const struct mp_event *event)
{
    struct mp_store_cached_topic *topic = NULL;
    int error;

    if (verifying->given_up != NULL)
        return 0;
    error = mp_store_cache_topic(verifying->batch, mp_span_text(event->topic), &topic);
    if (error == 0 && topic != NULL && topic->now.last != event->prev)
        mp_store_verify_finding(verifying,
                                "event %llu names %llu as the one before it on %s, "
                                "which is %llu",
                                (unsigned long long)event->seq, (unsigned long long)event->prev,
                                event->topic, (unsigned long long)topic->now.last);
    return error;
}

static void check_against_before(struct mp_store_verifying *verifying, uint64_t seq,
                                 const struct mp_event *event, const struct mp_subject *subject)
{
    if (event->seq != seq)
        mp_store_verify_finding(verifying, "event %llu says of itself that it is %llu",
                                (unsigned long long)seq, (unsigned long long)event->seq);
    if (strcmp(event->topic, subject->topic) != 0)
        mp_store_verify_finding(verifying, "event %llu is filed under %s but is about %s",
                                (unsigned long long)seq, event->topic, subject->topic);
    if (event->recorded_at_us < verifying->head.recorded_at_us && seq > 1)
        mp_store_verify_finding(verifying, "event %llu was recorded before the one before it",
                                (unsigned long long)seq);
    if (event->epoch < verifying->head.epoch)
        mp_store_verify_finding(verifying, "event %llu is of epoch %llu, the one before it of %llu",
                                (unsigned long long)seq, (unsigned long long)event->epoch,
                                (unsigned long long)verifying->head.epoch);
}

static int check_decoded(struct mp_store_verifying *verifying, uint64_t seq, struct mp_span stored)
{
    struct mp_arena *arena = mp_batch_arena(verifying->batch);
    struct mp_span bytes = mp_arena_copy(arena, stored);
    struct mp_subject subject = {.topic = "", .slug = ""};
    struct mp_event event = {.topic = ""};
    int error = bytes.data == NULL ? MP_ENOMEM : mp_event_decode(bytes, arena, &event);

    if (error == 0)
        error = mp_event_subject(&event, arena, &subject);
    if (error == MP_EMALFORMED) {
        mp_store_verify_finding(verifying, "event %llu cannot be read: its bytes are no event",
                                (unsigned long long)seq);
        give_up_rebuilding(verifying, "an event cannot be read");
        return 0;
    }
    if (error < 0)
        return error;
    check_against_before(verifying, seq, &event, &subject);
    error = check_prev(verifying, &event);
    if (error == 0)
        error = mp_store_verify_event_outcome(verifying, &event);
    if (error == 0)
        error = rebuild(verifying, &event, bytes, &subject);
    verifying->head.epoch = event.epoch;
    verifying->head.recorded_at_us = event.recorded_at_us;
    if (event.change.kind == MP_CHANGE_EPOCH_STARTED)
        verifying->head.restored_head = event.change.epoch.restored_head;
    return error;
}

static int check_event(struct mp_store_verifying *verifying, uint64_t seq, struct mp_span value)
{
    struct mp_hash stored, computed;
    struct mp_span bytes;

    if (mp_store_event_open(value, &stored, &bytes) < 0) {
        mp_store_verify_finding(verifying, "event %llu fails its checksum",
                                (unsigned long long)seq);
        give_up_rebuilding(verifying, "an event fails its checksum");
        verifying->is_chain_known = false;
        return 0;
    }
    computed = mp_hash_chain(&verifying->head.hash, bytes);
    if (verifying->is_chain_known &&
        memcmp(computed.bytes, stored.bytes, sizeof(computed.bytes)) != 0)
        mp_store_verify_finding(verifying,
                                "event %llu does not continue the chain: it, or one before it, was "
                                "changed",
                                (unsigned long long)seq);
    verifying->head.hash = stored;
    verifying->is_chain_known = true;
    return check_decoded(verifying, seq, bytes);
}

/* The second store's batches are committed now and then, so that memory stays bounded. */
static int turn_batch(struct mp_store_verifying *verifying)
{
    int error;

    if (++verifying->batch_events < BATCH_EVENTS && mp_batch_has_room(verifying->batch))
        return 0;
    verifying->batch_events = 0;
    error = mp_batch_commit(mp_take(verifying->batch));
    return error < 0 ? error : mp_batch_begin(verifying->rebuilt, INT64_MIN, &verifying->batch);
}

static int take_place(struct mp_store_verifying *verifying, uint64_t seq)
{
    uint64_t expected = verifying->head.seq + 1;

    if (seq == expected)
        return 0;
    mp_store_verify_finding(verifying, "events %llu to %llu are missing",
                            (unsigned long long)expected, (unsigned long long)(seq - 1));
    give_up_rebuilding(verifying, "events are missing");
    verifying->is_chain_known = false;
    return 0;
}

static void tell_progress(const struct mp_store_verifying *verifying)
{
    const struct mp_verify_report *report = verifying->report;

    if (report->progress != NULL && report->events % PROGRESS_EVERY == 0)
        report->progress(report->context, report->events, verifying->kept_head.seq);
}

int mp_store_verify_events(struct mp_store_verifying *verifying)
{
    MP_AUTO(mp_kv_cursor_close)
    struct mp_kv_cursor *cursor = mp_kv_cursor_open(verifying->txn, verifying->kept->tables.events);
    struct mp_store_key start;
    int error = 0;

    mp_store_key_seq(&start, 0);
    for (bool found = mp_kv_seek(cursor, mp_store_key_span(&start)); found && error == 0;
         found = mp_kv_next(cursor)) {
        uint64_t seq;

        if (mp_store_key_to_seq(mp_kv_key(cursor), &seq) < 0 || seq == 0) {
            mp_store_verify_finding(verifying, "events: a key that is no sequence");
            continue;
        }
        error = take_place(verifying, seq);
        if (error == 0)
            error = check_event(verifying, seq, mp_kv_value(cursor));
        verifying->head.seq = seq;
        verifying->report->events++;
        tell_progress(verifying);
        if (error == 0)
            error = turn_batch(verifying);
    }
    if (error == 0)
        error = mp_batch_commit(mp_take(verifying->batch));
    return error < 0 ? error : mp_kv_error(verifying->txn);
}
