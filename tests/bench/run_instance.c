#include "core/base/auto.h"
#include "core/base/file.h"
#include "core/bus/bus.h"
#include "core/bus/control.h"
#include "core/conf/conf.h"
#include "tests/bench/measure.h"
#include "tests/bench/raw.h"
#include "tests/bench/run.h"
#include "tests/bench/work.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATIENCE_NS (20 * BENCH_SECOND_NS)
#define LOOK_NS     INT64_C(20000000)
#define STORE_FILE  "store/data.mdb"
#define SERVICE_KEY "keys/services.key"

const char *const service_names[SERVICES] = {"ledger", "ingest", "publish", "bare"};

static void make_key(const char *name, char text[static MP_KEY_TEXT])
{
    struct mp_key_pair pair;
    char path[128];

    (void)snprintf(path, sizeof(path), WORK_KEY_FILE, "keys", name);
    mp_key_make(&pair);
    bench_need(mp_key_save(path, &pair) == 0, "%s", path);
    mp_key_format(pair.public_key, text);
    mp_key_forget(&pair);
}

static void make_folder(const char *path)
{
    bench_need(mp_file_make_folder(path, 0700) == 0, "%s", path);
}

/* The ledger itself writes its first authority. */
static void make_store(void)
{
    char authority[MP_KEY_TEXT], services[MP_KEY_TEXT], first[128], second[128];
    const char *const argv[] = {"milepost-ledger",
                                "init",
                                "--store=store",
                                "--authority=" WORK_AUTHORITY,
                                "--authority-title=Authority",
                                first,
                                second,
                                NULL};
    struct figures none = {.count = 0};
    char text[MP_KEY_TEXT], name[32];

    make_folder("keys");
    make_folder("run");
    make_folder("bare");
    make_key(WORK_AUTHORITY, authority);
    make_key("services", services);
    for (unsigned i = 0; i < WORK_AGENCIES; i++) {
        (void)snprintf(name, sizeof(name), "bench-%02u", i);
        make_key(name, text);
    }
    (void)snprintf(first, sizeof(first), "--authority-key=%s", authority);
    (void)snprintf(second, sizeof(second), "--service-key=%s", services);
    process_measure(&none, MILEPOST, "", argv);
}

static void write_file(const char *name, const char *const (*pairs)[2], size_t count)
{
    bench_need(mp_conf_write(name, pairs, count) == 0, "%s", name);
}

static void write_configurations(const struct instance *instance)
{
    const char *const ledger[][2] = {
        {"store", "store"},         {"submit", "ipc://run/submit"},  {"ask", "ipc://run/ask"},
        {"feed", "ipc://run/feed"}, {"control", "ipc://run/ledger"},
    };
    const char *const ingest[][2] = {
        {"listen", instance->submit},          {"key-file", SERVICE_KEY},
        {"ledger-submit", "ipc://run/submit"}, {"ledger-feed", "ipc://run/feed"},
        {"ledger-ask", "ipc://run/ask"},       {"control", "ipc://run/ingest"},
    };
    const char *const publish[][2] = {
        {"listen-feed", instance->feed},   {"listen-ask", instance->ask},
        {"key-file", SERVICE_KEY},         {"upstream-feed", "ipc://run/feed"},
        {"upstream-ask", "ipc://run/ask"}, {"control", "ipc://run/publish"},
    };

    write_file("ledger.yaml", ledger, MP_LENGTH(ledger));
    write_file("ingest.yaml", ingest, MP_LENGTH(ingest));
    write_file("publish.yaml", publish, MP_LENGTH(publish));
}

static void choose_addresses(struct instance *instance)
{
    char *const addresses[] = {instance->submit, instance->feed, instance->ask,
                               instance->bare_submit, instance->bare_feed};

    for (size_t i = 0; i < MP_LENGTH(addresses); i++)
        (void)snprintf(addresses[i], sizeof(instance->submit), "tcp://127.0.0.1:%d",
                       raw_free_port());
}

/* Appended to answer; 0 when the process answered. A context of its own: none lives across a fork.
 */
static int ask(enum service service, const char *word, struct mp_buffer *answer)
{
    MP_AUTO(mp_bus_close) struct mp_bus *bus = NULL;
    char address[64];
    int error;

    (void)snprintf(address, sizeof(address), "ipc://run/%s", service_names[service]);
    error = mp_bus_open(1, &bus);
    return error == 0 ? mp_control_ask(bus, address, word, 2000, answer) : error;
}

