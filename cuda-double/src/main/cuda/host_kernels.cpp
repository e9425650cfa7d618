#include "host_kernels.h"

#include <map>
#include <tuple>
#include <utility>

#include "fibers.h"
#include "kernels.cu"

namespace {

using Binder = std::function<Launch(void**)>;

template <typename... Args, std::size_t... I>
std::tuple<Args...> copied(void (*)(Args...), [[maybe_unused]] void** arguments,
                           std::index_sequence<I...>) {
  return {*static_cast<Args*>(arguments[I])...};
}

// Threads that never wait for each other need no fibers.
bool runInOrder(dim3 grid, dim3 block, const std::function<void()>& kernel) {
  gridDim = grid;
  blockDim = block;
  for (unsigned int b = 0; b < grid.x; b++) {
    blockIdx = {b, 0, 0};
    for (unsigned int t = 0; t < block.x; t++) {
      threadIdx = {t, 0, 0};
      kernel();
    }
  }
  return true;
}

template <typename... Args> Binder binder(void (*kernel)(Args...), bool waits) {
  return [kernel, waits](void** arguments) -> Launch {
    auto values = copied(kernel, arguments, std::index_sequence_for<Args...>{});
    return [kernel, waits, values](dim3 grid, dim3 block) {
      auto run = [&] { std::apply(kernel, values); };
      return waits ? shim::runGrid(grid, block, run) : runInOrder(grid, block, run);
    };
  };
}

const std::map<std::string, Binder>& kernels() {
  constexpr bool WAITS = true;
  static const std::map<std::string, Binder> all = {
      {"sgd", binder(sgd, !WAITS)},
      {"momentum", binder(momentum, !WAITS)},
      {"nesterov", binder(nesterov, !WAITS)},
      {"adagrad", binder(adagrad, !WAITS)},
      {"rmsprop", binder(rmsprop, !WAITS)},
      {"adam", binder(adam, !WAITS)},
      {"subtract", binder(subtract, !WAITS)},
      {"mean", binder(mean, !WAITS)},
      {"mean_of_few", binder(mean_of_few, !WAITS)},
      {"float32_to_bfloat16", binder(float32_to_bfloat16, !WAITS)},
      {"bfloat16_to_float32", binder(bfloat16_to_float32, !WAITS)},
      {"float32_to_float16", binder(float32_to_float16, !WAITS)},
      {"float16_to_float32", binder(float16_to_float32, !WAITS)},
      {"float32_to_int8", binder(float32_to_int8, WAITS)},
      {"int8_to_float32", binder(int8_to_float32, !WAITS)},
      {"softmax_cross_entropy_16", binder(softmax_cross_entropy_16, WAITS)},
      {"softmax_cross_entropy_32", binder(softmax_cross_entropy_32, WAITS)},
      {"softmax_cross_entropy_128", binder(softmax_cross_entropy_128, WAITS)},
      {"softmax_cross_entropy_256", binder(softmax_cross_entropy_256, WAITS)},
      {"softmax_cross_entropy_1024", binder(softmax_cross_entropy_1024, WAITS)},
      {"softmax_cross_entropy_any", binder(softmax_cross_entropy_any, WAITS)},
      {"crc32c", binder(crc32c, WAITS)},
      {"dense_forward", binder(dense_forward, WAITS)},
      {"dense_input_gradient", binder(dense_input_gradient, WAITS)},
      {"dense_weights_gradient", binder(dense_weights_gradient, WAITS)},
      {"sum_parts", binder(sum_parts, !WAITS)},
      {"convolution_forward", binder(convolution_forward, WAITS)},
      {"convolution_input_gradient", binder(convolution_input_gradient, WAITS)},
      {"convolution_weights_gradient", binder(convolution_weights_gradient, WAITS)},
      {"sum_filter_parts", binder(sum_filter_parts, !WAITS)},
      {"depthwise_forward", binder(depthwise_forward, !WAITS)},
      {"depthwise_input_gradient", binder(depthwise_input_gradient, !WAITS)},
      {"depthwise_weights_sums", binder(depthwise_weights_sums, WAITS)},
      {"depthwise_weights_gradient", binder(depthwise_weights_gradient, !WAITS)},
      {"max_pool", binder(max_pool, !WAITS)},
      {"max_pool_gradient", binder(max_pool_gradient, !WAITS)},
      {"average_pool", binder(average_pool, !WAITS)},
      {"average_pool_gradient", binder(average_pool_gradient, !WAITS)},
      {"activate", binder(activate, !WAITS)},
      {"activation_gradient", binder(activation_gradient, !WAITS)},
      {"add_floats", binder(add_floats, !WAITS)},
      {"dropout", binder(dropout, !WAITS)},
      {"transpose", binder(transpose, !WAITS)},
      {"copy_rows", binder(copy_rows, !WAITS)},
      {"column_sums", binder(column_sums, WAITS)},
      {"column_squares", binder(column_squares, WAITS)},
      {"column_gradient_sums", binder(column_gradient_sums, WAITS)},
      {"column_means", binder(column_means, !WAITS)},
      {"batch_norm_scale", binder(batch_norm_scale, !WAITS)},
      {"batch_norm_running_scale", binder(batch_norm_running_scale, !WAITS)},
      {"batch_norm_forward", binder(batch_norm_forward, !WAITS)},
      {"batch_norm_gradients", binder(batch_norm_gradients, !WAITS)},
      {"batch_norm_input_gradient", binder(batch_norm_input_gradient, !WAITS)},
      {"layer_norm", binder(layer_norm, WAITS)},
      {"column_gain_sums", binder(column_gain_sums, WAITS)},
      {"layer_norm_input_gradient", binder(layer_norm_input_gradient, WAITS)},
      {"embedding", binder(embedding, !WAITS)},
      {"rank_ids", binder(rank_ids, WAITS)},
      {"embedding_gradient", binder(embedding_gradient, WAITS)},
      {"lstm_cell", binder(lstm_cell, !WAITS)},
      {"lstm_cell_gradient", binder(lstm_cell_gradient, !WAITS)},
      {"softmax_loss", binder(softmax_loss, WAITS)},
      {"element_loss", binder(element_loss, WAITS)},
      {"softmax", binder(softmax, WAITS)},
      {"nothing", binder(nothing, !WAITS)},
  };
  return all;
}

}  // namespace

const std::function<Launch(void**)>* hostKernel(const std::string& name) {
  const auto found = kernels().find(name);
  return found == kernels().end() ? nullptr : &found->second;
}
