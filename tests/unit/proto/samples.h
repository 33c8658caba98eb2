/* Changes, events and records with every field set, and their text for comparing. */
#ifndef MP_TESTS_PROTO_SAMPLES_H
#define MP_TESTS_PROTO_SAMPLES_H

#include "core/base/auto.h"
#include "proto/codec.h"
#include "tests/support/random.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static inline struct mp_title sample_title(void)
{
    return (struct mp_title){.en = "Main line 1", .ur = "مین لائن ۱", .zh = "一号铁路干线"};
}

static const char *sample_themes[] = {"export", "e-pakistan"};
static const char *sample_regions[] = {"sindh", "punjab", "kp"};
static const char *sample_partners[] = {"ndrc"};
static const char *sample_grants[] = {"ml-1/", "gwadar/"};

static const struct mp_calendar_day sample_days[] = {
    {20362, MP_CALENDAR_HOLIDAY, true, "国庆节"},
    {20359, MP_CALENDAR_WORKDAY, true, "补班"},
    {20500, MP_CALENDAR_HOLIDAY, true, "Eid"},
};

#define SAMPLE_LIST(items_)                                                                        \
    (struct mp_list)                                                                               \
    {                                                                                              \
        .items = (items_), .count = MP_LENGTH(items_)                                              \
    }

static inline void sample_fill_definition(struct mp_change *c)
{
    switch (c->kind) {
    case MP_CHANGE_TERM:
        c->term = (struct mp_term){MP_SCHEME_SOURCE, "jcc-14", sample_title(), 20270};
        return;
    case MP_CHANGE_AGENCY:
        c->agency = (struct mp_agency){"railways", sample_title(), MP_ROLE_MONITOR,
                                       SAMPLE_LIST(sample_grants), 30};
        return;
    case MP_CHANGE_PROJECT:
        c->project = (struct mp_project){"ml-1/karachi-rohri",
                                         "ml-1",
                                         "cpec-2.0",
                                         sample_title(),
                                         "growth",
                                         SAMPLE_LIST(sample_themes),
                                         SAMPLE_LIST(sample_regions),
                                         "railways",
                                         SAMPLE_LIST(sample_partners),
                                         "NRA of China",
                                         MP_PROJECT_PREPARATION};
        return;
    case MP_CHANGE_MILESTONE:
        c->milestone = (struct mp_milestone){
            "ml-1/karachi-rohri:completion",     sample_title(), MP_TYPE_DELIVERY, "completion", 70,
            "ml-1/karachi-rohri:groundbreaking", 1460,           "pakistan"};
        return;
    case MP_CHANGE_INDICATOR:
        c->indicator = (struct mp_indicator){"track-km", sample_title(), "km", "length",
                                             MP_DIRECTION_ASCENDING};
        return;
    default:
        return;
    }
}

static inline void sample_fill_rest(struct mp_change *c)
{
    switch (c->kind) {
    case MP_CHANGE_LINK:
        c->link = (struct mp_link){"ml-1:loan", "ml-1:start", MP_LINK_SF, -14, "pakistan"};
        return;
    case MP_CHANGE_LINK_REMOVED:
        c->link.predecessor = "ml-1:loan";
        c->link.successor = "ml-1:start";
        c->link.type = MP_LINK_SF;
        return;
    case MP_CHANGE_PROGRESS:
        c->progress = (struct mp_progress){"ml-1:start", {4250, 2}};
        return;
    case MP_CHANGE_STATUS:
        c->status = (struct mp_status){"ml-1", "ml-1:start", MP_PROJECT_SUSPENDED,
                                       MP_MILESTONE_PARTIALLY_MET};
        return;
    case MP_CHANGE_OBSERVATION:
        c->observation = (struct mp_observation){
            "track-km", "ml-1", MP_OBSERVATION_CLAIMED, {-123456789012345, 9}, 20000,
            20364,      "sindh"};
        return;
    case MP_CHANGE_WITHDRAWAL:
        c->withdrawal = (struct mp_withdrawal){UINT64_MAX, MP_CHANGE_MET, -25567, MP_KIND_MILESTONE,
                                               "ml-1:start"};
        return;
    case MP_CHANGE_CALENDAR:
        c->calendar =
            (struct mp_calendar_version){"cn", 20089, 0x60, sample_days, MP_LENGTH(sample_days)};
        return;
    case MP_CHANGE_POLICY:
        c->policy = (struct mp_policy){"cpec-2.0", 20357, 30, 90, 10, 25, 7, 31, 5};
        return;
    case MP_CHANGE_EPOCH_STARTED:
        c->epoch = (struct mp_epoch_start){1763712000, 12345, "root", "the disk failed"};
        return;
    default: /* the dated ones */
        c->dated.milestone = "ml-1:start";
        c->dated.date = (struct mp_date){21730, MP_PRECISION_QUARTER};
        c->dated.reason = MP_REASON_FINANCING;
        c->dated.recalled = c->kind == MP_CHANGE_BASELINE;
    }
}

