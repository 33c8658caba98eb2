/* Milestones in groups, and who is silent. */
#include "clients/lib/picture.h"

#include "core/base/auto.h"

#include <stdlib.h>
#include <string.h>

/* One milestone in one group. */
struct member {
    const char *key;
    uint32_t milestone;
};

struct members {
    struct member *items;
    size_t count;
};

static const struct mp_project *project_of(const struct mp_picture *picture, uint32_t milestone)
{
    uint32_t project = picture->milestones[milestone].project;

    return project == MP_PICTURE_NONE ? NULL : &picture->projects[project].record.definition;
}

static const char *key_of(const struct mp_picture *picture, enum mp_picture_by by,
                          uint32_t milestone)
{
    const struct mp_project *project = project_of(picture, milestone);

    if (by == MP_BY_ALL || project == NULL)
        return "";
    switch (by) {
    case MP_BY_PROGRAMME:
        return project->programme;
    case MP_BY_CORRIDOR:
        return project->corridor;
    case MP_BY_AGENCY:
        return project->lead_agency;
    default: /* MP_BY_PROJECT */
        return project->id;
    }
}

static size_t membership_count(const struct mp_picture *picture, enum mp_picture_by by,
                               uint32_t milestone)
{
    const struct mp_project *project = project_of(picture, milestone);

    return by == MP_BY_REGION && project != NULL && project->regions.count > 1
               ? project->regions.count
               : 1;
}

static void join(const struct mp_picture *picture, enum mp_picture_by by, uint32_t milestone,
                 struct members *members)
{
    const struct mp_project *project = project_of(picture, milestone);

    if (by != MP_BY_REGION || project == NULL || project->regions.count == 0) {
        const char *key = by == MP_BY_REGION ? "" : key_of(picture, by, milestone);

        members->items[members->count++] = (struct member){key, milestone};
        return;
    }
    for (size_t i = 0; i < project->regions.count; i++)
        members->items[members->count++] = (struct member){project->regions.items[i], milestone};
}

/* "" comes last. */
static int compare_members(const void *left, const void *right)
{
    const struct member *a = left, *b = right;

    if ((a->key[0] == '\0') != (b->key[0] == '\0'))
        return a->key[0] == '\0' ? 1 : -1;
    return strcmp(a->key, b->key)
               ?: (a->milestone < b->milestone ? -1 : a->milestone > b->milestone);
}

static int gather(const struct mp_picture *picture, const char *prefix, enum mp_picture_by by,
                  struct mp_arena *arena, struct members *ret_members)
{
    size_t most = 0;

    for (uint32_t i = 0; i < picture->milestone_count; i++)
        most += membership_count(picture, by, i);
    ret_members->count = 0;
    ret_members->items = mp_arena_array(arena, most, sizeof(*ret_members->items));
    if (ret_members->items == NULL)
        return MP_ENOMEM;
    for (uint32_t i = 0; i < picture->milestone_count; i++) {
        if (mp_picture_covers(picture, prefix, i))
            join(picture, by, i, ret_members);
    }
    if (ret_members->count > 0)
        qsort(ret_members->items, ret_members->count, sizeof(*ret_members->items), compare_members);
    return 0;
}

static const char *title_of(const struct mp_picture *picture, enum mp_picture_by by,
                            const char *key)
{
    const struct mp_picture_agency *agency;
    uint32_t project;

    if (by == MP_BY_ALL)
        return "all";
    if (key[0] == '\0')
        return "none given";
    switch (by) {
    case MP_BY_PROGRAMME:
        return mp_picture_term(picture, MP_SCHEME_PROGRAMME, key);
    case MP_BY_CORRIDOR:
        return mp_picture_term(picture, MP_SCHEME_CORRIDOR, key);
    case MP_BY_REGION:
        return mp_picture_term(picture, MP_SCHEME_REGION, key);
    case MP_BY_AGENCY:
        agency = mp_picture_find_agency(picture, key);
        return agency == NULL ? key : agency->definition.title.en;
    default: /* MP_BY_PROJECT */
        project = mp_picture_find_project(picture, key);
        return project == MP_PICTURE_NONE ? key
                                          : picture->projects[project].record.definition.title.en;
    }
}

