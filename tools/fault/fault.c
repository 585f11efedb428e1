/* A preload that makes system calls fail: for tools/fault/sweep, which builds it.
 *
 *   FAULT_PATHS  prefixes, separated by ':'. Only calls on paths below one count, and on descriptors of such paths, so
 *                that the loader and the C library's start are spared. Descriptor 2 always is: messages must be seen.
 *   FAULT        KINDS,N,ERROR,MODE: the Nth call (from 1) of one of the kinds (joined by '+', or 'any') fails with
 *                ERROR, a number of errno; or -1: a short count, half of what was asked; or -2: end of file.
 *                MODE once; ever (all calls from the Nth on); burst (three calls); alternate (every other from the
 *                Nth on); late (once, and the call is done before it reports failure, as over a network).
 *   FAULT_LOG    file to which a line is appended for every call that failed:
 *                "fired KIND NAME N ERROR PATH [PATH]" with tabs between.
 *   FAULT_TRACE  where set, every counted call gets a line: "KIND NAME N RESULT PATH [PATH]".
 *
 * The kinds are those of `kindNames`. glibc calls its own functions past this library: what it does inside (opendir's
 * open, mkstemp's) is counted where the program calls it. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum Kind {
  OPEN, ACCESS, STAT, READ, WRITE, FSYNC, RENAME, UNLINK, MKDIR, LOCK, MMAP, TRUNCATE, ALLOCATE, OPENDIR, READDIR,
  CLOSE, TIMES, MODES, LINK, KINDS
};
static const char *const kindNames[KINDS] = {
    "open", "access", "stat", "read", "write", "fsync", "rename", "unlink", "mkdir", "flock", "mmap", "ftruncate",
    "fallocate", "opendir", "readdir", "close", "times", "chmod", "link"};
enum Mode { ONCE, EVER, BURST, ALTERNATE, LATE };
enum { SHORT = -1, END = -2 };

static int wanted[KINDS], nth, error, mode, traces, logFile = -1;
static atomic_int matching, counts[KINDS];
static const char *prefixes[16];
static size_t prefixCount;
static atomic_int isReady;

static void prepare(void) {
  if (atomic_load(&isReady)) return;
  static char paths[4096], spec[256];
  const char *value = getenv("FAULT_PATHS");
  if (value) {
    snprintf(paths, sizeof paths, "%s", value);
    char *rest = paths, *part;
    while (prefixCount < 16 && (part = strsep(&rest, ":"))) if (*part) prefixes[prefixCount++] = part;
  }
  if ((value = getenv("FAULT"))) {
    snprintf(spec, sizeof spec, "%s", value);
    char *rest = spec, *kinds = strsep(&rest, ","), *part;
    while ((part = strsep(&kinds, "+")))
      for (int kind = 0; kind < KINDS; kind++)
        if (!strcmp(part, kindNames[kind]) || !strcmp(part, "any")) wanted[kind] = 1;
    if ((part = strsep(&rest, ","))) nth = atoi(part);
    if ((part = strsep(&rest, ","))) error = atoi(part);
    static const char *const modes[] = {"once", "ever", "burst", "alternate", "late"};
    if ((part = strsep(&rest, ",")))
      for (int m = 0; m <= LATE; m++) if (!strcmp(part, modes[m])) mode = m;
  }
  traces = getenv("FAULT_TRACE") != NULL;
  if ((value = getenv("FAULT_LOG")))
    logFile = (int)syscall(SYS_openat, AT_FDCWD, value, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  atomic_store(&isReady, 1);
}

__attribute__((constructor)) static void start(void) { prepare(); }

static int isBelow(const char *path) {
  for (size_t i = 0; i < prefixCount; i++) {
    const size_t length = strlen(prefixes[i]);
    if (!strncmp(path, prefixes[i], length) &&
        (!path[length] || path[length] == '/' || path[length] == '[' || prefixes[i][length - 1] == '/')) return 1;
  }
  return 0;
}

/* The path of a descriptor, "" where it has none. */
static void pathOf(int fd, char *path, size_t size) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const long length = syscall(SYS_readlinkat, AT_FDCWD, link, path, size - 1);
  path[length > 0 ? length : 0] = 0;
}

static void absolute(int directory, const char *path, char *out, size_t size) {
  if (!path || *path == '/') { snprintf(out, size, "%s", path ? path : ""); return; }
  char base[2048] = "";
  if (directory == AT_FDCWD) { if (syscall(SYS_getcwd, base, sizeof base) < 0) base[0] = 0; }
  else pathOf(directory, base, sizeof base);
  snprintf(out, size, *path ? "%s/%s" : "%s", base, path);
}

static void put(const char *line, int length) { if (logFile >= 0) syscall(SYS_write, logFile, line, (size_t)length); }

