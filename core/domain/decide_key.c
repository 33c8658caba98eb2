/* Keys of agencies: added once, revoked once. */
#include "core/domain/rules_private.h"

#include <string.h>

int mp_validate_key(const struct mp_change *change, const struct mp_check *check)
{
    return mp_check_id(check, "agency", change->key.agency, MP_FORM_AGENCY)
               ?: mp_check_key(check, change->key.public_key);
}

int mp_locate_key(struct mp_ruling *ruling)
{
    return mp_ruling_set_subject(ruling, MP_KIND_AGENCY, ruling->change->key.agency);
}

/* The key is somebody's already, or was. */
static int reject_held(const struct mp_ruling *ruling, const char *holder)
{
    struct mp_subject subject = mp_subject_agency(holder);
    const struct mp_record *record = NULL;
    size_t at = 0;
    int found = mp_ruling_find(ruling, &subject, &record);
    if (found < 0)
        return found;
    bool is_revoked = found == 1 &&
                      mp_agency_holds(&record->agency, ruling->change->key.public_key, &at) &&
                      record->agency.keys[at].revoked_seq != 0;
    if (is_revoked)
        return mp_ruling_reject(ruling, MP_REJECT_KEY_IN_USE, "public_key",
                                "this key of agency %s was revoked, and a revoked key is never "
                                "taken back: make a new key pair",
                                mp_quote(ruling->arena, holder));
    return mp_ruling_reject(ruling, MP_REJECT_KEY_IN_USE, "public_key",
                            "agency %s holds this key already: make a new key pair",
                            mp_quote(ruling->arena, holder));
}

int mp_decide_key_added(struct mp_ruling *ruling)
{
    const struct mp_key *key = &ruling->change->key;
    const char *holder = NULL;
    int result = mp_ruling_need_subject(ruling, "agency");
    if (result != 0)
        return result;
    int found = ruling->view->key_owner(ruling->view->context, key->public_key, &holder);
    if (found < 0)
        return found;
    if (found == 1)
        return reject_held(ruling, holder);
    if (ruling->record->agency.key_count >= MP_KEYS_MOST)
        return mp_ruling_reject(ruling, MP_REJECT_TOO_MANY, "public_key",
                                "agency %s has had %d keys, the most that its record can hold: "
                                "register it under another id",
                                mp_quote(ruling->arena, key->agency), MP_KEYS_MOST);
    if (mp_agency_valid_keys(&ruling->record->agency) >= MP_LIST_MOST)
        return mp_ruling_reject(ruling, MP_REJECT_TOO_MANY, "public_key",
                                "agency %s has %d valid keys, the most there may be: revoke one "
                                "first",
                                mp_quote(ruling->arena, key->agency), MP_LIST_MOST);
    return 0;
}

int mp_decide_key_revoked(struct mp_ruling *ruling)
{
    const struct mp_key *key = &ruling->change->key;
    size_t at = 0, all = 0;
    int result = mp_ruling_need_subject(ruling, "agency");
    if (result != 0)
        return result;
    const struct mp_agency_record *agency = &ruling->record->agency;
    if (!mp_agency_holds(agency, key->public_key, &at) || agency->keys[at].revoked_seq != 0)
        return mp_ruling_reject(ruling, MP_REJECT_UNKNOWN_KEY, "public_key",
                                "agency %s has no such valid key: look up its keys and name one "
                                "of them",
                                mp_quote(ruling->arena, key->agency));
    if (!mp_agency_governs(&agency->definition))
        return 0;
    int found = ruling->view->authority_keys(ruling->view->context, &all);
    if (found < 0)
        return found;
    if (all > 1)
        return 0;
    return mp_ruling_reject(ruling, MP_REJECT_LAST_AUTHORITY, "public_key",
                            "this key of agency %s is the last valid key of an authority that may "
                            "register agencies: add another one first",
                            mp_quote(ruling->arena, key->agency));
}
