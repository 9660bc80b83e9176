#!/usr/bin/env bash
# Builds the verifier page from its source and the lock file; prints its SHA-256. The same source gives the same bytes.
# With a file name it writes there, so that the committed page can be compared.
set -euo pipefail
target="${1:-}"
[ -z "$target" ] || target="$(realpath -m "$target")"
cd "$(dirname "$0")"
npm ci --silent --no-fund --no-audit --ignore-scripts
npx --no-install tsc --noEmit
exec node build.mjs ${target:+"$target"}
