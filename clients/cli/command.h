/* The command table: one row a verb. Help, man pages, completion and the parser are all made from
 * it. */
#ifndef MP_CLI_COMMAND_H
#define MP_CLI_COMMAND_H

#include "core/base/arena.h"

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

enum cli_output { CLI_TABLE, CLI_JSON, CLI_NDJSON, CLI_CSV };

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
    const char *name; /* long name without dashes */
    char letter;      /* short form or 0 */
    enum cli_value value;
    int family;           /* CLI_CODE: enum mp_code_family */
    const char *argument; /* "DAY", "CODE"; NULL for flags */
    const char *help;
};

#define CLI_OPTIONS_MOST   24
#define CLI_ARGUMENTS_MOST 8

struct cli;

struct cli_command {
    const char *name;      /* "forecast", "outbox" */
    const char *arguments; /* "MILESTONE DATE", "list|retry|drop [ID]" */
    const char *summary;   /* one line */
    const char *details;   /* paragraphs for help and man page */
    const char *example;   /* shown under EXAMPLES */
    unsigned least, most;  /* positional arguments */
    bool writes;           /* has --as, --dry-run, --timeout */
    const struct cli_option *options;
    size_t option_count;
    int (*run)(struct cli *cli);
};

/* Every command, in the order of the help. commands.c. */
extern const struct cli_command cli_commands[];
extern const size_t cli_command_count;
/* Options that every command takes: --dir, --as, --output, --timeout, --dry-run, --no-color,
 * --help. */
extern const struct cli_option cli_common_options[];
extern const size_t cli_common_option_count;

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
/* The exit code that fits an mp_error (MP_ENOTFOUND → 3, MP_EUNREACHABLE, MP_ETIMEDOUT → 5,
 * MP_EPERM, MP_EKEYMODE → 6, else 1). */
int cli_exit_of(int error);

/* The text without each occurrence of part; in the arena, the text itself when memory is short. */
const char *cli_without(struct mp_arena *arena, const char *text, const char *part);

/* Parses and runs: the program's main. */
int cli_main(int argc, char **argv);
/* milepost help [VERB], --help; man page in mdoc; bash completion. From the table alone. */
void cli_print_help(FILE *out, const struct cli_command *command);
void cli_print_man(FILE *out, const struct cli_command *command);
void cli_print_completion(FILE *out);

#endif
