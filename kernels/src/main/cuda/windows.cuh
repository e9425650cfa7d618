// How a kernel goes over images [count, height, width, channels]; lengths in pixels.
#pragma once

namespace gradwire {

struct Size {
  int height;
  int width;
};

struct Window {
  Size input;
  Size kernel;
  Size stride;
  Size padding;
  Size dilation;
  Size output;
  int channels;

  __device__ __forceinline__ bool isInside(int row, int column) const {
    return row >= 0 && row < input.height && column >= 0 && column < input.width;
  }

  // The number of the window that has its kernel's place `k` at `at`, or -1.
  static __device__ __forceinline__ int over(int at, int k, int stride, int padding, int dilation,
                                             int count) {
    const int first = at + padding - k * dilation;
    return first >= 0 && first % stride == 0 && first / stride < count ? first / stride : -1;
  }

  __device__ __forceinline__ int windowRow(int row, int k) const {
    return over(row, k, stride.height, padding.height, dilation.height, output.height);
  }

  __device__ __forceinline__ int windowColumn(int column, int k) const {
    return over(column, k, stride.width, padding.width, dilation.width, output.width);
  }
};

// A pixel of one of several images.
struct Pixel {
  int image;
  int row;
  int column;

  __device__ __forceinline__ Pixel(int index, Size size) {
    column = index % size.width;
    const int line = index / size.width;
    row = line % size.height;
    image = line / size.height;
  }

  __device__ __forceinline__ long long in(Size size) const {
    return (static_cast<long long>(image) * size.height + row) * size.width + column;
  }
};

}  // namespace gradwire
