// Half precision for this processor, by integers alone; stands in for CUDA's header of that name.
#pragma once

#include "host_shim.h"

struct __half {
  unsigned short bits;
};

inline unsigned short __half_as_ushort(__half half) { return half.bits; }

inline __half __ushort_as_half(unsigned short bits) { return {bits}; }

// To nearest, ties to even; every NaN becomes 0x7fff, as on the device.
inline __half __float2half_rn(float value) {
  const unsigned int bits = __float_as_uint(value);
  const unsigned int sign = bits >> 16 & 0x8000u;
  const unsigned int magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) {
    return {0x7fff};
  }
  if (magnitude >= 0x477ff000u) {  // rounds to more than 65504
    return {static_cast<unsigned short>(sign | 0x7c00u)};
  }
  unsigned int wide, dropped;
  if (magnitude >= 0x38800000u) {  // a normal half
    wide = magnitude - 0x38000000u;
    dropped = 13;
  } else {
    const unsigned int exponent = magnitude >> 23;
    dropped = 126 - exponent;
    if (exponent < 102) {  // below half of the smallest
      return {static_cast<unsigned short>(sign)};
    }
    wide = (magnitude & 0x7fffffu) | 0x800000u;
  }
  const unsigned int kept = wide >> dropped;
  const unsigned int rest = wide & ((1u << dropped) - 1);
  const unsigned int tie = 1u << (dropped - 1);
  const unsigned int up = rest > tie || (rest == tie && (kept & 1u)) ? 1 : 0;
  return {static_cast<unsigned short>(sign | (kept + up))};
}

inline float __half2float(__half half) {
  const unsigned int sign = (half.bits & 0x8000u) << 16;
  const unsigned int exponent = half.bits >> 10 & 0x1fu;
  const unsigned int fraction = half.bits & 0x3ffu;
  if (exponent == 0) {
    const float magnitude = std::ldexp(static_cast<float>(fraction), -24);
    return sign ? -magnitude : magnitude;
  }
  const unsigned int wide = exponent == 31 ? 0x7f800000u : (exponent + 112) << 23;
  return __uint_as_float(sign | wide | fraction << 13);
}
