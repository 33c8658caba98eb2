#include "clients/cli/fields.h"
#include "clients/cli/table.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define TODAY 20000 /* 2024-10-04 */

static char *dump(json_t *object)
{
    char *text = json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS | FIELDS_DUMP);

    json_decref(object);
    cr_assert_not_null(text);
    return text;
}

static struct mp_slot slot(uint64_t seq, int32_t stated_on, int32_t day)
{
    return (struct mp_slot){.seq = seq, .stated_on = stated_on, .date = {day, MP_PRECISION_MONTH}};
}

static struct mp_record milestone(void)
{
    struct mp_record record = {
        .subject = {.kind = MP_KIND_MILESTONE, .topic = "ml-1/", .slug = "opening"},
        .revision = {7, 42},
        .source = "minutes",
        .note = "",
    };

    record.milestone.definition = (struct mp_milestone){
        .id = "ml-1:opening",
        .title = {"Opening", "", "\xe5\xbc\x80"},
        .type = MP_TYPE_DELIVERY,
        .code = "",
        .start = "",
        .duration_days = -1,
        .calendar = "",
    };
    return record;
}

Test(fields, a_milestone_without_statements_has_no_nulls)
{
    struct mp_record record = milestone();
    char *text = dump(fields_record(&record, TODAY));

    cr_expect_str_eq(text, "{\"id\":\"ml-1:opening\",\"kind\":\"milestone\",\"late\":false,"
                           "\"revision\":{\"epoch\":7,\"seq\":42},\"source\":\"minutes\","
                           "\"status\":\"scheduled\",\"title\":\"Opening\","
                           "\"title_zh\":\"\xe5\xbc\x80\",\"type\":\"delivery\"}");
    free(text);
}

Test(fields, a_milestone_shows_its_figures_with_today)
{
    struct mp_record record = milestone();
    char *text;

    record.milestone.first = slot(1, 100, TODAY - 31);
    record.milestone.approved = slot(2, 200, TODAY - 10);
    record.milestone.forecast = slot(3, 300, TODAY + 20);
    record.milestone.forecast.reason = MP_REASON_LAND;
    record.milestone.progress.seq = 4;
    record.milestone.progress.stated_on = 301;
    record.milestone.progress.percent = (struct mp_decimal){925, 1};
    text = dump(fields_record(&record, TODAY));
    cr_expect_not_null(strstr(text, "\"slip_days\":{\"approved\":30,\"first\":51}"), "%s", text);
    cr_expect_not_null(strstr(text, "\"late\":true"), "%s", text);
    cr_expect_not_null(strstr(text, "\"progress\":{\"percent\":92.5,\"seq\":4,"), "%s", text);
    cr_expect_not_null(strstr(text, "\"forecast\":{\"date\":\"2024-10-24\",\"precision\":\"month\","
                                    "\"reason\":\"land\",\"seq\":3,\"stated_on\":\"1970-10-28\"}"),
                       "%s", text);
    cr_expect_not_null(strstr(text, "\"baseline\":{\"approved\":{"), "%s", text);
    cr_expect_not_null(strstr(text, "\"expected\":{\"date\":\"2024-10-24\""), "%s", text);
    free(text);
}

Test(fields, a_policy_shows_thresholds_that_are_nothing_too)
{
    struct mp_record record = {
        .subject = {.kind = MP_KIND_POLICY, .topic = "@policy/", .slug = "default@2015-01-01"},
        .source = "",
        .note = "",
        .policy = {.programme = "default",
                   .valid_from = 16436,
                   .amber_days = 30,
                   .red_days = 90,
                   .least_for_index = 5},
    };
    char *text = dump(fields_record(&record, TODAY));

    cr_expect_str_eq(text, "{\"amber_days\":30,\"amber_percent\":0,\"grey_days\":0,"
                           "\"id\":\"default@2015-01-01\",\"kind\":\"policy\","
                           "\"least_for_index\":5,\"programme\":\"default\",\"red_days\":90,"
                           "\"red_percent\":0,\"report_days\":0,"
                           "\"revision\":{\"epoch\":0,\"seq\":0},"
                           "\"valid_from\":\"2015-01-01\"}");
    free(text);
}

