#include "tests/support/campaign_shape.h"

#include "core/base/hash.h"

#include <inttypes.h>
#include <string.h>

#define ASK_MS       60000
#define ADVICE_LEAST 8 /* letters behind the colon that say what to do */

static int take_page(void *context, const struct mp_page *page)
{
    struct campaign_shape *shape = context;

    shape->head = page->head;
    for (size_t i = 0; i < page->topic_count; i++)
        shape->hash =
            mp_crc32c(shape->hash, mp_span_make(&page->topics[i].count, sizeof(uint64_t)));
    for (size_t i = 0; i < page->record_count; i++)
        shape->hash = mp_crc32c(shape->hash, page->records[i]);
    shape->records += page->record_count;
    return 0;
}

struct campaign_shape campaign_look(struct mp_client *client)
{
    struct campaign_shape shape = {0};
    struct mp_ask ask;

    mp_ask_init(&ask, MP_ASK_SNAPSHOT);
    ask.prefix = "";
    cr_assert_eq(mp_client_ask(client, &ask, ASK_MS, take_page, &shape), 0, "%s",
                 mp_client_why(client));
    cr_assert_gt(shape.records, 0u);
    return shape;
}

void campaign_expect_unchanged(struct mp_client *client, const struct campaign_shape *before,
                               const char *what)
{
    struct campaign_shape after = campaign_look(client);

    cr_assert_eq(after.head, before->head, "%s: the head is %" PRIu64 " and was %" PRIu64, what,
                 after.head, before->head);
    cr_assert(after.hash == before->hash && after.records == before->records,
              "%s: the record has changed", what);
}

void campaign_expect_advice(const char *message, const char *what)
{
    const char *at = strstr(message, ": ");

    cr_assert(at != NULL && strlen(at + 2) >= ADVICE_LEAST,
              "%s: it does not say what to change: %s", what, message);
}
