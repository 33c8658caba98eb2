/* The submitter claims that the milestone was met. */
#include "core/domain/rules_private.h"

int mp_decide_met(struct mp_ruling *ruling)
{
    return mp_ruling_reached(ruling);
}
