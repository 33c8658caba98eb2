#include "services/ledger/submit.h"

#include "core/base/log.h"
#include "proto/forward.h"
#include "services/ledger/feed.h"
#include "services/ledger/filing.h"
#include "services/ledger/writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define DRAIN_ROUNDS  64  /* groups that are still taken in after SIGTERM */
#define MESSAGES_MOST 512 /* batches of ingest processes in one group */
/* Of submissions in one group; beyond, no further batch is received. With the largest batch (4 MiB)
 * on top, what is decided of them fits into the store's memory, so that nobody is told busy. */
#define GROUP_BYTES ((size_t)2 << 20)
/* A disk that is full refuses what is small too: after so many in a row the rest is told busy. */
#define ALONE_REFUSED_MOST 8
/* A batch as ingest sent it, and the answers to it. */
struct exchange {
    struct mp_message message; /* routing id, batch */
    struct mp_buffer answers;
};

struct submit {
    struct mp_loop *loop;
    void *socket;
    struct feed *feed;
    struct writer *writer;
    struct filing *filing;
    struct mp_store *store;
    struct submit_stats *stats;
    const struct mp_clock *clock;
    bool is_filing_failing; /* stats->failing says so of filing, not of a group */
    int complained_of;      /* 0: of nothing */
    struct mp_log_brake unkept, unsent, malformed;
    struct mp_buffer answer;
    struct exchange exchanges[MESSAGES_MOST];
    size_t exchange_count;
    size_t group_most;
    size_t taken, taken_bytes;
};

/* Into submit->answer: the very bytes that the store keeps, when it keeps them. */
static int encode_answer(struct submit *submit, const struct mp_answer *answer)
{
    struct mp_span kept = writer_answer_bytes(submit->writer);

    mp_buffer_clear(&submit->answer);
    if (kept.size == 0)
        return mp_answer_encode(answer, &submit->answer);
    mp_buffer_put_span(&submit->answer, kept);
    return submit->answer.error;
}

static void add_answer(struct submit *submit, struct exchange *exchange, struct mp_span peer)
{
    mp_forward_add_answer(&exchange->answers, peer, mp_buffer_span(&submit->answer));
}

static void answer_busy(struct submit *submit, struct exchange *exchange, struct mp_span peer,
                        struct mp_span submission)
{
    struct mp_head head = mp_store_head(submit->store);
    struct mp_answer answer = {.epoch = head.epoch,
                               .restored_head = head.restored_head,
                               .outcome = MP_OUTCOME_BUSY,
                               .retry_after_ms = 1000,
                               .why = MP_BUSY_FULL};

    mp_submission_peek_id(submission, &answer.id);
    mp_buffer_clear(&submit->answer);
    if (mp_answer_encode(&answer, &submit->answer) == 0)
        add_answer(submit, exchange, peer);
}

/* A store that cannot say whether it kept something must not go on (EIO, a panicked environment).
 */
static void stop_if_ambiguous(int error)
{
    if (error != MP_EIO && error != MP_EPANIC && error != MP_ECORRUPT)
        return;
    mp_log(MP_LOG_ERROR, "the store failed; stopping without an answer", "error",
           mp_error_text(error), NULL);
    _exit(1);
}

static int take_items(struct submit *submit, struct exchange *exchange)
{
    struct mp_reader reader = mp_reader_make(mp_message_frame(&exchange->message, 1));
    struct mp_forward_item item;

    mp_forward_begin(&exchange->answers, mp_forward_number(&reader));
    while (mp_forward_next(&reader, false, &item)) {
        struct mp_answer answer;
        int error = writer_take(submit->writer, item.key.data, item.bytes, &answer);
        stop_if_ambiguous(error);
        if (error == MP_ENOMEM)
            answer_busy(submit, exchange, item.peer, item.bytes);
        else if (error != 0)
            return error;
        else if (encode_answer(submit, &answer) == 0)
            add_answer(submit, exchange, item.peer);
        submit->taken++;
        submit->taken_bytes += item.bytes.size;
    }
    return 0;
}

