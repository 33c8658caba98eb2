#include "tests/support/zmtp_curve.h"

#include <sodium.h>
#include <string.h>

#define KEY        32
#define MAC        crypto_box_MACBYTES
#define COOKIE     96
#define LONG_PART  16
#define PLAIN_MOST 512

static const uint8_t nothing[64];

/* A nonce: its prefix, then the number, big-endian. */
static void short_nonce(uint8_t nonce[static 24], const char prefix[static 16], uint64_t number)
{
    memcpy(nonce, prefix, 16);
    for (int i = 0; i < 8; i++)
        nonce[16 + i] = (uint8_t)(number >> (56 - 8 * i));
}

static void long_nonce(uint8_t nonce[static 24], const char prefix[static 8],
                       const uint8_t rest[static LONG_PART])
{
    memcpy(nonce, prefix, 8);
    memcpy(nonce + 8, rest, LONG_PART);
}

static size_t property(uint8_t *at, const char *name, struct mp_span value)
{
    size_t size = strlen(name);

    at[0] = (uint8_t)size;
    memcpy(at + 1, name, size);
    at[1 + size] = at[2 + size] = 0;
    at[3 + size] = (uint8_t)(value.size >> 8);
    at[4 + size] = (uint8_t)value.size;
    memcpy(at + 5 + size, value.data, value.size);
    return 5 + size + value.size;
}

size_t zmtp_metadata(const struct zmtp_options *options, uint8_t *at)
{
    const char *type = options->socket_type != NULL ? options->socket_type : "DEALER";
    size_t size = property(at, "Socket-Type", mp_span_text(type));

    if (options->identity.size > 0)
        size += property(at + size, "Identity", options->identity);
    if (options->property != NULL)
        size += property(at + size, options->property, options->value);
    return size;
}

size_t zmtp_hello(struct zmtp *peer, const struct zmtp_options *options, uint8_t *command)
{
    uint8_t nonce[24];

    (void)crypto_box_keypair(peer->short_public, peer->short_secret);
    memset(command, 0, 200);
    memcpy(command, "\5HELLO\1", 7);
    memcpy(command + 80, peer->short_public, KEY);
    short_nonce(nonce, "CurveZMQHELLO---", peer->nonce++);
    memcpy(command + 112, nonce + 16, 8);
    if (crypto_box_easy(command + 120, nothing, sizeof nothing, nonce, options->server_key,
                        peer->short_secret) != 0)
        return 0;
    return 200;
}

bool zmtp_take_welcome(struct zmtp *peer, const struct zmtp_options *options,
                       const uint8_t *command, size_t size)
{
    uint8_t plain[KEY + COOKIE], nonce[24];

    if (size != 168)
        return false;
    long_nonce(nonce, "WELCOME-", command + 8);
    if (crypto_box_open_easy(plain, command + 24, sizeof plain + MAC, nonce, options->server_key,
                             peer->short_secret) != 0)
        return false;
    memcpy(peer->server_short, plain, KEY);
    memcpy(peer->queue, plain + KEY, COOKIE); /* nothing is queued during a handshake */
    return crypto_box_beforenm(peer->shared, peer->server_short, peer->short_secret) == 0;
}

size_t zmtp_initiate(struct zmtp *peer, const struct zmtp_options *options, uint8_t *command)
{
    uint8_t plain[PLAIN_MOST], vouch[2 * KEY], nonce[24], random[LONG_PART];
    size_t size = KEY + LONG_PART + sizeof vouch + MAC;

    randombytes_buf(random, sizeof random);
    memcpy(plain, options->claims_key != NULL ? options->claims_key : options->keys->public_key,
           KEY);
    memcpy(plain + KEY, random, LONG_PART);
    memcpy(vouch, peer->short_public, KEY);
    memcpy(vouch + KEY, options->server_key, KEY);
    long_nonce(nonce, "VOUCH---", random);
    if (crypto_box_easy(plain + KEY + LONG_PART, vouch, sizeof vouch, nonce, peer->server_short,
                        options->keys->secret_key) != 0)
        return 0;
    size += zmtp_metadata(options, plain + size);
    memcpy(command, "\10INITIATE", 9);
    memcpy(command + 9, peer->queue, COOKIE);
    short_nonce(nonce, "CurveZMQINITIATE", peer->nonce++);
    memcpy(command + 9 + COOKIE, nonce + 16, 8);
    (void)crypto_box_easy_afternm(command + 17 + COOKIE, plain, size, nonce, peer->shared);
    return 17 + COOKIE + size + MAC;
}

bool zmtp_take_ready(struct zmtp *peer, const uint8_t *command, size_t size)
{
    uint8_t plain[ZMTP_COMMAND_BYTES], nonce[24];

    if (size < 14 + MAC)
        return false;
    memcpy(nonce, "CurveZMQREADY---", 16);
    memcpy(nonce + 16, command + 6, 8);
    return crypto_box_open_easy_afternm(plain, command + 14, size - 14, nonce, peer->shared) == 0;
}

size_t zmtp_seal(struct zmtp *peer, unsigned flags, struct mp_span body, uint8_t *sealed)
{
    uint8_t nonce[24];

    memcpy(sealed, "\7MESSAGE", 8);
    short_nonce(nonce, "CurveZMQMESSAGEC", peer->nonce++);
    memcpy(sealed + 8, nonce + 16, 8);
    sealed[16 + MAC] = (uint8_t)flags;
    if (body.size > 0)
        memcpy(sealed + 17 + MAC, body.data, body.size);
    (void)crypto_box_detached_afternm(sealed + 16 + MAC, sealed + 16, sealed + 16 + MAC,
                                      body.size + 1, nonce, peer->shared);
    return ZMTP_SEAL_BYTES + body.size;
}

long zmtp_open_seal(struct zmtp *peer, uint8_t *sealed, size_t size, unsigned *ret_flags)
{
    uint8_t nonce[24];

    if (size < ZMTP_SEAL_BYTES || memcmp(sealed, "\7MESSAGE", 8) != 0)
        return -1;
    memcpy(nonce, "CurveZMQMESSAGES", 16);
    memcpy(nonce + 16, sealed + 8, 8);
    if (crypto_box_open_easy_afternm(sealed + 16, sealed + 16, size - 16, nonce, peer->shared) != 0)
        return -1;
    *ret_flags = sealed[16];
    return (long)(size - ZMTP_SEAL_BYTES);
}
