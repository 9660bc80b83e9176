"""Archives that nobody forged: not ours, half here, of a later version, on a stick or a disk with a fault.

Each is NOT CHECKED or refused in a sentence; none is an accusation, and none a traceback.
"""

from __future__ import annotations

import errno
import io
import json
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from evidence_kit.cli import run
from evidence_kit.custody.verdict import Verdict
from evidence_kit.errors import Exit
from evidence_kit.keys.station import SigningKey
from evidence_kit.model import Json
from evidence_kit.sealing import plan
from evidence_kit.workflows.checking import verify as checking
from evidence_kit.workflows.checking.verify import verify_archive
from evidence_kit.workflows.handover import seal as sealing
from evidence_kit.workflows.handover.scope import SealOrder
from evidence_kit.workflows.handover.seal import make_seal
from tests.attacks.conftest import DIGITS, Material
from tests.attacks.rebuild import not_read_back, pack, relist, unpack
from tests.conftest import NewCase
from tests.workflows.helpers import take_in

NAME = "LRC-2026-0001.sealed.zip"


def _zip(password: bool) -> bytes:
    import pyzipper

    buffer = io.BytesIO()
    if not password:
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("evidence.zip", "somebody else's")
        return buffer.getvalue()
    with pyzipper.AESZipFile(buffer, "w", encryption=pyzipper.WZ_AES) as packed:
        packed.setpassword(b"9" * 28)
        packed.writestr("evidence.zip", "somebody else's")
    return buffer.getvalue()


STRANGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "a text": lambda _: b"not found\n",
    "a web page in its place": lambda _: b"<!doctype html><title>Sign in to download</title>" + bytes(4000),
    "zeros, as a download that was reserved leaves them": lambda data: bytes(len(data)),
    "chance": lambda data: random.Random(1).randbytes(len(data)),
    "a plain zip": lambda _: _zip(password=False),
    "somebody else's AES zip with a file of our name": lambda _: _zip(password=True),
    "half here": lambda data: data[: len(data) // 2],
    "a tenth here": lambda data: data[: len(data) // 10],
    "all but its first kilobyte": lambda data: data[1024:],
}


@pytest.mark.parametrize("name", STRANGE)
def test_what_is_not_ours_or_not_all_here_is_not_checked(name: str, material: Material, tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_bytes(STRANGE[name](material.sealed.archive.read_bytes()))
    report = verify_archive(path, DIGITS)
    assert (report.verdict, report.exit) == (Verdict.NOT_CHECKED, Exit.NOT_CHECKED), report.findings
    (finding,) = report.findings
    assert finding.code in {"archive-cut", "archive-not-ours", "archive-passphrase"}


def test_a_log_of_a_later_version_inside_is_not_checked(material: Material, tmp_path: Path) -> None:
    members = unpack(material.sealed.archive.read_bytes())
    log = members["custody.jsonl"].replace(b'{"v":1', b'{"v":2', 1)
    path = tmp_path / NAME
    path.write_bytes(pack(relist(members | {"custody.jsonl": log}, material.key)))
    report = verify_archive(path, DIGITS)
    assert report.verdict is Verdict.NOT_CHECKED
    assert [each.code for each in report.findings] == ["log-version-unknown"]


@pytest.mark.parametrize("more", [{}, {"seals": "with wax"}])
def test_a_plan_of_a_later_form_is_not_checked(
    more: dict[str, Json], new_case: NewCase, key: SigningKey, source: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    writer = new_case()
    take_in(writer, source)
    honest = plan.plan_facts
    monkeypatch.setattr(plan, "plan_facts", lambda *given: honest(*given) | {"form": plan.FORM + 1, **more})
    monkeypatch.setattr(sealing, "_read_back", not_read_back)
    sealed = make_seal(writer, key, SealOrder("lawyer", None, {}, None, tmp_path / "sealed"), DIGITS)
    report = verify_archive(sealed.archive, DIGITS)
    assert report.verdict is Verdict.NOT_CHECKED
    assert [each.code for each in report.findings] == ["plan-version-unknown"]


def test_a_later_version_is_no_cover_for_a_flipped_byte(material: Material, tmp_path: Path) -> None:
    """Whoever has no digits cannot make a damaged archive look like one from the future."""
    path = tmp_path / NAME
    changed = bytearray(material.sealed.archive.read_bytes())
    changed[len(changed) // 2] ^= 1
    path.write_bytes(changed)
    assert verify_archive(path, DIGITS).verdict is Verdict.BROKEN


class _Faulty(io.BytesIO):
    """A stick that is pulled, or a sector that cannot be read, behind the first kilobytes."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() > 4096:
            raise OSError(errno.EIO, "Input/output error", "stick")
        return super().read(size)


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_a_stick_that_is_pulled_meanwhile_is_one_sentence(
    language: str,
    material: Material,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / NAME
    data = material.sealed.archive.read_bytes()
    path.write_bytes(data)
    (tmp_path / "digits").write_text(DIGITS)
    monkeypatch.setenv("EVIDENCE_KIT_STATION", str(tmp_path / "nobody"))
    monkeypatch.setattr(checking, "open_regular", lambda _path, **_: _Faulty(data))
    words = ["verify", str(path), "--archive-passphrase-file", str(tmp_path / "digits"), "--no-input", "--json"]
    code = run([*words, "--lang", language])
    out = capsys.readouterr()
    assert code == Exit.NOT_CHECKED
    (said,) = map(json.loads, out.out.splitlines())
    assert said["verdict"] == "NOT CHECKED"
    assert [each["code"] for each in said["findings"]] == ["file-unreadable"]
    assert "Traceback" not in out.err
