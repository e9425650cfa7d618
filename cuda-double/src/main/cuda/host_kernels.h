// The kernels, built for this processor, by name.
#pragma once

#include <functional>
#include <string>

#include "host_shim.h"

// What a launch would run on a grid of blocks, its arguments copied; false if threads deadlocked.
using Launch = std::function<bool(dim3 grid, dim3 block)>;

// Null if there is no kernel of that name.
const std::function<Launch(void** arguments)>* hostKernel(const std::string& name);
