#define _GNU_SOURCE
#include "CairnShims.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t cairn_xxh3_64(const void *bytes, size_t byteCount, uint64_t seed) {
  return XXH3_64bits_withSeed(bytes, byteCount, seed);
}

uint64_t cairn_xxh64(const void *bytes, size_t byteCount) { return XXH64(bytes, byteCount, 0); }

cairn_hash128 cairn_xxh3_128(const void *bytes, size_t byteCount, uint64_t seed) {
  const XXH128_hash_t h = XXH3_128bits_withSeed(bytes, byteCount, seed);
  const cairn_hash128 out = {h.low64, h.high64};
  return out;
}

void cairn_start_writing(int fd) {
#ifdef __linux__
  (void)sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
#else
  (void)fd;
#endif
}

static uint64_t process_seed;

/* Before there are threads; without randomness, where nobody is who could wait for it, it stays zero. */
__attribute__((constructor)) static void make_process_seed(void) {
  if (getrandom(&process_seed, sizeof process_seed, GRND_NONBLOCK) != sizeof process_seed) process_seed = 0;
}

uint64_t cairn_process_seed(void) { return process_seed; }

int cairn_unlock(int fd) {
  while (flock(fd, LOCK_UN) != 0) {
    if (errno != EINTR) return errno;
  }
  return 0;
}

int cairn_lock_exclusive(int fd) {
  while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EINTR) return errno;
  }
  return 0;
}

int cairn_open_directory_for_lookup(int directory, const char *path) {
  return openat(directory, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

int cairn_rename_to_new(int fromDirectory, const char *from, int toDirectory, const char *to) {
  if (renameat2(fromDirectory, from, toDirectory, to, RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return -1;
  // The file system cannot promise it: the next best.
  struct stat status;
  if (fstatat(toDirectory, to, &status, AT_SYMLINK_NOFOLLOW) == 0) {
    errno = EEXIST;
    return -1;
  }
  if (errno != ENOENT) return -1;
  return renameat(fromDirectory, from, toDirectory, to);
}

int cairn_sync_file_system(int fd) { return syncfs(fd); }

int cairn_syncs_as_a_whole(int fd) {
#if defined(__linux__)
  struct statfs status;
  struct utsname system;
  unsigned major = 0, minor = 0;
  if (fstatfs(fd, &status) != 0 || uname(&system) != 0) return 0;
  // Earlier systems do not tell of what could not be written.
  if (sscanf(system.release, "%u.%u", &major, &minor) != 2 || major < 5 || (major == 5 && minor < 8)) return 0;
  switch ((unsigned long)status.f_type) {
    case 0xEF53:      // ext4
    case 0x58465342:  // XFS
    case 0x9123683E:  // Btrfs
    case 0xF2F52010:  // F2FS
    case 0x01021994:  // tmpfs
      return 1;
    default: return 0;
  }
#else
  (void)fd;
  return 0;
#endif
}

void cairn_trim_freed_memory(size_t byteCount) {
#if defined(__GLIBC__)
  if (mallinfo2().fordblks > byteCount) malloc_trim(0);
#else
  (void)byteCount;
#endif
}

bool cairn_keep_freed_memory(size_t byteCount) {
#if defined(__GLIBC__)
  const char *tunables = getenv("GLIBC_TUNABLES");
  if (getenv("MALLOC_TRIM_THRESHOLD_") != NULL || getenv("MALLOC_MMAP_THRESHOLD_") != NULL
      || (tunables != NULL && strstr(tunables, "glibc.malloc") != NULL))
    return false;
  const int most = 64 << 20;
  // The most that older versions take.
  if (mallopt(M_MMAP_THRESHOLD, most) == 0) mallopt(M_MMAP_THRESHOLD, most / 2);
  mallopt(M_TRIM_THRESHOLD, byteCount > INT_MAX ? INT_MAX : (int)byteCount);
  return true;
#else
  (void)byteCount;
  return false;
#endif
}
