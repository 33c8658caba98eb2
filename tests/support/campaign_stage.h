/* One instance with traffic that never stops, two consoles and the oracle. */
#ifndef MP_TESTS_SUPPORT_CAMPAIGN_STAGE_H
#define MP_TESTS_SUPPORT_CAMPAIGN_STAGE_H

#include "tests/support/campaign_oracle.h"

#define CAMPAIGN_CONSOLES      2
#define CAMPAIGN_COMMANDS_MOST 3 /* of the command line at once */

struct campaign_stage {
    struct system_instance instance;
    struct campaign_oracle oracle;
    struct campaign_peer sender;
    struct campaign_peer consoles[CAMPAIGN_CONSOLES]; /* of everything, of ml-1/ */
    struct campaign_shown shown[CAMPAIGN_CONSOLES];
    struct {
        struct system_process *process;
        size_t number;
    } commands[CAMPAIGN_COMMANDS_MOST];
};

/* Init of a test: the instance is made and not started, so that it can be configured. */
void campaign_stage_make(struct campaign_stage *stage);
void campaign_stage_start(struct campaign_stage *stage);
/* Fini of a test. */
void campaign_stage_end(struct campaign_stage *stage);

/* The sender shall put that many more. */
void campaign_stage_want(struct campaign_stage *stage, uint64_t count);
/* Answers that the sender had, ever. */
uint64_t campaign_stage_answered(const struct campaign_stage *stage);
/* Until the sender has put all that is wanted and everything is answered. */
bool campaign_stage_is_sent(const struct campaign_stage *stage);
bool campaign_stage_await_sent(struct campaign_stage *stage);
/* The consoles are live; those that are shown everything up to the sequence. */
bool campaign_stage_is_live(const struct campaign_stage *stage, uint64_t head);
bool campaign_stage_await_live(struct campaign_stage *stage, uint64_t head);

/* Starts a run of the command line: which one it is. At most timeout_s. */
size_t campaign_stage_command(struct campaign_stage *stage, const char *timeout_s);
/* Waits for its end and takes down what it was told; its words in stderr. */
struct system_said campaign_stage_reap(struct campaign_stage *stage, size_t at);

/* Until nothing is under way; then everything that anybody was told is held against the record.
 * Fails the test when something is lost, doubled or wrong. */
void campaign_stage_settle(struct campaign_stage *stage);

#endif