static inline void sample_fill_key(struct mp_change *c)
{
    c->key.agency = "railways";
    for (size_t i = 0; i < sizeof(c->key.public_key); i++)
        c->key.public_key[i] = (uint8_t)(0xe0 + i);
}

/* Every field that the kind has, set to something that is not its default. */
static inline struct mp_change sample_change(enum mp_change_kind kind)
{
    struct mp_change c;

    mp_change_init(&c, kind);
    c.has_expected = true;
    c.expected = (struct mp_revision){.epoch = 3, .seq = UINT64_C(1) << 40};
    c.stated_on = 20410;
    c.said_by = "Federal minister for railways";
    c.note = "پہلا مرحلہ";
    c.source.reference = "https://cpec.gov.pk/news/1";
    c.source.page = "p. 4";
    c.source.has_sha256 = true;
    for (size_t i = 0; i < sizeof(c.source.sha256); i++)
        c.source.sha256[i] = (uint8_t)i;
    switch (kind) {
    case MP_CHANGE_TERM:
    case MP_CHANGE_AGENCY:
    case MP_CHANGE_PROJECT:
    case MP_CHANGE_MILESTONE:
    case MP_CHANGE_INDICATOR:
        sample_fill_definition(&c);
        break;
    case MP_CHANGE_KEY_ADDED:
    case MP_CHANGE_KEY_REVOKED:
        sample_fill_key(&c);
        break;
    case MP_CHANGE_PROJECT_REMOVED:
    case MP_CHANGE_MILESTONE_CANCELLED:
        c.removed = "ml-1/karachi-rohri";
        break;
    default:
        sample_fill_rest(&c);
    }
    return c;
}

static inline struct mp_uuid sample_uuid(uint8_t first)
{
    struct mp_uuid uuid = {.bytes = {first, 1, 2, 3, 4, 5, 0x76, 7, 0x88, 9, 10, 11, 12, 13, 14}};

    return uuid;
}

static inline struct mp_event sample_event(enum mp_change_kind kind)
{
    return (struct mp_event){
        .epoch = 1763712000,
        .seq = 300,
        .prev = 299,
        .recorded_at_us = INT64_C(1763712345678901),
        .topic = "ml-1/karachi-rohri/",
        .agency = "railways",
        .submission = sample_uuid(0x99),
        .index = 63,
        .change = sample_change(kind),
    };
}

/* Texts of what came back, written without the tables that the codec uses. */
static inline void print_title(struct mp_buffer *b, const struct mp_title *title)
{
    mp_buffer_printf(b, " title=%s|%s|%s", title->en, title->ur, title->zh);
}

static inline void print_list(struct mp_buffer *b, const struct mp_list *list)
{
    mp_buffer_printf(b, " [%zu:", list->count);
    for (size_t i = 0; i < list->count; i++)
        mp_buffer_printf(b, " %s", list->items[i]);
    mp_buffer_put_text(b, "]");
}

static inline void print_bytes(struct mp_buffer *b, const uint8_t *bytes, size_t size)
{
    mp_buffer_put_text(b, " ");
    for (size_t i = 0; i < size; i++)
        mp_buffer_printf(b, "%02x", bytes[i]);
}

static inline void print_agency(struct mp_buffer *b, const struct mp_agency *agency)
{
    mp_buffer_printf(b, " id=%s role=%d every=%" PRIu32, agency->id, (int)agency->role,
                     agency->report_interval_days);
    print_title(b, &agency->title);
    print_list(b, &agency->grants);
}

