/* A ROUTER gives each peer that brings no routing id the next number after a first one, which
 * libzmq takes from rand(). A peer that claims a number before it is given ends the process: libzmq
 * asserts that it was free. core/bus seeds rand(), so that nobody knows the numbers. */
#ifndef MP_TESTS_HOSTILE_GUESS_H
#define MP_TESTS_HOSTILE_GUESS_H

#include "tests/support/zmtp.h"

/* Claims what would be given next if nobody had seeded rand(), whatever was taken from it before;
 * then comes without a routing id, until each of these numbers would have had its turn. Asserts
 * nothing: false and why when the ROUTER lets somebody not in. */
bool guess_routing_ids(const struct zmtp_options *options, const char **ret_why);

#endif
