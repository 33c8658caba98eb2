#include "tests/unit/store/fixture.h"
#include "tests/support/folder.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <unistd.h>

void fixture_open_empty(struct fixture *fixture)
{
    *fixture = (struct fixture){.now_us = FIXTURE_START_US};
    folder_make(fixture->root);
    snprintf(fixture->folder, sizeof(fixture->folder), "%s/store", fixture->root);
    fixture->options = (struct mp_store_options){.folder = fixture->folder, .offset_minutes = 300};
    fixture->arena = mp_arena_new((size_t)256 << 20);
    cr_assert_not_null(fixture->arena);
}

int fixture_found(const struct fixture *fixture)
{
    static const uint8_t authority[32] = {1}, service[32] = {2};
    const struct mp_store_founding founding = {
        .authority_id = FIXTURE_AUTHORITY,
        .authority_title = "Planning",
        .authority_key = authority,
        .service_id = FIXTURE_SERVICE,
        .service_key = service,
    };

    return mp_store_create(&fixture->options, &founding, fixture->now_us);
}

void fixture_open(struct fixture *fixture, uint64_t map_bytes)
{
    const char *why = NULL;

    fixture_open_empty(fixture);
    fixture->options.map_bytes = map_bytes;
    cr_assert_eq(fixture_found(fixture), 0);
    cr_assert_eq(mp_store_open(&fixture->options, &fixture->store, &why), 0, "%s", why);
}

void fixture_close(struct fixture *fixture)
{
    mp_store_close(fixture->store);
    mp_arena_free(fixture->arena);
    folder_remove(fixture->root);
    *fixture = (struct fixture){.now_us = 0};
}

void fixture_reopen(struct fixture *fixture)
{
    const char *why = NULL;

    mp_store_close(mp_take(fixture->store));
    cr_assert_eq(mp_store_open(&fixture->options, &fixture->store, &why), 0, "%s", why);
}

const char *fixture_path(struct fixture *fixture, const char *name)
{
    return mp_arena_printf(fixture->arena, "%s/%s", fixture->root, name);
}

struct mp_uuid fixture_id(struct fixture *fixture)
{
    struct mp_uuid id = {.bytes = {0}};

    fixture->id_count++;
    for (int i = 0; i < 8; i++)
        id.bytes[15 - i] = (uint8_t)(fixture->id_count >> (8 * i));
    id.bytes[6] = 0x70;
    id.bytes[8] = 0x80;
    return id;
}

static struct mp_change change_of(enum mp_change_kind kind, int32_t stated_on)
{
    struct mp_change change;

    mp_change_init(&change, kind);
    change.stated_on = stated_on;
    return change;
}

struct mp_change fixture_project(const char *id)
{
    struct mp_change change = change_of(MP_CHANGE_PROJECT, FIXTURE_TODAY);

    change.project.id = id;
    change.project.programme = "cpec-2.0";
    change.project.lead_agency = FIXTURE_AUTHORITY;
    change.project.title.en = id;
    change.project.status = MP_PROJECT_PREPARATION;
    return change;
}

struct mp_change fixture_milestone(const char *id)
{
    struct mp_change change = change_of(MP_CHANGE_MILESTONE, FIXTURE_TODAY);

    change.milestone.id = id;
    change.milestone.title.en = id;
    change.milestone.type = MP_TYPE_DELIVERY;
    change.milestone.code = "completion";
    return change;
}

struct mp_change fixture_dated(enum mp_change_kind kind, const char *milestone, int32_t day,
                               int32_t stated_on)
{
    struct mp_change change = change_of(kind, stated_on);

    change.dated.milestone = milestone;
    change.dated.date = (struct mp_date){day, MP_PRECISION_DAY};
    change.dated.reason = MP_REASON_FINANCING;
    return change;
}

struct mp_change fixture_forecast(const char *milestone, int32_t day, int32_t stated_on)
{
    return fixture_dated(MP_CHANGE_FORECAST, milestone, day, stated_on);
}

struct mp_change fixture_link(const char *predecessor, const char *successor)
{
    struct mp_change change = change_of(MP_CHANGE_LINK, FIXTURE_TODAY);

    change.link.predecessor = predecessor;
    change.link.successor = successor;
    change.link.type = MP_LINK_FS;
    return change;
}

