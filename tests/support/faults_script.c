#include "tests/support/faults_script.h"

#define START_US   INT64_C(1795305600000000) /* 2026-11-22T00:00:00Z */
#define SECOND_US  INT64_C(1000000)
#define MILESTONES 40
#define NOTE_BYTES 900
#define FOUNDED    5 /* events of the founding */
#define WORLD      (6 + MILESTONES)

const uint8_t faults_ministry_key[32] = {0x41}, faults_railways_key[32] = {0x51};
static const uint8_t service_key[32] = {0x42};

/* One submission being put together. */
struct saying {
    struct mp_arena *arena;
    size_t batch, place;
    struct mp_change changes[MP_CHANGES_MOST];
    size_t count;
    bool has_no_memory; /* what was said is not what was meant */
};

struct mp_store_options faults_options(const char *folder)
{
    return (struct mp_store_options){.folder = folder, .map_bytes = FAULTS_MAP_BYTES};
}

int faults_found(const char *folder)
{
    const struct mp_store_options options = faults_options(folder);
    const struct mp_store_founding founding = {.authority_id = "ministry",
                                               .authority_title = "Ministry",
                                               .authority_key = faults_ministry_key,
                                               .service_id = "services",
                                               .service_key = service_key};

    return mp_store_create(&options, &founding, START_US);
}

/* Most batches are logged, as the writer logs small groups; every third is filed, with those before
 * it. */
static bool is_filed(size_t batch)
{
    return batch % 3 == 2;
}

static struct mp_change *say(struct saying *saying, enum mp_change_kind kind)
{
    struct mp_change *change = &saying->changes[saying->count++];

    mp_change_init(change, kind);
    return change;
}

static const char *milestone_id(struct saying *saying, size_t number)
{
    const char *id = mp_arena_printf(saying->arena, "ml-1:m%zu", number % MILESTONES);

    saying->has_no_memory |= id == NULL;
    return id == NULL ? "" : id;
}

static void say_progress(struct saying *saying, size_t number, const char *note)
{
    struct mp_change *change = say(saying, MP_CHANGE_PROGRESS);

    change->progress.milestone = milestone_id(saying, number);
    change->progress.percent = (struct mp_decimal){.unscaled = (int64_t)(number % 100)};
    change->note = note == NULL ? "" : note;
}

static void say_dated(struct saying *saying, enum mp_change_kind kind, size_t number,
                      const char *date, enum mp_reason reason)
{
    struct mp_change *change = say(saying, kind);

    change->dated.milestone = milestone_id(saying, number);
    change->dated.reason = reason;
    (void)!mp_date_parse(date, &change->dated.date);
}

static void say_milestone(struct saying *saying, size_t number, size_t title_bytes)
{
    struct mp_change *change = say(saying, MP_CHANGE_MILESTONE);
    char *title = mp_arena_alloc(saying->arena, title_bytes + 1);

    saying->has_no_memory |= title == NULL;
    if (title != NULL)
        memset(title, 'a' + (int)(number % 26), title_bytes);
    change->milestone.id = milestone_id(saying, number);
    change->milestone.title.en = title == NULL ? "" : title;
    change->milestone.title.ur = change->milestone.title.en;
    change->milestone.title.zh = change->milestone.title.en;
    change->milestone.type = MP_TYPE_DELIVERY;
    change->milestone.code = "completion";
}

static void say_world(struct saying *saying)
{
    static const char *ml1 = "ml-1/";
    struct mp_change *change = say(saying, MP_CHANGE_TERM);

    change->term.scheme = MP_SCHEME_PROGRAMME;
    change->term.code = "cpec-2.0";
    change->term.title.en = "CPEC 2.0";
    change = say(saying, MP_CHANGE_PROJECT);
    change->project.id = "ml-1";
    change->project.programme = "cpec-2.0";
    change->project.title.en = "Main Line 1";
    change->project.status = MP_PROJECT_IMPLEMENTATION;
    for (size_t i = 0; i < MILESTONES; i++)
        say_milestone(saying, i, 10);
    for (int i = 0; i < 2; i++) {
        change = say(saying, MP_CHANGE_AGENCY);
        change->agency.id = i == 0 ? "railways" : "reader";
        change->agency.title.en = "Agency";
        change->agency.role = MP_ROLE_AGENCY;
        change->agency.grants = i == 0 ? (struct mp_list){&ml1, 1} : (struct mp_list){NULL, 0};
        change = say(saying, MP_CHANGE_KEY_ADDED);
        change->key.agency = i == 0 ? "railways" : "reader";
        memcpy(change->key.public_key, faults_railways_key, 32);
        change->key.public_key[1] = (uint8_t)i;
    }
}

