"""The recovery key's sheet: a page to print, with numbered groups and a code to scan."""

from __future__ import annotations

import io
import json
from importlib.resources import as_file, files

from evidence_kit.words import LANGUAGES, catalogue


def recovery_pdf(code: str, association: str, fingerprint: str, share: str | None = None) -> bytes:
    """Return a page that holds a recovery key, or one of three shares of it; it is as secret as the key.

    Args:
        code: As on paper: groups of four joined by hyphens.
        association: Its code.
        fingerprint: Of the key's public half.
        share: Such as `2 / 3`; None for the whole key.
    """
    import typst

    says = ["opens", "keep"] if share is None else ["any-two", "keep"]
    data = {
        "title": catalogue("fr").sentence("recovery.sheet-title"),
        "association": association,
        "share": share,
        "groups": code.split("-"),
        "qr": _drawn_code(code),
        "fingerprint": fingerprint,
        "words": {"title": _said("sheet-title")},
        "says": [_said(f"sheet-{name}") for name in says],
    }
    template = files(__package__).joinpath("recovery.typ").read_bytes()
    with as_file(files(__package__).joinpath("fonts")) as fonts:
        made: object = typst.compile(  # type: ignore[misc]
            template,
            font_paths=[str(fonts)],
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        )
    assert isinstance(made, bytes)  # noqa: S101 - one page, so one file
    return made


def _drawn_code(code: str) -> str:
    import segno

    drawn = io.BytesIO()
    segno.make(code, error="m").save(drawn, kind="svg", border=2)
    return drawn.getvalue().decode("utf-8")


def _said(name: str) -> dict[str, str]:
    return {language: catalogue(language).sentence(f"recovery.{name}") for language in LANGUAGES}
