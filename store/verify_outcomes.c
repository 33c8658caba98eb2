/* Outcomes and events must name each other: what was acknowledged is there, and once. */
#include "store/verify.h"

static const char *id_text(const struct mp_uuid *id, char text[static MP_UUID_TEXT])
{
    mp_uuid_format(id, text);
    return text;
}

int mp_store_verify_event_outcome(struct mp_store_verifying *verifying,
                                  const struct mp_event *event)
{
    struct mp_arena_mark mark = mp_arena_mark(verifying->arena);
    struct mp_span value, bytes;
    struct mp_answer answer;
    struct mp_store_key key;
    struct mp_hash hash;
    char text[MP_UUID_TEXT];
    int error = 0;

    if (mp_uuid_is_nil(&event->submission)) /* the ledger's own */
        return 0;
    mp_store_key_submission(&key, event->agency, &event->submission);
    if (!mp_kv_get(verifying->txn, verifying->kept->tables.submissions, mp_store_key_span(&key),
                   &value)) {
        mp_store_verify_finding(verifying,
                                "event %llu came with submission %s of %s, which has no "
                                "outcome",
                                (unsigned long long)event->seq, id_text(&event->submission, text),
                                event->agency);
        return mp_kv_error(verifying->txn);
    }
    error = mp_store_outcome_open(value, &hash, &bytes);
    if (error == 0)
        error = mp_answer_decode(bytes, verifying->arena, &answer);
    if (error == 0 && (answer.outcome != MP_OUTCOME_ACCEPTED || event->seq > answer.last_seq ||
                       event->seq != answer.first_seq + event->index))
        mp_store_verify_finding(verifying,
                                "event %llu is not among those that submission %s of %s "
                                "was answered",
                                (unsigned long long)event->seq, id_text(&event->submission, text),
                                event->agency);
    mp_arena_release(verifying->arena, mark);
    return error == MP_ENOMEM ? error : 0; /* damaged ones are found when outcomes are read */
}

/* Whether the event is there and of that submission: 1, 0 or an error. */
static int is_event_of(struct mp_store_verifying *verifying, uint64_t seq, struct mp_span agency,
                       const struct mp_uuid *id)
{
    struct mp_event event;
    int error = mp_store_event_decode_at(verifying->txn, &verifying->kept->tables, seq,
                                         verifying->arena, &event);

    if (error < 0)
        return error == MP_ECORRUPT ? 0 : error;
    return mp_uuid_equal(&event.submission, id) &&
           mp_span_equal(mp_span_text(event.agency), agency);
}

static int check_events(struct mp_store_verifying *verifying, const struct mp_answer *answer,
                        struct mp_span agency, const struct mp_uuid *id)
{
    char text[MP_UUID_TEXT];

    if (answer->first_seq == 0 || answer->last_seq < answer->first_seq ||
        answer->last_seq - answer->first_seq >= MP_CHANGES_MOST) {
        mp_store_verify_finding(verifying,
                                "submission %s of %.*s was accepted as events %llu to "
                                "%llu, which cannot be",
                                id_text(id, text), (int)agency.size, (const char *)agency.data,
                                (unsigned long long)answer->first_seq,
                                (unsigned long long)answer->last_seq);
        return 0;
    }
    for (uint64_t seq = answer->first_seq; seq <= answer->last_seq; seq++) {
        int result = is_event_of(verifying, seq, agency, id);

        if (result < 0)
            return result;
        if (result == 0)
            mp_store_verify_finding(verifying,
                                    "submission %s of %.*s was accepted as event %llu, which is "
                                    "not there or not its own",
                                    id_text(id, text), (int)agency.size, (const char *)agency.data,
                                    (unsigned long long)seq);
    }
    return 0;
}

static int check_outcome(struct mp_store_verifying *verifying, struct mp_span key,
                         struct mp_span value)
{
    struct mp_span agency, bytes;
    struct mp_answer answer = {.outcome = MP_OUTCOME_NONE};
    struct mp_uuid id;
    struct mp_hash hash;
    char text[MP_UUID_TEXT];
    int error;

    if (mp_store_key_to_submission(key, &agency, &id) < 0) {
        mp_store_verify_finding(verifying, "submissions: a key that is no agency and id");
        return 0;
    }
    error = mp_store_outcome_open(value, &hash, &bytes);
    if (error == 0)
        error = mp_answer_decode(bytes, verifying->arena, &answer);
    if (error == MP_ENOMEM)
        return error;
    if (error < 0 || !mp_uuid_equal(&answer.id, &id) ||
        (answer.outcome != MP_OUTCOME_ACCEPTED && answer.outcome != MP_OUTCOME_REJECTED)) {
        mp_store_verify_finding(verifying, "the outcome of submission %s of %.*s is damaged",
                                id_text(&id, text), (int)agency.size, (const char *)agency.data);
        return 0;
    }
    if (answer.outcome == MP_OUTCOME_REJECTED)
        return 0;
    return check_events(verifying, &answer, agency, &id);
}

int mp_store_verify_outcomes(struct mp_store_verifying *verifying)
{
    MP_AUTO(mp_kv_cursor_close)
    struct mp_kv_cursor *cursor =
        mp_kv_cursor_open(verifying->txn, verifying->kept->tables.submissions);
    int error = 0;

    for (bool found = mp_kv_seek(cursor, mp_span_make(NULL, 0)); found && error == 0;
         found = mp_kv_next(cursor)) {
        verifying->report->submissions++;
        error = check_outcome(verifying, mp_kv_key(cursor), mp_kv_value(cursor));
        mp_arena_reset(verifying->arena);
    }
    return error < 0 ? error : mp_kv_error(verifying->txn);
}
