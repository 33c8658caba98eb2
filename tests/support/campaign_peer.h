/* The campaign's own processes: an agency that never stops reporting and a console that writes down
 * what it was shown. Each is the test program again under another name (campaign_peer_main), with
 * the client library and its durable outbox, and can be killed at any moment: what it was told is
 * in a journal, a file that outlives it, and how far it has come in a page shared with the test. */
#ifndef MP_TESTS_SUPPORT_CAMPAIGN_PEER_H
#define MP_TESTS_SUPPORT_CAMPAIGN_PEER_H

#include "clients/lib/client.h"
#include "tests/support/system_instance.h"

#include <stdatomic.h>

enum campaign_role { CAMPAIGN_SENDER, CAMPAIGN_WATCHER };

/* One line of a journal, written whole. The numbers by kind:
 *   BEGAN     incarnation; number: what it follows from (a watcher)
 *   PUT       incarnation, number: durable in the outbox
 *   ACCEPTED  incarnation, number, first and last sequence: kept in the outbox, then written here
 *   REJECTED  incarnation, number
 *   SHOWN     incarnation, number: the sequence, first: CRC32C of the event's bytes */
enum campaign_kind {
    CAMPAIGN_BEGAN = 1,
    CAMPAIGN_PUT,
    CAMPAIGN_ACCEPTED,
    CAMPAIGN_REJECTED,
    CAMPAIGN_SHOWN
};

struct campaign_line {
    uint32_t kind, incarnation;
    uint64_t number, first, last;
};

/* Written by the process, but for `wanted`. */
struct campaign_page {
    _Atomic uint64_t wanted;   /* submissions that this incarnation shall put */
    _Atomic uint64_t put;      /* has put */
    _Atomic uint64_t idle;     /* all answered when so many were put; UINT64_MAX: not yet */
    _Atomic uint64_t answered; /* ever, by all incarnations */
    _Atomic uint64_t head;     /* watcher: everything up to it has been shown */
    _Atomic bool is_live;
};

struct campaign_peer {
    const struct system_instance *instance;
    enum campaign_role role;
    const char *identity, *prefix; /* prefix: of a watcher */
    uint32_t incarnation;
    int journal; /* read from here */
    const char *journal_path, *page_path;
    struct campaign_page *page;
    struct system_process *process;
};

/* What the sender says: the same for the same incarnation and number. A bad one is refused (it is
 * about a project that is not the sender's). */
#define CAMPAIGN_CHANGES_MOST    8
#define CAMPAIGN_MILESTONES      3
#define CAMPAIGN_BAD_MILESTONE   "gwadar:completion"
#define CAMPAIGN_SENDER_IDENTITY "railways"
struct campaign_saying {
    bool is_bad;
    size_t change_count;
    struct {
        size_t milestone;
        int percent;
    } changes[CAMPAIGN_CHANGES_MOST];
};
extern const char *const campaign_milestones[CAMPAIGN_MILESTONES];
struct campaign_saying campaign_say(uint32_t incarnation, uint64_t number);
/* The submission's id has both in it. */
struct mp_uuid campaign_id(uint32_t incarnation, uint64_t number);
bool campaign_id_parse(const struct mp_uuid *id, uint32_t *ret_incarnation, uint64_t *ret_number);

/* Before any process: the journal and the page. */
void campaign_peer_make(struct campaign_peer *peer, const struct system_instance *instance,
                        enum campaign_role role, const char *identity, const char *prefix);
/* Another incarnation. What its predecessor did not put is still wanted of it; a watcher goes on
 * from the head that its predecessor knew. */
void campaign_peer_start(struct campaign_peer *peer);
/* SIGKILL; gone when it returns. */
void campaign_peer_kill(struct campaign_peer *peer);
/* The next line of the journal. */
bool campaign_peer_read(struct campaign_peer *peer, struct campaign_line *ret_line);
void campaign_peer_done(struct campaign_peer *peer);

/* main: true when the program was started as a peer (and has ended, with the status). */
bool campaign_peer_main(int argc, char **argv, int *ret_status);

/* What a peer's process has of all that. */
struct campaign_self {
    struct mp_bus *bus;
    struct mp_loop *loop;
    struct mp_key_pair keys;
    uint8_t server_key[MP_KEY_BYTES];
    const char *folder, *identity, *prefix;
    int port;
    uint32_t incarnation;
    uint64_t since;
    int journal;
    struct campaign_page *page;
};
void campaign_write(const struct campaign_self *self, const struct campaign_line *line);
struct mp_endpoint campaign_endpoint(const struct campaign_self *self, int service, char *address,
                                     size_t size);
int campaign_sender_run(struct campaign_self *self);
int campaign_watcher_run(struct campaign_self *self);

#endif
