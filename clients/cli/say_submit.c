/* A change goes out: what became of it, in words. */
#include "clients/cli/say.h"

#include "clients/cli/fields.h"
#include "clients/cli/output.h"
#include "clients/cli/refused.h"
#include "core/domain/rules.h"

#include <inttypes.h>
#include <string.h>

#define DECODE_BYTES    ((size_t)8 << 20)
#define LOOK_TIMEOUT_MS 2000 /* for showing what was recorded: it is recorded already */
#define FIRST_CHANGE    "changes[0]."

const char *say_field(const char *field)
{
    size_t size = strlen(FIRST_CHANGE);

    return strncmp(field, FIRST_CHANGE, size) == 0 ? field + size : field;
}

int say_rejected(enum mp_reject code, const char *field, const char *message)
{
    (void)fflush(stdout);
    (void)fprintf(stderr, "rejected: %s (%s): %s\n", mp_reject_name(code), say_field(field),
                  message);
    return CLI_REJECTED;
}

/* "; give --title" where the field is one of the command's options, by its own name or nearly so;
 * else "". */
static const char *option_of(const struct cli *cli, const char *field)
{
    const struct cli_command *command = cli->command;

    for (size_t i = 0; i < command->option_count; i++) {
        const char *name = command->options[i].name;
        size_t size = strlen(name), same = 0;

        while (same < size &&
               (field[same] == name[same] || (field[same] == '_' && name[same] == '-')))
            same++;
        if (same == size &&
            (field[same] == '\0' || field[same] == '.' || field[same] == '[' || field[same] == '_'))
            return mp_arena_printf(cli->arena, " (--%s)", name);
    }
    return "";
}

static int say_rejected_as(const struct cli *cli, enum mp_reject code, const char *field,
                           const char *message, const char *mean)
{
    const char *option = option_of(cli, say_field(field));

    message = mp_arena_printf(cli->arena, "%s%s, as %s%s", message, option == NULL ? "" : option,
                              cli->as, mean);
    return say_rejected(code, field, message == NULL ? mp_error_text(MP_ENOMEM) : message);
}

static const char *who(const struct cli *cli, const struct instance *instance)
{
    return cli->as != NULL ? cli->as : instance->identity;
}

/* The changes themselves, where there is no event (yet). */
static int show_changes(struct cli *cli, const struct mp_change *changes, size_t count,
                        const struct mp_submit_result *result)
{
    static const char *const columns[] = {"seq", "kind", "stated_on", "said_by", "note"};
    struct output *output = NULL;
    int status;

    if (result == NULL && cli->output == CLI_TABLE)
        cli->output = CLI_JSON;
    status = output_open(cli, columns, MP_LENGTH(columns), count == 1, &output);
    for (size_t i = 0; i < count && status == CLI_OK; i++) {
        json_t *row = fields_change(&changes[i]);

        if (result != NULL)
            fields_add(&row, "seq", fields_u64(result->first_seq + i));
        status = output_row(output, row);
    }
    if (status == CLI_OK)
        return output_close(output);
    output_discard(output);
    return status;
}

struct looking {
    struct cli *cli;
    struct output *output;
    struct mp_arena *arena;
    size_t shown;
};

static int show_events(void *context, const struct mp_page *page)
{
    struct looking *looking = context;

    for (size_t i = 0; i < page->event_count; i++) {
        struct mp_event event;
        int error;

        mp_arena_reset(looking->arena);
        error = mp_event_decode(page->events[i], looking->arena, &event);
        if (error < 0)
            return error;
        if (output_row(looking->output, fields_event(&event)) != CLI_OK)
            return MP_EIO;
        looking->shown++;
    }
    return 0;
}

