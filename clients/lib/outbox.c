#include "clients/lib/outbox.h"
#include "clients/lib/outbox_private.h"
#include "core/base/clock.h"
#include "core/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#define LOCK_FILE     "send.lock"
#define LOCK_EVERY_NS 10000000L
#define MAP_BYTES     (UINT64_C(8) << 30)
#define TABLES        5
#define META_TABLE    "meta"
#define BUFFER_MOST   (MP_SUBMISSION_MOST + 64)
#define AFTER_BYTES   18 /* `after` as encoded: it may be filled in later */

static int open_tables(struct mp_outbox *outbox)
{
    const struct {
        const char *name;
        mp_kv_table *table;
    } tables[TABLES] = {
        {"entries", &outbox->entries},   {"bodies", &outbox->bodies}, {"by_id", &outbox->by_id},
        {"by_state", &outbox->by_state}, {META_TABLE, &outbox->meta},
    };

    for (size_t i = 0; i < TABLES; i++) {
        int error = mp_kv_table_open(outbox->kv, tables[i].name, tables[i].table);

        if (error < 0)
            return error;
    }
    return 0;
}

static int open_lock(const char *folder, int *ret_file)
{
    char path[PATH_MAX];
    int length = snprintf(path, sizeof path, "%s/%s", folder, LOCK_FILE);
    int file;

    if (length < 0 || (size_t)length >= sizeof path)
        return MP_EINVAL;
    file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0)
        return mp_error_from_errno(errno);
    *ret_file = file;
    return 0;
}

/* A damaged or foreign outbox is told at once, not at the first entry. */
static int check_meta(struct mp_outbox *outbox)
{
    MP_AUTO(mp_outbox_work_done) struct mp_outbox_work work = {0};
    int error = mp_outbox_work_begin(outbox, false, &work);

    return error < 0 ? error : mp_outbox_work_commit(&work);
}

int mp_outbox_open(const char *folder, struct mp_outbox **ret_outbox)
{
    const struct mp_kv_options options = {
        .folder = folder,
        .map_bytes = MAP_BYTES,
        .tables = TABLES,
        .create = true,
    };
    MP_AUTO(mp_outbox_close) struct mp_outbox *outbox = calloc(1, sizeof *outbox);
    int error;

    if (outbox == NULL)
        return MP_ENOMEM;
    outbox->lock_file = -1;
    mp_buffer_init(&outbox->buffer, BUFFER_MOST);
    error = mp_kv_open(&options, &outbox->kv);
    if (error == 0)
        error = open_tables(outbox);
    if (error == 0)
        error = open_lock(folder, &outbox->lock_file);
    if (error == 0)
        error = check_meta(outbox);
    if (error < 0)
        return error;
    mp_kv_check_readers(outbox->kv);
    *ret_outbox = mp_take(outbox);
    return 0;
}

void mp_outbox_close(struct mp_outbox *outbox)
{
    if (outbox == NULL)
        return;
    if (outbox->lock_file >= 0)
        (void)close(outbox->lock_file); /* and with it the lock */
    mp_kv_close(outbox->kv);
    mp_buffer_done(&outbox->buffer);
    free(outbox);
}

int mp_outbox_lock(struct mp_outbox *outbox, int64_t timeout_ms)
{
    const struct timespec pause = {.tv_nsec = LOCK_EVERY_NS};
    int64_t deadline_ms = mp_clock_monotonic_ms(&mp_clock_system) + timeout_ms;

    for (;;) {
        if (outbox->locked || flock(outbox->lock_file, LOCK_EX | LOCK_NB) == 0) {
            outbox->locked = true;
            return 0;
        }
        if (errno != EWOULDBLOCK && errno != EINTR)
            return mp_error_from_errno(errno);
        if (mp_clock_monotonic_ms(&mp_clock_system) >= deadline_ms)
            return MP_EBUSY;
        (void)nanosleep(&pause, NULL);
    }
}

