"""One item in readable sections: content, provenance, dates, place, hints of its origin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from evidence_kit.commands import _described
from evidence_kit.commands._described import (
    Facts,
    Row,
    facts_by_name,
    facts_in_list,
    is_moment,
    nanoseconds,
    value_text,
)
from evidence_kit.commands._ingest_view import refusal_sentence
from evidence_kit.commands._neutral_text import byte_count, neutral_text
from evidence_kit.commands._screen import Screen
from evidence_kit.libraries import problem_code
from evidence_kit.workflows.case.outcome import ChatRead

_SAID = (
    "handed_by", "device", "system", "exported_by", "app", "menu", "phone_clock", "computer_clock", "clock_state",
    "present", "phone_now", "place",
)  # fmt: skip
_SCREENSHOT = ("taken_by", "taken_on", "taken_when", "still_there")
_POSTING = ("platform", "account", "profile_url", "content_url", "posted", "seen")


def show_item(screen: Screen, about: Facts, case: str, read: ChatRead | None = None) -> None:
    """Show everything known about one item, in sections; an unknown fact has no line.

    Args:
        screen: Where it is shown.
        about: Everything known about the item.
        case: Id of its case, for the commands that show more.
        read: What is read of the conversations in it; None where none was looked for.
    """
    described = [each for each in about["described"].values() if isinstance(each, Mapping)]
    facts: dict[str, Any] = {}
    for each in described:
        facts |= facts_by_name(each.get("facts"))
    _heading(screen, about)
    for name, rows in (
        ("content", _described.content_lines(screen, facts)),
        ("read", _read(screen, case, read)),
        ("words", _described.text_lines(facts)),
        ("came", _came(screen, about)),
        ("dates", [*_described.date_lines(screen, facts), *_times(screen, about)]),
        ("where", _described.place_lines(screen, facts)),
        ("made", _described.maker_lines(facts)),
        ("signs", _described.hint_lines(screen, facts)),
        ("would", _described.action_lines(screen, facts)),
        ("gaps", [*_gaps(screen, about, described, read), *_described.doubt_lines(screen, facts)]),
        ("exact", _exact(about, facts)),
    ):
        listed = [(label, shown) for label, shown in rows if shown]
        if listed:
            screen.result("")
            screen.result(screen.sentence(f"show.{name}"))
            for label, shown in listed:
                _line(screen, label, shown)
    screen.result("")
    screen.result(screen.sentence("show.more"))


def _line(screen: Screen, label: str, shown: str) -> None:
    harmless = neutral_text(" ".join(shown.split()))
    screen.result("  " + screen.pair(screen.sentence(f"show.{label}"), harmless) if label else f"  {harmless}")


def _heading(screen: Screen, about: Facts) -> None:
    kind = about.get("kind")
    family = str(about.get("family"))
    # Behind the family stands the name of a format; a word of ours would say the same once more, in English.
    told = screen.sentence(f"show.family-{family}")
    screen.result(f"{about['item']}  {neutral_text(PurePosixPath(str(about['path'])).name)}")
    rows: list[Row] = [
        ("type", told if screen.knows(f"list.kind.{kind}") else f"{told}, {kind}"),
        ("size", screen.sentence("show.bytes", size=byte_count(int(about["size"])))),
        ("path", str(about["path"])),
        ("container", str(about.get("container") or "")),
        ("also", ", ".join(about.get("also_at") or ())),
        ("sensitivity", screen.sentence(f"show.sensitivity-{about.get('sensitivity')}")),
        ("taken-in", _instant(str(about["taken_in"]))),
        ("excluded", str(about.get("excluded") or "")),
    ]
    for label, shown in rows:
        if shown:
            _line(screen, label, shown)
    guessed = value_text(about.get("name_from"))
    if guessed.startswith("assumed-") and guessed != "assumed-utf-8":
        screen.result("  " + screen.sentence("show.name-guessed", page=guessed.removeprefix("assumed-")))
    if about.get("name_agrees") is False:
        ending = PurePosixPath(str(about["path"])).suffix
        screen.result("  " + screen.sentence("show.name-lies", ending=ending, kind=str(kind)))
    if about.get("unstable"):
        screen.result("  " + screen.sentence("show.unstable"))
    if because := about.get("because"):
        screen.result("  " + screen.sentence(f"ingest.because.{because}"))
    if anew := about.get("written_anew"):
        parts = ", ".join(f"{count} {part}" for part, count in anew["parts"].items())
        files, unknown = int(anew["files"]), int(anew["not_understood"])
        told = screen.sentence("show.written-anew", parts=neutral_text(parts), files=files, unknown=unknown)
        screen.result(f"  {told}")


def _came(screen: Screen, about: Facts) -> Iterator[Row]:
    said = about.get("provenance") or {}
    how = f"show.how-{said.get('how')}"
    yield "how", screen.sentence(how) if screen.knows(how) else value_text(said.get("how"))
    yield from ((name.replace("_", "-"), value_text(said.get(name))) for name in _SAID)
    yield from ((name.replace("_", "-"), value_text((said.get("screenshot") or {}).get(name))) for name in _SCREENSHOT)
    yield from ((name.replace("_", "-"), value_text((said.get("posting") or {}).get(name))) for name in _POSTING)
    zone = about.get("zone_identifier") or {}
    yield "host-url", value_text(zone.get("host_url"))
    yield "referrer-url", value_text(zone.get("referrer_url"))
    yield "attributes", ", ".join(str(each["name"]) for each in about.get("attributes") or ())


def _times(screen: Screen, about: Facts) -> Iterator[Row]:
    times = facts_by_name(about.get("times"))
    for name in ("created_ns", "modified_ns", "changed_ns"):
        if times.get(name):
            yield f"disk-{name.removesuffix('_ns')}", nanoseconds(str(times[name]))
    local = value_text(times.get("local"))
    yield "zip-local", f"{local} ({screen.sentence('show.no-such-time')})" if local and not is_moment(local) else local
    yield "zip-utc", value_text(times.get("utc"))


def _read(screen: Screen, case: str, read: ChatRead | None) -> Iterator[Row]:
    """Yield the facts of an export: messages, unread passages, and why it may be only a part."""
    if read is None:
        return
    reasons = "; ".join(refusal_sentence(screen, each) for each in read.reasons)
    if read.recognition == "recognised":
        form, held = str(read.format), read.conversations
        yield "", screen.sentence("show.chat-read", count=read.messages, conversations=held, format=form, case=case)
    elif read.recognition == "contested":
        yield "", screen.sentence("ingest.chat-contested", item=read.item)
    else:
        yield "", screen.sentence("ingest.chat-failed", item=read.item, reason=reasons)
    if read.unread:
        yield "", screen.sentence("show.chat-unread", count=read.unread, reason=reasons)
    for sign in read.looks_cut:
        yield "", screen.sentence(f"ingest.looks-cut.{sign}", item=read.item)


def _gaps(screen: Screen, about: Facts, described: Sequence[Facts], read: ChatRead | None) -> Iterator[Row]:
    for each in described:
        if facts_by_name(each.get("parameters")).get("pixels") is False:
            yield "", screen.sentence("show.no-pixels")
        for code in dict.fromkeys(map(problem_code, facts_in_list(each.get("problems")))):
            yield "", screen.reason(code)
    if not described and read is None:
        # Of these types something is read; a witnessed one is not to be looked into.
        looked_into = about["family"] in {"picture", "audio", "video", "document"}
        later = looked_into and str(about["item"]).startswith("E")
        yield "", screen.sentence("show.not-yet-described" if later else "show.not-described")


def _exact(about: Facts, facts: Facts) -> Iterator[Row]:
    yield "sha256", str(about["sha256"])
    for stream in facts_in_list(facts.get("streams")):
        yield "samples", value_text(stream.get("samples_sha256"))
    yield "pdq", value_text(facts_by_name(facts_by_name(facts.get("pdq")).get("hashes")).get("upright"))
    yield "line", str(about["line"])


def _instant(written: str) -> str:
    return written.partition(".")[0].replace("T", " ").removesuffix("Z") + " UTC"
