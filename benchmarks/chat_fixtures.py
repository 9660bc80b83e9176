"""How much of other parsers' own test exports is read: by platform, for real and hand-made ones apart.

    python -m benchmarks.chat_fixtures MIRRORS

`MIRRORS` holds clones of the repositories below, bare or not, each in a folder named `owner+name`. Nothing of them is
part of this project; each has a licence of its own. Only files that a project made for its tests are looked at, and
exports that stand as text inside of its tests, never conversations that somebody put on line.

How many messages a file has is counted by what marks one in its format, and not by the reader. The words are
counted too: of JSON those of every text under a key that its reader does not name as technical, of a text or a page
all, of the XML of text messages those of bodies, subjects and names; and how many of them are told. Of mail none.
"""

from __future__ import annotations

import argparse
import ast
import html
import importlib
import io
import json
import re
import subprocess
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from evidence_kit.chats import registry
from evidence_kit.chats.format import Surroundings
from evidence_kit.chats.message import Entry, Message, Unread
from evidence_kit.chats.meta import records as meta
from evidence_kit.chats.meta.repair import undone_mojibake
from evidence_kit.chats.registry import Contested, Recognised, read_export, recognise_format
from evidence_kit.chats.telegram import words as telegram
from evidence_kit.chats.told import searched_texts

_WORD = re.compile(r"\w{2,}")
# Keys of every format whose texts are times, identifiers, paths and addresses of files.
_MACHINES = frozenset(
    {"id", "date", "date_unixtime", "timestamp", "created_date", "createdAt", "message_id", "from_id", "actor_id"}
    | {"thread_path", "uri", "photo", "file", "guild", "exportedAt", "dateRange", "originalarrivaltime", "messagetype"}
    | {"conversationId", "senderId", "recipientId", "initiatingUserId", "userIds", "participantsSnapshot", "mediaUrls"}
    | {"author", "channel", "url", "userId", "exportDate", "version", "from", "about", "timestampEdited", "thread_type"}
)
_ASSIGNMENT = re.compile(rb"\A\s*window\.[\w.]+\s*=\s*")
REAL, MADE = "real", "hand-made"


@dataclass(frozen=True, slots=True)
class Corpus:
    """Test exports of one project.

    Attributes:
        repository: Owner and name.
        files: Which of its files.
        platform: What they are exports of.
        origin: Whether an app wrote them, or somebody by hand or by program.
        quoted: How an export stands inside of a test: a pattern, of which the first group is a string's inside;
            `PYTHON` for values that are written as Python; None when the file is the export.
        name: What the export is called then.
    """

    repository: str
    files: str
    platform: str
    origin: str
    quoted: str | None = None
    name: str = ""


PYTHON = "values written as Python"
_RUST_STRING = r'"([A-Z][a-z]{2} \d\d, \d{4}  ?\d(?:[^"\\]|\\.)*)"'
_TEMPLATE_STRING = r"`(window\.YTD\.direct_messages[^`$]*)`"

