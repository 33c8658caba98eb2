#include "core/base/clock.h"
#include "core/base/hash.h"
#include "core/base/text.h"
#include "core/bus/bus.h"
#include "services/ledger/service.h"
#include "store/store.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

static int complain(const char *what, int error)
{
    fprintf(stderr, "milepost-ledger: %s: %s\n", what, mp_error_text(error));
    return 1;
}

int ledger_init(const struct init_config *config)
{
    struct mp_store_options options = {.folder = config->store,
                                       .map_bytes = (uint64_t)config->map_bytes,
                                       .offset_minutes = (int)config->zone_minutes};
    uint8_t authority_key[MP_KEY_BYTES], service_key[MP_KEY_BYTES];

    if (mp_key_parse(config->authority_key, authority_key) != 0 ||
        mp_key_parse(config->service_key, service_key) != 0)
        return complain("authority-key and service-key must be 40 characters of Z85",
                        MP_EMALFORMED);
    struct mp_store_founding founding = {
        .authority_id = config->authority,
        .authority_title = config->authority_title,
        .authority_key = authority_key,
        .service_id = "services",
        .service_key = service_key,
    };
    int error = mp_store_create(&options, &founding, mp_clock_wall_us(&mp_clock_system));
    return error != 0 ? complain(config->store, error) : 0;
}

static void tell_finding(void *context, const char *sentence)
{
    (void)context;
    printf("finding: %s\n", sentence);
}

static void tell_progress(void *context, uint64_t done, uint64_t total)
{
    (void)context;
    fprintf(stderr, "\rverified %" PRIu64 " of %" PRIu64 " events", done, total);
}

int ledger_verify(const struct verify_config *config)
{
    struct mp_store_options options = {
        .folder = config->store, .offset_minutes = (int)config->zone_minutes, .read_only = true};
    bool person = isatty(STDERR_FILENO);
    struct mp_verify_report report = {.finding = tell_finding,
                                      .progress = person ? tell_progress : NULL};

    int error = mp_store_verify(&options, config->scratch, &report);
    if (person)
        fputs("\r\033[K", stderr);
    if (error != 0)
        return complain(config->store, error);
    char hash[2 * MP_HASH_BYTES + 1];
    mp_text_hex(mp_span_make(report.head.hash.bytes, MP_HASH_BYTES), hash);
    printf("%s: %" PRIu64 " events, %" PRIu64 " records, %" PRIu64 " submissions, %" PRIu64
           " findings\nepoch %" PRIu64 ", head %" PRIu64 ", hash %s\n",
           report.findings == 0 ? "whole" : "DAMAGED", report.events, report.records,
           report.submissions, report.findings, report.head.epoch, report.head.seq, hash);
    return report.findings == 0 ? 0 : 1;
}

int ledger_restore(const struct restore_config *config)
{
    struct mp_store_options options = {.folder = config->store,
                                       .map_bytes = (uint64_t)config->map_bytes,
                                       .offset_minutes = (int)config->zone_minutes};
    struct mp_head head;

    int error = mp_store_restore(config->from, &options, (uint64_t)config->at_least, config->by,
                                 config->why, mp_clock_wall_us(&mp_clock_system), &head);
    if (error != 0) {
        if (mp_store_why()[0] != '\0')
            fprintf(stderr, "milepost-ledger: %s\n", mp_store_why());
        return complain(config->from, error);
    }
    printf("restored up to %" PRIu64 "; epoch %" PRIu64 " begins\n", head.restored_head,
           head.epoch);
    return 0;
}
