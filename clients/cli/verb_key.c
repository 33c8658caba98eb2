/* milepost key: key pairs of this instance, public keys of the record. */
#include "clients/cli/options.h"
#include "clients/cli/output.h"
#include "clients/cli/say.h"
#include "clients/cli/verbs.h"
#include "clients/cli/worded.h"
#include "core/base/file.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define KEY_FILE_END ".key"

/* The public key of an identity here. An exit code, after saying why. */
static int read_public(struct cli *cli, const struct instance *instance, const char *id,
                       uint8_t key[static MP_KEY_BYTES])
{
    const char *path = instance_key(cli, instance, id);
    struct mp_key_pair pair;
    int error = mp_key_load(path, &pair);

    if (error == MP_ENOTFOUND)
        return cli_fail(CLI_NOT_FOUND,
                        "there is no key of '%s' here; 'milepost key new %s' makes "
                        "one",
                        id, id);
    if (error != 0)
        return cli_error(error, "%s", path);
    memcpy(key, pair.public_key, MP_KEY_BYTES);
    mp_key_forget(&pair);
    return CLI_OK;
}

static json_t *key_row(const char *id, const uint8_t key[static MP_KEY_BYTES])
{
    char text[MP_KEY_TEXT];

    mp_key_format(key, text);
    return json_pack("{s:s, s:s}", "id", id, "public_key", text);
}

/* For a person and a script alike: the key alone, unless another form was asked for. */
static int print_public(struct cli *cli, const char *id, const uint8_t key[static MP_KEY_BYTES])
{
    char text[MP_KEY_TEXT];
    struct output *output;

    if (cli->output == CLI_TABLE) {
        mp_key_format(key, text);
        puts(text);
        return CLI_OK;
    }
    output = output_open(cli, "id public_key", true);
    return output_close(output, output_row(output, key_row(id, key)));
}

static int new_key(struct cli *cli)
{
    const char *id = cli->arguments[1], *path;
    struct instance instance;
    struct mp_key_pair pair;
    int error, status = instance_open(cli, &instance);

    if (status != CLI_OK)
        return status;
    path = instance_key(cli, &instance, id);
    if (mp_file_exists(path))
        return cli_fail(CLI_FAILED, "%s is there already; it is never overwritten", path);
    if (cli->dry_run) {
        (void)fprintf(stderr, "dry run: %s would be made\n", path);
        return CLI_OK;
    }
    error = instance_new_key(path, &pair);
    status = error == 0 ? print_public(cli, id, pair.public_key)
                        : cli_fail(CLI_FAILED, "%s: %s", path, mp_error_text(error));
    mp_key_forget(&pair);
    return status;
}

static int show_key(struct cli *cli)
{
    const char *id = cli->arguments[1];
    struct instance instance;
    uint8_t key[MP_KEY_BYTES];
    int status = instance_open(cli, &instance);

    if (status == CLI_OK)
        status = read_public(cli, &instance, id, key);
    return status == CLI_OK ? print_public(cli, id, key) : status;
}

static int is_key_file(const struct dirent *entry)
{
    size_t size = strlen(entry->d_name), end = strlen(KEY_FILE_END);

    return size > end && strcmp(entry->d_name + size - end, KEY_FILE_END) == 0;
}

static int list_keys(struct cli *cli)
{
    struct instance instance;
    struct dirent **entries = NULL;
    struct output *output;
    const char *path;
    int count, status = instance_open(cli, &instance);

    if (status != CLI_OK)
        return status;
    path = instance_path(cli, &instance, "keys");
    count = scandir(path, &entries, is_key_file, alphasort);
    if (count < 0)
        return cli_fail(CLI_FAILED, "%s: %s", path, strerror(errno));
    output = output_open(cli, "id public_key", false);
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        const char *id =
            cli_text(cli->arena, "%.*s", (int)(strlen(name) - strlen(KEY_FILE_END)), name);
        uint8_t key[MP_KEY_BYTES];

        if (status == CLI_OK)
            status = read_public(cli, &instance, id, key);
        if (status == CLI_OK)
            status = output_row(output, key_row(id, key));
        free(entries[i]);
    }
    free(entries);
    return output_close(output, status);
}

/* add and revoke: a change like any other, by an authority. */
static int submit_key(struct cli *cli, enum mp_change_kind kind)
{
    const char *id = cli->arguments[1], *text = cli->arguments[2];
    struct say say;
    int status = say_begin(cli, kind, &say);

    if (status != CLI_OK)
        return status;
    say.change.key.agency = id;
    if (strcmp(text, "own") == 0)
        status = read_public(cli, &say.instance, id, say.change.key.public_key);
    else if (mp_key_parse(text, say.change.key.public_key) != 0)
        status = cli_fail(CLI_USAGE, "'%s' is no public key: 40 characters of Z85, or 'own'", text);
    return status == CLI_OK ? say_finish(&say) : status;
}

static int run_add(struct cli *cli)
{
    return submit_key(cli, MP_CHANGE_KEY_ADDED);
}

static int run_revoke(struct cli *cli)
{
    return submit_key(cli, MP_CHANGE_KEY_REVOKED);
}

static int run_key(struct cli *cli)
{
    static const struct worded words[] = {
        {"new", "ID", 1, 1, "", new_key},
        {"show", "ID", 1, 1, "", show_key},
        {"list", "", 0, 0, "", list_keys},
        {"add", "AGENCY KEY", 2, 2, " note source ", run_add},
        {"revoke", "AGENCY KEY", 2, 2, " note source ", run_revoke},
    };
    const char *id = cli->argument_count > 1 ? cli->arguments[1] : NULL;

    if (id != NULL && !mp_agency_id_is_valid(id))
        return cli_fail(CLI_USAGE, "'%s' is no identity: small letters, digits, '-' and '.'", id);
    return worded_run(cli, words, MP_LENGTH(words));
}

const struct cli_command verb_key = {
    .name = "key",
    ARGUMENTS("new|show|list|add|revoke [ID] [KEY]", 1, 3),
    .summary = "make keys, register them, revoke them",
    .details = "new ID makes a key pair in this instance and prints its public key; show ID and "
               "list print public keys. add AGENCY KEY and revoke AGENCY KEY register and revoke "
               "a public key in the record, as an authority; KEY is 40 characters of Z85, or "
               "'own': the one of that identity here. A revoked key stops working at once.\n\n"
               "A public key that begins with '-' is written after '--'.",
    .example = "milepost key new ministry-of-railways\nmilepost key add ministry-of-railways own\n"
               "milepost key revoke ministry-of-railways own --note 'laptop lost'",
    .writes = true,
    OPTIONS(TEXT("note", "TEXT", "why; stays in the record"),
            TEXT("source", "TEXT", "letter or document that asks for it")),
    .run = run_key,
};
