/* milepost init: an instance from nothing. */
#include "clients/cli/ask.h"
#include "clients/cli/options.h"
#include "clients/cli/process.h"
#include "clients/cli/verbs.h"
#include "core/base/file.h"
#include "core/base/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define PORT_FIRST 7701
#define PORT_STEP  10
#define PORT_LAST  65500
#define ZONE       "+05:00"

struct making {
    struct cli *cli;
    struct instance instance; /* its folder, for the paths */
    const char *listen;       /* host of tcp addresses to listen on */
    const char *near;         /* host that a client on this machine connects to */
    const char *run;          /* folder of the sockets */
    const char *authority, *title;
    const char *zone; /* minutes, as text */
    int64_t port;
    char authority_key[MP_KEY_TEXT], service_key[MP_KEY_TEXT];
};

static bool port_is_free(const char *host, int64_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
    bool is_free;

    if (fd < 0)
        return false;
    if (inet_pton(AF_INET, host, &address.sin_addr) != 1)
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    /* A connection that has just ended is no hindrance, somebody who listens is. */
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    is_free = bind(fd, (const struct sockaddr *)&address, sizeof address) == 0;
    (void)close(fd);
    return is_free;
}

static int find_ports(struct making *making, const char *asked)
{
    if (asked != NULL) {
        if (mp_text_parse_i64(asked, 1, PORT_LAST, &making->port) != 0)
            return cli_fail(CLI_USAGE, "--ports %s: expected 1 to %d", asked, PORT_LAST);
        return CLI_OK;
    }
    for (int64_t port = PORT_FIRST; port <= PORT_LAST; port += PORT_STEP) {
        if (port_is_free(making->listen, port) && port_is_free(making->listen, port + 1) &&
            port_is_free(making->listen, port + 2)) {
            making->port = port;
            return CLI_OK;
        }
    }
    return cli_fail(CLI_FAILED, "no three free ports on %s; name them with --ports",
                    making->listen);
}

static int read_zone(struct making *making, const char *text)
{
    int64_t minutes = 0;

    if (ask_zone_parse(text, &minutes) != 0)
        return cli_fail(CLI_USAGE, "--zone %s: expected hours and minutes, as +05:00", text);
    if (minutes < -720 || minutes > 840)
        return cli_fail(CLI_USAGE, "--zone %s: expected -12:00 to +14:00", text);
    making->zone = cli_text(making->cli->arena, "%" PRId64, minutes);
    return CLI_OK;
}

static const char *given_or(const struct cli *cli, const char *name, const char *fallback)
{
    const char *value = cli_value(cli, name);

    return value != NULL ? value : fallback;
}

static int read_wishes(struct making *making)
{
    struct cli *cli = making->cli;
    int status;

    making->authority = given_or(cli, "authority", "authority");
    making->title = given_or(cli, "authority-title", "Programme authority");
    making->listen = given_or(cli, "listen", "127.0.0.1");
    making->near = strcmp(making->listen, "0.0.0.0") == 0 || strcmp(making->listen, "*") == 0
                       ? "127.0.0.1"
                       : making->listen;
    if (!mp_agency_id_is_valid(making->authority) || strcmp(making->authority, "services") == 0)
        return cli_fail(CLI_USAGE, "--authority %s: expected small letters, digits, '-' and '.'",
                        making->authority);
    status = read_zone(making, given_or(cli, "zone", ZONE));
    return status == CLI_OK ? find_ports(making, cli_value(cli, "ports")) : status;
}

/* Refuses what holds something. The path, which may not be there yet, in making->instance. */
static int judge_folder(struct making *making)
{
    struct cli *cli = making->cli;
    const char *path = cli->argument_count > 0 ? cli->arguments[0]
                       : cli->folder != NULL   ? cli->folder
                                               : ".milepost";

    making->instance.folder = path;
    if (mp_file_exists(cli_text(cli->arena, "%s/client.yaml", path)))
        return cli_fail(CLI_FAILED, "%s is an instance already", path);
    if (process_is_taken(path))
        return cli_fail(CLI_FAILED, "%s is not empty; name a new folder", path);
    return CLI_OK;
}

static int fail_making(const struct making *making, const char *what, int error)
{
    return cli_fail(CLI_FAILED, "%s/%s: %s", making->instance.folder, what, mp_error_text(error));
}

static int make_folders(struct making *making)
{
    static const char *const names[] = {"keys", "run", "log", "outbox"};
    char *real;
    int error = mp_file_make_folder(making->instance.folder, 0700);

    if (error == 0 && chmod(making->instance.folder, 0700) != 0)
        error = mp_error_from_errno(errno);
    if (error != 0)
        return fail_making(making, "", error);
    real = realpath(making->instance.folder, NULL);
    if (real != NULL)
        making->instance.folder = cli_text(making->cli->arena, "%s", real);
    free(real);
    for (size_t i = 0; i < MP_LENGTH(names); i++) {
        error =
            instance_make_private(instance_path(making->cli, &making->instance, "%s", names[i]));
        if (error != 0)
            return fail_making(making, names[i], error);
    }
    making->run = instance_run_folder(making->cli->arena, making->instance.folder);
    error = instance_make_private(making->run);
    return error == 0 ? CLI_OK
                      : cli_fail(CLI_FAILED, "folder of the sockets: %s", mp_error_text(error));
}

static int make_key(const struct making *making, const char *id, char text[static MP_KEY_TEXT])
{
    struct mp_key_pair pair;
    int error = instance_new_key(instance_key(making->cli, &making->instance, id), &pair);

    mp_key_format(pair.public_key, text);
    mp_key_forget(&pair);
    return error == 0 ? CLI_OK : fail_making(making, "keys", error);
}

