#include "tests/unit/proto/samples.h"

#include "milepost/v1/record.pb-c.h"
#include "proto/check.h"
#include "proto/wire.h"

#include <criterion/criterion.h>

static void fill_slots(struct mp_milestone_record *milestone)
{
    struct mp_slot *const slots[] = {
        &milestone->first,      &milestone->approved,   &milestone->forecast,
        &milestone->met,        &milestone->confirmed,  &milestone->suspension,
        &milestone->resumption, &milestone->rebaseline, &milestone->forecast_before};

    for (size_t i = 0; i < MP_LENGTH(slots); i++)
        *slots[i] = (struct mp_slot){.seq = 100 + i,
                                     .stated_on = 19000 + (int32_t)i,
                                     .date = {20000 + (int32_t)i, MP_PRECISION_HALF},
                                     .reason = (enum mp_reason)(i + 1)};
}

static struct mp_record sample_record(enum mp_kind kind)
{
    static __typeof__(((struct mp_agency_record *)NULL)->keys[0]) keys[2];
    struct mp_record record = {.subject = {kind, "ml-1/karachi-rohri/", "completion"},
                               .revision = {1763712000, 77},
                               .removed = true,
                               .source = "jcc-14",
                               .note = "as agreed"};

    switch (kind) {
    case MP_KIND_TERM:
        record.term = sample_change(MP_CHANGE_TERM).term;
        break;
    case MP_KIND_AGENCY:
        record.agency.definition = sample_change(MP_CHANGE_AGENCY).agency;
        record.agency.keys = keys;
        record.agency.key_count = 2;
        for (size_t i = 0; i < 2; i++) {
            memset(keys[i].public_key, 0xa0 + (int)i, sizeof(keys[i].public_key));
            keys[i].added_seq = 5 + i;
            keys[i].revoked_seq = 9 + i;
        }
        break;
    case MP_KIND_PROJECT:
        record.project.definition = sample_change(MP_CHANGE_PROJECT).project;
        record.project.defined_on = -5;
        record.project.defined_seq = 70;
        record.project.stated.seq = 71;
        record.project.stated.stated_on = 20001;
        record.project.stated.status = MP_PROJECT_COMPLETION;
        break;
    case MP_KIND_MILESTONE:
        record.milestone.definition = sample_change(MP_CHANGE_MILESTONE).milestone;
        fill_slots(&record.milestone);
        record.milestone.progress.seq = 81;
        record.milestone.progress.stated_on = 20002;
        record.milestone.progress.percent = (struct mp_decimal){125, 1};
        record.milestone.stated.seq = 82;
        record.milestone.stated.stated_on = 20003;
        record.milestone.stated.status = MP_MILESTONE_NOT_MET;
        record.milestone.cancelled_seq = 83;
        break;
    case MP_KIND_LINK:
        record.link = sample_change(MP_CHANGE_LINK).link;
        break;
    case MP_KIND_INDICATOR:
        record.indicator = sample_change(MP_CHANGE_INDICATOR).indicator;
        break;
    case MP_KIND_OBSERVATION:
        record.observation = (struct mp_observation_record){
            sample_change(MP_CHANGE_OBSERVATION).observation, 20004, "minister", "dawn", 90};
        break;
    case MP_KIND_CALENDAR:
        record.calendar = sample_change(MP_CHANGE_CALENDAR).calendar;
        break;
    case MP_KIND_POLICY:
        record.policy = sample_change(MP_CHANGE_POLICY).policy;
        break;
    default:
        record.epoch = sample_change(MP_CHANGE_EPOCH_STARTED).epoch;
    }
    return record;
}

static void print_slot(struct mp_buffer *b, const struct mp_slot *slot)
{
    mp_buffer_printf(b, " %" PRIu64 "@%" PRId32 ":%" PRId32 "/%d r%d", slot->seq, slot->stated_on,
                     slot->date.day, (int)slot->date.precision, (int)slot->reason);
}

