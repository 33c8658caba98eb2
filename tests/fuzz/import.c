/* A CSV file that somebody made: it is read, or every problem is told with its place. The first
 * byte chooses the file's name, the rest is its text. */
#include "tests/fuzz/fuzz.h"

#include "clients/cli/import.h"
#include "core/domain/rules.h"

#include <stdio.h>
#include <stdlib.h>

#define CELLS_MOST 256

static int check_line(void *context, const struct import_line *line)
{
    size_t *last = context;

    mp_assert(line->line > *last && line->count <= CELLS_MOST);
    for (size_t i = 0; i < line->count; i++)
        fuzz_check_text(line->cells[i]);
    *last = line->line;
    return 0;
}

static void check_split(struct mp_span text)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = fuzz_arena(FUZZ_ARENA_BYTES);
    struct import_csv_fault fault = {0};
    size_t last = 0;
    int result = import_csv_split(text, arena, check_line, &last, &fault);

    mp_assert(result == 0 || result == MP_EMALFORMED || result == MP_ENOMEM);
    mp_assert((result == MP_EMALFORMED) == (fault.message != NULL));
    if (fault.message != NULL)
        mp_assert(fault.line > 0);
}

static void check_file(const struct import_file *file, struct mp_arena *arena, int result,
                       size_t told)
{
    struct mp_rejection rejection;

    mp_assert((result == 0) == (file->problems == 0));
    mp_assert((told == 0) == (result == 0));
    if (result != 0)
        return;
    mp_assert(file->kind != NULL);
    for (size_t i = 0; i < file->count; i++)
        mp_assert(mp_validate_change(&file->rows[i].change, arena, &rejection) != 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = fuzz_arena(FUZZ_ARENA_BYTES);
    struct fuzz_input input = {.left = mp_span_make(data, size)};
    size_t kind = fuzz_u8(&input) % (import_kind_count + 1);
    struct import_file file;
    char name[64], *told = NULL;
    size_t told_size = 0;
    FILE *messages = open_memstream(&told, &told_size);
    int result;

    mp_assert(messages != NULL);
    check_split(input.left);
    (void)snprintf(name, sizeof name, "%s.csv",
                   kind == import_kind_count ? "table" : import_kinds[kind].name);
    result = import_file_read(fuzz_write(name, input.left), arena, &file);
    import_file_tell(&file, messages);
    mp_assert(fclose(messages) == 0);
    check_file(&file, arena, result, told_size);
    import_file_done(&file);
    free(told);
    return 0;
}
