/* The verb: which files, in which order, and what came of it. */
#include "clients/cli/import.h"

#include "clients/cli/fields.h"
#include "clients/cli/import_send.h"
#include "clients/cli/options.h"
#include "clients/cli/output.h"
#include "clients/cli/verbs.h"
#include "core/base/file.h"
#include "core/base/text.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES_MOST  16
#define FILES_OPEN  4096 /* an agency's connection and outbox take about 20 */
#define ARENA_BYTES ((size_t)2 << 30)
#define BAR_WIDTH   24

struct work {
    struct cli *cli;
    struct mp_arena *arena;
    struct import_file files[FILES_MOST];
    size_t count;
    size_t problems;
};

static void allow_files(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= FILES_OPEN)
        return;
    limit.rlim_cur = limit.rlim_max < FILES_OPEN ? limit.rlim_max : FILES_OPEN;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

/* A free place, or that of the one used longest ago. */
static struct import_client *make_room(struct importing *import)
{
    struct import_client *oldest = &import->clients[0];

    if (import->client_count < IMPORT_CLIENTS_MOST)
        return &import->clients[import->client_count++];
    for (size_t i = 1; i < import->client_count; i++) {
        if (import->clients[i].used < oldest->used)
            oldest = &import->clients[i];
    }
    mp_client_close(mp_take(oldest->client));
    return oldest;
}

int import_client(struct importing *import, const char *identity, struct mp_client **ret_client)
{
    struct import_client *place;
    int status;

    for (size_t i = 0; i < import->client_count; i++) {
        place = &import->clients[i];
        if (place->client != NULL && strcmp(place->identity, identity) == 0) {
            place->used = ++import->used;
            *ret_client = place->client;
            return CLI_OK;
        }
    }
    place = make_room(import);
    *place = (struct import_client){.identity = identity, .used = ++import->used};
    import_progress_clear(import);
    status = instance_client(import->cli, import->instance, identity, true, &place->client);
    if (status == CLI_OK)
        *ret_client = place->client;
    return status;
}

void import_progress(struct importing *import, const struct import_file *file,
                     const struct import_counts *counts)
{
    static const char bar[] = "########################";
    size_t done = counts->fresh + counts->known + counts->rejected;
    size_t filled = file->count == 0 ? BAR_WIDTH : done * BAR_WIDTH / file->count;

    if (!import->has_bar)
        return;
    (void)fprintf(stderr, "\r%-13s [%-*.*s] %zu of %zu", file->kind->name, BAR_WIDTH, (int)filled,
                  bar, done, file->count);
    (void)fflush(stderr);
    import->bar_shown = true;
}

void import_progress_clear(struct importing *import)
{
    if (import->bar_shown)
        (void)fputs("\r\033[K", stderr);
    import->bar_shown = false;
}

static void end(struct importing *import)
{
    for (size_t i = 0; i < import->client_count; i++)
        mp_client_close(import->clients[i].client);
}

static int read_one(struct work *work, const char *path)
{
    struct import_file *file = &work->files[work->count++];
    int error = import_file_read(path, work->arena, file);

    work->problems += file->problems;
    if (error == 0 || error == MP_EMALFORMED)
        return CLI_OK; /* kept; the other files may have something to tell too */
    return error == MP_ENOTFOUND ? CLI_NOT_FOUND : CLI_FAILED;
}

static void warn_stranger(const char *folder, const char *name)
{
    struct mp_text_nearest nearest = mp_text_nearest_to(name);

    for (size_t i = 0; i < import_kind_count; i++)
        mp_text_nearest_try(&nearest, import_kinds[i].name);
    (void)fprintf(stderr, "%s/%s.csv: left out: no file of a portfolio is called so", folder, name);
    if (nearest.name != NULL)
        (void)fprintf(stderr, "; did you mean \"%s.csv\"?", nearest.name);
    (void)fputc('\n', stderr);
}

/* A file that is none of ours is more likely a slip than a wish. */
static void warn_strangers(const char *folder)
{
    DIR *listing = opendir(folder);
    const struct dirent *entry;

    while (listing != NULL && (entry = readdir(listing)) != NULL) {
        char name[64];
        size_t size = strlen(entry->d_name);

        if (size < 4 || size >= sizeof name || strcmp(entry->d_name + size - 4, ".csv") != 0)
            continue;
        (void)snprintf(name, sizeof name, "%.*s", (int)(size - 4), entry->d_name);
        if (import_kind_by_name(name) == NULL)
            warn_stranger(folder, name);
    }
    if (listing != NULL)
        (void)closedir(listing);
}

static int read_folder(struct work *work, const char *folder)
{
    size_t size = strlen(folder);
    int status = CLI_OK;

    while (size > 1 && folder[size - 1] == '/')
        size--;
    folder = cli_text(work->arena, "%.*s", (int)size, folder);
    warn_strangers(folder);
    for (size_t i = 0; i < import_kind_count && status == CLI_OK; i++) {
        const char *path = cli_text(work->arena, "%s/%s.csv", folder, import_kinds[i].name);

        if (mp_file_exists(path))
            status = read_one(work, path);
    }
    if (status == CLI_OK && work->count == 0)
        return cli_fail(CLI_NOT_FOUND, "%s: there is no file of a portfolio in it", folder);
    return status;
}

