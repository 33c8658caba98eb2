/* What statements make of a record: slots from the newest that stands, and back to the one before
 * when it is withdrawn. */
#include "core/domain/fold_private.h"

/* Later than every statement there can be. */
#define LAST_DAY INT32_MAX
#define LAST_SEQ UINT64_MAX

/* Where statements of one record are looked for: those before (day, seq). */
struct past {
    const struct mp_entries *entries;
    const struct mp_subject *subject;
    int32_t before_day;
    uint64_t before_seq;
};

static int latest(const struct past *past, enum mp_change_kind kind, struct mp_entry *ret_entry)
{
    return past->entries->latest(past->entries->context, past->subject, kind, past->before_day,
                                 past->before_seq, ret_entry);
}

/* Whether a new statement takes the place of the one made on that day. Sequences only grow, so the
 * day alone decides. */
static bool takes_place(const struct mp_entry *entry, uint64_t held_seq, int32_t held_stated_on)
{
    return held_seq == 0 || entry->stated_on >= held_stated_on;
}

/* The slot of a dated kind; NULL for others and for baselines and forecasts, which have more than
 * one. */
static struct mp_slot *slot_for(struct mp_milestone_record *milestone, enum mp_change_kind kind)
{
    switch (kind) {
    case MP_CHANGE_MET:
        return &milestone->met;
    case MP_CHANGE_CONFIRMED:
        return &milestone->confirmed;
    case MP_CHANGE_SUSPENSION:
        return &milestone->suspension;
    case MP_CHANGE_RESUMPTION:
        return &milestone->resumption;
    default:
        return NULL;
    }
}

static void state_progress(struct mp_milestone_record *milestone, const struct mp_entry *entry)
{
    milestone->progress.seq = entry->seq;
    milestone->progress.stated_on = entry->stated_on;
    milestone->progress.percent = entry->value;
}

static void state_milestone(struct mp_milestone_record *milestone, const struct mp_entry *entry)
{
    milestone->stated.seq = entry->seq;
    milestone->stated.stated_on = entry->stated_on;
    milestone->stated.status = (enum mp_milestone_status)entry->code;
}

static void state_project(struct mp_project_record *project, const struct mp_entry *entry)
{
    project->stated.seq = entry->seq;
    project->stated.stated_on = entry->stated_on;
    project->stated.status = (enum mp_project_status)entry->code;
}

/* Both baselines from the index: back through those that stand. */
static int recompute_baselines(const struct past *past, struct mp_milestone_record *milestone)
{
    struct past before = *past;
    struct mp_slot first = {.seq = 0}, approved = {.seq = 0}, next = {.seq = 0};
    struct mp_entry entry;
    int result;

    while ((result = latest(&before, MP_CHANGE_BASELINE, &entry)) > 0) {
        if (first.seq == 0 || entry.seq < first.seq)
            first = mp_slot_of(&entry);
        if (approved.seq == 0 && !entry.recalled)
            approved = mp_slot_of(&entry);
        else if (next.seq == 0 && !entry.recalled)
            next = mp_slot_of(&entry);
        before.before_day = entry.stated_on;
        before.before_seq = entry.seq;
    }
    if (result < 0)
        return result;
    milestone->first = first;
    milestone->approved = approved.seq != 0 ? approved : first;
    milestone->rebaseline = approved.seq != first.seq ? approved : next;
    return 0;
}

/* The forecast and the one before it, from the index. */
static int recompute_forecasts(const struct past *past, struct mp_milestone_record *milestone)
{
    struct past before = *past;
    struct mp_entry entry = {.seq = 0}, earlier = {.seq = 0};
    int result = latest(past, MP_CHANGE_FORECAST, &entry);

    if (result > 0) {
        before.before_day = entry.stated_on;
        before.before_seq = entry.seq;
        result = latest(&before, MP_CHANGE_FORECAST, &earlier);
    }
    if (result < 0)
        return result;
    milestone->forecast = mp_slot_of(&entry);
    milestone->forecast_before = mp_slot_of(&earlier);
    return 0;
}

/* What holds of one kind, from the index. */
static int recompute(const struct past *past, enum mp_change_kind kind,
                     struct mp_milestone_record *milestone)
{
    struct mp_entry entry = {.seq = 0};
    struct mp_slot *slot = slot_for(milestone, kind);
    int result;

    if (kind == MP_CHANGE_BASELINE)
        return recompute_baselines(past, milestone);
    if (kind == MP_CHANGE_FORECAST)
        return recompute_forecasts(past, milestone);
    result = latest(past, kind, &entry);
    if (result < 0)
        return result;
    if (slot != NULL)
        *slot = mp_slot_of(&entry);
    else if (kind == MP_CHANGE_PROGRESS)
        state_progress(milestone, &entry);
    else if (kind == MP_CHANGE_STATUS)
        state_milestone(milestone, &entry);
    else
        return MP_ECORRUPT;
    return 0;
}

static int recompute_project(const struct past *past, struct mp_project_record *project)
{
    struct mp_entry entry = {.seq = 0};
    int result = latest(past, MP_CHANGE_STATUS, &entry);

    if (result < 0)
        return result;
    state_project(project, &entry);
    return 0;
}

