/* What holds for every kind of change: roles, grants, revisions, the day of the statement, who
 * asks, and a submission as a whole. */
#include "core/domain/rules.h"

#include "tests/support/view.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct fake_view view;

static void setup(void)
{
    fake_view_init(&view);
}

static void teardown(void)
{
    fake_view_done(&view);
}

TestSuite(domain_rules, .init = setup, .fini = teardown);

Test(domain_rules, each_role_may_what_the_table_says)
{
    static const struct {
        enum mp_change_kind kind;
        const char *who; /* a gency, m onitor, t: authority */
    } table[] = {
        {MP_CHANGE_NONE, ""},
        {MP_CHANGE_TERM, "t"},
        {MP_CHANGE_AGENCY, "t"},
        {MP_CHANGE_KEY_ADDED, "t"},
        {MP_CHANGE_KEY_REVOKED, "t"},
        {MP_CHANGE_PROJECT, "t"},
        {MP_CHANGE_PROJECT_REMOVED, "t"},
        {MP_CHANGE_MILESTONE, "t"},
        {MP_CHANGE_MILESTONE_CANCELLED, "t"},
        {MP_CHANGE_LINK, "at"},
        {MP_CHANGE_LINK_REMOVED, "at"},
        {MP_CHANGE_INDICATOR, "t"},
        {MP_CHANGE_BASELINE, "amt"},
        {MP_CHANGE_FORECAST, "amt"},
        {MP_CHANGE_MET, "amt"},
        {MP_CHANGE_CONFIRMED, "m"},
        {MP_CHANGE_PROGRESS, "amt"},
        {MP_CHANGE_STATUS, "amt"},
        {MP_CHANGE_SUSPENSION, "amt"},
        {MP_CHANGE_RESUMPTION, "amt"},
        {MP_CHANGE_OBSERVATION, "amt"},
        {MP_CHANGE_WITHDRAWAL, "mt"},
        {MP_CHANGE_EPOCH_STARTED, ""},
        {MP_CHANGE_CALENDAR, "t"},
        {MP_CHANGE_POLICY, "t"},
        {(enum mp_change_kind)(MP_CHANGE_LAST + 1), ""},
        {(enum mp_change_kind) - 1, ""},
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        enum mp_change_kind kind = table[i].kind;
        cr_expect_eq(mp_role_may(MP_ROLE_AGENCY, kind), strchr(table[i].who, 'a') != NULL, "%d",
                     (int)kind);
        cr_expect_eq(mp_role_may(MP_ROLE_MONITOR, kind), strchr(table[i].who, 'm') != NULL, "%d",
                     (int)kind);
        cr_expect_eq(mp_role_may(MP_ROLE_AUTHORITY, kind), strchr(table[i].who, 't') != NULL, "%d",
                     (int)kind);
        cr_expect_not(mp_role_may(MP_ROLE_SERVICE, kind), "%d", (int)kind);
        cr_expect_not(mp_role_may(MP_ROLE_NONE, kind), "%d", (int)kind);
        cr_expect_not(mp_role_may((enum mp_role)40, kind), "%d", (int)kind);
    }
}

Test(domain_rules, a_role_that_may_not_is_refused_before_anything_is_looked_up)
{
    struct mp_change change =
        fake_dated(MP_CHANGE_CONFIRMED, "nowhere:at-all", "2026-01-01", 0, "");
    fake_expect("agency", fake_view_decide(&view, "railways", &change), MP_REJECT_ROLE);
    cr_expect_str_eq(view.rejection.field, "kind");
    cr_expect_not_null(strstr(view.rejection.message, "(monitor)"), "%s", view.rejection.message);
    fake_expect("service", fake_view_decide(&view, "reader", &change), MP_REJECT_ROLE);
    fake_expect("monitor", fake_view_decide(&view, "unit", &change), MP_REJECT_UNKNOWN_MILESTONE);
    mp_change_init(&change, MP_CHANGE_EPOCH_STARTED);
    fake_expect("authority", fake_view_decide(&view, "ministry", &change), MP_REJECT_ROLE);
}

