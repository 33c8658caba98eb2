/* The judge of an audience: the record, asked directly. */
#include "tests/network/audience.h"

#include "core/domain/fold.h"
#include "tests/network/stage.h"

#include <inttypes.h>
#include <stdlib.h>

#define ASK_MS 60000

struct judging {
    const struct audience_watcher *watcher;
    size_t *index; /* by sequence: its place among those delivered, from 1; 0: it was not */
    size_t *late;  /* by sequence: the last place of all up to it */
    uint64_t head;
    size_t wanted;
};

static const struct audience_seen *seen_of(const struct judging *judging, uint64_t seq)
{
    size_t index = judging->index[seq];

    return index == 0 ? NULL : &judging->watcher->seen[index - 1];
}

static int take_page(void *context, const struct mp_page *page)
{
    struct judging *judging = context;
    const struct audience_watcher *watcher = judging->watcher;

    for (size_t i = 0; i < page->event_count; i++) {
        struct mp_event_place place;
        const struct audience_seen *seen;
        struct mp_hash hash = mp_hash_of(page->events[i]);

        cr_assert_eq(mp_event_peek(page->events[i], &place), 0);
        if (place.seq > judging->head || !audience_shows(watcher, page->events[i]))
            continue;
        seen = seen_of(judging, place.seq);
        cr_assert_not_null(seen, "'%s' never saw %" PRIu64, watcher->prefix, place.seq);
        cr_assert_eq(memcmp(&seen->hash, &hash, sizeof hash), 0, "'%s' saw another %" PRIu64,
                     watcher->prefix, place.seq);
        if (place.prev != 0 && judging->index[place.prev] != 0)
            cr_assert_lt(judging->index[place.prev], judging->index[place.seq],
                         "'%s' saw %" PRIu64 " before %" PRIu64, watcher->prefix, place.seq,
                         place.prev);
        judging->wanted++;
    }
    return 0;
}

/* Nothing twice; the whole feed in its order. */
static void lay_out(struct judging *judging)
{
    const struct audience_watcher *watcher = judging->watcher;

    for (size_t i = 0; i < watcher->count; i++) {
        uint64_t seq = watcher->seen[i].seq;

        cr_assert_leq(seq, judging->head);
        cr_assert_eq(judging->index[seq], 0u, "'%s' saw %" PRIu64 " twice", watcher->prefix, seq);
        judging->index[seq] = i + 1;
        if (watcher->prefix[0] == '\0')
            cr_assert_eq(seq, i + 1, "the whole feed has %" PRIu64 " at its place %zu", seq, i + 1);
    }
    for (uint64_t seq = 1; seq <= judging->head; seq++) {
        size_t before = judging->late[seq - 1], here = judging->index[seq];

        judging->late[seq] = here > before ? here : before;
    }
}

static void check_claims(const struct judging *judging)
{
    const struct audience_watcher *watcher = judging->watcher;

    cr_assert_gt(watcher->claim_count, 0u, "'%s' was never live", watcher->prefix);
    for (size_t i = 0; i < watcher->claim_count; i++) {
        const struct audience_claim *claim = &watcher->claims[i];

        cr_assert_leq(claim->head, judging->head);
        cr_assert_leq(judging->late[claim->head], claim->seen,
                      "'%s' said that it was live at %" PRIu64 " and had not all of that",
                      watcher->prefix, claim->head);
    }
}

static void check(const struct audience_watcher *watcher, uint64_t head)
{
    struct mp_client *client = system_client(&stage, "authority");
    struct judging judging = {.watcher = watcher, .head = head};
    struct mp_ask ask;

    judging.index = calloc(head + 1, sizeof *judging.index);
    judging.late = calloc(head + 1, sizeof *judging.late);
    cr_assert(judging.index != NULL && judging.late != NULL);
    lay_out(&judging);
    mp_ask_init(&ask, MP_ASK_REPLAY);
    ask.prefix = watcher->prefix;
    cr_assert_eq(mp_client_ask(client, &ask, ASK_MS, take_page, &judging), 0, "%s",
                 mp_client_why(client));
    cr_assert_eq(watcher->count, judging.wanted, "'%s' saw %zu, the record has %zu",
                 watcher->prefix, watcher->count, judging.wanted);
    check_claims(&judging);
    free(judging.index);
    free(judging.late);
    mp_client_close(client);
}

void audience_check(const struct audience *audience)
{
    uint64_t head = stage_head();

    for (size_t i = 0; i < audience->count; i++)
        check(&audience->watchers[i], head);
}
