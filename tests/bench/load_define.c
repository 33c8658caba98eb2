#include "core/base/clock.h"
#include "proto/codec.h"
#include "tests/bench/load.h"
#include "tests/bench/measure.h"

#include <errno.h>
#include <stdlib.h>

#define PATIENCE_MS 10000

static void take_answer(struct defining *defining)
{
    struct mp_answer answer;
    zmq_msg_t message;

    errno = 0;
    bench_need(raw_receive(defining->socket, &message, PATIENCE_MS), "no answer from ingest");
    bench_need(mp_answer_decode(raw_span(&message), defining->arena, &answer) == 0, "a bad answer");
    bench_need(answer.outcome == MP_OUTCOME_ACCEPTED, "not accepted: %s: %s",
               answer.outcome == MP_OUTCOME_REJECTED ? answer.rejection.field : "busy",
               answer.outcome == MP_OUTCOME_REJECTED ? answer.rejection.message : "");
    (void)zmq_msg_close(&message);
    defining->under_way--;
}

void define_submit(struct defining *defining)
{
    struct mp_submission submission = {.id = mp_uuid_v7(mp_clock_wall_us(&mp_clock_system)),
                                       .changes = defining->changes,
                                       .change_count = defining->count};
    struct mp_buffer bytes;

    if (defining->count == 0)
        return;
    mp_buffer_init(&bytes, MP_SUBMISSION_MOST);
    errno = 0;
    bench_need(mp_submission_encode(&submission, defining->arena, &bytes) == 0, "encoding");
    raw_send(defining->socket, mp_buffer_span(&bytes), 0);
    mp_buffer_done(&bytes);
    defining->count = 0;
    for (defining->under_way++; defining->under_way >= defining->window;)
        take_answer(defining);
    mp_arena_reset(defining->arena);
}

void define_begin(struct defining *defining, const struct target *target, unsigned window)
{
    *defining = (struct defining){.target = target,
                                  .window = window,
                                  .context = raw_context(),
                                  .arena = mp_arena_new((size_t)4 << 20)};
    errno = 0;
    bench_need(defining->arena != NULL, "no memory");
    defining->socket = target_open(target, defining->context, ZMQ_DEALER, "submit", WORK_AUTHORITY);
}

void define_end(struct defining *defining)
{
    define_submit(defining);
    while (defining->under_way > 0)
        take_answer(defining);
    (void)zmq_close(defining->socket);
    (void)zmq_ctx_term(defining->context);
    mp_arena_free(defining->arena);
}

struct mp_change *define_add(struct defining *defining, enum mp_change_kind kind)
{
    struct mp_change *change;

    if (defining->count == MP_CHANGES_MOST)
        define_submit(defining);
    change = &defining->changes[defining->count++];
    mp_change_init(change, kind);
    return change;
}

static void add_agency(struct defining *defining, unsigned number)
{
    struct mp_change *change = define_add(defining, MP_CHANGE_AGENCY);
    const char *id = work_agency(defining->arena, number);
    struct mp_key_pair keys;

    change->agency.id = id;
    change->agency.title.en = id;
    change->agency.role = MP_ROLE_AGENCY;
    change->agency.grants.items = mp_arena_array(defining->arena, 1, sizeof(const char *));
    change->agency.grants.items[0] = WORK_PREFIX;
    change->agency.grants.count = 1;
    define_submit(defining);
    change = define_add(defining, MP_CHANGE_KEY_ADDED);
    change->key.agency = work_agency(defining->arena, number);
    target_key(defining->target, change->key.agency, &keys);
    memcpy(change->key.public_key, keys.public_key, sizeof(change->key.public_key));
    define_submit(defining);
}

static void add_milestone(struct defining *defining, unsigned number)
{
    struct mp_change *change;
    const char *id;

    if (defining->count + 2 > MP_CHANGES_MOST)
        define_submit(defining);
    id = work_milestone(defining->arena, number);
    change = define_add(defining, MP_CHANGE_MILESTONE);
    change->milestone.id = id;
    change->milestone.title.en = id;
    change->milestone.type = MP_TYPE_DELIVERY;
    change->milestone.code = "completion";
    change = define_add(defining, MP_CHANGE_BASELINE);
    change->dated.milestone = id;
    change->dated.date = (struct mp_date){work_today() + 90, MP_PRECISION_DAY};
}

static void add_project(struct defining *defining, unsigned number)
{
    struct mp_change *change = define_add(defining, MP_CHANGE_PROJECT);
    const char *id = work_project(defining->arena, number);

    change->project.id = id;
    change->project.programme = "bench";
    change->project.title.en = id;
    change->project.status = MP_PROJECT_IMPLEMENTATION;
}

void load_define(const struct target *target)
{
    struct defining *defining = bench_allocate(1, sizeof(*defining));
    struct mp_change *change;

    define_begin(defining, target, 1);
    change = define_add(defining, MP_CHANGE_TERM);
    change->term.scheme = MP_SCHEME_PROGRAMME;
    change->term.code = "bench";
    change->term.title.en = "Benchmark";
    define_submit(defining);
    for (unsigned i = 0; i < WORK_AGENCIES; i++)
        add_agency(defining, i);
    for (unsigned i = 0; i < WORK_PROJECTS; i++)
        add_project(defining, i);
    define_submit(defining);
    for (unsigned i = 0; i < WORK_ALL; i++)
        add_milestone(defining, i);
    define_end(defining);
    free(defining);
}
