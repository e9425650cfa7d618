// How tests plant failures in the double, and read what it counts.
#include "driver_world.h"

extern "C" {

void double_reset() { world = World(); }

void double_plant(const char* function, int callsBefore, int result) {
  world.planted[function] = {callsBefore, result};
}

void double_lose_device() { world.lost = true; }

void double_set_devices(int numDevices) { world.numDevices = numDevices; }

void double_set_driver_version(int version) { world.driverVersion = version; }

void double_set_memory_limit(long bytes) { world.memoryLimit = bytes; }

// Memory, handles and contexts that are still open.
int double_num_open() {
  return static_cast<int>(world.memories.size() + world.handles.size()) + world.retains;
}

// Pieces of memory around which something was written.
int double_num_damaged() { return world.damaged; }

}  // extern "C"
