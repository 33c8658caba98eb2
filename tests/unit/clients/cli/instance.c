#include "clients/cli/instance.h"
#include "clients/cli/parse.h"
#include "clients/cli/process.h"
#include "clients/cli/supervisor.h"

#include "core/base/auto.h"
#include "core/base/file.h"
#include "tests/support/folder.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[PATH_MAX];
static struct cli cli;

static void begin(void)
{
    char made[FOLDER_BYTES];

    folder_make(made);
    cr_assert_not_null(realpath(made, folder));
    cli = (struct cli){.arena = mp_arena_new(1 << 20), .command = cli_find_command("list")};
    cr_redirect_stderr();
}

static void end(void)
{
    mp_arena_free(cli.arena);
    cr_assert_eq(process_remove_tree(folder), 0);
}

TestSuite(cli_instance, .init = begin, .fini = end);

static const char *inside(const char *name)
{
    return mp_arena_printf(cli.arena, "%s/%s", folder, name);
}

static void write_client(const char *under, const char *more)
{
    const char *path = mp_arena_printf(cli.arena, "%s/client.yaml", under);
    const char *text = mp_arena_printf(cli.arena,
                                       "submit: \"tcp://127.0.0.1:7701\"\n"
                                       "feed: \"tcp://127.0.0.1:7702\"\n"
                                       "ask: \"tcp://127.0.0.1:7703\"\n"
                                       "server-key: \"7vRiB8XnMBhC$$/ahS)Y%%8)]?E<xk3x^Xv!.{8aW\"\n"
                                       "identity: authority\n"
                                       "reader: console\n%s",
                                       more);

    cr_assert_eq(mp_file_write_durable(path, mp_span_text(text), 0600), 0);
}

Test(cli_instance, it_is_found_in_a_folder_above)
{
    struct instance instance;

    cr_assert_eq(mp_file_make_folder(inside(".milepost"), 0700), 0);
    cr_assert_eq(mp_file_make_folder(inside("deep/er"), 0700), 0);
    write_client(inside(".milepost"), "");
    cr_assert_eq(chdir(inside("deep/er")), 0);
    cr_assert_eq(instance_open(&cli, &instance), CLI_OK);
    cr_assert_str_eq(instance.folder, inside(".milepost"));
    cr_assert_eq(instance.zone_minutes, 300);
    cr_assert_str_eq(instance.controls[SERVICE_LEDGER], "");
    cr_assert_not(instance_is_local(&instance));
    cr_assert_str_eq(instance_path(&cli, &instance, "keys/%s.key", "x"),
                     inside(".milepost/keys/x.key"));
    cr_assert_eq(chdir("/"), 0);
}

Test(cli_instance, readers_and_writers_have_their_own_default)
{
    struct instance instance;

    write_client(folder, "");
    cli.folder = folder;
    cr_assert_eq(instance_open(&cli, &instance), CLI_OK);
    cr_assert_str_eq(cli.as, "console");
    cli.as = NULL;
    cli.command = cli_find_command("forecast");
    cr_assert_eq(instance_open(&cli, &instance), CLI_OK);
    cr_assert_str_eq(cli.as, "authority");
    cli.as = "railways";
    cr_assert_eq(instance_open(&cli, &instance), CLI_OK);
    cr_assert_str_eq(cli.as, "railways");
}

Test(cli_instance, an_identity_is_no_path)
{
    struct instance instance;
    struct mp_client *client = NULL;

    write_client(folder, "");
    cli.folder = folder;
    cli.as = "../../x";
    cr_assert_eq(instance_open(&cli, &instance), CLI_USAGE);
    cli.as = NULL;
    cr_assert_eq(instance_open(&cli, &instance), CLI_OK);
    cr_assert_eq(instance_client(&cli, &instance, "../x", false, &client), CLI_USAGE);
}

Test(cli_instance, what_is_wrong_with_the_file_is_said)
{
    struct instance instance;

    cli.folder = folder;
    cr_assert_eq(instance_open(&cli, &instance), CLI_FAILED);
    write_client(folder, "colour: blue\n");
    cr_assert_eq(instance_open(&cli, &instance), CLI_FAILED);
    cli.folder = inside("not-there");
    cr_assert_eq(instance_open(&cli, &instance), CLI_FAILED);
}

Test(cli_instance, without_its_key_an_identity_may_do_nothing)
{
    struct instance instance;
    struct mp_client *client = NULL;

    write_client(folder, "");
    cli.folder = folder;
    cr_assert_eq(instance_open(&cli, &instance), CLI_OK);
    cr_assert_eq(instance_client(&cli, &instance, "railways", true, &client), CLI_NOT_ALLOWED);
    cr_assert_not(mp_file_exists(inside("outbox/railways")), "an outbox was made for nobody");
}

Test(cli_instance, a_key_that_others_can_read_is_refused)
{
    struct mp_key_pair pair;
    struct instance instance;
    struct mp_client *client = NULL;

    write_client(folder, "");
    cli.folder = folder;
    cr_assert_eq(mp_file_make_folder(inside("keys"), 0700), 0);
    mp_key_make(&pair);
    cr_assert_eq(mp_key_save(inside("keys/railways.key"), &pair), 0);
    cr_assert_eq(instance_open(&cli, &instance), CLI_OK);
    cr_assert_eq(instance_client(&cli, &instance, "railways", false, &client), CLI_OK);
    mp_client_close(client);
    cr_assert_eq(chmod(inside("keys/railways.key"), 0640), 0);
    cr_assert_eq(instance_client(&cli, &instance, "railways", false, &client), CLI_NOT_ALLOWED);
}

