// One time step of an LSTM without peepholes, over a batch. A row of gates has four parts of `units` floats, as DL4J
// has them: what comes in (tanh), and the forget, output and input gates (logistic).

#include <string.h>

#include "gradwire.h"

#define INLINE static inline __attribute__((always_inline))

// exp(x) by Cephes's expf: a power of two times a polynomial of what is left, |r| <= log(2) / 2; 2 ulp.
INLINE float exponential(float x) {
  x = x < -87.0f ? -87.0f : x > 88.0f ? 88.0f : x;
  const float rounder = 12582912.0f;  // 1.5 * 2^23: a sum with it has no fraction
  float power = (x * 1.44269504088896341f + rounder) - rounder;
  float r = x - power * 0.693359375f - power * -2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  int32_t bits = ((int32_t)power + 127) << 23;
  float scale;
  memcpy(&scale, &bits, sizeof scale);
  return (p * (r * r) + r + 1.0f) * scale;
}

INLINE float logistic(float x) { return 1.0f / (1.0f + exponential(-x)); }

// Cephes's tanhf: a polynomial near 0, where the other form would cancel.
INLINE float hyperbolic_tangent(float x) {
  float s = x * x;
  float p = -5.70498872745e-3f;
  p = p * s + 2.06390887954e-2f;
  p = p * s - 5.37397155531e-2f;
  p = p * s + 1.33314422036e-1f;
  p = p * s - 3.33332819422e-1f;
  float near = p * s * x + x;
  float far = 1.0f - 2.0f / (exponential(2.0f * x) + 1.0f);
  return s < 0.390625f ? near : far;
}

// gates[row]: sums, to become activations. The state before is none at the first step. Rows of gates are gate_stride
// floats apart, those of states (before, state, squashed, output) state_stride.
EXPORTED(void, lstm_step)(float *gates, int64_t gate_stride, const float *before, float *state,
                          float *squashed, float *output, int64_t state_stride, int64_t n,
                          int64_t units) {
  for (int64_t row = 0; row < n; row++) {
    float *restrict in = gates + row * gate_stride;
    float *restrict forget = in + units;
    float *restrict out = in + 2 * units;
    float *restrict let = in + 3 * units;
    float *restrict c = state + row * state_stride;
    float *restrict t = squashed + row * state_stride;
    float *restrict h = output + row * state_stride;
    for (int64_t i = 0; i < units; i++) {
      in[i] = hyperbolic_tangent(in[i]);
      let[i] = logistic(let[i]);
      out[i] = logistic(out[i]);
      c[i] = let[i] * in[i];
    }
    if (before) {
      const float *restrict b = before + row * state_stride;
      for (int64_t i = 0; i < units; i++) {
        forget[i] = logistic(forget[i]);
        c[i] += forget[i] * b[i];
      }
    }
    for (int64_t i = 0; i < units; i++) {
      t[i] = hyperbolic_tangent(c[i]);
      h[i] = out[i] * t[i];
    }
  }
}

// gates[row]: activations, to become the gradients of the sums. dy: of the step's output from above; dh [n, units]:
// of the same from the step after; dc [n, units]: of the state, from the step after, to become that of the state
// before.
EXPORTED(void, lstm_step_gradient)(float *gates, int64_t gate_stride, const float *before,
                                   const float *squashed, const float *dy, int64_t state_stride,
                                   const float *dh, float *dc, int64_t n, int64_t units) {
  for (int64_t row = 0; row < n; row++) {
    float *restrict in = gates + row * gate_stride;
    float *restrict forget = in + units;
    float *restrict out = in + 2 * units;
    float *restrict let = in + 3 * units;
    const float *restrict b = before ? before + row * state_stride : 0;
    const float *restrict t = squashed + row * state_stride;
    const float *restrict above = dy + row * state_stride;
    const float *restrict after = dh + row * units;
    float *restrict carried = dc + row * units;
    for (int64_t i = 0; i < units; i++) {
      float g = above[i] + after[i];
      float s = carried[i] + g * out[i] * (1.0f - t[i] * t[i]);
      float a = in[i];
      in[i] = s * let[i] * (1.0f - a * a);
      out[i] = g * t[i] * out[i] * (1.0f - out[i]);
      let[i] = s * a * let[i] * (1.0f - let[i]);
      carried[i] = s;
    }
    for (int64_t i = 0; i < units; i++) {
      float f = forget[i];
      forget[i] = b ? carried[i] * b[i] * f * (1.0f - f) : 0;
      carried[i] *= f;
    }
  }
}
