"""What every command is asked: one scene each, on a small station with a case that has lived a little."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from evidence_kit.keys.sshsig import PublicKey
from evidence_kit.keys.station import SigningKey
from evidence_kit.workflows.case.station import load_station
from tests.faults.commands.stage import Stage

PASSPHRASE = "correct horse battery"
# Stands in the sources and nowhere else in clear: neither in a case nor in the station.
MARKER = "zitoun-7713-marker"
SAMPLES = Path(__file__).parents[3] / "samples"
COLLEAGUE = SigningKey.from_seed(bytes(range(64, 96)))


@dataclass(frozen=True)
class Scene:
    """One command as it is tried.

    Attributes:
        command: Its name.
        arguments: What it is given besides the flags of all commands; `{at}` is the folder of the scene.
        writes: It changes a case, the station or files that somebody named.
        plain: Files that may hold evidence in clear, as the command is asked for that.
        typed: What a person types.
        name: Another name where a command has several scenes.
        quick: Its faults are tried by `make test` too.
        once: Where it ended with 0, the same again says that it is there already, as it does without any fault.
        crew: Processes of our own carry it out.
        every: Of its faults each first of so many is tried: it takes long, and carries out what other scenes do.
    """

    command: str
    arguments: tuple[str, ...] = ()
    writes: bool = True
    plain: tuple[str, ...] = ()
    typed: str = ""
    name: str = ""
    quick: bool = True
    once: bool = False
    crew: bool = False
    every: int = 1

    @property
    def tells(self) -> bool:
        """It shows what is there, and what it shows is the same each time."""
        return not self.writes and self.command not in {"session", "doctor"}

    @property
    def called(self) -> str:
        return self.name or self.command

    def line(self, at: Path, *, json: bool = True) -> list[str]:
        """Return the words of the command line."""
        own = [each.replace("{at}", str(at)) for each in self.arguments]
        common = ["--passphrase-file", str(at / "pass")] + ([] if self.typed else ["--no-input"])
        station = [] if "--station" in own else ["--station", str(at / "station")]
        return [self.command, *own, *common, *station, *(["--json"] if json else [])]


def _s(command: str, *arguments: str, **more: object) -> Scene:
    return Scene(command, arguments, **more)  # type: ignore[arg-type]


_NEW_STATION = (
    "--association", "ABC", "--name", "Salma B.", "--role", "volunteer", "--place", "Larache",
    "--cases", "{at}/cases2", "--recovery-out", "{at}/rec2", "--station", "{at}/station2",
)  # fmt: skip

SCENES: Sequence[Scene] = (
    _s("setup", *_NEW_STATION),
    _s("setup", "--renew", name="setup-renew"),
    _s("new", "--age", "adult", "--age-known-by", "told", "--consent", "lawyer"),
    _s("new", "--age", "adult", "--age-known-by", "told", "--id", "LRC-2026-0777", name="new-id"),
    _s("ingest", "1", "{at}/more", "--no-describe"),
    _s("ingest", "1", "{at}/more", name="ingest-described", quick=False, every=2),
    _s("intake", "1", typed="{at}/more/c.txt\n" + "\n" * 15, quick=False, every=2),
    _s("receipt", "1", "--out", "{at}/slip.html"),
    _s("consent", "1", "police", "--by", "person"),
    _s("note", "1", "a note"),
    _s("mark", "1", "E1", "--nature", "screenshot", "--said-by", "Me. Alami", "--said-as", "lawyer"),
    _s("update", "1", "--why", "asked for it", "--pseudonym", "Nour"),
    _s("exclude", "1", "E2", "--why", "misfiled"),
    _s("cases", writes=False),
    _s("list", "1", writes=False),
    _s("show", "1", "E1", writes=False),
    _s("show", "1", name="show-case", writes=False, quick=False),
    _s("show", "2", "--recheck", name="show-recheck", writes=False),
    _s("show", "1", "E1", "--reveal", "why", "--out", "{at}/page.html", name="show-reveal", plain=("page.html",)),
    _s("describe", "1", quick=False),
    _s("chats", "1", writes=False, quick=False),
    _s("chats", "1", "--csv", "{at}/chats.csv", name="chats-csv", plain=("chats.csv",), quick=False),
    _s("identifiers", "1", "--csv", "{at}/identifiers.csv", plain=("identifiers.csv",), quick=False),
    _s("threats", "1", "add", "--demand", "money", "--amount", "500"),
    _s("threats", "1", "list", name="threats-list", writes=False, quick=False),
    _s("match", "1", quick=False),
    _s("match", "1", "--picture", "{at}/pairs", name="match-picture", plain=("pairs",), quick=False),
    _s(
        "seal", "1", "--for", "lawyer", "--all", "--out", "{at}/sealed/now", "--passphrase-out", "{at}/digits",
        "--receipt-out", "{at}/receipt.html", "--yes",
    ),
    _s("seal", "1", "--for", "lawyer", "--all", "--passphrase-out", "{at}/digits", "--yes", name="seal-by-day"),
    _s(
        "seal", "1", "--for", "lawyer", "--all", "--passphrase-out", "{at}/digits", name="seal-asked", quick=False,
        typed="yes\n" * 4,
    ),
    _s("export", "1", "--as", "csv", "--for", "lawyer", "--out", "{at}/table.csv", plain=("table.csv",)),
    _s("export", "1", "--as", "bagit", "--for", "lawyer", "--out", "{at}/bag", name="export-bagit", plain=("bag",)),
    _s("version", writes=False),
    _s("completion", "bash", writes=False),
    _s("law", "PC-538", writes=False),
    _s("law", "--case", "1", name="law-case", writes=False, quick=False),
    _s("links", "join", "--recovery-key", "{at}/rec", "--set", "{at}/set"),
    _s("links", "show", "1", name="links-show", quick=False),
    _s("links", "remove", "1", name="links-remove", quick=False),
    _s("links", "leave-out", "--value", "+212612345678", name="links-leave-out", quick=False),
    _s("links", "ask", "1", "--out", "{at}/question2", name="links-ask", quick=False),
    _s("links", "answer", "{at}/question", "--out", "{at}/answer2", name="links-answer", quick=False),
    _s("links", "read", "{at}/answer", name="links-read", writes=False, quick=False),
    _s("statistics", writes=False, quick=False),
    _s("register", "found", "{at}/register2", "--name", "first", "--recovery-key", "{at}/rec", quick=False),
    _s("register", "let-in", "{at}/register", "--key", "{other}", "--name", "third", "--recovery-key", "{at}/rec",
       name="register-let-in", quick=False),
    _s("register", "lost", "{at}/register", "--key", "second", "--since", "2026-03-05", "--why", "stolen",
       "--recovery-key", "{at}/rec", name="register-lost", quick=False),
    _s("register", "heads", "{at}/register", name="register-heads", quick=False),
    _s("register", "stamp", "{at}/register", "--request", "{at}/r.tsq", name="register-stamp", quick=False),
    _s("register", "show", "{at}/register", name="register-show", writes=False, quick=False),
    _s("report", "1", "--for", "lawyer", "--out", "{at}/report", plain=("report",)),
    _s("transfer", "1", "--to", "Me. Alami", "--for", "complaint", "--what", "paper"),
    _s("transfer", "1", "--to-station", "Omar", "--for", "moved", "--into", "{at}/stick", name="transfer-station"),
    _s("passphrase", "1", "--out", "{at}/again"),
    _s("timestamp", "1", "--request", "{at}/ask.tsq"),
    _s("verify", "{case}", writes=False),
    _s("verify", "{at}/cases", "--recursive", "--remember", "{at}/memory.json", name="verify-many"),
    _s("verify", "{case}", "--report", "{at}/verdict.html", name="verify-report"),
    _s("compare", "{case}", "{at}/older/LRC-2026-0001", writes=False),
    _s("verifier", "--out", "{at}/verify.html"),
    _s("batch", "{at}/batch.toml", quick=False, every=5),
    _s(
        "batch", "{at}/batch.toml", "--jobs", "2", "--report", "{at}/report.csv", name="batch-jobs", quick=False,
        crew=True, every=2,
    ),
    _s("demo", "--out", "{at}/demo", "--samples", "{at}/few", quick=False, once=True, every=10),
    _s("help", "phone", writes=False),
    _s("tidy", "1", "{at}/copies", "--delete-confirmed"),
    _s("keys", writes=False),
    _s("keys", "readers", "1", name="keys-readers", writes=False, quick=False),
    _s("keys", "forget", "Nadia", name="keys-forget", quick=False),
    _s("doctor", writes=False),
    _s("keys", "trust", "Alami", "{colleague}", "--confirm", "{end}", name="keys-trust"),
    _s(
        "keys", "trust", "Hind", "{other}", "--receiver", "--confirm", "{other-end}",
        name="keys-trust-receiver", quick=False,
    ),
    _s("grant", "1", "{other}", "--name", "Hind", "--confirm", "{other-end}"),
    _s("revoke", "1", "Omar", "--reason", "left", "--yes"),
    _s("recover", "1", "--recovery-key", "{at}/rec", "--lost", "Omar"),
    _s("backup", "1", "{at}/stick"),
    _s("backup", "1", "{at}/older", name="backup-again"),
    _s("destroy", "1", "E2", "--reason", "asked for", "--by", "Salma B.", "--and", "Omar K.", "--yes"),
    _s(
        "destroy", "1", "--whole-case", "--reason", "asked", "--by", "Salma B.", "--and", "Omar K.", "--yes",
        name="destroy-case",
    ),
    _s("recovery", "check", "--recovery-key", "{at}/rec", writes=False),
    _s("recovery", "sheet", "--recovery-key", "{at}/rec", "--out", "{at}/stick", name="recovery-sheet", quick=False),
    _s("recovery", "shares", "--recovery-key", "{at}/rec", "--out", "{at}/stick", name="recovery-shares", quick=False),
    _s("session", typed="note 1 hello\n\nquit\n", quick=False),
    _s("log", "1", writes=False),
    _s("log", "1", "--checkpoint", "{at}/checkpoint", name="log-checkpoint"),
)  # fmt: skip


def _of(seen: os.stat_result) -> tuple[int, ...]:
    """Return what changes when a path is touched; a folder is its rights, as its names are looked at one by one."""
    if stat.S_ISDIR(seen.st_mode):
        return (seen.st_mode,)
    return seen.st_mode, seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns


def state_of(folder: str, below: str = "") -> dict[str, tuple[int, ...]]:
    """Return the state of everything below a folder, by path."""
    state = {}
    with os.scandir(f"{folder}/{below}") as entries:
        for entry in entries:
            path = below + entry.name
            state[path] = _of(entry.stat(follow_symlinks=False))
            if entry.is_dir(follow_symlinks=False):
                state |= state_of(folder, path + "/")
    return state


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _copy(kept: Path, path: Path) -> None:
    if kept.is_dir() and not kept.is_symlink():
        path.mkdir(exist_ok=True)
        shutil.copymode(kept, path)
    else:
        shutil.copy2(kept, path, follow_symlinks=False)


@dataclass
class Place:
    """A folder that is set up once and put back before every try.

    Attributes:
        at: Where commands work.
        stage: What runs them.
        case: The case they work on.
        met: The places of the program where a scene met every error already.
    """

    folder: Path
    stage: Stage = field(init=False)
    case: Path = field(init=False)
    words: Mapping[str, str] = field(init=False)
    _sound: dict[str, str] = field(default_factory=dict)
    met: set[tuple[str, str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.at = self.folder / "work"
        self.at.mkdir()
        self.stage = Stage(self.folder, self.at)
        self._make()
        shutil.copytree(self.at, self.folder / "kept", symlinks=True)
        self._clean = state_of(str(self.at))

    def _make(self) -> None:
        at = self.at
        (at / "pass").write_text(PASSPHRASE + "\n")
        self._keyed(
            "setup", "--association", "LRC", "--name", "Salma B.", "--role", "volunteer", "--place", "Larache",
            "--cases", str(at / "cases"), "--recovery-out", str(at / "rec"),
        )  # fmt: skip
        self._keyed("new", "--age", "adult", "--age-known-by", "told", "--consent", "lawyer", "--id", "LRC-2026-0001")
        self.case = at / "cases" / "LRC-2026-0001"
        for name, texts in {"phone": "ab", "more": "cde", "batch": ""}.items():
            (at / name).mkdir()
            for letter in texts:
                (at / name / f"{letter}.txt").write_text(f"{MARKER} {letter} " * 40)
        # Nobody looks into this one: it would take longer than all the rest of a batch.
        (at / "batch" / "f.bin").write_bytes(bytes(range(256)) + f"{MARKER} f ".encode() * 40)
        shutil.copytree(at / "phone", at / "copies")
        for name in (
            "phone-export/Android/media/com.whatsapp/WhatsApp/Media/WhatsApp Images/.nomedia",
            "candidates/avatar_1180.jpg",
        ):
            (at / "few" / name).parent.mkdir(parents=True)
            shutil.copy(SAMPLES / name, at / "few" / name)
        (at / "stick").mkdir()
        (at / "older").mkdir()
        self._keyed("ingest", "1", str(at / "phone"), "--no-describe")
        key, end = COLLEAGUE.public.line, COLLEAGUE.public.fingerprint[-6:]
        self._keyed("grant", "1", key, "--name", "Omar", "--sign", "--confirm", end)
        self._keyed("backup", "1", str(at / "older"))
        known = SigningKey.from_seed(bytes(range(32, 64))).public
        self._keyed("keys", "trust", "Nadia", known.line, "--confirm", known.fingerprint[-6:])
        self._keyed("consent", "1", "links", "--by", "person")
        self._keyed("consent", "1", "partners", "--by", "person")
        self._keyed("links", "join", "--recovery-key", str(at / "rec"))
        self._between(at, key)
        # A minor's: its texts are looked into again by today's rule.
        self._keyed("new", "--age", "minor", "--age-known-by", "told", "--id", "LRC-2026-0002")
        self._keyed("ingest", "2", str(at / "phone"), "--no-describe")
        self._keyed(
            "seal", "1", "--for", "lawyer", "--all", "--out", str(at / "sealed" / "first"),
            "--passphrase-out", str(at / "first-digits"), "--yes",
        )  # fmt: skip
        (at / "batch.toml").write_text(
            '[defaults]\nsteps = ["new", "ingest", "seal", "verify"]\nage = "adult"\nage_known_by = "told"\n'
            'consent = "lawyer"\nfor = "lawyer"\nscope = "all"\npassphrase_folder = "digits"\n\n'
            '[[case]]\nname = "f"\nsources = ["batch"]\n'
        )
        for warming in (
            ("list", "1"),
            ("show", "2", "--recheck"),
            ("verify", "1"),
            ("cases",),
            ("show", "1"),
            ("chats", "1"),
            ("log", "1"),
        ):
            self._keyed(*warming)
        other = SigningKey.from_seed(bytes(range(96, 128))).public
        self.words = {
            "{colleague}": key, "{end}": end, "{other}": other.line, "{other-end}": other.fingerprint[-6:],
            "{case}": str(self.case),
        }  # fmt: skip

    def _between(self, at: Path, colleague: str) -> None:
        """Make a question to this association itself, an answer, and a register of two stations."""
        own = PublicKey.parse((at / "station" / "station.pub").read_text("ascii"))
        self._keyed("keys", "trust", "Us", own.line, "--confirm", own.fingerprint[-6:])
        self._keyed("threats", "1", "add", "--demand", "pay", "--account", "+212612345678")
        self._keyed("links", "show", "1")
        for name in ("question", "asked-before"):
            self._keyed("links", "ask", "1", "--out", str(at / name))
        self._keyed("links", "answer", str(at / "asked-before"), "--out", str(at / "answer"))
        recovery = ("--recovery-key", str(at / "rec"))
        self._keyed("register", "found", str(at / "register"), "--name", "first", *recovery)
        self._keyed("register", "let-in", str(at / "register"), "--key", colleague, "--name", "second", *recovery)

    def _keyed(self, *arguments: str) -> None:
        common = ("--no-input", "--passphrase-file", str(self.at / "pass"), "--station", str(self.at / "station"))
        # Setting letters starts threads, which no fork has: a seal is made in a fork of its own.
        ran = self.stage.run([*arguments, *common, "--json"], inside=arguments[0] != "seal")
        assert ran.code in {0, 3}, (arguments, ran.out, ran.err)

    def line(self, scene: Scene, *, json: bool = True) -> list[str]:
        """Return a scene's command line here."""
        return [self.words.get(each, each) for each in scene.line(self.at, json=json)]

    @property
    def kept_station(self) -> Path:
        """The station as it was at first; its key opens every case here, whatever became of the station."""
        return self.folder / "kept" / "station"

    @cached_property
    def key(self) -> SigningKey:
        """The station's key; unlocking it takes as long as half a try."""
        return load_station(self.kept_station).unlock(PASSPHRASE.encode())

    def again(self) -> None:
        """Put everything back as it was: what anybody touched, and nothing else."""
        now, kept = state_of(str(self.at)), self.folder / "kept"
        for path in sorted(now, reverse=True):
            if now[path] != self._clean.get(path):
                _remove(self.at / path)
        for path in sorted(self._clean):
            if now.get(path) != self._clean[path] or not os.path.lexists(self.at / path):
                _copy(kept / path, self.at / path)
                self._clean[path] = _of((self.at / path).lstat())

    def sound(self, scene: Scene) -> str:
        """Return what a scene prints where nothing goes wrong."""
        if scene.called not in self._sound:
            self.again()
            self._sound[scene.called] = self.stage.run(self.line(scene)).out
        return self._sound[scene.called]

    def untouched(self) -> bool:
        """Say whether everything is as it was: no file was made, removed, written to or given other rights."""
        return not self.touched()

    def touched(self) -> set[str]:
        """Return the paths that are not as they were."""
        return {path for path, _ in state_of(str(self.at)).items() ^ self._clean.items()}

    def close(self) -> None:
        self.stage.close()
