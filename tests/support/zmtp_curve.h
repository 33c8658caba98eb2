/* The boxes of CURVE (RFC 26). Only zmtp.c includes this. */
#ifndef MP_TESTS_SUPPORT_ZMTP_CURVE_H
#define MP_TESTS_SUPPORT_ZMTP_CURVE_H

#include "tests/support/zmtp.h"

#define ZMTP_COMMAND_BYTES 1024
#define ZMTP_SEAL_BYTES    33 /* "\7MESSAGE", nonce, authenticator, flags */

/* Each writes a command and gives its size. */
size_t zmtp_metadata(const struct zmtp_options *options, uint8_t *at);
size_t zmtp_hello(struct zmtp *peer, const struct zmtp_options *options, uint8_t *command);
size_t zmtp_initiate(struct zmtp *peer, const struct zmtp_options *options, uint8_t *command);
bool zmtp_take_welcome(struct zmtp *peer, const struct zmtp_options *options,
                       const uint8_t *command, size_t size);
bool zmtp_take_ready(struct zmtp *peer, const uint8_t *command, size_t size);
/* sealed has room for the body and ZMTP_SEAL_BYTES. */
size_t zmtp_seal(struct zmtp *peer, unsigned flags, struct mp_span body, uint8_t *sealed);
/* In place: the plain body begins ZMTP_SEAL_BYTES - 16 further on; its size, or -1. */
long zmtp_open_seal(struct zmtp *peer, uint8_t *sealed, size_t size, unsigned *ret_flags);

#endif
