/* A change goes out: what became of it, in words. */
#include "clients/cli/fields.h"
#include "clients/cli/output.h"
#include "clients/cli/refused.h"
#include "clients/cli/say.h"
#include "clients/cli/say_private.h"
#include "core/domain/rules.h"

#include <inttypes.h>
#include <string.h>

#define DECODE_BYTES    ((size_t)8 << 20)
#define LOOK_TIMEOUT_MS 2000 /* for showing what was recorded: it is recorded already */
#define FIRST_CHANGE    "changes[0]."

const char *say_rejected_field(const char *field)
{
    size_t size = strlen(FIRST_CHANGE);

    return strncmp(field, FIRST_CHANGE, size) == 0 ? field + size : field;
}

/* mean: "; did you mean …?" or "". */
static int tell_rejected(const struct say *say, enum mp_reject code, const char *field,
                         const char *message, const char *mean)
{
    field = say_rejected_field(field);
    (void)fflush(stdout);
    (void)fprintf(stderr, "rejected, as %s: %s (%s): %s%s%s\n", say->cli->as, mp_reject_name(code),
                  field, message, say_option_of(say->cli, field), mean);
    return CLI_REJECTED;
}

/* The change itself, where there is no event (yet). */
static int show_change(const struct say *say, uint64_t seq)
{
    struct cli cli = *say->cli;
    struct output *output;
    json_t *row = fields_change(&say->change);

    if (seq == 0 && cli.output == CLI_TABLE)
        cli.output = CLI_JSON;
    if (seq != 0)
        fields_add(&row, "seq", fields_u64(seq));
    output = output_open(&cli, "seq kind stated_on said_by note", true);
    return output_close(output, output_row(output, row));
}

struct looking {
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
static int show_recorded(const struct say *say, struct mp_client *client,
                         const struct mp_submit_result *result)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = cli_arena(DECODE_BYTES);
    struct looking looking = {.arena = arena};
    struct mp_ask ask;
    int error, status;

    looking.output = output_open(say->cli,
                                 "seq kind subject date "
                                 "value=percent|value|project_status|milestone_status reason "
                                 "stated_on",
                                 say->cli->output != CLI_TABLE);
    mp_ask_init(&ask, MP_ASK_REPLAY);
    ask.prefix = "";
    ask.from = result->first_seq - 1;
    ask.to = result->last_seq;
    ask.epoch = result->epoch;
    error = mp_client_ask(client, &ask, LOOK_TIMEOUT_MS, show_events, &looking);
    status = output_close(looking.output, error == 0 && looking.shown > 0 ? CLI_OK : CLI_FAILED);
    if (error == 0 && looking.shown > 0)
        return status;
    return looking.shown > 0 ? CLI_OK : show_change(say, result->first_seq);
}

