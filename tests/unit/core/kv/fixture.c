#include "tests/unit/core/kv/fixture.h"
#include "tests/support/folder.h"

#include <criterion/criterion.h>
#include <stdio.h>

void kv_fixture_init(struct kv_fixture *fixture, uint64_t map_bytes)
{
    folder_make(fixture->folder);
    cr_assert_eq(mp_kv_open(&(struct mp_kv_options){.folder = kv_fixture_path(fixture, "env"),
                                                    .map_bytes = map_bytes,
                                                    .tables = 3,
                                                    .create = true},
                            &fixture->kv),
                 0);
    cr_assert_eq(mp_kv_table_open(fixture->kv, "things", &fixture->table), 0);
}

void kv_fixture_done(struct kv_fixture *fixture)
{
    mp_kv_close(fixture->kv);
    folder_remove(fixture->folder);
}

void kv_fixture_fill(struct kv_fixture *fixture, unsigned count)
{
    struct mp_kv_txn *txn;

    cr_assert_eq(mp_kv_begin(fixture->kv, true, &txn), 0);
    for (unsigned i = 0; i < count; i++) {
        char key[24], value[24];

        snprintf(key, sizeof(key), "key-%04u", i);
        snprintf(value, sizeof(value), "value-%04u", i);
        mp_kv_put(txn, fixture->table, mp_span_text(key), mp_span_text(value));
    }
    cr_assert_eq(mp_kv_commit(txn), 0);
}

const char *kv_fixture_path(struct kv_fixture *fixture, const char *name)
{
    static char path[PATH_MAX + 64];

    snprintf(path, sizeof(path), "%s/%s", fixture->folder, name);
    return path;
}
