"""What programs that nobody here wrote say of a file, beside what we say: exiftool, ffprobe, heif-info, 7z, pdfinfo.

`python -m tests.media.judges FOLDER…` prints the table of `docs/JUDGES.md` over all files below these folders.
"""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from shutil import which
from typing import Any, NamedTuple

from evidence_kit.intake.containers import ZipPlan, examine_zip
from evidence_kit.intake.sniff import sniff
from evidence_kit.media.registry import PICTURES, RECORDINGS, describe

Facts = Mapping[str, Any]
AGREED, DIFFERS, ONLY_WE, ONLY_THEY = "agreed", "differs", "only we", "only they"
_STREAMS = {"video": "video", "audio": "audio"}


class Row(NamedTuple):
    """One statement about one file by us and by a judge; None where there is none."""

    judge: str
    field: str
    file: str
    ours: str | None
    theirs: str | None
    reason: str | None = None

    @property
    def verdict(self) -> str:
        if self.ours == self.theirs:
            return AGREED
        if self.theirs is None:
            return ONLY_WE
        return ONLY_THEY if self.ours is None else DIFFERS


def tools() -> list[str]:
    """Return the judges that are installed."""
    return [name for name in ("exiftool", "ffprobe", "heif-info", "7z", "pdfinfo") if which(name)]


def judged(path: Path) -> Iterator[Row]:
    """Yield every statement that both could make about a file; nothing about files of which neither says anything."""
    data = path.read_bytes()
    kind = sniff(data[:4096], len(data)).name
    if kind == "zip":
        yield from _by_7z(path, data)
        return
    if kind not in {*PICTURES, *RECORDINGS, "pdf"}:
        return
    facts: Facts = describe(io.BytesIO(data), {"kind": kind, "name": path.name, "pixels": True})["facts"]  # type: ignore[assignment]
    for judge, wanted, ask in (
        ("exiftool", PICTURES, _by_exiftool),
        ("exiftool", RECORDINGS, _film_by_exiftool),
        ("ffprobe", RECORDINGS, _by_ffprobe),
        ("heif-info", ("heic", "avif"), _by_heif_info),
        ("pdfinfo", ("pdf",), _by_pdfinfo),
    ):
        if kind in wanted and which(judge):
            for field, ours, theirs in ask(path, facts):
                if ours is not None or theirs is not None:
                    yield Row(judge, field, path.name, ours, theirs, _reason(field, ours, theirs, facts))


Statement = tuple[str, str | None, str | None]


def _reason(field: str, ours: str | None, theirs: str | None, facts: Facts) -> str | None:
    """Return why two statements are not the same, None where nobody knows."""
    if ours == theirs:
        return None
    return next(
        (why for name, applies, why in _REASONS if name in {field, None} and applies(ours, theirs, facts)), None
    )


def _rests_on(*means: str) -> Callable[[str | None, str | None, Facts], bool]:
    return lambda _o, _t, facts: (facts.get("length") or {}).get("rests_on") in means


def _is_exif_3(_ours: str | None, theirs: str | None, facts: Facts) -> bool:
    return theirs is None and any(
        each.get("encoding") == "utf-8" for each in (facts.get("exif") or {}).get("tags") or ()
    )


def _is_trimmed(_ours: str | None, _theirs: str | None, facts: Facts) -> bool:
    return bool(facts.get("edits"))


def _no_place(ours: str | None, _theirs: str | None, _facts: Facts) -> bool:
    return ours is None


def _noticed(ours: str | None, _theirs: str | None, _facts: Facts) -> bool:
    return ours == "True"


_REASONS: tuple[tuple[str | None, Callable[[str | None, str | None, Facts], bool], str], ...] = (
    ("length", _rests_on("samples"), "we count decoded samples; ffprobe repeats the container or reckons by bit rate"),
    ("length", _rests_on("pages"), "we count positions of pages; ffprobe takes the last one"),
    ("length", _is_trimmed, "ffprobe 5.1 repeats the film's header; a player shows what the edit list leaves"),
    ("latitude", _no_place, "no hemisphere, or out of range: we state no place"),
    ("longitude", _no_place, "no hemisphere, or out of range: we state no place"),
    ("c2pa", _noticed, "exiftool 12.57 does not look in files of this form; the C2PA library reads them"),
    (None, _is_exif_3, "exiftool 12.57 stops at an entry of Exif 3.0 (type 129)"),
)


def _exiftool(path: Path) -> dict[str, Any]:
    ran = subprocess.run(
        ["exiftool", "-j", "-n", "-G1", "-api", "largefilesupport=1", str(path)], capture_output=True, check=False
    )
    try:
        found: list[dict[str, Any]] = json.loads(ran.stdout or b"[{}]", parse_float=str)
    except ValueError:
        return {}
    return found[0] if found else {}


