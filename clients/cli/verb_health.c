/* milepost health and stats: what the control sockets say. */
#include "clients/cli/fields.h"
#include "clients/cli/instance.h"
#include "clients/cli/options.h"
#include "clients/cli/output.h"
#include "clients/cli/verbs.h"
#include "core/base/text.h"

#include <stdlib.h>
#include <string.h>

#define ASK_MS  2000
#define FAILING "failing: "

/* An answer: its first line, and the lines of figures behind it; "" without an answer. */
struct said {
    const char *name;
    int error; /* of asking */
    const char *verdict;
    const char *figures; /* "key=value\n" … */
};

static struct said ask_one(struct cli *cli, const char *name, const char *control, const char *word)
{
    struct said said = {.name = name, .verdict = "", .figures = ""};
    char *text = instance_ask_control(cli->arena, control, word,
                                      cli->has_timeout ? cli->timeout_ms : ASK_MS, &said.error);

    if (text == NULL)
        return said;
    said.verdict = text;
    text += strcspn(text, "\n");
    if (*text != '\0') {
        said.figures = text + 1;
        *text = '\0';
    }
    return said;
}

static bool is_ok(const struct said *said)
{
    return said->error == 0 && strcmp(said->verdict, "ok") == 0;
}

/* The next "key=value" of the lines; false at the end. *at moves on. */
static bool next_figure(struct cli *cli, const char **at, const char **ret_name, json_t **ret_value)
{
    while (**at != '\0') {
        size_t size = strcspn(*at, "\n");
        const char *line = *at, *sign = memchr(line, '=', size), *value;
        int64_t number;

        *at += size + (line[size] == '\n');
        if (sign == NULL)
            continue;
        *ret_name = cli_text(cli->arena, "%.*s", (int)(sign - line), line);
        value = cli_text(cli->arena, "%.*s", (int)(line + size - sign - 1), sign + 1);
        *ret_value = mp_text_parse_i64(value, -(INT64_C(1) << 53), INT64_C(1) << 53, &number) == 0
                         ? json_integer(number)
                         : json_string(value);
        return true;
    }
    return false;
}

/* How it is: ok with its figures, failing, unreachable with why. */
static int health_row(struct cli *cli, struct output *output, const struct said *said)
{
    const char *state = is_ok(said) ? "ok" : said->error != 0 ? "unreachable" : "failing";
    const char *detail = is_ok(said)        ? ""
                         : said->error != 0 ? mp_error_text(said->error)
                                            : said->verdict;
    const char *at = said->figures, *name;
    json_t *figures = json_object(), *value;

    if (strncmp(detail, FAILING, strlen(FAILING)) == 0)
        detail += strlen(FAILING);
    while (next_figure(cli, &at, &name, &value)) {
        char *text = is_ok(said) ? output_text(value) : NULL;

        if (text != NULL)
            detail =
                cli_text(cli->arena, "%s%s%s=%s", detail, detail[0] == '\0' ? "" : " ", name, text);
        free(text);
        fields_add(&figures, name, value);
    }
    return output_row(output,
                      json_pack("{s:s, s:s, s:s*, s:o*}", "process", said->name, "state", state,
                                "detail", detail[0] == '\0' ? NULL : detail, "figures", figures));
}

static int stats_rows(struct cli *cli, struct output *output, const struct said *said)
{
    const char *at = said->figures, *name;
    int status = CLI_OK;
    json_t *value;

    if (said->error != 0)
        (void)cli_error(said->error, "%s", said->name);
    while (status == CLI_OK && next_figure(cli, &at, &name, &value))
        status = output_row(output, json_pack("{s:s, s:s, s:o}", "process", said->name, "name",
                                              name, "value", value));
    return status;
}

/* Of the processes, or the one named: 0 all ok, 5 when nobody answers, else 1. */
static int ask_all(struct cli *cli, const char *word, const char *columns,
                   int (*show)(struct cli *cli, struct output *output, const struct said *said))
{
    const char *only = cli->argument_count > 0 ? cli->arguments[0] : NULL;
    size_t asked = 0, silent = 0, fine = 0;
    struct instance instance;
    struct output *output;
    int status = instance_open(cli, &instance);

    if (status != CLI_OK)
        return status;
    if (only == NULL && !instance_is_local(&instance))
        return CLI_FAILED;
    output = output_open(cli, columns, false);
    for (size_t i = 0; i < SERVICE_COUNT && status == CLI_OK; i++) {
        const char *name = instance_services[i];
        struct said said;

        if (only != NULL && strcmp(only, name) != 0)
            continue;
        if (instance.controls[i][0] == '\0') {
            status = cli_fail(CLI_FAILED, "%s runs elsewhere: client.yaml names no %s-control",
                              name, name);
            break;
        }
        said = ask_one(cli, name, instance.controls[i], word);
        asked++;
        silent += said.error != 0;
        fine += is_ok(&said);
        status = show(cli, output, &said);
    }
    status = output_close(output, status);
    if (status != CLI_OK || fine == asked)
        return status;
    if (silent == asked && instance_is_down(&instance))
        return instance_say_down();
    return silent == asked ? CLI_UNREACHABLE : CLI_FAILED;
}

static int run_health(struct cli *cli)
{
    return ask_all(cli, "health", "process state detail", health_row);
}

static int run_stats(struct cli *cli)
{
    return ask_all(cli, "stats", "process name value", stats_rows);
}

const struct cli_command verb_health = {
    .name = "health",
    ARGUMENTS("[ledger|ingest|publish]", 0, 1),
    .summary = "ask every process how it is, or one",
    .details = "One row a process: process, state (ok, failing, unreachable), detail. Exit 0 only "
               "when all that were asked are ok; 5 when none answers. With a process named only "
               "that one is asked, and nothing need be known of the others: for the health checks "
               "of containers and service managers.",
    .example = "milepost health\nmilepost health ledger --timeout 2",
    .run = run_health,
};

const struct cli_command verb_stats = {
    .name = "stats",
    ARGUMENTS("", 0, 0),
    .summary = "counters of every process",
    .details = "One row a counter: process, name, value.",
    .example = "milepost stats -o csv",
    .run = run_stats,
};
