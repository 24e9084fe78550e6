#!/bin/sh
# demo.sh BUILT: run the daemon in BUILT on the demo model; ask it a question, one about a piped document, for a call of a tool and
# for JSON under a schema.
set -eu
built=$1
here=$(cd "$(dirname "$0")/.." && pwd)
place=$(mktemp -d)
socket=$place/lfmd.sock
daemon=
trap '[ -z "$daemon" ] || kill "$daemon" 2>/dev/null || true; wait; rm -rf "$place"' EXIT INT TERM

show() { printf '\n\033[1m$ %s\033[0m\n' "$*"; }

show "lfmd --model Models/demo.gguf --socket $socket &"
"$built/lfmd" --model "$here/Models/demo.gguf" --socket "$socket" --log-level warning &
daemon=$!
export LFMD_SOCKET=$socket
tries=0
until "$built/lfmctl" health >/dev/null 2>&1; do
  tries=$((tries + 1))
  [ $tries -lt 100 ] && kill -0 "$daemon" 2>/dev/null || { echo "lfmd did not get ready" >&2; exit 1; }
  sleep 0.1
done

question='What is 23 plus 45?'
show "lfmctl generate --think show --stats \"$question\""
"$built/lfmctl" generate --think show --stats "$question"
echo

document='Nora lives in Lisbon. Nora works as a baker. Pavel lives in Oslo. Pavel works as a pilot.'
question='Where does Pavel live?'
show "echo \"$document\" | lfmctl generate \"$question\""
echo "$document" | "$built/lfmctl" generate "$question"
echo

cat >"$place/tools.json" <<'JSON'
[{"name": "get_weather", "description": "The weather of a city.",
  "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}]
JSON
question='What is the weather in Oslo?'
show "lfmctl generate --tools tools.json --tool-choice required --single-call \"$question\""
"$built/lfmctl" generate --tools "$place/tools.json" --tool-choice required --single-call --temperature 0 "$question"

cat >"$place/schema.json" <<'JSON'
{"type": "object", "required": ["larger"], "additionalProperties": false,
 "properties": {"larger": {"type": "boolean"}}}
JSON
question='Is 47 larger than 52?'
show "lfmctl generate --schema schema.json \"$question\""
"$built/lfmctl" generate --schema "$place/schema.json" --temperature 0 "$question"
echo

show "lfmctl status"
"$built/lfmctl" status
