"""Sound decoded to samples: a hash by which the same recording in another wrapping is found, and a waveform."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np

from evidence_kit.media.budget import TimeBudget
from evidence_kit.media.facts import DescriptionNotes, rounded_decimal
from evidence_kit.model import Json

PEAKS = 240
LONGEST_SECONDS = 4 * 3600
_BLOCK_SAMPLES = 480
_PLACES = 6
_BEFORE_THE_BEGINNING = -1_000_000


def read(container: Any, stream: Any, budget: TimeBudget, notes: DescriptionNotes) -> dict[str, Json]:  # noqa: ANN401
    """Decode one stream of sound from its beginning.

    Args:
        container: The recording as PyAV opened it.
        stream: One of its sound streams.
        budget: Time that is left for the whole description.
        notes: Takes the problems; they are the only thing that a damaged stream leaves.

    Returns:
        `packets_sha256`: SHA-256 over the coded packets, which other wrappings of the same stream share;
        `samples_sha256`: SHA-256 over the decoded samples, signed 16 bits little-endian, interleaved, at the stream's
        own rate and channels; `samples` (a channel) and `samples_seconds`; `peaks`: at most 240 figures from 0 to 100,
        the largest swing in each stretch as a percentage of the most there can be. Empty where it could not be decoded
        to its end.
    """
    wave = _Wave()
    packets = hashlib.sha256()
    try:
        rewind_container(container)
        for frame in _frames(container, stream, budget, packets):
            wave.add(frame)
            if wave.samples > LONGEST_SECONDS * frame.sample_rate:
                notes.problem("sound-too-long", f"more than {LONGEST_SECONDS} s")
                return {}
    except TimeoutError:
        notes.problem("sound-took-too-long", f"after {wave.samples} samples")
        return {}
    except Exception as error:  # noqa: BLE001
        notes.problem("sound-not-decoded", error)
        return {}
    if not wave.samples:
        notes.problem("sound-not-decoded", "no sample")
        return {}
    return {
        "packets_sha256": packets.hexdigest(),
        "samples_sha256": wave.digest.hexdigest(),
        "samples": wave.samples,
        "samples_seconds": rounded_decimal(wave.seconds, _PLACES),
        "peaks": wave.peaks(),
    }


def rewind_container(container: Any) -> None:  # noqa: ANN401
    """Go to the first packet: some wrappings begin before zero, others cannot be asked for packets before it."""
    import av

    try:
        container.seek(_BEFORE_THE_BEGINNING)
    except av.FFmpegError:
        container.seek(0)


def _frames(container: Any, stream: Any, budget: TimeBudget, packets: Any) -> Iterator[Any]:  # noqa: ANN401
    import av

    resampler: av.AudioResampler | None = None
    for packet in container.demux(stream):
        budget.check()
        packets.update(bytes(packet))
        for frame in packet.decode():
            if resampler is None:
                resampler = av.AudioResampler("s16", frame.layout, frame.sample_rate)
            yield from resampler.resample(frame)
    if resampler is not None:
        yield from resampler.resample(None)


class _Wave:
    """Digest, length and peaks of samples that pass by."""

    def __init__(self) -> None:
        self.digest = hashlib.sha256()
        self.samples = 0
        self.seconds = Fraction(0)
        self._blocks: list[int] = []

    def add(self, frame: Any) -> None:  # noqa: ANN401
        samples = frame.to_ndarray()
        self.digest.update(np.ascontiguousarray(samples, dtype="<i2").tobytes())
        count = frame.samples
        self.samples += count
        self.seconds += Fraction(count, frame.sample_rate or 1)
        loud = np.abs(samples.astype(np.int32).reshape(count, -1)).max(axis=1)
        starts = np.arange(0, count, _BLOCK_SAMPLES)
        self._blocks += [int(peak) for peak in np.maximum.reduceat(loud, starts)]

    def peaks(self) -> list[Json]:
        count = min(PEAKS, len(self._blocks))
        edges = [round(number * len(self._blocks) / count) for number in range(count + 1)]
        return [-(-max(self._blocks[a:b]) * 100 // 32768) for a, b in pairwise(edges)]
