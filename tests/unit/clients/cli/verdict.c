#include "clients/cli/verdict.h"
#include "clients/cli/fields.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static char *dump(const char *text)
{
    json_t *object = verdict_read(text);
    char *dumped = json_dumps(object, JSON_COMPACT | FIELDS_DUMP);

    cr_assert_not_null(dumped, "%s", text);
    json_decref(object);
    return dumped;
}

Test(cli_verdict, a_whole_record_has_its_counts_and_no_findings)
{
    char *text = dump("whole: 1005 events, 624 records, 945 submissions, 0 findings\n"
                      "epoch 1796011636, head 1005, hash 84be22abafd53687\n");

    cr_expect_str_eq(text, "{\"whole\":true,\"events\":1005,\"records\":624,"
                           "\"submissions\":945,\"epoch\":1796011636,\"head\":1005,"
                           "\"hash\":\"84be22abafd53687\",\"findings\":[]}");
    free(text);
}

Test(cli_verdict, findings_come_one_by_one)
{
    char *text = dump("finding: event 3: its checksum is wrong\nfinding: a: b\n"
                      "DAMAGED: 5 events, 4 records, 3 submissions, 2 findings\n"
                      "epoch 1, head 5, hash ab\n");

    cr_expect_str_eq(text, "{\"whole\":false,\"events\":5,\"records\":4,\"submissions\":3,"
                           "\"epoch\":1,\"head\":5,\"hash\":\"ab\",\"findings\":["
                           "\"event 3: its checksum is wrong\",\"a: b\"]}");
    free(text);
}

Test(cli_verdict, what_was_cut_is_no_verdict)
{
    cr_expect_null(verdict_read(""));
    cr_expect_null(verdict_read("finding: event 3"));
    cr_expect_null(verdict_read("whole: 5 events, 4 records"));
}
