/* fuzz_seeds FOLDER SOURCE: writes FOLDER/TARGET/NAME for every target, made by the encoders that
 * the programs use, so that the seeds change with the format and none is kept in the repository. */
#include "tests/fuzz/seeds.h"

#include "clients/cli/import.h"
#include "clients/lib/outbox.h"
#include "core/base/file.h"
#include "proto/forward.h"
#include "tests/support/messages.h"
#include "tests/unit/proto/samples.h"

#include <stdio.h>

#define CSV_MOST   4096 /* of each file of the portfolio */
#define BYTES_MOST ((size_t)1 << 20)

static const char *folder;
static struct mp_arena *arena;
static struct mp_buffer bytes;

static void must(int result)
{
    mp_assert(result == 0);
}

static void write_file(const char *target, const char *name, struct mp_span start,
                       struct mp_span rest)
{
    char path[4096];
    FILE *file;

    mp_assert(snprintf(path, sizeof path, "%s/%s", folder, target) < (int)sizeof path);
    must(mp_file_make_folder(path, 0755));
    mp_assert(snprintf(path, sizeof path, "%s/%s/%s", folder, target, name) < (int)sizeof path);
    file = fopen(path, "wb");
    mp_assert(file != NULL);
    mp_assert(start.size == 0 || fwrite(start.data, 1, start.size, file) == start.size);
    mp_assert(rest.size == 0 || fwrite(rest.data, 1, rest.size, file) == rest.size);
    mp_assert(fclose(file) == 0);
}

/* What is a message of the schema is one for the target of all messages too. */
static void write_message(const char *target, const char *name, struct mp_span seed)
{
    char type_name[64], seed_name[128];

    (void)snprintf(type_name, sizeof type_name, "milepost.v1.%c%s", target[0] - 'a' + 'A',
                   target + 1);
    for (uint8_t i = 0; i < MESSAGE_ROOTS; i++) {
        if (strcmp(message_roots[i]->name, type_name) != 0)
            continue;
        (void)snprintf(seed_name, sizeof seed_name, "%s-%s", target, name);
        write_file("message", seed_name, mp_span_make(&i, 1), seed);
    }
}

void seed_write(const char *target, const char *name, struct mp_buffer *seed)
{
    mp_assert(seed->error == 0);
    write_file(target, name, mp_span_make(NULL, 0), mp_buffer_span(seed));
    write_message(target, name, mp_buffer_span(seed));
    mp_buffer_clear(seed);
}

void seed_write_alone(const char *target, const char *name, struct mp_buffer *seed)
{
    mp_assert(seed->error == 0);
    write_file(target, name, mp_span_make(NULL, 0), mp_buffer_span(seed));
    mp_buffer_clear(seed);
}

static void write_numbered(const char *target, const char *what, int number)
{
    char name[64];

    (void)snprintf(name, sizeof name, "%s-%d", what, number);
    seed_write(target, name, &bytes);
}

static void write_submissions(void)
{
    struct mp_change changes[MP_CHANGE_LAST];
    struct mp_submission submission = {
        .id = sample_uuid(1), .sent_at_us = 1763712345678901, .changes = changes};

    for (int kind = 1; kind <= MP_CHANGE_LAST; kind++) {
        changes[0] = sample_change((enum mp_change_kind)kind);
        submission.change_count = 1;
        must(mp_submission_encode(&submission, arena, &bytes));
        write_numbered("submission", "kind", kind);
        mp_change_init(&changes[0], (enum mp_change_kind)kind);
        must(mp_submission_encode(&submission, arena, &bytes));
        write_numbered("submission", "bare", kind);
    }
    for (int kind = 1; kind <= MP_CHANGE_LAST; kind++)
        changes[kind - 1] = sample_change((enum mp_change_kind)kind);
    submission.after = sample_uuid(2);
    submission.change_count = MP_CHANGE_LAST;
    must(mp_submission_encode(&submission, arena, &bytes));
    seed_write("submission", "all", &bytes);
}

static void write_events(void)
{
    for (int kind = 1; kind <= MP_CHANGE_LAST; kind++) {
        struct mp_event event = sample_event((enum mp_change_kind)kind);

        must(mp_event_encode(&event, arena, &bytes));
        write_numbered("event", "kind", kind);
    }
}

