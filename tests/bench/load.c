/* bench_load KIND --option=value… */
#include "tests/bench/load.h"

#include "core/base/auto.h"
#include "tests/bench/measure.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>

void target_key(const struct target *target, const char *agency, struct mp_key_pair *ret_keys)
{
    char path[PATH_MAX];

    (void)snprintf(path, sizeof(path), WORK_KEY_FILE, target->keys, agency);
    bench_need(mp_key_load(path, ret_keys) == 0, "the key %s", path);
}

void target_init(struct target *target, char **argv)
{
    struct mp_key_pair services;

    *target = (struct target){.argv = argv,
                              .is_bare = bench_number(argv, "bare", 0) != 0,
                              .keys = bench_option(argv, "keys", NULL)};
    target_key(target, "services", &services);
    memcpy(target->server_key, services.public_key, sizeof(target->server_key));
    mp_key_forget(&services);
}

void *target_open(const struct target *target, void *context, int type, const char *option,
                  const char *agency)
{
    struct mp_key_pair keys;
    struct raw_options options = {
        .type = type, .keys = &keys, .server_key = target->server_key, .messages_most = 0};
    void *socket;

    target_key(target, agency, &keys);
    socket = raw_open(context, &options);
    raw_connect(socket, bench_option(target->argv, option, NULL));
    return socket;
}

static const struct {
    const char *name;
    void (*run)(const struct target *target);
} kinds[] = {
    {"define", load_define},     {"ack", load_ack},     {"outbox", load_outbox},
    {"saturate", load_saturate}, {"paced", load_paced}, {"fan-out", load_fanout},
    {"replay", load_replay},     {"idle", load_idle},   {"programme", load_programme},
};

int main(int argc, char **argv)
{
    struct target target;

    for (size_t i = 0; argc > 1 && i < MP_LENGTH(kinds); i++) {
        if (strcmp(argv[1], kinds[i].name) != 0)
            continue;
        target_init(&target, argv + 2);
        kinds[i].run(&target);
        return fflush(stdout) == 0 ? 0 : 1;
    }
    errno = 0;
    bench_fail("usage: bench_load define|ack|outbox|saturate|paced|fan-out|replay|idle|programme "
               "--option=value…");
}
