#include "tests/unit/store/fixture.h"

#include "core/base/file.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

Test(store_store, founding_writes_an_epoch_and_two_agencies_with_their_keys)
{
    struct fixture fixture;
    struct mp_ask ask = fixture_question(MP_ASK_REGISTRY);
    struct mp_record record;
    struct mp_page page;
    struct mp_head head;

    fixture_open(&fixture, 0);
    head = mp_store_head(fixture.store);
    cr_assert_eq(head.seq, FIXTURE_FOUNDED);
    cr_assert_eq(head.epoch, FIXTURE_START_US / 1000000);
    cr_assert_eq(head.restored_head, 0);
    cr_assert_eq(head.recorded_at_us, FIXTURE_START_US);
    cr_assert_eq(mp_store_agency_event_count(fixture.store), 4);
    page = fixture_ask(&fixture, &ask);
    cr_assert_eq(page.record_count, 2);
    cr_assert_eq(mp_record_decode(page.records[0], fixture.arena, &record), 0);
    cr_assert_str_eq(record.agency.definition.id, FIXTURE_AUTHORITY);
    cr_assert_eq(record.agency.definition.role, MP_ROLE_AUTHORITY);
    cr_assert_eq(record.agency.definition.grants.count, 1);
    cr_assert_str_eq(record.agency.definition.grants.items[0], "/");
    cr_assert_eq(record.agency.key_count, 1);
    cr_assert_eq(record.agency.keys[0].public_key[0], 1);
    cr_assert_eq(mp_record_decode(page.records[1], fixture.arena, &record), 0);
    cr_assert_eq(record.agency.definition.role, MP_ROLE_SERVICE);
    fixture_close(&fixture);
}

Test(store_store, founding_twice_is_refused_and_changes_nothing)
{
    struct fixture fixture;
    struct mp_hash before;

    fixture_open(&fixture, 0);
    before = fixture_dump(fixture.store);
    mp_store_close(mp_take(fixture.store));
    cr_assert_eq(fixture_found(&fixture), MP_EEXIST);
    cr_assert_eq(mp_store_open(&fixture.options, &fixture.store, NULL), 0);
    cr_assert(fixture_same(before, fixture_dump(fixture.store)));
    fixture_close(&fixture);
}

Test(store_store, what_was_committed_is_there_after_opening_again)
{
    struct fixture fixture;
    struct mp_hash before;
    struct mp_head head;

    fixture_open(&fixture, 0);
    fixture_put_one(&fixture, fixture_project("ml-1"));
    before = fixture_dump(fixture.store);
    head = mp_store_head(fixture.store);
    fixture_reopen(&fixture);
    cr_assert(fixture_same(before, fixture_dump(fixture.store)));
    cr_assert_eq(mp_store_head(fixture.store).seq, head.seq);
    cr_assert(fixture_same(mp_store_head(fixture.store).hash, head.hash));
    cr_assert_eq(mp_store_agency_event_count(fixture.store), 4);
    fixture_close(&fixture);
}

Test(store_store, a_folder_without_a_store_is_not_made_into_one)
{
    struct fixture fixture;
    const char *why = NULL;

    fixture_open_empty(&fixture);
    cr_assert_eq(mp_store_open(&fixture.options, &fixture.store, &why), MP_ENOTFOUND);
    cr_assert_not_null(strstr(why, fixture.folder), "%s", why);
    cr_assert_not(mp_file_exists(fixture.folder));
    fixture_close(&fixture);
}

Test(store_store, a_founding_that_did_not_finish_can_be_done_again)
{
    struct fixture fixture;
    struct mp_store *store = NULL;
    const char *why = NULL;

    fixture_open_empty(&fixture);
    cr_assert_eq(mp_store_attach(&fixture.options, true, &store), 0);
    mp_store_close(store);
    cr_assert_eq(mp_store_open(&fixture.options, &fixture.store, &why), MP_ENOTFOUND);
    cr_assert_not_null(strstr(why, "run init"), "%s", why);
    cr_assert_eq(fixture_found(&fixture), 0);
    cr_assert_eq(mp_store_open(&fixture.options, &fixture.store, &why), 0);
    fixture_close(&fixture);
}

Test(store_store, another_schema_is_named_with_what_to_do)
{
    struct fixture fixture;
    const uint8_t version[4] = {0, 0, 0, 1}; /* kept a row of each index for every event */
    const char *why = NULL;

    fixture_open(&fixture, 0);
    fixture_overwrite(&fixture, fixture.store->tables.meta, mp_span_text(MP_STORE_META_SCHEMA),
                      mp_span_make(version, sizeof(version)));
    mp_store_close(mp_take(fixture.store));
    cr_assert_eq(mp_store_open(&fixture.options, &fixture.store, &why), MP_EVERSION);
    cr_assert_not_null(strstr(why, "written by schema 1, this program knows 4"), "%s", why);
    fixture_close(&fixture);
}

