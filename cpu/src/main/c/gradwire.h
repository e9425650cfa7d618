// What every file of loops begins with.
#pragma once

#include <stddef.h>
#include <stdint.h>

#define JOIN_NOW(name, level) name##_##level
#define JOIN(name, level) JOIN_NOW(name, level)

// The definition of a function that Java calls, for the level that is being compiled: name_avx2, name_avx512.
#define EXPORTED(type, name) __attribute__((visibility("default"))) type JOIN(name, LEVEL)
