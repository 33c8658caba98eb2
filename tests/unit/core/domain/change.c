#include "core/domain/change.h"

#include <criterion/criterion.h>
#include <string.h>

Test(domain_change, every_kind_begins_with_no_null_text_and_no_day)
{
    for (int kind = 1; kind <= MP_CHANGE_LAST; kind++) {
        struct mp_change change;
        memset(&change, 0xff, sizeof(change));
        mp_change_init(&change, (enum mp_change_kind)kind);
        cr_expect_eq((int)change.kind, kind);
        cr_expect_eq(change.stated_on, MP_DAY_NONE);
        cr_expect_not(change.has_expected);
        cr_expect_str_eq(change.said_by, "");
        cr_expect_str_eq(change.note, "");
        cr_expect_str_eq(change.source.reference, "");
        cr_expect_str_eq(change.source.page, "");
    }
}

Test(domain_change, the_texts_and_days_of_each_kind_are_set)
{
    struct mp_change change;
    mp_change_init(&change, MP_CHANGE_TERM);
    cr_expect_eq(change.term.published_on, MP_DAY_NONE);
    cr_expect_str_eq(change.term.title.zh, "");
    mp_change_init(&change, MP_CHANGE_AGENCY);
    cr_expect_str_eq(change.agency.id, "");
    mp_change_init(&change, MP_CHANGE_KEY_REVOKED);
    cr_expect_str_eq(change.key.agency, "");
    mp_change_init(&change, MP_CHANGE_PROJECT);
    cr_expect_str_eq(change.project.counterpart, "");
    mp_change_init(&change, MP_CHANGE_MILESTONE_CANCELLED);
    cr_expect_str_eq(change.removed, "");
    mp_change_init(&change, MP_CHANGE_MILESTONE);
    cr_expect_eq(change.milestone.duration_days, -1);
    cr_expect_str_eq(change.milestone.calendar, "");
    mp_change_init(&change, MP_CHANGE_LINK_REMOVED);
    cr_expect_str_eq(change.link.calendar, "");
    mp_change_init(&change, MP_CHANGE_INDICATOR);
    cr_expect_str_eq(change.indicator.measure, "");
    mp_change_init(&change, MP_CHANGE_RESUMPTION);
    cr_expect_str_eq(change.dated.milestone, "");
    cr_expect_not(mp_date_is_set(change.dated.date));
    mp_change_init(&change, MP_CHANGE_PROGRESS);
    cr_expect_str_eq(change.progress.milestone, "");
    mp_change_init(&change, MP_CHANGE_STATUS);
    cr_expect_str_eq(change.status.milestone, "");
    mp_change_init(&change, MP_CHANGE_OBSERVATION);
    cr_expect_eq(change.observation.period_end, MP_DAY_NONE);
    cr_expect_str_eq(change.observation.region, "");
    mp_change_init(&change, MP_CHANGE_WITHDRAWAL);
    cr_expect_str_eq(change.withdrawal.subject_id, "");
    mp_change_init(&change, MP_CHANGE_EPOCH_STARTED);
    cr_expect_str_eq(change.epoch.why, "");
}

Test(domain_change, statements_are_baseline_to_observation)
{
    for (int kind = 0; kind <= MP_CHANGE_LAST + 1; kind++)
        cr_expect_eq(mp_change_is_statement((enum mp_change_kind)kind), kind >= 12 && kind <= 20,
                     "%d", kind);
}
