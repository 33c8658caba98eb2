#include "tests/support/faults_disk_private.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SUBSETS_MOST 8 /* pending, of which every subset is tried */
#define SEEDED       1000
#define CUTS_MOST    16 /* places where one write is cut */
#define PENDING_MOST 4096
#define SECTORS_MOST 65536
#define SAID_MOST    65536

/* The images of one moment fall into groups; within each they are numbered. */
enum group { SUBSETS, ENDS, ALONE, MISSING, COINS, CUTS, MASKS, GROUPS };
static const char *const group_names[GROUPS] = {"subset",          "none or all", "one alone",
                                                "one missing",     "by the coin", "one write cut",
                                                "torn by the coin"};

struct making {
    const struct faults_images *images;
    struct faults_log log;
    struct faults_disk *kept;  /* certainly on the disk */
    struct faults_disk *image; /* being made */
    const struct disk_op *pending[PENDING_MOST];
    size_t pending_count;
    uint8_t chosen[SECTORS_MOST]; /* a byte a sector of each pending */
    char said[SAID_MOST];
    size_t said_size;
    struct faults_moment moment;
    uint64_t seed;
    size_t made;
};

static size_t sectors(const struct making *making)
{
    size_t count = 0;

    for (size_t i = 0; i < making->pending_count; i++)
        count += faults_disk_sectors(making->pending[i]);
    cr_assert_leq(count, (size_t)SECTORS_MOST);
    return count;
}

static size_t cuts(const struct disk_op *op)
{
    size_t count = faults_disk_sectors(op) - 1;

    return count < CUTS_MOST ? count : CUTS_MOST;
}

/* How many images the group has: for each place of a cut its first and its last part, with nothing
 * and with everything else. */
static size_t group_size(const struct making *making, enum group group)
{
    size_t pending = making->pending_count, count = 0;
    bool few = pending <= SUBSETS_MOST;

    for (size_t i = 0; i < pending; i++)
        count += cuts(making->pending[i]);
    switch (group) {
    case SUBSETS:
        return few ? (size_t)1 << pending : 0;
    case ENDS:
        return few ? 0 : 2;
    case ALONE:
    case MISSING:
        return few ? 0 : pending;
    case COINS:
        return few ? 0 : SEEDED;
    case CUTS:
        return 4 * count;
    default:
        return count == 0 ? 0 : SEEDED;
    }
}

static void choose(struct making *making, size_t at, size_t count, bool kept)
{
    memset(making->chosen + at, kept, count);
}

static void choose_cut(struct making *making, size_t number)
{
    bool others = number % 2 == 1, first = number / 2 % 2 == 0;
    size_t at = 0, cut = number / 4;

    choose(making, 0, sectors(making), others);
    for (size_t i = 0; i < making->pending_count; i++) {
        size_t size = faults_disk_sectors(making->pending[i]);
        size_t places = cuts(making->pending[i]);

        if (cut < places) {
            size_t part = 1 + cut * (size - 1) / places;

            choose(making, at, size, !first);
            choose(making, at, part, first);
            return;
        }
        cut -= places;
        at += size;
    }
}

static void choose_one(struct making *making, enum group group, size_t number, size_t i, size_t at,
                       uint64_t *random)
{
    size_t size = faults_disk_sectors(making->pending[i]);
    uint64_t coin = test_random(random);

    switch (group) {
    case SUBSETS:
        choose(making, at, size, (number >> i) & 1);
        break;
    case ENDS:
        choose(making, at, size, number == 1);
        break;
    case ALONE:
    case MISSING:
        choose(making, at, size, (i == number) == (group == ALONE));
        break;
    case COINS:
        choose(making, at, size, coin & 1);
        break;
    default: /* a third each: not, whole, torn */
        choose(making, at, size, coin % 3 == 1);
        for (size_t j = 0; coin % 3 == 2 && j < size; j++)
            making->chosen[at + j] = test_random(random) & 1;
        break;
    }
}

static bool is_any(const uint8_t *chosen, size_t count)
{
    return memchr(chosen, 1, count) != NULL;
}

static void make(struct making *making, enum group group, size_t number)
{
    uint64_t random =
        making->seed ^ (making->moment.number << 32) ^ ((uint64_t)group << 24) ^ number;
    size_t at = 0;

    if (group == CUTS)
        choose_cut(making, number);
    for (size_t i = 0; group != CUTS && i < making->pending_count; i++) {
        choose_one(making, group, number, i, at, &random);
        at += faults_disk_sectors(making->pending[i]);
    }
    faults_disk_copy(making->image, making->kept);
    at = 0;
    for (size_t i = 0; i < making->pending_count; i++) {
        size_t size = faults_disk_sectors(making->pending[i]);

        if (is_any(making->chosen + at, size))
            faults_disk_apply(making->image, making->pending[i], making->chosen + at);
        at += size;
    }
    faults_disk_write(making->image, making->images->to);
    making->made++;
    making->images->check(making->images->context, &making->moment,
                          system_text("moment %zu with %zu pending, %s %zu, seed %" PRIu64,
                                      making->moment.number, making->pending_count,
                                      group_names[group], number, making->seed));
}