/* Of the one programme that all of them belong to, else the default's. */
static const struct mp_policy *policy_of(const struct mp_picture *picture,
                                         const uint32_t *milestones, size_t count)
{
    const char *programme = NULL;

    for (size_t i = 0; i < count; i++) {
        const struct mp_project *project = project_of(picture, milestones[i]);
        const char *own = project == NULL ? "" : project->programme;

        if (programme != NULL && strcmp(programme, own) != 0)
            programme = MP_POLICY_DEFAULT;
        else
            programme = own;
        if (strcmp(programme, MP_POLICY_DEFAULT) == 0)
            break;
    }
    return mp_policy_in_force(picture->policies, picture->policy_count,
                              programme == NULL ? MP_POLICY_DEFAULT : programme,
                              picture->options.today);
}

static int measure(const struct mp_picture *picture, int32_t since, struct mp_arena *arena,
                   struct mp_picture_group *group)
{
    struct mp_arena_mark before = mp_arena_mark(arena);
    struct mp_measured *measured = mp_arena_array(arena, group->milestone_count, sizeof(*measured));
    int result;

    if (measured == NULL)
        return MP_ENOMEM;
    for (size_t i = 0; i < group->milestone_count; i++) {
        const struct mp_picture_milestone *milestone = &picture->milestones[group->milestones[i]];

        measured[i] = (struct mp_measured){&milestone->figures, &milestone->record};
    }
    result = mp_scope_figures(measured, group->milestone_count, picture->options.today, since,
                              policy_of(picture, group->milestones, group->milestone_count),
                              mp_calendars_at(picture->calendars, MP_CALENDAR_WEEKDAYS), arena,
                              &group->figures);
    mp_arena_release(arena, before);
    return result;
}

static size_t count_keys(const struct members *members)
{
    size_t keys = 0;

    for (size_t i = 0; i < members->count; i++)
        keys += i == 0 || strcmp(members->items[i].key, members->items[i - 1].key) != 0;
    return keys;
}

int mp_picture_group(const struct mp_picture *picture, const char *prefix, enum mp_picture_by by,
                     int32_t since, struct mp_arena *arena, struct mp_picture_group **ret_groups,
                     size_t *ret_count)
{
    struct members members;
    struct mp_picture_group *groups;
    uint32_t *numbers;
    size_t count, at = 0;
    int result = gather(picture, prefix, by, arena, &members);

    if (result != 0)
        return result;
    count = count_keys(&members);
    groups = mp_arena_array(arena, count, sizeof(*groups));
    numbers = mp_arena_array(arena, members.count, sizeof(*numbers));
    if (groups == NULL || numbers == NULL)
        return MP_ENOMEM;
    for (size_t i = 0; i < count && result == 0; i++) {
        const char *key = members.items[at].key;

        groups[i] = (struct mp_picture_group){
            .key = key, .title = title_of(picture, by, key), .milestones = &numbers[at]};
        for (; at < members.count && strcmp(members.items[at].key, key) == 0; at++) {
            numbers[at] = members.items[at].milestone;
            groups[i].milestone_count++;
        }
        result = measure(picture, since, arena, &groups[i]);
    }
    if (result != 0)
        return result;
    *ret_groups = groups;
    *ret_count = count;
    return 0;
}

static bool is_live(const struct mp_picture_project *project)
{
    enum mp_project_status status = mp_project_status_now(&project->record);

    return status == MP_PROJECT_PREPARATION || status == MP_PROJECT_IMPLEMENTATION;
}

