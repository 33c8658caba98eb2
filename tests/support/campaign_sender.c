/* An agency's program: puts into its durable outbox what the test wants, and sends it. */
#include "tests/support/campaign_peer.h"

#include "core/base/clock.h"

#include <stdio.h>

#define TICK_MS     3
#define PIECE_MOST  24 /* submissions put at once */
#define LOCK_MS     30000
#define ARENA_BYTES ((size_t)4 << 20)

struct sending {
    struct campaign_self *self;
    struct mp_arena *arena;
    struct mp_outbox *outbox;
    struct mp_sender *sender;
    uint64_t put;
    int error;
};

static int say(struct sending *sending, uint64_t number, struct mp_submission *submission)
{
    const struct campaign_self *self = sending->self;
    struct campaign_saying saying = campaign_say(self->incarnation, number);

    *submission = (struct mp_submission){
        .id = campaign_id(self->incarnation, number),
        .changes = mp_arena_array(sending->arena, saying.change_count, sizeof(struct mp_change)),
        .change_count = saying.change_count,
    };
    if (submission->changes == NULL)
        return MP_ENOMEM;
    for (size_t i = 0; i < saying.change_count; i++) {
        struct mp_change *change = &submission->changes[i];

        mp_change_init(change, MP_CHANGE_PROGRESS);
        change->progress.milestone = saying.is_bad
                                         ? CAMPAIGN_BAD_MILESTONE
                                         : campaign_milestones[saying.changes[i].milestone];
        change->progress.percent = (struct mp_decimal){saying.changes[i].percent, 0};
    }
    return 0;
}

static int put_some(struct sending *sending, size_t count)
{
    struct mp_submission submissions[PIECE_MOST];
    int error = 0;

    mp_arena_reset(sending->arena);
    for (size_t i = 0; i < count && error == 0; i++)
        error = say(sending, sending->put + i, &submissions[i]);
    if (error == 0)
        error = mp_outbox_put_many(sending->outbox, submissions, count,
                                   mp_clock_wall_us(&mp_clock_system), sending->arena, NULL);
    for (size_t i = 0; i < count && error == 0; i++, sending->put++) {
        const struct campaign_line line = {.kind = CAMPAIGN_PUT,
                                           .incarnation = sending->self->incarnation,
                                           .number = sending->put};

        campaign_write(sending->self, &line);
    }
    atomic_store(&sending->self->page->put, sending->put);
    return error;
}

static void on_timer(void *context)
{
    struct sending *sending = context;
    uint64_t left = atomic_load(&sending->self->page->wanted) - sending->put;

    if (left > 0 && sending->error == 0) {
        uint64_t piece = 1 + sending->put * 7 % PIECE_MOST;

        sending->error = put_some(sending, left < piece ? left : piece);
        mp_sender_wake(sending->sender);
    }
    if (sending->error == 0)
        sending->error = mp_sender_error(sending->sender);
    if (sending->error != 0)
        mp_loop_stop(sending->self->loop);
}

static void on_answered(void *context, const struct mp_answer *answer)
{
    struct sending *sending = context;
    struct campaign_line line = {
        .kind = answer->outcome == MP_OUTCOME_ACCEPTED ? CAMPAIGN_ACCEPTED : CAMPAIGN_REJECTED,
        .first = answer->first_seq,
        .last = answer->last_seq,
    };

    if (!campaign_id_parse(&answer->id, &line.incarnation, &line.number)) {
        sending->error = MP_EMALFORMED;
        return;
    }
    campaign_write(sending->self, &line);
    (void)atomic_fetch_add(&sending->self->page->answered, 1);
}

static void on_idle(void *context)
{
    const struct sending *sending = context;

    atomic_store(&sending->self->page->idle, sending->put);
}

int campaign_sender_run(struct campaign_self *self)
{
    struct sending sending = {.self = self, .arena = mp_arena_new(ARENA_BYTES)};
    const struct mp_sender_effects effects = {
        .context = &sending, .answered = on_answered, .idle = on_idle};
    char folder[512], address[64];
    struct mp_endpoint ingest = campaign_endpoint(self, 0, address, sizeof address);
    int error;

    if (sending.arena == NULL)
        return MP_ENOMEM;
    (void)snprintf(folder, sizeof folder, "%s/outbox/%s", self->folder, self->identity);
    error = mp_outbox_open(folder, &sending.outbox);
    if (error == 0)
        error = mp_outbox_lock(sending.outbox, LOCK_MS);
    if (error == 0)
        error = mp_sender_open(self->bus, self->loop, &ingest, sending.outbox, &effects,
                               &sending.sender);
    if (error == 0)
        error = mp_loop_add_timer(self->loop, TICK_MS, on_timer, &sending);
    if (error >= 0)
        error = mp_loop_run(self->loop);
    return error != 0 ? error : sending.error;
}
