// Vectors as wide as the level has them. Loads and stores need no alignment; those of the first few lanes touch no
// other memory, and load zeros for the rest.
#pragma once

#include <immintrin.h>
#include <stdint.h>

#ifdef __AVX512F__

#define LANES 16
typedef __m512 lanes;
typedef __mmask16 first_lanes;

#define FMA(a, b, c) _mm512_fmadd_ps(a, b, c)
#define BROADCAST(x) _mm512_set1_ps(x)
#define LOAD(from) _mm512_loadu_ps(from)
#define STORE(into, v) _mm512_storeu_ps(into, v)
#define LOAD_FIRST(from, which) _mm512_maskz_loadu_ps(which, from)
#define STORE_FIRST(into, which, v) _mm512_mask_storeu_ps(into, which, v)
#define LARGER(a, b) _mm512_max_ps(a, b)
// v where a equals b, else 0; and the other way round.
#define WHERE_EQUAL(a, b, v) _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(a, b, _CMP_EQ_OQ), v)
#define WHERE_NOT_EQUAL(a, b, v) _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(a, b, _CMP_NEQ_UQ), v)

static inline first_lanes first(int64_t count) { return (first_lanes)((1u << count) - 1); }

#else

#define LANES 8
typedef __m256 lanes;
typedef __m256i first_lanes;

#define FMA(a, b, c) _mm256_fmadd_ps(a, b, c)
#define BROADCAST(x) _mm256_set1_ps(x)
#define LOAD(from) _mm256_loadu_ps(from)
#define STORE(into, v) _mm256_storeu_ps(into, v)
#define LOAD_FIRST(from, which) _mm256_maskload_ps(from, which)
#define STORE_FIRST(into, which, v) _mm256_maskstore_ps(into, which, v)
#define LARGER(a, b) _mm256_max_ps(a, b)
#define WHERE_EQUAL(a, b, v) _mm256_and_ps(_mm256_cmp_ps(a, b, _CMP_EQ_OQ), v)
#define WHERE_NOT_EQUAL(a, b, v) _mm256_andnot_ps(_mm256_cmp_ps(a, b, _CMP_EQ_OQ), v)

static inline first_lanes first(int64_t count) {
  static const int32_t set[2 * LANES] = {-1, -1, -1, -1, -1, -1, -1, -1};
  return _mm256_loadu_si256((const __m256i *)(set + LANES - count));
}

#endif
