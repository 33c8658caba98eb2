/* --dry-run: what the record can be asked before anything is submitted. Not the ledger's rules:
 * those it alone applies, to the record as it is then. */
#include "clients/cli/ask.h"
#include "clients/cli/say_private.h"
#include "core/base/file.h"
#include "core/domain/calendar.h"
#include "core/domain/fold.h"
#include "core/domain/rules.h"

#include <string.h>

#define ASK_MS 3000 /* at most: a check is not worth a longer wait */

struct checking {
    struct say *say;
    struct mp_client *client;
    struct mp_record agency;
    bool is_known;
};

static int keep_agency(void *context, const struct mp_page *page)
{
    struct checking *checking = context;

    checking->is_known = page->record_count > 0;
    return page->record_count == 0
               ? 0
               : mp_record_decode(page->records[0], checking->say->cli->arena, &checking->agency);
}

int64_t say_check_ms(const struct say *say)
{
    return say->cli->timeout_ms < ASK_MS ? say->cli->timeout_ms : ASK_MS;
}

static bool covers(const struct mp_agency *agency, const char *topic)
{
    for (size_t i = 0; i < agency->grants.count; i++) {
        if (mp_prefix_covers(agency->grants.items[i], topic))
            return true;
    }
    return false;
}

/* Whether the identity may submit this at all. */
static void judge_agency(struct checking *checking, const char *topic)
{
    struct say *say = checking->say;
    const struct mp_agency *agency = &checking->agency.agency.definition;
    struct mp_arena *arena = say->cli->arena;

    if (!checking->is_known)
        (void)mp_reject(&say->rejection, arena, MP_REJECT_KEY_UNKNOWN, "key",
                        "the key belongs to no agency: have an authority register it");
    else if (!mp_role_may(agency->role, say->change.kind))
        (void)mp_reject(&say->rejection, arena, MP_REJECT_ROLE, "kind",
                        "role %s may not submit it: have it submitted by an agency that may",
                        mp_code_name(MP_FAMILY_ROLE, (int)agency->role));
    else if (!covers(agency, topic))
        (void)mp_reject(&say->rejection, arena, MP_REJECT_NOT_GRANTED, "kind",
                        "no grant covers %s: ask an authority for one, or have it submitted by an "
                        "agency that has it",
                        topic[0] == '@' ? "/" : topic);
}

/* What a statement, a removal or a milestone is about: it must be there already. */
static int judge_subject(struct checking *checking, const struct mp_subject *subject)
{
    struct say *say = checking->say;
    const struct mp_change *change = &say->change;
    struct mp_arena *arena = say->cli->arena;
    const char *path = cli_text(arena, "%.*s", (int)strlen(subject->topic) - 1, subject->topic);
    const char *id;

    switch (change->kind) {
    case MP_CHANGE_OBSERVATION:
    case MP_CHANGE_MILESTONE:
        return say_check_record(say, checking->client, MP_KIND_PROJECT, path, "project");
    case MP_CHANGE_LINK_REMOVED:
    case MP_CHANGE_PROJECT_REMOVED:
    case MP_CHANGE_MILESTONE_CANCELLED:
        break;
    default:
        if (!mp_change_is_statement(change->kind) || change->kind == MP_CHANGE_WITHDRAWAL)
            return 0;
    }
    id = mp_subject_id(arena, subject);
    return id == NULL ? MP_ENOMEM
                      : say_check_record(say, checking->client, subject->kind, id,
                                         subject->kind == MP_KIND_LINK
                                             ? "predecessor"
                                             : mp_code_name(MP_FAMILY_KIND, (int)subject->kind));
}

/* "": none. */
static const char *named_calendar(const struct mp_change *change)
{
    return change->kind == MP_CHANGE_MILESTONE ? change->milestone.calendar
           : change->kind == MP_CHANGE_LINK    ? change->link.calendar
                                               : "";
}

struct looking {
    const char *name;
    struct mp_arena *arena;
    bool is_there;
};

static int look_for_calendar(void *context, const struct mp_page *page)
{
    struct looking *looking = context;
    struct mp_record record;
    int error = 0;

    for (size_t i = 0; i < page->row_count && error == 0; i++) {
        error = mp_record_decode(page->rows[i].record, looking->arena, &record);
        looking->is_there |= error == 0 && strcmp(record.calendar.name, looking->name) == 0;
    }
    return error;
}

static int judge_calendar(struct checking *checking)
{
    struct say *say = checking->say;
    struct looking looking = {.name = named_calendar(&say->change), .arena = say->cli->arena};
    struct mp_ask ask;
    int error;

    if (mp_calendar_is_built_in(looking.name))
        return 0;
    mp_ask_init(&ask, MP_ASK_LIST);
    ask.record_kind = MP_KIND_CALENDAR;
    error = mp_client_ask(checking->client, &ask, say_check_ms(say), look_for_calendar, &looking);
    if (error == 0 && !looking.is_there)
        (void)mp_reject(&say->rejection, say->cli->arena, MP_REJECT_UNKNOWN_CALENDAR, "calendar",
                        "there is no calendar \"%s\": correct it (milepost calendar list shows "
                        "all), or have it defined first",
                        looking.name);
    return error;
}

/* Which record a withdrawal changes is asked; subject->topic stays NULL where it is not known. */
static int find_subject(struct checking *checking, struct mp_subject *ret_subject)
{
    struct say *say = checking->say;
    const struct mp_event event = {.change = say->change};

    *ret_subject = (struct mp_subject){.topic = NULL};
    if (say->change.kind == MP_CHANGE_WITHDRAWAL)
        return say_check_statement(say, checking->client, ret_subject);
    if (mp_event_subject(&event, say->cli->arena, ret_subject) != 0)
        ret_subject->topic = NULL;
    return 0;
}

static const char *check(struct checking *checking)
{
    struct say *say = checking->say;
    struct mp_subject subject;
    struct mp_ask ask;
    int error = find_subject(checking, &subject);

    ask_who_am_i(checking->client, &ask);
    if (error == 0)
        error = mp_client_ask(checking->client, &ask, say_check_ms(say), keep_agency, checking);
    if (error == 0 && subject.topic != NULL && say->rejection.code == MP_REJECT_NONE)
        judge_agency(checking, subject.topic);
    if (error == 0 && subject.topic != NULL && say->rejection.code == MP_REJECT_NONE)
        error = judge_subject(checking, &subject);
    if (error == 0 && say->rejection.code == MP_REJECT_NONE)
        error = say_check_names(say, checking->client);
    if (error == 0 && say->rejection.code == MP_REJECT_NONE)
        error = judge_calendar(checking);
    return error == 0 ? NULL : cli_text(say->cli->arena, "%s", mp_client_why(checking->client));
}

void say_check(struct say *say)
{
    struct checking checking = {.say = say};
    const char *why = NULL;

    if (!mp_file_exists(instance_key(say->cli, &say->instance, say->cli->as)))
        why = "there is no key here of who would submit it";
    else if (instance_is_down(&say->instance))
        why = "the services do not run";
    else if (instance_client(say->cli, &say->instance, NULL, false, &checking.client) != CLI_OK)
        why = "the key cannot be used";
    else
        why = check(&checking);
    mp_client_close(checking.client);
    if (why != NULL)
        (void)fprintf(stderr, "not checked against the record: %s\n", why);
}
