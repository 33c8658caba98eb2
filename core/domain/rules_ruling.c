/* What the deciding half of the rules shares: looking records up and saying what is wrong with
 * them. */
#include "core/domain/calendar.h"
#include "core/domain/rules_private.h"

#include <inttypes.h>
#include <string.h>

int mp_ruling_find(const struct mp_ruling *ruling, const struct mp_subject *subject,
                   const struct mp_record **ret_record)
{
    return ruling->view->record(ruling->view->context, subject, ret_record);
}

int mp_ruling_set_subject(struct mp_ruling *ruling, enum mp_kind kind, const char *id)
{
    return mp_subject_parse(ruling->arena, kind, id, &ruling->subject);
}

static int reject_unknown(const struct mp_ruling *ruling, const char *field, enum mp_kind kind,
                          const char *id)
{
    static const enum mp_reject codes[] = {[MP_KIND_TERM] = MP_REJECT_UNKNOWN_TERM,
                                           [MP_KIND_AGENCY] = MP_REJECT_UNKNOWN_AGENCY,
                                           [MP_KIND_PROJECT] = MP_REJECT_UNKNOWN_PROJECT,
                                           [MP_KIND_MILESTONE] = MP_REJECT_UNKNOWN_MILESTONE,
                                           [MP_KIND_LINK] = MP_REJECT_UNKNOWN_LINK,
                                           [MP_KIND_INDICATOR] = MP_REJECT_UNKNOWN_INDICATOR};
    return mp_ruling_reject(ruling, codes[kind], field,
                            "there is no %s %s: correct the id, or have it defined first",
                            mp_code_name(MP_FAMILY_KIND, (int)kind), mp_quote(ruling->arena, id));
}

static int reject_removed(const struct mp_ruling *ruling, const char *field, enum mp_kind kind,
                          const char *id)
{
    return mp_ruling_reject(ruling, MP_REJECT_REMOVED, field,
                            "%s %s was removed: name another, or have an authority define it again",
                            mp_code_name(MP_FAMILY_KIND, (int)kind), mp_quote(ruling->arena, id));
}

const char *mp_ruling_project_of(const struct mp_ruling *ruling, const char *milestone)
{
    return mp_arena_text(ruling->arena, mp_span_make(milestone, strcspn(milestone, ":")));
}

/* A milestone does not live. Its project cannot be removed while a milestone of it lives, so that
 * the project is looked at only here. */
static int reject_cancelled(const struct mp_ruling *ruling, const char *field, const char *id)
{
    const char *project = mp_ruling_project_of(ruling, id);
    if (project == NULL)
        return MP_ENOMEM;
    struct mp_subject subject = mp_subject_project(ruling->arena, project);
    if (subject.topic == NULL)
        return MP_ENOMEM;
    const struct mp_record *record = NULL;
    int found = mp_ruling_find(ruling, &subject, &record);
    if (found < 0)
        return found;
    if (found == 1 && record->removed)
        return reject_removed(ruling, field, MP_KIND_PROJECT, project);
    return mp_ruling_reject(
        ruling, MP_REJECT_CANCELLED, field,
        "milestone %s was cancelled: name another, or have an authority define it again",
        mp_quote(ruling->arena, id));
}

static int need_live(const struct mp_ruling *ruling, const char *field, enum mp_kind kind,
                     const char *id, const struct mp_record *record)
{
    if (record == NULL)
        return reject_unknown(ruling, field, kind, id);
    if (kind == MP_KIND_MILESTONE && (record->removed || record->milestone.cancelled_seq != 0))
        return reject_cancelled(ruling, field, id);
    if (record->removed)
        return reject_removed(ruling, field, kind, id);
    return 0;
}

int mp_ruling_need(const struct mp_ruling *ruling, const char *field, enum mp_kind kind,
                   const char *id, const struct mp_record **ret_record)
{
    struct mp_subject subject;
    int error = mp_subject_parse(ruling->arena, kind, id, &subject);
    if (error != 0)
        return error;
    const struct mp_record *record = NULL;
    int found = mp_ruling_find(ruling, &subject, &record);
    if (found < 0)
        return found;
    int result = need_live(ruling, field, kind, id, found == 1 ? record : NULL);
    if (result == 0 && ret_record != NULL)
        *ret_record = record;
    return result;
}

int mp_ruling_need_subject(const struct mp_ruling *ruling, const char *field)
{
    const struct mp_record *record = ruling->record;
    if (record != NULL && !record->removed &&
        (record->subject.kind != MP_KIND_MILESTONE || record->milestone.cancelled_seq == 0))
        return 0;
    const char *id = mp_subject_id(ruling->arena, &ruling->subject);
    if (id == NULL)
        return MP_ENOMEM;
    return need_live(ruling, field, ruling->subject.kind, id, record);
}

int mp_ruling_need_term(const struct mp_ruling *ruling, const char *field, enum mp_scheme scheme,
                        const char *code)
{
    struct mp_subject subject = mp_subject_term(ruling->arena, scheme, code);
    if (subject.topic == NULL)
        return MP_ENOMEM;
    const struct mp_record *record = NULL;
    int found = mp_ruling_find(ruling, &subject, &record);
    if (found < 0)
        return found;
    if (found == 1 && !record->removed)
        return 0;
    return mp_ruling_reject(ruling, MP_REJECT_UNKNOWN_TERM, field,
                            "there is no %s %s: correct the code, or have it defined first",
                            mp_code_name(MP_FAMILY_SCHEME, (int)scheme),
                            mp_quote(ruling->arena, code));
}

int mp_ruling_need_calendar(const struct mp_ruling *ruling, const char *field, const char *name)
{
    if (mp_calendar_is_built_in(name))
        return 0;
    int found = ruling->view->has_calendar(ruling->view->context, name);
    if (found != 0)
        return found < 0 ? found : 0;
    return mp_ruling_reject(ruling, MP_REJECT_UNKNOWN_CALENDAR, field,
                            "there is no calendar %s: correct the name, or have it defined first "
                            "(elapsed and weekdays are always there)",
                            mp_quote(ruling->arena, name));
}

bool mp_agency_holds(const struct mp_agency_record *agency, const uint8_t key[static 32],
                     size_t *ret_at)
{
    bool is_held = false;
    for (size_t i = 0; i < agency->key_count; i++) {
        if (memcmp(agency->keys[i].public_key, key, 32) != 0)
            continue;
        *ret_at = i;
        is_held = true;
        if (agency->keys[i].revoked_seq == 0)
            return true;
    }
    return is_held;
}

size_t mp_agency_valid_keys(const struct mp_agency_record *agency)
{
    size_t count = 0;
    for (size_t i = 0; i < agency->key_count; i++)
        count += agency->keys[i].revoked_seq == 0;
    return count;
}

bool mp_agency_governs(const struct mp_agency *agency)
{
    return agency->role == MP_ROLE_AUTHORITY && mp_agency_covers(agency, MP_TOPIC_AGENCY);
}

bool mp_agency_covers(const struct mp_agency *agency, const char *topic)
{
    for (size_t i = 0; i < agency->grants.count; i++) {
        if (mp_prefix_covers(agency->grants.items[i], topic))
            return true;
    }
    return false;
}
