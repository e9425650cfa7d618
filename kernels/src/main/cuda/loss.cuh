// Softmax cross-entropy with its gradient: logits [batch, classes] float32, labels [batch] int32.
//
// losses[row] = log(sum(exp(logits[row]))) - logits[row][label], not averaged;
// gradient[row][c] = scale * (softmax(logits[row])[c] - (c == label)), scale 1 / batch for the
// gradient of the mean. A label outside [0, classes) makes its row NaN, loss and gradient.
#pragma once

#include "warp.cuh"

namespace gradwire {

struct Loss {
  static constexpr int TILE_ROWS = 256;
  static constexpr int FLIGHT = 8;

  const float* logits;
  const int* labels;
  float* losses;
  float* gradient;
  long long batch;
  int classes;
  float scale;

  static __device__ __forceinline__ float lowest() { return __uint_as_float(0xff800000u); }

  __device__ __forceinline__ bool known(int label) const { return label >= 0 && label < classes; }

  __device__ __forceinline__ float factor(float sum, int label) const {
    return known(label) ? scale / sum : __uint_as_float(0x7fffffffu);
  }

  __device__ __forceinline__ float loss(float atLabel, float top, float sum, int label) const {
    return known(label) ? logf(sum) + (top - atLabel) : __uint_as_float(0x7fffffffu);
  }

  // e^(x - top), also where both are -infinity: a masked class has no part in the sum.
  static __device__ __forceinline__ float term(float x, float top) {
    return x == lowest() ? 0.0f : expf(x - top);
  }

  // A thread for each row of up to CLASSES numbers, which stay in registers; rows go through shared
  // memory, since they lie side by side. The pitch is odd: neighbours read from different banks.
  template <int CLASSES> __device__ __forceinline__ void byThreads() const {
    __shared__ float tile[TILE_ROWS * (CLASSES + 1)];
    const int pitch = classes | 1;
    const Place first(classes, pitch);
    const long long numTiles = (batch + TILE_ROWS - 1) / TILE_ROWS;
#pragma unroll 1
    for (long long t = blockIdx.x; t < numTiles; t += gridDim.x) {
      const long long row = t * TILE_ROWS + threadIdx.x;
      const long long left = batch - t * TILE_ROWS;
      const int length = static_cast<int>(left < TILE_ROWS ? left : TILE_ROWS) * classes;
      const long long begin = t * TILE_ROWS * classes;
      const float* from = logits + begin + threadIdx.x;
      float flight[CLASSES];  // all on their way before the first is waited for
#pragma unroll
      for (int k = 0; k < CLASSES; k++) {
        if (static_cast<int>(threadIdx.x) < length - k * TILE_ROWS) {
          flight[k] = from[k * TILE_ROWS];
        }
      }
      Place place = first;
#pragma unroll
      for (int k = 0; k < CLASSES; k++) {
        if (static_cast<int>(threadIdx.x) < length - k * TILE_ROWS) {
          tile[place.at()] = flight[k];
          place.next();
        }
      }
      __syncthreads();
      if (row < batch) {
        one<CLASSES>(tile + threadIdx.x * pitch, row);
      }
      __syncthreads();
      place = first;
#pragma unroll 4
      for (int i = threadIdx.x; i < length; i += TILE_ROWS, place.next()) {
        gradient[begin + i] = tile[place.at()];
      }
      __syncthreads();
    }
  }

  // Where a thread's elements of a tile belong: as many rows and columns on as a block has threads.
  struct Place {
    int classes;
    int pitch;
    int row;
    int column;
    int rowsOn;
    int columnsOn;

    __device__ __forceinline__ Place(int classes, int pitch)
        : classes(classes),
          pitch(pitch),
          row(static_cast<int>(threadIdx.x) / classes),
          column(static_cast<int>(threadIdx.x) % classes),
          rowsOn(TILE_ROWS / classes),
          columnsOn(TILE_ROWS % classes) {}

    __device__ __forceinline__ int at() const { return row * pitch + column; }

    __device__ __forceinline__ void next() {
      row += rowsOn;
      column += columnsOn;
      if (column >= classes) {
        row++;
        column -= classes;
      }
    }
  };

