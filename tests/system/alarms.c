/* What a person who looks after it is warned of in time. */
#include "tests/support/system_record.h"

#include <string.h>
#include <sys/stat.h>

static struct system_instance instance;

static void begin(void)
{
    system_begin_world(&instance);
}

Test(alarms, a_map_that_will_soon_be_full_is_said, .init = begin, .fini = system_end)
{
    const char *data = system_text("%s/store/data.mdb", instance.folder);
    struct mp_client *client = system_client(&instance, "railways");
    struct system_said health;
    struct stat status;

    system_queue(client, "ml-1:completion", "note", 40, 20, 900);
    mp_client_close(client);
    system_do(&instance, "outbox", "retry", "--as", "railways", "--timeout", "60");
    system_do(&instance, "health", "ledger");

    system_stop(&instance, SYSTEM_LEDGER);
    cr_assert_eq(stat(data, &status), 0);
    system_configure(&instance, "ledger.yaml",
                     system_text("map-bytes: %lld", (long long)status.st_size * 5 / 4));
    system_launch(&instance, SYSTEM_LEDGER);
    (void)system_await(instance.services[SYSTEM_LEDGER], SYSTEM_ERR, "msg=ready");
    health = system_cli(&instance, "health", "ledger");
    cr_assert_neq(health.status, 0, "%s", health.out);
    cr_assert_not_null(strstr(health.out, "% of map-bytes are in use: give the ledger a larger"),
                       "%s%s", health.out, health.err);
    system_verify(&instance);
}
