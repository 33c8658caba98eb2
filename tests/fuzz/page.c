/* An answer page from a server: its rows lie within its bytes, and a page written from them reads
 * the same. */
#include "tests/fuzz/fuzz.h"

#include "proto/ask.h"

static void check_rows(const struct mp_page *page)
{
    mp_assert(page->topic_count <= MP_PAGE_ROWS_MOST && page->record_count <= MP_PAGE_ROWS_MOST &&
              page->event_count <= MP_PAGE_ROWS_MOST && page->history_count <= MP_PAGE_ROWS_MOST &&
              page->row_count <= MP_PAGE_ROWS_MOST);
    fuzz_check_text(page->message);
    fuzz_touch(page->cursor);
    fuzz_touch(page->outcome);
    for (size_t i = 0; i < page->topic_count; i++)
        fuzz_check_text(page->topics[i].topic);
    for (size_t i = 0; i < page->record_count; i++)
        fuzz_touch(page->records[i]);
    for (size_t i = 0; i < page->event_count; i++)
        fuzz_touch(page->events[i]);
    for (size_t i = 0; i < page->history_count; i++)
        fuzz_touch(page->history[i].event);
    for (size_t i = 0; i < page->row_count; i++)
        fuzz_touch(page->rows[i].record);
}

static void write_rows(const struct mp_page *page, struct mp_buffer *buffer)
{
    int result = mp_page_begin(buffer, page->epoch, page->head, page->restored_head);

    for (size_t i = 0; i < page->topic_count && result == 0; i++)
        result = mp_page_add_topic(buffer, mp_span_text(page->topics[i].topic),
                                   page->topics[i].last, page->topics[i].count);
    for (size_t i = 0; i < page->record_count && result == 0; i++)
        result = mp_page_add_record(buffer, page->records[i]);
    for (size_t i = 0; i < page->event_count && result == 0; i++)
        result = mp_page_add_event(buffer, page->events[i]);
    for (size_t i = 0; i < page->history_count && result == 0; i++)
        result = mp_page_add_history(buffer, &page->history[i]);
    for (size_t i = 0; i < page->row_count && result == 0; i++)
        result = mp_page_add_row(buffer, &page->rows[i]);
    if (result == 0 && page->cursor.size > 0)
        result = mp_page_set_cursor(buffer, page->cursor);
    if (result == 0 && page->error != MP_ASK_OK)
        result = mp_page_set_error(buffer, page->error, page->message);
    mp_assert(result == 0);
}

static void check_same(const struct mp_page *a, const struct mp_page *b)
{
    mp_assert(a->epoch == b->epoch && a->head == b->head && a->restored_head == b->restored_head);
    mp_assert(a->error == b->error && mp_span_equal(a->cursor, b->cursor));
    mp_assert(a->topic_count == b->topic_count && a->record_count == b->record_count &&
              a->event_count == b->event_count && a->history_count == b->history_count &&
              a->row_count == b->row_count);
    for (size_t i = 0; i < a->topic_count; i++)
        mp_assert(strcmp(a->topics[i].topic, b->topics[i].topic) == 0 &&
                  a->topics[i].last == b->topics[i].last &&
                  a->topics[i].count == b->topics[i].count);
    for (size_t i = 0; i < a->event_count; i++)
        mp_assert(mp_span_equal(a->events[i], b->events[i]));
    for (size_t i = 0; i < a->history_count; i++)
        mp_assert(mp_span_equal(a->history[i].event, b->history[i].event) &&
                  a->history[i].withdrawn_by == b->history[i].withdrawn_by);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = fuzz_arena(FUZZ_ARENA_BYTES);
    struct mp_span bytes = mp_span_make(data, size);
    MP_AUTO(mp_arena_free) struct mp_arena *small = fuzz_arena(fuzz_small_budget(bytes));
    MP_AUTO(fuzz_buffer_done) struct mp_buffer written = fuzz_buffer();
    struct mp_page page, again;
    int result = mp_page_decode(bytes, arena, &page);

    mp_assert(result == 0 || result == MP_EMALFORMED || result == MP_ETOOBIG);
    mp_assert((result == MP_ETOOBIG) == (size > MP_PAGE_MOST));
    if (result == 0) {
        check_rows(&page);
        write_rows(&page, &written);
        if (written.error == 0 && written.size <= MP_PAGE_MOST) {
            mp_assert(mp_page_decode(mp_buffer_span(&written), arena, &again) == 0);
            check_same(&page, &again);
        }
    }
    result = mp_page_decode(bytes, small, &page);
    mp_assert(result == 0 || result == MP_EMALFORMED || result == MP_ETOOBIG ||
              result == MP_ENOMEM);
    return 0;
}
