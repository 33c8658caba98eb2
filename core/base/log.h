/* logfmt on stderr: ts=… level=… who=… msg="…" key=value … One line a call, written whole.
 * Only services and clients log, once, at the edge. Values are quoted where they need it and
 * control characters escaped, so a peer's bytes can never forge a line. */
#ifndef MP_BASE_LOG_H
#define MP_BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mp_log_level { MP_LOG_DEBUG, MP_LOG_INFO, MP_LOG_WARN, MP_LOG_ERROR };

/* who: the program's name, kept by reference. */
void mp_log_setup(const char *who, enum mp_log_level least);
/* Key and value pairs, all const char *, ended by NULL:
 *   mp_log(MP_LOG_WARN, "submission refused", "id", id, "code", code, NULL); */
void mp_log(enum mp_log_level level, const char *message, ...) __attribute__((sentinel));
/* For a line that others can bring about as often as they like: true once a second. Whoever reads
 * the log may be slower than they are, and then the process would wait for him. All zeros: none
 * yet. */
struct mp_log_brake {
    bool is_on;
    int64_t since_ms;
};
bool mp_log_may(struct mp_log_brake *brake, int64_t now_ms);
/* The value as logfmt writes it; always NUL-terminated; cut to size with "…". */
void mp_log_quote(const char *value, char *text, size_t size);
/* 0 or MP_EINVAL; names: debug, info, warn, error. */
int mp_log_parse_level(const char *name, enum mp_log_level *ret_level);

#endif
