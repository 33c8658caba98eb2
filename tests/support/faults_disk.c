#include "tests/support/faults_disk.h"

#include "core/base/file.h"
#include "tests/support/faults_disk_private.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOG_MOST ((size_t)512 << 20)

static size_t add_file(struct faults_disk *disk, uint64_t inode)
{
    cr_assert_lt(disk->file_count, (size_t)FILES_MOST);
    disk->files[disk->file_count] = (struct disk_file){.inode = inode};
    return disk->file_count++;
}

/* The newest of that number: a file that is gone leaves its number to another. */
static size_t find_file(const struct faults_disk *disk, uint64_t inode)
{
    for (size_t i = disk->file_count; i > 0; i--) {
        if (disk->files[i - 1].inode == inode)
            return i - 1;
    }
    return NOBODY;
}

size_t faults_disk_find(const struct faults_disk *disk, const char *path)
{
    for (size_t i = 0; i < disk->name_count; i++) {
        if (strcmp(disk->names[i].path, path) == 0)
            return i;
    }
    return NOBODY;
}

static bool has_parent(const struct faults_disk *disk, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *parent = system_text("%.*s", (int)(slash - path), path);

    return strcmp(parent, disk->under) == 0 || faults_disk_find(disk, parent) != NOBODY;
}

static void set_name(struct faults_disk *disk, const char *path, size_t file)
{
    size_t at = faults_disk_find(disk, path);

    if (at == NOBODY) {
        cr_assert_lt(disk->name_count, (size_t)NAMES_MOST);
        at = disk->name_count++;
    }
    disk->names[at] = (struct disk_name){.path = path, .file = file};
}

/* With what lies below it: what was in a folder that is gone is not to be found any more. */
static void drop_below(struct faults_disk *disk, const char *path)
{
    size_t size = strlen(path), left = 0;

    for (size_t i = 0; i < disk->name_count; i++) {
        const char *name = disk->names[i].path;

        if (strncmp(name, path, size) != 0 || (name[size] != '\0' && name[size] != '/'))
            disk->names[left++] = disk->names[i];
    }
    disk->name_count = left;
}

/* With what lies below it. What is in its place goes. */
static void rename_to(struct faults_disk *disk, const char *from, const char *to)
{
    size_t size = strlen(from);

    if (faults_disk_find(disk, from) == NOBODY)
        return;
    drop_below(disk, to);
    for (size_t i = 0; i < disk->name_count; i++) {
        struct disk_name *name = &disk->names[i];

        if (strcmp(name->path, from) == 0)
            name->path = to;
        else if (strncmp(name->path, from, size) == 0 && name->path[size] == '/')
            name->path = system_text("%s%s", to, name->path + size);
    }
}

static void lengthen(struct disk_file *file, size_t size)
{
    if (size > file->capacity) {
        size_t capacity = size * 2;

        file->bytes = realloc(file->bytes, capacity);
        cr_assert_not_null(file->bytes);
        file->capacity = capacity;
    }
    if (size > file->size) {
        memset(file->bytes + file->size, 0, size - file->size);
        file->size = size;
    }
}

size_t faults_disk_sectors(const struct disk_op *op)
{
    size_t first = (size_t)op->entry.offset / FAULTS_SECTOR;
    size_t end = ((size_t)op->entry.offset + op->entry.size + FAULTS_SECTOR - 1) / FAULTS_SECTOR;

    return op->entry.kind == FAULTS_LOG_WRITE ? end - first : 1;
}

/* The bytes of the write that lie in the sector of that number within it. */
static void write_sector(struct disk_file *file, const struct disk_op *op, size_t sector)
{
    size_t from = (size_t)op->entry.offset, end = from + op->entry.size;
    size_t low = (from / FAULTS_SECTOR + sector) * FAULTS_SECTOR, high = low + FAULTS_SECTOR;

    low = low < from ? from : low;
    high = high > end ? end : high;
    lengthen(file, high);
    memcpy(file->bytes + low, op->bytes + (low - from), high - low);
}

void faults_disk_apply(struct faults_disk *disk, const struct disk_op *op, const uint8_t *kept)
{
    struct disk_file *file = op->file == NOBODY ? NULL : &disk->files[op->file];
    size_t at;

    switch (op->entry.kind) {
    case FAULTS_LOG_WRITE:
        for (size_t i = 0; i < faults_disk_sectors(op); i++) {
            if (kept == NULL || kept[i])
                write_sector(file, op, i);
        }
        break;
    case FAULTS_LOG_SIZE:
        lengthen(file, (size_t)op->entry.offset);
        file->size = (size_t)op->entry.offset;
        break;
    case FAULTS_LOG_CREATE:
    case FAULTS_LOG_FOLDER:
        if (has_parent(disk, op->path))
            set_name(disk, op->path, op->file);
        break;
    case FAULTS_LOG_RENAME:
        if (has_parent(disk, op->more))
            rename_to(disk, op->path, op->more);
        break;
    case FAULTS_LOG_LINK:
        at = faults_disk_find(disk, op->path);
        if (at != NOBODY && has_parent(disk, op->more))
            set_name(disk, op->more, disk->names[at].file);
        break;
    case FAULTS_LOG_UNLINK:
        drop_below(disk, op->path);
        break;
    default:
        break;
    }
}

