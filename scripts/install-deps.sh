#!/usr/bin/env bash
# Installs what is missing on a Debian or Ubuntu machine that has Go. Nothing missing: does nothing.
#
#   scripts/install-deps.sh run     what "make demo" needs: the PostgreSQL server (Debian's package
#                                   has postgres_fdw, by which the tests join several servers)
#   scripts/install-deps.sh test    what "make test" needs as well: C compiler (race detector),
#                                   Chromium, Node.js, PDF and QR readers, golangci-lint
set -euo pipefail

golangci=v2.15.0

want=${1:-run}
packages=()

# need PROGRAM PACKAGE…: queues the packages unless the program is in the PATH.
need() {
    local program=$1
    shift
    command -v "$program" >/dev/null || packages+=("$@")
}

# The server's programs are seldom in the PATH: look where distributions put them.
have_postgres() {
    local found
    for found in "$(command -v postgres || true)" /usr/lib/postgresql/*/bin/postgres \
        /usr/pgsql-*/bin/postgres /usr/libexec/postgresql*/postgres /usr/local/pgsql/bin/postgres; do
        [ -n "$found" ] && [ -x "$found" ] && return 0
    done
    return 1
}

if [ "$want" = test ] || [ -z "${DATABASE_URL:-}" ]; then
    have_postgres || packages+=(postgresql)
fi
if [ "$want" = test ]; then
    need gcc gcc libc6-dev
    need git git
    need python3 python3
    need node nodejs
    need npm npm
    need pdftotext poppler-utils
    need zbarimg zbar-tools
    command -v chromium-browser >/dev/null || need chromium chromium
fi

if [ ${#packages[@]} -gt 0 ]; then
    echo "installing: ${packages[*]}"
    if ! command -v apt-get >/dev/null; then
        echo "no apt-get here; install these yourself: ${packages[*]}" >&2
        exit 1
    fi
    root=()
    if [ "$(id -u)" != 0 ]; then
        if ! sudo -n true 2>/dev/null && ! { [ -t 0 ] && command -v sudo >/dev/null; }; then
            echo "run as root: apt-get install ${packages[*]}" >&2
            exit 1
        fi
        root=(sudo)
    fi
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -q
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -q -y --no-install-recommends "${packages[@]}"
fi

if [ "$want" = test ]; then
    linter=$(go env GOPATH)/bin/golangci-lint
    if ! "$linter" version 2>/dev/null | grep -qF "${golangci#v}"; then
        echo "installing: golangci-lint $golangci"
        GOFLAGS='' GOBIN=$(dirname "$linter") \
            go install "github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$golangci"
    fi
fi
