#include "core/base/arena.h"

#include <criterion/criterion.h>
#include <stdint.h>

static bool is_zero(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != 0)
            return false;
    }
    return true;
}

Test(base_arena, gives_zeroed_aligned_pieces_also_after_a_reset)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new((size_t)8 << 20);

    for (int round = 0; round < 3; round++) {
        for (size_t size = 1; size < 300000; size = size * 3 + 1) {
            uint8_t *piece = mp_arena_alloc(arena, size);

            cr_assert_not_null(piece);
            cr_assert_eq((uintptr_t)piece % 16, 0);
            cr_assert(is_zero(piece, size));
            memset(piece, 0xff, size);
        }
        mp_arena_reset(arena);
        cr_assert_eq(mp_arena_used_bytes(arena), 0);
    }
}

Test(base_arena, answers_null_over_its_budget_and_goes_on)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(10000);

    cr_assert_null(mp_arena_alloc(arena, 10017));
    cr_assert_null(mp_arena_alloc(arena, SIZE_MAX));
    cr_assert_not_null(mp_arena_alloc(arena, 4000));
    cr_assert_null(mp_arena_alloc(arena, 7000));
    cr_assert_not_null(mp_arena_alloc(arena, 5000));
    mp_arena_reset(arena);
    cr_assert_not_null(mp_arena_alloc(arena, 10000), "what is kept must not eat the budget");
}

Test(base_arena, many_small_pieces_stop_at_the_budget)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new((size_t)1 << 20);
    size_t count = 0;

    while (mp_arena_alloc(arena, 100) != NULL)
        count++;
    cr_assert_leq(count * 112, (size_t)1 << 20);
    cr_assert_geq(count * 112, (size_t)1000 << 10);
}

Test(base_arena, an_array_whose_size_overflows_is_refused)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(SIZE_MAX);

    cr_assert_null(mp_arena_array(arena, SIZE_MAX / 8, 16));
    cr_assert_not_null(mp_arena_array(arena, 0, 16));
    cr_assert_not_null(mp_arena_array(arena, 3, 16));
}

Test(base_arena, texts_are_copied_and_terminated)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(4096);
    struct mp_span copy = mp_arena_copy(arena, mp_span_make("a\0b", 3));

    cr_assert_str_eq(mp_arena_text(arena, mp_span_make("gwadar", 3)), "gwa");
    cr_assert_str_eq(mp_arena_strdup(arena, "ml-1"), "ml-1");
    cr_assert_str_eq(mp_arena_printf(arena, "%s/%d", "sez", 7), "sez/7");
    cr_assert(mp_span_equal(copy, mp_span_make("a\0b", 3)));
    cr_assert_null(mp_arena_printf(arena, "%5000d", 1));
    cr_assert_not_null(mp_arena_copy(arena, mp_span_make(NULL, 0)).data);
    copy = mp_arena_copy(arena, mp_span_make("", 5000));
    cr_assert(copy.data == NULL && copy.size == 0);
}

Test(base_arena, a_release_forgets_what_came_after_its_mark)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new((size_t)1 << 20);
    struct mp_arena_mark empty = mp_arena_mark(arena), outer, inner;
    char *kept = mp_arena_strdup(arena, "kept");
    size_t used = mp_arena_used_bytes(arena);
    uint8_t *piece;

    outer = mp_arena_mark(arena);
    cr_assert_not_null(mp_arena_alloc(arena, 3000));
    inner = mp_arena_mark(arena);
    piece = mp_arena_alloc(arena, 100000);
    cr_assert_not_null(piece);
    memset(piece, 0xff, 100000);
    mp_arena_release(arena, inner);
    piece = mp_arena_alloc(arena, 90000);
    cr_assert(is_zero(piece, 90000));
    mp_arena_release(arena, outer);
    cr_assert_eq(mp_arena_used_bytes(arena), used);
    cr_assert_str_eq(kept, "kept");
    mp_arena_release(arena, empty);
    cr_assert_eq(mp_arena_used_bytes(arena), 0);
    cr_assert_not_null(mp_arena_alloc(arena, (size_t)1 << 20), "kept blocks give way");
}
