/* The oracle: what each was told, held against the record. */
#include "tests/support/campaign_oracle.h"

#include <inttypes.h>
#include <signal.h>
#include <string.h>

#define ASK_MS      60000
#define EXIT_QUEUED 5

static void check_answer(struct campaign_oracle *oracle, const struct campaign_line *line)
{
    const struct campaign_said *said = campaign_said_by(oracle, line->incarnation);
    struct campaign_saying saying = campaign_say(line->incarnation, line->number);
    uint64_t first = line->number < said->count ? said->firsts[line->number] : 0;

    oracle->findings.acknowledged++;
    if (saying.is_bad != (line->kind == CAMPAIGN_REJECTED))
        CAMPAIGN_WRONG(oracle, "%" PRIu32 ".%" PRIu64 " got the wrong answer", line->incarnation,
                       line->number);
    else if (!saying.is_bad && first == 0)
        CAMPAIGN_LOST(oracle, "%" PRIu32 ".%" PRIu64 " was acknowledged as seq %" PRIu64,
                      line->incarnation, line->number, line->first);
    else if (!saying.is_bad &&
             (first != line->first || line->last != first + saying.change_count - 1))
        CAMPAIGN_WRONG(oracle,
                       "%" PRIu32 ".%" PRIu64 " was told seq %" PRIu64 " to %" PRIu64
                       " and is recorded as %" PRIu64,
                       line->incarnation, line->number, line->first, line->last, first);
}

static void check_put(struct campaign_oracle *oracle, uint32_t incarnation)
{
    const struct campaign_said *said = &oracle->said[incarnation];

    for (uint64_t i = said->count; i < said->put; i++) {
        if (!campaign_say(incarnation, i).is_bad)
            CAMPAIGN_LOST(oracle, "%" PRIu32 ".%" PRIu64 " left the outbox and is not recorded",
                          incarnation, i);
    }
}

void campaign_oracle_check_sender(struct campaign_oracle *oracle, struct campaign_peer *sender)
{
    struct campaign_line line;

    while (campaign_peer_read(sender, &line)) {
        if (line.kind == CAMPAIGN_PUT)
            campaign_said_by(oracle, line.incarnation)->put = line.number + 1;
        else if (line.kind == CAMPAIGN_ACCEPTED || line.kind == CAMPAIGN_REJECTED)
            check_answer(oracle, &line);
    }
    for (uint32_t i = 0; i < oracle->said_count; i++)
        check_put(oracle, i);
}

void campaign_oracle_check_commands(struct campaign_oracle *oracle)
{
    for (size_t i = 0; i < oracle->command_count; i++) {
        const struct campaign_command *command = &oracle->commands[i];
        bool is_known = command->status == 0 || command->status == EXIT_QUEUED;

        if (!is_known && command->status != 128 + SIGKILL)
            CAMPAIGN_WRONG(oracle, "%s%zu ended with %d", CAMPAIGN_COMMAND_NOTE, i,
                           command->status);
        if (is_known && command->recorded_count == 0)
            CAMPAIGN_LOST(oracle, "%s%zu ended with %d and is not recorded", CAMPAIGN_COMMAND_NOTE,
                          i, command->status);
        if (command->seq != 0 && command->seq != command->recorded_seq)
            CAMPAIGN_WRONG(oracle, "%s%zu was told seq %" PRIu64 " and is recorded as %" PRIu64,
                           CAMPAIGN_COMMAND_NOTE, i, command->seq, command->recorded_seq);
    }
}

static bool is_under(const struct campaign_oracle *oracle, size_t topic, const char *prefix)
{
    return strncmp(oracle->topics[topic].name, prefix, strlen(prefix)) == 0;
}

/* Another incarnation: it has what its predecessor knew to be complete. */
static void begin_watching(const struct campaign_oracle *oracle, uint64_t since,
                           struct campaign_shown *shown)
{
    *shown = (struct campaign_shown){.seq = since};
    for (uint64_t i = 0; i < since && i < oracle->count; i++)
        shown->ordinals[oracle->events[i].topic] = oracle->events[i].ordinal;
}