Test(domain_rules, a_writer_needs_a_grant_over_the_changed_record)
{
    struct mp_change change = fake_dated(MP_CHANGE_FORECAST, "ml-1:completion", "2029-06", 0, "");
    fake_expect("own", fake_view_decide(&view, "railways", &change), MP_REJECT_NONE);
    change.dated.milestone = "gwadar:opening";
    fake_expect("foreign", fake_view_decide(&view, "railways", &change), MP_REJECT_NOT_GRANTED);
    cr_expect_str_eq(view.rejection.field, "milestone");
    change.dated.milestone = "ml-10:unknown";
    fake_expect("a namesake, and nothing is said of whether it exists",
                fake_view_decide(&view, "railways", &change), MP_REJECT_NOT_GRANTED);
    change.dated.milestone = "ml-1:unknown";
    fake_expect("own unknown", fake_view_decide(&view, "railways", &change),
                MP_REJECT_UNKNOWN_MILESTONE);
    fake_view_agency(&view, "no-grants", MP_ROLE_AGENCY, "/")->agency.definition.grants.count = 0;
    fake_expect("no grants", fake_view_decide(&view, "no-grants", &change), MP_REJECT_NOT_GRANTED);
}

Test(domain_rules, a_second_grant_counts_as_the_first)
{
    static const char *grants[] = {"gwadar/", "ml-1/south/"};
    struct mp_record *agency = fake_view_agency(&view, "two", MP_ROLE_AGENCY, "/");
    agency->agency.definition.grants = (struct mp_list){grants, 2};
    fake_view_milestone(&view, "ml-1/south:tunnel");
    struct mp_change change = fake_dated(MP_CHANGE_FORECAST, "ml-1/south:tunnel", "2029", 0, "");
    fake_expect("second", fake_view_decide(&view, "two", &change), MP_REJECT_NONE);
    change.dated.milestone = "ml-1:completion";
    fake_expect("above", fake_view_decide(&view, "two", &change), MP_REJECT_NOT_GRANTED);
}

Test(domain_rules, global_records_need_the_grant_of_everything)
{
    struct mp_change change;
    mp_change_init(&change, MP_CHANGE_TERM);
    change.term = (struct mp_term){.scheme = MP_SCHEME_THEME,
                                   .code = "x",
                                   .title = {"X", "", ""},
                                   .published_on = MP_DAY_NONE};
    fake_view_agency(&view, "regional", MP_ROLE_AUTHORITY, "ml-1/");
    fake_expect("regional", fake_view_decide(&view, "regional", &change), MP_REJECT_NOT_GRANTED);
    fake_expect("national", fake_view_decide(&view, "ministry", &change), MP_REJECT_NONE);
    cr_expect_str_eq(view.subject.topic, "@term/");
}

Test(domain_rules, a_stale_revision_is_a_conflict_that_names_both)
{
    struct mp_change change = fake_dated(MP_CHANGE_FORECAST, "ml-1:completion", "2029-06", 0, "");
    struct mp_record *record = fake_view_named(&view, MP_KIND_MILESTONE, "ml-1:completion");
    record->revision = (struct mp_revision){2, 77};
    change.has_expected = true;
    change.expected = (struct mp_revision){2, 77};
    fake_expect("same", fake_view_decide(&view, "railways", &change), MP_REJECT_NONE);
    change.expected.seq = 76;
    fake_expect("seq", fake_view_decide(&view, "railways", &change), MP_REJECT_CONFLICT);
    cr_expect_str_eq(view.rejection.field, "expected_revision");
    cr_expect_not_null(strstr(view.rejection.message, "2:76"), "%s", view.rejection.message);
    cr_expect_not_null(strstr(view.rejection.message, "2:77"), "%s", view.rejection.message);
    change.expected = (struct mp_revision){1, 77};
    fake_expect("epoch", fake_view_decide(&view, "railways", &change), MP_REJECT_CONFLICT);
    change.expected = (struct mp_revision){0, 0};
    fake_expect("must not exist", fake_view_decide(&view, "railways", &change), MP_REJECT_CONFLICT);
    change.dated.milestone = "ml-1:unknown";
    change.expected = (struct mp_revision){2, 77};
    fake_expect("does not exist", fake_view_decide(&view, "railways", &change), MP_REJECT_CONFLICT);
}

