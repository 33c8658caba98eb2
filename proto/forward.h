/* The hop between ingest and ledger (ipc, this machine only): many submissions in one frame, their
 * bytes untouched, and many answers back. Big-endian:
 *   batch  := number(u64) item*
 *   item   := peer_size(u8) peer key(32) size(u32) submission      (towards the ledger)
 *   item   := peer_size(u8) peer size(u32) answer                  (back)
 * peer is ingest's own handle (a routing id), opaque to the ledger. */
#ifndef MP_PROTO_FORWARD_H
#define MP_PROTO_FORWARD_H

#include "core/base/buffer.h"

#define MP_FORWARD_PEER_MOST  32
#define MP_FORWARD_BATCH_MOST (4u << 20) /* bytes */

struct mp_forward_item {
    struct mp_span peer;
    struct mp_span key;   /* 32 bytes; empty in answers */
    struct mp_span bytes; /* Submission or Answer */
};

void mp_forward_begin(struct mp_buffer *buffer, uint64_t number);
void mp_forward_add(struct mp_buffer *buffer, const struct mp_forward_item *item);
void mp_forward_add_answer(struct mp_buffer *buffer, struct mp_span peer, struct mp_span answer);

/* reader over the batch: number first, then items until false; reader->error says malformed. */
uint64_t mp_forward_number(struct mp_reader *reader);
bool mp_forward_next(struct mp_reader *reader, bool answers, struct mp_forward_item *ret_item);

#endif