static void print_milestone_record(struct mp_buffer *b, const struct mp_milestone_record *milestone)
{
    print_milestone(b, &milestone->definition);
    print_slot(b, &milestone->first);
    print_slot(b, &milestone->approved);
    print_slot(b, &milestone->forecast);
    print_slot(b, &milestone->met);
    print_slot(b, &milestone->confirmed);
    print_slot(b, &milestone->suspension);
    print_slot(b, &milestone->resumption);
    print_slot(b, &milestone->rebaseline);
    print_slot(b, &milestone->forecast_before);
    mp_buffer_printf(b,
                     " progress=%" PRIu64 "@%" PRId32 ":%" PRId64 "e-%" PRIu32 " status=%" PRIu64
                     "@%" PRId32 ":%d cancelled=%" PRIu64,
                     milestone->progress.seq, milestone->progress.stated_on,
                     milestone->progress.percent.unscaled, milestone->progress.percent.scale,
                     milestone->stated.seq, milestone->stated.stated_on,
                     (int)milestone->stated.status, milestone->cancelled_seq);
}

static void print_value(struct mp_buffer *b, const struct mp_record *record)
{
    switch (record->subject.kind) {
    case MP_KIND_TERM:
        print_term(b, &record->term);
        return;
    case MP_KIND_AGENCY:
        print_agency(b, &record->agency.definition);
        for (size_t i = 0; i < record->agency.key_count; i++) {
            print_bytes(b, record->agency.keys[i].public_key, 32);
            mp_buffer_printf(b, " %" PRIu64 " %" PRIu64, record->agency.keys[i].added_seq,
                             record->agency.keys[i].revoked_seq);
        }
        return;
    case MP_KIND_PROJECT:
        print_project(b, &record->project.definition);
        mp_buffer_printf(b, " %" PRId32 " %" PRIu64 " %" PRIu64 "@%" PRId32 ":%d",
                         record->project.defined_on, record->project.defined_seq,
                         record->project.stated.seq, record->project.stated.stated_on,
                         (int)record->project.stated.status);
        return;
    case MP_KIND_MILESTONE:
        print_milestone_record(b, &record->milestone);
        return;
    case MP_KIND_LINK:
        print_link(b, &record->link);
        return;
    case MP_KIND_CALENDAR:
        print_calendar(b, &record->calendar);
        return;
    case MP_KIND_POLICY:
        print_policy(b, &record->policy);
        return;
    case MP_KIND_INDICATOR:
        print_indicator(b, &record->indicator);
        return;
    case MP_KIND_OBSERVATION:
        print_observation(b, &record->observation.observation);
        mp_buffer_printf(b, " %" PRId32 " %s %s %" PRIu64, record->observation.stated_on,
                         record->observation.said_by, record->observation.source,
                         record->observation.withdrawn_by);
        return;
    default:
        print_epoch(b, &record->epoch);
    }
}

static void print_record(struct mp_buffer *b, const struct mp_record *record)
{
    mp_buffer_printf(b, "%d %s %s %" PRIu64 ",%" PRIu64 " %d %s %s", (int)record->subject.kind,
                     record->subject.topic, record->subject.slug, record->revision.epoch,
                     record->revision.seq, record->removed, record->source, record->note);
    print_value(b, record);
}

static void assert_comes_back(const struct mp_record *record, struct mp_arena *arena)
{
    struct mp_buffer bytes, wanted, got;
    struct mp_record back;

    mp_buffer_init(&bytes, 10000);
    mp_buffer_init(&wanted, 10000);
    mp_buffer_init(&got, 10000);
    cr_assert_eq(mp_record_encode(record, arena, &bytes), 0);
    cr_assert_eq(mp_record_decode(mp_buffer_span(&bytes), arena, &back), 0, "kind %d",
                 (int)record->subject.kind);
    print_record(&wanted, record);
    print_record(&got, &back);
    cr_assert_str_eq(printed(&got), printed(&wanted));
    mp_buffer_done(&bytes);
    mp_buffer_done(&wanted);
    mp_buffer_done(&got);
}

Test(proto_record, one_of_every_kind_comes_back_whole)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1u << 20);

    for (int kind = 1; kind <= MP_KIND_LAST; kind++) {
        struct mp_record record = sample_record((enum mp_kind)kind);

        assert_comes_back(&record, arena);
    }
}

Test(proto_record, a_milestone_of_which_nothing_is_said_comes_back)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1u << 20);
    struct mp_record record = sample_record(MP_KIND_MILESTONE);
    struct mp_milestone definition = record.milestone.definition;

    record.milestone = (struct mp_milestone_record){.definition = definition};
    assert_comes_back(&record, arena);
    record = sample_record(MP_KIND_AGENCY);
    record.agency.key_count = 0;
    assert_comes_back(&record, arena);
}

