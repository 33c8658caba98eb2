/* Shared by faults_disk.c (what is on a disk) and faults_images.c (what may be on it). */
#ifndef MP_TESTS_SUPPORT_FAULTS_DISK_PRIVATE_H
#define MP_TESTS_SUPPORT_FAULTS_DISK_PRIVATE_H

#include "tests/support/faults_disk.h"
#include "tests/support/faults_log_format.h"

#define FILES_MOST 16
#define NAMES_MOST 32
#define NOBODY     SIZE_MAX

struct disk_file {
    uint64_t inode;
    uint8_t *bytes;
    size_t size, capacity;
};

struct disk_name {
    const char *path;
    size_t file; /* NOBODY: a folder */
};

struct faults_disk {
    struct disk_file files[FILES_MOST];
    size_t file_count;
    struct disk_name names[NAMES_MOST];
    size_t name_count;
    const char *under;
};

struct disk_op {
    struct faults_log_entry entry;
    size_t file; /* that it is about; NOBODY: a folder, or none */
    const uint8_t *bytes;
    const char *path, *more;
};

struct faults_log {
    struct mp_arena *arena;
    struct disk_op *ops;
    size_t count;
};

void faults_log_open(struct faults_log *log, const char *path, struct faults_disk *disk);
void faults_log_close(struct faults_log *log);

size_t faults_disk_find(const struct faults_disk *disk, const char *path);
size_t faults_disk_sectors(const struct disk_op *op);
/* kept: which of its sectors, a byte each; NULL: all. */
void faults_disk_apply(struct faults_disk *disk, const struct disk_op *op, const uint8_t *kept);
/* To must be zero-initialised, or a copy already. */
void faults_disk_copy(struct faults_disk *to, const struct faults_disk *from);
void faults_disk_done(struct faults_disk *disk);
void faults_disk_write(struct faults_disk *disk, const char *to);

#endif
