// Every row of a matrix brought to mean 0 and deviation 1, then scaled and shifted column by column. What belongs to a
// row or to a column's sum is float64.

#include <string.h>

#include "gradwire.h"

// y = (x - mean) * inverse * gain + bias. means, inverses [n]: of the rows, written; the inverse of a deviation of 0
// is 0.
EXPORTED(void, layer_norm)(const float *x, float *y, int64_t n, int64_t columns, const float *gain,
                           const float *bias, double *means, double *inverses) {
  for (int64_t r = 0; r < n; r++, x += columns, y += columns) {
    double sum = 0;
    for (int64_t c = 0; c < columns; c++) {
      sum += x[c];
    }
    double mean = sum / columns;
    double squares = 0;
    for (int64_t c = 0; c < columns; c++) {
      double distance = x[c] - mean;
      squares += distance * distance;
    }
    double inverse = squares > 0 ? 1 / __builtin_sqrt(squares / columns) : 0;
    for (int64_t c = 0; c < columns; c++) {
      y[c] = (float)((x[c] - mean) * inverse * gain[c] + (bias ? bias[c] : 0));
    }
    means[r] = mean;
    inverses[r] = inverse;
  }
}

// gains [columns]: the gradient of the gain, written. dx may be null.
EXPORTED(void, layer_norm_gradient)(const float *dy, const float *x, float *dx, int64_t n, int64_t columns,
                                    const float *gain, const double *means, const double *inverses,
                                    double *gains) {
  memset(gains, 0, columns * sizeof *gains);
  for (int64_t r = 0; r < n; r++, x += columns, dy += columns) {
    double mean = 0;
    double slope = 0;
    for (int64_t c = 0; c < columns; c++) {
      double normal = (x[c] - means[r]) * inverses[r];
      gains[c] += dy[c] * normal;
      mean += dy[c] * gain[c];
      slope += dy[c] * gain[c] * normal;
    }
    if (dx) {
      for (int64_t c = 0; c < columns; c++) {
        double normal = (x[c] - means[r]) * inverses[r];
        dx[c] = (float)(inverses[r] * (dy[c] * gain[c] - mean / columns - normal * slope / columns));
      }
      dx += columns;
    }
  }
}
