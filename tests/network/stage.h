/* An instance with a proxy before each of its three sockets. */
#ifndef MP_TESTS_NETWORK_STAGE_H
#define MP_TESTS_NETWORK_STAGE_H

#include "tests/support/proxy.h"
#include "tests/support/system_record.h"

enum stage_socket { STAGE_SUBMIT, STAGE_FEED, STAGE_ASK };
#define STAGE_SOCKETS 3

extern struct system_instance stage;   /* reached directly */
extern struct system_instance through; /* the same folder, reached by the proxies */
extern struct proxy *stage_proxies[STAGE_SOCKETS];
extern int stage_receive_bytes; /* of the proxies, when set before stage_start */

/* An instance that has not been started; the rest: the world of system_record.h and, beside it,
 * the projects ml-1/south and ml-10 of the railways, each with a milestone :completion. */
void stage_init(void);
void stage_start(void);
void stage_begin(void); /* both */
void stage_end(void);

/* The seed of a test, told to whoever reads its output: MILEPOST_SEED, or as given. */
uint64_t stage_seed(uint64_t usual);
/* MILEPOST_NETWORK_ROUNDS, or as given. */
unsigned stage_rounds(unsigned usual);

/* milepost VERB --dir … through the proxies. */
struct system_process *stage_cli(const char *const *words);
/* A number that the service's control socket tells under this name. */
uint64_t stage_stat(enum system_service service, const char *name);
/* The last sequence of the record. */
uint64_t stage_head(void);

#endif
