#!/bin/sh
# Starts evidence-kit from this folder. Station and cases lie beside it, in evidence-kit-data; nothing is installed.
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P) || exit 1
data=$(dirname -- "$here")/evidence-kit-data
export EVIDENCE_KIT_STATION="${EVIDENCE_KIT_STATION:-$data/station}" EVIDENCE_KIT_CASES="${EVIDENCE_KIT_CASES:-$data/cases}"
[ $# -gt 0 ] || set -- session
exec "$here/app/bin/python3" -I -B -m evidence_kit "$@"
