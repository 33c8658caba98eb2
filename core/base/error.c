#include "core/base/error.h"

const char *mp_error_text(int error)
{
    switch (error) {
    case 0:
        return "ok";
#define X(name, number, text)                                                                      \
    case name:                                                                                     \
        return text;
        MP_ERROR_LIST(X)
#undef X
    default:
        return "an error without a name";
    }
}

const char *mp_error_name(int error)
{
    switch (error) {
    case 0:
        return "ok";
#define X(name, number, text)                                                                      \
    case name:                                                                                     \
        return #name;
        MP_ERROR_LIST(X)
#undef X
    default:
        return "MP_UNKNOWN";
    }
}
