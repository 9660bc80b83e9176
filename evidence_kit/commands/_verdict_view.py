"""The view of a check's outcome: the verdict first, then place, finding and meaning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from evidence_kit.commands._neutral_text import neutral_text
from evidence_kit.commands._screen import Screen
from evidence_kit.model import Finding, Json, Weight

if TYPE_CHECKING:
    from evidence_kit.commands._setting import Setting
    from evidence_kit.workflows.checking.archive_parts import PartsResult
    from evidence_kit.workflows.checking.register import RegisteredLog
    from evidence_kit.workflows.checking.report import Report
    from evidence_kit.workflows.handover.timestamps import ShownStamp

_SHOWN = 40


def show_report(screen: Screen, report: Report, names: Mapping[str, str] | None = None) -> None:
    """Show a report.

    Args:
        screen: Where.
        report: What a check came to.
        names: Of people whose keys are known here, by fingerprint.
    """
    screen.document(report_json(screen, report, names or {}))
    if screen.json:
        return
    name = report.verdict.name.lower()
    screen.result(screen.sentence(f"verdict.{name}.word"))
    lost = report.register is not None and report.register.lost
    partly = name == "consistent" and (report.findings or lost)
    screen.result(screen.sentence("verdict.consistent.but" if partly else f"verdict.{name}.meaning"))
    _registered(screen, report)
    _anchors(screen, report)
    for finding in report.findings[:_SHOWN]:
        screen.result("• " + finding_sentence(screen, finding))
    if len(report.findings) > _SHOWN:
        screen.result(screen.sentence("verify.more", count=len(report.findings) - _SHOWN))
    if report.wholly_destroyed:
        screen.result(screen.sentence("verify.wholly-destroyed"))
    elif report.destroyed:
        listed = ", ".join(report.destroyed[:_SHOWN]) + (" …" if len(report.destroyed) > _SHOWN else "")
        screen.result(screen.sentence("verify.destroyed", count=len(report.destroyed), items=listed))
    if report.case is not None:
        screen.result(screen.sentence("verify.items", items=report.items, items_here=report.items_here))
        if report.kind == "archive":
            _of_an_archive(screen, report)
        elif not report.with_key:
            screen.result(screen.sentence("verify.without-key"))
        elif report.events_closed:
            screen.result(screen.sentence(_not_read(report), count=report.events_closed, events_of=report.events))
        _signers(screen, report.signers, names or {})
    if report.earlier_of is not None:
        screen.result(screen.sentence("copy.earlier", lines=report.lines, remembered=report.earlier_of))
    if report.being_written:
        screen.result(screen.sentence("verify.being-written", lines=report.lines))
    screen.result(screen.sentence(report.verdict.limits))


def _not_read(report: Report) -> str:
    """Return the sentence about events that were not read: a file that failed now is neither destroyed nor damaged."""
    unread = any(each.code == "file-unreadable" and "store/" not in (each.file or "") for each in report.findings)
    return "unread.events" if unread else "verify.events-gone"


def show_part(screen: Screen, report: Report, names: Mapping[str, str]) -> None:
    """Show one of several parts: its own verdict in a line, and its findings."""
    screen.document(report_json(screen, report, names))
    if screen.json:
        return
    word = screen.sentence(f"verdict.{report.verdict.name.lower()}.word")
    screen.result(f"{word}  {neutral_text(report.path)}")
    _fixed(screen, report)
    for finding in report.findings[:_SHOWN]:
        screen.result("  • " + finding_sentence(screen, finding))


def show_whole(screen: Screen, whole: PartsResult, names: Mapping[str, str]) -> None:
    """Show the common result of the parts of a seal."""
    screen.document(
        {
            "verdict": whole.verdict.value,
            "kind": "parts",
            "case": whole.case,
            "parts": whole.parts,
            "parts_here": list(whole.here),
            "items": whole.items,
            "items_here": whole.items_here,
            "items_of": whole.items_of,
            "items_absent": None if whole.items_of is None else max(0, whole.items_of - whole.items_here),
            "events": whole.events,
            "events_closed": whole.events_closed,
            "signers": list(whole.signers),
            "known": {by: names[by] for by in whole.signers if by in names},
            "findings": [finding_json(screen, each) for each in whole.findings],
            "says": screen.sentence(whole.verdict.limits),
        }
    )
    if screen.json:
        return
    for finding in whole.findings:
        screen.result("• " + finding_sentence(screen, finding))
    screen.result(screen.sentence(f"verdict.{whole.verdict.name.lower()}.word"))
    screen.result(screen.sentence("verify.parts", here=len(whole.here), parts=whole.parts))
    if whole.case is not None:
        screen.result(screen.sentence("verify.items", items=whole.items, items_here=whole.items_here))
        absent = {"items": (whole.items_of or 0) - whole.items_here, "items_of": whole.items_of or 0}
        screen.result(screen.sentence("verify.absent", **absent, events=whole.events_closed, events_of=whole.events))
        _signers(screen, whole.signers, names)
    screen.result(screen.sentence(whole.verdict.limits))


def _anchors(screen: Screen, report: Report) -> None:
    """Name the anchors of the log, and every time stamp in it."""
    _fixed(screen, report)
    for each in report.time_stamps:
        _stamp(screen, each)


def show_losses(screen: Screen, report: Report) -> None:
    """Name commits signed with keys that the register of stations says are lost."""
    for each in () if report.register is None else report.register.lost:
        values: dict[str, str | int] = {
            "station": each.station,
            "since": each.since,
            "count": each.commits,
            "line": each.first,
        }
        screen.result(screen.sentence("register.signed-after", **values))


def _registered(screen: Screen, report: Report) -> None:
    """Show the word of the register of stations on the log; losses first."""
    found = report.register
    if found is None:
        return
    show_losses(screen, report)
    if found.through is None:
        screen.result(screen.sentence("register.unknown-log", association=found.association))
    else:
        said = "register.known-log" if found.stamped is None else "register.known-log-stamped"
        values: dict[str, str | int] = {
            "association": found.association,
            "through": found.through,
            "lines": report.lines,
        }
        screen.result(screen.sentence(said, time=found.time or "", **values))


def _fixed(screen: Screen, report: Report) -> None:
    for sentence_id, values in anchor_sentences(report):
        screen.result(screen.sentence(sentence_id, **values))


def anchor_sentences(report: Report) -> list[tuple[str, dict[str, str | int]]]:
    """Return the anchors of the log and how far they reach, each a sentence's id and values."""
    said: list[tuple[str, dict[str, str | int]]] = [
        (each.sentence, {"through": each.through, "lines": report.lines, "since": each.since})
        for each in report.anchors
    ]
    if report.items_behind:
        said.append(("verify.items-behind", {"count": report.items_behind, "items_here": report.items_here}))
    return said


