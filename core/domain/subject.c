#include "core/domain/subject.h"

#include "core/base/text.h"
#include "core/domain/date.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool is_alphanumeric(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* Length of the segment at the start of the text: [a-z0-9][a-z0-9.-]*, 0 when there is none. */
static size_t segment_length(const char *text)
{
    size_t size = 0;
    if (!is_alphanumeric(text[0]))
        return 0;
    while (is_alphanumeric(text[size]) || text[size] == '.' || text[size] == '-')
        size++;
    return size;
}

/* Length of the path at the start of the text, 0 when there is none within the limits. */
static size_t path_length(const char *text)
{
    size_t size = 0;
    for (unsigned depth = 1; depth <= MP_PATH_DEPTH_MOST; depth++) {
        size_t segment = segment_length(text + size);
        size += segment;
        if (segment == 0 || size > MP_PATH_MOST)
            return 0;
        if (text[size] != '/' || text[size + 1] == '\0')
            return size;
        size++;
    }
    return 0;
}

bool mp_path_is_valid(const char *path)
{
    size_t size = path_length(path);
    return size > 0 && path[size] == '\0';
}

static bool is_segment(const char *text, size_t most)
{
    size_t size = segment_length(text);
    return size > 0 && size <= most && text[size] == '\0';
}

bool mp_slug_is_valid(const char *slug)
{
    return is_segment(slug, MP_SLUG_MOST);
}

bool mp_milestone_id_is_valid(const char *id)
{
    size_t size = path_length(id);
    return size > 0 && id[size] == ':' && mp_slug_is_valid(id + size + 1);
}

bool mp_agency_id_is_valid(const char *id)
{
    return is_segment(id, MP_AGENCY_ID_MOST);
}

bool mp_prefix_is_valid(const char *prefix)
{
    if (strcmp(prefix, "/") == 0)
        return true;
    size_t size = path_length(prefix);
    return size > 0 && prefix[size] == '/' && prefix[size + 1] == '\0';
}

bool mp_prefix_covers(const char *prefix, const char *topic)
{
    size_t size = strlen(prefix);
    if (size == 0 || strcmp(prefix, "/") == 0)
        return true;
    return prefix[size - 1] == '/' && strncmp(prefix, topic, size) == 0;
}

/* Topic and slug in one piece; the topic of no path is given whole. */
static struct mp_subject make(struct mp_arena *arena, enum mp_kind kind, struct mp_span path,
                              const char *slug)
{
    size_t slug_size = strlen(slug);
    char *topic = mp_arena_alloc(arena, path.size + 2 + slug_size + 1);
    if (topic == NULL)
        return (struct mp_subject){.kind = kind};
    memcpy(topic, path.data, path.size);
    topic[path.size] = '/';
    topic[path.size + 1] = '\0';
    memcpy(topic + path.size + 2, slug, slug_size + 1);
    return (struct mp_subject){.kind = kind, .topic = topic, .slug = topic + path.size + 2};
}

static struct mp_span path_of(const char *id)
{
    return mp_span_make(id, strcspn(id, ":"));
}

struct mp_subject mp_subject_project(struct mp_arena *arena, const char *path)
{
    return make(arena, MP_KIND_PROJECT, mp_span_text(path), "");
}

struct mp_subject mp_subject_milestone(struct mp_arena *arena, const char *id)
{
    struct mp_span path = path_of(id);
    return make(arena, MP_KIND_MILESTONE, path, id + path.size + (id[path.size] == ':'));
}

struct mp_subject mp_subject_link(struct mp_arena *arena, const char *predecessor,
                                  const char *successor, enum mp_link_type type)
{
    struct mp_span path = path_of(successor);
    const char *name = mp_code_name(MP_FAMILY_LINK_TYPE, (int)type);
    char slug[MP_SUBJECT_SLUG_MOST + 1];
    snprintf(slug, sizeof(slug), "%s<%s<%s", successor + path.size + (successor[path.size] == ':'),
             name != NULL ? name : "", predecessor);
    return make(arena, MP_KIND_LINK, path, slug);
}

struct mp_subject mp_subject_agency(const char *id)
{
    return (struct mp_subject){.kind = MP_KIND_AGENCY, .topic = MP_TOPIC_AGENCY, .slug = id};
}

struct mp_subject mp_subject_term(struct mp_arena *arena, enum mp_scheme scheme, const char *code)
{
    const char *name = mp_code_name(MP_FAMILY_SCHEME, (int)scheme);
    const char *slug = mp_arena_printf(arena, "%s:%s", name != NULL ? name : "", code);
    return (struct mp_subject){
        .kind = MP_KIND_TERM, .topic = slug != NULL ? MP_TOPIC_TERM : NULL, .slug = slug};
}