Test(cli_instance, sockets_of_a_long_path_go_where_they_fit)
{
    char path[200];
    const char *short_one = instance_run_folder(cli.arena, "/srv/milepost"), *long_one, *again;

    cr_assert_str_eq(short_one, "/srv/milepost/run");
    memset(path, 'x', sizeof path - 1);
    path[0] = '/';
    path[sizeof path - 1] = '\0';
    long_one = instance_run_folder(cli.arena, path);
    again = instance_run_folder(cli.arena, path);
    cr_assert_lt(strlen(long_one), 60);
    cr_assert_str_eq(long_one, again);
    path[1] = 'y';
    cr_assert_str_neq(instance_run_folder(cli.arena, path), long_one);
    /* As long as it fits, and not a byte more: 100 with the longest name. */
    path[100 - strlen("/run/publish.sock")] = '\0';
    cr_assert_eq(strlen(instance_run_folder(cli.arena, path)) + strlen("/publish.sock"), 100);
    path[100 - strlen("/run/publish.sock")] = 'x';
    path[101 - strlen("/run/publish.sock")] = '\0';
    cr_assert_eq(strncmp(instance_run_folder(cli.arena, path), "/tmp/", 5), 0);
}

Test(cli_instance, a_folder_of_sockets_is_ours_alone_or_refused)
{
    cr_assert_eq(instance_make_private(inside("run")), 0);
    cr_assert_eq(instance_make_private(inside("run")), 0);
    cr_assert_eq(chmod(inside("run"), 0750), 0);
    cr_assert_eq(instance_make_private(inside("run")), MP_EPERM);
    cr_assert_eq(mkdir(inside("real"), 0700), 0);
    cr_assert_eq(symlink(inside("real"), inside("link")), 0);
    cr_assert_eq(instance_make_private(inside("link")), MP_EPERM);
    cr_assert_eq(mp_file_write_durable(inside("file"), mp_span_text("x"), 0600), 0);
    cr_assert_eq(instance_make_private(inside("file")), MP_EPERM);
}

Test(cli_instance, the_lock_of_up_is_held_by_one_and_forgets_old_pids)
{
    long pid = -1;
    int lock = process_lock(folder, &pid);

    cr_assert_geq(lock, 0);
    cr_assert_eq(pwrite(lock, "4711\n", 5, 0), 5);
    cr_assert_eq(process_lock(folder, &pid), MP_EBUSY);
    cr_assert_eq(pid, 4711);
    (void)close(lock);
    /* As after kill -9: the pid is still there, and means nobody. */
    lock = process_lock(folder, &pid);
    cr_assert_geq(lock, 0);
    cr_assert_eq(process_lock(folder, &pid), MP_EBUSY);
    cr_assert_eq(pid, 0);
    (void)close(lock);
}

Test(cli_instance, the_pause_before_a_restart_doubles_up_to_its_bound)
{
    static const int64_t wanted[] = {200, 400, 800, 1600, 3200, 5000, 5000};
    int64_t pause_ms = 0;

    for (size_t i = 0; i < MP_LENGTH(wanted); i++) {
        pause_ms = supervisor_pause_ms(100, pause_ms);
        cr_assert_eq(pause_ms, wanted[i], "start %zu", i);
    }
    cr_assert_eq(supervisor_pause_ms(60000, pause_ms), 200);
}

Test(cli_instance, a_program_that_cannot_be_run_fails)
{
    const char *const absent[] = {"milepost-not-there", NULL};
    const char *const seven[] = {"sh", "-c", "echo \"$0\" one two; exit 7", NULL};
    char text[8];

    cr_assert_eq(process_run(cli.arena, absent, false, NULL, 0), CLI_FAILED);
    cr_assert_eq(process_run(cli.arena, seven, true, text, sizeof text), 7);
    cr_assert_str_eq(text, "sh one ");
}

Test(cli_instance, removing_a_tree_follows_no_link)
{
    cr_assert_eq(mp_file_make_folder(inside("tree/deep"), 0700), 0);
    cr_assert_eq(mp_file_make_folder(inside("other"), 0700), 0);
    cr_assert_eq(mp_file_write_durable(inside("other/kept"), mp_span_text("x"), 0600), 0);
    cr_assert_eq(symlink(inside("other"), inside("tree/link")), 0);
    cr_assert_eq(process_remove_tree(inside("tree")), 0);
    cr_assert_not(mp_file_exists(inside("tree")));
    cr_assert(mp_file_exists(inside("other/kept")));
    cr_assert_eq(process_remove_tree(inside("tree")), 0);
}

Test(instance, services_are_down_only_where_they_should_run_and_none_listens)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    char place[FOLDER_BYTES], control[FOLDER_BYTES + 16];
    int file = socket(AF_UNIX, SOCK_STREAM, 0);
    struct instance instance = {.controls = {"", "", ""}};

    cr_expect_not(instance_is_down(&instance), "they run elsewhere");
    folder_make(place);
    (void)snprintf(name.sun_path, sizeof name.sun_path, "%s/s", place);
    (void)snprintf(control, sizeof control, "ipc://%s/s", place);
    for (size_t i = 0; i < SERVICE_COUNT; i++)
        instance.controls[i] = control;
    cr_expect(instance_is_down(&instance), "nothing is there");
    cr_assert_eq(bind(file, (const struct sockaddr *)&name, sizeof name), 0);
    cr_expect(instance_is_down(&instance), "left behind by one that was killed");
    cr_assert_eq(listen(file, 4), 0);
    cr_expect_not(instance_is_down(&instance));
    instance.controls[SERVICE_PUBLISH] = "ipc:///nowhere/s";
    cr_expect_not(instance_is_down(&instance), "one of them still runs");
    close(file);
    folder_remove(place);
}
