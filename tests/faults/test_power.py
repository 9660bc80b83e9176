"""A power cut: a file system on a loop device is shut down in the middle of an ingest and mounted again.

Wants root and loop devices. `EXT4_IOC_SHUTDOWN` with `NOLOGFLUSH` throws away everything that has not reached the
device, the journal in memory included, as pulling the plug does.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import random
import shutil
import signal
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.harness import Run, broken, command, complete, fill, lost, new_case, spoken, start

SHUTDOWN = 0x8004587D  # _IOR('X', 125, __u32)
NO_LOG_FLUSH = 2
QUICK, DEEP = 2, 20


def _run(*line: str | Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([str(each) for each in line], capture_output=True, check=False)


class Volume:
    """A small ext4 in a file."""

    def __init__(self, folder: Path) -> None:
        self.image, self.place = folder / "image", folder / "mounted"
        self.place.mkdir()
        with self.image.open("wb") as file:
            file.truncate(96 << 20)
        made = _run("mkfs.ext4", "-q", "-F", self.image)
        if made.returncode != 0:
            pytest.skip(f"no ext4 can be made here: {made.stderr!r}")
        self.mount()

    def mount(self) -> None:
        done = _run("mount", "-o", "loop", self.image, self.place)
        if done.returncode != 0:
            pytest.skip(f"a loop device cannot be mounted here: {done.stderr!r}")

    def cut_the_power(self) -> None:
        descriptor = os.open(self.place, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
        finally:
            os.close(descriptor)

    def unmount(self) -> None:
        for _ in range(50):
            if _run("umount", self.place).returncode == 0:
                return
            time.sleep(0.1)
        raise AssertionError("the volume stays busy")


@contextmanager
def volume(folder: Path) -> Iterator[Volume]:
    made = Volume(folder)
    try:
        yield made
    finally:
        _run("umount", "-l", made.place)
        made.image.unlink()


@pytest.fixture(autouse=True)
def _root() -> None:
    if os.name != "posix" or os.geteuid() != 0:
        pytest.skip("mounting a loop device wants root")
    if shutil.which("mkfs.ext4") is None:
        pytest.skip("mkfs.ext4 is not installed")


class Listener:
    """Hears what a process says and does nothing else."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        self._out = process.stdout
        self._heard: list[str] = []
        self._first = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="listener")
        self._thread.start()

    def _listen(self) -> None:
        for line in self._out:
            self._heard.append(line)
            self._first.set()
        self._first.set()

    def wait_for_a_word(self) -> None:
        """Return once something was said, or nothing more will be."""
        self._first.wait()

    def finish(self) -> str:
        """Return everything that was said; the process has ended."""
        self._thread.join()
        self._out.close()
        return "".join(self._heard)


def freeze(process: subprocess.Popen[str]) -> None:
    """Let no thread of a process run any more; what it asked of the system goes on, as a disk does at a power cut."""
    if process.poll() is not None:
        return  # it has ended by itself: nothing of it runs
    process.send_signal(signal.SIGSTOP)
    tasks = Path(f"/proc/{process.pid}/task")
    for _ in range(1000):
        with contextlib.suppress(FileNotFoundError):
            states = {each.joinpath("stat").read_text().rpartition(")")[2].split()[0] for each in tasks.iterdir()}
            if states <= {"T", "D", "Z", "X"}:
                return
        time.sleep(0.001)
    raise AssertionError("the program goes on")


def cut(disk: Volume, line: list[str], after: float) -> Run:
    """Start an ingest onto a volume and cut its power after so many seconds of work.

    The program is stopped just before and never runs again, as with a real cut. Left running, it can be told that a
    sync is done which the cut has met on its way: `jbd2_complete_transaction` answers 0 for a transaction that is
    neither running nor being written any more, without asking whether the journal was aborted. Then four items were
    said to be safe after the cut, and were gone.
    """
    process = start(line)
    listener = Listener(process)
    listener.wait_for_a_word()
    time.sleep(after)
    freeze(process)
    disk.cut_the_power()
    process.kill()
    process.wait()
    said = listener.finish()
    assert process.stderr is not None
    said_wrong = process.stderr.read()
    process.stderr.close()
    disk.unmount()
    disk.mount()
    return Run(process.returncode, spoken(said), None, said + said_wrong)


def cut_often(folder: Path, times: int, seed: int) -> int:
    """Cut the power so many times, each time of a new volume; return how many cuts came into the work."""
    chance = random.Random(seed)
    # Several commits long: the first word comes with the first of them.
    source = fill(folder / "many", 500, seed)
    cuts = number = 0
    while cuts < times:
        number += 1
        home = folder / str(number)
        home.mkdir()
        with volume(home) as disk:
            station, case = new_case(home, disk.place / "cases")
            run = cut(disk, command(station, case, source), chance.uniform(0, 0.3))
            cuts += "done" not in run.said
            assert lost(case, run.acknowledged) == [], run.said
            assert broken(case, station) == [], run.said
            complete(station, case, source)
    return cuts


def test_a_power_cut_loses_nothing_acknowledged(tmp_path: Path) -> None:
    assert cut_often(tmp_path, QUICK, 1) >= QUICK


@pytest.mark.deep
def test_twenty_power_cuts_lose_nothing_acknowledged(tmp_path: Path) -> None:
    cuts = cut_often(tmp_path, DEEP, 2)
    print(f"{cuts} power cuts, nothing acknowledged lost")
    assert cuts >= DEEP


def test_the_harness_notices_a_build_that_does_not_sync(tmp_path: Path) -> None:
    source = fill(tmp_path / "many", 40, 3)
    with volume(tmp_path) as disk:
        station, case = new_case(tmp_path, disk.place / "cases")
        os.sync()
        run = cut(disk, command(station, case, source, "deaf"), 0.1)
        assert run.acknowledged
        try:
            noticed = lost(case, run.acknowledged)
        except Exception as error:  # noqa: BLE001 - a case that cannot even be opened was noticed
            noticed = [str(error)]
        assert noticed
