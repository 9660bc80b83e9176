from pathlib import Path

from evidence_kit.sealing import bag
from tests.golden.example import example

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "FORMAT.md").read_text("utf-8")


def test_the_worked_example_of_the_format_document_is_what_the_program_writes() -> None:
    computed = example()
    blocks = [block.split("\n```", 1)[0] for block in DOCUMENT.split(":\n```\n")[1:]]
    assert blocks[-5:] == [
        computed.openings[0],
        computed.openings[1],
        computed.log.rstrip("\n"),
        computed.checkpoint.rstrip("\n"),
        computed.receipt,
    ]


def test_the_copy_that_travels_with_archives_is_the_document() -> None:
    assert bag.format_document() == DOCUMENT.encode()


def test_the_copy_that_travels_with_an_archive_is_this_document() -> None:
    assert (ROOT / "evidence_kit" / "sealing" / "FORMAT.md").read_text("utf-8") == DOCUMENT