struct mp_subject mp_subject_indicator(const char *code)
{
    return (struct mp_subject){
        .kind = MP_KIND_INDICATOR, .topic = MP_TOPIC_INDICATOR, .slug = code};
}

struct mp_subject mp_subject_observation(struct mp_arena *arena, const char *project,
                                         const char *indicator, uint64_t seq)
{
    char slug[MP_SUBJECT_SLUG_MOST + 1];
    snprintf(slug, sizeof(slug), "%s@%" PRIu64, indicator, seq);
    return make(arena, MP_KIND_OBSERVATION, mp_span_text(project), slug);
}

struct mp_subject mp_subject_epoch(struct mp_arena *arena, uint64_t epoch)
{
    const char *slug = mp_arena_printf(arena, "%" PRIu64, epoch);
    return (struct mp_subject){
        .kind = MP_KIND_EPOCH, .topic = slug != NULL ? MP_TOPIC_LEDGER : NULL, .slug = slug};
}

static const char *version_topic(enum mp_kind kind)
{
    return kind == MP_KIND_CALENDAR ? MP_TOPIC_CALENDAR : MP_TOPIC_POLICY;
}

struct mp_subject mp_subject_version(struct mp_arena *arena, enum mp_kind kind, const char *name,
                                     int32_t valid_from)
{
    char day[MP_DAY_TEXT];
    const char *slug;

    mp_day_format(valid_from, day);
    slug = mp_arena_printf(arena, "%s@%s", name, day);
    return (struct mp_subject){
        .kind = kind, .topic = slug != NULL ? version_topic(kind) : NULL, .slug = slug};
}

/* The subject if it was made, MP_ENOMEM if the arena was full. */
static int made(struct mp_subject subject, struct mp_subject *ret_subject)
{
    if (subject.topic == NULL || subject.slug == NULL)
        return MP_ENOMEM;
    *ret_subject = subject;
    return 0;
}

/* SUCC<FS<PRED */
static int parse_link(struct mp_arena *arena, const char *id, struct mp_subject *ret_subject)
{
    const char *first = strchr(id, '<');
    const char *second = first != NULL ? strchr(first + 1, '<') : NULL;
    if (second == NULL || second - first != 3)
        return MP_EMALFORMED;
    struct mp_span left = mp_span_make(id, (size_t)(first - id));
    const char *successor = mp_arena_text(arena, left);
    const char *type_name = mp_arena_text(arena, mp_span_make(first + 1, 2));
    if (successor == NULL || type_name == NULL)
        return MP_ENOMEM;
    enum mp_link_type type = (enum mp_link_type)mp_code_parse(MP_FAMILY_LINK_TYPE, type_name);
    if (type == MP_LINK_NONE || !mp_milestone_id_is_valid(successor) ||
        !mp_milestone_id_is_valid(second + 1))
        return MP_EMALFORMED;
    return made(mp_subject_link(arena, second + 1, successor, type), ret_subject);
}

/* PATH:INDICATOR@SEQ */
static int parse_observation(struct mp_arena *arena, const char *id, struct mp_subject *ret_subject)
{
    const char *at = strchr(id, '@');
    int64_t seq;
    if (at == NULL || at[1] < '1' || at[1] > '9' ||
        mp_text_parse_i64(at + 1, 1, INT64_MAX, &seq) != 0)
        return MP_EMALFORMED;
    const char *head = mp_arena_text(arena, mp_span_make(id, (size_t)(at - id)));
    if (head == NULL)
        return MP_ENOMEM;
    if (!mp_milestone_id_is_valid(head))
        return MP_EMALFORMED;
    return made(make(arena, MP_KIND_OBSERVATION, path_of(id), strchr(id, ':') + 1), ret_subject);
}

/* SCHEME:CODE */
static int parse_term(struct mp_arena *arena, const char *id, struct mp_subject *ret_subject)
{
    const char *colon = strchr(id, ':');
    if (colon == NULL || !mp_slug_is_valid(colon + 1))
        return MP_EMALFORMED;
    const char *name = mp_arena_text(arena, mp_span_make(id, (size_t)(colon - id)));
    if (name == NULL)
        return MP_ENOMEM;
    enum mp_scheme scheme = (enum mp_scheme)mp_code_parse(MP_FAMILY_SCHEME, name);
    if (scheme == MP_SCHEME_NONE)
        return MP_EMALFORMED;
    return made(mp_subject_term(arena, scheme, colon + 1), ret_subject);
}

static int parse_global(struct mp_arena *arena, enum mp_kind kind, const char *id, bool is_valid,
                        const char *topic, struct mp_subject *ret_subject)
{
    if (!is_valid)
        return MP_EMALFORMED;
    struct mp_subject subject = {.kind = kind, .topic = topic, .slug = mp_arena_strdup(arena, id)};
    return made(subject, ret_subject);
}

