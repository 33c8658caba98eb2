/* Writing the seeds of the fuzz targets. */
#ifndef MP_FUZZ_SEEDS_H
#define MP_FUZZ_SEEDS_H

#include "core/base/arena.h"
#include "core/base/assert.h"
#include "core/base/buffer.h"

/* One seed of the target; the bytes are the buffer's, which is emptied. */
void seed_write(const char *target, const char *name, struct mp_buffer *bytes);
/* The same, and not for the target of all messages, for which it would be too large. */
void seed_write_alone(const char *target, const char *name, struct mp_buffer *bytes);
/* Seeds of the targets that follow the feed: subscription, stranger, feed, page. */
void seed_feeds(void);
/* Seeds at the limits of submission, record, page, forward, outbox. */
void seed_full(void);

#endif
