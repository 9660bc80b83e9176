#!/usr/bin/env bash
# What runs on Windows, run on a real CPython 3.11 for Windows under Wine: the portable folder is built and started, the
# demonstration and a story with its own station end in archives that Linux judges, and a part of the tests runs.
#   .ci/windows.sh [FOLDER]      FOLDER keeps what was fetched; about 1.5 GB
# Skips with its reason where Wine or the compiler cannot be had. No registry is named: pip asks the index it is set up with.
set -euo pipefail
cd "$(dirname "$0")/.."
checkout=$PWD top=$(realpath -m "${1:-build/windows}")
mkdir -p "$top"
if ! command -v wine >/dev/null || ! command -v x86_64-w64-mingw32-gcc >/dev/null; then
    as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
    as_root apt-get install -y -qq --no-install-recommends wine wine64 gcc-mingw-w64-x86-64 unzip >/dev/null || {
        echo "windows: skipped, Wine cannot be installed here"; exit 0; }
fi
export WINEPREFIX=$top/prefix WINEDLLOVERRIDES="ucrtbase=n,b;mscoree=;mshtml=" WINEDEBUG=-all
unset LANG LANGUAGE LC_ALL || true; export LC_CTYPE=C.UTF-8
python=$checkout/.venv/bin/python
seconds() { echo "windows: $1 after $SECONDS s"; }

PYTHON=$python portable/windows_python.sh "$top"
"$python" -m portable windows-x64 --windows-python "$top/py" --out "$top/stick" --wheels "$top/wheels" 2> >(grep -v WARNING >&2)
stick=$(echo "$top"/stick/evidence-kit-*-windows-x64)
[ -e "$top/ready-prefix" ] || { wine wineboot -i >/dev/null 2>&1 || true; touch "$top/ready-prefix"; }
seconds "the portable folder was built"

# Pipes for its standard streams: Python under Wine does not start on handles of plain files.
piped() { "$@" < /dev/null 2> >(cat >&2) | tr -d '\r'; return "${PIPESTATUS[0]}"; }
cd "$stick"
kit() { piped wine cmd /c evidence-kit.cmd "$@"; }
wineserver -w 2>/dev/null || true; touch "$top/before"
kit --version | grep -q '^evidence-kit [0-9.]*$'
{ kit doctor --lang en || true; } | grep -q 'All libraries can be loaded'
seconds "it started, and every library was loaded"

rm -rf "$top/stick/evidence-kit-data" "$top/stick/out"; mkdir -p "$top/stick/out"
kit demo --lang en --out '..\out\demo' > "$top/demo.txt"
grep -q '^ANCHORED' "$top/demo.txt"
seconds "the demonstration ended"
# The same archive, judged by programs of Linux.
sealed=$(echo "$top"/stick/out/demo/sealed/*.sealed.zip)
digits=$(tr -d '\r\n' < "$top/stick/out/demo/archive-passphrase.txt")
7z x -y -p"$digits" -o"$top/stick/out/opened" "$sealed" >/dev/null
(cd "$top/stick/out/opened" && 7z x -y evidence.zip >/dev/null && cd DEMO-*/ && sha256sum -c --quiet manifest-sha256.txt tagmanifest-sha256.txt)

# A story with a station beside the program, from its making to a receipt; Linux verifies what came of it.
printf 'correct horse battery\n' > "$top/stick/out/pass"
told() { kit "$@" --lang en --no-input --passphrase-file '..\out\pass'; }
told setup --association LRC --name Salma --role volunteer --place Larache --recovery-out '..\out\recovery.key' >/dev/null
told new --age adult --age-known-by told --consent lawyer --consent-by person >/dev/null
cp -r "$checkout/samples/candidates" "$top/stick/out/phone"
printf 'one' > "$top/stick/out/phone/photo"; printf 'two' > "$top/stick/out/phone/photo.txt"
told ingest 1 '..\out\phone' --how phone-export --handed-by Nadia > "$top/ingest.txt"
grep -q '^6 items were taken in' "$top/ingest.txt"
told receipt 1 > "$top/receipt.txt"
told seal 1 --for lawyer --all --yes --out '..\out\sealed' --passphrase-out '..\out\digits' >/dev/null
code=$(grep -oE '([A-Z2-7]{4}-){8}[A-Z2-7]{4}' "$top/receipt.txt" | head -1)
"$checkout/.venv/bin/evidence-kit" verify "$top"/stick/out/sealed/*.sealed.zip --archive-passphrase-file "$top/stick/out/digits" \
    --receipt "$code" --receipt-from paper --no-input --lang en > "$top/verdict.txt"
grep -q '^ANCHORED' "$top/verdict.txt"
"$checkout/.venv/bin/evidence-kit" verify "$top"/stick/evidence-kit-data/cases/LRC-* --no-input --lang en | grep -qE '^(CONSISTENT|ANCHORED)'
[ -d "$top/stick/evidence-kit-data/station" ]
seconds "the story ended, and Linux found its archive whole"
# Nothing was written into the program's folder, nor into the computer's, Wine's own notes apart.
strange=$(find "$stick" "$WINEPREFIX" -newer "$top/before" -type f ! -name '*.reg' ! -name '.update-timestamp' \
    ! -path '*/windows/temp/*' ! -path '*/ProgramData/Microsoft/*')
[ -z "$strange" ] || { echo "windows: written where nothing belongs: $strange"; exit 1; }

# A part of the tests; what only Wine does is left out, one test a line, with its reason beside it.
if [ ! -e "$top/ready-tests" ]; then
    "$python" -m portable.tests_for_windows "$top/dev-wheels" "$top/dev" 2> >(grep -v WARNING >&2)
    touch "$top/ready-tests"
fi
mapfile -t left_out < <(sed -n 's/^\(tests[^ ]*\).*/--deselect=\1/p' "$checkout/.ci/wine-only.txt")
cd "$checkout"
PYTHONPATH="Z:${top//\//\\}\\dev" piped wine "$stick/app/python.exe" -B -m pytest -q -p no:cacheprovider --color=no --tb=short \
    -n 0 -m "not deep" "${left_out[@]}" ${TESTS:-tests/workers/test_confinement.py tests/keys}
seconds "the tests ended"
wineserver -k 2>/dev/null || true
