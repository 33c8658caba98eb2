#include "clients/cli/instance.h"

#include "core/base/auto.h"
#include "core/base/clock.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/base/text.h"
#include "core/bus/control.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define SOCKET_PATH_MOST 100 /* the kernel's limit is 107 */
#define LONGEST_SOCKET   "/publish.sock"
#define OUTBOXES_MOST    64
#define ANSWER_MOST      65536
#define IPC              "ipc://"

#define AT(field) offsetof(struct instance, field)

static const struct mp_conf_key keys[] = {
    {"submit", MP_CONF_ADDRESS, 0, 0, NULL, "where ingest takes submissions", AT(submit)},
    {"feed", MP_CONF_ADDRESS, 0, 0, NULL, "where publish sends the feed", AT(feed)},
    {"ask", MP_CONF_ADDRESS, 0, 0, NULL, "where publish takes questions", AT(ask)},
    {"server-key", MP_CONF_TEXT, 0, 0, NULL, "public key of the services (Z85)", AT(server_key)},
    {"identity", MP_CONF_TEXT, 0, 0, NULL, "who writes when --as does not say", AT(identity)},
    {"reader", MP_CONF_TEXT, 0, 0, NULL, "who reads when --as does not say", AT(reader)},
    {"zone-minutes", MP_CONF_NUMBER, -720, 840, "300",
     "the programme's civil time, minutes east of Greenwich", AT(zone_minutes)},
    {"ledger-control", MP_CONF_ADDRESS, 0, 0, "", "control socket, where the ledger runs here",
     AT(controls[SERVICE_LEDGER])},
    {"ingest-control", MP_CONF_ADDRESS, 0, 0, "", "control socket, where ingest runs here",
     AT(controls[SERVICE_INGEST])},
    {"publish-control", MP_CONF_ADDRESS, 0, 0, "", "control socket, where publish runs here",
     AT(controls[SERVICE_PUBLISH])},
};

const char *const instance_services[SERVICE_COUNT] = {"ledger", "ingest", "publish"};

const struct mp_conf_table instance_table = {
    .program = "milepost",
    .summary = "where an instance's services are, and who asks",
    .keys = keys,
    .key_count = MP_LENGTH(keys),
};

/* Absolute, in the arena; NULL when there is no such folder. */
static const char *absolute(struct mp_arena *arena, const char *path)
{
    char *real = realpath(path, NULL);
    const char *copy = real == NULL ? NULL : cli_text(arena, "%s", real);

    free(real);
    return copy;
}

/* .milepost with a client.yaml in this folder or one above it. */
static const char *search_upwards(struct cli *cli)
{
    const char *here = absolute(cli->arena, ".");
    size_t size = here == NULL ? 0 : strlen(here) + 1;

    while (size-- > 0) {
        const char *folder = cli_text(cli->arena, "%.*s/.milepost", (int)size, here);

        if (mp_file_exists(cli_text(cli->arena, "%s/client.yaml", folder)))
            return folder;
        while (size > 0 && here[size - 1] != '/')
            size--;
    }
    return NULL;
}

const char *instance_find(struct cli *cli)
{
    return cli->folder != NULL ? absolute(cli->arena, cli->folder) : search_upwards(cli);
}

int instance_open(struct cli *cli, struct instance *ret_instance)
{
    struct instance instance = {0};
    struct mp_conf_source source = {.file = NULL};
    const char *folder = instance_find(cli), *why = "";

    if (folder == NULL && cli->folder != NULL)
        return cli_fail(CLI_FAILED, "%s: %s", cli->folder, strerror(errno));
    if (folder == NULL)
        return cli_fail(CLI_FAILED, "no instance: there is no .milepost in this folder nor above "
                                    "it; 'milepost init' makes one, --dir names another");
    source.file = cli_text(cli->arena, "%s/client.yaml", folder);
    if (!mp_file_exists(source.file))
        return cli_fail(CLI_FAILED, "%s holds no instance: client.yaml is missing", folder);
    if (mp_conf_load(&instance_table, &source, cli->arena, &instance, &why) != 0)
        return cli_fail(CLI_FAILED, "%s", why);
    instance.folder = folder;
    cli->folder = folder;
    if (cli->as == NULL)
        cli->as = cli->command->writes ? instance.identity : instance.reader;
    if (!mp_agency_id_is_valid(cli->as))
        return cli_fail(CLI_USAGE, "--as %s: no identity is called so", cli->as);
    *ret_instance = instance;
    return CLI_OK;
}

