"""Every verifier says of every test vector what the list says: the program, the page, and the third reader."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from evidence_kit.workflows.checking.verify import verify_archive
from tests.meaning import lies
from tests.meaning.story import CASE, DIGITS
from tests.vectors import files, reader
from tests.vectors.made import Vector, every
from tests.vectors.thirdly import alike
from tests.web.alike import answered, said
from tests.web.core import answers, needs_node

LISTED = json.loads(files.LISTED.read_text("utf-8"))["vectors"]
BY_NAME = {vector.name: vector for vector in every()}
MOST_BYTES_A_VECTOR = 11_500
# What the third reader judges besides: lies of the other two's own test.
LIES = 60


def named(entry: dict[str, Any]) -> str:
    return str(entry["name"])


def test_the_files_are_those_that_are_made_anew_from_the_lies() -> None:
    made = {name: data for vector in every() for name, data in files.committed(vector).items()}
    found = {str(path.relative_to(files.ROOT)): path for path in files.ROOT.rglob("*") if path.is_file()}
    assert set(found) - {"README.md", files.LISTED.name} == set(made)
    for name, data in made.items():
        assert found[name].read_bytes() == data, name
    assert sum(path.stat().st_size for path in found.values()) < MOST_BYTES_A_VECTOR * len(BY_NAME)


def test_no_vector_stands_twice_and_each_says_what_it_must() -> None:
    assert [entry["name"] for entry in LISTED] == [vector.name for vector in every()]
    assert len(BY_NAME) == len(LISTED)
    for entry in LISTED:
        given = {each["code"] for each in entry["findings"]}
        assert set(entry["must"]) <= given, entry["name"]
        weights = {each["weight"] for each in entry["findings"]}
        assert ("broken" in weights) == (entry["verdict"] == "BROKEN"), entry["name"]


@pytest.mark.parametrize("entry", LISTED, ids=named)
def test_the_program_says_what_the_list_says(entry: dict[str, Any], tmp_path: Path) -> None:
    vector = BY_NAME[entry["name"]]
    files.lay(vector, tmp_path)
    report = files.judged(vector, tmp_path)
    assert report.verdict.value == entry["verdict"]
    assert files.entry(vector, report) == entry


@needs_node
def test_the_page_says_what_the_list_says(tmp_path: Path) -> None:
    jobs, expected = [], []
    for entry in LISTED:
        if entry["kind"] == "folder":
            continue
        vector, folder = BY_NAME[entry["name"]], tmp_path / entry["name"]
        files.lay(vector, folder)
        jobs.append(_job(vector, folder))
        expected.append((entry, said(files.judged(vector, folder, alone=True))))
    for answer, (entry, program) in zip(answers(jobs), expected, strict=True):
        # No root is given to the page, and it keeps nobody's key: it says what the program says without them.
        assert "root" in entry or "receivers" in entry or answer["verdict"] == entry["verdict"], entry["name"]
        assert answered(answer) == program, entry["name"]


def _job(vector: Vector, folder: Path) -> dict[str, Any]:
    asked = files.asked_of(vector)
    job = {"path": str(folder / files.ARCHIVE), "passphrase": asked["passphrase"]}
    if "receipt" in asked:
        job |= {"receipt": asked["receipt"], "origin": asked["receipt_from"]}
    if vector.beside is not None:
        paper = str(folder / files.STATEMENT)
        job |= {"statement": paper, "signature": f"{paper}.sig"}
    return job


@pytest.mark.parametrize("entry", LISTED, ids=named)
def test_the_third_reader_says_what_the_list_says(entry: dict[str, Any], tmp_path: Path) -> None:
    """It is given no roots, no receivers' keys and no case's key: then the program says what it says without them."""
    path = files.ROOT / entry["path"]
    if entry["kind"] == "folder":
        found = reader.read_folder(path)
    else:
        paper = files.ROOT / entry["statement"] if "statement" in entry else None
        beside = None if paper is None else (paper.read_bytes(), paper.with_name(f"{paper.name}.sig").read_bytes())
        typed = {"receipt": entry.get("receipt"), "receipt_from": entry.get("receipt_from", "paper")}
        found = reader.read_archive(path.read_bytes(), entry["passphrase"], **typed, beside=beside)
    files.lay(BY_NAME[entry["name"]], tmp_path)
    alike(found, files.judged(BY_NAME[entry["name"]], tmp_path, alone=True))
    if not {"root", "receivers", "key"} & set(entry):
        assert (found.verdict, found.codes) == (entry["verdict"], {each["code"] for each in entry["findings"]})


@pytest.mark.parametrize(("seed", "count"), [(100, LIES), pytest.param(101, 2000, marks=pytest.mark.deep)])
def test_the_third_reader_says_of_every_lie_what_the_program_says(seed: int, count: int, tmp_path: Path) -> None:
    path = tmp_path / f"{CASE}.sealed.zip"
    for told in lies.told(count, seed):
        path.write_bytes(told.made.archive)
        for ending, data in zip(("", ".sig"), told.statement or (None, None), strict=True):
            paper = tmp_path / f"{CASE}.statement.txt{ending}"
            paper.unlink(missing_ok=True)
            if data is not None:
                paper.write_bytes(data)
        alike(reader.read_archive(told.made.archive, DIGITS, beside=told.statement), verify_archive(path, DIGITS))
