/* The types of fields: how each is read from what a person wrote. */
#include "clients/cli/fields_table.h"

#include "clients/cli/command.h"
#include "core/base/auto.h"
#include "core/base/text.h"

#include <inttypes.h>
#include <string.h>

#define DAY_FORM   "2029-06-30"
#define DATE_FORMS "2029-06-30, 2029-W26, 2029-06, 2029-Q2, 2029-H1 or 2029"

/* A value being read. */
struct reading {
    const struct field *field;
    const char *text;
    struct mp_arena *arena;
    struct mp_rejection *rejection;
};

/* Items joined by ';'. */
static int read_list(const struct reading *reading, void *at)
{
    const char *text = reading->text;
    struct mp_list list = {0};
    size_t count = text[0] != '\0';

    for (const char *letter = text; *letter != '\0'; letter++)
        count += *letter == ';';
    list.items = mp_arena_array(reading->arena, count, sizeof *list.items);
    while (list.items != NULL && list.count < count) {
        size_t size = strcspn(text, ";");

        list.items[list.count] = mp_arena_text(reading->arena, mp_span_make(text, size));
        if (list.items[list.count] == NULL)
            break;
        list.count++;
        text += size + (text[size] == ';');
    }
    if (list.count < count)
        return mp_reject(reading->rejection, reading->arena, MP_REJECT_TOO_MANY,
                         reading->field->name, "%s", mp_error_text(MP_ENOMEM));
    *(struct mp_list *)at = list;
    return 0;
}

static int read_family(const struct reading *reading, enum mp_code_family family, int *at)
{
    int number = mp_code_parse(family, reading->text);

    if (number == 0)
        return mp_reject(reading->rejection, reading->arena, MP_REJECT_CODE_UNKNOWN,
                         reading->field->name, "\"%s\" is not a known code: give one of %s",
                         cli_cut(reading->arena, reading->text), mp_code_names(family));
    *at = number;
    return 0;
}

/* In the form of a date, but of a year that no record knows. */
static int refuse_beyond(const struct reading *reading, const char *name, const char *text)
{
    return mp_reject(reading->rejection, reading->arena, MP_REJECT_DATE_IMPOSSIBLE, name,
                     "%s is out of range: give a date from " MP_DAY_RANGE, text);
}

static int read_day_of(const struct reading *reading, const char *name, const char *text,
                       int32_t *at)
{
    if (mp_day_parse(text, at) == 0)
        return 0;
    if (mp_date_is_beyond(text))
        return refuse_beyond(reading, name, text);
    return mp_reject(reading->rejection, reading->arena, MP_REJECT_DATE_IMPOSSIBLE, name,
                     "\"%s\" is no day there is: give one as " DAY_FORM,
                     cli_cut(reading->arena, text));
}

/* "2029" is that year; otherwise START..END, each a day. */
static int read_period(const struct reading *reading, void *at)
{
    const char *dots = strstr(reading->text, "..");
    int32_t *days = at;
    struct mp_date period;

    if (dots != NULL) {
        const char *start = mp_arena_text(
            reading->arena, mp_span_make(reading->text, (size_t)(dots - reading->text)));

        return read_day_of(reading, "period_start", start == NULL ? "" : start, &days[0]) != 0 ||
               read_day_of(reading, "period_end", dots + 2, &days[1]) != 0;
    }
    if (mp_date_is_beyond(reading->text))
        return refuse_beyond(reading, "period_start", reading->text);
    if (mp_date_parse(reading->text, &period) != 0)
        return mp_reject(reading->rejection, reading->arena, MP_REJECT_PERIOD_INVALID,
                         "period_start",
                         "\"%s\" is no period: give a year as 2029, another date as 2029-Q2, or "
                         "two days as 2029-01-01..2029-03-31",
                         cli_cut(reading->arena, reading->text));
    days[0] = mp_date_begin(period);
    days[1] = period.day;
    return 0;
}

static int read_date(const struct reading *reading, void *at)
{
    if (mp_date_parse(reading->text, at) == 0)
        return 0;
    if (mp_date_is_beyond(reading->text))
        return refuse_beyond(reading, reading->field->name, reading->text);
    return mp_reject(reading->rejection, reading->arena, MP_REJECT_DATE_IMPOSSIBLE,
                     reading->field->name, "\"%s\" is no date there is: give one as " DATE_FORMS,
                     cli_cut(reading->arena, reading->text));
}

/* Of a date that was read before. */
static int read_precision(const struct reading *reading, void *at)
{
    struct mp_date *date = at;
    int number = 0;

    if (read_family(reading, MP_FAMILY_PRECISION, &number) != 0)
        return 1;
    date->precision = (enum mp_precision)number;
    return 0;
}

