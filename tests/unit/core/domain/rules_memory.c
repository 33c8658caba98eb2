/* Short memory: an error or a rejection without its sentence, never a crash. */
#include "core/domain/rules.h"

#include "tests/support/view.h"

#include <criterion/criterion.h>
#include <string.h>

/* An arena with about that much room left. */
static struct mp_arena *arena_with(size_t left_bytes)
{
    struct mp_arena *arena = mp_arena_new(8192);
    cr_assert_not_null(arena);
    size_t held = 0;
    while (mp_arena_alloc(arena, 16) != NULL)
        held++;
    mp_arena_free(arena);
    arena = mp_arena_new(8192);
    cr_assert_not_null(arena);
    for (size_t i = 0; i + left_bytes / 16 < held; i++)
        cr_assert_not_null(mp_arena_alloc(arena, 16));
    return arena;
}

Test(domain_rules_memory, a_small_arena_gives_an_error_or_a_rejection)
{
    struct fake_view view;
    fake_view_init(&view);
    struct mp_view asked = fake_view_of(&view);
    struct mp_decide_context context = {.agency =
                                            fake_view_named(&view, MP_KIND_AGENCY, "ministry"),
                                        .today = view.today,
                                        .seq = 9};
    fake_view_state(&view, MP_CHANGE_FORECAST, "ml-1:start", "2029", "2024-05-06", 50);
    fake_view_named(&view, MP_KIND_MILESTONE, "ml-1:completion")->milestone.cancelled_seq = 5;
    struct mp_change changes[] = {
        fake_dated(MP_CHANGE_FORECAST, "ml-1:start", "2035", MP_REASON_NONE, ""),
        fake_dated(MP_CHANGE_FORECAST, "ml-1:completion", "2035", MP_REASON_NONE, ""),
        fake_dated(MP_CHANGE_STATUS, "ml-1:start", "2035", MP_REASON_NONE, ""),
    };
    mp_change_init(&changes[2], MP_CHANGE_STATUS);
    changes[2].status.milestone = "ml-1:start";
    changes[2].status.project_status = MP_PROJECT_COMPLETION;
    int failed = 0;
    for (size_t left = 0; left <= 2048; left += 16) {
        for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
            MP_AUTO(mp_arena_free) struct mp_arena *arena = arena_with(left);
            struct mp_change decided;
            struct mp_subject subject;
            struct mp_rejection rejection = {0};
            int result =
                mp_decide(&asked, &context, &changes[i], arena, &decided, &subject, &rejection);
            cr_expect(result == MP_ENOMEM || result == (i == 2 ? 0 : 1), "%zu, %zu: %d", left, i,
                      result);
            failed += result == MP_ENOMEM;
            if (result == 1)
                cr_expect(rejection.field != NULL && strlen(rejection.message) > 0);
        }
    }
    cr_expect_gt(failed, 0);
    fake_view_done(&view);
}
