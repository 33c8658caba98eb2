/* The chart as SVG. */
#include "clients/cli/chart.h"

#include <string.h>

#define LEFT       78
#define RIGHT      26
#define TOP        30
#define BOTTOM     52
#define TICKS_MOST 24
#define LETTER     8 /* pixels of a wide one of the title */

struct frame {
    struct chart_window window;
    int width, height;
};

static double x_of(const struct frame *frame, int32_t day)
{
    double span = frame->window.x_last - frame->window.x_first;

    return LEFT + (day - frame->window.x_first) / span * (frame->width - LEFT - RIGHT);
}

static double y_of(const struct frame *frame, int32_t day)
{
    double span = frame->window.y_last - frame->window.y_first;

    return frame->height - BOTTOM -
           (day - frame->window.y_first) / span * (frame->height - TOP - BOTTOM);
}

void chart_escape(struct mp_buffer *buffer, const char *text)
{
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '&':
            mp_buffer_put_text(buffer, "&amp;");
            break;
        case '<':
            mp_buffer_put_text(buffer, "&lt;");
            break;
        case '>':
            mp_buffer_put_text(buffer, "&gt;");
            break;
        case '"':
            mp_buffer_put_text(buffer, "&quot;");
            break;
        default:
            mp_buffer_put(buffer, text, 1);
        }
    }
}

static void draw_grid(struct mp_buffer *buffer, const struct frame *frame)
{
    int32_t days[TICKS_MOST];
    char text[MP_DAY_TEXT];
    size_t count = chart_ticks(frame->window.x_first, frame->window.x_last,
                               (size_t)(frame->width - LEFT) / 70, days);

    for (size_t i = 0; i < count; i++) {
        mp_day_format(days[i], text);
        mp_buffer_printf(buffer,
                         "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"#e4e4e0\"/>"
                         "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%.7s</text>\n",
                         x_of(frame, days[i]), TOP, x_of(frame, days[i]), frame->height - BOTTOM,
                         x_of(frame, days[i]), frame->height - BOTTOM + 16, text);
    }
    count = chart_ticks(frame->window.y_first, frame->window.y_last,
                        (size_t)(frame->height - TOP - BOTTOM) / 26, days);
    for (size_t i = 0; i < count; i++) {
        mp_day_format(days[i], text);
        mp_buffer_printf(buffer,
                         "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"#e4e4e0\"/>"
                         "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.7s</text>\n",
                         LEFT, y_of(frame, days[i]), frame->width - RIGHT, y_of(frame, days[i]),
                         LEFT - 6, y_of(frame, days[i]) + 4, text);
    }
}

/* Where the date expected is the day itself, as far as it lies in the window. */
static void draw_diagonal(struct mp_buffer *buffer, const struct frame *frame)
{
    const struct chart_window *window = &frame->window;
    int32_t from = window->x_first > window->y_first ? window->x_first : window->y_first;
    int32_t to = window->x_last < window->y_last ? window->x_last : window->y_last;

    if (from < to)
        mp_buffer_printf(buffer,
                         "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#9a9a92\" "
                         "stroke-dasharray=\"3 4\"/>\n",
                         x_of(frame, from), y_of(frame, from), x_of(frame, to), y_of(frame, to));
}

static void draw_line(struct mp_buffer *buffer, const struct frame *frame,
                      const struct chart *chart)
{
    mp_buffer_put_text(buffer,
                       "<polyline fill=\"none\" stroke=\"#8a3b12\" stroke-width=\"2\" points=\"");
    for (size_t i = 0; i < chart->count; i = chart_next_step(chart, i)) {
        int32_t until = chart_step_end(chart, i);
        double y = y_of(frame, chart->moves[i].date.day);

        mp_buffer_printf(buffer, "%.1f,%.1f ", x_of(frame, chart->moves[i].stated_on), y);
        if (until > chart->moves[i].stated_on)
            mp_buffer_printf(buffer, "%.1f,%.1f ", x_of(frame, until), y);
    }
    mp_buffer_put_text(buffer, "\"/>\n");
}

/* Where the day had come and nothing newer was said: the grey zone. */
static void draw_overtaken(struct mp_buffer *buffer, const struct frame *frame,
                           const struct chart *chart)
{
    for (size_t i = 0; i < chart->count; i = chart_next_step(chart, i)) {
        const struct mp_move *move = &chart->moves[i];
        int32_t from = move->date.day > move->stated_on ? move->date.day : move->stated_on;
        int32_t until = chart_step_end(chart, i);
        double y = y_of(frame, move->date.day);

        if (from < until)
            mp_buffer_printf(buffer,
                             "<line class=\"overtaken\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" "
                             "y2=\"%.1f\" stroke=\"#fff\" stroke-width=\"2\" "
                             "stroke-dasharray=\"4 4\"/>\n",
                             x_of(frame, from), y, x_of(frame, until), y);
    }
}

