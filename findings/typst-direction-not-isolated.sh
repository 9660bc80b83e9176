#!/usr/bin/env bash
# Typst: a run with a direction of its own is embedded, not isolated; a number behind it is drawn before it.
#
# Assumed: `text(dir: rtl)[...]` in a line that runs left to right keeps its letters to itself, as HTML's `dir` and CSS'
#          `isolate` do: what stands behind it in the source is drawn to the right of it.
# Seen:    the run is an embedding (RLE ... PDF of Unicode's algorithm). Digits behind it, with neutral signs between, take
#          its direction: of "A: (Arabic, 5000) · 7000 MAD" the 7000 is drawn to the left of the Arabic and MAD to the
#          right, so that the sum and its currency stand apart and the other sum reads as the first. A left-to-right mark
#          (U+200E) behind the run puts it right.
# With:    typst 0.15.2 (PyPI), pypdfium2 5.15.2 to find the places, Python 3.11
# Source:  Unicode Annex 9: P2, X2 to X8, N0 to N2
set -euo pipefail
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/venv"
"$room/venv/bin/python" -m pip install -qq --disable-pip-version-check typst==0.15.2 pypdfium2==5.15.2
"$room/venv/bin/python" - <<'PY'
import sys

import pypdfium2
import typst

HEAD = '#set page(width: 400pt, height: 60pt)\n#set text(lang: "en", font: "DejaVu Sans Mono")\n'
RUN = "A: #text(dir: rtl)[\u064a\u0637\u0644\u0628 5000]"


def places(body: str) -> dict[str, float]:
    page = pypdfium2.PdfDocument(typst.compile((HEAD + body).encode(), format="pdf"))[0].get_textpage()
    return {page.get_text_range(at, 1): page.get_charbox(at)[0] for at in range(page.count_chars())}


as_written, marked = places(RUN + " · 7000 MAD"), places(RUN + "\u200e · 7000 MAD")
for name, found in (("as written", as_written), ("with a mark", marked)):
    order = sorted((found[letter], shown) for letter, shown in {"5": "5000", "7": "7000", "M": "MAD", "\u064a": "Arabic"}.items())
    print(f"{name}, from left to right: {', '.join(shown for _, shown in order)}")
seen = as_written["7"] < as_written["5"] < as_written["\u064a"] < as_written["M"]
right = marked["5"] < marked["\u064a"] < marked["7"] < marked["M"]
sys.exit(not (seen and right))
PY
