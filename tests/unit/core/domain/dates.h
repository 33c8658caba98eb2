/* Dates by number. */
#ifndef MP_TESTS_DOMAIN_DATES_H
#define MP_TESTS_DOMAIN_DATES_H

#include "core/domain/date.h"

#define DAY(day_)                                                                                  \
    (struct mp_date)                                                                               \
    {                                                                                              \
        .day = (day_), .precision = MP_PRECISION_DAY                                               \
    }

#define MONTH_TO(day_)                                                                             \
    (struct mp_date)                                                                               \
    {                                                                                              \
        .day = (day_), .precision = MP_PRECISION_MONTH                                             \
    }

#endif
