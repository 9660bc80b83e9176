"""How fast chat exports are read, and in how much memory; beside whatstk and ijson where they are installed.

    python -m benchmarks.chats [--messages N] [--peer PYTHON] [--before FOLDER] [--only EXPORT] [--runs N]

`--peer` is the Python of another environment that has the peers; they are no dependency of ours. `--before` is another
checkout of this project, which reads the same file by turns with this one. Readers of one export take turns, so that
what else the machine does falls on all of them; the seconds are medians of processor time, and `times` says how many
times as long as this checkout a reader takes.
"""

from __future__ import annotations

import argparse
import base64
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

WORDS = (
    *("salam", "khouya", "kif", "dayer", "labas", "wach", "kayn", "chi", "jdid", "bghit", "nhder", "m3ak"),
    *("الله", "يحفظك", "شكرا", "بزاف", "à", "demain", "ok", "merci", "واخا"),
)

OURS = """
import resource, sys, time
if len(sys.argv) > 3: sys.path.insert(0, sys.argv[3])
from evidence_kit.chats.message import Message
from evidence_kit.chats import registry
# Another checkout may call it as this one once did.
read, format_named = getattr(registry, "read_export", None) or registry.read, registry.format_named
started = time.process_time()
with open(sys.argv[1], "rb") as export:
    count = sum(isinstance(entry, Message) for entry in read(export, format_named(sys.argv[2])))
print(count, time.process_time() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""
WHATSTK = """
import resource, sys, time
from whatstk import df_from_whatsapp
started = time.process_time()
count = len(df_from_whatsapp(sys.argv[1], max_size=1 << 40))
print(count, time.process_time() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""
IJSON = """
import resource, sys, time
import ijson
started = time.process_time()
with open(sys.argv[1], "rb") as export:
    count = sum(1 for _ in ijson.items(export, "messages.item"))
print(count, time.process_time() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""
WALK = """
import resource, sys, time
from evidence_kit.chats.jsontree import walk_values as walk
started = time.process_time()
with open(sys.argv[1], "rb") as export:
    count = sum(len(piece.path) == 2 for piece in walk(export, lambda path: path in {(), ("messages",)}))
print(count, time.process_time() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


class Reader(NamedTuple):
    """Who reads an export: a Python, the code that it runs, and what that needs beside the file."""

    name: str
    python: str
    code: str
    more: tuple[str, ...] = ()


def main(arguments: list[str] | None = None) -> None:
    """Print one line for each export and reader."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=200_000)
    parser.add_argument("--peer", default=sys.executable)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--before")
    parser.add_argument(
        "--only", choices=("whatsapp", "messenger", "instagram", "telegram", "sms", "sms-2gb", "telegram-1gb")
    )
    chosen = parser.parse_args(arguments)
    print(f"{'export':16}{'reader':26}{'messages':>10}{'MB':>8}{'seconds':>9}{'us each':>9}{'peak MB':>9}{'times':>7}")
    with tempfile.TemporaryDirectory() as folder:
        for name, written, readers in _exports(chosen.messages, chosen.peer, chosen.before):
            if chosen.only == name or (chosen.only is None and not name.endswith("gb")):
                export = _written(Path(folder, "export"), written)
                _measure(name, export, readers, chosen.runs)


def _exports(count: int, peer: str, before: str | None) -> Iterator[tuple[str, Iterator[str], list[Reader]]]:
    """Yield what is measured: its name, the pieces of an export, and its readers."""
    walk, items = Reader("evidence-kit, walk only", sys.executable, WALK), Reader("ijson, items only", peer, IJSON)
    yield "whatsapp", _whatsapp(count), [*_ours("whatsapp-text", before), Reader("whatstk", peer, WHATSTK)]
    yield "messenger", _messenger(count), [*_ours("messenger-json", before), walk, items]
    yield "instagram", _messenger(count), [*_ours("instagram-json", before), items]
    yield "telegram", _telegram(320 * count), [*_ours("telegram-json", before), items]
    yield "sms", _sms(count), _ours("sms-backup-restore", before)
    yield "sms-2gb", _picture_messages(2_000_000_000), _ours("sms-backup-restore", before)
    yield "telegram-1gb", _telegram(1_000_000_000), _ours("telegram-json", before)


def _ours(name: str, before: str | None) -> list[Reader]:
    """Return this checkout, and the other one where there is one."""
    here = str(Path(__file__).parent.parent)
    found = [Reader("evidence-kit", sys.executable, OURS, (name, here))]
    return [*found, Reader("evidence-kit, before", sys.executable, OURS, (name, before))] if before else found


def _picture_messages(size_bytes: int) -> Iterator[str]:
    """Yield a backup in which every tenth record holds a picture of half a megabyte."""
    data = base64.b64encode(random.Random(3).randbytes(400_000)).decode()
    part = f'<part seq="0" ct="image/jpeg" name="a.jpg" text="null" data="{data}" />'
    yield '<?xml version="1.0"?>\n<smses>\n'
    written = 0
    for number, (second, _, text) in enumerate(_talk(1 << 40)):
        facts = f'address="+212612345678" date="{second}000"'
        record = f'  <sms {facts} type="1" body="{text} &#55357;&#56841;" />\n'
        if number % 10 == 0:
            record = f'  <mms {facts} msg_box="1"><parts>{part}</parts><addrs /></mms>\n'
        yield record
        written += len(record)
        if written > size_bytes:
            break
    yield "</smses>\n"


def _telegram(size_bytes: int) -> Iterator[str]:
    """Yield one long chat."""
    yield '{"name":"a","type":"personal_chat","id":1,"messages":['
    written = 0
    for number, (second, name, text) in enumerate(_talk(1 << 40)):
        record: dict[str, object] = {"id": number, "type": "message", "date_unixtime": str(second), "from": name}
        record |= {"from_id": "user123", "text": text, "text_entities": [{"type": "plain", "text": text}]}
        told = ("," if number else "") + json.dumps(record, ensure_ascii=False)
        yield told
        written += len(told.encode())
        if written > size_bytes:
            break
    yield "]}"


def _measure(export: str, path: Path, readers: list[Reader], runs: int) -> None:
    told: dict[str, list[tuple[int, float, int]]] = {}
    for _ in range(runs):
        for reader in readers:
            command = [reader.python, "-c", reader.code, str(path), *reader.more]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                if reader.name not in told:
                    print(f"{export:16}{reader.name:26}  not here: {done.stderr.strip().splitlines()[-1]}")
                told[reader.name] = []
                continue
            said = done.stdout.split()
            told.setdefault(reader.name, []).append((int(said[0]), float(said[1]), int(said[2])))
    megabytes = path.stat().st_size / 1e6
    first = next((statistics.median(seconds for _, seconds, _ in each) for each in told.values() if each), 1.0)
    for name, measured in told.items():
        if measured:
            count, peak = measured[0][0], max(peak for _, _, peak in measured)
            seconds = statistics.median(seconds for _, seconds, _ in measured)
            each = seconds / count * 1e6
            print(
                f"{export:16}{name:26}{count:10}{megabytes:8.1f}{seconds:9.2f}{each:9.2f}{peak:9}{seconds / first:7.2f}"
            )


def _written(path: Path, pieces: Iterator[str]) -> Path:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(pieces)
    return path


def _talk(count: int) -> Iterator[tuple[int, str, str]]:
    """Yield a second, a sender and a text; several in one minute, then none for hours, as people write."""
    chance = random.Random(7)
    second = 1_262_304_000
    for _ in range(count):
        second += chance.choice([3, 8, 15, 25, 40, 60, 90, 3000])
        name = "سلمى" if chance.random() < 0.5 else "Inconnu 7"
        yield second, name, " ".join(chance.choices(WORDS, k=chance.randrange(4, 22)))


def _whatsapp(count: int) -> Iterator[str]:
    for second, name, text in _talk(count):
        moment = time.gmtime(second)
        yield f"{time.strftime('%d/%m/%Y, %H:%M', moment)} - {name}: {text}\n"


def _messenger(count: int) -> Iterator[str]:
    yield '{"participants":[{"name":"a"}],"messages":['
    for number, (second, name, text) in enumerate(_talk(count)):
        record = {
            "sender_name": name.encode().decode("latin-1"),
            "timestamp_ms": second * 1000,
            "content": text.encode().decode("latin-1"),
            "is_geoblocked_for_viewer": False,
        }
        yield ("," if number else "") + json.dumps(record)
    yield '],"title":"a","thread_path":"inbox/a"}'


def _sms(count: int) -> Iterator[str]:
    yield f'<?xml version="1.0"?>\n<smses count="{count}">\n'
    for second, _, text in _talk(count):
        facts = f'address="+212612345678" date="{second}000" type="1" read="1"'
        yield f'  <sms {facts} body="{text} &#55357;&#56841;" />\n'
    yield "</smses>\n"


if __name__ == "__main__":
    main()
