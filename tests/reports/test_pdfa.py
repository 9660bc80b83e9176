"""Papers held against PDF/A by tools that nobody here wrote: PDFBox Preflight, qpdf, poppler.

Preflight knows PDF/A-1b. What PDF/A-3 permits and PDF/A-1 forbids is told apart below, each with its reason; anything
else that it finds is a finding. It does not look at tags (level A): poppler reads these.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from evidence_kit.reports.exhibit import SimilarPair
from evidence_kit.reports.pdf import pdfs
from tests.reports.test_pdf import ARABIC, HOSTILE, LOG, SVG, dossier, line

JARS = Path("/usr/share/java")
NEEDED = ("preflight", "pdfbox2", "xmpbox", "fontbox2", "commons-logging", "commons-io", "javax.activation", "jaxb-api")
# Of PDF/A-1 alone: an ICC profile of version 4, attachments, the number of the part.
OF_THE_FIRST_PART = {
    ("2.1.6", "Invalid graphics object, Invalid version of the ICCProfile"),
    ("1.2.9", "Body Syntax error, EmbeddedFile entry is present in a FileSpecification dictionary"),
    ("1.4.7", "Trailer Syntax error, EmbeddedFile entry is present in the Names dictionary"),
    ("7.11.2", "Error on MetaData, part must be 1"),
    # PDFBox 2.0.27 does not follow a destination that is an indirect object, as ISO 32000 lets any object be one.
    ("1.2.3", "Body Syntax error, Error: can't convert to Destination"),
    # It reads an extension schema only in a description of its own; this one stands beside what it describes.
    ("7.3", "Error on MetaData, Cannot find a definition for the namespace http://www.aiim.org/pdfua/ns/id/"),
}


@pytest.fixture(scope="module", params=["ar", "fr", "en"])
def paper(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One paper of a language with everything in it: pictures, pairs, hostile texts, attachments, a broken case."""
    lines = [
        line(at, f"{text[:900]} {ARABIC}", demands=(1,) * (at == 3)) for at, text in enumerate(HOSTILE.values(), 1)
    ]
    made = dossier(lines, 12)
    pair = SimilarPair("E000001", "E000002", (1, 2), "same-picture", "pdq", {"distance_bits": 1, "limit_bits": 31})
    made = replace(made, similar=(pair,), checks=replace(made.checks, broken=("item-changed",)))
    pictures = {1: SVG.format("111"), 2: SVG.format("777"), 3: None}
    path = tmp_path_factory.mktemp("papers") / "paper.pdf"
    path.write_bytes(next(pdfs(made, request.param, LOG, None, pictures)).content)
    return path


def preflight(path: Path) -> set[tuple[str, str]]:
    """Return code and message of every finding, places in the file left out."""
    missing = [each for each in NEEDED if not (JARS / f"{each}.jar").exists()]
    if shutil.which("java") is None or missing:
        pytest.skip(f"PDFBox Preflight is not installed: {missing or 'java'}")
    classes = ":".join(str(JARS / f"{each}.jar") for each in NEEDED)
    run = subprocess.run(
        ["java", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp", classes,
         "org.apache.pdfbox.preflight.Validator_A1b", path],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    said = re.findall(r"^(\d+(?:\.\d+)*) : (.*)$", run.stdout, re.MULTILINE)
    assert said, run.stdout + run.stderr
    return {(code, re.sub(r" on page \d+| COSObject\{.*", "", message)) for code, message in said}


def test_nothing_breaks_pdf_a_but_what_its_third_part_permits(paper: Path) -> None:
    assert preflight(paper) - OF_THE_FIRST_PART == set()


@pytest.mark.parametrize(
    ("there", "instead", "code"), [(b"/FontFile", b"/FontFilx", "3."), (b"/Metadata", b"/Metadatx", "7.")]
)
def test_the_validator_sees_what_it_is_asked_for(there: bytes, instead: bytes, code: str, tmp_path: Path) -> None:
    whole = next(pdfs(dossier([line(1, "x")]), "en", LOG)).content
    assert there in whole
    path = tmp_path / "broken.pdf"
    path.write_bytes(whole.replace(there, instead))
    more = {each for each, _ in preflight(path) - OF_THE_FIRST_PART}
    assert any(each.startswith(code) for each in more), more


def test_the_file_is_whole_for_qpdf(paper: Path) -> None:
    if shutil.which("qpdf") is None:
        pytest.skip("qpdf is not installed")
    run = subprocess.run(["qpdf", "--check", paper], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")


def test_a_screen_reader_meets_headings_tables_and_pictures_with_words(paper: Path) -> None:
    if shutil.which("pdfinfo") is None:
        pytest.skip("pdfinfo is not installed")
    said = subprocess.run(["pdfinfo", "-struct-text", paper], capture_output=True, check=True).stdout
    told = said.decode("utf-8", "replace")
    kinds = re.findall(r"^ *(H1|H2|Table|TH|TD|Figure|P)\b", told, re.MULTILINE)
    assert {"H1", "H2", "Table", "TH", "TD", "Figure", "P"} <= set(kinds)
    figures = re.findall(r"^ *Figure\b.*\n(?: *(?:/.*|Alternate.*)\n)*", told, re.MULTILINE)
    assert len(figures) >= 4
    content = paper.read_bytes()
    assert len(re.findall(rb"/Alt[ (<]", content)) >= len(figures)
    assert re.search(rb"pdfuaid:part[>=\"]+1", content)
