"""A batch file is read with line and column; what is wrong with one line stays with that line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidence_kit.errors import Exit
from evidence_kit.workflows.batch.batch_file import tasks_in
from evidence_kit.workflows.batch.errors import BatchFileError
from evidence_kit.workflows.batch.results import worst_code
from evidence_kit.workflows.batch.task import FIELDS

GOOD = """\
[defaults]
steps = ["new", "ingest"]
age = "adult"
age_known_by = "form"

[[case]]
name = "one"
sources = ["a", "b"]
retention = 2031-01-01

[[case]]
name = "two"
sources = "c"
steps = "ingest"
case = 7
"""


def written(tmp_path: Path, text: str, name: str = "b.toml") -> Path:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return path


def test_defaults_hold_where_a_line_says_nothing(tmp_path: Path) -> None:
    one, two = tasks_in(written(tmp_path, GOOD))
    assert (one.slips, two.slips) == ((), ())
    assert (one.steps, two.steps) == (("new", "ingest"), ("ingest",))
    assert one.paths("sources") == [tmp_path / "a", tmp_path / "b"]
    assert (one.fact("age"), one.fact("retention"), two.fact("case")) == ("adult", "2031-01-01", "7")
    assert (one.spot.line, two.spot.line) == (6, 11)


@pytest.mark.parametrize("parting", [",", ";"])
def test_a_spreadsheet_says_the_same(tmp_path: Path, parting: str) -> None:
    rows = [
        ["name", "steps", "age", "age_known_by", "sources"],
        ["one", "ingest|new", "adult", '"form, seen"', "a|b"],
        [],
        ["two", "new", "minor", "told", ""],
    ]
    text = "\ufeff" + "\r\n".join(parting.join(row) for row in rows)
    one, two = tasks_in(written(tmp_path, text, "b.csv"))
    assert one.steps == ("new", "ingest")
    assert one.fact("age_known_by") == "form, seen"
    assert one.paths("sources") == [tmp_path / "a", tmp_path / "b"]
    assert (one.spot.line, two.spot.line) == (2, 4)
    assert (one.slips, two.slips) == ((), ())


@pytest.mark.parametrize(
    ("line", "column", "code", "text"),
    [
        (7, 1, "batch-key-unknown", GOOD.replace('name = "one"', 'sorces = "one"')),
        (8, 3, "batch-key-unknown", GOOD.replace("sources = [", "  sorces = [")),
        (14, 1, "batch-value-unknown", GOOD.replace('steps = "ingest"', 'steps = "injest"')),
        (11, 1, "batch-name-twice", GOOD.replace('"two"', '"one"')),
        (11, 1, "batch-key-missing", GOOD.replace("case = 7", "")),
        (11, 1, "batch-key-missing", GOOD.replace('sources = "c"', "")),
        (2, 1, "batch-value-unknown", GOOD.replace('["new", "ingest"]', '["open"]')),
        (8, 1, "batch-backslash", GOOD.replace("sources = [", 'sources = ["C:\\temp\\new", ')),
        (9, 1, "batch-one-value", GOOD.replace("retention = 2031-01-01", 'retention = ["2031-01-01"]')),
    ],
)  # fmt: skip
def test_a_slip_is_told_with_its_place(tmp_path: Path, line: int, column: int, code: str, text: str) -> None:
    slips = [slip for task in tasks_in(written(tmp_path, text)) for slip in task.slips]
    assert (line, column, code) in [(each.spot.line, each.spot.column, each.code) for each in slips]


def test_an_unknown_key_is_named_with_the_nearest_known_one(tmp_path: Path) -> None:
    (slip,) = tasks_in(written(tmp_path, GOOD.replace('name = "one"', 'sorces = "one"')))[0].slips
    assert slip.values == {"key": "sorces", "nearest": "sources"}


@pytest.mark.parametrize("path", ["C:\\Users\\nadia", "C:\\cases", "E:\\unit"])
def test_a_path_of_windows_in_double_quotes_is_told_as_such(tmp_path: Path, path: str) -> None:
    with pytest.raises(BatchFileError) as caught:
        tasks_in(written(tmp_path, f'[[case]]\nsources = ["{path}"]\n'))
    assert caught.value.message_id == "batch-backslash-in-file"
    assert caught.value.values["line"] == 2
    (task,) = tasks_in(written(tmp_path, f"[[case]]\nsteps = 'ingest'\ncase = 1\nsources = ['{path}']\n"))
    assert task.slips == ()


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("b.toml", '[defaults]\nage = "adult\n', (2, 13)),
        ("b.toml", "[defaults]\nage = \n", (2, 7)),
        ("b.toml", "x = [", (1, 6)),
        ("b.toml", 'default = 1\n[[case]]\nname = "x"\n', (1, 1)),
        ("b.toml", '[defaults]\nsteps = ["new"]\nagee = "adult"\n', (3, 1)),
        ("b.toml", "[[case]]\nage = true\n", (2, 1)),
        ("b.toml", "case = 3\n", (1, 1)),
        ("b.csv", "name,sorces\nx,y\n", (1, 6)),
        ("b.csv", "name,sources,name\nx,y,z\n", (1, 14)),
        ("b.csv", 'name,sources\nx,"a"b\n', (2, 3)),
        ("b.csv", 'name,sources\nx,y\nx,"a\n', (3, 3)),
    ],
)
def test_a_broken_file_points_to_line_and_column(tmp_path: Path, name: str, text: str, place: tuple[int, int]) -> None:
    with pytest.raises(BatchFileError) as caught:
        tasks_in(written(tmp_path, text, name))
    assert caught.value.exit_code == Exit.USAGE
    assert (caught.value.values["line"], caught.value.values["column"]) == place


def test_text_that_is_no_utf8_points_to_its_first_bad_byte(tmp_path: Path) -> None:
    (tmp_path / "b.toml").write_bytes(b'[defaults]\nage = "\xe9"\n')
    with pytest.raises(BatchFileError) as caught:
        tasks_in(tmp_path / "b.toml")
    assert (caught.value.values["line"], caught.value.values["column"]) == (2, 8)


def test_a_cell_too_many_is_a_slip_of_its_row(tmp_path: Path) -> None:
    text = "name,steps,age,age_known_by\none,new,adult,told\ntwo,new,adult,told, you\n"
    one, two = tasks_in(written(tmp_path, text, "b.csv"))
    assert one.slips == ()
    assert [(each.code, each.spot.column) for each in two.slips] == [("batch-cell-without-column", 20)]


@pytest.mark.parametrize("name", ["none.toml", "empty.toml", "empty.csv", "header.csv"])
def test_a_file_without_a_line_is_no_batch(tmp_path: Path, name: str) -> None:
    if not name.startswith("none"):
        (tmp_path / name).write_text("name,steps\n" if name == "header.csv" else "")
    with pytest.raises(BatchFileError):
        tasks_in(tmp_path / name)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=st.text(), ending=st.sampled_from(["toml", "csv"]))
def test_no_text_does_more_than_be_refused(tmp_path: Path, text: str, ending: str) -> None:
    (tmp_path / f"b.{ending}").write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        tasks = tasks_in(tmp_path / f"b.{ending}")
    except BatchFileError:
        return
    assert all(name in FIELDS for task in tasks for name in task.facts)


def test_the_worst_code_wins() -> None:
    assert worst_code([0, 3, 5, 30, 4]) == Exit.BROKEN
    assert worst_code([0, 3, 5, 30]) == 30
    assert worst_code([0, 3, 5]) == Exit.NOT_CHECKED
    assert worst_code([0, 3]) == Exit.INCOMPLETE
    assert worst_code([2, 3]) == Exit.USAGE
    assert worst_code([1, 40]) == Exit.BUG
    assert worst_code([]) == Exit.DONE
