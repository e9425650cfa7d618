// CRC-32C (Castagnoli, reflected, as in RFC 3720) over 32-bit little-endian words.
//
// A CRC is linear: that of a long message is the sum (xor) of each word's polynomial times a power
// of x. Thread t of T takes words t, t + T, ...: coalesced reads, and one multiplication by the
// constant x^(32 T) for each word, from tables; in the end each thread's sum is moved to its place
// by a power of x and all are added. Bits stand reflected: bit 31 is x^0.
#pragma once

#include "warp.cuh"

namespace gradwire {

struct Crc32c {
  static constexpr unsigned int POLYNOMIAL = 0x82f63b78u;
  static constexpr unsigned int ONE = 0x80000000u;
  static constexpr unsigned int X_TO_32 = POLYNOMIAL;

  static __device__ __forceinline__ unsigned int timesX(unsigned int a) {
    return a >> 1 ^ (a & 1u ? POLYNOMIAL : 0u);
  }

  static __device__ __forceinline__ unsigned int times(unsigned int a, unsigned int b) {
    unsigned int product = 0;
#pragma unroll 1
    for (int bit = 31; bit >= 0; bit--) {
      product ^= a >> bit & 1u ? b : 0u;
      b = timesX(b);
    }
    return product;
  }

  // x^(32 * words).
  static __device__ __forceinline__ unsigned int shift(unsigned long long words) {
    unsigned int power = ONE;
    unsigned int square = X_TO_32;
#pragma unroll 1
    for (; words != 0; words >>= 1) {
      if (words & 1u) {
        power = times(power, square);
      }
      square = times(square, square);
    }
    return power;
  }
};

}  // namespace gradwire

// Adds to *sum, by xor, the words' polynomial times x^32, modulo the CRC's: the CRC-32C without its
// first and last complement. *sum is 0 before.
extern "C" __global__ void crc32c(const unsigned int* words, long long numWords,
                                  unsigned int* sum) {
  using namespace gradwire;
  __shared__ unsigned int table[4][256];
  const long long stride = static_cast<long long>(gridDim.x) * blockDim.x;
  const unsigned int apart = Crc32c::shift(stride);
#pragma unroll 1
  for (int entry = threadIdx.x; entry < 1024; entry += blockDim.x) {
    table[entry >> 8][entry & 255] =
        Crc32c::times(apart, static_cast<unsigned int>(entry & 255) << (8 * (entry >> 8)));
  }
  __syncthreads();
  const long long first = static_cast<long long>(blockIdx.x) * blockDim.x + threadIdx.x;
  unsigned int mine = 0;
  long long last = first;
  for (long long i = first; i < numWords; i += stride) {
    mine = table[0][mine & 255u] ^ table[1][mine >> 8 & 255u] ^ table[2][mine >> 16 & 255u] ^
           table[3][mine >> 24] ^ words[i];
    last = i;
  }
  if (first < numWords) {
    mine = Crc32c::times(mine, Crc32c::shift(numWords - last));
  }
#pragma unroll
  for (int distance = Warp::SIZE / 2; distance > 0; distance /= 2) {
    mine ^= __shfl_xor_sync(Warp::ALL, mine, distance);
  }
  if (Warp::lane() == 0 && mine != 0) {
    atomicXor(sum, mine);
  }
}
