"""Days by another calendar and times that stand for none: said to be so wherever a conversation is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence_kit.commands._screen import Screen
from evidence_kit.commands._transcript_view import show_conversations, show_messages
from evidence_kit.custody.manifest import Manifest
from evidence_kit.words import LANGUAGES, catalogue
from evidence_kit.workers.worker import Worker
from evidence_kit.workflows.accession.describe import WorkerDescriber
from evidence_kit.workflows.accession.ingest import ingest
from evidence_kit.workflows.accession.provenance import Provenance
from evidence_kit.workflows.reading.conversation_page import ConversationPage, ConversationRequest
from evidence_kit.workflows.reading.conversations import CaseConversation, conversations
from evidence_kit.workflows.reading.exports import open_exports
from evidence_kit.workflows.reporting.transcripts import heading
from tests.conftest import NewCase


@pytest.fixture
def pages(
    new_case: NewCase, describer: WorkerDescriber, worker: Worker, tmp_path: Path
) -> dict[str, tuple[CaseConversation, ConversationPage]]:
    written = {
        "hijri.txt": "[24/3/1448 AH, 18:02:11] Nadia: a\n[25/3/1448 AH, 9:03:40] A: b\n",
        "buddhist.txt": "14/9/2569, 18:02 - A: a\n15/9/2569, 18:03 - B: b\n",
        "year.txt": "21:02, 20 Aug - A: a\n21:03, 20 Aug - B: b\n",
        "sms.xml": '<smses count="1">\n<sms address="+212600000017" date="0" type="1" body="x" />\n</smses>\n',
    }
    for name, text in written.items():
        (tmp_path / name).write_text(text)
    writer = new_case()
    list(ingest(writer, [tmp_path / name for name in written], Provenance(), describer))
    with open_exports(writer.case, worker) as reading:
        return {
            each.parts[0].item.place.path: (each, reading.page(each, ConversationRequest(), 0, 9))
            for each in conversations(writer.manifest)
        }


@pytest.mark.parametrize(
    ("name", "note"),
    [("hijri.txt", "days-unread"), ("buddhist.txt", "days-counted-over"), ("year.txt", "days-without-year")],
)
def test_a_calendar_is_named_in_the_list_the_transcript_and_the_dossier(
    pages: dict[str, tuple[CaseConversation, ConversationPage]],
    capsys: pytest.CaptureFixture[str],
    name: str,
    note: str,
) -> None:
    conversation, page = pages[name]
    for language in LANGUAGES:
        show_conversations(Screen(language), Manifest(items={}), [conversation])
        listed = capsys.readouterr().err
        words = catalogue(language)
        (calendar,) = {part.calendar for part in conversation.parts}
        shown = words.sentence(f"chats.calendar.{calendar}") if words.knows(f"chats.calendar.{calendar}") else ""
        said = words.sentence(f"chats.{note}", item=conversation.parts[0].item.id, calendar=shown)
        assert said in listed.replace("\n", " ")
        show_messages(Screen(language), conversation, page, 1, 1)
        assert said in capsys.readouterr().err.replace("\n", " ")
        assert words.knows(f"report.note.{note}")
    assert note in heading(conversation, gaps=False).notes


def test_a_time_that_stands_for_none_is_not_shown_as_one(
    pages: dict[str, tuple[CaseConversation, ConversationPage]], capsys: pytest.CaptureFixture[str]
) -> None:
    for language in LANGUAGES:
        show_messages(Screen(language), *pages["sms.xml"], 1, 1)
        assert catalogue(language).sentence("chats.unread-time", written="0") in capsys.readouterr().out
