#!/usr/bin/env bash
# All GPU checks in one go, on a machine that has a GPU and its driver: no JDK, no nvcc, no network.
#
#   gpu-check.sh --bundle FOLDER   builds what such a machine needs: gpu-check.tar.xz, gpu-check-run.sh
#   gpu-check.sh --measure         builds it and prints its size; fails beyond 60 MiB
#   gpu-check.sh --double          runs it here against the double of the driver: does it work at all?
#   gpu-check.sh                   runs it here, on this machine's GPU
#
# There: ./gpu-check-run.sh [OUT], beside the archive. OUT gets table.txt, rows.json and log.txt.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
max_bytes=$((60 << 20))
modules=java.base,java.instrument,java.logging,java.management,jdk.unsupported

# Everything that runs there: kernels and plans, their tests, the parameter server they are held against.
stage() {
  local into=$1
  mkdir -p "$into/lib"
  (cd "$root" && ./mvnw -q -B -ntp -pl engine-native -am -DskipTests process-test-classes)
  local java_home=${JAVA_HOME:-}
  [ -x "$java_home/bin/jlink" ] || java_home=$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")
  local version
  version=$("$java_home/bin/jlink" --version 2>/dev/null || echo none)
  if [ "${version%%.*}" != 25 ]; then
    echo "JAVA_HOME: expected a JDK 25 with jlink, got $java_home, version $version; set JAVA_HOME" >&2
    exit 1
  fi
  "$java_home/bin/jlink" --add-modules "$modules" --strip-debug --no-header-files --no-man-pages \
    --output "$into/jre"
  for folder in runtime cpu cuda-double ps-server kernels worker engine-native; do
    cp -r "$root/$folder/target/classes" "$into/lib/$folder"
  done
  for folder in kernels engine-native; do
    cp -r "$root/$folder/target/test-classes" "$into/lib/$folder-tests"
  done
  cp "$root/kernels-bench/gpu-peer.py" "$into/"
  tr ':' '\n' <"$root/kernels/target/test-class-path" \
    | grep -E '/(junit-|opentest4j-|assertj-core-|byte-buddy-|apiguardian-api-|jspecify-)[^/]*\.jar$' \
    | xargs -I{} cp {} "$into/lib/"
  if command -v g++ >/dev/null; then
    g++ -std=c++17 -O2 -shared -fPIC -static-libstdc++ -static-libgcc \
      "$root/cuda-double/src/main/cuda/launch_loop.cpp" -o "$into/lib/launch_loop.so"
  fi
}

bundle() {
  local into=$1 staging
  staging=$(mktemp -d)
  trap 'rm -rf "$staging"' RETURN
  stage "$staging/gpu-check"
  mkdir -p "$into"
  tar -C "$staging" -c gpu-check | xz -T0 -9 >"$into/gpu-check.tar.xz"
  cp "$root/kernels-bench/gpu-check-run.sh" "$into/"
  local bytes
  bytes=$(cat "$into"/gpu-check* | wc -c)
  echo "bundle: $bytes bytes of at most $max_bytes"
  [ "$bytes" -le "$max_bytes" ]
}

double_library() {
  g++ -std=c++17 -O2 -march=native -ffp-contract=off -Wno-unknown-pragmas -shared -fPIC \
    -I"$root/cuda-double/src/main/cuda" -I"$root/kernels/src/main/cuda" \
    "$root"/cuda-double/src/main/cuda/*.cpp -o "$1"
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
case ${1:-} in
  --bundle)
    bundle "${2:?--bundle: expected a folder}"
    ;;
  --measure)
    bundle "$work"
    ;;
  --double)
    bundle "$work"
    double_library "$work/libcuda-double.so"
    GRADWIRE_CUDA_LIBRARY=$work/libcuda-double.so FLOATS=65536 STEPS=1 BATCH=100 "$work/gpu-check-run.sh" "$work/out"
    ;;
  '')
    bundle "$work"
    "$work/gpu-check-run.sh" "$root/kernels-bench/target/gpu-check"
    ;;
  *)
    sed -n '2,10s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