static void check_shown(struct campaign_oracle *oracle, const struct campaign_peer *watcher,
                        const struct campaign_line *line, struct campaign_shown *shown)
{
    const struct campaign_event *event;
    uint64_t *ordinal;

    if (line->number < 1 || line->number > oracle->count) {
        CAMPAIGN_WRONG(oracle, "%s was shown seq %" PRIu64 ", which is not recorded",
                       watcher->identity, line->number);
        return;
    }
    event = &oracle->events[line->number - 1];
    ordinal = &shown->ordinals[event->topic];
    if (event->crc != line->first || !is_under(oracle, event->topic, watcher->prefix))
        CAMPAIGN_WRONG(oracle, "%s was shown something else as seq %" PRIu64, watcher->identity,
                       line->number);
    else if (event->ordinal <= *ordinal)
        CAMPAIGN_DOUBLED(oracle, "%s was shown seq %" PRIu64 " again", watcher->identity,
                         line->number);
    else if (event->ordinal > *ordinal + 1)
        CAMPAIGN_LOST(oracle, "%s was not shown what is before seq %" PRIu64, watcher->identity,
                      line->number);
    if (watcher->prefix[0] == '\0' && line->number < shown->seq)
        CAMPAIGN_WRONG(oracle, "%s was shown seq %" PRIu64 " after %" PRIu64, watcher->identity,
                       line->number, shown->seq);
    *ordinal = event->ordinal;
    shown->seq = line->number;
}

void campaign_oracle_check_watcher(struct campaign_oracle *oracle, struct campaign_peer *watcher,
                                   struct campaign_shown *shown)
{
    struct campaign_line line;

    while (campaign_peer_read(watcher, &line)) {
        if (line.kind == CAMPAIGN_BEGAN)
            begin_watching(oracle, line.number, shown);
        else
            check_shown(oracle, watcher, &line, shown);
    }
    for (size_t i = 0; i < oracle->topic_count; i++) {
        if (is_under(oracle, i, watcher->prefix) && shown->ordinals[i] != oracle->topics[i].count)
            CAMPAIGN_LOST(
                oracle, "%s is live and has %" PRIu64 " events of %s, of which there are %" PRIu64,
                watcher->identity, shown->ordinals[i], oracle->topics[i].name,
                oracle->topics[i].count);
    }
}

static size_t find_topic(const struct campaign_oracle *oracle, const char *name)
{
    for (size_t i = 0; i < oracle->topic_count; i++) {
        if (strcmp(oracle->topics[i].name, name) == 0)
            return i;
    }
    cr_assert_fail("a snapshot has %s, of which no event came", name);
    return 0;
}

static int take_record(struct campaign_oracle *oracle, struct mp_span bytes)
{
    struct mp_record record;
    size_t topic;
    int error;

    mp_arena_reset(oracle->arena);
    error = mp_record_decode(bytes, oracle->arena, &record);
    if (error < 0 || record.subject.kind != MP_KIND_MILESTONE)
        return error;
    topic = find_topic(oracle, record.subject.topic);
    if (record.milestone.progress.seq != oracle->topics[topic].milestone_seq ||
        (record.milestone.progress.seq > 0 &&
         record.milestone.progress.percent.unscaled != oracle->topics[topic].milestone_percent))
        CAMPAIGN_WRONG(oracle, "a snapshot has seq %" PRIu64 " as the progress of %s, not %" PRIu64,
                       record.milestone.progress.seq, record.subject.topic,
                       oracle->topics[topic].milestone_seq);
    return 0;
}

static int take_page(void *context, const struct mp_page *page)
{
    struct campaign_oracle *oracle = context;
    int error = 0;

    for (size_t i = 0; i < page->topic_count; i++) {
        const struct mp_topic_position *position = &page->topics[i];
        size_t topic = find_topic(oracle, position->topic);

        if (position->last != oracle->topics[topic].last ||
            position->count != oracle->topics[topic].count)
            CAMPAIGN_WRONG(oracle, "a snapshot counts %" PRIu64 " events of %s, not %" PRIu64,
                           position->count, position->topic, oracle->topics[topic].count);
    }
    for (size_t i = 0; i < page->record_count && error == 0; i++)
        error = take_record(oracle, page->records[i]);
    return error;
}

void campaign_oracle_check_snapshot(struct campaign_oracle *oracle, const char *prefix)
{
    struct mp_ask ask;
    int error;

    mp_ask_init(&ask, MP_ASK_SNAPSHOT);
    ask.prefix = prefix;
    error = mp_client_ask(oracle->client, &ask, ASK_MS, take_page, oracle);
    cr_assert_eq(error, 0, "snapshot: %s", mp_client_why(oracle->client));
}
