// What every file of loops begins with.
#pragma once

#include <stddef.h>
#include <stdint.h>

#define JOIN_NOW(name, level) name##_##level
#define JOIN(name, level) JOIN_NOW(name, level)

// Inlined whatever the compiler thinks of it: for loops whose bounds are constants only then.
#define INLINE static inline __attribute__((always_inline))

// The definition of a function that Java calls, for the level that is being compiled: name_avx2, name_avx512.
#define EXPORTED(type, name) __attribute__((visibility("default"))) type JOIN(name, LEVEL)
