/* What the fuzz targets share. A target is one file with LLVMFuzzerTestOneInput, linked twice: with
 * libFuzzer (MILEPOST_FUZZ), and with replay.c, which ordinary test runs use. What a target
 * promises of its decoder is said with mp_assert: here a failed assertion is a finding. */
#ifndef MP_FUZZ_FUZZ_H
#define MP_FUZZ_FUZZ_H

#include "core/base/arena.h"
#include "core/base/assert.h"
#include "core/base/buffer.h"
#include "core/base/error.h"

#include <stdint.h>

#define FUZZ_ARENA_BYTES ((size_t)16 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Never NULL. */
struct mp_arena *fuzz_arena(size_t budget_bytes);
/* A budget that many inputs do not fit in, the same for the same input. */
size_t fuzz_small_budget(struct mp_span bytes);
/* Initialised and empty, limited to what any message may have, cleaned by MP_AUTO. */
struct mp_buffer fuzz_buffer(void);
static inline void fuzz_buffer_done_auto(struct mp_buffer *buffer)
{
    mp_buffer_done(buffer);
}
/* Touches every byte, so that a span that leaves its memory is noticed. */
void fuzz_touch(struct mp_span bytes);
/* Touches it too: never NULL, UTF-8. */
void fuzz_check_text(const char *text);
/* A sentence for a person: a text on one line. */
void fuzz_check_sentence(const char *text);

/* What is left of the input, eaten from the front; zeros and empty spans at the end. */
struct fuzz_input {
    struct mp_span left;
};
uint8_t fuzz_u8(struct fuzz_input *input);
struct mp_span fuzz_bytes(struct fuzz_input *input, size_t size);

/* A folder of this process, in memory if there is such a place; removed with its files at exit. */
const char *fuzz_folder(void);
/* Writes the file anew; its path stays valid until the next call. */
const char *fuzz_write(const char *name, struct mp_span bytes);

#endif
