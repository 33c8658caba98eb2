/* From a question to rows on stdout: what the asking verbs share. */
#ifndef MP_CLI_ASK_H
#define MP_CLI_ASK_H

#include "clients/cli/instance.h"
#include "clients/cli/output.h"

struct asking {
    struct cli *cli;
    struct instance instance;
    struct mp_client *client;
    struct mp_arena *arena; /* of one record or event */
    struct mp_ask ask;
    int32_t today; /* the day of the question: today, or as of */
    struct output *output;
    size_t rows;
    int role;   /* of agencies: the others are passed over; 0: none is */
    int status; /* of output_row */
    void (*adorn)(json_t **row, const struct mp_record *record); /* adds to a record's row; NULL */
};

/* Opens instance and client, reads --as-of and --as-recorded. An exit code; asking_end in any case.
 */
int asking_begin(struct cli *cli, enum mp_ask_kind kind, struct asking *ret_asking);
/* Asks with page (its context: the asking); 0 or a negative error. */
int asking_run(struct asking *asking, mp_client_page page);
/* Says why a question that the client asked has failed; returns the exit code. */
int ask_fail(struct cli *cli, const struct instance *instance, struct mp_client *client, int error);
/* The question whose key it is that the client has. */
void ask_who_am_i(const struct mp_client *client, struct mp_ask *ret_ask);
/* What cannot be the id of such a record, as the text of a message. */
const char *ask_no_id(struct mp_arena *arena, enum mp_kind kind, const char *id);
/* That there is no such record, with where to look unless it is said already. */
const char *ask_where(struct mp_arena *arena, const char *why, enum mp_kind kind);
/* Says why a question failed; returns the exit code. */
int asking_fail(const struct asking *asking, int error);
/* Shows a row: for pages. 0 or an error that ends the question. */
int asking_show(struct asking *asking, json_t *row);
/* Rows that each hold a record: for asking_run. */
int asking_show_records(void *context, const struct mp_page *page);
/* Closes all; tells people, not programs, that nothing was found. The exit code: the status, or
 * that of the output. */
int asking_end(struct asking *asking, int status);

/* The day of that option or argument; NULL: it is missing. An exit code. */
int ask_read_day(const char *name, const char *text, int32_t *ret_day);
/* --as-of or --as-recorded, and the civil day that is today then; both untouched when neither is
 * given. An exit code. */
int ask_read_as_of(const struct cli *cli, const struct instance *instance, struct mp_as_of *as_of,
                   int32_t *today);
/* "2026-01-31T12:00:00Z", "+05:00" for Z, or in the zone without either; seconds may be left out. A
 * day alone is its end. MP_EMALFORMED. */
int ask_time_parse(const char *text, int64_t zone_minutes, int64_t *ret_wall_us) MP_CHECK_RESULT;
/* "+05:30" as 330; MP_EMALFORMED. */
int ask_zone_parse(const char *text, int64_t *ret_minutes) MP_CHECK_RESULT;
/* Whether there is a project at or under the prefix (removed ones count). A failure to ask counts
 * as true: nothing is known to be wrong. */
bool ask_has_project(struct mp_client *client, const char *prefix, int64_t timeout_ms);
/* The prefix with a slash at its end; "" for "/" and NULL. */
const char *ask_prefix(struct mp_arena *arena, const char *text);

#endif
