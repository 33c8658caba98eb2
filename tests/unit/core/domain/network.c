#include "core/domain/network.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT  12
#define ROUNDS 400
#define SEEDS  150

/* The same network by brute force. start: index + 1, 0 for none. */
struct model {
    bool is_known[COUNT];
    int start[COUNT];
    bool links[COUNT][COUNT][MP_LINK_SF + 1];
};

static const char *const ids[COUNT] = {"p:a", "p:b", "p:c", "p:d", "p:e",   "p:f",
                                       "p:g", "q:a", "q:b", "q:c", "q/r:a", "q/r:b"};

static unsigned seed_now; /* for messages */

static unsigned next_random(unsigned *seed)
{
    *seed = *seed * 1103515245u + 12345u;
    return *seed >> 16;
}

static int node_of(const struct model *model, int milestone, bool is_start_end)
{
    return is_start_end && model->start[milestone] != 0 ? model->start[milestone] - 1 : milestone;
}

static int from_of(const struct model *model, int predecessor, int type)
{
    return node_of(model, predecessor, type == MP_LINK_SS || type == MP_LINK_SF);
}

static int to_of(const struct model *model, int successor, int type)
{
    return node_of(model, successor, type == MP_LINK_SS || type == MP_LINK_FS);
}

/* Fills the edges and gives their number, parallel ones counted. */
static size_t edges_of(const struct model *model, bool edges[COUNT][COUNT])
{
    size_t count = 0;

    memset(edges, 0, sizeof(bool[COUNT][COUNT]));
    for (int a = 0; a < COUNT; a++) {
        if (model->start[a] != 0) {
            edges[model->start[a] - 1][a] = true;
            count++;
        }
        for (int b = 0; b < COUNT; b++)
            for (int type = MP_LINK_FS; type <= MP_LINK_SF; type++)
                if (model->links[a][b][type]) {
                    edges[from_of(model, a, type)][to_of(model, b, type)] = true;
                    count++;
                }
    }
    return count;
}

static bool has_cycle(const struct model *model)
{
    bool reach[COUNT][COUNT];

    edges_of(model, reach);
    for (int k = 0; k < COUNT; k++)
        for (int i = 0; i < COUNT; i++)
            for (int j = 0; j < COUNT; j++)
                reach[i][j] = reach[i][j] || (reach[i][k] && reach[k][j]);
    for (int i = 0; i < COUNT; i++)
        if (reach[i][i])
            return true;
    return false;
}

static int index_of(const char *id, size_t size)
{
    for (int i = 0; i < COUNT; i++)
        if (strlen(ids[i]) == size && memcmp(ids[i], id, size) == 0)
            return i;
    return -1;
}

/* Whether the text is a cycle of the model's edges. */
static bool is_cycle_of(const struct model *refused, const char *path)
{
    static const char arrow[] = " → ";
    bool edges[COUNT][COUNT];
    int first = -1, last = -1, steps = 0;

    edges_of(refused, edges);
    for (const char *at = path, *end; at != NULL; at = end == NULL ? NULL : end + strlen(arrow)) {
        int node;

        end = strstr(at, arrow);
        node = index_of(at, end == NULL ? strlen(at) : (size_t)(end - at));
        if (node < 0 || (last >= 0 && !edges[last][node]))
            return false;
        first = first < 0 ? node : first;
        steps += last >= 0;
        last = node;
    }
    return steps > 0 && first == last;
}

static void compare(const struct mp_network *network, const struct model *model, unsigned seed,
                    int round)
{
    bool edges[COUNT][COUNT];
    size_t known = 0, count = edges_of(model, edges);

    for (int i = 0; i < COUNT; i++)
        known += model->is_known[i];
    cr_assert_eq(mp_network_node_count(network), known, "seed %u round %d", seed, round);
    cr_assert_eq(mp_network_edge_count(network), count, "seed %u round %d", seed, round);
    cr_assert(mp_network_is_ordered(network), "seed %u round %d", seed, round);
}

/* One random edit of both; the model says what the network has to answer. */
static void edit(struct mp_network *network, struct model *model, unsigned *random,
                 struct mp_arena *arena)
{
    int a = (int)(next_random(random) % COUNT), b = (int)(next_random(random) % COUNT);
    enum mp_link_type type = 1 + next_random(random) % MP_LINK_SF;
    unsigned what = next_random(random) % 16;
    struct model after = *model;
    const char *path = NULL;
    int result, wanted = 0;

