// 32 threads that work on one thing.
#pragma once

namespace gradwire {

struct Warp {
  static constexpr int SIZE = 32;
  static constexpr unsigned int ALL = 0xffffffffu;

  static __device__ __forceinline__ int lane() { return threadIdx.x & (SIZE - 1); }

  // The number of this warp in the grid; blocks are whole warps.
  static __device__ __forceinline__ long long first() {
    return (static_cast<long long>(blockIdx.x) * blockDim.x + threadIdx.x) / SIZE;
  }

  static __device__ __forceinline__ long long count() {
    return static_cast<long long>(gridDim.x) * blockDim.x / SIZE;
  }

  static __device__ __forceinline__ unsigned int largest(unsigned int x) {
#pragma unroll
    for (int distance = SIZE / 2; distance > 0; distance /= 2) {
      x = max(x, __shfl_xor_sync(ALL, x, distance));
    }
    return x;
  }

  static __device__ __forceinline__ float largest(float x) {
#pragma unroll
    for (int distance = SIZE / 2; distance > 0; distance /= 2) {
      x = fmaxf(x, __shfl_xor_sync(ALL, x, distance));
    }
    return x;
  }

  // Always the same tree, so always the same bits.
  template <typename Number> static __device__ __forceinline__ Number sum(Number x) {
#pragma unroll
    for (int distance = SIZE / 2; distance > 0; distance /= 2) {
      x = x + __shfl_xor_sync(ALL, x, distance);
    }
    return x;
  }

  // The sum of term(i) over all i in [0, count).
  template <typename Term>
  static __device__ __forceinline__ float sumOf(int count, const Term& term) {
    float sum = 0.0f;
#pragma unroll 1
    for (int i = lane(); i < count; i += SIZE) {
      sum = sum + term(i);
    }
    return Warp::sum(sum);
  }

  // Calls work(i) for every i in [0, count), shared out over the grid's warps.
  template <typename Work>
  static __device__ __forceinline__ void forEach(long long count, const Work& work) {
#pragma unroll 1
    for (long long i = first(); i < count; i += Warp::count()) {
      work(i);
    }
  }
};

}  // namespace gradwire
