/* policy: what the colours mean, since when, and what another version changes. */
#include "clients/cli/ask.h"
#include "clients/cli/fields.h"
#include "clients/cli/options.h"
#include "clients/cli/pictured.h"
#include "clients/cli/verbs.h"
#include "clients/cli/versions.h"
#include "clients/cli/worded.h"
#include "core/domain/policy.h"

#include <string.h>

/* The programme's own, else the default's. */
static const struct mp_record *in_force(const struct versions *versions, const char *programme,
                                        int32_t day)
{
    const struct mp_record *own = versions_in_force(versions, programme, day);

    return own != NULL ? own : versions_in_force(versions, MP_POLICY_DEFAULT, day);
}

/* A programme that was mistyped must not look like one without a policy of its own. */
static int check_programme(struct cli *cli, const struct instance *instance,
                           const struct versions *versions, const char *programme)
{
    MP_AUTO(mp_arena_free) struct mp_arena *arena = cli_arena((size_t)1 << 20);
    const char *id = cli_text(arena, "programme:%s", programme);
    struct mp_client *client = NULL;
    struct mp_record record;
    int status, error;

    if (strcmp(programme, MP_POLICY_DEFAULT) == 0 || versions_has(versions, programme))
        return CLI_OK;
    status = instance_client(cli, instance, NULL, false, &client);
    if (status != CLI_OK)
        return status;
    error = mp_client_get(client, MP_KIND_TERM, id, cli->timeout_ms, arena, &record);
    if (error == MP_EMALFORMED)
        status = cli_fail(CLI_NOT_FOUND,
                          "there is no programme \"%s\"; milepost list terms shows all", programme);
    else if (error == MP_ENOTFOUND)
        status = cli_fail(CLI_NOT_FOUND, "%s",
                          ask_where(arena, cli_without(arena, mp_client_why(client), "programme:"),
                                    MP_KIND_TERM));
    else if (error < 0)
        status = cli_fail(cli_exit_of(error), "%s", mp_client_why(client));
    mp_client_close(client);
    return status;
}

/* ---- show ---- */

static int show_versions(struct cli *cli, const struct versions *versions, const char *programme,
                         int32_t day)
{
    struct output *output =
        output_open(cli,
                    "programme valid_from in_force amber_days red_days amber_percent red_percent "
                    "grey_days report_days least_for_index ~note ~source",
                    false);
    size_t ruling = 0;
    int status = CLI_OK;

    for (size_t i = 0; i < versions->count && status == CLI_OK; i++) {
        const struct mp_record *record = &versions->records[i];
        const char *of = programme == NULL ? record->policy.programme : programme;
        bool rules = in_force(versions, of, day) == record;
        json_t *row;

        if (strcmp(of, record->policy.programme) != 0 &&
            strcmp(record->policy.programme, MP_POLICY_DEFAULT) != 0)
            continue;
        ruling += rules;
        row = fields_record(record, day);
        fields_add(&row, "in_force", json_boolean(rules));
        status = output_row(output, row);
    }
    status = output_close(output, status);
    if (status == CLI_OK && ruling == 0) {
        char text[MP_DAY_TEXT];

        mp_day_format(day, text);
        (void)fflush(stdout);
        (void)fprintf(stderr, "no policy is in force on %s: nothing has a colour then\n", text);
    }
    return status;
}

static int run_show(struct cli *cli)
{
    const char *programme = cli->argument_count > 1 ? cli->arguments[1] : NULL;
    struct versions versions;
    struct instance instance;
    int32_t day;
    int status = versions_asked(cli, MP_KIND_POLICY, &instance, &versions, &day);

    if (status == CLI_OK && programme != NULL)
        status = check_programme(cli, &instance, &versions, programme);
    return status == CLI_OK ? show_versions(cli, &versions, programme, day) : status;
}

/* ---- set ---- */

static const char *option_of(const struct cli *cli, const char *member)
{
    char name[64];

    (void)snprintf(name, sizeof name, "%s", member);
    for (char *letter = name; *letter != '\0'; letter++)
        *letter = *letter == '_' ? '-' : *letter;
    return cli_text(cli->arena, "%s", name);
}

/* The first threshold that is not given, as its option; NULL: all are. */
static const char *missing(const struct cli *cli)
{
    for (size_t i = 0; i < MP_POLICY_MEMBERS; i++) {
        const char *option = option_of(cli, mp_policy_members[i].name);

        if (!cli_given(cli, option))
            return option;
    }
    return NULL;
}