struct mp_change fixture_observation(const char *project, const char *indicator, int64_t value,
                                     int32_t stated_on)
{
    struct mp_change change = change_of(MP_CHANGE_OBSERVATION, stated_on);

    change.observation.project = project;
    change.observation.indicator = indicator;
    change.observation.kind = MP_OBSERVATION_ACTUAL;
    change.observation.value = (struct mp_decimal){value, 0};
    return change;
}

struct mp_change fixture_withdrawal(uint64_t seq)
{
    struct mp_change change = change_of(MP_CHANGE_WITHDRAWAL, FIXTURE_TODAY);

    change.withdrawal.seq = seq;
    change.note = "typed wrongly";
    return change;
}

struct mp_change fixture_agency(const char *id, enum mp_role role)
{
    struct mp_change change = change_of(MP_CHANGE_AGENCY, FIXTURE_TODAY);

    change.agency.id = id;
    change.agency.title.en = id;
    change.agency.role = role;
    return change;
}

struct mp_change fixture_key(enum mp_change_kind kind, const char *agency, uint8_t byte)
{
    struct mp_change change = change_of(kind, FIXTURE_TODAY);

    change.key.agency = agency;
    memset(change.key.public_key, byte, sizeof(change.key.public_key));
    return change;
}

struct mp_batch *fixture_begin(struct fixture *fixture)
{
    struct mp_batch *batch = NULL;

    fixture->now_us += 1000000;
    cr_assert_eq(mp_batch_begin(fixture->store, fixture->now_us, &batch), 0);
    return batch;
}

int fixture_apply(struct mp_batch *batch, const struct mp_change *given,
                  const struct mp_uuid *submission, uint32_t index)
{
    const struct mp_view *view = mp_batch_view(batch);
    struct mp_event event = {.seq = mp_batch_next_seq(batch), .change = *given};
    struct mp_withdrawal *withdrawal = &event.change.withdrawal;
    struct mp_subject subject;
    struct mp_stated stated;
    int error;

    if (given->kind == MP_CHANGE_WITHDRAWAL) {
        cr_assert_eq(view->stated(view->context, withdrawal->seq, &stated), 1);
        withdrawal->withdrawn_kind = stated.kind;
        withdrawal->withdrawn_stated_on = stated.stated_on;
        withdrawal->subject_kind = stated.subject.kind;
        withdrawal->subject_id = mp_subject_id(mp_batch_arena(batch), &stated.subject);
    }
    error = mp_event_subject(&event, mp_batch_arena(batch), &subject);
    if (error < 0)
        return error;
    return mp_batch_apply(batch, &event.change, &subject, FIXTURE_AUTHORITY, submission, index);
}

int fixture_keep(struct mp_batch *batch, const struct mp_uuid *id, size_t count)
{
    const struct mp_answer answer = {
        .id = *id,
        .outcome = MP_OUTCOME_ACCEPTED,
        .first_seq = mp_batch_next_seq(batch) - count,
        .last_seq = mp_batch_next_seq(batch) - 1,
    };
    const struct mp_hash hash = mp_hash_of(mp_span_make(id->bytes, sizeof(id->bytes)));
    struct mp_buffer buffer;
    int error;

    mp_buffer_init(&buffer, 4096);
    error = mp_answer_encode(&answer, &buffer);
    if (error == 0)
        error = mp_batch_keep(batch, FIXTURE_AUTHORITY, id, &hash, mp_buffer_span(&buffer));
    mp_buffer_done(&buffer);
    return error;
}

uint64_t fixture_put(struct fixture *fixture, const struct mp_change *changes, size_t count)
{
    struct mp_batch *batch = fixture_begin(fixture);
    struct mp_uuid id = fixture_id(fixture);
    uint64_t first = mp_batch_next_seq(batch);

    mp_batch_mark(batch);
    for (size_t i = 0; i < count; i++) {
        int error = fixture_apply(batch, &changes[i], &id, (uint32_t)i);

        cr_assert_eq(error, 0, "change %zu: %s", i, mp_error_text(error));
    }
    cr_assert_eq(fixture_keep(batch, &id, count), 0);
    cr_assert_eq(mp_batch_commit(batch), 0);
    return first;
}

uint64_t fixture_put_one(struct fixture *fixture, struct mp_change change)
{
    return fixture_put(fixture, &change, 1);
}

struct mp_ask fixture_question(enum mp_ask_kind kind)
{
    struct mp_ask ask;

