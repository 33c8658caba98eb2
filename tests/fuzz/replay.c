/* replay COUNTS FOLDER…: runs a target without libFuzzer, in ordinary test runs: over every file of
 * the folders, and over each cut short and with bytes changed, the same ones every time. A folder
 * that is not there is passed over; without any file it fails. COUNTS gets "passed failed". */
#include "tests/fuzz/fuzz.h"

#include "core/base/file.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FILE_MOST ((size_t)8 << 20)
#define CUTS_MOST 64
#define CHANGES   64

/* A copy of exactly that size, so that reading beyond it is noticed. */
static void run(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size == 0 ? 1 : size);

    mp_assert(copy != NULL);
    if (size > 0)
        memcpy(copy, data, size);
    (void)LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static uint64_t roll(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state >> 11;
}

static void run_changed(uint8_t *data, size_t size)
{
    uint64_t state = UINT64_C(0x9e3779b97f4a7c15) + size;
    size_t step = size / CUTS_MOST + 1;

    for (size_t cut = 0; cut < size; cut += step)
        run(data, cut);
    for (size_t i = 0; i < CHANGES && size > 0; i++) {
        size_t at = roll(&state) % size;
        uint8_t before = data[at];

        data[at] = (uint8_t)roll(&state);
        run(data, size);
        data[at] = before;
    }
}

static bool run_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data = malloc(FILE_MOST);
    size_t size;

    mp_assert(data != NULL);
    if (file == NULL) {
        perror(path);
        free(data);
        return false;
    }
    size = fread(data, 1, FILE_MOST, file);
    (void)fclose(file);
    (void)printf("%s\n", path); /* the last line is the input that broke it */
    (void)fflush(stdout);
    run(data, size);
    run_changed(data, size);
    free(data);
    return true;
}

static bool is_input(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static size_t run_folder(const char *folder)
{
    DIR *stream = opendir(folder);
    struct dirent *entry;
    char path[PATH_MAX];
    size_t count = 0;

    while (stream != NULL && (entry = readdir(stream)) != NULL) {
        if (!is_input(entry))
            continue;
        (void)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        count += run_file(path);
    }
    if (stream != NULL)
        (void)closedir(stream);
    return count;
}

/* Only now: a target that fails on the way leaves no old count behind. */
static bool write_counts(char *path)
{
    char *slash = strrchr(path, '/');
    FILE *file;

    if (slash != NULL) {
        *slash = '\0';
        if (mp_file_make_folder(path, 0755) != 0)
            return false;
        *slash = '/';
    }
    file = fopen(path, "w");
    return file != NULL && fputs("1 0\n", file) >= 0 && fclose(file) == 0;
}

int main(int argc, char **argv)
{
    size_t count = 0;

    if (argc < 3) {
        (void)fprintf(stderr, "usage: %s COUNTS FOLDER...\n", argv[0]);
        return 2;
    }
    (void)unlink(argv[1]);
    for (int i = 2; i < argc; i++)
        count += run_folder(argv[i]);
    if (count == 0) {
        (void)fprintf(stderr, "%s: no input was found\n", argv[0]);
        return 1;
    }
    if (!write_counts(argv[1])) {
        perror(argv[1]);
        return 1;
    }
    (void)printf("%zu inputs\n", count);
    return 0;
}
