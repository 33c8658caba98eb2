#include "tests/network/stage.h"

#include "tests/support/system_figures.h"

#include <stdlib.h>
#include <string.h>

#define ASK_MS 30000

struct system_instance stage, through;
struct proxy *stage_proxies[STAGE_SOCKETS];
int stage_receive_bytes;

static struct mp_change project(const char *id, const char *parent)
{
    struct mp_change change = system_project(id, "railways");

    change.project.parent = parent;
    return change;
}

/* The railways, with one grant more. */
static struct mp_change railways(void)
{
    static const char *const grants[] = {"ml-1/", "ml-10/"};
    struct mp_change change;

    mp_change_init(&change, MP_CHANGE_AGENCY);
    change.agency.id = "railways";
    change.agency.title.en = "Railways";
    change.agency.role = MP_ROLE_AGENCY;
    change.agency.grants.items = mp_arena_array(system_arena(), MP_LENGTH(grants), sizeof(char *));
    change.agency.grants.count = MP_LENGTH(grants);
    memcpy(change.agency.grants.items, grants, sizeof grants);
    return change;
}

static void widen_world(void)
{
    struct mp_client *client = system_client(&stage, "authority");
    struct mp_submit_result result;
    const struct mp_change changes[] = {
        project("ml-1/south", "ml-1"),
        project("ml-10", ""),
        system_milestone("ml-1/south:completion"),
        system_milestone("ml-10:completion"),
        railways(),
    };

    cr_assert_eq(mp_client_submit(client, changes, MP_LENGTH(changes), ASK_MS, &result), 0);
    mp_client_close(client);
    cr_assert_eq(result.outcome, MP_SUBMIT_ACCEPTED, "%s: %s", result.field, result.message);
}

void stage_init(void)
{
    system_begin();
    system_init(&stage, "i");
}

void stage_start(void)
{
    system_start(&stage);
    system_make_world(&stage);
    widen_world();
    through = stage;
    through.port = system_free_ports();
    for (int i = 0; i < STAGE_SOCKETS; i++) {
        const struct proxy_options options = {.listen_port = through.port + i,
                                              .port = stage.port + i,
                                              .receive_bytes = stage_receive_bytes};

        stage_proxies[i] = proxy_open(&options);
    }
}

void stage_begin(void)
{
    stage_init();
    stage_start();
}

void stage_end(void)
{
    for (int i = 0; i < STAGE_SOCKETS; i++)
        proxy_close(mp_take(stage_proxies[i]));
    system_end();
}

static uint64_t number_of(const char *name, uint64_t usual)
{
    const char *text = getenv(name);

    return text == NULL ? usual : strtoull(text, NULL, 10);
}

uint64_t stage_seed(uint64_t usual)
{
    uint64_t seed = number_of("MILEPOST_SEED", usual);

    (void)fprintf(stderr, "seed %llu\n", (unsigned long long)seed);
    return seed;
}

unsigned stage_rounds(unsigned usual)
{
    return (unsigned)number_of("MILEPOST_NETWORK_ROUNDS", usual);
}

struct system_process *stage_cli(const char *const *words)
{
    static const char *const keys[STAGE_SOCKETS] = {"MILEPOST_SUBMIT", "MILEPOST_FEED",
                                                    "MILEPOST_ASK"};
    struct system_process *process;

    for (int i = 0; i < STAGE_SOCKETS; i++)
        (void)setenv(keys[i], system_text("tcp://127.0.0.1:%d", through.port + i), 1);
    process = system_cli_start(&stage, words);
    for (int i = 0; i < STAGE_SOCKETS; i++)
        (void)unsetenv(keys[i]);
    return process;
}

uint64_t stage_stat(enum system_service service, const char *name)
{
    return system_stat(&stage, service, name);
}

uint64_t stage_head(void)
{
    return stage_stat(SYSTEM_LEDGER, "head");
}
