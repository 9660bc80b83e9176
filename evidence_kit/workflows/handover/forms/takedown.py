"""`export --as takedown`: the hashes that platforms ask for, with instructions, on one page.

It submits nothing: no service takes hashes from whoever is shown in a picture, each makes them on her own telephone
from the file. The page says which service is for whom, and holds what a lawyer can give to a platform that asks.

Source: Meta's PDQ guidance (match up to 31 bits, quality 50 or more, 64 lower-case hexadecimal digits).
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from evidence_kit.custody.manifest import Item
from evidence_kit.errors import UsageError
from evidence_kit.hashing.orientations import QUALITY_LIMIT, UPRIGHT
from evidence_kit.intake import picture_signatures
from evidence_kit.model import Family
from evidence_kit.words import LANGUAGES, Words, catalogue, direction
from evidence_kit.workflows.handover.forms.form import ExportContents, ExportTarget, Form

FAMILIES = (Family.PICTURE.value, Family.VIDEO.value)
GROUPS = ("adult", "minor")
_COLUMNS = ("item", "declared", "pdq", "md5")
_SENSITIVITY_FIRST = ("intimate", "unknown", "none")


@dataclass(frozen=True, slots=True)
class TakedownRow:
    """The facts that a platform may ask for about one item.

    Attributes:
        item: Its id.
        sensitivity: `intimate`, `unknown` or `none`, as somebody declared it.
        family: `picture` or `video`.
        pdq: 64 lower-case hexadecimal digits; None where there is none, and `why` says why.
        why: Id of the words for why there is no PDQ; None where there is one.
        quality: PDQ quality, 0 to 100; None where it is not known.
        md5: 32 hexadecimal digits.
    """

    item: str
    sensitivity: str
    family: str
    pdq: str | None
    why: str | None
    quality: int | None
    md5: str


def write(contents: ExportContents, target: ExportTarget) -> int:
    """Write the page; every picture and film is read once for its MD5, none is decoded.

    Raises:
        UsageError: Nothing that was chosen is a picture or a film.
    """
    listed = [takedown_row(contents, item) for item in contents.items if item.family in FAMILIES]
    if not listed:
        raise UsageError("takedown-nothing", case=contents.case.id)
    group = "adult" if contents.case.opened.age_band == picture_signatures.ADULT else "minor"
    target.file([takedown_page(contents, group, sorted(listed, key=_order)).encode()])
    return len(listed)


def takedown_row(contents: ExportContents, item: Item) -> TakedownRow:
    """Return the line of one item; its PDQ is the one recorded when it was taken in.

    Raises:
        ItemDamagedError: It is not any more what was taken in.
    """
    pdq, why, quality = _pdq(item)
    return TakedownRow(item.id, item.sensitivity, item.family, pdq, why, quality, contents.original(item)["MD5"])


def takedown_page(contents: ExportContents, group: str, rows: Sequence[TakedownRow]) -> str:
    """Return the page in three languages.

    Args:
        contents: Case, day and version.
        group: `adult`, or `minor`, which also stands for an age that nobody knows.
        rows: In the order in which they are printed.
    """
    both = [each for each in GROUPS if each != group]
    body = "".join(_said(catalogue(language), contents, group, both) for language in LANGUAGES)
    return (
        '<!doctype html><html lang="ar"><head><meta charset="utf-8">'
        f"<title>{html.escape(contents.case.id)} {contents.day}</title>"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<style>{_STYLE}</style></head><body><main>{body}{_table(group, rows)}"
        f'<footer dir="ltr">evidence-kit {html.escape(contents.kit)}</footer></main></body></html>\n'
    )


def _pdq(item: Item) -> tuple[str | None, str | None, int | None]:
    """Return an item's upright PDQ, or why it has none that a platform would take, and its quality."""
    if item.family != Family.PICTURE.value:
        return None, "film", None
    facts = (item.described.get("picture") or {}).get("facts")
    found = facts.get("pdq") if isinstance(facts, Mapping) else None
    if not isinstance(found, Mapping):
        return None, "not-described", None
    quality, recorded = found.get("quality"), found.get("hashes")
    upright = recorded.get(UPRIGHT.name) if isinstance(recorded, Mapping) else None
    # It came out of a worker that hostile bytes may have taken over.
    if not isinstance(quality, int) or not isinstance(upright, str) or not _hexadecimal(upright):
        return None, "not-described", None
    return (None, "no-detail", quality) if quality < QUALITY_LIMIT else (upright, None, quality)


