#include "clients/cli/chart.h"

#include "core/base/auto.h"

#include <stdlib.h>
#include <string.h>

#define COLUMNS_LEAST 40
#define ROWS_LEAST    10
#define MARGIN        12 /* columns of a date and the axis */
#define CELLS_MOST    40000
#define TICKS_MOST    64
#define MONTHS_A_YEAR 12

static void widen(int32_t day, int32_t *first, int32_t *last)
{
    if (day == MP_DAY_NONE)
        return;
    if (day < *first)
        *first = day;
    if (day > *last)
        *last = day;
}

struct chart_window chart_window_of(const struct chart *chart)
{
    int32_t end = chart->met_day != MP_DAY_NONE ? chart->met_day : chart->today;
    struct chart_window window = {end, end, INT32_MAX, INT32_MIN};
    int32_t margin;

    for (size_t i = 0; i < chart->count; i++) {
        widen(chart->moves[i].stated_on, &window.x_first, &window.x_last);
        widen(chart->moves[i].date.day, &window.y_first, &window.y_last);
    }
    widen(chart->met_day, &window.x_first, &window.x_last);
    widen(chart->met_day, &window.y_first, &window.y_last);
    if (window.y_first > window.y_last) {
        window.y_first = chart->today;
        window.y_last = chart->today;
    }
    /* Room for one that never moved. */
    if (window.x_last - window.x_first < 60)
        window.x_first = window.x_last - 60;
    if (window.y_last - window.y_first < 60) {
        window.y_first -= 30;
        window.y_last += 30;
    }
    /* So that no line lies on the frame. */
    margin = (window.y_last - window.y_first) / 16 + 1;
    window.y_first -= margin;
    window.y_last += margin;
    return window;
}

size_t chart_next_step(const struct chart *chart, size_t move)
{
    for (move++; move < chart->count && chart->moves[move].is_aside; move++)
        continue;
    return move;
}

int32_t chart_step_end(const struct chart *chart, size_t move)
{
    size_t next = chart_next_step(chart, move);

    if (next < chart->count)
        return chart->moves[next].stated_on;
    return chart->met_day != MP_DAY_NONE ? chart->met_day : chart->today;
}

/* The first day of a month counted from year 0. */
static int32_t month_day(int month)
{
    int32_t day = MP_DAY_NONE;

    return mp_day_from_civil(month / MONTHS_A_YEAR, month % MONTHS_A_YEAR + 1, 1, &day) == 0
               ? day
               : MP_DAY_NONE;
}

size_t chart_ticks(int32_t first, int32_t last, size_t most, int32_t *ret_days)
{
    static const int steps[] = {1, 3, 6, 12, 24, 60, 120, 600, 1200, 3600};
    int year, month, day;
    size_t count = 0;

    mp_day_to_civil(first, &year, &month, &day);
    for (size_t i = 0; i < MP_LENGTH(steps); i++) {
        int at = year * MONTHS_A_YEAR + month - 1;

        count = 0;
        at += (steps[i] - at % steps[i]) % steps[i];
        for (; month_day(at) != MP_DAY_NONE && month_day(at) <= last; at += steps[i]) {
            if (month_day(at) < first)
                continue;
            if (count < most)
                ret_days[count] = month_day(at);
            count++;
        }
        if (count <= most)
            break;
    }
    return count <= most ? count : most;
}

/* ---- On a terminal ---- */

struct canvas {
    char (*cells)[8]; /* a character of UTF-8 each */
    size_t columns, rows;
    struct chart_window window;
};

static size_t scale(int32_t day, int32_t first, int32_t last, size_t places)
{
    int64_t span = last - first;

    return span <= 0 ? 0
                     : (size_t)(((int64_t)(day - first) * (int64_t)(places - 1) + span / 2) / span);
}

static size_t column_of(const struct canvas *canvas, int32_t day)
{
    return scale(day, canvas->window.x_first, canvas->window.x_last, canvas->columns);
}

/* Of a day that may lie outside. */
static size_t column_of_clamped(const struct canvas *canvas, int32_t day)
{
    if (day < canvas->window.x_first)
        day = canvas->window.x_first;
    return day > canvas->window.x_last ? canvas->columns : column_of(canvas, day);
}

static size_t row_of(const struct canvas *canvas, int32_t day)
{
    return canvas->rows - 1 -
           scale(day, canvas->window.y_first, canvas->window.y_last, canvas->rows);
}

static void put(struct canvas *canvas, size_t row, size_t column, const char *mark)
{
    if (row < canvas->rows && column < canvas->columns)
        (void)snprintf(canvas->cells[row * canvas->columns + column], sizeof *canvas->cells, "%s",
                       mark);
}

/* Dots where the date expected is the day itself. */
static void draw_diagonal(struct canvas *canvas)
{
    for (int32_t day = canvas->window.x_first; day <= canvas->window.x_last; day++) {
        if (day >= canvas->window.y_first && day <= canvas->window.y_last)
            put(canvas, row_of(canvas, day), column_of(canvas, day), "·");
    }
}

