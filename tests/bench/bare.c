/* bench_bare --submit=tcp://… --feed=tcp://… --key-file=… --folder=…: the bare pipeline. One
 * thread: CURVE ROUTER → protobuf unpack → one LMDB transaction a batch → answer and PUB. No rules,
 * one table, no duplicate check, no hash: what Milepost's path costs at the very least. Its feed
 * has the shape of Milepost's (one message a commit, heartbeats), so that one load generator fits
 * both. */
#include "milepost/v1/submit.pb-c.h"
#include "proto/codec.h"
#include "tests/bench/measure.h"
#include "tests/bench/raw.h"

#include <lmdb.h>
#include <signal.h>
#include <stdlib.h>

#define BATCH_MOST 1024
#define QUEUE      20000
#define BEAT_NS    INT64_C(100000000)

static volatile sig_atomic_t is_stopped;

struct item {
    zmq_msg_t peer, bytes;
    struct mp_uuid id;
};

struct bare {
    void *context, *submit, *feed;
    MDB_env *env;
    MDB_dbi table;
    uint64_t seq;
    int64_t beat_ns;
    struct item items[BATCH_MOST];
    size_t count;
    struct mp_buffer buffer;
};

static void on_signal(int number)
{
    (void)number;
    is_stopped = 1;
}

static void open_sockets(struct bare *bare, char **argv)
{
    struct mp_key_pair keys;
    struct raw_options options = {.type = ZMQ_ROUTER, .keys = &keys, .messages_most = QUEUE};

    bench_need(mp_key_load(bench_option(argv, "key-file", NULL), &keys) == 0, "--key-file");
    bare->context = raw_context();
    bare->submit = raw_open(bare->context, &options);
    options.type = ZMQ_PUB;
    bare->feed = raw_open(bare->context, &options);
    raw_bind(bare->submit, bench_option(argv, "submit", NULL));
    raw_bind(bare->feed, bench_option(argv, "feed", NULL));
}

static void open_table(struct bare *bare, const char *folder)
{
    MDB_txn *txn = NULL;

    bench_need(mdb_env_create(&bare->env) == 0 &&
                   mdb_env_set_mapsize(bare->env, (size_t)64 << 30) == 0 &&
                   mdb_env_set_maxdbs(bare->env, 1) == 0 &&
                   mdb_env_open(bare->env, folder, MDB_NOTLS, 0600) == 0,
               "LMDB in %s", folder);
    bench_need(mdb_txn_begin(bare->env, NULL, 0, &txn) == 0 &&
                   mdb_dbi_open(txn, "events", MDB_CREATE, &bare->table) == 0 &&
                   mdb_txn_commit(txn) == 0,
               "LMDB table");
}

/* What cannot be unpacked is thrown away. */
static bool unpack(struct item *item)
{
    struct mp_span bytes = raw_span(&item->bytes);
    Milepost__V1__Submission *submission =
        milepost__v1__submission__unpack(NULL, bytes.size, bytes.data);
    bool is_good = submission != NULL && submission->id.len == MP_UUID_BYTES;

    if (is_good)
        memcpy(item->id.bytes, submission->id.data, MP_UUID_BYTES);
    milepost__v1__submission__free_unpacked(submission, NULL);
    return is_good;
}

static void gather(struct bare *bare)
{
    bare->count = 0;
    while (bare->count < BATCH_MOST) {
        struct item *item = &bare->items[bare->count];

        if (!raw_receive(bare->submit, &item->peer, 0))
            return;
        bench_need(raw_receive(bare->submit, &item->bytes, -1), "half a message");
        if (unpack(item)) {
            bare->count++;
            continue;
        }
        (void)zmq_msg_close(&item->peer);
        (void)zmq_msg_close(&item->bytes);
    }
}

static void commit(struct bare *bare)
{
    MDB_txn *txn = NULL;

    bench_need(mdb_txn_begin(bare->env, NULL, 0, &txn) == 0, "LMDB begin");
    for (size_t i = 0; i < bare->count; i++) {
        struct mp_span bytes = raw_span(&bare->items[i].bytes);
        uint64_t seq = __builtin_bswap64(++bare->seq);
        MDB_val key = {sizeof(seq), &seq};
        MDB_val value = {bytes.size, (void *)(uintptr_t)bytes.data};

        bench_need(mdb_put(txn, bare->table, &key, &value, MDB_APPEND) == 0, "LMDB put");
    }
    bench_need(mdb_txn_commit(txn) == 0, "LMDB commit");
}

static void answer(struct bare *bare)
{
    uint64_t seq = bare->seq - bare->count;

    for (size_t i = 0; i < bare->count; i++) {
        struct item *item = &bare->items[i];
        struct mp_answer reply = {.id = item->id, .epoch = 1, .outcome = MP_OUTCOME_ACCEPTED};

        reply.first_seq = reply.last_seq = ++seq;
        mp_buffer_clear(&bare->buffer);
        bench_need(mp_answer_encode(&reply, &bare->buffer) == 0, "answer");
        (void)zmq_msg_send(&item->peer, bare->submit, ZMQ_SNDMORE);
        raw_send(bare->submit, mp_buffer_span(&bare->buffer), 0);
    }
}

static void publish(struct bare *bare)
{
    mp_buffer_clear(&bare->buffer);
    bench_need(mp_feed_events_begin(&bare->buffer, 1, bare->seq) == 0, "feed");
    for (size_t i = 0; i < bare->count; i++) {
        bench_need(mp_feed_events_add(&bare->buffer, raw_span(&bare->items[i].bytes)) == 0, "feed");
        (void)zmq_msg_close(&bare->items[i].bytes);
    }
    raw_send(bare->feed, mp_span_text(MP_FEED_WHOLE), ZMQ_SNDMORE);
    raw_send(bare->feed, mp_buffer_span(&bare->buffer), 0);
}

static void beat(struct bare *bare)
{
    int64_t now = bench_now_ns();

    if (now - bare->beat_ns < BEAT_NS)
        return;
    bare->beat_ns = now;
    raw_send(bare->feed, mp_span_text(MP_FEED_WHOLE_HEARTBEAT), ZMQ_SNDMORE);
    raw_send(bare->feed, mp_span_make("", 0), 0);
}

int main(int argc, char **argv)
{
    struct bare *bare = bench_allocate(1, sizeof(*bare));

    (void)argc;
    (void)signal(SIGTERM, on_signal);
    (void)signal(SIGINT, on_signal);
    mp_buffer_init(&bare->buffer, (size_t)64 << 20);
    open_table(bare, bench_option(argv, "folder", NULL));
    open_sockets(bare, argv);
    while (!is_stopped) {
        zmq_pollitem_t item = {.socket = bare->submit, .events = ZMQ_POLLIN};

        (void)zmq_poll(&item, 1, 100);
        gather(bare);
        if (bare->count > 0) {
            commit(bare);
            answer(bare);
            publish(bare);
        }
        beat(bare);
    }
    mdb_env_close(bare->env);
    (void)zmq_close(bare->submit);
    (void)zmq_close(bare->feed);
    (void)zmq_ctx_term(bare->context);
    mp_buffer_done(&bare->buffer);
    free(bare);
    return 0;
}
