/* Every kind of damage is found and named. */
#include "tests/unit/store/fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>

struct findings {
    char text[8192];
    size_t count;
};

static void note_finding(void *context, const char *sentence)
{
    struct findings *findings = context;
    size_t used = strlen(findings->text);

    findings->count++;
    snprintf(findings->text + used, sizeof(findings->text) - used, "%s\n", sentence);
}

/* Closes the store, proves it, and gives what was found. */
static struct mp_verify_report verify(struct fixture *fixture, struct findings *findings)
{
    struct mp_verify_report report = {.finding = note_finding, .context = findings};
    int error;

    *findings = (struct findings){.count = 0};
    mp_store_close(mp_take(fixture->store));
    error = mp_store_verify(&fixture->options, fixture_path(fixture, "scratch"), &report);
    cr_assert_eq(error, 0, "%s", mp_error_text(error));
    cr_assert_eq(report.findings, findings->count);
    return report;
}

static void prepare(struct fixture *fixture)
{
    const struct mp_change changes[] = {
        fixture_project("ml-1"),
        fixture_milestone("ml-1:opening"),
        fixture_milestone("ml-1:start"),
        fixture_link("ml-1:start", "ml-1:opening"),
        fixture_dated(MP_CHANGE_BASELINE, "ml-1:opening", 19900, 19500),
        fixture_forecast("ml-1:opening", 20100, 19650),
        fixture_forecast("ml-1:opening", 20000, 19600),
        fixture_observation("ml-1", "cost", 10, 19600),
    };

    fixture_open(fixture, 0);
    fixture_put(fixture, changes, MP_LENGTH(changes));
    fixture_put_one(fixture, fixture_withdrawal(FIXTURE_FIRST + 5));
    fixture_put_one(fixture, fixture_withdrawal(FIXTURE_FIRST + 7));
    fixture_put_one(fixture, fixture_forecast("ml-1:opening", 20300, FIXTURE_TODAY));
}

static struct mp_span event_key(struct mp_store_key *key, uint64_t seq)
{
    mp_store_key_seq(key, seq);
    return mp_store_key_span(key);
}

Test(store_verify, a_sound_store_has_no_findings)
{
    struct fixture fixture;
    struct mp_verify_report report;
    struct findings findings;
    struct mp_head head;

    prepare(&fixture);
    head = mp_store_head(fixture.store);
    report = verify(&fixture, &findings);
    cr_assert_eq(report.findings, 0, "%s", findings.text);
    cr_assert_eq(report.events, head.seq);
    cr_assert_eq(report.records, 3 + 5);
    cr_assert_eq(report.submissions, 4);
    cr_assert_eq(report.head.seq, head.seq);
    cr_assert(fixture_same(report.head.hash, head.hash));
    fixture_close(&fixture);
}

Test(store_verify, proving_changes_nothing_and_wants_an_empty_scratch_folder)
{
    struct fixture fixture;
    struct mp_verify_report report = {.findings = 0};
    struct findings findings;
    struct mp_hash before;

    prepare(&fixture);
    before = fixture_dump(fixture.store);
    verify(&fixture, &findings);
    cr_assert_eq(mp_store_verify(&fixture.options, fixture_path(&fixture, "scratch"), &report),
                 MP_EEXIST);
    cr_assert_eq(mp_store_open(&fixture.options, &fixture.store, NULL), 0);
    cr_assert(fixture_same(before, fixture_dump(fixture.store)));
    fixture_close(&fixture);
}

Test(store_verify, a_byte_flipped_in_an_event_is_found)
{
    struct fixture fixture;
    struct findings findings;
    struct mp_store_key key;

    prepare(&fixture);
    fixture_flip(&fixture, fixture.store->tables.events, event_key(&key, FIXTURE_FIRST + 2), -1);
    verify(&fixture, &findings);
    cr_assert_not_null(strstr(findings.text, "event 8 fails its checksum"), "%s", findings.text);
    cr_assert_not_null(strstr(findings.text, "could not be proved"), "%s", findings.text);
    fixture_close(&fixture);
}

/* A forger who mends the checksum still breaks the chain. */
Test(store_verify, an_event_forged_with_its_checksum_breaks_the_chain)
{
    struct fixture fixture;
    struct findings findings;
    struct mp_kv_txn *txn = NULL;
    struct mp_store_key key;
    struct mp_span value, bytes;
    struct mp_hash hash;
    struct mp_event event;
    struct mp_buffer buffer;
    uint8_t *forged;

    prepare(&fixture);
    cr_assert_eq(mp_kv_begin(fixture.store->kv, false, &txn), 0);
    cr_assert(
        mp_kv_get(txn, fixture.store->tables.events, event_key(&key, FIXTURE_FIRST + 5), &value));
    cr_assert_eq(mp_store_event_open(value, &hash, &bytes), 0);
    cr_assert_eq(mp_event_decode(bytes, fixture.arena, &event), 0);
    mp_kv_abort(txn);
    event.change.dated.date.day++;
    mp_buffer_init(&buffer, 4096);
    cr_assert_eq(mp_event_encode(&event, fixture.arena, &buffer), 0);
    forged = mp_arena_alloc(fixture.arena, MP_STORE_EVENT_HEADER + buffer.size);
    mp_store_event_write(forged, &hash, mp_buffer_span(&buffer));
    fixture_overwrite(&fixture, fixture.store->tables.events, mp_store_key_span(&key),
                      mp_span_make(forged, MP_STORE_EVENT_HEADER + buffer.size));
    mp_buffer_done(&buffer);
    verify(&fixture, &findings);
    cr_assert_not_null(strstr(findings.text, "event 11 does not continue the chain"), "%s",
                       findings.text);
    fixture_close(&fixture);
}

