// Products of matrices, whatever they lie in: result(m, n) = SUM over k of left(m, k) * right(k, n).
//
// An operand is a struct that knows where its elements are. A line is a row of the left one, a
// column of the right one:
//   Line line(int i)         what all elements of line i have in common
//   float at(Line, int k)    one of them
//   ALONG_K                  whether neighbours in memory are neighbours in k; else lines are
// A result is a struct with store(m, n, sum).
//
// A block makes a tile of 64 x 64 sums, each of its 256 threads 4 x 4 of them, from slices of the
// depth that lie in shared memory; the next slice is on its way meanwhile. Sums are float32 by
// fused multiply-adds in the order of k. Where tiles are few the depth is cut into parts, each a
// block's, and the parts' sums are added in their order: the bits depend on the sizes alone.
#pragma once

#include "activations.cuh"
#include "walk.cuh"

namespace gradwire {

struct ProductSizes {
  int rows;
  int columns;
  int depth;
  int parts;
};

struct Tile {
  static constexpr int SIDE = 64;
  static constexpr int DEPTH = 16;
  static constexpr int THREADS = 256;
  static constexpr int EACH = 4;
  static constexpr int PITCH = SIDE + 4;  // threads that write one line's depths: few bank conflicts

  float at[DEPTH][PITCH];
};

// What a thread brings of an operand: the same four places of every slice.
template <typename Operand> struct Share {
  static constexpr int LINES = Operand::ALONG_K ? Tile::EACH : 1;

  const Operand& operand;
  typename Operand::Line lines[LINES];
  bool exists[LINES];
  float flight[Tile::EACH];

  __device__ __forceinline__ Share(const Operand& operand, int first, int count)
      : operand(operand) {
#pragma unroll
    for (int i = 0; i < LINES; i++) {
      const int line = first + lineOf(i);
      exists[i] = line < count;
      lines[i] = operand.line(exists[i] ? line : 0);
    }
  }

  static __device__ __forceinline__ int lineOf(int i) {
    return Operand::ALONG_K ? static_cast<int>(threadIdx.x) / Tile::DEPTH +
                                  i * (Tile::THREADS / Tile::DEPTH)
                            : static_cast<int>(threadIdx.x) % Tile::SIDE;
  }

  static __device__ __forceinline__ int depthOf(int i) {
    return Operand::ALONG_K ? static_cast<int>(threadIdx.x) % Tile::DEPTH
                            : static_cast<int>(threadIdx.x) / Tile::SIDE +
                                  i * (Tile::THREADS / Tile::SIDE);
  }

  __device__ __forceinline__ void fetch(int k, int end) {
#pragma unroll
    for (int i = 0; i < Tile::EACH; i++) {
      const int line = Operand::ALONG_K ? i : 0;
      const int depth = k + depthOf(i);
      flight[i] = exists[line] && depth < end ? operand.at(lines[line], depth) : 0.0f;
    }
  }

  __device__ __forceinline__ void put(Tile& tile) const {
#pragma unroll
    for (int i = 0; i < Tile::EACH; i++) {
      tile.at[depthOf(i)][lineOf(i)] = flight[i];
    }
  }
};

// A thread's 4 x 4 sums.
struct Sums {
  float at[Tile::EACH][Tile::EACH] = {};

  static __device__ __forceinline__ int row() {
    return Tile::EACH * (static_cast<int>(threadIdx.x) / (Tile::SIDE / Tile::EACH));
  }

  static __device__ __forceinline__ int column() {
    return Tile::EACH * (static_cast<int>(threadIdx.x) % (Tile::SIDE / Tile::EACH));
  }

  __device__ __forceinline__ void add(const Tile& left, const Tile& right) {
#pragma unroll
    for (int k = 0; k < Tile::DEPTH; k++) {
      const float4 a = lane<float4>(&left.at[k][row()], 0);
      const float4 b = lane<float4>(&right.at[k][column()], 0);
      add(at[0], a.x, b);
      add(at[1], a.y, b);
      add(at[2], a.z, b);
      add(at[3], a.w, b);
    }
  }

