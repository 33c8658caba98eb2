#include "clients/cli/versions.h"

#include "clients/cli/ask.h"
#include "core/domain/fold.h"

#include <stdlib.h>
#include <string.h>

#define CAPACITY_FIRST 64

const char *version_name(const struct mp_record *record)
{
    return record->subject.kind == MP_KIND_POLICY ? record->policy.programme
                                                  : record->calendar.name;
}

static int32_t valid_from_of(const struct mp_record *record)
{
    return record->subject.kind == MP_KIND_POLICY ? record->policy.valid_from
                                                  : record->calendar.valid_from;
}

struct reading {
    struct mp_arena *arena;
    struct versions *versions;
    size_t capacity;
};

static int add_record(struct reading *reading, struct mp_span bytes)
{
    struct versions *versions = reading->versions;
    int error;

    if (versions->count == reading->capacity) {
        size_t capacity = reading->capacity == 0 ? CAPACITY_FIRST : 2 * reading->capacity;
        struct mp_record *larger =
            mp_arena_array(reading->arena, capacity, sizeof(*versions->records));

        if (larger == NULL)
            return MP_ENOMEM;
        if (versions->count > 0)
            memcpy(larger, versions->records, versions->count * sizeof(*larger));
        versions->records = larger;
        reading->capacity = capacity;
    }
    error = mp_record_decode(bytes, reading->arena, &versions->records[versions->count]);
    if (error == 0 && !versions->records[versions->count].removed)
        versions->count++;
    return error;
}

static int take_page(void *context, const struct mp_page *page)
{
    int error = 0;

    for (size_t i = 0; i < page->row_count && error == 0; i++)
        error = add_record(context, page->rows[i].record);
    return error;
}

static int compare(const void *left, const void *right)
{
    const struct mp_record *a = left, *b = right;
    int order = strcmp(version_name(a), version_name(b));
    int32_t day_a = valid_from_of(a), day_b = valid_from_of(b);

    return order != 0 ? order : day_a < day_b ? -1 : day_a > day_b;
}

int versions_read(struct cli *cli, const struct instance *instance, enum mp_kind kind,
                  const struct mp_as_of *as_of, struct versions *ret_versions)
{
    struct versions versions = {0};
    struct reading reading = {.arena = cli->arena, .versions = &versions};
    struct mp_client *client = NULL;
    struct mp_ask ask;
    int status, error;

    if (instance_is_down(instance))
        return instance_say_down();
    status = instance_client(cli, instance, NULL, false, &client);
    if (status != CLI_OK)
        return status;
    mp_ask_init(&ask, MP_ASK_LIST);
    ask.record_kind = kind;
    if (as_of != NULL)
        ask.as_of = *as_of;
    error = mp_client_ask(client, &ask, cli->timeout_ms, take_page, &reading);
    if (error < 0)
        status = ask_fail(cli, instance, client, error);
    mp_client_close(client);
    if (status != CLI_OK)
        return status;
    if (versions.count > 0)
        qsort(versions.records, versions.count, sizeof(*versions.records), compare);
    *ret_versions = versions;
    return CLI_OK;
}

int versions_asked(struct cli *cli, enum mp_kind kind, struct instance *ret_instance,
                   struct versions *ret_versions, int32_t *ret_day)
{
    struct mp_as_of as_of = {0};
    int status = instance_open(cli, ret_instance);

    if (status != CLI_OK)
        return status;
    *ret_day = instance_today(ret_instance);
    status = ask_read_as_of(cli, ret_instance, &as_of, ret_day);
    return status == CLI_OK ? versions_read(cli, ret_instance, kind, &as_of, ret_versions) : status;
}

int versions_set(struct cli *cli, enum mp_change_kind kind,
                 int (*begin)(struct say *say, const char *name, int32_t valid_from))
{
    struct say say;
    int32_t valid_from;
    int status = ask_read_day("--valid-from", cli_value(cli, "valid-from"), &valid_from);

    if (status == CLI_OK)
        status = say_begin(cli, kind, &say);
    if (status == CLI_OK)
        status = begin(&say, cli->arguments[1], valid_from);
    if (status != CLI_OK)
        return status;
    say_given(&say);
    return say_finish(&say);
}

const struct mp_record *versions_in_force(const struct versions *versions, const char *name,
                                          int32_t day)
{
    const struct mp_record *found = NULL;

    for (size_t i = 0; i < versions->count; i++) {
        const struct mp_record *record = &versions->records[i];

        if (strcmp(version_name(record), name) == 0 && valid_from_of(record) <= day)
            found = record; /* ascending */
    }
    return found;
}

bool versions_has(const struct versions *versions, const char *name)
{
    return versions_in_force(versions, name, MP_DAY_MOST) != NULL;
}

void versions_expect(struct say *say, const struct versions *versions, const char *name,
                     int32_t valid_from)
{
    const struct mp_record *same = versions_in_force(versions, name, valid_from);

    if (cli_given(say->cli, "expect"))
        return;
    say->change.has_expected = true;
    if (same != NULL && valid_from_of(same) == valid_from)
        say->change.expected = same->revision;
}
