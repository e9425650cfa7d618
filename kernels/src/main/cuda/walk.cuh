// How a kernel walks vectors: by four elements where addresses allow, several loads in flight.
//
// A vector operation is a struct with
//   load<WIDTH>(i)      reads elements [i * WIDTH, (i + 1) * WIDTH) of every operand
//   store<WIDTH>(i, x)  computes on what load gave, and writes the same elements
// for WIDTH 1 and 4. Any grid of one dimension is right; threads share elements by stride.
#pragma once

namespace gradwire {

template <int WIDTH> struct Lane;
template <> struct Lane<1> {
  using Float = float;
  using Half = unsigned short;
  using Byte = signed char;
};
template <> struct Lane<4> {
  using Float = float4;
  using Half = ushort4;
  using Byte = char4;
};

template <int WIDTH> using FloatLane = typename Lane<WIDTH>::Float;
template <int WIDTH> using HalfLane = typename Lane<WIDTH>::Half;
template <int WIDTH> using ByteLane = typename Lane<WIDTH>::Byte;

// One lane of a vector in memory.
template <typename Wide, typename Element>
__device__ __forceinline__ Wide& lane(Element* vector, long long i) {
  return reinterpret_cast<Wide*>(vector)[i];
}

template <typename Wide, typename Element>
__device__ __forceinline__ const Wide& lane(const Element* vector, long long i) {
  return reinterpret_cast<const Wide*>(vector)[i];
}

__device__ __forceinline__ float add(float a, float b) { return a + b; }

__device__ __forceinline__ float4 add(float4 a, float4 b) {
  return make_float4(a.x + b.x, a.y + b.y, a.z + b.z, a.w + b.w);
}

// Whether four elements of `bytes` bytes each can be read at once from `vector` on.
__device__ __forceinline__ bool fours(const void* vector, int bytes) {
  return (reinterpret_cast<unsigned long long>(vector) & (4 * bytes - 1)) == 0;
}

template <int WIDTH, int DEPTH, typename Operation>
__device__ __forceinline__ void walk(Operation op, long long begin, long long end) {
  const long long stride = static_cast<long long>(gridDim.x) * blockDim.x;
  long long i = begin + static_cast<long long>(blockIdx.x) * blockDim.x + threadIdx.x;
#pragma unroll 1
  for (; i + (DEPTH - 1) * stride < end; i += DEPTH * stride) {
    decltype(op.template load<WIDTH>(i)) loaded[DEPTH];
#pragma unroll
    for (int k = 0; k < DEPTH; k++) {
      loaded[k] = op.template load<WIDTH>(i + k * stride);
    }
#pragma unroll
    for (int k = 0; k < DEPTH; k++) {
      op.template store<WIDTH>(i + k * stride, loaded[k]);
    }
  }
#pragma unroll 1
  for (; i < end; i += stride) {
    op.template store<WIDTH>(i, op.template load<WIDTH>(i));
  }
}

// All of `length` elements. DEPTH: how many lanes a thread has in flight.
template <int DEPTH, typename Operation>
__device__ __forceinline__ void walk(Operation op, long long length, bool byFour) {
  const long long wide = byFour ? length >> 2 : 0;
  walk<4, DEPTH>(op, 0, wide);
  walk<1, 1>(op, 4 * wide, length);
}

// The same, each block a stretch of its own at a time: better where more is written than read.
template <int DEPTH, typename Operation>
__device__ __forceinline__ void walkStretches(Operation op, long long length, bool byFour) {
  const long long wide = byFour ? length >> 2 : 0;
  const long long stretch = static_cast<long long>(DEPTH) * blockDim.x;
#pragma unroll 1
  for (long long begin = blockIdx.x * stretch; begin < wide; begin += gridDim.x * stretch) {
    decltype(op.template load<4>(begin)) loaded[DEPTH];
#pragma unroll
    for (int k = 0; k < DEPTH; k++) {
      const long long i = begin + k * blockDim.x + threadIdx.x;
      if (i < wide) {
        loaded[k] = op.template load<4>(i);
      }
    }
#pragma unroll
    for (int k = 0; k < DEPTH; k++) {
      const long long i = begin + k * blockDim.x + threadIdx.x;
      if (i < wide) {
        op.template store<4>(i, loaded[k]);
      }
    }
  }
  walk<1, 1>(op, 4 * wide, length);
}

}  // namespace gradwire
