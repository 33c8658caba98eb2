/* outbox list|retry|drop: what waits to be recorded, and what was rejected while nobody looked. */
#include "clients/cli/boxes.h"
#include "clients/cli/fields.h"
#include "clients/cli/options.h"
#include "clients/cli/say.h"
#include "clients/cli/verbs.h"
#include "clients/cli/worded.h"

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
        boxes->identities[boxes->count++] = cli_text(boxes->cli->arena, "%s", name);
    }
    if (folder != NULL)
        (void)closedir(folder);
    qsort(boxes->identities, boxes->count, sizeof boxes->identities[0], compare);
    return CLI_OK;
}

static const char *const state_names[] = {
    [MP_OUTBOX_WAITING] = "waiting",
    [MP_OUTBOX_SENT] = "sent",
    [MP_OUTBOX_ACCEPTED] = "accepted",
    [MP_OUTBOX_REJECTED] = "rejected",
};

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

/* What the first change is about, for the table. Borrowed. */
static json_t *subject_of(const json_t *changes)
{
    static const char *const names[] = {"id",        "milestone", "project",  "indicator",
                                        "successor", "code",      "withdraws"};
    const json_t *change = json_array_get(changes, 0);
    json_t *subject = NULL;

    for (size_t i = 0; i < MP_LENGTH(names) && subject == NULL; i++)
        subject = json_object_get(change, names[i]);
    return subject;
}

static json_t *row_of(struct boxes *boxes, const char *identity,
                      const struct mp_outbox_entry *entry)
{
    const struct mp_rejection *rejection = &entry->answer.rejection;
    json_t *changes = changes_of(boxes, entry), *row = json_object();
    char id[MP_UUID_TEXT];

    mp_uuid_format(&entry->id, id);
    fields_add(&row, "agency", json_string(identity));
    fields_add(&row, "submission", json_string(id));
    fields_add(&row, "state", json_string(state_names[entry->state]));
    fields_add(&row, "queued_at", fields_time(entry->queued_at_us));
    if (json_array_size(changes) > 0)
        fields_add(&row, "kind", json_incref(json_object_get(json_array_get(changes, 0), "kind")));
    if (subject_of(changes) != NULL)
        fields_add(&row, "subject", json_incref(subject_of(changes)));
    if (entry->state == MP_OUTBOX_REJECTED) {
        fields_add(&row, "code", json_string(mp_reject_name(rejection->code)));
        fields_add(&row, "field", json_string(say_rejected_field(rejection->field)));
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
    return cli_error(error, "outbox of %s", identity);
}

static int list_all(struct boxes *boxes)
{
    int status = CLI_OK;

    boxes_learn_epoch(boxes);
    boxes->output = output_open(
        boxes->cli, "agency id=submission state ~queued_at kind ~subject code ~field message",
        false);
    for (size_t i = 0; i < boxes->count && status == CLI_OK; i++)
        status = list_box(boxes, boxes->identities[i]);
    status = output_close(boxes->output, status);
    if (status == CLI_OK && boxes->shown == 0)
        (void)fprintf(stderr, "nothing waits and nothing was rejected%s%s\n",
                      boxes->only == NULL ? "" : ", as ", boxes->only == NULL ? "" : boxes->only);
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
    return cli_error(error, "outbox of %s", identity);
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

    if (boxes->cli->output != CLI_TABLE)
        return cli_fail(CLI_USAGE, "--output: 'outbox drop' answers in words alone: leave it out");
    if (cli_given(boxes->cli, "rejected"))
        return drop_rejected(boxes);
    if (boxes->cli->argument_count < 2)
        return cli_fail(CLI_USAGE, "drop which submission? 'milepost outbox list' shows their ids");
    status = boxes_find(boxes, &id, &identity, &entry);
    if (status != CLI_OK)
        return status;
    if (boxes->cli->dry_run) {
        (void)fprintf(stderr, "dry run: the %s submission would be dropped\n",
                      state_names[entry.state]);
        return CLI_OK;
    }
    status = boxes_open(boxes, identity, &outbox);
    if (status != CLI_OK)
        return status;
    error = mp_outbox_drop(outbox, &id);
    if (error == MP_EPERM)
        return cli_fail(CLI_NOT_ALLOWED, "it is %s: it may be recorded already and stays",
                        state_names[entry.state]);
    if (error < 0)
        return cli_error(error, "outbox of %s", identity);
    (void)fprintf(stderr, "dropped\n");
    return CLI_OK;
}

static int retry(struct boxes *boxes)
{
    if (!boxes->cli->dry_run) {
        boxes_learn_epoch(boxes);
        return boxes_retry(boxes);
    }
    (void)fprintf(stderr, "dry run: this would be sent\n");
    return list_all(boxes);
}

static int with_boxes(struct cli *cli, int (*run)(struct boxes *boxes))
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = cli_arena(ARENA_BYTES);
    struct boxes boxes = {.cli = cli, .only = cli->as, .arena = arena};
    int status = instance_open(cli, &boxes.instance);

    if (status == CLI_OK)
        status = find_identities(&boxes);
    return status == CLI_OK ? run(&boxes) : status;
}

static int run_list(struct cli *cli)
{
    return with_boxes(cli, list_all);
}

static int run_retry(struct cli *cli)
{
    return with_boxes(cli, retry);
}

static int run_drop(struct cli *cli)
{
    return with_boxes(cli, drop);
}

static int run_outbox(struct cli *cli)
{
    static const struct worded words[] = {
        {"list", "", 0, 0, "", run_list},
        {"retry", "[ID]", 0, 1, "", run_retry},
        {"drop", "ID, or --rejected", 0, 1, " rejected ", run_drop},
    };

    return worded_run(cli, words, MP_LENGTH(words));
}

const struct cli_command verb_outbox = {
    .name = "outbox",
    ARGUMENTS("list|retry|drop [ID]", 1, 2),
    .summary = "what waits to be recorded, or was rejected",
    .details = "list shows what waits and what was rejected; retry sends what waits; drop ID "
               "takes out a rejected submission, or one that was never sent; drop --rejected every "
               "rejected one of the identity. list and retry ask the record first: after a restore "
               "they send again what it lacks.",
    .example = "milepost outbox list --as ministry-of-railways\n"
               "milepost outbox retry --timeout 60\nmilepost outbox drop --rejected",
    .writes = true,
    OPTIONS(FLAG("rejected", "drop: everything of this identity that was rejected")),
    .run = run_outbox,
};
