#include "tests/unit/store/fixture.h"

#include "core/base/file.h"

#include <criterion/criterion.h>

static void fail_on_finding(void *context, const char *sentence)
{
    (void)context;
    cr_log_error("%s", sentence);
}

static struct mp_store_options options_of(const struct fixture *fixture, const char *folder)
{
    struct mp_store_options options = fixture->options;

    options.folder = folder;
    return options;
}

Test(store_restore, a_restore_begins_an_epoch_that_names_what_it_began_from)
{
    struct fixture fixture;
    struct mp_store_options to;
    struct mp_ask ask = fixture_question(MP_ASK_EPOCHS);
    struct mp_verify_report report = {.finding = fail_on_finding};
    struct mp_record record;
    struct mp_page page;
    struct mp_head before, head;

    fixture_open(&fixture, 0);
    fixture_put_one(&fixture, fixture_project("ml-1"));
    before = mp_store_head(fixture.store);
    cr_assert_eq(mp_store_backup(fixture.store, fixture_path(&fixture, "backup")), 0);
    fixture_put_one(&fixture, fixture_project("lost"));
    to = options_of(&fixture, fixture_path(&fixture, "restored"));
    cr_assert_eq(mp_store_restore(fixture_path(&fixture, "backup"), &to, 0, FIXTURE_AUTHORITY,
                                  "disk lost", fixture.now_us + 5000000, &head),
                 0);
    cr_assert_eq(head.restored_head, before.seq);
    cr_assert_eq(head.seq, before.seq + 1);
    cr_assert_gt(head.epoch, before.epoch);
    cr_assert_eq(head.epoch, (uint64_t)(fixture.now_us + 5000000) / 1000000);
    mp_store_close(mp_take(fixture.store));
    cr_assert_eq(mp_store_open(&to, &fixture.store, NULL), 0);
    cr_assert_eq(mp_store_head(fixture.store).epoch, head.epoch);
    page = fixture_ask(&fixture, &ask);
    cr_assert_eq(page.record_count, 2);
    cr_assert_eq(page.restored_head, before.seq);
    cr_assert_eq(mp_record_decode(page.records[1], fixture.arena, &record), 0);
    cr_assert_eq(record.revision.epoch, head.epoch, "the event is of the epoch it begins");
    cr_assert_str_eq(record.epoch.by, FIXTURE_AUTHORITY);
    cr_assert_str_eq(record.epoch.why, "disk lost");
    fixture_put_one(&fixture, fixture_project("after"));
    mp_store_close(mp_take(fixture.store));
    cr_assert_eq(mp_store_verify(&to, fixture_path(&fixture, "scratch"), &report), 0);
    cr_assert_eq(report.findings, 0);
    fixture_close(&fixture);
}

/* Beyond the common past the same sequences are other events now. */
Test(store_restore, a_replay_of_the_old_epoch_is_told_so_and_gets_no_other_events)
{
    struct fixture fixture;
    struct mp_store_options to;
    struct mp_ask ask = fixture_question(MP_ASK_REPLAY);
    struct mp_page page;
    struct mp_head before, head;

    fixture_open(&fixture, 0);
    cr_assert_eq(mp_store_backup(fixture.store, fixture_path(&fixture, "backup")), 0);
    fixture_put_one(&fixture, fixture_project("lost"));
    before = mp_store_head(fixture.store);
    ask.from = before.seq - 1;
    ask.to = before.seq;
    ask.epoch = before.epoch;
    page = fixture_ask(&fixture, &ask);
    cr_assert_eq(page.error, MP_ASK_OK);
    cr_assert_eq(page.event_count, 1);
    to = options_of(&fixture, fixture_path(&fixture, "restored"));
    cr_assert_eq(mp_store_restore(fixture_path(&fixture, "backup"), &to, 0, FIXTURE_AUTHORITY, "",
                                  fixture.now_us + 5000000, &head),
                 0);
    cr_assert_eq(head.seq, before.seq, "the position is there again, as another event");
    mp_store_close(mp_take(fixture.store));
    cr_assert_eq(mp_store_open(&to, &fixture.store, NULL), 0);
    page = fixture_ask(&fixture, &ask);
    cr_assert_eq(page.error, MP_ASK_WRONG_EPOCH);
    cr_assert_eq(page.event_count, 0);
    cr_assert_eq(page.epoch, head.epoch);
    cr_assert_eq(page.restored_head, before.seq - 1);
    ask.epoch = head.epoch;
    cr_assert_eq(fixture_ask(&fixture, &ask).event_count, 1);
    ask.epoch = 0; /* who does not know of epochs is served as ever */
    cr_assert_eq(fixture_ask(&fixture, &ask).event_count, 1);
    fixture_close(&fixture);
}

