/* Submitting the rows of a file. Each row is a submission of its own, with an id made of what it
 * says: the outbox and the ledger know it again. Rows are taken in runs of one submitter; a run is
 * queued in one transaction, sent together and answered before the next begins, so that what
 * several agencies say of one milestone is recorded in the order of the file. */
#include "clients/cli/import.h"

#include "clients/cli/import_send.h"
#include "clients/cli/say.h"
#include "core/base/clock.h"
#include "core/base/file.h"

#include <string.h>

#define RUN_MOST        256 /* rows */
#define ATTEMPTS_MOST   1000
#define HEAD_TIMEOUT_MS 2000
#define ARENA_BYTES     ((size_t)64 << 20)

/* A row on its way. */
struct parcel {
    const struct import_row *row;
    struct mp_change changes[2];
    size_t change_count;
    struct mp_revision revision;
    unsigned attempt;
    struct mp_uuid id;
};

struct run {
    struct importing *import;
    const struct import_file *file;
    struct import_counts *counts;
    const char *submitter;
    struct mp_client *client;
    struct mp_arena *arena;
    struct parcel parcels[RUN_MOST];
    size_t count;
};

static void tell_row(const struct run *run, const struct import_row *row, const char *code,
                     const char *field, const char *message)
{
    import_progress_clear(run->import);
    (void)fprintf(stderr, "%s:%zu:%zu: rejected: %s (%s): %s\n", run->file->path, row->line,
                  import_position(run->file, say_rejected_field(field)), code,
                  say_rejected_field(field), message);
}

static int fail(const struct run *run, int error)
{
    import_progress_clear(run->import);
    if (cli_exit_of(error) == CLI_UNREACHABLE && instance_is_down(run->import->instance))
        return instance_say_down();
    return cli_fail(cli_exit_of(error), "%s: as %s: %s", run->file->path, run->submitter,
                    mp_client_why(run->client)[0] != '\0' && error != MP_ENOMEM
                        ? mp_client_why(run->client)
                        : mp_error_text(error));
}

enum standing { STANDING_NEW, STANDING_KNOWN, STANDING_AGAIN };

/* What the outbox says of the id: known, or rejected then and worth another attempt. */
static int look_up(const struct run *run, const struct mp_uuid *id, enum standing *ret_standing)
{
    struct mp_arena_mark mark = mp_arena_mark(run->arena);
    struct mp_outbox_entry entry;
    int error = mp_outbox_find(mp_client_outbox(run->client), id, run->arena, &entry);

    *ret_standing = STANDING_NEW;
    if (error == 0 && entry.state == MP_OUTBOX_ACCEPTED)
        *ret_standing = STANDING_KNOWN;
    else if (error == 0 && entry.state == MP_OUTBOX_REJECTED)
        *ret_standing = STANDING_AGAIN;
    mp_arena_release(run->arena, mark);
    return error == MP_ENOTFOUND ? 0 : error;
}

/* The id of the first attempt that was not rejected yet. */
static int address(const struct run *run, struct parcel *parcel, enum standing *ret_standing)
{
    *ret_standing = STANDING_AGAIN;
    while (*ret_standing == STANDING_AGAIN) {
        struct mp_arena_mark mark = mp_arena_mark(run->arena);
        int error;

        if (parcel->attempt >= ATTEMPTS_MOST)
            return MP_ETOOBIG;
        error =
            import_submission_id(run->submitter, parcel->attempt, parcel->revision, parcel->changes,
                                 parcel->change_count, run->arena, &parcel->id);
        mp_arena_release(run->arena, mark);
        if (error == 0)
            error = look_up(run, &parcel->id, ret_standing);
        if (error < 0)
            return error;
        if (*ret_standing == STANDING_AGAIN)
            parcel->attempt++;
    }
    return 0;
}

static int put(const struct run *run)
{
    struct mp_submission *submissions = mp_arena_array(run->arena, run->count, sizeof *submissions);

    if (submissions == NULL)
        return MP_ENOMEM;
    for (size_t i = 0; i < run->count; i++) {
        const struct parcel *parcel = &run->parcels[i];

        submissions[i] = (struct mp_submission){
            .id = parcel->id,
            .changes = (struct mp_change *)(uintptr_t)parcel->changes,
            .change_count = parcel->change_count,
        };
    }
    return mp_outbox_put_many(mp_client_outbox(run->client), submissions, run->count,
                              mp_clock_wall_us(&mp_clock_system), run->arena, NULL);
}

