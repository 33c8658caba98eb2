/* What the index keeps of an event and where it files it. */
#include "core/domain/fold.h"

#include <string.h>

#define DAY_US INT64_C(86400000000)

static int parsed(enum mp_kind kind, const char *id, struct mp_arena *arena,
                  struct mp_subject *ret_subject)
{
    return mp_subject_parse(arena, kind, id, ret_subject);
}

static int built(struct mp_subject subject, struct mp_subject *ret_subject)
{
    if (subject.topic == NULL || subject.slug == NULL)
        return MP_ENOMEM;
    *ret_subject = subject;
    return 0;
}

static int link_subject(const struct mp_link *link, struct mp_arena *arena,
                        struct mp_subject *ret_subject)
{
    if (!mp_milestone_id_is_valid(link->predecessor) ||
        !mp_milestone_id_is_valid(link->successor) || link->type < MP_LINK_FS ||
        link->type > MP_LINK_SF)
        return MP_EMALFORMED;
    return built(mp_subject_link(arena, link->predecessor, link->successor, link->type),
                 ret_subject);
}

/* A status that gives the project's is the project's, whichever milestone it came with. */
static int status_subject(const struct mp_status *status, struct mp_arena *arena,
                          struct mp_subject *ret_subject)
{
    struct mp_subject milestone;

    if (status->project_status == MP_PROJECT_STATUS_NONE)
        return parsed(MP_KIND_MILESTONE, status->milestone, arena, ret_subject);
    if (status->project[0] != '\0')
        return parsed(MP_KIND_PROJECT, status->project, arena, ret_subject);
    if (!mp_milestone_id_is_valid(status->milestone))
        return MP_EMALFORMED;
    milestone = mp_subject_milestone(arena, status->milestone);
    return built((struct mp_subject){MP_KIND_PROJECT, milestone.topic, ""}, ret_subject);
}

static int observation_subject(const struct mp_observation *observation, uint64_t seq,
                               struct mp_arena *arena, struct mp_subject *ret_subject)
{
    if (!mp_path_is_valid(observation->project) || !mp_slug_is_valid(observation->indicator))
        return MP_EMALFORMED;
    return built(mp_subject_observation(arena, observation->project, observation->indicator, seq),
                 ret_subject);
}

static int version_subject(enum mp_kind kind, const char *name, int32_t valid_from,
                           struct mp_arena *arena, struct mp_subject *ret_subject)
{
    if (!mp_slug_is_valid(name) || valid_from == MP_DAY_NONE)
        return MP_EMALFORMED;
    return built(mp_subject_version(arena, kind, name, valid_from), ret_subject);
}

static int definition_subject(const struct mp_event *event, struct mp_arena *arena,
                              struct mp_subject *ret_subject)
{
    const struct mp_change *change = &event->change;

    switch (change->kind) {
    case MP_CHANGE_TERM:
        if (change->term.scheme < MP_SCHEME_PROGRAMME || change->term.scheme > MP_SCHEME_SOURCE ||
            !mp_slug_is_valid(change->term.code))
            return MP_EMALFORMED;
        return built(mp_subject_term(arena, change->term.scheme, change->term.code), ret_subject);
    case MP_CHANGE_AGENCY:
        return parsed(MP_KIND_AGENCY, change->agency.id, arena, ret_subject);
    case MP_CHANGE_KEY_ADDED:
    case MP_CHANGE_KEY_REVOKED:
        return parsed(MP_KIND_AGENCY, change->key.agency, arena, ret_subject);
    case MP_CHANGE_PROJECT:
        return parsed(MP_KIND_PROJECT, change->project.id, arena, ret_subject);
    case MP_CHANGE_PROJECT_REMOVED:
        return parsed(MP_KIND_PROJECT, change->removed, arena, ret_subject);
    case MP_CHANGE_MILESTONE:
        return parsed(MP_KIND_MILESTONE, change->milestone.id, arena, ret_subject);
    case MP_CHANGE_MILESTONE_CANCELLED:
        return parsed(MP_KIND_MILESTONE, change->removed, arena, ret_subject);
    case MP_CHANGE_LINK:
    case MP_CHANGE_LINK_REMOVED:
        return link_subject(&change->link, arena, ret_subject);
    case MP_CHANGE_INDICATOR:
        return parsed(MP_KIND_INDICATOR, change->indicator.code, arena, ret_subject);
    case MP_CHANGE_EPOCH_STARTED:
        return built(mp_subject_epoch(arena, change->epoch.epoch), ret_subject);
    case MP_CHANGE_CALENDAR:
        return version_subject(MP_KIND_CALENDAR, change->calendar.name, change->calendar.valid_from,
                               arena, ret_subject);
    case MP_CHANGE_POLICY:
        return version_subject(MP_KIND_POLICY, change->policy.programme, change->policy.valid_from,
                               arena, ret_subject);
    default:
        return MP_EMALFORMED;
    }
}

