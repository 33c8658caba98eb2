/* What is in a record, and who says something in it: by the client library, in the test itself. */
#ifndef MP_TESTS_SUPPORT_SYSTEM_RECORD_H
#define MP_TESTS_SUPPORT_SYSTEM_RECORD_H

#include "clients/lib/client.h"
#include "tests/support/system_instance.h"

/* The small world of these tests: the agencies railways (may write under ml-1/), ports (gwadar/)
 * and the readers north and south (nothing), with keys in the instance; projects ml-1, gwadar; each
 * with a milestone :completion, baseline 2028-12-31. The services must run. */
void system_make_world(const struct system_instance *instance);
/* system_begin, an instance with its services, and in it that world, or the portfolio. */
void system_begin_world(struct system_instance *instance);
void system_begin_portfolio(struct system_instance *instance);
/* Definitions as they are in it. */
struct mp_change system_project(const char *id, const char *lead);
struct mp_change system_milestone(const char *id);
/* A client as the identity, with its outbox of the command line. mp_client_close. */
struct mp_client *system_client(const struct system_instance *instance, const char *identity);
/* A percentage of a milestone, with the note. */
struct mp_change system_progress(const char *milestone, const char *note);
/* Queues that many submissions of each changes, all of system_progress, with notes PREFIX-0 …
 * filled up with dots to note_bytes. */
void system_queue(struct mp_client *client, const char *milestone, const char *prefix, size_t count,
                  size_t each, size_t note_bytes);

struct system_event {
    uint64_t seq, epoch;
    struct mp_uuid submission;
    const char *note;
};

struct system_events {
    struct system_event *items;
    size_t count;
};

/* Among what an agency was told; NULL when there is none to that submission. */
const struct mp_answer *system_find_answer(const struct mp_answer *answers, size_t count,
                                           const struct mp_uuid *id);

/* Of the prefix, after the sequence, asked of publish as the authority. */
struct system_events system_read(const struct system_instance *instance, const char *prefix,
                                 uint64_t after);
/* How many have exactly this note. */
size_t system_count_note(const struct system_events *events, const char *note);
/* The outbox of the identity holds nothing that has no answer. */
void system_expect_no_outbox(const struct system_instance *instance, const char *identity);
/* Fails the test unless the lines of a watch (ndjson) are exactly these events, in this order. */
void system_expect_watched(const struct system_process *watch, const struct system_events *events);
/* milepost verify ends with 0. */
void system_verify(const struct system_instance *instance);
/* A number of a line of ndjson at the given name, at any depth; the first. */
uint64_t system_json_number(const char *line, const char *name);

#endif
