/* bench_run: starts everything, measures floors and Milepost turn by turn, reports. What its files
 * share. The current folder is the benchmark's own: all paths are relative to it. */
#ifndef MP_BENCH_RUN_H
#define MP_BENCH_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* ---- run_figures.c: medians of what was measured ---- */

enum section { FLOORS, MILEPOST, SECTIONS };

#define FIGURES_MOST 256
#define ROUNDS_MOST  8

struct figure {
    enum section section;
    char name[64];
    double values[ROUNDS_MOST];
    size_t count;
};

struct figures {
    struct figure items[FIGURES_MOST];
    size_t count;
};

void figures_add(struct figures *figures, enum section section, const char *name, double value);
/* Median; last: of the last round. The end when there is no such figure. */
double figures_median(const struct figures *figures, enum section section, const char *name);
double figures_last(const struct figures *figures, enum section section, const char *name);
double figure_median(const struct figure *figure);

/* ---- run_process.c ---- */

/* Programs beside this one; they end with it. The log takes stdout and stderr. */
pid_t process_start(const char *const *argv, const char *log);
void process_stop(pid_t pid);
/* Runs it to its end and takes its figures, their names behind the prefix. */
void process_measure(struct figures *figures, enum section section, const char *prefix,
                     const char *const *argv);
/* Runs it to its end: its exit code, and how long it took (ret_ms may be NULL). */
int process_run(const char *const *argv, const char *log, double *ret_ms);
/* A service's READY=1 over $NOTIFY_SOCKET. */
void process_notify_open(void);
void process_notify_forget(void); /* what was said before */
void process_notify_wait(const char *who);
/* RssAnon. */
double process_rss_kb(pid_t pid);

/* ---- run_instance.c ---- */

enum service { LEDGER, INGEST, PUBLISH, BARE, SERVICES };

struct instance {
    pid_t pids[SERVICES];
    char submit[64], feed[64], ask[64]; /* Milepost's addresses */
    char bare_submit[64], bare_feed[64];
};

extern const char *const service_names[SERVICES];

/* Keys, configurations, the store, and every process, ready. */
void instance_start(struct instance *instance);
/* From the start of the process until it is ready. */
double instance_start_ledger_ms(struct instance *instance);
/* Ingest and publish, the ledger being ready. */
void instance_start_doors(struct instance *instance);
void instance_stop(struct instance *instance, enum service service);
/* A number of the ledger's stats. */
double instance_ledger_stat(const char *name);
/* Until the number of the service's stats is that large. */
void instance_wait(enum service service, const char *name, size_t count);
/* The store's file is in the page cache. */
void instance_warm_store(void);
double instance_disk_bytes(void);

/* ---- run_plan.c, run_growth.c, run_questions.c, run_report.c ---- */

struct run {
    struct figures figures;
    struct instance instance;
    bool quick;
    bool is_long;          /* ten million updates at the end */
    const char *portfolio; /* folder of the demonstration's data */
    double seconds;        /* of one measurement */
    unsigned rounds;
};

#define TO_MILEPOST      "--keys=keys --submit=%s --feed=%s --ask=%s "
#define MILEPOST_OF(run) (run)->instance.submit, (run)->instance.feed, (run)->instance.ask

void plan_run(struct run *run);
void plan_tell(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A program's figures; its command line in one text, split at blanks. */
void plan_measure(struct run *run, enum section section, const char *prefix, const char *format,
                  ...) __attribute__((format(printf, 4, 5)));
/* Submissions of one connection under way. */
unsigned plan_window(unsigned connections, unsigned changes);
/* Replay of the whole record, its file in memory. */
void plan_replay(struct run *run, const char *prefix, unsigned questions);
/* Ten thousand idle subscriptions; a million updates and the start after them; ten million. */
void growth_idle(struct run *run);
void growth_million(struct run *run);
void growth_long(struct run *run);
/* The questions about the schedule, as whole commands; on instances of their own. */
void questions_measure(struct run *run);
/* Table on stdout, JSON to the file ("" for none). */
void report(const struct run *run, const char *json_file);

#endif