  // Turns a row's logits into its gradient.
  template <int CLASSES> __device__ __forceinline__ void one(float* x, long long row) const {
    const int label = labels[row];
    const float atLabel = known(label) ? x[label] : 0.0f;
    float e[CLASSES];
    float top = lowest();
#pragma unroll
    for (int c = 0; c < CLASSES; c++) {
      if (c < classes) {
        e[c] = x[c];
        top = fmaxf(top, e[c]);
      }
    }
    float sum = 0.0f;
#pragma unroll
    for (int c = 0; c < CLASSES; c++) {
      if (c < classes) {
        e[c] = expf(e[c] - top);
        sum = sum + e[c];
      }
    }
    const float each = factor(sum, label);
#pragma unroll
    for (int c = 0; c < CLASSES; c++) {
      if (c < classes) {
        x[c] = e[c] * each - (c == label ? scale : 0.0f);
      }
    }
    losses[row] = loss(atLabel, top, sum, label);
  }

  // A warp for ROWS rows at a time, which stay in registers: ITEMS numbers a thread and row. What
  // is beyond the batch is computed like the rest, and not stored.
  template <int ITEMS, int ROWS> __device__ __forceinline__ void byWarps() const {
#pragma unroll 1
    for (long long row = ROWS * Warp::first(); row < batch; row += ROWS * Warp::count()) {
      float e[ROWS][ITEMS];
      float top[ROWS];
      float sum[ROWS];
      float atLabel[ROWS];
      int label[ROWS];
#pragma unroll
      for (int r = 0; r < ROWS; r++) {
        label[r] = row + r < batch ? labels[row + r] : 0;
        const float* x = logits + (row + r) * classes;
#pragma unroll
        for (int k = 0; k < ITEMS; k++) {
          const int c = k * Warp::SIZE + Warp::lane();
          e[r][k] = row + r < batch && c < classes ? x[c] : lowest();
        }
      }
#pragma unroll
      for (int r = 0; r < ROWS; r++) {
        top[r] = lowest();
        atLabel[r] = 0.0f;
#pragma unroll
        for (int k = 0; k < ITEMS; k++) {
          top[r] = fmaxf(top[r], e[r][k]);
          atLabel[r] = k * Warp::SIZE + Warp::lane() == label[r] ? e[r][k] : atLabel[r];
        }
        top[r] = Warp::largest(top[r]);
      }
#pragma unroll
      for (int r = 0; r < ROWS; r++) {
        sum[r] = 0.0f;
#pragma unroll
        for (int k = 0; k < ITEMS; k++) {
          e[r][k] = expf(e[r][k] - top[r]);
          sum[r] = sum[r] + e[r][k];
        }
        sum[r] = Warp::sum(sum[r]);
      }
#pragma unroll
      for (int r = 0; r < ROWS; r++) {
        if (row + r < batch) {
          store(e[r], row + r, label[r], factor(sum[r], label[r]));
          if (Warp::lane() == (label[r] & (Warp::SIZE - 1))) {  // who has it
            losses[row + r] = loss(atLabel[r], top[r], sum[r], label[r]);
          }
        }
      }
    }
  }

  template <int ITEMS>
  __device__ __forceinline__ void store(const float (&e)[ITEMS], long long row, int label,
                                        float each) const {
    float* g = gradient + row * classes;
#pragma unroll
    for (int k = 0; k < ITEMS; k++) {
      const int c = k * Warp::SIZE + Warp::lane();
      if (c < classes) {
        g[c] = e[k] * each - (c == label ? scale : 0.0f);
      }
    }
  }

