/* What each file of bench_floor measures. Options are those of the command line. */
#ifndef MP_BENCH_FLOOR_H
#define MP_BENCH_FLOOR_H

/* fdatasync of a small append, back to back and paced: --folder --seconds --bytes --rate */
void floor_disk(char **argv);
/* Durable batches of records in one table: --folder --seconds --batch --bytes */
void floor_lmdb(char **argv);
/* The same puts and bytes a change as Milepost's store has: --folder --seconds --batch --changes */
void floor_changes(char **argv);
/* One way, PUSH to PULL in two processes: --seconds --bytes --curve */
void floor_one_way(char **argv);
/* Request and reply, DEALER to ROUTER in two processes: --seconds --bytes --curve */
void floor_round_trip(char **argv);
/* PUB to SUBs of another process: --seconds --bytes --curve --subscribers */
void floor_fanout(char **argv);

#endif
