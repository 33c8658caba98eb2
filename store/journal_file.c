#include "store/journal_file.h"

#include "core/base/assert.h"
#include "core/base/buffer.h"
#include "core/base/file.h"
#include "core/base/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECTOR_BYTES 512
#define HEADER_BYTES 16 /* of a sector: its CRC, the row's CRC, the row's number */
#define PIECE_BYTES  (SECTOR_BYTES - HEADER_BYTES)
#define SIZE_BYTES   4 /* before a row */
#define BLOCK_BYTES  4096
#define EXTENT_MOST                                                                                \
    ((MP_JOURNAL_ROW_BYTES + SIZE_BYTES + PIECE_BYTES - 1) / PIECE_BYTES * SECTOR_BYTES +          \
     BLOCK_BYTES)

static void put_number(uint8_t *place, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        place[i] = (uint8_t)(value >> (8 * (bytes - 1 - i)));
}

static uint64_t get_number(const uint8_t *place, unsigned bytes)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < bytes; i++)
        value = value << 8 | place[i];
    return value;
}

static uint32_t crc_of(const uint8_t *sector)
{
    return mp_crc32c(0, mp_span_make(sector + 4, SECTOR_BYTES - 4));
}

static uint32_t row_crc_of(const uint8_t *sector)
{
    return (uint32_t)get_number(sector + 4, 4);
}

static uint64_t number_of(const uint8_t *sector)
{
    return get_number(sector + 8, 8);
}

static bool is_proven(const uint8_t *sector)
{
    return get_number(sector, 4) == crc_of(sector);
}

static bool is_zero(const uint8_t *sector)
{
    static const uint8_t zeros[SECTOR_BYTES];

    return memcmp(sector, zeros, SECTOR_BYTES) == 0;
}

static size_t sectors_of(size_t size)
{
    return (size + SIZE_BYTES + PIECE_BYTES - 1) / PIECE_BYTES;
}

