#include "proto/forward.h"

#include "core/base/assert.h"

#define KEY_BYTES 32

void mp_forward_begin(struct mp_buffer *buffer, uint64_t number)
{
    mp_buffer_put_u64(buffer, number);
}

static void put_peer(struct mp_buffer *buffer, struct mp_span peer)
{
    mp_assert(peer.size <= MP_FORWARD_PEER_MOST);
    mp_buffer_put_u8(buffer, (uint8_t)peer.size);
    mp_buffer_put_span(buffer, peer);
}

static void put_bytes(struct mp_buffer *buffer, struct mp_span bytes)
{
    mp_assert(bytes.size <= UINT32_MAX);
    mp_buffer_put_u32(buffer, (uint32_t)bytes.size);
    mp_buffer_put_span(buffer, bytes);
}

void mp_forward_add(struct mp_buffer *buffer, const struct mp_forward_item *item)
{
    mp_assert(item->key.size == KEY_BYTES);
    put_peer(buffer, item->peer);
    mp_buffer_put_span(buffer, item->key);
    put_bytes(buffer, item->bytes);
}

void mp_forward_add_answer(struct mp_buffer *buffer, struct mp_span peer, struct mp_span answer)
{
    put_peer(buffer, peer);
    put_bytes(buffer, answer);
}

uint64_t mp_forward_number(struct mp_reader *reader)
{
    return mp_reader_u64(reader);
}

bool mp_forward_next(struct mp_reader *reader, bool answers, struct mp_forward_item *ret_item)
{
    struct mp_forward_item item = {.key = {NULL, 0}};
    size_t size;

    if (mp_reader_left(reader) == 0)
        return false;
    size = mp_reader_u8(reader);
    if (size > MP_FORWARD_PEER_MOST)
        reader->error = MP_EMALFORMED;
    item.peer = mp_reader_bytes(reader, size);
    if (!answers)
        item.key = mp_reader_bytes(reader, KEY_BYTES);
    size = mp_reader_u32(reader);
    item.bytes = mp_reader_bytes(reader, size);
    if (reader->error != 0)
        return false;
    *ret_item = item;
    return true;
}
