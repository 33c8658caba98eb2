#include "services/ledger/control.h"

#include "core/base/log.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAP_ALARM_PERCENT  70
#define CLOCK_TOLERANCE_US INT64_C(2000000) /* a clock that is corrected in small steps */

/* One backup at a time, in a thread of its own so that health goes on answering. */
static struct {
    pthread_mutex_t lock;
    pthread_t thread;
    bool started, running;
    int error;
    char folder[1024];
    struct mp_store *store;
} backup = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void *run_backup(void *unused)
{
    (void)unused;
    int error = mp_store_backup(backup.store, backup.folder);
    mp_log(error == 0 ? MP_LOG_INFO : MP_LOG_ERROR, "backup ended", "folder", backup.folder,
           "result", error == 0 ? "ok" : mp_error_text(error), NULL);
    pthread_mutex_lock(&backup.lock);
    backup.running = false;
    backup.error = error;
    pthread_mutex_unlock(&backup.lock);
    return NULL;
}

void control_finish(void)
{
    if (backup.started)
        pthread_join(backup.thread, NULL);
    backup.started = false;
}

static void start_backup(struct control_context *context, const char *folder,
                         struct mp_buffer *answer)
{
    pthread_mutex_lock(&backup.lock);
    bool running = backup.running;
    pthread_mutex_unlock(&backup.lock);
    if (running || folder[0] != '/' || strlen(folder) >= sizeof(backup.folder)) {
        mp_buffer_printf(answer, "failing: %s\n",
                         running ? "a backup is under way" : "the folder must be an absolute path");
        return;
    }
    control_finish();
    backup.store = context->store;
    snprintf(backup.folder, sizeof(backup.folder), "%s", folder);
    backup.running = true;
    backup.started = pthread_create(&backup.thread, NULL, run_backup, NULL) == 0;
    if (!backup.started)
        backup.running = false;
    mp_buffer_put_text(answer, backup.started ? "ok\n" : "failing: no thread for the backup\n");
}

static void tell_backup(struct mp_buffer *answer)
{
    pthread_mutex_lock(&backup.lock);
    if (backup.running)
        mp_buffer_put_text(answer, "ok\nstate=running\n");
    else if (!backup.started)
        mp_buffer_put_text(answer, "ok\nstate=none\n");
    else if (backup.error != 0)
        mp_buffer_printf(answer, "failing: %s\nstate=failed\n", mp_error_text(backup.error));
    else
        mp_buffer_put_text(answer, "ok\nstate=done\n");
    pthread_mutex_unlock(&backup.lock);
}

/* How far this machine's clock is behind the last event. recorded_at never goes back, so what comes
 * until then is recorded right after that event. */
static int64_t clock_behind_s(const struct control_context *context)
{
    int64_t behind_us =
        mp_store_head(context->store).recorded_at_us - mp_clock_wall_us(context->clock);

    return behind_us < CLOCK_TOLERANCE_US ? 0 : behind_us / 1000000;
}

void control_watch_clock(struct control_context *context)
{
    int64_t behind_s = clock_behind_s(context);
    char seconds[24], time[28];

    if ((behind_s > 0) == context->is_clock_behind)
        return;
    context->is_clock_behind = behind_s > 0;
    (void)snprintf(seconds, sizeof(seconds), "%" PRId64, behind_s);
    mp_clock_format_utc(mp_store_head(context->store).recorded_at_us, time);
    if (behind_s > 0)
        mp_log(MP_LOG_WARN,
               "this machine's clock is behind the record: what comes is recorded right after the "
               "last event until the clock is there; set the clock",
               "behind_s", seconds, "last_recorded_at", time, NULL);
    else
        mp_log(MP_LOG_INFO, "this machine's clock is not behind the record any more", NULL);
}

bool control_watch_writer(struct control_context *context)
{
    uint64_t turns = atomic_load(&context->submit->turns);
    bool is_stuck = turns == context->turns_seen;

    context->turns_seen = turns;
    if (is_stuck != context->is_writer_stuck)
        mp_log(is_stuck ? MP_LOG_ERROR : MP_LOG_INFO,
               is_stuck ? "the writer does not move: the disk does not answer"
                        : "the writer moves again",
               NULL);
    context->is_writer_stuck = is_stuck;
    return !is_stuck;
}

static void tell_health(struct control_context *context, struct mp_buffer *answer)
{
    struct mp_head head = mp_store_head(context->store);
    struct mp_kv_usage usage = {0};
    int failing = atomic_load(&context->submit->failing);

    int error = mp_store_usage(context->store, &usage);
    uint64_t percent = usage.map_bytes == 0 ? 0 : usage.used_bytes * 100 / usage.map_bytes;
    if (context->is_writer_stuck)
        mp_buffer_put_text(answer, "failing: the writer does not move: the disk does not answer\n");
    else if (failing != 0)
        mp_buffer_printf(answer, "failing: the last commit did not succeed: %s\n",
                         mp_error_text(failing));
    else if (error != 0)
        mp_buffer_printf(answer, "failing: %s\n", mp_error_text(error));
    else if (percent >= MAP_ALARM_PERCENT)
        mp_buffer_printf(answer,
                         "failing: %" PRIu64
                         " %% of map-bytes are in use: give the ledger a larger map\n",
                         percent);
    else
        mp_buffer_put_text(answer, "ok\n");
    mp_buffer_printf(answer, "epoch=%" PRIu64 "\nhead=%" PRIu64 "\nmap_used_percent=%" PRIu64 "\n",
                     head.epoch, head.seq, percent);
    if (clock_behind_s(context) > 0)
        mp_buffer_printf(answer, "clock_behind_s=%" PRId64 "\n", clock_behind_s(context));
}

static void tell_stats(struct control_context *context, struct mp_buffer *answer)
{
    struct mp_head head = mp_store_head(context->store);
    struct mp_kv_usage usage = {0};

    (void)!mp_store_usage(context->store, &usage);
    mp_buffer_put_text(answer, "ok\n");
    const struct {
        const char *name;
        uint64_t value;
    } rows[] = {
        {"epoch", head.epoch},
        {"head", head.seq},
        {"accepted", atomic_load(&context->submit->accepted)},
        {"rejected", atomic_load(&context->submit->rejected)},
        {"repeated", atomic_load(&context->submit->repeated)},
        {"busy", atomic_load(&context->submit->busy)},
        {"events", atomic_load(&context->submit->events)},
        {"commits", atomic_load(&context->submit->commits)},
        {"feed_dropped", atomic_load(&context->submit->feed_dropped)},
        {"questions", atomic_load(&context->reader->questions)},
        {"questions_failed", atomic_load(&context->reader->failed)},
        {"map_bytes", usage.map_bytes},
        {"used_bytes", usage.used_bytes},
    };
    for (size_t i = 0; i < MP_LENGTH(rows); i++)
        mp_buffer_printf(answer, "%s=%" PRIu64 "\n", rows[i].name, rows[i].value);
}

int control_answer(void *context, const char *word, struct mp_buffer *answer)
{
    if (strcmp(word, "health") == 0)
        tell_health(context, answer);
    else if (strcmp(word, "stats") == 0)
        tell_stats(context, answer);
    else if (strcmp(word, "backup") == 0)
        tell_backup(answer);
    else if (strncmp(word, "backup ", 7) == 0)
        start_backup(context, word + 7, answer);
    else
        return MP_ENOTFOUND;
    return 0;
}
