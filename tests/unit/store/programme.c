#include "tests/unit/store/programme.h"

#include <criterion/criterion.h>

static size_t take_rows(const struct mp_page *page, struct programme_answer *whole)
{
    for (size_t i = 0; i < page->topic_count; i++)
        whole->rows[whole->count++] = mp_span_text(page->topics[i].topic);
    for (size_t i = 0; i < page->record_count; i++)
        whole->rows[whole->count++] = page->records[i];
    for (size_t i = 0; i < page->event_count; i++)
        whole->rows[whole->count++] = page->events[i];
    for (size_t i = 0; i < page->history_count; i++)
        whole->rows[whole->count++] = page->history[i].event;
    for (size_t i = 0; i < page->row_count; i++)
        whole->rows[whole->count++] = page->rows[i].record;
    return page->topic_count + page->record_count + page->event_count + page->history_count +
           page->row_count;
}

void programme_ask_all(struct fixture *fixture, struct mp_ask ask, uint32_t limit,
                       struct programme_answer *whole)
{
    whole->count = whole->pages = 0;
    ask.limit = limit;
    do {
        struct mp_page page = fixture_ask(fixture, &ask);
        size_t rows = take_rows(&page, whole);

        cr_assert_eq(page.error, MP_ASK_OK, "%s", page.message);
        cr_assert(limit == 0 || rows <= limit, "%zu rows", rows);
        ask.cursor = page.cursor;
        whole->pages++;
        cr_assert_leq(whole->pages, PROGRAMME_ROWS_MOST);
    } while (ask.cursor.size > 0);
}

size_t programme_check_paging(struct fixture *fixture, struct mp_ask ask)
{
    static struct programme_answer one, other;
    static const uint32_t limits[] = {1, 3};

    programme_ask_all(fixture, ask, 0, &one);
    for (size_t i = 0; i < MP_LENGTH(limits); i++) {
        programme_ask_all(fixture, ask, limits[i], &other);
        cr_assert_eq(one.count, other.count, "kind %d, limit %u: %zu and %zu", (int)ask.kind,
                     limits[i], one.count, other.count);
        for (size_t row = 0; row < one.count; row++)
            cr_assert(mp_span_equal(one.rows[row], other.rows[row]), "kind %d, row %zu",
                      (int)ask.kind, row);
    }
    return one.count;
}

void programme_open(struct fixture *fixture)
{
    struct mp_change port = fixture_project("gwadar/port");
    struct mp_change changes[] = {
        fixture_project("ml-1"),
        fixture_project("ml-10"),
        fixture_project("ml-1/karachi-rohri"),
        fixture_project("gwadar"),
        port,
        fixture_milestone("ml-1:opening"),
        fixture_milestone("ml-10:opening"),
        fixture_milestone("ml-1/karachi-rohri:completion"),
        fixture_milestone("gwadar/port:opening"),
        fixture_link("ml-1:opening", "ml-1/karachi-rohri:completion"),
        fixture_forecast("ml-1:opening", 20100, 19650),
        fixture_forecast("ml-1:opening", 20000, 19600),
        fixture_dated(MP_CHANGE_BASELINE, "ml-1:opening", 19900, 19500),
        fixture_dated(MP_CHANGE_BASELINE, "ml-10:opening", 20900, 19500),
        fixture_observation("ml-1", "cost", 10, 19600),
        fixture_observation("ml-1", "cost", 12, 19660),
        fixture_observation("gwadar/port", "berths", 3, 19660),
    };

    changes[4].project.corridor = "growth";
    changes[4].project.lead_agency = "ports";
    changes[4].project.status = MP_PROJECT_IMPLEMENTATION;
    fixture_open(fixture, 0);
    fixture_put(fixture, changes, MP_LENGTH(changes));
}

struct mp_ask programme_list(enum mp_kind kind, const char *prefix)
{
    struct mp_ask ask = fixture_question(MP_ASK_LIST);

    ask.record_kind = kind;
    ask.prefix = prefix;
    return ask;
}

struct mp_ask programme_under(enum mp_ask_kind kind, const char *prefix)
{
    struct mp_ask ask = fixture_question(kind);

    ask.prefix = prefix;
    return ask;
}