const char *instance_path(struct cli *cli, const struct instance *instance, const char *format, ...)
{
    const char *name;
    va_list arguments;

    va_start(arguments, format);
    name = mp_arena_vprintf(cli->arena, format, arguments);
    va_end(arguments);
    /* An empty path is refused by whatever opens it. */
    return name == NULL ? "" : cli_text(cli->arena, "%s/%s", instance->folder, name);
}

const char *instance_key(struct cli *cli, const struct instance *instance, const char *id)
{
    return instance_path(cli, instance, "keys/%s.key", id);
}

int instance_new_key(const char *path, struct mp_key_pair *ret_pair)
{
    char text[MP_KEY_TEXT];

    do {
        mp_key_make(ret_pair);
        mp_key_format(ret_pair->public_key, text);
    } while (text[0] == '-'); /* it would look like an option wherever a person passes it on */
    return mp_key_save(path, ret_pair);
}

const char *instance_run_folder(struct mp_arena *arena, const char *folder)
{
    char hex[2 * MP_HASH_BYTES + 1];
    struct mp_hash hash;

    if (strlen(folder) + strlen("/run") + strlen(LONGEST_SOCKET) <= SOCKET_PATH_MOST)
        return cli_text(arena, "%s/run", folder);
    hash = mp_hash_of(mp_span_text(folder));
    mp_text_hex(mp_span_make(hash.bytes, 8), hex);
    return cli_text(arena, "/tmp/milepost-%u-%s", (unsigned)geteuid(), hex);
}

int instance_make_private(const char *path)
{
    struct stat status;

    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return mp_error_from_errno(errno);
    /* Under /tmp somebody else may have been there first, with a link perhaps. */
    if (lstat(path, &status) != 0)
        return mp_error_from_errno(errno);
    if (!S_ISDIR(status.st_mode) || status.st_uid != geteuid() || (status.st_mode & 077) != 0)
        return MP_EPERM;
    return 0;
}

bool instance_is_local(const struct instance *instance)
{
    for (size_t i = 0; i < SERVICE_COUNT; i++) {
        if (instance->controls[i][0] != '\0')
            continue;
        (void)cli_fail(CLI_FAILED, "the services of this instance run elsewhere: client.yaml names "
                                   "no control sockets");
        return false;
    }
    return true;
}

char *instance_ask_control(struct mp_arena *arena, const char *control, const char *word,
                           int64_t timeout_ms, int *ret_error)
{
    MP_AUTO(mp_bus_close) struct mp_bus *bus = NULL; /* of its own: none may live across a fork */
    struct mp_buffer answer;
    char *text;

    mp_buffer_init(&answer, ANSWER_MOST);
    *ret_error = mp_bus_open(1, &bus);
    if (*ret_error == 0)
        *ret_error = mp_control_ask(bus, control, word, timeout_ms, &answer);
    text = *ret_error == 0 ? mp_arena_text(arena, mp_buffer_span(&answer)) : NULL;
    if (*ret_error == 0 && text == NULL)
        *ret_error = MP_ENOMEM;
    mp_buffer_done(&answer);
    return text;
}

/* Whether somebody listens: a connection is taken, or refused, at once. */
static bool is_listened_at(const char *address)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    size_t scheme = strlen(IPC);
    bool listens;
    int file;

    if (strncmp(address, IPC, scheme) != 0 || strlen(address + scheme) >= sizeof name.sun_path)
        return true; /* not to be told from here */
    (void)snprintf(name.sun_path, sizeof name.sun_path, "%s", address + scheme);
    file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (file < 0)
        return true;
    listens = connect(file, (const struct sockaddr *)&name, sizeof name) == 0 ||
              (errno != ENOENT && errno != ECONNREFUSED);
    (void)close(file);
    return listens;
}

