/* Every statement on the picture's milestones, from a replay of the record. */
#include "clients/lib/picture_private.h"

#include "core/domain/fold.h"
#include "proto/codec.h"

#include <stdlib.h>
#include <string.h>

#define SCRATCH_BYTES ((size_t)4 << 20)

struct history {
    struct mp_picture *picture;
    struct mp_arena *scratch;                /* of one event */
    struct mp_picture_statement *statements; /* as recorded: ascending by seq */
    size_t count, capacity;
};

static const char *keep(struct mp_arena *arena, const char *text)
{
    return text[0] == '\0' ? "" : mp_arena_strdup(arena, text);
}

static int take_statement(struct history *history, const struct mp_event *event,
                          const struct mp_subject *subject)
{
    struct mp_arena *arena = history->picture->arena;
    const char *id = mp_subject_id(history->scratch, subject);
    struct mp_picture_statement *statement;
    uint32_t milestone;

    if (id == NULL)
        return MP_ENOMEM;
    milestone = mp_picture_find_milestone(history->picture, id);
    if (milestone == MP_PICTURE_NONE)
        return 0;
    if (mp_picture_grow((void **)&history->statements, &history->count, &history->capacity,
                        sizeof(*statement), (void **)&statement) != 0)
        return MP_ENOMEM;
    statement->milestone = milestone;
    mp_event_entry(event, &statement->entry);
    statement->said_by = keep(arena, event->change.said_by);
    statement->agency = keep(arena, event->agency);
    statement->note = keep(arena, event->change.note);
    statement->reference = keep(arena, event->change.source.reference);
    statement->page = keep(arena, event->change.source.page);
    return statement->said_by == NULL || statement->agency == NULL || statement->note == NULL ||
                   statement->reference == NULL || statement->page == NULL
               ? MP_ENOMEM
               : 0;
}

static int compare_seq(const void *seq, const void *statement)
{
    uint64_t a = *(const uint64_t *)seq;
    uint64_t b = ((const struct mp_picture_statement *)statement)->entry.seq;

    return a < b ? -1 : a > b;
}

static void withdraw(struct history *history, const struct mp_event *event)
{
    uint64_t seq = event->change.withdrawal.seq;
    struct mp_picture_statement *found = history->count == 0
                                             ? NULL
                                             : bsearch(&seq, history->statements, history->count,
                                                       sizeof(*history->statements), compare_seq);

    if (found != NULL)
        found->entry.withdrawn_by = event->seq;
}

static int take_event(struct history *history, const struct mp_event *event)
{
    const struct mp_as_of *as_of = &history->picture->options.as_of;
    struct mp_subject subject;
    int result;

    if (as_of->mode == MP_AS_RECORDED && event->recorded_at_us > as_of->recorded_us)
        return 0;
    if (event->change.kind == MP_CHANGE_WITHDRAWAL) {
        withdraw(history, event);
        return 0;
    }
    if (!mp_change_is_statement(event->change.kind) ||
        (as_of->mode == MP_AS_OF_DAY && event->change.stated_on > as_of->day))
        return 0;
    result = mp_event_subject(event, history->scratch, &subject);
    if (result < 0 || subject.kind != MP_KIND_MILESTONE)
        return result;
    return take_statement(history, event, &subject);
}

static int on_page(void *context, const struct mp_page *page)
{
    struct history *history = context;

    for (size_t i = 0; i < page->event_count; i++) {
        struct mp_event event;
        int error;

        mp_arena_reset(history->scratch);
        error = mp_event_decode(page->events[i], history->scratch, &event);
        if (error == 0)
            error = take_event(history, &event);
        if (error != 0)
            return error;
    }
    return 0;
}

static int compare_statements(const void *left, const void *right)
{
    const struct mp_picture_statement *a = left, *b = right;

    if (a->milestone != b->milestone)
        return a->milestone < b->milestone ? -1 : 1;
    if (a->entry.stated_on != b->entry.stated_on)
        return a->entry.stated_on < b->entry.stated_on ? -1 : 1;
    return a->entry.seq < b->entry.seq ? -1 : a->entry.seq > b->entry.seq;
}

int mp_picture_history(struct mp_client *client, struct mp_picture *picture, const char *prefix)
{
    MP_AUTO(mp_arena_free) struct mp_arena *scratch = mp_arena_new(SCRATCH_BYTES);
    struct history history = {.picture = picture, .scratch = scratch};
    struct mp_ask ask;
    int result;

    if (scratch == NULL)
        return MP_ENOMEM;
    mp_ask_init(&ask, MP_ASK_REPLAY);
    ask.prefix = strcmp(prefix, "/") == 0 ? "" : prefix;
    ask.epoch = picture->epoch;
    result = mp_client_ask(client, &ask, picture->options.timeout_ms, on_page, &history);
    if (result == MP_EEPOCH)
        result = mp_picture_outdated(client);
    if (result != 0) {
        free(history.statements);
        return result;
    }
    if (history.count > 0)
        qsort(history.statements, history.count, sizeof(*history.statements), compare_statements);
    free(picture->statements);
    picture->statements = history.statements;
    picture->statement_count = history.count;
    return 0;
}

const struct mp_picture_statement *mp_picture_statements(const struct mp_picture *picture,
                                                         uint32_t milestone, size_t *ret_count)
{
    size_t low = 0, high = picture->statement_count, end;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (picture->statements[middle].milestone < milestone)
            low = middle + 1;
        else
            high = middle;
    }
    for (end = low; end < picture->statement_count; end++) {
        if (picture->statements[end].milestone != milestone)
            break;
    }
    *ret_count = end - low;
    return picture->statements + low;
}

const struct mp_move *mp_picture_moves(const struct mp_picture *picture, uint32_t milestone,
                                       struct mp_arena *arena, size_t *ret_count)
{
    size_t count;
    const struct mp_picture_statement *statements =
        mp_picture_statements(picture, milestone, &count);
    struct mp_entry *entries = mp_arena_array(arena, count, sizeof(*entries));
    struct mp_move *moves = mp_arena_array(arena, count, sizeof(*moves));

    if (entries == NULL || moves == NULL)
        return NULL;
    for (size_t i = 0; i < count; i++)
        entries[i] = statements[i].entry;
    mp_moves(entries, count, moves, ret_count);
    return moves;
}