static void draw_steps(struct canvas *canvas, const struct chart *chart)
{
    for (size_t i = 0; i < chart->count; i = chart_next_step(chart, i)) {
        size_t next_step = chart_next_step(chart, i);
        int32_t until = chart_step_end(chart, i);
        size_t overtaken = column_of_clamped(canvas, chart->moves[i].date.day);
        size_t row = row_of(canvas, chart->moves[i].date.day);
        size_t from = column_of(canvas, chart->moves[i].stated_on), to = column_of(canvas, until);

        for (size_t column = from; column <= to && until >= chart->moves[i].stated_on; column++)
            put(canvas, row, column, column > overtaken ? "╌" : "─");
        if (next_step < chart->count) {
            size_t next = row_of(canvas, chart->moves[next_step].date.day);
            size_t low = next < row ? next : row, high = next < row ? row : next;

            for (size_t at = low; at <= high; at++)
                put(canvas, at, to, "│");
        }
    }
}

static void draw_marks(struct canvas *canvas, const struct chart *chart)
{
    for (size_t i = 0; i < chart->count; i++)
        put(canvas, row_of(canvas, chart->moves[i].date.day),
            column_of(canvas, chart->moves[i].stated_on),
            chart->moves[i].kind == MP_CHANGE_BASELINE ? "◆" : "●");
    if (chart->met_day != MP_DAY_NONE)
        put(canvas, row_of(canvas, chart->met_day), column_of(canvas, chart->met_day), "✔");
}

static void print_axis(FILE *out, const struct canvas *canvas)
{
    int32_t days[TICKS_MOST];
    size_t count =
        chart_ticks(canvas->window.x_first, canvas->window.x_last, canvas->columns / 9, days);
    size_t at = 0;

    (void)fprintf(out, "%*s└", MARGIN - 1, "");
    for (size_t column = 0, next = 0; column < canvas->columns; column++) {
        bool is_tick = next < count && column_of(canvas, days[next]) == column;

        next += is_tick;
        (void)fputs(is_tick ? "┴" : "─", out);
    }
    (void)fprintf(out, "\n%*s", MARGIN, "");
    for (size_t i = 0; i < count; i++) {
        char text[MP_DAY_TEXT];
        size_t column = column_of(canvas, days[i]);

        if (column < at || column + 7 > canvas->columns)
            continue;
        mp_day_format(days[i], text);
        (void)fprintf(out, "%*s%.7s", (int)(column - at), "", text);
        at = column + 7;
    }
    (void)fputc('\n', out);
}

static void print_canvas(FILE *out, const struct canvas *canvas, bool color)
{
    int32_t days[TICKS_MOST];
    size_t count =
        chart_ticks(canvas->window.y_first, canvas->window.y_last, canvas->rows / 2, days);

    for (size_t row = 0; row < canvas->rows; row++) {
        char label[MP_DAY_TEXT] = "";

        for (size_t i = 0; i < count; i++) {
            if (row_of(canvas, days[i]) == row)
                mp_day_format(days[i], label);
        }
        (void)fprintf(out, "%*.7s %s", MARGIN - 2, label, label[0] == '\0' ? "│" : "┤");
        for (size_t column = 0; column < canvas->columns; column++) {
            const char *cell = canvas->cells[row * canvas->columns + column];
            bool is_mark = strcmp(cell, "●") == 0 || strcmp(cell, "◆") == 0;
            bool is_met = strcmp(cell, "✔") == 0;

            if (color && (is_mark || is_met))
                (void)fprintf(out, "\033[%dm%s\033[0m", is_met ? 32 : 33, cell);
            else
                (void)fputs(cell[0] == '\0' ? " " : cell, out);
        }
        (void)fputc('\n', out);
    }
    print_axis(out, canvas);
}

void chart_print(FILE *out, const struct chart *chart, size_t columns, size_t rows, bool color)
{
    struct canvas canvas = {
        .columns = (columns < COLUMNS_LEAST ? COLUMNS_LEAST : columns) - MARGIN,
        .rows = rows < ROWS_LEAST ? ROWS_LEAST : rows,
        .window = chart_window_of(chart),
    };

    if (canvas.columns * canvas.rows > CELLS_MOST)
        canvas.columns = CELLS_MOST / canvas.rows;
    canvas.cells = calloc(canvas.columns * canvas.rows, sizeof *canvas.cells);
    if (canvas.cells == NULL)
        return;
    draw_diagonal(&canvas);
    draw_steps(&canvas, chart);
    draw_marks(&canvas, chart);
    print_canvas(out, &canvas, color);
    (void)fputs("            ◆ baseline  ● forecast  ✔ met  ╌ overtaken by the day itself (·), "
                "nothing said\n",
                out);
    free(canvas.cells);
}
