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
};

/* An mp_control_answer. "backup FOLDER" starts one in a thread of its own; "backup" says how it
 * stands. */
int control_answer(void *context, const char *word, struct mp_buffer *answer);
/* Waits for a backup under way. */
void control_finish(void);

#endif
