"""How often a PDF was saved: by its tables, whatever marks of an end stand in it."""

from __future__ import annotations

import io
import re
import subprocess
from shutil import which

import pytest
from pypdf import PdfReader, PdfWriter

from evidence_kit.media import pdf_revisions
from tests.media.test_documents import described, pdf


def saved_again(data: bytes) -> bytes:
    writer = PdfWriter(io.BytesIO(data), incremental=True)
    writer.add_metadata({"/Subject": f"changed at {len(data)}"})
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def linearised() -> bytes:
    """Return a PDF with a table for its first page before the others, made by hand as annex F has it."""
    first = b"1 0 obj\n<</Linearized 1/L 0000000000/H[0 0]/O 4/E 0/N 1/T 0>>\nendobj\n"
    page = b"4 0 obj\n<</Type/Page/Parent 3 0 R/MediaBox[0 0 72 72]>>\nendobj\n"
    rest = (
        b"2 0 obj\n<</Type/Catalog/Pages 3 0 R>>\nendobj\n",
        b"3 0 obj\n<</Type/Pages/Kids[4 0 R]/Count 1>>\nendobj\n",
    )
    head = b"%PDF-1.4\n"
    table_at = len(head) + len(first)
    trailer = b"trailer\n<</Size 5/Root 2 0 R/Prev 0000000000>>\nstartxref\n0\n%%EOF\n"
    page_at = table_at + len(b"xref\n4 1\n" + b"0" * 20) + len(trailer)
    body = head + first + b"xref\n4 1\n%010d 00000 n \n" % page_at + trailer + page
    places = [len(head)]
    for data in rest:
        places.append(len(body))
        body += data
    main = b"xref\n0 4\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    body = body.replace(b"/Prev 0000000000", b"/Prev %010d" % len(body))
    whole = body + main + b"trailer\n<</Size 4>>\nstartxref\n%d\n%%%%EOF\n" % table_at
    return whole.replace(b"/L 0000000000", b"/L %010d" % len(whole))


def test_a_file_laid_out_for_the_web_was_saved_once() -> None:
    data = linearised()
    assert data.count(b"%%EOF") == 2
    assert len(PdfReader(io.BytesIO(data)).pages) == 1, "the sample is a PDF"
    assert pdf_revisions.read(data) == {"revisions": 0, "linearised": True}
    assert pdf_revisions.read(saved_again(data)) == {"revisions": 1, "linearised": False}


def test_every_saving_behind_the_end_is_counted() -> None:
    data = pdf()
    assert described(data, "pdf")["facts"]["revisions"] == 0
    for count in (1, 2, 3):
        data = saved_again(data)
        assert described(data, "pdf")["facts"]["revisions"] == count


def test_a_pdf_packed_into_another_is_no_saving() -> None:
    writer = PdfWriter()
    writer.add_blank_page(72, 72)
    writer.add_attachment("inside.pdf", saved_again(pdf()))
    buffer = io.BytesIO()
    writer.write(buffer)
    assert buffer.getvalue().count(b"%%EOF") >= 2, "it is packed in plain"
    assert pdf_revisions.read(buffer.getvalue())["revisions"] == 0


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n", pdf()[:-40], b"%PDF-1.4\nstartxref\n5\n%%EOF"])
def test_where_the_tables_cannot_be_followed_nothing_is_claimed(data: bytes) -> None:
    assert pdf_revisions.read(data)["revisions"] is None


@pytest.mark.skipif(which("pdfinfo") is None, reason="pdfinfo is not installed")
def test_pdfinfo_calls_the_same_file_optimised(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("pdf") / "a.pdf"
    path.write_bytes(linearised())
    ran = subprocess.run(["pdfinfo", str(path)], capture_output=True, text=True, check=True)
    assert re.search(r"^Optimized: +yes$", ran.stdout, re.MULTILINE)
