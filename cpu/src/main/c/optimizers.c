// The mean over replicas and an optimizer's step on it, block by block. What they compute stands in
// gradwire.server.optimizer and gradwire.server.shard.ReplicaMean; the bits are those of the loops there.

#include "gradwire.h"

#include <immintrin.h>
#include <math.h>
#include <stdarg.h>

// Floats: of everything a block stays in a first-level cache, and memory's streams pause only shortly for the mean.
#define BLOCK 256

// Floats in a cache line.
#define LINE 16

// As gradwire.server.optimizer.NativeRule has it.
#define MOST_REPLICAS 32

// Weights and slots before or after a step; what a rule has no use for is null.
typedef struct {
  float *weights, *slots[2];
} state;

// One element of a state.
typedef struct {
  float w, s, t;
} element;

// What a rule needs besides, in the order in which its optimizer names it.
typedef struct {
  float decay, a, b, c, d;
} scalars;

typedef element rule(element e, float g, scalars by);

static inline element sgd(element e, float g, scalars by) {
  float rate = by.a;
  e.w = e.w - rate * (g + by.decay * e.w);
  return e;
}

static inline element momentum(element e, float g, scalars by) {
  float rate = by.a, kept = by.b;
  e.s = kept * e.s + (g + by.decay * e.w);
  e.w = e.w - rate * e.s;
  return e;
}

static inline element nesterov(element e, float g, scalars by) {
  float rate = by.a, kept = by.b, ahead = by.c;
  g = g + by.decay * e.w;
  e.s = kept * e.s + g;
  e.w = e.w - (rate * g + ahead * e.s);
  return e;
}

static inline element adagrad(element e, float g, scalars by) {
  float rate = by.a;
  g = g + by.decay * e.w;
  e.s = e.s + g * g;
  e.w = e.w - rate * g / sqrtf(e.s);
  return e;
}

static inline element rmsprop(element e, float g, scalars by) {
  float rate = by.a, renewed = by.b, kept = by.c, epsilon = by.d;
  g = g + by.decay * e.w;
  e.s = e.s + (g * g - e.s) * renewed;
  e.t = kept * e.t + rate * g / sqrtf(e.s + epsilon);
  e.w = e.w - e.t;
  return e;
}

static inline element adam_with(element e, float g, float before, float beside, scalars by) {
  float rate = by.a, renewed_mean = by.b, renewed_square = by.c, epsilon = by.d;
  g = g + before * e.w;
  e.s = e.s + (g - e.s) * renewed_mean;
  e.t = e.t + (g * g - e.t) * renewed_square;
  e.w = e.w - beside * e.w - rate * e.s / (sqrtf(e.t) + epsilon);
  return e;
}

static inline element adam(element e, float g, scalars by) { return adam_with(e, g, by.decay, 0, by); }

static inline element adamw(element e, float g, scalars by) { return adam_with(e, g, 0, by.decay, by); }

static inline element statistic(element e, float g, scalars by) {
  (void)by;
  e.w = e.w - g;
  return e;
}

// One loop, and so one vector's worth of code, for every number of replicas up to 8.
#define EACH(expression)                                 \
  _Pragma("GCC ivdep") for (int64_t i = 0; i < n; i++) { \
    into[i] = (expression);                              \
  }

#define SUM2(r) (g[r][i] + g[r + 1][i])
#define SUM4(r) (SUM2(r) + SUM2(r + 2))

// The sum of count replicas as a tree, cut at the largest power of two below count.
static void sum(const float *const *g, int count, int64_t n, float *into) {
  switch (count) {
    case 1: EACH(g[0][i]) return;
    case 2: EACH(SUM2(0)) return;
    case 3: EACH(SUM2(0) + g[2][i]) return;
    case 4: EACH(SUM4(0)) return;
    case 5: EACH(SUM4(0) + g[4][i]) return;
    case 6: EACH(SUM4(0) + SUM2(4)) return;
    case 7: EACH(SUM4(0) + (SUM2(4) + g[6][i])) return;
    case 8: EACH(SUM4(0) + SUM4(4)) return;
  }
  int left = 8;
  while (2 * left < count) {
    left *= 2;
  }
  float right[BLOCK];
  sum(g, left, n, into);
  sum(g + left, count - left, n, right);
  EACH(into[i] + right[i])
}