size_t mp_journal_row_extent(size_t size)
{
    return (sectors_of(size) * SECTOR_BYTES + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES;
}

static int write_all(int file, const uint8_t *bytes, size_t size, size_t at)
{
    while (size > 0) {
        ssize_t written = pwrite(file, bytes, size, (off_t)at);

        if (written < 0 && errno != EINTR)
            return mp_error_from_errno(errno);
        if (written > 0) {
            bytes += written;
            at += (size_t)written;
            size -= (size_t)written;
        }
    }
    return 0;
}

/* Zeros to its end: later writes take no room and change no size, so a sync of them writes nothing
 * else. Nothing is logged before this has succeeded, so it may begin again. */
static int make_whole(int file)
{
    struct mp_journal_image image = {.bytes = NULL};
    struct stat status;
    uint8_t *zeros;
    int error;

    if (fstat(file, &status) < 0)
        return mp_error_from_errno(errno);
    if ((uint64_t)status.st_size >= MP_JOURNAL_BYTES)
        return 0;
    error = mp_journal_image_read(file, &image); /* one that was whole once is not made anew */
    if (error < 0)
        return error;
    mp_journal_image_done(&image);
    zeros = calloc(1, MP_JOURNAL_BYTES);
    error = zeros == NULL ? MP_ENOMEM : write_all(file, zeros, MP_JOURNAL_BYTES - 1, 0);
    if (error == 0 && fsync(file) < 0)
        error = mp_error_from_errno(errno);
    /* The last byte makes it whole. */
    if (error == 0)
        error = write_all(file, zeros, 1, MP_JOURNAL_BYTES - 1);
    if (error == 0 && fsync(file) < 0)
        error = mp_error_from_errno(errno);
    free(zeros);
    return error;
}

int mp_journal_file_open(const char *store_folder, bool read_only)
{
    char path[PATH_MAX];
    int length = snprintf(path, sizeof(path), "%s/" MP_JOURNAL_FILE, store_folder);
    int file, error;

    if (length < 0 || (size_t)length >= sizeof(path))
        return MP_EINVAL;
    file = open(path, (read_only ? O_RDONLY : O_RDWR | O_CREAT) | O_CLOEXEC, 0600);
    if (file < 0)
        return mp_error_from_errno(errno);
    error = read_only ? 0 : make_whole(file);
    if (error == MP_ENOSPC)
        (void)!ftruncate(file, 0);  /* what there is of room is of more use elsewhere */
    if (error == 0 && !read_only) { /* each time: who made it may have died before this */
        error = mp_file_sync_folder(store_folder);
        /* Not as if there were no room for it: something may be logged in it. */
        error = error == MP_ENOSPC ? MP_EIO : error;
    }
    if (error == 0)
        return file;
    (void)close(file);
    return error;
}

static size_t frame(uint8_t *extent, uint64_t number, struct mp_span row)
{
    size_t extent_bytes = mp_journal_row_extent(row.size), taken = 0;
    uint32_t row_crc = mp_crc32c(0, row);

    memset(extent, 0, extent_bytes);
    for (size_t i = 0; i < sectors_of(row.size); i++) {
        uint8_t *sector = extent + i * SECTOR_BYTES, *piece = sector + HEADER_BYTES;
        size_t room = PIECE_BYTES, size;

        if (i == 0) {
            put_number(piece, row.size, SIZE_BYTES);
            piece += SIZE_BYTES;
            room -= SIZE_BYTES;
        }
        size = row.size - taken < room ? row.size - taken : room;
        memcpy(piece, row.data + taken, size);
        taken += size;
        put_number(sector + 4, row_crc, 4);
        put_number(sector + 8, number, 8);
        put_number(sector, crc_of(sector), 4);
    }
    return extent_bytes;
}

static int write_durable(int file, const uint8_t *bytes, size_t size, size_t at)
{
    int error = write_all(file, bytes, size, at);

    if (error == 0 && fdatasync(file) < 0)
        error = mp_error_from_errno(errno);
    return error;
}

/* So that what was not acknowledged is not found under a number that will be used again. */
static int take_back(int file, size_t at)
{
    static const uint8_t zeros[BLOCK_BYTES];

    return write_durable(file, zeros, sizeof(zeros), at) == 0 ? MP_ENOSPC : MP_EIO;
}

int mp_journal_row_write(int file, size_t at, uint64_t number, struct mp_span row)
{
    uint8_t extent[EXTENT_MOST];
    int error;

    mp_assert(row.size <= MP_JOURNAL_ROW_BYTES &&
              at + mp_journal_row_extent(row.size) <= MP_JOURNAL_BYTES);
    error = write_durable(file, extent, frame(extent, number, row), at);
    if (error == MP_ENOSPC)
        return take_back(file, at);
    return error == 0 ? 0 : MP_EIO;
}

int mp_journal_image_read(int file, struct mp_journal_image *ret_image)
{
    struct mp_journal_image image = {.bytes = calloc(1, MP_JOURNAL_BYTES),
                                     .row = malloc(MP_JOURNAL_ROW_BYTES)};
    size_t size = 0;
    int error = image.bytes == NULL || image.row == NULL ? MP_ENOMEM : 0;

    while (error == 0 && size < MP_JOURNAL_BYTES) {
        ssize_t got = pread(file, image.bytes + size, MP_JOURNAL_BYTES - size, (off_t)size);

        if (got < 0 && errno != EINTR)
            error = mp_error_from_errno(errno);
        if (got == 0)
            break;
        size += got > 0 ? (size_t)got : 0;
    }
    for (size_t at = 0; error == 0 && size < MP_JOURNAL_BYTES && at < size; at += SECTOR_BYTES)
        error = is_zero(image.bytes + at) ? 0 : MP_ECORRUPT;
    if (error == 0)
        *ret_image = image;
    else
        mp_journal_image_done(&image);
    return error;
}

int mp_journal_image_write(int file, const struct mp_journal_image *image, size_t size)
{
    return write_durable(file, image->bytes, size, 0);
}

void mp_journal_image_done(struct mp_journal_image *image)
{
    free(image->bytes);
    free(image->row);
    *image = (struct mp_journal_image){0};
}

bool mp_journal_image_row(struct mp_journal_image *image, uint64_t number, size_t *at,
                          struct mp_span *ret_row)
{
    const uint8_t *first = image->bytes + *at;
    size_t size, taken = 0;

    if (*at + BLOCK_BYTES > MP_JOURNAL_BYTES || !is_proven(first) || number_of(first) != number)
        return false;
    size = (size_t)get_number(first + HEADER_BYTES, SIZE_BYTES);
    if (size > MP_JOURNAL_ROW_BYTES || *at + mp_journal_row_extent(size) > MP_JOURNAL_BYTES)
        return false;
    for (size_t i = 0; i < sectors_of(size); i++) {
        const uint8_t *sector = first + i * SECTOR_BYTES;
        size_t before = HEADER_BYTES + (i == 0 ? SIZE_BYTES : 0);
        size_t piece = SECTOR_BYTES - before < size - taken ? SECTOR_BYTES - before : size - taken;

        if (!is_proven(sector) || number_of(sector) != number ||
            row_crc_of(sector) != row_crc_of(first))
            return false;
        memcpy(image->row + taken, sector + before, piece);
        taken += piece;
    }
    *ret_row = mp_span_make(image->row, size);
    if (mp_crc32c(0, *ret_row) != row_crc_of(first))
        return false;
    *at += mp_journal_row_extent(size);
    return true;
}

size_t mp_journal_image_fault(const struct mp_journal_image *image, uint64_t last)
{
    for (size_t at = 0; at < MP_JOURNAL_BYTES; at += SECTOR_BYTES) {
        const uint8_t *sector = image->bytes + at;

        if (!is_zero(sector) && (!is_proven(sector) || number_of(sector) > last))
            return at;
    }
    return MP_JOURNAL_BYTES;
}
