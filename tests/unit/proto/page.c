#include "core/base/auto.h"
#include "milepost/v1/ask.pb-c.h"
#include "proto/ask.h"
#include "proto/wire.h"

#include <criterion/criterion.h>
#include <inttypes.h>

static const struct mp_history_row history[] = {
    {{(const uint8_t *)"event", 5}, 12345678901, true},
    {{NULL, 0}, 0, false},
};
static const struct mp_record_row rows[] = {
    {{(const uint8_t *)"record", 6}, true},
    {{(const uint8_t *)"other", 5}, false},
};

/* Every field, rows mixed. */
static struct mp_buffer written(void)
{
    struct mp_buffer buffer;

    mp_buffer_init(&buffer, MP_PAGE_MOST);
    cr_assert_eq(mp_page_begin(&buffer, 7, UINT64_C(1) << 50, 9), 0);
    cr_assert_eq(mp_page_add_event(&buffer, mp_span_text("one")), 0);
    cr_assert_eq(mp_page_add_topic(&buffer, mp_span_text("ml-1/"), 300, 12), 0);
    cr_assert_eq(mp_page_add_record(&buffer, mp_span_text("term")), 0);
    cr_assert_eq(mp_page_add_history(&buffer, &history[0]), 0);
    cr_assert_eq(mp_page_add_row(&buffer, &rows[0]), 0);
    cr_assert_eq(mp_page_add_event(&buffer, mp_span_text("")), 0);
    cr_assert_eq(mp_page_add_topic(&buffer, mp_span_text("@term/"), UINT64_MAX, 0), 0);
    cr_assert_eq(mp_page_add_row(&buffer, &rows[1]), 0);
    cr_assert_eq(mp_page_add_history(&buffer, &history[1]), 0);
    cr_assert_eq(mp_page_set_outcome(&buffer, true, mp_span_text("answer")), 0);
    cr_assert_eq(mp_page_set_cursor(&buffer, mp_span_text("cur")), 0);
    cr_assert_eq(mp_page_set_error(&buffer, MP_ASK_TOO_OLD, "too old"), 0);
    return buffer;
}

static bool same(ProtobufCBinaryData data, const char *text)
{
    return mp_span_equal(mp_span_make(data.data, data.len), mp_span_text(text));
}

Test(proto_page, what_is_written_by_hand_is_the_message_page)
{
    struct mp_buffer buffer = written();
    Milepost__V1__Page *page = milepost__v1__page__unpack(NULL, buffer.size, buffer.data);

    cr_assert_not_null(page);
    cr_assert_eq(page->base.n_unknown_fields, 0);
    cr_assert_eq(page->epoch, 7);
    cr_assert_eq(page->head, UINT64_C(1) << 50);
    cr_assert_eq(page->restored_head, 9);
    cr_assert_eq(page->error, MILEPOST__V1__ASK_ERROR__ASK_ERROR_TOO_OLD);
    cr_assert_str_eq(page->message, "too old");
    cr_assert(same(page->cursor, "cur"));
    cr_assert_eq(page->n_topics, 2);
    cr_assert_str_eq(page->topics[0]->topic, "ml-1/");
    cr_assert_eq(page->topics[0]->last, 300);
    cr_assert_eq(page->topics[0]->count, 12);
    cr_assert_eq(page->topics[1]->last, UINT64_MAX);
    cr_assert(page->n_records == 1 && same(page->records[0], "term"));
    cr_assert(page->n_events == 2 && same(page->events[0], "one") && same(page->events[1], ""));
    cr_assert(page->n_history == 2 && same(page->history[0]->event, "event"));
    cr_assert_eq(page->history[0]->withdrawn_by, 12345678901);
    cr_assert(page->history[0]->recorded_later && !page->history[1]->recorded_later);
    cr_assert(page->n_rows == 2 && same(page->rows[1]->record, "other"));
    cr_assert(page->rows[0]->recorded_later && !page->rows[1]->recorded_later);
    cr_assert(page->outcome->known && same(page->outcome->answer, "answer"));
    milepost__v1__page__free_unpacked(page, NULL);
    mp_buffer_done(&buffer);
}