/* What was recorded, read back; when it cannot be read just now, what was said. */
static int show_recorded(struct cli *cli, struct mp_client *client,
                         const struct mp_submit_result *result, const struct mp_change *changes,
                         size_t count)
{
    static const char *const columns[] = {"seq",
                                          "kind",
                                          "subject",
                                          "date",
                                          "value=percent|value|project_status|milestone_status",
                                          "reason",
                                          "stated_on"};
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(DECODE_BYTES);
    struct looking looking = {.cli = cli, .arena = arena};
    struct mp_ask ask;
    int status, error;

    status = output_open(cli, columns, MP_LENGTH(columns), count == 1 && cli->output != CLI_TABLE,
                         &looking.output);
    if (status != CLI_OK || arena == NULL)
        return CLI_FAILED;
    mp_ask_init(&ask, MP_ASK_REPLAY);
    ask.prefix = "";
    ask.from = result->first_seq - 1;
    ask.to = result->last_seq;
    error = mp_client_ask(client, &ask, LOOK_TIMEOUT_MS, show_events, &looking);
    if (error == 0 && looking.shown > 0)
        return output_close(looking.output);
    output_discard(looking.output);
    return looking.shown > 0 ? CLI_OK : show_changes(cli, changes, count, result);
}

static void print_accepted(const struct cli *cli, const struct mp_submit_result *result)
{
    if (result->first_seq == result->last_seq)
        (void)fprintf(stderr, "accepted: seq %" PRIu64 ", as %s\n", result->first_seq, cli->as);
    else
        (void)fprintf(stderr, "accepted: seq %" PRIu64 " to %" PRIu64 ", as %s\n",
                      result->first_seq, result->last_seq, cli->as);
}

static int say_queued(struct cli *cli, const struct instance *instance, struct mp_client *client,
                      const struct mp_submit_result *result)
{
    bool is_down = instance_is_down(instance), gives_why = !is_down && result->message[0] != '\0';
    char id[MP_UUID_TEXT];

    mp_uuid_format(&result->id, id);
    if (!is_down && cli->timeout_ms > 0 &&
        refused_ask(cli, instance, cli->as, client, instance->submit))
        return cli_fail(CLI_NOT_ALLOWED,
                        "not recorded: the key of '%s' is refused at %s: it is not registered, or "
                        "was revoked; %s waits in the outbox until it is registered ('milepost "
                        "outbox drop' takes it out)",
                        cli->as, instance->submit, id);
    (void)fprintf(stderr, "queued, not yet recorded: %s stays in the outbox, as %s%s%s\n", id,
                  cli->as, gives_why ? ": " : "", gives_why ? result->message : "");
    return is_down ? instance_say_down() : CLI_UNREACHABLE;
}

/* What the change names in the field, or NULL: "lead_agency", "regions[1]". */
static const char *named_in(struct cli *cli, const struct mp_change *change, const char *field)
{
    size_t size = strcspn(field, "["), index = 0;
    const char *name = mp_arena_text(cli->arena, mp_span_make(field, size)), *text;
    json_t *object = name == NULL ? NULL : fields_change(change);
    const json_t *value = object == NULL ? NULL : output_find(object, name);

    for (const char *at = field + size; *at != '\0'; at++) {
        if (*at >= '0' && *at <= '9')
            index = index * 10 + (size_t)(*at - '0');
    }
    if (json_is_array(value))
        value = json_array_get(value, index);
    text = json_is_string(value) ? mp_arena_strdup(cli->arena, json_string_value(value)) : NULL;
    json_decref(object);
    return text;
}

static enum mp_kind kind_unknown(enum mp_reject code)
{
    switch (code) {
    case MP_REJECT_UNKNOWN_PROJECT:
        return MP_KIND_PROJECT;
    case MP_REJECT_UNKNOWN_MILESTONE:
        return MP_KIND_MILESTONE;
    case MP_REJECT_UNKNOWN_AGENCY:
        return MP_KIND_AGENCY;
    case MP_REJECT_UNKNOWN_TERM:
        return MP_KIND_TERM;
    case MP_REJECT_UNKNOWN_INDICATOR:
        return MP_KIND_INDICATOR;
    default:
        return 0;
    }
}

