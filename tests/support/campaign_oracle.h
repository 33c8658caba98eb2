/* Stands outside the processes, knows what everybody was told, and compares it with the record:
 * what was acknowledged is there once, with the sequences of the answer; what an outbox took is
 * there in its order; what a console was shown is the record, each event once and none left out. */
#ifndef MP_TESTS_SUPPORT_CAMPAIGN_ORACLE_H
#define MP_TESTS_SUPPORT_CAMPAIGN_ORACLE_H

#include "tests/support/campaign_peer.h"
#include "tests/support/system_record.h"

#define CAMPAIGN_TOPICS_MOST  16
#define CAMPAIGN_COMMAND_NOTE "command-"

struct campaign_findings {
    uint64_t acknowledged; /* submissions, rejected ones too */
    uint64_t lost, doubled, wrong;
    char first[512]; /* the first of them in words */
};

/* A run of the command line, as the identity CAMPAIGN_COMMAND_IDENTITY, with the note
 * CAMPAIGN_COMMAND_NOTE and its number. */
#define CAMPAIGN_COMMAND_IDENTITY "ports"
struct campaign_command {
    int status;   /* its exit code; 128 + SIGKILL: it may have been put or not */
    uint64_t seq; /* as it was told, 0: it was not */
    uint64_t recorded_seq;
    unsigned recorded_count;
};

struct campaign_event {
    uint32_t crc;
    uint8_t topic;
    uint64_t ordinal; /* on its topic, from 1 */
};

/* What one incarnation of the sender has in the record. */
struct campaign_said {
    uint64_t *firsts; /* by number: first sequence, 0: none */
    size_t count, capacity;
    uint64_t put; /* numbers below were put for sure */
};

/* A console: what it was shown last. */
struct campaign_shown {
    uint64_t seq;
    uint64_t ordinals[CAMPAIGN_TOPICS_MOST];
};

struct campaign_oracle {
    const struct system_instance *instance;
    struct mp_client *client;
    struct mp_arena *arena; /* of one event */
    struct campaign_findings findings;

    struct campaign_event *events; /* by sequence - 1 */
    size_t count, capacity;
    struct {
        char name[64];
        uint64_t count, last;
        uint64_t milestone_seq; /* its last progress, of milestone_percent */
        int milestone_percent;
    } topics[CAMPAIGN_TOPICS_MOST];
    size_t topic_count;

    struct campaign_said *said; /* by incarnation */
    size_t said_count;
    uint32_t open_incarnation; /* the submission that the record was last in */
    uint64_t open_number;
    size_t open_changes;

    struct campaign_command *commands;
    size_t command_count, command_capacity;
};

void campaign_oracle_open(struct campaign_oracle *oracle, const struct system_instance *instance);
void campaign_oracle_close(struct campaign_oracle *oracle);
/* A new run of the command line: its number. */
size_t campaign_oracle_command(struct campaign_oracle *oracle);
/* Counts a finding, and keeps the first in words. */
void campaign_find(struct campaign_oracle *oracle, uint64_t *counter, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
#define CAMPAIGN_LOST(oracle, ...) campaign_find(oracle, &(oracle)->findings.lost, __VA_ARGS__)
#define CAMPAIGN_DOUBLED(oracle, ...)                                                              \
    campaign_find(oracle, &(oracle)->findings.doubled, __VA_ARGS__)
#define CAMPAIGN_WRONG(oracle, ...) campaign_find(oracle, &(oracle)->findings.wrong, __VA_ARGS__)
struct campaign_said *campaign_said_by(struct campaign_oracle *oracle, uint32_t incarnation);

/* Takes in what was recorded since; nothing may be under way. */
void campaign_oracle_read(struct campaign_oracle *oracle);
/* The sender's journal: everything put and answered is in the record as it was answered. */
void campaign_oracle_check_sender(struct campaign_oracle *oracle, struct campaign_peer *sender);
void campaign_oracle_check_commands(struct campaign_oracle *oracle);
/* The console's journal; it is live and at the head. */
void campaign_oracle_check_watcher(struct campaign_oracle *oracle, struct campaign_peer *watcher,
                                   struct campaign_shown *shown);
/* A snapshot of the prefix shows what the events came to. */
void campaign_oracle_check_snapshot(struct campaign_oracle *oracle, const char *prefix);
/* The whole record again: every event is still what it was. */
void campaign_oracle_check_past(struct campaign_oracle *oracle);

#endif
