#ifndef CAIRN_SHIMS_H
#define CAIRN_SHIMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

/// First byte at or after p that is '"' or '\\'.
/// The caller guarantees such a byte (a sentinel) and 16 readable bytes behind it.
static inline const uint8_t *_Nonnull cairn_find_quote_or_escape(const uint8_t *_Nonnull p) {
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"'), escape = _mm_set1_epi8('\\');
  for (;; p += 16) {
    const __m128i v = _mm_loadu_si128((const __m128i *)p);
    const int mask = _mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, escape)));
    if (mask) return p + __builtin_ctz((unsigned)mask);
  }
#elif defined(__aarch64__)
  const uint8x16_t quote = vdupq_n_u8('"'), escape = vdupq_n_u8('\\');
  for (;; p += 16) {
    const uint8x16_t v = vld1q_u8(p);
    const uint8x16_t hit = vorrq_u8(vceqq_u8(v, quote), vceqq_u8(v, escape));
    const uint64_t mask = vget_lane_u64(vreinterpret_u64_u8(vshrn_n_u16(vreinterpretq_u16_u8(hit), 4)), 0);
    if (mask) return p + (__builtin_ctzll(mask) >> 2);
  }
#else
  while (*p != '"' && *p != '\\') ++p;
  return p;
#endif
}

static inline uint64_t cairn_load64(const uint8_t *_Nonnull p) {
  uint64_t value;
  memcpy(&value, p, 8);
  return value;
}

static inline uint32_t cairn_load32(const uint8_t *_Nonnull p) {
  uint32_t value;
  memcpy(&value, p, 4);
  return value;
}

/// Whether n bytes are the same. As memcmp() == 0, without a call for the short strings that logs are made of.
static inline int cairn_equal(const uint8_t *_Nonnull a, const uint8_t *_Nonnull b, size_t n) {
  if (n >= 8) {
    if (n > 64) return memcmp(a, b, n) == 0;
    size_t at = 0;
    for (; at + 8 < n; at += 8) {
      if (cairn_load64(a + at) != cairn_load64(b + at)) return 0;
    }
    return cairn_load64(a + n - 8) == cairn_load64(b + n - 8);
  }
  if (n >= 4) return cairn_load32(a) == cairn_load32(b) && cairn_load32(a + n - 4) == cairn_load32(b + n - 4);
  return n == 0 || (a[0] == b[0] && a[n / 2] == b[n / 2] && a[n - 1] == b[n - 1]);
}

/// Lets the processor fetch what is at p, which will be read soon. Any address will do.
static inline void cairn_prefetch(const void *_Nullable p) { __builtin_prefetch(p); }

/// Copies n bytes that do not overlap. As memcpy(), without a call where they are few.
static inline void cairn_copy(uint8_t *_Nonnull to, const uint8_t *_Nonnull from, size_t n) {
  if (n > 64) {
    memcpy(to, from, n);
  } else if (n >= 16) {
    for (size_t at = 0; at + 16 < n; at += 16) memcpy(to + at, from + at, 16);
    memcpy(to + n - 16, from + n - 16, 16);
  } else if (n >= 8) {
    const uint64_t first = cairn_load64(from), last = cairn_load64(from + n - 8);
    memcpy(to, &first, 8);
    memcpy(to + n - 8, &last, 8);
  } else if (n >= 4) {
    const uint32_t first = cairn_load32(from), last = cairn_load32(from + n - 4);
    memcpy(to, &first, 4);
    memcpy(to + n - 4, &last, 4);
  } else if (n > 0) {
    const uint8_t first = from[0], middle = from[n / 2], last = from[n - 1];
    to[0] = first;
    to[n / 2] = middle;
    to[n - 1] = last;
  }
}

