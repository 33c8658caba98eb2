#include "proto/ask.h"

#include "proto/page.h"
#include "proto/wire.h"

int mp_page_begin(struct mp_buffer *buffer, uint64_t epoch, uint64_t head, uint64_t restored_head)
{
    mp_wire_put_number(buffer, MP_PAGE_EPOCH, epoch);
    mp_wire_put_number(buffer, MP_PAGE_HEAD, head);
    mp_wire_put_number(buffer, MP_PAGE_RESTORED_HEAD, restored_head);
    return buffer->error;
}

int mp_page_add_topic(struct mp_buffer *buffer, struct mp_span topic, uint64_t last, uint64_t count)
{
    size_t size = mp_wire_bytes_size(1, topic.size) + mp_wire_number_size(2, last) +
                  mp_wire_number_size(3, count);

    mp_wire_put_header(buffer, MP_PAGE_TOPICS, size);
    mp_wire_put_bytes(buffer, 1, topic);
    mp_wire_put_number(buffer, 2, last);
    mp_wire_put_number(buffer, 3, count);
    return buffer->error;
}

int mp_page_add_record(struct mp_buffer *buffer, struct mp_span record)
{
    mp_wire_put_bytes(buffer, MP_PAGE_RECORDS, record);
    return buffer->error;
}

int mp_page_add_event(struct mp_buffer *buffer, struct mp_span event)
{
    mp_wire_put_bytes(buffer, MP_PAGE_EVENTS, event);
    return buffer->error;
}

int mp_page_add_history(struct mp_buffer *buffer, const struct mp_history_row *row)
{
    size_t size = mp_wire_bytes_size(1, row->event.size) +
                  mp_wire_number_size(2, row->withdrawn_by) +
                  mp_wire_number_size(3, row->recorded_later);

    mp_wire_put_header(buffer, MP_PAGE_HISTORY, size);
    mp_wire_put_bytes(buffer, 1, row->event);
    mp_wire_put_number(buffer, 2, row->withdrawn_by);
    mp_wire_put_number(buffer, 3, row->recorded_later);
    return buffer->error;
}

int mp_page_add_row(struct mp_buffer *buffer, const struct mp_record_row *row)
{
    size_t size =
        mp_wire_bytes_size(1, row->record.size) + mp_wire_number_size(2, row->recorded_later);

    mp_wire_put_header(buffer, MP_PAGE_ROWS, size);
    mp_wire_put_bytes(buffer, 1, row->record);
    mp_wire_put_number(buffer, 2, row->recorded_later);
    return buffer->error;
}

int mp_page_set_outcome(struct mp_buffer *buffer, bool known, struct mp_span answer)
{
    size_t size = mp_wire_number_size(1, known) + mp_wire_bytes_size(2, answer.size);

    mp_wire_put_header(buffer, MP_PAGE_OUTCOME, size);
    mp_wire_put_number(buffer, 1, known);
    mp_wire_put_bytes(buffer, 2, answer);
    return buffer->error;
}

int mp_page_set_cursor(struct mp_buffer *buffer, struct mp_span cursor)
{
    mp_wire_put_bytes(buffer, MP_PAGE_CURSOR, cursor);
    return buffer->error;
}

int mp_page_set_error(struct mp_buffer *buffer, enum mp_ask_error error, const char *message)
{
    mp_wire_put_number(buffer, MP_PAGE_ERROR, error);
    mp_wire_put_bytes(buffer, MP_PAGE_MESSAGE, mp_span_text(message));
    return buffer->error;
}
