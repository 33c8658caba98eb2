#include "core/domain/record.h"
#include "core/kv/kv.h"
#include "proto/codec.h"
#include "store/run.h"
#include "store/tables.h"
#include "tests/bench/floor.h"
#include "tests/bench/measure.h"
#include "tests/bench/work.h"

#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* ftw's is not needed: an environment is two files in a folder. */
static void remove_environment(const char *path)
{
    static const char *const files[] = {"/data.mdb", "/lock.mdb", ""};
    char name[4096];

    for (size_t i = 0; i < MP_LENGTH(files); i++) {
        (void)snprintf(name, sizeof(name), "%s%s", path, files[i]);
        (void)remove(name);
    }
}

struct env {
    char path[4000];
    MDB_env *env;
};

static void open_env(struct env *env, char **argv)
{
    (void)snprintf(env->path, sizeof(env->path), "%s/lmdb", bench_option(argv, "folder", NULL));
    remove_environment(env->path);
    bench_need(mkdir(env->path, 0700) == 0, "%s", env->path);
    bench_need(mdb_env_create(&env->env) == 0 &&
                   mdb_env_set_mapsize(env->env, (size_t)64 << 30) == 0 &&
                   mdb_env_set_maxdbs(env->env, MP_STORE_TABLE_COUNT) == 0 &&
                   mdb_env_open(env->env, env->path, MDB_NOTLS, 0600) == 0,
               "LMDB in %s", env->path);
}

static void close_env(struct env *env)
{
    mdb_env_close(env->env);
    remove_environment(env->path);
}

static MDB_txn *begin(struct env *env)
{
    MDB_txn *txn = NULL;

    bench_need(mdb_txn_begin(env->env, NULL, 0, &txn) == 0, "LMDB begin");
    return txn;
}

static void put(MDB_txn *txn, MDB_dbi table, struct mp_span key, struct mp_span value,
                unsigned flags)
{
    MDB_val k = {.mv_size = key.size, .mv_data = (void *)(uintptr_t)key.data};
    MDB_val v = {.mv_size = value.size, .mv_data = (void *)(uintptr_t)value.data};
    int error = mdb_put(txn, table, &k, &v, flags);

    bench_need(error == 0, "LMDB put: %s", mdb_strerror(error));
}

/* Calls one (which commits `batch` records) until the time is over. */
static void run(char **argv, size_t batch, void (*one)(void *context, size_t batch), void *context,
                const char *unit)
{
    int64_t start = bench_now_ns();
    int64_t end = start + (int64_t)(bench_number(argv, "seconds", 1) * BENCH_SECOND_NS);
    struct bench_samples samples = {0};
    int64_t now = start;

    while (now < end) {
        int64_t before = now;

        one(context, batch);
        now = bench_now_ns();
        bench_samples_add(&samples, now - before);
    }
    bench_say(unit, (double)(samples.count * batch) * 1e9 / (double)(now - start));
    bench_say_latency("commit", &samples);
    bench_samples_done(&samples);
}

struct plain {
    struct env env;
    MDB_dbi table;
    uint64_t seq;
    size_t bytes;
};

static void put_plain(void *context, size_t batch)
{
    static const uint8_t record[4096];
    struct plain *plain = context;
    MDB_txn *txn = begin(&plain->env);
    struct mp_store_key key;

    for (size_t i = 0; i < batch; i++) {
        mp_store_key_seq(&key, ++plain->seq);
        put(txn, plain->table, mp_store_key_span(&key), mp_span_make(record, plain->bytes),
            MDB_APPEND);
    }
    bench_need(mdb_txn_commit(txn) == 0, "LMDB commit");
}

void floor_lmdb(char **argv)
{
    struct plain plain = {.bytes = (size_t)bench_number(argv, "bytes", 200)};
    MDB_txn *txn;

    bench_need(plain.bytes <= 4096, "records of at most 4096 bytes");
    open_env(&plain.env, argv);
    txn = begin(&plain.env);
    bench_need(mdb_dbi_open(txn, "records", MDB_CREATE, &plain.table) == 0 &&
                   mdb_txn_commit(txn) == 0,
               "LMDB table");
    run(argv, (size_t)bench_number(argv, "batch", 1), put_plain, &plain, "records_per_s");
    close_env(&plain.env);
}

