// Softmax cross-entropy with its gradient: logits [batch, classes] float32, labels [batch] int32.
//
// losses[row] = log(sum(exp(logits[row]))) - logits[row][label], not averaged;
// gradient[row][c] = scale * (softmax(logits[row])[c] - (c == label)), scale 1 / batch for the
// gradient of the mean. A label outside [0, classes) makes its row NaN, loss and gradient.
#pragma once

#include "warp.cuh"

namespace gradwire {

struct Loss {
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

  __device__ __forceinline__ float loss(const float* row, float top, float sum, int label) const {
    return known(label) ? logf(sum) + (top - row[label]) : __uint_as_float(0x7fffffffu);
  }

  // A warp for each row, which stays in registers: ITEMS numbers a thread.
  template <int ITEMS> __device__ __forceinline__ void byWarps() const {
#pragma unroll 1
    for (long long row = Warp::first(); row < batch; row += Warp::count()) {
      const float* x = logits + row * classes;
      const int label = labels[row];
      float e[ITEMS];
      float top = lowest();
#pragma unroll
      for (int k = 0; k < ITEMS; k++) {
        const int c = k * Warp::SIZE + Warp::lane();
        e[k] = c < classes ? x[c] : lowest();
      }
#pragma unroll
      for (int k = 0; k < ITEMS; k++) {
        top = fmaxf(top, e[k]);
      }
      top = Warp::largest(top);
      float sum = 0.0f;
#pragma unroll
      for (int k = 0; k < ITEMS; k++) {
        e[k] = expf(e[k] - top);
        sum = sum + e[k];
      }
      sum = Warp::sum(sum);
      const float each = factor(sum, label);
#pragma unroll
      for (int k = 0; k < ITEMS; k++) {
        const int c = k * Warp::SIZE + Warp::lane();
        if (c < classes) {
          gradient[row * classes + c] = e[k] * each - (c == label ? scale : 0.0f);
        }
      }
      if (Warp::lane() == 0) {
        losses[row] = loss(x, top, sum, label);
      }
    }
  }

  // A block for each row, read twice.
  __device__ __forceinline__ void byBlocks() const {
    __shared__ float tops[Warp::SIZE];
    __shared__ float sums[Warp::SIZE];
#pragma unroll 1
    for (long long row = blockIdx.x; row < batch; row += gridDim.x) {
      const float* x = logits + row * classes;
      const int label = labels[row];
      float top = lowest();
      float sum = 0.0f;
      for (int c = threadIdx.x; c < classes; c += blockDim.x) {
        const float higher = fmaxf(top, x[c]);
        sum = shrunk(sum, top, higher) + expf(x[c] - higher);
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
      const float rowSum =
          Warp::sum(taken ? shrunk(sums[Warp::lane()], mine, rowTop) : 0.0f);
      const float each = factor(rowSum, label);
      for (int c = threadIdx.x; c < classes; c += blockDim.x) {
        gradient[row * classes + c] =
            expf(x[c] - rowTop) * each - (c == label ? scale : 0.0f);
      }
      if (threadIdx.x == 0) {
        losses[row] = loss(x, rowTop, rowSum, label);
      }
      __syncthreads();
    }
  }

  // A sum of exponentials less `top`, as one of exponentials less `higher`; nothing stays nothing.
  static __device__ __forceinline__ float shrunk(float sum, float top, float higher) {
    return sum == 0.0f ? 0.0f : sum * expf(top - higher);
  }
};

}  // namespace gradwire

extern "C" {

__global__ void softmax_cross_entropy_32(const float* logits, const int* labels, float* losses,
                                         float* gradient, long long batch, int classes,
                                         float scale) {
  gradwire::Loss{logits, labels, losses, gradient, batch, classes, scale}.byWarps<1>();
}

__global__ void softmax_cross_entropy_256(const float* logits, const int* labels, float* losses,
                                          float* gradient, long long batch, int classes,
                                          float scale) {
  gradwire::Loss{logits, labels, losses, gradient, batch, classes, scale}.byWarps<8>();
}

__global__ void softmax_cross_entropy_1024(const float* logits, const int* labels, float* losses,
                                           float* gradient, long long batch, int classes,
                                           float scale) {
  gradwire::Loss{logits, labels, losses, gradient, batch, classes, scale}.byWarps<32>();
}

__global__ void softmax_cross_entropy_any(const float* logits, const int* labels, float* losses,
                                          float* gradient, long long batch, int classes,
                                          float scale) {
  gradwire::Loss{logits, labels, losses, gradient, batch, classes, scale}.byBlocks();
}

}  // extern "C"
