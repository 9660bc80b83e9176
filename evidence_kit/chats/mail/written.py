"""A mail that Outlook saved, put down as a mail of letters: who, to whom, when, about what, and its words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from email.header import Header
from email.utils import formataddr
from typing import BinaryIO, Final

from evidence_kit.chats.format import Surroundings
from evidence_kit.chats.formats import mail_outlook
from evidence_kit.chats.message import Message, MessageSender
from evidence_kit.model import Json

_BORDER: Final = "From - Thu Jan  1 00:00:00 1970\n"


def mail_of_outlook(payload: BinaryIO, _arguments: Mapping[str, Json]) -> Json:
    """Return the mails of an Outlook file as letters; mails in it stand behind it, as in a mailbox.

    Args:
        payload: The file.

    Returns:
        `text`, empty where nothing could be read; `mails`: how many; `names`: of the attachments, in their order.
    """
    mails = [entry for entry in mail_outlook.read(payload, Surroundings("")) if isinstance(entry, Message)]
    text = "\n".join(f"{_BORDER if len(mails) > 1 else ''}{_letters(each)}" for each in mails)
    named = mails[0].attachments if mails else ()
    return {"text": text, "mails": len(mails), "names": [each.name_in_source for each in named]}


def _letters(mail: Message) -> str:
    subject = (mail.details or {}).get("subject")
    rows = (
        ("From", "" if mail.sender is None else _people([mail.sender])),
        ("To", _people(mail.to)),
        ("Subject", _coded(str(subject or ""))),
        ("Date", mail.time.raw.strip()),
        ("Message-ID", (mail.native_id or "").strip()),
    )
    head = "".join(f"{name}: {' '.join(value.split())}\n" for name, value in rows if value.strip())
    kind = "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n"
    body = mail.text.encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n")
    # A line that begins as the border between two mails does would end this one.
    return f"{head}{kind}\n{body}\n".replace("\nFrom ", "\n>From ")


def _people(people: Iterable[MessageSender]) -> str:
    told = []
    for each in people:
        address = next((account.value for account in each.ids if account.type == "email"), "")
        told.append(formataddr((each.display or "", address)) if address else _coded(each.display or ""))
    return ", ".join(told)


def _coded(text: str) -> str:
    return text if text.isascii() else Header(text, "utf-8", maxlinelen=400).encode()
