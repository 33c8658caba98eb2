/* --dry-run: the records that a change names, and the statement that a withdrawal takes back. */
#include "clients/cli/ask.h"
#include "clients/cli/fields_table.h"
#include "clients/cli/import.h"
#include "clients/cli/say_private.h"
#include "core/domain/fold.h"
#include "core/domain/policy.h"
#include "core/domain/rules.h"

#include <inttypes.h>
#include <string.h>

static enum mp_reject unknown_code(enum mp_kind kind)
{
    static const enum mp_reject codes[MP_KIND_LAST + 1] = {
        [MP_KIND_TERM] = MP_REJECT_UNKNOWN_TERM,
        [MP_KIND_AGENCY] = MP_REJECT_UNKNOWN_AGENCY,
        [MP_KIND_PROJECT] = MP_REJECT_UNKNOWN_PROJECT,
        [MP_KIND_MILESTONE] = MP_REJECT_UNKNOWN_MILESTONE,
        [MP_KIND_LINK] = MP_REJECT_UNKNOWN_LINK,
        [MP_KIND_INDICATOR] = MP_REJECT_UNKNOWN_INDICATOR,
    };

    return codes[kind];
}

int say_check_record(struct say *say, struct mp_client *client, enum mp_kind kind, const char *id,
                     const char *field)
{
    struct mp_record record;
    int error = mp_client_get(client, kind, id, say_check_ms(say), say->cli->arena, &record);

    const char *why = error == MP_ENOTFOUND ? mp_client_why(client) : "", *colon = strchr(id, ':');

    if (error != MP_ENOTFOUND)
        return error;
    if (kind == MP_KIND_TERM && colon != NULL) /* the code was given, not the scheme */
        why = cli_without(say->cli->arena, why,
                          cli_text(say->cli->arena, "%.*s", (int)(colon + 1 - id), id));
    (void)mp_reject(&say->rejection, say->cli->arena, unknown_code(kind), field, "%s%s", why,
                    strstr(why, "did you mean") != NULL ? ""
                                                        : ": correct it, or have it defined first");
    return 0;
}

/* "": nothing is named. A policy of no programme in particular is that of default. */
static int check_one(struct say *say, struct mp_client *client, const struct import_column *column,
                     const struct field *field, const char *name)
{
    if (name[0] == '\0' ||
        (say->change.kind == MP_CHANGE_POLICY && strcmp(name, MP_POLICY_DEFAULT) == 0))
        return 0;
    if (column->names == MP_KIND_TERM)
        name = cli_text(say->cli->arena, "%s:%s",
                        mp_code_name(MP_FAMILY_SCHEME, (int)column->scheme), name);
    return say_check_record(say, client, column->names, name, field->name);
}

static int check_field(struct say *say, struct mp_client *client,
                       const struct import_column *column, const struct field *field)
{
    const void *at = (const char *)&say->change.term + field->offset;
    const struct mp_list one = {.items = (const char **)(uintptr_t)at, .count = 1};
    const struct mp_list *names = field->type == FIELD_LIST ? at : &one;
    int error = 0;

    for (size_t i = 0; i < names->count && error == 0 && say->rejection.code == MP_REJECT_NONE; i++)
        error = check_one(say, client, column, field, names->items[i]);
    return error;
}

/* What a file of such changes names in its columns. Not the id of what is defined, and not
 * calendars, of which a name stands for many records. */
int say_check_names(struct say *say, struct mp_client *client)
{
    const struct import_kind *kind = import_kinds;
    const struct field_table *fields = field_of_change(say->change.kind);
    int error = 0;

    while (kind < import_kinds + import_kind_count && kind->change != say->change.kind)
        kind++;
    if (kind == import_kinds + import_kind_count)
        return 0;
    for (size_t i = 0; i < kind->column_count && error == 0; i++) {
        const struct import_column *column = &kind->columns[i];
        const struct field *field =
            field_find(fields, column->field != NULL ? column->field : column->name);

        if (column->names != MP_KIND_NONE && column->names != MP_KIND_CALENDAR && field != NULL &&
            field->type != FIELD_ID)
            error = check_field(say, client, column, field);
    }
    return error;
}

struct stated {
    struct mp_arena *arena;
    struct mp_event event;
    bool is_there;
};

static int keep_event(void *context, const struct mp_page *page)
{
    struct stated *stated = context;

    if (page->event_count == 0)
        return 0;
    stated->is_there = true;
    return mp_event_decode(page->events[0], stated->arena, &stated->event);
}

int say_check_statement(struct say *say, struct mp_client *client, struct mp_subject *ret_subject)
{
    struct stated stated = {.arena = say->cli->arena};
    uint64_t seq = say->change.withdrawal.seq;
    struct mp_ask ask;
    int error;

    mp_ask_init(&ask, MP_ASK_REPLAY);
    ask.prefix = "";
    ask.from = seq - 1;
    ask.to = seq;
    error = mp_client_ask(client, &ask, say_check_ms(say), keep_event, &stated);
    if (error != 0 && error != MP_EEPOCH) /* that: beyond the head */
        return error;
    if (!stated.is_there) {
        (void)mp_reject(&say->rejection, say->cli->arena, MP_REJECT_UNKNOWN_STATEMENT, "seq",
                        "there is no statement %" PRIu64 ": look it up in the record's history",
                        seq);
        return 0;
    }
    if (mp_change_is_statement(stated.event.change.kind))
        return mp_event_subject(&stated.event, say->cli->arena, ret_subject);
    (void)mp_reject(&say->rejection, say->cli->arena, MP_REJECT_NOT_A_STATEMENT, "seq",
                    "%" PRIu64 " is \"%s\", which is no statement and cannot be withdrawn: change "
                    "the record itself",
                    seq, mp_code_name(MP_FAMILY_CHANGE, (int)stated.event.change.kind));
    return 0;
}