static uint32_t schema_of(struct fixture *fixture)
{
    struct mp_kv_txn *txn = NULL;
    struct mp_span value = mp_span_make(NULL, 0);

    cr_assert_eq(mp_kv_begin(fixture->store->kv, false, &txn), 0);
    cr_assert(
        mp_kv_get(txn, fixture->store->tables.meta, mp_span_text(MP_STORE_META_SCHEMA), &value));
    struct mp_reader reader = mp_reader_make(value);
    uint32_t schema = mp_reader_u32(&reader);
    mp_kv_abort(txn);
    return schema;
}

/* A program of before would not look into the journal: nothing is logged until it is kept out. */
Test(store_store, the_schema_before_is_read_and_becomes_todays_with_the_first_commit)
{
    struct fixture fixture;
    const uint8_t version[4] = {0, 0, 0, 2};
    struct mp_batch *batch;

    fixture_open(&fixture, 0);
    fixture_overwrite(&fixture, fixture.store->tables.meta, mp_span_text(MP_STORE_META_SCHEMA),
                      mp_span_make(version, sizeof(version)));
    fixture_reopen(&fixture);
    batch = fixture_begin(&fixture);
    cr_expect(!mp_batch_is_small(batch));
    mp_batch_abort(batch);
    cr_expect_eq(schema_of(&fixture), 2u);
    (void)fixture_put_one(&fixture, fixture_project("ml-9"));
    cr_expect_eq(schema_of(&fixture), 4u);
    batch = fixture_begin(&fixture);
    cr_expect(mp_batch_is_small(batch));
    mp_batch_abort(batch);
    fixture_close(&fixture);
}

Test(store_store, a_file_of_garbage_is_named)
{
    struct fixture fixture;
    uint8_t garbage[8192];
    const char *why = NULL;

    fixture_open_empty(&fixture);
    memset(garbage, 0x5a, sizeof(garbage));
    cr_assert_eq(mp_file_make_folder(fixture.folder, 0700), 0);
    cr_assert_eq(mp_file_write_durable(fixture_path(&fixture, "store/data.mdb"),
                                       mp_span_make(garbage, sizeof(garbage)), 0600),
                 0);
    cr_assert_eq(mp_store_open(&fixture.options, &fixture.store, &why), MP_ECORRUPT);
    cr_assert_not_null(strstr(why, "data.mdb is not a Milepost store"), "%s", why);
    fixture_close(&fixture);
}

Test(store_store, a_read_only_store_answers_and_refuses_to_write)
{
    struct fixture fixture;
    struct mp_ask ask = fixture_question(MP_ASK_EPOCHS);
    struct mp_batch *batch = NULL;

    fixture_open(&fixture, 0);
    fixture.options.read_only = true;
    fixture_reopen(&fixture);
    cr_assert_eq(fixture_ask(&fixture, &ask).record_count, 1);
    cr_assert_eq(mp_batch_begin(fixture.store, 0, &batch), MP_EPERM);
    fixture_close(&fixture);
}

Test(store_store, recorded_at_never_goes_back)
{
    struct fixture fixture;
    struct mp_batch *batch = NULL;

    fixture_open(&fixture, 0);
    cr_assert_eq(mp_batch_begin(fixture.store, FIXTURE_START_US - 5, &batch), 0);
    cr_assert_eq(mp_batch_recorded_at_us(batch), FIXTURE_START_US + 1,
                 "nor is it the same for two batches");
    mp_batch_abort(batch);
    fixture_close(&fixture);
}

struct backing_up {
    struct mp_store *store;
    const char *folder;
    int error;
};

static void *back_up(void *context)
{
    struct backing_up *backing_up = context;

    backing_up->error = mp_store_backup(backing_up->store, backing_up->folder);
    return NULL;
}

static void count_finding(void *context, const char *sentence)
{
    (void)context;
    cr_log_error("%s", sentence);
}