/* Nothing of the group was kept: everybody in it is asked to come again. */
static void busy_for_all(struct submit *submit)
{
    for (size_t i = 0; i < submit->exchange_count; i++) {
        struct exchange *exchange = &submit->exchanges[i];
        struct mp_reader reader = mp_reader_make(mp_message_frame(&exchange->message, 1));
        struct mp_forward_item item;

        mp_buffer_clear(&exchange->answers);
        mp_forward_begin(&exchange->answers, mp_forward_number(&reader));
        while (mp_forward_next(&reader, false, &item))
            answer_busy(submit, exchange, item.peer, item.bytes);
    }
}

static void send_answers(struct submit *submit)
{
    for (size_t i = 0; i < submit->exchange_count; i++) {
        struct exchange *exchange = &submit->exchanges[i];
        struct mp_message reply;

        mp_message_init(&reply);
        int error = exchange->answers.error;
        if (error == 0)
            error = mp_message_add(&reply, mp_message_frame(&exchange->message, 0));
        if (error == 0)
            error = mp_message_add(&reply, mp_buffer_span(&exchange->answers));
        if (error == 0)
            error = mp_message_send(&reply, submit->socket);
        if (error != 0 && mp_log_may(&submit->unsent, mp_clock_monotonic_ms(submit->clock)))
            mp_log(MP_LOG_WARN, "answers not sent; ingest will ask again", "error",
                   mp_error_text(error), NULL);
        mp_message_done(&reply);
        mp_message_done(&exchange->message);
        mp_buffer_clear(&exchange->answers);
    }
    submit->exchange_count = 0;
}

static void publish_counts(struct submit *submit)
{
    struct writer_counts counts = writer_counts(submit->writer);

    atomic_store(&submit->stats->accepted, counts.accepted);
    atomic_store(&submit->stats->rejected, counts.rejected);
    atomic_store(&submit->stats->repeated, counts.repeated);
    atomic_store(&submit->stats->busy, counts.busy);
    atomic_store(&submit->stats->events, counts.events);
    atomic_store(&submit->stats->commits, counts.commits);
}

/* The next batch of an ingest process; NULL when none waits or the group is full. */
static struct exchange *receive(struct submit *submit)
{
    while (submit->exchange_count < MESSAGES_MOST && submit->taken < submit->group_most &&
           submit->taken_bytes < GROUP_BYTES) {
        struct exchange *exchange = &submit->exchanges[submit->exchange_count];
        int error = mp_message_receive(&exchange->message, submit->socket);
        if (error == MP_ETOOBIG || (error == 0 && exchange->message.count != 2)) {
            if (mp_log_may(&submit->malformed, mp_clock_monotonic_ms(submit->clock)))
                mp_log(MP_LOG_WARN, "message of the wrong form thrown away", NULL);
            continue;
        }
        if (error != 0)
            return NULL;
        submit->exchange_count++;
        return exchange;
    }
    return NULL;
}

/* Decides, and receives more until the socket is empty or the group is full. */
static int gather(struct submit *submit, struct exchange *exchange)
{
    int error = 0;

    while (exchange != NULL) {
        error = take_items(submit, exchange);
        exchange = error == 0 ? receive(submit) : NULL;
    }
    return error;
}

/* No batch can be begun: what waits is taken in all the same, else the socket would stay readable
 * and the thread would do nothing but look at it. */
static void turn_away(struct submit *submit)
{
    while (receive(submit) != NULL)
        ;
}

static void publish_events(struct submit *submit)
{
    struct mp_batch_events events = writer_events(submit->writer);

    atomic_fetch_add(&submit->stats->feed_dropped, feed_events(submit->feed, &events));
    publish_counts(submit);
}

