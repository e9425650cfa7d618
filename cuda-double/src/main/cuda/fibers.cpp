#include "fibers.h"

#include <sys/mman.h>

#include <vector>

#include "fiber_context.h"

namespace shim {
namespace {

constexpr std::size_t STACK_BYTES = 64 << 10;
// From one stack to the next: no power of two, or their tops would share few lines of the cache.
constexpr std::size_t STACK_APART_BYTES = STACK_BYTES + 320;
constexpr unsigned int WARP = 32;

enum class State { READY, AT_WARP_BARRIER, AT_BLOCK_BARRIER, DONE };

struct Fiber {
  Context context;
  State state;
};

std::vector<Fiber> fibers;
char* stacks = nullptr;
std::size_t numStacks = 0;
Context scheduler;
unsigned int running;
const std::function<void()>* body;
std::uint32_t exchange[1024];

// The first thread from `from` on that can run, or who decides what to do when none can.
Context& nextToRun(unsigned int from) {
  for (unsigned int t = from; t < fibers.size(); t++) {
    if (fibers[t].state == State::READY) {
      running = t;
      threadIdx = {t, 0, 0};
      return fibers[t].context;
    }
  }
  return scheduler;
}

void wait(State state) {
  Fiber& me = fibers[running];
  me.state = state;
  switchContext(me.context, nextToRun(running + 1));
}

void entry() {
  (*body)();
  wait(State::DONE);
}

void makeStacks(std::size_t count) {
  if (count > numStacks) {
    if (stacks != nullptr) {
      munmap(stacks, numStacks * STACK_APART_BYTES);
    }
    stacks = static_cast<char*>(mmap(nullptr, count * STACK_APART_BYTES, PROT_READ | PROT_WRITE,
                                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    numStacks = count;
  }
}

// Lets threads [from, to) go on if all that are not done wait at `barrier`.
bool release(unsigned int from, unsigned int to, State barrier) {
  bool any = false;
  for (unsigned int t = from; t < to; t++) {
    if (fibers[t].state != barrier && fibers[t].state != State::DONE) {
      return false;
    }
    any = any || fibers[t].state == barrier;
  }
  for (unsigned int t = from; t < to; t++) {
    if (fibers[t].state == barrier) {
      fibers[t].state = State::READY;
    }
  }
  return any;
}

bool releaseAny(unsigned int count) {
  bool any = false;
  for (unsigned int from = 0; from < count; from += WARP) {
    any |= release(from, from + WARP < count ? from + WARP : count, State::AT_WARP_BARRIER);
  }
  return any || release(0, count, State::AT_BLOCK_BARRIER);
}

bool allDone() {
  for (const Fiber& fiber : fibers) {
    if (fiber.state != State::DONE) {
      return false;
    }
  }
  return true;
}

bool runBlock(unsigned int count) {
  for (unsigned int t = 0; t < count; t++) {
    prepare(fibers[t].context, stacks + t * STACK_APART_BYTES, STACK_BYTES, entry);
    fibers[t].state = State::READY;
  }
  do {
    switchContext(scheduler, nextToRun(0));
  } while (releaseAny(count));
  return allDone();
}

}  // namespace

void blockBarrier() { wait(State::AT_BLOCK_BARRIER); }

void warpBarrier() { wait(State::AT_WARP_BARRIER); }

std::uint32_t* warpSlots() { return exchange + running / WARP * WARP; }

bool runGrid(dim3 grid, dim3 block, const std::function<void()>& kernel) {
  fibers.resize(block.x);
  makeStacks(block.x);
  body = &kernel;
  gridDim = grid;
  blockDim = block;
  for (unsigned int b = 0; b < grid.x; b++) {
    blockIdx = {b, 0, 0};
    if (!runBlock(block.x)) {
      return false;
    }
  }
  return true;
}

}  // namespace shim
