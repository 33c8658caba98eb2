/* What answers, restores and drops do to the entries and to the chain of their `after`. */
#include "clients/lib/outbox_private.h"

#define DAY_US        (INT64_C(86400) * 1000000)
#define ERASE_AT_ONCE 4096
#define DOUBT_MOST    65536

int mp_outbox_mark_sent(struct mp_outbox *outbox, const uint64_t *places, size_t count)
{
    MP_AUTO(mp_outbox_work_done) struct mp_outbox_work work = {0};
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(MP_OUTBOX_ARENA_BYTES);
    int error;

    if (arena == NULL)
        return MP_ENOMEM;
    error = mp_outbox_work_begin(outbox, true, &work);
    for (size_t i = 0; i < count && error == 0; i++) {
        struct mp_outbox_entry before, entry;

        mp_arena_reset(arena);
        if (!mp_outbox_work_load(&work, places[i], arena, &before) ||
            before.state != MP_OUTBOX_WAITING)
            continue;
        entry = before;
        entry.state = MP_OUTBOX_SENT;
        mp_outbox_work_store(&work, &entry, &before);
    }
    return error < 0 ? error : mp_outbox_work_commit(&work);
}

/* An acceptance that a restore undid: a late answer of the epoch before. */
static bool is_undone(const struct mp_outbox_work *work, const struct mp_answer *answer)
{
    return answer->outcome == MP_OUTCOME_ACCEPTED && answer->epoch < work->meta.epoch &&
           answer->last_seq > work->meta.restored_head;
}

static void take_answer(struct mp_outbox_work *work, const struct mp_answer *answer, int64_t now_us,
                        struct mp_arena *arena)
{
    struct mp_outbox_entry before, entry;
    uint64_t place;

    if (answer->outcome != MP_OUTCOME_ACCEPTED && answer->outcome != MP_OUTCOME_REJECTED)
        return;
    if (is_undone(work, answer) || !mp_outbox_work_find(work, &answer->id, &place) ||
        !mp_outbox_work_load(work, place, arena, &before) ||
        (MP_OUTBOX_BIT(before.state) & MP_OUTBOX_UNANSWERED) == 0)
        return;
    entry = before;
    entry.answer = *answer;
    entry.answered_at_us = now_us;
    entry.seen = false;
    entry.state = answer->outcome == MP_OUTCOME_ACCEPTED ? MP_OUTBOX_ACCEPTED : MP_OUTBOX_REJECTED;
    mp_outbox_work_store(work, &entry, &before);
    work->outbox->doubted = 0;
}

int mp_outbox_answer(struct mp_outbox *outbox, const struct mp_answer *answers, size_t count,
                     int64_t now_us)
{
    MP_AUTO(mp_outbox_work_done) struct mp_outbox_work work = {0};
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(MP_OUTBOX_ARENA_BYTES);
    int error;

    if (arena == NULL)
        return MP_ENOMEM;
    error = mp_outbox_work_begin(outbox, true, &work);
    if (error < 0)
        return error;
    for (size_t i = 0; i < count; i++) {
        mp_arena_reset(arena);
        take_answer(&work, &answers[i], now_us, arena);
    }
    return mp_outbox_work_commit(&work);
}

int mp_outbox_mark_seen(struct mp_outbox *outbox, const struct mp_uuid *id)
{
    MP_AUTO(mp_outbox_work_done) struct mp_outbox_work work = {0};
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(MP_OUTBOX_ARENA_BYTES);
    struct mp_outbox_entry before, entry;
    uint64_t place;
    int error;

    if (arena == NULL)
        return MP_ENOMEM;
    error = mp_outbox_work_begin(outbox, true, &work);
    if (error < 0)
        return error;
    if (!mp_outbox_work_find(&work, id, &place) ||
        !mp_outbox_work_load(&work, place, arena, &before))
        mp_kv_fail(work.txn, MP_ENOTFOUND);
    else if (!before.seen) {
        entry = before;
        entry.seen = true;
        mp_outbox_work_store(&work, &entry, &before);
    }
    return mp_outbox_work_commit(&work);
}

static void wait_again(struct mp_outbox_work *work, const struct mp_outbox_entry *before)
{
    struct mp_outbox_entry entry = *before;

    entry.state = MP_OUTBOX_WAITING;
    entry.answered_at_us = 0;
    entry.answer = (struct mp_answer){.id = entry.id};
    mp_outbox_work_store(work, &entry, before);
}

/* Accepted entries that the restore undid wait again. Returns how many. */
static size_t take_epoch(struct mp_outbox_work *work, uint64_t epoch, uint64_t restored_head,
                         struct mp_arena *arena)
{
    size_t again = 0;

