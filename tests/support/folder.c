#include "tests/support/folder.h"

#include <criterion/criterion.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BASE_MOST    40
#define HANDLES_MOST 16

void folder_make(char path[static FOLDER_BYTES])
{
    const char *base = getenv("TMPDIR");

    (void)snprintf(path, FOLDER_BYTES, "%s/milepost-XXXXXX",
                   base == NULL || strlen(base) > BASE_MOST ? "/tmp" : base);
    cr_assert_not_null(mkdtemp(path), "no folder %s", path);
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *place)
{
    (void)status, (void)type, (void)place;
    return remove(path);
}

void folder_remove(const char *path)
{
    (void)nftw(path, remove_one, HANDLES_MOST, FTW_DEPTH | FTW_PHYS);
}
