/* The table of kinds of change, and what holds for all of them. */
#include "core/domain/rules.h"

#include "core/domain/rules_private.h"

#include <inttypes.h>
#include <string.h>

#define ROLE(role) (1u << (role))
#define NOBODY     0u
#define AUTHORITY  ROLE(MP_ROLE_AUTHORITY)
#define MONITOR    ROLE(MP_ROLE_MONITOR)
#define LINKERS    (AUTHORITY | ROLE(MP_ROLE_AGENCY))
#define CORRECTORS (AUTHORITY | MONITOR)
#define STATERS    (LINKERS | MONITOR)

static const struct rule {
    unsigned roles;    /* who may submit it */
    const char *field; /* that names the changed record, for messages */
    mp_validate_function *validate;
    mp_locate_function *locate;
    mp_decide_function *decide;
} rules[MP_CHANGE_LAST + 1] = {
#define RULE(kind, roles, field, validate, locate, decide)                                         \
    [MP_CHANGE_##                                                                                  \
        kind] = {roles, field, mp_validate_##validate, mp_locate_##locate, mp_decide_##decide}
    RULE(TERM, AUTHORITY, "code", term, term, term),
    RULE(AGENCY, AUTHORITY, "id", agency, agency, agency),
    RULE(KEY_ADDED, AUTHORITY, "agency", key, key, key_added),
    RULE(KEY_REVOKED, AUTHORITY, "agency", key, key, key_revoked),
    RULE(PROJECT, AUTHORITY, "id", project, project, project),
    RULE(PROJECT_REMOVED, AUTHORITY, "id", project_removed, project_removed, project_removed),
    RULE(MILESTONE, AUTHORITY, "id", milestone, milestone, milestone),
    RULE(MILESTONE_CANCELLED, AUTHORITY, "id", milestone_cancelled, milestone_cancelled,
         milestone_cancelled),
    RULE(LINK, LINKERS, "successor", link, link, link),
    RULE(LINK_REMOVED, LINKERS, "successor", link, link, link_removed),
    RULE(CALENDAR, AUTHORITY, "name", calendar, calendar, calendar),
    RULE(POLICY, AUTHORITY, "programme", policy, policy, policy),
    RULE(INDICATOR, AUTHORITY, "code", indicator, indicator, indicator),
    RULE(BASELINE, STATERS, "milestone", dated, dated, baseline),
    RULE(FORECAST, STATERS, "milestone", dated, dated, forecast),
    RULE(MET, STATERS, "milestone", dated, dated, met),
    RULE(CONFIRMED, MONITOR, "milestone", dated, dated, confirmed),
    RULE(PROGRESS, STATERS, "milestone", progress, progress, progress),
    RULE(STATUS, STATERS, "project", status, status, status),
    RULE(SUSPENSION, STATERS, "milestone", suspension, dated, suspension),
    RULE(RESUMPTION, STATERS, "milestone", dated, dated, resumption),
    RULE(OBSERVATION, STATERS, "project", observation, observation, observation),
    RULE(WITHDRAWAL, CORRECTORS, "seq", withdrawal, withdrawal, withdrawal),
#undef RULE
    [MP_CHANGE_EPOCH_STARTED] = {.roles = NOBODY}, /* written by the ledger itself */
};

static const struct rule *find_rule(enum mp_change_kind kind)
{
    bool is_known = (unsigned)kind <= MP_CHANGE_LAST;
    return is_known && rules[kind].validate != NULL ? &rules[kind] : NULL;
}

bool mp_role_may(enum mp_role role, enum mp_change_kind kind)
{
    const struct rule *rule = find_rule(kind);
    return rule != NULL && role != MP_ROLE_NONE && (unsigned)role <= MP_ROLE_SERVICE &&
           (rule->roles & ROLE(role)) != 0;
}

static int validate_kind(const struct mp_change *change, const struct mp_check *check)
{
    if (change->kind == MP_CHANGE_EPOCH_STARTED)
        return mp_check_reject(check, MP_REJECT_NOT_SUBMITTABLE, "kind",
                               "epoch-started is written by the ledger alone, at init and restore: "
                               "leave it out");
    return mp_check_code(check, "kind", MP_FAMILY_CHANGE, (int)change->kind);
}

int mp_validate_change(const struct mp_change *change, struct mp_arena *arena,
                       struct mp_rejection *ret_rejection)
{
    struct mp_check check = {.arena = arena, .rejection = ret_rejection};
    return validate_kind(change, &check)
               ?: mp_check_optional_day(&check, "stated_on", change->stated_on)
               ?: mp_check_text(&check, "said_by", change->said_by, MP_TEXT_MOST)
               ?: mp_check_text(&check, "note", change->note, MP_TEXT_MOST)
               ?: mp_check_text(&check, "source.reference", change->source.reference, MP_TEXT_MOST)
               ?: mp_check_text(&check, "source.page", change->source.page, MP_TEXT_MOST)
               ?: rules[change->kind].validate(change, &check);
}

/* RFC 9562: the variant, and version 7 (by time) or 8 (from content). */
static bool is_submission_id(const struct mp_uuid *id)
{
    int version = id->bytes[6] >> 4;
    return (version == 7 || version == 8) && (id->bytes[8] & 0xc0) == 0x80;
}

static int validate_id(const struct mp_check *check, const char *field, const struct mp_uuid *id)
{
    if (is_submission_id(id))
        return 0;
    char text[MP_UUID_TEXT];
    mp_uuid_format(id, text);
    return mp_check_reject(check, MP_REJECT_ID_INVALID, field,
                           "%s is not a UUID of version 7 or 8: make a new one of version 7", text);
}

static int validate_envelope(const struct mp_submission *submission, const struct mp_check *check)
{
    int result = validate_id(check, "id", &submission->id);
    if (result == 0 && !mp_uuid_is_nil(&submission->after))
        result = validate_id(check, "after", &submission->after);
    if (result != 0)
        return result;
    if (mp_uuid_equal(&submission->after, &submission->id))
        return mp_check_reject(check, MP_REJECT_ID_INVALID, "after",
                               "a submission cannot come after itself: name the one sent before it "
                               "or leave it empty");
    if (submission->change_count == 0)
        return mp_check_reject(check, MP_REJECT_NO_CHANGES, "changes",
                               "there are no changes: send at least one");
    if (submission->change_count > MP_CHANGES_MOST)
        return mp_check_reject(check, MP_REJECT_TOO_MANY, "changes",
                               "there are %zu changes, at most %d are taken at once: send the rest "
                               "in a second submission",
                               submission->change_count, MP_CHANGES_MOST);
    return 0;
}

int mp_validate(const struct mp_submission *submission, struct mp_arena *arena,
                struct mp_rejection *ret_rejection)
{
    struct mp_check check = {.arena = arena, .rejection = ret_rejection};
    int result = validate_envelope(submission, &check);
    for (size_t i = 0; result == 0 && i < submission->change_count; i++) {
        result = mp_validate_change(&submission->changes[i], arena, ret_rejection);
        if (result == 1)
            mp_reject_at(ret_rejection, arena, i);
    }
    return result;
}

int mp_decide_submitter(const struct mp_view *view, const uint8_t key[static 32],
                        struct mp_arena *arena, const struct mp_record **ret_agency,
                        struct mp_rejection *ret_rejection)
{
    const char *id = NULL;
    const struct mp_record *record = NULL;
    size_t at = 0;
    int found = view->key_owner(view->context, key, &id);
    if (found == 1) {
        struct mp_subject subject = mp_subject_agency(id);
        found = view->record(view->context, &subject, &record);
    }
    if (found < 0)
        return found;
    if (record == NULL || !mp_agency_holds(&record->agency, key, &at))
        return mp_reject(ret_rejection, arena, MP_REJECT_KEY_UNKNOWN, "key",
                         "the key of this connection belongs to no agency: have an authority "
                         "register it");
    if (record->agency.keys[at].revoked_seq != 0)
        return mp_reject(ret_rejection, arena, MP_REJECT_KEY_REVOKED, "key",
                         "this key of agency %s was revoked: use one of its valid keys",
                         mp_quote(arena, id));
    if (record->agency.definition.role == MP_ROLE_SERVICE)
        return mp_reject(ret_rejection, arena, MP_REJECT_ROLE, "key",
                         "agency %s has the role service, which may submit nothing: use the key of "
                         "an agency, a monitor or an authority",
                         mp_quote(arena, id));
    *ret_agency = record;
    return 0;
}

/* "agency, monitor": the roles that may, for a message. */
static const char *roles_that_may(struct mp_arena *arena, enum mp_change_kind kind)
{
    const char *names = "";
    for (int role = MP_ROLE_AGENCY; role <= MP_ROLE_SERVICE; role++) {
        if (!mp_role_may((enum mp_role)role, kind))
            continue;
        const char *more = mp_arena_printf(arena, "%s%s%s", names, names[0] != '\0' ? ", " : "",
                                           mp_code_name(MP_FAMILY_ROLE, role));
        names = more != NULL ? more : names;
    }
    return names[0] != '\0' ? names : "nobody";
}

static int decide_role(const struct mp_ruling *ruling)
{
    enum mp_role role = ruling->context->agency->agency.definition.role;
    enum mp_change_kind kind = ruling->change->kind;
    if (mp_role_may(role, kind))
        return 0;
    const char *own = mp_code_name(MP_FAMILY_ROLE, (int)role);
    const char *name = mp_code_name(MP_FAMILY_CHANGE, (int)kind);
    return mp_ruling_reject(ruling, MP_REJECT_ROLE, "kind",
                            "the role %s may not submit %s: have it submitted by one that may (%s)",
                            own != NULL ? own : "", name != NULL ? name : "",
                            roles_that_may(ruling->arena, kind));
}

static int decide_grant(const struct mp_ruling *ruling)
{
    const struct mp_agency *agency = &ruling->context->agency->agency.definition;
    if (mp_agency_covers(agency, ruling->subject.topic))
        return 0;
    const char *needed = ruling->subject.topic[0] == '@' ? "/" : ruling->subject.topic;
    return mp_ruling_reject(ruling, MP_REJECT_NOT_GRANTED, ruling->field,
                            "agency %s has no grant that covers %s: ask an authority for one, or "
                            "have it submitted by an agency that has it",
                            mp_quote(ruling->arena, agency->id), mp_quote(ruling->arena, needed));
}

static int decide_revision(const struct mp_ruling *ruling)
{
    const struct mp_change *change = ruling->change;
    struct mp_revision now = {0};
    if (!change->has_expected)
        return 0;
    int found = ruling->view->revision_before(ruling->view->context, &ruling->subject, &now);
    if (found < 0)
        return found;
    if (now.epoch == change->expected.epoch && now.seq == change->expected.seq)
        return 0;
    if (now.seq == 0)
        return mp_ruling_reject(ruling, MP_REJECT_CONFLICT, "expected_revision",
                                "the record was expected at revision %" PRIu64 ":%" PRIu64
                                " but does not exist: read it again before changing it",
                                change->expected.epoch, change->expected.seq);
    return mp_ruling_reject(ruling, MP_REJECT_CONFLICT, "expected_revision",
                            "the record was expected at revision %" PRIu64 ":%" PRIu64
                            " (0:0 is none) but is at %" PRIu64 ":%" PRIu64
                            ": read it again before changing it",
                            change->expected.epoch, change->expected.seq, now.epoch, now.seq);
}

static int decide_stated_on(const struct mp_ruling *ruling)
{
    struct mp_change *change = ruling->change;
    if (change->stated_on == MP_DAY_NONE)
        change->stated_on = ruling->context->today;
    if (change->stated_on <= ruling->context->today + 1)
        return 0;
    char stated[MP_DAY_TEXT], today[MP_DAY_TEXT];
    mp_day_format(change->stated_on, stated);
    mp_day_format(ruling->context->today, today);
    return mp_ruling_reject(ruling, MP_REJECT_STATED_IN_FUTURE, "stated_on",
                            "%s is more than a day after today, %s: give the day on which it was "
                            "said",
                            stated, today);
}

static int decide_record(struct mp_ruling *ruling)
{
    const struct mp_record *record = NULL;
    /* An observation is always new. */
    if (ruling->change->kind == MP_CHANGE_OBSERVATION)
        return 0;
    int found = mp_ruling_find(ruling, &ruling->subject, &record);
    ruling->record = found == 1 ? record : NULL;
    return found < 0 ? found : 0;
}

int mp_decide(const struct mp_view *view, const struct mp_decide_context *context,
              const struct mp_change *change, struct mp_arena *arena, struct mp_change *ret_change,
              struct mp_subject *ret_subject, struct mp_rejection *ret_rejection)
{
    struct mp_change resolved = *change;
    struct mp_ruling ruling = {.view = view,
                               .context = context,
                               .arena = arena,
                               .rejection = ret_rejection,
                               .change = &resolved};
    int result = decide_role(&ruling);
    if (result != 0)
        return result;
    const struct rule *rule = &rules[change->kind];
    ruling.field = rule->field;
    result = rule->locate(&ruling)
                 ?: decide_grant(&ruling)
                 ?: decide_revision(&ruling)
                 ?: decide_stated_on(&ruling)
                 ?: decide_record(&ruling)
                 ?: rule->decide(&ruling);
    if (result != 0)
        return result;
    *ret_change = resolved;
    *ret_subject = ruling.subject;
    return 0;
}