static const char *long_note(struct saying *saying)
{
    char *note = mp_arena_alloc(saying->arena, NOTE_BYTES + 1);

    saying->has_no_memory |= note == NULL;
    if (note == NULL)
        return "";
    memset(note, 'a' + (int)(saying->batch % 26), NOTE_BYTES);
    return note;
}

/* By the railways, of several sizes. */
static void say_report(struct saying *saying)
{
    size_t number = saying->batch * 7 + saying->place;

    switch ((saying->batch + saying->place) % 4) {
    case 0:
        say_progress(saying, number, NULL);
        break;
    case 1:
        for (size_t i = 0; i < 12; i++)
            say_progress(saying, number + i, long_note(saying));
        break;
    case 2:
        for (size_t i = 0; i < 20; i++)
            say_progress(saying, number + i, "a word");
        break;
    default:
        say_dated(saying, MP_CHANGE_BASELINE, saying->batch, "2028-12-31", MP_REASON_NONE);
        say_dated(saying, MP_CHANGE_FORECAST, saying->batch, "2029-06-30", MP_REASON_LAND);
        break;
    }
}

/* By the ministry: what takes back, and, in a batch that is filed, what rewrites. (A group with a
 * definition is never logged.) */
static void say_change(struct saying *saying)
{
    struct mp_change *change;

    if (is_filed(saying->batch)) {
        if (saying->batch % 2 == 0) {
            for (size_t i = 0; i < 4; i++)
                say_milestone(saying, saying->batch + i, 10 + 50 * (saying->batch / 6 % 6));
            saying->changes[0].milestone.title.en = "Completion";
        }
        change = say(saying, saying->batch % 2 == 0 ? MP_CHANGE_LINK : MP_CHANGE_LINK_REMOVED);
        change->link.predecessor = milestone_id(saying, saying->batch / 6);
        change->link.successor = milestone_id(saying, saying->batch / 6 + 1);
        change->link.type = MP_LINK_FS;
    }
    change = say(saying, MP_CHANGE_WITHDRAWAL);
    change->withdrawal.seq = FOUNDED + WORLD + saying->batch;
    change->note = "typed wrongly";
}

static int put(struct saying *saying, const uint8_t *key, struct faults_batch *batch)
{
    struct faults_submission *item = &batch->items[batch->count];
    const size_t numbers[] = {saying->batch, saying->place};
    struct mp_submission submission = {.changes = saying->changes, .change_count = saying->count};
    struct mp_buffer buffer;
    int error;

    submission.id = mp_uuid_v8(mp_span_make(numbers, sizeof(numbers)));
    mp_buffer_init(&buffer, MP_SUBMISSION_MOST);
    error = mp_submission_encode(&submission, saying->arena, &buffer);
    *item = (struct faults_submission){.key = key, .id = submission.id};
    item->bytes = mp_arena_copy(saying->arena, mp_buffer_span(&buffer));
    error = error == 0 ? buffer.error : error;
    mp_buffer_done(&buffer);
    batch->count++;
    saying->count = 0;
    saying->place++;
    return error == 0 && (item->bytes.data == NULL || saying->has_no_memory) ? MP_ENOMEM : error;
}

int faults_batch(size_t number, struct mp_arena *arena, struct faults_batch *ret_batch)
{
    struct saying *saying = mp_arena_alloc(arena, sizeof(*saying));
    struct faults_batch batch = {.count = 0};
    int error = 0;

    if (saying == NULL)
        return MP_ENOMEM;
    saying->arena = arena;
    saying->batch = number;
    if (number == 0) {
        say_world(saying);
        error = put(saying, faults_ministry_key, &batch);
        *ret_batch = batch;
        return error;
    }
    for (size_t i = 0; i < 1 + number % 4 && error == 0; i++) {
        say_report(saying);
        error = put(saying, faults_railways_key, &batch);
    }
    /* The first report alone, so that what is withdrawn later is in it whatever came in which
     * order.
     */
    if (error == 0 && number > 1) {
        say_change(saying);
        error = put(saying, faults_ministry_key, &batch);
    }
    if (error == 0) { /* nothing of theirs */
        say_dated(saying, MP_CHANGE_FORECAST, number, "2033-01-31", MP_REASON_LAND);
        saying->changes[0].dated.milestone = "gwadar:opening";
        error = put(saying, faults_railways_key, &batch);
        batch.items[batch.count - 1].is_refused = true;
    }
    batch.items[batch.count] = batch.items[0]; /* said twice */
    batch.count++;
    if (error == 0)
        *ret_batch = batch;
    return error;
}

