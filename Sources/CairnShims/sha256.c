// SHA-256 of several byte strings at a time: one string's rounds wait for each other, those of others fill the gaps.
// Where the processor has no instructions for it, or not those that are written out here, each goes to Nettle alone.

#include "CairnShims.h"

#include <nettle/sha2.h>

static void digest_alone(const uint8_t *bytes, size_t byteCount, uint8_t *digest) {
  struct sha256_ctx context;
  sha256_init(&context);
  if (byteCount > 0) sha256_update(&context, byteCount, bytes);
  sha256_digest(&context, SHA256_DIGEST_SIZE, digest);
}

void cairn_sha256_each_alone(
    const uint8_t *const *strings, const size_t *byteCounts, size_t count, uint8_t *digests) {
  for (size_t index = 0; index < count; index++)
    digest_alone(strings[index], byteCounts[index], digests + index * SHA256_DIGEST_SIZE);
}

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

enum { LANES = 3, BLOCK = 64, TOGETHER = 64 };

static const uint32_t constants[64] __attribute__((aligned(16))) = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

/// Takes `blocks` blocks of each of N strings into their states (FIPS 180-4, section 6.2.2), which are kept as the
/// instructions want them: {f, e, b, a} and {h, g, d, c}, the lowest word first.
#define COMPRESS(N)                                                                                                    \
  __attribute__((target("sha,sse4.1,ssse3"))) static void compress_##N(                                               \
      __m128i (*states)[2], const uint8_t **strings, size_t blocks) {                                                  \
    const __m128i order = _mm_set_epi64x(0x0c0d0e0f08090a0bULL, 0x0405060700010203ULL);                                \
    __m128i abef[N], cdgh[N];                                                                                          \
    for (int lane = 0; lane < N; lane++) {                                                                             \
      abef[lane] = states[lane][0];                                                                                    \
      cdgh[lane] = states[lane][1];                                                                                    \
    }                                                                                                                  \
    for (; blocks > 0; blocks--) {                                                                                     \
      __m128i words[N][4], first[N], second[N];                                                                        \
      for (int lane = 0; lane < N; lane++) {                                                                           \
        first[lane] = abef[lane];                                                                                      \
        second[lane] = cdgh[lane];                                                                                     \
        for (int at = 0; at < 4; at++)                                                                                 \
          words[lane][at] =                                                                                            \
              _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(strings[lane] + 16 * at)), order);                    \
        strings[lane] += BLOCK;                                                                                        \
      }                                                                                                                \
      _Pragma("clang loop unroll(full)") for (int round = 0; round < 16; round++) {                                    \
        const __m128i constant = _mm_load_si128((const __m128i *)&constants[4 * round]);                               \
        _Pragma("clang loop unroll(full)") for (int lane = 0; lane < N; lane++) {                                      \
          __m128i *const w = words[lane];                                                                              \
          const __m128i now = _mm_add_epi32(w[round & 3], constant);                                                   \
          cdgh[lane] = _mm_sha256rnds2_epu32(cdgh[lane], abef[lane], now);                                             \
          abef[lane] = _mm_sha256rnds2_epu32(abef[lane], cdgh[lane], _mm_shuffle_epi32(now, 0x0E));                    \
          if (round < 12) {                                                                                            \
            const __m128i middle = _mm_alignr_epi8(w[(round + 3) & 3], w[(round + 2) & 3], 4);                         \
            const __m128i sum =                                                                                        \
                _mm_add_epi32(_mm_sha256msg1_epu32(w[round & 3], w[(round + 1) & 3]), middle);                         \
            w[round & 3] = _mm_sha256msg2_epu32(sum, w[(round + 3) & 3]);                                              \
          }                                                                                                            \
        }                                                                                                              \
      }                                                                                                                \
      for (int lane = 0; lane < N; lane++) {                                                                           \
        abef[lane] = _mm_add_epi32(abef[lane], first[lane]);                                                           \
        cdgh[lane] = _mm_add_epi32(cdgh[lane], second[lane]);                                                          \
      }                                                                                                                \
    }                                                                                                                  \
    for (int lane = 0; lane < N; lane++) {                                                                             \
      states[lane][0] = abef[lane];                                                                                    \
      states[lane][1] = cdgh[lane];                                                                                    \
    }                                                                                                                  \
  }

COMPRESS(1)
COMPRESS(2)
COMPRESS(3)

/// A string that is being read: whole blocks of its own, then its last bytes with the padding.
typedef struct {
  size_t blocks;
  size_t index;
  size_t lastBlocks;
  uint8_t last[2 * BLOCK];
} Lane;

static int has_instructions(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_SSSE3) || !(c & bit_SSE4_1)) return 0;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_SHA);
}

