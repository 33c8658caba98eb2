#include "proto/check.h"

#include "core/base/auto.h"
#include "milepost/v1/record.pb-c.h"
#include "milepost/v1/submit.pb-c.h"
#include "proto/wire.h"

#include <criterion/criterion.h>

/* Wraps the buffer's bytes as a length-delimited field of that number. */
static void wrap(struct mp_buffer *buffer, uint32_t number)
{
    struct mp_buffer inner = *buffer;

    mp_buffer_init(buffer, inner.limit);
    mp_wire_put_bytes(buffer, number, mp_buffer_span(&inner));
    mp_buffer_done(&inner);
}

/* A submission with one change that is these bytes, after a whole one. */
static struct mp_buffer submission_of(const void *bytes, size_t size)
{
    struct mp_buffer buffer;

    mp_buffer_init(&buffer, 1u << 21);
    mp_buffer_put(&buffer, "\x22\x00", 2);
    mp_wire_put_bytes(&buffer, 4, mp_span_make(bytes, size));
    return buffer;
}

static const struct {
    const char *what;
    const char *bytes;
    size_t size;
    enum mp_reject code;
    const char *field;
} changes[] = {
    {"bad UTF-8", "\x22\x01\xff", 3, MP_REJECT_TEXT_INVALID, "changes[1].note"},
    {"a NUL",
     "\x22\x03"
     "a\0b",
     5, MP_REJECT_TEXT_INVALID, "changes[1].note"},
    {"a NUL deep inside", "\x7a\x05\x22\x03\x12\x01\0", 7, MP_REJECT_TEXT_INVALID,
     "changes[1].title.ur"},
    {"bad UTF-8 in a list", "\x7a\x06\x32\x01x\x32\x01\xc0", 8, MP_REJECT_TEXT_INVALID,
     "changes[1].themes[1]"},
    {"an unknown enum number", "\xba\x01\x02\x18\x11", 5, MP_REJECT_CODE_UNKNOWN,
     "changes[1].reason"},
    {"an enum number whose low half is known", "\xba\x01\x06\x18\x81\x80\x80\x80\x10", 9,
     MP_REJECT_CODE_UNKNOWN, "changes[1].reason"},
    {"a negative enum number", "\xba\x01\x0b\x18\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 14,
     MP_REJECT_CODE_UNKNOWN, "changes[1].reason"},
    {"an unknown precision", "\xba\x01\x04\x12\x02\x10\x07", 7, MP_REJECT_CODE_UNKNOWN,
     "changes[1].date.precision"},
    {"a day wider than 32 bits", "\x12\x06\x08\x80\x80\x80\x80\x10", 8, MP_REJECT_OUT_OF_RANGE,
     "changes[1].stated_on.day"},
    {"a scale wider than 32 bits", "\xd2\x01\x08\x12\x06\x10\x80\x80\x80\x80\x10", 11,
     MP_REJECT_OUT_OF_RANGE, "changes[1].percent.scale"},
    {"a flag of 2", "\xb2\x01\x02\x20\x02", 5, MP_REJECT_MALFORMED, "changes[1].recalled"},
    {"a text as a number", "\x20\x01", 2, MP_REJECT_MALFORMED, "changes[1].note"},
    {"a number as a text", "\xba\x01\x03\x1a\x01\x01", 6, MP_REJECT_MALFORMED, "changes[1].reason"},
    {"a message as a number", "\x10\x01", 2, MP_REJECT_MALFORMED, "changes[1].stated_on"},
    {"a message as a fixed64",
     "\x11"
     "12345678",
     9, MP_REJECT_MALFORMED, "changes[1].stated_on"},
    {"a kind as a number", "\xb8\x01\x01", 3, MP_REJECT_MALFORMED, "changes[1].forecast"},
    {"a note twice", "\x22\x01x\x22\x01y", 6, MP_REJECT_MALFORMED, "changes[1].note"},
    {"a kind twice", "\xba\x01\x00\xba\x01\x00", 6, MP_REJECT_MALFORMED, "changes[1].forecast"},
    {"two kinds", "\xba\x01\x00\xc2\x01\x00", 6, MP_REJECT_MALFORMED, "changes[1].met"},
    {"a broken kind", "\xba\x01\x02\x0a\x05", 5, MP_REJECT_MALFORMED, "changes[1].forecast"},
    {"a group", "\x0b\x0c", 2, MP_REJECT_MALFORMED, "changes[1]"},
    {"an unknown group", "\xab\x06\xac\x06", 4, MP_REJECT_MALFORMED, "changes[1]"},
    {"field number 0", "\x02\x00", 2, MP_REJECT_MALFORMED, "changes[1]"},
};

