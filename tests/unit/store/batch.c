#include "tests/unit/store/fixture.h"

#include <criterion/criterion.h>

static const struct mp_as_of now = {.mode = MP_NOW};

Test(store_batch, events_get_contiguous_places_and_prev_by_topic)
{
    struct fixture fixture;
    const struct mp_change changes[] = {fixture_project("ml-1"), fixture_project("gwadar"),
                                        fixture_milestone("ml-1:opening")};
    struct mp_ask ask = fixture_question(MP_ASK_REPLAY);
    struct mp_event events[3];
    struct mp_page page;

    fixture_open(&fixture, 0);
    cr_assert_eq(fixture_put(&fixture, changes, 3), FIXTURE_FIRST);
    ask.from = FIXTURE_FOUNDED;
    page = fixture_ask(&fixture, &ask);
    cr_assert_eq(page.event_count, 3);
    for (size_t i = 0; i < 3; i++) {
        cr_assert_eq(mp_event_decode(page.events[i], fixture.arena, &events[i]), 0);
        cr_assert_eq(events[i].seq, FIXTURE_FIRST + i);
        cr_assert_eq(events[i].index, i);
        cr_assert_eq(events[i].epoch, page.epoch);
        cr_assert_eq(events[i].recorded_at_us, fixture.now_us);
        cr_assert_str_eq(events[i].agency, FIXTURE_AUTHORITY);
    }
    cr_assert_eq(events[0].prev, 0);
    cr_assert_eq(events[1].prev, 0);
    cr_assert_eq(events[2].prev, FIXTURE_FIRST);
    cr_assert_str_eq(events[2].topic, "ml-1/");
    fixture_close(&fixture);
}

Test(store_batch, the_hash_of_each_event_covers_the_one_before)
{
    struct fixture fixture;
    struct mp_kv_txn *txn = NULL;
    struct mp_hash hash = {.bytes = {0}}, stored;
    struct mp_store_key key;
    struct mp_span value, bytes;

    fixture_open(&fixture, 0);
    fixture_put_one(&fixture, fixture_project("ml-1"));
    cr_assert_eq(mp_kv_begin(fixture.store->kv, false, &txn), 0);
    for (uint64_t seq = 1; seq <= FIXTURE_FIRST; seq++) {
        mp_store_key_seq(&key, seq);
        cr_assert(mp_kv_get(txn, fixture.store->tables.events, mp_store_key_span(&key), &value));
        cr_assert_eq(mp_store_event_open(value, &stored, &bytes), 0);
        hash = mp_hash_chain(&hash, bytes);
        cr_assert(fixture_same(hash, stored));
    }
    mp_kv_abort(txn);
    cr_assert(fixture_same(hash, mp_store_head(fixture.store).hash));
    fixture_close(&fixture);
}

Test(store_batch, an_acknowledged_outcome_is_there_for_ever)
{
    struct fixture fixture;
    struct mp_change change = fixture_project("ml-1");
    struct mp_batch *batch;
    struct mp_uuid id, other;
    struct mp_hash hash;
    struct mp_span answer;
    struct mp_answer decoded;

    fixture_open(&fixture, 0);
    id = fixture_id(&fixture);
    other = fixture_id(&fixture);
    batch = fixture_begin(&fixture);
    cr_assert_eq(mp_batch_outcome(batch, FIXTURE_AUTHORITY, &id, &hash, &answer), 0);
    mp_batch_mark(batch);
    cr_assert_eq(fixture_apply(batch, &change, &id, 0), 0);
    cr_assert_eq(fixture_keep(batch, &id, 1), 0);
    cr_assert_eq(mp_batch_outcome(batch, FIXTURE_AUTHORITY, &id, &hash, &answer), 1,
                 "known in the same batch");
    cr_assert_eq(mp_batch_commit(batch), 0);
    fixture_reopen(&fixture);
    batch = fixture_begin(&fixture);
    cr_assert_eq(mp_batch_outcome(batch, FIXTURE_AUTHORITY, &id, &hash, &answer), 1);
    cr_assert(fixture_same(hash, mp_hash_of(mp_span_make(id.bytes, sizeof(id.bytes)))));
    cr_assert_eq(mp_answer_decode(answer, fixture.arena, &decoded), 0);
    cr_assert_eq(decoded.first_seq, FIXTURE_FIRST);
    cr_assert_eq(mp_batch_outcome(batch, "another", &id, &hash, &answer), 0);
    cr_assert_eq(mp_batch_outcome(batch, FIXTURE_AUTHORITY, &other, &hash, &answer), 0);
    mp_batch_abort(batch);
    fixture_close(&fixture);
}

