#include "fiber_context.h"

#if defined(__x86_64__)

// By System V's calling convention: pushes what the callee must keep, swaps stacks, pops. Goes on
// by a jump: the processor expects a return to lead to its own call, and loses time otherwise.
asm(R"(
    .text
    .globl gradwire_switch_stack
    .hidden gradwire_switch_stack
    .type gradwire_switch_stack, @function
gradwire_switch_stack:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    popq %rax
    jmpq *%rax
    .size gradwire_switch_stack, .-gradwire_switch_stack
)");

extern "C" void gradwire_switch_stack(void** from, void* to);

namespace shim {

constexpr int NUM_KEPT = 6;

void prepare(Context& context, char* stack, std::size_t bytes, void (*entry)()) {
  // As if it had been left just before entry: the registers, where to go on, no caller.
  void** top = reinterpret_cast<void**>(stack + bytes) - (NUM_KEPT + 2);
  for (int i = 0; i < NUM_KEPT; i++) {
    top[i] = nullptr;
  }
  top[NUM_KEPT] = reinterpret_cast<void*>(entry);
  top[NUM_KEPT + 1] = nullptr;
  context = top;
}

void switchContext(Context& from, Context& to) { gradwire_switch_stack(&from, to); }

}  // namespace shim

#else

namespace shim {

void prepare(Context& context, char* stack, std::size_t bytes, void (*entry)()) {
  getcontext(&context);
  context.uc_stack.ss_sp = stack;
  context.uc_stack.ss_size = bytes;
  context.uc_link = nullptr;
  makecontext(&context, entry, 0);
}

void switchContext(Context& from, Context& to) { swapcontext(&from, &to); }

}  // namespace shim

#endif
