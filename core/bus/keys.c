#include "core/base/arena.h"
#include "core/base/assert.h"
#include "core/base/file.h"
#include "core/bus/bus.h"

#include <stdio.h>
#include <string.h>

#define FILE_MOST_BYTES   1024
#define FILE_BUDGET_BYTES (64 * 1024)
#define PUBLIC_LABEL      "public-key: "
#define SECRET_LABEL      "secret-key: "

void mp_key_make(struct mp_key_pair *pair)
{
    char public_text[MP_KEY_TEXT], secret_text[MP_KEY_TEXT];
    int made = zmq_curve_keypair(public_text, secret_text);
    mp_assert(made == 0); /* fails only in a libzmq built without CURVE */
    int parsed = mp_key_parse(public_text, pair->public_key);
    mp_assert(parsed == 0);
    parsed = mp_key_parse(secret_text, pair->secret_key);
    mp_assert(parsed == 0);
    explicit_bzero(secret_text, sizeof secret_text);
}

void mp_key_format(const uint8_t key[static MP_KEY_BYTES], char text[static MP_KEY_TEXT])
{
    zmq_z85_encode(text, key, MP_KEY_BYTES);
}

int mp_key_parse(const char *text, uint8_t key[static MP_KEY_BYTES])
{
    /* zmq_z85_decode writes as much as the text is long, so the length comes first. */
    if (strnlen(text, MP_KEY_TEXT) != MP_KEY_TEXT - 1)
        return MP_EMALFORMED;
    uint8_t bytes[MP_KEY_BYTES];
    if (zmq_z85_decode(bytes, text) == NULL)
        return MP_EMALFORMED;
    memcpy(key, bytes, sizeof bytes);
    explicit_bzero(bytes, sizeof bytes);
    return 0;
}

/* "label: key\n" at the start of *text; moves *text behind it. The last line may lack its end. */
static int parse_line(const char **text, const char *label, uint8_t key[static MP_KEY_BYTES])
{
    size_t label_size = strlen(label);
    if (strncmp(*text, label, label_size) != 0)
        return MP_EMALFORMED;
    const char *value = *text + label_size;
    size_t value_size = strcspn(value, "\n");
    if (value_size != MP_KEY_TEXT - 1)
        return MP_EMALFORMED;
    char copy[MP_KEY_TEXT] = {0};
    memcpy(copy, value, value_size);
    int result = mp_key_parse(copy, key);
    explicit_bzero(copy, sizeof copy);
    *text = value + value_size + (value[value_size] == '\n');
    return result;
}

/* A public key that does not belong to the secret one would fail at every handshake, silently. */
static int check_pair(const struct mp_key_pair *pair)
{
    char secret_text[MP_KEY_TEXT], public_text[MP_KEY_TEXT];
    uint8_t public_key[MP_KEY_BYTES];
    mp_key_format(pair->secret_key, secret_text);
    int derived = zmq_curve_public(public_text, secret_text);
    explicit_bzero(secret_text, sizeof secret_text);
    if (derived != 0 || mp_key_parse(public_text, public_key) != 0 ||
        memcmp(public_key, pair->public_key, MP_KEY_BYTES) != 0)
        return MP_EMALFORMED;
    return 0;
}

static int parse_file(struct mp_span bytes, struct mp_key_pair *pair)
{
    const char *text = (const char *)bytes.data;
    if (strlen(text) != bytes.size)
        return MP_EMALFORMED;
    int result = parse_line(&text, PUBLIC_LABEL, pair->public_key);
    if (result == 0)
        result = parse_line(&text, SECRET_LABEL, pair->secret_key);
    if (result == 0 && *text != '\0')
        result = MP_EMALFORMED;
    if (result == 0)
        result = check_pair(pair);
    return result;
}

int mp_key_load(const char *path, struct mp_key_pair *ret_pair)
{
    int result = mp_file_check_private(path);
    if (result != 0)
        return result;
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(FILE_BUDGET_BYTES);
    if (arena == NULL)
        return MP_ENOMEM;
    struct mp_span bytes;
    result = mp_file_read(arena, path, FILE_MOST_BYTES, &bytes);
    if (result != 0)
        return result;
    struct mp_key_pair pair;
    result = parse_file(bytes, &pair);
    explicit_bzero((void *)bytes.data, bytes.size);
    if (result == 0)
        *ret_pair = pair;
    mp_key_forget(&pair);
    return result;
}

int mp_key_save(const char *path, const struct mp_key_pair *pair)
{
    char public_text[MP_KEY_TEXT], secret_text[MP_KEY_TEXT], text[256];
    mp_key_format(pair->public_key, public_text);
    mp_key_format(pair->secret_key, secret_text);
    int size = snprintf(text, sizeof text, PUBLIC_LABEL "%s\n" SECRET_LABEL "%s\n", public_text,
                        secret_text);
    mp_assert(size > 0 && (size_t)size < sizeof text);
    int result = mp_file_write_durable(path, mp_span_make(text, (size_t)size), 0600);
    explicit_bzero(secret_text, sizeof secret_text);
    explicit_bzero(text, sizeof text);
    return result;
}

void mp_key_forget(struct mp_key_pair *pair)
{
    if (pair != NULL)
        explicit_bzero(pair, sizeof *pair);
}
