/* The load generator speaks SUBMIT, FEED and ASK over CURVE with the real codecs, to Milepost or to
 * the bare pipeline. One file a measurement. */
#ifndef MP_BENCH_LOAD_H
#define MP_BENCH_LOAD_H

#include "tests/bench/raw.h"
#include "tests/bench/work.h"

/* Options --submit --feed --ask --keys --bare; the server's key is keys/services.key. */
struct target {
    char **argv;
    bool is_bare;
    const char *keys;
    uint8_t server_key[MP_KEY_BYTES];
};
void target_init(struct target *target, char **argv);
void target_key(const struct target *target, const char *agency, struct mp_key_pair *ret_keys);
/* A connected socket as that agency; option names the address. */
void *target_open(const struct target *target, void *context, int type, const char *option,
                  const char *agency);

/* One connection of an agency with its chain of submissions under way. What is told `busy` is sent
 * again, and all behind it. */
struct line {
    void *socket;
    const struct work_templates *templates;
    struct mp_uuid base;
    struct mp_arena *arena;
    uint8_t *buffer;
    uint32_t next, under_way, again; /* again: UINT32_MAX when nothing has to be */
    int64_t pause_ns;
    uint64_t accepted, busy;
};
void line_open(struct line *line, const struct target *target, void *context, unsigned agency,
               const struct work_templates *templates);
void line_close(struct line *line);
bool line_may_send(struct line *line, uint32_t window);
void line_send(struct line *line);
/* Takes one answer if there is one within timeout_ms. A rejection is the end. */
bool line_take(struct line *line, int timeout_ms);
/* Submissions one at a time, until so many are accepted. */
void line_warm(struct line *line, unsigned count);

/* What the authority defines, in submissions of MP_CHANGES_MOST changes; at most `window` of them
 * are under way, and all are answered at the end. A rejection is the end of the program. */
struct defining {
    const struct target *target;
    void *context, *socket;
    struct mp_arena *arena; /* of one submission */
    struct mp_change changes[MP_CHANGES_MOST];
    size_t count;
    unsigned window, under_way;
};
void define_begin(struct defining *defining, const struct target *target, unsigned window);
/* The next change, to be filled in; what is full leaves before. */
struct mp_change *define_add(struct defining *defining, enum mp_change_kind kind);
void define_submit(struct defining *defining);
void define_end(struct defining *defining);

/* Agencies, keys, projects, milestones, baselines, through ingest as the authority. */
void load_define(const struct target *target);
/* --milestones: a programme with dates and two links a milestone, as the authority. */
void load_programme(const struct target *target);
/* --seconds: one at a time. */
void load_ack(const struct target *target);
/* --seconds --outbox: the same through the client library. */
void load_outbox(const struct target *target);
/* --seconds --connections --changes --window [--most]: as fast as it goes. */
void load_saturate(const struct target *target);
/* --seconds --rate: from the send to a subscriber of the whole feed. */
void load_paced(const struct target *target);
/* --seconds --subscribers --filtered --changes */
void load_fanout(const struct target *target);
/* --seconds --lanes: pages, one question after the other in each lane. */
void load_replay(const struct target *target);
/* --subscriptions: that many, of prefixes where nothing happens; until it is stopped. */
_Noreturn void load_idle(const struct target *target);

#endif
