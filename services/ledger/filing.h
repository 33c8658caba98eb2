/* When what the store has only logged goes into its tables: as soon as the writer has nothing else
 * to do, or a reader waits for it. In the writer's thread. */
#ifndef MP_LEDGER_FILING_H
#define MP_LEDGER_FILING_H

#include "core/bus/loop.h"
#include "services/ledger/writer.h"

struct filing;

/* Told what filing failed with; 0: what failed before is filed now. */
typedef void filing_told(void *context, int error);

/* The loop, the store and the writer are the caller's and outlive it. */
int filing_open(struct mp_loop *loop, struct mp_store *store, struct writer *writer,
                filing_told *told, void *context, struct filing **ret_filing) MP_CHECK_RESULT;
void filing_close(struct filing *filing);

/* After each group: what is logged of it waits for a quiet moment. */
void filing_later(struct filing *filing);
/* Now and then: what a full disk kept from being filed, once it has room again. */
void filing_again(struct filing *filing);
/* No group comes any more: files the last; from now on readers wait for nothing. */
void filing_end(struct filing *filing);

#endif
