/* What the codecs take for granted about the schema. */
#include "core/base/auto.h"
#include "core/domain/codes.h"
#include "milepost/v1/ask.pb-c.h"
#include "milepost/v1/feed.pb-c.h"
#include "milepost/v1/record.pb-c.h"
#include "milepost/v1/submit.pb-c.h"
#include "proto/check.h"
#include "tests/support/messages.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

typedef void visitor(const ProtobufCMessageDescriptor *type);

/* Depth first with a stack of our own; a type that reaches itself overflows it and fails. */
static void walk(const ProtobufCMessageDescriptor *root, visitor *visit)
{
    const ProtobufCMessageDescriptor *types[MP_CHECK_DEPTH_MOST + 1] = {root};
    unsigned next[MP_CHECK_DEPTH_MOST + 1] = {0};
    size_t depth = 1;

    if (visit != NULL)
        visit(root);
    while (depth > 0) {
        const ProtobufCMessageDescriptor *type = types[depth - 1];
        const ProtobufCFieldDescriptor *field;

        if (next[depth - 1] == type->n_fields) {
            depth--;
            continue;
        }
        field = &type->fields[next[depth - 1]++];
        if (field->type != PROTOBUF_C_TYPE_MESSAGE)
            continue;
        for (size_t i = 0; i < depth; i++)
            cr_assert_neq(types[i], field->descriptor, "%s reaches itself by %s.%s", types[i]->name,
                          type->name, field->name);
        cr_assert_lt(depth, MP_CHECK_DEPTH_MOST, "%s is nested too deep", type->name);
        types[depth] = field->descriptor;
        next[depth] = 0;
        depth++;
        if (visit != NULL)
            visit(field->descriptor);
    }
}

Test(proto_schema, no_message_reaches_itself)
{
    for (size_t i = 0; i < MESSAGE_ROOTS; i++)
        walk(message_roots[i], NULL);
}

static void visit_fields(const ProtobufCMessageDescriptor *type)
{
    unsigned choice = 0;

    cr_assert_leq(type->n_fields, MP_CHECK_FIELDS_MOST, "%s", type->name);
    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];

        cr_assert_eq(field->flags & PROTOBUF_C_FIELD_FLAG_PACKED, 0, "%s.%s", type->name,
                     field->name);
        switch (field->type) {
        case PROTOBUF_C_TYPE_UINT32:
        case PROTOBUF_C_TYPE_SINT32:
        case PROTOBUF_C_TYPE_INT64:
        case PROTOBUF_C_TYPE_SINT64:
        case PROTOBUF_C_TYPE_UINT64:
        case PROTOBUF_C_TYPE_BOOL:
        case PROTOBUF_C_TYPE_ENUM:
            cr_assert_neq(field->label, PROTOBUF_C_LABEL_REPEATED, "%s.%s", type->name,
                          field->name);
            break;
        case PROTOBUF_C_TYPE_STRING:
        case PROTOBUF_C_TYPE_BYTES:
        case PROTOBUF_C_TYPE_MESSAGE:
            break;
        default:
            cr_assert_fail("%s.%s has a type that the check does not take", type->name,
                           field->name);
        }
        if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0)
            continue;
        cr_assert(choice == 0 || choice == field->quantifier_offset, "%s has two oneofs",
                  type->name);
        choice = field->quantifier_offset;
    }
}

Test(proto_schema, the_check_knows_every_type_that_is_used)
{
    for (size_t i = 0; i < MESSAGE_ROOTS; i++)
        walk(message_roots[i], visit_fields);
}

#define X(name, number, text) {number, text},
static const struct family {
    const ProtobufCEnumDescriptor *type;
    const char *start; /* of the enum's names */
    struct {
        int number;
        const char *name;
    } codes[32];
} families[] = {
    {&milepost__v1__role__descriptor, "ROLE_", {MP_ROLES(X)}},
    {&milepost__v1__reason__descriptor, "REASON_", {MP_REASONS(X)}},
    {&milepost__v1__project_status__descriptor, "PROJECT_STATUS_", {MP_PROJECT_STATUSES(X)}},
    {&milepost__v1__milestone_status__descriptor, "MILESTONE_STATUS_", {MP_MILESTONE_STATUSES(X)}},
    {&milepost__v1__milestone_type__descriptor, "MILESTONE_TYPE_", {MP_MILESTONE_TYPES(X)}},
    {&milepost__v1__link_type__descriptor, "LINK_TYPE_", {MP_LINK_TYPES(X)}},
    {&milepost__v1__precision__descriptor, "PRECISION_", {MP_PRECISIONS(X)}},
    {&milepost__v1__observation_kind__descriptor, "OBSERVATION_KIND_", {MP_OBSERVATION_KINDS(X)}},
    {&milepost__v1__scheme__descriptor, "SCHEME_", {MP_SCHEMES(X)}},
    {&milepost__v1__direction__descriptor, "DIRECTION_", {MP_DIRECTIONS(X)}},
    {&milepost__v1__record_kind__descriptor, "RECORD_KIND_", {MP_KINDS(X)}},
};
static const struct {
    int number;
    const char *name;
} changes[] = {MP_CHANGES(X)};
#undef X

/* LAW_AND_ORDER is law-and-order, NOT_MET is notMet. */
static bool same_name(const char *upper, const char *name)
{
    for (; *upper != '\0' || *name != '\0'; upper++) {
        if (*upper == '_') {
            name += *name == '-';
            continue;
        }
        if (*upper != (*name >= 'a' && *name <= 'z' ? *name - 'a' + 'A' : *name))
            return false;
        name++;
    }
    return true;
}

Test(proto_schema, its_codes_are_those_of_the_domain)
{
    for (size_t i = 0; i < MP_LENGTH(families); i++) {
        const struct family *family = &families[i];
        size_t start = strlen(family->start);
        unsigned count = 0;

        while (family->codes[count].name != NULL)
            count++;
        cr_assert_eq(family->type->n_values, count + 1, "%s", family->type->name);
        for (unsigned j = 0; j < count; j++) {
            const ProtobufCEnumValue *value = &family->type->values[j + 1];

            cr_assert_eq(value->value, family->codes[j].number, "%s", value->name);
            cr_assert_eq(strncmp(value->name, family->start, start), 0, "%s", value->name);
            cr_assert(same_name(value->name + start, family->codes[j].name), "%s is not %s",
                      value->name, family->codes[j].name);
        }
    }
}

Test(proto_schema, its_kinds_of_change_are_those_of_the_domain)
{
    const ProtobufCMessageDescriptor *type = &milepost__v1__change__descriptor;
    unsigned count = 0;

    for (unsigned i = 0; i < type->n_fields; i++) {
        char name[40];

        if ((type->fields[i].flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0)
            continue;
        cr_assert_eq(type->fields[i].id, 10 + (unsigned)changes[count].number);
        snprintf(name, sizeof(name), "%s", type->fields[i].name);
        for (char *c = name; *c != '\0'; c++)
            *c = *c == '_' ? '-' : *c;
        cr_assert_str_eq(name, changes[count].name);
        count++;
    }
    cr_assert_eq(count, MP_CHANGE_LAST);
}