Test(store_batch, a_refusal_is_kept_and_leaves_nothing_else)
{
    struct fixture fixture;
    const struct mp_answer refused = {.outcome = MP_OUTCOME_REJECTED,
                                      .rejection = {MP_REJECT_ROLE, "changes[0]", "ask another"}};
    struct mp_change change = fixture_project("ml-1");
    struct mp_hash hash = {.bytes = {7}}, kept;
    struct mp_head before, after;
    struct mp_ask ask = fixture_question(MP_ASK_OUTCOME);
    struct mp_batch *batch;
    struct mp_buffer buffer;
    struct mp_span answer;
    struct mp_page page;

    fixture_open(&fixture, 0);
    before = mp_store_head(fixture.store);
    mp_buffer_init(&buffer, 4096);
    cr_assert_eq(mp_answer_encode(&refused, &buffer), 0);
    ask.agency = FIXTURE_AUTHORITY;
    ask.submission = fixture_id(&fixture);
    batch = fixture_begin(&fixture);
    mp_batch_mark(batch);
    cr_assert_eq(fixture_apply(batch, &change, &ask.submission, 0), 0);
    mp_batch_undo(batch);
    cr_assert_eq(
        mp_batch_keep(batch, FIXTURE_AUTHORITY, &ask.submission, &hash, mp_buffer_span(&buffer)),
        0);
    cr_assert_eq(mp_batch_events(batch).count, 0);
    cr_assert_eq(mp_batch_commit(batch), 0);
    after = mp_store_head(fixture.store);
    cr_assert_eq(after.seq, before.seq);
    batch = fixture_begin(&fixture);
    cr_assert_eq(mp_batch_outcome(batch, FIXTURE_AUTHORITY, &ask.submission, &kept, &answer), 1);
    cr_assert(fixture_same(kept, hash));
    cr_assert(mp_span_equal(answer, mp_buffer_span(&buffer)));
    mp_batch_abort(batch);
    page = fixture_ask(&fixture, &ask);
    cr_assert(page.outcome_known);
    cr_assert(mp_span_equal(page.outcome, mp_buffer_span(&buffer)));
    ask.submission = fixture_id(&fixture);
    cr_assert_not(fixture_ask(&fixture, &ask).outcome_known);
    mp_buffer_done(&buffer);
    fixture_close(&fixture);
}

/* Every kind of trace that a submission leaves in memory and on disk. */
static void apply_much(struct mp_batch *batch, const struct mp_uuid *id, uint64_t withdrawn)
{
    const struct mp_change changes[] = {
        fixture_project("gwadar"),
        fixture_milestone("gwadar:opening"),
        fixture_milestone("gwadar:start"),
        fixture_link("ml-1:opening", "gwadar:opening"),
        fixture_forecast("ml-1:opening", 20500, FIXTURE_TODAY),
        fixture_withdrawal(withdrawn),
        fixture_agency("railways", MP_ROLE_AGENCY),
        fixture_key(MP_CHANGE_KEY_ADDED, "railways", 9),
        fixture_observation("ml-1", "cost", 5, FIXTURE_TODAY),
    };

    for (size_t i = 0; i < MP_LENGTH(changes); i++)
        cr_assert_eq(fixture_apply(batch, &changes[i], id, (uint32_t)i), 0, "change %zu", i);
}

static uint64_t prepare(struct fixture *fixture)
{
    const struct mp_change changes[] = {
        fixture_project("ml-1"),
        fixture_milestone("ml-1:opening"),
        fixture_forecast("ml-1:opening", 20000, FIXTURE_TODAY - 1),
        fixture_forecast("ml-1:opening", 20400, FIXTURE_TODAY),
    };

    return fixture_put(fixture, changes, MP_LENGTH(changes)) + 3; /* the last forecast */
}

