// One time step of an LSTM without peepholes, over a batch. A row of gates has four parts of `units` floats, as DL4J
// has them: what comes in (tanh), and the forget, output and input gates (logistic).

#include <string.h>

#include "gradwire.h"

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

// Where a sequence's time step begins, of `units` floats a step.
INLINE int64_t at(int64_t sequence, int64_t step, int64_t steps, int64_t units) {
  return (sequence * steps + step) * units;
}

// gates [n, steps, 4 * units]: sums, which become activations, but for the first step's forget gate. states, squashed, outputs [n, steps, units].
EXPORTED(void, lstm_step)(float *gates, float *states, float *squashed, float *outputs, int64_t step,
                          int64_t steps, int64_t n, int64_t units) {
  for (int64_t row = 0; row < n; row++) {
    float *restrict in = gates + at(row, step, steps, 4 * units);
    float *restrict forget = in + units;
    float *restrict out = in + 2 * units;
    float *restrict let = in + 3 * units;
    float *restrict c = states + at(row, step, steps, units);
    float *restrict t = squashed + at(row, step, steps, units);
    float *restrict h = outputs + at(row, step, steps, units);
    for (int64_t i = 0; i < units; i++) {
      in[i] = hyperbolic_tangent(in[i]);
      let[i] = logistic(let[i]);
      out[i] = logistic(out[i]);
      c[i] = let[i] * in[i];
    }
    if (step > 0) {
      const float *restrict b = states + at(row, step - 1, steps, units);
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

// gates: activations, which become the gradients of the sums. dy [n, steps, units]: of the outputs, from above;
// dh [n, units]: of the step's output, from the step after; dc [n, units]: of the state, from the step after, which
// becomes that of the state before, if there is one.
EXPORTED(void, lstm_step_gradient)(float *gates, const float *states, const float *squashed,
                                   const float *dy, const float *dh, float *dc, int64_t step,
                                   int64_t steps, int64_t n, int64_t units) {
  for (int64_t row = 0; row < n; row++) {
    float *restrict in = gates + at(row, step, steps, 4 * units);
    float *restrict forget = in + units;
    float *restrict out = in + 2 * units;
    float *restrict let = in + 3 * units;
    const float *restrict b = step > 0 ? states + at(row, step - 1, steps, units) : 0;
    const float *restrict t = squashed + at(row, step, steps, units);
    const float *restrict above = dy + at(row, step, steps, units);
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
