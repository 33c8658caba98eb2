/* Opening and closing, and what every thread may ask. */
#include "store/internal.h"

#include "core/base/file.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static _Thread_local char why[PATH_MAX + 512];

void mp_store_explain(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(why, sizeof(why), format, arguments);
    va_end(arguments);
}

static int open_tables(struct mp_store *store)
{
    static const struct {
        const char *name;
        size_t offset;
    } tables[MP_STORE_TABLE_COUNT] = {
#define X(name) {#name, offsetof(struct mp_store_tables, name)},
        MP_STORE_TABLES(X)
#undef X
    };

    for (size_t i = 0; i < MP_LENGTH(tables); i++) {
        mp_kv_table table;
        int error = mp_kv_table_open(store->kv, tables[i].name, &table);

        if (error < 0)
            return error;
        memcpy((uint8_t *)&store->tables + tables[i].offset, &table, sizeof(table));
    }
    return 0;
}

static int init_locks(struct mp_store *store)
{
    pthread_condattr_t attributes;
    int error = pthread_condattr_init(&attributes);

    if (error != 0)
        return MP_ENOMEM;
    error = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    if (error == 0)
        error = pthread_cond_init(&store->filing, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    if (error == 0 && pthread_mutex_init(&store->mutex, NULL) != 0) {
        (void)pthread_cond_destroy(&store->filing);
        error = ENOMEM;
    }
    return error == 0 ? 0 : MP_ENOMEM;
}

int mp_store_attach(const struct mp_store_options *options, bool create,
                    struct mp_store **ret_store)
{
    const struct mp_kv_options kv_options = {
        .folder = options->folder,
        .map_bytes = options->map_bytes,
        .tables = MP_STORE_TABLE_COUNT,
        .create = create,
        .read_only = options->read_only,
        .alone = true,
    };
    MP_AUTO(mp_store_close) struct mp_store *store = calloc(1, sizeof(*store));
    int error;

    if (store == NULL)
        return MP_ENOMEM;
    if (init_locks(store) < 0) {
        free(mp_take(store));
        return MP_ENOMEM;
    }
    store->offset_minutes = options->offset_minutes;
    store->read_only = options->read_only;
    store->network = mp_network_new();
    store->keys = mp_table_new(MP_STORE_KEYS_MOST);
    if (store->network == NULL || store->keys == NULL)
        return MP_ENOMEM;
    error = mp_kv_open(&kv_options, &store->kv);
    if (error == 0)
        error = open_tables(store);
    if (error == 0 && !store->read_only) {
        store->batch = mp_store_batch_new(store);
        error = store->batch == NULL ? MP_ENOMEM : 0;
    }
    if (error < 0)
        return error;
    *ret_store = mp_take(store);
    return 0;
}

void mp_store_close(struct mp_store *store)
{
    size_t at = 0;
    struct mp_span key;
    union mp_table_value *slot;

    if (store == NULL)
        return;
    mp_store_batch_free(store->batch);
    mp_store_journal_close(store->journal);
    mp_kv_close(store->kv);
    mp_network_free(store->network);
    while (store->keys != NULL && mp_table_next(store->keys, &at, &key, &slot))
        free(slot->pointer);
    mp_table_free(store->keys);
    pthread_mutex_destroy(&store->mutex);
    pthread_cond_destroy(&store->filing);
    free(store);
}

/* 0 and the head; MP_ENOTFOUND when nothing was founded here; MP_EVERSION. */
int mp_store_read_head(struct mp_kv_txn *txn, const struct mp_store_tables *tables,
                       struct mp_head *ret_head)
{
    struct mp_span value;
    struct mp_reader reader;
    uint32_t version;

    if (!mp_kv_get(txn, tables->meta, mp_span_text(MP_STORE_META_SCHEMA), &value)) {
        mp_store_explain("there is no store here yet, or its founding did not finish: run init");
        return mp_kv_error(txn) < 0 ? mp_kv_error(txn) : MP_ENOTFOUND;
    }
    reader = mp_reader_make(value);
    version = mp_reader_u32(&reader);
    if (reader.error != 0 || version < MP_STORE_SCHEMA_OLDEST ||
        version > MP_STORE_SCHEMA_VERSION) {
        mp_store_explain(
            "written by schema %u, this program knows %d: use the Milepost that wrote it, "
            "or restore a backup made by this one",
            version, MP_STORE_SCHEMA_VERSION);
        return MP_EVERSION;
    }
    if (!mp_kv_get(txn, tables->meta, mp_span_text(MP_STORE_META_HEAD), &value) ||
        mp_store_head_open(value, ret_head) < 0) {
        mp_store_explain(
            "the entry that names the last event is missing or damaged: restore a backup");
        return mp_kv_error(txn) < 0 ? mp_kv_error(txn) : MP_ECORRUPT;
    }
    return 0;
}

/* The schema that the head was read by, and what of the journal the tables have. */
int mp_store_read_filed(struct mp_kv_txn *txn, struct mp_store *store)
{
    struct mp_span value;
    struct mp_reader reader;

    if (mp_kv_get(txn, store->tables.meta, mp_span_text(MP_STORE_META_SCHEMA), &value)) {
        reader = mp_reader_make(value);
        store->schema = mp_reader_u32(&reader);
    }
    if (mp_kv_get(txn, store->tables.meta, mp_span_text(MP_STORE_META_FILED), &value))
        return mp_store_key_to_seq(value, &store->filed);
    return mp_kv_error(txn);
}

static int explain_attach(const struct mp_store_options *options, int error)
{
    switch (error) {
    case MP_ENOTFOUND:
        mp_store_explain("there is no store in %s: run init", options->folder);
        break;
    case MP_ECORRUPT:
    case MP_EVERSION:
        mp_store_explain("%s/" MP_STORE_DATA_FILE
                         " is not a Milepost store, or is damaged: restore a "
                         "backup",
                         options->folder);
        break;
    case MP_EBUSY:
        mp_store_explain("%s is open already: one ledger owns it; stop that one first",
                         options->folder);
        break;
    default:
        mp_store_explain("%s cannot be opened: %s", options->folder, mp_error_text(error));
        break;
    }
    return error;
}

/* What a crash left in the journal is durable: it is told as the head, and filed. On a full disk it
 * stays in the journal until there is room. */
static int file_journal(struct mp_store *store)
{
    struct mp_batch *batch;
    uint64_t logged = 0;
    int error = mp_store_journal_last(store->journal, store->filed, &logged);

    if (error < 0 || logged == store->filed)
        return error;
    error = mp_store_journal_settle(store->journal);
    if (error < 0)
        return error;
    store->logged = logged;
    error = mp_batch_begin(store, INT64_MIN, &batch);
    if (error < 0)
        return error;
    error = mp_batch_tell(batch);
    if (error == 0)
        error = mp_batch_commit(batch);
    else
        mp_batch_abort(batch);
    return error == MP_ENOSPC ? 0 : error;
}

/* A disk that has no room for the journal has none for much else: every commit is of the tables. */
static int open_journal(struct mp_store *store, const char *folder)
{
    bool has_other = store->schema == MP_STORE_SCHEMA_OF_FOLDER;
    int error = has_other ? mp_store_journal_before_check(folder, store->filed) : 0;

    store->logged = store->filed;
    if (error == MP_EVERSION)
        return error;
    if (error == 0 && has_other)
        error = mp_store_journal_before_drop(folder);
    if (error == 0)
        error = mp_store_journal_open(folder, false, &store->journal);
    if (error == MP_ENOSPC)
        return 0;
    if (error < 0) {
        mp_store_explain("the journal in %s cannot be opened: %s", folder, mp_error_text(error));
        return error;
    }
    error = file_journal(store);
    if (error < 0 && error != MP_ECORRUPT)
        mp_store_explain("the journal in %s cannot be taken into the record: %s", folder,
                         mp_error_text(error));
    return error;
}

static int open_store(const struct mp_store_options *options, struct mp_store **ret_store)
{
    MP_AUTO(mp_store_close) struct mp_store *store = NULL;
    MP_AUTO(mp_kv_abort) struct mp_kv_txn *txn = NULL;
    char path[PATH_MAX];
    int error, length = snprintf(path, sizeof(path), "%s/" MP_STORE_DATA_FILE, options->folder);

    if (length < 0 || (size_t)length >= sizeof(path))
        return explain_attach(options, MP_EINVAL);
    if (!mp_file_exists(path))
        return explain_attach(options, MP_ENOTFOUND);
    error = mp_store_attach(options, false, &store);
    if (error < 0)
        return explain_attach(options, error);
    error = mp_kv_begin(store->kv, false, &txn);
    if (error < 0)
        return explain_attach(options, error);
    error = mp_store_read_head(txn, &store->tables, &store->head);
    if (error == 0)
        error = mp_store_read_filed(txn, store);
    if (error < 0)
        return error;
    store->filed_head = store->head;
    mp_kv_abort(mp_take(txn));
    error = mp_store_load(store);
    if (error < 0) {
        mp_store_explain("%s cannot be loaded (%s): run verify, or restore a backup",
                         options->folder, mp_error_text(error));
        return error;
    }
    error = store->read_only ? 0 : open_journal(store, options->folder);
    if (error == 0)
        *ret_store = mp_take(store);
    return error;
}

int mp_store_open(const struct mp_store_options *options, struct mp_store **ret_store,
                  const char **ret_why)
{
    int error;

    mp_store_explain("%s", "");
    error = open_store(options, ret_store);
    if (error < 0 && ret_why != NULL)
        *ret_why = why;
    return error;
}

const char *mp_store_why(void)
{
    return why;
}

/* The lock is not part of what the store promises to keep. */
static pthread_mutex_t *mutex_of(const struct mp_store *store)
{
    return (pthread_mutex_t *)(uintptr_t)&store->mutex;
}

void mp_store_publish_logged(struct mp_store *store, const struct mp_head *head,
                             uint64_t agency_events, uint64_t logged)
{
    pthread_mutex_lock(&store->mutex);
    store->head = *head;
    store->agency_events = agency_events;
    store->logged = logged;
    pthread_mutex_unlock(&store->mutex);
}

void mp_store_publish_filed(struct mp_store *store, const struct mp_head *head,
                            uint64_t agency_events, uint32_t schema)
{
    store->filed_head = *head;
    store->schema = schema;
    pthread_mutex_lock(&store->mutex);
    store->head = *head;
    store->agency_events = agency_events;
    store->filed = store->logged;
    pthread_mutex_unlock(&store->mutex);
    mp_store_tell_filing(store);
}

void mp_store_tell_filing(struct mp_store *store)
{
    pthread_mutex_lock(&store->mutex);
    store->filing_tries++;
    pthread_mutex_unlock(&store->mutex);
    pthread_cond_broadcast(&store->filing);
}

void mp_store_on_wait(struct mp_store *store, void (*wake)(void *context), void *context)
{
    pthread_mutex_lock(&store->mutex);
    store->wake = wake;
    store->wake_context = context;
    pthread_mutex_unlock(&store->mutex);
}

bool mp_store_wait_filed(struct mp_store *store)
{
    struct timespec until;
    uint64_t wanted, tries;
    bool is_over = false, is_filed;

    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += 1;
    pthread_mutex_lock(&store->mutex);
    wanted = store->logged;
    tries = store->filing_tries;
    if (store->filed < wanted && store->wake != NULL)
        store->wake(store->wake_context);
    while (store->filed < wanted && store->filing_tries == tries && store->wake != NULL && !is_over)
        is_over = pthread_cond_timedwait(&store->filing, &store->mutex, &until) != 0;
    is_filed = store->filed >= wanted;
    pthread_mutex_unlock(&store->mutex);
    return is_filed;
}

bool mp_store_is_filed(const struct mp_store *store)
{
    bool is_filed;

    pthread_mutex_lock(mutex_of(store));
    is_filed = store->filed == store->logged;
    pthread_mutex_unlock(mutex_of(store));
    return is_filed;
}

struct mp_head mp_store_head(const struct mp_store *store)
{
    struct mp_head head;

    pthread_mutex_lock(mutex_of(store));
    head = store->head;
    pthread_mutex_unlock(mutex_of(store));
    return head;
}

uint64_t mp_store_agency_event_count(const struct mp_store *store)
{
    uint64_t count;

    pthread_mutex_lock(mutex_of(store));
    count = store->agency_events;
    pthread_mutex_unlock(mutex_of(store));
    return count;
}

int mp_store_usage(struct mp_store *store, struct mp_kv_usage *ret_usage)
{
    return mp_kv_usage(store->kv, store->tables.events, ret_usage);
}

int mp_store_backup(struct mp_store *store, const char *folder)
{
    if (!mp_store_wait_filed(store))
        return MP_EAGAIN;
    return mp_kv_copy(store->kv, folder);
}
