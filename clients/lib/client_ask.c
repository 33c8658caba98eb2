/* The client's asking side: one question at a time, page after page. */
#include "clients/lib/client_private.h"

#include <string.h>

#define BUSY_PAUSE_MS 100

struct asking {
    struct mp_client *client;
    mp_client_page page;
    void *context;
    bool done;
    int result; /* of this page: 0, an error, or what the callback said */
    size_t cursor_size;
    uint8_t cursor[MP_CURSOR_MOST];
};

static int page_error(enum mp_ask_error error)
{
    switch (error) {
    case MP_ASK_OK:
        return 0;
    case MP_ASK_NOT_FOUND:
    case MP_ASK_TOO_OLD:
        return MP_ENOTFOUND;
    case MP_ASK_NOT_ALLOWED:
        return MP_EPERM;
    case MP_ASK_MALFORMED:
        return MP_EMALFORMED;
    case MP_ASK_BUSY:
        return MP_EAGAIN;
    case MP_ASK_WRONG_EPOCH:
        return MP_EEPOCH;
    default:
        return MP_EIO;
    }
}

static void on_page(void *context, int error, const struct mp_page *page, struct mp_span raw)
{
    struct asking *asking = context;
    size_t again;

    (void)raw;
    asking->done = true;
    asking->cursor_size = 0;
    if (error != 0) {
        asking->result = mp_client_fail(asking->client, error, NULL);
        return;
    }
    if (page->error != MP_ASK_OK) {
        asking->result = mp_client_fail(asking->client, page_error(page->error), page->message);
        return;
    }
    if (asking->client->outbox != NULL && page->epoch > 0)
        asking->result =
            mp_outbox_epoch(asking->client->outbox, page->epoch, page->restored_head, &again);
    if (asking->result == 0)
        asking->result = asking->page(asking->context, page);
    if (page->cursor.size > sizeof asking->cursor) {
        asking->result = mp_client_fail(asking->client, MP_EMALFORMED, NULL);
    } else if (page->cursor.size > 0) {
        asking->cursor_size = page->cursor.size;
        memcpy(asking->cursor, page->cursor.data, page->cursor.size);
    }
}

static int open_asker(struct mp_client *client)
{
    struct mp_endpoint endpoint;
    int error;

    if (client->asker != NULL)
        return 0;
    error = mp_client_endpoint(client, client->ask, &endpoint);
    if (error == 0)
        error = mp_asker_open(client->bus, client->loop, &endpoint, &client->asker);
    return error;
}

static int ask_page(struct asking *asking, const struct mp_ask *ask, int64_t deadline_ms)
{
    struct mp_client *client = asking->client;
    int error;

    asking->done = false;
    asking->result = 0;
    error = mp_asker_ask(client->asker, ask, mp_client_left_ms(deadline_ms, INT64_MAX), on_page,
                         asking);
    while (error == 0 && !asking->done)
        error = mp_loop_step(client->loop, mp_client_left_ms(deadline_ms, MP_CLIENT_STEP_MS));
    if (error == 0)
        return asking->result;
    /* A question that still waits would call back into a struct that is gone. */
    mp_asker_close(client->asker);
    client->asker = NULL;
    return error;
}

/* Busy is to be asked again: a ledger that was restarted is found within a moment. */
static int ask_patiently(struct asking *asking, const struct mp_ask *ask, int64_t deadline_ms)
{
    for (;;) {
        int error;

        asking->client->why[0] = '\0';
        error = ask_page(asking, ask, deadline_ms);
        if (error != MP_EAGAIN || mp_client_left_ms(deadline_ms, BUSY_PAUSE_MS) == 0)
            return error;
        error = mp_loop_step(asking->client->loop, mp_client_left_ms(deadline_ms, BUSY_PAUSE_MS));
        if (error < 0)
            return error;
    }
}

int mp_client_ask(struct mp_client *client, const struct mp_ask *ask, int64_t timeout_ms,
                  mp_client_page page, void *context)
{
    int64_t deadline_ms = mp_client_deadline_ms(timeout_ms);
    struct asking asking = {.client = client, .page = page, .context = context};
    struct mp_ask next = *ask;
    int error;

    client->why[0] = '\0';
    error = open_asker(client);
    do {
        if (error == 0)
            error = ask_patiently(&asking, &next, deadline_ms);
        next.cursor = mp_span_make(asking.cursor, asking.cursor_size);
    } while (error == 0 && asking.cursor_size > 0);
    if (error < 0 && client->why[0] == '\0')
        (void)mp_client_fail(client, error, NULL);
    return error;
}

struct getting {
    struct mp_arena *arena;
    struct mp_record record;
    bool found;
};

static int take_record(void *context, const struct mp_page *page)
{
    struct getting *getting = context;
    struct mp_span bytes;

    if (page->row_count > 0)
        bytes = page->rows[0].record;
    else if (page->record_count > 0)
        bytes = page->records[0];
    else
        return 0;
    getting->found = true;
    return mp_record_decode(bytes, getting->arena, &getting->record);
}

int mp_client_get(struct mp_client *client, enum mp_kind kind, const char *id, int64_t timeout_ms,
                  struct mp_arena *arena, struct mp_record *ret_record)
{
    struct getting getting = {.arena = arena};
    struct mp_ask ask;
    int error;

    mp_ask_init(&ask, MP_ASK_GET);
    ask.record_kind = kind;
    ask.id = id;
    error = mp_client_ask(client, &ask, timeout_ms, take_record, &getting);
    if (error == 0 && !getting.found)
        error = mp_client_fail(client, MP_ENOTFOUND, NULL);
    if (error == 0)
        *ret_record = getting.record;
    return error;
}