/* After the answers. What was recorded before this import began was known already. */
static int settle(const struct run *run, const struct parcel *parcel)
{
    struct mp_outbox *outbox = mp_client_outbox(run->client);
    struct mp_outbox_entry entry;
    int error = mp_outbox_find(outbox, &parcel->id, run->arena, &entry);

    if (error < 0)
        return error;
    if (entry.state == MP_OUTBOX_ACCEPTED) {
        if (entry.answer.last_seq <= run->import->head)
            run->counts->known++;
        else
            run->counts->fresh++;
        return 0;
    }
    if (entry.state != MP_OUTBOX_REJECTED) {
        run->counts->queued++;
        return 0;
    }
    run->counts->rejected++;
    tell_row(run, parcel->row, mp_reject_name(entry.answer.rejection.code),
             entry.answer.rejection.field, entry.answer.rejection.message);
    return mp_outbox_mark_seen(outbox, &entry.id);
}

static int settle_all(struct run *run)
{
    int error = 0;

    for (size_t i = 0; i < run->count && error == 0; i++) {
        mp_arena_reset(run->arena);
        error = settle(run, &run->parcels[i]);
    }
    run->count = 0;
    return error;
}

static int flush(struct run *run)
{
    size_t queued = run->counts->queued;
    int sent, error;

    if (run->count == 0)
        return CLI_OK;
    mp_arena_reset(run->arena);
    error = put(run);
    if (error < 0)
        return fail(run, error);
    sent = mp_client_send(run->client, NULL, run->import->cli->timeout_ms, NULL);
    error = settle_all(run);
    if (error < 0)
        return fail(run, error);
    import_progress(run->import, run->file, run->counts);
    if (run->counts->queued == queued)
        return CLI_OK;
    import_progress_clear(run->import);
    return cli_fail(CLI_UNREACHABLE, "queued, not yet recorded: %zu of %s: %s",
                    run->counts->queued - queued, run->submitter,
                    sent < 0 ? mp_client_why(run->client) : "no answer");
}

static int add(struct run *run, const struct parcel *parcel)
{
    struct parcel *place = &run->parcels[run->count];
    enum standing standing;
    int error;

    mp_arena_reset(run->arena);
    *place = *parcel;
    error = address(run, place, &standing);
    if (error < 0)
        return fail(run, error);
    if (standing == STANDING_KNOWN) {
        run->counts->known++;
        import_progress(run->import, run->file, run->counts);
        return CLI_OK;
    }
    run->count++;
    return run->count == RUN_MOST ? flush(run) : CLI_OK;
}

/* The key of an agency that has none: made here, where its statements will be submitted. */
static int add_key(struct run *run, struct parcel *parcel, const char *agency)
{
    struct cli *cli = run->import->cli;
    const char *path = instance_key(cli, run->import->instance, agency);
    struct mp_change *change = &parcel->changes[parcel->change_count];
    struct mp_key_pair pair;
    int error = 0;

    if (!mp_file_exists(path)) {
        mp_key_make(&pair);
        error = mp_key_save(path, &pair);
    }
    if (error == 0)
        error = mp_key_load(path, &pair);
    if (error < 0)
        return cli_error(error, "%s", path);
    mp_change_init(change, MP_CHANGE_KEY_ADDED);
    change->key.agency = agency;
    memcpy(change->key.public_key, pair.public_key, sizeof change->key.public_key);
    change->source = parcel->row->change.source;
    parcel->change_count++;
    mp_key_forget(&pair);
    return CLI_OK;
}

static bool needs_key(const struct run *run, const struct mp_change *change,
                      const struct import_known *known)
{
    return change->kind == MP_CHANGE_AGENCY && change->agency.role != MP_ROLE_SERVICE &&
           strcmp(change->agency.id, run->submitter) != 0 && (known == NULL || !known->has_key);
}

