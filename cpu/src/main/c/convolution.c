// A convolution, and its weights' gradient, that read windows where they lie in the images.
//
// Filters come in panels of three vectors, and of two where these would not come out. Where an element lies is the
// sum of two offsets: that of its window and that in the window. A tile that would go beyond the last row repeats it.

#include <string.h>

#include "product.h"
#include "windows.h"

// Of dz, that are multiplied with all elements before the next: with the images under them, they stay in the
// first-level cache.
#define GROUP_FLOATS 3072

struct panels {
  int64_t num_filters;
  int64_t num_threes, num_twos;
};

static struct panels panels_of(int64_t num_filters) {
  int64_t vectors = (num_filters + LANES - 1) / LANES;
  vectors = vectors < 2 ? 2 : vectors;
  int64_t twos = (3 - vectors % 3) % 3;  // 2 for a rest of 1, 1 for a rest of 2
  return (struct panels){num_filters, (vectors - 2 * twos) / 3, twos};
}

static int64_t padded_filters(struct panels p) { return (3 * p.num_threes + 2 * p.num_twos) * LANES; }

// Floats that a filter takes, with padding, for every element of a window.
EXPORTED(int64_t, padded_filters)(int64_t num_filters) { return padded_filters(panels_of(num_filters)); }

struct forward {
  const float *images;
  const int32_t *window_offsets;
  int64_t num_windows;
  const int32_t *element_offsets;
  int64_t num_elements;
  int64_t num_filters;
  int relu;
  float *y;
};

// The rows of a tile, of which there are `left`, one at least.
INLINE void rows_at(const int height, const float *a, const int32_t *offsets, int64_t left,
                    const float *rows[MOST_ROWS]) {
#pragma GCC unroll 6
  for (int r = 0; r < height; r++) {
    rows[r] = a + offsets[r < left ? r : left - 1];
  }
}

// One panel from `first_filter` on: all windows. Its weights are [elements, width * LANES].
INLINE void forward_panel(const int height, const int width, struct forward by, const float *weights,
                          const float *bias, int64_t first_filter) {
  struct steps steps = {by.element_offsets, 0};
  for (int64_t row = 0; row < by.num_windows; row += height) {
    const float *rows[MOST_ROWS];
    lanes sums[MOST_ROWS][MOST_VECTORS];
    rows_at(height, by.images, by.window_offsets + row, by.num_windows - row, rows);
    multiply(height, width, rows, steps, by.num_elements, weights, width * LANES, sums);
#pragma GCC unroll 6
    for (int r = 0; r < height; r++) {
      if (row + r == by.num_windows) {
        break;
      }
      float *into = by.y + (row + r) * by.num_filters + first_filter;
      int64_t left = by.num_filters - first_filter;
#pragma GCC unroll 3
      for (int v = 0; v < width; v++, left -= LANES) {
        lanes y = sums[r][v] + LOAD(bias + v * LANES);
        y = by.relu ? LARGER(y, BROADCAST(0)) : y;
        if (left >= LANES) {
          STORE(into + v * LANES, y);
        } else if (left > 0) {
          STORE_FIRST(into + v * LANES, first(left), y);
        }
      }
    }
  }
}

// y[window, filter] = SUM over the window's elements + bias, or what of it is above 0.
EXPORTED(void, convolve)(const float *images, const int32_t *window_offsets, int64_t num_windows,
                         const int32_t *element_offsets, int64_t num_elements, const float *packed,
                         const float *bias, int64_t num_filters, int relu, float *y) {
  struct panels p = panels_of(num_filters);
  struct forward by = {images,       window_offsets, num_windows, element_offsets,
                       num_elements, num_filters,    relu,        y};
  int64_t first = 0;
  for (int64_t i = 0; i < p.num_threes; i++, first += 3 * LANES) {
    forward_panel(4, 3, by, packed + first * num_elements, bias + first, first);
  }
  for (int64_t i = 0; i < p.num_twos; i++, first += 2 * LANES) {
    forward_panel(6, 2, by, packed + first * num_elements, bias + first, first);
  }
}

struct gradient {
  const float *images;
  const int32_t *element_offsets;
  int64_t num_elements;
  int64_t num_filters;
};

// One panel: all elements, of some windows.
INLINE void gradient_panel(const int height, const int width, struct gradient by,
                           const int32_t *window_offsets, int64_t num_windows, const float *dz,
                           float *packed) {
  struct steps steps = {window_offsets, 0};
  for (int64_t row = 0; row < by.num_elements; row += height) {
    const float *rows[MOST_ROWS];
    lanes sums[MOST_ROWS][MOST_VECTORS];
    rows_at(height, by.images, by.element_offsets + row, by.num_elements - row, rows);
    multiply(height, width, rows, steps, num_windows, dz, by.num_filters, sums);
#pragma GCC unroll 6
    for (int r = 0; r < height; r++) {
      if (row + r == by.num_elements) {
        break;
      }
      float *into = packed + (row + r) * width * LANES;
#pragma GCC unroll 3
      for (int v = 0; v < width; v++) {
        STORE(into + v * LANES, LOAD(into + v * LANES) + sums[r][v]);
      }
    }
  }
}