Test(proto_page, it_comes_back_whole)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1u << 20);
    struct mp_buffer buffer = written();
    struct mp_page page;

    cr_assert_eq(mp_page_decode(mp_buffer_span(&buffer), arena, &page), 0);
    cr_assert(page.epoch == 7 && page.head == UINT64_C(1) << 50 && page.restored_head == 9);
    cr_assert_eq(page.error, MP_ASK_TOO_OLD);
    cr_assert_str_eq(page.message, "too old");
    cr_assert(mp_span_equal(page.cursor, mp_span_text("cur")));
    cr_assert_eq(page.topic_count, 2);
    cr_assert_str_eq(page.topics[0].topic, "ml-1/");
    cr_assert(page.topics[0].last == 300 && page.topics[0].count == 12);
    cr_assert_str_eq(page.topics[1].topic, "@term/");
    cr_assert(page.topics[1].last == UINT64_MAX && page.topics[1].count == 0);
    cr_assert(page.record_count == 1 && mp_span_equal(page.records[0], mp_span_text("term")));
    cr_assert(page.event_count == 2 && mp_span_equal(page.events[0], mp_span_text("one")));
    cr_assert_eq(page.events[1].size, 0);
    cr_assert_eq(page.history_count, 2);
    cr_assert_eq(page.row_count, 2);
    for (size_t i = 0; i < 2; i++) {
        cr_assert(mp_span_equal(page.history[i].event, history[i].event));
        cr_assert_eq(page.history[i].withdrawn_by, history[i].withdrawn_by);
        cr_assert_eq(page.history[i].recorded_later, history[i].recorded_later);
        cr_assert(mp_span_equal(page.rows[i].record, rows[i].record));
        cr_assert_eq(page.rows[i].recorded_later, rows[i].recorded_later);
    }
    cr_assert(page.outcome_known && mp_span_equal(page.outcome, mp_span_text("answer")));
    mp_buffer_done(&buffer);
}

Test(proto_page, an_empty_one_with_a_cursor_is_a_page)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1u << 20);
    struct mp_buffer buffer;
    struct mp_page page;

    mp_buffer_init(&buffer, 1000);
    cr_assert_eq(mp_page_begin(&buffer, 1, 2, 0), 0);
    cr_assert_eq(mp_page_set_cursor(&buffer, mp_span_text("x")), 0);
    cr_assert_eq(mp_page_decode(mp_buffer_span(&buffer), arena, &page), 0);
    cr_assert_eq(page.cursor.size, 1);
    cr_assert_str_eq(page.message, "");
    cr_assert_eq(page.event_count + page.topic_count + page.row_count, 0);
    cr_assert_not(page.outcome_known);
    mp_buffer_done(&buffer);
}

static const struct {
    const char *what;
    const char *bytes;
    size_t size;
    int result;
} pages[] = {
    {"nothing", "", 0, 0},
    {"an unknown field", "\xa8\x06\x01", 3, 0},
    {"an unknown field in a row", "\x72\x02\x20\x01", 4, 0},
    {"an unknown error", "\x20\x08", 2, MP_EMALFORMED},
    {"an error wider than 32 bits", "\x20\x81\x80\x80\x80\x10", 6, MP_EMALFORMED},
    {"a message that is not UTF-8", "\x2a\x01\xff", 3, MP_EMALFORMED},
    {"a message with a NUL", "\x2a\x01\0", 3, MP_EMALFORMED},
    {"two epochs", "\x08\x01\x08\x02", 4, MP_EMALFORMED},
    {"two outcomes", "\x82\x01\x00\x82\x01\x00", 6, MP_EMALFORMED},
    {"a topic of nothing", "\x5a\x00", 2, MP_EMALFORMED},
    {"a topic with a NUL", "\x5a\x03\x0a\x01\0", 5, MP_EMALFORMED},
    {"a topic with a text for its count", "\x5a\x05\x0a\x01x\x1a\x00", 7, MP_EMALFORMED},
    {"a topic cut short", "\x5a\x03\x0a\x05x", 5, MP_EMALFORMED},
    {"a topic as a number", "\x58\x01", 2, MP_EMALFORMED},
    {"a history row cut short", "\x72\x01\x0a", 3, MP_EMALFORMED},
    {"a history flag of 2", "\x72\x02\x18\x02", 4, MP_EMALFORMED},
    {"a row cut short", "\x7a\x01\x0a", 3, MP_EMALFORMED},
    {"a row with two records", "\x7a\x04\x0a\x00\x0a\x00", 6, MP_EMALFORMED},
    {"an outcome cut short", "\x82\x01\x01\x0a", 4, MP_EMALFORMED},
    {"an event as a number", "\x68\x01", 2, MP_EMALFORMED},
    {"a group", "\x6b\x6c", 2, MP_EMALFORMED},
};

