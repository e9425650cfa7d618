// Layer normalization (Ba et al., 2016) of the rows of a row-major matrix; a warp for each row.
#pragma once

#include "columns.cuh"
#include "warp.cuh"

namespace gradwire {

// How far a row's element is from its first. Means are of these, so that a row of equal elements
// has a deviation of exactly 0.
__device__ __forceinline__ float fromFirst(const float* row, int column) {
  return row[column] - row[0];
}

// Elements brought to mean 0 and deviation 1.
struct Normals {
  const float* x;
  const float* means;
  const float* inverses;
  int columns;

  __device__ __forceinline__ float at(long long row, int column) const {
    return (fromFirst(x + row * columns, column) - means[row]) * inverses[row];
  }
};

struct GainTerms {
  static constexpr int COUNT = 1;
  const float* dy;
  Normals normals;

  __device__ __forceinline__ void at(long long i, int row, int column,
                                     float (&numbers)[COUNT]) const {
    numbers[0] = dy[i] * normals.at(row, column);
  }
};

}  // namespace gradwire

extern "C" {

// y = gain * normal + bias; a null pointer is no bias. Means and the inverses of deviations are of
// the rows; the inverse of 0 is 0.
__global__ void layer_norm(const float* x, const float* gain, const float* bias, float* y,
                           float* means, float* inverses, int rows, int columns) {
  using gradwire::Warp;
  Warp::forEach(rows, [=](long long row) {
    const float* const from = x + row * columns;
    const float mean =
        Warp::sumOf(columns, [=](int c) { return gradwire::fromFirst(from, c); }) / columns;
    const float squares = Warp::sumOf(columns, [=](int c) {
      const float distance = gradwire::fromFirst(from, c) - mean;
      return distance * distance;
    });
    const float inverse = squares > 0.0f ? 1.0f / sqrtf(squares / columns) : 0.0f;
#pragma unroll 1
    for (int c = Warp::lane(); c < columns; c += Warp::SIZE) {
      const float scaled = (gradwire::fromFirst(from, c) - mean) * inverse * gain[c];
      y[row * columns + c] = bias == nullptr ? scaled : scaled + bias[c];
    }
    if (Warp::lane() == 0) {
      means[row] = mean;
      inverses[row] = inverse;
    }
  });
}

// SUM(dy * normal) of every column. Blocks of 256 threads.
__global__ void column_gain_sums(const float* dy, const float* x, const float* means,
                                 const float* inverses, float* partSums,
                                 const __grid_constant__ gradwire::ColumnSizes sizes) {
  gradwire::sumColumns(gradwire::GainTerms{dy, {x, means, inverses, sizes.columns}}, partSums,
                       sizes);
}

// dx may be dy.
__global__ void layer_norm_input_gradient(const float* dy, const float* x, const float* gain,
                                          const float* means, const float* inverses, float* dx,
                                          int rows, int columns) {
  using gradwire::Warp;
  const gradwire::Normals normals{x, means, inverses, columns};
  Warp::forEach(rows, [=](long long row) {
    const float* const of = dy + row * columns;
    const float mean = Warp::sumOf(columns, [=](int c) { return of[c] * gain[c]; }) / columns;
    const float slope = Warp::sumOf(columns, [=](int c) {
      return of[c] * gain[c] * normals.at(row, c);
    }) / columns;
#pragma unroll 1
    for (int c = Warp::lane(); c < columns; c += Warp::SIZE) {
      dx[row * columns + c] =
          inverses[row] * (of[c] * gain[c] - mean - normals.at(row, c) * slope);
    }
  });
}

}  // extern "C"
