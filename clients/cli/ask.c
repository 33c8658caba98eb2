#include "clients/cli/ask.h"

#include "clients/cli/fields.h"
#include "clients/cli/refused.h"
#include "core/base/clock.h"

#include <stdlib.h>
#include <string.h>

#define ARENA_BYTES ((size_t)8 << 20)
#define SECOND_US   INT64_C(1000000)
#define MINUTE_US   (60 * SECOND_US)
#define DAY_US      (1440 * MINUTE_US)
#define DAY_SIZE    10 /* 2026-01-31 */

/* Whether the text begins as the pattern says, in which a 9 stands for any digit. */
static bool looks_like(const char *text, const char *pattern)
{
    for (; *pattern != '\0'; text++, pattern++) {
        if (*pattern == '9' ? *text < '0' || *text > '9' : *text != *pattern)
            return false;
    }
    return true;
}

/* Of "17:30", in minutes; negative when there is no such time. */
static int64_t minutes_of(const char *text, int hours_most)
{
    int hours = atoi(text), minutes = atoi(text + 3);

    return hours <= hours_most && minutes <= 59 ? hours * 60 + minutes : -1;
}

int ask_zone_parse(const char *text, int64_t *ret_minutes)
{
    int64_t minutes =
        looks_like(text, "+99:99") || looks_like(text, "-99:99") ? minutes_of(text + 1, 14) : -1;

    if (minutes < 0 || text[6] != '\0')
        return MP_EMALFORMED;
    *ret_minutes = text[0] == '-' ? -minutes : minutes;
    return 0;
}

/* "30.25" as microseconds, *at moves behind it; digits beyond the sixth do not count. */
static int64_t read_seconds(const char **at)
{
    int64_t part = SECOND_US / 10, sum = atoi(*at) * SECOND_US;

    *at += 2;
    if (**at != '.')
        return sum;
    for (++*at; **at >= '0' && **at <= '9'; ++*at, part /= 10)
        sum += part * (**at - '0');
    return sum;
}

int ask_time_parse(const char *text, int64_t zone_minutes, int64_t *ret_wall_us)
{
    char day_text[DAY_SIZE + 1];
    int64_t minutes, us = 0;
    const char *at;
    int32_t day;

    (void)snprintf(day_text, sizeof day_text, "%s", text);
    if (strlen(text) < DAY_SIZE || mp_day_parse(day_text, &day) != 0)
        return MP_EMALFORMED;
    at = text + DAY_SIZE;
    if (*at == '\0') {
        *ret_wall_us = (day + INT64_C(1)) * DAY_US - 1 - zone_minutes * MINUTE_US;
        return 0;
    }
    if (!looks_like(at, "T99:99") && !looks_like(at, " 99:99"))
        return MP_EMALFORMED;
    minutes = minutes_of(at + 1, 23);
    at += strlen("T99:99");
    if (looks_like(at, ":99")) {
        at++;
        us = read_seconds(&at);
    }
    if (strcmp(at, "Z") == 0)
        zone_minutes = 0;
    else if (*at != '\0' && ask_zone_parse(at, &zone_minutes) != 0)
        return MP_EMALFORMED;
    if (minutes < 0 || us > 60 * SECOND_US)
        return MP_EMALFORMED;
    *ret_wall_us = day * DAY_US + (minutes - zone_minutes) * MINUTE_US + us;
    return 0;
}

const char *ask_prefix(struct mp_arena *arena, const char *text)
{
    size_t size = text == NULL ? 0 : strlen(text);

    if (size == 0 || strcmp(text, "/") == 0)
        return "";
    return text[size - 1] == '/' ? text : cli_text(arena, "%s/", text);
}

static int stop_at_row(void *context, const struct mp_page *page)
{
    bool *has_rows = context;

    *has_rows = page->row_count > 0;
    return *has_rows ? MP_EBUSY : 0; /* enough is known */
}

bool ask_has_project(struct mp_client *client, const char *prefix, int64_t timeout_ms)
{
    bool has_rows = false;
    struct mp_ask ask;
    int error;

    mp_ask_init(&ask, MP_ASK_LIST);
    ask.record_kind = MP_KIND_PROJECT;
    ask.prefix = prefix;
    ask.removed_too = true;
    error = mp_client_ask(client, &ask, timeout_ms, stop_at_row, &has_rows);
    return has_rows || error != 0;
}

int ask_read_day(const char *name, const char *text, int32_t *ret_day)
{
    if (text == NULL)
        return cli_fail(CLI_USAGE, "%s is missing: give a day as 2025-01-31", name);
    if (mp_date_is_beyond(text))
        return cli_fail(CLI_USAGE, "%s %s: out of range; give a day from " MP_DAY_RANGE, name,
                        text);
    if (mp_day_parse(text, ret_day) != 0)
        return cli_fail(CLI_USAGE, "%s %s: no such day; give one as 2025-01-31", name, text);
    return CLI_OK;
}

int ask_read_as_of(const struct cli *cli, const struct instance *instance, struct mp_as_of *as_of,
                   int32_t *today)
{
    const char *day = cli_value(cli, "as-of");
    const char *time = cli_value(cli, "as-recorded");

    if (day != NULL && time != NULL)
        return cli_fail(CLI_USAGE, "--as-of and --as-recorded: give one of them");
    if (day != NULL) {
        if (ask_read_day("--as-of", day, &as_of->day) != CLI_OK)
            return CLI_USAGE;
        as_of->mode = MP_AS_OF_DAY;
        *today = as_of->day;
    }
    if (time != NULL) {
        if (ask_time_parse(time, instance->zone_minutes, &as_of->recorded_us) != 0)
            return cli_fail(CLI_USAGE,
                            "--as-recorded %s: no such time; give one as 2026-01-31T12:00:00Z",
                            time);
        as_of->mode = MP_AS_RECORDED;
        *today = mp_clock_civil_day(as_of->recorded_us, (int)instance->zone_minutes);
    }
    return CLI_OK;
}