static void fill_record(struct mp_record *record)
{
    static __typeof__(((struct mp_agency_record *)NULL)->keys[0]) keys[2] = {{.added_seq = 5},
                                                                             {.added_seq = 6}};

    switch (record->subject.kind) {
    case MP_KIND_TERM:
        record->term = sample_change(MP_CHANGE_TERM).term;
        break;
    case MP_KIND_AGENCY:
        record->agency.definition = sample_change(MP_CHANGE_AGENCY).agency;
        record->agency.keys = keys;
        record->agency.key_count = MP_LENGTH(keys);
        break;
    case MP_KIND_PROJECT:
        record->project.definition = sample_change(MP_CHANGE_PROJECT).project;
        break;
    case MP_KIND_MILESTONE:
        record->milestone.definition = sample_change(MP_CHANGE_MILESTONE).milestone;
        record->milestone.first = (struct mp_slot){100, 19000, {20000, MP_PRECISION_HALF}, 0};
        record->milestone.progress.percent = (struct mp_decimal){125, 1};
        break;
    case MP_KIND_LINK:
        record->link = sample_change(MP_CHANGE_LINK).link;
        break;
    case MP_KIND_INDICATOR:
        record->indicator = sample_change(MP_CHANGE_INDICATOR).indicator;
        break;
    case MP_KIND_OBSERVATION:
        record->observation = (struct mp_observation_record){
            sample_change(MP_CHANGE_OBSERVATION).observation, 20004, "minister", "dawn", 90};
        break;
    case MP_KIND_CALENDAR:
        record->calendar = sample_change(MP_CHANGE_CALENDAR).calendar;
        break;
    case MP_KIND_POLICY:
        record->policy = sample_change(MP_CHANGE_POLICY).policy;
        break;
    default:
        record->epoch = sample_change(MP_CHANGE_EPOCH_STARTED).epoch;
    }
}

static void write_records(void)
{
    for (int kind = 1; kind <= MP_KIND_LAST; kind++) {
        struct mp_record record = {
            .subject = {(enum mp_kind)kind, "ml-1/karachi-rohri/", "completion"},
            .revision = {1763712000, 77},
            .source = "jcc-14",
            .note = "as agreed"};

        fill_record(&record);
        must(mp_record_encode(&record, arena, &bytes));
        write_numbered("record", "kind", kind);
    }
}

static void write_asks(void)
{
    for (int kind = MP_ASK_TOPICS; kind <= MP_ASK_OUTCOME; kind++) {
        struct mp_ask ask;

        mp_ask_init(&ask, (enum mp_ask_kind)kind);
        ask.cursor = mp_span_text("cursor");
        ask.limit = 10;
        ask.record_kind = MP_KIND_MILESTONE;
        ask.id = kind == MP_ASK_GET || kind == MP_ASK_HISTORY ? "ml-1:start" : "";
        ask.prefix = "ml-1/";
        ask.from = 5;
        ask.to = 9;
        ask.epoch = 1763712000;
        ask.agency = "railways";
        ask.as_of.mode = MP_AS_OF_DAY;
        ask.as_of.day = 20000;
        ask.submission = sample_uuid(3);
        must(mp_ask_encode(&ask, &bytes));
        write_numbered("ask", "kind", kind);
    }
}

static void write_answers(void)
{
    struct mp_answer answer = {.id = sample_uuid(4), .epoch = 7, .restored_head = 3};

    answer.outcome = MP_OUTCOME_ACCEPTED;
    answer.first_seq = 10;
    answer.last_seq = 12;
    must(mp_answer_encode(&answer, &bytes));
    seed_write("answer", "accepted", &bytes);
    answer.outcome = MP_OUTCOME_REJECTED;
    answer.rejection = (struct mp_rejection){MP_REJECT_CYCLE, "changes[0].link", "a → b → a"};
    must(mp_answer_encode(&answer, &bytes));
    seed_write("answer", "rejected", &bytes);
    answer.outcome = MP_OUTCOME_BUSY;
    answer.retry_after_ms = 100;
    answer.why = MP_BUSY_STOPPING;
    must(mp_answer_encode(&answer, &bytes));
    seed_write("answer", "busy", &bytes);
}

static void write_batches(void)
{
    static const uint8_t key[32] = {1, 2, 3};
    struct mp_forward_item item = {.peer = mp_span_text("peer1"),
                                   .key = mp_span_make(key, sizeof key),
                                   .bytes = mp_span_text("submission")};

    mp_forward_begin(&bytes, 42);
    mp_forward_add(&bytes, &item);
    mp_forward_add(&bytes, &item);
    seed_write("forward", "submissions", &bytes);
    mp_forward_begin(&bytes, 43);
    mp_forward_add_answer(&bytes, item.peer, mp_span_text("answer"));
    mp_forward_add_answer(&bytes, item.peer, mp_span_text(""));
    seed_write("forward", "answers", &bytes);
    mp_forward_begin(&bytes, 44);
    mp_buffer_put_u8(&bytes, MP_FORWARD_PEER_MOST + 1);
    mp_buffer_put(&bytes, (const uint8_t[MP_FORWARD_PEER_MOST + 1]){0}, MP_FORWARD_PEER_MOST + 1);
    mp_buffer_put_u32(&bytes, 0);
    seed_write("forward", "peer-too-long", &bytes);
}

