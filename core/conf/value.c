#include "core/base/text.h"
#include "core/conf/private.h"

#include <string.h>
#include <sys/un.h>

static const char tcp[] = "tcp://", ipc[] = "ipc://";

/* Where the value came from, as the person knows it. */
static const char *source_of(struct mp_conf_load *load, size_t i)
{
    const char *name = load->table->keys[i].name;
    const char *text = NULL;
    unsigned line;

    switch (load->values[i].origin) {
    case MP_CONF_FROM_FLAG:
        text = mp_arena_printf(load->arena, "--%s", name);
        break;
    case MP_CONF_FROM_ENVIRONMENT:
        text = mp_conf_environment_name(load->arena, name);
        break;
    case MP_CONF_FROM_FILE:
        line = mp_conf_line_of(load->file_bytes, name, 1);
        text = line == 0 ? mp_arena_printf(load->arena, "%s: %s", load->file, name)
                         : mp_arena_printf(load->arena, "%s:%u: %s", load->file, line, name);
        break;
    case MP_CONF_FROM_DEFAULT:
        text = mp_arena_printf(load->arena, "the default of %s", name);
        break;
    case MP_CONF_FROM_NOWHERE:
        break;
    }
    return text == NULL ? name : text;
}

static int refuse_value(struct mp_conf_load *load, size_t i, const char *must)
{
    return mp_conf_refuse(load, "%s: '%s' %s", source_of(load, i),
                          mp_conf_clean(load->arena, load->values[i].text), must);
}

static bool is_unlimited(const struct mp_conf_key *key)
{
    return key->low == 0 && key->high == 0;
}

static int parse_number(struct mp_conf_load *load, size_t i)
{
    const struct mp_conf_key *key = &load->table->keys[i];
    struct mp_conf_value *value = &load->values[i];
    int64_t low = is_unlimited(key) ? INT64_MIN : key->low;
    int64_t high = is_unlimited(key) ? INT64_MAX : key->high;
    char must[96];

    if (mp_text_parse_i64(value->text, low, high, &value->number) == 0)
        return 0;
    if (is_unlimited(key))
        return refuse_value(load, i, "must be a whole number");
    snprintf(must, sizeof(must), "must be a whole number from %lld to %lld", (long long)low,
             (long long)high);
    return refuse_value(load, i, must);
}

/* Digits, then perhaps a space, then perhaps a unit. */
static bool read_bytes(const char *text, int64_t *ret_bytes)
{
    static const struct {
        const char *name;
        int64_t bytes;
    } units[] = {{"", 1}, {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}};
    size_t digits = strspn(text, "0123456789");
    const char *unit = text + digits;
    char number[24];
    int64_t count;

    if (digits == 0 || digits >= sizeof(number))
        return false;
    memcpy(number, text, digits);
    number[digits] = '\0';
    if (mp_text_parse_i64(number, 0, INT64_MAX, &count) < 0)
        return false;
    if (unit[0] == ' ' && unit[1] != '\0')
        unit++;
    for (size_t i = 0; i < MP_LENGTH(units); i++) {
        if (strcmp(unit, units[i].name) == 0)
            return !__builtin_mul_overflow(count, units[i].bytes, ret_bytes);
    }
    return false;
}

static int parse_bytes(struct mp_conf_load *load, size_t i)
{
    const struct mp_conf_key *key = &load->table->keys[i];
    struct mp_conf_value *value = &load->values[i];
    char must[128];

    if (!read_bytes(value->text, &value->number))
        return refuse_value(load, i, "must be a number of bytes, as in 4096, 64 KiB, 16MiB, 1GiB");
    if (is_unlimited(key) || (value->number >= key->low && value->number <= key->high))
        return 0;
    snprintf(must, sizeof(must), "must be from %lld to %lld bytes", (long long)key->low,
             (long long)key->high);
    return refuse_value(load, i, must);
}

static int parse_switch(struct mp_conf_load *load, size_t i)
{
    static const char *const yes[] = {"yes", "true", "on"}, *const no[] = {"no", "false", "off"};
    struct mp_conf_value *value = &load->values[i];

    for (size_t j = 0; j < MP_LENGTH(yes); j++) {
        value->on = strcmp(value->text, yes[j]) == 0;
        if (value->on || strcmp(value->text, no[j]) == 0)
            return 0;
    }
    return refuse_value(load, i, "must be yes or no (true, false, on, off)");
}

static bool is_tcp(const char *rest)
{
    const char *colon = strrchr(rest, ':');
    int64_t port;

    if (colon == NULL || colon == rest || strpbrk(rest, "/ \t") != NULL)
        return false;
    /* An address of IPv6 has colons of its own and must stand in brackets. */
    if (memchr(rest, ':', (size_t)(colon - rest)) != NULL && (rest[0] != '[' || colon[-1] != ']'))
        return false;
    return strcmp(colon + 1, "*") == 0 || mp_text_parse_i64(colon + 1, 1, 65535, &port) == 0;
}

static int parse_address(struct mp_conf_load *load, size_t i)
{
    const char *text = load->values[i].text;
    const size_t path_most = sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1;

    if (strncmp(text, tcp, sizeof(tcp) - 1) == 0 && is_tcp(text + sizeof(tcp) - 1))
        return 0;
    if (strncmp(text, ipc, sizeof(ipc) - 1) == 0 && text[sizeof(ipc) - 1] != '\0') {
        /* The kernel's limit; without this check the bind fails later and says less. */
        if (strlen(text + sizeof(ipc) - 1) <= path_most)
            return 0;
        return refuse_value(load, i,
                            "is too long: the path of an ipc address has at most 107 bytes");
    }
    return refuse_value(load, i, "must be tcp://host:port or ipc://path");
}

/* Relative paths of the file, and defaults beside a file, start at the file's folder; those of
 * flags and the environment at the current one, as a person at a terminal means them. */
static int parse_path(struct mp_conf_load *load, size_t i)
{
    struct mp_conf_value *value = &load->values[i];
    const char *slash = load->file == NULL ? NULL : strrchr(load->file, '/');

    if (value->text[0] == '/' || slash == NULL || value->origin == MP_CONF_FROM_FLAG ||
        value->origin == MP_CONF_FROM_ENVIRONMENT)
        return 0;
    value->text =
        mp_arena_printf(load->arena, "%.*s/%s", (int)(slash - load->file), load->file, value->text);
    return value->text == NULL ? MP_ENOMEM : 0;
}

int mp_conf_parse_value(struct mp_conf_load *load, size_t i)
{
    const struct mp_conf_key *key = &load->table->keys[i];
    struct mp_span bytes = mp_span_text(load->values[i].text);

    if (!mp_text_is_utf8(bytes) || mp_text_has_control(bytes) ||
        strpbrk(load->values[i].text, "\t\n") != NULL)
        return refuse_value(load, i, "must be text in UTF-8 without control characters");
    switch (key->type) {
    case MP_CONF_NUMBER:
        return parse_number(load, i);
    case MP_CONF_BYTES:
        return parse_bytes(load, i);
    case MP_CONF_SWITCH:
        return parse_switch(load, i);
    case MP_CONF_TEXT:
        return 0;
    case MP_CONF_ADDRESS:
    case MP_CONF_PATH:
        break;
    }
    /* Where nothing is the default, nothing may be said. */
    if (bytes.size == 0 && key->fallback != NULL && key->fallback[0] == '\0')
        return 0;
    if (bytes.size == 0)
        return refuse_value(load, i, "must not be empty");
    return key->type == MP_CONF_ADDRESS ? parse_address(load, i) : parse_path(load, i);
}