def _stamp(screen: Screen, shown: ShownStamp) -> None:
    """Say whose a time stamp is, when it was made, how long after the line it is over, and who checked it."""
    if shown.stamp is not None and not shown.broken:
        by = shown.checked.by if shown.checked is not None else screen.sentence("verify.stamp-nobody")
        at, authority, days = shown.stamp.at.isoformat(), shown.stamp.authority or "?", shown.days or 0
        screen.result(
            screen.sentence("verify.stamp", covers=shown.covers, at=at, authority=authority, days=days, by=by)
        )


def _of_an_archive(screen: Screen, report: Report) -> None:
    """Say which share of the case an archive holds, and which it does not."""
    if report.parts > 1:
        screen.result(screen.sentence("verify.part", part=report.part, parts=report.parts))
    if report.blurred:
        screen.result(screen.sentence("verify.blurred", count=report.blurred))
    items_of = report.items_of or 0
    values = {"items": items_of - report.items_here, "items_of": items_of}
    screen.result(screen.sentence("verify.absent", **values, events=report.events_closed, events_of=report.events))


def finding_sentence(screen: Screen, finding: Finding) -> str:
    """Return a finding in words: place, finding, meaning."""
    values = dict(finding.values)
    where = finding.file or ""
    if finding.line is not None:
        where += f":{finding.line}"
    if finding.item is not None:
        where += f" ({finding.item})"
    what = screen.sentence(f"finding.{finding.code}", **values)
    said = f"{what} [{finding.code}]"
    return f"{screen.sentence('verify.where', where=where)} {said}" if where else said


def known_names(setting: Setting) -> dict[str, str]:
    """Return whose keys are known on this computer, by fingerprint: the station's own, and those trusted by name."""
    from evidence_kit.workflows.checking.trusted_keys import trusted_names

    station = setting.station_if_any()
    own = {}
    if station is not None:
        own = {
            station.recovery.fingerprint: setting.screen.sentence("keys.recovery"),
            station.public.fingerprint: station.person.name,
        }
    return own | trusted_names(setting.station_folder)


def archive_in(path: Path) -> Path:
    """Return the one sealed archive of a received folder, or the path as it is."""
    found = list(path.glob("*.sealed.zip")) if path.is_dir() else []
    return found[0] if len(found) == 1 else path