CORPORA = (
    Corpus("MasterScrat/Chatistics", r"tests/test_data/whatsapp/.*\.txt", "whatsapp", MADE),
    Corpus("mlomb/chat-analytics", r"tests/samples/whatsapp/.*\.(?:txt|zip)", "whatsapp", MADE),
    Corpus("timelinize/timelinize", r"datasources/whatsapp/testdata/fixtures/_chat\.txt", "whatsapp", MADE),
    Corpus("mlomb/chat-analytics", r"tests/samples/messenger/.*\.json", "messenger", MADE),
    Corpus("mlomb/chat-analytics", r"tests/samples/telegram/.*\.json", "telegram", MADE),
    Corpus("mlomb/chat-analytics", r"tests/samples/discord/.*\.json", "discord", REAL),
    Corpus("slatinsky/DiscordChatExporter-frontend", r"release/exports/.*\d\]\.json", "discord", REAL),
    Corpus(
        "wjcarpenter/gvoice-sms-takeout-xml", r"test_data/Takeout/Google Chat/.*/messages\.json", "google-chat", REAL
    ),
    Corpus("endy1328/google-chat-archive-viewer", r"tests/fixtures/.*\.json", "google-chat", MADE),
    Corpus(
        "ReagentX/imessage-exporter",
        r"imessage-exporter/src/exporters/txt\.rs",
        "imessage",
        REAL,
        _RUST_STRING,
        "a.txt",
    ),
    Corpus(
        "steipete/birdclaw", r"src/lib/archive-import\.test\.ts", "x", MADE, _TEMPLATE_STRING, "data/direct-messages.js"
    ),
    Corpus(
        "Dependable-Call-Exchange/skypeparser", r"tests/fixtures/skype_data\.py", "skype", MADE, PYTHON, "messages.json"
    ),
    Corpus("lucasrodes/whatstk", r"chats/whatsapp/.*\.txt", "whatsapp", MADE),
    Corpus("joweich/chat-miner", r"test/whatsapp/.*\.txt", "whatsapp", MADE),
    Corpus("JBGruber/rwhatsapp", r"inst/extdata/sample\.(?:txt|zip)", "whatsapp", MADE),
    Corpus("Pustur/whatsapp-chat-parser-website", r"src/assets/.*example\.zip", "whatsapp", REAL),
    Corpus("joweich/chat-miner", r"test/instagram/test_.*\.json", "messenger", MADE),
    Corpus("joweich/chat-miner", r"test/telegram/test_.*\.json", "telegram", MADE),
    Corpus("joweich/chat-miner", r"test/signal/test_.*\.txt", "signal", MADE),
    Corpus("ownaginatious/fbchat-archive-parser", r"tests/.*\.htm", "messenger", MADE),
    Corpus("devadvance/sms-backup-reader-2", r".*test-assets/.*\.xml", "sms", REAL),
    Corpus("KhasMek/python-smsbackuptools", r"sms\.xml", "sms", MADE),
    Corpus("radj/AndroidSMSBackupRestoreCleaner", r"sms\.xml", "sms", MADE),
    Corpus("mikel/mail", r"spec/fixtures/.*\.eml", "mail", REAL),
    Corpus("nodemailer/mailparser", r"(?:examples|test)/.*\.eml", "mail", MADE),
    Corpus("SpamScope/mail-parser", r"tests/mails/mail_(?!outlook|malformed_3).*", "mail", REAL),
    Corpus("SpamScope/mail-parser", r"tests/mails/mail_outlook.*", "mail", REAL),
    Corpus("HiraokaHyperTools/msgreader", r"(?:data|test)/.*\.msg", "mail", REAL),
    Corpus("TeamMsgExtractor/msg-extractor", r"example-msg-files/[^/]*\.msg", "mail", REAL),
    Corpus("scanny/python-oxmsg", r"tests/test_files/(?!not-a-MSG).*\.msg", "mail", REAL),
)

# What marks one message, for a person who counts.
_WHATSAPP = re.compile(r"^\W{0,3}\[?\d{1,4}[./-]\d{1,2}[./-]\d{1,4}[ ,،à]{1,4}\W?\d{1,2}[:.]\d\d", re.MULTILINE)
_IMESSAGE = re.compile(r"^[A-Z][a-z]{2} \d\d, \d{4}  ?\d", re.MULTILINE)
_X = re.compile(
    rb'"(?:messageCreate|welcomeMessageCreate|joinConversation|participants(?:Join|Leave)|conversationNameUpdate)"'
)
_SIGNAL = re.compile(r"^\[\d{4}-\d\d-\d\d", re.MULTILINE)
_SMS = re.compile(rb"<(?:sms|mms|call)[\s/>]")
_OLD_HTML = re.compile(rb'<div class="message">')


@dataclass(slots=True)
class Sum:
    """What came of the files of one platform and origin."""

    files: int = 0
    there: int = 0
    read: int = 0
    words: int = 0
    words_told: int = 0
    missed: Counter[str] = field(default_factory=Counter)


