#include "core/base/file.h"
#include "core/base/text.h"
#include "core/conf/private.h"

#include <cyaml/cyaml.h>
#include <stdlib.h>
#include <string.h>

/* What libcyaml said, instead of on stderr: the first sentence and the first place. */
struct heard {
    char sentence[256];
    char place[256];
};

static void hear(cyaml_log_t level, void *context, const char *format, va_list arguments)
{
    static const char prefix[] = "Load: ";
    struct heard *heard = context;
    char text[256];
    const char *start = text;
    char *slot;

    (void)level;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    vsnprintf(text, sizeof(text), format, arguments);
#pragma GCC diagnostic pop
    text[strcspn(text, "\n")] = '\0';
    if (strncmp(text, prefix, sizeof(prefix) - 1) == 0)
        start += sizeof(prefix) - 1;
    start += strspn(start, " ");
    if (strcmp(start, "Backtrace:") == 0)
        return;
    slot = strncmp(start, "in ", 3) == 0 ? heard->place : heard->sentence;
    if (slot[0] == '\0')
        memcpy(slot, start, strlen(start) + 1);
}

bool mp_conf_is_key_line(const char *line, const char *key)
{
    size_t size = strlen(key);
    char quote = '\0';

    line += strspn(line, " ");
    if (*line == '"' || *line == '\'')
        quote = *line++;
    if (strncmp(line, key, size) != 0)
        return false;
    line += size;
    if (quote != '\0' && *line++ != quote)
        return false;
    line += strspn(line, " \t");
    return *line == ':';
}

unsigned mp_conf_line_of(const char *text, const char *key, unsigned n)
{
    for (unsigned number = 1; text != NULL; number++) {
        if (mp_conf_is_key_line(text, key) && --n == 0)
            return number;
        text = strchr(text, '\n');
        if (text != NULL)
            text++;
    }
    return 0;
}

/* The text between the quotes of "in mapping field 'b' (line: 2, column: 3)"; "" without. */
static const char *field_of(const struct heard *heard, char *name, size_t size)
{
    const char *start = strchr(heard->place, '\'');
    const char *end = start == NULL ? NULL : strchr(start + 1, '\'');

    name[0] = '\0';
    if (end != NULL && (size_t)(end - start - 1) < size) {
        memcpy(name, start + 1, (size_t)(end - start - 1));
        name[end - start - 1] = '\0';
    }
    return name;
}

/* libcyaml gives the place of the last thing that was right. */
static unsigned last_right_line(const struct heard *heard)
{
    static const char before[] = "(line: ";
    const char *at = strstr(heard->place, before);
    unsigned long line = at == NULL ? 1 : strtoul(at + sizeof(before) - 1, NULL, 10);

    return line == 0 || line > 1000000 ? 1 : (unsigned)line;
}

static int refuse_at(struct mp_conf_load *load, unsigned line, const char *sentence)
{
    if (line == 0)
        return mp_conf_refuse(load, "%s: %s", load->file, sentence);
    return mp_conf_refuse(load, "%s:%u: %s", load->file, line, sentence);
}

static const char *after(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0 ? text + strlen(start) : NULL;
}

static int explain(struct mp_conf_load *load, const struct heard *heard, cyaml_err_t code)
{
    const char *said = heard->sentence, *name;
    char field[64];
    const char *sentence;

    if ((name = after(said, "Unexpected key: ")) != NULL) {
        unsigned line = mp_conf_line_of(load->file_bytes, name, 1);

        sentence =
            mp_arena_printf(load->arena, "unknown key '%s'%s", mp_conf_clean(load->arena, name),
                            mp_conf_did_you_mean(load, name, NULL));
        return refuse_at(load, line == 0 ? last_right_line(heard) : line,
                         sentence == NULL ? "unknown key" : sentence);
    }
    if ((name = after(said, "Mapping field already seen: ")) != NULL)
        return refuse_at(load, mp_conf_line_of(load->file_bytes, name, 2),
                         "this key is given a second time");
    if (after(said, "Expecting STRING") != NULL)
        return refuse_at(
            load, mp_conf_line_of(load->file_bytes, field_of(heard, field, sizeof(field)), 1),
            "this key takes one value, not a list or a mapping");
    if (after(said, "Expecting MAPPING") != NULL)
        return refuse_at(load, 0, "it must be lines of 'key: value'");
    if (after(said, "Ignoring documents") != NULL)
        return refuse_at(load, 0, "it holds more than one document ('---')");
    name = after(said, "libyaml: ");
    sentence = name != NULL ? name : said[0] != '\0' ? said : cyaml_strerror(code);
    return mp_conf_refuse(load, "%s: not well-formed at or after line %u: %s", load->file,
                          last_right_line(heard), mp_conf_clean(load->arena, sentence));
}

