#include "clients/lib/asker.h"
#include "tests/support/folder.h"
#include "tests/unit/clients/lib/sockets.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

/* Real sockets (ipc) on one loop whose clock the test moves: a DEALER that asks, a ROUTER that
 * answers what the test wants. */

#define MESSAGES_MOST 256

struct seen {
    struct mp_message message; /* routing id, correlation, question */
    uint64_t correlation;
};

struct stage {
    char folder[64], address[96];
    int64_t now_ms;
    struct mp_bus *bus;
    struct mp_loop *loop;
    struct mp_asker *asker;
    void *server;
    struct seen seen[MESSAGES_MOST];
    size_t seen_count;
};

struct outcome {
    struct stage *stage;
    int calls, error;
    uint64_t head;
    struct outcome *next; /* asked from within the callback */
};

static int64_t wall_us(void *context)
{
    (void)context;
    return 0;
}

static int64_t monotonic_ms(void *context)
{
    const struct stage *stage = context;
    return stage->now_ms;
}

static void serve(void *context)
{
    struct stage *stage = context;
    for (;;) {
        cr_assert_lt(stage->seen_count, MESSAGES_MOST);
        struct seen *seen = &stage->seen[stage->seen_count];
        mp_message_init(&seen->message);
        if (mp_message_receive(&seen->message, stage->server) != 0)
            return;
        cr_assert_eq(seen->message.count, 3);
        struct mp_reader reader = mp_reader_make(mp_message_frame(&seen->message, 1));
        cr_assert_eq(reader.size, 8);
        seen->correlation = mp_reader_u64(&reader);
        stage->seen_count++;
    }
}

static void open_server(struct stage *stage)
{
    struct mp_socket_options options = {.kind = MP_SOCKET_ROUTER};
    cr_assert_eq(mp_socket_open(stage->bus, &options, &stage->server), 0);
    bind_soon(stage->server, stage->address);
    cr_assert_eq(mp_loop_add_socket(stage->loop, stage->server, serve, stage), 0);
}

static struct stage *begin(void)
{
    struct stage *stage = calloc(1, sizeof *stage);
    folder_make(stage->folder);
    snprintf(stage->address, sizeof stage->address, "ipc://%s/ask", stage->folder);
    struct mp_clock clock = {.wall_us = wall_us, .monotonic_ms = monotonic_ms, .context = stage};
    cr_assert_eq(mp_bus_open(1, &stage->bus), 0);
    cr_assert_eq(mp_loop_open(&clock, &stage->loop), 0);
    struct mp_endpoint endpoint = {.address = stage->address};
    cr_assert_eq(mp_asker_open(stage->bus, stage->loop, &endpoint, &stage->asker), 0);
    return stage;
}

static void end(struct stage *stage)
{
    for (size_t i = 0; i < stage->seen_count; i++)
        mp_message_done(&stage->seen[i].message);
    mp_asker_close(stage->asker);
    mp_socket_close(stage->server);
    mp_loop_close(stage->loop);
    mp_bus_close(stage->bus);
    folder_remove(stage->folder);
    free(stage);
}

/* Steps until the condition, at most ten seconds of real time; the loop's own time passes too. */
#define wait_for(stage, condition)                                                                 \
    do {                                                                                           \
        int64_t until_ = mp_clock_monotonic_ms(&mp_clock_system) + 10000;                          \
        while (!(condition) && mp_clock_monotonic_ms(&mp_clock_system) < until_) {                 \
            cr_assert_eq(mp_loop_step((stage)->loop, 1), 0);                                       \
            (stage)->now_ms += 1;                                                                  \
        }                                                                                          \
        cr_assert(condition);                                                                      \
    } while (0)

static void pass(struct stage *stage, int64_t ms)
{
    stage->now_ms += ms;
    cr_assert_eq(mp_loop_step(stage->loop, 0), 0);
}

static void on_done(void *context, int error, const struct mp_page *page, struct mp_span raw)
{
    struct outcome *outcome = context;
    outcome->calls++;
    outcome->error = error;
    outcome->head = page == NULL ? 0 : page->head;
    cr_assert_eq(page == NULL, error != 0);
    cr_assert_eq(raw.size == 0, error != 0);
    if (outcome->next != NULL) {
        struct mp_ask ask;
        mp_ask_init(&ask, MP_ASK_REGISTRY);
        cr_assert_eq(mp_asker_ask(outcome->stage->asker, &ask, 10000, on_done, outcome->next), 0);
    }
}

static int ask(struct stage *stage, int64_t timeout_ms, struct outcome *outcome)
{
    struct mp_ask question;
    mp_ask_init(&question, MP_ASK_TOPICS);
    question.prefix = "ml-1/";
    outcome->stage = stage;
    return mp_asker_ask(stage->asker, &question, timeout_ms, on_done, outcome);
}

