#include "tests/bench/measure.h"
#include "tests/bench/run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct figure *find(const struct figures *figures, enum section section,
                                 const char *name)
{
    for (size_t i = 0; i < figures->count; i++)
        if (figures->items[i].section == section && strcmp(figures->items[i].name, name) == 0)
            return &figures->items[i];
    return NULL;
}

void figures_add(struct figures *figures, enum section section, const char *name, double value)
{
    const struct figure *found = find(figures, section, name);
    struct figure *figure =
        &figures->items[found == NULL ? figures->count : (size_t)(found - figures->items)];

    errno = 0;
    if (found == NULL) {
        bench_need(figures->count < FIGURES_MOST, "too many figures");
        figures->count++;
        figure->section = section;
        (void)snprintf(figure->name, sizeof(figure->name), "%s", name);
    }
    bench_need(figure->count < ROUNDS_MOST, "%s is measured too often", name);
    figure->values[figure->count++] = value;
}

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

double figure_median(const struct figure *figure)
{
    double sorted[ROUNDS_MOST];

    memcpy(sorted, figure->values, sizeof(sorted));
    qsort(sorted, figure->count, sizeof(*sorted), compare);
    if (figure->count % 2 == 0)
        return (sorted[figure->count / 2 - 1] + sorted[figure->count / 2]) / 2;
    return sorted[figure->count / 2];
}

static const struct figure *need(const struct figures *figures, enum section section,
                                 const char *name)
{
    const struct figure *figure = find(figures, section, name);

    errno = 0;
    bench_need(figure != NULL, "the figure %s was not measured", name);
    return figure;
}

double figures_median(const struct figures *figures, enum section section, const char *name)
{
    return figure_median(need(figures, section, name));
}

double figures_last(const struct figures *figures, enum section section, const char *name)
{
    const struct figure *figure = need(figures, section, name);

    return figure->values[figure->count - 1];
}
