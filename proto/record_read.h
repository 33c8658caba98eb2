/* The records of which there are many, read by hand (wire.h) and not unpacked: a question about a
 * large programme takes in all of its milestones and links. What is refused is the same as for the
 * rest (check.h). Private to this folder. */
#ifndef MP_PROTO_RECORD_READ_H
#define MP_PROTO_RECORD_READ_H

#include "core/base/arena.h"
#include "core/domain/record.h"
#include "proto/wire.h"

/* A text field that comes once, copied into the arena. "" and a sticky fault when it is not UTF-8,
 * holds a NUL, or (MP_ENOMEM) is over the budget. */
const char *mp_read_text(struct mp_wire *wire, struct mp_arena *arena);
/* 0, MP_EMALFORMED or MP_ENOMEM; *ret may be partly written on failure. */
int mp_read_milestone(struct mp_span bytes, struct mp_arena *arena,
                      struct mp_milestone_record *ret_milestone) MP_CHECK_RESULT;
int mp_read_link(struct mp_span bytes, struct mp_arena *arena,
                 struct mp_link *ret_link) MP_CHECK_RESULT;

#endif
