/* Starts the processes of an instance in order, keeps them running, stops them in order. One
 * thread; the calls block. */
#ifndef MP_CLI_SUPERVISOR_H
#define MP_CLI_SUPERVISOR_H

#include "clients/cli/instance.h"

#include <signal.h>
#include <sys/types.h>

struct service {
    const char *name;    /* ledger */
    const char *program; /* where milepost-ledger is */
    const char *config;  /* --config=… */
    const char *log;     /* its file */
    const char *control; /* its control socket */
    pid_t pid;           /* 0: does not run */
    int status;          /* of its last end, as waitpid gives it */
    int64_t started_ms;
    int64_t again_ms; /* when it is started again; 0: it runs, or is not wanted */
    int64_t pause_ms; /* before the next start */
    off_t log_begins; /* what it wrote since its start */
};

struct supervisor {
    struct service services[SERVICE_COUNT];
    int signals;          /* signalfd */
    sigset_t mask_before; /* of the process, for its children */
    bool is_stop_wanted;
};

/* Blocks signals and prepares; starts nothing. An exit code, after saying why. */
int supervisor_open(struct cli *cli, const struct instance *instance,
                    struct supervisor *ret_supervisor);
/* Ledger, ingest, publish, each when the one before is healthy, within timeout_ms each. CLI_OK also
 * when a signal asked to stop meanwhile. On failure names the process and the end of its log. */
int supervisor_start(struct supervisor *supervisor, int64_t timeout_ms);
/* Restarts what ends, until SIGTERM or SIGINT. */
void supervisor_run(struct supervisor *supervisor);
/* Ingest, publish, ledger: SIGTERM, and SIGKILL after 5 s. NULL-safe, safe to repeat. */
void supervisor_stop(struct supervisor *supervisor);

/* How long to wait before a process is started again that ran for so long and waited pause_ms
 * before. */
int64_t supervisor_pause_ms(int64_t ran_ms, int64_t pause_ms);

#endif