static int tell_queued(const struct say *say, struct mp_client *client,
                       const struct mp_submit_result *result)
{
    const struct instance *instance = &say->instance;
    struct cli *cli = say->cli;
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
static const char *named_in(const struct say *say, const char *field)
{
    struct mp_arena *arena = say->cli->arena;
    size_t size = strcspn(field, "["), index = 0;
    json_t *object = fields_change(&say->change);
    const json_t *value = output_find(object, field, size);
    const char *text;

    for (const char *at = field + size; *at != '\0'; at++) {
        if (*at >= '0' && *at <= '9')
            index = index * 10 + (size_t)(*at - '0');
    }
    if (json_is_array(value))
        value = json_array_get(value, index);
    text = json_is_string(value) ? cli_text(arena, "%s", json_string_value(value)) : NULL;
    json_decref(object);
    return text;
}

static enum mp_kind kind_unknown(enum mp_reject code)
{
    static const struct {
        enum mp_reject code;
        enum mp_kind kind;
    } kinds[] = {
        {MP_REJECT_UNKNOWN_PROJECT, MP_KIND_PROJECT},
        {MP_REJECT_UNKNOWN_AGENCY, MP_KIND_AGENCY},
        {MP_REJECT_UNKNOWN_TERM, MP_KIND_TERM},
        {MP_REJECT_UNKNOWN_MILESTONE, MP_KIND_MILESTONE},
        {MP_REJECT_UNKNOWN_INDICATOR, MP_KIND_INDICATOR},
    };

    for (size_t i = 0; i < MP_LENGTH(kinds); i++) {
        if (kinds[i].code == code)
            return kinds[i].kind;
    }
    return MP_KIND_NONE;
}

/* "theme:" for "themes[0]": what stands before the ids of the terms that the field holds. */
static const char *scheme_of(const struct say *say, const char *field)
{
    for (int scheme = 1; mp_code_name(MP_FAMILY_SCHEME, scheme) != NULL; scheme++) {
        const char *name = mp_code_name(MP_FAMILY_SCHEME, scheme);

        if (strncmp(field, name, strlen(name)) == 0)
            return cli_text(say->cli->arena, "%s:", name);
    }
    return "";
}

/* "; did you mean X?" as whoever answers questions would say it, or "": the ledger only knows that
 * there is none. */
static const char *suggestion(const struct say *say, struct mp_client *client,
                              const struct mp_submit_result *result)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = cli_arena(DECODE_BYTES);
    enum mp_kind kind = kind_unknown(result->code);
    const char *field = say_rejected_field(result->field), *id = named_in(say, field), *mean;
    const char *scheme = kind == MP_KIND_TERM ? scheme_of(say, field) : "";
    struct mp_record record;

    if (kind == MP_KIND_NONE || id == NULL || strstr(result->message, "did you mean") != NULL)
        return "";
    id = cli_text(say->cli->arena, "%s%s", scheme, id);
    if (mp_client_get(client, kind, id, LOOK_TIMEOUT_MS, arena, &record) != MP_ENOTFOUND)
        return "";
    mean = strstr(mp_client_why(client), "did you mean");
    return mean == NULL
               ? ""
               : cli_text(say->cli->arena, "; %s", cli_without(say->cli->arena, mean, scheme));
}

static int tell_outcome(const struct say *say, struct mp_client *client,
                        const struct mp_submit_result *result)
{
    switch (result->outcome) {
    case MP_SUBMIT_ACCEPTED:
        (void)fprintf(stderr, "accepted: seq %" PRIu64 ", as %s\n", result->first_seq,
                      say->cli->as);
        return show_recorded(say, client, result);
    case MP_SUBMIT_REJECTED:
        return tell_rejected(say, result->code, result->field, result->message,
                             suggestion(say, client, result));
    default:
        return tell_queued(say, client, result);
    }
}

static int submit(const struct say *say)
{
    struct mp_submit_result result = {0};
    struct mp_client *client = NULL;
    int error, status = instance_client(say->cli, &say->instance, NULL, true, &client);

    if (status != CLI_OK)
        return status;
    error = mp_client_submit(client, &say->change, 1,
                             instance_is_down(&say->instance) ? 0 : say->cli->timeout_ms, &result);
    status = error < 0
                 ? cli_fail(cli_exit_of(error), "nothing was queued: %s", mp_client_why(client))
                 : tell_outcome(say, client, &result);
    mp_client_close(client);
    return status;
}

int say_finish(struct say *say)
{
    int result = 0;

    if (say->rejection.code == MP_REJECT_NONE)
        result = mp_validate_change(&say->change, say->cli->arena, &say->rejection);
    if (result < 0)
        return cli_no_memory();
    if (say->rejection.code == MP_REJECT_NONE && say->cli->dry_run)
        say_check(say);
    if (say->rejection.code != MP_REJECT_NONE)
        return tell_rejected(say, say->rejection.code, say->rejection.field, say->rejection.message,
                             "");
    if (!say->cli->dry_run)
        return submit(say);
    (void)fprintf(stderr, "dry run: this would be submitted as %s; nothing was queued\n",
                  say->cli->as);
    return show_change(say, 0);
}
