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
};

/* Opens instance and client, reads --as-of and --as-recorded. An exit code; asking_done in any
 * case. */
int asking_begin(struct cli *cli, enum mp_ask_kind kind, struct asking *ret_asking);
void asking_done(struct asking *asking);
/* Asks with page (its context: the asking); 0 or a negative error. */
int asking_run(struct asking *asking, mp_client_page page);
/* Says why a question failed; returns the exit code. */
int asking_fail(const struct asking *asking, int error);
/* "nothing found" on stderr where people look; programs see it in the output. */
void asking_say_if_nothing(const struct asking *asking);
/* After asking_run: closes the output or says why there is none; asking_done. An exit code. */
int asking_finish(struct asking *asking, int error);
/* Rows that each hold a record: for asking_run. */
int asking_show_records(void *context, const struct mp_page *page);

/* "2026-01-31T12:00:00Z", "+05:00" for Z, or in the zone without either; seconds may be left out. A
 * day alone is its end. MP_EMALFORMED. */
int ask_time_parse(const char *text, int64_t zone_minutes, int64_t *ret_wall_us) MP_CHECK_RESULT;

#endif
