#!/usr/bin/env bash
# Runs every fuzz target for a time: scripts/fuzz.sh 30s
set -euo pipefail

time=${1:-30s}
grep -rEo --include='*_test.go' 'func Fuzz[A-Za-z0-9_]+' . | sort |
    while IFS=: read -r file func; do
        name=${func#func }
        echo "== $name in $(dirname "$file")"
        go test -run '^$' -fuzz "^$name\$" -fuzztime "$time" "$(dirname "$file")"
    done
