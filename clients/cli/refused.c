#include "clients/cli/refused.h"

#include "core/base/clock.h"

#define LISTEN_MS 700 /* a handshake on a slow line */
#define STEP_MS   20

int refused_keys(struct cli *cli, const struct instance *instance, const char *identity,
                 struct mp_key_pair *ret_keys, uint8_t ret_server_key[static MP_KEY_BYTES])
{
    const char *path = instance_key(cli, instance, identity);
    int error = mp_key_load(path, ret_keys);

    if (error < 0)
        return cli_fail(error == MP_ENOTFOUND ? CLI_NOT_ALLOWED : cli_exit_of(error), "%s: %s",
                        path, error == MP_ENOTFOUND ? "no such key" : mp_error_text(error));
    if (mp_key_parse(instance->server_key, ret_server_key) != 0)
        return cli_fail(CLI_FAILED, "client.yaml: server-key is no key");
    return CLI_OK;
}

static void on_news(void *context, const struct mp_link_news *news)
{
    struct refused *refused = context;

    refused->is_refused = refused->is_refused || news->refused;
}

int refused_open(struct refused *refused, struct mp_client *client, enum mp_socket_kind kind,
                 const char *address)
{
    struct mp_socket_options options = {
        .kind = kind,
        .keys = &refused->keys,
        .server_key = refused->server_key,
    };
    struct mp_bus *bus = mp_client_bus(client);
    int error = mp_socket_open(bus, &options, &refused->socket);

    if (error == 0)
        error = mp_link_open(bus, mp_client_loop(client), refused->socket, on_news, refused,
                             &refused->link);
    if (error == 0)
        error = mp_socket_connect(refused->socket, address);
    if (error < 0)
        refused_close(refused);
    return error;
}

void refused_close(struct refused *refused)
{
    mp_link_close(refused->link);
    mp_socket_close(refused->socket);
    mp_key_forget(&refused->keys);
    refused->link = NULL;
    refused->socket = NULL;
}

bool refused_ask(struct cli *cli, const struct instance *instance, const char *identity,
                 struct mp_client *client, const char *address)
{
    int64_t deadline_ms = mp_clock_monotonic_ms(&mp_clock_system) + LISTEN_MS;
    struct refused refused = {0};
    int error;

    if (refused_keys(cli, instance, identity, &refused.keys, refused.server_key) != CLI_OK)
        return false;
    error = refused_open(&refused, client, MP_SOCKET_DEALER, address);
    while (error == 0 && !refused.is_refused &&
           mp_clock_monotonic_ms(&mp_clock_system) < deadline_ms)
        error = mp_loop_step(mp_client_loop(client), STEP_MS);
    refused_close(&refused);
    return refused.is_refused;
}

int refused_say(const char *identity, const char *address)
{
    return cli_fail(CLI_NOT_ALLOWED,
                    "the key of '%s' is refused at %s: it is not registered, or was revoked",
                    identity, address);
}
