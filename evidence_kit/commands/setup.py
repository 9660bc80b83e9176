"""`evidence-kit setup`."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence_kit.commands._screen import Screen
from evidence_kit.commands._wiring import Setting, command
from evidence_kit.errors import UsageError

if TYPE_CHECKING:
    from evidence_kit.keys.sshsig import PublicKey
    from evidence_kit.workflows.case.world import World

_GROUPS_ASKED = 3


@command
def setup(
    setting: Setting,
    association: Annotated[str | None, typer.Option(metavar="CODE")] = None,
    name: Annotated[str | None, typer.Option()] = None,
    role: Annotated[str | None, typer.Option()] = None,
    place: Annotated[str | None, typer.Option()] = None,
    cases: Annotated[Path | None, typer.Option(metavar="DIR")] = None,
    recovery: Annotated[str | None, typer.Option(metavar="PUBLIC")] = None,
    recovery_out: Annotated[Path | None, typer.Option(metavar="FILE")] = None,
    renew: Annotated[bool, typer.Option("--renew")] = False,
) -> None:
    """Make the keys of this station, once; or a new one in the place of a key that nobody can open any more."""
    from evidence_kit.workflows.case.setup import SetupRequest, association_code, set_up_station
    from evidence_kit.workflows.case.station import StationUser

    screen, world = setting.screen, setting.world()
    if renew:
        _renew(setting, world)
        return
    if setting.asks or None in {association, name, role, place}:
        _refuse_another(setting)
    if setting.asks and association is None:
        screen.tell("setup.two-orders", word="[" + screen.say("setup.sample")[::-1] + "]")
    code = association_code(setting.ask(association, "ask.association", "--association"))
    person = StationUser(
        setting.ask(name, "ask.name", "--name"),
        setting.ask(role, "ask.role", "--role"),
        setting.ask(place, "ask.place", "--place"),
    )
    passphrase = _new_passphrase(setting)
    public = _recovery(setting, recovery, recovery_out)
    folder = (cases or Path.home() / "evidence-kit" / "cases").absolute()
    wish = SetupRequest(setting.station_folder, code, person, folder, public, recovery_out is not None)
    made = set_up_station(wish, passphrase, world, recovery_out)
    station = made.station
    if made.recovery_out is not None and public is None:
        screen.warn("setup.recovery-written", path=str(made.recovery_out))
    if made.before:
        screen.tell("again.setup")
    screen.tell("setup.done", fingerprint=station.public.fingerprint, cases=str(folder), folder=str(station.folder))
    screen.document(
        {
            "station": str(station.folder),
            "association": code,
            "fingerprint": station.public.fingerprint,
            "recovery_fingerprint": station.recovery.fingerprint,
            "cases": str(folder),
        }
    )


def _refuse_another(setting: Setting) -> None:
    """Refuse to ask for the facts of a second station; a full command line may be a second run.

    Raises:
        StationExistsError: There is a station.
    """
    from evidence_kit.custody.errors import StationExistsError
    from evidence_kit.workflows.case import station as stations

    if stations.station_exists(setting.station_folder):
        raise StationExistsError("station-exists", path=str(setting.station_folder))


def _renew(setting: Setting, world: World) -> None:
    """Give the station a new key; its memory and its cases folder stay."""
    from evidence_kit.workflows.case import station as stations

    old = setting.station()
    station = stations.renew_station(old, _new_passphrase(setting), world)
    setting.screen.tell("setup.renewed", fingerprint=station.public.fingerprint, old=old.public.fingerprint)
    setting.screen.document(
        {"station": str(station.folder), "fingerprint": station.public.fingerprint, "before": old.public.fingerprint}
    )


def _new_passphrase(setting: Setting) -> bytes:
    from evidence_kit.keys.errors import NotConfirmedError

    first = setting.passphrase("ask.new-passphrase")
    if setting.passphrase_file is None and setting.passphrase("ask.passphrase-again") != first:
        raise NotConfirmedError("passphrases-differ")
    return first


def _recovery(setting: Setting, recovery: str | None, out: Path | None) -> PublicKey | None:
    """Return the recovery key's public half: given, typed from paper, or shown and typed back.

    None where it is to be made with the station, and written to a file.
    """
    from evidence_kit.keys.errors import KeyUnreadableError
    from evidence_kit.keys.recovery import from_paper, key_from_text, to_paper
    from evidence_kit.keys.sshsig import PublicKey
    from evidence_kit.keys.station import SigningKey
    from evidence_kit.workflows.case.public_keys import public_key

    if recovery == "paper":
        if not setting.asks:
            raise UsageError("needed", fact="recovery", flag="--recovery FILE")
        return from_paper(setting.screen.ask_secret("ask.recovery-code")).public
    if recovery is not None:
        try:
            if Path(recovery).is_file() and (data := Path(recovery).read_bytes()).startswith(b"-----BEGIN"):
                return key_from_text(data).public
            return PublicKey.parse(public_key(recovery))
        except ValueError as error:
            raise KeyUnreadableError("key-not-ed25519") from error
    if out is None and not setting.asks:
        raise UsageError("needed", fact="recovery", flag="--recovery-out")
    if out is not None:
        return None
    key = SigningKey.generate()
    _on_paper(setting.screen, to_paper(key))
    return key.public


def _on_paper(screen: Screen, code: str) -> None:
    """Show the sheet on a page of its own, then have some groups typed back."""
    import segno

    from evidence_kit.keys.errors import NotConfirmedError

    with screen.secret_page():
        screen.secret_line(screen.say("setup.recovery-page"))
        screen.secret_line("\n" + code[:34] + "\n" + code[35:] + "\n")
        import sys

        segno.make(code, error="m").terminal(out=sys.stderr, compact=True)
        screen.ask("ask.written-down")
    groups = code.split("-")
    for number in sorted(secrets.SystemRandom().sample(range(len(groups)), _GROUPS_ASKED)):
        if screen.ask("ask.group", number=number + 1).upper() != groups[number]:
            raise NotConfirmedError("recovery-not-confirmed")
