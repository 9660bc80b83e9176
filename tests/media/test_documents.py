"""Documents, whole and hostile: who wrote them and what they would do, and nothing is ever done."""

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from evidence_kit.media.registry import describe
from evidence_kit.workers.protocol import check_value

CORE = """<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"><dc:creator>س. ب.</dc:creator>
<cp:lastModifiedBy>somebody else</cp:lastModifiedBy><dcterms:created>0000-00-00T00:00:00Z</dcterms:created>
</cp:coreProperties>"""
RELATIONS = """<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="r1" Type="http://x/attachedTemplate" Target="http://127.0.0.1/t.dotm" TargetMode="External"/>
<Relationship Id="r2" Type="http://x/image" Target="media/image1.png"/></Relationships>"""


def described(data: bytes, kind: str, name: str = "") -> dict[str, Any]:
    answer: Mapping[str, Any] = describe(io.BytesIO(data), {"kind": kind, "name": name})
    check_value(answer)
    assert len(json.dumps(answer["facts"], ensure_ascii=False).encode()) <= 64 * 1024
    return dict(answer)


def codes(answer: Mapping[str, Any]) -> set[str]:
    return {problem["code"] for problem in answer["problems"]}


def pdf(*, password: str | None = None, hostile: bool = False) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(72, 72)
    writer.add_blank_page(72, 72)
    writer.add_metadata({"/Author": "س. ب.", "/CreationDate": "D:25001301000000", "/Producer": "made here"})
    if hostile:
        script = {"/S": NameObject("/JavaScript"), "/JS": TextStringObject("app.launchURL('http://127.0.0.1/')")}
        writer._add_object(DictionaryObject({NameObject(key): value for key, value in script.items()}))
        writer.add_attachment("inside.exe", b"MZ")
        launch = DictionaryObject(
            {NameObject("/S"): NameObject("/Launch"), NameObject("/F"): TextStringObject("cmd.exe")}
        )
        writer.root_object[NameObject("/OpenAction")] = writer._add_object(launch)
    if password is not None:
        writer.encrypt(password, algorithm="RC4-128")
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def office(parts: Mapping[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def test_a_pdf_says_who_wrote_it_and_its_dates_stay_as_written() -> None:
    answer = described(pdf(), "pdf", "DOC-20240131-WA0001.pdf")
    facts = answer["facts"]
    assert answer["problems"] == []
    assert answer["describer"] == "pdf/2"
    assert (facts["pages"], facts["encrypted"], facts["opened"]) == (2, False, True)
    assert {"tag": "Author", "value": "س. ب."} in facts["info"]
    assert {"tag": "CreationDate", "value": "D:25001301000000"} in facts["info"]
    assert facts["naming_signs"] == ["whatsapp-android"]
    assert facts["counts"] == {}
    assert facts["revisions"] == 0


def test_what_a_pdf_would_do_is_counted_and_not_done() -> None:
    facts = described(pdf(hostile=True), "pdf")["facts"]
    assert {"javascript", "launch_actions", "automatic_actions", "embedded_files"} <= set(facts["counts"])
    assert facts["files"] == ["inside.exe"]


def test_an_outlook_message_is_named_for_what_it_is() -> None:
    data = (Path(__file__).parents[2] / "samples/chats/mail/avertissement.msg").read_bytes()
    answer = described(data, "ole")
    assert answer["problems"] == []
    assert answer["facts"]["program"] == "outlook"
    assert answer["facts"]["macros"] is False


def test_a_locked_pdf_is_no_crash() -> None:
    answer = described(pdf(password="x"), "pdf")
    assert (answer["facts"]["encrypted"], answer["facts"]["opened"]) == (True, False)
    assert "document-locked" in codes(answer)


def test_a_docx_says_who_wrote_it_and_what_it_would_fetch() -> None:
    parts = dict.fromkeys(("word/vbaProject.bin", "word/media/image1.png", "word/embeddings/oleObject1.bin"), "x")
    parts |= {"docProps/core.xml": CORE, "word/_rels/settings.xml.rels": RELATIONS, "[Content_Types].xml": "<a/>"}
    answer = described(office(parts), "docx")
    facts = answer["facts"]
    assert answer["problems"] == []
    assert {"tag": "creator", "value": "س. ب."} in facts["properties"]
    assert {"tag": "created", "value": "0000-00-00T00:00:00Z"} in facts["properties"]
    assert (facts["macros"], facts["embedded"], facts["pictures"]) == (True, 1, 1)
    assert facts["external"] == ["attachedTemplate: http://127.0.0.1/t.dotm"]


@pytest.mark.parametrize(
    "part",
    ["<", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', '<!DOCTYPE a SYSTEM "http://127.0.0.1/x"><a/>', "x" * (3 << 20)],
)
def test_a_hostile_part_costs_only_itself(part: str) -> None:
    answer = described(office({"docProps/core.xml": part, "docProps/app.xml": "<a><Company>x</Company></a>"}), "docx")
    assert codes(answer) == {"part-not-read"}
    assert answer["facts"]["properties"] == [{"tag": "Company", "value": "x"}]


@pytest.mark.parametrize("kind", ["pdf", "docx", "ole"])
@settings(max_examples=40, deadline=None)
@given(places=st.lists(st.tuples(st.integers(0, 900), st.integers(0, 255)), min_size=1, max_size=12))
def test_no_damage_to_a_document_is_more_than_a_problem(kind: str, places: list[tuple[int, int]]) -> None:
    data = bytearray(pdf(hostile=True) if kind == "pdf" else office({"docProps/core.xml": CORE}))
    if kind == "ole":
        data = bytearray(
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + b"\x3e\0\3\0\xfe\xff\x09\0\6\0" + bytes(1500)
        )
    for at, value in places:
        if at < len(data):
            data[at] = value
    described(bytes(data), kind)