/* With --pieces=1 as store/tables.h and store/run.h say: checksum, size and three open ends in a
 * record's row; last, count and an open end in a topic's; a step of some 1000 sequences. Else as
 * DESIGN §5 has it: a row of each index for each event, by_subject's saying what a rule has to
 * know. */
#define STATE_BYTES (4 + 2 + 3 * 16)
#define TOPIC_BYTES (16 + 16)
#define ENTRY_BYTES 36
#define STEP_BYTES  3

/* ---- The puts of Milepost's store, made beforehand: LMDB alone is measured. ---- */

struct change {
    const char *topic;
    struct mp_subject subject;
};

struct changes {
    struct env env;
    MDB_dbi events, by_topic, by_subject, state, topics, submissions, meta;
    struct mp_arena *arena;
    struct change items[WORK_ALL];
    uint8_t touched[WORK_ALL];                    /* in this batch */
    uint8_t said[WORK_ALL], heard[WORK_PROJECTS]; /* since the last piece of the run */
    size_t event_bytes, record_bytes, answer_bytes;
    size_t changes; /* in a submission */
    bool pieces;
    uint64_t seq;
    int32_t today;
    struct mp_uuid id;
};

/* Bytes of an event, a milestone's record and an answer, as the codecs make them. */
static void size_up(struct changes *changes)
{
    struct mp_change change = work_forecast(changes->arena, 1);
    struct mp_event event = {.epoch = 1790000000,
                             .seq = 1000000,
                             .prev = 999000,
                             .recorded_at_us = INT64_C(1790000000000000),
                             .topic = changes->items[0].topic,
                             .agency = work_agency(changes->arena, 1),
                             .submission = changes->id,
                             .index = 1};
    struct mp_record record = {.subject = changes->items[0].subject, .source = "", .note = ""};
    struct mp_answer answer = {.id = changes->id,
                               .epoch = event.epoch,
                               .outcome = MP_OUTCOME_ACCEPTED,
                               .first_seq = event.seq,
                               .last_seq = event.seq + 63};
    struct mp_change definition;
    struct mp_buffer buffer;

    change.stated_on = changes->today;
    event.change = change;
    mp_change_init(&definition, MP_CHANGE_MILESTONE);
    definition.milestone.id = work_milestone(changes->arena, 1);
    definition.milestone.title.en = definition.milestone.id;
    definition.milestone.type = MP_TYPE_DELIVERY;
    definition.milestone.code = "completion";
    record.revision = (struct mp_revision){event.epoch, event.seq};
    record.milestone.definition = definition.milestone;
    record.milestone.first = record.milestone.approved = record.milestone.forecast =
        (struct mp_slot){event.seq, changes->today, change.dated.date, MP_REASON_FINANCING};
    mp_buffer_init(&buffer, MP_SUBMISSION_MOST);
    bench_need(mp_event_encode(&event, changes->arena, &buffer) == 0, "event");
    changes->event_bytes = buffer.size;
    mp_buffer_clear(&buffer);
    bench_need(mp_record_encode(&record, changes->arena, &buffer) == 0, "record");
    changes->record_bytes = buffer.size;
    mp_buffer_clear(&buffer);
    bench_need(mp_answer_encode(&answer, &buffer) == 0, "answer");
    changes->answer_bytes = buffer.size;
    mp_buffer_done(&buffer);
}

static void open_tables(struct changes *changes)
{
    const struct {
        const char *name;
        MDB_dbi *table;
    } tables[] = {
        {"events", &changes->events},
        {"by_topic", &changes->by_topic},
        {"by_subject", &changes->by_subject},
        {"state", &changes->state},
        {"topics", &changes->topics},
        {"submissions", &changes->submissions},
        {"meta", &changes->meta},
    };
    MDB_txn *txn = begin(&changes->env);

    for (size_t i = 0; i < MP_LENGTH(tables); i++)
        bench_need(mdb_dbi_open(txn, tables[i].name, MDB_CREATE, tables[i].table) == 0, "table %s",
                   tables[i].name);
    bench_need(mdb_txn_commit(txn) == 0, "LMDB tables");
}

/* A row of an index, of so many bytes; in pieces one row for so many items, the open end lying with
 * the record or the topic. */
