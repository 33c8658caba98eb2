/* A process's control socket (REP over ipc): a word in (health, stats), with an
 * argument where it takes one (backup FOLDER), text out: first line
 * "ok" or "failing: …", then "key=value" lines. */
#ifndef MP_BUS_CONTROL_H
#define MP_BUS_CONTROL_H

#include "core/base/buffer.h"
#include "core/bus/bus.h"
#include "core/bus/loop.h"

struct mp_control;

/* Appends the answer to the word: 0, or MP_ENOTFOUND for a word it does not know. */
typedef int (*mp_control_answer)(void *context, const char *word, struct mp_buffer *answer);

int mp_control_open(struct mp_bus *bus, struct mp_loop *loop, const char *address,
                    mp_control_answer answer, void *context,
                    struct mp_control **ret_control) MP_CHECK_RESULT;
void mp_control_close(struct mp_control *control);
MP_AUTO_DEFINE(struct mp_control *, mp_control_close);
/* Asks another process and waits: 0, MP_ETIMEDOUT / MP_EUNREACHABLE, MP_ETOOBIG. The answer is
 * appended to the buffer. */
int mp_control_ask(struct mp_bus *bus, const char *address, const char *word, int64_t timeout_ms,
                   struct mp_buffer *answer) MP_CHECK_RESULT;

/* sd_notify: "READY=1", "STOPPING=1", "WATCHDOG=1", … to $NOTIFY_SOCKET; nothing when unset. */
void mp_notify(const char *state);

#endif
