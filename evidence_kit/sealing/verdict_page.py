"""The outcome of a check as one page to print, in three languages: for a file, a hearing, a letter."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from evidence_kit.model import Finding
from evidence_kit.words import LANGUAGES, catalogue, direction

# What fits on one sheet of A4 below the facts; the rest stands in `verify --json`.
_SHOWN = 6


@dataclass(frozen=True, slots=True)
class VerdictPageFacts:
    """The facts that the page states.

    Attributes:
        verdict: Name of the verdict in the catalogues, such as `not_checked`.
        meaning: Id of the sentence that explains it.
        limits: Id of the sentence that says what it does not say.
        file: What was checked.
        sha256: Of an archive; None for a folder.
        day: When it was checked, by the clock of this computer.
        case: Case id, where it is known.
        signers: Fingerprint, and the name under which somebody here knows it.
        said: Further sentences: id and values.
        findings: Everything that was found.
    """

    verdict: str
    meaning: str
    limits: str
    file: str
    sha256: str | None
    day: str
    case: str | None
    signers: Sequence[tuple[str, str | None]]
    said: Sequence[tuple[str, dict[str, str | int]]]
    findings: Sequence[Finding]


def verdict_page(facts: VerdictPageFacts, neutral: Callable[[str], str]) -> bytes:
    """Return a self-contained page; nothing in it is loaded from elsewhere.

    Args:
        facts: What it says.
        neutral: Makes text from evidence harmless to look at.
    """
    blocks = "".join(_block(facts, language, neutral) for language in LANGUAGES)
    rows = [("file", facts.file), ("case", facts.case or "–"), ("checked-on", facts.day)]
    rows += [("sha256", facts.sha256)] if facts.sha256 is not None else []
    table = "".join(
        f"<tr><th>{_labels(name)}</th><td><bdi>{_text(value, neutral)}</bdi></td></tr>" for name, value in rows
    )
    signers = "".join(
        f"<div><code>{_text(by, neutral)}</code> {_known(name, neutral)}</div>" for by, name in facts.signers
    )
    table += f"<tr><th>{_labels('signers')}</th><td>{signers or '–'}</td></tr>"
    listed = "".join(_finding(each, neutral) for each in facts.findings[:_SHOWN])
    more = len(facts.findings) - _SHOWN
    if more > 0:
        listed += "<li>" + " · ".join(
            html.escape(catalogue(each).sentence("verify.more", count=more)) for each in LANGUAGES
        )
    return (
        '<!doctype html><html lang="fr" translate="no"><head><meta charset="utf-8"><title>evidence-kit verify</title>'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f'<style>{_STYLE}</style></head><body><main><div class="verdict">{_words(facts)}</div>'
        f'<table>{table}</table><div class="said">{blocks}</div>'
        f"{f'<ol>{listed}</ol>' if listed else ''}</main></body></html>\n"
    ).encode("utf-8", "replace")


def _words(facts: VerdictPageFacts) -> str:
    return "".join(
        f'<b lang="{language}" dir="{direction(language)}">'
        f"{html.escape(catalogue(language).sentence(f'verdict.{facts.verdict}.word'))}</b>"
        for language in LANGUAGES
    )


def _block(facts: VerdictPageFacts, language: str, neutral: Callable[[str], str]) -> str:
    words = catalogue(language)
    sentences = [words.sentence(facts.meaning)]
    for sentence, values in facts.said:
        shown = {name: _isolated(value, neutral) for name, value in values.items()}
        sentences.append(words.sentence(sentence, **shown))
    sentences.append(words.sentence(facts.limits))
    text = " ".join(html.escape(each) for each in sentences)
    return f'<p lang="{language}" dir="{direction(language)}">{text}</p>'


def _finding(finding: Finding, neutral: Callable[[str], str]) -> str:
    where = finding.file or ""
    where += f":{finding.line}" if finding.line is not None else ""
    where += f" ({finding.item})" if finding.item is not None else ""
    values = {name: _isolated(each, neutral) for name, each in finding.values.items()}
    said = "".join(
        f'<div lang="{language}" dir="{direction(language)}">'
        f"{html.escape(catalogue(language).sentence(f'finding.{finding.code}', **values))}</div>"
        for language in LANGUAGES
    )
    return (
        f'<li><div dir="ltr"><code>{_text(where, neutral)}</code> <i>{html.escape(finding.code)}</i></div>{said}</li>'
    )


def _labels(name: str) -> str:
    return " · ".join(
        f'<span lang="{each}">{html.escape(catalogue(each).sentence(f"verdict-page.{name}"))}</span>'
        for each in LANGUAGES
    )


def _known(name: str | None, neutral: Callable[[str], str]) -> str:
    return _labels("unknown") if name is None else f"<bdi>{_text(name, neutral)}</bdi>"


def _text(value: str, neutral: Callable[[str], str]) -> str:
    return html.escape(neutral(value))


def _isolated(value: str | int, neutral: Callable[[str], str]) -> str | int:
    """Return a value that keeps its own direction within a sentence of any language."""
    return f"\u2068{neutral(value)}\u2069" if isinstance(value, str) else value


_STYLE = (
    "@page{size:A4;margin:1.4cm}"
    "body{font:9pt/1.35 system-ui,'DejaVu Sans',sans-serif;color:#000;background:#fff;margin:0}"
    "main{max-width:18cm;margin:0 auto}"
    ".verdict{display:flex;justify-content:space-between;gap:1cm;border:2px solid #000;"
    "padding:.35cm .6cm;font-size:17pt}"
    "table{border-collapse:collapse;width:100%;margin:.4cm 0}th,td{border-bottom:1px solid #999;padding:.12cm .1cm;"
    "text-align:start;vertical-align:top}th{font-weight:400;width:6cm;font-size:8.5pt}code{font:8.5pt ui-monospace,"
    "monospace;overflow-wrap:anywhere}td{overflow-wrap:anywhere}.said p{margin:.2cm 0}ol{padding-inline-start:.6cm}"
    "li{margin:.2cm 0;break-inside:avoid}i{font-style:normal;border:1px solid #999;padding:0 .1cm;font-size:8pt}"
    "@media screen{main{margin:1cm auto;padding:0 .5cm}}"
)