  static __device__ __forceinline__ void add(float (&sums)[Tile::EACH], float a, float4 b) {
    sums[0] = fmaf(a, b.x, sums[0]);
    sums[1] = fmaf(a, b.y, sums[1]);
    sums[2] = fmaf(a, b.z, sums[2]);
    sums[3] = fmaf(a, b.w, sums[3]);
  }
};

// Blocks go over the tiles of the first part, row by row, then over those of the next.
template <typename Left, typename Right, typename Result>
__device__ __forceinline__ void product(const Left& left, const Right& right, const Result& result,
                                        float* partSums, ProductSizes sizes) {
  __shared__ __align__(16) Tile a;
  __shared__ __align__(16) Tile b;
  const int across = (sizes.columns + Tile::SIDE - 1) / Tile::SIDE;
  const int tiles = across * ((sizes.rows + Tile::SIDE - 1) / Tile::SIDE);
  const int tile = static_cast<int>(blockIdx.x) % tiles;
  const int part = static_cast<int>(blockIdx.x) / tiles;
  const int firstRow = tile / across * Tile::SIDE;
  const int firstColumn = tile % across * Tile::SIDE;
  const int slices = (sizes.depth + Tile::DEPTH - 1) / Tile::DEPTH;
  const int length = (slices + sizes.parts - 1) / sizes.parts * Tile::DEPTH;
  const int begin = part * length;
  const int end = begin + length < sizes.depth ? begin + length : sizes.depth;
  Share<Left> ofLeft(left, firstRow, sizes.rows);
  Share<Right> ofRight(right, firstColumn, sizes.columns);
  Sums sums;
  ofLeft.fetch(begin, end);
  ofRight.fetch(begin, end);
#pragma unroll 1
  for (int k = begin; k < end; k += Tile::DEPTH) {
    ofLeft.put(a);
    ofRight.put(b);
    __syncthreads();
    ofLeft.fetch(k + Tile::DEPTH, end);
    ofRight.fetch(k + Tile::DEPTH, end);
    sums.add(a, b);
    __syncthreads();
  }
#pragma unroll
  for (int i = 0; i < Tile::EACH; i++) {
#pragma unroll
    for (int j = 0; j < Tile::EACH; j++) {
      const int row = firstRow + Sums::row() + i;
      const int column = firstColumn + Sums::column() + j;
      if (row < sizes.rows && column < sizes.columns) {
        if (sizes.parts == 1) {
          result.store(row, column, sums.at[i][j]);
        } else {
          partSums[(static_cast<long long>(part) * sizes.rows + row) * sizes.columns + column] =
              sums.at[i][j];
        }
      }
    }
  }
}

// The parts' sums, [parts][rows, columns], first to last.
template <typename Result>
__device__ __forceinline__ void sumParts(const Result& result, const float* partSums,
                                         ProductSizes sizes) {
  const int count = sizes.rows * sizes.columns;
#pragma unroll 1
  for (int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x); i < count;
       i += static_cast<int>(gridDim.x * blockDim.x)) {
    float sum = partSums[i];
#pragma unroll 4
    for (int part = 1; part < sizes.parts; part++) {
      sum = sum + partSums[static_cast<long long>(part) * count + i];
    }
    result.store(i / sizes.columns, i % sizes.columns, sum);
  }
}

// Lines of a matrix in memory: `pitch` floats from one line to the next, or from one k to the next.
template <bool ALONG> struct Lines {
  static constexpr bool ALONG_K = ALONG;
  using Line = const float*;

  const float* from;
  long long pitch;

  __device__ __forceinline__ Line line(int i) const { return ALONG ? from + i * pitch : from + i; }

  __device__ __forceinline__ float at(Line line, int k) const {
    return ALONG ? line[k] : line[k * pitch];
  }
};

// y = f(sum + bias), row-major, `pitch` floats from one row to the next; a null pointer is no bias.
struct Rows {
  float* to;
  const float* bias;
  int pitch;
  int activation;

  __device__ __forceinline__ void store(int row, int column, float sum) const {
    const float z = bias == nullptr ? sum : sum + bias[column];
    to[static_cast<long long>(row) * pitch + column] = activated(activation, z);
  }
};

}  // namespace gradwire

extern "C" {

// Matrices are row-major, and some have a pitch: floats from one row to the next.

// y = f(x W + b): x [rows, depth], W [depth, columns] column-major, b [columns].
__global__ void __launch_bounds__(256)
    dense_forward(const float* x, int xPitch, const float* weights, const float* bias, float* y,
                  int yPitch, float* partSums, const __grid_constant__ gradwire::ProductSizes sizes,
                  int activation) {
  gradwire::product(gradwire::Lines<true>{x, xPitch}, gradwire::Lines<true>{weights, sizes.depth},
                    gradwire::Rows{y, bias, yPitch, activation}, partSums, sizes);
}

// The gradient of x, [rows, columns]: dz [rows, depth] times W, which is [columns, depth].
__global__ void __launch_bounds__(256)
    dense_input_gradient(const float* dz, int dzPitch, const float* weights, float* dx, int dxPitch,
                         float* partSums, const __grid_constant__ gradwire::ProductSizes sizes) {
  gradwire::product(gradwire::Lines<true>{dz, dzPitch},
                    gradwire::Lines<false>{weights, sizes.columns},
                    gradwire::Rows{dx, nullptr, dxPitch, gradwire::IDENTITY}, partSums, sizes);
}

// The gradient of W, [columns, rows] column-major: dz [depth, rows], x [depth, columns].
__global__ void __launch_bounds__(256)
    dense_weights_gradient(const float* dz, int dzPitch, const float* x, int xPitch, float* dw,
                           float* partSums,
                           const __grid_constant__ gradwire::ProductSizes sizes) {
  gradwire::product(gradwire::Lines<false>{dz, dzPitch}, gradwire::Lines<false>{x, xPitch},
                    gradwire::Rows{dw, nullptr, sizes.columns, gradwire::IDENTITY}, partSums,
                    sizes);
}

// What remains where a product was cut into parts: y = f(sum + b).
__global__ void sum_parts(const float* partSums, const float* bias, float* y, int yPitch,
                          const __grid_constant__ gradwire::ProductSizes sizes, int activation) {
  gradwire::sumParts(gradwire::Rows{y, bias, yPitch, activation}, partSums, sizes);
}

}  // extern "C"
