#include "tests/support/campaign_oracle.h"

#include "core/base/hash.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define ASK_MS 60000

void campaign_find(struct campaign_oracle *oracle, uint64_t *counter, const char *format, ...)
{
    va_list arguments;

    (*counter)++;
    if (oracle->findings.first[0] != '\0')
        return;
    va_start(arguments, format);
    (void)vsnprintf(oracle->findings.first, sizeof oracle->findings.first, format, arguments);
    va_end(arguments);
}

static void *grow(void *items, size_t count, size_t *capacity, size_t size)
{
    size_t larger = *capacity == 0 ? 64 : *capacity;
    char *grown;

    while (larger <= count)
        larger *= 2;
    if (larger == *capacity)
        return items;
    grown = reallocarray(items, larger, size);
    cr_assert_not_null(grown);
    memset(grown + *capacity * size, 0, (larger - *capacity) * size);
    *capacity = larger;
    return grown;
}

void campaign_oracle_open(struct campaign_oracle *oracle, const struct system_instance *instance)
{
    *oracle = (struct campaign_oracle){.instance = instance};
    oracle->client = system_client(instance, "authority");
    oracle->arena = mp_arena_new(MP_SUBMISSION_ARENA);
    cr_assert_not_null(oracle->arena);
}

void campaign_oracle_close(struct campaign_oracle *oracle)
{
    mp_client_close(oracle->client);
    mp_arena_free(oracle->arena);
    for (size_t i = 0; i < oracle->said_count; i++)
        free(oracle->said[i].firsts);
    free(oracle->said);
    free(oracle->events);
    free(oracle->commands);
}

size_t campaign_oracle_command(struct campaign_oracle *oracle)
{
    oracle->commands = grow(oracle->commands, oracle->command_count, &oracle->command_capacity,
                            sizeof *oracle->commands);
    return oracle->command_count++;
}

struct campaign_said *campaign_said_by(struct campaign_oracle *oracle, uint32_t incarnation)
{
    while (oracle->said_count <= incarnation) {
        oracle->said =
            reallocarray(oracle->said, oracle->said_count + 1, sizeof(struct campaign_said));
        cr_assert_not_null(oracle->said);
        oracle->said[oracle->said_count++] = (struct campaign_said){.count = 0};
    }
    return &oracle->said[incarnation];
}

static uint8_t topic_of(struct campaign_oracle *oracle, const char *name)
{
    for (size_t i = 0; i < oracle->topic_count; i++) {
        if (strcmp(oracle->topics[i].name, name) == 0)
            return (uint8_t)i;
    }
    cr_assert_lt(oracle->topic_count, (size_t)CAMPAIGN_TOPICS_MOST);
    (void)snprintf(oracle->topics[oracle->topic_count].name, sizeof oracle->topics[0].name, "%s",
                   name);
    return (uint8_t)oracle->topic_count++;
}

/* The submission before is whole, and this one is the next in the order of the outbox: within an
 * incarnation the numbers have no holes but those of bad ones. */
static void begin_submission(struct campaign_oracle *oracle, uint32_t incarnation, uint64_t number,
                             uint64_t seq)
{
    struct campaign_said *said = campaign_said_by(oracle, incarnation);

    if (oracle->open_changes > 0)
        CAMPAIGN_WRONG(oracle, "seq %" PRIu64 ": the submission before it lacks %zu changes", seq,
                       oracle->open_changes);
    if (number < said->count && said->firsts[number] != 0) {
        CAMPAIGN_DOUBLED(
            oracle, "seq %" PRIu64 ": %" PRIu32 ".%" PRIu64 " is recorded already, as seq %" PRIu64,
            seq, incarnation, number, said->firsts[number]);
        return;
    }
    if (number < said->count || incarnation < oracle->open_incarnation)
        CAMPAIGN_WRONG(oracle,
                       "seq %" PRIu64 ": %" PRIu32 ".%" PRIu64 " comes after %" PRIu32 ".%" PRIu64,
                       seq, incarnation, number, oracle->open_incarnation, oracle->open_number);
    for (uint64_t i = said->count; i < number; i++) {
        if (!campaign_say(incarnation, i).is_bad)
            CAMPAIGN_LOST(oracle, "seq %" PRIu64 ": %" PRIu32 ".%" PRIu64 " was passed over", seq,
                          incarnation, i);
    }
    said->firsts = grow(said->firsts, number, &said->capacity, sizeof *said->firsts);
    said->firsts[number] = seq;
    if (said->count <= number)
        said->count = number + 1;
    oracle->open_incarnation = incarnation;
    oracle->open_number = number;
}

