/* What sending needs of the verb: clients that stay open, and a bar that shows how far it is.
 * Private to import*.c. */
#ifndef MP_CLI_IMPORT_SEND_H
#define MP_CLI_IMPORT_SEND_H

#include "clients/cli/import.h"

#define IMPORT_CLIENTS_MOST 32 /* open at once; the one used longest ago is closed */

struct import_client {
    const char *identity;
    struct mp_client *client;
    uint64_t used;
};

struct importing {
    struct cli *cli;
    const struct instance *instance;
    const char *authority; /* who submits definitions */
    struct import_client clients[IMPORT_CLIENTS_MOST];
    size_t client_count;
    uint64_t used;
    uint64_t head; /* of the record before the first statement; 0: not known */
    bool head_asked;
    bool has_bar, bar_shown; /* stderr is a terminal */
};

/* The identity's client, opened once. An exit code. */
int import_client(struct importing *import, const char *identity, struct mp_client **ret_client);
void import_progress(struct importing *import, const struct import_file *file,
                     const struct import_counts *counts);
/* Before anything else is written. */
void import_progress_clear(struct importing *import);

#endif
