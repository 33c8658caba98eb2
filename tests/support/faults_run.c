#include "tests/support/faults_run.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEED UINT64_C(20261122)

static const char *report_path(void)
{
    return system_text("%s/calls", system_folder());
}

bool faults_has_own_memory(void)
{
    if (dlsym(RTLD_DEFAULT, "__asan_init") == NULL && dlsym(RTLD_DEFAULT, "__tsan_init") == NULL)
        return false;
    fprintf(stderr, "memory that fails is left out here: a sanitizer has its own; run the tests "
                    "without one\n");
    return true;
}

bool faults_every(void)
{
    const char *text = getenv("MILEPOST_EVERY");

    return text != NULL && strcmp(text, "1") == 0;
}

bool faults_is_in_slice(uint64_t number)
{
    const char *text = getenv("MILEPOST_SLICE");
    char *end = NULL;
    uint64_t slice, slices;

    if (text == NULL)
        return true;
    slice = strtoull(text, &end, 10);
    slices = *end == '/' ? strtoull(end + 1, NULL, 10) : 0;
    cr_assert(slice > 0 && slice <= slices, "MILEPOST_SLICE=%s, not like 2/8", text);
    return number % slices == slice - 1;
}

uint64_t faults_seed(void)
{
    const char *text = getenv("MILEPOST_SEED");

    return text == NULL ? SEED : strtoull(text, NULL, 10);
}

const char *faults_name(const struct faults_plan *plan)
{
    if (plan->call == NULL)
        return "no fault";
    return system_text("%s %" PRIu64 " (%s), error %d%s%s", plan->call, plan->at,
                       plan->times == 0 ? "and all after" : "once", plan->number,
                       plan->how == NULL ? "" : ", ", plan->how == NULL ? "" : plan->how);
}

const char *faults_preload(const char *name)
{
    const char *library = system_text("%s/preload/%s.so", getenv("MILEPOST_BUILD"), name);
    void *runtime = dlsym(RTLD_DEFAULT, "__asan_init");
    Dl_info where;

    cr_assert_eq(access(library, R_OK), 0, "%s: run by ctest, which sets MILEPOST_BUILD", library);
    if (runtime != NULL && dladdr(runtime, &where) != 0 &&
        strstr(where.dli_fname, "libasan") != NULL)
        return system_text("%s:%s", where.dli_fname, library);
    return library;
}

static void set(const char *name, const char *value)
{
    if (value != NULL)
        cr_assert_eq(setenv(name, value, 1), 0);
    else
        (void)unsetenv(name);
}

static void set_plan(const struct faults_plan *plan)
{
    bool is_on = plan->call != NULL;

    set("MILEPOST_FAIL_CALL", plan->call);
    set("MILEPOST_FAIL_AT", is_on ? system_text("%" PRIu64, plan->at) : NULL);
    set("MILEPOST_FAIL_TIMES", is_on ? system_text("%" PRIu64, plan->times) : NULL);
    set("MILEPOST_FAIL_ERRNO", is_on ? system_text("%d", plan->number) : NULL);
    set("MILEPOST_FAIL_HOW", plan->how);
    set("MILEPOST_FAIL_UNDER", plan->under);
    set("MILEPOST_FAIL_AFTER", plan->after);
    set("MILEPOST_FAIL_OWN", plan->own ? "1" : NULL);
    set("MILEPOST_FAIL_REPORT", is_on ? report_path() : NULL);
}

struct system_process *faults_spawn(const struct faults_plan *plan, const char *const *argv)
{
    static const struct faults_plan nothing;
    const char *others = getenv("LD_PRELOAD");
    struct system_process *process;

    (void)unlink(report_path());
    (void)unsetenv("BXFI_MAP"); /* or this program, run again, would be a worker of Criterion's */
    set_plan(plan);
    if (plan->call != NULL && others != NULL)
        set("LD_PRELOAD", system_text("%s:%s", others, faults_preload("fail")));
    else if (plan->call != NULL)
        set("LD_PRELOAD", faults_preload("fail"));
    process = system_spawn(argv);
    set_plan(&nothing);
    set("LD_PRELOAD", NULL);
    return process;
}

uint64_t faults_calls(void)
{
    uint64_t calls = 0;
    int file = open(report_path(), O_RDONLY | O_CLOEXEC);

    if (file < 0)
        return 0;
    if (read(file, &calls, sizeof(calls)) != (ssize_t)sizeof(calls))
        calls = 0;
    (void)close(file);
    return calls;
}

struct faults_heard faults_hear(const struct system_process *process)
{
    const char *at = system_output(process, SYSTEM_OUT), *end;
    struct faults_heard heard = {.struck = false};

    for (; (end = strchr(at, '\n')) != NULL; at = end + 1) {
        if (strncmp(at, "fault\n", 6) == 0) {
            if (!heard.struck)
                heard.acknowledged_then = heard.acknowledged;
            heard.struck = true;
        } else if (strncmp(at, "ack ", 4) == 0) {
            cr_assert_eq(strtoull(at + 4, NULL, 10), heard.acknowledged, "out of order");
            heard.acknowledged++;
        }
    }
    return heard;
}

struct faults_result faults_drive(const struct faults_plan *plan, const char *what,
                                  const char *folder, const char *more)
{
    const char *trigger = system_text("%s/begun", system_folder());
    struct faults_plan armed = *plan;
    const char *const argv[] = {"/proc/self/exe", "--drive", what, folder, trigger, more, NULL};
    struct system_process *process;
    struct faults_result result;

    (void)unlink(trigger);
    armed.after = trigger;
    process = faults_spawn(&armed, argv);
    result.status = system_wait(process, SYSTEM_DEADLINE_MS);
    result.heard = faults_hear(process);
    result.calls = faults_calls();
    result.why = system_text("%s", system_output(process, SYSTEM_ERR));
    system_forget(process);
    return result;
}

void faults_sweep(const struct faults_plan *plan, uint64_t calls, uint64_t sample,
                  void (*try)(void *context, const struct faults_plan *plan), void *context)
{
    bool all = faults_every() || sample >= calls;
    uint64_t seed = faults_seed();

    for (uint64_t i = 0; i < (all ? calls : sample); i++) {
        struct faults_plan one = *plan;

        /* One of each equal part, so that every stretch of the work is met. */
        one.at = 1 + (all ? i : (calls * i + test_random(&seed) % calls) / sample);
        if (!faults_every() || faults_is_in_slice(i))
            try(context, &one);
    }
}

void faults_copy_file(const char *from, const char *to)
{
    int source = open(from, O_RDONLY | O_CLOEXEC);
    int target = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    struct stat status;

    cr_assert(source >= 0 && target >= 0, "%s to %s", from, to);
    cr_assert_eq(fstat(source, &status), 0);
    cr_assert_eq(sendfile(target, source, NULL, (size_t)status.st_size), status.st_size);
    (void)close(source);
    (void)close(target);
}