Test(domain_rules, the_day_of_a_statement_is_today_unless_given)
{
    static const struct {
        const char *stated_on;
        enum mp_reject code;
        const char *kept;
    } table[] = {{"", MP_REJECT_NONE, "2026-11-21"},
                 {"2026-11-21", MP_REJECT_NONE, "2026-11-21"},
                 {"2026-11-22", MP_REJECT_NONE, "2026-11-22"},
                 {"2026-11-23", MP_REJECT_STATED_IN_FUTURE, ""},
                 {"2015-06-14", MP_REJECT_NONE, "2015-06-14"}};
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct mp_change change =
            fake_dated(MP_CHANGE_FORECAST, "ml-1:completion", "2029-06", 0, table[i].stated_on);
        fake_expect(table[i].stated_on, fake_view_decide(&view, "railways", &change),
                    table[i].code);
        if (table[i].code == MP_REJECT_NONE)
            cr_expect_eq(view.decided.stated_on, fake_day(table[i].kept));
        else
            cr_expect_str_eq(view.rejection.field, "stated_on");
    }
}

Test(domain_rules, definitions_get_a_day_too)
{
    struct mp_change change;
    mp_change_init(&change, MP_CHANGE_INDICATOR);
    change.indicator.code = "km";
    fake_expect("indicator", fake_view_decide(&view, "ministry", &change), MP_REJECT_NONE);
    cr_expect_eq(view.decided.stated_on, view.today);
    cr_expect_eq(view.subject.kind, MP_KIND_INDICATOR);
}

Test(domain_rules, what_decide_returns_stays_untouched_by_a_rejection_or_a_failure)
{
    struct mp_view asked = fake_view_of(&view);
    struct mp_decide_context context = {.agency =
                                            fake_view_named(&view, MP_KIND_AGENCY, "railways"),
                                        .today = view.today,
                                        .seq = 9};
    struct mp_change change = fake_dated(MP_CHANGE_FORECAST, "ml-1:unknown", "2029-06", 0, "");
    struct mp_change decided = {.note = "kept"};
    struct mp_subject subject = {.slug = "kept"};
    struct mp_rejection rejection = {0};
    cr_expect_eq(mp_decide(&asked, &context, &change, view.arena, &decided, &subject, &rejection),
                 1);
    view.failure = MP_EIO;
    cr_expect_eq(mp_decide(&asked, &context, &change, view.arena, &decided, &subject, &rejection),
                 MP_EIO);
    cr_expect_str_eq(decided.note, "kept");
    cr_expect_str_eq(subject.slug, "kept");
}

static int submitter(uint8_t byte, const struct mp_record **ret_agency)
{
    uint8_t key[32];
    struct mp_view asked = fake_view_of(&view);
    memset(key, byte, sizeof(key));
    return mp_decide_submitter(&asked, key, view.arena, ret_agency, &view.rejection);
}

Test(domain_rules, the_key_says_who_asks)
{
    const struct mp_record *agency = NULL;
    fake_view_key(&view, "railways", 1, 0);
    fake_view_key(&view, "railways", 2, 700);
    fake_view_key(&view, "reader", 3, 0);
    cr_expect_eq(submitter(1, &agency), 0);
    cr_expect_str_eq(agency->agency.definition.id, "railways");
    agency = NULL;
    cr_expect_eq(submitter(2, &agency), 1);
    fake_expect("revoked", view.rejection.code, MP_REJECT_KEY_REVOKED);
    cr_expect_eq(submitter(9, &agency), 1);
    fake_expect("unknown", view.rejection.code, MP_REJECT_KEY_UNKNOWN);
    cr_expect_eq(submitter(3, &agency), 1);
    fake_expect("service", view.rejection.code, MP_REJECT_ROLE);
    cr_expect_null(agency);
    view.failure = MP_EIO;
    cr_expect_eq(submitter(1, &agency), MP_EIO);
}

static struct mp_uuid uuid(int version, uint8_t last)
{
    struct mp_uuid id = {.bytes = {1, 2, 3, 4, 5, 6, (uint8_t)(version << 4), 8, 0x80}};
    id.bytes[15] = last;
    return id;
}

