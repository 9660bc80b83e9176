"""The bag inside the archive: BagIt 1.0 with the log, the openings, the originals and a signed tag manifest.

Source: RFC 8493.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import NamedTuple

from evidence_kit.custody.clear_lines import anchored_token
from evidence_kit.custody.established import Custody
from evidence_kit.custody.manifest import Item
from evidence_kit.hashing.exact import sha256
from evidence_kit.keys import sshsig
from evidence_kit.keys.sshsig import CHECKPOINT_NAMESPACE, PublicKey
from evidence_kit.model import Digest
from evidence_kit.sealing import plan, report_files

BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
LOG = "custody.jsonl"
EVENTS = "events.jsonl"
CHECKPOINT = "checkpoint.txt"
CHECKPOINT_SIGNATURE = "checkpoint.txt.sig"
ALLOWED_SIGNERS = "allowed_signers"
MANIFEST = "manifest-sha256.txt"
TAG_MANIFEST = "tagmanifest-sha256.txt"
TAG_SIGNATURE = "tagmanifest-sha256.txt.sig"
INFO = "bag-info.txt"
FORMAT = "FORMAT.md"
ANCHORS = "anchors/"
LETTER_TEXT = "READ-ME-FIRST.txt"
LETTER_PAGE = "READ-ME-FIRST.html"
TAG_FILES = frozenset(
    {
        "bagit.txt", INFO, LETTER_PAGE, LETTER_TEXT, FORMAT, LOG, EVENTS, CHECKPOINT, CHECKPOINT_SIGNATURE,
        ALLOWED_SIGNERS, MANIFEST, TAG_MANIFEST, TAG_SIGNATURE,
    }
)  # fmt: skip
# The order in which a bag is written: time stamps and reports stand before the first manifest, originals at the end.
_BEFORE = (
    "bagit.txt", INFO, LETTER_PAGE, LETTER_TEXT, FORMAT, LOG, EVENTS, CHECKPOINT, CHECKPOINT_SIGNATURE,
    ALLOWED_SIGNERS,
)  # fmt: skip
_BEHIND = (MANIFEST, TAG_MANIFEST, TAG_SIGNATURE)
# A tag manifest lists every tag file but itself, and cannot list its own signature.
LISTED_TAG_FILES = TAG_FILES - {TAG_MANIFEST, TAG_SIGNATURE}


@dataclass(frozen=True, slots=True)
class MeasuredFile:
    """The measures of a file, known before it is written."""

    size_bytes: int
    crc32: int
    sha256: Digest


@dataclass(frozen=True, slots=True)
class Payload:
    """One file below `data/`, an original or the blurred copy of one.

    Attributes:
        item: Item id.
        path: Where it lies in the bag.
        size_bytes: Its length.
        crc32: Its CRC-32, eight hexadecimal digits.
        sha256: Its digest.
        blurred: It is a copy that was made for this archive.
    """

    item: str
    path: str
    size_bytes: int
    crc32: str
    sha256: Digest
    blurred: bool = False


def original_payload(item: Item, *, viewable: bool = False) -> Payload:
    """Return an original as it goes into a bag.

    Args:
        item: The item.
        viewable: It keeps an ending by which a double click shows it.
    """
    path = plan.data_path(item.id, item.kind, viewable=viewable)
    return Payload(item.id, path, item.size_bytes, item.crc32, item.sha256)


def payload_manifest(payloads: Iterable[Payload]) -> bytes:
    """Return `manifest-sha256.txt`: a line for everything below `data/`."""
    return manifest_text((each.path, each.sha256) for each in payloads)


def manifest_text(digests: Iterable[tuple[str, Digest]]) -> bytes:
    """Return a manifest the way `sha256sum` writes and checks it."""
    return b"".join(f"{digest}  {name}\n".encode("ascii") for name, digest in sorted(digests))


def parse_manifest(text: bytes) -> dict[str, Digest]:
    """Return the digests of a manifest by name.

    Raises:
        ValueError: It is not written the way `manifest_text` writes it.
    """
    found: dict[str, Digest] = {}
    for line in text.decode("ascii").splitlines():
        digest, separator, name = line.partition("  ")
        if not separator or name in found:
            raise ValueError("a manifest line is a digest, two spaces and a name")
        found[name] = Digest(digest)
    if manifest_text(found.items()) != text:
        raise ValueError("a manifest is sorted, with a newline behind each line")
    return found


class BagOrder(NamedTuple):
    """The place of a file among those of a bag; of two, the smaller one stands first.

    Attributes:
        group: Of files that stand together: those before the originals, the reports, the originals, those behind.
        digits: Length of the number in its name; 0 where the group has none.
        name: What is compared inside of the group.
    """

    group: int
    digits: int
    name: str


def sort_key(name: str) -> BagOrder:
    """Return the sort key of a bag's file.

    Numbers in names have at least so many digits: of two, the shorter one is the smaller one.
    """
    if name in _BEFORE:
        return BagOrder(_BEFORE.index(name), 0, "")
    if name in _BEHIND:
        return BagOrder(len(_BEFORE) + 2 + _BEHIND.index(name), 0, "")
    if name.startswith(report_files.FOLDER):
        return BagOrder(len(_BEFORE) + 1, 0, name)
    stem = name.partition(".")[0].partition("-")[0]
    group = len(_BEFORE) if name.startswith(ANCHORS) else len(_BEFORE) + 2 + len(_BEHIND)
    return BagOrder(group, len(stem), stem)


class PartNumber(NamedTuple):
    """Which of the parts of a seal a bag is.

    Attributes:
        number: From 1.
        of: How many there are.
    """

    number: int
    of: int


def bag_info(case: str, day: str, payloads: Sequence[Payload], kit: str, place: PartNumber) -> bytes:
    """Return `bag-info.txt`.

    Args:
        case: Id of the case.
        day: Day of sealing, `YYYY-MM-DD` in UTC.
        payloads: Everything below `data/` in this part.
        kit: Version of the kit.
        place: Which part this is.
    """
    octets = sum(each.size_bytes for each in payloads)
    lines = (
        f"Bag-Count: {place.number} of {place.of}\nBag-Software-Agent: evidence-kit {kit}\nBagging-Date: {day}\n"
        f"External-Identifier: {case}\nPayload-Oxum: {octets}.{len(payloads)}\n"
    )
    return lines.encode("ascii")


def stated_part(info_text: bytes) -> PartNumber | None:
    """Return which part of how many a `bag-info.txt` says it is, None where it says nothing of the kind."""
    found = re.match(rb"Bag-Count: ([1-9][0-9]{0,5}) of ([1-9][0-9]{0,5})\n", info_text)
    return PartNumber(int(found[1]), int(found[2])) if found else None


class SealedBag(NamedTuple):
    """The facts that a `bag-info.txt` has to agree with.

    Attributes:
        case: Case id.
        day: Of the last line, `YYYY-MM-DD`.
        part: Number of this part, from 1; None where nothing says which it is.
        parts: How many there are.
    """

    case: str
    day: str
    part: int | None
    parts: int


def states_truth(text: bytes, sealed: SealedBag, sizes: Sequence[int]) -> bool:
    """Say whether a `bag-info.txt` states the truth.

    Args:
        text: The file.
        sealed: What is known of the bag.
        sizes: Lengths of the files below `data/`, in bytes.
    """
    found = _INFO.fullmatch(text)
    if found is None:
        return False
    if found["part"] is None:
        counted = sealed.parts == 1
    else:
        stated = (int(found["part"]), int(found["parts"]))
        counted = sealed.part is None or stated == (sealed.part, sealed.parts)
    said = (found["case"].decode("ascii"), found["day"].decode("ascii"), int(found["octets"]), int(found["files"]))
    return counted and said == (sealed.case, sealed.day, sum(sizes), len(sizes))


_INFO = re.compile(
    rb"(?:Bag-Count: (?P<part>[1-9][0-9]{0,5}) of (?P<parts>[1-9][0-9]{0,5})\n)?"
    rb"Bag-Software-Agent: evidence-kit [!-~]{1,64}\n"
    rb"Bagging-Date: (?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})\nExternal-Identifier: (?P<case>[!-~]+)\n"
    rb"Payload-Oxum: (?P<octets>0|[1-9][0-9]{0,19})\.(?P<files>0|[1-9][0-9]{0,9})\n"
)


def allowed_signers(custody: Custody) -> bytes:
    """Return the file that `ssh-keygen -Y verify -f` wants; it vouches for nothing by itself.

    A key that was taken the right to sign is good for checkpoints only, and only for what was signed before the line
    that took it: `ssh-keygen` says so when it is asked about a day with `-Overify-time`, and else refuses it.
    """
    case = custody.case or ""
    may = [f'{case} namespaces="{_SIGNING_SPACES}" {key.line}\n' for key in _sorted(custody.signers.values())]
    gone = []
    for key in _sorted(each for name, each in custody.known_keys.items() if name not in custody.signers):
        when = re.sub(r"[-:T]|\..*", "", custody.time_of(custody.removed[key.fingerprint]))
        gone.append(f'{case} namespaces="{CHECKPOINT_NAMESPACE}",valid-before="{when}Z" {key.line}\n')
    return "".join([*may, *gone]).encode("ascii")


def allowed_signers_before(custody: Custody) -> bytes:
    """Return the same file as it was written before removed keys were told from others."""
    case = custody.case or ""
    keys = _sorted(custody.known_keys.values())
    return "".join(f'{case} namespaces="{_SIGNING_SPACES}" {key.line}\n' for key in keys).encode("ascii")


_SIGNING_SPACES = f"{CHECKPOINT_NAMESPACE},{sshsig.SEAL_NAMESPACE},{sshsig.ARCHIVE_NAMESPACE}"


def _sorted(keys: Iterable[PublicKey]) -> list[PublicKey]:
    return sorted(keys, key=lambda key: key.fingerprint)


def format_document() -> bytes:
    """Return the format's description, which travels with every archive."""
    return files(__package__).joinpath(FORMAT).read_bytes()


def anchor_files(custody: Custody) -> dict[str, bytes]:
    """Return the time stamps that stand in the log, as files that `openssl ts` reads."""
    stamps = {number: clear for number, clear in custody.clear.items() if clear.get("type") == "anchored"}
    return {f"{ANCHORS}{number:08d}.tsr": anchored_token(clear) for number, clear in sorted(stamps.items())}


def signed_files(custody: Custody) -> Mapping[str, bytes]:
    """Return the files that let `ssh-keygen` check the end of the log."""
    last = custody.commits[-1]
    return {
        CHECKPOINT: last.checkpoint.text,
        CHECKPOINT_SIGNATURE: sshsig.armour(last.sig),
        ALLOWED_SIGNERS: allowed_signers(custody),
        **anchor_files(custody),
    }


def measured_bytes(content: bytes) -> MeasuredFile:
    """Measure a file that is in memory."""
    import zlib

    return MeasuredFile(len(content), zlib.crc32(content), sha256(content))
