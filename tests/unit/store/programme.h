/* A small programme to ask about, and ways to ask until there are no more pages. */
#ifndef MP_TESTS_STORE_PROGRAMME_H
#define MP_TESTS_STORE_PROGRAMME_H

#include "tests/unit/store/fixture.h"

#define PROGRAMME_ROWS_MOST 4096

/* Everything a question gives, page by page. */
struct programme_answer {
    struct mp_span rows[PROGRAMME_ROWS_MOST];
    size_t count, pages;
    bool was_error;
};

void programme_open(struct fixture *fixture);
struct mp_ask programme_list(enum mp_kind kind, const char *prefix);
struct mp_ask programme_under(enum mp_ask_kind kind, const char *prefix);
/* limit 0: as the server likes. */
void programme_ask_all(struct fixture *fixture, struct mp_ask ask, uint32_t limit,
                       struct programme_answer *answer);
/* The same rows in pages of one, of three, and of what the server likes; how many. */
size_t programme_check_paging(struct fixture *fixture, struct mp_ask ask);

#endif
