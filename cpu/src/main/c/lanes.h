// Vectors as wide as the level has them. Loads and stores need no alignment.
#pragma once

#include <immintrin.h>

#ifdef __AVX512F__
#define LANES 16
#define FMA(a, b, c) _mm512_fmadd_ps(a, b, c)
#define BROADCAST(x) _mm512_set1_ps(x)
#define LOAD(from) _mm512_loadu_ps(from)
#define STORE(into, v) _mm512_storeu_ps(into, v)
#define LARGER(a, b) _mm512_max_ps(a, b)
typedef __m512 lanes;
#else
#define LANES 8
#define FMA(a, b, c) _mm256_fmadd_ps(a, b, c)
#define BROADCAST(x) _mm256_set1_ps(x)
#define LOAD(from) _mm256_loadu_ps(from)
#define STORE(into, v) _mm256_storeu_ps(into, v)
#define LARGER(a, b) _mm256_max_ps(a, b)
typedef __m256 lanes;
#endif
