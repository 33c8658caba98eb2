#include "clients/cli/boxes.h"

#include "core/base/file.h"

#define LEARN_MS 3000

int boxes_open(struct boxes *boxes, const char *identity, struct mp_outbox **ret_outbox)
{
    const char *path = instance_path(boxes->cli, &boxes->instance, "outbox/%s", identity);
    int error = mp_outbox_open(path, ret_outbox);

    return error == 0 ? CLI_OK : cli_error(error, "%s", path);
}

static int keep_epoch(void *context, const struct mp_page *page)
{
    struct boxes *boxes = context;

    boxes->epoch = page->epoch;
    boxes->restored_head = page->restored_head;
    return 0;
}

/* Anybody whose key is here may ask: the reader, or one of those who write. */
static const char *find_asker(struct boxes *boxes)
{
    const char *names[] = {boxes->instance.reader, boxes->cli->as,
                           boxes->count > 0 ? boxes->identities[0] : NULL};

    for (size_t i = 0; i < MP_LENGTH(names); i++) {
        if (names[i] != NULL &&
            mp_file_exists(instance_key(boxes->cli, &boxes->instance, names[i])))
            return names[i];
    }
    return NULL;
}

void boxes_learn_epoch(struct boxes *boxes)
{
    const char *asker = find_asker(boxes);
    int64_t timeout_ms = boxes->cli->timeout_ms < LEARN_MS ? boxes->cli->timeout_ms : LEARN_MS;
    struct mp_client *client = NULL;
    struct mp_ask ask;

    if (boxes->count == 0 || asker == NULL || timeout_ms == 0 || instance_is_down(&boxes->instance))
        return;
    if (instance_client(boxes->cli, &boxes->instance, asker, false, &client) != CLI_OK)
        return;
    mp_ask_init(&ask, MP_ASK_EPOCHS);
    if (mp_client_ask(client, &ask, timeout_ms, keep_epoch, boxes) < 0)
        boxes->epoch = 0;
    mp_client_close(client);
}

int boxes_heal(const struct boxes *boxes, const char *identity, struct mp_outbox *outbox)
{
    size_t again = 0;
    int error =
        boxes->epoch == 0 ? 0 : mp_outbox_epoch(outbox, boxes->epoch, boxes->restored_head, &again);

    if (error == 0 && again > 0)
        (void)fprintf(stderr,
                      "%s: %zu submission%s that the restored record lacks will be sent again\n",
                      identity, again, again == 1 ? "" : "s");
    return error;
}

int boxes_find(struct boxes *boxes, struct mp_uuid *ret_id, const char **ret_identity,
               struct mp_outbox_entry *ret_entry)
{
    const char *text = boxes->cli->arguments[1];

    if (mp_uuid_parse(text, ret_id) != 0)
        return cli_fail(CLI_USAGE,
                        "'%s' is no id of a submission: 'milepost outbox list' shows them", text);
    for (size_t i = 0; i < boxes->count; i++) {
        MP_AUTO(mp_outbox_close) struct mp_outbox *outbox = NULL;
        int status = boxes_open(boxes, boxes->identities[i], &outbox);

        if (status != CLI_OK)
            return status;
        mp_arena_reset(boxes->arena);
        if (mp_outbox_find(outbox, ret_id, boxes->arena, ret_entry) == 0) {
            *ret_identity = boxes->identities[i];
            return CLI_OK;
        }
    }
    return cli_fail(CLI_NOT_FOUND, "no outbox here holds %s", text);
}
