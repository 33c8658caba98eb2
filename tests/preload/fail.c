/* Makes one call of a process fail, chosen by the environment, and counts the calls of its kind:
 *
 *   MILEPOST_FAIL_CALL    memory | write | sync | open
 *   MILEPOST_FAIL_AT      the first call that fails, from 1; 0 or unset: none, they are only
 * counted MILEPOST_FAIL_TIMES   how many fail from there on; 1 when unset, 0: all
 *   MILEPOST_FAIL_ERRNO   what they say, as a number
 *   MILEPOST_FAIL_HOW     nothing (unset): nothing is done | done: it is done and said to have
 * failed | short: half is written and that is said MILEPOST_FAIL_UNDER   only files below this
 * folder, of which the path is absolute MILEPOST_FAIL_OWN     memory: only when the program itself
 * or liblmdb asks, not other libraries MILEPOST_FAIL_AFTER   counting begins when this file is
 * there MILEPOST_FAIL_REPORT  a file that holds the number of calls so far, 8 bytes, at every
 * moment
 *
 * When a call is made to fail, a line "fault" goes to standard output: whoever reads that knows
 * what the process said before and after. LMDB's lock file is not part of what is stored: its pages
 * are not written, so that only opening it counts. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum call { NONE, MEMORY, WRITE, SYNC, OPEN };
enum how { NOTHING, DONE, SHORT };

static struct {
    enum call call;
    enum how how;
    int number; /* errno */
    uint64_t at, times;
    const char *under, *after;
    bool own_only, ready;
    uintptr_t own[2][2]; /* address ranges of the program and of liblmdb */
} plan;

static atomic_bool counting;
static _Atomic uint64_t nowhere;
static _Atomic uint64_t *calls = &nowhere;

static bool is_sanitized(void)
{
    return dlsym(RTLD_DEFAULT, "__asan_init") != NULL;
}

/* glibc's own, under the names that nobody interposes: dlsym itself may ask for memory. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static int note_object(struct dl_phdr_info *object, size_t size, void *context)
{
    bool first = object->dlpi_name[0] == '\0';
    (void)size, (void)context;

    if (!first && strstr(object->dlpi_name, "liblmdb") == NULL)
        return 0;
    uintptr_t *range = plan.own[first ? 0 : 1];
    range[0] = UINTPTR_MAX;
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &object->dlpi_phdr[i];
        uintptr_t from = object->dlpi_addr + header->p_vaddr;

        if (header->p_type != PT_LOAD)
            continue;
        range[0] = from < range[0] ? from : range[0];
        range[1] = from + header->p_memsz > range[1] ? from + header->p_memsz : range[1];
    }
    return 0;
}

static uint64_t number_of(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);

    return text == NULL ? otherwise : strtoull(text, NULL, 10);
}

static enum call call_of(const char *text)
{
    static const char *const names[] = {"", "memory", "write", "sync", "open"};

    for (int i = 1; text != NULL && i < 5; i++) {
        if (strcmp(text, names[i]) == 0)
            return (enum call)i;
    }
    return NONE;
}

static void open_report(const char *path)
{
    int file = path == NULL
                   ? -1
                   : (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    void *page;

    if (file < 0 || syscall(SYS_ftruncate, file, sizeof(*calls)) < 0)
        return;
    page = mmap(NULL, sizeof(*calls), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    (void)syscall(SYS_close, file);
    if (page != MAP_FAILED)
        calls = page;
}

__attribute__((constructor)) static void begin(void)
{
    const char *how = getenv("MILEPOST_FAIL_HOW");

    plan.call = call_of(getenv("MILEPOST_FAIL_CALL"));
    if (plan.call == NONE || (plan.call == MEMORY && is_sanitized()))
        return;
    plan.how = how == NULL ? NOTHING : strcmp(how, "done") == 0 ? DONE : SHORT;
    plan.number = (int)number_of("MILEPOST_FAIL_ERRNO", EIO);
    plan.at = number_of("MILEPOST_FAIL_AT", 0);
    plan.times = number_of("MILEPOST_FAIL_TIMES", 1);
    plan.under = getenv("MILEPOST_FAIL_UNDER");
    plan.after = getenv("MILEPOST_FAIL_AFTER");
    plan.own_only = getenv("MILEPOST_FAIL_OWN") != NULL;
    if (plan.own_only)
        dl_iterate_phdr(note_object, NULL);
    open_report(getenv("MILEPOST_FAIL_REPORT"));
    plan.ready = true;
}

/* Whether this call, one of the kind, is to fail. */
static bool strikes(enum call call)
{
    static const char line[] = "fault\n";
    uint64_t number;

    if (!plan.ready || plan.call != call)
        return false;
    if (!atomic_load(&counting)) {
        if (plan.after != NULL && syscall(SYS_faccessat, AT_FDCWD, plan.after, F_OK) != 0)
            return false;
        atomic_store(&counting, true);
    }
    number = atomic_fetch_add(calls, 1) + 1;
    if (plan.at == 0 || number < plan.at || (plan.times != 0 && number >= plan.at + plan.times))
        return false;
    (void)!syscall(SYS_write, STDOUT_FILENO, line, sizeof(line) - 1);
    return true;
}

static bool is_below(const char *path)
{
    return plan.under == NULL || strncmp(path, plan.under, strlen(plan.under)) == 0;
}

