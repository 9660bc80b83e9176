"""No plain byte of evidence is written anywhere: watched from outside with strace, and searched for afterwards."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import PROGRAM, ROOT, Program
from tests.media.test_documents import RELATIONS, office, pdf

SAMPLES = ROOT / "samples"
WINDOW_BYTES = 32
OPENED = re.compile(r'\b(?:openat|open|creat)\((?:AT_FDCWD, |[0-9]+, )?"([^"]*)"(?:, ([A-Z_|0-9]+))?.*= ([0-9]+)')
CALLED = re.compile(r"(?:\d+ +)?([a-z0-9_]+)\((.*)")
ADDRESSLESS = re.compile(r", NULL, 0\) += ")
OURS = "evidence_kit.cli import main"
# What belongs to the terminal and the system, not to us.
ELSEWHERE = ("/dev/", "/proc/")


def _knows(option: str) -> bool:
    """Say whether strace has an option, and the system lets it be used."""
    tried = ["strace", "-f", option, "-qq", "-e", "trace=execve", "-o", "/dev/null", sys.executable, "-c", ""]
    return subprocess.run(tried, capture_output=True, check=False).returncode == 0


# A build that leaks: every piece of an original is also written to the temporary folder.
LEAKING = """
import tempfile
from evidence_kit.hashing.exact import Tally
from evidence_kit.cli import main
count = Tally.add
def leak(self, piece):
    with tempfile.NamedTemporaryFile(delete=False) as file:
        file.write(bytes(piece))
    count(self, piece)
