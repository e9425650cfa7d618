// The weights' gradient of a dense layer: OpenBLAS clears the result first and adds to it then, which for as few
// examples as a batch has takes as long as the product.

#include "product.h"

#define HEIGHT 6
#define WIDTH 2

INLINE void store_tile(int64_t count, float *into, int64_t columns, int64_t left,
                       lanes sums[MOST_ROWS][MOST_VECTORS]) {
#pragma GCC unroll 6
  for (int r = 0; r < HEIGHT; r++) {
    if (r == count) {
      break;
    }
    float *row = into + r * columns;
    if (left >= LANES) {
      STORE(row, sums[r][0]);
    } else {
      STORE_FIRST(row, first(left), sums[r][0]);
    }
    if (left >= WIDTH * LANES) {
      STORE(row + LANES, sums[r][1]);
    }
  }
}

// into[i, j] = SUM over the rows r of a[r, i] * b[r, j], in their order.
EXPORTED(void, transposed_product)(const float *a, int64_t height, const float *b, int64_t columns,
                                   int64_t n, float *into) {
  struct steps steps = {0, height};
  for (int64_t j = 0; j < columns;) {
    int64_t left = columns - j;
    int64_t width = left >= WIDTH * LANES ? WIDTH * LANES : left >= LANES ? LANES : left;
    for (int64_t i = 0; i < height; i += HEIGHT) {
      const float *rows[MOST_ROWS];
      lanes sums[MOST_ROWS][MOST_VECTORS];
      int64_t count = height - i < HEIGHT ? height - i : HEIGHT;
      for (int r = 0; r < HEIGHT; r++) {
        rows[r] = a + i + (r < count ? r : count - 1);
      }
      if (width == WIDTH * LANES) {
        multiply(HEIGHT, WIDTH, rows, steps, n, b + j, columns, sums);
      } else {
        multiply_rest(HEIGHT, rows, steps, n, b + j, columns, first(width), sums);
      }
      store_tile(count, into + i * columns + j, columns, width, sums);
    }
    j += width;
  }
}