/// Writes 16 bytes as 32 hexadecimal digits in lower case.
static inline void cairn_hex_digits(uint8_t *_Nonnull to, const uint8_t *_Nonnull from) {
#if defined(__SSE2__)
  const __m128i bytes = _mm_loadu_si128((const __m128i *)from), low = _mm_set1_epi8(0x0F);
  const __m128i upper = _mm_and_si128(_mm_srli_epi16(bytes, 4), low), lower = _mm_and_si128(bytes, low);
  const __m128i nine = _mm_set1_epi8(9), zero = _mm_set1_epi8('0'), letters = _mm_set1_epi8('a' - '0' - 10);
  for (int half = 0; half < 2; half++) {
    const __m128i digits = half ? _mm_unpackhi_epi8(upper, lower) : _mm_unpacklo_epi8(upper, lower);
    const __m128i beyond = _mm_and_si128(_mm_cmpgt_epi8(digits, nine), letters);
    _mm_storeu_si128((__m128i *)(to + 16 * half), _mm_add_epi8(_mm_add_epi8(digits, zero), beyond));
  }
#elif defined(__aarch64__)
  const uint8x16_t bytes = vld1q_u8(from), nine = vdupq_n_u8(9), zero = vdupq_n_u8('0');
  const uint8x16_t upper = vshrq_n_u8(bytes, 4), lower = vandq_u8(bytes, vdupq_n_u8(0x0F));
  for (int half = 0; half < 2; half++) {
    const uint8x16_t digits = half ? vzip2q_u8(upper, lower) : vzip1q_u8(upper, lower);
    const uint8x16_t beyond = vandq_u8(vcgtq_u8(digits, nine), vdupq_n_u8('a' - '0' - 10));
    vst1q_u8(to + 16 * half, vaddq_u8(vaddq_u8(digits, zero), beyond));
  }
#else
  for (int at = 0; at < 16; at++) {
    to[2 * at] = "0123456789abcdef"[from[at] >> 4];
    to[2 * at + 1] = "0123456789abcdef"[from[at] & 15];
  }
#endif
}

/// Writes the 36 characters of the UUID whose bits, the first one highest, are those of two numbers.
static inline void cairn_write_uuid(uint8_t *_Nonnull to, uint64_t high, uint64_t low) {
  uint8_t bytes[16], digits[32];
  high = __builtin_bswap64(high);
  low = __builtin_bswap64(low);
  memcpy(bytes, &high, 8);
  memcpy(bytes + 8, &low, 8);
  cairn_hex_digits(digits, bytes);
  memcpy(to, digits, 8);
  to[8] = '-';
  memcpy(to + 9, digits + 8, 4);
  to[13] = '-';
  memcpy(to + 14, digits + 12, 4);
  to[18] = '-';
  memcpy(to + 19, digits + 16, 4);
  to[23] = '-';
  memcpy(to + 24, digits + 20, 12);
}

/// First place at or after p, before end, with byte a and, distance bytes behind it, byte b; end where there is none.
/// The caller guarantees that the bytes up to end + distance can be read.
static inline const uint8_t *_Nonnull cairn_find_pair(
    const uint8_t *_Nonnull p, const uint8_t *_Nonnull end, size_t distance, uint8_t a, uint8_t b) {
#if defined(__SSE2__)
  const __m128i first = _mm_set1_epi8((char)a), second = _mm_set1_epi8((char)b);
  for (; end - p >= 16; p += 16) {
    const __m128i x = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)p), first);
    const __m128i y = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(p + distance)), second);
    const int mask = _mm_movemask_epi8(_mm_and_si128(x, y));
    if (mask) return p + __builtin_ctz((unsigned)mask);
  }
#elif defined(__aarch64__)
  const uint8x16_t first = vdupq_n_u8(a), second = vdupq_n_u8(b);
  for (; end - p >= 16; p += 16) {
    const uint8x16_t hit = vandq_u8(vceqq_u8(vld1q_u8(p), first), vceqq_u8(vld1q_u8(p + distance), second));
    const uint64_t mask = vget_lane_u64(vreinterpret_u64_u8(vshrn_n_u16(vreinterpretq_u16_u8(hit), 4)), 0);
    if (mask) return p + (__builtin_ctzll(mask) >> 2);
  }
#endif
  for (; p < end; ++p) {
    if (*p == a && p[distance] == b) return p;
  }
  return end;
}