/* The layouts of clients/lib/outbox_private.h; what: see outbox.c. */
static void write_outbox(void)
{
    struct mp_submission submission = {.id = sample_uuid(5), .change_count = 1};
    struct mp_change change = sample_change(MP_CHANGE_FORECAST);

    for (uint8_t state = MP_OUTBOX_WAITING; state <= MP_OUTBOX_REJECTED; state++) {
        mp_buffer_put_u8(&bytes, 4 | 0);
        mp_buffer_put_u8(&bytes, 1);
        mp_buffer_put_u8(&bytes, state);
        mp_buffer_put_u8(&bytes, 0);
        mp_buffer_put(&bytes, sample_uuid(5).bytes, MP_UUID_BYTES);
        mp_buffer_put(&bytes, sample_uuid(6).bytes, MP_UUID_BYTES);
        for (uint64_t i = 0; i < 6; i++)
            mp_buffer_put_u64(&bytes, i);
        mp_buffer_put_u16(&bytes, MP_REJECT_CYCLE);
        mp_buffer_put_u16(&bytes, 5);
        mp_buffer_put_text(&bytes, "field");
        mp_buffer_put_u16(&bytes, 7);
        mp_buffer_put_text(&bytes, "message");
        write_numbered("outbox", "entry", state);
    }
    mp_buffer_put_u8(&bytes, 4 | 1);
    submission.changes = &change;
    must(mp_submission_encode(&submission, arena, &bytes));
    seed_write("outbox", "body", &bytes);
    mp_buffer_put_u8(&bytes, 4 | 2);
    mp_buffer_put_u8(&bytes, 1);
    for (uint64_t i = 0; i < 8; i++)
        mp_buffer_put_u64(&bytes, i);
    seed_write("outbox", "counts", &bytes);
}

/* The first lines of each file of the portfolio, by the name it has and by its header alone. */
static void write_import(const char *source)
{
    for (size_t i = 0; i < import_kind_count; i++) {
        struct mp_span text;
        char path[4096];

        (void)snprintf(path, sizeof path, "%s/portfolio/%s.csv", source, import_kinds[i].name);
        must(mp_file_read(arena, path, IMPORT_FILE_MOST, &text));
        if (text.size > CSV_MOST)
            text.size = CSV_MOST;
        while (text.size > 0 && text.data[text.size - 1] != '\n')
            text.size--;
        for (int named = 0; named < 2; named++) {
            mp_buffer_put_u8(&bytes, (uint8_t)(named == 1 ? i : import_kind_count));
            mp_buffer_put_span(&bytes, text);
            write_numbered("import", import_kinds[i].name, named);
        }
    }
}

static void write_conf(void)
{
    static const char *const texts[] = {
        "folder: store\n",
        "# all\ntitle: \"a: b\"\nmost-changes: 3\nmap-size: 12 MiB\nsync: on\nfolder: 'a b'\n",
        "listen: ipc:///run/x.sock\nupstream: tcp://host:7702\nfolder: /var/lib/x\n",
        "folder: x\nfoldre: y\n",
        "folder: x\nfolder: y\n",
        "folder: [a, b]\n",
        "folder: x\nmost-changes: 65\n",
        "folder: x\nmost-changes: 0\n",
        "folder: x\nmap-size: 4095\n",
        "folder: x\nmap-size: 1025GiB\n",
        "folder: x\nlisten: udp://x:1\n",
        "folder: &a x\ntitle: *a\n",
        "--- \nfolder: x\n---\nsync: no\n",
        "folder: |\n  long\n  text\nmap-size: 64GiB\n",
        "most-changes: 99999999999999999999\n",
        "\tfolder: {\n",
    };

    for (size_t i = 0; i < MP_LENGTH(texts); i++) {
        mp_buffer_put_text(&bytes, texts[i]);
        write_numbered("conf", "file", (int)i);
    }
    mp_buffer_put(&bytes, "folder: x\n\0--sync\0--map-size\08MiB\0--title=t\0", 43);
    seed_write("conf", "flags", &bytes);
}

int main(int argc, char **argv)
{
    mp_assert(argc == 3);
    folder = argv[1];
    arena = mp_arena_new((size_t)16 << 20);
    mp_assert(arena != NULL);
    mp_buffer_init(&bytes, BYTES_MOST);
    write_submissions();
    write_events();
    write_records();
    write_asks();
    write_answers();
    write_batches();
    write_outbox();
    write_import(argv[2]);
    write_conf();
    seed_feeds();
    seed_full();
    mp_buffer_done(&bytes);
    mp_arena_free(arena);
    return 0;
}
