"""The receipt as a slip of paper: a code and a date, without the matter."""

from __future__ import annotations

import html

from evidence_kit.words import LANGUAGES, catalogue, direction


def slip_page(code: str, case: str, lines: int, day: str) -> bytes:
    """Return a self-contained page to print: the code in groups and as a QR, in three languages.

    Args:
        code: The receipt code, nine groups with hyphens.
        case: Id of the case; only its number is printed.
        lines: How many lines of the log the code fixes.
        day: The day that is printed, `YYYY-MM-DD`.
    """
    import segno

    picture = segno.make(code, error="m").svg_inline(scale=4, border=2)
    blocks = "".join(
        f'<p lang="{language}" dir="{direction(language)}">'
        f"{html.escape(catalogue(language).sentence('receipt.slip', lines=lines))}</p>"
        for language in LANGUAGES
    )
    # The id begins with the association's code, which is nobody's business who finds this paper.
    number = html.escape(case.rpartition("-")[2])
    groups = "".join(f"<span>{group}</span>" for group in code.split("-"))
    return (
        '<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>.</title>'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<style>{_STYLE}</style></head><body><main><header><b>{number}</b><b>{day}</b></header>"
        f'<div class="code" dir="ltr">{groups}</div><div class="qr">{picture}</div>{blocks}</main></body></html>\n'
    ).encode()


_STYLE = (
    "body{font:12pt/1.5 system-ui,sans-serif;color:#000;background:#fff;margin:0}"
    "main{max-width:15cm;margin:1cm auto;padding:.6cm;border:1px solid #888}"
    "header{display:flex;justify-content:space-between}"
    ".code{display:grid;grid-template-columns:repeat(3,max-content);gap:.2cm 1cm;justify-content:center;"
    "font:700 17pt/1.3 ui-monospace,monospace;margin:.6cm 0}.qr{text-align:center}p{margin:.3cm 0}"
)
