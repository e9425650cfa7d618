// How a kernel goes over an image, channels last. As gradwire.kernels.cpu.Window lays it out.
#pragma once

#include "gradwire.h"

struct size {
  int32_t height, width;
};

struct window {
  struct size input, kernel, stride, padding, dilation, output;
  int32_t channels;
};

static inline int64_t area(struct size of) { return (int64_t)of.height * of.width; }

static inline int64_t image_floats(const struct window *w) { return area(w->input) * w->channels; }

static inline int64_t window_floats(const struct window *w) { return area(w->kernel) * w->channels; }

static inline int64_t row_of(const struct window *w, int out, int k) {
  return (int64_t)out * w->stride.height - w->padding.height + (int64_t)k * w->dilation.height;
}

static inline int64_t column_of(const struct window *w, int out, int k) {
  return (int64_t)out * w->stride.width - w->padding.width + (int64_t)k * w->dilation.width;
}

// The kernel's columns [first, end) lie inside of the image; first <= end.
static inline void columns_inside(const struct window *w, int out, int *first, int *end) {
  int k = w->kernel.width;
  while (k > 0 && column_of(w, out, k - 1) >= w->input.width) {
    k--;
  }
  *end = k;
  k = 0;
  while (k < *end && column_of(w, out, k) < 0) {
    k++;
  }
  *first = k;
}

static inline int row_is_inside(const struct window *w, int64_t row) {
  return row >= 0 && row < w->input.height;
}
