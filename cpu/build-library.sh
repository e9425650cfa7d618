#!/usr/bin/env bash
# build-library.sh [FILE]: compiles the library, for the jar, or into FILE.
#
# Every loop is compiled twice, for AVX2 and for AVX-512; library.c says which of them a processor runs.
# Commit the library together with its sources: a test compares what both say of themselves.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/src/main/resources/gradwire/cpu/libgradwire-cpu-linux-x86_64.so}
cd "$here/src/main/c"
sources=$(cat -- *.c *.h | sha256sum | cut -d ' ' -f 1)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# No fused multiply-add but where it is written out, so that bits are those of the same arithmetic in Java.
flags=(-std=gnu11 -O3 -Wall -Wextra -Werror -fPIC -fvisibility=hidden -ffp-contract=off -fno-math-errno
  -fno-trapping-math -fno-ident -g0)
for file in *.c; do
  name=${file%.c}
  if [ "$name" = library ]; then
    gcc "${flags[@]}" -DSOURCES="\"$sources\"" -c "$file" -o "$work/$name.o"
  else
    gcc "${flags[@]}" -mavx2 -mfma -DLEVEL=avx2 -c "$file" -o "$work/$name.avx2.o"
    gcc "${flags[@]}" -mavx2 -mfma -mavx512f -mavx512vl -mavx512dq -mavx512bw -mprefer-vector-width=512 \
      -DLEVEL=avx512 -c "$file" -o "$work/$name.avx512.o"
  fi
done
gcc -shared -s -nostdlib -Wl,--build-id=none,-z,noexecstack,-z,relro,-z,now -o "$out" "$work"/*.o -lgcc
