"""Encrypted backups of WhatsApp, opened with the key that the person has: the database inside becomes an item.

The backup itself is kept as it came. Key and opened bytes are in memory only, and the key is written nowhere.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import PurePosixPath
from typing import Final

from evidence_kit.custody.manifest import Item
from evidence_kit.intake.container import ContainerContents, ContainerMember
from evidence_kit.intake.window import bytes_window
from evidence_kit.keys.age import DamagedError
from evidence_kit.keys.whatsapp_backup import LARGEST_BYTES, NoBackupError, NotThisKeyError, decrypt_backup
from evidence_kit.model import Json
from evidence_kit.workflows.accession.containers import ContainerIntake
from evidence_kit.workflows.accession.register import Accession
from evidence_kit.workflows.case.outcome import Outcome

FORM: Final = "whatsapp-crypt15"
_NAME: Final = re.compile(r"(?P<inside>[\w.\-]+)\.crypt15", re.IGNORECASE)
_PIECE_BYTES: Final = 1 << 20


def take_backups(accession: Accession, inside: ContainerIntake, key: bytes) -> Iterator[Outcome]:
    """Take in the contents of a case's encrypted backups, as far as this key opens them.

    Args:
        accession: Admits what is found.
        inside: Takes it in.
        key: As `evidence_kit.keys.whatsapp_backup.root_key` returns it.

    Yields:
        What was committed.

    Raises:
        OwnDiskError: The case's disk failed.
    """
    manifest = accession.writer.manifest
    minor = manifest.age_band != "adult" and manifest.minor_media != "keep"
    for item in list(manifest.included):
        named = _NAME.fullmatch(PurePosixPath(item.place.path).name)
        if named is None or item.id in accession.looked_into:
            continue
        if minor:
            # A database holds small copies of the pictures that were sent: of a minor's, none comes in, not even when
            # somebody declared the backup harmless.
            inside.unopened(item, "whatsapp-backup-of-a-minor")
            continue
        opened = _opened(accession, item, key)
        if isinstance(opened, str):
            inside.unopened(item, opened)
        else:
            members = [_member(named["inside"], opened)]
            yield from inside.take_members(item, ContainerContents(FORM, entries=members.copy))
    yield from accession.commit_all()


def _opened(accession: Accession, item: Item, key: bytes) -> bytes | str:
    """Return the contents of a backup, or the code of why it cannot be opened."""
    if item.size_bytes > LARGEST_BYTES:
        return "whatsapp-backup-too-large"
    sink = BytesIO()
    try:
        accession.writer.case.decrypt(item.id, sink)
        packed = decrypt_backup(sink.getvalue(), key)
    except (DamagedError, FileNotFoundError):
        return "item-damaged"
    except NoBackupError:
        return "whatsapp-backup-unknown"
    except NotThisKeyError:
        return "whatsapp-key-wrong"
    opener = zlib.decompressobj()
    try:
        plain = opener.decompress(packed, LARGEST_BYTES)
    except zlib.error:
        return "whatsapp-backup-unknown"
    return "whatsapp-backup-too-large" if opener.unconsumed_tail else plain


def _member(name: str, data: bytes) -> ContainerMember:
    def content() -> Iterator[bytes]:
        for at in range(0, len(data), _PIECE_BYTES):
            yield data[at : at + _PIECE_BYTES]

    more: dict[str, Json] = {"name_from": "container", "name_dangers": []}
    return ContainerMember(0, name, None, len(data), None, {}, more, content, lambda: bytes_window(data))
