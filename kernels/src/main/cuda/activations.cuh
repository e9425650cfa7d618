// Activations y = f(z) and their slopes, by the numbers that the caller's enum has.
#pragma once

namespace gradwire {

enum Activation {
  IDENTITY,
  RELU,
  TANH,
  SIGMOID,
  SOFTPLUS,
  SOFTSIGN,
  ELU,
  SWISH,
  HARD_TANH,
  CUBE,
};

__device__ __forceinline__ float logistic(float z) { return 1.0f / (1.0f + expf(-z)); }

__device__ __forceinline__ float activated(int activation, float z) {
  switch (activation) {
    case RELU: return z > 0.0f ? z : 0.0f;
    case TANH: return tanhf(z);
    case SIGMOID: return logistic(z);
    case SOFTPLUS: return fmaxf(z, 0.0f) + log1pf(expf(-fabsf(z)));
    case SOFTSIGN: return z / (1.0f + fabsf(z));
    case ELU: return z > 0.0f ? z : expm1f(z);
    case SWISH: return z * logistic(z);
    case HARD_TANH: return fminf(fmaxf(z, -1.0f), 1.0f);
    case CUBE: return z * z * z;
    default: return z;
  }
}

// The slope at z, where f is y. The first four need no z.
__device__ __forceinline__ float slope(int activation, float z, float y) {
  const float s = activation == SOFTPLUS || activation == SWISH ? logistic(z) : 0.0f;
  const float below = 1.0f + fabsf(z);
  switch (activation) {
    case RELU: return y > 0.0f ? 1.0f : 0.0f;
    case TANH: return 1.0f - y * y;
    case SIGMOID: return y * (1.0f - y);
    case SOFTPLUS: return s;
    case SOFTSIGN: return 1.0f / (below * below);
    case ELU: return z > 0.0f ? 1.0f : expf(z);
    case SWISH: return s + z * s * (1.0f - s);
    case HARD_TANH: return z >= -1.0f && z <= 1.0f ? 1.0f : 0.0f;
    case CUBE: return 3.0f * z * z;
    default: return 1.0f;
  }
}

}  // namespace gradwire
