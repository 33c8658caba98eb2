#include "clients/cli/say.h"

#include "clients/cli/fields_table.h"
#include "clients/cli/say_private.h"
#include "core/base/text.h"

#include <string.h>

bool say_gives(const struct cli_option *option, const char *field)
{
    const char *name = option->field != NULL ? option->field : option->name;
    size_t same = 0;

    while (name[same] != '\0' &&
           (field[same] == name[same] || (field[same] == '_' && name[same] == '-')))
        same++;
    return name[same] == '\0' && strchr("_[.", field[same]) != NULL; /* its NUL too */
}

static void read_one(struct say *say, const struct field *field, const char *text, void *base)
{
    struct mp_rejection rejection;

    if (field_read(field, text, say->cli->arena, base, &rejection) != 0 &&
        say->rejection.code == MP_REJECT_NONE)
        say->rejection = rejection;
}

static void read_options(struct say *say, const struct field_table *table, void *base)
{
    const struct cli *cli = say->cli;

    for (size_t i = 0; i < cli_option_count(cli->command->options); i++) {
        for (size_t j = 0; cli->values[i] != NULL && j < table->count; j++) {
            const struct field *field = &table->fields[j];

            if (!field_is_written(field) || !say_gives(&cli->command->options[i], field->name))
                continue;
            read_one(say, field, cli->values[i], base);
            break;
        }
    }
}

void say_field(struct say *say, const char *name, const char *text)
{
    const struct field *field = field_find(field_of_change(say->change.kind), name);

    if (field != NULL)
        read_one(say, field, text, &say->change.term);
}

void say_given(struct say *say)
{
    const struct cli *cli = say->cli;

    for (size_t i = 0; i < cli->argument_count; i++) {
        if (cli->command->fields[i] != NULL)
            say_field(say, cli->command->fields[i], cli->arguments[i]);
    }
    read_options(say, field_of_change(say->change.kind), &say->change.term);
}

/* Which state of the record was seen. */
static void read_expected(struct say *say, const char *text)
{
    struct mp_change *change = &say->change;
    const char *colon = text == NULL ? NULL : strchr(text, ':');
    int64_t epoch = 0, seq = 0;

    if (text == NULL)
        return;
    change->has_expected =
        colon != NULL &&
        mp_text_parse_i64(cli_text(say->cli->arena, "%.*s", (int)(colon - text), text), 0,
                          INT64_MAX, &epoch) == 0 &&
        mp_text_parse_i64(colon + 1, 0, INT64_MAX, &seq) == 0;
    change->expected = (struct mp_revision){.epoch = (uint64_t)epoch, .seq = (uint64_t)seq};
    if (!change->has_expected && say->rejection.code == MP_REJECT_NONE)
        (void)mp_reject(&say->rejection, say->cli->arena, MP_REJECT_MALFORMED, "expected_revision",
                        "\"%s\" is no revision: give EPOCH:SEQ as get shows it, or 0:0 for none",
                        cli_cut(say->cli->arena, text));
}

int say_begin(struct cli *cli, enum mp_change_kind kind, struct say *ret_say)
{
    int status;

    *ret_say = (struct say){.cli = cli};
    status = instance_open(cli, &ret_say->instance);
    if (status != CLI_OK)
        return status;
    mp_change_init(&ret_say->change, kind);
    read_options(ret_say, &field_change, &ret_say->change);
    read_expected(ret_say, cli_value(cli, "expect"));
    return CLI_OK;
}

/* What holds when nothing else is said. */
static void set_fallbacks(struct say *say)
{
    struct mp_change *change = &say->change;

    switch (change->kind) {
    case MP_CHANGE_LINK:
    case MP_CHANGE_LINK_REMOVED:
        change->link.type = MP_LINK_FS;
        return;
    case MP_CHANGE_OBSERVATION:
        change->observation.kind = MP_OBSERVATION_ACTUAL;
        return;
    case MP_CHANGE_SUSPENSION:
    case MP_CHANGE_RESUMPTION: /* from the day on which it was said */
        change->dated.date = (struct mp_date){
            .day = change->stated_on != MP_DAY_NONE ? change->stated_on
                                                    : instance_today(&say->instance),
            .precision = MP_PRECISION_DAY,
        };
        return;
    default:
        return;
    }
}

int say_verb(struct cli *cli)
{
    struct say say;
    int status = say_begin(cli, cli->command->change, &say);

    if (status != CLI_OK)
        return status;
    set_fallbacks(&say);
    say_given(&say);
    return say_finish(&say);
}

const char *say_option_of(const struct cli *cli, const char *field)
{
    for (size_t i = 0; i < cli_option_count(cli->command->options); i++) {
        if (say_gives(&cli->command->options[i], field))
            return cli_text(cli->arena, " (--%s)", cli->command->options[i].name);
    }
    return "";
}