static void draw_marks(struct mp_buffer *buffer, const struct frame *frame,
                       const struct chart *chart)
{
    for (size_t i = 0; i < chart->count; i++) {
        const struct mp_move *move = &chart->moves[i];
        const char *reason = mp_code_name(MP_FAMILY_REASON, (int)move->reason);
        double x = x_of(frame, move->stated_on), y = y_of(frame, move->date.day);
        char said[MP_DAY_TEXT], due[MP_DAY_TEXT];

        mp_day_format(move->stated_on, said);
        mp_day_format(move->date.day, due);
        if (move->kind == MP_CHANGE_BASELINE)
            mp_buffer_printf(buffer, "<path d=\"M%.1f %.1fl5 5l-5 5l-5 -5z\" fill=\"#1d3f5e\">", x,
                             y - 5);
        else
            mp_buffer_printf(buffer, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"#8a3b12\">", x,
                             y);
        mp_buffer_printf(buffer, "<title>%s: %s%s%s</title>%s\n", said, due,
                         reason == NULL || reason[0] == '\0' ? "" : ", ",
                         reason == NULL ? "" : reason,
                         move->kind == MP_CHANGE_BASELINE ? "</path>" : "</circle>");
    }
    if (chart->met_day != MP_DAY_NONE)
        mp_buffer_printf(buffer,
                         "<path d=\"M%.1f %.1fl4 5l8 -11\" fill=\"none\" stroke=\"#1f6f43\" "
                         "stroke-width=\"3\"><title>met</title></path>\n",
                         x_of(frame, chart->met_day) - 5, y_of(frame, chart->met_day));
}

static void draw_legend(struct mp_buffer *buffer, const struct frame *frame)
{
    mp_buffer_printf(buffer,
                     "<text x=\"%d\" y=\"%d\" fill=\"#666\">upwards the date expected, rightwards "
                     "the day it was said: <tspan fill=\"#1d3f5e\">◆</tspan> baseline  <tspan "
                     "fill=\"#8a3b12\">●</tspan> forecast  <tspan fill=\"#1f6f43\">✔</tspan> met  "
                     "<tspan fill=\"#8a3b12\">╌</tspan> overtaken, nothing said</text>\n",
                     LEFT, frame->height - 8);
}

/* As much of the title as the width holds; all of it is in <title>. */
static void put_heading(struct mp_buffer *buffer, const char *title, size_t letters)
{
    char text[512];
    size_t size = 0, count = 0;

    for (; title[size] != '\0' && size < sizeof text - 4; size++) {
        count += ((unsigned char)title[size] & 0xc0) != 0x80;
        if (count > letters)
            break;
    }
    /* Not within a letter. */
    while (size > 0 && ((unsigned char)title[size] & 0xc0) == 0x80)
        size--;
    memcpy(text, title, size);
    text[size] = '\0';
    chart_escape(buffer, text);
    if (title[size] != '\0')
        mp_buffer_put_text(buffer, "…");
}

int chart_svg(struct mp_buffer *buffer, const struct chart *chart, int width, int height)
{
    struct frame frame = {chart_window_of(chart), width, height};

    mp_buffer_printf(buffer,
                     "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
                     "viewBox=\"0 0 %d %d\" role=\"img\" font-family=\"sans-serif\" "
                     "font-size=\"11\" fill=\"#333\">\n<title>",
                     width, height, width, height);
    chart_escape(buffer, chart->title);
    mp_buffer_put_text(buffer, "</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n");
    mp_buffer_printf(buffer, "<text x=\"%d\" y=\"18\" font-size=\"13\" font-weight=\"bold\">",
                     LEFT);
    put_heading(buffer, chart->title, (size_t)(width - LEFT - RIGHT) / LETTER);
    mp_buffer_put_text(buffer, "</text>\n");
    draw_grid(buffer, &frame);
    draw_diagonal(buffer, &frame);
    if (chart->count > 0) {
        draw_line(buffer, &frame, chart);
        draw_overtaken(buffer, &frame, chart);
        draw_marks(buffer, &frame, chart);
        draw_legend(buffer, &frame);
    } else {
        mp_buffer_printf(buffer, "<text x=\"%d\" y=\"%d\">no date was ever given</text>\n", LEFT,
                         height / 2);
    }
    mp_buffer_put_text(buffer, "</svg>\n");
    return buffer->error;
}
