/* A batch between ingest and ledger, both ways: items lie within it, and a batch read to its end
 * without an error is, byte for byte, the one that its items make. */
#include "tests/fuzz/fuzz.h"

#include "proto/forward.h"

static void read_batch(struct mp_span bytes, bool answers)
{
    MP_AUTO(fuzz_buffer_done) struct mp_buffer written = fuzz_buffer();
    struct mp_reader reader = mp_reader_make(bytes);
    struct mp_forward_item item;
    size_t most = bytes.size;

    mp_forward_begin(&written, mp_forward_number(&reader));
    while (mp_forward_next(&reader, answers, &item)) {
        mp_assert(most-- > 0);
        mp_assert(item.peer.size <= MP_FORWARD_PEER_MOST);
        mp_assert(item.key.size == (answers ? 0 : 32));
        if (answers)
            mp_forward_add_answer(&written, item.peer, item.bytes);
        else
            mp_forward_add(&written, &item);
    }
    mp_assert(written.error == 0);
    mp_assert(reader.error == 0 || reader.error == MP_EMALFORMED);
    if (reader.error == 0)
        mp_assert(mp_span_equal(mp_buffer_span(&written), bytes));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_batch(mp_span_make(data, size), false);
    read_batch(mp_span_make(data, size), true);
    return 0;
}