static void clean(char *text) { for (; *text; text++) if ((unsigned char)*text < 0x20) *text = '?'; }

/* One call: where it is, and whether it is to fail. */
struct Call { int kind, number, fails, saved; const char *name; char path[4096], other[4096]; };

static void judge(struct Call *call) {
  prepare();
  call->saved = errno;
  if (!isBelow(call->path) && !(call->other[0] && isBelow(call->other))) return;
  call->number = atomic_fetch_add(&counts[call->kind], 1) + 1;
  if (nth <= 0 || !wanted[call->kind]) return;
  // These wait for nothing that a signal could interrupt.
  if (error == EINTR && (call->kind == MMAP || !strcmp(call->name, "fdopendir"))) return;
  const int number = atomic_fetch_add(&matching, 1) + 1;
  switch (mode) {
    case ONCE: case LATE: call->fails = number == nth; break;
    case EVER: call->fails = number >= nth; break;
    case BURST: call->fails = number >= nth && number < nth + 3; break;
    case ALTERNATE: call->fails = number >= nth && (number - nth) % 2 == 0; break;
  }
}

static void fired(struct Call *call) {
  char line[9000];
  clean(call->path); clean(call->other);
  put(line, snprintf(line, sizeof line, "fired\t%s\t%s\t%d\t%d\t%s\t%s\n", kindNames[call->kind], call->name,
                     call->number, error, call->path, call->other));
}

static void done(struct Call *call, long result) {
  if (call->number && traces) {
    const int number = errno;
    char line[9000];
    clean(call->path); clean(call->other);
    put(line, snprintf(line, sizeof line, "%s\t%s\t%d\t%ld\t%s\t%s\n", kindNames[call->kind], call->name, call->number,
                       result, call->path, call->other));
    errno = number;
  }
}

#define NEXT(type, name) \
  static type (*next)(); \
  if (!next) next = (type (*)())dlsym(RTLD_NEXT, #name)
#define ON_PATH(kind_, at, path_) \
  struct Call call = {.kind = kind_, .name = __func__}; \
  absolute(at, path_, call.path, sizeof call.path); \
  judge(&call)
#define ON_TWO(kind_, at, path_, otherAt, other_) \
  struct Call call = {.kind = kind_, .name = __func__}; \
  absolute(at, path_, call.path, sizeof call.path); \
  absolute(otherAt, other_, call.other, sizeof call.other); \
  judge(&call)
#define ON_FILE(kind_, fd) \
  struct Call call = {.kind = kind_, .name = __func__}; \
  if (fd != 2) pathOf(fd, call.path, sizeof call.path); \
  judge(&call)

/* Fails before or, where late, after the call itself. */
#define FINISH(type, expression, failure) do { \
    if (call.fails && error > 0) { \
      if (mode == LATE) (void)(expression); \
      fired(&call); errno = error; return failure; \
    } \
    errno = call.saved; \
    type result = (expression); \
    done(&call, (long)result); \
    return result; \
  } while (0)

/* The functions: kind, result, result of failure, name, parameters, what the path is, arguments. */
#define PATH_CALL(kind, type, failure, name, parameters, at, path, arguments) \
  type name parameters { NEXT(type, name); ON_PATH(kind, at, path); FINISH(type, next arguments, failure); }
#define TWO_CALL(kind, type, failure, name, parameters, at, path, otherAt, other, arguments) \
  type name parameters { \
    NEXT(type, name); ON_TWO(kind, at, path, otherAt, other); FINISH(type, next arguments, failure); \
  }
#define FILE_CALL(kind, type, failure, name, parameters, fd, arguments) \
  type name parameters { NEXT(type, name); ON_FILE(kind, fd); FINISH(type, next arguments, failure); }
#define HERE AT_FDCWD

/* Opening: the trace says of which calls a file is new. */
static void noteCreation(struct Call *call, int flags) {
  if (call->number && traces && flags & O_CREAT && syscall(SYS_faccessat, AT_FDCWD, call->path, F_OK) != 0)
    snprintf(call->other, sizeof call->other, "created");
}
#define OPEN_CALL(name, parameters, at, arguments) \
  int name parameters { \
    mode_t bits = 0; \
    if (flags & (O_CREAT | __O_TMPFILE)) { \
      va_list list; va_start(list, flags); bits = va_arg(list, mode_t); va_end(list); \
    } \
    NEXT(int, name); ON_PATH(OPEN, at, path); noteCreation(&call, flags); FINISH(int, next arguments, -1); \
  }
