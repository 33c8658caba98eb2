/* What a console that folds its events would show, and ASK's snapshot. */
#include "tests/network/audience.h"

#include "core/base/table.h"
#include "core/domain/fold.h"
#include "tests/network/stage.h"
#include "tests/support/entry_array.h"

#include <stdlib.h>

#define ASK_MS       60000
#define RECORDS_MOST 100000
#define ARENA_BYTES  ((size_t)512 << 20)
#define RECORD_BYTES ((size_t)1 << 20)

struct folded {
    struct mp_record record;
    bool exists;
    struct entry_array entries;
};

struct folding {
    const struct audience_watcher *watcher;
    struct mp_arena *arena;
    struct mp_table *records; /* a subject's text → struct folded */
    size_t compared;
};

static struct folded *folded_of(struct folding *folding, const struct mp_subject *subject)
{
    const char *key = mp_arena_printf(folding->arena, "%d %s %s", (int)subject->kind,
                                      subject->topic, subject->slug);
    union mp_table_value *slot;
    bool is_new;

    cr_assert_not_null(key);
    cr_assert_eq(mp_table_put(folding->records, mp_span_text(key), &slot, &is_new), 0);
    if (is_new) {
        struct folded *folded = mp_arena_alloc(folding->arena, sizeof *folded);

        cr_assert_not_null(folded);
        folded->entries.arena = folding->arena;
        slot->pointer = folded;
    }
    return slot->pointer;
}

static void fold_one(struct folding *folding, struct mp_span bytes)
{
    struct mp_event *event = mp_arena_alloc(folding->arena, sizeof *event);
    struct mp_subject subject;
    struct mp_record after;
    struct folded *folded;

    cr_assert_not_null(event);
    cr_assert_eq(mp_event_decode(bytes, folding->arena, event), 0);
    cr_assert_eq(mp_event_subject(event, folding->arena, &subject), 0);
    folded = folded_of(folding, &subject);
    cr_assert_eq(entry_array_apply(&folded->entries, event), 0);
    struct mp_entries entries = entry_array_entries(&folded->entries);
    cr_assert_eq(
        mp_fold(folded->exists ? &folded->record : NULL, event, &entries, folding->arena, &after),
        0);
    folded->record = after;
    folded->exists = true;
}

static int compare_seq(const void *a, const void *b)
{
    uint64_t one = ((const struct audience_seen *)a)->seq;
    uint64_t other = ((const struct audience_seen *)b)->seq;

    return (one > other) - (one < other);
}

/* Within a topic this is the order in which they came; audience_check has seen to that. */
static void fold_all(struct folding *folding)
{
    const struct audience_watcher *watcher = folding->watcher;
    struct audience_seen *seen = calloc(watcher->count + 1, sizeof *seen);

    cr_assert_not_null(seen);
    if (watcher->count > 0)
        memcpy(seen, watcher->seen, watcher->count * sizeof *seen);
    qsort(seen, watcher->count, sizeof *seen, compare_seq);
    for (size_t i = 0; i < watcher->count; i++)
        fold_one(folding, seen[i].bytes);
    free(seen);
}

static bool shows(const struct folding *folding, const struct mp_record *record)
{
    const char *milestone = folding->watcher->milestone;
    const char *id = mp_subject_id(folding->arena, &record->subject);

    cr_assert_not_null(id);
    return milestone == NULL ||
           (record->subject.kind == MP_KIND_MILESTONE && strcmp(id, milestone) == 0);
}

static int compare_page(void *context, const struct mp_page *page)
{
    struct folding *folding = context;

    for (size_t i = 0; i < page->record_count; i++) {
        MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(RECORD_BYTES);
        struct mp_record record;
        struct mp_buffer bytes;
        struct folded *folded;

        cr_assert_eq(mp_record_decode(page->records[i], folding->arena, &record), 0);
        if (!shows(folding, &record))
            continue;
        folded = folded_of(folding, &record.subject);
        cr_assert(folded->exists, "'%s': nothing of %s%s was seen", folding->watcher->prefix,
                  record.subject.topic, record.subject.slug);
        mp_buffer_init(&bytes, RECORD_BYTES);
        cr_assert_eq(mp_record_encode(&folded->record, arena, &bytes), 0);
        cr_assert(mp_span_equal(mp_buffer_span(&bytes), page->records[i]),
                  "'%s': %s%s is another in the snapshot", folding->watcher->prefix,
                  record.subject.topic, record.subject.slug);
        mp_buffer_done(&bytes);
        folding->compared++;
    }
    return 0;
}

static void compare(const struct audience_watcher *watcher)
{
    struct mp_client *client = system_client(&stage, "authority");
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(ARENA_BYTES);
    MP_AUTO(mp_table_free) struct mp_table *records = mp_table_new(RECORDS_MOST);
    struct folding folding = {.watcher = watcher, .arena = arena, .records = records};
    struct mp_ask ask;

    cr_assert(arena != NULL && records != NULL);
    fold_all(&folding);
    mp_ask_init(&ask, MP_ASK_SNAPSHOT);
    ask.prefix = watcher->prefix;
    cr_assert_eq(mp_client_ask(client, &ask, ASK_MS, compare_page, &folding), 0, "%s",
                 mp_client_why(client));
    cr_assert_eq(folding.compared, mp_table_count(records),
                 "'%s': %zu records in the snapshot, %zu from the events", watcher->prefix,
                 folding.compared, mp_table_count(records));
    cr_assert_gt(folding.compared, 0u);
    mp_client_close(client);
}

void audience_compare(const struct audience *audience)
{
    cr_assert(audience->keeps_bytes);
    for (size_t i = 0; i < audience->count; i++)
        compare(&audience->watchers[i]);
}
