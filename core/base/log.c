#include "core/base/log.h"

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* PIPE_BUF: a write of that much to a pipe is never mixed with another's. */
#define LINE_BYTES     4096
#define ELLIPSIS       "\xe2\x80\xa6"
#define ELLIPSIS_BYTES 3
#define BRAKE_MS       1000

static const char *const level_names[] = {"debug", "info", "warn", "error"};

static const char *program = "milepost";
static _Atomic enum mp_log_level least_level = MP_LOG_INFO;

void mp_log_setup(const char *who, enum mp_log_level least)
{
    program = who;
    least_level = least;
}

int mp_log_parse_level(const char *name, enum mp_log_level *ret_level)
{
    for (unsigned i = 0; i < sizeof(level_names) / sizeof(level_names[0]); i++) {
        if (strcmp(name, level_names[i]) == 0) {
            *ret_level = (enum mp_log_level)i;
            return 0;
        }
    }
    return MP_EINVAL;
}

/* One character as it goes between quotes, and how many bytes of the value it takes. */
struct piece {
    char text[8];
    size_t size;
    size_t taken;
    bool plain; /* needs no quotes */
};

static size_t utf8_length(const char *value)
{
    uint8_t lead = (uint8_t)value[0];
    size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;

    if (strnlen(value, length) < length || !mp_text_is_utf8(mp_span_make(value, length)))
        return 0;
    return length;
}

/* Characters that start a line, move the cursor or turn the direction of what follows: what is
 * shown must be what was written. */
static bool is_control(const char *value, size_t length)
{
    uint8_t a = (uint8_t)value[0], b = length > 1 ? (uint8_t)value[1] : 0,
            c = length > 2 ? (uint8_t)value[2] : 0;

    if (length == 1)
        return a < 0x20 || a == 0x7f;
    if (length == 2)
        return a == 0xc2 && b < 0xa0;
    return length == 3 && a == 0xe2 &&
           ((b == 0x80 && c >= 0xa8 && c <= 0xae) || (b == 0x81 && c >= 0xa6 && c <= 0xa9));
}

static void escape(struct piece *piece, const char *value)
{
    uint8_t byte = (uint8_t)value[0];

    piece->taken = 1;
    if (byte == '\n' || byte == '\t' || byte == '\r' || byte == '"' || byte == '\\') {
        char letter = byte == '\n' ? 'n' : byte == '\t' ? 't' : byte == '\r' ? 'r' : (char)byte;

        piece->size = (size_t)snprintf(piece->text, sizeof(piece->text), "\\%c", letter);
    } else {
        piece->size = (size_t)snprintf(piece->text, sizeof(piece->text), "\\x%02x", byte);
    }
}

static struct piece next_piece(const char *value)
{
    struct piece piece = {.plain = false};
    size_t length = utf8_length(value);

    if (length == 0 || is_control(value, length) || value[0] == '"' || value[0] == '\\') {
        escape(&piece, value);
        return piece;
    }
    memcpy(piece.text, value, length);
    piece.size = piece.taken = length;
    piece.plain = value[0] != ' ' && value[0] != '=';
    return piece;
}

void mp_log_quote(const char *value, char *text, size_t size)
{
    bool quoted = value[0] == '\0', fits;
    size_t whole = 0, used = 0, end;

    if (size == 0)
        return;
    for (const char *at = value; *at != '\0' && whole < size;) {
        struct piece piece = next_piece(at);

        quoted = quoted || !piece.plain;
        whole += piece.size;
        at += piece.taken;
    }
    end = quoted ? 2 : 1;
    fits = whole + end + (quoted ? 1 : 0) <= size;
    if (!fits)
        end += ELLIPSIS_BYTES;
    if (quoted && size > end)
        text[used++] = '"';
    while (*value != '\0' && size > end) {
        struct piece piece = next_piece(value);

        if (used + piece.size + end > size)
            break;
        memcpy(text + used, piece.text, piece.size);
        used += piece.size;
        value += piece.taken;
    }
    if (!fits && size > end) {
        memcpy(text + used, ELLIPSIS, ELLIPSIS_BYTES);
        used += ELLIPSIS_BYTES;
    }
    if (quoted && size > end)
        text[used++] = '"';
    text[used] = '\0';
}

struct line {
    size_t used;
    char text[LINE_BYTES];
};

/* A pair for which there is no room any more is left out whole. The last byte is the newline's. */
static void add_pair(struct line *line, const char *key, const char *value)
{
    size_t key_size = strlen(key);
    size_t room = sizeof(line->text) - 1 - line->used;

    if (room < key_size + 2 + 8)
        return;
    if (line->used > 0)
        line->text[line->used++] = ' ';
    memcpy(line->text + line->used, key, key_size);
    line->used += key_size;
    line->text[line->used++] = '=';
    mp_log_quote(value, line->text + line->used, sizeof(line->text) - 1 - line->used);
    line->used += strlen(line->text + line->used);
}

void mp_log(enum mp_log_level level, const char *message, ...)
{
    struct line line = {.used = 0};
    char when[28];
    va_list pairs;

    if (level < least_level)
        return;
    mp_clock_format_utc(mp_clock_wall_us(&mp_clock_system), when);
    add_pair(&line, "ts", when);
    add_pair(&line, "level", level_names[level]);
    add_pair(&line, "who", program);
    add_pair(&line, "msg", message);
    va_start(pairs, message);
    for (const char *key; (key = va_arg(pairs, const char *)) != NULL;) {
        const char *value = va_arg(pairs, const char *);

        add_pair(&line, key, value == NULL ? "" : value);
    }
    va_end(pairs);
    line.text[line.used++] = '\n';
    while (write(STDERR_FILENO, line.text, line.used) < 0 && errno == EINTR)
        continue;
}

bool mp_log_may(struct mp_log_brake *brake, int64_t now_ms)
{
    if (brake->is_on && now_ms - brake->since_ms < BRAKE_MS)
        return false;
    *brake = (struct mp_log_brake){.is_on = true, .since_ms = now_ms};
    return true;
}