/* The project with a slash at its end lies under the prefix. */
static bool covers_project(const char *prefix, const struct mp_picture_project *project)
{
    size_t path = strlen(project->id), size = strlen(prefix);

    if (size == 0 || strcmp(prefix, "/") == 0)
        return true;
    return path + 1 == size ? strncmp(project->id, prefix, path) == 0
                            : strncmp(project->id, prefix, size) == 0;
}

static void hear(struct mp_picture_silence *silence, int32_t day)
{
    if (day > silence->last_word_day)
        silence->last_word_day = day;
}

/* The place of the agency that leads the project, if it is live and under the prefix. */
static size_t leader_of(const struct mp_picture *picture, const char *prefix,
                        const struct mp_picture_project *project)
{
    const struct mp_picture_agency *agency =
        is_live(project) && covers_project(prefix, project)
            ? mp_picture_find_agency(picture, project->record.definition.lead_agency)
            : NULL;

    return agency == NULL ? SIZE_MAX : (size_t)(agency - picture->agencies);
}

/* leaders: by project. */
static void listen(const struct mp_picture *picture, const size_t *leaders,
                   struct mp_picture_silence *silences)
{
    for (size_t i = 0; i < picture->project_count; i++) {
        const struct mp_picture_project *project = &picture->projects[i];
        struct mp_picture_silence *silence;

        if (leaders[i] == SIZE_MAX)
            continue;
        silence = &silences[leaders[i]];
        silence->live_project_count++;
        if (silence->interval_days == 0 && project->policy != NULL)
            silence->interval_days = project->policy->report_days;
        if (project->record.stated.seq != 0)
            hear(silence, project->record.stated.stated_on);
    }
    for (size_t i = 0; i < picture->milestone_count; i++) {
        uint32_t project = picture->milestones[i].project;

        if (project != MP_PICTURE_NONE && leaders[project] != SIZE_MAX)
            hear(&silences[leaders[project]], picture->milestones[i].figures.last_word_day);
    }
}

static int compare_silences(const void *left, const void *right)
{
    const struct mp_picture_silence *a = left, *b = right;

    if (a->last_word_day != b->last_word_day)
        return a->last_word_day < b->last_word_day ? -1 : 1;
    return strcmp(a->agency->id, b->agency->id);
}

/* Whether it is one at all; how long beyond its interval. */
static bool is_silent(struct mp_picture_silence *silence, int32_t today)
{
    int64_t due_day = (int64_t)silence->last_word_day + silence->interval_days;

    if (silence->live_project_count == 0 || silence->interval_days == 0)
        return false;
    if (silence->last_word_day == MP_DAY_NONE)
        return true;
    if (due_day >= today)
        return false;
    silence->overdue_days = (int32_t)(today - due_day);
    return true;
}

int mp_picture_silences(const struct mp_picture *picture, const char *prefix,
                        struct mp_arena *arena, struct mp_picture_silence **ret_silences,
                        size_t *ret_count)
{
    struct mp_picture_silence *silences =
        mp_arena_array(arena, picture->agency_count, sizeof(*silences));
    size_t *leaders = mp_arena_array(arena, picture->project_count, sizeof(*leaders));
    size_t count = 0;

    if (silences == NULL || leaders == NULL)
        return MP_ENOMEM;
    for (size_t i = 0; i < picture->project_count; i++)
        leaders[i] = leader_of(picture, prefix, &picture->projects[i]);
    for (size_t i = 0; i < picture->agency_count; i++)
        silences[i] = (struct mp_picture_silence){
            .agency = &picture->agencies[i],
            .interval_days = picture->agencies[i].definition.report_interval_days,
            .last_word_day = MP_DAY_NONE};
    listen(picture, leaders, silences);
    for (size_t i = 0; i < picture->agency_count; i++) {
        if (is_silent(&silences[i], picture->options.today))
            silences[count++] = silences[i];
    }
    if (count > 0)
        qsort(silences, count, sizeof(*silences), compare_silences);
    *ret_silences = silences;
    *ret_count = count;
    return 0;
}
