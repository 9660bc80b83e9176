"""Blurred copies of pictures: made by an isolated worker out of the vault's bytes, kept encrypted until they go in."""

from __future__ import annotations

import base64
import binascii
import io
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evidence_kit.custody import opening
from evidence_kit.custody.event import Event
from evidence_kit.custody.manifest import Item
from evidence_kit.hashing.exact import sha256
from evidence_kit.keys import age
from evidence_kit.model import Json
from evidence_kit.sealing import plan
from evidence_kit.sealing.bag import Payload
from evidence_kit.vault.disk import write_durably
from evidence_kit.workers.job import Failure
from evidence_kit.workers.worker import Worker
from evidence_kit.workflows.case.write import CaseWriter
from evidence_kit.workflows.handover.bag_members import decrypt_item

FUNCTION: Final = "evidence_kit.media.blurred:blur_picture"
# A picture beyond this is no photograph of a phone; it stays out.
_MOST_BYTES: Final = 64 << 20
_LARGEST_COPY_BYTES: Final = 1 << 20
_TOLD: Final = ("method", "parameters", "versions")


@dataclass(frozen=True, slots=True)
class RedactedCopy:
    """One blurred copy.

    Attributes:
        payload: As it will lie in the bag.
        made: How it was made, as the worker told.
        path: Where it lies meanwhile, encrypted to the case.
    """

    payload: Payload
    made: Mapping[str, Json]
    path: Path

    @property
    def event(self) -> Event:
        """The event that records the export."""
        facts: dict[str, Json] = {
            "item": self.payload.item,
            "sha256": self.payload.sha256.hex,
            "size": self.payload.size_bytes,
            "crc32": self.payload.crc32,
        }
        return Event("item.redacted", facts | dict(self.made))


def redacted_copies(
    writer: CaseWriter, items: Iterable[Item], worker: Worker, folder: Path
) -> Iterator[RedactedCopy | Item]:
    """Yield a copy for each picture, and the item itself where none could be made.

    Args:
        writer: The case.
        items: Pictures.
        worker: Looks into them.
        folder: Takes the encrypted copies.

    Raises:
        ItemDamagedError: An item is not any more what was taken in.
    """
    for item in items:
        made = _made(writer, item, worker)
        if made is None:
            yield item
            continue
        jpeg, told = made
        path = folder / f"{item.id}.age"
        write_durably(writer.world.disk, path, age.encrypt_bytes(jpeg, [writer.recipient]))
        payload = Payload(
            item.id, plan.blurred_path(item.id), len(jpeg), f"{zlib.crc32(jpeg):08x}", sha256(jpeg), blurred=True
        )
        yield RedactedCopy(payload, told, path)


def _made(writer: CaseWriter, item: Item, worker: Worker) -> tuple[bytes, Mapping[str, Json]] | None:
    if item.size_bytes > _MOST_BYTES:
        return None
    sink = io.BytesIO()
    decrypt_item(writer.case, item, sink)
    answer = worker.call(FUNCTION, {"kind": item.kind}, sink.getvalue())
    if isinstance(answer, Failure) or not isinstance(answer.value, Mapping):
        return None
    # The worker read hostile bytes, and what it answers is data: a small JPEG, and facts in our form.
    try:
        jpeg = base64.b64decode(str(answer.value.get("jpeg")), validate=True)
        told = {name: answer.value[name] for name in _TOLD}
        opening.check_canonical(told)
    except (KeyError, ValueError, binascii.Error):
        return None
    sound = jpeg.startswith(b"\xff\xd8\xff") and jpeg.endswith(b"\xff\xd9") and len(jpeg) <= _LARGEST_COPY_BYTES
    return (jpeg, told) if sound else None
