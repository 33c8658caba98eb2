#include "core/bus/tray.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define MESSAGES_A_ROUND 1000

struct item {
    struct item *next;
    size_t bytes; /* what it costs */
    size_t count;
    zmq_msg_t frames[];
};

struct mp_tray {
    struct mp_loop *loop;
    void *socket; /* the thread's */
    size_t most_bytes;
    int filled; /* eventfd: something is kept */
    int stop;   /* eventfd: the thread ends */
    bool runs;
    pthread_t thread;
    pthread_mutex_t lock; /* of all that follows */
    struct item *first, *last;
    size_t bytes;
};

static void raise_flag(int fd)
{
    uint64_t one = 1;
    (void)!write(fd, &one, sizeof one);
}

static void lower_flag(int fd)
{
    uint64_t count;
    (void)!read(fd, &count, sizeof count);
}

static void throw_item(struct item *item)
{
    for (size_t i = 0; i < item->count; i++)
        (void)zmq_msg_close(&item->frames[i]);
    free(item);
}

static size_t cost_of(const struct mp_message *message)
{
    size_t bytes = sizeof(struct item) + message->count * sizeof(zmq_msg_t);
    for (size_t i = 0; i < message->count; i++)
        bytes += mp_message_frame(message, i).size;
    return bytes;
}

/* NULL when there is no memory: as if it had never come. */
static struct item *make_item(struct mp_message *message, size_t bytes)
{
    struct item *item = malloc(sizeof *item + message->count * sizeof item->frames[0]);
    if (item == NULL)
        return NULL;
    item->next = NULL;
    item->bytes = bytes;
    item->count = message->count;
    for (size_t i = 0; i < item->count; i++) {
        (void)zmq_msg_init(&item->frames[i]);
        (void)zmq_msg_move(&item->frames[i], &message->frames[i]);
    }
    return item;
}

static void keep(struct mp_tray *tray, struct mp_message *message)
{
    size_t bytes = cost_of(message);
    struct item *item = tray->bytes + bytes > tray->most_bytes ? NULL : make_item(message, bytes);
    if (item == NULL)
        return;
    if (tray->first == NULL) {
        tray->first = item;
        raise_flag(tray->filled);
    } else {
        tray->last->next = item;
    }
    tray->last = item;
    tray->bytes += bytes;
}

/* What is there, up to a bound; false at the end of the bus. Locked as a whole, so that whoever
 * finds the tray empty has seen all that came together. */
static bool take(struct mp_tray *tray)
{
    struct mp_message message;
    int result = 0;
    mp_message_init(&message);
    (void)pthread_mutex_lock(&tray->lock);
    for (int i = 0; i < MESSAGES_A_ROUND && (result == 0 || result == MP_ETOOBIG); i++) {
        result = mp_message_receive(&message, tray->socket);
        if (result == 0)
            keep(tray, &message);
    }
    (void)pthread_mutex_unlock(&tray->lock);
    mp_message_done(&message);
    return result != MP_ECANCELLED;
}

static void *run(void *context)
{
    struct mp_tray *tray = context;
    zmq_pollitem_t items[] = {{.socket = tray->socket, .events = ZMQ_POLLIN},
                              {.fd = tray->stop, .events = ZMQ_POLLIN}};
    bool goes_on = true;
    while (goes_on) {
        int ready = zmq_poll(items, 2, -1);
        if (ready < 0)
            goes_on = errno == EINTR;
        else
            goes_on = items[1].revents == 0 && take(tray);
    }
    return NULL;
}

/* Signals are for the threads that were there before. */
static int start(struct mp_tray *tray)
{
    sigset_t all, before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    tray->runs = pthread_create(&tray->thread, NULL, run, tray) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return tray->runs ? 0 : MP_ESYSTEM;
}

int mp_tray_open(struct mp_loop *loop, void *socket, size_t most_bytes, mp_loop_handler handler,
                 void *context, struct mp_tray **ret_tray)
{
    MP_AUTO(mp_tray_close) struct mp_tray *tray = calloc(1, sizeof *tray);
    if (tray == NULL)
        return MP_ENOMEM;
    (void)pthread_mutex_init(&tray->lock, NULL);
    tray->loop = loop;
    tray->socket = socket;
    tray->most_bytes = most_bytes;
    tray->filled = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    tray->stop = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (tray->filled < 0 || tray->stop < 0)
        return MP_ESYSTEM;
    int result = mp_loop_add_fd(loop, tray->filled, handler, context);
    if (result == 0)
        result = start(tray);
    if (result == 0)
        *ret_tray = mp_take(tray);
    return result;
}

void mp_tray_close(struct mp_tray *tray)
{
    if (tray == NULL)
        return;
    mp_loop_remove_fd(tray->loop, tray->filled);
    if (tray->runs) {
        raise_flag(tray->stop);
        (void)pthread_join(tray->thread, NULL);
    }
    while (tray->first != NULL) {
        struct item *item = tray->first;
        tray->first = item->next;
        throw_item(item);
    }
    if (tray->filled >= 0)
        (void)close(tray->filled);
    if (tray->stop >= 0)
        (void)close(tray->stop);
    (void)pthread_mutex_destroy(&tray->lock);
    free(tray);
}

int mp_tray_receive(struct mp_tray *tray, struct mp_message *message)
{
    mp_message_done(message);
    (void)pthread_mutex_lock(&tray->lock);
    struct item *item = tray->first;
    if (item != NULL) {
        tray->first = item->next;
        tray->bytes -= item->bytes;
    }
    if (tray->first == NULL)
        lower_flag(tray->filled);
    (void)pthread_mutex_unlock(&tray->lock);
    if (item == NULL)
        return MP_EAGAIN;
    for (size_t i = 0; i < item->count; i++)
        (void)!mp_message_move(message, &item->frames[i]); /* as many as came in one */
    throw_item(item);
    return 0;
}
