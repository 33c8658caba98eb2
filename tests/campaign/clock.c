/* The machine's clock is set while everything runs: forth and back, by hours and by years. */
#include "tests/support/system_record.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define HOUR_US  INT64_C(3600000000)
#define DAY_US   (24 * HOUR_US)
#define YEAR_US  (365 * DAY_US)
#define SUBJECT  "ml-1:completion"
#define EACH     4 /* reports after a jump */
#define MOMENTS  64
#define BEHIND   "clock is behind the record"
#define CAUGHT   "not behind the record any more"
#define REJECTED 4

static struct system_instance instance;
static volatile int64_t *moved_us;

/* Whatever is started from here on has the clock that the test moves. */
static void begin_moving(void)
{
    const char *path = system_text("%s/clock", system_folder());
    const char *library = system_text("%s/preload/clock.so", getenv("MILEPOST_BUILD"));
    struct stat status;
    void *page;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    cr_assert_eq(stat(library, &status), 0, "%s: %s", library, strerror(errno));
    cr_assert_geq(fd, 0);
    cr_assert_eq(ftruncate(fd, sizeof *moved_us), 0);
    page = mmap(NULL, sizeof *moved_us, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    cr_assert_neq(page, MAP_FAILED);
    (void)close(fd);
    moved_us = page;
    cr_assert_eq(setenv("MILEPOST_TEST_CLOCK", path, 1), 0);
    cr_assert_eq(setenv("LD_PRELOAD", library, 1), 0);
    /* The sanitizer's own library then comes second, which is all right. */
    cr_assert_eq(setenv("ASAN_OPTIONS",
                        system_text("%s:verify_asan_link_order=0",
                                    getenv("ASAN_OPTIONS") == NULL ? "" : getenv("ASAN_OPTIONS")),
                        1),
                 0);
}

static void begin(void)
{
    system_begin();
    begin_moving();
    system_init(&instance, "i");
    system_start(&instance);
    system_make_world(&instance);
}

static void end(void)
{
    (void)munmap((void *)moved_us, sizeof *moved_us);
    system_end();
}

/* A moment of the record, and what it answered then. */
struct moment {
    const char *time; /* recorded_at of the last event */
    const char *milestone, *list;
};

static struct moment moments[MOMENTS];
static size_t moment_count;

static const char *text_of(const char *line, const char *name)
{
    const char *at = strstr(line, system_text("\"%s\":\"", name));

    cr_assert_not_null(at, "no %s in %s", name, line);
    at += strlen(name) + 4;
    return system_text("%.*s", (int)strcspn(at, "\""), at);
}

static int64_t seconds_of(const char *time)
{
    struct tm parts = {0};

    cr_assert_not_null(strptime(time, "%Y-%m-%dT%H:%M:%S", &parts), "%s", time);
    return timegm(&parts);
}

/* As it is answered now, or as recorded at the time. */
static const char *ask(const char *verb, const char *what, const char *time)
{
    struct system_said said =
        time == NULL ? system_cli(&instance, verb, what, "-o", "json")
                     : system_cli(&instance, verb, what, "-o", "json", "--as-recorded", time);

    system_expect(said, 0);
    return said.out;
}

/* A report, seen by the console; and what the record answers after it. */
static void report(struct system_process *watch)
{
    struct moment *moment = &moments[moment_count];
    const char *note = system_text("moment-%zu", moment_count), *line;

    cr_assert_lt(moment_count, (size_t)MOMENTS);
    system_do(&instance, "progress", SUBJECT, system_text("%zu", moment_count), "--as", "railways",
              "--note", note);
    line = system_await(watch, SYSTEM_OUT, note);
    moment->time = text_of(line, "recorded_at");
    if (moment_count > 0)
        cr_assert_gt(strcmp(moment->time, moments[moment_count - 1].time), 0, "%s after %s",
                     moment->time, moments[moment_count - 1].time);
    moment->milestone = ask("get", SUBJECT, NULL);
    moment->list = ask("list", "milestones", NULL);
    moment_count++;
}

static size_t count_words(const char *text, const char *words)
{
    size_t count = 0;

    for (; (text = strstr(text, words)) != NULL; text += strlen(words))
        count++;
    return count;
}

static void expect_the_past(void)
{
    for (size_t i = 0; i < moment_count; i++) {
        const char *then = ask("get", SUBJECT, moments[i].time);

        cr_assert_str_eq(then, moments[i].milestone, "as recorded %s", moments[i].time);
        then = ask("list", "milestones", moments[i].time);
        cr_assert_str_eq(then, moments[i].list, "as recorded %s", moments[i].time);
    }
}

Test(clock, the_record_goes_on_and_never_back_whatever_the_clock_does, .init = begin, .fini = end)
{
    static const int64_t jumps_us[] = {0,           3 * HOUR_US,  -5 * HOUR_US,
                                       2 * YEAR_US, -3 * YEAR_US, 2 * YEAR_US + DAY_US};
    struct system_process *watch = system_watch(&instance, "", NULL, NULL);
    size_t said = strlen(system_output(watch, SYSTEM_ERR));

    for (size_t i = 0; i < MP_LENGTH(jumps_us); i++) {
        bool is_back = jumps_us[i] < 0;

        *moved_us = jumps_us[i];
        for (size_t j = 0; j < EACH; j++)
            report(watch);
        if (i > 1) /* from the third on the clock is behind and comes back by turns */
            (void)system_await(instance.services[SYSTEM_LEDGER], SYSTEM_ERR,
                               is_back ? BEHIND : CAUGHT);
        if (i > 0 && !is_back)
            cr_assert_gt(seconds_of(moments[i * EACH].time) -
                             seconds_of(moments[i * EACH - 1].time),
                         2 * HOUR_US / 1000000, "the clock was not moved");
    }
    /* A timer that followed the clock would find three heartbeats overdue. A machine that stands
     * still for 3 s may do that too, but not each time. */
    cr_assert_lt(count_words(system_output(watch, SYSTEM_ERR) + said, "stale"), (size_t)3, "%s",
                 system_output(watch, SYSTEM_ERR) + said);
    expect_the_past();
    *moved_us = -YEAR_US;
    system_kill(&instance, SYSTEM_LEDGER);
    system_launch(&instance, SYSTEM_LEDGER);
    for (int i = 0; i < SYSTEM_SERVICES; i++)
        system_await_healthy(&instance, (enum system_service)i);
    report(watch);
    expect_the_past();
    system_verify(&instance);
}

Test(clock, health_says_how_far_the_clock_is_behind_and_stays_ok, .init = begin, .fini = end)
{
    struct system_said said;

    *moved_us = DAY_US;
    system_do(&instance, "progress", SUBJECT, "1", "--as", "railways");
    *moved_us = 0;
    said = system_cli(&instance, "health", "-o", "ndjson");
    system_expect(said, 0);
    cr_assert_not_null(strstr(said.out, "\"clock_behind_s\":863"), "%s", said.out);
    (void)system_await(instance.services[SYSTEM_LEDGER], SYSTEM_ERR, BEHIND);
}

/* The ledger's clock decides, not that of whoever reports. */
Test(clock, an_agency_with_a_wrong_clock_is_told_or_harms_nothing, .init = begin, .fini = end)
{
    struct system_process *watch = system_watch(&instance, "", NULL, NULL);
    struct system_said said;
    int64_t before_s;

    report(watch);
    before_s = seconds_of(moments[0].time);
    *moved_us = 0;
    /* The services keep the true clock, the command line gets one of its own. */
    cr_assert_eq(setenv("MILEPOST_TEST_CLOCK", system_text("%s/other", system_folder()), 1), 0);
    for (int i = -1; i <= 1; i += 2) {
        const int64_t other_us = i * 5 * YEAR_US;
        FILE *file = fopen(system_text("%s/other", system_folder()), "we");

        cr_assert_not_null(file);
        cr_assert_eq(fwrite(&other_us, sizeof other_us, 1, file), 1u);
        (void)fclose(file);
        said = system_cli(&instance, "progress", SUBJECT, "50", "--as", "railways", "--note",
                          system_text("clock%d", i));
        if (said.status == REJECTED)
            cr_assert_not_null(strstr(said.err, "stated_on"), "%s", said.err);
        else
            system_expect(said, 0);
    }
    (void)unsetenv("MILEPOST_TEST_CLOCK");
    system_do(&instance, "progress", SUBJECT, "51", "--as", "railways", "--note", "true");
    cr_assert_lt(seconds_of(text_of(system_await(watch, SYSTEM_OUT, "\"true\""), "recorded_at")) -
                     before_s,
                 (int64_t)600);
}
