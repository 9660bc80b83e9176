"""All drawing: sentences in the person's language, tables, progress, JSON; and nothing hostile gets through."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import IO, TYPE_CHECKING

from evidence_kit.commands._keyboard import KEYBOARD
from evidence_kit.commands._neutral_text import neutral_text, readable_text
from evidence_kit.commands._tables import Table, cells, page_of
from evidence_kit.commands._terminal import columns, fitted, is_terminal, wrapped
from evidence_kit.errors import EvidenceError
from evidence_kit.model import Json
from evidence_kit.words import catalogue, direction
from evidence_kit.words.controls import escaped_json, json_lines

if TYPE_CHECKING:
    from evidence_kit.commands._progress import ByteCallback, CountCallback

_FOLLOW_SECONDS = 0.5
_DOCUMENT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_DOCUMENTS_TOGETHER = 200
_LINES_OF_A_QUESTION = 3
_ROOM_OF_AN_ANSWER = 24


class Screen:
    """Where everything goes that a person or a script sees.

    Results go to standard output. In JSON mode what is meant for people goes to standard error if that is a terminal;
    else only trouble goes there, so that a script whose standard error is empty has nothing to look at.

    Attributes:
        language: `ar`, `fr` or `en`.
        json: The output is for a program.
        quiet: Only results and trouble are shown.
        pages: A person is there who can ask for the next page of a list.
    """

    def __init__(self, language: str, *, json: bool = False, quiet: bool = False, pages: bool = False) -> None:
        self.language = language
        self.json = json
        self.quiet = quiet
        self.pages = pages
        self._head: list[str] = []
        self._listed: list[str] | None = None
        self._words = catalogue(language)

    def sentence(self, sentence: str, **values: str | int) -> str:
        """Return a sentence with values that came from anywhere, made harmless."""
        shown = {name: neutral_text(value) if isinstance(value, str) else value for name, value in values.items()}
        return self._words.sentence(sentence, **shown)

    def reason(self, code: str) -> str:
        """Return a reason in words; one that no catalogue knows stays its code.

        Args:
            code: Id of a sentence of `reason.toml`; a library's name may stand behind a colon.
        """
        name, _, library = code.partition(":")
        return self.sentence(f"reason.{name}", library=library) if self.knows(f"reason.{name}") else code

    @property
    def watched(self) -> bool:
        """Say whether a person looks at the output, and not a file or another program."""
        return not self.json and is_terminal(sys.stdout)

    def knows(self, sentence: str) -> bool:
        """Say whether the catalogue has a sentence."""
        return self._words.knows(sentence)

    def show(self, sentence: str, **values: str | int) -> None:
        """Show a sentence, unless only results are wanted."""
        if not self.quiet:
            self.line(self.sentence(sentence, **values))

    def warn(self, sentence: str, **values: str | int) -> None:
        """Show a sentence that matters even when only results are wanted."""
        self._write(sys.stderr, self.sentence(sentence, **values))

    def line(self, text: str = "") -> None:
        """Show a line that is already neutral."""
        self._write(self._for_people(), text)

    def result(self, text: str) -> None:
        """Show a line that is the very result, quiet or not."""
        self._write(self._for_people(), text)

    def plain(self, text: str) -> None:
        """Print a text that a program is to read, as it is."""
        self._write(sys.stdout, text.rstrip("\n"), whole=True)

    def _for_people(self) -> IO[str] | None:
        """Return where sentences go that are no trouble: none where a program has both outputs, and nobody looks."""
        if not self.json:
            return sys.stdout
        return sys.stderr if is_terminal(sys.stderr) else None

    def document(self, value: Json) -> None:
        """Print one JSON value on one line of standard output; nothing unless JSON was asked for."""
        if self.json:
            self._write(sys.stdout, _in_one_line(value), whole=True)

    def stream(self, values: Iterable[Json]) -> int:
        """Print many JSON values as `document` does, some hundred at a time, and return how many there were."""
        count, waiting = 0, list[str]()
        try:
            if not self.json:
                return sum(1 for _ in values)
            for line in json_lines(values):
                count += 1
                waiting.append(line)
                if len(waiting) == _DOCUMENTS_TOGETHER:
                    self._write(sys.stdout, "\n".join(waiting), whole=True)
                    waiting.clear()
        finally:
            # Also what came before an error.
            if waiting:
                self._write(sys.stdout, "\n".join(waiting), whole=True)
        return count

    def failed(self, error: EvidenceError) -> None:
        """Show an error and its remedy; in JSON mode as a document too."""
        name = f"error.{error.message_id}"
        shown = dict(error.values)
        # A purpose of the case has a word in the language; one that was typed wrongly is told as it was typed.
        purpose = shown.get("purpose")
        if isinstance(purpose, str) and self.knows(f"fact.value.{purpose}") and "unknown" not in error.message_id:
            shown["purpose"] = self.sentence(f"fact.value.{purpose}")
        what, advice = self.sentence(f"{name}.what", **shown), self.sentence(f"{name}.do", **shown)
        self._write(sys.stderr, f"{what}\n{advice}")
        values = dict(error.values)
        self.document(
            {
                "error": error.message_id,
                "exit": int(error.exit_code),
                "values": values,
                "what": what,
                "do": advice,
            }
        )

    def failed_once(self, error: EvidenceError) -> None:
        """Show the reason why an answer is asked for again."""
        self.warn(f"error.{error.message_id}.what", **error.values)

    def table(self, names: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> None:
        """Draw a table; the cells are made harmless here."""
        target = sys.stderr if self.json else sys.stdout
        shown = [[neutral_text(cell) for cell in row] for row in rows]
        head, body = Table([self.sentence(each) for each in names], shown, right).drawn_lines(columns(target) - 1)
        if self._listed is None:
            self.line("\n".join(["", *head, *body, ""]))
        else:
            self._head = head
            self._listed += body

    @contextmanager
    def listing(self) -> Iterator[None]:
        """Show everything within page by page to a person who can go on with Enter; to all others at once."""
        if not (self.watched and self.pages and self._listed is None):
            yield
            return
        self._listed = []
        try:
            yield
        except BaseException:
            self._end_listing(pages=False)
            raise
        self._end_listing(pages=True)

    def _end_listing(self, *, pages: bool) -> None:
        """Show the list, as much at a time as the window holds."""
        lines, head, self._listed, self._head = self._listed or [], self._head, None, []
        height = shutil.get_terminal_size().lines - len(head) - _LINES_OF_A_QUESTION
        shown, count = page_of(lines, max(1, height), 1) if pages else (lines, 1)
        seen = 0
        for number in range(1, count + 1):
            if number > 1:
                if not self._goes_on(seen, len(lines)):
                    return
                shown, _ = page_of(lines, max(1, height), number)
            self._write(sys.stdout, "\n".join([*head, *shown]), whole=True)
            seen += len(shown)

    def _goes_on(self, seen: int, count: int) -> bool:
        """Ask whether to show the next page; any word, or Ctrl-C, ends the list."""
        try:
            prompt = fitted(sys.stderr, self.sentence("ask.next-page", seen=seen, count=count))
            return not self._typed(f"\n{prompt} ", "ask.next-page")
        except KeyboardInterrupt:
            return False

    def facts(self, rows: Sequence[tuple[str, str]]) -> None:
        """Show names and values, a line each."""
        for name, value in rows:
            self.line(self.pair(self.sentence(name), value))

    def pair(self, name: str, value: str) -> str:
        """Return a name and its value as the person's language writes them, made harmless."""
        return self.sentence("fact.pair", name=name, value=value).rstrip()

    def kind(self, kind: str) -> str:
        """Return the word for a kind of file; what is no word but the name of a format stays as it is."""
        return self.sentence(f"list.kind.{kind}") if self.knows(f"list.kind.{kind}") else kind

    def write(self, text: str, indent: int = 0) -> None:
        """Show a foreign text line by line, made harmless, and wrapped between words on a terminal."""
        for line in text.split("\n"):
            for piece in wrapped(readable_text(line.rstrip("\r")), indent):
                self.result(" " * indent + piece)

    def progress(self, sentence: str, total_bytes: int | None = None) -> AbstractContextManager[ByteCallback]:
        """Show progress if a person is looking; yields the callback that counts every piece."""
        from evidence_kit.commands._progress import byte_progress

        return byte_progress(self.sentence(sentence), total_bytes, self._words, shown=self._shows_progress)

    def first_reading(self, total_bytes: int) -> AbstractContextManager[ByteCallback]:
        """Show the progress of an index that is made when conversations are asked for the first time."""
        return self.progress("chats.first-reading", total_bytes)

    def phases(
        self, looking: str, total_bytes: int | None, comparing: str
    ) -> AbstractContextManager[tuple[ByteCallback, CountCallback]]:
        """Show how far files were looked at, then how many of how many were compared, and how long the rest may take.

        Args:
            looking: Id of the sentence for the bytes.
            total_bytes: How many there are; None where that is not known.
            comparing: Id of the sentence for what is counted after them.
        """
        from evidence_kit.commands._progress import phased_progress

        return phased_progress(
            self.sentence(looking), total_bytes, self.sentence(comparing), self._words, shown=self._shows_progress
        )

    @property
    def _shows_progress(self) -> bool:
        return not self.quiet and not self.json and is_terminal(sys.stderr)

    def ask(self, question: str, **values: str | int) -> str:
        """Ask a person until an answer comes; a passphrase that was typed before is none."""
        shown = fitted(sys.stderr, self.sentence(question, **values))
        # An answer that begins at the right edge would be broken there, in the middle of a word.
        behind = cells(shown.rpartition("\n")[2]) + _ROOM_OF_AN_ANSWER <= columns(sys.stderr)
        while True:
            answer = self._typed(shown + (" " if behind else "\n> "), question)
            if answer:
                return answer

    def ask_once(self, question: str, *, below: str = "", **values: str | int) -> str | None:
        """Ask a person once, the answer on a line of its own; None when they only press Enter."""
        shown = fitted(sys.stderr, self.sentence(question, **values)) + (f"\n{below}" if below else "")
        return self._typed(f"\n{shown}\n> ", question) or None

    def ask_line(self, question: str) -> str:
        """Ask a person for a number of the menu or a command; "" when they only press Enter."""
        return self._typed(f"\n{fitted(sys.stderr, self.sentence(question))}\n> ", question, commands=True)

    def ask_with_default(self, question: str, before: str | None) -> str:
        """Ask a person until an answer comes; Enter keeps the answer before."""
        if before is None:
            return self.ask(question)
        return self.ask_once("ask.keep-answer", asked=self.sentence(question), before=before) or before

    def ask_secret(self, question: str) -> str:
        """Ask for a secret, unseen."""
        keyboard = KEYBOARD.get()
        try:
            with self._line_ended():
                typed = keyboard.secret(fitted(sys.stderr, self.sentence(question)) + " ", question)
        except EOFError as error:
            raise KeyboardInterrupt from error
        keyboard.keep_secret(typed)
        return typed

    def agree(self, question: str, **values: str | int) -> bool:
        """Ask a yes-or-no question until the answer is one of the two, in words of any language."""
        from evidence_kit.commands._answers import choice

        while True:
            meant = choice(self.ask(question, **values), "agree", ("yes", "no"))
            if meant is not None:
                return meant == "yes"
            self.warn("ask.yes-or-no")

    def choose(self, question: str, kind: str, keys: Sequence[str], **values: str | int) -> str | None:
        """Ask for one of several choices; None when a person only presses Enter.

        Args:
            question: Id of the question.
            kind: Table of `choice.toml` that names the choices.
            keys: The choices, in the order in which they are numbered.
            values: Of the question.
        """
        from evidence_kit.commands._answers import age, choice

        while True:
            answer = self.ask_once(question, below=self.choices(kind, keys), **values)
            if answer is None:
                return None
            meant = age(answer, keys) if kind == "age" else choice(answer, kind, keys)
            if meant is not None:
                return meant
            self.warn("ask.not-understood")

    def choices(self, kind: str, keys: Sequence[str]) -> str:
        """Return the numbered choices of a list, as many in a line as fit; in Arabic a line each.

        Several words of Arabic in a line may be drawn in another order than their numbers, as each terminal likes.
        """
        named = [f"{number} {self.sentence(f'choice.{kind}.{key}')}" for number, key in enumerate(keys, start=1)]
        if direction(self.language) == "rtl":
            return "\n".join(f"  {each}" for each in named)
        lines = [""]
        for each in named:
            longer = f"{lines[-1]}   {each}" if lines[-1] else f"  {each}"
            if cells(longer) >= columns(sys.stderr) and lines[-1]:
                lines.append(f"  {each}")
            else:
                lines[-1] = longer
        return "\n".join(lines)

    def _typed(self, prompt: str, question: str, *, commands: bool = False) -> str:
        keyboard = KEYBOARD.get()
        while True:
            with self._line_ended():
                line = keyboard.line(prompt, question)
            if not line:
                raise KeyboardInterrupt
            # A command that was pasted into the wrong moment would stand in the log as somebody's name.
            if keyboard.is_secret(line):
                self.warn("ask.is-secret")
            elif not commands and line.split()[:1] == ["evidence-kit"]:
                self.warn("ask.is-command")
            else:
                return line.strip()

    @contextmanager
    def _line_ended(self) -> Iterator[None]:
        """End the line of a question that Ctrl-C left open, so that what follows begins on its own."""
        try:
            yield
        except KeyboardInterrupt:
            self._write(sys.stderr, "")
            raise

    def still_heard(self, seconds: float = _FOLLOW_SECONDS) -> bool:
        """Wait a moment; say whether our results still have a reader, so that following may end."""
        import select
        import time

        if sys.stdout is None or getattr(sys.stdout, "is_abandoned", False):
            return False
        if sys.platform == "win32":
            time.sleep(seconds)
            return True
        left = select.poll()
        left.register(sys.stdout.fileno(), 0)
        # Without a reader the pipe says so at once; else this is the pause between two looks.
        return not any(event & (select.POLLERR | select.POLLHUP) for _, event in left.poll(seconds * 1000))

    def ready(self, question: str) -> None:
        """Wait until a person says yes; the screen stays until then, and says so to every other answer."""
        from evidence_kit.commands._answers import choice

        while choice(self.ask(question), "agree", ("yes", "no")) != "yes":
            self.warn("ask.until-yes")

    def secret_line(self, text: str) -> None:
        """Write to the terminal alone; never to a pipe whose output is kept."""
        sys.stderr.write(fitted(sys.stderr, text) + "\n")
        sys.stderr.flush()

    def _write(self, target: IO[str] | None, text: str, *, whole: bool = False) -> None:
        if target is None:
            return
        if not whole:
            text = fitted(target, text)
            if self._listed is not None and is_terminal(target):
                self._listed += text.split("\n")
                return
        encoding = getattr(target, "encoding", None) or "utf-8"
        target.write(text.encode(encoding, "replace").decode(encoding) + "\n")
        target.flush()


def _in_one_line(value: Json) -> str:
    text = _DOCUMENT.encode(value)
    if not text.isascii():
        text = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    return escaped_json(text)
