// Where a fiber, or who runs the fibers, goes on when it is its turn.
//
// ucontext saves the mask of signals at each switch, by system calls. x86-64 has a switch of its
// own: what a function keeps for its caller goes to the stack, whose top is all that is remembered.
#pragma once

#include <cstddef>

#if !defined(__x86_64__)
#include <ucontext.h>
#endif

namespace shim {

#if defined(__x86_64__)
using Context = void*;
#else
using Context = ucontext_t;
#endif

// The first switch to it begins `entry`, which never returns. The stack's end is 16-byte aligned.
void prepare(Context& context, char* stack, std::size_t bytes, void (*entry)());

// Goes on at `to`; returns when somebody switches to `from`.
void switchContext(Context& from, Context& to);

}  // namespace shim
