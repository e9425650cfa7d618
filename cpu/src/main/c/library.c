// What the library says of itself.

#include <cpuid.h>

#define EXPORT __attribute__((visibility("default")))

// XCR0: which registers the system saves. Bits 1, 2: those of AVX; 5 to 7: those of AVX-512.
static unsigned saved_registers(void) {
  unsigned low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

// Which loops this processor runs: 2 those of AVX2 with FMA, 3 those of AVX-512 (F, VL, DQ, BW) besides, 0 none.
EXPORT int gradwire_level(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d)) {
    return 0;
  }
  unsigned needed = bit_FMA | bit_OSXSAVE | bit_AVX;
  if ((c & needed) != needed) {
    return 0;
  }
  unsigned saved = saved_registers();
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(b & bit_AVX2) || (saved & 0x06) != 0x06) {
    return 0;
  }
  unsigned wide = bit_AVX512F | bit_AVX512VL | bit_AVX512DQ | bit_AVX512BW;
  return (b & wide) == wide && (saved & 0xe6) == 0xe6 ? 3 : 2;
}

// SHA-256 of the sources, one after the other by name.
EXPORT const char *gradwire_sources(void) { return SOURCES; }
