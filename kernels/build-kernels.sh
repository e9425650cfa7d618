#!/usr/bin/env bash
# build-kernels.sh [FOLDER]: translates the kernels, for the jar, or into FOLDER.
#
# kernels.ptx: for any device of compute capability 7.5 or newer; the driver translates it once more.
# kernels-9.0.cubin: machine code for 9.x, which spares the first process 0.8 s.
# Commit both together with the sources.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/src/main/resources/gradwire/kernels}
# -fmad=false: no fused multiply-add, so that bits are those of the same arithmetic in Java.
flags=(-O3 -std=c++17 -fmad=false -prec-div=true -prec-sqrt=true -ftz=false)
cd "$here/src/main/cuda"
nvcc -ptx -arch=compute_75 "${flags[@]}" kernels.cu -o "$out/kernels.ptx"
nvcc -cubin -gencode=arch=compute_90,code=sm_90 "${flags[@]}" kernels.cu -o "$out/kernels-9.0.cubin"
