"""Sound as two hashes, the same as are recorded when an item is described."""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO

from evidence_kit.libraries import LIBRARY_MISSING
from evidence_kit.media import sound_samples
from evidence_kit.media.budget import TimeBudget
from evidence_kit.media.facts import DescriptionNotes
from evidence_kit.media.recording import OPTIONS
from evidence_kit.model import Json


def sound_hashes(payload: BinaryIO, _arguments: Mapping[str, Json]) -> dict[str, Json]:
    """Return `samples` and `packets`, SHA-256 of the first sound stream, or `reason`: why there is none.

    The same voice note in another container has the same packets; its decoded samples are the same too unless the
    containers cut the first ones differently.
    """
    payload.seek(0)
    try:
        import av

        with av.open(payload, "r", options=OPTIONS, metadata_errors="replace") as container:
            if not container.streams.audio:
                return {"reason": "no-sound"}
            found = sound_samples.read(container, container.streams.audio[0], TimeBudget(), DescriptionNotes())
    except Exception as error:  # noqa: BLE001
        return {"reason": LIBRARY_MISSING if isinstance(error, ImportError) else "not-decoded"}
    if not found:
        return {"reason": "not-decoded"}
    return {"packets": found["packets_sha256"], "samples": found["samples_sha256"]}
