/* The journal's file: rows are whole or not there, whatever a crash leaves of a write, and what is
 * damaged is not taken for what was never written. */
#include "store/journal_file.h"

#include "core/base/file.h"
#include "tests/unit/store/fixture.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECTOR_BYTES 512
#define PIECE_BYTES  496

static struct fixture fixture;
static int file;
static uint8_t *content; /* of a row */

static void begin(void)
{
    fixture_open_empty(&fixture);
    cr_assert_eq(mp_file_make_folder(fixture.folder, 0700), 0);
    file = mp_journal_file_open(fixture.folder, false);
    cr_assert_geq(file, 0);
    content = malloc(MP_JOURNAL_ROW_BYTES);
    cr_assert_not_null(content);
}

static void end(void)
{
    free(content);
    close(file);
    fixture_close(&fixture);
}

#define FILE_TEST(name) Test(store_journal_file, name, .init = begin, .fini = end)

static struct mp_span row_of(size_t size, uint8_t seed)
{
    for (size_t i = 0; i < size; i++)
        content[i] = (uint8_t)(seed + i * 7 + i / 251);
    return mp_span_make(content, size);
}

static size_t put(size_t at, uint64_t number, size_t size, uint8_t seed)
{
    cr_assert_eq(mp_journal_row_write(file, at, number, row_of(size, seed)), 0);
    return at + mp_journal_row_extent(size);
}

static void read_at(size_t at, uint8_t *bytes, size_t size)
{
    cr_assert_eq(pread(file, bytes, size, (off_t)at), (ssize_t)size);
}

static void write_at(size_t at, const uint8_t *bytes, size_t size)
{
    cr_assert_eq(pwrite(file, bytes, size, (off_t)at), (ssize_t)size);
}

static struct mp_journal_image look(void)
{
    struct mp_journal_image image;

    cr_assert_eq(mp_journal_image_read(file, &image), 0);
    return image;
}

static bool is_there(uint64_t number, size_t at, size_t size, uint8_t seed)
{
    MP_AUTO(mp_journal_image_done) struct mp_journal_image image = look();
    struct mp_span row;

    if (!mp_journal_image_row(&image, number, &at, &row))
        return false;
    cr_assert(mp_span_equal(row, row_of(size, seed)), "row %llu is another",
              (unsigned long long)number);
    return true;
}

static size_t fault(uint64_t last)
{
    MP_AUTO(mp_journal_image_done) struct mp_journal_image image = look();

    return mp_journal_image_fault(&image, last);
}

FILE_TEST(a_new_one_holds_nothing)
{
    cr_expect(!is_there(1, 0, 0, 0));
    cr_expect(!is_there(0, 0, 0, 0));
    cr_expect_eq(fault(0), MP_JOURNAL_BYTES);
}

FILE_TEST(rows_of_all_lengths_are_read_as_written)
{
    static const size_t sizes[] = {0,   1,    491,  492,  493,  987,   988,
                                   989, 3963, 3964, 3965, 4096, 16383, MP_JOURNAL_ROW_BYTES};
    size_t at = 0;

    for (size_t i = 0; i < MP_LENGTH(sizes); i++)
        at = put(at, i + 1, sizes[i], (uint8_t)i);
    at = 0;
    for (size_t i = 0; i < MP_LENGTH(sizes); i++) {
        cr_assert(is_there(i + 1, at, sizes[i], (uint8_t)i), "%zu bytes", sizes[i]);
        at += mp_journal_row_extent(sizes[i]);
    }
    cr_expect(!is_there(MP_LENGTH(sizes) + 1, at, 0, 0));
    cr_expect_eq(fault(MP_LENGTH(sizes)), MP_JOURNAL_BYTES);
}

FILE_TEST(the_last_place_of_the_file_is_used)
{
    size_t at = MP_JOURNAL_BYTES - mp_journal_row_extent(100);

    (void)put(at, 9, 100, 3);
    cr_expect(is_there(9, at, 100, 3));
    cr_expect(!is_there(10, MP_JOURNAL_BYTES, 0, 0));
}

