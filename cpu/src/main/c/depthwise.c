// A convolution of every channel by itself: of `multiplier` filters each, side by side in the result. Weights are
// [kernel height, kernel width, channels, multiplier].

#include <string.h>

#include "windows.h"

// y += x * weights of one pixel.
INLINE void add_products(const float *restrict x, const float *restrict weights, int64_t channels,
                         int64_t multiplier, float *restrict y) {
  if (multiplier == 1) {
    for (int64_t c = 0; c < channels; c++) {
      y[c] += x[c] * weights[c];
    }
  } else {
    for (int64_t c = 0; c < channels; c++) {
      for (int64_t m = 0; m < multiplier; m++) {
        y[c * multiplier + m] += x[c] * weights[c * multiplier + m];
      }
    }
  }
}

// dx += the sums of dy * weights of one pixel.
INLINE void add_back(const float *restrict dy, const float *restrict weights, int64_t channels,
                     int64_t multiplier, float *restrict dx) {
  if (multiplier == 1) {
    for (int64_t c = 0; c < channels; c++) {
      dx[c] += dy[c] * weights[c];
    }
  } else {
    for (int64_t c = 0; c < channels; c++) {
      float sum = 0;
      for (int64_t m = 0; m < multiplier; m++) {
        sum += dy[c * multiplier + m] * weights[c * multiplier + m];
      }
      dx[c] += sum;
    }
  }
}

// sums += dy * x of one pixel.
INLINE void add_outer(const float *restrict dy, const float *restrict x, int64_t channels, int64_t multiplier,
                      double *restrict sums) {
  if (multiplier == 1) {
    for (int64_t c = 0; c < channels; c++) {
      sums[c] += dy[c] * x[c];
    }
  } else {
    for (int64_t c = 0; c < channels; c++) {
      for (int64_t m = 0; m < multiplier; m++) {
        sums[c * multiplier + m] += dy[c * multiplier + m] * x[c];
      }
    }
  }
}

EXPORTED(void, depthwise)(const struct window *w, const float *images, int64_t n, int64_t multiplier,
                          const float *weights, float *y) {
  int64_t filters = w->channels * multiplier;
  for (int64_t i = 0; i < n; i++, images += image_floats(w)) {
    for (int out_row = 0; out_row < w->output.height; out_row++) {
      for (int out = 0; out < w->output.width; out++, y += filters) {
        struct cover is = cover(w, out_row, out);
        memset(y, 0, filters * sizeof *y);
        for (int k = is.row; k < is.end_row; k++) {
          for (int j = is.column; j < is.end_column; j++) {
            const float *own = weights + (k * w->kernel.width + j) * filters;
            add_products(images + pixel(is, k, j), own, w->channels, multiplier, y);
          }
        }
      }
    }
  }
}

EXPORTED(void, depthwise_image_gradient)(const struct window *w, const float *dy, int64_t n,
                                         int64_t multiplier, const float *weights,
                                         float *image_gradient) {
  int64_t filters = w->channels * multiplier;
  for (int64_t i = 0; i < n; i++, image_gradient += image_floats(w)) {
    memset(image_gradient, 0, image_floats(w) * sizeof *image_gradient);
    for (int out_row = 0; out_row < w->output.height; out_row++) {
      for (int out = 0; out < w->output.width; out++, dy += filters) {
        struct cover is = cover(w, out_row, out);
        for (int k = is.row; k < is.end_row; k++) {
          for (int j = is.column; j < is.end_column; j++) {
            const float *own = weights + (k * w->kernel.width + j) * filters;
            add_back(dy, own, w->channels, multiplier, image_gradient + pixel(is, k, j));
          }
        }
      }
    }
  }
}

// sums: [kernel height, kernel width, channels, multiplier], written.
EXPORTED(void, depthwise_weights_gradient)(const struct window *w, const float *images, const float *dy,
                                           int64_t n, int64_t multiplier, double *sums) {
  int64_t filters = w->channels * multiplier;
  memset(sums, 0, area(w->kernel) * filters * sizeof *sums);
  for (int64_t i = 0; i < n; i++, images += image_floats(w)) {
    for (int out_row = 0; out_row < w->output.height; out_row++) {
      for (int out = 0; out < w->output.width; out++, dy += filters) {
        struct cover is = cover(w, out_row, out);
        for (int k = is.row; k < is.end_row; k++) {
          for (int j = is.column; j < is.end_column; j++) {
            double *own = sums + (k * w->kernel.width + j) * filters;
            add_outer(dy, images + pixel(is, k, j), w->channels, multiplier, own);
          }
        }
      }
    }
  }
}
