"""A mail of Outlook in the case of a minor: an isolated worker reads it, its words and attachments go by the rule."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Final

from evidence_kit.intake.container import ContainerContents, written_contents
from evidence_kit.intake.window import Window
from evidence_kit.model import Json
from evidence_kit.workers.job import Failure, Job
from evidence_kit.workflows.accession.commit_group import DescriptionService

if TYPE_CHECKING:
    from evidence_kit.intake.understood.written import WrittenAnew

KIND: Final = "ole"
_LETTERS: Final = "evidence_kit.chats.mail.written:mail_of_outlook"
_CARRIED: Final = "evidence_kit.chats.worker:carried_files"
_FORMAT: Final = "mail-outlook"
_SECONDS: Final = 60.0
_MOST_BYTES: Final = 64 << 20
_MOST_PIECES: Final = 10_000


def outlook_contents(name: str, window: Window, describer: DescriptionService) -> ContainerContents | None:
    """Return the mail that an Outlook file is, written anew, and its attachments; None where it is no mail.

    Args:
        name: The file's own name.
        window: Its bytes.
        describer: Has somebody who reads it elsewhere.
    """
    payload = _bytes(window)
    if payload is None:
        return None
    told = _answer(describer, Job(_LETTERS, {}, payload, _SECONDS))
    text = str(told.get("text") or "")
    if not text.strip():
        return None
    listed = told.get("names")
    names = listed if isinstance(listed, list) else []
    written = _written(text, int(str(told.get("mails") or 1)))
    for part, content in sorted(_attachments(describer, payload).items()):
        named = names[part - 1] if 0 < part <= len(names) else None
        written.leave_out([(None if named is None else str(named), partial(bytes, content))])
    return written_contents(name, written)


def _written(text: str, mails: int) -> WrittenAnew:
    from evidence_kit.intake.understood.written import WrittenAnew

    written = WrittenAnew("outlook/1", exact=False)
    written.count("mail", mails)
    written.write(text.encode("utf-8"))
    return written


def _bytes(window: Window) -> bytes | None:
    view = window.part()
    view.seek(0)
    held = bytearray()
    while len(held) <= _MOST_BYTES and (piece := view.read(1 << 20)):
        held += piece
    return bytes(held) if len(held) <= _MOST_BYTES else None


def _attachments(describer: DescriptionService, payload: bytes) -> dict[int, bytearray]:
    """Return the attachments by their number; what an answer lacks is in none of them."""
    found: dict[int, bytearray] = {}
    place: Mapping[str, Json] | None = {"part": 0, "offset": 0}
    for _ in range(_MOST_PIECES):
        if place is None:
            break
        told = _answer(describer, Job(_CARRIED, {"format": _FORMAT, **place}, payload, _SECONDS))
        pieces = told.get("pieces")
        for each in pieces if isinstance(pieces, list) else ():
            if isinstance(each, Mapping):
                found.setdefault(int(str(each["part"])), bytearray()).extend(base64.b64decode(str(each["data"])))
        behind = told.get("next")
        place = behind if isinstance(behind, Mapping) else None
    return found


def _answer(describer: DescriptionService, job: Job) -> Mapping[str, Json]:
    answer = describer.submit(job).result()
    return {} if isinstance(answer, Failure) or not isinstance(answer.value, Mapping) else answer.value
