"""Walks a volunteer's first hour in a terminal: `python -m benchmarks.walk LANGUAGE COLUMNSxLINES OUT`.

From an empty computer to the receipt, and a look at the case, in a terminal of that size (tmux). Everybody in it is
invented. What differs from one run to the next (times, keys, codes) is written the same in all, so that a transcript
changes when what is shown does. Says how many questions and words it was to the receipt.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from evidence_kit.words import Words, catalogue

ROOT: Final = Path(__file__).parents[1]
PASSPHRASE: Final = "onze chats gris au soleil"  # noqa: S105 - of a station that lives for a minute
_LINE: Final = re.compile(r"^(?: +\d+ [A-Z2-7]{4})+ *$", re.MULTILINE)
_SAME: Final = (
    # Of the day of the walk, and of none that stands in the invented messages.
    (re.compile(r"\b20(?:2[6-9]|[3-9]\d)-\d\d-\d\d([ T])\d\d:\d\d:\d\d"), r"2026-01-15\g<1>10:00:00"),
    (re.compile(r"\b20(?:2[6-9]|[3-9]\d)-\d\d-\d\d([ T])\d\d:\d\d"), r"2026-01-15\g<1>10:00"),
    (re.compile(r"SHA256:[A-Za-z0-9+/]{43}"), "SHA256:" + "x" * 43),
    (re.compile(r"\b[A-Z2-7]{4}(?:-[A-Z2-7]{4}){8}\b"), "-".join(["AAAA"] * 9)),
    (re.compile(r"\bLRC-20\d\d-"), "LRC-2026-"),
)
_ANSWERS: Final = {
    "fr": {
        "ask.association": "LRC", "ask.name": "Salma B.", "ask.role": "bénévole", "ask.place": "Larache",
        "ask.recovery-way": "1", "ask.written-down": "oui", "ask.safety-done": "oui", "ask.age": "24",
        "ask.age-known-by": "1", "ask.consent-both": "1", "ask.source": "phone", "ask.how": "1",
        "ask.handed-by-present": "Nadia elle-même, Me Idrissi", "ask.device": "Samsung A52, Mes fichiers",
        "ask.phone-clock": "21:14", "ask.phone-now": "chez elle, éteint",
        "ask.note-at-intake": "elle a peur de vendredi", "ask.note-readers": "l'avocat",
        "ask.backup-into": "sauvegarde", "ask.next-page": "fin", "ask.menu": "",
    },
    "ar": {
        "ask.association": "LRC", "ask.name": "سلمى ب.", "ask.role": "متطوعة", "ask.place": "العرائش",
        "ask.recovery-way": "1", "ask.written-down": "نعم", "ask.safety-done": "نعم", "ask.age": "٢٤",
        "ask.age-known-by": "1", "ask.consent-both": "1", "ask.source": "phone", "ask.how": "1",
        "ask.handed-by-present": "نادية نفسها، الأستاذ الإدريسي", "ask.device": "سامسونغ A52، ملفاتي",
        "ask.phone-clock": "21:14", "ask.phone-now": "عندها، مطفأ",
        "ask.note-at-intake": "تخاف من يوم الجمعة", "ask.note-readers": "المحامي", "ask.backup-into": "sauvegarde",
        "ask.next-page": "كفى", "ask.menu": "",
    },
}  # fmt: skip
_SECRET: Final = ("ask.new-passphrase", "ask.passphrase-again", "ask.passphrase")


class Walk:
    """A person in front of a terminal.

    Args:
        language: Theirs.
        columns: Of the terminal.
        lines: Of the terminal.
        home: An empty folder.
    """

    def __init__(self, language: str, columns: int, lines: int, home: Path) -> None:
        self.words: Words = catalogue(language)
        self.language = language
        self.home = home
        self.asked: list[str] = []
        self._session = f"walk-{time.monotonic_ns()}"
        _tmux("new-session", "-d", "-s", self._session, "-x", str(columns), "-y", str(lines), "bash --norc --noprofile")
        program = f"{sys.executable} -m evidence_kit"
        for line in (
            f"cd {home}; export PS1='$ ' HOME={home} PYTHONPATH={ROOT} LC_ALL=C.UTF-8 EVIDENCE_KIT_LANG={language}",
            f'evidence-kit() {{ {program} "$@"; }}',
        ):
            self._type(line)
        time.sleep(2)
        self._type("clear")
        time.sleep(1)
        _tmux("clear-history", "-t", self._session)

    def end(self) -> None:
        """Close the terminal."""
        _tmux("kill-session", "-t", self._session)

    def command(self, line: str) -> None:
        """Type a command and answer what it asks until it is done."""
        self._type(line)
        for _ in range(1200):
            time.sleep(0.5)
            # Behind a question, or the shell's own sign, stands the cursor; while a command works, at the left.
            if _tmux("display-message", "-p", "-t", self._session, "#{cursor_x}").strip() == "0":
                continue
            shown = self._shown()
            if shown.rstrip().endswith("\n$"):
                return
            question = self._question(shown)
            if question is not None:
                self.asked.append(question)
                self._type(self._answer(question))
        raise TimeoutError(self._shown())

    def history(self) -> str:
        """Return all that was shown, alike in every run; the recovery key was on a screen that leaves nothing."""
        text = "\n".join(line.rstrip() for line in self._history().replace(str(self.home), "~").rstrip().splitlines())
        for pattern, same in _SAME:
            text = pattern.sub(same, text)
        return text + "\n"

    def _question(self, shown: str) -> str | None:
        """Return the question on which the screen stands still."""
        flat = " ".join(shown.split())
        ending = flat[-1:]
        if ending not in {":", ">", ")", "؟", "?", ".", "؛"}:
            return None
        tail = " ".join(shown.rstrip().splitlines()[-9:])
        tail = " ".join(tail.split())
        found = [
            (tail.rfind(begin), name)
            for name in (*_ANSWERS[self.language], *_SECRET, "recovery.type-line")
            if (begin := " ".join(str(self._said(name)).partition("{")[0].split())[:24]) and begin in tail
        ]
        return max(found)[1] if found else None

    def _said(self, name: str) -> str:
        sentence = self.words.sentences[name]
        text = sentence if isinstance(sentence, str) else sentence["other"]
        # Behind its numbers, where it begins with some.
        return text.rpartition("}")[2] if text.startswith("{") else text

    def _answer(self, question: str) -> str:
        if question in _SECRET:
            return PASSPHRASE
        if question == "recovery.type-line":
            return self._groups()
        if question == "ask.written-down":
            self._paper = [
                group for line in _LINE.findall(self._shown()) for group in re.findall(r"\d+ ([A-Z2-7]{4})", line)
            ]
        return _ANSWERS[self.language][question]

    def _groups(self) -> str:
        four, self._paper = self._paper[:4], self._paper[4:]
        return " ".join(four).lower()

    def _shown(self) -> str:
        return _tmux("capture-pane", "-p", "-t", self._session)

    def _history(self) -> str:
        return _tmux("capture-pane", "-p", "-S", "-", "-t", self._session)

    def _type(self, text: str) -> None:
        _tmux("send-keys", "-t", self._session, "-l", text)
        _tmux("send-keys", "-t", self._session, "Enter")


def walk(language: str, columns: int, lines: int, out: Path) -> None:
    """Walk the first hour, and write what was shown."""
    with tempfile.TemporaryDirectory(prefix="walk") as made:
        home = Path(made)
        shutil.copytree(ROOT / "samples" / "phone-export", home / "phone")
        (home / "sauvegarde").mkdir()
        person = Walk(language, columns, lines, home)
        try:
            for line in ("evidence-kit", "evidence-kit setup"):
                person.command(line)
            before = len(person.asked)
            begun = len(person.history())
            person.command("evidence-kit intake")
            questions = person.asked[before:]
            to_receipt = person.history()[begun:]
            for line in (
                "evidence-kit list 1",
                "evidence-kit show 1 E000002",
                "evidence-kit chats 1",
                "evidence-kit cases",
            ):
                person.command(line)
            out.write_text(person.history(), "utf-8")
        finally:
            person.end()
    receipt = to_receipt.partition("AAAA-AAAA")[0]
    # What the person types is not to be read, and a sign between two blanks is no word.
    read = [line for line in receipt.splitlines()[1:] if not line.startswith("> ")]
    words = [word for line in read for word in line.split() if any(map(str.isalnum, word))]
    print(f"{language} {columns}x{lines}: {len(questions)} questions, {len(words)} words to the receipt")


def _tmux(*arguments: str) -> str:
    return subprocess.run(["tmux", "-u", *arguments], capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    width, _, height = sys.argv[2].partition("x")
    walk(sys.argv[1], int(width), int(height), Path(sys.argv[3]))