    mp_ask_init(&ask, kind);
    return ask;
}

struct mp_page fixture_ask(struct fixture *fixture, const struct mp_ask *ask)
{
    MP_AUTO(mp_reading_close) struct mp_reading *reading = NULL;
    struct mp_buffer buffer;
    struct mp_span bytes;
    struct mp_page page;
    int error;

    mp_buffer_init(&buffer, MP_PAGE_MOST);
    cr_assert_eq(mp_reading_open(fixture->store, &reading), 0);
    error = mp_reading_answer(reading, ask, FIXTURE_TODAY, fixture->arena, &buffer);
    cr_assert_eq(error, 0, "%s", mp_error_text(error));
    bytes = mp_arena_copy(fixture->arena, mp_buffer_span(&buffer));
    mp_buffer_done(&buffer);
    cr_assert_eq(mp_page_decode(bytes, fixture->arena, &page), 0);
    return page;
}

void fixture_forget(struct fixture *fixture)
{
    mp_arena_reset(fixture->arena);
}

struct mp_record fixture_get(struct fixture *fixture, enum mp_kind kind, const char *id,
                             struct mp_as_of as_of)
{
    struct mp_ask ask = fixture_question(MP_ASK_GET);
    struct mp_record record;
    struct mp_page page;

    ask.record_kind = kind;
    ask.id = id;
    ask.as_of = as_of;
    page = fixture_ask(fixture, &ask);
    cr_assert_eq(page.error, MP_ASK_OK, "%s: %s", id, page.message);
    cr_assert_eq(page.row_count, 1);
    cr_assert_eq(mp_record_decode(page.rows[0].record, fixture->arena, &record), 0);
    return record;
}

struct mp_hash fixture_dump(struct mp_store *store)
{
    const mp_kv_table tables[] = {
#define X(name) store->tables.name,
        MP_STORE_TABLES(X)
#undef X
    };
    struct mp_kv_txn *txn = NULL;
    struct mp_hash hash = {.bytes = {0}};

    cr_assert_eq(mp_kv_begin(store->kv, false, &txn), 0);
    for (size_t i = 0; i < MP_LENGTH(tables); i++) {
        struct mp_kv_cursor *cursor = mp_kv_cursor_open(txn, tables[i]);

        hash = mp_hash_chain(&hash, mp_span_make(&i, sizeof(i)));
        for (bool found = mp_kv_seek(cursor, mp_span_make(NULL, 0)); found;
             found = mp_kv_next(cursor)) {
            hash = mp_hash_chain(&hash, mp_kv_key(cursor));
            hash = mp_hash_chain(&hash, mp_kv_value(cursor));
        }
        mp_kv_cursor_close(cursor);
    }
    mp_kv_abort(txn);
    return hash;
}

bool fixture_same(struct mp_hash a, struct mp_hash b)
{
    return memcmp(a.bytes, b.bytes, sizeof(a.bytes)) == 0;
}

void fixture_overwrite(struct fixture *fixture, mp_kv_table table, struct mp_span key,
                       struct mp_span value)
{
    struct mp_kv_txn *txn = NULL;

    cr_assert_eq(mp_kv_begin(fixture->store->kv, true, &txn), 0);
    mp_kv_put(txn, table, key, value);
    cr_assert_eq(mp_kv_commit(txn), 0);
}

void fixture_drop(struct fixture *fixture, mp_kv_table table, struct mp_span key)
{
    struct mp_kv_txn *txn = NULL;

    cr_assert_eq(mp_kv_begin(fixture->store->kv, true, &txn), 0);
    cr_assert(mp_kv_delete(txn, table, key));
    cr_assert_eq(mp_kv_commit(txn), 0);
}

void fixture_flip(struct fixture *fixture, mp_kv_table table, struct mp_span key, long offset)
{
    struct mp_kv_txn *txn = NULL;
    struct mp_span value;
    uint8_t *copy;

    cr_assert_eq(mp_kv_begin(fixture->store->kv, true, &txn), 0);
    cr_assert(mp_kv_get(txn, table, key, &value));
    value = mp_arena_copy(fixture->arena, value);
    copy = (uint8_t *)(uintptr_t)value.data;
    copy[offset < 0 ? (long)value.size + offset : offset] ^= 0x10;
    mp_kv_put(txn, table, key, value);
    cr_assert_eq(mp_kv_commit(txn), 0);
}
