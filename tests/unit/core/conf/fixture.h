/* A table with a key of each type, a temporary folder and a file in it. */
#ifndef MP_TEST_CONF_FIXTURE_H
#define MP_TEST_CONF_FIXTURE_H

#include "core/conf/conf.h"

struct conf_target {
    const char *title;
    int64_t most;
    int64_t map;
    bool sync;
    const char *listen;
    const char *upstream;
    const char *folder;
};

extern const struct mp_conf_table conf_table;
extern struct mp_arena *conf_arena;

void conf_set_up(void);
void conf_tear_down(void);
/* Path of a file in the folder with that text; valid until the next call. */
const char *conf_file(const char *text);
const char *conf_folder(void);
/* Loads from the file (NULL: none) and the flags after argv[0], ended by NULL. */
int conf_load(struct conf_target *target, const char **ret_why, const char *file, ...)
    __attribute__((sentinel));

#endif
