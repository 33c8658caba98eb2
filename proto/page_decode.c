#include "proto/ask.h"

#include "proto/page.h"
#include "proto/wire.h"

/* How many rows of each list the bytes hold; everything else is taken at once. */
struct lists {
    size_t topics, records, events, history, rows;
};

static int check_text(struct mp_span text)
{
    return mp_wire_text_is_clean(text) ? 0 : MP_EMALFORMED;
}

static bool count_row(struct mp_wire *wire, struct lists *lists)
{
    size_t *count;

    switch (wire->number) {
    case MP_PAGE_TOPICS:
        count = &lists->topics;
        break;
    case MP_PAGE_RECORDS:
        count = &lists->records;
        break;
    case MP_PAGE_EVENTS:
        count = &lists->events;
        break;
    case MP_PAGE_HISTORY:
        count = &lists->history;
        break;
    case MP_PAGE_ROWS:
        count = &lists->rows;
        break;
    default:
        return false;
    }
    (void)mp_wire_bytes(wire);
    if (++*count > MP_PAGE_ROWS_MOST)
        mp_wire_fail(wire);
    return true;
}

static int decode_outcome(struct mp_span bytes, struct mp_page *ret_page)
{
    struct mp_wire wire = mp_wire_make(bytes);

    while (mp_wire_next(&wire)) {
        if (wire.number == 1)
            ret_page->outcome_known = mp_wire_bool_once(&wire);
        else if (wire.number == 2)
            ret_page->outcome = mp_wire_bytes_once(&wire);
    }
    return wire.reader.error;
}

/* The fields that come once; message is copied last, when the rest is known to be good. */
static void take_field(struct mp_wire *wire, struct mp_page *page, struct mp_span *ret_message)
{
    uint64_t number;

    switch (wire->number) {
    case MP_PAGE_EPOCH:
        page->epoch = mp_wire_number_once(wire);
        break;
    case MP_PAGE_HEAD:
        page->head = mp_wire_number_once(wire);
        break;
    case MP_PAGE_RESTORED_HEAD:
        page->restored_head = mp_wire_number_once(wire);
        break;
    case MP_PAGE_ERROR:
        number = mp_wire_number_once(wire);
        if (number > MP_ASK_WRONG_EPOCH)
            mp_wire_fail(wire);
        page->error = (enum mp_ask_error)number;
        break;
    case MP_PAGE_MESSAGE:
        *ret_message = mp_wire_bytes_once(wire);
        break;
    case MP_PAGE_CURSOR:
        page->cursor = mp_wire_bytes_once(wire);
        break;
    case MP_PAGE_OUTCOME:
        if (decode_outcome(mp_wire_bytes_once(wire), page) != 0)
            mp_wire_fail(wire);
        break;
    default:
        break;
    }
}

static int scan(struct mp_span bytes, struct lists *lists, struct mp_page *page,
                struct mp_span *ret_message)
{
    struct mp_wire wire = mp_wire_make(bytes);

    while (mp_wire_next(&wire)) {
        if (!count_row(&wire, lists))
            take_field(&wire, page, ret_message);
    }
    if (wire.reader.error != 0 || page->cursor.size > MP_CURSOR_MOST)
        return MP_EMALFORMED;
    return check_text(*ret_message);
}

static int allocate(struct mp_arena *arena, const struct lists *lists, struct mp_span message,
                    struct mp_page *page)
{
    page->topics = mp_arena_array(arena, lists->topics, sizeof(*page->topics));
    page->records = mp_arena_array(arena, lists->records, sizeof(*page->records));
    page->events = mp_arena_array(arena, lists->events, sizeof(*page->events));
    page->history = mp_arena_array(arena, lists->history, sizeof(*page->history));
    page->rows = mp_arena_array(arena, lists->rows, sizeof(*page->rows));
    page->message = mp_arena_text(arena, message);
    if (page->topics == NULL || page->records == NULL || page->events == NULL ||
        page->history == NULL || page->rows == NULL || page->message == NULL)
        return MP_ENOMEM;
    return 0;
}

static int decode_topic(struct mp_span bytes, struct mp_arena *arena,
                        struct mp_topic_position *ret_topic)
{
    struct mp_wire wire = mp_wire_make(bytes);
    struct mp_span topic = {NULL, 0};

    while (mp_wire_next(&wire)) {
        if (wire.number == 1)
            topic = mp_wire_bytes_once(&wire);
        else if (wire.number == 2)
            ret_topic->last = mp_wire_number_once(&wire);
        else if (wire.number == 3)
            ret_topic->count = mp_wire_number_once(&wire);
    }
    if (wire.reader.error != 0 || check_text(topic) != 0 || topic.size == 0)
        return MP_EMALFORMED;
    ret_topic->topic = mp_arena_text(arena, topic);
    return ret_topic->topic == NULL ? MP_ENOMEM : 0;
}

static int decode_history(struct mp_span bytes, struct mp_history_row *ret_row)
{
    struct mp_wire wire = mp_wire_make(bytes);

    while (mp_wire_next(&wire)) {
        if (wire.number == 1)
            ret_row->event = mp_wire_bytes_once(&wire);
        else if (wire.number == 2)
            ret_row->withdrawn_by = mp_wire_number_once(&wire);
        else if (wire.number == 3)
            ret_row->recorded_later = mp_wire_bool_once(&wire);
    }
    return wire.reader.error;
}

static int decode_record_row(struct mp_span bytes, struct mp_record_row *ret_row)
{
    struct mp_wire wire = mp_wire_make(bytes);

    while (mp_wire_next(&wire)) {
        if (wire.number == 1)
            ret_row->record = mp_wire_bytes_once(&wire);
        else if (wire.number == 2)
            ret_row->recorded_later = mp_wire_bool_once(&wire);
    }
    return wire.reader.error;
}

/* Second pass: the field at hand into its list. */
static int fill_row(const struct mp_wire *wire, struct mp_arena *arena, struct mp_page *page)
{
    switch (wire->number) {
    case MP_PAGE_TOPICS:
        return decode_topic(wire->bytes, arena, &page->topics[page->topic_count++]);
    case MP_PAGE_RECORDS:
        page->records[page->record_count++] = wire->bytes;
        return 0;
    case MP_PAGE_EVENTS:
        page->events[page->event_count++] = wire->bytes;
        return 0;
    case MP_PAGE_HISTORY:
        return decode_history(wire->bytes, &page->history[page->history_count++]);
    case MP_PAGE_ROWS:
        return decode_record_row(wire->bytes, &page->rows[page->row_count++]);
    default:
        return 0;
    }
}

int mp_page_decode(struct mp_span bytes, struct mp_arena *arena, struct mp_page *ret_page)
{
    struct mp_arena_mark before = mp_arena_mark(arena);
    struct mp_wire wire = mp_wire_make(bytes);
    struct mp_page page = {.epoch = 0};
    struct mp_span message = {NULL, 0};
    struct lists lists = {0};
    int result;

    if (bytes.size > MP_PAGE_MOST)
        return MP_ETOOBIG;
    result = scan(bytes, &lists, &page, &message);
    if (result == 0)
        result = allocate(arena, &lists, message, &page);
    while (result == 0 && mp_wire_next(&wire))
        result = fill_row(&wire, arena, &page);
    if (result != 0) {
        mp_arena_release(arena, before);
        return result;
    }
    *ret_page = page;
    return 0;
}
