"""No picture comes into the log of a minor's case as the name of a file or of a member."""

from __future__ import annotations

import base64
import contextlib
import io
import os
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.conftest import NewCase
from tests.minors.pictures import pictures
from tests.workflows.helpers import take_in

_LETTERS = base64.urlsafe_b64encode(pictures()["thumbnail without header"][:360]).decode()
_LONG = _LETTERS[:150] + ".txt"
_DEEP = "/".join(_LETTERS[at : at + 60] for at in range(0, 480, 60)) + "/a.txt"
_TEXT = b"if you do not pay by Friday everybody sees it\n"
_NAMES = (
    "IMG-20250512-WA0001.txt",
    "صورة من الشاشة.txt",
    "0f8fad5b-d9cb-469f-a165-70867728950e.txt",
    "Élodie et moi (2).txt",
)


def _zip(name: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as made:
        made.writestr(name, _TEXT)
    return held.getvalue()


def _tar(name: str) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w", format=tarfile.PAX_FORMAT) as made:
        told = tarfile.TarInfo(name)
        told.size = len(_TEXT)
        made.addfile(told, io.BytesIO(_TEXT))
    return held.getvalue()


def _gzip(name: str) -> bytes:
    packed = zlib.compressobj(wbits=-15)
    body = packed.compress(_TEXT) + packed.flush()
    return (b"\x1f\x8b\x08\x08\0\0\0\0\0\3" + name.encode() + b"\0" + body
            + zlib.crc32(_TEXT).to_bytes(4, "little") + len(_TEXT).to_bytes(4, "little"))  # fmt: skip


def _mail(name: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "sami@example.com", "last warning"
    mail.set_content("think about it")
    mail.add_attachment(_TEXT, "text", "plain", filename=name)
    return mail.as_bytes()


_MADE: dict[str, Callable[[str], bytes]] = {"a.zip": _zip, "a.tar": _tar, "a.gz": _gzip, "a.eml": _mail}


def _told(new_case: NewCase, folder: Path) -> str:
    writer = new_case("minor")
    outcomes = take_in(writer, folder)
    manifest = writer.manifest
    facts = [each.facts for each in (*manifest.items.values(), *manifest.witnessed.values())]
    return repr([*map(dict, facts), *manifest.places, *manifest.witnessed_at, *manifest.refused, *outcomes])


def _letters_in(told: str, least: int = 80) -> bool:
    return any(_LETTERS[at : at + least] in told.replace("/", "") for at in range(0, 480 - least, 10))


@pytest.mark.parametrize("sort", _MADE)
@pytest.mark.parametrize("name", [_LONG, _DEEP])
def test_no_picture_stands_in_the_name_of_a_member(sort: str, name: str, new_case: NewCase, tmp_path: Path) -> None:
    (tmp_path / sort).write_bytes(_MADE[sort](name))
    assert not _letters_in(_told(new_case, tmp_path))


def test_no_picture_stands_in_the_name_of_a_file_or_a_folder(new_case: NewCase, tmp_path: Path) -> None:
    deep = tmp_path / "a" / Path(_DEEP)
    deep.parent.mkdir(parents=True)
    deep.write_bytes(_TEXT)
    (tmp_path / _LONG).write_bytes(b"another text\n")
    if hasattr(os, "setxattr"):
        with contextlib.suppress(OSError):
            os.setxattr(tmp_path / _LONG, f"user.{_LETTERS[:200]}", b"x")
    assert not _letters_in(_told(new_case, tmp_path))


@pytest.mark.parametrize("name", _NAMES)
def test_a_name_that_people_or_programs_give_stays(name: str, new_case: NewCase, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(_zip(name))
    assert name in _told(new_case, tmp_path)
