#include "clients/cli/verdict.h"

#include "clients/cli/fields.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define FINDING   "finding: "
#define HASH_TEXT 65

/* The last two lines. */
struct verdict {
    char word[16], hash[HASH_TEXT];
    uint64_t events, records, submissions, findings, epoch, head;
};

static bool read_last(const char *line, struct verdict *ret_verdict)
{
    struct verdict *verdict = ret_verdict;

    return sscanf(line,
                  "%15[A-Za-z]: %" SCNu64 " events, %" SCNu64 " records, %" SCNu64
                  " submissions, %" SCNu64 " findings\nepoch %" SCNu64 ", head %" SCNu64
                  ", hash %64[0-9a-f]",
                  verdict->word, &verdict->events, &verdict->records, &verdict->submissions,
                  &verdict->findings, &verdict->epoch, &verdict->head, verdict->hash) == 8;
}

static json_t *object_of(const struct verdict *verdict, json_t *findings)
{
    json_t *object = json_object();

    fields_add(&object, "whole", json_boolean(strcmp(verdict->word, "whole") == 0));
    fields_add(&object, "events", fields_u64(verdict->events));
    fields_add(&object, "records", fields_u64(verdict->records));
    fields_add(&object, "submissions", fields_u64(verdict->submissions));
    fields_add(&object, "epoch", fields_u64(verdict->epoch));
    fields_add(&object, "head", fields_u64(verdict->head));
    fields_add(&object, "hash", json_string(verdict->hash));
    fields_add(&object, "findings", findings);
    return object;
}

json_t *verdict_read(const char *text)
{
    json_t *findings = json_array();
    struct verdict verdict;
    size_t size;

    for (; strncmp(text, FINDING, strlen(FINDING)) == 0; text += size + (text[size] == '\n')) {
        size = strcspn(text, "\n");
        (void)json_array_append_new(
            findings, json_stringn_nocheck(text + strlen(FINDING), size - strlen(FINDING)));
    }
    if (read_last(text, &verdict))
        return object_of(&verdict, findings);
    json_decref(findings);
    return NULL;
}