    if (what < 4) {
        wanted = model->links[a][b][type] ? 0 : MP_ENOTFOUND;
        after.links[a][b][type] = false;
        result = mp_network_unlink(network, ids[a], ids[b], type);
    } else if (what < 6) {
        after.start[a] = 0;
        wanted = has_cycle(&after) ? MP_EEXIST : 0; /* its start ends come to the milestone */
        result = mp_network_set_start(network, ids[a], what == 4 ? "" : NULL, arena, &path);
    } else if (what < 9) {
        after.start[a] = b + 1;
        after.is_known[a] = after.is_known[b] = true;
        wanted = has_cycle(&after) ? MP_EEXIST : 0;
        result = mp_network_set_start(network, ids[a], ids[b], arena, &path);
    } else {
        after.links[a][b][type] = true;
        after.is_known[a] = after.is_known[b] = true;
        wanted = a == b || has_cycle(&after) ? MP_EEXIST : 0;
        result = mp_network_link(network, ids[a], ids[b], type, arena, &path);
    }
    cr_assert_eq(result, wanted, "seed %u: edit %u of %s, %s: %d, wanted %d", seed_now, what,
                 ids[a], ids[b], result, wanted);
    if (result == MP_EEXIST && a != b)
        cr_assert(is_cycle_of(&after, path), "seed %u: %s", seed_now, path);
    else if (result == MP_EEXIST)
        cr_assert_not_null(strstr(path, ids[a]));
    else
        cr_assert_null(path);
    if (result == 0)
        *model = after;
}

static void edit_at_random(unsigned seed)
{
    MP_AUTO(mp_network_free) struct mp_network *network = mp_network_new();
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1 << 20);
    struct model model = {.start = {0}}, marked = model;
    size_t mark = 0;
    unsigned random = seed_now = seed;

    for (int round = 0; round < ROUNDS; round++) {
        unsigned what = next_random(&random) % 20;

        mp_arena_reset(arena);
        if (what == 0) {
            mp_network_rollback(network, mark);
            model = marked;
        } else if (what == 1) {
            mp_network_commit(network);
            mark = mp_network_mark(network);
            marked = model;
        } else if (what == 2) {
            mark = mp_network_mark(network);
            marked = model;
        } else {
            edit(network, &model, &random, arena);
        }
        compare(network, &model, seed, round);
    }
}

Test(domain_network, agrees_with_brute_force_through_random_edits_and_rollbacks)
{
    const char *given = getenv("MILEPOST_SEED");

    if (given != NULL)
        edit_at_random((unsigned)strtoul(given, NULL, 10));
    printf("domain_network: seeds 1 to %d, or MILEPOST_SEED\n", SEEDS);
    for (unsigned seed = 1; given == NULL && seed <= SEEDS; seed++) {
        edit_at_random(seed);
    }
}

static void must_link(struct mp_network *network, const char *predecessor, const char *successor,
                      enum mp_link_type type)
{
    cr_assert_eq(mp_network_link(network, predecessor, successor, type, NULL, NULL), 0);
}

Test(domain_network, each_link_type_goes_between_the_ends_it_names)
{
    static const struct {
        enum mp_link_type type;
        const char *from, *to;
    } rows[] = {
        {MP_LINK_FS, "p:i", "p:j-start"},
        {MP_LINK_SS, "p:i-start", "p:j-start"},
        {MP_LINK_FF, "p:i", "p:j"},
        {MP_LINK_SF, "p:i-start", "p:j"},
    };

    for (size_t i = 0; i < MP_LENGTH(rows); i++) {
        MP_AUTO(mp_network_free) struct mp_network *network = mp_network_new();
        MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1 << 16);
        const char *path = NULL;
        char wanted[64];

        cr_assert_eq(mp_network_set_start(network, "p:i", "p:i-start", arena, NULL), 0);
        cr_assert_eq(mp_network_set_start(network, "p:j", "p:j-start", arena, NULL), 0);
        must_link(network, "p:i", "p:j", rows[i].type);
        /* The straight way back names exactly the edge that the link made. */
        snprintf(wanted, sizeof(wanted), "%s → %s → %s", rows[i].to, rows[i].from, rows[i].to);
        cr_assert_eq(mp_network_link(network, rows[i].to, rows[i].from, MP_LINK_FF, arena, &path),
                     MP_EEXIST);
        cr_assert_str_eq(path, wanted);
    }
}

