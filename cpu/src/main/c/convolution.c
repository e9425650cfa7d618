// A convolution, and its weights' gradient, that read windows where they lie in the images.
//
// Filters come in panels of three vectors, and of two where these would not come out. A tile of a product is a
// few rows by a panel, so that its sums stay in registers: 4 by 3 vectors or 6 by 2. Where an element lies is the sum
// of two offsets: that of its window and that in the window. Tables of offsets go on to whole tiles by repeating
// their last entry.

#include <string.h>

#include "lanes.h"
#include "windows.h"

#define INLINE static inline __attribute__((always_inline))

// Of a tile of either kind.
#define MOST_ROWS 6
#define MOST_VECTORS 3

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

// sums[r][v] = SUM over s < n of a[rows[r] + steps[s]] * b[s * stride + v], offsets in floats, in the order of s.
INLINE void multiply(const int height, const int width, const float *a, const int32_t *rows,
                     const int32_t *steps, int64_t n, const float *b, int64_t stride,
                     lanes sums[MOST_ROWS][MOST_VECTORS]) {
  const float *from[MOST_ROWS];
#pragma GCC unroll 6
  for (int r = 0; r < height; r++) {
    from[r] = a + rows[r];
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
    int64_t step = steps[s];
#pragma GCC unroll 6
    for (int r = 0; r < height; r++) {
      lanes x = BROADCAST(from[r][step]);
#pragma GCC unroll 3
      for (int v = 0; v < width; v++) {
        sums[r][v] = FMA(x, column[v], sums[r][v]);
      }
    }
  }
}

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

// One panel from filter `first` on: all windows. Its weights are [elements, width * LANES].
INLINE void forward_panel(const int height, const int width, struct forward by, const float *weights,
                          const float *bias, int64_t first) {
  int64_t count = by.num_filters - first < width * LANES ? by.num_filters - first : width * LANES;
  for (int64_t row = 0; row < by.num_windows; row += height) {
    lanes sums[MOST_ROWS][MOST_VECTORS];
    multiply(height, width, by.images, by.window_offsets + row, by.element_offsets, by.num_elements,
             weights, width * LANES, sums);
#pragma GCC unroll 6
    for (int r = 0; r < height; r++) {
#pragma GCC unroll 3
      for (int v = 0; v < width; v++) {
        sums[r][v] += LOAD(bias + v * LANES);
        if (by.relu) {
          sums[r][v] = LARGER(sums[r][v], BROADCAST(0));
        }
      }
      if (row + r < by.num_windows) {
        float *into = by.y + (row + r) * by.num_filters + first;
        if (count == width * LANES) {
#pragma GCC unroll 3
          for (int v = 0; v < width; v++) {
            STORE(into + v * LANES, sums[r][v]);
          }
        } else {
          float whole[MOST_VECTORS * LANES];
#pragma GCC unroll 3
          for (int v = 0; v < width; v++) {
            STORE(whole + v * LANES, sums[r][v]);
          }
          memcpy(into, whole, count * sizeof *into);
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

INLINE void gradient_panel(const int height, const int width, const float *images,
                           const int32_t *window_offsets, int64_t num_windows,
                           const int32_t *element_offsets, int64_t num_elements, const float *dz,
                           int64_t num_filters, float *packed) {
  for (int64_t row = 0; row < num_elements; row += height) {
    lanes sums[MOST_ROWS][MOST_VECTORS];
    multiply(height, width, images, element_offsets + row, window_offsets, num_windows, dz, num_filters,
             sums);
#pragma GCC unroll 6
    for (int r = 0; r < height; r++) {
      if (row + r < num_elements) {
        float *into = packed + (row + r) * width * LANES;
#pragma GCC unroll 3
        for (int v = 0; v < width; v++) {
          STORE(into + v * LANES, LOAD(into + v * LANES) + sums[r][v]);
        }
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
  int64_t first = 0;
  for (int64_t i = 0; i < p.num_threes; i++, first += 3 * LANES) {
    gradient_panel(4, 3, images, window_offsets, num_windows, element_offsets, num_elements, dz + first,
                   num_filters, packed + first * num_elements);
  }
  for (int64_t i = 0; i < p.num_twos; i++, first += 2 * LANES) {
    gradient_panel(6, 2, images, window_offsets, num_windows, element_offsets, num_elements, dz + first,
                   num_filters, packed + first * num_elements);
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
