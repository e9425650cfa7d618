// Element by element, and row by row of a matrix without gaps between its rows.

#include <string.h>

#include "gradwire.h"

// Columns that are summed at a time: their sums stay in the first-level cache.
#define COLUMNS 128

// Rows that are summed in float32 before their sum goes to a float64 one.
#define ROWS 64

EXPORTED(void, add)(const float *a, const float *b, float *into, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    into[i] = a[i] + b[i];
  }
}

EXPORTED(void, relu)(const float *z, float *y, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    y[i] = z[i] > 0 ? z[i] : 0;
  }
}

EXPORTED(void, relu_gradient)(float *gradient, const float *y, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    gradient[i] = y[i] > 0 ? gradient[i] : 0;
  }
}

// Wellons's lowbias32.
static inline uint32_t hash(uint32_t x) {
  x ^= x >> 16;
  x *= 0x7feb352du;
  x ^= x >> 15;
  x *= 0x846ca68bu;
  return x ^ (x >> 16);
}

// into = from * scale where the element's 24 bits are below the threshold, else 0.
EXPORTED(void, dropout)(const float *from, float *into, int64_t n, uint32_t low, uint32_t high,
                        uint32_t threshold, float scale) {
  for (int64_t i = 0; i < n; i++) {
    uint32_t bits = hash(hash((uint32_t)i * 0x9e3779b1u + low) ^ high) >> 8;
    into[i] = bits < threshold ? from[i] * scale : 0;
  }
}

EXPORTED(void, add_bias)(float *rows, int64_t n, int64_t columns, const float *bias, int relu) {
  for (int64_t r = 0; r < n; r++) {
    float *row = rows + r * columns;
    if (relu) {
      for (int64_t c = 0; c < columns; c++) {
        float z = row[c] + bias[c];
        row[c] = z > 0 ? z : 0;
      }
    } else {
      for (int64_t c = 0; c < columns; c++) {
        row[c] += bias[c];
      }
    }
  }
}

// Of some columns, COLUMNS at most, the sums over all rows: of the elements or, where there is a center, of their
// squared distances from it.
static inline __attribute__((always_inline)) void sum_columns(const float *x, int64_t n, int64_t columns,
                                                              int64_t width, const float *center,
                                                              double *sums) {
  memset(sums, 0, COLUMNS * sizeof *sums);
  for (int64_t begin = 0; begin < n; begin += ROWS) {
    int64_t end = begin + ROWS < n ? begin + ROWS : n;
    float part[COLUMNS] = {0};
    for (int64_t r = begin; r < end; r++) {
      const float *row = x + r * columns;
      for (int64_t c = 0; c < width; c++) {
        float distance = center ? row[c] - center[c] : 0;
        part[c] += center ? distance * distance : row[c];
      }
    }
    for (int64_t c = 0; c < width; c++) {
      sums[c] += part[c];
    }
  }
}

static int64_t width_from(int64_t first, int64_t columns) {
  return columns - first < COLUMNS ? columns - first : COLUMNS;
}

EXPORTED(void, sum_rows)(const float *rows, int64_t n, int64_t columns, int adds, float *sums) {
  for (int64_t first = 0; first < columns; first += COLUMNS) {
    int64_t width = width_from(first, columns);
    double whole[COLUMNS];
    sum_columns(rows + first, n, columns, width, 0, whole);
    for (int64_t c = 0; c < width; c++) {
      sums[first + c] = (float)(whole[c] + (adds ? sums[first + c] : 0));
    }
  }
}

EXPORTED(void, transpose)(const float *from, float *into, int64_t count, int64_t rows, int64_t columns) {
  for (int64_t n = 0; n < count; n++) {
    for (int64_t j = 0; j < columns; j++) {
      for (int64_t i = 0; i < rows; i++) {
        *into++ = from[i * columns + j];
      }
    }
    from += rows * columns;
  }
}

// Of matrices whose rows begin a stride apart.
EXPORTED(void, copy_rows)(const float *from, int64_t from_stride, float *into, int64_t into_stride, int64_t n,
                          int64_t columns) {
  for (int64_t r = 0; r < n; r++) {
    memcpy(into + r * into_stride, from + r * from_stride, columns * sizeof *into);
  }
}