/* Each sector of the later write is there or not: the row is, when all are, and never a mixture. */
static void tear(size_t size, uint64_t before, uint64_t after)
{
    size_t count = (size + 4 + PIECE_BYTES - 1) / PIECE_BYTES;
    size_t extent = mp_journal_row_extent(size);
    uint8_t *old = malloc(extent), *new = malloc(extent);

    cr_assert(old != NULL && new != NULL &&count <= 8);
    (void)put(0, before, size, 1);
    read_at(0, old, extent);
    (void)put(0, after, size, 2);
    read_at(0, new, extent);
    for (unsigned set = 0; set < 1u << count; set++) {
        bool is_whole = set == (1u << count) - 1;

        write_at(0, old, extent);
        for (unsigned i = 0; i < count; i++) {
            if (set >> i & 1)
                write_at(i * SECTOR_BYTES, new + i *SECTOR_BYTES, SECTOR_BYTES);
        }
        if (before != after || is_whole)
            cr_assert_eq(is_there(after, 0, size, 2), is_whole, "sectors %x of %zu", set, count);
        else if (set != 0)
            cr_assert(!is_there(after, 0, size, 2), "sectors %x of %zu", set, count);
        cr_assert_eq(fault(after), MP_JOURNAL_BYTES, "sectors %x", set);
    }
    free(old);
    free(new);
}

FILE_TEST(a_torn_write_leaves_the_row_or_none)
{
    tear(200, 4, 5);
    tear(3000, 4, 5);
    tear(3900, 4, 5);
}

/* What was torn was not acknowledged, so its number came again with something else. */
FILE_TEST(two_torn_writes_of_one_number_are_not_put_together)
{
    tear(200, 5, 5);
    tear(3000, 5, 5);
}

FILE_TEST(every_byte_that_is_changed_is_noticed)
{
    size_t end = put(put(0, 1, 1200, 1), 2, 700, 2);
    uint8_t byte;

    for (size_t at = 0; at < end; at++) {
        read_at(at, &byte, 1);
        byte ^= (uint8_t)(1u << at % 8);
        write_at(at, &byte, 1);
        cr_assert_eq(fault(2), at / SECTOR_BYTES * SECTOR_BYTES, "byte %zu", at);
        byte ^= (uint8_t)(1u << at % 8);
        write_at(at, &byte, 1);
    }
    cr_expect_eq(fault(2), MP_JOURNAL_BYTES);
}

FILE_TEST(a_row_lost_before_another_is_noticed)
{
    static const uint8_t zeros[4096];

    (void)put(put(put(0, 1, 100, 1), 2, 100, 2), 3, 100, 3);
    write_at(4096, zeros, sizeof(zeros));
    cr_expect(is_there(1, 0, 100, 1));
    cr_expect(!is_there(2, 4096, 100, 2));
    cr_expect_eq(fault(2), 8192u);
}

FILE_TEST(dead_rows_behind_the_last_are_no_fault)
{
    (void)put(put(put(0, 1, 100, 1), 2, 5000, 2), 3, 100, 3);
    (void)put(0, 4, 100, 4);
    cr_expect(is_there(4, 0, 100, 4));
    cr_expect(!is_there(5, 4096, 0, 0));
    cr_expect_eq(fault(5), MP_JOURNAL_BYTES);
}

FILE_TEST(a_size_beyond_the_file_is_no_row)
{
    size_t at = MP_JOURNAL_BYTES - mp_journal_row_extent(MP_JOURNAL_ROW_BYTES);
    uint8_t first[SECTOR_BYTES];

    (void)put(at, 1, MP_JOURNAL_ROW_BYTES, 1);
    read_at(at, first, sizeof(first));
    write_at(MP_JOURNAL_BYTES - 4096, first, sizeof(first));
    cr_expect(!is_there(1, MP_JOURNAL_BYTES - 4096, MP_JOURNAL_ROW_BYTES, 1));
}

