/* Checks of one field: what is right by itself. */
#include "core/base/text.h"
#include "core/domain/rules_private.h"

#include <inttypes.h>
#include <string.h>

#define QUOTED_MOST 60

/* U+0080 to U+009F in UTF-8; terminals obey some of them. */
static bool is_c1(const char *text, size_t at, size_t size)
{
    unsigned char lead = (unsigned char)text[at];
    return lead == 0xc2 && at + 1 < size && (unsigned char)text[at + 1] <= 0x9f;
}

const char *mp_quote(struct mp_arena *arena, const char *text)
{
    char shown[QUOTED_MOST + 1];
    size_t size = strnlen(text, QUOTED_MOST + 1);
    bool is_cut = size > QUOTED_MOST;
    if (is_cut) {
        size = QUOTED_MOST;
        while (size > 0 && ((unsigned char)text[size] & 0xc0) == 0x80)
            size--;
    }
    bool is_utf8 = mp_text_is_utf8(mp_span_make(text, size));
    for (size_t i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)text[i];
        bool is_shown = byte >= 0x20 && byte != 0x7f && (byte < 0x80 || is_utf8);
        shown[i] = is_shown ? text[i] : '?';
        if (is_utf8 && is_c1(text, i, size)) {
            shown[i] = '?';
            shown[++i] = '?';
        }
    }
    shown[size] = '\0';
    const char *quoted = mp_arena_printf(arena, "\"%s%s\"", shown, is_cut ? "…" : "");
    return quoted != NULL ? quoted : "it";
}

const char *mp_reason_choice(struct mp_arena *arena)
{
    const char *names = mp_code_names(MP_FAMILY_REASON);
    const char *last = strrchr(names, ',');
    const char *choice = mp_arena_printf(arena, "%.*s or%s", (int)(last - names), names, last + 1);
    return choice != NULL ? choice : names;
}

int mp_check_text(const struct mp_check *check, const char *field, const char *text,
                  size_t most_bytes)
{
    struct mp_span bytes = mp_span_text(text);
    if (bytes.size > most_bytes)
        return mp_check_reject(check, MP_REJECT_TEXT_TOO_LONG, field,
                               "%s has %zu bytes, at most %zu are kept: shorten it",
                               mp_quote(check->arena, text), bytes.size, most_bytes);
    if (!mp_text_is_utf8(bytes))
        return mp_check_reject(check, MP_REJECT_TEXT_INVALID, field,
                               "%s is not UTF-8: convert the text to UTF-8",
                               mp_quote(check->arena, text));
    if (mp_text_has_control(bytes))
        return mp_check_reject(check, MP_REJECT_TEXT_INVALID, field,
                               "%s has a control character (shown as ?): take it out",
                               mp_quote(check->arena, text));
    return 0;
}

int mp_check_required(const struct mp_check *check, const char *field, const char *text,
                      const char *what)
{
    if (text[0] != '\0')
        return 0;
    return mp_check_reject(check, MP_REJECT_REQUIRED, field, "nothing was given: give %s", what);
}

static const struct form {
    bool (*is_valid)(const char *text);
    size_t most_bytes;
    const char *what;
} forms[] = {
    [MP_FORM_PATH] = {mp_path_is_valid, MP_PATH_MOST,
                      "a project id such as gwadar/port-expansion (a-z, 0-9, '.', '-', '/')"},
    [MP_FORM_MILESTONE] = {mp_milestone_id_is_valid, MP_PATH_MOST + 1 + MP_SLUG_MOST,
                           "a milestone id such as gwadar/port-expansion:completion"},
    [MP_FORM_AGENCY] = {mp_agency_id_is_valid, MP_AGENCY_ID_MOST,
                        "an agency id such as ministry-of-railways (a-z, 0-9, '.', '-')"},
    [MP_FORM_SLUG] = {mp_slug_is_valid, MP_SLUG_MOST, "a code of a-z, 0-9, '.' and '-'"},
    [MP_FORM_PREFIX] = {mp_prefix_is_valid, MP_PATH_MOST + 1,
                        "\"/\" for everything, or a project id with a slash at its end such as "
                        "ml-1/"},
};

int mp_check_optional_id(const struct mp_check *check, const char *field, const char *id,
                         enum mp_id_form form)
{
    const struct form *wanted = &forms[form];
    if (id[0] == '\0' || wanted->is_valid(id))
        return 0;
    size_t size = strlen(id);
    if (size > wanted->most_bytes)
        return mp_check_reject(check, MP_REJECT_TEXT_TOO_LONG, field,
                               "%s has %zu bytes, at most %zu are allowed: shorten it",
                               mp_quote(check->arena, id), size, wanted->most_bytes);
    return mp_check_reject(check, MP_REJECT_ID_INVALID, field, "%s is not well-formed: give %s",
                           mp_quote(check->arena, id), wanted->what);
}

int mp_check_id(const struct mp_check *check, const char *field, const char *id,
                enum mp_id_form form)
{
    return mp_check_required(check, field, id, forms[form].what)
               ?: mp_check_optional_id(check, field, id, form);
}

