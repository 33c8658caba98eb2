/* Answers questions, each from one snapshot that is given back before it returns. */
#include "store/asking.h"

#include <stdarg.h>
#include <stdlib.h>

struct mp_reading {
    struct mp_store *store;
    struct mp_buffer record;
};

int mp_reading_open(struct mp_store *store, struct mp_reading **ret_reading)
{
    struct mp_reading *reading = calloc(1, sizeof(*reading));

    if (reading == NULL)
        return MP_ENOMEM;
    reading->store = store;
    mp_buffer_init(&reading->record, MP_STORE_VALUE_MOST);
    *ret_reading = reading;
    return 0;
}

void mp_reading_close(struct mp_reading *reading)
{
    if (reading == NULL)
        return;
    mp_buffer_done(&reading->record);
    free(reading);
}

bool mp_store_asking_is_full(const struct mp_store_asking *asking)
{
    return asking->rows >= asking->rows_most || asking->scanned >= asking->scan_most ||
           asking->page->size - asking->page_start >= MP_STORE_PAGE_BYTES;
}

int mp_store_asking_refuse(struct mp_store_asking *asking, enum mp_ask_error error,
                           const char *format, ...)
{
    va_list arguments;
    const char *message;

    va_start(arguments, format);
    message = mp_arena_vprintf(asking->arena, format, arguments);
    va_end(arguments);
    asking->is_refused = true;
    asking->page->size = asking->page_start;
    if (mp_page_begin(asking->page, asking->head.epoch, asking->head.seq,
                      asking->head.restored_head) < 0)
        return asking->page->error;
    return mp_page_set_error(asking->page, error, message != NULL ? message : "");
}

/* recorded_at never goes back, so the events of then are those up to one sequence. */
static int last_event_by(struct mp_store_asking *asking, int64_t recorded_us, uint64_t *ret_seq)
{
    uint64_t low = 0, high = asking->head.seq; /* low is by then (0: none), beyond high is not */

    while (low < high) {
        uint64_t middle = low + (high - low + 1) / 2;
        struct mp_arena_mark mark = mp_arena_mark(asking->arena);
        struct mp_event event;
        int error =
            mp_store_event_decode_at(asking->txn, asking->tables, middle, asking->arena, &event);

        if (error < 0)
            return error;
        if (event.recorded_at_us <= recorded_us)
            low = middle;
        else
            high = middle - 1;
        mp_arena_release(asking->arena, mark);
    }
    *ret_seq = low;
    return 0;
}

int mp_store_asking_set_time(struct mp_store_asking *asking)
{
    const struct mp_as_of *as_of = &asking->ask->as_of;
    int error;

    if (as_of->mode != MP_AS_RECORDED)
        return 0;
    error = last_event_by(asking, as_of->recorded_us, &asking->seq_most);
    if (error < 0 || asking->seq_most > 0)
        return error;
    return mp_store_asking_refuse(
        asking, MP_ASK_TOO_OLD,
        "that is before this ledger's first event: ask for a later moment, or with --as-of for "
        "what had been said by a day");
}

int mp_store_asking_look(struct mp_store_asking *asking, struct mp_store_look *ret_look)
{
    if (asking->runs == NULL)
        asking->runs = mp_kv_cursor_open(asking->txn, asking->tables->runs);
    if (asking->by_subject == NULL)
        asking->by_subject = mp_kv_cursor_open(asking->txn, asking->tables->by_subject);
    *ret_look = (struct mp_store_look){.txn = asking->txn,
                                       .tables = asking->tables,
                                       .runs = asking->runs,
                                       .by_subject = asking->by_subject,
                                       .arena = asking->arena,
                                       .seq_most = asking->seq_most};
    return mp_kv_error(asking->txn);
}

int32_t mp_store_asking_civil_day(const struct mp_store_asking *asking, int64_t time_us)
{
    return mp_clock_civil_day(time_us, asking->store->offset_minutes);
}

static mp_store_answerer answerer_of(enum mp_ask_kind kind)
{
    static const mp_store_answerer answerers[] = {
        [MP_ASK_TOPICS] = mp_store_ask_topics,     [MP_ASK_SNAPSHOT] = mp_store_ask_snapshot,
        [MP_ASK_REPLAY] = mp_store_ask_replay,     [MP_ASK_GET] = mp_store_ask_get,
        [MP_ASK_LIST] = mp_store_ask_list,         [MP_ASK_HISTORY] = mp_store_ask_history,
        [MP_ASK_REGISTRY] = mp_store_ask_registry, [MP_ASK_WHO_AM_I] = mp_store_ask_who_am_i,
        [MP_ASK_EPOCHS] = mp_store_ask_epochs,     [MP_ASK_OUTCOME] = mp_store_ask_outcome,
    };

    return (size_t)kind < MP_LENGTH(answerers) ? answerers[kind] : NULL;
}

static int answer(struct mp_store_asking *asking)
{
    mp_store_answerer answerer = answerer_of(asking->ask->kind);
    int error = mp_store_read_head(asking->txn, asking->tables, &asking->head);

    if (error < 0)
        return error;
    if (answerer == NULL)
        return mp_store_asking_refuse(asking, MP_ASK_MALFORMED, "no such question");
    if (asking->ask->cursor.size > MP_KV_KEY_MOST)
        return mp_store_asking_refuse(asking, MP_ASK_MALFORMED,
                                      "the cursor does not belong to this question");
    error = mp_page_begin(asking->page, asking->head.epoch, asking->head.seq,
                          asking->head.restored_head);
    if (error == 0)
        error = answerer(asking);
    if (error == MP_ENOMEM)
        error = mp_store_asking_refuse(asking, MP_ASK_FAILED,
                                       "the answer needs more memory than one page may take: ask "
                                       "for less");
    return error;
}

int mp_reading_answer(struct mp_reading *reading, const struct mp_ask *ask, int32_t today,
                      struct mp_arena *arena, struct mp_buffer *page)
{
    struct mp_store_asking asking = {
        .store = reading->store,
        .ask = ask,
        .tables = &reading->store->tables,
        .today = today,
        .arena = arena,
        .page = page,
        .page_start = page->size,
        .seq_most = UINT64_MAX,
        .record = reading->record,
        .rows_most =
            ask->limit == 0 || ask->limit > MP_PAGE_ROWS_MOST ? MP_PAGE_ROWS_MOST : ask->limit,
        .scan_most = MP_STORE_SCAN_MOST,
    };
    int error;

    (void)mp_store_wait_filed(reading->store);
    error = mp_kv_begin(reading->store->kv, false, &asking.txn);
    if (error < 0)
        return error;
    error = answer(&asking);
    if (error == 0)
        error = mp_kv_error(asking.txn);
    if (error == 0)
        error = page->error;
    mp_kv_cursor_close(asking.runs);
    mp_kv_cursor_close(asking.by_subject);
    mp_kv_abort(asking.txn);
    reading->record = asking.record; /* it may have grown */
    return error;
}