Test(store_verify, a_missing_event_is_found)
{
    struct fixture fixture;
    struct findings findings;
    struct mp_store_key key;

    prepare(&fixture);
    fixture_drop(&fixture, fixture.store->tables.events, event_key(&key, 7));
    verify(&fixture, &findings);
    cr_assert_not_null(strstr(findings.text, "events 7 to 7 are missing"), "%s", findings.text);
    fixture_close(&fixture);
}

Test(store_verify, a_cut_tail_is_found_by_the_head)
{
    struct fixture fixture;
    struct findings findings;
    struct mp_store_key key;
    uint64_t last;

    prepare(&fixture);
    last = mp_store_head(fixture.store).seq;
    fixture_drop(&fixture, fixture.store->tables.events, event_key(&key, last));
    verify(&fixture, &findings);
    cr_assert_not_null(strstr(findings.text, "meta: the head is said to be event 16"), "%s",
                       findings.text);
    cr_assert_not_null(strstr(findings.text, "was accepted as event 16, which is not there"), "%s",
                       findings.text);
    fixture_close(&fixture);
}

Test(store_verify, a_byte_flipped_in_the_state_is_found)
{
    struct fixture fixture;
    struct mp_subject subject = {MP_KIND_MILESTONE, "ml-1/", "opening"};
    struct findings findings;
    struct mp_store_key key;

    prepare(&fixture);
    mp_store_key_state(&key, &subject);
    fixture_flip(&fixture, fixture.store->tables.state, mp_store_key_span(&key), -2);
    verify(&fixture, &findings);
    cr_assert_eq(findings.count, 1);
    cr_assert_not_null(strstr(findings.text, "state: milestone ml-1:opening: not what the events "
                                             "make of it"),
                       "%s", findings.text);
    fixture_close(&fixture);
}

Test(store_verify, index_rows_missing_or_too_many_are_found)
{
    struct fixture fixture;
    struct mp_subject subject = {MP_KIND_MILESTONE, "ml-1/", "opening"};
    struct findings findings;
    struct mp_store_key key;

    prepare(&fixture);
    /* The forecast of 19600 came after that of 19650. */
    mp_store_key_entry(&key, &subject, MP_CHANGE_FORECAST, 19600, FIXTURE_FIRST + 6);
    fixture_drop(&fixture, fixture.store->tables.by_subject, mp_store_key_span(&key));
    mp_store_key_entry(&key, &subject, MP_CHANGE_BASELINE, 19500, FIXTURE_FIRST + 4);
    fixture_overwrite(&fixture, fixture.store->tables.by_subject, mp_store_key_span(&key),
                      mp_span_make("", 0));
    fixture_overwrite(&fixture, fixture.store->tables.runs, mp_store_key_span(&key),
                      mp_span_make("", 0));
    mp_store_key_by_topic(&key, mp_span_text("ml-1/"), 99);
    fixture_overwrite(&fixture, fixture.store->tables.by_topic, mp_store_key_span(&key),
                      mp_span_make("", 0));
    verify(&fixture, &findings);
    cr_assert_eq(findings.count, 4, "%s", findings.text);
    cr_assert_not_null(strstr(findings.text, "by_topic: topic ml-1/, event 99: kept, but no"), "%s",
                       findings.text);
    cr_assert_not_null(
        strstr(findings.text, "runs: milestone ml-1:opening, baseline, event 10: kept, but no"),
        "%s", findings.text);
    cr_assert_not_null(
        strstr(findings.text, "by_subject: milestone ml-1:opening, baseline, event 10: kept, but"),
        "%s", findings.text);
    cr_assert_not_null(strstr(findings.text, "forecast, event 12: missing"), "%s", findings.text);
    fixture_close(&fixture);
}

