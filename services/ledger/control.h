/* The main thread's answers: health, stats, backup. */
#ifndef MP_LEDGER_CONTROL_H
#define MP_LEDGER_CONTROL_H

#include "core/base/buffer.h"
#include "services/ledger/reader.h"
#include "services/ledger/submit.h"

struct control_context {
    struct mp_store *store;
    struct submit_stats *submit;
    struct reader_stats *reader;
    const struct mp_clock *clock;
    bool is_clock_behind; /* and it has been said */
    uint64_t turns_seen;  /* of the writer, when it was looked at last */
    bool is_writer_stuck; /* and it has been said */
};

/* An mp_control_answer. "backup FOLDER" starts one in a thread of its own; "backup" says how it
 * stands. */
int control_answer(void *context, const char *word, struct mp_buffer *answer);
/* Says in the log when this machine's clock is behind the record (it was put back, or was ahead
 * before), and when it is not any more. Called now and then. */
void control_watch_clock(struct control_context *context);
/* Whether the writer's thread went round since the last call; says so in the log when it no longer
 * does, and when it does again. Only while it does is systemd told that all is well. Called every
 * few seconds by one thread. */
bool control_watch_writer(struct control_context *context);
/* Waits for a backup under way. */
void control_finish(void);

#endif
