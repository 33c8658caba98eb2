/* Any message of the schema (the first byte chooses which): read and written as protobuf-c itself
 * reads and writes it. */
#include "tests/fuzz/fuzz.h"

#include "tests/support/messages.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {.left = mp_span_make(data, size)};
    const ProtobufCMessageDescriptor *type = message_roots[fuzz_u8(&input) % MESSAGE_ROOTS];

    mp_assert(messages_differ(type, input.left) == NULL);
    return 0;
}
