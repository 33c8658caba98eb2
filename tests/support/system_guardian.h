/* A process beside the test that outlives it by a moment: when the test ends, or is killed, it
 * kills what the test started (also what made itself independent, as 'milepost up --detach' does)
 * and removes the test's folder. */
#ifndef MP_TESTS_SUPPORT_SYSTEM_GUARDIAN_H
#define MP_TESTS_SUPPORT_SYSTEM_GUARDIAN_H

#include <stdbool.h>
#include <sys/types.h>

/* Whoever has this in its environment with the folder as its value was started by the test. */
#define SYSTEM_PLACE "MILEPOST_TEST_PLACE"

struct system_guardian {
    char folder[32];
    pid_t pid;
    int life; /* open as long as the test lives */
};

bool system_guardian_start(struct system_guardian *guardian);
/* Waits until everything is gone. */
void system_guardian_stop(struct system_guardian *guardian);

#endif
