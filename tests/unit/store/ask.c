/* Questions: exact however small the pages are. */
#include "tests/unit/store/programme.h"

#include <criterion/criterion.h>

Test(store_ask, pages_of_any_size_give_the_same_rows)
{
    struct fixture fixture;
    struct mp_ask history = fixture_question(MP_ASK_HISTORY);

    programme_open(&fixture);
    history.record_kind = MP_KIND_MILESTONE;
    history.id = "ml-1:opening";
    cr_assert_eq(programme_check_paging(&fixture, programme_under(MP_ASK_TOPICS, "")), 7);
    cr_assert_eq(programme_check_paging(&fixture, programme_under(MP_ASK_SNAPSHOT, "")), 7 + 16);
    cr_assert_eq(programme_check_paging(&fixture, programme_under(MP_ASK_REPLAY, "")),
                 FIXTURE_FOUNDED + 17);
    cr_assert_eq(programme_check_paging(&fixture, history), 4);
    cr_assert_eq(programme_check_paging(&fixture, programme_list(MP_KIND_PROJECT, "")), 5);
    cr_assert_eq(programme_check_paging(&fixture, programme_list(MP_KIND_OBSERVATION, "")), 3);
    cr_assert_eq(programme_check_paging(&fixture, fixture_question(MP_ASK_REGISTRY)), 2);
    cr_assert_eq(programme_check_paging(&fixture, fixture_question(MP_ASK_EPOCHS)), 1);
    fixture_close(&fixture);
}

Test(store_ask, a_prefix_gives_its_subtree_and_never_a_namesake)
{
    struct fixture fixture;

    programme_open(&fixture);
    cr_assert_eq(programme_check_paging(&fixture, programme_under(MP_ASK_TOPICS, "ml-1/")), 2);
    cr_assert_eq(programme_check_paging(&fixture, programme_under(MP_ASK_SNAPSHOT, "ml-1/")),
                 2 + 7);
    cr_assert_eq(programme_check_paging(&fixture, programme_under(MP_ASK_REPLAY, "ml-1/")), 10);
    cr_assert_eq(programme_check_paging(&fixture, programme_list(MP_KIND_PROJECT, "ml-1/")), 2);
    cr_assert_eq(programme_check_paging(&fixture, programme_list(MP_KIND_MILESTONE, "ml-1/")), 2);
    cr_assert_eq(programme_check_paging(&fixture, programme_list(MP_KIND_MILESTONE, "ml-10/")), 1);
    cr_assert_eq(programme_check_paging(&fixture, programme_under(MP_ASK_REPLAY, "ml-10/")), 3);
    cr_assert_eq(programme_check_paging(&fixture, programme_under(MP_ASK_REPLAY, "nothing/")), 0);
    fixture_close(&fixture);
}

Test(store_ask, replay_is_in_order_between_its_ends)
{
    struct fixture fixture;
    struct mp_ask ask = programme_under(MP_ASK_REPLAY, "ml-1/");
    struct mp_event_place place;
    struct mp_page page;
    uint64_t last = 0;

    programme_open(&fixture);
    page = fixture_ask(&fixture, &ask);
    for (size_t i = 0; i < page.event_count; i++) {
        cr_assert_eq(mp_event_peek(page.events[i], &place), 0);
        cr_assert_gt(place.seq, last);
        last = place.seq;
    }
    ask = programme_under(MP_ASK_REPLAY, "");
    ask.from = 3;
    ask.to = 5;
    page = fixture_ask(&fixture, &ask);
    cr_assert_eq(page.event_count, 2);
    cr_assert_eq(mp_event_peek(page.events[0], &place), 0);
    cr_assert_eq(place.seq, 4);
    ask.from = page.head;
    ask.to = 0;
    page = fixture_ask(&fixture, &ask);
    cr_assert_eq(page.error, MP_ASK_OK);
    cr_assert_eq(page.event_count, 0);
    ask.from = page.head + 1;
    page = fixture_ask(&fixture, &ask);
    cr_assert_eq(page.error, MP_ASK_WRONG_EPOCH, "%s", page.message);
    fixture_close(&fixture);
}

Test(store_ask, replay_of_more_topics_than_are_merged_is_exact_too)
{
    struct fixture fixture;
    struct mp_change changes[MP_CHANGES_MOST];

    programme_open(&fixture);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < MP_CHANGES_MOST; i++)
            changes[i] = fixture_project(
                mp_arena_printf(fixture.arena, "sez/zone-%d", round * MP_CHANGES_MOST + i));
        fixture_put(&fixture, changes, MP_CHANGES_MOST);
        fixture_put_one(&fixture, fixture_project("ml-1"));
    }
    cr_assert_eq(programme_check_paging(&fixture, programme_under(MP_ASK_REPLAY, "sez/")),
                 2 * MP_CHANGES_MOST);
    fixture_close(&fixture);
}