void mp_outbox_unlock(struct mp_outbox *outbox)
{
    if (outbox->locked)
        (void)flock(outbox->lock_file, LOCK_UN);
    outbox->locked = false;
}

static uint64_t count_all(const struct mp_outbox_work *work)
{
    uint64_t count = 0;

    for (unsigned state = MP_OUTBOX_WAITING; state <= MP_OUTBOX_STATE_LAST; state++)
        count += work->meta.counts[state];
    return count;
}

/* The id that the next new entry comes after: nil when nothing that counts is in the outbox. */
static int last_id(struct mp_outbox_work *work, struct mp_arena *arena, struct mp_uuid *ret_id)
{
    struct mp_outbox_entry entry = {0};
    uint64_t place;

    if (mp_outbox_work_last(work, UINT64_MAX,
                            MP_OUTBOX_UNANSWERED | MP_OUTBOX_BIT(MP_OUTBOX_ACCEPTED), &place) &&
        !mp_outbox_work_load(work, place, arena, &entry))
        mp_kv_fail(work->txn, MP_ECORRUPT);
    *ret_id = entry.id;
    return mp_kv_error(work->txn);
}

/* Encodes and stores one; the texts made on the way leave the arena again. */
static int put_new(struct mp_outbox_work *work, const struct mp_submission *submission,
                   int64_t now_us, struct mp_arena *arena)
{
    struct mp_outbox_entry entry = {
        .place = work->meta.next_place,
        .state = MP_OUTBOX_WAITING,
        .id = submission->id,
        .after = submission->after,
        .queued_at_us = now_us,
    };
    struct mp_arena_mark mark = mp_arena_mark(arena);
    struct mp_buffer buffer;
    int error;

    if (count_all(work) >= MP_OUTBOX_ENTRIES_MOST)
        return MP_ENOSPC;
    mp_buffer_init(&buffer,
                   MP_SUBMISSION_MOST - (mp_uuid_is_nil(&submission->after) ? AFTER_BYTES : 0));
    error = mp_submission_encode(submission, arena, &buffer);
    if (error == 0)
        error = buffer.error;
    if (error == 0) {
        mp_outbox_work_store(work, &entry, NULL);
        mp_outbox_work_store_body(work, entry.place, mp_buffer_span(&buffer));
        work->meta.next_place++;
        error = mp_kv_error(work->txn);
    }
    mp_buffer_done(&buffer);
    mp_arena_release(arena, mark);
    return error;
}

static int put_all(struct mp_outbox_work *work, struct mp_submission *submissions, size_t count,
                   int64_t now_us, struct mp_arena *arena, size_t *known)
{
    struct mp_uuid last;
    int error = last_id(work, arena, &last);

    for (size_t i = 0; i < count && error == 0; i++) {
        struct mp_submission *submission = &submissions[i];
        uint64_t place;

        if (submission->change_count == 0 || submission->change_count > MP_CHANGES_MOST)
            return MP_EINVAL;
        if (mp_uuid_is_nil(&submission->id))
            submission->id = mp_uuid_v7(now_us);
        if (mp_outbox_work_find(work, &submission->id, &place)) {
            ++*known;
            continue;
        }
        submission->after = last;
        if (submission->sent_at_us == 0)
            submission->sent_at_us = now_us;
        error = put_new(work, submission, now_us, arena);
        last = submission->id;
    }
    return error == 0 ? mp_kv_error(work->txn) : error;
}

int mp_outbox_put_many(struct mp_outbox *outbox, struct mp_submission *submissions, size_t count,
                       int64_t now_us, struct mp_arena *arena, size_t *ret_known)
{
    MP_AUTO(mp_outbox_work_done) struct mp_outbox_work work = {0};
    size_t known = 0;
    int error = mp_outbox_work_begin(outbox, true, &work);

    if (error == 0)
        error = put_all(&work, submissions, count, now_us, arena, &known);
    if (error == 0)
        error = mp_outbox_work_commit(&work);
    if (error == 0 && ret_known != NULL)
        *ret_known = known;
    return error;
}