/* Whether the service's answer begins with "ok"; *ret_value: the number behind name= in it. */
static bool look(enum service service, const char *word, const char *name, double *ret_value)
{
    struct mp_buffer answer;
    char pattern[64];
    const char *found;
    bool is_ok;

    mp_buffer_init(&answer, 64 << 10);
    is_ok = ask(service, word, &answer) == 0;
    mp_buffer_put_u8(&answer, 0);
    is_ok = is_ok && answer.error == 0 && strncmp((const char *)answer.data, "ok", 2) == 0;
    (void)snprintf(pattern, sizeof(pattern), "\n%s=", name);
    found = is_ok ? strstr((const char *)answer.data, pattern) : NULL;
    *ret_value = found == NULL ? -1 : strtod(found + strlen(pattern), NULL);
    mp_buffer_done(&answer);
    return is_ok;
}

static void wait_healthy(enum service service)
{
    double nothing;

    for (int64_t end = bench_now_ns() + PATIENCE_NS; !look(service, "health", "", &nothing);) {
        errno = 0;
        bench_need(bench_now_ns() < end, "%s is not healthy; see %s.log", service_names[service],
                   service_names[service]);
        bench_sleep_until_ns(bench_now_ns() + LOOK_NS);
    }
}

static pid_t start(enum service service)
{
    char program[64], config[64], log[64];
    const char *const argv[] = {program, config, NULL};

    (void)snprintf(program, sizeof(program), "milepost-%s", service_names[service]);
    (void)snprintf(config, sizeof(config), "--config=%s.yaml", service_names[service]);
    (void)snprintf(log, sizeof(log), "%s.log", service_names[service]);
    return process_start(argv, log);
}

double instance_start_ledger_ms(struct instance *instance)
{
    int64_t from;

    process_notify_forget();
    from = bench_now_ns();
    instance->pids[LEDGER] = start(LEDGER);
    process_notify_wait("ledger");
    return (double)(bench_now_ns() - from) / 1e6;
}

static void start_bare(struct instance *instance)
{
    char submit[96], feed[96];
    const char *const argv[] = {"bench_bare",    submit, feed, "--key-file=" SERVICE_KEY,
                                "--folder=bare", NULL};

    (void)snprintf(submit, sizeof(submit), "--submit=%s", instance->bare_submit);
    (void)snprintf(feed, sizeof(feed), "--feed=%s", instance->bare_feed);
    instance->pids[BARE] = process_start(argv, "bare.log");
}

void instance_start_doors(struct instance *instance)
{
    instance->pids[INGEST] = start(INGEST);
    wait_healthy(INGEST);
    instance->pids[PUBLISH] = start(PUBLISH);
    wait_healthy(PUBLISH);
}

void instance_start(struct instance *instance)
{
    process_notify_open();
    choose_addresses(instance);
    make_store();
    write_configurations(instance);
    (void)instance_start_ledger_ms(instance);
    instance_start_doors(instance);
    start_bare(instance);
}

void instance_stop(struct instance *instance, enum service service)
{
    process_stop(instance->pids[service]);
    instance->pids[service] = 0;
}

double instance_ledger_stat(const char *name)
{
    double value;

    errno = 0;
    bench_need(look(LEDGER, "stats", name, &value) && value >= 0, "the ledger's stats: %s", name);
    return value;
}

void instance_wait(enum service service, const char *name, size_t count)
{
    int64_t end = bench_now_ns() + PATIENCE_NS;
    double value = 0;

    while (!look(service, "stats", name, &value) || value < (double)count) {
        errno = 0;
        bench_need(bench_now_ns() < end, "%s: %s is %g, not %zu", service_names[service], name,
                   value, count);
        bench_sleep_until_ns(bench_now_ns() + LOOK_NS);
    }
}

void instance_warm_store(void)
{
    static char block[1 << 20];
    int file = open(STORE_FILE, O_RDONLY | O_CLOEXEC);

    bench_need(file >= 0, STORE_FILE);
    while (read(file, block, sizeof(block)) > 0)
        ;
    (void)close(file);
}

double instance_disk_bytes(void)
{
    struct stat status;

    bench_need(stat(STORE_FILE, &status) == 0, STORE_FILE);
    return (double)status.st_blocks * 512;
}