static int read_number(const struct reading *reading, const char *name, int64_t least, int64_t most,
                       int64_t *ret)
{
    if (mp_text_parse_i64(reading->text, least, most, ret) == 0)
        return 0;
    return mp_reject(reading->rejection, reading->arena, MP_REJECT_OUT_OF_RANGE, name,
                     "\"%s\" is no whole number: give one from %" PRId64 " to %" PRId64,
                     cli_cut(reading->arena, reading->text), least, most);
}

static int read_number_32(const struct reading *reading, int64_t least, int32_t *at)
{
    int64_t number = 0;
    int result = read_number(reading, reading->field->name, least, reading->field->detail, &number);

    if (result == 0)
        *at = (int32_t)number;
    return result;
}

/* The ledger calls it seq too, whatever it is of. */
static int read_seq(const struct reading *reading, uint64_t *at)
{
    int64_t number = 0;
    int result = read_number(reading, "seq", 1, INT64_MAX, &number);

    if (result == 0)
        *at = (uint64_t)number;
    return result;
}

/* An option that is a flag has no text. */
static int read_flag(const struct reading *reading, void *at)
{
    bool is_true = reading->text[0] == '\0' || strcmp(reading->text, "true") == 0;

    if (!is_true && strcmp(reading->text, "false") != 0)
        return mp_reject(reading->rejection, reading->arena, MP_REJECT_CODE_UNKNOWN,
                         reading->field->name, "\"%s\" is neither true nor false",
                         cli_cut(reading->arena, reading->text));
    *(bool *)at = is_true;
    return 0;
}

static int read_decimal(const struct reading *reading, void *at)
{
    if (mp_decimal_parse(reading->text, at) == 0)
        return 0;
    return mp_reject(reading->rejection, reading->arena, MP_REJECT_OUT_OF_RANGE,
                     reading->field->name,
                     "\"%s\" is no figure: give digits, with a point before at most 9 decimals",
                     cli_cut(reading->arena, reading->text));
}

/* Days of the week joined by ';'; "none": every day of the week is worked. */
static int read_weekend(const struct reading *reading, uint8_t *at)
{
    const char *text = strcmp(reading->text, "none") == 0 ? "" : reading->text;
    unsigned weekend = 0;

    while (*text != '\0') {
        size_t size = strcspn(text, ";"), i = 0;

        while (i < FIELD_WEEKDAYS &&
               (strlen(field_weekdays[i]) != size || strncmp(field_weekdays[i], text, size) != 0))
            i++;
        if (i == FIELD_WEEKDAYS)
            return mp_reject(
                reading->rejection, reading->arena, MP_REJECT_CODE_UNKNOWN, reading->field->name,
                "\"%s\" is no day of the week: give the weekend as "
                "saturday;sunday, or none",
                cli_cut(reading->arena, cli_text(reading->arena, "%.*s", (int)size, text)));
        weekend |= 1u << i;
        text += size + (text[size] == ';');
    }
    *at = (uint8_t)weekend;
    return 0;
}

static int read_hash(const struct reading *reading, void *at)
{
    struct mp_source *source = at;

    source->has_sha256 = true;
    if (mp_text_parse_hex(reading->text, source->sha256, sizeof source->sha256) == 0)
        return 0;
    return mp_reject(reading->rejection, reading->arena, MP_REJECT_MALFORMED, "source.sha256",
                     "\"%s\" is no SHA-256: give its 64 hexadecimal digits",
                     cli_cut(reading->arena, reading->text));
}

int field_read(const struct field *field, const char *text, struct mp_arena *arena, void *base,
               struct mp_rejection *ret_rejection)
{
    struct reading reading = {field, text, arena, ret_rejection};
    void *at = (char *)base + field->offset;

    switch (field->type) {
    case FIELD_LIST:
        return read_list(&reading, at);
    case FIELD_CODE:
        return read_family(&reading, (enum mp_code_family)field->detail, at);
    case FIELD_DAY:
        return read_day_of(&reading, field->name, text, at);
    case FIELD_PERIOD:
        return read_period(&reading, at);
    case FIELD_DATE:
        return read_date(&reading, at);
    case FIELD_PRECISION:
        return read_precision(&reading, at);
    case FIELD_COUNT:
    case FIELD_NUMBER:
    case FIELD_DURATION:
        return read_number_32(&reading, 0, at);
    case FIELD_LAG:
        return read_number_32(&reading, -field->detail, at);
    case FIELD_SEQ:
        return read_seq(&reading, at);
    case FIELD_FLAG:
        return read_flag(&reading, at);
    case FIELD_DECIMAL:
        return read_decimal(&reading, at);
    case FIELD_WEEKEND:
        return read_weekend(&reading, at);
    case FIELD_HASH:
        return read_hash(&reading, at);
    default:
        *(const char **)at = text;
        return 0;
    }
}
