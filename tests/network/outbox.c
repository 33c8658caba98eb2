/* Promise 1 through a network that breaks at every place: what an agency says is recorded once, in
 * its order, and the answer it gets is the one that is kept. */
#include "tests/network/stage.h"

#include <inttypes.h>
#include <string.h>

#define ASK_MS           30000
#define ROUNDS           5
#define SUBMISSIONS_MOST 120
#define CHANGES_MOST     4
#define FAULTS_MOST      4
#define PATIENCE_MOST_MS 3000

/* What the agency was told, in the order in which it was. */
struct told {
    struct mp_answer answers[SUBMISSIONS_MOST];
    size_t count;
};

static void on_answered(void *context, const struct mp_answer *answer)
{
    struct told *told = context;
    struct mp_answer *kept;

    cr_assert_lt(told->count, (size_t)SUBMISSIONS_MOST, "more answers than submissions");
    kept = &told->answers[told->count++];
    *kept = *answer;
    kept->rejection.field = mp_arena_strdup(system_arena(), answer->rejection.field);
    kept->rejection.message = mp_arena_strdup(system_arena(), answer->rejection.message);
}

/* Now with patience, now by many commands that each give up soon. */
static void send_all(struct mp_client *client, struct told *told, uint64_t *seed)
{
    const struct mp_sender_effects effects = {.context = told, .answered = on_answered};
    int64_t deadline_ms = system_now_ms() + 2 * SYSTEM_DEADLINE_MS;
    int error;

    do {
        int64_t patience_ms = 200 + (int64_t)proxy_random(seed, PATIENCE_MOST_MS);

        error = mp_client_send(client, NULL, patience_ms, &effects);
    } while (error == MP_ETIMEDOUT && system_now_ms() < deadline_ms);
    cr_assert_eq(error, 0, "%s", mp_client_why(client));
}

struct looking {
    const struct mp_answer *told;
    size_t found;
};

static int compare_kept(void *context, const struct mp_page *page)
{
    struct looking *looking = context;
    const struct mp_answer *told = looking->told;
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new((size_t)1 << 20);
    struct mp_answer kept;

    cr_assert(page->outcome_known, "it was told something that is not kept");
    cr_assert_eq(mp_answer_decode(page->outcome, arena, &kept), 0);
    cr_assert(mp_uuid_equal(&kept.id, &told->id));
    cr_assert_eq(kept.outcome, told->outcome);
    cr_assert_eq(kept.first_seq, told->first_seq);
    cr_assert_eq(kept.last_seq, told->last_seq);
    cr_assert_eq(kept.rejection.code, told->rejection.code);
    cr_assert_str_eq(kept.rejection.field, told->rejection.field);
    cr_assert_str_eq(kept.rejection.message, told->rejection.message);
    looking->found++;
    return 0;
}

/* The ledger, asked without the proxies, keeps each answer as it was given. */
static void expect_kept(const struct told *told)
{
    struct mp_client *client = system_client(&stage, "authority");

    for (size_t i = 0; i < told->count; i++) {
        struct looking looking = {.told = &told->answers[i]};
        struct mp_ask ask;

        mp_ask_init(&ask, MP_ASK_OUTCOME);
        ask.agency = "railways";
        ask.submission = told->answers[i].id;
        cr_assert_eq(mp_client_ask(client, &ask, ASK_MS, compare_kept, &looking), 0, "%s",
                     mp_client_why(client));
        cr_assert_eq(looking.found, 1u);
    }
    mp_client_close(client);
}

/* What was said in a round: submissions of so many changes each, some of them refused. */
struct said {
    const char *prefix;
    size_t count, changes[SUBMISSIONS_MOST];
    bool is_refused[SUBMISSIONS_MOST];
};

