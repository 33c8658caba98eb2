/* The picture's life, finding things in it, and its figures. */
#include "clients/lib/picture.h"

#include "clients/lib/client_private.h"
#include "clients/lib/picture_private.h"

#include <stdlib.h>
#include <string.h>

#define ARENA_BYTES ((size_t)16 << 30)

int mp_picture_grow(void **array, size_t *count, size_t *capacity, size_t size_bytes, void **ret_at)
{
    if (*count == *capacity) {
        size_t more = *capacity == 0 ? 64 : *capacity * 2;
        void *grown = reallocarray(*array, more, size_bytes);

        if (grown == NULL)
            return MP_ENOMEM;
        *array = grown;
        *capacity = more;
    }
    *ret_at = (char *)*array + *count * size_bytes;
    memset(*ret_at, 0, size_bytes);
    (*count)++;
    return 0;
}

void mp_picture_free(struct mp_picture *picture)
{
    if (picture == NULL)
        return;
    free(picture->projects);
    free(picture->milestones);
    free(picture->agencies);
    free(picture->terms);
    free(picture->policies);
    free((void *)(uintptr_t)picture->links);
    free(picture->statements);
    mp_schedule_free(picture->schedule);
    mp_schedule_names_free(picture->names);
    mp_calendars_free(picture->calendars);
    mp_arena_free(picture->arena);
    free(picture);
}

int mp_picture_load(struct mp_client *client, const struct mp_picture_options *options,
                    struct mp_picture **ret_picture)
{
    MP_AUTO(mp_picture_free) struct mp_picture *picture = calloc(1, sizeof(*picture));
    int error;

    if (picture == NULL)
        return MP_ENOMEM;
    picture->options = *options;
    picture->arena = mp_arena_new(ARENA_BYTES);
    picture->calendars = mp_calendars_new();
    if (picture->arena == NULL || picture->calendars == NULL)
        return MP_ENOMEM;
    error = mp_picture_gather(client, picture);
    if (error < 0)
        return error;
    mp_picture_measure(picture);
    *ret_picture = picture;
    picture = NULL;
    return 0;
}

void mp_picture_measure(struct mp_picture *picture)
{
    for (size_t i = 0; i < picture->milestone_count; i++) {
        struct mp_picture_milestone *milestone = &picture->milestones[i];
        struct mp_projection projection = mp_schedule_projection(picture->schedule, (uint32_t)i);
        const char *start_id = milestone->record.definition.start;
        uint32_t start =
            start_id[0] == '\0' ? MP_PICTURE_NONE : mp_picture_find_milestone(picture, start_id);
        const struct mp_policy *policy =
            milestone->project == MP_PICTURE_NONE
                ? mp_policy_in_force(picture->policies, picture->policy_count, MP_POLICY_DEFAULT,
                                     picture->options.today)
                : picture->projects[milestone->project].policy;

        mp_milestone_figures(&milestone->record,
                             start == MP_PICTURE_NONE ? NULL : &picture->milestones[start].record,
                             &projection, picture->options.today, policy, &milestone->figures);
    }
}

uint32_t mp_picture_find_milestone(const struct mp_picture *picture, const char *id)
{
    return mp_schedule_names_find(picture->names, id);
}

static int compare_id(const void *id, const void *item)
{
    return strcmp(id, *(const char *const *)item);
}

uint32_t mp_picture_find_project(const struct mp_picture *picture, const char *id)
{
    const struct mp_picture_project *found =
        picture->project_count == 0 ? NULL
                                    : bsearch(id, picture->projects, picture->project_count,
                                              sizeof(*picture->projects), compare_id);

    return found == NULL ? MP_PICTURE_NONE : (uint32_t)(found - picture->projects);
}

const struct mp_picture_agency *mp_picture_find_agency(const struct mp_picture *picture,
                                                       const char *id)
{
    return picture->agency_count == 0 ? NULL
                                      : bsearch(id, picture->agencies, picture->agency_count,
                                                sizeof(*picture->agencies), compare_id);
}

const char *mp_picture_term(const struct mp_picture *picture, enum mp_scheme scheme,
                            const char *code)
{
    for (size_t i = 0; i < picture->term_count; i++) {
        if (picture->terms[i].scheme == scheme && strcmp(picture->terms[i].code, code) == 0)
            return picture->terms[i].title.en;
    }
    return code;
}

bool mp_picture_covers(const struct mp_picture *picture, const char *prefix, uint32_t milestone)
{
    const char *id = picture->milestones[milestone].id;
    size_t path = strcspn(id, ":"), size = strlen(prefix);

    if (size == 0 || strcmp(prefix, "/") == 0)
        return true;
    /* The prefix ends in a slash, the path does not. */
    if (path + 1 == size)
        return strncmp(id, prefix, path) == 0;
    return path >= size && strncmp(id, prefix, size) == 0;
}
