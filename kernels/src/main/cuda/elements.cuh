// What happens to elements one by one, and to their order.
#pragma once

#include "activations.cuh"

namespace gradwire {

// Calls work(i) for every i in [0, count), shared out over the grid.
template <typename Work>
__device__ __forceinline__ void forEach(long long count, const Work& work) {
  const long long stride = static_cast<long long>(gridDim.x) * blockDim.x;
#pragma unroll 1
  for (long long i = static_cast<long long>(blockIdx.x) * blockDim.x + threadIdx.x; i < count;
       i += stride) {
    work(i);
  }
}

// Wellons's lowbias32.
__device__ __forceinline__ unsigned int hash(unsigned int x) {
  x ^= x >> 16;
  x *= 0x7feb352du;
  x ^= x >> 15;
  x *= 0x846ca68bu;
  return x ^ (x >> 16);
}

}  // namespace gradwire

extern "C" {

// y = f(z).
__global__ void activate(const float* z, float* y, long long length, int activation) {
  gradwire::forEach(length,
                    [=](long long i) { y[i] = gradwire::activated(activation, z[i]); });
}

// dz = dy * f'(z), where y = f(z); dz may be dy.
__global__ void activation_gradient(const float* z, const float* y, const float* dy, float* dz,
                                    long long length, int activation) {
  gradwire::forEach(length, [=](long long i) {
    dz[i] = dy[i] * gradwire::slope(activation, z[i], y[i]);
  });
}

// into = a + b; any two may be the same.
__global__ void add_floats(const float* a, const float* b, float* into, long long length) {
  gradwire::forEach(length, [=](long long i) { into[i] = a[i] + b[i]; });
}

// into = from * scale where the element's 24 bits are below the threshold, else 0.
__global__ void dropout(const float* from, float* into, long long length, const unsigned int* key,
                        unsigned int threshold, float scale) {
  const unsigned int low = key[0];
  const unsigned int high = key[1];
  gradwire::forEach(length, [=](long long i) {
    const unsigned int seed = static_cast<unsigned int>(i) * 0x9e3779b1u + low;
    const unsigned int bits = gradwire::hash(gradwire::hash(seed) ^ high) >> 8;
    into[i] = bits < threshold ? from[i] * scale : 0.0f;
  });
}

// into[n, j, i] = from[n, i, j]; from [count, rows, columns].
__global__ void transpose(const float* from, float* into, long long count, int rows, int columns) {
  const int each = rows * columns;
  gradwire::forEach(count * each, [=](long long i) {
    const long long n = i / each;
    const int at = static_cast<int>(i % each);
    into[i] = from[n * each + static_cast<long long>(at % rows) * columns + at / rows];
  });
}

// Rows of `columns` floats, whose beginnings lie further apart at one end or both.
__global__ void copy_rows(const float* from, int fromPitch, float* into, int intoPitch,
                          long long rows, int columns) {
  gradwire::forEach(rows * columns, [=](long long i) {
    into[i / columns * intoPitch + i % columns] = from[i / columns * fromPitch + i % columns];
  });
}

}  // extern "C"
