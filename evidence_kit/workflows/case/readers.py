"""Who may read a case and who may sign in it, through its life: let in, sent away, let in again after a loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evidence_kit.custody.event import Event
from evidence_kit.errors import UsageError
from evidence_kit.keys.age import CaseIdentity, age_recipient
from evidence_kit.keys.errors import NoReaderError
from evidence_kit.keys.sshsig import PublicKey
from evidence_kit.workflows.case.new import KeyHolder, grant_event
from evidence_kit.workflows.case.public_keys import key_fingerprint
from evidence_kit.workflows.case.read import Case
from evidence_kit.workflows.case.station import Station
from evidence_kit.workflows.case.write import CaseWriter


@dataclass(frozen=True, slots=True)
class CaseHolder:
    """A holder of a key.

    Attributes:
        key: Public key, `age1…` or an OpenSSH one without comment.
        role: `station`, `recovery` or `granted`.
        name: Who it is, where that is known.
        file: Newest file in `keys/` that was wrapped for this key, without its ending.
        reads: New bytes can be opened with it; somebody who was sent away opens old ones only.
        signs: May sign.
    """

    key: str
    role: str
    name: str | None
    file: str
    reads: bool
    signs: bool

    @property
    def fingerprint(self) -> str:
        """The text that two people compare by voice."""
        return key_fingerprint(self.key)


def holders(case: Case) -> list[CaseHolder]:
    """Return everybody who was ever let in, in the order in which they came."""
    manifest, custody = case.opened, case.custody
    changed = max((line for line, clear in custody.clear.items() if clear["type"] == "recipient.changed"), default=0)
    found: dict[str, CaseHolder] = {}
    for entry in manifest.entries.get("reader.granted", ()):
        key, clear = str(entry.facts["reader"]), entry.facts["clear"]
        found[key] = CaseHolder(
            key=key,
            role=str(entry.facts["role"]),
            name=entry.facts.get("name"),
            file=str(clear["key"]),
            reads=entry.line > changed,
            signs=key_fingerprint(key) in custody.signers,
        )
    return list(found.values())


def meant_holder(case: Case, who: str, own: PublicKey) -> list[CaseHolder]:
    """Return whom a person means: a name, a fingerprint, a key, or a file in `keys/`; never this station's own key.

    Args:
        case: The case.
        who: As typed.
        own: This station's own key.

    Raises:
        UsageError: Nobody who can still read or sign is called so, or it is the recovery key.
    """
    wanted = who.strip()
    found = [
        each
        for each in holders(case)
        if wanted in {each.name, each.file, each.fingerprint, each.key} and each.key != own.line
    ]
    if any(each.role == "recovery" for each in found):
        raise UsageError("recovery-stays")
    left = [each for each in found if each.reads or each.signs]
    if not left:
        raise UsageError("holder-unknown", who=wanted, case=case.id)
    return left


def left_before(case: Case, who: str, own: PublicKey) -> int | None:
    """Return the line of a holder's removal; None for a holder who still reads or signs, or an unknown name.

    Whoever came back since has a newer line, and was not sent away.

    Args:
        case: Unlocked.
        who: A name, a fingerprint, a key, or a file in `keys/`.
        own: This station's key, which is never meant.
    """
    wanted = who.strip()
    names = {"name", "file", "fingerprint", "key"}
    found = [each for each in holders(case) if wanted in {getattr(each, name) for name in names}]
    if not found or any(each.reads or each.signs or each.key == own.line for each in found):
        return None
    changed = [line for line, clear in case.custody.clear.items() if clear["type"] == "recipient.changed"]
    return max(changed, default=None)


def successor(case: Case, who: str, own: PublicKey) -> CaseHolder:
    """Return the one other station that a person means, which can read and sign and so go on with the case.

    Args:
        case: The case.
        who: As typed.
        own: This station's own key.

    Raises:
        UsageError: It is none, or it may not do both yet.
    """
    found = [each for each in meant_holder(case, who, own) if each.reads and each.signs]
    if len(found) != 1:
        raise UsageError("station-not-let-in", who=who.strip(), case=case.id)
    return found[0]


def grant_access(writer: CaseWriter, reader: str, who: str, *, sign: bool = False) -> str:
    """Let one more age or SSH key read the case, and sign in it if asked; return the name of the key file.

    Args:
        writer: The case, unlocked.
        reader: `age1…` or an SSH public key; a remark behind it is left out.
        who: Name of its holder.
        sign: Let the key sign as well.

    Raises:
        KeyUnreadableError: It is no key that can be encrypted to.
        UsageError: It is to sign and is no Ed25519 key.
    """
    age_recipient(reader)
    line = " ".join(reader.split()[:2])
    events = _let_in(writer, _identity(writer), [KeyHolder(line, "granted", who)])
    if sign:
        events += _may_sign(writer, line, who)
    writer.commit(events)
    return str((events[0].clear or {})["key"])


def revoke_access(writer: CaseWriter, leaving: Sequence[CaseHolder], reason: str | None = None) -> None:
    """Take the right to sign away, and give the case a new recipient that those who stay can open.

    What was encrypted before stays as it is: whoever leaves has had the key to it.

    Args:
        writer: The case, unlocked.
        leaving: Who leaves; every holder who is not among them stays.
        reason: Why, None where nobody says.
    """
    _change(writer, leaving, (), reason)


def recover_access(writer: CaseWriter, station: Station, lost: Sequence[CaseHolder]) -> bool:
    """Let a station's key in, to read and to sign, and send lost ones away; return whether anything was to do.

    Args:
        writer: Opened with the recovery key.
        station: Whose key comes in.
        lost: Keys that somebody else may have in their hands now.
    """
    known = [each for each in holders(writer.case) if each.key == station.public.line]
    inside = any(each.reads and each.signs for each in known)
    goes_on = writer.manifest.goes_on_with
    taken = [] if goes_on in {None, station.public.fingerprint} else [_taken_back(station)]
    if inside and not lost and not taken:
        return False
    joining = () if inside else (KeyHolder(station.public.line, "station", station.person.name),)
    _change(writer, lost, joining, "recovered", taken)
    return True


def _taken_back(station: Station) -> Event:
    """Return the event with which a case that was handed on goes on here again, by leave of the recovery key."""
    facts = {"what": "case", "station": station.public.fingerprint, "received_by": station.person.name}
    return Event("transfer.in", facts | {"reason": "recovered"})


def _change(
    writer: CaseWriter,
    leaving: Sequence[CaseHolder],
    joining: Sequence[KeyHolder],
    reason: str | None,
    first: Sequence[Event] = (),
) -> None:
    identity = _identity(writer)
    events: list[Event] = [*first]
    staying: list[KeyHolder] = []
    if leaving:
        gone = {each.key for each in leaving}
        identity = CaseIdentity.generate().after(identity)
        events += [
            Event("signer.removed", {"name": each.name, "reason": reason}, clear={"signer": each.key})
            for each in leaving
            if each.signs
        ]
        events.append(Event("recipient.changed", {"reason": reason}, clear={"recipient": identity.recipient}))
        staying = [
            KeyHolder(each.key, each.role, each.name)
            for each in holders(writer.case)
            if each.reads and each.key not in gone
        ]
    events += _let_in(writer, identity, [*staying, *joining])
    for each in joining:
        events += _may_sign(writer, each.recipient, each.name)
    writer.commit(events)
    writer.case.identity = identity


def _let_in(writer: CaseWriter, identity: CaseIdentity, readers: Sequence[KeyHolder]) -> list[Event]:
    number = len(writer.case.custody.readers) + 1
    return [grant_event(writer, identity, f"K{at:04d}", each) for at, each in enumerate(readers, number)]


def _may_sign(writer: CaseWriter, line: str, who: str | None) -> list[Event]:
    try:
        key = PublicKey.parse(line)
    except ValueError as error:
        raise UsageError("signer-not-ed25519") from error
    if key.fingerprint in writer.case.custody.signers:
        return []
    return [Event("signer.added", {"name": who}, clear={"signer": key.line})]


def _identity(writer: CaseWriter) -> CaseIdentity:
    if writer.case.identity is None:
        raise NoReaderError("key-needed")
    return writer.case.identity