int mp_event_subject(const struct mp_event *event, struct mp_arena *arena,
                     struct mp_subject *ret_subject)
{
    const struct mp_change *change = &event->change;

    switch (change->kind) {
    case MP_CHANGE_BASELINE:
    case MP_CHANGE_FORECAST:
    case MP_CHANGE_MET:
    case MP_CHANGE_CONFIRMED:
    case MP_CHANGE_SUSPENSION:
    case MP_CHANGE_RESUMPTION:
        return parsed(MP_KIND_MILESTONE, change->dated.milestone, arena, ret_subject);
    case MP_CHANGE_PROGRESS:
        return parsed(MP_KIND_MILESTONE, change->progress.milestone, arena, ret_subject);
    case MP_CHANGE_STATUS:
        return status_subject(&change->status, arena, ret_subject);
    case MP_CHANGE_OBSERVATION:
        return observation_subject(&change->observation, event->seq, arena, ret_subject);
    case MP_CHANGE_WITHDRAWAL:
        return parsed(change->withdrawal.subject_kind, change->withdrawal.subject_id, arena,
                      ret_subject);
    default:
        return definition_subject(event, arena, ret_subject);
    }
}

int mp_event_index_subject(const struct mp_event *event, struct mp_arena *arena,
                           struct mp_subject *ret_subject)
{
    struct mp_subject subject;
    const char *at;
    int result = mp_event_subject(event, arena, &subject);

    if (result < 0)
        return result;
    if (subject.kind == MP_KIND_OBSERVATION) {
        at = strrchr(subject.slug, '@');
        if (at == NULL)
            return MP_EMALFORMED;
        subject.slug =
            mp_arena_text(arena, mp_span_make(subject.slug, (size_t)(at - subject.slug)));
        if (subject.slug == NULL)
            return MP_ENOMEM;
    }
    *ret_subject = subject;
    return 0;
}

static int32_t day_of(int64_t time_us)
{
    return (int32_t)(time_us / DAY_US - (time_us % DAY_US < 0));
}

void mp_event_entry(const struct mp_event *event, struct mp_entry *ret_entry)
{
    const struct mp_change *change = &event->change;
    struct mp_entry entry = {
        .kind = change->kind,
        .stated_on =
            change->stated_on == MP_DAY_NONE ? day_of(event->recorded_at_us) : change->stated_on,
        .seq = event->seq,
        .recorded_at_us = event->recorded_at_us,
    };

    switch (change->kind) {
    case MP_CHANGE_BASELINE:
    case MP_CHANGE_FORECAST:
    case MP_CHANGE_MET:
    case MP_CHANGE_CONFIRMED:
    case MP_CHANGE_SUSPENSION:
    case MP_CHANGE_RESUMPTION:
        entry.date = change->dated.date;
        entry.reason = change->dated.reason;
        entry.recalled = change->dated.recalled;
        break;
    case MP_CHANGE_PROGRESS:
        entry.value = change->progress.percent;
        break;
    case MP_CHANGE_STATUS:
        entry.code = change->status.project_status != MP_PROJECT_STATUS_NONE
                         ? (uint32_t)change->status.project_status
                         : (uint32_t)change->status.milestone_status;
        break;
    case MP_CHANGE_OBSERVATION:
        entry.value = change->observation.value;
        break;
    default:
        break;
    }
    *ret_entry = entry;
}