static void queue(struct mp_client *client, struct said *said, const char *prefix, uint64_t *seed)
{
    static struct mp_submission submissions[SUBMISSIONS_MOST];
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new((size_t)64 << 20);

    *said = (struct said){.prefix = prefix};
    said->count = 30 + proxy_random(seed, SUBMISSIONS_MOST - 30);
    for (size_t i = 0; i < said->count; i++) {
        struct mp_change *changes = mp_arena_array(arena, CHANGES_MOST, sizeof *changes);

        said->changes[i] = 1 + proxy_random(seed, CHANGES_MOST);
        said->is_refused[i] = proxy_random(seed, 8) == 0;
        for (size_t j = 0; j < said->changes[i]; j++)
            changes[j] = system_progress(said->is_refused[i] ? "ml-1:nothing" : "ml-1:completion",
                                         system_text("%s-%zu.%zu", prefix, i, j));
        submissions[i] =
            (struct mp_submission){.changes = changes, .change_count = said->changes[i]};
    }
    cr_assert_eq(
        mp_outbox_put_many(mp_client_outbox(client), submissions, said->count, 1, arena, NULL), 0);
}

/* Each change of each submission that stands, once, in the order of the outbox, where its answer
 * says. */
static void expect_recorded(const struct said *said, const struct told *told, uint64_t after)
{
    struct system_events events = system_read(&stage, "ml-1/", after);
    size_t at = 0;

    for (size_t i = 0; i < said->count; i++) {
        for (size_t j = 0; j < said->changes[i] && !said->is_refused[i]; j++) {
            const char *wanted = system_text("%s-%zu.%zu", said->prefix, i, j);
            const struct mp_answer *answer;

            cr_assert_lt(at, events.count, "%s is not recorded", wanted);
            cr_assert_str_eq(events.items[at].note, wanted, "each once, in the outbox's order");
            answer = system_find_answer(told->answers, told->count, &events.items[at].submission);
            cr_assert_not_null(answer, "%s was never acknowledged", wanted);
            cr_assert_eq(answer->first_seq + j, events.items[at].seq, "%s", wanted);
            at++;
        }
    }
    cr_assert_eq(at, events.count, "%s was said once",
                 at < events.count ? events.items[at].note : "");
    cr_assert_eq(told->count, said->count, "%zu answers to %zu", told->count, said->count);
    expect_kept(told);
}

/* The commit has been made when its answer comes to the proxy; the answer never passes. */
static void lose_the_answer(const char *milestone, const char *note, enum mp_outcome wanted)
{
    struct mp_client *client = system_client(&through, "railways");
    const struct proxy_fault before_answer = {
        .kind = PROXY_CUT, .way = PROXY_DOWN, .after = PROXY_TRAFFIC};
    const struct mp_change change = system_progress(milestone, note);
    uint64_t repeated = stage_stat(SYSTEM_LEDGER, "repeated"), after = stage_head();
    uint64_t cut = proxy_counts(stage_proxies[STAGE_SUBMIT]).struck[PROXY_CUT];
    struct mp_submit_result result;
    struct system_events events;
    struct told told = {.count = 1};

    proxy_plan(stage_proxies[STAGE_SUBMIT], &before_answer, 1);
    cr_assert_eq(mp_client_submit(client, &change, 1, SYSTEM_DEADLINE_MS, &result), 0);
    mp_client_close(client);
    cr_assert_eq(proxy_counts(stage_proxies[STAGE_SUBMIT]).struck[PROXY_CUT], cut + 1);
    events = system_read(&stage, "ml-1/", after);
    cr_assert_eq(events.count, wanted == MP_OUTCOME_ACCEPTED ? 1u : 0u, "%zu are recorded",
                 events.count);
    cr_assert_eq(stage_stat(SYSTEM_LEDGER, "repeated"), repeated + 1, "it was not asked again");
    told.answers[0] = (struct mp_answer){
        .id = result.id,
        .outcome = result.outcome == MP_SUBMIT_ACCEPTED ? MP_OUTCOME_ACCEPTED : MP_OUTCOME_REJECTED,
        .first_seq = result.first_seq,
        .last_seq = result.last_seq,
        .rejection = {.code = result.code, .field = result.field, .message = result.message},
    };
    cr_assert_eq(told.answers[0].outcome, wanted, "%s", result.message);
    if (wanted == MP_OUTCOME_ACCEPTED)
        cr_assert_eq(result.first_seq, events.items[0].seq);
    expect_kept(&told);
}

