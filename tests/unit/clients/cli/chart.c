#include "clients/cli/chart.h"

#include "core/base/auto.h"
#include "core/base/text.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static int32_t day_of(const char *text)
{
    int32_t day = MP_DAY_NONE;

    cr_assert_eq(mp_day_parse(text, &day), 0, "%s", text);
    return day;
}

static struct mp_move move_of(enum mp_change_kind kind, const char *stated_on, const char *due)
{
    return (struct mp_move){.kind = kind,
                            .stated_on = day_of(stated_on),
                            .date = {.day = day_of(due), .precision = MP_PRECISION_DAY}};
}

/* Promised in 2020 for 2021-07, put off to 2023, met in 2022-07. */
static struct chart three_moves(struct mp_move moves[static 3])
{
    moves[0] = move_of(MP_CHANGE_BASELINE, "2020-01-01", "2021-07-01");
    moves[1] = move_of(MP_CHANGE_FORECAST, "2021-01-01", "2023-01-01");
    moves[1].reason = MP_REASON_LAND;
    moves[2] = move_of(MP_CHANGE_FORECAST, "2022-01-01", "2022-04-01");
    return (struct chart){.title = "a:b  <Opening> & \"more\"",
                          .moves = moves,
                          .count = 3,
                          .met_day = day_of("2022-07-01"),
                          .today = day_of("2025-01-01")};
}

static char *print(const struct chart *chart, size_t columns, size_t rows, bool color)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    cr_assert_not_null(out);
    chart_print(out, chart, columns, rows, color);
    fclose(out);
    return text;
}

static char *svg(const struct chart *chart)
{
    struct mp_buffer buffer;
    char *text;

    mp_buffer_init(&buffer, 1 << 20);
    cr_assert_eq(chart_svg(&buffer, chart, 680, 260), 0);
    /* Not strndup: a strict sanitizer would read on for the end of the text. */
    text = calloc(1, buffer.size + 1);
    if (text != NULL)
        memcpy(text, buffer.data, buffer.size);
    mp_buffer_done(&buffer);
    cr_assert_not_null(text);
    return text;
}

static size_t count_of(const char *text, const char *piece)
{
    size_t count = 0;

    for (const char *at = strstr(text, piece); at != NULL; at = strstr(at + 1, piece))
        count++;
    return count;
}

Test(chart, the_window_holds_every_move_and_ends_when_it_is_met)
{
    struct mp_move moves[3];
    struct chart chart = three_moves(moves);
    struct chart_window window = chart_window_of(&chart);

    cr_expect_eq(window.x_first, day_of("2020-01-01"));
    cr_expect_eq(window.x_last, day_of("2022-07-01"));
    cr_expect_lt(window.y_first, day_of("2021-07-01"));
    cr_expect_gt(window.y_last, day_of("2023-01-01"));
    chart.met_day = MP_DAY_NONE;
    cr_expect_eq(chart_window_of(&chart).x_last, chart.today);
    cr_expect_eq(chart_step_end(&chart, 0), moves[1].stated_on);
    cr_expect_eq(chart_step_end(&chart, 2), chart.today);
}

Test(chart, a_first_baseline_that_is_said_late_is_a_mark_and_no_step)
{
    struct mp_move moves[3];
    struct chart chart = three_moves(moves);
    char *text, *drawing;

    moves[1].kind = MP_CHANGE_BASELINE;
    moves[1].is_aside = true;
    cr_expect_eq(chart_next_step(&chart, 0), 2u);
    cr_expect_eq(chart_next_step(&chart, 2), 3u);
    cr_expect_eq(chart_step_end(&chart, 0), moves[2].stated_on);
    text = print(&chart, 80, 18, false);
    cr_expect_eq(count_of(text, "◆"), 3u, "two, and the legend: %s", text);
    /* From a row to the next but one, 18 rows for 640 days and their margin. */
    cr_expect_leq(count_of(text, "│"), 18u + 8u, "%s", text);
    drawing = svg(&chart);
    cr_expect_null(strstr(drawing, "land</title></circle>"));
    cr_expect_not_null(strstr(drawing, "land</title></path>"), "%s", drawing);
    free(text);
    free(drawing);
}

Test(chart, one_move_and_none_have_room_too)
{
    struct mp_move moves[3];
    struct chart chart = three_moves(moves);
    struct chart_window window;

    chart.count = 1;
    chart.met_day = MP_DAY_NONE;
    chart.today = moves[0].stated_on;
    window = chart_window_of(&chart);
    cr_expect_geq(window.x_last - window.x_first, 60);
    cr_expect_geq(window.y_last - window.y_first, 60);
    chart.count = 0;
    window = chart_window_of(&chart);
    cr_expect_geq(window.y_last - window.y_first, 60);
    cr_expect_eq(window.x_last, chart.today);
}

Test(chart, ticks_are_the_first_days_of_the_finest_periods_that_fit)
{
    static const struct {
        const char *first, *last;
        size_t most, count;
        const char *tick;
    } rows[] = {
        {"2025-01-15", "2025-04-15", 8, 3, "2025-02-01"},
        {"2025-01-01", "2025-04-15", 3, 2, "2025-01-01"},
        {"2025-01-01", "2025-12-31", 4, 4, "2025-01-01"},
        {"2025-01-02", "2025-12-31", 3, 3, "2025-04-01"},
        {"2020-02-01", "2024-12-31", 4, 4, "2021-01-01"},
        {"1900-01-01", "2199-12-31", 3, 3, "1900-01-01"},
        {"2025-01-02", "2025-01-30", 8, 0, NULL},
    };

    for (size_t i = 0; i < MP_LENGTH(rows); i++) {
        int32_t days[8];
        size_t count = chart_ticks(day_of(rows[i].first), day_of(rows[i].last), rows[i].most, days);

        cr_expect_eq(count, rows[i].count, "%zu: %zu ticks", i, count);
        if (count > 0 && rows[i].tick != NULL)
            cr_expect_eq(days[0], day_of(rows[i].tick), "%zu", i);
        for (size_t t = 1; t < count; t++)
            cr_expect_gt(days[t], days[t - 1]);
    }
}

