"""The contents of a case, as facts for a screen or a script."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evidence_kit.custody import chain, clear_lines
from evidence_kit.custody.errors import CaseBrokenError, NoItemError
from evidence_kit.custody.established import Custody, SignedCommit
from evidence_kit.custody.manifest import Item, LogEvent, Manifest, Witnessed
from evidence_kit.model import Finding, Json, Weight
from evidence_kit.vault.folder import LOG, CaseFolder
from evidence_kit.workflows.case.disk_errors import broken_error
from evidence_kit.workflows.case.read import Case, file_pieces, opened_events


@dataclass(frozen=True, slots=True)
class Overview:
    """One case, seen without a key."""

    case: str
    path: str
    state: str
    lines: int
    items: int
    last: str | None


def overviews(cases: Path) -> Iterator[Overview]:
    """Yield every case in a folder, in the order of their ids."""
    for path in sorted(cases.iterdir()) if cases.is_dir() else ():
        if not path.name.startswith(".") and os.path.lexists(path / LOG):
            yield case_overview(CaseFolder(path))


def case_overview(folder: CaseFolder) -> Overview:
    """Return the facts of one case that every reader of its folder can see."""
    try:
        with folder.log.open("rb") as file:
            replayed = chain.replay_log(file_pieces(file))
    except OSError:
        # One that cannot be read now hides none of the others.
        return Overview(folder.root.name, str(folder.root), "unreadable", 0, 0, None)
    custody, weights = replayed.custody, {finding.weight for finding in replayed.findings}
    state = "broken" if Weight.BROKEN in weights else "newer" if Weight.UNCHECKED in weights else "signed"
    if weights == {Weight.NOTE}:
        state = "unfinished"
    last = custody.commits[-1].time if custody.commits else None
    return Overview(folder.root.name, str(folder.root), state, custody.signed_lines, len(custody.objects), last)


def item_row(item: Item | Witnessed) -> dict[str, Json]:
    """Return one item, or witnessed file, as a script wants it."""
    about: dict[str, Json] = (
        {"state": "kept", "audio": item.audio, "for_the_lawyer": item.for_the_lawyer}
        if isinstance(item, Item)
        else {"state": "witnessed", "taken_in_as": item.taken_in or item.lies_in}
    )
    return {
        "item": item.id,
        "path": item.place.path,
        "path_bytes": item.place.path_bytes,
        "container": item.place.container,
        "kind": item.kind,
        "family": item.family,
        "size": item.size_bytes,
        "sha256": item.sha256.hex,
        "taken_in": item.time,
        "sensitivity": item.sensitivity,
        "excluded": item.excluded,
        "also_at": [each.path for each in item.also_at],
        "line": item.line,
        "marks": item.marks,
        **about,
    }


def locked_rows(case: Case) -> Iterator[dict[str, Json]]:
    """Yield the public facts about each item of a case that was not unlocked."""
    for item, stored in case.custody.objects.items():
        path = case.folder.item(item)
        size = path.stat().st_size if path.is_file() else None
        yield {"item": item, "line": stored.line, "stored": stored.digest.hex, "stored_size": size}


def item_of(manifest: Manifest, item: str, case: str) -> Item:
    """Return an item by its id, however it was typed.

    Args:
        manifest: What the case says.
        item: The id as typed.
        case: Id of the case, for the error.

    Raises:
        NoItemError: The case has none of this name.
    """
    found = evidence_of(manifest, item, case)
    if isinstance(found, Witnessed):
        raise NoItemError("item-witnessed", item=found.id, case=case)
    return found


def evidence_of(manifest: Manifest, item: str, case: str) -> Item | Witnessed:
    """Return an item, or a witnessed file, by its id, however it was typed.

    Args:
        manifest: What the case says.
        item: The id as typed.
        case: Id of the case, for the error.

    Raises:
        NoItemError: The case has none of this name, or it was destroyed.
    """
    wanted = item_id(item)
    try:
        found = manifest.evidence(wanted)
    except KeyError:
        raise NoItemError("item-unknown", item=item, case=case) from None
    if found is None:
        raise NoItemError("item-destroyed" if wanted in manifest.gone else "item-unknown", item=wanted, case=case)
    return found


def item_id(typed: str) -> str:
    """Return the full id: `E000003`, `e3` and `3` are one, `w3` is `W000003`."""
    wanted = typed.strip().upper()
    letter = "W" if wanted.startswith("W") else "E"
    number = wanted.removeprefix(letter)
    return f"{letter}{int(number):06d}" if number.isdecimal() and number.isascii() else wanted


def everything_about(item: Item | Witnessed) -> dict[str, Json]:
    """Return one item, or witnessed file, with everything known about it."""
    facts = {key: value for key, value in item.facts.items() if key not in {"salt", "type"}}
    described = {
        name: {key: value for key, value in each.items() if key not in {"salt", "type", "item", "describer"}}
        for name, each in (item.described if isinstance(item, Item) else {}).items()
    }
    media_type = item.facts["kind"]["media_type"]
    return {**facts, "media_type": media_type, "described": described} | item_row(item)


def log_rows(case: Case, commits: Sequence[SignedCommit] | None = None) -> Iterator[dict[str, Json]]:
    """Yield every line of the signed log: its kind, and its content where the case is unlocked.

    Args:
        case: The case; of an unlocked one the memory of one commit is needed, however long the log is.
        commits: Which part of it; None for all.

    Raises:
        CaseBrokenError: What the next lines say is not what they commit to; those before it were yielded.
    """
    custody = case.custody
    for signed in custody.commits if commits is None else commits:
        said = _said(case, signed)
        for number in range(signed.first, signed.line):
            yield _event_row(custody, number, signed.time, said.get(number))
        yield {
            "line": signed.line,
            "time": signed.time,
            "type": "signature",
            "by": signed.by,
            "receipt": signed.checkpoint.receipt_code,
        }


def follow_log(case: Case, wait: Callable[[], bool]) -> Iterator[dict[str, Json]]:
    """Yield the lines that are signed from now on, as they are signed.

    Args:
        case: The case as it is now; it grows.
        wait: Returns after a while, False when nobody wants to hear more.

    Raises:
        CaseBrokenError: What was appended does not continue the log, or the log became shorter.
    """
    custody, log = case.custody, case.folder.log
    while wait():
        known = len(custody.commits)
        with log.open("rb") as file:
            size_bytes = file.seek(0, os.SEEK_END)
            file.seek(custody.end_bytes)
            grown = file.read()
        if size_bytes < custody.end_bytes:
            raise CaseBrokenError("case-broken", case=case.id, code="log-cut")
        findings = chain.resume_custody(custody, grown) if grown else ()
        yield from log_rows(case, custody.commits[known:])
        # A line that is being written is a note; it is whole the next time.
        for finding in findings:
            if finding.weight is Weight.BROKEN:
                raise CaseBrokenError("case-broken", case=case.id, code=finding.code)


def _said(case: Case, signed: SignedCommit) -> dict[int, LogEvent]:
    if case.identity is None:
        return {}
    said = {}
    for entry in opened_events(case.folder, case.custody, case.identity, [signed]):
        if isinstance(entry, Finding):
            raise broken_error(case.id, entry)
        said[entry.line] = entry
    return said


def _event_row(custody: Custody, number: int, time: str, entry: LogEvent | None) -> dict[str, Json]:
    clear: Mapping[str, Any] = custody.clear.get(number, {})
    row: dict[str, Json] = {"line": number, "time": time, "type": clear.get("type")}
    if entry is not None:
        said = {key: value for key, value in entry.facts.items() if key not in {"salt", "type"}}
        row |= {"type": entry.type, "says": said}
    if clear.get("type") == "anchored":
        row["stamp"] = _stamp_row(clear)
    return row


def _stamp_row(clear: Mapping[str, Any]) -> Json:
    """Return a time stamp's signed claims, None where it is none; the event beside it only repeats them."""
    from evidence_kit.keys import timestamp

    try:
        stamp = timestamp.read_stamp(clear_lines.anchored_token(clear))
    except timestamp.StampError:
        return None
    return {"at": stamp.at.isoformat(), "authority": stamp.authority}
