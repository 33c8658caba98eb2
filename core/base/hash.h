/* BLAKE2b (libsodium) and CRC32C. */
#ifndef MP_BASE_HASH_H
#define MP_BASE_HASH_H

#include "core/base/span.h"

#include <stdint.h>

#define MP_HASH_BYTES 32

struct mp_hash {
    uint8_t bytes[MP_HASH_BYTES];
};

/* BLAKE2b-256 of the bytes. */
struct mp_hash mp_hash_of(struct mp_span bytes);
/* BLAKE2b-256 of (before ‖ bytes): the link of a chain. */
struct mp_hash mp_hash_chain(const struct mp_hash *before, struct mp_span bytes);

/* CRC-32C (Castagnoli, reflected, init and final xor 0xffffffff; "123456789" gives 0xe3069283),
 * by the processor's instruction where it has one. */
uint32_t mp_crc32c(uint32_t before, struct mp_span bytes);
/* The same by a table, as on processors without the instruction. */
uint32_t mp_crc32c_portable(uint32_t before, struct mp_span bytes);

#endif
