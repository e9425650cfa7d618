// float32 to 16 bits and back: round to nearest, ties to even; NaN stays NaN.
#pragma once

#include <cuda_fp16.h>

#include "walk.cuh"

namespace gradwire {

struct Bfloat16 {
  static __device__ __forceinline__ unsigned short narrow(float value) {
    const unsigned int bits = __float_as_uint(value);
    if ((bits & 0x7fffffffu) > 0x7f800000u) {
      return static_cast<unsigned short>(bits >> 16 | 0x40u);  // quiet
    }
    return static_cast<unsigned short>((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
  }

  static __device__ __forceinline__ float widen(unsigned short bits) {
    return __uint_as_float(static_cast<unsigned int>(bits) << 16);
  }
};

struct Float16 {
  static __device__ __forceinline__ unsigned short narrow(float value) {
    return __half_as_ushort(__float2half_rn(value));
  }

  static __device__ __forceinline__ float widen(unsigned short bits) {
    return __half2float(__ushort_as_half(bits));
  }
};

template <typename Format> struct Narrow {
  const float* wide;
  unsigned short* narrow;

  template <int WIDTH> __device__ __forceinline__ FloatLane<WIDTH> load(long long i) const {
    return lane<FloatLane<WIDTH>>(wide, i);
  }

  template <int WIDTH> __device__ __forceinline__ void store(long long i, float x) const {
    narrow[i] = Format::narrow(x);
  }

  template <int WIDTH> __device__ __forceinline__ void store(long long i, float4 x) const {
    lane<ushort4>(narrow, i) = make_ushort4(Format::narrow(x.x), Format::narrow(x.y),
                                            Format::narrow(x.z), Format::narrow(x.w));
  }

  __device__ __forceinline__ void over(long long length) const {
    walk<4>(*this, length, fours(wide, 4) && fours(narrow, 2));
  }
};

template <typename Format> struct Widen {
  const unsigned short* narrow;
  float* wide;

  template <int WIDTH> __device__ __forceinline__ HalfLane<WIDTH> load(long long i) const {
    return lane<HalfLane<WIDTH>>(narrow, i);
  }

  template <int WIDTH> __device__ __forceinline__ void store(long long i, unsigned short x) const {
    wide[i] = Format::widen(x);
  }

  template <int WIDTH> __device__ __forceinline__ void store(long long i, ushort4 x) const {
    lane<float4>(wide, i) = make_float4(Format::widen(x.x), Format::widen(x.y),
                                        Format::widen(x.z), Format::widen(x.w));
  }

  __device__ __forceinline__ void over(long long length) const {
    walk<4>(*this, length, fours(wide, 4) && fours(narrow, 2));
  }
};

}  // namespace gradwire

extern "C" {

__global__ void float32_to_bfloat16(const float* wide, unsigned short* narrow, long long length) {
  gradwire::Narrow<gradwire::Bfloat16>{wide, narrow}.over(length);
}

__global__ void bfloat16_to_float32(const unsigned short* narrow, float* wide, long long length) {
  gradwire::Widen<gradwire::Bfloat16>{narrow, wide}.over(length);
}

__global__ void float32_to_float16(const float* wide, unsigned short* narrow, long long length) {
  gradwire::Narrow<gradwire::Float16>{wide, narrow}.over(length);
}

__global__ void float16_to_float32(const unsigned short* narrow, float* wide, long long length) {
  gradwire::Widen<gradwire::Float16>{narrow, wide}.over(length);
}

}  // extern "C"