// packed[element, filter] += SUM over the windows of their element times dz; by panel, as weights are packed.
// Reads up to a panel beyond the end of dz.
EXPORTED(void, add_weights_gradient)(const float *images, const int32_t *window_offsets,
                                     int64_t num_windows, const int32_t *element_offsets,
                                     int64_t num_elements, const float *dz, int64_t num_filters,
                                     float *packed) {
  struct panels p = panels_of(num_filters);
  struct gradient by = {images, element_offsets, num_elements, num_filters};
  int64_t most = GROUP_FLOATS / num_filters < 16 ? 16 : GROUP_FLOATS / num_filters;
  for (int64_t begin = 0; begin < num_windows; begin += most) {
    int64_t count = num_windows - begin < most ? num_windows - begin : most;
    const float *group = dz + begin * num_filters;
    int64_t filter = 0;
    for (int64_t i = 0; i < p.num_threes; i++, filter += 3 * LANES) {
      gradient_panel(4, 3, by, window_offsets + begin, count, group + filter,
                     packed + filter * num_elements);
    }
    for (int64_t i = 0; i < p.num_twos; i++, filter += 2 * LANES) {
      gradient_panel(6, 2, by, window_offsets + begin, count, group + filter,
                     packed + filter * num_elements);
    }
  }
}

// Where filter `filter` begins in packed memory; *stride: from one element of a window to the next.
static float *filter_in(float *packed, struct panels p, int64_t filter, int64_t num_elements,
                        int64_t *stride) {
  int64_t threes = 3 * LANES * p.num_threes;
  int64_t width = filter < threes ? 3 * LANES : 2 * LANES;
  int64_t begin = filter < threes ? 0 : threes;
  int64_t first = begin + (filter - begin) / width * width;
  *stride = width;
  return packed + first * num_elements + (filter - first);
}

// weights[filter, channel, kernel row, kernel column] to packed[panel][element][filter of it].
EXPORTED(void, pack_filters)(const struct window *w, const float *weights, int64_t num_filters,
                             float *packed) {
  struct panels p = panels_of(num_filters);
  for (int64_t filter = 0; filter < num_filters; filter++) {
    int64_t stride;
    float *into = filter_in(packed, p, filter, window_floats(w), &stride);
    for (int64_t channel = 0; channel < w->channels; channel++) {
      for (int64_t k = 0; k < area(w->kernel); k++) {
        into[(k * w->channels + channel) * stride] = *weights++;
      }
    }
  }
}

// The other way round.
EXPORTED(void, unpack_filters)(const struct window *w, float *packed, int64_t num_filters,
                               float *weights) {
  struct panels p = panels_of(num_filters);
  for (int64_t filter = 0; filter < num_filters; filter++) {
    int64_t stride;
    const float *from = filter_in(packed, p, filter, window_floats(w), &stride);
    for (int64_t channel = 0; channel < w->channels; channel++) {
      for (int64_t k = 0; k < area(w->kernel); k++) {
        *weights++ = from[(k * w->channels + channel) * stride];
      }
    }
  }
}

// Floats of a window's row, with padding, as image_gradient has it.
static int64_t padded_elements(const struct window *w) {
  return (window_floats(w) + 2 * LANES - 1) / (2 * LANES) * 2 * LANES;
}

// Floats of the weights as image_gradient takes them, and of its scratch memory.
EXPORTED(int64_t, row_weights_floats)(const struct window *w, int64_t num_filters) {
  return num_filters * padded_elements(w);
}

EXPORTED(int64_t, row_scratch_floats)(const struct window *w) { return 6 * padded_elements(w); }

// weights[filter, channel, kernel row, kernel column] to rows[filter, element and padding].
EXPORTED(void, pack_rows)(const struct window *w, const float *weights, int64_t num_filters,
                          float *rows) {
  for (int64_t filter = 0; filter < num_filters; filter++, rows += padded_elements(w)) {
    for (int64_t channel = 0; channel < w->channels; channel++) {
      for (int64_t k = 0; k < area(w->kernel); k++) {
        rows[k * w->channels + channel] = *weights++;
      }
    }
  }
}

// Windows' gradients, dz W, six windows at a time, each added to the pixels under it, window by window.
EXPORTED(void, image_gradient)(const struct window *w, const float *dz, int64_t n, const float *weights,
                               int64_t num_filters, float *scratch, float *images) {
  int64_t stride = padded_elements(w);
  int64_t num_windows = area(w->output);
  struct steps steps = {0, 1};
  for (int64_t i = 0; i < n; i++, images += image_floats(w), dz += num_windows * num_filters) {
    memset(images, 0, image_floats(w) * sizeof *images);
    for (int64_t window = 0; window < num_windows; window += 6) {
      const float *rows[MOST_ROWS];
      for (int r = 0; r < 6; r++) {
        int64_t at = window + r < num_windows ? window + r : num_windows - 1;
        rows[r] = dz + at * num_filters;
      }
      for (int64_t element = 0; element < stride; element += 2 * LANES) {
        lanes sums[MOST_ROWS][MOST_VECTORS];
        multiply(6, 2, rows, steps, num_filters, weights + element, stride, sums);
#pragma GCC unroll 6
        for (int r = 0; r < 6; r++) {
          STORE(scratch + r * stride + element, sums[r][0]);
          STORE(scratch + r * stride + element + LANES, sums[r][1]);
        }
      }
      for (int r = 0; r < 6 && window + r < num_windows; r++) {
        add_window(w, window + r, scratch + r * stride, images);
      }
    }
  }
}

// Rows and columns [0, read) of each image into a frame around it, which has zeros elsewhere.
EXPORTED(void, frame)(const struct window *w, const struct size *frame, const struct size *read,
                      const float *images, int64_t n, float *frames) {
  int64_t channels = w->channels;
  for (int64_t i = 0; i < n; i++) {
    float *into = frames + (w->padding.height * (int64_t)frame->width + w->padding.width) * channels;
    for (int64_t row = 0; row < read->height; row++) {
      memcpy(into + row * frame->width * channels, images + row * w->input.width * channels,
             read->width * channels * sizeof *into);
    }
    frames += area(*frame) * channels;
    images += image_floats(w);
  }
}
