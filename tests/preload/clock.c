/* The civil clock, moved: MILEPOST_TEST_CLOCK names a file with one int64, microseconds that are
 * added to what the machine's clock says, read at each call, so that a test moves the clock of a
 * running process. The monotonic clock is left alone, as it is when somebody sets the time. */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define US_PER_SECOND INT64_C(1000000)

static const volatile int64_t *moved_us;
static int (*real_clock_gettime)(clockid_t, struct timespec *);

__attribute__((constructor)) static void prepare(void)
{
    const char *path = getenv("MILEPOST_TEST_CLOCK");
    int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    void *page = MAP_FAILED;

    *(void **)&real_clock_gettime = dlsym(RTLD_NEXT, "clock_gettime");
    if (fd >= 0) {
        page = mmap(NULL, sizeof *moved_us, PROT_READ, MAP_SHARED, fd, 0);
        (void)close(fd);
    }
    if (page != MAP_FAILED)
        moved_us = page;
}

int clock_gettime(clockid_t clock, struct timespec *ret_now)
{
    int result;
    int64_t us;

    if (real_clock_gettime == NULL) /* before our constructor */
        *(void **)&real_clock_gettime = dlsym(RTLD_NEXT, "clock_gettime");
    result = real_clock_gettime(clock, ret_now);
    if (result != 0 || moved_us == NULL ||
        (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE))
        return result;
    us = ret_now->tv_sec * US_PER_SECOND + ret_now->tv_nsec / 1000 + *moved_us;
    ret_now->tv_sec = us / US_PER_SECOND;
    ret_now->tv_nsec = us % US_PER_SECOND * 1000 + ret_now->tv_nsec % 1000;
    return 0;
}

int gettimeofday(struct timeval *restrict ret_now, void *restrict zone)
{
    struct timespec now;

    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0)
        return -1;
    ret_now->tv_sec = now.tv_sec;
    ret_now->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *ret_now)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_REALTIME, &now);
    if (ret_now != NULL)
        *ret_now = now.tv_sec;
    return now.tv_sec;
}
