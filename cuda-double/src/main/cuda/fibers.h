// Runs a grid: its blocks one after the other, each block's threads as fibers.
#pragma once

#include <functional>

#include "host_shim.h"

namespace shim {

// False if threads wait for each other in a way that never ends.
bool runGrid(dim3 grid, dim3 block, const std::function<void()>& kernel);

}  // namespace shim
