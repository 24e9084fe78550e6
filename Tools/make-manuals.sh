#!/bin/sh
# make-manuals.sh BUILT: write the manual pages and the shells' completions of the programs in BUILT to Packaging/, from the
# programs' own definitions. (lfmd-protocol(7) is written by hand.)
set -eu
[ $# -eq 1 ] || { sed -n '2,3s/^# //p' "$0" >&2; exit 64; }
built=$1
here=$(cd "$(dirname "$0")/.." && pwd)
man=$here/Packaging/man
completions=$here/Packaging/completions
mkdir -p "$man" "$completions"

# A file appears whole, and only if it is another one: what depends on it is not made anew for nothing.
write() {
  target=$1
  shift
  "$@" >"$target.part" || { rm -f "$target.part"; exit 1; }
  if cmp -s "$target.part" "$target"; then rm "$target.part"; else mv "$target.part" "$target"; fi
}

for page in lfmctl.1 lfmd.8 lfmd.conf.5; do
  write "$man/$page" "$built/lfmctl" manual "$page"
done
for program in lfmctl lfmd; do
  write "$completions/$program.bash" "$built/$program" --generate-completion-script bash
  write "$completions/_$program" "$built/$program" --generate-completion-script zsh
  write "$completions/$program.fish" "$built/$program" --generate-completion-script fish
done