Test(fields, a_calendar_shows_its_weekend_by_name_and_its_days)
{
    static const struct mp_calendar_day days[] = {
        {16436, MP_CALENDAR_HOLIDAY, false, "New Year"},
        {16439, MP_CALENDAR_WORKDAY, true, ""},
    };
    struct mp_record record = {
        .subject = {.kind = MP_KIND_CALENDAR, .topic = "@calendar/", .slug = "cn@2015-01-01"},
        .source = "",
        .note = "",
        .calendar = {"cn", 16436, MP_WEEKEND_SATURDAY_SUNDAY, days, 2},
    };
    char *text = dump(fields_record(&record, TODAY));

    cr_expect_not_null(strstr(text, "\"weekend\":[\"saturday\",\"sunday\"]"), "%s", text);
    cr_expect_not_null(strstr(text, "\"special_days\":2"), "%s", text);
    cr_expect_not_null(strstr(text, "\"days\":[{\"date\":\"2015-01-01\",\"kind\":\"holiday\","
                                    "\"name\":\"New Year\"},{\"date\":\"2015-01-04\","
                                    "\"estimated\":true,\"kind\":\"workday\"}]"),
                       "%s", text);
    free(text);
}

Test(fields, figures_are_numbers_while_they_are_exact)
{
    static const struct {
        struct mp_decimal value;
        const char *shown;
    } rows[] = {
        {{0, 0}, "0"},
        {{-1250, 2}, "-12.5"},
        {{92, 1}, "9.2"},
        {{INT64_C(9200000000), 0}, "9200000000"},
        {{INT64_C(123456789012345), 0}, "123456789012345"},
        {{INT64_C(1234567890123456), 0}, "\"1234567890123456\""},
        {{INT64_C(1234567890123456), 9}, "\"1234567.890123456\""},
    };

    for (size_t i = 0; i < MP_LENGTH(rows); i++) {
        struct mp_change change;
        char wanted[64], *text;

        mp_change_init(&change, MP_CHANGE_OBSERVATION);
        change.observation.value = rows[i].value;
        text = dump(fields_change(&change));
        snprintf(wanted, sizeof wanted, "\"value\":%s}", rows[i].shown);
        cr_expect_not_null(strstr(text, wanted), "%s not in %s", wanted, text);
        free(text);
    }
}

Test(fields, large_numbers_become_texts)
{
    json_t *exact = fields_u64(UINT64_C(1) << 53), *large = fields_u64((UINT64_C(1) << 53) + 1);
    json_t *largest = fields_u64(UINT64_MAX);

    cr_expect_eq(json_integer_value(exact), INT64_C(1) << 53);
    cr_expect_str_eq(json_string_value(large), "9007199254740993");
    cr_expect_str_eq(json_string_value(largest), "18446744073709551615");
    json_decref(exact);
    json_decref(large);
    json_decref(largest);
}

Test(fields, an_event_names_its_subject_and_what_was_said)
{
    struct mp_event event = {.epoch = 7,
                             .seq = 9,
                             .prev = 8,
                             .recorded_at_us = 1,
                             .topic = "ml-1/",
                             .agency = "railways"};
    char *text;

    mp_change_init(&event.change, MP_CHANGE_FORECAST);
    event.change.stated_on = 100;
    event.change.said_by = "Minister";
    event.change.dated = (struct mp_dated){
        .milestone = "ml-1:opening",
        .date = {TODAY, MP_PRECISION_DAY},
        .reason = MP_REASON_FINANCING,
    };
    text = dump(fields_event(&event));
    cr_expect_str_eq(text,
                     "{\"agency\":\"railways\",\"date\":\"2024-10-04\",\"epoch\":7,\"kind\":"
                     "\"forecast\",\"milestone\":\"ml-1:opening\",\"precision\":\"day\",\"prev\":8,"
                     "\"reason\":\"financing\",\"recorded_at\":\"1970-01-01T00:00:00.000001Z\","
                     "\"said_by\":\"Minister\",\"seq\":9,\"stated_on\":\"1970-04-11\",\"subject\":"
                     "\"ml-1:opening\",\"subject_kind\":\"milestone\",\"topic\":\"ml-1/\"}");
    free(text);
}

Test(fields, every_kind_of_change_can_be_shown)
{
    for (int kind = 1; kind <= MP_CHANGE_LAST; kind++) {
        struct mp_change change;
        json_t *object;

        mp_change_init(&change, (enum mp_change_kind)kind);
        object = fields_change(&change);
        cr_assert_not_null(object, "%d", kind);
        cr_expect_str_eq(json_string_value(json_object_get(object, "kind")),
                         mp_code_name(MP_FAMILY_CHANGE, kind));
        json_decref(object);
    }
}