/* Begins with what is in force on that day. */
static int begin_set(struct say *say, const char *programme, int32_t valid_from)
{
    const struct mp_record *base;
    struct versions versions;
    const char *option = missing(say->cli);
    int status;

    if (option == NULL)
        return CLI_OK; /* it is whole: nobody need be asked, it may be queued */
    status = versions_read(say->cli, &say->instance, MP_KIND_POLICY, NULL, &versions);
    if (status != CLI_OK)
        return status;
    base = in_force(&versions, programme, valid_from);
    if (base == NULL)
        return cli_fail(CLI_USAGE,
                        "no policy is in force for %s on %s, so that every threshold is needed: "
                        "give --%s too",
                        programme, cli_value(say->cli, "valid-from"), option);
    say->change.policy = base->policy;
    versions_expect(say, &versions, programme, valid_from);
    return CLI_OK;
}

static int run_set(struct cli *cli)
{
    return versions_set(cli, MP_CHANGE_POLICY, begin_set);
}

/* ---- diff ---- */

struct difference {
    struct pictured pictured;
    const char *programme;
    int32_t days[2];
    const struct mp_policy *policies[2]; /* in force on them */
    size_t colours[2][MP_COLOUR_COUNT];
    size_t judged, changed; /* milestones */
};

static const struct mp_policy *policy_on(const struct difference *difference, const char *programme,
                                         int32_t day)
{
    const struct mp_picture *picture = difference->pictured.picture;

    return mp_policy_in_force(picture->policies, picture->policy_count, programme, day);
}

static enum mp_colour colour_by(const struct mp_policy *policy,
                                const struct mp_milestone_figures *figures)
{
    const struct mp_days *duration = &figures->planned_duration;

    return mp_policy_judge(policy, figures->slip_original.days,
                           duration->absence == MP_ABSENT_NOT ? duration->days : 0)
        .colour;
}

/* Default: the milestones of every programme that it rules on one of the days at least. */
static bool is_concerned(const struct difference *difference, const char *programme,
                         const struct mp_policy *const policies[static 2])
{
    if (strcmp(difference->programme, MP_POLICY_DEFAULT) != 0)
        return strcmp(difference->programme, programme) == 0;
    for (size_t i = 0; i < 2; i++) {
        if (policies[i] != NULL && strcmp(policies[i]->programme, MP_POLICY_DEFAULT) == 0)
            return true;
    }
    return false;
}

/* The same slips by either policy: what the change of the rule alone does. */
static void judge_milestones(struct difference *difference)
{
    const struct mp_picture *picture = difference->pictured.picture;

    for (size_t i = 0; i < picture->milestone_count; i++) {
        const struct mp_picture_milestone *one = &picture->milestones[i];
        const struct mp_policy *policies[2];
        enum mp_colour colours[2];
        const char *programme;

        if (one->project == MP_PICTURE_NONE || one->figures.slip_original.absence != MP_ABSENT_NOT)
            continue;
        programme = picture->projects[one->project].record.definition.programme;
        for (size_t j = 0; j < 2; j++)
            policies[j] = policy_on(difference, programme, difference->days[j]);
        if (!is_concerned(difference, programme, policies))
            continue;
        for (size_t j = 0; j < 2; j++) {
            colours[j] = colour_by(policies[j], &one->figures);
            difference->colours[j][colours[j]]++;
        }
        difference->judged++;
        difference->changed += colours[0] != colours[1];
    }
}

/* A policy that is not there says nothing. */
static json_t *threshold(const struct mp_policy *policy, size_t member)
{
    uint32_t value;

    if (policy == NULL)
        return NULL;
    memcpy(&value, (const char *)policy + mp_policy_members[member].offset, sizeof value);
    return json_integer(value);
}

static int show_row(struct output *output, const char *what, const char *about, json_t *before,
                    json_t *after)
{
    json_t *row = json_object();

    fields_add(&row, "what", json_string(what));
    if (before != NULL)
        fields_add(&row, "before", before);
    if (after != NULL)
        fields_add(&row, "after", after);
    fields_add(&row, "about", json_string(about));
    return output_row(output, row);
}

static json_t *version_id(const struct mp_policy *policy)
{
    char day[MP_DAY_TEXT], id[MP_SLUG_MOST + 1 + MP_DAY_TEXT];

    if (policy == NULL)
        return NULL;
    mp_day_format(policy->valid_from, day);
    (void)snprintf(id, sizeof id, "%.*s@%s", MP_SLUG_MOST, policy->programme, day);
    return json_string(id);
}

static int show_thresholds(const struct difference *difference, struct output *output)
{
    const struct mp_policy *const *policies = difference->policies;
    int status = CLI_OK;

    if (policies[0] != policies[1])
        status = show_row(output, "policy", "the version in force", version_id(policies[0]),
                          version_id(policies[1]));
    for (size_t i = 0; i < MP_POLICY_MEMBERS && status == CLI_OK; i++) {
        json_t *before = threshold(policies[0], i), *after = threshold(policies[1], i);

        if (before != NULL && after != NULL && json_equal(before, after)) {
            json_decref(before);
            json_decref(after);
            continue;
        }
        if (before != NULL || after != NULL)
            status = show_row(output, mp_policy_members[i].name, mp_policy_members[i].help, before,
                              after);
    }
    return status;
}

