/* A configuration: a file, and flags after a NUL, each ended by one. It is taken with every value
 * in its range, or refused with a sentence. */
#include "tests/fuzz/fuzz.h"

#include "core/conf/conf.h"

#define FLAGS_MOST 8
#define MOST       64
#define LEAST_MAP  4096
#define MOST_MAP   (INT64_C(1) << 40)

struct target {
    const char *title, *listen, *upstream, *folder;
    int64_t most, map;
    bool sync;
};

#define FIELD(type_, name_, member)                                                                \
    .name = (name_), .type = (type_), .help = "", .offset = offsetof(struct target, member)

static const struct mp_conf_key keys[] = {
    {FIELD(MP_CONF_TEXT, "title", title), .fallback = ""},
    {FIELD(MP_CONF_NUMBER, "most-changes", most), .low = 1, .high = MOST, .fallback = "16"},
    {FIELD(MP_CONF_BYTES, "map-size", map), .low = LEAST_MAP, .high = MOST_MAP, .fallback = "1GiB"},
    {FIELD(MP_CONF_SWITCH, "sync", sync), .fallback = "no"},
    {FIELD(MP_CONF_ADDRESS, "listen", listen), .fallback = "tcp://127.0.0.1:7701"},
    {FIELD(MP_CONF_ADDRESS, "upstream", upstream), .fallback = ""},
    {FIELD(MP_CONF_PATH, "folder", folder)},
};

static const struct mp_conf_table table = {
    .program = "milepost-fuzz", .summary = "", .keys = keys, .key_count = MP_LENGTH(keys)};

static bool is_address(const char *text)
{
    return strncmp(text, "tcp://", 6) == 0 || strncmp(text, "ipc://", 6) == 0;
}

static void check_target(const struct target *target)
{
    const char *const texts[] = {target->title, target->listen, target->upstream, target->folder};

    for (size_t i = 0; i < MP_LENGTH(texts); i++)
        fuzz_check_text(texts[i]);
    mp_assert(target->most >= 1 && target->most <= MOST);
    mp_assert(target->map >= LEAST_MAP && target->map <= MOST_MAP);
    mp_assert(is_address(target->listen));
    mp_assert(target->upstream[0] == '\0' || is_address(target->upstream));
    mp_assert(target->folder[0] != '\0');
}

/* The flags as an argv, their texts in the arena. */
static int read_flags(struct mp_span bytes, struct mp_arena *arena, char **argv)
{
    static char program[] = "milepost-fuzz";
    int argc = 0;

    argv[argc++] = program;
    while (bytes.size > 0 && argc <= FLAGS_MOST) {
        size_t size = strnlen((const char *)bytes.data, bytes.size);
        size_t whole = size < bytes.size ? size + 1 : size;

        argv[argc] = mp_arena_text(arena, mp_span_make(bytes.data, size));
        mp_assert(argv[argc] != NULL);
        argc++;
        bytes = mp_span_make(bytes.data + whole, bytes.size - whole);
    }
    return argc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = fuzz_arena(FUZZ_ARENA_BYTES);
    struct fuzz_input input = {.left = mp_span_make(data, size)};
    const uint8_t *nul = size == 0 ? NULL : memchr(data, '\0', size);
    struct mp_span text = fuzz_bytes(&input, nul == NULL ? size : (size_t)(nul - data));
    char *argv[FLAGS_MOST + 2] = {NULL};
    struct mp_conf_source source = {.argv = argv};
    struct target target;
    const char *why = NULL;
    int result;

    (void)fuzz_u8(&input);
    source.argc = read_flags(input.left, arena, argv);
    source.file = fuzz_write("milepost.conf", text);
    result = mp_conf_load(&table, &source, arena, &target, &why);
    mp_assert(result == 0 || result == MP_ECONFIG);
    if (result == 0)
        check_target(&target);
    else
        fuzz_check_sentence(why);
    return 0;
}
