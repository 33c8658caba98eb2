#include "tests/support/view.h"

#include "core/base/text.h"

#include <criterion/criterion.h>
#include <string.h>

#define ARENA_BYTES   (4u << 20)
#define SENTENCE_MOST 700

static int find_record(void *context, const struct mp_subject *subject,
                       const struct mp_record **ret_record)
{
    struct fake_view *view = context;
    if (view->failure < 0)
        return view->failure;
    struct mp_record *found = fake_view_find(view, subject);
    if (found != NULL)
        *ret_record = found;
    return found != NULL;
}

static int find_revision(void *context, const struct mp_subject *subject,
                         struct mp_revision *ret_revision)
{
    const struct mp_record *record = NULL;
    int found = find_record(context, subject, &record);
    if (found == 1)
        *ret_revision = record->revision;
    return found;
}

static bool is_before(const struct mp_entry *entry, int32_t day, uint64_t seq)
{
    return entry->stated_on < day || (entry->stated_on == day && entry->seq < seq);
}

static int find_latest(void *context, const struct mp_subject *subject, enum mp_change_kind kind,
                       int32_t before_day, uint64_t before_seq, struct mp_entry *ret_entry)
{
    struct fake_view *view = context;
    const struct mp_entry *best = NULL;
    if (view->failure < 0)
        return view->failure;
    for (size_t i = 0; i < view->event_count; i++) {
        const struct mp_entry *entry = &view->events[i].entry;
        if (entry->kind != kind || entry->withdrawn_by != 0 ||
            !mp_subject_equal(&view->events[i].subject, subject) ||
            !is_before(entry, before_day, before_seq))
            continue;
        if (best == NULL || is_before(best, entry->stated_on, entry->seq))
            best = entry;
    }
    if (best != NULL)
        *ret_entry = *best;
    return best != NULL;
}

static int find_stated(void *context, uint64_t seq, struct mp_stated *ret_stated)
{
    struct fake_view *view = context;
    if (view->failure < 0)
        return view->failure;
    for (size_t i = 0; i < view->event_count; i++) {
        const struct mp_entry *entry = &view->events[i].entry;
        if (entry->seq != seq)
            continue;
        *ret_stated = (struct mp_stated){.subject = view->events[i].subject,
                                         .kind = entry->kind,
                                         .stated_on = entry->stated_on,
                                         .withdrawn_by = entry->withdrawn_by};
        return 1;
    }
    return 0;
}

static int find_cycle(void *context, const struct mp_change *change, const char **ret_path)
{
    struct fake_view *view = context;
    (void)change;
    if (view->failure < 0)
        return view->failure;
    if (view->cycle != NULL)
        *ret_path = view->cycle;
    return view->cycle != NULL;
}

static int find_owner(void *context, const uint8_t key[static 32], const char **ret_agency)
{
    struct fake_view *view = context;
    if (view->failure < 0)
        return view->failure;
    for (size_t i = 0; i < view->record_count; i++) {
        const struct mp_record *record = &view->records[i];
        for (size_t k = 0; record->subject.kind == MP_KIND_AGENCY && k < record->agency.key_count;
             k++) {
            if (memcmp(record->agency.keys[k].public_key, key, 32) != 0)
                continue;
            *ret_agency = record->agency.definition.id;
            return 1;
        }
    }
    return 0;
}

static int count_authority_keys(void *context, size_t *ret_count)
{
    struct fake_view *view = context;
    size_t count = 0;
    if (view->failure < 0)
        return view->failure;
    for (size_t i = 0; i < view->record_count; i++) {
        const struct mp_record *record = &view->records[i];
        if (record->subject.kind != MP_KIND_AGENCY ||
            !mp_agency_governs(&record->agency.definition))
            continue;
        for (size_t k = 0; k < record->agency.key_count; k++)
            count += record->agency.keys[k].revoked_seq == 0;
    }
    *ret_count = count;
    return 1;
}

static int find_use(void *context, const char *project)
{
    struct fake_view *view = context;
    (void)project;
    return view->failure < 0 ? view->failure : view->is_in_use;
}

static int find_calendar(void *context, const char *name)
{
    struct fake_view *view = context;
    if (view->failure < 0)
        return view->failure;
    return view->calendar != NULL && strcmp(view->calendar, name) == 0;
}

struct mp_view fake_view_of(struct fake_view *view)
{
    return (struct mp_view){.context = view,
                            .record = find_record,
                            .revision_before = find_revision,
                            .latest = find_latest,
                            .stated = find_stated,
                            .closes_cycle = find_cycle,
                            .key_owner = find_owner,
                            .authority_keys = count_authority_keys,
                            .has_calendar = find_calendar,
                            .in_use = find_use};
}

