#include "core/domain/reject.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

Test(domain_reject, every_code_has_its_own_name)
{
    for (int code = MP_REJECT_MALFORMED; code <= MP_REJECT_NOT_A_STATEMENT; code++) {
        const char *name = mp_reject_name((enum mp_reject)code);
        cr_expect_str_neq(name, "unknown");
        for (int other = MP_REJECT_MALFORMED; other < code; other++)
            cr_expect_str_neq(name, mp_reject_name((enum mp_reject)other));
    }
    cr_expect_str_eq(mp_reject_name(MP_REJECT_NONE), "unknown");
    cr_expect_str_eq(mp_reject_name((enum mp_reject)4711), "unknown");
}

Test(domain_reject, keeps_its_own_texts)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(65536);
    struct mp_rejection rejection;
    char field[] = "date";
    cr_expect_eq(mp_reject(&rejection, arena, MP_REJECT_REQUIRED, field, "%d: %s", 7, "give"), 1);
    field[0] = 'x';
    cr_expect_eq(rejection.code, MP_REJECT_REQUIRED);
    cr_expect_str_eq(rejection.field, "date");
    cr_expect_str_eq(rejection.message, "7: give");
    mp_reject_at(&rejection, arena, 2);
    cr_expect_str_eq(rejection.field, "changes[2].date");
}

Test(domain_reject, a_change_as_a_whole_has_no_field_of_its_own)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(65536);
    struct mp_rejection rejection;
    mp_reject(&rejection, arena, MP_REJECT_MALFORMED, "", "m");
    mp_reject_at(&rejection, arena, 63);
    cr_expect_str_eq(rejection.field, "changes[63]");
}

Test(domain_reject, says_something_when_there_is_no_memory)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(4096);
    struct mp_rejection rejection = {0};
    while (mp_arena_alloc(arena, 16) != NULL)
        ;
    cr_expect_eq(mp_reject(&rejection, arena, MP_REJECT_ROLE, "kind", "%s", "long enough"), 1);
    cr_expect_eq(rejection.code, MP_REJECT_ROLE);
    cr_expect_not_null(rejection.field);
    cr_expect_gt(strlen(rejection.message), 0);
    mp_reject_at(&rejection, arena, 1);
    cr_expect_not_null(rejection.field);
}
