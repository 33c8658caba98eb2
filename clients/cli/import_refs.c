/* Whether every name in the files is of something: defined in them, or known to the record. A name
 * that nobody knows is nearly always a slip, and told before anything is sent. */
#include "clients/cli/import.h"

#include "core/base/text.h"
#include "core/domain/calendar.h"
#include "core/domain/subject.h"

#include <string.h>

#define NAMES_MOST   10000000
#define KINDS_MOST   16
#define NAME_BYTES   512
#define NEAREST_MOST 5 /* edits: more would be another name */

_Static_assert(MP_ID_MOST < NAME_BYTES, "an id with its scheme must fit");

struct checking {
    struct import_file *files;
    size_t count;
    struct mp_arena *arena;
    struct mp_table *defined[KINDS_MOST];  /* in the files, by kind: id → nothing */
    struct mp_table *recorded[KINDS_MOST]; /* id → struct import_known; NULL: not asked */
    bool is_needed[KINDS_MOST];
    bool is_deaf; /* the record did not answer */
};

/* A name of a row as it is looked up. */
struct named {
    const struct import_column *reference; /* that names it */
    struct import_file *file;
    const struct import_row *row;
    size_t column;
    const char *name; /* as written */
    const char *id;   /* with the scheme of a term before it */
};

typedef void (*visitor)(struct checking *checking, const struct named *named);

/* What a record is named by: its id, of a version of a calendar what stands before the '@'. */
static struct mp_span name_of(enum mp_kind kind, struct mp_span id)
{
    const void *at = kind == MP_KIND_CALENDAR ? memchr(id.data, '@', id.size) : NULL;

    return at == NULL ? id : mp_span_make(id.data, (size_t)((const uint8_t *)at - id.data));
}

static bool is_in(const struct mp_table *table, const struct named *named)
{
    struct mp_span wanted = mp_span_text(named->id), key;
    union mp_table_value *slot;

    if (table == NULL || named->reference->names != MP_KIND_CALENDAR)
        return table != NULL && mp_table_get(table, wanted) != NULL;
    /* The id of a version has its day in it; there are few. */
    for (size_t at = 0; mp_table_next(table, &at, &key, &slot);) {
        if (mp_span_equal(name_of(MP_KIND_CALENDAR, key), wanted))
            return true;
    }
    return false;
}

static bool is_defined(const struct checking *checking, const struct named *named)
{
    return is_in(checking->defined[named->reference->names], named);
}

static bool is_recorded(const struct checking *checking, const struct named *named)
{
    return is_in(checking->recorded[named->reference->names], named);
}

static void visit_name(struct checking *checking, struct named *named, struct mp_span text,
                       visitor visit)
{
    char name[NAME_BYTES], id[NAME_BYTES];
    const struct import_column *reference = named->reference;

    /* Rows with a longer one were told already: an id has an end. */
    if (text.size == 0 || text.size > MP_ID_MOST)
        return;
    (void)snprintf(name, sizeof name, "%.*s", (int)text.size, (const char *)text.data);
    if (reference->scheme == MP_SCHEME_NONE)
        (void)snprintf(id, sizeof id, "%s", name);
    else
        (void)snprintf(id, sizeof id, "%s:%.300s",
                       mp_code_name(MP_FAMILY_SCHEME, (int)reference->scheme), name);
    named->name = name;
    named->id = id;
    visit(checking, named);
    named->name = named->id = NULL; /* they end here */
}

static void visit_cell(struct checking *checking, struct named *named, visitor visit)
{
    const char *cell = named->row->cells[named->column];
    bool is_milestone = named->file->kind->defines == MP_KIND_MILESTONE;

    if (is_milestone && named->reference->names == MP_KIND_PROJECT) {
        visit_name(checking, named, mp_span_make(cell, strcspn(cell, ":")), visit);
        return;
    }
    if (named->file->kind->defines == MP_KIND_POLICY && strcmp(cell, MP_POLICY_DEFAULT) == 0)
        return; /* of every programme that has none of its own */
    if (named->reference->names == MP_KIND_CALENDAR && mp_calendar_is_built_in(cell))
        return;
    while (*cell != '\0') { /* no id has a ';' */
        size_t size = strcspn(cell, ";");

        visit_name(checking, named, mp_span_make(cell, size), visit);
        cell += size + (cell[size] == ';');
    }
}

/* In the order of the rows, and of the kind's columns. */
static void visit_file(struct checking *checking, struct import_file *file, visitor visit)
{
    for (size_t i = 0; i < file->count; i++) {
        for (size_t j = 0; j < file->kind->column_count && !file->rows[i].is_wrong; j++) {
            const struct import_column *column = &file->kind->columns[j];
            struct named named = {column, file, &file->rows[i], j, NULL, NULL};

            if (column->names != MP_KIND_NONE)
                visit_cell(checking, &named, visit);
        }
    }
}

static void note_needed(struct checking *checking, const struct named *named)
{
    if (!is_defined(checking, named))
        checking->is_needed[named->reference->names] = true;
}

/* How far apart, whatever the length: what both begin and end with does not count. */
static unsigned distance(struct mp_span a, struct mp_span b)
{
    const char *left = (const char *)a.data, *right = (const char *)b.data;
    size_t least = a.size < b.size ? a.size : b.size, head = 0, tail = 0;
    char from[64], to[64];

    while (head < least && left[head] == right[head])
        head++;
    while (tail < least - head && left[a.size - 1 - tail] == right[b.size - 1 - tail])
        tail++;
    a.size -= head + tail;
    b.size -= head + tail;
    if (a.size >= sizeof from || b.size >= sizeof to)
        return NEAREST_MOST;
    (void)snprintf(from, sizeof from, "%.*s", (int)a.size, left + head);
    (void)snprintf(to, sizeof to, "%.*s", (int)b.size, right + head);
    return mp_text_distance(from, to);
}

