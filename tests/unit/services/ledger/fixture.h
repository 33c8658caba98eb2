/* A store in a folder of its own, a writer on it, and short ways to submit. */
#ifndef MP_TESTS_LEDGER_FIXTURE_H
#define MP_TESTS_LEDGER_FIXTURE_H

#include "services/ledger/writer.h"
#include "tests/support/folder.h"

#define FIXTURE_TODAY "2026-11-22"

struct fixture {
    char folder[FOLDER_BYTES];
    struct mp_store_options options;
    struct mp_store *store;
    struct writer *writer;
    struct mp_clock clock;
    int64_t now_us;
    struct mp_arena *arena; /* texts of the answers */
    struct mp_buffer bytes;
};

extern const uint8_t ministry_key[32], railways_key[32], stranger_key[32];

/* The ministry (authority) and railways (agency, ml-1/), the project ml-1 with the milestone
 * ml-1:completion. map_bytes 0: plenty. */
void fixture_open(struct fixture *fixture, uint64_t map_bytes);
void fixture_close(struct fixture *fixture);
void fixture_reopen(struct fixture *fixture);

struct mp_uuid fixture_id(unsigned number);
/* Encoded; valid until the next call. */
struct mp_span fixture_submission(struct fixture *fixture, unsigned number, unsigned after,
                                  struct mp_change *changes, size_t count);
/* Within a batch that has begun. */
struct mp_answer fixture_take(struct fixture *fixture, const uint8_t key[static 32],
                              unsigned number, unsigned after, struct mp_change *changes,
                              size_t count);
/* A batch of its own; must be committed. */
struct mp_answer fixture_submit(struct fixture *fixture, const uint8_t key[static 32],
                                unsigned number, unsigned after, struct mp_change change);
uint64_t fixture_head(const struct fixture *fixture);
/* Whether the ledger keeps an outcome for it. */
bool fixture_is_kept(struct fixture *fixture, const char *agency, unsigned number);

struct mp_change change_progress(int64_t percent);
struct mp_change change_agency(const char *id, enum mp_role role, const struct mp_list *grants);
struct mp_change change_key(enum mp_change_kind kind, const char *agency,
                            const uint8_t key[static 32]);
struct mp_change change_project(const char *id);
struct mp_change change_milestone(const char *id);

#endif
