#!/usr/bin/env bash
# Runs every fuzz target for a time: scripts/fuzz.sh 30s
#
# All targets run, whatever one of them finds. The end of the time itself can make go test fail with
# "context deadline exceeded" and no input to show: that is said and does not count.
set -uo pipefail

time=${1:-30s}
cd "$(dirname "$0")/.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
failed=0
while IFS=: read -r file func; do
    name=${func#func }
    echo "== $name in $(dirname "$file")"
    go test -run '^$' -fuzz "^$name\$" -fuzztime "$time" "$(dirname "$file")" 2>&1 | tee "$log" && continue
    if grep -q '^ *context deadline exceeded$' "$log" &&
        ! grep -qE 'Failing input|seed corpus entry|panic:' "$log"; then
        echo "(the time was up; no failing input)"
        continue
    fi
    failed=$((failed + 1))
done < <(grep -rEo --include='*_test.go' 'func Fuzz[A-Za-z0-9_]+' --exclude-dir=node_modules . | sort)
echo "$failed targets failed"
[ "$failed" = 0 ]
