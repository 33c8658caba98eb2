#include "clients/cli/ask.h"

#include "clients/cli/fields.h"
#include "clients/cli/refused.h"
#include "core/base/clock.h"

#include <string.h>

#define ARENA_BYTES ((size_t)8 << 20)
#define SECOND_US   INT64_C(1000000)
#define MINUTE_US   (60 * SECOND_US)
#define DAY_US      (1440 * MINUTE_US)
#define DAY_SIZE    10 /* 2026-01-31 */

/* Exactly count digits, at most most; -1 otherwise. */
static int read_digits(const char **at, int count, int most)
{
    int value = 0;

    for (int i = 0; i < count; i++, ++*at) {
        if (**at < '0' || **at > '9')
            return -1;
        value = value * 10 + (**at - '0');
    }
    return value <= most ? value : -1;
}

/* "Z", "+05:00" or nothing, at the end. */
static int read_zone(const char *at, int64_t *zone_minutes)
{
    int hours, minutes, sign = *at == '-' ? -1 : 1;

    if (*at == '\0')
        return 0;
    if (strcmp(at, "Z") == 0) {
        *zone_minutes = 0;
        return 0;
    }
    if (*at != '+' && *at != '-')
        return MP_EMALFORMED;
    at++;
    hours = read_digits(&at, 2, 14);
    if (hours < 0 || *at++ != ':')
        return MP_EMALFORMED;
    minutes = read_digits(&at, 2, 59);
    if (minutes < 0 || *at != '\0')
        return MP_EMALFORMED;
    *zone_minutes = sign * (hours * 60 + minutes);
    return 0;
}

/* ".25" as microseconds; digits beyond the sixth do not count. */
static int64_t read_fraction(const char **at)
{
    int64_t part = SECOND_US / 10, sum = 0;

    if (**at != '.')
        return 0;
    for (++*at; **at >= '0' && **at <= '9'; ++*at, part /= 10)
        sum += part * (**at - '0');
    return sum;
}

int ask_time_parse(const char *text, int64_t zone_minutes, int64_t *ret_wall_us)
{
    const char *at = text + DAY_SIZE;
    char day_text[DAY_SIZE + 1];
    int hours, minutes, seconds = 0;
    int64_t us = 0;
    int32_t day;

    if (strlen(text) < DAY_SIZE)
        return MP_EMALFORMED;
    (void)snprintf(day_text, sizeof day_text, "%s", text);
    if (mp_day_parse(day_text, &day) != 0)
        return MP_EMALFORMED;
    if (*at == '\0') {
        *ret_wall_us = (day + INT64_C(1)) * DAY_US - 1 - zone_minutes * MINUTE_US;
        return 0;
    }
    if (*at != 'T' && *at != ' ')
        return MP_EMALFORMED;
    at++;
    hours = read_digits(&at, 2, 23);
    minutes = hours < 0 || *at++ != ':' ? -1 : read_digits(&at, 2, 59);
    if (minutes < 0)
        return MP_EMALFORMED;
    if (*at == ':') {
        at++;
        seconds = read_digits(&at, 2, 60);
        us = read_fraction(&at);
    }
    if (seconds < 0 || read_zone(at, &zone_minutes) != 0)
        return MP_EMALFORMED;
    *ret_wall_us = day * DAY_US + (hours * INT64_C(60) + minutes - zone_minutes) * MINUTE_US +
                   seconds * SECOND_US + us;
    return 0;
}

static int read_as_of(struct asking *asking)
{
    const char *day = cli_value(asking->cli, "as-of");
    const char *time = cli_value(asking->cli, "as-recorded");
    struct mp_as_of *as_of = &asking->ask.as_of;

    if (day != NULL && time != NULL)
        return cli_fail(CLI_USAGE, "--as-of and --as-recorded: give one of them");
    if (day != NULL) {
        if (mp_day_parse(day, &as_of->day) != 0)
            return cli_fail(CLI_USAGE, "--as-of %s: no such day; give one as 2022-06-30", day);
        as_of->mode = MP_AS_OF_DAY;
        asking->today = as_of->day;
    }
    if (time != NULL) {
        if (ask_time_parse(time, asking->instance.zone_minutes, &as_of->recorded_us) != 0)
            return cli_fail(CLI_USAGE,
                            "--as-recorded %s: no such time; give one as 2026-01-31T12:00:00Z",
                            time);
        as_of->mode = MP_AS_RECORDED;
        asking->today = mp_clock_civil_day(as_of->recorded_us, (int)asking->instance.zone_minutes);
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
    status = read_as_of(ret_asking);
    if (status != CLI_OK)
        return status;
    ret_asking->arena = mp_arena_new(ARENA_BYTES);
    if (ret_asking->arena == NULL)
        return cli_fail(CLI_FAILED, "%s", mp_error_text(MP_ENOMEM));
    return instance_client(cli, &ret_asking->instance, NULL, false, &ret_asking->client);
}

void asking_done(struct asking *asking)
{
    output_discard(asking->output);
    mp_client_close(asking->client);
    mp_arena_free(asking->arena);
    *asking = (struct asking){0};
}

int asking_run(struct asking *asking, mp_client_page page)
{
    if (instance_is_down(&asking->instance)) {
        asking->status = instance_say_down();
        return MP_EUNREACHABLE;
    }
    return mp_client_ask(asking->client, &asking->ask, asking->cli->timeout_ms, page, asking);
}

int asking_fail(const struct asking *asking, int error)
{
    const struct instance *instance = &asking->instance;

    if (asking->status != CLI_OK)
        return asking->status; /* told already */
    if (error == MP_EMALFORMED)
        return cli_fail(CLI_USAGE, "%s", mp_client_why(asking->client));
    if (error != MP_EUNREACHABLE && error != MP_ETIMEDOUT)
        return cli_fail(cli_exit_of(error), "%s", mp_client_why(asking->client));
    if (refused_ask(asking->cli, instance, asking->cli->as, asking->client, instance->ask))
        return refused_say(asking->cli->as, instance->ask);
    return cli_fail(CLI_UNREACHABLE, "%s: %s", instance->ask, mp_client_why(asking->client));
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
        return 0; /* agencies: verb_list sees to it */
    row = fields_record(&record, asking->today);
    if (asking->ask.as_of.mode == MP_AS_OF_DAY)
        fields_add(&row, "recorded_later", json_boolean(recorded_later));
    asking->rows++;
    asking->status = output_row(asking->output, row);
    return asking->status == CLI_OK ? 0 : MP_EIO;
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

void asking_say_if_nothing(const struct asking *asking)
{
    if (asking->rows > 0 || asking->cli->output != CLI_TABLE)
        return;
    (void)fflush(stdout);
    (void)fprintf(stderr, "nothing found\n");
}

int asking_finish(struct asking *asking, int error)
{
    int status = error < 0 ? asking_fail(asking, error) : output_close(mp_take(asking->output));

    if (status == CLI_OK)
        asking_say_if_nothing(asking);
    asking_done(asking);
    return status;
}
