/* calendar: which days are worked. */
#include "clients/cli/ask.h"
#include "clients/cli/fields.h"
#include "clients/cli/fields_table.h"
#include "clients/cli/import.h"
#include "clients/cli/options.h"
#include "clients/cli/parse.h"
#include "clients/cli/pictured.h"
#include "clients/cli/verbs.h"
#include "clients/cli/versions.h"
#include "clients/cli/worded.h"

#include <stdlib.h>
#include <string.h>

static int say_unknown(const char *name)
{
    return cli_fail(CLI_NOT_FOUND,
                    "there is no calendar %s in the record; milepost calendar list shows all "
                    "(elapsed and weekdays, Monday to Friday, need no version)",
                    name);
}

static int run_list(struct cli *cli)
{
    cli_redirect(cli, "list", "calendars", "as-of", cli_value(cli, "as-of"));
    return cli->command->run(cli);
}

/* The version that rules on the day: the oldest one rules all days before its own too. */
static const struct mp_record *ruling(const struct versions *versions, const char *name,
                                      int32_t day)
{
    const struct mp_record *record = versions_in_force(versions, name, day);

    for (size_t i = 0; i < versions->count && record == NULL; i++) {
        if (strcmp(version_name(&versions->records[i]), name) == 0)
            record = &versions->records[i];
    }
    return record;
}

/* ---- show ---- */

static int show_days(struct cli *cli, const struct mp_record *record, int32_t day)
{
    const struct mp_calendar_version *calendar = &record->calendar;
    struct output *output = output_open(cli, "date kind name estimated", false);
    char from[MP_DAY_TEXT], of[MP_DAY_TEXT];
    json_t *weekend;
    char *text;
    int status = CLI_OK;

    for (size_t i = 0; i < calendar->day_count && status == CLI_OK; i++) {
        json_t *row = json_object();

        fields_add(&row, "calendar", json_string(calendar->name));
        picture_add_day(&row, "valid_from", calendar->valid_from);
        field_show_all(&row, &field_special_day, &calendar->days[i]);
        status = output_row(output, row);
    }
    status = output_close(output, status);
    if (status != CLI_OK)
        return status;
    mp_day_format(calendar->valid_from, from);
    weekend = fields_weekend(calendar->weekend);
    text = weekend == NULL ? NULL : output_text(weekend);
    (void)fflush(stdout);
    (void)fprintf(stderr, "%s, valid from %s: weekend %s, %zu special days\n", calendar->name, from,
                  text == NULL || text[0] == '\0' ? "none" : text, calendar->day_count);
    mp_day_format(day, of);
    if (calendar->valid_from > day)
        (void)fprintf(stderr,
                      "no version was in force on %s: this is the oldest, by which the days before "
                      "it are counted too\n",
                      of);
    free(text);
    json_decref(weekend);
    return CLI_OK;
}

static int run_show(struct cli *cli)
{
    const struct mp_record *record;
    struct versions versions;
    struct instance instance;
    int32_t day;
    int status = versions_asked(cli, MP_KIND_CALENDAR, &instance, &versions, &day);

    if (status != CLI_OK)
        return status;
    record = ruling(&versions, cli->arguments[1], day);
    return record == NULL ? say_unknown(cli->arguments[1]) : show_days(cli, record, day);
}

/* ---- count ---- */

struct counted {
    json_int_t estimated, unknown; /* days */
};

/* Between them, whichever is first. */
static struct counted count_doubtful(const struct mp_calendar *calendar, int32_t from, int32_t to)
{
    int32_t first = from < to ? from : to, last = from < to ? to : from;
    struct counted counted = {0};

    for (int32_t day = first + 1; day <= last; day++) {
        counted.estimated += mp_calendar_is_estimated(calendar, day);
        counted.unknown += !mp_calendar_is_known(calendar, day);
    }
    return counted;
}

