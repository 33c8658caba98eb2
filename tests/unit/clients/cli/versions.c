#include "clients/cli/versions.h"

#include "clients/cli/parse.h"

#include <criterion/criterion.h>
#include <string.h>

static struct mp_record version(const char *name, int32_t valid_from, uint64_t seq)
{
    struct mp_record record = {.subject.kind = MP_KIND_CALENDAR, .revision = {7, seq}};

    record.calendar.name = name;
    record.calendar.valid_from = valid_from;
    return record;
}

Test(versions, the_latest_that_has_begun_is_in_force)
{
    struct mp_record records[] = {version("cn", 100, 1), version("pk", 50, 2),
                                  version("pk", 200, 3)};
    const struct versions versions = {records, MP_LENGTH(records)};
    static const struct {
        const char *name;
        int32_t day;
        int found; /* -1: none */
    } rows[] = {
        {"pk", 49, -1}, {"pk", 50, 1},  {"pk", 199, 1},  {"pk", 200, 2},
        {"pk", 201, 2}, {"cn", 99, -1}, {"cn", 1000, 0}, {"xx", 1000, -1},
    };

    for (size_t i = 0; i < MP_LENGTH(rows); i++)
        cr_expect_eq(versions_in_force(&versions, rows[i].name, rows[i].day),
                     rows[i].found < 0 ? NULL : &records[rows[i].found], "%s on %d", rows[i].name,
                     rows[i].day);
    cr_expect(versions_has(&versions, "cn"));
    cr_expect_not(versions_has(&versions, "c"));
}

#define WORDS_MOST 8

/* The line as it is parsed; words end with NULL. */
static struct cli line(struct mp_arena *arena, const char *const words[static WORDS_MOST])
{
    struct cli cli = {.arena = arena};
    char *argv[WORDS_MOST + 2];
    int argc = 0, status = 0;

    argv[argc++] = mp_arena_printf(arena, "milepost");
    for (size_t i = 0; i < WORDS_MOST && words[i] != NULL; i++)
        argv[argc++] = mp_arena_printf(arena, "%s", words[i]);
    argv[argc] = NULL;
    cr_assert(cli_parse(&cli, argc, argv, &status));
    return cli;
}

Test(versions, a_change_replaces_only_the_version_that_was_read)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1 << 18);
    static const char *const plain[WORDS_MOST] = {"calendar", "set", "pk"};
    static const char *const expecting[WORDS_MOST] = {"calendar", "set", "pk", "--expect", "1:1"};
    struct mp_record records[] = {version("pk", 50, 2), version("pk", 200, 3)};
    const struct versions versions = {records, MP_LENGTH(records)};
    struct cli cli = line(arena, plain);
    struct say say = {.cli = &cli};

    versions_expect(&say, &versions, "pk", 200);
    cr_expect(say.change.has_expected);
    cr_expect_eq(say.change.expected.epoch, 7);
    cr_expect_eq(say.change.expected.seq, 3);

    say = (struct say){.cli = &cli};
    versions_expect(&say, &versions, "pk", 199);
    cr_expect(say.change.has_expected, "there must be none yet");
    cr_expect_eq(say.change.expected.seq, 0);

    cli = line(arena, expecting);
    say = (struct say){.cli = &cli};
    versions_expect(&say, &versions, "pk", 200);
    cr_expect_not(say.change.has_expected, "what the line says counts");
}
