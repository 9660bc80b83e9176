"""Page and program say the same of seals with a scope: blurred copies, parts, and what somebody makes of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from evidence_kit.keys.station import SigningKey
from evidence_kit.sealing import plan
from evidence_kit.workers.worker import Worker
from evidence_kit.workflows.case.write import CaseWriter
from evidence_kit.workflows.checking.verify import verify_archive
from evidence_kit.workflows.handover import seal as sealing
from evidence_kit.workflows.handover.seal import make_seal
from tests.attacks.conftest import DIGITS
from tests.attacks.rebuild import not_read_back, pack, relist, unpack
from tests.web.alike import answered, said
from tests.web.core import answers, needs_node
from tests.workflows.handover.test_scope import order, phone, writer

__all__ = ["phone", "writer"]
pytestmark = needs_node


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker() as made:
        yield made


def agrees(paths: list[Path]) -> list[set[str]]:
    """Return the codes of each; both verifiers have to say the same."""
    jobs = [{"path": str(path), "passphrase": DIGITS} for path in paths]
    found = []
    for answer, path in zip(answers(jobs), paths, strict=True):
        report = verify_archive(path, DIGITS)
        assert answered(answer) == said(report), path
        assert (answer["part"], answer["parts"], len(answer["blurred"])) == (report.part, report.parts, report.blurred)
        found.append({each.code for each in report.findings})
    return found


def test_blurred_copies(writer: CaseWriter, key: SigningKey, tmp_path: Path, worker: Worker) -> None:
    sealed = make_seal(writer, key, order(tmp_path, redacted=True), DIGITS, worker=worker)
    members = unpack(sealed.archive.read_bytes())
    copy = next(name for name in members if name.endswith("-blurred.jpg"))
    paths = [sealed.archive]
    attacks = [
        members | {copy: members[copy] + b"?"},
        {name: content for name, content in members.items() if name != copy},
        {name.replace("-blurred", ""): content for name, content in members.items()},
        members | {"data/E000777-blurred.jpg": b"planted"},
    ]
    for number, attack in enumerate(attacks):
        for signer in (None, key):
            paths.append(tmp_path / f"{number}{signer is None}.sealed.zip")
            paths[-1].write_bytes(pack(relist(attack, signer)))
    first, *others = agrees(paths)
    assert first == set()
    assert all(others)


def test_parts(writer: CaseWriter, key: SigningKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "split_volumes", lambda sizes, *_: [(each[0],) for each in sizes])
    sealed = make_seal(writer, key, order(tmp_path, split_bytes=1 << 30), DIGITS)
    paths = [sealed.folder / each.name for each in sealed.archives]
    assert len(paths) > 2
    one, other = (unpack(path.read_bytes()) for path in paths[:2])
    mixed = {name: other[name] if name in {"bag-info.txt", "manifest-sha256.txt"} else one[name] for name in one}
    swapped = one | {"bag-info.txt": other["bag-info.txt"]}
    for number, attack in enumerate((mixed, swapped, {**other, **one})):
        for signer in (None, key):
            paths.append(tmp_path / f"{number}{signer is None}.sealed.zip")
            paths[-1].write_bytes(pack(relist(attack, signer)))
    found = agrees(paths)
    whole = len(sealed.archives)
    assert found[:whole] == [set()] * whole
    assert all(found[whole:])


@pytest.mark.parametrize(
    "changes",
    [
        {"form": 3},
        {"form": 4},
        {"form": 0},
        {"form": "2"},
        {"blurred": [[1, 99]]},
        {"volumes": []},
        {"volumes": [{}, {}], "parts": 2},
    ],
    ids=str,
)
def test_a_plan_that_says_something_else(
    changes: dict[str, object], writer: CaseWriter, key: SigningKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = plan.plan_facts
    monkeypatch.setattr(plan, "plan_facts", lambda *given: honest(*given) | changes)
    monkeypatch.setattr(sealing, "_read_back", not_read_back)
    sealed = make_seal(writer, key, order(tmp_path), DIGITS)
    assert agrees([sealed.archive])[0]
