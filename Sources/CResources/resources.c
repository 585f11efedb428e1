// These definitions stand before the C library's, or before those of an allocator that is preloaded, and pass every
// call on to them.
#define _GNU_SOURCE
#include "CResources.h"

#include <dlfcn.h>
#include <errno.h>
#if __has_include(<malloc.h>)
#include <malloc.h>
#endif
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

static atomic_int exitCode;

void cairn_exit_where_resources_end(int code) { atomic_store(&exitCode, code); }

// A sanitizer has definitions of its own.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define HAS_SANITIZER
#endif
#endif

#ifdef HAS_SANITIZER
void cairn_prefer_large_pages(void) {}
#else

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);

#if defined(__GLIBC__) && defined(MADV_HUGEPAGE)
// Memory is hinted by blocks of this many bytes, each once; of an address only the lower bits of its block's number are
// looked at, since a hint too few does no harm.
enum { BLOCK_BITS = 23, KNOWN_BLOCKS = 1 << 16 };
// Smaller allocations are mostly between those that are hinted.
enum { LEAST_HINTED = 1 << 16 };
static atomic_int prefersLargePages;
static atomic_uchar isHinted[KNOWN_BLOCKS];

static void hint(void *start, size_t byteCount) {
  const int error = errno;
  const uintptr_t first = (uintptr_t)start >> BLOCK_BITS;
  const uintptr_t last = ((uintptr_t)start + byteCount - 1) >> BLOCK_BITS;
  for (uintptr_t block = first; block <= last; block++) {
    if (atomic_exchange_explicit(&isHinted[block % KNOWN_BLOCKS], 1, memory_order_relaxed)) continue;
    madvise((void *)(block << BLOCK_BITS), (size_t)1 << BLOCK_BITS, MADV_HUGEPAGE);
  }
  errno = error;
}

static inline void *hinted(void *start, size_t byteCount) {
  if (byteCount >= LEAST_HINTED && start && atomic_load_explicit(&prefersLargePages, memory_order_relaxed))
    hint(start, byteCount);
  return start;
}

void cairn_prefer_large_pages(void) {
  // Of what the C library maps by itself every piece would be touched anew, so it maps as little as it lets itself be told.
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_TOP_PAD, 64 << 20);
  atomic_store(&prefersLargePages, 1);
}
#else
static inline void *hinted(void *start, size_t byteCount) { return (void)byteCount, start; }
void cairn_prefer_large_pages(void) {}
#endif

// Finding the next definition may itself allocate: with the C library then.
static __thread int isFinding;

static inline void *known(void *_Atomic *found) { return atomic_load_explicit(found, memory_order_relaxed); }

static void *next(void *_Atomic *found, const char *name) {
  void *function = known(found);
  if (function) return function;
  isFinding = 1;
  function = dlsym(RTLD_NEXT, name);
  isFinding = 0;
  atomic_store_explicit(found, function, memory_order_relaxed);
  return function;
}

static void say(const char *line, int length) {
  if (write(2, line, (size_t)length) < 0) errno = ENOMEM;
}

static void endForMemory(size_t byteCount) {
  const int code = atomic_load(&exitCode);
  if (!code) return;
  char line[96];
  say(line, snprintf(line, sizeof line, "cairn: out of memory: %zu bytes could not be had\n", byteCount));
  _exit(code);
}

void *malloc(size_t size) {
  static void *_Atomic found;
  if (!known(&found) && isFinding) return __libc_malloc(size);
  void *result = ((void *(*)(size_t))next(&found, "malloc"))(size);
  if (!result && size) endForMemory(size);
  return hinted(result, size);
}

void *calloc(size_t count, size_t size) {
  static void *_Atomic found;
  if (!known(&found) && isFinding) return __libc_calloc(count, size);
  void *result = ((void *(*)(size_t, size_t))next(&found, "calloc"))(count, size);
  if (!result && count && size) endForMemory(size);
  return hinted(result, count * size);
}

void *realloc(void *old, size_t size) {
  static void *_Atomic found;
  void *result = ((void *(*)(void *, size_t))next(&found, "realloc"))(old, size);
  if (!result && size) endForMemory(size);
  return hinted(result, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  static void *_Atomic found;
  void *result = ((void *(*)(size_t, size_t))next(&found, "aligned_alloc"))(alignment, size);
  if (!result && size) endForMemory(size);
  return result;
}

int posix_memalign(void **to, size_t alignment, size_t size) {
  static void *_Atomic found;
  const int failure = ((int (*)(void **, size_t, size_t))next(&found, "posix_memalign"))(to, alignment, size);
  if (failure == ENOMEM) endForMemory(size);
  return failure;
}

// Dispatch tries again every second, for ever.
enum { THREAD_TRIES = 4 };

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*body)(void *), void *argument) {
  static void *_Atomic found;
  static atomic_int failures;
  typedef int Create(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
  const int failure = ((Create *)next(&found, "pthread_create"))(thread, attributes, body, argument);
  if (!failure) {
    atomic_store(&failures, 0);
  } else if (atomic_fetch_add(&failures, 1) + 1 >= THREAD_TRIES && atomic_load(&exitCode)) {
    static const char line[] = "cairn: out of memory or processes: no thread could be started\n";
    say(line, sizeof line - 1);
    _exit(atomic_load(&exitCode));
  }
  return failure;
}

#endif

static int argumentCount;
static char **argumentTexts;

// The C library gives them to what runs before `main`.
__attribute__((constructor)) static void keepArguments(int count, char **texts) {
  argumentCount = count;
  argumentTexts = texts;
}

int cairn_argument_count(void) { return argumentCount; }

char *cairn_argument(int index) { return index >= 0 && index < argumentCount ? argumentTexts[index] : NULL; }