static int define_row(struct run *run, const struct mp_table *table, const struct import_row *row)
{
    struct parcel parcel = {.row = row};
    const struct import_known *known = NULL;
    union mp_table_value *slot;
    struct mp_span bytes;
    const char *id;
    int error, status = CLI_OK;

    mp_arena_reset(run->arena);
    id = import_defined_id(&row->change, run->arena);
    error = id == NULL ? MP_ENOMEM : import_canonical(&row->change, run->arena, &bytes);
    if (error < 0)
        return fail(run, error);
    slot = mp_table_get(table, mp_span_text(id));
    if (slot != NULL)
        known = slot->pointer;
    if (known != NULL)
        parcel.revision = known->revision;
    if (known == NULL || known->removed || !mp_span_equal(known->canonical, bytes))
        parcel.changes[parcel.change_count++] = row->change;
    if (needs_key(run, &row->change, known))
        status = add_key(run, &parcel, row->change.agency.id);
    if (status != CLI_OK || parcel.change_count > 0)
        return status != CLI_OK ? status : add(run, &parcel);
    run->counts->known++;
    import_progress(run->import, run->file, run->counts);
    return CLI_OK;
}

static int define_all(struct run *run)
{
    MP_AUTO(mp_table_free) struct mp_table *table = NULL;
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new((size_t)1 << 30);
    int error, status;

    run->submitter = run->import->authority;
    status = import_client(run->import, run->submitter, &run->client);
    if (status != CLI_OK)
        return status;
    error = arena == NULL ? MP_ENOMEM
                          : import_known_read(run->client, run->file->kind->defines,
                                              run->import->cli->timeout_ms, arena, &table);
    if (error < 0)
        return fail(run, error);
    for (size_t i = 0; i < run->file->count && status == CLI_OK; i++)
        status = define_row(run, table, &run->file->rows[i]);
    return status == CLI_OK ? flush(run) : status;
}

static int take_head(void *context, const struct mp_page *page)
{
    struct importing *import = context;

    import->head = page->head;
    return 0;
}

/* Once. When nobody answers, all that is accepted counts as new. */
static void ask_head(struct importing *import, struct mp_client *client)
{
    struct mp_ask ask;

    if (import->head_asked)
        return;
    import->head_asked = true;
    mp_ask_init(&ask, MP_ASK_EPOCHS);
    (void)!mp_client_ask(client, &ask, HEAD_TIMEOUT_MS, take_head, import);
}

/* The next run's agency. A row of one that has no key here is told and passed over. */
static int change_submitter(struct run *run, const struct import_row *row)
{
    struct importing *import = run->import;
    const char *path;
    int status = flush(run);

    if (status != CLI_OK)
        return status;
    run->submitter = row->submitter;
    run->client = NULL;
    path = instance_key(import->cli, import->instance, row->submitter);
    if (mp_file_exists(path))
        status = import_client(import, row->submitter, &run->client);
    if (status == CLI_OK && run->client != NULL)
        ask_head(import, run->client);
    return status;
}

static int state_row(struct run *run, const struct import_row *row)
{
    struct parcel parcel = {.row = row, .changes = {row->change}, .change_count = 1};
    const char *message;
    int status = CLI_OK;

    if (run->submitter == NULL || strcmp(run->submitter, row->submitter) != 0)
        status = change_submitter(run, row);
    if (status != CLI_OK)
        return status;
    if (run->client != NULL)
        return add(run, &parcel);
    message = cli_text(run->arena,
                       "the key of '%s' is not in this instance's keys folder: 'milepost "
                       "key new %s' makes one, an authority registers it",
                       row->submitter, row->submitter);
    run->counts->rejected++;
    tell_row(run, row, "no_key", "submitter", message);
    mp_arena_reset(run->arena);
    return CLI_OK;
}

static int state_all(struct run *run)
{
    int status = CLI_OK;

    for (size_t i = 0; i < run->file->count && status == CLI_OK; i++)
        status = state_row(run, &run->file->rows[i]);
    return status == CLI_OK ? flush(run) : status;
}

int import_send(struct importing *import, const struct import_file *file,
                struct import_counts *counts)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(ARENA_BYTES);
    struct run *run = mp_arena_alloc(import->cli->arena, sizeof *run);
    int status;

    *counts = (struct import_counts){0};
    if (arena == NULL || run == NULL)
        return cli_no_memory();
    *run = (struct run){.import = import, .file = file, .counts = counts, .arena = arena};
    status = file->kind->defines != MP_KIND_NONE ? define_all(run) : state_all(run);
    import_progress_clear(import);
    return status == CLI_OK && counts->rejected > 0 ? CLI_REJECTED : status;
}
