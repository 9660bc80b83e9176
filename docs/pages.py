"""Make the guides into pages to print: `make pages` writes one HTML file a guide and language into `printed/`.

Opened in any browser they print on A4 as they are: one page for the volunteer, one sheet of two for the lawyer. The
tests print them with Chromium and count.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Final

from markdown_it import MarkdownIt

from evidence_kit.words import LANGUAGES
from evidence_kit.words.languages import FALLBACK

ROOT: Final = Path(__file__).parents[1]
GUIDES: Final = ("volunteer", "lawyer", "handbook", "scripts")
# How a translation's file ends; English has no ending of its own.
ENDINGS: Final = {code: "" if code == FALLBACK else f".{code}" for code in LANGUAGES}
# Sizes at which the pages that are to be one sheet are one, in points; measured with the longest translation.
_SMALL: Final = {"volunteer": (9.8, 8.4), "lawyer": (9.2, 7.2)}
_LARGE: Final = (10.0, 8.5)
_STYLE: Final = """
@font-face{{font-family:Amiri;src:url({fonts}/Amiri-Regular.ttf)}}
@font-face{{font-family:Amiri;font-weight:bold;src:url({fonts}/Amiri-Bold.ttf)}}
@page{{size:A4;margin:11mm 14mm}}
body{{font:{text}pt/1.28 {family};max-width:182mm;margin:auto;color:#000}}
h1{{font-size:1.5em;margin:0 0 .2em}}
h2{{font-size:1.2em;margin:.9em 0 .3em;break-after:avoid}}
p,ul,ol,table{{margin:.42em 0}}
pre{{margin:.3em 0;padding:.25em .5em;border:1px solid #999;border-radius:2px;break-inside:avoid;direction:ltr;
 text-align:left;white-space:pre-wrap;overflow-wrap:anywhere}}
code{{font-family:"DejaVu Sans Mono",Menlo,Consolas,monospace;font-size:{code}pt;direction:ltr;unicode-bidi:isolate}}
table{{border-collapse:collapse;width:100%}}
td,th{{border:1px solid #999;padding:.15em .4em;text-align:start;vertical-align:top}}
tr{{break-inside:avoid}}
p:has(+pre){{break-after:avoid}}
a{{color:inherit}}
"""
_FAMILIES: Final = {"ar": "Amiri,serif"}
_SANS: Final = '"DejaVu Sans Condensed","Segoe UI","Helvetica Neue",Arial,sans-serif'


def source(guide: str, language: str) -> Path:
    """Return the file in which a guide stands.

    Args:
        guide: One of `GUIDES`.
        language: `en`, `fr` or `ar`.
    """
    return ROOT / "docs" / f"{guide}{ENDINGS[language]}.md"


def page(guide: str, language: str, fonts: str) -> str:
    """Return a guide as a page of HTML that prints on A4.

    Args:
        guide: One of `GUIDES`.
        language: `en`, `fr` or `ar`, which reads from right to left.
        fonts: Address of the folder that holds the Arabic font.
    """
    text, code = _SMALL.get(guide, _LARGE)
    # Amiri draws small: what is 8 points in Latin letters is read at 10 in Arabic ones.
    size = text * 1.22 if language == "ar" else text
    style = _STYLE.format(fonts=fonts, text=size, code=code, family=_FAMILIES.get(language, _SANS))
    markdown = source(guide, language).read_text("utf-8")
    body = MarkdownIt("commonmark").enable("table").render(markdown)
    body = re.sub(r'href="(?!https?:|#)[^"]*"', "", body)
    direction = "rtl" if language == "ar" else "ltr"
    return (
        f'<!doctype html><html lang="{language}" dir="{direction}"><head><meta charset="utf-8">'
        f"<title>{guide}</title><style>{style}</style></head><body>{body}</body></html>\n"
    )


def write(folder: Path) -> list[Path]:
    """Write every guide in every language into a folder; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    fonts = (ROOT / "evidence_kit" / "sealing" / "fonts").as_uri()
    written = []
    for guide in GUIDES:
        for language, ending in ENDINGS.items():
            path = folder / f"{guide}{ending}.html"
            path.write_text(page(guide, language, fonts), "utf-8")
            written.append(path)
    return written


if __name__ == "__main__":
    for made in write(Path(sys.argv[1] if len(sys.argv) > 1 else "printed")):
        sys.stdout.write(f"{made}\n")