Test(fields, a_kind_that_has_no_table_is_shown_by_its_head)
{
    for (int kind = 1; kind <= MP_KIND_LAST; kind++) {
        struct mp_record record = {.subject = {(enum mp_kind)kind, "ml-1/", "a"}};
        json_t *object = fields_record(&record, TODAY);

        cr_assert_not_null(object, "%d", kind);
        cr_expect_str_eq(json_string_value(json_object_get(object, "kind")),
                         mp_code_name(MP_FAMILY_KIND, kind));
        json_decref(object);
    }
}

/* Names in the object that the documentation does not have: a slot's are documented once. */
static void expect_documented(const char *document, const char *before, json_t *object)
{
    const char *name;
    json_t *value;

    json_object_foreach(object, name, value)
    {
        char wanted[128], path[96];

        snprintf(path, sizeof path, "%s%s%s", before, before[0] == '\0' ? "" : ".", name);
        snprintf(wanted, sizeof wanted, "| `%s` |", path);
        if (strncmp(name, "title_", 6) == 0)
            continue;
        if (json_is_object(value) && strstr(document, wanted) == NULL)
            expect_documented(document, path, value);
        else
            cr_expect_not_null(strstr(document, wanted), "%s is not documented", path);
    }
}

Test(fields, what_is_printed_is_documented)
{
    struct mp_record record = milestone();
    char *document = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&document, &size);
    json_t *object;

    fields_document(out);
    fclose(out);
    record.milestone.first = slot(1, 100, TODAY - 31);
    record.milestone.approved = record.milestone.first;
    record.milestone.met = slot(5, 100, TODAY);
    record.milestone.suspension = slot(6, 100, TODAY);
    record.milestone.progress.seq = 4;
    record.milestone.cancelled_seq = 8;
    object = fields_record(&record, TODAY);
    expect_documented(document, "", object);
    json_decref(object);
    free(document);
}

Test(fields, the_manual_has_the_documentation_as_it_is_printed)
{
    const char *source = getenv("MILEPOST_SOURCE");
    char path[512], kept[65536] = "", *document = NULL;
    size_t size = 0;
    FILE *file, *out = open_memstream(&document, &size);

    if (source == NULL)
        cr_skip("MILEPOST_SOURCE names the source folder");
    fields_document(out);
    fclose(out);
    snprintf(path, sizeof path, "%s/docs/json.md", source);
    file = fopen(path, "r");
    cr_assert_not_null(file);
    kept[fread(kept, 1, sizeof kept - 1, file)] = '\0';
    fclose(file);
    cr_expect(strcmp(kept, document) == 0, "milepost help json > docs/json.md");
    free(document);
}

/* Whether the name is one of the columns. */
static bool has_column(const char *columns, const char *name)
{
    size_t size = strlen(name);

    for (const char *at = columns; (at = strstr(at, name)) != NULL; at += size) {
        if ((at == columns || at[-1] == ' ') && (at[size] == ' ' || at[size] == '\0'))
            return true;
    }
    return false;
}

Test(fields, the_columns_of_a_record_are_those_of_its_kind)
{
    static const struct {
        enum mp_kind kind;
        const char *has, *has_not;
    } rows[] = {
        {MP_KIND_PROJECT, "lead_agency", "late"},
        {MP_KIND_PROJECT, "counterpart", "baseline.first.date"},
        {MP_KIND_PROJECT, "status_stated_on", "met.date"},
        {MP_KIND_MILESTONE, "baseline.approved.precision", "programme"},
        {MP_KIND_MILESTONE, "forecast.reason", "regions"},
        {MP_KIND_MILESTONE, "slip_days.first", "parent"},
        {MP_KIND_AGENCY, "grants", "status"},
        {MP_KIND_AGENCY, "keys", "late"},
        {MP_KIND_LINK, "lag_days", "status"},
        {MP_KIND_TERM, "published_on", "status"},
        {MP_KIND_OBSERVATION, "period_end", "period"},
        {MP_KIND_CALENDAR, "special_days", "days"},
        {MP_KIND_POLICY, "least_for_index", "status"},
    };
    struct mp_arena *arena = mp_arena_new((size_t)1 << 16);

    for (size_t i = 0; i < MP_LENGTH(rows); i++) {
        const char *columns = fields_columns(arena, rows[i].kind);
        struct table table;

        cr_expect(has_column(columns, rows[i].has), "no %s in %s", rows[i].has, columns);
        cr_expect_not(has_column(columns, rows[i].has_not), "%s in %s", rows[i].has_not, columns);
        cr_expect_eq(strncmp(columns, "kind id ", strlen("kind id ")), 0, "%s", columns);
        cr_expect(table_init(&table, columns), "too many: %s", columns);
        table_done(&table);
    }
    mp_arena_free(arena);
}
