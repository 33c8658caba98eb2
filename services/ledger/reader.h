/* The reader's thread: questions in, pages out, each from one short snapshot. */
#ifndef MP_LEDGER_READER_H
#define MP_LEDGER_READER_H

#include "core/base/clock.h"
#include "core/bus/bus.h"
#include "services/ledger/config.h"
#include "store/store.h"

#include <stdatomic.h>

struct reader_stats {
    _Atomic uint64_t questions, failed;
};

struct reader;

int reader_open(struct mp_bus *bus, const struct ledger_config *config, struct mp_store *store,
                const struct mp_clock *clock, struct reader_stats *stats,
                struct reader **ret_reader) MP_CHECK_RESULT;
void reader_close(struct reader *reader);
/* Until something can be read from stop_fd. */
int reader_run(struct reader *reader, int stop_fd);

#endif
