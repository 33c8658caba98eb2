/* outbox list|retry|drop: what waits to be recorded, and what was rejected while nobody looked. */
#include "clients/cli/boxes.h"
#include "clients/cli/fields.h"
#include "clients/cli/say.h"
#include "clients/cli/verbs.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_BYTES ((size_t)8 << 20)
#define BIT(state)  (1u << (state))
#define UNANSWERED  (BIT(MP_OUTBOX_WAITING) | BIT(MP_OUTBOX_SENT))
#define OF_INTEREST (UNANSWERED | BIT(MP_OUTBOX_REJECTED))

static int compare(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static int find_identities(struct boxes *boxes)
{
    const char *path = instance_path(boxes->cli, &boxes->instance, "outbox");
    DIR *folder = opendir(path);
    const struct dirent *entry;

    if (folder == NULL && errno != ENOENT)
        return cli_fail(CLI_FAILED, "%s: %s", path, strerror(errno));
    while (folder != NULL && boxes->count < BOXES_MOST && (entry = readdir(folder)) != NULL) {
        const char *name = entry->d_name;

        if (!mp_agency_id_is_valid(name) || (boxes->only != NULL && strcmp(name, boxes->only) != 0))
            continue;
        boxes->identities[boxes->count] = mp_arena_strdup(boxes->cli->arena, name);
        if (boxes->identities[boxes->count] != NULL)
            boxes->count++;
    }
    if (folder != NULL)
        (void)closedir(folder);
    qsort(boxes->identities, boxes->count, sizeof boxes->identities[0], compare);
    return CLI_OK;
}

static const char *state_name(enum mp_outbox_state state)
{
    switch (state) {
    case MP_OUTBOX_WAITING:
        return "waiting";
    case MP_OUTBOX_SENT:
        return "sent";
    case MP_OUTBOX_ACCEPTED:
        return "accepted";
    default:
        return "rejected";
    }
}

static json_t *changes_of(struct boxes *boxes, const struct mp_outbox_entry *entry)
{
    struct mp_submission submission;
    struct mp_rejection rejection;
    json_t *changes = json_array();

    if (mp_submission_decode(entry->submission, boxes->arena, &submission, &rejection) != 0)
        return changes;
    for (size_t i = 0; changes != NULL && i < submission.change_count; i++)
        (void)json_array_append_new(changes, fields_change(&submission.changes[i]));
    return changes;
}

/* The first change's, for the table. */
static const json_t *first_of(const json_t *changes, const char *const *names, size_t count)
{
    const json_t *change = json_array_get(changes, 0), *value = NULL;

    for (size_t i = 0; i < count && value == NULL; i++)
        value = json_object_get(change, names[i]);
    return value;
}

static json_t *row_of(struct boxes *boxes, const char *identity,
                      const struct mp_outbox_entry *entry)
{
    static const char *const subjects[] = {"id",        "milestone", "project",  "indicator",
                                           "successor", "code",      "withdraws"};
    static const char *const kinds[] = {"kind"};
    const struct mp_rejection *rejection = &entry->answer.rejection;
    json_t *changes = changes_of(boxes, entry), *row = json_object();
    char id[MP_UUID_TEXT];

    mp_uuid_format(&entry->id, id);
    fields_add(&row, "agency", json_string(identity));
    fields_add(&row, "submission", json_string(id));
    fields_add(&row, "state", json_string(state_name(entry->state)));
    fields_add(&row, "queued_at", fields_time(entry->queued_at_us));
    if (json_array_size(changes) > 0) {
        const json_t *subject = first_of(changes, subjects, MP_LENGTH(subjects));

        fields_add(&row, "kind", json_deep_copy(first_of(changes, kinds, MP_LENGTH(kinds))));
        if (subject != NULL)
            fields_add(&row, "subject", json_deep_copy(subject));
    }
    if (entry->state == MP_OUTBOX_REJECTED) {
        fields_add(&row, "code", json_string(mp_reject_name(rejection->code)));
        fields_add(&row, "field", json_string(say_field(rejection->field)));
        fields_add(&row, "message", json_string(rejection->message));
    }
    fields_add(&row, "changes", changes);
    return row;
}

static int list_box(struct boxes *boxes, const char *identity)
{
    MP_AUTO(mp_outbox_close) struct mp_outbox *outbox = NULL;
    struct mp_outbox_entry entry;
    uint64_t place = 0;
    int error = 0, status = boxes_open(boxes, identity, &outbox);

    if (status == CLI_OK)
        error = boxes_heal(boxes, identity, outbox);
    while (status == CLI_OK && error == 0) {
        mp_arena_reset(boxes->arena);
        error = mp_outbox_next(outbox, place, OF_INTEREST, boxes->arena, &entry);
        if (error < 0)
            break;
        status = output_row(boxes->output, row_of(boxes, identity, &entry));
        if (status == CLI_OK && entry.state == MP_OUTBOX_REJECTED && !entry.seen)
            error = mp_outbox_mark_seen(outbox, &entry.id);
        if (error < 0)
            break;
        boxes->shown++;
        place = entry.place + 1;
    }
    if (error == MP_ENOTFOUND || status != CLI_OK)
        return status;
    return cli_fail(cli_exit_of(error), "outbox of %s: %s", identity, mp_error_text(error));
}

static void say_empty(const struct boxes *boxes)
{
    (void)fflush(stdout);
    (void)fprintf(stderr, "nothing waits and nothing was rejected%s%s\n",
                  boxes->only == NULL ? "" : ", as ", boxes->only == NULL ? "" : boxes->only);
}

static int list_all(struct boxes *boxes)
{
    static const char *const columns[] = {"agency",  "id=submission", "state", "queued_at", "kind",
                                          "subject", "code",          "field", "message"};
    int status = output_open(boxes->cli, columns, MP_LENGTH(columns), false, &boxes->output);

    for (size_t i = 0; i < boxes->count && status == CLI_OK; i++)
        status = list_box(boxes, boxes->identities[i]);
    if (status == CLI_OK)
        status = output_close(mp_take(boxes->output));
    if (status == CLI_OK && boxes->shown == 0)
        say_empty(boxes);
    return status;
}

static int drop_rejected_of(struct boxes *boxes, const char *identity, size_t *dropped)
{
    MP_AUTO(mp_outbox_close) struct mp_outbox *outbox = NULL;
    struct mp_outbox_entry entry;
    uint64_t place = 0;
    int error = 0, status = boxes_open(boxes, identity, &outbox);

    while (status == CLI_OK && error == 0) {
        mp_arena_reset(boxes->arena);
        error = mp_outbox_next(outbox, place, BIT(MP_OUTBOX_REJECTED), boxes->arena, &entry);
        if (error == 0 && !boxes->cli->dry_run)
            error = mp_outbox_drop(outbox, &entry.id);
        if (error == 0) {
            place = entry.place + 1;
            ++*dropped;
        }
    }
    if (error == MP_ENOTFOUND || status != CLI_OK)
        return status;
    return cli_fail(cli_exit_of(error), "outbox of %s: %s", identity, mp_error_text(error));
}

/* Of one identity: that of --as, or the instance's default. */
static int drop_rejected(struct boxes *boxes)
{
    const char *identity = boxes->cli->as;
    size_t dropped = 0;
    int status = CLI_OK;

    if (boxes->cli->argument_count > 1)
        return cli_fail(CLI_USAGE, "drop --rejected or drop ID: give one of them");
    for (size_t i = 0; i < boxes->count && status == CLI_OK; i++) {
        if (strcmp(boxes->identities[i], identity) == 0)
            status = drop_rejected_of(boxes, identity, &dropped);
    }
    if (status == CLI_OK)
        (void)fprintf(stderr, "%s%zu rejected %s, as %s\n",
                      boxes->cli->dry_run ? "dry run: this would drop " : "dropped ", dropped,
                      dropped == 1 ? "submission" : "submissions", identity);
    return status;
}

static int drop(struct boxes *boxes)
{
    MP_AUTO(mp_outbox_close) struct mp_outbox *outbox = NULL;
    const char *identity = NULL;
    struct mp_outbox_entry entry = {0};
    struct mp_uuid id = {{0}};
    int error, status;

    if (cli_given(boxes->cli, "rejected"))
        return drop_rejected(boxes);
    if (boxes->cli->argument_count < 2)
        return cli_fail(CLI_USAGE, "drop which submission? 'milepost outbox list' shows their ids");
    status = boxes_find(boxes, &id, &identity, &entry);
    if (status != CLI_OK)
        return status;
    if (boxes->cli->dry_run) {
        (void)fprintf(stderr, "dry run: the %s submission would be dropped\n",
                      state_name(entry.state));
        return CLI_OK;
    }
    status = boxes_open(boxes, identity, &outbox);
    if (status != CLI_OK)
        return status;
    error = mp_outbox_drop(outbox, &id);
    if (error == MP_EPERM)
        return cli_fail(CLI_NOT_ALLOWED, "it is %s: it may be recorded already and stays",
                        state_name(entry.state));
    if (error < 0)
        return cli_fail(cli_exit_of(error), "%s", mp_error_text(error));
    (void)fprintf(stderr, "dropped\n");
    return CLI_OK;
}

/* retry --dry-run. */
static int list_waiting(struct boxes *boxes)
{
    (void)fprintf(stderr, "dry run: this would be sent\n");
    return list_all(boxes);
}

int verb_outbox(struct cli *cli)
{
    struct boxes boxes = {.cli = cli, .only = cli->as};
    const char *what = cli->arguments[0];
    int status = instance_open(cli, &boxes.instance);

    if (status == CLI_OK)
        status = find_identities(&boxes);
    boxes.arena = mp_arena_new(ARENA_BYTES);
    if (boxes.arena == NULL)
        return cli_fail(CLI_FAILED, "%s", mp_error_text(MP_ENOMEM));
    if (status == CLI_OK && strcmp(what, "drop") != 0)
        boxes_learn_epoch(&boxes);
    if (status == CLI_OK && strcmp(what, "list") == 0)
        status = list_all(&boxes);
    else if (status == CLI_OK && strcmp(what, "retry") == 0)
        status = cli->dry_run ? list_waiting(&boxes) : boxes_retry(&boxes);
    else if (status == CLI_OK && strcmp(what, "drop") == 0)
        status = drop(&boxes);
    output_discard(boxes.output);
    mp_arena_free(boxes.arena);
    return status;
}
