"""`evidence-kit setup`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence_kit.commands._language import environment
from evidence_kit.commands._recovery_paper import put_on_paper, sheets, typed_key, write_sheets
from evidence_kit.commands._screen import Screen
from evidence_kit.commands._setting import Setting
from evidence_kit.commands._terminal import secret_page
from evidence_kit.commands._wiring import command
from evidence_kit.errors import UsageError
from evidence_kit.words import catalogue, direction

if TYPE_CHECKING:
    from evidence_kit.keys.sshsig import PublicKey
    from evidence_kit.keys.station import SigningKey
    from evidence_kit.workflows.case.world import World

_WAYS = ("hand", "pdf", "shares")
# Answers of a run that was interrupted; nothing secret is among them.
_ANSWERS = "answers.json"


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
    recovery_shares: Annotated[bool, typer.Option("--recovery-shares")] = False,
    renew: Annotated[bool, typer.Option("--renew")] = False,
) -> None:
    """Make the keys of this station, once; or a new one in the place of a key that nobody can open any more."""
    from evidence_kit.workflows.case.setup import SetupRequest, set_up_station
    from evidence_kit.workflows.case.station import StationUser

    screen, world = setting.screen, setting.world()
    if renew:
        _renew(setting, world)
        return
    if setting.asks or None in {association, name, role, place}:
        _refuse_another(setting)
    if setting.asks and association is None and direction(screen.language) == "rtl":
        _try_letters(screen)
    given = {"association": association, "name": name, "role": role, "place": place}
    for fact, value in given.items():
        setting.need(f"--{fact}", value)
    passphrase = _new_passphrase(setting)
    facts = _facts(setting, given, world)
    code, person = facts["association"], StationUser(facts["name"], facts["role"], facts["place"])
    public, written = _recovery(setting, recovery, recovery_out, code, shared=recovery_shares)
    folder = (cases or _cases_folder()).absolute()
    wish = SetupRequest(setting.station_folder, code, person, folder, public, written or recovery_out is not None)
    made = set_up_station(wish, passphrase, world, recovery_out)
    station = made.station
    if (answers := setting.station_folder / _ANSWERS).exists():
        world.disk.remove(answers)
    if made.recovery_out is not None and public is None:
        screen.warn("setup.recovery-written", path=str(made.recovery_out))
    if made.before:
        screen.show("again.setup")
    screen.show("setup.done", fingerprint=station.public.fingerprint, cases=str(folder), folder=str(station.folder))
    screen.document(
        {
            "station": str(station.folder),
            "association": code,
            "fingerprint": station.public.fingerprint,
            "recovery_fingerprint": station.recovery.fingerprint,
            "cases": str(folder),
        }
    )


def _try_letters(screen: Screen) -> None:
    """Show a word of Arabic in two orders, and say in Arabic and in French what to do where only one can be read."""
    word = "[" + screen.sentence("setup.sample")[::-1] + "]"
    screen.show("setup.two-orders", word=word)
    # Whoever sees Arabic turned round cannot read that it is.
    screen.line(catalogue("fr").sentence("setup.two-orders", word=word))


def _cases_folder() -> Path:
    """Return where cases lie unless a person says otherwise; the portable folder names the place beside itself."""
    named = environment().get("EVIDENCE_KIT_CASES")
    return Path(named) if named else Path.home() / "evidence-kit" / "cases"


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
    setting.screen.show("setup.renewed", fingerprint=station.public.fingerprint, old=old.public.fingerprint)
    setting.screen.document(
        {"station": str(station.folder), "fingerprint": station.public.fingerprint, "before": old.public.fingerprint}
    )


def _new_passphrase(setting: Setting) -> bytes:
    """Return a new passphrase: strong, and typed twice the same; a weak one is asked for again at once.

    Raises:
        WeakPassphraseError: The one in the file can be guessed.
    """
    from evidence_kit.keys.errors import NotConfirmedError, WeakPassphraseError
    from evidence_kit.keys.strength import check_strength, offered_words

    screen, question = setting.screen, "ask.new-passphrase"
    while True:
        first = setting.passphrase(question)
        if setting.passphrase_file is not None:
            check_strength(first)
            return first
        if not first.strip():
            with secret_page():
                screen.secret_line(f"{screen.sentence('setup.words-page')}\n\n    {offered_words(screen.language)}\n")
                screen.ready("ask.written-down")
            question = "ask.noted-passphrase"
            continue
        try:
            check_strength(first)
            if setting.passphrase("ask.passphrase-again") == first:
                return first
            raise NotConfirmedError("passphrases-differ")
        except (WeakPassphraseError, NotConfirmedError) as error:
            screen.failed(error)


def _facts(setting: Setting, given: Mapping[str, str | None], world: World) -> dict[str, str]:
    """Return the facts of a station; each is checked at once, and kept when a later question is interrupted."""
    from evidence_kit.vault.disk import write_durably
    from evidence_kit.workflows.case.setup import association_code

    path = setting.station_folder / _ANSWERS
    before = _answered(path) if setting.asks else {}
    facts = {name: value.strip() for name, value in given.items() if value is not None and value.strip()}
    if any(name not in facts for name in before):
        setting.screen.show("setup.taken-up")
    for name in given:
        while name not in facts:
            answer = setting.screen.ask_with_default(f"ask.{name}", before.get(name))
            try:
                facts[name] = association_code(answer) if name == "association" else answer
            except UsageError as error:
                setting.screen.failed(error)
                continue
            world.disk.make_folder(setting.station_folder)
            write_durably(world.disk, path, json.dumps(facts, ensure_ascii=False).encode("utf-8", "replace"))
    return facts | {"association": association_code(facts["association"])}


def _answered(path: Path) -> dict[str, str]:
    """Return the answers of an interrupted run; none where nothing of use is there."""
    try:
        facts = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return {str(name): str(value) for name, value in facts.items()} if isinstance(facts, dict) else {}


def _recovery(
    setting: Setting, recovery: str | None, out: Path | None, association: str, *, shared: bool
) -> tuple[PublicKey | None, bool]:
    """Return the recovery key's public half, and whether its secret half was written into a file.

    Given, typed from paper, or made, put on paper and typed back. No key where one is to be made with the station.
    """
    from evidence_kit.keys.errors import KeyUnreadableError
    from evidence_kit.keys.recovery import key_from_text, to_paper
    from evidence_kit.keys.shares import to_shares
    from evidence_kit.keys.sshsig import PublicKey
    from evidence_kit.keys.station import SigningKey
    from evidence_kit.workflows.case.public_keys import public_key

    if recovery == "paper":
        setting.need("--recovery FILE")
        return typed_key(setting).public, False
    if recovery is not None:
        try:
            if Path(recovery).is_file() and (data := Path(recovery).read_bytes()).startswith(b"-----BEGIN"):
                return key_from_text(data).public, False
            return PublicKey.parse(public_key(recovery)), False
        except ValueError as error:
            raise KeyUnreadableError("key-not-ed25519") from error
    if out is not None:
        return None, False
    setting.need("--recovery-out")
    key, screen = SigningKey.generate(), setting.screen
    way = "shares" if shared else setting.choose(None, "ask.recovery-way", "--recovery-out", "recovery-way", _WAYS)
    if way == "pdf":
        written = _printed(setting, key, association)
        return key.public, written
    papers = to_shares(key) if way == "shares" else [to_paper(key)]
    for number, code in enumerate(papers, start=1):
        page = "recovery.page" if way == "hand" else "recovery.share-page"
        put_on_paper(screen, screen.sentence(page, number=number), code)
    return key.public, False


def _printed(setting: Setting, key: SigningKey, association: str) -> bool:
    """Write the page to print into a folder that a person names until one takes it."""
    while True:
        folder = Path(setting.screen.ask("ask.recovery-folder").strip("'\"")).expanduser()
        try:
            write_sheets(setting, sheets(key, association, shared=False), folder)
        except UsageError as error:
            setting.screen.failed(error)
            continue
        return True
