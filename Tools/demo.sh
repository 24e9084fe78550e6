#!/bin/sh
# demo.sh BUILT: run the daemon in BUILT on the demo model; ask it a question, one about a piped document, for calls of tools, for an
# answer with the help of a tool, and for JSON under a schema.
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
show "lfmctl generate --temperature 0 --think show --stats \"$question\""
"$built/lfmctl" generate --temperature 0 --think show --stats "$question"
echo

document='Nora lives in Lisbon. Nora works as a baker. Pavel lives in Oslo. Pavel works as a pilot.'
question='In which city does Pavel live?'
show "echo \"$document\" | lfmctl generate --temperature 0 \"$question\""
echo "$document" | "$built/lfmctl" generate --temperature 0 "$question"
echo

# Two tools: their declarations, and executables that agent runs.
tools=$place/tools
mkdir "$tools"
cat >"$tools/get_weather.json" <<'JSON'
{"description": "Get the weather of a city",
 "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}
JSON
cat >"$tools/book_table.json" <<'JSON'
{"description": "Book a table",
 "parameters": {"type": "object", "properties": {"city": {"type": "string"}, "people": {"type": "integer"}, "day": {"type": "string"}},
                "required": ["city", "people"]}}
JSON
cat >"$tools/get_weather" <<'SH'
#!/bin/sh
# Arguments come as JSON on standard input; what is printed is the result.
echo '{"weather": "light rain"}'
SH
printf '#!/bin/sh\necho booked\n' >"$tools/book_table"
chmod +x "$tools/get_weather" "$tools/book_table"
sed -e 's/^{/[{"name": "get_weather", /' "$tools/get_weather.json" >"$place/tools.json"
sed -e 's/^{/, {"name": "book_table", /' -e '$s/$/]/' "$tools/book_table.json" >>"$place/tools.json"

question='Book a table in Oslo for 4 people on Friday.'
show "lfmctl generate --temperature 0 --tools tools.json \"$question\""
"$built/lfmctl" generate --tools "$place/tools.json" --temperature 0 "$question"

question='What is the weather in Oslo and in Lisbon?'
show "lfmctl generate --temperature 0 --tools tools.json \"$question\""
"$built/lfmctl" generate --tools "$place/tools.json" --temperature 0 "$question"

question='What is the weather in Oslo?'
show "lfmctl agent --temperature 0 --yes --tools tools \"$question\""
"$built/lfmctl" agent --yes --tools "$tools" --temperature 0 "$question"
echo

cat >"$place/schema.json" <<'JSON'
{"type": "object", "required": ["name", "age", "city"], "additionalProperties": false,
 "properties": {"name": {"type": "string"}, "age": {"type": "integer"}, "city": {"type": "string"}}}
JSON
document='Nora is 34 years old. Nora lives in Lisbon.'
question='Extract the name, the age and the city as JSON.'
show "echo \"$document\" | lfmctl generate --temperature 0 --schema schema.json \"$question\""
echo "$document" | "$built/lfmctl" generate --schema "$place/schema.json" --temperature 0 "$question"
echo

show "lfmctl status"
"$built/lfmctl" status