static inline void print_project(struct mp_buffer *b, const struct mp_project *project)
{
    mp_buffer_printf(b, " id=%s parent=%s programme=%s corridor=%s lead=%s with=%s status=%d",
                     project->id, project->parent, project->programme, project->corridor,
                     project->lead_agency, project->counterpart, (int)project->status);
    print_title(b, &project->title);
    print_list(b, &project->themes);
    print_list(b, &project->regions);
    print_list(b, &project->partners);
}

static inline void print_milestone(struct mp_buffer *b, const struct mp_milestone *milestone)
{
    mp_buffer_printf(
        b, " id=%s type=%d code=%s weight=%" PRIu32 " start=%s days=%" PRId32 " calendar=%s",
        milestone->id, (int)milestone->type, milestone->code, milestone->weight, milestone->start,
        milestone->duration_days, milestone->calendar);
    print_title(b, &milestone->title);
}

static inline void print_term(struct mp_buffer *b, const struct mp_term *term)
{
    mp_buffer_printf(b, " scheme=%d code=%s published=%" PRId32, (int)term->scheme, term->code,
                     term->published_on);
    print_title(b, &term->title);
}

static inline void print_link(struct mp_buffer *b, const struct mp_link *link)
{
    mp_buffer_printf(b, " %s -> %s type=%d lag=%" PRId32 " calendar=%s", link->predecessor,
                     link->successor, (int)link->type, link->lag_days, link->calendar);
}

static inline void print_indicator(struct mp_buffer *b, const struct mp_indicator *indicator)
{
    mp_buffer_printf(b, " code=%s unit=%s measure=%s direction=%d", indicator->code,
                     indicator->unit, indicator->measure, (int)indicator->direction);
    print_title(b, &indicator->title);
}

static inline void print_observation(struct mp_buffer *b, const struct mp_observation *observation)
{
    mp_buffer_printf(b,
                     " indicator=%s project=%s kind=%d value=%" PRId64 "e-%" PRIu32 " from=%" PRId32
                     " to=%" PRId32 " region=%s",
                     observation->indicator, observation->project, (int)observation->kind,
                     observation->value.unscaled, observation->value.scale,
                     observation->period_start, observation->period_end, observation->region);
}

static inline void print_epoch(struct mp_buffer *b, const struct mp_epoch_start *epoch)
{
    mp_buffer_printf(b, " epoch=%" PRIu64 " head=%" PRIu64 " by=%s why=%s", epoch->epoch,
                     epoch->restored_head, epoch->by, epoch->why);
}

static inline void print_withdrawal(struct mp_buffer *b, const struct mp_withdrawal *withdrawal)
{
    mp_buffer_printf(b, " seq=%" PRIu64 " kind=%d on=%" PRId32 " of=%d %s", withdrawal->seq,
                     (int)withdrawal->withdrawn_kind, withdrawal->withdrawn_stated_on,
                     (int)withdrawal->subject_kind, withdrawal->subject_id);
}

static inline void print_calendar(struct mp_buffer *b, const struct mp_calendar_version *calendar)
{
    mp_buffer_printf(b, " name=%s from=%" PRId32 " weekend=%x", calendar->name,
                     calendar->valid_from, (unsigned)calendar->weekend);
    for (size_t i = 0; i < calendar->day_count; i++)
        mp_buffer_printf(b, " %" PRId32 "/%d/%d/%s", calendar->days[i].day,
                         (int)calendar->days[i].kind, calendar->days[i].is_estimated,
                         calendar->days[i].name);
}

static inline void print_policy(struct mp_buffer *b, const struct mp_policy *p)
{
    mp_buffer_printf(b, " programme=%s from=%" PRId32 " %u %u %u %u %u %u %u", p->programme,
                     p->valid_from, p->amber_days, p->red_days, p->amber_percent, p->red_percent,
                     p->grey_days, p->report_days, p->least_for_index);
}

