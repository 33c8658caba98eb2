#include "tests/hostile/guess.h"

#include <stdlib.h>

/* Places in the sequence of rand() at which a ROUTER may have taken its first number. */
#define STARTS 64
#define AHEAD  100 /* peers that were given a number before us, at most */
#define BEYOND 20
#define PEERS  (STARTS + AHEAD + BEYOND)

struct unseeded {
    struct random_data data;
    char state[128]; /* as large as rand()'s own: the same sequence */
};

static uint32_t next(struct unseeded *unseeded)
{
    int32_t value = 0;

    (void)random_r(&unseeded->data, &value);
    return (uint32_t)value;
}

/* As libzmq 4.3.4 makes 32 bits of two values: of the second, the lowest bit. */
static void write_claim(uint32_t low, uint32_t high, uint8_t bytes[static 5])
{
    uint32_t number = (low | high << 31) + AHEAD;

    bytes[0] = 0;
    for (int i = 0; i < 4; i++)
        bytes[1 + i] = (uint8_t)(number >> (24 - 8 * i));
}

bool guess_routing_ids(const struct zmtp_options *options, const char **ret_why)
{
    struct zmtp *peers = calloc(PEERS, sizeof *peers);
    struct unseeded unseeded = {0};
    size_t count = 0;
    bool is_in = initstate_r(1, unseeded.state, sizeof unseeded.state, &unseeded.data) == 0;
    uint32_t low = next(&unseeded);

    *ret_why = "somebody is not let in";
    while (is_in && count < PEERS) {
        uint8_t claim[5];
        struct zmtp_options one = *options;
        uint32_t high = next(&unseeded);

        write_claim(low, high, claim);
        low = high;
        one.identity = mp_span_make(claim, count < STARTS ? sizeof claim : 0);
        is_in = zmtp_open(&peers[count++], &one);
    }
    for (size_t i = 0; i < count; i++)
        zmtp_close(&peers[i]);
    free(peers);
    return is_in;
}
