/* Exact decimal figures as they were said: unscaled × 10^-scale. */
#ifndef MP_DOMAIN_DECIMAL_H
#define MP_DOMAIN_DECIMAL_H

#include "core/base/error.h"

#include <stdbool.h>
#include <stdint.h>

#define MP_DECIMAL_SCALE_MOST 9
#define MP_DECIMAL_TEXT       32

struct mp_decimal {
    int64_t unscaled;
    uint32_t scale; /* 0..MP_DECIMAL_SCALE_MOST */
};

/* "-12.50" → {-1250, 2}. MP_EMALFORMED; MP_EINVAL when it does not fit. No exponents. */
int mp_decimal_parse(const char *text, struct mp_decimal *ret_decimal) MP_CHECK_RESULT;
void mp_decimal_format(struct mp_decimal decimal, char text[static MP_DECIMAL_TEXT]);
bool mp_decimal_is_valid(struct mp_decimal decimal);
/* -1, 0, 1; exact. */
int mp_decimal_compare(struct mp_decimal a, struct mp_decimal b);
double mp_decimal_to_double(struct mp_decimal decimal);

#endif