struct mp_record *fake_view_find(struct fake_view *view, const struct mp_subject *subject)
{
    for (size_t i = 0; i < view->record_count; i++) {
        if (mp_subject_equal(&view->records[i].subject, subject))
            return &view->records[i];
    }
    return NULL;
}

struct mp_record *fake_view_named(struct fake_view *view, enum mp_kind kind, const char *id)
{
    struct mp_subject subject;
    cr_assert_eq(mp_subject_parse(view->arena, kind, id, &subject), 0);
    struct mp_record *record = fake_view_find(view, &subject);
    cr_assert_not_null(record, "%s", id);
    return record;
}

static struct mp_record *add(struct fake_view *view, struct mp_subject subject)
{
    cr_assert_lt(view->record_count, FAKE_MOST);
    struct mp_record *record = &view->records[view->record_count++];
    *record = (struct mp_record){
        .subject = subject, .revision = {1, 10 + view->record_count}, .source = "", .note = ""};
    return record;
}

struct mp_record *fake_view_agency(struct fake_view *view, const char *id, enum mp_role role,
                                   const char *grant)
{
    struct mp_change change;
    mp_change_init(&change, MP_CHANGE_AGENCY);
    struct mp_record *record = add(view, mp_subject_agency(id));
    record->agency.definition = change.agency;
    record->agency.definition.id = id;
    record->agency.definition.role = role;
    record->agency.definition.grants.items = mp_arena_array(view->arena, 1, sizeof(char *));
    record->agency.definition.grants.items[0] = grant;
    record->agency.definition.grants.count = 1;
    record->agency.keys = mp_arena_array(view->arena, MP_KEYS_MOST, sizeof(*record->agency.keys));
    return record;
}

void fake_view_key(struct fake_view *view, const char *agency, uint8_t byte, uint64_t revoked_seq)
{
    struct mp_agency_record *record = &fake_view_named(view, MP_KIND_AGENCY, agency)->agency;
    cr_assert_lt(record->key_count, MP_KEYS_MOST);
    memset(record->keys[record->key_count].public_key, byte, 32);
    record->keys[record->key_count].added_seq = 5;
    record->keys[record->key_count].revoked_seq = revoked_seq;
    record->key_count++;
}

struct mp_record *fake_view_project(struct fake_view *view, const char *id, const char *parent)
{
    struct mp_change change;
    mp_change_init(&change, MP_CHANGE_PROJECT);
    struct mp_record *record = add(view, mp_subject_project(view->arena, id));
    record->project.definition = change.project;
    record->project.definition.id = id;
    record->project.definition.parent = parent;
    return record;
}

struct mp_record *fake_view_milestone(struct fake_view *view, const char *id)
{
    struct mp_change change;
    mp_change_init(&change, MP_CHANGE_MILESTONE);
    struct mp_record *record = add(view, mp_subject_milestone(view->arena, id));
    record->milestone.definition = change.milestone;
    record->milestone.definition.id = id;
    return record;
}

struct mp_record *fake_view_link(struct fake_view *view, const char *predecessor,
                                 const char *successor, enum mp_link_type type)
{
    return add(view, mp_subject_link(view->arena, predecessor, successor, type));
}

struct mp_record *fake_view_term(struct fake_view *view, enum mp_scheme scheme, const char *code)
{
    return add(view, mp_subject_term(view->arena, scheme, code));
}

struct mp_entry *fake_view_event(struct fake_view *view, struct mp_subject subject,
                                 enum mp_change_kind kind, uint64_t seq)
{
    cr_assert_lt(view->event_count, FAKE_MOST);
    size_t at = view->event_count++;
    view->events[at].subject = subject;
    view->events[at].entry = (struct mp_entry){.kind = kind, .stated_on = view->today, .seq = seq};
    return &view->events[at].entry;
}

/* The last by (stated_on, seq) takes the slot. */
static void take(struct mp_slot *slot, const struct mp_entry *entry)
{
    if (slot->seq != 0 && !(slot->stated_on < entry->stated_on ||
                            (slot->stated_on == entry->stated_on && slot->seq < entry->seq)))
        return;
    *slot = (struct mp_slot){.seq = entry->seq, .stated_on = entry->stated_on, .date = entry->date};
}

struct mp_entry *fake_view_state(struct fake_view *view, enum mp_change_kind kind,
                                 const char *milestone, const char *date, const char *stated_on,
                                 uint64_t seq)
{
    struct mp_record *record = fake_view_named(view, MP_KIND_MILESTONE, milestone);
    struct mp_entry *entry = fake_view_event(view, record->subject, kind, seq);
    entry->stated_on = fake_day(stated_on);
    entry->date = fake_date(date);
    if (kind == MP_CHANGE_FORECAST)
        take(&record->milestone.forecast, entry);
    if (kind == MP_CHANGE_BASELINE) {
        take(&record->milestone.approved, entry);
        if (record->milestone.first.seq == 0)
            take(&record->milestone.first, entry);
    }
    return entry;
}

