#include "tests/support/campaign_peer.h"
#include "tests/support/random.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define WORD      "be"
#define ARGUMENTS 11
#define ID_MARK   0x5a /* in the ids of the campaign's sender */
#define BAD_EVERY 16
/* With this in its environment the program takes itself for the process of a test. */
#define CRITERION_MARK "BXFI_MAP"

const char *const campaign_milestones[CAMPAIGN_MILESTONES] = {
    "ml-1:completion",
    "ml-1/north:completion",
    "ml-1/south:completion",
};

struct campaign_saying campaign_say(uint32_t incarnation, uint64_t number)
{
    uint64_t random = test_mix(((uint64_t)incarnation << 40) + number + 1);
    struct campaign_saying saying = {.is_bad = random % BAD_EVERY == 0};

    random = test_mix(random);
    saying.change_count = random % 4 == 0 ? 1 + (random >> 8) % CAMPAIGN_CHANGES_MOST : 1;
    for (size_t i = 0; i < saying.change_count; i++) {
        random = test_mix(random + 1);
        saying.changes[i].milestone = random % CAMPAIGN_MILESTONES;
        saying.changes[i].percent = (int)((random >> 16) % 101);
    }
    return saying;
}

struct mp_uuid campaign_id(uint32_t incarnation, uint64_t number)
{
    struct mp_uuid id = {{[6] = 0x80, [8] = 0x80, [9] = ID_MARK}};

    for (size_t i = 0; i < 4; i++) {
        id.bytes[i] = (uint8_t)(incarnation >> (24 - 8 * i));
        id.bytes[10 + i] = (uint8_t)(number >> (24 - 8 * i));
    }
    return id;
}

bool campaign_id_parse(const struct mp_uuid *id, uint32_t *ret_incarnation, uint64_t *ret_number)
{
    uint32_t incarnation = 0, number = 0;
    struct mp_uuid again;

    for (size_t i = 0; i < 4; i++) {
        incarnation = incarnation << 8 | id->bytes[i];
        number = number << 8 | id->bytes[10 + i];
    }
    again = campaign_id(incarnation, number);
    if (!mp_uuid_equal(&again, id))
        return false;
    *ret_incarnation = incarnation;
    *ret_number = number;
    return true;
}

static int open_file(const char *path, int flags)
{
    return open(path, flags | O_CLOEXEC, 0600);
}

static struct campaign_page *map_page(const char *path, int flags)
{
    int fd = open_file(path, flags);
    void *page = MAP_FAILED;

