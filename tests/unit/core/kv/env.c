#include "core/base/file.h"
#include "tests/unit/core/kv/fixture.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct kv_fixture fixture;

static void set_up(void)
{
    kv_fixture_init(&fixture, 0);
}

static void tear_down(void)
{
    kv_fixture_done(&fixture);
}

static int open_at(const char *folder, bool read_only, struct mp_kv **ret_kv)
{
    return mp_kv_open(
        &(struct mp_kv_options){.folder = folder, .tables = 3, .read_only = read_only}, ret_kv);
}

static void write_data_file(const char *name, const void *bytes, size_t size)
{
    cr_assert_eq(mp_file_make_folder(kv_fixture_path(&fixture, name), 0700), 0);
    cr_assert_eq(chdir(kv_fixture_path(&fixture, name)), 0);
    cr_assert_eq(mp_file_write_durable("data.mdb", mp_span_make(bytes, size), 0600), 0);
    cr_assert_eq(chdir("/"), 0);
}

Test(kv_env, a_second_open_in_one_process_is_refused, .init = set_up, .fini = tear_down)
{
    struct mp_kv *second = NULL;
    char other_name[PATH_MAX];

    cr_assert_eq(open_at(kv_fixture_path(&fixture, "env"), false, &second), MP_EBUSY);
    cr_assert_eq(open_at(kv_fixture_path(&fixture, "env"), true, &second), MP_EBUSY);
    snprintf(other_name, sizeof(other_name), "%s", kv_fixture_path(&fixture, "link"));
    cr_assert_eq(symlink("env", other_name), 0);
    cr_assert_eq(open_at(other_name, false, &second), MP_EBUSY);
    cr_assert_null(second);

    mp_kv_close(fixture.kv);
    fixture.kv = NULL;
    cr_assert_eq(open_at(other_name, false, &fixture.kv), 0);
}

Test(kv_env, what_is_not_there_is_not_made_unasked, .init = set_up, .fini = tear_down)
{
    struct mp_kv *kv = NULL;

    cr_assert_eq(open_at(kv_fixture_path(&fixture, "none"), false, &kv), MP_ENOTFOUND);
    cr_assert_eq(mkdir(kv_fixture_path(&fixture, "none"), 0700), 0);
    cr_assert_eq(open_at(kv_fixture_path(&fixture, "none"), false, &kv), MP_ENOTFOUND);
    cr_assert_eq(open_at(kv_fixture_path(&fixture, "none"), true, &kv), MP_ENOTFOUND);
    cr_assert_not(mp_file_exists(kv_fixture_path(&fixture, "none/data.mdb")));
}

Test(kv_env, a_file_that_is_not_an_environment_has_a_named_error, .init = set_up, .fini = tear_down)
{
    struct mp_kv *kv = NULL;
    char garbage[20000];

    memset(garbage, 0x5a, sizeof(garbage));
    write_data_file("garbage", garbage, sizeof(garbage));
    write_data_file("short", garbage, 10);
    write_data_file("empty", garbage, 0);
    cr_expect_eq(open_at(kv_fixture_path(&fixture, "garbage"), false, &kv), MP_ECORRUPT);
    cr_expect_eq(open_at(kv_fixture_path(&fixture, "garbage"), true, &kv), MP_ECORRUPT);
    cr_expect_eq(open_at(kv_fixture_path(&fixture, "short"), false, &kv), MP_ECORRUPT);
    cr_expect_eq(open_at(kv_fixture_path(&fixture, "empty"), false, &kv), MP_ECORRUPT);
    cr_assert_null(kv);
    /* What failed to open is not held as open. */
    cr_expect_eq(open_at(kv_fixture_path(&fixture, "garbage"), false, &kv), MP_ECORRUPT);
}

