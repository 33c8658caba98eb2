/* What a crash of the machine may leave of what a process did to its files: rebuilt from the log of
 * tests/preload/record.c.
 *
 * The model is what POSIX promises and no more. A write, a name made or moved, and a size set are
 * pending until a sync: of the file, for its bytes and size; of the folder, for the names in it. A
 * write through a descriptor with O_DSYNC is on the disk when it returns, alone. A crash keeps any
 * subset of what is pending, in order; of a write it keeps any of its sectors (512 bytes), each
 * whole or not at all. LMDB's meta page is written as 120 bytes within one sector: it is there or
 * not, never half. Lock files are empty: nothing of them is written. */
#ifndef MP_TESTS_SUPPORT_FAULTS_DISK_H
#define MP_TESTS_SUPPORT_FAULTS_DISK_H

#include "tests/support/faults_run.h"

#define FAULTS_SECTOR 512

struct faults_disk;

/* A moment at which the machine may stop: before a sync, and after each line that was said. */
struct faults_moment {
    size_t number;
    const char *said; /* everything until then */
    size_t pending;
};

/* Makes the images in the folder `to`, one after another, each in place of the one before, and
 * calls check for each. most: 0 for every legal image (all subsets up to 8 pending, beyond that
 * none, all, each alone, each missing and 1,000 by seed; torn ones), else so many of them at each
 * moment, by seed. Returns how many there were. */
struct faults_images {
    const char *log, *under, *to;
    size_t most;
    void (*check)(void *context, const struct faults_moment *moment, const char *what);
    void *context;
};
size_t faults_images_each(const struct faults_images *images);

/* How often the log has a write to a place of a file that was written before. */
size_t faults_rewrites(const char *log);

#endif
