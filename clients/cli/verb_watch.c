/* watch: every change once, and on stderr whether what is shown is up to date. */
#include "clients/cli/ask.h"
#include "clients/cli/fields.h"
#include "clients/cli/options.h"
#include "clients/cli/refused.h"
#include "clients/cli/verbs.h"
#include "core/base/clock.h"
#include "core/base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_BYTES ((size_t)4 << 20)
#define STEP_MS     200
#define LINE_MOST   256
#define CHECK_MS    2000 /* a hint is not worth a longer wait */

struct watching {
    struct cli *cli;
    struct mp_arena *arena; /* of one event */
    struct output *output;  /* NULL: lines for people */
    struct mp_key_pair keys;
    uint8_t server_key[MP_KEY_BYTES];
    uint64_t count, count_most; /* 0: no end */
    char said[LINE_MOST];       /* the last state said */
    const char *prefix;
    uint64_t since;
    bool is_checked; /* what was asked for, against the record */
    bool is_done;
    int status;
};

/* Who said it, in words, else who handed it in; and what a withdrawal takes back. */
static void write_who(const json_t *event)
{
    const json_t *withdraws = json_object_get(event, "withdraws");
    const json_t *who = json_object_get(event, "said_by");
    char *text = withdraws == NULL ? NULL : output_text(withdraws);

    if (text != NULL)
        (void)printf("  of seq %s", text);
    free(text);
    text = output_text(who != NULL ? who : json_object_get(event, "agency"));
    if (text != NULL && text[0] != '\0') {
        (void)fputs("  by ", stdout);
        (void)output_show(stdout, text);
    }
    free(text);
}

/* What people look for in a change, in the order of the line. */
static void write_line(struct watching *watching, const json_t *event)
{
    static const char *const paths[] = {
        "date", "precision", "percent", "project_status", "milestone_status", "value", "reason"};
    char time[32];

    (void)snprintf(time, sizeof time, "%.19s",
                   json_string_value(json_object_get(event, "recorded_at")) == NULL
                       ? ""
                       : json_string_value(json_object_get(event, "recorded_at")));
    (void)printf("%sZ  %s  %s", time, json_string_value(json_object_get(event, "subject")),
                 json_string_value(json_object_get(event, "kind")));
    for (size_t i = 0; i < MP_LENGTH(paths); i++) {
        const json_t *value = json_object_get(event, paths[i]);
        char *text = value == NULL ? NULL : output_text(value);
        bool is_day =
            text != NULL && strcmp(paths[i], "precision") == 0 && strcmp(text, "day") == 0;

        if (text != NULL && !is_day)
            (void)printf("  %s", text);
        free(text);
    }
    write_who(event);
    (void)fputc('\n', stdout);
    if (fflush(stdout) != 0) {
        if (errno != EPIPE)
            (void)cli_fail(CLI_FAILED, "cannot write the output: %s", strerror(errno));
        watching->status = CLI_FAILED;
        watching->is_done = true;
    }
}

static void show(struct watching *watching, const struct mp_event *event)
{
    json_t *object = fields_event(event);

    if (watching->cli->output != CLI_TABLE) {
        watching->status = output_row(watching->output, object);
        watching->is_done |= watching->status != CLI_OK;
    } else if (object != NULL) {
        write_line(watching, object);
        json_decref(object);
    }
}

static void on_deliver(void *context, const struct mp_event_place *place, struct mp_span bytes)
{
    struct watching *watching = context;
    struct mp_event event;

    (void)place;
    if (watching->is_done)
        return;
    mp_arena_reset(watching->arena);
    if (mp_event_decode(bytes, watching->arena, &event) < 0) {
        watching->status = cli_fail(CLI_FAILED, "an event cannot be read: this program is older "
                                                "than the record");
        watching->is_done = true;
        return;
    }
    show(watching, &event);
    watching->count++;
    if (watching->count_most > 0 && watching->count >= watching->count_most)
        watching->is_done = true;
}

/* Each state once, until it changes. */
static void say(struct watching *watching, const char *text)
{
    if (strcmp(watching->said, text) == 0)
        return;
    (void)snprintf(watching->said, sizeof watching->said, "%s", text);
    (void)fprintf(stderr, "%s\n", text);
}