Test(kv_env, another_format_version_is_named, .init = set_up, .fini = tear_down)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new((size_t)1 << 20);
    struct mp_kv *kv = NULL;
    struct mp_span bytes;
    char copy[3 * 4096];

    mp_kv_close(mp_take(fixture.kv));
    cr_assert_eq(
        mp_file_read(arena, kv_fixture_path(&fixture, "env/data.mdb"), (size_t)1 << 19, &bytes), 0);
    cr_assert_geq(bytes.size, sizeof(copy));
    memcpy(copy, bytes.data, sizeof(copy));
    /* After a page header of 16 bytes: magic, version. */
    copy[20] = 77;
    copy[4096 + 20] = 77;
    write_data_file("later", copy, sizeof(copy));
    cr_assert_eq(open_at(kv_fixture_path(&fixture, "later"), false, &kv), MP_EVERSION);
}

static int read_all_of(const char *folder, bool read_only)
{
    MP_AUTO(mp_kv_close) struct mp_kv *kv = NULL;
    MP_AUTO(mp_kv_abort) struct mp_kv_txn *txn = NULL;
    MP_AUTO(mp_kv_cursor_close) struct mp_kv_cursor *cursor = NULL;
    mp_kv_table table;
    int error = open_at(folder, read_only, &kv);

    if (error == 0)
        error = mp_kv_table_open(kv, "things", &table);
    if (error == 0)
        error = mp_kv_begin(kv, false, &txn);
    if (error < 0)
        return error;
    cursor = mp_kv_cursor_open(txn, table);
    for (bool found = mp_kv_seek(cursor, mp_span_text("")); found; found = mp_kv_next(cursor))
        continue;
    return mp_kv_error(txn);
}

Test(kv_env, a_data_file_that_was_cut_is_corrupt_and_no_crash, .init = set_up, .fini = tear_down)
{
    static char copy[1 << 20];
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new((size_t)4 << 20);
    struct mp_span bytes;
    unsigned corrupt = 0;

    kv_fixture_fill(&fixture, 3000);
    mp_kv_close(mp_take(fixture.kv));
    cr_assert_eq(
        mp_file_read(arena, kv_fixture_path(&fixture, "env/data.mdb"), sizeof(copy), &bytes), 0);
    for (size_t size = 8192; size < bytes.size; size += 4096) {
        int error;

        write_data_file("cut", bytes.data, size);
        error = read_all_of(kv_fixture_path(&fixture, "cut"), size % 8192 == 0);
        cr_assert(error == 0 || error == MP_ECORRUPT || error == MP_ENOTFOUND, "%zu bytes: %s",
                  size, mp_error_name(error));
        corrupt += error == MP_ECORRUPT ? 1 : 0;
    }
    cr_assert_gt(corrupt, 5);
    write_data_file("cut", bytes.data, bytes.size);
    cr_assert_eq(read_all_of(kv_fixture_path(&fixture, "cut"), true), 0);
}

Test(kv_env, a_copy_opens_and_equals, .init = set_up, .fini = tear_down)
{
    struct mp_kv *copy = NULL;
    struct mp_kv_usage usage;
    struct mp_kv_txn *txn = NULL, *writer = NULL;
    struct mp_span value;
    mp_kv_table table;

    kv_fixture_fill(&fixture, 1000);
    cr_assert_eq(mp_kv_begin(fixture.kv, true, &writer), 0);
    mp_kv_put(writer, fixture.table, mp_span_text("not yet"), mp_span_text("committed"));
    cr_assert_eq(mp_kv_copy(fixture.kv, kv_fixture_path(&fixture, "copies/one")), 0);
    mp_kv_abort(writer);
    cr_assert(mp_file_exists(kv_fixture_path(&fixture, "copies/one/data.mdb")));
    cr_assert_not(mp_file_exists(kv_fixture_path(&fixture, "copies/one/data.mdb.partial")));

    cr_assert_eq(open_at(kv_fixture_path(&fixture, "copies/one"), true, &copy), 0);
    cr_assert_eq(mp_kv_table_open(copy, "things", &table), 0);
    cr_assert_eq(mp_kv_usage(copy, table, &usage), 0);
    cr_assert_eq(usage.entries, 1000);
    cr_assert_eq(mp_kv_begin(copy, false, &txn), 0);
    cr_assert(mp_kv_get(txn, table, mp_span_text("key-0999"), &value));
    cr_assert(mp_span_equal(value, mp_span_text("value-0999")));
    cr_assert_not(mp_kv_get(txn, table, mp_span_text("not yet"), &value));
    cr_assert_eq(mp_kv_commit(txn), 0);
    mp_kv_close(copy);
    cr_assert_eq(mp_kv_copy(fixture.kv, kv_fixture_path(&fixture, "copies/one")), MP_EEXIST);
}