/* A group of one. 0: it is on disk, its events are sent and its answer may leave. */
static int settle_alone(struct submit *submit, const struct mp_forward_item *item)
{
    struct mp_answer answer;
    int error = writer_begin(submit->writer);

    if (error == 0)
        error = writer_take(submit->writer, item->key.data, item->bytes, &answer);
    if (error == 0)
        error = encode_answer(submit, &answer);
    if (error == 0)
        error = writer_commit(submit->writer);
    stop_if_ambiguous(error);
    if (error == 0)
        publish_events(submit);
    return error;
}

/* The disk or the map had no room for all of them together: the same group would be refused again
 * and again, while some of it may fit. 0, or what refused the last one that was. */
static int one_by_one(struct submit *submit)
{
    int refused = 0, last = 0;

    for (size_t i = 0; i < submit->exchange_count; i++) {
        struct exchange *exchange = &submit->exchanges[i];
        struct mp_reader reader = mp_reader_make(mp_message_frame(&exchange->message, 1));
        struct mp_forward_item item;

        mp_buffer_clear(&exchange->answers);
        mp_forward_begin(&exchange->answers, mp_forward_number(&reader));
        while (mp_forward_next(&reader, false, &item)) {
            int error = refused < ALONE_REFUSED_MOST ? settle_alone(submit, &item) : MP_ENOSPC;
            refused = error == 0 ? 0 : refused + 1;
            last = error == 0 ? last : error;
            if (error == 0)
                add_answer(submit, exchange, item.peer);
            else
                answer_busy(submit, exchange, item.peer, item.bytes);
        }
    }
    return last;
}

/* At once when it begins or changes, then now and then. */
static void complain(struct submit *submit, int error)
{
    if (error != submit->complained_of)
        submit->unkept = (struct mp_log_brake){0};
    if (mp_log_may(&submit->unkept, mp_clock_monotonic_ms(submit->clock)))
        mp_log(MP_LOG_ERROR, "not kept; whoever sent it is asked to come again", "error",
               mp_error_text(error), NULL);
    submit->complained_of = error;
}

/* Decides and commits what waits: 0, or nothing of it was kept. */
static int settle_group(struct submit *submit)
{
    struct exchange *first = receive(submit);

    if (first == NULL)
        return 0;
    int error = writer_begin(submit->writer);
    stop_if_ambiguous(error);
    if (error != 0) {
        turn_away(submit);
        return error;
    }
    error = gather(submit, first);
    if (error == 0)
        error = writer_commit(submit->writer);
    stop_if_ambiguous(error);
    return error;
}

/* One group: everything that waits is decided, committed, answered, published. */
static void on_submit(void *context)
{
    struct submit *submit = context;

    submit->taken = submit->taken_bytes = 0;
    int error = settle_group(submit);
    bool is_whole = error == 0 && submit->exchange_count > 0;
    if (error == MP_ENOSPC && submit->taken != 1)
        error = one_by_one(submit);
    else if (error != 0)
        busy_for_all(submit);
    if (error != 0)
        complain(submit, error);
    /* A group that wrote nothing shows nothing of the disk. */
    if (error != 0 || (submit->exchange_count > 0 && writer_has_kept(submit->writer))) {
        atomic_store(&submit->stats->failing, error);
        submit->is_filing_failing = false;
        submit->complained_of = error;
    }
    send_answers(submit);
    if (is_whole)
        publish_events(submit);
    filing_later(submit->filing);
    atomic_fetch_add(&submit->stats->turns, 1);
}

/* That filing works again says nothing of a group that could not be kept. */
static void on_filing(void *context, int error)
{
    struct submit *submit = context;

    stop_if_ambiguous(error);
    if (error != 0)
        complain(submit, error);
    if (error != 0 || submit->is_filing_failing)
        atomic_store(&submit->stats->failing, error);
    submit->is_filing_failing = error != 0;
}

/* What could not be kept for want of room comes again by itself; but if nobody has anything, no
 * group will show that there is room again. */
