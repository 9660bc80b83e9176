"""The mount of a path: this computer, a stick, a network, or a phone, on which nothing is ever deleted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path, PurePosixPath
from typing import Final


class MediumKind(Enum):
    """The kind of medium that a file lies on."""

    DISK = "disk"
    REMOVABLE = "removable"
    NETWORK = "network"
    PHONE = "phone"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Mount:
    """One line of the system's table of file systems.

    Attributes:
        point: Where it is mounted.
        form: Type of file system, such as `ext4`.
    """

    point: str
    form: str


MOUNTS: Final = Path("/proc/self/mountinfo")
# What shows a phone as a folder. gvfs and kio show networks in the same way: nothing is deleted there either.
_PHONES: Final = frozenset(
    {
        "fuse.gvfsd-fuse", "fuse.kio-fuse", "fuse.jmtpfs", "fuse.simple-mtpfs", "fuse.go-mtpfs", "fuse.mtpfs",
        "fuse.aft-mtp-mount", "fuse.android-file-transfer", "fuse.gphotofs", "fuse.ifuse", "fuse.adbfs",
    }
)  # fmt: skip
_PHONE_PARTS: Final = re.compile(r"^(gvfs|\.gvfs|kio-fuse-.*|(mtp|gphoto2|afc):.*)$")
_NETWORKS: Final = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "davfs", "fuse.sshfs", "fuse.rclone", "fuse.davfs2"}
)
_STICKS: Final = frozenset({"vfat", "exfat", "msdos", "iso9660", "udf"})
_STICK_PLACES: Final = ("/media/", "/run/media/", "/Volumes/")
# A phone that is plugged in as a stick, or its memory card, has these two folders at its root.
_PHONE_ROOT: Final = ("Android", "DCIM")


def parse_mounts(text: str) -> list[Mount]:
    """Return the file systems that `/proc/self/mountinfo` names."""
    found = []
    for line in text.splitlines():
        before, separator, after = line.partition(" - ")
        fields, more = before.split(), after.split()
        if separator and len(fields) > 4 and more:
            found.append(Mount(_unescaped(fields[4]), more[0]))
    return found


def mount_table() -> list[Mount]:
    """Return this computer's file systems; none where the system has no such table."""
    try:
        return parse_mounts(MOUNTS.read_text("utf-8", "surrogateescape"))
    except OSError:
        return []


def medium_of(path: Path, known: Sequence[Mount]) -> MediumKind:
    """Return the medium of a path; in doubt about a phone it is one.

    Where the system has no table of file systems, or cannot say where a path leads, nobody knows.
    """
    try:
        return _ground(path.resolve(), known)
    except (OSError, RuntimeError):
        return MediumKind.UNKNOWN


def _ground(whole: Path, known: Sequence[Mount]) -> MediumKind:
    if any(_PHONE_PARTS.match(part) for part in whole.parts):
        return MediumKind.PHONE
    mount = _mount_of(whole.as_posix(), known)
    if mount is not None and mount.form in _PHONES:
        return MediumKind.PHONE
    root = Path(mount.point) if mount is not None else Path(whole.anchor)
    if root != Path("/") and _is_phone_root(root):
        return MediumKind.PHONE
    if mount is not None and mount.form in _NETWORKS:
        return MediumKind.NETWORK
    if mount is None:
        return MediumKind.UNKNOWN
    stick = whole.as_posix().startswith(_STICK_PLACES) or mount.form in _STICKS
    return MediumKind.REMOVABLE if stick and root.as_posix() != "/" else MediumKind.DISK


def _mount_of(path: str, known: Iterable[Mount]) -> Mount | None:
    within = [each for each in known if PurePosixPath(path).is_relative_to(each.point)]
    # Of two at one place the later covers the earlier.
    return max(reversed(within), key=lambda each: len(each.point), default=None)


def _is_phone_root(root: Path) -> bool:
    try:
        return all((root / name).is_dir() for name in _PHONE_ROOT)
    except OSError:
        return True


def _unescaped(text: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), text)
