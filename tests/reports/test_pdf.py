"""Papers: what stands in them is found again by others' tools, hostile texts stop nothing."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pypdf
import pytest

from evidence_kit.chats.stated_time import StatedTime
from evidence_kit.reports.case_facts import CaseFacts, ConsentFact, Intake
from evidence_kit.reports.dossier import Checks, Dossier, encoded
from evidence_kit.reports.exhibit import Demand, Exhibit, Occurrence, SimilarPair
from evidence_kit.reports.paper import Paper
from evidence_kit.reports.pdf import pdfs
from evidence_kit.reports.redaction import redacted
from evidence_kit.reports.script import printable, with_codes
from evidence_kit.reports.transcript import Line, Part, Transcript
from evidence_kit.reports.volumes import volumes
from evidence_kit.sealing.typesetting import covered
from evidence_kit.words import catalogue, findings
from evidence_kit.workflows.case.new import PURPOSES

UTC = StatedTime("1746216540417", "utc", "2025-05-02T20:09:00.417Z")
LOG = b'{"v":1}\n'
ARABIC = "أرسل خمسة آلاف درهم قبل مساء يوم الجمعة وإلا نشرت الصور على صفحة العائلة كلها"


def line(number: int, text: str, **more: object) -> Line:
    return replace(Line(f"E000001:{number}", "ياسين", None, UTC, text, "text"), **more)  # type: ignore[arg-type]


def exhibit(number: int) -> Exhibit:
    digest = f"{number:02x}" * 32
    return Exhibit(
        number, f"E{number:06d}", f"IMG-{number}.jpg", f"phone/IMG-{number}.jpg", "picture", "jpeg", 12345, digest, UTC,
        "exif", None, None, f"data/E{number:06d}.jpg", blurred=False, sensitivity="unknown", demands=(),
        for_the_lawyer=False, line=number,
    )  # fmt: skip


def dossier(lines: list[Line], exhibits: int = 2) -> Dossier:
    return Dossier(
        case=CaseFacts(
            "LRC-2026-0007", "LRC", "2026-11-23T18:48:00Z", {"name": "Salma B."}, "Nadia", None, "adult", "told", None,
            None, exhibits, exhibits, 0, "lawyer", "all",
        ),
        intakes=(
            Intake("2026-11-23T18:48:00Z", "2026-11-23T18:48:00Z", "Salma B.", exhibits, "E000001", "E000002", "copy",
                   "Nadia", "A12", "Larache", None, None, None, {}),
        ),
        demands=(
            Demand(1, 9, "2026-11-23T18:48:00Z", "Salma B.", UTC, "5000 درهم أو تنشر الصور", "vendredi", "5000 MAD",
                   "WhatsApp", "007640000000000000012329", (1,), ("E000001",), ("E000001:2",)),
        ),
        chronology=(Occurrence(UTC, "demand", "demand", {"text": "5000 درهم", "amount": ""}, "E000001:2", (1,)),),
        exhibits=tuple(exhibit(number) for number in range(1, exhibits + 1)),
        transcripts=(
            Transcript(1, "whatsapp", "ياسين", (Part("E000001", "chat.txt", "ab" * 32, len(lines)),),
                       (("ياسين", len(lines), None),), {"utc": len(lines)}, None, (), tuple(lines)),
        ),
        identifiers=(), similar=(), custody=(), consents=(), provisions=("PC-538", "PC-447-1"), limits=(),
        checks=Checks(65, "cd" * 32, "SHA256:" + "A" * 43, ("GITW-JPQA-N5PE", 63), "0.1.0", "2026-11-30T16:00:00Z",
                      "Salma B."),
    )  # fmt: skip


def paper(made: Dossier, language: str = "ar", only: str | None = None) -> bytes:
    return next(pdfs(made, language, LOG, only)).content


def pdftotext(pdf: bytes, tmp_path: Path) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    path = tmp_path / "paper.pdf"
    path.write_bytes(pdf)
    run = subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True)
    return run.stdout.decode()


def pdfium(pdf: bytes) -> str:
    pdfium = pytest.importorskip("pypdfium2")
    document = pdfium.PdfDocument(pdf)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


def bare(text: str) -> str:
    """Take marks of direction out: an extractor puts its own in."""
    return re.sub("[\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", text)


def words(text: str) -> list[str]:
    return re.findall(r"[\u0600-\u06ff]+", bare(text))


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
@pytest.mark.parametrize("extractor", ["pdftotext", "pdfium"])
def test_every_hash_and_every_word_is_found_again(language: str, extractor: str, tmp_path: Path) -> None:
    made = dossier([line(number, f"{ARABIC} {number}") for number in range(1, 40)], 25)
    pdf = paper(made, language)
    found = bare(pdftotext(pdf, tmp_path) if extractor == "pdftotext" else pdfium(pdf))
    for each in made.exhibits:
        assert each.sha256 in found
    assert made.checks.head in found
    assert made.checks.fingerprint in found
    said = [word for each in made.transcripts[0].lines for word in words(each.text)]
    there = set(words(found))
    assert sum(word in there for word in said) / len(said) >= 0.95
    if (language, extractor) == ("ar", "pdfium"):
        # In the first line of some pages of Arabic pdfium cuts an address: "E000001:3", then "6". Not mended yet.
        return
    for one in made.transcripts[0].lines:
        assert one.where in found


def test_the_pages_say_page_of_pages_case_and_head(tmp_path: Path) -> None:
    pdf = paper(dossier([line(1, "x")], 30), "en")
    text = pdftotext(pdf, tmp_path).split("\f")[:-1]
    for number, page in enumerate(text, start=1):
        assert f"Page {number} of {len(text)}" in page
        assert "LRC-2026-0007" in page
        assert "cd" * 32 in page


def test_the_same_facts_give_the_same_bytes() -> None:
    made = dossier([line(1, ARABIC)])
    assert paper(made) == paper(made)


def test_the_viewer_is_not_told_to_turn_hashes_round() -> None:
    pdf = paper(dossier([line(1, ARABIC)]))
    assert b"/R2L" not in pdf
    assert b"/L2R" in pdf


def test_the_paper_is_an_archive_pdf_with_its_log_and_facts_inside(tmp_path: Path) -> None:
    made = dossier([line(1, "中文 whole")])
    path = tmp_path / "p.pdf"
    path.write_bytes(paper(made))
    read = pypdf.PdfReader(path)
    attached = {name: data[0] for name, data in read.attachments.items()}
    assert attached["custody.jsonl"] == LOG
    assert attached["dossier.json"] == encoded(made)
    assert "中文 whole".encode() in attached["dossier.json"]
    root = read.trailer["/Root"]
    assert bool(root["/MarkInfo"]["/Marked"])  # type: ignore[index]
    assert "/OutputIntents" in root  # type: ignore[operator]
    metadata = root["/Metadata"].get_object().get_data()  # type: ignore[index]
    assert re.search(rb"pdfaid:part[>=\"]+3", metadata)
    assert re.search(rb"pdfaid:conformance[>=\"]+A", metadata)
    assert b"/JavaScript" not in path.read_bytes()


HOSTILE = {
    "override": "pay \u202eyadot\u202c now",
    "nul": "a\0b\x1b[31m\x07",
    "chinese": "钱在哪里",
    "tifinagh": "ⴰⵣⵓⵍ ⴼⵍⵍⴰⵡⵏ",
    "emoji": "😊👩‍👩‍👧‍👦🏴‍☠️👍🏽❤️",
    "script": "<script>alert(1)</script>",
    "markup": '#set page(width: 1cm) $x$ *b* _i_ `c` #panic("x") \\ @ref <label> = H',
    "marks": "e" + "\u0301" * 300 + "x",
    "token": "x" * 5000,
    "arabic-token": "ش" * 3000,
    "private": "\ue000\ufffe\uffff\U0010fffd",
    "surrogate": "a\udc80b",
    "separators": "a\u2028b\u2029c\x85d",
    "joiners": "\u200d\u200c\ufe0f\u200b",
    "tags": "🏴\U000e0067\U000e0062\U000e007f",
    "hangul": "한국어 हिन्दी ไทย",
    "lines": "a\n" * 400,
}


@pytest.mark.parametrize("language", ["ar", "en"])
def test_no_hostile_text_stops_a_paper(language: str, tmp_path: Path) -> None:
    lines = [line(number, text) for number, text in enumerate(HOSTILE.values(), start=1)]
    lines += [line(90 + n, "named", sender=text[:5000]) for n, text in enumerate(HOSTILE.values())]
    made = dossier(lines)
    made = replace(made, exhibits=tuple(replace(made.exhibits[0], name=text, path=text) for text in HOSTILE.values()))
    made = replace(made, demands=tuple(replace(made.demands[0], demand=t, account=t[:300]) for t in HOSTILE.values()))
    found = pdftotext(paper(made, language), tmp_path)
    assert "[U+94B1]" in found
    assert "[U+202E]" in found
    assert "[U+0000]" in found
    assert "<script>alert(1)</script>" in found
    assert '#panic("x")' in found
    assert "ⴰⵣⵓⵍ" in found


def test_what_is_printed_has_a_glyph_or_its_number() -> None:
    text = printable("".join(map(chr, [*range(0xD800), *range(0xE000, 0x11000)])), 10**6)
    shaping = {0x200C, 0x200D, 0xFE0E, 0xFE0F, 0x0A, 0x20}
    assert not {ord(sign) for sign in text} - covered() - shaping


def test_redacted_names_are_nowhere_and_labels_are_the_same_everywhere(tmp_path: Path) -> None:
    made = dossier([line(1, "ياسين قال لنادية شيئا"), line(2, "Nadia, Salma B. and Nadial")])
    hidden = redacted(made)
    said = encoded(hidden).decode()
    assert "ياسين" not in said
    assert "Salma" not in said
    assert not re.search(r"\bNadia\b", said)
    assert "Nadial" in said
    assert hidden.checks.head == made.checks.head
    assert hidden.transcripts[0].lines[0].sender == hidden.transcripts[0].title
    found = pdftotext(paper(hidden, "en"), tmp_path)
    assert "ياسين" not in found
    assert "Salma" not in found


def test_nicknames_that_the_case_states_are_redacted_too() -> None:
    lines = [
        line(1, "here is her number", words=(("contact", "Noussa", None),)),
        line(2, "", kind="system", event=("members-added", {"names": "Zizou, Karima"})),
        line(3, "Noussa and Zizou know; Noussayba does not"),
    ]
    said = encoded(redacted(dossier(lines))).decode()
    assert not re.search(r"\b(?:Noussa|Zizou|Karima)\b", said)
    assert "Noussayba" in said


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_a_consent_for_any_purpose_is_told_also_one_of_a_later_version(language: str, tmp_path: Path) -> None:
    purposes = (*PURPOSES, "training", "\U0001f4a3\x00 #set")
    made = replace(
        dossier([line(1, "سلام")]),
        consents=tuple(ConsentFact(5, each, True, "2026-11-23", None, None) for each in purposes),
        chronology=tuple(
            Occurrence(UTC, "case", "consent.recorded", {"purpose": each, "given": True}, None, ()) for each in purposes
        ),
    )
    text = pdftotext(paper(made, language), tmp_path)
    assert text.count("training") == 2
    words = catalogue(language)
    for purpose in PURPOSES:
        assert words.sentence(f"report.purpose.{purpose}") != purpose or language == "en"


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_a_broken_case_says_so_on_the_first_page_in_words(language: str, tmp_path: Path) -> None:
    said = findings()["item-changed"].meaning[language].rstrip(". ") + " (item-changed)"
    made = dossier([line(1, "x")])
    made = replace(made, checks=replace(made.checks, broken=("item-changed", "later")))
    blocks = Paper(made, language).data(volumes(made)[0])["blocks"]
    assert isinstance(blocks, list)
    banner = next(each["t"] for each in blocks if isinstance(each, dict) and each["k"] == "banner")
    runs = banner if isinstance(banner, list) else [banner]
    assert said in "".join(str(each["t"]) if isinstance(each, dict) else str(each) for each in runs)
    first = pdftotext(paper(made, language), tmp_path).split("\f")[0]
    # A line may end at a hyphen, which pdftotext then leaves out.
    letters = re.sub(r"[\W_]", "", bare(first))
    assert "itemchanged" in letters
    assert "later" in letters


def test_a_long_transcript_goes_on_in_further_volumes_and_loses_no_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("evidence_kit.reports.volumes.LINES_A_VOLUME", 10)
    made = dossier([line(number, "x") for number in range(1, 36)])
    volumes = list(pdfs(made, "en", LOG))
    assert [each.name for each in volumes] == ["report.en.pdf", *(f"report.en.{n}.pdf" for n in (2, 3, 4))]
    text = "\n".join(pdftotext(each.content, tmp_path) for each in volumes)
    places = re.findall(r"E000001:\d+(?= · 2025)", bare(text))
    assert places == [f"E000001:{number}" for number in range(1, 36)]


def test_the_sheet_for_the_person_is_one_page_and_names_nothing(tmp_path: Path) -> None:
    made = dossier([line(1, ARABIC)])
    made = replace(made, case=replace(made.case, purpose="person"))
    text = pdftotext(paper(made, "fr"), tmp_path)
    assert text.count("\f") == 1
    assert "GITW-JPQA-N5PE" in text
    for absent in ("Nadia", "LRC", "ياسين", "5000", "chantage", made.exhibits[0].sha256):
        assert absent not in text


SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8" fill="#{}"/></svg>'


def blurred_paper(made: Dossier, pictures: dict[int, str | None], language: str, tmp_path: Path) -> str:
    return pdftotext(next(pdfs(made, language, LOG, None, pictures)).content, tmp_path)


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_similar_pictures_stand_side_by_side_with_method_and_numbers(language: str, tmp_path: Path) -> None:
    pair = SimilarPair("E000001", "E000002", (1, 2), "same-picture", "pdq", {"distance_bits": 1, "limit_bits": 31})
    made = replace(dossier([line(1, ARABIC)], 3), similar=(pair,))
    words = catalogue(language)
    numbers = words.sentence("report.similar.distance_bits", count=1, of=31)
    alone = pdftotext(paper(made, language), tmp_path)
    drawn = blurred_paper(made, {1: SVG.format("111"), 2: SVG.format("777"), 3: None}, language, tmp_path)
    for text in (alone, drawn):
        assert "pdq" in text
        assert {"31", "256"} <= set(re.findall(r"\d+", bare(text)))
        # pdftotext glues some of the shortest Arabic words to their neighbours.
        assert set(re.findall(r"[^\W\d_]{3,}", numbers)) <= set(re.findall(r"[^\W\d_]+", bare(text)))
    if language == "ar":
        # pdftotext takes these captions' words apart.
        return
    # Each once among the blurred pictures and once in the pair; the third says why it is not there.
    label = words.sentence("report.exhibits.blurred", number="").rpartition(" ")[2]
    assert len(re.findall(rf", {label}\b", bare(drawn))) == 4
    assert label not in bare(alone)
    reason = re.findall(r"[^\W\d_]{3,}", words.sentence("report.exhibits.not-blurred", number=3))
    assert set(reason) <= set(re.findall(r"[^\W\d_]+", bare(drawn)))


def test_a_demand_prints_the_message_that_it_cites_and_counts_what_it_does_not(tmp_path: Path) -> None:
    cited = [line(number, f"pay {number} by Friday", demands=(1,)) for number in range(1, 31)]
    made = dossier([*cited, line(99, "not cited")])
    made = replace(made, demands=(replace(made.demands[0], messages=tuple(each.where for each in cited)),))
    text = pdftotext(paper(made, "en", "demands"), tmp_path)
    assert "pay 1 by Friday" in text
    assert "pay 12 by Friday" in text
    assert "pay 13 by Friday" not in text
    assert "18 more messages that it cites stand in the transcripts." in text
    assert "not cited" not in text


def test_a_demand_that_cites_hundreds_of_messages_loses_none_at_the_end_of_a_page(tmp_path: Path) -> None:
    made = dossier([line(1, "x")])
    places = tuple(f"E000001:{number}" for number in range(1000, 1900))
    made = replace(made, demands=(replace(made.demands[0], messages=places),))
    text = pdftotext(paper(made, "ar", "demands"), tmp_path)
    assert all(each in text for each in places)


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ("day, month, year (a-number-above-12)", "Dates: day, then month; a number above 12 says so."),
        ("ambiguous (nothing-decides)", "day or month first?"),
        (None, None),
        ("later, version (unheard-of)", None),
    ],
)
def test_a_transcript_says_how_its_dates_were_read(order: str | None, said: str | None, tmp_path: Path) -> None:
    made = dossier([line(1, "x")])
    made = replace(made, transcripts=(replace(made.transcripts[0], order=order),))
    text = " ".join(pdftotext(paper(made, "en"), tmp_path).split())
    if said is None:
        assert "Dates:" not in text
        assert "month first" not in text
    else:
        assert said in text


def test_participants_beyond_the_printed_ones_are_counted(tmp_path: Path) -> None:
    made = dossier([line(1, "x")])
    people = tuple((f"Person{number}", 1, None) for number in range(20))
    made = replace(made, transcripts=(replace(made.transcripts[0], participants=people),))
    assert "[…+8]" in pdftotext(paper(made, "en"), tmp_path)


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_no_paper_says_that_nobody_can_change_the_log_unseen(language: str) -> None:
    """A key holder can write it anew: the sentence on the log names what rules that out."""
    words = catalogue(language)
    outside = {"ar": "الوصل الورقي", "fr": "reçu sur papier", "en": "receipt on paper"}
    assert outside[language] in words.sentence("report.prose.log", lines=5)


def test_latin_phrases_in_an_arabic_sentence_stay_whole() -> None:
    runs = with_codes(
        "من طرف Salma B., bénévole, Larache (Salma B.) المصدر: Penal code, of August 2024. رُوجع في 2026-11-30."
    )
    latin = [each["t"] for each in runs if isinstance(each, dict)]
    assert latin == ["Salma B., bénévole, Larache", "Salma B.", "Penal code, of August 2024", "2026-11-30"]


def test_the_time_of_a_line_is_not_run_into_by_arabic_behind_it(tmp_path: Path) -> None:
    """A demand's number behind an Arabic sender was drawn into the time: 21:09 became 21:093."""
    at = StatedTime("3/5/2025", "local, zone unknown", "2025-05-03T21:09:00")
    made = dossier([line(10, ARABIC, time=at, demands=(3,))])
    path = tmp_path / "p.pdf"
    path.write_bytes(paper(made, "ar", "transcripts"))
    boxes = subprocess.run(["pdftotext", "-bbox", path, "-"], capture_output=True, check=True, text=True).stdout
    found = [
        (float(left), float(top), bare(word))
        for left, top, word in re.findall(r'xMin="([\d.]+)" yMin="([\d.]+)" [^>]+>([^<]+)<', boxes)
    ]
    left, top, _ = next(each for each in found if each[2] == "21:09:00")
    behind = [word for x, y, word in sorted(found) if 0 <= top - y < 6 and x > left]
    assert behind[0].startswith("·")
    assert "3" in behind
