"""Facts beside a file's bytes: attributes, and where a download says it came from. Read, never changed."""

from __future__ import annotations

import base64
import contextlib
import ctypes
import os
import re
import stat
import struct
import sys
from functools import cache
from pathlib import Path

from evidence_kit.hashing.exact import sha256
from evidence_kit.model import Json

ZONE: str = "Zone.Identifier"
_LARGEST_BYTES = 4096
_MOST_ATTRIBUTES = 64
_EMPTY_PATH, _BIRTH = 0x1000, 0x800
# What the computer itself hangs on every file says nothing about where it came from.
_OWN = ("security.", "system.", "trusted.")
_ENTRY = re.compile(r"^\s*(ZoneId|HostUrl|ReferrerUrl|LastWriterPackageFamilyName|HostIpAddress)\s*=\s*(.*?)\s*$", re.M)
_FIELDS = {
    "ZoneId": "zone", "HostUrl": "host_url", "ReferrerUrl": "referrer_url", "HostIpAddress": "host_address",
    "LastWriterPackageFamilyName": "written_by",
}  # fmt: skip


def file_surroundings(path: Path, descriptor: int) -> dict[str, Json]:
    """Return `attributes` and `zone_identifier`, each only where there is one.

    Args:
        path: Where the file was found.
        descriptor: The open file.

    An attribute has `name` and `value`; where that is no UTF-8, `value_bytes` in base64, and where it is long, only
    `size` and `sha256`. The zone has `from` (`stream` on Windows, `attribute` on NTFS under Linux, `sidecar` for a file
    `name:Zone.Identifier` that a copy left beside it), `raw`, and what its known lines say.
    """
    facts: dict[str, Json] = {}
    attributes = _attributes(descriptor)
    if attributes:
        facts["attributes"] = [_shown(name, value) for name, value in attributes]
    zone = _zone(path, dict(attributes))
    if zone is not None:
        facts["zone_identifier"] = zone
    return facts


def created_ns(descriptor: int, seen: os.stat_result) -> int | None:
    """Return when the entry of an open file was made in its file system, None where nobody says.

    Args:
        descriptor: The open file.
        seen: What `fstat` said about it.

    Source: Linux, statx(2); its structure is the same on every architecture.
    """
    for name in ("st_birthtime_ns", "st_birthtime"):
        born = getattr(seen, name, None)
        if born is not None:
            return int(born) if name.endswith("_ns") else int(born * 1_000_000_000)
    if sys.platform == "win32":
        # Until Python 3.12 its making bears the name of the change.
        return seen.st_ctime_ns
    if sys.platform != "linux":
        return None
    try:
        statx = _libc().statx
    except (OSError, AttributeError):
        return None
    buffer = ctypes.create_string_buffer(256)
    if statx(descriptor, b"", _EMPTY_PATH, _BIRTH, buffer):
        return None
    (mask,) = struct.unpack_from("=I", buffer, 0)
    seconds, nanoseconds = struct.unpack_from("=qI", buffer, 80)
    return int(seconds) * 1_000_000_000 + int(nanoseconds) if mask & _BIRTH else None


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None)


def _attributes(descriptor: int) -> list[tuple[str, bytes]]:
    if sys.platform != "linux":
        return []
    found: list[tuple[str, bytes]] = []
    with contextlib.suppress(OSError):
        for name in sorted(os.listxattr(descriptor))[:_MOST_ATTRIBUTES]:
            if not name.startswith(_OWN):
                with contextlib.suppress(OSError):
                    found.append((name, os.getxattr(descriptor, name)))
    return found


def _shown(name: str, value: bytes) -> dict[str, Json]:
    facts: dict[str, Json] = {"name": name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")}
    if len(value) > _LARGEST_BYTES:
        return facts | {"size": len(value), "sha256": sha256(value).hex}
    try:
        return facts | {"value": value.decode("utf-8")}
    except UnicodeDecodeError:
        return facts | {"value_bytes": base64.b64encode(value).decode("ascii")}


def _zone(path: Path, attributes: dict[str, bytes]) -> dict[str, Json] | None:
    for name in (f"user.{ZONE}", ZONE):
        if name in attributes:
            return _read(attributes[name], "attribute")
    beside = _content(path.with_name(f"{path.name}:{ZONE}"))
    return None if beside is None else _read(beside, "stream" if os.name == "nt" else "sidecar")


def _content(path: Path) -> bytes | None:
    """Return the first bytes of a small file, None where there is none; never through a link, never waiting."""
    # Without O_BINARY Windows gives text: `\r\n` as `\n`, and nothing behind the first Ctrl-Z.
    flags = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_BINARY", "O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC"))
    try:
        descriptor = os.open(path, flags)
    except (OSError, ValueError):
        return None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        return os.read(descriptor, _LARGEST_BYTES)
    except OSError:
        return None
    finally:
        os.close(descriptor)


def _read(data: bytes, where: str) -> dict[str, Json]:
    """Return the raw text and the facts in its lines. Source: MS-FSCC, 5.6.1."""
    data = data[:_LARGEST_BYTES]
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = data.decode("utf-16" if wide else "utf-8-sig", "replace")
    facts: dict[str, Json] = {"from": where, "raw": text}
    for key, value in _ENTRY.findall(text):
        facts.setdefault(_FIELDS[key], value)
    return facts
