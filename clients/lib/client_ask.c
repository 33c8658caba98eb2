/* The client's asking side: page after page, the next one on its way while one is taken in. */
#include "clients/lib/client_private.h"

#include <string.h>

#define BUSY_PAUSE_MS 100

struct asking {
    struct mp_client *client;
    struct mp_ask ask; /* of the next page */
    mp_client_page page;
    void *context;
    int64_t deadline_ms;
    bool is_under_way; /* a question waits for its page */
    int result;        /* 0, an error, or what the callback said */
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

static void on_page(void *context, int error, const struct mp_page *page, struct mp_span raw);

static int ask_page(struct asking *asking)
{
    int error = mp_asker_ask(asking->client->asker, &asking->ask,
                             mp_client_left_ms(asking->deadline_ms, INT64_MAX), on_page, asking);

    asking->is_under_way = error == 0;
    return error;
}

/* Before the page at hand is taken in, so that the next one is made and sent meanwhile. */
static int ask_next(struct asking *asking, struct mp_span cursor)
{
    if (cursor.size == 0)
        return 0;
    if (cursor.size > sizeof asking->cursor)
        return mp_client_fail(asking->client, MP_EMALFORMED, NULL);
    memcpy(asking->cursor, cursor.data, cursor.size);
    asking->ask.cursor = mp_span_make(asking->cursor, cursor.size);
    return ask_page(asking);
}

static int take_page(struct asking *asking, const struct mp_page *page)
{
    struct mp_client *client = asking->client;
    size_t again;
    int error = 0;

    if (page->error != MP_ASK_OK)
        return mp_client_fail(client, page_error(page->error), page->message);
    if (client->outbox != NULL && page->epoch > 0)
        error = mp_outbox_epoch(client->outbox, page->epoch, page->restored_head, &again);
    if (error == 0)
        error = ask_next(asking, page->cursor);
    return error == 0 ? asking->page(asking->context, page) : error;
}

static void on_page(void *context, int error, const struct mp_page *page, struct mp_span raw)
{
    struct asking *asking = context;

    (void)raw;
    asking->is_under_way = false;
    if (asking->result != 0) /* of the page before: nobody wants this one */
        return;
    asking->result =
        error != 0 ? mp_client_fail(asking->client, error, NULL) : take_page(asking, page);
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

/* Busy is to be asked again: a ledger that was restarted is found within a moment. */
static int ask_again(struct asking *asking)
{
    int error =
        mp_loop_step(asking->client->loop, mp_client_left_ms(asking->deadline_ms, BUSY_PAUSE_MS));

    asking->client->why[0] = '\0';
    asking->result = 0;
    return error == 0 ? ask_page(asking) : error;
}

static int ask_all(struct asking *asking)
{
    struct mp_client *client = asking->client;
    int error = ask_page(asking);

    while (error == 0 && asking->is_under_way) {
        error =
            mp_loop_step(client->loop, mp_client_left_ms(asking->deadline_ms, MP_CLIENT_STEP_MS));
        if (error == 0)
            error = asking->result;
        if (error == 0)
            mp_asker_push(client->asker);
        else if (error == MP_EAGAIN && !asking->is_under_way &&
                 mp_client_left_ms(asking->deadline_ms, BUSY_PAUSE_MS) > 0)
            error = ask_again(asking);
    }
    return error;
}

int mp_client_ask(struct mp_client *client, const struct mp_ask *ask, int64_t timeout_ms,
                  mp_client_page page, void *context)
{
    struct asking asking = {.client = client,
                            .ask = *ask,
                            .page = page,
                            .context = context,
                            .deadline_ms = mp_client_deadline_ms(timeout_ms)};
    int error;

    client->why[0] = '\0';
    error = open_asker(client);
    if (error == 0)
        error = ask_all(&asking);
    if (asking.is_under_way) { /* it would call back into a struct that is gone */
        mp_asker_close(client->asker);
        client->asker = NULL;
    }
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
