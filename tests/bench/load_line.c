#include "core/base/clock.h"
#include "proto/codec.h"
#include "tests/bench/load.h"
#include "tests/bench/measure.h"

#include <errno.h>
#include <stdlib.h>

#define ANSWER_ARENA ((size_t)64 << 10)
#define PATIENCE_MS  10000

void line_open(struct line *line, const struct target *target, void *context, unsigned agency,
               const struct work_templates *templates)
{
    *line = (struct line){.templates = templates,
                          .base = mp_uuid_v7(mp_clock_wall_us(&mp_clock_system)),
                          .arena = mp_arena_new(ANSWER_ARENA),
                          .again = UINT32_MAX};
    bench_need(line->arena != NULL, "no memory");
    line->buffer = bench_allocate(1, work_most_bytes(templates));
    line->socket =
        target_open(target, context, ZMQ_DEALER, "submit", work_agency(line->arena, agency));
}

void line_close(struct line *line)
{
    (void)zmq_close(line->socket);
    mp_arena_free(line->arena);
    free(line->buffer);
    *line = (struct line){.socket = NULL};
}

bool line_may_send(struct line *line, uint32_t window)
{
    if (line->again != UINT32_MAX && line->under_way == 0 && bench_now_ns() >= line->pause_ns) {
        line->next = line->again;
        line->again = UINT32_MAX;
    }
    return line->again == UINT32_MAX && line->under_way < window;
}

void line_send(struct line *line)
{
    size_t size = work_fill(line->templates, &line->base, line->next++, line->buffer);

    raw_send(line->socket, mp_span_make(line->buffer, size), 0);
    line->under_way++;
}

static void take_busy(struct line *line, const struct mp_answer *answer)
{
    uint32_t number = work_number(&answer->id);

    line->busy++;
    line->again = number < line->again ? number : line->again;
    line->pause_ns = bench_now_ns() + (int64_t)answer->retry_after_ms * 1000000;
}

bool line_take(struct line *line, int timeout_ms)
{
    struct mp_answer answer;
    zmq_msg_t message;

    if (!raw_receive(line->socket, &message, timeout_ms))
        return false;
    mp_arena_reset(line->arena);
    errno = 0;
    bench_need(mp_answer_decode(raw_span(&message), line->arena, &answer) == 0, "a bad answer");
    bench_need(answer.outcome != MP_OUTCOME_REJECTED, "rejected: %s: %s", answer.rejection.field,
               answer.rejection.message);
    (void)zmq_msg_close(&message);
    line->under_way--;
    if (answer.outcome == MP_OUTCOME_BUSY)
        take_busy(line, &answer);
    else
        line->accepted++;
    return true;
}

void line_warm(struct line *line, unsigned count)
{
    uint64_t until = line->accepted + count;

    while (line->accepted < until) {
        if (line_may_send(line, 1))
            line_send(line);
        errno = 0;
        bench_need(line_take(line, PATIENCE_MS) || line->again != UINT32_MAX, "no answer");
    }
}
