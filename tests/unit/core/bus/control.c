#include "core/bus/control.h"
#include "tests/unit/core/bus/helpers.h"

#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>

struct process {
    struct mp_bus *bus;
    struct mp_loop *loop;
    struct mp_control *control;
    struct folder folder;
    struct path address;
};

static int answer_word(void *context, const char *word, struct mp_buffer *answer)
{
    (void)context;
    if (strcmp(word, "broken") == 0) {
        mp_buffer_put_text(answer, "ok\nhalf an answer");
        return MP_ENOSPC;
    }
    if (strcmp(word, "endless") == 0) {
        for (int i = 0; i < 100000; i++)
            mp_buffer_put_text(answer, "text without an end\n");
        return 0;
    }
    if (strcmp(word, "health") != 0)
        return MP_ENOTFOUND;
    mp_buffer_put_text(answer, "ok\nhead=7\n");
    return 0;
}

static void process_open(struct process *process)
{
    process->folder = make_folder();
    process->address = path_in(&process->folder, "ipc://", "c");
    test_ok(mp_bus_open(1, &process->bus));
    test_ok(mp_loop_open(&mp_clock_system, &process->loop));
    test_ok(mp_control_open(process->bus, process->loop, process->address.text, answer_word, NULL,
                            &process->control));
}

static void process_close(struct process *process)
{
    mp_control_close(process->control);
    mp_loop_close(process->loop);
    mp_bus_close(process->bus);
    remove_folder(&process->folder, "c");
}

struct question {
    struct process *process;
    const char *word;
    struct mp_buffer answer;
    int result;
    atomic_bool done;
};

static void *ask(void *context)
{
    struct question *question = context;
    question->result = mp_control_ask(question->process->bus, question->process->address.text,
                                      question->word, TEST_DEADLINE_MS, &question->answer);
    atomic_store(&question->done, true);
    return NULL;
}

/* Asks from another thread while this one serves. */
static void run_question(struct process *process, struct question *question, const char *word,
                         size_t limit)
{
    pthread_t thread;
    *question = (struct question){.process = process, .word = word};
    mp_buffer_init(&question->answer, limit);
    cr_assert_eq(pthread_create(&thread, NULL, ask, question), 0);
    cr_expect(pump_until(process->loop, atomic_load(&question->done)));
    cr_assert_eq(pthread_join(thread, NULL), 0);
}

Test(bus_control, words_are_answered)
{
    static const struct {
        const char *word, *answer;
    } cases[] = {
        {"health", "ok\nhead=7\n"},
        {"nonsense", "failing: unknown word\n"},
        {"broken", "failing: the disk or the map is full\n"},
        {"endless", "failing: longer than the limit\n"},
        {"health", "ok\nhead=7\n"},
    };
    struct process process;
    process_open(&process);
    for (size_t i = 0; i < MP_LENGTH(cases); i++) {
        struct question question;
        run_question(&process, &question, cases[i].word, 1000);
        cr_expect_eq(question.result, 0, "%s: %s", cases[i].word, mp_error_name(question.result));
        cr_expect(mp_span_equal(mp_buffer_span(&question.answer), mp_span_text(cases[i].answer)),
                  "%s: %.*s", cases[i].word, (int)question.answer.size,
                  (const char *)question.answer.data);
        mp_buffer_done(&question.answer);
    }
    process_close(&process);
}

Test(bus_control, an_answer_longer_than_the_buffer_is_told)
{
    struct process process;
    struct question question;
    process_open(&process);
    run_question(&process, &question, "health", 4);
    cr_expect_eq(question.result, MP_ETOOBIG);
    mp_buffer_done(&question.answer);
    process_close(&process);
}

