// A vector for every id: y = W[id] + b. Ids are float32, whole numbers below the number of vectors.
//
// The gradient of W is the sum of those rows of dy that have the same id. Rows are ranked by id,
// and by number where ids are equal, so that every id's rows follow each other. The ranks of n rows
// take n^2 comparisons, 32 at a time (n = 8,192: 2^21 times 32); then every row of dy is read once.
#pragma once

#include "columns.cuh"
#include "warp.cuh"

namespace gradwire {

// Vectors in memory: how far apart neighbours are.
struct Vectors {
  int features;
  int idPitch;
  int featurePitch;

  __device__ __forceinline__ long long index(float id, int feature) const {
    return static_cast<long long>(id) * idPitch +
           static_cast<long long>(feature) * featurePitch;
  }
};

}  // namespace gradwire

extern "C" {

// A null pointer is no bias.
__global__ void embedding(const float* ids, const float* weights, const float* bias, float* y,
                          long long rows, const __grid_constant__ gradwire::Vectors vectors) {
  gradwire::forEach(rows * vectors.features, [&](long long i) {
    const int feature = static_cast<int>(i % vectors.features);
    const float weight = weights[vectors.index(ids[i / vectors.features], feature)];
    y[i] = bias == nullptr ? weight : weight + bias[feature];
  });
}

// ranked[rank]: the row of that rank. runs[rank]: where an id's rows begin, how many they are;
// else 0. A warp for each row.
__global__ void rank_ids(const float* ids, int* ranked, int* runs, int rows) {
  using gradwire::Warp;
  Warp::forEach(rows, [=](long long row) {
    const float id = ids[row];
    int lower = 0;
    int before = 0;
    int equal = 0;
#pragma unroll 4
    for (int other = Warp::lane(); other < rows; other += Warp::SIZE) {
      lower += ids[other] < id;
      before += ids[other] == id && other < row;
      equal += ids[other] == id;
    }
    before = Warp::sum(before);
    equal = Warp::sum(equal);
    const int rank = Warp::sum(lower) + before;
    if (Warp::lane() == 0) {
      ranked[rank] = static_cast<int>(row);
      runs[rank] = before == 0 ? equal : 0;
    }
  });
}

// dW of the ids that there are. A block of 256 threads for 32 columns of every rank; that of a run's
// first row sums the run, by a fixed tree.
__global__ void embedding_gradient(const float* dy, const float* ids, const int* ranked,
                                   const int* runs, float* dw,
                                   const __grid_constant__ gradwire::Vectors vectors) {
  using gradwire::COLUMN_LANES;
  using gradwire::COLUMN_WIDTH;
  __shared__ float tile[COLUMN_LANES][COLUMN_WIDTH];
  const int across = (vectors.features + COLUMN_WIDTH - 1) / COLUMN_WIDTH;
  const int rank = static_cast<int>(blockIdx.x) / across;
  const int run = runs[rank];
  const int within = static_cast<int>(threadIdx.x) % COLUMN_WIDTH;
  const int lane = static_cast<int>(threadIdx.x) / COLUMN_WIDTH;
  const int feature = static_cast<int>(blockIdx.x) % across * COLUMN_WIDTH + within;
  if (run == 0) {
    return;
  }
  float sum = 0.0f;
  if (feature < vectors.features) {
#pragma unroll 4
    for (int i = lane; i < run; i += COLUMN_LANES) {
      sum = sum + dy[static_cast<long long>(ranked[rank + i]) * vectors.features + feature];
    }
  }
  tile[lane][within] = sum;
  __syncthreads();
  if (lane == 0 && feature < vectors.features) {
    float whole = 0.0f;
#pragma unroll
    for (int i = 0; i < COLUMN_LANES; i++) {
      whole = whole + tile[i][within];
    }
    dw[vectors.index(ids[ranked[rank]], feature)] = whole;
  }
}

}  // extern "C"
