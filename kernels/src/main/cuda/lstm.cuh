// What an LSTM without peepholes does between its products (Hochreiter and Schmidhuber, 1997, with
// the forget gate of Gers et al., 2000), one time step of all sequences at a time:
//
//   state = logistic(forget) * state before + logistic(let) * tanh(in)
//   output = logistic(out) * tanh(state)
//
// A sequence's steps lie side by side. Its gates are [4 * units]: in, forget, out, let.
#pragma once

#include "elements.cuh"

namespace gradwire {

struct LstmStep {
  int step;
  int steps;
  int units;

  // Where a unit of a sequence is at this step.
  __device__ __forceinline__ long long state(long long i) const {
    return (i / units * steps + step) * units + i % units;
  }

  // Its first gate; the next are `units` further each.
  __device__ __forceinline__ long long gate(long long i) const {
    return (i / units * steps + step) * 4 * units + i % units;
  }

  // What the state before was.
  __device__ __forceinline__ float before(const float* states, long long i) const {
    return step > 0 ? states[state(i) - units] : 0.0f;
  }
};

}  // namespace gradwire

extern "C" {

// Gates are sums, and become activations; `recurrent` [sequences, 4 * units], a null pointer at the
// first step, is added to the sums.
__global__ void lstm_cell(float* gates, const float* recurrent, float* states, float* squashed,
                          float* outputs, long long count,
                          const __grid_constant__ gradwire::LstmStep at) {
  gradwire::forEach(count, [&](long long i) {
    const int units = at.units;
    float* const own = gates + at.gate(i);
    const long long first = i / units * 4 * units + i % units;
    const auto sum = [&](int gate) {
      const float z = own[gate * units];
      return recurrent == nullptr ? z : z + recurrent[first + gate * units];
    };
    const float in = tanhf(sum(0));
    const float forget = gradwire::logistic(sum(1));
    const float out = gradwire::logistic(sum(2));
    const float let = gradwire::logistic(sum(3));
    const float state = forget * at.before(states, i) + let * in;
    const float bounded = tanhf(state);
    own[0] = in;
    own[units] = forget;
    own[2 * units] = out;
    own[3 * units] = let;
    states[at.state(i)] = state;
    squashed[at.state(i)] = bounded;
    outputs[at.state(i)] = out * bounded;
  });
}

// Gates are activations, and become the gradients of the sums. dy: of the outputs, from above;
// recurrent [sequences, units]: of the same, from the step after, a null pointer at the last step;
// carried [sequences, units]: of the state, from the step after; becomes that of the state before.
__global__ void lstm_cell_gradient(float* gates, const float* states, const float* squashed,
                                   const float* dy, const float* recurrent, float* carried,
                                   long long count,
                                   const __grid_constant__ gradwire::LstmStep at) {
  gradwire::forEach(count, [&](long long i) {
    const int units = at.units;
    float* const own = gates + at.gate(i);
    const float in = own[0];
    const float forget = own[units];
    const float out = own[2 * units];
    const float let = own[3 * units];
    const float bounded = squashed[at.state(i)];
    const bool isLast = recurrent == nullptr;
    const float ofOutput = isLast ? dy[at.state(i)] : dy[at.state(i)] + recurrent[i];
    const float within = ofOutput * out * (1.0f - bounded * bounded);
    const float ofState = isLast ? within : carried[i] + within;
    own[0] = ofState * let * (1.0f - in * in);
    own[units] = ofState * at.before(states, i) * forget * (1.0f - forget);
    own[2 * units] = ofOutput * bounded * out * (1.0f - out);
    own[3 * units] = ofState * in * let * (1.0f - let);
    carried[i] = ofState * forget;
  });
}

}  // extern "C"