/* A mapping of optional texts, one for each key of the table, into an array of pointers. */
static cyaml_schema_field_t *make_fields(struct mp_conf_load *load)
{
    size_t count = load->table->key_count;
    cyaml_schema_field_t *fields = mp_arena_array(load->arena, count + 1, sizeof(*fields));

    for (size_t i = 0; fields != NULL && i < count; i++) {
        fields[i] = (cyaml_schema_field_t){
            .key = load->table->keys[i].name,
            .data_offset = (uint32_t)(i * sizeof(char *)),
            .value = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, char, 0,
                                         CYAML_UNLIMITED)},
        };
    }
    return fields;
}

static int take_texts(struct mp_conf_load *load, char *const *texts)
{
    for (size_t i = 0; texts != NULL && i < load->table->key_count; i++) {
        struct mp_conf_value *value = &load->values[i];

        if (texts[i] == NULL || value->origin != MP_CONF_FROM_NOWHERE)
            continue;
        value->text = mp_arena_strdup(load->arena, texts[i]);
        value->origin = MP_CONF_FROM_FILE;
        if (value->text == NULL)
            return MP_ENOMEM;
    }
    return 0;
}

static int parse_file(struct mp_conf_load *load, struct mp_span bytes)
{
    struct heard heard = {.sentence = ""};
    cyaml_schema_field_t *fields = make_fields(load);
    cyaml_schema_value_t schema = {
        .type = CYAML_MAPPING,
        .flags = CYAML_FLAG_POINTER,
        .data_size = (uint32_t)((load->table->key_count + 1) * sizeof(char *)),
        .mapping = {.fields = fields},
    };
    cyaml_config_t config = {
        .log_fn = hear,
        .log_ctx = &heard,
        .log_level = CYAML_LOG_WARNING,
        .mem_fn = cyaml_mem,
        .flags = CYAML_CFG_NO_ALIAS,
    };
    cyaml_data_t *texts = NULL;
    cyaml_err_t code;
    int error;

    if (fields == NULL)
        return MP_ENOMEM;
    code = cyaml_load_data(bytes.data, bytes.size, &config, &schema, &texts, NULL);
    if (code == CYAML_ERR_OOM)
        return MP_ENOMEM;
    if (code != CYAML_OK || heard.sentence[0] != '\0')
        error = explain(load, &heard, code);
    else
        error = take_texts(load, texts);
    if (code == CYAML_OK && texts != NULL)
        cyaml_free(&config, &schema, texts, 0);
    return error;
}

int mp_conf_read_file(struct mp_conf_load *load)
{
    struct mp_span bytes;
    int error = mp_file_read(load->arena, load->file, MP_CONF_FILE_MOST_BYTES, &bytes);

    if (error == MP_ENOMEM)
        return error;
    if (error == MP_ENOTFOUND)
        return mp_conf_refuse(load, "%s: there is no such file", load->file);
    if (error < 0)
        return mp_conf_refuse(load, "%s: cannot be read: %s", load->file, mp_error_text(error));
    if (memchr(bytes.data, 0, bytes.size) != NULL || !mp_text_is_utf8(bytes))
        return mp_conf_refuse(load, "%s: it is not text in UTF-8", load->file);
    load->file_bytes = (const char *)bytes.data;
    return parse_file(load, bytes);
}
