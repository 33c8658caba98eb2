/* What decide is told, with changes on disk, in the batch, and in the submission being decided. */
#include "tests/unit/store/fixture.h"

#include <criterion/criterion.h>

static const struct mp_subject opening = {MP_KIND_MILESTONE, "ml-1/", "opening"};

static void apply(struct mp_batch *batch, struct mp_change change)
{
    const struct mp_uuid id = {.bytes = {1}};
    int error = fixture_apply(batch, &change, &id, 0);

    cr_assert_eq(error, 0, "%s", mp_error_text(error));
}

/* Day of the latest forecast before (day, seq); 0 when there is none. */
static int32_t latest(struct mp_batch *batch, int32_t day, uint64_t seq)
{
    const struct mp_view *view = mp_batch_view(batch);
    struct mp_entry entry;
    int found = view->latest(view->context, &opening, MP_CHANGE_FORECAST, day, seq, &entry);

    cr_assert_geq(found, 0);
    return found == 0 ? 0 : entry.date.day;
}

static void prepare(struct fixture *fixture)
{
    const struct mp_change changes[] = {fixture_project("ml-1"), fixture_milestone("ml-1:opening"),
                                        fixture_milestone("ml-1:opening-2")};

    fixture_open(fixture, 0);
    fixture_put(fixture, changes, MP_LENGTH(changes));
}

Test(store_view, the_latest_statement_is_by_day_then_sequence_wherever_it_waits)
{
    struct fixture fixture;
    struct mp_batch *batch;
    uint64_t kept;

    prepare(&fixture);
    kept = fixture_put_one(&fixture, fixture_forecast("ml-1:opening", 20000, 19600));
    fixture_put_one(&fixture, fixture_forecast("ml-1:opening-2", 29999, 19670));
    batch = fixture_begin(&fixture);
    mp_batch_mark(batch);
    cr_assert_eq(latest(batch, INT32_MAX, UINT64_MAX), 20000);
    apply(batch, fixture_forecast("ml-1:opening", 20100, 19500)); /* said before */
    cr_assert_eq(latest(batch, INT32_MAX, UINT64_MAX), 20000);
    cr_assert_eq(latest(batch, 19600, kept), 20100);
    cr_assert_eq(latest(batch, 19600, 0), 20100);
    cr_assert_eq(latest(batch, 19500, 0), 0);
    apply(batch, fixture_forecast("ml-1:opening", 20200, 19600)); /* the same day, later seq */
    cr_assert_eq(latest(batch, INT32_MAX, UINT64_MAX), 20200);
    cr_assert_eq(latest(batch, 19600, kept + 1), 20000);
    apply(batch, fixture_dated(MP_CHANGE_BASELINE, "ml-1:opening", 20300, 19650));
    cr_assert_eq(latest(batch, INT32_MAX, UINT64_MAX), 20200, "kinds are apart");
    mp_batch_abort(batch);
    fixture_close(&fixture);
}

Test(store_view, a_withdrawn_statement_is_passed_over_at_once)
{
    struct fixture fixture;
    struct mp_batch *batch;
    const struct mp_view *view;
    struct mp_stated stated;
    uint64_t first, second, pending;

    prepare(&fixture);
    first = fixture_put_one(&fixture, fixture_forecast("ml-1:opening", 20000, 19600));
    second = fixture_put_one(&fixture, fixture_forecast("ml-1:opening", 20100, 19610));
    batch = fixture_begin(&fixture);
    view = mp_batch_view(batch);
    mp_batch_mark(batch);
    pending = mp_batch_next_seq(batch);
    apply(batch, fixture_forecast("ml-1:opening", 20200, 19620));
    apply(batch, fixture_withdrawal(pending));
    cr_assert_eq(latest(batch, INT32_MAX, UINT64_MAX), 20100);
    apply(batch, fixture_withdrawal(second));
    cr_assert_eq(latest(batch, INT32_MAX, UINT64_MAX), 20000);
    cr_assert_eq(view->stated(view->context, pending, &stated), 1);
    cr_assert_eq(stated.withdrawn_by, pending + 1);
    cr_assert_eq(view->stated(view->context, second, &stated), 1);
    cr_assert_eq(stated.withdrawn_by, pending + 2);
    cr_assert_eq(stated.kind, MP_CHANGE_FORECAST);
    cr_assert_eq(stated.stated_on, 19610);
    cr_assert(mp_subject_equal(&stated.subject, &opening));
    cr_assert_eq(view->stated(view->context, first, &stated), 1);
    cr_assert_eq(stated.withdrawn_by, 0);
    cr_assert_eq(view->stated(view->context, pending + 9, &stated), 0);
    mp_batch_undo(batch);
    cr_assert_eq(latest(batch, INT32_MAX, UINT64_MAX), 20100);
    cr_assert_eq(view->stated(view->context, second, &stated), 1);
    cr_assert_eq(stated.withdrawn_by, 0);
    mp_batch_abort(batch);
    fixture_close(&fixture);
}