def _hexadecimal(text: str) -> bool:
    return len(text) == 64 and not set(text) - set("0123456789abcdef")


def _order(each: TakedownRow) -> tuple[int, str]:
    return _SENSITIVITY_FIRST.index(each.sensitivity), each.item


def _said(words: Words, contents: ExportContents, group: str, others: Sequence[str]) -> str:
    way = direction(words.language)
    lines = [f"<h1>{_text(words, 'title', case=contents.case.id, day=contents.day)}</h1>"]
    lines.append(f'<p class="first">{_text(words, "submits-nothing")}</p>')
    lines += [f"<p>{_text(words, sentence)}</p>" for sentence in ("keep-secret", "minimum")]
    lines += _guidance(words, group)
    for other in others:
        lines.append(f"<p>{_text(words, f'if-{other}')}</p>")
    lines.append(f"<p>{_text(words, 'platforms')}</p>")
    return f'<section lang="{words.language}" dir="{way}">{"".join(lines)}</section>'


def _guidance(words: Words, group: str) -> Iterator[str]:
    yield f"<h2>{_text(words, f'{group}.head')}</h2><ol>"
    number = 1
    while words.knows(f"takedown.{group}.{number}"):
        yield f"<li>{_text(words, f'{group}.{number}')}</li>"
        number += 1
    yield "</ol>"


def _table(group: str, rows: Sequence[TakedownRow]) -> str:
    """Return the table: hashes stand left to right in every language, on lines of their own."""
    heads = "".join(
        "<th>" + "<br>".join(f"<bdi>{_text(catalogue(each), f'column.{column}')}</bdi>" for each in LANGUAGES) + "</th>"
        for column in _COLUMNS
    )
    title = " · ".join(f"<bdi>{_text(catalogue(each), f'{group}.head')}</bdi>" for each in LANGUAGES)
    body = "".join(_cells(each) for each in rows)
    return (
        f'<h2 class="table">{title}</h2><table dir="ltr"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'
    )


def _cells(each: TakedownRow) -> str:
    said = [f"sensitivity.{each.sensitivity}"] + ([f"why.{each.why}"] if each.why is not None else [])
    declared, *why = ["<br>".join(f"<bdi>{_text(catalogue(one), key)}</bdi>" for one in LANGUAGES) for key in said]
    quality = "" if each.quality is None else f"<br><small>quality {each.quality}</small>"
    pdq = f"<code>{each.pdq}</code>{quality}" if each.pdq is not None else f"<small>{why[0]}</small>{quality}"
    cells = (html.escape(each.item), f"<small>{declared}</small>", pdq, f"<code>{each.md5}</code>")
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _text(words: Words, sentence: str, **values: str) -> str:
    return html.escape(words.sentence(f"takedown.{sentence}", **values))


_STYLE = (
    "body{font:11pt/1.5 system-ui,sans-serif;color:#000;background:#fff;margin:0}"
    "main{max-width:26cm;margin:1cm auto;padding:0 .6cm}p,ol{margin:.2cm 0}"
    "section{border-bottom:1px solid #888;padding:.2cm 0;break-inside:avoid}"
    "h1{font-size:15pt;margin:.3cm 0}h2{font-size:12pt;margin:.4cm 0 .1cm}"
    ".first{border:2px solid #000;padding:.2cm .4cm;font-weight:700}"
    "table{border-collapse:collapse;width:100%}"
    "td,th{border:1px solid #888;padding:.15cm .2cm;vertical-align:top;text-align:left}"
    "code{font:9pt/1.4 ui-monospace,monospace;overflow-wrap:anywhere}tr{break-inside:avoid}small{color:#333}"
)

FORM = Form("takedown", ".html", write, ("takedown",))
