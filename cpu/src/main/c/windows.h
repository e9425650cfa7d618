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

// What a window covers of an image: of the kernel, rows [row, end_row), columns [column, end_column); and where the
// kernel's pixel (k, j) lies in the image, in floats: first + k * row_floats + j * column_floats.
struct cover {
  int row, end_row, column, end_column;
  int64_t first, row_floats, column_floats;
};

static inline struct cover cover(const struct window *w, int out_row, int out) {
  struct cover is = {.end_row = w->kernel.height};
  columns_inside(w, out, &is.column, &is.end_column);
  while (is.end_row > 0 && row_of(w, out_row, is.end_row - 1) >= w->input.height) {
    is.end_row--;
  }
  while (is.row < is.end_row && row_of(w, out_row, is.row) < 0) {
    is.row++;
  }
  is.first = (row_of(w, out_row, 0) * w->input.width + column_of(w, out, 0)) * w->channels;
  is.row_floats = (int64_t)w->dilation.height * w->input.width * w->channels;
  is.column_floats = (int64_t)w->dilation.width * w->channels;
  return is;
}

static inline int64_t pixel(struct cover is, int k, int j) {
  return is.first + k * is.row_floats + j * is.column_floats;
}

// Adds a window's row, [kernel height, kernel width, channels], to the pixels under it; windows of an image are numbered
// row by row.
static inline void add_window(const struct window *w, int64_t number, const float *row, float *image) {
  int64_t channels = w->channels;
  int out = (int)(number % w->output.width);
  int first, end;
  columns_inside(w, out, &first, &end);
  for (int k = 0; k < w->kernel.height; k++, row += w->kernel.width * channels) {
    int64_t image_row = row_of(w, (int)(number / w->output.width), k);
    if (!row_is_inside(w, image_row)) {
      continue;
    }
    for (int j = first; j < end;) {
      int count = w->dilation.width == 1 ? end - first : 1;
      float *into = image + (image_row * w->input.width + column_of(w, out, j)) * channels;
      const float *from = row + j * channels;
      for (int64_t c = 0; c < count * channels; c++) {
        into[c] += from[c];
      }
      j += count;
    }
  }
}