Test(domain_network, a_new_start_takes_the_start_ends_along_or_changes_nothing)
{
    MP_AUTO(mp_network_free) struct mp_network *network = mp_network_new();
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1 << 16);
    const char *path = NULL;

    must_link(network, "p:x", "p:m", MP_LINK_FS);
    must_link(network, "p:m", "p:y", MP_LINK_SS);
    must_link(network, "p:y", "p:z", MP_LINK_FS);
    /* z as the start of m: m's link to y would leave z, which comes after y. */
    cr_assert_eq(mp_network_set_start(network, "p:m", "p:z", arena, &path), MP_EEXIST);
    cr_assert(strcmp(path, "p:z → p:y → p:z") == 0 || strcmp(path, "p:y → p:z → p:y") == 0, "%s",
              path);
    cr_assert(mp_network_is_ordered(network));
    cr_assert_eq(mp_network_edge_count(network), 3);
    /* Still edges of m itself: */
    cr_assert_eq(mp_network_link(network, "p:y", "p:m", MP_LINK_FF, NULL, NULL), MP_EEXIST);
    cr_assert_eq(mp_network_set_start(network, "p:m", "p:s", NULL, NULL), 0);
    /* and of s now, so that y may come before m. */
    must_link(network, "p:y", "p:m", MP_LINK_FF);
    cr_assert_eq(mp_network_link(network, "p:y", "p:s", MP_LINK_FF, NULL, NULL), MP_EEXIST);
    cr_assert_eq(mp_network_set_start(network, "p:m", "", NULL, NULL), MP_EEXIST);
    cr_assert_eq(mp_network_edge_count(network), 5);
    cr_assert(mp_network_is_ordered(network));
}

Test(domain_network, nothing_comes_before_itself)
{
    MP_AUTO(mp_network_free) struct mp_network *network = mp_network_new();
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1 << 16);
    const char *path = NULL;

    cr_assert_eq(mp_network_link(network, "p:a", "p:a", MP_LINK_SF, arena, &path), MP_EEXIST);
    cr_assert_str_eq(path, "p:a → p:a");
    cr_assert_eq(mp_network_set_start(network, "p:b", "p:b", arena, &path), MP_EEXIST);
    cr_assert_str_eq(path, "p:b → p:b");
    cr_assert_eq(mp_network_node_count(network), 0);
    /* Two milestones of one start: their SS link would be of the start with itself. */
    cr_assert_eq(mp_network_set_start(network, "p:c", "p:s", arena, NULL), 0);
    cr_assert_eq(mp_network_set_start(network, "p:d", "p:s", arena, NULL), 0);
    cr_assert_eq(mp_network_link(network, "p:c", "p:d", MP_LINK_SS, arena, &path), MP_EEXIST);
    cr_assert_str_eq(path, "p:s → p:s");
}

Test(domain_network, a_refusal_leaves_no_new_node_and_setting_again_is_no_error)
{
    MP_AUTO(mp_network_free) struct mp_network *network = mp_network_new();

    must_link(network, "p:a", "p:b", MP_LINK_FS);
    must_link(network, "p:a", "p:b", MP_LINK_FS);
    must_link(network, "p:a", "p:b", MP_LINK_SS);
    cr_assert_eq(mp_network_edge_count(network), 2);
    cr_assert_eq(mp_network_set_start(network, "p:unheard-of", "", NULL, NULL), 0);
    cr_assert_eq(mp_network_link(network, "p:b", "p:a", MP_LINK_FF, NULL, NULL), MP_EEXIST);
    cr_assert_eq(mp_network_unlink(network, "p:b", "p:a", MP_LINK_FF), MP_ENOTFOUND);
    cr_assert_eq(mp_network_unlink(network, "p:b", "p:new", MP_LINK_FF), MP_ENOTFOUND);
    cr_assert_eq(mp_network_node_count(network), 2);
}

static void make_chain(struct mp_network *network, int count)
{
    for (int i = 1; i < count; i++) {
        char from[16], to[16];

        snprintf(from, sizeof(from), "p:n%d", i - 1);
        snprintf(to, sizeof(to), "p:n%d", i);
        must_link(network, from, to, MP_LINK_FS);
    }
}

