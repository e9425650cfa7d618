// Convolutions as products of matrices whose elements are read where they lie.
//
// Images are x [count, height, width, channels], results y [count, windows, filters]. A window's
// elements go by kernel row, kernel column, channel: [places, channels].
#pragma once

#include "product.cuh"
#include "windows.cuh"

namespace gradwire {

// How far apart a weight's neighbours are, by filter, channel, place.
struct FilterOrder {
  int filter;
  int channel;
  int place;
};

struct Filters {
  const float* from;
  FilterOrder apart;
  int channels;
};

// The rows of a product: windows; k: their elements.
struct WindowLines {
  static constexpr bool ALONG_K = true;

  struct Line {
    const float* image;
    int row;
    int column;
  };

  const float* images;
  const Window& window;

  __device__ __forceinline__ Line line(int i) const {
    const Pixel out(i, window.output);
    return {images + static_cast<long long>(out.image) * window.input.height *
                         window.input.width * window.channels,
            out.row * window.stride.height - window.padding.height,
            out.column * window.stride.width - window.padding.width};
  }

  __device__ __forceinline__ float at(Line line, int k) const {
    const int place = k / window.channels;
    const int row = line.row + place / window.kernel.width * window.dilation.height;
    const int column = line.column + place % window.kernel.width * window.dilation.width;
    return window.isInside(row, column)
               ? line.image[(row * window.input.width + column) * window.channels +
                            k % window.channels]
               : 0.0f;
  }
};

// The columns of a product: a window's elements; k: windows.
struct ElementLines {
  static constexpr bool ALONG_K = false;

  struct Line {
    int row;
    int column;
    int channel;
  };

  WindowLines windows;

  __device__ __forceinline__ Line line(int i) const {
    const Window& window = windows.window;
    const int place = i / window.channels;
    return {place / window.kernel.width * window.dilation.height,
            place % window.kernel.width * window.dilation.width, i % window.channels};
  }

  __device__ __forceinline__ float at(Line line, int k) const {
    const Window& window = windows.window;
    const WindowLines::Line of = windows.line(k);
    const int row = of.row + line.row;
    const int column = of.column + line.column;
    return window.isInside(row, column)
               ? of.image[(row * window.input.width + column) * window.channels + line.channel]
               : 0.0f;
  }
};

// The columns of a product: filters; k: a window's elements.
struct FilterLines {
  static constexpr bool ALONG_K = true;
  using Line = const float*;

  Filters filters;

  __device__ __forceinline__ Line line(int i) const {
    return filters.from + static_cast<long long>(i) * filters.apart.filter;
  }

  __device__ __forceinline__ float at(Line line, int k) const {
    return line[k % filters.channels * filters.apart.channel +
                k / filters.channels * filters.apart.place];
  }
};

// The rows of a product: pixels of the images; k: [places, filters] of the windows over them.
struct GradientLines {
  static constexpr bool ALONG_K = true;

  struct Line {
    const float* image;
    int row;
    int column;
  };

  const float* dz;
  const Window& window;
  int numFilters;

  __device__ __forceinline__ Line line(int i) const {
    const Pixel at(i, window.input);
    return {dz + static_cast<long long>(at.image) * window.output.height * window.output.width *
                     numFilters,
            at.row, at.column};
  }

  __device__ __forceinline__ float at(Line line, int k) const {
    const int place = k / numFilters;
    const int row = window.windowRow(line.row, place / window.kernel.width);
    const int column = window.windowColumn(line.column, place % window.kernel.width);
    return row >= 0 && column >= 0
               ? line.image[(row * window.output.width + column) * numFilters + k % numFilters]
               : 0.0f;
  }
};

// The columns of a product: channels; k: [places, filters].
struct ChannelLines {
  static constexpr bool ALONG_K = false;
  using Line = const float*;

  Filters filters;
  int numFilters;

  __device__ __forceinline__ Line line(int i) const {
    return filters.from + static_cast<long long>(i) * filters.apart.channel;
  }

  __device__ __forceinline__ float at(Line line, int k) const {
    return line[k % numFilters * filters.apart.filter + k / numFilters * filters.apart.place];
  }
};

// Rows are filters, columns a window's elements.
struct FilterRows {
  float* to;
  FilterOrder apart;
  int channels;

  __device__ __forceinline__ void store(int row, int column, float sum) const {
    to[static_cast<long long>(row) * apart.filter + column % channels * apart.channel +
       column / channels * apart.place] = sum;
  }
};

}  // namespace gradwire

extern "C" {

// y = f(windows W + b): rows are windows, columns filters.
__global__ void __launch_bounds__(256)
    convolution_forward(const float* x, const float* weights, const float* bias, float* y,
                        float* partSums, const __grid_constant__ gradwire::ProductSizes sizes,
                        const __grid_constant__ gradwire::Window window,
                        const __grid_constant__ gradwire::FilterOrder apart, int activation) {
  gradwire::product(gradwire::WindowLines{x, window},
                    gradwire::FilterLines{{weights, apart, window.channels}},
                    gradwire::Rows{y, bias, sizes.columns, activation}, partSums, sizes);
}

// The gradient of x: rows are its pixels, columns channels, depth [places, filters].
__global__ void __launch_bounds__(256)
    convolution_input_gradient(const float* dz, const float* weights, float* dx, float* partSums,
                               const __grid_constant__ gradwire::ProductSizes sizes,
                               const __grid_constant__ gradwire::Window window,
                               const __grid_constant__ gradwire::FilterOrder apart,
                               int numFilters) {
  gradwire::product(gradwire::GradientLines{dz, window, numFilters},
                    gradwire::ChannelLines{{weights, apart, window.channels}, numFilters},
                    gradwire::Rows{dx, nullptr, sizes.columns, gradwire::IDENTITY}, partSums,
                    sizes);
}

// The gradient of W: rows are filters, columns a window's elements, depth windows.
__global__ void __launch_bounds__(256)
    convolution_weights_gradient(const float* dz, const float* x, float* dw, float* partSums,
                                 const __grid_constant__ gradwire::ProductSizes sizes,
                                 const __grid_constant__ gradwire::Window window,
                                 const __grid_constant__ gradwire::FilterOrder apart) {
  gradwire::product(gradwire::Lines<false>{dz, sizes.rows},
                    gradwire::ElementLines{{x, window}},
                    gradwire::FilterRows{dw, apart, window.channels}, partSums, sizes);
}

// What remains of the last where it was cut into parts.
__global__ void sum_filter_parts(const float* partSums, float* dw,
                                 const __grid_constant__ gradwire::ProductSizes sizes,
                                 const __grid_constant__ gradwire::FilterOrder apart,
                                 int channels) {
  gradwire::sumParts(gradwire::FilterRows{dw, apart, channels}, partSums, sizes);
}

}  // extern "C"
