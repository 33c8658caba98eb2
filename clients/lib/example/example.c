/* Reports one forecast, prints what became of it, and watches until the change comes round. */
#include <milepost.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool on_event(void *context, const struct mp_event *event)
{
    const struct mp_submit_result *result = context;
    printf("%llu %s by %s\n", (unsigned long long)event->seq, event->topic, event->agency);
    return event->seq < result->last_seq; /* false: enough seen */
}

int main(int argc, char **argv)
{
    if (argc != 9) {
        fprintf(stderr, "usage: %s SUBMIT FEED ASK SERVER-KEY KEY-FILE OUTBOX MILESTONE DATE\n",
                argv[0]);
        return 2;
    }
    struct mp_client_options options = {argv[1], argv[2], argv[3], argv[4], argv[5], argv[6]};
    struct mp_client *client = NULL;
    struct mp_submit_result result;
    struct mp_change change;
    mp_change_init(&change, MP_CHANGE_FORECAST);
    change.dated.milestone = argv[7];
    change.dated.reason = MP_REASON_FINANCING;
    int error = mp_date_parse(argv[8], &change.dated.date);
    if (error == 0)
        error = mp_client_open(&options, &client);
    if (error == 0)
        error = mp_client_submit(client, &change, 1, 3000, &result);
    if (error == 0)
        printf("%s %s\n", ((const char *[]){"queued:", "accepted", "rejected:"})[result.outcome],
               result.outcome == MP_SUBMIT_ACCEPTED ? "" : result.message);
    const struct mp_watch watch = {.context = &result, .event = on_event};
    if (error == 0 && result.outcome == MP_SUBMIT_ACCEPTED)
        error = mp_client_watch(client, "", true, result.first_seq - 1, &watch, 10000);
    if (error != 0)
        fprintf(stderr, "%s\n", mp_error_text(error));
    mp_client_close(client);
    return error != 0 ? 1 : (int[]){5, 0, 4}[result.outcome];
}
