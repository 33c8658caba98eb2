#include "tests/unit/proto/submitting.h"

#include "milepost/v1/submit.pb-c.h"
#include "proto/check.h"

#define MUTATIONS 60000

static void expect_back(struct mp_change change, int64_t sent_at_us)
{
    struct mp_submission submission = {
        .id = sample_uuid(0xaa), .changes = &change, .change_count = 1, .sent_at_us = sent_at_us};
    struct mp_buffer wanted, got;
    struct bench bench = begin();

    mp_buffer_init(&wanted, 10000);
    mp_buffer_init(&got, 10000);
    print_submission(&wanted, &submission);
    cr_assert_eq(mp_submission_encode(&submission, bench.arena, &bench.bytes), 0);
    cr_assert_eq(decode(&bench), 0, "kind %d: %s", (int)change.kind, bench.rejection.message);
    print_submission(&got, &bench.submission);
    cr_assert_str_eq(printed(&got), printed(&wanted));
    mp_buffer_done(&wanted);
    mp_buffer_done(&got);
    end(&bench);
}

Test(proto_submission, every_kind_of_change_comes_back_whole)
{
    for (int kind = 1; kind <= MP_CHANGE_LAST; kind++)
        expect_back(sample_change((enum mp_change_kind)kind), -1);
}

Test(proto_submission, a_bare_change_of_every_kind_comes_back_bare)
{
    for (int kind = 1; kind <= MP_CHANGE_LAST; kind++) {
        struct mp_change change;

        mp_change_init(&change, (enum mp_change_kind)kind);
        expect_back(change, 0);
    }
}

/* The bytes of a link that states no lag are those of before a lag of 0 could be stated. */
Test(proto_submission, a_lag_of_0_is_not_the_same_as_none)
{
    static const int32_t lags[] = {MP_LAG_NONE, 0, -MP_LAG_MOST, MP_LAG_MOST};
    size_t sizes[MP_LENGTH(lags)];

    for (size_t i = 0; i < MP_LENGTH(lags); i++) {
        struct mp_change change = sample_change(MP_CHANGE_LINK);
        struct mp_submission submission = {
            .id = sample_uuid(0xaa), .changes = &change, .change_count = 1};
        struct bench bench = begin();

        change.link.lag_days = lags[i];
        cr_assert_eq(mp_submission_encode(&submission, bench.arena, &bench.bytes), 0);
        cr_assert_eq(decode(&bench), 0, "%s", bench.rejection.message);
        cr_expect_eq(bench.submission.changes[0].link.lag_days, lags[i]);
        sizes[i] = bench.bytes.size;
        end(&bench);
    }
    cr_expect_eq(sizes[1], sizes[0] + 2, "a tag and a zero");
}

/* Every field of every message but the other members of a oneof. */
static void assert_all_set(const ProtobufCMessageDescriptor *type, struct mp_span bytes,
                           unsigned depth)
{
    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        struct mp_wire wire = mp_wire_make(bytes);
        bool is_there = (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;

        cr_assert_lt(depth, MP_CHECK_DEPTH_MOST);
        while (mp_wire_next(&wire)) {
            if (wire.number != field->id)
                continue;
            is_there = true;
            if (field->type == PROTOBUF_C_TYPE_MESSAGE)
                assert_all_set(field->descriptor, wire.bytes, depth + 1);
        }
        cr_assert(is_there, "the samples leave out %s.%s", type->name, field->name);
    }
}

Test(proto_submission, the_samples_set_every_field)
{
    struct bench bench = begin();

    encode_all_kinds(&bench);
    assert_all_set(&milepost__v1__submission__descriptor, mp_buffer_span(&bench.bytes), 0);
    end(&bench);
}

