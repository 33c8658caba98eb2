#include "core/conf/conf.h"

#include "core/base/log.h"
#include "core/base/text.h"
#include "core/conf/private.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define EXIT_USAGE 2

/* Flags that mp_conf_main takes for itself. */
static const char *const own_flags[] = {"config", "check-config", "help", "version", NULL};

int mp_conf_refuse(struct mp_conf_load *load, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    load->why = mp_arena_vprintf(load->arena, format, arguments);
    va_end(arguments);
    return load->why == NULL ? MP_ENOMEM : MP_ECONFIG;
}

const char *mp_conf_clean(struct mp_arena *arena, const char *text)
{
    char *copy = mp_arena_printf(arena, "%.100s%s", text, strlen(text) > 100 ? "..." : "");

    if (copy == NULL)
        return "?";
    for (char *at = copy; *at != '\0'; at++) {
        /* Also bytes beyond ASCII: the cut may have broken one, and terminals obey some. */
        if (!isprint((unsigned char)*at))
            *at = '?';
    }
    return copy;
}

const char *mp_conf_did_you_mean(struct mp_conf_load *load, const char *name,
                                 const char *const *also)
{
    struct mp_text_nearest nearest = mp_text_nearest_to(name);
    const char *text;

    for (size_t i = 0; i < load->table->key_count; i++)
        mp_text_nearest_try(&nearest, load->table->keys[i].name);
    for (; also != NULL && *also != NULL; also++)
        mp_text_nearest_try(&nearest, *also);
    if (nearest.name == NULL)
        return "";
    text = mp_arena_printf(load->arena, "; did you mean '%s'?", nearest.name);
    return text == NULL ? "" : text;
}

char *mp_conf_environment_name(struct mp_arena *arena, const char *key)
{
    char *name = mp_arena_printf(arena, "MILEPOST_%s", key);

    for (char *at = name; at != NULL && *at != '\0'; at++)
        *at = *at == '-' ? '_' : (char)toupper((unsigned char)*at);
    return name;
}

/* Index of the key with that name (size bytes of it), or key_count. */
static size_t find_key(const struct mp_conf_table *table, const char *name, size_t size)
{
    size_t i = 0;

    while (i < table->key_count &&
           !mp_span_equal(mp_span_text(table->keys[i].name), mp_span_make(name, size)))
        i++;
    return i;
}

static bool is_flag(const char *argument)
{
    return strncmp(argument, "--", 2) == 0;
}

/* The flag at argv[*at], moving *at past it and its value. */
static int read_flag(struct mp_conf_load *load, const struct mp_conf_source *source, int *at)
{
    const char *flag = source->argv[(*at)++];
    const char *name = flag + 2;
    size_t size = strcspn(name, "="), i;
    struct mp_conf_value *value;

    if (!is_flag(flag))
        return mp_conf_refuse(load, "'%s': settings are given as --key value",
                              mp_conf_clean(load->arena, flag));
    i = find_key(load->table, name, size);
    if (i == load->table->key_count) {
        char *unknown = mp_arena_text(load->arena, mp_span_make(name, size));

        if (unknown == NULL)
            return MP_ENOMEM;
        return mp_conf_refuse(load, "--%s: unknown flag%s", mp_conf_clean(load->arena, unknown),
                              mp_conf_did_you_mean(load, unknown, own_flags));
    }
    value = &load->values[i];
    value->origin = MP_CONF_FROM_FLAG;
    if (name[size] == '=')
        value->text = name + size + 1;
    else if (*at < source->argc && !is_flag(source->argv[*at]))
        value->text = source->argv[(*at)++];
    else if (load->table->keys[i].type == MP_CONF_SWITCH)
        value->text = "yes";
    else
        return mp_conf_refuse(load, "--%s: needs a value", load->table->keys[i].name);
    return 0;
}

static int read_environment(struct mp_conf_load *load)
{
    for (size_t i = 0; i < load->table->key_count; i++) {
        struct mp_conf_value *value = &load->values[i];
        const char *name = mp_conf_environment_name(load->arena, load->table->keys[i].name);

        if (name == NULL)
            return MP_ENOMEM;
        if (value->origin != MP_CONF_FROM_NOWHERE)
            continue;
        value->text = getenv(name);
        if (value->text != NULL)
            value->origin = MP_CONF_FROM_ENVIRONMENT;
    }
    return 0;
}

static int use_default(struct mp_conf_load *load, size_t i)
{
    const struct mp_conf_key *key = &load->table->keys[i];
    const char *environment = mp_conf_environment_name(load->arena, key->name);

    if (key->fallback == NULL)
        return mp_conf_refuse(load, "%s%s%s is not set: give --%s, %s, or '%s: ...' in %s",
                              load->file == NULL ? "" : load->file, load->file == NULL ? "" : ": ",
                              key->name, key->name, environment == NULL ? "" : environment,
                              key->name, load->file == NULL ? "a file (--config)" : load->file);
    load->values[i].origin = MP_CONF_FROM_DEFAULT;
    load->values[i].text = key->fallback;
    return 0;
}