    if (epoch <= work->meta.epoch)
        return 0;
    for (uint64_t place = 0;
         mp_outbox_work_first(work, place, MP_OUTBOX_BIT(MP_OUTBOX_ACCEPTED), &place); place++) {
        struct mp_outbox_entry entry;

        mp_arena_reset(arena);
        if (!mp_outbox_work_load(work, place, arena, &entry))
            break;
        if (entry.answer.epoch < epoch && entry.answer.last_seq > restored_head) {
            wait_again(work, &entry);
            again++;
        }
    }
    work->meta.epoch = epoch;
    work->meta.restored_head = restored_head;
    work->changed = true;
    return again;
}

/* The same submission, id included, after another one. Our own bytes, so what cannot be read is
 * damage. */
static void set_after(struct mp_outbox_work *work, const struct mp_outbox_entry *before,
                      const struct mp_uuid *after, struct mp_arena *arena)
{
    struct mp_outbox_entry entry = *before;
    struct mp_submission submission;
    struct mp_rejection rejection;
    struct mp_buffer buffer;
    int error;

    if (!mp_outbox_work_load_body(work, arena, &entry))
        return;
    mp_buffer_init(&buffer, MP_SUBMISSION_MOST);
    error = mp_submission_decode(entry.submission, arena, &submission, &rejection);
    if (error == 0) {
        submission.after = *after;
        error = mp_submission_encode(&submission, arena, &buffer);
    }
    if (error == 0)
        error = buffer.error;
    if (error == 0) {
        entry.after = *after;
        mp_outbox_work_store(work, &entry, before);
        mp_outbox_work_store_body(work, entry.place, mp_buffer_span(&buffer));
    } else {
        mp_kv_fail(work->txn, error > 0 ? MP_ECORRUPT : error);
    }
    mp_buffer_done(&buffer);
}

/* Id of the entry at the last place before, in one of the states; nil when there is none. */
static struct mp_uuid id_before(struct mp_outbox_work *work, uint64_t before, unsigned states,
                                struct mp_arena *arena)
{
    struct mp_outbox_entry entry = {0};
    uint64_t place;

    if (mp_outbox_work_last(work, before, states, &place))
        (void)mp_outbox_work_load(work, place, arena, &entry);
    return entry.id;
}

/* What an entry that is not answered comes after: the one not answered before it, else the last
 * that stays accepted. */
static struct mp_uuid wanted_after(struct mp_outbox_work *work, uint64_t place,
                                   struct mp_arena *arena)
{
    struct mp_uuid id = id_before(work, place, MP_OUTBOX_UNANSWERED, arena);

    return mp_uuid_is_nil(&id) ? id_before(work, place, MP_OUTBOX_BIT(MP_OUTBOX_ACCEPTED), arena)
                               : id;
}

/* Lays the chain anew over what is not answered. only: entries after that id alone, NULL: all.
 * Returns how many entries changed. */
static size_t lay_chain(struct mp_outbox_work *work, uint64_t from, const struct mp_uuid *only,
                        struct mp_arena *arena)
{
    size_t changed = 0;

    for (uint64_t place = from; mp_outbox_work_first(work, place, MP_OUTBOX_UNANSWERED, &place);
         place++) {
        struct mp_outbox_entry entry;

        mp_arena_reset(arena);
        if (!mp_outbox_work_load(work, place, arena, &entry))
            break;
        if (only != NULL && !mp_uuid_equal(&entry.after, only))
            continue;
        struct mp_uuid after = wanted_after(work, place, arena);
        if (mp_uuid_equal(&entry.after, &after))
            continue;
        set_after(work, &entry, &after, arena);
        changed++;
    }
    return changed;
}

/* The ledger knows nothing of an entry that it once accepted. Sending it again is harmless if that
 * is wrong: the same id gets the same answer. */
static size_t doubt_accepted(struct mp_outbox_work *work, struct mp_arena *arena)
{
    struct mp_outbox *outbox = work->outbox;
    struct mp_outbox_entry first, entry;
    uint64_t place;
    size_t most = outbox->doubted == 0            ? 1
                  : outbox->doubted >= DOUBT_MOST ? DOUBT_MOST
                                                  : outbox->doubted * 2;
    size_t again = 0;

    mp_arena_reset(arena);
    if (!mp_outbox_work_first(work, 0, MP_OUTBOX_UNANSWERED, &place) ||
        !mp_outbox_work_load(work, place, arena, &first) || mp_uuid_is_nil(&first.after))
        return 0;
    while (again < most &&
           mp_outbox_work_last(work, place, MP_OUTBOX_BIT(MP_OUTBOX_ACCEPTED), &place) &&
           mp_outbox_work_load(work, place, arena, &entry)) {
        wait_again(work, &entry);
        mp_arena_reset(arena);
        again++;
    }
    outbox->doubted = most;
    return again;
}

