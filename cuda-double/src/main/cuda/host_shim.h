// What CUDA C++ has and C++ has not, so that the kernels' sources compile for this processor.
//
// A block's threads are fibers, run in order; those that reach a barrier wait there until all of
// their block, or of their warp, have come. One launch at a time.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

#define __device__
#define __global__
#define __forceinline__ inline __attribute__((always_inline))
#define __align__(bytes) __attribute__((aligned(bytes)))
#define __grid_constant__
#define __launch_bounds__(...)
#define __shared__ static

struct dim3 {
  unsigned int x, y, z;
};

struct alignas(16) float4 {
  float x, y, z, w;
};
struct alignas(8) ushort4 {
  unsigned short x, y, z, w;
};
struct alignas(4) char4 {
  signed char x, y, z, w;
};

inline float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }
inline ushort4 make_ushort4(unsigned short x, unsigned short y, unsigned short z,
                            unsigned short w) {
  return {x, y, z, w};
}
inline char4 make_char4(signed char x, signed char y, signed char z, signed char w) {
  return {x, y, z, w};
}

inline dim3 threadIdx, blockIdx, blockDim, gridDim;

namespace shim {

// Implemented by the fibers.
void blockBarrier();
void warpBarrier();
std::uint32_t* warpSlots();

inline int laneOfThread() { return threadIdx.x & 31; }

}  // namespace shim

inline void __syncthreads() { shim::blockBarrier(); }

template <typename T> T __shfl_xor_sync(unsigned int, T value, int mask) {
  static_assert(sizeof(T) == sizeof(std::uint32_t));
  std::uint32_t* slots = shim::warpSlots();
  std::memcpy(&slots[shim::laneOfThread()], &value, sizeof(T));
  shim::warpBarrier();
  T other;
  std::memcpy(&other, &slots[shim::laneOfThread() ^ mask], sizeof(T));
  shim::warpBarrier();
  return other;
}

inline unsigned int __float_as_uint(float value) {
  unsigned int bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

inline float __uint_as_float(unsigned int bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

inline unsigned int max(unsigned int a, unsigned int b) { return a > b ? a : b; }

// To nearest, ties to even; not a number becomes 0, as on the device.
inline int __float2int_rn(float value) {
  return std::isnan(value) ? 0 : static_cast<int>(std::nearbyintf(value));
}

inline void __stcs(float4* at, float4 value) { *at = value; }

inline unsigned int atomicXor(unsigned int* at, unsigned int value) {
  const unsigned int before = *at;
  *at = before ^ value;
  return before;
}
