#include "tests/support/flow.h"

#include "core/base/file.h"
#include "tests/support/folder.h"

#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define TICK_MS 50

static int64_t wall_us(void *context)
{
    return FLOW_START_US + ((struct flow *)context)->now_ms * 1000;
}

static int64_t monotonic_ms(void *context)
{
    return ((struct flow *)context)->now_ms;
}

void flow_log(struct flow *flow, const char *who, const char *format, ...)
{
    char text[1024];
    va_list arguments;

    if (flow->quiet)
        return;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    mp_buffer_printf(&flow->log, "%7.3f %-8s %s\n", (double)flow->now_ms / 1000, who, text);
}

static void step(struct flow *flow)
{
    flow_deliver(flow);
    if (flow->now_ms % TICK_MS != 0)
        return;
    mp_arena_reset(flow->arena);
    intake_expire(flow->intake, flow->now_ms);
    flow_ledger_tick(flow);
    flow_publish_tick(flow);
    for (size_t i = 0; i < flow->agency_count; i++)
        flow_agency_tick(&flow->agencies[i]);
    for (size_t i = 0; i < flow->watcher_count; i++)
        flow_watcher_tick(&flow->watchers[i]);
    if (flow->now_ms % MP_HEARTBEAT_MS == 0) {
        flow_ledger_heartbeat(flow);
        flow_publish_heartbeats(flow);
    }
}

void flow_run(struct flow *flow, int64_t ms)
{
    int64_t end_ms = flow->now_ms + ms;

    while (flow->now_ms < end_ms) {
        int64_t tick_ms = flow->now_ms - flow->now_ms % TICK_MS + TICK_MS;
        int64_t due_ms = flow_next_due(flow);
        flow->now_ms = due_ms < tick_ms ? due_ms : tick_ms;
        step(flow);
    }
}

struct flow *flow_new(size_t in_flight_most)
{
    static const uint8_t keys[2] = {0x51, 0x52};
    uint8_t key[32];
    struct flow *flow = calloc(1, sizeof(*flow));

    cr_assert_not_null(flow);
    folder_make(flow->root);
    flow->clock =
        (struct mp_clock){.wall_us = wall_us, .monotonic_ms = monotonic_ms, .context = flow};
    flow->arena = mp_arena_new(16u << 20);
    cr_assert_not_null(flow->arena);
    mp_buffer_init(&flow->log, 4u << 20);
    cr_assert_eq(intake_new(in_flight_most, &flow->intake), 0);
    flow_ledger_found(flow);
    flow->quiet = true;
    flow_publish_start(flow);
    flow_run(flow, 2000);
    flow->quiet = false;
    cr_assert(flow->publish.live);
    memset(key, keys[0], sizeof(key));
    (void)flow_agency_add(flow, "railways", key);
    memset(key, keys[1], sizeof(key));
    (void)flow_agency_add(flow, "port", key);
    return flow;
}

void flow_free(struct flow *flow)
{
    for (size_t i = 0; i < flow->watcher_count; i++)
        flow_watcher_done(&flow->watchers[i]);
    for (size_t i = 0; i < flow->agency_count; i++)
        flow_agency_done(&flow->agencies[i]);
    flow_publish_stop(flow);
    flow_ledger_close(&flow->ledger);
    intake_free(flow->intake);
    for (enum flow_hop hop = 0; hop < FLOW_HOPS; hop++)
        flow_lose_all(flow, hop, FLOW_ANYBODY);
    mp_buffer_done(&flow->log);
    mp_arena_free(flow->arena);
    folder_remove(flow->root);
    free(flow);
}

/* The first line in which they differ. */
static void show_difference(struct mp_span want, struct mp_span got, const char *path)
{
    size_t line = 1, start = 0, at = 0;

    while (at < want.size && at < got.size && want.data[at] == got.data[at])
        if (want.data[at++] == '\n') {
            line++;
            start = at;
        }
    const char *wanted = (const char *)want.data + start, *seen = (const char *)got.data + start;
    cr_assert_fail("%s:%zu\n  wanted: %.*s\n  got:    %.*s\n"
                   "  (MILEPOST_GOLDEN=write takes the new text)",
                   path, line, (int)strcspn(wanted, "\n"), wanted, (int)strcspn(seen, "\n"), seen);
}

void flow_expect_golden(struct flow *flow, const char *name)
{
    const char *source = getenv("MILEPOST_SOURCE"), *mode = getenv("MILEPOST_GOLDEN");
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(8u << 20);
    struct mp_span want = {0};
    char path[512];

    mp_buffer_put_u8(&flow->log, 0);
    cr_assert_eq(flow->log.error, 0);
    struct mp_span got = mp_span_make(flow->log.data, flow->log.size - 1);
    (void)snprintf(path, sizeof(path), "%s/tests/flow/%s.txt", source != NULL ? source : ".", name);
    if (mode != NULL && strcmp(mode, "write") == 0) {
        cr_assert_eq(mp_file_write_durable(path, got, 0644), 0);
        return;
    }
    cr_assert_eq(mp_file_read(arena, path, 4u << 20, &want), 0, "%s cannot be read", path);
    if (!mp_span_equal(want, got))
        show_difference(want, got, path);
}

struct mp_change flow_progress(const char *milestone, int64_t percent)
{
    struct mp_change change;

    mp_change_init(&change, MP_CHANGE_PROGRESS);
    change.progress.milestone = milestone;
    change.progress.percent = (struct mp_decimal){.unscaled = percent, .scale = 0};
    return change;
}

struct mp_change flow_dated(enum mp_change_kind kind, const char *milestone, const char *date,
                            enum mp_reason reason)
{
    struct mp_change change;

    mp_change_init(&change, kind);
    change.dated.milestone = milestone;
    change.dated.reason = reason;
    cr_assert_eq(mp_date_parse(date, &change.dated.date), 0);
    return change;
}