def _by_exiftool(path: Path, facts: Facts) -> Iterator[Statement]:
    told = _exiftool(path)
    exif = facts.get("exif") or {}
    tags = {each["tag"]: each["value"] for each in exif.get("tags") or ()}
    size = [
        told.get(f"{group}:Image{side}")
        for side in ("Width", "Height")
        for group in ("File", "PNG", "GIF", "RIFF", "IFD0")
    ]
    halves = [next((str(each) for each in part if each is not None), None) for part in (size[:5], size[5:])]
    if facts.get("width_pixels") and all(halves):
        yield "width", str(facts["width_pixels"]), halves[0]
        yield "height", str(facts["height_pixels"]), halves[1]
    orientation = told.get("IFD0:Orientation")
    yield "orientation", _text(exif.get("orientation")), _text(orientation if orientation in range(1, 9) else None)
    dates = exif.get("dates") or {}
    for field, name, theirs in (
        ("taken", "taken", "ExifIFD:DateTimeOriginal"), ("digitised", "digitised", "ExifIFD:CreateDate"),
        ("changed", "changed", "IFD0:ModifyDate"),
    ):  # fmt: skip
        yield field, _plain((dates.get(name) or {}).get("raw")), _plain(told.get(theirs))
    pairs: tuple[tuple[str, Any, Any], ...] = (
        ("offset", (dates.get("taken") or {}).get("offset_raw"), told.get("ExifIFD:OffsetTimeOriginal")),
        ("Make", tags.get("Image Make"), told.get("IFD0:Make")),
        ("Model", tags.get("Image Model"), told.get("IFD0:Model")),
        ("Software", tags.get("Image Software"), told.get("IFD0:Software")),
        ("ImageDescription", tags.get("Image ImageDescription"), told.get("IFD0:ImageDescription")),
        ("Artist", tags.get("Image Artist"), told.get("IFD0:Artist")),
        ("UserComment", tags.get("EXIF UserComment"), told.get("ExifIFD:UserComment")),
        ("XPTitle", tags.get("Image XPTitle"), told.get("IFD0:XPTitle")),
        ("XPComment", tags.get("Image XPComment"), told.get("IFD0:XPComment")),
    )
    for field, said, told_by in pairs:
        yield field, _plain(said), _plain(told_by)
    gps = exif.get("gps") or {}
    for axis in ("latitude", "longitude"):
        number = told.get(f"Composite:GPS{axis.capitalize()}")
        yield axis, _degrees(gps.get(f"{axis}_degrees")), _degrees(number)
    found = _credentials(told)
    if (facts.get("c2pa") or {}).get("present") is not None:
        yield "c2pa", _text(bool(facts["c2pa"]["present"])), _text(found)


def _credentials(told: Mapping[str, Any]) -> bool:
    return any(key.startswith(("JUMBF:", "C2PA")) for key in told)


def _film_by_exiftool(path: Path, facts: Facts) -> Iterator[Statement]:
    told = _exiftool(path)
    place: Facts = next(iter(facts.get("locations") or ()), {})
    raw = str(
        next((value for key, value in told.items() if key.endswith((":GPSCoordinates", ":LocationInformation"))), "")
    )
    numbers = re.findall(r"(?:Lat=|Lon=|^|\s)(-?\d+(?:\.\d+)?)", raw)
    for number, axis in enumerate(("latitude", "longitude")):
        theirs = numbers[number] if len(numbers) >= 2 else None
        yield axis, _degrees(place.get(f"{axis}_degrees")), _degrees(theirs)
    # What a track is to be scaled to stands under ImageWidth; what is coded under SourceImageWidth.
    named = (":SourceImageWidth", ":ImageWidth")
    width = next((told[key] for name in named for key in told if key.endswith(name)), None)
    film = next((each for each in facts.get("streams") or () if each.get("width_pixels")), None)
    if film is not None and width is not None and not film.get("attached_picture"):
        yield "film width", str(film["width_pixels"]), str(width)


def _by_ffprobe(path: Path, facts: Facts) -> Iterator[Statement]:
    ran = subprocess.run(
        ["ffprobe", "-v", "error", "-show_format", "-show_streams", "-of", "json", str(path)],
        capture_output=True, check=False,
    )  # fmt: skip
    told = json.loads(ran.stdout or b"{}")
    length = (facts.get("length") or {}).get("seconds")
    yield "length", _tenths(length), _tenths((told.get("format") or {}).get("duration"))
    ours = [each for each in facts.get("streams") or () if each.get("type") in _STREAMS]
    theirs = [each for each in told.get("streams") or () if each.get("codec_type") in _STREAMS]
    yield "streams", str(len(ours)), str(len(theirs))
    for we, they in zip(ours, theirs, strict=False):
        yield "codec", _codec(we.get("codec")), _codec(they.get("codec_name"))
        if we["type"] == "audio":
            yield "sample rate", _text(we.get("sample_rate_hertz")), _text(they.get("sample_rate"))
            yield "channels", _text(we.get("channels")), _text(they.get("channels"))
        else:
            yield "film width", _text(we.get("width_pixels")), _text(they.get("width"))
            yield "film height", _text(we.get("height_pixels")), _text(they.get("height"))
            turn = next((each["rotation"] for each in they.get("side_data_list") or () if "rotation" in each), 0)
            if we.get("rotation_degrees") is not None:
                yield "rotation", str(int(we["rotation_degrees"]) % 360), str(int(turn) % 360)