static void send(struct stage *stage, const struct seen *to, uint64_t correlation,
                 struct mp_span bytes)
{
    struct mp_message message;
    struct mp_buffer name;
    mp_message_init(&message);
    mp_buffer_init(&name, 8);
    mp_buffer_put_u64(&name, correlation);
    cr_assert_eq(mp_message_add(&message, mp_message_frame(&to->message, 0)), 0);
    cr_assert_eq(mp_message_add(&message, mp_buffer_span(&name)), 0);
    cr_assert_eq(mp_message_add(&message, bytes), 0);
    cr_assert_eq(mp_message_send(&message, stage->server), 0);
    mp_buffer_done(&name);
}

/* A page that carries the number as its head. */
static void reply(struct stage *stage, const struct seen *to, uint64_t correlation, uint64_t head)
{
    struct mp_buffer page;
    mp_buffer_init(&page, 1024);
    cr_assert_eq(mp_page_begin(&page, 1, head, 0), 0);
    send(stage, to, correlation, mp_buffer_span(&page));
    mp_buffer_done(&page);
}

Test(asker, a_question_gets_its_page_once)
{
    struct stage *stage = begin();
    struct outcome outcome = {0};
    open_server(stage);
    cr_assert_eq(ask(stage, 10000, &outcome), 0);
    wait_for(stage, stage->seen_count == 1);
    struct mp_arena *arena = mp_arena_new(1u << 20);
    struct mp_ask question;
    cr_assert_eq(mp_ask_decode(mp_message_frame(&stage->seen[0].message, 2), arena, &question), 0);
    cr_assert_eq(question.kind, MP_ASK_TOPICS);
    cr_assert_str_eq(question.prefix, "ml-1/");
    mp_arena_free(arena);
    reply(stage, &stage->seen[0], stage->seen[0].correlation, 42);
    wait_for(stage, outcome.calls == 1);
    cr_assert_eq(outcome.error, 0);
    cr_assert_eq(outcome.head, 42);
    end(stage);
}

Test(asker, many_at_once_are_told_apart)
{
    struct stage *stage = begin();
    struct outcome outcomes[10] = {0};
    open_server(stage);
    for (size_t i = 0; i < MP_LENGTH(outcomes); i++)
        cr_assert_eq(ask(stage, 10000, &outcomes[i]), 0);
    wait_for(stage, stage->seen_count == MP_LENGTH(outcomes));
    for (size_t i = MP_LENGTH(outcomes); i > 0; i--)
        reply(stage, &stage->seen[i - 1], stage->seen[i - 1].correlation,
              stage->seen[i - 1].correlation);
    for (size_t i = 0; i < MP_LENGTH(outcomes); i++)
        wait_for(stage, outcomes[i].calls == 1);
    for (size_t i = 1; i < MP_LENGTH(outcomes); i++)
        cr_assert_eq(outcomes[i].head, outcomes[i - 1].head + 1);
    end(stage);
}

Test(asker, a_question_waits_for_the_server_to_appear)
{
    struct stage *stage = begin();
    struct outcome outcome = {0};
    cr_assert_eq(ask(stage, 60000, &outcome), 0);
    pass(stage, 100);
    open_server(stage);
    wait_for(stage, stage->seen_count == 1);
    reply(stage, &stage->seen[0], stage->seen[0].correlation, 7);
    wait_for(stage, outcome.calls == 1);
    cr_assert_eq(outcome.error, 0);
    end(stage);
}

/* The clock stands still, so no timer helps. */
Test(asker, a_question_goes_out_as_soon_as_the_connection_stands)
{
    struct stage *stage = begin();
    struct outcome outcome = {0};
    int64_t until = mp_clock_monotonic_ms(&mp_clock_system) + 10000;
    open_server(stage);
    cr_assert_eq(ask(stage, 60000, &outcome), 0);
    while (stage->seen_count == 0 && mp_clock_monotonic_ms(&mp_clock_system) < until) {
        cr_assert_eq(mp_loop_step(stage->loop, 1), 0);
        mp_asker_push(stage->asker);
    }
    cr_assert_eq(stage->seen_count, 1);
    mp_asker_push(stage->asker);
    cr_assert_eq(mp_loop_step(stage->loop, 1), 0);
    cr_assert_eq(stage->seen_count, 1, "what was sent is not sent again");
    end(stage);
}

static void close_server(struct stage *stage)
{
    mp_loop_remove_socket(stage->loop, stage->server);
    mp_socket_close(stage->server);
    stage->server = NULL;
}

/* The clock stands still here too. */
Test(asker, a_question_whose_connection_broke_is_asked_again_on_the_next_one)
{
    struct stage *stage = begin();
    struct outcome outcome = {0}, other = {0};
    int64_t until = mp_clock_monotonic_ms(&mp_clock_system) + 10000;
    open_server(stage);
    cr_assert_eq(ask(stage, 60000, &other), 0);
    cr_assert_eq(ask(stage, 60000, &outcome), 0);
    wait_for(stage, stage->seen_count == 2);
    reply(stage, &stage->seen[0], stage->seen[0].correlation, 3);
    wait_for(stage, other.calls == 1);
    close_server(stage);
    open_server(stage);
    while (stage->seen_count == 2 && mp_clock_monotonic_ms(&mp_clock_system) < until)
        cr_assert_eq(mp_loop_step(stage->loop, 1), 0);
    cr_assert_eq(stage->seen_count, 3, "once, and what was answered not at all");
    cr_assert_eq(stage->seen[2].correlation, stage->seen[1].correlation);
    reply(stage, &stage->seen[2], stage->seen[2].correlation, 8);
    wait_for(stage, outcome.calls == 1);
    cr_assert_eq(outcome.head, 8);
    end(stage);
}

