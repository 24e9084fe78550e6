#!/bin/sh
# install.sh BUILT DESTDIR PREFIX: install the programs in BUILT, the units, the contract and the demo model.
# install.sh --remove DESTDIR PREFIX: remove them again. A configuration file that exists is never touched.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
built=$1 root=$2 prefix=$3
to=$root$prefix
units=$to/lib/systemd/system
share=$to/share/lfmd
configuration=$root/etc/lfmd/lfmd.conf

if [ "$built" = --remove ]; then
  rm -f "$to/bin/lfmd" "$to/bin/lfmctl" "$units/lfmd.service" "$units/lfmd.socket" \
    "$to/lib/sysusers.d/lfmd.conf" "$to/lib/tmpfiles.d/lfmd.conf"
  rm -rf "$share"
  echo "removed; $configuration is left as it is"
  exit 0
fi

for program in lfmd lfmctl; do
  [ -x "$built/$program" ] || { echo "$built/$program is missing: run make first" >&2; exit 1; }
done
install -d "$to/bin" "$units" "$to/lib/sysusers.d" "$to/lib/tmpfiles.d" "$share" "$root/etc/lfmd"
install -m 755 "$built/lfmd" "$built/lfmctl" "$to/bin/"
sed "s|@BINDIR@|$prefix/bin|" "$here/systemd/lfmd.service.in" >"$units/lfmd.service"
install -m 644 "$here/systemd/lfmd.socket" "$units/"
install -m 644 "$here/systemd/lfmd.sysusers" "$to/lib/sysusers.d/lfmd.conf"
install -m 644 "$here/systemd/lfmd.tmpfiles" "$to/lib/tmpfiles.d/lfmd.conf"
install -m 644 "$here/Models/demo.gguf" "$here/Models/demo.md" "$share/"
cp -R "$here/Protos" "$share/"
[ -e "$configuration" ] ||
  sed "s|@MODEL@|$prefix/share/lfmd/demo.gguf|" "$here/systemd/lfmd.conf" >"$configuration"
echo "installed under $to; the settings are in $configuration"
