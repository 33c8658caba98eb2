/* What a piece of code prints on stdout. */
#ifndef MP_TEST_CLI_CAPTURE_H
#define MP_TEST_CLI_CAPTURE_H

/* From now on stdout goes to a file without a name. */
void capture_begin(void);
/* Everything since, valid until the next call; stdout is as before. */
const char *capture_end(void);

#endif
