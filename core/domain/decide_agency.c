#include "core/domain/rules_private.h"

int mp_validate_agency(const struct mp_change *change, const struct mp_check *check)
{
    const struct mp_agency *agency = &change->agency;
    return mp_check_id(check, "id", agency->id, MP_FORM_AGENCY)
               ?: mp_check_title(check, &agency->title)
               ?: mp_check_code(check, "role", MP_FAMILY_ROLE, (int)agency->role)
               ?: mp_check_list(check, "grants", &agency->grants, MP_FORM_PREFIX)
               ?: mp_check_range(check, "report_interval_days", agency->report_interval_days, 0,
                                 MP_INTERVAL_MOST);
}

int mp_locate_agency(struct mp_ruling *ruling)
{
    return mp_ruling_set_subject(ruling, MP_KIND_AGENCY, ruling->change->agency.id);
}

/* Who holds all keys of those that govern must go on governing, else nobody could make another. */
int mp_decide_agency(struct mp_ruling *ruling)
{
    const struct mp_agency *agency = &ruling->change->agency;
    const struct mp_record *record = ruling->record;
    if (record == NULL || !mp_agency_governs(&record->agency.definition) ||
        mp_agency_governs(agency))
        return 0;
    size_t own = mp_agency_valid_keys(&record->agency);
    size_t all = 0;
    int found = ruling->view->authority_keys(ruling->view->context, &all);
    if (found < 0)
        return found;
    if (own == 0 || all > own)
        return 0;
    return mp_ruling_reject(ruling, MP_REJECT_LAST_AUTHORITY,
                            agency->role != MP_ROLE_AUTHORITY ? "role" : "grants",
                            "agency %s holds the only keys of an authority: give another authority "
                            "a key first, or keep the role authority and the grant \"/\"",
                            mp_quote(ruling->arena, agency->id));
}
