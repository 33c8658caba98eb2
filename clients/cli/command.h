/* The command table: one row a verb, beside the verb's code. Help, man pages, completion and the
 * parser are all made from it. */
#ifndef MP_CLI_COMMAND_H
#define MP_CLI_COMMAND_H

#include "core/base/arena.h"
#include "core/base/error.h"
#include "core/domain/codes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Exit codes (DESIGN §10). */
enum cli_exit {
    CLI_OK = 0,
    CLI_FAILED = 1,
    CLI_USAGE = 2,
    CLI_NOT_FOUND = 3,
    CLI_REJECTED = 4,
    CLI_UNREACHABLE = 5,
    CLI_NOT_ALLOWED = 6,
    CLI_TIMED_OUT = 124
};

/* By the table of output.c, which has their names. */
enum cli_output { CLI_TABLE, CLI_JSON, CLI_NDJSON, CLI_CSV, CLI_SVG, CLI_MD, CLI_HTML };
/* Every verb prints these; the others only where its row says so. */
#define CLI_USUAL_FORMATS (1u << CLI_TABLE | 1u << CLI_JSON | 1u << CLI_NDJSON | 1u << CLI_CSV)

/* Of a verb that says what it did and has no rows. */
#define CLI_WORDS_ALONE (1u << CLI_TABLE)

/* What can follow --name; completion uses it. */
enum cli_value {
    CLI_FLAG, /* nothing */
    CLI_TEXT,
    CLI_NUMBER,
    CLI_DATE, /* a day, month, quarter … (mp_date_parse) */
    CLI_PATH,
    CLI_CODE,   /* one of a family of core/domain/codes.h */
    CLI_AGENCY, /* an identity in the instance's keys folder */
    CLI_FORMAT
};

struct cli_option {
    const char *name; /* long name without dashes; NULL ends the options of a row */
    char letter;      /* short form or 0 */
    enum cli_value value;
    int family;           /* CLI_CODE: enum mp_code_family */
    const char *argument; /* "DAY", "CODE"; NULL for flags */
    const char *help;
    const char *field; /* of a change that it gives, where that has another name; else NULL */
};

#define CLI_OPTIONS_MOST   24
#define CLI_ARGUMENTS_MOST 8
#define CLI_ARENA_BYTES    ((size_t)1 << 30) /* of a run: a list is held to be printed as a table */

struct cli;

struct cli_command {
    const char *name;      /* "forecast", "outbox" */
    const char *arguments; /* "MILESTONE DATE", "list|retry|drop [ID]" */
    const char *summary;   /* one line */
    const char *details;   /* paragraphs for help and man page, parted by an empty line */
    const char *example;   /* shown under EXAMPLES, a command a line */
    unsigned least, most;  /* positional arguments */
    bool writes;           /* has --as, --dry-run, --timeout */
    const struct cli_option *options; /* NULL: none of its own */
    unsigned formats;                 /* bits of enum cli_output; 0: CLI_USUAL_FORMATS */
    int (*run)(struct cli *cli);
    /* of verbs that submit one change: */
    enum mp_change_kind change;
    const char *fields[3]; /* of the change, that the arguments give */
};

/* Whether it obeys the common option: --dry-run where it writes, --output where it has rows. */
bool cli_obeys(const struct cli_command *command, const struct cli_option *option);
/* Every command, in the order of the help; NULL at the end. commands.c. */
extern const struct cli_command *const cli_commands[];
/* Options that every command takes; ended as those of a row. */
extern const struct cli_option cli_common_options[];
/* 0 for NULL. */
size_t cli_option_count(const struct cli_option *options);

/* The parsed line. */
struct cli {
    const struct cli_command *command;
    struct mp_arena *arena; /* of the whole run */
    const char *arguments[CLI_ARGUMENTS_MOST];
    size_t argument_count;
    const char *
        values[CLI_OPTIONS_MOST]; /* by the command's option index; NULL not given; "" flag given */
    /* common */
    const char *folder; /* instance: --dir, MILEPOST_DIR, else .milepost in this folder or above */
    const char *as;     /* --as, MILEPOST_AS, else the instance's own default */
    enum cli_output output;
    int64_t timeout_ms; /* default 10 s */
    bool has_timeout;
    bool dry_run;
    bool color; /* stdout is a terminal, no NO_COLOR */
};

/* The value of the command's option, NULL when not given. */
const char *cli_value(const struct cli *cli, const char *name);
static inline bool cli_given(const struct cli *cli, const char *name)
{
    return cli_value(cli, name) != NULL;
}

/* "milepost: …" on stderr; returns status, so that a command can say return cli_fail(CLI_USAGE, …).
 */
int cli_fail(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* "milepost: …: the error's text"; returns the exit code that fits. */
int cli_error(int error, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* "milepost: out of memory …"; returns CLI_FAILED. */
int cli_no_memory(void);
/* The exit code that fits an mp_error (MP_ENOTFOUND → 3, MP_EUNREACHABLE, MP_ETIMEDOUT → 5,
 * MP_EPERM, MP_EKEYMODE → 6, else 1). */
int cli_exit_of(int error);

/* Never NULL: a run that has no memory for a line of text says so and ends with exit 1. */
struct mp_arena *cli_arena(size_t budget_bytes);
const char *cli_text(struct mp_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The text without each occurrence of part. */
const char *cli_without(struct mp_arena *arena, const char *text, const char *part);

/* As much of what was written as a message repeats: the beginning, with "…" where it is cut. */
const char *cli_cut(struct mp_arena *arena, const char *text);

/* Parses and runs: the program's main. */
int cli_main(int argc, char **argv);
/* milepost help [VERB], --help; man page in mdoc; bash completion. From the table alone. */
void cli_print_help(FILE *out, const struct cli_command *command);
void cli_print_man(FILE *out, const struct cli_command *command);
void cli_print_completion(FILE *out);

#endif