Test(bus_control, bad_questions_are_answered_and_harm_nothing)
{
    struct process process;
    struct mp_message message;
    char long_word[1101];
    memset(long_word, 'w', sizeof long_word);
    const struct {
        struct mp_span word;
        int frames;
    } cases[] = {
        {mp_span_text(""), 1},
        {mp_span_text("two\nlines"), 1},
        {mp_span_text("HEALTH"), 1},
        {mp_span_make("hea\0lth", 7), 1},
        {mp_span_make("\xff\xfe\n", 3), 1},
        {mp_span_make(long_word, sizeof long_word), 1},
        {mp_span_text("health"), 2},
        {mp_span_text("health"), 50},
    };
    process_open(&process);
    mp_message_init(&message);
    for (size_t i = 0; i < MP_LENGTH(cases); i++) {
        void *client = open_plain(process.bus, MP_SOCKET_REQ);
        test_ok(mp_socket_connect(client, process.address.text));
        cr_assert(pump_until(
            process.loop, (zmq_send(client, cases[i].word.data, cases[i].word.size,
                                    (cases[i].frames > 1 ? ZMQ_SNDMORE : 0) | ZMQ_DONTWAIT) >= 0)));
        for (int j = 1; j < cases[i].frames; j++)
            cr_assert_eq(zmq_send(client, "more", 4, j + 1 < cases[i].frames ? ZMQ_SNDMORE : 0), 4);
        test_ok(pump_receive(process.loop, &message, client));
        cr_expect(frame_is(&message, 0, "failing: a word is expected, and at most one argument\n"),
                  "case %zu", i);
        mp_socket_close(client);
    }
    mp_message_done(&message);
    struct question question;
    run_question(&process, &question, "health", 1000);
    test_ok(question.result);
    mp_buffer_done(&question.answer);
    process_close(&process);
}

Test(bus_control, a_process_that_is_not_there_is_unreachable)
{
    struct process process;
    struct mp_buffer answer;
    mp_buffer_init(&answer, 100);
    process_open(&process);
    struct path nobody = path_in(&process.folder, "ipc://", "nobody");
    test_error(mp_control_ask(process.bus, nobody.text, "health", TEST_DEADLINE_MS, &answer),
               MP_EUNREACHABLE);
    struct path stale = path_in(&process.folder, "", "stale");
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    (void)snprintf(name.sun_path, sizeof name.sun_path, "%.100s", stale.text);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    cr_assert_eq(bind(fd, (struct sockaddr *)&name, sizeof name), 0);
    (void)close(fd);
    struct path address = path_in(&process.folder, "ipc://", "stale");
    test_error(mp_control_ask(process.bus, address.text, "health", TEST_DEADLINE_MS, &answer),
               MP_EUNREACHABLE);
    cr_assert_eq(unlink(stale.text), 0);
    cr_expect_eq(answer.size, 0);
    process_close(&process);
}

Test(bus_control, a_process_that_does_not_answer_times_out)
{
    struct process process;
    struct mp_buffer answer;
    mp_buffer_init(&answer, 100);
    process_open(&process);
    test_error(mp_control_ask(process.bus, process.address.text, "health", 200, &answer),
               MP_ETIMEDOUT);
    test_error(mp_control_ask(process.bus, process.address.text, "Not a word", 200, &answer),
               MP_EINVAL);
    test_error(mp_control_ask(process.bus, process.address.text, "health", -1, &answer), MP_EINVAL);
    process_close(&process);
}

static int open_manager(const struct sockaddr_un *name, socklen_t size)
{
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    cr_assert_eq(bind(fd, (const struct sockaddr *)name, size), 0);
    return fd;
}

static void expect_state(int fd, const char *state)
{
    char text[64] = {0};
    ssize_t size = recv(fd, text, sizeof text - 1, 0);
    cr_expect_eq(size, (ssize_t)strlen(state));
    cr_expect_str_eq(text, state);
}

Test(bus_control, the_service_manager_is_told)
{
    struct folder folder = make_folder();
    struct path file = path_in(&folder, "", "n");
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    (void)snprintf(name.sun_path, sizeof name.sun_path, "%.100s", file.text);
    int fd = open_manager(&name, sizeof name);
    (void)unsetenv("NOTIFY_SOCKET");
    mp_notify("READY=1");
    (void)setenv("NOTIFY_SOCKET", "relative", 1);
    mp_notify("READY=1");
    (void)setenv("NOTIFY_SOCKET", file.text, 1);
    mp_notify("STOPPING=1");
    expect_state(fd, "STOPPING=1");
    (void)close(fd);
    mp_notify("WATCHDOG=1"); /* the manager is gone: nothing happens */
    remove_folder(&folder, "n");
}

Test(bus_control, the_service_manager_may_have_an_abstract_name)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    int size = snprintf(name.sun_path + 1, sizeof name.sun_path - 1, "mp-notify-%d", (int)getpid());
    int fd =
        open_manager(&name, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)size));
    char variable[64];
    (void)snprintf(variable, sizeof variable, "@mp-notify-%d", (int)getpid());
    (void)setenv("NOTIFY_SOCKET", variable, 1);
    mp_notify("READY=1");
    expect_state(fd, "READY=1");
    (void)close(fd);
}
