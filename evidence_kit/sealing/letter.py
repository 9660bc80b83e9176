"""The letters: READ-ME-FIRST inside the archive, LISEZ-MOI beside it. They explain how to check without us.

Commands are data, so that a test can take them out of the letter and run them.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, NamedTuple

from evidence_kit.custody.checkpoint import Checkpoint
from evidence_kit.keys.sshsig import ARCHIVE_NAMESPACE, CHECKPOINT_NAMESPACE, RECEIVED_NAMESPACE, SEAL_NAMESPACE
from evidence_kit.sealing import bag
from evidence_kit.words import LANGUAGES, Words, catalogue, direction
from evidence_kit.words.languages import OUTSIDE

SYSTEMS: Final = ("linux", "macos", "windows")
_BASE32: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
# A run of Latin words is one run: `ssh-keygen -t ed25519` in three pieces would be read from right to left.
_LATIN: Final = re.compile(r"([A-Za-z0-9_](?:[A-Za-z0-9_./:+=-]| (?=[A-Za-z0-9_-]))*[A-Za-z0-9_/+=])")
# Outside nothing names the case; whoever reads this writes the name of the file in its place.
_ANY_NAME: Final = "NAME"
# Whoever opens an archive asks for the case, and not for cryptography.
_THE_CASE_FIRST: Final = ("begin", "read-first", "intimate", "endings", "extract", "then-check")
_WITH_A_REPORT: Final = ("begin", "read-report", "read-page", "intimate", "endings", "extract", "then-check")
_RECEIVERS_KEY: Final = "id_ed25519"
_SYSTEM_NAMES: Final = {"linux": "Linux", "macos": "macOS", "windows": "Windows (PowerShell)"}


class HandedReceipt(NamedTuple):
    """A receipt on paper in the hands of its holder.

    Attributes:
        signature_line: Line of the signature that its code stands for.
        time: When it was handed out.
    """

    signature_line: int
    time: str


class StampLines(NamedTuple):
    """The lines of the log that belong to a time stamp.

    Attributes:
        held: The line that holds it.
        signature_line: The one that it is over.
    """

    held: int
    signature_line: int


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """The facts that the letter states about this archive.

    Attributes:
        case: Case id.
        checkpoint: The end of the log.
        fingerprint: Of the key that signed it.
        items_in: How many items are inside.
        items_of: How many the case has.
        events_in: How many events' openings are inside.
        events_of: How many events the log has.
        receipts: All that were handed out, oldest first.
        blurred: How many of the items inside are blurred copies.
        part: Which part of a seal this is, from 1.
        parts: How many parts it has.
        stamps: Lines of each time stamp, in the order of the log.
        purpose: For whom it was sealed: `lawyer` or `police`.
        reports: Paths of what lies below `report/`.
    """

    case: str
    checkpoint: Checkpoint
    fingerprint: str
    items_in: int
    items_of: int
    events_in: int
    events_of: int
    receipts: Sequence[HandedReceipt]
    blurred: int = 0
    part: int = 1
    parts: int = 1
    stamps: Sequence[StampLines] = ()
    purpose: str = "lawyer"
    reports: Sequence[str] = ()

    @property
    def stem(self) -> str:
        """The common beginning of the names of this archive and of its statement."""
        return self.case if self.parts == 1 else f"{self.case}.part-{self.part}-of-{self.parts}"


@dataclass(frozen=True, slots=True)
class CheckStep:
    """One step of a check by hand: a sentence and, for each system, its commands.

    Attributes:
        sentence: Id in the catalogues.
        commands: By system; none where the sentence says what to do.
    """

    sentence: str
    commands: dict[str, tuple[str, ...]]


def check_steps(facts: LetterFacts) -> tuple[CheckStep, ...]:
    """Return the checks in the order in which a careful person makes them."""
    return (
        CheckStep("letter.files", _each(_manifest_command)),
        CheckStep("letter.signatures", _each(lambda system: _signature_commands(system, facts.case))),
        CheckStep("letter.head", _each(lambda system: _head_commands(system, facts.checkpoint.lines))),
        CheckStep("letter.event", _each(_event_commands)),
        CheckStep("letter.receipt", _each(lambda system: _receipt_commands(system, facts))),
        CheckStep("letter.statement", _each(lambda system: _statement_commands(system, facts))),
        CheckStep("letter.received", _each(lambda system: _received_commands(system, facts.stem))),
        *(CheckStep("letter.stamp", _each(partial(_stamp_commands, stamp=each))) for each in facts.stamps),
    )


def letter_text(facts: LetterFacts) -> bytes:
    """Return `READ-ME-FIRST.txt`: Arabic, French, English, then the commands once."""
    blocks = []
    for language in LANGUAGES:
        words = catalogue(language)
        blocks.append("\n\n".join([words.sentence("letter.title"), *_paragraphs(words, facts)]))
    for system in SYSTEMS:
        lines = [_SYSTEM_NAMES[system], ""]
        for number, step in enumerate(check_steps(facts), start=1):
            lines += [f"{number}.", *(f"    {command}" for command in step.commands[system]), ""]
        blocks.append("\n".join(lines))
    return ("\n\n" + "=" * 72 + "\n\n").join(blocks).encode() + b"\n"


def letter_page(facts: LetterFacts) -> bytes:
    """Return `READ-ME-FIRST.html`: the same, for a browser; no script, nothing from the network."""
    sections = []
    for language in LANGUAGES:
        words = catalogue(language)
        way = direction(language)
        marked = _marked if way == "rtl" else html.escape
        body = "".join(f"<p>{marked(line)}</p>" for line in _paragraphs(words, facts))
        title = html.escape(words.sentence("letter.title"))
        sections.append(f'<section lang="{language}" dir="{way}"><h1>{title}</h1>{body}</section>')
    for system in SYSTEMS:
        listed = "".join(
            f"<li><pre>{html.escape(chr(10).join(step.commands[system]))}</pre></li>" for step in check_steps(facts)
        )
        sections.append(f'<section lang="en" dir="ltr"><h2>{_SYSTEM_NAMES[system]}</h2><ol>{listed}</ol></section>')
    head = (
        '<!doctype html><html lang="ar"><head><meta charset="utf-8"><title>READ ME FIRST</title>'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width">'
        f"<style>{_STYLE}</style></head><body>"
    )
    return (head + "".join(sections) + "</body></html>\n").encode()


def outside_letter() -> bytes:
    """Return `LISEZ-MOI.txt`: how to open the archive and confirm its receipt; nothing that names the matter."""
    blocks = [catalogue(language).sentence("letter.outside") for language in OUTSIDE]
    lines = []
    for system in ("linux", "windows"):
        name = "macOS, Linux" if system == "linux" else _SYSTEM_NAMES[system]
        commands = [*_opening_commands(system), *_received_commands(system, _ANY_NAME, above="")]
        lines.append("\n".join([name, "", *(f"    {command}" for command in commands)]))
    blocks.append("\n\n".join(lines))
    return ("\n\n" + "-" * 72 + "\n\n").join(blocks).encode() + b"\n"


def covering_message(parts: int = 1) -> bytes:
    """Return `covering-message.txt`: the text to send with the archive; never the passphrase."""
    blocks = []
    for words in map(catalogue, OUTSIDE):
        said = words.sentence("letter.covering")
        blocks.append(said if parts == 1 else f"{said}\n{words.sentence('letter.covering-parts', parts=parts)}")
    return ("\n\n" + "-" * 72 + "\n\n").join(blocks).encode() + b"\n"


_STYLE = (
    "body{font:1.05rem/1.6 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;"
    "color:#1a1a1a;background:#fff}section{border-block-end:1px solid #bbb;padding-block-end:1.5rem}"
    "pre{direction:ltr;text-align:left;background:#f2f2f2;padding:.7rem;overflow-x:auto;"
    "white-space:pre-wrap;overflow-wrap:anywhere}bdi{overflow-wrap:anywhere}"
    "@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}pre{background:#262626}}"
)


def _paragraphs(words: Words, facts: LetterFacts) -> list[str]:
    values: dict[str, str | int] = {
        "case": facts.case,
        "items_in": facts.items_in,
        "items_of": facts.items_of,
        "events_in": facts.events_in,
        "events_of": facts.events_of,
        "items_out": facts.items_of - facts.items_in,
        "events_out": facts.events_of - facts.events_in,
        "lines": facts.checkpoint.lines,
        "head": facts.checkpoint.head.hex,
        "fingerprint": facts.fingerprint,
        "stem": facts.stem,
    }
    values["purpose"] = words.sentence(f"sheet.for.{facts.purpose}")
    first = _THE_CASE_FIRST if not facts.reports else _WITH_A_REPORT
    papers = ", ".join(each for each in facts.reports if each.endswith(".pdf"))
    said = [words.sentence(f"letter.{name}", **values, papers=papers) for name in first]
    said += [words.sentence("letter.what", **values), words.sentence("letter.scope", **values)]
    if facts.parts > 1:
        said.append(words.sentence("letter.part", part=facts.part, parts=facts.parts))
    if facts.blurred:
        said.append(words.sentence("letter.blurred", count=facts.blurred))
    said += [f"{n}. {words.sentence(step.sentence, **values)}" for n, step in enumerate(check_steps(facts), start=1)]
    said += [words.sentence("letter.signer", **values), words.sentence("letter.limits", **values)]
    return said


def _marked(line: str) -> str:
    """Escape a sentence that reads right to left; names, commands, hashes and fingerprints in it read left to right."""
    parts = _LATIN.split(line)
    return "".join(
        f'<bdi dir="ltr">{html.escape(part)}</bdi>' if number % 2 else html.escape(part)
        for number, part in enumerate(parts)
    )


def _each(commands: object) -> dict[str, tuple[str, ...]]:
    assert callable(commands)  # noqa: S101 - a function of this module
    return {system: tuple(commands(system)) for system in SYSTEMS}


def _manifest_command(system: str) -> list[str]:
    if system == "windows":
        check = (
            (
                "ForEach-Object {{ $h,$f = $_ -split '  ',2; "
                'if ((Get-FileHash -Algorithm SHA256 -LiteralPath $f).Hash -ne $h) {{ "CHANGED $f" }} }}'
            )
            .replace("{{", "{")
            .replace("}}", "}")
        )
        return [f"Get-Content {name} | {check}" for name in (bag.MANIFEST, bag.TAG_MANIFEST)]
    program = "shasum -a 256" if system == "macos" else "sha256sum"
    return [f"{program} -c {bag.MANIFEST}", f"{program} -c {bag.TAG_MANIFEST}"]


def _signature_commands(system: str, case: str) -> list[str]:
    pairs = ((CHECKPOINT_NAMESPACE, bag.CHECKPOINT), (SEAL_NAMESPACE, bag.TAG_MANIFEST))
    plain = [
        f"ssh-keygen -Y verify -f {bag.ALLOWED_SIGNERS} -I {case} -n {space} -s {name}.sig < {name}"
        for space, name in pairs
    ]
    # PowerShell has no `<`.
    return [f'cmd /c "{command}"' for command in plain] if system == "windows" else plain


def _head_commands(system: str, lines: int) -> list[str]:
    """Print the digest of the last signed line; it has to be the third line of checkpoint.txt."""
    if system == "windows":
        return [_windows_line_digest(bag.LOG, lines), f"Get-Content {bag.CHECKPOINT}"]
    program = _digest_program(system)
    return [f"sed -n {lines}p {bag.LOG} | tr -d '\\n' | {program}", f"cat {bag.CHECKPOINT}"]


def _event_commands(system: str) -> list[str]:
    """Print the digest of an opening and the line that commits to it: line 1, as an example for any other."""
    if system == "windows":
        return [_windows_line_digest(bag.EVENTS, 1), f"Get-Content {bag.LOG} -TotalCount 1"]
    return [
        f"sed -n 1p {bag.EVENTS} | tr -d '\\n' | {_digest_program(system)}",
        f"sed -n 1p {bag.LOG}",
    ]


def _receipt_commands(system: str, facts: LetterFacts) -> list[str]:
    """Print the first 32 characters of the receipt code that belongs to a signature line."""
    line = facts.receipts[-1].signature_line if facts.receipts else facts.checkpoint.lines + 1
    if system == "windows":
        return _windows_receipt(facts.case, line)
    program = _digest_program(system)
    # Perl is on every Linux and macOS; `base32` and `xxd` are not.
    base32 = (
        'perl -ne \'$b=unpack("B*",pack("H40",$_)); '
        f'print map{{substr("{_BASE32}",oct("0b$_"),1)}} $b=~/.{{5}}/g; print "\\n"\''
    )
    return [
        f"L={line}; printf 'evidence-kit/1 {facts.case}\\n%s\\n%s\\n%s\\n' $((L-1)) "
        f"\"$(sed -n $((L-1))p {bag.LOG} | tr -d '\\n' | {program} | cut -c1-64)\" "
        f'"$(sed -n ${{L}}p {bag.LOG} | sed \'s/.*"bodies":"\\([0-9a-f]*\\)".*/\\1/\')" '
        f"| {program} | {base32}"
    ]


def _windows_receipt(case: str, line: int) -> list[str]:
    sha = "[Security.Cryptography.SHA256]::Create().ComputeHash([Text.Encoding]::UTF8.GetBytes({}))"
    hexadecimal = "([BitConverter]::ToString({}).Replace('-','').ToLower())"
    return [
        f"$L = {line}; $r = [IO.File]::ReadAllLines((Resolve-Path {bag.LOG}))",
        f"$h = {hexadecimal.format(sha.format('$r[$L-2]'))}; $k = ($r[$L-1] | ConvertFrom-Json).bodies",
        f'$t = "evidence-kit/1 {case}`n$($L-1)`n$h`n$k`n"; $d = {sha.format("$t")}',
        "$b = -join ($d[0..19] | ForEach-Object { [Convert]::ToString($_,2).PadLeft(8,'0') })",
        f"-join (0..31 | ForEach-Object {{ '{_BASE32}'[[Convert]::ToInt32($b.Substring($_*5,5),2)] }})",
    ]


def _statement_commands(system: str, facts: LetterFacts) -> list[str]:
    """Check the statement beside the archive, and the archive against it; both lie one folder up."""
    above = "../" if system != "windows" else "..\\"
    name = f"{above}{facts.stem}.statement.txt"
    verify = (
        f"ssh-keygen -Y verify -f {bag.ALLOWED_SIGNERS} -I {facts.case} -n {ARCHIVE_NAMESPACE} -s {name}.sig < {name}"
    )
    archive = f"{above}{facts.stem}.sealed.zip"
    if system == "windows":
        digest = f"(Get-FileHash -Algorithm SHA256 {archive}).Hash.ToLower(); (Get-Content {name})[3]"
        return [f'cmd /c "{verify}"', digest]
    return [verify, f"{_digest_program(system)} {archive}", f"sed -n 4p {name}"]


def _received_commands(system: str, stem: str, above: str | None = None) -> list[str]:
    """Return the commands that confirm a receipt with a key of the receiver's own."""
    place = ("..\\" if system == "windows" else "../") if above is None else above
    command = (
        f"ssh-keygen -Y sign -n {RECEIVED_NAMESPACE} -f {_RECEIVERS_KEY} "
        f"< {place}{stem}.statement.txt > {place}{stem}.received.sig"
    )
    return [f'cmd /c "{command}"' if system == "windows" else command]