/* Cut between two fields it is a shorter message, and then exactly what is left. */
Test(proto_submission, cut_at_any_length_it_is_refused_or_what_is_left)
{
    struct bench bench = begin();
    struct mp_buffer again;
    size_t taken = 0;

    encode_all_kinds(&bench);
    for (size_t size = bench.bytes.size; size-- > 0;) {
        bench.bytes.size = size;
        if (decode(&bench) != 0) {
            cr_assert_gt(bench.rejection.code, 0);
            cr_assert_neq(bench.rejection.field[0], '\0');
            cr_assert_neq(bench.rejection.message[0], '\0');
            continue;
        }
        taken++;
        mp_buffer_init(&again, 1u << 20);
        cr_assert_eq(mp_submission_encode(&bench.submission, bench.arena, &again), 0);
        cr_assert(mp_span_equal(mp_buffer_span(&again), mp_buffer_span(&bench.bytes)));
        mp_buffer_done(&again);
    }
    cr_assert_eq(taken, 3 + MP_CHANGE_LAST - 1);
    end(&bench);
}

Test(proto_submission, a_byte_changed_anywhere_is_refused_or_still_well_formed)
{
    struct bench bench = begin();
    struct mp_buffer again;
    uint64_t seed = 2029, refused = 0;

    encode_all_kinds(&bench);
    mp_buffer_init(&again, 1u << 20);
    for (int i = 0; i < MUTATIONS; i++) {
        size_t at = test_random(&seed) % bench.bytes.size;
        uint8_t before = bench.bytes.data[at];
        int result;

        bench.bytes.data[at] = (uint8_t)(before ^ (1 + test_random(&seed) % 255));
        result = decode(&bench);
        cr_assert(result == 0 || result == 1);
        if (result == 0) {
            mp_buffer_clear(&again);
            cr_assert_eq(mp_submission_encode(&bench.submission, bench.arena, &again), 0);
        } else {
            refused++;
            cr_assert_neq(bench.rejection.field[0], '\0');
        }
        bench.bytes.data[at] = before;
    }
    cr_assert_gt(refused, MUTATIONS / 20);
    cr_assert_lt(refused, MUTATIONS);
    cr_assert_eq(decode(&bench), 0);
    mp_buffer_done(&again);
    end(&bench);
}

Test(proto_submission, noise_is_refused_within_the_budget)
{
    struct bench bench = begin();
    uint64_t seed = 7;

    for (int i = 0; i < 2000; i++) {
        mp_buffer_clear(&bench.bytes);
        for (size_t left = test_random(&seed) % 300; left > 0; left--)
            mp_buffer_put_u8(&bench.bytes, (uint8_t)(test_random(&seed) & 0x3f));
        cr_assert_geq(decode(&bench), 0);
    }
    end(&bench);
}

static const struct {
    const char *what;
    const char *bytes;
    size_t size;
    enum mp_reject code;
    const char *field;
} faults[] = {
    {"no kind", "", 0, MP_REJECT_REQUIRED, "changes[0].kind"},
    {"a kind of a newer schema", "\x9a\x02\x00", 3, MP_REJECT_REQUIRED, "changes[0].kind"},
    {"an embedded NUL",
     "\x22\x03"
     "a\0b\xba\x01\x00",
     8, MP_REJECT_TEXT_INVALID, "changes[0].note"},
    {"bad UTF-8", "\x22\x02\xc3\x28\xba\x01\x00", 7, MP_REJECT_TEXT_INVALID, "changes[0].note"},
    {"an unknown code", "\xba\x01\x02\x18\x7f", 5, MP_REJECT_CODE_UNKNOWN, "changes[0].reason"},
    {"a key of 31 bytes",
     "\x6a\x21\x12\x1f"
     "0123456789012345678901234567890",
     35, MP_REJECT_MALFORMED, "changes[0].public_key"},
    {"no key", "\x72\x00", 2, MP_REJECT_MALFORMED, "changes[0].public_key"},
    {"a hash of 3 bytes",
     "\x2a\x05\x1a\x03"
     "abc\xba\x01\x00",
     10, MP_REJECT_MALFORMED, "changes[0].source.sha256"},
    {"a date without precision", "\xba\x01\x04\x12\x02\x08\x02", 7, MP_REJECT_REQUIRED,
     "changes[0].date"},
    {"an empty date", "\xba\x01\x02\x12\x00", 5, MP_REJECT_REQUIRED, "changes[0].date"},
    {"no percent", "\xd2\x01\x00", 3, MP_REJECT_REQUIRED, "changes[0].percent"},
    {"no value", "\xf2\x01\x00", 3, MP_REJECT_REQUIRED, "changes[0].value"},
    {"the day that stands for none", "\x12\x06\x08\xff\xff\xff\xff\x0f\xba\x01\x00", 11,
     MP_REJECT_DATE_IMPOSSIBLE, "changes[0].stated_on"},
    {"a duration beyond all", "\x8a\x01\x06\x38\xff\xff\xff\xff\x0f", 9, MP_REJECT_OUT_OF_RANGE,
     "changes[0].duration_days"},
    {"an unknown kind withdrawn", "\xfa\x01\x02\x10\x19", 5, MP_REJECT_CODE_UNKNOWN,
     "changes[0].withdrawn_kind"},
};

