"""READ-ME-FIRST.html: what reads from left to right inside a sentence that does not."""

import re

from evidence_kit.custody.checkpoint import Checkpoint
from evidence_kit.model import Digest
from evidence_kit.sealing.letter import HandedReceipt, LetterFacts, letter_page

FINGERPRINT = "SHA256:I9lvvnGWEPtfq0Q9zzLRiUfFBN3jAtBPOlKSBneB7OA"
LETTERS = re.compile(r"<[^>]*>")


def section(language: str) -> str:
    end = Checkpoint("LRC-2026-0007", 966, Digest("a3" * 32), Digest("b4" * 32))
    text = letter_page(
        LetterFacts("LRC-2026-0007", end, FINGERPRINT, 3, 3, 8, 9, [HandedReceipt(5, "2026-11-23")])
    ).decode()
    return text.partition(f'<section lang="{language}"')[2].partition("</section>")[0]


def test_a_command_in_an_arabic_sentence_is_one_run() -> None:
    arabic = section("ar")
    for run in ("ssh-keygen -t ed25519", "custody.jsonl", FINGERPRINT, "LRC-2026-0007.received.sig"):
        assert f'<bdi dir="ltr">{run}</bdi>' in arabic


def test_in_other_languages_no_word_is_torn() -> None:
    for language in ("fr", "en"):
        assert "<bdi" not in section(language)
    assert "Contrôlez les deux signatures" in LETTERS.sub("", section("fr"))
