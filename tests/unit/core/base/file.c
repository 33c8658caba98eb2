#include "core/base/file.h"
#include "tests/support/folder.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

static char folder[FOLDER_BYTES];
static char path[PATH_MAX + 64];
static struct mp_arena *arena;

static void set_up(void)
{
    folder_make(folder);
    arena = mp_arena_new((size_t)1 << 20);
}

static void tear_down(void)
{
    mp_arena_free(arena);
    folder_remove(folder);
}

static const char *in_folder(const char *name)
{
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

static unsigned count_entries(void)
{
    DIR *listing = opendir(folder);
    unsigned count = 0;

    for (struct dirent *entry; (entry = readdir(listing)) != NULL;)
        count += entry->d_name[0] != '.' ? 1 : 0;
    closedir(listing);
    return count;
}

Test(base_file, what_is_written_is_read_and_nothing_else_is_left, .init = set_up, .fini = tear_down)
{
    struct mp_span bytes;
    struct stat status;

    for (int round = 0; round < 2; round++) {
        cr_assert_eq(mp_file_write_durable(in_folder("a"), mp_span_make("x\0y", 3), 0640), 0);
        cr_assert_eq(mp_file_read(arena, path, 3, &bytes), 0);
        cr_assert(mp_span_equal(bytes, mp_span_make("x\0y", 3)));
        cr_assert_eq(bytes.data[3], 0);
    }
    cr_assert_eq(stat(path, &status), 0);
    cr_assert_eq(status.st_mode & 0777, 0640);
    cr_assert_eq(count_entries(), 1);
}

Test(base_file, a_failed_write_leaves_the_old_file_and_no_temporary, .init = set_up,
     .fini = tear_down)
{
    cr_assert_eq(mkdir(in_folder("taken"), 0700), 0);
    cr_assert_lt(mp_file_write_durable(path, mp_span_text("x"), 0600), 0);
    cr_assert_eq(count_entries(), 1);
    cr_assert_eq(mp_file_write_durable(in_folder("none/a"), mp_span_text("x"), 0600), MP_ENOTFOUND);
}

Test(base_file, reading_names_what_is_wrong, .init = set_up, .fini = tear_down)
{
    struct mp_span bytes = mp_span_text("untouched");
    MP_AUTO(mp_arena_free) struct mp_arena *small = mp_arena_new(16);
    char large[200000];

    memset(large, 'x', sizeof(large));
    cr_assert_eq(mp_file_read(arena, in_folder("none"), 10, &bytes), MP_ENOTFOUND);
    cr_assert_eq(mp_file_write_durable(in_folder("a"), mp_span_make(large, sizeof(large)), 0600),
                 0);
    cr_assert_eq(mp_file_read(arena, path, sizeof(large) - 1, &bytes), MP_ETOOBIG);
    cr_assert_eq(mp_file_read(small, path, sizeof(large), &bytes), MP_ENOMEM);
    cr_assert_eq(mp_file_read(arena, folder, 10, &bytes), MP_EINVAL);
    cr_assert(mp_span_equal(bytes, mp_span_text("untouched")));
    cr_assert_eq(mp_file_read(arena, path, sizeof(large), &bytes), 0);
    cr_assert(mp_span_equal(bytes, mp_span_make(large, sizeof(large))));
}

Test(base_file, an_empty_file_is_an_empty_text, .init = set_up, .fini = tear_down)
{
    struct mp_span bytes;

    cr_assert_eq(mp_file_write_durable(in_folder("a"), mp_span_make(NULL, 0), 0600), 0);
    cr_assert_eq(mp_file_read(arena, path, 0, &bytes), 0);
    cr_assert_eq(bytes.size, 0);
    cr_assert_str_eq((const char *)bytes.data, "");
}

Test(base_file, folders_are_made_with_their_parents, .init = set_up, .fini = tear_down)
{
    cr_assert_eq(mp_file_make_folder(in_folder("a/b//c/"), 0700), 0);
    cr_assert(mp_file_exists(in_folder("a/b/c")));
    cr_assert_eq(mp_file_make_folder(path, 0700), 0);
    cr_assert_eq(mp_file_sync_folder(path), 0);
    cr_assert_eq(mp_file_write_durable(in_folder("a/file"), mp_span_text(""), 0600), 0);
    cr_assert_eq(mp_file_make_folder(path, 0700), MP_EEXIST);
    cr_assert_lt(mp_file_make_folder(in_folder("a/file/b"), 0700), 0);
    cr_assert_eq(mp_file_make_folder("", 0700), MP_EINVAL);
    cr_assert_eq(mp_file_sync_folder(in_folder("none")), MP_ENOTFOUND);
    cr_assert_not(mp_file_exists(path));
}

Test(base_file, a_private_file_is_ours_alone, .init = set_up, .fini = tear_down)
{
    static const struct {
        mode_t mode;
        int expected;
    } rows[] = {{0600, 0},           {0400, 0},           {0640, MP_EKEYMODE},
                {0604, MP_EKEYMODE}, {0620, MP_EKEYMODE}, {0602, MP_EKEYMODE}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        cr_assert_eq(mp_file_write_durable(in_folder("key"), mp_span_text("k"), rows[i].mode), 0);
        cr_expect_eq(mp_file_check_private(path), rows[i].expected, "%o", (unsigned)rows[i].mode);
    }
    cr_assert_eq(mp_file_check_private(in_folder("none")), MP_ENOTFOUND);
    cr_assert_eq(mp_file_check_private(folder), MP_EKEYMODE);
}

Test(base_file, system_errors_are_translated)
{
    cr_expect_eq(mp_error_from_errno(ENOSPC), MP_ENOSPC);
    cr_expect_eq(mp_error_from_errno(EIO), MP_EIO);
    cr_expect_eq(mp_error_from_errno(EACCES), MP_EPERM);
    cr_expect_eq(mp_error_from_errno(ENOTTY), MP_ESYSTEM);
}
