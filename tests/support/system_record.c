#include "tests/support/system_record.h"

#include "core/base/clock.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define ASK_MS      30000
#define EVENTS_MOST 65536
#define DOTS_MOST   1000

static const char *server_key(const struct system_instance *instance)
{
    struct mp_key_pair pair;
    char text[MP_KEY_TEXT];

    cr_assert_eq(mp_key_load(system_text("%s/keys/services.key", instance->folder), &pair), 0);
    mp_key_format(pair.public_key, text);
    return system_text("%s", text);
}

struct mp_client *system_client(const struct system_instance *instance, const char *identity)
{
    const struct mp_client_options options = {
        .submit = system_text("tcp://127.0.0.1:%d", instance->port),
        .feed = system_text("tcp://127.0.0.1:%d", instance->port + 1),
        .ask = system_text("tcp://127.0.0.1:%d", instance->port + 2),
        .server_key = server_key(instance),
        .key_file = system_text("%s/keys/%s.key", instance->folder, identity),
        .outbox = system_text("%s/outbox/%s", instance->folder, identity),
    };
    struct mp_client *client = NULL;

    cr_assert_eq(mp_client_open(&options, &client), 0);
    return client;
}

static struct mp_change agency(const char *id, const char *title, const char *grant)
{
    struct mp_change change;

    mp_change_init(&change, MP_CHANGE_AGENCY);
    change.agency.id = id;
    change.agency.title.en = title;
    change.agency.role = MP_ROLE_AGENCY;
    if (grant != NULL) {
        change.agency.grants.items = mp_arena_array(system_arena(), 1, sizeof(char *));
        change.agency.grants.items[0] = grant;
        change.agency.grants.count = 1;
    }
    return change;
}

static struct mp_change key(const struct system_instance *instance, const char *id)
{
    struct mp_change change;
    struct mp_key_pair pair;

    mp_key_make(&pair);
    cr_assert_eq(mp_key_save(system_text("%s/keys/%s.key", instance->folder, id), &pair), 0);
    mp_change_init(&change, MP_CHANGE_KEY_ADDED);
    change.key.agency = id;
    memcpy(change.key.public_key, pair.public_key, sizeof change.key.public_key);
    return change;
}

struct mp_change system_project(const char *id, const char *lead)
{
    struct mp_change change;

    mp_change_init(&change, MP_CHANGE_PROJECT);
    change.project.id = id;
    change.project.title.en = id;
    change.project.programme = "cpec-2.0";
    change.project.lead_agency = lead;
    change.project.status = MP_PROJECT_IMPLEMENTATION;
    return change;
}

struct mp_change system_milestone(const char *id)
{
    struct mp_change change;

    mp_change_init(&change, MP_CHANGE_MILESTONE);
    change.milestone.id = id;
    change.milestone.title.en = "Completion";
    change.milestone.type = MP_TYPE_DELIVERY;
    return change;
}

static struct mp_change baseline(const char *id)
{
    struct mp_change change;

    mp_change_init(&change, MP_CHANGE_BASELINE);
    change.dated.milestone = id;
    cr_assert_eq(mp_date_parse("2028-12-31", &change.dated.date), 0);
    return change;
}

void system_make_world(const struct system_instance *instance)
{
    struct mp_client *client = system_client(instance, "authority");
    struct mp_submit_result result;
    struct mp_change term;

    mp_change_init(&term, MP_CHANGE_TERM);
    term.term.scheme = MP_SCHEME_PROGRAMME;
    term.term.code = "cpec-2.0";
    term.term.title.en = "CPEC 2.0";
    const struct mp_change changes[] = {
        term,
        agency("railways", "Railways", "ml-1/"),
        agency("ports", "Ports", "gwadar/"),
        agency("north", "North", NULL),
        agency("south", "South", NULL),
        key(instance, "railways"),
        key(instance, "ports"),
        key(instance, "north"),
        key(instance, "south"),
        system_project("ml-1", "railways"),
        system_project("gwadar", "ports"),
        system_milestone("ml-1:completion"),
        system_milestone("gwadar:completion"),
        baseline("ml-1:completion"),
        baseline("gwadar:completion"),
    };
    cr_assert_eq(mp_client_submit(client, changes, MP_LENGTH(changes), ASK_MS, &result), 0);
    mp_client_close(client);
    cr_assert_eq(result.outcome, MP_SUBMIT_ACCEPTED, "%s: %s", result.field, result.message);
}

static void begin(struct system_instance *instance)
{
    system_begin();
    system_init(instance, "i");
    system_start(instance);
}

void system_begin_world(struct system_instance *instance)
{
    begin(instance);
    system_make_world(instance);
}

void system_begin_portfolio(struct system_instance *instance)
{
    begin(instance);
    system_do(instance, "import", system_source("portfolio"));
}

const struct mp_answer *system_find_answer(const struct mp_answer *answers, size_t count,
                                           const struct mp_uuid *id)
{
    for (size_t i = 0; i < count; i++) {
        if (mp_uuid_equal(&answers[i].id, id))
            return &answers[i];
    }
    return NULL;
}