Test(proto_submission, a_fault_is_a_rejection_that_names_the_field)
{
    struct bench bench = begin();

    for (size_t i = 0; i < MP_LENGTH(faults); i++) {
        struct mp_uuid id = sample_uuid(0xaa);

        wrap_change(&bench, faults[i].bytes, faults[i].size);
        cr_assert_eq(decode(&bench), 1, "%s", faults[i].what);
        cr_expect_eq(bench.rejection.code, faults[i].code, "%s: %s", faults[i].what,
                     mp_reject_name(bench.rejection.code));
        cr_expect_str_eq(bench.rejection.field, faults[i].field, "%s", faults[i].what);
        cr_expect_gt(strlen(bench.rejection.message), 5, "%s", faults[i].what);
        cr_expect(mp_uuid_equal(&bench.submission.id, &id), "%s", faults[i].what);
    }
    end(&bench);
}

static const struct {
    size_t id_size, after_size;
    const char *field; /* NULL: taken */
} ids[] = {
    {16, 0, NULL}, {16, 16, NULL},   {0, 0, "id"},      {15, 0, "id"},
    {17, 0, "id"}, {16, 1, "after"}, {16, 15, "after"}, {16, 17, "after"},
};

Test(proto_submission, ids_have_sixteen_bytes)
{
    static const uint8_t bytes[17] = {9, 9, 9};
    struct bench bench = begin();

    for (size_t i = 0; i < MP_LENGTH(ids); i++) {
        mp_buffer_clear(&bench.bytes);
        mp_wire_put_bytes(&bench.bytes, 1, mp_span_make(bytes, ids[i].id_size));
        mp_wire_put_bytes(&bench.bytes, 2, mp_span_make(bytes, ids[i].after_size));
        cr_assert_eq(decode(&bench), ids[i].field != NULL, "row %zu", i);
        cr_assert_eq(mp_uuid_is_nil(&bench.submission.id), ids[i].id_size != 16, "row %zu", i);
        if (ids[i].field == NULL)
            continue;
        cr_assert_eq(bench.rejection.code, MP_REJECT_ID_INVALID);
        cr_assert_str_eq(bench.rejection.field, ids[i].field);
    }
    end(&bench);
}

Test(proto_submission, sixty_four_changes_are_taken_and_no_more)
{
    struct bench bench = begin();

    wrap_change(&bench, "\xba\x01\x00", 3);
    for (int i = 1; i < MP_CHANGES_MOST; i++)
        mp_wire_put_bytes(&bench.bytes, 4, mp_span_make("\xba\x01\x00", 3));
    cr_assert_eq(decode(&bench), 0);
    cr_assert_eq(bench.submission.change_count, MP_CHANGES_MOST);
    mp_wire_put_bytes(&bench.bytes, 4, mp_span_make("\xba\x01\x00", 3));
    cr_assert_eq(decode(&bench), 1);
    cr_assert_eq(bench.rejection.code, MP_REJECT_TOO_MANY);
    cr_assert_str_eq(bench.rejection.field, "changes");
    end(&bench);
}

