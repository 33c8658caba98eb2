/* Two network namespaces with a cable between them: the test and the services in one, clients and
 * consoles in the other. */
#ifndef MP_TESTS_NETWORK_CABLE_H
#define MP_TESTS_NETWORK_CABLE_H

#include <stdbool.h>

#define CABLE_ADDRESS "10.77.0.1" /* of the services, from the other side */

/* Only root may do all this, and a process with threads cannot become it: for anybody else this
 * runs the test of that name once more, as the root of a user namespace, and says true. Fails the
 * test with it. */
bool cable_relays(const char *test);
/* Fails the test where namespaces are not allowed or ip (iproute2) is missing, and says what to
 * allow. After system_begin; from here on this side has a loopback of its own. */
void cable_begin(void);
/* The thread, and every thread and process that it starts, is on the other side; and back. */
void cable_cross(void);
void cable_return(void);

enum cable_cut {
    CABLE_LINK_DOWN, /* both see that the cable has no carrier */
    CABLE_SILENT,    /* every packet gets lost; nobody sees anything */
};
void cable_cut(enum cable_cut cut);
void cable_mend(enum cable_cut cut);

#endif
