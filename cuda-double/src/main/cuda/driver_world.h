// What the double of the driver knows: handles, memory, what is planted; and how it minds them.
#pragma once

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "host_kernels.h"

enum Result {
  SUCCESS = 0,
  INVALID_VALUE = 1,
  OUT_OF_MEMORY = 2,
  NOT_INITIALIZED = 3,
  NO_DEVICE = 100,
  INVALID_DEVICE = 101,
  INVALID_CONTEXT = 201,
  INVALID_PTX = 218,
  UNSUPPORTED_PTX_VERSION = 222,
  INVALID_HANDLE = 400,
  NOT_FOUND = 500,
  CONTEXT_IS_DESTROYED = 709,
  HOST_MEMORY_ALREADY_REGISTERED = 712,
  HOST_MEMORY_NOT_REGISTERED = 713,
  LAUNCH_FAILED = 719,
  CAPTURE_UNMATCHED = 903,
  CAPTURED_EVENT = 907,
};

constexpr std::size_t GUARD_BYTES = 256;
constexpr unsigned char GUARD = 0xa5;
constexpr unsigned char RUBBISH = 0xcb;

using Work = std::function<bool()>;

struct Free {
  void operator()(unsigned char* whole) const { std::free(whole); }
};

struct Memory {
  std::size_t bytes;
  std::unique_ptr<unsigned char, Free> whole;
};

struct Module {
  std::string text;
};

struct Function {
  const std::function<Launch(void**)>* kernel;
};

struct Stream {
  bool capturing = false;
  std::vector<Work> captured;
};

struct Event {
  bool recorded = false;
  bool captured = false;  // last recorded by a stream that captured, and not for the outside
  std::chrono::steady_clock::time_point at;
};

struct Graph {
  std::vector<Work> work;
};

struct Planted {
  int callsBefore;
  int result;
};

struct World {
  bool initialized = false;
  bool lost = false;
  int numDevices = 1;
  int driverVersion = 13000;
  std::size_t memoryLimit = std::size_t{1} << 30;
  std::size_t memoryUsed = 0;
  int retains = 0;
  int damaged = 0;
  std::map<std::string, Planted> planted;
  std::map<std::uintptr_t, Memory> memories;
  std::set<void*> registered;
  std::set<void*> handles;
  std::vector<std::unique_ptr<Function>> functions;
};

inline World world;
// Held by every function that is called from outside, from its beginning to its end.
inline std::recursive_mutex worldMutex;
inline int contextToken;
inline thread_local void* current = nullptr;

inline int enter(const char* name, bool needsContext) {
  const auto planted = world.planted.find(name);
  if (planted != world.planted.end() && planted->second.callsBefore-- == 0) {
    const int result = planted->second.result;
    world.planted.erase(planted);
    return result;
  }
  if (!world.initialized) {
    return NOT_INITIALIZED;
  }
  if (needsContext && world.lost) {
    return LAUNCH_FAILED;
  }
  if (needsContext && current != &contextToken) {
    return INVALID_CONTEXT;
  }
  return needsContext && world.retains == 0 ? CONTEXT_IS_DESTROYED : SUCCESS;
}

#define LOCK_WORLD const std::lock_guard<std::recursive_mutex> locked(worldMutex)

#define ENTER(needsContext)                                \
  LOCK_WORLD;                                              \
  if (const int refused = enter(__func__, needsContext)) { \
    return refused;                                        \
  }

template <typename T> T* open() {
  T* handle = new T();
  world.handles.insert(handle);
  return handle;
}

template <typename T> T* known(void* handle) {
  return world.handles.count(handle) ? static_cast<T*>(handle) : nullptr;
}

template <typename T> int close(void* handle) {
  if (world.handles.erase(handle) == 0) {
    return INVALID_HANDLE;
  }
  delete static_cast<T*>(handle);
  return world.lost ? LAUNCH_FAILED : SUCCESS;
}

// Whether the device owns all of the range.
inline bool onDevice(std::uintptr_t address, std::size_t bytes) {
  auto after = world.memories.upper_bound(address);
  if (after == world.memories.begin()) {
    return bytes == 0;
  }
  --after;
  return address + bytes <= after->first + after->second.bytes;
}

inline bool guardsStand(const Memory& memory) {
  const unsigned char* whole = memory.whole.get();
  for (std::size_t i = 0; i < GUARD_BYTES; i++) {
    if (whole[i] != GUARD || whole[GUARD_BYTES + memory.bytes + i] != GUARD) {
      return false;
    }
  }
  return true;
}

inline int submit(void* handle, Work work) {
  Stream* stream = known<Stream>(handle);
  if (stream == nullptr) {
    return INVALID_HANDLE;
  }
  if (stream->capturing) {
    stream->captured.push_back(std::move(work));
    return SUCCESS;
  }
  return work() ? SUCCESS : LAUNCH_FAILED;
}

inline int copy(void* stream, void* to, const void* from, std::size_t bytes) {
  return submit(stream, [=] {
    std::memcpy(to, from, bytes);
    return true;
  });
}

constexpr unsigned int RECORD_EXTERNAL = 1;

// Within a capture, a plain record is for other captured work alone, and nothing here waits.
inline int record(void* eventHandle, void* streamHandle, unsigned int flags) {
  Event* event = known<Event>(eventHandle);
  const Stream* stream = known<Stream>(streamHandle);
  if (event == nullptr || stream == nullptr) {
    return INVALID_HANDLE;
  }
  if (flags > RECORD_EXTERNAL || (flags == RECORD_EXTERNAL && !stream->capturing)) {
    return INVALID_VALUE;
  }
  if (stream->capturing && flags != RECORD_EXTERNAL) {
    event->recorded = false;
    event->captured = true;
    return SUCCESS;
  }
  return submit(streamHandle, [event] {
    event->recorded = true;
    event->captured = false;
    event->at = std::chrono::steady_clock::now();
    return true;
  });
}

// What waiting for an event comes to: a recorded one has happened, any other delays nobody.
inline int awaited(void* handle) {
  const Event* event = known<Event>(handle);
  if (event == nullptr) {
    return INVALID_HANDLE;
  }
  return event->captured ? CAPTURED_EVENT : SUCCESS;
}

inline int ptxVersion(const std::string& text) {
  const std::size_t at = text.find(".version ");
  int major = 0;
  int minor = 0;
  return at != std::string::npos &&
                 std::sscanf(text.c_str() + at, ".version %d.%d", &major, &minor) == 2
             ? 10 * major + minor
             : 0;
}

// The newest PTX that a driver reads: 9.0 came with CUDA 13.0, 8.n with 12.n.
inline int readablePtx() {
  const int major = world.driverVersion / 1000;
  return major >= 13 ? 90 + world.driverVersion % 1000 / 10 : 80 + world.driverVersion % 1000 / 10;
}
