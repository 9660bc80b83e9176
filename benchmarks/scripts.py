"""What a script waits for: starting, many cases in one batch, and a long case as JSON.

`python -m benchmarks.scripts [--runs 5] [--cases 100] [--events 100000]`. The peer for starting is a program of typer
alone, for a batch the same commands one by one, and the same workflows in one process. Medians and ratios of one run.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from evidence_kit.custody.event import Event
from evidence_kit.hashing.exact import sha256
from evidence_kit.model import Json
from evidence_kit.workflows.accession.describe import WorkerDescriber
from evidence_kit.workflows.accession.ingest import ingest
from evidence_kit.workflows.accession.provenance import Provenance
from evidence_kit.workflows.case import station as stations
from evidence_kit.workflows.case.new import CaseOpening, create_case
from evidence_kit.workflows.case.world import this_computer
from evidence_kit.workflows.case.write import writing
from evidence_kit.workflows.checking.verify import verify_case

PROGRAM = [sys.executable, "-c", "from evidence_kit.cli import main; main()"]
BARE = """
import typer
from typing import Annotated
app = typer.Typer(add_completion=False)
@app.command()
def hello(name: Annotated[str, typer.Argument()] = "you"):
    typer.echo(name)
@app.command()
def other(name: str = ""):
    typer.echo(name)
app()
"""
# A process begins with the peak of the one that it was forked from: so it is forked from one that holds nothing.
LAUNCHER = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stderr=subprocess.DEVNULL, check=True)
sys.stderr.write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
"""
PASSPHRASE = b"correct horse battery"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--cases", type=int, default=100)
    parser.add_argument("--events", type=int, default=100_000)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        bench = _Bench(Path(name), wanted.runs)
        bench.starting()
        bench.batch(wanted.cases)
        bench.listing(wanted.events)


