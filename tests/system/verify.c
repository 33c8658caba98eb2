/* The record proves itself. */
#include "core/base/file.h"
#include "tests/support/system_record.h"

#include <stdlib.h>
#include <string.h>

#define FILE_MOST ((size_t)256 << 20)
#define NOTE      "the bridge at Attock stands"

static struct system_instance instance;

static void begin(void)
{
    system_begin_world(&instance);
    system_do(&instance, "progress", "ml-1:completion", "50", "--as", "railways", "--note", NOTE);
    system_stop_all(&instance);
}

#define VERIFY_TEST(name) Test(verify, name, .init = begin, .fini = system_end)

/* The record's file in a folder of its own, with a bit of the note turned round wherever it is (a
 * page that is no longer used may hold it too). */
static const char *copy_record(const char *name, bool flip)
{
    const char *folder = system_text("%s/%s", system_folder(), name);
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(FILE_MOST + (1 << 20));
    struct mp_span bytes;
    uint8_t *at;
    size_t flipped = 0;

    cr_assert_eq(mp_file_make_folder(folder, 0700), 0);
    cr_assert_eq(
        mp_file_read(arena, system_text("%s/store/data.mdb", instance.folder), FILE_MOST, &bytes),
        0);
    at = (uint8_t *)(uintptr_t)bytes.data;
    while (flip &&
           (at = memmem(at, bytes.size - (size_t)(at - bytes.data), NOTE, strlen(NOTE))) != NULL) {
        *at++ ^= 1;
        flipped++;
    }
    cr_assert(!flip || flipped > 0, "the note is not to be found");
    cr_assert_eq(mp_file_write_durable(system_text("%s/data.mdb", folder), bytes, 0600), 0);
    return folder;
}

VERIFY_TEST(a_copy_of_a_stopped_record_is_whole)
{
    system_do(&instance, "verify");
    system_do(&instance, "verify", copy_record("copy", false));
}

VERIFY_TEST(a_script_reads_what_was_found)
{
    struct system_said said = system_cli(&instance, "verify", "-o", "json");

    system_expect(said, 0);
    cr_assert_not_null(strstr(said.out, "\"whole\": true"), "%s", said.out);
    said = system_cli(&instance, "verify", copy_record("copy", true), "-o", "ndjson");
    system_expect(said, 1);
    cr_assert_not_null(strstr(said.out, "{\"whole\":false,"), "%s", said.out);
    cr_assert_not_null(strstr(said.out, "\"findings\":[\""), "%s", said.out);
}

VERIFY_TEST(a_folder_without_a_record_is_named)
{
    static const char *const folders[] = {"/tmp", "/nonexistent"};

    for (size_t i = 0; i < MP_LENGTH(folders); i++) {
        struct system_said said = system_cli(&instance, "verify", folders[i]);

        system_expect(said, 3);
        cr_assert_not_null(strstr(said.err, "there is no record in that folder"), "%s", said.err);
    }
}

VERIFY_TEST(a_flipped_bit_is_found_and_named)
{
    struct system_said said = system_cli(&instance, "verify", copy_record("copy", true));

    system_expect(said, 1);
    cr_assert_gt(strlen(said.err) + strlen(said.out), 20u, "it says what is wrong");
    cr_assert_not_null(strstr(system_text("%s%s", said.out, said.err), "event"), "%s%s", said.out,
                       said.err);
}
