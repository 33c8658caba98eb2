/* Whether anything in the record has changed. */
#ifndef MP_TESTS_SUPPORT_CAMPAIGN_SHAPE_H
#define MP_TESTS_SUPPORT_CAMPAIGN_SHAPE_H

#include "tests/support/system_record.h"

/* Head, positions and records of a snapshot of everything. */
struct campaign_shape {
    uint64_t head;
    size_t records;
    uint32_t hash;
};

struct campaign_shape campaign_look(struct mp_client *client);
/* Fails the test unless the record is as it was. */
void campaign_expect_unchanged(struct mp_client *client, const struct campaign_shape *before,
                               const char *what);
/* "what is wrong: what to do" */
void campaign_expect_advice(const char *message, const char *what);

#endif