// --- Batch normalization: what belongs to a column is float64 ------------------------------------

// Some columns' numbers, rounded.
static void narrow(const double *of_columns, int64_t width, float *into) {
  for (int64_t c = 0; c < width; c++) {
    into[c] = (float)of_columns[c];
  }
}

EXPORTED(void, moments)(const float *x, int64_t n, int64_t columns, double *mean, double *variance) {
  for (int64_t first = 0; first < columns; first += COLUMNS) {
    int64_t width = width_from(first, columns);
    double sums[COLUMNS];
    float center[COLUMNS];
    sum_columns(x + first, n, columns, width, 0, sums);
    for (int64_t c = 0; c < width; c++) {
      mean[first + c] = sums[c] / n;
    }
    narrow(mean + first, width, center);
    sum_columns(x + first, n, columns, width, center, sums);
    for (int64_t c = 0; c < width; c++) {
      variance[first + c] = sums[c] / n;
    }
  }
}

// y = (x - mean) * scale + shift; y may be x.
EXPORTED(void, normalize)(const float *x, float *y, int64_t n, int64_t columns, const double *mean,
                          const double *scale, const double *shift) {
  for (int64_t first = 0; first < columns; first += COLUMNS) {
    int64_t width = width_from(first, columns);
    float m[COLUMNS], a[COLUMNS], b[COLUMNS];
    narrow(mean + first, width, m);
    narrow(scale + first, width, a);
    narrow(shift + first, width, b);
    for (int64_t r = 0; r < n; r++) {
      const float *from = x + r * columns + first;
      float *into = y + r * columns + first;
      for (int64_t c = 0; c < width; c++) {
        into[c] = (from[c] - m[c]) * a[c] + b[c];
      }
    }
  }
}

// Sums of dy, and of dy * (x - mean).
EXPORTED(void, gradient_sums)(const float *dy, const float *x, int64_t n, int64_t columns,
                              const double *mean, double *sums, double *products) {
  for (int64_t first = 0; first < columns; first += COLUMNS) {
    int64_t width = width_from(first, columns);
    double of_gradients[COLUMNS] = {0};
    double of_products[COLUMNS] = {0};
    float m[COLUMNS];
    narrow(mean + first, width, m);
    for (int64_t begin = 0; begin < n; begin += ROWS) {
      int64_t end = begin + ROWS < n ? begin + ROWS : n;
      float gradients[COLUMNS] = {0};
      float parts[COLUMNS] = {0};
      for (int64_t r = begin; r < end; r++) {
        const float *g = dy + r * columns + first;
        const float *row = x + r * columns + first;
        for (int64_t c = 0; c < width; c++) {
          gradients[c] += g[c];
          parts[c] += g[c] * (row[c] - m[c]);
        }
      }
      for (int64_t c = 0; c < width; c++) {
        of_gradients[c] += gradients[c];
        of_products[c] += parts[c];
      }
    }
    memcpy(sums + first, of_gradients, width * sizeof *sums);
    memcpy(products + first, of_products, width * sizeof *products);
  }
}

// dx = dy * scale + ((x - mean) * slope + shift); dx may be dy.
EXPORTED(void, input_gradient)(const float *dy, const float *x, float *dx, int64_t n, int64_t columns,
                               const double *mean, const double *scale, const double *slope,
                               const double *shift) {
  for (int64_t first = 0; first < columns; first += COLUMNS) {
    int64_t width = width_from(first, columns);
    float m[COLUMNS], a[COLUMNS], s[COLUMNS], b[COLUMNS];
    narrow(mean + first, width, m);
    narrow(scale + first, width, a);
    narrow(slope + first, width, s);
    narrow(shift + first, width, b);
    for (int64_t r = 0; r < n; r++) {
      const float *g = dy + r * columns + first;
      const float *row = x + r * columns + first;
      float *into = dx + r * columns + first;
      for (int64_t c = 0; c < width; c++) {
        into[c] = g[c] * a[c] + ((row[c] - m[c]) * s[c] + b[c]);
      }
    }
  }
}
