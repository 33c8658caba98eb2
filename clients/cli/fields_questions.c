/* What the answers to questions hold: one table an object, one row a field. The code that asks
 * makes them; a test holds its answers against these tables. */
#include "clients/cli/fields_table.h"

#include "core/base/auto.h"

#define ROW(name, type, doc)                                                                       \
    {                                                                                              \
        name, FIELD_MADE, 0, 0, doc, type                                                          \
    }

static const struct field milestone[] = {
    ROW("id", "text", "id of the milestone"),
    ROW("title", "text", "its name in English"),
    ROW("project", "text", "id of its project"),
    ROW("status", "code", "scheduled, met, notMet, partiallyMet, suspended or cancelled"),
    ROW("status_date", "day", "day that it is computed for: today, or that of --as-of"),
    ROW("original", "day", "first recorded baseline"),
    ROW("approved", "day", "last baseline that was not recalled"),
    ROW("expected", "day",
        "later stated of last forecast and last re-baseline, else the first baseline"),
    ROW("actual", "day", "when it was met: confirmed, else claimed"),
    ROW("claimed_only", "boolean", "with `actual`: true when nobody has confirmed it"),
    ROW("projected", "day",
        "`actual`; else the latest of `expected`, `link_date` and `status_date`"),
    ROW("slip_original", "integer", "`actual`, else `projected`, less `original`"),
    ROW("slip_approved", "integer", "the same, less `approved`"),
    ROW("slip_since_last", "integer", "the last forecast less the one before"),
    ROW("late_original", "boolean",
        "true when a period that begins after the baseline ends is what it is met in or projected "
        "for"),
    ROW("late_approved", "boolean", "the same against the approved baseline"),
    ROW("overdue_days", "integer", "`status_date` less `expected`; 0 when met or not yet passed"),
    ROW("knock_on_days", "integer",
        "`link_date` less the later of `expected` and `status_date`; 0 when not pushed"),
    ROW("link_date", "day", "the latest date that what it waits for gives"),
    ROW("bound", "code", "what decides `projected`: none, cancelled, met, expected, today or link"),
    ROW("pushed_by", "text", "with bound link: the milestone that it waits for"),
    ROW("root", "text", "with bound link: where the chain of links begins"),
    ROW("lag_assumed", "boolean",
        "with bound link: true when its lag is the planned gap between the baselines, which is "
        "never negative"),
    ROW("grey_zone", "boolean",
        "true when its date passed longer ago than the policy allows, and nothing was said of it "
        "since"),
    ROW("last_word", "day", "last day on which something that stands was said of it"),
    ROW("planned_duration", "integer",
        "days from the approved baseline of its start, else from the day on which its first "
        "baseline was said, to `approved`"),
    ROW("project_status", "code",
        "status of its project that holds: stated, or of the definition; overdue with completion "
        "or later: a report of it is missing, not the work"),
    ROW("project_status_stated_on", "day", "when that was stated; not with one of the definition"),
    ROW("against_original", "object", "colour of `slip_original`: a *verdict*"),
    ROW("against_approved", "object", "colour of `slip_approved`: a *verdict*"),
    ROW("recorded_later", "boolean",
        "with --as-of: true when a figure in it was recorded after that day"),
};

static const struct field verdict[] = {
    ROW("colour", "code", "green, amber or red"),
    ROW("ground", "code",
        "which threshold decided: within (none is reached), days or share (of the planned "
        "duration)"),
    ROW("threshold", "integer", "the one that was reached: days, or percent"),
    ROW("slip_days", "integer", "what was judged"),
    ROW("duration_days", "integer",
        "the planned duration; absent when not known, so that days alone counted"),
    ROW("policy", "text", "programme of the policy, or default"),
    ROW("valid_from", "day", "first day of its version"),
};

static const struct field critical[] = {
    ROW("late", "day", "the latest day on which it does not move the end"),
    ROW("float_days", "integer",
        "working days from its projected date to that day, on its calendar; negative: late "
        "already"),
    ROW("critical", "boolean", "true when it has no float"),
};

static const struct field explain[] = {
    ROW("forecast_before", "day", "what `slip_since_last` is counted from"),
    ROW("chain", "list", "from the milestone back to the root: objects as under *step*"),
    ROW("waits_for", "list", "everything that it waits for: objects as under *wait*"),
    ROW("statements", "list", "all that was said of it: objects as under *statement*"),
};

static const struct field step[] = {
    ROW("id", "text", "the milestone"),
    ROW("projected", "day", "its projected date"),
    ROW("waits_for", "text", "what pushes it"),
    ROW("by", "code", "FS, SS, FF, SF, or activity: from its start"),
    ROW("lag_assumed", "boolean", "true when the lag is the planned gap"),
};

