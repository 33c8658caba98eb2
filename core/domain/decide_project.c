/* Projects: defined (again), removed. */
#include "core/domain/rules_private.h"

#include <string.h>

#define ANCESTORS_MOST 64

int mp_validate_project(const struct mp_change *change, const struct mp_check *check)
{
    const struct mp_project *project = &change->project;
    int result = mp_check_id(check, "id", project->id, MP_FORM_PATH)
                     ?: mp_check_optional_id(check, "parent", project->parent, MP_FORM_PATH)
                     ?: mp_check_id(check, "programme", project->programme, MP_FORM_SLUG)
                     ?: mp_check_title(check, &project->title)
                     ?: mp_check_optional_id(check, "corridor", project->corridor, MP_FORM_SLUG)
                     ?: mp_check_list(check, "themes", &project->themes, MP_FORM_SLUG)
                     ?: mp_check_list(check, "regions", &project->regions, MP_FORM_SLUG);
    if (result != 0)
        return result;
    result = mp_check_optional_id(check, "lead_agency", project->lead_agency, MP_FORM_AGENCY)
                 ?: mp_check_list(check, "partners", &project->partners, MP_FORM_AGENCY)
                 ?: mp_check_text(check, "counterpart", project->counterpart, MP_TITLE_MOST)
                 ?: mp_check_code(check, "status", MP_FAMILY_PROJECT_STATUS, (int)project->status);
    if (result != 0 || strcmp(project->parent, project->id) != 0)
        return result;
    return mp_check_reject(check, MP_REJECT_CYCLE, "parent",
                           "project %s cannot be its own parent: name another or none",
                           mp_quote(check->arena, project->id));
}

int mp_locate_project(struct mp_ruling *ruling)
{
    return mp_ruling_set_subject(ruling, MP_KIND_PROJECT, ruling->change->project.id);
}

/* The parent lives, and the project is not among its ancestors. */
static int decide_parent(const struct mp_ruling *ruling)
{
    const struct mp_project *project = &ruling->change->project;
    const struct mp_record *ancestor = NULL;
    if (project->parent[0] == '\0')
        return 0;
    int result = mp_ruling_need(ruling, "parent", MP_KIND_PROJECT, project->parent, &ancestor);
    for (int steps = 0; result == 0; steps++) {
        const char *next = ancestor->project.definition.parent;
        if (next[0] == '\0')
            return 0;
        if (strcmp(next, project->id) == 0)
            return mp_ruling_reject(
                ruling, MP_REJECT_CYCLE, "parent",
                "%s lies below %s already (through %s): name a parent that does not",
                mp_quote(ruling->arena, project->parent), mp_quote(ruling->arena, project->id),
                mp_quote(ruling->arena, ancestor->project.definition.id));
        if (steps >= ANCESTORS_MOST)
            return mp_ruling_reject(ruling, MP_REJECT_OUT_OF_RANGE, "parent",
                                    "%s has more than %d projects above it: name a parent nearer "
                                    "to the top",
                                    mp_quote(ruling->arena, project->parent), ANCESTORS_MOST);
        result = mp_ruling_need(ruling, "parent", MP_KIND_PROJECT, next, &ancestor);
    }
    return result;
}

/* "themes[3]" for the rejection of an item; the bare name when memory is short. */
static int at_item(const struct mp_ruling *ruling, int result, size_t index)
{
    const char *place = NULL;
    if (result == 1)
        place = mp_arena_printf(ruling->arena, "%s[%zu]", ruling->rejection->field, index);
    if (place != NULL)
        ruling->rejection->field = place;
    return result;
}

static int need_terms(const struct mp_ruling *ruling, const char *field, enum mp_scheme scheme,
                      const struct mp_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        int result = mp_ruling_need_term(ruling, field, scheme, list->items[i]);
        if (result != 0)
            return at_item(ruling, result, i);
    }
    return 0;
}

static int need_agencies(const struct mp_ruling *ruling, const struct mp_project *project)
{
    int result = 0;
    if (project->lead_agency[0] != '\0')
        result = mp_ruling_need(ruling, "lead_agency", MP_KIND_AGENCY, project->lead_agency, NULL);
    for (size_t i = 0; result == 0 && i < project->partners.count; i++) {
        const char *partner = project->partners.items[i];
        result = mp_ruling_need(ruling, "partners", MP_KIND_AGENCY, partner, NULL);
        if (result != 0)
            return at_item(ruling, result, i);
    }
    return result;
}

static int need_corridor(const struct mp_ruling *ruling, const struct mp_project *project)
{
    if (project->corridor[0] == '\0')
        return 0;
    return mp_ruling_need_term(ruling, "corridor", MP_SCHEME_CORRIDOR, project->corridor);
}

/* Defining a removed project again brings it back. */
int mp_decide_project(struct mp_ruling *ruling)
{
    const struct mp_project *project = &ruling->change->project;
    return decide_parent(ruling)
               ?: mp_ruling_need_term(ruling, "programme", MP_SCHEME_PROGRAMME, project->programme)
               ?: need_corridor(ruling, project)
               ?: need_terms(ruling, "themes", MP_SCHEME_THEME, &project->themes)
               ?: need_terms(ruling, "regions", MP_SCHEME_REGION, &project->regions)
               ?: need_agencies(ruling, project);
}

int mp_validate_project_removed(const struct mp_change *change, const struct mp_check *check)
{
    return mp_check_id(check, "id", change->removed, MP_FORM_PATH);
}

int mp_locate_project_removed(struct mp_ruling *ruling)
{
    return mp_ruling_set_subject(ruling, MP_KIND_PROJECT, ruling->change->removed);
}

int mp_decide_project_removed(struct mp_ruling *ruling)
{
    int result = mp_ruling_need_subject(ruling, "id");
    if (result != 0)
        return result;
    int in_use = ruling->view->in_use(ruling->view->context, ruling->change->removed);
    if (in_use <= 0)
        return in_use;
    return mp_ruling_reject(ruling, MP_REJECT_IN_USE, "id",
                            "project %s still has projects below it or milestones that are not "
                            "cancelled: remove and cancel those first",
                            mp_quote(ruling->arena, ruling->change->removed));
}