static void on_status(void *context, const struct mp_feed_status *status)
{
    struct watching *watching = context;
    const char *why = status->why == NULL ? "" : status->why;
    char text[LINE_MOST];

    if (watching->is_done)
        return;
    switch (status->state) {
    case MP_FEED_LIVE:
        /* Once: the head moves with every change. */
        if (strncmp(watching->said, "live", strlen("live")) == 0)
            return;
        (void)snprintf(text, sizeof text, "live: epoch %" PRIu64 ", head %" PRIu64, status->epoch,
                       status->head);
        break;
    case MP_FEED_CATCHING_UP:
        (void)snprintf(text, sizeof text, "catching up: %" PRIu64 " of %" PRIu64 "%s%s",
                       status->done, status->total, why[0] == '\0' ? "" : ", ", why);
        break;
    case MP_FEED_STALE:
        (void)snprintf(text, sizeof text, "stale: %s", why);
        break;
    default:
        (void)snprintf(text, sizeof text, "connecting: %s", why);
        break;
    }
    say(watching, text);
}

static int64_t now_ms(void)
{
    return mp_clock_monotonic_ms(&mp_clock_system);
}

/* While it is not live: at first, and when it turned stale, which is all that the feed's own socket
 * tells of a key that was revoked. */
static int listen_for_refusal(const struct watching *watching, const struct instance *instance,
                              struct mp_client *client, struct refused *refused)
{
    *refused = (struct refused){.keys = watching->keys};
    memcpy(refused->server_key, watching->server_key, sizeof refused->server_key);
    return refused_open(refused, client, MP_SOCKET_SUB, instance->feed);
}

/* Once it is live: what was mistyped must not look like quiet. */
static void check_asked(struct watching *watching, struct mp_client *client, uint64_t head)
{
    const char *prefix = watching->prefix;

    watching->is_checked = true;
    if (watching->since > head)
        (void)fprintf(stderr,
                      "the record has not come to seq %" PRIu64 " yet, its head is %" PRIu64
                      ": all that comes from now on is shown\n",
                      watching->since, head);
    if (prefix[0] != '\0' && prefix[0] != '@' && !ask_has_project(client, prefix, CHECK_MS))
        (void)fprintf(
            stderr, "there is no project under %s yet; milepost list projects shows all\n", prefix);
}

/* Until enough was seen, nobody reads, the key is refused (MP_EPERM), or the time is over. */
static int follow(struct watching *watching, const struct instance *instance,
                  struct mp_client *client, const struct mp_feed *feed)
{
    const struct cli *cli = watching->cli;
    int64_t deadline_ms = now_ms() + cli->timeout_ms;
    struct refused refused = {0};
    struct mp_feed_status status;
    int error = listen_for_refusal(watching, instance, client, &refused);

    while (error == 0 && !watching->is_done) {
        int64_t left_ms = cli->has_timeout ? deadline_ms - now_ms() : STEP_MS;

        if (left_ms <= 0)
            error = MP_ETIMEDOUT;
        else
            error = mp_loop_step(mp_client_loop(client), left_ms < STEP_MS ? left_ms : STEP_MS);
        if (error == 0 && refused.is_refused)
            error = MP_EPERM;
        status = mp_feed_status(feed);
        if (error == 0 && !watching->is_checked && status.state == MP_FEED_LIVE)
            check_asked(watching, client, status.head);
        if (refused.socket != NULL && status.state == MP_FEED_LIVE)
            refused_close(&refused);
        else if (error == 0 && refused.socket == NULL && status.state == MP_FEED_STALE)
            error = listen_for_refusal(watching, instance, client, &refused);
    }
    refused_close(&refused);
    return error;
}

