"""Records a volunteer's first ingest in a terminal, answers included: `python -m benchmarks.transcript fr|ar OUT`.

Needs tmux. The 2,000 files are those of `benchmarks.phone`; everybody in it is invented.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.phone import make

PASSPHRASE = "une phrase assez longue"  # noqa: S105 - of a station that lives for a minute
ANSWERS = {
    "fr": (
        "1",
        "Nadia, elle-même",
        "Samsung A52, copie sur une clé USB-C",
        "21:14",
        "Maître Idrissi",
        "chez elle, éteint",
    ),
    "ar": ("1", "نادية نفسها", "سامسونغ A52، نُسخت إلى مفتاح USB-C", "21:14", "الأستاذ الإدريسي", "عندها، مطفأ"),
}
# A terminal that is high enough to hold the whole conversation.
_SIZE = ("100", "90")


def record(language: str, out: Path) -> None:
    """Write what the terminal showed from the command to the next prompt."""
    with tempfile.TemporaryDirectory() as made:
        home = Path(made)
        make(home / "phone")
        session = f"transcript-{language}-{time.monotonic_ns()}"
        _tmux("new-session", "-d", "-s", session, "-x", _SIZE[0], "-y", _SIZE[1], "bash --norc --noprofile")
        try:
            _prepare(session, home)
            _type(session, f"evidence-kit ingest 1 phone --lang {language}")
            _wait(session, 30, ":")
            _type(session, PASSPHRASE)
            for answer in ANSWERS[language]:
                _wait(session, 60, "\n>")
                _type(session, answer)
            _until(session, 600)
            shown = _shown(session)
        finally:
            _tmux("kill-session", "-t", session)
    out.write_text(_clean(shown, str(home)), "utf-8")


def _prepare(session: str, home: Path) -> None:
    program = f"{sys.executable} -c 'from evidence_kit.cli import main; main()'"
    (home / "pass").write_text(PASSPHRASE + "\n")
    facts = "--association LRC --name 'Salma B.' --role volunteer --place Larache"
    for line in (
        f"cd {home}; export PS1='$ ' EVIDENCE_KIT_STATION={home}/station PYTHONPATH={Path.cwd()} LC_ALL=C.UTF-8",
        f'evidence-kit() {{ {program} "$@"; }}',
        "secret='--passphrase-file pass --no-input --quiet'",
        f"evidence-kit setup {facts} --cases {home}/cases --recovery-out {home}/rec $secret",
        "evidence-kit new --age adult --age-known-by told --consent lawyer $secret",
        "clear; echo ready",
    ):
        _type(session, line)
    for _ in range(120):
        if _shown(session).strip().startswith("ready"):
            break
        time.sleep(0.5)
    _type(session, "clear")
    time.sleep(1)


def _wait(session: str, seconds: int, ending: str) -> None:
    """Wait until the screen stands still on a question."""
    before = ""
    for _ in range(seconds * 2):
        time.sleep(0.5)
        now = _shown(session).rstrip()
        if now == before and now.endswith(ending):
            return
        before = now
    raise TimeoutError(before)


def _until(session: str, seconds: int) -> None:
    """Wait for the next prompt of the shell."""
    for _ in range(seconds * 2):
        time.sleep(0.5)
        lines = _shown(session).rstrip().splitlines()
        if lines and lines[-1].strip() == "$" and len(lines) > 10:
            return
    raise TimeoutError(_shown(session))


def _clean(shown: str, home: str) -> str:
    return "\n".join(line.rstrip() for line in shown.replace(home, "~").rstrip().splitlines()) + "\n"


def _shown(session: str) -> str:
    return _tmux("capture-pane", "-p", "-J", "-t", session)


def _type(session: str, text: str) -> None:
    _tmux("send-keys", "-t", session, "-l", text)
    _tmux("send-keys", "-t", session, "Enter")


def _tmux(*arguments: str) -> str:
    done = subprocess.run(["tmux", "-u", *arguments], capture_output=True, text=True, check=True)
    return done.stdout


if __name__ == "__main__":
    record(sys.argv[1], Path(sys.argv[2]))
