#include "core/base/table.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct mp_span key_of(unsigned number, char text[static 16])
{
    return mp_span_make(text, (size_t)snprintf(text, 16, "key-%u", number));
}

static void put(struct mp_table *table, unsigned number)
{
    union mp_table_value *slot;
    bool is_new;
    char text[16];

    cr_assert_eq(mp_table_put(table, key_of(number, text), &slot, &is_new), 0);
    cr_assert(is_new);
    cr_assert_eq(slot->number, 0);
    slot->number = number + 1;
}

Test(base_table, agrees_with_a_plain_list_through_puts_and_removals)
{
    MP_AUTO(mp_table_free) struct mp_table *table = mp_table_new(10000);
    bool there[500] = {false};
    unsigned seed = 12345, count = 0;

    for (unsigned round = 0; round < 20000; round++) {
        char text[16];
        unsigned number;

        seed = seed * 1103515245 + 12345;
        number = (seed >> 16) % 500;
        if (there[number]) {
            cr_assert_eq(mp_table_get(table, key_of(number, text))->number, number + 1);
            cr_assert(mp_table_remove(table, key_of(number, text)));
        } else {
            cr_assert_null(mp_table_get(table, key_of(number, text)));
            cr_assert_not(mp_table_remove(table, key_of(number, text)));
            put(table, number);
        }
        there[number] = !there[number];
        count += there[number] ? 1 : -1u;
        cr_assert_eq(mp_table_count(table), count);
    }
}

Test(base_table, a_walk_visits_each_entry_once)
{
    MP_AUTO(mp_table_free) struct mp_table *table = mp_table_new(1000);
    bool seen[1000] = {false};
    struct mp_span key;
    union mp_table_value *slot;
    size_t at = 0, count = 0;

    for (unsigned i = 0; i < 1000; i++)
        put(table, i);
    for (; mp_table_next(table, &at, &key, &slot); count++) {
        char text[16];

        cr_assert_not(seen[slot->number - 1]);
        seen[slot->number - 1] = true;
        cr_assert(mp_span_equal(key, key_of((unsigned)slot->number - 1, text)));
    }
    cr_assert_eq(count, 1000);
    mp_table_clear(table);
    at = 0;
    cr_assert_not(mp_table_next(table, &at, &key, &slot));
    cr_assert_null(mp_table_get(table, key));
    put(table, 1);
}

Test(base_table, holds_the_most_and_no_more)
{
    MP_AUTO(mp_table_free) struct mp_table *table = mp_table_new(20);
    union mp_table_value *slot;
    bool is_new;
    char text[16];

    for (unsigned i = 0; i < 20; i++)
        put(table, i);
    cr_assert_eq(mp_table_put(table, key_of(20, text), &slot, &is_new), MP_ETOOBIG);
    cr_assert_eq(mp_table_put(table, key_of(7, text), &slot, &is_new), 0);
    cr_assert_not(is_new);
    cr_assert_eq(slot->number, 8);
    cr_assert(mp_table_remove(table, key_of(7, text)));
    cr_assert_eq(mp_table_put(table, key_of(20, text), &slot, &is_new), 0);
}

Test(base_table, an_empty_key_and_a_key_with_zeros_are_keys)
{
    MP_AUTO(mp_table_free) struct mp_table *table = mp_table_new(10);
    union mp_table_value *slot;
    bool is_new;

    cr_assert_eq(mp_table_put(table, mp_span_make(NULL, 0), &slot, &is_new), 0);
    slot->number = 1;
    cr_assert_eq(mp_table_put(table, mp_span_make("a\0b", 3), &slot, &is_new), 0);
    slot->number = 2;
    cr_assert_eq(mp_table_get(table, mp_span_make("", 0))->number, 1);
    cr_assert_eq(mp_table_get(table, mp_span_make("a\0b", 3))->number, 2);
    cr_assert_null(mp_table_get(table, mp_span_make("a\0c", 3)));
}