OPEN_CALL(open, (const char *path, int flags, ...), HERE, (path, flags, bits))
OPEN_CALL(open64, (const char *path, int flags, ...), HERE, (path, flags, bits))
OPEN_CALL(openat, (int at, const char *path, int flags, ...), at, (at, path, flags, bits))
OPEN_CALL(openat64, (int at, const char *path, int flags, ...), at, (at, path, flags, bits))
PATH_CALL(OPEN, int, -1, mkstemp, (char *path), HERE, path, (path))
PATH_CALL(OPEN, int, -1, mkostemp, (char *path, int flags), HERE, path, (path, flags))
PATH_CALL(OPEN, FILE *, NULL, fopen, (const char *path, const char *how), HERE, path, (path, how))

PATH_CALL(ACCESS, int, -1, access, (const char *path, int how), HERE, path, (path, how))
PATH_CALL(ACCESS, int, -1, euidaccess, (const char *path, int how), HERE, path, (path, how))
PATH_CALL(ACCESS, int, -1, faccessat, (int at, const char *path, int how, int flags), at, path, (at, path, how, flags))

PATH_CALL(STAT, int, -1, stat, (const char *path, struct stat *to), HERE, path, (path, to))
PATH_CALL(STAT, int, -1, lstat, (const char *path, struct stat *to), HERE, path, (path, to))
FILE_CALL(STAT, int, -1, fstat, (int fd, struct stat *to), fd, (fd, to))
PATH_CALL(STAT, int, -1, fstatat, (int at, const char *path, struct stat *to, int flags), at, path,
          (at, path, to, flags))
PATH_CALL(STAT, int, -1, stat64, (const char *path, struct stat64 *to), HERE, path, (path, to))
PATH_CALL(STAT, int, -1, lstat64, (const char *path, struct stat64 *to), HERE, path, (path, to))
FILE_CALL(STAT, int, -1, fstat64, (int fd, struct stat64 *to), fd, (fd, to))
PATH_CALL(STAT, int, -1, fstatat64, (int at, const char *path, struct stat64 *to, int flags), at, path,
          (at, path, to, flags))
PATH_CALL(STAT, int, -1, statx,
          (int at, const char *restrict path, int flags, unsigned mask, struct statx *restrict to), at, path,
          (at, path, flags, mask, to))

/* Reading and writing: errors, and counts that are less than what was asked. */
#define COUNTED_CALL(kind_, name, parameters, whole, half) \
  ssize_t name parameters { \
    NEXT(ssize_t, name); ON_FILE(kind_, fd); \
    if (call.fails && error == END && kind_ == READ) { fired(&call); return 0; } \
    if (call.fails && error == SHORT && count > 1) { fired(&call); errno = call.saved; return next half; } \
    FINISH(ssize_t, next whole, -1); \
  }
COUNTED_CALL(READ, read, (int fd, void *to, size_t count), (fd, to, count), (fd, to, count / 2))
COUNTED_CALL(READ, pread, (int fd, void *to, size_t count, off_t at), (fd, to, count, at), (fd, to, count / 2, at))
COUNTED_CALL(READ, pread64, (int fd, void *to, size_t count, off64_t at), (fd, to, count, at), (fd, to, count / 2, at))
COUNTED_CALL(READ, readv, (int fd, const struct iovec *to, int count), (fd, to, count), (fd, to, count / 2))
COUNTED_CALL(READ, preadv, (int fd, const struct iovec *to, int count, off_t at), (fd, to, count, at),
             (fd, to, count / 2, at))
COUNTED_CALL(WRITE, write, (int fd, const void *from, size_t count), (fd, from, count), (fd, from, count / 2))
COUNTED_CALL(WRITE, pwrite, (int fd, const void *from, size_t count, off_t at), (fd, from, count, at),
             (fd, from, count / 2, at))
COUNTED_CALL(WRITE, pwrite64, (int fd, const void *from, size_t count, off64_t at), (fd, from, count, at),
             (fd, from, count / 2, at))
COUNTED_CALL(WRITE, writev, (int fd, const struct iovec *from, int count), (fd, from, count), (fd, from, count / 2))

FILE_CALL(FSYNC, int, -1, fsync, (int fd), fd, (fd))
FILE_CALL(FSYNC, int, -1, fdatasync, (int fd), fd, (fd))
FILE_CALL(FSYNC, int, -1, syncfs, (int fd), fd, (fd))

TWO_CALL(RENAME, int, -1, rename, (const char *from, const char *to), HERE, from, HERE, to, (from, to))
TWO_CALL(RENAME, int, -1, renameat, (int at, const char *from, int other, const char *to), at, from, other, to,
         (at, from, other, to))
TWO_CALL(RENAME, int, -1, renameat2, (int at, const char *from, int other, const char *to, unsigned flags), at, from,
         other, to, (at, from, other, to, flags))