FILE_TEST(one_that_was_not_made_whole_is_made_again)
{
    cr_assert_eq(ftruncate(file, 5000), 0);
    close(file);
    file = mp_journal_file_open(fixture.folder, false);
    cr_assert_geq(file, 0);
    cr_expect_eq(fault(0), MP_JOURNAL_BYTES);
    cr_expect_eq(lseek(file, 0, SEEK_END), (off_t)MP_JOURNAL_BYTES);
}

FILE_TEST(one_that_was_cut_short_is_damaged)
{
    struct mp_journal_image image;

    (void)put(0, 1, 100, 1);
    cr_assert_eq(ftruncate(file, 5000), 0);
    cr_expect_eq(mp_journal_file_open(fixture.folder, false), MP_ECORRUPT);
    cr_expect_eq(mp_journal_image_read(file, &image), MP_ECORRUPT);
    cr_expect_eq(lseek(file, 0, SEEK_END), 5000, "it is left as it is");
}

FILE_TEST(who_only_reads_makes_none)
{
    cr_assert_eq(unlink(fixture_path(&fixture, "store/" MP_JOURNAL_FILE)), 0);
    cr_expect_eq(mp_journal_file_open(fixture.folder, true), MP_ENOTFOUND);
}

/* ---- the journal of schema 3 ---- */

static void make_journal_before(uint64_t last)
{
    MP_AUTO(mp_kv_close) struct mp_kv *kv = NULL;
    const struct mp_kv_options options = {.folder = fixture_path(&fixture, "store/journal"),
                                          .map_bytes = 1 << 20,
                                          .tables = 1,
                                          .create = true};
    const uint8_t version[4] = {0, 0, 0, 3};
    struct mp_kv_txn *txn;
    struct mp_store_key key;
    mp_kv_table rows;

    fixture_overwrite(&fixture, fixture.store->tables.meta, mp_span_text(MP_STORE_META_SCHEMA),
                      mp_span_make(version, sizeof(version)));
    cr_assert_eq(mp_kv_open(&options, &kv), 0);
    cr_assert_eq(mp_kv_table_open(kv, "rows", &rows), 0);
    cr_assert_eq(mp_kv_begin(kv, true, &txn), 0);
    mp_store_key_seq(&key, last);
    mp_kv_put(txn, rows, mp_store_key_span(&key), mp_span_text("a row"));
    cr_assert_eq(mp_kv_commit(txn), 0);
    mp_store_close(mp_take(fixture.store));
}

static uint64_t findings(void)
{
    struct mp_store_options options = fixture.options;
    struct mp_verify_report report = {.findings = 0};

    options.read_only = true;
    cr_assert_eq(mp_store_verify(&options, fixture_path(&fixture, "scratch"), &report), 0);
    return report.findings;
}

Test(store_journal_before, what_it_filed_is_thrown_away)
{
    struct mp_store_key filed;

    fixture_open(&fixture, 0);
    mp_store_key_seq(&filed, 7);
    fixture_overwrite(&fixture, fixture.store->tables.meta, mp_span_text(MP_STORE_META_FILED),
                      mp_store_key_span(&filed));
    make_journal_before(7);
    cr_expect_eq(findings(), 0u);
    cr_assert_eq(mp_store_open(&fixture.options, &fixture.store, NULL), 0);
    cr_expect(!mp_file_exists(fixture_path(&fixture, "store/journal")));
    (void)fixture_put_one(&fixture, fixture_project("ml-9"));
    fixture_close(&fixture);
}

Test(store_journal_before, what_it_did_not_file_is_not_lost)
{
    const char *why = "";

    fixture_open(&fixture, 0);
    make_journal_before(1);
    cr_expect_eq(findings(), 1u, "verify says so");
    cr_assert_eq(mp_store_open(&fixture.options, &fixture.store, &why), MP_EVERSION);
    cr_expect_not_null(strstr(why, "start that one once more"), "%s", why);
    cr_expect(mp_file_exists(fixture_path(&fixture, "store/journal/data.mdb")));
    fixture_close(&fixture);
}
