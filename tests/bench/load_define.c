#include "core/base/clock.h"
#include "proto/codec.h"
#include "tests/bench/load.h"
#include "tests/bench/measure.h"

#include <errno.h>
#include <stdlib.h>

#define PATIENCE_MS 10000

struct defining {
    const struct target *target;
    void *socket;
    struct mp_arena *arena;
    struct mp_change changes[MP_CHANGES_MOST];
    size_t count;
};

static void submit(struct defining *defining)
{
    struct mp_submission submission = {.id = mp_uuid_v7(mp_clock_wall_us(&mp_clock_system)),
                                       .changes = defining->changes,
                                       .change_count = defining->count};
    struct mp_buffer bytes;
    struct mp_answer answer;
    zmq_msg_t message;

    if (defining->count == 0)
        return;
    mp_buffer_init(&bytes, MP_SUBMISSION_MOST);
    errno = 0;
    bench_need(mp_submission_encode(&submission, defining->arena, &bytes) == 0, "encoding");
    raw_send(defining->socket, mp_buffer_span(&bytes), 0);
    bench_need(raw_receive(defining->socket, &message, PATIENCE_MS), "no answer from ingest");
    bench_need(mp_answer_decode(raw_span(&message), defining->arena, &answer) == 0, "a bad answer");
    bench_need(answer.outcome == MP_OUTCOME_ACCEPTED, "not accepted: %s: %s",
               answer.outcome == MP_OUTCOME_REJECTED ? answer.rejection.field : "busy",
               answer.outcome == MP_OUTCOME_REJECTED ? answer.rejection.message : "");
    (void)zmq_msg_close(&message);
    mp_buffer_done(&bytes);
    mp_arena_reset(defining->arena);
    defining->count = 0;
}

/* The next change, to be filled in; what is full leaves before. */
static struct mp_change *add(struct defining *defining, enum mp_change_kind kind)
{
    struct mp_change *change;

    if (defining->count == MP_CHANGES_MOST)
        submit(defining);
    change = &defining->changes[defining->count++];
    mp_change_init(change, kind);
    return change;
}

static void add_agency(struct defining *defining, unsigned number)
{
    struct mp_change *change = add(defining, MP_CHANGE_AGENCY);
    const char *id = work_agency(defining->arena, number);
    struct mp_key_pair keys;

    change->agency.id = id;
    change->agency.title.en = id;
    change->agency.role = MP_ROLE_AGENCY;
    change->agency.grants.items = mp_arena_array(defining->arena, 1, sizeof(const char *));
    change->agency.grants.items[0] = WORK_PREFIX;
    change->agency.grants.count = 1;
    submit(defining);
    change = add(defining, MP_CHANGE_KEY_ADDED);
    change->key.agency = work_agency(defining->arena, number);
    target_key(defining->target, change->key.agency, &keys);
    memcpy(change->key.public_key, keys.public_key, sizeof(change->key.public_key));
    submit(defining);
}

static void add_milestone(struct defining *defining, unsigned number)
{
    struct mp_change *change;
    const char *id;

    if (defining->count + 2 > MP_CHANGES_MOST)
        submit(defining);
    id = work_milestone(defining->arena, number);
    change = add(defining, MP_CHANGE_MILESTONE);
    change->milestone.id = id;
    change->milestone.title.en = id;
    change->milestone.type = MP_TYPE_DELIVERY;
    change->milestone.code = "completion";
    change = add(defining, MP_CHANGE_BASELINE);
    change->dated.milestone = id;
    change->dated.date = (struct mp_date){work_today() + 90, MP_PRECISION_DAY};
}

static void add_project(struct defining *defining, unsigned number)
{
    struct mp_change *change = add(defining, MP_CHANGE_PROJECT);
    const char *id = work_project(defining->arena, number);

    change->project.id = id;
    change->project.programme = "bench";
    change->project.title.en = id;
    change->project.status = MP_PROJECT_IMPLEMENTATION;
}

void load_define(const struct target *target)
{
    struct defining *defining = bench_allocate(1, sizeof(*defining));
    void *context = raw_context();
    struct mp_change *change;

    defining->target = target;
    defining->arena = mp_arena_new((size_t)4 << 20);
    bench_need(defining->arena != NULL, "no memory");
    defining->socket = target_open(target, context, ZMQ_DEALER, "submit", WORK_AUTHORITY);
    change = add(defining, MP_CHANGE_TERM);
    change->term.scheme = MP_SCHEME_PROGRAMME;
    change->term.code = "bench";
    change->term.title.en = "Benchmark";
    submit(defining);
    for (unsigned i = 0; i < WORK_AGENCIES; i++)
        add_agency(defining, i);
    for (unsigned i = 0; i < WORK_PROJECTS; i++)
        add_project(defining, i);
    submit(defining);
    for (unsigned i = 0; i < WORK_ALL; i++)
        add_milestone(defining, i);
    submit(defining);
    (void)zmq_close(defining->socket);
    (void)zmq_ctx_term(context);
    mp_arena_free(defining->arena);
    free(defining);
}
