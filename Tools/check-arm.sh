#!/bin/sh
# Compiles the kernels for Arm (aarch64), without warnings, and checks them on emulated processors: one with i8mm, one with
# sdot only, one with neither. What they compute is to be the same as here, bit for bit, where this processor multiplies and
# adds in one. On an Arm machine the check runs on that machine alone. Tests/ArmCheck is what runs.
set -eu
cd "$(dirname "$0")/.."

clang=${CLANG:-$(dirname "$(readlink -f "$(command -v swift)")")/clang}
cross=/usr/aarch64-linux-gnu
out=.build-test/arm-check

# build NAME OPTION...: objects of the kernels and of the check. The libraries come with the linking.
build() {
  name=$1
  shift
  mkdir "$out/$name"
  for file in Sources/CLFMKernels/*.c; do
    "$clang" "$@" -O2 -Wall -Wextra -Werror -ISources/CLFMKernels/include \
      -c "$file" -o "$out/$name/$(basename "$file" .c).o"
  done
  # Random numbers must not depend on what the compiler fuses.
  for file in Tests/ArmCheck/*.c; do
    "$clang" "$@" -O2 -Wall -Wextra -Werror -ffp-contract=off -ISources/CLFMKernels/include \
      -c "$file" -o "$out/$name/check-$(basename "$file" .c).o"
  done
}

# Compiling takes half a minute, so what was built from these sources stays.
if [ ! -e "$out/built" ] ||
  [ -n "$(find Sources/CLFMKernels Tests/ArmCheck Tools/check-arm.sh "$clang" -newer "$out/built")" ]; then
  rm -rf "$out"
  mkdir -p "$out"
  touch "$out/begun"
  build here
  "$clang" "$out"/here/*.o -lm -o "$out/check-here"
  if [ "$(uname -m)" != aarch64 ]; then
    # Without gcc's start files and library, which C has no need of here: the package of libc is enough.
    build arm --target=aarch64-linux-gnu -isystem "$cross/include"
    "$clang" --target=aarch64-linux-gnu -fuse-ld=lld -nostdlib -no-pie -L"$cross/lib" \
      -Wl,--dynamic-linker=/lib/ld-linux-aarch64.so.1 "$cross/lib/crt1.o" "$cross/lib/crti.o" \
      "$out"/arm/*.o -lc -lm "$cross/lib/crtn.o" -o "$out/check-arm"
  fi
  mv "$out/begun" "$out/built"
fi

"$out/check-here" >"$out/expected"
[ "$(uname -m)" != aarch64 ] || exit 0

# run PROCESSOR SET: the check there, where "fast" is to be that set, and its digests beside those from here.
run() {
  qemu-aarch64 -L "$cross" -cpu "$1" "$out/check-arm" "$2" >"$out/found" || {
    echo "the check fails on $1" >&2
    exit 1
  }
  while read -r family digest; do
    here=$(sed -n "s/^$family //p" "$out/expected")
    if [ "$digest" != "$here" ] && [ "$digest" != none ] && [ "$here" != none ]; then
      echo "$family: $1 computes other bits than this processor" >&2
      exit 1
    fi
  done <"$out/found"
}

run max i8mm
run cortex-a76 dotprod
run cortex-a72 portable
