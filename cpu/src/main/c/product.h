// The innermost loop of every product: a tile of a few rows by a panel of 2 or 3 vectors, whose sums stay in
// registers. 4 by 3 vectors or 6 by 2: 12 sums, which leave registers for what is multiplied.
#pragma once

#include "gradwire.h"
#include "lanes.h"

#define MOST_ROWS 6
#define MOST_VECTORS 3

// Where the elements of a row of the first matrix lie, from the row's own beginning: by table, or one every so many
// floats.
struct steps {
  const int32_t *table;
  int64_t stride;
};

// sums[r][v] = SUM over s < n of rows[r][steps of s] * b[s * stride + v], in the order of s, fused.
INLINE void multiply(const int height, const int width, const float *const rows[MOST_ROWS],
                     struct steps steps, int64_t n, const float *b, int64_t stride,
                     lanes sums[MOST_ROWS][MOST_VECTORS]) {
#pragma GCC unroll 6
  for (int r = 0; r < height; r++) {
#pragma GCC unroll 3
    for (int v = 0; v < width; v++) {
      sums[r][v] = BROADCAST(0);
    }
  }
  for (int64_t s = 0; s < n; s++) {
    lanes column[MOST_VECTORS];
#pragma GCC unroll 3
    for (int v = 0; v < width; v++) {
      column[v] = LOAD(b + v * LANES);
    }
    b += stride;
    int64_t step = steps.table ? steps.table[s] : s * steps.stride;
#pragma GCC unroll 6
    for (int r = 0; r < height; r++) {
      lanes x = BROADCAST(rows[r][step]);
#pragma GCC unroll 3
      for (int v = 0; v < width; v++) {
        sums[r][v] = FMA(x, column[v], sums[r][v]);
      }
    }
  }
}

// The same for a panel's last columns, which are fewer than a vector's.
INLINE void multiply_rest(const int height, const float *const rows[MOST_ROWS], struct steps steps,
                          int64_t n, const float *b, int64_t stride, first_lanes which,
                          lanes sums[MOST_ROWS][MOST_VECTORS]) {
#pragma GCC unroll 6
  for (int r = 0; r < height; r++) {
    sums[r][0] = BROADCAST(0);
  }
  for (int64_t s = 0; s < n; s++) {
    lanes column = LOAD_FIRST(b + s * stride, which);
    int64_t step = steps.table ? steps.table[s] : s * steps.stride;
#pragma GCC unroll 6
    for (int r = 0; r < height; r++) {
      sums[r][0] = FMA(BROADCAST(rows[r][step]), column, sums[r][0]);
    }
  }
}
