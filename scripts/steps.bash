# Sourced by the other scripts: prints each step as one short line with its time.

say() { printf '%s\n' "$*" >&2; }

# step LABEL COMMAND…: run in silence, show what it said only when it fails.
step() {
  local label=$1 output begin=$EPOCHREALTIME
  shift
  output=$(mktemp)
  if "$@" >"$output" 2>&1; then
    rm -f "$output"
    say "$(printf '  %-44s %6s' "$label" "$(seconds_since "$begin")")"
  else
    local code=$?
    cat "$output" >&2
    rm -f "$output"
    say "  $label: failed"
    return "$code"
  fi
}

seconds_since() {
  local now=$EPOCHREALTIME
  # Tenths of a second in whole numbers: neither bc nor awk need be installed.
  local tenths=$(((${now/[.,]/} - ${1/[.,]/}) / 100000))
  printf '%d.%d s' $((tenths / 10)) $((tenths % 10))
}
