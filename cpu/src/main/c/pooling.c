// The pixels under each window, channel by channel. What lies outside of the image does not count.

#include <string.h>

#include "windows.h"

// Channels at a time: what is known of them stays in the first-level cache.
#define CHANNELS 128

// What a window covers of an image: rows [row, end_row), columns [column, end_column) of the kernel.
struct cover {
  int row, end_row, column, end_column;
};

static struct cover cover(const struct window *w, int out_row, int out) {
  struct cover is = {0, w->kernel.height, 0, 0};
  columns_inside(w, out, &is.column, &is.end_column);
  while (is.end_row > 0 && row_of(w, out_row, is.end_row - 1) >= w->input.height) {
    is.end_row--;
  }
  while (is.row < is.end_row && row_of(w, out_row, is.row) < 0) {
    is.row++;
  }
  return is;
}

static inline int64_t pixel(const struct window *w, int out_row, int out, int k, int j) {
  return (row_of(w, out_row, k) * w->input.width + column_of(w, out, j)) * w->channels;
}

EXPORTED(void, max_pool)(const struct window *w, const float *images, int64_t n, float *pooled) {
  int64_t channels = w->channels;
  for (int64_t i = 0; i < n; i++, images += image_floats(w)) {
    for (int out_row = 0; out_row < w->output.height; out_row++) {
      for (int out = 0; out < w->output.width; out++, pooled += channels) {
        struct cover is = cover(w, out_row, out);
        memcpy(pooled, images + pixel(w, out_row, out, is.row, is.column), channels * sizeof *pooled);
        for (int k = is.row; k < is.end_row; k++) {
          for (int j = is.column; j < is.end_column; j++) {
            const float *from = images + pixel(w, out_row, out, k, j);
            for (int64_t c = 0; c < channels; c++) {
              pooled[c] = from[c] > pooled[c] ? from[c] : pooled[c];
            }
          }
        }
      }
    }
  }
}

// The gradient goes to the first pixel that is as large as the result, row by row.
EXPORTED(void, max_pool_gradient)(const struct window *w, const float *images, int64_t n,
                                  const float *pooled, const float *gradient, float *image_gradient) {
  int64_t channels = w->channels;
  for (int64_t i = 0; i < n; i++, images += image_floats(w), image_gradient += image_floats(w)) {
    memset(image_gradient, 0, image_floats(w) * sizeof *image_gradient);
    for (int out_row = 0; out_row < w->output.height; out_row++) {
      for (int out = 0; out < w->output.width; out++, pooled += channels, gradient += channels) {
        struct cover is = cover(w, out_row, out);
        for (int64_t first = 0; first < channels; first += CHANNELS) {
          int64_t count = channels - first < CHANNELS ? channels - first : CHANNELS;
          float left[CHANNELS];
          memcpy(left, gradient + first, count * sizeof *left);
          for (int k = is.row; k < is.end_row; k++) {
            for (int j = is.column; j < is.end_column; j++) {
              int64_t at = pixel(w, out_row, out, k, j) + first;
              const float *from = images + at;
              const float *largest = pooled + first;
              float *into = image_gradient + at;
              for (int64_t c = 0; c < count; c++) {
                into[c] += from[c] == largest[c] ? left[c] : 0;
                left[c] = from[c] == largest[c] ? 0 : left[c];
              }
            }
          }
        }
      }
    }
  }
}

// factors[covered]: of the sum of so many pixels.
EXPORTED(void, average_pool)(const struct window *w, const float *images, int64_t n,
                             const float *factors, float *pooled) {
  int64_t channels = w->channels;
  for (int64_t i = 0; i < n; i++, images += image_floats(w)) {
    for (int out_row = 0; out_row < w->output.height; out_row++) {
      for (int out = 0; out < w->output.width; out++, pooled += channels) {
        struct cover is = cover(w, out_row, out);
        float factor = factors[(is.end_row - is.row) * (is.end_column - is.column)];
        memset(pooled, 0, channels * sizeof *pooled);
        for (int k = is.row; k < is.end_row; k++) {
          for (int j = is.column; j < is.end_column; j++) {
            const float *from = images + pixel(w, out_row, out, k, j);
            for (int64_t c = 0; c < channels; c++) {
              pooled[c] += from[c];
            }
          }
        }
        for (int64_t c = 0; c < channels; c++) {
          pooled[c] *= factor;
        }
      }
    }
  }
}

EXPORTED(void, average_pool_gradient)(const struct window *w, const float *gradient, int64_t n,
                                      const float *factors, float *image_gradient) {
  int64_t channels = w->channels;
  for (int64_t i = 0; i < n; i++, image_gradient += image_floats(w)) {
    memset(image_gradient, 0, image_floats(w) * sizeof *image_gradient);
    for (int out_row = 0; out_row < w->output.height; out_row++) {
      for (int out = 0; out < w->output.width; out++, gradient += channels) {
        struct cover is = cover(w, out_row, out);
        float factor = factors[(is.end_row - is.row) * (is.end_column - is.column)];
        for (int k = is.row; k < is.end_row; k++) {
          for (int j = is.column; j < is.end_column; j++) {
            float *into = image_gradient + pixel(w, out_row, out, k, j);
            for (int64_t c = 0; c < channels; c++) {
              into[c] += gradient[c] * factor;
            }
          }
        }
      }
    }
  }
}