/* The scheme whose terms the field holds: "themes[0]" is theme. */
static const char *scheme_of(const char *field)
{
    for (int scheme = 1; mp_code_name(MP_FAMILY_SCHEME, scheme) != NULL; scheme++) {
        const char *name = mp_code_name(MP_FAMILY_SCHEME, scheme);

        if (strncmp(field, name, strlen(name)) == 0)
            return name;
    }
    return NULL;
}

/* "; did you mean X?" as whoever answers questions would say it, or "": the ledger only knows that
 * there is none. */
static const char *suggestion(struct cli *cli, struct mp_client *client,
                              const struct mp_change *changes, size_t count,
                              const struct mp_submit_result *result)
{
    enum mp_kind kind = kind_unknown(result->code);
    const char *field = say_field(result->field), *id, *mean;
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(DECODE_BYTES);
    struct mp_record record;

    if (kind == 0 || count != 1 || arena == NULL || strstr(result->message, "did you mean") != NULL)
        return "";
    id = named_in(cli, &changes[0], field);
    if (id != NULL && kind == MP_KIND_TERM)
        id = scheme_of(field) == NULL ? NULL
                                      : mp_arena_printf(cli->arena, "%s:%s", scheme_of(field), id);
    if (id == NULL ||
        mp_client_get(client, kind, id, LOOK_TIMEOUT_MS, arena, &record) != MP_ENOTFOUND)
        return "";
    mean = strstr(mp_client_why(client), "did you mean");
    if (mean != NULL && kind == MP_KIND_TERM)
        mean = cli_without(cli->arena, mean, mp_arena_printf(cli->arena, "%s:", scheme_of(field)));
    mean = mean == NULL ? "" : mp_arena_printf(cli->arena, "; %s", mean);
    return mean == NULL ? "" : mean;
}

static int say_outcome(struct cli *cli, const struct instance *instance, struct mp_client *client,
                       const struct mp_submit_result *result, const struct mp_change *changes,
                       size_t count)
{
    switch (result->outcome) {
    case MP_SUBMIT_ACCEPTED:
        print_accepted(cli, result);
        return show_recorded(cli, client, result, changes, count);
    case MP_SUBMIT_REJECTED:
        return say_rejected_as(cli, result->code, result->field, result->message,
                               suggestion(cli, client, changes, count, result));
    default:
        return say_queued(cli, instance, client, result);
    }
}

int say_submit(struct cli *cli, const struct instance *instance, const struct mp_change *changes,
               size_t count)
{
    struct mp_submit_result result = {0};
    struct mp_client *client = NULL;
    int error, status;

    if (cli->dry_run) {
        (void)fprintf(stderr, "dry run: this would be submitted as %s; nothing was queued\n",
                      who(cli, instance));
        return show_changes(cli, changes, count, NULL);
    }
    status = instance_client(cli, instance, NULL, true, &client);
    if (status != CLI_OK)
        return status;
    error = mp_client_submit(client, changes, count,
                             instance_is_down(instance) ? 0 : cli->timeout_ms, &result);
    status = error < 0
                 ? cli_fail(cli_exit_of(error), "nothing was queued: %s", mp_client_why(client))
                 : say_outcome(cli, instance, client, &result, changes, count);
    mp_client_close(client);
    return status;
}

int say_finish(struct say *say)
{
    int result = 0;

    if (say->rejection.code == MP_REJECT_NONE)
        result = mp_validate_change(&say->change, say->cli->arena, &say->rejection);
    if (result < 0)
        return cli_fail(CLI_FAILED, "%s", mp_error_text(result));
    if (say->rejection.code != MP_REJECT_NONE)
        return say_rejected_as(say->cli, say->rejection.code, say->rejection.field,
                               say->rejection.message, "");
    return say_submit(say->cli, &say->instance, &say->change, 1);
}
