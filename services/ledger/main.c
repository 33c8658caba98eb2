#include "services/ledger/service.h"

#include <string.h>

int main(int argc, char **argv)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1 << 20);
    const char *mode = argc > 1 && argv[1][0] != '-' ? argv[1] : "run";
    int status = 2;

    if (argc > 1 && argv[1][0] != '-') {
        argv[1] = argv[0];
        argc--;
        argv++;
    }
    if (strcmp(mode, "init") == 0) {
        struct init_config config;
        return mp_conf_main(&init_table, argc, argv, arena, &config, &status) ? ledger_init(&config)
                                                                              : status;
    }
    if (strcmp(mode, "verify") == 0) {
        struct verify_config config;
        return mp_conf_main(&verify_table, argc, argv, arena, &config, &status)
                   ? ledger_verify(&config)
                   : status;
    }
    if (strcmp(mode, "restore") == 0) {
        struct restore_config config;
        return mp_conf_main(&restore_table, argc, argv, arena, &config, &status)
                   ? ledger_restore(&config)
                   : status;
    }
    struct ledger_config config;
    return mp_conf_main(&ledger_table, argc, argv, arena, &config, &status) ? ledger_run(&config)
                                                                            : status;
}
