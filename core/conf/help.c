#include "core/conf/conf.h"

#include <string.h>

#define FLAG_WIDTH 32

static const char *type_name(enum mp_conf_type type)
{
    switch (type) {
    case MP_CONF_TEXT:
        return "TEXT";
    case MP_CONF_NUMBER:
        return "NUMBER";
    case MP_CONF_BYTES:
        return "BYTES";
    case MP_CONF_SWITCH:
        return "yes|no";
    case MP_CONF_ADDRESS:
        return "ADDRESS";
    case MP_CONF_PATH:
        return "PATH";
    }
    return "";
}

static bool has_range(const struct mp_conf_key *key)
{
    return (key->type == MP_CONF_NUMBER || key->type == MP_CONF_BYTES) &&
           (key->low != 0 || key->high != 0);
}

static void print_key(const struct mp_conf_key *key, FILE *out)
{
    int width = fprintf(out, "  --%s %s", key->name, type_name(key->type));

    if (width >= FLAG_WIDTH) {
        fputc('\n', out);
        width = 0;
    }
    fprintf(out, "%*s%s", FLAG_WIDTH - width, "", key->help);
    if (has_range(key))
        fprintf(out, " (%lld to %lld)", (long long)key->low, (long long)key->high);
    if (key->fallback == NULL)
        fprintf(out, " [required]");
    else if (key->fallback[0] != '\0')
        fprintf(out, " [%s]", key->fallback);
    fputc('\n', out);
}

void mp_conf_help(const struct mp_conf_table *table, FILE *out)
{
    fprintf(out, "%s: %s\n\nUsage: %s [--config FILE] [--KEY VALUE]...\n\n", table->program,
            table->summary, table->program);
    for (size_t i = 0; i < table->key_count; i++)
        print_key(&table->keys[i], out);
    fprintf(out,
            "\n"
            "  --config FILE                 read 'key: value' lines from FILE\n"
            "  --check-config                say whether the configuration is valid, and exit\n"
            "  --help                        print this, and exit\n"
            "  --version                     print the version, and exit\n"
            "\nA flag goes before its environment variable (MILEPOST_KEY, '-' as '_'), that "
            "before\nthe file, that before the default in brackets.\n");
}