static const struct field wait[] = {
    ROW("id", "text", "the milestone that comes before"),
    ROW("by", "code", "FS, SS, FF, SF, or activity"),
    ROW("lag_days", "integer", "lag or duration; absent when none is stated"),
    ROW("lag_assumed", "boolean", "true when it is the planned gap"),
    ROW("calendar", "text", "calendar of the lag"),
    ROW("gives", "day", "the date that follows from it; absent when it has none itself"),
};

static const struct field statement[] = {
    ROW("seq", "integer", "sequence of the statement"),
    ROW("kind", "code", "what kind of statement"),
    ROW("stated_on", "day", "day on which it was said"),
    ROW("date", "day", "last day of the period"),
    ROW("precision", "code", "how exact the date is"),
    ROW("reason", "code", "why it moved"),
    ROW("recalled", "boolean", "re-baselines: an original that was learned late"),
    ROW("withdrawn_by", "integer", "sequence of its withdrawal"),
    ROW("said_by", "text", "who said it"),
    ROW("agency", "text", "who submitted it"),
    ROW("note", "text", "in our own words"),
    ROW("source", "text", "document, address or letter"),
    ROW("page", "text", "page within it"),
};

static const struct field group[] = {
    ROW("corridor", "text", "code of the corridor"),
    ROW("agency", "text", "id of the lead agency"),
    ROW("region", "text", "code of the region"),
    ROW("project", "text", "id of the project"),
    ROW("programme", "text", "code of the programme"),
    ROW("title", "text", "its name in English"),
    ROW("status_date", "day", "day that it is computed for"),
    ROW("milestones", "integer", "how many, without the cancelled"),
    ROW("baselined", "integer", "with a baseline"),
    ROW("met", "integer", "met by the status date"),
    ROW("claimed_only", "integer", "met, but confirmed by nobody"),
    ROW("late", "integer", "late against the original baseline"),
    ROW("late_approved", "integer", "late against the approved baseline"),
    ROW("overdue", "integer", "their expected date passed unmet"),
    ROW("knocked_on", "integer", "pushed by others beyond their own date"),
    ROW("no_date_given", "integer", "without any date"),
    ROW("grey_zone", "integer", "their date passed, and nothing was said of them since"),
    ROW("suspended", "integer", "suspended"),
    ROW("cancelled", "integer", "cancelled"),
    ROW("colours", "object",
        "against the original baseline: `green`, `amber` and `red`, each a count"),
    ROW("slips", "integer", "how many have a slip against the original"),
    ROW("slip_sum_days", "integer", "their sum"),
    ROW("slip_most_days", "integer", "the largest"),
    ROW("slip_mean_days", "object", "their mean, weighted where weights are given: a *ratio*"),
    ROW("weighted", "boolean", "true when weights are given"),
    ROW("bei", "object",
        "baseline execution index, met of those with a baseline over those due: a *ratio*"),
    ROW("hit_rate", "object",
        "met on or before the approved baseline over those due since --since: a *ratio*"),
    ROW("cpli", "object",
        "critical path length index, (length + float) over length in working days: a *ratio*"),
    ROW("approved_end", "day", "largest approved baseline"),
    ROW("projected_end", "day", "largest projected date"),
    ROW("earned_schedule", "object", "an *earned schedule*"),
};

static const struct field ratio[] = {
    ROW("value", "number", "`of` ÷ `over`"),
    ROW("of", "number", "numerator"),
    ROW("over", "number", "denominator"),
};

static const struct field earned_schedule[] = {
    ROW("absent", "text", "why it is not given"),
    ROW("start", "day", "earliest first baseline"),
    ROW("planned_value", "number", "value that was due by the status date"),
    ROW("earned_value", "number", "value of what is met"),
    ROW("budget", "number", "value of all"),
    ROW("es_days", "number", "ES: day on which the plan had earned that"),
    ROW("at_days", "number", "AT: days until the status date, or until all was met"),
    ROW("planned_duration_days", "number", "PD: days to the largest approved baseline"),
    ROW("sv_days", "number", "ES − AT: negative is behind"),
    ROW("spi", "number", "ES ÷ AT"),
    ROW("ieac_days", "number", "PD ÷ SPI"),
    ROW("ieac", "day", "start + IEAC"),
};

static const struct field reasons[] = {
    ROW("reason", "text", "the reason, or 'none given'"),
    ROW("moves", "integer", "moves to a later date"),
    ROW("days", "integer", "days together"),
    ROW("mean_days", "number", "days a move; absent when none moved"),
    ROW("suspensions", "integer", "times that work was suspended for it"),
};