bool instance_is_down(const struct instance *instance)
{
    for (size_t i = 0; i < SERVICE_COUNT; i++) {
        if (instance->controls[i][0] == '\0' || is_listened_at(instance->controls[i]))
            return false;
    }
    return true;
}

int instance_say_down(void)
{
    return cli_fail(CLI_UNREACHABLE, "the services do not run: start them with 'milepost up'");
}

static void tell_outbox(const struct instance *instance, const char *identity)
{
    struct mp_outbox_counts counts;
    char folder[PATH_MAX];
    int size = snprintf(folder, sizeof folder, "%s/outbox/%s", instance->folder, identity);

    if (size < 0 || (size_t)size >= sizeof folder || mp_outbox_peek(folder, &counts) != 0)
        return;
    if (counts.waiting + counts.sent > 0)
        fprintf(stderr,
                "milepost: %" PRIu64 " of %s not yet recorded: 'milepost outbox retry --as "
                "%s' sends\n",
                counts.waiting + counts.sent, identity, identity);
    if (counts.rejected_unseen > 0)
        fprintf(stderr,
                "milepost: %" PRIu64 " of %s rejected meanwhile: 'milepost outbox list --as %s' "
                "shows why\n",
                counts.rejected_unseen, identity, identity);
}

/* Once a run, before any outbox is open: an LMDB environment must not be opened twice. */
static void tell_outboxes(const struct cli *cli, const struct instance *instance)
{
    static bool told;
    const char *path = cli_text(cli->arena, "%s/outbox", instance->folder);
    bool shows_itself =
        strcmp(cli->command->name, "outbox") == 0 || strcmp(cli->command->name, "import") == 0;
    DIR *folder = told || shows_itself ? NULL : opendir(path);
    const struct dirent *entry;
    size_t seen = 0;

    told = true;
    if (folder == NULL)
        return;
    while (seen < OUTBOXES_MOST && (entry = readdir(folder)) != NULL) {
        if (mp_agency_id_is_valid(entry->d_name)) {
            tell_outbox(instance, entry->d_name);
            seen++;
        }
    }
    (void)closedir(folder);
}

static int say_no_client(const struct instance *instance, const char *identity, int error)
{
    switch (error) {
    case MP_ENOTFOUND:
        return cli_fail(CLI_NOT_ALLOWED,
                        "there is no key of '%s' in %s/keys; 'milepost key new %s' makes one, an "
                        "authority registers it",
                        identity, instance->folder, identity);
    case MP_EKEYMODE:
        return cli_fail(CLI_NOT_ALLOWED, "%s/keys/%s.key: %s", instance->folder, identity,
                        mp_error_text(error));
    default:
        return cli_error(error, "as %s", identity);
    }
}

int instance_client(struct cli *cli, const struct instance *instance, const char *identity,
                    bool writes, struct mp_client **ret_client)
{
    struct mp_client_options options = {
        .submit = instance->submit,
        .feed = instance->feed,
        .ask = instance->ask,
        .server_key = instance->server_key,
    };
    const char *parent = instance_path(cli, instance, "outbox");
    int error = 0;

    if (identity == NULL)
        identity = cli->as;
    options.key_file = instance_key(cli, instance, identity);
    tell_outboxes(cli, instance);
    if (!mp_agency_id_is_valid(identity))
        return cli_fail(CLI_USAGE, "'%s': no identity is called so", identity);
    if (!mp_file_exists(options.key_file))
        error = MP_ENOTFOUND; /* said so, before an outbox is made for nobody */
    if (error == 0 && writes) {
        error = instance_make_private(parent);
        options.outbox = instance_path(cli, instance, "outbox/%s", identity);
    }
    if (error == 0)
        error = mp_client_open(&options, ret_client);
    return error == 0 ? CLI_OK : say_no_client(instance, identity, error);
}

int32_t instance_today(const struct instance *instance)
{
    return mp_clock_civil_day(mp_clock_wall_us(&mp_clock_system), (int)instance->zone_minutes);
}
