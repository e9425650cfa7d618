// What a launch costs without Java: the same driver function, called in a loop.
#include <chrono>

using Launch = int (*)(void* kernel, unsigned int, unsigned int, unsigned int, unsigned int,
                       unsigned int, unsigned int, unsigned int, void* stream, void** arguments,
                       void** extra);

// Nanoseconds for `count` launches of one warp, or -1 if one was refused.
extern "C" long launch_loop(Launch launch, void* kernel, void* stream, void** arguments,
                            long count) {
  const auto begun = std::chrono::steady_clock::now();
  for (long i = 0; i < count; i++) {
    if (launch(kernel, 1, 1, 1, 32, 1, 1, 0, stream, arguments, nullptr) != 0) {
      return -1;
    }
  }
  return std::chrono::nanoseconds(std::chrono::steady_clock::now() - begun).count();
}
