/* A large programme for the questions about its schedule: projects of 100 milestones, two weeks
 * apart, each with a baseline, nine of ten with a forecast up to 60 days later, those long past
 * met; two links a milestone that go back to one of the ten before, every twentieth to another
 * project, with a lag of half to all of the time between. No chance: the same figures each time. */
#include "tests/bench/load.h"

#include "tests/bench/measure.h"

#include <errno.h>
#include <stdlib.h>

#define PROJECT 100
#define REACH   10 /* milestones that a link goes back */
#define STEP    14 /* days from one to the next */
#define BEGUN   200
#define WINDOW  64
#define WHY     "the benchmark's record begins in the past"

static const char *project(struct mp_arena *arena, unsigned number)
{
    return mp_arena_printf(arena, "sector-%02u/project-%04u", number / PROJECT, number);
}

static const char *milestone(struct mp_arena *arena, unsigned number)
{
    return mp_arena_printf(arena, "%s:milestone-%02u", project(arena, number / PROJECT),
                           number % PROJECT);
}

/* Spread, not random. */
static unsigned spread(unsigned number, unsigned below)
{
    return (unsigned)((uint64_t)number * 2654435761U % 4294967291U % below);
}

static int32_t baseline_day(unsigned number)
{
    return work_today() - BEGUN + (int32_t)(number % PROJECT * STEP + spread(number, 30));
}

static void add_programme(struct defining *defining)
{
    struct mp_change *change = define_add(defining, MP_CHANGE_TERM);

    change->term.scheme = MP_SCHEME_PROGRAMME;
    change->term.code = "large";
    change->term.title.en = "A large programme";
    change = define_add(defining, MP_CHANGE_POLICY);
    change->policy = (struct mp_policy){.programme = MP_POLICY_DEFAULT,
                                        .valid_from = work_today() - 2 * BEGUN,
                                        .amber_days = 30,
                                        .red_days = 90,
                                        .grey_days = 30,
                                        .least_for_index = 10};
    change->note = WHY;
}

static void add_project(struct defining *defining, unsigned number)
{
    struct mp_change *change;

    if (number % PROJECT == 0) { /* what it lies under */
        change = define_add(defining, MP_CHANGE_PROJECT);
        change->project.id = mp_arena_printf(defining->arena, "sector-%02u", number / PROJECT);
        change->project.programme = "large";
        change->project.title.en = change->project.id;
        change->project.status = MP_PROJECT_IMPLEMENTATION;
    }
    change = define_add(defining, MP_CHANGE_PROJECT);
    change->project.id = project(defining->arena, number);
    change->project.programme = "large";
    change->project.title.en = change->project.id;
    change->project.status = MP_PROJECT_IMPLEMENTATION;
}

static void add_date(struct defining *defining, enum mp_change_kind kind, unsigned number,
                     int32_t day, enum mp_reason reason)
{
    struct mp_change *change = define_add(defining, kind);

    change->dated.milestone = milestone(defining->arena, number);
    change->dated.date = (struct mp_date){day, MP_PRECISION_DAY};
    change->dated.reason = reason;
}

static void add_milestone(struct defining *defining, unsigned number)
{
    int32_t planned = baseline_day(number), late = (int32_t)spread(number + 1, 60);
    struct mp_change *change = define_add(defining, MP_CHANGE_MILESTONE);

    change->milestone.id = milestone(defining->arena, number);
    change->milestone.title.en =
        mp_arena_printf(defining->arena, "Works of section %u are handed over", number);
    change->milestone.type = MP_TYPE_DELIVERY;
    change->milestone.code = "completion";
    add_date(defining, MP_CHANGE_BASELINE, number, planned, MP_REASON_NONE);
    if (planned + late < work_today())
        add_date(defining, MP_CHANGE_MET, number, planned + late, MP_REASON_NONE);
    else if (spread(number, 10) != 0)
        add_date(defining, MP_CHANGE_FORECAST, number, planned + late,
                 late > 0 ? MP_REASON_FINANCING : MP_REASON_NONE);
}

/* Links go up within the order of a project's milestones, also to another project's: no cycle. */
static void add_link(struct defining *defining, unsigned from, unsigned to, unsigned back)
{
    struct mp_change *change = define_add(defining, MP_CHANGE_LINK);

    change->link.predecessor = milestone(defining->arena, from);
    change->link.successor = milestone(defining->arena, to);
    change->link.type = MP_LINK_FS;
    change->link.lag_days = (int32_t)(back * STEP / 2 + spread(from, back * STEP / 2));
}

static void add_links(struct defining *defining, unsigned number, unsigned all)
{
    unsigned phase = number % PROJECT;
    unsigned back = phase < 2 ? 1 : 2 + spread(number, (phase < REACH ? phase : REACH) - 1);
    unsigned other = spread(number, all / PROJECT) * PROJECT + phase - back;

    if (phase == 0) /* the first of a project waits for nothing */
        return;
    add_link(defining, number - 1, number, 1);
    if (phase == 1 || number % 20 == 0)
        add_link(defining, other == number - 1 ? (other + PROJECT) % all : other, number, back);
    else
        add_link(defining, number - back, number, back);
    if (phase + 2 >= PROJECT) /* for the first one's */
        add_link(defining, number - REACH - 1 - phase % 2, number, REACH);
}

void load_programme(const struct target *target)
{
    struct defining *defining = bench_allocate(1, sizeof(*defining));
    unsigned all = (unsigned)bench_number(target->argv, "milestones", 100000);
    int64_t start = bench_now_ns();

    errno = 0;
    bench_need(all >= 2 * PROJECT && all % PROJECT == 0 && all <= 10000 * PROJECT,
               "--milestones: a multiple of %d", PROJECT);
    define_begin(defining, target, WINDOW);
    add_programme(defining);
    for (unsigned i = 0; i < all / PROJECT; i++)
        add_project(defining, i);
    for (unsigned i = 0; i < all; i++)
        add_milestone(defining, i);
    for (unsigned i = 0; i < all; i++)
        add_links(defining, i, all);
    define_end(defining);
    bench_say("load_s", (double)(bench_now_ns() - start) / 1e9);
    free(defining);
}