/* A submission of its own in the batch; its first sequence. */
static uint64_t keep(struct fixture *fixture, struct mp_batch *batch, struct mp_change change)
{
    struct mp_uuid id = fixture_id(fixture);
    uint64_t seq = mp_batch_next_seq(batch);

    mp_batch_mark(batch);
    cr_assert_eq(fixture_apply(batch, &change, &id, 0), 0);
    cr_assert_eq(fixture_keep(batch, &id, 1), 0);
    return seq;
}

static int32_t forecast_of(struct mp_batch *batch)
{
    const struct mp_view *view = mp_batch_view(batch);
    const struct mp_record *record = NULL;

    cr_assert_eq(view->record(view->context, &opening, &record), 1);
    return record->milestone.forecast.seq == 0 ? 0 : record->milestone.forecast.date.day;
}

/* What was kept waits for the commit to be put into the index, in order, unless it is asked for. */
Test(store_view, what_was_kept_earlier_in_the_batch_is_seen)
{
    struct fixture fixture;
    struct mp_verify_report report = {.findings = 0};
    struct mp_batch *batch;
    uint64_t first, second, third;

    prepare(&fixture);
    batch = fixture_begin(&fixture);
    third = keep(&fixture, batch, fixture_forecast("ml-1:opening", 20300, 19630));
    first = keep(&fixture, batch, fixture_forecast("ml-1:opening", 20100, 19610));
    keep(&fixture, batch, fixture_withdrawal(third)); /* folded from the index */
    cr_assert_eq(forecast_of(batch), 20100);
    second = keep(&fixture, batch, fixture_forecast("ml-1:opening", 20200, 19620));
    cr_assert_eq(latest(batch, INT32_MAX, UINT64_MAX), 20200);
    cr_assert_eq(latest(batch, 19620, second), 20100);
    keep(&fixture, batch, fixture_forecast("ml-1:opening", 20400, 19600));
    keep(&fixture, batch, fixture_withdrawal(second));
    keep(&fixture, batch, fixture_withdrawal(first));
    cr_assert_eq(forecast_of(batch), 20400);
    cr_assert_eq(mp_batch_commit(batch), 0);
    mp_store_close(mp_take(fixture.store));
    cr_assert_eq(mp_store_verify(&fixture.options, fixture_path(&fixture, "scratch"), &report), 0);
    cr_assert_eq(report.findings, 0);
    fixture_close(&fixture);
}

Test(store_view, the_revision_before_is_that_of_the_mark)
{
    struct fixture fixture;
    const struct mp_subject gwadar = {MP_KIND_PROJECT, "gwadar/", ""};
    const struct mp_view *view;
    const struct mp_record *record;
    struct mp_revision revision;
    struct mp_batch *batch;
    uint64_t seq;

    prepare(&fixture);
    batch = fixture_begin(&fixture);
    view = mp_batch_view(batch);
    mp_batch_mark(batch);
    seq = mp_batch_next_seq(batch);
    apply(batch, fixture_forecast("ml-1:opening", 20000, 19600));
    apply(batch, fixture_project("gwadar"));
    cr_assert_eq(view->revision_before(view->context, &opening, &revision), 1);
    cr_assert_eq(revision.seq, FIXTURE_FIRST + 1);
    cr_assert_eq(revision.epoch, mp_store_head(fixture.store).epoch);
    cr_assert_eq(view->revision_before(view->context, &gwadar, &revision), 0);
    cr_assert_eq(revision.seq, 0);
    cr_assert_eq(view->record(view->context, &opening, &record), 1);
    cr_assert_eq(record->revision.seq, seq);
    cr_assert_eq(record->milestone.forecast.date.day, 20000);
    cr_assert_eq(mp_store_batch_settle(batch), 0);
    cr_assert_eq(view->revision_before(view->context, &opening, &revision), 1);
    cr_assert_eq(revision.seq, seq, "the next submission sees it");
    mp_batch_abort(batch);
    fixture_close(&fixture);
}

