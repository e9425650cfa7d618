// How tests plant failures in the double, and read what it counts.
#include "driver_world.h"

extern "C" {

void double_reset() {
  LOCK_WORLD;
  world = World();
}

void double_plant(const char* function, int callsBefore, int result) {
  LOCK_WORLD;
  world.planted[function] = {callsBefore, result};
}

void double_lose_device() {
  LOCK_WORLD;
  world.lost = true;
}

void double_set_devices(int numDevices) {
  LOCK_WORLD;
  world.numDevices = numDevices;
}

void double_set_driver_version(int version) {
  LOCK_WORLD;
  world.driverVersion = version;
}

void double_set_memory_limit(long bytes) {
  LOCK_WORLD;
  world.memoryLimit = bytes;
}

// Memory, handles and contexts that are still open.
int double_num_open() {
  LOCK_WORLD;
  return static_cast<int>(world.memories.size() + world.registered.size() + world.handles.size()) +
         world.retains;
}

// Pieces of memory around which something was written.
int double_num_damaged() {
  LOCK_WORLD;
  return world.damaged;
}

}  // extern "C"
