#include "CairnShims.h"

#include <errno.h>
#include <sys/file.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t cairn_xxh3_64(const void *bytes, size_t byteCount, uint64_t seed) {
  return XXH3_64bits_withSeed(bytes, byteCount, seed);
}

cairn_hash128 cairn_xxh3_128(const void *bytes, size_t byteCount, uint64_t seed) {
  const XXH128_hash_t h = XXH3_128bits_withSeed(bytes, byteCount, seed);
  const cairn_hash128 out = {h.low64, h.high64};
  return out;
}

int cairn_unlock(int fd) { return flock(fd, LOCK_UN) == 0 ? 0 : errno; }

int cairn_lock_exclusive(int fd) {
  while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EINTR) return errno;
  }
  return 0;
}
