// The pixels under each window, channel by channel. What lies outside of the image does not count.
#pragma once

#include "elements.cuh"
#include "windows.cuh"

namespace gradwire {

// A channel of a pixel of an image, by its index in [count, height, width, channels].
struct Place {
  int channel;
  Pixel pixel;

  __device__ __forceinline__ Place(long long index, Size size, int channels)
      : channel(static_cast<int>(index % channels)),
        pixel(static_cast<int>(index / channels), size) {}
};

// Calls visit(index of the element, its pixel's number within the image, the kernel's place over it)
// for all that a window's pixels have of a channel, row by row.
template <typename Visit>
__device__ __forceinline__ void underWindow(const Window& window, Place out, const Visit& visit) {
  const long long image = static_cast<long long>(out.pixel.image) * window.input.height;
#pragma unroll 1
  for (int k = 0; k < window.kernel.height; k++) {
#pragma unroll 1
    for (int j = 0; j < window.kernel.width; j++) {
      const int row =
          out.pixel.row * window.stride.height - window.padding.height + k * window.dilation.height;
      const int column =
          out.pixel.column * window.stride.width - window.padding.width + j * window.dilation.width;
      if (window.isInside(row, column)) {
        visit(((image + row) * window.input.width + column) * window.channels + out.channel,
              row * window.input.width + column, k * window.kernel.width + j);
      }
    }
  }
}

// Calls visit(index of the element, the window's row and column, the kernel's place over the pixel)
// for all windows that lie over a pixel, first to last.
template <typename Visit>
__device__ __forceinline__ void overPixel(const Window& window, Place in, const Visit& visit) {
  const long long image = static_cast<long long>(in.pixel.image) * window.output.height;
#pragma unroll 1
  for (int k = window.kernel.height - 1; k >= 0; k--) {
    const int row = window.windowRow(in.pixel.row, k);
#pragma unroll 1
    for (int j = window.kernel.width - 1; row >= 0 && j >= 0; j--) {
      const int column = window.windowColumn(in.pixel.column, j);
      if (column >= 0) {
        visit(((image + row) * window.output.width + column) * window.channels + in.channel, row,
              column, k * window.kernel.width + j);
      }
    }
  }
}

// What a window's sum is multiplied by.
struct PoolFactor {
  int divisor;

  __device__ __forceinline__ float of(const Window& window, int windowRow, int windowColumn) const {
    switch (divisor) {
      case 0: return 1.0f / static_cast<float>(window.kernel.height * window.kernel.width);
      case 1:
        return 1.0f /
               static_cast<float>(
                   covered(windowRow * window.stride.height - window.padding.height,
                           window.dilation.height, window.kernel.height, window.input.height) *
                   covered(windowColumn * window.stride.width - window.padding.width,
                           window.dilation.width, window.kernel.width, window.input.width));
      default: return 1.0f;
    }
  }

  // How many of the kernel's places from `first` on lie within the image.
  static __device__ __forceinline__ int covered(int first, int dilation, int kernel, int length) {
    const int before = first < 0 ? (-first + dilation - 1) / dilation : 0;
    const int inside = first < length ? (length - 1 - first) / dilation + 1 : 0;
    const int end = inside < kernel ? inside : kernel;
    return end > before ? end - before : 1;
  }
};

}  // namespace gradwire

extern "C" {

// The largest, and which of the image's pixels it is: the first that is as large.
__global__ void max_pool(const float* x, float* y, int* chosen, long long length,
                         const __grid_constant__ gradwire::Window window) {
  gradwire::forEach(length, [&](long long i) {
    float largest = __uint_as_float(0xff800000u);
    int place = -1;
    gradwire::underWindow(window, gradwire::Place(i, window.output, window.channels),
                          [&](long long at, int pixel, int) {
                            if (place < 0 || x[at] > largest) {
                              largest = x[at];
                              place = pixel;
                            }
                          });
    y[i] = largest;
    chosen[i] = place;
  });
}

// dx of `length` elements.
__global__ void max_pool_gradient(const float* dy, const int* chosen, float* dx, long long length,
                                  const __grid_constant__ gradwire::Window window) {
  gradwire::forEach(length, [&](long long i) {
    const gradwire::Place in(i, window.input, window.channels);
    const int pixel = in.pixel.row * window.input.width + in.pixel.column;
    float sum = 0.0f;
    gradwire::overPixel(window, in, [&](long long at, int, int, int) {
      sum = chosen[at] == pixel ? sum + dy[at] : sum;
    });
    dx[i] = sum;
  });
}

// The mean; divisor 0: of the kernel's area, 1: of what lies in the image, 2: the sum instead.
__global__ void average_pool(const float* x, float* y, long long length,
                             const __grid_constant__ gradwire::Window window, int divisor) {
  gradwire::forEach(length, [&](long long i) {
    const gradwire::Place out(i, window.output, window.channels);
    float sum = 0.0f;
    gradwire::underWindow(window, out, [&](long long at, int, int) { sum = sum + x[at]; });
    y[i] = sum * gradwire::PoolFactor{divisor}.of(window, out.pixel.row, out.pixel.column);
  });
}

// dx of `length` elements.
__global__ void average_pool_gradient(const float* dy, float* dx, long long length,
                                      const __grid_constant__ gradwire::Window window,
                                      int divisor) {
  gradwire::forEach(length, [&](long long i) {
    float sum = 0.0f;
    gradwire::overPixel(window, gradwire::Place(i, window.input, window.channels),
                        [&](long long at, int row, int column, int) {
                          sum = sum + dy[at] * gradwire::PoolFactor{divisor}.of(window, row, column);
                        });
    dx[i] = sum;
  });
}

}  // extern "C"