/* The ledger itself writes its first authority. */
static int make_store(const struct making *making)
{
    struct mp_arena *arena = making->cli->arena;
    const char *const argv[] = {
        "milepost-ledger",
        "init",
        cli_text(arena, "--store=%s/store", making->instance.folder),
        cli_text(arena, "--zone-minutes=%s", making->zone),
        cli_text(arena, "--authority=%s", making->authority),
        cli_text(arena, "--authority-title=%s", making->title),
        cli_text(arena, "--authority-key=%s", making->authority_key),
        cli_text(arena, "--service-key=%s", making->service_key),
        NULL,
    };

    return process_run(arena, argv, false, NULL, 0) == 0
               ? CLI_OK
               : cli_fail(CLI_FAILED, "the ledger did not make its record");
}

static int write_file(const struct making *making, const char *name, const char *const (*pairs)[2],
                      size_t count)
{
    int error =
        mp_conf_write(instance_path(making->cli, &making->instance, "%s", name), pairs, count);

    return error == 0 ? CLI_OK : fail_making(making, name, error);
}

static const char *ipc(const struct making *making, const char *name)
{
    return cli_text(making->cli->arena, "ipc://%s/%s.sock", making->run, name);
}

static const char *tcp(const struct making *making, const char *host, int offset)
{
    return cli_text(making->cli->arena, "tcp://%s:%" PRId64, host, making->port + offset);
}

/* client.yaml comes last: with it the folder is an instance. */
static int write_files(const struct making *making)
{
    const char *const ledger[][2] = {
        {"store", "store"},
        {"submit", ipc(making, "submit")},
        {"ask", ipc(making, "ask")},
        {"feed", ipc(making, "feed")},
        {"control", ipc(making, "ledger")},
        {"zone-minutes", making->zone},
    };
    const char *const ingest[][2] = {
        {"listen", tcp(making, making->listen, 0)}, {"key-file", "keys/services.key"},
        {"ledger-submit", ipc(making, "submit")},   {"ledger-feed", ipc(making, "feed")},
        {"ledger-ask", ipc(making, "ask")},         {"control", ipc(making, "ingest")},
    };
    const char *const publish[][2] = {
        {"listen-feed", tcp(making, making->listen, 1)},
        {"listen-ask", tcp(making, making->listen, 2)},
        {"key-file", "keys/services.key"},
        {"upstream-feed", ipc(making, "feed")},
        {"upstream-ask", ipc(making, "ask")},
        {"control", ipc(making, "publish")},
    };
    const char *const client[][2] = {
        {"submit", tcp(making, making->near, 0)},
        {"feed", tcp(making, making->near, 1)},
        {"ask", tcp(making, making->near, 2)},
        {"server-key", making->service_key},
        {"identity", making->authority},
        {"reader", making->authority},
        {"zone-minutes", making->zone},
        {"ledger-control", ipc(making, "ledger")},
        {"ingest-control", ipc(making, "ingest")},
        {"publish-control", ipc(making, "publish")},
    };
    int status = write_file(making, "ledger.yaml", ledger, MP_LENGTH(ledger));

    if (status == CLI_OK)
        status = write_file(making, "ingest.yaml", ingest, MP_LENGTH(ingest));
    if (status == CLI_OK)
        status = write_file(making, "publish.yaml", publish, MP_LENGTH(publish));
    return status == CLI_OK ? write_file(making, "client.yaml", client, MP_LENGTH(client)) : status;
}

static int run_init(struct cli *cli)
{
    struct making making = {.cli = cli};
    int status = judge_folder(&making);

    if (status == CLI_OK)
        status = read_wishes(&making);
    if (status != CLI_OK)
        return status;
    if (cli->dry_run) {
        printf("would make %s: authority %s, ports %" PRId64 " to %" PRId64 " on %s\n",
               making.instance.folder, making.authority, making.port, making.port + 2,
               making.listen);
        return CLI_OK;
    }
    status = make_folders(&making);
    if (status != CLI_OK)
        return status;
    status = make_key(&making, "services", making.service_key);
    if (status == CLI_OK)
        status = make_key(&making, making.authority, making.authority_key);
    if (status == CLI_OK)
        status = make_store(&making);
    if (status == CLI_OK)
        status = write_files(&making);
    if (status != CLI_OK) {
        /* It was empty when we came: half an instance helps nobody. */
        (void)!process_remove_tree(making.instance.folder);
        if (making.run != NULL)
            (void)rmdir(making.run); /* where it is elsewhere */
        return status;
    }
    printf("made %s: authority %s, submit %s, feed %s, ask %s\n", making.instance.folder,
           making.authority, tcp(&making, making.near, 0), tcp(&making, making.near, 1),
           tcp(&making, making.near, 2));
    return CLI_OK;
}

const struct cli_command verb_init = {
    .name = "init",
    ARGUMENTS("[FOLDER]", 0, 1),
    .summary = "make a new instance: keys, an empty record, configuration",
    .details = "Makes FOLDER (.milepost when not given) with the keys of the services and of the "
               "first authority, an empty record that knows both, and the configuration of every "
               "process. Nothing is started. A folder that holds something already is refused.",
    .example = "milepost init\nmilepost init /srv/milepost --authority planning --ports 7801",
    .writes = true,
    OPTIONS(TEXT("authority", "ID", "identity of the first authority; 'authority' by default"),
            TEXT("authority-title", "TEXT", "its name"),
            NUMBER("ports", "N",
                   "use the ports N, N+1 and N+2; else the first three free from 7701 on"),
            TEXT("listen", "HOST", "address to listen on; 127.0.0.1 by default"),
            TEXT("zone", "+HH:MM", "the programme's civil time; +05:00 by default")),
    .formats = CLI_WORDS_ALONE,
    .run = run_init,
};