Test(chart, the_terminal_shows_marks_steps_and_what_was_overtaken)
{
    struct mp_move moves[3];
    struct chart chart = three_moves(moves);
    char *text = print(&chart, 80, 18, false);

    cr_expect_eq(count_of(text, "◆"), 2u, "one, and the legend: %s", text);
    cr_expect_eq(count_of(text, "●"), 3u, "two, and the legend: %s", text);
    cr_expect_eq(count_of(text, "✔"), 2u, "%s", text);
    cr_expect_gt(count_of(text, "╌"), 2u, "April 2022 passed before July: %s", text);
    cr_expect_not_null(strstr(text, "2021-01"), "%s", text);
    cr_expect_null(strstr(text, "\033"), "%s", text);
    cr_expect_eq(count_of(text, "\n"), 18u + 3u);
    free(text);
    text = print(&chart, 80, 18, true);
    cr_expect_eq(count_of(text, "\033[33m"), 3u);
    cr_expect_eq(count_of(text, "\033[32m✔\033[0m"), 1u);
    free(text);
}

Test(chart, no_terminal_is_too_small_or_too_large)
{
    static const size_t sizes[][2] = {{0, 0}, {1, 1}, {40, 10}, {1000, 500}, {100000, 10}};
    struct mp_move moves[3];
    struct chart chart = three_moves(moves);

    for (size_t i = 0; i < MP_LENGTH(sizes); i++) {
        for (chart.count = 0; chart.count <= 3; chart.count++) {
            char *text = print(&chart, sizes[i][0], sizes[i][1], false);

            cr_expect_gt(strlen(text), 100u);
            free(text);
        }
    }
}

Test(chart, days_at_both_ends_of_time_are_drawn)
{
    struct mp_move moves[2] = {move_of(MP_CHANGE_BASELINE, "1900-01-01", "2199-12-31"),
                               move_of(MP_CHANGE_FORECAST, "2199-12-31", "1900-01-01")};
    struct chart chart = {
        .title = "", .moves = moves, .count = 2, .met_day = MP_DAY_NONE, .today = MP_DAY_MOST};
    char *text = print(&chart, 80, 18, false), *drawing = svg(&chart);

    cr_expect_not_null(strstr(text, "◆"));
    cr_expect_null(strstr(drawing, "nan"));
    cr_expect_null(strstr(drawing, "inf"));
    free(text);
    free(drawing);
}

Test(chart, svg_is_whole_escaped_and_without_script)
{
    struct mp_move moves[3];
    struct chart chart = three_moves(moves);
    char *text = svg(&chart);

    cr_expect_eq(strncmp(text, "<svg xmlns=", 11), 0);
    cr_expect_str_eq(text + strlen(text) - 7, "</svg>\n");
    cr_expect_eq(count_of(text, "a:b  &lt;Opening&gt; &amp; &quot;more&quot;"), 2u, "%s", text);
    cr_expect_null(strstr(text, "<Opening>"));
    cr_expect_null(strstr(text, "<script"));
    cr_expect_eq(count_of(text, "<circle"), 2u);
    cr_expect_not_null(strstr(text, "<title>2021-01-01: 2023-01-01, land</title></circle>"), "%s",
                       text);
    cr_expect_not_null(strstr(text, "<title>2020-01-01: 2021-07-01</title></path>"), "%s", text);
    cr_expect_not_null(strstr(text, "<title>met</title>"));
    cr_expect_not_null(strstr(text, "</tspan> overtaken, nothing said</text>"));
    cr_expect_eq(count_of(text, "class=\"overtaken\""), 1u, "%s", text);
    free(text);
}

Test(chart, svg_of_nothing_says_so)
{
    struct chart chart = {.title = "x", .met_day = MP_DAY_NONE, .today = 20000};
    char *text = svg(&chart);

    cr_expect_not_null(strstr(text, "no date was ever given"));
    cr_expect_null(strstr(text, "<polyline"));
    free(text);
}

/* 120 letters of three bytes each do not fit: what is shown is cut between letters. */
Test(chart, a_long_title_is_cut_in_the_picture_and_whole_in_its_name)
{
    char title[120 * 3 + 1] = "";
    struct chart chart = {.title = title, .met_day = MP_DAY_NONE, .today = 20000};
    const char *shown;
    char *text;

    for (size_t i = 0; i < 120; i++)
        memcpy(title + i * 3, "瓜", 4);
    text = svg(&chart);
    cr_expect_not_null(strstr(text, title));
    shown = strstr(text, "font-weight=\"bold\">");
    cr_assert_not_null(shown);
    shown += strlen("font-weight=\"bold\">");
    cr_expect_eq((strcspn(shown, "<") - strlen("…")) % 3, 0u);
    cr_expect_eq(strncmp(shown + strcspn(shown, "<") - strlen("…"), "…", strlen("…")), 0);
    cr_expect(mp_text_is_utf8(mp_span_make(text, strlen(text))));
    free(text);
}