def _stamp_commands(system: str, stamp: StampLines) -> list[str]:
    """Say whose time stamp it is and check it; the root certificate comes from the authority, never from here."""
    name = f"{bag.ANCHORS}{stamp.held:08d}.tsr"
    shown = f"openssl ts -reply -in {name} -text"
    if system == "windows":
        digest = _windows_line_digest(bag.LOG, stamp.signature_line)
        digest = digest.replace("; [BitConverter]", "; $d = [BitConverter]")
        return [shown, digest, f"openssl ts -verify -digest $d -in {name} -CAfile root.pem"]
    digest = f"$(sed -n {stamp.signature_line}p {bag.LOG} | tr -d '\\n' | {_digest_program(system)} | cut -c1-64)"
    return [shown, f"openssl ts -verify -digest {digest} -in {name} -CAfile root.pem"]


def _opening_commands(system: str) -> list[str]:
    if system == "windows":
        program = '& "C:\\Program Files\\7-Zip\\7z.exe"'
        return [f"{program} x {_ANY_NAME}.sealed.zip", f"{program} x evidence.zip"]
    return [f"7z x {_ANY_NAME}.sealed.zip", "7z x evidence.zip"]


def _digest_program(system: str) -> str:
    return "shasum -a 256" if system == "macos" else "sha256sum"


def _windows_line_digest(name: str, line: int) -> str:
    return (
        f"$b = [IO.File]::ReadAllLines((Resolve-Path {name}))[{line - 1}]; "
        "[BitConverter]::ToString([Security.Cryptography.SHA256]::Create().ComputeHash("
        "[Text.Encoding]::UTF8.GetBytes($b))).Replace('-','').ToLower()"
    )