  // A block for each row, read twice: the second time backwards, from what the cache still has.
  __device__ __forceinline__ void byBlocks() const {
    __shared__ float tops[Warp::SIZE];
    __shared__ float sums[Warp::SIZE];
    const int stride = FLIGHT * blockDim.x;
#pragma unroll 1
    for (long long row = blockIdx.x; row < batch; row += gridDim.x) {
      const float* x = logits + row * classes;
      const int label = labels[row];
      float top = lowest();
      float sum = 0.0f;
#pragma unroll 1
      for (int first = threadIdx.x; first < classes; first += stride) {
        float flight[FLIGHT];
        load(flight, x, first);
        float higher = top;
#pragma unroll
        for (int k = 0; k < FLIGHT; k++) {
          higher = fmaxf(higher, flight[k]);
        }
        sum = shrunk(sum, top, higher);
#pragma unroll
        for (int k = 0; k < FLIGHT; k++) {
          sum = sum + term(flight[k], higher);
        }
        top = higher;
      }
      const float warpTop = Warp::largest(top);
      const float warpSum = Warp::sum(shrunk(sum, top, warpTop));
      if (Warp::lane() == 0) {
        tops[threadIdx.x / Warp::SIZE] = warpTop;
        sums[threadIdx.x / Warp::SIZE] = warpSum;
      }
      __syncthreads();
      const bool taken = Warp::lane() < static_cast<int>(blockDim.x) / Warp::SIZE;
      const float mine = taken ? tops[Warp::lane()] : lowest();
      const float rowTop = Warp::largest(mine);
      const float rowSum = Warp::sum(taken ? shrunk(sums[Warp::lane()], mine, rowTop) : 0.0f);
      const float each = factor(rowSum, label);
      if (threadIdx.x == 0) {
        losses[row] = loss(known(label) ? x[label] : 0.0f, rowTop, rowSum, label);
      }
      const int last = threadIdx.x + (classes - 1) / stride * stride;
#pragma unroll 1
      for (int first = last; first >= 0; first -= stride) {
        float flight[FLIGHT];
        load(flight, x, first);
#pragma unroll
        for (int k = 0; k < FLIGHT; k++) {
          const int c = first + k * blockDim.x;
          if (c < classes) {
            gradient[row * classes + c] =
                expf(flight[k] - rowTop) * each - (c == label ? scale : 0.0f);
          }
        }
      }
      __syncthreads();
    }
  }

  __device__ __forceinline__ void load(float (&flight)[FLIGHT], const float* x, int first) const {
#pragma unroll
    for (int k = 0; k < FLIGHT; k++) {
      const int c = first + k * blockDim.x;
      flight[k] = c < classes ? x[c] : lowest();
    }
  }

  // A sum of exponentials less `top`, as one of exponentials less `higher`; nothing stays nothing.
  static __device__ __forceinline__ float shrunk(float sum, float top, float higher) {
    return sum == 0.0f ? 0.0f : sum * expf(top - higher);
  }
};

}  // namespace gradwire

extern "C" {

// Of 256 threads a block, as the next one.
__global__ void __launch_bounds__(256, 4)
    softmax_cross_entropy_16(const float* logits, const int* labels, float* losses,
                             float* gradient, long long batch, int classes, float scale) {
  gradwire::Loss{logits, labels, losses, gradient, batch, classes, scale}.byThreads<16>();
}

__global__ void softmax_cross_entropy_32(const float* logits, const int* labels, float* losses,
                                         float* gradient, long long batch, int classes,
                                         float scale) {
  gradwire::Loss{logits, labels, losses, gradient, batch, classes, scale}.byThreads<32>();
}

__global__ void softmax_cross_entropy_128(const float* logits, const int* labels, float* losses,
                                          float* gradient, long long batch, int classes,
                                          float scale) {
  gradwire::Loss{logits, labels, losses, gradient, batch, classes, scale}.byWarps<4, 4>();
}

__global__ void softmax_cross_entropy_256(const float* logits, const int* labels, float* losses,
                                          float* gradient, long long batch, int classes,
                                          float scale) {
  gradwire::Loss{logits, labels, losses, gradient, batch, classes, scale}.byWarps<8, 2>();
}

__global__ void softmax_cross_entropy_1024(const float* logits, const int* labels, float* losses,
                                           float* gradient, long long batch, int classes,
                                           float scale) {
  gradwire::Loss{logits, labels, losses, gradient, batch, classes, scale}.byWarps<32, 1>();
}

// Of at most 1,024 threads a block.
__global__ void __launch_bounds__(1024, 2)
    softmax_cross_entropy_any(const float* logits, const int* labels, float* losses,
                              float* gradient, long long batch, int classes, float scale) {
  gradwire::Loss{logits, labels, losses, gradient, batch, classes, scale}.byBlocks();
}

}  // extern "C"
