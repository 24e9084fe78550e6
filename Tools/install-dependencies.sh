#!/bin/sh
# Install the Debian packages given as arguments, those that are missing, and see that there is a Swift to build with.
set -eu

missing=
for package in "$@"; do
  dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing="$missing $package"
done

if [ -n "$missing" ]; then
  as_root=
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || {
      echo "missing packages:$missing. Install them as root: apt-get install$missing" >&2
      exit 1
    }
    as_root=sudo
  fi
  echo "installing$missing"
  $as_root apt-get update -qq
  # shellcheck disable=SC2086 # one word a package
  DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi

command -v swift >/dev/null || {
  echo "swift is not in PATH: a toolchain of 6.3 or newer is needed (https://www.swift.org/install/linux/)" >&2
  exit 1
}
