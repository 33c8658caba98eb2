#include "services/publish/service.h"

int main(int argc, char **argv)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1 << 20);
    struct publish_config config;
    int status = 1;

    return mp_conf_main(&publish_table, argc, argv, arena, &config, &status) ? publish_run(&config)
                                                                             : status;
}
