"""`export --as bagit`: a plain BagIt 1.0 bag for archives and laboratories.

Source: RFC 8493.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from evidence_kit.custody.manifest import LogEvent
from evidence_kit.keys import age
from evidence_kit.keys.errors import NoReaderError
from evidence_kit.model import Digest
from evidence_kit.sealing import bag, plan
from evidence_kit.sealing.plan import Scope
from evidence_kit.workflows.case.read import Case, opened_events
from evidence_kit.workflows.handover.forms.form import ExportContents, ExportTarget, Form
from evidence_kit.workflows.handover.forms.table import table_rows

ITEMS = "items.csv"


def write(contents: ExportContents, target: ExportTarget) -> int:
    """Write originals, log and openings; both manifests name every file, the tag manifest names the manifests."""
    case = contents.case
    digests: dict[str, dict[str, str]] = {}
    for item in contents.items:
        name = plan.data_path(item.id, item.kind)
        with target.open(name) as sink:
            digests[name] = dict(contents.original(item, sink))
    tags: dict[str, Iterable[bytes]] = {
        "bagit.txt": [bag.BAGIT],
        bag.INFO: [
            bag.bag_info(
                case.id, contents.day, [*map(bag.original_payload, contents.items)], contents.kit, bag.PartNumber(1, 1)
            )
        ],
        bag.LOG: _log(case),
        bag.EVENTS: _events(contents),
        ITEMS: table_rows(contents, digests),
        bag.MANIFEST: [bag.manifest_text((name, Digest(each["SHA256"])) for name, each in digests.items())],
        "manifest-md5.txt": [_md5(digests)],
        **{name: [content] for name, content in bag.signed_files(case.custody).items()},
    }
    listed = {name: Digest(target.file(content, name)) for name, content in tags.items()}
    target.sha256 = target.file([bag.manifest_text(listed.items())], bag.TAG_MANIFEST)
    return len(contents.items)


def _md5(digests: dict[str, dict[str, str]]) -> bytes:
    return "".join(f"{each['MD5']}  {name}\n" for name, each in sorted(digests.items())).encode("ascii")


def _log(case: Case) -> Iterator[bytes]:
    left = case.custody.end_bytes
    with case.folder.log.open("rb") as file:
        while left and (piece := file.read(min(1 << 20, left))):
            left -= len(piece)
            yield piece


def _events(contents: ExportContents) -> Iterator[bytes]:
    """Yield a line for every line of the log, empty where its opening stays closed."""
    case = contents.case
    if case.identity is None:
        raise NoReaderError("key-needed")
    scope = Scope(contents.purpose, tuple(item.id for item in contents.items), everything=False)
    opened = {
        entry.line
        for entry in opened_events(case.folder, case.custody, case.identity)
        if isinstance(entry, LogEvent) and plan.discloses(scope, entry.type, entry.facts)
    }
    for signed in case.custody.commits:
        body = age.decrypt_bytes(case.folder.body(signed.line).read_bytes(), [case.identity.opener])
        for number, text in zip(range(signed.first, signed.line), body.split(b"\n"), strict=False):
            yield (text if number in opened else b"") + b"\n"
        yield b"\n"


FORM = Form("bagit", "", write)
