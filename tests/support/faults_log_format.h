/* The log of tests/preload/record.c: entries, each followed by its bytes. */
#ifndef MP_TESTS_SUPPORT_FAULTS_LOG_FORMAT_H
#define MP_TESTS_SUPPORT_FAULTS_LOG_FORMAT_H

#include <stdint.h>

enum faults_log_kind {
    FAULTS_LOG_WRITE = 1, /* file, offset, the bytes */
    FAULTS_LOG_SIZE,      /* file, offset: cut or lengthened to it */
    FAULTS_LOG_SYNC,      /* file, or the path of a folder: what was done to it is on the disk */
    FAULTS_LOG_CREATE,    /* file, path */
    FAULTS_LOG_FOLDER,    /* path */
    FAULTS_LOG_RENAME,    /* path, and more: the new one */
    FAULTS_LOG_LINK,      /* path, and more: another name of the same */
    FAULTS_LOG_UNLINK,    /* path of a file or folder */
    FAULTS_LOG_SAID       /* the bytes */
};

struct faults_log_entry {
    uint64_t file; /* inode */
    int64_t offset;
    uint32_t size, more; /* bytes that follow */
    uint32_t kind;
    uint32_t is_synced; /* written through a descriptor opened with O_DSYNC */
};

#endif
