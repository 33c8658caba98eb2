#include "tests/unit/clients/cli/capture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <unistd.h>

static char text[65536];
static FILE *file;
static int kept;

void capture_begin(void)
{
    fflush(stdout);
    file = tmpfile();
    kept = dup(STDOUT_FILENO);
    cr_assert(file != NULL && kept >= 0);
    cr_assert_geq(dup2(fileno(file), STDOUT_FILENO), 0);
}

const char *capture_end(void)
{
    size_t size;

    fflush(stdout);
    cr_assert_geq(dup2(kept, STDOUT_FILENO), 0);
    close(kept);
    rewind(file);
    size = fread(text, 1, sizeof text - 1, file);
    text[size] = '\0';
    fclose(file);
    return text;
}