Test(proto_record, no_field_is_left_out_of_the_samples)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1u << 20);
    struct mp_record record = sample_record(MP_KIND_MILESTONE);
    const ProtobufCMessageDescriptor *type = &milepost__v1__milestone_record__descriptor;
    struct mp_span value = {NULL, 0};
    struct mp_buffer bytes;
    struct mp_wire wire;
    uint32_t seen = 0;

    mp_buffer_init(&bytes, 10000);
    cr_assert_eq(mp_record_encode(&record, arena, &bytes), 0);
    wire = mp_wire_make(mp_buffer_span(&bytes));
    while (mp_wire_next(&wire)) {
        if (wire.number == 14)
            value = wire.bytes;
    }
    wire = mp_wire_make(value);
    while (mp_wire_next(&wire))
        seen |= UINT32_C(1) << wire.number;
    for (unsigned i = 0; i < type->n_fields; i++)
        cr_assert_neq(seen & UINT32_C(1) << type->fields[i].id, 0, "%s", type->fields[i].name);
    mp_buffer_done(&bytes);
}

static const struct {
    const char *what;
    const char *bytes;
    size_t size;
} broken[] = {
    {"nothing", "", 0},
    {"no value",
     "\x08\x01\x12\x02"
     "m/",
     6},
    {"no kind",
     "\x12\x02"
     "m/\x5a\x00",
     6},
    {"no topic", "\x08\x01\x5a\x00", 4},
    {"a value of another kind",
     "\x08\x02\x12\x02"
     "m/\x5a\x00",
     8},
    {"a kind that is unknown",
     "\x08\x09\x12\x02"
     "m/\x5a\x00",
     8},
    {"an agency without definition",
     "\x08\x02\x12\x02"
     "m/\x62\x00",
     8},
    {"a key of one byte",
     "\x08\x02\x12\x02"
     "m/\x62\x07\x0a\x00\x12\x03\x0a\x01k",
     15},
    {"a project without definition",
     "\x08\x03\x12\x02"
     "m/\x6a\x00",
     8},
    {"a milestone without definition",
     "\x08\x04\x12\x02"
     "m/\x72\x00",
     8},
    {"a slot of no event",
     "\x08\x04\x12\x02"
     "m/\x72\x04\x0a\x00\x12\x00",
     12},
    {"a slot's date without precision",
     "\x08\x04\x12\x02"
     "m/\x72\x08\x0a\x00\x12\x04\x08\x01\x1a\x00",
     16},
    {"progress without a figure",
     "\x08\x04\x12\x02"
     "m/\x72\x06\x0a\x00\x4a\x02\x08\x01",
     14},
    {"a slot twice",
     "\x08\x04\x12\x02"
     "m/\x72\x0a\x0a\x00\x12\x02\x08\x01\x12\x02\x08\x01",
     18},
    {"a slot as a number",
     "\x08\x04\x12\x02"
     "m/\x72\x04\x0a\x00\x10\x01",
     12},
    {"a reason that is unknown",
     "\x08\x04\x12\x02"
     "m/\x72\x08\x0a\x00\x12\x04\x08\x01\x20\x63",
     16},
    {"a day beyond 32 bits",
     "\x08\x04\x12\x02"
     "m/\x72\x0c\x0a\x00\x12\x08\x08\x01\x10\x80\x80\x80\x80\x10",
     20},
    {"a duration beyond what is counted",
     "\x08\x04\x12\x02"
     "m/\x72\x08\x0a\x06\x38\x81\x80\x80\x80\x08",
     16},
    {"a title that is no UTF-8",
     "\x08\x04\x12\x02"
     "m/\x72\x07\x0a\x05\x12\x03\x0a\x01\xff",
     15},
    {"a link's type that is unknown",
     "\x08\x05\x12\x02"
     "m/\x7a\x02\x18\x05",
     10},
    {"a link's end with a NUL",
     "\x08\x05\x12\x02"
     "m/\x7a\x03\x0a\x01\x00",
     11},
    {"two values",
     "\x08\x05\x12\x02"
     "m/\x7a\x00\x7a\x00",
     10},
    {"an observation without itself",
     "\x08\x07\x12\x02"
     "m/\x8a\x01\x00",
     9},
};

