/* milepost health and stats: what the control sockets say. */
#include "clients/cli/instance.h"
#include "clients/cli/output.h"
#include "clients/cli/verbs.h"

#include "core/base/auto.h"
#include "core/base/text.h"
#include "core/bus/control.h"

#include <string.h>

#define ASK_MS      2000
#define ANSWER_MOST 65536
#define PROCESSES   3

/* An answer: its first line, and the lines of figures behind it. */
struct said {
    const char *name;
    int error;           /* of asking */
    const char *verdict; /* "ok", "failing: …"; NULL or "" without an answer */
    const char *figures; /* "key=value\n" …; the same */
};

static void ask_one(struct cli *cli, struct mp_bus *bus, const char *control, const char *word,
                    struct said *said)
{
    struct mp_buffer answer;
    char *text, *end;

    mp_buffer_init(&answer, ANSWER_MOST);
    said->error =
        mp_control_ask(bus, control, word, cli->has_timeout ? cli->timeout_ms : ASK_MS, &answer);
    said->verdict = said->figures = "";
    text = said->error == 0 ? mp_arena_text(cli->arena, mp_buffer_span(&answer)) : NULL;
    mp_buffer_done(&answer);
    if (text == NULL)
        return;
    end = text + strcspn(text, "\n");
    said->figures = *end == '\0' ? end : end + 1;
    *end = '\0';
    said->verdict = text;
}

static int ask_all(struct cli *cli, const char *word, struct said said[static PROCESSES])
{
    static const char *const names[PROCESSES] = {"ledger", "ingest", "publish"};
    MP_AUTO(mp_bus_close) struct mp_bus *bus = NULL;
    struct instance instance;
    int status = instance_open(cli, &instance), error;

    if (status != CLI_OK)
        return status;
    if (!instance_is_local(&instance))
        return CLI_FAILED;
    error = mp_bus_open(1, &bus);
    if (error != 0)
        return cli_fail(CLI_FAILED, "%s", mp_error_text(error));
    const char *const controls[PROCESSES] = {instance.ledger_control, instance.ingest_control,
                                             instance.publish_control};
    for (size_t i = 0; i < PROCESSES; i++) {
        said[i].name = names[i];
        ask_one(cli, bus, controls[i], word, &said[i]);
    }
    return CLI_OK;
}

static bool is_ok(const struct said *said)
{
    return said->error == 0 && said->verdict != NULL && strcmp(said->verdict, "ok") == 0;
}

/* 0 ok; 5 when nobody answers; else 1. */
static int judge(const struct said said[static PROCESSES])
{
    size_t silent = 0, fine = 0;

    for (size_t i = 0; i < PROCESSES; i++) {
        silent += said[i].error != 0;
        fine += is_ok(&said[i]);
    }
    if (fine == PROCESSES)
        return CLI_OK;
    return silent == PROCESSES ? CLI_UNREACHABLE : CLI_FAILED;
}

/* The next "key=value" of the lines; false at the end. *at moves on. */
static bool next_figure(struct cli *cli, const char **at, const char **ret_name,
                        const char **ret_value)
{
    while (*at != NULL && **at != '\0') {
        size_t size = strcspn(*at, "\n");
        const char *sign = memchr(*at, '=', size), *line = *at;

        *at += size + ((*at)[size] == '\n');
        if (sign == NULL)
            continue;
        *ret_name = mp_arena_text(cli->arena, mp_span_make(line, (size_t)(sign - line)));
        *ret_value =
            mp_arena_text(cli->arena, mp_span_make(sign + 1, (size_t)(line + size - sign - 1)));
        return *ret_name != NULL && *ret_value != NULL;
    }
    return false;
}

static json_t *figure_json(const char *value)
{
    int64_t number;

    return mp_text_parse_i64(value, -(INT64_C(1) << 53), INT64_C(1) << 53, &number) == 0
               ? json_integer(number)
               : json_string(value);
}

static json_t *health_row(struct cli *cli, const struct said *said)
{
    static const char failing[] = "failing: ";
    const char *state = "ok", *detail = "", *at = said->figures, *name, *value;
    json_t *figures = json_object(), *row;

    if (said->error != 0) {
        state = "unreachable";
        detail = mp_error_text(said->error);
    } else if (!is_ok(said)) {
        state = "failing";
        detail = said->verdict == NULL ? "" : said->verdict;
        if (strncmp(detail, failing, strlen(failing)) == 0)
            detail += strlen(failing);
    }
    while (figures != NULL && next_figure(cli, &at, &name, &value)) {
        (void)json_object_set_new(figures, name, figure_json(value));
        if (is_ok(said))
            detail = mp_arena_printf(cli->arena, "%s%s%s=%s", detail == NULL ? "" : detail,
                                     detail == NULL || detail[0] == '\0' ? "" : " ", name, value);
    }
    row = json_pack("{s:s, s:s, s:s*, s:o*}", "process", said->name, "state", state, "detail",
                    detail == NULL || detail[0] == '\0' ? NULL : detail, "figures", figures);
    return row;
}

int verb_health(struct cli *cli)
{
    static const char *const columns[] = {"process", "state", "detail"};
    struct said said[PROCESSES] = {0};
    struct output *output = NULL;
    int status = ask_all(cli, "health", said);

    if (status == CLI_OK)
        status = output_open(cli, columns, MP_LENGTH(columns), false, &output);
    for (size_t i = 0; status == CLI_OK && i < PROCESSES; i++)
        status = output_row(output, health_row(cli, &said[i]));
    if (status == CLI_OK) {
        status = output_close(output);
        return status == CLI_OK ? judge(said) : status;
    }
    if (output != NULL)
        output_discard(output);
    return status;
}

static int stats_rows(struct cli *cli, struct output *output, const struct said *said)
{
    const char *at = said->figures, *name, *value;
    int status = CLI_OK;

    if (said->error != 0)
        (void)cli_fail(CLI_FAILED, "%s: %s", said->name, mp_error_text(said->error));
    while (status == CLI_OK && next_figure(cli, &at, &name, &value))
        status = output_row(output, json_pack("{s:s, s:s, s:o}", "process", said->name, "name",
                                              name, "value", figure_json(value)));
    return status;
}

int verb_stats(struct cli *cli)
{
    static const char *const columns[] = {"process", "name", "value"};
    struct said said[PROCESSES] = {0};
    struct output *output = NULL;
    int status = ask_all(cli, "stats", said);

    if (status == CLI_OK)
        status = output_open(cli, columns, MP_LENGTH(columns), false, &output);
    for (size_t i = 0; status == CLI_OK && i < PROCESSES; i++)
        status = stats_rows(cli, output, &said[i]);
    if (status == CLI_OK) {
        status = output_close(output);
        return status == CLI_OK ? judge(said) : status;
    }
    if (output != NULL)
        output_discard(output);
    return status;
}
