/* What the events make, against what is kept: byte by byte. */
#include "store/verify.h"

typedef const char *(*describer)(struct mp_arena *arena, struct mp_span key);

static const char *describe_state(struct mp_arena *arena, struct mp_span key)
{
    struct mp_subject subject;
    const char *id, *kind;

    if (mp_store_key_to_subject(key, arena, &subject) < 0)
        return NULL;
    id = mp_subject_id(arena, &subject);
    kind = mp_code_name(MP_FAMILY_KIND, (int)subject.kind);
    return id == NULL || kind == NULL ? NULL : mp_arena_printf(arena, "%s %s", kind, id);
}

static const char *describe_topic(struct mp_arena *arena, struct mp_span key)
{
    return mp_arena_printf(arena, "topic %.*s", (int)key.size, (const char *)key.data);
}

static const char *describe_by_topic(struct mp_arena *arena, struct mp_span key)
{
    struct mp_span topic;
    uint64_t seq;

    if (mp_store_key_to_topic(key, &topic, &seq) < 0)
        return NULL;
    return mp_arena_printf(arena, "topic %.*s, event %llu", (int)topic.size,
                           (const char *)topic.data, (unsigned long long)seq);
}

static const char *describe_withdrawn(struct mp_arena *arena, struct mp_span key)
{
    uint64_t seq;

    if (mp_store_key_to_seq(key, &seq) < 0)
        return NULL;
    return mp_arena_printf(arena, "event %llu", (unsigned long long)seq);
}

static const char *describe_by_subject(struct mp_arena *arena, struct mp_span key)
{
    struct mp_span subject_key;
    struct mp_entry entry;
    const char *about, *kind;

    if (mp_store_key_to_entry(key, &entry, &subject_key) < 0)
        return NULL;
    about = describe_state(arena, subject_key);
    kind = mp_code_name(MP_FAMILY_CHANGE, (int)entry.kind);
    if (about == NULL || kind == NULL)
        return NULL;
    return mp_arena_printf(arena, "%s, %s, event %llu", about, kind, (unsigned long long)entry.seq);
}

struct comparison {
    struct mp_store_verifying *verifying;
    const char *table;
    describer describe;
    struct mp_kv_cursor *kept, *rebuilt;
};

static void tell(const struct comparison *comparison, struct mp_span key, const char *what)
{
    struct mp_arena *arena = comparison->verifying->arena;
    struct mp_arena_mark mark = mp_arena_mark(arena);
    const char *about = comparison->describe(arena, key);

    mp_store_verify_finding(comparison->verifying, "%s: %s: %s", comparison->table,
                            about == NULL ? "a key that cannot be read" : about, what);
    mp_arena_release(arena, mark);
}

static int compare_spans(struct mp_span a, struct mp_span b)
{
    size_t size = a.size < b.size ? a.size : b.size;
    int order = size == 0 ? 0 : memcmp(a.data, b.data, size);

    return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

/* Both tables in step. Returns how many rows were kept. */
static uint64_t walk(const struct comparison *comparison)
{
    struct mp_kv_cursor *kept = comparison->kept, *rebuilt = comparison->rebuilt;
    bool has_kept = mp_kv_seek(kept, mp_span_make(NULL, 0));
    bool has_rebuilt = mp_kv_seek(rebuilt, mp_span_make(NULL, 0));
    uint64_t rows = 0;

    while (has_kept || has_rebuilt) {
        int order = !has_kept      ? 1
                    : !has_rebuilt ? -1
                                   : compare_spans(mp_kv_key(kept), mp_kv_key(rebuilt));

        if (order < 0)
            tell(comparison, mp_kv_key(kept), "kept, but no event made it");
        else if (order > 0)
            tell(comparison, mp_kv_key(rebuilt), "missing");
        else if (!mp_span_equal(mp_kv_value(kept), mp_kv_value(rebuilt)))
            tell(comparison, mp_kv_key(kept), "not what the events make of it");
        rows += order <= 0;
        if (order <= 0)
            has_kept = mp_kv_next(kept);
        if (order >= 0)
            has_rebuilt = mp_kv_next(rebuilt);
    }
    return rows;
}

static uint64_t compare_table(struct mp_store_verifying *verifying, struct mp_kv_txn *rebuilt_txn,
                              const char *name, describer describe, size_t offset)
{
    mp_kv_table kept, rebuilt;
    struct comparison comparison = {.verifying = verifying, .table = name, .describe = describe};
    uint64_t rows;

    memcpy(&kept, (const uint8_t *)&verifying->kept->tables + offset, sizeof(kept));
    memcpy(&rebuilt, (const uint8_t *)&verifying->rebuilt->tables + offset, sizeof(rebuilt));
    comparison.kept = mp_kv_cursor_open(verifying->txn, kept);
    comparison.rebuilt = mp_kv_cursor_open(rebuilt_txn, rebuilt);
    rows = walk(&comparison);
    mp_kv_cursor_close(comparison.kept);
    mp_kv_cursor_close(comparison.rebuilt);
    return rows;
}

/* With nothing to compare with, at least the records' checksums. */
static int check_state_alone(struct mp_store_verifying *verifying)
{
    MP_AUTO(mp_kv_cursor_close)
    struct mp_kv_cursor *cursor = mp_kv_cursor_open(verifying->txn, verifying->kept->tables.state);
    struct comparison comparison = {
        .verifying = verifying, .table = "state", .describe = describe_state};

    mp_store_verify_finding(verifying,
                            "state and indexes could not be proved: %s, so they could not be "
                            "rebuilt",
                            verifying->given_up);
    for (bool found = mp_kv_seek(cursor, mp_span_make(NULL, 0)); found;
         found = mp_kv_next(cursor)) {
        struct mp_span record;

        verifying->report->records++;
        if (mp_store_record_open(mp_kv_value(cursor), &record) < 0)
            tell(&comparison, mp_kv_key(cursor), "fails its checksum");
    }
    return mp_kv_error(verifying->txn);
}

int mp_store_verify_tables(struct mp_store_verifying *verifying)
{
    MP_AUTO(mp_kv_abort) struct mp_kv_txn *rebuilt = NULL;
    int error;

    if (verifying->given_up != NULL)
        return check_state_alone(verifying);
    error = mp_kv_begin(verifying->rebuilt->kv, false, &rebuilt);
    if (error < 0)
        return error;
    verifying->report->records = compare_table(verifying, rebuilt, "state", describe_state,
                                               offsetof(struct mp_store_tables, state));
    compare_table(verifying, rebuilt, "topics", describe_topic,
                  offsetof(struct mp_store_tables, topics));
    compare_table(verifying, rebuilt, "by_topic", describe_by_topic,
                  offsetof(struct mp_store_tables, by_topic));
    compare_table(verifying, rebuilt, "runs", describe_by_subject,
                  offsetof(struct mp_store_tables, runs));
    compare_table(verifying, rebuilt, "withdrawn", describe_withdrawn,
                  offsetof(struct mp_store_tables, withdrawn));
    compare_table(verifying, rebuilt, "by_subject", describe_by_subject,
                  offsetof(struct mp_store_tables, by_subject));
    return mp_kv_error(rebuilt);
}