static const struct field trend[] = {
    ROW("seq", "integer", "sequence of the statement"),
    ROW("stated_on", "day", "day on which it was said"),
    ROW("kind", "code", "baseline or forecast; in the end met, or confirmed"),
    ROW("date", "day", "last day of the period"),
    ROW("precision", "code", "how exact the date is"),
    ROW("moved_days", "integer",
        "days from what was expected before it was said; not with the first, and not with a first "
        "baseline that was said when other dates stood: it moved none"),
    ROW("slip_original", "integer", "days from the first recorded baseline"),
    ROW("reason", "code", "why it moved"),
    ROW("said_by", "text", "who said it"),
    ROW("agency", "text", "who submitted it"),
    ROW("source", "text", "document, address or letter"),
};

static const struct field whatif[] = {
    ROW("id", "text", "id of the milestone"),
    ROW("title", "text", "its name in English"),
    ROW("before", "day", "projected without it"),
    ROW("before_stated", "day",
        "where it is not `before`, by planned gaps that are assumed: what it is by the lags that "
        "were stated, as slippage and explain say"),
    ROW("after", "day", "projected with it"),
    ROW("days", "integer", "after less before"),
    ROW("slip_original", "integer", "`after` less the original baseline"),
    ROW("changed", "boolean", "true for the one that was asked about"),
    ROW("pushed_by", "text", "the milestone that pushes it"),
    ROW("lag_assumed", "boolean",
        "with `pushed_by`: true when the lag is the planned gap between the baselines, which is "
        "never negative"),
    ROW("lag_days", "integer", "with `pushed_by`: the lag that counts there"),
    ROW("calendar", "text", "with `pushed_by`: calendar of the lag"),
};

static const struct field policy_diff[] = {
    ROW("what", "text", "policy, a threshold, or a colour"),
    ROW("before", "integer", "on the first day; of policy its id"),
    ROW("after", "integer", "on the second day"),
    ROW("about", "text", "what it means"),
};

static const struct field calendar_show[] = {
    ROW("calendar", "text", "name of the calendar"),
    ROW("valid_from", "day", "first day of its version"),
};

static const struct field calendar_count[] = {
    ROW("calendar", "text", "name of the calendar"),
    ROW("from", "day", "not counted itself"),
    ROW("to", "day", "counted"),
    ROW("working_days", "integer", "days between that are worked"),
    ROW("elapsed_days", "integer", "all days between"),
    ROW("estimated_days", "integer", "special days between that nobody has announced yet"),
    ROW("unknown_days", "integer",
        "days between, in years of which the calendar has no special days: there the weekend alone "
        "counts"),
};

static const struct field verify[] = {
    ROW("whole", "boolean", "true when nothing was found"),
    ROW("events", "integer", "how many the record has"),
    ROW("records", "integer", "likewise"),
    ROW("submissions", "integer", "likewise"),
    ROW("epoch", "integer", "of the last event"),
    ROW("head", "integer", "sequence of the last event"),
    ROW("hash", "text", "of that event, with all before it"),
    ROW("findings", "list of texts", "what was found, a sentence each"),
};

static const struct field policy_show[] = {
    ROW("in_force", "boolean", "true when it rules on the status date"),
};

#define TABLE(title, about, rows)                                                                  \
    {                                                                                              \
        title, about, rows, MP_LENGTH(rows)                                                        \
    }
const struct field_table field_questions[] = {
    TABLE("slippage",
          "A milestone: every figure with what it is made of. `critical` and `explain` have these "
          "fields too.",
          milestone),
    TABLE("verdict", "A colour, and the policy that gave it.", verdict),
    TABLE("critical", "What `critical` has besides.", critical),
    TABLE("explain", "What `explain` has besides.", explain),
    TABLE("step", "", step),
    TABLE("wait", "", wait),
    TABLE("statement", "", statement),
    TABLE("slippage --by",
          "A group: `corridor`, `agency`, `region`, `project` or `programme` is its code or id, "
          "empty for none given; --by all has none.",
          group),
    TABLE("ratio", "", ratio),
    TABLE("earned schedule", "Days count from the earliest first baseline; value is weight.",
          earned_schedule),
    TABLE("slippage --by reason", "", reasons),
    TABLE("trend",
          "A date that was said, in the order of being said; the last row is when it was met.",
          trend),
    TABLE("whatif", "A milestone that would move; the one that was asked about comes first.",
          whatif),
    TABLE("policy diff", "", policy_diff),
    TABLE("calendar show", "A *special day*, and", calendar_show),
    TABLE("calendar count", "", calendar_count),
    TABLE("policy show", "A *policy* record, and", policy_show),
    TABLE("verify", "", verify),
};
const size_t field_question_count = MP_LENGTH(field_questions);