Test(store_view, a_cycle_is_named_and_nothing_stays_of_the_trial)
{
    struct fixture fixture;
    struct mp_change back = fixture_link("ml-1:opening-2", "ml-1:opening");
    const struct mp_view *view;
    struct mp_batch *batch;
    const char *path = NULL;

    prepare(&fixture);
    fixture_put_one(&fixture, fixture_link("ml-1:opening", "ml-1:opening-2"));
    fixture_reopen(&fixture); /* links come back from the state */
    batch = fixture_begin(&fixture);
    view = mp_batch_view(batch);
    cr_assert_eq(view->closes_cycle(view->context, &back, &path), 1);
    cr_assert_not_null(strstr(path, "ml-1:opening-2"), "%s", path);
    back = fixture_link("ml-1:opening", "gwadar:opening");
    cr_assert_eq(view->closes_cycle(view->context, &back, &path), 0);
    cr_assert_eq(mp_network_edge_count(fixture.store->network), 1);
    mp_batch_abort(batch);
    fixture_close(&fixture);
}

Test(store_view, keys_know_their_agency_after_revocation_too)
{
    static const char *everything = "/";
    struct fixture fixture;
    struct mp_change changes[] = {
        fixture_agency("jcc", MP_ROLE_AUTHORITY),    fixture_key(MP_CHANGE_KEY_ADDED, "jcc", 8),
        fixture_key(MP_CHANGE_KEY_ADDED, "jcc", 9),  fixture_key(MP_CHANGE_KEY_REVOKED, "jcc", 8),
        fixture_agency("narrow", MP_ROLE_AUTHORITY), fixture_key(MP_CHANGE_KEY_ADDED, "narrow", 10),
    };
    const struct mp_view *view;
    struct mp_batch *batch;
    const char *agency = NULL;
    uint8_t key[32];
    size_t count = 0;

    changes[0].agency.grants = (struct mp_list){&everything, 1};
    fixture_open(&fixture, 0);
    fixture_put(&fixture, changes, MP_LENGTH(changes));
    fixture_reopen(&fixture);
    batch = fixture_begin(&fixture);
    view = mp_batch_view(batch);
    memset(key, 8, sizeof(key));
    cr_assert_eq(view->key_owner(view->context, key, &agency), 1);
    cr_assert_str_eq(agency, "jcc");
    memset(key, 7, sizeof(key));
    cr_assert_eq(view->key_owner(view->context, key, &agency), 0);
    cr_assert_eq(view->authority_keys(view->context, &count), 1);
    cr_assert_eq(count, 2, "the founder's and one of jcc, not that of one with few grants");
    mp_batch_abort(batch);
    fixture_close(&fixture);
}