Test(asker, nobody_there_is_unreachable_at_the_deadline)
{
    struct stage *stage = begin();
    struct outcome outcome = {0};
    cr_assert_eq(ask(stage, 500, &outcome), 0);
    pass(stage, 400);
    cr_assert_eq(outcome.calls, 0);
    pass(stage, 101);
    cr_assert_eq(outcome.calls, 1);
    cr_assert_eq(outcome.error, MP_EUNREACHABLE);
    end(stage);
}

Test(asker, no_answer_is_asked_again_and_times_out_at_the_deadline)
{
    struct stage *stage = begin();
    struct outcome outcome = {0};
    open_server(stage);
    cr_assert_eq(ask(stage, 60000, &outcome), 0);
    wait_for(stage, stage->seen_count == 1);
    stage->now_ms += 2000;
    wait_for(stage, stage->seen_count == 2);
    cr_assert_eq(stage->seen[0].correlation, stage->seen[1].correlation);
    stage->now_ms += 60000;
    wait_for(stage, outcome.calls == 1);
    cr_assert_eq(outcome.error, MP_ETIMEDOUT);
    end(stage);
}

Test(asker, a_second_answer_and_one_to_nothing_are_dropped)
{
    struct stage *stage = begin();
    struct outcome outcome = {0}, other = {0};
    open_server(stage);
    cr_assert_eq(ask(stage, 10000, &outcome), 0);
    wait_for(stage, stage->seen_count == 1);
    uint64_t correlation = stage->seen[0].correlation;
    reply(stage, &stage->seen[0], correlation + 99, 1);
    reply(stage, &stage->seen[0], 0, 1);
    reply(stage, &stage->seen[0], correlation, 2);
    reply(stage, &stage->seen[0], correlation, 3);
    wait_for(stage, outcome.calls == 1);
    cr_assert_eq(outcome.head, 2);
    cr_assert_eq(ask(stage, 10000, &other), 0);
    wait_for(stage, stage->seen_count == 2);
    reply(stage, &stage->seen[1], stage->seen[1].correlation, 4);
    wait_for(stage, other.calls == 1);
    cr_assert_eq(other.head, 4);
    cr_assert_eq(outcome.calls, 1);
    end(stage);
}

Test(asker, bytes_that_are_no_page_are_malformed)
{
    struct stage *stage = begin();
    struct outcome outcome = {0};
    static const uint8_t bad[] = {0x5a, 0x7f, 0x01};
    open_server(stage);
    cr_assert_eq(ask(stage, 10000, &outcome), 0);
    wait_for(stage, stage->seen_count == 1);
    send(stage, &stage->seen[0], stage->seen[0].correlation, mp_span_make(bad, sizeof bad));
    wait_for(stage, outcome.calls == 1);
    cr_assert_eq(outcome.error, MP_EMALFORMED);
    end(stage);
}

Test(asker, too_many_at_once_are_refused)
{
    struct stage *stage = begin();
    struct outcome outcomes[MP_ASKS_MOST + 1] = {0};
    for (size_t i = 0; i < MP_ASKS_MOST; i++)
        cr_assert_eq(ask(stage, 500, &outcomes[i]), 0);
    cr_assert_eq(ask(stage, 500, &outcomes[MP_ASKS_MOST]), MP_EAGAIN);
    pass(stage, 501);
    for (size_t i = 0; i < MP_ASKS_MOST; i++)
        cr_assert_eq(outcomes[i].calls, 1);
    cr_assert_eq(outcomes[MP_ASKS_MOST].calls, 0);
    cr_assert_eq(ask(stage, 500, &outcomes[MP_ASKS_MOST]), 0);
    end(stage);
}

Test(asker, a_callback_may_ask_again)
{
    struct stage *stage = begin();
    struct outcome second = {0}, first = {.next = &second};
    open_server(stage);
    cr_assert_eq(ask(stage, 10000, &first), 0);
    wait_for(stage, stage->seen_count == 1);
    reply(stage, &stage->seen[0], stage->seen[0].correlation, 1);
    wait_for(stage, stage->seen_count == 2);
    reply(stage, &stage->seen[1], stage->seen[1].correlation, 2);
    wait_for(stage, second.calls == 1);
    cr_assert_eq(second.head, 2);
    end(stage);
}

Test(asker, closing_calls_nobody_back)
{
    struct stage *stage = begin();
    struct outcome outcome = {0};
    cr_assert_eq(ask(stage, 500, &outcome), 0);
    mp_asker_close(stage->asker);
    stage->asker = NULL;
    pass(stage, 1000);
    cr_assert_eq(outcome.calls, 0);
    end(stage);
}
