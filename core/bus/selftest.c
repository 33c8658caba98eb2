#include "core/bus/internal.h"
#include "core/bus/zap.h"

#include <string.h>

#define DOMAIN      "self-test"
#define DEADLINE_MS 5000
#define STEP_MS     10
#define HANDSHAKES                                                                                 \
    (ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |                        \
     ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH)

struct trial {
    struct mp_bus *bus;
    struct mp_loop *loop;
    void *server;
    void *reader; /* the server's events */
    struct mp_key_pair server_keys, good_keys, bad_keys;
    char address[64];
};

static enum mp_zap_verdict check_key(void *context, const char *domain,
                                     const uint8_t key[static MP_KEY_BYTES])
{
    const struct trial *trial = context;
    bool good =
        strcmp(domain, DOMAIN) == 0 && memcmp(key, trial->good_keys.public_key, MP_KEY_BYTES) == 0;
    return good ? MP_ZAP_ALLOW : MP_ZAP_REFUSE;
}

static int open_server(struct trial *trial)
{
    struct mp_socket_options options = {
        .kind = MP_SOCKET_ROUTER,
        .server = true,
        .keys = &trial->server_keys,
        .zap_domain = DOMAIN,
    };
    int result = mp_socket_open(trial->bus, &options, &trial->server);
    if (result == 0)
        result = mp_monitor_open(trial->bus, trial->server, HANDSHAKES, &trial->reader);
    if (result == 0)
        result = mp_socket_bind(trial->server, "tcp://127.0.0.1:*");
    if (result == 0)
        result = mp_socket_bound_address(trial->server, trial->address, sizeof trial->address);
    return result;
}

static int open_client(struct trial *trial, const struct mp_key_pair *keys, void **ret_client)
{
    struct mp_socket_options options = {
        .kind = MP_SOCKET_DEALER,
        .keys = keys,
        .server_key = trial->server_keys.public_key,
    };
    MP_AUTO(mp_socket_close) void *client = NULL;
    int result = mp_socket_open(trial->bus, &options, &client);
    if (result == 0)
        result = mp_socket_connect(client, trial->address);
    if (result == 0)
        *ret_client = mp_take(client);
    return result;
}

/* Runs the loop until the server tells the wanted end of a handshake. A client tries again and
 * again, so failures of the one before may still come: they are passed over. A success that is not
 * wanted is the very thing this test exists for. */
static int wait_for(struct trial *trial, unsigned wanted)
{
    int64_t deadline_ms = mp_loop_now_ms(trial->loop) + DEADLINE_MS;
    while (mp_loop_now_ms(trial->loop) < deadline_ms) {
        int result = mp_loop_step(trial->loop, STEP_MS);
        if (result != 0)
            return result;
        unsigned event = 0;
        int32_t value = 0;
        while ((result = mp_monitor_next(trial->reader, &event, &value)) == 0) {
            if (event == wanted)
                return 0;
            if (event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED)
                return MP_EPERM;
        }
        if (result != MP_EAGAIN)
            return result;
    }
    return MP_ETIMEDOUT;
}

static int try_client(struct trial *trial, const struct mp_key_pair *keys, unsigned wanted)
{
    MP_AUTO(mp_socket_close) void *client = NULL;
    int result = open_client(trial, keys, &client);
    return result == 0 ? wait_for(trial, wanted) : result;
}

static int run_trial(struct trial *trial)
{
    int result = try_client(trial, &trial->good_keys, ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL);
    if (result != 0)
        return result;
    MP_AUTO(mp_zap_close) struct mp_zap *zap = NULL;
    result = mp_zap_open(trial->bus, trial->loop, check_key, trial, &zap);
    if (result == 0)
        result = try_client(trial, &trial->bad_keys, ZMQ_EVENT_HANDSHAKE_FAILED_AUTH);
    if (result == 0)
        result = try_client(trial, &trial->good_keys, ZMQ_EVENT_HANDSHAKE_SUCCEEDED);
    return result;
}

int mp_zap_self_test(void)
{
    MP_AUTO(mp_bus_close) struct mp_bus *bus = NULL;
    MP_AUTO(mp_loop_close) struct mp_loop *loop = NULL;
    int result = mp_bus_open(1, &bus);
    if (result == 0)
        result = mp_loop_open(&mp_clock_system, &loop);
    if (result != 0)
        return result;
    struct trial trial = {.bus = bus, .loop = loop};
    mp_key_make(&trial.server_keys);
    mp_key_make(&trial.good_keys);
    mp_key_make(&trial.bad_keys);
    result = open_server(&trial);
    if (result == 0)
        result = run_trial(&trial);
    mp_monitor_close(trial.server, trial.reader);
    mp_socket_close(trial.server);
    return result;
}
