#include "core/base/buffer.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/conf/private.h"

#include <string.h>
#include <sys/stat.h>

static bool is_key(const char *key)
{
    return key[0] != '\0' && strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(key);
}

/* In double quotes unless it plainly is a word, a number or a path. */
static void put_value(struct mp_buffer *lines, const char *value)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-";

    if (value[0] != '\0' && value[0] != '-' && strspn(value, plain) == strlen(value)) {
        mp_buffer_put_text(lines, value);
        return;
    }
    mp_buffer_put_u8(lines, '"');
    for (; *value != '\0'; value++) {
        if (*value == '"' || *value == '\\')
            mp_buffer_put_u8(lines, '\\');
        mp_buffer_put_u8(lines, (uint8_t)*value);
    }
    mp_buffer_put_u8(lines, '"');
}

static void put_line(struct mp_buffer *lines, const char *const pair[2])
{
    mp_buffer_put_text(lines, pair[0]);
    mp_buffer_put_text(lines, ": ");
    put_value(lines, pair[1]);
    mp_buffer_put_u8(lines, '\n');
}

/* Which pair the line sets, or count. */
static size_t find_pair(const char *line, const char *const (*pairs)[2], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (mp_conf_is_key_line(line, pairs[i][0]))
            return i;
    }
    return count;
}

/* The old lines, those of the pairs replaced, then the pairs that were not there. */
static void merge(struct mp_buffer *lines, const char *old, const char *const (*pairs)[2],
                  size_t count)
{
    for (const char *line = old; *line != '\0';) {
        size_t size = strcspn(line, "\n");
        size_t i = find_pair(line, pairs, count);

        if (i < count)
            put_line(lines, pairs[i]);
        else {
            mp_buffer_put(lines, line, size);
            mp_buffer_put_u8(lines, '\n');
        }
        line += size + (line[size] == '\n' ? 1 : 0);
    }
    for (size_t i = 0; i < count; i++) {
        if (mp_conf_line_of(old, pairs[i][0], 1) == 0)
            put_line(lines, pairs[i]);
    }
}

int mp_conf_write(const char *file, const char *const (*pairs)[2], size_t count)
{
    MP_AUTO(mp_arena_free)
    struct mp_arena *arena = mp_arena_new(2 * MP_CONF_FILE_MOST_BYTES);
    struct mp_span old = mp_span_text("");
    struct mp_buffer lines;
    struct stat status;
    mode_t mode = stat(file, &status) == 0 ? status.st_mode & 0777 : 0600;
    int error;

    if (arena == NULL)
        return MP_ENOMEM;
    for (size_t i = 0; i < count; i++) {
        struct mp_span value = mp_span_text(pairs[i][1]);

        if (!is_key(pairs[i][0]) || !mp_text_is_utf8(value) || mp_text_has_control(value) ||
            strpbrk(pairs[i][1], "\t\n") != NULL)
            return MP_EINVAL;
    }
    error = mp_file_read(arena, file, MP_CONF_FILE_MOST_BYTES, &old);
    if (error < 0 && error != MP_ENOTFOUND)
        return error;
    mp_buffer_init(&lines, MP_CONF_FILE_MOST_BYTES);
    merge(&lines, (const char *)old.data, pairs, count);
    error = lines.error;
    if (error == 0)
        error = mp_file_write_durable(file, mp_buffer_span(&lines), mode);
    mp_buffer_done(&lines);
    return error;
}
