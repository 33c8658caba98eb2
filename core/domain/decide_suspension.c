/* Suspensions and resumptions; their date is the day from which, which has come: the status tells
 * what holds, not what is planned. */
#include "core/domain/rules_private.h"

int mp_validate_suspension(const struct mp_change *change, const struct mp_check *check)
{
    int result = mp_validate_dated(change, check);
    if (result != 0 || change->dated.reason != MP_REASON_NONE)
        return result;
    return mp_check_reject(
        check, MP_REJECT_REASON_MISSING, "reason", "a suspension of %s has no reason: give %s",
        mp_quote(check->arena, change->dated.milestone), mp_reason_choice(check->arena));
}

int mp_decide_suspension(struct mp_ruling *ruling)
{
    return mp_ruling_reached(ruling);
}

int mp_decide_resumption(struct mp_ruling *ruling)
{
    return mp_ruling_reached(ruling);
}
