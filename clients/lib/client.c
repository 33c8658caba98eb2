#include "clients/lib/client.h"
#include "clients/lib/client_private.h"
#include "core/base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NEVER_MS (INT64_C(1000) * 3600 * 24 * 3650)

int64_t mp_client_deadline_ms(int64_t timeout_ms)
{
    if (timeout_ms < 0 || timeout_ms > NEVER_MS)
        timeout_ms = NEVER_MS;
    return mp_clock_monotonic_ms(&mp_clock_system) + timeout_ms;
}

int64_t mp_client_left_ms(int64_t deadline_ms, int64_t most_ms)
{
    int64_t left_ms = deadline_ms - mp_clock_monotonic_ms(&mp_clock_system);

    if (left_ms < 0)
        return 0;
    return left_ms < most_ms ? left_ms : most_ms;
}

int mp_client_fail(struct mp_client *client, int error, const char *why)
{
    (void)snprintf(client->why, sizeof client->why, "%s",
                   why != NULL && why[0] != '\0' ? why : mp_error_text(error));
    return error;
}

static int copy_text(const char *text, char **ret_copy)
{
    char *copy = NULL;

    if (text != NULL) {
        copy = strdup(text);
        if (copy == NULL)
            return MP_ENOMEM;
    }
    *ret_copy = copy;
    return 0;
}

/* Neither key: a client on this machine, over ipc. */
static int load_keys(struct mp_client *client, const struct mp_client_options *options)
{
    int error;

    if (options->key_file == NULL && options->server_key == NULL)
        return 0;
    if (options->key_file == NULL || options->server_key == NULL)
        return MP_EINVAL;
    error = mp_key_parse(options->server_key, client->server_key);
    if (error == 0)
        error = mp_key_load(options->key_file, &client->keys);
    client->has_keys = error == 0;
    return error;
}

int mp_client_open(const struct mp_client_options *options, struct mp_client **ret_client)
{
    struct mp_client *client = calloc(1, sizeof *client);
    int error;

    if (client == NULL)
        return MP_ENOMEM;
    error = copy_text(options->submit, &client->submit);
    if (error == 0)
        error = copy_text(options->feed, &client->feed);
    if (error == 0)
        error = copy_text(options->ask, &client->ask);
    if (error == 0)
        error = load_keys(client, options);
    if (error == 0)
        error = mp_bus_open(1, &client->bus);
    if (error == 0)
        error = mp_loop_open(&mp_clock_system, &client->loop);
    if (error == 0 && options->outbox != NULL)
        error = mp_outbox_open(options->outbox, &client->outbox);
    if (error < 0) {
        mp_client_close(client);
        return error;
    }
    *ret_client = client;
    return 0;
}

void mp_client_close(struct mp_client *client)
{
    if (client == NULL)
        return;
    mp_sender_close(client->sender);
    mp_asker_close(client->asker);
    mp_outbox_close(client->outbox);
    mp_loop_close(client->loop);
    mp_bus_close(client->bus);
    mp_key_forget(&client->keys);
    free(client->submit);
    free(client->feed);
    free(client->ask);
    free(client);
}

int mp_client_endpoint(struct mp_client *client, const char *address,
                       struct mp_endpoint *ret_endpoint)
{
    if (address == NULL)
        return mp_client_fail(client, MP_ECONFIG, "this client was opened without that address");
    *ret_endpoint = (struct mp_endpoint){
        .address = address,
        .keys = client->has_keys ? &client->keys : NULL,
        .server_key = client->has_keys ? client->server_key : NULL,
    };
    return 0;
}

const char *mp_client_why(const struct mp_client *client)
{
    return client->why;
}

struct mp_outbox *mp_client_outbox(struct mp_client *client)
{
    return client->outbox;
}

const uint8_t *mp_client_public_key(const struct mp_client *client)
{
    return client->has_keys ? client->keys.public_key : NULL;
}

struct mp_bus *mp_client_bus(struct mp_client *client)
{
    return client->bus;
}

struct mp_loop *mp_client_loop(struct mp_client *client)
{
    return client->loop;
}
