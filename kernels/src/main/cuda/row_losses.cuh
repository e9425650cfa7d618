// Losses of rows [rows, columns] against labels of the same shape, with their gradients; a warp for
// each row. The scale of the gradients is read from memory, as a captured launch is replayed.
#pragma once

#include "activations.cuh"
#include "warp.cuh"

namespace gradwire {

struct LossRows {
  const float* z;
  const float* labels;
  float* gradient;
  float* losses;
  int rows;
  int columns;

  // Calls work(row, index of its first element) for each row of a warp's.
  template <typename Work> __device__ __forceinline__ void forEachRow(const Work& work) const {
    Warp::forEach(rows, [&](long long row) { work(row, row * columns); });
  }

  // The sum over a row of what `term` gives for each column.
  template <typename Term> __device__ __forceinline__ float sum(const Term& term) const {
    return Warp::sumOf(columns, term);
  }

  __device__ __forceinline__ float largest(long long first) const {
    float top = __uint_as_float(0xff800000u);
#pragma unroll 1
    for (int c = Warp::lane(); c < columns; c += Warp::SIZE) {
      top = fmaxf(top, z[first + c]);
    }
    return Warp::largest(top);
  }
};

// Cross entropy of softmax(z): -SUM(y log(clip(p))). Clipped, what is below the floor has no
// gradient of its own, and the others' is p * S - y with S the sum of their labels; else p - y.
struct Softmax {
  static constexpr float FLOOR = 1e-10f;

  LossRows of;
  const float* scale;
  bool clipped;

  __device__ __forceinline__ bool counts(float p) const { return !clipped || p >= FLOOR; }

  __device__ __forceinline__ void row(long long row, long long first) const {
    const float top = of.largest(first);
    const float whole = of.sum([&](int c) { return expf(of.z[first + c] - top); });
    const auto p = [&](int c) { return expf(of.z[first + c] - top) / whole; };
    const float loss = of.sum([&](int c) {
      const float y = of.labels[first + c];
      return y == 0.0f ? 0.0f : -y * logf(fmaxf(p(c), FLOOR));
    });
    const float labels = clipped ? of.sum([&](int c) {
      return counts(p(c)) ? of.labels[first + c] : 0.0f;
    })
                                 : 1.0f;
#pragma unroll 1
    for (int c = Warp::lane(); c < of.columns; c += Warp::SIZE) {
      const float y = counts(p(c)) ? of.labels[first + c] : 0.0f;
      of.gradient[first + c] = (p(c) * labels - y) * *scale;
    }
    if (Warp::lane() == 0) {
      of.losses[row] = loss;
    }
  }
};

// Losses that are sums over a row's elements, of f(z).
struct ElementLoss {
  enum Kind { SQUARED, MEAN_SQUARED, BINARY_CROSS_ENTROPY };

  LossRows of;
  const float* scale;
  int kind;
  int activation;

  __device__ __forceinline__ float loss(float z, float y) const {
    if (kind == BINARY_CROSS_ENTROPY) {
      return fmaxf(z, 0.0f) - z * y + log1pf(expf(-fabsf(z)));
    }
    const float error = activated(activation, z) - y;
    return error * error;
  }

  __device__ __forceinline__ float gradient(float z, float y) const {
    if (kind == BINARY_CROSS_ENTROPY) {
      return logistic(z) - y;
    }
    const float p = activated(activation, z);
    return 2.0f * (p - y) * slope(activation, z, p);
  }

  __device__ __forceinline__ void row(long long row, long long first) const {
    const float factor = kind == MEAN_SQUARED ? 1.0f / static_cast<float>(of.columns) : 1.0f;
    const float loss = of.sum([&](int c) {
      return this->loss(of.z[first + c], of.labels[first + c]);
    });
#pragma unroll 1
    for (int c = Warp::lane(); c < of.columns; c += Warp::SIZE) {
      of.gradient[first + c] =
          gradient(of.z[first + c], of.labels[first + c]) * factor * *scale;
    }
    if (Warp::lane() == 0) {
      of.losses[row] = loss * factor;
    }
  }
};

}  // namespace gradwire

extern "C" {

// The gradient may be z.
__global__ void softmax_loss(const float* z, const float* labels, float* gradient, float* losses,
                             int rows, int columns, const float* scale, int clipped) {
  const gradwire::Softmax loss{
      {z, labels, gradient, losses, rows, columns}, scale, clipped != 0};
  loss.of.forEachRow([&](long long row, long long first) { loss.row(row, first); });
}

// As the last one.
__global__ void element_loss(const float* z, const float* labels, float* gradient, float* losses,
                             int rows, int columns, const float* scale, int kind, int activation) {
  const gradwire::ElementLoss loss{
      {z, labels, gradient, losses, rows, columns}, scale, kind, activation};
  loss.of.forEachRow([&](long long row, long long first) { loss.row(row, first); });
}

// p = softmax(z).
__global__ void softmax(const float* z, float* p, int rows, int columns) {
  const gradwire::LossRows of{z, nullptr, p, nullptr, rows, columns};
  of.forEachRow([&](long long, long long first) {
    const float top = of.largest(first);
    const float whole = of.sum([&](int c) { return expf(z[first + c] - top); });
#pragma unroll 1
    for (int c = gradwire::Warp::lane(); c < columns; c += gradwire::Warp::SIZE) {
      p[first + c] = expf(z[first + c] - top) / whole;
    }
  });
}

}  // extern "C"
