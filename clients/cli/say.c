#include "clients/cli/say.h"

#include "core/base/text.h"

#include <inttypes.h>
#include <string.h>

#define SHA256_BYTES     32
#define DATE_FORMS_KNOWN "2029-06-30, 2029-W26, 2029-06, 2029-Q2, 2029-H1 or 2029"

void say_wrong(struct say *say, enum mp_reject code, const char *field, const char *format, ...)
{
    va_list arguments;
    char *message;

    if (say->rejection.code != MP_REJECT_NONE)
        return;
    va_start(arguments, format);
    message = mp_arena_vprintf(say->cli->arena, format, arguments);
    va_end(arguments);
    say->rejection = (struct mp_rejection){
        .code = code,
        .field = field,
        .message = message == NULL ? mp_error_text(MP_ENOMEM) : message,
    };
}

void say_text(const char *text, const char **target)
{
    if (text != NULL)
        *target = text;
}

void say_day(struct say *say, const char *field, const char *text, int32_t *target)
{
    if (text != NULL && mp_day_parse(text, target) != 0)
        say_wrong(say, MP_REJECT_DATE_IMPOSSIBLE, field,
                  "\"%s\" is no day there is: give one as 2029-06-30", text);
}

void say_date(struct say *say, const char *text, const char *precision, struct mp_date *target)
{
    if (text == NULL)
        return;
    if (mp_date_parse(text, target) != 0)
        say_wrong(say, MP_REJECT_DATE_IMPOSSIBLE, "date",
                  "\"%s\" is no date there is: give one as " DATE_FORMS_KNOWN, text);
    else if (precision != NULL)
        target->precision =
            (enum mp_precision)say_code(say, "date.precision", MP_FAMILY_PRECISION, precision);
}

int say_code(struct say *say, const char *field, enum mp_code_family family, const char *text)
{
    int number = text == NULL ? 0 : mp_code_parse(family, text);

    if (text != NULL && number == 0)
        say_wrong(say, MP_REJECT_CODE_UNKNOWN, field, "\"%s\" is not a known code: give one of %s",
                  text, mp_code_names(family));
    return number;
}

void say_number(struct say *say, const char *field, const char *text, int64_t least, int64_t most,
                int64_t *target)
{
    if (text != NULL && mp_text_parse_i64(text, least, most, target) != 0)
        say_wrong(say, MP_REJECT_OUT_OF_RANGE, field,
                  "\"%s\" is no whole number from %" PRId64 " to %" PRId64, text, least, most);
}

void say_decimal(struct say *say, const char *field, const char *text, struct mp_decimal *target)
{
    if (text != NULL && mp_decimal_parse(text, target) != 0)
        say_wrong(say, MP_REJECT_OUT_OF_RANGE, field,
                  "\"%s\" is no figure: give digits, with a point before at most 9 decimals", text);
}

void say_list(struct say *say, const char *field, const char *text, struct mp_list *target)
{
    struct mp_arena *arena = say->cli->arena;
    size_t count = 1;

    if (text == NULL || text[0] == '\0')
        return;
    for (const char *at = text; *at != '\0'; at++)
        count += *at == ';';
    target->items = mp_arena_array(arena, count, sizeof *target->items);
    target->count = 0;
    while (target->items != NULL && target->count < count) {
        size_t size = strcspn(text, ";");
        const char *item = mp_arena_text(arena, mp_span_make(text, size));

        if (item == NULL)
            break;
        target->items[target->count++] = item;
        text += size + (text[size] == ';');
    }
    if (target->count < count)
        say_wrong(say, MP_REJECT_TOO_MANY, field, "%s", mp_error_text(MP_ENOMEM));
}

void say_title(const struct say *say, struct mp_title *target)
{
    say_text(cli_value(say->cli, "title"), &target->en);
    say_text(cli_value(say->cli, "title-ur"), &target->ur);
    say_text(cli_value(say->cli, "title-zh"), &target->zh);
}

static void read_expected(struct say *say, const char *text)
{
    struct mp_change *change = &say->change;
    int64_t epoch = 0, seq = 0;
    const char *colon;
    char *first;

    if (text == NULL)
        return;
    colon = strchr(text, ':');
    first = colon == NULL
                ? NULL
                : mp_arena_text(say->cli->arena, mp_span_make(text, (size_t)(colon - text)));
    if (first == NULL || mp_text_parse_i64(first, 0, INT64_MAX, &epoch) != 0 ||
        mp_text_parse_i64(colon + 1, 0, INT64_MAX, &seq) != 0) {
        say_wrong(say, MP_REJECT_MALFORMED, "expected_revision",
                  "\"%s\" is no revision: give EPOCH:SEQ as get shows it, or 0:0 for none", text);
        return;
    }
    change->has_expected = true;
    change->expected = (struct mp_revision){.epoch = (uint64_t)epoch, .seq = (uint64_t)seq};
}

static void read_common(struct say *say)
{
    const struct cli *cli = say->cli;
    struct mp_change *change = &say->change;
    const char *hash = cli_value(cli, "sha256");

    say_day(say, "stated_on", cli_value(cli, "stated-on"), &change->stated_on);
    say_text(cli_value(cli, "said-by"), &change->said_by);
    say_text(cli_value(cli, "note"), &change->note);
    say_text(cli_value(cli, "source"), &change->source.reference);
    say_text(cli_value(cli, "page"), &change->source.page);
    if (hash != NULL) {
        change->source.has_sha256 = true;
        if (mp_text_parse_hex(hash, change->source.sha256, SHA256_BYTES) != 0)
            say_wrong(say, MP_REJECT_MALFORMED, "source.sha256",
                      "\"%s\" is no SHA-256: give its 64 hexadecimal digits", hash);
    }
    read_expected(say, cli_value(cli, "expect"));
}

int say_begin(struct cli *cli, enum mp_change_kind kind, struct say *ret_say)
{
    int status;

    *ret_say = (struct say){.cli = cli};
    status = instance_open(cli, &ret_say->instance);
    if (status != CLI_OK)
        return status;
    mp_change_init(&ret_say->change, kind);
    read_common(ret_say);
    return CLI_OK;
}
