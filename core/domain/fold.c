#include "core/domain/fold.h"

#include "core/domain/fold_private.h"

#include <string.h>

/* Index of the valid key with these bytes; key_count when there is none. */
static size_t find_key(const struct mp_agency_record *agency, const struct mp_key *key)
{
    size_t i = 0;

    while (i < agency->key_count &&
           (agency->keys[i].revoked_seq != 0 ||
            memcmp(agency->keys[i].public_key, key->public_key, sizeof(key->public_key)) != 0))
        i++;
    return i;
}

/* A key that was revoked and comes back is a further entry: when it was valid stays to be seen. */
static int fold_key(const struct mp_event *event, struct mp_arena *arena,
                    struct mp_agency_record *agency)
{
    const struct mp_key *key = &event->change.key;
    bool is_added = event->change.kind == MP_CHANGE_KEY_ADDED;
    size_t at = find_key(agency, key);
    __typeof__(agency->keys) keys;

    if ((at < agency->key_count) == is_added)
        return MP_ECORRUPT;
    keys = mp_arena_array(arena, agency->key_count + is_added, sizeof(*keys));
    if (keys == NULL)
        return MP_ENOMEM;
    if (agency->key_count > 0)
        memcpy(keys, agency->keys, agency->key_count * sizeof(*keys));
    if (is_added) {
        memcpy(keys[at].public_key, key->public_key, sizeof(key->public_key));
        keys[at].added_seq = event->seq;
        agency->key_count++;
    } else {
        keys[at].revoked_seq = event->seq;
    }
    agency->keys = keys;
    return 0;
}

static void fold_observation(const struct mp_event *event, struct mp_record *record)
{
    record->observation = (struct mp_observation_record){
        .observation = event->change.observation,
        .stated_on = event->change.stated_on,
        .said_by = event->change.said_by,
        .source = event->change.source.reference,
    };
}

/* Kinds that make a record, or make it anew; others return false. */
static bool fold_definition(const struct mp_event *event, struct mp_record *record)
{
    const struct mp_change *change = &event->change;

    switch (change->kind) {
    case MP_CHANGE_TERM:
        record->term = change->term;
        break;
    case MP_CHANGE_AGENCY:
        record->agency.definition = change->agency;
        break;
    case MP_CHANGE_PROJECT:
        record->project.definition = change->project;
        record->project.defined_on = change->stated_on;
        record->project.defined_seq = event->seq;
        break;
    case MP_CHANGE_MILESTONE:
        record->milestone.definition = change->milestone;
        record->milestone.cancelled_seq = 0;
        break;
    case MP_CHANGE_LINK:
        record->link = change->link;
        break;
    case MP_CHANGE_INDICATOR:
        record->indicator = change->indicator;
        break;
    case MP_CHANGE_OBSERVATION:
        fold_observation(event, record);
        break;
    case MP_CHANGE_CALENDAR:
        record->calendar = change->calendar;
        break;
    case MP_CHANGE_POLICY:
        record->policy = change->policy;
        break;
    case MP_CHANGE_EPOCH_STARTED:
        record->epoch = change->epoch;
        break;
    default:
        return false;
    }
    record->removed = false;
    record->source = change->source.reference;
    record->note = change->note;
    return true;
}

/* Kinds that change a record that is there. */
static int fold_onto(const struct mp_event *event, const struct mp_entries *entries,
                     struct mp_arena *arena, struct mp_record *record)
{
    switch (event->change.kind) {
    case MP_CHANGE_KEY_ADDED:
    case MP_CHANGE_KEY_REVOKED:
        return fold_key(event, arena, &record->agency);
    case MP_CHANGE_PROJECT_REMOVED:
    case MP_CHANGE_LINK_REMOVED:
        record->removed = true;
        return 0;
    case MP_CHANGE_MILESTONE_CANCELLED:
        record->milestone.cancelled_seq = event->seq;
        return 0;
    case MP_CHANGE_WITHDRAWAL:
        return mp_fold_withdrawal(event, entries, record);
    default:
        return mp_fold_statement(event, entries, record);
    }
}

int mp_fold(const struct mp_record *before, const struct mp_event *event,
            const struct mp_entries *entries, struct mp_arena *arena, struct mp_record *ret_after)
{
    struct mp_record after = {.removed = false};
    struct mp_subject subject;
    int result = mp_event_subject(event, arena, &subject);

    if (result < 0)
        return result == MP_EMALFORMED ? MP_ECORRUPT : result;
    if (before != NULL) {
        if (!mp_subject_equal(&before->subject, &subject) || event->seq <= before->revision.seq)
            return MP_ECORRUPT;
        after = *before;
    } else {
        after.subject = subject;
    }
    after.revision = (struct mp_revision){.epoch = event->epoch, .seq = event->seq};
    if (!fold_definition(event, &after)) {
        if (before == NULL)
            return MP_ECORRUPT;
        result = fold_onto(event, entries, arena, &after);
        if (result < 0)
            return result;
    }
    *ret_after = after;
    return 0;
}