def _signers(screen: Screen, signers: Sequence[str], names: Mapping[str, str]) -> None:
    """Say who signed, those whose keys are known here apart from the others; no verdict depends on it."""
    known = [f"{names[by]} ({by})" for by in signers if by in names]
    strange = [by for by in signers if by not in names]
    if known:
        screen.result(screen.sentence("verify.signers-known", signers=", ".join(known)))
    if strange:
        screen.result(screen.sentence("verify.signers", signers=", ".join(strange)))


def report_page(report: Report, names: Mapping[str, str], day: str, sha256: str | None) -> bytes:
    """Return the report as a page to print."""
    from evidence_kit.sealing import verdict_page

    name = report.verdict.name.lower()
    partly = name == "consistent" and report.findings
    said = anchor_sentences(report)
    if report.case is not None:
        said.append(("verify.items", {"items": report.items, "items_here": report.items_here}))
    if report.case is not None and report.kind == "archive":
        of = report.items_of or 0
        events: dict[str, str | int] = {"events": report.events_closed, "events_of": report.events}
        said.append(("verify.absent", {"items": of - report.items_here, "items_of": of, **events}))
    if report.wholly_destroyed:
        said.append(("verify.wholly-destroyed", {}))
    elif report.case is not None and report.kind == "case" and not report.with_key:
        said.append(("verify.without-key", {}))
    elif report.case is not None and report.kind == "case" and report.events_closed:
        said.append((_not_read(report), {"count": report.events_closed, "events_of": report.events}))
    facts = verdict_page.VerdictPageFacts(
        verdict=name,
        limits=report.verdict.limits,
        meaning="verdict.consistent.but" if partly else f"verdict.{name}.meaning",
        file=report.path,
        sha256=sha256,
        day=day,
        case=report.case,
        signers=[(by, names.get(by)) for by in report.signers],
        said=said,
        findings=sorted(report.findings, key=lambda each: list(Weight).index(each.weight)),
    )
    return verdict_page.verdict_page(facts, neutral_text)


def finding_json(screen: Screen, finding: Finding) -> Json:
    """Return a finding as a script wants it."""
    return {
        "code": finding.code,
        "weight": finding.weight.value,
        "file": finding.file,
        "line": finding.line,
        "item": finding.item,
        "values": dict(finding.values),
        "meaning": screen.sentence(f"finding.{finding.code}", **finding.values),
    }


def _register_json(found: RegisteredLog) -> dict[str, Json]:
    return {
        "association": found.association,
        "through": found.through,
        "time": found.time,
        "stamped_at": found.stamped,
        "lost": [
            {"station": each.station, "since": each.since, "first": each.first, "commits": each.commits}
            for each in found.lost
        ],
    }


def report_json(screen: Screen, report: Report, names: Mapping[str, str]) -> dict[str, Json]:
    """Return a report as a script wants it; `docs/schemas/verify.json` describes it."""
    registered = {} if report.register is None else {"register": _register_json(report.register)}
    return {
        **registered,
        "verdict": report.verdict.value,
        "kind": report.kind,
        "path": report.path,
        "case": report.case,
        "lines": report.lines,
        "items": report.items,
        "items_here": report.items_here,
        "items_of": report.items_of,
        "items_absent": None if report.items_of is None else max(0, report.items_of - report.items_here),
        "part": report.part,
        "parts": report.parts,
        "blurred": report.blurred,
        "events": report.events,
        "events_closed": report.events_closed,
        "destroyed": list(report.destroyed),
        "wholly_destroyed": report.wholly_destroyed,
        "with_key": report.with_key,
        "being_written": report.being_written,
        "earlier_of": report.earlier_of,
        "signers": list(report.signers),
        "known": {by: names[by] for by in report.signers if by in names},
        "anchors": [
            {
                "kind": anchor.kind,
                "through": anchor.through,
                "since": anchor.since,
                "origin": None if anchor.origin is None else anchor.origin.value,
            }
            for anchor in report.anchors
        ],
        "items_behind": report.items_behind,
        "time_stamps": [
            {
                "line": each.line,
                "covers": each.covers,
                "stamped_at": None if each.stamp is None else each.stamp.at.isoformat(),
                "authority": None if each.stamp is None else each.stamp.authority,
                "proves": "broken" if each.broken else "authority-unknown" if each.checked is None else "anchored",
                "checked_by": None if each.checked is None else each.checked.by,
                "days": each.days,
            }
            for each in report.time_stamps
        ],
        "findings": [finding_json(screen, each) for each in report.findings],
        "says": screen.sentence(report.verdict.limits),
    }
