"""The demonstration: what could not be read leaves it unfinished, said so, and the same command begins anew."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evidence_kit.errors import Exit
from evidence_kit.intake.errors import SourceGoneError
from evidence_kit.workers.pool import Pool
from evidence_kit.workflows import demo
from evidence_kit.workflows.case.world import this_computer
from tests.fakes import NoDescriber


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    for name in (demo.EXPORT, demo.CANDIDATES):
        (tmp_path / "samples" / name).mkdir(parents=True)
    for name in ("a", "b"):
        (tmp_path / "samples" / demo.EXPORT / f"{name}.txt").write_text(f"invented {name}")
    return tmp_path / "samples"


def shown(out: Path, samples: Path) -> demo.DemoResult:
    *_, last = demo.run_demo(out, samples, NoDescriber(), Pool(workers=1), this_computer())
    assert isinstance(last, demo.DemoResult)
    return last


def refuse(patch: pytest.MonkeyPatch, *names: str) -> None:
    sound = os.open

    def opened(path: Any, *more: Any, **named: Any) -> int:
        if os.path.basename(os.fsdecode(path)) in names:  # noqa: PTH119 - as the system is asked
            raise OSError(errno.EIO, "Input/output error", os.fsdecode(path))
        return sound(path, *more, **named)

    patch.setattr(os, "open", opened)


def test_a_sample_that_could_not_be_read_leaves_the_demonstration_unfinished(
    tmp_path: Path, samples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "demo"
    with monkeypatch.context() as patch:
        refuse(patch, "b.txt")
        assert shown(out, samples).exit is Exit.INCOMPLETE
        assert (out / demo.UNFINISHED).exists()
        refuse(patch, "a.txt")
        with pytest.raises(SourceGoneError):
            shown(out, samples)
    whole = shown(out, samples)
    assert whole.exit is Exit.DONE
    assert whole.archive.is_file()
    assert not (out / demo.UNFINISHED).exists()


def test_an_archive_that_could_not_be_checked_leaves_it_unfinished(
    tmp_path: Path, samples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "demo"
    with monkeypatch.context() as patch:
        patch.setattr(demo, "verify_archive", lambda archive, *_: unread(archive))
        assert shown(out, samples).exit is Exit.NOT_CHECKED
    assert shown(out, samples).exit is Exit.DONE


def test_a_candidate_that_could_not_be_read_leaves_it_unfinished(
    tmp_path: Path, samples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from evidence_kit.workflows.reading.match import MatchResult, NotCompared, match_pictures

    out, sound = tmp_path / "demo", match_pictures

    def unread_once(*named: Any) -> MatchResult:
        found = sound(*named)
        return replace(found, not_compared=[*found.not_compared, NotCompared("found.jpg", "unreadable")])

    with monkeypatch.context() as patch:
        patch.setattr(demo, "match_pictures", unread_once)
        assert shown(out, samples).exit is Exit.INCOMPLETE
    assert shown(out, samples).exit is Exit.DONE


def unread(archive: Path) -> Any:
    from evidence_kit.workflows.checking.verify import verify_archive

    return verify_archive(archive, "1" * 28)