Test(outbox, a_connection_reset_between_commit_and_answer_gives_the_kept_answer,
     .init = stage_begin, .fini = stage_end)
{
    lose_the_answer("ml-1:completion", "said once", MP_OUTCOME_ACCEPTED);
    lose_the_answer("ml-1:nothing", "refused once", MP_OUTCOME_REJECTED);
}

/* Any place of the handshake and of the first hundred units, mid-frame or not. */
static struct proxy_fault any_fault(enum proxy_kind kind, uint64_t *seed)
{
    struct proxy_fault fault = {
        .kind = kind,
        .way = (enum proxy_way)proxy_random(seed, PROXY_WAYS),
        .after = PROXY_TRAFFIC + proxy_random(seed, 100),
        .bytes = proxy_random(seed, 200),
        .units = 1 + proxy_random(seed, 20),
        .politely = proxy_random(seed, 2) == 0,
    };

    if (kind == PROXY_CUT && proxy_random(seed, 3) == 0)
        fault.after = proxy_random(seed, PROXY_TRAFFIC);
    return fault;
}

static const enum proxy_kind kinds[] = {PROXY_CUT, PROXY_SWALLOW, PROXY_HOLD, PROXY_CUT};

/* The first one is of another kind each round, and early enough to be met. */
static void misbehave(unsigned round, uint64_t *seed)
{
    struct proxy *proxy = stage_proxies[STAGE_SUBMIT];
    struct proxy_fault faults[FAULTS_MOST];
    size_t count = 1 + proxy_random(seed, FAULTS_MOST);

    faults[0] = any_fault(kinds[round % MP_LENGTH(kinds)], seed);
    faults[0].after = PROXY_TRAFFIC + proxy_random(seed, 20);
    for (size_t i = 1; i < count; i++)
        faults[i] = any_fault(PROXY_CUT, seed);
    proxy_forget_plan(proxy);
    proxy_plan(proxy, faults, count);
    proxy_refuse(proxy, proxy_random(seed, 3));
    proxy_reset(proxy);
}

Test(outbox, whatever_the_network_does_everything_is_recorded_once_and_in_order,
     .init = stage_begin, .fini = stage_end)
{
    struct mp_client *client = system_client(&through, "railways");
    unsigned rounds = stage_rounds(ROUNDS);
    uint64_t seed = stage_seed(20251122);
    static struct said said;
    static struct told told;

    for (unsigned i = 0; i < rounds; i++) {
        uint64_t after = stage_head(), at = seed;

        told.count = 0;
        queue(client, &said, system_text("round%u", i), &seed);
        misbehave(i, &seed);
        (void)fprintf(stderr, "round %u from %" PRIu64 "\n", i, at);
        send_all(client, &told, &seed);
        expect_recorded(&said, &told, after);
    }
    mp_client_close(client);
    struct proxy_counts counts = proxy_counts(stage_proxies[STAGE_SUBMIT]);
    (void)fprintf(stderr,
                  "%" PRIu64 " cuts, %" PRIu64 " half open, %" PRIu64 " delays, %" PRIu64
                  " connections, %" PRIu64 " refused, %" PRIu64 " asked again\n",
                  counts.struck[PROXY_CUT], counts.struck[PROXY_SWALLOW], counts.struck[PROXY_HOLD],
                  counts.connections, counts.refused, stage_stat(SYSTEM_LEDGER, "repeated"));
    for (size_t i = 0; i < MP_LENGTH(kinds) && i < rounds; i++)
        cr_assert_gt(counts.struck[kinds[i]], 0u, "the fault of round %zu was never met", i);
    cr_assert_gt(stage_stat(SYSTEM_LEDGER, "repeated"), 0u, "no answer was ever lost");
    system_verify(&stage);
}