/* Enough of them to fill pieces of the topic's run and of the forecasts'. */
Test(store_verify, a_piece_of_a_run_that_is_missing_or_changed_is_found)
{
    struct fixture fixture;
    struct mp_subject subject = {MP_KIND_MILESTONE, "ml-1/", "start"};
    struct findings findings;
    struct mp_store_key key;
    uint64_t first;

    prepare(&fixture);
    first = mp_store_head(fixture.store).seq + 1;
    for (int i = 0; i < 2 * MP_STORE_RUN_PIECE; i++)
        fixture_put_one(&fixture, fixture_forecast("ml-1:start", 20000 + i, 19700));
    mp_store_key_entry(&key, &subject, MP_CHANGE_FORECAST, 19700, first);
    fixture_drop(&fixture, fixture.store->tables.runs, mp_store_key_span(&key));
    mp_store_key_entry(&key, &subject, MP_CHANGE_FORECAST, 19700, first + MP_STORE_RUN_PIECE);
    fixture_flip(&fixture, fixture.store->tables.runs, mp_store_key_span(&key), -1);
    mp_store_key_by_topic(&key, mp_span_text("ml-1/"), FIXTURE_FIRST);
    fixture_drop(&fixture, fixture.store->tables.by_topic, mp_store_key_span(&key));
    verify(&fixture, &findings);
    cr_assert_eq(findings.count, 3, "%s", findings.text);
    cr_assert_not_null(strstr(findings.text, "by_topic: topic ml-1/, event 6: missing"), "%s",
                       findings.text);
    cr_assert_not_null(strstr(findings.text, "start, forecast, event 17: missing"), "%s",
                       findings.text);
    cr_assert_not_null(strstr(findings.text, "start, forecast, event 49: not what the events make"),
                       "%s", findings.text);
    fixture_close(&fixture);
}

Test(store_verify, a_wrong_count_is_found)
{
    struct fixture fixture;
    struct findings findings;

    prepare(&fixture);
    fixture_flip(&fixture, fixture.store->tables.topics, mp_span_text("ml-1/"), 15);
    verify(&fixture, &findings);
    cr_assert_eq(findings.count, 1, "%s", findings.text);
    cr_assert_not_null(strstr(findings.text, "topics: topic ml-1/: not what"), "%s", findings.text);
    fixture_close(&fixture);
}

Test(store_verify, a_withdrawal_taken_back_or_changed_is_found)
{
    struct fixture fixture;
    struct findings findings;
    struct mp_store_key key;

    prepare(&fixture);
    fixture_drop(&fixture, fixture.store->tables.withdrawn, event_key(&key, FIXTURE_FIRST + 5));
    fixture_flip(&fixture, fixture.store->tables.withdrawn, event_key(&key, FIXTURE_FIRST + 7), -1);
    verify(&fixture, &findings);
    cr_assert_eq(findings.count, 2, "%s", findings.text);
    cr_assert_not_null(strstr(findings.text, "withdrawn: event 11: missing"), "%s", findings.text);
    cr_assert_not_null(strstr(findings.text, "withdrawn: event 13: not what"), "%s", findings.text);
    fixture_close(&fixture);
}

Test(store_verify, a_lost_or_damaged_outcome_is_found)
{
    struct fixture fixture;
    struct mp_uuid id = {.bytes = {[6] = 0x70, [8] = 0x80, [15] = 1}};
    struct findings findings;
    struct mp_store_key key;

    prepare(&fixture);
    mp_store_key_submission(&key, FIXTURE_AUTHORITY, &id);
    fixture_drop(&fixture, fixture.store->tables.submissions, mp_store_key_span(&key));
    id.bytes[15] = 2;
    mp_store_key_submission(&key, FIXTURE_AUTHORITY, &id);
    fixture_overwrite(&fixture, fixture.store->tables.submissions, mp_store_key_span(&key),
                      mp_span_text("short"));
    verify(&fixture, &findings);
    cr_assert_not_null(strstr(findings.text, "event 6 came with submission"), "%s", findings.text);
    cr_assert_not_null(strstr(findings.text, "the outcome of submission"), "%s", findings.text);
    fixture_close(&fixture);
}

Test(store_verify, one_flipped_byte_of_an_outcome_is_found_and_never_answered)
{
    struct fixture fixture;
    struct mp_uuid id = {.bytes = {[6] = 0x70, [8] = 0x80, [15] = 1}};
    struct findings findings;
    struct mp_store_key key;
    struct mp_batch *batch;
    struct mp_span answer;
    struct mp_hash hash;

    prepare(&fixture);
    mp_store_key_submission(&key, FIXTURE_AUTHORITY, &id);
    fixture_flip(&fixture, fixture.store->tables.submissions, mp_store_key_span(&key), 10);
    batch = fixture_begin(&fixture);
    cr_assert_eq(mp_batch_outcome(batch, FIXTURE_AUTHORITY, &id, &hash, &answer), MP_ECORRUPT);
    mp_batch_abort(batch);
    verify(&fixture, &findings);
    cr_assert_eq(findings.count, 1, "%s", findings.text);
    cr_assert_not_null(strstr(findings.text, "the outcome of submission"), "%s", findings.text);
    fixture_close(&fixture);
}

Test(store_verify, a_lost_head_is_found_and_the_rest_still_proved)
{
    struct fixture fixture;
    struct findings findings;

    prepare(&fixture);
    fixture_drop(&fixture, fixture.store->tables.meta, mp_span_text(MP_STORE_META_HEAD));
    verify(&fixture, &findings);
    cr_assert_eq(findings.count, 1, "%s", findings.text);
    cr_assert_not_null(strstr(findings.text, "meta: the entry"), "%s", findings.text);
    fixture_close(&fixture);
}
