/* Asking the record what it knows of the names in the files. */
#include "clients/cli/import.h"

#include "core/base/file.h"
#include "core/domain/subject.h"

#define ASK_TIMEOUT_MS 5000 /* unless --timeout says: an import may go into the outbox as well */

struct record {
    struct cli *cli;
    struct mp_client *client; /* NULL: not opened yet */
    const char *why;          /* it cannot be asked; NULL: it can, as far as is known */
    int status;               /* of an instance that sending needs too */
};

/* What a dry run says in one line is a failure where something is to be sent. */
static int open_record(struct record *record)
{
    struct cli *cli = record->cli;
    struct instance instance;
    const char *identity;

    if (cli->dry_run && instance_find(cli) == NULL)
        record->why = "there is no instance here";
    else
        record->status = instance_open(cli, &instance);
    if (record->why != NULL || record->status != CLI_OK)
        return MP_EUNREACHABLE;
    identity = cli->as;
    /* Statements can be sent without the instance's own identity: any that may read will do. */
    if (!mp_file_exists(instance_key(cli, &instance, cli->as)))
        identity = instance.reader;
    if (!mp_agency_id_is_valid(identity) || !mp_file_exists(instance_key(cli, &instance, identity)))
        record->why = "there is no key here of who asks";
    else if (instance_is_down(&instance))
        record->why = "the services do not run: start them with 'milepost up'";
    else
        record->status = instance_client(cli, &instance, identity, false, &record->client);
    return record->client == NULL ? MP_EUNREACHABLE : 0;
}

static int ask_record(void *context, enum mp_kind kind, struct mp_arena *arena,
                      struct mp_table **ret_table)
{
    struct record *record = context;
    int64_t timeout_ms = record->cli->has_timeout ? record->cli->timeout_ms : ASK_TIMEOUT_MS;
    int error = 0;

    if (record->client == NULL)
        error = open_record(record);
    if (error < 0)
        return error;
    error = import_known_read(record->client, kind, timeout_ms, arena, ret_table);
    if (error < 0) {
        const char *why = mp_client_why(record->client);

        why = error == MP_ENOMEM || why[0] == '\0' ? mp_error_text(error) : why;
        record->why = cli_text(record->cli->arena, "%s", why); /* the client is closed before */
    }
    return error;
}

int import_check_record(struct cli *cli, struct import_file *files, size_t count,
                        struct mp_arena *arena)
{
    struct record record = {.cli = cli};
    int error = import_check(files, count, arena, ask_record, &record, cli->dry_run);

    mp_client_close(record.client);
    if (error < 0)
        return cli_fail(CLI_FAILED, "%s", mp_error_text(error));
    if (record.status != CLI_OK && !cli->dry_run)
        return record.status; /* said */
    if (record.status != CLI_OK && record.why == NULL)
        record.why = "the instance cannot be used";
    if (record.why != NULL)
        (void)fprintf(stderr, "not checked against the record: %s\n", record.why);
    return CLI_OK;
}