Test(domain_network, a_long_cycle_is_named_by_its_two_ends)
{
    static const struct {
        int count;
        const char *middle; /* in the text; NULL: all are named */
    } rows[] = {
        {20, NULL},
        {21, " → p:n9 → … → p:n12 → "},
        {500, " → p:n9 → … → p:n491 → "},
    };

    for (size_t i = 0; i < MP_LENGTH(rows); i++) {
        MP_AUTO(mp_network_free) struct mp_network *network = mp_network_new();
        MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(1 << 16);
        const char *path = NULL;
        char last[16];

        make_chain(network, rows[i].count);
        snprintf(last, sizeof(last), "p:n%d", rows[i].count - 1);
        cr_assert_eq(mp_network_link(network, last, "p:n0", MP_LINK_FS, arena, &path), MP_EEXIST);
        cr_assert_eq(strncmp(path, last, strlen(last)), 0, "%s", path);
        cr_assert_str_eq(path + strlen(path) - strlen(last), last);
        if (rows[i].middle != NULL)
            cr_assert_not_null(strstr(path, rows[i].middle), "%s", path);
        else
            cr_assert_null(strstr(path, "…"), "%s", path);
    }
}

Test(domain_network, without_room_for_the_path_nothing_changes)
{
    MP_AUTO(mp_network_free) struct mp_network *network = mp_network_new();
    MP_AUTO(mp_arena_free) struct mp_arena *arena = mp_arena_new(16);
    const char *path = NULL;

    make_chain(network, 10);
    cr_assert_eq(mp_network_link(network, "p:n9", "p:n0", MP_LINK_FS, arena, &path), MP_ENOMEM);
    cr_assert_null(path);
    cr_assert_eq(mp_network_edge_count(network), 9);
    cr_assert(mp_network_is_ordered(network));
}

/* Every link of a random acyclic network in a random sequence. */
static void load(struct mp_network *network, int count, bool has_cycle_too, unsigned seed)
{
    for (int i = 0; i < count * 2; i++) {
        int a = (int)(next_random(&seed) % (unsigned)count);
        int b = (int)(next_random(&seed) % (unsigned)count);
        char from[16], to[16];

        if (a == b)
            continue;
        snprintf(from, sizeof(from), "p:n%d", a < b ? a : b);
        snprintf(to, sizeof(to), "p:n%d", a < b ? b : a);
        if (has_cycle_too && i == count)
            must_link(network, "p:n2", "p:n1", MP_LINK_FF);
        must_link(network, from, to, 1 + next_random(&seed) % MP_LINK_SF);
    }
    if (has_cycle_too)
        must_link(network, "p:n1", "p:n2", MP_LINK_FF);
    cr_assert_eq(mp_network_set_start(network, "p:n5", "p:n4", NULL, NULL), 0);
}

Test(domain_network, loading_orders_whatever_came_and_goes_on_as_usual)
{
    MP_AUTO(mp_network_free) struct mp_network *network = mp_network_new();
    MP_AUTO(mp_network_free) struct mp_network *one_by_one = mp_network_new();
    size_t edges;

    mp_network_load_begin(network);
    load(network, 3000, false, 7);
    cr_assert_eq(mp_network_load_end(network), 0);
    load(one_by_one, 3000, false, 7);
    edges = mp_network_edge_count(network);
    cr_assert(mp_network_is_ordered(network));
    cr_assert(mp_network_is_ordered(one_by_one));
    cr_assert_eq(edges, mp_network_edge_count(one_by_one));
    cr_assert_eq(mp_network_mark(network), 0);
    must_link(network, "p:n4", "p:new", MP_LINK_FS);
    cr_assert_eq(mp_network_link(network, "p:new", "p:n4", MP_LINK_FS, NULL, NULL), MP_EEXIST);
    mp_network_rollback(network, 0);
    cr_assert_eq(mp_network_edge_count(network), edges);
    cr_assert(mp_network_is_ordered(network));
}

Test(domain_network, stored_links_that_close_a_cycle_are_noticed_after_loading)
{
    MP_AUTO(mp_network_free) struct mp_network *network = mp_network_new();

    mp_network_load_begin(network);
    load(network, 100, true, 3);
    cr_assert_eq(mp_network_load_end(network), MP_EEXIST);
}
