// Sums over the rows of a row-major matrix, column by column: bias gradients and batch
// normalization (Ioffe and Szegedy, 2015), where an image's pixel is a row.
//
// Rows are cut into parts; a block sums one part of 32 columns, float32, by a fixed tree. The parts'
// sums, [parts][sums][columns], are added in float64, in their order, by whoever uses them.
#pragma once

#include "elements.cuh"

namespace gradwire {

struct ColumnSizes {
  int rows;
  int columns;
  int parts;
};

constexpr int COLUMN_LANES = 8;
constexpr int COLUMN_WIDTH = 32;

// What is summed: Terms::COUNT numbers of every element, by terms.at(index, row, column,
// numbers).
template <typename Terms>
__device__ __forceinline__ void sumColumns(const Terms& terms, float* partSums, ColumnSizes sizes) {
  __shared__ float tile[Terms::COUNT][COLUMN_LANES][COLUMN_WIDTH];
  const int across = (sizes.columns + COLUMN_WIDTH - 1) / COLUMN_WIDTH;
  const int part = static_cast<int>(blockIdx.x) / across;
  const int within = static_cast<int>(threadIdx.x) % COLUMN_WIDTH;
  const int row = static_cast<int>(threadIdx.x) / COLUMN_WIDTH;
  const int column = static_cast<int>(blockIdx.x) % across * COLUMN_WIDTH + within;
  const int length = (sizes.rows + sizes.parts - 1) / sizes.parts;
  const int begin = part * length;
  const int end = begin + length < sizes.rows ? begin + length : sizes.rows;
  float sums[Terms::COUNT] = {};
  if (column < sizes.columns) {
#pragma unroll 4
    for (int r = begin + row; r < end; r += COLUMN_LANES) {
      float numbers[Terms::COUNT];
      terms.at(static_cast<long long>(r) * sizes.columns + column, r, column, numbers);
#pragma unroll
      for (int k = 0; k < Terms::COUNT; k++) {
        sums[k] = sums[k] + numbers[k];
      }
    }
  }
#pragma unroll
  for (int k = 0; k < Terms::COUNT; k++) {
    tile[k][row][within] = sums[k];
  }
  __syncthreads();
  if (row < Terms::COUNT && column < sizes.columns) {
    float sum = 0.0f;
#pragma unroll
    for (int i = 0; i < COLUMN_LANES; i++) {
      sum = sum + tile[row][i][within];
    }
    partSums[(static_cast<long long>(part) * Terms::COUNT + row) * sizes.columns + column] = sum;
  }
}

// One of a column's `count` sums.
__device__ __forceinline__ double wholeSum(const float* partSums, ColumnSizes sizes, int column,
                                           int which, int count) {
  double sum = 0.0;
#pragma unroll 4
  for (int part = 0; part < sizes.parts; part++) {
    sum += partSums[(static_cast<long long>(part) * count + which) * sizes.columns + column];
  }
  return sum;
}

struct Elements {
  static constexpr int COUNT = 1;
  const float* x;

  __device__ __forceinline__ void at(long long i, int, int, float (&numbers)[COUNT]) const {
    numbers[0] = x[i];
  }
};

struct SquaredDistances {
  static constexpr int COUNT = 1;
  const float* x;
  const float* mean;

  __device__ __forceinline__ void at(long long i, int, int column, float (&numbers)[COUNT]) const {
    const float distance = x[i] - mean[column];
    numbers[0] = distance * distance;
  }
};

struct GradientTerms {
  static constexpr int COUNT = 2;
  const float* dy;
  const float* x;
  const float* mean;

  __device__ __forceinline__ void at(long long i, int, int column, float (&numbers)[COUNT]) const {
    numbers[0] = dy[i];
    numbers[1] = dy[i] * (x[i] - mean[column]);
  }
};

// The running variance, which may be kept as log10 of its root.
__device__ __forceinline__ double runningVariance(float spread, int logDeviation) {
  return logDeviation ? exp10(2.0 * spread) : static_cast<double>(spread);
}

}  // namespace gradwire

