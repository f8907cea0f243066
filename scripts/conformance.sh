#!/usr/bin/env bash
# Runs the second implementation, docs/verify.py, over every vector: a bundle must verify, a tampered
# one must fail. It shares no code with the Go packages.
set -euo pipefail

cd "$(dirname "$0")/.."
vectors=sampling/testdata/vectors
passed=0
failed=0

# expect CODE DIR: the verifier's exit code for a bundle.
expect() {
    local code=0
    python3 -B docs/verify.py "$2" >/tmp/conformance.$$ 2>&1 || code=$?
    if [ "$code" = "$1" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$2: exit $code, want $1"
        cat /tmp/conformance.$$
    fi
}
trap 'rm -f /tmp/conformance.$$' EXIT

for plan in "$vectors"/*/plan.json; do
    expect 0 "$(dirname "$plan")"
done
for bundle in "$vectors"/tamper/*/; do
    expect 1 "${bundle%/}"
done
echo "docs/verify.py: $passed passed, $failed failed"
[ "$failed" = 0 ]
