#include "clients/lib/positions.h"

#include <criterion/criterion.h>
#include <stdio.h>

Test(positions, a_topic_is_kept_with_its_numbers_while_the_map_grows)
{
    struct mp_positions positions;
    struct mp_position *position;
    char topic[32];
    cr_assert_eq(mp_positions_init(&positions, 1000), 0);
    for (unsigned i = 1; i <= 1000; i++) {
        snprintf(topic, sizeof topic, "p/%u/", i);
        cr_assert_eq(mp_positions_make(&positions, mp_span_text(topic), &position), 0);
        cr_assert_eq(position->last, 0);
        position->last = i;
    }
    for (unsigned i = 1; i <= 1000; i++) {
        snprintf(topic, sizeof topic, "p/%u/", i);
        cr_assert_eq(mp_positions_find(&positions, mp_span_text(topic))->last, i);
    }
    cr_assert_null(mp_positions_find(&positions, mp_span_text("p/0/")));
    mp_positions_done(&positions);
}

Test(positions, one_topic_too_many_is_refused_and_the_known_ones_still_found)
{
    struct mp_positions positions;
    struct mp_position *position, *again;
    cr_assert_eq(mp_positions_init(&positions, 1), 0);
    cr_assert_eq(mp_positions_make(&positions, mp_span_text("a/"), &position), 0);
    cr_assert_eq(mp_positions_make(&positions, mp_span_text("b/"), &again), MP_ETOOBIG);
    cr_assert_eq(mp_positions_make(&positions, mp_span_text("a/"), &again), 0);
    cr_assert_eq(position, again);
    mp_positions_done(&positions);
}

Test(positions, forgetting_keeps_what_was_delivered_and_a_restore_cuts_it)
{
    struct mp_positions positions;
    struct mp_position *position;
    cr_assert_eq(mp_positions_init(&positions, 10), 0);
    cr_assert_eq(mp_positions_make(&positions, mp_span_text("a/"), &position), 0);
    *position = (struct mp_position){.last = 9, .delivered = 9};
    mp_positions_forget(&positions);
    cr_assert_eq(position->last, 0);
    cr_assert_eq(position->delivered, 9);
    mp_positions_restore(&positions, 5);
    cr_assert_eq(position->delivered, 5);
    mp_positions_restore(&positions, 7);
    cr_assert_eq(position->delivered, 5);
    mp_positions_done(&positions);
}
