/* A question from anybody: its texts are given and within bounds, and it is the same after
 * encoding. */
#include "tests/fuzz/fuzz.h"

#include "proto/ask.h"

static void check_texts(const struct mp_ask *ask)
{
    const char *const texts[] = {ask->id,     ask->prefix, ask->programme, ask->corridor,
                                 ask->region, ask->agency, ask->status,    ask->indicator};

    for (size_t i = 0; i < MP_LENGTH(texts); i++)
        fuzz_check_text(texts[i]);
    mp_assert(ask->cursor.size <= MP_CURSOR_MOST);
    fuzz_touch(ask->cursor);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = fuzz_arena(FUZZ_ARENA_BYTES);
    MP_AUTO(fuzz_buffer_done) struct mp_buffer first = fuzz_buffer();
    MP_AUTO(fuzz_buffer_done) struct mp_buffer second = fuzz_buffer();
    struct mp_ask ask;
    int result = mp_ask_decode(mp_span_make(data, size), arena, &ask);

    mp_assert(result == 0 || result == MP_EMALFORMED);
    if (result != 0)
        return 0;
    mp_assert(size <= MP_ASK_MOST);
    check_texts(&ask);
    mp_assert(mp_ask_encode(&ask, &first) == 0 && first.error == 0);
    mp_assert(mp_ask_decode(mp_buffer_span(&first), arena, &ask) == 0);
    mp_assert(mp_ask_encode(&ask, &second) == 0 && second.error == 0);
    mp_assert(mp_span_equal(mp_buffer_span(&first), mp_buffer_span(&second)));
    return 0;
}
