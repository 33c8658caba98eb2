/* What the files of this folder share. */
#ifndef MP_CONF_PRIVATE_H
#define MP_CONF_PRIVATE_H

#include "core/conf/conf.h"

#define MP_CONF_FILE_MOST_BYTES ((size_t)1 << 20)

enum mp_conf_origin {
    MP_CONF_FROM_NOWHERE,
    MP_CONF_FROM_DEFAULT,
    MP_CONF_FROM_FILE,
    MP_CONF_FROM_ENVIRONMENT,
    MP_CONF_FROM_FLAG
};

/* A key's value: first as text with where it came from, then parsed. */
struct mp_conf_value {
    enum mp_conf_origin origin;
    const char *text;
    int64_t number;
    bool on;
};

struct mp_conf_load {
    const struct mp_conf_table *table;
    const char *file;       /* NULL: none */
    const char *file_bytes; /* its text, for line numbers */
    struct mp_arena *arena;
    struct mp_conf_value *values; /* one a key */
    const char *why;
};

/* Keeps the sentence and gives MP_ECONFIG. */
int mp_conf_refuse(struct mp_conf_load *load, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The text without control characters, for showing; in the arena, never NULL. */
const char *mp_conf_clean(struct mp_arena *arena, const char *text);
/* "; did you mean 'x'?" or "" when nothing known is near. also: NULL-ended further names. */
const char *mp_conf_did_you_mean(struct mp_conf_load *load, const char *name,
                                 const char *const *also);
/* MILEPOST_LOG_LEVEL of log-level; NULL when the arena is full. */
char *mp_conf_environment_name(struct mp_arena *arena, const char *key);

/* Whether the line that starts here gives the key. */
bool mp_conf_is_key_line(const char *line, const char *key);
/* Line of the n-th (from 1) "key:" at a line's start; 0 when there is none. */
unsigned mp_conf_line_of(const char *text, const char *key, unsigned n);
/* Reads load->file into the values that have no origin yet. */
int mp_conf_read_file(struct mp_conf_load *load) MP_CHECK_RESULT;
/* Checks the i-th value and parses it. */
int mp_conf_parse_value(struct mp_conf_load *load, size_t i) MP_CHECK_RESULT;

/* The key log-level, where the table has one, becomes the process's (reload.c). MP_ECONFIG with
 * *ret_why when it is none. */
int mp_conf_take_log_level(const struct mp_conf_table *table, const void *target,
                           const char **ret_why) MP_CHECK_RESULT;
/* Where mp_conf_main read from, for mp_conf_reload. */
void mp_conf_remember(const struct mp_conf_source *source);

#endif
