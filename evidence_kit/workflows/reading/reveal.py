"""Showing one item to the eye: a page that is blurred until it is clicked, and a line in the log before it exists."""

from __future__ import annotations

import base64
import html
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from evidence_kit.custody.event import Event
from evidence_kit.custody.manifest import Item
from evidence_kit.errors import UsageError
from evidence_kit.hashing.exact import TallyingSink
from evidence_kit.intake.picture_signatures import ADULT
from evidence_kit.keys.age import DamagedError
from evidence_kit.model import ByteSink, DiskFile
from evidence_kit.sealing.errors import ItemDamagedError
from evidence_kit.vault.folder import DRAFT_ENDING
from evidence_kit.words import Words, direction
from evidence_kit.workflows.case.disk_errors import own_disk
from evidence_kit.workflows.case.read import Case
from evidence_kit.workflows.case.write import CaseWriter

LARGEST_BYTES: Final = 256 << 20
_LARGEST_TEXT_BYTES: Final = 8 << 20
# What browsers can show by themselves; SVG stands in an <img>, where nothing in it runs.
_ELEMENTS: Final = {
    "jpeg": "img", "png": "img", "gif": "img", "webp": "img", "bmp": "img", "avif": "img", "svg": "img",
    "mp4": "video", "mov": "video", "webm": "video", "3gp": "video", "ogv": "video",
    "mp3": "audio", "aac": "audio", "m4a": "audio", "ogg": "audio", "opus": "audio", "wav": "audio", "flac": "audio",
}  # fmt: skip
# Films are not all called by the names that browsers know.
_MEDIA_TYPES: Final = {"mov": "video/mp4", "svg": "image/svg+xml", "wav": "audio/wav"}
_SEEN: Final = frozenset({"picture", "video", "document", "container", "unknown"})
_STYLE: Final = """
body{margin:0;background:#1c1c1c;color:#eee;font:18px/1.5 system-ui,sans-serif}
main{max-width:70rem;margin:auto;padding:1rem}
label{cursor:pointer;display:block}
input{position:absolute;opacity:0}
.veil{position:relative;overflow:hidden;min-height:12rem;background:#333}
.veil>*{filter:blur(60px);max-width:100%;max-height:80vh;display:block;margin:auto;pointer-events:none}
.veil pre{filter:blur(14px);white-space:pre-wrap;overflow-wrap:anywhere;text-align:start}
.say{text-align:center;padding:.6rem;background:#444}
.off,#seen:checked~label .on{display:none}
#seen:checked~label .off{display:block}
#seen:focus-visible~label .say{outline:3px solid #9cf}
#seen:checked~.veil>*{filter:none;pointer-events:auto}
"""


