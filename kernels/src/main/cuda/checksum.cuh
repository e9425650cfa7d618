// CRC-32C (Castagnoli, reflected, as in RFC 3720) over 32-bit little-endian words.
//
// A CRC is linear: that of a long message is the sum (xor) of each word's polynomial times a power
// of x. The words are taken to begin with as many zeros as make them a multiple of the number of
// threads T, which changes nothing; thread t takes words t, t + T, ...: coalesced reads, and one
// multiplication by the constant x^(32 T) for each word, from tables. Then the threads' sums are
// moved to their places by powers of x and added: in a warp, in a block, in the grid. Bits stand
// reflected: bit 31 is x^0.
#pragma once

#include "warp.cuh"

namespace gradwire {

struct Crc32c {
  static constexpr unsigned int POLYNOMIAL = 0x82f63b78u;
  static constexpr unsigned int ONE = 0x80000000u;
  static constexpr int NUM_POWERS = 32;

  // x^(32 * 2^k).
  struct Powers {
    unsigned int of[NUM_POWERS];
  };

  static __device__ __forceinline__ unsigned int times(unsigned int a, unsigned int b) {
    unsigned int product = 0;
#pragma unroll 1
    for (int bit = 31; bit >= 0; bit--) {
      product ^= a >> bit & 1u ? b : 0u;
      b = b >> 1 ^ (b & 1u ? POLYNOMIAL : 0u);
    }
    return product;
  }

  // x^(32 * words).
  static __device__ __forceinline__ unsigned int shift(const Powers& powers,
                                                       unsigned int words) {
    unsigned int power = ONE;
#pragma unroll 1
    for (int k = 0; words != 0; words >>= 1, k++) {
      if (words & 1u) {
        power = times(power, powers.of[k]);
      }
    }
    return power;
  }

  // The sum over a warp, lane 31 in its place, those below it 2^log words apart from each other.
  static __device__ __forceinline__ unsigned int warpSum(const Powers& powers, unsigned int mine,
                                                         int log) {
#pragma unroll 1
    for (int k = 0; k < 5; k++) {
      const unsigned int other = __shfl_xor_sync(Warp::ALL, mine, 1 << k);
      const bool isUpper = (Warp::lane() >> k & 1) != 0;
      const unsigned int lower = times(isUpper ? other : mine, powers.of[log + k]);
      mine = lower ^ (isUpper ? mine : other);
    }
    return mine;
  }
};

}  // namespace gradwire

// Adds to *sum, by xor, the words' polynomial times x^32, modulo the CRC's: the CRC-32C without its
// first and last complement. *sum is 0 before. apart: x^(32 * threads).
extern "C" __global__ void crc32c(const unsigned int* words, long long numWords,
                                  const __grid_constant__ gradwire::Crc32c::Powers powers,
                                  unsigned int apart, unsigned int* sum) {
  using namespace gradwire;
  __shared__ unsigned int table[4][256];
  __shared__ unsigned int warpSums[Warp::SIZE];
  const int numWarps = static_cast<int>(blockDim.x) / Warp::SIZE;
#pragma unroll 1
  for (int entry = threadIdx.x; entry < 1024; entry += blockDim.x) {
    table[entry >> 8][entry & 255] =
        Crc32c::times(apart, static_cast<unsigned int>(entry & 255) << (8 * (entry >> 8)));
  }
  if (threadIdx.x < Warp::SIZE) {
    warpSums[threadIdx.x] = 0;
  }
  __syncthreads();
  const long long threads = static_cast<long long>(gridDim.x) * blockDim.x;
  const long long turns = (numWords + threads - 1) / threads;
  long long i = static_cast<long long>(blockIdx.x) * blockDim.x + threadIdx.x + numWords -
                turns * threads;
  unsigned int mine = i >= 0 ? words[i] : 0u;
#pragma unroll 8
  for (i += threads; i < numWords; i += threads) {
    mine = table[0][mine & 255u] ^ table[1][mine >> 8 & 255u] ^ table[2][mine >> 16 & 255u] ^
           table[3][mine >> 24] ^ words[i];
  }
  mine = Crc32c::warpSum(powers, mine, 0);
  if (Warp::lane() == 0) {
    warpSums[Warp::SIZE - numWarps + threadIdx.x / Warp::SIZE] = mine;
  }
  __syncthreads();
  if (threadIdx.x < Warp::SIZE) {
    const unsigned int block = Crc32c::warpSum(powers, warpSums[threadIdx.x], 5);
    const unsigned int behind = static_cast<unsigned int>(threads) - (blockIdx.x + 1) * blockDim.x;
    const unsigned int placed = Crc32c::times(block, Crc32c::shift(powers, behind + 1));
    if (threadIdx.x == 0) {
      atomicXor(sum, placed);
    }
  }
}