int mp_outbox_put(struct mp_outbox *outbox, struct mp_submission *submission, int64_t now_us,
                  struct mp_arena *arena)
{
    size_t known = 0;
    int error = mp_outbox_put_many(outbox, submission, 1, now_us, arena, &known);

    return error == 0 && known > 0 ? MP_EEXIST : error;
}

/* Ends the reading transaction with the entry whole, or says why there is none. */
static int finish_read(struct mp_outbox_work *work, bool found, uint64_t place,
                       struct mp_arena *arena, struct mp_outbox_entry *ret_entry)
{
    struct mp_outbox_entry entry = {0};
    int error;

    found = found && mp_outbox_work_load(work, place, arena, &entry) &&
            mp_outbox_work_load_body(work, arena, &entry);
    error = mp_outbox_work_commit(work);
    if (error == 0 && !found)
        error = MP_ENOTFOUND;
    if (error == 0)
        *ret_entry = entry;
    return error;
}

int mp_outbox_next(struct mp_outbox *outbox, uint64_t place, unsigned states,
                   struct mp_arena *arena, struct mp_outbox_entry *ret_entry)
{
    MP_AUTO(mp_outbox_work_done) struct mp_outbox_work work = {0};
    uint64_t at = 0;
    int error = mp_outbox_work_begin(outbox, false, &work);

    if (error < 0)
        return error;
    bool found = mp_outbox_work_first(&work, place, states, &at);
    return finish_read(&work, found, at, arena, ret_entry);
}

int mp_outbox_find(struct mp_outbox *outbox, const struct mp_uuid *id, struct mp_arena *arena,
                   struct mp_outbox_entry *ret_entry)
{
    MP_AUTO(mp_outbox_work_done) struct mp_outbox_work work = {0};
    uint64_t at = 0;
    int error = mp_outbox_work_begin(outbox, false, &work);

    if (error < 0)
        return error;
    bool found = mp_outbox_work_find(&work, id, &at);
    return finish_read(&work, found, at, arena, ret_entry);
}

int mp_outbox_unanswered(struct mp_outbox *outbox, uint64_t place, size_t most, uint64_t *places,
                         size_t *ret_count)
{
    MP_AUTO(mp_outbox_work_done) struct mp_outbox_work work = {0};
    size_t count = 0;
    int error = mp_outbox_work_begin(outbox, false, &work);

    if (error < 0)
        return error;
    while (count < most && mp_outbox_work_first(&work, place, MP_OUTBOX_UNANSWERED, &places[count]))
        place = places[count++] + 1;
    error = mp_outbox_work_commit(&work);
    if (error == 0)
        *ret_count = count;
    return error;
}

int mp_outbox_count(struct mp_outbox *outbox, struct mp_outbox_counts *ret_counts)
{
    MP_AUTO(mp_outbox_work_done) struct mp_outbox_work work = {0};
    int error = mp_outbox_work_begin(outbox, false, &work);

    if (error < 0)
        return error;
    *ret_counts = (struct mp_outbox_counts){
        .waiting = work.meta.counts[MP_OUTBOX_WAITING],
        .sent = work.meta.counts[MP_OUTBOX_SENT],
        .accepted = work.meta.counts[MP_OUTBOX_ACCEPTED],
        .rejected = work.meta.counts[MP_OUTBOX_REJECTED],
        .rejected_unseen = work.meta.rejected_unseen,
    };
    return mp_outbox_work_commit(&work);
}

int mp_outbox_peek(const char *folder, struct mp_outbox_counts *ret_counts)
{
    const struct mp_kv_options options = {
        .folder = folder, .map_bytes = MAP_BYTES, .tables = TABLES, .read_only = true};
    struct mp_outbox outbox = {.lock_file = -1};
    int error = mp_kv_open(&options, &outbox.kv);

    if (error == 0)
        error = mp_kv_table_open(outbox.kv, META_TABLE, &outbox.meta);
    if (error == 0)
        error = mp_outbox_count(&outbox, ret_counts);
    mp_kv_close(outbox.kv);
    return error;
}