/* None and all, which are likely, and others by seed from every group. */
static void make_some(struct making *making)
{
    bool few = making->pending_count <= SUBSETS_MOST;
    size_t all = few ? ((size_t)1 << making->pending_count) - 1 : 1, made = 1;

    make(making, few ? SUBSETS : ENDS, 0);
    if (making->pending_count > 0 && made++ < making->images->most)
        make(making, few ? SUBSETS : ENDS, all);
    if (making->pending_count == 1 && sectors(making) == 1)
        return; /* there is no other */
    while (making->pending_count > 0 && made < making->images->most) {
        uint64_t random = test_random(&making->seed);
        enum group group = (enum group)(random % GROUPS);
        size_t size = group_size(making, group);

        if (size == 0)
            continue;
        make(making, group, (random >> 8) % size);
        made++;
    }
}

static void stop_here(struct making *making)
{
    uint64_t seed = making->seed;

    making->moment.pending = making->pending_count;
    making->moment.said = making->said;
    if (making->images->most != 0) {
        making->seed = seed ^ (making->moment.number * 7919);
        make_some(making);
    }
    for (int group = 0; making->images->most == 0 && group < GROUPS; group++) {
        for (size_t i = 0; i < group_size(making, (enum group)group); i++) {
            if (faults_is_in_slice(i))
                make(making, (enum group)group, i);
        }
    }
    making->seed = seed;
    making->moment.number++;
}

static bool is_in(const char *path, const char *folder, size_t size)
{
    const char *slash = strrchr(path, '/');

    return (size_t)(slash - path) == size && strncmp(path, folder, size) == 0;
}

/* Of the file with that number, or, when it is a folder, of the names in it. */
static bool is_synced(const struct making *making, const struct disk_op *op,
                      const struct disk_op *sync)
{
    const char *folder = sync->entry.size > 0 ? sync->path : NULL;
    size_t size;

    (void)making;
    if (folder == NULL)
        return op->file == sync->file &&
               (op->entry.kind == FAULTS_LOG_WRITE || op->entry.kind == FAULTS_LOG_SIZE);
    size = strlen(folder);
    switch (op->entry.kind) {
    case FAULTS_LOG_CREATE:
    case FAULTS_LOG_FOLDER:
    case FAULTS_LOG_UNLINK:
        return is_in(op->path, folder, size);
    case FAULTS_LOG_RENAME:
    case FAULTS_LOG_LINK:
        return is_in(op->path, folder, size) || is_in(op->more, folder, size);
    default:
        return false;
    }
}

static void sync(struct making *making, const struct disk_op *op)
{
    size_t left = 0;

    for (size_t i = 0; i < making->pending_count; i++) {
        if (is_synced(making, making->pending[i], op))
            faults_disk_apply(making->kept, making->pending[i], NULL);
        else
            making->pending[left++] = making->pending[i];
    }
    making->pending_count = left;
}

static void add_said(struct making *making, const struct disk_op *op)
{
    cr_assert_lt(making->said_size + op->entry.size, sizeof(making->said));
    memcpy(making->said + making->said_size, op->bytes, op->entry.size);
    making->said_size += op->entry.size;
}

static void step(struct making *making, const struct disk_op *op)
{
    switch (op->entry.kind) {
    case FAULTS_LOG_SYNC:
        stop_here(making);
        sync(making, op);
        break;
    case FAULTS_LOG_SAID:
        add_said(making, op);
        stop_here(making);
        break;
    default:
        cr_assert_lt(making->pending_count, (size_t)PENDING_MOST);
        making->pending[making->pending_count++] = op;
        if (!op->entry.is_synced)
            break;
        stop_here(making);
        faults_disk_apply(making->kept, op, NULL);
        making->pending_count--;
        break;
    }
}

size_t faults_images_each(const struct faults_images *images)
{
    struct making *making = calloc(1, sizeof(*making));
    struct faults_disk *disks = calloc(2, sizeof(*disks));
    size_t made;

    cr_assert(making != NULL && disks != NULL);
    making->images = images;
    making->kept = &disks[0];
    making->image = &disks[1];
    making->kept->under = images->under;
    making->seed = faults_seed();
    faults_log_open(&making->log, images->log, making->kept);
    for (size_t i = 0; i < making->log.count; i++)
        step(making, &making->log.ops[i]);
    stop_here(making);
    made = making->made;
    faults_log_close(&making->log);
    faults_disk_done(making->kept);
    faults_disk_done(making->image);
    free(disks);
    free(making);
    return made;
}

size_t faults_rewrites(const char *path)
{
    struct faults_disk *disk = calloc(1, sizeof(*disk));
    struct faults_log log;
    size_t again = 0;

    cr_assert_not_null(disk);
    faults_log_open(&log, path, disk);
    for (size_t i = 0; i < log.count; i++) {
        bool before = false;

        if (log.ops[i].entry.kind != FAULTS_LOG_WRITE || log.ops[i].entry.is_synced)
            continue;
        for (size_t j = 0; j < i && !before; j++)
            before = log.ops[j].entry.kind == FAULTS_LOG_WRITE &&
                     log.ops[j].file == log.ops[i].file &&
                     log.ops[j].entry.offset == log.ops[i].entry.offset;
        again += before;
    }
    faults_log_close(&log);
    free(disk);
    return again;
}
