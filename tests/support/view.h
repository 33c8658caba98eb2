/* A small state in memory for tests of the rules: arrays, searched from end to end, with nothing of
 * the code under test in them beyond the types and the building of subjects. */
#ifndef MP_TESTS_SUPPORT_VIEW_H
#define MP_TESTS_SUPPORT_VIEW_H

#include "core/domain/rules.h"

#define FAKE_MOST 96

struct fake_view {
    struct mp_arena *arena;
    struct mp_record records[FAKE_MOST];
    size_t record_count;
    struct {
        struct mp_subject subject;
        struct mp_entry entry;
    } events[FAKE_MOST];
    size_t event_count;
    /* What the view answers and the context holds; set by the test. */
    const char *cycle; /* path of the cycle that every link and start closes; NULL: none */
    bool is_in_use;
    const char *calendar; /* the one that has a version; NULL: none */
    int failure;          /* negative: every question fails with it */
    int32_t today;
    uint64_t seq;
    /* What came of the last fake_view_decide or fake_view_validate. */
    struct mp_rejection rejection;
    struct mp_change decided;
    struct mp_subject subject;
};

/* Today is 2026-11-21, the next sequence 900. Holds the agencies ministry (authority, "/"), unit
 * (monitor, "/"), railways (agency, "ml-1/"), reader (service, "/"); the projects ml-1, ml-1/south
 * (parent ml-1) and gwadar; the milestones ml-1:start, ml-1:completion and gwadar:opening; the
 * terms programme:cpec-2.0, corridor:growth, theme:energy, region:national; the indicator cost;
 * a version of the calendar pk. */
void fake_view_init(struct fake_view *view);
void fake_view_done(struct fake_view *view);
struct mp_view fake_view_of(struct fake_view *view);

struct mp_record *fake_view_agency(struct fake_view *view, const char *id, enum mp_role role,
                                   const char *grant);
/* A key of 32 equal bytes. */
void fake_view_key(struct fake_view *view, const char *agency, uint8_t byte, uint64_t revoked_seq);
struct mp_record *fake_view_project(struct fake_view *view, const char *id, const char *parent);
struct mp_record *fake_view_milestone(struct fake_view *view, const char *id);
struct mp_record *fake_view_link(struct fake_view *view, const char *predecessor,
                                 const char *successor, enum mp_link_type type);
struct mp_record *fake_view_term(struct fake_view *view, enum mp_scheme scheme, const char *code);
struct mp_record *fake_view_find(struct fake_view *view, const struct mp_subject *subject);
/* The record of a project or milestone by its id. */
struct mp_record *fake_view_named(struct fake_view *view, enum mp_kind kind, const char *id);
/* A statement that stands, entered in the milestone's slots too. */
struct mp_entry *fake_view_state(struct fake_view *view, enum mp_change_kind kind,
                                 const char *milestone, const char *date, const char *stated_on,
                                 uint64_t seq);
/* The same, for baselines, marked recalled. */
void fake_view_recall(struct fake_view *view, const char *milestone, const char *date,
                      const char *stated_on, uint64_t seq);
/* Any event of that sequence. */
struct mp_entry *fake_view_event(struct fake_view *view, struct mp_subject subject,
                                 enum mp_change_kind kind, uint64_t seq);

/* MP_REJECT_NONE when it goes through. Fails the test on an error, and on a rejection that is not
 * put well: a field, and a sentence that says what is wrong and what to change. */
enum mp_reject fake_view_decide(struct fake_view *view, const char *agency,
                                const struct mp_change *change);
enum mp_reject fake_view_validate(struct fake_view *view, const struct mp_change *change);

int32_t fake_day(const char *text);
struct mp_date fake_date(const char *text);
struct mp_change fake_dated(enum mp_change_kind kind, const char *milestone, const char *date,
                            enum mp_reason reason, const char *stated_on);
/* Fails the test with both names when the codes differ. */
void fake_expect(const char *what, enum mp_reject got, enum mp_reject wanted);

#endif