Test(store_batch, undo_leaves_nothing)
{
    struct fixture fixture;
    struct mp_hash plain, undone;
    struct mp_uuid id;
    struct mp_change change = fixture_forecast("ml-1:opening", 20600, FIXTURE_TODAY);
    uint8_t key[32];
    const char *owner;

    memset(key, 9, sizeof(key));
    for (int with_undo = 0; with_undo < 2; with_undo++) {
        struct mp_batch *batch;
        uint64_t forecast;

        fixture_open(&fixture, 0);
        forecast = prepare(&fixture);
        batch = fixture_begin(&fixture);
        if (with_undo) {
            mp_batch_mark(batch);
            apply_much(batch, &id, forecast);
            mp_batch_undo(batch);
            cr_assert_eq(mp_batch_view(batch)->key_owner(batch, key, &owner), 0);
        }
        id = fixture_id(&fixture);
        mp_batch_mark(batch);
        cr_assert_eq(fixture_apply(batch, &change, &id, 0), 0);
        cr_assert_eq(fixture_keep(batch, &id, 1), 0);
        cr_assert_eq(mp_batch_commit(batch), 0);
        cr_assert_eq(mp_network_edge_count(fixture.store->network), 0);
        cr_assert_eq(mp_table_count(fixture.store->keys), 2);
        *(with_undo ? &undone : &plain) = fixture_dump(fixture.store);
        fixture_close(&fixture);
    }
    cr_assert(fixture_same(plain, undone));
}

Test(store_batch, an_aborted_batch_leaves_disk_and_memory_as_they_were)
{
    struct fixture fixture;
    struct mp_batch *batch;
    struct mp_hash before;
    struct mp_head head;
    struct mp_uuid id;
    uint64_t forecast;

    fixture_open(&fixture, 0);
    forecast = prepare(&fixture);
    before = fixture_dump(fixture.store);
    head = mp_store_head(fixture.store);
    id = fixture_id(&fixture);
    batch = fixture_begin(&fixture);
    mp_batch_mark(batch);
    apply_much(batch, &id, forecast);
    cr_assert_eq(fixture_keep(batch, &id, 9), 0);
    mp_batch_abort(batch);
    cr_assert(fixture_same(before, fixture_dump(fixture.store)));
    cr_assert_eq(mp_store_head(fixture.store).seq, head.seq);
    cr_assert_eq(mp_network_edge_count(fixture.store->network), 0);
    cr_assert_eq(mp_table_count(fixture.store->keys), 2);
    fixture_close(&fixture);
}

Test(store_batch, a_full_map_keeps_nothing_of_the_batch_and_smaller_work_goes_on)
{
    struct fixture fixture;
    struct mp_change agency = fixture_agency("railways", MP_ROLE_AGENCY);
    struct mp_change key = fixture_key(MP_CHANGE_KEY_ADDED, "railways", 9);
    struct mp_change change = fixture_forecast("ml-1:opening", 20600, FIXTURE_TODAY);
    struct mp_batch *batch;
    struct mp_hash before;
    struct mp_head head;
    char note[901];
    int error = 0;

    memset(note, 'x', sizeof(note) - 1);
    note[sizeof(note) - 1] = '\0';
    fixture_open(&fixture, (uint64_t)512 << 10);
    prepare(&fixture);
    before = fixture_dump(fixture.store);
    head = mp_store_head(fixture.store);
    batch = fixture_begin(&fixture);
    for (int i = 0; i < 2000 && error == 0; i++) {
        struct mp_uuid id = fixture_id(&fixture);

        change.note = note;
        mp_batch_mark(batch);
        if (i == 0) {
            cr_assert_eq(fixture_apply(batch, &agency, &id, 0), 0);
            cr_assert_eq(fixture_apply(batch, &key, &id, 1), 0);
        } else {
            error = fixture_apply(batch, &change, &id, 0);
        }
        if (error == 0)
            error = fixture_keep(batch, &id, i == 0 ? 2 : 1);
    }
    if (error == 0)
        error = mp_batch_commit(mp_take(batch));
    mp_batch_abort(batch);
    cr_assert_eq(error, MP_ENOSPC, "%s", mp_error_name(error));
    cr_assert_eq(mp_store_head(fixture.store).seq, head.seq);
    cr_assert_eq(mp_store_agency_event_count(fixture.store), 4);
    cr_assert_eq(mp_table_count(fixture.store->keys), 2);
    cr_assert(fixture_same(before, fixture_dump(fixture.store)));
    change.note = "";
    fixture_put_one(&fixture, change);
    cr_assert_eq(mp_store_head(fixture.store).seq, head.seq + 1);
    fixture_close(&fixture);
}

