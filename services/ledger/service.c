#include "services/ledger/service.h"

#include "core/base/log.h"
#include "core/bus/control.h"
#include "services/ledger/control.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define WATCHDOG_MS 5000

struct ledger {
    struct mp_bus *bus;
    struct mp_loop *loop;
    struct mp_store *store;
    struct mp_control *control;
    struct submit *submit;
    struct reader *reader;
    struct submit_stats submit_stats;
    struct reader_stats reader_stats;
    struct control_context control_context;
    int submit_stop, reader_stop; /* eventfds */
    pthread_t submit_thread, reader_thread;
    bool submit_runs, reader_runs;
};

static void *run_submit(void *context)
{
    struct ledger *ledger = context;
    (void)!submit_run(ledger->submit, ledger->submit_stop);
    return NULL;
}

static void *run_reader(void *context)
{
    struct ledger *ledger = context;
    (void)!reader_run(ledger->reader, ledger->reader_stop);
    return NULL;
}

static void on_stop(void *context)
{
    struct ledger *ledger = context;
    mp_log(MP_LOG_INFO, "stopping", NULL);
    mp_notify("STOPPING=1");
    mp_loop_stop(ledger->loop);
}

static void on_reload(void *context)
{
    (void)context;
    mp_conf_on_hangup(&ledger_table);
}

static void on_watchdog(void *context)
{
    struct control_context *control = &((struct ledger *)context)->control_context;

    if (control_watch_writer(control))
        mp_notify("WATCHDOG=1");
    control_watch_clock(control);
}

static void poke(int fd)
{
    uint64_t one = 1;
    (void)!write(fd, &one, sizeof(one));
}

/* The writer first: what has been taken in is committed and answered before the readers go. */
static void ledger_close(struct ledger *ledger)
{
    if (ledger->submit_runs) {
        poke(ledger->submit_stop);
        pthread_join(ledger->submit_thread, NULL);
    }
    if (ledger->reader_runs) {
        poke(ledger->reader_stop);
        pthread_join(ledger->reader_thread, NULL);
    }
    control_finish();
    mp_control_close(ledger->control);
    submit_close(ledger->submit);
    reader_close(ledger->reader);
    mp_store_close(ledger->store);
    mp_loop_close(ledger->loop);
    mp_bus_close(ledger->bus);
    if (ledger->submit_stop > 0)
        close(ledger->submit_stop);
    if (ledger->reader_stop > 0)
        close(ledger->reader_stop);
}

static int open_store(struct ledger *ledger, const struct ledger_config *config)
{
    struct mp_store_options options = {.folder = config->store,
                                       .map_bytes = (uint64_t)config->map_bytes,
                                       .offset_minutes = (int)config->zone_minutes};
    const char *why = NULL;

    int error = mp_store_open(&options, &ledger->store, &why);
    if (error != 0)
        mp_log(MP_LOG_ERROR, "the record does not open", "store", config->store, "why",
               why != NULL ? why : mp_error_text(error), NULL);
    return error;
}

static int open_bus(struct ledger *ledger, const struct ledger_config *config)
{
    const struct mp_clock *clock = &mp_clock_system;

    ledger->submit_stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    ledger->reader_stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    ledger->control_context = (struct control_context){
        .store = ledger->store,
        .submit = &ledger->submit_stats,
        .reader = &ledger->reader_stats,
        .clock = clock,
    };
    int error = mp_signals_block();
    if (error == 0)
        error = mp_bus_open(1, &ledger->bus);
    if (error == 0)
        error = mp_loop_open(clock, &ledger->loop);
    if (error == 0)
        error = mp_loop_watch_signals(ledger->loop, on_stop, on_reload, ledger);
    if (error == 0)
        error = submit_open(ledger->bus, config, ledger->store, clock, &ledger->submit_stats,
                            &ledger->submit);
    if (error == 0)
        error = reader_open(ledger->bus, config, ledger->store, clock, &ledger->reader_stats,
                            &ledger->reader);
    if (error == 0)
        error = mp_control_open(ledger->bus, ledger->loop, config->control, control_answer,
                                &ledger->control_context, &ledger->control);
    if (error == 0)
        error = mp_loop_add_timer(ledger->loop, WATCHDOG_MS, on_watchdog, ledger);
    if (error < 0)
        mp_log(MP_LOG_ERROR, "sockets do not open", "error", mp_error_text(error), "submit",
               config->submit, "ask", config->ask, "feed", config->feed, NULL);
    return error < 0 ? error : 0;
}

int ledger_run(const struct ledger_config *config)
{
    struct ledger ledger = {0};
    int error = open_store(&ledger, config);
    if (error == 0)
        error = open_bus(&ledger, config);
    if (error == 0) {
        ledger.submit_runs = pthread_create(&ledger.submit_thread, NULL, run_submit, &ledger) == 0;
        ledger.reader_runs = pthread_create(&ledger.reader_thread, NULL, run_reader, &ledger) == 0;
        if (!ledger.submit_runs || !ledger.reader_runs)
            error = MP_ESYSTEM;
    }
    if (error == 0) {
        mp_log(MP_LOG_INFO, "ready", "store", config->store, NULL);
        mp_notify("READY=1");
        error = mp_loop_run(ledger.loop);
    }
    ledger_close(&ledger);
    return error == 0 ? 0 : 1;
}