static void take_said(struct campaign_oracle *oracle, const struct mp_event *event)
{
    uint32_t incarnation;
    uint64_t number;
    struct campaign_saying saying;
    const struct mp_progress *progress = &event->change.progress;

    if (!campaign_id_parse(&event->submission, &incarnation, &number) ||
        event->change.kind != MP_CHANGE_PROGRESS) {
        CAMPAIGN_WRONG(oracle, "seq %" PRIu64 " is nothing that was said", event->seq);
        return;
    }
    saying = campaign_say(incarnation, number);
    if (event->index == 0) {
        begin_submission(oracle, incarnation, number, event->seq);
        oracle->open_changes = saying.change_count;
    }
    if (saying.is_bad || event->index != saying.change_count - oracle->open_changes ||
        event->index >= saying.change_count ||
        strcmp(progress->milestone, campaign_milestones[saying.changes[event->index].milestone]) !=
            0 ||
        progress->percent.unscaled != saying.changes[event->index].percent) {
        CAMPAIGN_WRONG(oracle, "seq %" PRIu64 " is not what %" PRIu32 ".%" PRIu64 " said",
                       event->seq, incarnation, number);
        oracle->open_changes = 0;
        return;
    }
    oracle->open_changes--;
}

static void take_command(struct campaign_oracle *oracle, const struct mp_event *event)
{
    size_t number;

    if (strncmp(event->change.note, CAMPAIGN_COMMAND_NOTE, strlen(CAMPAIGN_COMMAND_NOTE)) != 0)
        return;
    number = strtoul(event->change.note + strlen(CAMPAIGN_COMMAND_NOTE), NULL, 10);
    cr_assert_lt(number, oracle->command_count);
    if (oracle->commands[number].recorded_count++ > 0)
        CAMPAIGN_DOUBLED(oracle, "seq %" PRIu64 ": %s is recorded already", event->seq,
                         event->change.note);
    oracle->commands[number].recorded_seq = event->seq;
}

static void take_event(struct campaign_oracle *oracle, const struct mp_event *event,
                       struct mp_span bytes)
{
    uint8_t topic = topic_of(oracle, event->topic);

    if (event->seq != oracle->count + 1) {
        CAMPAIGN_WRONG(oracle, "seq %" PRIu64 " comes after %zu", event->seq, oracle->count);
        return;
    }
    if (event->prev != oracle->topics[topic].last)
        CAMPAIGN_WRONG(oracle,
                       "seq %" PRIu64 " names %" PRIu64 " as the one before it on %s, not %" PRIu64,
                       event->seq, event->prev, event->topic, oracle->topics[topic].last);
    oracle->topics[topic].last = event->seq;
    oracle->events = grow(oracle->events, oracle->count, &oracle->capacity, sizeof *oracle->events);
    oracle->events[oracle->count++] = (struct campaign_event){
        .crc = mp_crc32c(0, bytes), .topic = topic, .ordinal = ++oracle->topics[topic].count};
    if (event->change.kind == MP_CHANGE_PROGRESS) {
        oracle->topics[topic].milestone_seq = event->seq;
        oracle->topics[topic].milestone_percent = (int)event->change.progress.percent.unscaled;
    }
    if (strcmp(event->agency, CAMPAIGN_SENDER_IDENTITY) == 0)
        take_said(oracle, event);
    else
        take_command(oracle, event);
}

static int take_page(void *context, const struct mp_page *page)
{
    struct campaign_oracle *oracle = context;

    for (size_t i = 0; i < page->event_count; i++) {
        struct mp_event event;
        int error;

        mp_arena_reset(oracle->arena);
        error = mp_event_decode(page->events[i], oracle->arena, &event);
        if (error < 0)
            return error;
        take_event(oracle, &event, page->events[i]);
    }
    return 0;
}

static void replay(struct campaign_oracle *oracle, uint64_t from, mp_client_page page)
{
    struct mp_ask ask;
    int error;

    mp_ask_init(&ask, MP_ASK_REPLAY);
    ask.prefix = "";
    ask.from = from;
    error = mp_client_ask(oracle->client, &ask, ASK_MS, page, oracle);
    cr_assert_eq(error, 0, "replay: %s", mp_client_why(oracle->client));
}

void campaign_oracle_read(struct campaign_oracle *oracle)
{
    replay(oracle, oracle->count, take_page);
    if (oracle->open_changes > 0)
        CAMPAIGN_LOST(oracle, "%" PRIu32 ".%" PRIu64 " lacks its last %zu changes",
                      oracle->open_incarnation, oracle->open_number, oracle->open_changes);
}

static int compare_page(void *context, const struct mp_page *page)
{
    struct campaign_oracle *oracle = context;

    for (size_t i = 0; i < page->event_count; i++) {
        struct mp_event_place place;
        int error = mp_event_peek(page->events[i], &place);

        if (error < 0)
            return error;
        if (place.seq < 1 || place.seq > oracle->count ||
            oracle->events[place.seq - 1].crc != mp_crc32c(0, page->events[i]))
            CAMPAIGN_WRONG(oracle, "seq %" PRIu64 " is not what it was", place.seq);
        oracle->open_number++;
    }
    return 0;
}

void campaign_oracle_check_past(struct campaign_oracle *oracle)
{
    uint64_t before = oracle->open_number;

    oracle->open_number = 0; /* counts, here */
    replay(oracle, 0, compare_page);
    if (oracle->open_number != oracle->count)
        CAMPAIGN_LOST(oracle, "the record has %" PRIu64 " events and had %zu", oracle->open_number,
                      oracle->count);
    oracle->open_number = before;
}
