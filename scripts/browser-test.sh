#!/usr/bin/env bash
# Runs the browser tests in web/browser: Node.js drives Debian's Chromium through playwright-core.
set -euo pipefail

cd "$(dirname "$0")/.."
if [ ! -f web/browser/package.json ]; then
    echo "no web/browser/package.json: no browser tests"
    exit 0
fi
cd web/browser
# The browser comes from the distribution; the download of another one is switched off.
PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund
npm test
