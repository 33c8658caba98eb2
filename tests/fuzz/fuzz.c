#include "tests/fuzz/fuzz.h"

#include "core/base/text.h"

#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define BUFFER_MOST ((size_t)8 << 20)

static char folder[PATH_MAX / 2];

struct mp_arena *fuzz_arena(size_t budget_bytes)
{
    struct mp_arena *arena = mp_arena_new(budget_bytes);

    mp_assert(arena != NULL);
    return arena;
}

size_t fuzz_small_budget(struct mp_span bytes)
{
    size_t sum = bytes.size;

    for (size_t i = 0; i < bytes.size; i++)
        sum = sum * 31 + bytes.data[i];
    return sum % (4 * bytes.size + 512);
}

struct mp_buffer fuzz_buffer(void)
{
    struct mp_buffer buffer;

    mp_buffer_init(&buffer, BUFFER_MOST);
    return buffer;
}

void fuzz_touch(struct mp_span bytes)
{
    static volatile uint8_t sink;
    uint8_t sum = 0;

    for (size_t i = 0; i < bytes.size; i++)
        sum ^= bytes.data[i];
    sink = sum;
    (void)sink;
}

void fuzz_check_text(const char *text)
{
    mp_assert(text != NULL);
    mp_assert(mp_text_is_utf8(mp_span_text(text)));
}

void fuzz_check_sentence(const char *text)
{
    fuzz_check_text(text);
    mp_assert(text[0] != '\0');
    mp_assert(!mp_text_has_control(mp_span_text(text)));
    mp_assert(strchr(text, '\n') == NULL);
}

uint8_t fuzz_u8(struct fuzz_input *input)
{
    struct mp_span one = fuzz_bytes(input, 1);

    return one.size == 1 ? one.data[0] : 0;
}

struct mp_span fuzz_bytes(struct fuzz_input *input, size_t size)
{
    struct mp_span taken = input->left;

    if (size < taken.size)
        taken.size = size;
    if (taken.size > 0)
        input->left.data += taken.size;
    input->left.size -= taken.size;
    return taken;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

static void remove_folder(void)
{
    (void)nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *fuzz_folder(void)
{
    const char *parent = getenv("TMPDIR");

    if (folder[0] != '\0')
        return folder;
    if (parent == NULL)
        parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    mp_assert(snprintf(folder, sizeof folder, "%s/milepost-fuzz-XXXXXX", parent) <
              (int)sizeof folder);
    mp_assert(mkdtemp(folder) != NULL);
    mp_assert(atexit(remove_folder) == 0);
    return folder;
}

const char *fuzz_write(const char *name, struct mp_span bytes)
{
    static char path[PATH_MAX];
    int file;

    mp_assert(snprintf(path, sizeof path, "%s/%s", fuzz_folder(), name) < (int)sizeof path);
    file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    mp_assert(file >= 0);
    if (bytes.size > 0)
        mp_assert(write(file, bytes.data, bytes.size) == (ssize_t)bytes.size);
    mp_assert(close(file) == 0);
    return path;
}
