#include "core/domain/reject.h"

#include <stdarg.h>

#define SILENT "refused, and there was no memory left to say why: send fewer changes at once"

const char *mp_reject_name(enum mp_reject code)
{
    switch (code) {
#define X(name, number, text)                                                                      \
    case name:                                                                                     \
        return text;
        MP_REJECTS(X)
#undef X
    default:
        return "unknown";
    }
}

int mp_reject(struct mp_rejection *rejection, struct mp_arena *arena, enum mp_reject code,
              const char *field, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *message = mp_arena_vprintf(arena, format, arguments);
    va_end(arguments);
    const char *kept_field = mp_arena_strdup(arena, field);

    rejection->code = code;
    rejection->field = kept_field != NULL ? kept_field : "";
    rejection->message = message != NULL ? message : SILENT;
    return 1;
}

void mp_reject_at(struct mp_rejection *rejection, struct mp_arena *arena, size_t index)
{
    const char *field = mp_arena_printf(arena, "changes[%zu]%s%s", index,
                                        rejection->field[0] != '\0' ? "." : "", rejection->field);
    if (field != NULL)
        rejection->field = field;
}
