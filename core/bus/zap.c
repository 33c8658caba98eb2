#include "core/bus/zap.h"

#include <stdlib.h>
#include <string.h>

#define ADDRESS          "inproc://zeromq.zap.01"
#define VERSION          "1.0"
#define REQUESTS_A_ROUND 64
#define FIELD_MOST_BYTES 255

/* The frames of a request as a ROUTER sees it (RFC 27). */
enum {
    FRAME_ROUTE,
    FRAME_DELIMITER,
    FRAME_VERSION,
    FRAME_REQUEST_ID,
    FRAME_DOMAIN,
    FRAME_ADDRESS,
    FRAME_IDENTITY,
    FRAME_MECHANISM,
    FRAME_KEY,
    FRAME_COUNT
};

struct mp_zap {
    struct mp_loop *loop;
    void *socket;
    mp_zap_check check;
    void *context;
    uint64_t allowed;
    uint64_t refused;
};

static bool frame_is(const struct mp_message *message, size_t index, const char *text)
{
    return mp_span_equal(mp_message_frame(message, index), mp_span_text(text));
}

/* Whether this is a whole CURVE request; takes its domain and key out. */
static bool parse(const struct mp_message *request, char domain[static FIELD_MOST_BYTES + 1],
                  uint8_t key[static MP_KEY_BYTES])
{
    if (request->count != FRAME_COUNT || !frame_is(request, FRAME_DELIMITER, "") ||
        !frame_is(request, FRAME_VERSION, VERSION) || !frame_is(request, FRAME_MECHANISM, "CURVE"))
        return false;
    struct mp_span name = mp_message_frame(request, FRAME_DOMAIN);
    struct mp_span bytes = mp_message_frame(request, FRAME_KEY);
    if (name.size == 0 || name.size > FIELD_MOST_BYTES || memchr(name.data, 0, name.size) != NULL)
        return false;
    if (mp_message_frame(request, FRAME_REQUEST_ID).size > FIELD_MOST_BYTES ||
        mp_message_frame(request, FRAME_ADDRESS).size > FIELD_MOST_BYTES ||
        mp_message_frame(request, FRAME_IDENTITY).size > FIELD_MOST_BYTES ||
        bytes.size != MP_KEY_BYTES)
        return false;
    memcpy(domain, name.data, name.size);
    domain[name.size] = '\0';
    memcpy(key, bytes.data, MP_KEY_BYTES);
    return true;
}

/* Without an answer the handshake stays open until its interval ends: nobody enters. */
static void answer(struct mp_zap *zap, struct mp_message *request, enum mp_zap_verdict verdict,
                   const char *user_id)
{
    static const char *const texts[][2] = {
        [MP_ZAP_ALLOW] = {"200", "OK"},
        [MP_ZAP_REFUSE] = {"400", "this key may not enter"},
        [MP_ZAP_LATER] = {"300", "not now"},
    };
    struct mp_message reply;
    mp_message_init(&reply);
    const char *fields[] = {texts[verdict][0], texts[verdict][1], user_id, ""};
    int result = mp_message_move(&reply, &request->frames[FRAME_ROUTE]);
    if (result == 0)
        result = mp_message_add(&reply, mp_span_make(NULL, 0));
    if (result == 0)
        result = mp_message_add(&reply, mp_span_text(VERSION));
    if (result == 0)
        result = mp_message_move(&reply, &request->frames[FRAME_REQUEST_ID]);
    for (size_t i = 0; i < MP_LENGTH(fields) && result == 0; i++)
        result = mp_message_add(&reply, mp_span_text(fields[i]));
    if (result == 0)
        result = mp_message_send(&reply, zap->socket);
    (void)result; /* the connection that asked is gone, or memory is short */
    mp_message_done(&reply);
}

static void decide(struct mp_zap *zap, struct mp_message *request)
{
    char domain[FIELD_MOST_BYTES + 1];
    char user_id[MP_KEY_TEXT] = "";
    uint8_t key[MP_KEY_BYTES];
    enum mp_zap_verdict verdict = MP_ZAP_REFUSE;
    if (parse(request, domain, key))
        verdict = zap->check(zap->context, domain, key);
    if (verdict == MP_ZAP_ALLOW) {
        mp_key_format(key, user_id);
        zap->allowed++;
    } else {
        zap->refused++;
    }
    if (request->count > FRAME_REQUEST_ID)
        answer(zap, request, verdict, user_id);
}

static void serve(void *context)
{
    struct mp_zap *zap = context;
    struct mp_message request;
    mp_message_init(&request);
    for (int i = 0; i < REQUESTS_A_ROUND; i++) {
        int result = mp_message_receive(&request, zap->socket);
        if (result == MP_ETOOBIG)
            continue;
        if (result != 0)
            break;
        decide(zap, &request);
    }
    mp_message_done(&request);
}

int mp_zap_open(struct mp_bus *bus, struct mp_loop *loop, mp_zap_check check, void *context,
                struct mp_zap **ret_zap)
{
    struct mp_socket_options options = {.kind = MP_SOCKET_ROUTER};
    MP_AUTO(mp_zap_close) struct mp_zap *zap = calloc(1, sizeof *zap);
    if (zap == NULL)
        return MP_ENOMEM;
    zap->loop = loop;
    zap->check = check;
    zap->context = context;
    int result = mp_socket_open(bus, &options, &zap->socket);
    if (result == 0)
        result = mp_socket_bind(zap->socket, ADDRESS);
    if (result == 0)
        result = mp_loop_add_socket(loop, zap->socket, serve, zap);
    if (result == 0)
        *ret_zap = mp_take(zap);
    return result;
}

void mp_zap_close(struct mp_zap *zap)
{
    if (zap == NULL)
        return;
    mp_loop_remove_socket(zap->loop, zap->socket);
    mp_socket_close(zap->socket);
    free(zap);
}

uint64_t mp_zap_allowed(const struct mp_zap *zap)
{
    return zap->allowed;
}

uint64_t mp_zap_refused(const struct mp_zap *zap)
{
    return zap->refused;
}