static bool is_file_below(int file)
{
    char link[64], path[4096];
    ssize_t size;

    if (!plan.ready || plan.call < WRITE)
        return false;
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    size = readlink(link, path, sizeof path - 1);
    if (size < 0)
        return false;
    path[size] = '\0';
    return path[0] == '/' && is_below(path);
}

/* ---- Memory. A sanitizer brings its own, and comes first; then these are never called. ---- */

static bool memory_strikes(const void *from)
{
    uintptr_t at = (uintptr_t)from;

    if (!plan.ready || plan.call != MEMORY)
        return false;
    if (plan.own_only && !(at >= plan.own[0][0] && at < plan.own[0][1]) &&
        !(at >= plan.own[1][0] && at < plan.own[1][1]))
        return false;
    if (!strikes(MEMORY))
        return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size)
{
    return memory_strikes(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return memory_strikes(__builtin_return_address(0)) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    return memory_strikes(__builtin_return_address(0)) ? NULL : __libc_realloc(old, size);
}

void *reallocarray(void *old, size_t count, size_t size)
{
    size_t bytes;

    if (memory_strikes(__builtin_return_address(0)))
        return NULL;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    return __libc_realloc(old, bytes);
}

int posix_memalign(void **ret_memory, size_t alignment, size_t size)
{
    void *memory =
        memory_strikes(__builtin_return_address(0)) ? NULL : __libc_memalign(alignment, size);

    if (memory == NULL)
        return ENOMEM;
    *ret_memory = memory;
    return 0;
}

/* ---- Files ---- */

#define REAL(name)                                                                                 \
    static __typeof__(name) *real;                                                                 \
    if (real == NULL)                                                                              \
    real = (__typeof__(name) *)(uintptr_t)dlsym(RTLD_NEXT, #name)

static ssize_t fail(void)
{
    errno = plan.number;
    return -1;
}

/* Half of it, whole bytes; at least one. */
static size_t half(size_t size)
{
    return size < 2 ? size : size / 2;
}

#define FAIL_WRITE(strikes_, whole, part)                                                          \
    do {                                                                                           \
        if (!(strikes_))                                                                           \
            return (whole);                                                                        \
        if (plan.how == SHORT)                                                                     \
            return (part);                                                                         \
        if (plan.how == DONE && (whole) < 0)                                                       \
            return -1;                                                                             \
        return fail();                                                                             \
    } while (0)

ssize_t write(int file, const void *bytes, size_t size)
{
    REAL(write);
    FAIL_WRITE(is_file_below(file) && strikes(WRITE), real(file, bytes, size),
               real(file, bytes, half(size)));
}

ssize_t pwrite(int file, const void *bytes, size_t size, off_t offset)
{
    REAL(pwrite);
    FAIL_WRITE(is_file_below(file) && strikes(WRITE), real(file, bytes, size, offset),
               real(file, bytes, half(size), offset));
}

ssize_t pwrite64(int file, const void *bytes, size_t size, off64_t offset)
{
    REAL(pwrite64);
    FAIL_WRITE(is_file_below(file) && strikes(WRITE), real(file, bytes, size, offset),
               real(file, bytes, half(size), offset));
}

/* Short: the first of the pieces. */
ssize_t writev(int file, const struct iovec *pieces, int count)
{
    REAL(writev);
    FAIL_WRITE(is_file_below(file) && strikes(WRITE), real(file, pieces, count),
               real(file, pieces, 1));
}

ssize_t pwritev(int file, const struct iovec *pieces, int count, off_t offset)
{
    REAL(pwritev);
    FAIL_WRITE(is_file_below(file) && strikes(WRITE), real(file, pieces, count, offset),
               real(file, pieces, 1, offset));
}

static bool sync_strikes(int file)
{
    return is_file_below(file) && strikes(SYNC);
}

int fsync(int file)
{
    REAL(fsync);
    if (!sync_strikes(file))
        return real(file);
    if (plan.how == DONE)
        (void)real(file);
    return (int)fail();
}

int fdatasync(int file)
{
    REAL(fdatasync);
    if (!sync_strikes(file))
        return real(file);
    if (plan.how == DONE)
        (void)real(file);
    return (int)fail();
}

static bool open_strikes(const char *path)
{
    return plan.ready && plan.call == OPEN && is_below(path) && strikes(OPEN);
}

#define MODE_OF(flags, mode)                                                                       \
    do {                                                                                           \
        if (((flags) & (O_CREAT | O_TMPFILE)) != 0) {                                              \
            va_list arguments;                                                                     \
            va_start(arguments, flags);                                                            \
            (mode) = (mode_t)va_arg(arguments, int);                                               \
            va_end(arguments);                                                                     \
        }                                                                                          \
    } while (0)

#define OPEN_AT(name)                                                                              \
    int name(int folder, const char *path, int flags, ...)                                         \
    {                                                                                              \
        REAL(name);                                                                                \
        mode_t mode = 0;                                                                           \
        MODE_OF(flags, mode);                                                                      \
        return open_strikes(path) ? (int)fail() : real(folder, path, flags, mode);                 \
    }
#define OPEN_PATH(name)                                                                            \
    int name(const char *path, int flags, ...)                                                     \
    {                                                                                              \
        REAL(name);                                                                                \
        mode_t mode = 0;                                                                           \
        MODE_OF(flags, mode);                                                                      \
        return open_strikes(path) ? (int)fail() : real(path, flags, mode);                         \
    }

OPEN_PATH(open)
OPEN_PATH(open64)
OPEN_AT(openat)
OPEN_AT(openat64)