Tally.add = leak
main()
"""

# Calls that nobody asks about then pass without a stop; older strace cannot do that, and takes many times as long.
QUICKER = ["--seccomp-bpf"] if shutil.which("strace") and _knows("--seccomp-bpf") else []

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")


def windows() -> Iterator[bytes]:
    """Yield 32 bytes from start, middle and end of every sample that has so many."""
    for path in sorted(SAMPLES.rglob("*")):
        if path.is_file() and path.suffix not in {".md", ".toml", ".py"}:
            data = path.read_bytes()
            if len(data) >= WINDOW_BYTES:
                middle = len(data) // 2
                yield from (data[:WINDOW_BYTES], data[middle : middle + WINDOW_BYTES], data[-WINDOW_BYTES:])


def watched(run: Program, temporary: Path, *arguments: str | Path, program: list[str] = PROGRAM) -> set[Path]:
    """Run a command under strace and return every path that any of its processes opened for writing."""
    trace = run.home / "trace"
    shutil.rmtree(trace, ignore_errors=True)
    trace.mkdir()
    calls = "trace=openat,open,creat,network,execve,execveat"
    command = [
        "strace",
        *QUICKER,
        "-ff",
        "-qq",
        "-e",
        calls,
        "-s",
        "4096",
        "-o",
        str(trace / "t"),
        *program,
        *map(str, arguments),
    ]
    environment = run.environment(TMPDIR=str(temporary), PYTHONDONTWRITEBYTECODE="1")
    done = subprocess.run(command, env=environment, cwd=run.home, capture_output=True, text=True, check=False)
    assert done.returncode in {0, 3}, done.stderr
    written: set[Path] = set()
    for part in trace.iterdir():
        text = part.read_text("utf-8", "replace")
        assert not reached_out(text), "a socket was opened, or a program started"
        for name, flags, _ in OPENED.findall(text):
            if re.search(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND", flags):
                path = Path(run.home, name.encode("latin-1").decode("unicode_escape").encode("latin-1").decode())
                if not str(path).startswith(ELSEWHERE):
                    written.add(path)
    return written


def reached_out(text: str) -> list[str]:
    """Return every traced call that reaches out of the program: to a network, to a daemon, or to another program."""
    found = []
    for line in text.splitlines():
        call = CALLED.match(line)
        if call is None or line.endswith("(Operation not permitted)"):
            continue
        name, rest = call[1], call[2]
        if name in {"execve", "execveat"}:
            own = rest.startswith(f'"{sys.executable}"') and ("evidence_kit.workers.child" in rest or OURS in rest)
            found += [] if own else [line]
        elif name in {"socket", "connect", "bind", "listen", "accept", "accept4", "sendto"}:
            # What a socket pair sends goes to its other end alone, and has no address.
            found += [] if name == "sendto" and ADDRESSLESS.search(rest) else [line]
        elif name == "socketpair":
            found += [] if rest.startswith("AF_UNIX") else [line]
    return found


def leaks(paths: set[Path], temporary: Path) -> list[str]:
    """Return every written file, and every file in the temporary folder, that holds a window of a sample."""
    looked_for = list(windows())
    files = {path for path in paths if path.is_file()} | {path for path in temporary.rglob("*") if path.is_file()}
    return [str(path) for path in sorted(files) if any(window in path.read_bytes() for window in looked_for)]


@pytest.fixture
def opened(station_program: Program, tmp_path: Path) -> tuple[Program, Path]:
    station_program.keyed("new", "--age", "adult", "--age-known-by", "told", "--consent", "lawyer")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    return station_program, temporary


def test_nothing_plain_is_written_outside_or_inside_the_case(opened: tuple[Program, Path]) -> None:
    run, temporary = opened
    key = ("--no-input", "--passphrase-file", run.passphrase)
    digits = run.home / "digits"
    written = watched(run, temporary, "ingest", "1", SAMPLES / "phone-export", *key)
    written |= watched(run, temporary, "chats", "1", "2", *key)
    written |= watched(run, temporary, "identifiers", "1", *key)
    written |= watched(run, temporary, "match", "1", SAMPLES / "candidates", *key)
    written |= watched(run, temporary, "seal", "1", "--for", "lawyer", "--all", "--passphrase-out", digits, *key)
    archive = next((run.home / "sealed").rglob("*.sealed.zip"))
    checked = watched(run, temporary, "verify", archive, "--archive-passphrase-file", digits)
    checked |= watched(run, temporary, "verify", "1", *key)
    assert checked == set(), "verify writes nothing"
    draft = digits.with_name(f".{digits.name}.draft")  # until the log has the digits
    places = (run.home / "cases", run.home / "sealed", run.home / "station" / "heads", digits, draft)
    assert {path for path in written if not path.resolve().is_relative_to(run.home)} == set()
    assert [path for path in written if not any(path == each or each in path.parents for each in places)] == []
    everything = written | {path for place in places[:2] for path in place.rglob("*")}
    assert leaks(everything, temporary) == []
    assert list(temporary.rglob("*")) == []


def test_the_watcher_sees_a_build_that_leaks(opened: tuple[Program, Path]) -> None:
    run, temporary = opened
    written = watched(
        run, temporary, "ingest", "1", SAMPLES / "phone-export", "--no-input", "--passphrase-file", run.passphrase,
        program=[sys.executable, "-c", LEAKING],
    )  # fmt: skip
    assert any(temporary in path.parents for path in written)
    assert leaks(written, temporary)


def hostile(folder: Path) -> Path:
    """Make files that want to call home, read other files, or start programs, named like pictures and sounds."""
    folder.mkdir()
    tag = b"ID3\x03\0\0\0\0\0\0"
    sdp = b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 49170 RTP/AVP 0\n"
    hls = (
        b"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nhttp://127.0.0.1:9/x.aac\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"
    )
    eps = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\n(/tmp/x) (w) file\n%pipe%id\nshowpage\n"
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
    svg += b'<image xlink:href="http://127.0.0.1:9/x.png"/><script>fetch("http://127.0.0.1:9/")</script></svg>'
    concat = b"ffconcat version 1.0\nfile http://127.0.0.1:9/x\n"
    for name, data in {
        "sdp.mp3": sdp, "sdp.mp4": b"\0\0\0\x18ftypmp42" + bytes(12) + sdp, "hls.mp4": hls, "hls.mp3": tag + hls,
        "hls.wav": b"RIFF\xff\0\0\0WAVE" + hls, "concat.ogg": b"OggS" + concat, "concat.avi": concat,
        "eps.jpg": eps, "eps-inside.jpg": b"\xff\xd8\xff\xe0" + eps, "a.eps": eps, "picture.svg": svg, "svg.png": svg,
        "launch.pdf": pdf(hostile=True), "external.docx": office({
            "word/_rels/document.xml.rels": RELATIONS, "[Content_Types].xml": "<Types/>", "word/document.xml": "<a/>",
            "docProps/core.xml": '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x"><a/>',
        }),
    }.items():  # fmt: skip
        (folder / name).write_bytes(data)
    return folder


def test_no_input_opens_a_socket_or_starts_a_program(opened: tuple[Program, Path]) -> None:
    run, temporary = opened
    key = ("--no-input", "--passphrase-file", run.passphrase)
    watched(run, temporary, "ingest", "1", hostile(run.home / "hostile"), *key)
    text = "".join(part.read_text("utf-8", "replace") for part in (run.home / "trace").iterdir())
    assert "evidence_kit.workers.child" in text, "no worker was watched"
    assert text.count("socketpair(AF_UNIX") >= 1
    described = [line["says"]["item"] for line in run.json("log", "1") if line.get("type") == "item.described"]
    assert len(described) >= 8


@pytest.mark.parametrize(
    "act",
    [
        "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()",
        "import socket; socket.socket(socket.AF_UNIX).close()",
        "import subprocess; subprocess.run(['/bin/true'])",
    ],
    ids=["network", "daemon", "program"],
)
def test_the_watcher_sees_a_build_that_reaches_out(opened: tuple[Program, Path], act: str) -> None:
    run, temporary = opened
    with pytest.raises(AssertionError, match="a socket was opened"):
        watched(run, temporary, "cases", program=[sys.executable, "-c", f"{act}\n{PROGRAM[2]}"])