/* Decides every change of it; 1 when one was refused. */
static int decide(struct mp_batch *batch, const struct faults_submission *item,
                  const struct mp_submission *submission, const struct mp_record *agency,
                  struct mp_rejection *rejection)
{
    struct mp_arena *arena = mp_batch_arena(batch);
    struct mp_decide_context context = {
        .agency = agency, .today = (int32_t)(START_US / SECOND_US / 86400), .epoch = 1};
    int result = 0;

    for (size_t i = 0; i < submission->change_count && result == 0; i++) {
        struct mp_change change;
        struct mp_subject subject;

        context.seq = mp_batch_next_seq(batch);
        result =
            mp_decide_submitter(mp_batch_view(batch), item->key, arena, &context.agency, rejection);
        if (result == 0)
            result = mp_decide(mp_batch_view(batch), &context, &submission->changes[i], arena,
                               &change, &subject, rejection);
        if (result == 0)
            result = mp_batch_apply(batch, &change, &subject, agency->agency.definition.id,
                                    &submission->id, (uint32_t)i);
    }
    return result;
}

static int keep(struct mp_batch *batch, const struct faults_submission *item,
                const struct mp_answer *answer, const char *agency)
{
    const struct mp_hash hash = mp_submission_content_hash(item->bytes);
    struct mp_buffer buffer;
    int error;

    mp_buffer_init(&buffer, MP_SUBMISSION_MOST);
    error = mp_answer_encode(answer, &buffer);
    if (error == 0)
        error = mp_batch_keep(batch, agency, &item->id, &hash, mp_buffer_span(&buffer));
    mp_buffer_done(&buffer);
    return error;
}

/* 1 when there is a new outcome of it. */
static int take(struct mp_batch *batch, const struct faults_submission *item)
{
    struct mp_arena *arena = mp_batch_arena(batch);
    struct mp_answer answer = {.id = item->id, .outcome = MP_OUTCOME_ACCEPTED, .epoch = 1};
    struct mp_submission submission;
    const struct mp_record *agency = NULL;
    struct mp_hash hash;
    struct mp_span kept;
    int result = mp_submission_decode(item->bytes, arena, &submission, &answer.rejection);

    if (result == 0)
        result = mp_validate(&submission, arena, &answer.rejection);
    if (result == 0)
        result =
            mp_decide_submitter(mp_batch_view(batch), item->key, arena, &agency, &answer.rejection);
    if (result != 0) /* the script is well-formed, and its keys are known */
        return result > 0 ? MP_EINVAL : result;
    result = mp_batch_outcome(batch, agency->agency.definition.id, &item->id, &hash, &kept);
    if (result != 0)
        return result < 0 ? result : 0;
    mp_batch_mark(batch);
    answer.first_seq = mp_batch_next_seq(batch);
    result = decide(batch, item, &submission, agency, &answer.rejection);
    if (result >= 0 && (result == 1) != item->is_refused)
        result = MP_EINVAL;
    if (result != 0)
        mp_batch_undo(batch);
    if (result < 0)
        return result;
    answer.last_seq = mp_batch_next_seq(batch) - 1;
    if (result == 1) {
        answer.outcome = MP_OUTCOME_REJECTED;
        answer.first_seq = answer.last_seq = 0;
    }
    result = keep(batch, item, &answer, agency->agency.definition.id);
    return result < 0 ? result : 1;
}

static int make_durable(struct faults_writing *writing, size_t number)
{
    bool is_logged = !is_filed(number) && mp_batch_is_small(writing->batch);
    int error = is_logged ? mp_batch_log(writing->batch) : mp_batch_commit(writing->batch);

    if (!is_logged || error != 0)
        writing->batch = NULL;
    return error;
}

int faults_apply(struct faults_writing *writing, size_t number, struct mp_arena *arena,
                 size_t *ret_kept)
{
    int64_t now_us = START_US + (int64_t)(number + 1) * SECOND_US;
    struct faults_batch script;
    size_t kept = 0;
    int result = faults_batch(number, arena, &script);

    if (result == 0 && writing->batch == NULL)
        result = mp_batch_begin(writing->store, now_us, &writing->batch);
    else if (result == 0)
        mp_batch_next(writing->batch, now_us);
    for (size_t i = 0; i < script.count && result >= 0; i++) {
        result = take(writing->batch, &script.items[i]);
        kept += result == 1;
    }
    if (result < 0) {
        mp_batch_abort(mp_take(writing->batch));
        return result;
    }
    result = make_durable(writing, number);
    if (result == 0)
        *ret_kept = kept;
    return result;
}

void faults_close(struct faults_writing *writing)
{
    mp_batch_abort(mp_take(writing->batch));
    mp_store_close(mp_take(writing->store));
}