static enum mp_reject whole(struct mp_submission *submission)
{
    memset(&view.rejection, 0, sizeof(view.rejection));
    int result = mp_validate(submission, view.arena, &view.rejection);
    cr_assert_geq(result, 0);
    return result == 0 ? MP_REJECT_NONE : view.rejection.code;
}

Test(domain_rules, a_submission_has_a_new_id_and_1_to_64_changes)
{
    static struct mp_change changes[MP_CHANGES_MOST + 1];
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
        changes[i] = fake_dated(MP_CHANGE_FORECAST, "ml-1:completion", "2029-06", 0, "");
    struct mp_submission submission = {.id = uuid(7, 1), .changes = changes, .change_count = 1};
    fake_expect("version 7", whole(&submission), MP_REJECT_NONE);
    submission.id = uuid(8, 1);
    fake_expect("version 8", whole(&submission), MP_REJECT_NONE);
    submission.change_count = MP_CHANGES_MOST;
    fake_expect("64", whole(&submission), MP_REJECT_NONE);
    submission.change_count = MP_CHANGES_MOST + 1;
    fake_expect("65", whole(&submission), MP_REJECT_TOO_MANY);
    cr_expect_str_eq(view.rejection.field, "changes");
    submission.change_count = 0;
    fake_expect("none", whole(&submission), MP_REJECT_NO_CHANGES);
    submission.change_count = 1;
    for (int version = 0; version < 16; version++) {
        submission.id = uuid(version, 1);
        fake_expect("version", whole(&submission),
                    version == 7 || version == 8 ? MP_REJECT_NONE : MP_REJECT_ID_INVALID);
    }
    submission.id = uuid(7, 1);
    submission.id.bytes[8] = 0x40;
    fake_expect("variant", whole(&submission), MP_REJECT_ID_INVALID);
    cr_expect_str_eq(view.rejection.field, "id");
}

Test(domain_rules, a_submission_comes_after_another_one_or_none)
{
    struct mp_change change = fake_dated(MP_CHANGE_FORECAST, "ml-1:completion", "2029-06", 0, "");
    struct mp_submission submission = {
        .id = uuid(7, 1), .after = uuid(7, 2), .changes = &change, .change_count = 1};
    fake_expect("another", whole(&submission), MP_REJECT_NONE);
    submission.after = submission.id;
    fake_expect("itself", whole(&submission), MP_REJECT_ID_INVALID);
    cr_expect_str_eq(view.rejection.field, "after");
    submission.after = uuid(4, 2);
    fake_expect("version 4", whole(&submission), MP_REJECT_ID_INVALID);
    cr_expect_str_eq(view.rejection.field, "after");
}

Test(domain_rules, the_field_says_which_change_is_wrong)
{
    struct mp_change changes[3];
    for (size_t i = 0; i < 3; i++)
        changes[i] = fake_dated(MP_CHANGE_FORECAST, "ml-1:completion", "2029-06", 0, "");
    changes[2].dated.date = (struct mp_date){0};
    struct mp_submission submission = {.id = uuid(7, 1), .changes = changes, .change_count = 3};
    fake_expect("third", whole(&submission), MP_REJECT_REQUIRED);
    cr_expect_str_eq(view.rejection.field, "changes[2].date");
}

Test(domain_rules, kinds_nobody_sends_are_refused_by_name)
{
    struct mp_change change;
    mp_change_init(&change, MP_CHANGE_EPOCH_STARTED);
    fake_expect("epoch", fake_view_validate(&view, &change), MP_REJECT_NOT_SUBMITTABLE);
    change.kind = MP_CHANGE_NONE;
    fake_expect("none", fake_view_validate(&view, &change), MP_REJECT_REQUIRED);
    change.kind = (enum mp_change_kind)(MP_CHANGE_LAST + 1);
    fake_expect("one more", fake_view_validate(&view, &change), MP_REJECT_CODE_UNKNOWN);
    change.kind = (enum mp_change_kind) - 3;
    fake_expect("-3", fake_view_validate(&view, &change), MP_REJECT_CODE_UNKNOWN);
    cr_expect_str_eq(view.rejection.field, "kind");
}

