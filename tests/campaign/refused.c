/* Every bad input through the real command line gets a named error that says what to change, and
 * changes nothing. */
#include "tests/support/campaign_shape.h"

#include <string.h>

static struct system_instance instance;
static struct mp_client *authority;

static void begin(void)
{
    system_begin_world(&instance);
    authority = system_client(&instance, "authority");
}

static void end(void)
{
    mp_client_close(authority);
    system_end();
}

#define WORDS_MOST    14
#define EXIT_REJECTED 4

/* Words of the command line; what it ends with; the name in "rejected, as WHO: NAME (…", or words
 * of the usage error. */
static const struct row {
    const char *words[WORDS_MOST];
    int status;
    const char *name;
} rows[] = {
    {{"forecast", "gwadar:completion", "2027", "--as", "north"}, 4, "not_granted"},
    {{"forecast", "ml-1:nowhere", "2029", "--as", "railways"}, 4, "unknown_milestone"},
    {{"forecast", "ml-1:completion", "2029-06-30", "--as", "railways"}, 4, "reason_missing"},
    {{"forecast", "ml-1:completion", "2020-01-01", "--as", "railways"}, 4, "forecast_in_past"},
    {{"forecast", "ml-1:completion", "2029-02-30", "--as", "railways"}, 4, "date_impossible"},
    {{"forecast", "ml-1:completion", "soon", "--as", "railways"}, 4, "date_impossible"},
    {{"forecast", "ml-1:completion", "2029", "--as", "railways", "--reason", "weather"},
     2,
     "weather"},
    {{"forecast", "ml-1:completion", "--as", "railways"}, 2, "DATE"},
    {{"met", "ml-1:completion", "2030-01-01", "--as", "railways"}, 4, "met_in_future"},
    {{"progress", "ml-1:completion", "101", "--as", "railways"}, 4, "out_of_range"},
    {{"progress", "ml-1:completion", "-3", "--as", "railways"}, 4, "out_of_range"},
    {{"progress", "ml-1:completion", "half", "--as", "railways"}, 4, "out_of_range"},
    {{"progress", "ml-1:completion", "5", "--as", "railways", "--stated-on", "2099-01-01"},
     4,
     "stated_in_future"},
    {{"progress", "ml-1:completion", "5", "--as", "railways", "--note", "\xff\xfe"},
     4,
     "text_invalid"},
    {{"progress", "gwadar:done", "5", "--as", "railways"}, 4, "cancelled"},
    {{"baseline", "ml-1:completion", "2030", "--as", "railways", "--reason", "scope"},
     4,
     "rebaseline_needs_authority"},
    {{"baseline", "ml-1:completion", "2030"}, 4, "reason_missing"},
    {{"confirm", "ml-1:completion", "2025-01-01", "--as", "railways"}, 4, "role"},
    {{"withdraw", "999999", "--note", "x"}, 4, "unknown_statement"},
    {{"withdraw", "3", "--note", "x"}, 4, "not_a_statement"},
    {{"withdraw", "3"}, 4, "required"},
    {{"withdraw", "many", "--note", "x"}, 4, "out_of_range"},
    {{"status", "ml-1", "asleep", "--as", "railways"}, 4, "code_unknown"},
    {{"observe", "ml-1", "dust", "5", "--as", "railways"}, 4, "unknown_indicator"},
    {{"project", "ml-2", "--title", "x", "--programme", "cpec-2.0", "--lead", "railways",
      "--status", "implementation", "--as", "railways"},
     4,
     "role"},
    {{"project", "ml-2", "--title", "x", "--programme", "cpec-9", "--lead", "railways", "--status",
      "implementation"},
     4,
     "unknown_term"},
    {{"project", "ml-2", "--title", "x", "--programme", "cpec-2.0", "--lead", "nobody", "--status",
      "implementation"},
     4,
     "unknown_agency"},
    {{"project", "Ml 2", "--title", "x", "--programme", "cpec-2.0", "--lead", "railways",
      "--status", "implementation"},
     4,
     "id_invalid"},
    {{"project", "ml-2", "--programme", "cpec-2.0", "--lead", "railways", "--status",
      "implementation"},
     4,
     "required"},
    {{"milestone", "nowhere:end", "--title", "x", "--type", "delivery"}, 4, "unknown_project"},
    {{"milestone", "gone:end", "--title", "x", "--type", "delivery"}, 4, "removed"},
    {{"link", "ml-1:completion", "ml-1:completion"}, 4, "self_link"},
    {{"link", "gwadar:completion", "ml-1:completion"}, 4, "cycle"},
    {{"link", "ml-1:completion", "gwadar:completion", "--lag", "3", "--calendar", "wroks"},
     4,
     "unknown_calendar"},
    {{"unlink", "gwadar:completion", "ml-1:completion"}, 4, "unknown_link"},
    {{"key", "add", "ports", "own", "--as", "authority"}, 4, "key_in_use"},
    {{"key", "revoke", "ports", "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"}, 4, "unknown_key"},
    {{"key", "revoke", "authority", "own"}, 4, "last_authority"},
    {{"key", "add", "ports", "short"}, 2, "short"},
    {{"agency", "define", "ml 1", "--title", "x"}, 2, "ml 1"},
    {{"agency", "grant", "nobody", "ml-1/"}, 3, "nobody"},
    {{"import", "/nowhere"}, 3, "/nowhere"},
    {{"get", "ml-9"}, 3, "ml-9"},
    {{"get", "ml-1:completion", "--as-recorded", "yesterday"}, 2, "yesterday"},
    {{"watch", "UP/"}, 2, "UP/"},
    {{"progress", "ml-1:completion", "5", "--as", "stranger"}, 6, "stranger"},
};