int mp_outbox_rechain(struct mp_outbox *outbox, uint64_t epoch, uint64_t restored_head,
                      size_t *ret_again)
{
    MP_AUTO(mp_outbox_work_done) struct mp_outbox_work work = {0};
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(MP_OUTBOX_ARENA_BYTES);
    size_t again;
    int error;

    if (arena == NULL)
        return MP_ENOMEM;
    error = mp_outbox_work_begin(outbox, true, &work);
    if (error < 0)
        return error;
    again = take_epoch(&work, epoch, restored_head, arena);
    if (lay_chain(&work, 0, NULL, arena) == 0 && again == 0)
        again = doubt_accepted(&work, arena);
    error = mp_outbox_work_commit(&work);
    if (error == 0)
        *ret_again = again;
    return error;
}

int mp_outbox_epoch(struct mp_outbox *outbox, uint64_t epoch, uint64_t restored_head,
                    size_t *ret_again)
{
    MP_AUTO(mp_outbox_work_done) struct mp_outbox_work work = {0};
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(MP_OUTBOX_ARENA_BYTES);
    size_t again;
    int error;

    if (arena == NULL)
        return MP_ENOMEM;
    /* Most calls bring nothing new: they wait for no writer. */
    error = mp_outbox_work_begin(outbox, false, &work);
    if (error == 0 && epoch > work.meta.epoch) {
        mp_outbox_work_done_auto(&work);
        error = mp_outbox_work_begin(outbox, true, &work);
    }
    if (error < 0)
        return error;
    again = take_epoch(&work, epoch, restored_head, arena);
    error = mp_outbox_work_commit(&work);
    if (error == 0)
        *ret_again = again;
    return error;
}

int mp_outbox_drop(struct mp_outbox *outbox, const struct mp_uuid *id)
{
    MP_AUTO(mp_outbox_work_done) struct mp_outbox_work work = {0};
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(MP_OUTBOX_ARENA_BYTES);
    struct mp_outbox_entry entry;
    uint64_t place;
    int error;

    if (arena == NULL)
        return MP_ENOMEM;
    error = mp_outbox_work_begin(outbox, true, &work);
    if (error < 0)
        return error;
    if (!mp_outbox_work_find(&work, id, &place) ||
        !mp_outbox_work_load(&work, place, arena, &entry)) {
        mp_kv_fail(work.txn, MP_ENOTFOUND);
    } else if (entry.state == MP_OUTBOX_SENT || entry.state == MP_OUTBOX_ACCEPTED) {
        mp_kv_fail(work.txn, MP_EPERM);
    } else {
        bool waited = entry.state == MP_OUTBOX_WAITING;

        mp_outbox_work_erase(&work, &entry);
        if (waited)
            (void)lay_chain(&work, place, id, arena);
    }
    return mp_outbox_work_commit(&work);
}

/* Oldest first, until one is young enough to stay. *ret_more: there may be others. */
static int clean_some(struct mp_outbox *outbox, int64_t before_us, struct mp_arena *arena,
                      bool *ret_more)
{
    MP_AUTO(mp_outbox_work_done) struct mp_outbox_work work = {0};
    uint64_t place = 0;
    size_t erased = 0;
    int error = mp_outbox_work_begin(outbox, true, &work);

    if (error < 0)
        return error;
    while (erased < ERASE_AT_ONCE &&
           mp_outbox_work_first(&work, place, MP_OUTBOX_BIT(MP_OUTBOX_ACCEPTED), &place)) {
        struct mp_outbox_entry entry;

        mp_arena_reset(arena);
        if (!mp_outbox_work_load(&work, place, arena, &entry) || entry.answered_at_us >= before_us)
            break;
        mp_outbox_work_erase(&work, &entry);
        erased++;
    }
    *ret_more = erased == ERASE_AT_ONCE;
    return mp_outbox_work_commit(&work);
}

int mp_outbox_clean(struct mp_outbox *outbox, int64_t now_us)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(MP_OUTBOX_ARENA_BYTES);
    bool more = true;
    int error = 0;

    if (arena == NULL)
        return MP_ENOMEM;
    while (error == 0 && more)
        error = clean_some(outbox, now_us - MP_OUTBOX_KEEP_DAYS * DAY_US, arena, &more);
    return error;
}
