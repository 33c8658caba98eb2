#include "core/base/error.h"

#include "core/base/assert.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <string.h>

Test(base_error, every_error_has_its_own_name_and_text)
{
#define X(name, number, text) name,
    static const int errors[] = {MP_ERROR_LIST(X)};
#undef X
    const size_t count = sizeof(errors) / sizeof(errors[0]);

    for (size_t i = 0; i < count; i++) {
        cr_assert_lt(errors[i], 0);
        cr_assert_eq(strncmp(mp_error_name(errors[i]), "MP_E", 4), 0);
        for (size_t j = 0; j < i; j++) {
            cr_assert_neq(errors[i], errors[j]);
            cr_assert_str_neq(mp_error_text(errors[i]), mp_error_text(errors[j]));
        }
    }
    cr_assert_str_eq(mp_error_name(MP_ENOMEM), "MP_ENOMEM");
}

Test(base_error, zero_is_ok_and_an_unknown_number_still_has_a_text)
{
    cr_assert_str_eq(mp_error_text(0), "ok");
    cr_assert_str_eq(mp_error_name(0), "ok");
    cr_assert_not_null(mp_error_text(-9999));
    cr_assert_not_null(mp_error_name(12));
}

Test(base_error, a_failed_assertion_aborts, .signal = SIGABRT)
{
    mp_assert(1 + 1 == 2);
    mp_assert(1 + 1 == 3);
}