static int read_path(struct work *work, const char *path)
{
    struct stat about;

    if (stat(path, &about) != 0)
        return cli_fail(errno == ENOENT ? CLI_NOT_FOUND : CLI_FAILED, "%s: %s", path,
                        strerror(errno));
    return S_ISDIR(about.st_mode) ? read_folder(work, path) : read_one(work, path);
}

static void add_counts(struct import_counts *sum, const struct import_counts *more)
{
    sum->fresh += more->fresh;
    sum->known += more->known;
    sum->rejected += more->rejected;
    sum->queued += more->queued;
}

/* counts NULL: of a dry run. */
static json_t *row_of(const struct import_file *file, const struct import_counts *counts)
{
    json_t *row = json_object();

    fields_add(&row, "file", json_string(file->kind->name));
    fields_add(&row, "rows", fields_u64(file->count));
    if (counts == NULL)
        return row;
    fields_add(&row, "new", fields_u64(counts->fresh));
    fields_add(&row, "known", fields_u64(counts->known));
    fields_add(&row, "rejected", fields_u64(counts->rejected));
    fields_add(&row, "queued", fields_u64(counts->queued));
    return row;
}

/* The whole: CLI_UNREACHABLE and the like end it, rejections do not. */
static int send_files(struct work *work, struct importing *import, struct output *output)
{
    struct import_counts sum = {0};
    size_t rows = 0;
    int status = CLI_OK;

    for (size_t i = 0; i < work->count && (status == CLI_OK || status == CLI_REJECTED); i++) {
        const struct import_file *file = &work->files[i];
        struct import_counts counts;
        int sent = import_send(import, file, &counts), shown;

        status = sent == CLI_OK ? status : sent;
        add_counts(&sum, &counts);
        rows += file->count;
        if (!import->has_bar || sent != CLI_OK)
            (void)fprintf(stderr, "%s: %zu row%s: %zu new, %zu known already, %zu rejected\n",
                          file->path, file->count, file->count == 1 ? "" : "s", counts.fresh,
                          counts.known, counts.rejected);
        shown = output_row(output, row_of(file, &counts));
        status = shown == CLI_OK ? status : shown;
    }
    (void)fprintf(stderr, "%zu row%s: %zu new, %zu known already, %zu rejected\n", rows,
                  rows == 1 ? "" : "s", sum.fresh, sum.known, sum.rejected);
    if (status != CLI_OK && status != CLI_REJECTED)
        (void)fprintf(stderr, "the rest was not queued: import again to go on\n");
    return status;
}

static int show_only(struct work *work)
{
    struct output *output = output_open(work->cli, "file rows", false);
    int status = CLI_OK;

    for (size_t i = 0; i < work->count && status == CLI_OK; i++)
        status = output_row(output, row_of(&work->files[i], NULL));
    (void)fprintf(stderr,
                  "dry run: every file is well-formed; nothing was sent. The rules (a reason for a "
                  "later date, grants) are checked when it is sent\n");
    return output_close(output, status);
}

static int run(struct work *work)
{
    struct importing import = {.cli = work->cli, .has_bar = isatty(STDERR_FILENO) == 1};
    struct output *output;
    struct instance instance;
    int status, closed;

    if (work->cli->dry_run)
        return show_only(work);
    status = instance_open(work->cli, &instance);
    if (status != CLI_OK)
        return status;
    import.instance = &instance;
    import.authority = work->cli->as;
    allow_files();
    output = output_open(work->cli, "file rows new known rejected queued", false);
    status = send_files(work, &import, output);
    end(&import);
    closed = output_close(output, CLI_OK);
    return status == CLI_OK ? closed : status;
}

/* A row that could not be read may define what others name: then the rest waits for its mending. */
static int check_names(struct work *work)
{
    size_t problems = 0;
    int status;

    for (size_t i = 0; i < work->count; i++) {
        if (!work->files[i].is_whole)
            return CLI_OK;
    }
    status = import_check_record(work->cli, work->files, work->count, work->arena);
    for (size_t i = 0; i < work->count; i++)
        problems += work->files[i].problems;
    work->problems = problems;
    return status;
}

static int run_import(struct cli *cli)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = cli_arena(ARENA_BYTES);
    struct work work = {.cli = cli, .arena = arena};
    int status;

    status = read_path(&work, cli->arguments[0]);
    if (status == CLI_OK)
        status = check_names(&work);
    for (size_t i = 0; i < work.count; i++)
        import_file_tell(&work.files[i], stderr);
    if (status == CLI_OK && work.problems > 0)
        status = cli_fail(CLI_REJECTED, "%zu mistake%s; nothing was sent", work.problems,
                          work.problems == 1 ? "" : "s");
    if (status == CLI_OK)
        status = run(&work);
    for (size_t i = 0; i < work.count; i++)
        import_file_done(&work.files[i]);
    return status;
}

const struct cli_command verb_import = {
    .name = "import",
    ARGUMENTS("PATH", 1, 1),
    .summary = "import a folder of CSV files, or one file",
    .details =
        "Each row goes in as the agency that states it. Errors name file, line and column. "
        "--dry-run checks the form of every row and every name in it, not the ledger's rules: "
        "those, such as the reason that a later date needs, depend on what came before. "
        "Importing again doubles nothing; an import that was cut goes on where it "
        "stopped.",
    .example = "milepost import portfolio --dry-run\nmilepost import portfolio",
    .writes = true,
    .run = run_import,
};
