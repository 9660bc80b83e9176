"""What only the case's key shows: bodies, wrapped keys, what was put aside, confirmations, destructions."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import pytest

from evidence_kit.custody.event import Event
from evidence_kit.hashing.exact import sha256
from evidence_kit.keys import age
from evidence_kit.keys.age import CaseIdentity
from evidence_kit.keys.station import SigningKey
from evidence_kit.model import Json
from evidence_kit.workflows.case.write import CaseWriter
from evidence_kit.workflows.checking.verify import verify_case
from tests.attacks.test_key_holder import kept, put
from tests.conftest import NewCase

Lie = Callable[[CaseWriter, pytest.MonkeyPatch], None]
NOTE = Event("note", {"text": "x", "readers": []})


def _body(change: Callable[[bytes], bytes]) -> Lie:
    """Encrypt another body than the commit's, and sign for it."""

    def lie(writer: CaseWriter, monkeypatch: pytest.MonkeyPatch) -> None:
        honest = age.encrypt_bytes
        monkeypatch.setattr(age, "encrypt_bytes", lambda data, readers: change(honest(data, readers)))
        writer.commit([NOTE])

    return lie


def _miscounted(writer: CaseWriter, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = age.encrypt_bytes
    monkeypatch.setattr(age, "encrypt_bytes", lambda data, readers: honest(data + b"{}\n", readers))
    writer.commit([NOTE])


def _another_identity(writer: CaseWriter, _: pytest.MonkeyPatch) -> None:
    wrapped = CaseIdentity.generate().wrap(writer.station.public.line)
    (writer.case.folder.root / "keys" / "K0009.age").write_bytes(wrapped)
    clear: dict[str, Json] = {"key": "K0009", "sha256": sha256(wrapped).hex}
    writer.commit([Event("reader.granted", {"reader": writer.station.public.line}, clear=clear)])


def _put_aside(content: bytes | None) -> Lie:
    def lie(writer: CaseWriter, _: pytest.MonkeyPatch) -> None:
        place = "recovered/after-00000003-01/tail.jsonl"
        if content is not None:
            path = writer.case.folder.root / place
            path.parent.mkdir(parents=True)
            path.write_bytes(content)
        files: Json = [{"path": place, "size": 4, "sha256": sha256(b"tail").hex}]
        writer.commit([Event("recovered", {"what": "unsigned-put-aside", "after_line": 3, "files": files})])

    return lie


def _confirmed(writer: CaseWriter, _: pytest.MonkeyPatch) -> None:
    said: dict[str, Json] = {"what": "counter-signature", "statement": "word of honour", "given_by": "a lawyer"}
    writer.commit([Event("transfer.in", said | {"signature": base64.b64encode(b"signed").decode()})])


def _not_yet_gone(writer: CaseWriter, _: pytest.MonkeyPatch) -> None:
    put(writer, "E000001", age.encrypt_bytes(b"x", [writer.recipient]), "item.kept", kept("E000001", b"x"))
    clear: dict[str, Json] = {"objects": ["E000001"], "bodies": []}
    writer.commit([Event("destroyed", {"reason": "asked", "agreed_by": ["A.", "B."]}, clear=clear)])


@pytest.mark.parametrize(
    ("lie", "code"),
    [
        (_body(lambda _: b"not age at all"), "body-unreadable"),
        (_miscounted, "body-miscounted"),
        (_another_identity, "key-opens-another"),
        (_put_aside(None), "recovered-missing"),
        (_put_aside(b"tail, changed"), "recovered-changed"),
        (_confirmed, "received-signature-invalid"),
        (_not_yet_gone, "destruction-unfinished"),
    ],
)
def test_what_a_key_holder_says_is_held_against_the_files(
    lie: Lie, code: str, new_case: NewCase, key: SigningKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = new_case()
    folder: Path = writer.case.folder.root
    lie(writer, monkeypatch)
    monkeypatch.undo()
    assert code in {finding.code for finding in verify_case(folder, key).findings}