class _Bench:
    def __init__(self, folder: Path, runs: int) -> None:
        self._folder = folder
        self._runs = runs
        self._environment = {**os.environ, "EVIDENCE_KIT_STATION": str(folder / "station")}
        (folder / "pass").write_bytes(PASSPHRASE + b"\n")
        facts = ("--association", "LRC", "--name", "S", "--role", "r", "--place", "p", "--cases", str(folder / "cases"))
        self._run(["setup", *facts, "--recovery-out", str(folder / "rec")])
        self._station = stations.load_station(folder / "station")
        self._key = self._station.unlock(PASSPHRASE)

    def starting(self) -> None:
        """Compare how long it takes to begin, with a program that loads typer and nothing else."""
        folder = self._folder
        phone = folder / "phone"
        phone.mkdir()
        for number in range(3):
            (phone / f"{number}.txt").write_text(f"message {number}\n")
        self._run(["new", "--age", "adult", "--age-known-by", "told", "--consent", "lawyer", "--id", "LRC-2026-9001"])
        self._run(["ingest", "9001", str(phone)])
        digits = folder / "digits"
        self._run(
            ["seal", "9001", "--for", "lawyer", "--all", "--out", str(folder / "out"), "--passphrase-out", str(digits)]
        )
        archive = next((folder / "out").glob("*.sealed.zip"))
        bare = [sys.executable, "-c", BARE]
        print(f"\n{'starting':34}{'median s':>10}{'x typer':>10}")
        commands: dict[str, list[str]] = {
            "--help": [*PROGRAM, "--help"],
            "list --locked": [*PROGRAM, "list", "9001", "--locked"],
            "verify of a small archive": [
                *PROGRAM, "verify", str(archive), "--archive-passphrase-file", str(digits), "--no-input",
            ],
        }  # fmt: skip
        seconds: dict[str, list[float]] = {name: [] for name in commands}
        ratios: dict[str, list[float]] = {name: [] for name in commands}
        floor: tuple[list[float], list[float]] = ([], [])
        for _ in range(self._runs + 1):
            for name, command in commands.items():
                # A list of commands is drawn by rich, which neither program loads for anything else.
                peer = self._seconds([*bare, "--help" if name == "--help" else "hello"])
                own = self._seconds(command)
                floor[name == "--help"].append(peer)
                seconds[name].append(own)
                ratios[name].append(own / peer)
        for name, peers in zip(("typer alone", "typer alone, --help"), floor, strict=True):
            print(f"{name:34}{statistics.median(peers[1:]):>10.3f}{1:>10.2f}")
        for name in commands:
            print(f"{name:34}{statistics.median(seconds[name][1:]):>10.3f}{statistics.median(ratios[name][1:]):>10.2f}")

    def batch(self, cases: int) -> None:
        """Compare a batch over many small cases with the sum of its parts."""
        folder = self._folder
        lines = ['[defaults]\nsteps = ["new", "ingest", "verify"]\nage = "adult"\nage_known_by = "told"\n']
        for number in range(cases):
            export = folder / "exports" / str(number)
            export.mkdir(parents=True)
            for each in range(20):
                (export / f"{each}.bin").write_bytes(os.urandom(200_000))
            lines.append(f'[[case]]\nname = "n{number}"\nsources = ["exports/{number}"]\n')
        print(f"\n{f'{cases} cases: new, ingest, verify':34}{'s':>10}{'x parts':>10}{'cpu s':>10}")
        parts, processor = self._worked(lambda: self._parts(cases))
        print(f"{'the workflows, one by one':34}{parts:>10.2f}{1:>10.2f}{processor:>10.2f}")
        for jobs in ("1", "2"):
            name = f"batch-{jobs}.toml"
            (folder / name).write_text("\n".join(lines))
            took, processor = self._worked(partial(self._run, ["batch", str(folder / name), "--jobs", jobs]))
            print(f"{f'batch --jobs {jobs}':34}{took:>10.2f}{took / parts:>10.2f}{processor:>10.2f}")
        few = min(cases, 5)
        took = self._timed(lambda: self._commands(few)) * cases / few
        print(f"{f'the commands (of {few})':34}{took:>10.2f}{took / parts:>10.2f}")

    def listing(self, events: int) -> None:
        """Say when the first line of a long case comes, and what it takes in memory."""
        # In a process of its own: what follows would inherit its peak.
        building = multiprocessing.get_context("spawn").Process(target=_long_case, args=(self._folder, events))
        building.start()
        building.join()
        if building.exitcode:
            raise SystemExit("the long case could not be written")
        print(f"\n{f'{events} events as JSON':34}{'first s':>10}{'all s':>10}{'peak MiB':>10}{'lines':>10}")
        for command in (["list", "9900"], ["list", "9900", "--locked"], ["log", "9900"], ["log", "9900", "--locked"]):
            print(f"{' '.join(command):34}" + "".join(f"{each:>10}" for each in self._streamed(command)))

    def _parts(self, cases: int) -> None:
        world = this_computer()
        with WorkerDescriber() as describer:
            for number in range(cases):
                about = CaseOpening("adult", "told", [])
                folder = create_case(self._station, self._key, about, world, f"LRC-2026-{5000 + number}").case.folder
                source = [self._folder / "exports" / str(number)]
                with writing(folder, self._key, self._station, world) as writer:
                    list(ingest(writer, source, Provenance(), describer))
                verify_case(folder.root, self._key, self._station.remembered(folder.root.name))

    def _commands(self, cases: int) -> None:
        for number in range(cases):
            case = f"LRC-2026-{7000 + number}"
            self._run(["new", "--age", "adult", "--age-known-by", "told", "--id", case])
            self._run(["ingest", case, str(self._folder / "exports" / str(number))])
            self._run(["verify", case])

    def _run(self, arguments: Sequence[str]) -> None:
        keyed = ["--no-input", "--passphrase-file", str(self._folder / "pass"), "--json"]
        command = [*PROGRAM, *arguments, *keyed]
        subprocess.run(command, env=self._environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def _seconds(self, command: Sequence[str]) -> float:
        return self._timed(
            lambda: subprocess.run(command, env=self._environment, check=True, stdout=subprocess.DEVNULL)
        )

    def _streamed(self, arguments: Sequence[str]) -> tuple[str, str, str, str]:
        keyed = ["--no-input", "--passphrase-file", str(self._folder / "pass"), "--json"]
        command = [sys.executable, "-I", "-S", "-c", LAUNCHER, *PROGRAM, *arguments, *keyed]
        begun = time.perf_counter()
        with subprocess.Popen(
            command, env=self._environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            if process.stdout is None or process.stderr is None:
                raise SystemExit("no pipe")
            json.loads(process.stdout.readline())
            first = time.perf_counter() - begun
            lines = 1 + sum(1 for _ in process.stdout)
            took = time.perf_counter() - begun
            peak = int(process.stderr.read()) / 1024
        return f"{first:.2f}", f"{took:.2f}", f"{peak:.0f}", str(lines)

    def _worked(self, work: Callable[[], object]) -> tuple[float, float]:
        """Return seconds on the wall, and processor seconds of this process and all that it started."""
        before = _processor()
        return self._timed(work), _processor() - before

    @staticmethod
    def _timed(work: Callable[[], object]) -> float:
        begun = time.perf_counter()
        work()
        return time.perf_counter() - begun


def _processor() -> float:
    return sum(
        used.ru_utime + used.ru_stime
        for used in (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    )


def _long_case(folder: Path, events: int) -> None:
    world, station = this_computer(), stations.load_station(folder / "station")
    key = station.unlock(PASSPHRASE)
    made = create_case(station, key, CaseOpening("adult", "told", []), world, "LRC-2026-9900")
    with writing(made.case.folder, key, station, world) as writer:
        for first in range(1, events // 2, 512):
            writer.commit(list(_items(first, min(first + 512, events // 2 + 1))))


def _items(first: int, behind: int) -> Iterator[Event]:
    """Yield the two events of each item, as an ingest writes them; their files are not needed for looking."""
    for number in range(first, behind):
        item, digest = f"E{number:06d}", sha256(str(number).encode())
        kept: dict[str, Json] = {
            "item": item,
            "path": f"phone/DCIM/IMG_{number:06d}.jpg",
            "size": 400_000 + number,
            "sha256": digest.hex,
            "crc32": "00000000",
            "kind": {"name": "jpeg", "family": "picture", "media_type": "image/jpeg"},
            "name_agrees": True,
            "times": {"modified_ns": "1760000000000000000", "changed_ns": "1760000000000000000"},
            "provenance": {
                "how": "phone-export",
                "handed_by": None,
                "device": None,
                "place": "p",
                "utc_offset": "+0100",
            },
            "sensitivity": "unknown",
        }
        facts: dict[str, Json] = {"width": 4000, "height": 3000, "pdq": digest.hex, "quality": 100, "camera": "Phone 7"}
        yield Event("item.kept", kept, object=item, stored=digest)
        yield Event("item.described", {"item": item, "describer": "picture", "facts": facts, "problems": []})


if __name__ == "__main__":
    main()