/* A count over years of which nobody has said anything must not look like the others. */
static void say_unknown_days(const char *name, const struct mp_calendar *calendar, json_int_t count)
{
    int first = 0, last = 0, year, month, of_month;

    for (int32_t day = MP_CALENDAR_DAY_LEAST; day <= MP_CALENDAR_DAY_MOST; day++) {
        if (!mp_calendar_is_known(calendar, day))
            continue;
        mp_day_to_civil(day, &year, &month, &of_month);
        first = first == 0 ? year : first;
        last = year;
    }
    (void)fflush(stdout);
    (void)fprintf(stderr,
                  "special days of %s are known from %d to %d: of %" JSON_INTEGER_FORMAT
                  " days here the weekend alone was counted\n",
                  name, first, last, count);
}

static int show_count(struct cli *cli, const struct mp_calendar *calendar, int32_t from, int32_t to)
{
    struct output *output = output_open(
        cli, "calendar from to working_days elapsed_days estimated_days unknown_days", true);
    struct counted counted = count_doubtful(calendar, from, to);
    json_t *row = json_object();
    int status;

    fields_add(&row, "calendar", json_string(cli->arguments[1]));
    picture_add_day(&row, "from", from);
    picture_add_day(&row, "to", to);
    fields_add(&row, "working_days", json_integer(mp_calendar_count(calendar, from, to)));
    fields_add(&row, "elapsed_days", json_integer(to - from));
    fields_add(&row, "estimated_days", json_integer(counted.estimated));
    fields_add(&row, "unknown_days", json_integer(counted.unknown));
    status = output_close(output, output_row(output, row));
    if (status == CLI_OK && counted.unknown > 0)
        say_unknown_days(cli->arguments[1], calendar, counted.unknown);
    return status;
}

static int run_count(struct cli *cli)
{
    struct pictured pictured;
    int32_t from = 0, to = 0;
    uint8_t number = 0;
    int status = ask_read_day("FROM", cli->arguments[2], &from);

    if (status == CLI_OK)
        status = ask_read_day("TO", cli->arguments[3], &to);
    if (status != CLI_OK)
        return status;
    status = pictured_begin(cli, NULL, MP_GAPS_STATED, &pictured);
    if (status == CLI_OK &&
        mp_calendars_find(pictured.picture->calendars, cli->arguments[1], &number) != 0)
        status = say_unknown(cli->arguments[1]);
    if (status == CLI_OK)
        status = show_count(cli, mp_calendars_at(pictured.picture->calendars, number), from, to);
    return pictured_end(&pictured, status);
}

/* ---- set ---- */

/* The days of one version: as calendars.csv, without what the line says already. */
static void finish_day(struct import_file *file, struct import_row *row)
{
    size_t kind = import_kind_column(file->kind, "kind");

    row->change.calendar.name = "days"; /* of none: it takes the place of the line's in the check */
    row->change.calendar.valid_from = MP_CALENDAR_DAY_LEAST;
    if (strcmp(row->cells[kind], "weekend") == 0)
        import_problem(file, row->line, kind, "the weekend is given by --weekend: take this out");
    else
        import_calendar_finish(file, row);
}

static const struct import_column day_columns[] = {
    {"date", true, "", MP_KIND_NONE, MP_SCHEME_NONE},
    {"kind", true, "", MP_KIND_NONE, MP_SCHEME_NONE},
    {"name", true, "", MP_KIND_NONE, MP_SCHEME_NONE},
    {"estimated", false, "", MP_KIND_NONE, MP_SCHEME_NONE},
};
static const struct import_kind day_kind = {
    .name = "days of a calendar",
    .key = {"date"},
    .change = MP_CHANGE_CALENDAR,
    .columns = day_columns,
    .column_count = MP_LENGTH(day_columns),
    .finish = finish_day,
};