Test(proto_page, malformed_ones_are_refused)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1u << 20);

    for (size_t i = 0; i < MP_LENGTH(pages); i++) {
        struct mp_page page = {.head = 77};

        cr_assert_eq(mp_page_decode(mp_span_make(pages[i].bytes, pages[i].size), arena, &page),
                     pages[i].result, "%s", pages[i].what);
        cr_assert_eq(page.head, pages[i].result == 0 ? 0 : 77, "%s", pages[i].what);
        mp_arena_reset(arena);
    }
}

Test(proto_page, cut_anywhere_it_is_refused_or_what_is_left)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1u << 20);
    struct mp_buffer buffer = written();
    size_t taken = 0;

    for (size_t size = 0; size < buffer.size; size++) {
        struct mp_page page;
        int result = mp_page_decode(mp_span_make(buffer.data, size), arena, &page);

        cr_assert(result == 0 || result == MP_EMALFORMED);
        taken += result == 0;
        mp_arena_reset(arena);
    }
    cr_assert_eq(taken, 3 + 9 + 1 + 1 + 2); /* before each field */
    mp_buffer_done(&buffer);
}

Test(proto_page, it_has_so_many_rows_and_no_more)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1u << 22);
    struct mp_buffer buffer;
    struct mp_page page;

    mp_buffer_init(&buffer, MP_PAGE_MOST);
    for (unsigned i = 0; i < MP_PAGE_ROWS_MOST; i++)
        cr_assert_eq(mp_page_add_event(&buffer, mp_span_text("e")), 0);
    cr_assert_eq(mp_page_decode(mp_buffer_span(&buffer), arena, &page), 0);
    cr_assert_eq(page.event_count, MP_PAGE_ROWS_MOST);
    cr_assert_eq(mp_page_add_event(&buffer, mp_span_text("e")), 0);
    cr_assert_eq(mp_page_decode(mp_buffer_span(&buffer), arena, &page), MP_EMALFORMED);
    mp_buffer_done(&buffer);
}

Test(proto_page, it_is_no_longer_than_it_may_be)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1u << 22);
    struct mp_buffer buffer;
    struct mp_page page;

    mp_buffer_init(&buffer, 2 * MP_PAGE_MOST);
    mp_wire_put_header(&buffer, 13, MP_PAGE_MOST - 4);
    memset(mp_buffer_reserve(&buffer, MP_PAGE_MOST - 4), 'x', MP_PAGE_MOST - 4);
    cr_assert_eq(buffer.size, MP_PAGE_MOST);
    cr_assert_eq(mp_page_decode(mp_buffer_span(&buffer), arena, &page), 0);
    mp_wire_put_number(&buffer, 100, 1);
    cr_assert_eq(mp_page_decode(mp_buffer_span(&buffer), arena, &page), MP_ETOOBIG);
    mp_buffer_done(&buffer);
}

Test(proto_page, its_cursor_is_no_longer_than_it_may_be)
{
    static const uint8_t cursor[MP_CURSOR_MOST + 1];
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1u << 20);
    struct mp_buffer buffer;
    struct mp_page page;

    for (size_t size = MP_CURSOR_MOST; size <= sizeof(cursor); size++) {
        mp_buffer_init(&buffer, MP_PAGE_MOST);
        cr_assert_eq(mp_page_set_cursor(&buffer, mp_span_make(cursor, size)), 0);
        cr_assert_eq(mp_page_decode(mp_buffer_span(&buffer), arena, &page),
                     size <= MP_CURSOR_MOST ? 0 : MP_EMALFORMED);
        mp_buffer_done(&buffer);
    }
}

Test(proto_page, one_over_the_budget_is_told_as_such)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(100);
    struct mp_buffer buffer = written();
    struct mp_page page;

    cr_assert_eq(mp_page_decode(mp_buffer_span(&buffer), arena, &page), MP_ENOMEM);
    cr_assert_eq(mp_arena_used_bytes(arena), 0);
    mp_buffer_done(&buffer);
}