Test(proto_check, a_fault_is_named_with_its_place)
{
    for (size_t i = 0; i < MP_LENGTH(changes); i++) {
        struct mp_buffer buffer = submission_of(changes[i].bytes, changes[i].size);
        struct mp_fault fault;

        cr_assert_eq(
            mp_wire_check(&milepost__v1__submission__descriptor, mp_buffer_span(&buffer), &fault),
            1, "%s", changes[i].what);
        cr_expect_eq(fault.code, changes[i].code, "%s: %d", changes[i].what, (int)fault.code);
        cr_expect_str_eq(fault.field, changes[i].field, "%s: %s", changes[i].what, fault.field);
        mp_buffer_done(&buffer);
    }
}

Test(proto_check, unknown_fields_are_passed_over)
{
    static const char unknown[] = "\xa8\x06\x01"             /* 101, varint */
                                  "\xaa\x06\x03\x0b\x0b\x0b" /* 101 again, bytes like a group */
                                  "\xb1\x06"
                                  "12345678"
                                  "\xbd\x06"
                                  "1234"
                                  "\xba\x01\x00";
    struct mp_buffer buffer = submission_of(unknown, sizeof(unknown) - 1);
    struct mp_fault fault;

    cr_assert_eq(
        mp_wire_check(&milepost__v1__submission__descriptor, mp_buffer_span(&buffer), &fault), 0);
    mp_buffer_done(&buffer);
}

Test(proto_check, lists_have_an_end)
{
    struct mp_buffer project, buffer;
    struct mp_fault fault;

    for (size_t count = 32; count <= 33; count++) {
        mp_buffer_init(&project, 10000);
        for (size_t i = 0; i < count; i++)
            mp_wire_put_bytes(&project, 9, mp_span_text("ndrc"));
        wrap(&project, 15);
        buffer = submission_of(project.data, project.size);
        cr_assert_eq(
            mp_wire_check(&milepost__v1__submission__descriptor, mp_buffer_span(&buffer), &fault),
            count > 32);
        mp_buffer_done(&project);
        mp_buffer_done(&buffer);
    }
    cr_assert_eq(fault.code, MP_REJECT_TOO_MANY);
    cr_assert_str_eq(fault.field, "changes[1].partners");
}

Test(proto_check, a_type_that_contained_itself_would_be_stopped)
{
    static ProtobufCMessageDescriptor type;
    static const ProtobufCFieldDescriptor field = {.name = "inner",
                                                   .id = 1,
                                                   .label = PROTOBUF_C_LABEL_NONE,
                                                   .type = PROTOBUF_C_TYPE_MESSAGE,
                                                   .descriptor = &type};
    enum { DEEP = 10000 };
    uint8_t *bytes = malloc(DEEP * 5);
    size_t at = (size_t)DEEP * 5, size = 0;
    struct mp_fault fault;

    type.fields = &field;
    type.n_fields = 1;
    cr_assert_not_null(bytes);
    for (int i = 0; i < DEEP; i++, size = (size_t)DEEP * 5 - at) {
        size_t width = mp_wire_varint_size(size);

        for (size_t j = 0; j < width; j++)
            bytes[at - width + j] =
                (uint8_t)(((size >> (7 * j)) & 0x7f) | (j + 1 < width ? 0x80 : 0));
        at -= width + 1;
        bytes[at] = 0x0a;
    }
    cr_assert_gt(size, 30000);
    cr_assert_eq(mp_wire_check(&type, mp_span_make(bytes + at, size), &fault), 1);
    cr_assert_eq(fault.code, MP_REJECT_MALFORMED);
    cr_assert_str_eq(fault.field, "inner.inner.inner.inner.inner.inner.inner.inner");
    free(bytes);
}

Test(proto_check, nothing_at_all_is_a_message)
{
    struct mp_fault fault;

    cr_assert_eq(mp_wire_check(&milepost__v1__record__descriptor, mp_span_make(NULL, 0), &fault),
                 0);
}