static int read_days(struct say *say, const char *path)
{
    struct mp_calendar_version *calendar = &say->change.calendar;
    struct import_file file;
    struct mp_calendar_day *days;
    int error = import_file_read_as(&day_kind, path, say->cli->arena, &file);

    days = mp_arena_array(say->cli->arena, file.count + 1, sizeof *days);
    for (size_t i = 0; error == 0 && days != NULL && i < file.count; i++)
        days[i] = file.rows[i].change.calendar.days[0];
    calendar->days = days;
    calendar->day_count = file.count;
    import_file_tell(&file, stderr);
    import_file_done(&file);
    if (error == MP_EMALFORMED)
        return cli_fail(CLI_REJECTED, "%s has mistakes; nothing was sent", path);
    if (error < 0)
        return cli_exit_of(error); /* told */
    return days == NULL ? cli_no_memory() : CLI_OK;
}

/* What is not given is as it is in force on the version's first day. */
static int begin_version(struct say *say, const char *name, int32_t valid_from)
{
    const struct mp_record *base;
    struct versions versions;
    bool has_weekend = cli_given(say->cli, "weekend"), has_days = cli_given(say->cli, "file");
    int status;

    if (has_weekend && has_days)
        return CLI_OK;
    status = versions_read(say->cli, &say->instance, MP_KIND_CALENDAR, NULL, &versions);
    if (status != CLI_OK)
        return status;
    base = ruling(&versions, name, valid_from);
    if (base == NULL && !has_weekend)
        return cli_fail(CLI_USAGE,
                        "there is no calendar %s yet, so that all is needed: give --weekend "
                        "'saturday;sunday', and --file where there are holidays",
                        name);
    if (base != NULL)
        say->change.calendar = base->calendar;
    versions_expect(say, &versions, name, valid_from);
    return CLI_OK;
}

static int begin_set(struct say *say, const char *name, int32_t valid_from)
{
    const char *file = cli_value(say->cli, "file");
    int status = begin_version(say, name, valid_from);

    return status == CLI_OK && file != NULL ? read_days(say, file) : status;
}

static int run_set(struct cli *cli)
{
    return versions_set(cli, MP_CHANGE_CALENDAR, begin_set);
}

static int run_calendar(struct cli *cli)
{
    static const struct worded words[] = {
        {"list", "", 0, 0, " as-of ", run_list},
        {"show", "NAME", 1, 1, " as-of as-recorded ", run_show},
        {"count", "NAME FROM TO", 3, 3, " as-of as-recorded ", run_count},
        {"set", "NAME --valid-from DAY --weekend DAYS --file FILE.csv", 1, 1,
         " valid-from weekend file stated-on said-by note source page sha256 expect ", run_set},
    };

    return worded_run(cli, words, MP_LENGTH(words));
}

const struct cli_command verb_calendar = {
    .name = "calendar",
    ARGUMENTS("list|show|count|set [NAME] [FROM] [TO]", 1, 4),
    .summary = "which days are worked: weekends, holidays, make-up days",
    .details =
        "show NAME lists the special days of the version in force, today or on the day of --as-of; "
        "the oldest one counts for the days before it too. "
        "count NAME FROM TO counts the working days after FROM up to and with TO; estimated_days "
        "are special days between that nobody has announced yet, unknown_days the days of years "
        "in which the calendar has no special days: there the weekend alone counts. set NAME gives "
        "a version, "
        "or one anew: it says everything, and what is not given is as in the version in force on "
        "its first day. FILE has the columns date, kind (holiday, workday), name and, if wanted, "
        "estimated (true, false).\n\n"
        "Whatever used a calendar is computed anew. Many at once: 'milepost import' with "
        "calendars.csv.",
    .example = "milepost calendar show cn\n"
               "milepost calendar count pk 2025-01-01 2025-12-31\n"
               "milepost calendar set pk --valid-from 2027-01-01 --weekend 'friday;saturday' "
               "--source 'Cabinet Division, working week'",
    .writes = true,
    .fields = {NULL, "name"},
    OPTIONS(DATE("valid-from", "DAY", "first day that the version rules"),
            TEXT("weekend", "DAYS", "days of the week joined by ';', or none"),
            OPTION("file", CLI_PATH, 0, "FILE", "its holidays and make-up days", NULL), AS_OF,
            STATEMENT),
    .run = run_calendar,
};
