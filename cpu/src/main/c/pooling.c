// The pixels under each window, channel by channel. What lies outside of the image does not count.

#include <string.h>

#include "lanes.h"
#include "windows.h"

// Of a vector of channels, or of its first few.
INLINE lanes load(const float *from, int whole, first_lanes rest) {
  return whole ? LOAD(from) : LOAD_FIRST(from, rest);
}

INLINE void store(float *into, int whole, first_lanes rest, lanes v) {
  if (whole) {
    STORE(into, v);
  } else {
    STORE_FIRST(into, rest, v);
  }
}

INLINE lanes largest_of(const float *image, struct cover is, int whole, first_lanes rest) {
  lanes largest = load(image + pixel(is, is.row, is.column), whole, rest);
  for (int k = is.row; k < is.end_row; k++) {
    for (int j = is.column; j < is.end_column; j++) {
      largest = LARGER(load(image + pixel(is, k, j), whole, rest), largest);
    }
  }
  return largest;
}

EXPORTED(void, max_pool)(const struct window *w, const float *images, int64_t n, float *pooled) {
  int64_t channels = w->channels;
  int64_t whole = channels / LANES * LANES;
  first_lanes rest = first(channels - whole);
  for (int64_t i = 0; i < n; i++, images += image_floats(w)) {
    for (int out_row = 0; out_row < w->output.height; out_row++) {
      for (int out = 0; out < w->output.width; out++, pooled += channels) {
        struct cover is = cover(w, out_row, out);
        for (int64_t c = 0; c < whole; c += LANES) {
          STORE(pooled + c, largest_of(images + c, is, 1, rest));
        }
        if (whole < channels) {
          STORE_FIRST(pooled + whole, rest, largest_of(images + whole, is, 0, rest));
        }
      }
    }
  }
}

// Whether every pixel lies in one window and no other.
static int tiles(const struct window *w) {
  return w->kernel.height == w->stride.height && w->kernel.width == w->stride.width &&
         w->padding.height == 0 && w->padding.width == 0 && w->dilation.height == 1 &&
         w->dilation.width == 1 && w->output.height * w->kernel.height == w->input.height &&
         w->output.width * w->kernel.width == w->input.width;
}

// The gradient goes to the first pixel that is as large as the result, row by row.
INLINE void give(const float *image, struct cover is, lanes largest, lanes gradient, float *into,
                 int adds, int whole, first_lanes rest) {
  lanes left = gradient;
  for (int k = is.row; k < is.end_row; k++) {
    for (int j = is.column; j < is.end_column; j++) {
      int64_t at = pixel(is, k, j);
      lanes value = load(image + at, whole, rest);
      lanes share = WHERE_EQUAL(value, largest, left);
      if (adds) {
        share += load(into + at, whole, rest);
      }
      store(into + at, whole, rest, share);
      left = WHERE_NOT_EQUAL(value, largest, left);
    }
  }
}

EXPORTED(void, max_pool_gradient)(const struct window *w, const float *images, int64_t n,
                                  const float *pooled, const float *gradient, float *image_gradient) {
  int adds = !tiles(w);
  int64_t channels = w->channels;
  int64_t whole = channels / LANES * LANES;
  first_lanes rest = first(channels - whole);
  for (int64_t i = 0; i < n; i++, images += image_floats(w), image_gradient += image_floats(w)) {
    if (adds) {
      memset(image_gradient, 0, image_floats(w) * sizeof *image_gradient);
    }
    for (int out_row = 0; out_row < w->output.height; out_row++) {
      for (int out = 0; out < w->output.width; out++, pooled += channels, gradient += channels) {
        struct cover is = cover(w, out_row, out);
        for (int64_t c = 0; c < whole; c += LANES) {
          give(images + c, is, LOAD(pooled + c), LOAD(gradient + c), image_gradient + c, adds, 1, rest);
        }
        if (whole < channels) {
          give(images + whole, is, LOAD_FIRST(pooled + whole, rest), LOAD_FIRST(gradient + whole, rest),
               image_gradient + whole, adds, 0, rest);
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
            const float *from = images + pixel(is, k, j);
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
            float *into = image_gradient + pixel(is, k, j);
            for (int64_t c = 0; c < channels; c++) {
              into[c] += gradient[c] * factor;
            }
          }
        }
      }
    }
  }
}