struct mp_change system_progress(const char *id, const char *note)
{
    struct mp_change change;

    mp_change_init(&change, MP_CHANGE_PROGRESS);
    change.progress.milestone = id;
    change.progress.percent = (struct mp_decimal){40, 0};
    change.note = note;
    return change;
}

void system_queue(struct mp_client *client, const char *id, const char *prefix, size_t count,
                  size_t each, size_t note_bytes)
{
    struct mp_submission *submissions = mp_arena_array(system_arena(), count, sizeof *submissions);
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new((size_t)1 << 30);
    char dots[DOTS_MOST + 1];

    cr_assert(submissions != NULL && arena != NULL && note_bytes <= DOTS_MOST);
    memset(dots, '.', sizeof dots - 1);
    dots[DOTS_MOST] = '\0';
    for (size_t i = 0; i < count; i++) {
        submissions[i].changes = mp_arena_array(arena, each, sizeof(struct mp_change));
        submissions[i].change_count = each;
        for (size_t j = 0; j < each; j++) {
            const char *note = mp_arena_printf(arena, "%s-%zu", prefix, i * each + j);
            size_t size = strlen(note);

            if (size < note_bytes)
                note = mp_arena_printf(arena, "%s%.*s", note, (int)(note_bytes - size), dots);
            submissions[i].changes[j] = system_progress(id, note);
        }
    }
    cr_assert_eq(mp_outbox_put_many(mp_client_outbox(client), submissions, count,
                                    mp_clock_wall_us(&mp_clock_system), arena, NULL),
                 0);
}

struct reading {
    struct system_events events;
    struct mp_arena *arena;
};

static int take_page(void *context, const struct mp_page *page)
{
    struct reading *reading = context;

    for (size_t i = 0; i < page->event_count; i++) {
        struct mp_event event;
        int error;

        mp_arena_reset(reading->arena);
        error = mp_event_decode(page->events[i], reading->arena, &event);
        if (error < 0)
            return error;
        if (reading->events.count == EVENTS_MOST)
            return MP_ETOOBIG;
        reading->events.items[reading->events.count++] = (struct system_event){
            .seq = event.seq,
            .epoch = event.epoch,
            .submission = event.submission,
            .note = mp_arena_strdup(system_arena(), event.change.note),
        };
    }
    return 0;
}

struct system_events system_read(const struct system_instance *instance, const char *prefix,
                                 uint64_t after)
{
    struct mp_client *client = system_client(instance, "authority");
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(MP_SUBMISSION_ARENA);
    struct reading reading = {.arena = arena};
    struct mp_ask ask;
    int error;

    reading.events.items = mp_arena_array(system_arena(), EVENTS_MOST, sizeof(struct system_event));
    cr_assert(arena != NULL && reading.events.items != NULL);
    mp_ask_init(&ask, MP_ASK_REPLAY);
    ask.prefix = prefix;
    ask.from = after;
    error = mp_client_ask(client, &ask, ASK_MS, take_page, &reading);
    cr_assert_eq(error, 0, "replay: %s", mp_client_why(client));
    mp_client_close(client);
    return reading.events;
}

size_t system_count_note(const struct system_events *events, const char *note)
{
    size_t count = 0;

    for (size_t i = 0; i < events->count; i++)
        count += strcmp(events->items[i].note, note) == 0;
    return count;
}

void system_expect_no_outbox(const struct system_instance *instance, const char *identity)
{
    struct mp_client *client = system_client(instance, identity);
    struct mp_outbox_counts counts;

    cr_assert_eq(mp_outbox_count(mp_client_outbox(client), &counts), 0);
    mp_client_close(client);
    cr_assert_eq(counts.waiting + counts.sent, 0, "%" PRIu64 " waiting, %" PRIu64 " sent",
                 counts.waiting, counts.sent);
    cr_assert_eq(counts.rejected, 0);
}

uint64_t system_json_number(const char *line, const char *name)
{
    const char *at = strstr(line, system_text("\"%s\":", name));

    cr_assert_not_null(at, "no %s in %s", name, line);
    return strtoull(at + strlen(name) + 3, NULL, 10);
}

void system_expect_watched(const struct system_process *watch, const struct system_events *events)
{
    const char *line = system_output(watch, SYSTEM_OUT);
    const char *over = line + strlen(line);
    size_t lines = system_count_lines(line);

    for (size_t i = 0; i < events->count && i < lines; i++) {
        /* Not strchr: a strict sanitizer would look at all that follows, each time. */
        const char *end = memchr(line, '\n', (size_t)(over - line));
        const char *text = mp_arena_text(system_arena(), mp_span_make(line, (size_t)(end - line)));

        cr_assert_eq(system_json_number(text, "seq"), events->items[i].seq,
                     "event %zu should be seq %" PRIu64 " and is %s", i, events->items[i].seq,
                     text);
        line = end + 1;
    }
    cr_assert_eq(lines, events->count, "%zu events were shown of %zu", lines, events->count);
}

void system_verify(const struct system_instance *instance)
{
    system_do(instance, "verify");
}