static inline void print_kind(struct mp_buffer *b, const struct mp_change *c)
{
    switch (c->kind) {
    case MP_CHANGE_TERM:
        print_term(b, &c->term);
        return;
    case MP_CHANGE_AGENCY:
        print_agency(b, &c->agency);
        return;
    case MP_CHANGE_KEY_ADDED:
    case MP_CHANGE_KEY_REVOKED:
        mp_buffer_printf(b, " agency=%s", c->key.agency);
        print_bytes(b, c->key.public_key, sizeof(c->key.public_key));
        return;
    case MP_CHANGE_PROJECT:
        print_project(b, &c->project);
        return;
    case MP_CHANGE_PROJECT_REMOVED:
    case MP_CHANGE_MILESTONE_CANCELLED:
        mp_buffer_printf(b, " id=%s", c->removed);
        return;
    case MP_CHANGE_MILESTONE:
        print_milestone(b, &c->milestone);
        return;
    case MP_CHANGE_LINK:
    case MP_CHANGE_LINK_REMOVED:
        print_link(b, &c->link);
        return;
    case MP_CHANGE_INDICATOR:
        print_indicator(b, &c->indicator);
        return;
    case MP_CHANGE_PROGRESS:
        mp_buffer_printf(b, " milestone=%s percent=%" PRId64 "e-%" PRIu32, c->progress.milestone,
                         c->progress.percent.unscaled, c->progress.percent.scale);
        return;
    case MP_CHANGE_STATUS:
        mp_buffer_printf(b, " project=%s milestone=%s status=%d %d", c->status.project,
                         c->status.milestone, (int)c->status.project_status,
                         (int)c->status.milestone_status);
        return;
    case MP_CHANGE_OBSERVATION:
        print_observation(b, &c->observation);
        return;
    case MP_CHANGE_WITHDRAWAL:
        print_withdrawal(b, &c->withdrawal);
        return;
    case MP_CHANGE_EPOCH_STARTED:
        print_epoch(b, &c->epoch);
        return;
    case MP_CHANGE_CALENDAR:
        print_calendar(b, &c->calendar);
        return;
    case MP_CHANGE_POLICY:
        print_policy(b, &c->policy);
        return;
    default:
        mp_buffer_printf(b, " milestone=%s date=%" PRId32 "/%d reason=%d recalled=%d",
                         c->dated.milestone, c->dated.date.day, (int)c->dated.date.precision,
                         (int)c->dated.reason, c->dated.recalled);
    }
}

static inline void print_change(struct mp_buffer *b, const struct mp_change *c)
{
    mp_buffer_printf(b, "kind=%d", (int)c->kind);
    print_kind(b, c);
    mp_buffer_printf(b, " on=%" PRId32 " by=%s note=%s source=%s page=%s", c->stated_on, c->said_by,
                     c->note, c->source.reference, c->source.page);
    if (c->has_expected)
        mp_buffer_printf(b, " expected=%" PRIu64 ",%" PRIu64, c->expected.epoch, c->expected.seq);
    if (c->source.has_sha256)
        print_bytes(b, c->source.sha256, sizeof(c->source.sha256));
    mp_buffer_put_text(b, "\n");
}

static inline void print_event(struct mp_buffer *b, const struct mp_event *event)
{
    mp_buffer_printf(b,
                     "epoch=%" PRIu64 " seq=%" PRIu64 " prev=%" PRIu64 " at=%" PRId64
                     " topic=%s agency=%s index=%" PRIu32,
                     event->epoch, event->seq, event->prev, event->recorded_at_us, event->topic,
                     event->agency, event->index);
    print_bytes(b, event->submission.bytes, sizeof(event->submission.bytes));
    mp_buffer_put_text(b, "\n");
    print_change(b, &event->change);
}

static inline void print_submission(struct mp_buffer *b, const struct mp_submission *submission)
{
    print_bytes(b, submission->id.bytes, sizeof(submission->id.bytes));
    print_bytes(b, submission->after.bytes, sizeof(submission->after.bytes));
    mp_buffer_printf(b, " sent=%" PRId64 "\n", submission->sent_at_us);
    for (size_t i = 0; i < submission->change_count; i++)
        print_change(b, &submission->changes[i]);
}

/* The buffer as a text. */
static inline const char *printed(struct mp_buffer *b)
{
    mp_buffer_put_u8(b, 0);
    return b->error == 0 ? (const char *)b->data : "";
}

#endif
