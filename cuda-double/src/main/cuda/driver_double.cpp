// A stand-in for the driver library: the functions that the binding calls, with a "device" whose
// memory is this process's and whose kernels are the host builds. Everything is done at once, in
// order, on the caller's thread, one caller at a time; a stream that captures keeps what it is told
// instead.
//
// The device's memory is filled with rubbish when it is given out and has guard bytes around it;
// handles are checked and counted. double_* functions plant failures and read the counts.
#include <algorithm>

#include "driver_world.h"

extern "C" {

int cuInit(unsigned int) {
  LOCK_WORLD;
  world.initialized = true;
  if (const int refused = enter(__func__, false)) {
    world.initialized = false;
    return refused;
  }
  return world.numDevices == 0 ? NO_DEVICE : SUCCESS;
}

int cuDriverGetVersion(int* version) {
  LOCK_WORLD;
  *version = world.driverVersion;
  return SUCCESS;
}

int cuGetErrorName(int result, const char** name) {
  LOCK_WORLD;
  static const std::map<int, const char*> names = {
      {INVALID_VALUE, "CUDA_ERROR_INVALID_VALUE"},
      {OUT_OF_MEMORY, "CUDA_ERROR_OUT_OF_MEMORY"},
      {NOT_INITIALIZED, "CUDA_ERROR_NOT_INITIALIZED"},
      {NO_DEVICE, "CUDA_ERROR_NO_DEVICE"},
      {INVALID_DEVICE, "CUDA_ERROR_INVALID_DEVICE"},
      {INVALID_CONTEXT, "CUDA_ERROR_INVALID_CONTEXT"},
      {INVALID_PTX, "CUDA_ERROR_INVALID_PTX"},
      {UNSUPPORTED_PTX_VERSION, "CUDA_ERROR_UNSUPPORTED_PTX_VERSION"},
      {INVALID_HANDLE, "CUDA_ERROR_INVALID_HANDLE"},
      {NOT_FOUND, "CUDA_ERROR_NOT_FOUND"},
      {CONTEXT_IS_DESTROYED, "CUDA_ERROR_CONTEXT_IS_DESTROYED"},
      {HOST_MEMORY_ALREADY_REGISTERED, "CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED"},
      {HOST_MEMORY_NOT_REGISTERED, "CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED"},
      {LAUNCH_FAILED, "CUDA_ERROR_LAUNCH_FAILED"},
      {CAPTURE_UNMATCHED, "CUDA_ERROR_STREAM_CAPTURE_UNMATCHED"},
      {CAPTURED_EVENT, "CUDA_ERROR_CAPTURED_EVENT"},
  };
  const auto found = names.find(result);
  *name = found == names.end() ? nullptr : found->second;
  return found == names.end() ? INVALID_VALUE : SUCCESS;
}

int cuDeviceGetCount(int* count) {
  ENTER(false);
  *count = world.numDevices;
  return SUCCESS;
}

int cuDeviceGet(int* device, int ordinal) {
  ENTER(false);
  if (ordinal < 0 || ordinal >= world.numDevices) {
    return INVALID_DEVICE;
  }
  *device = ordinal;
  return SUCCESS;
}

int cuDeviceGetName(char* name, int capacity, int device) {
  ENTER(false);
  if (device == 0) {
    std::snprintf(name, capacity, "Double of a device");
  } else {
    std::snprintf(name, capacity, "Double of device %d", device);
  }
  return SUCCESS;
}

int cuDeviceGetAttribute(int* value, int attribute, int) {
  ENTER(false);
  switch (attribute) {
    case 16: *value = 3; return SUCCESS;         // multiprocessors
    case 38: *value = 1 << 20; return SUCCESS;   // bytes of level 2 cache
    case 75: *value = 7; return SUCCESS;         // compute capability, major
    case 76: *value = 5; return SUCCESS;         // minor
    default: return INVALID_VALUE;
  }
}

int cuDeviceTotalMem_v2(std::size_t* bytes, int) {
  ENTER(false);
  *bytes = world.memoryLimit;
  return SUCCESS;
}

int cuDevicePrimaryCtxRetain(void** context, int) {
  ENTER(false);
  world.retains++;
  *context = &contextToken;
  return SUCCESS;
}

int cuDevicePrimaryCtxRelease_v2(int) {
  ENTER(false);
  world.retains--;
  return SUCCESS;
}

int cuCtxSetCurrent(void* context) {
  ENTER(false);
  current = context;
  return SUCCESS;
}

int cuCtxSynchronize() {
  ENTER(true);
  return SUCCESS;
}

int cuMemGetInfo_v2(std::size_t* free, std::size_t* total) {
  ENTER(true);
  *free = world.memoryLimit - world.memoryUsed;
  *total = world.memoryLimit;
  return SUCCESS;
}

int cuModuleLoadDataEx(void** module, const void* image, unsigned int numOptions, const int* options,
                       void** values) {
  ENTER(true);
  const std::string text(static_cast<const char*>(image));
  const int version = ptxVersion(text);
  if (version > readablePtx()) {
    return UNSUPPORTED_PTX_VERSION;
  }
  if (version == 0) {
    for (unsigned int i = 0; i < numOptions; i++) {
      if (options[i] == 5) {  // where the assembler's words go
        std::snprintf(static_cast<char*>(values[i]), 64, "line 1: no .version directive");
      }
    }
    return INVALID_PTX;
  }
  Module* made = open<Module>();
  made->text = text;
  *module = made;
  return SUCCESS;
}

int cuModuleUnload(void* module) {
  LOCK_WORLD;
  const int refused = enter(__func__, true);
  const int closed = close<Module>(module);
  return refused ? refused : closed;
}

int cuModuleGetFunction(void** function, void* handle, const char* name) {
  ENTER(true);
  Module* module = known<Module>(handle);
  if (module == nullptr) {
    return INVALID_HANDLE;
  }
  const auto* kernel = hostKernel(name);
  if (kernel == nullptr || module->text.find(".entry " + std::string(name) + "(") == std::string::npos) {
    return NOT_FOUND;
  }
  world.functions.push_back(std::make_unique<Function>(Function{kernel}));
  *function = world.functions.back().get();
  return SUCCESS;
}

int cuMemAlloc_v2(std::uintptr_t* address, std::size_t bytes) {
  ENTER(true);
  if (bytes == 0) {
    return INVALID_VALUE;
  }
  if (bytes > world.memoryLimit - world.memoryUsed) {
    return OUT_OF_MEMORY;
  }
  const std::size_t whole = (bytes + 3 * GUARD_BYTES - 1) / GUARD_BYTES * GUARD_BYTES;
  Memory memory{bytes, std::unique_ptr<unsigned char, Free>(static_cast<unsigned char*>(
                           std::aligned_alloc(GUARD_BYTES, whole)))};
  std::memset(memory.whole.get(), GUARD, whole);
  std::memset(memory.whole.get() + GUARD_BYTES, RUBBISH, bytes);
  *address = reinterpret_cast<std::uintptr_t>(memory.whole.get() + GUARD_BYTES);
  world.memories.emplace(*address, std::move(memory));
  world.memoryUsed += bytes;
  return SUCCESS;
}

int cuMemFree_v2(std::uintptr_t address) {
  LOCK_WORLD;
  const int refused = enter(__func__, true);
  const auto memory = world.memories.find(address);
  if (memory == world.memories.end()) {
    return INVALID_VALUE;
  }
  world.damaged += guardsStand(memory->second) ? 0 : 1;
  world.memoryUsed -= memory->second.bytes;
  world.memories.erase(memory);
  return refused;
}

int cuMemHostAlloc(void** address, std::size_t bytes, unsigned int) {
  ENTER(true);
  *address = std::aligned_alloc(4096, (bytes + 4095) / 4096 * 4096);
  world.handles.insert(*address);
  return SUCCESS;
}

int cuMemFreeHost(void* address) {
  LOCK_WORLD;
  const int refused = enter(__func__, true);
  if (world.handles.erase(address) == 0) {
    return INVALID_VALUE;
  }
  std::free(address);
  return refused;
}

int cuMemHostRegister_v2(void* address, std::size_t bytes, unsigned int) {
  ENTER(true);
  if (address == nullptr || bytes == 0) {
    return INVALID_VALUE;
  }
  return world.registered.insert(address).second ? SUCCESS : HOST_MEMORY_ALREADY_REGISTERED;
}

int cuMemHostUnregister(void* address) {
  LOCK_WORLD;
  const int refused = enter(__func__, true);
  return world.registered.erase(address) == 0 ? HOST_MEMORY_NOT_REGISTERED : refused;
}

int cuMemcpyHtoDAsync_v2(std::uintptr_t to, const void* from, std::size_t bytes, void* stream) {
  ENTER(true);
  return onDevice(to, bytes) ? copy(stream, reinterpret_cast<void*>(to), from, bytes)
                             : INVALID_VALUE;
}

int cuMemcpyDtoHAsync_v2(void* to, std::uintptr_t from, std::size_t bytes, void* stream) {
  ENTER(true);
  return onDevice(from, bytes) ? copy(stream, to, reinterpret_cast<void*>(from), bytes)
                               : INVALID_VALUE;
}

int cuMemcpyDtoDAsync_v2(std::uintptr_t to, std::uintptr_t from, std::size_t bytes, void* stream) {
  ENTER(true);
  return onDevice(to, bytes) && onDevice(from, bytes)
             ? copy(stream, reinterpret_cast<void*>(to), reinterpret_cast<void*>(from), bytes)
             : INVALID_VALUE;
}

int cuMemsetD8Async(std::uintptr_t at, unsigned char value, std::size_t bytes, void* stream) {
  ENTER(true);
  return onDevice(at, bytes) ? submit(stream,
                                      [=] {
                                        std::memset(reinterpret_cast<void*>(at), value, bytes);
                                        return true;
                                      })
                             : INVALID_VALUE;
}

int cuStreamCreate(void** stream, unsigned int) {
  ENTER(true);
  *stream = open<Stream>();
  return SUCCESS;
}

int cuStreamDestroy_v2(void* stream) {
  LOCK_WORLD;
  const int refused = enter(__func__, true);
  const int closed = close<Stream>(stream);
  return refused ? refused : closed;
}

int cuStreamSynchronize(void* stream) {
  ENTER(true);
  return known<Stream>(stream) == nullptr ? INVALID_HANDLE : SUCCESS;
}

// Another stream doesn't join a capture by waiting for its event, as it would on a device.
int cuStreamWaitEvent(void* handle, void* event, unsigned int) {
  ENTER(true);
  const Stream* stream = known<Stream>(handle);
  if (stream == nullptr) {
    return INVALID_HANDLE;
  }
  const int result = awaited(event);
  return stream->capturing && result == CAPTURED_EVENT ? SUCCESS : result;
}

int cuEventCreate(void** event, unsigned int) {
  ENTER(true);
  *event = open<Event>();
  return SUCCESS;
}

int cuEventDestroy_v2(void* event) {
  LOCK_WORLD;
  const int refused = enter(__func__, true);
  const int closed = close<Event>(event);
  return refused ? refused : closed;
}

int cuEventRecord(void* event, void* stream) {
  ENTER(true);
  return record(event, stream, 0);
}

int cuEventRecordWithFlags(void* event, void* stream, unsigned int flags) {
  ENTER(true);
  return record(event, stream, flags);
}

int cuEventSynchronize(void* event) {
  ENTER(true);
  return awaited(event);
}

int cuEventElapsedTime(float* millis, void* from, void* to) {
  ENTER(true);
  Event* a = known<Event>(from);
  Event* b = known<Event>(to);
  if (a == nullptr || b == nullptr || !a->recorded || !b->recorded) {
    return INVALID_HANDLE;
  }
  *millis = std::chrono::duration<float, std::milli>(b->at - a->at).count();
  return SUCCESS;
}

int cuStreamBeginCapture_v2(void* handle, int) {
  ENTER(true);
  Stream* stream = known<Stream>(handle);
  if (stream == nullptr) {
    return INVALID_HANDLE;
  }
  stream->capturing = true;
  stream->captured.clear();
  return SUCCESS;
}

int cuStreamEndCapture(void* handle, void** graph) {
  ENTER(true);
  Stream* stream = known<Stream>(handle);
  if (stream == nullptr) {
    return INVALID_HANDLE;
  }
  if (!stream->capturing) {
    return CAPTURE_UNMATCHED;
  }
  stream->capturing = false;
  Graph* made = open<Graph>();
  made->work = std::move(stream->captured);
  *graph = made;
  return SUCCESS;
}

int cuGraphInstantiateWithFlags(void** executable, void* handle, unsigned long long) {
  ENTER(true);
  Graph* graph = known<Graph>(handle);
  if (graph == nullptr) {
    return INVALID_HANDLE;
  }
  Graph* made = open<Graph>();
  made->work = graph->work;
  *executable = made;
  return SUCCESS;
}

int cuGraphLaunch(void* handle, void* stream) {
  ENTER(true);
  Graph* graph = known<Graph>(handle);
  if (graph == nullptr) {
    return INVALID_HANDLE;
  }
  return submit(stream, [graph] {
    return std::all_of(graph->work.begin(), graph->work.end(), [](const Work& w) { return w(); });
  });
}

int cuGraphExecDestroy(void* executable) {
  LOCK_WORLD;
  const int refused = enter(__func__, true);
  const int closed = close<Graph>(executable);
  return refused ? refused : closed;
}

int cuGraphDestroy(void* graph) {
  LOCK_WORLD;
  const int refused = enter(__func__, true);
  const int closed = close<Graph>(graph);
  return refused ? refused : closed;
}

int cuLaunchKernel(void* handle, unsigned int gridX, unsigned int gridY, unsigned int gridZ,
                   unsigned int blockX, unsigned int blockY, unsigned int blockZ, unsigned int,
                   void* stream, void** arguments, void**) {
  ENTER(true);
  const bool plain = gridY == 1 && gridZ == 1 && blockY == 1 && blockZ == 1;
  if (!plain || gridX == 0 || blockX == 0 || blockX > 1024) {
    return INVALID_VALUE;
  }
  const Launch launch = (*static_cast<Function*>(handle)->kernel)(arguments);
  return submit(stream, [=] { return launch({gridX, 1, 1}, {blockX, 1, 1}); });
}

}  // extern "C"
