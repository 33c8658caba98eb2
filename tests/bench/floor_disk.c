#include "tests/bench/floor.h"
#include "tests/bench/measure.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

static void append(int file, size_t bytes)
{
    static const char block[4096];

    bench_need(write(file, block, bytes) == (ssize_t)bytes, "writing");
    bench_need(fdatasync(file) == 0, "fdatasync");
}

void floor_disk(char **argv)
{
    struct bench_samples close_by = {0}, paced = {0};
    int64_t run_ns = (int64_t)(bench_number(argv, "seconds", 1) * BENCH_SECOND_NS);
    int64_t pace_ns = (int64_t)(BENCH_SECOND_NS / bench_number(argv, "rate", 500));
    size_t bytes = (size_t)bench_number(argv, "bytes", 200);
    char path[PATH_MAX];
    int file;

    (void)snprintf(path, sizeof(path), "%s/disk", bench_option(argv, "folder", NULL));
    file = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
    bench_need(file >= 0, "%s", path);
    for (int64_t end = bench_now_ns() + run_ns; bench_now_ns() < end;) {
        int64_t start = bench_now_ns();

        append(file, bytes);
        bench_samples_add(&close_by, bench_now_ns() - start);
    }
    for (int64_t at = bench_now_ns(), end = at + run_ns; at < end; at += pace_ns) {
        bench_sleep_until_ns(at);
        int64_t start = bench_now_ns();
        append(file, bytes);
        bench_samples_add(&paced, bench_now_ns() - start);
    }
    bench_say_latency("fdatasync", &close_by);
    bench_say_latency("fdatasync_paced", &paced);
    bench_samples_done(&close_by);
    bench_samples_done(&paced);
    (void)close(file);
    (void)unlink(path);
}
