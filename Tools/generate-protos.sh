#!/bin/sh
# Writes protoc-c's output for Protos/ into Sources/CLFMProto; with --check, fails if what is there is not current.
#
# protoc-c reads a copy in which every `string` is `bytes`. On the wire the two are the same; in C a string is cut
# at its first NUL, and bytes keep their length, so that LFMWire can see a NUL and refuse it. A map becomes the repeated
# message that it is on the wire, for the same reason: its key cannot be `bytes`.
set -eu
cd "$(dirname "$0")/.."
target=Sources/CLFMProto
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

command -v protoc-c >/dev/null || {
  echo "generate-protos: protoc-c is missing; install protobuf-c-compiler and protobuf-compiler" >&2
  exit 1
}
protos=$(cd Protos && find . -name '*.proto' | sed 's|^\./||' | LC_ALL=C sort)
# The contract as it stands must be good for the official compiler, too.
(cd Protos && protoc -I. --descriptor_set_out=/dev/null $protos)

mkdir -p "$work/protos" "$work/out"
for proto in $protos; do
  mkdir -p "$work/protos/$(dirname "$proto")"
  sed -E -e 's/^( *(repeated )?)string ([a-z])/\1bytes \3/' \
    -e 's/^( *)map<string, (\w+)> (\w+) = /\1message \u\3Entry { bytes key = 1; \2 value = 2; }\n\1repeated \u\3Entry \3 = /' \
    "Protos/$proto" >"$work/protos/$proto"
done
(cd "$work/protos" && protoc-c -I. --c_out="$work/out" $protos)

# Headers under include/, code beside it, both with the paths that the generated #include lines name.
mkdir -p "$work/new/include"
for proto in $protos; do
  name=${proto%.proto}
  mkdir -p "$work/new/include/$(dirname "$name")" "$work/new/$(dirname "$name")"
  mv "$work/out/$name.pb-c.h" "$work/new/include/$name.pb-c.h"
  mv "$work/out/$name.pb-c.c" "$work/new/$name.pb-c.c"
done
{
  echo '// All generated headers. Written by Tools/generate-protos.sh.'
  echo '#ifndef CLFMPROTO_H'
  echo '#define CLFMPROTO_H'
  for proto in $protos; do echo "#include \"${proto%.proto}.pb-c.h\""; done
  echo '#endif'
} >"$work/new/include/CLFMProto.h"
cat >"$work/new/include/module.modulemap" <<'MAP'
module CLFMProto {
  umbrella header "CLFMProto.h"
  export *
}
MAP

if [ "${1:-}" = --check ]; then
  diff -r "$work/new" "$target" >&2 || {
    echo "generate-protos: $target is not what Protos/ gives; run 'make protos'" >&2
    exit 1
  }
else
  rm -rf "$target"
  mkdir -p "$target"
  cp -R "$work/new/." "$target/"
fi