def main(arguments: list[str] | None = None) -> None:
    """Print a line for each platform and origin, then why something was not read."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("mirrors", type=Path)
    parser.add_argument("--files", action="store_true", help="a line for each file too")
    chosen = parser.parse_args(arguments)
    sums: dict[tuple[str, str], Sum] = {}
    for corpus in CORPORA:
        for name, data in _files(chosen.mirrors, corpus):
            there, found, why, words = _look(corpus, name, data)
            told = sums.setdefault((corpus.platform, corpus.origin), Sum())
            told.files += 1
            told.there += there
            told.read += min(there, found)
            told.words += words[0]
            told.words_told += words[1]
            for each in why:
                told.missed[f"{corpus.repository} {name}: {each}"] += 1
            if chosen.files:
                print(f"{corpus.repository:40}{name[-60:]:62}{there:7}{found:7}  {'; '.join(why)}")
    print(f"{'platform':12}{'origin':12}{'files':>7}{'messages':>10}{'read':>8}{'share':>9}{'words':>9}{'told':>9}")
    for (platform, origin), told in sorted(sums.items()):
        share = told.read / told.there if told.there else 1.0
        share_of_words = f"{told.words:9}{told.words_told / told.words:9.1%}" if told.words else ""
        print(f"{platform:12}{origin:12}{told.files:7}{told.there:10}{told.read:8}{share:9.1%}{share_of_words}")
    for told in sums.values():
        for line in told.missed:
            print(f"  {line}")
    for repository in dict.fromkeys(corpus.repository for corpus in CORPORA):
        clone = _clone(chosen.mirrors, repository)
        commit = "not here" if clone is None else _git(clone, "rev-parse", "--short=10", "HEAD").decode().strip()
        print(f"  {repository} {commit}")


def _files(mirrors: Path, corpus: Corpus) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a clone's newest commit, and those inside of zips."""
    clone, wanted = _clone(mirrors, corpus.repository), re.compile(corpus.files)
    if clone is None:
        return
    for line in _git(clone, "-c", "core.quotepath=off", "ls-tree", "-r", "-z", "HEAD").decode().split("\0"):
        about, _, name = line.partition("\t")
        if not wanted.fullmatch(name):
            continue
        data = _git(clone, "cat-file", "blob", about.split()[2])
        if not data:
            # A clone may lack its largest files.
            print(f"  not in this clone: {corpus.repository} {name}")
            continue
        if corpus.quoted is not None:
            yield from ((f"{name}:{number}", text) for number, text in enumerate(_quoted(data, corpus.quoted), 1))
            continue
        if not name.endswith(".zip"):
            yield name, data
            continue
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            texts = [each for each in opened.namelist() if each.endswith(".txt") and "__MACOSX" not in each]
            yield from ((f"{name}/{each}", opened.read(each)) for each in texts)


def _clone(mirrors: Path, repository: str) -> Path | None:
    """Return the git folder of a clone, None where there is none."""
    found = sorted((mirrors / repository.replace("/", "+")).glob("**/HEAD"), key=lambda each: len(each.parts))
    return found[0].parent if found else None


def _quoted(source: bytes, pattern: str) -> Iterator[bytes]:
    """Yield the exports that stand as text in a test."""
    text = source.decode("utf-8")
    if pattern != PYTHON:
        for inside in re.findall(pattern, text):
            yield (json.loads(f'"{inside}"') if "\\n" in inside else inside).encode()
        return
    for statement in ast.parse(text).body:
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Dict):
            yield json.dumps(ast.literal_eval(statement.value)).encode()


def _git(clone: Path, *arguments: str) -> bytes:
    done = subprocess.run(["git", "--git-dir", str(clone), *arguments], capture_output=True, check=False)
    return done.stdout


