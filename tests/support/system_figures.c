#include "tests/support/system_figures.h"

#include "core/bus/control.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ASK_MS      30000
#define ANSWER_MOST 65536

static const char *const names[SYSTEM_SERVICES] = {"ledger", "ingest", "publish"};

const char *system_service_name(enum system_service service)
{
    return names[service];
}

uint64_t system_stat(const struct system_instance *instance, enum system_service service,
                     const char *name)
{
    const char *address = system_text("ipc://%s/run/%s.sock", instance->folder, names[service]);
    const char *wanted = system_text("\n%s=", name), *at, *text;
    struct mp_bus *bus = NULL;
    struct mp_buffer answer;
    int error;

    mp_buffer_init(&answer, ANSWER_MOST);
    cr_assert_eq(mp_bus_open(1, &bus), 0);
    error = mp_control_ask(bus, address, "stats", ASK_MS, &answer);
    text = mp_arena_text(system_arena(), mp_buffer_span(&answer));
    mp_bus_close(bus);
    mp_buffer_done(&answer);
    cr_assert_eq(error, 0, "%s: %s", address, mp_error_name(error));
    at = strstr(text, wanted);
    cr_assert_not_null(at, "no %s in %s", name, text);
    return strtoull(at + strlen(wanted), NULL, 10);
}

size_t system_memory(pid_t pid, const char *name)
{
    FILE *file = fopen(system_text("/proc/%d/status", (int)pid), "re");
    size_t length = strlen(name);
    unsigned long long kibibytes = 0;
    bool is_found = false;
    char line[256];

    cr_assert_not_null(file, "process %d is gone", (int)pid);
    while (!is_found && fgets(line, sizeof line, file) != NULL) {
        is_found = strncmp(line, name, length) == 0 && line[length] == ':';
        if (is_found)
            kibibytes = strtoull(line + length + 1, NULL, 10);
    }
    (void)fclose(file);
    cr_assert(is_found, "no %s of process %d", name, (int)pid);
    return (size_t)kibibytes << 10;
}

void system_forget_peak(pid_t pid)
{
    FILE *file = fopen(system_text("/proc/%d/clear_refs", (int)pid), "we");

    cr_assert_not_null(file, "process %d is gone", (int)pid);
    cr_assert_geq(fputs("5", file), 0);
    cr_assert_eq(fclose(file), 0, "VmHWM of process %d cannot be reset", (int)pid);
}