int mp_check_list(const struct mp_check *check, const char *field, const struct mp_list *list,
                  enum mp_id_form form)
{
    if (list->count > MP_LIST_MOST)
        return mp_check_reject(check, MP_REJECT_TOO_MANY, field,
                               "%zu were given, at most %d are kept: give fewer", list->count,
                               MP_LIST_MOST);
    for (size_t i = 0; i < list->count; i++) {
        int result = mp_check_id(check, field, list->items[i], form);
        if (result != 0) {
            const char *place = mp_arena_printf(check->arena, "%s[%zu]", field, i);
            if (result == 1 && place != NULL)
                check->rejection->field = place;
            return result;
        }
    }
    return 0;
}

int mp_check_title(const struct mp_check *check, const struct mp_title *title)
{
    return mp_check_required(check, "title.en", title->en, "a title in English")
               ?: mp_check_text(check, "title.en", title->en, MP_TITLE_MOST)
               ?: mp_check_text(check, "title.ur", title->ur, MP_TITLE_MOST)
               ?: mp_check_text(check, "title.zh", title->zh, MP_TITLE_MOST);
}

int mp_check_optional_code(const struct mp_check *check, const char *field,
                           enum mp_code_family family, int number)
{
    if (mp_code_name(family, number) != NULL)
        return 0;
    return mp_check_reject(check, MP_REJECT_CODE_UNKNOWN, field,
                           "%d is not a known code: give one of %s", number, mp_code_names(family));
}

int mp_check_code(const struct mp_check *check, const char *field, enum mp_code_family family,
                  int number)
{
    if (number != 0)
        return mp_check_optional_code(check, field, family, number);
    return mp_check_reject(check, MP_REJECT_REQUIRED, field, "nothing was given: give one of %s",
                           mp_code_names(family));
}

int mp_check_range(const struct mp_check *check, const char *field, int64_t value, int64_t low,
                   int64_t high)
{
    if (value >= low && value <= high)
        return 0;
    return mp_check_reject(check, MP_REJECT_OUT_OF_RANGE, field,
                           "%" PRId64 " is out of range: give %" PRId64 " to %" PRId64, value, low,
                           high);
}

static int reject_day(const struct mp_check *check, const char *field, int32_t day)
{
    return mp_check_reject(check, MP_REJECT_DATE_IMPOSSIBLE, field,
                           "day %" PRId32 " (counted from 1970-01-01) is out of range: give a day "
                           "of 1900-01-01 to 2199-12-31",
                           day);
}

static bool is_day(int32_t day)
{
    return day >= MP_DAY_LEAST && day <= MP_DAY_MOST;
}

int mp_check_optional_day(const struct mp_check *check, const char *field, int32_t day)
{
    return day == MP_DAY_NONE || is_day(day) ? 0 : reject_day(check, field, day);
}

int mp_check_valid_from(const struct mp_check *check, int32_t day)
{
    if (day != MP_DAY_NONE)
        return mp_check_optional_day(check, "valid_from", day);
    return mp_check_reject(check, MP_REJECT_REQUIRED, "valid_from",
                           "nothing was given: give the first day that this version rules, such "
                           "as 2025-01-01");
}

int mp_check_date(const struct mp_check *check, const char *field, struct mp_date date)
{
    if (!mp_date_is_set(date))
        return mp_check_reject(check, MP_REJECT_REQUIRED, field,
                               "nothing was given: give a date and its precision, such as "
                               "2029-06-30 (day) or 2029-06 (month)");
    int result = mp_check_optional_code(check, field, MP_FAMILY_PRECISION, (int)date.precision);
    if (result != 0)
        return result;
    if (!is_day(date.day))
        return reject_day(check, field, date.day);
    if (mp_date_is_valid(date))
        return 0;
    char day[MP_DAY_TEXT];
    mp_day_format(date.day, day);
    return mp_check_reject(check, MP_REJECT_DATE_IMPOSSIBLE, field,
                           "%s does not end a %s: a date stands for the last day of its period, "
                           "and a month, quarter, half or year ends on the last day of a month; "
                           "give that day, or the precision day",
                           day, mp_code_name(MP_FAMILY_PRECISION, (int)date.precision));
}

int mp_check_decimal(const struct mp_check *check, const char *field, struct mp_decimal value)
{
    if (mp_decimal_is_valid(value))
        return 0;
    return mp_check_reject(check, MP_REJECT_OUT_OF_RANGE, field,
                           "the figure has %" PRIu32 " decimals, at most %d are kept: round it",
                           value.scale, MP_DECIMAL_SCALE_MOST);
}

int mp_check_key(const struct mp_check *check, const uint8_t key[static 32])
{
    static const uint8_t zero[32];
    if (memcmp(key, zero, sizeof(zero)) != 0)
        return 0;
    return mp_check_reject(check, MP_REJECT_OUT_OF_RANGE, "public_key",
                           "the key is all zero: give the public key of the agency's key pair");
}
