// Optimizer steps, one pass over memory each: [length] float32, in place, gradient only read.
//
// Operation for operation what the parameter server's loops do, none fused (built with
// -fmad=false, division and root correctly rounded), so that both give the same bits, NaN's
// payload aside. The formulas and their sources stand at gradwire.server.optimizer.
#pragma once

#include "walk.cuh"

namespace gradwire {

struct Sgd {
  static constexpr int SLOTS = 0;
  float rate;
  float decay;

  __device__ __forceinline__ float operator()(float w, float g, float&, float&) const {
    return w - rate * (g + decay * w);
  }
};

struct Momentum {
  static constexpr int SLOTS = 1;
  float rate;
  float momentum;
  float decay;

  __device__ __forceinline__ float operator()(float w, float gradient, float& a, float&) const {
    a = momentum * a + (gradient + decay * w);
    return w - rate * a;
  }
};

struct Nesterov {
  static constexpr int SLOTS = 1;
  float rate;
  float momentum;
  float ahead;
  float decay;

  __device__ __forceinline__ float operator()(float w, float gradient, float& a, float&) const {
    const float g = gradient + decay * w;
    a = momentum * a + g;
    return w - (rate * g + ahead * a);
  }
};

struct Adagrad {
  static constexpr int SLOTS = 1;
  float rate;
  float decay;

  __device__ __forceinline__ float operator()(float w, float gradient, float& a, float&) const {
    const float g = gradient + decay * w;
    a = a + g * g;
    return w - rate * g / sqrtf(a);
  }
};

struct RmsProp {
  static constexpr int SLOTS = 2;
  float rate;
  float renewed;
  float momentum;
  float epsilon;
  float decay;

  __device__ __forceinline__ float operator()(float w, float gradient, float& s, float& m) const {
    const float g = gradient + decay * w;
    s = s + (g * g - s) * renewed;
    m = momentum * m + rate * g / sqrtf(s + epsilon);
    return w - m;
  }
};

// Adam with `before`, the coupled decay; AdamW with `beside`. The other one is 0.
struct Adam {
  static constexpr int SLOTS = 2;
  float rate;
  float renewedMean;
  float renewedSquare;
  float epsilon;
  float before;
  float beside;

  __device__ __forceinline__ float operator()(float w, float gradient, float& m, float& v) const {
    const float g = gradient + before * w;
    m = m + (g - m) * renewedMean;
    v = v + (g * g - v) * renewedSquare;
    return w - beside * w - rate * m / (sqrtf(v) + epsilon);
  }
};

// A statistic loses its "gradient", whatever the rule.
struct Subtract {
  static constexpr int SLOTS = 0;

  __device__ __forceinline__ float operator()(float w, float g, float&, float&) const {
    return w - g;
  }
};

template <typename Rule> struct Step {
  Rule rule;
  float* weights;
  float* first;
  float* second;
  const float* gradient;

  template <typename Wide> struct Loaded {
    Wide w, g, a, b;
  };

  template <int WIDTH> __device__ __forceinline__ Loaded<FloatLane<WIDTH>> load(long long i) const {
    using Wide = FloatLane<WIDTH>;
    Loaded<Wide> x{};
    x.w = lane<Wide>(weights, i);
    x.g = lane<Wide>(gradient, i);
    if constexpr (Rule::SLOTS > 0) {
      x.a = lane<Wide>(first, i);
    }
    if constexpr (Rule::SLOTS > 1) {
      x.b = lane<Wide>(second, i);
    }
    return x;
  }

  template <int WIDTH>
  __device__ __forceinline__ void store(long long i, Loaded<FloatLane<WIDTH>> x) const {
    using Wide = FloatLane<WIDTH>;
    apply(x);
    lane<Wide>(weights, i) = x.w;
    if constexpr (Rule::SLOTS > 0) {
      lane<Wide>(first, i) = x.a;
    }
    if constexpr (Rule::SLOTS > 1) {
      lane<Wide>(second, i) = x.b;
    }
  }

  __device__ __forceinline__ void apply(Loaded<float>& x) const {
    x.w = rule(x.w, x.g, x.a, x.b);
  }

  __device__ __forceinline__ void apply(Loaded<float4>& x) const {
    x.w.x = rule(x.w.x, x.g.x, x.a.x, x.b.x);
    x.w.y = rule(x.w.y, x.g.y, x.a.y, x.b.y);
    x.w.z = rule(x.w.z, x.g.z, x.a.z, x.b.z);
    x.w.w = rule(x.w.w, x.g.w, x.a.w, x.b.w);
  }

  __device__ __forceinline__ void over(long long length) const {
    bool byFour = fours(weights, 4) && fours(gradient, 4);
    if constexpr (Rule::SLOTS > 0) {
      byFour = byFour && fours(first, 4);
    }
    if constexpr (Rule::SLOTS > 1) {
      byFour = byFour && fours(second, 4);
    }
    walk<Rule::SLOTS == 0 ? 2 : 1>(*this, length, byFour);
  }
};

template <typename Rule>
__device__ __forceinline__ void step(Rule rule, float* weights, float* first, float* second,
                                     const float* gradient, long long length) {
  Step<Rule>{rule, weights, first, second, gradient}.over(length);
}

}  // namespace gradwire

extern "C" {

__global__ void sgd(float* weights, const float* gradient, long long length, float rate,
                    float decay) {
  gradwire::step(gradwire::Sgd{rate, decay}, weights, nullptr, nullptr, gradient, length);
}

__global__ void momentum(float* weights, float* accumulator, const float* gradient,
                         long long length, float rate, float kept, float decay) {
  gradwire::step(gradwire::Momentum{rate, kept, decay}, weights, accumulator, nullptr, gradient,
                 length);
}

__global__ void nesterov(float* weights, float* accumulator, const float* gradient,
                         long long length, float rate, float kept, float ahead, float decay) {
  gradwire::step(gradwire::Nesterov{rate, kept, ahead, decay}, weights, accumulator, nullptr,
                 gradient, length);
}

__global__ void adagrad(float* weights, float* accumulator, const float* gradient,
                        long long length, float rate, float decay) {
  gradwire::step(gradwire::Adagrad{rate, decay}, weights, accumulator, nullptr, gradient, length);
}

__global__ void rmsprop(float* weights, float* meanSquare, float* accumulator,
                        const float* gradient, long long length, float rate, float renewed,
                        float kept, float epsilon, float decay) {
  gradwire::step(gradwire::RmsProp{rate, renewed, kept, epsilon, decay}, weights, meanSquare,
                 accumulator, gradient, length);
}

__global__ void adam(float* weights, float* mean, float* square, const float* gradient,
                     long long length, float rate, float renewedMean, float renewedSquare,
                     float epsilon, float before, float beside) {
  gradwire::step(gradwire::Adam{rate, renewedMean, renewedSquare, epsilon, before, beside},
                 weights, mean, square, gradient, length);
}

__global__ void subtract(float* weights, const float* gradient, long long length) {
  gradwire::step(gradwire::Subtract{}, weights, nullptr, nullptr, gradient, length);
}

}  // extern "C"