TWO_CALL(LINK, int, -1, link, (const char *from, const char *to), HERE, from, HERE, to, (from, to))
TWO_CALL(LINK, int, -1, linkat, (int at, const char *from, int other, const char *to, int flags), at, from, other, to,
         (at, from, other, to, flags))
PATH_CALL(LINK, int, -1, symlink, (const char *from, const char *to), HERE, to, (from, to))
PATH_CALL(LINK, ssize_t, -1, readlink, (const char *path, char *to, size_t size), HERE, path, (path, to, size))

PATH_CALL(UNLINK, int, -1, unlink, (const char *path), HERE, path, (path))
PATH_CALL(UNLINK, int, -1, unlinkat, (int at, const char *path, int flags), at, path, (at, path, flags))
PATH_CALL(UNLINK, int, -1, rmdir, (const char *path), HERE, path, (path))
PATH_CALL(UNLINK, int, -1, remove, (const char *path), HERE, path, (path))
PATH_CALL(MKDIR, int, -1, mkdir, (const char *path, mode_t bits), HERE, path, (path, bits))
PATH_CALL(MKDIR, int, -1, mkdirat, (int at, const char *path, mode_t bits), at, path, (at, path, bits))
PATH_CALL(MKDIR, char *, NULL, mkdtemp, (char *path), HERE, path, (path))

FILE_CALL(LOCK, int, -1, flock, (int fd, int how), fd, (fd, how))

static void *mapped(struct Call *call, void *(*next)(), void *at, size_t size, int how, int flags, int fd, off_t from) {
  if (!(flags & MAP_ANONYMOUS)) {
    pathOf(fd, call->path, sizeof call->path);
    judge(call);
  }
  if (call->fails && error > 0) {
    fired(call);
    errno = error;
    return MAP_FAILED;
  }
  void *result = next(at, size, how, flags, fd, from);
  done(call, result == MAP_FAILED ? -1 : 0);
  return result;
}
#define MAP_CALL(function, offset) \
  void *function(void *at, size_t size, int how, int flags, int fd, offset from) { \
    NEXT(void *, function); \
    struct Call call = {.kind = MMAP, .name = __func__}; \
    return mapped(&call, next, at, size, how, flags, fd, from); \
  }
MAP_CALL(mmap, off_t)
MAP_CALL(mmap64, off64_t)

FILE_CALL(TRUNCATE, int, -1, ftruncate, (int fd, off_t size), fd, (fd, size))
FILE_CALL(TRUNCATE, int, -1, ftruncate64, (int fd, off64_t size), fd, (fd, size))
PATH_CALL(TRUNCATE, int, -1, truncate, (const char *path, off_t size), HERE, path, (path, size))
FILE_CALL(ALLOCATE, int, error, posix_fallocate, (int fd, off_t at, off_t size), fd, (fd, at, size))
FILE_CALL(ALLOCATE, int, error, posix_fallocate64, (int fd, off64_t at, off64_t size), fd, (fd, at, size))
FILE_CALL(ALLOCATE, int, -1, fallocate, (int fd, int how, off_t at, off_t size), fd, (fd, how, at, size))

PATH_CALL(OPENDIR, DIR *, NULL, opendir, (const char *path), HERE, path, (path))
FILE_CALL(OPENDIR, DIR *, NULL, fdopendir, (int fd), fd, (fd))
FILE_CALL(READDIR, struct dirent *, NULL, readdir, (DIR *stream), dirfd(stream), (stream))
FILE_CALL(READDIR, struct dirent64 *, NULL, readdir64, (DIR *stream), dirfd(stream), (stream))
PATH_CALL(OPENDIR, int, GLOB_ABORTED, glob, (const char *path, int flags, int (*failed)(const char *, int), glob_t *to),
          HERE, path, (path, flags, failed, to))

/* The descriptor is free whatever closing it reports. */
int close(int fd) {
  NEXT(int, close);
  ON_FILE(CLOSE, fd);
  if (call.fails && error > 0) {
    next(fd);
    fired(&call);
    errno = error;
    return -1;
  }
  errno = call.saved;
  const int result = next(fd);
  done(&call, result);
  return result;
}

FILE_CALL(TIMES, int, -1, futimens, (int fd, const struct timespec times[2]), fd, (fd, times))
PATH_CALL(TIMES, int, -1, utimensat, (int at, const char *path, const struct timespec times[2], int flags), at, path,
          (at, path, times, flags))
FILE_CALL(MODES, int, -1, fchmod, (int fd, mode_t bits), fd, (fd, bits))
PATH_CALL(MODES, int, -1, chmod, (const char *path, mode_t bits), HERE, path, (path, bits))
PATH_CALL(MODES, int, -1, fchmodat, (int at, const char *path, mode_t bits, int flags), at, path,
          (at, path, bits, flags))