void fake_view_recall(struct fake_view *view, const char *milestone, const char *date,
                      const char *stated_on, uint64_t seq)
{
    struct mp_record *record = fake_view_named(view, MP_KIND_MILESTONE, milestone);
    struct mp_entry *entry = fake_view_event(view, record->subject, MP_CHANGE_BASELINE, seq);
    entry->stated_on = fake_day(stated_on);
    entry->date = fake_date(date);
    entry->recalled = true;
}

void fake_view_init(struct fake_view *view)
{
    memset(view, 0, sizeof(*view));
    view->arena = mp_arena_new(ARENA_BYTES);
    cr_assert_not_null(view->arena);
    view->today = fake_day("2026-11-21");
    view->seq = 900;
    view->calendar = "pk";
    fake_view_agency(view, "ministry", MP_ROLE_AUTHORITY, "/");
    fake_view_agency(view, "unit", MP_ROLE_MONITOR, "/");
    fake_view_agency(view, "railways", MP_ROLE_AGENCY, "ml-1/");
    fake_view_agency(view, "reader", MP_ROLE_SERVICE, "/");
    fake_view_project(view, "ml-1", "");
    fake_view_project(view, "ml-1/south", "ml-1");
    fake_view_project(view, "gwadar", "");
    fake_view_milestone(view, "ml-1:start");
    fake_view_milestone(view, "ml-1:completion");
    fake_view_milestone(view, "gwadar:opening");
    fake_view_term(view, MP_SCHEME_PROGRAMME, "cpec-2.0");
    fake_view_term(view, MP_SCHEME_CORRIDOR, "growth");
    fake_view_term(view, MP_SCHEME_THEME, "energy");
    fake_view_term(view, MP_SCHEME_REGION, "national");
    add(view, mp_subject_indicator("cost"));
}

void fake_view_done(struct fake_view *view)
{
    mp_arena_free(view->arena);
    view->arena = NULL;
}

static enum mp_reject judge(const struct mp_rejection *rejection, int result)
{
    cr_assert_geq(result, 0, "error %s", mp_error_name(result));
    if (result == 0)
        return MP_REJECT_NONE;
    const char *message = rejection->message;
    cr_assert_eq(result, 1);
    cr_expect_gt(strlen(rejection->field), 0, "no field: %s", message);
    cr_expect_not_null(strstr(message, ": "), "says nothing to change: %s", message);
    cr_expect_leq(strlen(message), SENTENCE_MOST, "too long: %s", message);
    cr_expect(mp_text_is_utf8(mp_span_text(message)), "not UTF-8: %s", message);
    cr_expect_not(mp_text_has_control(mp_span_text(message)), "control: %s", message);
    cr_expect_null(strchr(message, '\n'), "more than a line: %s", message);
    return rejection->code;
}

enum mp_reject fake_view_decide(struct fake_view *view, const char *agency,
                                const struct mp_change *change)
{
    struct mp_view asked = fake_view_of(view);
    struct mp_decide_context context = {.agency = fake_view_named(view, MP_KIND_AGENCY, agency),
                                        .today = view->today,
                                        .seq = view->seq,
                                        .epoch = 1};
    memset(&view->rejection, 0, sizeof(view->rejection));
    int result = mp_decide(&asked, &context, change, view->arena, &view->decided, &view->subject,
                           &view->rejection);
    return judge(&view->rejection, result);
}

enum mp_reject fake_view_validate(struct fake_view *view, const struct mp_change *change)
{
    memset(&view->rejection, 0, sizeof(view->rejection));
    return judge(&view->rejection, mp_validate_change(change, view->arena, &view->rejection));
}

int32_t fake_day(const char *text)
{
    int32_t day = 0;
    cr_assert_eq(mp_day_parse(text, &day), 0, "%s", text);
    return day;
}

struct mp_date fake_date(const char *text)
{
    struct mp_date date = {0};
    cr_assert_eq(mp_date_parse(text, &date), 0, "%s", text);
    return date;
}

struct mp_change fake_dated(enum mp_change_kind kind, const char *milestone, const char *date,
                            enum mp_reason reason, const char *stated_on)
{
    struct mp_change change;
    mp_change_init(&change, kind);
    change.dated.milestone = milestone;
    change.dated.date = fake_date(date);
    change.dated.reason = reason;
    if (stated_on[0] != '\0')
        change.stated_on = fake_day(stated_on);
    return change;
}

void fake_expect(const char *what, enum mp_reject got, enum mp_reject wanted)
{
    cr_expect_eq(got, wanted, "%s: %s, not %s", what,
                 got == MP_REJECT_NONE ? "accepted" : mp_reject_name(got),
                 wanted == MP_REJECT_NONE ? "accepted" : mp_reject_name(wanted));
}