/* NAME@DAY */
static int parse_version(struct mp_arena *arena, enum mp_kind kind, const char *id,
                         struct mp_subject *ret_subject)
{
    const char *at = strchr(id, '@');
    const char *name = at != NULL ? mp_arena_text(arena, mp_span_make(id, (size_t)(at - id))) : "";
    int32_t day;

    if (name == NULL)
        return MP_ENOMEM;
    if (!mp_slug_is_valid(name) || mp_day_parse(at + 1, &day) != 0)
        return MP_EMALFORMED;
    return made(mp_subject_version(arena, kind, name, day), ret_subject);
}

static bool is_sequence(const char *text)
{
    int64_t value;
    return text[0] >= '1' && text[0] <= '9' && mp_text_parse_i64(text, 1, INT64_MAX, &value) == 0;
}

#define LETTERS "lower-case letters, digits, '-' and '.'"

const char *mp_subject_form(enum mp_kind kind)
{
    static const char *const forms[] = {
        [MP_KIND_TERM] = "SCHEME:CODE, such as corridor:growth",
        [MP_KIND_AGENCY] = LETTERS ", such as ministry-of-railways",
        [MP_KIND_PROJECT] = "a path of " LETTERS ", such as gwadar/airport",
        [MP_KIND_MILESTONE] = "PROJECT:WORD, such as gwadar/airport:opening",
        [MP_KIND_LINK] = "SUCCESSOR<TYPE<PREDECESSOR, such as ml-1:end<FS<ml-1:start",
        [MP_KIND_INDICATOR] = LETTERS ", such as cargo-volume",
        [MP_KIND_OBSERVATION] = "PROJECT:INDICATOR@SEQ, such as gwadar:cargo-volume@967",
        [MP_KIND_EPOCH] = "a number, such as 1763712000",
        [MP_KIND_CALENDAR] = "NAME@VALID_FROM, such as pk@2015-01-01",
        [MP_KIND_POLICY] = "PROGRAMME@VALID_FROM, such as cpec-2.0@2025-09-26",
    };
    bool is_known = kind > 0 && (size_t)kind < sizeof(forms) / sizeof(forms[0]);

    return is_known && forms[kind] != NULL ? forms[kind] : "";
}

int mp_subject_parse(struct mp_arena *arena, enum mp_kind kind, const char *id,
                     struct mp_subject *ret_subject)
{
    switch (kind) {
    case MP_KIND_PROJECT:
        return mp_path_is_valid(id) ? made(mp_subject_project(arena, id), ret_subject)
                                    : MP_EMALFORMED;
    case MP_KIND_MILESTONE:
        return mp_milestone_id_is_valid(id) ? made(mp_subject_milestone(arena, id), ret_subject)
                                            : MP_EMALFORMED;
    case MP_KIND_LINK:
        return parse_link(arena, id, ret_subject);
    case MP_KIND_OBSERVATION:
        return parse_observation(arena, id, ret_subject);
    case MP_KIND_TERM:
        return parse_term(arena, id, ret_subject);
    case MP_KIND_AGENCY:
        return parse_global(arena, kind, id, mp_agency_id_is_valid(id), MP_TOPIC_AGENCY,
                            ret_subject);
    case MP_KIND_INDICATOR:
        return parse_global(arena, kind, id, mp_slug_is_valid(id), MP_TOPIC_INDICATOR, ret_subject);
    case MP_KIND_EPOCH:
        return parse_global(arena, kind, id, is_sequence(id), MP_TOPIC_LEDGER, ret_subject);
    case MP_KIND_CALENDAR:
    case MP_KIND_POLICY:
        return parse_version(arena, kind, id, ret_subject);
    default:
        return MP_EMALFORMED;
    }
}

const char *mp_subject_id(struct mp_arena *arena, const struct mp_subject *subject)
{
    if (subject->topic[0] == '@')
        return mp_arena_strdup(arena, subject->slug);
    size_t size = strlen(subject->topic), slug_size = strlen(subject->slug);
    size_t path_size = size > 0 ? size - 1 : 0;
    char *id = mp_arena_alloc(arena, path_size + 1 + slug_size + 1); /* zero-filled */
    if (id == NULL)
        return NULL;
    memcpy(id, subject->topic, path_size);
    if (slug_size > 0) {
        id[path_size] = ':';
        memcpy(id + path_size + 1, subject->slug, slug_size);
    }
    return id;
}

bool mp_subject_equal(const struct mp_subject *a, const struct mp_subject *b)
{
    return a->kind == b->kind && strcmp(a->topic, b->topic) == 0 && strcmp(a->slug, b->slug) == 0;
}
