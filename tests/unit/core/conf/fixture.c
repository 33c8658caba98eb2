#include "tests/unit/core/conf/fixture.h"

#include "core/base/file.h"
#include "tests/support/folder.h"

#include <criterion/criterion.h>
#include <limits.h>
#include <stdarg.h>

static const struct mp_conf_key keys[] = {
    {.name = "title",
     .type = MP_CONF_TEXT,
     .fallback = "",
     .help = "what it is called",
     .offset = offsetof(struct conf_target, title)},
    {.name = "most-changes",
     .type = MP_CONF_NUMBER,
     .low = 1,
     .high = 64,
     .fallback = "16",
     .help = "changes a submission",
     .offset = offsetof(struct conf_target, most)},
    {.name = "map-size",
     .type = MP_CONF_BYTES,
     .low = 4096,
     .high = INT64_C(1) << 40,
     .fallback = "64GiB",
     .help = "size of the map",
     .offset = offsetof(struct conf_target, map)},
    {.name = "sync",
     .type = MP_CONF_SWITCH,
     .fallback = "no",
     .help = "whether to sync",
     .offset = offsetof(struct conf_target, sync)},
    {.name = "listen",
     .type = MP_CONF_ADDRESS,
     .fallback = "tcp://127.0.0.1:7701",
     .help = "where to listen",
     .offset = offsetof(struct conf_target, listen)},
    {.name = "upstream",
     .type = MP_CONF_ADDRESS,
     .fallback = "",
     .help = "whom to follow",
     .offset = offsetof(struct conf_target, upstream)},
    {.name = "folder",
     .type = MP_CONF_PATH,
     .help = "where everything is kept",
     .offset = offsetof(struct conf_target, folder)},
};

const struct mp_conf_table conf_table = {
    .program = "milepost-test",
    .summary = "a program for tests",
    .keys = keys,
    .key_count = MP_LENGTH(keys),
};

struct mp_arena *conf_arena;
static char folder[FOLDER_BYTES];

void conf_set_up(void)
{
    folder_make(folder);
    conf_arena = mp_arena_new((size_t)4 << 20);
}

void conf_tear_down(void)
{
    mp_arena_free(conf_arena);
    folder_remove(folder);
}

const char *conf_folder(void)
{
    return folder;
}

const char *conf_file(const char *text)
{
    static char path[PATH_MAX + 32];

    snprintf(path, sizeof(path), "%s/milepost.yaml", folder);
    cr_assert_eq(mp_file_write_durable(path, mp_span_text(text), 0600), 0);
    return path;
}

int conf_load(struct conf_target *target, const char **ret_why, const char *file, ...)
{
    struct mp_conf_source source = {.file = file, .argc = 1};
    char *argv[16] = {(char *)(uintptr_t) "program"};
    va_list flags;

    va_start(flags, file);
    for (char *flag; (flag = va_arg(flags, char *)) != NULL;)
        argv[source.argc++] = flag;
    va_end(flags);
    source.argv = argv;
    return mp_conf_load(&conf_table, &source, conf_arena, target, ret_why);
}
