// What no compaction can do without: inflating every object, one pass over its tokens, and its SHA-256. Prints the
// bytes, tokens and records that were met, and what it took, as JSON.
//
//   floor DIRECTORY THREADS [--open]
//
// Delivered bytes are in memory before the clock starts, and nothing is kept of what is found: reading, looking values
// up, sorting, encoding and proving come on top of this in any system. With `--open` objects are opened and read while
// the clock runs, and not hashed: the floor of many small ones.

#include <CairnShims.h>

#include <dirent.h>
#include <fcntl.h>
#include <libdeflate.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

typedef struct {
  uint8_t *bytes;
  size_t count;
} Object;

enum { TOGETHER = 8, PADDING = 64 };

static Object *objects;
static size_t objectCount, objectRoom;
static char **paths;
static int opens;
static atomic_size_t nextObject;
static atomic_ullong byteCount, tokenCount, recordCount;

static void fail(const char *what, const char *path) {
  fprintf(stderr, "floor: %s: %s\n", path, what);
  exit(1);
}

static Object read_object(const char *path) {
  const int file = open(path, O_RDONLY);
  struct stat status;
  if (file < 0 || fstat(file, &status) != 0) fail("cannot read", path);
  Object object = {malloc((size_t)status.st_size + 1), (size_t)status.st_size};
  if (!object.bytes || read(file, object.bytes, object.count) != (ssize_t)object.count) fail("cannot read", path);
  close(file);
  return object;
}

static void add_object(const char *path) {
  if (objectCount == objectRoom) {
    objectRoom = objectRoom ? 2 * objectRoom : 1024;
    objects = realloc(objects, objectRoom * sizeof *objects);
    paths = realloc(paths, objectRoom * sizeof *paths);
  }
  if (!objects || !paths || !(paths[objectCount] = strdup(path))) fail("no memory", path);
  objects[objectCount++] = opens ? (Object){0} : read_object(path);
}

static void walk(const char *path) {
  DIR *directory = opendir(path);
  if (!directory) fail("cannot open", path);
  for (struct dirent *entry; (entry = readdir(directory));) {
    if (entry->d_name[0] == '.') continue;
    char child[4096];
    if (snprintf(child, sizeof child, "%s/%s", path, entry->d_name) >= (int)sizeof child) fail("too long", path);
    struct stat status;
    if (stat(child, &status) != 0) fail("cannot stat", child);
    if (S_ISDIR(status.st_mode)) walk(child);
    const size_t length = strlen(child);
    if (S_ISREG(status.st_mode) && length > 3 && strcmp(child + length - 3, ".gz") == 0) add_object(child);
  }
  closedir(directory);
}

/// Strings, numbers, words and marks. Behind the text are quotes and readable bytes.
static uint64_t count_tokens(const uint8_t *p, const uint8_t *end, uint64_t *records) {
  uint64_t tokens = 0;
  int depth = 0;
  while (p < end) {
    tokens++;
    switch (*p) {
      case '"':
        p = cairn_find_quote_or_escape(p + 1);
        while (*p == '\\') p = cairn_find_quote_or_escape(p + 2);
        p++;
        break;
      case '{':
        *records += depth == 2;
        depth++;
        p++;
        break;
      case '[': depth++, p++; break;
      case '}':
      case ']': depth--, p++; break;
      case ',':
      case ':':
      case ' ':
      case '\n':
      case '\r':
      case '\t': p++; break;
      default:
        do p++;
        while (*p != ',' && *p != '}' && *p != ']' && *p > ' ' && p < end);
    }
  }
  return tokens;
}

static void *work(void *unused) {
  struct libdeflate_decompressor *inflater = libdeflate_alloc_decompressor();
  uint8_t *texts[TOGETHER] = {0}, digests[TOGETHER * 32];
  size_t rooms[TOGETHER] = {0}, counts[TOGETHER];
  uint64_t bytes = 0, tokens = 0, records = 0;
  for (;;) {
    const size_t first = atomic_fetch_add(&nextObject, TOGETHER);
    if (first >= objectCount) break;
    const size_t count = objectCount - first < TOGETHER ? objectCount - first : TOGETHER;
    for (size_t at = 0; at < count; at++) {
      const Object object = opens ? read_object(paths[first + at]) : objects[first + at];
      uint32_t size = 0;
      if (object.count >= 18) memcpy(&size, object.bytes + object.count - 4, 4);
      if (rooms[at] < size + (size_t)PADDING) {
        rooms[at] = 2 * (size_t)size + PADDING;
        free(texts[at]);
        if (!(texts[at] = malloc(rooms[at]))) fail("no memory", "");
      }
      if (libdeflate_gzip_decompress(inflater, object.bytes, object.count, texts[at], size, &counts[at])
          != LIBDEFLATE_SUCCESS)
        fail("does not inflate at once", "an object");
      memset(texts[at] + counts[at], '"', PADDING);
      tokens += count_tokens(texts[at], texts[at] + counts[at], &records);
      bytes += counts[at];
      if (opens) free(object.bytes);
    }
    if (opens) continue;
    cairn_sha256_each((const uint8_t *const *)texts, counts, count, digests);
    // What is not used might not be computed.
    tokens += digests[0] == digests[31] && digests[1] == digests[30] && digests[2] == digests[29];
  }
  atomic_fetch_add(&byteCount, bytes);
  atomic_fetch_add(&tokenCount, tokens);
  atomic_fetch_add(&recordCount, records);
  for (int at = 0; at < TOGETHER; at++) free(texts[at]);
  libdeflate_free_decompressor(inflater);
  return unused;
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double cpu(struct timeval time) { return (double)time.tv_sec + (double)time.tv_usec / 1e6; }

int main(int count, char **arguments) {
  opens = count == 4 && strcmp(arguments[3], "--open") == 0;
  if ((count != 3 && !opens) || atoi(arguments[2]) < 1) fail("usage: floor DIRECTORY THREADS [--open]", "");
  walk(arguments[1]);
  const int threads = atoi(arguments[2]);
  pthread_t *all = calloc((size_t)threads, sizeof *all);
  struct rusage before, after;
  getrusage(RUSAGE_SELF, &before);
  const double start = seconds();
  for (int at = 0; at < threads; at++)
    if (pthread_create(&all[at], NULL, work, NULL) != 0) fail("cannot start", "a thread");
  for (int at = 0; at < threads; at++) pthread_join(all[at], NULL);
  const double wall = seconds() - start;
  getrusage(RUSAGE_SELF, &after);
  printf("{\"objects\": %zu, \"json_bytes\": %llu, \"tokens\": %llu, \"records\": %llu, \"wall\": %.4f, "
         "\"user\": %.4f, \"system\": %.4f}\n",
         objectCount, (unsigned long long)byteCount, (unsigned long long)tokenCount,
         (unsigned long long)recordCount, wall, cpu(after.ru_utime) - cpu(before.ru_utime),
         cpu(after.ru_stime) - cpu(before.ru_stime));
  return 0;
}