Test(store_ask, topics_tell_the_last_sequence_and_the_count)
{
    struct fixture fixture;
    struct mp_ask ask = programme_under(MP_ASK_TOPICS, "gwadar/");
    struct mp_page page;

    programme_open(&fixture);
    page = fixture_ask(&fixture, &ask);
    cr_assert_eq(page.topic_count, 2);
    cr_assert_str_eq(page.topics[1].topic, "gwadar/port/");
    cr_assert_eq(page.topics[1].count, 3);
    cr_assert_eq(page.topics[1].last, FIXTURE_FIRST + 16);
    cr_assert_eq(page.head, FIXTURE_FIRST + 16);
    fixture_close(&fixture);
}

Test(store_ask, not_found_says_what_was_probably_meant)
{
    struct fixture fixture;
    struct mp_ask ask = fixture_question(MP_ASK_GET);
    struct mp_page page;

    programme_open(&fixture);
    ask.record_kind = MP_KIND_MILESTONE;
    ask.id = "ml-1:openning";
    page = fixture_ask(&fixture, &ask);
    cr_assert_eq(page.error, MP_ASK_NOT_FOUND);
    cr_assert_not_null(strstr(page.message, "did you mean ml-1:opening"), "%s", page.message);
    ask.id = "jcc:something-else";
    page = fixture_ask(&fixture, &ask);
    cr_assert_eq(page.error, MP_ASK_NOT_FOUND);
    cr_assert_null(strstr(page.message, "did you mean"), "%s", page.message);
    ask.kind = MP_ASK_HISTORY;
    ask.id = "ml-1:openin";
    page = fixture_ask(&fixture, &ask);
    cr_assert_eq(page.error, MP_ASK_NOT_FOUND);
    fixture_close(&fixture);
}

Test(store_ask, a_key_finds_its_agency)
{
    struct fixture fixture;
    struct mp_ask ask = fixture_question(MP_ASK_WHO_AM_I);
    struct mp_record record;
    struct mp_page page;

    fixture_open(&fixture, 0);
    ask.public_key[0] = 2;
    page = fixture_ask(&fixture, &ask);
    cr_assert_eq(page.record_count, 1);
    cr_assert_eq(mp_record_decode(page.records[0], fixture.arena, &record), 0);
    cr_assert_str_eq(record.agency.definition.id, FIXTURE_SERVICE);
    ask.public_key[0] = 3;
    page = fixture_ask(&fixture, &ask);
    cr_assert_eq(page.error, MP_ASK_NOT_FOUND);
    fixture_close(&fixture);
}

Test(store_ask, a_foreign_cursor_is_refused_or_ends_the_answer)
{
    struct fixture fixture;
    uint8_t bytes[MP_CURSOR_MOST];
    static const enum mp_ask_kind kinds[] = {MP_ASK_TOPICS,  MP_ASK_SNAPSHOT, MP_ASK_REPLAY,
                                             MP_ASK_LIST,    MP_ASK_HISTORY,  MP_ASK_REGISTRY,
                                             MP_ASK_WHO_AM_I};
    static const size_t sizes[] = {1, 8, 12, 100, MP_KV_KEY_MOST, MP_CURSOR_MOST};

    programme_open(&fixture);
    memset(bytes, 0xff, sizeof(bytes));
    for (size_t i = 0; i < MP_LENGTH(kinds); i++) {
        for (size_t j = 0; j < MP_LENGTH(sizes); j++) {
            struct mp_ask ask = programme_under(kinds[i], "");
            struct mp_page page;

            ask.record_kind = MP_KIND_MILESTONE;
            ask.id = "ml-1:opening";
            ask.cursor = mp_span_make(bytes, sizes[j]);
            page = fixture_ask(&fixture, &ask);
            cr_assert_eq(page.event_count + page.record_count + page.row_count + page.topic_count +
                             page.history_count,
                         0, "kind %d, size %zu", (int)kinds[i], sizes[j]);
        }
    }
    fixture_close(&fixture);
}

Test(store_ask, damage_is_an_error_and_not_an_answer)
{
    struct fixture fixture;
    MP_AUTO(mp_reading_close) struct mp_reading *reading = NULL;
    struct mp_subject subject = {MP_KIND_PROJECT, "ml-1/", ""};
    struct mp_ask ask = programme_list(MP_KIND_PROJECT, "");
    struct mp_store_key key;
    struct mp_buffer page;

    programme_open(&fixture);
    mp_store_key_state(&key, &subject);
    fixture_flip(&fixture, fixture.store->tables.state, mp_store_key_span(&key), -3);
    mp_buffer_init(&page, MP_PAGE_MOST);
    cr_assert_eq(mp_reading_open(fixture.store, &reading), 0);
    cr_assert_eq(mp_reading_answer(reading, &ask, FIXTURE_TODAY, fixture.arena, &page),
                 MP_ECORRUPT);
    mp_buffer_done(&page);
    mp_reading_close(mp_take(reading));
    fixture_close(&fixture);
}