class _Sink(Protocol):
    def write(self, data: bytes, /) -> int: ...

    def flush(self) -> None: ...

    def finish(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Revealed:
    """A page that shows one item.

    Attributes:
        path: Where it lies, in clear.
        item: What it shows.
        line: Line of the log that says who looked and why.
    """

    path: Path
    item: str
    line: int


def reveal_item(writer: CaseWriter, item: Item, reason: str, out: Path, words: Words) -> Revealed:
    """Log that an item is looked at, then write the page.

    Args:
        writer: The case.
        item: What is shown.
        reason: Why somebody has to see it.
        out: Where the page goes; what is there is replaced.
        words: The language of the page.

    Raises:
        UsageError: It cannot be shown, or must not be: nobody who may say so declared that nothing intimate is in it.
        ItemDamagedError: It does not decrypt to what was taken in; no page is left.
    """
    refuse_unshowable(writer.manifest.age_band, item)
    signed = writer.commit([Event("item.viewed", {"item": item.id, "reason": reason})])
    disk = writer.world.disk
    draft = out.with_name(out.name + DRAFT_ENDING)
    with own_disk(len(writer.manifest.items)):
        disk.make_folder(out.parent)
        disk.remove(draft)
        file = disk.create(draft)
        try:
            _write(writer, item, file, words)
            file.sync()
        except BaseException:
            with suppress(OSError):
                file.close()
            with suppress(OSError):
                disk.remove(draft)
            raise
        file.close()
        disk.move(draft, out)
    return Revealed(out, item.id, signed.first)


def write_original(writer: CaseWriter, item: Item, reason: str, sink: ByteSink) -> None:
    """Log that an item's bytes are handed out, then write them, compared with the log's digest.

    Args:
        writer: The case.
        item: Whose bytes.
        reason: Why somebody needs them.
        sink: Gets the bytes; they are worth something only once this returns.

    Raises:
        UsageError: It must not be: nobody who may say so declared that nothing intimate is in it.
        ItemDamagedError: It does not decrypt to what was taken in.
    """
    refuse_minors(writer.manifest.age_band, item)
    writer.commit([Event("item.viewed", {"item": item.id, "reason": reason})])
    _copy(writer, item, sink)


def refuse_minors(age_band: str, item: Item) -> None:
    """Refuse to show an item of a person not known to be an adult.

    Raises:
        UsageError: It may, and nobody who may say so declared that nothing intimate is in it.
    """
    if is_closed(age_band, item):
        raise UsageError("reveal-minor", item=item.id)


def is_closed(age_band: str, item: Item) -> bool:
    """Say whether nobody may see an item: the person is not known to be an adult, and nobody declared it harmless."""
    return age_band != ADULT and item.family in _SEEN and item.sensitivity != "none"


def revealed_before(case: Case, item: Item, reason: str) -> int | None:
    """Return the line that says that an item was looked at for this reason, when it is the newest; else None.

    Args:
        case: Unlocked.
        item: The item.
        reason: As it stands in the log.
    """
    told = case.opened.entries.get("item.viewed", ())
    if not told or told[-1].line != case.custody.commits[-1].first:
        return None
    facts = told[-1].facts
    return told[-1].line if (facts.get("item"), facts.get("reason")) == (item.id, reason) else None


def refuse_unshowable(age_band: str, item: Item) -> None:
    """Refuse an item that cannot be shown, or must not be.

    Raises:
        UsageError: So it is.
    """
    refuse_minors(age_band, item)
    if item.kind not in _ELEMENTS and item.family != "text":
        raise UsageError("reveal-unsupported", item=item.id, kind=item.kind)
    if item.size_bytes > (LARGEST_BYTES if item.kind in _ELEMENTS else _LARGEST_TEXT_BYTES):
        raise UsageError("reveal-too-large", item=item.id, size=item.size_bytes)


def _write(writer: CaseWriter, item: Item, file: DiskFile, words: Words) -> None:
    file.write(_head(item, words).encode("utf-8"))
    element = _ELEMENTS.get(item.kind)
    sink: _Sink = _Text(file)
    if element is not None:
        media_type = _MEDIA_TYPES.get(item.kind, str(item.facts["kind"]["media_type"]))
        controls = "" if element == "img" else " controls preload=metadata"
        alt = f' alt="{html.escape(item.id)}"' if element == "img" else ""
        file.write(f'<{element}{controls}{alt} src="data:{html.escape(media_type)};base64,'.encode())
        sink = _Base64(file)
    _copy(writer, item, sink)
    sink.finish()
    if element is not None:
        file.write(b'">' if element == "img" else f'"></{element}>'.encode())
    file.write(b"</div></main></body></html>\n")


def _copy(writer: CaseWriter, item: Item, sink: ByteSink) -> None:
    counted = TallyingSink(sink)
    try:
        writer.case.decrypt(item.id, counted)
    except (DamagedError, FileNotFoundError) as error:
        raise ItemDamagedError("item-damaged", item=item.id, case=writer.case.id) from error
    if counted.tally.sha256 != item.sha256:
        raise ItemDamagedError("item-damaged", item=item.id, case=writer.case.id)


def _head(item: Item, words: Words) -> str:
    way = direction(words.language)
    policy = "default-src 'none'; img-src data:; media-src data:; style-src 'unsafe-inline'"
    return (
        f'<!doctype html><html lang="{words.language}" dir="{way}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}"><meta name="robots" content="noindex">'
        f'<meta name="viewport" content="width=device-width"><title>{html.escape(item.id)}</title>'
        f"<style>{_STYLE}</style></head><body><main>"
        f"<p><bdi>{html.escape(item.id)}</bdi>. {html.escape(words.sentence('reveal.page'))}</p>"
        '<input type="checkbox" id="seen" autocomplete="off"><label for="seen">'
        f'<div class="say on">{html.escape(words.sentence("reveal.click"))}</div>'
        f'<div class="say off">{html.escape(words.sentence("reveal.blur"))}</div></label><div class="veil">'
    )


class _Base64:
    """Writes bytes as base64, three by three."""

    def __init__(self, file: DiskFile) -> None:
        self._file = file
        self._rest = b""

    def write(self, data: bytes, /) -> int:
        whole = self._rest + data
        even = len(whole) - len(whole) % 3
        self._file.write(base64.b64encode(whole[:even]))
        self._rest = whole[even:]
        return len(data)

    def flush(self) -> None:
        """Nothing can be written of a rest."""

    def finish(self) -> None:
        self._file.write(base64.b64encode(self._rest))


class _Text:
    """Writes text so that nothing in it is markup."""

    def __init__(self, file: DiskFile) -> None:
        self._file = file
        self._held = bytearray()

    def write(self, data: bytes, /) -> int:
        self._held += data
        return len(data)

    def flush(self) -> None:
        """It is written whole: a letter may be split over two pieces."""

    def finish(self) -> None:
        encoding = "utf-16" if self._held.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8"
        text = html.escape(self._held.decode(encoding, "replace"))
        self._file.write(f'<pre dir="auto">{text}</pre>'.encode())
