/* What a running service says of itself, and the kernel of it. */
#ifndef MP_TESTS_SUPPORT_SYSTEM_FIGURES_H
#define MP_TESTS_SUPPORT_SYSTEM_FIGURES_H

#include "tests/support/system_instance.h"

/* "ledger", "ingest", "publish". */
const char *system_service_name(enum system_service service);
/* A number that the service's control socket tells under this name; fails the test without. */
uint64_t system_stat(const struct system_instance *instance, enum system_service service,
                     const char *name);
/* A line of /proc/PID/status, in bytes: VmHWM (the peak), VmRSS, RssAnon (what is no file). Fails
 * the test when the process is gone. */
size_t system_memory(pid_t pid, const char *name);
/* From now on VmHWM is the most there was since. */
void system_forget_peak(pid_t pid);

#endif