Test(kv_env, an_empty_environment_can_be_copied, .init = set_up, .fini = tear_down)
{
    cr_assert_eq(mp_kv_copy(fixture.kv, kv_fixture_path(&fixture, "copy")), 0);
    cr_assert_eq(read_all_of(kv_fixture_path(&fixture, "copy"), true), 0);
}

Test(kv_env, usage_counts_entries_and_bytes, .init = set_up, .fini = tear_down)
{
    struct mp_kv_usage before, after;

    cr_assert_eq(mp_kv_usage(fixture.kv, fixture.table, &before), 0);
    kv_fixture_fill(&fixture, 2000);
    cr_assert_eq(mp_kv_usage(fixture.kv, fixture.table, &after), 0);
    cr_assert_eq(before.entries, 0);
    cr_assert_eq(after.entries, 2000);
    cr_assert_eq(after.map_bytes, MP_KV_MAP_DEFAULT_BYTES);
    cr_assert_gt(after.used_bytes, before.used_bytes + 40000);
}

Test(kv_env, a_table_must_exist_to_be_read_only, .init = set_up, .fini = tear_down)
{
    MP_AUTO(mp_kv_close) struct mp_kv *kv = NULL;
    struct mp_kv_txn *txn = NULL;
    mp_kv_table table = 77;

    mp_kv_close(mp_take(fixture.kv));
    cr_assert_eq(open_at(kv_fixture_path(&fixture, "env"), true, &kv), 0);
    cr_assert_eq(mp_kv_table_open(kv, "others", &table), MP_ENOTFOUND);
    cr_assert_eq(table, 77);
    cr_assert_eq(mp_kv_table_open(kv, "things", &table), 0);
    cr_assert_eq(mp_kv_begin(kv, true, &txn), MP_EPERM);
}

Test(kv_env, a_reader_that_died_frees_its_slot, .init = set_up, .fini = tear_down)
{
    int status;
    pid_t child;

    kv_fixture_fill(&fixture, 1);
    mp_kv_close(mp_take(fixture.kv));
    for (int round = 0; round < 3; round++) {
        child = fork();
        if (child == 0) {
            struct mp_kv *kv;
            struct mp_kv_txn *txn;

            if (mp_kv_open(&(struct mp_kv_options){.folder = kv_fixture_path(&fixture, "env"),
                                                   .tables = 3,
                                                   .readers = 1},
                           &kv) < 0)
                _exit(1);
            mp_kv_check_readers(kv);
            /* Killed in the middle of a read. */
            _exit(mp_kv_begin(kv, false, &txn) < 0 ? 2 : 0);
        }
        cr_assert_eq(waitpid(child, &status, 0), child);
        cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "round %d: %d", round, status);
    }
}

/* A process of its own that has done this, and then waits until its pipe is closed or it is killed.
 */
static pid_t hold(bool (*take)(void), int *ret_end)
{
    int ready[2], life[2];
    char byte = 0;
    pid_t child;

    cr_assert_eq(pipe(ready), 0);
    cr_assert_eq(pipe(life), 0);
    child = fork();
    if (child == 0) {
        (void)close(life[1]);
        if (take() && write(ready[1], &byte, 1) == 1)
            (void)!read(life[0], &byte, 1);
        _exit(0);
    }
    cr_assert_gt(child, 0);
    (void)close(ready[1]);
    (void)close(life[0]);
    cr_assert_eq(read(ready[0], &byte, 1), 1);
    (void)close(ready[0]);
    *ret_end = life[1];
    return child;
}

