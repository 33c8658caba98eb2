/* The milestone trend chart: the date expected (upwards) against the day it was said (rightwards).
 * A level line holds, a rising one slips; above the diagonal is the future. */
#ifndef MP_CLI_CHART_H
#define MP_CLI_CHART_H

#include "core/base/buffer.h"
#include "core/domain/measure.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct chart {
    const char *title; /* UTF-8 */
    const struct mp_move *moves;
    size_t count;
    int32_t met_day; /* MP_DAY_NONE: not met */
    int32_t today;   /* right edge of what is known */
};

/* For a terminal of so many columns and rows (at least 40 × 10), with or without colours. */
void chart_print(FILE *out, const struct chart *chart, size_t columns, size_t rows, bool color);
/* A whole <svg> element of that size in pixels, no script and nothing outside of it. The buffer's
 * error is the answer. */
int chart_svg(struct mp_buffer *buffer, const struct chart *chart, int width, int height);
/* Text for XML and HTML, escaped. */
void chart_escape(struct mp_buffer *buffer, const char *text);

/* Private to the two drawings: the window of days, and a nice step in months for its axes. */
struct chart_window {
    int32_t x_first, x_last, y_first, y_last;
};
struct chart_window chart_window_of(const struct chart *chart);
/* The next move after that one that is no aside; count: there is none. */
size_t chart_next_step(const struct chart *chart, size_t move);
/* Until when a move held: the next step, the day it was met, or today. */
int32_t chart_step_end(const struct chart *chart, size_t move);
/* The first day of each period of the axis that lies within: years, halves or quarters, so many
 * that at most `most` are given. Returns their number. */
size_t chart_ticks(int32_t first, int32_t last, size_t most, int32_t *ret_days);

#endif
