#!/usr/bin/env bash
# gpu-check-run.sh [OUT]: unpacks gpu-check.tar.xz, which lies beside this, and makes all GPU checks.
#
# FLOATS: length of the measured vectors (64 Mi). BLOCKS: blocks per multiprocessor to try, by comma.
# STEPS: how many steps of training to time (201), ours and PyTorch's where it is. BATCH: the largest of
# ours (1,024).
# SANITIZE=1: once more under compute-sanitizer, where there is one. Exit code 1 if a test failed.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-gpu-check-out}
mkdir -p "$out"
library=${GRADWIRE_CUDA_LIBRARY:-libcuda.so.1}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tar -C "$work" -xJf "$here/gpu-check.tar.xz" 2>/dev/null \
  || (cd "$work" && python3 -m tarfile -e "$here/gpu-check.tar.xz")
cd "$work/gpu-check" || exit 1
lib=$(printf '%s:' lib/*/ lib/*.jar)
java=(jre/bin/java --enable-native-access=ALL-UNNAMED -Xmx4g "-Dgradwire.cuda.library=$library" -cp "$lib")
[ -f lib/launch_loop.so ] && java+=("-Dgradwire.launch.loop=$PWD/lib/launch_loop.so")
check=gradwire.kernels.gpucheck

checks() {
  date -u +%F
  nvidia-smi --query-gpu=name,driver_version,compute_cap,memory.total --format=csv,noheader 2>/dev/null
  export CUDA_CACHE_PATH=$work/cache
  for cache in "nothing translated before" "translated before" "translated before"; do
    echo "$cache: $("${java[@]}" $check.FirstKernelMain "$(date +%s%3N)")"
  done
  "${java[@]}" $check.GpuCheckMain "$out" "${FLOATS:-67108864}" "${BLOCKS:-128}"
  local failed=$?
  echo "a worker's gradient, all of it:"
  "${java[@]}" gradwire.plan.DeviceStepMain "${STEPS:-201}" "${BATCH:-1024}" || failed=1
  if python3 -c 'import torch; assert torch.cuda.is_available()' 2>/dev/null; then
    python3 gpu-peer.py "${STEPS:-201}" || failed=1
  else
    echo "no PyTorch with CUDA here: nothing to hold it against"
  fi
  if [ "${SANITIZE:-}" = 1 ] && command -v compute-sanitizer >/dev/null; then
    timeout "${SANITIZE_SECONDS:-120}" compute-sanitizer --tool memcheck --target-processes all \
      "${java[@]}" $check.GpuCheckMain "$out/sanitized" 2>&1 | tail -15
  fi
  return $failed
}

out=$(cd "$OLDPWD" && cd "$out" && pwd)
checks 2>&1 | tee "$out/log.txt"