static bool begin_writing(void)
{
    struct mp_kv *kv = NULL;
    struct mp_kv_txn *txn = NULL;

    return open_at(kv_fixture_path(&fixture, "env"), false, &kv) == 0 &&
           mp_kv_begin(kv, true, &txn) == 0;
}

/* Otherwise an agency's program that is stopped would stop every command line beside it. */
Test(kv_env, opening_does_not_wait_for_a_process_that_writes, .init = set_up, .fini = tear_down,
     .timeout = 60)
{
    struct mp_kv_txn *txn = NULL;
    mp_kv_table table;
    struct mp_span value;
    pid_t child;
    int end;

    kv_fixture_fill(&fixture, 1);
    mp_kv_close(fixture.kv);
    fixture.kv = NULL;
    child = hold(begin_writing, &end);
    cr_assert_eq(open_at(kv_fixture_path(&fixture, "env"), false, &fixture.kv), 0);
    cr_assert_eq(mp_kv_table_open(fixture.kv, "things", &table), 0);
    cr_assert_eq(mp_kv_begin(fixture.kv, false, &txn), 0);
    cr_assert(mp_kv_get(txn, table, mp_span_text("key-0000"), &value));
    mp_kv_abort(txn);
    (void)close(end);
    cr_assert_eq(waitpid(child, NULL, 0), child);
}

static int open_alone(bool read_only, struct mp_kv **ret_kv)
{
    return mp_kv_open(&(struct mp_kv_options){.folder = kv_fixture_path(&fixture, "env"),
                                              .tables = 3,
                                              .read_only = read_only,
                                              .alone = true},
                      ret_kv);
}

static bool take_alone(void)
{
    struct mp_kv *kv = NULL;

    return open_alone(false, &kv) == 0;
}

Test(kv_env, who_has_it_alone_keeps_other_writers_out_until_he_dies, .init = set_up,
     .fini = tear_down, .timeout = 60)
{
    struct mp_kv *reader = NULL;
    pid_t child;
    int end;

    kv_fixture_fill(&fixture, 1);
    mp_kv_close(fixture.kv);
    fixture.kv = NULL;
    child = hold(take_alone, &end);
    cr_assert_eq(open_alone(false, &fixture.kv), MP_EBUSY);
    cr_assert_null(fixture.kv);
    cr_assert_eq(open_alone(true, &reader), 0, "who only reads disturbs nobody");
    mp_kv_close(reader);
    cr_assert_eq(kill(child, SIGKILL), 0);
    cr_assert_eq(waitpid(child, NULL, 0), child);
    (void)close(end);
    cr_assert_eq(open_alone(false, &fixture.kv), 0);
    mp_kv_close(fixture.kv);
    fixture.kv = NULL;
    cr_assert_eq(open_alone(false, &fixture.kv), 0, "closing it lets it go");
}

Test(kv_env, room_is_taken_on_the_disk_and_within_the_map, .init = set_up, .fini = tear_down)
{
    struct stat before, after;

    cr_assert_eq(stat(kv_fixture_path(&fixture, "env/data.mdb"), &before), 0);
    cr_expect(!mp_kv_has_room(fixture.kv, UINT64_C(1) << 50), "beyond the map");
    cr_assert(mp_kv_has_room(fixture.kv, (uint64_t)256 << 10));
    cr_assert_eq(stat(kv_fixture_path(&fixture, "env/data.mdb"), &after), 0);
    cr_expect_eq(after.st_size, before.st_size);
    cr_expect_geq(after.st_blocks, before.st_blocks + (256 << 10) / 512);
}
