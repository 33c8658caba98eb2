/* Short forms for the rows of the command table, and the options that several verbs take. */
#ifndef MP_CLI_OPTIONS_H
#define MP_CLI_OPTIONS_H

#include "clients/cli/command.h"

/* Words and bounds of the arguments; then the options of a row. */
#define ARGUMENTS(text, least_, most_) .arguments = text, .least = least_, .most = most_
#define OPTIONS(...)                                                                               \
    .options = (const struct cli_option[])                                                         \
    {                                                                                              \
        __VA_ARGS__,                                                                               \
        {                                                                                          \
            0                                                                                      \
        }                                                                                          \
    }
/* A verb that submits one change; the fields that its arguments give. */
#define SAYS(kind, ...) .writes = true, .change = (kind), .fields = {__VA_ARGS__}

#define OPTION(name, value, family, argument, help, field)                                         \
    {                                                                                              \
        name, 0, value, family, argument, help, field                                              \
    }
#define TEXT(name, argument, help)         OPTION(name, CLI_TEXT, 0, argument, help, NULL)
#define NUMBER(name, argument, help)       OPTION(name, CLI_NUMBER, 0, argument, help, NULL)
#define DATE(name, argument, help)         OPTION(name, CLI_DATE, 0, argument, help, NULL)
#define CODE(name, family, argument, help) OPTION(name, CLI_CODE, family, argument, help, NULL)
#define FLAG(name, help)                   OPTION(name, CLI_FLAG, 0, NULL, help, NULL)

#define STATEMENT                                                                                  \
    DATE("stated-on", "DAY", "the day it was said; today when not given"),                         \
        TEXT("said-by", "TEXT", "who said it, in words"),                                          \
        TEXT("note", "TEXT", "a remark that stays with it"),                                       \
        TEXT("source", "TEXT", "document, page address or letter it comes from"),                  \
        TEXT("page", "TEXT", "page or paragraph of the source"),                                   \
        TEXT("sha256", "HEX", "SHA-256 of the source document"),                                   \
        TEXT("expect", "EPOCH:SEQ",                                                                \
             "refuse it if the record has changed since this revision; 0:0: it must not exist")
#define TITLES                                                                                     \
    TEXT("title", "TEXT", "its name"), TEXT("title-ur", "TEXT", "its name in Urdu"),               \
        TEXT("title-zh", "TEXT", "its name in Chinese")
#define REASON                                                                                     \
    CODE("reason", MP_FAMILY_REASON, "CODE", "why: needed when it gets later; 'unknown' is one")
#define AS_OF                                                                                      \
    DATE("as-of", "DAY", "as it had been stated by that day"),                                     \
        TEXT("as-recorded", "TIME", "as this ledger held it then: 2026-01-31T12:00:00Z")
#define GAPS                                                                                       \
    TEXT("gaps", "planned|stated",                                                                 \
         "lags that nobody stated: the gap between the baselines, or none (stated)")
#define LINK_TYPE CODE("type", MP_FAMILY_LINK_TYPE, "TYPE", "FS, SS, FF or SF; FS by default")
#define KIND                                                                                       \
    CODE("kind", MP_FAMILY_KIND, "KIND", "which kind of record, where the id does not show it")

#endif