Test(store_restore, the_epoch_is_beyond_the_one_it_replaces)
{
    struct fixture fixture;
    struct mp_store_options to;
    struct mp_head head;

    fixture_open(&fixture, 0);
    cr_assert_eq(mp_store_backup(fixture.store, fixture_path(&fixture, "backup")), 0);
    to = options_of(&fixture, fixture_path(&fixture, "one"));
    cr_assert_eq(mp_store_restore(fixture_path(&fixture, "backup"), &to, UINT64_C(9000000000),
                                  FIXTURE_AUTHORITY, "", fixture.now_us, &head),
                 0);
    cr_assert_eq(head.epoch, UINT64_C(9000000001));
    to = options_of(&fixture, fixture_path(&fixture, "two"));
    cr_assert_eq(
        mp_store_restore(fixture_path(&fixture, "backup"), &to, 0, FIXTURE_AUTHORITY, "", 0, &head),
        0);
    cr_assert_eq(head.epoch, mp_store_head(fixture.store).epoch + 1, "a clock that went back");
    fixture_close(&fixture);
}

Test(store_restore, neither_a_missing_backup_nor_a_full_folder_changes_anything)
{
    struct fixture fixture;
    struct mp_store_options to;
    struct mp_hash before;
    struct mp_head head;

    fixture_open(&fixture, 0);
    before = fixture_dump(fixture.store);
    cr_assert_eq(mp_store_backup(fixture.store, fixture_path(&fixture, "backup")), 0);
    to = options_of(&fixture, fixture_path(&fixture, "restored"));
    cr_assert_eq(mp_store_restore(fixture_path(&fixture, "no-backup"), &to, 0, FIXTURE_AUTHORITY,
                                  "", fixture.now_us, &head),
                 MP_ENOTFOUND);
    cr_assert_not(mp_file_exists(to.folder));
    cr_assert_eq(mp_store_restore(fixture_path(&fixture, "backup"), &fixture.options, 0,
                                  FIXTURE_AUTHORITY, "", fixture.now_us, &head),
                 MP_EEXIST);
    cr_assert(fixture_same(before, fixture_dump(fixture.store)));
    fixture_close(&fixture);
}

Test(store_restore, what_an_interrupted_restore_left_does_not_matter)
{
    struct fixture fixture;
    struct mp_store_options to;
    struct mp_head head;

    fixture_open(&fixture, 0);
    cr_assert_eq(mp_store_backup(fixture.store, fixture_path(&fixture, "backup")), 0);
    cr_assert_eq(mp_file_make_folder(fixture_path(&fixture, "restored.restoring"), 0700), 0);
    cr_assert_eq(mp_file_make_folder(fixture_path(&fixture, "restored"), 0700), 0);
    cr_assert_eq(mp_file_write_durable(fixture_path(&fixture, "restored.restoring/data.mdb"),
                                       mp_span_text("half a file"), 0600),
                 0);
    to = options_of(&fixture, fixture_path(&fixture, "restored"));
    cr_assert_eq(mp_store_restore(fixture_path(&fixture, "backup"), &to, 0, FIXTURE_AUTHORITY, "",
                                  fixture.now_us, &head),
                 0);
    cr_assert_not(mp_file_exists(fixture_path(&fixture, "restored.restoring")));
    mp_store_close(mp_take(fixture.store));
    cr_assert_eq(mp_store_open(&to, &fixture.store, NULL), 0);
    fixture_close(&fixture);
}

/* What is damaged is known before anybody relies on it, and nothing stays of the attempt. */
Test(store_restore, a_backup_that_is_not_whole_is_refused)
{
    struct fixture fixture;
    struct mp_store_options to, backup;
    struct mp_store *opened = NULL;
    struct mp_store_key key;
    struct mp_head head;

    fixture_open(&fixture, 0);
    fixture_put_one(&fixture, fixture_project("ml-1"));
    fixture_put_one(&fixture, fixture_milestone("ml-1:opening"));
    cr_assert_eq(mp_store_backup(fixture.store, fixture_path(&fixture, "backup")), 0);
    backup = options_of(&fixture, fixture_path(&fixture, "backup"));
    mp_store_close(mp_take(fixture.store));
    cr_assert_eq(mp_store_open(&backup, &fixture.store, NULL), 0);
    mp_store_key_seq(&key, FIXTURE_FIRST);
    fixture_flip(&fixture, fixture.store->tables.events, mp_store_key_span(&key), -3);
    mp_store_close(mp_take(fixture.store));
    to = options_of(&fixture, fixture_path(&fixture, "restored"));
    cr_assert_eq(
        mp_store_restore(backup.folder, &to, 0, FIXTURE_AUTHORITY, "", fixture.now_us, &head),
        MP_ECORRUPT);
    cr_assert_not_null(strstr(mp_store_why(), "event 6 fails its checksum"), "%s", mp_store_why());
    cr_assert_eq(mp_store_open(&to, &opened, NULL), MP_ENOTFOUND);
    cr_assert_not(mp_file_exists(fixture_path(&fixture, "restored.restoring.proving")));
    cr_assert_eq(mp_store_open(&fixture.options, &fixture.store, NULL), 0);
    fixture_close(&fixture);
}