int asking_begin(struct cli *cli, enum mp_ask_kind kind, struct asking *ret_asking)
{
    int status;

    *ret_asking = (struct asking){.cli = cli};
    status = instance_open(cli, &ret_asking->instance);
    if (status != CLI_OK)
        return status;
    ret_asking->today = instance_today(&ret_asking->instance);
    mp_ask_init(&ret_asking->ask, kind);
    status = ask_read_as_of(cli, &ret_asking->instance, &ret_asking->ask.as_of, &ret_asking->today);
    if (status != CLI_OK)
        return status;
    ret_asking->arena = cli_arena(ARENA_BYTES);
    return instance_client(cli, &ret_asking->instance, NULL, false, &ret_asking->client);
}

int asking_run(struct asking *asking, mp_client_page page)
{
    if (instance_is_down(&asking->instance)) {
        asking->status = instance_say_down();
        return MP_EUNREACHABLE;
    }
    return mp_client_ask(asking->client, &asking->ask, asking->cli->timeout_ms, page, asking);
}

void ask_who_am_i(const struct mp_client *client, struct mp_ask *ret_ask)
{
    const uint8_t *key = mp_client_public_key(client);

    mp_ask_init(ret_ask, MP_ASK_WHO_AM_I);
    if (key != NULL)
        memcpy(ret_ask->public_key, key, sizeof ret_ask->public_key);
}

int ask_fail(struct cli *cli, const struct instance *instance, struct mp_client *client, int error)
{
    if (error == MP_ENOMEM)
        return cli_no_memory();
    if (error != MP_EUNREACHABLE && error != MP_ETIMEDOUT)
        return cli_fail(cli_exit_of(error), "%s", mp_client_why(client));
    if (refused_ask(cli, instance, cli->as, client, instance->ask))
        return refused_say(cli->as, instance->ask);
    return cli_fail(CLI_UNREACHABLE, "%s: %s", instance->ask, mp_client_why(client));
}

const char *ask_no_id(struct mp_arena *arena, enum mp_kind kind, const char *id)
{
    return cli_text(arena, "\"%s\" cannot be the id of %s %s: give %s", cli_cut(arena, id),
                    kind == MP_KIND_AGENCY || kind == MP_KIND_INDICATOR ||
                            kind == MP_KIND_OBSERVATION || kind == MP_KIND_EPOCH
                        ? "an"
                        : "a",
                    mp_code_name(MP_FAMILY_KIND, (int)kind), mp_subject_form(kind));
}

const char *ask_where(struct mp_arena *arena, const char *why, enum mp_kind kind)
{
    const char *plural = kind == MP_KIND_AGENCY      ? "agencies"
                         : kind == MP_KIND_INDICATOR ? "indicators"
                                                     : "terms";

    return strstr(why, "did you mean") != NULL
               ? why
               : cli_text(arena, "%s; milepost list %s shows all", why, plural);
}

/* Whether it is for the id that the question was refused. */
static bool is_no_id(const struct asking *asking)
{
    const struct mp_ask *ask = &asking->ask;
    struct mp_subject subject;

    return (ask->kind == MP_ASK_GET || ask->kind == MP_ASK_HISTORY) &&
           mp_subject_parse(asking->arena, ask->record_kind, ask->id, &subject) == MP_EMALFORMED;
}

int asking_fail(const struct asking *asking, int error)
{
    if (asking->status != CLI_OK)
        return asking->status; /* told already */
    if (error == MP_EMALFORMED)
        return cli_fail(CLI_USAGE, "%s",
                        is_no_id(asking)
                            ? ask_no_id(asking->cli->arena, asking->ask.record_kind, asking->ask.id)
                            : mp_client_why(asking->client));
    return ask_fail(asking->cli, &asking->instance, asking->client, error);
}

int asking_show(struct asking *asking, json_t *row)
{
    asking->rows++;
    asking->status = output_row(asking->output, row);
    return asking->status == CLI_OK ? 0 : MP_EIO;
}

static int show_record(struct asking *asking, struct mp_span bytes, bool recorded_later)
{
    struct mp_record record;
    json_t *row;
    int error;

    mp_arena_reset(asking->arena);
    error = mp_record_decode(bytes, asking->arena, &record);
    if (error < 0)
        return error;
    if (asking->role != 0 && (int)record.agency.definition.role != asking->role)
        return 0;
    row = fields_record(&record, asking->today);
    if (asking->ask.as_of.mode == MP_AS_OF_DAY)
        fields_add(&row, "recorded_later", json_boolean(recorded_later));
    if (asking->adorn != NULL)
        asking->adorn(&row, &record);
    return asking_show(asking, row);
}

int asking_show_records(void *context, const struct mp_page *page)
{
    struct asking *asking = context;
    int error = 0;

    for (size_t i = 0; i < page->row_count && error == 0; i++)
        error = show_record(asking, page->rows[i].record, page->rows[i].recorded_later);
    for (size_t i = 0; i < page->record_count && error == 0; i++)
        error = show_record(asking, page->records[i], false);
    return error;
}

int asking_end(struct asking *asking, int status)
{
    bool is_empty = asking->rows == 0 && asking->cli->output == CLI_TABLE;

    if (asking->output != NULL)
        status = output_close(asking->output, status);
    if (status == CLI_OK && is_empty) {
        (void)fflush(stdout);
        (void)fprintf(stderr, "nothing found\n");
    }
    mp_client_close(asking->client);
    mp_arena_free(asking->arena);
    return status;
}
