/* Errors: one list, one text each. Functions return 0 or a negative enum mp_error.
 * A rejection of a change is a value (core/domain/reject.h), never an error. */
#ifndef MP_BASE_ERROR_H
#define MP_BASE_ERROR_H

#define MP_ERROR_LIST(X)                                                                           \
    X(MP_ENOMEM, 1, "out of memory, or over the budget given for this work")                       \
    X(MP_EINVAL, 2, "an argument is out of its range")                                             \
    X(MP_ENOTFOUND, 3, "no such record")                                                           \
    X(MP_EEXIST, 4, "it exists already")                                                           \
    X(MP_EIO, 5, "reading or writing the disk failed")                                             \
    X(MP_ENOSPC, 6, "the disk or the map is full")                                                 \
    X(MP_ECORRUPT, 7, "stored bytes fail their check")                                             \
    X(MP_EMALFORMED, 8, "the bytes are not a well-formed message")                                 \
    X(MP_ETOOBIG, 9, "longer than the limit")                                                      \
    X(MP_EPERM, 10, "not allowed")                                                                 \
    X(MP_EUNREACHABLE, 11, "no answer from the other side")                                        \
    X(MP_ETIMEDOUT, 12, "timed out")                                                               \
    X(MP_EAGAIN, 13, "nothing to do now, or the other side is full: try again")                    \
    X(MP_EVERSION, 14, "written by another version")                                               \
    X(MP_EBUSY, 15, "another process holds it")                                                    \
    X(MP_EEPOCH, 16, "the position belongs to another epoch")                                      \
    X(MP_EKEYMODE, 17, "a key file must be readable by its owner alone (chmod 600)")               \
    X(MP_ECONFIG, 18, "the configuration is not valid")                                            \
    X(MP_EPANIC, 19, "the store can no longer be trusted: stop and restart")                       \
    X(MP_ESYSTEM, 20, "a system call failed")                                                      \
    X(MP_ECANCELLED, 21, "stopped on request")                                                     \
    X(MP_EFILES, 22,                                                                               \
      "fewer open files are allowed than the connections need: raise the hard limit (ulimit -Hn, " \
      "LimitNOFILE=) or lower connections-most")

enum mp_error {
#define X(name, number, text) name = -(number),
    MP_ERROR_LIST(X)
#undef X
};

/* A result that must be looked at. */
#define MP_CHECK_RESULT __attribute__((warn_unused_result))

/* Text of an error, "ok" for 0; never NULL. */
const char *mp_error_text(int error);
/* Its name ("MP_ENOMEM"), "ok" for 0. */
const char *mp_error_name(int error);

#endif
