/* libsodium made ready, once, from any thread. For this folder's own files. */
#ifndef MP_BASE_SODIUM_H
#define MP_BASE_SODIUM_H

void mp_sodium_ready(void);

#endif
