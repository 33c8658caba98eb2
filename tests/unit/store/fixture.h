/* A store in a folder of its own, and short ways to write to it and to ask it. Nothing here
 * decides: changes are applied as given, so that a test of the store is not one of the rules. */
#ifndef MP_TESTS_STORE_FIXTURE_H
#define MP_TESTS_STORE_FIXTURE_H

#include "store/internal.h"

#define FIXTURE_AUTHORITY "planning"
#define FIXTURE_SERVICE   "services"
#define FIXTURE_START_US  INT64_C(1700000000000000) /* 2023-11-15 in Pakistan */
#define FIXTURE_TODAY     19676
#define FIXTURE_FOUNDED   5 /* events that founding writes */
#define FIXTURE_FIRST     (FIXTURE_FOUNDED + 1)

struct fixture {
    char root[64]; /* removed with everything below it */
    char folder[96];
    struct mp_store_options options;
    struct mp_store *store;
    struct mp_arena *arena;
    int64_t now_us; /* moves a second a batch */
    uint64_t id_count;
};

/* Founds and opens. map_bytes 0: the default. */
void fixture_open(struct fixture *fixture, uint64_t map_bytes);
/* A folder and nothing in it. */
void fixture_open_empty(struct fixture *fixture);
void fixture_close(struct fixture *fixture);
void fixture_reopen(struct fixture *fixture);
const char *fixture_path(struct fixture *fixture, const char *name);
int fixture_found(const struct fixture *fixture);

struct mp_uuid fixture_id(struct fixture *fixture);

/* Changes, stated on FIXTURE_TODAY. */
struct mp_change fixture_project(const char *id);
struct mp_change fixture_milestone(const char *id);
struct mp_change fixture_dated(enum mp_change_kind kind, const char *milestone, int32_t day,
                               int32_t stated_on);
struct mp_change fixture_forecast(const char *milestone, int32_t day, int32_t stated_on);
struct mp_change fixture_link(const char *predecessor, const char *successor);
struct mp_change fixture_observation(const char *project, const char *indicator, int64_t value,
                                     int32_t stated_on);
struct mp_change fixture_withdrawal(uint64_t seq);
struct mp_change fixture_agency(const char *id, enum mp_role role);
struct mp_change fixture_key(enum mp_change_kind kind, const char *agency, uint8_t byte);

struct mp_batch *fixture_begin(struct fixture *fixture);
/* mp_batch_apply with its subject; withdrawals get what decide would fill in. */
int fixture_apply(struct mp_batch *batch, const struct mp_change *change,
                  const struct mp_uuid *submission, uint32_t index);
/* The outcome "accepted" of the count events just applied. */
int fixture_keep(struct mp_batch *batch, const struct mp_uuid *id, size_t count);
/* One batch with one submission of these; must succeed. Returns its first sequence. */
uint64_t fixture_put(struct fixture *fixture, const struct mp_change *changes, size_t count);
uint64_t fixture_put_one(struct fixture *fixture, struct mp_change change);

/* The answer as one page; must be had. Lives until fixture_forget. */
struct mp_page fixture_ask(struct fixture *fixture, const struct mp_ask *ask);
void fixture_forget(struct fixture *fixture);
/* A question of the kind with its texts empty. */
struct mp_ask fixture_question(enum mp_ask_kind kind);
/* The record now, or as the question says; fails the test when it is not found. */
struct mp_record fixture_get(struct fixture *fixture, enum mp_kind kind, const char *id,
                             struct mp_as_of as_of);

/* A hash of every table's every row. */
struct mp_hash fixture_dump(struct mp_store *store);
bool fixture_same(struct mp_hash a, struct mp_hash b);

/* Changes the store behind its back: a byte of a value (offset from its end when negative). */
void fixture_flip(struct fixture *fixture, mp_kv_table table, struct mp_span key, long offset);
void fixture_drop(struct fixture *fixture, mp_kv_table table, struct mp_span key);
void fixture_overwrite(struct fixture *fixture, mp_kv_table table, struct mp_span key,
                       struct mp_span value);

#endif
