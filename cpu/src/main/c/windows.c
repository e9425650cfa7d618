// Windows laid out as the rows of a matrix, and such rows added up to images again.

#include "windows.h"

#include <string.h>

// rows[window] = the image under it, [kernel height, kernel width, channels], zeros outside of the image.
EXPORTED(void, gather)(const struct window *w, const float *images, int64_t n, float *rows) {
  int64_t channels = w->channels;
  int64_t line = w->kernel.width * channels;
  for (int64_t i = 0; i < n; i++, images += image_floats(w)) {
    for (int out_row = 0; out_row < w->output.height; out_row++) {
      for (int out = 0; out < w->output.width; out++) {
        int first, end;
        columns_inside(w, out, &first, &end);
        for (int k = 0; k < w->kernel.height; k++, rows += line) {
          int64_t row = row_of(w, out_row, k);
          if (!row_is_inside(w, row)) {
            memset(rows, 0, line * sizeof *rows);
            continue;
          }
          memset(rows, 0, first * channels * sizeof *rows);
          for (int j = first; j < end;) {
            int count = w->dilation.width == 1 ? end - first : 1;
            const float *from = images + (row * w->input.width + column_of(w, out, j)) * channels;
            float *into = rows + j * channels;
            for (int64_t c = 0; c < count * channels; c++) {
              into[c] = from[c];
            }
            j += count;
          }
          memset(rows + end * channels, 0, (w->kernel.width - end) * channels * sizeof *rows);
        }
      }
    }
  }
}

// The other way round: every pixel becomes the sum of what the rows hold for it, window by window.
EXPORTED(void, scatter)(const struct window *w, const float *rows, int64_t n, float *images) {
  for (int64_t i = 0; i < n; i++, images += image_floats(w)) {
    memset(images, 0, image_floats(w) * sizeof *images);
    for (int64_t window = 0; window < area(w->output); window++, rows += window_floats(w)) {
      add_window(w, window, rows, images);
    }
  }
}