static void begin(
    Lane *lane, __m128i *state, const uint8_t **string, const uint8_t *const *strings, const size_t *byteCounts,
    size_t index) {
  const uint8_t *const bytes = strings[index];
  const size_t byteCount = byteCounts[index];
  // {a, b, c, d, e, f, g, h} = 6a09e667, bb67ae85, 3c6ef372, a54ff53a, 510e527f, 9b05688c, 1f83d9ab, 5be0cd19
  state[0] = _mm_set_epi32(0x6a09e667, (int)0xbb67ae85, 0x510e527f, (int)0x9b05688c);
  state[1] = _mm_set_epi32(0x3c6ef372, (int)0xa54ff53a, 0x1f83d9ab, 0x5be0cd19);
  lane->index = index;
  lane->blocks = byteCount / BLOCK;
  const size_t rest = byteCount % BLOCK;
  lane->lastBlocks = rest + 9 > BLOCK ? 2 : 1;
  memset(lane->last, 0, sizeof lane->last);
  if (rest > 0) memcpy(lane->last, bytes + byteCount - rest, rest);
  lane->last[rest] = 0x80;
  const uint64_t bits = __builtin_bswap64((uint64_t)byteCount * 8);
  memcpy(lane->last + lane->lastBlocks * BLOCK - 8, &bits, 8);
  *string = bytes;
  if (lane->blocks == 0) {
    *string = lane->last;
    lane->blocks = lane->lastBlocks;
    lane->lastBlocks = 0;
  }
}

static void write_digest(const __m128i *state, uint8_t *digest) {
  uint32_t abef[4], cdgh[4];
  _mm_storeu_si128((__m128i *)abef, state[0]);
  _mm_storeu_si128((__m128i *)cdgh, state[1]);
  const uint32_t words[8] = {abef[3], abef[2], cdgh[3], cdgh[2], abef[1], abef[0], cdgh[1], cdgh[0]};
  for (int at = 0; at < 8; at++) {
    const uint32_t word = __builtin_bswap32(words[at]);
    memcpy(digest + 4 * at, &word, 4);
  }
}

/// The longest first, so that none is left alone for long at the end.
static void sort_by_length(const size_t *byteCounts, size_t count, size_t *order) {
  for (size_t index = 0; index < count; index++) {
    size_t at = index;
    for (; at > 0 && byteCounts[order[at - 1]] < byteCounts[index]; at--) order[at] = order[at - 1];
    order[at] = index;
  }
}

static void digest_together(
    const uint8_t *const *strings, const size_t *byteCounts, size_t count, uint8_t *digests) {
  Lane storage[LANES], *lanes[LANES];
  size_t order[TOGETHER];
  sort_by_length(byteCounts, count, order);
  __m128i states[LANES][2];
  const uint8_t *places[LANES];
  size_t next = 0;
  int active = 0;
  for (; active < LANES && next < count; active++, next++) {
    lanes[active] = &storage[active];
    begin(lanes[active], states[active], &places[active], strings, byteCounts, order[next]);
  }
  while (active > 0) {
    size_t blocks = lanes[0]->blocks;
    for (int at = 1; at < active; at++) blocks = lanes[at]->blocks < blocks ? lanes[at]->blocks : blocks;
    if (active == 3) compress_3(states, places, blocks);
    if (active == 2) compress_2(states, places, blocks);
    if (active == 1) compress_1(states, places, blocks);
    for (int at = 0; at < active; at++) {
      Lane *const lane = lanes[at];
      lane->blocks -= blocks;
      if (lane->blocks > 0) continue;
      if (lane->lastBlocks > 0) {
        places[at] = lane->last;
        lane->blocks = lane->lastBlocks;
        lane->lastBlocks = 0;
        continue;
      }
      write_digest(states[at], digests + lane->index * SHA256_DIGEST_SIZE);
      if (next < count) {
        begin(lane, states[at], &places[at], strings, byteCounts, order[next]);
        next++;
        continue;
      }
      active--;
      if (at == active) continue;
      // The last one takes its place, and its turn.
      lanes[at] = lanes[active];
      states[at][0] = states[active][0];
      states[at][1] = states[active][1];
      places[at] = places[active];
      at--;
    }
  }
}

void cairn_sha256_each(const uint8_t *const *strings, const size_t *byteCounts, size_t count, uint8_t *digests) {
  static int known;  // 1 without the instructions, 2 with them; found out more than once does no harm.
  int state = __atomic_load_n(&known, __ATOMIC_RELAXED);
  if (state == 0) {
    state = has_instructions() ? 2 : 1;
    __atomic_store_n(&known, state, __ATOMIC_RELAXED);
  }
  if (state == 2) {
    for (size_t at = 0; at < count; at += TOGETHER)
      digest_together(
          strings + at, byteCounts + at, count - at < TOGETHER ? count - at : TOGETHER,
          digests + at * SHA256_DIGEST_SIZE);
  } else {
    cairn_sha256_each_alone(strings, byteCounts, count, digests);
  }
}

#else

void cairn_sha256_each(const uint8_t *const *strings, const size_t *byteCounts, size_t count, uint8_t *digests) {
  cairn_sha256_each_alone(strings, byteCounts, count, digests);
}

#endif