static int show_difference(struct difference *difference)
{
    static const char *const names[] = {"no colour", "green", "amber", "red"};
    struct output *output = output_open(difference->pictured.cli, "what before after about", false);
    int status = show_thresholds(difference, output);

    for (size_t i = 0; i < MP_COLOUR_COUNT && status == CLI_OK; i++) {
        if (difference->colours[0][i] != difference->colours[1][i])
            status = show_row(output, names[i], "milestones, by the slips of the status date",
                              json_integer((json_int_t)difference->colours[0][i]),
                              json_integer((json_int_t)difference->colours[1][i]));
    }
    status = output_close(output, status);
    if (status != CLI_OK)
        return status;
    (void)fflush(stdout);
    (void)fprintf(stderr, "%s; %zu of %zu milestones with a slip change colour\n",
                  difference->policies[0] == difference->policies[1]
                      ? "one version is in force on both days"
                      : "two versions",
                  difference->changed, difference->judged);
    return CLI_OK;
}

static int run_diff(struct cli *cli)
{
    struct difference difference = {.programme = cli->arguments[1]};
    const struct mp_picture *picture;
    bool is_known = strcmp(difference.programme, MP_POLICY_DEFAULT) == 0;
    int status = CLI_OK;

    for (size_t i = 0; i < 2 && status == CLI_OK; i++)
        status = ask_read_day("DAY", cli->arguments[2 + i], &difference.days[i]);
    if (status != CLI_OK)
        return status;
    status = pictured_begin(cli, NULL, MP_GAPS_STATED, &difference.pictured);
    picture = difference.pictured.picture;
    for (size_t i = 0; status == CLI_OK && i < picture->term_count; i++)
        is_known |= picture->terms[i].scheme == MP_SCHEME_PROGRAMME &&
                    strcmp(picture->terms[i].code, difference.programme) == 0;
    if (status == CLI_OK && !is_known)
        status = cli_fail(CLI_NOT_FOUND,
                          "there is no programme %s; milepost list terms shows all, and policy "
                          "show those with a policy of their own",
                          difference.programme);
    if (status == CLI_OK) {
        for (size_t i = 0; i < 2; i++)
            difference.policies[i] =
                policy_on(&difference, difference.programme, difference.days[i]);
        judge_milestones(&difference);
        status = show_difference(&difference);
    }
    return pictured_end(&difference.pictured, status);
}

static int run_policy(struct cli *cli)
{
    static const struct worded words[] = {
        {"show", "[PROGRAMME]", 0, 1, " as-of as-recorded ", run_show},
        {"set", "PROGRAMME --valid-from DAY", 1, 1,
         " valid-from amber-days red-days amber-percent red-percent grey-days report-days "
         "least-for-index stated-on said-by note source page sha256 expect ",
         run_set},
        {"diff", "PROGRAMME DAY DAY", 3, 3, " as-of as-recorded ", run_diff},
    };

    return worded_run(cli, words, MP_LENGTH(words));
}

const struct cli_command verb_policy = {
    .name = "policy",
    ARGUMENTS("show|set|diff [PROGRAMME] [DAY] [DAY]", 1, 4),
    .summary = "what the colours mean: thresholds, by version",
    .details =
        "show lists the versions and which of them is in force, today or on the day of --as-of; "
        "'default' rules programmes that have none of their own. set PROGRAMME gives a new "
        "version, or one anew: thresholds that are not given are those in force on its first day. "
        "One that begins before today changes colours of the past, so it needs a --note. diff "
        "PROGRAMME DAY DAY shows what differs between the versions in force on the two days, and "
        "how many milestones have another colour for it.\n\n"
        "A colour is always that of the policy in force on its day.",
    .example = "milepost policy show cpec-2.0 --as-of 2025-01-01\n"
               "milepost policy set cpec-2.0 --valid-from 2027-01-01 --amber-days 14 --note 'JCC "
               "15' --dry-run\n"
               "milepost policy diff cpec-2.0 2025-01-01 2026-01-01",
    .writes = true,
    .fields = {NULL, "programme"},
    OPTIONS(DATE("valid-from", "DAY", "first day that the version rules"),
            NUMBER("amber-days", "DAYS", "days late at which amber begins"),
            NUMBER("red-days", "DAYS", "days late at which red begins"),
            NUMBER("amber-percent", "N", "percent of the planned duration; 0: days alone"),
            NUMBER("red-percent", "N", "percent of the planned duration; 0: days alone"),
            NUMBER("grey-days", "DAYS", "days without word after an expected date: grey zone"),
            NUMBER("report-days", "DAYS", "between reports of agencies that have no interval"),
            NUMBER("least-for-index", "N", "milestones below which no index is given"), AS_OF,
            STATEMENT),
    .run = run_policy,
};