static void put_index(const struct changes *changes, MDB_txn *txn, MDB_dbi table,
                      const struct mp_store_key *key, size_t size, uint8_t *count)
{
    static const uint8_t bytes[MP_STORE_RUN_PIECE * STEP_BYTES];

    if (changes->pieces && ++*count < MP_STORE_RUN_PIECE)
        return;
    *count = 0;
    put(txn, table, mp_store_key_span(key),
        mp_span_make(bytes, changes->pieces ? sizeof(bytes) : size), 0);
}

static void put_change(struct changes *changes, MDB_txn *txn)
{
    static const uint8_t bytes[8192];
    size_t at = ++changes->seq * 7919 % WORK_ALL;
    const struct change *change = &changes->items[at];
    struct mp_store_key key;

    mp_store_key_seq(&key, changes->seq);
    put(txn, changes->events, mp_store_key_span(&key),
        mp_span_make(bytes, MP_STORE_EVENT_HEADER + changes->event_bytes), MDB_APPEND);
    mp_store_key_by_topic(&key, mp_span_text(change->topic), changes->seq);
    put_index(changes, txn, changes->by_topic, &key, 0, &changes->heard[at % WORK_PROJECTS]);
    mp_store_key_entry(&key, &change->subject, MP_CHANGE_FORECAST, changes->today, changes->seq);
    put_index(changes, txn, changes->by_subject, &key, ENTRY_BYTES, &changes->said[at]);
    changes->touched[at] = 1;
    if (changes->seq % changes->changes != 0)
        return;
    for (int i = 0; i < 4; i++)
        changes->id.bytes[15 - i] = (uint8_t)(changes->seq >> (8 * i));
    mp_store_key_submission(&key, "bench-00", &changes->id);
    put(txn, changes->submissions, mp_store_key_span(&key),
        mp_span_make(bytes, MP_HASH_BYTES + changes->answer_bytes), 0);
}

static void put_touched(struct changes *changes, MDB_txn *txn)
{
    static const uint8_t bytes[8192];
    uint8_t topics[WORK_PROJECTS] = {0};
    struct mp_store_key key;

    for (size_t i = 0; i < WORK_ALL; i++) {
        if (!changes->touched[i])
            continue;
        changes->touched[i] = 0;
        mp_store_key_state(&key, &changes->items[i].subject);
        put(txn, changes->state, mp_store_key_span(&key),
            mp_span_make(bytes,
                         (changes->pieces ? STATE_BYTES + changes->said[i] * STEP_BYTES : 4) +
                             changes->record_bytes),
            0);
        if (topics[i % WORK_PROJECTS]++ == 0)
            put(txn, changes->topics, mp_span_text(changes->items[i].topic),
                mp_span_make(bytes, TOPIC_BYTES / (changes->pieces ? 1 : 2) +
                                        changes->heard[i % WORK_PROJECTS] * STEP_BYTES),
                0);
    }
    put(txn, changes->meta, mp_span_text("head"), mp_span_make(bytes, MP_STORE_HEAD_BYTES), 0);
}

static void put_changes(void *context, size_t batch)
{
    struct changes *changes = context;
    MDB_txn *txn = begin(&changes->env);

    for (size_t i = 0; i < batch; i++)
        put_change(changes, txn);
    put_touched(changes, txn);
    bench_need(mdb_txn_commit(txn) == 0, "LMDB commit");
}

void floor_changes(char **argv)
{
    struct changes *changes = bench_allocate(1, sizeof(*changes));

    changes->changes = (size_t)bench_number(argv, "changes", 64);
    changes->pieces = bench_number(argv, "pieces", 0) != 0;
    changes->today = work_today();
    changes->arena = mp_arena_new((size_t)16 << 20);
    changes->id = mp_uuid_v7(0);
    bench_need(changes->arena != NULL && changes->changes > 0, "no memory");
    for (unsigned i = 0; i < WORK_ALL; i++) {
        struct change *item = &changes->items[i];

        item->subject = mp_subject_milestone(changes->arena, work_milestone(changes->arena, i));
        item->topic = item->subject.topic;
    }
    size_up(changes);
    open_env(&changes->env, argv);
    open_tables(changes);
    run(argv, (size_t)bench_number(argv, "batch", 1024), put_changes, changes, "changes_per_s");
    bench_say("event_bytes", (double)changes->event_bytes);
    close_env(&changes->env);
    mp_arena_free(changes->arena);
    free(changes);
}