struct nearest {
    unsigned distance;
    struct mp_span name;
};

/* Of two that are as near the first by the alphabet: a table is walked in no order. */
static bool is_nearer(const struct nearest *nearest, unsigned far, struct mp_span name)
{
    size_t least = nearest->name.size < name.size ? nearest->name.size : name.size;

    if (far != nearest->distance || nearest->name.data == NULL)
        return far < nearest->distance;
    return strncmp((const char *)name.data, (const char *)nearest->name.data, least) < 0;
}

static void look_nearer(const struct mp_table *table, const struct named *named,
                        struct nearest *nearest)
{
    size_t scheme = strlen(named->id) - strlen(named->name), at = 0;
    union mp_table_value *slot;
    struct mp_span key;

    while (table != NULL && mp_table_next(table, &at, &key, &slot)) {
        const struct import_known *known = slot->pointer;
        struct mp_span name;
        unsigned far;

        if (key.size <= scheme || strncmp((const char *)key.data, named->id, scheme) != 0 ||
            (known != NULL && known->removed))
            continue;
        name = name_of(named->reference->names,
                       mp_span_make((const char *)key.data + scheme, key.size - scheme));
        far = distance(mp_span_text(named->name), name);
        if (is_nearer(nearest, far, name))
            *nearest = (struct nearest){far, name};
    }
}

/* A sentence's end: the nearest name that is known, or what to do. */
static const char *advice(const struct checking *checking, const struct named *named)
{
    unsigned most = (unsigned)strlen(named->name) / 3 + 1;
    struct nearest nearest = {.distance = most < NEAREST_MOST ? most : NEAREST_MOST};
    enum mp_kind kind = named->reference->names;
    const char *text = NULL;

    look_nearer(checking->defined[kind], named, &nearest);
    look_nearer(checking->recorded[kind], named, &nearest);
    if (nearest.name.data != NULL)
        text = mp_arena_printf(checking->arena, "; did you mean \"%.*s\"?", (int)nearest.name.size,
                               (const char *)nearest.name.data);
    return text != NULL ? text : ": correct it, or have it defined first";
}

/* The files are about such names at all. */
static bool has_file_of(const struct checking *checking, const struct import_column *reference)
{
    for (size_t i = 0; i < checking->count; i++) {
        const struct import_kind *kind = checking->files[i].kind;

        if (kind->defines == reference->names && kind->scheme == reference->scheme)
            return true;
    }
    return false;
}

/* While the record is silent only what the files define can be judged. */
static void note_unknown(struct checking *checking, const struct named *named)
{
    const struct import_column *reference = named->reference;
    bool is_term = reference->names == MP_KIND_TERM;
    bool is_asked = !checking->is_deaf || checking->recorded[reference->names] != NULL;
    const char *what = is_term ? mp_code_name(MP_FAMILY_SCHEME, (int)reference->scheme)
                               : mp_code_name(MP_FAMILY_KIND, (int)reference->names);

    if (is_defined(checking, named) || is_recorded(checking, named) ||
        (!is_asked && !has_file_of(checking, reference)))
        return;
    if (named->file->problems >= IMPORT_PROBLEMS_MOST) {
        named->file->problems++; /* counted, not shown */
        return;
    }
    import_problem(named->file, named->row->line, named->column, "there is no %s \"%s\"%s%s", what,
                   named->name, is_asked ? "" : " in these files", advice(checking, named));
}

static int define_rows(struct checking *checking, const struct import_file *file)
{
    enum mp_kind kind = file->kind->defines;
    struct mp_table **table = &checking->defined[kind];

    if (kind == MP_KIND_NONE || kind == MP_KIND_LINK)
        return 0; /* nothing names these */
    if (*table == NULL)
        *table = mp_table_new(NAMES_MOST);
    for (size_t i = 0; i < file->count; i++) {
        const char *id = import_defined_id(&file->rows[i].change, checking->arena);
        union mp_table_value *slot;
        bool is_new;
        int error = *table == NULL || id == NULL
                        ? MP_ENOMEM
                        : mp_table_put(*table, mp_span_text(id), &slot, &is_new);

        if (error < 0)
            return error;
    }
    return 0;
}

/* One question a kind, and none after one that failed. */
static int ask_needed(struct checking *checking, import_asker ask, void *context)
{
    int error = 0;

    for (size_t kind = 0; kind < KINDS_MOST && error == 0; kind++) {
        if (checking->is_needed[kind])
            error = ask(context, (enum mp_kind)kind, checking->arena, &checking->recorded[kind]);
    }
    checking->is_deaf = error < 0;
    return error == MP_ENOMEM ? error : 0;
}

int import_check(struct import_file *files, size_t count, struct mp_arena *arena, import_asker ask,
                 void *context, bool judges_alone)
{
    struct checking checking = {.files = files, .count = count, .arena = arena};
    bool is_judged;
    int error = 0;

    for (size_t i = 0; i < count && error == 0; i++)
        error = define_rows(&checking, &files[i]);
    for (size_t i = 0; i < count && error == 0; i++)
        visit_file(&checking, &files[i], note_needed);
    if (error == 0)
        error = ask_needed(&checking, ask, context);
    is_judged = error == 0 && (!checking.is_deaf || judges_alone);
    for (size_t i = 0; i < count && is_judged; i++)
        visit_file(&checking, &files[i], note_unknown);
    for (size_t i = 0; i < KINDS_MOST; i++) {
        mp_table_free(checking.defined[i]);
        mp_table_free(checking.recorded[i]);
    }
    return error;
}
