#!/usr/bin/env bash
# build-ptx.sh [FILE]: translates the kernels for every device of compute capability 7.5 or newer.
# Without FILE, into the resource that ships in the jar: commit it together with the sources.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/src/main/resources/gradwire/kernels/kernels.ptx}
# -fmad=false: no fused multiply-add, so that bits are those of the same arithmetic in Java.
exec nvcc -ptx -arch=compute_75 -O3 -std=c++17 -fmad=false -prec-div=true -prec-sqrt=true -ftz=false \
  "$here/src/main/cuda/kernels.cu" -o "$out"
