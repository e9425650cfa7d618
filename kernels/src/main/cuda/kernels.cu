// All kernels, as one module.
#include "casts.cuh"
#include "checksum.cuh"
#include "loss.cuh"
#include "mean.cuh"
#include "optimizers.cuh"
#include "quantise.cuh"

// What a launch costs by itself.
extern "C" __global__ void nothing() {}