def _by_heif_info(path: Path, facts: Facts) -> Iterator[Statement]:
    ran = subprocess.run(["heif-info", str(path)], capture_output=True, text=True, check=False)
    found = re.findall(r"^image: (\d+)x(\d+) \(id=\d+\)(, primary)?", ran.stdout, re.MULTILINE)
    if not found:
        return
    width, height, _ = next((each for each in found if each[2]), found[0])
    turned = facts.get("orientation") or {}
    yield "width as shown", _text(turned.get("shown_width_pixels")), width
    yield "height as shown", _text(turned.get("shown_height_pixels")), height
    others = sum(each["role"] == "picture" for each in facts.get("inner_pictures") or ())
    yield "pictures", str(1 + others), str(len(found))


def _by_pdfinfo(path: Path, facts: Facts) -> Iterator[Statement]:
    ran = subprocess.run(["pdfinfo", str(path)], capture_output=True, text=True, check=False)
    told = dict(re.findall(r"^(\w[\w ]*): +(.*)$", ran.stdout, re.MULTILINE))
    yield "pages", _text(facts.get("pages")), told.get("Pages")
    if "Optimized" in told:
        yield "linearised", "yes" if facts.get("linearised") else "no", told["Optimized"]


def _by_7z(path: Path, data: bytes) -> Iterator[Row]:
    plan = examine_zip(io.BytesIO(data), len(data))
    if not which("7z") or not isinstance(plan, ZipPlan):
        return
    ran = subprocess.run(["7z", "l", "-slt", "-sccUTF-8", str(path)], capture_output=True, check=False)
    told = ran.stdout.decode("utf-8", "replace").partition("----------")[2]
    listed = re.findall(r"^Path = (.*)\n(?:.*\n)*?Size = (\d+)$", told, re.MULTILINE)
    ours = sorted((member.name.rstrip("/"), str(member.size_bytes)) for member in plan.members)
    theirs = sorted((name, size) for name, size in listed)
    files = sorted(size for _, size in theirs)
    yield Row("7z", "members", path.name, str(len(ours)), str(len(theirs)))
    yield Row("7z", "sizes", path.name, ",".join(sorted(size for _, size in ours)), ",".join(files))
    guessed = any(member.name_from.startswith("assumed-cp") for member in plan.members)
    why = "7z takes the code page of its own computer for names of old Windows" if guessed else None
    yield Row("7z", "names", path.name, _names(ours), _names(theirs), why)


def _names(pairs: Iterable[tuple[str, str]]) -> str:
    return "|".join(name for name, _ in pairs)


def _codec(name: object) -> str | None:
    # PyAV names the decoder, ffprobe the codec.
    return None if name is None else re.sub(r"(float|_mediacodec|fixed)$", "", str(name)).replace("libdav1d", "av1")


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _plain(value: object) -> str | None:
    text = " ".join(str(value).replace("\0", " ").split()) if value is not None else ""
    return text[:200] or None


def _degrees(value: object) -> str | None:
    return None if value is None else f"{float(str(value)):.3f}"


def _tenths(value: object) -> str | None:
    return None if value is None else f"{float(str(value)):.1f}"


def main(folders: list[str]) -> None:
    """Print the table: a line for each judge and field."""
    counts: Counter[tuple[str, str, str]] = Counter()
    reasons: dict[tuple[str, str], Counter[str]] = {}
    for folder in folders:
        for path in sorted(each for each in Path(folder).rglob("*") if each.is_file()):
            try:
                rows = list(judged(path))
            except Exception as error:  # noqa: BLE001 - one file must not end the table
                print(f"{path}: {type(error).__name__}: {error}", file=sys.stderr)
                continue
            for row in rows:
                counts[row.judge, row.field, row.verdict] += 1
                if row.verdict != AGREED:
                    reasons.setdefault((row.judge, row.field), Counter())[row.reason or "?"] += 1
                    if row.reason is None:
                        print(row, file=sys.stderr)
    for judge, field in dict.fromkeys((judge, field) for judge, field, _ in counts):
        figures = [str(counts[judge, field, verdict]) for verdict in (AGREED, DIFFERS, ONLY_WE, ONLY_THEY)]
        why = "; ".join(f"{count} × {each}" for each, count in reasons.get((judge, field), Counter()).items())
        print(f"| {judge} | {field} | {' | '.join(figures)} | {why} |")


if __name__ == "__main__":
    main(sys.argv[1:])