static int gather(struct mp_conf_load *load, const struct mp_conf_source *source)
{
    int error = 0;

    for (int at = 1; error == 0 && at < source->argc;)
        error = read_flag(load, source, &at);
    if (error == 0)
        error = read_environment(load);
    if (error == 0 && load->file != NULL)
        error = mp_conf_read_file(load);
    for (size_t i = 0; error == 0 && i < load->table->key_count; i++) {
        if (load->values[i].origin == MP_CONF_FROM_NOWHERE)
            error = use_default(load, i);
        if (error == 0)
            error = mp_conf_parse_value(load, i);
    }
    return error;
}

/* A text of the target lives in the arena, also where it came from argv or the environment. */
static int store_texts(struct mp_conf_load *load)
{
    for (size_t i = 0; i < load->table->key_count; i++) {
        load->values[i].text = mp_arena_strdup(load->arena, load->values[i].text);
        if (load->values[i].text == NULL)
            return MP_ENOMEM;
    }
    return 0;
}

static void fill(const struct mp_conf_load *load, void *target)
{
    for (size_t i = 0; i < load->table->key_count; i++) {
        const struct mp_conf_key *key = &load->table->keys[i];
        const struct mp_conf_value *value = &load->values[i];
        uint8_t *field = (uint8_t *)target + key->offset;

        switch (key->type) {
        case MP_CONF_NUMBER:
        case MP_CONF_BYTES:
            memcpy(field, &value->number, sizeof(value->number));
            break;
        case MP_CONF_SWITCH:
            memcpy(field, &value->on, sizeof(value->on));
            break;
        case MP_CONF_TEXT:
        case MP_CONF_ADDRESS:
        case MP_CONF_PATH:
            memcpy(field, &value->text, sizeof(value->text));
            break;
        }
    }
}

int mp_conf_load(const struct mp_conf_table *table, const struct mp_conf_source *source,
                 struct mp_arena *arena, void *target, const char **ret_why)
{
    struct mp_conf_load load = {.table = table, .file = source->file, .arena = arena};
    int error;

    load.values = mp_arena_array(arena, table->key_count, sizeof(*load.values));
    error = load.values == NULL ? MP_ENOMEM : gather(&load, source);
    if (error == 0)
        error = store_texts(&load);
    if (error < 0) {
        *ret_why = error == MP_ECONFIG ? load.why : mp_error_text(error);
        return error;
    }
    fill(&load, target);
    return 0;
}

/* What mp_conf_main found among the flags; the others are left in argv. */
struct request {
    struct mp_conf_source source;
    bool check, help, version;
    const char *missing; /* a flag of ours without its value */
};

static void take_own_flags(struct request *request, int argc, char **argv)
{
    static const char config[] = "--config=";

    for (int i = 0; i < argc; i++) {
        bool first = i == 0;

        if (!first && strcmp(argv[i], "--check-config") == 0)
            request->check = true;
        else if (!first && strcmp(argv[i], "--help") == 0)
            request->help = true;
        else if (!first && strcmp(argv[i], "--version") == 0)
            request->version = true;
        else if (!first && strncmp(argv[i], config, sizeof(config) - 1) == 0)
            request->source.file = argv[i] + sizeof(config) - 1;
        else if (!first && strcmp(argv[i], "--config") == 0 && i + 1 < argc)
            request->source.file = argv[++i];
        else if (!first && strcmp(argv[i], "--config") == 0)
            request->missing = argv[i];
        else
            request->source.argv[request->source.argc++] = argv[i];
    }
}

bool mp_conf_main(const struct mp_conf_table *table, int argc, char **argv, struct mp_arena *arena,
                  void *target, int *ret_status)
{
    struct request request = {.check = false};
    const char *why = "--config: needs a file";
    int error = 0;

    if (arena != NULL)
        request.source.argv = mp_arena_array(arena, (size_t)argc + 1, sizeof(char *));
    if (request.source.argv == NULL) {
        error = MP_ENOMEM;
    } else {
        take_own_flags(&request, argc, argv);
        error = request.missing != NULL ? MP_ECONFIG : 0;
    }
    *ret_status = EXIT_SUCCESS;
    if (request.help) {
        mp_conf_help(table, stdout);
        return false;
    }
    if (request.version) {
        printf("%s %s\n", table->program, MP_VERSION);
        return false;
    }
    if (error == 0)
        error = mp_conf_load(table, &request.source, arena, target, &why);
    if (error == 0)
        error = mp_conf_take_log_level(table, target, &why);
    mp_conf_remember(&request.source);
    if (error == MP_ENOMEM) { /* nothing that was given is wrong */
        mp_log_setup(table->program, MP_LOG_ERROR);
        mp_log(MP_LOG_ERROR, "no memory for the configuration", "error", mp_error_text(error),
               NULL);
        *ret_status = EXIT_FAILURE;
        return false;
    }
    if (error < 0) {
        fprintf(stderr, "%s: %s\n", table->program, why);
        *ret_status = EXIT_USAGE;
        return false;
    }
    if (request.check)
        printf("%s: the configuration is valid\n", table->program);
    return !request.check;
}