// The mean: in scratch, or where it is if there is one replica.
static const float *mean(const float *const *g, int count, int64_t n, float *into) {
  if (count == 1) {
    return g[0];
  }
  sum(g, count, n, into);
  float divisor = (float)count;
  if ((count & (count - 1)) == 0) {
    float inverse = 1 / divisor; // exact
    EACH(into[i] * inverse)
  } else {
    EACH(into[i] / divisor)
  }
  return into;
}

INLINE void step(rule *next, int slots, state from, state into, const float *g, int64_t n, scalars by) {
#pragma GCC ivdep
  for (int64_t i = 0; i < n; i++) {
    element e = {from.weights[i], slots > 0 ? from.slots[0][i] : 0, slots > 1 ? from.slots[1][i] : 0};
    e = next(e, g[i], by);
    into.weights[i] = e.w;
    if (slots > 0) {
      into.slots[0][i] = e.s;
    }
    if (slots > 1) {
      into.slots[1][i] = e.t;
    }
  }
}

static inline int64_t past_line(const float *at) { return (int64_t)((uintptr_t)at / sizeof(float) % LINE); }

// Copies past the cache, which does not have to read first what is overwritten.
static void stream(const float *from, float *into, int64_t n) {
  int64_t i = 0;
  for (; i < n && past_line(into + i) != 0; i++) {
    into[i] = from[i];
  }
  for (; i + LINE <= n; i += LINE) {
    _mm256_stream_ps(into + i, _mm256_loadu_ps(from + i));
    _mm256_stream_ps(into + i + LINE / 2, _mm256_loadu_ps(from + i + LINE / 2));
  }
  for (; i < n; i++) {
    into[i] = from[i];
  }
}

INLINE state moved(state it, int slots, int64_t by) {
  it.weights += by;
  for (int slot = 0; slot < slots; slot++) {
    it.slots[slot] += by;
  }
  return it;
}

INLINE void apply(rule *next, int slots, state from, state into, const float **gradients, int count, int64_t n,
                   scalars by, int streaming) {
  float scratch[BLOCK], results[3][BLOCK];
  state beside = {results[0], {results[1], results[2]}};
  for (int64_t done = 0; done < n;) {
    int64_t length = BLOCK - past_line(into.weights); // the next block begins with a line
    length = n - done < length ? n - done : length;
    const float *g = mean(gradients, count, length, scratch);
    step(next, slots, from, streaming ? beside : into, g, length, by);
    if (streaming) {
      stream(beside.weights, into.weights, length);
      for (int slot = 0; slot < slots; slot++) {
        stream(beside.slots[slot], into.slots[slot], length);
      }
    }
    from = moved(from, slots, length);
    into = moved(into, slots, length);
    for (int replica = 0; replica < count; replica++) {
      gradients[replica] += length;
    }
    done += length;
  }
  if (streaming) {
    _mm_sfence();
  }
}

// Java's function: elements [at, at + n) of all vectors, count replicas' gradients the last of them. Streaming is for
// a state that goes into other memory than it comes from, and is too long for the cache.
#define RULE(name, slots)                                                                                             \
  EXPORTED(void, name)                                                                                                \
  (float *weights, float *slot0, float *slot1, float *new_weights, float *new_slot0, float *new_slot1, int64_t at,    \
   int64_t n, int streaming, float decay, float a, float b, float c, float d, int count, ...) {                       \
    const float *gradients[MOST_REPLICAS];                                                                            \
    va_list list;                                                                                                     \
    va_start(list, count);                                                                                            \
    for (int replica = 0; replica < count; replica++) {                                                               \
      gradients[replica] = va_arg(list, const float *) + at;                                                          \
    }                                                                                                                 \
    va_end(list);                                                                                                     \
    state from = moved((state){weights, {slot0, slot1}}, slots, at);                                                  \
    state into = moved((state){new_weights, {new_slot0, new_slot1}}, slots, at);                                      \
    apply(name, slots, from, into, gradients, count, n, (scalars){decay, a, b, c, d}, streaming);                     \
  }

RULE(sgd, 0)
RULE(momentum, 1)
RULE(nesterov, 1)
RULE(adagrad, 1)
RULE(rmsprop, 2)
RULE(adam, 2)
RULE(adamw, 2)
RULE(statistic, 0)
