/* From CSV files to changes in the record. Reading, checking and sending are apart, so that nothing
 * is sent before everything was read: import_csv.c splits text into rows, import_kinds.c knows the
 * files and what their rows say (import_calendar.c: those of calendars), import_file.c reads one,
 * import_refs.c looks names up across them and in the record (import_record.c), import_send.c
 * submits one, import.c is the verb. */
#ifndef MP_CLI_IMPORT_H
#define MP_CLI_IMPORT_H

#include "clients/cli/instance.h"
#include "core/base/table.h"
#include "core/domain/change.h"

#include <stdio.h>

#define IMPORT_COLUMNS_MOST  24
#define IMPORT_PROBLEMS_MOST 50 /* of a file: more are counted, not shown */
#define IMPORT_FILE_MOST     ((size_t)64 << 20)

/* import_csv.c */

struct import_line {
    size_t line; /* where the row begins, from 1 */
    const char **cells;
    size_t count;
};
/* Called for each row, the header too. Texts live in the arena. Non-zero stops with that value. */
typedef int (*import_line_handler)(void *context, const struct import_line *line);

struct import_csv_fault {
    size_t line;
    const char *message;
};
/* Splits the text (RFC 4180, a byte order mark is skipped, empty lines too). 0, the handler's
 * value, MP_ENOMEM, or MP_EMALFORMED with *ret_fault. */
int import_csv_split(struct mp_span text, struct mp_arena *arena, import_line_handler handler,
                     void *context, struct import_csv_fault *ret_fault) MP_CHECK_RESULT;

/* import_kinds.c */

struct import_row;
struct import_file;

struct import_column {
    const char *name;
    bool required;     /* in the header */
    const char *field; /* that it fills, where that has another name; "": none */
    /* What its cells name, and other rows define; lists are joined by ';'. Of a milestone's id it
     * is the project. MP_KIND_NONE: nothing. */
    enum mp_kind names;
    enum mp_scheme scheme; /* of terms */
};

struct import_kind {
    const char *name;   /* of the file, without .csv */
    const char *key[3]; /* columns that name what a row defines; NULL: rows are statements */
    enum mp_change_kind change; /* 0: each row says which */
    const struct import_column *columns;
    size_t column_count;
    enum mp_kind defines; /* MP_KIND_NONE: statements, submitted as their submitter */
    enum mp_scheme scheme;
    void (*finish)(struct import_file *file, struct import_row *row); /* NULL: nothing is left */
    /* Makes changes of rows that are so only together; NULL: a row is a change. 0 or MP_ENOMEM. */
    int (*gather)(struct import_file *file);
};

/* In the order in which they are imported. */
extern const struct import_kind import_kinds[];
extern const size_t import_kind_count;
const struct import_kind *import_kind_by_name(const char *name);
/* By the header alone: the only kind whose columns these are. NULL with *ret_nearest the one with
 * the most of them. */
const struct import_kind *import_kind_by_header(const struct import_line *header,
                                                const struct import_kind **ret_nearest);
/* Column by name; the kind's column_count when it has none. */
size_t import_kind_column(const struct import_kind *kind, const char *name);
/* What the row's cells say, as its change; what cannot be read is a problem of the file. */
void import_kind_convert(struct import_file *file, struct import_row *row);
const char *import_kind_nearest(const struct import_kind *kind, const char *name);

/* import_calendar.c: the functions of the kind "calendars". */
void import_calendar_finish(struct import_file *file, struct import_row *row);
int import_calendar_gather(struct import_file *file) MP_CHECK_RESULT;

/* import_file.c */

struct import_row {
    size_t line;
    const char **cells; /* by the kind's columns; "" when not given */
    const char *submitter;
    bool is_wrong; /* told */
    struct mp_change change;
};

/* What is wrong, and where: line and place from 1; line 0: with the file as a whole. */
struct import_mistake {
    size_t line, position;
    const char *text;
};

