#!/usr/bin/env bash
# Lets the three verifiers of draw/1, which share no code, judge the same bundles and compares them:
#
#   scripts/conformance.sh          every vector and tamper, 60 random bundles and 60 random tampers
#   scripts/conformance.sh --full   the same with 1,000 and 1,000
#   scripts/conformance.sh --bundles N --tampers N --seed N
#
# A disagreement prints the seed, the bundle's folder and what each verifier said, and exits with 1.
set -euo pipefail

cd "$(dirname "$0")/.."
if [ "${1-}" = --full ]; then
    shift
    set -- --bundles 1000 --tampers 1000 "$@"
fi
for tool in go python3 node; do
    command -v "$tool" >/dev/null || { echo "no $tool: run scripts/install-deps.sh test"; exit 1; }
done
bin=$(mktemp -d)
trap 'rm -rf "$bin"' EXIT
go build -o "$bin/" ./cmd/yaohao ./cmd/yaohao-verify
python3 -B scripts/conformance/run.py --bin "$bin" --vectors sampling/testdata/vectors "$@"
