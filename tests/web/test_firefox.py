"""The built page in a real Firefox ESR: the same verdicts, in every language."""

from __future__ import annotations

from pathlib import Path

from evidence_kit.words import LANGUAGES, catalogue
from evidence_kit.workflows.checking.verify import verify_archive
from tests.attacks.conftest import DIGITS
from tests.attacks.rebuild import pack, relist, unpack
from tests.web.firefox import Firefox, needs_firefox
from tests.web.material import Handed

pytestmark = needs_firefox


def test_archives_get_the_verdicts_of_the_program(firefox: Firefox, handed: Handed, tmp_path: Path) -> None:
    data = handed.archive.read_bytes()
    members = unpack(data)
    edited = members | {"data/E000001.jpg": members["data/E000001.jpg"][:-1] + b"?"}
    archives = {
        "good": (data, DIGITS),
        "wrong passphrase": (data, "9" * 28),
        "edited": (pack(relist(edited, None)), DIGITS),
        "flipped": (data[:-3000] + bytes([data[-3000] ^ 1]) + data[-2999:], DIGITS),
        "cut": (data[: len(data) // 2], DIGITS),
        "behind": (data + b"x", DIGITS),
        "junk": (b"%PDF-1.7\n" * 400, DIGITS),
    }
    for name, (content, digits) in archives.items():
        path = tmp_path / name / handed.archive.name
        path.parent.mkdir()
        path.write_bytes(content)
        report = verify_archive(path, digits)
        firefox.check([path], digits)
        found = (firefox.verdict(), firefox.codes())
        assert found == (report.verdict.value, {each.code for each in report.findings}), name
        firefox.again()


def test_every_language_is_spoken(firefox: Firefox, handed: Handed) -> None:
    firefox.check([handed.archive, *handed.statement], DIGITS.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")))
    for language in LANGUAGES:
        firefox.click(f"#language-{language}")
        words = catalogue(language)
        assert firefox.text("#word") == words.sentence("verdict.consistent.word")
        assert words.sentence("page.statement-agrees") in firefox.text("main").replace("\u00a0", " ")
        assert firefox.evaluate("document.documentElement.dir") == ("rtl" if language == "ar" else "ltr")
    firefox.again()