extern "C" {

// Blocks of 256 threads, as the next two.
__global__ void column_sums(const float* x, float* partSums,
                            const __grid_constant__ gradwire::ColumnSizes sizes) {
  gradwire::sumColumns(gradwire::Elements{x}, partSums, sizes);
}

// SUM((x - mean)^2).
__global__ void column_squares(const float* x, const float* mean, float* partSums,
                               const __grid_constant__ gradwire::ColumnSizes sizes) {
  gradwire::sumColumns(gradwire::SquaredDistances{x, mean}, partSums, sizes);
}

// SUM(dy) and SUM(dy * (x - mean)).
__global__ void column_gradient_sums(const float* dy, const float* x, const float* mean,
                                     float* partSums,
                                     const __grid_constant__ gradwire::ColumnSizes sizes) {
  gradwire::sumColumns(gradwire::GradientTerms{dy, x, mean}, partSums, sizes);
}

// The sums of `column_sums`, divided.
__global__ void column_means(const float* partSums, float* means,
                             const __grid_constant__ gradwire::ColumnSizes sizes, double divisor) {
  gradwire::forEach(sizes.columns, [=](long long c) {
    const double sum = gradwire::wholeSum(partSums, sizes, static_cast<int>(c), 0, 1);
    means[c] = static_cast<float>(sum / divisor);
  });
}

// The variance, and gamma / sqrt(variance + epsilon).
__global__ void batch_norm_scale(const float* partSums, const float* gamma, double* variance,
                                 float* scale,
                                 const __grid_constant__ gradwire::ColumnSizes sizes,
                                 double epsilon) {
  gradwire::forEach(sizes.columns, [=](long long c) {
    const double sum = gradwire::wholeSum(partSums, sizes, static_cast<int>(c), 0, 1);
    variance[c] = sum / sizes.rows;
    scale[c] = static_cast<float>(gamma[c] / sqrt(variance[c] + epsilon));
  });
}

// The same of the running variance.
__global__ void batch_norm_running_scale(const float* spread, const float* gamma, float* scale,
                                         int columns, double epsilon, int logDeviation) {
  gradwire::forEach(columns, [=](long long c) {
    const double variance = gradwire::runningVariance(spread[c], logDeviation);
    scale[c] = static_cast<float>(gamma[c] / sqrt(variance + epsilon));
  });
}

// y = (x - mean) * scale + shift.
__global__ void batch_norm_forward(const float* x, float* y, const float* mean, const float* scale,
                                   const float* shift, long long length, int columns) {
  gradwire::forEach(length, [=](long long i) {
    const int c = static_cast<int>(i % columns);
    y[i] = (x[i] - mean[c]) * scale[c] + shift[c];
  });
}

// From the sums of `column_gradient_sums`: the parameters' gradients, what is to be subtracted from
// the running statistics (`renewed`: the share of them that a step replaces), and what the
// gradient of x is made of.
__global__ void batch_norm_gradients(const float* partSums, const float* mean,
                                     const double* variance, const float* scale,
                                     const float* runningMean, const float* runningSpread,
                                     float* dGamma, float* dBeta, float* dMean, float* dSpread,
                                     float* slope, float* shift,
                                     const __grid_constant__ gradwire::ColumnSizes sizes,
                                     double epsilon, double renewed, int logDeviation) {
  gradwire::forEach(sizes.columns, [=](long long i) {
    const int c = static_cast<int>(i);
    const double sum = gradwire::wholeSum(partSums, sizes, c, 0, 2);
    const double products = gradwire::wholeSum(partSums, sizes, c, 1, 2);
    const double spread = variance[c] + epsilon;
    dBeta[c] = static_cast<float>(sum);
    dGamma[c] = static_cast<float>(products / sqrt(spread));
    slope[c] = static_cast<float>(products * -scale[c] / spread / sizes.rows);
    shift[c] = static_cast<float>(-scale[c] * sum / sizes.rows);
    dMean[c] = static_cast<float>(renewed * (runningMean[c] - mean[c]));
    const double before = gradwire::runningVariance(runningSpread[c], logDeviation);
    const double after = before + renewed * (variance[c] - before);
    dSpread[c] = static_cast<float>(logDeviation ? 0.5 * log10(before / after) : before - after);
  });
}

// dx = dy * scale + (x - mean) * slope + shift; dx may be dy.
__global__ void batch_norm_input_gradient(const float* dy, const float* x, float* dx,
                                          const float* mean, const float* scale,
                                          const float* slope, const float* shift,
                                          long long length, int columns) {
  gradwire::forEach(length, [=](long long i) {
    const int c = static_cast<int>(i % columns);
    dx[i] = dy[i] * scale[c] + ((x[i] - mean[c]) * slope[c] + shift[c]);
  });
}

}  // extern "C"
