// float32 to int8 and back, in blocks of 256 elements with a float32 scale each.
//
// scale = largest magnitude / 127; q = x * (127 / largest magnitude), rounded to nearest, ties to
// even; back: q * scale. A block whose magnitudes are all below 2^-100 becomes 0 with scale 0; a
// block with an element that is not finite gets the scale NaN, and comes back as NaN, all of it.
#pragma once

#include "walk.cuh"
#include "warp.cuh"

namespace gradwire {

constexpr int QUANTISED_BLOCK = 256;
constexpr unsigned int INFINITY_BITS = 0x7f800000u;
constexpr unsigned int SMALLEST_BITS = 0x0d800000u;  // 2^-100

// Eight elements of a block: [4 * lane, 4 * lane + 4) of its first and of its second half.
struct Eight {
  float x[8];

  static __device__ __forceinline__ int place(int thread, int k) {
    return (k < 4 ? 0 : QUANTISED_BLOCK / 2) + 4 * thread + (k & 3);
  }

  __device__ __forceinline__ void load(const float* block, int thread, int length, bool byFour) {
    if (byFour && length == QUANTISED_BLOCK) {
      const float4 a = lane<float4>(block, thread);
      const float4 b = lane<float4>(block, thread + 32);
      x[0] = a.x, x[1] = a.y, x[2] = a.z, x[3] = a.w;
      x[4] = b.x, x[5] = b.y, x[6] = b.z, x[7] = b.w;
    } else {
#pragma unroll
      for (int k = 0; k < 8; k++) {
        x[k] = place(thread, k) < length ? block[place(thread, k)] : 0.0f;
      }
    }
  }

  // Of the magnitudes' bits, which are ordered as the magnitudes are; NaN is above all.
  __device__ __forceinline__ unsigned int largest() const {
    unsigned int bits = 0;
#pragma unroll
    for (int k = 0; k < 8; k++) {
      bits = max(bits, __float_as_uint(x[k]) & 0x7fffffffu);
    }
    return bits;
  }

  __device__ __forceinline__ signed char quantised(int k, float inverse) const {
    return static_cast<signed char>(inverse == 0.0f ? 0 : __float2int_rn(x[k] * inverse));
  }

  __device__ __forceinline__ void store(signed char* block, int thread, int length, bool byFour,
                                        float inverse) const {
    if (byFour && length == QUANTISED_BLOCK) {
      lane<char4>(block, thread) = make_char4(quantised(0, inverse), quantised(1, inverse),
                                              quantised(2, inverse), quantised(3, inverse));
      lane<char4>(block, thread + 32) = make_char4(quantised(4, inverse), quantised(5, inverse),
                                                   quantised(6, inverse), quantised(7, inverse));
    } else {
#pragma unroll
      for (int k = 0; k < 8; k++) {
        if (place(thread, k) < length) {
          block[place(thread, k)] = quantised(k, inverse);
        }
      }
    }
  }
};

struct Dequantise {
  const signed char* quantised;
  const float* scales;
  float* values;

  template <int WIDTH> struct Loaded {
    ByteLane<WIDTH> q;
    float scale;
  };

  template <int WIDTH> __device__ __forceinline__ Loaded<WIDTH> load(long long i) const {
    return {lane<ByteLane<WIDTH>>(quantised, i), scales[i * WIDTH / QUANTISED_BLOCK]};
  }

  template <int WIDTH> __device__ __forceinline__ void store(long long i, Loaded<1> x) const {
    values[i] = static_cast<float>(x.q) * x.scale;
  }

  template <int WIDTH> __device__ __forceinline__ void store(long long i, Loaded<4> x) const {
    __stcs(&lane<float4>(values, i),
           make_float4(static_cast<float>(x.q.x) * x.scale, static_cast<float>(x.q.y) * x.scale,
                       static_cast<float>(x.q.z) * x.scale, static_cast<float>(x.q.w) * x.scale));
  }
};

}  // namespace gradwire

extern "C" {

// A warp for each block.
__global__ void float32_to_int8(const float* values, signed char* quantised, float* scales,
                                long long length) {
  using namespace gradwire;
  const bool byFour = fours(values, 4) && fours(quantised, 1);
  const long long numBlocks = (length + QUANTISED_BLOCK - 1) / QUANTISED_BLOCK;
#pragma unroll 1
  for (long long block = Warp::first(); block < numBlocks; block += Warp::count()) {
    const long long begin = block * QUANTISED_BLOCK;
    const int here = static_cast<int>(
        length - begin < QUANTISED_BLOCK ? length - begin : QUANTISED_BLOCK);
    Eight eight;
    eight.load(values + begin, Warp::lane(), here, byFour);
    const unsigned int bits = Warp::largest(eight.largest());
    const float largest = __uint_as_float(bits);
    const bool plain = bits >= SMALLEST_BITS && bits < INFINITY_BITS;
    eight.store(quantised + begin, Warp::lane(), here, byFour, plain ? 127.0f / largest : 0.0f);
    if (Warp::lane() == 0) {
      const float strange = bits >= INFINITY_BITS ? __uint_as_float(0x7fffffffu) : 0.0f;
      scales[block] = plain ? largest / 127.0f : strange;
    }
  }
}

__global__ void int8_to_float32(const signed char* quantised, const float* scales, float* values,
                                long long length) {
  using namespace gradwire;
  walkStretches<4>(Dequantise{quantised, scales, values}, length,
                   fours(values, 4) && fours(quantised, 1));
}

}  // extern "C"