Test(proto_record, malformed_ones_are_refused)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1u << 20);

    for (size_t i = 0; i < MP_LENGTH(broken); i++) {
        struct mp_record record = {.revision = {5, 6}};

        cr_assert_eq(
            mp_record_decode(mp_span_make(broken[i].bytes, broken[i].size), arena, &record),
            MP_EMALFORMED, "%s", broken[i].what);
        cr_assert_eq(record.revision.seq, 6);
        cr_assert_eq(mp_arena_used_bytes(arena), 0, "%s", broken[i].what);
    }
}

/* Milestones and links are read by hand: they must not let pass what the walk over every other
 * message refuses. */
static void change_bytes_of(enum mp_kind kind)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1u << 20);
    struct mp_record record = sample_record(kind), back;
    struct mp_buffer bytes, again;
    struct mp_fault fault;
    uint64_t seed = 3;
    int taken = 0;

    mp_buffer_init(&bytes, 10000);
    mp_buffer_init(&again, 10000);
    cr_assert_eq(mp_record_encode(&record, arena, &bytes), 0);
    for (int i = 0; i < 30000; i++) {
        size_t at = test_random(&seed) % bytes.size;
        uint8_t before = bytes.data[at];

        bytes.data[at] = (uint8_t)test_random(&seed);
        mp_arena_reset(arena);
        mp_buffer_clear(&again);
        if (mp_record_decode(mp_buffer_span(&bytes), arena, &back) == 0) {
            cr_assert_eq(
                mp_wire_check(&milepost__v1__record__descriptor, mp_buffer_span(&bytes), &fault), 0,
                "byte %zu from %u to %u: %s", at, before, bytes.data[at], fault.field);
            cr_assert_eq(mp_record_encode(&back, arena, &again), 0);
            taken++;
        }
        bytes.data[at] = before;
    }
    cr_assert_gt(taken, 0);
    cr_assert_lt(taken, 30000);
    mp_buffer_done(&bytes);
    mp_buffer_done(&again);
}

Test(proto_record, any_byte_changed_is_refused_or_well_formed)
{
    for (int kind = MP_KIND_TERM; kind <= MP_KIND_LAST; kind++)
        change_bytes_of((enum mp_kind)kind);
}

Test(proto_record, a_milestone_over_the_budget_is_no_malformed_one)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1u << 20);
    MP_AUTO(mp_arena_free) struct mp_arena *small = mp_arena_new(64);
    struct mp_record record = sample_record(MP_KIND_MILESTONE);
    struct mp_buffer bytes;

    mp_buffer_init(&bytes, 10000);
    cr_assert_eq(mp_record_encode(&record, arena, &bytes), 0);
    cr_assert_eq(mp_record_decode(mp_buffer_span(&bytes), small, &record), MP_ENOMEM);
    cr_assert_eq(mp_arena_used_bytes(small), 0);
    mp_buffer_done(&bytes);
}

/* Empty messages become thirty times as much memory. */
Test(proto_record, a_mass_of_empty_keys_stays_in_the_budget)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1u << 20);
    struct mp_buffer agency, bytes;
    struct mp_record record;

    mp_buffer_init(&agency, 1u << 20);
    mp_buffer_init(&bytes, 1u << 20);
    while (agency.size < 120000)
        mp_wire_put_bytes(&agency, 2, mp_span_make(NULL, 0));
    mp_wire_put_number(&bytes, 1, MP_KIND_AGENCY);
    mp_wire_put_bytes(&bytes, 2, mp_span_text("@agency/"));
    mp_wire_put_bytes(&bytes, 12, mp_buffer_span(&agency));
    cr_assert_eq(mp_record_decode(mp_buffer_span(&bytes), arena, &record), MP_ENOMEM);
    cr_assert_eq(mp_arena_used_bytes(arena), 0);
    mp_buffer_done(&agency);
    mp_buffer_done(&bytes);
}

Test(proto_record, a_subject_of_no_kind_is_not_encoded)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1u << 20);
    struct mp_record record = sample_record(MP_KIND_TERM);
    struct mp_buffer bytes;

    mp_buffer_init(&bytes, 10000);
    record.subject.kind = MP_KIND_NONE;
    cr_assert_eq(mp_record_encode(&record, arena, &bytes), MP_EINVAL);
    record.subject.kind = (enum mp_kind)(MP_KIND_LAST + 1);
    cr_assert_eq(mp_record_encode(&record, arena, &bytes), MP_EINVAL);
    mp_buffer_done(&bytes);
}
