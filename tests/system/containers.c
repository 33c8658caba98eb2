/* docker-compose.yml and what it brings along, against the programs: each service is started with
 * its own words and asked with its own health check. A container's folders are the test's here. */
#include "core/base/auto.h"
#include "core/base/file.h"
#include "tests/support/system_instance.h"

#include <string.h>

#define WORDS_MOST 40
#define FILE_MOST  ((size_t)1 << 20)
#define PYTHON     "/usr/bin/python3"

static const char *const names[SYSTEM_SERVICES] = {"ledger", "ingest", "publish"};

static struct system_instance instance;

struct words {
    const char *items[WORDS_MOST + 1]; /* NULL at the end */
    size_t count;
};

static void add(struct words *words, const char *word)
{
    cr_assert_lt(words->count, (size_t)WORDS_MOST);
    words->items[words->count++] = word;
    words->items[words->count] = NULL;
}

static const char *replace(const char *text, const char *what, const char *with)
{
    const char *at = strstr(text, what);

    if (at == NULL)
        return text;
    return system_text("%.*s%s%s", (int)(at - text), text, with,
                       replace(at + strlen(what), what, with));
}

/* Every place in a container that the image or docker-compose.yml names, and where it is here. */
static const char *here(const char *text)
{
    text = replace(text, "/var/lib/milepost", instance.folder);
    text = replace(text, "/var/backups/milepost", system_text("%s/backups", system_folder()));
    text = replace(text, "/run/milepost", system_text("%s/run", system_folder()));
    text = replace(text, "/run/secrets", system_text("%s/keys", instance.folder));
    text = replace(text, "/etc/milepost", system_text("%s/etc", system_folder()));
    for (int i = 0; i < 3; i++)
        text = replace(text, system_text("0.0.0.0:%d", 7701 + i),
                       system_text("127.0.0.1:%d", instance.port + i));
    return text;
}

/* The lines that tests/system/containers.py says. */
static struct words ask(const char *mode, const char *path, const char *service, const char *field)
{
    const char *const argv[] = {
        PYTHON, system_source("tests/system/containers.py"), mode, path, service, field, NULL};
    struct system_process *python = system_spawn(argv);
    struct words words = {.count = 0};
    const char *line;

    cr_assert_eq(system_wait(python, SYSTEM_DEADLINE_MS), 0, "%s",
                 system_output(python, SYSTEM_ERR));
    line = system_output(python, SYSTEM_OUT);
    while (*line != '\0') {
        size_t size = strcspn(line, "\n");

        if (size > 0)
            add(&words, system_text("%.*s", (int)size, line));
        line += size + (line[size] == '\n');
    }
    system_forget(python);
    return words;
}

static struct words of_service(const char *name, const char *field)
{
    return ask("words", system_source("docker-compose.yml"), name, field);
}

static struct words services(void)
{
    return ask("services", system_source("docker-compose.yml"), NULL, NULL);
}

/* The words as they run in that service's container, with its environment and the image's. */
static struct words in_container(const char *name, const struct words *said)
{
    struct words words = {.count = 0}, environment = of_service(name, "environment");

    cr_assert_gt(said->count, 0u, "%s", name);
    add(&words, "/usr/bin/env");
    add(&words, here("MILEPOST_DIR=/etc/milepost"));
    for (size_t i = 0; i < environment.count; i++)
        add(&words, here(environment.items[i]));
    add(&words, system_program(said->items[0]));
    for (size_t i = 1; i < said->count; i++)
        add(&words, here(said->items[i]));
    return words;
}

static struct system_said run(const struct words *words)
{
    struct system_process *process = system_spawn(words->items);
    struct system_said said = {.status = system_wait(process, SYSTEM_DEADLINE_MS)};

    said.out = mp_arena_strdup(system_arena(), system_output(process, SYSTEM_OUT));
    said.err = mp_arena_strdup(system_arena(), system_output(process, SYSTEM_ERR));
    system_forget(process);
    return said;
}

static void write_file(const char *path, const char *text)
{
    cr_assert_eq(mp_file_write_durable(path, mp_span_text(text), 0600), 0, "%s", path);
}

static void make_folder(const char *path)
{
    cr_assert_eq(mp_file_make_folder(path, 0700), 0, "%s", path);
}

static void begin(void)
{
    struct mp_span client;

    system_begin();
    system_init(&instance, "i");
    make_folder(system_text("%s/run", system_folder()));
    make_folder(system_text("%s/etc", system_folder()));
    cr_assert_eq(mp_file_read(system_arena(), system_source("deploy/container/client.yaml"),
                              FILE_MOST, &client),
                 0);
    write_file(system_text("%s/etc/client.yaml", system_folder()),
               here(mp_arena_text(system_arena(), client)));
}

