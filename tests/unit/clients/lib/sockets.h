/* What the tests do with sockets of their own. */
#ifndef MP_TESTS_CLIENT_SOCKETS_H
#define MP_TESTS_CLIENT_SOCKETS_H

/* Where one was closed that was bound there: it lets its address go a moment later. */
void bind_soon(void *socket, const char *address);

#endif
