/* A TCP proxy between a client and a service, in a thread of the test, that knows where ZMTP frames
 * begin and end and misbehaves when it is told to. What it does hangs on what passes (units, not
 * time), so that a plan gives the same faults on every machine.
 *
 * A unit is the greeting or a frame (a PING or PONG too: under CURVE they look like any other).
 * Whatever is not dropped or cut off comes in order and unchanged. */
#ifndef MP_TESTS_SUPPORT_PROXY_H
#define MP_TESTS_SUPPORT_PROXY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum proxy_way { PROXY_UP, PROXY_DOWN }; /* from the client to the service; back */
#define PROXY_WAYS 2

enum proxy_kind {
    PROXY_PASS,
    PROXY_CUT,     /* the connection ends within the unit */
    PROXY_SWALLOW, /* half open: nothing of that way passes any more, both sockets stay. After that
                    * many units more it is cut; 0: never */
    PROXY_HOLD,    /* what comes waits until that many units more have come behind it */
    PROXY_DROP,    /* that many messages of two frames (a feed's) are left out, as at a high-water
                    * mark: those whose second frame has least_bytes */
    PROXY_STALL,   /* nothing of that way is read any more, until proxy_release */
};
#define PROXY_KINDS 6

/* The units of a way before the first one that carries a message: the greeting and, of CURVE's
 * handshake, HELLO and INITIATE up, WELCOME and READY down. */
#define PROXY_TRAFFIC 3

struct proxy_fault {
    enum proxy_kind kind;
    enum proxy_way way;
    uint64_t after;       /* it begins with the unit after that many of that way */
    uint64_t bytes;       /* of that unit still pass, never all of them */
    uint64_t units;       /* see above */
    uint64_t least_bytes; /* DROP: more than any first frame and any heartbeat has */
    bool politely;        /* CUT: a FIN; else a RST */
};

struct proxy_options {
    int listen_port, port; /* on 127.0.0.1 */
    int receive_bytes;     /* of the socket towards the service; 0: as the kernel likes */
};

struct proxy_counts {
    uint64_t connections, refused;
    uint64_t struck[PROXY_KINDS]; /* faults that have begun */
    uint64_t dropped;             /* messages */
};

struct proxy;

/* Fails the test when it cannot. */
struct proxy *proxy_open(const struct proxy_options *options);
void proxy_close(struct proxy *proxy);

/* For the next connections, one each, behind those planned already. */
void proxy_plan(struct proxy *proxy, const struct proxy_fault *faults, size_t count);
void proxy_forget_plan(struct proxy *proxy);
/* For each connection that is open now, counted from here on; it takes the place of one that has
 * not begun. */
void proxy_strike(struct proxy *proxy, const struct proxy_fault *fault);
/* Ends what stalls. */
void proxy_release(struct proxy *proxy);
/* All connections, at once. */
void proxy_reset(struct proxy *proxy);
/* The next connections are reset before anything is said. */
void proxy_refuse(struct proxy *proxy, uint64_t connections);
/* Nobody listens any more; and again. */
void proxy_shut(struct proxy *proxy);
void proxy_listen(struct proxy *proxy);
struct proxy_counts proxy_counts(struct proxy *proxy);

/* Small numbers for plans: xorshift, the same everywhere. From 0 to most - 1. */
uint64_t proxy_random(uint64_t *state, uint64_t most);

#endif
