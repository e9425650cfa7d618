// The mean of several replicas' gradients, each [length] float32, with the parameter server's
// bits: replicas [0, n) are added as a binary tree, cut at the largest power of two below n; the
// root is divided by n.
#pragma once

#include "walk.cuh"

namespace gradwire {

constexpr int MAX_REPLICAS = 64;

struct Replicas {
  const float* gradient[MAX_REPLICAS];
};

// Of fewer than 4 << LEVELS replicas. Levels cost registers, and these threads in flight.
template <int LEVELS> struct Mean {
  const Replicas& replicas;
  int numReplicas;
  float* mean;

  template <int WIDTH> __device__ __forceinline__ FloatLane<WIDTH> load(long long i) const {
    using Wide = FloatLane<WIDTH>;
    // Groups of four are counted in binary; a level that is taken holds the sum of 4 << k replicas.
    Wide level[LEVELS + 1];
    const int groups = LEVELS == 0 ? 0 : numReplicas >> 2;
#pragma unroll 1
    for (int group = 0; group < groups; group++) {
      const Wide a = at<Wide>(4 * group, i);
      const Wide b = at<Wide>(4 * group + 1, i);
      const Wide c = at<Wide>(4 * group + 2, i);
      const Wide d = at<Wide>(4 * group + 3, i);
      Wide sum = add(add(a, b), add(c, d));
      bool carried = true;
#pragma unroll
      for (int k = 0; k < LEVELS; k++) {
        if (carried) {
          carried = (group >> k & 1) != 0;
          if (carried) {
            sum = add(level[k], sum);
          } else {
            level[k] = sum;
          }
        }
      }
    }
    return whole(level, groups, i);
  }

  // The odd replicas at the end, then the levels, from the right of the tree to its left.
  template <typename Wide>
  __device__ __forceinline__ Wide whole(const Wide (&level)[LEVELS + 1], int groups,
                                        long long i) const {
    const int odd = numReplicas & 3;
    bool begun = odd != 0;
    Wide sum{};
    if (begun) {
      sum = at<Wide>(4 * groups, i);
    }
    if (odd > 1) {
      sum = add(sum, at<Wide>(4 * groups + 1, i));
    }
    if (odd > 2) {
      sum = add(sum, at<Wide>(4 * groups + 2, i));
    }
#pragma unroll
    for (int k = 0; k < LEVELS; k++) {
      if (groups >> k & 1) {
        sum = begun ? add(level[k], sum) : level[k];
        begun = true;
      }
    }
    return sum;
  }

  template <typename Wide> __device__ __forceinline__ Wide at(int replica, long long i) const {
    return lane<Wide>(replicas.gradient[replica], i);
  }

  template <int WIDTH> __device__ __forceinline__ void store(long long i, float sum) const {
    mean[i] = sum / static_cast<float>(numReplicas);
  }

  template <int WIDTH> __device__ __forceinline__ void store(long long i, float4 sum) const {
    const float count = static_cast<float>(numReplicas);
    lane<float4>(mean, i) =
        make_float4(sum.x / count, sum.y / count, sum.z / count, sum.w / count);
  }
};

template <int LEVELS>
__device__ __forceinline__ void walkMean(const Replicas& replicas, int numReplicas, float* result,
                                         long long length) {
  bool byFour = fours(result, 4);
#pragma unroll 1
  for (int replica = 0; replica < numReplicas; replica++) {
    byFour = byFour && fours(replicas.gradient[replica], 4);
  }
  walk<1>(Mean<LEVELS>{replicas, numReplicas, result}, length, byFour);
}

}  // namespace gradwire

extern "C" {

__global__ void mean(const __grid_constant__ gradwire::Replicas replicas, int numReplicas,
                     float* result, long long length) {
  gradwire::walkMean<5>(replicas, numReplicas, result, length);
}

// Of at most 3.
__global__ void mean_of_few(const __grid_constant__ gradwire::Replicas replicas, int numReplicas,
                            float* result, long long length) {
  gradwire::walkMean<0>(replicas, numReplicas, result, length);
}

}  // extern "C"