Test(store_store, a_backup_taken_while_the_store_is_written_is_whole)
{
    struct fixture fixture;
    struct mp_verify_report report = {.finding = count_finding};
    struct mp_store_options copy;
    struct backing_up backing_up;
    pthread_t thread;

    fixture_open(&fixture, 0);
    fixture_put_one(&fixture, fixture_project("ml-1"));
    fixture_put_one(&fixture, fixture_milestone("ml-1:opening"));
    backing_up = (struct backing_up){fixture.store, fixture_path(&fixture, "backup"), 1};
    cr_assert_eq(pthread_create(&thread, NULL, back_up, &backing_up), 0);
    for (int i = 0; i < 50; i++)
        fixture_put_one(&fixture, fixture_forecast("ml-1:opening", 20000 + i, FIXTURE_TODAY));
    pthread_join(thread, NULL);
    cr_assert_eq(backing_up.error, 0);
    copy = fixture.options;
    copy.folder = backing_up.folder;
    cr_assert_eq(mp_store_verify(&copy, fixture_path(&fixture, "scratch"), &report), 0);
    cr_assert_eq(report.findings, 0);
    cr_assert_geq(report.events, FIXTURE_FOUNDED + 2);
    cr_assert_leq(report.events, FIXTURE_FOUNDED + 52);
    fixture_close(&fixture);
}

struct watching {
    struct mp_store *store;
    bool stop;
    int failures;
    int pages;
};

/* Each page is of one moment: the counts of its topics add up to its head. */
static void *watch(void *context)
{
    struct watching *watching = context;
    struct mp_ask ask = fixture_question(MP_ASK_TOPICS);
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new((size_t)16 << 20);
    MP_AUTO(mp_reading_close) struct mp_reading *reading = NULL;
    struct mp_buffer buffer;

    mp_buffer_init(&buffer, MP_PAGE_MOST);
    if (mp_reading_open(watching->store, &reading) < 0)
        watching->failures++;
    while (reading != NULL && !__atomic_load_n(&watching->stop, __ATOMIC_ACQUIRE)) {
        struct mp_page page = {.head = 0};
        uint64_t sum = 0;

        mp_buffer_clear(&buffer);
        mp_arena_reset(arena);
        if (mp_reading_answer(reading, &ask, FIXTURE_TODAY, arena, &buffer) < 0 ||
            mp_page_decode(mp_buffer_span(&buffer), arena, &page) < 0)
            watching->failures++;
        for (size_t i = 0; i < page.topic_count; i++)
            sum += page.topics[i].count;
        if (sum != page.head || mp_store_head(watching->store).seq < page.head - 1)
            watching->failures++;
        __atomic_add_fetch(&watching->pages, 1, __ATOMIC_RELEASE);
    }
    mp_buffer_done(&buffer);
    return NULL;
}

Test(store_store, a_page_is_of_one_moment_while_the_writer_goes_on)
{
    struct fixture fixture;
    struct watching watching;
    pthread_t thread;

    fixture_open(&fixture, 0);
    watching = (struct watching){.store = fixture.store};
    cr_assert_eq(pthread_create(&thread, NULL, watch, &watching), 0);
    for (int i = 0; i < 100 || __atomic_load_n(&watching.pages, __ATOMIC_ACQUIRE) < 20; i++)
        fixture_put_one(&fixture, fixture_project(i % 2 == 0 ? "ml-1" : "gwadar"));
    __atomic_store_n(&watching.stop, true, __ATOMIC_RELEASE);
    pthread_join(thread, NULL);
    cr_assert_eq(watching.failures, 0);
    fixture_close(&fixture);
}

/* LMDB would let a second process write in turn, each with links and keys of its own in memory. */
Test(store_store, a_second_process_cannot_open_it_to_write)
{
    struct fixture fixture;
    const char *why = "";
    int ready[2], life[2];
    char byte = 0;
    pid_t child;

    fixture_open(&fixture, 0);
    mp_store_close(mp_take(fixture.store));
    cr_assert_eq(pipe(ready), 0);
    cr_assert_eq(pipe(life), 0);
    child = fork();
    if (child == 0) {
        (void)close(life[1]);
        if (mp_store_open(&fixture.options, &fixture.store, NULL) == 0 &&
            write(ready[1], &byte, 1) == 1)
            (void)!read(life[0], &byte, 1);
        _exit(0);
    }
    (void)close(ready[1]);
    (void)close(life[0]);
    cr_assert_eq(read(ready[0], &byte, 1), 1);
    cr_assert_eq(mp_store_open(&fixture.options, &fixture.store, &why), MP_EBUSY);
    cr_assert_not_null(strstr(why, "is open already"), "%s", why);
    (void)close(life[1]);
    cr_assert_eq(waitpid(child, NULL, 0), child);
    cr_assert_eq(mp_store_open(&fixture.options, &fixture.store, &why), 0, "%s", why);
    (void)close(ready[0]);
    fixture_close(&fixture);
}
