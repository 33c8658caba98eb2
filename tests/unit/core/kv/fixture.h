/* A temporary folder with an environment and one table in it. */
#ifndef MP_TEST_KV_FIXTURE_H
#define MP_TEST_KV_FIXTURE_H

#include "core/kv/kv.h"

#include <limits.h>

struct kv_fixture {
    char folder[PATH_MAX];
    struct mp_kv *kv;
    mp_kv_table table;
};

void kv_fixture_init(struct kv_fixture *fixture, uint64_t map_bytes);
void kv_fixture_done(struct kv_fixture *fixture);
/* Writes count entries "key-0000".. -> "value-0000".. in one transaction. */
void kv_fixture_fill(struct kv_fixture *fixture, unsigned count);
/* "folder/name", in a buffer of its own. */
const char *kv_fixture_path(struct kv_fixture *fixture, const char *name);

#endif
