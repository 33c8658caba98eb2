/* Withdrawing a statement: it stays in the history and leaves the figures. */
#include "core/domain/rules_private.h"

#include <inttypes.h>

int mp_validate_withdrawal(const struct mp_change *change, const struct mp_check *check)
{
    if (change->withdrawal.seq == 0)
        return mp_check_reject(check, MP_REJECT_REQUIRED, "seq",
                               "nothing was given: give the sequence of the statement to withdraw");
    return mp_check_required(check, "note", change->note, "the reason for withdrawing it");
}

/* What the change withdraws and where that lives is known to the record alone. */
int mp_locate_withdrawal(struct mp_ruling *ruling)
{
    struct mp_withdrawal *withdrawal = &ruling->change->withdrawal;
    struct mp_stated stated = {0};
    int found = ruling->view->stated(ruling->view->context, withdrawal->seq, &stated);
    if (found < 0)
        return found;
    if (found == 0)
        return mp_ruling_reject(ruling, MP_REJECT_UNKNOWN_STATEMENT, "seq",
                                "there is no statement %" PRIu64
                                ": look it up in the record's history",
                                withdrawal->seq);
    ruling->subject = stated.subject;
    withdrawal->withdrawn_kind = stated.kind;
    withdrawal->withdrawn_stated_on = stated.stated_on;
    withdrawal->subject_kind = stated.subject.kind;
    withdrawal->subject_id = mp_subject_id(ruling->arena, &stated.subject);
    return withdrawal->subject_id == NULL ? MP_ENOMEM : 0;
}

int mp_decide_withdrawal(struct mp_ruling *ruling)
{
    const struct mp_withdrawal *withdrawal = &ruling->change->withdrawal;
    struct mp_stated stated = {0};
    int found = ruling->view->stated(ruling->view->context, withdrawal->seq, &stated);
    if (found < 0)
        return found;
    if (!mp_change_is_statement(withdrawal->withdrawn_kind))
        return mp_ruling_reject(ruling, MP_REJECT_NOT_A_STATEMENT, "seq",
                                "%" PRIu64 " is \"%s\", which is no statement and cannot be "
                                "withdrawn: change the record itself",
                                withdrawal->seq,
                                mp_code_name(MP_FAMILY_CHANGE, (int)withdrawal->withdrawn_kind));
    if (stated.withdrawn_by != 0)
        return mp_ruling_reject(ruling, MP_REJECT_ALREADY_WITHDRAWN, "seq",
                                "statement %" PRIu64 " was withdrawn already, by %" PRIu64
                                ": nothing is left to do",
                                withdrawal->seq, stated.withdrawn_by);
    if (withdrawal->withdrawn_kind == MP_CHANGE_BASELINE &&
        ruling->context->agency->agency.definition.role != MP_ROLE_AUTHORITY)
        return mp_ruling_reject(ruling, MP_REJECT_ROLE, "seq",
                                "statement %" PRIu64 " is a baseline, which an authority alone may "
                                "withdraw: have one do it",
                                withdrawal->seq);
    return 0;
}