struct import_file {
    const char *path;                 /* as shown */
    const struct import_kind *wanted; /* NULL: the name and the header tell */
    const struct import_kind *kind;
    size_t positions[IMPORT_COLUMNS_MOST]; /* by the kind's columns: place in the file, from 1 */
    struct import_row *rows;               /* malloc */
    size_t count, capacity;
    size_t problems;
    struct import_mistake mistakes[IMPORT_PROBLEMS_MOST]; /* the first of them */
    bool is_whole; /* every row was read, whatever is wrong with it */
    struct mp_arena *arena;
    struct mp_table *defined; /* key → line */
};

/* Reads and checks the file; what is wrong is kept and counted. 0 or an error that is among it.
 * import_file_done in any case. */
int import_file_read(const char *path, struct mp_arena *arena,
                     struct import_file *ret_file) MP_CHECK_RESULT;
void import_file_done(struct import_file *file);
/* The same for a file of that kind, whatever its name. */
int import_file_read_as(const struct import_kind *kind, const char *path, struct mp_arena *arena,
                        struct import_file *ret_file) MP_CHECK_RESULT;
/* Tells all that is wrong, as path:line:column: sentence, in the order of the file. */
void import_file_tell(struct import_file *file, FILE *out);
/* column: the kind's; beyond the last means the first of the file. */
void import_problem(struct import_file *file, size_t line, size_t column, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Place in the file, from 1, of the column that a rejection's field came from. */
size_t import_position(const struct import_file *file, const char *field);

/* import_send.c */

struct import_counts {
    size_t fresh, known, rejected, queued;
};

struct importing;
/* Submits the file's rows in their order and waits for the answers. An exit code other than CLI_OK
 * and CLI_REJECTED: the rest must wait for another import. */
int import_send(struct importing *import, const struct import_file *file,
                struct import_counts *counts);

/* import_known.c */

/* What the ledger has of a definition. */
struct import_known {
    struct mp_revision revision; /* {0, 0}: nothing */
    bool removed;
    bool has_key;             /* agencies: a valid one */
    struct mp_span canonical; /* the definition as import_canonical writes it */
};
/* Reads all records of the kind; texts in the arena. Values of *ret_table point to struct
 * import_known, keys are ids. */
int import_known_read(struct mp_client *client, enum mp_kind kind, int64_t timeout_ms,
                      struct mp_arena *arena, struct mp_table **ret_table) MP_CHECK_RESULT;
/* The bytes of the change alone, the same whoever sends it whenever. */
int import_canonical(const struct mp_change *change, struct mp_arena *arena,
                     struct mp_span *ret_bytes) MP_CHECK_RESULT;
/* The id of the record that the change defines; NULL over budget or for none. */
const char *import_defined_id(const struct mp_change *change, struct mp_arena *arena);
/* Id of a submission from what it says: the same content gives the same id. attempt: how often it
 * was rejected before; revision: of what it replaces. */
int import_submission_id(const char *submitter, unsigned attempt, struct mp_revision revision,
                         const struct mp_change *changes, size_t count, struct mp_arena *arena,
                         struct mp_uuid *ret_id) MP_CHECK_RESULT;

/* import_refs.c */

/* What the record knows of the kind, as import_known_read gives it. */
typedef int (*import_asker)(void *context, enum mp_kind kind, struct mp_arena *arena,
                            struct mp_table **ret_table);
/* Looks up every name in the rows that are not wrong: in the files, which are whole, then in the
 * record, asked only of kinds that are not all in the files. One that is nowhere is a problem of
 * its file. When asking fails nothing is, unless the files are to be judged alone: then what a kind
 * of file among them should define is. 0 or MP_ENOMEM. */
int import_check(struct import_file *files, size_t count, struct mp_arena *arena, import_asker ask,
                 void *context, bool judges_alone) MP_CHECK_RESULT;

/* import_record.c */

/* import_check against the instance's record. An exit code; what is wrong was told and counted. */
int import_check_record(struct cli *cli, struct import_file *files, size_t count,
                        struct mp_arena *arena);

#endif
