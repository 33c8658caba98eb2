/* One thread's loop: zmq_poll over sockets and file descriptors, monotonic timers, signals by
 * signalfd. Handlers run to their end; a handler drains its socket up to a bound and returns. */
#ifndef MP_BUS_LOOP_H
#define MP_BUS_LOOP_H

#include "core/base/auto.h"
#include "core/base/clock.h"
#include "core/base/error.h"

#include <stdbool.h>
#include <stdint.h>

struct mp_loop;

int mp_loop_open(const struct mp_clock *clock, struct mp_loop **ret_loop) MP_CHECK_RESULT;
void mp_loop_close(struct mp_loop *loop);
MP_AUTO_DEFINE(struct mp_loop *, mp_loop_close);

typedef void (*mp_loop_handler)(void *context);

/* Called when the socket can be read (level-triggered). At most 32 sources. */
int mp_loop_add_socket(struct mp_loop *loop, void *socket, mp_loop_handler handler,
                       void *context) MP_CHECK_RESULT;
int mp_loop_add_fd(struct mp_loop *loop, int fd, mp_loop_handler handler,
                   void *context) MP_CHECK_RESULT;
void mp_loop_remove_socket(struct mp_loop *loop, void *socket);
void mp_loop_remove_fd(struct mp_loop *loop, int fd);
/* Every interval_ms, first after one interval. Returns an id >= 0 or an error. At most 32. */
int mp_loop_add_timer(struct mp_loop *loop, int64_t interval_ms, mp_loop_handler handler,
                      void *context) MP_CHECK_RESULT;
void mp_loop_remove_timer(struct mp_loop *loop, int id);

/* Blocks SIGTERM, SIGINT, SIGHUP for the whole process (call before any thread or context exists);
 * mp_loop_watch_signals then hands them to the handlers. */
int mp_signals_block(void) MP_CHECK_RESULT;
int mp_loop_watch_signals(struct mp_loop *loop, mp_loop_handler on_stop, mp_loop_handler on_reload,
                          void *context) MP_CHECK_RESULT;

/* Runs until mp_loop_stop; 0 or the error that ended it. */
int mp_loop_run(struct mp_loop *loop) MP_CHECK_RESULT;
/* One round, waiting at most timeout_ms. */
int mp_loop_step(struct mp_loop *loop, int64_t timeout_ms) MP_CHECK_RESULT;
void mp_loop_stop(struct mp_loop *loop);
int64_t mp_loop_now_ms(const struct mp_loop *loop);

#endif
