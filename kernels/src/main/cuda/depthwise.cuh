// Convolutions of every channel by itself: of `multiplier` filters each, side by side in the result.
//
// Images are x [count, height, width, channels], results y [count, windows, channels, multiplier].
#pragma once

#include "columns.cuh"
#include "convolution.cuh"
#include "pooling.cuh"

namespace gradwire {

// What is summed for the gradient of the weights: rows are windows, columns [places, channels,
// multiplier].
struct DepthwiseTerms {
  static constexpr int COUNT = 1;
  const float* dz;
  WindowLines windows;
  int multiplier;

  __device__ __forceinline__ void at(long long, int row, int column,
                                     float (&numbers)[COUNT]) const {
    const int filters = windows.window.channels * multiplier;
    const float x = windows.at(windows.line(row), column / multiplier);
    numbers[0] = dz[static_cast<long long>(row) * filters + column % filters] * x;
  }
};

}  // namespace gradwire

extern "C" {

// y = f(windows W + b), of `length` elements; a null pointer is no bias.
__global__ void depthwise_forward(const float* x, const float* weights, const float* bias, float* y,
                                  long long length, const __grid_constant__ gradwire::Window window,
                                  const __grid_constant__ gradwire::FilterOrder apart,
                                  int multiplier, int activation) {
  gradwire::forEach(length, [&](long long i) {
    const int filter = static_cast<int>(i % multiplier);
    const gradwire::Place out(i / multiplier, window.output, window.channels);
    const float* const own = weights + filter * apart.filter + out.channel * apart.channel;
    float sum = 0.0f;
    gradwire::underWindow(window, out, [&](long long at, int, int place) {
      sum = fmaf(x[at], own[place * apart.place], sum);
    });
    const float z = bias == nullptr ? sum : sum + bias[out.channel * multiplier + filter];
    y[i] = gradwire::activated(activation, z);
  });
}

// dx of `length` elements.
__global__ void depthwise_input_gradient(const float* dz, const float* weights, float* dx,
                                         long long length,
                                         const __grid_constant__ gradwire::Window window,
                                         const __grid_constant__ gradwire::FilterOrder apart,
                                         int multiplier) {
  gradwire::forEach(length, [&](long long i) {
    const gradwire::Place in(i, window.input, window.channels);
    const float* const own = weights + in.channel * apart.channel;
    float sum = 0.0f;
    gradwire::overPixel(window, in, [&](long long at, int, int, int place) {
#pragma unroll 1
      for (int m = 0; m < multiplier; m++) {
        sum = fmaf(dz[at * multiplier + m], own[m * apart.filter + place * apart.place], sum);
      }
    });
    dx[i] = sum;
  });
}

// Blocks of 256 threads.
__global__ void depthwise_weights_sums(const float* dz, const float* x, float* partSums,
                                       const __grid_constant__ gradwire::ColumnSizes sizes,
                                       const __grid_constant__ gradwire::Window window,
                                       int multiplier) {
  gradwire::sumColumns(gradwire::DepthwiseTerms{dz, {x, window}, multiplier}, partSums, sizes);
}

// What remains of the last: the sums, in the order of the weights.
__global__ void depthwise_weights_gradient(const float* partSums, float* dw,
                                           const __grid_constant__ gradwire::ColumnSizes sizes,
                                           const __grid_constant__ gradwire::FilterOrder apart,
                                           int channels, int multiplier) {
  gradwire::forEach(sizes.columns, [=](long long i) {
    const int column = static_cast<int>(i);
    const int element = column / multiplier;
    dw[column % multiplier * apart.filter + element % channels * apart.channel +
       element / channels * apart.place] =
        static_cast<float>(gradwire::wholeSum(partSums, sizes, column, 0, 1));
  });
}

}  // extern "C"