Test(proto_submission, a_frame_over_the_limit_is_too_large_and_its_id_is_told)
{
    struct bench bench = begin();
    struct mp_uuid id = sample_uuid(0xaa);

    wrap_change(&bench, "\xba\x01\x00", 3);
    while (bench.bytes.size <= MP_SUBMISSION_MOST)
        mp_wire_put_bytes(&bench.bytes, 100, mp_span_text("unknown, but well-formed"));
    cr_assert_eq(decode(&bench), 1);
    cr_assert_eq(bench.rejection.code, MP_REJECT_TOO_LARGE);
    cr_assert_str_eq(bench.rejection.field, "submission");
    cr_assert(mp_uuid_equal(&bench.submission.id, &id));
    end(&bench);
}

Test(proto_submission, one_too_large_is_not_encoded)
{
    struct mp_change changes[MP_CHANGES_MOST];
    struct mp_submission submission = {.id = sample_uuid(1), .changes = changes};
    struct bench bench = begin();
    char note[2000];

    memset(note, 'n', sizeof(note) - 1);
    note[sizeof(note) - 1] = '\0';
    for (size_t i = 0; i < MP_LENGTH(changes); i++) {
        changes[i] = sample_change(MP_CHANGE_FORECAST);
        changes[i].note = note;
    }
    submission.change_count = MP_LENGTH(changes);
    cr_assert_eq(mp_submission_encode(&submission, bench.arena, &bench.bytes), MP_ETOOBIG);
    cr_assert_eq(bench.bytes.size, 0);
    changes[0].kind = MP_CHANGE_NONE;
    cr_assert_eq(mp_submission_encode(&submission, bench.arena, &bench.bytes), MP_EINVAL);
    changes[0].kind = (enum mp_change_kind)(MP_CHANGE_LAST + 1);
    cr_assert_eq(mp_submission_encode(&submission, bench.arena, &bench.bytes), MP_EINVAL);
    end(&bench);
}

Test(proto_submission, its_id_can_be_read_from_bytes_broken_further_on)
{
    struct bench bench = begin();
    struct mp_uuid id, wanted = sample_uuid(0xaa);

    wrap_change(&bench, "\xba\x01\x00", 3);
    mp_buffer_put_u8(&bench.bytes, 0xff);
    mp_submission_peek_id(mp_buffer_span(&bench.bytes), &id);
    cr_assert(mp_uuid_equal(&id, &wanted));
    mp_submission_peek_id(mp_span_make(bench.bytes.data, 17), &id);
    cr_assert(mp_uuid_is_nil(&id));
    mp_submission_peek_id(mp_span_make(NULL, 0), &id);
    cr_assert(mp_uuid_is_nil(&id));
    end(&bench);
}

Test(proto_submission, its_content_is_its_changes_and_not_its_envelope)
{
    struct mp_change changes[2] = {sample_change(MP_CHANGE_MET), sample_change(MP_CHANGE_TERM)};
    struct mp_submission submission = {.id = sample_uuid(1), .changes = changes, .change_count = 2};
    struct bench bench = begin();
    struct mp_hash hashes[3];

    for (size_t i = 0; i < MP_LENGTH(hashes); i++) {
        submission.after = sample_uuid((uint8_t)(i + 5));
        submission.sent_at_us = (int64_t)i;
        changes[1].note = i == 2 ? "another" : "one";
        mp_buffer_clear(&bench.bytes);
        cr_assert_eq(mp_submission_encode(&submission, bench.arena, &bench.bytes), 0);
        hashes[i] = mp_submission_content_hash(mp_buffer_span(&bench.bytes));
    }
    cr_assert_arr_eq(hashes[0].bytes, hashes[1].bytes, MP_HASH_BYTES);
    cr_assert_arr_neq(hashes[0].bytes, hashes[2].bytes, MP_HASH_BYTES);
    end(&bench);
}