/// The same where bytes count as `a` or `b` once the bits of `foldA` or `foldB` are set in them: 0x20 makes a capital
/// letter a small one.
static inline const uint8_t *_Nonnull cairn_find_pair_folded(
    const uint8_t *_Nonnull p, const uint8_t *_Nonnull end, size_t distance, uint8_t a, uint8_t b, uint8_t foldA,
    uint8_t foldB) {
#if defined(__SSE2__)
  const __m128i first = _mm_set1_epi8((char)a), second = _mm_set1_epi8((char)b);
  const __m128i bitsA = _mm_set1_epi8((char)foldA), bitsB = _mm_set1_epi8((char)foldB);
  for (; end - p >= 16; p += 16) {
    const __m128i x = _mm_cmpeq_epi8(_mm_or_si128(_mm_loadu_si128((const __m128i *)p), bitsA), first);
    const __m128i y = _mm_cmpeq_epi8(_mm_or_si128(_mm_loadu_si128((const __m128i *)(p + distance)), bitsB), second);
    const int mask = _mm_movemask_epi8(_mm_and_si128(x, y));
    if (mask) return p + __builtin_ctz((unsigned)mask);
  }
#elif defined(__aarch64__)
  const uint8x16_t first = vdupq_n_u8(a), second = vdupq_n_u8(b);
  const uint8x16_t bitsA = vdupq_n_u8(foldA), bitsB = vdupq_n_u8(foldB);
  for (; end - p >= 16; p += 16) {
    const uint8x16_t hit = vandq_u8(
        vceqq_u8(vorrq_u8(vld1q_u8(p), bitsA), first), vceqq_u8(vorrq_u8(vld1q_u8(p + distance), bitsB), second));
    const uint64_t mask = vget_lane_u64(vreinterpret_u64_u8(vshrn_n_u16(vreinterpretq_u16_u8(hit), 4)), 0);
    if (mask) return p + (__builtin_ctzll(mask) >> 2);
  }
#endif
  for (; p < end; ++p) {
    if ((*p | foldA) == a && (p[distance] | foldB) == b) return p;
  }
  return end;
}

/// XXH3, 64 bits, seeded. Stable across machines and library versions (xxHash's format promise).
uint64_t cairn_xxh3_64(const void *_Nullable bytes, size_t byteCount, uint64_t seed);

/// XXH64 with seed 0, for SQL's xxhash64.
uint64_t cairn_xxh64(const void *_Nullable bytes, size_t byteCount);

typedef struct { uint64_t low, high; } cairn_hash128;
/// XXH3, 128 bits, seeded.
cairn_hash128 cairn_xxh3_128(const void *_Nullable bytes, size_t byteCount, uint64_t seed);

/// The SHA-256 of each of `count` strings, 32 bytes one after another: several are worked on at a time where the
/// processor has instructions for it.
void cairn_sha256_each(
    const uint8_t *_Nonnull const *_Nonnull strings, const size_t *_Nonnull byteCounts, size_t count,
    uint8_t *_Nonnull digests);
/// The same, one after the other.
void cairn_sha256_each_alone(
    const uint8_t *_Nonnull const *_Nonnull strings, const size_t *_Nonnull byteCounts, size_t count,
    uint8_t *_Nonnull digests);

/// A random number of this process.
uint64_t cairn_process_seed(void);

/// flock(fd, LOCK_EX | LOCK_NB); 0 or errno.
int cairn_lock_exclusive(int fd);

/// Lets the system begin to write a file's pages: many files that are synced afterwards then share their waiting.
void cairn_start_writing(int fd);

/* Gives the lock back, also where a forked child still holds the descriptor. 0 or an errno. */
int cairn_unlock(int fd);

/* A descriptor that only serves to find names in the directory: needs no right to read it. -1 and errno on failure. */
int cairn_open_directory_for_lookup(int directory, const char *_Nonnull path);

/* renameat() that replaces nothing: EEXIST where the new name is taken. 0, or -1 and errno. */
int cairn_rename_to_new(
    int fromDirectory, const char *_Nonnull from, int toDirectory, const char *_Nonnull to);

/* syncfs(). 0, or -1 and errno. */
int cairn_sync_file_system(int fd);

/* 1 where syncfs() makes all that was written to a local file system last, and tells where it could not: of others,
 * who serves them may be asked for nothing. */
int cairn_syncs_as_a_whole(int fd);

/* Makes malloc() keep so many freed bytes with the process, unless the environment (MALLOC_TRIM_THRESHOLD_,
   MALLOC_MMAP_THRESHOLD_, GLIBC_TUNABLES) says how much it keeps: then false. */
bool cairn_keep_freed_memory(size_t byteCount);

/* malloc_trim() where more bytes are free than so many: gives back their whole pages, wherever they lie. */
void cairn_trim_freed_memory(size_t byteCount);

#endif
