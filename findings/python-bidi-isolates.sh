#!/usr/bin/env bash
# python-bidi has two `get_display`: the one that most instructions import cannot read isolates, the other can.
#
# Assumed: `from bidi.algorithm import get_display` and `from bidi import get_display` are one function.
# Seen:    `bidi.get_display` (Rust) lays out a text with U+2068 and U+2069, which every tool that mixes Arabic with
#          numbers writes since Unicode 6.3, and leaves the two signs in what it gives back. `bidi.algorithm.get_display`
#          (Python, the form of before version 0.5) raises an AssertionError, "FSI not allowed here", and with Python's
#          -O, which drops assertions, another order without a word.
# With:    python-bidi 0.6.12, Python 3.11
# Source:  bidi/__init__.py, bidi/algorithm.py; Unicode Annex 9, X5a to X6a
set -euo pipefail
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/venv"
"$room/venv/bin/python" -m pip install -qq --disable-pip-version-check python-bidi==0.6.12
cat > "$room/tried.py" <<'PY'
import bidi
import bidi.algorithm

TEXT = "\u0645\u0644\u0641 \u2068E000012 (2)\u2069 \u062c\u062f\u064a\u062f"


def laid(function: object) -> str:
    try:
        return ascii(function(TEXT))
    except AssertionError as error:
        return f"AssertionError: {error}"


print(laid(bidi.get_display))
print(laid(bidi.algorithm.get_display))
PY
plain=$("$room/venv/bin/python" "$room/tried.py")
without=$("$room/venv/bin/python" -O "$room/tried.py")
printf 'with assertions:\n%s\nwithout:\n%s\n' "$plain" "$without"
[[ $(sed -n 1p <<<"$plain") != Assertion* && $(sed -n 2p <<<"$plain") == "AssertionError: FSI not allowed here"* ]]
[[ $(sed -n 1p <<<"$without") == "$(sed -n 1p <<<"$plain")" && $(sed -n 2p <<<"$without") != "$(sed -n 1p <<<"$plain")" ]]
