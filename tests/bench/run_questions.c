/* The questions about the schedule as people ask them: the whole command line, from the start of
 * the process to its end. On instances of their own, made and run by `milepost` itself: the
 * portfolio of this repository, and a programme of 100,000 milestones with 200,000 links. */
#include "core/base/auto.h"
#include "tests/bench/measure.h"
#include "tests/bench/run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOG            "questions.log"
#define WORDS_MOST     8
#define PATIENCE_NS    (20 * BENCH_SECOND_NS)
#define LOOK_NS        INT64_C(20000000)
#define LARGE          "--milestones=100000"
#define SOME_MILESTONE "sector-05/project-0555:milestone-55"

struct question {
    const char *name;
    bool is_large;
    unsigned runs;
    const char *words[WORDS_MOST];
};

static const struct question questions[] = {
    {"portfolio_slippage", false, 21, {"slippage"}},
    {"portfolio_explain", false, 21, {"explain", "gwadar/airport:opening"}},
    {"large_slippage", true, 5, {"slippage"}},
    {"large_slippage_count_10", true, 5, {"slippage", "--count", "10"}},
    {"large_slippage_by_project", true, 5, {"slippage", "--by", "project"}},
    {"large_explain", true, 5, {"explain", SOME_MILESTONE}},
    {"large_whatif", true, 5, {"whatif", SOME_MILESTONE, "2040-01-01"}},
    {"large_report", true, 5, {"report", "-o", "md"}},
};

/* `milepost --dir FOLDER words`; its exit code. */
static int say(const char *folder, const char *const *words, const char *log, double *ret_ms)
{
    const char *argv[WORDS_MOST + 4] = {"milepost", "--dir", folder};

    for (size_t i = 0; i < WORDS_MOST && words[i] != NULL; i++)
        argv[3 + i] = words[i];
    return process_run(argv, log, ret_ms);
}

static void need(const char *folder, const char *word, const char *argument)
{
    const char *const words[WORDS_MOST] = {word, argument};

    errno = 0;
    bench_need(say(folder, words, LOG, NULL) == 0, "milepost %s failed; see %s", word, LOG);
}

/* The services stay until process_stop; they end with `up`. */
static pid_t start(const char *folder)
{
    const char *const up[] = {"milepost", "--dir", folder, "up", NULL};
    const char *const health[WORDS_MOST] = {"health"};
    pid_t services;

    need(folder, "init", folder);
    services = process_start(up, LOG);
    for (int64_t end = bench_now_ns() + PATIENCE_NS; say(folder, health, LOG, NULL) != 0;) {
        errno = 0;
        bench_need(bench_now_ns() < end, "%s is not healthy; see %s", folder, LOG);
        bench_sleep_until_ns(bench_now_ns() + LOOK_NS);
    }
    return services;
}

static void read_submit(const char *folder, char address[static 64])
{
    char path[64], line[256];
    bool found = false;
    FILE *file;

    (void)snprintf(path, sizeof(path), "%s/client.yaml", folder);
    file = fopen(path, "r");
    bench_need(file != NULL, "%s", path);
    while (!found && fgets(line, sizeof(line), file) != NULL)
        found = sscanf(line, "submit: \"%63[^\"]\"", address) == 1;
    (void)fclose(file);
    errno = 0;
    bench_need(found, "%s names no address", path);
}

/* p50 of the command. */
static void ask(struct run *run, const char *folder, const struct question *question)
{
    struct bench_samples samples = {0};
    char name[64];

    for (unsigned i = 0; i < question->runs; i++) {
        double ms;

        errno = 0;
        bench_need(say(folder, question->words, "/dev/null", &ms) == 0, "milepost %s failed",
                   question->words[0]);
        bench_samples_add(&samples, (int64_t)(ms * 1e6));
    }
    (void)snprintf(name, sizeof(name), "%s_p50_ms", question->name);
    figures_add(&run->figures, MILEPOST, name, bench_samples_us(&samples, 0.5) / 1000);
    bench_samples_done(&samples);
}

static void ask_all(struct run *run, const char *folder, bool is_large)
{
    for (size_t i = 0; i < MP_LENGTH(questions); i++)
        if (questions[i].is_large == is_large)
            ask(run, folder, &questions[i]);
}

void questions_measure(struct run *run)
{
    char submit[64];
    pid_t services;

    plan_tell("questions about the portfolio");
    services = start("portfolio");
    need("portfolio", "import", run->portfolio);
    ask_all(run, "portfolio", false);
    process_stop(services);
    plan_tell("questions about 100,000 milestones with 200,000 links");
    services = start("large");
    read_submit("large", submit);
    plan_measure(run, MILEPOST, "large_",
                 "bench_load programme --keys=large/keys --submit=%s " LARGE, submit);
    ask_all(run, "large", true);
    process_stop(services);
}
