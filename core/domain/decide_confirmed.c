/* A monitor confirms that the milestone was met, whether or not it was claimed. */
#include "core/domain/rules_private.h"

int mp_decide_confirmed(struct mp_ruling *ruling)
{
    return mp_ruling_reached(ruling);
}