/* The first recorded counts as approved while no other is, also when it is a recalled one; then any
 * that is not recalled takes its place, whatever its day. */
static int fold_baseline(const struct past *past, const struct mp_entry *entry,
                         struct mp_milestone_record *milestone)
{
    struct past until_approved = *past;
    struct mp_entry approved;
    int result;

    if (milestone->first.seq == 0) {
        milestone->first = mp_slot_of(entry);
        milestone->approved = mp_slot_of(entry);
        return 0;
    }
    if (entry->recalled)
        return 0;
    if (takes_place(entry, milestone->rebaseline.seq, milestone->rebaseline.stated_on))
        milestone->rebaseline = mp_slot_of(entry);
    if (takes_place(entry, milestone->approved.seq, milestone->approved.stated_on)) {
        milestone->approved = mp_slot_of(entry);
        return 0;
    }
    if (milestone->approved.seq != milestone->first.seq)
        return 0;
    until_approved.before_day = milestone->approved.stated_on;
    until_approved.before_seq = milestone->approved.seq + 1;
    result = latest(&until_approved, MP_CHANGE_BASELINE, &approved);
    if (result < 0)
        return result;
    if (result == 0 || approved.seq != milestone->approved.seq)
        return MP_ECORRUPT;
    if (approved.recalled)
        milestone->approved = mp_slot_of(entry);
    return 0;
}

/* A forecast made later than the one that stands puts that one in the second place; one made
 * between the two takes the second place itself. */
static void fold_forecast(const struct mp_entry *entry, struct mp_milestone_record *milestone)
{
    struct mp_slot *last = &milestone->forecast, *before = &milestone->forecast_before;

    if (takes_place(entry, last->seq, last->stated_on)) {
        *before = *last;
        *last = mp_slot_of(entry);
    } else if (takes_place(entry, before->seq, before->stated_on)) {
        *before = mp_slot_of(entry);
    }
}

int mp_fold_statement(const struct mp_event *event, const struct mp_entries *entries,
                      struct mp_record *record)
{
    struct past past = {entries, &record->subject, LAST_DAY, LAST_SEQ};
    struct mp_milestone_record *milestone = &record->milestone;
    struct mp_entry entry;
    struct mp_slot *slot;

    mp_event_entry(event, &entry);
    if (record->subject.kind == MP_KIND_PROJECT) {
        if (takes_place(&entry, record->project.stated.seq, record->project.stated.stated_on))
            state_project(&record->project, &entry);
        return 0;
    }
    slot = slot_for(milestone, entry.kind);
    if (entry.kind == MP_CHANGE_BASELINE)
        return fold_baseline(&past, &entry, milestone);
    if (entry.kind == MP_CHANGE_FORECAST) {
        fold_forecast(&entry, milestone);
    } else if (entry.kind == MP_CHANGE_PROGRESS) {
        if (takes_place(&entry, milestone->progress.seq, milestone->progress.stated_on))
            state_progress(milestone, &entry);
    } else if (entry.kind == MP_CHANGE_STATUS) {
        if (takes_place(&entry, milestone->stated.seq, milestone->stated.stated_on))
            state_milestone(milestone, &entry);
    } else if (takes_place(&entry, slot->seq, slot->stated_on)) {
        *slot = mp_slot_of(&entry);
    }
    return 0;
}

int mp_fold_withdrawal(const struct mp_event *event, const struct mp_entries *entries,
                       struct mp_record *record)
{
    struct past past = {entries, &record->subject, LAST_DAY, LAST_SEQ};
    enum mp_change_kind kind = event->change.withdrawal.withdrawn_kind;

    switch (record->subject.kind) {
    case MP_KIND_MILESTONE:
        return recompute(&past, kind, &record->milestone);
    case MP_KIND_PROJECT:
        return kind == MP_CHANGE_STATUS ? recompute_project(&past, &record->project) : MP_ECORRUPT;
    case MP_KIND_OBSERVATION:
        if (kind != MP_CHANGE_OBSERVATION)
            return MP_ECORRUPT;
        record->observation.withdrawn_by = event->seq;
        return 0;
    default:
        return MP_ECORRUPT;
    }
}

int mp_record_as_of(const struct mp_record *record, int32_t day, const struct mp_entries *entries,
                    struct mp_record *ret_record)
{
    static const enum mp_change_kind kinds[] = {
        MP_CHANGE_BASELINE, MP_CHANGE_FORECAST,   MP_CHANGE_MET,        MP_CHANGE_CONFIRMED,
        MP_CHANGE_PROGRESS, MP_CHANGE_SUSPENSION, MP_CHANGE_RESUMPTION, MP_CHANGE_STATUS,
    };
    struct mp_record then = *record;
    struct past past = {entries, &record->subject, day, LAST_SEQ};
    int result = 0;

    if (record->subject.kind == MP_KIND_PROJECT)
        result = recompute_project(&past, &then.project);
    for (size_t i = 0; record->subject.kind == MP_KIND_MILESTONE && i < MP_LENGTH(kinds); i++) {
        result = recompute(&past, kinds[i], &then.milestone);
        if (result < 0)
            break;
    }
    if (result < 0)
        return result;
    *ret_record = then;
    return 0;
}