static void look_for_room(struct submit *submit)
{
    if (atomic_load(&submit->stats->failing) != MP_ENOSPC || submit->is_filing_failing ||
        writer_is_open(submit->writer) || !mp_store_has_room(submit->store))
        return;
    mp_log(MP_LOG_INFO, "there is room again", NULL);
    atomic_store(&submit->stats->failing, 0);
    submit->complained_of = 0;
}

static void on_feed(void *context)
{
    feed_read(((struct submit *)context)->feed);
}

static void on_heartbeat(void *context)
{
    struct submit *submit = context;

    feed_heartbeat(submit->feed);
    filing_again(submit->filing);
    look_for_room(submit);
    atomic_fetch_add(&submit->stats->turns, 1);
}

static void on_stop(void *context)
{
    struct submit *submit = context;

    for (int round = 0; round < DRAIN_ROUNDS; round++) {
        on_submit(submit);
        if (submit->taken == 0)
            break;
    }
    mp_loop_stop(submit->loop);
}

static int open_sockets(struct submit *submit, struct mp_bus *bus,
                        const struct ledger_config *config)
{
    struct mp_socket_options options = {.kind = MP_SOCKET_ROUTER,
                                        .send_most = 10000,
                                        .receive_most = 10000,
                                        .frame_most_bytes = 16 << 20,
                                        .linger_ms = 1000};

    int error = mp_socket_open(bus, &options, &submit->socket);
    if (error == 0)
        error = mp_socket_bind(submit->socket, config->submit);
    if (error == 0)
        error = feed_open(bus, config->feed, submit->store, &submit->feed);
    if (error == 0)
        error = mp_loop_add_socket(submit->loop, submit->socket, on_submit, submit);
    if (error == 0)
        error = mp_loop_add_socket(submit->loop, feed_socket(submit->feed), on_feed, submit);
    if (error == 0)
        error = mp_loop_add_timer(submit->loop, 1000, on_heartbeat, submit);
    return error < 0 ? error : 0;
}

int submit_open(struct mp_bus *bus, const struct ledger_config *config, struct mp_store *store,
                const struct mp_clock *clock, struct submit_stats *stats,
                struct submit **ret_submit)
{
    struct submit *submit = calloc(1, sizeof(*submit));
    if (submit == NULL)
        return MP_ENOMEM;
    submit->store = store;
    submit->stats = stats;
    submit->clock = clock;
    submit->group_most = (size_t)config->group_most;
    mp_buffer_init(&submit->answer, MP_SUBMISSION_MOST);
    for (size_t i = 0; i < MESSAGES_MOST; i++) {
        mp_message_init(&submit->exchanges[i].message);
        mp_buffer_init(&submit->exchanges[i].answers, 64u << 20);
    }
    int error = mp_loop_open(clock, &submit->loop);
    if (error == 0)
        error = writer_new(store, clock, (int)config->zone_minutes, &submit->writer);
    if (error == 0)
        error = open_sockets(submit, bus, config);
    if (error == 0)
        error =
            filing_open(submit->loop, store, submit->writer, on_filing, submit, &submit->filing);
    if (error != 0) {
        submit_close(submit);
        return error;
    }
    *ret_submit = submit;
    return 0;
}

void submit_close(struct submit *submit)
{
    if (submit == NULL)
        return;
    for (size_t i = 0; i < MESSAGES_MOST; i++) {
        mp_message_done(&submit->exchanges[i].message);
        mp_buffer_done(&submit->exchanges[i].answers);
    }
    mp_buffer_done(&submit->answer);
    filing_close(submit->filing);
    writer_free(submit->writer);
    feed_close(submit->feed);
    mp_socket_close(submit->socket);
    mp_loop_close(submit->loop);
    free(submit);
}

int submit_run(struct submit *submit, int stop_fd)
{
    int error = mp_loop_add_fd(submit->loop, stop_fd, on_stop, submit);
    if (error == 0)
        error = mp_loop_run(submit->loop);
    filing_end(submit->filing);
    return error;
}
