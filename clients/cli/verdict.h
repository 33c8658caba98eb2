/* What the ledger's program says of a store that it has proved, as an object. */
#ifndef MP_CLI_VERDICT_H
#define MP_CLI_VERDICT_H

#include <jansson.h>

/* "finding: …" lines, then "whole: 5 events, …" and "epoch 1, head 5, hash …". NULL: there is no
 * verdict in it, or memory is short. */
json_t *verdict_read(const char *text);

#endif
