#!/bin/sh
# install.sh BUILT DESTDIR PREFIX: install the programs in BUILT, manual pages, completions, units, contract and demo model.
# install.sh --remove DESTDIR PREFIX: remove them again.
# All of it lies under DESTDIR/PREFIX, but for DESTDIR/etc/lfmd/lfmd.conf: a file that is there is never touched, and
# it is removed only as it was installed. Installing again replaces what is there.
set -eu
[ $# -eq 3 ] || { sed -n '2,5s/^# //p' "$0" >&2; exit 64; }
here=$(cd "$(dirname "$0")/.." && pwd)
built=$1 root=${2%/} prefix=${3%/}
case $prefix in /*) ;; *) echo "PREFIX must be absolute: $3" >&2; exit 64 ;; esac
to=$root$prefix
units=$to/lib/systemd/system
share=$to/share/lfmd
configuration=$root/etc/lfmd/lfmd.conf
bash=$to/share/bash-completion/completions
zsh=$to/share/zsh/site-functions
fish=$to/share/fish/vendor_completions.d
pages=$here/Packaging/man
completions=$here/Packaging/completions

settings() { sed "s|@MODEL@|$prefix/share/lfmd/demo.gguf|" "$here/systemd/lfmd.conf"; }

if [ "$built" = --remove ]; then
  rm -f "$to/bin/lfmd" "$to/bin/lfmctl" "$units/lfmd.service" "$units/lfmd.socket" \
    "$to/lib/sysusers.d/lfmd.conf" "$to/lib/tmpfiles.d/lfmd.conf"
  rm -f "$bash/lfmd" "$bash/lfmctl" "$zsh/_lfmd" "$zsh/_lfmctl" "$fish/lfmd.fish" "$fish/lfmctl.fish" \
    "$to/share/man/man1/lfmctl.1" "$to/share/man/man8/lfmd.8" "$to/share/man/man5/lfmd.conf.5" \
    "$to/share/man/man7/lfmd-protocol.7"
  rm -rf "$share"
  if [ -e "$configuration" ] && settings | cmp -s - "$configuration"; then
    rm -f "$configuration"
  fi
  rmdir "$root/etc/lfmd" 2>/dev/null || :
  [ ! -e "$configuration" ] || echo "$configuration was changed and is left as it is"
  echo "removed from $to"
  exit 0
fi

for program in lfmd lfmctl; do
  [ -x "$built/$program" ] || { echo "$built/$program is missing: run make first" >&2; exit 66; }
done
for made in "$pages/lfmctl.1" "$pages/lfmd.8" "$pages/lfmd.conf.5" "$completions/_lfmd"; do
  [ -e "$made" ] || { echo "$made is missing: run make first" >&2; exit 66; }
done
# Symbols are a third of a program. They stay in BUILT, for whoever wants to know where something crashed.
strip=
if command -v strip >/dev/null; then strip=-s; fi

install -d "$to/bin" "$units" "$to/lib/sysusers.d" "$to/lib/tmpfiles.d" "$share" "$root/etc/lfmd"
install $strip -m 755 "$built/lfmd" "$built/lfmctl" "$to/bin/"
sed "s|@BINDIR@|$prefix/bin|" "$here/systemd/lfmd.service.in" >"$units/lfmd.service"
chmod 644 "$units/lfmd.service"
install -m 644 "$here/systemd/lfmd.socket" "$units/"
install -m 644 "$here/systemd/lfmd.sysusers" "$to/lib/sysusers.d/lfmd.conf"
install -m 644 "$here/systemd/lfmd.tmpfiles" "$to/lib/tmpfiles.d/lfmd.conf"
install -m 644 "$here/Models/demo.gguf" "$here/Models/demo.md" "$share/"
for page in "$pages"/*.[1-8]; do
  section=$to/share/man/man${page##*.}
  install -d "$section"
  install -m 644 "$page" "$section/"
done
install -d "$bash" "$zsh" "$fish"
for program in lfmd lfmctl; do
  install -m 644 "$completions/$program.bash" "$bash/$program"
  install -m 644 "$completions/_$program" "$zsh/"
  install -m 644 "$completions/$program.fish" "$fish/"
done
rm -rf "$share/Protos"
cp -R "$here/Protos" "$share/"
chmod -R u=rwX,go=rX "$share/Protos"
if [ ! -e "$configuration" ]; then
  settings >"$configuration"
  chmod 644 "$configuration"
fi
echo "installed under $to; the settings are in $configuration"
if [ -z "$root" ]; then
  echo "to start it: systemd-sysusers && systemd-tmpfiles --create && systemctl daemon-reload &&"
  echo "  systemctl enable --now lfmd.socket lfmd.service; then let users in: adduser NAME lfmd"
fi