Test(containers, programs_take_the_words_of_their_services, .init = begin, .fini = system_end)
{
    struct words all = services();

    cr_assert_eq(all.count, (size_t)SYSTEM_SERVICES);
    for (size_t i = 0; i < all.count; i++) {
        struct words command = of_service(all.items[i], "command"), words;

        add(&command, "--check-config");
        words = in_container(all.items[i], &command);
        system_expect(run(&words), 0);
    }
}

static bool is_well(void *context)
{
    struct words check = of_service(context, "healthcheck");
    struct words words = in_container(context, &check);

    return run(&words).status == 0;
}

static void start(enum system_service service)
{
    struct words command = of_service(names[service], "command");
    struct words words = in_container(names[service], &command);

    instance.services[service] = system_spawn(words.items);
}

static void start_all(void)
{
    for (int i = 0; i < SYSTEM_SERVICES; i++)
        start((enum system_service)i);
    for (int i = 0; i < SYSTEM_SERVICES; i++)
        cr_assert(system_until(is_well, (void *)names[i], SYSTEM_DEADLINE_MS),
                  "the %s is not healthy: %s", names[i],
                  system_output(instance.services[i], SYSTEM_ERR));
}

/* A command by hand in the ledger's container, as docs/operations.md has them. */
static struct system_said by_hand(const char *const *said)
{
    struct words given = {.count = 0}, words;

    while (*said != NULL)
        add(&given, *said++);
    words = in_container("ledger", &given);
    return run(&words);
}
#define BY_HAND(...) system_expect(by_hand((const char *const[]){__VA_ARGS__, NULL}), 0)

/* The health check asks the service's own socket: it fails while nobody listens there, but for no
 * other reason. */
Test(containers, health_checks_tell_what_is_the_case, .init = begin, .fini = system_end)
{
    for (int i = 0; i < SYSTEM_SERVICES; i++) {
        struct words check = of_service(names[i], "healthcheck");
        struct words words = in_container(names[i], &check);
        struct system_said said = run(&words);

        cr_expect_eq(said.status, 5, "%s: exit %d: %s", names[i], said.status, said.err);
        cr_expect(strstr(said.out, "unreachable") != NULL, "%s: %s", names[i], said.out);
    }
    start_all();
    system_stop_all(&instance);
}

Test(containers, a_backup_is_made_proved_and_restored, .init = begin, .fini = system_end)
{
    const char *backup = "/var/backups/milepost/first";

    make_folder(here("/var/backups/milepost"));
    start_all();
    BY_HAND("milepost", "backup", backup);
    BY_HAND("milepost", "verify", backup);
    system_stop_all(&instance);
    BY_HAND("milepost", "restore", backup, "--why", "a disk failed");
    start_all();
    BY_HAND("milepost", "verify");
    system_stop_all(&instance);
}

/* docker-compose packs what is sent to the builder by the same code. */
Test(containers, an_image_is_built_from_sources_alone, .init = system_begin, .fini = system_end)
{
    static const char *const folders[] = {"secrets", ".milepost", ".git",  "build",
                                          "backups", "core",      "deploy"};
    static const char *const files[] = {
        "secrets/services.key", ".milepost/authority.key", ".git/HEAD",
        "build/program",        "backups/data.mdb",        "services.key",
        "core/text.c",          "deploy/Dockerfile",       "CMakeLists.txt",
    };
    const char *folder = system_text("%s/context", system_folder());
    struct mp_span list;
    struct words words;

    make_folder(folder);
    for (size_t i = 0; i < MP_LENGTH(folders); i++)
        make_folder(system_text("%s/%s", folder, folders[i]));
    for (size_t i = 0; i < MP_LENGTH(files); i++)
        write_file(system_text("%s/%s", folder, files[i]), "x");
    cr_assert_eq(mp_file_read(system_arena(), system_source(".dockerignore"), FILE_MOST, &list), 0);
    write_file(system_text("%s/.dockerignore", folder), mp_arena_text(system_arena(), list));
    words = ask("context", folder, NULL, NULL);
    cr_assert_eq(words.count, 4u, "%zu, the last of them %s", words.count,
                 words.count > 0 ? words.items[words.count - 1] : "");
    cr_expect_str_eq(words.items[0], ".dockerignore");
    cr_expect_str_eq(words.items[1], "CMakeLists.txt");
    cr_expect_str_eq(words.items[2], "core/text.c");
    cr_expect_str_eq(words.items[3], "deploy/Dockerfile");
}
