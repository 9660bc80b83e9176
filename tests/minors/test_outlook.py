"""A mail of Outlook in a minor's case: its words are there, its attachments go by the rule."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from evidence_kit.workflows.accession.describe import WorkerDescriber
from evidence_kit.workflows.accession.ingest import ingest
from evidence_kit.workflows.accession.provenance import Provenance
from tests.conftest import NewCase
from tests.e2e.conftest import ROOT

_MAILS = ROOT / "samples" / "chats" / "mail"


@pytest.mark.parametrize("name", ["avertissement.msg", "outlook/exchange.msg", "outlook/mail-in-mail.msg"])
def test_the_words_of_an_outlook_mail_are_kept_and_the_mail_is_witnessed(name: str, new_case: NewCase) -> None:
    from evidence_kit.chats.format import Surroundings
    from evidence_kit.chats.formats import mail_outlook
    from evidence_kit.chats.message import Message

    source = _MAILS / name
    said = [
        each
        for each in mail_outlook.read(io.BytesIO(source.read_bytes()), Surroundings(""))
        if isinstance(each, Message)
    ]
    writer = new_case("minor")
    with WorkerDescriber(1) as describer:
        list(ingest(writer, [Path(source)], Provenance(), describer))
    assert "W000001" in writer.manifest.witnessed
    assert writer.manifest.witnessed["W000001"].size_bytes == source.stat().st_size
    stored = io.BytesIO()
    for item in writer.manifest.items:
        writer.case.decrypt(item, stored)
    words = stored.getvalue().decode("utf-8")
    assert said
    for message in said:
        assert all(line.strip() in words for line in message.text.splitlines())
        addresses = [account.value for each in (message.sender, *message.to) if each for account in each.ids]
        assert all(address in words for address in addresses if "@" in address)
    if name == "avertissement.msg":
        # Its attachment is a picture, and is witnessed as such.
        [picture] = [each for each in writer.manifest.witnessed.values() if each.place.container == "W000001"]
        assert picture.kind == "jpeg"
    assert b"\xd0\xcf\x11\xe0" not in stored.getvalue()
