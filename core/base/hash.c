#include "core/base/hash.h"

#include "core/base/sodium.h"

#include <pthread.h>
#include <sodium.h>

static pthread_once_t sodium_once = PTHREAD_ONCE_INIT;

static void start_sodium(void)
{
    /* It fails only without a source of random numbers, and then asking for one aborts by itself;
     * hashing needs none. */
    (void)!sodium_init();
}

void mp_sodium_ready(void)
{
    pthread_once(&sodium_once, start_sodium);
}

struct mp_hash mp_hash_of(struct mp_span bytes)
{
    struct mp_hash hash;

    mp_sodium_ready();
    crypto_generichash(hash.bytes, sizeof(hash.bytes), bytes.data, bytes.size, NULL, 0);
    return hash;
}

struct mp_hash mp_hash_chain(const struct mp_hash *before, struct mp_span bytes)
{
    crypto_generichash_state state;
    struct mp_hash hash;

    mp_sodium_ready();
    crypto_generichash_init(&state, NULL, 0, sizeof(hash.bytes));
    crypto_generichash_update(&state, before->bytes, sizeof(before->bytes));
    if (bytes.size > 0)
        crypto_generichash_update(&state, bytes.data, bytes.size);
    crypto_generichash_final(&state, hash.bytes, sizeof(hash.bytes));
    return hash;
}
