#include "core/domain/change.h"

#include <string.h>

static const struct mp_title no_title = {.en = "", .ur = "", .zh = ""};

static void init_definition(struct mp_change *change)
{
    switch (change->kind) {
    case MP_CHANGE_TERM:
        change->term = (struct mp_term){.code = "", .title = no_title, .published_on = MP_DAY_NONE};
        return;
    case MP_CHANGE_AGENCY:
        change->agency = (struct mp_agency){.id = "", .title = no_title};
        return;
    case MP_CHANGE_PROJECT:
        change->project = (struct mp_project){.id = "",
                                              .parent = "",
                                              .programme = "",
                                              .title = no_title,
                                              .corridor = "",
                                              .lead_agency = "",
                                              .counterpart = ""};
        return;
    case MP_CHANGE_MILESTONE:
        change->milestone = (struct mp_milestone){.id = "",
                                                  .title = no_title,
                                                  .code = "",
                                                  .start = "",
                                                  .duration_days = -1,
                                                  .calendar = ""};
        return;
    case MP_CHANGE_INDICATOR:
        change->indicator =
            (struct mp_indicator){.code = "", .title = no_title, .unit = "", .measure = ""};
        return;
    case MP_CHANGE_CALENDAR:
        change->calendar = (struct mp_calendar_version){
            .name = "", .valid_from = MP_DAY_NONE, .weekend = MP_WEEKEND_SATURDAY_SUNDAY};
        return;
    case MP_CHANGE_POLICY:
        change->policy = (struct mp_policy){.programme = "", .valid_from = MP_DAY_NONE};
        return;
    default:
        return;
    }
}

static void init_action(struct mp_change *change)
{
    switch (change->kind) {
    case MP_CHANGE_KEY_ADDED:
    case MP_CHANGE_KEY_REVOKED:
        change->key = (struct mp_key){.agency = ""};
        return;
    case MP_CHANGE_PROJECT_REMOVED:
    case MP_CHANGE_MILESTONE_CANCELLED:
        change->removed = "";
        return;
    case MP_CHANGE_LINK:
    case MP_CHANGE_LINK_REMOVED:
        change->link = (struct mp_link){
            .predecessor = "", .successor = "", .lag_days = MP_LAG_NONE, .calendar = ""};
        return;
    case MP_CHANGE_WITHDRAWAL:
        change->withdrawal =
            (struct mp_withdrawal){.withdrawn_stated_on = MP_DAY_NONE, .subject_id = ""};
        return;
    case MP_CHANGE_EPOCH_STARTED:
        change->epoch = (struct mp_epoch_start){.by = "", .why = ""};
        return;
    default:
        return;
    }
}

static void init_statement(struct mp_change *change)
{
    switch (change->kind) {
    case MP_CHANGE_PROGRESS:
        change->progress = (struct mp_progress){.milestone = ""};
        return;
    case MP_CHANGE_STATUS:
        change->status = (struct mp_status){.project = "", .milestone = ""};
        return;
    case MP_CHANGE_OBSERVATION:
        change->observation = (struct mp_observation){.indicator = "",
                                                      .project = "",
                                                      .period_start = MP_DAY_NONE,
                                                      .period_end = MP_DAY_NONE,
                                                      .region = ""};
        return;
    default:
        change->dated = (struct mp_dated){.milestone = ""};
        return;
    }
}

void mp_change_init(struct mp_change *change, enum mp_change_kind kind)
{
    memset(change, 0, sizeof(*change));
    change->kind = kind;
    change->stated_on = MP_DAY_NONE;
    change->said_by = "";
    change->note = "";
    change->source.reference = "";
    change->source.page = "";
    if (mp_change_is_statement(kind)) {
        init_statement(change);
    } else {
        init_definition(change);
        init_action(change);
    }
}

bool mp_change_is_statement(enum mp_change_kind kind)
{
    return kind >= MP_CHANGE_BASELINE && kind <= MP_CHANGE_OBSERVATION;
}
