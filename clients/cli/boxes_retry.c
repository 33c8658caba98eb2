/* outbox retry: sends what waits, after a restore also what the record lacks. */
#include "clients/cli/boxes.h"
#include "clients/cli/refused.h"
#include "clients/cli/say.h"
#include "core/base/clock.h"

#include <inttypes.h>
#include <string.h>

/* A rejected one is said again under a new id: the ledger would give the old id its old answer. */
static int requeue(struct boxes *boxes, struct mp_client *client,
                   const struct mp_outbox_entry *entry)
{
    struct mp_submission submission;
    struct mp_rejection rejection;
    int error = mp_submission_decode(entry->submission, boxes->arena, &submission, &rejection);

    if (error != 0)
        return MP_ECORRUPT;
    submission.id = (struct mp_uuid){{0}};
    submission.sent_at_us = 0;
    error = mp_outbox_put(mp_client_outbox(client), &submission, mp_clock_wall_us(&mp_clock_system),
                          boxes->arena);
    return error < 0 ? error : mp_outbox_drop(mp_client_outbox(client), &entry->id);
}

struct sending {
    const char *identity;
    size_t accepted, rejected;
};

static void on_answered(void *context, const struct mp_answer *answer)
{
    struct sending *sending = context;
    char id[MP_UUID_TEXT];

    if (answer->outcome == MP_OUTCOME_ACCEPTED)
        sending->accepted++;
    if (answer->outcome != MP_OUTCOME_REJECTED)
        return;
    sending->rejected++;
    mp_uuid_format(&answer->id, id);
    (void)fprintf(stderr, "rejected, as %s: %s: %s (%s): %s\n", sending->identity, id,
                  mp_reject_name(answer->rejection.code),
                  say_rejected_field(answer->rejection.field), answer->rejection.message);
}

/* Not everything was sent: why. */
static int say_waits(struct boxes *boxes, const char *identity, struct mp_client *client, int error)
{
    const struct instance *instance = &boxes->instance;

    if ((error == MP_EUNREACHABLE || error == MP_ETIMEDOUT) &&
        refused_ask(boxes->cli, instance, identity, client, instance->submit))
        return refused_say(identity, instance->submit);
    return cli_fail(cli_exit_of(error), "%s: queued, not yet recorded: %s", identity,
                    mp_client_why(client));
}

/* With its box open. again: a rejected entry to be said anew, or NULL. */
static int send_box(struct boxes *boxes, const char *identity, struct mp_client *client,
                    const struct mp_outbox_entry *again)
{
    struct sending sending = {.identity = identity};
    struct mp_sender_effects effects = {.context = &sending, .answered = on_answered};
    struct mp_outbox_counts counts = {0};
    int error = boxes_heal(boxes, identity, mp_client_outbox(client));

    if (error == 0 && again != NULL)
        error = requeue(boxes, client, again);
    if (error == 0)
        error = mp_outbox_count(mp_client_outbox(client), &counts);
    if (error < 0)
        return cli_error(error, "outbox of %s", identity);
    boxes->shown += counts.waiting + counts.sent;
    if (counts.waiting + counts.sent == 0)
        return CLI_OK;
    if (instance_is_down(&boxes->instance)) {
        (void)fprintf(stderr, "queued, not yet recorded: %" PRIu64 ", as %s\n",
                      counts.waiting + counts.sent, identity);
        return instance_say_down();
    }
    error = mp_client_send(client, NULL, boxes->cli->timeout_ms, &effects);
    if (sending.accepted + sending.rejected > 0)
        (void)fprintf(stderr, "%s: %zu accepted, %zu rejected\n", identity, sending.accepted,
                      sending.rejected);
    if (error < 0)
        return say_waits(boxes, identity, client, error);
    return sending.rejected > 0 ? CLI_REJECTED : CLI_OK;
}

static int retry_box(struct boxes *boxes, const char *identity, const struct mp_outbox_entry *again)
{
    struct mp_client *client = NULL;
    int status = instance_client(boxes->cli, &boxes->instance, identity, true, &client);

    if (status != CLI_OK)
        return status;
    status = send_box(boxes, identity, client, again);
    mp_client_close(client);
    return status;
}

/* Every box. Nothing to send is no failure, unless it is not known whether the record was restored.
 */
static int retry_all(struct boxes *boxes)
{
    int worst = CLI_OK;

    for (size_t i = 0; i < boxes->count; i++) {
        int status = retry_box(boxes, boxes->identities[i], NULL);

        worst = status != CLI_OK ? status : worst;
    }
    if (worst != CLI_OK || boxes->shown > 0)
        return worst;
    if (boxes->count > 0 && boxes->epoch == 0 && instance_is_down(&boxes->instance)) {
        (void)fprintf(stderr, "nothing waits here; whether the record lacks something is not "
                              "known while nobody answers\n");
        return instance_say_down();
    }
    (void)fprintf(stderr, "nothing waits%s%s\n", boxes->only == NULL ? "" : ", as ",
                  boxes->only == NULL ? "" : boxes->only);
    return CLI_OK;
}

int boxes_retry(struct boxes *boxes)
{
    struct mp_outbox_entry entry = {0};
    const char *identity = NULL;
    struct mp_uuid id = {{0}};

    if (boxes->cli->argument_count > 1) {
        int status = boxes_find(boxes, &id, &identity, &entry);

        if (status != CLI_OK)
            return status;
        return retry_box(boxes, identity, entry.state == MP_OUTBOX_REJECTED ? &entry : NULL);
    }
    return retry_all(boxes);
}
