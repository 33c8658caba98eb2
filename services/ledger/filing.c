#include "services/ledger/filing.h"

#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

/* When nothing has come for so long, what is logged is filed: readers need not wait for it, and
 * whoever sends one at a time, with the next right behind the answer, is not held up. */
#define FILE_AFTER_NS 500000

struct filing {
    struct mp_loop *loop;
    struct mp_store *store;
    struct writer *writer;
    filing_told *told;
    void *context;
    int idle_timer; /* timerfd: nothing has come for a while */
    int wanted;     /* eventfd: a reader waits for what is logged */
};

static void file(struct filing *filing)
{
    int error = writer_file(filing->writer);

    if (error != 0)
        filing->told(filing->context, error);
}

static void on_due(void *context)
{
    struct filing *filing = context;
    uint64_t count;

    (void)!read(filing->idle_timer, &count, sizeof(count));
    (void)!read(filing->wanted, &count, sizeof(count));
    file(filing);
}

/* A reader's thread, under the store's lock. */
static void want(void *context)
{
    const struct filing *filing = context;
    uint64_t one = 1;

    (void)!write(filing->wanted, &one, sizeof(one));
}

void filing_later(struct filing *filing)
{
    const struct itimerspec after = {.it_value.tv_nsec =
                                         writer_is_open(filing->writer) ? FILE_AFTER_NS : 0};

    (void)timerfd_settime(filing->idle_timer, 0, &after, NULL);
}

void filing_again(struct filing *filing)
{
    int error;

    if (mp_store_is_filed(filing->store) || writer_is_open(filing->writer))
        return;
    error = writer_begin(filing->writer); /* takes up what is logged */
    if (error == 0)
        error = writer_commit(filing->writer);
    if (error == 0)
        error = writer_file(filing->writer);
    filing->told(filing->context, error);
}

void filing_end(struct filing *filing)
{
    file(filing);
    mp_store_on_wait(filing->store, NULL, NULL);
}

static void close_source(struct mp_loop *loop, int fd)
{
    if (fd < 0)
        return;
    mp_loop_remove_fd(loop, fd);
    close(fd);
}

void filing_close(struct filing *filing)
{
    if (filing == NULL)
        return;
    mp_store_on_wait(filing->store, NULL, NULL);
    close_source(filing->loop, filing->idle_timer);
    close_source(filing->loop, filing->wanted);
    free(filing);
}

int filing_open(struct mp_loop *loop, struct mp_store *store, struct writer *writer,
                filing_told *told, void *context, struct filing **ret_filing)
{
    struct filing *filing = calloc(1, sizeof(*filing));
    int error;

    if (filing == NULL)
        return MP_ENOMEM;
    *filing = (struct filing){
        .loop = loop, .store = store, .writer = writer, .told = told, .context = context};
    filing->idle_timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    filing->wanted = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    error = filing->idle_timer < 0 || filing->wanted < 0 ? MP_ENOMEM : 0;
    if (error == 0)
        error = mp_loop_add_fd(loop, filing->idle_timer, on_due, filing);
    if (error == 0)
        error = mp_loop_add_fd(loop, filing->wanted, on_due, filing);
    if (error != 0) {
        filing_close(filing);
        return error;
    }
    mp_store_on_wait(store, want, filing);
    *ret_filing = filing;
    return 0;
}