Test(store_batch, a_batch_of_nothing_commits_nothing)
{
    struct fixture fixture;
    struct mp_hash before;

    fixture_open(&fixture, 0);
    before = fixture_dump(fixture.store);
    cr_assert_eq(mp_batch_commit(fixture_begin(&fixture)), 0);
    cr_assert(fixture_same(before, fixture_dump(fixture.store)));
    fixture_close(&fixture);
}

Test(store_batch, the_events_of_a_batch_outlive_its_commit)
{
    struct fixture fixture;
    struct mp_change project = fixture_project("ml-1");
    struct mp_change agency = fixture_agency("railways", MP_ROLE_AGENCY);
    struct mp_batch_events events;
    struct mp_event event;
    struct mp_batch *batch;
    struct mp_uuid id;

    fixture_open(&fixture, 0);
    id = fixture_id(&fixture);
    batch = fixture_begin(&fixture);
    cr_assert_eq(fixture_apply(batch, &project, &id, 0), 0);
    cr_assert_eq(fixture_keep(batch, &id, 1), 0);
    cr_assert_not(mp_batch_events(batch).has_agency_events);
    id = fixture_id(&fixture);
    cr_assert_eq(fixture_apply(batch, &agency, &id, 0), 0);
    cr_assert_eq(fixture_keep(batch, &id, 1), 0);
    events = mp_batch_events(batch);
    cr_assert_eq(mp_batch_commit(batch), 0);
    cr_assert_eq(events.count, 2);
    cr_assert(events.has_agency_events);
    cr_assert_eq(mp_event_decode(events.items[1], fixture.arena, &event), 0);
    cr_assert_eq(event.seq, FIXTURE_FIRST + 1);
    cr_assert_str_eq(event.topic, MP_TOPIC_AGENCY);
    cr_assert_eq(mp_store_agency_event_count(fixture.store), 5);
    fixture_close(&fixture);
}

Test(store_batch, more_changes_than_a_submission_may_have_are_refused)
{
    struct fixture fixture;
    struct mp_change change = fixture_project("ml-1");
    struct mp_batch *batch;
    struct mp_uuid id;

    fixture_open(&fixture, 0);
    id = fixture_id(&fixture);
    batch = fixture_begin(&fixture);
    for (uint32_t i = 0; i < MP_CHANGES_MOST; i++)
        cr_assert_eq(fixture_apply(batch, &change, &id, i), 0);
    cr_assert_eq(fixture_apply(batch, &change, &id, MP_CHANGES_MOST), MP_ETOOBIG);
    mp_batch_undo(batch);
    cr_assert_eq(mp_batch_next_seq(batch), FIXTURE_FIRST);
    mp_batch_abort(batch);
    fixture_close(&fixture);
}

Test(store_batch, memory_says_when_it_is_nearly_full)
{
    struct fixture fixture;
    struct mp_batch *batch;

    fixture_open(&fixture, 0);
    batch = fixture_begin(&fixture);
    cr_assert(mp_batch_has_room(batch));
    while (mp_batch_has_room(batch))
        cr_assert_not_null(mp_arena_alloc(mp_batch_arena(batch), MP_SUBMISSION_ARENA));
    cr_assert_not_null(mp_arena_alloc(mp_batch_arena(batch), MP_SUBMISSION_ARENA),
                       "what was refused still had room");
    mp_batch_abort(batch);
    cr_assert_eq(fixture_put_one(&fixture, fixture_project("ml-1")), FIXTURE_FIRST);
    cr_assert_eq(fixture_get(&fixture, MP_KIND_PROJECT, "ml-1", now).revision.seq, FIXTURE_FIRST);
    fixture_close(&fixture);
}