static const char *repeat(const char *text, size_t bytes)
{
    char *whole_text = mp_arena_alloc(view.arena, bytes + 1);
    size_t size = strlen(text);
    for (size_t i = 0; i < bytes; i++)
        whole_text[i] = text[i % size];
    return whole_text;
}

Test(domain_rules, free_texts_are_bounded_utf8_without_control_characters)
{
    struct mp_change change = fake_dated(MP_CHANGE_FORECAST, "ml-1:completion", "2029-06", 0, "");
    struct {
        const char **text;
        const char *field;
    } fields[] = {{&change.note, "note"},
                  {&change.said_by, "said_by"},
                  {&change.source.reference, "source.reference"},
                  {&change.source.page, "source.page"}};
    const struct {
        const char *text;
        enum mp_reject code;
    } table[] = {
        {"گوادر, 瓜达尔: line\n\tnext", MP_REJECT_NONE},
        {repeat("x", MP_TEXT_MOST), MP_REJECT_NONE},
        {repeat("x", MP_TEXT_MOST + 1), MP_REJECT_TEXT_TOO_LONG},
        {repeat("\xe6\xb1\x89", 1002), MP_REJECT_TEXT_TOO_LONG},
        {"bell \a", MP_REJECT_TEXT_INVALID},
        {"escape \033[31m", MP_REJECT_TEXT_INVALID},
        {"c1 \xc2\x9b", MP_REJECT_TEXT_INVALID},
        {"delete \x7f", MP_REJECT_TEXT_INVALID},
        {"latin \xe9", MP_REJECT_TEXT_INVALID},
        {"surrogate \xed\xa0\x80", MP_REJECT_TEXT_INVALID},
        {"overlong \xc0\xaf", MP_REJECT_TEXT_INVALID},
    };
    for (size_t f = 0; f < sizeof(fields) / sizeof(fields[0]); f++) {
        for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
            *fields[f].text = table[i].text;
            fake_expect(fields[f].field, fake_view_validate(&view, &change), table[i].code);
            if (table[i].code != MP_REJECT_NONE)
                cr_expect_str_eq(view.rejection.field, fields[f].field);
        }
        *fields[f].text = "";
    }
}

Test(domain_rules, the_day_of_the_statement_lies_in_range)
{
    struct mp_change change = fake_dated(MP_CHANGE_FORECAST, "ml-1:completion", "2029-06", 0, "");
    static const struct {
        int32_t day;
        enum mp_reject code;
    } table[] = {{MP_DAY_NONE, MP_REJECT_NONE},
                 {MP_DAY_LEAST, MP_REJECT_NONE},
                 {MP_DAY_LEAST - 1, MP_REJECT_DATE_IMPOSSIBLE},
                 {MP_DAY_MOST, MP_REJECT_NONE},
                 {MP_DAY_MOST + 1, MP_REJECT_DATE_IMPOSSIBLE},
                 {INT32_MAX, MP_REJECT_DATE_IMPOSSIBLE}};
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        char what[16];
        snprintf(what, sizeof(what), "%d", (int)table[i].day);
        change.stated_on = table[i].day;
        fake_expect(what, fake_view_validate(&view, &change), table[i].code);
    }
}

Test(domain_rules, a_view_that_fails_is_never_taken_for_an_answer)
{
    for (int kind = MP_CHANGE_TERM; kind < MP_CHANGE_EPOCH_STARTED; kind++) {
        struct mp_change change, decided;
        struct mp_subject subject;
        struct mp_view asked = fake_view_of(&view);
        struct mp_decide_context context = {
            .agency = fake_view_named(&view, MP_KIND_AGENCY,
                                      kind == MP_CHANGE_CONFIRMED ? "unit" : "ministry"),
            .today = view.today,
            .seq = 9};
        mp_change_init(&change, (enum mp_change_kind)kind);
        change.has_expected = true;
        view.failure = MP_EIO;
        int result =
            mp_decide(&asked, &context, &change, view.arena, &decided, &subject, &view.rejection);
        /* Empty ids are malformed for a change that nobody validated; both are errors. */
        cr_expect(result == MP_EIO || result == MP_EMALFORMED, "%s: %d",
                  mp_code_name(MP_FAMILY_CHANGE, kind), result);
        view.failure = 0;
    }
}