def _look(corpus: Corpus, name: str, data: bytes) -> tuple[int, int, list[str], tuple[int, int]]:
    """Return how many messages a file has, how many were read, why some were not, and its words and those told."""
    there = _count(corpus.platform, data)
    recognition = recognise_format(data, corpus.name or name)
    if isinstance(recognition, Contested):
        return there, 0, [f"claimed by {', '.join(recognition.names)}"], (0, 0)
    if not isinstance(recognition, Recognised):
        return there, 0, ["no format claims it"], (0, 0)
    entries = list(read_export(io.BytesIO(data), recognition.format, Surroundings(name)))
    found = sum(isinstance(entry, Message) for entry in entries)
    why = [f"{entry.why.name.lower()} {entry.detail}".strip() for entry in entries if isinstance(entry, Unread)]
    if found < there and not why:
        why = [f"{there} counted, {found} read as {recognition.format.name}"]
    return there, found, list(dict.fromkeys(why)), _words(recognition.format.name, data, entries)


def _words(name: str, data: bytes, entries: Sequence[Entry]) -> tuple[int, int]:
    """Return how many words the texts of an export hold, and how many of them its messages tell; of mail none."""
    if name.startswith("mail"):
        return 0, 0
    try:
        document = json.loads(_ASSIGNMENT.sub(b"", data))
    except ValueError:
        written = _written(data)
        told = [text for each in entries if isinstance(each, Message) for text in (*_shown(each), each.time.raw)]
        known = {word for text in told for word in _WORD.findall(text)}
        held = Counter(word for text in written for word in _WORD.findall(text))
        return held.total(), sum(count for word, count in held.items() if word in known)
    module = next(each for each in registry.module_names() if name.startswith(each.replace("_", "-")))
    found = importlib.import_module(f"evidence_kit.chats.formats.{module}")
    technical = _MACHINES | getattr(found, "TECHNICAL", meta.TECHNICAL if "json" in name else frozenset())
    if name == "telegram-json":
        technical |= telegram.TECHNICAL
    held = Counter(
        word for text in _texts(document, technical) for word in _WORD.findall(undone_mojibake(text) or text)
    )
    shown: Counter[str] = Counter()
    for entry in entries:
        if isinstance(entry, Message):
            for text in _shown(entry):
                shown.update(_WORD.findall(text))
    return held.total(), sum(count for word, count in held.items() if word in shown)


def _shown(message: Message) -> Iterator[str]:
    """Yield everything that a view shows of a message but its time."""
    sender = message.sender
    people = [sender.display or "", *(each.value for each in sender.ids)] if sender else []
    yield from (*searched_texts(message), *people, message.conversation.title or "", *message.conversation.members)


def _written(data: bytes) -> Iterator[str]:
    """Yield the texts of an export that is no JSON: of XML values for people, of a page its text, else all of it."""
    text = data.decode("utf-8", "replace")
    if text.lstrip("\ufeff \r\n")[:1] != "<":
        yield text
    elif "<smses" in text:
        # A picture message's layout is no text of anybody.
        found = re.findall(r'\b(?:body|subject|text|contact_name)="([^"]*)"', text)
        yield from (html.unescape(each) for each in found if each not in {"null", "(Unknown)"} and "smil" not in each)
    else:
        yield html.unescape(re.sub(r"<style.*?</style>|<[^<>]*>", " ", text, flags=re.DOTALL))


def _texts(value: object, technical: frozenset[str]) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key not in technical:
                yield from _texts(inner, technical)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, technical)


def _count(platform: str, data: bytes) -> int:
    if platform == "mail":
        return 1
    if platform == "sms":
        return len(_SMS.findall(data))
    if platform == "x":
        return len(_X.findall(data))
    if data.lstrip(b"\xef\xbb\xbf \r\n")[:1] == b"{":
        return _listed(json.loads(data))
    if platform == "messenger":
        return len(_OLD_HTML.findall(data))
    text = data.decode("utf-8", "replace")
    return len({"signal": _SIGNAL, "imessage": _IMESSAGE}.get(platform, _WHATSAPP).findall(text))


def _listed(value: object) -> int:
    """Return how many members all lists called `messages` or `MessageList` have."""
    if isinstance(value, dict):
        own = value.get("messages", value.get("MessageList"))
        mine = len(own) if isinstance(own, list) else 0
        return mine + sum(_listed(inner) for key, inner in value.items() if key != "messages")
    return sum(map(_listed, value)) if isinstance(value, list) else 0


if __name__ == "__main__":
    main()
