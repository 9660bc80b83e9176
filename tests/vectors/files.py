"""The test vectors as they lie in `testvectors/`: written anew by `python -m tests.vectors.files`, read by tests."""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from evidence_kit.custody.verdict import ReceiptOrigin
from evidence_kit.keys.sshsig import PublicKey
from evidence_kit.keys.station import SigningKey
from evidence_kit.workflows.checking.report import Report
from evidence_kit.workflows.checking.verify import verify_archive, verify_case
from evidence_kit.workflows.handover.timestamps import OutsideFacts
from tests.meaning.story import CASE, DIGITS
from tests.vectors.made import Vector, case_folder, every, made

ROOT = Path(__file__).parents[2] / "testvectors"
LISTED = ROOT / "vectors.json"
FIRST = "good-small"
ARCHIVE = f"{CASE}.sealed.zip"
STATEMENT = f"{CASE}.statement.txt"
RECEIVED = f"{CASE}.received.sig"
ROOT_FILE = "root.pem"
ABOUT = (
    "Test vectors of the format evidence-kit/1, for whoever writes a verifier: see README.md. Every name, key and salt"
    " in them is invented and public."
)


def files_of(vector: Vector) -> dict[str, bytes]:
    """Return everything that lies in a vector's folder, by path."""
    if vector.folder is not None:
        return {f"{CASE}/{name}": data for name, data in sorted(case_folder(vector).items())}
    written, archive = made(vector)
    files = {ARCHIVE: archive}
    if vector.beside is not None:
        text, signature = vector.beside(written)
        files |= {STATEMENT: text, f"{STATEMENT}.sig": signature}
        if vector.received is not None:
            files[RECEIVED] = vector.received(written, text)
    if vector.root is not None:
        files[ROOT_FILE] = vector.root
    return files


def committed(vector: Vector) -> dict[str, bytes]:
    """Return the files that lie in `testvectors/`, by path: an archive that is the first one is not kept twice."""
    files = files_of(vector)
    if vector.name != FIRST and files.get(ARCHIVE) == _first():
        del files[ARCHIVE]
    return {f"{vector.name}/{name}": data for name, data in files.items()}


@cache
def _first() -> bytes:
    return made(next(vector for vector in every() if vector.name == FIRST))[1]


def asked_of(vector: Vector) -> dict[str, str]:
    """Return what a person types besides choosing the file."""
    asked: dict[str, str] = {} if vector.folder is not None else {"passphrase": vector.typed or DIGITS}
    if vector.receipt is not None:
        asked |= {"receipt": vector.receipt(made(vector)[0]), "receipt_from": vector.origin}
    return asked


def judged(vector: Vector, folder: Path, *, alone: bool = False) -> Report:
    """Let the program judge a vector that lies in a folder; alone, it is told of no root, receiver or case key."""
    asked = asked_of(vector)
    if alone:
        vector = replace(vector, seed=None, root=None, receivers=())
    if vector.folder is not None:
        return verify_case(folder / CASE, None if vector.seed is None else SigningKey.from_seed(vector.seed))
    outside = OutsideFacts(
        roots=() if vector.root is None else (vector.root,),
        receivers={PublicKey.parse(line).fingerprint: "a receiver" for line in vector.receivers},
        origin=ReceiptOrigin(asked.get("receipt_from", "paper")),
    )
    return verify_archive(folder / ARCHIVE, asked["passphrase"], asked.get("receipt"), outside=outside)


def path_of(vector: Vector) -> str:
    """Return where the archive or the folder of a vector lies below `testvectors/`."""
    if vector.folder is not None:
        return f"{vector.name}/{CASE}"
    return f"{vector.name if f'{vector.name}/{ARCHIVE}' in committed(vector) else FIRST}/{ARCHIVE}"


def entry(vector: Vector, report: Report) -> dict[str, Any]:
    """Return a vector's entry in the list."""
    places = [
        {"code": each.code, "weight": each.weight.value}
        | {name: value for name in ("file", "line", "item") if (value := getattr(each, name)) is not None}
        for each in report.findings
    ]
    return {
        "name": vector.name,
        "what": vector.what,
        "kind": "archive" if vector.folder is None else "folder",
        "path": path_of(vector),
        **asked_of(vector),
        **({} if vector.beside is None else {"statement": f"{vector.name}/{STATEMENT}"}),
        **({} if vector.seed is None else {"key": vector.seed.hex()}),
        **({} if vector.root is None else {"root": f"{vector.name}/{ROOT_FILE}"}),
        **({} if vector.received is None else {"received": f"{vector.name}/{RECEIVED}"}),
        **({} if not vector.receivers else {"receivers": list(vector.receivers)}),
        "verdict": vector.verdict,
        "must": sorted(vector.codes),
        "findings": places,
        "counts": {"lines": report.lines, "items": report.items, "items_here": report.items_here}
        | {
            "items_of": report.items_of,
            "events": report.events,
            "events_closed": report.events_closed,
            "items_behind": report.items_behind,
        },
    }


def lay(vector: Vector, folder: Path) -> None:
    """Put a vector's files into a folder."""
    for name, data in files_of(vector).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def main() -> None:
    """Write all vectors and their list anew."""
    for old in ROOT.iterdir():
        if old.is_dir():
            shutil.rmtree(old)
    entries = []
    for vector in every():
        for name, data in committed(vector).items():
            (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
            (ROOT / name).write_bytes(data)
        with tempfile.TemporaryDirectory() as folder:
            lay(vector, Path(folder))
            entries.append(entry(vector, judged(vector, Path(folder))))
    rows = ",\n".join(json.dumps(each, ensure_ascii=False, sort_keys=False) for each in entries)
    head = json.dumps({"format": "evidence-kit-testvectors/1", "about": ABOUT}, ensure_ascii=False)[:-1]
    LISTED.write_text(f'{head}, "vectors": [\n{rows}\n]}}\n', "utf-8")


if __name__ == "__main__":
    main()
