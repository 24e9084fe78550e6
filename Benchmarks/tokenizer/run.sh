#!/bin/bash
# How long `lfmctl tokenize` takes for texts that trip tokenizers up, at four sizes: is it still n log n?
#
#     Benchmarks/tokenizer/run.sh [MODEL.gguf]
#
# MODEL is any GGUF with a tokenizer; a file without tensors serves. By default the real LFM2 vocabulary of
# ../shared/testdata if that is there, else the small one of the tests. Needs `make` (or LFMCTL=path/to/lfmctl).
# A row is the user CPU time at four sizes, less that of an empty text, and what the largest costs a byte more than the
# smallest (what is under 0.02 s counts as that: it is noise). The script fails if that exceeds 3: log n grows by 1.15
# over these sizes, caches that overflow account for the rest, and a quadratic step would make it 8.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
lfmctl=${LFMCTL:-$root/.build/release/lfmctl}
shared=$root/../shared/testdata/tokenizers/lfm2/lfm2-vocab-only.gguf
model=${1:-$([ -e "$shared" ] && echo "$shared" || echo "$root/Tests/LFMTokenizerTests/Fixtures/small.gguf")}
sizes=(1250000 2500000 5000000 10000000)
[ -x "$lfmctl" ] || { echo "no $lfmctl: run make first" >&2; exit 1; }

folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
TIMEFORMAT=%U

# repeat UNIT BYTES: the unit again and again, whole, up to so many bytes.
repeat() { { yes "$1" || true; } | tr -d '\n' | head -c $(($2 / ${#1} * ${#1})); }

text() { # KIND BYTES
  case $1 in
    "one letter") head -c "$2" /dev/zero | tr '\0' a ;;
    newlines) head -c "$2" /dev/zero | tr '\0' '\n' ;;
    spaces) head -c "$2" /dev/zero | tr '\0' ' ' ;;
    digits) head -c "$2" /dev/zero | tr '\0' 7 ;;
    apostrophes) head -c "$2" /dev/zero | tr '\0' "'" ;;
    emoji) repeat $'\xf0\x9f\x98\x80' "$2" ;;
    "combining marks") repeat $'\xcc\x81' "$2" ;;
    "zero-width spaces") repeat $'\xe2\x80\x8b' "$2" ;;
    "one han character") repeat $'\xe4\xb8\xad' "$2" ;;
    "special tokens") repeat '<|im_start|>' "$2" ;;
    "cut special tokens") repeat '<|im_start|' "$2" ;;
    "random letters") awk -v n="$2" 'BEGIN { srand(1); for (i = 0; i < n; i++) printf "%c", 97 + int(rand() * 26) }' ;;
    prose) awk -v n="$2" 'BEGIN { srand(2); split("the river carries a lamp and winter finds stone gardens, 42 of them; opens", w, " ")
      while (c < n) { s = w[1 + int(rand() * 13)] (rand() < 0.08 ? ".\n" : " "); printf "%s", s; c += length(s) } }' ;;
  esac
}

# seconds FILE: user CPU time of tokenizing it. The ids go to $folder/ids.
seconds() { { time "$lfmctl" --model "$model" tokenize --json <"$1" >"$folder/ids"; } 2>&1; }

export LC_ALL=C
: >"$folder/empty"
seconds "$folder/empty" >/dev/null
base=$(seconds "$folder/empty")
echo "model: $model; start-up and vocabulary: $base s"
printf '%-20s %9s %9s %9s %9s   %9s %8s %s\n' "user CPU seconds" 1.25MB 2.5MB 5MB 10MB tokens MB/s growth
status=0
for kind in "one letter" newlines spaces digits apostrophes emoji "combining marks" "zero-width spaces" \
  "one han character" "special tokens" "cut special tokens" "random letters" prose; do
  times=()
  for size in "${sizes[@]}"; do
    text "$kind" "$size" >"$folder/text"
    times+=("$(seconds "$folder/text")")
  done
  tokens=$(($(tr -cd , <"$folder/ids" | wc -c) + 1))
  awk -v kind="$kind" -v tokens="$tokens" -v base="$base" -v times="${times[*]}" 'BEGIN {
    split(times, t, " ")
    for (i = 1; i <= 4; i++) { t[i] -= base; if (t[i] < 0.005) t[i] = 0.005 }
    growth = t[4] / (t[1] < 0.02 ? 0.02 : t[1]) / 8
    printf "%-20s %9.2f %9.2f %9.2f %9.2f   %9d %8.1f %.2f\n", kind, t[1], t[2], t[3], t[4], tokens, 10 / t[4], growth
    exit growth > 3
  }' || { echo "  ^ grows faster than n log n"; status=1; }
done
exit $status
