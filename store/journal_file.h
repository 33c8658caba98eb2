/* journal.log as a file: sectors that prove themselves, rows of them. Private to the journal. */
#ifndef MP_STORE_JOURNAL_FILE_H
#define MP_STORE_JOURNAL_FILE_H

#include "core/base/auto.h"
#include "core/base/error.h"
#include "core/base/span.h"

#define MP_JOURNAL_FILE      "journal.log"
#define MP_JOURNAL_BYTES     ((size_t)1 << 20)  /* of the file */
#define MP_JOURNAL_ROW_BYTES ((size_t)16 << 10) /* the largest row */

/* Returns the descriptor, or an error: MP_ENOTFOUND; MP_ENOSPC; MP_ECORRUPT: it was cut short. */
int mp_journal_file_open(const char *store_folder, bool read_only) MP_CHECK_RESULT;

/* What the row takes of the file: a multiple of 4096. */
size_t mp_journal_row_extent(size_t size);
/* One write and one sync. 0, MP_ENOSPC (it is not there) or MP_EIO. */
int mp_journal_row_write(int file, size_t at, uint64_t number, struct mp_span row) MP_CHECK_RESULT;

/* The file as it was read once. */
struct mp_journal_image {
    uint8_t *bytes; /* MP_JOURNAL_BYTES */
    uint8_t *row;   /* room for the largest one */
};
/* MP_ECORRUPT: it was whole once and is not now. One whose making was cut short is of zeros. */
int mp_journal_image_read(int file, struct mp_journal_image *ret_image) MP_CHECK_RESULT;
/* The first size bytes again, durably, where they were read. */
int mp_journal_image_write(int file, const struct mp_journal_image *image,
                           size_t size) MP_CHECK_RESULT;
void mp_journal_image_done(struct mp_journal_image *image);
static inline void mp_journal_image_done_auto(struct mp_journal_image *image)
{
    mp_journal_image_done(image);
}

/* The row of that number at *at, which moves behind it; until the next call. False: there is none,
 * or it was never whole. */
bool mp_journal_image_row(struct mp_journal_image *image, uint64_t number, size_t *at,
                          struct mp_span *ret_row);
/* The offset of the first sector that does not prove itself, or is of a larger number than `last`;
 * MP_JOURNAL_BYTES when there is none. */
size_t mp_journal_image_fault(const struct mp_journal_image *image, uint64_t last);

#endif
