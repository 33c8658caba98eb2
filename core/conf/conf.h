/* Configuration as one table a process: key, type, range, default, help. Read from flags, else
 * environment (MILEPOST_KEY_NAME), else file (YAML, flat mapping, by libcyaml), else default.
 * Unknown keys fail with the nearest known one; every error names file, line (file) or flag. */
#ifndef MP_CONF_CONF_H
#define MP_CONF_CONF_H

#include "core/base/arena.h"
#include "core/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum mp_conf_type {
    MP_CONF_TEXT,    /* const char *, never NULL */
    MP_CONF_NUMBER,  /* int64_t within low..high */
    MP_CONF_BYTES,   /* int64_t; suffixes KiB, MiB, GiB */
    MP_CONF_SWITCH,  /* bool: yes/no/true/false/on/off */
    MP_CONF_ADDRESS, /* const char *: tcp://host:port or ipc://path */
    MP_CONF_PATH     /* const char *; relative ones are taken from the file's folder (of flags
                        and environment: from the current one) */
};

struct mp_conf_key {
    const char *name; /* lower-case words with '-', as in the flag and the file */
    enum mp_conf_type type;
    int64_t low, high;    /* numbers, inclusive */
    const char *fallback; /* as text; NULL: required */
    const char *help;
    size_t offset; /* of the field in the process's own struct */
};

struct mp_conf_table {
    const char *program; /* milepost-ledger */
    const char *summary; /* one line */
    const struct mp_conf_key *keys;
    size_t key_count;
};

struct mp_conf_source {
    const char *file; /* NULL: none */
    int argc;         /* flags: --name value or --name=value; argv[0] skipped */
    char **argv;
};

/* Fills every field of the struct at target. Texts live in the arena. On failure MP_ECONFIG or
 * MP_ENOMEM, and *ret_why is a sentence for the person (in the arena). Flags not in the table are
 * refused, except that --config FILE, --check-config, --help and --version are taken by
 * mp_conf_main. */
int mp_conf_load(const struct mp_conf_table *table, const struct mp_conf_source *source,
                 struct mp_arena *arena, void *target, const char **ret_why) MP_CHECK_RESULT;

/* What a daemon's main does first: handles --help, --version, --check-config (prints and asks to
 * exit), --config FILE, then loads. Returns true to go on; false to exit with *ret_status, having
 * said why. arena NULL: there was no memory for it. */
bool mp_conf_main(const struct mp_conf_table *table, int argc, char **argv, struct mp_arena *arena,
                  void *target, int *ret_status);

/* What SIGHUP does: reads again what mp_conf_main read, from where it read it. If that is valid,
 * the log level is taken over at once (0); every other key needs a restart. If not, everything
 * stays as it was: MP_ECONFIG, and why says in a sentence what is wrong. One table a process. */
int mp_conf_reload(const struct mp_conf_table *table, char *why, size_t why_size) MP_CHECK_RESULT;
/* The same as a daemon's answer to SIGHUP: logs how it went. */
void mp_conf_on_hangup(const struct mp_conf_table *table);

/* Help as printed by --help. */
void mp_conf_help(const struct mp_conf_table *table, FILE *out);

/* Sets or replaces keys in a file of our own writing (one "key: value" a line), durably. */
int mp_conf_write(const char *file, const char *const (*pairs)[2], size_t count) MP_CHECK_RESULT;

#endif
