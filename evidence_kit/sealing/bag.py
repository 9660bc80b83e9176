"""The bag inside the archive: BagIt 1.0 with the log, the openings, the originals and a signed tag manifest.

Source: RFC 8493.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from evidence_kit.custody.chain import Custody
from evidence_kit.custody.manifest import Item
from evidence_kit.hashing.exact import sha256
from evidence_kit.keys import sshsig
from evidence_kit.keys.sshsig import CHECKPOINT_NAMESPACE, PublicKey
from evidence_kit.model import Digest
from evidence_kit.sealing import plan

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
LETTER_TEXT = "READ-ME-FIRST.txt"
LETTER_PAGE = "READ-ME-FIRST.html"
TAG_FILES = frozenset(
    {
        "bagit.txt", INFO, LETTER_PAGE, LETTER_TEXT, FORMAT, LOG, EVENTS, CHECKPOINT, CHECKPOINT_SIGNATURE,
        ALLOWED_SIGNERS, MANIFEST, TAG_MANIFEST, TAG_SIGNATURE,
    }
)  # fmt: skip
# A tag manifest lists every tag file but itself, and cannot list its own signature.
LISTED_TAG_FILES = TAG_FILES - {TAG_MANIFEST, TAG_SIGNATURE}


@dataclass(frozen=True, slots=True)
class Measured:
    """What is known of a file before it is written."""

    size_bytes: int
    crc32: int
    sha256: Digest


def payload_manifest(items: Sequence[Item]) -> bytes:
    """Return `manifest-sha256.txt`: a line for every original, in the order of their ids."""
    return manifest((plan.data_path(item.id, item.kind), item.sha256) for item in items)


def manifest(digests: Iterable[tuple[str, Digest]]) -> bytes:
    """Return a manifest the way `sha256sum` writes and checks it."""
    return b"".join(f"{digest}  {name}\n".encode("ascii") for name, digest in sorted(digests))


def parse_manifest(text: bytes) -> dict[str, Digest]:
    """Return the digests of a manifest by name.

    Raises:
        ValueError: It is not written the way `manifest` writes it.
    """
    found: dict[str, Digest] = {}
    for line in text.decode("ascii").splitlines():
        digest, separator, name = line.partition("  ")
        if not separator or name in found:
            raise ValueError("a manifest line is a digest, two spaces and a name")
        found[name] = Digest(digest)
    if manifest(found.items()) != text:
        raise ValueError("a manifest is sorted, with a newline behind each line")
    return found


def info(case: str, day: str, items: Sequence[Item], kit: str) -> bytes:
    """Return `bag-info.txt`."""
    octets = sum(item.size_bytes for item in items)
    lines = (
        f"Bag-Count: 1 of 1\nBag-Software-Agent: evidence-kit {kit}\nBagging-Date: {day}\n"
        f"External-Identifier: {case}\nPayload-Oxum: {octets}.{len(items)}\n"
    )
    return lines.encode("ascii")


def allowed_signers(case: str, keys: Iterable[PublicKey]) -> bytes:
    """Return the file that `ssh-keygen -Y verify -f` wants; it vouches for nothing by itself."""
    spaces = f"{CHECKPOINT_NAMESPACE},{sshsig.SEAL_NAMESPACE},{sshsig.ARCHIVE_NAMESPACE}"
    ordered = sorted(keys, key=lambda key: key.fingerprint)
    return "".join(f'{case} namespaces="{spaces}" {key.line}\n' for key in ordered).encode("ascii")


def format_document() -> bytes:
    """Return the format's description, which travels with every archive."""
    return files(__package__).joinpath(FORMAT).read_bytes()


def signed_files(custody: Custody) -> Mapping[str, bytes]:
    """Return the files that let `ssh-keygen` check the end of the log."""
    last = custody.commits[-1]
    return {
        CHECKPOINT: last.checkpoint.text,
        CHECKPOINT_SIGNATURE: sshsig.armour(last.sig),
        ALLOWED_SIGNERS: allowed_signers(last.checkpoint.case, custody.known_keys.values()),
    }


def measured(content: bytes) -> Measured:
    """Measure a file that is in memory."""
    import zlib

    return Measured(len(content), zlib.crc32(content), sha256(content))
