/* Values as text, and text as a terminal may see it. */
#include "clients/cli/fields.h"
#include "clients/cli/output.h"
#include "core/base/buffer.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define TEXT_MOST ((size_t)1 << 20)

const json_t *output_find(const json_t *row, const char *path, size_t size)
{
    const char *end = path + size;

    while (row != NULL && path < end) {
        const char *dot = memchr(path, '.', (size_t)(end - path));
        const char *name_end = dot == NULL ? end : dot;

        row = json_object_getn(row, path, (size_t)(name_end - path));
        path = dot == NULL ? end : dot + 1;
    }
    return row;
}

static void put_value(struct mp_buffer *text, const json_t *value);

static void put_list(struct mp_buffer *text, const json_t *list)
{
    size_t index;
    json_t *item;

    json_array_foreach(list, index, item)
    {
        if (index > 0)
            mp_buffer_put_text(text, ";");
        put_value(text, item);
    }
}

/* A dated object as its date, with its precision unless that is the day; others as name=value. */
static void put_object(struct mp_buffer *text, const json_t *object)
{
    const json_t *date = json_object_get(object, "date");
    const char *precision = json_string_value(json_object_get(object, "precision"));
    const char *name, *gap = "";
    json_t *value;

    if (date != NULL) {
        put_value(text, date);
        if (precision != NULL && strcmp(precision, "day") != 0)
            mp_buffer_printf(text, " (%s)", precision);
        return;
    }
    json_object_foreach((json_t *)(uintptr_t)object, name, value)
    {
        mp_buffer_printf(text, "%s%s=", gap, name);
        put_value(text, value);
        gap = " ";
    }
}

static void put_value(struct mp_buffer *text, const json_t *value)
{
    char *dumped;

    if (json_is_string(value)) {
        mp_buffer_put(text, json_string_value(value), json_string_length(value));
    } else if (json_is_array(value)) {
        put_list(text, value);
    } else if (json_is_object(value)) {
        put_object(text, value);
    } else if (json_is_integer(value)) {
        mp_buffer_printf(text, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    } else if (value != NULL) {
        dumped = json_dumps(value, JSON_ENCODE_ANY | FIELDS_DUMP);
        mp_buffer_put_text(text, dumped == NULL ? "" : dumped);
        free(dumped);
    }
}

char *output_text(const json_t *value)
{
    struct mp_buffer text;

    mp_buffer_init(&text, TEXT_MOST);
    put_value(&text, value);
    mp_buffer_put_u8(&text, 0);
    if (text.error == 0)
        return (char *)text.data;
    mp_buffer_done(&text);
    return NULL;
}

/* What one character of UTF-8 takes on a terminal. *size: its bytes, at least 1; width -1: not to
 * be shown. */
static int measure(const char *text, size_t left, size_t *size)
{
    wchar_t wide = 0;
    mbstate_t state = {0};
    size_t used = mbrtowc(&wide, text, left, &state);

    if (used == (size_t)-1 || used == (size_t)-2 || used == 0) {
        *size = 1;
        return -1;
    }
    *size = used;
    return wcwidth(wide);
}

/* Letters at its beginning that every terminal shows, in one column each. */
static size_t plain_size(const char *text)
{
    size_t size = 0;

    while (text[size] >= ' ' && text[size] <= '~')
        size++;
    return size;
}

/* Prints (when out is given) with '?' for what a terminal would obey, and tells the width. */
size_t output_show(FILE *out, const char *text)
{
    size_t width = 0, size;

    for (; *text != '\0'; text += size) {
        int columns;

        size = plain_size(text);
        columns = (int)size;
        if (size == 0)
            columns = measure(text, strlen(text), &size);
        if (out != NULL && columns < 0)
            (void)fputc(*text == '\n' || *text == '\t' ? ' ' : '?', out);
        else if (out != NULL)
            (void)fwrite(text, 1, size, out);
        width += columns < 0 ? 1 : (size_t)columns;
    }
    return width;
}

void output_show_within(FILE *out, const char *text, size_t columns_most)
{
    size_t width = 0, size, left = strlen(text);

    for (const char *at = text; left > 0; at += size, left -= size) {
        int columns = measure(at, left, &size);
        char letter[MB_LEN_MAX + 1] = {0};

        width += columns < 0 ? 1 : (size_t)columns;
        if (width >= columns_most || size > MB_LEN_MAX)
            break;
        memcpy(letter, at, size);
        (void)output_show(out, letter);
    }
    (void)fputs("…", out);
}
