/* The client's questions: real sockets (ipc), the other side a thread that answers with three
 * pages, numbered by their heads. */
#include "clients/lib/client.h"
#include "clients/lib/picture.h"
#include "proto/ask.h"
#include "tests/support/folder.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>

#define PAGES   3
#define WAIT_MS 10000
#define LOOK_MS 10 /* whether it is over */

static char folder[FOLDER_BYTES], address[96];
static struct mp_bus *bus;
static void *router;
static pthread_t thread;
static atomic_bool stopping;
static atomic_uint asked;  /* questions that have come */
static unsigned busy_at;   /* the question that is told to come again; 0: none */
static uint64_t epoch_now; /* positions of another one are refused; 0: none is */
static struct mp_client *client;

/* The cursor is the number of the page that follows. */
static void write_page(const struct mp_ask *ask, struct mp_buffer *page)
{
    uint8_t number = ask->cursor.size == 0 ? 1 : ask->cursor.data[0], next = number + 1;

    cr_assert_eq(mp_page_begin(page, 1, number, 0), 0);
    if (atomic_fetch_add(&asked, 1) + 1 == busy_at)
        cr_assert_eq(mp_page_set_error(page, MP_ASK_BUSY, "ask again"), 0);
    else if (epoch_now != 0 && ask->epoch != 0 && ask->epoch != epoch_now)
        cr_assert_eq(mp_page_set_error(page, MP_ASK_WRONG_EPOCH, "of another epoch"), 0);
    else if (next <= PAGES)
        cr_assert_eq(mp_page_set_cursor(page, mp_span_make(&next, 1)), 0);
}

static void answer(struct mp_message *message)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1u << 20);
    struct mp_message reply;
    struct mp_buffer page;
    struct mp_ask ask;

    cr_assert_eq(message->count, 3);
    cr_assert_eq(mp_ask_decode(mp_message_frame(message, 2), arena, &ask), 0);
    mp_buffer_init(&page, 1024);
    write_page(&ask, &page);
    mp_message_init(&reply);
    cr_assert_eq(mp_message_add(&reply, mp_message_frame(message, 0)), 0);
    cr_assert_eq(mp_message_add(&reply, mp_message_frame(message, 1)), 0);
    cr_assert_eq(mp_message_add(&reply, mp_buffer_span(&page)), 0);
    (void)!mp_message_send(&reply, router); /* whoever asked may have gone */
    mp_message_done(&reply);
    mp_buffer_done(&page);
}

static void *serve(void *context)
{
    const struct mp_socket_options options = {.kind = MP_SOCKET_ROUTER};
    struct mp_message message;
    zmq_pollitem_t item = {.events = ZMQ_POLLIN};

    cr_assert_eq(mp_socket_open(bus, &options, &router), 0);
    cr_assert_eq(mp_socket_bind(router, address), 0);
    item.socket = router;
    mp_message_init(&message);
    while (!atomic_load(&stopping)) {
        (void)zmq_poll(&item, 1, LOOK_MS);
        if (mp_message_receive(&message, router) == 0)
            answer(&message);
    }
    mp_message_done(&message);
    mp_socket_close(router);
    return context;
}

static void set_up(void)
{
    struct mp_client_options options = {.ask = address};

    folder_make(folder);
    (void)snprintf(address, sizeof address, "ipc://%s/ask", folder);
    cr_assert_eq(mp_bus_open(1, &bus), 0);
    cr_assert_eq(pthread_create(&thread, NULL, serve, NULL), 0);
    cr_assert_eq(mp_client_open(&options, &client), 0);
}

static void tear_down(void)
{
    mp_client_close(client);
    atomic_store(&stopping, true);
    cr_assert_eq(pthread_join(thread, NULL), 0);
    mp_bus_close(bus);
    folder_remove(folder);
}

#define ASK_TEST(name) Test(client_ask, name, .init = set_up, .fini = tear_down)

struct taken {
    uint64_t heads[16];
    unsigned count, stop_at; /* what is said at that page; 0: never */
    bool waits;              /* in each page, until the next one has been asked for */
};

static int take(void *context, const struct mp_page *page)
{
    struct taken *taken = context;
    int64_t end_ms = mp_clock_monotonic_ms(&mp_clock_system) + WAIT_MS;

    cr_assert_lt(taken->count, MP_LENGTH(taken->heads));
    taken->heads[taken->count++] = page->head;
    while (taken->waits && page->head < PAGES && atomic_load(&asked) < page->head + 1) {
        cr_assert_lt(mp_clock_monotonic_ms(&mp_clock_system), end_ms, "the next page waits");
        (void)sched_yield();
    }
    return taken->count == taken->stop_at ? 7 : 0;
}

static int ask(struct taken *taken)
{
    struct mp_ask question;

    mp_ask_init(&question, MP_ASK_TOPICS);
    return mp_client_ask(client, &question, WAIT_MS, take, taken);
}

static void expect_whole(const struct taken *taken)
{
    cr_expect_eq(taken->count, PAGES);
    for (unsigned i = 0; i < taken->count; i++)
        cr_expect_eq(taken->heads[i], i + 1);
}

ASK_TEST(the_next_page_is_asked_for_before_one_is_taken_in)
{
    struct taken taken = {.waits = true};

    cr_assert_eq(ask(&taken), 0, "%s", mp_client_why(client));
    expect_whole(&taken);
    cr_expect_eq(atomic_load(&asked), PAGES);
}

ASK_TEST(who_stops_is_not_called_again)
{
    struct taken taken = {.stop_at = 1, .waits = true}, again = {0};

    cr_assert_eq(ask(&taken), 7);
    cr_expect_eq(taken.count, 1);
    cr_assert_eq(ask(&again), 0, "%s", mp_client_why(client));
    expect_whole(&again);
    cr_expect_eq(taken.count, 1);
}

ASK_TEST(busy_is_asked_again_and_no_page_comes_twice)
{
    struct taken taken = {0};

    busy_at = 2;
    cr_assert_eq(ask(&taken), 0, "%s", mp_client_why(client));
    expect_whole(&taken);
    cr_expect_eq(atomic_load(&asked), PAGES + 1);
}

ASK_TEST(a_history_is_of_the_epoch_of_its_picture)
{
    struct mp_picture picture = {.options.timeout_ms = WAIT_MS, .epoch = 7, .head = 100};

    epoch_now = 7;
    cr_assert_eq(mp_picture_history(client, &picture, "/"), 0, "%s", mp_client_why(client));
    epoch_now = 8;
    cr_assert_eq(mp_picture_history(client, &picture, "/"), MP_EEPOCH);
    cr_expect_not_null(strstr(mp_client_why(client), "restored meanwhile"));
}