void faults_disk_copy(struct faults_disk *to, const struct faults_disk *from)
{
    for (size_t i = 0; i < from->file_count; i++) {
        struct disk_file *file = &to->files[i];

        file->inode = from->files[i].inode;
        file->size = 0;
        lengthen(file, from->files[i].size);
        if (file->size > 0)
            memcpy(file->bytes, from->files[i].bytes, file->size);
    }
    to->file_count = from->file_count;
    memcpy(to->names, from->names, sizeof(to->names));
    to->name_count = from->name_count;
    to->under = from->under;
}

void faults_disk_done(struct faults_disk *disk)
{
    for (size_t i = 0; i < FILES_MOST; i++)
        free(disk->files[i].bytes);
}

static void write_file(const struct disk_file *file, const char *path)
{
    int target = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    cr_assert_geq(target, 0, "%s", path);
    for (size_t at = 0; at < file->size;) {
        ssize_t size = write(target, file->bytes + at, file->size - at);

        cr_assert_gt(size, 0);
        at += (size_t)size;
    }
    (void)close(target);
}

/* Folders before what is in them: shorter paths first. */
static int compare_names(const void *a, const void *b)
{
    size_t left = strlen(((const struct disk_name *)a)->path);
    size_t right = strlen(((const struct disk_name *)b)->path);

    return (left > right) - (left < right);
}

void faults_disk_write(struct faults_disk *disk, const char *to)
{
    folder_remove(to);
    cr_assert_eq(mkdir(to, 0700), 0, "%s", to);
    qsort(disk->names, disk->name_count, sizeof(disk->names[0]), compare_names);
    for (size_t i = 0; i < disk->name_count; i++) {
        const struct disk_name *name = &disk->names[i];
        char path[512];

        (void)snprintf(path, sizeof(path), "%s%s", to, name->path + strlen(disk->under));
        if (name->file != NOBODY)
            write_file(&disk->files[name->file], path);
        else
            cr_assert_eq(mkdir(path, 0700), 0, "%s", path);
    }
}

/* ---- The log ---- */

static void take_entry(struct faults_log *log, struct faults_disk *disk, const uint8_t *at)
{
    struct disk_op *op = &log->ops[log->count++];

    memcpy(&op->entry, at, sizeof(op->entry));
    op->bytes = at + sizeof(op->entry);
    op->path = (const char *)op->bytes;
    op->more = (const char *)op->bytes + op->entry.size;
    op->file = NOBODY;
    if (op->entry.kind == FAULTS_LOG_CREATE)
        op->file = add_file(disk, op->entry.file);
    else if (op->entry.kind == FAULTS_LOG_WRITE || op->entry.kind == FAULTS_LOG_SIZE ||
             op->entry.kind == FAULTS_LOG_SYNC)
        op->file = find_file(disk, op->entry.file);
    cr_assert(op->file != NOBODY || op->entry.kind >= FAULTS_LOG_SYNC,
              "a write to a file that nobody made");
}

/* Files get their places as they are made; what is in them comes by the operations. */
void faults_log_open(struct faults_log *log, const char *path, struct faults_disk *disk)
{
    struct mp_span bytes;
    size_t at = 0, count = 0;

    *log = (struct faults_log){.arena = mp_arena_new(LOG_MOST)};
    cr_assert_not_null(log->arena);
    cr_assert_eq(mp_file_read(log->arena, path, LOG_MOST / 2, &bytes), 0, "%s", path);
    for (int pass = 0; pass < 2; pass++) {
        for (at = 0; at < bytes.size;) {
            struct faults_log_entry entry;

            cr_assert_geq(bytes.size - at, sizeof(entry), "the log is cut");
            memcpy(&entry, bytes.data + at, sizeof(entry));
            if (pass == 1)
                take_entry(log, disk, bytes.data + at);
            at += sizeof(entry) + entry.size + entry.more;
            count += pass == 0;
        }
        if (pass == 0)
            log->ops = mp_arena_array(log->arena, count + 1, sizeof(*log->ops));
        cr_assert_not_null(log->ops);
    }
}

void faults_log_close(struct faults_log *log)
{
    mp_arena_free(log->arena);
}
