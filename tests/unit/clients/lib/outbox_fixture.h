/* An outbox in a folder of its own, and short ways to fill it and to look into it. */
#ifndef TESTS_OUTBOX_FIXTURE_H
#define TESTS_OUTBOX_FIXTURE_H

#include "clients/lib/outbox.h"
#include "tests/support/folder.h"

#define FIXTURE_NOW_US INT64_C(1700000000000000)

struct outbox_fixture {
    char folder[FOLDER_BYTES];
    struct mp_outbox *outbox;
    struct mp_arena *arena;
};

void outbox_fixture_init(struct outbox_fixture *fixture);
void outbox_fixture_done(struct outbox_fixture *fixture);
void outbox_fixture_reopen(struct outbox_fixture *fixture);

/* The id that content gives: the same number, the same id. */
struct mp_uuid fixture_id(unsigned number);
/* One forecast with that id; the mp_outbox_put of it. */
int fixture_put(struct outbox_fixture *fixture, unsigned number);
/* Puts 1 … count, each of which must succeed. */
void fixture_fill(struct outbox_fixture *fixture, unsigned count);
struct mp_outbox_entry fixture_find(struct outbox_fixture *fixture, unsigned number);
/* Number of the entry's `after`, 0 for none, as the entry has it; the bytes must agree. */
unsigned fixture_after(struct outbox_fixture *fixture, unsigned number);
enum mp_outbox_state fixture_state(struct outbox_fixture *fixture, unsigned number);
void fixture_mark_sent(struct outbox_fixture *fixture, unsigned number);
void fixture_accept(struct outbox_fixture *fixture, unsigned number, uint64_t epoch, uint64_t seq);
void fixture_reject(struct outbox_fixture *fixture, unsigned number);

#endif
