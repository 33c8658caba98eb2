/* An instance under attack, with an honest agency and an honest console beside the attacker: their
 * work has to be done, every process has to live on, in memory that is bounded. */
#ifndef MP_TESTS_HOSTILE_SCENE_H
#define MP_TESTS_HOSTILE_SCENE_H

#include "tests/support/system_record.h"
#include "tests/support/zmtp.h"

enum port { SUBMIT, FEED, ASK };
#define PORTS 3

struct scene {
    struct system_instance instance;
    struct mp_client *agency;       /* railways */
    struct system_process *console; /* of south, on ml-1/ */
    uint64_t head;                  /* the console's first */
    pid_t pids[SYSTEM_SERVICES];
    uint8_t server_key[MP_KEY_BYTES];
    struct mp_key_pair ports, north; /* of the hostile: an agency, a reader */
    size_t said;
    size_t shown_bytes; /* of the console's output, behind what is shown */
    void (*look)(void); /* between two submissions beside an attack; NULL for none */
};

extern struct scene scene;
/* The init of a test; the fini is system_end. */
void scene_begin(void);
/* At the end of every test: everybody lives, everything that was said is recorded once and was
 * shown by the console, the services stop in order. (Not in the fini: what fails there fails no
 * test.) */
void scene_finish(void);
/* With a line in ingest's and publish's configuration. */
void scene_begin_with(const char *line);

/* A count for which the default run has time, less when MILEPOST_HOSTILE (percent) says so. */
size_t scene_scaled(size_t count);
struct zmtp_options scene_peer(enum port port, const struct mp_key_pair *keys);

/* What a hostile peer does, in a thread of its own. It asserts nothing: false and why when the
 * services did not do what they should. */
typedef bool (*attacker)(void *context, const char **ret_why);
/* Runs it while the honest agency goes on submitting. Every submission must be recorded, and shown
 * by the console at scene_finish; no service, the ledger with its file's pages among them, must
 * have held growth_most bytes more than before at any moment. Prints figures. */
void scene_attack(const char *name, attacker attack, void *context, size_t growth_most);

/* A number of the service's stats. */
uint64_t scene_stat(enum system_service service, const char *name);

#endif
