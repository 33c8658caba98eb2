/* A folder of a test's own. */
#ifndef MP_TESTS_SUPPORT_FOLDER_H
#define MP_TESTS_SUPPORT_FOLDER_H

#define FOLDER_BYTES 64

/* Under TMPDIR, or under /tmp where a socket's path in that would be too long. Fails the test when
 * none is to be had. */
void folder_make(char path[static FOLDER_BYTES]);
/* With all that is in it; it may be gone already. */
void folder_remove(const char *path);

#endif
