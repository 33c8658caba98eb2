/* The programs under faults. Each says on standard output what it has been told is durable ("ack
 * N", at once, one write a line), on standard error why it ends, and ends with: 0 everything was
 * done 1 the store or the outbox can no longer be trusted (MP_EIO, MP_EPANIC, MP_ECORRUPT) 3
 * something could not be done after several attempts, or nothing could be begun The file TRIGGER is
 * made when the work begins: from there on faults may come. */
#ifndef MP_TESTS_FAULTS_DRIVE_H
#define MP_TESTS_FAULTS_DRIVE_H

#define DRIVE_DONE     0
#define DRIVE_STOPPED  1
#define DRIVE_GAVE_UP  3
#define DRIVE_ATTEMPTS 3

/* store FOLDER TRIGGER FROM+COUNT: opens the record and applies so many batches of the script. What
 *     is logged in the end and not filed stays so, as after a crash.
 * open FOLDER TRIGGER: opens the record; "told SEQ" is the head that readers hear of then.
 * found FOLDER TRIGGER: makes the record.
 * restore FOLDER TRIGGER FROM: ack 0 is the backup FOLDER.backup of FROM, ack 1
 *     FOLDER restored from it.
 * outbox FOLDER TRIGGER COUNT: opens the outbox and does so many of its steps. */
int drive(int count, char **words);

#endif