static int follow_feed(struct watching *watching, const struct instance *instance,
                       const struct mp_subscription_options *subscription)
{
    struct mp_endpoint endpoint = {.keys = &watching->keys, .server_key = watching->server_key};
    struct mp_feed_options options = {
        .feed = endpoint,
        .ask = endpoint,
        .subscription = *subscription,
        .effects = {.context = watching, .deliver = on_deliver, .status = on_status},
    };
    MP_AUTO(mp_feed_close) struct mp_feed *feed = NULL;
    struct mp_client *client = NULL;
    int error, status = instance_client(watching->cli, instance, NULL, false, &client);

    if (status != CLI_OK)
        return status;
    options.feed.address = instance->feed;
    options.ask.address = instance->ask;
    say(watching, "connecting: waiting for the first heartbeat");
    error = mp_feed_open(mp_client_bus(client), mp_client_loop(client), &options, &feed);
    if (error == 0)
        error = follow(watching, instance, client, feed);
    mp_feed_close(mp_take(feed));
    mp_client_close(client);
    if (error == MP_EPERM)
        return refused_say(watching->cli->as, instance->feed);
    if (error == MP_ETIMEDOUT)
        return CLI_TIMED_OUT;
    return error < 0 ? cli_error(error, "%s", instance->feed) : watching->status;
}

static int read_options(struct cli *cli, struct watching *watching,
                        struct mp_subscription_options *subscription)
{
    const char *since = cli_value(cli, "since"), *count = cli_value(cli, "count");
    const char *given = cli->argument_count > 0 ? cli->arguments[0] : "";
    const char *prefix = ask_prefix(cli->arena, given);
    int64_t number = 0;

    if (prefix[0] != '\0' && prefix[0] != '@' && !mp_prefix_is_valid(prefix))
        return cli_fail(CLI_USAGE,
                        "watch '%s': give a project path with a slash at its end, such as ml-1/",
                        given);
    subscription->prefix = prefix;
    subscription->whole = prefix[0] == '\0';
    subscription->from_now = since == NULL;
    if (since != NULL && mp_text_parse_i64(since, 0, INT64_MAX, &number) != 0)
        return cli_fail(CLI_USAGE, "--since %s: expected a sequence, 0 or more", since);
    subscription->since = watching->since = (uint64_t)number;
    watching->prefix = prefix;
    number = 0;
    if (count != NULL && mp_text_parse_i64(count, 1, INT64_MAX, &number) != 0)
        return cli_fail(CLI_USAGE, "--count %s: expected a number, 1 or more", count);
    watching->count_most = (uint64_t)number;
    return CLI_OK;
}

static int run_watch(struct cli *cli)
{
    static const char columns[] =
        "seq recorded_at topic subject kind date precision "
        "value=percent|value|project_status|milestone_status reason said_by agency";
    MP_AUTO(mp_arena_free) struct mp_arena *arena = cli_arena(ARENA_BYTES);
    struct watching watching = {.cli = cli, .arena = arena};
    struct mp_subscription_options subscription = {0};
    struct instance instance;
    int status = instance_open(cli, &instance), closed = CLI_OK;

    if (status == CLI_OK)
        status = read_options(cli, &watching, &subscription);
    if (status == CLI_OK)
        status = refused_keys(cli, &instance, cli->as, &watching.keys, watching.server_key);
    if (status != CLI_OK)
        return status;
    if (cli->output != CLI_TABLE)
        watching.output = output_open(cli, columns, false);
    status = follow_feed(&watching, &instance, &subscription);
    if (cli->output != CLI_TABLE)
        closed = output_close(watching.output, CLI_OK);
    mp_key_forget(&watching.keys);
    return status == CLI_OK ? closed : status;
}

const struct cli_command verb_watch = {
    .name = "watch",
    ARGUMENTS("[PREFIX]", 0, 1),
    .summary = "follow changes as they are recorded",
    .details =
        "PREFIX is a project path with a slash at its end; everything when not given. Says "
        "on stderr whether it is live, catching up or stale, and when there is no project under "
        "PREFIX yet. --timeout ends it with exit "
        "code 124.",
    .example = "milepost watch\nmilepost watch ml-1/ --count 1 --timeout 30 -o ndjson",
    OPTIONS(NUMBER("since", "SEQ", "first everything after this sequence; 0 is from the beginning"),
            NUMBER("count", "N", "end after this many changes")),
    .run = run_watch,
};
