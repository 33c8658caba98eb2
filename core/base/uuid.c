#include "core/base/uuid.h"

#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/base/sodium.h"
#include "core/base/text.h"

#include <pthread.h>
#include <sodium.h>

/* The end of the year 9999: the 48 bits of milliseconds reach further, which leaves room to count
 * on from there. */
#define LAST_US INT64_C(253402300799999999)

static pthread_mutex_t stamp_mutex = PTHREAD_MUTEX_INITIALIZER;
static uint64_t last_stamp;

/* 48 bits of milliseconds, then 12 bits of their fraction (RFC 9562, 6.2, method 3), larger than
 * any stamp before even when the clock went back. */
static uint64_t next_stamp(int64_t wall_us)
{
    uint64_t us, stamp;

    if (wall_us < 0)
        wall_us = 0;
    if (wall_us > LAST_US)
        wall_us = LAST_US;
    us = (uint64_t)wall_us;
    stamp = us / 1000 << 12 | us % 1000 * 4096 / 1000;
    pthread_mutex_lock(&stamp_mutex);
    if (stamp <= last_stamp)
        stamp = last_stamp + 1;
    last_stamp = stamp;
    pthread_mutex_unlock(&stamp_mutex);
    return stamp;
}

static void set_version(struct mp_uuid *uuid, uint8_t version)
{
    uuid->bytes[6] = (uint8_t)((uuid->bytes[6] & 0x0f) | version << 4);
    uuid->bytes[8] = (uint8_t)((uuid->bytes[8] & 0x3f) | 0x80);
}

struct mp_uuid mp_uuid_v7(int64_t wall_us)
{
    uint64_t stamp = next_stamp(wall_us);
    struct mp_uuid uuid;

    mp_sodium_ready();
    for (unsigned i = 0; i < 6; i++)
        uuid.bytes[i] = (uint8_t)(stamp >> (52 - 8 * i));
    uuid.bytes[6] = (uint8_t)(stamp >> 8 & 0x0f);
    uuid.bytes[7] = (uint8_t)stamp;
    randombytes_buf(uuid.bytes + 8, 8);
    set_version(&uuid, 7);
    return uuid;
}

struct mp_uuid mp_uuid_v8(struct mp_span content)
{
    struct mp_hash hash = mp_hash_of(content);
    struct mp_uuid uuid;

    memcpy(uuid.bytes, hash.bytes, sizeof(uuid.bytes));
    set_version(&uuid, 8);
    return uuid;
}

static bool has_hyphen_before(size_t byte)
{
    return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

void mp_uuid_format(const struct mp_uuid *uuid, char text[static MP_UUID_TEXT])
{
    char *at = text;

    for (size_t i = 0; i < MP_UUID_BYTES; i++, at += 2) {
        if (has_hyphen_before(i))
            *at++ = '-';
        mp_text_hex(mp_span_make(uuid->bytes + i, 1), at);
    }
}

int mp_uuid_parse(const char *text, struct mp_uuid *ret_uuid)
{
    struct mp_uuid uuid;

    if (strnlen(text, MP_UUID_TEXT) != MP_UUID_TEXT - 1)
        return MP_EMALFORMED;
    for (size_t i = 0; i < MP_UUID_BYTES; i++, text += 2) {
        char digits[3];

        if (has_hyphen_before(i) && *text++ != '-')
            return MP_EMALFORMED;
        memcpy(digits, text, 2);
        digits[2] = '\0';
        if (mp_text_parse_hex(digits, &uuid.bytes[i], 1) < 0)
            return MP_EMALFORMED;
    }
    *ret_uuid = uuid;
    return 0;
}

bool mp_uuid_is_nil(const struct mp_uuid *uuid)
{
    static const struct mp_uuid nil;

    return mp_uuid_equal(uuid, &nil);
}

bool mp_uuid_equal(const struct mp_uuid *a, const struct mp_uuid *b)
{
    return memcmp(a->bytes, b->bytes, MP_UUID_BYTES) == 0;
}