Test(store_view, a_project_is_in_use_by_milestones_and_children)
{
    struct fixture fixture;
    struct mp_change child = fixture_project("gwadar/port");
    struct mp_change cancelled;
    const struct mp_view *view;
    struct mp_batch *batch;

    prepare(&fixture);
    child.project.parent = "gwadar";
    fixture_put_one(&fixture, fixture_project("gwadar"));
    fixture_put_one(&fixture, child);
    fixture_put_one(&fixture, fixture_milestone("gwadar/port:opening"));
    fixture_put_one(&fixture, fixture_project("jcc"));
    batch = fixture_begin(&fixture);
    view = mp_batch_view(batch);
    mp_batch_mark(batch);
    cr_assert_eq(view->in_use(view->context, "ml-1"), 1);
    cr_assert_eq(view->in_use(view->context, "gwadar"), 1, "by its child");
    cr_assert_eq(view->in_use(view->context, "jcc"), 0);
    mp_change_init(&cancelled, MP_CHANGE_MILESTONE_CANCELLED);
    cancelled.stated_on = FIXTURE_TODAY;
    cancelled.removed = "ml-1:opening";
    apply(batch, cancelled);
    cr_assert_eq(view->in_use(view->context, "ml-1"), 1, "one is left");
    cancelled.removed = "ml-1:opening-2";
    apply(batch, cancelled);
    cr_assert_eq(view->in_use(view->context, "ml-1"), 0);
    mp_change_init(&cancelled, MP_CHANGE_PROJECT_REMOVED);
    cancelled.stated_on = FIXTURE_TODAY;
    cancelled.removed = "gwadar/port";
    apply(batch, cancelled);
    cr_assert_eq(view->in_use(view->context, "gwadar"), 0,
                 "its child's milestones are the child's");
    apply(batch, fixture_milestone("jcc:meeting"));
    cr_assert_eq(view->in_use(view->context, "jcc"), 1, "not yet on disk");
    mp_batch_abort(batch);
    fixture_close(&fixture);
}

static struct mp_change calendar_of(const char *name, int32_t valid_from)
{
    struct mp_change change;

    mp_change_init(&change, MP_CHANGE_CALENDAR);
    change.calendar.name = name;
    change.calendar.valid_from = valid_from;
    change.stated_on = FIXTURE_TODAY;
    return change;
}

Test(store_view, a_calendar_is_there_with_its_first_version)
{
    static const char *const others[] = {"p", "pk@2025-01-01", "pk2", "cn-", ""};
    struct fixture fixture;
    const struct mp_view *view;
    struct mp_batch *batch;

    prepare(&fixture);
    fixture_put_one(&fixture, calendar_of("pk", 20000));
    fixture_put_one(&fixture, calendar_of("pk", 20100));
    batch = fixture_begin(&fixture);
    view = mp_batch_view(batch);
    mp_batch_mark(batch);
    cr_assert_eq(view->has_calendar(view->context, "pk"), 1);
    cr_assert_eq(view->has_calendar(view->context, "cn"), 0);
    apply(batch, fixture_forecast("ml-1:opening", 20100, 19500));
    apply(batch, calendar_of("cn", 20000));
    apply(batch, fixture_forecast("ml-1:opening-2", 20100, 19500));
    cr_assert_eq(view->has_calendar(view->context, "cn"), 1, "not yet on disk");
    for (size_t i = 0; i < MP_LENGTH(others); i++)
        cr_assert_eq(view->has_calendar(view->context, others[i]), 0, "%s", others[i]);
    mp_batch_undo(batch);
    cr_assert_eq(view->has_calendar(view->context, "cn"), 0, "taken back");
    mp_batch_abort(batch);
    fixture_close(&fixture);
}

Test(store_view, the_rules_can_decide_on_it)
{
    struct fixture fixture;
    const uint8_t key[32] = {1};
    struct mp_change change = fixture_project("gwadar"), decided;
    struct mp_decide_context context = {.today = FIXTURE_TODAY};
    struct mp_rejection rejection;
    struct mp_subject subject;
    struct mp_batch *batch;
    int result;

    prepare(&fixture);
    batch = fixture_begin(&fixture);
    result = mp_decide_submitter(mp_batch_view(batch), key, mp_batch_arena(batch), &context.agency,
                                 &rejection);
    cr_assert_eq(result, 0, "%s", result == 1 ? rejection.message : mp_error_text(result));
    context.seq = mp_batch_next_seq(batch);
    context.epoch = mp_store_head(fixture.store).epoch;
    change.has_expected = true; /* and it must not exist */
    change.project.programme = "no-such";
    result = mp_decide(mp_batch_view(batch), &context, &change, mp_batch_arena(batch), &decided,
                       &subject, &rejection);
    cr_assert_eq(result, 1);
    cr_assert_eq(rejection.code, MP_REJECT_UNKNOWN_TERM, "%s", rejection.message);
    mp_batch_abort(batch);
    fixture_close(&fixture);
}