static const char *joined(const char *const *words)
{
    const char *text = words[0];

    for (size_t i = 1; words[i] != NULL; i++)
        text = system_text("%s %s", text, words[i]);
    return text;
}

/* What the rows need: a link, a cancelled milestone, a removed project. */
static void prepare(void)
{
    system_do(&instance, "link", "ml-1:completion", "gwadar:completion");
    system_do(&instance, "milestone", "gwadar:done", "--title", "Done", "--type", "delivery");
    system_do(&instance, "cancel", "gwadar:done", "--note", "dropped");
    system_do(&instance, "project", "gone", "--title", "Gone", "--programme", "cpec-2.0", "--lead",
              "railways", "--status", "implementation");
    system_do(&instance, "remove", "gone", "--note", "entered twice");
    system_do(&instance, "agency", "grant", "railways", "gwadar/");
}

/* "rejected, as WHO: NAME (field): what is wrong: what to do", or what is wrong and what to do. */
static void expect_named(const struct row *row, const char *said, const char *what)
{
    const char *name = row->status == EXIT_REJECTED ? system_text(": %s (", row->name) : row->name;
    const char *at = strstr(said, name);

    cr_assert_not_null(at, "%s: no '%s' in: %s", what, name, said);
    if (row->status == EXIT_REJECTED)
        campaign_expect_advice(strstr(at, "): ") + 3, what);
}

/* Nothing waits, and what was refused can be looked at. */
static void expect_outboxes(void)
{
    static const char *const identities[] = {"railways", "north", "authority"};

    for (size_t i = 0; i < MP_LENGTH(identities); i++) {
        struct mp_client *client = i == 2 ? authority : system_client(&instance, identities[i]);
        struct mp_outbox_counts counts;

        cr_assert_eq(mp_outbox_count(mp_client_outbox(client), &counts), 0);
        cr_assert_eq(counts.waiting + counts.sent, 0u, "%s has something that waits",
                     identities[i]);
        if (i != 2)
            mp_client_close(client);
    }
}

Test(refused, the_command_line_names_what_is_wrong_and_the_record_stays_as_it_is, .init = begin,
     .fini = end)
{
    struct campaign_shape before;

    prepare();
    before = campaign_look(authority);
    for (size_t i = 0; i < MP_LENGTH(rows); i++) {
        const struct row *row = &rows[i];
        const char *what = joined(row->words);
        struct system_said said = system_cli_run(&instance, row->words);

        cr_assert_eq(said.status, row->status, "%s: exit %d, not %d: %s", what, said.status,
                     row->status, said.err);
        cr_assert_eq(said.out[0], '\0', "%s: %s", what, said.out);
        expect_named(row, said.err, what);
        campaign_expect_unchanged(authority, &before, what);
    }
    expect_outboxes();
}
