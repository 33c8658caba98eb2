#include "core/base/log.h"
#include "core/conf/private.h"

#include <string.h>

#define ARENA_BYTES (1u << 20)

static struct mp_conf_source remembered;

void mp_conf_remember(const struct mp_conf_source *source)
{
    remembered = *source;
}

int mp_conf_take_log_level(const struct mp_conf_table *table, const void *target,
                           const char **ret_why)
{
    enum mp_log_level level;

    for (size_t i = 0; i < table->key_count; i++) {
        const char *name;

        if (strcmp(table->keys[i].name, "log-level") != 0)
            continue;
        memcpy(&name, (const char *)target + table->keys[i].offset, sizeof(name));
        if (mp_log_parse_level(name, &level) != 0) {
            *ret_why = "log-level: one of debug, info, warn, error is expected";
            return MP_ECONFIG;
        }
        mp_log_setup(table->program, level);
    }
    return 0;
}

/* Room for any of the table's structs. */
static size_t target_size(const struct mp_conf_table *table)
{
    size_t size = 0;

    for (size_t i = 0; i < table->key_count; i++)
        if (table->keys[i].offset > size)
            size = table->keys[i].offset;
    return size + sizeof(int64_t);
}

int mp_conf_reload(const struct mp_conf_table *table, char *why, size_t why_size)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(ARENA_BYTES);
    const char *sentence = mp_error_text(MP_ENOMEM);
    int error = MP_ENOMEM;

    void *target = arena != NULL ? mp_arena_alloc(arena, target_size(table)) : NULL;
    if (target != NULL)
        error = mp_conf_load(table, &remembered, arena, target, &sentence);
    if (error == 0)
        error = mp_conf_take_log_level(table, target, &sentence);
    if (error != 0)
        (void)snprintf(why, why_size, "%s", sentence);
    return error;
}

void mp_conf_on_hangup(const struct mp_conf_table *table)
{
    char why[512];

    if (mp_conf_reload(table, why, sizeof(why)) == 0)
        mp_log(MP_LOG_INFO, "log level reloaded; everything else needs a restart", NULL);
    else
        mp_log(MP_LOG_WARN, "configuration not valid; the old one stays", "why", why, NULL);
}