    if (fd >= 0 && ftruncate(fd, sizeof(struct campaign_page)) == 0)
        page = mmap(NULL, sizeof(struct campaign_page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (fd >= 0)
        (void)close(fd);
    return page == MAP_FAILED ? NULL : page;
}

void campaign_peer_make(struct campaign_peer *peer, const struct system_instance *instance,
                        enum campaign_role role, const char *identity, const char *prefix)
{
    *peer = (struct campaign_peer){
        .instance = instance,
        .role = role,
        .identity = identity,
        .prefix = prefix,
        .journal_path = system_text("%s/%s.journal", system_folder(), identity),
        .page_path = system_text("%s/%s.page", system_folder(), identity),
    };
    peer->journal = open_file(peer->journal_path, O_RDONLY | O_CREAT);
    cr_assert_geq(peer->journal, 0);
    peer->page = map_page(peer->page_path, O_RDWR | O_CREAT);
    cr_assert_not_null(peer->page);
}

void campaign_peer_start(struct campaign_peer *peer)
{
    struct campaign_page *page = peer->page;
    uint64_t put = atomic_load(&page->put);
    const char *const argv[] = {
        "/proc/self/exe",
        WORD,
        peer->role == CAMPAIGN_SENDER ? "sender" : "watcher",
        peer->instance->folder,
        system_text("%d", peer->instance->port),
        peer->identity,
        peer->prefix,
        system_text("%u", ++peer->incarnation),
        system_text("%lu", (unsigned long)atomic_load(&page->head)),
        peer->journal_path,
        peer->page_path,
        NULL,
    };

    cr_assert_null(peer->process);
    atomic_store(&page->wanted, atomic_load(&page->wanted) - put);
    atomic_store(&page->put, 0);
    atomic_store(&page->idle, UINT64_MAX);
    atomic_store(&page->is_live, false);
    (void)unsetenv(CRITERION_MARK);
    peer->process = system_spawn(argv);
}

void campaign_peer_kill(struct campaign_peer *peer)
{
    cr_assert(!system_is_over(peer->process), "%s has ended: %s", peer->identity,
              system_output(peer->process, SYSTEM_ERR));
    (void)kill(system_pid(peer->process), SIGKILL);
    cr_assert_eq(system_wait(peer->process, SYSTEM_DEADLINE_MS), 128 + SIGKILL);
    system_forget(peer->process);
    peer->process = NULL;
}

bool campaign_peer_read(struct campaign_peer *peer, struct campaign_line *ret_line)
{
    ssize_t size = read(peer->journal, ret_line, sizeof *ret_line);

    cr_assert(size == 0 || size == (ssize_t)sizeof *ret_line);
    return size > 0;
}

void campaign_peer_done(struct campaign_peer *peer)
{
    if (peer->page != NULL)
        (void)munmap(peer->page, sizeof *peer->page);
    if (peer->journal >= 0)
        (void)close(peer->journal);
}

void campaign_write(const struct campaign_self *self, const struct campaign_line *line)
{
    if (write(self->journal, line, sizeof *line) != (ssize_t)sizeof *line)
        _exit(9);
}

struct mp_endpoint campaign_endpoint(const struct campaign_self *self, int service, char *address,
                                     size_t size)
{
    (void)snprintf(address, size, "tcp://127.0.0.1:%d", self->port + service);
    return (struct mp_endpoint){
        .address = address, .keys = &self->keys, .server_key = self->server_key};
}

static int prepare(struct campaign_self *self, const char *journal, const char *page)
{
    struct mp_key_pair server;
    char path[512];
    int error;

    self->journal = open_file(journal, O_WRONLY | O_APPEND);
    self->page = map_page(page, O_RDWR);
    if (self->journal < 0 || self->page == NULL)
        return MP_ESYSTEM;
    (void)snprintf(path, sizeof path, "%s/keys/services.key", self->folder);
    error = mp_key_load(path, &server);
    (void)snprintf(path, sizeof path, "%s/keys/%s.key", self->folder, self->identity);
    if (error == 0)
        error = mp_key_load(path, &self->keys);
    memcpy(self->server_key, server.public_key, sizeof self->server_key);
    if (error == 0)
        error = mp_bus_open(1, &self->bus);
    if (error == 0)
        error = mp_loop_open(&mp_clock_system, &self->loop);
    return error;
}

bool campaign_peer_main(int argc, char **argv, int *ret_status)
{
    struct campaign_self self = {0};
    struct campaign_line began = {.kind = CAMPAIGN_BEGAN};
    int error;

    if (argc != ARGUMENTS || strcmp(argv[1], WORD) != 0)
        return false;
    self.folder = argv[3];
    self.port = (int)strtol(argv[4], NULL, 10);
    self.identity = argv[5];
    self.prefix = argv[6];
    self.incarnation = (uint32_t)strtoul(argv[7], NULL, 10);
    self.since = strtoull(argv[8], NULL, 10);
    error = prepare(&self, argv[9], argv[10]);
    if (error == 0) {
        began.incarnation = self.incarnation;
        began.number = self.since;
        campaign_write(&self, &began);
        error = strcmp(argv[2], "sender") == 0 ? campaign_sender_run(&self)
                                               : campaign_watcher_run(&self);
    }
    (void)fprintf(stderr, "%s: %s\n", self.identity, mp_error_text(error));
    *ret_status = 1;
    return true;
}
